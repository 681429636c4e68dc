//! Every story once: a contributor's before a feed's, and one for two sources that point to the same page,
//! or that announce the same on the same day.

use std::collections::HashMap;

use super::alike::Announcements;
use super::{Reading, links, zone};
use crate::model::{Finding, Lang, Origin, Place, Severity, Story};

/// Every story once.
pub(super) struct Merged {
    /// By id.
    pub(super) stories: Vec<Story>,
    /// Which announcements stand there once for several sources.
    pub(super) notes: Vec<Finding>,
    /// How many were left out.
    pub(super) twice: usize,
}

/// Files and stories of sources to one list.
pub(super) fn merge(mut files: Vec<Story>, found: Vec<Story>, reading: &Reading<'_>) -> Merged {
    remember(&mut files, reading);
    let mut notes = Vec::new();
    files.extend(gone(&found, reading));
    let known = files.len();
    // One list, in which what is there already is only marked: a second one would hold everything twice meanwhile.
    let mut stories = by_rank(found, reading);
    stories.splice(0..0, files);
    let mut is_twin = vec![false; stories.len()];
    let mut pages: HashMap<String, usize> = HashMap::new();
    let mut announcements = Announcements::new(zone(reading.newsletter));
    for at in 0..stories.len() {
        let story = &stories[at];
        let keys = page_keys(story);
        let page = keys.iter().find_map(|key| pages.get(key)).copied().filter(|_| at >= known);
        let twin = page.or_else(|| announcements.find_or_add(story, at, &stories));
        // An editor who has picked both has the last word.
        let twin = twin.filter(|_| at >= known && !reading.kept.contains(&story.id));
        if let Some(first) = twin
            && let (before, [story, ..]) = stories.split_at_mut(at)
        {
            add_languages(&mut before[first], story);
            if page.is_none() {
                notes.extend(note(&before[first], story));
            }
            is_twin[at] = true;
        }
        for key in keys {
            pages.entry(key).or_insert(twin.unwrap_or(at));
        }
    }
    // What was noted for comparing goes before the sort takes memory.
    drop((pages, announcements));
    let twice = is_twin.iter().filter(|is_twin| **is_twin).count();
    let mut twins = is_twin.into_iter();
    stories.retain(|_| twins.next() != Some(true));
    // The first of an id stays: the sort keeps their order. Cached, so that no second list of stories is made.
    stories.sort_by_cached_key(|story| story.id.clone());
    stories.dedup_by(|later, first| later.id == first.id);
    notes.sort_by_key(|note| note.message.en.clone());
    Merged { stories, notes, twice }
}

/// Says which source also has a story, so that an editor can look at its words.
fn note(shown: &Story, other: &Story) -> Option<Finding> {
    let (Origin::Source { source: first, .. }, Origin::Source { source: second, url }) = (&shown.origin, &other.origin)
    else {
        return None;
    };
    let title = other.texts.values().next().map(|text| text.title.clone()).unwrap_or_default();
    Some(Finding {
        rule: "FEED".to_owned(),
        severity: Severity::Info,
        language: None,
        place: Place::File { file: "sources.toml".to_owned(), line: 0, column: 0 },
        excerpt: title,
        message: words!(
            "sources `{first}` and `{second}` announce the same: it is shown once, as `{first}` has it",
            "les sources `{first}` et `{second}` annoncent la même chose\u{a0}: elle figure une fois, telle que `{first}` la publie"
        ),
        hint: words!("the other is at {url}", "l'autre se trouve à {url}"),
        waived: None,
    })
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
    // Cached: it is as stable, and moves the stories without a second list of them.
    found.sort_by_cached_key(|story| (!reading.kept.contains(&story.id), std::cmp::Reverse(story.texts.len())));
    found
}

fn page_keys(story: &Story) -> Vec<String> {
    story.texts.values().filter_map(|text| links::page_of(text.url.as_deref()?)).map(links::page_key).collect()
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
