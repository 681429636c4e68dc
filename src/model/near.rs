//! The word that was probably meant, for "did you mean".

use super::{Words, folded};

/// Characters of a word that are compared; longer ones are simply far.
const WORD_CHARS_MAX: usize = 40;
/// Letters between a word and the one that was meant: more would be guessing.
const LETTERS_MAX: usize = 3;

/// Of some names the one that was probably meant: at most a third of its letters away, and never more than three.
/// Accents and capitals do not count.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = folded(word);
    let near = |name: &'a str| {
        let far = distance(&word, &folded(name));
        (far <= (name.chars().count() / 3).clamp(1, LETTERS_MAX)).then_some((far, name))
    };
    names.into_iter().filter_map(near).min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// What is wrong, and the name that was probably meant.
pub fn or_meant<'a>(wrong: Words, word: &str, names: impl IntoIterator<Item = &'a str>) -> Words {
    let Some(near) = nearest(word, names) else { return wrong };
    let Words { en, fr } = wrong;
    words!("{en}; did you mean `{near}`?", "{fr}; vouliez-vous dire `{near}`?")
}

/// Letters to add, drop, change or swap with their neighbour (Damerau and Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let letters = |word: &str| word.chars().take(WORD_CHARS_MAX).collect::<Vec<char>>();
    let (a, b) = (letters(a), letters(b));
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mut best =
                (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_guessed_and_a_strange_one_is_not() {
        let names = ["first_issue", "learning", "trends", "2026-12", "TYP-04"];
        let guessed = |word| nearest(word, names);
        assert_eq!(guessed("frist_issue"), Some("first_issue"));
        assert_eq!(guessed("Léarnin"), Some("learning"));
        assert_eq!(guessed("2026-21"), Some("2026-12"));
        assert_eq!(guessed("typ-4"), Some("TYP-04"));
        for strange in ["", "x", "colour", "2031-05"] {
            assert_eq!(guessed(strange), None, "{strange}");
        }
    }
}
