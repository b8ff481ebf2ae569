//! `hwc call`: calls one operation and prints its typed response as JSON.

use std::{fs, io, process::ExitCode};

use clap::{Arg, ArgAction, ArgMatches, Command};
use huaweicloud_catalog::services;
use huaweicloud_core::{
    Client,
    dynamic::{Call, OperationDescriptor, ParameterDocs, Service},
    metadata::{Parameter, ValueType},
};
use huaweicloud_sandbox::Sandbox;
use serde_json::{Map, Value};

use crate::{failure::Failure, output, settings};

/// The forms of a value that is not on the command line.
const FROM_FILE: &str = "@FILE, or - for standard input (also @-)";
/// Other users of a machine can read command lines, and shells store them.
const NOT_ON_ARGV: &str = ". Secrets belong in a file or standard input, not on the command line";

/// Returns the definition of the command.
pub fn command() -> Command {
    let mut command = settings::with_connection(
        Command::new("call")
            .about("Calls one operation and prints its typed response as JSON")
            .after_help(format!("--body and flags with secrets take the value itself, {FROM_FILE}{NOT_ON_ARGV}."))
            .subcommand_required(true)
            .arg_required_else_help(true),
    );
    for service in services() {
        let mut of_service = Command::new(service.metadata.id)
            .about(service.metadata.title)
            .subcommand_required(true)
            .arg_required_else_help(true);
        for entry in service.operations {
            of_service = of_service.subcommand(operation(service, entry));
        }
        command = command.subcommand(of_service);
    }
    command
}

fn operation(service: &'static Service, entry: &'static OperationDescriptor) -> Command {
    let operation = entry.operation;
    let permission =
        entry.iam_action.map(|action| format!("\nRequires the IAM permission {action}")).unwrap_or_default();
    let about = format!("{} {}\nDocumented in {}{permission}", operation.method, operation.path, entry.source);
    let mut command = Command::new(operation.id).about(entry.summary).after_help(about.clone());
    for (parameter, docs) in operation.parameters.iter().zip(entry.parameters) {
        command = command.arg(flag(parameter, docs));
    }
    if operation.body.is_some() {
        let documented = documented_body(service, entry);
        command = command.after_help(about + &documented);
        command = command.arg(
            Arg::new("body")
                .long("body")
                .value_name("JSON")
                .help(format!("The body: JSON, {FROM_FILE}{}", if operation.secrets { NOT_ON_ARGV } else { "" })),
        );
    }
    command
}

/// Returns help text with the members of the request body and the documented example, from the spec.
fn documented_body(service: &Service, entry: &OperationDescriptor) -> String {
    let find = || {
        let spec: Value = serde_json::from_str(service.spec).ok()?;
        let method = entry.operation.method.to_ascii_lowercase();
        let media = spec["paths"][entry.operation.path][method].pointer("/requestBody/content/application~1json")?;
        let schema = spec.pointer(media["schema"]["$ref"].as_str()?.strip_prefix('#')?)?;
        let members: Vec<&str> = schema["properties"].as_object()?.keys().map(String::as_str).collect();
        let example = &media["examples"].as_object()?.values().next()?["value"];
        Some(format!("\n\nMembers of the body: {}\nDocumented body: {example}", members.join(", ")))
    };
    find().unwrap_or_default()
}

/// Returns the flag name of a parameter, such as `x-time-zone`.
fn flag_name(docs: &ParameterDocs) -> String {
    docs.setter.trim_end_matches('_').replace('_', "-")
}

fn flag(parameter: &'static Parameter, docs: &'static ParameterDocs) -> Arg {
    let value_name = match parameter.rule.kind {
        ValueType::Integer | ValueType::Number => "N",
        ValueType::Boolean => "true|false",
        _ => "TEXT",
    };
    let secret = match parameter.rule.kind {
        ValueType::Secret => format!(" Text, {FROM_FILE}{NOT_ON_ARGV}."),
        _ => String::new(),
    };
    let rule = parameter.rule.to_string();
    let mut letters = rule.chars();
    let sentence = letters.next().map(|first| format!(" {}{}.", first.to_uppercase(), letters.as_str()));
    let arg = Arg::new(parameter.name)
        .long(flag_name(docs))
        .value_name(value_name)
        .help(format!("{}{}{secret}", docs.description, sentence.unwrap_or_default()))
        .allow_hyphen_values(true)
        .required(parameter.required);
    match parameter.rule.kind {
        ValueType::List(_) => arg.action(ArgAction::Append),
        _ => arg,
    }
}

/// Runs the command.
pub async fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let unknown = || Failure::wrong_use("no such operation; see hwc call --help");
    let (service_id, of_service) = matches.subcommand().ok_or_else(unknown)?;
    let (operation_id, flags) = of_service.subcommand().ok_or_else(unknown)?;
    let service = services().iter().find(|service| service.metadata.id == service_id).ok_or_else(unknown)?;
    let entry = service.operation(operation_id).ok_or_else(unknown)?;
    let mut arguments = Map::new();
    for (parameter, docs) in entry.operation.parameters.iter().zip(entry.parameters) {
        if let Some(given) = flags.get_many::<String>(parameter.name) {
            let given: Vec<&str> = given.map(String::as_str).collect();
            arguments.insert(parameter.name.to_owned(), value(parameter, &flag_name(docs), &given)?);
        }
    }
    if let Some(body) = entry.operation.body.and_then(|_| flags.get_one::<String>("body")) {
        let body = text_or_file("body", body)?;
        let body =
            serde_json::from_str(&body).map_err(|error| Failure::wrong_use(format!("--body is not JSON: {error}")))?;
        arguments.insert("body".to_owned(), body);
    }
    let connection = settings::connect(flags, Sandbox::builder().made_up_ids()).await?;
    if !connection.others.is_empty() {
        return Err(Failure::wrong_use("a call goes to one region: give one --region"));
    }
    let client = Client::new(&connection.config, service.metadata)?;
    let response = Call::new(client, entry).arguments(arguments).send().await?;
    output::lines([output::json(&format!("{:#}", *response))])?;
    Ok(ExitCode::SUCCESS)
}

/// Converts the value of a flag to the type of its parameter.
fn value(parameter: &Parameter, flag: &str, given: &[&str]) -> Result<Value, Failure> {
    let text = given.last().copied().unwrap_or_default();
    let wrong = |kind: &str| Failure::wrong_use(format!("--{flag} must be {kind}, got {text:?}"));
    match parameter.rule.kind {
        ValueType::List(_) => Ok(given.to_vec().into()),
        ValueType::Integer => text.parse::<i64>().map(Value::from).map_err(|_| wrong("an integer")),
        ValueType::Number => text.parse::<f64>().map(Value::from).map_err(|_| wrong("a number")),
        ValueType::Boolean => text.parse::<bool>().map(Value::from).map_err(|_| wrong("true or false")),
        ValueType::Secret => Ok(text_or_file(flag, text)?.trim_end_matches(['\r', '\n']).into()),
        _ => Ok(text.into()),
    }
}

/// Returns the value of a flag, or the contents of the file that it names: `@FILE`, `@-` or `-`.
fn text_or_file(flag: &str, given: &str) -> Result<String, Failure> {
    let Some(file) = given.strip_prefix('@').or(Some(given).filter(|given| *given == "-")) else {
        return Ok(given.to_owned());
    };
    let (name, read) = match file {
        "-" => ("standard input", io::read_to_string(io::stdin())),
        file => (file, fs::read_to_string(file)),
    };
    let wrong = |reason: String| Failure::wrong_use(format!("--{flag}: {name} {reason}"));
    let text = read.map_err(|error| wrong(format!("cannot be read: {error}")))?;
    match text.trim_start_matches('\u{feff}') {
        text if text.trim().is_empty() => Err(wrong("is empty".to_owned())),
        text => Ok(text.to_owned()),
    }
}
