//! Compares the peak memory of a client that streams 1,000,000 records with one that streams 10,000. Each client is a
//! separate process, and the sandbox that they read from is another. Run with `cargo bench --bench memory`.

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
const APPLICATION: &str = "0123456789abcdef0123456789abcdef";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    if let Ok(url) = env::var(URL) {
        runtime.block_on(stream(url));
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        print!("{}", peak.trim().trim_end_matches(" kB"));
        return;
    }
    if !cfg!(target_os = "linux") {
        println!("memory: skipped, /proc/self/status is needed");
        return;
    }
    let mut peaks = Vec::new();
    for records in [10_000_usize, 1_000_000] {
        let sandbox = runtime.block_on(Sandbox::builder().records(records).start()).unwrap();
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
