//! `hwc things`: prints what histories can be asked for.

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use futures_core::Stream;
use futures_util::{StreamExt as _, stream};
use huaweicloud_catalog::services;
use huaweicloud_core::Config;
use huaweicloud_history::{Thing, ThingKind, Things};
use huaweicloud_sandbox::Sandbox;
use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use crate::{failure::Failure, lines, output, settings};

/// Returns the definition of the command.
pub fn command() -> Command {
    let mut known: Vec<&str> = ThingKind::all(services()).map(|kind| kind.service().metadata.id).collect();
    known.dedup();
    settings::with_connection(
        Command::new("things")
            .about("Prints the things that have a history, with their titles")
            .arg(
                Arg::new("service")
                    .long("service")
                    .value_name("SERVICE")
                    .action(ArgAction::Append)
                    .value_parser(known)
                    .help("Lists the things of this service; all services unless given"),
            )
            .arg(
                Arg::new("max-things")
                    .long("max-things")
                    .value_name("N")
                    .value_parser(value_parser!(usize))
                    .help("Maximum number of things per service, in the order of the list [default: all]"),
            )
            .arg(
                Arg::new("output")
                    .short('o')
                    .long("output")
                    .value_name("FORMAT")
                    .value_parser(["table", "json"])
                    .default_value("table")
                    .help("Table, or a line of JSON for each thing"),
            )
            .after_help(
                "Into a pipe, a table is a line for each thing when it comes: SERVICE/ID as hwc timeline takes it, a tab, and \
                 the title if the list has one:\n\n  \
                 hwc things --max-things 20 | cut -f1 | xargs hwc timeline\n\n\
                 A list that cannot be read is named on stderr; the others are printed, and the exit code is 1 if a service \
                 refused something, or 3 if something could not be reached or trusted.",
            ),
    )
}

/// Runs the command.
pub async fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let wanted: Vec<&str> = matches.get_many::<String>("service").into_iter().flatten().map(String::as_str).collect();
    let most = matches.get_one::<usize>("max-things").copied();
    let connection = settings::connect(matches, Sandbox::builder().made_up_ids()).await?;
    let kinds =
        ThingKind::all(services()).filter(|kind| wanted.is_empty() || wanted.contains(&kind.service().metadata.id));
    let kinds: Vec<ThingKind> = kinds.collect();
    let configs = std::iter::once(&connection.config).chain(&connection.others);
    let lists: Vec<_> = configs.flat_map(|config| kinds.iter().map(move |kind| of_kind(config, *kind, most))).collect();
    let mut things = Box::pin(stream::iter(lists).flatten());
    match matches.get_one::<String>("output").map(String::as_str) {
        Some("json") => lines::print(things.map(|thing| thing.map(|thing| as_json(&thing)))).await,
        _ if !io::stdout().is_terminal() => {
            lines::print(things.map(|thing| thing.map(|thing| cells(&thing).join("\t")))).await
        }
        _ => {
            let mut rows = Vec::new();
            let failures = things.by_ref().filter_map(|thing| {
                let failure = thing.map(|thing| rows.push(cells(&thing))).err();
                std::future::ready(failure.map(Err))
            });
            let code = lines::print(Box::pin(failures)).await?;
            let widest = rows.iter().map(|cells| cells[0].width()).max().unwrap_or_default();
            output::lines(rows.iter().map(|cells| match cells.get(1) {
                Some(title) => format!("{}{:pad$}  {title}", cells[0], "", pad = widest - cells[0].width()),
                None => cells[0].clone(),
            }))?;
            Ok(code)
        }
    }
}

/// Returns the things of a kind, up to a limit that is said.
fn of_kind(
    config: &Config,
    kind: ThingKind,
    most: Option<usize>,
) -> impl Stream<Item = Result<Thing, Failure>> + use<> {
    let things = Things::new(config, kind, services());
    let service = kind.service().metadata.id;
    let things = match most {
        Some(most) => things.at_most(most, move || {
            output::message(format_args!("hwc: {service}: what is listed after the first {most} is not printed"));
        }),
        None => things,
    };
    things.map(|thing| thing.map_err(Failure::from))
}

/// Returns the name of a thing and its title, each on one line without tabs.
fn cells(thing: &Thing) -> Vec<String> {
    let title = thing.title().filter(|title| !title.is_empty());
    [Some(thing.to_string()), title.map(str::to_owned)]
        .into_iter()
        .flatten()
        .map(|cell| output::visible(&cell))
        .collect()
}

fn as_json(thing: &Thing) -> String {
    let service = thing.kind().service().metadata.id;
    output::json(&json!({ "thing": thing.to_string(), "service": service, "title": thing.title() }).to_string())
}
