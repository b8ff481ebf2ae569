//! Error responses: status, code, message and request id are reported where they exist, and secrets are redacted.

use huaweicloud_core::{CallOptions, Config, Credential, Error, ErrorKind, RetryPolicy, Secret};
use huaweicloud_sandbox::Sandbox;
use tokio::net::TcpListener;

use crate::support::{Canned, SECRET};

async fn osm(status: &str, headers: &str, body: &str) -> Error {
    let server = Canned::response(status, headers, body).await;
    let client = huaweicloud_osm::Client::new(&server.config()).unwrap();
    let error = client.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert_eq!(error.operation(), Some("list_case_operate_logs"));
    error
}

#[tokio::test]
async fn maps_documented_coc_400_to_service_error() {
    let body = r#"{"error_code":"GOM.00007256","error_msg":"Parameter error","provider_code":"049","data":null}"#;
    let server = Canned::response("400 Bad Request", "x-request-id: r-1\r\n", body).await;
    let coc = huaweicloud_coc::Client::new(&server.config()).unwrap();
    let error = coc.list_incidents_histories().incident_id("IM1").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!((error.status(), error.code(), error.message()), (Some(400), Some("GOM.00007256"), "Parameter error"));
    assert_eq!(
        error.to_string(),
        "list_incidents_histories: 400 GOM.00007256: Parameter error (request r-1)",
        "one line that says it all"
    );
}

#[tokio::test]
async fn detects_in_band_errors() {
    let error =
        osm("200 OK", "x-request-id: r-2\r\n", r#"{"error_code":"OSM.01010002","error_msg":"No permission"}"#).await;
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!((error.status(), error.code(), error.message()), (Some(200), Some("OSM.01010002"), "No permission"));
    assert_eq!(error.request_id(), Some("r-2"));

    let failed = r#"{"status":"error","error_code":"PM.02150010","error_msg":"Not a member"}"#;
    for (body, code, message) in [
        (failed, Some("PM.02150010"), "Not a member"),
        (r#"{"result":{},"status":"error"}"#, None, "the service reports the status \"error\" without a message"),
    ] {
        let server = Canned::response("200 OK", "", body).await;
        let projectman = huaweicloud_projectman::Client::new(&server.config()).unwrap();
        let call = projectman.list_records_v2().project_id("c".repeat(32)).issue_id(1);
        let error = call.send().await.unwrap_err();
        assert_eq!((error.kind(), error.status(), error.code()), (ErrorKind::Service, Some(200), code));
        assert_eq!(error.message(), message);
    }

    let server =
        Canned::response("200 OK", "", r#"{"error_code":"Deploy.00011021","error_msg":"No such application"}"#).await;
    let deploy = huaweicloud_codeartsdeploy::Client::new(&server.config()).unwrap();
    let error = deploy.list_app_operations_log().app_id("a".repeat(32)).send().await.unwrap_err();
    assert_eq!(error.code(), Some("Deploy.00011021"));
}

#[tokio::test]
async fn detects_nested_in_band_errors_and_ignores_empty_codes() {
    for body in [
        r#"{"error":{"code":"X.1","reason":"no"},"status":"error"}"#,
        r#"{"error":{"code":"X.1","message":"no","title":"t"}}"#,
        r#"{"errorCode":"X.1","errorMsg":"no","error_code":"X.1"}"#,
    ] {
        let error = osm("200 OK", "", body).await;
        assert_eq!((error.code(), error.message(), error.status()), (Some("X.1"), "no", Some(200)), "{body}");
    }
    for body in [r#"{"error_code":"","error_msg":"","total_count":1}"#, r#"{"error_code":"0","total_count":1}"#] {
        let server = Canned::response("200 OK", "", body).await;
        let client = huaweicloud_osm::Client::new(&server.config()).unwrap();
        assert_eq!(client.list_case_operate_logs().case_id("1").send().await.unwrap().total_count, Some(1));
    }
    let server = Canned::response("200 OK", "", r#"{"status":"partly","result":{"journals_total":1}}"#).await;
    let projectman = huaweicloud_projectman::Client::new(&server.config()).unwrap();
    let page = projectman.list_records_v2().project_id("c".repeat(32)).issue_id(1).send().await.unwrap();
    assert_eq!(page.status.as_ref().map(ToString::to_string).as_deref(), Some("partly"), "an unknown status is kept");
    let server = Canned::response("200 OK", "", r#"{"total_count":1,"total_count":2}"#).await;
    let client = huaweicloud_osm::Client::new(&server.config()).unwrap();
    assert_eq!(client.list_case_operate_logs().case_id("1").send().await.unwrap().total_count, Some(2));
}

#[tokio::test]
async fn accepts_every_coc_success_code() {
    for code in [r#""GOM.00000000""#, r#""0""#, r#""0000""#, "0", "null"] {
        let body = format!(r#"{{"provider_code":"049","error_code":{code},"error_msg":null,"data":{{"total":0}}}}"#);
        let server = Canned::response("200 OK", "", &body).await;
        let coc = huaweicloud_coc::Client::new(&server.config()).unwrap();
        let page = coc.list_incidents_histories().incident_id("IM1").send().await.unwrap();
        assert_eq!(page.data.as_ref().unwrap().total, Some(0), "{code}");
    }
    let server = Canned::response("200 OK", "", r#"{"error_code":"GOM.00000001","error_msg":"no","data":null}"#).await;
    let coc = huaweicloud_coc::Client::new(&server.config()).unwrap();
    assert_eq!(
        coc.list_incidents_histories().incident_id("IM1").send().await.unwrap_err().code(),
        Some("GOM.00000001")
    );
}

#[tokio::test]
async fn rejects_undocumented_responses() {
    let html = "<html><body>Bad Gateway</body></html>";
    let cases = [
        (
            "502 Bad Gateway",
            "content-type: text/html\r\n",
            html,
            ErrorKind::Service,
            "Bad Gateway (the response is a page of HTML)",
        ),
        ("401 Unauthorized", "", "", ErrorKind::Service, "Unauthorized (the response is empty)"),
        (
            "200 OK",
            "content-type: text/html\r\n",
            html,
            ErrorKind::UnexpectedResponse,
            "the response is a page of HTML",
        ),
        ("200 OK", "", "", ErrorKind::UnexpectedResponse, "the response is empty"),
        ("204 No Content", "", "", ErrorKind::UnexpectedResponse, "the response is empty"),
        ("200 OK", "", "null", ErrorKind::Decode, "the response is not a JSON object"),
        ("200 OK", "", "[]", ErrorKind::Decode, "the response is not a JSON object"),
        ("200 OK", "", "garbage", ErrorKind::Decode, "the response is not a JSON object"),
        (
            "500 Internal Server Error",
            "",
            "{garbage",
            ErrorKind::Service,
            "Internal Server Error (the response has no error code)",
        ),
    ];
    for (status, headers, body, kind, message) in cases {
        let error = osm(status, &format!("{headers}x-request-id: r-3\r\n"), body).await;
        assert_eq!(error.kind(), kind, "{status} {body:?}: {error}");
        assert!(error.message().starts_with(message), "{status} {body:?}: {error}");
        assert_eq!(error.status().map(|code| status.starts_with(&code.to_string())), Some(true));
        assert_eq!(error.request_id(), Some("r-3"));
    }
    assert!(osm("502 Bad Gateway", "", html).await.is_retryable());
    assert!(osm("401 Unauthorized", "", "").await.is_unauthenticated());
    assert_eq!(osm("502 Bad Gateway", "", html).await.body_excerpt(), Some(html));
}

#[tokio::test]
async fn parses_json_regardless_of_content_type() {
    let body =
        r#"{"error":{"code":"X","reason":"y"},"status":"error","error_code":"Deploy.00011303","error_msg":"Wrong"}"#;
    let error = osm("400 Bad Request", "content-type: text/html\r\n", body).await;
    assert_eq!((error.code(), error.message()), (Some("Deploy.00011303"), "Wrong"));
    let server = Canned::response("200 OK", "content-type: text/html\r\n", r#"{"total_count":1}"#).await;
    let client = huaweicloud_osm::Client::new(&server.config()).unwrap();
    assert_eq!(client.list_case_operate_logs().case_id("1").send().await.unwrap().total_count, Some(1));
}

#[tokio::test]
async fn reports_json_path_of_invalid_json() {
    let body = r#"{"total_count":1,"incident_operate_log_list":[{"incident_log_id":"1"},{"incident_log_id":"2","#;
    let error = osm("200 OK", "", body).await;
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.json_path(), Some("incident_operate_log_list[1]"));
    let error = osm("200 OK", "", r#"{"total_count":1,"incident_operate_log_list":[{"operator_id":tru"#).await;
    assert_eq!(error.json_path(), Some("incident_operate_log_list[0].operator_id"));
    let error = osm("200 OK", "", r#"{"total_count":1} and more"#).await;
    assert_eq!((error.kind(), error.json_path()), (ErrorKind::Decode, Some("the top level")));
}

#[tokio::test]
async fn distinguishes_truncated_response_from_refused_connection() {
    let server =
        Canned::start(vec![b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\nx-request-id: r-4\r\n\r\n{\"tot".to_vec()])
            .await;
    let client = huaweicloud_osm::Client::new(&server.config()).unwrap();
    let error = client.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.request_id()), (ErrorKind::Transport, Some(200), Some("r-4")));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let config = Config::builder().credentials(Credential::keys("AK", SECRET)).endpoint(url).build().unwrap();
    let client = huaweicloud_osm::Client::new(&config).unwrap();
    let error = client.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert!(error.is_connect() && error.is_retryable() && error.status().is_none(), "{error}");
}

#[tokio::test]
async fn rejects_responses_over_max_body() {
    let body = format!(r#"{{"total_count":1,"x":"{}"}}"#, "y".repeat(5000));
    for chunked in [false, true] {
        let response = if chunked {
            format!(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
                body.len()
            )
        } else {
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
        };
        let server = Canned::start(vec![response.into_bytes()]).await;
        let config = Config::builder()
            .credentials(Credential::keys("AK", SECRET))
            .endpoint(&server.url)
            .max_body(4096)
            .build()
            .unwrap();
        let client = huaweicloud_osm::Client::new(&config).unwrap();
        let error = client.list_case_operate_logs().case_id("1").send().await.unwrap_err();
        assert!(error.message().contains("larger than 4096 bytes"), "{error}");
    }
}

#[test]
fn rejects_invalid_config() {
    let keys = || Config::builder().credentials(Credential::keys("AK", SECRET));
    let cases = [
        (Config::builder().region("cn-north-4").build(), "no credentials"),
        (keys().build(), "no region and no endpoint"),
        (keys().endpoint("http://osm.example.com").build(), "is not encrypted"),
        (keys().endpoint("ftp://osm.example.com").build(), "must begin with https://"),
        (keys().endpoint("https://osm.example.com/v2").build(), "without a path"),
        (keys().endpoint("https://user:pw@osm.example.com").build(), "must not hold a user name"),
        (keys().endpoint("https://").build(), "is not a URL"),
        (keys().region("cn-north-4").project_id("a b").build(), "the project id is empty or holds"),
        (
            Config::builder().credentials(Credential::keys("AK", "with space")).region("x").build(),
            "the secret key holds a space",
        ),
        (Config::builder().credentials(Credential::keys("", SECRET)).region("x").build(), "the access key is empty"),
        (Config::builder().credentials(Credential::token("a\nb")).region("x").build(), "the token holds a space"),
    ];
    for (result, sentence) in cases {
        let error = result.err().unwrap_or_else(|| panic!("was accepted: {sentence}"));
        assert!(error.message().contains(sentence), "{:?} lacks {sentence:?}", error.message());
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET) && !shown.contains("with space\"") && !shown.contains(":pw"), "{shown}");
    }
    let config = keys().region("mars-1").build().unwrap();
    let error = huaweicloud_osm::Client::new(&config).unwrap_err();
    assert!(error.message().contains("cn-south-1, cn-north-4, ap-southeast-3, eu-west-101"), "{error}");
}

#[tokio::test]
async fn redacts_secrets_in_debug_and_display() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let credential = Credential::temporary("AK", SECRET, SECRET);
    let builder = Config::builder().credentials(credential.clone()).endpoint(sandbox.url());
    let shown_builder = format!("{builder:?}");
    let config = builder.build().unwrap();
    let client = huaweicloud_osm::Client::new(&config).unwrap();
    let call = client.list_case_operate_logs().case_id("1");
    let shown_call = format!("{call:?}");
    let error = call.send().await.unwrap_err();
    let token = Credential::token(SECRET);
    for shown in [
        shown_builder,
        shown_call,
        format!("{config:?}"),
        format!("{client:?}"),
        format!("{credential:?}"),
        format!("{token:?}"),
        format!("{:?}", Secret::from(SECRET)),
        format!("{error:?}"),
        error.to_string(),
    ] {
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

/// Request members with `format: password`, echoed by a gateway in every escaping that JSON allows.
#[tokio::test]
async fn redacts_request_secrets_in_error_bodies() {
    const PASSWORD: &str = "pass/\"wörd\" of the user";
    let body = || {
        let documented = serde_json::json!({ "auth": { "identity": {
            "methods": ["password"],
            "password": { "user": { "name": "ann", "password": PASSWORD, "domain": { "name": "example" } } },
        } } });
        serde_json::from_value::<huaweicloud_iam::types::CreateTokenRequest>(documented).unwrap()
    };
    let as_json = serde_json::to_string(PASSWORD).unwrap();
    let sent = serde_json::to_string(&body()).unwrap();
    let units: String = PASSWORD.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let mut echoes = vec![
        as_json.clone(),
        as_json.replace('/', "\\/"),
        format!("\"{units}\""),
        serde_json::to_string(&sent).unwrap(),
        serde_json::to_string(&format!("{{\"password\":\"{units}\"}}")).unwrap(),
    ];
    echoes.push(serde_json::to_string(&echoes[4]).unwrap());
    for (status, code) in
        [("400 Bad Request", "error_code"), ("500 Internal Server Error", "code"), ("201 Created", "x")]
    {
        for echo in &echoes {
            let message = if code == "code" { "message" } else { "error_msg" };
            let response = format!(r#"{{"{code}":"A.1","{message}":{echo},"cut":"#);
            let response = if status.starts_with("201") { response } else { format!("{response}1}}") };
            let server = Canned::response(status, "", &response).await;
            let config =
                Config::builder().anonymous().endpoint(&server.url).retry(RetryPolicy::none()).build().unwrap();
            let iam = huaweicloud_iam::Client::new(&config).unwrap();
            let error = iam.keystone_create_user_token_by_password().body(body()).send().await.unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains("rd\\\" of") && !shown.contains("wörd") && !shown.contains("0077"), "{shown}");
            assert_eq!(shown.contains("(redacted)"), !status.starts_with("201"), "{shown}");
            assert_eq!(error.body_excerpt(), None, "what else is secret in it is not known");
        }
    }
}

#[tokio::test]
async fn redacts_secret_headers_in_error_bodies() {
    const LOOKED_AT: &str = "the-token-that-is-looked-at";
    const OWN: &str = "a-secret-of-the-caller";
    let response = format!(r#"{{"error_code":"A.1","error_msg":"x-subject-token:{LOOKED_AT}|x-own:{OWN}"}}"#);
    let server = Canned::response("403 Forbidden", "", &response).await;
    let options = CallOptions::new().secret_header("X-Own", OWN);
    assert!(!format!("{options:?}").contains(OWN));
    let iam = huaweicloud_iam::Client::new(&server.config()).unwrap();
    let error =
        iam.keystone_validate_token().x_subject_token(LOOKED_AT).with_options(options).send().await.unwrap_err();
    assert_eq!(error.message(), "x-subject-token:(redacted)|x-own:(redacted)");
    assert!(server.requests().await[0].contains(&format!("x-own: {OWN}")));
}

/// New keys in a response that cannot be deserialized or that reports a failure.
#[tokio::test]
async fn redacts_secrets_of_invalid_responses() {
    let keys = format!(r#"{{"credential":{{"access":"AK","secret":"{SECRET}","securitytoken":"{SECRET}-token"}}"#);
    let body = r#"{"auth":{"identity":{"methods":["token"]}}}"#;
    for response in [keys.clone(), format!("{keys}}} rubbish"), format!("<{keys}"), format!("[{keys}]")] {
        let server = Canned::response("201 Created", &format!("x-subject-token: {SECRET}\r\n"), &response).await;
        let iam = huaweicloud_iam::Client::new(&server.config()).unwrap();
        let body: huaweicloud_iam::types::CreateTemporaryAccessKeyRequest = serde_json::from_str(body).unwrap();
        let error = iam.create_temporary_access_key().body(body).send().await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(SECRET), "{shown}");
        assert_eq!(error.body_excerpt(), None);
    }
}

/// A response that reports a failure and echoes one of its own secrets in the message.
#[tokio::test]
async fn redacts_response_secrets_in_error_messages() {
    let response = format!(r#"{{"error_code":"A.1","error_msg":"gave {SECRET}","new_key":"{SECRET}"}}"#);
    let server = Canned::response("200 OK", "", &response).await;
    let config = Config::builder().credentials(Credential::keys("AK", "SK")).endpoint(&server.url).build().unwrap();
    let tiny = huaweicloud_tiny::Client::new(&config).unwrap();
    let call = tiny.look_up_thing().thing_id("t-1").kind(["a"]).x_mood("red").fn_(1.5);
    let error = call.send().await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("A.1"), "gave (redacted)"));
    assert!(!format!("{error:?}").contains(SECRET));
}
