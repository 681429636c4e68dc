//! Words of two languages that mean the same: numbers, names and cognates by their letters, common words of government
//! news from a small lexicon. Nothing in it is a department's or a programme's name.

use std::collections::{BTreeMap, HashMap};

use super::lexicon::translations;
use crate::gather::text;

/// Below this likeness two words have nothing to do with each other.
const ALIKE_MIN: f64 = 0.7;
/// Words of a title and teaser that are compared; more add nothing.
const WORDS_MAX: usize = 40;

/// Words that stand in every title, sorted.
const COMMON: [&str; 60] = [
    "a", "an", "and", "are", "as", "at", "au", "aux", "avec", "be", "by", "ce", "cette", "d", "dans", "de", "des",
    "du", "en", "est", "et", "for", "from", "in", "is", "it", "its", "l", "la", "le", "les", "leur", "leurs", "n",
    "no", "nos", "notre", "of", "on", "or", "ou", "our", "par", "pour", "que", "qui", "s", "sa", "ses", "son", "sont",
    "sur", "that", "the", "their", "this", "to", "un", "une", "with",
];

/// The words of a text that can tell it from others, each once.
pub(in crate::gather) fn of(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in text::folded(text).split(' ') {
        // Addresses of pages that were taken get a figure: `ontario0`.
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let word = if letters.len() >= 3 && word.len() == letters.len() + 1 { letters } else { word };
        let short = word.len() < 2 && !word.bytes().all(|b| b.is_ascii_digit());
        if word.is_empty() || short || COMMON.binary_search(&word).is_ok() || out.iter().any(|other| other == word) {
            continue;
        }
        out.push(word.to_owned());
        if out.len() == WORDS_MAX {
            break;
        }
    }
    out
}

/// For each word of the first list the words of the second that are like it, with how much, from 0 to 1.
pub(super) fn alike(firsts: &[&str], others: &[&str]) -> Vec<Vec<(usize, f64)>> {
    // By first letter, with and without an article, so that not every word is compared with every other.
    let mut by_letter: HashMap<char, Vec<usize>> = HashMap::new();
    for (at, other) in others.iter().enumerate() {
        for word in std::iter::once(*other).chain(bare(other)) {
            let list = by_letter.entry(first(word)).or_default();
            if list.last() != Some(&at) {
                list.push(at);
            }
        }
    }
    let compare = |word: &&str| {
        let own = first(word);
        let swapped: &[char] = match own {
            's' => &['e'],
            'e' => &['s'],
            'q' | 'k' => &['c'],
            'c' => &['q', 'k'],
            _ => &[],
        };
        let translated = translations(word).unwrap_or("").split(' ').map(first);
        let mut letters: Vec<char> = std::iter::once(own).chain(swapped.iter().copied()).chain(translated).collect();
        letters.sort_unstable();
        letters.dedup();
        let mut places: Vec<usize> =
            letters.iter().filter_map(|letter| by_letter.get(letter)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        let found = places.into_iter().map(|at| (at, likeness(word, others[at])));
        found.filter(|(_, like)| *like > 0.0).collect()
    };
    firsts.iter().map(compare).collect()
}

fn first(word: &str) -> char {
    word.chars().next().unwrap_or(' ')
}

/// In an address the article is part of its word: `lalberta`, `dun`, `quune`.
fn bare(word: &str) -> Option<&str> {
    match word.as_bytes() {
        [b'l' | b'd' | b's' | b'n' | b'j' | b'm' | b'c', rest @ ..] if rest.len() >= 4 => word.get(1..),
        [b'q', b'u', rest @ ..] if rest.len() >= 4 => word.get(2..),
        _ => None,
    }
}

fn likeness(a: &str, b: &str) -> f64 {
    let one = |b: &str| by_letters(a, b).max(by_lexicon(a, b));
    bare(b).map_or(one(b), |bare| one(b).max(one(bare)))
}

fn by_letters(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return if a == b { 1.0 } else { 0.0 };
    }
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    // `state` and `etat`, `school` and `ecole`: the one has an s where the other has an e.
    let begins = first(a) == first(b)
        || matches!((first(a), first(b)), ('s', 'e') | ('e', 's') | ('q' | 'k', 'c') | ('c', 'q' | 'k'));
    if short < 4 || short * 2 < long || !begins || number(a).is_some() || number(b).is_some() {
        return 0.0;
    }
    // Lengths of words are far below what a float holds.
    let (common, long) =
        (f64::from(u32::try_from(common_letters(a, b)).unwrap_or(0)), f64::from(u32::try_from(long).unwrap_or(1)));
    let ratio = common / long;
    if ratio >= ALIKE_MIN { ratio } else { 0.0 }
}

/// `300th` and `300e` are one number.
fn number(word: &str) -> Option<&str> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let rest = &word[digits.len()..];
    let ordinal = matches!(rest, "" | "st" | "nd" | "rd" | "th" | "e" | "er" | "ere" | "eme" | "ieme" | "re");
    (ordinal && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// The longest common subsequence of letters.
fn common_letters(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row = vec![0; b.len() + 1];
    for x in a.chars() {
        let mut before = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == *y { before + 1 } else { above.max(row[j]) };
            before = above;
        }
    }
    row[b.len()]
}

fn by_lexicon(a: &str, b: &str) -> f64 {
    let same = |known: &str| {
        b == known
            || b.strip_suffix(['s', 'x']) == Some(known)
            || b.strip_suffix('e') == Some(known)
            || b.strip_suffix("es") == Some(known)
    };
    if translations(a).is_some_and(|words| words.split(' ').any(same)) { 0.9 } else { 0.0 }
}

/// How much each word tells: rare ones much, those of every title little.
pub(super) fn weights<'a>(lists: impl Iterator<Item = &'a Vec<String>>) -> BTreeMap<&'a str, f64> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut n = 0_u32;
    for list in lists {
        n += 1;
        for word in list {
            *counts.entry(word).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|(word, count)| (word, ((f64::from(n) + 2.0) / (f64::from(count) + 0.5)).ln().max(0.05)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_cognates_and_common_words_are_recognised() {
        assert!(COMMON.is_sorted());
        for (a, b) in [
            ("300th", "300e"),
            ("announces", "annonce"),
            ("alberta", "lalberta"),
            ("soldiers", "soldats"),
            ("tax", "limpot"),
            ("minister", "ministre"),
        ] {
            assert!(likeness(a, b) >= ALIKE_MIN, "{a} {b}");
        }
        for (a, b) in [("300th", "301e"), ("alberta", "ontario"), ("quebec", "manitoba"), ("20", "200")] {
            assert!(likeness(a, b) < ALIKE_MIN, "{a} {b}");
        }
        assert_eq!(of("The Ontario0 of d'Ontario 5"), ["ontario", "5"]);
    }
}
