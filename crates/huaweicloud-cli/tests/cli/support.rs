//! `hwc` as a process, and a sandbox in another.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

pub fn hwc(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hwc"));
    command.args(arguments);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HUAWEICLOUD_") || name == "HWC_ENDPOINT") {
        command.env_remove(name);
    }
    // No user profile, and no requests to the metadata service.
    for home in ["HOME", "USERPROFILE"] {
        command.env(home, std::env::temp_dir().join("no-such-home"));
    }
    command.env("HUAWEICLOUD_SDK_METADATA_DISABLED", "true");
    command
}

pub fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    output(hwc(arguments).output().unwrap())
}

pub fn output(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// `hwc sandbox` in a separate process.
pub struct Playing {
    pub process: Child,
    pub url: String,
    pub exports: Vec<(String, String)>,
}

impl Playing {
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = hwc(&[&["sandbox"], arguments].concat());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let exports: Vec<(String, String)> = (0..5)
            .map(|_| {
                let line = lines.next().unwrap().unwrap();
                let (name, value) = line.strip_prefix("export ").unwrap().split_once('=').unwrap();
                (name.to_owned(), value.to_owned())
            })
            .collect();
        let names: Vec<&str> = exports.iter().map(|(name, _)| name.as_str()).collect();
        let expected = [
            "HUAWEICLOUD_SANDBOX_URL",
            "HUAWEICLOUD_SDK_AK",
            "HUAWEICLOUD_SDK_SK",
            "HUAWEICLOUD_SANDBOX_TOKEN",
            "HWC_ENDPOINT",
        ];
        assert_eq!(names, expected);
        Self { process, url: exports[0].1.clone(), exports }
    }

    /// Stops the process and returns its stderr.
    pub fn stop(&mut self) -> String {
        self.process.kill().unwrap();
        let mut said = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        self.process.wait().unwrap();
        said
    }
}

/// Stops the server even if a test fails.
impl Drop for Playing {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs `hwc` against a sandbox with these rules for faults.
pub fn run_with_faults(plan: &[Value], arguments: &[&str]) -> (Option<i32>, String, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), Value::from(plan).to_string()).unwrap();
    let sandbox = Playing::start(&["--made-up-ids", "--faults", file.path().to_str().unwrap()]);
    let mut command = hwc(&[arguments, &["--endpoint", &sandbox.url]].concat());
    output(command.envs(sandbox.exports.clone()).output().unwrap())
}

/// Returns the rule that an operation always has this response.
pub fn always(operation: &str, status: u16, body: &Value) -> Value {
    json!({ "operation": operation, "do": { "fault": "body", "status": status, "body": body.to_string() } })
}
