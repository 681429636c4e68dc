//! Figures that one shape of words alone tells, and that two languages therefore agree on to the letter (BIL-07): postal
//! codes, years that go together, halves in words, degrees of frost. Read before [`super::numbers`] takes a text apart.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::scan::ascii_regex;

/// A kind of figure, in English and in French, and what is missing of it.
pub(crate) type Missing = ((&'static str, &'static str), Vec<String>);

static POSTAL: LazyLock<Regex> =
    LazyLock::new(|| ascii_regex(r"\b([abceghj-nprstvxy][0-9][abceghj-nprstv-z]) ?([0-9][abceghj-nprstv-z][0-9])\b"));
/// Two years in a row, as fiscal and school years are written.
static YEARS: LazyLock<Regex> =
    LazyLock::new(|| ascii_regex(r"\b((?:19|20)[0-9]{2})(?:\s?[-/]\s?| to | à )((?:19|20)?[0-9]{2})(?:[^0-9-]|$)"));
static FROST: LazyLock<Regex> =
    LazyLock::new(|| ascii_regex(r"(?:^|[^0-9\p{L}])(?:[-−]|minus |moins )([0-9]{1,2}(?:[.,][0-9])?)\s?(?:°|degr)"));
/// A half in figures: 4.5, half an hour, 90 minutes, 18 months.
static HALF: LazyLock<Regex> = LazyLock::new(|| ascii_regex(r"[0-9][.,]5\b|\b(?:18|30|90)\b|\b1/2\b"));
static DEGREES: LazyLock<Regex> = LazyLock::new(|| ascii_regex(r"([0-9]{1,2}(?:[.,][0-9])?)\s?(?:°|degr)"));

/// What was told.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Telling {
    postal: BTreeSet<String>,
    /// The first of two years in a row.
    years: BTreeSet<u16>,
    /// Degrees below zero, and all degrees.
    frost: BTreeSet<String>,
    degrees: BTreeSet<String>,
    /// `and a half`, `et demi`.
    says_half: bool,
    /// That, or a half in any other form: `4.5`, `une demi-heure`, `16 h 30`.
    knows_half: bool,
}

impl Telling {
    /// What a text tells, in lower case and with plain hyphens and spaces.
    pub(crate) fn of(text: &str) -> Self {
        let mut told = Self::default();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        told.says_half = says(&["and a half", "et demi"]);
        told.knows_half = says(&["half", "demi", "moitié", "½"]) || HALF.is_match(text);
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return told;
        }
        told.postal
            .extend(POSTAL.captures_iter(text).map(|found| format!("{} {}", &found[1], &found[2]).to_uppercase()));
        for found in YEARS.captures_iter(text) {
            let (first, second) = (found[1].parse().unwrap_or(0_u16), found[2].parse().unwrap_or(0_u16));
            if second == first + 1 || (second < 100 && second == (first + 1) % 100) {
                told.years.insert(first);
            }
        }
        if text.contains('°') || text.contains("degr") {
            let of = |regex: &Regex| regex.captures_iter(text).map(|found| found[1].replace(',', ".")).collect();
            (told.frost, told.degrees) = (of(&FROST), of(&DEGREES));
        }
        told
    }

    /// What this text tells and the other contradicts. A text that says nothing of a kind contradicts nothing: what it
    /// lacks altogether is another rule's or a looser wording.
    pub(crate) fn missing_in(&self, other: &Self) -> Vec<Missing> {
        let mut found = Vec::new();
        let mut add = |kind, shown: Vec<String>| {
            if !shown.is_empty() {
                found.push((kind, shown));
            }
        };
        let postal = self.postal.difference(&other.postal).filter(|_| !other.postal.is_empty());
        add(("postal code", "code postal"), postal.cloned().collect());
        let years = self.years.difference(&other.years).filter(|_| !other.years.is_empty());
        add(("years", "années"), years.map(|first| format!("{first}-{}", first + 1)).collect());
        let frost = self.frost.iter().filter(|it| !other.frost.contains(*it) && other.degrees.contains(*it));
        add(("degrees below zero", "degrés sous zéro"), frost.cloned().collect());
        let half = (self.says_half && !other.knows_half).then(|| "½".to_owned());
        add(("half", "demi"), half.into_iter().collect());
        found
    }
}
