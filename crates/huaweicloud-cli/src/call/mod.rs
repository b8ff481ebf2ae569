//! `hwc call`: calls one operation and prints its response as JSON.

mod body;
mod example;
mod items;
mod value;

use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};
use huaweicloud_catalog::{service, services};
use huaweicloud_core::{
    Client, Error,
    dynamic::{Call, OperationDescriptor, ParameterDocs, Service},
    metadata::{Pagination, Parameter, ValueType},
};
use huaweicloud_sandbox::Sandbox;
use serde_json::{Map, Value};

use self::{
    body::{described, in_words, plain},
    value::{ELSEWHERE, NOT_ON_ARGV, converted, text},
};
use crate::{failure::Failure, output, settings};

/// Returns the definition of the command. Those of the operations are made when they are needed.
pub fn command() -> Command {
    Command::new("call").about("Calls one operation and prints its response as JSON").defer(|command| {
        settings::with_connection(command)
            .after_help(format!(
                "--body and flags with secrets take the value itself, {ELSEWHERE}. {NOT_ON_ARGV}.\n\n\
                 Names are accepted with - and with _. The flags of an operation, and the members of its body: hwc call \
                 SERVICE OPERATION --help"
            ))
            .subcommand_value_name("SERVICE")
            .subcommand_help_heading("Services")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .disable_help_subcommand(true)
            .subcommands(services().iter().map(|service| {
                Command::new(service.metadata.id).about(service.metadata.title).defer(operations_of)
            }))
    })
}

/// Completes the command of a service.
fn operations_of(command: Command) -> Command {
    let Some(service) = service(command.get_name()) else { return command };
    let spec: Value = serde_json::from_str(service.spec).unwrap_or_default();
    let usage = format!(
        "Flags of an operation, and the members of its body: hwc call {} OPERATION --help",
        service.metadata.id
    );
    command
        .help_template("{about-with-newline}\n{usage-heading} {usage}\n\nOperations:\n{subcommands}{after-help}")
        .after_help(usage)
        .subcommand_value_name("OPERATION")
        .subcommand_help_heading("Operations")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands(service.operations.iter().map(|entry| operation(entry, &spec)))
}

/// Returns the definition of the command of an operation.
fn operation(entry: &'static OperationDescriptor, spec: &Value) -> Command {
    let operation = entry.operation;
    let mut after = format!("{} {}\nDocumented in {}", operation.method, operation.path, plain(entry.source, "\""));
    if let Some(action) = entry.iam_action {
        after += &format!("\nRequires the IAM permission {action}");
    }
    let shown = dashed(operation.id);
    let mut command = Command::new(shown.clone()).about(plain(entry.summary, ""));
    if shown != operation.id {
        command = command.alias(operation.id);
    }
    for (parameter, docs) in operation.parameters.iter().zip(entry.parameters) {
        command = command.arg(flag(parameter, docs));
    }
    if let Some(rules) = operation.body {
        after += &described(rules, operation, spec);
        let secrets = if operation.secrets { format!(". {NOT_ON_ARGV}") } else { String::new() };
        command = command.arg(
            Arg::new("body")
                .long("body")
                .value_name("JSON")
                .allow_hyphen_values(true)
                .help(format!("The body: JSON, {ELSEWHERE}{secrets}. Its members are below")),
        );
    }
    let all = Arg::new("all").long("all").action(ArgAction::SetTrue);
    command.arg(all_of(operation.pagination.as_ref(), entry, all)).after_help(after)
}

/// Completes the flag that prints all pages. An operation that is not a list has it too, for a better message.
fn all_of(pagination: Option<&Pagination>, entry: &OperationDescriptor, flag: Arg) -> Arg {
    let Some(pagination) = pagination else { return flag.hide(true) };
    let size = pagination.size.map(|size| {
        let mut parameters = entry.operation.parameters.iter().zip(entry.parameters);
        match parameters.find(|(parameter, _)| parameter.name == size.parameter) {
            Some((_, docs)) => format!("; --{} sets the size of a page", flag_name(docs)),
            None => format!("; `{}` in the body sets the size of a page", size.parameter),
        }
    });
    flag.help(format!(
        "Prints the items of all pages, a line of JSON each, as the service sends them{}",
        size.unwrap_or_default()
    ))
}

/// Returns a name as it is shown on the command line.
fn dashed(name: &str) -> String {
    name.trim_end_matches('_').replace('_', "-")
}

/// Returns the flag name of a parameter, such as `x-time-zone`.
fn flag_name(docs: &ParameterDocs) -> String {
    dashed(docs.setter)
}

fn flag(parameter: &'static Parameter, docs: &'static ParameterDocs) -> Arg {
    let value_name = match parameter.rule.kind {
        ValueType::Integer | ValueType::Number => "N",
        ValueType::Boolean => "true|false",
        _ => "TEXT",
    };
    let secret = match parameter.rule.kind {
        ValueType::Secret => format!(" Text, {ELSEWHERE}. {NOT_ON_ARGV}."),
        _ => String::new(),
    };
    let name = flag_name(docs);
    let other = name.replace('-', "_");
    let mut arg = Arg::new(parameter.name)
        .value_name(value_name)
        .help(format!("{}{}{secret}", plain(docs.description, ""), in_words(&parameter.rule)))
        .allow_hyphen_values(true)
        .required(parameter.required);
    if other != name {
        arg = arg.alias(other);
    }
    match parameter.rule.kind {
        ValueType::List(_) => arg.long(name).action(ArgAction::Append),
        _ => arg.long(name),
    }
}

/// Runs the command.
pub async fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let unknown = || Failure::wrong_use("no such operation; see hwc call --help");
    let (service_id, of_service) = matches.subcommand().ok_or_else(unknown)?;
    let (name, flags) = of_service.subcommand().ok_or_else(unknown)?;
    let service: &Service = service(service_id).ok_or_else(unknown)?;
    let entry = service.operations.iter().find(|entry| dashed(entry.operation.id) == name).ok_or_else(unknown)?;
    if flags.get_flag("all") && entry.operation.pagination.is_none() {
        return Err(Failure::wrong_use(format!("--all: {name} is not a list; without --all its response is printed")));
    }
    let mut arguments = Map::new();
    for (parameter, docs) in entry.operation.parameters.iter().zip(entry.parameters) {
        if let Some(given) = flags.get_many::<String>(parameter.name) {
            let given: Vec<&str> = given.map(String::as_str).collect();
            arguments.insert(parameter.name.to_owned(), converted(parameter, &flag_name(docs), &given)?);
        }
    }
    if let Some(body) = entry.operation.body.and_then(|_| flags.get_one::<String>("body")) {
        let body = text("body", body)?;
        let body =
            serde_json::from_str(&body).map_err(|error| Failure::wrong_use(format!("--body is not JSON: {error}")))?;
        arguments.insert("body".to_owned(), body);
    }
    let connection = settings::connect(flags, Sandbox::builder().made_up_ids()).await?;
    if !connection.others.is_empty() {
        return Err(Failure::wrong_use(
            "a call goes to one region, by one profile: give one --region and one --profile",
        ));
    }
    let client = Client::new(&connection.config, service.metadata)?;
    let call = Call::new(client, entry).arguments(arguments);
    let failed = |error: Error| failed(error, entry);
    if flags.get_flag("all") {
        return items::print(call.items().map_err(failed)?, failed).await;
    }
    let response = call.send().await.map_err(failed)?;
    output::lines([output::json(&format!("{:#}", *response))])?;
    Ok(ExitCode::SUCCESS)
}

/// Returns the failure of a call of an operation, with the permission that was missing.
fn failed(error: Error, entry: &OperationDescriptor) -> Failure {
    let action = entry.iam_action.filter(|_| error.is_permission_denied());
    let failure = Failure::from(error);
    match action {
        Some(action) => failure.hint(&format!("this call requires the IAM permission {action}")),
        None => failure,
    }
}
