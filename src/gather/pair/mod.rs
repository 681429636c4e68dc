//! Finds the twins of one source: which item in one language is which in another. Sure ways first (what is known from
//! before, the page's own word, a common guid), then a scored assignment in which each item is taken once.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Item;
use super::source::Read;
use super::{Reading, grow};
use crate::model::{Finding, Lang, Origin, Pair, PairBy, PairHow, Place, Severity, Story, Unsure};

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

/// Two items that may be one story, by what identifies each, and how sure that is: not taken, but asked.
pub(super) struct Doubt {
    keys: [String; 2],
    confidence: f64,
}

/// Pairs the items of a source, each language with the newsletter's source language.
pub(super) async fn twins<'a>(
    read: &mut Read,
    reading: &Reading<'a>,
    questions: &mut Questions<'_>,
) -> (Vec<Group<'a>>, Vec<Doubt>) {
    let fresh = std::mem::take(&mut read.items);
    let mut items = grow::with_before(fresh, &read.source, reading);
    let base = Some(&reading.newsletter.source_language)
        .filter(|lang| items.contains_key(lang))
        .or_else(|| items.keys().next())
        .cloned();
    let Some(base) = base else { return Default::default() };
    let firsts = items.remove(&base).unwrap_or_default();
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut rests: Vec<(Lang, Vec<grow::Seen<'a>>, Vec<Match>)> = Vec::new();
    let mut doubts = Vec::new();
    for (lang, others) in items {
        let (matches, unsure) = pairs(read, &firsts, &others, (&base, &lang), reading, questions).await;
        doubts.extend(unsure.into_iter().map(|found| Doubt {
            keys: [firsts[found.a].item.key().to_owned(), others[found.b].item.key().to_owned()],
            confidence: found.pair.confidence,
        }));
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
    (groups, doubts)
}

/// Each two stories of a source that may be one, with the question to the editor.
pub(super) fn questions(doubts: &[Doubt], stories: &[Story]) -> Vec<(Unsure, Finding)> {
    let of = |key: &str| {
        let is_it = |story: &&Story| matches!(&story.origin, Origin::Source { url, .. } if url == key);
        stories.iter().find(is_it).filter(|story| story.texts.len() == 1)
    };
    let asked = |doubt: &Doubt| {
        let (one, other, confidence) = (of(&doubt.keys[0])?, of(&doubt.keys[1])?, doubt.confidence);
        let unsure = Unsure { story: one.id.clone(), twin: other.id.clone(), confidence };
        Some((unsure, question(one, other, confidence)))
    };
    doubts.iter().filter_map(asked).collect()
}

fn question(one: &Story, other: &Story, confidence: f64) -> Finding {
    let said = |story: &Story| story.texts.values().next().map(|text| text.title.clone()).unwrap_or_default();
    let (first, second, sure) = (said(one), said(other), (confidence * 100.0).round());
    let (id, other_id) = (&one.id, &other.id);
    Finding {
        rule: "PAIR".to_owned(),
        severity: Severity::Info,
        language: None,
        place: Place::File { file: "sources.toml".to_owned(), line: 0, column: 0 },
        excerpt: first.clone(),
        message: words!(
            "are these one story? “{first}” and “{second}” ({sure} % sure)",
            "est-ce le même article? «\u{a0}{first}\u{a0}» et «\u{a0}{second}\u{a0}» (sûr à {sure}\u{a0}%)"
        ),
        hint: words!(
            "if they are, say so at the desk (`cco-news preview`), or in `issue.toml`: `[[pair]]` with `story = \"{id}\"` and `twin = \"{other_id}\"`",
            "si oui, dites-le au bureau (`cco-news preview`) ou dans `issue.toml` : `[[pair]]` avec `story = \"{id}\"` et `twin = \"{other_id}\"`"
        ),
        waived: None,
    }
}

/// Twins, and two items that may be.
async fn pairs(
    read: &Read,
    firsts: &[grow::Seen<'_>],
    others: &[grow::Seen<'_>],
    langs: (&Lang, &Lang),
    reading: &Reading<'_>,
    questions: &mut Questions<'_>,
) -> (Vec<Match>, Vec<Match>) {
    let mut matches = known(firsts, others);
    if read.source.pair == PairBy::None || read.source.only.is_some() {
        return (matches, Vec::new());
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
        let back = |all: Vec<Match>| all.into_iter().map(|found| Match { a: found.b, b: found.a, ..found }).collect();
        score::Assigned { sure: back(swapped.sure), unsure: back(swapped.unsure) }
    } else {
        score::assign(&items_a, &items_b, (&a, &b))
    };
    matches.extend(scored.sure.into_iter().filter(|found| !both_kept(found.a, found.b)));
    (matches, scored.unsure)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn story(id: &str, lang: &str, title: &str) -> Story {
        serde_json::from_value(serde_json::json!({
            "id": id,
            "origin": {"source": "s", "url": format!("https://example.ca/{id}")},
            "first_seen": "2026-11-22T12:00:00Z",
            "texts": {lang: {"title": title}},
        }))
        .unwrap()
    }

    #[test]
    fn what_may_be_one_story_is_asked_and_not_taken() {
        let doubt = |other: &str| Doubt {
            keys: ["https://example.ca/s-a".to_owned(), format!("https://example.ca/{other}")],
            confidence: 0.41,
        };
        let stories = [story("s-a", "en", "New park"), story("s-b", "fr", "Un parc")];
        let asked = questions(&[doubt("s-b"), doubt("s-gone")], &stories);
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert!(
            asked[0].1.message.fr.contains("«\u{a0}New park\u{a0}» et «\u{a0}Un parc\u{a0}» (sûr à 41\u{a0}%)"),
            "{asked:?}"
        );
        assert!(asked[0].1.hint.en.contains("`twin = \"s-b\"`"), "{asked:?}");
        assert_eq!((asked[0].0.story.as_str(), asked[0].0.twin.as_str()), ("s-a", "s-b"));
    }
}
