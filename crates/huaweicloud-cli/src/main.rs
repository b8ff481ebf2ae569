//! `hwc`: shows who did what, when, to tickets, incidents, work items and applications on Huawei Cloud.
//!
//! All knowledge of services comes from the generated operation metadata; this crate names no service.

mod call;
mod completions;
mod failure;
mod lines;
mod man;
mod output;
mod progress;
mod sandbox;
mod settings;
mod table;
mod things;
mod timeline;

use std::process::ExitCode;

use clap::Command;

use failure::Failure;

/// Returns the root command with all subcommands.
fn root() -> Command {
    Command::new("hwc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Who did what, when, to tickets, incidents, work items and applications on Huawei Cloud (unofficial)")
        .after_help(
            "Credentials come from where the official SDKs look: the variables HUAWEICLOUD_SDK_AK and \
             HUAWEICLOUD_SDK_SK (with HUAWEICLOUD_SDK_SECURITY_TOKEN for temporary keys), the file \
             ~/.huaweicloud/credentials, the metadata of an ECS server. HUAWEICLOUD_SDK_AUTH_TOKEN holds an IAM \
             token.\n\n\
             Exit codes: 0 success; 1 a service reported an error; 2 wrong usage or no credentials; 3 a service could \
             not be reached, or its response could not be trusted; 130 interrupted.\n\n\
             Try it without an account: hwc timeline --sandbox",
        )
        .max_term_width(100)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(timeline::command())
        .subcommand(things::command())
        .subcommand(call::command())
        .subcommand(sandbox::command())
        .subcommand(completions::command())
        .subcommand(man::command())
}

fn main() -> ExitCode {
    let arguments = match root().try_get_matches() {
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
            Some(("things", arguments)) => things::run(arguments).await,
            Some(("call", arguments)) => call::run(arguments).await,
            Some(("sandbox", arguments)) => sandbox::run(arguments).await,
            Some(("completions", arguments)) => completions::run(arguments, root()),
            Some(("man", arguments)) => man::run(arguments, root()),
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

#[cfg(test)]
mod tests {
    #[test]
    fn no_flag_of_an_operation_hides_another() {
        super::root().debug_assert();
    }
}
