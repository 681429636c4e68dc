//! Bytes of a feed to items: RSS 0.9x, 1.0, 2.0, Atom 0.3 and 1.0, JSON Feed, in any encoding, whole or in part.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::SystemTime;

use feed_rs::model::{Entry, Feed, FeedType};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use super::item::{Item, Items};
use super::markup::{self, Piece};
use super::{dates, decode, html, links, text, xml};
use crate::http::Body;
use crate::model::{Text, Words};

mod picture;

/// Items of one feed: a year of the busiest department. More are an archive, not news.
const ITEMS_MAX: usize = 500;
/// Real feeds nest ten deep; parsers recurse.
const DEPTH_MAX: usize = 100;

/// Reads a feed that was fetched from `url`; dates without a zone are in `local`.
pub(super) fn read(body: &Body, url: &str, local: &TimeZone) -> Result<Items, Words> {
    let decoded = decode::decode(&body.bytes, body.charset.as_deref());
    let decoded = decoded.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if decoded.is_empty() {
        return Err(words!("the answer is empty", "la réponse est vide"));
    }
    let mut notes = Vec::new();
    let mut base = Url::parse(url).ok();
    let feed = if decoded.starts_with('{') {
        parse(decoded, url, local).ok_or_else(not_a_feed)?
    } else {
        if is_html(decoded) {
            return Err(words!("an HTML page, not a feed", "une page HTML, pas un fil"));
        }
        let mended = xml::mend(decoded, base.as_ref());
        if mended.depth > DEPTH_MAX {
            return Err(words!(
                "it nests more than {DEPTH_MAX} elements deep",
                "ses éléments sont imbriqués sur plus de {DEPTH_MAX} niveaux"
            ));
        }
        base = mended.base.or(base);
        let part = whole_items(mended.xml);
        notes.extend(part.note());
        let parsed = parse(&part.xml, url, local).filter(|feed| !feed.entries.is_empty());
        parsed.or_else(|| one_by_one(&part.xml, url, local, &mut notes)).ok_or_else(|| why_none(&part))?
    };
    let kind = feed.feed_type;
    let mut items: Vec<Item> =
        feed.entries.iter().take(ITEMS_MAX).filter_map(|entry| item(entry, &kind, base.as_ref())).collect();
    if kind == FeedType::JSON {
        picture::add_of_json(decoded, &mut items);
    }
    if items.is_empty() {
        return Err(no_entries());
    }
    Ok(Items { items, notes })
}

fn not_a_feed() -> Words {
    words!("it is not a feed that can be read", "ce n'est pas un fil lisible")
}

fn no_entries() -> Words {
    words!("a feed without entries", "un fil sans article")
}

fn why_none(part: &Part) -> Words {
    match (part.is_feed, part.items) {
        (true, 0) => no_entries(),
        _ => not_a_feed(),
    }
}

fn is_html(text: &str) -> bool {
    let first = markup::pieces(text).find_map(|piece| match piece {
        Piece::Open(tag) => Some(markup::name(tag).to_ascii_lowercase()),
        _ => None,
    });
    let head: String = text.chars().take(20).collect::<String>().to_ascii_lowercase();
    head.starts_with("<!doctype html")
        || matches!(first.as_deref(), Some("html" | "head" | "body" | "meta" | "div" | "h1"))
}

/// The parser, kept from ending the program: it has panicked on real feeds.
fn parse(text: &str, url: &str, local: &TimeZone) -> Option<Feed> {
    let local = local.clone();
    let parser = feed_rs::parser::Builder::new()
        .base_uri(Some(url))
        .sanitize_content(false)
        // Its own would be a random number for an item without a link: another one in every run.
        .id_generator(|_, _, _| String::new())
        .timestamp_parser(move |text| Some(SystemTime::from(dates::instant(text, &local)?).into()))
        .build();
    catch_unwind(AssertUnwindSafe(|| parser.parse(text.as_bytes()))).ok()?.ok()
}

/// The part of a feed that is whole.
struct Part {
    xml: String,
    items: usize,
    /// Whether items were left out beyond the limit, and whether the end is missing.
    more: bool,
    cut: bool,
    is_feed: bool,
}

impl Part {
    fn note(&self) -> Option<Words> {
        let n = self.items;
        if self.more {
            return Some(words!(
                "only the first {ITEMS_MAX} items are read",
                "seuls les {ITEMS_MAX} premiers articles sont lus"
            ));
        }
        (self.cut && n > 0).then(|| {
            words!(
                "the feed breaks off; its first {n} items are whole",
                "le fil est tronqué; ses {n} premiers articles sont entiers"
            )
        })
    }
}

/// Cuts after the last whole item, or after the limit, and closes what is open there.
fn whole_items(mut xml: String) -> Part {
    let mut open: Vec<&str> = Vec::new();
    let mut at = 0;
    let mut last: Option<(usize, Vec<&str>)> = None;
    let mut part = Part { xml: String::new(), items: 0, more: false, cut: false, is_feed: false };
    for piece in markup::pieces(&xml) {
        let (Piece::Text(t) | Piece::Open(t) | Piece::Close(t) | Piece::Cdata(t) | Piece::Aside(t)) = piece;
        at += t.len();
        match piece {
            Piece::Open(tag) if !tag.ends_with("/>") => {
                let name = markup::name(tag);
                part.is_feed |= open.is_empty() && is_root(name);
                if is_item(name) && part.items == ITEMS_MAX {
                    part.more = true;
                    break;
                }
                open.push(name);
            }
            Piece::Close(tag) => {
                let name = markup::name(tag);
                // The end of an item ends what was left open in it.
                let outer = is_item(name) || is_root(name) || local(name) == "channel";
                let found = open.iter().rposition(|open| *open == name);
                if let Some(depth) = found.filter(|depth| outer || depth + 1 == open.len()) {
                    open.truncate(depth);
                    if is_item(name) && depth <= 2 {
                        part.items += 1;
                        last = Some((at, open.clone()));
                    }
                }
            }
            _ => {}
        }
    }
    part.cut = !open.is_empty() && !part.more;
    let (end, open) = match last {
        Some(last) if part.cut || part.more => last,
        _ => (xml.len(), Vec::new()),
    };
    let ends: String = open.iter().rev().flat_map(|name| ["</", *name, ">"]).collect();
    xml.truncate(end);
    xml.push_str(&ends);
    part.xml = xml;
    part
}

fn is_item(name: &str) -> bool {
    matches!(local(name), "item" | "entry")
}

fn is_root(name: &str) -> bool {
    matches!(local(name), "rss" | "feed" | "RDF")
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// When the whole cannot be read, each item is, in the root and channel of its own; broken ones are left out.
fn one_by_one(xml: &str, url: &str, zone: &TimeZone, notes: &mut Vec<Words>) -> Option<Feed> {
    let root = markup::pieces(xml).find_map(|piece| match piece {
        Piece::Open(tag) if is_root(markup::name(tag)) => Some(tag),
        _ => None,
    })?;
    let root_name = markup::name(root);
    let (before, after) = if local(root_name) == "rss" { ("<channel>", "</channel>") } else { ("", "") };
    let mut feed: Option<Feed> = None;
    let (mut tried, mut good) = (0_usize, 0_usize);
    for item in items_of(xml).take(ITEMS_MAX) {
        tried += 1;
        let one = format!("{root}{before}{item}{after}</{root_name}>");
        let Some(mut parsed) = parse(&one, url, zone).filter(|feed| !feed.entries.is_empty()) else { continue };
        good += 1;
        match &mut feed {
            Some(feed) => feed.entries.append(&mut parsed.entries),
            None => feed = Some(parsed),
        }
    }
    if feed.is_some() && good < tried {
        let bad = tried - good;
        notes.push(words!(
            "{bad} of {tried} items could not be read and are left out",
            "{bad} des {tried} articles sont illisibles et ont été laissés de côté"
        ));
    }
    feed
}

/// The text of each item, from its start tag to the next end tag of its name.
fn items_of(xml: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    let mut began: Option<(usize, &str)> = None;
    markup::pieces(xml).filter_map(move |piece| {
        let (Piece::Text(t) | Piece::Open(t) | Piece::Close(t) | Piece::Cdata(t) | Piece::Aside(t)) = piece;
        let start = at;
        at += t.len();
        match piece {
            // An item that another begins in has lost its end.
            Piece::Open(tag) if is_item(markup::name(tag)) => began = Some((start, markup::name(tag))),
            Piece::Close(tag) => {
                if let Some((start, _)) = began.take_if(|(_, name)| *name == markup::name(tag)) {
                    return Some(&xml[start..at]);
                }
            }
            _ => {}
        }
        None
    })
}

fn item(entry: &Entry, kind: &FeedType, base: Option<&Url>) -> Option<Item> {
    // Only Atom says what is text and what is HTML; elsewhere everybody puts HTML in both.
    let is_plain = |media: &str| *kind == FeedType::Atom && media.starts_with("text/plain");
    let plain_line = |text: &feed_rs::model::Text, max: usize| {
        let content = text::head(&text.content, LINE_BYTES_MAX);
        if is_plain(text.content_type.as_str()) { text::line(content, max) } else { text::of_html(content, max) }
    };
    let entry_base = entry.base.as_deref().and_then(|own| match base {
        Some(base) => base.join(own).ok(),
        None => Url::parse(own).ok(),
    });
    let base = entry_base.as_ref().or(base);
    let link = entry
        .links
        .iter()
        .filter(|link| matches!(link.rel.as_deref(), None | Some("alternate")) && link.target.is_none())
        .min_by_key(|link| !link.media_type.as_deref().is_none_or(|media| media.contains("html")))
        .map(|link| link.href.as_str())
        // A guid that is an address is the page's, unless it says otherwise.
        .or_else(|| entry.id.starts_with("http").then_some(entry.id.as_str()));
    let (shown, page) = link.map_or((None, None), |link| links::both(link, base));
    let content = entry.content.as_ref().and_then(|content| {
        let body = content.body.as_deref().filter(|body| !body.trim().is_empty())?;
        let plain = is_plain(content.content_type.as_str());
        Some(if plain { html::sanitise(&escaped(body)) } else { html::sanitise_at(body, base) })
    });
    let mut summary = entry.summary.as_ref().map(|text| plain_line(text, text::SUMMARY_CHARS_MAX)).unwrap_or_default();
    let mut body = content.unwrap_or_default();
    if body.is_empty()
        && summary.ends_with('…')
        && let Some(long) = &entry.summary
    {
        body = html::sanitise_at(&long.content, base);
    }
    if summary.is_empty() {
        summary = text::of_html(&body, text::SUMMARY_CHARS_MAX);
    }
    let mut title = entry.title.as_ref().map(|text| plain_line(text, text::TITLE_CHARS_MAX)).unwrap_or_default();
    if title.is_empty() {
        title = text::cut(&summary, UNTITLED_CHARS_MAX);
    }
    if title.is_empty() {
        return None;
    }
    let date = entry.published.or(entry.updated);
    let person = entry.authors.iter().find_map(|person| person.name.as_deref());
    Some(Item {
        guid: Some(entry.id.trim().to_owned()).filter(|id| !id.is_empty()),
        url: page,
        text: Text { title, summary, body, url: shown.filter(|link| !link.starts_with("mailto:")) },
        date: date.and_then(|date| Timestamp::new(date.timestamp(), 0).ok()),
        author: person.map(|name| text::line(name, text::TITLE_CHARS_MAX)).filter(|name| !name.is_empty()),
        picture: picture::of(entry, base),
        categories: entry
            .categories
            .iter()
            .map(|category| text::line(&category.term, 100))
            .take(CATEGORIES_MAX)
            .collect(),
    })
}

/// What a title or a teaser is looked for in; a title of 5 MB has no more to say.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// A title made of a teaser's first words, as a post without one gets.
const UNTITLED_CHARS_MAX: usize = 80;
/// Categories of one item: more are keywords for search engines.
const CATEGORIES_MAX: usize = 20;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace("\n\n", "<p>")
}

#[cfg(test)]
mod tests;
