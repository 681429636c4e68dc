//! `curate`: `harvest.json` → `issue.toml` (shared with the editor) and `issue.json`.

use anyhow::{Result, bail};

use super::exit::Exit;
use super::workspace::{self, IssueFolder};
use super::{Shell, words};
use crate::curate::{Curated, Material, curate};
use crate::gather::markdown;
use crate::model::{Harvest, IssueId, Severity};

/// Arguments of `curate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let Some(harvest) = folder.load_harvest()? else {
        bail!(words!(
            "nothing is gathered for `{id}`: run `cco-news gather {id}`",
            "rien n'est recueilli pour `{id}` : lancez `cco-news gather {id}`"
        ));
    };
    let curated = curate_and_save(&folder, &harvest, shell)?;
    if shell.report.is_json {
        shell.report.json(&curated.issue);
    }
    show(&curated, shell);
    let has_error = curated.issue.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if has_error { Exit::Blocked } else { Exit::Done })
}

/// Curates an issue and saves its files.
pub(super) fn curate_and_save(folder: &IssueFolder<'_>, harvest: &Harvest, shell: &Shell) -> Result<Curated> {
    let newsletter = &shell.config.newsletter;
    let existing = folder.load_issue_toml()?;
    let last = folder.load_issue()?;
    let mut curated = curate(&Material {
        id: &folder.id,
        send_at: newsletter.schedule.send_at(&folder.id)?,
        harvest,
        earlier: &workspace::ran_before(&shell.config, &folder.id)?,
        newsletter,
        existing: existing.as_deref(),
        last: last.as_ref(),
        markdown: &markdown,
    })?;
    for finding in &mut curated.issue.findings {
        if let crate::model::Place::File { file, .. } = &mut finding.place
            && file == "issue.toml"
        {
            *file = folder.shown("issue.toml");
        }
    }
    folder.save_issue_toml(&curated.toml)?;
    folder.save_issue(&curated.issue)?;
    Ok(curated)
}

/// Says how many candidates came and how many stories are in the issue.
pub(super) fn show(curated: &Curated, shell: &Shell) {
    let picked = words::count(curated.issue.stories().count(), ["story", "stories"], ["texte", "textes"]);
    let new =
        words::count(curated.n_new, ["new candidate", "new candidates"], ["nouveau candidat", "nouveaux candidats"]);
    let (picked_en, picked_fr, new_en, new_fr) = (picked.en, picked.fr, new.en, new.fr);
    shell.report.line(&words!("in the issue: {picked_en}; {new_en}", "dans le numéro : {picked_fr}; {new_fr}"));
}
