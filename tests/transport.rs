//! The way of a call: transports, what is repeated, time limits, and what hostile responses may cost.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use futures_core::Stream;
use huaweicloud_core::{
    BoxFuture, CallOptions, Client, Clock, Config, ConfigBuilder, Credential, Error, ErrorKind, Method, ResponseBody,
    RetryPolicy, Transport,
    dynamic::Call,
    metadata::{Scope, Service},
};
use huaweicloud_sandbox::Sandbox;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::{
    faults::{Log, TestClock},
    support::{Canned, SECRET, response},
};

type Request = http::Request<Bytes>;
type Response = http::Response<ResponseBody>;

static THINGS: Service = Service::new("things", "Things", "Things", Scope::Project, &[], &[]);

fn builder(transport: impl Transport + 'static) -> ConfigBuilder {
    Config::builder()
        .credentials(Credential::keys("AK", SECRET))
        .endpoint("https://things.example.com")
        .clock(Arc::new(TestClock::default()))
        .transport(Arc::new(transport))
}

fn osm(transport: impl Transport + 'static) -> huaweicloud_osm::Client {
    huaweicloud_osm::Client::new(&builder(transport).build().unwrap()).unwrap()
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response {
    let mut response = http::Response::new(ResponseBody::from(body));
    *response.status_mut() = status.try_into().unwrap();
    response
}

#[tokio::test]
async fn own_http_client_is_used_for_every_endpoint() {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let own = reqwest::Client::builder().no_proxy().user_agent("collector/7").default_headers(
        [("x-team".parse().unwrap(), "security".parse().unwrap())].into_iter().collect::<http::HeaderMap>(),
    );
    let config = sandbox.config_builder().http(own).build().unwrap();
    huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("1").send().await.unwrap();
    let headers = &sandbox.requests()[0].headers;
    assert_eq!(
        (&headers["user-agent"], &headers["x-team"]),
        (&"collector/7".parse().unwrap(), &"security".parse().unwrap())
    );
}

/// A redirect would carry tokens to another host.
#[tokio::test]
async fn own_http_client_follows_no_redirect() {
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("location: http://{}/\r\n", other.local_addr().unwrap());
    let server = Canned::response("307 Temporary Redirect", &location, "").await;
    let own = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::limited(9)).referer(true);
    let config = server.config().to_builder().http(own).build().unwrap();
    let error = huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("1").send().await;
    assert!(error.unwrap_err().message().contains("which is not followed"));
    let visit = tokio::time::timeout(Duration::from_millis(50), other.accept()).await;
    assert!(visit.is_err(), "nobody came");
}

/// A finished client is a transport.
#[tokio::test]
async fn finished_http_client_is_a_transport() {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let own = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).user_agent("own/1");
    // Its builder sets up cryptography.
    let config = sandbox.config_builder().http(reqwest::Client::builder()).build().unwrap();
    let config = config.to_builder().transport(Arc::new(own.build().unwrap())).build().unwrap();
    huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("1").send().await.unwrap();
    assert_eq!(sandbox.requests()[0].headers["user-agent"], "own/1");
}

/// All clients of a configuration, and those of its variants, share one connection pool.
#[tokio::test]
async fn clients_share_connections() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let accepted = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&accepted);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = Vec::new();
                while stream.read_buf(&mut request).await.unwrap() > 0 {
                    if request.ends_with(b"\r\n\r\n") {
                        request.clear();
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
                    }
                }
            });
        }
    });
    let config = Config::builder().credentials(Credential::keys("AK", SECRET)).endpoint(url).build().unwrap();
    let german = config.to_builder().language("de-de").build().unwrap();
    for config in [&config, &config, &german] {
        huaweicloud_osm::Client::new(config).unwrap().list_case_operate_logs().case_id("1").send().await.unwrap();
    }
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
}

/// Calls a method of a service that fails once in this way, and returns the number of attempts.
async fn attempts(method: Method, fail: impl Fn() -> Result<Response, Error> + Send + Sync + 'static) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let transport = move |_: Request| match counter.fetch_add(1, Ordering::SeqCst) {
        0 => fail(),
        _ => Ok(answer(200, "{}")),
    };
    let client = Client::new(&builder(transport).build().unwrap(), &THINGS).unwrap();
    let result = client.request(method, "/v1/things").send().await;
    assert_eq!(result.is_ok(), count.load(Ordering::SeqCst) == 2);
    if let Err(error) = result {
        assert_eq!(error.attempts(), 1);
    }
    count.load(Ordering::SeqCst)
}

/// The one rule of what is repeated.
#[tokio::test]
async fn only_what_cannot_happen_twice_is_repeated() {
    let broken = || Err(Error::new(ErrorKind::Transport, "the wire broke"));
    let unsent = || Err(Error::new(ErrorKind::Timeout, "no connection in time").not_sent());
    let refused = || Err(Error::new(ErrorKind::Connect, "no connection"));
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        assert_eq!(attempts(method.clone(), broken).await, 2, "{method}");
        assert_eq!(attempts(method.clone(), || Ok(answer(503, ""))).await, 2, "{method}");
    }
    for method in [Method::POST, Method::PATCH] {
        assert_eq!(attempts(method.clone(), broken).await, 1, "{method}");
        assert_eq!(attempts(method.clone(), || Ok(answer(503, ""))).await, 1, "{method}");
        assert_eq!(
            attempts(method.clone(), || Ok(answer(429, ""))).await,
            2,
            "{method}: the gateway let nothing through"
        );
        assert_eq!(attempts(method.clone(), unsent).await, 2, "{method}");
        assert_eq!(attempts(method.clone(), refused).await, 2, "{method}");
    }
    // Generated operations follow the same rule; this POST is marked as one that only reads.
    let count = AtomicUsize::new(0);
    let transport = move |_: Request| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Ok(answer(503, "")),
        _ => Ok(answer(200, "{}")),
    };
    let coc = huaweicloud_coc::Client::new(&builder(transport).build().unwrap()).unwrap();
    coc.list_incidents_histories().incident_id("IM1").send().await.unwrap();
}

#[tokio::test]
async fn classifier_says_which_errors_are_transient() {
    for (status, expected) in [(409, 3), (503, 1)] {
        let policy = RetryPolicy::default().classifier(|error| error.status() == Some(409));
        let config = builder(move |_: Request| Ok(answer(status, ""))).retry(policy).build().unwrap();
        let client = Client::new(&config, &THINGS).unwrap();
        let error = client.request(Method::GET, "/v1/things").send().await.unwrap_err();
        assert_eq!(error.attempts(), expected, "{error}");
        let error = client.request(Method::POST, "/v1/things").send().await.unwrap_err();
        assert_eq!(error.attempts(), 1, "it may have happened: {error}");
    }
}

#[tokio::test]
async fn errors_say_whether_anything_was_sent() {
    let osm = osm(|_: Request| Ok(answer(404, "")));
    let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert!(error.may_have_been_sent() && error.attempts() == 1);
    let error = osm.list_case_operate_logs().case_id("").send().await.unwrap_err();
    assert!(!error.may_have_been_sent() && error.attempts() == 0);
}

/// At the level `info`, a call leaves a line only if it was retried.
#[tokio::test]
async fn retried_call_leaves_one_line() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let count = AtomicUsize::new(0);
    let osm = osm(move |_: Request| match count.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => Ok(answer(503, "")),
        _ => Ok(answer(200, "{}")),
    });
    let guard = tracing::subscriber::set_default(subscriber);
    osm.list_case_operate_logs().case_id("1").send().await.unwrap();
    osm.list_case_operate_logs().case_id("1").send().await.unwrap();
    drop(guard);
    let lines = log.text();
    assert_eq!(lines.lines().count(), 1, "{lines}");
    assert!(lines.contains("retried attempts=3 delays=[100ms, 200ms] succeeded=true"), "{lines}");
    assert!(lines.contains("ListCaseOperateLogs"), "{lines}");
}

/// A clock on which every time limit has passed.
#[derive(Debug)]
struct TimeIsUp;

impl Clock for TimeIsUp {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }

    fn timeout(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn random(&self) -> f64 {
        0.5
    }
}

/// A transport without a response, which tells whether its future was dropped.
#[derive(Default)]
struct Silent(Arc<AtomicUsize>);

impl Transport for Silent {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Response, Error>> {
        struct Dropped(Arc<AtomicUsize>);
        impl Drop for Dropped {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let dropped = Dropped(Arc::clone(&self.0));
        Box::pin(async move {
            let _dropped = dropped;
            std::future::pending().await
        })
    }
}

#[tokio::test]
async fn clock_ends_an_attempt_by_dropping_it() {
    let silent = Silent::default();
    let dropped = Arc::clone(&silent.0);
    let config = builder(silent).clock(Arc::new(TimeIsUp)).retry(RetryPolicy::none()).build().unwrap();
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert_eq!(error.message(), "no complete response from things.example.com within 30s");
    assert_eq!(dropped.load(Ordering::SeqCst), 1);
}

/// Calls that are dropped in the queue have taken no turn.
#[tokio::test]
async fn dropped_calls_give_back_their_turns() {
    let clock = Arc::new(TestClock::default());
    let config = builder(|_: Request| Ok(answer(200, "{}"))).clock(Arc::clone(&clock) as _).rate_limit(0.1);
    let osm = huaweicloud_osm::Client::new(&config.build().unwrap()).unwrap();
    let call = || osm.list_case_operate_logs().case_id("1").send();
    call().await.unwrap();
    for _ in 0..200 {
        let mut dropped = Box::pin(call());
        let polled = std::future::poll_fn(|context| Poll::Ready(dropped.as_mut().poll(context))).await;
        assert!(polled.is_pending());
    }
    clock.slept.lock().unwrap().clear();
    call().await.unwrap();
    let slept = clock.slept.lock().unwrap().clone();
    assert!(slept.len() == 1 && slept[0] <= Duration::from_secs(10), "the turn after the first call: {slept:?}");
}

/// A body of endless chunks, which counts what was read of it.
struct Endless(Arc<AtomicUsize>);

impl Stream for Endless {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        static CHUNK: [u8; 64 << 10] = [b' '; 64 << 10];
        self.0.fetch_add(CHUNK.len(), Ordering::SeqCst);
        Poll::Ready(Some(Ok(Bytes::from_static(&CHUNK))))
    }
}

/// The body of an error is read to 1 MiB, and never again for its size.
#[tokio::test]
async fn endless_bodies_end_at_their_limit() {
    for (status, limit, attempts) in [(200, 64 << 20, 1), (404, 1 << 20, 1), (503, 1 << 20, 3)] {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let osm = osm(move |_: Request| {
            let mut response = http::Response::new(ResponseBody::stream(Endless(Arc::clone(&counter))));
            *response.status_mut() = status.try_into().unwrap();
            Ok(response)
        });
        let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
        assert_eq!((error.status(), error.attempts()), (Some(status), attempts), "{error}");
        let read = read.load(Ordering::SeqCst);
        assert!(read <= attempts as usize * (limit + (64 << 10)), "{status}: {read} bytes");
    }
}

/// A few bytes can become a large value: `{}` an empty record.
#[tokio::test]
async fn bodies_that_expand_fail_at_a_budget() {
    const LENGTH: usize = 16 << 20;
    let empty =
        |item: &str| format!("{}{}{{}}]}}", r#"{"incident_operate_log_list":["#, item.repeat(LENGTH / item.len()));
    for body in [empty("{},"), empty(r#"{"incident_log_id":""},"#)] {
        let body = Bytes::from(body);
        let osm = osm(move |_: Request| Ok(answer(200, body.clone())));
        let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
        assert!(error.message().contains("bytes of memory; ask for smaller pages"), "{error}");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::UnexpectedResponse, 1));
    }
    // An error body is any JSON; in-band errors too.
    let body = format!(r#"{{"error_code":"A.1","error_msg":"m","x":[{}0]}}"#, "{},".repeat(LENGTH / 3));
    let deploy = builder(move |_: Request| Ok(answer(200, body.clone()))).build().unwrap();
    let deploy = huaweicloud_codeartsdeploy::Client::new(&deploy).unwrap();
    let error = deploy.list_app_operations_log().app_id("0123456789abcdef0123456789abcdef").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Service, "{error}");
}

/// While a large body is deserialized, other tasks of the thread go on.
#[tokio::test]
async fn large_bodies_do_not_block_the_runtime() {
    let record = r#"{"incident_log_id":"1","operator_name":"somebody","operate_desc":"did something"},"#;
    let body = format!(r#"{{"incident_operate_log_list":[{}{{}}]}}"#, record.repeat((8 << 20) / record.len()));
    let body = Bytes::from(body);
    let osm = osm(move |_: Request| Ok(answer(200, body.clone())));
    let turns = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&turns);
    let ticking = tokio::spawn(async move {
        loop {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
    });
    let response = osm.list_case_operate_logs().case_id("1").send().await.unwrap();
    ticking.abort();
    assert!(response.incident_operate_log_list.len() > 90_000);
    assert!(turns.load(Ordering::SeqCst) > 100, "{turns:?} turns");
}

/// Text that no parser accepts costs its member, not the page.
#[tokio::test]
async fn broken_text_costs_one_member() {
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let members: [(&[u8], Option<&str>); 9] = [
        (br#""x\ud83d""#, Some("x\u{fffd}")),
        (br#""\ude00x""#, Some("\u{fffd}x")),
        (b"\"x\xff\"", Some("x\u{fffd}")),
        (b"\"x\ty\nz\"", Some("x\ty\nz")),
        (br#""C:\dir""#, Some("C:\\dir")),
        (b"1e999", Some("1e999")),
        (b"NaN", Some("NaN")),
        (b"-1e999", Some("-1e999")),
        (deep.as_bytes(), None),
    ];
    for (member, expected) in members {
        for start in ["", "\u{feff}"] {
            let before = br#"{"incident_operate_log_list":[{"incident_log_id":"1"},{"operator_name":"#;
            let after = br#","incident_log_id":"2"},{"incident_log_id":"3"}]}"#;
            let body = [start.as_bytes(), before, member, after].concat();
            let osm = osm(move |_: Request| Ok(answer(200, body.clone())));
            let page = osm.list_case_operate_logs().case_id("1").send().await.unwrap();
            let ids: Vec<_> = page.incident_operate_log_list.iter().flat_map(|log| &log.incident_log_id).collect();
            assert_eq!(ids, ["1", "2", "3"], "{}", String::from_utf8_lossy(member));
            let name = page.incident_operate_log_list[1].operator_name.as_deref();
            match expected {
                Some(expected) => assert_eq!(name, Some(expected)),
                None => assert!(name.is_some_and(|name| name.contains("null")), "what is too deep is gone"),
            }
        }
    }
    // A number too large for an integer member is gone; the rest is there.
    let osm = osm(|_: Request| Ok(answer(200, r#"{"total_count":1e999,"incident_operate_log_list":[{}]}"#)));
    let page = osm.list_case_operate_logs().case_id("1").send().await.unwrap();
    assert_eq!((page.total_count, page.incident_operate_log_list.len()), (None, 1));
}

#[tokio::test]
async fn undocumented_status_is_no_redirect() {
    for (status, words) in [(304, "has the status 304, Not Modified"), (300, "has the status 300, Multiple Choices")] {
        let osm = osm(move |_: Request| Ok(answer(status, "")));
        let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
        assert!(error.message().contains(words), "{error}");
    }
    let server = Canned::response("101 Switching Protocols", "upgrade: x\r\n", "").await;
    let client = huaweicloud_osm::Client::new(&server.config()).unwrap();
    let error = client.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert!(error.message().contains("has the status 101, Switching Protocols"), "{error}");
}

/// Interim responses without end do not extend an attempt. On a runtime with a single thread, the HTTP library keeps the
/// thread until it has parsed what one turn reads, some 50 MB, and only then can the attempt end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_interim_responses_end_with_the_attempt() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_buf(&mut Vec::new()).await.unwrap();
        while stream.write_all("HTTP/1.1 102 Processing\r\n\r\n".repeat(1000).as_bytes()).await.is_ok() {}
    });
    let config = Config::builder()
        .credentials(Credential::keys("AK", SECRET))
        .endpoint(url)
        .attempt_timeout(Duration::from_millis(300))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let client = huaweicloud_osm::Client::new(&config).unwrap();
    let error = client.list_case_operate_logs().case_id("1").send().await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
}

/// A name below `localhost` is up to a name server, so plain http to it is refused.
#[test]
fn only_localhost_itself_is_this_machine() {
    let build = |url: &str| Config::builder().credentials(Credential::keys("AK", SECRET)).endpoint(url).build();
    for url in ["http://localhost", "http://LOCALHOST:80", "http://127.0.0.1", "http://127.1.2.3", "http://[::1]:80"] {
        build(url).unwrap();
    }
    for url in ["http://x.localhost", "http://localhost.example.com", "http://128.0.0.1", "http://[::2]"] {
        assert!(build(url).unwrap_err().message().contains("is not encrypted"), "{url}");
    }
}

#[tokio::test]
async fn localhost_needs_no_name_server() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let url = sandbox.url().replace("127.0.0.1", "localhost");
    let config = sandbox.config_builder().endpoint(url).build().unwrap();
    huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("1").send().await.unwrap();
}

/// The metadata service has no reason to send more than keys.
#[tokio::test]
async fn metadata_response_has_a_limit() {
    use huaweicloud_auth::{Context, CredentialSource as _, Metadata};

    let session = response("200 OK", "", "session");
    let endless = response("200 OK", "", &"x".repeat(2 << 20));
    let server = Canned::start(vec![session, endless]).await;
    let error = Metadata::default().endpoint(&server.url).load(&Context::default()).await.unwrap_err();
    assert!(error.message().contains("metadata service broke off its response"), "{error}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("larger than 1048576 bytes"), "{source}");
}

/// JSON does not know which of its members are secrets.
#[tokio::test]
async fn calls_by_name_show_no_secret() {
    use huaweicloud_core::dynamic::Call;

    let service = &huaweicloud_iam::dynamic::SERVICE;
    let config = builder(|_: Request| {
        let mut response = answer(201, format!(r#"{{"token":{{"issued_at":"{SECRET}"}}}}"#));
        response.headers_mut().insert("x-subject-token", SECRET.parse().unwrap());
        Ok(response)
    });
    let client = Client::new(&config.build().unwrap(), service.metadata).unwrap();
    let entry = service.operation("keystone_create_user_token_by_password").unwrap();
    let body = serde_json::json!({ "auth": { "identity": { "password": { "user": { "password": SECRET } } } } });
    let call = Call::new(client, entry).argument("body", body).with_options(CallOptions::new().check_rules(false));
    let mut shown = format!("{call:?}");
    assert!(shown.contains("body"), "{shown}");
    let response = call.send().await.unwrap();
    shown += &format!("{response:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    assert_eq!(response["token"]["issued_at"], SECRET, "who asked for it gets it");
}

#[tokio::test]
async fn anonymous_raw_request_carries_no_credentials() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&seen);
    let transport = move |request: Request| {
        requests.lock().unwrap().push(request.headers().clone());
        Ok(answer(200, "{}"))
    };
    let client = Client::new(&builder(transport).build().unwrap(), &THINGS).unwrap();
    client.request(Method::GET, "/v1/things").send().await.unwrap();
    let options = CallOptions::new().header("x-own", "1");
    client.request(Method::GET, "/v1/things").anonymous().with_options(options).send().await.unwrap();
    let seen = seen.lock().unwrap();
    assert!(seen[0].contains_key("authorization") && !seen[1].contains_key("authorization"));
    assert_eq!(seen[1]["x-own"], "1");
}

/// An operation that documents no body accepts whatever comes with a success, and reports failures as any other.
#[tokio::test]
async fn a_response_may_have_no_body() {
    let call = async |status: u16, body: &'static str| {
        let transport = move |_| Ok(http::Response::builder().status(status).body(ResponseBody::from(body)).unwrap());
        let builder =
            Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("https://service.example.com");
        let config = builder.transport(Arc::new(transport)).build().unwrap();
        let typed = huaweicloud_tiny::Client::new(&config).unwrap().polish_thing().thing_id("t-1").send().await;
        let service = &huaweicloud_tiny::dynamic::SERVICE;
        let by_name =
            Call::new(Client::new(&config, service.metadata).unwrap(), service.operation("polish_thing").unwrap());
        let by_name = by_name.argument("thing_id", "t-1").send().await;
        assert_eq!(typed.is_ok(), by_name.is_ok());
        typed.map(|response| (response.status(), response.body().clone(), by_name.unwrap().into_inner()))
    };
    for (status, body) in [(202, ""), (204, ""), (200, "<html>done</html>"), (202, r#"{"job_id":"7"}"#)] {
        let (seen, raw, value) = call(status, body).await.unwrap();
        assert_eq!((seen, &raw[..], value), (status, body.as_bytes(), serde_json::Value::Null));
    }
    let error = call(404, r#"{"error_code":"T.404","error_msg":"no such thing"}"#).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("T.404"), "no such thing"));

    let services = [&huaweicloud_tiny::dynamic::SERVICE];
    let sandbox = Sandbox::builder().services(&services).start().await.unwrap();
    let client = huaweicloud_tiny::Client::new(&sandbox.config().unwrap()).unwrap();
    let response = client.polish_thing().thing_id("t-1").send().await.unwrap();
    assert_eq!((response.status(), response.body().len()), (202, 0));
}
