//! `hwc timeline`: merges the histories of several subjects.

use std::{
    cmp::Reverse,
    time::{Duration, SystemTime},
};

use clap::ArgMatches;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use huaweicloud_core::{
    Client, Config, EpochMillis, Error,
    dynamic::{Call, OperationDescriptor, Service},
    metadata::EventMapping,
    time,
};
use huaweicloud_sandbox::Sandbox;
use serde_json::{Map, Value};

use crate::{
    commands::{histories, history_services, subject_form},
    discover,
    event::Event,
    failure::Failure,
    output, settings,
};

/// A subject with a history, such as a ticket.
struct Subject {
    service: &'static Service,
    entry: &'static OperationDescriptor,
    history: &'static EventMapping,
    arguments: Map<String, Value>,
    /// Whether the subject comes from a list operation and not from the command line.
    listed: bool,
}

/// Runs the command.
pub async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let named: Vec<&String> = matches.get_many("subject").into_iter().flatten().collect();
    let mut subjects = named.into_iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
    let mut walked: Vec<&str> =
        matches.get_many::<String>("service").into_iter().flatten().map(String::as_str).collect();
    if subjects.is_empty() && walked.is_empty() {
        if !matches.get_flag("sandbox") {
            return Err(Failure::wrong_use(
                "whose history? name a --service or at least one SERVICE/ID; see hwc timeline --help, or try --sandbox",
            ));
        }
        walked = history_services();
    }
    let since = matches.get_one::<String>("since").map(|text| since(text)).transpose()?;
    let limit = matches.get_one::<usize>("limit").copied().unwrap_or_default();
    // With a sandbox, short generated histories suffice as an example.
    let connection = settings::connect(matches, Sandbox::builder().records(1).made_up_ids()).await?;
    // Events that were read are shown even if other histories fail.
    let mut events = Vec::new();
    let mut failures = Vec::new();
    let walk = async {
        for (service, entry) in histories().filter(|(service, _)| walked.contains(&service.metadata.id)) {
            let mut found = discover::arguments(&connection.config, entry, limit, &mut failures).await?;
            let named = |arguments: &Map<String, Value>| {
                subjects.iter().any(|known: &Subject| {
                    known.service.metadata.id == service.metadata.id && known.arguments == *arguments
                })
            };
            found.retain(|arguments| !named(arguments));
            subjects.extend(found.into_iter().filter_map(|arguments| {
                Some(Subject { service, entry, history: entry.operation.history.as_ref()?, arguments, listed: true })
            }));
        }
        for subject in &subjects {
            match read(&connection.config, subject, since).await {
                Ok(history) => events.extend(history),
                // Deleted since it was listed.
                Err(error) if subject.listed && error.is_not_found() => {
                    output::message(output::visible(&format!("hwc: {} is gone", subject.name())));
                }
                Err(error) => {
                    let failure = Failure::from(error).about(&subject.name());
                    if !failure.is_local() {
                        return Err(failure);
                    }
                    failures.push(if subject.listed { failure.with_listed_id() } else { failure });
                }
            }
        }
        Ok(())
    };
    let walked = walk.await;
    failures.extend(walked.err());
    let failure = Failure::all(failures);
    if events.is_empty()
        && let Some(failure) = failure
    {
        return Err(failure);
    }
    events.retain(|event| since.is_none_or(|since| event.millis.is_none_or(|millis| millis >= since)));
    // Newest first. Events without a parsable time come last, in their original order.
    events.sort_by_key(|event| Reverse(event.millis));
    match matches.get_one::<String>("output").map(String::as_str) {
        Some("json") => output::lines(events.iter().map(|event| output::json(&event.to_json().to_string())))?,
        _ => output::lines([table(&events)])?,
    }
    failure.map_or(Ok(()), Err)
}

/// Parses the value of `--since` into milliseconds since the Unix epoch.
fn since(text: &str) -> Result<i64, Failure> {
    let ago = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let minutes = match unit {
            "d" => 24 * 60,
            "h" => 60,
            "m" => 1,
            _ => return None,
        };
        let past = Duration::from_secs(number.parse::<u32>().ok().map(u64::from)? * minutes * 60);
        let at = SystemTime::now().checked_sub(past)?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(at.as_millis()).ok()
    };
    ago().or_else(|| time::parse(text, "GMT+0")).ok_or_else(|| {
        Failure::wrong_use(format!(
            "--since must read like 2026-01-31, 2026-01-31T08:00:00Z, 7d, 12h or 30m, got {text:?}"
        ))
    })
}

/// Parses `SERVICE/ID`, or `SERVICE/ID/ID` if the service requires several ids.
fn parse(text: &str) -> Result<Subject, Failure> {
    let mut parts = text.split('/');
    let name = parts.next().unwrap_or_default();
    let ids: Vec<&str> = parts.collect();
    let of_service: Vec<_> = histories().filter(|(service, _)| service.metadata.id == name).collect();
    if of_service.is_empty() {
        return Err(Failure::wrong_use(format!(
            "{text:?} names no service with a history; known are {}",
            history_services().join(", ")
        )));
    }
    let Some((service, entry)) = of_service.iter().find(|(_, entry)| subject_form(entry).len() == ids.len()) else {
        let forms: Vec<String> = of_service
            .iter()
            .map(|(service, entry)| format!("{}/{}", service.metadata.id, subject_form(entry).join("/")))
            .collect();
        return Err(Failure::wrong_use(format!("{text:?} does not have the form {}", forms.join(" or "))));
    };
    let mut arguments = Map::new();
    for (parameter, id) in entry.operation.parameters.iter().filter(|parameter| parameter.required).zip(ids) {
        let value = discover::value(parameter, id.into()).ok_or_else(|| {
            Failure::wrong_use(format!("{text:?}: {} must be an integer, got {id:?}", parameter.name))
        })?;
        arguments.insert(parameter.name.to_owned(), value);
    }
    let history = entry.operation.history.as_ref().ok_or_else(|| Failure::wrong_use("there is no such history"))?;
    Ok(Subject { service, entry, history, arguments, listed: false })
}

/// Reads the events of a history: all of them, or those since a time if the service supports that.
async fn read(config: &Config, subject: &Subject, since: Option<i64>) -> Result<Vec<Event>, Error> {
    let client = Client::new(config, subject.service.metadata)?;
    let mut call = Call::new(client, subject.entry).arguments(subject.arguments.clone());
    // Services accept times of 13 digits. Any other time is before all events, or after them.
    let asked = since.filter(|since| (1_000_000_000_000..10_000_000_000_000).contains(since)).map(EpochMillis::from);
    if let (Some(name), Some(since)) = (subject.history.since, asked) {
        call = call.argument(name, since.to_string());
    }
    let mut items = call.items()?.read_ahead();
    let mut events = Vec::new();
    while let Some(record) = items.try_next().await? {
        let arguments = &subject.arguments;
        events.push(Event::read(
            subject.service.metadata.name,
            subject.history,
            &record,
            arguments,
            config.time_zone(),
        ));
    }
    Ok(events)
}

impl Subject {
    /// Returns the subject as written on the command line.
    fn name(&self) -> String {
        let ids: Vec<String> = self.arguments.values().map(discover::plain).collect();
        format!("{}/{}", self.service.metadata.id, ids.join("/"))
    }
}

fn table(events: &[Event]) -> Table {
    /// The width if there is no terminal.
    const DEFAULT_WIDTH: u16 = 140;
    /// The maximum length of a cell. A detail may be a page of HTML, which only the JSON output contains completely.
    const LONGEST: usize = 160;
    let width = terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(width, _)| width.0);
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(["time (UTC)", "service", "subject", "who", "what", "detail"]);
    for event in events {
        let cells = [event.time.as_str(), event.service, &event.subject, &event.actor, &event.action, &event.detail];
        table.add_row(cells.map(|text| truncated(text, LONGEST)));
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(20)));
    }
    table
}

/// Returns the text as one line, with hidden characters escaped, truncated to `longest` characters.
fn truncated(text: &str, longest: usize) -> String {
    let line = output::visible(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
