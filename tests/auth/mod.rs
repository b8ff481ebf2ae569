//! Credential sources: their order, invalid ones, and account ids.

mod refresh;
mod sources;
mod storm;

use std::{fs, sync::Arc, time::Duration};

use huaweicloud_auth::{
    Context, CredentialSource, Environment, Loader, Lookup, Metadata, Password, Profile, RefreshingCredentials,
    TokenScope,
};
use huaweicloud_core::{Clock, Config, Credential, CredentialsProvider, Error, ErrorKind};
use huaweicloud_sandbox::Sandbox;

use crate::support::{Canned, SECRET, response, runtime};

/// A temporary home directory, removed on drop.
struct Home(tempfile::TempDir);

impl Home {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".huaweicloud")).unwrap();
        for (name, contents) in files {
            fs::write(folder.path().join(".huaweicloud").join(name), contents).unwrap();
        }
        Self(folder)
    }

    fn environment(&self, variables: &[(&str, &str)]) -> Environment {
        let home = self.0.path().to_str().unwrap();
        Environment::of([("HOME", home)].iter().chain(variables).map(|(name, value)| (*name, *value)))
    }
}

/// Returns a context with this clock.
fn at(clock: Arc<dyn Clock>) -> Context {
    Loader::new().clock(clock).context()
}

fn unreachable_metadata() -> Metadata {
    Metadata::default().endpoint("http://127.0.0.1:1").timeout(Duration::from_millis(500))
}

async fn load(environment: Environment, metadata: Metadata, url: &str) -> Result<Config, Error> {
    Loader::new().environment(environment).metadata(metadata).region("cn-south-1").endpoint(url).load().await?.build()
}

async fn call(config: &Config) -> Result<Option<i64>, Error> {
    let osm = huaweicloud_osm::Client::new(config)?;
    Ok(osm.list_case_operate_logs().case_id("1").send().await?.total_count)
}

#[tokio::test]
async fn resolves_credential_sources_in_sdk_order() {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let (ak, sk) = (sandbox.access_key(), sandbox.secret_key());
    let profile = format!("[basic]\nak = {ak}\nsk = {sk}\nproject_id = from-the-file\n[global]\ndomain_id = d-1\n");
    let home = Home::with(&[("credentials", profile.as_bytes())]);
    let config = load(home.environment(&[]), unreachable_metadata(), &sandbox.url()).await.unwrap();
    assert_eq!(call(&config).await.unwrap(), Some(25));
    assert_eq!(sandbox.requests()[0].headers["x-domain-id"], "d-1");

    let variables = [("HUAWEICLOUD_SDK_AK", "WRONG"), ("HUAWEICLOUD_SDK_SK", SECRET)];
    let config = load(home.environment(&variables), unreachable_metadata(), &sandbox.url()).await.unwrap();
    let error = call(&config).await.unwrap_err();
    assert!(error.message().contains("unknown access key"), "the environment comes first: {error}");

    let variables = [("HUAWEICLOUD_SDK_AUTH_TOKEN", sandbox.token())];
    let config = load(Home::with(&[]).environment(&variables), unreachable_metadata(), &sandbox.url()).await.unwrap();
    assert_eq!(call(&config).await.unwrap(), Some(25));
}

#[tokio::test]
async fn reports_invalid_credential_sources() {
    let good = Home::with(&[("credentials", b"[basic]\nak=A\nsk=s\n")]);
    let broken = Home::with(&[("credentials", b"[basic]\nak=A\n")]);
    let binary = Home::with(&[("credentials", b"\xff\xfe")]);
    let folder = Home::with(&[]);
    fs::create_dir(folder.0.path().join(".huaweicloud/credentials")).unwrap();
    let none = Home::with(&[]);
    let cases = [
        (good.environment(&[("HUAWEICLOUD_SDK_AK", "A")]), "HUAWEICLOUD_SDK_AK is set but HUAWEICLOUD_SDK_SK is not"),
        (
            good.environment(&[("HUAWEICLOUD_SDK_SK", SECRET)]),
            "HUAWEICLOUD_SDK_SK is set but HUAWEICLOUD_SDK_AK is not",
        ),
        (broken.environment(&[]), "credentials has an ak in [basic] but no sk"),
        (binary.environment(&[]), "credentials cannot be read: it is not UTF-8"),
        (folder.environment(&[]), "credentials cannot be read"),
        (none.environment(&[("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/no/such")]), "profile: /no/such does not exist"),
        (none.environment(&[]), "metadata: the metadata service does not respond; is this an ECS server?"),
    ];
    for (environment, sentence) in cases {
        let error = load(environment, unreachable_metadata(), "http://127.0.0.1:1").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(error.message().contains(sentence), "{error} lacks {sentence:?}");
        assert!(!format!("{error:?}").contains(SECRET));
    }
    let error = Loader::new().environment(good.environment(&[])).load().await.unwrap_err();
    assert!(error.message().contains("HUAWEICLOUD_SDK_REGION"), "{error}");
}

fn keys(access: &str, expires: &str, wrapped: bool) -> String {
    let keys = serde_json::json!({ "access": access, "secret": SECRET, "securitytoken": "t", "expires_at": expires });
    if wrapped { serde_json::json!({ "credential": keys }).to_string() } else { keys.to_string() }
}

#[tokio::test]
async fn supports_both_metadata_service_versions() {
    let key = keys("META", "2099-01-01T00:00:00.000000Z", true);
    let cases = [
        (vec![response("200 OK", "", "session"), response("200 OK", "", &key)], Some("session")),
        (
            vec![
                response("404 Not Found", "", ""),
                response("200 OK", "", &keys("META", "2099-01-01T00:00:00Z", false)),
            ],
            None,
        ),
        (
            vec![
                response("200 OK", "", "old"),
                response("401 Unauthorized", "", ""),
                response("200 OK", "", "new"),
                response("200 OK", "", &key),
            ],
            Some("new"),
        ),
    ];
    for (responses, session) in cases {
        let server = Canned::start(responses).await;
        let metadata = Metadata::default().endpoint(&server.url);
        let Lookup::Found(loaded) = metadata.load(&Context::default()).await.unwrap() else { panic!("nothing found") };
        assert!(loaded.credential.access_key() == Some("META"));
        assert!(loaded.expires_at.is_some());
        let requests = server.requests().await;
        assert!(requests[0].starts_with("PUT /meta-data/latest/api/token "));
        assert!(requests[0].to_lowercase().contains("x-metadata-token-ttl-seconds: 21600"));
        let last = requests.last().unwrap().to_lowercase();
        assert!(last.starts_with("get /openstack/latest/securitykey "));
        let sent = last.lines().find_map(|line| line.strip_prefix("x-metadata-token: "));
        assert_eq!(sent, session);
    }
}

#[tokio::test]
async fn reports_metadata_service_failures() {
    let cases = [
        (vec![response("200 OK", "", "t"), response("404 Not Found", "", "")], "this server has no agency"),
        (
            vec![
                response("200 OK", "", "t"),
                response("401 Unauthorized", "", "Please configure Cloud Service Agency first"),
            ],
            "this server has no agency",
        ),
        (vec![response("200 OK", "", "t"), response("500 Oops", "", "")], "responded with the status 500"),
        (vec![response("200 OK", "", "t"), response("200 OK", "", "<html>")], "something that is not a set of keys"),
        (
            vec![response("200 OK", "", "t"), response("200 OK", "", &keys("A", "soon", true))],
            "until when the keys are good",
        ),
        (
            vec![response("200 OK", "", "t"), b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_vec()],
            "broke off its response",
        ),
        (vec![response("418 Teapot", "", "")], "gave no session token but the status 418"),
    ];
    for (responses, sentence) in cases {
        let server = Canned::start(responses).await;
        let shown = match Metadata::default().endpoint(&server.url).load(&Context::default()).await {
            Ok(Lookup::NotFound(reason)) => reason,
            Ok(Lookup::Found(_)) => panic!("found something: {sentence}"),
            Err(error) => error.to_string(),
        };
        assert!(shown.contains(sentence), "{shown:?} lacks {sentence:?}");
        assert!(!shown.contains(SECRET));
    }
    // A service that accepts the connection and never responds.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let slow = Metadata::default().endpoint(url).timeout(Duration::from_millis(50));
    assert!(matches!(slow.load(&Context::default()).await, Ok(Lookup::NotFound(_))));
}

#[tokio::test]
async fn caches_token_from_password_login() {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let login = Password::new("example", "ann", SECRET, TokenScope::ProjectName("cn-south-1".into()));
    assert!(!format!("{login:?}").contains(SECRET));
    let environment = Environment::of([("HUAWEICLOUD_SDK_AK", "not looked at")]);
    let config = Loader::new()
        .environment(environment)
        .source(Arc::new(login))
        .endpoint(sandbox.url())
        .load()
        .await
        .unwrap()
        .build()
        .unwrap();
    assert_eq!(call(&config).await.unwrap(), Some(25));
    assert_eq!(call(&config).await.unwrap(), Some(25));
    let requests = sandbox.requests();
    assert_eq!(requests.len(), 3, "one log-in for two calls");
    assert_eq!(requests[0].target, "/v3/auth/tokens?nocatalog=true");
    assert!(requests[0].headers.get("x-auth-token").is_none() && requests[0].headers.get("authorization").is_none());
    let body: serde_json::Value = serde_json::from_slice(&requests[0].body).unwrap();
    let user = serde_json::json!({ "domain": { "name": "example" }, "name": "ann", "password": SECRET });
    assert_eq!(body["auth"]["identity"], serde_json::json!({ "methods": ["password"], "password": { "user": user } }));
    assert_eq!(body["auth"]["scope"], serde_json::json!({ "project": { "name": "cn-south-1" } }));
    assert_eq!(requests[1].headers["x-auth-token"], sandbox.token());

    let refused = r#"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#;
    let server = Canned::response("401 Unauthorized", "x-iam-trace-id: i-1\r\n", refused).await;
    let login = Password::new("example", "ann", SECRET, TokenScope::Domain);
    let error = Loader::new()
        .environment(Home::with(&[]).environment(&[]))
        .source(Arc::new(login))
        .endpoint(&server.url)
        .load()
        .await
        .unwrap_err();
    assert_eq!((error.code(), error.request_id()), (Some("401"), Some("i-1")));
    assert!(error.message().contains("password is wrong") && !format!("{error:?}").contains(SECRET));
}

#[tokio::test]
async fn resolves_account_ids_lazily_and_once() {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let variables = [("HUAWEICLOUD_SDK_AK", sandbox.access_key()), ("HUAWEICLOUD_SDK_SK", sandbox.secret_key())];
    let config = load(Home::with(&[]).environment(&variables), unreachable_metadata(), &sandbox.url()).await.unwrap();
    let deploy = huaweicloud_codeartsdeploy::Client::new(&config).unwrap();
    for _ in 0..2 {
        deploy.list_app_operations_log().app_id("a".repeat(32)).send().await.unwrap();
    }
    call(&config).await.unwrap();
    let targets: Vec<String> = sandbox.requests().iter().map(|request| request.target.clone()).collect();
    assert_eq!(targets[0], "/v3/projects?name=cn-south-1");
    assert_eq!(targets[3], "/v3/auth/domains", "a service of the other scope needs the other id");
    assert_eq!(targets.len(), 5);
    let requests = sandbox.requests();
    assert_eq!(requests[1].headers["x-project-id"], "e86737682ab64b2490c48f08bcc41914");
    assert_eq!(requests[4].headers["x-domain-id"], "c9f5525d9d24c5bbf91e74d867720290");

    let two = r#"{"projects":[{"id":"p-1"},{"id":"p-2"}]}"#;
    for (body, sentence) in [(two, "is one of p-1, p-2"), (r#"{"projects":[]}"#, "is unknown to IAM")] {
        let server = Canned::response("200 OK", "", body).await;
        let config = load(Home::with(&[]).environment(&variables), unreachable_metadata(), &server.url).await.unwrap();
        let deploy = huaweicloud_codeartsdeploy::Client::new(&config).unwrap();
        let error = deploy.list_app_operations_log().app_id("a".repeat(32)).send().await.unwrap_err();
        assert!(
            error.message().contains(sentence) && error.message().contains("HUAWEICLOUD_SDK_PROJECT_ID"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn user_endpoints_override_spec_endpoints() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let url = sandbox.url();
    let keys = [("HUAWEICLOUD_SDK_AK", sandbox.access_key()), ("HUAWEICLOUD_SDK_SK", sandbox.secret_key())];
    let file = format!(
        "OSM:\n  - id: cn-south-1\n    endpoint: {url}\nIAM:\n  - id: cn-south-1\n    endpoints: [\"{url}\"]\n"
    );
    let home = Home::with(&[("regions.yaml", file.as_bytes())]);
    let load = |environment| async {
        Loader::new()
            .environment(environment)
            .metadata(unreachable_metadata())
            .region("cn-south-1")
            .load()
            .await
            .unwrap()
            .build()
            .unwrap()
    };
    assert_eq!(call(&load(home.environment(&keys)).await).await.unwrap(), Some(25), "from the file");
    let list = format!("{url}, https://other.example.com");
    let both = [
        keys[0],
        keys[1],
        ("HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1", list.as_str()),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", url.as_str()),
    ];
    assert_eq!(call(&load(Home::with(&[]).environment(&both)).await).await.unwrap(), Some(25), "from variables");
    let elsewhere = [keys[0], keys[1], ("HUAWEICLOUD_SDK_REGION_OSM_CN_SOUTH_1", "http://10.0.0.1")];
    let error = call(&load(home.environment(&elsewhere)).await).await.unwrap_err();
    assert!(error.message().contains("is not encrypted"), "variables come before the file: {error}");
    let broken = Home::with(&[("regions.yaml", b"- [")]);
    let error = call(&load(broken.environment(&keys)).await).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Config && error.message().contains("regions.yaml is not a list"), "{error}");
}

#[tokio::test]
async fn does_not_retry_rejected_login() {
    let refusal = r#"{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}"#;
    let server = Canned::start(vec![response("401 Unauthorized", "", refusal)]).await;
    let login = Password::new("example", "ann", SECRET, TokenScope::Domain);
    let context = Loader::new().endpoint(&server.url).context();
    let renewing = RefreshingCredentials::with_context(Arc::new(login), context);
    for _ in 0..3 {
        let error = renewing.credential().await.unwrap_err();
        assert!(error.is_unauthenticated() && error.message().contains("password is wrong"), "{error}");
    }
    assert_eq!(server.requests().await.len(), 1, "IAM locks a user after some wrong logins");
}

#[tokio::test]
async fn environment_ids_apply_to_every_credential_source() {
    let sandbox = Sandbox::builder().made_up_ids().record_requests().start().await.unwrap();
    let profile = format!("[basic]\nak = {}\nsk = {}\n", sandbox.access_key(), sandbox.secret_key());
    let home = Home::with(&[("credentials", profile.as_bytes())]);
    let environment = home.environment(&[("HUAWEICLOUD_SDK_DOMAIN_ID", "d-7")]);
    call(&load(environment, unreachable_metadata(), &sandbox.url()).await.unwrap()).await.unwrap();
    assert_eq!(sandbox.requests()[0].headers["x-domain-id"], "d-7");
}

#[tokio::test]
async fn picks_up_keys_rotated_by_metadata_service() {
    let session = || response("200 OK", "", "session");
    let rotated = |access: &str| response("200 OK", "", &keys(access, "2099-01-01T00:00:00.000000Z", true));
    let server = Canned::start(vec![session(), rotated("OLD"), session(), rotated("NEW")]).await;
    let renewing = RefreshingCredentials::new(Arc::new(Metadata::default().endpoint(&server.url)));
    let access = |credential: &Credential| credential.access_key().unwrap().to_owned();
    let old = renewing.credential().await.unwrap();
    assert_eq!((access(&old), access(&renewing.credential().await.unwrap())), ("OLD".to_owned(), "OLD".to_owned()));
    assert!(renewing.expired(&old), "the gateway took them for expired");
    assert_eq!(access(&renewing.credential().await.unwrap()), "NEW");
    assert!(renewing.expired(&old), "a late caller with the old ones forgets nothing");
    assert_eq!(access(&renewing.credential().await.unwrap()), "NEW");
}

#[tokio::test]
async fn profile_may_start_with_byte_order_mark() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let profile = format!("\u{feff}[basic]\r\nak = {}\r\nsk = {}\r\n", sandbox.access_key(), sandbox.secret_key());
    let home = Home::with(&[("credentials", profile.as_bytes())]);
    let config = load(home.environment(&[]), unreachable_metadata(), &sandbox.url()).await.unwrap();
    assert_eq!(call(&config).await.unwrap(), Some(25));
}

#[cfg(unix)]
#[test]
fn profile_that_is_no_regular_file_is_refused() {
    let home = Home::with(&[]);
    let pipe = home.0.path().join(".huaweicloud/credentials");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (sender, receiver) = std::sync::mpsc::channel();
    for environment in [home.environment(&[]), home.environment(&[("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/dev/null")])] {
        let sender = sender.clone();
        // A thread of its own, because a read that waits for a writer would never end.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let loader = Loader::new().environment(environment);
            sender.send(runtime.block_on(Profile.load(&loader.context())).unwrap_err()).unwrap();
        });
        let error = receiver.recv_timeout(Duration::from_secs(20)).expect("the read waits for a writer");
        assert!(error.kind() == ErrorKind::Credentials && error.message().contains("is no regular file"), "{error}");
    }
    let keys = [("HUAWEICLOUD_SDK_AK", "AK"), ("HUAWEICLOUD_SDK_SK", SECRET)];
    let file = ("HUAWEICLOUD_SDK_REGIONS_FILE", pipe.to_str().unwrap());
    let environment = home.environment(&[keys[0], keys[1], file]);
    std::thread::spawn(move || {
        let runtime = runtime();
        let loading = Loader::new().environment(environment).region("cn-south-1").load();
        let config = runtime.block_on(loading).and_then(|builder| builder.build());
        sender.send(config.and_then(|config| huaweicloud_osm::Client::new(&config)).unwrap_err()).unwrap();
    });
    let error = receiver.recv_timeout(Duration::from_secs(20)).expect("the read waits for a writer");
    assert!(error.kind() == ErrorKind::Config && error.message().contains("is no regular file"), "{error}");
}
