//! What a fetched page says of itself: its language, its peer in another, and whether it is really there.

use scraper::{Html, Selector};

/// What was read of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageSeen {
    /// Whether it says that nothing is there.
    pub is_gone: bool,
    /// Its language, as a primary tag.
    pub language: Option<String>,
    /// Its address in another language.
    pub peer: Option<String>,
}

/// Reads a page. Its language is what it says; a page in two languages says neither.
pub fn read_page(html: &str, url: &str) -> PageSeen {
    let page = Html::parse_document(html);
    let primary = |tag: &str| tag.trim().to_lowercase().split(['-', '_']).next().unwrap_or("").to_owned();
    let language = page.root_element().attr("lang").map(primary).filter(|tag| !tag.is_empty());
    let base = url::Url::parse(url).ok();
    let select = |text: &str| Selector::parse(text).expect("a fixed selector");
    let others = select("link[rel~=\"alternate\"][hreflang][href], a[hreflang][href], a[lang][href]");
    let peer = page
        .select(&others)
        .filter(|link| {
            let tag = link.attr("hreflang").or_else(|| link.attr("lang")).map(primary).unwrap_or_default();
            matches!(tag.as_str(), "en" | "fr") && Some(&tag) != language.as_ref()
        })
        .find_map(|link| base.as_ref()?.join(link.attr("href")?).ok().map(|url| url.to_string()));
    let says = |selector: &str| -> String {
        page.select(&select(selector)).next().map(|it| it.text().collect::<String>().to_lowercase()).unwrap_or_default()
    };
    PageSeen { is_gone: [says("title"), says("h1")].iter().any(|text| is_gone(text)), language, peer }
}

/// Titles of pages that are not there.
fn is_gone(title: &str) -> bool {
    const WORDS: &[&str] = &[
        "not found",
        "page introuvable",
        "introuvable",
        "couldn't find that web page",
        "cannot find that web page",
        "ne pouvons trouver cette page",
        "n'existe pas",
        "error 404",
        "erreur 404",
        "no longer available",
        "n'est plus disponible",
    ];
    let title = title.replace('’', "'");
    let is_number = title.trim().starts_with("404") || title.trim().ends_with("404");
    is_number || WORDS.iter().any(|words| title.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_its_language_its_peer_and_whether_it_is_there() {
        let seen = read_page(
            "<html lang=\"en-CA\"><head><title>Guide</title><link rel=\"alternate\" hreflang=\"fr\" href=\"/fr/guide\"></head><body><h1>Guide</h1></body></html>",
            "https://example.ca/en/guide",
        );
        let peer = Some("https://example.ca/fr/guide".to_owned());
        assert_eq!(seen, PageSeen { is_gone: false, language: Some("en".into()), peer });
        for gone in ["<title>Not Found</title>", "<title>x</title><h1>Page introuvable</h1>", "<title>404</title>"] {
            assert!(read_page(gone, "https://example.ca/").is_gone, "{gone}");
        }
        assert!(!read_page("<title>Lost and found</title>", "https://example.ca/").is_gone);
    }
}
