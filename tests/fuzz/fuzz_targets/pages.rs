//! Reads a list that changes after each page: no record comes twice, and none is missing unless the stream says so.

#![no_main]

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use huaweicloud_core::{Config, Credential, ResponseBody};
use libfuzzer_sys::fuzz_target;

/// The records of the service by number, and the changes to come: what comes in front, at the end, and goes from where.
struct List {
    records: Vec<usize>,
    next: usize,
    changes: Vec<(u8, u8, u8)>,
}

impl List {
    fn page(&mut self, from: usize, size: usize) -> String {
        let items: Vec<String> = self
            .records
            .iter()
            .skip(from)
            .take(size)
            .map(|number| format!(r#"{{"incident_log_id":"{number}"}}"#))
            .collect();
        let page =
            format!(r#"{{"total_count":{},"incident_operate_log_list":[{}]}}"#, self.records.len(), items.join(","));
        if let Some((front, end, gone)) = self.changes.pop() {
            let mut new = |count: u8| -> Vec<usize> {
                self.next += usize::from(count % 16);
                (self.next - usize::from(count % 16)..self.next).collect()
            };
            let (front, end) = (new(front), new(end));
            if front.is_empty() && end.is_empty() {
                let from = usize::from(gone).min(self.records.len());
                self.records.drain(from..(from + 2).min(self.records.len()));
            }
            self.records.splice(0..0, front);
            self.records.extend(end);
        }
        page
    }
}

fuzz_target!(|input: (u8, u8, Vec<(u8, u8, u8)>)| {
    let (count, size, changes) = input;
    let (count, size) = (usize::from(count), i64::from(size % 16 + 1));
    let list = Arc::new(Mutex::new(List { records: (0..count).collect(), next: count, changes }));
    let service = Arc::clone(&list);
    let config = Config::builder()
        .credentials(Credential::keys("AK", "SK"))
        .endpoint("https://service.example.com")
        .transport(Arc::new(move |request: http::Request<Bytes>| {
            let query = request.uri().query().unwrap().to_owned();
            let number = |name: &str| -> usize {
                query.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap().parse().unwrap()
            };
            let page = service.lock().unwrap().page(number("offset="), number("limit="));
            Ok(http::Response::new(ResponseBody::from(page)))
        }))
        .build()
        .unwrap();
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let mut items = osm.list_case_operate_logs().case_id("1").limit(size).items();
    let (mut read, mut failed) = (BTreeSet::new(), false);
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        loop {
            match items.try_next().await {
                Ok(Some(log)) => {
                    let number: usize = log.incident_log_id.unwrap().parse().unwrap();
                    assert!(read.insert(number), "{number} came twice");
                }
                Ok(None) => break,
                Err(error) => {
                    assert!(error.message().contains("shrank"), "{error}");
                    failed = true;
                    break;
                }
            }
        }
    });
    let left = &list.lock().unwrap().records;
    assert!(failed || left.iter().filter(|number| **number < count).all(|number| read.contains(number)));
});
