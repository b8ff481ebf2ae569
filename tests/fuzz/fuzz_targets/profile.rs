//! Reads any bytes as a profile file and as a file of regions: may fail, but never panics.

#![no_main]

use std::{
    fs,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use huaweicloud_auth::{CredentialSource as _, Environment, Loader, Profile};
use huaweicloud_core::{Error, ErrorKind, ResponseBody};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::Runtime;

fn no_answer(_: http::Request<Bytes>) -> Result<http::Response<ResponseBody>, Error> {
    Err(Error::new(ErrorKind::Connect, "no answer"))
}

fuzz_target!(|bytes: &[u8]| {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| tokio::runtime::Builder::new_current_thread().build().unwrap());
    let file = std::env::temp_dir().join(format!("huaweicloud-fuzz-{}", std::process::id()));
    fs::write(&file, bytes).unwrap();
    let file = file.to_str().unwrap();
    runtime.block_on(async {
        let loader = Loader::new().environment(Environment::of([("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file)]));
        let _ = Profile.load(&loader.context()).await;
        let keys = [("HUAWEICLOUD_SDK_AK", "AK"), ("HUAWEICLOUD_SDK_SK", "SK"), ("HUAWEICLOUD_SDK_REGIONS_FILE", file)];
        let loader = Loader::new().environment(Environment::of(keys)).region("cn-south-1");
        if let Ok(builder) = loader.configure(|builder| builder.transport(Arc::new(no_answer))).load().await {
            let _ = huaweicloud_osm::Client::new(&builder.build().unwrap());
        }
    });
});
