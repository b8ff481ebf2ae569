//! `hwc timeline`: events as they come, what is said of those that do not, exit codes.

use std::{
    collections::BTreeMap,
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
    let times: Vec<&str> = stdout.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
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
    let (events, stderr) = lines(&["osm/123", "--since", "1m"]);
    assert_eq!(of(&events, "time_text"), ["123"]);
    assert_eq!(stderr, "hwc: 1 event has a time that cannot be read, and may be of any time\n");
    let (events, stderr) = lines(&["coc/IM1", "--since", "2126-06-01"]);
    assert_eq!((events.len(), stderr.as_str()), (0, "hwc: no events in 1 history\n"));
    assert_eq!(run(&["coc/IM1", "--since", "yesterday"]).len(), 1);
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

/// Into a pipe a table has no boxes, and no line is wrapped or cut.
#[test]
fn a_table_in_a_pipe_can_be_searched() {
    let (_, json, _) = run(&["timeline", "--sandbox", "-o", "json"]);
    let (code, table, stderr) = run(&["timeline", "--sandbox"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let mut things: Vec<String> = json
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["thing"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(table.lines().count(), things.len() + 1, "a line for each event, and the heading");
    things.sort();
    things.dedup();
    for thing in things {
        assert!(
            table.lines().any(|line| line.split_whitespace().any(|word| word == thing)),
            "{thing} is torn: {table}"
        );
    }
    assert!(table.starts_with("WHEN ") && !table.contains(['│', '\u{1b}', '…']), "{table}");
    let (_, bare, _) = run(&["timeline", "--sandbox", "osm/124", "--no-header", "--columns", "thing,actor_id"]);
    assert_eq!(bare.split_whitespace().next(), Some("osm/124"));
    // The markup of a web page is gone.
    assert!(table.contains("As <User role>") && !table.contains("<span"), "{table}");
}

/// Returns what a terminal of this width gets.
#[cfg(unix)]
fn in_terminal(columns: u16, arguments: &[&str]) -> String {
    let (mut terminal, other) = pty_process::blocking::open().unwrap();
    terminal.resize(pty_process::Size::new(24, columns)).unwrap();
    let command = pty_process::blocking::Command::from(hwc(arguments)).stderr(Stdio::null());
    let mut process = command.env("TERM", "xterm").env_remove("NO_COLOR").spawn(other).unwrap();
    let mut text = Vec::new();
    // When the process ends, reading fails on Linux.
    let _ = terminal.read_to_end(&mut text);
    assert!(process.wait().unwrap().success());
    String::from_utf8(text).unwrap()
}

/// However wide a terminal is, ids and times are whole, and lines fit.
#[cfg(unix)]
#[test]
fn a_table_fits_its_terminal() {
    for (columns, order) in [(80, "newest"), (100, "oldest"), (120, "none"), (200, "newest")] {
        let table = in_terminal(columns, &["timeline", "--sandbox", "--order", order]);
        let mut parts = table.split('\u{1b}');
        let plain: String = parts.next().unwrap_or_default().to_owned();
        let plain = parts.fold(plain, |plain, part| plain + part.split_once('m').unwrap().1);
        assert!(plain != table, "{columns}: no colours");
        let longest = plain.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= columns.into(), "{longest} > {columns}: {plain}");
        for id in ["projectman/c15cc54e338d4506afd9bd8103071ff0/9175005", "2025-04-10T11:43:47.529Z"] {
            assert!(plain.contains(id), "{columns}: {id} is torn: {plain}");
        }
    }
    let plain = in_terminal(80, &["timeline", "--sandbox", "osm/123", "--color", "never"]);
    assert!(!plain.contains('\u{1b}') && plain.lines().count() == 2, "{plain}");
}

/// `COLUMNS` stands in for a terminal.
#[test]
fn a_table_fits_the_columns_that_are_given() {
    let mut command = hwc(&["timeline", "--sandbox"]);
    let (_, table, _) = output(command.env("COLUMNS", "120").output().unwrap());
    assert_eq!(table.lines().map(|line| line.chars().count()).max(), Some(120));
}

#[test]
fn orders_zones_and_colours() {
    // One for all: the newest records are as old as their sandbox.
    let sandbox = Playing::start(&["--records", "1"]);
    let run = |arguments: &[&str]| {
        let mut command = hwc(&[&["timeline", "--service", "coc"], arguments].concat());
        output(command.args(["--endpoint", &sandbox.url]).envs(sandbox.exports.clone()).output().unwrap()).1
    };
    let table = |arguments: &[&str]| run(&[&["--no-header"], arguments].concat());
    let times = |table: &str| table.lines().map(|line| line[..20].to_owned()).collect::<Vec<_>>();
    let newest = times(&table(&[]));
    let mut oldest = times(&table(&["--order", "oldest"]));
    oldest.reverse();
    assert_eq!(oldest, newest);
    let json = run(&["-o", "json", "--order", "oldest"]);
    let times: Vec<Value> =
        json.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["time"].clone()).collect();
    assert!(times.len() == newest.len() && times.is_sorted_by_key(|time| time.as_str()), "{times:?}");

    let there = table(&["--zone", "Asia/Shanghai"]);
    assert!(there.contains("2025-04-10T19:43:47.529+08:00"), "{there}");
    assert!(table(&["--utc"]).contains("2025-04-10T11:43:47.529Z"));
    // A day begins where it is shown.
    let day = ["--since", "2025-04-10", "--until", "2025-04-11"];
    assert_eq!(table(&day).lines().count(), 3);
    assert_eq!(table(&[&day[..], &["--zone", "America/Los_Angeles"]].concat()).lines().count(), 1);

    assert!(!table(&[]).contains('\u{1b}') && table(&["--color", "always"]).contains("\u{1b}[0m"));
    let mut coloured = hwc(&["timeline", "--sandbox", "--color", "auto"]);
    assert!(!output(coloured.output().unwrap()).1.contains('\u{1b}'), "a pipe is not a terminal");
}

/// What a library reads of CSV and TSV is what JSON says.
#[test]
fn separated_values_are_those_of_json() {
    let sandbox = Playing::start(&["--records", "1"]);
    let print = |format: &str| {
        let services =
            ["--service", "osm", "--service", "coc", "--service", "projectman", "--service", "codeartsdeploy"];
        let mut command = hwc(&[&["timeline", "-o", format, "--endpoint", &sandbox.url][..], &services].concat());
        let (code, text, stderr) = output(command.envs(sandbox.exports.clone()).output().unwrap());
        assert_eq!(code, Some(0), "{stderr}");
        text
    };
    // Events of the same time come in any order.
    let events: BTreeMap<String, Value> = print("json")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|event| (event["id"].as_str().unwrap().to_owned(), event))
        .collect();
    assert!(events.len() > 20);
    for (format, delimiter) in [("csv", b','), ("tsv", b'\t')] {
        let text = print(format);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let names = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!((rows.len(), names.len()), (events.len(), 15));
        for row in &rows {
            let event = &events[&row[names.iter().position(|name| name == "id").unwrap()]];
            for (name, cell) in names.iter().zip(row) {
                let value = match name.split_once('_') {
                    Some(("actor", member)) => &event["actor"][member],
                    _ => &event[name],
                };
                match value {
                    Value::String(text) => assert_eq!(cell, text, "{name}"),
                    Value::Null => assert_eq!(cell, "", "{name}"),
                    other => assert_eq!(&serde_json::from_str::<Value>(cell).unwrap(), other, "{name}"),
                }
            }
        }
    }
    let (_, text, _) =
        run(&["timeline", "--sandbox", "osm/123", "-o", "csv", "--columns", "id,time_text", "--no-header"]);
    assert_eq!(text, "osm/123#123,123\n");
}

/// A record cannot forge a line, move the cursor, or be a formula in a spreadsheet.
#[test]
fn no_record_reaches_beyond_its_cell() {
    let hostile = "=HYPERLINK(\"http://x\")\n2026-01-01T00:00:00Z\tosm/1\u{1b}[2J\u{202e},\"";
    let record =
        json!({ "incident_log_id": "1", "operator_name": hostile, "operate_desc": hostile, "operate_time": hostile });
    let plan =
        [always("list_case_operate_logs", 200, &json!({ "incident_operate_log_list": [record], "total_count": 1 }))];
    for format in ["table", "json", "csv", "tsv"] {
        let (code, stdout, _) = run_with_faults(&plan, &["timeline", "osm/123", "-o", format, "--no-header"]);
        assert_eq!((code, stdout.lines().count()), (Some(0), 1), "{format}: {stdout}");
        assert!(!stdout.contains(['\u{1b}', '\u{202e}']), "{format}: {stdout}");
        if format == "csv" || format == "tsv" {
            let delimiter = if format == "csv" { b',' } else { b'\t' };
            let mut reader =
                csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(stdout.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            assert_eq!(row.len(), 15);
            assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
        }
    }
}

/// Tabs and line breaks between the tokens of a response are not part of a line.
#[test]
fn a_record_of_any_layout_is_a_line() {
    let body =
        "{\n\t\"total_count\": 1,\r\n\t\"incident_operate_log_list\": [{\n\t\t\"incident_log_id\": \"7\"\n\t}]\n}";
    let fault = json!({ "fault": "body", "status": 200, "body": body });
    let plan = [json!({ "operation": "list_case_operate_logs", "do": fault })];
    let (code, stdout, stderr) = run_with_faults(&plan, &["timeline", "osm/123", "-o", "json"]);
    assert_eq!((code, stdout.lines().count()), (Some(0), 1), "{stderr}");
    assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap()["record"], json!({ "incident_log_id": "7" }));
}

#[test]
fn attempts_are_seen_with_v_and_secrets_never() {
    let plan =
        [json!({ "operation": "list_case_operate_logs", "times": 1, "do": { "fault": "status", "status": 503 } })];
    let (code, _, stderr) = run_with_faults(&plan, &["timeline", "osm/123"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let (code, _, stderr) = run_with_faults(&plan, &["timeline", "osm/123", "-v"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("503") && stderr.contains("retried") && stderr.contains("ListCaseOperateLogs"), "{stderr}");
    let (_, _, stderr) = run_with_faults(&plan, &["timeline", "osm/123", "-vvv"]);
    assert!(!stderr.contains("sandbox-secret-key"), "{stderr}");
}

/// What is wrong with the call is said before anything is looked up, and what cannot be reached is not wrong use.
#[test]
fn wrong_calls_and_services_out_of_reach_are_told_apart() {
    let keys = [("HUAWEICLOUD_SDK_AK", "AK"), ("HUAWEICLOUD_SDK_SK", "SK")];
    let run = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = hwc(&[&["timeline", "osm/1"], arguments].concat());
        let (code, _, stderr) = output(command.envs(keys).envs(environment.iter().copied()).output().unwrap());
        (code, stderr)
    };
    let (code, stderr) = run(&["--region", "mars"], &[]);
    assert!(code == Some(2) && stderr.contains("mars") && !stderr.contains("looked up"), "{stderr}");
    let iam = [("HUAWEICLOUD_SDK_IAM_ENDPOINT", "http://127.0.0.1:1")];
    let (code, stderr) = run(&["--region", "cn-south-1"], &iam);
    assert!(code == Some(3) && stderr.contains("the domain id cannot be looked up"), "{stderr}");
    let (code, stderr) = run(&["--region", "cn-south-1", "--limitt", "5"], &[]);
    assert!(
        code == Some(2) && stderr.contains("unexpected argument '--limitt'") && !stderr.contains("-- --"),
        "{stderr}"
    );
}

/// Several accounts in one run, by the names of their profiles.
#[test]
fn profiles_are_accounts() {
    let sandbox = Playing::start(&[]);
    let export = |name: &str| &sandbox.exports.iter().find(|(known, _)| known == name).unwrap().1;
    let (ak, sk) = (export("HUAWEICLOUD_SDK_AK"), export("HUAWEICLOUD_SDK_SK"));
    let file = tempfile::NamedTempFile::new().unwrap();
    let section = |name: &str| format!("[{name}]\nak = {ak}\nsk = {sk}\ndomain_id = {name}-domain\n");
    std::fs::write(file.path(), section("ann") + &section("bob")).unwrap();
    let run = |arguments: &[&str]| {
        let mut command =
            hwc(&[&["timeline", "osm/123", "-o", "json", "--endpoint", &sandbox.url], arguments].concat());
        output(command.env("HUAWEICLOUD_SDK_CREDENTIALS_FILE", file.path()).output().unwrap())
    };
    let (code, stdout, stderr) = run(&["--profile", "ann", "--profile", "bob"]);
    assert_eq!(code, Some(0), "{stderr}");
    let mut accounts: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["account"].clone()).collect();
    accounts.sort_by_key(ToString::to_string);
    assert_eq!(accounts, ["ann-domain", "bob-domain"]);
    let (code, _, stderr) = run(&["--profile", "carol"]);
    assert!(code == Some(2) && stderr.contains("carol") && !stderr.contains(sk.as_str()), "{stderr}");
}

/// A terminal sees how far a walk is and what it waits for, apart from the events.
#[cfg(unix)]
#[test]
fn a_terminal_sees_what_is_waited_for() {
    let plan = [json!({ "operation": "list_case_operate_logs", "do": { "fault": "slow", "millis": 20 } })];
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), Value::from(&plan[..]).to_string()).unwrap();
    let sandbox = Playing::start(&["--faults", file.path().to_str().unwrap()]);
    let (mut terminal, other) = pty_process::blocking::open().unwrap();
    terminal.resize(pty_process::Size::new(24, 100)).unwrap();
    let mut command = hwc(&["timeline", "osm/123", "--endpoint", &sandbox.url]);
    command.envs(sandbox.exports.clone());
    let command = pty_process::blocking::Command::from(command).stdout(Stdio::piped());
    let mut process = command.env("TERM", "xterm").spawn(other).unwrap();
    let mut text = Vec::new();
    let _ = terminal.read_to_end(&mut text);
    let mut stdout = String::new();
    process.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert!(process.wait().unwrap().success());
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("0 of 1 thing, 0 events, 0/s, waiting for osm/123"), "{text}");
    assert!(!stdout.contains("waiting") && stdout.contains("osm/123"), "{stdout}");
}

/// A disk that is full is an error; a stdout that is closed has no reader.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    for format in ["table", "json", "csv"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = hwc(&["timeline", "--sandbox", "-o", format]);
        let (code, _, stderr) = output(command.stdout(full).output().unwrap());
        assert_eq!(
            (code, stderr.as_str()),
            (Some(3), "hwc: stdout: No space left on device (os error 28)\n"),
            "{format}"
        );
    }
    let closed = format!("exec {} timeline --sandbox >&-", env!("CARGO_BIN_EXE_hwc"));
    let output = Command::new("sh").args(["-c", &closed]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
