//! `word`: the issue as a Word file per language, for a page of GCXchange.

use anyhow::Result;

use super::exit::Exit;
use super::report::Colour;
use super::workspace;
use super::{Shell, pictures};
use crate::compose::{Templates, word_file};
use crate::files;
use crate::model::IssueId;

/// Arguments of `word`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let config = &shell.config;
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(config, &id);
    let Some(issue) = folder.load_issue()? else {
        return Err(folder.not_composed());
    };
    let templates = Templates::of(&config.root)?;
    let newsletter = workspace::with_blocks_as_html(&config.newsletter, &id);
    let (images, _) = pictures::load(&issue, config)?;
    let mut shown_all = Vec::new();
    for lang in &newsletter.languages {
        let bytes = word_file(&issue, &newsletter, &templates, &images, lang)?;
        let name = format!("editions/{lang}.docx");
        files::write_whole(&folder.file(&name), &bytes)?;
        let shown = folder.shown(&name);
        shell.report.text(shell.report.paint(Colour::Cyan, &shown));
        shown_all.push(shown);
    }
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": id, "files": shown_all}));
    }
    Ok(Exit::Done)
}
