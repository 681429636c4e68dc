//! `share`: what goes beside the mail. Text to paste into LinkedIn, and once the issue has left a draft of thanks for
//! each contributor. Nothing is sent.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::Shell;
use super::exit::Exit;
use super::report::Colour;
use super::workspace;
use crate::compose::{Templates, Thanks, linkedin, thanks};
use crate::files;
use crate::model::IssueId;

/// Arguments of `share`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the last one that left by default, else the one in work.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let config = &shell.config;
    let id = match &args.issue {
        Some(id) => id.clone(),
        None => last_left(shell)?.map_or_else(|| shell.issue(None), Ok)?,
    };
    let folder = workspace::folder(config, &id);
    let Some(issue) = folder.load_issue()? else {
        return Err(folder.not_composed());
    };
    let templates = Templates::of(&config.root)?;
    let mut written = Vec::new();
    let mut posts = Map::new();
    for lang in &config.newsletter.languages {
        let text = linkedin(&issue, &config.newsletter, &templates, lang)?;
        let name = format!("share/linkedin.{lang}.txt");
        files::write_whole(&folder.file(&name), text.as_bytes())?;
        written.push(folder.shown(&name));
        posts.insert(lang.to_string(), Value::String(text));
    }
    let has_left = workspace::has_begun(&folder)?;
    let drafts = if has_left { thanks(&issue, &config.newsletter, &templates)? } else { Vec::new() };
    for draft in &drafts {
        let name = format!("share/thanks/{}.txt", draft.stories[0]);
        files::write_whole(&folder.file(&name), as_text(draft, shell).as_bytes())?;
        written.push(folder.shown(&name));
    }
    if shell.report.is_json {
        let thanks: Vec<Value> = drafts
            .iter()
            .map(|draft| json!({"stories": draft.stories, "subject": draft.subject, "text": draft.text}))
            .collect();
        shell.report.json(&json!({"issue": id, "linkedin": posts, "thanks": thanks, "files": written}));
    }
    for file in &written {
        shell.report.text(shell.report.paint(Colour::Cyan, file));
    }
    if !has_left {
        shell.report.line(&words!(
            "thanks to contributors are written once the issue has left: cco-news share {id}",
            "les remerciements sont rédigés une fois le numéro parti : cco-news share {id}"
        ));
    } else if drafts.is_empty() {
        shell.report.line(&words!(
            "no story names an author or a contact: there is nobody to thank",
            "aucun texte ne nomme d'auteur ni de personne-ressource : il n'y a personne à remercier"
        ));
    } else {
        shell.report.line(&words!("nothing was sent: these are drafts", "rien n'a été envoyé : ce sont des ébauches"));
    }
    Ok(Exit::Done)
}

/// The newest issue that has left.
fn last_left(shell: &Shell) -> Result<Option<IssueId>> {
    for id in workspace::issues(&shell.config).into_iter().rev().filter(|id| id.corrects().is_none()) {
        if workspace::folder(&shell.config, &id).load_sent()?.is_some() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// A draft as a person pastes it into a message: to whom, about what, the text.
fn as_text(draft: &Thanks, shell: &Shell) -> String {
    let say = |words: &crate::model::Words| shell.report.say(words).to_owned();
    let to = match (&draft.to, draft.name.is_empty()) {
        (Some(to), true) => to.clone(),
        (Some(to), false) => format!("{} <{to}>", draft.name),
        (None, _) => draft.name.clone(),
    };
    let subject = &draft.subject;
    format!(
        "{}\n{}\n\n{}",
        say(&words!("To: {to}", "À : {to}")),
        say(&words!("Subject: {subject}", "Objet : {subject}")),
        draft.text
    )
}
