//! Figures of a text in English or French, brought to one form, so that 1,000.5 and 1 000,5, 4:30 pm and 16 h 30, two
//! and 2, 2nd and 2e, 21st and `XXIe`, $2 million and 2 M$ are the same (BIL-07).
//!
//! Each kind is taken out of the text in turn, the most telling first; what is taken leaves a gap, so that the day of
//! a date is not also a number. A language other than English and French is read as English.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::language::Which;
use super::numerals::{EN_DATE_MONTH, EN_MONTH, FR_DATE_MONTH, FR_MONTH, clock, month, number, roman, small};
use super::scan::{self, ascii_regex as ascii_pattern};
use super::telling::Telling;
use crate::model::Lang;

/// A number in thousandths: enough for two decimals of a dollar, and exact.
pub(crate) type Number = u128;

pub(crate) const ONE: Number = 1000;

/// Figures of a text, each kind as a set: a year said once more is nothing.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) emails: BTreeSet<String>,
    pub(crate) telephones: BTreeSet<String>,
    /// Month and day.
    pub(crate) dates: BTreeSet<(u8, u8)>,
    /// Months named, with a day or without.
    pub(crate) months: BTreeSet<u8>,
    /// Hour and minute.
    pub(crate) times: BTreeSet<(u8, u8)>,
    /// Hours that something lasts, in a word of parts: `an eight-hour day`.
    pub(crate) lasting: BTreeSet<Number>,
    /// Sums of money, in thousandths of a dollar.
    pub(crate) amounts: BTreeSet<Number>,
    /// Other numbers written with digits, years among them.
    pub(crate) numbers: BTreeSet<Number>,
    /// Numbers written in words that can only be numbers.
    pub(crate) words: BTreeSet<Number>,
    /// Values that the text supports without saying them outright: `both`, `une douzaine`, `neuf`.
    pub(crate) hinted: BTreeSet<Number>,
    /// Dates in figures alone, of which nobody knows which number is the month: `02/10/2027`.
    pub(crate) unclear_dates: BTreeSet<(u8, u8)>,
    /// What only one shape of words tells: postal codes, fiscal years, degrees of frost.
    pub(crate) telling: Telling,
}

impl Figures {
    /// The figures of a text.
    pub(crate) fn of(text: &str, lang: &Lang) -> Self {
        let french = Which::of(lang) == Some(Which::French);
        let mut reader = Reader { text: tidy(text), found: Self::default(), french };
        reader.found.telling = Telling::of(&reader.text);
        reader.machine(scan::has_digit(&reader.text));
        if !french && reader.text.contains(',') {
            // `November 4 to 3,987` names one day.
            reader.text =
                GROUPED.replace_all(&reader.text, |found: &Captures<'_>| found[0].replace(',', "_")).into_owned();
        }
        reader.spelled();
        // Thousands go by threes: `CONF40 2026`, `le bureau 12 1500` are two numbers.
        if scan::has_digit(&reader.text) {
            reader.text = APART.replace_all(&reader.text, "$1 ¦ $2").into_owned();
        }
        // Words of several may have become digits.
        let has_digit = scan::has_digit(&reader.text);
        reader.dates(has_digit);
        reader.times(has_digit);
        if has_digit {
            reader.amounts();
        }
        reader.plain(has_digit);
        reader.in_words();
        reader.halves();
        reader.found
    }

    /// How many figures the text says outright.
    pub(crate) fn count(&self) -> usize {
        [self.dates.len(), self.times.len(), self.amounts.len(), self.numbers.len(), self.words.len()].iter().sum()
    }

    /// Whether a plain number of another text is somewhere in this one, in any form.
    pub(crate) fn supports(&self, number: Number) -> bool {
        // A length of time: 90 minutes, or 1 h 30.
        let lasts = |(hour, minute): &(u8, u8)| {
            let minutes = Number::from(*hour) * 60 + Number::from(*minute);
            *minute > 0 && (minutes * ONE == number || minutes * ONE / 60 == number)
        };
        let small = |n: u8| Number::from(n) * ONE == number;
        self.numbers.contains(&number)
            || self.amounts.contains(&number)
            || self.words.contains(&number)
            || self.hinted.contains(&number)
            || self.dates.iter().any(|(month, day)| small(*day) || small(*month))
            || self.times.iter().any(lasts)
            || self
                .times
                .iter()
                .any(|(hour, minute)| small(*hour) || small(*minute) || (*hour > 12 && small(hour - 12)))
    }

    /// Whether a date of another text is in this one: outright, or its month and its day stand apart.
    pub(crate) fn supports_date(&self, (month, day): (u8, u8)) -> bool {
        // `the first of December` hints at its day; `every two weeks` does not.
        let is_hinted = day == 1 && self.hinted.contains(&ONE);
        self.dates.contains(&(month, day))
            || self.unclear_dates.contains(&(month, day))
            || self.unclear_dates.contains(&(day, month))
            || (self.months.contains(&month) && (self.numbers.contains(&(Number::from(day) * ONE)) || is_hinted))
    }

    /// Whether a date in figures alone is in this text, read the one way or the other.
    pub(crate) fn supports_unclear(&self, (first, second): (u8, u8)) -> bool {
        self.supports_date((first, second)) || self.supports_date((second, first))
    }

    /// Whether a time of another text is in this one; noon and a bare hour count.
    pub(crate) fn supports_time(&self, (hour, minute): (u8, u8)) -> bool {
        let bare = |n: u8| {
            [&self.numbers, &self.words, &self.lasting].iter().any(|all| all.contains(&(Number::from(n) * ONE)))
        };
        let minutes = (Number::from(hour) * 60 + Number::from(minute)) * ONE;
        let lasts = || [minutes, minutes / 60].iter().any(|n| self.numbers.contains(n) || self.hinted.contains(n));
        self.times.contains(&(hour, minute))
            || (minute > 0 && lasts())
            || (minute == 0 && (bare(hour) || (hour > 12 && bare(hour - 12))))
    }

    /// Whether a sum of another text is in this one.
    pub(crate) fn supports_amount(&self, amount: Number) -> bool {
        self.amounts.contains(&amount) || self.numbers.contains(&amount) || self.words.contains(&amount)
    }
}

/// A number as a person would write it in a message.
pub(crate) fn shown(number: Number) -> String {
    let (whole, rest) = (number / ONE, number % ONE);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:03}").trim_end_matches('0').to_owned() }
}

/// One kind of space, one kind of hyphen, one kind of apostrophe, lower case.
fn tidy(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{a0}' | '\u{202f}' | '\u{2009}' | '\n' => ' ',
            '\u{2011}' | '\u{2012}' | '–' | '—' => '-',
            '’' => '\'',
            'ᵉ' => 'e',
            'ʳ' => 'r',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Further days of a list or a range: `16, 17 and 18`, `du 9 au 11`.
const MORE_DAYS: &str = r"(?:\s*(?:,|-|\bet\b|\bau\b|à|\bou\b|\band\b|\bto\b|\bor\b|\bthrough\b|\buntil\b|&|,\s*and\b|,\s*et\b)\s*(?:le\s+|the\s+)?[0-9]{1,2}(?:st|nd|rd|th|er)?\b)*";

static EMAIL: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"[\p{L}0-9._%+-]+@[\p{L}0-9.-]+\.[a-z]{2,}"));
static URL: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(
        r"(?:https?://|www\.)\S+|[#@][\p{L}0-9_]+|\b[a-z][0-9][a-z] +[0-9][a-z][0-9]\b|\b1[- ](?:on|to)[- ]1\b|\b1[- ]8[0-9]{2}(?:-| o-)[a-z][a-z-]{3,}",
    )
});
/// What a link says of its file: `PDF, 53 KB`.
static FILE_SIZE: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(
        r"\b(?:pdf|docx?|xlsx?|pptx?|csv|zip|word|excel|epub|txt|mp3|mp4|jpe?g|png|html?)\b[,;: -]{1,3}[0-9]+(?:[.,][0-9]+)? ?[kmg](?:b|o)\b",
    )
});
static TELEPHONE: LazyLock<Regex> =
    LazyLock::new(|| ascii_pattern(r"(?:\b1[-. ])?\(?\b[0-9]{3}\)?[-. ]{1,2}[0-9]{3}[-. ][0-9]{4}\b"));
static ISO_DATE: LazyLock<Regex> =
    LazyLock::new(|| ascii_pattern(r"\b((?:19|20)[0-9]{2})[-/]([01]?[0-9])[-/]([0-3]?[0-9])\b"));
static EN_MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(&format!(r"\b{EN_DATE_MONTH}\s*(?:the\s+)?([0-9]{{1,2}}(?:st|nd|rd|th)?\b{MORE_DAYS})"))
});
static EN_DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(&format!(r"\b([0-9]{{1,2}}(?:st|nd|rd|th)?{MORE_DAYS})\s*(?:day\s+)?(?:of\s+)?{EN_DATE_MONTH}"))
});
static FR_DAY_FIRST: LazyLock<Regex> =
    LazyLock::new(|| ascii_pattern(&format!(r"\b((?:premier|[0-9]{{1,2}}(?:er)?\b){MORE_DAYS})\s*{FR_DATE_MONTH}")));
static EN_MONTHS: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(&format!(r"\b{EN_MONTH}")));
static FR_MONTHS: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(&format!(r"\b{FR_MONTH}")));
static DAYS: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"premier|[0-9]{1,2}"));
/// The same in figures alone: `02/10/2027`, `10.02.2027`, `10/02/27`.
static FIGURES_DATE: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(
        r"\b([0-9]{1,2})/([0-9]{1,2})/((?:19|20)?[0-9]{2})\b|\b([0-9]{1,2})[-.]([0-9]{1,2})[-.]((?:19|20)[0-9]{2})\b",
    )
});
/// Thousands as English groups them; until they are read, `_` keeps them together.
static GROUPED: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"\b[0-9]{1,3}(?:,[0-9]{3})+\b"));
static APART: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"([0-9]) ([0-9]{4})"));
static EN_TIME_RANGE: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(
        r"\b([0-9]{1,2})(?::([0-5][0-9]))?(?::[0-5][0-9])?\s*(?:to|-|and|until)\s*([0-9]{1,2})(?::([0-5][0-9]))?\s*([ap])\.?\s?m\b\.?",
    )
});
static EN_TIME: LazyLock<Regex> =
    LazyLock::new(|| ascii_pattern(r"\b([0-9]{1,2})(?::([0-5][0-9]))?(?::([0-5][0-9]))?\s*([ap])\.?\s?m\b\.?"));
/// `0530 hours`; without the zero it may be a length of time.
static HOURS: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"\b(0[0-9])([0-5][0-9])\s?(?:hours|hrs|h)\b"));
static CLOCK_TIME: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"\b([01]?[0-9]|2[0-4]):([0-5][0-9])\b"));
static FR_TIME: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(r"\b([01]?[0-9]|2[0-4])\s*(?:h|heures)\b\s*([0-5][0-9]\b)?|\b([01]?[0-9]|2[0-4])\s*h([0-5][0-9])\b")
});
static NOON: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"(?:^|[^-\p{L}])(?:noon|midi)\b"));
static MIDNIGHT: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"\b(?:midnight|minuit)\b"));
/// A number as either language writes it.
const NUMBER: &str = r"[0-9]{1,3}(?:[ ,_][0-9]{3})+(?:[.,][0-9]{1,3})?|[0-9]+(?:[.,][0-9]+)?";
const SCALE: &str = r"(?:thousand|million|billion|trillion|quadrillion|quintillion|mille|millions|milliard|milliards|billions|trillions|k|m|b|g)";
static MONEY_EN: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(&format!(r"\$\s?({NUMBER})(?:[\s-]?({SCALE})\b)?")));
static MONEY_AFTER: LazyLock<Regex> =
    LazyLock::new(|| ascii_pattern(&format!(r"({NUMBER})\s*(?:({SCALE})\s*)?(?:de |d')?(?:\$|dollars?\b)")));
static ROMAN: LazyLock<Regex> =
    LazyLock::new(|| ascii_pattern(r"\b(x[xvi]{1,5}|x(?:e|er)\b|[xvi]{1,5}(?:e|er) siècle)(?:e|er|re)?\b"));
static FISCAL: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"\b((?:19|20)([0-9]{2}))\s?[-/]\s?([0-9]{2})\b"));
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(&format!(r"({NUMBER})(?:[\s-]({SCALE})\b)?(st|nd|rd|th|er|re|ers|res|e|es|ère|ème|ième|d|'?s|x)?"))
});
static WORD: LazyLock<Regex> = LazyLock::new(|| ascii_pattern(r"[\p{L}]+(?:-[\p{L}]+)*"));

/// Takes figures out of a text, kind by kind.
struct Reader {
    text: String,
    found: Figures,
    french: bool,
}

impl Reader {
    /// Takes out every match of a pattern for which `keep` says so.
    fn take(&mut self, regex: &Regex, mut keep: impl FnMut(&Captures<'_>, &mut Figures, &str) -> bool) {
        let mut rest = String::with_capacity(self.text.len());
        let mut end = 0;
        for captures in regex.captures_iter(&self.text) {
            let whole = captures.get(0).expect("group 0 is the match");
            if keep(&captures, &mut self.found, &self.text) {
                rest.push_str(&self.text[end..whole.start()]);
                rest.push_str(" ¦ ");
                end = whole.end();
            }
        }
        if end > 0 {
            rest.push_str(&self.text[end..]);
            self.text = rest;
        }
    }

    fn machine(&mut self, has_digit: bool) {
        if !self.text.contains(['@', '#', '/']) && !self.text.contains("www.") && !has_digit {
            return;
        }
        self.take(&EMAIL, |captures, found, _| {
            found.emails.insert(captures[0].trim_end_matches('.').to_owned());
            true
        });
        self.take(&URL, |_, _, _| true);
        // Each language's file has its own size.
        self.take(&FILE_SIZE, |_, _, _| true);
        self.take(&TELEPHONE, |captures, found, _| {
            let digits: String = captures[0].chars().filter(char::is_ascii_digit).collect();
            found.telephones.insert(digits[digits.len().saturating_sub(10)..].to_owned());
            true
        });
    }

    /// Numbers of several words, and what stands for two numbers at once.
    fn spelled(&mut self) {
        let (from, to) = if self.french { ("demi-million", "0,5 million") } else { ("half a million", "0.5 million") };
        self.text = self.text.replace(from, to);
        self.text = super::spelled::in_digits(&self.text, self.french);
        if self.text.contains("24/7") {
            self.text = self.text.replace("24/7", " ");
            self.found.hinted.extend([24 * ONE, 7 * ONE]);
        }
    }

    /// `deux ans et demi` and 2.5, `un million et demi` and 1.5 million: each supports what the other says.
    fn halves(&mut self) {
        let all: Vec<Number> = self.found.numbers.union(&self.found.words).copied().collect();
        let unit = |n: Number| [1_000_000_000_000, 1_000_000_000, ONE].into_iter().find(|unit| n.is_multiple_of(*unit));
        if ["et demi", "and a half"].iter().any(|half| self.text.contains(half)) {
            // An hour and a half is 90 minutes.
            self.found.hinted.insert(90 * ONE);
            self.found.hinted.extend(all.iter().filter_map(|n| Some(n + unit(*n)? / 2)));
            self.found.hinted.insert(ONE + ONE / 2);
        }
        for n in all {
            for unit in [1_000_000_000_000, 1_000_000_000, ONE] {
                if n > unit && n % unit == unit / 2 {
                    self.found.hinted.insert(n - unit / 2);
                }
            }
        }
    }

    fn dates(&mut self, has_digit: bool) {
        let months: &Regex = if self.french { &FR_MONTHS } else { &EN_MONTHS };
        self.found.months.extend(months.find_iter(&self.text).map(|name| month(name.as_str())));
        if !has_digit && !self.text.contains("premier") {
            return;
        }
        self.take(&ISO_DATE, |captures, found, _| {
            let (month, day) = (small(&captures[2]), small(&captures[3]));
            found.numbers.extend(number(&captures[1], false));
            found.months.insert(month);
            found.dates.insert((month, day));
            true
        });
        self.take(&FIGURES_DATE, |captures, found, _| {
            let of =
                |group: usize| captures.get(group).or_else(|| captures.get(group + 3)).map_or("", |it| it.as_str());
            let (first, second) = (small(of(1)), small(of(2)));
            let is = |month: u8, day: u8| (1..=12).contains(&month) && (1..=31).contains(&day);
            match (is(first, second), is(second, first)) {
                (true, true) if first != second => drop(found.unclear_dates.insert((first, second))),
                (true, _) => drop(found.dates.insert((first, second))),
                (_, true) => drop(found.dates.insert((second, first))),
                (false, false) => return false,
            }
            found
                .hinted
                .extend(number(of(3), false).map(|year| if year < 100 * ONE { 2_000 * ONE + year } else { year }));
            true
        });
        if self.french {
            self.take(&FR_DAY_FIRST, |captures, found, _| days(&captures[1], &captures[2], found));
        } else {
            self.take(&EN_MONTH_FIRST, |captures, found, _| days(&captures[2], &captures[1], found));
            self.take(&EN_DAY_FIRST, |captures, found, _| days(&captures[1], &captures[2], found));
        }
    }

    fn times(&mut self, has_digit: bool) {
        if has_digit {
            self.times_in_digits();
        }
        if !["noon", "midi", "midn", "minuit"].iter().any(|name| self.text.contains(name)) {
            return;
        }
        self.take(&NOON, |captures, found, text| {
            // `un après-midi` is no time.
            let is_noon = !text[..captures.get(0).map_or(0, |all| all.start())].ends_with("après");
            if is_noon {
                found.times.insert((12, 0));
            }
            is_noon
        });
        self.take(&MIDNIGHT, |_, found, _| {
            found.times.insert((0, 0));
            true
        });
    }

    fn times_in_digits(&mut self) {
        let minute = |captures: &Captures<'_>, group| captures.get(group).map_or(0, |text| small(text.as_str()));
        // In French too: that it is not how French writes a time is TYP-08's affair.
        self.take(&EN_TIME_RANGE, |captures, found, _| {
            let (first, last) = (small(&captures[1]), small(&captures[3]));
            let afternoon = &captures[5] == "p";
            // From 11 to 1 pm begins in the morning.
            let first_afternoon = afternoon && (first % 12) <= (last % 12);
            found.times.insert((clock(first, first_afternoon), minute(captures, 2)));
            found.times.insert((clock(last, afternoon), minute(captures, 4)));
            true
        });
        self.take(&EN_TIME, |captures, found, _| {
            found.times.insert((clock(small(&captures[1]), &captures[4] == "p"), minute(captures, 2)));
            found.hinted.extend(captures.get(3).map(|seconds| Number::from(small(seconds.as_str())) * ONE));
            true
        });
        if self.french {
            // The 9 of `9 à 11 h` stays a bare number, which supports 9:00.
            self.take(&FR_TIME, |captures, found, text| {
                let group = if captures.get(1).is_some() { 1 } else { 3 };
                // `24 heures sur 24`, `deux fois 3 heures`: a span, not a time of day. `10 h-11 h 30` is two times.
                let before = &text[..captures.get(0).map_or(0, |all| all.start())];
                let is_joined = before
                    .strip_suffix('-')
                    .is_some_and(|start| !start.trim_end().ends_with(|c: char| c.is_ascii_digit() || c == 'h'));
                let is_span = captures[0].contains("heures") || is_joined;
                if !is_span {
                    found.times.insert((small(&captures[group]), minute(captures, group + 1)));
                }
                !is_span
            });
        } else {
            self.take(&HOURS, |captures, found, _| {
                found.times.insert((small(&captures[1]), small(&captures[2])));
                true
            });
        }
        self.take(&CLOCK_TIME, |captures, found, _| {
            found.times.insert((small(&captures[1]), small(&captures[2])));
            true
        });
    }

    fn amounts(&mut self) {
        let french = self.french;
        let take = |captures: &Captures<'_>, found: &mut Figures, text: &str| {
            let Some(value) = number(&captures[1], french) else { return false };
            found.amounts.insert(value.saturating_mul(scale_at(captures, text, french)));
            true
        };
        // In French the sign follows its number, so that order is tried first there.
        let order: [&Regex; 2] = if french { [&MONEY_AFTER, &MONEY_EN] } else { [&MONEY_EN, &MONEY_AFTER] };
        for regex in order {
            self.take(regex, |captures, found, text| take(captures, found, text));
        }
    }

    fn plain(&mut self, has_digit: bool) {
        let french = self.french;
        if french {
            self.take(&ROMAN, |captures, found, _| {
                // Without its ending it may be a placeholder, or stand as it is in the other language, which reads none.
                let is_ordinal = captures[0].contains(['e', 'é', 'r']);
                let set = if is_ordinal { &mut found.numbers } else { &mut found.hinted };
                set.insert(roman(&captures[1]) * ONE);
                true
            });
        }
        if !has_digit {
            return;
        }
        self.take(&FISCAL, |captures, found, _| {
            let (first, second) = (small(&captures[2]), small(&captures[3]));
            if (first + 1) % 100 != second {
                return false;
            }
            let Some(year) = number(&captures[1], false) else { return false };
            found.numbers.extend([year, year + ONE]);
            true
        });
        self.take(&PLAIN, |captures, found, text| {
            let whole = captures.get(0).expect("group 0 is the match");
            let before = text[..whole.start()].chars().next_back();
            // A letter is a scale alone: the `b` of `40 bénévoles` is not.
            let has_scale = captures.get(2).is_none_or(|it| !text[it.end()..].starts_with(char::is_alphabetic));
            let after = if has_scale { text[whole.end()..].chars().next() } else { None };
            // Digits within a word are a name: `canada150`, `h1n1`, `covid-19` is one too but says the same in both. A unit
            // may touch its number: `500g`.
            let is_unit = || {
                let rest = &text[whole.end()..];
                UNITS.contains(&&rest[..rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len())])
            };
            let after = after.filter(|c| !c.is_alphabetic() || !is_unit());
            if before.is_some_and(char::is_alphabetic) || after.is_some_and(char::is_alphabetic) {
                // The other language may take the name apart: `Vision2030`, `la vision de 2030`.
                found.hinted.extend(number(&captures[1], french));
                return true;
            }
            // `the '90s`, `les années 90`.
            let is_decade = captures.get(3).is_some_and(|end| end.as_str().ends_with('s'))
                || text[..whole.start()].ends_with("années ");
            if is_decade && let Some(value) = number(&captures[1], french) {
                found.hinted.insert(if value < 100 * ONE { 1_900 * ONE + value } else { value % (100 * ONE) });
            }
            if let Some(value) = number(&captures[1], french) {
                // A letter may be a unit too, 5 m, and grams are never thousands of millions.
                let letter = captures.get(2).map(|it| it.as_str()).filter(|it| it.len() == 1 && has_scale);
                let scale = if letter == Some("g") { 1 } else { scale_at(captures, text, french) };
                if scale > 1 && letter.is_some() {
                    found.hinted.extend([value, value.saturating_mul(scale)]);
                } else {
                    found.numbers.insert(value.saturating_mul(scale));
                }
                // French with an English comma, or the reverse, is TYP-09's business, not another number.
                if let Some(other) = number(&captures[1], !french) {
                    found.hinted.insert(other.saturating_mul(scale));
                }
            }
            true
        });
    }

    fn in_words(&mut self) {
        let values = super::worth::values(self.french);
        let words: Vec<&str> = WORD.find_iter(&self.text).map(|word| word.as_str()).collect();
        for (index, word) in words.iter().enumerate() {
            if let Some(value) = values.get(word).and_then(|it| it.sure) {
                let scale = words.get(index + 1).map_or(1, |next| scale_of(next, self.french));
                if scale > 1 {
                    self.found.hinted.insert(value);
                }
                self.found.words.insert(value.saturating_mul(scale));
            }
            if let Some(value) = word.strip_suffix("-hour").and_then(|count| values.get(count)?.sure) {
                self.found.lasting.insert(value);
            }
            for value in word.split('-').filter_map(|part| values.get(part)) {
                self.found.hinted.extend(value.hinted.iter().copied().chain(value.sure));
            }
        }
    }
}

/// Days of one month: `9, 10 and 11`.
fn days(list: &str, month_name: &str, found: &mut Figures) -> bool {
    let month = month(month_name);
    for day in DAYS.find_iter(list) {
        let day = if day.as_str() == "premier" { 1 } else { small(day.as_str()) };
        if !(1..=31).contains(&day) {
            return false;
        }
        found.dates.insert((month, day));
    }
    true
}

/// The scale that follows a number, `million`, `k`; a letter that begins a word is none.
fn scale_at(captures: &Captures<'_>, text: &str, french: bool) -> Number {
    let scale = captures.get(2).filter(|it| !text[it.end()..].starts_with(char::is_alphabetic));
    scale.map_or(1, |it| scale_of(it.as_str(), french))
}

/// What a word of scale stands for: English counts by thousands, French by millions above the milliard, so that a
/// French trillion is an English quintillion.
fn scale_of(word: &str, french: bool) -> Number {
    match word {
        "thousand" | "mille" | "k" => 1_000,
        "million" | "millions" | "m" => 1_000_000,
        "milliard" | "milliards" | "g" | "b" => 1_000_000_000,
        "billion" | "billions" if !french => 1_000_000_000,
        "billion" | "billions" => 1_000_000_000_000,
        "trillion" | "trillions" if !french => 1_000_000_000_000,
        "quadrillion" => 1_000_000_000_000_000,
        "trillion" | "trillions" | "quintillion" => 1_000_000_000_000_000_000,
        _ => 1,
    }
}

/// Units that may be written right behind their number.
const UNITS: &[&str] = &["g", "kg", "mg", "cm", "mm", "km", "ml", "ha", "mb", "gb", "kb", "tb", "mo", "go", "ko", "to"];

#[cfg(test)]
mod tests {
    use super::*;

    fn english(text: &str) -> Figures {
        Figures::of(text, &Lang::new("en"))
    }

    fn french(text: &str) -> Figures {
        Figures::of(text, &Lang::new("fr"))
    }

    /// Every figure of either text is supported by the other.
    fn agree(en: &str, fr: &str) -> bool {
        let (en, fr) = (english(en), french(fr));
        let half = |a: &Figures, b: &Figures| {
            a.dates.iter().all(|date| b.supports_date(*date))
                && a.times.iter().all(|time| b.supports_time(*time))
                && a.amounts.iter().all(|amount| b.supports_amount(*amount))
                && a.numbers.iter().chain(&a.words).all(|number| b.supports(*number))
                && a.unclear_dates.iter().all(|date| b.supports_unclear(*date))
                && a.telling.missing_in(&b.telling).is_empty()
                && a.telephones.is_subset(&b.telephones)
                && a.emails.is_subset(&b.emails)
        };
        half(&en, &fr) && half(&fr, &en)
    }

    #[test]
    fn a_figure_beyond_all_measure_is_read_without_a_fault() {
        let text = format!("{} quintillion, ${} trillion", "9".repeat(20), "9".repeat(20));
        assert!(!english(&text).numbers.is_empty());
    }

    #[test]
    fn both_languages_write_the_same_figures_each_in_its_way() {
        for (en, fr) in [
            ("1,000.5 km", "1 000,5 km"),
            ("at 4:30 pm", "à 16 h 30"),
            ("from 9 to 11:30 am", "de 9 h à 11 h 30"),
            ("from 11 am to 1 pm", "de 11 h à 13 h"),
            ("noon", "midi"),
            ("two teams", "2 équipes"),
            ("the 2nd edition", "la 2e édition"),
            ("the 21st century", "le XXIe siècle"),
            ("$2 million", "2 M$"),
            ("$2.5 million", "2,5 millions de dollars"),
            ("$3 billion", "3 milliards de dollars"),
            ("$2 trillion", "2 billions de dollars"),
            ("6.5 quintillion grains", "6,5 trillions de grains"),
            ("one trillion trees", "un billion d'arbres"),
            ("$5,250", "5 250 $"),
            ("December 9, 2026", "le 9 décembre 2026"),
            ("May 1, 2026", "le 1er mai 2026"),
            ("December 9 to 11, 2026", "du 9 au 11 décembre 2026"),
            ("April 16 and 17", "les 16 et 17 avril"),
            ("Dec. 9", "9 déc."),
            ("2026-12-09", "9 décembre 2026"),
            ("1-613-555-0199 ext. 12", "613-555-0199, poste 12"),
            ("info@example.ca", "info@example.ca"),
            ("the 2024-25 report", "le rapport 2024-2025"),
            ("4.35 MB", "4,35 Mo"),
            ("20%", "20 %"),
            ("over 10 million people", "plus de 10 millions de personnes"),
            ("both languages", "les deux langues"),
            ("a dozen tips", "douze conseils"),
            ("nine prizes", "neuf prix"),
            ("Ottawa ON K1A 0R5", "Ottawa (Ontario) K1A 0R5"),
            ("10 am to 11:30 am", "10 h–11 h 30"),
            ("9 am to 5 pm", "9 h-17 h"),
            ("9 am to 5 pm", "9-17 h"),
            ("a second edition", "une deuxième édition"),
            ("on November 4 to 3,987 readers", "le 4 novembre à 3 987 lecteurs"),
            ("40 volunteers and 25 doctors", "40 bénévoles et 25 médecins"),
            ("at 4:27:03 pm", "à 16 h 27 min 3 s"),
            ("at 0530 hours", "à 5 h 30"),
            ("1500 hours of training", "1 500 heures de formation"),
            ("errors fell tenfold", "les erreurs ont été divisées par dix"),
            ("it grew tenfold", "cela a décuplé"),
            ("02/10/2027", "le 10 février 2027"),
            ("02/10/2027", "le 2 octobre 2027"),
            ("25/12/2026", "le 25 décembre 2026"),
            ("10/02/27", "10/02/2027"),
            ("a jar of 500 g", "un pot de 500g"),
            ("between −40 °C and −5 °C", "entre −40 °C et -5 °C"),
            ("10–20 °C", "de 10 à 20 °C"),
            ("a day and a half", "une journée et demie"),
            ("an hour and a half", "90 minutes"),
            ("fiscal year 2025 to 2026", "exercice 2025-2026"),
            ("from Jan 11-15 and on 2 Feb", "du 11 au 15 janvier et le 2 févr"),
            ("the 2026 CONF40 talks", "les exposés de CONF40 2026"),
            ("in format x or y, Part XII", "en format x ou y, partie XII"),
            ("the 10th season", "la Xe saison"),
            ("the plan (PDF, 53 KB)", "le plan (PDF, 70 ko)"),
            ("the Vision2030 team", "l'équipe de la vision de 2030"),
            ("9 am to 10:30 am", "9am-10:30am"),
            ("an eight-hour day", "une journée de 8 h"),
            ("an hour and fifteen minutes", "une heure et quart"),
            ("the 1,000,000th visitor", "la millionième visiteuse"),
        ] {
            assert!(agree(en, fr), "{en} / {fr}\n{:?}\n{:?}", english(en), french(fr));
        }
    }

    #[test]
    fn another_figure_is_another_figure() {
        for (en, fr) in [
            ("December 9", "10 décembre"),
            ("at 4:30 pm", "à 4 h 30"),
            ("$2 million", "2 milliards de dollars"),
            ("2 trillion cells", "2 trillions de cellules"),
            ("three teams", "quatre équipes"),
            ("613-555-0199", "613-555-0198"),
            ("in 2026", "en 2027"),
            ("the third edition", "la deuxième édition"),
            ("10 am to 11:30 am", "10 h–12 h 30"),
            ("02/10/2027", "le 3 octobre 2027"),
            ("25/12/2026", "le 24 décembre 2026"),
            ("every two weeks, on February 2", "toutes les deux semaines, le 1er février"),
            ("the report of 2025-26, published in 2027", "le rapport de 2026-2027, publié en 2025"),
            ("Ottawa, Ontario K1A 0R5", "Ottawa (Ontario) K1A 0R6"),
            ("four and a half months", "quatre mois"),
            ("at −38 °C", "à 38 °C"),
            ("from Jan 11-15", "du 11 au 16 janvier"),
            ("the 2026 CONF40 talks", "les exposés de CONF40 2025"),
            ("room 12 of 1,500 places", "la salle 12 de 1 600 places"),
            ("the 10th season", "la XIe saison"),
            ("files of 53 KB", "des fichiers de 70 ko"),
            ("the Vision2030 team", "l'équipe de la vision de 2035"),
            ("9 am to 10:30 am", "9am-10:30pm"),
        ] {
            assert!(!agree(en, fr), "{en} / {fr}");
        }
    }
}
