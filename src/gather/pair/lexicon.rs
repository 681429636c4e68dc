//! Common words of government news in English with their French ones. No department's or programme's name is in it:
//! names are recognised by their letters. The list is the text beside this file: an English word and its French ones,
//! folded, on a line.

use std::collections::HashMap;
use std::sync::LazyLock;

/// English words with their French ones.
static LEXICON: LazyLock<HashMap<&str, &str>> =
    LazyLock::new(|| include_str!("lexicon.txt").lines().filter_map(|line| line.split_once(' ')).collect());

/// The French words of an English one, which may be in the plural.
pub(super) fn translations(word: &str) -> Option<&'static str> {
    let entry = |word: &str| LEXICON.get(word).copied();
    entry(word).or_else(|| entry(word.strip_suffix('s')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_folded_and_says_something_of_each_word_once() {
        let words: Vec<&str> =
            include_str!("lexicon.txt").lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert!(words.is_sorted() && words.len() == LEXICON.len(), "sorted, each once, with a translation");
        let text = include_str!("lexicon.txt");
        assert!(text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b' ' | b'\n')) && !text.contains("  "));
        assert_eq!(translations("workers"), Some("travailleur"));
    }
}
