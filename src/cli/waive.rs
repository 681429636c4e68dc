//! `waive`: a named person accepts a finding, with a reason, for exactly this text.

use anyhow::{Result, bail};

use super::Shell;
use super::exit::Exit;
use super::words::not_picked;
use super::workspace;
use crate::check::{Class, no_such_rule, rule_id, rules, waiver_key};
use crate::curate::waiver_table;
use crate::model::{IssueId, Waiver};

/// Arguments of `waive`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The rule, as `STY-09`.
    rule: String,
    /// The story's id; without it, the finding is about the whole edition.
    story: Option<String>,
    /// Why it is right all the same.
    #[arg(long)]
    why: String,
    /// Who accepts it.
    #[arg(long)]
    by: String,
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(long, value_parser = IssueId::parse)]
    issue: Option<IssueId>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let folder = workspace::folder(&shell.config, &id);
    let (_, editions) = folder.composed()?;
    // A correction has an `issue.toml` only for what is waived.
    let toml = folder.load_issue_toml()?.or_else(|| id.corrects().map(|_| String::new()));
    let (Some(issue), Some(toml)) = (folder.load_issue()?, toml) else {
        return Err(folder.not_composed());
    };
    let rule = rule_id(&args.rule);
    let Some(known) = rules().iter().find(|known| known.id == rule) else { bail!(no_such_rule(&rule)) };
    if known.class == Class::Never {
        shell.report.warn(&words!(
            "`{rule}` is never waived: mend the text",
            "`{rule}` ne souffre aucune dispense : corrigez le texte"
        ));
        return Ok(Exit::Blocked);
    }
    if args.why.trim().is_empty() || args.by.trim().is_empty() {
        bail!(words!("a waiver needs a name and a reason", "une dispense demande un nom et une raison"));
    }
    let Some(text) = waiver_key(&issue, &editions, args.story.as_deref()) else {
        bail!(not_picked(args.story.as_deref().unwrap_or_default(), &issue));
    };
    let waiver = Waiver {
        rule: rule.clone(),
        story: args.story.clone(),
        by: args.by.trim().to_owned(),
        reason: args.why.trim().to_owned(),
        text,
    };
    let toml = format!("{}\n\n{}", toml.trim_end(), waiver_table(&waiver)).trim_start().to_owned();
    folder.save_issue_toml(&toml)?;
    let file = folder.shown("issue.toml");
    shell.report.line(&words!("waived: {rule}, written in `{file}`", "accepté : {rule}, noté dans `{file}`"));
    shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": id, "rule": rule, "story": args.story, "by": args.by.trim()}));
    }
    Ok(Exit::Done)
}
