//! The drop folder: contributors' files in, stories out, and for each thing that is wrong a finding with file, line,
//! the offending text and the mend. It stands apart because what people write by hand fails in its own ways.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use unicode_normalization::UnicodeNormalization as _;

use crate::model::{Finding, Lang, Newsletter, Origin, Place, Severity, Story, StoryId, Words};

mod folder;
mod binary;
mod named;
mod split;
mod yaml;
mod fields;
mod event;
mod block;
mod word;
mod mail;
mod picture;
mod build;
mod listed;
mod calendar;
mod jobs;

/// Files of one story, each with the language that its name says.
type Part = Vec<(Option<Lang>, folder::Dropped)>;

/// What is the same for every story of a folder.
struct Office<'a> {
    newsletter: &'a Newsletter,
    zone: TimeZone,
    now: Timestamp,
    root: &'a Path,
}

/// Findings of one file.
struct Report {
    file: String,
    findings: Vec<Finding>,
}

/// A place in a file: line and column from 1, and the text that stands there.
#[derive(Debug, Clone, Default)]
struct Spot {
    line: usize,
    column: usize,
    excerpt: String,
}

/// Characters of the offending text that are shown.
const EXCERPT_CHARS_MAX: usize = 80;

impl Report {
    fn add(&mut self, severity: Severity, spot: &Spot, message: Words, hint: Words) {
        self.findings.push(Finding {
            rule: "STORY".to_owned(),
            severity,
            language: None,
            place: Place::File { file: self.file.clone(), line: spot.line, column: spot.column },
            excerpt: super::text::cut(spot.excerpt.trim(), EXCERPT_CHARS_MAX),
            message,
            hint,
            waived: None,
        });
    }
}

/// Reads `stories/` below a newsletter's folder.
pub(super) fn read(root: &Path, newsletter: &Newsletter, now: Timestamp) -> Result<(Vec<Story>, Vec<Finding>)> {
    let found = folder::files(root)?;
    let office = Office { newsletter, zone: super::zone(newsletter), now, root };
    Ok(stories(&office, found))
}

/// Reads named files, wherever they lie.
pub(super) fn read_named(
    paths: &[PathBuf],
    root: &Path,
    newsletter: &Newsletter,
    now: Timestamp,
) -> Result<(Vec<Story>, Vec<Finding>)> {
    let found = named::files(paths, root, newsletter)?;
    let office = Office { newsletter, zone: super::zone(newsletter), now, root };
    Ok(stories(&office, found))
}

/// Files to stories, those of a pair together, each with its photo.
fn stories(office: &Office<'_>, found: folder::Found) -> (Vec<Story>, Vec<Finding>) {
    let newsletter = office.newsletter;
    let folder::Found { stories: files, pictures, mut findings, .. } = found;
    let (lists, mut files): (Vec<_>, Vec<_>) = files.into_iter().partition(listed::is_list);
    let left = picture::give(pictures, &mut files, newsletter);
    let mut groups: BTreeMap<(String, String), Part> = BTreeMap::new();
    for file in files {
        let (stem, lang) = stem_and_language(&file.stem, newsletter);
        groups.entry((file.folder.clone(), stem)).or_default().push((lang, file));
    }
    let mut stories: Vec<Story> = Vec::new();
    for ((folder, stem), mut group) in groups {
        // The source language first: where two files of a pair differ, its word counts.
        group.sort_by_key(|(lang, file)| (lang.as_ref() != Some(&newsletter.source_language), file.name.clone()));
        for part in parts(group) {
            let mut id = StoryId::from_file(&stem);
            if let Some(first) = stories.iter().find(|story| story.id == id) {
                let other = StoryId::from_file(&format!("{folder}-{stem}-{}", part[0].1.extension));
                findings.extend(one_name(&first.origin, &id, &part[0].1.shown, &other));
                id = other;
            }
            if let Some(story) = build::story(office, &id, &part, &mut findings) {
                stories.push(story);
            }
        }
    }
    stories.extend(listed::stories(office, &lists, &mut findings));
    let mut report = Report { file: String::new(), findings: Vec::new() };
    picture::nobodys(&left, &stories, &mut report);
    findings.append(&mut report.findings);
    findings.sort_by_key(|finding| (finding.place.clone(), finding.message.en.clone()));
    (stories, findings)
}

/// Two files would be one story by their names: the second is known by a longer one, and its contributor is told.
fn one_name(first: &Origin, id: &StoryId, file: &str, other: &StoryId) -> Vec<Finding> {
    let first = match first {
        Origin::File { file, .. } => file,
        Origin::Source { url, .. } => url,
    };
    let mut report = Report { file: file.to_owned(), findings: Vec::new() };
    report.add(
        Severity::Warning,
        &Spot::default(),
        words!(
            "two stories would have the id `{id}`: `{first}` keeps it, this one is `{other}`",
            "deux textes auraient l'id `{id}` : `{first}` le garde, celui-ci est `{other}`"
        ),
        words!(
            "if they are one story, remove one of the files; else give one of them another name",
            "s'il s'agit d'un seul texte, enlevez l'un des fichiers; sinon, donnez un autre nom à l'un d'eux"
        ),
    );
    report.findings
}

/// Files with a language in their name are one story; a file without one is its own.
fn parts(group: Part) -> Vec<Part> {
    let (tagged, alone): (Vec<_>, Vec<_>) = group.into_iter().partition(|(lang, _)| lang.is_some());
    let mut parts: Vec<Vec<_>> = Vec::new();
    for (lang, file) in tagged {
        // The same language twice (`a.en.md`, `a.en.txt`) cannot be one story.
        match parts.iter_mut().find(|part: &&mut Vec<(Option<Lang>, _)>| part.iter().all(|(other, _)| *other != lang)) {
            Some(part) => part.push((lang, file)),
            None => parts.push(vec![(lang, file)]),
        }
    }
    parts.into_iter().chain(alone.into_iter().map(|file| vec![file])).collect()
}

/// `name.fr` is `name` in French. Names are compared in NFC: a Mac writes them in NFD.
fn stem_and_language(stem: &str, newsletter: &Newsletter) -> (String, Option<Lang>) {
    let stem: String = stem.nfc().collect();
    if let Some((name, last)) = stem.rsplit_once('.')
        && let Some(lang) = newsletter.languages.iter().find(|lang| lang.as_str() == last.trim().to_lowercase())
    {
        return (name.trim().to_owned(), Some(lang.clone()));
    }
    (stem, None)
}

/// A language by the word a person uses for it: its key, tag or own name, or its name in English or French.
fn language_of(word: &str, newsletter: &Newsletter) -> Option<Lang> {
    let folded = super::text::folded(word);
    newsletter.languages.iter().find_map(|lang| {
        let entry = newsletter.language.get(lang);
        let own = entry.is_some_and(|entry| {
            super::text::folded(&entry.tag) == folded || super::text::folded(&entry.label) == folded
        });
        let named = match folded.as_str() {
            "english" | "anglais" | "eng" => lang.is_english(),
            "french" | "francais" | "fra" => lang.is_french(),
            other => other == lang.as_str(),
        };
        (own || named).then(|| lang.clone())
    })
}

fn origin(part: &[(Option<Lang>, folder::Dropped)]) -> Origin {
    Origin::File { file: part[0].1.shown.clone(), line: 1, twin: part.get(1).map(|(_, file)| file.shown.clone()) }
}

#[cfg(test)]
pub(crate) mod tests;
