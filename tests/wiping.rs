//! Secrets are gone from memory when what held them is dropped. This reads the memory of its own process.

#![cfg(target_os = "linux")]

use std::{
    fs::{self, File},
    os::unix::fs::FileExt as _,
    sync::Arc,
};

use bytes::Bytes;
use huaweicloud_core::{Config, Credential, ResponseBody, RetryPolicy, Secret};

/// Hides a secret from the search: only its XOR with this is in the program.
const MASK: u8 = 0x5a;

/// Returns a secret of 64 letters that differ with the seed.
fn masked(seed: u16) -> Vec<u8> {
    (0..64_u16).map(|at| (b'A' + ((at * at + at * 7 + seed * 11) % 26) as u8) ^ MASK).collect()
}

fn secret(masked: &[u8]) -> Secret {
    let mut text = String::with_capacity(masked.len());
    text.extend(masked.iter().map(|byte| char::from(byte ^ MASK)));
    text.into()
}

/// Counts the copies of the end of a secret in this process; a freed block loses its beginning.
fn copies(masked: &[u8]) -> usize {
    let masked = &masked[24..];
    let memory = File::open("/proc/self/mem").unwrap();
    let mut chunk = vec![0; 1 << 20];
    let own = chunk.as_ptr() as u64..chunk.as_ptr() as u64 + chunk.len() as u64;
    let mut found = 0;
    for line in fs::read_to_string("/proc/self/maps").unwrap().lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let (mut at, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        if !rest.starts_with("rw") || rest.contains("[vvar") {
            continue;
        }
        while at < end {
            // The chunk itself is left out; what it held of the memory is no copy.
            if own.contains(&at) {
                at = own.end;
                continue;
            }
            let until = if at < own.start { end.min(own.start) } else { end };
            let length = usize::try_from(until - at).unwrap().min(chunk.len());
            let Ok(read) = memory.read_at(&mut chunk[..length], at) else { break };
            let windows = chunk[..read].windows(masked.len());
            found +=
                windows.filter(|window| window.iter().zip(masked).all(|(byte, hidden)| byte ^ MASK == *hidden)).count();
            if read < masked.len() || at + read as u64 >= until {
                at = until;
            } else {
                at += (read - masked.len() + 1) as u64;
            }
        }
    }
    found
}

#[test]
fn no_copy_of_a_secret_is_left() {
    let (key, token, password) = (masked(1), masked(2), masked(3));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let credential = Credential::temporary("AK", secret(&key), secret(&token));
        assert!(copies(&token) > 0, "the search finds what is there");
        let config = Config::builder()
            .credentials(credential)
            .endpoint("https://service.example.com")
            .retry(RetryPolicy::none())
            .transport(Arc::new(|request: http::Request<Bytes>| {
                // The gateway repeats the token; the value of the header is shared, not copied.
                let token =
                    request.headers().get("x-security-token").map(|token| Secret::from(token.to_str().unwrap()));
                let echo = token.map(|token| {
                    let start = r#"{"error_code":"APIGW.0301","error_msg":"canonical request: "#;
                    let mut body = zeroize::Zeroizing::new(Vec::with_capacity(1000));
                    body.extend_from_slice(start.as_bytes());
                    body.extend_from_slice(token.expose().as_bytes());
                    body.extend_from_slice(br#""}"#);
                    Bytes::from_owner(body)
                });
                let mut response = http::Response::new(ResponseBody::from(echo.unwrap_or_default()));
                *response.status_mut() = http::StatusCode::UNAUTHORIZED;
                Ok(response)
            }))
            .build()
            .unwrap();
        let osm = huaweicloud_osm::Client::new(&config).unwrap();
        let error = osm.list_case_operate_logs().case_id("1").send().await.unwrap_err();
        assert!(error.message().contains("(redacted)"), "{error}");
        // A secret in a request body.
        let iam = huaweicloud_iam::Client::new(&config).unwrap();
        let user = huaweicloud_iam::types::TokenPasswordUser::new().name("user").password(secret(&password));
        let user = huaweicloud_iam::types::TokenPassword::new().user(user);
        let identity = huaweicloud_iam::types::TokenIdentity::new().methods(["password"]).password(user);
        let auth = huaweicloud_iam::types::TokenAuth::new().identity(identity);
        let body = huaweicloud_iam::types::CreateTokenRequest::new().auth(auth);
        iam.keystone_create_user_token_by_password().body(body).send().await.unwrap_err();
    });
    drop(runtime);
    for (name, masked) in [("secret key", key), ("security token", token), ("password", password)] {
        assert_eq!(copies(&masked), 0, "copies of the {name}");
    }
}
