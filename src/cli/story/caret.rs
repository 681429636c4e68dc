//! The offending line of a file with a caret under what is wrong, cut to a terminal.

use unicode_width::UnicodeWidthChar as _;

use super::judge::Sources;
use crate::model::{Finding, Place};

/// Columns of a line that are shown: with the margin 80.
const WIDTH: usize = 72;
/// Columns that stay on the narrowest terminal; less would show nothing.
const WIDTH_MIN: usize = 30;
/// Columns of a terminal that the margin and the marks of a cut line take.
const MARGIN: usize = 10;
/// Of a line that is cut, the part before the offending words.
const BEFORE: usize = 3;

/// The lines to show below a finding: the source's line and a caret, or the offending text where no line is known;
/// `columns` is how many the terminal has.
pub(in crate::cli) fn lines(finding: &Finding, sources: &Sources, columns: usize) -> Vec<String> {
    let line = match &finding.place {
        Place::File { file, line, column } if *line > 0 && *column > 0 => {
            sources.get(file).and_then(|text| text.lines().nth(line - 1)).map(|text| (text, *column))
        }
        _ => None,
    };
    let Some((line, column)) = line else {
        let shown = printable(&finding.excerpt);
        return if shown.is_empty() { Vec::new() } else { vec![shown] };
    };
    pointed(line, column, finding, columns.saturating_sub(MARGIN).clamp(WIDTH_MIN, WIDTH))
}

/// Columns that characters take: none for an accent of its own, two for a wide sign.
fn n_columns(text: &[char]) -> usize {
    text.iter().map(|c| c.width().unwrap_or(0)).sum()
}

fn pointed(line: &str, column: usize, finding: &Finding, width: usize) -> Vec<String> {
    let line: Vec<char> = printable(line).chars().collect();
    if line.iter().all(|c| c.is_whitespace()) {
        return Vec::new();
    }
    let at = (column - 1).min(line.len().saturating_sub(1));
    let length = length(&line[at..], finding).clamp(1, line.len() - at);
    let (mut from, mut to) = (0, line.len());
    if n_columns(&line) > width {
        from = at;
        while from > 0 && n_columns(&line[from - 1..at]) <= width / BEFORE {
            from -= 1;
        }
        // What follows fills the rest; near the end of a line more of its beginning is seen.
        to = from;
        while to < line.len() && n_columns(&line[from..=to]) <= width {
            to += 1;
        }
        while to == line.len() && from > 0 && n_columns(&line[from - 1..]) <= width {
            from -= 1;
        }
    }
    let mut shown: String = line[from..to].iter().collect();
    let mut indent = n_columns(&line[from..at]);
    if from > 0 {
        shown.insert(0, '…');
        indent += 1;
    }
    if to < line.len() {
        shown.push('…');
    }
    let carets = "^".repeat(n_columns(&line[at..(at + length).min(to)]).max(1));
    vec![shown, format!("{}{carets}", " ".repeat(indent))]
}

/// How many characters are wrong: what the message names in backticks, else the excerpt, when they stand here; else
/// the word.
fn length(here: &[char], finding: &Finding) -> usize {
    let named = finding.message.en.split('`').skip(1).step_by(2);
    let quoted = |c: &char| matches!(c, '"' | '\'' | '“' | '«');
    let open = here.iter().take_while(|c| quoted(c)).count();
    for text in named.chain([finding.excerpt.as_str()]) {
        let text: Vec<char> = printable(text.trim()).chars().collect();
        let same = |from: usize| {
            let rest = &here[from.min(here.len())..];
            text.len() <= rest.len() && text.iter().zip(rest).all(|(a, b)| is_same(*a, *b))
        };
        if !text.is_empty() && same(0) {
            return text.len();
        }
        if !text.is_empty() && open > 0 && same(open) {
            return text.len() + open;
        }
    }
    here.iter().take_while(|c| !c.is_whitespace()).count()
}

/// Typography does not count when words are compared.
fn is_same(a: char, b: char) -> bool {
    let fold = |c: char| match c {
        '’' | '‘' => '\'',
        '“' | '”' => '"',
        c => c,
    };
    fold(a) == fold(b)
}

/// Nothing that steers a terminal, or that nobody sees.
fn printable(text: &str) -> String {
    let is_hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    text.chars().map(|c| if c.is_control() || c.is_whitespace() || is_hidden(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Severity, Words};

    fn shown(text: &str, line: usize, column: usize, message: &str, excerpt: &str) -> Vec<String> {
        let finding = Finding {
            rule: "STORY".to_owned(),
            severity: Severity::Warning,
            language: None,
            place: Place::File { file: "a.md".to_owned(), line, column },
            excerpt: excerpt.to_owned(),
            message: Words::same(message),
            hint: Words::same(""),
            waived: None,
        };
        lines(&finding, &Sources::from([("a.md".to_owned(), text.to_owned())]), 100)
    }

    #[test]
    fn the_caret_stands_under_what_is_wrong() {
        let text = "---\ntitle: T\nsection: learnin\n---\n";
        assert_eq!(shown(text, 3, 10, "`learnin` is not", "x"), ["section: learnin", "         ^^^^^^^"]);
        assert_eq!(shown("à \u{a0}b\tc\u{1b}[0m", 1, 4, "", "b"), ["à  b c [0m", "   ^"]);
        assert_eq!(shown("link: \"www.x\"", 1, 7, "`www.x` is", ""), ["link: \"www.x\"", "      ^^^^^^"]);
        assert_eq!(shown("l’idée ici", 1, 1, "", "l'idée"), ["l’idée ici", "^^^^^^"]);
    }

    #[test]
    fn wide_signs_and_loose_accents_do_not_move_the_caret() {
        assert_eq!(shown("漢字 wrong", 1, 4, "", "wrong"), ["漢字 wrong", "     ^^^^^"]);
        assert_eq!(shown("e\u{301}te\u{301} wrong", 1, 7, "", "wrong"), ["e\u{301}te\u{301} wrong", "    ^^^^^"]);
        assert_eq!(shown("a 漢字", 1, 3, "", "漢字"), ["a 漢字", "  ^^^^"]);
        let wide = format!("{} wrong", "漢".repeat(60));
        let cut = shown(&wide, 1, 62, "", "wrong");
        assert!(n_columns(&cut[0].chars().collect::<Vec<_>>()) <= 74, "{cut:?}");
        let before: Vec<char> = cut[0].chars().take_while(|c| *c != 'w').collect();
        assert_eq!(cut[1].find('^').unwrap(), n_columns(&before));
    }

    #[test]
    fn a_narrow_terminal_gets_a_narrow_line() {
        let text = format!("{} wrong {}", "a".repeat(200), "b".repeat(200));
        let finding = Finding {
            rule: "STORY".to_owned(),
            severity: Severity::Warning,
            language: None,
            place: Place::File { file: "a.md".to_owned(), line: 1, column: 202 },
            excerpt: "wrong".to_owned(),
            message: Words::same(""),
            hint: Words::same(""),
            waived: None,
        };
        let lines = lines(&finding, &Sources::from([("a.md".to_owned(), text)]), 50);
        assert!(lines.iter().all(|line| line.chars().count() <= 42), "{lines:?}");
        assert!(lines[0].contains("wrong") && lines[1].ends_with("^^^^^"), "{lines:?}");
    }

    #[test]
    fn a_long_line_is_cut_around_it() {
        let text = format!("{} wrong {}", "a".repeat(200), "b".repeat(200));
        let lines = shown(&text, 1, 202, "", "wrong");
        assert!(lines[0].chars().count() <= 74 && lines[0].starts_with('…') && lines[0].ends_with('…'));
        let at = lines[1].find('^').unwrap();
        assert_eq!(lines[0].chars().skip(at).take(5).collect::<String>(), "wrong");
    }

    #[test]
    fn without_a_line_the_text_is_shown() {
        assert_eq!(shown("", 0, 0, "", "wrong"), ["wrong"]);
        assert!(shown("", 0, 0, "", "").is_empty());
        assert_eq!(shown("a", 7, 3, "", "wrong"), ["wrong"]);
    }
}
