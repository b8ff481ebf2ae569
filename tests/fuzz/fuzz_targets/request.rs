//! Calls any operation by name with any JSON: it is refused before it is sent, or sent as JSON to a clean path.

#![no_main]

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use huaweicloud_core::{
    Client, Config, Credential, ResponseBody,
    dynamic::{Call, OperationDescriptor},
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};
use tokio::runtime::Runtime;

fn setup() -> &'static (Runtime, Vec<(Client, &'static OperationDescriptor)>) {
    static SETUP: OnceLock<(Runtime, Vec<(Client, &'static OperationDescriptor)>)> = OnceLock::new();
    SETUP.get_or_init(|| {
        let config = Config::builder()
            .credentials(Credential::keys("AK", "SK"))
            .endpoint("https://service.example.com")
            .transport(Arc::new(|request: http::Request<Bytes>| {
                let path = request.uri().path();
                assert!(path.split('/').skip(1).all(|step| !matches!(step, "" | "." | "..")), "{path}");
                if !request.body().is_empty() {
                    serde_json::from_slice::<Value>(request.body()).unwrap();
                }
                Ok(http::Response::new(ResponseBody::from("{}")))
            }))
            .build()
            .unwrap();
        let operations = huaweicloud_catalog::services().iter().flat_map(|service| {
            let client = Client::new(&config, service.metadata).unwrap();
            service.operations.iter().map(move |entry| (client.clone(), entry))
        });
        (tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(), operations.collect())
    })
}

fuzz_target!(|input: (u8, bool, Vec<(u8, String)>, String)| {
    let (index, checks, arguments, body) = input;
    let (runtime, operations) = setup();
    let (client, entry) = &operations[usize::from(index) % operations.len()];
    let mut given = Map::new();
    for (at, text) in arguments {
        if let Some(parameter) = entry.operation.parameters.get(usize::from(at)) {
            let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
            given.insert(parameter.name.to_owned(), value);
        }
    }
    if let Ok(body) = serde_json::from_str::<Value>(&body) {
        given.insert("body".to_owned(), body);
    }
    let options = huaweicloud_core::CallOptions::new().check_rules(checks);
    let call = Call::new(client.clone(), entry).arguments(given).with_options(options);
    if let Err(error) = runtime.block_on(call.send()) {
        assert!(!error.may_have_been_sent(), "{error}");
    }
});
