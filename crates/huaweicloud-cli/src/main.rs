//! `hwc`: shows who did what, when, to tickets, incidents, work items and applications on Huawei Cloud.
//!
//! All knowledge of services comes from the generated operation metadata; this crate names no service.

mod call;
mod commands;
mod failure;
mod output;
mod progress;
mod sandbox;
mod settings;
mod table;
mod timeline;

use std::process::ExitCode;

use failure::Failure;

fn main() -> ExitCode {
    let arguments = match commands::root().try_get_matches() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are not failures.
            if !error.use_stderr() {
                let _ = error.print();
                return ExitCode::SUCCESS;
            }
            // The message repeats arguments, which may come from elsewhere.
            error.render().to_string().lines().for_each(|line| output::message(output::visible(line)));
            return ExitCode::from(failure::WRONG_USE);
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return exit(&Failure::unreachable(format!("the runtime cannot start: {error}"))),
    };
    let result = runtime.block_on(async {
        match arguments.subcommand() {
            Some(("timeline", arguments)) => timeline::run(arguments).await,
            Some(("call", arguments)) => call::run(arguments).await,
            Some(("sandbox", arguments)) => sandbox::run(arguments).await,
            _ => Err(Failure::wrong_use("no such command; see hwc --help")),
        }
    });
    result.unwrap_or_else(|failure| exit(&failure))
}

/// Reports what has ended the command.
fn exit(failure: &Failure) -> ExitCode {
    failure.report();
    failure.code().map_or(ExitCode::SUCCESS, ExitCode::from)
}
