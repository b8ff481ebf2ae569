//! End-to-end tests of `hwc`: output, output streams and exit codes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod call;
mod check;
mod sandbox;
mod shell;
mod support;
mod things;
mod timeline;

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use support::{Playing, always, hwc, output, run, run_with_faults};

#[test]
fn call_prints_only_the_typed_response() {
    let (code, stdout, stderr) =
        run(&["call", "--sandbox", "osm", "list_case_operate_logs", "--case-id", "CS1", "--limit", "2"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let response: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(response["incident_operate_log_list"].as_array().unwrap().len(), 2);

    let body = r#"{"sort_filter":{"operator":"desc","field":"start_time","values":["start_time"]}}"#;
    let call = ["call", "--sandbox", "coc", "list_incidents_histories", "--incident-id", "IM1", "--body"];
    assert_eq!(run(&[&call[..], &[body]].concat()).0, Some(0));
    let file = std::env::temp_dir().join(format!("hwc-body-{}.json", std::process::id()));
    std::fs::write(&file, body).unwrap();
    assert_eq!(run(&[&call[..], &[&format!("@{}", file.display())]].concat()).0, Some(0));
    std::fs::remove_file(file).unwrap();
}

/// A value that one source allows is sent even if another source does not.
#[test]
fn sends_valid_calls() {
    let filter = |operator: &str| {
        format!(r#"{{"string_filters":[{{"field":"title","operator":"{operator}","values":["x",7]}}],"condition":""}}"#)
    };
    let incidents = |operator: &str| run(&["call", "--sandbox", "coc", "list_incidents", "--body", &filter(operator)]);
    for operator in [">=", "not in", "DESC"] {
        let (code, stdout, stderr) = incidents(operator);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{operator}");
        assert!(stdout.contains("ticket_id"));
    }
    let project = "c15cc54e338d4506afd9bd8103071ff0";
    let records =
        ["projectman", "list_records_v2", "--project-id", project, "--issue-id", "9175005", "--type", "Scrum"];
    let projects = ["projectman", "list_projects_v4", "--offset", "0", "--limit", "10", "--archive", "true"];
    for call in [&records[..], &projects, &["osm", "list_cases", "--status", "25"]] {
        let (code, _, stderr) = run(&[&["call", "--sandbox"], call].concat());
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{call:?}");
    }
}

#[test]
fn usage_errors_print_messages_and_exit_codes() {
    let osm = ["call", "--sandbox", "osm", "list_case_operate_logs", "--case-id"];
    let coc = ["call", "--sandbox", "coc", "list_incidents_histories", "--incident-id", "x", "--body"];
    let cases: Vec<(Vec<&str>, i32, &str)> = vec![
        (vec![], 2, "Usage: hwc"),
        (vec!["timelin"], 2, "similar subcommand exists: 'timeline'"),
        (vec!["sandbox", "--faults", "/no/such/plan"], 2, "--faults: /no/such/plan: No such file"),
        (vec!["sandbox", "--faults", "/proc/self/cmdline"], 2, "--faults: /proc/self/cmdline: expected"),
        (vec!["timeline"], 2, "whose history?"),
        (vec!["timeline", "osm/1"], 2, "no region: set HUAWEICLOUD_SDK_REGION"),
        (
            vec!["timeline", "osm/1", "--region", "cn-south-1"],
            2,
            "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set",
        ),
        (vec!["timeline", "--sandbox", "ecs/1"], 2, "known are coc, codeartsdeploy, osm, projectman"),
        (vec!["timeline", "--sandbox", "projectman/1"], 2, "does not have the form projectman/project_id/issue_id"),
        (vec!["timeline", "--sandbox", "projectman/a/b"], 2, "issue_id must be an integer, got \"b\""),
        (vec!["timeline", "--sandbox", "--region", "cn-south-1"], 2, "leave out --region, --profile and --endpoint"),
        (vec!["timeline", "--sandbox", "--time-zone", "Mars"], 2, "--time-zone must read like GMT+8"),
        (vec!["timeline", "--sandbox", "-o", "xml"], 2, "possible values: table, json, csv, tsv"),
        ([&osm[..], &[""]].concat(), 2, "case_id: must not be empty"),
        ([&osm[..], &["1", "--limit", "many"]].concat(), 2, "--limit must be an integer, got \"many\""),
        ([&osm[..], &["1", "--limit", "101"]].concat(), 2, "limit: must be from 0 to 100, got 101"),
        ([&osm[..], &["1", "--body", "{}"]].concat(), 2, "unexpected argument '--body'"),
        ([&coc[..], &["{"]].concat(), 2, "--body is not JSON"),
        ([&coc[..], &["@/no/such/file"]].concat(), 2, "/no/such/file cannot be read"),
        (
            [&coc[..], &[r#"{"sort_filtre":{}}"#]].concat(),
            2,
            "sort_filtre: is not a member; known are count_filters, fields",
        ),
        ([&coc[..], &["[]"]].concat(), 2, "body: must be a JSON object"),
        ([&coc[..], &[r#"{"fields":7}"#]].concat(), 2, "fields: must be a list, got 7"),
    ];
    for (arguments, expected, sentence) in cases {
        let (code, stdout, stderr) = run(&arguments);
        assert_eq!(code, Some(expected), "{arguments:?}: {stderr}");
        assert!(stderr.contains(sentence), "{arguments:?}: {stderr}");
        assert!(stdout.is_empty() && !stderr.contains("panicked"), "{arguments:?}: {stdout}{stderr}");
    }
}
#[test]
fn service_and_connection_errors_have_distinct_exit_codes() {
    let call = ["call", "osm", "list_case_operate_logs", "--case-id", "1", "--endpoint"];
    let keys = |command: &mut Command| {
        output(command.env("HUAWEICLOUD_SDK_AK", "AK").env("HUAWEICLOUD_SDK_SK", "very-secret").output().unwrap())
    };
    let (code, _, stderr) = keys(&mut hwc(&[&call[..], &["http://127.0.0.1:1"]].concat()));
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.contains("no connection to 127.0.0.1:1 (after 3 attempts): Connection refused"), "{stderr}");

    let mut sandbox = Playing::start(&["--made-up-ids"]);
    let (url, exports) = (sandbox.url.clone(), sandbox.exports.clone());

    let (code, _, stderr) = keys(&mut hwc(&[&call[..], &[&url]].concat()));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("401 APIGW.0301") && !stderr.contains("very-secret"), "{stderr}");

    let (code, stdout, stderr) = output(hwc(&[&call[..], &[&url]].concat()).envs(exports).output().unwrap());
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("total_count"));

    // A rejected request for one history does not affect the others.
    let body = json!({ "error_code": "Deploy.00011154", "error_msg": "No permission" });
    let refused = always("list_app_operations_log", 403, &body);
    let timeline = ["timeline", "--service", "osm", "--service", "codeartsdeploy", "-o", "json"];
    let (code, stdout, stderr) = run_with_faults(&[refused], &timeline);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.lines().count() > 1 && stdout.lines().all(|line| line.contains("\"osm\"")), "{stdout}");
    assert!(stderr.starts_with("hwc: codeartsdeploy/"), "{stderr}");
    assert!(stderr.contains("list_app_operations_log: 403 Deploy.00011154: No permission"), "{stderr}");

    let mut half = hwc(&[&call[..], &[&url]].concat());
    let (code, _, stderr) = output(half.env("HUAWEICLOUD_SDK_AK", "AK").output().unwrap());
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("HUAWEICLOUD_SDK_SK is not"), "{stderr}");

    let listed = sandbox.stop();
    let project = "c15cc54e338d4506afd9bd8103071ff0";
    let subjects = ["coc/IM202506051651290199975850", "codeartsdeploy/00105ecca9d142148f9807cf0cdebfef", "osm/123"];
    for subject in
        subjects.into_iter().chain([&*format!("projectman/{project}/9175005"), "SERVICE/ID for every other valid id"])
    {
        assert!(listed.contains(&format!("\n  {subject}\n")), "{subject} is not listed:\n{listed}");
    }
}

/// Control, bidirectional, zero-width and tag characters, and a line break.
const HIDDEN: &str = "a\u{1b}[2J\u{7f}\u{9b}1m\u{85}\u{202e}b\u{2066}\u{200b}\u{feff}\u{e0041}\nhwc: c";

#[test]
fn no_character_of_a_service_is_invisible_or_moves_others() {
    let visible =
        |text: &str| text.chars().all(|c| c == '\n' || !c.is_control() && (c.is_ascii() || !HIDDEN.contains(c)));
    let operation = "list_case_operate_logs";
    let record = json!({ "operator_name": HIDDEN, "operate_desc": HIDDEN, "operate_time": HIDDEN });
    let plan = [always(operation, 200, &json!({ "incident_operate_log_list": [record], "total_count": 1 }))];

    let (code, stdout, _) = run_with_faults(&plan, &["call", "osm", operation, "--case-id", "1"]);
    assert!(code == Some(0) && visible(&stdout), "{stdout:?}");
    let response: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(response["incident_operate_log_list"][0], record, "the same values");

    let (code, stdout, _) = run_with_faults(&plan, &["timeline", "osm/1", "-o", "json"]);
    assert!(code == Some(0) && visible(&stdout), "{stdout:?}");
    let event: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!([&event["time_text"], &event["actor"]["name"], &event["action"]], [HIDDEN; 3]);
    assert_eq!(event["record"], record, "as the service sent it");

    let (code, stdout, _) = run_with_faults(&plan, &["timeline", "osm/1"]);
    assert!(code == Some(0) && visible(&stdout), "{stdout:?}");
    assert!(stdout.contains(r"a\u{1b}[2J\u{7f}") && stdout.lines().count() < 12, "{stdout}");

    let refused = always(operation, 400, &json!({ "error_code": "X.1", "error_msg": HIDDEN }));
    let (code, _, stderr) = run_with_faults(&[refused], &["timeline", "osm/1"]);
    assert!(code == Some(1) && visible(&stderr), "{stderr:?}");
    let account = "\nhwc: 0 events; of 1 thing 0 read whole, 1 not at all\n";
    assert!(stderr.lines().count() == 2 && stderr.ends_with(account), "a forged line: {stderr}");
    assert!(stderr.contains(r"\u{e0041}\nhwc: c"), "{stderr}");

    let (code, _, stderr) = run(&["timeline", "--service", HIDDEN]);
    assert!(code == Some(2) && visible(&stderr), "{stderr:?}");
}

#[test]
fn a_sandbox_has_the_ids_that_its_lists_contain() {
    let plan = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(plan.path(), r#"[{"operation": "list_casess", "do": {"fault": "reset"}}]"#).unwrap();
    let file = plan.path().to_str().unwrap();
    let (code, _, stderr) = run(&["sandbox", "--faults", file]);
    let expected =
        format!("hwc: --faults: {file}: rule 1 of the fault plan names the unknown operation \"list_casess\"; ");
    assert!(code == Some(2) && stderr.starts_with(&expected) && stderr.contains(", list_cases, "), "{stderr}");

    let mut sandbox = Playing::start(&["--things", "7", "--records", "2"]);
    let run = |arguments: &[&str]| {
        let mut command = hwc(&[arguments, &["--endpoint", &sandbox.url]].concat());
        output(command.envs(sandbox.exports.clone()).output().unwrap())
    };
    let (code, stdout, stderr) = run(&["timeline", "--service", "osm", "-o", "json"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout.lines().count(), 1 + 6 * 2, "the documented ticket and six others: {stdout}");
    let (code, _, stderr) = run(&["timeline", "osm/CS9"]);
    assert!(
        code == Some(1) && stderr.contains(r#"case_id "CS9" does not exist: list_cases does not list it"#),
        "{stderr}"
    );
    assert!(sandbox.stop().contains("\n  SERVICE/ID for every other id that a list contains\n"));
}

#[test]
fn secrets_need_not_be_on_the_command_line() {
    let mut sandbox = Playing::start(&[]);
    let call = |arguments: &[&str], stdin: &str| {
        let mut command = hwc(&[&["call", "iam"], arguments, &["--endpoint", &sandbox.url]].concat());
        command.envs(sandbox.exports.clone()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        process.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        output(process.wait_with_output().unwrap())
    };
    let token = &sandbox.exports[3].1;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{token}\r\n")).unwrap();
    let in_file = format!("@{}", file.path().display());
    let validate = ["keystone_validate_token", "--x-subject-token"];
    for (given, stdin) in [(token.as_str(), ""), ("@-", token), ("-", token), (&in_file, "")] {
        let (code, stdout, stderr) = call(&[&validate[..], &[given]].concat(), stdin);
        assert!(code == Some(0) && stdout.contains("expires_at"), "{given}: {stderr}");
    }
    let body = json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": { "name": "ann", "password": "p", "domain": { "name": "d" } } } },
        "scope": { "domain": { "name": "d" } },
    } });
    // Editors of Windows write a byte order mark.
    for given in ["-", "@-"] {
        let login = ["keystone_create_user_token_by_password", "--body", given];
        let (code, stdout, stderr) = call(&login, &format!("\u{feff}{body}"));
        assert!(code == Some(0) && stdout.contains("expires_at"), "{given}: {stderr}");
    }
    let (code, _, stderr) = call(&[&validate[..], &["@-"]].concat(), "\n");
    assert_eq!((code, stderr.as_str()), (Some(2), "hwc: --x-subject-token: standard input is empty\n"));
    let (code, _, stderr) = call(&[&validate[..], &["@/no/such/file"]].concat(), "");
    assert!(
        code == Some(2) && stderr.starts_with("hwc: --x-subject-token: /no/such/file cannot be read: "),
        "{stderr}"
    );
    sandbox.stop();

    for call in
        [&["call"][..], &["call", "iam", validate[0]], &["call", "iam", "keystone_create_user_token_by_password"]]
    {
        let (_, stdout, _) = run(&[call, &["--help"]].concat());
        let words = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("@FILE, env:VARIABLE, or - for standard input. Secrets belong in one of these"),
            "{call:?}: {stdout}"
        );
    }
}
