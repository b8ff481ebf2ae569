//! The histories of 20 incidents at once: `cargo run -p huaweicloud-history --example incidents_at_once`.

use std::collections::BTreeMap;

use huaweicloud_history::{History, Thing};
use huaweicloud_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::builder().records(40).made_up_ids().start().await?;
    let mut history = History::of(&sandbox.config()?).concurrency(20);
    for number in 0..20 {
        history =
            history.thing(Thing::parse(&format!("coc/IM2026112600{number:02}"), huaweicloud_catalog::services())?);
    }
    let mut actions: BTreeMap<String, usize> = BTreeMap::new();
    let mut events = history.stream();
    while let Some(event) = events.next().await {
        *actions.entry(event?.actor.to_string()).or_default() += 1;
    }
    for (actor, count) in actions {
        println!("{count:>5} actions of {actor:?}");
    }
    assert_eq!((events.summary().whole, events.summary().events), (20, 800));
    Ok(())
}
