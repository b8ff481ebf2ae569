//! `hwc check`: does the account suffice?

use serde_json::{Value, json};

use crate::support::{always, run, run_with_faults};

#[test]
fn an_account_that_suffices_is_ok() {
    let (code, stdout, stderr) = run(&["check", "--sandbox"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.lines().count() == 4 && stdout.lines().all(|line| line.starts_with("ok ")), "{stdout}");
    assert!(stdout.contains("\nok      osm: the history of osm/123 can be read\n"), "{stdout}");
}

#[test]
fn what_does_not_suffice_is_named_and_the_others_are_tried() {
    let refused =
        always("list_incidents_histories", 403, &json!({ "error_code": "X.403", "error_msg": "no permission" }));
    let empty = always("list_cases", 200, &json!({ "total_count": 0, "incident_info_list": [] }));
    let (code, stdout, _) = run_with_faults(&[refused, empty], &["check"]);
    assert_eq!(code, Some(1), "{stdout}");
    assert_eq!(stdout.matches("ok ").count(), 3, "{stdout}");
    assert!(stdout.starts_with("failed  coc: coc/IM") && stdout.contains("403 X.403: no permission"), "{stdout}");
    assert!(stdout.contains("ok      osm: the list is empty, and the history was not tried\n"), "{stdout}");
}

#[test]
fn the_policy_has_the_permissions_of_the_histories_and_their_lists() {
    let (code, stdout, stderr) = run(&["check", "--policy"]);
    assert_eq!(code, Some(0), "{stderr}");
    let policy: Value = serde_json::from_str(&stdout).unwrap();
    let actions = json!(["coc:ticket:getOperationHistories", "coc:ticket:list"]);
    assert_eq!((&policy["Version"], &policy["Statement"][0]["Action"]), (&json!("1.1"), &actions));
    assert!(stderr.contains("no document names a permission for ") && stderr.contains("osm/list_cases"), "{stderr}");
    let (_, stdout, stderr) = run(&["check", "--policy", "--service", "coc"]);
    assert!(stdout.contains("coc:ticket:list") && stderr.is_empty(), "{stderr}");
}
