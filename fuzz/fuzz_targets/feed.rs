//! Bytes of a server as a feed.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The charset of the header is in the hands of the server too.
    let charset = match bytes.first() {
        Some(b'0') => Some("utf-16"),
        Some(b'1') => Some("iso-8859-1"),
        _ => None,
    };
    for text in cco_news::gather::read_feed(bytes, charset, "https://example.ca/feed").unwrap_or_default() {
        assert!(!text.title.is_empty() && text.title.chars().count() <= 300 && text.summary.chars().count() <= 600);
        let body = text.body.to_ascii_lowercase();
        // Words may say what they like; in words every `<` is written as an entity.
        let mut tags = body.split('<').skip(1).filter_map(|tag| tag.split('>').next());
        assert!(!tags.any(|tag| tag.starts_with("script") || tag.contains("=\"javascript:")), "{body}");
        assert!(text.url.is_none_or(|url| url.starts_with("http://") || url.starts_with("https://")));
    }
});
