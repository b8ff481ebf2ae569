//! `timings`: what each client crate adds to a project that already has reqwest and tokio.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::spec::{self, Problem, Result};

/// The project that is there already: one that can make a call over TLS, as the three crates come. Its TLS serves the
/// client too.
const BASE: &str = r#"
reqwest = "0.13"
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
"#;

/// Builds a project without and with each client crate, from nothing, and prints the difference.
pub fn run(root: &Path) -> Result<()> {
    let problem = |message: String| vec![Problem::new("timings", "", message)];
    let root = root.canonicalize().map_err(|error| problem(error.to_string()))?;
    let base = build(&root, None).map_err(problem)?;
    println!("{:<30} {:>8} {:>8}", "project", "crates", "build");
    println!("{:<30} {:>8} {:>7.1}s", "reqwest, serde, tokio", base.crates, base.time.as_secs_f64());
    for spec in spec::load(&root, &[])? {
        let name = format!("huaweicloud-{}", spec.service);
        let with = build(&root, Some(&name)).map_err(problem)?;
        println!(
            "{:<30} {:>+8} {:>+7.1}s ({:+.0} %)",
            format!("with {name}"),
            i64::try_from(with.crates).unwrap_or(0) - i64::try_from(base.crates).unwrap_or(0),
            with.time.as_secs_f64() - base.time.as_secs_f64(),
            (with.time.as_secs_f64() / base.time.as_secs_f64() - 1.0) * 100.0
        );
    }
    Ok(())
}

struct Build {
    crates: usize,
    time: Duration,
}

fn build(root: &Path, client: Option<&str>) -> std::result::Result<Build, String> {
    let folder = tempfile::TempDir::new().map_err(|error| error.to_string())?;
    let dependency = client
        .map(|name| format!("{name} = {{ path = {:?}, default-features = false }}\n", root.join("crates").join(name)));
    let manifest = format!(
        "[package]\nname = \"timings\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]{BASE}{}",
        dependency.unwrap_or_default()
    );
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text).map_err(|error| error.to_string());
    write("Cargo.toml", &manifest)?;
    fs::create_dir(folder.path().join("src")).map_err(|error| error.to_string())?;
    write("src/main.rs", "fn main() {}\n")?;
    // The same versions everywhere, so that only the client makes the difference.
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).map_err(|error| error.to_string())?;
    let cargo = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO")).args(arguments).current_dir(folder.path()).output();
        let output = output.map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    };
    cargo(&["fetch"])?;
    let tree = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--no-dedupe", "--format", "{p}"])?;
    let crates = String::from_utf8_lossy(&tree).lines().map(str::to_owned).collect::<BTreeSet<_>>().len() - 1;
    let started = Instant::now();
    cargo(&["build"])?;
    Ok(Build { crates, time: started.elapsed() })
}
