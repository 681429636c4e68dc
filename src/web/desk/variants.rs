//! The ways in which an edition is looked at: its HTML as a mail program shows it, made ready for a frame that runs and
//! loads nothing. What is sent is never touched by this.

use crate::model::{Edition, Part};

/// A way of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variant {
    Desktop,
    Phone,
    Dark,
    WithoutImages,
    Text,
    Source,
    Heard,
}

impl Variant {
    pub(super) const ALL: [Self; 7] =
        [Self::Desktop, Self::Phone, Self::Dark, Self::WithoutImages, Self::Text, Self::Source, Self::Heard];

    /// As it stands in addresses.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::Phone => "phone",
            Self::Dark => "dark",
            Self::WithoutImages => "no-images",
            Self::Text => "text",
            Self::Source => "source",
            Self::Heard => "heard",
        }
    }

    pub(super) fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variant| variant.key() == key)
    }

    /// Whether it is shown in a frame.
    pub(super) const fn is_framed(self) -> bool {
        matches!(self, Self::Desktop | Self::Phone | Self::Dark | Self::WithoutImages)
    }
}

/// An edition's HTML for a frame.
pub(super) fn framed(edition: &Edition, variant: Variant) -> String {
    let mut html = edition.html.clone();
    if variant == Variant::WithoutImages {
        html = without_sources(&html);
    }
    for part in &edition.parts {
        html = html.replace(&format!("cid:{}", part.cid), &inline(part));
    }
    if variant == Variant::Dark {
        html = dark(&html);
    }
    // A click leads nowhere in the frame itself.
    html.replacen("<head>", "<head><base target=\"_blank\">", 1)
}

fn inline(part: &Part) -> String {
    format!("data:{};base64,{}", part.media_type, data_encoding::BASE64.encode(&part.bytes))
}

/// What a mail program shows that blocks pictures: their texts.
fn without_sources(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<img") {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end + 1);
        out.push_str(&rest[..at]);
        out.push_str(&rest[at..end].replace(" src=", " data-src="));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// The dark colours that an edition brings along, shown whatever the browser prefers.
fn dark(html: &str) -> String {
    let shown = html.replace("(prefers-color-scheme: dark)", "all").replace("(prefers-color-scheme:dark)", "all");
    shown.replacen("<head>", "<head><style>:root{color-scheme:dark}</style>", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_in_the_frame_or_are_their_texts() {
        let html = "<img alt=\"a fox\" src=\"cid:x@y\" width=\"1\"><p src=\"z\">";
        assert_eq!(without_sources(html), "<img alt=\"a fox\" data-src=\"cid:x@y\" width=\"1\"><p src=\"z\">");
        let part = Part { cid: "x@y".into(), media_type: "image/png".into(), bytes: vec![1, 2] };
        assert_eq!(inline(&part), "data:image/png;base64,AQI=");
        assert!(dark("<head><style>@media (prefers-color-scheme:dark){p{}}").contains("@media all{"));
    }
}
