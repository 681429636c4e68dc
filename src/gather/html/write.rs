//! Writes parsed HTML anew: paragraphs, lists, tables, headings, emphasis and links, whatever shape it had.

use std::borrow::Cow;

use scraper::{ElementRef, Html, Node};
use url::Url;

use crate::gather::{links, text};

/// The parser may nest deeper than its input (misnested formatting); below this only words are kept.
const WALK_DEPTH_MAX: usize = 200;

/// A parsed text in our own shape.
pub(super) fn written(tree: &Html, base: Option<&Url>) -> String {
    let mut parts = Vec::new();
    gather_parts(tree.root_element(), 0, base, &mut parts);
    written_parts(&parts)
}

/// Parts in our own shape.
pub(super) fn written_parts(parts: &[Part<'_>]) -> String {
    let mut out = String::new();
    blocks(parts, true, &mut out);
    // A harvest holds thousands: what was taken to grow is given back.
    out.shrink_to_fit();
    out
}

/// Words alone, as one paragraph.
pub(super) fn paragraph(words: &str) -> String {
    let mut out = String::new();
    write_run(&[&Part::Text(words.into())], true, &mut out);
    out.shrink_to_fit();
    out
}

/// A part of a text as we write it. Names and attribute names are ours, never the input's.
pub(super) enum Part<'a> {
    Text(Cow<'a, str>),
    Break,
    /// `strong`, `em`, `code`, `a`.
    Inline {
        name: &'static str,
        attributes: Vec<(&'static str, String)>,
        parts: Vec<Part<'a>>,
    },
    /// Ends a paragraph and begins one: a `div`, an `hr`.
    Flow(Vec<Part<'a>>),
    Block {
        name: &'static str,
        attributes: Vec<(&'static str, String)>,
        parts: Vec<Part<'a>>,
    },
}

fn gather_parts<'a>(parent: ElementRef<'a>, depth: usize, base: Option<&Url>, out: &mut Vec<Part<'a>>) {
    for child in parent.children() {
        if let Node::Text(text) = child.value() {
            add_text(Cow::Borrowed(text), out);
        }
        let Some(element) = ElementRef::wrap(child) else { continue };
        if depth >= WALK_DEPTH_MAX {
            add_text(Cow::Owned(element.text().collect()), out);
            continue;
        }
        let mut parts = Vec::new();
        gather_parts(element, depth + 1, base, &mut parts);
        let attribute = |name: &str| element.attr(name).map(str::to_owned);
        push_element(element.value().name(), &attribute, base, parts, out);
    }
}

/// Words beside each other are one part, so that an accent finds its letter.
pub(super) fn add_text<'a>(text: Cow<'a, str>, out: &mut Vec<Part<'a>>) {
    match out.last_mut() {
        Some(Part::Text(before)) => before.to_mut().push_str(&text),
        _ => out.push(Part::Text(text)),
    }
}

pub(super) fn add_all<'a>(parts: Vec<Part<'a>>, out: &mut Vec<Part<'a>>) {
    for part in parts {
        match part {
            Part::Text(text) => add_text(text, out),
            part => out.push(part),
        }
    }
}

/// An element as a part. Its name and attributes are known here, or it is only what is in it.
pub(super) fn push_element<'a>(
    name: &str,
    attribute: &dyn Fn(&str) -> Option<String>,
    base: Option<&Url>,
    parts: Vec<Part<'a>>,
    out: &mut Vec<Part<'a>>,
) {
    let block = |name, attributes, parts| Part::Block { name, attributes, parts };
    let cell = |header: bool| {
        let number = |key| attribute(key).filter(|n| n.parse::<u8>().is_ok_and(|n| (2..=20).contains(&n)));
        let scope =
            attribute("scope").filter(|s| header && matches!(s.as_str(), "col" | "row" | "colgroup" | "rowgroup"));
        let pairs = [("colspan", number("colspan")), ("rowspan", number("rowspan")), ("scope", scope)];
        pairs.into_iter().filter_map(|(key, value)| Some((key, value?))).collect::<Vec<_>>()
    };
    match name {
        "br" => out.push(Part::Break),
        "strong" | "b" => out.push(Part::Inline { name: "strong", attributes: Vec::new(), parts }),
        "em" | "i" | "cite" | "dfn" => out.push(Part::Inline { name: "em", attributes: Vec::new(), parts }),
        "code" | "kbd" | "samp" | "tt" => out.push(Part::Inline { name: "code", attributes: Vec::new(), parts }),
        "a" => match attribute("href").as_deref().and_then(|href| links::clean_at(href, base)) {
            None => add_all(parts, out),
            Some(href) => {
                let mut attributes = vec![("href", href)];
                let tag = attribute("hreflang")
                    .filter(|tag| tag.len() <= 12 && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
                attributes.extend(tag.map(|tag| ("hreflang", tag)));
                out.push(Part::Inline { name: "a", attributes, parts });
            }
        },
        "h1" | "h2" | "h3" => out.push(block("h3", Vec::new(), parts)),
        "h4" | "h5" | "h6" => out.push(block("h4", Vec::new(), parts)),
        "ul" => out.push(block("ul", Vec::new(), parts)),
        "ol" => {
            let start = attribute("start").filter(|n| n.parse::<u16>().is_ok_and(|n| n > 1));
            out.push(block("ol", start.map(|n| ("start", n)).into_iter().collect(), parts));
        }
        "li" => out.push(block("li", Vec::new(), parts)),
        "blockquote" => out.push(block("blockquote", Vec::new(), parts)),
        "table" => out.push(block("table", Vec::new(), parts)),
        "thead" => out.push(block("thead", Vec::new(), parts)),
        "tbody" | "tfoot" => out.push(block("tbody", Vec::new(), parts)),
        "tr" => out.push(block("tr", Vec::new(), parts)),
        "th" => out.push(block("th", cell(true), parts)),
        "td" => out.push(block("td", cell(false), parts)),
        "html" | "body" => add_all(parts, out),
        _ => out.push(Part::Flow(parts)),
    }
}

fn is_inline(part: &Part<'_>) -> bool {
    matches!(part, Part::Text(_) | Part::Break | Part::Inline { .. })
}

/// Writes parts where blocks may stand. Runs of words become paragraphs, or stay bare in a cell or item that holds
/// nothing else.
fn blocks(parts: &[Part<'_>], wrap: bool, out: &mut String) {
    let mut run: Vec<&Part<'_>> = Vec::new();
    let alone = !wrap && parts.iter().all(is_inline);
    for part in parts {
        if is_inline(part) {
            run.push(part);
            continue;
        }
        write_run(&std::mem::take(&mut run), wrap || !alone, out);
        match part {
            Part::Flow(parts) => blocks(parts, true, out),
            Part::Block { name, attributes, parts } => block(name, attributes, parts, out),
            _ => {}
        }
    }
    write_run(&run, wrap || !alone, out);
}

fn block(name: &'static str, attributes: &[(&'static str, String)], parts: &[Part<'_>], out: &mut String) {
    let mut inner = String::new();
    match name {
        "h3" | "h4" => inner = words(&parts.iter().collect::<Vec<_>>()),
        "ul" | "ol" => items(parts, &mut inner),
        "table" => rows(parts, &mut inner),
        "blockquote" => blocks(parts, true, &mut inner),
        // A cell or item outside its table or list is a paragraph.
        _ => return blocks(parts, true, out),
    }
    write_block(name, attributes, &inner, false, out);
}

fn write_block(name: &str, attributes: &[(&'static str, String)], inner: &str, even_empty: bool, out: &mut String) {
    if !inner.is_empty() || even_empty {
        open(name, attributes, out);
        out.push_str(inner);
        out.extend(["</", name, ">"]);
    }
}

/// The items of a list; what stands between them is an item too.
fn items(parts: &[Part<'_>], out: &mut String) {
    let mut stray: Vec<&Part<'_>> = Vec::new();
    for part in parts {
        match part {
            Part::Block { name: name @ ("ul" | "ol"), attributes, parts } => {
                stray_item(&std::mem::take(&mut stray), out);
                // A list straight in a list belongs to the item before it; without one it is an item.
                let mut inner = String::new();
                block(name, attributes, parts, &mut inner);
                match out.strip_suffix("</li>").map(str::len) {
                    Some(end) if !inner.is_empty() => {
                        out.truncate(end);
                        out.push_str(&inner);
                        out.push_str("</li>");
                    }
                    _ => write_block("li", &[], &inner, false, out),
                }
            }
            Part::Flow(parts) => {
                stray_item(&std::mem::take(&mut stray), out);
                items(parts, out);
            }
            Part::Block { parts, .. } => {
                stray_item(&std::mem::take(&mut stray), out);
                let mut inner = String::new();
                item(parts, &mut inner);
                write_block("li", &[], &inner, false, out);
            }
            inline => stray.push(inline),
        }
    }
    stray_item(&stray, out);
}

fn stray_item(parts: &[&Part<'_>], out: &mut String) {
    let inner = words(parts);
    write_block("li", &[], &inner, false, out);
}

/// What is in an item or a cell: words alone stay bare, one paragraph loses its wrapping.
fn item(parts: &[Part<'_>], out: &mut String) {
    let mut inner = String::new();
    blocks(parts, false, &mut inner);
    let only =
        inner.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")).filter(|rest| !rest.contains("<p>"));
    // `<p>a</p><ul>…</ul>` is an item with a list: its first words stay bare too.
    let first = inner
        .strip_prefix("<p>")
        .and_then(|rest| rest.split_once("</p>"))
        .filter(|(_, rest)| (rest.starts_with("<ul") || rest.starts_with("<ol")) && !rest.contains("<p>"));
    match (only, first) {
        (Some(only), _) if !only.contains("</p>") => out.push_str(only),
        (_, Some((words, list))) => {
            out.push_str(words);
            out.push_str(list);
        }
        _ => out.push_str(&inner),
    }
}

/// Rows of a table, in `thead` and `tbody` as they came.
fn rows(parts: &[Part<'_>], out: &mut String) {
    for part in parts {
        match part {
            Part::Block { name: name @ ("thead" | "tbody"), parts, .. } => {
                let mut inner = String::new();
                rows(parts, &mut inner);
                write_block(name, &[], &inner, false, out);
            }
            Part::Block { name: "tr", parts, .. } => {
                let mut inner = String::new();
                for part in parts {
                    if let Part::Block { name: name @ ("th" | "td"), attributes, parts } = part {
                        let mut cell = String::new();
                        item(parts, &mut cell);
                        write_block(name, attributes, &cell, true, &mut inner);
                    }
                }
                write_block("tr", &[], &inner, false, out);
            }
            _ => {}
        }
    }
}

fn write_run(run: &[&Part<'_>], wrap: bool, out: &mut String) {
    let inner = words(run);
    if wrap {
        write_block("p", &[], &inner, false, out);
    } else {
        out.push_str(&inner);
    }
}

/// Words with emphasis, links and breaks; blocks inside (a `div` in a link) become breaks.
fn words(parts: &[&Part<'_>]) -> String {
    let mut line = Line { out: String::new(), gap: Gap::Start };
    for part in parts {
        line.push(part);
    }
    let trimmed = line.out.trim_end_matches(' ').len();
    line.out.truncate(trimmed);
    line.out
}

/// What stands between the last word and the next.
#[derive(PartialEq)]
enum Gap {
    Start,
    None,
    Space,
    Breaks(usize),
}

struct Line {
    out: String,
    gap: Gap,
}

impl Line {
    fn push(&mut self, part: &Part<'_>) {
        match part {
            Part::Text(text) => self.text(text),
            Part::Break => self.break_line(),
            Part::Inline { name, attributes, parts } => self.inline(name, attributes, parts),
            Part::Flow(parts) | Part::Block { parts, .. } => {
                self.boundary();
                for part in parts {
                    self.push(part);
                }
                self.boundary();
            }
        }
    }

    fn text(&mut self, text: &str) {
        let text = text::harmless(text);
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if is_space(byte) {
                if self.gap == Gap::None {
                    self.gap = Gap::Space;
                }
                at += 1;
                continue;
            }
            self.fill_gap();
            let end = at + run(&bytes[at..]);
            self.out.push_str(&text[at..end]);
            at = end;
            match byte {
                b'&' => self.out.push_str("&amp;"),
                b'<' => self.out.push_str("&lt;"),
                b'>' => self.out.push_str("&gt;"),
                _ => continue,
            }
            at += 1;
        }
    }

    fn break_line(&mut self) {
        self.gap = match self.gap {
            Gap::Start => Gap::Start,
            Gap::None | Gap::Space => Gap::Breaks(1),
            // More than an empty line is nobody's meaning.
            Gap::Breaks(n) => Gap::Breaks((n + 1).min(2)),
        };
    }

    /// Where a block begins or ends inside words.
    fn boundary(&mut self) {
        if matches!(self.gap, Gap::None | Gap::Space) {
            self.gap = Gap::Breaks(1);
        }
    }

    fn fill_gap(&mut self) {
        match std::mem::replace(&mut self.gap, Gap::None) {
            Gap::Space => self.out.push(' '),
            Gap::Breaks(n) => self.out.push_str(&"<br>".repeat(n)),
            Gap::Start | Gap::None => {}
        }
    }

    /// An element without a word leaves only its white space.
    fn inline(&mut self, name: &str, attributes: &[(&'static str, String)], parts: &[Part<'_>]) {
        let mut inner = Line { out: String::new(), gap: Gap::None };
        for part in parts {
            inner.push(part);
        }
        let text = inner.out.trim_start_matches(' ').trim_start_matches("<br>");
        let leading = inner.out.len() != text.len();
        if text.is_empty() {
            if inner.gap != Gap::None || leading {
                self.text(" ");
            }
            return;
        }
        if leading {
            self.text(" ");
        }
        self.fill_gap();
        open(name, attributes, &mut self.out);
        self.out.push_str(text);
        self.out.extend(["</", name, ">"]);
        self.gap = inner.gap;
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0xC)
}

/// How far words go that are written as they are: one space between them, and nothing that HTML escapes.
fn run(bytes: &[u8]) -> usize {
    let mut end = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b' ' if end == at => {}
            b' ' | b'\t' | b'\n' | b'\r' | 0xC | b'&' | b'<' | b'>' => break,
            _ => end = at + 1,
        }
    }
    end
}

fn open(name: &str, attributes: &[(&'static str, String)], out: &mut String) {
    out.push('<');
    out.push_str(name);
    for (key, value) in attributes {
        let value = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
        out.extend([" ", *key, "=\"", &value, "\""]);
    }
    out.push('>');
}
