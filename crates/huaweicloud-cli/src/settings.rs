//! From flags and environment to a configuration.

use std::env;

use clap::ArgMatches;
use huaweicloud_core::{Config, Credential};
use huaweicloud_sandbox::Sandbox;

use crate::failure::Failure;

/// Where a command calls: a configuration, and the sandbox behind it if there is one.
pub struct Connection {
    pub config: Config,
    pub sandbox: Option<Sandbox>,
}

/// Connects as the flags say.
pub async fn connect(arguments: &ArgMatches) -> Result<Connection, Failure> {
    let text = |name: &str| arguments.get_one::<String>(name);
    let sandbox = match arguments.get_flag("sandbox") {
        true => Some(Sandbox::start().await?),
        false => None,
    };
    let mut builder = match &sandbox {
        Some(sandbox) => sandbox.config_builder(),
        None => {
            if text("region").is_none() && text("endpoint").is_none() {
                return Err(Failure::wrong_use(
                    "where to? give --region REGION or --endpoint URL, or try --sandbox, which needs no account",
                ));
            }
            Config::builder().credentials(credential()?)
        }
    };
    if let Some(endpoint) = text("endpoint") {
        builder = builder.endpoint(endpoint);
    }
    if let Some(region) = text("region") {
        builder = builder.region(region);
    }
    if let Some(id) = text("iam-project-id") {
        builder = builder.project_id(id);
    }
    if let Some(id) = text("iam-domain-id") {
        builder = builder.domain_id(id);
    }
    if let Some(language) = text("language") {
        builder = builder.language(language);
    }
    if let Some(time_zone) = text("time-zone") {
        builder = builder.time_zone(time_zone);
    }
    Ok(Connection { config: builder.build()?, sandbox })
}

/// Credentials from the environment.
fn credential() -> Result<Credential, Failure> {
    const AK: &str = "HUAWEICLOUD_SDK_AK";
    const SK: &str = "HUAWEICLOUD_SDK_SK";
    const TOKEN: &str = "HUAWEICLOUD_SDK_AUTH_TOKEN";
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    match (variable(AK), variable(SK), variable(TOKEN)) {
        (Some(access_key), Some(secret_key), _) => Ok(match variable("HUAWEICLOUD_SDK_SECURITY_TOKEN") {
            Some(token) => Credential::temporary(access_key, secret_key, token),
            None => Credential::keys(access_key, secret_key),
        }),
        (Some(_), None, _) => Err(Failure::wrong_use(format!("{AK} is set but {SK} is not; set both"))),
        (None, Some(_), _) => Err(Failure::wrong_use(format!("{SK} is set but {AK} is not; set both"))),
        (None, None, Some(token)) => Ok(Credential::token(token)),
        (None, None, None) => Err(Failure::wrong_use(format!(
            "no credentials: set {AK} and {SK}, or {TOKEN}; or try --sandbox, which needs no account"
        ))),
    }
}
