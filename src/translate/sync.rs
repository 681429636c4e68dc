//! Brings a store up to an issue: new passages get names, edited ones keep theirs, and what a translation was made from
//! is remembered when its source goes on.

use super::store::{Kept, Store, Unit, is_whole};
use super::unit::{self, Needed, Passage};
use super::words;
use crate::model::{Issue, StoryId, TranslationState as State};

/// Brings the store up to the issue; the issue is as it was curated, without what [`super::apply`] puts in.
pub fn sync(issue: &Issue, store: &mut Store) {
    let lang = store.lang.clone();
    for story in unit::needed(issue, &lang) {
        let at = store.stories.iter().position(|kept| kept.key == story.key).unwrap_or_else(|| {
            let (key, from) = (story.key.clone(), story.from.clone());
            store.stories.push(Kept { key, from, title: String::new(), units: Vec::new() });
            store.stories.len() - 1
        });
        let kept = &mut store.stories[at];
        kept.from = story.from.clone();
        kept.title.clone_from(&story.title);
        let before = std::mem::take(&mut kept.units);
        kept.units = matched(story, before);
    }
    store.stories.sort_by(|a, b| (a.key != unit::ISSUE, &a.key).cmp(&(b.key != unit::ISSUE, &b.key)));
}

/// The named person's word that every changed sentence of a story means the same; gives those sentences.
pub fn keep(store: &mut Store, of: &StoryId, by: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    for unit in store.stories.iter_mut().filter(|kept| kept.key == of.as_str()).flat_map(|kept| &mut kept.units) {
        if unit.is_gone || !(unit.is_stale() || unit.target_before.is_some()) {
            continue;
        }
        match unit.target_before.take() {
            Some(before) => sentences.extend(words::changed(unit.target.as_deref().unwrap_or_default(), &before)),
            None => sentences.extend(unit.stale()),
        }
        unit.made_from = None;
        unit.kept_by = Some(by.to_owned());
    }
    sentences
}

/// Passages with their names: those that say the same first, then those that were edited between them, then new ones.
fn matched(needed: Needed, before: Vec<Unit>) -> Vec<Unit> {
    let pairs = pairs(&needed.passages, &before);
    let mut old: Vec<Option<Unit>> = before.into_iter().map(Some).collect();
    let mut taken: Vec<Option<Unit>> = pairs.into_iter().map(|at| at.and_then(|at| old[at].take())).collect();
    let mut units = Vec::new();
    for (at, passage) in needed.passages.into_iter().enumerate() {
        let unit = if let Some(unit) = taken[at].take() {
            updated(unit, passage)
        } else {
            let known = units.iter().chain(taken.iter().flatten()).chain(old.iter().flatten());
            let id = fresh_id(passage.field, known);
            fresh(id, passage)
        };
        units.push(unit);
    }
    let gone = old.into_iter().flatten().map(|unit| Unit { is_gone: true, ..unit });
    units.into_iter().chain(gone).collect()
}

/// For each passage the place of its unit.
fn pairs(passages: &[Passage], units: &[Unit]) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; passages.len()];
    let is_free = |at: usize, pairs: &[Option<usize>]| !pairs.contains(&Some(at));
    for (n, passage) in passages.iter().enumerate() {
        let same = |unit: &Unit| {
            let whole = is_whole(&passage.source) == is_whole(&unit.source);
            unit.field() == passage.field && whole && words::same(&unit.source, &passage.source)
        };
        // What stands in the story goes before what was cut from it once.
        let mut found: Vec<usize> = (0..units.len()).filter(|at| is_free(*at, &pairs) && same(&units[*at])).collect();
        found.sort_by_key(|at| units[*at].is_gone);
        pairs[n] = found.first().copied();
    }
    for n in 0..passages.len() {
        if pairs[n].is_some() {
            continue;
        }
        let field = passages[n].field;
        if !matches!(field, "body" | "opening") {
            pairs[n] = units.iter().position(|unit| unit.field() == field);
            continue;
        }
        // Only between the neighbours that are known: what was moved far and rewritten is new.
        let floor = pairs[..n].iter().rev().flatten().next().map_or(0, |at| at + 1);
        let ceiling = pairs[n + 1..].iter().flatten().next().copied().filter(|at| *at >= floor).unwrap_or(units.len());
        let source = &passages[n].source;
        let edited = |at: &usize| {
            let unit = &units[*at];
            let whole = is_whole(source) == is_whole(&unit.source);
            unit.field() == field && !unit.is_gone && whole && words::is_alike(&unit.source, source)
        };
        pairs[n] = (floor..ceiling).filter(|at| is_free(*at, &pairs)).find(edited);
    }
    pairs
}

fn fresh_id<'a>(field: &str, known: impl Iterator<Item = &'a Unit>) -> String {
    if !matches!(field, "body" | "opening") {
        return field.to_owned();
    }
    let numbers =
        known.filter(|unit| unit.field() == field).filter_map(|unit| unit.id.rsplit('-').next()?.parse().ok());
    let next = numbers.max().unwrap_or(0_u32) + 1;
    format!("{field}-{next}")
}

fn fresh(id: String, passage: Passage) -> Unit {
    let has_arrived = passage.arrived.is_some();
    Unit {
        id,
        within: passage.within,
        source: passage.source,
        target: passage.arrived,
        state: if has_arrived { State::Approved } else { State::Missing },
        made_from: None,
        sent: None,
        is_out: false,
        has_arrived,
        target_before: None,
        replaces: None,
        kept_by: None,
        by: None,
        is_gone: false,
    }
}

/// A known passage with the source of now, and with the words that came in the language.
fn updated(mut unit: Unit, passage: Passage) -> Unit {
    let was = std::mem::replace(&mut unit.source, passage.source);
    unit.within = passage.within;
    unit.is_gone = false;
    let has_moved = !words::same(&was, &unit.source);
    if has_moved {
        // What a named person kept was another change.
        unit.kept_by = None;
        unit.made_from.get_or_insert_with(|| was.clone());
        if unit.is_out {
            unit.sent.get_or_insert(was);
        }
    }
    match passage.arrived {
        Some(text) => arrived(&mut unit, text, has_moved),
        // The file in this language is gone: its words go with it.
        None if unit.has_arrived => {
            // What the translators put over them stays.
            if unit.replaces.take().is_none() {
                unit.target = None;
                unit.state = State::Missing;
            }
            (unit.has_arrived, unit.target_before) = (false, None);
        }
        None => {}
    }
    let is_back = |before: &Option<String>| before.as_ref().is_some_and(|before| words::same(before, &unit.source));
    if is_back(&unit.made_from) || unit.target.is_none() {
        unit.made_from = None;
    }
    let is_back = |before: &Option<String>| before.as_ref().is_some_and(|before| words::same(before, &unit.source));
    if is_back(&unit.sent) {
        unit.sent = None;
    }
    unit
}

/// Words that came with the story, or that the editor wrote over it.
fn arrived(unit: &mut Unit, text: String, source_has_moved: bool) {
    if let Some(under) = unit.replaces.take() {
        if words::same(&under, &text) {
            unit.replaces = Some(text);
            return;
        }
        // The file was changed after the translators: its words count again.
        unit.target = Some(under);
        unit.made_from.get_or_insert_with(String::new);
    }
    let before = unit.target.take();
    let is_other = before.as_ref().is_none_or(|before| !words::same(before, &text));
    if !unit.has_arrived {
        // A translator's words under an editor's: they are the newer, made for the source of now.
        if is_other {
            unit.state = State::Approved;
            unit.made_from = None;
            unit.is_out = false;
            unit.sent = None;
        }
        unit.has_arrived = true;
    } else if is_other && (source_has_moved || unit.made_from.is_some()) {
        // Both changed: it was said again in this language.
        (unit.made_from, unit.target_before, unit.kept_by) = (None, None, None);
    } else if is_other {
        unit.kept_by = None;
        if let Some(before) = before {
            unit.target_before.get_or_insert(before);
        }
    } else if source_has_moved {
        // The other language has followed.
        if unit.target_before.take().is_some() {
            unit.made_from = None;
        }
    }
    if unit.target_before.as_ref().is_some_and(|before| words::same(before, &text)) {
        unit.target_before = None;
    }
    unit.target = Some(text);
}
