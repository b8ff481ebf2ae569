//! `hwc sandbox`: runs a mock server for the documented services, for clients in any language.

use std::{fs, process::ExitCode};

use clap::ArgMatches;
use huaweicloud_sandbox::{FaultPlan, Sandbox};

use crate::{failure::Failure, output};

/// Runs the command until it is interrupted.
pub async fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    let records = matches.get_one::<usize>("records").copied().unwrap_or_default();
    let faults = match matches.get_one::<String>("faults") {
        None => FaultPlan::new(),
        Some(file) => {
            let wrong = |error: std::io::Error| Failure::wrong_use(format!("--faults: {file}: {error}"));
            fs::read_to_string(file).and_then(|plan| plan.parse()).map_err(wrong)?
        }
    };
    let sandbox = Sandbox::builder()
        .port(port)
        .records(records)
        .faults(faults)
        .start()
        .await
        .map_err(|error| Failure::unreachable(format!("the sandbox cannot listen on port {port}: {error}")))?;
    output::lines([
        format!("export HUAWEICLOUD_SANDBOX_URL={}", sandbox.url()),
        format!("export HUAWEICLOUD_SDK_AK={}", sandbox.access_key()),
        format!("export HUAWEICLOUD_SDK_SK={}", sandbox.secret_key()),
        format!("export HUAWEICLOUD_SANDBOX_TOKEN={}", sandbox.token()),
    ])?;
    eprintln!("These have documented histories; every other valid id has a made-up one:");
    for subject in sandbox.subjects() {
        let arguments: Vec<String> = subject.arguments.iter().map(|(name, value)| format!("{name} {value}")).collect();
        eprintln!("  {}: {}", subject.service.metadata.name, arguments.join(", "));
    }
    eprintln!("Listening on {}; press Ctrl-C to stop.", sandbox.url());
    tokio::signal::ctrl_c().await?;
    Ok(ExitCode::SUCCESS)
}
