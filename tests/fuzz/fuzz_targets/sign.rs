//! Signs any path, query and body, and checks that the canonical query does not depend on the order of its pairs.

#![no_main]

use huaweicloud_core::sign::{Signer, SigningInput, canonical_query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|parts: (String, Vec<(String, String)>, Vec<u8>)| {
    let (path, mut pairs, body) = parts;
    let query = canonical_query(&pairs);
    pairs.reverse();
    assert_eq!(query, canonical_query(&pairs));
    let input = SigningInput { method: "POST", path: &path, canonical_query: &query, headers: &[], body: &body };
    assert!(input.canonical_request().starts_with("POST\n"));
    assert!(Signer::new("ak", &"sk".into()).authorization(&input, "20260101T000000Z").len() > 64);
});
