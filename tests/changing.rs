//! Lists that change between two pages: every record comes once, or the stream says that it cannot know.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use huaweicloud_core::{Config, Credential, Error, ErrorKind, Items, ResponseBody, dynamic::Call};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::runtime;

/// What happens to a list between two pages.
#[derive(Clone, Debug)]
pub enum Change {
    Nothing,
    /// Newer records come in front.
    Insert(usize),
    /// Newer records come at the end.
    Append(usize),
    /// Some come in front, others at the end.
    Both(usize, usize),
    /// Records disappear from here on.
    Delete(usize, usize),
}

pub fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => Just(Change::Nothing),
        2 => (1..12_usize).prop_map(Change::Insert),
        2 => (1..12_usize).prop_map(Change::Append),
        1 => (1..6_usize, 1..6_usize).prop_map(|(front, end)| Change::Both(front, end)),
        1 => (0..20_usize, 1..4_usize).prop_map(|(from, count)| Change::Delete(from, count)),
    ]
}

/// A list of the service: each record is a number of its own and what it shows, which neighbours may have in common.
pub struct List {
    records: Vec<(usize, usize)>,
    next: usize,
    /// How many neighbours show the same.
    run: usize,
    changes: Vec<Change>,
    reads: usize,
}

impl List {
    pub fn new(count: usize, run: usize, changes: Vec<Change>) -> Self {
        let mut list = Self { records: Vec::new(), next: 0, run, changes, reads: 0 };
        list.records = list.make(count);
        list
    }

    fn make(&mut self, count: usize) -> Vec<(usize, usize)> {
        self.next += count;
        (self.next - count..self.next).map(|number| (number, number / self.run)).collect()
    }

    /// Returns the list as it was before the newest records came in.
    pub fn without_newest(mut self, count: usize) -> Self {
        self.records.drain(..count.min(self.records.len()));
        self
    }

    /// Returns what the records show, and how many show it.
    pub fn shown(&self) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        self.records.iter().for_each(|(_, shown)| *counts.entry(*shown).or_default() += 1);
        counts
    }

    fn change(&mut self) {
        let change = self.changes.get(self.reads).cloned().unwrap_or(Change::Nothing);
        self.reads += 1;
        let (front, end) = match change {
            Change::Nothing => (0, 0),
            Change::Insert(count) => (count, 0),
            Change::Append(count) => (0, count),
            Change::Both(front, end) => (front, end),
            Change::Delete(from, count) => {
                let from = from.min(self.records.len());
                self.records.drain(from..(from + count).min(self.records.len()));
                (0, 0)
            }
        };
        let new = self.make(front);
        self.records.splice(0..0, new);
        let new = self.make(end);
        self.records.extend(new);
    }

    /// Returns a page, after which the list changes.
    pub fn page(&mut self, from: usize, size: usize) -> (usize, Vec<(usize, usize)>) {
        let page = self.records.iter().skip(from).take(size).copied().collect();
        let total = self.records.len();
        self.change();
        (total, page)
    }
}

impl List {
    /// Returns the page after the record with this number, and whether more follow. The list changes afterwards.
    fn page_after(&mut self, number: Option<usize>, size: usize) -> (Vec<usize>, bool) {
        let position = |number| self.records.iter().position(|(other, _)| *other == number);
        let from = number.map_or(0, |number| position(number).map_or(self.records.len(), |index| index + 1));
        let more = self.records.len() > from + size;
        (self.page(from, size).1.iter().map(|(number, _)| *number).collect(), more)
    }
}

/// Returns a configuration whose responses are what `respond` makes of the requests.
fn config(respond: impl Fn(&http::Request<bytes::Bytes>) -> Value + Send + Sync + 'static) -> Config {
    let transport = move |request: http::Request<bytes::Bytes>| {
        Ok(http::Response::new(ResponseBody::from(respond(&request).to_string())))
    };
    let builder = Config::builder().credentials(Credential::keys("AK", "SK")).endpoint("https://service.example.com");
    builder.transport(Arc::new(transport)).build().unwrap()
}

pub fn argument(request: &http::Request<bytes::Bytes>, name: &str) -> usize {
    let query = request.uri().query().unwrap_or_default();
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value.unwrap().parse().unwrap()
}

/// Reads a list whose records have ids.
fn read_with_ids(list: List, size: usize) -> (Vec<usize>, usize, Option<Error>) {
    let list = Mutex::new(list);
    let config = config(move |request| {
        let (total, page) = list.lock().unwrap().page(argument(request, "offset"), argument(request, "limit"));
        let logs = page
            .iter()
            .map(|(number, shown)| json!({ "incident_log_id": number.to_string(), "operate_desc": shown.to_string() }));
        json!({ "total_count": total, "incident_operate_log_list": logs.collect::<Vec<_>>() })
    });
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let mut items = osm.list_case_operate_logs().case_id("1").limit(size as i64).items();
    let (read, error) = read(&mut items, |log| log.incident_log_id);
    (read, items.added_in_front(), error)
}

/// Reads a list whose records have no ids, in an order that the caller may set. Returns what the records show.
fn read_in_order(list: List, size: usize, order: Option<&str>) -> (Vec<usize>, Option<Error>) {
    let list = Mutex::new(list);
    let config = config(move |request| {
        let body: Value = serde_json::from_slice(request.body()).unwrap();
        let (index, size) = (body["page_index"].as_u64().unwrap(), body["page_size"].as_u64().unwrap());
        let (total, page) = list.lock().unwrap().page(((index - 1) * size) as usize, size as usize);
        let records = page.iter().map(|(_, shown)| json!({ "operator_id": shown.to_string() })).collect::<Vec<_>>();
        json!({ "total_num": total, "result": records })
    });
    let deploy = huaweicloud_codeartsdeploy::Client::new(&config).unwrap();
    let mut call = deploy.list_app_operations_log().app_id("0123456789abcdef0123456789abcdef").page_size(size as i64);
    if let Some(order) = order {
        call = call.sort_type(order);
    }
    read(&mut call.items(), |record| record.operator_id)
}

/// Returns a configuration for a list whose pages have markers, and the total if the service counts.
fn behind_markers(list: List, counts: bool) -> Config {
    let list = Mutex::new(list);
    config(move |request| {
        let marker =
            request.uri().query().unwrap().split('&').find_map(|pair| pair.strip_prefix("next=")?.parse().ok());
        let mut list = list.lock().unwrap();
        let total = Some(list.records.len()).filter(|_| counts);
        let (page, more) = list.page_after(marker, argument(request, "limit"));
        let notes: Vec<Value> = page.iter().map(|number| json!({ "note_id": number.to_string() })).collect();
        let next = page.last().filter(|_| more).map(ToString::to_string);
        json!({ "notes": notes, "page_info": { "next_marker": next, "total": total } })
    })
}

/// Reads a list whose pages have markers, with the typed client or by name.
fn read_behind_markers(list: List, size: usize, by_name: bool, counts: bool) -> (Vec<usize>, Option<Error>) {
    let config = behind_markers(list, counts);
    if by_name {
        let service = &huaweicloud_tiny::dynamic::SERVICE;
        let client = huaweicloud_core::Client::new(&config, service.metadata).unwrap();
        let call = Call::new(client, service.operation("list_thing_notes").unwrap());
        let mut items = call.argument("thing_id", "t").argument("limit", size).items().unwrap();
        return read(&mut items, |item| item.value()["note_id"].as_str().map(str::to_owned));
    }
    let client = huaweicloud_tiny::Client::new(&config).unwrap();
    read(&mut client.list_thing_notes().thing_id("t").limit(size as i64).items(), |note| note.note_id)
}

/// Reads a list to its end. Returns the number in each record, and the error that ended the list, if one did.
fn read<T: Unpin>(items: &mut Items<T>, number: impl Fn(T) -> Option<String>) -> (Vec<usize>, Option<Error>) {
    let mut read = Vec::new();
    let error = runtime().block_on(async {
        loop {
            match items.try_next().await {
                Ok(Some(record)) => read.push(number(record).unwrap().parse().unwrap()),
                Ok(None) => return None,
                Err(error) => return Some(error),
            }
        }
    });
    (read, error)
}

/// Returns the list after all changes that this number of pages sees.
fn after(mut list: List, pages: usize) -> List {
    (0..pages).for_each(|_| list.change());
    list
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Whatever comes in where, each record comes once. Only a list that shrinks ends with an error.
    #[test]
    fn records_with_ids_come_once(
        count in 0..60_usize,
        run in 1..4_usize,
        size in 1..9_usize,
        changes in prop::collection::vec(change(), 0..12),
    ) {
        let list = || List::new(count, run, changes.clone());
        let (mut read, added, error) = read_with_ids(list(), size);
        let length = read.len();
        read.sort_unstable();
        read.dedup();
        prop_assert_eq!(read.len(), length, "none twice");
        if let Some(error) = error {
            prop_assert!(error.message().contains("shrank"), "{}", error);
            let shrinks = changes.iter().any(|change| matches!(change, Change::Delete(..)));
            prop_assert!(shrinks, "{}", error);
        } else {
            // What was there from the beginning to the end, and what came in behind.
            for number in 0..count {
                let deleted = !(0..12).all(|pages| after(list(), pages).records.iter().any(|(other, _)| *other == number));
                prop_assert!(deleted || read.contains(&number), "{} is missing of {:?}", number, read);
            }
            let in_front: usize = changes.iter().map(|change| match change {
                Change::Insert(front) | Change::Both(front, _) => *front,
                _ => 0,
            }).sum();
            prop_assert!(added <= in_front, "{} of {} were added in front", added, in_front);
        }
    }

    /// A marker keeps its place, whatever comes in where.
    #[test]
    fn records_behind_a_marker_come_once(
        count in 0..60_usize,
        size in 1..9_usize,
        changes in prop::collection::vec((any::<bool>(), 1..12_usize), 0..12),
        by_name in any::<bool>(),
        counts in any::<bool>(),
    ) {
        let changes: Vec<Change> = changes
            .into_iter()
            .map(|(front, count)| if front { Change::Insert(count) } else { Change::Append(count) })
            .collect();
        let list = || List::new(count, 1, changes.clone());
        let (read, error) = read_behind_markers(list(), size, by_name, counts);
        prop_assert!(error.is_none(), "{}", error.unwrap());
        let all: Vec<usize> = after(list(), read.len() / size).records.iter().map(|(number, _)| *number).collect();
        let from = all.iter().position(|number| Some(number) == read.first()).unwrap_or(all.len());
        prop_assert!(read.len() >= count && all[from..].starts_with(&read), "{:?} of {:?}", read, all);
    }

    /// Equal neighbours are told apart by the order of the list.
    #[test]
    fn records_in_order_come_once(
        count in 0..60_usize,
        run in 1..4_usize,
        size in 1..9_usize,
        newest_first in any::<bool>(),
        changes in prop::collection::vec((any::<bool>(), 1..12_usize), 0..12),
    ) {
        let changes: Vec<Change> = changes.into_iter().map(|(changes, count)| match (changes, newest_first) {
            (false, _) => Change::Nothing,
            (true, true) => Change::Insert(count),
            (true, false) => Change::Append(count),
        }).collect();
        let list = || List::new(count, run, changes.clone());
        let order = if newest_first { [None, Some("desc"), Some("DESC")][count % 3] } else { Some("asc") };
        let (read, error) = read_in_order(list(), size, order);
        prop_assert!(error.is_none(), "{}", error.unwrap());
        let shown = |list: &List| list.records.iter().map(|(_, shown)| *shown).collect::<Vec<_>>();
        if newest_first {
            prop_assert_eq!(read, shown(&list()), "the list as it was at first");
        } else {
            let all = shown(&after(list(), 12));
            prop_assert!(read.len() >= count && all.starts_with(&read), "{:?} of {:?}", read, all);
        }
    }

    /// Without an order, nothing says where records came in.
    #[test]
    fn growth_without_ids_and_order_is_reported(
        count in 10..60_usize,
        size in 1..9_usize,
        changes in prop::collection::vec(change(), 1..12),
    ) {
        // The records are unlike each other, and the order is one that no document knows.
        let list = List::new(count, 1, changes.clone());
        let (read, error) = read_in_order(list, size, Some("sideways"));
        match error {
            Some(error) => prop_assert_eq!(error.kind(), ErrorKind::UnexpectedResponse),
            None => {
                // The change after the last page is not seen.
                let length = |pages| after(List::new(count, 1, changes.clone()), pages).records.len();
                for pages in 0..read.len().div_ceil(size) {
                    prop_assert_eq!(length(pages), count, "after {} pages of {}", pages, read.len());
                }
            }
        }
    }
}

/// More records come in front between two pages than a page holds.
#[test]
fn more_new_records_than_a_page_holds() {
    let list = List::new(150, 1, vec![Change::Insert(120)]);
    let (read, added, error) = read_with_ids(list, 100);
    assert!(error.is_none(), "{error:?}");
    let expected: Vec<usize> = (0..100).chain(250..270).chain(100..150).collect();
    assert_eq!((read, added), (expected, 100), "20 of the new ones are where the second page begins");
    let (read, error) = read_in_order(List::new(150, 1, vec![Change::Insert(120)]), 100, None);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(read, (0..150).collect::<Vec<_>>());
}

/// The last record of a page and the first of the next are equal, while the list grows at its end.
#[test]
fn equal_neighbours_across_pages() {
    let mut list = List::new(150, 1, vec![Change::Append(1)]);
    list.records.iter_mut().for_each(|(_, shown)| *shown = 7);
    let (read, error) = read_in_order(list, 100, Some("asc"));
    assert!(error.is_none(), "{error:?}");
    assert_eq!(read.len(), 151);
}

/// The last page that the service lets one reach begins on the page before it, also if nothing tells records apart.
#[test]
fn a_window_is_read_to_its_last_record() {
    for (total, reachable) in
        [(1_000, 1_000), (1_001, 1_001), (1_005, 1_005), (1_007, 1_007), (1_008, 1_007), (5_000, 1_007)]
    {
        let list = Mutex::new(List::new(total, total, Vec::new()));
        let config = config(move |request| {
            let (total, page) = list.lock().unwrap().page(argument(request, "offset"), argument(request, "limit"));
            let things: Vec<Value> = page.iter().map(|(number, _)| json!({ "name": number.to_string() })).collect();
            json!({ "total": total, "things": things })
        });
        let client = huaweicloud_tiny::Client::new(&config).unwrap();
        let call = client.look_up_thing().thing_id("t").kind(["a"]).x_mood("red").fn_(1.0).limit(7);
        let (read, error) = read(&mut call.items(), |thing| thing.name);
        assert_eq!(read, (0..reachable).collect::<Vec<_>>(), "{total}");
        assert_eq!(
            error.map(|error| error.kind()),
            (total > reachable).then_some(ErrorKind::PaginationLimit),
            "{total}"
        );
    }
}

/// What a service may send for a marker.
#[test]
fn markers_lead_to_the_end_or_to_an_error() {
    let notes = |total: Option<usize>, script: &'static [(&'static [usize], Value)]| {
        let page = Mutex::new(0);
        let config = config(move |request| {
            let mut page = page.lock().unwrap();
            let (notes, next) = &script[*page];
            // The request has the marker of the page before.
            let before = page.checked_sub(1).map(|before| script[before].1.clone()).unwrap_or_default();
            let sent = request.uri().query().unwrap().split('&').find_map(|pair| pair.strip_prefix("next="));
            assert_eq!(sent, before.as_str());
            *page += 1;
            let notes: Vec<Value> = notes.iter().map(|number| json!({ "note_id": number.to_string() })).collect();
            json!({ "notes": notes, "page_info": { "next_marker": next, "total": total } })
        });
        let client = huaweicloud_tiny::Client::new(&config).unwrap();
        read(&mut client.list_thing_notes().thing_id("t").items(), |note| note.note_id)
    };
    // An empty page is not the end, an empty or missing marker is.
    static EMPTY: std::sync::LazyLock<[(&[usize], Value); 3]> =
        std::sync::LazyLock::new(|| [(&[1], json!("a")), (&[], json!("b")), (&[2], json!(""))]);
    let (read_all, error) = notes(Some(2), &*EMPTY);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(read_all, [1, 2]);
    let (read_all, error) = notes(Some(3), &*EMPTY);
    assert_eq!(read_all, [1, 2]);
    assert!(error.unwrap().message().contains("the list ends after 2 items, but 1 more are promised"));
    // A service that goes around would do so for ever.
    static AROUND: std::sync::LazyLock<[(&[usize], Value); 3]> =
        std::sync::LazyLock::new(|| [(&[1], json!("a")), (&[2], json!("b")), (&[3], json!("a"))]);
    let (read_all, error) = notes(None, &*AROUND);
    assert_eq!(read_all, [1, 2, 3]);
    assert!(error.unwrap().message().contains("the marker \"a\" of the next page was that of an earlier one"));
}

/// A walk continues where another has ended.
#[test]
fn a_walk_resumes_at_a_marker() {
    let config = behind_markers(List::new(25, 1, Vec::new()), true);
    let call = huaweicloud_tiny::Client::new(&config).unwrap().list_thing_notes().thing_id("t").limit(10);
    runtime().block_on(async {
        let mut pages = call.clone().pages();
        pages.try_next().await.unwrap().unwrap();
        let mut rest = call.clone().pages().start_at(pages.position());
        let page = rest.try_next().await.unwrap().unwrap();
        assert_eq!(page.notes[0].note_id.as_deref(), Some("10"));
        assert_eq!(rest.try_next().await.unwrap().unwrap().notes.len(), 5);
        assert!(rest.try_next().await.unwrap().is_none());
        // How many items are before a marker of one's own, nobody knows.
        let mut items = call.next("19").items();
        assert_eq!(items.next_page().await.unwrap().unwrap().len(), 5);
        assert!(items.next_page().await.unwrap().is_none());
    });
}
