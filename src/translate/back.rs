//! A Word file that came back: which paragraph is which passage, by content control or bookmark first, then by what
//! stands beside it. Paragraphs that were merged or split are put together as the translator did, and that is said; what
//! could be two things is asked, and without an answer left alone.

use std::collections::BTreeMap;

use super::import::{At, Note};
use super::sheet::{self, LEAVE, REVISE, TRANSLATE};
use super::store::{Store, Unit};
use super::words;
use crate::model::rich::Within;
use crate::model::{IssueId, Words};
use crate::word::{self, Passage, Returned};

/// Of the words of two passages, a merged one has at least so many.
const MERGED_PERCENT_MIN: usize = 75;

/// One passage's words as they came back.
pub(super) struct Returning {
    pub(super) at: At,
    /// Whether it comes from the sheet of two columns.
    pub(super) is_revision: bool,
    /// Inline HTML; empty when it was put into the passage before.
    pub(super) html: String,
}

/// What a Word file brings.
#[derive(Default)]
pub(super) struct Brought {
    pub(super) all: Vec<Returning>,
    pub(super) notes: Vec<Note>,
    /// Passages of the file's stories that it should hold and does not.
    pub(super) absent: usize,
    /// Passages that came back and could be two things.
    pub(super) doubts: usize,
}

enum Id {
    Passage(At, bool),
    Leave,
}

struct Reading<'a> {
    stores: &'a [Store],
    known: BTreeMap<String, Id>,
    brought: Brought,
}

/// Finds the passages of a Word file in the stores.
pub(super) fn brought(
    returned: &Returned,
    stores: &[Store],
    issue: &IssueId,
    ask: &mut dyn FnMut(&Words) -> bool,
) -> Brought {
    let mut reading = Reading { stores, known: known(stores, issue), brought: Brought::default() };
    let mut last: Option<usize> = None;
    for passage in &returned.passages {
        last = reading.passage(passage, last);
    }
    reading.merged_unseen(ask);
    reading.brought
}

fn known(stores: &[Store], issue: &IssueId) -> BTreeMap<String, Id> {
    let mut known = BTreeMap::new();
    for (store_at, store) in stores.iter().enumerate() {
        for (story, kept) in store.stories.iter().enumerate() {
            for (unit, own) in kept.units.iter().enumerate() {
                let name = |kind| sheet::name(kind, issue, &store.lang, &kept.key, &own.id);
                let at = At { store: store_at, story, unit };
                known.insert(name(TRANSLATE), Id::Passage(at, false));
                known.insert(name(REVISE), Id::Passage(at, true));
                known.insert(name(LEAVE), Id::Leave);
            }
        }
    }
    known
}

impl Reading<'_> {
    fn unit(&self, at: At) -> &Unit {
        &self.stores[at.store].stories[at.story].units[at.unit]
    }

    fn note(&mut self, at: Option<At>, is_doubt: bool, words: Words) {
        self.brought.notes.push(Note { at, words });
        self.brought.doubts += usize::from(is_doubt);
    }

    /// Takes one paragraph; gives the place of what was read last, to which a paragraph without a name may belong.
    fn passage(&mut self, passage: &Passage, last: Option<usize>) -> Option<usize> {
        let own: Vec<(At, bool)> = passage
            .ids
            .iter()
            .filter_map(|id| match self.known.get(id) {
                Some(Id::Passage(at, is_revision)) => Some((*at, *is_revision)),
                _ => None,
            })
            .collect();
        let is_ours = |id: &String| id.starts_with(LEAVE) || matches!(self.known.get(id), Some(Id::Leave));
        let is_left = passage.ids.iter().any(is_ours);
        let html = sheet::html(&passage.runs);
        match own.as_slice() {
            [] if is_left => None,
            [] => self.nameless(passage, &html, last),
            [(at, _), ..] if is_left => {
                let words = words!(
                    "it came back in one paragraph with grey text: nothing was taken",
                    "il est revenu dans un même paragraphe avec du texte gris : rien n'a été pris"
                );
                self.note(Some(*at), true, words);
                None
            }
            // Emptied: as good as absent.
            [_] if html.is_empty() => None,
            [(at, is_revision)] => {
                self.brought.all.push(Returning { at: *at, is_revision: *is_revision, html });
                Some(self.brought.all.len() - 1)
            }
            [(at, is_revision), more @ ..] => {
                let follow = more.iter().enumerate().all(|(n, (other, _))| self.follows(*at, *other, n + 1));
                if !follow {
                    let words = words!(
                        "passages that do not follow each other came back in one paragraph: nothing was taken",
                        "des passages qui ne se suivent pas sont revenus dans un même paragraphe : rien n'a été pris"
                    );
                    self.note(Some(*at), true, words);
                    return None;
                }
                let n = own.len();
                self.note(
                    Some(*at),
                    false,
                    words!(
                        "{n} paragraphs came back as one: taken as one",
                        "{n} paragraphes sont revenus en un seul : pris comme un seul"
                    ),
                );
                self.brought.all.push(Returning { at: *at, is_revision: *is_revision, html });
                let place = self.brought.all.len() - 1;
                for (other, is_revision) in more {
                    self.brought.all.push(Returning { at: *other, is_revision: *is_revision, html: String::new() });
                }
                Some(place)
            }
        }
    }

    /// Whether a passage stands `n` lines below another in one body.
    fn follows(&self, first: At, other: At, n: usize) -> bool {
        (first.store, first.story) == (other.store, other.story)
            && first.unit + n == other.unit
            && self.unit(first).field() == self.unit(other).field()
            && matches!(self.unit(other).within, Within::Paragraph | Within::Item { .. } | Within::Heading(_))
    }

    /// A paragraph that nothing names, right below one that has a name: the translator has split it.
    fn nameless(&mut self, passage: &Passage, html: &str, last: Option<usize>) -> Option<usize> {
        if html.is_empty() || self.is_source(&passage.words()) {
            return last;
        }
        let Some(place) = last else {
            let shown = words::one_line(&passage.words()).chars().take(60).collect::<String>();
            let words = words!(
                "a paragraph belongs to no passage, and was not taken: “{shown}”",
                "un paragraphe n'appartient à aucun passage, et n'a pas été pris : « {shown} »"
            );
            self.note(None, true, words);
            return None;
        };
        let at = self.brought.all[place].at;
        let joined = &mut self.brought.all[place].html;
        let is_empty = joined.is_empty();
        if !is_empty {
            joined.push(' ');
        }
        joined.push_str(html);
        if !is_empty {
            let words = words!(
                "it came back as several paragraphs: joined into one",
                "il est revenu en plusieurs paragraphes : réunis en un seul"
            );
            self.note(Some(at), false, words);
        }
        Some(place)
    }

    /// Whether some words are a passage's own source: the left column of a sheet, or a copy.
    fn is_source(&self, text: &str) -> bool {
        let counted = words::counted(&crate::model::rich::escaped(text));
        let mut units = self.stores.iter().flat_map(|store| &store.stories).flat_map(|kept| &kept.units);
        counted.is_empty() || units.any(|unit| words::counted(&unit.source) == counted)
    }

    /// Passages that are gone from the file: merged into the one before, if that one came back longer.
    fn merged_unseen(&mut self, ask: &mut dyn FnMut(&Words) -> bool) {
        let stories: std::collections::BTreeSet<(usize, usize)> =
            self.brought.all.iter().filter(|one| !one.is_revision).map(|one| (one.at.store, one.at.story)).collect();
        let mut refused = Vec::new();
        for (store, story) in stories {
            for unit in 0..self.stores[store].stories[story].units.len() {
                let at = At { store, story, unit };
                let own = self.unit(at);
                let is_there = self.brought.all.iter().any(|one| one.at == at);
                if is_there || !own.is_out || !own.is_wanted() {
                    continue;
                }
                self.brought.absent += 1;
                let before = self.brought.all.iter().position(|one| self.follows(one.at, at, 1));
                let Some(place) = before.filter(|place| self.is_longer(*place, at)) else { continue };
                let (words, source) = (self.question(place, at), self.brought.all[place].at);
                if ask(&words) {
                    self.brought.absent -= 1;
                    self.brought.all.push(Returning { at, is_revision: false, html: String::new() });
                } else {
                    self.note(Some(source), true, words);
                    refused.push(source);
                }
            }
        }
        self.brought.all.retain(|one| !refused.contains(&one.at));
    }

    fn is_longer(&self, place: usize, gone: At) -> bool {
        let one = &self.brought.all[place];
        let n = |html: &str| words::counted(html).len();
        let (came, own, lost) = (n(&one.html), n(&self.unit(one.at).source), n(&self.unit(gone).source));
        came * 100 >= (own + lost) * MERGED_PERCENT_MIN && came * 2 > own * 3
    }

    fn question(&self, place: usize, gone: At) -> Words {
        let (one, other) = (self.unit(self.brought.all[place].at).id.clone(), self.unit(gone).id.clone());
        words!(
            "`{other}` did not come back, and `{one}` came back longer: were they merged?",
            "`{other}` n'est pas revenu, et `{one}` est revenu plus long : ont-ils été fusionnés?"
        )
    }
}

/// Reads a Word file.
pub(super) fn read(bytes: &[u8]) -> Result<Returned, word::Unreadable> {
    word::read(bytes)
}
