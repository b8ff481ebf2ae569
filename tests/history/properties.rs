//! What must hold for any record and any name.

use std::{collections::BTreeSet, sync::Arc};

use huaweicloud_core::{Config, Credential, ResponseBody};
use huaweicloud_history::{Event, Events, History, SCHEMA, Thing};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{read, thing};
use crate::support::runtime;

/// Any JSON.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has none", |number| number.is_finite()).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[0-9]{13}".prop_map(Value::from),
        "20[0-9]{2}-1[0-2]-[0-2][1-9] 0[0-9]:[0-5][0-9]:[0-5][0-9]".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// A record that has documented members of any kind, and others.
fn record(members: &'static [&'static str]) -> impl Strategy<Value = Value> {
    let known = prop::collection::vec((prop::sample::select(members), value()), 0..6);
    let known = known.prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    prop_oneof![4 => known, 1 => value()]
}

/// Returns the stream of the events of a thing whose only page is this text.
fn stream(name: &str, body: String) -> Events {
    let transport = move |_: http::Request<bytes::Bytes>| Ok(http::Response::new(ResponseBody::from(body.clone())));
    let builder = Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("https://service.example.com");
    History::of(&builder.transport(Arc::new(transport)).build().unwrap()).thing(thing(name)).stream()
}

const COC: &[&str] = &[
    "action",
    "action_id",
    "operator",
    "start_time",
    "stop_time",
    "action_name_en",
    "status",
    "comment",
    "enum_data_list",
];
const PROJECTMAN: &[&str] = &["id", "notes", "created_on", "user", "details"];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Each record becomes one event, as it was sent, of the documented form, under an id of its own.
    #[test]
    fn any_record_is_an_event(
        coc in prop::collection::vec(record(COC), 0..6),
        projectman in prop::collection::vec(record(PROJECTMAN), 0..6),
        pretty in any::<bool>(),
    ) {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let schema = jsonschema::validator_for(&schema).unwrap();
        let item = "projectman/c15cc54e338d4506afd9bd8103071ff0/7";
        for (name, records, body) in [
            ("coc/IM1", &coc, json!({ "data": { "total": coc.len(), "info": coc } })),
            (item, &projectman, json!({ "result": { "journals_total": projectman.len(), "record": projectman } })),
        ] {
            let body = if pretty { format!("{body:#}") } else { body.to_string() };
            let (events, failures) = runtime().block_on(async { read(&mut stream(name, body)).await });
            prop_assert!(failures.is_empty(), "{:?}", failures);
            let sent: Vec<Value> = events.iter().map(|event| event.record.value()).collect();
            prop_assert_eq!(&sent, records);
            let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
            prop_assert_eq!(ids.len(), events.len());
            for event in &events {
                let line = serde_json::to_string(event).unwrap();
                prop_assert!(!line.contains(['\n', '\r']));
                let value: Value = serde_json::from_str(&line).unwrap();
                prop_assert!(schema.is_valid(&value), "{}: {:?}", line, schema.iter_errors(&value).collect::<Vec<_>>());
                prop_assert_eq!(&serde_json::from_str::<Event>(&line).unwrap(), event);
            }
        }
    }

    /// A body that is cut anywhere, or has any byte replaced, costs the page at most, and never in silence.
    #[test]
    fn a_broken_page_is_named(records in prop::collection::vec(record(COC), 1..5), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let body = json!({ "data": { "total": records.len(), "info": records } }).to_string();
        let at = at.index(body.len());
        let cut = String::from_utf8_lossy(&body.as_bytes()[..at]).into_owned();
        let mut bent = body.clone().into_bytes();
        bent[at] = byte;
        for broken in [cut, String::from_utf8_lossy(&bent).into_owned()] {
            let mut events = stream("coc/IM1", broken.clone());
            let (read, failures) = runtime().block_on(async { read(&mut events).await });
            let total = serde_json::from_str::<Value>(&broken).ok().and_then(|body| body.pointer("/data/total")?.as_u64());
            let missing = total.is_some_and(|total| total > read.len() as u64);
            prop_assert!(!missing || !failures.is_empty(), "{} of {:?}: {}", read.len(), total, broken);
            prop_assert_eq!(events.summary().is_complete(), failures.is_empty());
        }
    }

    /// A name is read as it is written, whatever is in it.
    #[test]
    fn names_are_read_as_they_are_written(text in ".{0,30}", id in "[^/]{1,20}", number in any::<i64>()) {
        let services = huaweicloud_catalog::services();
        if let Ok(thing) = Thing::parse(&text, services) {
            prop_assert_eq!(Thing::parse(&thing.to_string(), services).unwrap(), thing);
        }
        for name in [format!("osm/{id}"), format!("projectman/{id}/{number}")] {
            prop_assert_eq!(Thing::parse(&name, services).unwrap().to_string(), name);
        }
    }
}
