//! The commands that README.md shows do what it shows: every ```` ```console ```` block is run, in order, in a fresh copy
//! of the project, at the date of the README and once more years later, so that its examples do not rot.
//!
//! In a block, `$ ` begins a command and `> ` goes on with it; the rest is what it prints, on both streams, where a line
//! `...` stands for any number of lines and `[..]` for anything within one. `? 4` after a command is its exit code;
//! without it, the command must have done what it was asked (0, or 3: done, but look).
//!
//! No network is used: the copy reads through a proxy that is not there, so every source is silent at once.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::tree;

/// The date of the README, unless it says another: `<!-- clock: 2026-12-02T09:00:00-05:00 -->`.
const CLOCK: &str = "2026-12-02T09:00:00-05:00";

/// When a reader of years later tries the same commands.
const LATER: &str = "2028-03-15T12:00:00Z";

/// A port on which nothing listens: the discard service's.
const NO_PROXY_THERE: &str = "proxy = \"http://127.0.0.1:9\"";

#[derive(Debug, PartialEq)]
struct Step {
    line: usize,
    command: String,
    code: Option<i32>,
    expected: Vec<String>,
}

/// The commands of all console blocks, in order.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut is_inside = false;
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            is_inside = line == "```console";
        } else if !is_inside {
        } else if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { line: number + 1, command: command.to_owned(), code: None, expected: Vec::new() });
        } else if let Some(step) = steps.last_mut() {
            let is_head = step.expected.is_empty() && step.code.is_none();
            match (line.strip_prefix("> "), line.strip_prefix("? ")) {
                (Some(more), _) if is_head => step.command.extend(["\n", more]),
                (_, Some(code)) if is_head => step.code = Some(code.parse().unwrap()),
                _ => step.expected.push(line.trim_end().to_owned()),
            }
        }
    }
    for step in &mut steps {
        while step.expected.last().is_some_and(String::is_empty) {
            step.expected.pop(); // An empty line before the next command is for the eye.
        }
    }
    steps
}

/// What a reader types, as the test runs it: none for what would recurse or has been done.
fn as_run(command: &str) -> Option<String> {
    let is_done = ["cargo test", "git clone", "cd "].iter().any(|start| command.starts_with(start));
    (!is_done).then(|| command.replace("cargo run --release --", "cco-news"))
}

/// Runs all steps in `folder`; what differs, in full.
fn run(steps: &[Step], folder: &Path, clock: &str) -> Vec<String> {
    let bin = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_cco-news"), bin.path().join("cco-news")).unwrap();
    let path = format!("{}:{}", bin.path().display(), std::env::var_os("PATH").unwrap().display());
    let mut wrong = Vec::new();
    for step in steps {
        let Some(command) = as_run(&step.command) else { continue };
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(folder)
            .env_clear()
            .env("PATH", &path)
            .env("HOME", bin.path())
            .env("LC_ALL", "C.UTF-8")
            .env(concat!("CCO_NEWS", "_NOW"), clock)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).replace(&*folder.to_string_lossy(), "[ROOT]");
        let got: Vec<&str> = text.trim_end().lines().map(str::trim_end).collect();
        let code = output.status.code();
        let is_code_right = step.code.map_or(matches!(code, Some(0 | 3)), |wanted| code == Some(wanted));
        if !is_code_right || !is_like(&step.expected, &got) {
            let Step { line, command, expected, .. } = step;
            wrong.push(format!(
                "line {line}, clock {clock}: $ {command}\n--- expected, code {:?}\n{}\n--- got, code {code:?}\n{}\n",
                step.code,
                expected.join("\n"),
                got.join("\n")
            ));
        }
    }
    wrong
}

/// Whether the lines are those expected, where `...` is any number of lines.
fn is_like(expected: &[String], got: &[&str]) -> bool {
    match (expected.split_first(), got.split_first()) {
        (None, None) => true,
        (Some((any, rest)), _) if any == "..." => {
            is_like(rest, got) || got.split_first().is_some_and(|(_, got)| is_like(expected, got))
        }
        (Some((line, rest)), Some((first, got))) => is_line_like(line, first) && is_like(rest, got),
        _ => false,
    }
}

/// Whether a line is the one expected, where `[..]` is anything.
fn is_line_like(expected: &str, got: &str) -> bool {
    match expected.split_once("[..]") {
        None => expected == got,
        Some((start, rest)) => got.strip_prefix(start).is_some_and(|got| {
            let ends = got.char_indices().map(|(at, _)| at).chain([got.len()]);
            ends.into_iter().any(|at| is_line_like(rest, &got[at..]))
        }),
    }
}

/// A copy of the project that reaches nothing but itself.
fn copy_without_network() -> tempfile::TempDir {
    let copy = tree::copy();
    let path = copy.path().join("newsletter.toml");
    let text = fs::read_to_string(&path).unwrap();
    let cut = match text.split_once("[http]\n") {
        Some((before, after)) => format!("{before}[http]\n{NO_PROXY_THERE}\n{after}"),
        None => format!("{text}\n[http]\n{NO_PROXY_THERE}\n"),
    };
    fs::write(path, cut).unwrap();
    copy
}

fn check_readme_at(later: Option<&str>) {
    if !tree::root().join("README.md").exists() {
        eprintln!("skipped: there is no README.md yet");
        return;
    }
    let text = tree::text("README.md").unwrap();
    let told = text.split_once("<!-- clock: ").and_then(|(_, rest)| rest.split_once(" -->")).map(|(clock, _)| clock);
    let steps = steps(&text);
    assert!(!steps.is_empty(), "README.md shows no command");
    let copy = copy_without_network();
    let wrong = run(&steps, copy.path(), later.or(told).unwrap_or(CLOCK));
    assert!(wrong.is_empty(), "README.md shows what is not so:\n{}", wrong.join("\n"));
}

#[test]
fn the_readme_shows_what_its_commands_do() {
    check_readme_at(None);
}

#[test]
fn the_readme_shows_what_its_commands_do_years_later() {
    check_readme_at(Some(LATER));
}

const SAMPLE: &str = "\
Text, and a block that is not run:

```toml
$ false
```

```console
$ printf 'one\\ntwo\\nthree\\n' | sed s/two/2/ > made; cat made
one
...
$ cat made
[..]n[..]
2
three

$ echo on one stream >&2; exit 4
? 4
on one [..]am
$ echo a \\
> b
a b
$ cargo test
whatever
```
";

#[test]
fn a_block_is_run_in_order_and_compared_with_its_elisions() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = run(&steps(SAMPLE), folder.path(), CLOCK);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(folder.path().join("made").exists());
}

#[test]
fn other_words_another_code_and_a_line_too_many_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = |block: &str| run(&steps(&format!("```console\n{block}\n```\n")), folder.path(), CLOCK).len();
    assert_eq!(wrong("$ echo a\na"), 0);
    assert_eq!(wrong("$ echo a\nb"), 1);
    assert_eq!(wrong("$ echo a; echo b\na"), 1);
    assert_eq!(wrong("$ true\na"), 1);
    assert_eq!(wrong("$ exit 4"), 1);
    assert_eq!(wrong("$ exit 3"), 0);
    assert_eq!(wrong("$ true\n? 4"), 1);
}

#[test]
fn a_command_is_the_program_under_test() {
    assert_eq!(as_run("cargo run --release -- compose --open").as_deref(), Some("cco-news compose --open"));
    assert_eq!(as_run("cargo test"), None);
}
