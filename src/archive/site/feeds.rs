//! Feeds of a language: Atom (RFC 4287) and JSON Feed 1.1. An issue keeps its identity whether or not the site has an
//! address yet, and when that address changes.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::issue::path;
use super::{Maker, Past, SiteFile, file};
use crate::archive::page::escaped;
use crate::model::{Digest, Lang, WebHalf};

/// Issues in a feed: two years, so that a reader who comes late has the last one of each season twice.
const ISSUES_MAX: usize = 24;

impl Maker<'_> {
    /// Both feeds; none before the first issue, since a feed must say when it was updated.
    pub(super) fn feeds(&self, lang: &Lang) -> Vec<SiteFile> {
        let issues: Vec<(&Past, &WebHalf)> = self.in_language(lang).take(ISSUES_MAX).collect();
        if issues.is_empty() {
            return Vec::new();
        }
        vec![
            file(format!("atom.{lang}.xml"), self.atom(lang, &issues)),
            file(format!("feed.{lang}.json"), self.json(lang, &issues)),
        ]
    }

    /// Writing to a `String` does not fail.
    fn atom(&self, lang: &Lang, issues: &[(&Past, &WebHalf)]) -> String {
        let (language, organization) = (self.language(lang), &self.newsletter().organization);
        let here = |path: &str| escaped(&self.address(path).unwrap_or_else(|| path.to_owned()));
        let (tag, own, home) =
            (escaped(&language.tag), here(&format!("atom.{lang}.xml")), here(&format!("{lang}.html")));
        let updated = issues.iter().map(|(past, _)| self.changed_at(past)).max().unwrap_or_default();
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{tag}\">\n\
             <id>{}</id>\n<title>{}</title>\n",
            self.urn(&["feed", lang.as_str()]),
            escaped(&language.title)
        );
        if !language.tagline.is_empty() {
            let _ = writeln!(out, "<subtitle>{}</subtitle>", escaped(&language.tagline));
        }
        let author = organization.name.get(lang).unwrap_or(&language.from_name);
        let _ = write!(
            out,
            "<updated>{}</updated>\n<author><name>{}</name></author>\n\
             <link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>\n\
             <link rel=\"alternate\" type=\"text/html\" hreflang=\"{tag}\" href=\"{home}\"/>\n",
            second(updated),
            escaped(author)
        );
        for (past, half) in issues {
            let path = path(past, lang);
            let href = here(&path);
            let _ = write!(
                out,
                "<entry>\n<id>{}</id>\n<title>{}</title>\n<published>{}</published>\n<updated>{}</updated>\n\
                 <link rel=\"alternate\" type=\"text/html\" hreflang=\"{tag}\" href=\"{href}\"/>\n",
                self.urn(&[past.web.issue.as_str(), lang.as_str()]),
                escaped(title(half)),
                second(past.left_at),
                second(self.changed_at(past))
            );
            for other in self.halves(past).filter(|other| other.lang != *lang) {
                let href = here(&self::path(past, &other.lang));
                let tag = escaped(&other.tag);
                let _ =
                    writeln!(out, "<link rel=\"alternate\" type=\"text/html\" hreflang=\"{tag}\" href=\"{href}\"/>");
            }
            if !half.preheader.is_empty() {
                let _ = writeln!(out, "<summary>{}</summary>", escaped(&half.preheader));
            }
            let address = self.address(&path).unwrap_or(path);
            let _ = write!(out, "<content type=\"html\">{}</content>\n</entry>\n", escaped(&html(half, &address)));
        }
        out.push_str("</feed>\n");
        out
    }

    /// Without an address of the site, an item has none (its `url` must be absolute) and its content is text.
    fn json(&self, lang: &Lang, issues: &[(&Past, &WebHalf)]) -> String {
        let language = self.language(lang);
        let author = self.newsletter().organization.name.get(lang).unwrap_or(&language.from_name);
        let mut feed = Map::new();
        let mut set = |key: &str, value: Value| feed.insert(key.to_owned(), value);
        set("version", json!("https://jsonfeed.org/version/1.1"));
        set("title", json!(language.title));
        if let Some(home) = self.address(&format!("{lang}.html")) {
            set("home_page_url", json!(home));
        }
        if let Some(own) = self.address(&format!("feed.{lang}.json")) {
            set("feed_url", json!(own));
        }
        if !language.tagline.is_empty() {
            set("description", json!(language.tagline));
        }
        set("language", json!(language.tag));
        set("authors", json!([{"name": author}]));
        let items: Vec<Value> = issues.iter().map(|(past, half)| self.item_of(past, half, lang)).collect();
        set("items", json!(items));
        serde_json::to_string_pretty(&feed).expect("our data has string keys only") + "\n"
    }

    fn item_of(&self, past: &Past, half: &WebHalf, lang: &Lang) -> Value {
        let mut item = json!({
            "id": self.urn(&[past.web.issue.as_str(), lang.as_str()]),
            "title": title(half),
            "date_published": second(past.left_at),
            "date_modified": second(self.changed_at(past)),
            "language": half.tag,
        });
        if !half.preheader.is_empty() {
            item["summary"] = json!(half.preheader);
        }
        match self.address(&path(past, lang)) {
            Some(address) => {
                item["content_html"] = json!(html(half, &address));
                item["url"] = json!(address);
            }
            None => item["content_text"] = json!(text(half)),
        }
        item
    }

    /// A name that stays: a UUID of version 8 (RFC 9562, 5.8) made of a digest.
    fn urn(&self, parts: &[&str]) -> String {
        let named = format!("{}\n{}", self.newsletter().id, parts.join("\n"));
        let hex = Digest::of(named.as_bytes());
        let hex = hex.as_str();
        format!("urn:uuid:{}-{}-8{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }
}

fn title(half: &WebHalf) -> &str {
    if half.subject.is_empty() { &half.issue_of } else { &half.subject }
}

fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What the issue holds, by section, with links to each story on its page.
fn html(half: &WebHalf, address: &str) -> String {
    let mut out = String::new();
    for section in &half.sections {
        let _ = write!(out, "<h2>{}</h2><ul>", escaped(&section.name));
        for story in &section.stories {
            let href = escaped(&format!("{address}#{}", story.anchor));
            let tag = story.title_lang.as_deref();
            let lang = tag.map_or_else(String::new, |tag| format!(" lang=\"{}\"", escaped(tag)));
            let _ = write!(out, "<li><a href=\"{href}\"{lang}>{}</a>", escaped(&story.title));
            if !story.teaser.is_empty() {
                let _ = write!(out, "<br>{}", escaped(&story.teaser));
            }
            out.push_str("</li>");
        }
        out.push_str("</ul>");
    }
    out
}

fn text(half: &WebHalf) -> String {
    let mut out = String::new();
    for section in &half.sections {
        let _ = writeln!(out, "{}", section.name);
        for story in &section.stories {
            let _ = writeln!(out, "- {}", story.title);
        }
        out.push('\n');
    }
    out.trim_end().to_owned()
}
