//! Finds the twins of one source: which item in one language is which in another. Sure ways first (what is known from
//! before, the page's own word, a common guid), then a scored assignment in which each item is taken once.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::source::Read;
use super::{Reading, grow};
use crate::model::{Lang, Pair, PairBy, PairHow};

mod ask;
mod score;
pub(super) mod words;
mod lexicon;

pub(super) use ask::Questions;

/// Items that are one story.
pub(super) struct Group<'a> {
    pub(super) items: BTreeMap<Lang, grow::Seen<'a>>,
    pub(super) pair: Option<Pair>,
}

/// Twins found: places in the two lists, and how.
struct Match {
    a: usize,
    b: usize,
    pair: Pair,
}

/// Pairs the items of a source, each language with the newsletter's source language.
pub(super) async fn twins<'a>(read: &mut Read, reading: &Reading<'a>, questions: &mut Questions<'_>) -> Vec<Group<'a>> {
    let fresh = std::mem::take(&mut read.items);
    let mut items = grow::with_before(fresh, &read.source, reading);
    let base = Some(&reading.newsletter.source_language)
        .filter(|lang| items.contains_key(lang))
        .or_else(|| items.keys().next())
        .cloned();
    let Some(base) = base else { return Vec::new() };
    let firsts = items.remove(&base).unwrap_or_default();
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut rests: Vec<(Lang, Vec<grow::Seen<'a>>, Vec<Match>)> = Vec::new();
    for (lang, others) in items {
        let matches = pairs(read, &firsts, &others, (&base, &lang), reading, questions).await;
        rests.push((lang, others, matches));
    }
    for (at, first) in firsts.into_iter().enumerate() {
        let mut group = Group { items: BTreeMap::from([(base.clone(), first)]), pair: None };
        for (lang, others, matches) in &rests {
            if let Some(found) = matches.iter().find(|found| found.a == at) {
                group.items.insert(lang.clone(), others[found.b].clone());
                group.pair.get_or_insert_with(|| found.pair.clone());
            }
        }
        groups.push(group);
    }
    for (lang, others, matches) in rests {
        let taken: BTreeSet<usize> = matches.iter().map(|found| found.b).collect();
        for (at, other) in others.into_iter().enumerate() {
            if !taken.contains(&at) {
                groups.push(Group { items: BTreeMap::from([(lang.clone(), other)]), pair: None });
            }
        }
    }
    groups
}

async fn pairs(
    read: &Read,
    firsts: &[grow::Seen<'_>],
    others: &[grow::Seen<'_>],
    langs: (&Lang, &Lang),
    reading: &Reading<'_>,
    questions: &mut Questions<'_>,
) -> Vec<Match> {
    let mut matches = known(firsts, others);
    if read.source.pair == PairBy::None || read.source.only.is_some() {
        return matches;
    }
    let both_kept = |a: usize, b: usize| {
        let kept =
            |seen: &grow::Seen<'_>| seen.before.map(|story| story.id.clone()).filter(|id| reading.kept.contains(id));
        matches!((kept(&firsts[a]), kept(&others[b])), (Some(one), Some(two)) if one != two)
    };
    let (items_a, items_b): (Vec<&Item>, Vec<&Item>) =
        (firsts.iter().map(|seen| &seen.item).collect(), others.iter().map(|seen| &seen.item).collect());
    let free = |matches: &[Match]| {
        let a: Vec<usize> = (0..items_a.len()).filter(|at| matches.iter().all(|found| found.a != *at)).collect();
        let b: Vec<usize> = (0..items_b.len()).filter(|at| matches.iter().all(|found| found.b != *at)).collect();
        (a, b)
    };
    let sure = match read.source.pair {
        PairBy::Guid => by_guid(&items_a, &items_b, &free(&matches)),
        PairBy::Date => by_date(&items_a, &items_b, &free(&matches), reading),
        PairBy::Peer => {
            let (a, b) = free(&matches);
            questions.peers(&items_a, &items_b, (&a, &b), read.source.allow_private).await
        }
        PairBy::Hreflang => {
            let (a, b) = free(&matches);
            questions.hreflang(&items_a, &items_b, (&a, &b), langs.1, read.source.allow_private).await
        }
        PairBy::Score | PairBy::None => Vec::new(),
    };
    matches.extend(sure.into_iter().filter(|found| !both_kept(found.a, found.b)));
    let (a, b) = free(&matches);
    let scored = if langs.0.is_french() && !langs.1.is_french() {
        // The lexicon goes from English to French.
        let swapped = score::assign(&items_b, &items_a, (&b, &a));
        swapped.into_iter().map(|found| Match { a: found.b, b: found.a, ..found }).collect()
    } else {
        score::assign(&items_a, &items_b, (&a, &b))
    };
    matches.extend(scored.into_iter().filter(|found| !both_kept(found.a, found.b)));
    matches
}

/// Twins of the last harvest stay twins.
fn known(firsts: &[grow::Seen<'_>], others: &[grow::Seen<'_>]) -> Vec<Match> {
    let mut matches: Vec<Match> = Vec::new();
    for (a, first) in firsts.iter().enumerate() {
        let Some(story) = first.before else { continue };
        let twin = others.iter().position(|other| other.before.is_some_and(|before| before.id == story.id));
        if let (Some(b), Some(pair)) = (twin, &story.pair)
            && matches.iter().all(|found| found.b != b)
        {
            matches.push(Match { a, b, pair: pair.clone() });
        }
    }
    matches
}

/// The same guid in both feeds, once in each.
fn by_guid(a: &[&Item], b: &[&Item], free: &(Vec<usize>, Vec<usize>)) -> Vec<Match> {
    one_to_one(free, |at| a[at].guid.clone(), |at| b[at].guid.clone(), PairHow::Guid)
}

/// One item a day in each language.
fn by_date(a: &[&Item], b: &[&Item], free: &(Vec<usize>, Vec<usize>), reading: &Reading<'_>) -> Vec<Match> {
    let zone = super::zone(reading.newsletter);
    let day = |item: &Item| item.date.map(|date| date.to_zoned(zone.clone()).date().to_string());
    // All items of the day count, not only the free ones: two a day are no key.
    one_to_one(free, |at| day(a[at]), |at| day(b[at]), PairHow::Date)
}

fn one_to_one(
    (a, b): &(Vec<usize>, Vec<usize>),
    key_a: impl Fn(usize) -> Option<String>,
    key_b: impl Fn(usize) -> Option<String>,
    how: PairHow,
) -> Vec<Match> {
    let count = |places: &[usize], key: &dyn Fn(usize) -> Option<String>| {
        let mut all: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for &at in places {
            if let Some(key) = key(at) {
                all.entry(key).or_default().push(at);
            }
        }
        all
    };
    let (by_a, by_b) = (count(a, &key_a), count(b, &key_b));
    by_a.iter()
        .filter_map(|(key, a)| match (a.as_slice(), by_b.get(key)?.as_slice()) {
            ([a], [b]) => Some(Match { a: *a, b: *b, pair: Pair { how, confidence: 1.0 } }),
            _ => None,
        })
        .collect()
}
