//! An answer taken apart: its headers as they stand, who it says it is from, and its first text.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessageParser, PartType};

use crate::model::Address;

/// A reply of a person is a few KiB; with the edition quoted and a letterhead's pictures, under 10 MiB.
const MAIL_BYTES_MAX: usize = 25 * 1024 * 1024;
/// Real mails have fewer than 30 parts. A message costs the parser memory for each.
const PARTS_MAX: usize = 300;

/// A mail that could be read.
pub(super) struct Answer<'a> {
    message: Message<'a>,
    /// Names in lower case, values unfolded.
    headers: Vec<(String, String)>,
}

impl<'a> Answer<'a> {
    /// Takes a mail apart; none when it is none, or too large or too nested to be a person's.
    pub(super) fn open(raw: &'a [u8]) -> Option<Self> {
        if raw.len() > MAIL_BYTES_MAX || boundaries(raw) > PARTS_MAX {
            return None;
        }
        let message = MessageParser::new().parse(raw)?;
        let unfolded = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
        let headers =
            message.headers_raw().map(|(name, value)| (name.trim().to_lowercase(), unfolded(value))).collect();
        Some(Self { message, headers })
    }

    /// Every value of a header.
    pub(super) fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a header is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The one address in the one `From`; none when there are several, or none.
    pub(super) fn from(&self) -> Option<Address> {
        if self.all("from").count() != 1 {
            return None;
        }
        let mut people = self.message.from()?.iter();
        let only = people.next().filter(|_| people.next().is_none())?;
        Address::parse(only.address()?).ok()
    }

    /// The subject, decoded.
    pub(super) fn subject(&self) -> &str {
        self.message.subject().unwrap_or_default()
    }

    /// The first text; of a mail in HTML only, its words.
    pub(super) fn text(&self) -> String {
        match self.message.text_bodies().next().map(|part| &part.body) {
            Some(PartType::Html(html)) => html_to_text(&with_breaks(html)),
            _ => self.message.body_text(0).unwrap_or_default().into_owned(),
        }
    }
}

/// A line of its own for each block; the parser knows paragraphs and breaks alone.
fn with_breaks(html: &str) -> String {
    const BLOCKS: [&str; 7] = ["<div", "</div", "<blockquote", "<hr", "<tr", "<li", "<table"];
    let lower = html.to_ascii_lowercase();
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut done = 0;
    for (at, _) in lower.match_indices('<') {
        if BLOCKS.iter().any(|block| lower[at..].starts_with(block)) {
            out.push_str(&html[done..at]);
            out.push_str("<br>");
            done = at;
        }
    }
    out.push_str(&html[done..]);
    out
}

/// Lines that may begin a part.
fn boundaries(bytes: &[u8]) -> usize {
    const NAME: &[u8] = b"content-type:";
    let begins = |line: &[u8]| line.get(..NAME.len()).is_some_and(|head| head.eq_ignore_ascii_case(NAME));
    bytes.split(|byte| *byte == b'\n').filter(|line| begins(line.trim_ascii_start())).count()
}
