//! Where in a contributor's file the words stand that a rule names only by story: white space and quotation marks
//! apart, if they stand there once. Otherwise the file is named, never a wrong line.

use super::judge::Sources;
use crate::model::{Finding, Place};

/// The finding with a place in one of the story's files.
pub(super) fn placed(finding: Finding, files: &[String], sources: &Sources) -> Finding {
    if !matches!(finding.place, Place::Edition { .. }) {
        return finding;
    }
    let wanted = folded(&finding.excerpt);
    let mut found = Vec::new();
    for file in files {
        for (line, column) in sources.get(file).map(|text| places(text, &wanted)).unwrap_or_default() {
            found.push(Place::File { file: file.clone(), line, column });
        }
    }
    let first = || Place::File { file: files.first().cloned().unwrap_or_default(), line: 0, column: 0 };
    let place = if found.len() == 1 { found.remove(0) } else { first() };
    Finding { place, ..finding }
}

/// Lines and columns, from 1, at which the words begin.
fn places(text: &str, wanted: &[char]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    if wanted.is_empty() {
        return found;
    }
    for (at, line) in text.lines().enumerate() {
        let line = folded(line);
        for from in 0..=line.len().saturating_sub(wanted.len()) {
            let rest = &line[from..];
            let before = from.checked_sub(1).map(|at| line[at]);
            if rest.starts_with(wanted) && is_edge(before, wanted[0]) {
                let after = rest.get(wanted.len()).copied();
                if is_edge(after, wanted[wanted.len() - 1]) {
                    found.push((at + 1, from + 1));
                }
            }
        }
    }
    found
}

/// Whether no word goes on across the edge; `10 $` may begin within `5,010 $`.
fn is_edge(outside: Option<char>, inside: char) -> bool {
    !inside.is_alphabetic() || !outside.is_some_and(char::is_alphabetic)
}

/// Character by character, so that columns stay.
fn folded(text: &str) -> Vec<char> {
    text.chars()
        .map(|c| match c {
            '’' | '‘' => '\'',
            '“' | '”' => '"',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_stand_once_are_found_and_others_are_not_guessed() {
        let text = "Ici, cliquez [ici](x) :\u{a0}l’idée\n5,000 $ et voici\n";
        let find = |words: &str| places(text, &folded(words));
        assert_eq!(find("ici"), [(1, 15)]);
        assert_eq!(find(": l'idée"), [(1, 23)]);
        assert_eq!(find("0 $"), [(2, 5)]);
        assert_eq!(find("i").len(), 0);
        assert_eq!(find(""), []);
        assert_eq!(find("absent and longer than any line of this text, by far"), []);
    }
}
