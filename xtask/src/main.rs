//! Maintenance of the workspace. Data flows one way:
//!
//! ```text
//! specs/*/openapi.yaml ─ spec ─► lint ─► project ─► emit (progenitor, seam) ─► package ─► files ─► write | --check
//! ```
//!
//! Every step is a module of its own. What is wrong is printed as one sentence with file and JSON pointer.

mod deviations;
mod docs;
mod emit;
mod files;
mod generate;
mod lint;
mod metadata;
mod package;
mod project;
mod spec;
mod timings;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

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
    /// Measures what each client crate adds to a clean build of a project that has reqwest, serde and tokio
    Timings,
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
        Task::Timings => timings::run(&arguments.root),
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
