//! `story check`: whether stories are good, and if not, where, what, and the mend. One language is good.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};

use super::caret;
use super::judge::{self, Sources};
use crate::archive::Contribution;
use crate::cli::check::finding_json;
use crate::cli::exit::Exit;
use crate::cli::report::Colour;
use crate::cli::{Shell, words};
use crate::gather::{read_named_stories, read_stories};
use crate::model::{Finding, Severity, Words};

/// Arguments of `story check`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Story files, from the drop folder or elsewhere; the whole drop folder by default.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let (config, now) = (&shell.config, shell.now);
    let named = named(&args.files, shell);
    let (stories, findings) = if named.is_empty() {
        read_stories(&config.root, &config.newsletter, now)?
    } else {
        read_named_stories(&named, &config.root, &config.newsletter, now)?
    };
    let (contributions, sources) = judge::judge(&stories, findings, shell)?;
    if shell.report.is_json {
        shell.report.json(&as_json(&contributions, shell));
    }
    for contribution in &contributions {
        show(contribution, &sources, shell);
    }
    show_tally(&contributions, shell);
    Ok(exit(&contributions))
}

/// The files to read; none when the drop folder itself is named, or nothing.
fn named(files: &[PathBuf], shell: &Shell) -> Vec<PathBuf> {
    let stories = std::fs::canonicalize(shell.config.root.join("stories")).ok();
    let is_folder = |path: &PathBuf| stories.is_some() && std::fs::canonicalize(path).ok() == stories;
    if files.iter().any(is_folder) {
        return Vec::new();
    }
    // With `--dir` people name files as the program does, from the newsletter's folder.
    let from_root = |path: &PathBuf| {
        let other = shell.config.root.join(path);
        if !path.exists() && other.exists() { other } else { path.clone() }
    };
    files.iter().map(from_root).collect()
}

/// What is to be said of a story, then what became of it.
pub(super) fn show(of: &Contribution, sources: &Sources, shell: &Shell) {
    for finding in of.findings.iter().filter(|finding| is_shown(finding)) {
        shell.report.finding_on(finding, &caret::lines(finding, sources, shell.report.columns()));
    }
    let files = of.files.join(" + ");
    let line = format!("{files}{} {}", shell.report.say(&words!(":", " :")), shell.report.say(&standing(of)));
    let colour = match (of.is_readable(), of.is_good()) {
        (false, _) => Colour::Red,
        (true, true) => Colour::Green,
        (true, false) => Colour::Yellow,
    };
    shell.report.text(shell.report.paint(colour, &line));
}

/// What a contributor can do something about, what was mended, and what the reader of files wishes to say; the notes
/// of the rules are the editor's.
fn is_shown(finding: &Finding) -> bool {
    finding.severity != Severity::Info || finding.rule == "STORY"
}

fn standing(of: &Contribution) -> Words {
    if !of.is_readable() && of.to_mend().next().is_none() {
        return words!("no story", "pas un article");
    }
    if !of.is_readable() {
        return words!("cannot be read as a story", "ne peut être lu comme un article");
    }
    let n = of.to_mend().count();
    let (en, fr) = (if n == 1 { "point" } else { "points" }, if n < 2 { "point" } else { "points" });
    match (n, of.missing.is_empty()) {
        (0, true) => words!("received, good", "reçu, c'est bon"),
        (0, false) => words!("received, good, goes to translation", "reçu, c'est bon, part en traduction"),
        (_, true) => words!("received, {n} {en} to look at", "reçu, {n} {fr} à voir"),
        (_, false) => {
            words!("received, {n} {en} to look at, goes to translation", "reçu, {n} {fr} à voir, part en traduction")
        }
    }
}

fn show_tally(contributions: &[Contribution], shell: &Shell) {
    if contributions.is_empty() {
        shell.report.line(&words!(
            "there is no story in `stories/`: cco-news story new",
            "il n'y a aucun article dans `stories/` : cco-news story new"
        ));
        return;
    }
    if contributions.len() == 1 {
        return;
    }
    let readable = contributions.iter().filter(|of| of.is_readable() || of.to_mend().next().is_some());
    let n = words::count(readable.count(), ["story", "stories"], ["article", "articles"]);
    let good = contributions.iter().filter(|of| of.is_good()).count();
    let translated = contributions.iter().filter(|of| of.is_good() && !of.missing.is_empty()).count();
    let look = contributions.iter().filter(|of| of.to_mend().next().is_some()).count();
    let (en, fr) = (n.en, n.fr);
    let goods = if good < 2 { "bon" } else { "bons" };
    shell.report.line(&words!(
        "{en}: {good} good, {translated} of them to translate; {look} to look at",
        "{fr} : {good} {goods}, dont {translated} à traduire; {look} à voir"
    ));
}

/// 4 when a file cannot be read as a story, 3 when something wants a look; one language is neither.
fn exit(contributions: &[Contribution]) -> Exit {
    let cannot = |of: &Contribution| !of.is_readable() && of.findings.iter().any(is_error);
    if contributions.iter().any(cannot) {
        return Exit::Blocked;
    }
    if contributions.iter().any(|of| of.to_mend().next().is_some()) { Exit::Look } else { Exit::Done }
}

fn is_error(finding: &Finding) -> bool {
    finding.severity == Severity::Error
}

fn as_json(contributions: &[Contribution], shell: &Shell) -> Value {
    let speech = shell.report.speech;
    let all = contributions.iter().flat_map(|of| &of.findings);
    let findings: Vec<Value> = all.map(|finding| finding_json(finding, speech)).collect();
    let stories = contributions.iter().map(|of| {
        json!({
            "files": of.files,
            "titles": of.titles,
            "readable": of.is_readable(),
            "good": of.is_good(),
            "to_translate": of.missing,
        })
    });
    json!({ "findings": findings, "stories": stories.collect::<Vec<_>>() })
}
