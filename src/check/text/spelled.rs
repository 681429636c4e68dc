//! Numbers of several words, written out: `two hundred`, `un million`, `vingt et un`, `thirty-fifth` become digits, so
//! that [`super::numbers`] reads `un milliard de dollars` as it reads $1 billion. A lone word stays for its tables.

use std::fmt::Write as _;

use super::scan;

/// What one word is worth.
#[derive(Clone, Copy)]
enum Worth {
    /// One to ninety, added.
    Small(u64),
    Hundred,
    /// A thousand or more, multiplied.
    Scale(u64),
}

/// The text, in lower case, with every number of several words as digits.
pub(crate) fn in_digits(text: &str, french: bool) -> String {
    let words: Vec<_> = scan::words(text).collect();
    let mut out = String::with_capacity(text.len());
    let (mut done, mut at) = (0, 0);
    while at < words.len() {
        let Some((value, count)) = sequence(text, &words[at..], french) else {
            at += 1;
            continue;
        };
        let (first, last) = (&words[at].0, &words[at + count - 1].0);
        out.push_str(&text[done..first.start]);
        let _ = write!(out, "{value}");
        done = last.end;
        at += count;
    }
    out.push_str(&text[done..]);
    out
}

/// The number with which words begin, and of how many words it is: two or more.
fn sequence(text: &str, words: &[(std::ops::Range<usize>, &str)], french: bool) -> Option<(u64, usize)> {
    let (mut total, mut now, mut count) = (0_u64, 0_u64, 0);
    let mut at = 0;
    let mut is_ended = false;
    while let Some((range, word)) = words.get(at).filter(|_| !is_ended) {
        if at > 0 && !matches!(&text[words[at - 1].0.end..range.start], " " | "-") {
            break;
        }
        // `two hundred and five`, `vingt et un`.
        let is_and = *word == if french { "et" } else { "and" };
        if is_and && at == count && count > 0 && (french || now.is_multiple_of(100)) {
            at += 1;
            continue;
        }
        let next = words.get(at + 1).and_then(|(_, next)| worth(next, french));
        let is_article = matches!(*word, "a" | "un" | "une");
        let (worth, ends) = match worth(word, french) {
            _ if is_article && at == 0 && matches!(next, Some(Worth::Scale(scale)) if scale > 1_000) => {
                (Worth::Small(1), false)
            }
            Some(worth) => (worth, false),
            None => match ordinal(word, french).filter(|_| now >= 20) {
                Some(value) => (Worth::Small(value), true),
                None => break,
            },
        };
        match worth {
            Worth::Small(value) if fits(now, value, french) => now += value,
            // Four twenties.
            Worth::Small(20) if french && now % 100 == 4 => now += 76,
            Worth::Hundred if (1..10).contains(&now) => now *= 100,
            Worth::Hundred if french && now == 0 => now = 100,
            Worth::Scale(scale) if now > 0 || (french && scale == 1_000) => {
                total += now.max(1).checked_mul(scale)?;
                now = 0;
            }
            _ => break,
        }
        is_ended = ends;
        at += 1;
        count = at;
    }
    (count > 1).then_some((total + now, count))
}

/// Whether a small number may follow: twenty-five, soixante-dix-sept, deux cent trois.
fn fits(now: u64, value: u64, french: bool) -> bool {
    let rest = now % 100;
    rest == 0
        || (value < 10 && rest.is_multiple_of(10) && (rest >= 20 || (french && rest == 10 && value > 6)))
        || (french && matches!(rest, 60 | 80) && (10..20).contains(&value))
        || (french && matches!(rest, 70 | 90) && (7..10).contains(&value))
}

fn worth(word: &str, french: bool) -> Option<Worth> {
    const EN: &[&str] = &[
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const FR: &[&str] = &[
        "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
        "quatorze", "quinze", "seize",
    ];
    const EN_TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    const FR_TENS: &[&str] = &["vingt", "trente", "quarante", "cinquante", "soixante"];
    let (units, tens) = if french { (FR, FR_TENS) } else { (EN, EN_TENS) };
    let find =
        |list: &[&str], word: &str| list.iter().position(|own| *own == word).and_then(|at| u64::try_from(at).ok());
    match (word, french) {
        ("hundred", false) | ("cent" | "cents", true) => return Some(Worth::Hundred),
        ("thousand", false) | ("mille", true) => return Some(Worth::Scale(1_000)),
        ("million", false) | ("million" | "millions", true) => return Some(Worth::Scale(1_000_000)),
        ("billion", false) | ("milliard" | "milliards", true) => return Some(Worth::Scale(1_000_000_000)),
        ("trillion", false) | ("billion" | "billions", true) => return Some(Worth::Scale(1_000_000_000_000)),
        ("quintillion", false) | ("trillion" | "trillions", true) => {
            return Some(Worth::Scale(1_000_000_000_000_000_000));
        }
        ("une", true) => return Some(Worth::Small(1)),
        ("vingts", true) => return Some(Worth::Small(20)),
        _ => {}
    }
    let unit = find(units, word).map(|at| at + 1);
    unit.or_else(|| find(tens, word).map(|at| (at + 2) * 10)).map(Worth::Small)
}

/// The last word of `thirty-fifth`, `trente-cinquième`.
fn ordinal(word: &str, french: bool) -> Option<u64> {
    const EN: &[&str] = &["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    const FR: &[&str] =
        &["unième", "deuxième", "troisième", "quatrième", "cinquième", "sixième", "septième", "huitième", "neuvième"];
    let list = if french { FR } else { EN };
    list.iter().position(|own| *own == word).and_then(|at| u64::try_from(at + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_several_words_becomes_digits_and_a_lone_word_stays() {
        for (text, french, expected) in [
            ("one billion dollars", false, "1000000000 dollars"),
            ("a million dollars", false, "1000000 dollars"),
            ("two hundred and five people, twenty-five days", false, "205 people, 25 days"),
            ("five hundred thousand", false, "500000"),
            ("the thirty-fifth year of two one-hour talks", false, "the 35 year of two one-hour talks"),
            ("three to five, one or two", false, "three to five, one or two"),
            ("nineteen ninety", false, "nineteen ninety"),
            ("un milliard de dollars", true, "1000000000 de dollars"),
            ("deux cents personnes, cent mille pages", true, "200 personnes, 100000 pages"),
            ("vingt et un, soixante et onze, quatre-vingt-dix-neuf", true, "21, 71, 99"),
            ("mille neuf cent quatre-vingts", true, "1980"),
            ("la vingt et unième fois, un million et demi", true, "la 21 fois, 1000000 et demi"),
            ("un an et deux mois, une fois", true, "un an et deux mois, une fois"),
        ] {
            assert_eq!(in_digits(text, french), expected, "{text}");
        }
    }
}
