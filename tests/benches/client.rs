//! Compares the cost of a typed, signed call with the same call written by hand and made fast, with reqwest, serde_json
//! and hmac, in the same run.
//!
//! Measures the CPU time of the client's thread; the server responds from a separate thread, always with the same
//! bytes. Run with `cargo bench --bench client`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a benchmark fails by panicking"
)]

use std::{
    hint::black_box,
    io::{Read as _, Write as _},
    net::TcpListener,
    time::{Duration, SystemTime},
};

use cpu_time::ThreadTime;
use criterion::{
    BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
    measurement::{Measurement, ValueFormatter, WallTime},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use huaweicloud_core::{
    Config, Credential,
    dynamic::Service,
    sign::{Signer, SigningInput, canonical_query},
};
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;

/// CPU time of the thread, formatted like wall time.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }

    fn end(&self, start: ThreadTime) -> Duration {
        start.elapsed()
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

const AK: &str = "SANDBOXACCESSKEY0000";
const SK: &str = "sandbox-secret-key-of-no-other-use-00000";

/// The hand-written equivalent, made fast: plain structs, signing without superfluous allocations, no time limits.
mod by_hand {
    use std::fmt::Write as _;

    use super::*;

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    pub struct Osm {
        total_count: Option<i64>,
        pub incident_operate_log_list: Option<Vec<OsmLog>>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    pub struct OsmLog {
        incident_log_id: Option<String>,
        incident_id: Option<String>,
        operate_type: Option<i64>,
        operator_type: Option<i64>,
        operator_id: Option<String>,
        operator_name: Option<String>,
        operate_desc: Option<String>,
        operate_time: Option<String>,
        timestamp_operate_time: Option<String>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    pub struct Coc {
        provider_code: Option<String>,
        error_code: Option<String>,
        error_msg: Option<String>,
        data: Option<CocData>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    struct CocData {
        total: Option<i64>,
        info: Option<Vec<CocInfo>>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    struct CocInfo {
        action_id: Option<String>,
        action: Option<String>,
        action_name_zh: Option<String>,
        action_name_en: Option<String>,
        operator: Option<String>,
        status: Option<String>,
        start_time: Option<i64>,
        stop_time: Option<i64>,
        comment: Option<String>,
        enum_data_list: Option<Vec<CocEnum>>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    struct CocEnum {
        prop_id: Option<String>,
        biz_id: Option<String>,
        name_zh: Option<String>,
        name_en: Option<String>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    pub struct ProjectMan {
        result: Option<ProjectManResult>,
        status: Option<String>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    struct ProjectManResult {
        offset: Option<i64>,
        record: Option<Vec<ProjectManRecord>>,
        limit: Option<i64>,
        journals_total: Option<i64>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    struct ProjectManRecord {
        id: Option<i64>,
        notes: Option<String>,
        created_on: Option<String>,
        user: Option<ProjectManUser>,
        details: Option<Vec<ProjectManDetail>>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    struct ProjectManUser {
        first_name: Option<String>,
        identifier: Option<String>,
        image_id: Option<String>,
        nick_name: Option<String>,
        name: Option<String>,
        id: Option<i64>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    struct ProjectManDetail {
        id: Option<i64>,
        journal_id: Option<i64>,
        property: Option<String>,
        new_value: Option<String>,
        name: Option<String>,
        operation: Option<String>,
        old_value: Option<String>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    pub struct Deploy {
        result: Option<Vec<DeployRecord>>,
        total_num: Option<i64>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code, reason = "decoded, not read")]
    struct DeployRecord {
        operator: Option<String>,
        operator_id: Option<String>,
        operator_nick_name: Option<String>,
        operator_tenant_name: Option<String>,
        operator_tenant_id: Option<String>,
        operation_type: Option<String>,
        data_type: Option<String>,
        operation_time: Option<String>,
    }

    fn push_hex(out: &mut String, bytes: &[u8]) {
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
    }

    fn push_encoded(out: &mut String, text: &str, kept: &[u8]) {
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || kept.contains(&byte) {
                out.push(char::from(byte));
            } else {
                write!(out, "%{byte:02X}").unwrap();
            }
        }
    }

    /// Signs a request whose query is given as pairs.
    pub fn sign(
        method: &str,
        path: &str,
        query: &mut [(&str, &str)],
        headers: &[(&str, &str)],
        body: &[u8],
        date: &str,
    ) -> String {
        let mut text = String::with_capacity(512);
        text.push_str(method);
        text.push('\n');
        push_encoded(&mut text, path, b"/");
        text.push_str("/\n");
        query.sort_unstable();
        for (index, (name, value)) in query.iter().enumerate() {
            if index > 0 {
                text.push('&');
            }
            push_encoded(&mut text, name, b"");
            text.push('=');
            push_encoded(&mut text, value, b"");
        }
        text.push('\n');
        let mut names = String::with_capacity(64);
        for (name, value) in headers {
            for part in [name, ":", value, "\n"] {
                text.push_str(part);
            }
            if !names.is_empty() {
                names.push(';');
            }
            names.push_str(name);
        }
        text.push('\n');
        text.push_str(&names);
        text.push('\n');
        push_hex(&mut text, &Sha256::digest(body));
        let mut to_sign = String::with_capacity(128);
        for part in ["SDK-HMAC-SHA256\n", date, "\n"] {
            to_sign.push_str(part);
        }
        push_hex(&mut to_sign, &Sha256::digest(&text));
        let mut mac = Hmac::<Sha256>::new_from_slice(SK.as_bytes()).unwrap();
        mac.update(to_sign.as_bytes());
        let mut header = String::with_capacity(256);
        for part in ["SDK-HMAC-SHA256 Access=", AK, ", SignedHeaders=", &names, ", Signature="] {
            header.push_str(part);
        }
        push_hex(&mut header, &mac.finalize().into_bytes());
        header
    }

    pub async fn call(client: &reqwest::Client, base: &str, host: &str) -> Osm {
        let date = huaweicloud_core::time::sdk_date(SystemTime::now());
        let path = "/v2/servicerequest/cases/CS1/operate-logs";
        let mut query = [("limit", "1"), ("offset", "0")];
        let authorization = sign("GET", path, &mut query, &[("host", host), ("x-sdk-date", &date)], b"", &date);
        let request = client.get(format!("{base}{path}?limit=1&offset=0"));
        let request = request.header("x-sdk-date", date).header("authorization", authorization);
        let response = request.send().await.unwrap();
        assert!(response.status().is_success());
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }
}

/// Starts a server on a separate thread that responds to every request on a connection with the same bytes.
fn serve(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let response =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, response) = (stream.unwrap(), response.clone());
            stream.set_nodelay(true).unwrap();
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                let mut length = 0;
                while let Ok(count) = stream.read(&mut request[length..]) {
                    length += count;
                    if count == 0 {
                        return;
                    }
                    if request[..length].ends_with(b"\r\n\r\n") {
                        stream.write_all(response.as_bytes()).unwrap();
                        length = 0;
                    }
                }
            });
        }
    });
    url
}

/// Returns the documented response of a service with its items repeated.
fn page(service: &Service, records: usize) -> String {
    let entry = &service.operations[0];
    let spec: Value = serde_json::from_str(service.spec).unwrap();
    let node = &spec["paths"][entry.operation.path][entry.operation.method.to_lowercase()]["responses"]["200"];
    let mut body = node["content"]["application/json"]["examples"]["documented"]["value"].clone();
    let pointer = entry.operation.pagination.unwrap().items;
    let items = body.pointer(pointer).unwrap().as_array().unwrap().clone();
    *body.pointer_mut(pointer).unwrap() = items.iter().cycle().take(records).cloned().collect();
    body.to_string()
}

/// Makes this number of calls at once, each in a task of its own.
async fn at_once<T: Future<Output = usize> + Send + 'static>(count: usize, call: impl Fn() -> T) -> usize {
    let mut tasks = JoinSet::new();
    (0..count).for_each(|_| drop(tasks.spawn(call())));
    tasks.join_all().await.into_iter().sum()
}

fn calls(criterion: &mut Criterion<CpuTime>) {
    // reqwest panics without one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let base = serve(page(&huaweicloud_osm::dynamic::SERVICE, 1));
    let host = base.trim_start_matches("http://").to_owned();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let by_hand = || {
        let (http, base, host) = (http.clone(), base.clone(), host.clone());
        async move { by_hand::call(&http, &base, &host).await.incident_operate_log_list.unwrap().len() }
    };
    let config = Config::builder().credentials(Credential::keys(AK, SK)).endpoint(&base).build().unwrap();
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let typed = || {
        let call = osm.list_case_operate_logs().case_id("CS1").limit(1).offset(0);
        async move { call.send().await.unwrap().incident_operate_log_list.len() }
    };
    let mut group = criterion.benchmark_group("call");
    for count in [1, 64] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("by hand", count), |bencher| {
            bencher.iter(|| assert_eq!(runtime.block_on(at_once(count, by_hand)), count));
        });
        group.bench_function(BenchmarkId::new("typed client", count), |bencher| {
            bencher.iter(|| assert_eq!(runtime.block_on(at_once(count, typed)), count));
        });
    }
    group.finish();
}

fn signing(criterion: &mut Criterion<CpuTime>) {
    let date = "20261122T191500Z";
    let path = "/v2/servicerequest/cases/CS1/operate-logs";
    let headers = [("host", "osm.cn-south-1.myhuaweicloud.com"), ("x-domain-id", "fedcba98"), ("x-sdk-date", date)];
    let mut group = criterion.benchmark_group("sign");
    group.bench_function("by hand", |bencher| {
        bencher.iter(|| {
            let mut query = [("limit", "50"), ("offset", "0")];
            by_hand::sign("GET", black_box(path), &mut query, &headers, b"", date)
        });
    });
    group.bench_function("core", |bencher| {
        let signer = Signer::new(AK, &SK.into());
        bencher.iter(|| {
            let query = canonical_query(&[("limit", "50"), ("offset", "0")]);
            let input = SigningInput {
                method: "GET",
                path: black_box(path),
                canonical_query: &query,
                headers: &headers,
                body: b"",
            };
            signer.authorization(&input, date)
        });
    });
    group.finish();
}

fn decoding(criterion: &mut Criterion<CpuTime>) {
    const RECORDS: usize = 10_000;
    let mut group = criterion.benchmark_group("decode 10,000 records");
    group.sample_size(40);
    macro_rules! compare {
        ($service:expr, $response:ty, $by_hand:ty) => {
            let body = page(&$service, RECORDS);
            group.throughput(Throughput::Bytes(body.len() as u64));
            group.bench_with_input(BenchmarkId::new("by hand", $service.metadata.id), &body, |bencher, body| {
                bencher.iter(|| serde_json::from_slice::<$by_hand>(black_box(body.as_bytes())).unwrap());
            });
            group.bench_with_input(BenchmarkId::new("typed client", $service.metadata.id), &body, |bencher, body| {
                bencher.iter(|| serde_json::from_slice::<$response>(black_box(body.as_bytes())).unwrap());
            });
        };
    }
    compare!(huaweicloud_osm::dynamic::SERVICE, huaweicloud_osm::types::ListCaseOperateLogsResponse, by_hand::Osm);
    compare!(huaweicloud_coc::dynamic::SERVICE, huaweicloud_coc::types::ListIncidentsHistoriesResponse, by_hand::Coc);
    compare!(
        huaweicloud_projectman::dynamic::SERVICE,
        huaweicloud_projectman::types::ListRecordsV2Response,
        by_hand::ProjectMan
    );
    compare!(
        huaweicloud_codeartsdeploy::dynamic::SERVICE,
        huaweicloud_codeartsdeploy::types::ListAppOperationsLogResponse,
        by_hand::Deploy
    );
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .with_measurement(CpuTime)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4));
    targets = calls, signing, decoding
}
criterion_main!(benches);
