//! `hwc timeline`: prints who did what, when.

use std::{
    io,
    process::ExitCode,
    time::{Duration, SystemTime},
};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use huaweicloud_catalog::services;
use huaweicloud_core::{EpochMillis, time};
use huaweicloud_history::{Event, Events, History, Order, Summary, Thing, ThingKind};
use huaweicloud_sandbox::Sandbox;

use crate::{
    failure::{self, Failure},
    output::{self, Lines},
    progress::Progress,
    settings,
    table::EventTable,
};

/// Returns the definition of the command.
pub fn command() -> Command {
    let forms: String = ThingKind::all(services()).map(|kind| format!("  {}\n", kind.form())).collect();
    let several = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
    };
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("N").value_parser(value_parser!(usize)).help(help)
    };
    let command = Command::new("timeline")
        .about("Prints the events of one or more histories")
        .arg(
            Arg::new("thing")
                .value_name("SERVICE/ID")
                .num_args(0..)
                .help("Reads the history of this ticket, incident, work item or application; see below"),
        )
        .arg(
            several("service", "SERVICE", "")
                .value_parser(history_services())
                .help("Reads every history of this service that the account can see. With --sandbox all services unless given"),
        )
        .arg(
            Arg::new("since")
                .long("since")
                .value_name("TIME")
                .help("Leaves out earlier events: 2026-01-31, 2026-01-31T08:00:00Z, or 2w, 7d, 12h, 30m ago"),
        )
        .arg(Arg::new("until").long("until").value_name("TIME").help("Leaves out events at this time or later"))
        .arg(several("actor", "TEXT", "Leaves out events of actors whose id and name do not contain the text"))
        .arg(several("action", "TEXT", "Leaves out events whose action does not contain the text"))
        .arg(several("about", "TEXT", "Leaves out listed things whose SERVICE/ID does not contain the text").long("thing"))
        .arg(several("grep", "TEXT", "Leaves out events that do not contain the text anywhere"))
        .arg(number("max-things", "Maximum number of listed things per service, in the order of the list [default: all]"))
        .arg(number("max-events", "Ends after this many events"))
        .arg(number("concurrency", "Maximum number of calls in flight [default: 8]"))
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("FORMAT")
                .value_parser(["table", "json"])
                .default_value("table")
                .help("Table, newest first, or a line of JSON for each event when it comes"),
        )
        .after_help(format!(
            "Forms of SERVICE/ID, with the ids that the service requires:\n{forms}\n\
             Texts are compared ignoring case; of several of one kind one must match. Times are UTC. An event whose time \
             cannot be read passes --since and --until, and comes last in the table.\n\n\
             What cannot be read is named on stderr, with what was read of it; everything else is printed, and the exit \
             code is 1 if a service refused something, or 3 if something could not be reached or trusted.\n\n\
             Example: hwc timeline --region cn-north-4 --service {} --since 7d",
            history_services().join(" --service ")
        ));
    settings::with_connection(command)
}

/// Returns the ids of the services with histories.
fn history_services() -> Vec<&'static str> {
    let mut services: Vec<&str> = ThingKind::all(services()).map(|kind| kind.service().metadata.id).collect();
    services.dedup();
    services
}

/// Runs the command.
pub async fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let given = |name: &str| matches.get_many::<String>(name).into_iter().flatten();
    let things = given("thing").map(|name| Thing::parse(name, services())).collect::<Result<Vec<_>, _>>();
    let things = things.map_err(|error| Failure::wrong_use(error.to_string()))?;
    if things.is_empty() && given("service").next().is_none() && !matches.get_flag("sandbox") {
        return Err(Failure::wrong_use(
            "whose history? name a --service or at least one SERVICE/ID; see hwc timeline --help, or try --sandbox",
        ));
    }
    let at = |name: &str| matches.get_one::<String>(name).map(|text| moment(name, text)).transpose();
    let (since, until) = (at("since")?, at("until")?);
    let count = |name: &str| matches.get_one::<usize>(name).copied();
    // With a sandbox, short generated histories suffice as an example.
    let connection = settings::connect(matches, Sandbox::builder().records(1).made_up_ids()).await?;

    let mut history = History::of(&connection.config);
    history = things.into_iter().fold(history, History::thing);
    history = given("service").fold(history, History::service);
    history = given("actor").fold(history, History::actor);
    history = given("action").fold(history, History::action);
    history = given("about").fold(history, History::thing_containing);
    history = given("grep").fold(history, History::containing);
    history = since.into_iter().fold(history, History::since);
    history = until.into_iter().fold(history, History::until);
    history = count("max-things").into_iter().fold(history, History::max_things);
    history = count("max-events").into_iter().fold(history, History::max_events);
    history = count("concurrency").into_iter().fold(history, History::concurrency);
    match matches.get_one::<String>("output").map(String::as_str) {
        Some("json") => print_lines(history.stream()).await,
        _ => print_table(history.order(Order::NewestFirst).stream()).await,
    }
}

/// Prints each event as a line of JSON when it comes.
async fn print_lines(events: Events) -> Result<ExitCode, Failure> {
    let mut lines = Lines::stdout();
    let print = |event: Option<Event>| match event {
        Some(event) => lines.print(output::json(&serde_json::to_string(&event)?)),
        None => lines.flush(),
    };
    Ok(read(events, print).await?.unwrap_or(ExitCode::SUCCESS))
}

/// Prints a table when all events have come.
async fn print_table(events: Events) -> Result<ExitCode, Failure> {
    let mut table = EventTable::new();
    let code = read(events, |event| {
        event.into_iter().for_each(|event| table.add(&event));
        Ok(())
    })
    .await?;
    if code.is_none() || !table.is_empty() {
        output::lines([table])?;
    }
    Ok(code.unwrap_or(ExitCode::SUCCESS))
}

/// How often output is flushed, progress is shown, and a key is noticed.
const TICK: Duration = Duration::from_millis(100);

/// Passes each event to `print`, and nothing when a while has passed. Reports what is not read when that is known.
/// Returns the exit code if something was not read.
async fn read(
    mut events: Events,
    mut print: impl FnMut(Option<Event>) -> io::Result<()>,
) -> Result<Option<ExitCode>, Failure> {
    let progress = Progress::new();
    let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
    let mut ticks = tokio::time::interval(TICK);
    let mut code = None;
    loop {
        let printed = tokio::select! {
            next = events.next() => match next {
                Some(Ok(event)) => progress.beside(|| print(Some(event))),
                Some(Err(failure)) => {
                    let failure = Failure::from(failure);
                    code = code.max(failure.code());
                    progress.aside(|| failure.report());
                    Ok(())
                }
                None => break,
            },
            _ = ticks.tick() => {
                progress.show(&events.summary());
                progress.beside(|| print(None))
            }
            _ = &mut interrupted => {
                progress.beside(|| print(None))?;
                code = Some(failure::INTERRUPTED);
                break;
            }
        };
        match printed {
            // Whoever reads has seen enough, such as `head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Some(ExitCode::SUCCESS)),
            printed => printed?,
        }
    }
    drop(progress);
    let summary = events.summary();
    if code == Some(failure::INTERRUPTED) {
        output::message("hwc: interrupted");
    }
    if code.is_some() || !summary.is_complete() {
        account(&summary);
    }
    match print(None) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(code.map(ExitCode::from)),
    }
}

/// Says what was read and what was not.
fn account(summary: &Summary) {
    for sentence in &summary.left_out {
        output::message(output::visible(&format!("hwc: {sentence}")));
    }
    let Summary { things, whole, partial, unread, gone, lists, events, in_progress, .. } = summary;
    let parts =
        [(*partial, "in part"), (*unread, "not at all"), (*gone, "gone"), (in_progress.len(), "not to the end")];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let parts: String = parts.collect();
    let lists = if *lists > 0 { format!("; {} not read to the end", counted(*lists, "list")) } else { String::new() };
    let (events, things) = (counted(*events, "event"), counted(*things, "thing"));
    output::message(format_args!("hwc: {events}; of {things} {whole} read whole{parts}{lists}"));
}

/// Returns a number of something in words.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Parses the value of `--since` or `--until`.
fn moment(name: &str, text: &str) -> Result<EpochMillis, Failure> {
    let ago = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let minutes = match unit {
            "w" => 7 * 24 * 60,
            "d" => 24 * 60,
            "h" => 60,
            "m" => 1,
            _ => return None,
        };
        let past = Duration::from_secs(number.parse::<u32>().ok().map(u64::from)? * minutes * 60);
        SystemTime::now().checked_sub(past).map(EpochMillis::from)
    };
    ago().or_else(|| time::parse(text, "GMT+0").map(EpochMillis::from)).ok_or_else(|| {
        Failure::wrong_use(format!(
            "--{name} must read like 2026-01-31, 2026-01-31T08:00:00Z, 2w, 7d, 12h or 30m, got {text:?}"
        ))
    })
}
