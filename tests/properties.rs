//! Every parser takes every input: it reads it, or refuses it with a sentence, and never panics.

use std::{
    fs,
    sync::Arc,
    time::{Duration, SystemTime},
};

use huaweicloud_auth::{CredentialSource as _, Environment, Loader, Metadata, Profile};
use huaweicloud_core::{Client, Config, Credential, ErrorKind, RetryPolicy, dynamic::Call, time};
use huaweicloud_sandbox::Sandbox;
use proptest::prelude::*;

use crate::{
    examples::without_nulls,
    faults::TestClock,
    support::{Canned, SECRET},
};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// JSON of any shape, with the words that error bodies are made of.
fn json() -> impl Strategy<Value = serde_json::Value> {
    json_of("(error|error_code|error_msg|errorCode|code|message|reason|status|request_id|x)")
}

/// JSON of any shape, with these words as names of members.
fn json_of(words: &'static str) -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::hash_map(words, inner, 0..5).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(config(256))]

    /// Any body under any status, with any `Retry-After`: a response or an error with that status, never a panic.
    #[test]
    fn any_response_is_understood(status in 200_u16..600, body in prop_oneof![json().prop_map(|j| j.to_string()), "\\PC{0,200}"], pause in "[ -~]{0,40}") {
        runtime().block_on(async {
            let reason = format!("{status} X");
            let server = Canned::response(&reason, &format!("retry-after: {pause}\r\n"), &body).await;
            let osm = huaweicloud_osm::Client::new(&server.config()).unwrap();
            match osm.list_case_operate_logs().case_id("1").send().await {
                Ok(page) => assert!((200..300).contains(&page.status())),
                Err(error) => {
                    // Some statuses have no body; then the connection has bytes that belong to nothing.
                    assert!(error.status() == Some(status) || matches!(error.kind(), ErrorKind::Transport), "{error:?}");
                    assert!(!error.message().is_empty());
                }
            }
        });
    }

    /// Any JSON under the names of a response is read, and what was read is written so that it is read as the same.
    #[test]
    fn any_json_is_a_response(value in json_of("(status|result|record|id|issue|user|details|created_on|operation|x)")) {
        use huaweicloud_projectman::types::ListRecordsV2Response as Response;
        match serde_json::from_value::<Response>(value.clone()) {
            Ok(response) => {
                let written = serde_json::to_string(&response).unwrap();
                assert_eq!(serde_json::from_str::<Response>(&written).unwrap(), response, "{written}");
                // The order of the members says nothing.
                let mut members: Vec<_> = value.as_object().into_iter().flatten().collect();
                members.reverse();
                let turned: serde_json::Value = members.into_iter().map(|(k, v)| (k.clone(), v.clone())).collect();
                if value.is_object() {
                    assert_eq!(serde_json::from_value::<Response>(turned).unwrap(), response);
                }
            }
            // Only an object is a response.
            Err(error) => assert!(!value.is_object(), "{error}: {value}"),
        }
    }

    /// Any JSON as a body is refused with a sentence for each rule, or sent as it came, but for nulls.
    #[test]
    fn any_json_is_a_body_or_refused(value in json_of("(fields|condition|string_filters|sort_filter|field|operator|values|name)")) {
        runtime().block_on(async {
            let server = Canned::response("200 OK", "", "{}").await;
            let entry = huaweicloud_coc::dynamic::SERVICE.operation("list_incidents_histories").unwrap();
            let client = Client::new(&server.config(), &huaweicloud_coc::SERVICE).unwrap();
            let call = Call::new(client, entry).argument("incident_id", "IM1").argument("body", value.clone());
            match call.send().await {
                Ok(_) => {
                    let request = server.requests().await.remove(0);
                    let sent: serde_json::Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
                    assert_eq!(sent, without_nulls(&value));
                }
                Err(error) => {
                    assert!(error.is_invalid_request() && !error.violations().is_empty(), "{error}");
                    for violation in error.violations() {
                        assert!(!violation.path().is_empty() && violation.to_string().contains(violation.rule()));
                    }
                }
            }
        });
    }

    /// Any method, path, query, header and body: what is sent verifies, or is refused before it is sent.
    #[test]
    fn any_request_of_ones_own_verifies(
        method in prop::sample::select(vec!["GET", "POST"]),
        id in "[A-Za-z0-9._~%$&'()*+,;=:@!-]{1,40}",
        pairs in prop::collection::vec(("\\PC{1,12}", "\\PC{0,24}"), 0..5),
        header in "[ -~]{0,20}",
        body in json(),
    ) {
        runtime().block_on(async {
            let sandbox = Sandbox::start().await.unwrap();
            let client = huaweicloud_osm::Client::new(&sandbox.config().unwrap()).unwrap();
            let (path, method) = match method {
                "GET" => (format!("/v2/servicerequest/cases/{id}/operate-logs"), http::Method::GET),
                _ => (format!("/v2/incidents/{id}/histories"), http::Method::POST),
            };
            let options = huaweicloud_core::CallOptions::new().header("x-own", header.trim()).retry(RetryPolicy::none());
            let mut request = client.request(method.clone(), path).with_options(options);
            for (key, value) in pairs {
                request = request.query(key, value);
            }
            if method == http::Method::POST {
                request = request.json(&body);
            }
            if let Err(error) = request.send().await {
                assert_ne!(error.code(), Some("APIGW.0301"), "{error}");
                assert!(error.is_invalid_request() || matches!(error.status(), Some(400 | 404)), "{error}");
            }
        });
    }

    /// Any bytes as a profile file or as a file of regions.
    #[test]
    fn any_file_of_the_user_is_read_or_refused(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "(\\[(basic|global)\\]|ak|sk|security_token|=|:|\\n| |#|;|[A-Za-z0-9]|OSM|- id|endpoint|\\PC){0,60}".prop_map(String::into_bytes),
    ]) {
        let home = tempfile::TempDir::new().unwrap();
        let file = home.path().join("file");
        fs::write(&file, &bytes).unwrap();
        let file = file.to_str().unwrap();
        runtime().block_on(async {
            let profile = Profile::new(Environment::of([("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file)]));
            if let Err(error) = profile.load().await {
                assert_eq!(error.kind(), ErrorKind::Credentials);
                assert!(error.message().starts_with(file), "{error}");
            }
            let variables = [
                ("HUAWEICLOUD_SDK_REGIONS_FILE", file), ("HUAWEICLOUD_SDK_AK", "A"), ("HUAWEICLOUD_SDK_SK", SECRET),
            ];
            let loader = Loader::new().environment(Environment::of(variables)).metadata(Metadata::default().endpoint("http://127.0.0.1:1"));
            if let Ok(builder) = loader.region("cn-south-1").load().await {
                let _ = huaweicloud_osm::Client::new(&builder.build().unwrap());
            }
        });
    }

    #[test]
    fn any_text_is_a_time_or_not(text in "\\PC{0,40}", zone in "(GMT|UTC)?[+-]?[0-9:]{0,8}|\\PC{0,10}") {
        if let Some(millis) = time::parse(&text, &zone) {
            let _ = (time::rfc3339(millis), time::local(millis, &zone));
        }
        let _ = time::parse_sdk_date(&text);
    }

    /// A date is written so that it can be read again.
    #[test]
    fn dates_of_signatures_are_read_as_they_were_written(seconds in 0_u64..253_402_300_800) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(time::parse_sdk_date(&time::sdk_date(time)), Some(time));
    }

    #[test]
    fn any_response_of_the_metadata_service_is_understood(status in 200_u16..600, body in prop_oneof![json().prop_map(|j| j.to_string()), "\\PC{0,100}"]) {
        runtime().block_on(async {
            let responses = vec![crate::support::response("404 Not Found", "", ""), crate::support::response(&format!("{status} X"), "", &body)];
            let server = Canned::start(responses).await;
            let _ = Metadata::default().endpoint(&server.url).load().await;
        });
    }

    /// Any text as an endpoint is taken or refused, and never repeated with what may be a password.
    #[test]
    fn any_endpoint_is_taken_or_refused(text in "(https?://)?(user:pass@)?[a-z0-9.\\[\\]:/?#@-]{0,30}|\\PC{0,30}") {
        let built = Config::builder()
            .credentials(Credential::keys("AK", SECRET))
            .endpoint(text)
            .clock(Arc::new(TestClock::default()))
            .build();
        if let Err(error) = built {
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(!error.message().contains("user:pass"), "{error}");
        }
    }
}
