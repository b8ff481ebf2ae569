//! Events as an own struct, in a file: `cargo run -p huaweicloud-history --example own_struct [FILE]`.

use std::{fs::File, io::BufWriter};

use huaweicloud_history::{Event, History};
use huaweicloud_sandbox::Sandbox;
use serde::Serialize;

/// What this program wants to know of an event.
#[derive(Serialize)]
struct Deployment {
    id: String,
    at: Option<String>,
    application: String,
    by: String,
    tenant: Option<String>,
}

impl From<Event> for Deployment {
    fn from(event: Event) -> Self {
        Self {
            // The record has more than an event does.
            tenant: event.record.value()["operator_tenant_name"].as_str().map(str::to_owned),
            at: event.time.and_then(|time| time.to_rfc3339()),
            application: event.thing,
            by: event.actor.to_string(),
            id: event.id,
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).map_or_else(|| std::env::temp_dir().join("deployments.json"), Into::into);
    let sandbox = Sandbox::start().await?;
    let mut deployments = Vec::new();
    let mut events = History::of(&sandbox.config()?).service("codeartsdeploy").stream();
    while let Some(event) = events.next().await {
        deployments.push(Deployment::from(event?));
    }
    serde_json::to_writer_pretty(BufWriter::new(File::create(&path)?), &deployments)?;
    println!("{} deployments in {}", deployments.len(), path.display());
    Ok(())
}
