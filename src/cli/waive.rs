//! `waive`: a named person accepts a finding, with a reason, for exactly this text.

use anyhow::{Context as _, Result, bail};
use toml_edit::{DocumentMut, Item, Table, Value};

use super::Shell;
use super::exit::Exit;
use super::words::not_picked;
use super::{check, workspace};
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
    let is_found = folder.load_checked()?.is_none_or(|checked| {
        checked.findings.iter().any(|finding| {
            let of = check::story_of(finding, &issue).map(|story| story.id.as_str());
            finding.rule == rule && of == args.story.as_deref()
        })
    });
    let waiver = Waiver {
        rule: rule.clone(),
        story: args.story.clone(),
        by: args.by.trim().to_owned(),
        reason: args.why.trim().to_owned(),
        text,
    };
    let toml = with(&toml, &waiver)?;
    folder.save_issue_toml(&toml)?;
    let file = folder.shown("issue.toml");
    shell.report.line(&words!("waived: {rule}, written in `{file}`", "accepté : {rule}, noté dans `{file}`"));
    if !is_found {
        let of = args.story.as_deref().map_or_else(
            || words!("the issue as a whole", "le numéro dans son ensemble"),
            |story| words!("`{story}`", "`{story}`"),
        );
        let (en, fr) = (of.en, of.fr);
        shell.report.warn(&words!(
            "the check found nothing of {rule} in {en}: was another rule or another story meant? (cco-news check {id})",
            "la vérification n'a rien relevé de {rule} dans {fr} : vouliez-vous une autre règle ou un autre texte? (cco-news check {id})"
        ));
    }
    shell.report.line(&words!("next: cco-news compose {id}", "ensuite : cco-news compose {id}"));
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"issue": id, "rule": rule, "story": args.story, "by": args.by.trim()}));
    }
    Ok(if is_found { Exit::Done } else { Exit::Look })
}

/// `issue.toml` with a waiver in it: one that was given before for the same rule and story is given anew in its place.
fn with(toml: &str, waiver: &Waiver) -> Result<String> {
    let mut document: DocumentMut =
        toml.parse().with_context(|| words!("could not read `issue.toml`", "impossible de lire `issue.toml`"))?;
    let is_this = |table: &Table| {
        let is = |key: &str, text: Option<&str>| table.get(key).and_then(Item::as_str) == text;
        is("rule", Some(&waiver.rule)) && is("story", waiver.story.as_deref())
    };
    let known = document.get_mut("waiver").and_then(Item::as_array_of_tables_mut);
    let Some(table) = known.and_then(|tables| tables.iter_mut().find(|table| is_this(table))) else {
        return Ok(format!("{}\n\n{}", toml.trim_end(), waiver_table(waiver)).trim_start().to_owned());
    };
    for (key, text) in [("by", &waiver.by), ("reason", &waiver.reason), ("text", &waiver.text)] {
        let mut new = Value::from(text.as_str());
        if let Some(old) = table.get(key).and_then(Item::as_value) {
            *new.decor_mut() = old.decor().clone();
        }
        table.insert(key, Item::Value(new));
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_that_is_given_again_takes_the_place_of_the_first() {
        let waiver = |story: Option<&str>, text: &str| Waiver {
            rule: "STY-09".to_owned(),
            story: story.map(str::to_owned),
            by: "Camille".to_owned(),
            reason: "why".to_owned(),
            text: text.to_owned(),
        };
        let first = with("# Mine\nsubject = 1\n", &waiver(Some("file-a"), "one")).unwrap();
        let both = with(&first, &waiver(None, "whole")).unwrap();
        let again = with(&both, &waiver(Some("file-a"), "two")).unwrap();
        assert_eq!(again.matches("[[waiver]]").count(), 2, "{again}");
        assert!(again.starts_with("# Mine\n") && again.contains("\"two\"") && !again.contains("\"one\""), "{again}");
        assert_eq!(again.replace("\"two\"", "\"one\""), both, "all else stays, comments too");
    }
}
