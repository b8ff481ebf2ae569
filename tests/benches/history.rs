//! Compares the stream of events with loops by hand over the same pages: processor time, and peak memory of a process for
//! each. Run with `cargo bench --bench history`.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a benchmark fails by panicking")]

use std::{env, fmt::Write as _, fs, process::Command, sync::Arc, time::Duration};

use bytes::Bytes;
use cpu_time::ProcessTime;
use huaweicloud_core::{Config, Credential, EpochMillis, ResponseBody};
use huaweicloud_history::{History, Order, Thing};
use serde_json::Value;

/// What a program of one's own may want of a record.
#[derive(Default)]
#[expect(dead_code, reason = "it is made, and that is measured")]
struct Own {
    id: String,
    at: Option<i64>,
    actor: Option<String>,
    actor_id: Option<String>,
    action: Option<String>,
    detail: Option<String>,
    record: Option<String>,
}

const PAGES: usize = 1_000;
const RECORDS: usize = 100_000;
const ROUNDS: usize = 9;
const PLAN: &str = "HUAWEICLOUD_BENCH_PLAN";

/// The pages of the golden service: as many as asked for, of 100 records.
fn tiny(pages: usize) -> impl Fn(&str) -> Bytes + Send + Sync {
    move |target| {
        let page = number(target, "page");
        let changes: Vec<String> = (0..100)
            .map(|index| {
                let number = page * 100 + index;
                format!(
                    r#"{{"change_id":"{number:032x}","changed_at":"{}","by":"Ann-{}","what":"painted it in colour {}"}}"#,
                    1_764_000_000_000 - number * 1000, number % 7, number % 11
                )
            })
            .collect();
        format!(r#"{{"count":{},"changes":[{}]}}"#, pages * 100, changes.join(",")).into()
    }
}

/// Returns a parameter of a query.
fn number(target: &str, name: &str) -> usize {
    target.split(['?', '&']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse().ok()).unwrap()
}

/// One response of COC with this many records.
fn coc(records: usize) -> Bytes {
    // Written as text, so that the memory for it is that of the text.
    let mut body = String::with_capacity(records * 400);
    let _ = write!(body, r#"{{"error_code":"GOM.00000000","data":{{"total":{records},"info":["#);
    for number in 0..records {
        let _ = write!(
            body,
            r#"{}{{"action":"incident_accept","operator":"{number:032x}","start_time":{},"action_name_zh":"Accepted incident","#,
            if number == 0 { "" } else { "," },
            1_764_000_000_000 - number * 1000,
        );
        body.push_str(concat!(
            r#""action_name_en":"Handling an incident","status":"INCIDENT_STATUS_ACKNOWLEDGED","enum_data_list":"#,
            r#"[{"name_zh":"Ann","name_en":"Ann","biz_id":"6539","prop_id":"operator"}]}"#
        ));
    }
    body.push_str("]}}");
    body.into()
}

fn config(respond: impl Fn(&str) -> Bytes + Send + Sync + 'static) -> Config {
    let transport = move |request: http::Request<Bytes>| {
        Ok(http::Response::new(ResponseBody::from(respond(&request.uri().to_string()))))
    };
    let builder = Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("https://service.example.com");
    builder.transport(Arc::new(transport)).build().unwrap()
}

async fn events(config: &Config, thing: &str, order: Order) -> usize {
    events_of(config, &[thing.to_owned()], order).await
}

async fn events_of(config: &Config, things: &[String], order: Order) -> usize {
    let services = [&huaweicloud_tiny::dynamic::SERVICE, huaweicloud_catalog::service("coc").unwrap()];
    let history = History::of(config).catalog(&services).order(order);
    let things = things.iter().map(|thing| Thing::parse(thing, &services).unwrap());
    let mut events = things.fold(history, History::thing).stream();
    let mut count = 0;
    while let Some(event) = events.next().await {
        count += usize::from(std::hint::black_box(event).is_ok());
    }
    count
}

/// The typed items, without the record.
async fn tiny_by_hand(config: &Config, with_record: bool) -> usize {
    let client = huaweicloud_tiny::Client::new(config).unwrap();
    let mut pages = client.list_thing_changes().thing_id("t-1").pages();
    let mut count = 0;
    while let Some(page) = pages.try_next().await.unwrap() {
        let raw: Option<Value> = with_record.then(|| serde_json::from_slice(page.body()).unwrap());
        for (index, change) in page.into_inner().changes.into_iter().enumerate() {
            let own = Own {
                id: format!("tiny/t-1#{}", change.change_id.unwrap()),
                at: change.changed_at.as_ref().and_then(EpochMillis::as_millis),
                actor: change.by,
                action: change.what,
                record: raw.as_ref().map(|raw| raw["changes"][index].to_string()),
                ..Own::default()
            };
            std::hint::black_box(own);
            count += 1;
        }
    }
    count
}

async fn coc_by_hand(config: &Config, with_record: bool) -> usize {
    let client = huaweicloud_coc::Client::new(config).unwrap();
    let page = client.list_incidents_histories().incident_id("IM1").send().await.unwrap();
    let raw: Option<Value> = with_record.then(|| serde_json::from_slice(page.body()).unwrap());
    let mut count = 0;
    for (index, item) in page.into_inner().data.unwrap().info.into_iter().enumerate() {
        let own = Own {
            id: format!("coc/IM1#{:?}{:?}{:?}", item.start_time, item.action, item.operator),
            at: item.start_time.as_ref().and_then(EpochMillis::as_millis),
            actor: item
                .enum_data_list
                .iter()
                .find(|data| data.prop_id.as_deref() == Some("operator"))
                .and_then(|data| data.name_en.clone()),
            actor_id: item.operator,
            action: item.action_name_en,
            detail: item.status,
            record: raw.as_ref().map(|raw| raw["data"]["info"][index].to_string()),
        };
        std::hint::black_box(own);
        count += 1;
    }
    count
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Ok(plan) = env::var(PLAN) {
        let before = memory("VmRSS:");
        let count = runtime.block_on(async {
            match plan.as_str() {
                "coc" => {
                    events(
                        &config({
                            let body = coc(RECORDS);
                            move |_| body.clone()
                        }),
                        "coc/IM1",
                        Order::Arrival,
                    )
                    .await
                }
                "coc, newest first" => {
                    events(
                        &config({
                            let body = coc(RECORDS);
                            move |_| body.clone()
                        }),
                        "coc/IM1",
                        Order::NewestFirst,
                    )
                    .await
                }
                "1000 things" => {
                    let things: Vec<String> = (0..1000).map(|id| format!("tiny/t-{id}")).collect();
                    events_of(&config(tiny(10)), &things, Order::Arrival).await
                }
                pages => events(&config(tiny(pages.parse().unwrap())), "tiny/t-1", Order::Arrival).await,
            }
        });
        print!("{count} {} {before}", memory("VmHWM:"));
        return;
    }
    let make = tiny(PAGES);
    let pages: Vec<Bytes> = (0..=PAGES).map(|page| make(&format!("?page={page}"))).collect();
    let golden = config(move |target| pages[number(target, "page")].clone());
    let body = coc(RECORDS);
    let size = body.len();
    let coc = config(move |_| body.clone());
    for (name, stream, by_hand) in [("tiny", "tiny/t-1", false), ("coc", "coc/IM1", true)] {
        let config = if by_hand { &coc } else { &golden };
        let mut rounds: Vec<[f64; 3]> = Vec::new();
        for _ in 0..ROUNDS {
            let spent = |work: &dyn Fn() -> usize| {
                let start = ProcessTime::now();
                assert_eq!(work(), PAGES * 100);
                start.elapsed()
            };
            let ours = spent(&|| runtime.block_on(events(config, stream, Order::Arrival)));
            let hand = |with_record: bool| {
                spent(&|| {
                    runtime.block_on(async {
                        if by_hand {
                            coc_by_hand(config, with_record).await
                        } else {
                            tiny_by_hand(config, with_record).await
                        }
                    })
                })
            };
            rounds
                .push([ours, hand(true), hand(false)].map(|time: Duration| time.as_secs_f64() * 1e6 / RECORDS as f64));
        }
        let median = |pick: &dyn Fn(&[f64; 3]) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(pick).collect();
            values.sort_by(f64::total_cmp);
            values[ROUNDS / 2]
        };
        println!(
            "{name}: {:.2} µs per record; by hand with the record {:.2} (ratio {:.2}), without {:.2} (ratio {:.2})",
            median(&|r| r[0]),
            median(&|r| r[1]),
            median(&|r| r[0] / r[1]),
            median(&|r| r[2]),
            median(&|r| r[0] / r[2]),
        );
    }
    if !cfg!(target_os = "linux") {
        return println!("memory: skipped, /proc/self/status is needed");
    }
    for plan in ["100", "10000", "1000 things", "coc", "coc, newest first"] {
        let output = Command::new(env::current_exe().unwrap()).env(PLAN, plan).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let [count, peak, before] = [0, 1, 2].map(|index| text.split(' ').nth(index).unwrap().parse::<f64>().unwrap());
        let times = (peak - before) * 1024.0 / size as f64;
        println!(
            "{plan}: {count} events, peak {:.1} MiB, {times:.2} times the body of {} MiB",
            peak / 1024.0,
            size >> 20
        );
    }
}

/// Returns a figure of this process in kB.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let figure = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    figure.trim().trim_end_matches(" kB").parse().unwrap()
}
