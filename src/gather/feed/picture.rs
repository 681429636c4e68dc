//! The picture that a feed offers with an item: Media RSS, an enclosure, or the image of a JSON Feed.

use std::collections::HashMap;

use feed_rs::model::{Entry, MediaObject};
use serde::Deserialize;
use url::Url;

use super::super::item::{Item, Picture};
use super::super::{links, text};

/// The first picture of an item; of one in many sizes that is the first named, as `<media:content>` asks for
/// (Media RSS 1.5.1, "isDefault" and document order).
pub(super) fn of(entry: &Entry, base: Option<&Url>) -> Option<Picture> {
    let media = entry.media.iter().find_map(|media| {
        let src = media.content.iter().find_map(|content| {
            let url = content.url.as_ref()?.as_str();
            is_image(content.content_type.as_ref().map(ToString::to_string).as_deref(), url).then_some(url)
        });
        let src = src.or_else(|| media.thumbnails.first().map(|thumbnail| thumbnail.image.uri.as_str()))?;
        picture(src, base, Some(media))
    });
    media.or_else(|| {
        let enclosures = entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure"));
        enclosures
            .filter(|link| is_image(link.media_type.as_deref(), &link.href))
            .find_map(|link| picture(&link.href, base, None))
    })
}

/// What an item of a JSON Feed says of its picture (JSON Feed 1.1, `image` and `banner_image`); the parser leaves it out.
#[derive(Deserialize)]
struct Shown {
    id: serde_json::Value,
    image: Option<String>,
    banner_image: Option<String>,
}

/// The items of a JSON Feed, of which only pictures are wanted.
#[derive(Deserialize)]
struct Pictured {
    items: Vec<Shown>,
}

/// Gives each item of a JSON Feed its picture, unless an attachment was one.
pub(super) fn add_of_json(json: &str, items: &mut [Item]) {
    // A feed that its parser has read but this does not is one without pictures.
    let Ok(Pictured { items: shown }) = serde_json::from_str(json) else { return };
    let of = |shown: Shown| {
        let id = shown.id.as_str().map_or_else(|| shown.id.to_string(), str::to_owned);
        Some((id.trim().to_owned(), shown.image.or(shown.banner_image)?))
    };
    let urls: HashMap<String, String> = shown.into_iter().filter_map(of).collect();
    for item in items.iter_mut().filter(|item| item.picture.is_none()) {
        let url = item.guid.as_ref().and_then(|guid| urls.get(guid));
        item.picture = url.and_then(|url| picture(url, None, None));
    }
}

fn picture(src: &str, base: Option<&Url>, media: Option<&MediaObject>) -> Option<Picture> {
    let (shown, _) = links::both(src, base);
    let src = shown.filter(|url| url.starts_with("http"))?;
    let said = media.and_then(|media| media.description.as_ref().or(media.title.as_ref()));
    let alt = said.map(|said| text::of_html(text::head(&said.content, super::LINE_BYTES_MAX), text::TITLE_CHARS_MAX));
    let credit = media.and_then(|media| media.credits.first()).map(|credit| text::line(&credit.entity, 100));
    Some(Picture { src, alt: alt.unwrap_or_default(), credit: credit.filter(|credit| !credit.is_empty()) })
}

/// By what the feed says it is, else by its name.
fn is_image(media_type: Option<&str>, url: &str) -> bool {
    if let Some(media_type) = media_type {
        return media_type.to_ascii_lowercase().starts_with("image/");
    }
    let path = url.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp"].iter().any(|end| path.ends_with(end))
}
