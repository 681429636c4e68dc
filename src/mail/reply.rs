//! What a server said, as far as it may be kept: a code, the enhanced code, a short text without addresses.

use std::error::Error as _;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;

use crate::model::{Address, Reply};

/// Longer texts are links to help pages.
const TEXT_CHARS_MAX: usize = 200;

/// A reply of ours, where the server gave none.
pub(super) fn said(text: impl AsRef<str>) -> Reply {
    Reply { code: 0, enhanced: None, text: kept(text.as_ref()) }
}

pub(super) fn of_response(response: &Response) -> Reply {
    let lines: Vec<&str> = response.message().collect();
    of_text(response.code().into(), &lines.join(" "))
}

/// An explicit 4xx or 5xx, or none: whatever else went wrong says nothing about the message.
pub(super) fn of_error(error: &Error) -> Result<Reply, Reply> {
    let text = error.source().map(ToString::to_string).unwrap_or_default();
    match error.status() {
        Some(code) => Ok(of_text(code.into(), &text)),
        // What lettre says when a connection ends where a reply should be.
        None if text == "incomplete response" => Err(said("the server closed the connection")),
        None => Err(said(if text.is_empty() { error.to_string() } else { text })),
    }
}

fn of_text(code: u16, text: &str) -> Reply {
    let first = text.split_whitespace().next().unwrap_or("");
    let is_enhanced = first.split('.').count() == 3
        && first.split('.').all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    let (enhanced, rest) = if is_enhanced {
        (Some(first.to_owned()), text.trim_start()[first.len()..].trim_start())
    } else {
        (None, text)
    };
    Reply { code, enhanced, text: kept(rest) }
}

/// Cuts a text and masks the addresses that servers like to repeat.
fn kept(text: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || "<>()[]\"',;:=".contains(c);
    let mut out = String::new();
    for piece in text.split_inclusive(is_edge) {
        let word = piece.trim_end_matches(is_edge);
        if word.contains('@') {
            out.push_str(&Address::parse(word).map_or_else(|_| "***".to_owned(), |address| address.masked()));
            out.push_str(&piece[word.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    out.chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_reply_is_short_and_names_nobody() {
        let reply = of_text(550, "5.1.1 <jean.tremblay@example.ca>: user unknown (to=x@y)");
        assert_eq!((reply.code, reply.enhanced.as_deref()), (550, Some("5.1.1")));
        assert_eq!(reply.text, "<j***@e***.ca>: user unknown (to=***)");
        assert_eq!(of_text(250, "ok").enhanced, None);
        assert_eq!(of_text(250, &"é".repeat(500)).text.chars().count(), 200);
    }
}
