//! Property tests: every parser accepts any input or rejects it with an error message, and never panics.

use std::{
    fs,
    sync::Arc,
    time::{Duration, SystemTime},
};

use huaweicloud_auth::{Context, CredentialSource as _, Environment, Loader, Metadata, Profile};
use huaweicloud_core::{Client, Config, Credential, ErrorKind, RetryPolicy, dynamic::Call, time};
use huaweicloud_sandbox::Sandbox;
use proptest::prelude::*;

use crate::{
    examples::without_nulls,
    faults::TestClock,
    support::{Canned, SECRET, runtime},
};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Returns a strategy for JSON of any shape with the member names of error bodies.
fn json() -> impl Strategy<Value = serde_json::Value> {
    json_of("(error|error_code|error_msg|errorCode|code|message|reason|status|request_id|x)")
}

/// Returns a strategy for JSON of any shape with member names that match `words`.
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

    /// Any status, body and `Retry-After` result in a response or in an error with that status, never in a panic.
    #[test]
    fn handles_any_response(status in 200_u16..600, body in prop_oneof![json().prop_map(|j| j.to_string()), "\\PC{0,200}"], pause in "[ -~]{0,40}") {
        runtime().block_on(async {
            let reason = format!("{status} X");
            let server = Canned::response(&reason, &format!("retry-after: {pause}\r\n"), &body).await;
            let osm = huaweicloud_osm::Client::new(&server.config()).unwrap();
            match osm.list_case_operate_logs().case_id("1").send().await {
                Ok(page) => assert!((200..300).contains(&page.status())),
                Err(error) => {
                    // Some statuses have no body, so the bytes that follow are unexpected on the connection.
                    assert!(error.status() == Some(status) || matches!(error.kind(), ErrorKind::Transport), "{error:?}");
                    assert!(!error.message().is_empty());
                }
            }
        });
    }

    /// Any JSON object with the member names of a response deserializes, and the result round-trips.
    #[test]
    fn decodes_any_json_object(value in json_of("(status|result|record|id|issue|user|details|created_on|operation|x)")) {
        use huaweicloud_projectman::types::ListRecordsV2Response as Response;
        match serde_json::from_value::<Response>(value.clone()) {
            Ok(response) => {
                let written = serde_json::to_string(&response).unwrap();
                assert_eq!(serde_json::from_str::<Response>(&written).unwrap(), response, "{written}");
                // The order of the members is irrelevant.
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

    /// Any JSON body is rejected with a message for each violated rule, or sent unchanged except for nulls.
    #[test]
    fn sends_or_rejects_any_json_body(value in json_of("(fields|condition|string_filters|sort_filter|field|operator|values|name)")) {
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

    /// Any method, path, query, header and body is sent with a valid signature, or rejected before it is sent.
    #[test]
    fn signs_any_custom_request(
        method in prop::sample::select(vec!["GET", "POST"]),
        id in "[A-Za-z0-9._~%$&'()*+,;=:@!-]{1,40}",
        pairs in prop::collection::vec(("\\PC{1,12}", "\\PC{0,24}"), 0..5),
        header in "[ -~]{0,20}",
        body in json(),
    ) {
        runtime().block_on(async {
            let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
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

    /// Any bytes are parsed or rejected as a profile file and as a regions file.
    #[test]
    fn parses_or_rejects_any_user_file(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "(\\[(basic|global)\\]|ak|sk|security_token|=|:|\\n| |#|;|[A-Za-z0-9]|OSM|- id|endpoint|\\PC){0,60}".prop_map(String::into_bytes),
    ]) {
        let home = tempfile::TempDir::new().unwrap();
        let file = home.path().join("file");
        fs::write(&file, &bytes).unwrap();
        let file = file.to_str().unwrap();
        runtime().block_on(async {
            let loader = Loader::new().environment(Environment::of([("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file)]));
            if let Err(error) = Profile.load(&loader.context()).await {
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
    fn parses_or_rejects_any_time(text in "\\PC{0,40}", zone in "(GMT|UTC)?[+-]?[0-9:]{0,8}|\\PC{0,10}") {
        if let Some(millis) = time::parse(&text, &zone) {
            let _ = (time::rfc3339(millis), time::local(millis, &zone));
        }
        let _ = time::parse_sdk_date(&text);
    }

    /// A formatted date parses to the same time.
    #[test]
    fn signing_dates_round_trip(seconds in 0_u64..253_402_300_800) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(time::parse_sdk_date(&time::sdk_date(time)), Some(time));
    }

    #[test]
    fn handles_any_metadata_response(status in 200_u16..600, body in prop_oneof![json().prop_map(|j| j.to_string()), "\\PC{0,100}"]) {
        runtime().block_on(async {
            let responses = vec![crate::support::response("404 Not Found", "", ""), crate::support::response(&format!("{status} X"), "", &body)];
            let server = Canned::start(responses).await;
            let _ = Metadata::default().endpoint(&server.url).load(&Context::default()).await;
        });
    }

    /// Any text is accepted or rejected as an endpoint, and an error never contains a possible password.
    #[test]
    fn accepts_or_rejects_any_endpoint(text in "(https?://)?(user:pass@)?[a-z0-9.\\[\\]:/?#@-]{0,30}|\\PC{0,30}") {
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
