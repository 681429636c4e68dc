//! HTML that is safe by the way it is written: what comes from outside passes [`escaped`], and a page says itself that
//! it runs and loads nothing.

use std::fmt::Write as _;

use crate::model::rich::as_html;
use crate::model::{Address, EditionId, Lang, Newsletter, Speech, Words};

/// Nothing runs and nothing is loaded but the pictures beside the page (`file:` for a file share), whatever a text holds;
/// the one style sheet is in the page, so that a page can be forwarded as it is.
const POLICY: &str =
    "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What stands in the head of a page.
pub(super) struct Head<'a> {
    /// The language's tag.
    pub(super) lang: &'a str,
    /// `ltr` or `rtl`.
    pub(super) dir: &'a str,
    /// HTML.
    pub(super) title: &'a str,
    /// The style sheet.
    pub(super) style: &'a str,
    /// More elements, a line each: links, meta.
    pub(super) more: &'a str,
}

impl<'a> Head<'a> {
    /// Of a page for the office, which no search engine lists.
    pub(super) fn of_office(lang: &'a str, title: &'a str, style: &'a str) -> Self {
        Self { lang, dir: "ltr", title, style, more: "<meta name=\"robots\" content=\"noindex\">\n" }
    }
}

/// A whole page. `content` is HTML.
pub(super) fn page(head: &Head<'_>, content: &str) -> String {
    let Head { lang, dir, title, style, more } = head;
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\" dir=\"{dir}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n{more}\
         <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{content}</body>\n</html>\n"
    )
}

/// Text as HTML, in one line.
pub(super) fn escaped(text: &str) -> String {
    as_html(text).replace(['\n', '\t'], " ")
}

/// What people call an edition, in the middle of a line.
pub(super) fn edition_name(edition: &EditionId) -> Words {
    match edition.as_str() {
        "en" => words!("English", "anglais"),
        "fr" => words!("French", "français"),
        "both" => words!("bilingual", "bilingue"),
        other => Words::same(other),
    }
}

/// A text whose first letter begins a line.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `4,000`, `4 000`.
pub(super) fn number(n: u64, speech: Speech) -> String {
    let digits = n.to_string();
    let separator = if speech == Speech::Fr { '\u{a0}' } else { ',' };
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

/// A sentence of ours, in which what people wrote stands between backticks. Addresses are nobody's business.
pub(super) fn sentence(text: &str) -> String {
    let masked = masked(text);
    let mut parts = masked.split('`').peekable();
    let (mut out, mut is_code) = (String::new(), false);
    while let Some(part) = parts.next() {
        // A backtick that nothing closes is a backtick.
        let is_closed = parts.peek().is_some();
        if is_code && is_closed {
            let _ = write!(out, "<code>{}</code>", escaped(part)); // Writing to a String does not fail.
        } else {
            out.push_str(if is_code { "`" } else { "" });
            out.push_str(&escaped(part));
        }
        is_code = !is_code;
    }
    out
}

/// The text with each address in it masked.
pub(super) fn masked(text: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || "<>()[]{}\"'`,;:|".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(is_edge).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let bare = word.trim_end_matches(['.', '!', '?']);
        match Address::parse(bare) {
            Ok(address) if word.contains('@') => out.push_str(&(address.masked() + &word[bare.len()..])),
            _ => out.push_str(word),
        }
        let edge = after.chars().next().map_or(0, char::len_utf8);
        out.push_str(&after[..edge]);
        rest = &after[edge..];
    }
    out
}

/// The tag of a language: `fr-CA` for `fr`.
pub(super) fn tag<'a>(lang: &'a Lang, newsletter: &'a Newsletter) -> &'a str {
    newsletter.language.get(lang).map_or(lang.as_str(), |language| language.tag.as_str())
}
