//! How much speaks for a story in its section, and why; and what keeps it from being proposed by itself.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Material, Pool, TO_PLACE, season};
use crate::model::{Event, Lang, Origin, Section, Story, Words, folded, has_words};

/// What a contributor took the trouble to send goes before anything that a feed brings.
const CONTRIBUTOR: i64 = 200;
/// A story of today; it shrinks to nothing at `max_age_days`.
const FRESH_MAX: i64 = 40;
/// Each point of a source's weight.
const WEIGHT: i64 = 5;
/// Each keyword of the section.
const KEYWORD: i64 = 15;
/// More keywords are no better: long texts hold them all.
const KEYWORDS_MAX: usize = 3;
/// An event or a deadline that comes before the next issue.
const LAST_CHANCE: i64 = 20;
/// What an editor kept for this month.
const HELD: i64 = 60;
/// Each further story of one source in a section: readers like variety.
const SAME_SOURCE: i64 = 15;
/// From one issue to the next, in days.
const MONTH: i64 = 35;
/// An event further away than this can wait for the next issue, in days.
const AHEAD_MAX: i64 = 75;

/// A story with what speaks for it.
#[derive(Debug, Clone)]
pub(super) struct Ranked<'a> {
    pub(super) story: &'a Story,
    pub(super) points: i64,
    pub(super) why: Vec<Words>,
    /// Why it is not proposed by itself; none: it may be.
    pub(super) waits: Option<Words>,
}

/// The section a story is proposed for.
pub(super) fn section_of<'a>(story: &'a Story, material: &Material<'_>) -> &'a str {
    story.section.as_deref().filter(|id| material.newsletter.section(id).is_some()).unwrap_or(TO_PLACE)
}

/// Stories of one section, the best first; the id last, so that order is stable.
pub(super) fn rank<'a>(stories: Vec<&'a Story>, section: &str, pool: &Pool<'_>) -> Vec<Ranked<'a>> {
    let material = pool.material;
    let section = material.newsletter.section(section);
    let mut ranked: Vec<Ranked<'a>> = stories.into_iter().map(|story| judge(story, section, pool)).collect();
    ranked.sort_by_key(|one| (Reverse(one.points), Reverse(shown_day(one.story, material)), one.story.id.clone()));
    ranked
}

/// The best that fill a section to its size, in the order in which they are read: events by their day, then the rest.
/// Gives their places in `ranked`.
pub(super) fn fill(ranked: &[Ranked<'_>], size: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..ranked.len()).filter(|at| ranked[*at].waits.is_none()).collect();
    let mut taken: BTreeMap<&str, i64> = BTreeMap::new();
    let mut picked = Vec::new();
    while picked.len() < size && !left.is_empty() {
        let worth = |at: &usize| {
            let again = source(ranked[*at].story).and_then(|source| taken.get(source)).copied().unwrap_or(0);
            (Reverse(ranked[*at].points - SAME_SOURCE * again), *at)
        };
        let best = *left.iter().min_by_key(|at| worth(at)).expect("it is not empty");
        left.retain(|at| *at != best);
        if let Some(source) = source(ranked[best].story) {
            *taken.entry(source).or_default() += 1;
        }
        picked.push(best);
    }
    picked.sort_by_key(|at| {
        let event = ranked[*at].story.event.as_ref().map(|event| event.starts);
        (event.is_none(), event, *at)
    });
    picked
}

fn source(story: &Story) -> Option<&str> {
    match &story.origin {
        Origin::Source { source, .. } => Some(source),
        Origin::File { .. } => None,
    }
}

fn judge<'a>(story: &'a Story, section: Option<&Section>, pool: &Pool<'_>) -> Ranked<'a> {
    let material = pool.material;
    let today = today(material);
    let text = words_of(story);
    let (mut points, mut why) = (0, Vec::new());
    match source(story) {
        Some(source) => {
            points += i64::from(material.sources.weight(source)) * WEIGHT;
            why.push(Words::same(source));
        }
        None if season::is_seasonal(&story.id, material) => {
            points += CONTRIBUTOR;
            why.push(words!("in season", "de saison"));
        }
        None => {
            points += CONTRIBUTOR;
            why.push(words!("contributor", "texte reçu"));
        }
    }
    if let Some(issue) = pool.held.get(&story.id) {
        points += HELD;
        why.push(words!("held in {issue}", "gardé en {issue}"));
    }
    points += match &story.event {
        Some(event) => near(event, today),
        None => fresh(shown_day(story, material), today, material),
    };
    let found = section.map_or(&[][..], |section| &section.keywords).iter().filter(|word| has_words(&text, word));
    for word in found.take(KEYWORDS_MAX) {
        points += KEYWORD;
        why.push(Words::same(format!("\"{word}\"")));
    }
    if let Some(day) = last_day(story).filter(|day| (0..MONTH).contains(&days(today, *day))) {
        points += LAST_CHANCE;
        why.push(words!("by {day}", "d'ici le {day}"));
    }
    Ranked { story, points, why, waits: waits(story, section, &text, material) }
}

/// All its words, in every language, without their markup.
pub(super) fn words_of(story: &Story) -> String {
    let mut text = String::new();
    for words in story.texts.values() {
        for part in [&words.title, &words.summary, &words.body] {
            let mut is_tag = false;
            for c in part.chars() {
                match c {
                    '<' => is_tag = true,
                    '>' => {
                        is_tag = false;
                        text.push(' ');
                    }
                    c if !is_tag => text.push(c),
                    _ => {}
                }
            }
            text.push(' ');
        }
    }
    folded(&text)
}

/// The sooner the more, up to [`FRESH_MAX`].
fn near(event: &Event, today: Date) -> i64 {
    let ahead = days(today, event.starts.date()).clamp(0, AHEAD_MAX);
    FRESH_MAX * (AHEAD_MAX - ahead) / AHEAD_MAX
}

/// The newer the more, up to [`FRESH_MAX`].
fn fresh(day: Date, today: Date, material: &Material<'_>) -> i64 {
    let oldest = i64::from(material.newsletter.policy.max_age_days).max(1);
    FRESH_MAX * (oldest - days(day, today).clamp(0, oldest)) / oldest
}

/// The last day on which a reader can still act.
fn last_day(story: &Story) -> Option<Date> {
    let event = story.event.as_ref();
    let registration = event.and_then(|event| event.register_by);
    [registration, story.deadline, event.map(|event| event.starts.date())].into_iter().flatten().min()
}

fn days(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// Why a story is not proposed by itself.
fn waits(story: &Story, section: Option<&Section>, text: &str, material: &Material<'_>) -> Option<Words> {
    if let Some(issue) = material.earlier.get(&story.id) {
        return Some(words!("ran in {issue}", "paru dans {issue}"));
    }
    let today = today(material);
    let ends = story.event.as_ref().map(|event| event.ends.unwrap_or(event.starts).date());
    let registration = story.event.as_ref().and_then(|event| event.register_by);
    if let Some(day) = [ends, story.deadline, story.expires].into_iter().flatten().find(|day| *day < today) {
        return Some(words!("over since {day}", "passé depuis le {day}"));
    }
    if let Some(day) = registration.filter(|day| *day < today) {
        return Some(words!("registration closed on {day}", "inscriptions closes le {day}"));
    }
    let missing = missing(story, material);
    if !missing.is_empty() {
        let names = missing.iter().map(Lang::as_str).collect::<Vec<_>>().join(", ");
        return Some(words!("waiting for its translation: {names}", "attend sa traduction : {names}"));
    }
    let dropped = section.filter(|_| source(story).is_some())?.drop.iter().find(|word| has_words(text, word))?;
    Some(words!("holds \"{dropped}\"", "contient « {dropped} »"))
}

/// Languages a story still lacks.
pub(super) fn missing(story: &Story, material: &Material<'_>) -> Vec<Lang> {
    if story.only.is_some() {
        return Vec::new();
    }
    let has = |lang: &Lang| story.texts.get(lang).is_some_and(|text| !text.title.trim().is_empty());
    material.newsletter.languages.iter().filter(|lang| !has(lang)).cloned().collect()
}

fn zone(material: &Material<'_>) -> TimeZone {
    material.newsletter.schedule.zone().unwrap_or(TimeZone::UTC)
}

/// The day on which the issue is planned to leave: dates are judged at it.
pub(super) fn today(material: &Material<'_>) -> Date {
    material.send_at.to_zoned(zone(material)).date()
}

/// The day under which a story is listed.
pub(super) fn shown_day(story: &Story, material: &Material<'_>) -> Date {
    story.published.unwrap_or(story.first_seen).to_zoned(zone(material)).date()
}
