//! `hwc man`: the help texts as man pages.

use std::{fs, io, path::Path, process::ExitCode};

use clap::{Arg, ArgMatches, Command};
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

use crate::{failure::Failure, output};

/// Returns the definition of the command.
pub fn command() -> Command {
    Command::new("man")
        .about("Prints a man page, or writes all of them to a folder")
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
                .num_args(0..)
                .conflicts_with("dir")
                .help("The command whose page is printed, such as call [default: hwc itself]"),
        )
        .arg(Arg::new("dir").long("dir").value_name("FOLDER").help("Writes the pages of all commands to this folder"))
        .after_help(
            "To read a page, and to install all:\n\n  \
             hwc man timeline | man -l -\n  \
             hwc man --dir ~/.local/share/man/man1",
        )
}

/// Runs the command, for the command line that `root` defines.
pub fn run(matches: &ArgMatches, root: Command) -> Result<ExitCode, Failure> {
    let mut root = root.disable_help_subcommand(true);
    root.build();
    if let Some(folder) = matches.get_one::<String>("dir") {
        let failed = |error: io::Error| Failure::wrong_use(format!("--dir: {folder}: {error}"));
        fs::create_dir_all(folder).map_err(failed)?;
        write_all(&root, Path::new(folder)).map_err(failed)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = &root;
    for name in matches.get_many::<String>("command").into_iter().flatten() {
        command = command.find_subcommand(name).ok_or_else(|| {
            Failure::wrong_use(format!("{name:?} is no command of {}", command.get_bin_name().unwrap_or("hwc")))
        })?;
    }
    let page = String::from_utf8(page(command)?).map_err(|error| io::Error::other(error.utf8_error()))?;
    output::lines(page.lines())?;
    Ok(ExitCode::SUCCESS)
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let notes = command.get_after_help().map(ToString::to_string);
    let man = Man::new(command.clone().after_help(None::<&str>)).source(concat!("hwc ", env!("CARGO_PKG_VERSION")));
    // Without a date, the source would be in its place.
    man.date(" ").render(&mut page)?;
    page.extend(notes.iter().flat_map(|notes| section(notes).into_bytes()));
    Ok(page)
}

/// Returns a section in which every line keeps its indent, also where it is wrapped.
fn section(notes: &str) -> String {
    let mut roff = Roff::new();
    roff.control("SH", ["NOTES"]);
    for line in notes.lines() {
        let text = line.trim_start();
        if text.is_empty() {
            roff.control("PP", []);
            continue;
        }
        let indent = line.len() - text.len();
        let (more, less) = (format!("+{indent}n"), format!("-{indent}n"));
        // Each of these begins a line.
        roff.control("in", [more.as_str()]).text([roman(text)]).control("in", [less.as_str()]);
    }
    roff.to_roff()
}

/// Writes the pages of a command and those below it.
fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    fs::write(folder.join(format!("{name}.1")), page(command)?)?;
    let mut below = command.get_subcommands().filter(|command| !command.is_hide_set());
    below.try_for_each(|command| write_all(command, folder))
}
