//! Other people's HTML, and Markdown.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for html in [cco_news::gather::sanitise(text), cco_news::gather::markdown(text)] {
        let lower = html.to_ascii_lowercase();
        assert!(!lower.contains("<script") && !lower.contains("<style") && !lower.contains("<iframe"), "{html}");
        // Words may say what they like; in words every `<` is written as an entity.
        let mut tags = lower.split('<').skip(1).filter_map(|tag| tag.split('>').next());
        assert!(!tags.any(|tag| tag.contains("=\"javascript:")) && !lower.contains("slot.invalid"), "{html}");
        assert_eq!(cco_news::gather::sanitise(&html), html, "written twice is written once");
    }
});
