//! The scored assignment: how much speaks for two items being one story (time, words, address), then the one-to-one
//! choice with the greatest sum. What does not reach the threshold stays alone: a person is asked, nothing is guessed.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::{Match, words};
use crate::gather::item::Item;
use crate::model::{Pair, PairHow};

/// Below this score two items are not paired. On 274 federal pairs with a seventh of all items taken out, a lower one
/// pairs what has no twin, a higher one loses short titles.
const SCORE_MIN: f64 = 1.5;
/// What half the weight of a title's words in common is worth; a fifth says nothing.
const WORDS_WORTH: f64 = 10.0;
const WORDS_EXPECTED: f64 = 0.2;
/// What a word costs whose translation is known and missing: `Quebec` in the one, `Manitoba` in the other.
const MISSING_COST: f64 = 4.5;
/// Addresses that differ only in their language name one page.
const SAME_ADDRESS_WORTH: f64 = 8.0;
/// Undated items whose addresses name the same month, or another.
const SAME_MONTH_WORTH: f64 = 1.0;
const OTHER_MONTH_COST: f64 = 3.0;

/// Two items that have no surer twin, from this score on, are asked about.
const ASK_MIN: f64 = 0.0;

/// What was paired, and which of the rest may be a pair.
pub(super) struct Assigned {
    pub(super) sure: Vec<Match>,
    pub(super) unsure: Vec<Match>,
}

/// Pairs the items at the free places. Words are weighed over all items.
pub(super) fn assign(a: &[&Item], b: &[&Item], (free_a, free_b): (&[usize], &[usize])) -> Assigned {
    let (said_a, said_b) = said(a, b);
    let (weights_a, weights_b) = (words::weights(said_a.iter()), words::weights(said_b.iter()));
    let (list_a, list_b): (Vec<&str>, Vec<&str>) =
        (weights_a.keys().copied().collect(), weights_b.keys().copied().collect());
    let alike = words::alike(&list_a, &list_b);
    let texts = Texts {
        a: side(&said_a, &weights_a),
        b: side(&said_b, &weights_b),
        best_b: best_of_others(&alike, list_b.len()),
        alike,
    };
    let mut edges = Vec::new();
    for &i in free_a {
        for &j in free_b {
            let Some(time) = time(a[i], b[j]) else { continue };
            let score = time + texts.compare(i, j) + address(a[i], b[j]);
            if score >= ASK_MIN {
                edges.push(Edge { a: i, b: j, score });
            }
        }
    }
    let (sure, unsure): (Vec<Edge>, Vec<Edge>) = edges.into_iter().partition(|edge| edge.score >= SCORE_MIN);
    let sure = best(sure);
    let taken_a: BTreeSet<usize> = sure.iter().map(|edge| edge.a).collect();
    let taken_b: BTreeSet<usize> = sure.iter().map(|edge| edge.b).collect();
    let is_free = |edge: &Edge| !taken_a.contains(&edge.a) && !taken_b.contains(&edge.b);
    let unsure = best(unsure.into_iter().filter(is_free).collect());
    let matches = |edges: Vec<Edge>| {
        let found = |edge: Edge| Match {
            a: edge.a,
            b: edge.b,
            pair: Pair { how: PairHow::Score, confidence: confidence(edge.score) },
        };
        edges.into_iter().map(found).collect()
    };
    Assigned { sure: matches(sure), unsure: matches(unsure) }
}

/// From a score to how sure it is, in hundredths.
fn confidence(score: f64) -> f64 {
    let sure = 1.0 / (1.0 + (-(score - SCORE_MIN + 0.5)).exp());
    (sure * 100.0).round() / 100.0
}

/// The words of titles; with those of teasers where both sides have them.
fn said(a: &[&Item], b: &[&Item]) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let have = |items: &[&Item]| items.iter().filter(|item| !item.text.summary.is_empty()).count() * 2 > items.len();
    let both = have(a) && have(b);
    let one = |item: &&Item| {
        if both {
            words::of(&format!("{} {}", item.text.title, item.text.summary))
        } else {
            words::of(&item.text.title)
        }
    };
    (a.iter().map(one).collect(), b.iter().map(one).collect())
}

/// Twins leave within seconds or hours of each other; at most a day apart (calibrated on the same pairs).
fn time(a: &Item, b: &Item) -> Option<f64> {
    let (Some(a), Some(b)) = (a.date, b.date) else { return Some(0.0) };
    let seconds = a.duration_since(b).as_secs().abs();
    Some(match seconds {
        0 => 4.0,
        1..=90 => 3.2,
        91..=900 => 2.4,
        901..=3_700 => 1.8,
        3_701..=14_400 => 0.8,
        14_401..=43_200 => -0.3,
        43_201..=93_600 => -0.8,
        _ => return None,
    })
}

/// The words of both sides by number, with their weights, and which are like which.
struct Texts {
    a: Vec<Vec<(usize, f64)>>,
    b: Vec<Vec<(usize, f64)>>,
    alike: Vec<Vec<(usize, f64)>>,
    best_b: Vec<f64>,
}

/// A likeness from which on a word has a translation in the other feed.
const TRANSLATED_MIN: f64 = 0.85;

fn side(said: &[Vec<String>], weights: &BTreeMap<&str, f64>) -> Vec<Vec<(usize, f64)>> {
    let numbers: BTreeMap<&str, usize> = weights.keys().enumerate().map(|(at, word)| (*word, at)).collect();
    let number = |word: &String| Some((*numbers.get(word.as_str())?, *weights.get(word.as_str())?));
    said.iter().map(|words| words.iter().filter_map(number).collect()).collect()
}

fn best_of_others(alike: &[Vec<(usize, f64)>], n: usize) -> Vec<f64> {
    let mut best = vec![0.0_f64; n];
    for (other, like) in alike.iter().flatten() {
        best[*other] = best[*other].max(*like);
    }
    best
}

impl Texts {
    /// What the words of two items say.
    fn compare(&self, i: usize, j: usize) -> f64 {
        let (a, b) = (&self.a[i], &self.b[j]);
        let mut found: Vec<(f64, usize, usize)> = Vec::new();
        for (x, weight_x) in a {
            for (y, like) in &self.alike[*x] {
                if let Some((_, weight_y)) = b.iter().find(|(word, _)| word == y) {
                    found.push((like * weight_x.min(*weight_y), *x, *y));
                }
            }
        }
        found.sort_by(|one, two| two.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(two.1, two.2))));
        let (mut used_a, mut used_b, mut common) = (BTreeSet::new(), BTreeSet::new(), 0.0);
        for (worth, x, y) in found {
            if !used_a.contains(&x) && !used_b.contains(&y) {
                used_a.insert(x);
                used_b.insert(y);
                common += worth;
            }
        }
        let all = |side: &[(usize, f64)]| side.iter().map(|(_, weight)| weight).sum::<f64>();
        let (all_a, all_b) = (all(a), all(b));
        if all_a <= 0.0 || all_b <= 0.0 {
            return 0.0;
        }
        let best_a = |x: usize| self.alike[x].iter().map(|(_, like)| *like).fold(0.0, f64::max);
        let missing_a = a.iter().filter(|(x, _)| !used_a.contains(x) && best_a(*x) >= TRANSLATED_MIN);
        let missing_b = b.iter().filter(|(y, _)| !used_b.contains(y) && self.best_b[*y] >= TRANSLATED_MIN);
        let missing: f64 = missing_a.chain(missing_b).map(|(_, weight)| weight).sum();
        WORDS_WORTH * (common / all_a.min(all_b) - WORDS_EXPECTED) + 0.15 * common.min(10.0)
            - MISSING_COST * missing / f64::midpoint(all_a, all_b)
    }
}

/// What the addresses say: one page in two languages, or another month.
fn address(a: &Item, b: &Item) -> f64 {
    let (Some(url_a), Some(url_b)) = (a.url.as_deref(), b.url.as_deref()) else { return 0.0 };
    if without_language(url_a) == without_language(url_b) {
        return SAME_ADDRESS_WORTH;
    }
    match (month(url_a), month(url_b)) {
        (Some(one), Some(two)) if one != two && (a.date.is_none() || b.date.is_none()) => -OTHER_MONTH_COST,
        (Some(one), Some(two)) if one == two && (a.date.is_none() || b.date.is_none()) => SAME_MONTH_WORTH,
        _ => 0.0,
    }
}

/// The address with every mark of a language made one: `/en/`, `-eng.htm`, `lang=fr`.
fn without_language(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let mut word = String::new();
    for c in url.chars().chain(std::iter::once('/')) {
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
            continue;
        }
        out.push_str(match word.as_str() {
            "en" | "fr" | "eng" | "fra" | "english" | "french" | "anglais" | "francais" | "e" | "f" => "LANG",
            word => word,
        });
        word.clear();
        out.push(c);
    }
    out
}

/// `/2026/06/` in an address.
fn month(url: &str) -> Option<(u16, u8)> {
    let url = Url::parse(url).ok()?;
    let parts: Vec<&str> = url.path_segments()?.collect();
    parts.windows(2).find_map(|pair| {
        let (year, month): (u16, u8) = (pair[0].parse().ok()?, pair[1].parse().ok()?);
        ((1990..=2100).contains(&year) && (1..=12).contains(&month)).then_some((year, month))
    })
}

#[derive(Clone, Copy)]
struct Edge {
    a: usize,
    b: usize,
    score: f64,
}

/// The one-to-one choice with the greatest sum. Items that share no possible twin are chosen for apart.
fn best(edges: Vec<Edge>) -> Vec<Edge> {
    let mut out = Vec::new();
    for part in parts(edges) {
        let rows: Vec<usize> = part.iter().map(|edge| edge.a).collect::<BTreeSet<_>>().into_iter().collect();
        let columns: Vec<usize> = part.iter().map(|edge| edge.b).collect::<BTreeSet<_>>().into_iter().collect();
        let n = rows.len().max(columns.len());
        let mut worth = vec![vec![0.0; n]; n];
        for edge in &part {
            // Both lists hold every place of the part.
            if let (Ok(row), Ok(column)) = (rows.binary_search(&edge.a), columns.binary_search(&edge.b)) {
                worth[row][column] = edge.score;
            }
        }
        for (row, column) in choose(&worth).into_iter().enumerate() {
            if let (Some(a), Some(b)) = (rows.get(row), columns.get(column)) {
                out.extend(part.iter().find(|edge| edge.a == *a && edge.b == *b));
            }
        }
    }
    out
}

/// Edges by what they hang together with.
fn parts(mut edges: Vec<Edge>) -> Vec<Vec<Edge>> {
    let mut parts: Vec<Vec<Edge>> = Vec::new();
    while let Some(first) = edges.pop() {
        let (mut part, mut at) = (vec![first], 0);
        while let Some(edge) = part.get(at).copied() {
            let (touching, rest): (Vec<Edge>, Vec<Edge>) =
                edges.into_iter().partition(|other| other.a == edge.a || other.b == edge.b);
            part.extend(touching);
            edges = rest;
            at += 1;
        }
        part.sort_by_key(|edge| (edge.a, edge.b));
        parts.push(part);
    }
    parts
}

/// The Hungarian method on a square table (Kuhn 1955, with the potentials of Jonker and Volgenant): for each row its
/// column.
fn choose(worth: &[Vec<f64>]) -> Vec<usize> {
    let n = worth.len();
    let (mut row_price, mut column_price) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    let (mut owner, mut way) = (vec![0_usize; n + 1], vec![0_usize; n + 1]);
    for row in 1..=n {
        owner[0] = row;
        let mut column = 0;
        let (mut least, mut used) = (vec![f64::INFINITY; n + 1], vec![false; n + 1]);
        while owner[column] != 0 {
            used[column] = true;
            let (current, mut step, mut next) = (owner[column], f64::INFINITY, 0);
            for j in 1..=n {
                if used[j] {
                    continue;
                }
                let cost = -worth[current - 1][j - 1] - row_price[current] - column_price[j];
                if cost < least[j] {
                    (least[j], way[j]) = (cost, column);
                }
                if least[j] < step {
                    (step, next) = (least[j], j);
                }
            }
            for j in 0..=n {
                if used[j] {
                    row_price[owner[j]] += step;
                    column_price[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            let before = way[column];
            owner[column] = owner[before];
            column = before;
        }
    }
    let mut columns = vec![0; n];
    for column in 1..=n {
        columns[owner[column] - 1] = column - 1;
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::feed;
    use crate::http::Body;
    use crate::model::Text;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    fn items(name: &str) -> Option<Vec<Item>> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/gc-news-pairs").join(name);
        let bytes = std::fs::read(path).ok()?;
        let body = Body { bytes, content_type: None, charset: None, status: 200 };
        let mut items = feed::read(&body, "https://www.canada.ca/", &TimeZone::UTC).unwrap().items;
        let mut seen = BTreeSet::new();
        items.retain(|item| seen.insert(item.url.clone()));
        Some(items)
    }

    #[test]
    fn twins_of_federal_feeds_are_found_from_feed_data_alone() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/gc-news-pairs/truth.csv");
        let Ok(mut truth) = csv::Reader::from_path(path) else {
            eprintln!("skipped: gc-news-pairs is not here");
            return;
        };
        let rows: Vec<(String, String, String)> = truth.deserialize().map(Result::unwrap).collect();
        let (mut right, mut made, mut wanted) = (0, 0, 0);
        for name in ["all", "canadian-coast-guard", "department-justice", "department-national-defence", "parks-canada"]
        {
            let (en, fr) =
                (items(&format!("{name}.en.atom.xml")).unwrap(), items(&format!("{name}.fr.atom.xml")).unwrap());
            let (en, fr): (Vec<&Item>, Vec<&Item>) = (en.iter().collect(), fr.iter().collect());
            let all = |n: usize| (0..n).collect::<Vec<_>>();
            let found = assign(&en, &fr, (&all(en.len()), &all(fr.len()))).sure;
            let pairs: BTreeSet<(&str, &str)> = rows
                .iter()
                .filter(|(feed, a, b)| feed == name && !a.is_empty() && !b.is_empty())
                .map(|(_, a, b)| (a.as_str(), b.as_str()))
                .collect();
            let good = found
                .iter()
                .filter(|m| pairs.contains(&(en[m.a].url.as_deref().unwrap(), fr[m.b].url.as_deref().unwrap())))
                .count();
            eprintln!("{name}: {good} right of {} made, {} wanted", found.len(), pairs.len());
            right += good;
            made += found.len();
            wanted += pairs.len();
        }
        check_shares(right, made, wanted);
    }

    #[derive(serde::Deserialize)]
    struct Notice {
        id: i64,
        #[serde(rename = "notice_en")]
        en: String,
        #[serde(rename = "notice_fr")]
        fr: String,
    }

    /// A title, or the words of the address that is made of it.
    fn titled(notice: &str, as_address: bool) -> String {
        let title = notice.split_once(' ').unwrap().1;
        if !as_address {
            return title.to_owned();
        }
        let bare = crate::gather::text::folded(&title.replace(['\'', '’'], ""));
        bare.chars().take(150).collect()
    }

    /// Notices of one office, all of one kind: only names, days and places tell them apart.
    #[test]
    fn notices_that_differ_in_a_name_find_their_twins() {
        const A_FEED: usize = 60;
        // Seconds by which the French one leaves later, as those of other departments do.
        const LATER: [i64; 12] = [0, 0, 20, 0, 400, 0, 2_000, 0, 9_000, 0, 30, 70_000];
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/corpora/gc-news/data/half_masting_combined.csv");
        let Ok(mut table) = csv::Reader::from_path(path) else {
            eprintln!("skipped: gc-news is not here");
            return;
        };
        let mut notices: Vec<Notice> = table.deserialize().map(Result::unwrap).collect();
        notices.sort_by_key(|notice| notice.id);
        let item = |at: usize, title: String, later: i64| Item {
            guid: None,
            url: Some(format!("https://www.example.ca/{at}")),
            text: Text { title, ..Text::default() },
            // The number of a notice is its time in milliseconds.
            date: Some(Timestamp::from_second(notices[at].id / 1000 + later).unwrap()),
            author: None,
            picture: None,
            categories: Vec::new(),
        };
        for as_address in [false, true] {
            let (mut right, mut made, mut wanted) = (0, 0, 0);
            for first in (0..notices.len()).step_by(A_FEED) {
                let places = first..(first + A_FEED).min(notices.len());
                let side = |lacks: usize, one: &dyn Fn(usize) -> Item| -> (Vec<usize>, Vec<Item>) {
                    places.clone().filter(|at| at % 33 != lacks).map(|at| (at, one(at))).unzip()
                };
                let (at_en, en) = side(7, &|at| item(at, titled(&notices[at].en, as_address), 0));
                let (at_fr, fr) =
                    side(19, &|at| item(at, titled(&notices[at].fr, as_address), LATER[at % LATER.len()]));
                let (en, fr): (Vec<&Item>, Vec<&Item>) = (en.iter().collect(), fr.iter().collect());
                let all = |n: usize| (0..n).collect::<Vec<_>>();
                let found = assign(&en, &fr, (&all(en.len()), &all(fr.len()))).sure;
                right += found.iter().filter(|pair| at_en[pair.a] == at_fr[pair.b]).count();
                made += found.len();
                wanted += at_en.iter().filter(|at| at_fr.contains(at)).count();
            }
            eprintln!("{right} right of {made} made, {wanted} wanted");
            check_shares(right, made, wanted);
        }
    }

    /// What is promised of pairs made from feed data alone.
    fn check_shares(right: usize, made: usize, wanted: usize) {
        let share = |a: usize, b: usize| f64::from(u32::try_from(a).unwrap()) / f64::from(u32::try_from(b).unwrap());
        assert!(share(right, made) >= 0.995, "precision {}", share(right, made));
        assert!(share(right, wanted) >= 0.97, "recall {}", share(right, wanted));
    }

    #[test]
    fn the_best_choice_is_made_for_all_together() {
        assert_eq!(choose(&[vec![5.0, 4.0], vec![4.0, 0.0]]), [1, 0]);
        assert_eq!(choose(&[vec![1.0, 2.0, 3.0], vec![3.0, 1.0, 2.0], vec![2.0, 3.0, 1.0]]), [2, 0, 1]);
        assert_eq!(without_language("https://a.ca/en/x-eng.htm"), without_language("https://a.ca/fr/x-fra.htm"));
    }
}
