//! What translators send back, whatever they call the file and whichever program saved it: XLIFF, the Word file, the
//! sheet of two columns. Only passages whose words are new are changed.

use std::collections::BTreeMap;

use super::back::{self, Returning};
use super::fit;
use super::sheet::{self, TRANSLATE};
use super::store::{Store, Unit};
use super::words;
use super::xliff;
use crate::model::{IssueId, StoryId, TranslationState as State, Words};

/// Where a passage lies in the stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) store: usize,
    pub(super) story: usize,
    pub(super) unit: usize,
}

/// Something to say of a passage.
pub(super) struct Note {
    pub(super) at: Option<At>,
    pub(super) words: Words,
}

/// What came of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    /// How many passages were taken.
    pub taken: usize,
    /// How many came back as they were before.
    pub unchanged: usize,
    /// How many are still to be translated: empty, or still in the source language.
    pub untranslated: usize,
    /// How many are not in the file any more.
    pub absent: usize,
    /// How many could be two things, and were not taken.
    pub doubts: usize,
    /// How many tracked insertions were taken in, and deletions left out.
    pub tracked: (usize, usize),
    /// How many comments were passed over: they may hold a question.
    pub comments: usize,
    /// What is to be said of single passages.
    pub notes: Vec<Came>,
}

/// What is to be said of a passage that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// The story; none: the issue's own words, or no passage at all.
    pub story: Option<StoryId>,
    /// The passage: `body-3`.
    pub passage: String,
    /// What is to be said.
    pub words: Words,
}

/// Takes a file back into the stores. `by` is who translated, if a name was given; `ask` is asked what is in doubt, and
/// says no when there is nobody to ask. The error says what is wrong with the whole file, and the mend.
pub fn import(
    bytes: &[u8],
    stores: &mut [Store],
    issue: &IssueId,
    by: Option<&str>,
    ask: &mut dyn FnMut(&Words) -> bool,
) -> Result<Import, (Words, Words)> {
    let mut taking = Taking { stores, by, import: Import::default() };
    if bytes.starts_with(b"PK") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        let returned = back::read(bytes).map_err(|error| (error.what, error.hint))?;
        let brought = back::brought(&returned, taking.stores, issue, ask);
        if brought.all.is_empty() && brought.doubts == 0 {
            return Err(nothing_known(issue));
        }
        taking.import.tracked = (returned.inserted, returned.deleted);
        taking.import.comments = returned.comments;
        (taking.import.absent, taking.import.doubts) = (brought.absent, brought.doubts);
        for one in brought.all {
            taking.returned(one);
        }
        for note in brought.notes {
            taking.note(note);
        }
    } else {
        let text = String::from_utf8_lossy(bytes);
        let units = xliff::read(text.trim_start_matches('\u{feff}')).ok_or_else(no_xliff)?;
        taking.units(units, issue)?;
    }
    Ok(taking.import)
}

fn nothing_known(issue: &IssueId) -> (Words, Words) {
    (
        words!("nothing in it belongs to issue `{issue}`", "rien n'y appartient au numéro `{issue}`"),
        words!(
            "name the issue it was exported from: cco-news translate import FILE --issue 2026-12",
            "nommez le numéro dont il provient : cco-news translate import FICHIER --issue 2026-12"
        ),
    )
}

fn no_xliff() -> (Words, Words) {
    (
        words!("it is neither XLIFF 2 nor a Word file", "ce n'est ni du XLIFF 2 ni un fichier Word"),
        words!(
            "ask for the file in the format in which it was sent (`.xlf` of XLIFF 2.0 or 2.1, or `.docx`)",
            "demandez le fichier dans le format où il a été envoyé (`.xlf` de XLIFF 2.0 ou 2.1, ou `.docx`)"
        ),
    )
}

struct Taking<'a> {
    stores: &'a mut [Store],
    by: Option<&'a str>,
    import: Import,
}

/// A translation to take.
struct New {
    target: String,
    /// The source for which it was made; none: what was sent out.
    source: Option<String>,
    state: State,
}

impl Taking<'_> {
    fn unit(&mut self, at: At) -> &mut Unit {
        &mut self.stores[at.store].stories[at.story].units[at.unit]
    }

    fn note(&mut self, Note { at, words }: Note) {
        let (story, passage) = match at {
            Some(at) => {
                let kept = &self.stores[at.store].stories[at.story];
                let id = (kept.key != super::unit::ISSUE).then(|| StoryId::parse(&kept.key));
                (id, kept.units[at.unit].id.clone())
            }
            None => (None, String::new()),
        };
        self.import.notes.push(Came { story, passage, words });
    }

    /// A passage of a Word file.
    fn returned(&mut self, one: Returning) {
        let unit = self.unit(one.at);
        let source = sheet::canonical(&unit.source);
        let is_same = |text: &Option<String>| text.as_ref().is_some_and(|text| sheet::canonical(text) == one.html);
        if is_same(&unit.target) {
            self.import.unchanged += 1;
            return;
        }
        let sent = unit.sent.as_ref().map(|sent| sheet::canonical(sent));
        let is_source = one.html == source || Some(&one.html) == sent.as_ref();
        if is_source || one.html == "…" {
            self.import.untranslated += 1;
            return;
        }
        let state = if one.is_revision { State::Revised } else { State::Back };
        self.take(one.at, New { target: one.html, source: None, state });
    }

    fn units(&mut self, units: Vec<(String, xliff::In)>, issue: &IssueId) -> Result<(), (Words, Words)> {
        let mut by_name = BTreeMap::new();
        let mut by_place = BTreeMap::new();
        for (store, own) in self.stores.iter().enumerate() {
            for (story, kept) in own.stories.iter().enumerate() {
                for (unit, one) in kept.units.iter().enumerate() {
                    let at = At { store, story, unit };
                    by_name.insert(sheet::name(TRANSLATE, issue, &own.lang, &kept.key, &one.id), at);
                    by_place.insert((format!("{issue}/{}", kept.key), one.id.clone()), at);
                }
            }
        }
        let place = |original: &str, unit: &xliff::In| {
            by_name.get(&unit.name).or_else(|| by_place.get(&(original.to_owned(), unit.id.clone()))).copied()
        };
        if !units.is_empty() && units.iter().all(|(original, unit)| place(original, unit).is_none()) {
            return Err(nothing_known(issue));
        }
        for (original, unit) in units {
            if let Some(at) = place(&original, &unit) {
                self.returned_unit(at, unit);
                continue;
            }
            let id = unit.id;
            self.import.doubts += 1;
            let words = words!(
                "`{original}` has no passage `{id}`: it was not taken",
                "`{original}` n'a pas de passage `{id}` : il n'a pas été pris"
            );
            self.note(Note { at: None, words });
        }
        Ok(())
    }

    /// A unit of an XLIFF file.
    fn returned_unit(&mut self, at: At, came: xliff::In) {
        let unit = self.unit(at);
        let is_draft = came.state == "initial";
        let target = came.target.as_deref().map(sheet::canonical).unwrap_or_default();
        let is_same = unit.target.as_ref().is_some_and(|own| sheet::canonical(own) == target);
        let is_source = target == sheet::canonical(&came.source);
        if target.is_empty() || (is_source && is_draft) {
            self.import.untranslated += 1;
            return;
        }
        if is_same && (is_draft || !unit.is_stale()) {
            self.import.unchanged += 1;
            return;
        }
        let state = match came.state.as_str() {
            "reviewed" => State::Revised,
            "final" => State::Approved,
            _ => State::Back,
        };
        self.take(at, New { target, source: Some(came.source), state });
    }

    fn take(&mut self, at: At, new: New) {
        let by = self.by.map(str::to_owned);
        let unit = self.unit(at);
        if unit.is_gone {
            self.import.doubts += 1;
            let words = words!(
                "the story no longer has this passage: its translation was not taken",
                "l'article n'a plus ce passage : sa traduction n'a pas été prise"
            );
            return self.note(Note { at: Some(at), words });
        }
        let made_from = match new.source {
            Some(source) => source,
            // A revision without a new source is of what was translated.
            None if new.state == State::Revised && !unit.is_out => {
                unit.made_from.clone().unwrap_or_else(|| unit.source.clone())
            }
            None => unit.sent.clone().unwrap_or_else(|| unit.source.clone()),
        };
        let misfits = if new.target.is_empty() { Vec::new() } else { fit::misfits(&made_from, &new.target) };
        if unit.has_arrived && unit.replaces.is_none() {
            unit.replaces = unit.target.take();
        }
        unit.target = Some(new.target);
        unit.state = new.state;
        let is_current = words::same(&made_from, &unit.source);
        unit.made_from = (!is_current).then_some(made_from);
        (unit.sent, unit.is_out, unit.kept_by, unit.target_before) = (None, false, None, None);
        unit.by = by;
        self.import.taken += 1;
        if !is_current {
            let words = words!(
                "the source changed while it was out: its translation is taken, and is stale",
                "la source a changé entre-temps : la traduction est prise, mais elle est périmée"
            );
            self.note(Note { at: Some(at), words });
        }
        for words in misfits {
            self.note(Note { at: Some(at), words });
        }
    }
}
