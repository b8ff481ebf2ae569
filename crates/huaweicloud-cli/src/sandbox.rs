//! `hwc sandbox`: runs a mock server for the documented services, for clients in any language.

use std::{fs, io::ErrorKind, process::ExitCode};

use clap::ArgMatches;
use huaweicloud_sandbox::{FaultPlan, Sandbox};

use crate::{failure::Failure, output};

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
    output::lines([
        format!("export HUAWEICLOUD_SANDBOX_URL={}", sandbox.url()),
        format!("export HUAWEICLOUD_SDK_AK={}", sandbox.access_key()),
        format!("export HUAWEICLOUD_SDK_SK={}", sandbox.secret_key()),
        format!("export HUAWEICLOUD_SANDBOX_TOKEN={}", sandbox.token()),
    ])?;
    eprintln!("Documented histories:");
    sandbox.subjects().iter().for_each(|subject| eprintln!("  {subject}"));
    let which = if made_up_ids { "valid id" } else { "id that a list contains" };
    eprintln!("Generated histories:\n  SERVICE/ID for every other {which}");
    eprintln!("Listening on {}; press Ctrl-C to stop.", sandbox.url());
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}
