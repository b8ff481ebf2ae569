//! `hwc`: shows who did what, when, to tickets, incidents, work items and applications on Huawei Cloud.
//!
//! All knowledge of services comes from the generated operation metadata; this crate names no service.

mod call;
mod check;
mod completions;
mod failure;
mod lines;
mod man;
mod output;
mod sandbox;
mod settings;
mod style;
mod things;
mod timeline;

use std::process::ExitCode;

use clap::{Arg, ArgAction, Command, error::ContextKind};
use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter as Level, Targets},
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use failure::Failure;

/// Returns the root command with all subcommands.
fn root() -> Command {
    Command::new("hwc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Who did what, when, to tickets, incidents, work items and applications on Huawei Cloud (unofficial)")
        .after_help(
            "Credentials come from where the official SDKs look, in this order: OIDC (HUAWEICLOUD_OIDC_…), the variables \
             HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK (with HUAWEICLOUD_SDK_SECURITY_TOKEN for temporary keys), an \
             identity provider (HUAWEICLOUD_SDK_IDP_ID) or an IAM token (HUAWEICLOUD_SDK_AUTH_TOKEN), a command \
             (HUAWEICLOUD_CREDENTIAL_PROCESS), the file ~/.huaweicloud/credentials (--profile), the metadata of an ECS \
             server, the identity of a pod.\n\n\
             Exit codes: 0 success; 1 a service reported an error; 2 wrong usage or no credentials; 3 a service could \
             not be reached, or its response could not be trusted; 130 interrupted.\n\n\
             Try it without an account: hwc timeline --sandbox",
        )
        .arg(
            Arg::new("verbose")
                .short('v')
                .long("verbose")
                .action(ArgAction::Count)
                .global(true)
                .help("Says on stderr what is called and tried again; -vv says more"),
        )
        .max_term_width(100)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(timeline::command())
        .subcommand(things::command())
        .subcommand(call::command())
        .subcommand(check::command())
        .subcommand(sandbox::command())
        .subcommand(completions::command())
        .subcommand(man::command())
}

fn main() -> ExitCode {
    let arguments = match root().try_get_matches() {
        Ok(arguments) => arguments,
        Err(mut error) => {
            // Help and version are not failures.
            if !error.use_stderr() {
                let _ = error.print();
                return ExitCode::SUCCESS;
            }
            // No argument of this program begins with a hyphen, so that a misspelt flag is never meant as one.
            error.remove(ContextKind::Suggested);
            // The message repeats arguments, which may come from elsewhere.
            error.render().to_string().lines().for_each(|line| output::message(output::visible(line)));
            return ExitCode::from(failure::WRONG_USE);
        }
    };
    log(arguments.subcommand().map_or(0, |(_, arguments)| arguments.get_count("verbose")));
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit(&Failure::unreachable(format!("the runtime cannot start: {error}"))),
    };
    let result = runtime.block_on(async {
        match arguments.subcommand() {
            Some(("timeline", arguments)) => timeline::run(arguments).await,
            Some(("things", arguments)) => things::run(arguments).await,
            Some(("call", arguments)) => call::run(arguments).await,
            Some(("check", arguments)) => check::run(arguments).await,
            Some(("sandbox", arguments)) => sandbox::run(arguments).await,
            Some(("completions", arguments)) => completions::run(arguments, root()),
            Some(("man", arguments)) => man::run(arguments, root()),
            _ => Err(Failure::wrong_use("no such command; see hwc --help")),
        }
    });
    result.unwrap_or_else(|failure| exit(&failure))
}

/// Prints what the libraries log on stderr: warnings, and more the more often `-v` is given. No secrets are logged.
fn log(verbosity: u8) {
    let level = match verbosity {
        0 => Level::WARN,
        1 => Level::DEBUG,
        _ => Level::TRACE,
    };
    // HTTP libraries log what a reader of a timeline does not want to know, unless it is asked for.
    let others = if verbosity > 2 { level } else { Level::WARN };
    let targets = Targets::new().with_default(others).with_target("huaweicloud", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_target(false);
    tracing_subscriber::registry().with(lines.with_filter(targets)).init();
}

/// Reports what has ended the command.
fn exit(failure: &Failure) -> ExitCode {
    failure.report();
    failure.code().map_or(ExitCode::SUCCESS, ExitCode::from)
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_flag_of_an_operation_hides_another() {
        super::root().debug_assert();
    }
}
