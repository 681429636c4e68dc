//! What counts in a text: its words and digits. Case, spaces, punctuation and typography do not, so that a comma that is
//! mended makes no translation stale.

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use crate::model::rich;

/// Of two texts, so much of their words must be the same for them to be one that was edited.
const ALIKE_PERCENT_MIN: usize = 40;
/// A sentence does not end after these.
const SHORT_FORMS: [&str; 16] =
    ["mr", "mrs", "ms", "dr", "m", "mme", "mlle", "st", "ste", "no", "p", "art", "e.g", "i.e", "etc", "vs"];

/// The words and digits of inline HTML or of a body, folded.
pub(super) fn counted(html: &str) -> Vec<String> {
    let is_seen = |c: &char| !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    let text: String = rich::words(html).nfkc().filter(is_seen).collect::<String>().to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether two texts say the same, by their words and digits.
pub(super) fn same(a: &str, b: &str) -> bool {
    a == b || counted(a) == counted(b)
}

/// The first 16 hexadecimal digits of the SHA-256 of a text's words and digits.
pub(super) fn hash(html: &str) -> String {
    let digest = Sha256::digest(counted(html).join(" ").as_bytes());
    data_encoding::HEXLOWER.encode(&digest[..8])
}

/// Whether one text may be the other after an edit.
pub(super) fn is_alike(a: &str, b: &str) -> bool {
    let (a, mut b) = (counted(a), counted(b));
    let most = a.len().max(b.len());
    let shared = a.iter().filter(|word| match b.iter().position(|other| other == *word) {
        Some(at) => {
            b.swap_remove(at);
            true
        }
        None => false,
    });
    shared.count() * 100 >= most * ALIKE_PERCENT_MIN && most > 0
}

/// Sentences of a text that are not in another: what changed.
pub(super) fn changed(now: &str, before: &str) -> Vec<String> {
    let known: Vec<Vec<String>> =
        sentences(&rich::words(before)).iter().map(|one| counted(&rich::escaped(one))).collect();
    let fresh = |sentence: &String| !known.contains(&counted(&rich::escaped(sentence)));
    let changed: Vec<String> = sentences(&rich::words(now)).into_iter().filter(fresh).collect();
    if changed.is_empty() && !same(now, before) {
        // A sentence went, or two changed places: the whole passage is another.
        return vec![one_line(&rich::words(now))];
    }
    changed
}

/// A text's sentences, each in one line.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let text = one_line(text);
    let mut out = Vec::new();
    let mut start = 0;
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    for (n, (at, c)) in letters.iter().enumerate() {
        if !matches!(c, '.' | '!' | '?' | '…') {
            continue;
        }
        let rest = &text[at + c.len_utf8()..];
        let closes = after_closing(rest);
        let follows = closes.trim_start().chars().next();
        let is_break = closes.starts_with(' ') && follows.is_some_and(|c| !c.is_lowercase());
        let word = text[start..*at].rsplit([' ', '\u{a0}', '(']).next().unwrap_or_default().to_lowercase();
        let is_short = *c == '.'
            && n > 0
            && (SHORT_FORMS.contains(&word.as_str())
                || word.chars().count() == 1 && word.chars().all(char::is_alphabetic));
        if is_break && !is_short {
            let end = text.len() - closes.len();
            out.push(text[start..end].trim().to_owned());
            start = end;
        }
    }
    out.push(text[start..].trim().to_owned());
    out.retain(|sentence| !sentence.is_empty());
    out
}

/// What comes after the marks that close a quotation, each with the space before it.
fn after_closing(text: &str) -> &str {
    let mut rest = text;
    while let Some(more) = rest.trim_start_matches([' ', '\u{a0}']).strip_prefix(['»', '”', '"', ')', '’']) {
        rest = more;
    }
    rest
}

pub(super) fn one_line(text: &str) -> String {
    let is_space = |c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}';
    text.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether there is anything to translate: letters outside addresses of people and pages.
pub(super) fn has_words(html: &str) -> bool {
    rich::words(html).split_whitespace().any(|word| !is_address(word) && word.chars().any(char::is_alphabetic))
}

/// Whether a word is an address, which no language changes.
pub(super) fn is_address(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.starts_with("https://")
        || word.starts_with("http://")
        || word.starts_with("www.")
        || word.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
}

/// The numbers of a text, each in digits without what groups them.
pub(super) fn numbers(html: &str) -> Vec<u64> {
    let text: String = rich::words(html);
    let mut out = Vec::new();
    let mut digits = String::new();
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let groups = matches!(c, ',' | '.' | '\u{a0}' | '\u{202f}' | ' ')
            && !digits.is_empty()
            && c != '.'
            && letters.clone().take(3).filter(char::is_ascii_digit).count() == 3
            && !letters.clone().nth(3).is_some_and(|c| c.is_ascii_digit());
        if c.is_ascii_digit() {
            digits.push(c);
        } else if !groups {
            out.extend(digits.parse::<u64>().ok());
            digits.clear();
        }
    }
    out.extend(digits.parse::<u64>().ok());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_and_digits_count() {
        for same_as in
            ["We meet, on December 9!", "we  meet on\u{a0}<strong>December</strong> 9", "We meet — on De\u{ad}cember 9"]
        {
            assert_eq!(hash(same_as), hash("We meet on December 9."), "{same_as}");
        }
        for other in ["We meet on December 10.", "We met on December 9."] {
            assert_ne!(hash(other), hash("We meet on December 9."));
        }
        assert!(same("l'écran", "L’ÉCRAN") && !same("l'écran", "l'ecran"));
    }

    #[test]
    fn a_changed_sentence_is_named_alone() {
        let before = "Dr. Roy speaks at 4 p.m. Come early. Bring a friend.";
        assert_eq!(sentences(before), ["Dr. Roy speaks at 4 p.m.", "Come early.", "Bring a friend."]);
        assert_eq!(changed("Dr. Roy speaks at 4 p.m. Come early. Bring two friends!", before), ["Bring two friends!"]);
        assert_eq!(changed("dr. Roy speaks, at 4 p.m. Come early. Bring a friend", before), Vec::<String>::new());
        assert_eq!(changed("Bring a friend.", before), ["Bring a friend."]);
        assert_eq!(sentences("Il dit : « Venez. » Nous venons."), ["Il dit : « Venez. »", "Nous venons."]);
    }

    #[test]
    fn addresses_are_nothing_to_translate_and_numbers_are_read_in_both_ways_of_writing() {
        assert!(!has_words("team@example.gc.ca, https://example.ca/x 613"));
        assert!(has_words("Camille, team@example.gc.ca"));
        assert_eq!(numbers("1,000 people, 2\u{a0}500 pages, 16 h 30, 4:30"), [1_000, 2_500, 16, 30, 4, 30]);
    }
}
