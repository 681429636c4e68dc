//! Typography that is mended while composing (the F rules of TYP and STY), by the language of the text. Pure.

use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

use regex::{Captures, Regex};

use crate::model::Lang;

/// Non-breaking space.
const NBSP: char = '\u{a0}';

/// One mend: its rule, what it looks for, what it puts there.
struct Mend {
    rule: &'static str,
    /// Ordinary spaces that become non-breaking ones are mended in silence.
    is_silent: bool,
    /// What a text has in which the pattern is found.
    needs: u16,
    pattern: String,
    compiled: OnceLock<Regex>,
    put: fn(&Captures<'_>) -> String,
}

impl Mend {
    /// The pattern, made when a text first needs it.
    fn pattern(&self) -> &Regex {
        self.compiled.get_or_init(|| Regex::new(&self.pattern).expect("our patterns are sound"))
    }
}

fn mend(rule: &'static str, is_silent: bool, needs: u16, pattern: &str, put: fn(&Captures<'_>) -> String) -> Mend {
    Mend { rule, is_silent, needs, pattern: pattern.to_owned(), compiled: OnceLock::new(), put }
}

// What one look at a text tells, so that most patterns, which are slow on letters with accents, are spared. Each is
// held by every text in which a pattern that needs it is found; it may be held by others.
const HIDDEN: u16 = 1;
const TWO_SPACES: u16 = 1 << 1;
const COLON: u16 = 1 << 2;
const SPACE_MARK: u16 = 1 << 3;
const GUILLEMET: u16 = 1 << 4;
const DIGIT_SIGN: u16 = 1 << 5;
const DIGIT_SPACE_UNIT: u16 = 1 << 6;
const APOSTROPHE_SPACE: u16 = 1 << 7;
const DAY_MONTH: u16 = 1 << 8;
const WORD_DIGIT: u16 = 1 << 9;
const DIGIT_H: u16 = 1 << 10;
const DIGIT_SPACE_H: u16 = 1 << 11;
const DIGIT_E: u16 = 1 << 12;
const DIGIT_SPACE_DIGIT: u16 = 1 << 13;
const DIGIT_HALF: u16 = 1 << 14;
const POINT_M: u16 = 1 << 15;

/// Looks at a text once.
fn traits(text: &str) -> u16 {
    let is_space = |c| matches!(c, ' ' | NBSP | '\u{202f}');
    let mut seen = 0;
    let (mut before, mut last) = ('\n', '\n');
    for c in text.chars() {
        let mut note = |trait_, is_so| seen |= if is_so { trait_ } else { 0 };
        match c {
            '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{2060}' | '\u{feff}' => note(HIDDEN, true),
            ' ' | NBSP => {
                note(TWO_SPACES, matches!(last, ' ' | NBSP));
                note(APOSTROPHE_SPACE, matches!(last, '\'' | '’'));
            }
            ':' => note(COLON, true),
            ';' | '?' | '!' | ',' | '.' | '…' | ')' => note(SPACE_MARK, is_space(last)),
            '«' | '»' => note(GUILLEMET, true),
            '%' | '$' => {
                note(DIGIT_SIGN, last.is_numeric());
                note(DIGIT_SPACE_UNIT, is_space(last) && before.is_numeric());
            }
            '0'..='9' | '\u{660}'.. if c.is_numeric() => {
                note(WORD_DIGIT, is_space(last) && before.is_alphabetic());
                note(DIGIT_SPACE_DIGIT, is_space(last) && before.is_numeric());
            }
            _ if is_space(last) => {
                let is_counted = before.is_numeric();
                note(DIGIT_SPACE_UNIT, is_counted && matches!(c, 'k' | 'K' | 'M' | 'G' | 'c' | 'm' | '°' | '€' | '¢'));
                note(DIGIT_SPACE_H, is_counted && c == 'h');
                note(DIGIT_HALF, is_counted && matches!(c, 'a' | 'p'));
                note(DAY_MONTH, (is_counted || before == 'r') && c.is_alphabetic());
            }
            _ if last.is_numeric() => {
                note(DIGIT_H, c == 'h');
                note(DIGIT_E, matches!(c, 'e' | 'è' | 'i'));
                note(DIGIT_HALF, matches!(c, 'a' | 'p'));
            }
            'm' => note(POINT_M, last == '.'),
            _ => {}
        }
        (before, last) = (last, c);
    }
    seen
}

const FRENCH_MONTHS: &str = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre";
const ENGLISH_MONTHS: &str = "January|February|March|April|May|June|July|August|September|October|November|December";

/// The same months as a writer of English begins them.
fn capitalized(months: &str) -> String {
    let capital = |month: &str| {
        let mut chars = month.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    };
    months.split('|').map(capital).collect::<Vec<String>>().join("|")
}

/// In every language: spaces that came twice, and marks that nobody sees (TYP-16).
static ALL: LazyLock<Vec<Mend>> = LazyLock::new(|| {
    vec![
        mend("TYP-16", false, HIDDEN, "[\u{ad}\u{200b}\u{200c}\u{2060}\u{feff}]", |_| String::new()),
        mend("TYP-16", false, TWO_SPACES, "[ \u{a0}]{2,}", |_| " ".to_owned()),
    ]
});

static FRENCH: LazyLock<Vec<Mend>> = LazyLock::new(|| {
    vec![
        mend("TYP-02", true, COLON, r"(\p{L}|\d|[»)%])[ \u{202f}]:(\s|$)", |c| format!("{}{NBSP}:{}", &c[1], &c[2])),
        mend("TYP-02", false, COLON, r"(\p{L}|[»)%]):( |$)", |c| format!("{}{NBSP}:{}", &c[1], &c[2])),
        mend("TYP-01", false, SPACE_MARK, r"([\p{L}\d»%$\])])[ \u{a0}\u{202f}]+(,\D|,$|…|\)|\.\s|\.$)", |c| {
            format!("{}{}", &c[1], &c[2])
        }),
        mend("TYP-03", false, SPACE_MARK, r"[ \u{a0}\u{202f}]+([;?!])", |c| c[1].to_owned()),
        mend("TYP-04", true, GUILLEMET, r"«[ \u{202f}]", |_| format!("«{NBSP}")),
        mend("TYP-04", true, GUILLEMET, r"[ \u{202f}]»", |_| format!("{NBSP}»")),
        mend("TYP-04", false, GUILLEMET, r"«(\S)", |c| {
            if &c[1] == "\u{a0}" { c[0].to_owned() } else { format!("«{NBSP}{}", &c[1]) }
        }),
        mend("TYP-04", false, GUILLEMET, r"([^\s\u{a0}])»", |c| format!("{}{NBSP}»", &c[1])),
        mend(
            "TYP-05",
            true,
            DIGIT_SPACE_UNIT,
            r"(\d)[ \u{202f}]([%$€¢]|[MGk]\$|k?g\b|mg\b|km\b|[cm]m\b|m[lL]\b|°C|[KMG]o\b)",
            |c| format!("{}{NBSP}{}", &c[1], &c[2]),
        ),
        mend("TYP-05", false, DIGIT_SIGN, r"(\d)([%$])", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
        mend("TYP-06", false, APOSTROPHE_SPACE, r"\b([ldnmtsjcLDNMTSJC]|[Qq]u)(['’]) +(\p{L})", |c| {
            format!("{}{}{}", &c[1], &c[2], &c[3])
        }),
        mend(
            "TYP-07",
            false,
            DAY_MONTH,
            &format!(r"\b(\d{{1,2}}|1er)[ \u{{a0}}]({})\b", capitalized(FRENCH_MONTHS)),
            |c| format!("{}{NBSP}{}", &c[1], c[2].to_lowercase()),
        ),
        mend("TYP-07", false, DAY_MONTH, &format!(r"\b1[ \u{{a0}}]({FRENCH_MONTHS})\b"), |c| {
            format!("1er{NBSP}{}", &c[1])
        }),
        mend("TYP-07", true, DAY_MONTH, &format!(r"\b(\d{{1,2}}|1er) ({FRENCH_MONTHS})\b"), |c| {
            format!("{}{NBSP}{}", &c[1], &c[2])
        }),
        mend("TYP-07", true, WORD_DIGIT, &format!(r"\b({FRENCH_MONTHS}) (\d{{4}})\b"), |c| {
            format!("{}{NBSP}{}", &c[1], &c[2])
        }),
        mend("TYP-08", false, DIGIT_H, r"\b(\d{1,2})h(\d{2})\b", |c| format!("{}{NBSP}h{NBSP}{}", &c[1], &c[2])),
        mend("TYP-08", true, DIGIT_SPACE_H, r"\b(\d{1,2})[ \u{202f}]h(?:[ \u{202f}](\d{2}))?\b", |c| match c.get(2) {
            Some(minutes) => format!("{}{NBSP}h{NBSP}{}", &c[1], minutes.as_str()),
            None => format!("{}{NBSP}h", &c[1]),
        }),
        mend("TYP-11", false, DIGIT_E, r"\b1(?:ère|ere|ère)\b", |_| "1re".to_owned()),
        mend("TYP-11", false, DIGIT_E, r"\b(\d+)(?:ième|ieme|ème|eme)(s?)\b", |c| format!("{}e{}", &c[1], &c[2])),
        mend("TYP-09", true, DIGIT_SPACE_DIGIT, r"\b(\d{1,3}) (\d{3})\b", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
    ]
});

static ENGLISH: LazyLock<Vec<Mend>> = LazyLock::new(|| {
    vec![
        mend("STY-03", true, WORD_DIGIT, &format!(r"\b({ENGLISH_MONTHS}) (\d{{1,2}})\b"), |c| {
            format!("{}{NBSP}{}", &c[1], &c[2])
        }),
        mend(
            "STY-03",
            false,
            WORD_DIGIT,
            &format!(r"\b({ENGLISH_MONTHS})[ \u{{a0}}](\d{{1,2}})(?:st|nd|rd|th)\b"),
            |c| format!("{}{NBSP}{}", &c[1], &c[2]),
        ),
        mend("STY-04", false, POINT_M, r"\b(\d{1,2}(?::\d{2})?)[ \u{a0}]?([ap])\.m\.", |c| {
            format!("{}{NBSP}{}m", &c[1], &c[2])
        }),
        mend("STY-04", false, DIGIT_HALF, r"\b(\d{1,2}(?::\d{2})?)([ap]m)\b", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
        mend("STY-04", true, DIGIT_HALF, r"\b(\d{1,2}(?::\d{2})?) ([ap]m)\b", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
    ]
});

/// What is left alone: addresses of pages and people.
static KEPT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:https?://|mailto:|www\.)\S+|[\w.+-]+@[\w.-]+\w").expect("our pattern is sound"));

/// Mends a text. `note` is told the rule and the text before, for what a person would notice.
pub fn mended<'a>(text: &'a str, lang: &Lang, note: &mut dyn FnMut(&'static str, &str)) -> Cow<'a, str> {
    let own: &[Mend] = if lang.is_french() {
        &FRENCH
    } else if lang.is_english() {
        &ENGLISH
    } else {
        &[]
    };
    if !["@", "://", "mailto:", "www."].iter().any(|mark| text.contains(mark)) {
        return piece(text, own, note);
    }
    let mut out = String::new();
    let mut at = 0;
    for kept in KEPT.find_iter(text) {
        out.push_str(&piece(&text[at..kept.start()], own, note));
        out.push_str(kept.as_str());
        at = kept.end();
    }
    if at == 0 {
        return piece(text, own, note);
    }
    out.push_str(&piece(&text[at..], own, note));
    Cow::Owned(out)
}

fn piece<'a>(text: &'a str, own: &[Mend], note: &mut dyn FnMut(&'static str, &str)) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(text);
    let mut seen = traits(&text);
    for mend in ALL.iter().chain(own) {
        if seen & mend.needs == 0 {
            continue;
        }
        let Cow::Owned(better) = mend.pattern().replace_all(&text, |found: &Captures<'_>| (mend.put)(found)) else {
            continue;
        };
        if better != text {
            if !mend.is_silent {
                note(mend.rule, &text);
            }
            text = Cow::Owned(better);
            seen = traits(&text);
        }
    }
    text
}

/// The apostrophe that most elisions of a text have, where it has both kinds; none: there is nothing to choose.
pub(super) fn apostrophe_of(texts: &[&str]) -> Option<char> {
    let count = |sign| texts.iter().map(|text| apostrophes(text, sign).count()).sum::<usize>();
    let (straight, curly) = (count('\''), count('’'));
    (straight > 0 && curly > 0).then_some(if straight > curly { '\'' } else { '’' })
}

/// Where an apostrophe stands between two letters.
fn apostrophes(text: &str, sign: char) -> impl Iterator<Item = usize> {
    text.match_indices(sign).filter_map(move |(at, found)| {
        let is_between =
            text[..at].ends_with(char::is_alphabetic) && text[at + found.len()..].starts_with(char::is_alphabetic);
        is_between.then_some(at)
    })
}

/// A text with one kind of apostrophe (TYP-06); addresses stay as they are.
pub(super) fn with_apostrophe(text: &str, sign: char) -> String {
    let other = if sign == '’' { '\'' } else { '’' };
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for found in apostrophes(text, other) {
        let start = text[..found].char_indices().rev().find(|(_, c)| c.is_whitespace());
        let start = start.map_or(0, |(at, c)| at + c.len_utf8());
        let word = text[start..].split(char::is_whitespace).next().unwrap_or_default();
        if KEPT.is_match(word) {
            continue;
        }
        out.push_str(&text[at..found]);
        out.push(sign);
        at = found + other.len_utf8();
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces of which a text is made where mends meet.
    const PIECES: &str = " |\u{a0}|\u{202f}|  |\n|\u{ad}|\u{200b}|:|;|?|!|«|»|%|$|1|12|345|\
        2026|\u{663}|½|kg|Mo|Go|l'|qu’|janvier|Août|mai|1er|\
        h|30|1ère|2ème|3ie\u{300}me|ieme|December|May|th|st|am|pm|a.m.|p.m.|é|x|(";

    proptest! {
        #[test]
        fn a_pattern_is_spared_only_where_it_finds_nothing(
            text in prop::collection::vec(prop::sample::select(PIECES.split('|').collect::<Vec<_>>()), 0..12)
        ) {
            let text = text.concat();
            for mend in ALL.iter().chain(FRENCH.iter()).chain(ENGLISH.iter()) {
                let is_found = mend.pattern().is_match(&text);
                prop_assert!(!is_found || traits(&text) & mend.needs != 0, "{}: {:?}", mend.pattern, text);
            }
        }
    }

    fn check(lang: &str, cases: &[(&str, &str, &[&str])]) {
        for (text, expected, rules) in cases {
            let mut noted = Vec::new();
            let got = mended(text, &Lang::new(lang), &mut |rule, _| noted.push(rule)).replace(NBSP, "~");
            assert_eq!((got.as_str(), noted.as_slice()), (*expected, *rules), "{text}");
            let once = got.replace('~', "\u{a0}");
            let again = mended(&once, &Lang::new(lang), &mut |rule, _| panic!("{rule} twice: {text}"));
            assert_eq!(again.replace(NBSP, "~"), got);
        }
    }

    #[test]
    fn of_two_kinds_of_apostrophe_the_more_frequent_is_taken() {
        assert_eq!(apostrophe_of(&["l'an d'or", "l’été"]), Some('\''));
        assert_eq!(apostrophe_of(&["l'an", "l’été"]), Some('’'));
        assert_eq!(apostrophe_of(&["l'an", "d'or"]), None);
        assert_eq!(with_apostrophe("l'an et l’été, 'ici'", '’'), "l’an et l’été, 'ici'");
        assert_eq!(
            with_apostrophe("voir https://example.ca/l'an d'abord", '’'),
            "voir https://example.ca/l'an d’abord"
        );
    }

    #[test]
    fn french_is_mended_as_it_is_written_in_canada() {
        check(
            "fr",
            &[
                ("Contribuez : idées", "Contribuez~: idées", &[]),
                ("Contribuez: idées", "Contribuez~: idées", &["TYP-02"]),
                ("Prêts ? Oui !", "Prêts? Oui!", &["TYP-03"]),
                ("un « mot » juste", "un «~mot~» juste", &[]),
                ("un «mot» juste", "un «~mot~» juste", &["TYP-04", "TYP-04"]),
                ("20 % et 4 000 $", "20~% et 4~000~$", &[]),
                ("20% de plus", "20~% de plus", &["TYP-05"]),
                ("l' identité", "l'identité", &["TYP-06"]),
                ("le 9 décembre 2026", "le 9~décembre~2026", &[]),
                ("le 1 décembre", "le 1er~décembre", &["TYP-07"]),
                ("le 9 Décembre 2026", "le 9~décembre~2026", &["TYP-07"]),
                ("la 1ère et la 2ème fois, les 3èmes", "la 1re et la 2e fois, les 3es", &["TYP-11", "TYP-11"]),
                ("de 13 h à 16h30", "de 13~h à 16~h~30", &["TYP-08"]),
                ("voir https://example.ca/a:b?c=1 : oui", "voir https://example.ca/a:b?c=1 : oui", &[]),
                ("un ratio de 16:9 à 1:30", "un ratio de 16:9 à 1:30", &[]),
            ],
        );
    }

    #[test]
    fn english_keeps_its_dates_and_times_together() {
        check(
            "en",
            &[
                ("on December 9, 2026", "on December~9, 2026", &[]),
                ("on December 9th, 2026", "on December~9, 2026", &["STY-03"]),
                ("from 1 pm to 2:30 pm", "from 1~pm to 2:30~pm", &[]),
                ("at 4:30pm", "at 4:30~pm", &["STY-04"]),
                ("at 4:30 p.m. sharp", "at 4:30~pm sharp", &["STY-04"]),
                ("two  spaces\u{200b}", "two spaces", &["TYP-16", "TYP-16"]),
            ],
        );
    }
}
