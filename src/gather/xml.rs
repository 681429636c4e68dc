//! Makes XML that a strict parser can read out of what feeds really send: entities of HTML, a bare `&`, control
//! characters, a document type, Atom 0.3, namespaces and versions of RSS that the parser does not know.

use std::borrow::Cow;

use url::Url;

use super::entities;
use super::markup::{self, Piece};

/// Namespaces under the address that the parser knows.
const NAMESPACES: [(&str, &str); 9] = [
    ("http://my.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/"),
    ("http://channel.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/"),
    ("http://purl.org/rss/1.0", "http://purl.org/rss/1.0/"),
    ("http://backend.userland.com/rss2", "http://purl.org/rss/1.0/"),
    ("http://backend.userland.com/RSS2", "http://purl.org/rss/1.0/"),
    ("http://blogs.law.harvard.edu/tech/rss", "http://purl.org/rss/1.0/"),
    ("http://cyber.law.harvard.edu/rss/rss.html", "http://purl.org/rss/1.0/"),
    ("http://purl.org/atom/ns#", "http://www.w3.org/2005/Atom"),
    ("http://search.yahoo.com/mrss", "http://search.yahoo.com/mrss/"),
];
/// Prefixes that feeds use without declaring them.
const PREFIXES: [(&str, &str); 4] = [
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("media", "http://search.yahoo.com/mrss/"),
    ("atom", "http://www.w3.org/2005/Atom"),
];
/// Elements of Atom 0.3 under their name in Atom 1.0.
const ATOM_03: [(&str, &str); 6] = [
    ("modified", "updated"),
    ("issued", "published"),
    ("created", "published"),
    ("tagline", "subtitle"),
    ("copyright", "rights"),
    ("url", "uri"),
];

/// What the parser reads instead of what a server sent.
pub(super) struct Mended {
    pub(super) xml: String,
    /// How deep it nests.
    pub(super) depth: usize,
    /// The `xml:base` of the whole feed.
    pub(super) base: Option<Url>,
}

/// Well-formed enough for the parser, as far as single tags and texts go. Relative bases are joined to `url`.
pub(super) fn mend(text: &str, url: Option<&Url>) -> Mended {
    let old_atom = text.contains("http://purl.org/atom/ns#");
    let mut mending = Mending {
        names: Names { text, old_atom, ..Names::default() },
        has_bases: text.contains("xml:base"),
        bases: url.map(|url| (0, url.clone())).into_iter().collect(),
        base: None,
        is_packed: false,
        depth: 0,
        deepest: 0,
        out: String::with_capacity(text.len() + text.len() / 16),
    };
    let (mut root, mut at) = (true, 0);
    for piece in markup::pieces(text) {
        let begin = at;
        let (Piece::Text(t) | Piece::Open(t) | Piece::Close(t) | Piece::Cdata(t) | Piece::Aside(t)) = piece;
        at += t.len();
        match piece {
            Piece::Aside(_) => {}
            Piece::Text(words) if root && words.trim().is_empty() => {}
            Piece::Text(words) => mending.words(words),
            Piece::Cdata(words) => push_allowed(words, &mut mending.out),
            Piece::Close(tag) => mending.close(tag),
            Piece::Open(tag) => {
                mending.open(tag, begin, root);
                root = false;
            }
        }
    }
    Mended { xml: mending.out, depth: mending.deepest, base: mending.base }
}

struct Mending<'a> {
    names: Names<'a>,
    has_bases: bool,
    /// `xml:base` of what is open, with the depth of each.
    bases: Vec<(usize, Url)>,
    base: Option<Url>,
    /// Whether the next words are packed as base64, as Atom 0.3 may.
    is_packed: bool,
    depth: usize,
    deepest: usize,
    out: String,
}

impl Mending<'_> {
    fn words(&mut self, words: &str) {
        if std::mem::take(&mut self.is_packed) {
            let packed: Vec<u8> = words.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            if let Ok(bytes) = data_encoding::BASE64.decode(&packed) {
                return push_cdata(&String::from_utf8_lossy(&bytes), &mut self.out);
            }
        }
        push_words(words, &mut self.out);
    }

    fn close(&mut self, tag: &str) {
        self.depth = self.depth.saturating_sub(1);
        if self.has_bases {
            self.bases.retain(|(depth, _)| *depth <= self.depth);
        }
        if let Some(name) = self.names.of(tag) {
            self.out.extend(["</", &name, ">"]);
        }
    }

    fn open(&mut self, tag: &str, begin: usize, is_root: bool) {
        if !tag.ends_with("/>") {
            self.depth += 1;
            self.deepest = self.deepest.max(self.depth);
        }
        if is_root {
            self.names.begin(tag);
        }
        if is_item(markup::name(tag)) {
            self.names.item = begin;
        }
        let Some(name) = self.names.of(tag) else { return push_words(tag, &mut self.out) };
        // `<title>`, as nearly all are.
        if !is_root && !self.has_bases && tag.len() == markup::name(tag).len() + 2 {
            self.out.extend(["<", &name, ">"]);
            return;
        }
        let mut attributes = attributes(tag);
        if let Some(href) = self.names.lent_link(&name, tag, &attributes) {
            self.out.push_str("<link>");
            push_words(href, &mut self.out);
            self.out.push_str("</link>");
            return;
        }
        if self.has_bases {
            self.rebase(&name, &mut attributes);
        }
        let is = |key: &str, value: &str| {
            attributes.iter().any(|(k, v)| k.eq_ignore_ascii_case(key) && v.trim().eq_ignore_ascii_case(value))
        };
        self.is_packed = self.names.old_atom && is("mode", "base64");
        let is_address = !(name == "guid" && is("isPermaLink", "false"));
        write_open(&name, attributes, tag, is_root.then_some(self.names.text), self.names.old_atom, &mut self.out);
        if !is_address {
            // The parser does not say it: the mark keeps an identity from being read as an address.
            self.out.push_str("guid:");
        }
    }

    /// Bases are said anew, whole, on the element in which the parser looks for them.
    fn rebase(&mut self, name: &str, attributes: &mut Vec<(String, String)>) {
        let own = attributes.iter().find(|(key, _)| key == "xml:base").map(|(_, value)| value.trim().to_owned());
        if let Some(own) = own {
            let joined = match self.bases.last() {
                Some((_, outer)) => outer.join(&own).ok(),
                None => Url::parse(&own).ok(),
            };
            attributes.retain(|(key, _)| key != "xml:base");
            if let Some(joined) = joined {
                attributes.push(("xml:base".to_owned(), joined.to_string()));
                if matches!(local(name), "rss" | "RDF" | "channel" | "feed") {
                    self.base = Some(joined.clone());
                }
                self.bases.push((self.depth, joined));
            }
        } else if let (Some((_, base)), "content") = (self.bases.last(), local(name)) {
            attributes.push(("xml:base".to_owned(), base.to_string()));
        }
    }
}

/// Elements under the names that the parser knows.
#[derive(Default)]
struct Names<'a> {
    text: &'a str,
    old_atom: bool,
    is_atom: bool,
    /// Whether all names are in capitals, as in the first years.
    in_capitals: bool,
    /// Where the last item began.
    item: usize,
    /// Prefixes of vocabularies that stand in for an item's own elements.
    prefixes: Vec<(String, &'static str)>,
}

/// Vocabularies that stand in for an item's own elements, under the prefix that everybody uses.
const VOCABULARIES: [(&str, &str); 4] = [
    ("http://purl.org/dc/elements/1.1/", "dc"),
    ("http://purl.org/dc/terms/", "dcterms"),
    ("http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"),
    ("http://search.yahoo.com/mrss", "media"),
];

impl Names<'_> {
    /// Learns from the root's tag.
    fn begin(&mut self, tag: &str) {
        let name = markup::name(tag);
        self.in_capitals = matches!(name, "RSS" | "FEED") || (name == "Rss");
        self.is_atom = local(name) == "feed";
        for (key, value) in attributes(tag) {
            let Some(prefix) = key.strip_prefix("xmlns:") else { continue };
            let known =
                VOCABULARIES.iter().find(|(address, _)| value.trim_end_matches('/') == address.trim_end_matches('/'));
            self.prefixes.extend(known.map(|(_, known)| (prefix.to_owned(), *known)));
        }
    }

    fn of<'t>(&self, tag: &'t str) -> Option<Cow<'t, str>> {
        let name = markup::name(tag);
        if name.is_empty() || name.contains(['<', '"', '\'', '=', '&']) {
            return None;
        }
        if self.in_capitals {
            let lower = name.to_ascii_lowercase();
            return Some(Cow::Owned(if lower == "pubdate" { "pubDate".to_owned() } else { lower }));
        }
        if self.old_atom {
            let new = ATOM_03.iter().find(|(old, _)| *old == local(name));
            if let Some((old, new)) = new {
                return Some(Cow::Owned(name.replace(old, new)));
            }
        }
        Some(Cow::Borrowed(self.stand_in(name).unwrap_or(name)))
    }

    /// The address in Atom's link within an item of RSS that has no link of its own.
    fn lent_link<'t>(&self, name: &str, tag: &str, attributes: &'t [(String, String)]) -> Option<&'t str> {
        let value = |key: &str| attributes.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_str());
        let is_lent = !self.is_atom
            && name.ends_with(":link")
            && tag.ends_with("/>")
            && matches!(value("rel"), None | Some("alternate"))
            && !self.item_has("link");
        value("href").filter(|_| is_lent)
    }

    /// The element that another vocabulary's stands in for, in an item that has none of its own.
    fn stand_in(&self, name: &str) -> Option<&'static str> {
        let (prefix, own) = name.split_once(':').unwrap_or(("", name));
        let known = self.prefixes.iter().find(|(other, _)| other == prefix).map_or(prefix, |(_, known)| *known);
        let (text, date) = if self.is_atom { ("summary", "published") } else { ("description", "pubDate") };
        let new = match (known, own) {
            ("dc" | "media", "title") => "title",
            ("dc" | "media", "description") | ("itunes", "summary") => text,
            ("dcterms", "issued" | "created" | "modified") | ("", "pubdate" | "PubDate") => date,
            ("dc", "date") if self.is_atom => date,
            _ => return None,
        };
        (self.item > 0 && !self.item_has(new)).then_some(new)
    }

    /// Whether the item in work has an element of its own.
    fn item_has(&self, name: &str) -> bool {
        let item = self.text.get(self.item..).unwrap_or_default();
        let end = item.find("</item").or_else(|| item.find("</entry")).unwrap_or(item.len());
        item[..end].match_indices(name).any(|(at, _)| at > 0 && item.as_bytes()[at - 1] == b'<')
    }
}

fn is_item(name: &str) -> bool {
    matches!(local(name), "item" | "entry" | "ITEM" | "ENTRY")
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Words as the parser reads them fastest: as they are, or, where they have entities, as CDATA in which all are read.
fn push_words(words: &str, out: &mut String) {
    if !words.bytes().any(|byte| matches!(byte, b'&' | b'<')) {
        return push_allowed(words, out);
    }
    push_cdata(&entities::decoded(words), out);
}

fn push_cdata(words: &str, out: &mut String) {
    let mut parts = words.split("]]>");
    out.push_str("<![CDATA[");
    push_allowed(parts.next().unwrap_or_default(), out);
    for part in parts {
        out.push_str("]]]]><![CDATA[>");
        push_allowed(part, out);
    }
    out.push_str("]]>");
}

/// Without what XML 1.0 forbids.
fn push_allowed(text: &str, out: &mut String) {
    let is_suspect = |byte: u8| matches!(byte, 0..=8 | 0xB | 0xC | 0xE..=0x1F | 0xEF);
    if text.bytes().any(is_suspect) {
        out.extend(text.chars().filter(|c| !is_forbidden(*c)));
    } else {
        out.push_str(text);
    }
}

/// A start tag with its attributes in order, each once, quoted and escaped.
fn write_open(
    name: &str,
    mut attributes: Vec<(String, String)>,
    tag: &str,
    whole: Option<&str>,
    old_atom: bool,
    out: &mut String,
) {
    let is = |key: &str, value: &str| attributes.iter().any(|(k, v)| k == key && v.eq_ignore_ascii_case(value));
    // `mode` of Atom 0.3 says how a text is packed; Atom 1.0 says it by type.
    let escaped_mode = old_atom && is("mode", "escaped");
    let xml_mode = old_atom && (is("mode", "xml") || (!escaped_mode && is("type", "application/xhtml+xml")));
    // Content that lies elsewhere has the media type of its file.
    let elsewhere = attributes.iter().any(|(key, _)| key == "src");
    for (key, value) in &mut attributes {
        if key == "type" && !elsewhere && matches!(local(name), "title" | "summary" | "content" | "subtitle" | "rights")
        {
            let kind = match value.trim().to_ascii_lowercase().as_str() {
                "text/html" | "html" => "html",
                "text/plain" | "text" | "" => "text",
                "application/xhtml+xml" | "xhtml" if escaped_mode => "html",
                "application/xhtml+xml" | "xhtml" => "xhtml",
                // Only content may have a media type of its own; in a title it would cost the whole feed.
                _ if local(name) == "content" && value.contains('/') => continue,
                _ => "html",
            };
            kind.clone_into(value);
            if xml_mode && kind == "html" {
                "xhtml".clone_into(value);
            }
        }
        if key.starts_with("xmlns")
            && let Some((_, known)) = NAMESPACES.iter().find(|(other, _)| other == value)
        {
            (*known).clone_into(value);
        }
    }
    if let Some(whole) = whole {
        root_attributes(name, &mut attributes, whole);
    }
    out.extend(["<", name]);
    for (key, value) in &attributes {
        let value = escaped(value).replace('<', "&lt;").replace('"', "&quot;");
        out.extend([" ", key, "=\"", &value, "\""]);
    }
    out.push_str(if tag.ends_with("/>") { "/>" } else { ">" });
}

/// The root says a version that is known, and declares the prefixes that are used.
fn root_attributes(name: &str, attributes: &mut Vec<(String, String)>, whole: &str) {
    if name == "rss" {
        attributes.retain(|(key, _)| key != "version");
        attributes.push(("version".to_owned(), "2.0".to_owned()));
    }
    for (prefix, address) in PREFIXES {
        let key = format!("xmlns:{prefix}");
        if whole.contains(&format!("<{prefix}:")) && !attributes.iter().any(|(k, _)| *k == key) {
            attributes.push((key, address.to_owned()));
        }
    }
}

/// The attributes of a tag as pairs; a repeated one counts once.
pub(super) fn attributes(tag: &str) -> Vec<(String, String)> {
    let inner = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
    let mut rest = inner.get(markup::name(tag).len()..).unwrap_or("").trim_start();
    let mut out: Vec<(String, String)> = Vec::new();
    while !rest.is_empty() && out.len() < ATTRIBUTES_MAX {
        let end = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(rest.len());
        let key = &rest[..end];
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let body = &after[usize::from(quote.is_some())..];
            let end = match quote {
                Some(quote) => body.find(quote),
                None => body.find(|c: char| c.is_ascii_whitespace()),
            };
            let end = end.unwrap_or(body.len());
            value = &body[..end];
            rest = body[end..].trim_start_matches(['"', '\'']).trim_start();
        }
        let good = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:.".contains(&b));
        if good && !out.iter().any(|(k, _)| k == key) {
            out.push((key.to_owned(), value.to_owned()));
        }
    }
    out
}

/// A tag of a feed has ten attributes at most; comparing many with each other would take long.
const ATTRIBUTES_MAX: usize = 100;

/// Entities that XML does not know become characters, other `&` become `&amp;`.
fn escaped(text: &str) -> String {
    if !text.contains('&') {
        return text.replace(is_forbidden, "");
    }
    let known = |name: &str| -> Option<String> {
        match name {
            "" => Some("&amp;".to_owned()),
            "amp" | "lt" | "gt" | "quot" | "apos" => Some(format!("&{name};")),
            _ if entities::is_number(name) && entities::numbered(name).is_none() => Some(String::new()),
            _ => entities::numbered(name).or_else(|| entities::named(name)).map(|c| match c {
                '&' => "&amp;".to_owned(),
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '"' => "&quot;".to_owned(),
                c => c.to_string(),
            }),
        }
    };
    entities::replaced(text, known).replace(is_forbidden, "")
}

/// What XML 1.0 forbids.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_feeds_send_becomes_xml() {
        for (text, expected) in [
            (
                "<?xml version='1.0'?>\n<rss><title>D&D &eacute; &amp; &#150; &nope; 1 < 2</title></rss>",
                "<rss version=\"2.0\"><title><![CDATA[D&D é & – &nope; 1 < 2]]></title></rss>",
            ),
            (
                "<!DOCTYPE x [<!ENTITY a 'b'>]><rss version='0.93'>&a;</rss>",
                "<rss version=\"2.0\"><![CDATA[&a;]]></rss>",
            ),
            (
                "<feed xmlns='http://purl.org/atom/ns#'><modified>x</modified><content type='text/html' mode='escaped'>y</content></feed>",
                "<feed xmlns=\"http://www.w3.org/2005/Atom\"><updated>x</updated><content type=\"html\" mode=\"escaped\">y</content></feed>",
            ),
            (
                "<rss version='2.0'><a b=c d d='e\"&'/><dc:date>x</dc:date></rss>",
                "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><a b=\"c\" d=\"\"/><dc:date>x</dc:date></rss>",
            ),
        ] {
            assert_eq!(mend(text, None).xml, expected);
        }
    }
}
