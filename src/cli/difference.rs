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

/// The changes between two texts, white space aside.
pub(super) fn changes(before: &str, after: &str) -> Vec<Change> {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.split_whitespace().collect(), after.split_whitespace().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    if a.is_empty() && b.is_empty() {
        return Vec::new();
    }
    if a.len().saturating_mul(b.len()) > WORDS_MAX * 100 {
        return vec![Change { before: a.join(" "), after: b.join(" ") }];
    }
    walk(a, b, &lengths(a, b))
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

fn walk(a: &[&str], b: &[&str], table: &[Vec<u32>]) -> Vec<Change> {
    let mut changes = Vec::new();
    let (mut i, mut j) = (0, 0);
    let (mut gone, mut come): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut close = |gone: &mut Vec<&str>, come: &mut Vec<&str>| {
        if !gone.is_empty() || !come.is_empty() {
            changes.push(Change { before: gone.join(" "), after: come.join(" ") });
            gone.clear();
            come.clear();
        }
    };
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            close(&mut gone, &mut come);
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && table[i + 1][j] >= table[i][j + 1]) {
            gone.push(a[i]);
            i += 1;
        } else {
            come.push(b[j]);
            j += 1;
        }
    }
    close(&mut gone, &mut come);
    changes
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
    let mut lines: Vec<Words> = changes.iter().take(SHOWN_MAX).map(one).collect();
    let more = changes.len().saturating_sub(SHOWN_MAX);
    if more > 0 {
        lines.push(words!("and {more} more", "et {more} de plus"));
    }
    lines
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
    fn a_change_is_said_in_its_words() {
        check("on Dec. 9 at noon", "on Dec. 9  at\nnoon", &[]);
        check("on Dec. 9 at noon", "on Dec. 10 at noon", &["“9” became “10”"]);
        check("a b c d", "a c d e", &["“b” was removed", "“e” was added"]);
        check("", "new words", &["“new words” was added"]);
    }
}
