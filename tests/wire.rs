//! Requests on the wire, over real TCP: method, path, query, headers and body.

use huaweicloud_coc::types::ObjectFilterV2;
use huaweicloud_core::{Config, Credential};
use huaweicloud_sandbox::{RecordedRequest, Sandbox};
use serde_json::{Value, json};

use crate::support::{Canned, SECRET};

async fn sandbox() -> (Sandbox, Config) {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let config = sandbox
        .config_builder()
        .project_id("0123456789abcdef0123456789abcdef")
        .domain_id("fedcba9876543210fedcba9876543210")
        .build()
        .unwrap();
    (sandbox, config)
}

fn header<'a>(request: &'a RecordedRequest, name: &str) -> Option<&'a str> {
    request.headers.get(name).map(|value| value.to_str().unwrap())
}

fn single_request(sandbox: &Sandbox) -> RecordedRequest {
    let mut requests = sandbox.requests();
    assert_eq!(requests.len(), 1);
    let request = requests.remove(0);
    assert!(header(&request, "api-version").is_none(), "the generator's own header was sent");
    assert!(header(&request, "authorization").unwrap().starts_with("SDK-HMAC-SHA256 Access="));
    assert_eq!(header(&request, "host"), Some(sandbox.url().trim_start_matches("http://")));
    assert_eq!(header(&request, "accept"), Some("application/json"));
    request
}

#[tokio::test]
async fn osm_sends_documented_request() {
    let (sandbox, config) = sandbox().await;
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let page = osm
        .list_case_operate_logs()
        .case_id("CS 1+ü")
        .group_id("a b&c=d+e*~")
        .offset(20)
        .limit(5)
        .x_language("en-us")
        .x_time_zone("GMT+1")
        .x_site(1)
        .send()
        .await
        .unwrap();
    assert_eq!((page.status(), page.incident_operate_log_list.len(), page.total_count), (200, 5, Some(25)));
    assert_eq!(page.request_id().map(str::len), Some(32));
    let request = single_request(&sandbox);
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.target,
        "/v2/servicerequest/cases/CS%201%2B%C3%BC/operate-logs?group_id=a%20b%26c%3Dd%2Be%2A~&limit=5&offset=20"
    );
    assert_eq!(header(&request, "x-language"), Some("en-us"));
    assert_eq!(header(&request, "x-time-zone"), Some("GMT+1"));
    assert_eq!(header(&request, "x-site"), Some("1"));
    assert_eq!(header(&request, "x-domain-id"), Some("fedcba9876543210fedcba9876543210"));
    assert_eq!(header(&request, "x-project-id"), None, "the service is not bound to a project");
    assert_eq!((header(&request, "content-type"), request.body.len()), (None, 0));
}

#[tokio::test]
async fn coc_sends_documented_request() {
    let (sandbox, config) = sandbox().await;
    let coc = huaweicloud_coc::Client::new(&config).unwrap();
    let sort = ObjectFilterV2::new().operator("desc").field("start_time").name("start_time").values(["start_time"]);
    let page = coc
        .list_incidents_histories()
        .incident_id("IM202506051651290199975850")
        .sort_filter(sort)
        .send()
        .await
        .unwrap();
    let records = &page.data.as_ref().unwrap().info;
    assert_eq!(records[1].action_id.as_deref(), Some("main"));
    let request = single_request(&sandbox);
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/v2/incidents/IM202506051651290199975850/histories");
    assert_eq!(header(&request, "content-type"), Some("application/json"));
    assert_eq!(header(&request, "x-language"), None, "the page does not know this header");
    let documented = json!({ "sort_filter":
        { "operator": "desc", "field": "start_time", "name": "start_time", "values": ["start_time"] } });
    assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), documented);
}

#[tokio::test]
async fn sends_and_signs_empty_body_as_empty_object() {
    let (sandbox, config) = sandbox().await;
    let coc = huaweicloud_coc::Client::new(&config).unwrap();
    coc.list_incidents_histories().incident_id("IM1").send().await.unwrap();
    assert_eq!(single_request(&sandbox).body.as_ref(), b"{}");
}

#[tokio::test]
async fn projectman_sends_documented_request() {
    let (sandbox, config) = sandbox().await;
    let projectman = huaweicloud_projectman::Client::new(&config).unwrap();
    let project = "c15cc54e338d4506afd9bd8103071ff0";
    let page = projectman
        .list_records_v2()
        .project_id(project)
        .issue_id(9_175_005)
        .limit(10)
        .offset(0)
        .type_("scrum")
        .send()
        .await
        .unwrap();
    assert_eq!(page.result.as_ref().unwrap().record.len(), 10);
    let request = single_request(&sandbox);
    assert_eq!(request.method, "GET");
    assert_eq!(
        request.target,
        "/v2/issues/get-record?issue_id=9175005&limit=10&offset=0&project_id=c15cc54e338d4506afd9bd8103071ff0&type=scrum"
    );
    assert_eq!(
        header(&request, "x-project-id"),
        Some("0123456789abcdef0123456789abcdef"),
        "the IAM project is not the CodeArts project"
    );
    assert_eq!(header(&request, "x-domain-id"), None);
}

#[tokio::test]
async fn codeartsdeploy_sends_documented_request() {
    let (sandbox, config) = sandbox().await;
    let deploy = huaweicloud_codeartsdeploy::Client::new(&config).unwrap();
    let page = deploy
        .list_app_operations_log()
        .app_id("00105ecca9d142148f9807cf0cdebfef")
        .operation_type(["enable", "disable", "modify", "create"])
        .data_type(["deployment_actions", "message", "permission", "config", "application"])
        .operator_id(Vec::<String>::new())
        .start_time(1_713_345_288_000)
        .end_time("1713431688000")
        .sort_type("asc")
        .sort_by("operation_time")
        .page_size(10)
        .page_index(1)
        .send()
        .await
        .unwrap();
    assert_eq!((page.result.len(), page.total_num), (1, Some(1)));
    let request = single_request(&sandbox);
    assert_eq!(request.method, "POST");
    assert_eq!(request.target, "/v1/applications/00105ecca9d142148f9807cf0cdebfef/operations/log");
    let spec: Value = serde_json::from_str(huaweicloud_codeartsdeploy::dynamic::SERVICE.spec).unwrap();
    let documented = spec
        .pointer("/paths/~1v1~1applications~1{app_id}~1operations~1log/post/requestBody/content/application~1json/examples/documented/value")
        .unwrap();
    assert_eq!(&serde_json::from_slice::<Value>(&request.body).unwrap(), documented);
}

#[tokio::test]
async fn sends_auth_headers_for_tokens_and_temporary_keys() {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let config = |credential| Config::builder().credentials(credential).endpoint(sandbox.url()).build().unwrap();
    let token = config(Credential::token(sandbox.token()));
    huaweicloud_osm::Client::new(&token).unwrap().list_case_operate_logs().case_id("1").send().await.unwrap();
    let keys = config(Credential::temporary(sandbox.access_key(), sandbox.secret_key(), "session"));
    huaweicloud_osm::Client::new(&keys).unwrap().list_case_operate_logs().case_id("1").send().await.unwrap();
    let requests = sandbox.requests();
    assert_eq!(header(&requests[0], "x-auth-token"), Some(sandbox.token()));
    assert!(header(&requests[0], "authorization").is_none() && header(&requests[0], "x-sdk-date").is_none());
    assert_eq!(header(&requests[1], "x-security-token"), Some("session"));
    assert!(header(&requests[1], "authorization").unwrap().contains(";x-security-token,"));
    assert!(header(&requests[1], "x-auth-token").is_none());
}

#[tokio::test]
async fn does_not_follow_redirects() {
    let target = Canned::response("200 OK", "", "{}").await;
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let server = Canned::response(status, &format!("location: {}/else\r\n", target.url), "").await;
        let osm = huaweicloud_osm::Client::new(&server.config()).unwrap();
        let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
        assert_eq!(error.kind(), huaweicloud_core::ErrorKind::UnexpectedResponse);
        assert!(error.to_string().contains("redirect"), "{error}");
        assert_eq!(server.requests().await.len(), 1);
    }
}

#[tokio::test]
async fn sandbox_rejects_invalid_credentials() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let with = |credential| Config::builder().credentials(credential).endpoint(sandbox.url()).build().unwrap();
    let wrong = [
        (Credential::keys(sandbox.access_key(), SECRET), "APIGW.0301", "verify aksk signature fail"),
        (Credential::keys("UNKNOWN", SECRET), "APIGW.0301", "unknown access key"),
        (Credential::token("expired"), "APIGW.0307", "The token must be updated"),
    ];
    for (credential, code, message) in wrong {
        let osm = huaweicloud_osm::Client::new(&with(credential)).unwrap();
        let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
        assert!(
            error.is_unauthenticated() && error.code() == Some(code) && error.message().contains(message),
            "{error}"
        );
        assert!(error.request_id().is_some() && !format!("{error:?} {error}").contains(SECRET));
    }
}
