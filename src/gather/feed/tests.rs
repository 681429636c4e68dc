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

/// Title, address, summary or body, and date that a feed is read as.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

const FEEDS: [Row; 25] = [
    (
        "rss 0.90",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://channel.netscape.com/rdf/simple/0.9/'><channel><title>c</title></channel><item><title>a</title><link>http://example.ca/1</link></item></rdf:RDF>",
        "a",
        "http://example.ca/1",
        "",
    ),
    (
        "rss 0.91 with its document type",
        "<?xml version='1.0'?><!DOCTYPE rss PUBLIC '-//Netscape Communications//DTD RSS 0.91//EN' 'http://my.netscape.com/publish/formats/rss-0.91.dtd'><rss version='0.91'><channel><item><title>&Eacute;t&eacute;</title><link>http://example.ca/1</link><description>d</description></item></channel></rss>",
        "Été",
        "http://example.ca/1",
        "d",
    ),
    (
        "rss 2.0 in a namespace",
        "<rss version='2.0' xmlns='http://backend.userland.com/rss2'><channel><item><title>a</title><link>http://example.ca/1</link></item></channel></rss>",
        "a",
        "http://example.ca/1",
        "",
    ),
    (
        "rss with prefixed dublin core",
        "<rss version='2.0' xmlns:foo='http://purl.org/dc/elements/1.1/'><channel><item><foo:title>a</foo:title><link>http://example.ca/1</link><foo:description>d</foo:description></item></channel></rss>",
        "a",
        "http://example.ca/1",
        "d",
    ),
    (
        "rdf with content",
        "<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' xmlns:c='http://purl.org/rss/1.0/modules/content/'><item r:about='http://example.ca/1'><title>a</title><link>http://example.ca/1</link><c:encoded><![CDATA[<p>b &amp; c</p>]]></c:encoded></item></r:RDF>",
        "a",
        "http://example.ca/1",
        "b & c",
    ),
    (
        "prefixed atom",
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>a</a:title><a:link href='http://example.ca/1'/><a:summary>d</a:summary></a:entry></a:feed>",
        "a",
        "http://example.ca/1",
        "d",
    ),
    (
        "atom without a namespace",
        "<feed><entry><title>a</title><link href='http://example.ca/1'/><summary>d</summary></entry></feed>",
        "a",
        "http://example.ca/1",
        "d",
    ),
    (
        "atom 0.3, base64",
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title>a</title><link rel='alternate' href='http://example.ca/1'/><content type='text/html' mode='base64'>PHA+w6l0w6k8L3A+</content></entry></feed>",
        "a",
        "http://example.ca/1",
        "été",
    ),
    (
        "atom 0.3, prefixed",
        "<x:feed version='0.3' xmlns:x='http://purl.org/atom/ns#'><x:entry><x:title>a</x:title><x:link rel='alternate' href='http://example.ca/1'/><x:summary>d</x:summary></x:entry></x:feed>",
        "a",
        "http://example.ca/1",
        "d",
    ),
    (
        "atom, xhtml title",
        "<feed ATOM><entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <b>b</b> &lt;c></div></title><link href='http://example.ca/1'/></entry></feed>",
        "a b <c>",
        "http://example.ca/1",
        "",
    ),
    (
        "atom, html title",
        "<feed ATOM><entry><title type='html'>a &amp;amp; &lt;i>b&lt;/i></title><link href='http://example.ca/1'/></entry></feed>",
        "a & b",
        "http://example.ca/1",
        "",
    ),
    (
        "atom, bases in each other",
        "<feed ATOM xml:base='http://example.ca/a/'><entry xml:base='b/'><title>t</title><link href='c'/><content type='html'>&lt;a href='d'>e&lt;/a></content></entry></feed>",
        "t",
        "http://example.ca/a/b/c",
        "http://example.ca/a/b/d",
    ),
    (
        "rss, base of the root",
        "<rss version='2.0' xml:base='http://example.ca/a/'><channel><item><title>t</title><link>c</link><description>&lt;a href='d'>e&lt;/a> &lt;p>x&lt;/p></description></item></channel></rss>",
        "t",
        "http://example.ca/a/c",
        "",
    ),
    (
        "rss, guid for a link",
        "<rss version='2.0'><channel><item><title>a</title><guid isPermaLink='true'>http://example.ca/1</guid></item></channel></rss>",
        "a",
        "http://example.ca/1",
        "",
    ),
    (
        "rss, guid that is none",
        "<rss version='2.0'><channel><item><title>a</title><guid isPermaLink='false'>http://example.ca/1</guid></item></channel></rss>",
        "a",
        "",
        "",
    ),
    (
        "rss, empty link",
        "<rss version='2.0'><channel><item><title>a</title><link/><guid>http://example.ca/1</guid></item></channel></rss>",
        "a",
        "http://example.ca/1",
        "",
    ),
    (
        "rss, atom link",
        "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><item><title>a</title><atom:link rel='alternate' href='http://example.ca/1'/></item></channel></rss>",
        "a",
        "http://example.ca/1",
        "",
    ),
    (
        "rss, only itunes",
        "<rss version='2.0' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><channel><item><title>a</title><link>http://example.ca/1</link><itunes:summary>d</itunes:summary></item></channel></rss>",
        "a",
        "http://example.ca/1",
        "d",
    ),
    (
        "rss, only media",
        "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><item><title>a</title><link>http://example.ca/1</link><media:description>d</media:description></item></channel></rss>",
        "a",
        "http://example.ca/1",
        "d",
    ),
    (
        "rss, no title",
        "<rss version='2.0'><channel><item><link>http://example.ca/1</link><description>d e</description></item></channel></rss>",
        "d e",
        "http://example.ca/1",
        "d e",
    ),
    (
        "rss, capitals",
        "<RSS VERSION='2.0'><CHANNEL><ITEM><TITLE>a</TITLE><LINK>http://example.ca/1</LINK></ITEM></CHANNEL></RSS>",
        "a",
        "http://example.ca/1",
        "",
    ),
    (
        "rss, entities in entities",
        "<rss version='2.0'><channel><item><title>a &amp;eacute; &amp;lt;b</title><link>http://example.ca/?a=1&amp;b=2</link></item></channel></rss>",
        "a é <b",
        "http://example.ca/?a=1&b=2",
        "",
    ),
    (
        "rss, bare address",
        "<rss version='2.0'><channel><item><title>a</title><link>http://example.ca/?a=1&b=2</link></item></channel></rss>",
        "a",
        "http://example.ca/?a=1&b=2",
        "",
    ),
    (
        "rss, items beside the channel",
        "<rss version='0.9'><channel><title>c</title></channel><item><title>a</title><link>http://example.ca/1</link></item></rss>",
        "a",
        "http://example.ca/1",
        "",
    ),
    (
        "rss, words after the root",
        "<rss version='2.0'><channel><item><title>a</title><link>http://example.ca/1</link></item></channel></rss>\n<!-- page made in 0.1 s --> junk <br>",
        "a",
        "http://example.ca/1",
        "",
    ),
];

#[test]
fn feeds_as_they_were_written_over_twenty_years_are_read_alike() {
    const ATOM: &str = "xmlns='http://www.w3.org/2005/Atom'";
    let mut wrong = Vec::new();
    for (name, feed, title, url, said) in FEEDS {
        let read = read_text(&feed.replace("ATOM", ATOM)).map(|items| items.items[0].clone());
        let is_right = read.as_ref().is_ok_and(|item| {
            let all = format!("{} {}", item.text.summary, item.text.body).replace("&amp;", "&");
            item.text.title == title && item.url.as_deref().unwrap_or_default() == url && all.contains(said)
        });
        if !is_right {
            wrong.push((name, read));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn dates_as_feeds_write_them_are_one_instant() {
    for date in [
        "2004-01-01T19:48:21Z",
        "2004-01-01T14:48:21-05:00",
        "2004-01-01 19:48:21",
        "20040101T194821Z",
        "Thu, 01 Jan 2004 19:48:21 GMT",
        "Thu, 1 Jan 2004 14:48:21 EST",
        "Wed, 01 Jan 2004 19:48:21 UT",
        "01 Jan 2004 19:48:21 +0000",
        "Thu, 01 Jan 04 19:48:21 GMT",
        "Thursday, 01-Jan-04 19:48:21 GMT",
        "Thu Jan  1 19:48:21 2004",
        "Thu Jan 01 19:48:21 UTC 2004",
        "Thu, Jan 1 2004 19:48:21 +0000",
        "Thu, 01 January 2004 19:48:21 +0000",
        "jeu., 01 janv. 2004 19:48:21 +0000",
        "2004-01-01T19:48:21.123+00:00",
    ] {
        let rss = format!(
            "<rss version='2.0'><channel><item><title>a</title><pubDate>{date}</pubDate></item></channel></rss>"
        );
        let read = read_text(&rss).unwrap().items[0].date;
        assert_eq!(read.map(|at| at.to_string()).as_deref(), Some("2004-01-01T19:48:21Z"), "{date}");
    }
    for (element, date) in [
        ("dc:date", "2004-01-01T19:48:21Z"),
        ("pubdate", "Thu, 01 Jan 2004 19:48:21 GMT"),
        ("dcterms:issued", "2004-01-01T19:48:21Z"),
    ] {
        let rss = format!(
            "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><title>a</title><{element}>{date}</{element}></item></channel></rss>"
        );
        assert_eq!(read_text(&rss).unwrap().items[0].date.unwrap().to_string(), "2004-01-01T19:48:21Z", "{element}");
    }
}

#[test]
fn a_picture_is_offered_with_what_its_source_says_of_it() {
    let item = |inside: &str| {
        format!(
            "<rss version='2.0' xmlns:media='http://search.yahoo.com/mrss/'><channel><item><title>a</title><description>d</description>{inside}</item></channel></rss>"
        )
    };
    let atom = |inside: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>a</title><link href='d'/>{inside}</entry></feed>"
        )
    };
    for (feed, expected) in [
        (
            item("<media:content url='https://example.ca/p.jpg?utm_source=x' type='image/jpeg'><media:description>Two &lt;b&gt;people&lt;/b&gt;</media:description><media:credit>A. Roy</media:credit></media:content>"),
            Some(("https://example.ca/p.jpg", "Two people", Some("A. Roy"))),
        ),
        (item("<enclosure url='https://example.ca/e.png' type='image/png' length='5'/>"), Some(("https://example.ca/e.png", "", None))),
        (item("<enclosure url='https://example.ca/talk.mp3' type='audio/mpeg' length='5'/>"), None),
        (item("<media:thumbnail url='javascript:alert(1)'/>"), None),
        (atom("<link rel='enclosure' type='image/webp' href='/w.webp'/>"), Some(("https://example.ca/w.webp", "", None))),
        (
            r#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1","title":"a","url":"https://example.ca/e","content_text":"x","image":"https://example.ca/i.jpg"}]}"#.to_owned(),
            Some(("https://example.ca/i.jpg", "", None)),
        ),
    ] {
        let items = read_text(&feed).unwrap().items;
        let picture = items[0].picture.as_ref().map(|it| (it.src.as_str(), it.alt.as_str(), it.credit.as_deref()));
        assert_eq!(picture, expected, "{feed}");
    }
}
