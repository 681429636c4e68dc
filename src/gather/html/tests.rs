//! What goes through the sanitiser, and what does not.

use proptest::strategy::Strategy as _;
use scraper::Node;

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
        markdown("Type `a && b`.\n\n```sh\ncurl -X GET \\\n  https://example.ca\n```\n\n    x\n"),
        "<p>Type <code>a &amp;&amp; b</code>.</p><p><code>curl -X GET \\<br>https://example.ca</code></p><p><code>x</code></p>"
    );
    assert_eq!(
        markdown("# T\n\ntext\n*em*\n\n- a\n- b\n\n> q\n\n<script>x</script>"),
        "<h3>T</h3><p>text <em>em</em></p><ul><li>a</li><li>b</li></ul><blockquote><p>q</p></blockquote>"
    );
}

/// What stays after our writing is read by a browser's parser: nothing but the allow-list, no other attribute, no
/// other scheme.
fn assert_harmless(html: &str, from: &str) {
    const TAGS: [&str; 20] = [
        "html",
        "p",
        "br",
        "a",
        "strong",
        "em",
        "code",
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

#[test]
fn plain_html_goes_the_short_way_and_tag_soup_the_long_one() {
    for html in [
        "<p>a <a href=\"/b?x=1&amp;utm_source=y\" class='c'>d</a>&nbsp;: <br/>e</p>",
        "<div><h2>t</h2><ul><li>a</li>\n<li><p>b</p><ol start=\"3\"><li><em>c</em></li></ol></li></ul></div>",
        "x & y <span style=\"a\">z</span><img src=\"i.png\" alt=\"i\"/><hr>w",
    ] {
        let parts = plain::parts(html, None).unwrap_or_else(|| panic!("{html} goes the long way"));
        assert_eq!(cleared(write::written_parts(&parts)), sanitise_any(html, None), "{html}");
    }
    for html in
        ["<p>a<p>b", "<b><i>a</b></i>", "<a><a>", "<p><ul></ul></p>", "&eacute", "<script>", "<p/>a", "<!-- -->"]
    {
        assert!(plain::parts(html, None).is_none(), "{html}");
    }
}

proptest::proptest! {
    #[test]
    fn the_short_way_and_the_long_one_come_to_the_same(
        html in "(<(p|ul|ol|li|b|em|a|span|div|h2|blockquote|u|/p|/ul|/ol|/li|/b|/em|/a|/span|/div|/h2|/blockquote|/u|br|hr|img|br/)>|<a href=\"(/|//|https://example.ca/|mailto:a@|\\?|#|javascript:)[a-z?=&;.]{0,6}\">|&(amp|lt|nbsp|eacute|#233|#150|copy|x);?|[a-é \n]{1,3}|<|>){0,14}",
    ) {
        let base = Url::parse("https://example.ca/en/page.html").unwrap();
        for base in [None, Some(&base)] {
            if let Some(parts) = plain::parts(&html, base) {
                proptest::prop_assert_eq!(cleared(write::written_parts(&parts)), sanitise_any(&html, base));
            }
        }
    }

    #[test]
    fn nested_html_comes_to_the_same_both_ways(
        html in "[a-d <&é\n]{0,4}|<br>|<hr>|&nbsp;|<img alt=\"x\">".prop_recursive(6, 40, 4,
            |inner| {
                let name = proptest::sample::select(vec![
                    "p", "ul", "ol", "li", "b", "strong", "em", "a href=\"/x\"", "a", "span", "div", "h2", "blockquote", "u", "small",
                ]);
                let inside = proptest::collection::vec(inner, 0..4);
                (name, inside).prop_map(|(name, inside)| {
                    let end = name.split(' ').next().unwrap_or(name);
                    format!("<{name}>{}</{end}>", inside.concat())
                })
                .boxed()
            },
        ),
    ) {
        if let Some(parts) = plain::parts(&html, None) {
            proptest::prop_assert_eq!(cleared(write::written_parts(&parts)), sanitise_any(&html, None));
        }
    }
}
