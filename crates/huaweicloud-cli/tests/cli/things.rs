//! `hwc things`: what a history can be asked for.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use serde_json::{Value, json};

use crate::support::{Playing, always, hwc, output, run, run_with_faults};

#[test]
fn things_are_printed_as_a_timeline_takes_them() {
    let sandbox = Playing::start(&["--things", "4"]);
    let run = |arguments: &[&str]| output(hwc(arguments).envs(sandbox.exports.clone()).output().unwrap());
    let (code, stdout, stderr) = run(&["things"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let (code, listed, stderr) = run(&["things", "--service", "osm", "--service", "coc"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for service in ["coc/", "codeartsdeploy/", "osm/", "projectman/"] {
        let of = |text: &str| text.lines().filter(|line| line.starts_with(service)).count();
        assert!(of(&stdout) >= 4, "{service} is missing:\n{stdout}");
        assert_eq!(of(&listed), if ["osm/", "coc/"].contains(&service) { 4 } else { 0 }, "{listed}");
    }
    assert!(stdout.contains("osm/123\tThe server cannot be reached over SSH.\n"), "{stdout}");
    assert!(stdout.lines().all(|line| line.split('\t').count() == 2 && !line.contains('│')), "{stdout}");

    let names: Vec<&str> = listed.lines().map(|line| line.split('\t').next().unwrap()).collect();
    let (code, events, stderr) = run(&[&["timeline", "-o", "json"], &names[..]].concat());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(names.iter().all(|name| events.contains(&format!(r#""thing":"{name}""#))), "{events}");

    let (code, stdout, stderr) = run(&["things", "--service", "osm", "-o", "json"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let first: Value = serde_json::from_str(stdout.lines().next().unwrap()).unwrap();
    let title = "The server cannot be reached over SSH.";
    assert_eq!(first, json!({ "thing": "osm/123", "service": "osm", "title": title }));

    let (code, stdout, stderr) = run(&["things", "--service", "osm", "--max-things", "2"]);
    assert_eq!((code, stdout.lines().count()), (Some(0), 2));
    assert_eq!(stderr, "hwc: osm: what is listed after the first 2 is not printed\n");
    let (code, stdout, stderr) = run(&["things", "--service", "osm", "--max-things", "4"]);
    assert_eq!((code, stdout.lines().count(), stderr.as_str()), (Some(0), 4, ""));
}

#[test]
fn titles_have_no_tabs_and_no_hidden_characters() {
    let item = |id: &str, title: Value| json!({ "incident_id": id, "simple_description": title });
    let items = [
        item("CS1", json!("a\tb\n\u{202e}c")),
        item("CS2", Value::Null),
        item("CS3", json!("")),
        item("CS4", json!(7)),
        item("C\u{200b}", json!("工单")),
    ];
    let list = always("list_cases", 200, &json!({ "incident_info_list": items, "total_count": 5 }));
    let (code, stdout, stderr) = run_with_faults(std::slice::from_ref(&list), &["things", "--service", "osm"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, "osm/CS1\ta\\tb\\n\\u{202e}c\nosm/CS2\nosm/CS3\nosm/CS4\nosm/C\\u{200b}\t工单\n");
    let (_, stdout, _) = run_with_faults(&[list], &["things", "--service", "osm", "-o", "json"]);
    assert!(stdout.starts_with(r#"{"thing":"osm/CS1","service":"osm","title":"a\tb\n\u202ec"}"#), "{stdout}");
    assert!(stdout.contains(r#"{"thing":"osm/CS2","service":"osm","title":null}"#), "{stdout}");
}

#[test]
fn a_list_that_fails_is_named_and_the_others_are_printed() {
    let refused = always("list_incidents", 403, &json!({ "error_code": "X.1", "error_msg": "no" }));
    let (code, stdout, stderr) = run_with_faults(&[refused], &["things"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.starts_with("hwc: coc: list_incidents: 403 X.1: no") && stderr.lines().count() == 1, "{stderr}");
    assert!(stdout.contains("osm/123\t") && stdout.contains("projectman/") && !stdout.contains("coc/"), "{stdout}");
    // An item without a usable id.
    let items = json!([{ "incident_id": null }, { "incident_id": "CS1" }]);
    let list = always("list_cases", 200, &json!({ "incident_info_list": items, "total_count": 2 }));
    let (code, stdout, stderr) = run_with_faults(&[list], &["things", "--service", "osm"]);
    assert_eq!((code, stdout.as_str()), (Some(1), "osm/CS1\n"));
    assert!(stderr.starts_with("hwc: osm: list_cases lists null as /incident_id"), "{stderr}");

    let (code, stdout, stderr) = run(&["things"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.starts_with("hwc: no region"), "{stderr}");
    for (arguments, sentence) in [
        (&["things", "--service", "ecs"][..], "possible values: coc, codeartsdeploy, osm, projectman"),
        (&["things", "--max-things", "-1"], "'-1'"),
        (&["things", "osm/123"], "unexpected argument 'osm/123'"),
    ] {
        let (code, stdout, stderr) = run(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(sentence), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_closed_pipe_ends_the_list_in_silence() {
    let sandbox = Playing::start(&["--things", "5000"]);
    let mut command = hwc(&["things", "--service", "osm"]);
    command.envs(sandbox.exports.clone()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let (code, _, stderr) = output(process.wait_with_output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(line.starts_with("osm/"), "{line}");
}
