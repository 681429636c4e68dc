//! Other people's HTML, and contributors' Markdown, to the allow-list of `model::Text::body`: first ammonia, then our
//! own writing of what it leaves, so that the result has one shape (paragraphs, lists, tables, `h3` and `h4`) and
//! nothing else can be in it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::UrlRelative;
use scraper::Html;
use url::Url;

use super::markup::{self, Piece};
use super::text;

mod plain;
mod write;

/// A story of a book's length; what is over it is cut.
const HTML_BYTES_MAX: usize = 1024 * 1024;
/// Real pages nest 30 deep; parsers recurse, and the time of html5ever grows with the square.
const DEPTH_MAX: usize = 100;
/// Tags of one text; over it only its words are kept.
const TAGS_MAX: usize = 20_000;
/// Entities of one text; over it only its words are kept: html5ever copies a text for each of them.
const ENTITIES_MAX: usize = 20_000;

/// HTML to the allow-list. What is too deep or has too many tags keeps its words only.
pub(super) fn sanitise(html: &str) -> String {
    sanitise_at(html, None)
}

/// As [`sanitise`], of a page: its relative links become absolute.
pub(super) fn sanitise_at(html: &str, base: Option<&Url>) -> String {
    let html = text::head(html, HTML_BYTES_MAX);
    if !html.bytes().any(|byte| matches!(byte, b'<' | b'&')) {
        return cleared(write::paragraph(html));
    }
    match plain::parts(html, base) {
        Some(parts) => cleared(write::written_parts(&parts)),
        None => sanitise_any(html, base),
    }
}

/// The long way, for HTML of any shape: two parsers' work.
fn sanitise_any(html: &str, base: Option<&Url>) -> String {
    let tags = markup::pieces(html).filter(|piece| matches!(piece, Piece::Open(_))).count();
    let entities = html.bytes().filter(|byte| *byte == b'&').count();
    if tags > TAGS_MAX || entities > ENTITIES_MAX || markup::html_depth(html) > DEPTH_MAX {
        return cleared(write::paragraph(&text::of_html(html, HTML_BYTES_MAX)));
    }
    let safe = SAFE.clean(html).to_string();
    cleared(write::written(&Html::parse_fragment(&safe), base))
}

/// Without slots; nearly always the text itself.
fn cleared(html: String) -> String {
    match text::without_slots(&html) {
        Cow::Borrowed(_) => html,
        Cow::Owned(other) => other,
    }
}

/// Markdown to the allow-list; HTML in it is other people's HTML.
pub(super) fn markdown(source: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
    // Quotes nest by `>` and lists by indentation, without a tag that a depth scan could see.
    let source = shallow(text::head(source, HTML_BYTES_MAX));
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut html = String::with_capacity(source.len() * 2);
    // A line end in a paragraph is a space, as in Markdown everywhere; in a block of code it ends a line.
    let mut in_code = false;
    let events = Parser::new_ext(&source, options).filter(|event| !matches!(event, Event::Rule)).flat_map(|event| {
        match &event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if in_code => return lines_of_code(text),
            _ => {}
        }
        vec![event]
    });
    pulldown_cmark::html::push_html(&mut html, events);
    sanitise(&html)
}

/// Code with its lines apart.
fn lines_of_code<'a>(text: &str) -> Vec<pulldown_cmark::Event<'a>> {
    use pulldown_cmark::{CowStr, Event};
    let mut events = Vec::new();
    for (index, line) in text.trim_end().split('\n').enumerate() {
        if index > 0 {
            events.push(Event::HardBreak);
        }
        events.push(Event::Text(CowStr::from(line.to_owned())));
    }
    events
}

/// Lines that begin with more than `DEPTH_MAX` marks of quotes or lists begin with none.
fn shallow(source: &str) -> Cow<'_, str> {
    let marks = |line: &str| {
        let end = line.find(|c: char| !matches!(c, '>' | ' ' | '\t' | '-' | '*' | '+')).unwrap_or(line.len());
        line[..end].bytes().filter(|b| *b != b' ').count()
    };
    if source.lines().all(|line| marks(line) <= DEPTH_MAX) {
        return source.into();
    }
    let lines = source.lines().map(|line| {
        if marks(line) > DEPTH_MAX { line.trim_start_matches(['>', ' ', '\t', '-', '*', '+']) } else { line }
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

/// Relative links are joined to their page by our own writing, or left out: they mean nothing in a mail.
static SAFE: LazyLock<ammonia::Builder<'static>> = LazyLock::new(safe);

/// Elements that ammonia lets through to our own writing, which keeps fewer.
const TAGS: &str = "p br a strong b em i ul ol li h1 h2 h3 h4 h5 h6 blockquote table thead tbody tfoot tr th td div \
    section article header footer main figure figcaption address center dl dt dd pre aside caption hr \
    cite dfn details summary nav hgroup code kbd samp tt";

/// Elements that go with everything in them.
const DROPPED_WHOLE: &str = "script style template iframe object embed applet noscript noembed noframes svg math title select \
    textarea button audio video canvas map frameset xmp plaintext";

/// What ammonia lets through to our own writing: structure, emphasis and links.
fn safe() -> ammonia::Builder<'static> {
    let tags: HashSet<&str> = TAGS.split_whitespace().collect();
    let dropped_whole: HashSet<&str> = DROPPED_WHOLE.split_whitespace().collect();
    let cells: HashSet<&str> = ["colspan", "rowspan", "scope"].into();
    let attributes: HashMap<&str, HashSet<&str>> =
        [("a", ["href", "hreflang"].into()), ("ol", ["start"].into()), ("th", cells.clone()), ("td", cells)].into();
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(tags)
        .clean_content_tags(dropped_whole)
        .tag_attributes(attributes)
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .strip_comments(true);
    builder
}

#[cfg(test)]
mod tests;
