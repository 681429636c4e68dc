//! The one shape of rich text (`Text.body`, openings): blocks that hold lines of text with links and emphasis. Here it is
//! taken apart without a parser of foreign HTML, since all of it was written by ourselves: where each line stands, what
//! is in it, and its words.

use std::ops::Range;

/// A line of text in a body: a paragraph, heading, item or cell, without its block's own tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where its inline HTML stands in the body.
    pub range: Range<usize>,
    /// What holds it.
    pub within: Within,
}

/// What holds a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// A paragraph.
    Paragraph,
    /// A heading: 3 or 4.
    Heading(u8),
    /// An item of a list, and how deep, from 0.
    Item {
        /// Whether it has a number.
        ordered: bool,
        /// How deep it stands.
        level: u8,
    },
    /// A quotation.
    Quote,
    /// A cell: of which table, and in which row of it, from 1.
    Cell {
        /// The table, from 1.
        table: usize,
        /// The row, from 1.
        row: usize,
    },
}

/// What stands in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bit {
    /// Words, decoded.
    Text(String),
    /// A link begins.
    Link(String),
    /// `strong` begins.
    Strong,
    /// `em` begins.
    Em,
    /// `code` begins.
    Code,
    /// What began last ends.
    End,
    /// A line break.
    Break,
}

/// A piece of HTML: a tag with its name, or text.
struct Piece<'a> {
    range: Range<usize>,
    /// Empty for text; `/p` for an end.
    name: &'a str,
}

fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < html.len() {
        let rest = &html[at..];
        let is_tag = rest.starts_with('<');
        let end = if is_tag { tag_end(rest) } else { rest.find('<').unwrap_or(rest.len()) };
        let name = if is_tag { rest[1..end].split([' ', '>', '\n']).next().unwrap_or_default() } else { "" };
        pieces.push(Piece { range: at..at + end, name });
        at += end;
    }
    pieces
}

/// The end of a tag; a `>` in an attribute's quotes is none.
fn tag_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_inline(name: &str) -> bool {
    matches!(name.trim_start_matches('/').trim_end_matches('/'), "a" | "strong" | "em" | "code" | "br")
}

/// The lines of a body that hold words, in order.
pub fn lines(html: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut begun: Option<usize> = None;
    let (mut table, mut row) = (0, 0);
    for piece in pieces(html) {
        if piece.name.is_empty() {
            let text = &html[piece.range.clone()];
            if !text.trim().is_empty() {
                begun.get_or_insert(piece.range.start + text.len() - text.trim_start().len());
            }
            continue;
        }
        if is_inline(piece.name) {
            if !piece.name.starts_with('/') {
                begun.get_or_insert(piece.range.start);
            }
            continue;
        }
        end_line(html, begun.take(), piece.range.start, within(&open, table, row), &mut lines);
        if let Some(name) = piece.name.strip_prefix('/') {
            if let Some(at) = open.iter().rposition(|other| *other == name) {
                open.truncate(at);
            }
        } else {
            table += usize::from(piece.name == "table");
            row = if piece.name == "table" { 0 } else { row + usize::from(piece.name == "tr") };
            open.push(piece.name);
        }
    }
    end_line(html, begun, html.len(), within(&open, table, row), &mut lines);
    lines
}

fn end_line(html: &str, begun: Option<usize>, end: usize, within: Within, lines: &mut Vec<Line>) {
    let Some(start) = begun else { return };
    let end = start + html[start..end].trim_end().len();
    if !words(&html[start..end]).trim().is_empty() {
        lines.push(Line { range: start..end, within });
    }
}

fn within(open: &[&str], table: usize, row: usize) -> Within {
    let lists = open.iter().filter(|name| matches!(**name, "ul" | "ol")).count();
    let ordered = open.iter().rev().find(|name| matches!(**name, "ul" | "ol")) == Some(&"ol");
    for name in open.iter().rev() {
        return match *name {
            "h1" | "h2" | "h3" => Within::Heading(3),
            "h4" | "h5" | "h6" => Within::Heading(4),
            "li" => Within::Item { ordered, level: u8::try_from(lists.saturating_sub(1)).unwrap_or(u8::MAX) },
            "td" | "th" => Within::Cell { table, row },
            "blockquote" => Within::Quote,
            _ => continue,
        };
    }
    Within::Paragraph
}

/// What stands in a line of inline HTML.
pub fn bits(inline: &str) -> Vec<Bit> {
    let mut bits = Vec::new();
    for piece in pieces(inline) {
        let text = &inline[piece.range];
        match piece.name.trim_end_matches('/') {
            "" if piece.name.is_empty() => bits.push(Bit::Text(decoded(text))),
            "a" => bits.push(Bit::Link(href(text).unwrap_or_default())),
            "strong" => bits.push(Bit::Strong),
            "em" => bits.push(Bit::Em),
            "code" => bits.push(Bit::Code),
            "br" => bits.push(Bit::Break),
            "/a" | "/strong" | "/em" | "/code" => bits.push(Bit::End),
            _ => {}
        }
    }
    bits
}

fn href(tag: &str) -> Option<String> {
    let value = tag.split_once("href=\"")?.1;
    Some(decoded(value.split('"').next()?))
}

/// Bits as inline HTML. What leads nowhere on the web keeps its words only, and what was left open is closed.
pub fn inline(bits: &[Bit]) -> String {
    let mut out = String::new();
    let mut open: Vec<&str> = Vec::new();
    for bit in bits {
        match bit {
            Bit::Text(text) => out.push_str(&escaped(text)),
            Bit::Link(href) if ["https://", "http://", "mailto:"].iter().any(|scheme| href.starts_with(scheme)) => {
                out.extend(["<a href=\"", &escaped(href), "\">"]);
                open.push("</a>");
            }
            Bit::Link(_) => open.push(""),
            Bit::Strong => {
                out.push_str("<strong>");
                open.push("</strong>");
            }
            Bit::Em => {
                out.push_str("<em>");
                open.push("</em>");
            }
            Bit::Code => {
                out.push_str("<code>");
                open.push("</code>");
            }
            Bit::End => out.push_str(open.pop().unwrap_or_default()),
            Bit::Break => out.push_str("<br>"),
        }
    }
    while let Some(end) = open.pop() {
        out.push_str(end);
    }
    out
}

/// The words of inline HTML or of a body, without tags; a block or a line break is a space.
pub fn words(html: &str) -> String {
    let mut out = String::new();
    for piece in pieces(html) {
        if piece.name.is_empty() {
            out.push_str(&decoded(&html[piece.range]));
        } else if !is_inline(piece.name) || piece.name.starts_with("br") {
            out.push(' ');
        }
    }
    out
}

/// Text for HTML.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// Text that anybody wrote, for a page: as [`escaped`], also within single quotation marks, and without what no reader
/// can see or would turn the line around.
pub fn as_html(text: &str) -> String {
    let is_seen = |c: &char| match c {
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => false,
        c => !c.is_control() || matches!(c, '\n' | '\t'),
    };
    escaped(&text.chars().filter(is_seen).collect::<String>()).replace('\'', "&#39;")
}

fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&nbsp;", "\u{a0}").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "<p>See <a href=\"https://example.ca/?a=1&amp;b=2\">the <strong>guide</strong></a>.</p>\n<h3>Why</h3>\
        <ul><li>one<ol><li>two</li></ol></li><li><p>three</p></li></ul><table><tr><th>a</th></tr><tr><td>b</td><td></td></tr></table><p>x<br>y</p>";

    #[test]
    fn every_line_of_a_body_is_found_with_what_holds_it() {
        let found: Vec<(&str, Within)> = lines(BODY).into_iter().map(|line| (&BODY[line.range], line.within)).collect();
        let item = |ordered, level| Within::Item { ordered, level };
        assert_eq!(found[0].0, "See <a href=\"https://example.ca/?a=1&amp;b=2\">the <strong>guide</strong></a>.");
        assert_eq!(
            found[1..],
            [
                ("Why", Within::Heading(3)),
                ("one", item(false, 0)),
                ("two", item(true, 1)),
                ("three", item(false, 0)),
                ("a", Within::Cell { table: 1, row: 1 }),
                ("b", Within::Cell { table: 1, row: 2 }),
                ("x<br>y", Within::Paragraph),
            ]
        );
    }

    #[test]
    fn a_line_taken_apart_is_put_together_as_it_was() {
        for line in lines(BODY) {
            let html = &BODY[line.range];
            assert_eq!(inline(&bits(html)), html);
        }
        assert_eq!(inline(&[Bit::Link("javascript:x".into()), Bit::Text("a<b".into())]), "a&lt;b");
        assert_eq!(words("<p>a<br>b &amp; c</p>").trim(), "a b & c");
    }
}
