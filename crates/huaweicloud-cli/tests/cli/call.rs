//! `hwc call`: help with the members of bodies, all pages of a list, names, permissions, values from elsewhere.

#[cfg(unix)]
use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Playing, always, hwc, output, run, run_with_faults};

/// Runs `hwc` for a terminal of 80 columns.
fn help(arguments: &[&str]) -> String {
    let (code, stdout, stderr) = output(hwc(&[arguments, &["--help"]].concat()).env("COLUMNS", "80").output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
    // Usage is not wrapped.
    let wide = stdout.lines().find(|line| line.chars().count() > 80 && !line.starts_with("Usage: "));
    assert_eq!(wide, None, "{arguments:?}");
    stdout
}

#[test]
fn help_shows_every_member_of_a_body_and_an_example() {
    let shown = help(&["call", "coc", "list-incidents"]);
    for text in [
        "\nPOST /v2/incidents/list\nDocumented in \"Querying Incident Tickets\" (2025-10-24)\n",
        "\nRequires the IAM permission coc:ticket:list\n",
        "\nMembers of the body:\n  page: integer\n      Page number, starting at 1. 1 to 1000000; default `1`.\n",
        // Nested, and once only.
        "\n  string_filters: list of objects\n",
        "\n      field: text, required\n          Name of the field of a record. At most 255 characters.\n",
        "\n  sort_filter: object, as in string_filters\n      Sort order.\n",
        "\n      filters: list of objects, as in string_filters\n",
        "\nExample:\n  {\n    \"page\": 1,\n",
        "\n      \"values\": [\"create_time\"]\n    }\n  }\n",
    ] {
        assert!(shown.contains(text), "{text} is missing:\n{shown}");
    }
    let shown = help(&["call", "projectman", "list_records_v2"]);
    for text in
        ["--project-id <TEXT>", "--iam-project-id <ID>", "default `10`", "\"Obtaining the Operation History (V2)\""]
    {
        assert!(shown.contains(text), "{text} is missing:\n{shown}");
    }
    // Codes are explained.
    let shown = help(&["call", "projectman", "list-issues-v4"]);
    let text = "      Priorities of the work items. Known values: `1`, `2`, `3`. These mean: `1`\n      low, `2` medium, `3` high.\n";
    assert!(shown.contains(text), "{shown}");
    // The documents hide passwords with asterisks.
    let shown = help(&["call", "iam", "keystone-create-user-token-by-password"]);
    assert!(shown.contains(r#""password": "…","#) && !shown.contains('*'), "{shown}");
}

/// Of all services and operations.
#[test]
fn help_of_every_operation_is_readable_and_names_what_a_body_requires() {
    let below = |shown: &str, heading: &str| -> Vec<String> {
        let lines = shown.lines().skip_while(|line| *line != heading).skip(1).take_while(|line| !line.is_empty());
        lines.filter_map(|line| line.strip_prefix("  ")?.split("  ").next()).map(str::to_owned).collect()
    };
    let mut operations = 0;
    for service in below(&help(&["call"]), "Services:").iter().filter(|name| !name.starts_with(' ')) {
        let listed = below(&help(&["call", service]), "Operations:");
        for operation in listed.iter().filter(|name| !name.is_empty()) {
            operations += 1;
            let shown = help(&["call", service, operation]);
            let prose: String = shown.split('`').step_by(2).collect();
            assert!(!prose.contains('*') && !prose.contains("]("), "{operation}: {shown}");
            let has_body = shown.contains("--body <JSON>");
            assert_eq!(has_body, shown.contains("\nMembers of the body:\n  "), "{shown}");
            assert_eq!(has_body, shown.contains("\nExample"), "{shown}");
        }
    }
    assert!(operations > 15, "{operations}");
}

#[test]
fn all_pages_of_a_list_are_lines_of_json() {
    let sandbox = Playing::start(&["--made-up-ids", "--records", "230"]);
    let call = |arguments: &[&str]| {
        let mut command = hwc(&[&["call"], arguments, &["--all"]].concat());
        output(command.envs(sandbox.exports.clone()).output().unwrap())
    };
    // By parameters, with the size of a page; by members of a body; from a position.
    let osm = ["osm", "list-case-operate-logs", "--case-id", "CS1"];
    let app = ["codeartsdeploy", "list_app_operations_log", "--app-id", "0123456789abcdef0123456789abcdef"];
    for (arguments, count) in [
        (&osm[..], 230),
        (&[&osm[..], &["--limit", "50"]].concat(), 230),
        (&[&osm[..], &["--offset", "200"]].concat(), 30),
        (&app, 230),
        (&[&app[..], &["--body", r#"{"page_size": 100}"#]].concat(), 230),
    ] {
        let (code, stdout, stderr) = call(arguments);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
        let items: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(items.len(), count, "{arguments:?}");
        assert!(items.iter().all(Value::is_object));
    }
    let (code, stdout, stderr) = call(&["osm", "list_case_operate_logs", "--case-id", "1", "--limit", "101"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
    assert!(stderr.contains("limit: must be from 0 to 100, got 101"), "{stderr}");
    let (code, stdout, stderr) = call(&["coc", "show-coc-incident-detail", "--incident-num", "IM1"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    let sentence = "hwc: --all: show-coc-incident-detail is not a list; without --all its response is printed\n";
    assert_eq!(stderr, sentence);
}

/// What no document knows, digits that no number holds, and the order of the members, each item on one line.
#[test]
fn items_are_printed_as_the_service_sends_them() {
    let page = "{\n  \"incident_operate_log_list\": [\n    {\n      \"new\": 1.50,\r\n\t\"big\": 123456789012345678901234567890,\n\
                \"a\": \"x\\ny\u{202e}\"\n    },\n    7\n  ],\n  \"total_count\": 2\n}";
    let rule = json!({ "operation": "list_case_operate_logs", "do": { "fault": "body", "status": 200, "body": page } });
    let call = ["call", "osm", "list-case-operate-logs", "--case-id", "1", "--all"];
    let (code, stdout, stderr) = run_with_faults(&[rule], &call);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let lines: Vec<String> = stdout.lines().map(|line| line.replace(' ', "")).collect();
    assert_eq!(lines, [r#"{"new":1.50,"big":123456789012345678901234567890,"a":"x\ny\u202e"}"#, "7"]);
}

#[test]
fn items_before_a_failure_are_printed() {
    let error = json!({ "fault": "body", "status": 403, "body": r#"{"error_code":"X.1","error_msg":"no"}"# });
    let plan = [json!({ "operation": "list_case_operate_logs", "after": 2, "do": error })];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), Value::from(&plan[..]).to_string()).unwrap();
    let sandbox = Playing::start(&["--made-up-ids", "--records", "900", "--faults", file.path().to_str().unwrap()]);
    let mut command = hwc(&["call", "osm", "list-case-operate-logs", "--case-id", "CS1", "--all"]);
    let (code, stdout, stderr) = output(command.envs(sandbox.exports.clone()).output().unwrap());
    assert_eq!((code, stdout.lines().count()), (Some(1), 200), "{stderr}");
    assert!(stderr.starts_with("hwc: list_case_operate_logs: 403 X.1: no"), "{stderr}");
    assert!(stderr.ends_with("\n     200 items before it are printed, what follows them is missing\n"), "{stderr}");
}

/// Lines appear while the service is still busy, and whoever has seen enough ends the command in silence.
#[cfg(unix)]
#[test]
fn items_come_at_once_and_a_closed_pipe_is_no_failure() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let plan = json!([{ "operation": "list_case_operate_logs", "after": 1, "do": { "fault": "hang" } }]);
    std::fs::write(file.path(), plan.to_string()).unwrap();
    let hanging = Playing::start(&["--made-up-ids", "--records", "900", "--faults", file.path().to_str().unwrap()]);
    let sandbox = Playing::start(&["--made-up-ids", "--records", "5000"]);
    let start = |sandbox: &Playing| {
        let mut command = hwc(&["call", "osm", "list-case-operate-logs", "--case-id", "CS1", "--all"]);
        command.envs(sandbox.exports.clone()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut process = start(&hanging);
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    // The second page never comes.
    assert!((0..100).all(|_| serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).is_ok()));
    assert!(Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap().success());
    assert!(lines.next().is_none());
    let (code, _, stderr) = output(process.wait_with_output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(130), "hwc: interrupted\n"));

    let mut process = start(&sandbox);
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (code, _, stderr) = output(process.wait_with_output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
}

#[test]
fn names_are_accepted_with_dashes_and_underscores() {
    for (operation, flag) in [
        ("list-case-operate-logs", "--case-id"),
        ("list_case_operate_logs", "--case_id"),
        ("list-case-operate-logs", "--case_id"),
    ] {
        let (code, stdout, stderr) = run(&["call", "--sandbox", "osm", operation, flag, "CS1"]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{operation} {flag}");
        assert!(stdout.contains("incident_operate_log_list"));
    }
    // Shown with dashes only.
    let shown = help(&["call", "osm"]);
    assert!(shown.contains("\n  list-case-operate-logs  ") && !shown.contains('_'), "{shown}");
    let shown = help(&["call", "osm", "list_case_operate_logs"]);
    assert!(shown.contains("hwc call osm list-case-operate-logs [OPTIONS] --case-id <TEXT>\n"), "{shown}");
    let (code, _, stderr) = run(&["call", "--sandbox", "osm", "list_casess"]);
    assert!(code == Some(2) && stderr.contains("similar subcommand") && stderr.contains("'list-cases'"), "{stderr}");
}

#[test]
fn a_refused_call_names_the_permission_that_it_requires() {
    let body = json!({ "error_code": "COC.0403", "error_msg": "no" });
    let refused = always("list_incidents", 403, &body);
    let hint = "\n     this call requires the IAM permission coc:ticket:list\n";
    for all in [&[][..], &["--all"]] {
        let call = [&["call", "coc", "list-incidents", "--body", "{}"], all].concat();
        let (code, _, stderr) = run_with_faults(std::slice::from_ref(&refused), &call);
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.starts_with("hwc: list_incidents: 403 COC.0403: no") && stderr.ends_with(hint), "{stderr}");
    }
    // Another status has another reason, and of others no document names the permission.
    let (code, _, stderr) =
        run_with_faults(&[always("list_incidents", 404, &body)], &["call", "coc", "list-incidents", "--body", "{}"]);
    assert!(code == Some(1) && !stderr.contains("permission"), "{stderr}");
    let (code, _, stderr) = run_with_faults(&[always("list_cases", 403, &body)], &["call", "osm", "list-cases"]);
    assert!(code == Some(1) && !stderr.contains("permission"), "{stderr}");
}

/// Whatever the order in which the service sends them.
#[test]
fn members_of_a_response_are_in_the_order_of_the_document() {
    let sent =
        r#"{"total_count":1,"incident_operate_log_list":[{"operate_desc":"d","operator_name":"n","operator":"o"}]}"#;
    let rule = json!({ "operation": "list_case_operate_logs", "do": { "fault": "body", "status": 200, "body": sent } });
    let (code, stdout, stderr) = run_with_faults(&[rule], &["call", "osm", "list-case-operate-logs", "--case-id", "1"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let spec = include_str!("../../../huaweicloud-osm/openapi.json");
    let spec: Value = serde_json::from_str(spec).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let response: Value = serde_json::from_str(&stdout).unwrap();
    let record = &response["incident_operate_log_list"][0];
    for (schema, value) in [("ListCaseOperateLogsResponse", &response), ("IncidentOperateLogV2", record)] {
        let printed = names(value);
        let mut documented = names(&spec["components"]["schemas"][schema]["properties"]);
        documented.retain(|name| printed.contains(name));
        assert_eq!(printed, documented);
        assert!(printed.len() > 1);
    }
}

#[test]
fn secrets_may_come_from_the_environment() {
    let sandbox = Playing::start(&[]);
    let token = sandbox.exports[3].1.clone();
    let validate = |name: &str, value: &str| {
        let given = format!("env:{name}");
        let mut command = hwc(&["call", "iam", "keystone-validate-token", "--x-subject-token", &given]);
        output(command.envs(sandbox.exports.clone()).env("MY_TOKEN", value).output().unwrap())
    };
    let (code, stdout, stderr) = validate("MY_TOKEN", &token);
    assert!(code == Some(0) && stdout.contains("expires_at"), "{stderr}");
    for (name, value, sentence) in [
        ("NO_SUCH_TOKEN", "", "hwc: --x-subject-token: the variable NO_SUCH_TOKEN is not set\n"),
        ("MY_TOKEN", " ", "hwc: --x-subject-token: the variable MY_TOKEN is empty\n"),
        ("", "", "hwc: --x-subject-token: the variable  is not set\n"),
        ("A=B", "", "hwc: --x-subject-token: the variable A=B is not set\n"),
    ] {
        let (code, _, stderr) = validate(name, value);
        assert_eq!((code, stderr.as_str()), (Some(2), sentence));
    }
    let mut command = hwc(&["call", "codeartsdeploy", "list_all_app", "--body", "env:BODY"]);
    let body = r#"{"project_id":"c15cc54e338d4506afd9bd8103071ff0","page":1,"size":10}"#;
    let (code, stdout, stderr) = output(command.envs(sandbox.exports.clone()).env("BODY", body).output().unwrap());
    assert!(code == Some(0) && stdout.contains("shop-frontend"), "{stderr}");
    let (code, _, stderr) = run(&["call", "--sandbox", "coc", "list-incidents", "--body", "env:NO_SUCH_BODY"]);
    assert_eq!((code, stderr.as_str()), (Some(2), "hwc: --body: the variable NO_SUCH_BODY is not set\n"));
    // A value that is not UTF-8 is not repeated.
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        let mut command = hwc(&["call", "--sandbox", "coc", "list-incidents", "--body", "env:BODY"]);
        let value = std::ffi::OsString::from_vec(b"very-secret\xff".to_vec());
        let (code, _, stderr) = output(command.env("BODY", value).output().unwrap());
        assert_eq!((code, stderr.as_str()), (Some(2), "hwc: --body: the variable BODY is not UTF-8\n"));
    }
}
