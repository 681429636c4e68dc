//! What is missing or stale, for the translators: as XLIFF for their tools, as a Word file for everybody else, and the
//! sheet of two columns for whoever goes over it.

use super::sheet::{self, Heading, TRANSLATE};
use super::store::{Kept, Store, Unit};
use super::words;
use super::xliff::{self, File, Out};
use crate::model::rich;
use crate::model::{IssueId, Lang, Newsletter, TranslationState as State};

/// What is written for the translators, from one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The language from which is translated.
    pub from: Lang,
    /// How many stories have something to translate.
    pub stories: usize,
    /// How many passages.
    pub passages: usize,
    /// How many words, as translators count them.
    pub words: usize,
    /// XLIFF 2.1.
    pub xliff: String,
    /// The Word file in the source language.
    pub docx: Vec<u8>,
    /// The two-column sheet, a Word file.
    pub review: Vec<u8>,
}

/// Writes what is wanted of the stories in an issue, and marks it in the store as out; one for each source language.
pub fn export(store: &mut Store, issue: &IssueId, stories: &[&str], newsletter: &Newsletter) -> Vec<Exported> {
    let froms: Vec<Lang> = sheet::sources(store).into_iter().cloned().collect();
    let mut all = Vec::new();
    for from in froms {
        let here = |kept: &&Kept| kept.from == from && stories.contains(&kept.key.as_str());
        let own: Vec<&Kept> = store.stories.iter().filter(here).collect();
        let wanted: Vec<&Kept> = own.iter().filter(|kept| kept.units.iter().any(Unit::is_wanted)).copied().collect();
        let units: Vec<&Unit> = wanted.iter().flat_map(|kept| &kept.units).filter(|unit| unit.is_wanted()).collect();
        if units.is_empty() {
            continue;
        }
        let (source, target) = (newsletter.language(&from), newsletter.language(&store.lang));
        let heading = Heading {
            issue,
            from: &from,
            newsletter: &source.title,
            tags: (&source.tag, &target.tag),
            label: &target.label,
        };
        let n_words = |unit: &&Unit| rich::words(&unit.source).split_whitespace().count();
        all.push(Exported {
            stories: wanted.len(),
            passages: units.len(),
            words: units.iter().map(n_words).sum(),
            xliff: xliff(store, &wanted, &heading),
            docx: sheet::stories(store, &wanted, &heading),
            review: sheet::review(store, &own, &heading),
            from,
        });
    }
    for unit in
        store.stories.iter_mut().filter(|kept| stories.contains(&kept.key.as_str())).flat_map(|kept| &mut kept.units)
    {
        if unit.is_wanted() {
            unit.is_out = true;
            unit.sent = None;
            if unit.target.is_none() {
                unit.state = State::Out;
            }
        }
    }
    all
}

fn xliff(store: &Store, stories: &[&Kept], heading: &Heading<'_>) -> String {
    let file = |kept: &&'_ Kept| -> Vec<(&'static str, String)> {
        vec![("context", kept.title.clone())].into_iter().filter(|(_, text)| !text.is_empty()).collect()
    };
    let files: Vec<File<'_>> = stories
        .iter()
        .map(|kept| File {
            original: format!("{}/{}", heading.issue, kept.key),
            notes: file(kept),
            units: kept
                .units
                .iter()
                .filter(|unit| unit.is_wanted())
                .map(|unit| Out {
                    name: sheet::name(TRANSLATE, heading.issue, &store.lang, &kept.key, &unit.id),
                    notes: notes(unit),
                    is_store: false,
                    unit,
                })
                .collect(),
        })
        .collect();
    xliff::document(&files, heading.tags.0, heading.tags.1)
}

/// What a translator should know of a passage.
fn notes(unit: &Unit) -> Vec<(&'static str, String)> {
    let mut notes = vec![("part", sheet::what(unit).en)];
    if let Some(before) = &unit.made_from {
        notes.push(("source-before", words::one_line(&rich::words(before))));
        notes.extend(unit.stale().into_iter().map(|sentence| ("changed", sentence)));
    }
    notes
}
