//! Answers calls with any status, headers and chunks of a body that repeats a secret somewhere: every call ends with a
//! response or an error, and no error shows the secret.

#![no_main]

use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use huaweicloud_core::{Config, Credential, Error, ResponseBody, RetryPolicy};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;

const SECRET: &str = "Zq7/kX+9wT";

type Script = (u16, Vec<(String, String)>, Vec<Vec<u8>>, u16);

struct Setup {
    runtime: Runtime,
    script: Arc<Mutex<Script>>,
    osm: huaweicloud_osm::Client,
    deploy: huaweicloud_codeartsdeploy::Client,
}

fn setup() -> &'static Setup {
    static SETUP: OnceLock<Setup> = OnceLock::new();
    SETUP.get_or_init(|| {
        let script = Arc::new(Mutex::new(Script::default()));
        let answers = Arc::clone(&script);
        let config = Config::builder()
            .credentials(Credential::token(SECRET))
            .endpoint("https://service.example.com")
            .retry(RetryPolicy::none())
            .max_body(4096)
            .transport(Arc::new(move |_: http::Request<Bytes>| Ok(answer(&answers.lock().unwrap()))))
            .build()
            .unwrap();
        Setup {
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            script,
            osm: huaweicloud_osm::Client::new(&config).unwrap(),
            deploy: huaweicloud_codeartsdeploy::Client::new(&config).unwrap(),
        }
    })
}

fn answer((status, headers, chunks, at): &Script) -> http::Response<ResponseBody> {
    let mut body = chunks.concat();
    let at = usize::from(*at) % (body.len() + 1);
    body.splice(at..at, SECRET.bytes());
    let mut response = http::Response::new(ResponseBody::from(body));
    *response.status_mut() = (100 + status % 900).try_into().unwrap();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<http::HeaderName>(), value.parse()) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn check(error: Error) {
    let shown = format!("{error} {error:?} {:?}", error.body_excerpt());
    assert!(!shown.contains(SECRET), "{shown}");
}

fuzz_target!(|script: Script| {
    let setup = setup();
    *setup.script.lock().unwrap() = script;
    setup.runtime.block_on(async {
        if let Err(error) = setup.osm.list_case_operate_logs().case_id("1").send().await {
            check(error);
        }
        let call = setup.deploy.list_app_operations_log().app_id("0123456789abcdef0123456789abcdef");
        if let Err(error) = call.send().await {
            check(error);
        }
    });
});
