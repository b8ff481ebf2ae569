//! Streams: what is in flight, what waits, what a drop leaves, and services given as data.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use bytes::Bytes;
use huaweicloud_core::{BoxFuture, Config, Credential, Error, ErrorKind, ResponseBody, RetryPolicy, Transport};
use huaweicloud_history::{FailureKind, History, Order, ThingKind, Things};
use huaweicloud_sandbox::{Fault, FaultPlan, FaultRule, Sandbox};
use serde_json::{Value, json};

use super::{read, thing};
use crate::{changing::argument, faults::TestClock};

/// A service with tickets of 1,000 records each, that knows how many calls are in flight.
#[derive(Default)]
struct Counting {
    things: usize,
    /// Whether calls for records are never answered.
    hangs: bool,
    calls: AtomicUsize,
    in_flight: AtomicUsize,
    most: AtomicUsize,
}

impl Counting {
    fn config(self: &Arc<Self>) -> Config {
        let builder =
            Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("https://service.example.com");
        builder.transport(Arc::clone(self) as Arc<dyn Transport>).build().unwrap()
    }
}

impl Transport for Counting {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<ResponseBody>, Error>> {
        /// Counts the call as in flight until it is dropped.
        struct InFlight<'c>(&'c Counting);
        impl Drop for InFlight<'_> {
            fn drop(&mut self) {
                self.0.in_flight.fetch_sub(1, SeqCst);
            }
        }
        self.calls.fetch_add(1, SeqCst);
        self.most.fetch_max(self.in_flight.fetch_add(1, SeqCst) + 1, SeqCst);
        let in_flight = InFlight(self);
        Box::pin(async move {
            let _in_flight = in_flight;
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            let (offset, limit) = (argument(&request, "offset"), argument(&request, "limit"));
            let page = |total: usize| offset..(offset + limit).min(total);
            let body = if request.uri().path().ends_with("/cases") {
                let cases: Vec<Value> = page(self.things).map(|id| json!({ "incident_id": id.to_string() })).collect();
                json!({ "total_count": self.things, "incident_info_list": cases })
            } else if self.hangs {
                std::future::pending().await
            } else {
                let time = |number: usize| (1_764_000_000_000_u64 - number as u64).to_string();
                let log = |number| json!({ "incident_log_id": number, "timestamp_operate_time": time(number) });
                json!({ "total_count": 1000, "incident_operate_log_list": page(1000).map(log).collect::<Vec<_>>() })
            };
            Ok(http::Response::new(ResponseBody::from(body.to_string())))
        })
    }
}

/// Lets all tasks run that can.
async fn settle() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn no_more_calls_than_wanted_are_in_flight() {
    for (order, concurrency) in
        [(Order::Arrival, 1), (Order::Arrival, 3), (Order::NewestFirst, 3), (Order::NewestFirst, 8)]
    {
        let service = Arc::new(Counting { things: 30, ..Counting::default() });
        let history = History::of(&service.config()).service("osm").order(order).concurrency(concurrency);
        let mut events = history.stream();
        let (read, failures) = read(&mut events).await;
        assert_eq!((read.len(), failures.len(), events.summary().whole), (30_000, 0, 30));
        assert_eq!(service.most.load(SeqCst), concurrency, "{order:?}");
        assert_eq!(service.calls.load(SeqCst), 1 + 30 * 10, "no call is made twice");
    }
}

/// Nothing is called before the stream is polled, and not much while nobody wants an event.
#[tokio::test]
async fn a_slow_consumer_holds_the_calls_back() {
    let service = Arc::new(Counting { things: 30, ..Counting::default() });
    let mut events = History::of(&service.config()).service("osm").concurrency(4).stream();
    settle().await;
    assert_eq!(service.calls.load(SeqCst), 0);
    events.next().await.unwrap().unwrap();
    settle().await;
    let calls = service.calls.load(SeqCst);
    assert!(calls <= 1 + 4 * 2, "the list, and two pages of each of four things; {calls} calls");
    assert_eq!(events.summary().in_progress.len(), 4);
}

#[tokio::test]
async fn a_dropped_stream_leaves_nothing_behind() {
    for order in [Order::Arrival, Order::NewestFirst] {
        let service = Arc::new(Counting { things: 30, hangs: true, ..Counting::default() });
        let config = service.config();
        let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
        let before = alive();
        let mut events = History::of(&config).service("osm").concurrency(5).order(order).stream();
        tokio::select! {
            biased;
            _ = events.next() => panic!("no call is ever answered"),
            () = settle() => {}
        }
        assert_eq!(service.in_flight.load(SeqCst), 5);
        drop(events);
        settle().await;
        assert_eq!((service.in_flight.load(SeqCst), alive()), (0, before), "{order:?}");
    }
}

/// The order of arrival begins with the first page; newest first needs the newest of each thing.
#[tokio::test]
async fn the_newest_event_comes_first_from_any_number_of_things() {
    let service = Arc::new(Counting { things: 30, ..Counting::default() });
    let mut events = History::of(&service.config()).service("osm").order(Order::NewestFirst).stream();
    let first = events.next().await.unwrap().unwrap();
    assert_eq!(first.time.unwrap().as_millis(), Some(1_764_000_000_000));
    let summary = events.summary();
    assert_eq!((summary.things, summary.records), (30, 30_000));
    // The first event of each thing is compared with the others.
    assert!((29_970..=30_000).contains(&summary.held), "no order: {} are held", summary.held);

    let sandbox = Sandbox::builder().things(5).records(500).record_requests().start().await.unwrap();
    let history = History::of(&sandbox.config().unwrap()).service("codeartsdeploy").order(Order::NewestFirst);
    let mut events = history.stream();
    events.next().await.unwrap().unwrap();
    let summary = events.summary();
    settle().await;
    let requests = sandbox.requests();
    let pages = requests.iter().filter(|request| request.target.ends_with("/operations/log")).count();
    assert_eq!(pages, summary.things, "the second page of a thing is read when the first is used up");
    assert!(summary.things > 5 && summary.records <= summary.things * 100, "a page of each: {summary:?}");
    assert_eq!(summary.held, 0, "the service sorts them");
    let (rest, failures) = read(&mut events).await;
    assert!(failures.is_empty() && rest.is_sorted_by(|one, next| one.time >= next.time));
}

/// Retries and their pauses are those of the configuration, with its clock.
#[tokio::test]
async fn a_failure_that_passes_is_not_noticed() {
    let plan = FaultPlan::new()
        .rule(FaultRule::new(Fault::Status { status: 503, retry_after: Some("60".to_owned()) }).after(2).times(2));
    let sandbox = Sandbox::builder().made_up_ids().records(900).faults(plan).start().await.unwrap();
    let config = sandbox.config_builder().clock(Arc::new(TestClock::default())).build().unwrap();
    let mut events = History::of(&config).thing(thing("osm/CS1")).stream();
    let (read, failures) = read(&mut events).await;
    assert_eq!((read.len(), failures.len()), (900, 0));
}

/// Three calls in a row must fail before no more are made.
#[tokio::test]
async fn a_service_that_answers_now_and_then_is_asked_on() {
    let calls = AtomicUsize::new(0);
    let transport = move |_: http::Request<Bytes>| match calls.fetch_add(1, SeqCst) % 3 {
        2 => Ok(http::Response::new(ResponseBody::from(r#"{"total_count":0}"#))),
        _ => Err(Error::new(ErrorKind::Connect, "no connection")),
    };
    let builder = Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("https://service.example.com");
    let config = builder.transport(Arc::new(transport)).retry(RetryPolicy::none()).build().unwrap();
    let history = (0..12).fold(History::of(&config), |history, id| history.thing(thing(&format!("osm/CS{id}"))));
    let mut events = history.concurrency(1).stream();
    let (_, failures) = read(&mut events).await;
    assert_eq!((events.summary().whole, failures.len()), (4, 8));
    assert!(failures.iter().all(|failure| failure.kind == FailureKind::Unread), "{failures:?}");
}

#[tokio::test]
async fn records_that_come_in_front_are_counted() {
    let plan =
        FaultPlan::new().rule(FaultRule::new(Fault::Grow { by: 3 }).operation("list_case_operate_logs").times(2));
    let sandbox = Sandbox::builder().made_up_ids().records(250).faults(plan).start().await.unwrap();
    let mut events = History::of(&sandbox.config().unwrap()).thing(thing("osm/CS1")).stream();
    let (read, failures) = read(&mut events).await;
    assert!(failures.is_empty(), "{failures:?}");
    assert_eq!((read.len(), events.summary().added_in_front), (250, 6));
}

#[tokio::test]
async fn a_thing_that_is_gone_is_no_loss() {
    let gone =
        Fault::Body { status: 404, body: r#"{"error_code":"X.404","error_msg":"no"}"#.to_owned(), content_type: None };
    let plan = FaultPlan::new().rule(FaultRule::new(gone).argument("case_id", "124"));
    let sandbox = Sandbox::builder().faults(plan).start().await.unwrap();
    let config = sandbox.config().unwrap();
    let mut events = History::of(&config).service("osm").stream();
    let (_, failures) = read(&mut events).await;
    assert_eq!(failures.iter().map(|failure| failure.kind).collect::<Vec<_>>(), [FailureKind::Gone]);
    assert!(failures[0].to_string().starts_with("osm/124 is gone since it was listed: "), "{}", failures[0]);
    assert!(events.summary().is_complete());
    // Its name is the caller's now.
    let mut events = History::of(&config).thing(thing("osm/124")).stream();
    assert_eq!(read(&mut events).await.1[0].kind, FailureKind::Unread);
    assert!(!events.summary().is_complete());
}

#[tokio::test]
async fn a_service_that_is_not_known_is_a_failure() {
    let service = Arc::new(Counting::default());
    let mut events = History::of(&service.config()).service("osmm").stream();
    let (read, failures) = read(&mut events).await;
    let sentence = "osmm: is no service with a history; known are coc, codeartsdeploy, osm, projectman";
    assert_eq!((read.len(), failures[0].to_string().as_str(), failures.len()), (0, sentence, 1));
    assert_eq!(failures[0].kind, FailureKind::Unknown);
    assert!(!events.summary().is_complete());
}

/// A list that is not asked for any more is missing, not unknown.
#[tokio::test]
async fn a_list_that_is_not_asked_for_is_missing() {
    let transport = |_: http::Request<Bytes>| Err(Error::new(ErrorKind::Connect, "no connection"));
    let builder = Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("https://service.example.com");
    let config = builder.transport(Arc::new(transport)).retry(RetryPolicy::none()).build().unwrap();
    let history = (0..3).fold(History::of(&config), |history, id| history.thing(thing(&format!("osm/CS{id}"))));
    let mut events = history.service("osm").concurrency(1).stream();
    let (_, failures) = read(&mut events).await;
    let list = failures.iter().find(|failure| failure.kind == FailureKind::List).unwrap();
    let sentence = "osm: a list of things was not read: the 3 calls of this service before could not be made either";
    assert_eq!(list.to_string(), sentence);
    assert_eq!((failures.len(), events.summary().lists), (4, 1));
}

#[tokio::test]
async fn services_are_data() {
    let services = [&huaweicloud_tiny::dynamic::SERVICE];
    let sandbox = Sandbox::builder().services(&services).things(250).records(3).start().await.unwrap();
    let config = sandbox.config().unwrap();
    let kind = ThingKind::all(&services).find(|kind| kind.form() == "tiny/thing_id").unwrap();
    let mut things = Things::new(&config, kind, &services);
    let mut names = BTreeSet::new();
    while let Some(thing) = things.next().await {
        names.insert(thing.unwrap().to_string());
    }
    assert!(names.len() == 250 && names.contains("tiny/t-1"), "{names:?}");
    let mut events = History::of(&config).catalog(&services).stream();
    let (read, failures) = read(&mut events).await;
    assert_eq!(read.len(), 1 + 249 * 3);
    let sentence = "tiny: look_up_thing needs thing_id, which no list knows: name tiny/thing_id/kind/X-Mood instead";
    assert_eq!(failures.iter().map(ToString::to_string).collect::<Vec<_>>(), [sentence]);
}
