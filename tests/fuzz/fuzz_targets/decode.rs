//! Any bytes as any answer or body: decoded or refused, never a panic; what decodes is written back.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for service in huaweicloud_sandbox::services() {
        for entry in service.operations {
            for decode in std::iter::once(entry.decode_response).chain(entry.decode_request) {
                if let Ok(model) = decode(bytes) {
                    let _ = model.to_json();
                }
            }
        }
    }
});
