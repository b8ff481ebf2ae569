//! Command line of the tasks; what they do stands in the library.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use xtask::{draft, drift, generate, lint, notices, score, semver, spec, timings};

/// Checks the specs and generates the service crates
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
    /// Root of the workspace
    #[arg(long, hide = true, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/.."))]
    root: PathBuf,
}

#[derive(Subcommand)]
enum Task {
    /// Generates the crate of each service from its spec, and the tables of the README
    ///
    /// A run that fails leaves every file as it was. Exit code 0: done or fresh; 1: a spec is wrong, or --check found
    /// a difference.
    Generate {
        /// Services to generate, such as `osm`; all of them unless given
        services: Vec<String>,
        /// Writes nothing; fails with a short diff where a file differs, is missing or is left over
        #[arg(long)]
        check: bool,
    },
    /// Says what differs between saved pages of the help centre and the specs
    ///
    /// Exit code 0: no new difference; 1: differences, or an `x-deviation` that no difference needs any more; 2: a page
    /// could not be read with confidence.
    Drift {
        /// Saved pages (HTML or text); with --all, a folder of them
        #[arg(required = true, value_name = "PAGE")]
        pages: Vec<PathBuf>,
        /// Prints which operations have a page, its date, and when the spec was last verified
        #[arg(long)]
        all: bool,
        /// How to print
        #[arg(long, value_enum, default_value = "text")]
        format: drift::Format,
    },
    /// Writes the operations of saved pages into the spec of a service
    ///
    /// What a page leaves open is marked with `x-review`, which `cargo xtask lint` refuses until it is settled. What is
    /// in the spec stays as it is; an operation that is there already is refused.
    Draft {
        /// Saved pages (HTML or text)
        #[arg(required = true, value_name = "PAGE")]
        pages: Vec<PathBuf>,
        /// Folder of the spec, such as `osm`; a new one is begun if there is none
        #[arg(long, value_name = "NAME")]
        service: String,
    },
    /// Works on saved pages of the help centre
    Pages {
        #[command(subcommand)]
        task: PagesTask,
    },
    /// Measures what a client crate adds to a clean build of a project that has reqwest, serde and tokio
    ///
    /// Builds in turn: the project, the same with each client, and the same with a crate of ten operations that is made
    /// for this. A quiet machine helps; a round of all takes about ten minutes on two cores.
    Timings {
        /// Services to measure, such as `osm`; all of them unless given
        services: Vec<String>,
        /// How often to build each
        #[arg(long, default_value = "3", value_name = "N")]
        rounds: usize,
    },
    /// Says what changed in the public API of the generated crates, and whether that needs a new version
    ///
    /// Exit code 0: nothing breaks, or the versions say that it does; 1: a breaking change without a new version.
    Semver {
        /// Services to compare, such as `osm`; all of them unless given
        services: Vec<String>,
        /// Revision to compare with; the last tag unless given, or the last commit if there is none
        #[arg(long, value_name = "REV")]
        against: Option<String>,
    },
    /// Writes the licences of what is linked into `hwc` into its THIRD-PARTY.md
    Notices {
        /// Writes nothing; fails where the file differs
        #[arg(long)]
        check: bool,
    },
    /// Checks the specs: everything that would not generate, or would generate wrongly
    Lint {
        /// Services to check, such as `osm`; all of them unless given
        services: Vec<String>,
    },
}

#[derive(Subcommand)]
enum PagesTask {
    /// Prints how many rows, names, types and mandatory flags of known pages are read right, for each layout
    ///
    /// DIR holds one folder of pages for each layout, and `truth/` with a JSON file for each page: its `tables`, each
    /// with `columns` and `rows`. Rows found counts every table; P is precision, R is recall, over tables with types.
    Score {
        /// The folder
        dir: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.task {
        Task::Generate { services, check } => generate::run(&arguments.root, &services, check),
        Task::Drift { pages, all, format } => match drift::run(&arguments.root, &pages, all, format) {
            Ok(code) => return ExitCode::from(code),
            Err(problems) => {
                problems.iter().for_each(|problem| eprintln!("{problem}"));
                return ExitCode::from(drift::UNREADABLE);
            }
        },
        Task::Draft { pages, service } => draft::run(&arguments.root, &pages, &service),
        Task::Pages { task: PagesTask::Score { dir } } => score::run(&dir),
        Task::Timings { services, rounds } => timings::run(&arguments.root, &services, rounds),
        Task::Semver { services, against } => semver::run(&arguments.root, &services, against.as_deref()),
        Task::Notices { check } => notices::run(&arguments.root, check),
        Task::Lint { services } => spec::load(&arguments.root, &services).and_then(|specs| lint::check(&specs)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            ExitCode::FAILURE
        }
    }
}
