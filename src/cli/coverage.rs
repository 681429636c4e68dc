//! `coverage`: which of the promised streams the last issues carried, and which are due.

use anyhow::Result;
use serde_json::{Value, json};

use super::Shell;
use super::exit::Exit;
use super::report::Colour;
use super::workspace;
use crate::curate::{Carried, coverage};
use crate::model::{Issue, IssueId, Lang, Speech, Words};

/// Arguments of `coverage`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
}

/// Earlier issues that are looked at: a year.
const ISSUES_MAX: usize = 12;

/// Names are lined up to this width; a longer one pushes its own line.
const NAME_CHARS_MAX: usize = 48;

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let past = past(&id, shell)?;
    let now = workspace::folder(&shell.config, &id).load_issue()?;
    let carried = coverage(&shell.config.newsletter, &past, now.as_ref());
    if shell.report.is_json {
        let issues: Vec<&IssueId> = past.iter().map(|issue| &issue.id).collect();
        let streams: Vec<Value> = carried.iter().map(as_json).collect();
        shell.report.json(&json!({"issue": id, "issues": issues, "streams": streams}));
    }
    show(&id, &carried, past.len(), shell);
    Ok(Exit::Done)
}

/// The regular issues before this one that left, oldest first, at most a year of them.
fn past(id: &IssueId, shell: &Shell) -> Result<Vec<Issue>> {
    let config = &shell.config;
    let mut issues = Vec::new();
    for earlier in workspace::issues(config).into_iter().rev().filter(|earlier| earlier.is_regular() && earlier < id) {
        let folder = workspace::folder(config, &earlier);
        if issues.len() < ISSUES_MAX && folder.load_sent()?.is_some() {
            issues.extend(folder.load_issue()?);
        }
    }
    issues.reverse();
    Ok(issues)
}

fn as_json(one: &Carried<'_>) -> Value {
    let stream = one.stream;
    json!({
        "id": stream.id, "name": stream.name, "section": stream.section, "block": stream.block, "every": stream.every,
        "carried": one.issues, "here": one.here, "in_this_issue": one.is_here, "due": one.is_due,
    })
}

fn show(id: &IssueId, carried: &[Carried<'_>], n_past: usize, shell: &Shell) {
    let report = shell.report;
    if carried.is_empty() {
        report.line(&words!(
            "`newsletter.toml` names no `[[stream]]`: docs/newsletter.md says how",
            "`newsletter.toml` ne nomme aucun `[[stream]]` : docs/newsletter.md explique comment"
        ));
        return;
    }
    report.line(&words!("issue {id}, and {n_past} before it", "numéro {id}, et {n_past} avant lui"));
    let lang = match report.speech {
        Speech::En => Lang::new("en"),
        Speech::Fr => Lang::new("fr"),
    };
    let name = |one: &Carried<'_>| {
        one.stream.name.get(&lang).or_else(|| one.stream.name.values().next()).cloned().unwrap_or_default()
    };
    let width = carried.iter().map(|one| name(one).chars().count()).max().unwrap_or(0).min(NAME_CHARS_MAX);
    for one in carried {
        let name = name(one);
        let (mark, colour) = match (one.is_due, one.is_here) {
            (true, _) => (words!("due", "attendu"), Colour::Yellow),
            (_, true) => (words!("in it", "présent"), Colour::Green),
            _ => (words!("later", "plus tard"), Colour::Cyan),
        };
        let mark = report.paint(colour, &format!("{:<9}", report.say(&mark)));
        report.row(14 + width, &format!("  {mark} {name:<width$}  {}", report.say(&standing(one, n_past))));
    }
    let n = carried.iter().filter(|one| one.is_due).count();
    if n > 0 {
        report.line(&words!(
            "due: {n}; a line moved to `pick` in their sections, or a story of your own, carries them",
            "attendus : {n}; une ligne déplacée dans `pick` de leur section, ou un texte de votre main, y répond"
        ));
    }
}

fn standing(one: &Carried<'_>, n_past: usize) -> Words {
    let section = one.stream.section.as_deref().or(one.stream.block.as_deref()).unwrap_or_default();
    let n = one.issues.len();
    match one.issues.last() {
        Some(last) => words!(
            "[{section}; {n} of {n_past}, last in {last}]",
            "[{section}; {n} sur {n_past}, la dernière fois en {last}]"
        ),
        None if n_past == 0 => words!("[{section}]", "[{section}]"),
        None => words!("[{section}; none of {n_past}]", "[{section}; aucun des {n_past}]"),
    }
}
