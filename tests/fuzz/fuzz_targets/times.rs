//! Parses any text as a time: may fail, but never panics.

#![no_main]

use huaweicloud_core::time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|texts: (String, String)| {
    if let Some(millis) = time::parse(&texts.0, &texts.1) {
        let _ = (time::rfc3339(millis), time::local(millis, &texts.1));
    }
    let _ = time::parse_sdk_date(&texts.0);
});
