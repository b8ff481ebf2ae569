//! Deserializes any bytes as any response or request body: may fail, but never panics. What was deserialized is
//! serialized and deserialized to the same again.

#![no_main]

use huaweicloud_core::dynamic::OperationDescriptor;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for service in huaweicloud_catalog::services() {
        for entry in service.operations {
            for decode in [OperationDescriptor::decode_response, OperationDescriptor::decode_request] {
                let Ok(model) = decode(entry, bytes) else { continue };
                let written = model.to_json().to_value().unwrap();
                let again = decode(entry, written.to_string().as_bytes()).unwrap();
                assert_eq!(again.to_json().to_value().unwrap(), written);
            }
        }
    }
});
