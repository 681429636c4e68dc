//! Line and column, in the file that a person wrote, of words that a rule took offence at.
//!
//! Between the file and the rule lie Markdown and white space: no-break spaces, curly quotation marks, line ends and
//! the marks of emphasis do not count when the words are looked for.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::model::Lang;

/// One letter of a text as it is compared, and where it stands.
struct Letter {
    c: char,
    line: usize,
    column: usize,
}

/// Finds `excerpt`, which begins `offset` bytes into `around` (the same text with its neighbours), and says at which
/// line and column it begins, from 1. A part of the file headed by the language is searched first.
pub(super) fn locate(source: &str, lang: &Lang, around: &str, offset: usize) -> Option<(usize, usize)> {
    let letters = letters(source);
    let from = section_start(source, lang).unwrap_or(0);
    let start = letters.iter().position(|letter| letter.line >= from).unwrap_or(0);
    let before = folded(&around[..offset]);
    let whole = folded(around);
    // The space that ends `before` may have been folded with one that begins the excerpt.
    let skip = before.chars().count().min(whole.chars().count());
    let needles = [(whole.clone(), skip), (folded(&around[offset..]), 0)];
    for (needle, skip) in needles {
        let needle: Vec<char> = needle.trim().chars().collect();
        let trimmed = whole.len() - whole.trim_start().len();
        let skip = if skip > 0 { skip.saturating_sub(trimmed) } else { 0 };
        let found = search(&letters[start..], &needle).map(|at| at + start).or_else(|| search(&letters, &needle));
        if let Some(letter) = found.and_then(|at| letters.get(at + skip)) {
            return Some((letter.line, letter.column));
        }
    }
    None
}

/// Line and column, from 1, at which an address stands whole in a file that a person wrote.
pub(super) fn locate_address(source: &str, href: &str) -> Option<(usize, usize)> {
    let goes_on = |c: char| !c.is_whitespace() && !matches!(c, '"' | '\'' | ',' | '}' | ')' | '>' | '<' | ']');
    source.lines().enumerate().find_map(|(at, line)| {
        let (from, _) = line.match_indices(href).find(|(from, _)| !line[from + href.len()..].starts_with(goes_on))?;
        Some((at + 1, line[..from].chars().count() + 1))
    })
}

fn search(letters: &[Letter], needle: &[char]) -> Option<usize> {
    if needle.is_empty() || letters.len() < needle.len() {
        return None;
    }
    (0..=letters.len() - needle.len()).find(|&at| letters[at..].iter().zip(needle).all(|(letter, c)| letter.c == *c))
}

/// A character as it is compared; none: it does not count.
fn fold(c: char) -> Option<char> {
    match c {
        '*' | '_' | '`' | '[' | ']' | '\\' | '\u{ad}' | '\u{200b}' | '\u{feff}' => None,
        '’' | '‘' => Some('\''),
        '“' | '”' => Some('"'),
        '\u{2011}' => Some('-'),
        c if c.is_whitespace() => Some(' '),
        c if c.is_ascii() => Some(c),
        // An accent may stand by itself, as some systems write it: `e` and a loose accent are `é`.
        c if is_combining_mark(c) => None,
        c => c.nfd().next(),
    }
}

fn folded(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter_map(fold) {
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
    }
    out
}

fn letters(source: &str) -> Vec<Letter> {
    let mut out: Vec<Letter> = Vec::with_capacity(source.len());
    let (mut line, mut column) = (1, 0);
    // The address of a Markdown link, `](https://…)`, stands in no text.
    let mut in_address = false;
    let mut before = ' ';
    for c in source.chars() {
        column += 1;
        let (at_line, at_column) = (line, column);
        let begins = before == ']' && c == '(';
        let is_passed_over = in_address || begins;
        in_address = is_passed_over && !matches!(c, ')' | '\n');
        before = c;
        if c == '\n' {
            line += 1;
            column = 0;
        }
        if let Some(c) = fold(c).filter(|_| !is_passed_over)
            && (c != ' ' || out.last().is_none_or(|last| last.c != ' '))
        {
            out.push(Letter { c, line: at_line, column: at_column });
        }
    }
    out
}

/// The line of the heading that is only a language's name or key.
fn section_start(source: &str, lang: &Lang) -> Option<usize> {
    let names: &[&str] = if lang.is_french() {
        &["fr", "français", "francais", "french"]
    } else if lang.is_english() {
        &["en", "english", "anglais"]
    } else {
        &[]
    };
    source
        .lines()
        .position(|line| {
            line.strip_prefix('#').is_some_and(|rest| {
                let word = rest.trim_matches(['#', ' ']).to_lowercase();
                word == lang.as_str() || names.contains(&word.as_str())
            })
        })
        .map(|index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_across_markdown_and_white_space() {
        let fr = Lang::new("fr");
        let source = "---\ntitle: x\n---\n## en\nOne , two\n## fr\nLa **société**\ncanadienne\u{a0}, et l’ *idée*\n";
        let around = "La société canadienne , et l'";
        assert_eq!(locate(source, &fr, around, around.find("canadienne").unwrap()), Some((8, 1)));
        assert_eq!(locate(source, &fr, "l' idée", 0), Some((8, 17)));
        assert_eq!(locate(source, &Lang::new("en"), "One , two", 0), Some((5, 1)));
        assert_eq!(locate(source, &fr, "absent", 0), None);
        assert_eq!(locate("l'e\u{301}te\u{301} , fin\n", &fr, "l'été , fin", 0), Some((1, 1)));
        assert_eq!(locate("l'e\u{301}te\u{301} , fin\n", &fr, "l'été , fin", "l'été".len()), Some((1, 8)));
        let link = "See it, [click here](https://example.ca/a) and go.\n";
        assert_eq!(locate(link, &fr, "See it, click here and go", 8), Some((1, 10)));
    }

    #[test]
    fn an_address_is_found_whole_and_not_where_a_longer_one_begins() {
        let source = "---\nlink: {en: \"https://example.ca/en/a\", fr: https://example.ca/fr}\n---\n[x](https://example.ca/en)\n";
        assert_eq!(locate_address(source, "https://example.ca/en"), Some((4, 5)));
        assert_eq!(locate_address(source, "https://example.ca/en/a"), Some((2, 13)));
        assert_eq!(locate_address(source, "https://example.ca/fr"), Some((2, 43)));
        assert_eq!(locate_address(source, "https://example.ca"), None);
    }
}
