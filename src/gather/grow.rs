//! Paired items to stories, with the memory of the last harvest: a story keeps its id, the time it was first seen, and,
//! once an editor has picked it, its text.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::Reading;
use super::item::Item;
use super::pair::Group;
use super::source::Source;
use super::{links, text};
use crate::model::{Image, Lang, Only, Origin, Story, StoryId, Text};

/// An item with the story that it was in the last harvest.
#[derive(Clone)]
pub(super) struct Seen<'a> {
    pub(super) item: Item,
    pub(super) before: Option<&'a Story>,
    /// Whether the source said it now; otherwise it is remembered.
    pub(super) fresh: bool,
}

/// The items of a source with those that it has said before: a feed of ten posts forgets the eleventh, and a silent one
/// all; the issue in work does not.
pub(super) fn with_before<'a>(
    fresh: BTreeMap<Lang, Vec<Item>>,
    source: &Source,
    reading: &Reading<'a>,
) -> BTreeMap<Lang, Vec<Seen<'a>>> {
    let before: Vec<&Story> = reading
        .before
        .map(|harvest| harvest.stories.iter().filter(|story| is_of(story, source)).collect())
        .unwrap_or_default();
    let mut all: BTreeMap<Lang, Vec<Seen<'a>>> = BTreeMap::new();
    for (lang, items) in fresh {
        let known = Known::of(&before, &lang);
        let mut seen = BTreeSet::new();
        let list = all.entry(lang).or_default();
        for item in items {
            // The same address twice in one feed is one item: the first is the newest.
            let key = item.url.as_deref().map_or_else(|| item.key().to_owned(), links::page_key);
            if !seen.insert(key) || is_long_past(&item, reading, source) {
                continue;
            }
            let story = known.find(&item, source);
            list.push(Seen { item, before: story, fresh: true });
        }
    }
    for story in before {
        for (lang, text) in &story.texts {
            let list = all.entry(lang.clone()).or_default();
            if list.iter().all(|seen| seen.before.is_none_or(|before| before.id != story.id)) {
                list.push(Seen { item: remembered(story, text), before: Some(story), fresh: false });
            }
        }
    }
    all
}

/// The stories of a source before, in one language: by their page and by their id.
struct Known<'a> {
    pages: HashMap<String, &'a Story>,
    ids: HashMap<&'a StoryId, &'a Story>,
}

impl<'a> Known<'a> {
    fn of(before: &[&'a Story], lang: &Lang) -> Self {
        let (mut pages, mut ids) = (HashMap::new(), HashMap::new());
        for story in before {
            let Some(text) = story.texts.get(lang) else { continue };
            ids.insert(&story.id, *story);
            if let Some(url) = text.url.as_deref().and_then(links::page_of) {
                pages.entry(links::page_key(url)).or_insert(*story);
            }
        }
        Self { pages, ids }
    }

    /// A page that goes from http to https, or loses a slash, is the same page.
    fn find(&self, item: &Item, source: &Source) -> Option<&'a Story> {
        let by_page = item.url.as_deref().and_then(|url| self.pages.get(&links::page_key(url)));
        by_page.or_else(|| self.ids.get(&StoryId::from_url(&source.id, item.key()))).copied()
    }
}

fn is_of(story: &Story, source: &Source) -> bool {
    matches!(&story.origin, Origin::Source { source: id, .. } if *id == source.id)
}

fn remembered(story: &Story, text: &Text) -> Item {
    Item {
        guid: None,
        url: text.url.as_deref().and_then(links::page_of).map(str::to_owned),
        text: text.clone(),
        date: story.published,
        author: None,
        picture: None,
        categories: Vec::new(),
    }
}

/// Twins differ by a day at most: items well before the oldest wanted one need no pairing.
fn is_long_past(item: &Item, reading: &Reading<'_>, source: &Source) -> bool {
    item.date.is_some_and(|date| {
        date < oldest(reading, source).saturating_sub(SignedDuration::from_hours(72)).unwrap_or(Timestamp::MIN)
    })
}

fn oldest(reading: &Reading<'_>, source: &Source) -> Timestamp {
    let days = source.max_age_days.unwrap_or(reading.newsletter.policy.max_age_days);
    reading.send_at.saturating_sub(SignedDuration::from_hours(i64::from(days) * 24)).unwrap_or(Timestamp::MIN)
}

/// Stories of a source, by its rules: age, words to keep and to drop, and how many.
pub(super) fn stories(source: &Source, groups: Vec<Group<'_>>, reading: &Reading<'_>) -> Vec<Story> {
    let mut stories: Vec<(Story, Vec<String>)> = groups
        .into_iter()
        .map(|group| {
            let subjects = group.items.values().flat_map(|seen| seen.item.categories.clone()).collect();
            (story(source, group, reading), subjects)
        })
        .collect();
    let oldest = oldest(reading, source);
    let is_kept = |story: &Story| reading.kept.contains(&story.id);
    stories.retain(|(story, subjects)| is_kept(story) || (date(story) >= oldest && is_wanted(story, subjects, source)));
    stories.sort_by_key(|(story, _)| (std::cmp::Reverse(date(story)), story.id.clone()));
    let max = source.max.unwrap_or(usize::MAX);
    let mut n = 0;
    stories.retain(|(story, _)| {
        n += 1;
        n <= max || is_kept(story)
    });
    stories.into_iter().map(|(story, _)| story).collect()
}

fn date(story: &Story) -> Timestamp {
    story.published.unwrap_or(story.first_seen)
}

/// `keep` and `drop` are looked for in every language of a story, as whole words.
fn is_wanted(story: &Story, subjects: &[String], source: &Source) -> bool {
    if source.keep.is_empty() && source.drop.is_empty() {
        return true;
    }
    let said = story.texts.values().map(|text| format!("{} {} {}", text.title, text.summary, text.body));
    let words = format!(" {} ", text::folded(&said.chain(subjects.iter().cloned()).collect::<Vec<_>>().join(" ")));
    let has = |word: &String| words.contains(&format!(" {} ", text::folded(word)));
    (source.keep.is_empty() || source.keep.iter().any(has)) && !source.drop.iter().any(has)
}

fn story(source: &Source, group: Group<'_>, reading: &Reading<'_>) -> Story {
    let first_language = &reading.newsletter.source_language;
    let lead = group.items.get(first_language).or_else(|| group.items.values().next()).expect("a group has an item");
    let priors: Vec<&Story> = group.items.values().filter_map(|seen| seen.before).collect();
    // The one that an editor has picked, else the one in the source language: its id is the story's.
    let prior = priors
        .iter()
        .min_by_key(|story| {
            (!reading.kept.contains(&story.id), !story.texts.contains_key(first_language), story.id.clone())
        })
        .copied();
    let key = lead.item.key().to_owned();
    let (id, origin) = match prior {
        Some(prior) => (prior.id.clone(), prior.origin.clone()),
        None => (StoryId::from_url(&source.id, &key), Origin::Source { source: source.id.clone(), url: key }),
    };
    let first_seen = priors.iter().map(|story| story.first_seen).min().unwrap_or(reading.now);
    // The first date counts: `updated` moves with every edit. One in the future is a mistake.
    let said = lead.item.date.or_else(|| group.items.values().find_map(|seen| seen.item.date));
    let published = prior.and_then(|prior| prior.published).or(said.map(|date| date.min(first_seen)));
    let pair = group.pair;
    let offered = offered_image(&group.items, prior);
    let (texts, newer) = texts(group.items, &id, reading);
    let only = source.only.clone().map(|language| Only {
        language,
        organization: source.organization.clone(),
        reason: source.reason.clone(),
    });
    Story {
        section: source.section.clone(),
        published,
        source_language: if texts.contains_key(first_language) {
            Some(first_language.clone())
        } else {
            texts.keys().next().cloned()
        },
        pair: pair.filter(|_| texts.len() > 1),
        texts,
        offered_image: offered,
        only,
        newer,
        ran_in: prior.and_then(|prior| prior.ran_in.clone()),
        ..Story::new(id, origin, first_seen)
    }
}

/// The picture of the first language that offers one, with what each language says of it; else the one of before.
fn offered_image(items: &BTreeMap<Lang, Seen<'_>>, prior: Option<&Story>) -> Option<Box<Image>> {
    let offers = || items.iter().filter_map(|(lang, seen)| Some((lang, seen.item.picture.as_ref()?)));
    let Some((_, first)) = offers().next() else { return prior?.offered_image.clone() };
    let alt = offers().filter(|(_, picture)| !picture.alt.is_empty());
    Some(Box::new(Image {
        src: first.src.clone(),
        alt: alt.map(|(lang, picture)| (lang.clone(), picture.alt.clone())).collect(),
        credit: first.credit.clone(),
        permission: None,
    }))
}

/// What a picked story says stays as it was picked; a later change stands beside it until the editor takes it.
fn texts(
    items: BTreeMap<Lang, Seen<'_>>,
    id: &StoryId,
    reading: &Reading<'_>,
) -> (BTreeMap<Lang, Text>, BTreeMap<Lang, Text>) {
    let frozen = reading.kept.contains(id) && !reading.refresh.contains(id);
    let (mut texts, mut newer) = (BTreeMap::new(), BTreeMap::new());
    for (lang, seen) in items {
        let old = seen.before.and_then(|story| story.texts.get(&lang));
        let waiting = seen.before.and_then(|story| story.newer.get(&lang));
        let now = if seen.fresh { Some(seen.item.text) } else { waiting.cloned() };
        let (text, beside) = match (old, now) {
            (Some(old), Some(now)) if frozen => (old.clone(), (*old != now).then_some(now)),
            (_, Some(now)) => (now, None),
            (Some(old), None) => (old.clone(), None),
            // Only what was said before is not fresh.
            (None, None) => continue,
        };
        newer.extend(beside.map(|text| (lang.clone(), text)));
        texts.insert(lang, text);
    }
    (texts, newer)
}
