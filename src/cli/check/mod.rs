//! `check`: editions against the rules → `check.json`, bound to the digests for which it holds.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::exit::Exit;
use super::report::Colour;
use super::workspace::{self, Checked, IssueFolder};
use super::{Shell, approve, changed, subscribers, way_out};
use crate::check::check;
use crate::files;
use crate::model::{EditionId, Finding, Issue, IssueId, Origin, Place, Severity, Speech};

mod evidence;
mod explain;
mod show;
mod page;
mod sarif;
mod links;
mod setup;
mod service;
mod handover;
mod fix;

pub(super) use show::story_of;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// Explain one rule, with an example that breaks it and one that is right.
    #[arg(long, value_name = "RULE")]
    explain: Option<String>,
    /// Mend what the program can mend by itself, in `issue.toml`, and show what became of it.
    #[arg(long, conflicts_with_all = ["links", "setup", "handover"])]
    fix: bool,
    /// Ask every link of the issue, at most once a day.
    #[arg(long)]
    links: bool,
    /// Whether the office can send: domain, relay, ledger, backups, clock.
    #[arg(long)]
    setup: bool,
    /// Write a page for whoever comes next: who approves, where keys lie, what expires when.
    #[arg(long, conflicts_with_all = ["links", "setup"])]
    handover: bool,
    /// The findings as SARIF 2.1, for programs that show them beside the source.
    #[arg(long, conflicts_with = "json")]
    sarif: bool,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    if let Some(rule) = &args.explain {
        return explain::run(rule, shell);
    }
    if args.setup {
        return setup::run(shell);
    }
    if args.handover {
        return handover::run(shell);
    }
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let (manifest, editions) = folder.composed()?;
    if args.fix {
        return fix::run(&folder, shell);
    }
    let is_changed = changed::say(&folder, &manifest, &editions, shell)?;
    if args.links {
        links::ask(&folder, &editions, shell)?;
    }
    let mut checked = check_again(&folder, shell)?;
    // What lies there is judged all the same; but it is not what was composed, and may not leave.
    checked.blocked |= is_changed;
    if shell.report.is_json {
        json(&checked, shell);
    }
    if args.sarif {
        // Another program reads it: nothing else goes to standard output.
        shell.report.json(&sarif::of(&checked, shell.report.speech));
        return Ok(if is_changed { Exit::Blocked } else { exit(&checked) });
    }
    show::grouped(&folder, &checked, shell)?;
    show_tally(&checked, shell);
    if is_changed {
        shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
        return Ok(Exit::Blocked);
    }
    show_next(&folder, &checked, shell);
    Ok(exit(&checked))
}

/// Checks an issue that was composed before. What was mended then is in the `check.json` of then: it cannot be seen in
/// the editions any more.
pub(super) fn check_again(folder: &IssueFolder<'_>, shell: &Shell) -> Result<Checked> {
    let kept = folder.load_checked()?.map(|checked| checked.findings).unwrap_or_default();
    let fixed = kept.into_iter().filter(|finding| finding.severity == Severity::Fixed).collect();
    check_and_save(folder, fixed, shell)
}

/// Checks an issue as it lies on disk, adds what was found on the way, and saves `check.json`.
pub(super) fn check_and_save(folder: &IssueFolder<'_>, mut findings: Vec<Finding>, shell: &Shell) -> Result<Checked> {
    let (_, editions) = folder.composed()?;
    let Some(issue) = folder.load_issue()? else {
        bail!(words!(
            "`issue.json` is gone: run `cco-news compose`",
            "`issue.json` a disparu : lancez `cco-news compose`"
        ));
    };
    let harvest = folder.load_harvest()?.unwrap_or_default();
    let evidence = evidence::collect(folder, &issue, &editions, harvest.silent, shell)?;
    findings.extend(issue.findings.iter().cloned());
    findings.extend(contributors(harvest.problems, &issue));
    findings.extend(check(
        &issue,
        &editions,
        &workspace::with_blocks_as_html(&shell.config.newsletter, &folder.id),
        &evidence,
    ));
    // What an author is asked to mend is not told as mended too.
    let asked: Vec<(String, Option<String>)> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| (finding.rule.clone(), story_of(finding, &issue).map(|story| story.id.to_string())))
        .collect();
    findings.retain(|finding| {
        let story = || story_of(finding, &issue).map(|story| story.id.to_string());
        finding.severity != Severity::Fixed || !asked.iter().any(|(rule, of)| *rule == finding.rule && *of == story())
    });
    findings.sort_by_key(|finding| finding.severity);
    findings.dedup();
    let digests: BTreeMap<EditionId, _> =
        editions.iter().map(|edition| (edition.id.clone(), edition.digest())).collect();
    let checked = Checked { issue: folder.id.clone(), digests, blocked: findings.iter().any(is_blocking), findings };
    folder.save_checked(&checked)?;
    let page = page::page(&issue, &checked, &shell.config.newsletter);
    files::write_whole(&folder.file("check.html"), page.as_bytes())?;
    Ok(checked)
}

/// What is wrong in contributors' files: an error of the issue where the file is in it, else something to look at.
fn contributors(problems: Vec<Finding>, issue: &Issue) -> Vec<Finding> {
    let is_in_issue = |finding: &Finding| {
        issue.stories().any(|story| match (&story.origin, &finding.place) {
            (Origin::File { file, twin, .. }, Place::File { file: place, .. }) => {
                file == place || twin.as_ref() == Some(place)
            }
            _ => false,
        })
    };
    // A picture of the issue without its text is ACC-04's or BIL-14's.
    let is_told = |finding: &Finding| {
        let images = issue.stories().filter_map(|story| story.image.as_ref());
        let mut silent = images.filter(|image| issue.languages.iter().any(|lang| !image.alt.contains_key(lang)));
        silent.any(|image| image.src == finding.excerpt)
    };
    let heavy = problems.into_iter().filter(|finding| finding.severity <= Severity::Warning && !is_told(finding));
    heavy
        .map(|mut finding| {
            if finding.severity == Severity::Error && !is_in_issue(&finding) {
                finding.severity = Severity::Warning;
            }
            finding
        })
        .collect()
}

/// Whether a finding keeps an issue from leaving.
pub(super) fn is_blocking(finding: &Finding) -> bool {
    finding.severity == Severity::Error && finding.waived.is_none()
}

/// Errors and warnings, one by one.
pub(super) fn show_to_mend(checked: &Checked, shell: &Shell) {
    let is_shown = |finding: &&Finding| match finding.severity {
        Severity::Error => true,
        Severity::Warning => finding.waived.is_none(),
        Severity::Fixed | Severity::Info => false,
    };
    for finding in checked.findings.iter().filter(is_shown) {
        shell.report.finding(finding);
    }
}

/// The findings as one number, and what it is made of.
pub(super) fn show_tally(checked: &Checked, shell: &Shell) {
    let n = |severity| checked.findings.iter().filter(|f| f.severity == severity && f.waived.is_none()).count();
    let (errors, warnings) = (n(Severity::Error), n(Severity::Warning));
    let (fixed, infos) = (n(Severity::Fixed), n(Severity::Info));
    let to_mend = errors + warnings;
    let line = shell
        .report
        .say(&words!(
            "findings: {to_mend} to look at ({errors} block, {warnings} warn); mended {fixed}, noted {infos}",
            "constatations : {to_mend} à voir (bloquantes : {errors}, avertissements : {warnings}); corrigées : {fixed}, notées : {infos}"
        ))
        .to_owned();
    let colour = match (errors, warnings) {
        (0, 0) => Colour::Green,
        (0, _) => Colour::Yellow,
        _ => Colour::Red,
    };
    shell.report.text(shell.report.paint(colour, &line));
}

/// The command that comes next.
pub(super) fn show_next(folder: &IssueFolder<'_>, checked: &Checked, shell: &Shell) {
    let id = &folder.id;
    // What cannot be read now is said by the command that needs it.
    let editions = folder.composed().map(|(_, editions)| editions).unwrap_or_default();
    let step = approve::step(folder, &editions, shell).ok().filter(|_| !editions.is_empty());
    let next = match step {
        _ if checked.blocked => words!(
            "next: mend what blocks, then cco-news compose {id}",
            "ensuite : corrigez ce qui bloque, puis cco-news compose {id}"
        ),
        Some(step) => step.words(id),
        None => words!("next: cco-news status {id}", "ensuite : cco-news status {id}"),
    };
    shell.report.line(&next);
}

/// 4 when something blocks, 3 when something wants a look.
pub(super) fn exit(checked: &Checked) -> Exit {
    if checked.blocked {
        return Exit::Blocked;
    }
    let warns = checked.findings.iter().any(|f| f.severity == Severity::Warning && f.waived.is_none());
    if warns { Exit::Look } else { Exit::Done }
}

/// `check --json`: messages in the person's language.
pub(super) fn json(checked: &Checked, shell: &Shell) {
    let findings: Vec<Value> =
        checked.findings.iter().map(|finding| finding_json(finding, shell.report.speech)).collect();
    shell.report.json(&json!({
        "issue": checked.issue,
        "digests": checked.digests,
        "blocked": checked.blocked,
        "findings": findings,
    }));
}

/// A finding for machines, in the person's language.
pub(super) fn finding_json(finding: &Finding, speech: Speech) -> Value {
    json!({
        "rule": finding.rule,
        "severity": finding.severity,
        "language": finding.language,
        "place": finding.place,
        "excerpt": finding.excerpt,
        "message": finding.message.say(speech),
        "hint": finding.hint.say(speech),
        "waived": finding.waived,
    })
}
