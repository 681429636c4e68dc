//! `archive --check`: the site as it lies there, looked at from outside. Every link leads somewhere, feeds can be read,
//! twins link one another, and nothing is in it that is only for a recipient.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{Html, Selector};

use super::bundle::{DIGESTS, listed};
use crate::model::{Address, Digest, Slot, Words};

/// Something in the site that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// From `public/`.
    pub file: String,
    /// What.
    pub message: Words,
}

/// What the files are held against.
struct Look<'a> {
    files: &'a BTreeMap<String, Vec<u8>>,
    pages: BTreeMap<&'a str, Page>,
    /// The address of the site, with its closing slash.
    url: Option<String>,
    faults: Vec<Fault>,
}

/// What counts of a page.
#[derive(Default)]
struct Page {
    /// Where links and pictures lead, and whether it is a `link` of the head.
    links: Vec<(String, bool)>,
    /// Where the same stands in other languages, by tag: what the head says, and what a reader sees.
    twins: BTreeMap<String, String>,
    seen: BTreeSet<String>,
    anchors: BTreeSet<String>,
}

/// Everything that is wrong. `files` are all files of `public/`, `known` the addresses that the newsletter publishes,
/// `url` the address of the site, and `is_xml` says whether a text is well-formed XML.
pub fn faults(
    files: &BTreeMap<String, Vec<u8>>,
    known: &BTreeSet<String>,
    url: Option<&str>,
    is_xml: &dyn Fn(&str) -> bool,
) -> Vec<Fault> {
    let has_ending = |path: &str, ending: &str| path.rsplit('.').next() == Some(ending);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let pages = files
        .iter()
        .filter(|(path, _)| has_ending(path, "html"))
        .map(|(path, bytes)| (path.as_str(), Page::of(&text(bytes))))
        .collect();
    let url = url.map(|url| format!("{}/", url.trim_end_matches('/')));
    let mut look = Look { files, pages, url, faults: Vec::new() };
    for path in look.pages.keys().copied().collect::<Vec<_>>() {
        look.page(path);
    }
    for (path, bytes) in files {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        match path.rsplit('.').next() {
            Some("xml") => look.xml(path, text, is_xml),
            Some("json") => look.json(path, text),
            Some("ics") => look.calendar(path, text),
            _ => {}
        }
        look.private(path, text, known);
    }
    look.digests();
    look.faults
}

impl Page {
    fn of(html: &str) -> Self {
        let parsed = Html::parse_document(html);
        let mut page = Self::default();
        let all = Selector::parse("[href], [src], [id], a[name]").expect("a selector of ours");
        for element in parsed.select(&all) {
            let of = element.value();
            page.anchors.extend(of.id().map(str::to_owned));
            if of.name() == "a" {
                page.anchors.extend(of.attr("name").map(str::to_owned));
            }
            for link in [of.attr("href"), of.attr("src")].into_iter().flatten() {
                page.links.push((link.to_owned(), of.name() == "link"));
            }
            let (Some(href), Some(tag)) = (of.attr("href"), of.attr("hreflang")) else { continue };
            if of.name() == "link" {
                page.twins.insert(tag.to_owned(), href.to_owned());
            } else {
                page.seen.insert(href.to_owned());
            }
        }
        page
    }
}

/// A path with `.` and `..` resolved against the page it stands on; none: it leads out of the site.
fn resolved(from: &str, to: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in to.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

impl Look<'_> {
    fn fault(&mut self, file: &str, message: Words) {
        self.faults.push(Fault { file: file.to_owned(), message });
    }

    /// The file of the site to which a link leads, with its fragment; none: it leads elsewhere.
    fn target(&self, from: &str, link: &str) -> Option<(String, String)> {
        let (place, fragment) = link.split_once('#').unwrap_or((link, ""));
        let fragment = fragment.to_owned();
        if let Some(path) = self.url.as_deref().and_then(|url| place.strip_prefix(url)) {
            return Some((if path.is_empty() { "index.html" } else { path }.to_owned(), fragment));
        }
        if place.contains(':') || place.starts_with("//") {
            return None;
        }
        if place.is_empty() {
            return Some((from.to_owned(), fragment));
        }
        // What leads out of the site is a path that no file has.
        Some((resolved(from, place).unwrap_or_else(|| place.to_owned()), fragment))
    }

    fn page(&mut self, path: &str) {
        let mut said = Vec::new();
        for (link, _) in &self.pages[path].links {
            let Some((to, fragment)) = self.target(path, link) else { continue };
            let is_there = self.files.contains_key(&to)
                && (fragment.is_empty()
                    || self.pages.get(to.as_str()).is_none_or(|page| page.anchors.contains(&fragment)));
            if !is_there {
                said.push(words!("the link `{link}` leads nowhere", "le lien `{link}` ne mène nulle part"));
            }
        }
        for (tag, link) in &self.pages[path].twins {
            let Some((to, _)) = self.target(path, link).filter(|(to, _)| to != path) else { continue };
            let Some(twin) = self.pages.get(to.as_str()) else { continue };
            // The first page belongs to no language: its languages need not lead back.
            let is_back = path == "index.html"
                || twin.twins.values().any(|link| self.target(&to, link).is_some_and(|(back, _)| back == path));
            let is_seen =
                self.pages[path].seen.iter().any(|link| self.target(path, link).is_some_and(|(seen, _)| seen == to));
            if !is_back {
                said.push(words!(
                    "its twin `{to}` ({tag}) does not link back",
                    "son pendant `{to}` ({tag}) ne renvoie pas à cette page"
                ));
            }
            if !is_seen {
                said.push(words!(
                    "no visible link leads to its twin `{to}` ({tag})",
                    "aucun lien visible ne mène à son pendant `{to}` ({tag})"
                ));
            }
        }
        said.dedup();
        for message in said {
            self.fault(path, message);
        }
    }

    fn xml(&mut self, path: &str, text: &str, is_xml: &dyn Fn(&str) -> bool) {
        if !is_xml(text) {
            self.fault(path, words!("it is not well-formed XML", "ce n'est pas du XML bien formé"));
            return;
        }
        let between = |start: &str, end: char| {
            let parts = text.split(start).skip(1).filter_map(move |rest| rest.split(end).next());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        for link in between(" href=\"", '"').into_iter().chain(between("<loc>", '<')) {
            self.place(path, &link.replace("&amp;", "&"));
        }
    }

    fn json(&mut self, path: &str, text: &str) {
        let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
            self.fault(path, words!("it is not JSON", "ce n'est pas du JSON"));
            return;
        };
        let items = value["items"].as_array().cloned().unwrap_or_default();
        let links = items.iter().chain([&value]).flat_map(|of| [&of["url"], &of["home_page_url"], &of["feed_url"]]);
        let links: Vec<String> = links.filter_map(|link| link.as_str().map(str::to_owned)).collect();
        for link in links {
            self.place(path, &link);
        }
    }

    /// Whether a link of a feed leads to a file.
    fn place(&mut self, path: &str, link: &str) {
        let is_there = self.target(path, link).is_none_or(|(to, _)| self.files.contains_key(&to));
        if !is_there {
            self.fault(path, words!("the link `{link}` leads nowhere", "le lien `{link}` ne mène nulle part"));
        }
    }

    fn calendar(&mut self, path: &str, text: &str) {
        let count = |what: &str| text.matches(what).count();
        let is_whole = text.starts_with("BEGIN:VCALENDAR\r\n")
            && text.ends_with("END:VCALENDAR\r\n")
            && count("\r\nBEGIN:VEVENT\r\n") == count("\r\nEND:VEVENT\r\n");
        if !is_whole {
            self.fault(path, words!("it is not a whole calendar", "ce n'est pas un calendrier entier"));
        }
    }

    /// What is only for a recipient.
    fn private(&mut self, path: &str, text: &str, known: &BTreeSet<String>) {
        if Slot::ALL.iter().any(|slot| text.contains(slot.token())) {
            self.fault(
                path,
                words!(
                    "it holds a link that is only for a recipient",
                    "elle contient un lien réservé à un destinataire"
                ),
            );
        }
        let found = addresses(text);
        for address in found.difference(known) {
            let masked = Address::parse(address).map_or_else(|_| "***".to_owned(), |address| address.masked());
            self.fault(
                path,
                words!(
                    "the address {masked} is in none of the issues, nor the newsletter's",
                    "l'adresse {masked} n'est dans aucun numéro et n'est pas celle de l'infolettre"
                ),
            );
        }
    }

    /// Whether the files are still those that were written.
    fn digests(&mut self) {
        let Some(list) = self.files.get(DIGESTS).map(|bytes| String::from_utf8_lossy(bytes).into_owned()) else {
            return;
        };
        for (path, digest) in listed(&list) {
            match self.files.get(&path) {
                None => self.fault(&path, words!("it is gone", "il a disparu")),
                Some(bytes) if Digest::of(bytes) != digest => {
                    self.fault(&path, words!("it is not as it was written", "il n'est plus tel qu'il a été écrit"));
                }
                Some(_) => {}
            }
        }
    }
}

/// The addresses in a text, in lower case. Names of calendar entries look like some, and are none.
pub fn addresses(text: &str) -> BTreeSet<String> {
    let unfolded = if text.starts_with("BEGIN:VCALENDAR") { text.replace("\r\n ", "") } else { text.to_owned() };
    let is_edge = |c: char| c.is_whitespace() || "<>()[]{}\"'`,;:|&/?=\\«»“”".contains(c);
    let mut found = BTreeSet::new();
    for line in unfolded.lines().filter(|line| line.contains('@') && !line.starts_with("UID:")) {
        let words = line.split(is_edge).filter(|word| word.contains('@'));
        let bare = words.map(|word| word.trim_end_matches(['.', '!']).to_lowercase());
        found.extend(bare.filter(|word| Address::parse(word).is_ok()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pages: &[(&str, &str)], expected: &[&str]) {
        let files = pages.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        let known = BTreeSet::from(["info@example.ca".to_owned()]);
        let found = faults(&files, &known, Some("https://example.ca/news"), &|text| !text.contains("<<"));
        let said: Vec<String> = found.iter().map(|fault| format!("{}: {}", fault.file, fault.message)).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn links_that_lead_nowhere_are_named_with_their_page() {
        check(
            &[
                (
                    "a/en.html",
                    "<p id=x><a href='../b.html'>b</a><a href='#x'>x</a><a href='https://example.org/'>o</a>",
                ),
                ("b.html", "<a href='https://example.ca/news/a/en.html#x'>a</a>"),
            ],
            &[],
        );
        check(
            &[(
                "a/en.html",
                "<a href='gone.html'>1</a><a href='#gone'>2</a><a href='../../up.html'>3</a><img src='p.png'>",
            )],
            &[
                "a/en.html: the link `gone.html` leads nowhere",
                "a/en.html: the link `#gone` leads nowhere",
                "a/en.html: the link `../../up.html` leads nowhere",
                "a/en.html: the link `p.png` leads nowhere",
            ],
        );
    }

    #[test]
    fn twins_link_one_another_and_are_seen() {
        let page = |to: &str, tag: &str| {
            format!("<link rel=alternate hreflang={tag} href={to}><a hreflang={tag} href={to}>x</a>")
        };
        check(&[("en.html", &page("fr.html", "fr")), ("fr.html", &page("en.html", "en"))], &[]);
        check(
            &[("en.html", "<link rel=alternate hreflang=fr href=fr.html>"), ("fr.html", "")],
            &[
                "en.html: its twin `fr.html` (fr) does not link back",
                "en.html: no visible link leads to its twin `fr.html` (fr)",
            ],
        );
    }

    #[test]
    fn what_is_for_a_recipient_is_found_and_masked() {
        check(&[("a.html", "<p>Write to info@example.ca. See https://example.org/@user"), ("x.txt", "a @ b")], &[]);
        check(
            &[
                ("a.html", "Camille &lt;camille@example.ca&gt;"),
                ("b.html", "<a href=https://slot.invalid/unsubscribe>"),
            ],
            &[
                "a.html: the address c***@e***.ca is in none of the issues, nor the newsletter's",
                "b.html: it holds a link that is only for a recipient",
            ],
        );
    }

    #[test]
    fn feeds_and_calendars_that_cannot_be_read_are_named() {
        check(
            &[
                ("a.xml", "<a><<"),
                ("b.xml", "<a href=\"gone.html\"/>"),
                ("c.json", "{"),
                ("d.json", r#"{"items": [{"url": "https://example.ca/news/gone.html"}]}"#),
                ("e.ics", "BEGIN:VCALENDAR\r\n"),
            ],
            &[
                "a.xml: it is not well-formed XML",
                "b.xml: the link `gone.html` leads nowhere",
                "c.json: it is not JSON",
                "d.json: the link `https://example.ca/news/gone.html` leads nowhere",
                "e.ics: it is not a whole calendar",
            ],
        );
    }
}
