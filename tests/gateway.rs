//! The sandbox as a server of raw connections: what it refuses as the gateway does, and what one client cannot do to
//! others.

use std::{
    io::{self, ErrorKind},
    time::{Duration, SystemTime},
};

use huaweicloud_core::{
    Credential,
    sign::{Signer, SigningInput, canonical_query},
    time::sdk_date,
};
use huaweicloud_sandbox::{Fault, FaultPlan, Sandbox};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const LOGS: &str = "/v2/servicerequest/cases/1/operate-logs";
const HISTORIES: &str = "/v2/incidents/IM1/histories";

/// Returns a request with a token, which is the last on its connection.
fn with_token(sandbox: &Sandbox, target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nhost: h\r\nconnection: close\r\nx-auth-token: {}\r\n\r\n", sandbox.token())
}

/// Returns a signed request. `query` is the signed one; `extra` are the other signed headers, which sort before
/// `x-sdk-date`; `unsigned` is appended to the head.
fn signed(sandbox: &Sandbox, target: &str, query: &str, extra: &[(&str, &str)], unsigned: &str, body: &str) -> String {
    let method = if body.is_empty() { "GET" } else { "POST" };
    let date = sdk_date(SystemTime::now());
    let headers: Vec<(&str, &str)> =
        [("host", "h")].into_iter().chain(extra.iter().copied()).chain([("x-sdk-date", date.as_str())]).collect();
    let path = target.split('?').next().unwrap();
    let input = SigningInput { method, path, canonical_query: query, headers: &headers, body: body.as_bytes() };
    let authorization = Signer::new(sandbox.access_key(), &sandbox.secret_key().into()).authorization(&input, &date);
    let head: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!(
        "{method} {target} HTTP/1.1\r\n{head}{unsigned}authorization: {authorization}\r\n\
         connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

async fn connect(sandbox: &Sandbox) -> TcpStream {
    TcpStream::connect(sandbox.url().trim_start_matches("http://")).await.unwrap()
}

/// Returns what is received until the connection ends, and how it ends.
async fn exchange(sandbox: &Sandbox, request: &str) -> (String, io::Result<usize>) {
    let mut stream = connect(sandbox).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut received)).await;
    (String::from_utf8(received).unwrap(), end.unwrap_or_else(|_| panic!("the connection stays open")))
}

async fn assert_response(sandbox: &Sandbox, request: &str, status: u16, words: &str) {
    let (response, end) = exchange(sandbox, request).await;
    end.unwrap();
    assert!(
        response.starts_with(&format!("HTTP/1.1 {status} ")) && response.contains(words),
        "{status} {words}: {response}"
    );
}

#[tokio::test]
async fn a_content_hash_is_that_of_the_body_or_none() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let hash = |body: &str| Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let refusal = "X-Sdk-Content-Sha256 is neither";
    for (value, body, status, words) in [
        (hash("{}"), "{}", 200, ""),
        ("UNSIGNED-PAYLOAD".to_owned(), "{}", 200, ""),
        ("UNSIGNED-PAYLOAD".to_owned(), "", 200, ""),
        (hash(""), "", 200, ""),
        (hash("{}"), "{ }", 401, refusal),
        (hash("{}"), "", 401, refusal),
        (hash("{}").to_uppercase(), "{}", 401, refusal),
        (String::new(), "{}", 401, refusal),
    ] {
        let target = if body.is_empty() { LOGS } else { HISTORIES };
        let header = [("x-sdk-content-sha256", value.as_str())];
        assert_response(&sandbox, &signed(&sandbox, target, "", &header, "", body), status, words).await;
    }
    // A header that is not signed does not replace the hash of the body, but may not contradict it either.
    let unsigned = format!("x-sdk-content-sha256: {}\r\n", hash("{ }"));
    assert_response(&sandbox, &signed(&sandbox, HISTORIES, "", &[], &unsigned, "{}"), 401, refusal).await;
}

#[tokio::test]
async fn a_header_that_authenticates_is_given_once() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let language = [("x-language", "en-us")];
    for second in [
        "x-sdk-date: 20200101T000000Z",
        "host: elsewhere",
        "x-language: zh-cn",
        "authorization: SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=b",
    ] {
        let name = second.split(':').next().unwrap();
        let request = signed(&sandbox, LOGS, "", &language, &format!("{second}\r\n"), "");
        assert_response(&sandbox, &request, 401, &format!("the header {name} is given more than once")).await;
    }
    let request = with_token(&sandbox, LOGS).replace("host: h\r\n", "host: h\r\nx-auth-token: other\r\n");
    assert_response(&sandbox, &request, 401, "the header x-auth-token is given more than once").await;
    // Text beyond ASCII is sent and signed as UTF-8.
    let name = [("x-name", "Jürgen")];
    assert_response(&sandbox, &signed(&sandbox, LOGS, "", &name, "", ""), 200, "").await;
}

#[tokio::test]
async fn a_temporary_key_needs_its_security_token() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    for (credential, accepted) in [
        (Credential::keys("SANDBOXTEMPORARYKEY0", sandbox.secret_key()), false),
        (Credential::temporary("SANDBOXTEMPORARYKEY0", sandbox.secret_key(), "other"), false),
        (
            Credential::temporary(
                "SANDBOXTEMPORARYKEY0",
                sandbox.secret_key(),
                "sandbox-security-token-of-no-other-use",
            ),
            true,
        ),
    ] {
        let config = sandbox.config_builder().credentials(credential).build().unwrap();
        let called = huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("1").send().await;
        assert_eq!(called.is_ok(), accepted);
        if let Err(error) = called {
            assert!(error.is_unauthenticated() && error.message().contains("security token"), "{error}");
        }
    }
}

#[tokio::test]
async fn different_targets_have_different_signatures() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let replacement = canonical_query(&[("group_id", "\u{fffd}")]);
    for (target, query, status) in [
        (format!("{LOGS}?group_id=%EF%BF%BD"), &*replacement, 200),
        (format!("{LOGS}?group_id=%FF"), &replacement, 400),
        (format!("{LOGS}?group_id=%EF%BF"), &replacement, 400),
        (LOGS.replace("/1/", "/%EF%BF%BD/"), "", 200),
        (LOGS.replace("/1/", "/%FF/"), "", 400),
    ] {
        let words = if status == 400 { "not UTF-8" } else { "" };
        assert_response(&sandbox, &signed(&sandbox, &target, query, &[], "", ""), status, words).await;
    }
}

#[tokio::test]
async fn a_fault_concerns_only_its_own_request() {
    let plan = FaultPlan::new().first(1, Fault::Truncate).after(1, 1, Fault::Reset).after(2, 1, Fault::ResetInBody);
    let sandbox = Sandbox::builder().made_up_ids().faults(plan).start().await.unwrap();
    let request = with_token(&sandbox, LOGS);
    let mut ends = Vec::new();
    for _ in 0..4 {
        let (response, end) = exchange(&sandbox, &request).await;
        let part = response.split_once("\r\n\r\n").map(|(head, body)| {
            let (_, length) = head.split_once("content-length: ").unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            body.len() * 100 / length
        });
        ends.push((part, end.err().map(|error| error.kind())));
    }
    let reset = Some(ErrorKind::ConnectionReset);
    // In percent of the body: half and the end of the connection, nothing, half and a reset, all.
    assert_eq!(ends, [(Some(50), None), (None, reset), (Some(50), reset), (Some(100), None)]);
}

#[tokio::test]
async fn a_client_that_sends_too_slowly_is_disconnected() {
    let limit = Duration::from_millis(50);
    let sandbox = Sandbox::builder().made_up_ids().read_timeout(limit).start().await.unwrap();
    let whole = with_token(&sandbox, LOGS);
    let token = format!("x-auth-token: {}", sandbox.token());
    let half_a_body = format!("POST {HISTORIES} HTTP/1.1\r\nhost: h\r\n{token}\r\ncontent-length: 2\r\n\r\n{{");
    for (sent, wanted) in [
        ("", None),
        (&whole[..whole.len() - 2], None),
        (&half_a_body, Some("408 Request Timeout")),
        // Kept alive, but only for the next request to come in time.
        (&whole.replace("connection: close\r\n", ""), Some("200 OK")),
    ] {
        let (response, end) = exchange(&sandbox, sent).await;
        end.unwrap();
        let status = response.lines().next().map(|line| line.trim_start_matches("HTTP/1.1 "));
        assert_eq!(status, wanted, "{sent}");
    }
    // Time that the sandbox takes is not the client's: a slow response is complete.
    let plan = FaultPlan::new().always(Fault::Slow { millis: 10 });
    let sandbox = Sandbox::builder().made_up_ids().read_timeout(limit).faults(plan).start().await.unwrap();
    assert_response(&sandbox, &with_token(&sandbox, LOGS), 200, "\"total_count\":25").await;
}

#[tokio::test]
async fn heads_and_bodies_have_a_maximum_size() {
    let sandbox = Sandbox::builder().made_up_ids().read_timeout(Duration::MAX).start().await.unwrap();
    let head = |size: usize| {
        let request = with_token(&sandbox, LOGS);
        let padding = "a".repeat(size - request.len() - "x-padding: \r\n".len());
        request.replace("connection", &format!("x-padding: {padding}\r\nconnection"))
    };
    assert_response(&sandbox, &head(64 << 10), 200, "").await;
    assert_response(&sandbox, &head((64 << 10) + 1), 431, "").await;
    let body = |size: usize| format!("{{{}}}", " ".repeat(size - 2));
    assert_response(&sandbox, &signed(&sandbox, HISTORIES, "", &[], "", &body(12 << 20)), 200, "").await;
    assert_response(&sandbox, &signed(&sandbox, HISTORIES, "", &[], "", &body((12 << 20) + 1)), 413, "too large").await;
}

/// Runs itself as a process that may open 64 files, opens them all, and measures the processor time of the sandbox,
/// which has a connection to accept.
#[cfg(unix)]
#[tokio::test]
async fn waits_for_file_descriptors_without_spinning() {
    const INNER: &str = "HUAWEICLOUD_TESTS_FEW_FILES";
    if std::env::var_os(INNER).is_none() {
        let output = std::process::Command::new("sh")
            .args(["-c", r#"ulimit -n 64 && exec "$0" --exact gateway::waits_for_file_descriptors_without_spinning"#])
            .arg(std::env::current_exe().unwrap())
            .env(INNER, "1")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    // Blocking, so that the sandbox cannot accept the connection before there are no more files.
    let client = std::net::TcpStream::connect(sandbox.url().trim_start_matches("http://")).unwrap();
    client.set_nonblocking(true).unwrap();
    let files: Vec<_> = std::iter::from_fn(|| std::fs::File::open("/dev/null").ok()).collect();
    assert!(files.len() > 20, "{}", files.len());
    let mut client = TcpStream::from_std(client).unwrap();
    client.write_all(with_token(&sandbox, LOGS).as_bytes()).await.unwrap();
    let mut response = String::new();
    let used = cpu_time::ProcessTime::now();
    let wait = tokio::time::timeout(Duration::from_millis(500), client.read_to_string(&mut response));
    assert!(wait.await.is_err(), "there were files left");
    assert!(used.elapsed() < Duration::from_millis(100), "{:?} of 500 ms", used.elapsed());
    drop(files);
    client.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
}
