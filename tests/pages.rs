//! Pagination: streams of pages and items lose nothing, duplicate nothing and omit nothing silently.

use std::pin::Pin;

use futures_core::Stream;
use huaweicloud_core::{Error, ErrorKind};
use huaweicloud_sandbox::{Fault, FaultPlan, Sandbox, SandboxBuilder};

use crate::support::{Canned, response};

const PROJECT: &str = "0123456789abcdef0123456789abcdef";

async fn sandbox(builder: SandboxBuilder) -> (Sandbox, huaweicloud_core::Config) {
    let sandbox = builder.record_requests().start().await.unwrap();
    let config = sandbox.config().unwrap();
    (sandbox, config)
}

#[tokio::test]
async fn every_pagination_style_reads_to_the_end() {
    let (sandbox, config) = sandbox(Sandbox::builder().made_up_ids().records(250)).await;
    let mut ids = Vec::new();
    let mut logs = huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("CS1").items();
    while let Some(log) = logs.try_next().await.unwrap() {
        ids.push(log.incident_log_id.unwrap());
    }
    assert_eq!((ids.len(), sandbox.requests().len()), (250, 3), "pages of 100, the largest");
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 250, "none twice");

    let deploy = huaweicloud_codeartsdeploy::Client::new(&config).unwrap();
    let mut records = deploy.list_app_operations_log().app_id(PROJECT).page_size(60).items();
    let mut count = 0;
    while records.try_next().await.unwrap().is_some() {
        count += 1;
    }
    let bodies: Vec<String> =
        sandbox.requests()[3..].iter().map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect();
    assert_eq!(count, 250);
    assert_eq!(bodies.len(), 5);
    assert_eq!(
        (bodies[0].as_str(), bodies[4].as_str()),
        (r#"{"page_size":60,"page_index":1}"#, r#"{"page_size":60,"page_index":5}"#)
    );

    let coc = huaweicloud_coc::Client::new(&config).unwrap();
    let mut count = 0;
    let mut records = coc.list_incidents_histories().incident_id("IM1").items();
    while records.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 250, "in one piece");

    let projectman = huaweicloud_projectman::Client::new(&config).unwrap();
    let mut pages = projectman.list_records_v2().project_id(PROJECT).issue_id(7).limit(100).offset(100).pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        sizes.push(page.result.as_ref().unwrap().record.len());
        assert!(page.request_id().is_some());
    }
    assert_eq!(sizes, [100, 50], "from where the caller begins");
}

#[tokio::test]
async fn streams_are_lazy_limited_and_read_ahead_on_demand() {
    let (sandbox, config) = sandbox(Sandbox::builder().made_up_ids().records(250)).await;
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let call = || osm.list_case_operate_logs().case_id("CS1");
    let mut items = call().items().max_items(120);
    assert_eq!(sandbox.requests().len(), 0, "nothing is sent before it is asked for");
    let mut count = 0;
    while items.try_next().await.unwrap().is_some() {
        count += 1;
        assert_eq!(sandbox.requests().len(), if count <= 100 { 1 } else { 2 });
    }
    assert_eq!(count, 120);
    assert!(items.next().await.is_none());

    let mut items = call().items().read_ahead();
    items.try_next().await.unwrap();
    while sandbox.requests().len() < 4 {
        tokio::task::yield_now().await;
        let _ = items.try_next().await.unwrap();
    }
    // As a `futures_core::Stream`.
    let mut pages = Box::pin(call().pages());
    let mut stream: Pin<&mut (dyn Stream<Item = Result<_, Error>> + Send)> = pages.as_mut();
    let first = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await.unwrap().unwrap();
    assert_eq!(first.incident_operate_log_list.len(), 100);
    assert_eq!(call().items().max_items(0).try_next().await.unwrap(), None);
}

async fn read_until_error(plan: FaultPlan, records: usize) -> (usize, Error) {
    let (_sandbox, config) = sandbox(Sandbox::builder().made_up_ids().records(records).faults(plan)).await;
    let mut items = huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("CS1").items();
    let mut count = 0;
    loop {
        match items.next().await {
            Some(Ok(_)) => count += 1,
            Some(Err(error)) => {
                assert!(items.next().await.is_none(), "the stream has ended");
                return (count, error);
            }
            None => panic!("the stream ended in silence after {count} items"),
        }
    }
}

#[tokio::test]
async fn inconsistent_pages_end_with_an_error() {
    let (count, error) = read_until_error(FaultPlan::new().after(1, 1, Fault::ShortPage { by: 3 }), 250).await;
    assert_eq!(count, 197, "what came is handed out first");
    assert!(error.message().contains("holds 97 items instead of 100, but 53 more are promised"), "{error}");
    let (count, error) = read_until_error(FaultPlan::new().after(1, 1, Fault::ShortPage { by: 100 }), 250).await;
    assert_eq!(count, 100);
    assert!(error.message().contains("holds 0 items instead of 100"), "{error}");
    let (count, error) = read_until_error(FaultPlan::new().after(1, 1, Fault::Shrink { by: 5 }), 250).await;
    assert_eq!(count, 100);
    assert!(error.message().contains("shrank from 250 to 245 items"), "{error}");
    assert_eq!((error.kind(), error.operation()), (ErrorKind::UnexpectedResponse, Some("list_case_operate_logs")));

    let page = r#"{"total_count":9,"incident_operate_log_list":[{"incident_log_id":"1"},{"incident_log_id":"2"}]}"#;
    let server = Canned::start(vec![response("200 OK", "", page), response("200 OK", "", page)]).await;
    let osm = huaweicloud_osm::Client::new(&server.config()).unwrap();
    let mut items = osm.list_case_operate_logs().case_id("1").limit(2).items();
    assert!(items.try_next().await.unwrap().is_some() && items.try_next().await.unwrap().is_some());
    assert!(items.try_next().await.unwrap_err().message().contains("repeats the page before it"));

    let page = |total: i64, logs: &str| {
        response("200 OK", "", &format!(r#"{{"total_count":{total},"incident_operate_log_list":[{logs}]}}"#))
    };
    let (first, second) = (r#"{"incident_log_id":"1"}"#, r#"{"incident_log_id":"2"}"#);
    let server = Canned::start(vec![page(i64::MIN, first), page(i64::MAX, second), page(i64::MAX, "")]).await;
    let osm = huaweicloud_osm::Client::new(&server.config()).unwrap();
    let mut items = osm.list_case_operate_logs().case_id("1").limit(1).items();
    assert!(items.try_next().await.unwrap().is_some() && items.try_next().await.unwrap().is_some());
    assert!(items.try_next().await.unwrap_err().message().contains("holds 0 items instead of 1"), "any totals");
}

#[tokio::test]
async fn reports_items_beyond_the_pagination_limit() {
    let (sandbox, config) = sandbox(Sandbox::builder().made_up_ids().records(70_000)).await;
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let mut items = osm.list_case_operate_logs().case_id("CS1").offset(65_400).items();
    let mut count = 0;
    let error = loop {
        match items.next().await {
            Some(Ok(_)) => count += 1,
            Some(Err(error)) => break error,
            None => panic!("ended in silence"),
        }
    };
    // The last page begins at the last offset, on the page before it.
    assert_eq!((count, sandbox.requests().len()), (235, 3));
    assert_eq!(error.kind(), ErrorKind::PaginationLimit);
    assert!(error.message().contains("lets one reach 65535 at most; 4365 items cannot be reached"), "{error}");
}

#[tokio::test]
async fn mid_stream_faults_lose_and_duplicate_nothing() {
    for fault in [Fault::Reset, Fault::Truncate, Fault::Status { status: 503, retry_after: None }] {
        let (sandbox, _) =
            sandbox(Sandbox::builder().made_up_ids().records(250).faults(FaultPlan::new().after(1, 1, fault.clone())))
                .await;
        let clock = std::sync::Arc::new(crate::faults::TestClock::default());
        let config = sandbox.config_builder().clock(clock).build().unwrap();
        let mut items = huaweicloud_osm::Client::new(&config).unwrap().list_case_operate_logs().case_id("CS1").items();
        let mut ids = Vec::new();
        while let Some(item) = items.try_next().await.unwrap() {
            ids.push(item.incident_log_id.unwrap());
        }
        ids.sort();
        ids.dedup();
        assert_eq!((ids.len(), sandbox.requests().len()), (250, 4), "{fault:?}");
    }
}

/// A record inserted at the front during pagination shifts the last record of a page to the next page.
#[tokio::test]
async fn records_inserted_during_pagination_are_not_duplicated() {
    let page = |total: usize, ids: &[usize]| {
        let items: Vec<_> = ids.iter().map(|id| serde_json::json!({ "incident_log_id": id.to_string() })).collect();
        let body = serde_json::json!({ "total_count": total, "incident_operate_log_list": items });
        response("200 OK", "", &body.to_string())
    };
    for (pages, added) in [
        (vec![page(5, &[5, 4]), page(6, &[4, 3]), page(6, &[2, 1])], 1),
        // Two were inserted: the next page equals the previous one.
        (vec![page(5, &[5, 4]), page(7, &[5, 4]), page(7, &[3, 2]), page(7, &[1])], 2),
    ] {
        let server = Canned::start(pages).await;
        let osm = huaweicloud_osm::Client::new(&server.config()).unwrap();
        let mut items = osm.list_case_operate_logs().case_id("1").limit(2).items();
        let mut ids = Vec::new();
        while let Some(item) = items.try_next().await.unwrap() {
            ids.push(item.incident_log_id.unwrap());
        }
        assert_eq!((ids.join(" ").as_str(), items.added_in_front()), ("5 4 3 2 1", added));
    }
}

#[tokio::test]
async fn read_ahead_fetches_while_consumer_is_busy() {
    let (sandbox, config) = sandbox(Sandbox::builder().made_up_ids().records(250)).await;
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let mut items = osm.list_case_operate_logs().case_id("CS1").items().read_ahead();
    items.try_next().await.unwrap();
    while sandbox.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    let mut items = osm.list_case_operate_logs().case_id("CS1").items().max_items(50).read_ahead();
    while items.try_next().await.unwrap().is_some() {}
    tokio::task::yield_now().await;
    assert_eq!(sandbox.requests().len(), 3, "what is not wanted is not asked for");
}
