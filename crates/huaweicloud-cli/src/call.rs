//! `hwc call`: calls one operation and prints its typed response as JSON.

use std::{fs, io, process::ExitCode};

use clap::ArgMatches;
use huaweicloud_catalog::services;
use huaweicloud_core::{
    Client,
    dynamic::Call,
    metadata::{Parameter, ValueType},
};
use huaweicloud_sandbox::Sandbox;
use serde_json::{Map, Value};

use crate::{commands::flag_name, failure::Failure, output, settings};

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
