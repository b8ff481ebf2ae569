//! Validation against the documented rules: an invalid call is not sent and every violated rule is reported; a valid
//! call is sent unchanged.
//!
//! Invalid calls use the golden service, so that changes to the documents of real services do not affect these tests.

use huaweicloud_core::{CallOptions, Client, Config, Credential, Error, ErrorKind, Violation, dynamic::Call};
use huaweicloud_sandbox::Sandbox;
use huaweicloud_tiny::{
    builder::LookUpThing,
    types::{Filter, LookUpThingRequest, Shape},
};
use serde_json::{Value, json};

/// Returns a configuration with an unreachable endpoint: a call that is sent fails, but not with a violation.
fn unreachable_config() -> Config {
    Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("http://127.0.0.1:1").build().unwrap()
}

/// Returns a valid call.
fn valid() -> LookUpThing {
    let tiny = huaweicloud_tiny::Client::new(&unreachable_config()).unwrap();
    tiny.look_up_thing().thing_id("t-1").kind(["a"]).x_mood("red").fn_(1.5)
}

fn violation_messages(error: &Error) -> Vec<String> {
    error.violations().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn violations_report_path_rule_and_value() {
    let error = valid().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "a legal call is sent: {error}");

    let filter = || Filter::new().field("a").values([1]);
    let cases: Vec<(LookUpThing, &str)> = vec![
        (valid().thing_id(""), r#"thing_id: must not be empty: it is a part of the path, got """#),
        (valid().thing_id("123456789"), r#"thing_id: must have 1 to 8 characters, got "123456789" (9 characters)"#),
        (valid().thing_id("a/b"), r#"thing_id: must not contain '/': it is a part of the path, got "a/b""#),
        (valid().thing_id("a\\b"), r#"thing_id: must not contain '\\': it is a part of the path, got "a\\b""#),
        (valid().thing_id(".."), r#"thing_id: must not be a relative path, got "..""#),
        (valid().thing_id("a\u{7}"), r#"thing_id: must not contain '\u{7}': it is a part of the path, got "a\u{7}""#),
        (valid().limit(101), "limit: must be from 1 to 100, got 101"),
        (valid().offset(-1), "offset: must be from 0 to 1000, got -1"),
        (valid().kind(["a", "b", "c", "d"]), "kind: must hold 1 to 3 items, got 4"),
        (valid().kind([""; 0]), "kind: must hold 1 to 3 items, got 0"),
        (valid().x_mood("zh\n"), r#"X-Mood: must be printable ASCII, got "zh\n""#),
        (valid().x_mood("Grün"), r#"X-Mood: must be printable ASCII, got "Grün""#),
        (valid().x_mood("orangeblue"), r#"X-Mood: must have 1 to 8 characters, got "orangeblue" (10 characters)"#),
        (valid().code("ab-d"), r#"code: must hold letters and digits only, got "ab-d""#),
        (valid().code("abc"), r#"code: must have 4 letters and digits, got "abc" (3 characters)"#),
        (valid().shape(10), "shape: must be from 0 to 9, got 10"),
        (valid().size("huge"), r#"size: must be one of small, large, got "huge""#),
        (valid().since(7), r#"since: must be a time in milliseconds since 1970 (13 digits), got "7""#),
        (valid().since("now"), r#"since: must be a time in milliseconds since 1970 (13 digits), got "now""#),
        (valid().names(["a", "b", "c"]), "names: must hold at most 2 items, got 3"),
        (valid().names(["a", "four"]), r#"names[1]: must have 1 to 3 characters, got "four" (4 characters)"#),
        (valid().filters([filter(), Filter::new().field("a")]), "filters[1].values: is required"),
        (valid().filters([filter().values([])]), "filters[0].values: must hold at least 1 item, got 0"),
        (
            valid().filters([filter().field("abcdef")]),
            r#"filters[0].field: must have at most 5 characters, got "abcdef" (6 characters)"#,
        ),
        (valid().body(LookUpThingRequest::new()), "fn: is required"),
    ];
    for (call, sentence) in cases {
        let error = call.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(error.is_invalid_request() && !error.is_retryable() && error.operation() == Some("look_up_thing"));
        assert_eq!((violation_messages(&error), error.message()), (vec![sentence.to_owned()], sentence));
    }
}

#[tokio::test]
async fn reports_every_violation() {
    let tiny = huaweicloud_tiny::Client::new(&unreachable_config()).unwrap();
    let error = tiny.look_up_thing().send().await.unwrap_err();
    assert_eq!(
        violation_messages(&error),
        ["thing_id: is required", "kind: is required", "X-Mood: is required", "fn: is required"]
    );

    let error = valid().limit(0).names(["toolong"]).shape(Shape::Unknown(-1)).send().await.unwrap_err();
    let broken: Vec<(&str, &str, Option<&str>)> =
        error.violations().iter().map(|violation| (violation.path(), violation.rule(), violation.value())).collect();
    assert_eq!(
        broken,
        [
            ("limit", "must be from 1 to 100", Some("0")),
            ("shape", "must be from 0 to 9", Some("-1")),
            ("names[0]", "must have 1 to 3 characters", Some("\"toolong\" (7 characters)")),
        ]
    );
    let sentence = "limit: must be from 1 to 100, got 0; shape: must be from 0 to 9, got -1; names[0]: must have 1 to 3 \
                    characters, got \"toolong\" (7 characters)";
    assert_eq!(error.message(), sentence);
}

#[tokio::test]
async fn violations_omit_secret_values() {
    let call = Call::new(Client::new(&unreachable_config(), &huaweicloud_tiny::SERVICE).unwrap(), entry());
    let error = call.arguments(arguments(json!({ "fn": 1, "key": { "the": "secret" } }))).send().await.unwrap_err();
    assert_eq!(violation_messages(&error), ["key: must be a text"]);
    let call = Call::new(Client::new(&unreachable_config(), &huaweicloud_tiny::SERVICE).unwrap(), entry());
    let error = call.arguments(arguments(json!(["secret"]))).send().await.unwrap_err();
    assert_eq!(violation_messages(&error), ["body: must be a JSON object"]);
    let iam = huaweicloud_iam::Client::new(&unreachable_config()).unwrap();
    let error = iam.keystone_validate_token().x_subject_token("the\nsecret").send().await.unwrap_err();
    assert_eq!(violation_messages(&error), ["X-Subject-Token: holds a character that cannot stand in a header"]);
    let call = iam.keystone_validate_token().x_subject_token("the-secret");
    assert!(!format!("{call:?}").contains("the-secret"), "{call:?}");
}

/// Path segments and headers are always checked, because errors in them would go unnoticed.
#[tokio::test]
async fn validation_can_be_disabled_except_for_path_and_headers() {
    let unchecked = || CallOptions::new().check_rules(false);
    let wrong = || valid().limit(0).thing_id("much-too-long").body(LookUpThingRequest::new());
    assert_eq!(wrong().with_options(unchecked()).send().await.unwrap_err().kind(), ErrorKind::Connect);
    let config = unreachable_config().to_builder().check_rules(false).build().unwrap();
    let tiny = huaweicloud_tiny::Client::new(&config).unwrap();
    let error = tiny.look_up_thing().thing_id("t").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "what is required is a rule too");
    let strict = CallOptions::new().check_rules(true);
    let error = tiny.look_up_thing().thing_id("t").with_options(strict).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);

    for (call, path) in [
        (wrong().thing_id("a/b"), "thing_id"),
        (wrong().thing_id(".."), "thing_id"),
        (wrong().thing_id(""), "thing_id"),
        (tiny.look_up_thing(), "thing_id"),
        (wrong().x_mood("\r\nX: 1"), "X-Mood"),
    ] {
        let error = call.with_options(unchecked()).send().await.unwrap_err();
        assert_eq!(error.violations().iter().map(Violation::path).collect::<Vec<_>>(), [path], "{error}");
    }
}

#[tokio::test]
async fn streams_reject_invalid_calls_without_sending() {
    let tiny = huaweicloud_tiny::Client::new(&unreachable_config()).unwrap();
    for (call, sentence) in [
        (valid().offset(1001), "offset: must be from 0 to 1000, got 1001"),
        (valid().limit(500), "limit: must be from 1 to 100, got 500"),
        (valid().limit(0), "limit: must be from 1 to 100, got 0"),
        (tiny.look_up_thing().thing_id("t").kind(["a"]).x_mood("red"), "fn: is required"),
    ] {
        assert_eq!(call.clone().items().try_next().await.unwrap_err().message(), sentence);
        let mut pages = call.pages();
        assert_eq!(pages.try_next().await.unwrap_err().message(), sentence);
        assert!(pages.next().await.is_none(), "the stream has ended");
    }
}

fn entry() -> &'static huaweicloud_core::dynamic::OperationDescriptor {
    huaweicloud_tiny::dynamic::SERVICE.operation("look_up_thing").unwrap()
}

fn arguments(body: Value) -> serde_json::Map<String, Value> {
    let arguments = json!({ "thing_id": "t-1", "kind": ["a"], "X-Mood": "red", "body": body });
    arguments.as_object().unwrap().clone()
}

#[tokio::test]
async fn validates_dynamic_calls_like_typed_calls() {
    let call = |given: Value| {
        let client = Client::new(&unreachable_config(), &huaweicloud_tiny::SERVICE).unwrap();
        Call::new(client, entry()).arguments(arguments(given)).send()
    };
    assert_eq!(call(json!({ "fn": 1 })).await.unwrap_err().kind(), ErrorKind::Connect, "a legal call is sent");
    let error = call(json!({
        "names": ["a", 7],
        "filters": [{ "field": "a", "values": [] }, "all", { "feild": "a", "field": "a", "values": [1.5] }],
        "nested": { "deep": "yes" },
        "since": true,
        "labels": { "a": 1 },
        "unheard": null,
        "unheard_of": 1,
    }))
    .await
    .unwrap_err();
    assert_eq!(
        violation_messages(&error),
        [
            "fn: is required",
            "nested.deep: must be true or false, got \"yes\"",
            "since: must be a time in milliseconds since 1970 (13 digits), got true",
            "names[1]: must be a text, got 7",
            "filters[0].values: must hold at least 1 item, got 0",
            "filters[1]: must be a JSON object, got \"all\"",
            "filters[2].values[0]: must be an integer, got 1.5",
            "filters[2].feild: is not a member; known are field, values",
            "labels.a: must be a text, got 1",
            "unheard_of: is not a member; known are fn, nested, shape, size, key, code, since, names, filters, labels, values",
        ]
    );
    let client = Client::new(&unreachable_config(), &huaweicloud_tiny::SERVICE).unwrap();
    let error = Call::new(client, entry()).argument("thing", "x").send().await.unwrap_err();
    assert!(error.message().contains("thing: is not"), "{error}");
}

/// The rustdoc of a setter quotes the rule that is checked.
#[test]
fn rustdoc_quotes_the_checked_rules() {
    let mut quoted = 0;
    for service in huaweicloud_catalog::services() {
        let file =
            format!("{}/../crates/huaweicloud-{}/src/builder.rs", env!("CARGO_MANIFEST_DIR"), service.metadata.id);
        let source = std::fs::read_to_string(file).unwrap().to_lowercase();
        for entry in service.operations {
            let members = entry.operation.body.into_iter().flat_map(|body| body.members).map(|member| &member.rule);
            let rules = entry.operation.parameters.iter().map(|parameter| &parameter.rule).chain(members);
            for rule in rules.map(ToString::to_string).filter(|rule| !rule.is_empty()) {
                let sentence = format!("    /// {}.\n", rule.to_lowercase());
                assert!(source.contains(&sentence), "{}: {rule}", entry.operation.id);
                quoted += 1;
            }
        }
    }
    assert!(quoted > 80, "{quoted}");
}

/// A value that one source allows is sent even if another source does not: lists of values are hints, and the widest
/// range applies.
#[tokio::test]
async fn sends_valid_calls_unchanged() {
    use huaweicloud_coc::types::{FilterOperator, ObjectFilterV2};
    use huaweicloud_osm::types::CaseStatus;
    use huaweicloud_projectman::types::{IssueTracker, ProjectArchive};

    let sandbox = Sandbox::builder().record_requests().start().await.unwrap();
    let config = sandbox.config().unwrap();
    let coc = huaweicloud_coc::Client::new(&config).unwrap();
    for operator in [">=", "not in", "DESC", "in", "desc", ""] {
        let wanted = ObjectFilterV2::new().field("create_time").operator(operator).values([1_749_456_678_000_i64]);
        coc.list_incidents().condition("").int_filters([wanted]).send().await.unwrap();
        let request = sandbox.requests().pop().unwrap();
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["int_filters"][0]["operator"], operator);
        assert_eq!(body["int_filters"][0]["values"][0], 1_749_456_678_000_i64, "a number is sent as it is");
        assert_eq!(body["condition"], "");
    }
    assert_eq!(FilterOperator::from(">="), FilterOperator::Unknown(">=".to_owned()));

    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    osm.list_cases().status(25).send().await.unwrap();
    osm.list_cases().status(CaseStatus::Paused).send().await.unwrap();
    let projectman = huaweicloud_projectman::Client::new(&config).unwrap();
    let project = "c15cc54e338d4506afd9bd8103071ff0";
    projectman.list_records_v2().project_id(project).issue_id(9_175_005).type_("Scrum").send().await.unwrap();
    projectman.list_projects_v4().offset(0).limit(10).archive("true").send().await.unwrap();
    projectman.list_projects_v4().offset(0).limit(10).archive(ProjectArchive::InUse).send().await.unwrap();
    let kinds = [IssueTracker::Bug, IssueTracker::from(99)];
    projectman.list_issues_v4().project_id(project).tracker_ids(kinds).send().await.unwrap();
    let sent: Vec<String> = sandbox.requests().into_iter().skip(6).map(|request| request.target).collect();
    let expected = ["status=25", "status=5", "type=Scrum", "archive=true", "archive=false"];
    for (target, pair) in sent.iter().zip(expected) {
        assert!(target.contains(pair), "{target} lacks {pair}");
    }
    assert_eq!(sandbox.requests().pop().unwrap().body, br#"{"tracker_ids":[3,99]}"#[..]);
}
