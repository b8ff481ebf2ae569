//! Client configuration from flags and the environment.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, parser::ValueSource, value_parser};
use huaweicloud_auth::Loader;
use huaweicloud_core::{Config, ErrorKind, time};
use huaweicloud_sandbox::{Sandbox, SandboxBuilder};

use crate::failure::Failure;

/// Adds the connection flags: sandbox, region, endpoint, account ids, language and time zone.
pub fn with_connection(command: Command) -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).global(true).help_heading("Connection")
    };
    command
        .arg(
            Arg::new("sandbox")
                .long("sandbox")
                .action(ArgAction::SetTrue)
                .global(true)
                .help_heading("Connection")
                .help("Uses a mock server inside this command, with a history for every id; needs no account"),
        )
        .arg(
            text(
                "region",
                "REGION",
                "Region, such as cn-north-4; several for a timeline [env: HUAWEICLOUD_SDK_REGION]",
            )
            .action(ArgAction::Append),
        )
        .arg(
            text(
                "profile",
                "NAME",
                "Profile of the credentials file; several for a timeline [env: HUAWEICLOUD_PROFILE]",
            )
            .action(ArgAction::Append),
        )
        .arg(
            text("endpoint", "URL", "Endpoint of all services, such as a sandbox [env: HWC_ENDPOINT]")
                .env("HWC_ENDPOINT")
                .hide_env(true),
        )
        .arg(text(
            "iam-project-id",
            "ID",
            "IAM project id, for project-scoped services [env: HUAWEICLOUD_SDK_PROJECT_ID]",
        ))
        .arg(text(
            "iam-domain-id",
            "ID",
            "Domain (account) id, for account-wide services [env: HUAWEICLOUD_SDK_DOMAIN_ID]",
        ))
        .arg(text("language", "LANGUAGE", "Language of texts in responses, such as en-us"))
        .arg(text("time-zone", "ZONE", "Time zone in which services write times without one [default: GMT+8]"))
        .arg(
            text("timeout", "SECONDS", "Gives a call up after this time, retries included [default: 120]")
                .value_parser(value_parser!(u64).range(1..)),
        )
}

/// A client configuration, with the sandbox that it connects to, if any.
pub struct Connection {
    pub config: Config,
    /// Those of further profiles and regions.
    pub others: Vec<Config>,
    #[expect(dead_code, reason = "it runs until it is dropped")]
    sandbox: Option<Sandbox>,
}

/// Creates a connection from the flags. Starts `sandbox` and connects to it if `--sandbox` is set.
pub async fn connect(arguments: &ArgMatches, sandbox: SandboxBuilder) -> Result<Connection, Failure> {
    let regions: Vec<&String> = arguments.get_many("region").into_iter().flatten().collect();
    let profiles: Vec<&String> = arguments.get_many("profile").into_iter().flatten().collect();
    let endpoint = endpoint(arguments);
    let is_elsewhere = !regions.is_empty() || !profiles.is_empty() || endpoint.is_some();
    let sandbox = match arguments.get_flag("sandbox") {
        true if is_elsewhere => {
            let message = "--sandbox has an endpoint and keys of its own: leave out --region, --profile and --endpoint";
            return Err(Failure::wrong_use(message));
        }
        true => Some(sandbox.start().await?),
        false => None,
    };
    if regions.len() > 1 && endpoint.is_some() {
        return Err(Failure::wrong_use("--endpoint is that of one region: give one --region"));
    }
    let mut configs = Vec::new();
    for profile in optional(&profiles) {
        for region in optional(&regions) {
            configs.push(configuration(arguments, profile, region, sandbox.as_ref()).await?);
        }
    }
    Ok(Connection { config: configs.remove(0), others: configs, sandbox })
}

/// Returns each of the values, or once none.
fn optional<'a>(given: &[&'a String]) -> Vec<Option<&'a String>> {
    if given.is_empty() { vec![None] } else { given.iter().copied().map(Some).collect() }
}

/// Returns the endpoint that is given. A variable that is empty is not set, and a sandbox takes precedence over one.
fn endpoint(arguments: &ArgMatches) -> Option<&String> {
    let is_given = arguments.value_source("endpoint") == Some(ValueSource::CommandLine);
    let of_variable = |url: &&String| !url.is_empty() && !arguments.get_flag("sandbox");
    arguments.get_one::<String>("endpoint").filter(|url| is_given || of_variable(url))
}

/// Creates the configuration for a profile and a region, or for a sandbox.
async fn configuration(
    arguments: &ArgMatches,
    profile: Option<&String>,
    region: Option<&String>,
    sandbox: Option<&Sandbox>,
) -> Result<Config, Failure> {
    let flag = |name: &str| arguments.get_one::<String>(name);
    let mut builder = match sandbox {
        Some(sandbox) => sandbox.config_builder(),
        None => {
            let mut loader = Loader::new();
            if let Some(profile) = profile {
                loader = loader.profile(profile);
            }
            if let Some(region) = region {
                loader = loader.region(region);
            }
            if let Some(endpoint) = endpoint(arguments) {
                loader = loader.endpoint(endpoint);
            }
            loader.load().await.map_err(|error| {
                let is_missing = error.kind() == ErrorKind::Config && region.is_none() && endpoint(arguments).is_none();
                let how = if is_missing { "give --region REGION or --endpoint URL, or" } else { "see hwc --help, or" };
                Failure::from(error).hint(&format!("{how} try --sandbox, which needs no account"))
            })?
        }
    };
    if let Some(id) = flag("iam-project-id") {
        builder = builder.project_id(id);
    }
    if let Some(id) = flag("iam-domain-id") {
        builder = builder.domain_id(id);
    }
    if let Some(language) = flag("language") {
        builder = builder.language(language);
    }
    if let Some(seconds) = arguments.get_one::<u64>("timeout") {
        builder = builder.timeout(Duration::from_secs(*seconds));
    }
    if let Some(time_zone) = flag("time-zone") {
        if time::local(0, time_zone).is_none() {
            return Err(Failure::wrong_use(format!("--time-zone must read like GMT+8, got {time_zone:?}")));
        }
        builder = builder.time_zone(time_zone);
    }
    Ok(builder.build()?)
}
