//! Header lines: cleaned of what could add a line or hide one, encoded as RFC 2047 asks, folded at 78.

use std::fmt::Write as _;

use email_encoding::headers::writer::EmailWriter;
use email_encoding::headers::{quoted_string, rfc2047};

/// A longer word cannot be folded and would pass RFC 5322's limit of 998 bytes a line.
const WORD_BYTES_MAX: usize = 900;
/// RFC 5322 2.1.1 asks for lines of 78 characters where they can be had.
const LINE_CHARS: usize = 78;
/// A shorter phrase fits on its line, whatever is escaped in it.
const PHRASE_BYTES_PLAIN: usize = 30;

/// Takes out what no header may have: line ends, controls, and marks that turn the direction of text around.
pub(super) fn clean(value: &str) -> String {
    let is_bad = |c: char| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    value.chars().map(|c| if is_bad(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// A line of free text: `Subject`.
pub(super) fn text(name: &str, value: &str) -> String {
    let value = clean(value);
    let mut line = format!("{name}: ");
    let mut writer = EmailWriter::new(&mut line, name.len() + 2, 0, false);
    // Writing to a String does not fail. Text that looks encoded is encoded, or a reader would decode it.
    let _ = if is_plain(&value) { writer.folding().write_str(&value) } else { rfc2047::encode(&value, &mut writer) };
    drop(writer);
    line + "\r\n"
}

/// A line with a phrase before angle brackets: `From`, `List-Id`.
pub(super) fn phrase(name: &str, phrase: &str, angle: &str) -> String {
    let phrase = clean(phrase);
    let mut line = format!("{name}: ");
    if !phrase.is_empty() {
        if phrase.is_ascii() && !phrase.contains("=?") && phrase.len() <= PHRASE_BYTES_PLAIN {
            // The encoder takes a `/` for a letter beyond ASCII; to filters, Base64 that was not needed looks like spam.
            let _ = write!(line, "\"{}\"", phrase.replace('\\', "\\\\").replace('"', "\\\""));
        } else {
            let mut writer = EmailWriter::new(&mut line, name.len() + 2, 0, false);
            // As above.
            let _ = if phrase.contains("=?") {
                rfc2047::encode(&phrase, &mut writer)
            } else {
                quoted_string::encode(&phrase, &mut writer)
            };
        }
        let last = line.len() - line.rfind('\n').map_or(0, |end| end + 1);
        line.push_str(if last + angle.len() + 3 > LINE_CHARS { "\r\n " } else { " " });
    }
    let _ = write!(line, "<{}>\r\n", clean(angle).replace(['<', '>', ' '], ""));
    line
}

/// A line of tokens that are ASCII by their nature.
pub(super) fn plain(name: &str, value: &str) -> String {
    format!("{name}: {}\r\n", clean(value))
}

/// A fixed header of an edition, whichever of the three it is.
pub(super) fn fixed(name: &str, value: &str) -> String {
    let value = clean(value);
    match value.rsplit_once('<') {
        Some((before, angle)) if angle.ends_with('>') && !before.contains('<') => {
            phrase(name, before.trim().trim_matches('"'), angle.trim_end_matches('>'))
        }
        _ => text(name, &value),
    }
}

fn is_plain(value: &str) -> bool {
    value.is_ascii() && !value.contains("=?") && value.split(' ').all(|word| word.len() <= WORD_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_adds_a_line_or_hides_one() {
        for hostile in ["a\r\nBcc: x@example.ca", "a\nb", "a\u{2028}b", "a\u{202E}b", "\u{0}x", "=?utf-8?q?=0D=0ABcc?="]
        {
            for line in [text("Subject", hostile), phrase("From", hostile, "a@example.ca"), plain("X-A", hostile)] {
                assert!(!line.contains("\r\nBcc"), "{line:?}");
                let unfolded = line.strip_suffix("\r\n").unwrap().replace("\r\n ", "");
                assert!(!unfolded.contains(['\r', '\n', '\u{202E}', '\u{0}']), "{line:?}");
            }
        }
        assert!(!text("Subject", "=?utf-8?q?x?=").contains("q?x"));
    }

    #[test]
    fn lines_are_short_and_words_survive() {
        assert_eq!(text("Subject", "CCO News: December 2026"), "Subject: CCO News: December 2026\r\n");
        assert_eq!(phrase("From", "CCO News", "a@example.ca"), "From: \"CCO News\" <a@example.ca>\r\n");
        assert_eq!(phrase("From", "A / B \"c\"", "a@b.ca"), "From: \"A / B \\\"c\\\"\" <a@b.ca>\r\n");
        let french = text("Subject", &"Rédigé à Montréal ".repeat(20));
        assert!(french.lines().all(|line| line.len() <= 78 && line.is_ascii()), "{french}");
        let long = text("Subject", &"x".repeat(1500));
        assert!(long.lines().all(|line| line.len() <= 78), "{long}");
        assert_eq!(
            fixed("List-Id", "Nouvelles du BCC <fr.cco-news.example.ca>"),
            "List-Id: \"Nouvelles du BCC\" <fr.cco-news.example.ca>\r\n"
        );
    }
}
