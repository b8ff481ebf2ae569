//! Fault injection over real TCP: nothing is lost, nothing is duplicated, nothing hangs, and each error has the right
//! kind. No secret appears in output or traces.

use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use huaweicloud_core::{
    AccountIdResolver, BoxFuture, CallOptions, Clock, Config, ConfigBuilder, Credential, CredentialsProvider, Error,
    ErrorKind, Response, RetryPolicy,
};
use huaweicloud_osm::types::ListCaseOperateLogsResponse;
use huaweicloud_sandbox::{Fault, FaultPlan, Sandbox};

use crate::support::{Canned, SECRET, response, runtime};

/// A clock that skips pauses, records them, and can be put ahead.
#[derive(Debug, Default)]
pub struct TestClock {
    ahead: Mutex<Duration>,
    pub slept: Mutex<Vec<Duration>>,
}

impl TestClock {
    pub fn advance(&self, by: Duration) {
        *self.ahead.lock().unwrap() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        SystemTime::now() + *self.ahead.lock().unwrap()
    }

    fn instant(&self) -> Instant {
        Instant::now() + *self.ahead.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.slept.lock().unwrap().push(duration);
        Box::pin(tokio::task::yield_now())
    }

    fn timeout(&self, limit: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(limit))
    }

    fn random(&self) -> f64 {
        0.5
    }
}

struct Setup {
    sandbox: Sandbox,
    clock: Arc<TestClock>,
    builder: ConfigBuilder,
}

async fn fault_setup(plan: FaultPlan) -> Setup {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().faults(plan).start().await.unwrap();
    let clock = Arc::new(TestClock::default());
    let builder = sandbox.config_builder().clock(Arc::clone(&clock) as _);
    Setup { sandbox, clock, builder }
}

impl Setup {
    async fn call(self) -> (Result<Response<ListCaseOperateLogsResponse>, Error>, usize, Vec<Duration>) {
        let osm = huaweicloud_osm::Client::new(&self.builder.build().unwrap()).unwrap();
        let result = osm.list_case_operate_logs().case_id("1").send().await;
        let slept = self.clock.slept.lock().unwrap().clone();
        (result, self.sandbox.requests().len(), slept)
    }
}

fn status(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Status { status, retry_after: retry_after.map(str::to_owned) }
}

#[tokio::test]
async fn retries_transient_errors() {
    let heals = [
        status(408, None),
        status(429, None),
        status(500, None),
        status(502, None),
        status(503, None),
        status(504, None),
        Fault::Reset,
        Fault::ResetInBody,
        Fault::Truncate,
    ];
    for fault in heals {
        let (result, requests, slept) = fault_setup(FaultPlan::new().first(2, fault.clone())).await.call().await;
        assert_eq!(result.unwrap_or_else(|error| panic!("{fault:?}: {error}")).total_count, Some(25));
        assert_eq!((requests, slept.len()), (3, 2), "{fault:?}");
        assert_eq!(
            slept,
            [Duration::from_millis(100), Duration::from_millis(200)],
            "half of a doubling limit: {fault:?}"
        );
        let (result, requests, _) = fault_setup(FaultPlan::new().always(fault.clone())).await.call().await;
        let error = result.unwrap_err();
        assert_eq!((requests, error.attempts()), (3, 3), "{fault:?}");
        assert!(error.to_string().ends_with("(after 3 attempts)"), "{error}");
    }
}

#[tokio::test]
async fn does_not_retry_permanent_errors() {
    for fault in [
        status(400, None),
        status(401, None),
        status(403, None),
        status(404, None),
        status(409, None),
        status(501, None),
        Fault::Redirect { status: 302, location: "http://127.0.0.1:1/".to_owned() },
        Fault::Body { status: 200, body: "<html>".to_owned(), content_type: Some("text/html".to_owned()) },
        Fault::Body { status: 200, body: String::new(), content_type: None },
        Fault::Body { status: 404, body: "{garbage".to_owned(), content_type: None },
    ] {
        let (result, requests, slept) = fault_setup(FaultPlan::new().always(fault.clone())).await.call().await;
        let error = result.unwrap_err();
        assert_eq!((requests, slept.len(), error.attempts()), (1, 0, 1), "{fault:?}: {error}");
        assert!(!error.is_retryable());
    }
    let (result, ..) = fault_setup(FaultPlan::new().always(status(429, Some("7")))).await.call().await;
    let error = result.unwrap_err();
    assert!(error.is_throttled());
    assert_eq!((error.retry_after(), error.code()), (Some(Duration::from_secs(7)), Some("APIGW.0308")));
}

#[tokio::test]
async fn respects_retry_after_within_the_timeout() {
    let (result, _, slept) = fault_setup(FaultPlan::new().first(1, status(429, Some("3")))).await.call().await;
    assert!(result.is_ok());
    assert_eq!(slept, [Duration::from_secs(3)]);
    let later = SystemTime::now() + Duration::from_secs(5);
    let date = httpdate::fmt_http_date(later);
    let (result, _, slept) = fault_setup(FaultPlan::new().first(1, status(503, Some(&date)))).await.call().await;
    assert!(result.is_ok() && slept[0] > Duration::from_secs(3) && slept[0] <= Duration::from_secs(5), "{slept:?}");
    for pause in ["3600", "18446744073709551615", "99999999999999999999999999"] {
        let (result, requests, slept) =
            fault_setup(FaultPlan::new().always(status(429, Some(pause)))).await.call().await;
        assert_eq!((requests, slept.len()), (1, 0), "{pause} s is more than the whole call may take");
        assert!(result.unwrap_err().is_throttled());
    }
    let mut setup = fault_setup(FaultPlan::new().first(1, status(503, None))).await;
    setup.builder = setup.builder.timeout(Duration::MAX).attempt_timeout(Duration::MAX / 4);
    assert!(setup.call().await.0.is_ok(), "no limit is a limit too");
}

#[tokio::test]
async fn applies_retry_policy_per_client_or_per_call() {
    let plan = || FaultPlan::new().always(status(503, None));
    let mut setup = fault_setup(plan()).await;
    setup.builder = setup.builder.retry(RetryPolicy::none());
    assert_eq!(setup.call().await.1, 1);
    let setup = fault_setup(plan()).await;
    let osm = huaweicloud_osm::Client::new(&setup.builder.build().unwrap()).unwrap();
    let options = CallOptions::new().retry(RetryPolicy::default().max_retries(5));
    let error = osm.list_case_operate_logs().case_id("1").with_options(options).send().await.unwrap_err();
    assert_eq!((error.attempts(), setup.sandbox.requests().len()), (6, 6));
}

/// A read-only POST is retried because its spec marks it as safe to retry; a custom POST is not.
#[tokio::test]
async fn retries_only_idempotent_calls() {
    let setup = fault_setup(FaultPlan::new().first(1, status(503, None))).await;
    let coc = huaweicloud_coc::Client::new(&setup.builder.build().unwrap()).unwrap();
    coc.list_incidents_histories().incident_id("IM1").send().await.unwrap();
    assert_eq!(setup.sandbox.requests().len(), 2);

    let setup = fault_setup(FaultPlan::new().always(status(503, None))).await;
    let coc = huaweicloud_coc::Client::new(&setup.builder.build().unwrap()).unwrap();
    let path = "/v2/incidents/IM1/histories";
    let error = coc.request(http::Method::POST, path).json(&serde_json::json!({})).send().await.unwrap_err();
    assert_eq!((error.attempts(), setup.sandbox.requests().len()), (1, 1));

    // Never sent, so safe to retry in any case.
    let config = Config::builder()
        .credentials(Credential::keys("AK", SECRET))
        .endpoint("http://127.0.0.1:1")
        .clock(Arc::new(TestClock::default()))
        .build()
        .unwrap();
    let coc = huaweicloud_coc::Client::new(&config).unwrap();
    let error = coc.request(http::Method::POST, path).send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
}

#[tokio::test]
async fn signs_each_attempt_again() {
    #[derive(Debug)]
    struct Stepping(Mutex<u64>);
    impl Clock for Stepping {
        fn now(&self) -> SystemTime {
            let mut seconds = self.0.lock().unwrap();
            *seconds += 1;
            SystemTime::now() + Duration::from_secs(*seconds)
        }
        fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
            Box::pin(std::future::ready(()))
        }
        fn timeout(&self, limit: Duration) -> BoxFuture<'_, ()> {
            Box::pin(tokio::time::sleep(limit))
        }
        fn random(&self) -> f64 {
            0.0
        }
    }
    let mut setup = fault_setup(FaultPlan::new().first(2, status(503, None))).await;
    setup.builder = setup.builder.clock(Arc::new(Stepping(Mutex::new(0))));
    let osm = huaweicloud_osm::Client::new(&setup.builder.build().unwrap()).unwrap();
    osm.list_case_operate_logs().case_id("1").send().await.unwrap();
    let dates: Vec<String> = setup
        .sandbox
        .requests()
        .iter()
        .map(|request| request.headers["x-sdk-date"].to_str().unwrap().to_owned())
        .collect();
    assert!(dates[0] < dates[1] && dates[1] < dates[2], "{dates:?}");
}

#[tokio::test]
async fn retry_budget_limits_retries() {
    let setup = fault_setup(FaultPlan::new().always(status(503, None))).await;
    let osm = huaweicloud_osm::Client::new(&setup.builder.build().unwrap()).unwrap();
    for _ in 0..100 {
        osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    }
    assert_eq!(setup.sandbox.requests().len(), 100 + 100, "100 calls may have 100 retries between them, not 200");
}

#[tokio::test]
async fn rate_limit_spaces_calls() {
    let mut setup = fault_setup(FaultPlan::new()).await;
    setup.builder = setup.builder.rate_limit(2.0);
    let osm = huaweicloud_osm::Client::new(&setup.builder.build().unwrap()).unwrap();
    for _ in 0..4 {
        osm.list_case_operate_logs().case_id("1").send().await.unwrap();
    }
    let slept = setup.clock.slept.lock().unwrap().clone();
    assert_eq!(slept.len(), 3, "the first goes at once: {slept:?}");
    assert!(slept[2] > Duration::from_millis(1000) && slept[2] <= Duration::from_millis(1500), "{slept:?}");
}

#[tokio::test]
async fn times_out_stalled_responses() {
    const SHORT: Duration = Duration::from_millis(60);
    for fault in [Fault::Hang, Fault::HangInBody, Fault::Slow { millis: 20 }] {
        let mut setup = fault_setup(FaultPlan::new().always(fault.clone())).await;
        setup.builder = setup.builder.attempt_timeout(SHORT).retry(RetryPolicy::none());
        let error = setup.call().await.0.unwrap_err();
        assert!(error.is_timeout() && error.is_retryable(), "{fault:?}: {error}");
        assert!(error.message().contains("within 60ms"), "{error}");

        let setup = fault_setup(FaultPlan::new().always(fault.clone())).await;
        let osm = huaweicloud_osm::Client::new(&setup.builder.build().unwrap()).unwrap();
        let call = osm.list_case_operate_logs().case_id("1");
        let error = call.clone().with_options(CallOptions::new().timeout(SHORT)).send().await.unwrap_err();
        assert!(error.is_timeout() && error.message().contains("within 60ms in all"), "{fault:?}: {error}");
        let options = CallOptions::new().attempt_timeout(SHORT).retry(RetryPolicy::none());
        assert!(call.with_options(options).send().await.unwrap_err().is_timeout());
    }
    // The timeout error includes the error of the previous attempt.
    let plan = FaultPlan::new().first(1, status(503, None)).always(Fault::Hang);
    let mut setup = fault_setup(plan).await;
    setup.builder = setup.builder.timeout(Duration::from_millis(300));
    let error = setup.call().await.0.unwrap_err();
    assert!(error.is_timeout() && error.message().contains("503 APIGW.0308"), "{error}");
    assert_eq!(error.attempts(), 2);
    // The next attempt recovers from a single hang.
    let mut setup = fault_setup(FaultPlan::new().first(1, Fault::Hang)).await;
    setup.builder = setup.builder.attempt_timeout(Duration::from_millis(500));
    assert!(setup.call().await.0.is_ok());
}

/// A server with a full connection queue: the next connection is neither accepted nor refused.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn times_out_stalled_connections() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) =
        tokio::time::timeout(Duration::from_millis(100), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(connected.unwrap());
        assert!(waiting.len() < 64, "the queue is never full");
    }
    let config = Config::builder()
        .credentials(Credential::keys("AK", SECRET))
        .endpoint(format!("http://{address}"))
        .connect_timeout(Duration::from_millis(60))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert!(error.is_timeout() && error.message().starts_with("no connection to 127.0.0.1"), "{error}");
}

#[tokio::test]
async fn dropping_a_call_cancels_it() {
    let setup = fault_setup(FaultPlan::new().first(1, Fault::Hang)).await;
    let osm = huaweicloud_osm::Client::new(&setup.builder.build().unwrap()).unwrap();
    let call = osm.list_case_operate_logs().case_id("1");
    tokio::select! {
        _ = call.clone().send() => panic!("it hangs"),
        () = async { while setup.sandbox.requests().is_empty() { tokio::task::yield_now().await; } } => {}
    }
    assert!(call.send().await.is_ok(), "the client is as good as new");
}

#[tokio::test]
async fn detects_clock_skew() {
    for (seconds, words) in [(20 * 60, "20 minutes behind"), (-20 * 60, "20 minutes ahead of")] {
        let error = fault_setup(FaultPlan::new().always(Fault::Clock { seconds })).await.call().await.0.unwrap_err();
        let near = words.replace("20", "19");
        assert!(error.message().contains(words) || error.message().contains(&near), "{error}");
        assert!(error.is_unauthenticated() && error.code() == Some("APIGW.0301"));
    }
    // Without fault injection, the sandbox rejects a signature that is 20 minutes off.
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let clock = TestClock::default();
    clock.advance(Duration::from_secs(20 * 60));
    let config = sandbox.config_builder().clock(Arc::new(clock)).build().unwrap();
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert!(error.message().contains("minutes ahead of"), "{error}");
}

#[tokio::test]
async fn reports_signature_differences() {
    let echo = |canonical: &str| {
        let message = format!("Incorrect IAM authentication information: canonical request: {canonical}");
        let body = serde_json::json!({ "error_code": "APIGW.0301", "error_msg": message }).to_string();
        response("401 Unauthorized", "", &body)
    };
    let server = Canned::start(vec![echo("GET|/v2/servicerequest/cases/1/operate-logs/|limit=6|host:h||host|x")]).await;
    let osm = huaweicloud_osm::Client::new(&server.config()).unwrap();
    let error = osm.list_case_operate_logs().case_id("1").limit(5).send().await.unwrap_err();
    let words = r#"the query was signed as "limit=5", but the gateway saw "limit=6""#;
    assert!(error.message().ends_with(words), "{error}");
}

/// A writer that keeps the log output.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Covers every fault with every kind of credential, and all output and traces.
#[test]
fn redacts_secrets_under_every_fault() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    // Global to the process: the log output of concurrent tests must not contain a secret either.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let mut shown = String::new();
    let runtime = runtime();
    runtime.block_on(async {
        let echo = format!("GET|/x/||x-security-token:{SECRET}|x-auth-token:{SECRET}|{SECRET}");
        let body = serde_json::json!({ "error_code": "APIGW.0301", "error_msg": echo }).to_string();
        let faults = [
            status(429, Some("1")),
            status(503, None),
            Fault::Reset,
            Fault::Truncate,
            Fault::Expired,
            Fault::Clock { seconds: 9999 },
            Fault::HangInBody,
            Fault::Redirect { status: 307, location: "http://127.0.0.1:1/".to_owned() },
            Fault::Body { status: 401, body: body.clone(), content_type: None },
            Fault::Body { status: 200, body, content_type: None },
            Fault::Body { status: 500, body: format!("<p>{SECRET}"), content_type: None },
        ];
        for fault in faults {
            for credential in [
                Credential::keys(SANDBOX_KEY, SECRET),
                Credential::temporary(SANDBOX_KEY, SECRET, SECRET),
                Credential::token(SECRET),
            ] {
                let sandbox = Sandbox::builder()
                    .made_up_ids()
                    .faults(FaultPlan::new().always(fault.clone()))
                    .start()
                    .await
                    .unwrap();
                let config = Config::builder()
                    .credentials(credential.clone())
                    .endpoint(sandbox.url())
                    .clock(Arc::new(TestClock::default()))
                    .attempt_timeout(Duration::from_millis(50))
                    .build()
                    .unwrap();
                let osm = huaweicloud_osm::Client::new(&config).unwrap();
                let call = osm.list_case_operate_logs().case_id("1");
                let mut items = call.clone().items();
                let error = call.send().await.unwrap_err();
                let stream_error = items.try_next().await.unwrap_err();
                let source = std::error::Error::source(&error).map(|source| format!("{source} {source:?}"));
                shown.push_str(&format!("{error} {error:?} {source:?} {stream_error:?} {config:?} {osm:?} {items:?}"));
            }
        }
    });
    let log = log.text();
    assert!(log.contains("huaweicloud.call") && log.contains("http.response.status_code"), "nothing was traced");
    assert!(shown.contains("(redacted)"), "the echo of the gateway was shown");
    for (what, text) in [("log", &log), ("errors", &shown)] {
        assert!(
            !text.contains(SECRET),
            "a secret is in the {what}: {}",
            &text[text.find(SECRET).unwrap().saturating_sub(300)..][..600]
        );
    }
}

/// The access key known to the sandbox, so that it checks the signature.
const SANDBOX_KEY: &str = "SANDBOXACCESSKEY0000";

/// A token is kilobytes long and contains many slashes, which some services escape.
#[tokio::test]
async fn redacts_long_and_escaped_secrets() {
    let token = format!("MII/{}+=", "aB3/".repeat(800));
    let body = format!(r#"{{"error_code":"APIGW.0301","error_msg":"x {}"}}"#, token.replace('/', "\\/"));
    let server = Canned::response("401 Unauthorized", &format!("x-request-id: {}\r\n", &token[..2000]), &body).await;
    let config =
        Config::builder().credentials(Credential::token(token.as_str())).endpoint(&server.url).build().unwrap();
    let error =
        huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("1").send().await.unwrap_err();
    let shown = format!("{} {}", error.message(), error.body_excerpt().unwrap());
    assert!(!shown.contains("aB3") && shown.contains("(redacted)"), "{shown}");

    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let config = Config::builder().anonymous().endpoint(sandbox.url()).build().unwrap();
    let iam = huaweicloud_iam::Client::new(&config).unwrap();
    let entry = huaweicloud_iam::dynamic::SERVICE.operation("keystone_create_user_token_by_password").unwrap();
    let spec: serde_json::Value = serde_json::from_str(huaweicloud_iam::dynamic::SERVICE.spec).unwrap();
    let documented =
        spec.pointer("/paths/~1v3~1auth~1tokens/post/requestBody/content/application~1json/examples/documented/value");
    let body: huaweicloud_iam::types::CreateTokenRequest = serde_json::from_value(documented.unwrap().clone()).unwrap();
    let response = iam.keystone_create_user_token_by_password().body(body).send().await.unwrap();
    assert_eq!(response.x_subject_token.as_ref().unwrap().expose(), sandbox.token());
    assert!(!format!("{response:?} {entry:?}").contains(sandbox.token()));
}

/// A credentials provider and account id resolver that never completes.
#[derive(Debug)]
struct Never;

impl CredentialsProvider for Never {
    fn credential(&self) -> BoxFuture<'_, Result<Arc<Credential>, Error>> {
        Box::pin(std::future::pending())
    }
}

impl AccountIdResolver for Never {
    fn project_id(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(std::future::pending())
    }

    fn domain_id(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn timeout_covers_credential_and_id_resolution() {
    const SHORT: Duration = Duration::from_millis(60);
    let credentials = |builder: ConfigBuilder| builder.credentials_from(Arc::new(Never));
    let ids = |builder: ConfigBuilder| builder.ids(Arc::new(Never));
    for never in [&credentials as &dyn Fn(ConfigBuilder) -> ConfigBuilder, &ids] {
        let mut setup = fault_setup(FaultPlan::new()).await;
        setup.builder = never(setup.builder.timeout(SHORT));
        let (result, requests, _) = setup.call().await;
        let error = result.unwrap_err();
        assert!(error.is_timeout() && error.message().contains("within 60ms in all"), "{error}");
        assert_eq!(requests, 0);
    }
    let mut setup = fault_setup(FaultPlan::new()).await;
    setup.builder = setup.builder.timeout(Duration::MAX).attempt_timeout(Duration::MAX);
    assert!(setup.call().await.0.is_ok());
}
