//! A page without a feed to items, by the CSS selectors of its source.

use jiff::tz::TimeZone;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::item::{Item, Items, Picture};
use super::{dates, decode, links, markup, text};
use crate::http::Body;
use crate::model::{Page, Text, Words};

/// Items of one page: a list that a person can read has fewer.
const ITEMS_MAX: usize = 500;
/// Real pages nest 60 deep, more where end tags are missing; the parser's time grows with the square.
const DEPTH_MAX: usize = 250;

/// What a selector finds: the text of an element, or one of its attributes (`a@href`).
struct Find {
    /// None: the item itself (`@href` alone, or `.`).
    selector: Option<Selector>,
    attribute: Option<String>,
}

/// What one page of a list says.
#[derive(Debug)]
pub(super) struct Leaf {
    pub(super) items: Items,
    /// The list goes on there; on the same host only.
    pub(super) next: Option<String>,
}

/// Reads a page that was fetched from `url`; dates without a zone are in `local`.
pub(super) fn read(page: &Page, body: &Body, url: &str, local: &TimeZone) -> Result<Leaf, Words> {
    let decoded = decode::decode(&body.bytes, body.charset.as_deref());
    if markup::html_depth(&decoded) > DEPTH_MAX {
        return Err(words!(
            "the page nests more than {DEPTH_MAX} elements deep",
            "les éléments de la page sont imbriqués sur plus de {DEPTH_MAX} niveaux"
        ));
    }
    let find = |text: &Option<String>| text.as_deref().map(Find::parse).transpose();
    let item = Selector::parse(&page.item).map_err(|_| bad_selector(&page.item))?;
    let title = Find::parse(&page.title)?;
    let (link, date, summary) = (find(&page.link)?, find(&page.date)?, find(&page.summary)?);
    let (next, image) = (find(&page.next)?, find(&page.image)?);
    let tree = Html::parse_document(&decoded);
    let base = base(&tree, url);
    let mut items = Vec::new();
    for element in tree.select(&item).take(ITEMS_MAX) {
        let title = text::line(&title.text(element).unwrap_or_default(), text::TITLE_CHARS_MAX);
        if title.is_empty() {
            continue;
        }
        // Without a selector the first link of the item is its own.
        let href = match &link {
            Some(link) => link.text(element),
            None => Find::parse("a@href")?.text(element),
        };
        let href = href.and_then(|href| base.as_ref()?.join(href.trim()).ok()).map(String::from);
        let summary = summary.as_ref().and_then(|find| find.text(element)).unwrap_or_default();
        let date = date.as_ref().and_then(|find| find.text(element));
        items.push(Item {
            guid: None,
            url: href.as_deref().and_then(links::canonical),
            text: Text {
                title,
                summary: text::line(&summary, text::SUMMARY_CHARS_MAX),
                body: String::new(),
                url: href.as_deref().and_then(links::clean).filter(|link| !link.starts_with("mailto:")),
            },
            date: date.and_then(|date| dates::parse(&date)?.instant(local)),
            author: None,
            picture: image.as_ref().and_then(|image| picture(image, element, base.as_ref())),
            categories: Vec::new(),
        });
    }
    if items.is_empty() {
        let selector = &page.item;
        return Err(words!(
            "nothing on the page matches `{selector}`: has the page changed?",
            "rien dans la page ne correspond à `{selector}`\u{a0}: la page a-t-elle changé?"
        ));
    }
    let next = next.and_then(|next| next.text(tree.root_element())).and_then(|href| on_host(&href, base.as_ref(), url));
    Ok(Leaf { items: Items { items, notes: Vec::new() }, next })
}

/// The picture of an item, with its own alternative text.
fn picture(find: &Find, item: ElementRef<'_>, base: Option<&Url>) -> Option<Picture> {
    let src = base?.join(find.text(item)?.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let alt = find.element(item).and_then(|element| element.attr("alt")).unwrap_or_default();
    Some(Picture { src: src.into(), alt: text::line(alt, text::TITLE_CHARS_MAX), credit: None })
}

/// A link that stays on the host of its page.
fn on_host(href: &str, base: Option<&Url>, page: &str) -> Option<String> {
    let mut next = base?.join(href.trim()).ok()?;
    next.set_fragment(None);
    (next.host() == Url::parse(page).ok()?.host()).then(|| next.into())
}

fn base(tree: &Html, url: &str) -> Option<Url> {
    let page = Url::parse(url).ok()?;
    let own = Selector::parse("base[href]").ok().and_then(|selector| {
        let href = tree.select(&selector).next()?.attr("href")?.to_owned();
        page.join(&href).ok()
    });
    Some(own.unwrap_or(page))
}

fn bad_selector(selector: &str) -> Words {
    words!(
        "`{selector}` in `sources.toml` is not a CSS selector",
        "`{selector}` dans `sources.toml` n'est pas un sélecteur CSS"
    )
}

impl Find {
    fn parse(text: &str) -> Result<Self, Words> {
        let (selector, attribute) = match text.rsplit_once('@') {
            Some((selector, attribute)) => (selector.trim(), Some(attribute.trim().to_owned())),
            None => (text.trim(), None),
        };
        let selector = match selector {
            "" | "." => None,
            selector => Some(Selector::parse(selector).map_err(|_| bad_selector(text))?),
        };
        Ok(Self { selector, attribute })
    }

    fn element<'a>(&self, item: ElementRef<'a>) -> Option<ElementRef<'a>> {
        match &self.selector {
            Some(selector) => item.select(selector).next(),
            None => Some(item),
        }
    }

    fn text(&self, item: ElementRef<'_>) -> Option<String> {
        let element = self.element(item)?;
        match &self.attribute {
            Some(attribute) => element.attr(attribute).map(str::to_owned),
            // Words of neighbouring elements do not grow together.
            None => Some(element.text().collect::<Vec<_>>().join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_by_its_selectors_with_dates_in_words() {
        let page: Page = toml_edit::de::from_str(
            r#"id = "p"
            item = "article"
            title = "h2"
            link = "a@href"
            date = ".date"
            summary = "p"
            image = "img@src"
            fr = "https://example.ca/fr/""#,
        )
        .unwrap();
        let html = "<html><body><article><h2><a href='nouvelle.html?utm_source=x'>Une <b>nouvelle</b></a></h2><img src='/p.jpg' alt='Deux personnes'><span class=date>Publié le 1er décembre 2026</span><p>Texte.</p></article><article><h2></h2></article></body></html>";
        let body = Body { bytes: html.as_bytes().to_vec(), content_type: None, charset: None, status: 200 };
        let read = |page: &Page| read(page, &body, "https://example.ca/fr/", &TimeZone::UTC);
        let items = read(&page).unwrap().items.items;
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].text.title, "Une nouvelle");
        assert_eq!(items[0].url.as_deref(), Some("https://example.ca/fr/nouvelle.html"));
        assert_eq!(items[0].date.unwrap().to_string(), "2026-12-01T00:00:00Z");
        let picture = items[0].picture.as_ref().unwrap();
        assert_eq!((picture.src.as_str(), picture.alt.as_str()), ("https://example.ca/p.jpg", "Deux personnes"));
        for (next, expected) in
            [("a@href", Some("https://example.ca/fr/nouvelle.html?utm_source=x")), ("a.next@href", None)]
        {
            let page = Page { next: Some(next.into()), ..page.clone() };
            assert_eq!(read(&page).unwrap().next.as_deref(), expected, "{next}");
        }
        let here = "https://example.ca/";
        assert_eq!(on_host("//other.example/2", Url::parse(here).ok().as_ref(), here), None);
        assert!(read(&Page { item: "h9".into(), ..page.clone() }).unwrap_err().fr.contains("ne correspond"));
        assert!(read(&Page { item: "[".into(), ..page }).unwrap_err().en.contains("not a CSS selector"));
    }
}
