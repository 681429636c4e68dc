//! Stories and what their reader found → contributions: per story what is to be said, the rules for texts included.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;

use super::place;
use crate::archive::Contribution;
use crate::check::{Evidence, check};
use crate::cli::{Shell, workspace};
use crate::files;
use crate::model::{
    Blocks, Finding, Issue, IssueId, IssueSection, Lang, Newsletter, Origin, Place, Severity, Story, StoryId, Text,
    Texts,
};

/// A story's files, each with its text when it is one that a person can read.
pub(super) type Sources = BTreeMap<String, String>;

/// What is said of each story, and of each file that is none; in the order of their files.
pub(super) fn judge(stories: &[Story], findings: Vec<Finding>, shell: &Shell) -> Result<(Vec<Contribution>, Sources)> {
    let mut newsletter = shell.config.newsletter.clone();
    // The standing blocks are not the contributor's.
    newsletter.blocks = Blocks::default();
    let id = workspace::issue_in_work(&shell.config)?;
    let ran = workspace::ran_before(&shell.config, &id)?;
    let sources = sources(stories, &findings, shell);
    let evidence = Evidence { sources: sources.clone(), ..Evidence::at(shell.now) };
    let mut rest = findings;
    let mut contributions = Vec::new();
    for story in stories {
        let files = files_of(story);
        let (mut own, others) = rest.into_iter().partition(|finding| is_in(finding, &files));
        rest = others;
        let issue = issue_of(story, &id, &newsletter)?;
        let judged = check(&issue, &[], &newsletter, &evidence);
        let judged = judged.into_iter().filter(|finding| is_the_contributors(finding, story, &files));
        own.extend(judged.map(|finding| place::placed(for_contributors(finding, &files), &files, &sources)));
        own.extend(without_text(story, &files));
        contributions.push(contribution(story, files, own, &ran, &newsletter));
    }
    contributions.extend(no_stories(rest));
    contributions.sort_by(|a, b| a.files.cmp(&b.files));
    Ok((contributions, sources))
}

/// The files of a story.
pub(super) fn files_of(story: &Story) -> Vec<String> {
    match &story.origin {
        Origin::File { file, twin, .. } => std::iter::once(file).chain(twin).cloned().collect(),
        Origin::Source { .. } => Vec::new(),
    }
}

/// Languages of the newsletter that a story lacks; material for one language lacks none.
pub(super) fn missing(story: &Story, newsletter: &Newsletter) -> Vec<Lang> {
    if story.only.is_some() {
        return Vec::new();
    }
    newsletter.languages.iter().filter(|lang| !story.texts.contains_key(lang)).cloned().collect()
}

/// The titles of a story.
pub(super) fn titles(story: &Story) -> Texts {
    story.texts.iter().map(|(lang, text)| (lang.clone(), text.title.clone())).collect()
}

fn contribution(
    story: &Story,
    files: Vec<String>,
    findings: Vec<Finding>,
    ran: &BTreeMap<StoryId, IssueId>,
    newsletter: &Newsletter,
) -> Contribution {
    Contribution {
        files,
        titles: titles(story),
        missing: missing(story, newsletter),
        findings,
        ran_in: ran.get(&story.id).cloned(),
    }
}

/// Files from which no story came, each with its findings.
fn no_stories(findings: Vec<Finding>) -> Vec<Contribution> {
    let mut by_file: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        if let Place::File { file, .. } = &finding.place {
            by_file.entry(file.clone()).or_default().push(finding);
        }
    }
    let alone = |(file, findings)| Contribution {
        files: vec![file],
        titles: Texts::new(),
        missing: Vec::new(),
        findings,
        ran_in: None,
    };
    by_file.into_iter().map(alone).collect()
}

/// An issue of this story alone, in the languages that it has: what is missing goes to translation.
fn issue_of(story: &Story, id: &IssueId, newsletter: &Newsletter) -> Result<Issue> {
    let section = story.section.clone().or_else(|| newsletter.sections.first().map(|section| section.id.clone()));
    Ok(Issue {
        id: id.clone(),
        send_at: newsletter.schedule.send_at(id)?,
        subject: Texts::new(),
        preheader: Texts::new(),
        opening: Texts::new(),
        sections: vec![IssueSection { id: section.unwrap_or_default(), stories: vec![story.clone()] }],
        waivers: Vec::new(),
        findings: Vec::new(),
        languages: newsletter.languages.iter().filter(|lang| story.texts.contains_key(lang)).cloned().collect(),
        translations: Vec::new(),
    })
}

/// Whether a finding is about this story's words, and not about an edition, or a translation that is still to come.
fn is_the_contributors(finding: &Finding, story: &Story, files: &[String]) -> bool {
    let is_translation = finding.rule == "BIL-01" && story.only.is_none();
    let is_here = match &finding.place {
        Place::File { .. } => is_in(finding, files),
        Place::Edition { story: of, .. } => of.as_deref() == Some(story.id.as_str()),
    };
    is_here && !is_translation
}

/// What compose mends by itself asks nothing of a contributor.
fn for_contributors(finding: Finding, files: &[String]) -> Finding {
    let is_calendar = |file: &String| Path::new(file).extension().is_some_and(|end| end.eq_ignore_ascii_case("ics"));
    if finding.rule == "BIL-17" && files.iter().any(is_calendar) {
        let hint = words!(
            "write a line `Language: bilingual`, or `English`, in the event's description",
            "inscrivez une ligne `Langue : bilingue`, ou `français`, dans la description de l'activité"
        );
        return Finding { hint, ..finding };
    }
    if finding.severity != Severity::Fixed {
        return finding;
    }
    let hint =
        words!("mended when the issue is made: nothing to do", "corrigé lorsque le numéro est composé : rien à faire");
    Finding { hint, ..finding }
}

/// A title alone is a form that was begun; with a link it is a story.
fn without_text(story: &Story, files: &[String]) -> Option<Finding> {
    let is_bare = |text: &Text| text.body.trim().is_empty() && text.summary.is_empty() && text.url.is_none();
    (story.event.is_none() && story.texts.values().all(is_bare)).then(|| Finding {
        rule: "STORY".to_owned(),
        severity: Severity::Warning,
        language: None,
        place: Place::File { file: files.first().cloned().unwrap_or_default(), line: 0, column: 0 },
        excerpt: String::new(),
        message: words!("the story has a title and no text", "l'article a un titre et aucun texte"),
        hint: words!(
            "write the text below the heading of its language, or a `summary` at the top",
            "écrivez le texte sous le titre de sa langue, ou un `résumé` en haut"
        ),
        waived: None,
    })
}

fn is_in(finding: &Finding, files: &[String]) -> bool {
    matches!(&finding.place, Place::File { file, .. } if files.contains(file))
}

/// The text of every file that is named, as far as it is text.
fn sources(stories: &[Story], findings: &[Finding], shell: &Shell) -> Sources {
    let of_stories = stories.iter().flat_map(files_of);
    let of_findings = findings.iter().filter_map(|finding| match &finding.place {
        Place::File { file, .. } => Some(file.clone()),
        Place::Edition { .. } => None,
    });
    let mut sources = Sources::new();
    for file in of_stories.chain(of_findings) {
        let ending = file.rsplit_once('.').map_or(String::new(), |(_, ending)| ending.to_lowercase());
        let path = shell.config.root.join(&file);
        // A link is no story: the reader has said so, and it is not followed here either.
        let is_file = std::fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_file());
        if is_file && matches!(ending.as_str(), "md" | "markdown" | "txt") && !sources.contains_key(&file) {
            // One that cannot be read has its finding from the reader of stories.
            let text = files::read_text_if_there(&path).ok().flatten();
            sources.insert(file, text.unwrap_or_default());
        }
    }
    sources
}
