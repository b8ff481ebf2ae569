//! `hwc timeline`: the histories of several things as one.

use std::cmp::Reverse;

use clap::ArgMatches;
use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use huaweicloud_core::{Client, Config, Entry, Error, History, Items, Kind, Service, dynamic::DynamicCall};
use serde_json::{Map, Value};

use crate::{
    commands::{histories, subject_form},
    event::Event,
    failure::Failure,
    output, settings,
};

/// Something that has a history.
struct Subject {
    service: &'static Service,
    entry: &'static Entry,
    history: &'static History,
    arguments: Map<String, Value>,
}

/// Runs the command.
pub async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let named: Vec<&String> = matches.get_many("subject").into_iter().flatten().collect();
    let mut subjects = named.into_iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
    if subjects.is_empty() && !matches.get_flag("sandbox") {
        return Err(Failure::wrong_use(
            "whose history? name at least one SERVICE/ID; see hwc timeline --help, or try --sandbox",
        ));
    }
    let connection = settings::connect(matches).await?;
    if subjects.is_empty() {
        subjects = connection.sandbox.iter().flat_map(documented).collect();
    }
    let mut events = Vec::new();
    for subject in &subjects {
        events.extend(read(&connection.config, subject).await?);
    }
    // Newest first; what has no readable time comes last, as given.
    events.sort_by_key(|event| Reverse(event.millis));
    match matches.get_one::<String>("output").map(String::as_str) {
        Some("json") => output::lines(events.iter().map(Event::to_json)),
        _ => output::lines([table(&events)]),
    }
}

/// The histories that the sandbox documents.
fn documented(sandbox: &huaweicloud_sandbox::Sandbox) -> Vec<Subject> {
    let subjects = sandbox.subjects().into_iter();
    subjects
        .filter_map(|subject| {
            let entry = subject.service.operation(subject.operation)?;
            let history = entry.operation.history.as_ref()?;
            Some(Subject { service: subject.service, entry, history, arguments: subject.arguments })
        })
        .collect()
}

/// `SERVICE/ID`, or `SERVICE/ID/ID` where the service asks for several.
fn parse(text: &str) -> Result<Subject, Failure> {
    let mut parts = text.split('/');
    let name = parts.next().unwrap_or_default();
    let ids: Vec<&str> = parts.collect();
    let of_service: Vec<_> = histories().filter(|(service, _)| service.id == name).collect();
    if of_service.is_empty() {
        let mut known: Vec<&str> = histories().map(|(service, _)| service.id).collect();
        known.dedup();
        return Err(Failure::wrong_use(format!(
            "{text:?} names no service with a history; known are {}",
            known.join(", ")
        )));
    }
    let Some((service, entry)) = of_service.iter().find(|(_, entry)| subject_form(entry).len() == ids.len()) else {
        let forms: Vec<String> = of_service
            .iter()
            .map(|(service, entry)| format!("{}/{}", service.id, subject_form(entry).join("/")))
            .collect();
        return Err(Failure::wrong_use(format!("{text:?} does not have the form {}", forms.join(" or "))));
    };
    let mut arguments = Map::new();
    for (parameter, id) in entry.operation.parameters.iter().filter(|parameter| parameter.required).zip(ids) {
        let value = match (parameter.kind, id.parse::<i64>()) {
            (Kind::Integer, Ok(number)) => number.into(),
            (Kind::Integer, Err(_)) => {
                return Err(Failure::wrong_use(format!("{text:?}: {} must be an integer, got {id:?}", parameter.name)));
            }
            _ => id.into(),
        };
        arguments.insert(parameter.name.to_owned(), value);
    }
    let history = entry.operation.history.as_ref().ok_or_else(|| Failure::wrong_use("there is no such history"))?;
    Ok(Subject { service, entry, history, arguments })
}

/// A whole history as events.
async fn read(config: &Config, subject: &Subject) -> Result<Vec<Event>, Failure> {
    let client = Client::new(config, subject.service)?;
    let call = DynamicCall { client, entry: subject.entry, arguments: subject.arguments.clone() };
    let mut items = Items::new(call).read_ahead();
    let mut events = Vec::new();
    while let Some(record) = items.try_next().await.map_err(|error| subject.failed(error))? {
        let arguments = &subject.arguments;
        events.push(Event::read(subject.service.name, subject.history, &record, arguments, config.time_zone()));
    }
    Ok(events)
}

impl Subject {
    /// An error with what it is about; the same operation reads many.
    fn failed(&self, error: Error) -> Failure {
        let ids: Vec<String> = self.arguments.values().map(|id| id.to_string().replace('"', "")).collect();
        Failure::from(error).about(&format!("{}/{}", self.service.id, ids.join("/")))
    }
}

fn table(events: &[Event]) -> Table {
    /// Width where there is no terminal to ask.
    const DEFAULT_WIDTH: u16 = 140;
    /// A detail may be a whole page of HTML; a table shows its beginning. JSON has all of it.
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
        table.add_row(cells.map(|text| shown(text, LONGEST)));
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(20)));
    }
    table
}

/// A text as one line, without control characters, cut when it is long.
fn shown(text: &str, longest: usize) -> String {
    let line: String = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
