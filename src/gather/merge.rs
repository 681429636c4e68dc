//! Every story once: a contributor's before a feed's, and one for two sources that point to the same page.

use std::collections::{BTreeMap, BTreeSet};

use super::{Reading, links};
use crate::model::{Lang, Origin, Story};

/// Files and stories of sources to one list, by id.
pub(super) fn merge(mut files: Vec<Story>, found: Vec<Story>, reading: &Reading<'_>) -> Vec<Story> {
    remember(&mut files, reading);
    let mut stories = files;
    stories.extend(gone(&found, reading));
    let mut pages: BTreeMap<String, usize> = BTreeMap::new();
    for (at, story) in stories.iter().enumerate() {
        for key in page_keys(story) {
            pages.entry(key).or_insert(at);
        }
    }
    for story in by_rank(found, reading) {
        let keys = page_keys(&story);
        let twin = keys.iter().find_map(|key| pages.get(key)).copied();
        match twin {
            // An editor who has picked both has the last word.
            Some(_) if reading.kept.contains(&story.id) => stories.push(story),
            Some(at) => add_languages(&mut stories[at], &story),
            None => {
                for key in keys {
                    pages.entry(key).or_insert(stories.len());
                }
                stories.push(story);
            }
        }
    }
    stories.sort_by(|a, b| a.id.cmp(&b.id));
    let mut ids = BTreeSet::new();
    stories.retain(|story| ids.insert(story.id.clone()));
    stories
}

/// A file that was there at the last harvest was first seen then.
fn remember(files: &mut [Story], reading: &Reading<'_>) {
    let before = reading.before.map(|harvest| harvest.stories.as_slice()).unwrap_or_default();
    for story in files {
        if let Some(old) = before.iter().find(|old| old.id == story.id) {
            story.first_seen = old.first_seen;
            story.ran_in.clone_from(&old.ran_in);
        }
    }
}

/// Picked stories whose source is no longer in `sources.toml`: a decision is not lost with it.
fn gone(found: &[Story], reading: &Reading<'_>) -> Vec<Story> {
    let before = reading.before.map(|harvest| harvest.stories.as_slice()).unwrap_or_default();
    let is_source = |story: &Story| matches!(story.origin, Origin::Source { .. });
    let is_found = |story: &Story| found.iter().any(|other| other.id == story.id);
    before
        .iter()
        .filter(|story| reading.kept.contains(&story.id) && is_source(story) && !is_found(story))
        .cloned()
        .collect()
}

/// Picked ones first, then those with more languages, then as `sources.toml` has them.
fn by_rank(mut found: Vec<Story>, reading: &Reading<'_>) -> Vec<Story> {
    found.sort_by_key(|story| (!reading.kept.contains(&story.id), std::cmp::Reverse(story.texts.len())));
    found
}

fn page_keys(story: &Story) -> Vec<String> {
    story
        .texts
        .values()
        .filter_map(|text| links::canonical(text.url.as_deref()?))
        .map(|url| links::page_key(&url))
        .collect()
}

/// The second source may have the language that the first lacks; a contributor's file is left as it is.
fn add_languages(story: &mut Story, other: &Story) {
    if matches!(story.origin, Origin::File { .. }) {
        return;
    }
    let missing: Vec<Lang> = other.texts.keys().filter(|lang| !story.texts.contains_key(lang)).cloned().collect();
    for lang in missing {
        if let Some(text) = other.texts.get(&lang) {
            story.texts.insert(lang, text.clone());
            story.pair = story.pair.take().or_else(|| other.pair.clone());
        }
    }
}
