//! `story list`: every story of the drop folder, and where it ran.

use anyhow::Result;
use serde_json::{Value, json};

use super::judge::{files_of, missing, titles};
use crate::cli::exit::Exit;
use crate::cli::report::Colour;
use crate::cli::{Shell, workspace};
use crate::gather::read_stories;
use crate::model::{IssueId, Lang, Story};

pub(super) fn run(shell: &Shell) -> Result<Exit> {
    let config = &shell.config;
    let (stories, _) = read_stories(&config.root, &config.newsletter, shell.now)?;
    // What is in the issue in work has not run yet.
    let ran = workspace::ran_before(config, &workspace::issue_in_work(config)?)?;
    if shell.report.is_json {
        let all: Vec<Value> = stories.iter().map(|story| as_json(story, ran.get(&story.id), shell)).collect();
        shell.report.json(&all);
        return Ok(Exit::Done);
    }
    for story in &stories {
        show(story, ran.get(&story.id), shell);
    }
    if stories.is_empty() {
        shell.report.line(&words!(
            "there is no story in `stories/`: cco-news story new",
            "il n'y a aucun article dans `stories/` : cco-news story new"
        ));
    }
    Ok(Exit::Done)
}

fn show(story: &Story, ran: Option<&IssueId>, shell: &Shell) {
    let report = shell.report;
    let langs = story.texts.keys().map(Lang::as_str).collect::<Vec<_>>().join(" ");
    let to_place = words!("to place", "à placer");
    let section = story.section.as_deref().unwrap_or_else(|| report.say(&to_place));
    let ran = ran.map(|id| words!("  ran in {id}", "  paru dans {id}"));
    let ran = ran.as_ref().map_or("", |words| report.say(words));
    let id = report.paint(Colour::Cyan, story.id.as_str());
    report.text(format!("{id}  {section}  {langs}{ran}"));
    for title in titles(story).values() {
        report.text(format!("    {title}"));
    }
}

fn as_json(story: &Story, ran: Option<&IssueId>, shell: &Shell) -> Value {
    json!({
        "id": story.id,
        "section": story.section,
        "languages": story.texts.keys().collect::<Vec<_>>(),
        "to_translate": missing(story, &shell.config.newsletter),
        "titles": titles(story),
        "files": files_of(story),
        "ran_in": ran,
    })
}
