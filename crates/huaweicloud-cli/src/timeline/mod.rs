//! `hwc timeline`: prints who did what, when.

mod columns;
mod html;
mod printer;
mod progress;
mod table;

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
use jiff::{Timestamp, ZonedDateTime, civil::DateTime, tz::TimeZone};

use self::{printer::Printer, progress::Progress};
use crate::{
    failure::{self, Failure},
    lines::{self, Sink},
    output, settings,
};

/// Returns the definition of the command.
pub fn command() -> Command {
    let forms: String = ThingKind::all(services()).map(|kind| format!("  {}\n", kind.form())).collect();
    let arg = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let several = |name, value, help| arg(name, value, help).action(ArgAction::Append);
    let number = |name, help| arg(name, "N", help).value_parser(value_parser!(usize));
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help).help_heading("Output")
    };
    let choice = |arg: Arg| arg.help_heading("Choice");
    let output = |arg: Arg| arg.help_heading("Output");
    let zones = ["utc", "local"];
    let command = Command::new("timeline")
        .about("Prints who did what, when: the events of one or more histories")
        .arg(
            Arg::new("thing")
                .value_name("SERVICE/ID")
                .num_args(0..)
                .help("Reads the history of this ticket, incident, work item or application; see below"),
        )
        .arg(choice(
            several("service", "SERVICE", "Reads every history that the account can see [with --sandbox: all services]")
                .value_parser(history_services()),
        ))
        .arg(choice(arg("since", "TIME", "Leaves out earlier events; see below")))
        .arg(choice(arg("until", "TIME", "Leaves out events at this time or later")))
        .arg(choice(several("actor", "TEXT", "Leaves out events whose actor lacks the text in id and name")))
        .arg(choice(several("action", "TEXT", "Leaves out events whose action lacks the text")))
        .arg(choice(several("about", "TEXT", "Leaves out listed things whose name lacks the text").long("thing")))
        .arg(choice(several("grep", "TEXT", "Leaves out events that lack the text everywhere")))
        .arg(choice(number("max-things", "Reads at most this many listed things per service [default: all]")))
        .arg(choice(number("max-events", "Ends after this many events [default: all]")))
        .arg(output(
            arg("output", "FORMAT", "Table, a line of JSON for each event, or comma- or tab-separated values")
                .short('o')
                .value_parser(["table", "json", "csv", "tsv"])
                .default_value("table"),
        ))
        .arg(output(
            arg("order", "ORDER", "Newest or oldest first, or as they come [default: newest for a table, else none]")
                .value_parser(["newest", "oldest", "none"]),
        ))
        .arg(output(arg("columns", "NAMES", "Columns, separated by commas; see below")))
        .arg(flag("no-header", "Leaves out the names of the columns"))
        .arg(flag("utc", "Shows times in UTC (default; JSON always does)"))
        .arg(flag("local", "Shows times in the time zone of this machine").conflicts_with("utc"))
        .arg(output(arg("zone", "ZONE", "Shows times in this zone, such as Asia/Shanghai").conflicts_with_all(zones)))
        .arg(output(
            arg("color", "WHEN", "Colours: by service and by action [env: NO_COLOR]")
                .value_parser(["auto", "always", "never"])
                .default_value("auto"),
        ))
        .arg(number("concurrency", "Makes at most this many calls at once [default: 8]").help_heading("Connection"))
        .after_help(format!(
            "Forms of SERVICE/ID, as the table prints them, with the ids that the service requires:\n{forms}\n\
             NAMES are {columns}.\n\n\
             TIME is 2026-01-31, 2026-01-31T08:00:00Z, today, yesterday, or 2w, 7d, 12h, 30m ago; without an offset it is \
             of the zone that is shown. Texts are compared ignoring case; of several of one kind one must match. An event \
             whose time cannot be read passes --since and --until, is counted on stderr, and comes last.\n\n\
             What cannot be read is named on stderr, with what was read of it; everything else is printed, and the exit \
             code is 1 if a service refused something, or 3 if something could not be reached or trusted.\n\n\
             Example: hwc timeline --region cn-north-4 --service {} --since 7d",
            history_services().first().copied().unwrap_or_default(),
            columns = columns::names().collect::<Vec<_>>().join(", "),
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
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let things = given("thing").map(|name| Thing::parse(name, services())).collect::<Result<Vec<_>, _>>();
    let things = things.map_err(|error| Failure::wrong_use(error.to_string()))?;
    if things.is_empty() && given("service").next().is_none() && !matches.get_flag("sandbox") {
        return Err(Failure::wrong_use(
            "whose history? name a --service or at least one SERVICE/ID; see hwc timeline --help, or try --sandbox",
        ));
    }
    let zone = match text("zone") {
        Some(name) => columns::named_zone(name)?,
        None if matches.get_flag("local") => TimeZone::system(),
        None => TimeZone::UTC,
    };
    let at = |name: &str| text(name).map(|text| moment(name, text, &zone)).transpose();
    let (since, until) = (at("since")?, at("until")?);
    let asks_for_time = since.is_some() || until.is_some();
    let count = |name: &str| matches.get_one::<usize>(name).copied();
    let is_table = text("output") == Some("table");
    let order = text("order").unwrap_or(if is_table { "newest" } else { "none" });
    let printer = Printer::new(matches, zone)?;
    // With a sandbox, short generated histories suffice as an example.
    let connection = settings::connect(matches, Sandbox::builder().records(1).made_up_ids()).await?;

    let mut history = History::of(&connection.config);
    history = connection.others.iter().fold(history, History::and);
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
    let order_of_history = if order == "none" { Order::Arrival } else { Order::NewestFirst };
    let events = history.order(order_of_history).stream();
    read(events, printer, order == "oldest", asks_for_time).await
}

/// Prints each event when it comes, or all at the end from the last to the first. Reports what is not read when that is
/// known.
async fn read(mut events: Events, printer: Printer, backwards: bool, asks_for_time: bool) -> Result<ExitCode, Failure> {
    let progress = Progress::new(printer.prints_at_once());
    let mut screen = Screen { printer, progress, backwards, held: Vec::new() };
    let drained = lines::drain(&mut events, &mut screen).await;
    let Screen { mut printer, progress, held, .. } = screen;
    drop(progress);
    let printed = drained.and_then(|code| {
        held.iter().rev().try_for_each(|event| printer.print(event))?;
        printer.finish().map(|()| code)
    });
    let Some(code) = lines::unless_closed(printed)? else { return Ok(ExitCode::SUCCESS) };
    account(&events.summary(), code, asks_for_time);
    Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from))
}

/// What a user sees of a walk.
struct Screen {
    printer: Printer,
    progress: Progress,
    /// Whether the last event comes first, so that all are held.
    backwards: bool,
    held: Vec<Event>,
}

impl Sink<Events, Event> for Screen {
    fn item(&mut self, event: Event) -> io::Result<()> {
        if self.backwards {
            self.held.push(event);
            return Ok(());
        }
        self.progress.beside(|| self.printer.print(&event))
    }

    fn failed(&mut self, failure: &Failure) -> io::Result<()> {
        self.progress.aside(|| failure.report());
        Ok(())
    }

    fn tick(&mut self, events: &Events) -> io::Result<()> {
        self.progress.show(&events.summary());
        self.progress.beside(|| self.printer.flush())
    }
}

/// Says what was read and what was not, if anything is missing or odd.
fn account(summary: &Summary, code: Option<u8>, asks_for_time: bool) {
    let say = |sentence: &str| output::message(output::visible(&format!("hwc: {sentence}")));
    if code == Some(failure::INTERRUPTED) {
        say("interrupted");
    }
    summary.left_out.iter().for_each(|sentence| say(sentence));
    let Summary { things, whole, partial, unread, gone, lists, events, without_time, in_progress, .. } = summary;
    if asks_for_time && *without_time > 0 {
        let have = if *without_time == 1 { "has" } else { "have" };
        say(&format!("{} {have} a time that cannot be read, and may be of any time", counted(*without_time, "event")));
    }
    if code.is_none() && summary.is_complete() {
        if *events == 0 {
            say(&format!("no events in {}", counted(*things, "history").replace("historys", "histories")));
        }
        return;
    }
    let parts =
        [(*partial, "in part"), (*unread, "not at all"), (*gone, "gone"), (in_progress.len(), "not to the end")];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    let parts: String = parts.collect();
    let lists = if *lists > 0 { format!("; {} not read to the end", counted(*lists, "list")) } else { String::new() };
    let (events, things) = (counted(*events, "event"), counted(*things, "thing"));
    say(&format!("{events}; of {things} {whole} read whole{parts}{lists}"));
}

/// Returns a number of something in words.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Parses the value of `--since` or `--until`. A time without an offset, and a day, is one of the zone that is shown.
fn moment(name: &str, text: &str, zone: &TimeZone) -> Result<EpochMillis, Failure> {
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
    let at = |timestamp: Timestamp| EpochMillis::from(timestamp.as_millisecond());
    let today = || ZonedDateTime::now().with_time_zone(zone.clone());
    let civil = || match text {
        "today" => today().start_of_day(),
        "yesterday" => today().yesterday()?.start_of_day(),
        date => date.parse::<DateTime>()?.to_zoned_datetime(zone.clone()),
    };
    let millis = || time::parse(text, "GMT").map(EpochMillis::from);
    let instant = || text.parse().ok().map(at).or_else(|| civil().ok().map(|civil| at(civil.timestamp())));
    ago().or_else(instant).or_else(millis).ok_or_else(|| {
        Failure::wrong_use(format!(
            "--{name} must read like 2026-01-31, 2026-01-31T08:00:00Z, today, yesterday, 2w, 7d, 12h or 30m, got {text:?}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_zone_that_is_shown() {
        let shanghai = columns::named_zone("Asia/Shanghai").unwrap();
        let utc = 1_769_846_400_000;
        for (text, zone, millis) in [
            ("2026-01-31T08:00:00Z", &shanghai, utc),
            ("2026-01-31T16:00:00+08:00", &TimeZone::UTC, utc),
            ("2026-01-31T08:00:00", &TimeZone::UTC, utc),
            ("2026-01-31T16:00:00", &shanghai, utc),
            ("2026-01-31 16:00", &shanghai, utc),
            ("2026-02-01", &shanghai, utc + 8 * 3_600_000),
            ("1769846400000", &shanghai, utc),
        ] {
            assert_eq!(moment("since", text, zone).unwrap().as_millis(), Some(millis), "{text}");
        }
        for text in ["2026-02-30", "tomorrow", "", "d", "-1d", "7y", "99999999999d", "12:00", "\u{661}d"] {
            let error = moment("since", text, &shanghai).unwrap_err();
            assert!(error.message().starts_with("--since must read like "), "{text}: {}", error.message());
        }
    }
}
