//! What a shell needs: completions and man pages.

use std::{
    io::{Read as _, Write as _},
    process::{Command, Stdio},
};

use crate::support::{hwc, run};

#[test]
fn completions_know_every_command_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, stdout, stderr) = run(&["completions", shell]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{shell}");
        for word in ["timeline", "things", "completions", "list-case-operate-logs", "max-things", "sandbox"] {
            assert!(stdout.contains(word), "{shell}: {word} is missing");
        }
        // The generator for fish ends at the names of the operations.
        assert!(stdout.contains("case-id") || shell == "fish", "{shell}");
    }
    let (code, stdout, stderr) = run(&["completions", "tcsh"]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("possible values: bash, elvish, fish, powershell, zsh"), "{stderr}");
    assert_eq!(run(&["completions"]).0, Some(2));
}

/// Asks the shell itself, where there is one.
#[cfg(unix)]
#[test]
fn bash_completes_operations_and_flags() {
    let (_, script, _) = run(&["completions", "bash"]);
    let Ok(mut bash) = Command::new("bash").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else { return };
    let mut stdin = bash.stdin.take().unwrap();
    let complete = |words: &[&str]| {
        let last = words.len() - 1;
        let (word, before) = (words[last], words[last - 1]);
        format!(
            "COMP_WORDS=({}); COMP_CWORD={last}; _hwc hwc '{word}' '{before}'; echo ${{COMPREPLY[@]}}\n",
            words.join(" ")
        )
    };
    let asked = complete(&["hwc", "call", "osm", "list-c"]) + &complete(&["hwc", "call", "osm", "list-cases", "--sea"]);
    stdin.write_all((script + "\n" + &asked).as_bytes()).unwrap();
    drop(stdin);
    let output = bash.wait_with_output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers, "list-case-operate-logs list-cases\n--search-key\n");
}

#[test]
fn man_pages_have_the_text_of_the_help() {
    let (code, stdout, stderr) = run(&["man"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for text in [".TH hwc 1 ", "hwc\\-timeline(1)", "Exit codes: 0 success"] {
        assert!(stdout.contains(text), "{text} is missing:\n{stdout}");
    }
    let (code, page, _) = run(&["man", "call", "osm", "list_cases"]);
    assert!(code == Some(0) && page.contains("\\-\\-search\\-key"), "{page}");
    let (_, page, _) = run(&["man", "call", "coc", "list-incidents"]);
    assert!(
        page.contains("\n.in +4n\nfield: text, required\n") || page.contains("\n.in +6n\nfield: text, required\n"),
        "{page}"
    );

    let folder = tempfile::TempDir::new().unwrap();
    let pages = folder.path().join("share/man1");
    let (code, stdout, stderr) = run(&["man", "--dir", pages.to_str().unwrap()]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "", ""));
    let read = |name: &str| std::fs::read_to_string(pages.join(name)).unwrap();
    assert_eq!(read("hwc-call-coc-list-incidents.1"), page);
    assert!(!pages.join("hwc-help.1").exists(), "it has nothing that the others do not have");
    // Every page that a page refers to is there.
    for file in std::fs::read_dir(&pages).unwrap() {
        let page = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for name in page.lines().filter_map(|line| line.strip_suffix("(1)")).map(|name| name.replace('\\', "")) {
            assert!(pages.join(format!("{name}.1")).exists(), "{name}");
        }
    }

    for (arguments, sentence) in [
        (&["man", "nope"][..], "hwc: \"nope\" is no command of hwc\n"),
        (&["man", "call", "nope"], "hwc: \"nope\" is no command of hwc call\n"),
        (&["man", "--dir", "/dev/null/man"], "hwc: --dir: /dev/null/man: "),
        (&["man", "--dir", "man", "call"], "cannot be used with"),
    ] {
        let (code, stdout, stderr) = run(arguments);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(sentence), "{arguments:?}: {stderr}");
    }
}

/// `head` has seen enough.
#[test]
fn a_closed_pipe_is_no_failure_of_any_command() {
    for arguments in
        [&["completions", "zsh"][..], &["man", "call"], &["--help"], &["call", "--help"], &["call", "coc", "--help"]]
    {
        let mut process = hwc(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(process.stdout.take());
        let status = process.wait().unwrap();
        let mut said = String::new();
        process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}
