//! How one number, numeral, hour or name of a month is read, in English or French: what [`super::numbers`] finds.

use super::numbers::{Number, ONE};

/// The months, as they stand alone in a text.
pub(super) const EN_MONTH: &str = "(january|february|march|april|may|june|july|august|september|october|november|december|jan\\.|feb\\.|mar\\.|apr\\.|aug\\.|sept?\\.|oct\\.|nov\\.|dec\\.)";
pub(super) const FR_MONTH: &str = "(janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|janv\\.|févr\\.|juill\\.|sept\\.|oct\\.|nov\\.|déc\\.|fevrier|aout|decembre)";
/// The same beside a day, where a short form is a month without its full stop too: `Nov 3-9`, `9 oct`.
pub(super) const EN_DATE_MONTH: &str = "(january|february|march|april|may|june|july|august|september|october|november|december|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\\b\\.?)";
pub(super) const FR_DATE_MONTH: &str = "(janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|fevrier|aout|decembre|(?:janv|févr|avr|juill?|sept|oct|nov|déc)\\b\\.?)";

pub(crate) fn small(text: &str) -> u8 {
    text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0)
}

pub(crate) fn clock(hour: u8, afternoon: bool) -> u8 {
    match (hour % 24, afternoon) {
        (12, false) => 0,
        (hour, true) if hour < 12 => hour + 12,
        (hour, _) => hour,
    }
}

pub(crate) fn month(name: &str) -> u8 {
    let start: String = name.chars().filter(|c| *c != '.').take(4).collect();
    let names: [&[&str]; 12] = [
        &["jan", "janu", "janv"],
        &["feb", "febr", "févr", "fevr"],
        &["mar", "marc", "mars"],
        &["apr", "apri", "avr", "avri"],
        &["may", "mai"],
        &["jun", "june", "juin"],
        &["jul", "july", "juil"],
        &["aug", "augu", "août", "aout"],
        &["sep", "sept"],
        &["oct", "octo"],
        &["nov", "nove"],
        &["dec", "dece", "déc", "déce"],
    ];
    names
        .iter()
        .position(|names| names.contains(&start.as_str()))
        .and_then(|index| u8::try_from(index + 1).ok())
        .unwrap_or(0)
}

/// `1,000.5`, `1 000,5`, `4,35`, `2.0` in thousandths. None: more digits than a number has.
pub(crate) fn number(text: &str, french: bool) -> Option<Number> {
    let (mark, group) = if french { (',', '.') } else { ('.', ',') };
    let text: String = text.chars().filter(|c| *c != ' ').map(|c| if c == '_' { ',' } else { c }).collect();
    let (whole, decimals) = match text.rsplit_once([mark, group]) {
        None => (text.clone(), String::new()),
        Some((whole, last)) => {
            let sign = text.as_bytes()[whole.len()] as char;
            if sign == mark || last.len() != 3 {
                (whole.replace([mark, group], ""), last.to_owned())
            } else {
                (format!("{}{last}", whole.replace(group, "")), String::new())
            }
        }
    };
    let whole: Number = whole.parse().ok().filter(|_| whole.len() <= 20)?;
    let decimals: String = decimals.chars().chain("000".chars()).take(3).collect();
    Some(whole * ONE + decimals.parse::<Number>().unwrap_or(0))
}

/// The value of the numerals with which a text begins: `xxi`, `xixe siècle`.
pub(crate) fn roman(text: &str) -> Number {
    let values: Vec<Number> = text
        .chars()
        .map_while(|c| match c {
            'x' => Some(10),
            'v' => Some(5),
            'i' => Some(1),
            _ => None,
        })
        .collect();
    let (mut plus, mut minus) = (0, 0);
    for (index, value) in values.iter().enumerate() {
        if values.get(index + 1).is_some_and(|next| next > value) {
            minus += value;
        } else {
            plus += value;
        }
    }
    plus - minus.min(plus)
}
