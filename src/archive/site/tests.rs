//! The site as readers, feed readers and somebody hostile meet it.

use serde_json::json;

use super::*;
use crate::compose::{Templates, site_words};

fn newsletter() -> Newsletter {
    toml_edit::de::from_str(include_str!("../../../newsletter.toml")).unwrap()
}

fn past(id: &str, left_at: &str, subject: &str) -> Past {
    let half = |lang: &str, title: &str| {
        let rich = |html: &str| json!({"html": html, "text": ""});
        json!({
            "lang": lang, "tag": format!("{lang}-CA"), "dir": "ltr", "title": title, "tagline": "", "subject": subject,
            "preheader": "Before", "date": format!("date of {id}"), "issue_of": format!("issue of {id}"),
            "opening": rich("<p>Hello</p><h4>More</h4>"), "signature": "",
            "contribute": rich(""), "connect": rich(""), "about": rich(""),
            "sections": [{"id": "tools", "anchor": format!("{lang}-tools"), "name": "Tools", "stories": [{
                "id": "file-a", "anchor": format!("{lang}-story-file-a"), "label": "", "title": format!("{subject}!"),
                "title_lang": null, "title_url": null, "button_url": null, "button": null, "summary": "", "teaser": subject,
                "body": rich("<p>Body</p>"), "author": "", "contact": null, "image": null, "event": null,
                "deadline": null, "only": null,
            }]}],
        })
    };
    let web = json!({"issue": id, "halves": [half("en", "CCO News"), half("fr", "Nouvelles du BCC")]});
    Past {
        web: serde_json::from_value(web).unwrap(),
        left_at: left_at.parse().unwrap(),
        pictures: BTreeMap::new(),
        calendars: BTreeMap::new(),
    }
}

fn made(issues: &[Past], newsletter: &Newsletter) -> BTreeMap<String, String> {
    let templates = Templates::load(None).unwrap();
    let words = newsletter.languages.iter().map(|lang| (lang.clone(), site_words(&templates, lang).unwrap())).collect();
    let files = site(&Site { newsletter, issues, words: &words, style: "", has_stories: false });
    files.into_iter().map(|file| (file.path, String::from_utf8(file.bytes).unwrap())).collect()
}

#[test]
fn what_is_pointed_at_is_written_before_what_points_at_it() {
    let templates = Templates::load(None).unwrap();
    let newsletter = newsletter();
    let words = newsletter.languages.iter().map(|lang| (lang.clone(), site_words(&templates, lang).unwrap())).collect();
    let issues = [past("2026-12", "2026-12-09T15:00:00Z", "One"), past("2027-01", "2027-01-27T15:00:00Z", "Two")];
    let files = site(&Site { newsletter: &newsletter, issues: &issues, words: &words, style: "", has_stories: false });
    let at = |path: &str| files.iter().position(|file| file.path == path).unwrap();
    assert!(at("2026-12/fr.html") < at("sections/tools/en.html") && at("2027-01/en.html") < at("atom.en.xml"));
    assert!(at("sections/tools/fr.html") < at("en.html") && at("atom.fr.xml") < at("en.html"));
    assert_eq!(at("index.html"), files.len() - 1);
}

#[test]
fn a_new_issue_changes_no_page_of_an_old_one() {
    let old = past("2026-12", "2026-12-09T15:00:00Z", "One");
    let before = made(std::slice::from_ref(&old), &newsletter());
    let after = made(&[old, past("2027-01", "2027-01-27T15:00:00Z", "Two")], &newsletter());
    assert_eq!(before["2026-12/en.html"], after["2026-12/en.html"]);
    assert_ne!(before["en.html"], after["en.html"]);
    // The newest year, and in it the newest issue, come first.
    let index = &after["en.html"];
    assert!(index.find("id=\"y2027\"").unwrap() < index.find("id=\"y2026\"").unwrap());
}

#[test]
fn a_correction_leaves_a_dated_note_on_what_it_corrects() {
    let issues =
        [past("2026-12", "2026-12-09T15:00:00Z", "One"), past("2026-12-correction", "2026-12-15T15:00:00Z", "Mended")];
    let files = made(&issues, &newsletter());
    let (first, correction) = (&files["2026-12/fr.html"], &files["2026-12-correction/fr.html"]);
    assert!(first.contains("<strong>Correction\u{a0}:</strong> <a href=\"../2026-12-correction/fr.html\">date of 2026-12-correction\u{a0}: Mended</a>"), "{first}");
    assert!(first.contains("<dt>Date de modification\u{a0}:</dt> <dd><time datetime=\"2026-12-15\">2026-12-15</time>"));
    assert!(correction.contains("<strong>Ce numéro corrige\u{a0}:</strong> <a href=\"../2026-12/fr.html\">"));
    // A feed reader shows the corrected issue again.
    let (id, feed) = (files["atom.en.xml"].matches("<id>").count(), &files["atom.en.xml"]);
    assert_eq!((id, feed.matches("<updated>2026-12-15T15:00:00Z</updated>").count()), (3, 3));
}

#[test]
fn what_is_hostile_stays_text() {
    let files =
        made(&[past("2026-12", "2026-12-09T15:00:00Z", "<script>alert(1)</script>\"' ]]>\u{202e}")], &newsletter());
    // In JSON a title is text, and no markup.
    for (path, text) in files.iter().filter(|(path, _)| !path.contains(".json")) {
        assert!(!text.contains("<script") && !text.contains('\u{202e}'), "{path}");
    }
    assert!(files["atom.en.xml"].contains("<title>&lt;script&gt;"));
    assert!(files["atom.en.xml"].contains("&amp;lt;script&amp;gt;"), "content is HTML, escaped once more");
}

#[test]
fn an_issue_keeps_its_identity_when_the_site_gets_an_address() {
    let issues = [past("2026-12", "2026-12-09T15:00:00Z", "One")];
    let without = made(&issues, &newsletter());
    let mut newsletter = newsletter();
    newsletter.archive.url = Some("https://example.ca/news".to_owned());
    let with = made(&issues, &newsletter);
    let ids = |files: &BTreeMap<String, String>| {
        let feed: serde_json::Value = serde_json::from_str(&files["feed.fr.json"]).unwrap();
        let atom = files["atom.fr.xml"].split("<id>").nth(2).unwrap().split('<').next().unwrap().to_owned();
        assert_eq!(feed["items"][0]["id"], atom);
        atom
    };
    assert_eq!(ids(&without), ids(&with));
    assert!(ids(&with).starts_with("urn:uuid:"));
    assert!(!without.contains_key("sitemap.xml") && !without["feed.fr.json"].contains("\"url\""));
    assert!(
        with["sitemap.xml"].contains("<loc>https://example.ca/news/2026-12/fr.html</loc><lastmod>2026-12-09</lastmod>")
    );
    assert!(with["atom.fr.xml"].contains("href=\"https://example.ca/news/atom.fr.xml\""));
    assert!(with["feed.fr.json"].contains("\"url\": \"https://example.ca/news/2026-12/fr.html\""));
    // Links between pages stay relative: the site works from a shared drive all the same.
    assert!(with["2026-12/en.html"].contains("<a href=\"fr.html\" hreflang=\"fr-CA\" lang=\"fr-CA\">Français</a>"));
}

#[test]
fn without_an_issue_there_are_first_pages_that_say_so_and_no_feeds() {
    let files = made(&[], &newsletter());
    assert_eq!(files.keys().collect::<Vec<_>>(), ["en.html", "fr.html", "index.html"]);
    assert!(files["fr.html"].contains("Aucun numéro n&#39;est encore parti."));
}
