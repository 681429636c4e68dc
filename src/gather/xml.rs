//! Makes XML that a strict parser can read out of what feeds really send: entities of HTML, a bare `&`, control
//! characters, a document type, Atom 0.3, namespaces and versions of RSS that the parser does not know.

use std::fmt::Write as _;

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

/// Well-formed enough for the parser, as far as single tags and texts go.
pub(super) fn mend(text: &str) -> String {
    let old_atom = text.contains("http://purl.org/atom/ns#");
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut root = true;
    for piece in markup::pieces(text) {
        match piece {
            Piece::Aside(_) => {}
            Piece::Text(words) if root && words.trim().is_empty() => {}
            Piece::Text(words) => out.push_str(&escaped(words).replace('<', "&lt;")),
            Piece::Cdata(words) => out.push_str(&words.replace(is_forbidden, "")),
            Piece::Close(tag) => {
                if let Some(name) = element(tag, old_atom) {
                    let _ = write!(out, "</{name}>"); // Writing to a String cannot fail.
                }
            }
            Piece::Open(tag) => {
                let tag = open(tag, old_atom, root.then_some(text));
                root = false;
                out.push_str(&tag);
            }
        }
    }
    out
}

/// The name of an element as the parser knows it.
fn element(tag: &str, old_atom: bool) -> Option<&str> {
    let name = markup::name(tag);
    if name.is_empty() || name.contains(['<', '"', '\'', '=', '&']) {
        return None;
    }
    let new = ATOM_03.iter().find(|(old, _)| old_atom && *old == name).map(|(_, new)| *new);
    Some(new.unwrap_or(name))
}

/// A start tag with its attributes in order, each once, quoted and escaped.
fn open(tag: &str, old_atom: bool, whole: Option<&str>) -> String {
    let Some(name) = element(tag, old_atom) else { return escaped(tag).replace('<', "&lt;") };
    let mut attributes = attributes(tag);
    let is = |key: &str, value: &str| attributes.iter().any(|(k, v)| k == key && v.eq_ignore_ascii_case(value));
    // `mode` of Atom 0.3 says how a text is packed; Atom 1.0 says it by type.
    let escaped_mode = old_atom && is("mode", "escaped");
    let xml_mode = old_atom && (is("mode", "xml") || (!escaped_mode && is("type", "application/xhtml+xml")));
    // Content that lies elsewhere has the media type of its file.
    let elsewhere = attributes.iter().any(|(key, _)| key == "src");
    for (key, value) in &mut attributes {
        if key == "type" && !elsewhere && matches!(name, "title" | "summary" | "content" | "subtitle" | "rights") {
            let kind = match value.trim().to_ascii_lowercase().as_str() {
                "text/html" | "html" => "html",
                "text/plain" | "text" | "" => "text",
                "application/xhtml+xml" | "xhtml" if escaped_mode => "html",
                "application/xhtml+xml" | "xhtml" => "xhtml",
                // Only content may have a media type of its own; in a title it would cost the whole feed.
                _ if name == "content" && value.contains('/') => continue,
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
    let mut out = format!("<{name}");
    for (key, value) in &attributes {
        let value = escaped(value).replace('<', "&lt;").replace('"', "&quot;");
        let _ = write!(out, " {key}=\"{value}\"");
    }
    out.push_str(if tag.ends_with("/>") { "/>" } else { ">" });
    out
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
                "<rss version=\"2.0\"><title>D&amp;D é &amp; – &amp;nope; 1 &lt; 2</title></rss>",
            ),
            ("<!DOCTYPE x [<!ENTITY a 'b'>]><rss version='0.93'>&a;</rss>", "<rss version=\"2.0\">&amp;a;</rss>"),
            (
                "<feed xmlns='http://purl.org/atom/ns#'><modified>x</modified><content type='text/html' mode='escaped'>y</content></feed>",
                "<feed xmlns=\"http://www.w3.org/2005/Atom\"><updated>x</updated><content type=\"html\" mode=\"escaped\">y</content></feed>",
            ),
            (
                "<rss version='2.0'><a b=c d d='e\"&'/><dc:date>x</dc:date></rss>",
                "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><a b=\"c\" d=\"\"/><dc:date>x</dc:date></rss>",
            ),
        ] {
            assert_eq!(mend(text), expected);
        }
    }
}
