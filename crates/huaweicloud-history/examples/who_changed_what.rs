//! Who changed what in the last 7 days, over all services: `cargo run -p huaweicloud-history --example who_changed_what`.

use std::time::{Duration, SystemTime};

use huaweicloud_history::{History, Order};
use huaweicloud_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With an account: `let config = huaweicloud_auth::from_env().await?;`
    let sandbox = Sandbox::start().await?;
    let week_ago = SystemTime::now() - Duration::from_secs(7 * 24 * 60 * 60);
    let mut events = History::of(&sandbox.config()?).since(week_ago).order(Order::NewestFirst).stream();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                let time = event.time.and_then(|time| time.to_rfc3339()).or(event.time_text).unwrap_or_default();
                println!("{time} {} {}: {}", event.thing, event.actor, event.action.unwrap_or_default());
            }
            Err(failure) => eprintln!("{failure}"),
        }
    }
    println!("{} events of {} things", events.summary().events, events.summary().things);
    Ok(())
}
