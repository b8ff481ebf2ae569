//! Deserializes any bytes as any response or request body and serializes the result: may fail, but never panics.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for service in huaweicloud_catalog::services() {
        for entry in service.operations {
            for model in [entry.decode_response(bytes), entry.decode_request(bytes)].into_iter().flatten() {
                let _ = model.to_json().to_value();
            }
        }
    }
});
