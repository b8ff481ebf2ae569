//! Events: what a record becomes, in which form, under which id.

use std::sync::{Arc, Mutex};

use huaweicloud_core::{Config, ConfigBuilder, Credential, EpochMillis, ResponseBody, dynamic::Item};
use huaweicloud_history::{Event, History, Mapper, Order, SCHEMA, SCHEMA_VERSION, Thing, ThingKind};
use serde_json::{Value, json};

use super::{read, thing};
use crate::support::{documented_call, examples, operations};

/// Returns a configuration whose only response is this one, and the requests.
fn canned(response: &Value) -> (ConfigBuilder, Arc<Mutex<Vec<http::Request<bytes::Bytes>>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (seen, response) = (Arc::clone(&requests), response.to_string());
    let transport = move |request| {
        seen.lock().unwrap().push(request);
        Ok(http::Response::new(ResponseBody::from(response.clone())))
    };
    let builder = Config::builder().credentials(Credential::keys("AK", "SK")).transport(Arc::new(transport));
    (builder, requests)
}

/// Returns the documented thing of each history, and the documented response.
fn documented() -> Vec<(Thing, Value)> {
    let histories = operations().into_iter().filter(|(_, entry, _)| entry.operation.history.is_some());
    histories
        .map(|(service, entry, node)| {
            let arguments = documented_call(service, entry, &node);
            let required = entry.operation.parameters.iter().filter(|parameter| parameter.required);
            let ids = required.map(|parameter| match &arguments[parameter.name] {
                Value::String(id) => format!("/{id}"),
                id => format!("/{id}"),
            });
            let name = service.metadata.id.to_owned() + &ids.collect::<String>();
            let example =
                examples(service, entry, &node).into_iter().find(|example| example.status == Some(200)).unwrap();
            (thing(&name), example.value)
        })
        .collect()
}

/// Returns the events of a thing whose history is this response.
async fn events(thing: &Thing, response: &Value) -> Vec<Event> {
    let config = canned(response).0.region("cn-north-4").domain_id("d-1").project_id("p-1").build().unwrap();
    read(&mut History::of(&config).thing(thing.clone()).stream()).await.0
}

fn items(thing: &Thing) -> &'static str {
    thing.kind().operation().operation.pagination.unwrap().items
}

#[tokio::test]
async fn documented_records_become_these_events() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let documented = documented();
    assert!(documented.len() >= 4);
    for (thing, response) in documented {
        let events = events(&thing, &response).await;
        let records = response.pointer(items(&thing)).unwrap().as_array().unwrap();
        assert_eq!(events.len(), records.len(), "{thing}");
        let mut shown = String::new();
        for (event, record) in events.iter().zip(records) {
            assert_eq!((&event.record.value(), event.schema_version), (record, SCHEMA_VERSION));
            let written = serde_json::to_string(event).unwrap();
            let mut value: Value = serde_json::from_str(&written).unwrap();
            assert!(schema.is_valid(&value), "{:?}", schema.iter_errors(&value).collect::<Vec<_>>());
            assert_eq!(&serde_json::from_str::<Event>(&written).unwrap(), event, "reads back");
            assert_eq!(&serde_json::from_value::<Event>(value.clone()).unwrap(), event, "from a value, too");
            assert_eq!(value.as_object_mut().unwrap().shift_remove("record").as_ref(), Some(record));
            shown += &format!("{value}\n");
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "../snapshots", omit_expression => true }, {
            insta::assert_snapshot!(format!("events__{}", thing.kind().service().metadata.id), shown);
        });
    }
}

/// The schema refuses what is not an event.
#[test]
fn the_schema_is_strict() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let event = json!({
        "schema_version": 1, "id": "osm/1#2", "time": "2026-11-26T08:00:00.123Z", "time_text": null, "service": "osm",
        "operation": "list", "thing": "osm/1", "actor": { "id": null, "name": "Ann" }, "action": null, "detail": null,
        "changes": [{ "field": "a", "old": null, "new": "b" }], "region": null, "account": null, "project": null,
        "record": null,
    });
    assert!(schema.is_valid(&event));
    for (pointer, value) in [
        ("/schema_version", json!(2)),
        ("/time", json!("2026-11-26 08:00:00")),
        ("/time", json!(7)),
        ("/actor/id", json!(7)),
        ("/changes/0/field", json!(null)),
        ("/id", json!("")),
        ("/thing", json!("osm")),
    ] {
        let mut bent = event.clone();
        *bent.pointer_mut(pointer).unwrap() = value;
        assert!(!schema.is_valid(&bent), "{pointer}");
    }
    for name in event.as_object().unwrap().keys() {
        let mut bent = event.clone();
        bent.as_object_mut().unwrap().shift_remove(name);
        assert!(!schema.is_valid(&bent), "without {name}");
        assert!(
            name == "time_text" || serde_json::from_value::<Event>(bent).is_err() || event[name].is_null(),
            "{name}"
        );
    }
}

/// Members that no document knows, numbers that no type holds, and line breaks between members.
#[tokio::test]
async fn a_record_is_as_the_service_sent_it() {
    let record =
        "{\"incident_log_id\": 7,\r\n \"new_member\": [1.50, 123456789012345678901234567890],\n\"text\": \"a\\nb\"}";
    let thing = thing("osm/CS1");
    let config = Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("https://service.example.com");
    let body = format!("{{\"total_count\": 1, \"incident_operate_log_list\": [\n{record}\n]}}");
    let transport = move |_: http::Request<bytes::Bytes>| Ok(http::Response::new(ResponseBody::from(body.clone())));
    let config = config.transport(Arc::new(transport)).build().unwrap();
    let (events, failures) = read(&mut History::of(&config).thing(thing).stream()).await;
    assert!(failures.is_empty());
    assert_eq!(events[0].record.text(), record.replace(['\r', '\n'], ""));
    let written = serde_json::to_string(&events[0]).unwrap();
    assert!(written.contains("[1.50, 123456789012345678901234567890]") && !written.contains('\n'), "{written}");
    assert_eq!(events[0].id, "osm/CS1#7");
    assert_eq!(events[0].record.value()["text"], "a\nb");
}

/// What breaks one record does not cost the others.
#[tokio::test]
async fn odd_records_are_events_too() {
    let records =
        json!([null, 7, "text", [], {}, { "start_time": { "x": 1 } }, { "operator": [1] }, { "start_time": "soon" }]);
    let events = events(&thing("coc/IM1"), &json!({ "data": { "total": 8, "info": records } })).await;
    assert_eq!(events.len(), 8);
    let ids: std::collections::BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), 8, "{ids:?}");
    assert_eq!((&events[7].time, events[7].time_text.as_deref()), (&None, Some("soon")));
    assert_eq!(events[6].actor.id.as_deref(), Some("[1]"));
}

/// A member that the service fills in or adds later, or sends in another type or order, does not change an id.
#[tokio::test]
async fn ids_do_not_depend_on_what_may_change() {
    let thing = thing("coc/IM1");
    let id =
        async |record: Value| events(&thing, &json!({ "data": { "total": 1, "info": [record] } })).await.remove(0).id;
    let known = id(json!({ "start_time": 1_764_000_000_000_u64, "operator": "7", "status": "OPEN" })).await;
    assert!(known.starts_with("cn-north-4/coc/IM1#") && known.len() == "cn-north-4/coc/IM1#".len() + 32, "{known}");
    let later = json!({ "status": "OPEN", "operator": 7, "new": true, "stop_time": 1, "start_time": "1764000000000" });
    assert_eq!(id(later).await, known);
    for other in [
        json!({ "start_time": 1_764_000_000_001_u64, "operator": "7", "status": "OPEN" }),
        json!({ "start_time": 1_764_000_000_000_u64, "operator": "8", "status": "OPEN" }),
        json!({ "start_time": 1_764_000_000_000_u64, "operator": "7\n/status 4 OPEN" }),
    ] {
        assert_ne!(id(other).await, known);
    }
}

/// A record without any of the documented members is identified by all it has, in any order.
#[tokio::test]
async fn unknown_records_have_ids_too() {
    let thing = thing("coc/IM1");
    let id = async |record: Value| events(&thing, &json!({ "data": { "info": [record] } })).await.remove(0).id;
    let known = id(json!({ "x": 1, "y": { "a": [1], "b": null } })).await;
    assert_eq!(id(json!({ "y": { "b": null, "a": [1] }, "x": 1 })).await, known);
    assert_ne!(id(json!({ "y": { "b": null, "a": [2] }, "x": 1 })).await, known);
}

/// Records that are the same are numbered, however far apart in a response.
#[tokio::test]
async fn equal_records_are_numbered() {
    let records: Vec<Value> = (0..4_000).map(|number| json!({ "comment": (number % 2_000).to_string() })).collect();
    let events = events(&thing("coc/IM1"), &json!({ "data": { "info": records } })).await;
    let ids: std::collections::BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), 4_000);
    assert_eq!(events[2_000].id, events[0].id.clone() + "+1");
}

/// In a list that the service sorts, a record whose time cannot be read comes last; its neighbours stay in order.
#[tokio::test]
async fn records_without_a_time_come_last() {
    let times = ["1764000000003", "soon", "1764000000001"];
    let records: Vec<Value> = times.iter().map(|time| json!({ "operation_time": time })).collect();
    let config = canned(&json!({ "result": records, "total_num": 3 })).0.endpoint("https://service.example.com");
    let history = History::of(&config.build().unwrap()).thing(thing("codeartsdeploy/0123456789abcdef0123456789abcdef"));
    let (events, _) = read(&mut history.order(Order::NewestFirst).stream()).await;
    let times: Vec<_> = events.iter().map(|event| event.time.as_ref().and_then(EpochMillis::as_millis)).collect();
    assert_eq!(times, [Some(1_764_000_000_003), Some(1_764_000_000_001), None]);
}

/// Regions that are one site give one id; other sites do not.
#[tokio::test]
async fn a_thing_of_two_regions_of_one_site_is_one() {
    let ids = async |region: &str| {
        let config = Config::builder().credentials(Credential::keys("AK", "SK")).region(region).build().unwrap();
        let mut mapper = Mapper::new(&config, &thing("osm/CS1")).await.unwrap();
        let event = mapper.event(&Item::new(r#"{"incident_log_id": "7"}"#));
        (event.id, event.region.unwrap())
    };
    assert_eq!(ids("cn-south-1").await, ("cn-south-1/osm/CS1#7".to_owned(), "cn-south-1".to_owned()));
    assert_eq!(ids("cn-north-4").await, ("cn-south-1/osm/CS1#7".to_owned(), "cn-north-4".to_owned()));
    assert_eq!(ids("eu-west-101").await.0, "eu-west-101/osm/CS1#7");
}

#[tokio::test]
async fn times_are_sent_to_services_that_take_them() {
    let response = json!({ "result": [{ "operation_time": "1764000000000" }, { "operation_time": "1763999999999" }], "total_num": 2 });
    let app = thing("codeartsdeploy/0123456789abcdef0123456789abcdef");
    let sent = async |since: i64, until: i64| {
        let (config, requests) = canned(&response);
        let config = config.endpoint("https://service.example.com").build().unwrap();
        let history = History::of(&config).thing(app.clone());
        let events = read(&mut history.since(since).until(until).stream()).await.0;
        let body: Value = serde_json::from_slice(requests.lock().unwrap()[0].body()).unwrap();
        (events.len(), body["start_time"].clone(), body["end_time"].clone())
    };
    let (second, last) = (1_764_000_000_000, 1_764_000_000_001);
    assert_eq!(sent(second, last).await, (1, "1764000000000".into(), "1764000000001".into()));
    assert_eq!(sent(0, second).await, (1, Value::Null, "1764000000000".into()), "0 is not a time of 13 digits");
    assert_eq!(sent(EpochMillis::from(-1).as_millis().unwrap(), i64::MAX).await, (2, Value::Null, Value::Null));
}

/// Several accounts, regions and projects in one run, and services that are given as data.
#[tokio::test]
async fn accounts_and_services_are_data() {
    let response = json!({ "count": 1, "changes": [{ "change_id": 5, "by": "Ann" }] });
    let config = |project: &str| canned(&response).0.region("r-1").project_id(project).build().unwrap();
    let services = [&huaweicloud_tiny::dynamic::SERVICE];
    let kinds: Vec<String> = ThingKind::all(&services).map(|kind| kind.form()).collect();
    assert_eq!(kinds, ["tiny/thing_id/kind/X-Mood", "tiny/thing_id"]);
    let things = Thing::parse("TINY/t-1", &services).unwrap();
    let history = History::of(&config("p-1")).and(&config("p-2")).catalog(&services).thing(things);
    let (events, failures) = read(&mut history.order(Order::NewestFirst).stream()).await;
    assert!(failures.is_empty(), "{failures:?}");
    let of: Vec<_> =
        events.iter().map(|event| (event.project.as_deref(), event.region.as_deref(), event.id.as_str())).collect();
    assert_eq!(of, [(Some("p-1"), Some("r-1"), "r-1/tiny/t-1#5"), (Some("p-2"), Some("r-1"), "r-1/tiny/t-1#5")]);
}

#[test]
fn names_of_things_say_what_is_wrong_with_them() {
    let error = |name: &str| Thing::parse(name, huaweicloud_catalog::services()).unwrap_err().to_string();
    let known = "names no service with a history; known are coc, codeartsdeploy, osm, projectman";
    assert_eq!(error("ecs/1"), format!("\"ecs/1\" {known}"));
    assert_eq!(error(""), format!("\"\" {known}"));
    assert_eq!(error("osm/1/2"), "\"osm/1/2\" does not have the form osm/case_id");
    assert_eq!(error("projectman/a/b"), "\"projectman/a/b\": issue_id must be an integer, got \"b\"");
}
