//! `translate keep`: a named person says that a changed source means the same.

use anyhow::{Result, bail};
use serde_json::json;

use super::stand;
use crate::cli::Shell;
use crate::cli::exit::Exit;
use crate::cli::words::not_picked;
use crate::cli::workspace;
use crate::model::{IssueId, StoryId};
use crate::translate::keep;

/// Arguments of `translate keep`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The story's id; `issue` for the subject, the preheader and the opening.
    story: String,
    /// Who says so: logged, and shown to the approver.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(long, value_parser = IssueId::parse)]
    issue: Option<IssueId>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let by = args.by.trim();
    if by.is_empty() {
        bail!(words!(
            "that the meaning is unchanged needs a name",
            "il faut un nom pour dire que le sens est inchangé"
        ));
    }
    let (issue, mut stores) = stand::now(&folder, shell)?;
    let story = StoryId::parse(&args.story);
    if args.story != "issue" && !issue.stories().any(|own| own.id == story) {
        bail!(not_picked(&args.story, &issue));
    }
    let sentences: Vec<String> = stores.iter_mut().flat_map(|store| keep(store, &story, by)).collect();
    if sentences.is_empty() {
        shell
            .report
            .line(&words!("no translation of `{story}` is stale", "aucune traduction de `{story}` n'est périmée"));
    } else {
        stand::save(&folder, &stores, shell)?;
        for sentence in &sentences {
            shell.report.line(&words!("kept, by {by}: “{sentence}”", "conservé, par {by} : « {sentence} »"));
        }
        shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
    }
    if shell.report.is_json {
        shell.report.json(&json!({"issue": id, "story": story, "by": by, "sentences": sentences}));
    }
    Ok(Exit::Done)
}
