//! What more stories and more issues cost: `compose` and `check` of 10 to 500 stories, as they are and with a fault more in
//! each, and the archive of 12 to 120 issues.
//!
//! `cargo bench --bench growth`. Each size is measured in a process of its own, so that its memory is its own.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Instant;

use cco_news::archive::{Past, Site, site};
use cco_news::check::{Evidence, check};
use cco_news::compose::{Templates, compose, site_words, web};
use cco_news::model::{Issue, IssueId, Newsletter};

mod issue;
use issue::{STORIES, issue};

const ROUNDS: usize = 3;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    match words.as_slice() {
        [what, n] if what == "archive" => archive(n.parse().unwrap()),
        [what, n] => stories(n.parse().unwrap(), what == "faults"),
        _ => {
            for (what, sizes) in [
                ("stories", [10, STORIES, 100, 250, 500]),
                ("faults", [10, STORIES, 100, 250, 500]),
                ("archive", [12, 24, 48, 84, 120]),
            ] {
                for n in sizes {
                    let me = std::env::current_exe().unwrap();
                    assert!(Command::new(me).args([what, &n.to_string()]).status().unwrap().success());
                }
            }
        }
    }
}

/// An issue with more faults: each story has one more that a rule names.
fn faulty(issue: &Issue) -> Issue {
    let text = serde_json::to_string(issue).unwrap();
    let text =
        text.replace("Our colleagues rewrote", "Our  colleagues , rewrote").replace("ont réécrit", "ont  réécrit ,");
    serde_json::from_str(&text).unwrap()
}

fn newsletter() -> Newsletter {
    toml_edit::de::from_str(include_str!("../newsletter.toml")).unwrap()
}

fn stories(n_stories: usize, has_faults: bool) {
    let (newsletter, templates) = (newsletter(), Templates::load(None).unwrap());
    let issue = if has_faults { faulty(&issue(n_stories)) } else { issue(n_stories) };
    let evidence = Evidence::at("2026-12-02T14:00:00Z".parse().unwrap());
    let (mut composing, mut checking, mut n_findings) = (f64::MAX, f64::MAX, 0);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let editions = compose(&issue, &newsletter, &templates, &BTreeMap::new()).unwrap().editions;
        composing = composing.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        n_findings = check(&issue, &editions, &newsletter, &evidence).len();
        checking = checking.min(start.elapsed().as_secs_f64());
    }
    let what = if has_faults { "faults" } else { "stories" };
    println!(
        "{what:11} {n_stories} stories: compose {:.1} ms, check {:.1} ms, {n_findings} findings, {:.1} MB at most",
        composing * 1000.0,
        checking * 1000.0,
        peak_megabytes()
    );
}

/// The whole site, as each `archive` makes it.
fn archive(n_issues: usize) {
    let (newsletter, templates) = (newsletter(), Templates::load(None).unwrap());
    let web = web(&issue(STORIES), &newsletter, &templates, &BTreeMap::new()).unwrap();
    let past = |n: usize| {
        let id = format!("{}-{:02}", 2017 + n / 12, n % 12 + 1);
        let left_at = format!("{id}-09T15:00:00Z").parse().unwrap();
        let mut web = web.clone();
        web.issue = IssueId::parse(&id).unwrap();
        Past { web, left_at, pictures: BTreeMap::new(), calendars: BTreeMap::new() }
    };
    let issues: Vec<Past> = (0..n_issues).map(past).collect();
    let words = newsletter.languages.iter().map(|lang| (lang.clone(), site_words(&templates, lang).unwrap()));
    let (words, style) = (words.collect(), templates.page_style());
    let (mut best, mut n_files, mut n_bytes) = (f64::MAX, 0, 0);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let all = Site { newsletter: &newsletter, issues: &issues, words: &words, style: &style, has_stories: false };
        let files = site(&all);
        best = best.min(start.elapsed().as_secs_f64());
        (n_files, n_bytes) = (files.len(), files.iter().map(|file| file.bytes.len()).sum());
    }
    println!(
        "archive     {n_issues} issues: {:.1} ms, {n_files} files, {} KB, {:.1} MB at most",
        best * 1000.0,
        n_bytes / 1000,
        peak_megabytes()
    );
}

/// As the kernel counts it; 0 where it does not say.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or_default() / 1024.0
}
