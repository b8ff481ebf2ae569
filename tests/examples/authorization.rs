//! Signs requests that come as JSON, one a line, and prints the `Authorization` header of each: the other side of
//! `signer/compare.py`.

#![allow(clippy::unwrap_used, reason = "its caller is a test")]

use std::io::{BufRead as _, Write as _};

use huaweicloud_core::sign::{Signer, SigningInput, canonical_query};
use serde::Deserialize;

#[derive(Deserialize)]
struct Request {
    access_key: String,
    secret_key: String,
    date: String,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: String,
}

fn main() {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line.unwrap()).unwrap();
        let headers: Vec<(&str, &str)> = request.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let input = SigningInput {
            method: &request.method,
            path: &request.path,
            canonical_query: &canonical_query(&request.query),
            headers: &headers,
            body: request.body.as_bytes(),
        };
        let signer = Signer::new(request.access_key, &request.secret_key.into());
        writeln!(out, "{}", signer.authorization(&input, &request.date)).unwrap();
    }
}
