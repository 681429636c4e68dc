//! What changed between two texts, in words: for the person who approved the first and is shown the second.

use crate::model::Words;

/// Longest text that is compared word by word: a whole edition. Beyond it only the number of words is said.
const WORDS_MAX: usize = 20_000;
/// How many changes are shown one by one.
const SHOWN_MAX: usize = 5;

/// A run of words that became another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) before: String,
    pub(super) after: String,
}

impl Change {
    /// How many words it touches.
    pub(super) fn n_words(&self) -> usize {
        self.before.split_whitespace().count().max(self.after.split_whitespace().count())
    }
}

/// The changes between two texts, white space aside.
pub(super) fn changes(before: &str, after: &str) -> Vec<Change> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.split_whitespace().collect(), after.split_whitespace().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (inner_a, inner_b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    if inner_a.is_empty() && inner_b.is_empty() {
        return Vec::new();
    }
    if inner_a.len().saturating_mul(inner_b.len()) > WORDS_MAX * 100 {
        return vec![Change { before: inner_a.join(" "), after: inner_b.join(" ") }];
    }
    let spans = joined(&spans(inner_a, inner_b, &lengths(inner_a, inner_b)));
    spans.iter().map(|span| span.shifted(head).said(&a, &b)).collect()
}

/// A run of words in one text, and what stands in its place in the other.
#[derive(Debug, Clone, Copy)]
struct Span {
    a: (usize, usize),
    b: (usize, usize),
}

impl Span {
    fn shifted(self, by: usize) -> Self {
        Self { a: (self.a.0 + by, self.a.1 + by), b: (self.b.0 + by, self.b.1 + by) }
    }

    /// Its words. A number alone says nothing: it takes the month, or what is counted, with it.
    fn said(mut self, a: &[&str], b: &[&str]) -> Change {
        let text = |words: &[&str]| words.join(" ");
        let has_digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
        let is_name = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
        let is_word = |word: &&str| word.chars().next().is_some_and(char::is_lowercase);
        let ends_in_number = |words: &[&str]| {
            words.last().is_some_and(|last| has_digit(last)) && !words.iter().rev().nth(1).is_some_and(is_name)
        };
        let is_number = |words: &[&str]| has_digit(&text(words)) && !text(words).contains(char::is_alphabetic);
        let (gone, come) = (&a[self.a.0..self.a.1], &b[self.b.0..self.b.1]);
        if is_number(gone) && is_number(come) && self.a.0 > 0 && is_name(&a[self.a.0 - 1]) {
            (self.a.0, self.b.0) = (self.a.0 - 1, self.b.0 - 1);
        } else if ends_in_number(gone) && ends_in_number(come) && a.get(self.a.1).is_some_and(is_word) {
            (self.a.1, self.b.1) = (self.a.1 + 1, self.b.1 + 1);
        }
        let trimmed = |words: &[&str]| text(words).trim_end_matches([',', ';', ':']).to_owned();
        Change { before: trimmed(&a[self.a.0..self.a.1]), after: trimmed(&b[self.b.0..self.b.1]) }
    }
}

/// Changes with one word between them are one: `Wednesday, December 9` became `Thursday, December 10`.
fn joined(spans: &[Span]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        match out.last_mut() {
            Some(last) if span.a.0 - last.a.1 <= 1 => (last.a.1, last.b.1) = (span.a.1, span.b.1),
            _ => out.push(*span),
        }
    }
    out
}

/// Lengths of the longest common subsequences of all tails.
fn lengths(a: &[&str], b: &[&str]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i][j] = if a[i] == b[j] { table[i + 1][j + 1] + 1 } else { table[i + 1][j].max(table[i][j + 1]) };
        }
    }
    table
}

fn spans(a: &[&str], b: &[&str], table: &[Vec<u32>]) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut i, mut j) = (0, 0);
    let (mut from_i, mut from_j) = (0, 0);
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            if (from_i, from_j) != (i, j) {
                spans.push(Span { a: (from_i, i), b: (from_j, j) });
            }
            (i, j) = (i + 1, j + 1);
            (from_i, from_j) = (i, j);
        } else if j == b.len() || (i < a.len() && table[i + 1][j] >= table[i][j + 1]) {
            i += 1;
        } else {
            j += 1;
        }
    }
    if (from_i, from_j) != (i, j) {
        spans.push(Span { a: (from_i, i), b: (from_j, j) });
    }
    spans
}

/// Whether two languages have changed in the same way: as often, and by the same numbers.
pub(super) fn are_same(one: &[Change], other: &[Change]) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let numbers = |changes: &[Change]| -> Vec<(String, String)> {
        changes.iter().map(|change| (digits(&change.before), digits(&change.after))).collect()
    };
    let (one, other) = (numbers(one), numbers(other));
    !one.is_empty() && one == other && one.iter().all(|(before, after)| before != after)
}

/// The changes in a sentence or a few lines: “Dec. 9” became “Dec. 10”.
pub(super) fn sentences(changes: &[Change]) -> Vec<Words> {
    let one = |change: &Change| {
        let (before, after) = (shorten(&change.before), shorten(&change.after));
        match (before.is_empty(), after.is_empty()) {
            (true, _) => words!("“{after}” was added", "« {after} » a été ajouté"),
            (_, true) => words!("“{before}” was removed", "« {before} » a été enlevé"),
            _ => words!("“{before}” became “{after}”", "« {before} » est devenu « {after} »"),
        }
    };
    // The same change in several places is said once, where it says most.
    let is_within = |small: &Change, large: &Change| {
        large != small
            && !small.before.is_empty()
            && !small.after.is_empty()
            && large.before.contains(&small.before)
            && large.after.contains(&small.after)
    };
    let mut different: Vec<&Change> = Vec::new();
    for change in changes {
        if !different.contains(&change) && !changes.iter().any(|other| is_within(change, other)) {
            different.push(change);
        }
    }
    let mut lines: Vec<Words> = different.iter().take(SHOWN_MAX).map(|change| one(change)).collect();
    let more = different.len().saturating_sub(SHOWN_MAX);
    if more > 0 {
        lines.push(words!("and {more} more", "et {more} de plus"));
    }
    lines
}

/// The lines that went (`-`) and came (`+`), in order.
pub(super) fn lines(before: &str, after: &str) -> Vec<String> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let sign = |sign: char, line: &str| format!("{sign} {line}");
    if a.len().saturating_mul(b.len()) > WORDS_MAX * 100 {
        return a.iter().map(|line| sign('-', line)).chain(b.iter().map(|line| sign('+', line))).collect();
    }
    let table = lengths(a, b);
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && table[i + 1][j] >= table[i][j + 1]) {
            out.push(sign('-', a[i]));
            i += 1;
        } else {
            out.push(sign('+', b[j]));
            j += 1;
        }
    }
    out
}

fn shorten(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    if text.chars().count() <= CHARS_MAX {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(CHARS_MAX).collect::<String>().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expected: &[&str]) {
        let said: Vec<String> = sentences(&changes(before, after)).into_iter().map(|words| words.en).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn lines_that_went_and_came_are_shown_in_order() {
        assert_eq!(lines("a\nb\nc\n", "a\nB\nc\nd\n"), ["- b", "+ B", "+ d"]);
        assert_eq!(lines("a\n", "a\n"), Vec::<String>::new());
    }

    #[test]
    fn a_change_is_said_in_its_words() {
        check("on Dec. 9 at noon", "on Dec. 9  at\nnoon", &[]);
        check("on Dec. 9 at noon", "on Dec. 10 at noon", &["“Dec. 9” became “Dec. 10”"]);
        check("le 9 décembre à midi", "le 10 décembre à midi", &["“9 décembre” became “10 décembre”"]);
        check(
            "on Wednesday, December 9, at",
            "on Thursday, December 10, at",
            &["“Wednesday, December 9” became “Thursday, December 10”"],
        );
        check(
            "22 mai, le vendredi 22 mai à",
            "25 mai, le lundi 25 mai à",
            &["“vendredi 22 mai” became “lundi 25 mai”"],
        );
        check("x 9 y 9 z", "x 8 y 8 z", &["“9 y 9 z” became “8 y 8 z”"]);
        check("x a y z x a y", "x b y z x b y", &["“a” became “b”"]);
        check("a b c d", "a c d e", &["“b” was removed", "“e” was added"]);
        check("", "new words", &["“new words” was added"]);
    }

    #[test]
    fn two_languages_that_change_by_the_same_numbers_change_in_the_same_way() {
        let english = changes("on Dec. 9 at noon", "on Dec. 10 at noon");
        assert!(are_same(&english, &changes("le 9 décembre", "le 10 décembre")));
        assert!(!are_same(&english, &changes("le 9 décembre", "le 11 décembre")));
        assert!(!are_same(&english, &[]) && !are_same(&[], &[]));
        assert!(!are_same(&changes("a word", "a letter"), &changes("un mot", "une lettre")));
    }
}
