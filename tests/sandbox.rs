//! The sandbox as a test double: which things there are, what their histories contain, and how a test changes that.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

use huaweicloud_core::{Client, Error, dynamic::Call, metadata::Pagination, time};
use huaweicloud_sandbox::{Fault, FaultPlan, FaultRule, Fixture, Sandbox, SandboxBuilder};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{documented_call, operations};

const HOUR: i64 = 3_600_000;
const LOGS: &str = "/v2/servicerequest/cases/123/operate-logs?limit=100";
const CASES: &str = "/v2/servicerequest/cases?limit=100";
const PROJECT: &str = "c15cc54e338d4506afd9bd8103071ff0";
const APP: &str = "00105ecca9d142148f9807cf0cdebfef";

/// 2030-01-01T00:00:00.999Z.
fn new_year() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_893_456_000_999)
}

/// Returns status and body of the response to a request, which is a POST if it has a body.
async fn ask(sandbox: &Sandbox, target: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(sandbox.url().trim_start_matches("http://")).await.unwrap();
    let method = if body.is_empty() { "GET" } else { "POST" };
    let (token, length) = (sandbox.token(), body.len());
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: h\r\nconnection: close\r\nx-auth-token: {token}\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap())
}

async fn status(sandbox: &Sandbox, target: &str, body: &str) -> u16 {
    ask(sandbox, target, body).await.0
}

/// Returns the items and the total of a page.
async fn page(sandbox: &Sandbox, target: &str, body: &str, items: &str, total: &str) -> (Vec<Value>, u64) {
    let (status, page) = ask(sandbox, target, body).await;
    assert_eq!(status, 200, "{target}: {page}");
    (page.pointer(items).unwrap().as_array().unwrap().clone(), page.pointer(total).unwrap().as_u64().unwrap())
}

async fn logs(sandbox: &Sandbox, target: &str) -> (Vec<Value>, u64) {
    page(sandbox, target, "", "/incident_operate_log_list", "/total_count").await
}

async fn cases(sandbox: &Sandbox, target: &str) -> (Vec<Value>, u64) {
    page(sandbox, target, "", "/incident_info_list", "/total_count").await
}

async fn operations_log(sandbox: &Sandbox, app: &str, body: &Value) -> (Vec<Value>, u64) {
    let target = format!("/v1/applications/{app}/operations/log");
    page(sandbox, &target, &body.to_string(), "/result", "/total_num").await
}

fn id(record: &Value, name: &str) -> String {
    record[name].as_str().unwrap().to_owned()
}

fn ids(records: &[Value], name: &str) -> Vec<String> {
    records.iter().map(|record| id(record, name)).collect()
}

async fn refused(builder: SandboxBuilder) -> String {
    let error = builder.start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    error.to_string()
}

#[tokio::test]
async fn histories_reach_up_to_now_and_are_the_same_in_every_run() {
    let started = i64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap() * 1000;
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let target = LOGS.replace("123", "CS1");
    let (now, _) = logs(&sandbox, &target).await;
    let millis = |record: &Value| id(record, "operate_time");
    let newest = time::parse(&millis(&now[0]), "GMT+8").unwrap();
    assert!((started..started + 60_000).contains(&newest), "{newest} is not the time of the start, {started}");

    let sandbox = Sandbox::builder().made_up_ids().newest(new_year()).start().await.unwrap();
    let (pinned, _) = logs(&sandbox, &target).await;
    let times: Vec<String> = pinned.iter().take(3).map(millis).collect();
    assert_eq!(times, ["2030-01-01 08:00:00", "2030-01-01 07:00:00", "2030-01-01 06:00:00"], "in GMT+8");
    let (operations, _) = operations_log(&sandbox, &"a".repeat(32), &json!({})).await;
    assert_eq!(operations[0]["operation_time"], "1893456000000", "a whole second");
    let without_times = |records: &[Value]| {
        let mut records = records.to_vec();
        for record in &mut records {
            record.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_time"));
        }
        records
    };
    assert_eq!(without_times(&now), without_times(&pinned));

    // What follows the documented records is older than they are.
    let target = format!("/v2/issues/get-record?project_id={PROJECT}&issue_id=9175005&limit=100");
    let (records, total) = page(&sandbox, &target, "", "/result/record", "/result/journals_total").await;
    let times: Vec<i64> = records.iter().map(|record| id(record, "created_on").parse().unwrap()).collect();
    assert_eq!((total, times.len(), times[0]), (14, 14, 1_752_829_690_000));
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    let more = Sandbox::builder().things(5).newest(new_year()).start().await.unwrap();
    let created = ids(&cases(&more, CASES).await.0, "create_time");
    assert_eq!(created[..3], ["2025-06-05 16:51:29", "2025-06-02 09:30:00", "2025-05-28 14:12:07"]);
    assert!(created[2..].is_sorted_by(|newer, older| newer > older), "{created:?}");
}

/// Returns the items of the documented call of a list operation.
async fn items(sandbox: &Sandbox, service: &str, operation: &str) -> Vec<Value> {
    let all = operations();
    let is_it = |service_id: &str, id: &str| service_id == service && id == operation;
    let (service, entry, node) =
        all.iter().find(|(service, entry, _)| is_it(service.metadata.id, entry.operation.id)).unwrap();
    let mut arguments = documented_call(service, entry, node);
    let pagination = entry.operation.pagination.unwrap();
    for name in pagination.arguments() {
        arguments.remove(name);
        arguments.get_mut("body").and_then(Value::as_object_mut).map(|body| body.remove(name));
    }
    let client = Client::new(&sandbox.config().unwrap(), service.metadata).unwrap();
    let mut stream = Call::new(client, entry).arguments(arguments).items().unwrap();
    let mut found = Vec::new();
    while let Some(item) = stream.try_next().await.unwrap() {
        found.push(item.value().clone());
    }
    found
}

#[tokio::test]
async fn lists_of_ids_have_any_length() {
    let [sandbox, again] = [150, 150].map(|things| Sandbox::builder().things(things).records(2));
    let (sandbox, again) = (sandbox.start().await.unwrap(), again.start().await.unwrap());
    let documented = Sandbox::start().await.unwrap();
    let mut lists = BTreeSet::new();
    for (_, entry, _) in operations() {
        for link in entry.operation.listed_by {
            let (service, operation) = (link.service, link.operation);
            let found = items(&sandbox, service, operation).await;
            let known = items(&documented, service, operation).await;
            assert_eq!((found.len(), &found[..known.len()]), (150, &known[..]), "{operation}");
            assert_eq!(found, items(&again, service, operation).await, "{operation}");
            let ids: BTreeSet<String> =
                found.iter().map(|item| item.pointer(link.value).unwrap().to_string()).collect();
            assert_eq!(ids.len(), 150, "{operation} lists an id twice");
            lists.insert(operation);
        }
    }
    assert_eq!(lists.len(), 5, "{lists:?}");
    // Every operation accepts the ids, also those of generated projects.
    let project = items(&sandbox, "projectman", "list_projects_v4").await[149]["project_id"].clone();
    let project = project.as_str().unwrap();
    let target = format!("/v4/projects/{project}/issues");
    let (issues, total) = page(&sandbox, &target, r#"{"offset": 140, "limit": 10}"#, "/issues", "/total").await;
    assert_eq!((issues.len(), total), (10, 150));
    let issue = &issues[9]["id"];
    let target = format!("/v2/issues/get-record?project_id={project}&issue_id={issue}");
    assert_eq!(page(&sandbox, &target, "", "/result/record", "/result/journals_total").await.1, 2);
    let list = json!({ "project_id": project, "page": 15, "size": 10 });
    let (apps, _) = page(&sandbox, "/v1/applications/list", &list.to_string(), "/result", "/total_num").await;
    assert_eq!(operations_log(&sandbox, &id(&apps[9], "id"), &json!({})).await.1, 2);
    // Fewer than documented, and none.
    for things in [1, 0] {
        let sandbox = Sandbox::builder().things(things).start().await.unwrap();
        assert_eq!(cases(&sandbox, CASES).await.1, u64::try_from(things).unwrap());
    }
}

#[tokio::test]
async fn an_id_that_no_list_contains_is_answered_with_404() {
    const NOWHERE: &str = "0123456789abcdef0123456789abcdef";
    let call = async |sandbox: &Sandbox, service, entry, arguments| -> Result<_, Error> {
        let service: &huaweicloud_core::dynamic::Service = service;
        let client = Client::new(&sandbox.config().unwrap(), service.metadata).unwrap();
        Call::new(client, entry).arguments(arguments).send().await
    };
    let strict = Sandbox::builder().things(4).start().await.unwrap();
    let lenient = Sandbox::builder().made_up_ids().start().await.unwrap();
    let mut checked = 0;
    for (service, entry, node) in operations() {
        for link in entry.operation.listed_by {
            let mut arguments = documented_call(service, entry, &node);
            call(&strict, service, entry, arguments.clone()).await.unwrap();
            let is_number = entry
                .operation
                .parameter(link.argument)
                .is_some_and(|parameter| matches!(parameter.rule.kind, huaweicloud_core::metadata::ValueType::Integer));
            let nowhere = if is_number { json!(5) } else { json!(NOWHERE) };
            let place = if entry.operation.parameter(link.argument).is_some() {
                &mut arguments
            } else {
                arguments["body"].as_object_mut().unwrap()
            };
            place.insert(link.argument.to_owned(), nowhere.clone());
            let error = call(&strict, service, entry, arguments.clone()).await.unwrap_err();
            assert!(error.is_not_found() && error.code().is_some(), "{}: {error}", entry.operation.id);
            let value = nowhere.as_str().unwrap_or("5");
            for words in [link.argument, value, link.operation] {
                assert!(error.message().contains(words), "{words} is missing: {error}");
            }
            call(&lenient, service, entry, arguments).await.unwrap();
            checked += 1;
        }
    }
    assert!(checked >= 10, "{checked}");
    // A work item exists in its own project only.
    let target = "/v4/projects/41bd3eab86544863b8fc92ffcd35e3c8/issues";
    let (issues, _) = page(&strict, target, "{}", "/issues", "/total").await;
    for (project, found) in [("41bd3eab86544863b8fc92ffcd35e3c8", [200, 404]), (PROJECT, [404, 200])] {
        let records =
            async |issue: &Value| status(&strict, &format!("/v4/projects/{project}/issue/{issue}/records"), "").await;
        assert_eq!([records(&issues[0]["id"]).await, records(&json!(9_175_005)).await], found, "{project}");
    }
    // A client that authenticates wrongly, or breaks a rule, learns that first.
    assert_eq!(status(&strict, "/v2/servicerequest/cases/CS1/operate-logs?limit=101", "").await, 400);
}

/// Checks that would generate a million records each would take hours.
#[tokio::test]
async fn ids_of_a_million_things_are_checked_without_generating_them() {
    let sandbox = Sandbox::builder().things(1_000_000).start().await.unwrap();
    let (last, total) = cases(&sandbox, "/v2/servicerequest/cases?offset=65535&limit=100").await;
    assert_eq!((last.len(), total), (100, 1_000_000));
    for case in &last {
        let target = format!("/v2/servicerequest/cases/{}/operate-logs", id(case, "incident_id"));
        assert_eq!(status(&sandbox, &target, "").await, 200, "{case}");
        assert_eq!(status(&sandbox, &target.replace("/operate", "0/operate"), "").await, 404);
    }
    // An application could be in each of a million projects.
    let target = "/v4/projects?offset=10000&limit=1";
    let (projects, _) = page(&sandbox, target, "", "/projects", "/total").await;
    let list = json!({ "project_id": projects[0]["project_id"], "page": 99_999, "size": 10 });
    let (apps, _) = page(&sandbox, "/v1/applications/list", &list.to_string(), "/result", "/total_num").await;
    let target = format!("/v1/applications/{}/info", id(&apps[0], "id"));
    assert_eq!(status(&sandbox, &target, "").await, 200);
    assert_eq!(status(&sandbox, &target.replace("0000", "0001"), "").await, 404);
}

#[tokio::test]
async fn fixtures_replace_histories_and_bodies() {
    let log = |number: usize| json!({ "incident_log_id": format!("L{number}"), "operate_desc": "fixed" });
    let history = || Fixture::new("osm", "list_case_operate_logs");
    let times = [json!({ "operation_time": "1893456000000" }), json!({ "operation_time": "1893452400000" })];
    let sandbox = Sandbox::builder()
        .fixture(history().items([]))
        .fixture(history().argument("case_id", "CS1").items((0..120).map(log)))
        .fixture(history().argument("case_id", "CS1").items([log(7)]))
        .fixture(Fixture::new("osm", "list_cases").argument("status", "5").items([json!({ "incident_id": "CS2" })]))
        .fixture(Fixture::new("codeartsdeploy", "list_app_operations_log").argument("app_id", APP).items(times))
        .fixture(Fixture::new("codeartsdeploy", "show_app_detail_by_id").body(json!({ "status": "mine" })))
        .fixture(
            Fixture::new("projectman", "list_records_v2")
                .argument("project_id", PROJECT)
                .argument("issue_id", 5)
                .items([]),
        )
        .start()
        .await
        .unwrap();
    let (first, total) = logs(&sandbox, &LOGS.replace("123", "CS1")).await;
    assert_eq!((first.len(), &first[0], total), (100, &log(0), 120), "the first of equal fixtures");
    let (second, _) = logs(&sandbox, &LOGS.replace("123", "CS1").replace('?', "?offset=100&")).await;
    assert_eq!((second.len(), &second[19]), (20, &log(119)));
    assert_eq!(logs(&sandbox, LOGS).await, (vec![], 0), "the fixture for all tickets");
    assert_eq!(logs(&sandbox, &LOGS.replace("123", "CS2")).await, (vec![], 0), "an id in an item");
    assert_eq!(status(&sandbox, &LOGS.replace("123", "CS3"), "").await, 404);
    assert_eq!(cases(&sandbox, &format!("{CASES}&status=5")).await.1, 1);
    assert_eq!(cases(&sandbox, CASES).await.1, 3, "without the argument, the documented list");
    assert_eq!(operations_log(&sandbox, APP, &json!({})).await.1, 2);
    let (late, total) = operations_log(&sandbox, APP, &json!({ "start_time": "1893453000000" })).await;
    assert_eq!((late.len(), total), (1, 1), "only what is not older");
    assert_eq!(ask(&sandbox, &format!("/v1/applications/{APP}/info"), "").await.1, json!({ "status": "mine" }));
    for (project, found) in [(PROJECT, 200), ("41bd3eab86544863b8fc92ffcd35e3c8", 404)] {
        let target = format!("/v2/issues/get-record?project_id={project}&issue_id=5");
        assert_eq!(status(&sandbox, &target, "").await, found, "{project}");
    }

    let cases = |operation: &str| Fixture::new("osm", operation);
    for (fixture, sentence) in [
        (Fixture::new("omm", "list_cases").items([]), r#"fixture 2 names the unknown service "omm"; known are coc, "#),
        (
            cases("list_case").items([]),
            r#"the unknown operation "list_case"; known are list_case_operate_logs, list_cases"#,
        ),
        (cases("list_cases").argument("id", 1).items([]), r#"the unknown argument "id"; known are search_key, "#),
        (cases("list_cases").argument("offset", 1).items([]), r#"the unknown argument "offset"; known are "#),
        (cases("list_cases").body(json!({})), "must have items and no body, because list_cases is a list"),
        (cases("list_cases"), "must have items"),
        (Fixture::new("coc", "show_coc_incident_detail").items([]), "must have a body and no items"),
    ] {
        let error = refused(Sandbox::builder().fixture(history().items([])).fixture(fixture)).await;
        assert!(error.starts_with("fixture 2 ") && error.contains(sentence), "{error}");
    }
}

#[tokio::test]
async fn faults_apply_to_services_operations_arguments_and_times() {
    let status_of = |status| Fault::Status { status, retry_after: None };
    let rule = |status| FaultRule::new(status_of(status));
    let hour = Duration::from_secs(3600);
    let plan = FaultPlan::new()
        .rule(rule(501).until(Duration::ZERO))
        .rule(rule(502).from(hour).until(2 * hour))
        .rule(rule(503).operation("list_case_operate_logs").argument("case_id", "CS1").after(1).times(1))
        .rule(rule(504).operation("list_records_v2").argument("issue_id", "5"))
        .rule(rule(505).service("osm").argument("offset", 20))
        .rule(
            rule(506)
                .service("codeartsdeploy")
                .argument("start_time", "1893453000000")
                .from(Duration::ZERO)
                .until(hour),
        );
    let text = r#"[
        {"until": 0, "do": {"fault": "status", "status": 501}},
        {"from": 3600, "until": 7200.0, "do": {"fault": "status", "status": 502}},
        {"operation": "list_case_operate_logs", "arguments": {"case_id": "CS1"}, "after": 1, "times": 1,
            "do": {"fault": "status", "status": 503}},
        {"operation": "list_records_v2", "arguments": {"issue_id": "5"}, "do": {"fault": "status", "status": 504}},
        {"service": "osm", "arguments": {"offset": 20}, "do": {"fault": "status", "status": 505}},
        {"service": "codeartsdeploy", "arguments": {"start_time": "1893453000000"}, "from": 0, "until": 3600,
            "do": {"fault": "status", "status": 506}}
    ]"#;
    let same: FaultPlan = text.parse().unwrap();
    assert!(plan.rules().eq(same.rules()), "{same:?}");
    for plan in [plan, same] {
        let sandbox = Sandbox::builder().made_up_ids().faults(plan).start().await.unwrap();
        let ticket = |id: &str, query: &str| format!("/v2/servicerequest/cases/{id}/operate-logs{query}");
        for (target, expected) in [
            (ticket("CS2", ""), 200),
            (ticket("CS1", ""), 200),
            (ticket("CS2", ""), 200),
            (ticket("CS1", ""), 503),
            (ticket("CS1", ""), 200),
            (ticket("CS2", "?offset=20"), 505),
            (format!("{CASES}&offset=20"), 505),
            (CASES.to_owned(), 200),
            ("/v4/projects?offset=20&limit=10".to_owned(), 200),
            (format!("/v2/issues/get-record?project_id={PROJECT}&issue_id=5"), 504),
            (format!("/v4/projects/{PROJECT}/issue/5/records"), 200),
        ] {
            assert_eq!(status(&sandbox, &target, "").await, expected, "{target}");
        }
        let target = format!("/v1/applications/{APP}/operations/log");
        assert_eq!(status(&sandbox, &target, r#"{"start_time": "1893453000000"}"#).await, 506);
        assert_eq!(status(&sandbox, &target, "{}").await, 200);
    }
    let rule = || FaultRule::new(Fault::Reset);
    for (wrong, sentence) in [
        (rule().service("OSM"), r#"the unknown service "OSM"; known are coc, codeartsdeploy, iam, osm, projectman"#),
        (
            rule().service("osm").operation("list_incidents"),
            r#"operation "list_incidents"; known are list_case_operate_logs, list_cases"#,
        ),
        (rule().operation("list_casess"), r#"the unknown operation "list_casess"; known are "#),
        (rule().operation("list_cases").argument("case", 1), r#"the unknown argument "case"; known are search_key, "#),
        (rule().argument("case", 1), r#"the unknown argument "case"; known are "#),
    ] {
        let error = refused(Sandbox::builder().faults(FaultPlan::new().rule(rule()).rule(wrong))).await;
        assert!(error.starts_with("rule 2 of the fault plan names ") && error.contains(sentence), "{error}");
    }
    for text in [r#"[{"util": 1, "do": {"fault": "reset"}}]"#, r#"[{"until": -1, "do": {"fault": "reset"}}]"#] {
        assert!(text.parse::<FaultPlan>().is_err(), "{text}");
    }
}

/// Returns a rule that changes a list after the first page of it, or a later one.
fn once(operation: &str, fault: Fault) -> FaultRule {
    FaultRule::new(fault).operation(operation).times(1)
}

/// The same for the history of one ticket.
fn once_for_ticket(fault: Fault) -> FaultRule {
    once("list_case_operate_logs", fault).argument("case_id", "CS1")
}

/// Returns a page of the history of that ticket.
async fn ticket_logs(sandbox: &Sandbox, offset: usize) -> (Vec<Value>, u64) {
    logs(sandbox, &(LOGS.replace("123", "CS1") + &format!("&offset={offset}"))).await
}

#[tokio::test]
async fn a_generated_history_grows_and_shrinks_between_pages() {
    let grow = once_for_ticket(Fault::Grow { by: 3 });
    let plan = FaultPlan::new().rule(grow).rule(once_for_ticket(Fault::Remove { by: 2 }).after(1));
    let builder = Sandbox::builder().made_up_ids().newest(new_year()).faults(plan);
    let sandbox = builder.start().await.unwrap();
    let (before, total) = ticket_logs(&sandbox, 0).await;
    assert_eq!((before.len(), total), (25, 25), "the response to the request is intact");
    let (grown, total) = ticket_logs(&sandbox, 0).await;
    assert_eq!((&grown[3..], total), (&before[..], 28));
    let times = ["2030-01-01 11:00:00", "2030-01-01 10:00:00", "2030-01-01 09:00:00", "2030-01-01 08:00:00"];
    assert_eq!(ids(&grown[..4], "operate_time"), times);
    let (shifted, total) = ticket_logs(&sandbox, 10).await;
    assert_eq!((&shifted[..], total), (&grown[12..], 26), "two of the new ones are gone");
    let other = logs(&sandbox, &LOGS.replace("123", "CS2")).await;
    assert_eq!(other.1, 25, "only the list that was read changes");
}

#[tokio::test]
async fn what_is_removed_from_a_list_exists_no_more() {
    let plan = FaultPlan::new()
        .rule(once("list_cases", Fault::Grow { by: 2 }))
        .rule(once("list_cases", Fault::Remove { by: 3 }).after(1))
        .rule(once("list_cases", Fault::Grow { by: 1 }).after(2));
    let sandbox = Sandbox::builder().faults(plan).start().await.unwrap();
    let (documented, _) = cases(&sandbox, CASES).await;
    let (grown, total) = cases(&sandbox, &format!("{CASES}&status=5")).await;
    assert_eq!((&grown[2..], total), (&documented[..], 5), "a filter does not make another list");
    let created = ids(&grown, "create_time");
    assert!(created.is_sorted_by(|newer, older| newer > older), "{created:?}");
    assert_eq!(cases(&sandbox, CASES).await, (documented[1..].to_vec(), 2));
    let (last, _) = cases(&sandbox, CASES).await;
    assert_eq!(&last[1..], &documented[1..]);
    let newest = id(&last[0], "incident_id");
    assert!(!ids(&grown, "incident_id").contains(&newest), "a removed record came back");
    let ticket = |id: &str| LOGS.replace("123", id);
    for (id, found) in
        [(newest, 200), (id(&grown[0], "incident_id"), 404), ("124".to_owned(), 200), ("123".to_owned(), 200)]
    {
        assert_eq!(status(&sandbox, &ticket(&id), "").await, found, "{id}");
    }

    // The applications of a project go with it.
    let plan = FaultPlan::new().rule(once("list_projects_v4", Fault::Remove { by: 3 }).after(1));
    let sandbox = Sandbox::builder().things(3).faults(plan).start().await.unwrap();
    let (projects, _) = page(&sandbox, "/v4/projects?offset=2&limit=1", "", "/projects", "/total").await;
    let list = json!({ "project_id": projects[0]["project_id"], "page": 1, "size": 10 }).to_string();
    let (apps, _) = page(&sandbox, "/v1/applications/list", &list, "/result", "/total_num").await;
    let target = format!("/v1/applications/{}/info", id(&apps[0], "id"));
    assert_eq!(status(&sandbox, &target, "").await, 200);
    page(&sandbox, "/v4/projects?offset=0&limit=1", "", "/projects", "/total").await;
    assert_eq!(status(&sandbox, &target, "").await, 404);
}

#[tokio::test]
async fn a_fixture_is_continued_with_generated_records() {
    let fixed = json!({ "incident_log_id": "L1", "operate_time": "2029-12-31 10:00:00" });
    let fixture = Fixture::new("osm", "list_case_operate_logs").argument("case_id", "CS1").items([fixed.clone()]);
    let grow = once_for_ticket(Fault::Grow { by: 2 });
    let plan = FaultPlan::new().rule(grow).rule(once_for_ticket(Fault::Remove { by: 99 }).after(1));
    let sandbox = Sandbox::builder().fixture(fixture).faults(plan).start().await.unwrap();
    assert_eq!(ticket_logs(&sandbox, 0).await, (vec![fixed.clone()], 1));
    let (grown, total) = ticket_logs(&sandbox, 0).await;
    assert_eq!((&grown[2], total), (&fixed, 3));
    assert_eq!(ids(&grown[..2], "operate_time"), ["2029-12-31 12:00:00", "2029-12-31 11:00:00"]);
    assert_eq!(ticket_logs(&sandbox, 0).await, (vec![], 0));
}

#[tokio::test]
async fn a_stream_over_a_growing_history_has_every_record_once() {
    let plan = FaultPlan::new().rule(once_for_ticket(Fault::Grow { by: 4 }));
    let sandbox = Sandbox::builder().made_up_ids().records(250).faults(plan).start().await.unwrap();
    let osm = huaweicloud_osm::Client::new(&sandbox.config().unwrap()).unwrap();
    let mut items = osm.list_case_operate_logs().case_id("CS1").items();
    let mut seen = BTreeSet::new();
    while let Some(log) = items.try_next().await.unwrap() {
        assert!(seen.insert(log.incident_log_id.clone()), "{log:?} comes twice");
    }
    assert_eq!((seen.len(), items.added_in_front()), (250, 4));
}

/// Returns the values of the members that identify a record: the documented ones, and its own that are named as ids.
fn identity(record: &Value, pagination: &Pagination) -> Vec<(String, String)> {
    let members = record.as_object().unwrap().iter();
    let is_id = |name: &str| name == "id" || name.ends_with("_id");
    let named = members.filter(|(name, _)| is_id(name) || pagination.id.contains(&name.as_str()));
    named.map(|(name, value)| (name.clone(), value.to_string())).collect()
}

#[tokio::test]
async fn records_of_a_generated_history_are_distinguishable() {
    const ID: &str = "0123456789abcdef0123456789abcdef";
    let mut checked = 0;
    for (service, entry, node) in operations().into_iter().filter(|(_, entry, _)| entry.operation.history.is_some()) {
        let plan = FaultPlan::new().rule(FaultRule::new(Fault::Grow { by: 30 }).operation(entry.operation.id).times(1));
        let sandbox =
            Sandbox::builder().made_up_ids().records(40).newest(new_year()).faults(plan).start().await.unwrap();
        let pagination = entry.operation.pagination.unwrap();
        let read = async || {
            let client = Client::new(&sandbox.config().unwrap(), service.metadata).unwrap();
            let mut call = Call::new(client, entry);
            for parameter in entry.operation.parameters.iter().filter(|parameter| parameter.required) {
                let is_number = documented_call(service, entry, &node)[parameter.name].is_number();
                call = call.argument(parameter.name, if is_number { json!(5) } else { json!(ID) });
            }
            if let Some(size) = pagination.size.filter(|size| entry.operation.parameter(size.parameter).is_some()) {
                call = call.argument(size.parameter, 100);
            } else if let Some(size) = pagination.size {
                call = call.argument("body", json!({ size.parameter: 100 }));
            }
            let page = call.send().await.unwrap();
            page.pointer(pagination.items).unwrap().as_array().unwrap().clone()
        };
        let before = read().await;
        let after = read().await;
        assert_eq!((before.len(), &after[30..]), (40, &before[..]), "{}", entry.operation.id);
        for members in [&before, &after] {
            let distinct: BTreeSet<String> = members.iter().map(Value::to_string).collect();
            assert_eq!(distinct.len(), members.len(), "{}", entry.operation.id);
        }
        let names: BTreeSet<String> = identity(&after[0], &pagination).into_iter().map(|(name, _)| name).collect();
        for name in names {
            let values: BTreeSet<String> = after.iter().map(|record| record[&name].to_string()).collect();
            assert_eq!(values.len(), after.len(), "{} of {}", name, entry.operation.id);
        }
        checked += 1;
    }
    assert!(checked >= 4, "{checked}");
}

#[tokio::test]
async fn hours_between_records_do_not_depend_on_the_page() {
    let sandbox = Sandbox::builder().made_up_ids().records(500).newest(new_year()).start().await.unwrap();
    let (page, _) = logs(&sandbox, &LOGS.replace("123", "CS1").replace('?', "?offset=400&")).await;
    let expected = 1_893_456_000_000 - 400 * HOUR;
    assert_eq!(time::parse(&id(&page[0], "operate_time"), "GMT+8"), Some(expected));
}

/// A list whose pages have markers is served whole, by any page size.
#[tokio::test]
async fn pages_have_markers_where_the_spec_says_so() {
    let services = [&huaweicloud_tiny::dynamic::SERVICE];
    let sandbox =
        Sandbox::builder().services(&services).made_up_ids().records(230).record_requests().start().await.unwrap();
    let client = huaweicloud_tiny::Client::new(&sandbox.config().unwrap()).unwrap();
    for (size, pages) in [(100, 3), (77, 3), (23, 10)] {
        let before = sandbox.requests().len();
        let mut notes = client.list_thing_notes().thing_id("t-9").limit(size).items();
        let mut ids = std::collections::BTreeSet::new();
        while let Some(note) = notes.try_next().await.unwrap() {
            ids.insert(note.note_id.unwrap());
        }
        assert_eq!((ids.len(), sandbox.requests().len() - before), (230, pages));
    }
}
