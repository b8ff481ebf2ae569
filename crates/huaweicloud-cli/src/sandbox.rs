//! `hwc sandbox`: runs a mock server for the documented services, for clients in any language.

use std::{fs, io::ErrorKind, process::ExitCode};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use huaweicloud_sandbox::{FaultPlan, Sandbox};

use crate::{failure::Failure, output};

/// Returns the definition of the command.
pub fn command() -> Command {
    Command::new("sandbox")
        .about("Runs a mock server for all services, for clients in any language")
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("N")
                .default_value("0")
                .value_parser(value_parser!(u16))
                .help("Port on 127.0.0.1; 0 for any free port"),
        )
        .arg(
            Arg::new("records")
                .long("records")
                .value_name("N")
                .default_value("25")
                .value_parser(value_parser!(usize))
                .help("Number of records in a generated history"),
        )
        .arg(
            Arg::new("things")
                .long("things")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help("Number of items in each list of ids, such as tickets [default: as many as documented]"),
        )
        .arg(
            Arg::new("made-up-ids")
                .long("made-up-ids")
                .action(ArgAction::SetTrue)
                .help("Accepts every valid id. Without this, an id that no list contains is answered with 404"),
        )
        .arg(
            Arg::new("shell")
                .long("shell")
                .value_name("SHELL")
                .value_parser(["posix", "fish", "powershell"])
                .default_value("posix")
                .help("Shell for which the variables are printed"),
        )
        .arg(
            Arg::new("faults")
                .long("faults")
                .value_name("FILE")
                .help("Injects the faults of the plan in this JSON file; see below"),
        )
        .after_help(
            "Prints variables on stdout, then runs until it is interrupted. With them, hwc needs no flags:\n\n  \
             hwc sandbox --port 8080 > sandbox.env &\n  sleep 1; . ./sandbox.env\n  hwc things\n\n\
             HUAWEICLOUD_SANDBOX_URL is its URL, and so is HWC_ENDPOINT, which hwc reads. Sign with HUAWEICLOUD_SDK_AK \
             and HUAWEICLOUD_SDK_SK, or send HUAWEICLOUD_SANDBOX_TOKEN as X-Auth-Token.\n\n\
             A plan is a list of rules; the first that applies wins. Two resets after one response; always 429 for one \
             operation, if its argument has this value:\n\n  \
             [{\"after\": 1, \"times\": 2, \"do\": {\"fault\": \"reset\"}},\n   \
             {\"operation\": \"…\", \"arguments\": {\"…\": \"…\"},\n    \
             \"do\": {\"fault\": \"status\", \"status\": 429, \"retry_after\": \"2\"}}]\n\n\
             Keys of a rule, besides do: service, operation, arguments; after and times, in requests; from and until, in \
             seconds since the start. A misspelt name is refused.\n\n\
             Faults: status, redirect, body, reset, reset_in_body, truncate, hang, hang_in_body, slow, expired, clock, \
             short_page, shrink; grow and remove, with which a list has \"by\" records more or fewer in front after the \
             response.",
        )
}

/// Runs the command until it is interrupted.
pub async fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    let records = matches.get_one::<usize>("records").copied().unwrap_or_default();
    let file = matches.get_one::<String>("faults");
    let wrong = |file: &str, error| Failure::wrong_use(format!("--faults: {file}: {error}"));
    let plan = match file {
        None => FaultPlan::new(),
        Some(file) => fs::read_to_string(file).and_then(|plan| plan.parse()).map_err(|error| wrong(file, error))?,
    };
    let mut builder = Sandbox::builder().port(port).records(records).faults(plan);
    if let Some(things) = matches.get_one::<usize>("things") {
        builder = builder.things(*things);
    }
    let made_up_ids = matches.get_flag("made-up-ids");
    if made_up_ids {
        builder = builder.made_up_ids();
    }
    let sandbox = builder.start().await.map_err(|error| match (file, error.kind()) {
        (Some(file), ErrorKind::InvalidInput) => wrong(file, error),
        _ => Failure::unreachable(format!("the sandbox cannot listen on port {port}: {error}")),
    })?;
    let url = sandbox.url();
    let variables = [
        ("HUAWEICLOUD_SANDBOX_URL", url.as_str()),
        ("HUAWEICLOUD_SDK_AK", sandbox.access_key()),
        ("HUAWEICLOUD_SDK_SK", sandbox.secret_key()),
        ("HUAWEICLOUD_SANDBOX_TOKEN", sandbox.token()),
        ("HWC_ENDPOINT", url.as_str()),
    ];
    // None of the values has a character that a shell reads.
    output::lines(variables.map(|(name, value)| match matches.get_one::<String>("shell").map(String::as_str) {
        Some("fish") => format!("set -gx {name} {value}"),
        Some("powershell") => format!("$env:{name} = '{value}'"),
        _ => format!("export {name}={value}"),
    }))?;
    eprintln!("Documented histories:");
    sandbox.subjects().iter().for_each(|subject| eprintln!("  {subject}"));
    let which = if made_up_ids { "valid id" } else { "id that a list contains" };
    eprintln!("Generated histories:\n  SERVICE/ID for every other {which}");
    eprintln!("Listening on {}; press Ctrl-C to stop.", sandbox.url());
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}
