//! What a site asks of programs: `robots.txt` after RFC 9309, asked once per site and run, through the same client and
//! its limits.
//!
//! Three choices are ours. A `robots.txt` that is not there (4xx) allows everything, as the RFC has it. One that cannot
//! be had (5xx, no answer) forbids everything by the RFC; here it forbids what the program found by itself, but not an
//! address that the office wrote in `sources.toml`: a person's hand is no crawler, and it is said. And an intranet that
//! a source names with `allow_private` is not asked: its owner and ours are the same.

use std::sync::{Arc, PoisonError};

use tokio::sync::OnceCell;
use url::Url;

use super::request::{self, Manners};
use super::{Fetched, Http};
use crate::model::Words;

/// The group that speaks to us, besides `*`.
const PRODUCT: &str = "cco-news";
/// RFC 9309, 2.5: a parser reads at least so much; the rest is left.
pub(super) const BYTES_MAX: usize = 500 * 1024;

/// What is known of one site in this run.
#[derive(Debug)]
pub(super) enum Robots {
    /// Its rules; none when it has no `robots.txt`.
    Rules(Vec<Rule>),
    /// It could not be asked, for this reason.
    Unknown(Words),
}

/// One `Allow` or `Disallow`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    allows: bool,
    /// A path in one spelling of its percent signs, perhaps with `*`, and `$` at its end.
    pattern: String,
}

/// Whether an address may be asked: with a note when the site could not say, or why not.
pub(super) async fn ask(http: &Http, url: &Url, named: bool) -> Result<Option<Words>, Words> {
    let site = {
        let mut sites = http.sites.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(sites.entry(url.origin().ascii_serialization()).or_default())
    };
    // Boxed, since fetching it asks for addresses itself (without asking for robots again).
    match site.get_or_init(|| Box::pin(fetch(http, url))).await {
        Robots::Rules(rules) if allows(rules, url) => Ok(None),
        Robots::Rules(_) => Err(words!(
            "the site's `robots.txt` asks programs not to read this address",
            "le fichier `robots.txt` du site demande aux programmes de ne pas lire cette adresse"
        )),
        Robots::Unknown(Words { en, fr }) if named => Ok(Some(words!(
            "the site's `robots.txt` could not be read ({en}); the address was read all the same, since `sources.toml` names it",
            "le fichier `robots.txt` du site n'a pu être lu ({fr}); l'adresse a tout de même été lue, puisque `sources.toml` la nomme"
        ))),
        Robots::Unknown(Words { en, fr }) => Err(words!(
            "the site's `robots.txt` could not be read: {en}",
            "le fichier `robots.txt` du site n'a pu être lu\u{a0}: {fr}"
        )),
    }
}

/// The sites that were asked in a run.
pub(super) type Sites = std::collections::HashMap<String, Arc<OnceCell<Robots>>>;

async fn fetch(http: &Http, url: &Url) -> Robots {
    let Ok(address) = url.join("/robots.txt") else { return Robots::Rules(Vec::new()) };
    let kept = http.kept.read(address.as_str());
    let manners = Manners { allow_private: false, named: false, is_robots: true };
    let Fetched { status, outcome, .. } = request::fetch(http, &address, manners, kept).await;
    match outcome {
        Ok(body) => Robots::Rules(rules(&String::from_utf8_lossy(&body.bytes))),
        // 429 is a server that is busy, not one without rules.
        Err(_) if status.is_some_and(|status| (400..500).contains(&status) && status != 429) => {
            Robots::Rules(Vec::new())
        }
        // What it last said stands while it cannot be asked.
        Err(why) => match http.kept.read(address.as_str()) {
            Some(kept) => Robots::Rules(rules(&String::from_utf8_lossy(&kept.bytes))),
            None => Robots::Unknown(why),
        },
    }
}

fn head(text: &str) -> &str {
    // `get` is none in the middle of a character.
    (0..4).find_map(|less| text.get(..BYTES_MAX.min(text.len()) - less)).unwrap_or_default()
}

/// The rules of our groups, or else of `*`.
fn rules(text: &str) -> Vec<Rule> {
    let text = head(text).trim_start_matches('\u{FEFF}');
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    let (mut is_ours, mut is_others, mut in_names) = (false, false, false);
    let mut named = false;
    for line in text.split(['\r', '\n']) {
        let line = line.split('#').next().unwrap_or_default();
        let Some((key, value)) = line.split_once(':') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        match key.as_str() {
            "user-agent" | "useragent" | "user agent" => {
                if !in_names {
                    (is_ours, is_others, in_names) = (false, false, true);
                }
                // `cco-news/0.1` names the product too.
                let name = value.split('/').next().unwrap_or_default().trim();
                is_ours |= name.eq_ignore_ascii_case(PRODUCT);
                is_others |= name == "*";
                named |= is_ours;
            }
            "allow" | "disallow" => {
                in_names = false;
                // An empty one is no rule.
                if !value.is_empty() {
                    let rule = Rule { allows: key == "allow", pattern: spelled(value) };
                    if is_ours {
                        ours.push(rule.clone());
                    }
                    if is_others {
                        others.push(rule);
                    }
                }
            }
            _ => {}
        }
    }
    if named { ours } else { others }
}

/// The longest pattern that matches decides; of two as long, the one that allows.
fn allows(rules: &[Rule], url: &Url) -> bool {
    let mut path = url.path().to_owned();
    if let Some(query) = url.query() {
        path.extend(["?", query]);
    }
    let path = spelled(&path);
    let longest =
        rules.iter().filter(|rule| matches(&rule.pattern, &path)).max_by_key(|rule| (rule.pattern.len(), rule.allows));
    longest.is_none_or(|rule| rule.allows)
}

/// One spelling for comparing: letters outside ASCII as percent signs, percent signs of plain letters as letters.
fn spelled(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let bytes = path.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
        at += 1;
        match (byte, hex(at), hex(at + 1)) {
            (b'%', Some(high), Some(low)) => {
                at += 2;
                match char::from_u32(high * 16 + low) {
                    Some(c) if c.is_ascii_alphanumeric() || "-._~".contains(c) => out.push(c),
                    _ => out.extend(['%', capital(high), capital(low)]),
                }
            }
            _ if byte.is_ascii() => out.push(char::from(byte)),
            _ => out.extend(['%', capital(u32::from(byte >> 4)), capital(u32::from(byte & 15))]),
        }
    }
    out
}

fn capital(digit: u32) -> char {
    char::from_digit(digit, 16).unwrap_or('0').to_ascii_uppercase()
}

/// Part by part between the stars, each at its first place: no pattern costs more than its length times the path's.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, is_whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, inner)) = parts.split_last() else { return !is_whole || rest.is_empty() };
    for part in inner {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    if is_whole { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allowed(text: &str, path: &str) -> bool {
        allows(&rules(text), &Url::parse(&format!("https://example.ca{path}")).unwrap())
    }

    #[test]
    fn the_longest_rule_of_our_group_decides() {
        // The example of RFC 9309, 5.1 and 5.2, and what real files do.
        let long = "User-Agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
        for (text, path, expected) in [
            (long, "/example/page/", true),
            (long, "/example/page/disallowed.gif", false),
            ("User-agent: *\nDisallow: /\n", "/feed", false),
            ("\u{FEFF}user-agent:*\r\ndisallow:/ # all\r\n", "/feed", false),
            ("User-agent: *\nDisallow:\n", "/feed", true),
            ("User-agent: *\nDisallow: /\n\nUser-agent: CCO-News\nDisallow: /private\n", "/feed", true),
            ("User-agent: *\nDisallow: /\nUser-agent: cco-news\n", "/feed", true),
            (
                "User-agent: other\nUser-agent: cco-news\nDisallow: /a\n\nUser-agent: cco-news/2\nDisallow: /b",
                "/b",
                false,
            ),
            ("User-agent: other\nDisallow: /\n", "/feed", true),
            ("Disallow: /\nUser-agent: *\nAllow: /\n", "/feed", true),
            ("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a", true),
            ("User-agent: *\nDisallow: /*.xml$\n", "/feed.xml", false),
            ("User-agent: *\nDisallow: /*.xml$\n", "/feed.xml?a=1", true),
            ("User-agent: *\nDisallow: /*?\n", "/feed?page=2", false),
            ("User-agent: *\nDisallow: /é\n", "/%C3%A9t%C3%A9", false),
            ("User-agent: *\nDisallow: /a%2fb\nDisallow: /%7Ejoe\n", "/a/b", true),
            ("User-agent: *\nDisallow: /a%2fb\nDisallow: /%7Ejoe\n", "/~joe/x", false),
            ("<html><body>Not here</body></html>", "/feed", true),
            ("", "/", true),
        ] {
            assert_eq!(allowed(text, path), expected, "{text:?} {path}");
        }
    }

    #[test]
    fn what_is_past_the_limit_is_not_read() {
        let long = format!("User-agent: *\n{}Disallow: /\n", "# é\n".repeat(BYTES_MAX / 4));
        assert!(allowed(&long, "/feed"));
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_fail(text in "((user-agent|allow|disallow)? ?: ?[a-z*$/%é0-9#-]{0,12}[\r\n]{0,2}){0,20}", path in "/[a-z*$/%é0-9?]{0,20}") {
            let _ = allowed(&text, &path);
        }
    }
}
