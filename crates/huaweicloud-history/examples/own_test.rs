//! A test of one's own program against the sandbox: `cargo test -p huaweicloud-history --example own_test`.

use huaweicloud_core::Config;
use huaweicloud_history::{Failure, History, Thing};

/// The program: returns who closed a ticket.
async fn closed_by(config: &Config, ticket: &str) -> Result<Option<String>, Box<dyn std::error::Error>> {
    let thing = Thing::parse(&format!("osm/{ticket}"), huaweicloud_catalog::services())?;
    let mut events = History::of(config).thing(thing).action("closed").stream();
    let event = events.next().await.transpose().map_err(|failure: Failure| failure.to_string())?;
    Ok(event.map(|event| event.actor.to_string()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = huaweicloud_auth::from_env().await?;
    let ticket = std::env::args().nth(1).ok_or("which ticket?")?;
    println!("{}", closed_by(&config, &ticket).await?.unwrap_or_else(|| "nobody".to_owned()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use huaweicloud_sandbox::{Fixture, Sandbox};
    use serde_json::json;

    #[tokio::test]
    async fn finds_who_closed_a_ticket() {
        let logs = [
            json!({ "incident_log_id": "2", "operator_name": "Ann", "operate_type": 3 }),
            json!({ "incident_log_id": "1", "operator_name": "Bob", "operate_type": 0 }),
        ];
        let history = Fixture::new("osm", "list_case_operate_logs").argument("case_id", "CS1").items(logs);
        let sandbox = Sandbox::builder().fixture(history).start().await.unwrap();
        let config = sandbox.config().unwrap();
        assert_eq!(super::closed_by(&config, "CS1").await.unwrap().as_deref(), Some("Ann"));
        let error = super::closed_by(&config, "CS2").await.unwrap_err();
        assert!(error.to_string().starts_with("osm/CS2: list_case_operate_logs: 404"), "{error}");
    }
}
