//! The `timings` command: measures the build time that a client crate adds to a clean build of a project that already
//! has reqwest, serde and tokio.
//!
//! Knows the specs, the crates and cargo; must not know what the generated code contains.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::{
    output::say_line,
    package,
    spec::{self, Problem, Result, Spec},
};

/// The baseline projects: each can already make a call over TLS, with dependencies that the client shares.
const PROJECTS: [(&str, &str); 2] = [
    ("reqwest, serde, tokio as they come", r#"reqwest = "0.13""#),
    (
        "the same with rustls and ring",
        r#"reqwest = { version = "0.13", default-features = false, features = ["rustls-no-provider", "json"] }
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }"#,
    ),
];
const COMMON: &str = r#"
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#;

/// The number of operations of the large crate; no single service has as many.
const MANY: usize = 10;

/// Builds the projects without and with each client crate, clean and in turn, and prints the difference. At least one
/// round is measured.
///
/// # Errors
/// Returns an error if the specs cannot be read, or a project cannot be created or built.
pub fn run(root: &Path, services: &[String], rounds: usize) -> Result<()> {
    measure(root, services, rounds.max(1)).map_err(|message| vec![Problem::new("timings", "", message)])
}

fn measure(root: &Path, services: &[String], rounds: usize) -> std::result::Result<(), String> {
    let joined = |problems: Vec<Problem>| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let root = root.canonicalize().map_err(|error| error.to_string())?;
    let specs = spec::load(&root, &[]).map_err(joined)?;
    let many = crate_of_many(&root, &specs)?;
    let chosen = spec::load(&root, services).map_err(joined)?;
    let mut clients: Vec<(String, PathBuf)> = chosen
        .iter()
        .map(|spec| format!("huaweicloud-{}", spec.service))
        .map(|name| (name.clone(), root.join("crates").join(name)))
        .collect();
    clients.push((format!("huaweicloud-many ({MANY} operations)"), many.path().join("crates/huaweicloud-many")));

    say_line(format_args!(
        "{:<42} {:>6} {:>8} {:>16}  each round: wall, processor",
        "project", "crates", "fastest", "added"
    ));
    for (title, dependency) in PROJECTS {
        let base = Project::new(&root, dependency, None)?;
        let with: Vec<Project> = clients
            .iter()
            .map(|(_, path)| Project::new(&root, dependency, Some(path)))
            .collect::<std::result::Result<_, _>>()?;
        // The first build runs with cold disk caches and is not counted.
        base.build()?;
        let mut base_times = Vec::new();
        let mut times = vec![Vec::new(); with.len()];
        for _ in 0..rounds {
            base_times.push(base.build()?);
            for (project, times) in with.iter().zip(&mut times) {
                times.push(project.build()?);
            }
        }
        say_line(format_args!("{title:<42} {:>6} {:>7.1}s", base.crates, fastest(&base_times)));
        for ((project, (name, _)), times) in with.iter().zip(&clients).zip(&times) {
            let percent = |with: f64, base: f64| (with / base - 1.0) * 100.0;
            let each: Vec<String> = times
                .iter()
                .zip(&base_times)
                .map(|(with, base)| {
                    format!("{:+.0}, {:+.0}", percent(with.wall, base.wall), percent(with.processor, base.processor))
                })
                .collect();
            say_line(format_args!(
                "{:<42} {:>+6} {:>+7.1}s {:>+14.1} %  {}",
                format!("  with {name}"),
                project.crates.cast_signed() - base.crates.cast_signed(),
                fastest(times) - fastest(&base_times),
                percent(fastest(times), fastest(&base_times)),
                each.join("; ")
            ));
        }
    }
    Ok(())
}

/// The time of a build, in seconds.
#[derive(Clone, Copy)]
struct Took {
    wall: f64,
    /// Processor time of all processes, less affected by other load than the wall time; not a number except on Linux.
    processor: f64,
}

/// Returns the shortest wall time. Other load only ever adds to a build, so the fastest is the most accurate.
fn fastest(builds: &[Took]) -> f64 {
    builds.iter().map(|took| took.wall).fold(f64::INFINITY, f64::min)
}

/// Returns the processor time of all terminated child processes, in seconds; `None` except on Linux.
fn processor_seconds() -> Option<f64> {
    /// Clock ticks per second of the times in the file, on every architecture.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may contain anything, so fields are counted after it: these two are cutime and cstime.
    let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(13).take(2);
    Some(fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / TICKS)
}

/// Writes a crate with the first operations of all services and the schemas that they refer to. If two schemas have the
/// same name, the first is used for both: the crate is only built, never called.
fn crate_of_many(root: &Path, specs: &[Spec]) -> std::result::Result<TempDir, String> {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    let all = specs.iter().flat_map(|spec| spec.operations().iter().map(move |operation| (spec, operation)));
    for (spec, operation) in all.take(MANY) {
        let item = paths.entry(&operation.path).or_insert_with(|| Value::Object(Map::new()));
        item[operation.method.to_string().to_lowercase()] = spec.node(operation).clone();
        for name in spec.reached(&operation.schemas()) {
            let schema = spec::raw::schema(&spec.value, name).cloned().unwrap_or_default();
            schemas.entry(name).or_insert(schema);
        }
    }
    let mut document = specs.first().ok_or("there are no specs")?.value.clone();
    document["paths"] = paths.into();
    document["components"]["schemas"] = schemas.into();
    let many = Spec::read("many", "many.yaml", String::new(), document);
    let many = many.map_err(|problems| problems[0].to_string())?;
    let mut files = package::code(&many).map_err(|problems| problems[0].to_string())?;
    files
        .insert(format!("{}/Cargo.toml", package::folder(&many.service)), manifest("huaweicloud-many", &on_core(root)));

    let folder = TempDir::new().map_err(|error| error.to_string())?;
    for (path, contents) in files {
        let path = folder.path().join(path);
        path.parent().map_or(Ok(()), fs::create_dir_all).map_err(|error| error.to_string())?;
        fs::write(path, contents).map_err(|error| error.to_string())?;
    }
    Ok(folder)
}

fn on_core(root: &Path) -> String {
    format!("huaweicloud-core = {{ path = {:?}, default-features = false }}\n", root.join("crates/huaweicloud-core"))
}

fn manifest(name: &str, dependencies: &str) -> String {
    format!("[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n[dependencies]\n{dependencies}")
}

struct Project {
    folder: TempDir,
    crates: usize,
}

impl Project {
    fn new(root: &Path, dependency: &str, client: Option<&PathBuf>) -> std::result::Result<Self, String> {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        let client = client.map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            format!("{name} = {{ path = {path:?}, default-features = false }}\n")
        });
        let dependencies = format!("{dependency}{COMMON}{}[workspace]\n", client.unwrap_or_default());
        let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).map_err(|e| e.to_string());
        write("Cargo.toml", &manifest("timings", &dependencies))?;
        fs::create_dir(folder.path().join("src")).map_err(|error| error.to_string())?;
        write("src/main.rs", "fn main() {}\n")?;
        // The same versions everywhere, so that only the client differs.
        fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).map_err(|error| error.to_string())?;
        let mut project = Self { folder, crates: 0 };
        project.cargo(&["fetch"])?;
        let tree = project.cargo(&[
            "tree",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--no-dedupe",
            "--format",
            "{p}",
        ])?;
        project.crates = String::from_utf8_lossy(&tree).lines().collect::<BTreeSet<_>>().len() - 1;
        Ok(project)
    }

    /// Runs a clean build and returns its time.
    fn build(&self) -> std::result::Result<Took, String> {
        self.cargo(&["clean", "--quiet"])?;
        let before = processor_seconds();
        let started = Instant::now();
        self.cargo(&["build", "--quiet"])?;
        let wall = started.elapsed().as_secs_f64();
        let processor = processor_seconds().zip(before).map_or(f64::NAN, |(after, before)| after - before);
        Ok(Took { wall, processor })
    }

    fn cargo(&self, arguments: &[&str]) -> std::result::Result<Vec<u8>, String> {
        let output = Command::new(env!("CARGO")).args(arguments).current_dir(self.folder.path()).output();
        let output = output.map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}
