//! `gather`: sources and the drop folder → `harvest.json`.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::Result;
use indicatif::ProgressBar;

use super::exit::Exit;
use super::report::{Colour, Report};
use super::workspace::{self, IssueFolder};
use super::{Shell, patience, runtime, story, words};
use crate::gather::{Reading, gather};
use crate::http::Http;
use crate::model::{Harvest, IssueId, Origin, PairBy, Severity, Silent, Story, StoryId};

/// Arguments of `gather`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// Ask nobody: use what was last fetched.
    #[arg(long)]
    offline: bool,
    /// Take the new text of a picked story whose feed has changed it.
    #[arg(long, value_name = "STORY")]
    refresh: Vec<String>,
}

#[expect(clippy::disallowed_methods, reason = "how long it took is for a person to see")]
pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let began = Instant::now();
    let id = shell.issue(args.issue.as_ref())?;
    super::curate::refuse_correction(&id)?;
    let folder = workspace::folder(&shell.config, &id);
    let refresh = args.refresh.iter().map(|id| StoryId::parse(id)).collect();
    let known: BTreeSet<StoryId> =
        folder.load_harvest()?.into_iter().flat_map(|before| before.stories).map(|story| story.id).collect();
    let harvest = harvest(&folder, args.offline, &refresh, shell)?;
    if shell.report.is_json {
        shell.report.json(&harvest);
    }
    show_counts(&harvest, shell.report);
    show_problems(&harvest, shell.report);
    show_questions(&harvest, shell.report);
    show_silent(&harvest, shell.report);
    show_summary(&harvest, &known, began, shell);
    Ok(exit(&harvest))
}

/// Gathers for an issue and saves what was found.
pub(super) fn harvest(
    folder: &IssueFolder<'_>,
    offline: bool,
    refresh: &BTreeSet<StoryId>,
    shell: &Shell,
) -> Result<Harvest> {
    let config = &shell.config;
    let contact = config.newsletter.http.contact.as_deref().unwrap_or(&config.newsletter.organization.email);
    let http = Http::new(&config.root.join("cache"), contact, config.newsletter.http.proxy.as_deref(), offline)?;
    let before = folder.load_harvest()?;
    let kept = folder.load_issue()?.map(|issue| {
        let from_feeds = issue.stories().filter(|story| matches!(story.origin, Origin::Source { .. }));
        from_feeds.map(|story| story.id.clone()).collect::<BTreeSet<_>>()
    });
    // What is held for another month must still be there then; a file that cannot be read is `curate`'s to explain.
    let mut kept = kept.unwrap_or_default();
    kept.extend(super::curate::held_in(folder).unwrap_or_default());
    let bar = progress(shell.report.is_quiet);
    let reading = Reading {
        sources: &config.sources,
        newsletter: &config.newsletter,
        root: &config.root,
        before: before.as_ref(),
        kept: &kept,
        refresh,
        now: shell.now,
        send_at: config.newsletter.schedule.send_at(&folder.id)?,
        progress: &|source, done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
            bar.set_message(source.to_owned());
        },
    };
    let harvest = runtime()?.block_on(gather(&http, &reading))?;
    bar.finish_and_clear();
    folder.save_harvest(&harvest)?;
    story::save_page(&harvest, shell)?;
    Ok(harvest)
}

/// How many of them have been asked, and which is.
pub(super) fn progress(is_quiet: bool) -> ProgressBar {
    patience::bar(is_quiet, "{bar:24.cyan} {pos}/{len} {msg}")
}

/// How much was found.
pub(super) fn show_counts(harvest: &Harvest, report: Report) {
    let n_paired = harvest.stories.iter().filter(|story| story.texts.len() > 1).count();
    let n = words::count(harvest.stories.len(), ["story", "stories"], ["texte", "textes"]);
    let (en, fr) = (n.en, n.fr);
    report.line(&words!(
        "gathered: {en}, {n_paired} in every language",
        "recueilli : {fr}, dont {n_paired} dans chaque langue"
    ));
}

/// The whole run in one line.
fn show_summary(harvest: &Harvest, known: &BTreeSet<StoryId>, began: Instant, shell: &Shell) {
    let sources = &shell.config.sources;
    let in_both: BTreeSet<&str> = sources
        .feeds
        .iter()
        .map(|feed| (&feed.id, feed.pair, &feed.only, &feed.urls))
        .chain(sources.pages.iter().map(|page| (&page.id, page.pair, &page.only, &page.urls)))
        .filter(|(_, pair, only, urls)| *pair != PairBy::None && only.is_none() && urls.len() > 1)
        .map(|(id, ..)| id.as_str())
        .collect();
    let is_alone = |story: &&Story| {
        let from = matches!(&story.origin, Origin::Source { source, .. } if in_both.contains(source.as_str()));
        from && story.texts.len() == 1
    };
    let n_sources = sources.feeds.len() + sources.pages.len();
    let n_new = harvest.stories.iter().filter(|story| !known.contains(&story.id)).count();
    let n_to_pair = harvest.stories.iter().filter(is_alone).count();
    let n_silent = harvest.silent.iter().filter(|silent| !silent.skipped).count();
    let (n_twice, seconds) = (harvest.twice, began.elapsed().as_secs_f64());
    shell.report.line(&words!(
        "sources: {n_sources}, new: {n_new}, to pair: {n_to_pair}, duplicates: {n_twice}, silent: {n_silent}, {seconds:.1} s",
        "sources : {n_sources}, nouveaux : {n_new}, à jumeler : {n_to_pair}, doublons : {n_twice}, muettes : {n_silent}, {seconds:.1} s"
    ));
}

/// Stories that may be one, which only a person can say.
fn show_questions(harvest: &Harvest, report: Report) {
    for question in harvest.problems.iter().filter(|finding| finding.rule == "PAIR").take(QUESTIONS_SHOWN_MAX) {
        report.finding(question);
    }
}

/// More questions than these at once are answered by nobody; all are in the harvest.
const QUESTIONS_SHOWN_MAX: usize = 10;

/// What contributors should mend.
pub(super) fn show_problems(harvest: &Harvest, report: Report) {
    for finding in harvest.problems.iter().filter(|finding| finding.severity <= Severity::Warning) {
        report.finding(finding);
    }
}

/// One line per silent source and reason.
pub(super) fn show_silent(harvest: &Harvest, report: Report) {
    let mut lines: Vec<(&Silent, Vec<&str>)> = Vec::new();
    for silent in harvest.silent.iter().filter(|silent| !silent.skipped) {
        let is_same =
            |(known, _): &&mut (&Silent, Vec<&str>)| known.source == silent.source && known.reason == silent.reason;
        match lines.iter_mut().find(is_same) {
            Some((_, languages)) => languages.push(silent.language.as_str()),
            None => lines.push((silent, vec![silent.language.as_str()])),
        }
    }
    for (silent, languages) in lines {
        let (source, languages) = (&silent.source, languages.join(", "));
        let (en, fr) = (&silent.reason, &silent.reason_fr);
        let line = words!("silent: {source} ({languages}): {en}", "muet : {source} ({languages}) : {fr}");
        report.text(report.paint(Colour::Yellow, report.say(&line)));
    }
    let n_skipped = harvest.silent.iter().filter(|silent| silent.skipped).count();
    if n_skipped > 0 {
        let n = words::count(n_skipped, ["source", "sources"], ["source", "sources"]);
        let (en, fr) = (n.en, n.fr);
        report.line(&words!("not asked (offline): {en}", "non consulté (hors ligne) : {fr}"));
    }
}

/// A silent source, or a contributor's mistake, wants a look.
pub(super) fn exit(harvest: &Harvest) -> Exit {
    let is_silent = harvest.silent.iter().any(|silent| !silent.skipped);
    let is_wrong = harvest.problems.iter().any(|finding| finding.severity <= Severity::Warning);
    if is_silent || is_wrong { Exit::Look } else { Exit::Done }
}
