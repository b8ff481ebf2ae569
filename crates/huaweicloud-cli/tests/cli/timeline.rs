//! `hwc timeline`: events as they come, what is said of those that do not, exit codes.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Playing, always, hwc, output, run, run_with_faults};

#[test]
fn timeline_lists_four_services_newest_first() {
    let (code, stdout, stderr) = run(&["timeline", "--sandbox"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for cell in ["osm/", "coc/", "projectman/", "codeartsdeploy/", "COC-Script", "Batch edit", "nickNameTest"] {
        assert!(stdout.contains(cell), "{cell} is missing:\n{stdout}");
    }
    let times: Vec<&str> = stdout.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    let times: Vec<&&str> = times.iter().filter(|time| time.starts_with("20")).collect();
    assert!(times.len() > 10 && times.is_sorted_by(|a, b| a >= b), "not newest first: {times:?}");

    let (code, stdout, stderr) = run(&["timeline", "--sandbox", "-o", "json"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let events: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |service: &str| events.iter().filter(|event| event["service"] == service).count();
    // The documented history of the first item of each service, and one event of each other item.
    assert_eq!(["osm", "coc"].map(of), [1 + 2, 3 + 2]);
    assert!(of("projectman") >= 14 + 3, "the work item has four more records than its documented page");
    assert!(of("codeartsdeploy") > 3);
    let unreadable: Vec<&Value> = events.iter().filter(|event| event["time"].is_null()).collect();
    assert_eq!(unreadable.len(), 1);
    assert_eq!((&unreadable[0]["service"], &unreadable[0]["time_text"]), (&"osm".into(), &"123".into()));
}

#[test]
fn timeline_filters_by_service_limit_and_time() {
    let lines = |arguments: &[&str]| {
        let (code, stdout, stderr) = run(&[&["timeline", "--sandbox", "-o", "json"], arguments].concat());
        assert_eq!(code, Some(0), "{stderr}");
        let events = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
        (events, stderr)
    };
    let run = |arguments: &[&str]| {
        let (events, stderr) = lines(arguments);
        assert_eq!(stderr, "", "{arguments:?}");
        events
    };
    let of = |events: &[Value], key: &str| {
        let mut found: Vec<String> =
            events.iter().map(|event| event[key].as_str().unwrap_or_default().to_owned()).collect();
        found.sort();
        found.dedup();
        found
    };
    let tickets = run(&["--service", "osm"]);
    assert_eq!(of(&tickets, "service"), ["osm"]);
    assert_eq!(of(&tickets, "thing"), ["osm/123", "osm/124", "osm/125"]);
    for (limit, things, sentence) in [
        ("2", &["osm/123", "osm/124"][..], "hwc: osm: what is listed after the first 2 is not read\n"),
        ("0", &[], "hwc: osm: what is listed after the first 0 is not read\n"),
    ] {
        let (events, stderr) = lines(&["--service", "osm", "--max-things", limit]);
        assert_eq!(of(&events, "thing"), things);
        assert!(stderr.starts_with(sentence), "{stderr}");
    }
    let (events, stderr) = lines(&["--service", "osm", "--max-events", "2"]);
    assert_eq!(events.len(), 2);
    assert!(stderr.starts_with("hwc: what follows the first 2 events is not read\n"), "{stderr}");
    assert_eq!(lines(&["--service", "osm", "--max-events", "3"]).1, "", "nothing was left out");
    // A work item is found through its project.
    let (events, _) = lines(&["--service", "projectman", "--max-things", "1"]);
    assert_eq!(of(&events, "thing"), ["projectman/c15cc54e338d4506afd9bd8103071ff0/9175005"]);
    let all = run(&["--service", "coc"]);
    let late = run(&["--service", "coc", "--since", "2025-04-10T11:00:00Z"]);
    assert!(!late.is_empty() && late.len() < all.len());
    assert!(late.iter().all(|event| event["time"].as_str().unwrap() >= "2025-04-10T11:00:00Z"));
    let early = run(&["--service", "coc", "--until", "2025-04-10T11:00:00Z"]);
    assert_eq!(early.len() + late.len(), all.len());
    // An event without a parseable time is not filtered by time.
    assert_eq!(of(&run(&["osm/123", "--since", "1m"]), "time_text"), ["123"]);
    assert_eq!(run(&["coc/IM1", "--since", "2126-06-01"]), Vec::<Value>::new());
    // A thing is accepted as it is printed, in any case.
    let twice = run(&["OSM/123", "osm/123"]);
    assert_eq!((of(&twice, "thing"), twice.len()), (vec!["osm/123".to_owned()], 1));
    // One that is named and listed is read once.
    assert_eq!(run(&["osm/123", "--service", "osm"]).len(), tickets.len());
    let script = run(&["--service", "coc", "--actor", "coc-SCRIPT"]);
    assert_eq!(of(&script, "action"), ["Handling an incident"]);
    assert_eq!(of(&run(&["--service", "coc", "--action", "accepted", "--action", "HANDLING"]), "action").len(), 1);
    assert_eq!(of(&run(&["--service", "osm", "--thing", "124", "--thing", "125"]), "thing"), ["osm/124", "osm/125"]);
    assert_eq!(run(&["--service", "coc", "--grep", "f****elling"]).len(), 1);
}

#[test]
fn prints_documented_codes_as_words() {
    let (code, stdout, _) = run(&["timeline", "--sandbox", "--service", "osm", "-o", "json"]);
    assert_eq!(code, Some(0));
    let details: Vec<String> = stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["detail"].as_str().unwrap().to_owned())
        .collect();
    // The documented record has a code that no document explains.
    assert_eq!(details.iter().filter(|detail| detail.starts_with("operation type")).count(), 1, "{details:?}");
    assert!(details.contains(&"operation type 1".to_owned()) && details.len() > 1);
}

#[test]
fn a_listed_id_that_cannot_be_read_does_not_end_the_walk() {
    let cases: Vec<Value> = [json!("bad/\u{200b}id"), json!(null), json!(""), json!("CS1"), json!("CS2")]
        .map(|id| json!({ "incident_id": id }))
        .into();
    let list = always("list_cases", 200, &json!({ "incident_info_list": cases, "total_count": 5 }));
    let walk = ["timeline", "--service", "osm", "-o", "json"];
    let read = |stdout: &str, id: &str| stdout.contains(&format!(r#""thing":"osm/{id}""#));
    let (code, stdout, stderr) = run_with_faults(std::slice::from_ref(&list), &walk);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(read(&stdout, "CS1") && read(&stdout, "CS2") && !read(&stdout, ""), "{stdout}");
    let expected = [
        "hwc: osm: list_cases lists null as /incident_id, which cannot be case_id of list_case_operate_logs; ",
        r"hwc: osm/bad/\u{200b}id: list_case_operate_logs: case_id: must not contain '/'",
        "hwc: osm/: list_case_operate_logs: case_id: must not be empty",
    ];
    assert!(expected.iter().all(|start| stderr.lines().any(|line| line.starts_with(start))), "{stderr}");
    assert_eq!(stderr.lines().count(), expected.len() + 1, "{stderr}");
    assert!(stderr.ends_with("events; of 5 things 2 read whole, 3 not at all\n"), "{stderr}");

    // A response for one id that cannot be trusted.
    let elsewhere = json!({ "fault": "redirect", "status": 302, "location": "/login" });
    let first = json!({ "operation": "list_case_operate_logs", "times": 1, "do": elsewhere });
    let (code, stdout, stderr) = run_with_faults(&[list, first], &walk);
    assert_eq!(code, Some(3), "{stderr}");
    assert!(read(&stdout, "CS1") != read(&stdout, "CS2"), "one of them was redirected: {stdout}");
    assert!(stderr.contains("\nhwc: osm/CS1: ") != stderr.contains("\nhwc: osm/CS2: "), "{stderr}");

    // An id that a nested list call needs.
    let projects = json!([{ "project_id": "bad/id" }, { "project_id": "a".repeat(32) }]);
    let list = always("list_projects_v4", 200, &json!({ "projects": projects, "total": 2 }));
    let (code, stdout, stderr) = run_with_faults(&[list], &["timeline", "--service", "projectman", "-o", "json"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.lines().count() > 0 && stderr.starts_with("hwc: projectman/bad/id: list_issues_v4: "), "{stderr}");
    assert!(stderr.ends_with("; 1 list not read to the end\n"), "{stderr}");
}

/// Runs `hwc` against a sandbox with these settings.
fn against(sandbox: &[&str], arguments: &[&str]) -> (Option<i32>, String, String) {
    let sandbox = Playing::start(sandbox);
    let mut command = hwc(&[arguments, &["--endpoint", &sandbox.url]].concat());
    output(command.envs(sandbox.exports.clone()).output().unwrap())
}

/// A service has a window: what lies beyond is said, and what is within is printed.
#[test]
fn a_window_is_read_to_its_last_record() {
    let long = ["--made-up-ids", "--records", "100000"];
    let (code, stdout, stderr) = against(&long, &["timeline", "osm/CS1", "-o", "json"]);
    assert_eq!((code, stdout.lines().count()), (Some(3), 65_635), "{stderr}");
    let sentence = "lets one reach 65535 at most; 34365 items cannot be reached, so narrow the call, for example by time; \
                    65635 records before it were read, what follows them is missing\n\
                    hwc: 65635 events; of 1 thing 0 read whole, 1 in part\n";
    assert!(stderr.starts_with("hwc: osm/CS1: list_case_operate_logs: ") && stderr.ends_with(sentence), "{stderr}");
    let item = "projectman/c15cc54e338d4506afd9bd8103071ff0/7";
    let (code, stdout, stderr) = against(&long, &["timeline", item, "-o", "json"]);
    assert_eq!((code, stdout.lines().count()), (Some(3), 11_000), "{stderr}");
    assert!(stderr.contains("89000 items cannot be reached"), "{stderr}");
}

#[test]
fn what_was_read_before_a_failure_is_printed() {
    let error = json!({ "fault": "body", "status": 500, "body": r#"{"error_code":"X.1","error_msg":"it broke"}"# });
    let plan = [json!({ "operation": "list_case_operate_logs", "after": 5, "do": error })];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), Value::from(&plan[..]).to_string()).unwrap();
    let sandbox = ["--made-up-ids", "--records", "900", "--faults", file.path().to_str().unwrap()];
    for (format, lines) in [(&["-o", "json"][..], 500), (&[], 500)] {
        let (code, stdout, stderr) = against(&sandbox, &[&["timeline", "osm/CS1"], format].concat());
        assert_eq!(code, Some(1), "{stderr}");
        assert_eq!(stdout.lines().filter(|line| line.contains("osm/CS1")).count(), lines);
        let sentence = "hwc: osm/CS1: list_case_operate_logs: 500 X.1: it broke";
        assert!(stderr.starts_with(sentence) && stderr.contains("; 500 records before it were read, "), "{stderr}");
    }
}

#[test]
fn one_refused_thing_does_not_cost_the_others() {
    let error = json!({ "fault": "body", "status": 403, "body": r#"{"error_code":"X.1","error_msg":"no"}"# });
    let plan = [json!({ "operation": "list_case_operate_logs", "arguments": { "case_id": "124" }, "do": error })];
    let (code, stdout, stderr) = run_with_faults(&plan, &["timeline", "osm/123", "osm/124", "osm/125", "-o", "json"]);
    assert_eq!(code, Some(1), "{stderr}");
    let of = |thing: &str| stdout.lines().filter(|line| line.contains(&format!(r#""thing":"{thing}""#))).count();
    assert_eq!((of("osm/123"), of("osm/124"), of("osm/125")), (1, 0, 25));
    assert!(stderr.starts_with("hwc: osm/124: list_case_operate_logs: 403 X.1: no"), "{stderr}");
    assert!(stderr.ends_with("hwc: 26 events; of 3 things 2 read whole, 1 not at all\n"), "{stderr}");
}

/// After three calls that reach nothing, the other things of the service are named without a call.
#[test]
fn what_is_not_reached_is_named() {
    let keys = [("HUAWEICLOUD_SDK_AK", "AK"), ("HUAWEICLOUD_SDK_SK", "SK")];
    let things: Vec<String> = (1..7).map(|id| format!("osm/CS{id}")).collect();
    let things: Vec<&str> = things.iter().map(String::as_str).collect();
    let mut command =
        hwc(&[&["timeline", "--endpoint", "http://127.0.0.1:1", "--concurrency", "1"], &things[..]].concat());
    let (code, _, stderr) = output(command.envs(keys).output().unwrap());
    assert_eq!(code, Some(3), "{stderr}");
    assert_eq!(stderr.matches("Connection refused").count(), 3, "{stderr}");
    let skipped = " was not read: the 3 calls of this service before could not be made either\n";
    assert_eq!(stderr.matches(skipped).count(), 3, "{stderr}");
    assert!(things.iter().all(|thing| stderr.contains(&format!("hwc: {thing}"))), "{stderr}");
}

/// Lines appear while the service is still busy, and an interrupt leaves complete lines.
#[cfg(unix)]
#[test]
fn lines_come_at_once_and_an_interrupt_says_how_far_it_got() {
    let plan = [json!({ "operation": "list_case_operate_logs", "after": 2, "do": { "fault": "hang" } })];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), Value::from(&plan[..]).to_string()).unwrap();
    let sandbox = Playing::start(&["--made-up-ids", "--records", "900", "--faults", file.path().to_str().unwrap()]);
    let mut command = hwc(&["timeline", "osm/CS1", "-o", "json", "--endpoint", &sandbox.url]);
    command.envs(sandbox.exports.clone()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut stdout = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    for _ in 0..200 {
        line.clear();
        stdout.read_line(&mut line).unwrap();
        assert!(serde_json::from_str::<Value>(&line).is_ok(), "{line}");
    }
    // The third page never comes.
    assert!(Command::new("kill").args(["-INT", &process.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let (code, _, stderr) = output(process.wait_with_output().unwrap());
    assert_eq!((code, rest.as_str()), (Some(130), ""));
    assert_eq!(stderr, "hwc: interrupted\nhwc: 200 events; of 1 thing 0 read whole, 1 not to the end\n");
}

/// `head` has seen enough.
#[test]
fn a_closed_pipe_ends_the_walk_in_silence() {
    let sandbox = Playing::start(&["--made-up-ids", "--records", "5000"]);
    let mut command = hwc(&["timeline", "osm/CS1", "-o", "json", "--endpoint", &sandbox.url]);
    command.envs(sandbox.exports.clone()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (code, _, stderr) = output(process.wait_with_output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
}
