//! Lists the service crates that the manifest depends on, so that adding a service adds a dependency line and no code.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=Cargo.toml");
    let manifest: toml::Table =
        fs::read_to_string(Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("Cargo.toml"))?.parse()?;
    let dependencies =
        manifest.get("dependencies").and_then(toml::Value::as_table).ok_or("the manifest has no dependencies")?;
    let services: String = dependencies
        .keys()
        .filter(|name| name.starts_with("huaweicloud-") && *name != "huaweicloud-core")
        .map(|name| format!("&{}::dynamic::SERVICE,", name.replace('-', "_")))
        .collect();
    fs::write(Path::new(&env::var("OUT_DIR")?).join("services.rs"), format!("&[{services}]"))?;
    Ok(())
}
