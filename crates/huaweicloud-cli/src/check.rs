//! `hwc check`: whether keys, clock, ids and permissions suffice for the histories, and the policy that they need.

use std::{collections::BTreeSet, process::ExitCode};

use clap::{Arg, ArgAction, ArgMatches, Command};
use huaweicloud_catalog::services;
use huaweicloud_core::{
    Config,
    dynamic::{OperationDescriptor, Service},
};
use huaweicloud_history::{FailureKind, Records, ThingKind, Things};
use huaweicloud_sandbox::Sandbox;
use serde_json::json;

use crate::{failure::Failure, output, settings};

/// Returns the definition of the command.
pub fn command() -> Command {
    let names: BTreeSet<&str> = ThingKind::all(services()).map(|kind| kind.service().metadata.id).collect();
    let command = Command::new("check")
        .about("Tries whether keys, clock, ids and permissions suffice for the histories")
        .arg(
            Arg::new("service")
                .long("service")
                .value_name("SERVICE")
                .action(ArgAction::Append)
                .value_parser(names.into_iter().collect::<Vec<_>>())
                .help("Tries this service only [default: all]"),
        )
        .arg(
            Arg::new("policy")
                .long("policy")
                .action(ArgAction::SetTrue)
                .help("Prints the least IAM policy that the histories need, as JSON, and calls nothing"),
        )
        .after_help(
            "Lists one thing of each kind and reads the first page of its history, in each region that is given. Nothing is \
             changed. A service that has nothing to list is asked for its list only.\n\n\
             The exit code is 0 if everything works, or that of the worst failure.",
        );
    settings::with_connection(command)
}

/// Runs the command.
pub async fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let wanted: Vec<&String> = matches.get_many("service").into_iter().flatten().collect();
    let is_wanted = |kind: &ThingKind| wanted.is_empty() || wanted.iter().any(|id| *id == kind.service().metadata.id);
    let kinds: Vec<ThingKind> = ThingKind::all(services()).filter(is_wanted).collect();
    if matches.get_flag("policy") {
        return policy(&kinds);
    }
    let connection = settings::connect(matches, Sandbox::builder()).await?;
    let mut code = None;
    for config in std::iter::once(&connection.config).chain(&connection.others) {
        for kind in &kinds {
            let region = config.region().map(|region| format!(" in {region}")).unwrap_or_default();
            let line = match check(config, *kind).await {
                Ok(found) => format!("ok      {}{region}: {found}", kind.service().metadata.id),
                Err(failure) => {
                    code = code.max(failure.code());
                    format!("failed  {}{region}: {}", kind.service().metadata.id, failure.message())
                }
            };
            output::lines([line])?;
        }
    }
    Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from))
}

/// Lists a thing and reads its history. Returns what was found.
async fn check(config: &Config, kind: ThingKind) -> Result<String, Failure> {
    let mut things = Things::new(config, kind, services());
    let thing = loop {
        match things.next().await {
            // An item that is left out says nothing of the account.
            Some(Err(failure)) if failure.kind == FailureKind::Item => {}
            Some(Err(failure)) => return Err(failure.into()),
            Some(Ok(thing)) => break thing,
            None => return Ok("the list is empty, and the history was not tried".to_owned()),
        }
    };
    match Records::new(config, &thing, None, None).next().await {
        Some(Err(failure)) => Err(failure.into()),
        Some(Ok(_)) => Ok(output::visible(&format!("the history of {thing} can be read"))),
        None => Ok(output::visible(&format!("the history of {thing} can be read, and is empty"))),
    }
}

/// Prints the least policy for some histories and the lists that they need.
fn policy(kinds: &[ThingKind]) -> Result<ExitCode, Failure> {
    let mut needed: Vec<(&'static Service, &'static OperationDescriptor)> =
        kinds.iter().map(|kind| (kind.service(), kind.operation())).collect();
    let mut next = 0;
    while let Some((_, entry)) = needed.get(next).copied() {
        for link in entry.operation.listed_by {
            let list = services().iter().find(|service| service.metadata.id == link.service);
            let list = list.and_then(|service| Some((*service, service.operation(link.operation)?)));
            let is_new = |list: &(&Service, &OperationDescriptor)| {
                !needed.iter().any(|(_, known)| std::ptr::eq(known.operation, list.1.operation))
            };
            needed.extend(list.filter(is_new));
        }
        next += 1;
    }
    let actions: BTreeSet<&str> = needed.iter().filter_map(|(_, entry)| entry.iam_action).collect();
    let unknown = needed.iter().filter(|(_, entry)| entry.iam_action.is_none());
    let unknown: BTreeSet<String> =
        unknown.map(|(service, entry)| format!("{}/{}", service.metadata.id, entry.operation.id)).collect();
    let policy = json!({ "Version": "1.1", "Statement": [{ "Effect": "Allow", "Action": actions }] });
    output::lines([format!("{policy:#}")])?;
    if !unknown.is_empty() {
        let unknown: Vec<String> = unknown.into_iter().collect();
        output::message(format_args!("hwc: no document names a permission for {}", unknown.join(", ")));
    }
    Ok(ExitCode::SUCCESS)
}
