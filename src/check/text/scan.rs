//! Small help for rules that look for a pattern in a text.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use regex::Regex;

/// A pattern of ours, made when a text first asks for it: that costs more than most texts do. A text with accents sends
/// one with `\b` to the slowest of the engines, so that a twin without them, which matches wherever the pattern does, is
/// asked first; where that matches nothing, the pattern itself is never made.
pub(crate) struct Pattern {
    text: String,
    exact: OnceLock<Regex>,
    wider: Option<Regex>,
    /// Matches nothing without a digit: most texts have none, and that is seen at once.
    needs_digit: bool,
}

impl Pattern {
    fn new(text: String) -> Self {
        Self { text, exact: OnceLock::new(), wider: None, needs_digit: false }
    }

    /// Whether the pattern is worth asking: false only where it matches nowhere.
    fn may_match(&self, text: &str) -> bool {
        (!self.needs_digit || has_digit(text)) && self.wider.as_ref().is_none_or(|wider| wider.is_match(text))
    }
}

impl std::ops::Deref for Pattern {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.exact.get_or_init(|| compile(&self.text))
    }
}

/// Compiles a pattern; a mistake in it is ours.
fn compile(text: &str) -> Regex {
    Regex::new(text).expect("patterns of rules are tested")
}

/// A pattern of ours, whose mistakes are seen when a text first asks for it.
pub(crate) fn pattern(text: &str) -> Pattern {
    let wider = text.contains(r"\b").then(|| compile(&text.replace(r"\b", "")));
    Pattern { wider, ..Pattern::new(text.to_owned()) }
}

/// As [`pattern`], with boundaries of ASCII words: a text with accents is then read in one pass. Only for patterns that
/// begin and end with ASCII at each boundary.
pub(crate) fn ascii_pattern(text: &str) -> Pattern {
    Pattern::new(ascii_words(text))
}

/// As [`ascii_pattern`], for what matches nothing without a digit.
pub(crate) fn digit_pattern(text: &str) -> Pattern {
    Pattern { needs_digit: true, ..ascii_pattern(text) }
}

/// Whether a text has a digit, looked for many bytes at a time.
pub(crate) fn has_digit(text: &str) -> bool {
    text.as_bytes().chunks(64).any(|bytes| bytes.iter().fold(false, |has, byte| has | byte.is_ascii_digit()))
}

/// As [`ascii_pattern`], for who walks through the captures.
pub(crate) fn ascii_regex(text: &str) -> Regex {
    compile(&ascii_words(text))
}

fn ascii_words(text: &str) -> String {
    text.replace(r"\b", r"(?-u:\b)")
}

static MACHINE_TEXT: LazyLock<Pattern> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:https?://|www\.)[^\s<>»”]+|[\p{L}0-9._%+-]+@[\p{L}0-9.-]+\.[a-z]{2,}|\b(?:[a-z0-9-]+\.)+(?:ca|com|org|net|gouv|gc|toml|md|html|pdf|example)\b(?:/[^\s<>»”]*)?|[@#][\p{L}0-9_]+",
    )
});

/// Where a text is written for machines: addresses, e-mail addresses, file names. No rule of spelling holds there.
pub(crate) fn machine_ranges(text: &str) -> Vec<Range<usize>> {
    MACHINE_TEXT.find_iter(text).map(|found| found.range()).collect()
}

/// Whether two ranges share a byte.
pub(crate) fn overlaps(ranges: &[Range<usize>], range: &Range<usize>) -> bool {
    ranges.iter().any(|other| other.start < range.end && range.start < other.end)
}

/// Every place where a pattern's first group, or the whole of it, matches outside of what is written for machines.
pub(crate) fn matches(regex: &Pattern, text: &str) -> Vec<Range<usize>> {
    if !regex.may_match(text) {
        return Vec::new();
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut machine = None;
    for captures in regex.captures_iter(text) {
        let Some(range) = captures.get(1).or_else(|| captures.get(0)).map(|group| group.range()) else { continue };
        let machine = machine.get_or_insert_with(|| machine_ranges(text));
        if !overlaps(machine, &range) {
            found.push(range);
        }
    }
    found
}

/// The nearest places left and right where a text may be cut: `around` characters away, at character boundaries.
pub(crate) fn widen(text: &str, range: &Range<usize>, around: usize) -> Range<usize> {
    let start = text[..range.start].char_indices().rev().take(around).last().map_or(range.start, |(at, _)| at);
    let end = text[range.end..].char_indices().nth(around).map_or(text.len(), |(at, _)| range.end + at);
    start..end
}

/// A number with one decimal, as English and as French write it.
pub(crate) fn decimal(number: f64) -> (String, String) {
    let en = format!("{number:.1}");
    let fr = en.replace('.', ",");
    (en, fr)
}

/// A text cut to a length that fits a line of a report.
pub(crate) fn shorten(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    let text = text.trim();
    if text.chars().count() <= CHARS_MAX {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(CHARS_MAX - 1).collect();
    cut.push('…');
    cut
}

/// The words of a text, each with its place. Cut by hand: every rule of parity asks for them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(char::is_alphanumeric)?;
        let end = text[start..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |length| start + length);
        from = end;
        Some((start..end, &text[start..end]))
    })
}

/// The words of a text in lower case: two texts with the same words are the same to a reader.
pub(crate) fn folded_words(text: &str) -> Vec<String> {
    words(text).map(|(_, word)| word.to_lowercase()).collect()
}
