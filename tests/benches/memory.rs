//! Compares the peak memory of a client that streams 1,000,000 records with one that streams 10,000, and the memory that
//! a deserialized response takes with the size of its body. Each client is a separate process, and the sandbox that they
//! read from is another. Run with `cargo bench --bench memory`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a benchmark fails by panicking"
)]

use std::{env, fs, process::Command, time::Instant};

use huaweicloud_sandbox::Sandbox;

const URL: &str = "HUAWEICLOUD_BENCH_URL";
const BODY: &str = "HUAWEICLOUD_BENCH_BODY";
/// Size of the bodies, in bytes.
const SIZE: usize = 32 << 20;
const APPLICATION: &str = "0123456789abcdef0123456789abcdef";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    if let Ok(url) = env::var(URL) {
        runtime.block_on(stream(url));
        print!("{}", memory("VmHWM:"));
        return;
    }
    if let Ok(service) = env::var(BODY) {
        print!("{}", expansion(&service));
        return;
    }
    if !cfg!(target_os = "linux") {
        println!("memory: skipped, /proc/self/status is needed");
        return;
    }
    let mut peaks = Vec::new();
    for records in [10_000_usize, 1_000_000] {
        let sandbox = runtime.block_on(Sandbox::builder().made_up_ids().records(records).start()).unwrap();
        let started = Instant::now();
        let output = Command::new(env::current_exe().unwrap())
            .env(URL, format!("{},{records}", sandbox.url()))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let peak: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        println!(
            "stream of {records:>9} records: peak {:.1} MiB, {:.1} s",
            peak as f64 / 1024.0,
            started.elapsed().as_secs_f64()
        );
        peaks.push(peak);
    }
    println!("difference: {:.1} MiB", (peaks[1] as f64 - peaks[0] as f64) / 1024.0);
    let services = huaweicloud_catalog::services().iter().map(|service| service.metadata.id);
    for service in services.filter(|id| *id != "iam").chain(["{}"]) {
        let output = Command::new(env::current_exe().unwrap()).env(BODY, service).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        println!("{service}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Returns a figure of this process in kB.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let figure = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    figure.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Deserializes the documented records of a service again and again in one body, or empty records, and returns the peak
/// memory of that, the body included, as a multiple of the body.
fn expansion(id: &str) -> String {
    let service = huaweicloud_catalog::services().iter().find(|service| service.metadata.id == id);
    let service = service.unwrap_or(&huaweicloud_catalog::services()[0]);
    let entry = &service.operations[0];
    let spec: serde_json::Value = serde_json::from_str(service.spec).unwrap();
    let node = &spec["paths"][entry.operation.path][entry.operation.method.to_lowercase()]["responses"]["200"];
    let mut body = node["content"]["application/json"]["examples"]["documented"]["value"].clone();
    let items = body.pointer_mut(entry.operation.pagination.unwrap().items).unwrap();
    let record = if id == "{}" { id.to_owned() } else { items[0].to_string() };
    *items = serde_json::json!(["RECORDS"]);
    let records = vec![record.as_str(); SIZE / (record.len() + 1)].join(",");
    let body = body.to_string().replace("\"RECORDS\"", &records);
    drop((spec, records));
    let before = memory("VmRSS:");
    let decoded = entry.decode_response(body.as_bytes());
    let peak = (memory("VmHWM:") - before) as f64 * 1024.0 / body.len() as f64 + 1.0;
    match decoded {
        Ok(_) => format!("{} times the bytes of its body", (peak * 100.0).round() / 100.0),
        Err(error) => format!("{} times the bytes of its body, then: {error}", (peak * 100.0).round() / 100.0),
    }
}

async fn stream(plan: String) {
    let (url, records) = plan.split_once(',').unwrap();
    let config = huaweicloud_core::Config::builder()
        .credentials(huaweicloud_core::Credential::keys(
            "SANDBOXACCESSKEY0000",
            "sandbox-secret-key-of-no-other-use-00000",
        ))
        .endpoint(url)
        .build()
        .unwrap();
    let deploy = huaweicloud_codeartsdeploy::Client::new(&config).unwrap();
    let mut items = deploy.list_app_operations_log().app_id(APPLICATION).items();
    let mut count = 0_usize;
    while items.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, records.parse::<usize>().unwrap());
}
