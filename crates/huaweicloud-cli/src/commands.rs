//! Definitions of the command line.

use clap::{Arg, ArgAction, Command, value_parser};
use huaweicloud_catalog::services;
use huaweicloud_core::{
    dynamic::{OperationDescriptor, ParameterDocs, Service},
    metadata::{Parameter, ValueType},
};
use huaweicloud_history::ThingKind;
use serde_json::Value;

/// The forms of a value that is not on the command line.
const FROM_FILE: &str = "@FILE, or - for standard input (also @-)";
/// Other users of a machine can read command lines, and shells store them.
const NOT_ON_ARGV: &str = ". Secrets belong in a file or standard input, not on the command line";

/// Returns the root command with all subcommands.
pub fn root() -> Command {
    Command::new("hwc")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Who did what, when, to tickets, incidents, work items and applications on Huawei Cloud (unofficial)")
        .after_help(
            "Credentials come from where the official SDKs look: the variables HUAWEICLOUD_SDK_AK and \
             HUAWEICLOUD_SDK_SK (with HUAWEICLOUD_SDK_SECURITY_TOKEN for temporary keys), the file \
             ~/.huaweicloud/credentials, the metadata of an ECS server. HUAWEICLOUD_SDK_AUTH_TOKEN holds an IAM \
             token.\n\n\
             Exit codes: 0 success; 1 a service reported an error; 2 wrong usage or no credentials; 3 a service could \
             not be reached, or its response could not be trusted; 130 interrupted.\n\n\
             Try it without an account: hwc timeline --sandbox",
        )
        .max_term_width(100)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(timeline())
        .subcommand(call())
        .subcommand(sandbox())
}

fn timeline() -> Command {
    let forms: String = ThingKind::all(services()).map(|kind| format!("  {}\n", kind.form())).collect();
    let several = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
    };
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("N").value_parser(value_parser!(usize)).help(help)
    };
    let command = Command::new("timeline")
        .about("Prints the events of one or more histories")
        .arg(
            Arg::new("thing")
                .value_name("SERVICE/ID")
                .num_args(0..)
                .help("Reads the history of this ticket, incident, work item or application; see below"),
        )
        .arg(
            several("service", "SERVICE", "")
                .value_parser(history_services())
                .help("Reads every history of this service that the account can see. With --sandbox all services unless given"),
        )
        .arg(
            Arg::new("since")
                .long("since")
                .value_name("TIME")
                .help("Leaves out earlier events: 2026-01-31, 2026-01-31T08:00:00Z, or 2w, 7d, 12h, 30m ago"),
        )
        .arg(Arg::new("until").long("until").value_name("TIME").help("Leaves out events at this time or later"))
        .arg(several("actor", "TEXT", "Leaves out events of actors whose id and name do not contain the text"))
        .arg(several("action", "TEXT", "Leaves out events whose action does not contain the text"))
        .arg(several("about", "TEXT", "Leaves out listed things whose SERVICE/ID does not contain the text").long("thing"))
        .arg(several("grep", "TEXT", "Leaves out events that do not contain the text anywhere"))
        .arg(number("max-things", "Maximum number of listed things per service, in the order of the list [default: all]"))
        .arg(number("max-events", "Ends after this many events"))
        .arg(number("concurrency", "Maximum number of calls in flight [default: 8]"))
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("FORMAT")
                .value_parser(["table", "json"])
                .default_value("table")
                .help("Table, newest first, or a line of JSON for each event when it comes"),
        )
        .after_help(format!(
            "Forms of SERVICE/ID, with the ids that the service requires:\n{forms}\n\
             Texts are compared ignoring case; of several of one kind one must match. Times are UTC. An event whose time \
             cannot be read passes --since and --until, and comes last in the table.\n\n\
             What cannot be read is named on stderr, with what was read of it; everything else is printed, and the exit \
             code is 1 if a service refused something, or 3 if something could not be reached or trusted.\n\n\
             Example: hwc timeline --region cn-north-4 --service {} --since 7d",
            history_services().join(" --service ")
        ));
    connection(command)
}

fn call() -> Command {
    let mut command = connection(
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
pub fn flag_name(docs: &ParameterDocs) -> String {
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

fn sandbox() -> Command {
    Command::new("sandbox")
        .about("Runs a mock server for all services, for clients in any language")
        .arg(
            Arg::new("port")
                .long("port")
                .value_name("N")
                .default_value("0")
                .value_parser(value_parser!(u16))
                .help("Port on 127.0.0.1; 0 for any free port"),
        )
        .arg(
            Arg::new("records")
                .long("records")
                .value_name("N")
                .default_value("25")
                .value_parser(value_parser!(usize))
                .help("Number of records in a generated history"),
        )
        .arg(
            Arg::new("things")
                .long("things")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help("Number of items in each list of ids, such as tickets [default: as many as documented]"),
        )
        .arg(
            Arg::new("made-up-ids")
                .long("made-up-ids")
                .action(ArgAction::SetTrue)
                .help("Accepts every valid id. Without this, an id that no list contains is answered with 404"),
        )
        .arg(
            Arg::new("faults")
                .long("faults")
                .value_name("FILE")
                .help("Injects the faults of the plan in this JSON file; see below"),
        )
        .after_help(
            "Prints `export` lines on stdout, then runs until it is interrupted:\n\n  \
             hwc sandbox --port 8080 > sandbox.env &\n  sleep 1; . ./sandbox.env\n\n\
             HUAWEICLOUD_SANDBOX_URL is its URL. Sign with HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or send \
             HUAWEICLOUD_SANDBOX_TOKEN as X-Auth-Token.\n\n\
             A plan is a list of rules; the first that applies wins. Two resets after one response; always 429 for one \
             operation, if its argument has this value:\n\n  \
             [{\"after\": 1, \"times\": 2, \"do\": {\"fault\": \"reset\"}},\n   \
             {\"operation\": \"…\", \"arguments\": {\"…\": \"…\"},\n    \
             \"do\": {\"fault\": \"status\", \"status\": 429, \"retry_after\": \"2\"}}]\n\n\
             Keys of a rule, besides do: service, operation, arguments; after and times, in requests; from and until, in \
             seconds since the start. A misspelt name is refused.\n\n\
             Faults: status, redirect, body, reset, reset_in_body, truncate, hang, hang_in_body, slow, expired, clock, \
             short_page, shrink; grow and remove, with which a list has \"by\" records more or fewer in front after the \
             response.",
        )
}

/// Adds the connection flags: sandbox, region, endpoint, account ids, language and time zone.
fn connection(command: Command) -> Command {
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
        .arg(text("endpoint", "URL", "Endpoint instead of that of the region, such as a sandbox"))
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

/// Returns the ids of the services with histories.
fn history_services() -> Vec<&'static str> {
    let mut services: Vec<&str> = ThingKind::all(services()).map(|kind| kind.service().metadata.id).collect();
    services.dedup();
    services
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_flag_of_an_operation_hides_another() {
        super::root().debug_assert();
    }
}
