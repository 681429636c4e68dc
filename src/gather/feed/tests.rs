//! Feeds of every kind, whole, broken and hostile.

use super::*;

fn body(bytes: &[u8], charset: Option<&str>) -> Body {
    Body { bytes: bytes.to_vec(), content_type: None, charset: charset.map(str::to_owned), status: 200 }
}

fn read_text(text: &str) -> Result<Items, Words> {
    read(&body(text.as_bytes(), None), "https://example.ca/feed", &TimeZone::UTC)
}

fn titles(text: &str) -> Vec<String> {
    read_text(text).unwrap().items.into_iter().map(|item| item.text.title).collect()
}

#[test]
fn every_kind_of_feed_is_read() {
    for (feed, title, url) in [
        (
            "<rss version='0.91'><channel><item><title>D&D &eacute;</title><link>/a?utm_source=x#y</link></item></channel></rss>",
            "D&D é",
            "https://example.ca/a",
        ),
        (
            "<rss version='2.0'><channel><item><title>a</title><guid>https://example.ca/g</guid></item></channel></rss>",
            "a",
            "https://example.ca/g",
        ),
        (
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel/><item><title>a</title><link>https://example.ca/b</link></item></rdf:RDF>",
            "a",
            "https://example.ca/b",
        ),
        (
            "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title mode='escaped' type='text/html'>&lt;b&gt;a&lt;/b&gt;</title><link rel='alternate' href='https://example.ca/c'/></entry></feed>",
            "a",
            "https://example.ca/c",
        ),
        (
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>Use &lt;b&gt;</title><link rel='self' href='x'/><link href='d'/></entry></feed>",
            "Use <b>",
            "https://example.ca/d",
        ),
        (
            r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1","title":"a","url":"https://example.ca/e","content_text":"x"}]}"#,
            "a",
            "https://example.ca/e",
        ),
    ] {
        let items = read_text(feed).unwrap_or_else(|why| panic!("{feed}: {why}")).items;
        assert_eq!(items[0].text.title, title, "{feed}");
        assert_eq!(items[0].url.as_deref(), Some(url), "{feed}");
    }
}

#[test]
fn well_formed_parts_of_a_broken_feed_are_kept() {
    let cut = "<rss version='2.0'><channel><title>t</title><item><title>a</title></item><item><title>b</title></item><item><title>c";
    assert_eq!(titles(cut), ["a", "b"]);
    assert!(read_text(cut).unwrap().notes[0].fr.contains("2 premiers"));
    let broken = "<rss version='2.0'><channel><item><title>a</title></item><item><title>b</link></item><item><title>c</title></item></channel></rss>";
    assert_eq!(titles(broken), ["a", "c"]);
    let many = format!("<rss version='2.0'><channel>{}</channel></rss>", "<item><title>a</title></item>".repeat(2_000));
    assert_eq!(titles(&many).len(), ITEMS_MAX);
}

#[test]
fn what_is_no_feed_says_so() {
    for (text, why) in [
        ("<!DOCTYPE html><html><body>Not Found</body></html>", "an HTML page, not a feed"),
        ("", "the answer is empty"),
        ("<rss version='2.0'><channel><title>t</title></channel></rss>", "a feed without entries"),
        ("hello", "it is not a feed that can be read"),
        ("{}", "it is not a feed that can be read"),
    ] {
        assert_eq!(read_text(text).unwrap_err().en, why, "{text}");
    }
}

fn files(folder: &str) -> Vec<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora").join(folder);
    let Ok(entries) = std::fs::read_dir(&root) else {
        eprintln!("skipped: {folder} is not here");
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn the_fixtures_of_feed_rs_are_read_without_fault() {
    for folder in ["atom", "jsonfeed", "rss0", "rss1", "rss2"] {
        for path in files(&format!("feed-rs/feed-rs/fixture/{folder}")) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".serde.json") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let ours = read(&body(&bytes, None), "https://example.ca/", &TimeZone::UTC);
            let n = ours.as_ref().map_or(0, |items| items.items.len());
            let theirs = feed_rs::parser::parse(&bytes[..]).map_or(0, |feed| feed.entries.len());
            assert!(n >= theirs.min(ITEMS_MAX), "{folder}/{name}: {n} of {theirs}");
        }
    }
}

#[test]
fn hostile_feeds_cost_little_and_stay_text() {
    for path in files("hostile-feeds") {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // The edge refuses more than 5 MB.
        let bytes = &bytes[..bytes.len().min(5 * 1024 * 1024)];
        // How much it costs is for the bench to say; what comes out may not be markup, nor another text.
        let read = read(&body(bytes, None), "https://example.ca/", &TimeZone::UTC);
        let titles: Vec<&str> =
            read.iter().flat_map(|items| &items.items).map(|item| item.text.title.as_str()).collect();
        let expected = match name.as_str() {
            "latin1_declared_utf8.xml"
            | "latin1_undeclared.xml"
            | "utf16be_bom.xml"
            | "utf16le_bom.xml"
            | "utf8_bom.xml" => Some("Résumé"),
            "cp1252_declared_iso8859.xml" => Some("l’été € œuvre"),
            "html_entities.xml" => Some("Résumé \u{A0}— D&D"),
            "bidi_zw.xml" => Some("abctxt.exe"),
            "crlf_title.xml" => Some(concat!("Breaking Bcc: victim", "@example", ".com body")),
            "null_and_ctrl.xml" => Some("abc"),
            _ => None,
        };
        assert!(expected.is_none_or(|title| titles.first() == Some(&title)), "{name}: {titles:?}");
        for item in read.iter().flat_map(|items| &items.items) {
            let Text { title, summary, body, url } = &item.text;
            assert!(
                title.chars().count() <= text::TITLE_CHARS_MAX && summary.chars().count() <= text::SUMMARY_CHARS_MAX,
                "{name}"
            );
            assert!(!body.contains("<script") && !body.contains("javascript:"), "{name}: {body}");
            assert!(url.as_deref().is_none_or(|url| url.starts_with("http")), "{name}: {url:?}");
            assert!(item.date.is_none_or(|date| date.to_string().as_str() < "2101"), "{name}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn nothing_that_a_server_sends_makes_the_reader_fail(text in "(<(rss|feed|item|entry|channel|title|link|/item|/title|/rss|!\\[CDATA\\[|\\?xml)[ >]|[a-zé&;#\"'=/\\]<>{}:0-9 ]{1,6}){0,40}") {
        let _ = read_text(&text);
        let _ = read(&body(text.as_bytes(), Some("utf-16")), "https://example.ca/", &TimeZone::UTC);
    }
}
