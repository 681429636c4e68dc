//! Typography that is mended while composing (the F rules of TYP and STY), by the language of the text. Pure.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::model::Lang;

/// Non-breaking space.
const NBSP: char = '\u{a0}';

/// One mend: its rule, what it looks for, what it puts there.
struct Mend {
    rule: &'static str,
    /// Ordinary spaces that become non-breaking ones are mended in silence.
    is_silent: bool,
    pattern: Regex,
    put: fn(&Captures<'_>) -> String,
}

fn mend(rule: &'static str, is_silent: bool, pattern: &str, put: fn(&Captures<'_>) -> String) -> Mend {
    Mend { rule, is_silent, pattern: Regex::new(pattern).expect("our patterns are sound"), put }
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
        mend("TYP-16", false, "[\u{ad}\u{200b}\u{200c}\u{2060}\u{feff}]", |_| String::new()),
        mend("TYP-16", false, "[ \u{a0}]{2,}", |_| " ".to_owned()),
    ]
});

static FRENCH: LazyLock<Vec<Mend>> = LazyLock::new(|| {
    vec![
        mend("TYP-02", true, r"(\p{L}|\d|[»)%])[ \u{202f}]:(\s|$)", |c| format!("{}{NBSP}:{}", &c[1], &c[2])),
        mend("TYP-02", false, r"(\p{L}|[»)%]):( |$)", |c| format!("{}{NBSP}:{}", &c[1], &c[2])),
        mend("TYP-03", false, r"[ \u{a0}\u{202f}]+([;?!])", |c| c[1].to_owned()),
        mend("TYP-04", true, r"«[ \u{202f}]", |_| format!("«{NBSP}")),
        mend("TYP-04", true, r"[ \u{202f}]»", |_| format!("{NBSP}»")),
        mend("TYP-04", false, r"«(\S)", |c| {
            if &c[1] == "\u{a0}" { c[0].to_owned() } else { format!("«{NBSP}{}", &c[1]) }
        }),
        mend("TYP-04", false, r"([^\s\u{a0}])»", |c| format!("{}{NBSP}»", &c[1])),
        mend("TYP-05", true, r"(\d)[ \u{202f}]([%$]|k[gm]\b|[KMG]o\b)", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
        mend("TYP-05", false, r"(\d)([%$])", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
        mend("TYP-06", false, r"\b([ldnmtsjcLDNMTSJC]|[Qq]u)(['’]) +(\p{L})", |c| {
            format!("{}{}{}", &c[1], &c[2], &c[3])
        }),
        mend("TYP-07", false, &format!(r"\b(\d{{1,2}}|1er)[ \u{{a0}}]({})\b", capitalized(FRENCH_MONTHS)), |c| {
            format!("{}{NBSP}{}", &c[1], c[2].to_lowercase())
        }),
        mend("TYP-07", false, &format!(r"\b1[ \u{{a0}}]({FRENCH_MONTHS})\b"), |c| format!("1er{NBSP}{}", &c[1])),
        mend("TYP-07", true, &format!(r"\b(\d{{1,2}}|1er) ({FRENCH_MONTHS})\b"), |c| {
            format!("{}{NBSP}{}", &c[1], &c[2])
        }),
        mend("TYP-07", true, &format!(r"\b({FRENCH_MONTHS}) (\d{{4}})\b"), |c| format!("{}{NBSP}{}", &c[1], &c[2])),
        mend("TYP-08", false, r"\b(\d{1,2})h(\d{2})\b", |c| format!("{}{NBSP}h{NBSP}{}", &c[1], &c[2])),
        mend("TYP-08", true, r"\b(\d{1,2})[ \u{202f}]h(?:[ \u{202f}](\d{2}))?\b", |c| match c.get(2) {
            Some(minutes) => format!("{}{NBSP}h{NBSP}{}", &c[1], minutes.as_str()),
            None => format!("{}{NBSP}h", &c[1]),
        }),
        mend("TYP-11", false, r"\b1(?:ère|ere|ère)\b", |_| "1re".to_owned()),
        mend("TYP-11", false, r"\b(\d+)(?:ième|ieme|ème|eme)(s?)\b", |c| format!("{}e{}", &c[1], &c[2])),
        mend("TYP-09", true, r"\b(\d{1,3}) (\d{3})\b", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
    ]
});

static ENGLISH: LazyLock<Vec<Mend>> = LazyLock::new(|| {
    vec![
        mend("STY-03", true, &format!(r"\b({ENGLISH_MONTHS}) (\d{{1,2}})\b"), |c| format!("{}{NBSP}{}", &c[1], &c[2])),
        mend("STY-03", false, &format!(r"\b({ENGLISH_MONTHS})[ \u{{a0}}](\d{{1,2}})(?:st|nd|rd|th)\b"), |c| {
            format!("{}{NBSP}{}", &c[1], &c[2])
        }),
        mend("STY-04", false, r"\b(\d{1,2}(?::\d{2})?)[ \u{a0}]?([ap])\.m\.", |c| format!("{}{NBSP}{}m", &c[1], &c[2])),
        mend("STY-04", false, r"\b(\d{1,2}(?::\d{2})?)([ap]m)\b", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
        mend("STY-04", true, r"\b(\d{1,2}(?::\d{2})?) ([ap]m)\b", |c| format!("{}{NBSP}{}", &c[1], &c[2])),
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
    for mend in ALL.iter().chain(own) {
        let Cow::Owned(better) = mend.pattern.replace_all(&text, |found: &Captures<'_>| (mend.put)(found)) else {
            continue;
        };
        if better != text {
            if !mend.is_silent {
                note(mend.rule, &text);
            }
            text = Cow::Owned(better);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

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
