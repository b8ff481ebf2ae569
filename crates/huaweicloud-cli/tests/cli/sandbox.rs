//! `hwc sandbox`: the environment that it prints.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use crate::support::{Playing, hwc, output, run};

/// What `hwc sandbox` prints is all that `hwc` needs.
#[test]
fn the_environment_of_a_sandbox_is_enough() {
    let sandbox = Playing::start(&[]);
    let run = |arguments: &[&str], change: &dyn Fn(&mut Command)| {
        let mut command = hwc(arguments);
        change(command.envs(sandbox.exports.clone()));
        output(command.output().unwrap())
    };
    for arguments in [
        &["timeline", "--service", "osm"][..],
        &["things", "--service", "osm"],
        &["call", "osm", "list-cases"],
        // What is given counts more than what is set; so does a sandbox of its own.
        &["timeline", "--endpoint", &sandbox.url, "osm/123"],
    ] {
        let (code, stdout, stderr) = run(arguments, &|_| {});
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(stdout.contains("123"), "{stdout}");
    }
    let elsewhere: &dyn Fn(&mut Command) = &|command| _ = command.env("HWC_ENDPOINT", "http://127.0.0.1:1");
    assert_eq!(run(&["timeline", "osm/123"], elsewhere).0, Some(3), "the variable is read");
    assert_eq!(run(&["timeline", "osm/123", "--endpoint", &sandbox.url], elsewhere).0, Some(0));
    assert_eq!(run(&["timeline", "osm/123", "--sandbox"], elsewhere).0, Some(0));
    let (code, _, stderr) = run(&["timeline", "osm/123"], &|command| _ = command.env("HWC_ENDPOINT", ""));
    assert!(code == Some(2) && stderr.starts_with("hwc: no region"), "an empty variable is not set: {stderr}");
    let (_, help, _) = run(&["timeline", "--help"], &|_| {});
    assert!(help.contains("HWC_ENDPOINT") && !help.contains(&sandbox.url), "{help}");
}

#[test]
fn a_sandbox_prints_variables_for_a_shell() {
    for (shell, before, between, after) in
        [("posix", "export ", "=", ""), ("fish", "set -gx ", " ", ""), ("powershell", "$env:", " = '", "'")]
    {
        let mut process =
            hwc(&["sandbox", "--shell", shell]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines: Vec<String> =
            BufReader::new(process.stdout.take().unwrap()).lines().take(5).map(Result::unwrap).collect();
        process.kill().unwrap();
        process.wait().unwrap();
        assert!(
            lines[0].starts_with(&format!("{before}HUAWEICLOUD_SANDBOX_URL{between}http://127.0.0.1:")),
            "{lines:?}"
        );
        assert_eq!(lines[4], lines[0].replace("HUAWEICLOUD_SANDBOX_URL", "HWC_ENDPOINT"));
        // No character that a shell would read.
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:/".contains(c);
        let value =
            |line: &str| line.strip_prefix(before)?.split_once(between)?.1.strip_suffix(after).map(str::to_owned);
        assert!(lines.iter().all(|line| value(line).is_some_and(|value| value.chars().all(plain))), "{lines:?}");
    }
    let (code, _, stderr) = run(&["sandbox", "--shell", "tcsh"]);
    assert!(code == Some(2) && stderr.contains("possible values: posix, fish, powershell"), "{stderr}");
}
