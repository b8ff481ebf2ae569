//! The sources of credentials, end to end: what they send, in which order they are tried, and what they say if they fail.

use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use huaweicloud_auth::{
    Agency, AgencyOwner, Chain, Context, CredentialSource, Environment, EnvironmentVariables, Federation,
    LoadedCredentials, Loader, Lookup, Oidc, PodIdentity, Process, Profile, RefreshingCredentials,
};
use huaweicloud_core::{BoxFuture, Clock, Credential, CredentialsProvider, Error, ErrorKind, Secret, time};
use huaweicloud_sandbox::{Fault, FaultPlan, FaultRule, RecordedRequest, Sandbox};
use serde_json::{Value, json};

use super::{Home, at, call, unreachable_metadata};
use crate::{
    faults::TestClock,
    support::{Canned, SECRET, response},
};

const TEMPORARY: &str = "Access=SANDBOXTEMPORARYKEY0,";

/// A sandbox whose gateway takes the first credentials for expired.
async fn sandbox() -> Sandbox {
    let expired = FaultRule::new(Fault::Expired).operation("list_case_operate_logs").times(1);
    let plan = FaultPlan::new().rule(expired);
    Sandbox::builder().made_up_ids().record_requests().faults(plan).start().await.unwrap()
}

fn body(request: &RecordedRequest) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn header<'a>(request: &'a RecordedRequest, name: &str) -> &'a str {
    request.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn targets(requests: &[RecordedRequest]) -> Vec<&str> {
    requests.iter().map(|request| request.target.as_str()).collect()
}

/// Returns keys as STS and the pod identity service issue them: the first are good for an hour, others longer.
fn issued(access: &str, names: [&str; 4]) -> String {
    let hours = if access == "FIRST" { 1 } else { 3 };
    let end = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() + hours * 3_600_000;
    let end = time::rfc3339(end.try_into().unwrap()).unwrap();
    json!({ "credentials": { names[0]: access, names[1]: SECRET, names[2]: "token", names[3]: end } }).to_string()
}

const SNAKE: [&str; 4] = ["access_key_id", "secret_access_key", "security_token", "expiration"];
const CAMEL: [&str; 4] = ["accessKeyId", "secretAccessKey", "securityToken", "expiration"];

/// Loads credentials, runs `between`, lets them expire, loads again, and returns both access keys.
async fn renewed(source: impl CredentialSource + 'static, loader: Loader, between: impl FnOnce()) -> [String; 2] {
    let clock = Arc::new(TestClock::default());
    let context = loader.clock(Arc::clone(&clock) as _).context();
    let renewing = RefreshingCredentials::with_context(Arc::new(source), context);
    let access = |credential: Arc<Credential>| credential.access_key().unwrap().to_owned();
    let first = access(renewing.credential().await.unwrap());
    assert_eq!(first, access(renewing.credential().await.unwrap()), "they are kept");
    between();
    clock.advance(Duration::from_secs(3601));
    [first, access(renewing.credential().await.unwrap())]
}

async fn failure(source: impl CredentialSource, context: &Context) -> String {
    let error = source.load(context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(SECRET), "{shown}");
    error.message().to_owned()
}

fn without_home(variables: &[(&'static str, &str)]) -> Environment {
    Environment::of(variables.iter().map(|(name, value)| (*name, *value)))
}

#[tokio::test]
async fn agency_is_assumed_with_keys_or_a_token_and_again() {
    let owners = [AgencyOwner::DomainName("customer".into()), AgencyOwner::DomainId("d-9".into())];
    for (owner, with_token) in owners.into_iter().zip([false, true]) {
        let sandbox = sandbox().await;
        let keys = [("HUAWEICLOUD_SDK_AK", sandbox.access_key()), ("HUAWEICLOUD_SDK_SK", sandbox.secret_key())];
        let token = [("HUAWEICLOUD_SDK_AUTH_TOKEN", sandbox.token()), ("HUAWEICLOUD_SDK_PROJECT_ID", "p-1")];
        let environment = without_home(if with_token { &token } else { &keys });
        let agency =
            Agency::new(Arc::new(EnvironmentVariables), "operations", owner).duration(Duration::from_secs(1800));
        let loader = Loader::new().environment(environment).source(Arc::new(agency)).endpoint(sandbox.url());
        let config = loader.load().await.unwrap().build().unwrap();
        assert_eq!(call(&config).await.unwrap(), Some(25));
        let requests = sandbox.requests();
        let keys = "/v3.0/OS-CREDENTIAL/securitytokens";
        let logs = "/v2/servicerequest/cases/1/operate-logs";
        assert_eq!(targets(&requests), [keys, logs, keys, logs], "the gateway took the first keys for expired");
        assert_eq!(header(&requests[0], "x-auth-token") == sandbox.token(), with_token);
        assert_eq!(header(&requests[0], "authorization").contains(sandbox.access_key()), !with_token);
        let member = if with_token { ("domain_id", "d-9") } else { ("domain_name", "customer") };
        let role = json!({ "agency_name": "operations", "duration_seconds": 1800, member.0: member.1 });
        let identity = json!({ "methods": ["assume_role"], "assume_role": role });
        assert_eq!(body(&requests[0]), json!({ "auth": { "identity": identity } }));
        assert!(header(&requests[1], "authorization").contains(TEMPORARY));
        assert!(!header(&requests[1], "x-security-token").is_empty());
        let domain = if with_token { "d-9" } else { "" };
        assert_eq!(header(&requests[1], "x-domain-id"), domain, "of the account of the agency");
    }

    let sandbox = sandbox().await;
    let variables = [("HUAWEICLOUD_SDK_AK", "WRONG"), ("HUAWEICLOUD_SDK_SK", SECRET)];
    let context = Loader::new().environment(without_home(&variables)).endpoint(sandbox.url()).context();
    let agency = Agency::new(Arc::new(EnvironmentVariables), "operations", AgencyOwner::DomainName("customer".into()));
    let message = failure(agency.clone(), &context).await;
    for part in ["the agency \"operations\" of the account \"customer\"", "unknown access key", "Agent Operator"] {
        assert!(message.contains(part), "{message} lacks {part:?}");
    }
    let context = Loader::new().environment(without_home(&[])).endpoint(sandbox.url()).context();
    assert!(
        matches!(agency.load(&context).await, Ok(Lookup::NotFound(reason)) if reason.contains("HUAWEICLOUD_SDK_AK"))
    );
}

#[tokio::test]
async fn federation_comes_before_keys_and_reads_its_file_again() {
    let sandbox = sandbox().await;
    let home = Home::with(&[("token", b"first-id-token\n")]);
    let file = home.0.path().join(".huaweicloud/token");
    let variables = [
        ("HUAWEICLOUD_SDK_AK", "WRONG"),
        ("HUAWEICLOUD_SDK_SK", SECRET),
        ("HUAWEICLOUD_SDK_IDP_ID", "provider"),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", file.to_str().unwrap()),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", "d-1"),
    ];
    let loader = Loader::new().environment(home.environment(&variables)).endpoint(sandbox.url());
    let config = loader.load().await.unwrap().build().unwrap();
    fs::write(&file, "second-id-token").unwrap();
    assert_eq!(call(&config).await.unwrap(), Some(25));
    let requests = sandbox.requests();
    let logs = "/v2/servicerequest/cases/1/operate-logs";
    let exchange = ["/v3.0/OS-AUTH/id-token/tokens", "/v3.0/OS-CREDENTIAL/securitytokens"];
    assert_eq!(targets(&requests), [exchange[0], exchange[1], logs, exchange[0], exchange[1], logs]);
    assert_eq!((header(&requests[0], "x-idp-id"), header(&requests[0], "authorization")), ("provider", ""));
    assert_eq!(body(&requests[0]), json!({ "auth": { "id_token": { "id": "first-id-token" } } }));
    assert_eq!(body(&requests[3])["auth"]["id_token"]["id"], "second-id-token");
    let token = json!({ "id": sandbox.token(), "duration_seconds": 21600 });
    assert_eq!(body(&requests[1]), json!({ "auth": { "identity": { "methods": ["token"], "token": token } } }));
    assert!(header(&requests[2], "authorization").contains(TEMPORARY));
    assert_eq!(header(&requests[2], "x-domain-id"), "d-1");
}

#[tokio::test]
async fn profile_may_have_an_identity_provider_an_agency_and_an_iam_endpoint() {
    let sandbox = sandbox().await;
    let home = Home::with(&[("token", b"id-token")]);
    let folder = home.0.path().join(".huaweicloud");
    let profile = format!(
        "[basic]\nidp_id = provider\nid_token_file = {}\niam_endpoint = {}\nak = WRONG\nsk = {SECRET}\n\
         agency_name = operations\nagency_domain_name = customer\n",
        folder.join("token").display(),
        sandbox.url(),
    );
    fs::write(folder.join("credentials"), profile).unwrap();
    let endpoint = [("HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1", sandbox.url())];
    let variables = endpoint.each_ref().map(|(name, value)| (*name, value.as_str()));
    let loader = Loader::new().environment(home.environment(&variables)).region("cn-south-1");
    let config = loader.load().await.unwrap().build().unwrap();
    let found = call(&config).await.unwrap();
    assert_eq!(found, Some(25));
    let requests = sandbox.requests();
    assert_eq!(
        targets(&requests)[..3],
        ["/v3.0/OS-AUTH/id-token/tokens", "/v3.0/OS-CREDENTIAL/securitytokens", "/v3.0/OS-CREDENTIAL/securitytokens"]
    );
    assert_eq!(body(&requests[2])["auth"]["identity"]["assume_role"]["agency_name"], "operations");
    assert!(header(&requests[2], "authorization").contains(TEMPORARY), "the agency is assumed with the first keys");
    assert_eq!(targets(&requests)[3], "/v3/auth/domains", "ids are looked up at the IAM of the profile");
}

#[tokio::test]
async fn federation_says_what_was_refused() {
    let home = Home::with(&[("token", SECRET.as_bytes()), ("empty", b" \n"), ("two", b"one two")]);
    let path = |name: &str| home.0.path().join(".huaweicloud").join(name);
    let refusal =
        format!(r#"{{"error":{{"code":401,"message":"The id token {SECRET} is wrong.","title":"Unauthorized"}}}}"#);
    let server = Canned::start(vec![response("401 Unauthorized", "", &refusal)]).await;
    let context = Loader::new().endpoint(&server.url).context();
    let message = failure(Federation::new("provider", path("token")), &context).await;
    for part in ["IAM gave no token", "\"provider\"", "token: ", "is wrong"] {
        assert!(message.contains(part), "{message} lacks {part:?}");
    }
    for (name, reason) in [
        ("missing", "it does not exist; is its volume mounted?"),
        ("empty", "it is empty; has the token been written yet?"),
        ("two", "it holds more than a token"),
    ] {
        let message = failure(Federation::new("provider", path(name)), &context).await;
        assert!(message.contains(reason) && message.contains(path(name).to_str().unwrap()), "{message}");
    }
}

#[tokio::test]
async fn oidc_exchanges_its_token_at_sts_and_again() {
    let home = Home::with(&[("token", b"first-id-token")]);
    let file = home.0.path().join(".huaweicloud/token");
    let responses = ["FIRST", "SECOND"].map(|access| response("200 OK", "", &issued(access, SNAKE)));
    let server = Canned::start(responses.to_vec()).await;
    let endpoint = server.url.clone();
    let variables = [
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::1:oidcProvider:ci"),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::1:agency:deploy"),
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", file.to_str().unwrap()),
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", endpoint.as_str()),
    ];
    let loader = Loader::new().environment(home.environment(&variables)).region("cn-north-1");
    let rotate = || fs::write(&file, "second-id-token").unwrap();
    assert_eq!(renewed(Oidc::default(), loader, rotate).await, ["FIRST", "SECOND"]);
    let requests = server.requests().await;
    for (request, token) in requests.iter().zip(["first-id-token", "second-id-token"]) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /v5/agencies/assume-with-oidc HTTP/1.1\r\n"), "{head}");
        assert!(head.to_lowercase().contains("content-type: application/json\r\n"), "{head}");
        assert!(!head.to_lowercase().contains("authorization"), "{head}");
        let wanted = json!({
            "provider_urn": "iam::1:oidcProvider:ci", "agency_urn": "iam::1:agency:deploy",
            "agency_session_name": "oidc-sts-session", "id_token": token, "duration_seconds": 3600,
        });
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), wanted);
    }

    // The first of the chain, with all settings, and a call with its keys.
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let keys = issued(sandbox.access_key(), SNAKE).replace(SECRET, sandbox.secret_key());
    let server = Canned::response("200 OK", "", &keys).await;
    let (url, endpoint) = (sandbox.url(), server.url.clone());
    let all = [
        variables[0],
        variables[1],
        ("HUAWEICLOUD_OIDC_ID_TOKEN", SECRET),
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", "/no/such"),
        ("HUAWEICLOUD_OIDC_SESSION_NAME", "ci-42"),
        ("HUAWEICLOUD_OIDC_DURATION_SECONDS", "900"),
        ("HUAWEICLOUD_OIDC_POLICY", "{}"),
        ("HUAWEICLOUD_OIDC_POLICY_IDS", "p-1, p-2,"),
        ("HUAWEICLOUD_SDK_STS_ENDPOINT", endpoint.as_str()),
        ("HUAWEICLOUD_SDK_REGION_OSM_CN_NORTH_1", url.as_str()),
        ("HUAWEICLOUD_SDK_DOMAIN_ID", "d-1"),
        ("HUAWEICLOUD_SDK_AK", "WRONG"),
        ("HUAWEICLOUD_SDK_SK", SECRET),
    ];
    let loader = Loader::new().environment(without_home(&all)).region("cn-north-1");
    let config = loader.load().await.unwrap().build().unwrap();
    assert_eq!(call(&config).await.unwrap(), Some(25));
    assert_eq!(header(&sandbox.requests()[0], "x-security-token"), "token");
    assert_eq!(header(&sandbox.requests()[0], "x-domain-id"), "d-1");
    let request = server.requests().await.remove(0);
    let sent: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    let given = [&sent["id_token"], &sent["agency_session_name"], &sent["policy"]].map(|value| value.as_str().unwrap());
    assert_eq!(given, [SECRET, "ci-42", "{}"]);
    assert_eq!((&sent["duration_seconds"], &sent["policy_ids"]), (&json!(900), &json!(["p-1", "p-2"])));
}

#[tokio::test]
async fn oidc_says_what_is_missing_or_refused() {
    let urns = [("HUAWEICLOUD_OIDC_PROVIDER_URN", "p"), ("HUAWEICLOUD_OIDC_AGENCY_URN", "a")];
    let token = ("HUAWEICLOUD_OIDC_ID_TOKEN", SECRET);
    let body = format!(r#"{{"error_code":"STS.0001","error_msg":"no such provider for {SECRET}"}}"#);
    let server = Canned::start(vec![
        response("400 Bad Request", "", &body),
        response("200 OK", "", "<html>"),
        response("200 OK", "", &issued("A", ["access", "secret", "securitytoken", "until"])),
    ])
    .await;
    let context = |variables: &[(&'static str, &str)]| {
        Loader::new().environment(without_home(variables)).endpoint(&server.url).context()
    };
    let seconds = ("HUAWEICLOUD_OIDC_DURATION_SECONDS", "1h");
    let file = ("HUAWEICLOUD_OIDC_TOKEN_FILE", "/no/such");
    for (variables, sentence) in [
        (vec![urns[0]], "HUAWEICLOUD_OIDC_PROVIDER_URN is set but HUAWEICLOUD_OIDC_AGENCY_URN is not"),
        (vec![urns[1]], "HUAWEICLOUD_OIDC_AGENCY_URN is set but HUAWEICLOUD_OIDC_PROVIDER_URN is not"),
        (vec![urns[0], urns[1]], "neither HUAWEICLOUD_OIDC_ID_TOKEN nor HUAWEICLOUD_OIDC_TOKEN_FILE"),
        (
            vec![urns[0], urns[1], token, seconds],
            "HUAWEICLOUD_OIDC_DURATION_SECONDS must be a number of seconds, got \"1h\"",
        ),
        (
            vec![urns[0], urns[1], file],
            "no token in /no/such, the file that HUAWEICLOUD_OIDC_TOKEN_FILE names: it does not exist",
        ),
        (
            vec![urns[0], urns[1], token],
            "STS gave no keys of the agency \"a\" for HUAWEICLOUD_OIDC_ID_TOKEN: request: 400 STS.0001: no such provider",
        ),
        (vec![urns[0], urns[1], token], "STS responded with something that is not a set of keys"),
        (vec![urns[0], urns[1], token], "STS does not say until when the keys are good"),
    ] {
        let message = failure(Oidc::default(), &context(&variables)).await;
        assert!(message.contains(sentence), "{message} lacks {sentence:?}");
    }
    assert!(matches!(Oidc::default().load(&context(&[token])).await, Ok(Lookup::NotFound(_))), "a token alone");
}

#[tokio::test]
async fn pod_identity_sends_its_token_and_again() {
    let home = Home::with(&[("token", b"first-token")]);
    let file = home.0.path().join(".huaweicloud/token");
    let responses = ["FIRST", "SECOND"].map(|access| response("200 OK", "", &issued(access, CAMEL)));
    let server = Canned::start(responses.to_vec()).await;
    let uri = format!("{}/v1/credentials?pod=a%20b", server.url);
    let variables = [
        ("HC_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()),
        ("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.to_str().unwrap()),
    ];
    let loader = Loader::new().environment(home.environment(&variables));
    let rotate = || fs::write(&file, "second-token\n").unwrap();
    assert_eq!(renewed(PodIdentity::default(), loader, rotate).await, ["FIRST", "SECOND"]);
    for (request, token) in server.requests().await.iter().zip(["first-token", "second-token"]) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /v1/credentials?pod=a%20b HTTP/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("authorization: {token}\r\n")), "{head}");
        assert_eq!(body, "{}");
    }

    // The last of the chain, after a metadata service that belongs to somebody else, and a call with its keys.
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let keys = issued(sandbox.access_key(), CAMEL).replace(SECRET, sandbox.secret_key());
    let (pods, other) = (Canned::response("200 OK", "", &keys).await, Canned::response("403 No", "", "").await);
    let variables = [("HC_CONTAINER_CREDENTIALS_FULL_URI", pods.url.as_str()), variables[1]];
    let loader = Loader::new().environment(home.environment(&variables)).endpoint(sandbox.url()).region("cn-south-1");
    let metadata = unreachable_metadata().endpoint(&other.url);
    let config = loader.metadata(metadata).load().await.unwrap().build().unwrap();
    assert_eq!(call(&config).await.unwrap(), Some(25));
}

#[tokio::test]
async fn pod_identity_says_what_is_wrong_and_sends_no_token_to_strangers() {
    let home = Home::with(&[("token", SECRET.as_bytes())]);
    let file = home.0.path().join(".huaweicloud/token");
    let context = Context::default();
    for uri in
        ["http://example.com/", "http://10.0.0.1/", "http://x.localhost/", "http://[2001:db8::1]/", "ftp://127.0.0.1/"]
    {
        let message = failure(PodIdentity::new(uri, &file), &context).await;
        assert!(message.contains("must begin with https://") && message.contains(uri), "{message}");
    }
    let server = Canned::start(vec![
        response("403 Forbidden", "", &format!("no association for {SECRET}")),
        response("200 OK", "", "{}"),
    ])
    .await;
    let message = failure(PodIdentity::new(&server.url, &file), &context).await;
    for part in ["pod identity service at http://127.0.0.1", "403", "no association", file.to_str().unwrap()] {
        assert!(message.contains(part), "{message} lacks {part:?}");
    }
    let message = failure(PodIdentity::new(&server.url, &file), &context).await;
    assert!(message.ends_with("responded without keys"), "{message}");
    let message = failure(PodIdentity::new(&server.url, "/no/such"), &context).await;
    assert!(message.contains("no token in /no/such") && message.contains("does not exist"), "{message}");
    let half = without_home(&[("HC_CONTAINER_CREDENTIALS_FULL_URI", "https://a")]);
    let message = failure(PodIdentity::default(), &Loader::new().environment(half).context()).await;
    assert!(message.contains("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE is not"), "{message}");
}

/// A clock whose time limits have passed as soon as somebody waits.
#[derive(Debug)]
struct Impatient;

impl Clock for Impatient {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn timeout(&self, _: Duration) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    fn random(&self) -> f64 {
        0.5
    }
}

#[cfg(unix)]
#[tokio::test]
async fn process_prints_keys_and_is_run_again() {
    let home = Home::with(&[("keys", issued("FIRST", CAMEL).as_bytes())]);
    let file = home.0.path().join(".huaweicloud/keys");
    let command = format!("cat '{}'", file.display());
    let variables = [("HUAWEICLOUD_CREDENTIAL_PROCESS", command.as_str())];
    let loader = || Loader::new().environment(home.environment(&variables));
    let rotate = || fs::write(&file, issued("SECOND", SNAKE)).unwrap();
    assert_eq!(renewed(Process::default(), loader(), rotate).await, ["FIRST", "SECOND"]);

    // Permanent keys, by a profile, and a call with them.
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    fs::write(&file, json!({ "access": sandbox.access_key(), "secret": sandbox.secret_key() }).to_string()).unwrap();
    let profile = format!("[basic]\nak = WRONG\nsk = x\n[vault]\ncredential_process = {command}\n");
    fs::write(home.0.path().join(".huaweicloud/credentials"), profile).unwrap();
    let loader = Loader::new().environment(home.environment(&[])).profile("vault").endpoint(sandbox.url());
    let config = loader.load().await.unwrap().build().unwrap();
    assert_eq!(call(&config).await.unwrap(), Some(25));
}

#[cfg(unix)]
#[tokio::test]
async fn process_that_fails_hangs_or_prints_rubbish_is_named() {
    let rubbish = format!("echo '{SECRET} {{'");
    for (command, parts) in [
        (
            "sh -c 'echo first >&2; echo log in first >&2; exit 3'",
            ["\"sh\"", "failed with exit status: 3; it said \"log in first\""],
        ),
        (rubbish.as_str(), ["\"echo\"", "not a set of keys; it must print JSON"]),
        ("echo '{\"access\":\"A\"}'", ["\"echo\"", "responded without keys"]),
        ("true", ["\"true\"", "printed nothing"]),
        ("/no/such/program", ["\"/no/such/program\"", "does not exist; give its path"]),
        ("/dev", ["\"/dev\"", "cannot be started"]),
        ("cat 'x", ["of the program", "has a quote that does not end"]),
        ("''", ["\"\"", "of the program"]),
    ] {
        let message = failure(Process::new(command), &Context::default()).await;
        for part in parts {
            assert!(message.contains(part), "{message} lacks {part:?}");
        }
    }
    assert!(!format!("{:?}", Process::new(rubbish.as_str())).contains(SECRET));
    let message = failure(Process::new("sleep 100000"), &at(Arc::new(Impatient))).await;
    assert_eq!(
        message,
        "the credential process \"sleep\" of the program did not end within 60s and was ended; does it wait for an input?"
    );
}

#[tokio::test]
async fn sources_are_tried_in_the_order_of_the_official_sdk() {
    let profile = Home::with(&[("credentials", b"[basic]\nak=FILE\nsk=s\n")]);
    let nothing = Home::with(&[]);
    let mut variables = vec![
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", "p"),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", "a"),
        ("HUAWEICLOUD_OIDC_TOKEN_FILE", "/no/oidc"),
        ("HUAWEICLOUD_SDK_IDP_ID", "i"),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "/no/idp"),
        ("HUAWEICLOUD_SDK_AK", "KEYS"),
        ("HUAWEICLOUD_SDK_SK", "s"),
        ("HUAWEICLOUD_CREDENTIAL_PROCESS", "/no/process"),
        ("HC_CONTAINER_CREDENTIALS_FULL_URI", "https://pods.example.com"),
        ("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/no/pod"),
    ];
    let shown = async |home: &Home, variables: &[(&str, &str)]| {
        let context = Loader::new().environment(home.environment(variables)).region("cn-north-4").context();
        // Without the metadata service, which the machine of the test may have.
        match Chain::standard().load(&context).await {
            Ok(Lookup::Found(loaded)) => loaded.credential.access_key().unwrap().to_owned(),
            Ok(Lookup::NotFound(reason)) => reason,
            Err(error) => error.message().to_owned(),
        }
    };
    variables.push(("HUAWEICLOUD_SDK_METADATA_DISABLED", "true"));
    let first = shown(&profile, &variables).await;
    assert!(first.starts_with("OIDC: no token in /no/oidc, "), "{first}");
    variables.drain(..3);
    let second = shown(&profile, &variables).await;
    assert!(second.starts_with("environment: no token in /no/idp, "), "before the keys: {second}");
    variables.remove(1);
    assert_eq!(shown(&profile, &variables).await, "KEYS", "half of a pair does not hide keys");
    variables.drain(..3);
    let process = shown(&profile, &variables).await;
    assert!(process.starts_with("process: the credential process \"/no/process\""), "{process}");
    variables.remove(0);
    assert_eq!(shown(&profile, &variables).await, "FILE");
    let pod = shown(&nothing, &variables).await;
    assert!(pod.starts_with("pod identity: no token in /no/pod, "), "{pod}");
}

#[tokio::test]
async fn no_credentials_lists_what_was_tried_and_what_to_do() {
    let home = Home::with(&[]);
    let file = home.0.path().join(".huaweicloud/credentials");
    let environment = home.environment(&[("HW_ACCESS_KEY", "A"), ("HUAWEICLOUD_SDK_REGION", "cn-north-4")]);
    let error = Loader::new().environment(environment).metadata(unreachable_metadata()).load().await.unwrap_err();
    let wanted = format!(
        "No credentials. Tried: 1. OIDC: HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set; \
         2. environment: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set (HW_ACCESS_KEY, which is set, is a name of \
         another tool); 3. process: HUAWEICLOUD_CREDENTIAL_PROCESS is not set; 4. profile: {} does not exist; \
         5. metadata: the metadata service does not respond; is this an ECS server?; 6. pod identity: \
         HC_CONTAINER_CREDENTIALS_FULL_URI and HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set. \
         Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or write `ak` and `sk` below `[basic]` into the profile file",
        file.display()
    );
    assert_eq!((error.message(), error.kind()), (wanted.as_str(), ErrorKind::Credentials));
    // A metadata service that answers otherwise is one reason among the others.
    let other = Canned::response("403 No", "", "").await;
    let metadata = unreachable_metadata().endpoint(&other.url);
    let loader = Loader::new().environment(home.environment(&[])).metadata(metadata).region("cn-north-4");
    let message = loader.load().await.unwrap_err().message().to_owned();
    assert!(message.starts_with("No credentials. Tried: 1. OIDC: "), "{message}");
    assert!(
        message.contains("5. metadata: the metadata service gave no session token but the status 403; 6. "),
        "{message}"
    );
}

#[tokio::test]
async fn profile_is_chosen_by_name() {
    let file = "[basic]\nak=BASIC\nsk=s\n[ann]\nak=ANN\nsk=s\nproject_id=p-2\n[broken]\nak=A\n[federated]\nidp_id=i\nid_token_file=/no/such\n";
    let home = Home::with(&[("credentials", file.as_bytes())]);
    let keys = [("HUAWEICLOUD_SDK_AK", "KEYS"), ("HUAWEICLOUD_SDK_SK", "s")];
    let load = async |loader: Loader, variables: &[(&str, &str)]| {
        let told = Arc::new(Mutex::new(Vec::new()));
        let listener = Arc::clone(&told);
        let loader = loader.environment(home.environment(variables)).region("cn-north-4");
        let loader = loader.on_notice(move |notice| listener.lock().unwrap().push(notice.to_owned()));
        let config = loader.metadata(unreachable_metadata()).load().await.map(|builder| builder.build().unwrap());
        let access = config.map(|config| {
            let shown = format!("{config:?}");
            ["BASIC", "ANN", "KEYS"].into_iter().find(|key| shown.contains(&format!("{key:?}"))).unwrap()
        });
        let told: Vec<String> = told.lock().unwrap().iter().filter(|text| !text.contains("chmod")).cloned().collect();
        (access.map_err(|error| error.message().to_owned()), told)
    };
    let chosen = ("HUAWEICLOUD_PROFILE", "ann");
    assert_eq!(load(Loader::new(), &[]).await, (Ok("BASIC"), vec![]));
    assert_eq!(load(Loader::new(), &[chosen]).await, (Ok("ANN"), vec![]));
    assert_eq!(load(Loader::new().profile("ann"), &keys).await, (Ok("ANN"), vec![]), "a name in code comes first");
    assert_eq!(load(Loader::new().profile("ann"), &[("HUAWEICLOUD_PROFILE", "broken")]).await.0, Ok("ANN"));
    let (access, told) = load(Loader::new(), &[keys[0], keys[1], chosen]).await;
    assert_eq!(access, Ok("KEYS"));
    assert_eq!(told, ["the environment has credentials, which come before the profile \"ann\" of HUAWEICLOUD_PROFILE"]);

    let shown = home.0.path().join(".huaweicloud/credentials").display().to_string();
    let message = load(Loader::new().profile("bob"), &[]).await.0.unwrap_err();
    let known = "[ann], [basic], [broken], [federated]";
    assert_eq!(message, format!("{shown} has no profile [bob]; it has {known}: choose one of them, or add it"));
    let message = load(Loader::new(), &[("HUAWEICLOUD_PROFILE", "bob")]).await.0.unwrap_err();
    assert!(message.starts_with(&format!("profile: {shown} has no profile [bob]")), "{message}");
    let message = load(Loader::new().profile("broken"), &[]).await.0.unwrap_err();
    assert_eq!(message, format!("{shown} has an ak in [broken] but no sk"));
    let message = load(Loader::new().profile("federated"), &[]).await.0.unwrap_err();
    assert!(
        message.contains(&format!("{shown}: no token in /no/such, the file that id_token_file names")),
        "{message}"
    );
    let elsewhere = [("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/no/such")];
    let message = load(Loader::new().profile("ann"), &elsewhere).await.0.unwrap_err();
    assert_eq!(message, "/no/such does not exist, so there is no profile \"ann\"; create the file");
}

#[cfg(unix)]
#[tokio::test]
async fn open_key_file_is_told_once_without_a_subscriber() {
    use std::os::unix::fs::PermissionsExt as _;

    let home = Home::with(&[("credentials", b"[basic]\nak=A\nsk=s\n")]);
    let file = home.0.path().join(".huaweicloud/credentials");
    for (mode, count) in [(0o644, 1), (0o600, 0)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let listener = Arc::clone(&told);
        let loader = Loader::new().environment(home.environment(&[]));
        let loader = loader.on_notice(move |notice| listener.lock().unwrap().push(notice.to_owned()));
        let context = loader.context();
        for _ in 0..2 {
            Profile.load(&context).await.unwrap();
        }
        let told = told.lock().unwrap();
        assert_eq!(told.len(), count, "{told:?}");
        for notice in told.iter() {
            assert!(notice.contains(file.to_str().unwrap()) && notice.contains("chmod 600"), "{notice}");
        }
    }
}

#[tokio::test]
async fn chain_stays_with_the_source_that_it_has_used() {
    #[derive(Debug)]
    struct Once(AtomicBool);
    impl CredentialSource for Once {
        fn name(&self) -> &str {
            "once"
        }
        fn load<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
            let lookup = match self.0.swap(true, Ordering::SeqCst) {
                false => Lookup::Found(Box::new(LoadedCredentials::new(Credential::token("own")))),
                true => Lookup::NotFound("its file is gone".to_owned()),
            };
            Box::pin(std::future::ready(Ok(lookup)))
        }
    }
    #[derive(Debug)]
    struct Other;
    impl CredentialSource for Other {
        fn name(&self) -> &str {
            "other"
        }
        fn load<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
            let loaded = LoadedCredentials::new(Credential::token("of somebody else"));
            Box::pin(std::future::ready(Ok(Lookup::Found(Box::new(loaded)))))
        }
    }
    let chain = Chain::new(vec![Arc::new(Once(AtomicBool::new(false))), Arc::new(Other)]);
    let renewing = RefreshingCredentials::new(Arc::new(chain));
    let first = renewing.credential().await.unwrap();
    assert_eq!(first.as_token().map(Secret::expose), Some("own"));
    assert!(renewing.expired(&first));
    let error = renewing.credential().await.unwrap_err();
    assert!(error.message().contains("1. once: its file is gone") && !error.message().contains("other"), "{error}");
}
