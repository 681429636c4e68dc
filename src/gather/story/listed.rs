//! Files that hold several stories: events of a calendar and rows of a job list. Each becomes a story with the line on
//! which it stands; the same one in two files (`agenda.en.ics`, `agenda.fr.ics`) becomes one in two languages.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::folder::Dropped;
use super::{Office, Report, calendar, jobs, stem_and_language};
use crate::gather::text;
use crate::model::{Event, Finding, Kind, Lang, Origin, Pair, PairHow, Story, StoryId, Text};

/// Whether a file holds several stories.
pub(super) fn is_list(file: &Dropped) -> bool {
    matches!(file.extension.as_str(), "ics" | "csv")
}

/// One event or row.
pub(super) struct Entry {
    pub(super) line: usize,
    /// What it is known by: not its place, which moves when one above it goes.
    pub(super) key: String,
    pub(super) kind: Kind,
    pub(super) section: Option<String>,
    pub(super) texts: BTreeMap<Lang, Text>,
    pub(super) event: Option<Event>,
    pub(super) deadline: Option<Date>,
}

/// The stories of all lists.
pub(super) fn stories(office: &Office<'_>, lists: &[Dropped], findings: &mut Vec<Finding>) -> Vec<Story> {
    let mut stories: Vec<Story> = Vec::new();
    for file in lists {
        let (stem, lang) = stem_and_language(&file.stem, office.newsletter);
        let mut report = Report { file: file.shown.clone(), findings: Vec::new() };
        if let Some(source) = super::build::source(file, &mut report) {
            let entries = match file.extension.as_str() {
                "ics" => calendar::entries(office, &source, lang.as_ref(), &mut report),
                _ => jobs::entries(office, &source, lang.as_ref(), &mut report),
            };
            for entry in entries {
                take(office, &mut stories, &stem, file, entry);
            }
        }
        findings.append(&mut report.findings);
    }
    stories
}

fn take(office: &Office<'_>, stories: &mut Vec<Story>, stem: &str, file: &Dropped, entry: Entry) {
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(entry.key.as_bytes())[..4]);
    let id = StoryId::from_file(&format!("{stem}-{digest}"));
    if let Some(twin) = stories.iter_mut().find(|story| story.id == id) {
        join(twin, file, entry);
        return;
    }
    let first = Some(office.newsletter.source_language.clone()).filter(|lang| entry.texts.contains_key(lang));
    stories.push(Story {
        section: entry.section,
        kind: entry.kind,
        source_language: first.or_else(|| entry.texts.keys().next().cloned()),
        pair: paired(&entry.texts),
        texts: entry.texts,
        event: entry.event,
        deadline: entry.deadline,
        ..Story::new(id, Origin::File { file: file.shown.clone(), line: entry.line, twin: None }, office.now)
    });
}

/// The twin's texts and places; the first file's word counts where both speak.
fn join(story: &mut Story, file: &Dropped, entry: Entry) {
    if let Origin::File { file: first, twin, .. } = &mut story.origin
        && *first != file.shown
    {
        twin.get_or_insert_with(|| file.shown.clone());
    }
    for (lang, text) in entry.texts {
        story.texts.entry(lang).or_insert(text);
    }
    if let (Some(event), Some(more)) = (&mut story.event, entry.event) {
        for (lang, place) in more.location {
            event.location.entry(lang).or_insert(place);
        }
    }
    story.deadline = story.deadline.or(entry.deadline);
    story.pair = paired(&story.texts);
}

fn paired(texts: &BTreeMap<Lang, Text>) -> Option<Pair> {
    (texts.len() > 1).then_some(Pair { how: PairHow::File, confidence: 1.0 })
}

/// Plain text with its paragraphs and line ends, as HTML.
pub(super) fn body(plain: &str) -> String {
    let escaped = plain.trim().replace('&', "&amp;").replace('<', "&lt;");
    super::super::html::sanitise(&escaped.replace("\n\n", "<p>").replace('\n', "<br>"))
}

/// A section by its id or its name in any language.
pub(super) fn section(written: &str, office: &Office<'_>) -> Option<String> {
    let folded = text::folded(written);
    let is_it = |name: &String| text::folded(name) == folded;
    let found =
        office.newsletter.sections.iter().find(|section| is_it(&section.id) || section.name.values().any(is_it));
    found.map(|section| section.id.clone())
}
