//! The short way through the sanitiser, for HTML that every parser reads alike: known elements, closed in the order in
//! which they were opened, quoted attributes, entities with their `;`. It is built into the same parts as the long way
//! builds, and written by the same writer, so that nothing else can come out; whatever is not that plain goes the long way.

use std::borrow::Cow;

use url::Url;

use super::super::entities;
use super::write::{Part, add_all, add_text, push_element};
use super::{DEPTH_MAX, TAGS_MAX};

/// How HTML treats an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A paragraph: it ends where any block begins.
    Paragraph,
    Heading,
    List,
    Item,
    Block,
    /// Emphasis and links.
    Inline,
    /// Means nothing to us; its words stay.
    Through,
    /// Has no end.
    Break,
    Rule,
    Image,
}

fn kind(name: &str) -> Option<Kind> {
    Some(match name {
        "p" => Kind::Paragraph,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Kind::Heading,
        "ul" | "ol" => Kind::List,
        "li" => Kind::Item,
        "div" | "section" | "article" | "header" | "footer" | "main" | "figure" | "figcaption" | "blockquote" => {
            Kind::Block
        }
        "a" | "strong" | "b" | "em" | "i" | "cite" => Kind::Inline,
        "span" | "u" | "s" | "small" | "sup" | "sub" | "abbr" | "mark" | "time" => Kind::Through,
        "br" => Kind::Break,
        "hr" => Kind::Rule,
        "img" => Kind::Image,
        _ => return None,
    })
}

/// An element that is open.
struct Open<'a> {
    name: &'a str,
    kind: Kind,
    href: Option<Cow<'a, str>>,
    other: Option<Cow<'a, str>>,
    parts: Vec<Part<'a>>,
}

/// The parts of plain HTML; none: it has to go the long way.
pub(super) fn parts<'a>(html: &'a str, base: Option<&Url>) -> Option<Vec<Part<'a>>> {
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut top: Vec<Part<'a>> = Vec::new();
    let (mut rest, mut tags) = (html, 0_usize);
    while !rest.is_empty() {
        let end = rest.find('<').unwrap_or(rest.len());
        if end > 0 {
            let words = characters(&rest[..end])?;
            add_text(words, inner(&mut open, &mut top));
            rest = &rest[end..];
            continue;
        }
        if let Some(after) = rest.strip_prefix("</") {
            let (name, after) = after.split_once('>')?;
            let last = open.pop().filter(|last| last.name == name)?;
            close(last, base, inner(&mut open, &mut top));
            rest = after;
            continue;
        }
        let tag;
        (tag, rest) = start(&rest[1..])?;
        tags += 1;
        if tags > TAGS_MAX || open.len() >= DEPTH_MAX || !may_open(&open, &tag) {
            return None;
        }
        match tag.kind {
            Kind::Break | Kind::Rule => close(tag, base, inner(&mut open, &mut top)),
            Kind::Image => {}
            _ => open.push(tag),
        }
    }
    open.is_empty().then_some(top)
}

/// Where the next part goes: into the innermost element that has parts of its own.
fn inner<'s, 'a>(open: &'s mut [Open<'a>], top: &'s mut Vec<Part<'a>>) -> &'s mut Vec<Part<'a>> {
    open.iter_mut().rev().find(|open| open.kind != Kind::Through).map_or(top, |open| &mut open.parts)
}

fn close<'a>(element: Open<'a>, base: Option<&Url>, out: &mut Vec<Part<'a>>) {
    let Open { name, kind, href, other, parts } = element;
    if kind == Kind::Through {
        return add_all(parts, out);
    }
    let attribute = |key: &str| match key {
        "href" => href.as_deref().map(str::to_owned),
        "hreflang" if name == "a" => other.as_deref().map(str::to_owned),
        "start" if name == "ol" => other.as_deref().map(str::to_owned),
        _ => None,
    };
    push_element(name, &attribute, base, parts, out);
}

/// Whether an element may begin here without another ending by itself, or one of its kind being in the way.
fn may_open(open: &[Open<'_>], tag: &Open<'_>) -> bool {
    let is_in = |kind: Kind| open.iter().any(|open| open.kind == kind);
    match tag.kind {
        Kind::Inline | Kind::Through => !open.iter().any(|open| open.name == tag.name),
        Kind::Break | Kind::Image => true,
        Kind::Item => open.last().is_some_and(|last| last.kind == Kind::List),
        Kind::Heading => !is_in(Kind::Paragraph) && !is_in(Kind::Heading),
        Kind::Paragraph | Kind::List | Kind::Block | Kind::Rule => !is_in(Kind::Paragraph),
    }
}

/// A start tag after its `<`, and what follows it.
fn start(text: &str) -> Option<(Open<'_>, &str)> {
    let end = text.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit())?;
    let (name, mut rest) = text.split_at(end);
    let kind = kind(name)?;
    let mut tag = Open { name, kind, href: None, other: None, parts: Vec::new() };
    let mut seen: [&str; ATTRIBUTES_MAX] = [""; ATTRIBUTES_MAX];
    let mut n = 0;
    loop {
        if let Some(after) = rest.strip_prefix('>') {
            return Some((tag, after));
        }
        if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix(" />")) {
            // Elsewhere HTML reads over the slash, and the element stays open.
            return matches!(kind, Kind::Break | Kind::Rule | Kind::Image).then_some((tag, after));
        }
        let after = rest.strip_prefix(' ')?;
        let end = after.find(|c: char| !c.is_ascii_lowercase() && c != '-')?;
        let (key, after) = after.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(after) => after.split_once('"')?,
            None => after.strip_prefix("='")?.split_once('\'')?,
        };
        if key.is_empty() || n == ATTRIBUTES_MAX || seen[..n].contains(&key) {
            return None;
        }
        seen[n] = key;
        n += 1;
        match (name, key) {
            ("a", "href") => tag.href = Some(characters(value)?),
            ("a", "hreflang") | ("ol", "start") => tag.other = Some(characters(value)?),
            // What is no link may hold anything but the end of its tag.
            _ => {}
        }
        rest = after;
    }
}

/// Attributes of one tag: more are somebody's experiment.
const ATTRIBUTES_MAX: usize = 12;

/// Text with its entities read; none: one that browsers read by rules of their own.
fn characters(text: &str) -> Option<Cow<'_, str>> {
    if text.bytes().any(|b| matches!(b, 0 | b'\r')) {
        return None;
    }
    let Some(first) = text.find('&') else { return Some(Cow::Borrowed(text)) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(after) = rest.strip_prefix('&') {
        if after.is_empty() || after.starts_with(|c: char| c.is_ascii_whitespace() || c == '&') {
            out.push('&');
            rest = after;
        } else {
            let end = after.bytes().take(NAME_BYTES_MAX).position(|b| b == b';')?;
            let name = &after[..end];
            out.push(match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                // HTML 5 has given them other characters.
                "lang" | "rang" => return None,
                _ if entities::is_number(name) => entities::numbered(name).filter(|c| *c != '\r')?,
                _ => entities::named(name)?,
            });
            rest = &after[end + 1..];
        }
        let next = rest.find('&').unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Some(Cow::Owned(out))
}

/// The longest name of HTML 4 is `thetasym`.
const NAME_BYTES_MAX: usize = 10;
