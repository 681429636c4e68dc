//! Which language a text is in, for texts that ought to be English or French. Names do not decide: the small words
//! that every sentence needs do, and `whatlang` must agree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use whatlang::{Detector, Lang as Tongue};

use crate::model::Lang;

/// Below this many characters nothing is said: titles and names are too short to judge.
pub(crate) const CHARS_MIN: usize = 40;

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

/// What is left of French words before an apostrophe.
const ELIDED: &[&str] = &["l", "d", "qu", "n", "j"];

/// English or French.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    English,
    French,
}

impl Which {
    /// The one that a language key names, if it is one of the two.
    pub(crate) fn of(lang: &Lang) -> Option<Self> {
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
pub(crate) fn strange(text: &str, expected: &Lang) -> Option<Which> {
    let expected = Which::of(expected)?;
    if text.trim().chars().count() < CHARS_MIN {
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
pub(crate) fn strange_short(text: &str, expected: &Lang, words_min: usize) -> Option<Which> {
    let expected = Which::of(expected)?;
    let (english, french) = small_words(text);
    match expected {
        Which::English if french >= words_min && english == 0 => Some(Which::French),
        Which::French if english >= words_min && french == 0 && !text.chars().any(is_accented) => Some(Which::English),
        _ => None,
    }
}

/// What the words of a short text tell of its language: points, and how many different words gave them.
#[derive(Debug, Default, Clone, Copy)]
struct Told {
    points: usize,
    words: usize,
}

/// The language of a title or another line, also when it has hardly a small word: told by the way in which words are
/// spelled (`-ing`, `ee`, `w`; accents, `-aux`, `-eur`), and only when nothing speaks for the language expected.
pub(crate) fn strange_line(text: &str, expected: &Lang, points_min: usize) -> Option<Which> {
    let expected = Which::of(expected)?;
    let (english, french) = told(text);
    let is = |own: Told, other: Told| own.points == 0 && other.points >= points_min && other.words >= 2;
    match expected {
        Which::English if is(english, french) => Some(Which::French),
        Which::French if is(french, english) => Some(Which::English),
        _ => None,
    }
}

/// English and French points of a line. A word with a capital that does not begin it may be a name, and says nothing.
fn told(text: &str) -> (Told, Told) {
    let (mut english, mut french) = (Told::default(), Told::default());
    let add = |side: &mut Told, points: usize| {
        side.points += points;
        side.words += usize::from(points > 0);
    };
    for (index, word) in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).enumerate() {
        let lower = lowered(word);
        if index > 0 && lower != word {
            continue;
        }
        let (lower, kind) = (lower.as_ref(), kind_of(&lower));
        if matches!(kind, Some(Kind::English | Kind::MoreEnglish)) {
            add(&mut english, 2);
        } else if matches!(kind, Some(Kind::French | Kind::MoreFrench)) {
            add(&mut french, 2);
        } else if kind.is_none() {
            let is_french = lower.chars().any(is_accented) || FRENCH_ENDS.iter().any(|end| lower.ends_with(end));
            add(&mut french, usize::from(is_french));
            add(&mut english, usize::from(!is_french && lower.len() > 3 && is_spelled_in_english(lower)));
        }
    }
    (english, french)
}

/// Small words of English beside [`ENGLISH`], common in titles.
const MORE_ENGLISH: &[&str] = &[
    "new", "now", "here", "us", "get", "meet", "join", "learn", "help", "work", "week", "next", "two", "three",
    "first", "people", "why", "way", "ways", "up", "down", "before", "after", "into", "than", "then", "but", "do",
    "make", "best", "jobs", "tips", "tools", "events", "awards", "training", "news",
];

/// Small and common words of French beside [`FRENCH`].
const MORE_FRENCH: &[&str] = &[
    "deux",
    "trois",
    "quatre",
    "cinq",
    "huit",
    "dix",
    "nouveau",
    "nouvelle",
    "nouveaux",
    "nouvelles",
    "jour",
    "jours",
    "mois",
    "semaine",
    "semaines",
    "personne",
    "personnes",
    "gens",
    "femme",
    "femmes",
    "homme",
    "hommes",
    "enfants",
    "autour",
    "devant",
    "sous",
    "sans",
    "vers",
    "entre",
    "aussi",
    "tout",
    "toute",
    "encore",
    "ici",
    "voici",
    "lisent",
    "font",
    "prix",
    "emplois",
    "outils",
    "conseils",
    "rappel",
];

/// Words that both languages have as they are, or have taken over: they tell nothing.
const BORROWED: &[&str] = &[
    "web",
    "podcast",
    "podcasts",
    "marketing",
    "parking",
    "camping",
    "coaching",
    "leadership",
    "coworking",
    "week",
    "weekend",
    "kiosque",
    "kilo",
    "club",
    "show",
    "hockey",
    "jury",
    "party",
    "lobby",
    "email",
    "fellow",
    "hackathon",
    "wiki",
    "workshop",
    "résumé",
    "résumés",
    "café",
    "cafés",
    "née",
    "naïve",
    "voilà",
    "déjà",
    "protégé",
    "pied",
    "pieds",
    "toolkit",
    "forum",
    "linkedin",
    "twitter",
    "facebook",
    "budget",
    "contact",
    "sticker",
    "pays",
    "essayer",
    "payer",
    "employer",
    "moyen",
    "moyenne",
];

/// Ends of words that are French.
const FRENCH_ENDS: &[&str] =
    &["eur", "eurs", "eux", "euse", "aux", "ique", "iques", "ienne", "elle", "elles", "oir", "oire", "ez"];

/// Whether a word is spelled as English alone spells.
fn is_spelled_in_english(word: &str) -> bool {
    const ENDS: &[&str] = &["ing", "ings", "ness", "ly", "ful", "less", "ship", "ships", "ght", "ty", "cy", "ry", "ed"];
    const INSIDE: &[&str] =
        &["ee", "sh", "ck", "wh", "ow", "aw", "ook", "ool", "oom", "oot", "ould", "tw", "wr", "kn", "ay"];
    let has_ea = word.match_indices("ea").any(|(at, _)| !word[at + 2..].starts_with('u'));
    let is_k = word.contains('k') && !word.contains("ki");
    ENDS.iter().any(|end| word.ends_with(end))
        || INSIDE.iter().any(|part| word.contains(part))
        || has_ea
        || is_k
        || word.contains('w')
}

fn lower_words(text: &str) -> usize {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| word.len() > 2 && word.starts_with(char::is_lowercase))
        .count()
}

/// Whether a word in lower case is one of those small ones that names have too.
pub(crate) fn is_small(word: &str) -> bool {
    matches!(kind_of(word), Some(Kind::English | Kind::French))
}

/// What a word in lower case tells of the language it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    English,
    French,
    MoreEnglish,
    MoreFrench,
    Borrowed,
}

/// The lists of this file as one table: every word of an issue is looked up in it, several times.
fn kind_of(lower: &str) -> Option<Kind> {
    static KINDS: LazyLock<HashMap<&str, Kind>> = LazyLock::new(|| {
        let lists = [
            (BORROWED, Kind::Borrowed),
            (MORE_FRENCH, Kind::MoreFrench),
            (MORE_ENGLISH, Kind::MoreEnglish),
            (ELIDED, Kind::French),
            (FRENCH, Kind::French),
            (ENGLISH, Kind::English),
        ];
        // A word of two lists is what the last of them says.
        lists.into_iter().flat_map(|(words, kind)| words.iter().map(move |word| (*word, kind))).collect()
    });
    KINDS.get(lower).copied()
}

fn lowered(word: &str) -> Cow<'_, str> {
    if word.chars().all(char::is_lowercase) { Cow::Borrowed(word) } else { Cow::Owned(word.to_lowercase()) }
}

fn is_accented(c: char) -> bool {
    "éèêëàâçîïôùûüœÉÈÊÀÂÇÎÔŒ".contains(c)
}

/// How many English and French small words a text has. A small word in capitals or with a capital inside a sentence
/// may be part of a name, and is not counted; at the beginning of the text it is.
fn small_words(text: &str) -> (usize, usize) {
    let (mut english, mut french) = (0, 0);
    for (index, word) in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).enumerate() {
        let lower = lowered(word);
        if index > 0 && lower != word {
            continue;
        }
        let kind = kind_of(&lower);
        english += usize::from(kind == Some(Kind::English));
        french += usize::from(kind == Some(Kind::French));
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

    #[test]
    fn a_title_is_told_by_the_spelling_of_its_words() {
        let (en, fr) = (Lang::new("en"), Lang::new("fr"));
        for text in [
            "Upcoming learning events",
            "Writing for screen readers",
            "Meet the new team",
            "Plain language training week",
        ] {
            assert_eq!(strange_line(text, &fr, 2), Some(Which::English), "{text}");
            assert_eq!(strange_line(text, &en, 2), None, "{text}");
        }
        for text in [
            "Activités à venir",
            "Rédiger pour les lecteurs d'écran",
            "Nouveaux gabarits offerts aux rédacteurs",
            "Formation Communications 101 Boot Camp",
        ] {
            assert_eq!(strange_line(text, &fr, 2), None, "{text}");
        }
        assert_eq!(strange_line("Nouveaux gabarits offerts aux rédacteurs", &en, 3), Some(Which::French));
        for text in ["Meet Amélie Roy", "A café with a résumé", "Communications", "Montréal and Québec"] {
            assert_eq!(strange_line(text, &en, 2), None, "{text}");
        }
    }
}
