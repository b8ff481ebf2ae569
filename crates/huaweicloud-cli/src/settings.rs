//! Client configuration from flags and the environment.

use clap::{Arg, ArgAction, ArgMatches, Command, parser::ValueSource};
use huaweicloud_auth::Loader;
use huaweicloud_core::{Config, time};
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
        .arg(text("region", "REGION", "Region, such as cn-north-4 [env: HUAWEICLOUD_SDK_REGION]"))
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
        .arg(text("time-zone", "ZONE", "Time zone of times in responses, such as GMT+8"))
}

/// A client configuration, with the sandbox that it connects to, if any.
pub struct Connection {
    pub config: Config,
    #[expect(dead_code, reason = "it runs until it is dropped")]
    sandbox: Option<Sandbox>,
}

/// Creates a connection from the flags. Starts `sandbox` and connects to it if `--sandbox` is set.
pub async fn connect(arguments: &ArgMatches, sandbox: SandboxBuilder) -> Result<Connection, Failure> {
    let flag = |name: &str| arguments.get_one::<String>(name);
    // A variable that is empty is not set, and a sandbox takes precedence over one.
    let is_given = arguments.value_source("endpoint") == Some(ValueSource::CommandLine);
    let of_variable = |url: &&String| !url.is_empty() && !arguments.get_flag("sandbox");
    let (region, endpoint) = (flag("region"), flag("endpoint").filter(|url| is_given || of_variable(url)));
    let sandbox = match arguments.get_flag("sandbox") {
        true if region.is_some() || endpoint.is_some() => {
            return Err(Failure::wrong_use("--sandbox has an endpoint of its own: leave out --region and --endpoint"));
        }
        true => Some(sandbox.start().await?),
        false => None,
    };
    let mut builder = match &sandbox {
        Some(sandbox) => sandbox.config_builder(),
        None => {
            let mut loader = Loader::new();
            if let Some(region) = region {
                loader = loader.region(region);
            }
            if let Some(endpoint) = endpoint {
                loader = loader.endpoint(endpoint);
            }
            loader.load().await.map_err(|error| {
                Failure::from(error).hint(
                    "give --region REGION or --endpoint URL, and see hwc --help for credentials; \
                                           or try --sandbox, which needs no account",
                )
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
    if let Some(time_zone) = flag("time-zone") {
        if time::local(0, time_zone).is_none() {
            return Err(Failure::wrong_use(format!("--time-zone must read like GMT+8, got {time_zone:?}")));
        }
        builder = builder.time_zone(time_zone);
    }
    Ok(Connection { config: builder.build()?, sandbox })
}
