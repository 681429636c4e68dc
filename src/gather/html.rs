//! Other people's HTML, and contributors' Markdown, to the allow-list of `model::Text::body`: first ammonia, then our
//! own writing of what it leaves, so that the result has one shape (paragraphs, lists, tables, `h3` and `h4`) and
//! nothing else can be in it.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::UrlRelative;
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::markup::{self, Piece};
use super::{links, text};

/// A story of a book's length; what is over it is cut.
const HTML_BYTES_MAX: usize = 1024 * 1024;
/// Real pages nest 30 deep; parsers recurse, and the time of html5ever grows with the square.
const DEPTH_MAX: usize = 100;
/// Tags of one text; over it only its words are kept.
const TAGS_MAX: usize = 20_000;
/// Entities of one text; over it only its words are kept: html5ever copies a text for each of them.
const ENTITIES_MAX: usize = 20_000;
/// The parser may nest deeper than its input (misnested formatting); below this only words are kept.
const WALK_DEPTH_MAX: usize = 200;

/// HTML to the allow-list. What is too deep or has too many tags keeps its words only.
pub(super) fn sanitise(html: &str) -> String {
    sanitise_at(html, None)
}

/// As [`sanitise`], of a page: its relative links become absolute.
pub(super) fn sanitise_at(html: &str, base: Option<&Url>) -> String {
    let html = text::head(html, HTML_BYTES_MAX);
    if !html.contains(['<', '&']) {
        return words_only(html.to_owned());
    }
    let tags = markup::pieces(html).filter(|piece| matches!(piece, Piece::Open(_))).count();
    let entities = html.bytes().filter(|byte| *byte == b'&').count();
    if tags > TAGS_MAX || entities > ENTITIES_MAX || markup::html_depth(html) > DEPTH_MAX {
        return words_only(text::of_html(html, HTML_BYTES_MAX));
    }
    let safe = match base {
        None => SAFE.clean(html),
        Some(base) => safe(UrlRelative::RewriteWithBase(base.clone())).clean(html),
    };
    let safe = safe.to_string();
    let tree = Html::parse_fragment(&safe);
    let mut parts = Vec::new();
    gather_parts(tree.root_element(), 0, &mut parts);
    let mut out = String::new();
    blocks(&parts, true, &mut out);
    text::without_slots(&out)
}

/// Markdown to the allow-list; HTML in it is other people's HTML.
pub(super) fn markdown(source: &str) -> String {
    use pulldown_cmark::{Event, Options, Parser};
    // Quotes nest by `>` and lists by indentation, without a tag that a depth scan could see.
    let source = shallow(text::head(source, HTML_BYTES_MAX));
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut html = String::with_capacity(source.len() * 2);
    // A line end in a paragraph is a space, as in Markdown everywhere.
    let events = Parser::new_ext(&source, options).filter(|event| !matches!(event, Event::Rule));
    pulldown_cmark::html::push_html(&mut html, events);
    sanitise(&html)
}

/// Lines that begin with more than `DEPTH_MAX` marks of quotes or lists begin with none.
fn shallow(source: &str) -> std::borrow::Cow<'_, str> {
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

/// Relative links mean nothing in a mail.
static SAFE: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| safe(UrlRelative::Deny));

/// What ammonia lets through to our own writing: structure, emphasis and links.
fn safe(relative: UrlRelative<'static>) -> ammonia::Builder<'static> {
    let tags: HashSet<&str> = [
        "p",
        "br",
        "a",
        "strong",
        "b",
        "em",
        "i",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "th",
        "td",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "figure",
        "figcaption",
        "address",
        "center",
        "dl",
        "dt",
        "dd",
        "pre",
        "aside",
        "caption",
        "hr",
        "cite",
        "dfn",
        "details",
        "summary",
        "nav",
        "hgroup",
    ]
    .into();
    let dropped_whole: HashSet<&str> = [
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "embed",
        "applet",
        "noscript",
        "noembed",
        "noframes",
        "svg",
        "math",
        "title",
        "select",
        "textarea",
        "button",
        "audio",
        "video",
        "canvas",
        "map",
        "frameset",
        "xmp",
        "plaintext",
    ]
    .into();
    let cells: HashSet<&str> = ["colspan", "rowspan", "scope"].into();
    let attributes: HashMap<&str, HashSet<&str>> =
        [("a", ["href", "hreflang"].into()), ("ol", ["start"].into()), ("th", cells.clone()), ("td", cells)].into();
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(tags)
        .clean_content_tags(dropped_whole)
        .tag_attributes(attributes)
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(relative)
        .link_rel(None)
        .strip_comments(true);
    builder
}

/// A part of a text as we write it. Names and attribute names are ours, never the input's.
enum Part {
    Text(String),
    Break,
    /// `strong`, `em`, `a`.
    Inline {
        name: &'static str,
        attributes: Vec<(&'static str, String)>,
        parts: Vec<Part>,
    },
    /// Ends a paragraph and begins one: a `div`, an `hr`.
    Flow(Vec<Part>),
    Block {
        name: &'static str,
        attributes: Vec<(&'static str, String)>,
        parts: Vec<Part>,
    },
}

fn gather_parts(parent: ElementRef<'_>, depth: usize, out: &mut Vec<Part>) {
    for child in parent.children() {
        if let Node::Text(text) = child.value() {
            add_text(text, out);
        }
        let Some(element) = ElementRef::wrap(child) else { continue };
        if depth >= WALK_DEPTH_MAX {
            add_text(&element.text().collect::<String>(), out);
            continue;
        }
        let mut parts = Vec::new();
        gather_parts(element, depth + 1, &mut parts);
        let attribute = |name: &str| element.attr(name).map(str::to_owned);
        push_element(element.value().name(), &attribute, parts, out);
    }
}

/// Words beside each other are one part, so that an accent finds its letter.
fn add_text(text: &str, out: &mut Vec<Part>) {
    match out.last_mut() {
        Some(Part::Text(before)) => before.push_str(text),
        _ => out.push(Part::Text(text.to_owned())),
    }
}

fn add_all(parts: Vec<Part>, out: &mut Vec<Part>) {
    for part in parts {
        match part {
            Part::Text(text) => add_text(&text, out),
            part => out.push(part),
        }
    }
}

fn push_element(name: &str, attribute: &dyn Fn(&str) -> Option<String>, parts: Vec<Part>, out: &mut Vec<Part>) {
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
        "a" => match attribute("href").as_deref().and_then(links::clean) {
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
        "p" => out.push(Part::Flow(parts)),
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

fn is_inline(part: &Part) -> bool {
    matches!(part, Part::Text(_) | Part::Break | Part::Inline { .. })
}

/// Writes parts where blocks may stand. Runs of words become paragraphs, or stay bare in a cell or item that holds
/// nothing else.
fn blocks(parts: &[Part], wrap: bool, out: &mut String) {
    let mut run: Vec<&Part> = Vec::new();
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

fn block(name: &'static str, attributes: &[(&'static str, String)], parts: &[Part], out: &mut String) {
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
        out.push_str(&format!("</{name}>"));
    }
}

/// The items of a list; what stands between them is an item too.
fn items(parts: &[Part], out: &mut String) {
    let mut stray: Vec<&Part> = Vec::new();
    for part in parts {
        match part {
            Part::Block { name: "li", parts, .. } => {
                stray_item(&std::mem::take(&mut stray), out);
                let mut inner = String::new();
                item(parts, &mut inner);
                write_block("li", &[], &inner, false, out);
            }
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

fn stray_item(parts: &[&Part], out: &mut String) {
    let inner = words(parts);
    write_block("li", &[], &inner, false, out);
}

/// What is in an item or a cell: words alone stay bare, one paragraph loses its wrapping.
fn item(parts: &[Part], out: &mut String) {
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
fn rows(parts: &[Part], out: &mut String) {
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

/// One paragraph without markup.
fn words_only(words: String) -> String {
    let mut out = String::new();
    write_run(&[&Part::Text(words)], true, &mut out);
    text::without_slots(&out)
}

fn write_run(run: &[&Part], wrap: bool, out: &mut String) {
    let inner = words(run);
    if wrap {
        write_block("p", &[], &inner, false, out);
    } else {
        out.push_str(&inner);
    }
}

/// Words with emphasis, links and breaks; blocks inside (a `div` in a link) become breaks.
fn words(parts: &[&Part]) -> String {
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
    fn push(&mut self, part: &Part) {
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
        for c in text::harmless(text).chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{C}') {
                if self.gap == Gap::None {
                    self.gap = Gap::Space;
                }
            } else {
                self.fill_gap();
                match c {
                    '&' => self.out.push_str("&amp;"),
                    '<' => self.out.push_str("&lt;"),
                    '>' => self.out.push_str("&gt;"),
                    c => self.out.push(c),
                }
            }
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
    fn inline(&mut self, name: &str, attributes: &[(&'static str, String)], parts: &[Part]) {
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
        self.out.push_str(&format!("</{name}>"));
        self.gap = inner.gap;
    }
}

fn open(name: &str, attributes: &[(&'static str, String)], out: &mut String) {
    out.push('<');
    out.push_str(name);
    for (key, value) in attributes {
        let value = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
        out.push_str(&format!(" {key}=\"{value}\""));
    }
    out.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_become_paragraphs_lists_and_tables_of_the_allow_list() {
        for (html, expected) in [
            ("a & b", "<p>a &amp; b</p>"),
            ("<p>a<p>b<br><br><br>c", "<p>a</p><p>b<br><br>c</p>"),
            ("<div>a</div><div>b <b>c </b>d</div>", "<p>a</p><p>b <strong>c</strong> d</p>"),
            ("<h1>T</h1><h5>s</h5><hr>x", "<h3>T</h3><h4>s</h4><p>x</p>"),
            (
                "<ul><li><p>a</p><li>b<ul><li>c</ul>tail</ul>",
                "<ul><li>a</li><li><p>b</p><ul><li>c</li></ul><p>tail</p></li></ul>",
            ),
            ("<ul>x<ul><li>y</li></ul></ul>", "<ul><li>x<ul><li>y</li></ul></li></ul>"),
            (
                "<a href='/rel'>a</a> <a href='https://example.ca/?utm_source=x&amp;b=1' onclick=x>b</a>",
                "<p>a <a href=\"https://example.ca/?b=1\">b</a></p>",
            ),
            (
                "<table><tr><th scope=col>a<td colspan=2><p>b</table>",
                "<table><tbody><tr><th scope=\"col\">a</th><td colspan=\"2\">b</td></tr></tbody></table>",
            ),
            ("<img src=x onerror=alert(1)><script>x</script><style>y</style>", ""),
            ("<a href='https://slot.invalid/unsubscribe'>leave</a> slot.invalid", "<p>leave slot invalid</p>"),
            ("&lt;script&gt; {{x}} &#x202E;abc&nbsp;!", "<p>&lt;script&gt; {{x}} abc\u{A0}!</p>"),
            ("<strong> </strong>a<em></em>", "<p>a</p>"),
            ("<b><div>a</div><div>b</div></b>", "<p><strong>a<br>b</strong></p>"),
        ] {
            let once = sanitise(html);
            assert_eq!(once, expected, "{html}");
            assert_eq!(sanitise(&once), once, "{html}");
        }
        assert_eq!(
            markdown("# T\n\ntext\n*em*\n\n- a\n- b\n\n> q\n\n<script>x</script>"),
            "<h3>T</h3><p>text <em>em</em></p><ul><li>a</li><li>b</li></ul><blockquote><p>q</p></blockquote>"
        );
    }

    /// What stays after our writing is read by a browser's parser: nothing but the allow-list, no other attribute, no
    /// other scheme.
    fn assert_harmless(html: &str, from: &str) {
        const TAGS: [&str; 19] = [
            "html",
            "p",
            "br",
            "a",
            "strong",
            "em",
            "ul",
            "ol",
            "li",
            "h3",
            "h4",
            "blockquote",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "body",
        ];
        let tree = Html::parse_fragment(html);
        for node in tree.tree.nodes() {
            let Node::Element(element) = node.value() else { continue };
            assert!(TAGS.contains(&element.name()), "{from:?} -> {html}");
            for (key, value) in element.attrs() {
                assert!(
                    matches!(key, "href" | "hreflang" | "start" | "scope" | "colspan" | "rowspan"),
                    "{from:?} -> {html}"
                );
                let good = key != "href" || ["http://", "https://", "mailto:"].iter().any(|s| value.starts_with(s));
                assert!(good, "{from:?} -> {html}");
            }
        }
        assert!(!html.contains("slot.invalid"));
    }

    fn corpus(name: &str) -> Option<String> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora").join(name);
        let text = std::fs::read_to_string(path).ok();
        if text.is_none() {
            eprintln!("skipped: {name} is not here");
        }
        text
    }

    fn strings(value: &serde_json::Value, out: &mut Vec<String>) {
        match value {
            serde_json::Value::String(text) => out.push(text.clone()),
            serde_json::Value::Array(values) => values.iter().for_each(|value| strings(value, out)),
            serde_json::Value::Object(values) => values.values().for_each(|value| strings(value, out)),
            _ => {}
        }
    }

    #[test]
    fn nothing_active_survives_and_cleaning_twice_is_cleaning_once() {
        let mut vectors = Vec::new();
        for name in [
            "xss/owasp_vectors.json",
            "xss/h5sc_vectors.json",
            "xss/h5sc_items.json",
            "xss/dompurify_expect.json",
            "blns/blns.json",
        ] {
            if let Some(text) = corpus(name) {
                strings(&serde_json::from_str(&text).unwrap(), &mut vectors);
            }
        }
        for vector in vectors {
            let once = sanitise(&vector);
            assert_harmless(&once, &vector);
            assert_eq!(sanitise(&once), once, "{vector:?}");
            assert_harmless(&markdown(&vector), &vector);
        }
    }

    #[test]
    fn depth_and_size_cost_little() {
        for html in [
            "<div>".repeat(200_000),
            "<b><p>".repeat(100_000),
            "<!--".repeat(200_000),
            "<a href=\"".repeat(90_000),
            "<table>".repeat(100_000),
            "<li>".repeat(19_000),
            "<b>".repeat(99) + &"<p>x".repeat(15_000),
            format!("<p {}>x", "a=1 ".repeat(200_000)),
            "&amp".repeat(200_000),
        ] {
            assert_harmless(&sanitise(&html), &html[..20]);
        }
        for text in [
            "> ".repeat(200_000),
            "- ".repeat(200_000),
            "[".repeat(200_000),
            "*a ".repeat(100_000),
            "`".repeat(100_000),
            "![a](".repeat(50_000),
        ] {
            assert_harmless(&markdown(&text), &text[..20]);
        }
    }
}
