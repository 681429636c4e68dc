//! Words compared as a person would: without accents, capitals and punctuation.

use unicode_normalization::UnicodeNormalization as _;

/// A text as words between single spaces, with one at each end: ` la societe canadienne `.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    for c in text.nfd() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !unicode_normalization::char::is_combining_mark(c) && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// Whether a folded text has a word or phrase. `accessib*` takes any ending.
pub fn has_words(folded_text: &str, words: &str) -> bool {
    let (words, is_beginning) = match words.trim().strip_suffix('*') {
        Some(beginning) => (beginning, true),
        None => (words, false),
    };
    let sought = folded(words);
    let sought = if is_beginning { sought.trim_end() } else { &sought };
    !sought.trim().is_empty() && folded_text.contains(sought)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_accents_and_capitals() {
        let text = folded("L'Accessibilité, d'abord : écrire pour TOUTES.");
        assert_eq!(text, " l accessibilite d abord ecrire pour toutes ");
        for found in ["accessibilité", "Accessib*", "ECRIRE POUR", "toutes"] {
            assert!(has_words(&text, found), "{found}");
        }
        for absent in ["accessib", "tout", "", "*", "cri"] {
            assert!(!has_words(&text, absent), "{absent}");
        }
    }
}
