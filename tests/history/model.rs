//! Any interleaving of pages, failures, limits and changes of the lists: every record comes once, or is named as missing.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use huaweicloud_core::{BoxFuture, Config, Credential, Error, ErrorKind, ResponseBody, RetryPolicy, Transport};
use huaweicloud_history::{Event, Failure, FailureKind, History, Order, Summary};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{read, thing};
use crate::{
    changing::{Change, List, argument, change},
    support::runtime,
};

/// How a call fails.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Refused,
    Broken,
    Overloaded,
    Unreachable,
}

/// The history of one thing: its records, and which of its calls fails.
#[derive(Clone, Debug)]
struct Plan {
    kind: Kind,
    count: usize,
    /// How many neighbours are equal.
    run: usize,
    changes: Vec<Change>,
    fault: Option<(usize, Fault)>,
    /// How many of the newest records have not come in yet.
    to_come: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// Pages of records with ids, in no known order.
    Ids,
    /// Pages of records without ids, the newest first.
    Ordered,
    /// All records in one response, without ids.
    Whole,
}

fn plan() -> impl Strategy<Value = Plan> {
    let kind = prop_oneof![Just(Kind::Ids), Just(Kind::Ordered), Just(Kind::Whole)];
    let fault =
        prop_oneof![Just(Fault::Refused), Just(Fault::Broken), Just(Fault::Overloaded), Just(Fault::Unreachable)];
    let fault = prop_oneof![3 => Just(None), 2 => (0..4_usize, fault).prop_map(Some)];
    let changes = prop::collection::vec(change(), 0..4);
    (kind, 0..350_usize, 1..4_usize, changes, fault).prop_map(|(kind, count, run, changes, fault)| {
        // What comes in at the end of a list that is sorted would be older than all.
        let changes = match kind {
            Kind::Ids => changes,
            Kind::Ordered => changes.into_iter().filter(|change| matches!(change, Change::Insert(_))).collect(),
            Kind::Whole => Vec::new(),
        };
        Plan { kind, count, run: if kind == Kind::Ids { 1 } else { run }, changes, fault, to_come: 0 }
    })
}

impl Plan {
    /// Returns the name of the `index`th thing.
    fn name(&self, index: usize) -> String {
        match self.kind {
            Kind::Ids => format!("osm/CS{index}"),
            Kind::Ordered => format!("codeartsdeploy/{index:032}"),
            Kind::Whole => format!("coc/IM{index}"),
        }
    }
}

/// A service with the histories of some things.
struct Service {
    histories: Mutex<HashMap<String, (Plan, List, usize)>>,
    /// How often a call yields before it is answered.
    delays: Vec<usize>,
    calls: Mutex<usize>,
}

impl Service {
    fn new(plans: &[Plan], delays: Vec<usize>) -> Self {
        let histories = plans.iter().enumerate().map(|(index, plan)| {
            let list = List::new(plan.count, plan.run, plan.changes.clone()).without_newest(plan.to_come);
            (plan.name(index).split('/').next_back().unwrap().to_owned(), (plan.clone(), list, 0))
        });
        Self { histories: Mutex::new(histories.collect()), delays, calls: Mutex::new(0) }
    }

    fn respond(&self, request: &http::Request<Bytes>) -> Result<http::Response<ResponseBody>, Error> {
        let respond = |status: u16, body: String| {
            Ok(http::Response::builder().status(status).body(ResponseBody::from(body)).unwrap())
        };
        let segments: Vec<&str> = request.uri().path().split('/').collect();
        let mut histories = self.histories.lock().unwrap();
        if segments.last() == Some(&"cases") {
            let mut ids: Vec<&String> = histories.keys().filter(|name| name.starts_with("CS")).collect();
            ids.sort();
            let cases: Vec<Value> = ids.iter().map(|id| json!({ "incident_id": id })).collect();
            return respond(200, json!({ "total_count": cases.len(), "incident_info_list": cases }).to_string());
        }
        let known = segments.into_iter().find(|segment| histories.contains_key(*segment)).unwrap();
        let (plan, list, calls) = histories.get_mut(known).unwrap();
        *calls += 1;
        if let Some((at, fault)) = plan.fault
            && at + 1 == *calls
        {
            return match fault {
                Fault::Refused => respond(403, json!({ "error_code": "X.403", "error_msg": "no" }).to_string()),
                Fault::Broken => respond(200, "{\"x\":".to_owned()),
                Fault::Overloaded => respond(503, json!({ "error_code": "X.503", "error_msg": "busy" }).to_string()),
                Fault::Unreachable => Err(Error::new(ErrorKind::Connect, "no connection")),
            };
        }
        let body = match plan.kind {
            Kind::Ids => {
                let (total, page) = list.page(argument(request, "offset"), argument(request, "limit"));
                let page: Vec<Value> = page
                    .iter()
                    .map(|(number, _)| json!({ "incident_log_id": number.to_string(), "timestamp_operate_time": millis(*number) }))
                    .collect();
                json!({ "total_count": total, "incident_operate_log_list": page })
            }
            Kind::Ordered => {
                let body: Value = serde_json::from_slice(request.body()).unwrap();
                let [index, size] = ["page_index", "page_size"].map(|name| body[name].as_u64().unwrap() as usize);
                let (total, page) = list.page((index - 1) * size, size);
                let page: Vec<Value> = page
                    .iter()
                    .map(|(_, shown)| json!({ "operation_time": millis(*shown), "operator_id": shown.to_string() }))
                    .collect();
                json!({ "total_num": total, "result": page })
            }
            Kind::Whole => {
                let (total, page) = list.page(0, usize::MAX);
                let page: Vec<Value> = page
                    .iter()
                    .map(|(_, shown)| json!({ "start_time": millis(*shown), "comment": shown.to_string() }))
                    .collect();
                json!({ "data": { "total": total, "info": page } })
            }
        };
        respond(200, body.to_string())
    }
}

/// Returns a time that is earlier the greater the number is.
fn millis(number: usize) -> String {
    (1_764_000_000_000_u64 - number as u64 * 60_000).to_string()
}

impl Transport for Service {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<ResponseBody>, Error>> {
        Box::pin(async move {
            let call = {
                let mut calls = self.calls.lock().unwrap();
                *calls += 1;
                *calls
            };
            for _ in 0..self.delays[call % self.delays.len()] {
                tokio::task::yield_now().await;
            }
            self.respond(&request)
        })
    }
}

fn config(service: Service) -> Config {
    Config::builder()
        .credentials(Credential::keys("AK", "SK"))
        .endpoint("https://service.example.com")
        .transport(Arc::new(service))
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

/// Reads everything that is planned: things with ids from their list, the others by name.
fn walk(plans: &[Plan], delays: &[usize], choose: impl Fn(History) -> History) -> (Vec<Event>, Vec<Failure>, Summary) {
    runtime().block_on(async {
        let mut history = History::of(&config(Service::new(plans, delays.to_vec()))).service("osm");
        for (index, plan) in plans.iter().enumerate().filter(|(_, plan)| plan.kind != Kind::Ids) {
            history = history.thing(thing(&plan.name(index)));
        }
        let mut events = choose(history).stream();
        let (read, failures) = read(&mut events).await;
        (read, failures, events.summary())
    })
}

/// Returns how often each record of a thing came, by what identifies it in the list.
fn counts(events: &[Event], name: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for event in events.iter().filter(|event| event.thing == name) {
        let record = event.record.value();
        let own = ["incident_log_id", "operator_id", "comment"].iter().find_map(|member| record[member].as_str());
        *counts.entry(own.unwrap().to_owned()).or_default() += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 100,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_record_comes_once_or_is_named_as_missing(
        plans in prop::collection::vec(plan(), 0..9),
        delays in prop::collection::vec(0..6_usize, 1..5),
        concurrency in 1..5_usize,
        newest_first in any::<bool>(),
    ) {
        let order = if newest_first { Order::NewestFirst } else { Order::Arrival };
        let (events, failures, summary) = walk(&plans, &delays, |history| history.concurrency(concurrency).order(order));
        let ids: BTreeSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
        prop_assert_eq!(ids.len(), events.len(), "ids differ");
        let mut whole = 0;
        for (index, plan) in plans.iter().enumerate() {
            let name = plan.name(index);
            let counts = counts(&events, &name);
            let read: usize = counts.values().sum();
            let of_thing: Vec<&Failure> = failures.iter().filter(|failure| failure.subject == name).collect();
            prop_assert!(of_thing.len() <= 1, "{:?}", of_thing);
            if let Some(failure) = of_thing.first() {
                prop_assert_eq!(failure.read, read, "{}", failure);
                let kind = if read > 0 { &[FailureKind::Partial][..] } else { &[FailureKind::Unread, FailureKind::Skipped] };
                prop_assert!(kind.contains(&failure.kind), "{}", failure);
                let deletes = plan.changes.iter().any(|change| matches!(change, Change::Delete(..)));
                prop_assert!(plan.fault.is_some() || deletes || failure.kind == FailureKind::Skipped, "{}", failure);
            } else {
                whole += 1;
                for (record, count) in List::new(plan.count, plan.run, Vec::new()).shown() {
                    let deleted = plan.changes.iter().any(|change| matches!(change, Change::Delete(..)));
                    let came = counts.get(&record.to_string()).copied().unwrap_or_default();
                    prop_assert!(came == count || deleted && came < count, "{}: {} came {} times", name, record, came);
                }
            }
        }
        prop_assert_eq!(summary.things, plans.len());
        prop_assert_eq!((summary.whole, summary.partial + summary.unread), (whole, failures.len()));
        prop_assert_eq!(summary.events, events.len());
        prop_assert_eq!(summary.is_complete(), failures.is_empty());
        prop_assert!(summary.in_progress.is_empty());
        if newest_first && plans.iter().all(|plan| plan.changes.is_empty()) {
            prop_assert!(events.is_sorted_by(|one, next| one.time >= next.time), "newest first");
        }
    }

    /// A limit says that it cut something exactly when it did.
    #[test]
    fn limits_say_what_they_leave_out(
        plans in prop::collection::vec(plan(), 0..6),
        most_events in 0..500_usize,
        most_things in 0..6_usize,
        newest_first in any::<bool>(),
    ) {
        let order = if newest_first { Order::NewestFirst } else { Order::Arrival };
        let plans: Vec<Plan> = plans.into_iter().map(|plan| Plan { fault: None, changes: Vec::new(), ..plan }).collect();
        let listed = plans.iter().filter(|plan| plan.kind == Kind::Ids).count();
        let all: usize = plans.iter().map(|plan| plan.count).sum();

        let (events, failures, summary) = walk(&plans, &[0], |history| history.order(order).max_events(most_events));
        prop_assert_eq!((events.len(), failures.len()), (all.min(most_events), 0));
        prop_assert_eq!(summary.left_out.len(), usize::from(all > most_events), "{:?}", summary);
        prop_assert_eq!(summary.is_complete(), all <= most_events);

        let (_, _, summary) = walk(&plans, &[0], |history| history.order(order).max_things(most_things));
        prop_assert_eq!(summary.things, plans.len() - listed + listed.min(most_things));
        prop_assert_eq!(summary.left_out.len(), usize::from(listed > most_things), "{:?}", summary);
    }

    /// Ids are the same in every run and do not move when other records come in.
    #[test]
    fn ids_stay(plan in plan(), more in 1..40_usize) {
        let plan = Plan { fault: None, changes: Vec::new(), ..plan };
        let ids = |plan: &Plan, delays: &[usize]| -> BTreeMap<String, BTreeSet<String>> {
            let (events, failures, _) = walk(std::slice::from_ref(plan), delays, |history| history);
            assert_eq!((events.len(), failures.len()), (plan.count.saturating_sub(plan.to_come), 0));
            let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for event in events {
                ids.entry(event.record.text().to_owned()).or_default().insert(event.id);
            }
            ids
        };
        let now = ids(&plan, &[0]);
        prop_assert_eq!(&now, &ids(&plan, &[3, 1]));
        let stays = |ids: &BTreeMap<String, BTreeSet<String>>, later: &BTreeMap<String, BTreeSet<String>>| {
            ids.iter().all(|(record, ids)| ids.is_subset(&later[record]))
        };
        // Before the newest records came in, and after some came in at the end.
        let before = ids(&Plan { to_come: more, ..plan.clone() }, &[0]);
        let after = ids(&Plan { count: plan.count + more, ..plan.clone() }, &[0]);
        prop_assert!(stays(&before, &now) && stays(&now, &after));
    }
}
