//! Command line of the tasks; what they do stands in the library.

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use xtask::{draft, drift, generate, lint, notices, output, score, semver, spec, timings};

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
    /// Generates the crates of the services, the catalog, the tables and the licences of all packages
    ///
    /// A run that fails leaves every file as it was. Exit code 0: done or fresh; 1: a spec is invalid, or --check found
    /// a difference.
    Generate {
        /// Services to generate, such as `osm`; all of them, and what is common to them, unless given
        services: Vec<String>,
        /// Writes nothing; fails with a short diff where a file differs, is missing or is left over
        #[arg(long)]
        check: bool,
    },
    /// Prints the differences between saved documents of the help centre and the specs
    ///
    /// Exit code 0: no new difference; 1: differences, or an `x-deviation` that no difference needs any more; 2: a
    /// document could not be read with confidence.
    Drift {
        /// Saved documents (HTML or text); with --all, a folder of them
        #[arg(required = true, value_name = "DOCUMENT")]
        documents: Vec<PathBuf>,
        /// Prints which operations have a document, its date, and when the spec was last verified
        #[arg(long)]
        all: bool,
        /// Output format
        #[arg(long, value_enum, default_value = "text")]
        format: drift::Format,
    },
    /// Writes the operations of saved documents into the spec of a service
    ///
    /// What a document leaves open is marked with `x-review`, which `cargo xtask lint` refuses until it is settled. What
    /// is in the spec stays as it is; an operation that is there already is refused.
    Draft {
        /// Saved documents (HTML or text)
        #[arg(required = true, value_name = "DOCUMENT")]
        documents: Vec<PathBuf>,
        /// Folder of the spec, such as `osm`; created if there is none
        #[arg(long, value_name = "NAME")]
        service: String,
    },
    /// Prints how many rows, names, types and required flags of documents of known contents are read right, by layout
    ///
    /// DIR holds a folder of documents for each layout, and `truth/` with a JSON file for each document: its `tables`,
    /// each with `columns` and `rows`. Rows found counts every table; P is precision, R is recall, over tables with types.
    Score {
        /// The folder
        dir: PathBuf,
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

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.task {
        Task::Generate { services, check } => generate::run(&arguments.root, &services, check),
        Task::Drift { documents, all, format } => match drift::run(&arguments.root, &documents, all, format) {
            Ok(code) => return ExitCode::from(code),
            Err(problems) => {
                problems.iter().for_each(output::warn);
                return ExitCode::from(drift::UNREADABLE);
            }
        },
        Task::Draft { documents, service } => draft::run(&arguments.root, &documents, &service),
        Task::Score { dir } => score::run(&dir),
        Task::Timings { services, rounds } => timings::run(&arguments.root, &services, rounds),
        Task::Semver { services, against } => semver::run(&arguments.root, &services, against.as_deref()),
        Task::Notices { check } => notices::run(&arguments.root, check),
        Task::Lint { services } => spec::load(&arguments.root, &services).and_then(|specs| lint::check(&specs)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            problems.iter().for_each(output::warn);
            ExitCode::FAILURE
        }
    }
}
