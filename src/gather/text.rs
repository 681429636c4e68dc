//! Plain text for titles and teasers: no markup, no control characters, nothing that turns the direction of writing,
//! cut at a word.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::entities;
use super::markup::{self, Piece};

/// A title in characters: the longest federal ones have about 250.
pub(super) const TITLE_CHARS_MAX: usize = 300;
/// A teaser in characters: two or three sentences.
pub(super) const SUMMARY_CHARS_MAX: usize = 600;

/// One line of text as a person would type it.
pub(super) fn line(text: &str, chars_max: usize) -> String {
    cut(&squeezed(&harmless(text)), chars_max)
}

/// The text of some HTML, in one line.
pub(super) fn of_html(html: &str, chars_max: usize) -> String {
    if html.bytes().any(|byte| matches!(byte, b'<' | b'&')) {
        line(&stripped(html), chars_max)
    } else {
        line(html, chars_max)
    }
}

/// Tags out, entities to characters; what scripts and styles hold is no text.
fn stripped(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut silent: Option<String> = None;
    for piece in markup::pieces(html) {
        match (piece, &silent) {
            (Piece::Close(tag), Some(name)) if markup::name(tag).eq_ignore_ascii_case(name) => silent = None,
            (Piece::Text(text), None) => entities::decode_into(text, &mut out),
            (Piece::Cdata(text), None) => out.push_str(&text[9..text.len() - 3]),
            (Piece::Open(tag), None) => {
                let name = markup::name(tag).to_ascii_lowercase();
                if matches!(name.as_str(), "script" | "style" | "title" | "template" | "noscript" | "iframe") {
                    silent = Some(name);
                } else if !is_inline(&name) {
                    out.push(' ');
                }
            }
            (Piece::Close(tag), None) => {
                if !is_inline(&markup::name(tag).to_ascii_lowercase()) {
                    out.push(' ');
                }
            }
            (_, Some(_)) | (Piece::Aside(_), None) => {}
        }
    }
    out
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "strong"
            | "i"
            | "em"
            | "u"
            | "s"
            | "span"
            | "font"
            | "sup"
            | "sub"
            | "small"
            | "abbr"
            | "code"
            | "cite"
            | "q"
            | "mark"
            | "time"
            | "bdi"
            | "bdo"
            | "wbr"
            | "img"
    )
}

/// Without control characters, direction marks, invisible characters and slots; in NFC.
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    // Nearly every text is letters of Latin 1 and marks of typography already.
    if is_harmless(text.as_bytes()) {
        return without_slots(text);
    }
    let kept = |c: char| match c {
        '\u{2028}' | '\u{2029}' | '\t' | '\n' | '\r' | '\u{85}' => Some(' '),
        // Direction overrides, isolates and marks; zero-width space, word joiner, BOM, soft hyphen; tag characters.
        '\u{200B}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{61C}'
        | '\u{FEFF}'
        | '\u{AD}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}' => None,
        c if c.is_control() => None,
        c => Some(c),
    };
    let mut clean = String::with_capacity(text.len());
    clean.extend(text.chars().filter_map(kept));
    if is_nfc_quick(clean.chars()) != IsNormalized::Yes {
        clean = clean.nfc().collect();
    }
    Cow::Owned(without_slots(&clean).into_owned())
}

/// Whether all is ASCII that is seen, Latin letters up to U+024F, or dashes, quotes, ellipsis and no-break spaces: none of
/// them is taken out, and all are in NFC (Unicode 15, `DerivedNormalizationProps`).
fn is_harmless(bytes: &[u8]) -> bool {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += match (byte, bytes.get(at + 1), bytes.get(at + 2)) {
            (b' '..=b'~', ..) => 1,
            (0xC2, Some(0xA0..=0xAC | 0xAE..=0xBF), _) | (0xC3..=0xC8, ..) => 2,
            (0xE2, Some(0x80), Some(0x90..=0xA7 | 0xAF..=0xBF)) => 3,
            _ => return false,
        };
    }
    true
}

/// The reserved address of slots may not come from outside: addressing a copy would fill it.
pub(super) fn without_slots(text: &str) -> Cow<'_, str> {
    const RESERVED: &str = "slot.invalid";
    // Byte by byte, since lower-casing a text may change its length.
    let found = |at: usize| {
        text.as_bytes().get(at..at + RESERVED.len()).is_some_and(|part| part.eq_ignore_ascii_case(RESERVED.as_bytes()))
    };
    let mut out = String::new();
    let (mut from, mut at) = (0, 0);
    while let Some(dot) = text[at..].find('.') {
        let start = (at + dot).checked_sub("slot".len()).filter(|start| *start >= from && found(*start));
        at += dot + 1;
        let Some(start) = start else { continue };
        out.push_str(&text[from..start]);
        out.push_str("slot invalid");
        from = start + RESERVED.len();
        at = from;
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// Runs of breaking white space become one space; the no-break spaces of French stay.
fn squeezed(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{202F}' | '\u{2007}');
    let is_even = text.is_ascii()
        && !text.contains("  ")
        && !text.bytes().any(|byte| byte != b' ' && byte.is_ascii_whitespace() || byte == 0xB);
    if is_even {
        return Cow::Borrowed(text.trim());
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split(breaks).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out.trim().to_owned())
}

/// At most so many characters, ended at a word with an ellipsis.
pub(super) fn cut(text: &str, chars_max: usize) -> String {
    // A character has a byte at least.
    if text.len() <= chars_max {
        return text.to_owned();
    }
    let Some((end, _)) = text.char_indices().nth(chars_max) else { return text.to_owned() };
    let head: String = text[..end].chars().take(chars_max.saturating_sub(1)).collect();
    // A text without spaces (Japanese, a long address) is cut where it is.
    let at = head.rfind(char::is_whitespace).filter(|at| *at > head.len() / 2).unwrap_or(head.len());
    format!("{}…", head[..at].trim_end_matches(|c: char| c.is_whitespace() || ",;:–—-".contains(c)))
}

/// The first bytes of a text, ended between characters.
pub(super) fn head(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Words for comparing: lower case, without accents, letters and digits only.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    if text.is_ascii() {
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() {
                out.push(char::from(byte.to_ascii_lowercase()));
            } else if !out.ends_with(' ') {
                out.push(' ');
            }
        }
        return out.trim().to_owned();
    }
    for c in text.nfd() {
        match c {
            'œ' | 'Œ' => out.push_str("oe"),
            'æ' | 'Æ' => out.push_str("ae"),
            c if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            '\u{300}'..='\u{36F}' => {}
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_plain_text() {
        assert_eq!(
            of_html("<b>Caf\u{e9}</b> &amp; th&eacute;<script>x()</script>\r\n Bcc: a", 300),
            "Café & thé Bcc: a"
        );
        assert_eq!(line("a\u{202E}b\u{0}c\u{200B}\u{FEFF}\u{1B}[31m", 300), "abc[31m");
        assert_eq!(line("Idées\u{A0}: suite", 300), "Idées\u{A0}: suite");
        assert_eq!(line("go to https://SLOT.invalid/unsubscribe", 300), "go to https://slot invalid/unsubscribe");
        assert_eq!(cut("one two three four", 12), "one two…");
        assert_eq!(cut("one two", 7), "one two");
        assert_eq!(cut("ééééééééé", 4), "ééé…");
        assert_eq!(folded("L’Œuvre – d'été, 2026"), "l oeuvre d ete 2026");
    }
}
