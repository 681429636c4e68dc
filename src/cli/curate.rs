//! `curate`: `harvest.json` → `issue.toml` (shared with the editor) and `issue.json`.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::exit::Exit;
use super::translate::stand;
use super::workspace::{self, IssueFolder};
use super::{Shell, words};
use crate::curate::{Curated, Material, curate, held};
use crate::gather::markdown;
use crate::model::{Harvest, IssueId, Severity, Story, StoryId, Words};
use crate::translate::without;

/// A story that was held again and again is looked for in this many earlier issues.
const HELD_MONTHS_MAX: usize = 12;

/// Arguments of `curate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    refuse_correction(&id)?;
    let folder = workspace::folder(&shell.config, &id);
    let Some(harvest) = folder.load_harvest()? else {
        bail!(words!(
            "nothing is gathered for `{id}`: run `cco-news gather {id}`",
            "rien n'est recueilli pour `{id}` : lancez `cco-news gather {id}`"
        ));
    };
    let curated = curate_and_save(&folder, &harvest, shell)?;
    if shell.report.is_json {
        json(&curated, shell);
    }
    show(&curated, shell);
    let has_error = curated.issue.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if has_error { Exit::Blocked } else { Exit::Done })
}

/// A correction has its own text, and takes nothing from the sources.
pub(super) fn refuse_correction(id: &IssueId) -> Result<()> {
    if id.corrects().is_some() {
        bail!(words!(
            "`{id}` is a correction: its text is all that is in it. Run `cco-news compose {id}`",
            "`{id}` est un rectificatif : il ne contient que son texte. Lancez `cco-news compose {id}`"
        ));
    }
    Ok(())
}

/// Curates an issue and saves its files.
pub(super) fn curate_and_save(folder: &IssueFolder<'_>, harvest: &Harvest, shell: &Shell) -> Result<Curated> {
    let mut curated = curated(folder, harvest, shell)?;
    for finding in &mut curated.issue.findings {
        if let crate::model::Place::File { file, .. } = &mut finding.place
            && file == "issue.toml"
        {
            *file = folder.shown("issue.toml");
        }
    }
    folder.save_issue_toml(&curated.toml)?;
    stand::into_issue(folder, &mut curated.issue, shell)?;
    folder.save_issue(&curated.issue)?;
    Ok(curated)
}

/// Curates an issue from a harvest as its files are; nothing is saved.
pub(super) fn curated(folder: &IssueFolder<'_>, harvest: &Harvest, shell: &Shell) -> Result<Curated> {
    let newsletter = &shell.config.newsletter;
    let existing = folder.load_issue_toml()?;
    let last = folder.load_issue()?.map(|issue| without(&issue));
    curate(&Material {
        id: &folder.id,
        send_at: newsletter.schedule.send_at(&folder.id)?,
        harvest,
        held_over: &held_over(folder, shell)?,
        earlier: &workspace::ran_before(&shell.config, &folder.id)?,
        newsletter,
        sources: &shell.config.sources,
        existing: existing.as_deref(),
        last: last.as_ref(),
        markdown: &markdown,
        speech: shell.report.speech,
    })
}

/// What the editor held in the regular issue before this one: it comes back as candidates, wherever its text was last
/// seen.
fn held_over(folder: &IssueFolder<'_>, shell: &Shell) -> Result<Vec<(Story, IssueId)>> {
    let config = &shell.config;
    let mut before: Vec<IssueId> =
        workspace::issues(config).into_iter().filter(|id| id.is_regular() && *id < folder.id).collect();
    before.reverse();
    let Some(last) = before.first().filter(|_| folder.id.is_regular()) else { return Ok(Vec::new()) };
    let mut wanted = match held_in(&workspace::folder(config, last)) {
        Ok(ids) => ids,
        Err(error) => {
            let file = workspace::folder(config, last).shown("issue.toml");
            let Words { en, fr } = Words::from(&error);
            shell.report.warn(&words!(
                "what was held in `{file}` is not brought back: {en}",
                "ce qui était gardé dans `{file}` n'est pas repris : {fr}"
            ));
            return Ok(Vec::new());
        }
    };
    let mut stories = Vec::new();
    for id in before.iter().take(HELD_MONTHS_MAX) {
        if wanted.is_empty() {
            break;
        }
        let there = workspace::folder(config, id);
        for story in there.load_harvest()?.unwrap_or_default().stories {
            if wanted.remove(&story.id) {
                stories.push((story, last.clone()));
            }
        }
    }
    Ok(stories)
}

/// The stories that an issue holds for another month.
pub(super) fn held_in(folder: &IssueFolder<'_>) -> Result<BTreeSet<StoryId>> {
    folder.load_issue_toml()?.as_deref().map_or(Ok(BTreeSet::new()), held)
}

/// The issue, and every story that could be in it with what speaks for it.
fn json(curated: &Curated, shell: &Shell) {
    let say = |words: &Words| shell.report.say(words).to_owned();
    let candidates: Vec<Value> = curated
        .candidates
        .iter()
        .map(|one| {
            json!({
                "id": one.id, "section": one.section, "list": one.list, "points": one.points,
                "why": one.why.iter().map(say).collect::<Vec<_>>(), "waits": one.waits.as_ref().map(say),
            })
        })
        .collect();
    let mut value = serde_json::to_value(&curated.issue).expect("an issue has string keys only");
    value["candidates"] = Value::Array(candidates);
    shell.report.json(&value);
}

/// Says how many candidates came and how many stories are in the issue.
pub(super) fn show(curated: &Curated, shell: &Shell) {
    let picked = words::count(curated.issue.stories().count(), ["story", "stories"], ["texte", "textes"]);
    let new =
        words::count(curated.n_new, ["new candidate", "new candidates"], ["nouveau candidat", "nouveaux candidats"]);
    let (picked_en, picked_fr, new_en, new_fr) = (picked.en, picked.fr, new.en, new.fr);
    shell.report.line(&words!("in the issue: {picked_en}; {new_en}", "dans le numéro : {picked_fr}; {new_fr}"));
}
