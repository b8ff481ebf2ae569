//! A wrong call fails before anything is sent, with a sentence: which parameter, which rule, which value.

use huaweicloud_coc::types::{ListTicketParamsV2, ObjectFilterV2};
use huaweicloud_core::{Error, ErrorKind};
use huaweicloud_iam::types::{CreateTemporaryAccessKeyRequest, TemporaryAccessKeyAuth, TemporaryAccessKeyIdentity};
use huaweicloud_sandbox::Sandbox;

fn filter() -> huaweicloud_coc::types::builder::ObjectFilterV2 {
    ObjectFilterV2::builder().field("status").operator("=").values(["x"])
}

#[tokio::test]
async fn wrong_calls_are_not_sent_and_say_what_to_change() {
    let sandbox = Sandbox::builder().record_requests().start().await.unwrap();
    let config = sandbox.config().unwrap();
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let coc = huaweicloud_coc::Client::new(&config).unwrap();
    let projectman = huaweicloud_projectman::Client::new(&config).unwrap();
    let deploy = huaweicloud_codeartsdeploy::Client::new(&config).unwrap();
    let logs = || osm.list_case_operate_logs();
    let histories = || coc.list_incidents_histories().incident_id("IM1");
    let iam = huaweicloud_iam::Client::new(&config).unwrap();
    let app = "00105ecca9d142148f9807cf0cdebfef";
    let key_for = |method: &str| {
        let identity = TemporaryAccessKeyIdentity::builder().methods([method]);
        CreateTemporaryAccessKeyRequest::builder().auth(TemporaryAccessKeyAuth::builder().identity(identity))
    };
    let filters = |count: usize| vec![filter().try_into().unwrap(); count] as Vec<ObjectFilterV2>;

    let cases: Vec<(Option<Error>, &str)> = vec![
        (logs().send().await.err(), "case_id: is required"),
        (logs().case_id("").send().await.err(), r#"case_id: must have 1 to 64 characters, got 0: """#),
        (logs().case_id("x".repeat(65)).send().await.err(), "case_id: must have 1 to 64 characters, got 65: \"xxx"),
        (logs().case_id("a/b").send().await.err(), r#"case_id: must not contain '/', got "a/b""#),
        (logs().case_id("..").send().await.err(), r#"case_id: must not be a relative path, got "..""#),
        (logs().case_id("1").limit(101).send().await.err(), "limit: must be from 0 to 100, got 101"),
        (logs().case_id("1").offset(-1).send().await.err(), "offset: must be from 0 to 65535, got -1"),
        (logs().case_id("1").group_id("g".repeat(65)).send().await.err(), "group_id: must have at most 64 characters"),
        (logs().case_id("1").x_site(2).send().await.err(), "X-Site: must be from 0 to 1, got 2"),
        (logs().case_id("1").x_language("zh\n").send().await.err(), "X-Language: must be printable ASCII"),
        (
            coc.list_incidents_histories().incident_id("i".repeat(51)).send().await.err(),
            "incident_id: must have 1 to 50 characters, got 51",
        ),
        (
            histories().body_map(|body| body.string_filters(filters(21))).send().await.err(),
            "body: string_filters: must hold at most 20 items, got 21",
        ),
        (
            histories().body_map(|body| body.sort_filter(filter().values(Vec::<String>::new()))).send().await.err(),
            "body: sort_filter: values: must hold 1 to 1024 items, got 0",
        ),
        (
            histories().body_map(|body| body.sort_filter(filter().operator("~".repeat(21)))).send().await.err(),
            "body: sort_filter: operator: must have at most 20 characters, got 21",
        ),
        (
            histories().body_map(|body| body.condition("x".repeat(10_001))).send().await.err(),
            "body: condition: must have at most 10000 characters, got 10001",
        ),
        (osm.list_cases().status(31).send().await.err(), "status: must be from 0 to 30, got 31"),
        (osm.list_cases().x_site(2).send().await.err(), "X-Site: must be from 0 to 1, got 2"),
        (iam.keystone_list_projects().page(1).send().await.err(), "page: cannot be given without per_page"),
        (iam.keystone_list_projects().per_page(1).send().await.err(), "per_page: cannot be given without page"),
        (
            iam.create_temporary_access_key().body(key_for("federation")).send().await.err(),
            r#"body: auth: identity: methods: [0] must be one of token, assume_role, got "federation""#,
        ),
        (
            histories().body_map(|body| body.sort_filter(ObjectFilterV2::builder())).send().await.err(),
            "body: sort_filter: no value supplied for",
        ),
        (
            projectman.list_records_v2().project_id("short").issue_id(1).send().await.err(),
            r#"project_id: must have 32 characters, got 5: "short""#,
        ),
        (
            projectman.list_records_v2().project_id("c".repeat(32)).issue_id(10_000_000_000_i64).send().await.err(),
            "issue_id: must be from 0 to 9999999999, got 10000000000",
        ),
        (
            deploy.list_app_operations_log().app_id("a".repeat(33)).send().await.err(),
            "app_id: must have 32 characters, got 33",
        ),
        (
            deploy.list_app_operations_log().app_id(app).body_map(|b| b.page_size(101)).send().await.err(),
            "body: page_size: must be from 1 to 100, got 101",
        ),
        (
            deploy.list_app_operations_log().app_id(app).body_map(|b| b.start_time("yesterday")).send().await.err(),
            r#"body: start_time: must be a time in milliseconds since 1970 (13 digits), got "yesterday""#,
        ),
        (
            deploy.list_all_app().body_map(|b| b.project_id(app).page(1).size(1).sort_name("age")).send().await.err(),
            r#"body: sort_name: must be one of name, startTime, got "age""#,
        ),
    ];
    for (error, sentence) in cases {
        let error = error.unwrap_or_else(|| panic!("was sent: {sentence}"));
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(error.is_invalid_request() && !error.is_retryable() && error.operation().is_some());
        assert!(error.message().starts_with(sentence), "{:?} does not begin with {sentence:?}", error.message());
    }
    assert!(sandbox.requests().is_empty(), "something was sent");
}

/// What one source allows is sent, whatever another says: lists of values are hints, and the widest range counts.
#[tokio::test]
async fn legal_calls_are_sent_as_given() {
    use huaweicloud_coc::types::FilterOperator;
    use huaweicloud_osm::types::CaseStatus;
    use huaweicloud_projectman::types::{IssueTracker, ProjectArchive};

    let sandbox = Sandbox::builder().record_requests().start().await.unwrap();
    let config = sandbox.config().unwrap();
    let coc = huaweicloud_coc::Client::new(&config).unwrap();
    for operator in [">=", "not in", "DESC", "in", "desc", ""] {
        let wanted = ObjectFilterV2::builder().field("create_time").operator(operator).values([1_749_456_678_000_i64]);
        coc.list_incidents().body_map(|body| body.condition("").int_filters([wanted])).send().await.unwrap();
        let request = sandbox.requests().pop().unwrap();
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["int_filters"][0]["operator"], operator);
        assert_eq!(body["int_filters"][0]["values"][0], 1_749_456_678_000_i64, "a number is sent as it is");
        assert_eq!(body["condition"], "");
    }
    assert_eq!(FilterOperator::try_from(">=").unwrap(), FilterOperator::Unknown(">=".to_owned()));

    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    osm.list_cases().status(25).send().await.unwrap();
    osm.list_cases().status(CaseStatus::Paused).send().await.unwrap();
    let projectman = huaweicloud_projectman::Client::new(&config).unwrap();
    let project = "c15cc54e338d4506afd9bd8103071ff0";
    projectman.list_records_v2().project_id(project).issue_id(9_175_005).type_("Scrum").send().await.unwrap();
    projectman.list_projects_v4().offset(0).limit(10).archive("true").send().await.unwrap();
    projectman.list_projects_v4().offset(0).limit(10).archive(ProjectArchive::InUse).send().await.unwrap();
    let kinds = [IssueTracker::Bug, IssueTracker::try_from(99).unwrap()];
    projectman.list_issues_v4().project_id(project).body_map(|body| body.tracker_ids(kinds)).send().await.unwrap();
    let sent: Vec<String> = sandbox.requests().into_iter().skip(6).map(|request| request.target).collect();
    let expected = ["status=25", "status=5", "type=Scrum", "archive=true", "archive=false"];
    for (target, pair) in sent.iter().zip(expected) {
        assert!(target.contains(pair), "{target} lacks {pair}");
    }
    assert_eq!(sandbox.requests().pop().unwrap().body, br#"{"tracker_ids":[3,99]}"#[..]);
}

#[test]
fn a_body_in_json_is_checked_like_one_from_a_builder() {
    let entry = huaweicloud_coc::SERVICE.operation("list_incidents_histories").unwrap();
    let error = entry.decode_request(
        br#"{"string_filters":[{"field":"a","operator":"=","values":["b"]},{"field":"a","operator":"=","values":[]}]}"#,
    )
    .unwrap_err();
    assert_eq!(error.message(), "body: string_filters[1].values: must hold 1 to 1024 items, got 0");
    let body: ListTicketParamsV2 = serde_json::from_str(r#"{"fields":[]}"#).unwrap();
    assert_eq!(serde_json::to_string(&body).unwrap(), r#"{"fields":[]}"#, "an empty list is not a missing one");
}
