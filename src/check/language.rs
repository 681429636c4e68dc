//! Which language a text is in, for texts that ought to be English or French. Names do not decide: the small words
//! that every sentence needs do, and `whatlang` must agree.

use whatlang::{Detector, Lang as Tongue};

use crate::model::Lang;

/// Below this many letters nothing is said: titles and names are too short to judge.
pub(super) const LETTERS_MIN: usize = 40;

/// From this many words in lower case on a text is a sentence, not a name.
const SENTENCE_WORDS_MIN: usize = 6;

/// Words that English prose cannot do without and French does not have.
const ENGLISH: &[&str] = &[
    "the", "of", "and", "to", "is", "are", "was", "were", "with", "that", "this", "these", "those", "from", "by",
    "your", "you", "our", "we", "they", "their", "it", "its", "has", "have", "will", "for", "be", "not", "or", "how",
    "what", "which", "who", "when", "where", "about", "more", "can", "should", "at", "an", "in", "as", "all", "us",
    "out",
];
/// Words that French prose cannot do without and English does not have.
const FRENCH: &[&str] = &[
    "le", "la", "les", "des", "du", "de", "et", "est", "sont", "une", "un", "dans", "pour", "que", "qui", "sur",
    "avec", "par", "au", "aux", "ce", "cette", "ces", "vous", "nous", "votre", "vos", "notre", "nos", "leur", "leurs",
    "il", "elle", "ils", "elles", "ne", "pas", "ou", "où", "plus", "se", "sa", "son", "ses", "été", "être", "en", "à",
    "y", "sera", "seront", "ont", "afin", "ainsi", "chez", "comment", "quand", "lors", "tous", "toutes",
];

/// English or French.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    English,
    French,
}

impl Which {
    /// The one that a language key names, if it is one of the two.
    pub(super) fn of(lang: &Lang) -> Option<Self> {
        if lang.is_english() {
            Some(Self::English)
        } else if lang.is_french() {
            Some(Self::French)
        } else {
            None
        }
    }
}

/// The language of a text when it is plainly *not* the expected one.
pub(super) fn strange(text: &str, expected: &Lang) -> Option<Which> {
    let expected = Which::of(expected)?;
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    if letters < LETTERS_MIN {
        return None;
    }
    let (english, french) = small_words(text);
    let (own, other, which, tongue) = match expected {
        Which::English => (english, french, Which::French, Tongue::Fra),
        Which::French => (french, english, Which::English, Tongue::Eng),
    };
    // A quoted title brings a few small words of the other language; a text in it brings little else.
    let is_plain = other >= 3 && other >= own * 3;
    // A name has capitals; so many words without one make a sentence, which has small words of its own language.
    let is_bare = other == 2 && own == 0 && lower_words(text) >= SENTENCE_WORDS_MIN;
    if !is_plain && !is_bare {
        return None;
    }
    let detected = Detector::with_allowlist(vec![Tongue::Eng, Tongue::Fra]).detect(text)?;
    (detected.lang() == tongue).then_some(which)
}

/// The language of a short text (a subject, an alternative text), told by its small words and accents alone: only when
/// all the evidence points one way, and there are at least `words_min` of them.
pub(super) fn strange_short(text: &str, expected: &Lang, words_min: usize) -> Option<Which> {
    let expected = Which::of(expected)?;
    let (english, french) = small_words(text);
    match expected {
        Which::English if french >= words_min && english == 0 => Some(Which::French),
        Which::French if english >= words_min && french == 0 && !text.chars().any(is_accented) => Some(Which::English),
        _ => None,
    }
}

fn lower_words(text: &str) -> usize {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| word.len() > 2 && word.starts_with(char::is_lowercase))
        .count()
}

fn is_accented(c: char) -> bool {
    "éèêëàâçîïôùûüœÉÈÊÀÂÇÎÔŒ".contains(c)
}

/// How many English and French small words a text has. A small word in capitals or with a capital inside a sentence
/// may be part of a name, and is not counted; at the beginning of the text it is.
fn small_words(text: &str) -> (usize, usize) {
    let (mut english, mut french) = (0, 0);
    for (index, word) in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).enumerate() {
        let lower = word.to_lowercase();
        if index > 0 && lower != word {
            continue;
        }
        english += usize::from(ENGLISH.contains(&lower.as_str()));
        french +=
            usize::from(FRENCH.contains(&lower.as_str()) || matches!(lower.as_str(), "l" | "d" | "qu" | "n" | "j"));
    }
    (english, french)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_the_other_language_is_told() {
        let (en, fr) = (Lang::new("en"), Lang::new("fr"));
        let english = "The community of practice meets on the first Tuesday of the month to share what works.";
        let french =
            "La communauté de pratique se réunit le premier mardi du mois pour mettre en commun ce qui fonctionne.";
        assert_eq!(strange(english, &fr), Some(Which::English));
        assert_eq!(strange(french, &en), Some(Which::French));
        assert_eq!(strange(english, &en), None);
        assert_eq!(strange(french, &fr), None);
    }

    #[test]
    fn names_of_the_other_language_do_not_decide() {
        let fr = Lang::new("fr");
        for text in [
            "Le balado The Current de CBC et le cours Communications 101 Boot Camp for Canadian Public Servants sont offerts.",
            "Sur le blogue Key Messengers, Health Canada, Parks Canada, Service Canada",
            "Communications Community Office, 90, rue Elgin, Ottawa (Ontario) K1A 0R5 Canada",
        ] {
            assert_eq!(strange(text, &fr), None, "{text}");
        }
    }

    #[test]
    fn short_texts_are_told_only_when_all_points_one_way() {
        let (en, fr) = (Lang::new("en"), Lang::new("fr"));
        assert_eq!(strange_short("What is new in the community", &fr, 2), Some(Which::English));
        assert_eq!(strange_short("Les prix de la collectivité", &en, 2), Some(Which::French));
        assert_eq!(strange_short("Communications", &fr, 2), None);
        assert_eq!(strange_short("La vie en rose at the Museum", &en, 2), None);
    }
}
