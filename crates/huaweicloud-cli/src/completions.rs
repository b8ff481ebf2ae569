//! `hwc completions`: prints what a shell needs to complete the command line.

use std::{io, process::ExitCode};

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use crate::{failure::Failure, output};

/// Returns the definition of the command.
pub fn command() -> Command {
    Command::new("completions")
        .about("Prints completions for a shell")
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)).help("The shell"))
        .after_help(
            "Where they are found, for example:\n\n  \
             hwc completions bash > ~/.local/share/bash-completion/completions/hwc\n  \
             hwc completions fish > ~/.config/fish/completions/hwc.fish\n  \
             hwc completions zsh > ~/.zfunc/_hwc          # with ~/.zfunc in $fpath\n  \
             hwc completions powershell >> $PROFILE\n  \
             hwc completions elvish >> ~/.config/elvish/rc.elv",
        )
}

/// Runs the command, for the command line that `root` defines.
pub fn run(matches: &ArgMatches, mut root: Command) -> Result<ExitCode, Failure> {
    let shell = matches.get_one::<Shell>("shell").copied();
    let shell = shell.ok_or_else(|| Failure::wrong_use("for which shell? see hwc completions --help"))?;
    let mut script = Vec::new();
    // Whole, because the generator panics where it cannot write.
    clap_complete::generate(shell, &mut root, "hwc", &mut script);
    let script = String::from_utf8(script).map_err(|error| io::Error::other(error.utf8_error()))?;
    output::lines(script.lines())?;
    Ok(ExitCode::SUCCESS)
}
