//! Secrets are gone from memory when what held them is dropped. This reads the memory of its own process.

#![cfg(target_os = "linux")]

use std::{
    fs::File,
    io::Read as _,
    os::unix::fs::FileExt as _,
    process::Command,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use huaweicloud_auth::{CredentialSource, Federation, Loader, Oidc};
use huaweicloud_core::{BoxFuture, Config, Credential, Error, ResponseBody, RetryPolicy, Secret, Transport};
use huaweicloud_iam::types::{CreateTokenRequest, TokenAuth, TokenIdentity, TokenPassword, TokenPasswordUser};
use zeroize::Zeroizing;

use crate::support::runtime;

/// Hides a secret from the search: only its XOR with this is in the program.
const MASK: u8 = 0x5a;

/// Returns a secret as long as a token, of random letters.
fn masked(seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..3000).map(|_| random.u8(b'A'..=b'Z') ^ MASK).collect()
}

fn secret(masked: &[u8]) -> Secret {
    let mut text = String::with_capacity(masked.len());
    text.extend(masked.iter().map(|byte| char::from(byte ^ MASK)));
    text.into()
}

/// A search through the memory of this process. Its own memory is allocated in advance, because new allocations could
/// overwrite what it looks for.
struct Search {
    maps: Vec<u8>,
    chunk: Vec<u8>,
}

impl Search {
    fn new() -> Self {
        Self { maps: vec![0; 1 << 20], chunk: vec![0; 1 << 20] }
    }

    /// Counts the copies of a part of a secret; a freed block loses its beginning.
    fn copies(&mut self, masked: &[u8]) -> usize {
        let part = &masked[1500..1540];
        let Self { maps, chunk } = self;
        let (mut file, mut length) = (File::open("/proc/self/maps").unwrap(), 0);
        while let Ok(read @ 1..) = file.read(&mut maps[length..]) {
            length += read;
        }
        let memory = File::open("/proc/self/mem").unwrap();
        let own = chunk.as_ptr() as u64..chunk.as_ptr() as u64 + chunk.len() as u64;
        let mut found = 0;
        for line in std::str::from_utf8(&maps[..length]).unwrap().lines() {
            let (range, rest) = line.split_once(' ').unwrap();
            let (start, end) = range.split_once('-').unwrap();
            let (mut at, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
            while rest.starts_with("rw") && at < end {
                // The chunk holds parts of the memory, which are not copies of the program.
                if own.contains(&at) {
                    at = own.end;
                    continue;
                }
                let until = if at < own.start { end.min(own.start) } else { end };
                let length = usize::try_from(until - at).unwrap().min(chunk.len());
                let Ok(read @ 1..) = memory.read_at(&mut chunk[..length], at) else { break };
                let is_copy = |window: &&[u8]| window.iter().zip(part).all(|(byte, hidden)| byte ^ MASK == *hidden);
                found += chunk[..read].windows(part.len()).filter(is_copy).count();
                let is_last = read < part.len() || at + read as u64 >= until;
                at = if is_last { until } else { at + (read - part.len() + 1) as u64 };
            }
        }
        found
    }
}

/// The memory is searched at once after each step, before other allocations overwrite what was freed. It is that of a
/// process of its own, because that of all tests is large.
#[test]
fn no_copy_of_a_secret_is_left() {
    const ALONE: &str = "HUAWEICLOUD_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let arguments = ["--exact", "wiping::no_copy_of_a_secret_is_left", "--nocapture"];
        let alone = Command::new(std::env::current_exe().unwrap()).args(arguments).env(ALONE, "1").output().unwrap();
        assert!(alone.status.success(), "{}", String::from_utf8_lossy(&alone.stderr));
        return;
    }
    let (key, token, password, subject) = (masked(1), masked(2), masked(3), masked(4));
    let search = Arc::new(Mutex::new(Search::new()));
    let runtime = runtime();
    let config = Config::builder()
        .credentials(Credential::temporary("AK", secret(&key), secret(&token)))
        .endpoint("https://service.example.com")
        .check_rules(false)
        .retry(RetryPolicy::none())
        .transport(Arc::new(Echo { search: Arc::clone(&search), token: token.clone() }))
        .build()
        .unwrap();
    let copies = |masked: &[u8]| search.lock().unwrap().copies(masked);
    assert_eq!((copies(&key), copies(&token)), (1, 1), "those of the configuration");
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    runtime.block_on(osm.list_case_operate_logs().case_id("quiet").send()).unwrap_err();
    assert_eq!((copies(&key), copies(&token)), (1, 1), "after a call");
    let error = runtime.block_on(osm.list_case_operate_logs().case_id("echo").send()).unwrap_err();
    assert_eq!((copies(&key), copies(&token)), (1, 1), "after a call whose error repeats the token");
    assert!(error.message().contains("(redacted)"), "{error}");

    let iam = huaweicloud_iam::Client::new(&config).unwrap();
    let user = TokenPasswordUser::new().name("user").password(secret(&password));
    let identity = TokenIdentity::new().methods(["password"]).password(TokenPassword::new().user(user));
    let body = CreateTokenRequest::new().auth(TokenAuth::new().identity(identity));
    let error = runtime.block_on(iam.keystone_create_user_token_by_password().body(body).send()).unwrap_err();
    assert_eq!(copies(&password), 0, "after a call with a password in its body");
    assert_eq!(error.status(), Some(401));
    let error = runtime.block_on(iam.keystone_validate_token().x_subject_token(secret(&subject)).send()).unwrap_err();
    assert_eq!(copies(&subject), 0, "after a call with a token in a header of its own");
    assert_eq!(error.status(), Some(401));

    let (id_token, file_token) = (masked(5), masked(6));
    let transport = Arc::new(Echo { search: Arc::clone(&search), token: token.clone() });
    let loader = Loader::new()
        .endpoint("https://service.example.com")
        .configure(move |builder| builder.transport(Arc::clone(&transport) as _).retry(RetryPolicy::none()));
    let context = loader.context();
    let oidc = Oidc::default().provider_urn("p").agency_urn("a");
    let error = runtime.block_on(oidc.clone().id_token(secret(&id_token)).load(&context)).unwrap_err();
    assert_eq!(copies(&id_token), 0, "after an exchange of an ID token");
    assert!(error.message().contains("401"), "{error}");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), secret(&file_token).expose()).unwrap();
    for source in [&oidc.id_token_file(file.path()) as &dyn CredentialSource, &Federation::new("p", file.path())] {
        let error = runtime.block_on(source.load(&context)).unwrap_err();
        assert_eq!(copies(&file_token), 0, "after an exchange of an ID token from a file");
        assert!(error.message().contains("401"), "{error}");
    }

    drop((osm, iam, config));
    assert_eq!((copies(&key), copies(&token)), (0, 0), "after all");
}

/// A gateway that repeats the token of a request.
struct Echo {
    search: Arc<Mutex<Search>>,
    token: Vec<u8>,
}

impl Transport for Echo {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<ResponseBody>, Error>> {
        let mut body = Zeroizing::new(Vec::with_capacity(5000));
        if request.headers().contains_key("x-security-token") {
            let copies = self.search.lock().unwrap().copies(&self.token);
            assert_eq!(copies, 3, "in the credentials, in the header, and in the canonical request");
        }
        if let Some(token) = request.headers().get("x-security-token").filter(|_| request.uri().path().contains("echo"))
        {
            body.extend_from_slice(br#"{"error_code":"APIGW.0301","error_msg":"canonical request: "#);
            body.extend_from_slice(token.as_bytes());
            body.extend_from_slice(br#""}"#);
        }
        let mut response = http::Response::new(ResponseBody::from(Bytes::from_owner(body)));
        *response.status_mut() = http::StatusCode::UNAUTHORIZED;
        Box::pin(std::future::ready(Ok(response)))
    }
}
