//! A story as the templates see it: its texts mended and dated, and the partial of its kind.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Half, Layout};
use crate::compose::picture;
use crate::model::{Event, Image, Kind, Lang, Story, Text};

/// The partials of the kinds, and of a story in an edition that stands contents-first.
pub(in crate::compose) const PARTIALS: [&str; 8] =
    ["html/news", "html/event", "html/job", "html/award", "html/person", "html/resource", "html/call", "html/short"];

/// Characters of a teaser: two lines of the column.
const TEASER_CHARS: usize = 150;

impl Half<'_, '_> {
    pub(super) fn story(&mut self, story: &Story) -> Result<Value> {
        let id = story.id.as_str();
        let none = Text::default();
        // A story in one language is named by its title there; `check` blocks it unless it is `only`.
        let own = story.texts.get(self.lang);
        let shown_lang = own.map_or_else(|| story.texts.keys().next(), |_| Some(self.lang)).unwrap_or(self.lang);
        let text = own.or_else(|| story.texts.values().next()).unwrap_or(&none);
        let is_own = own.is_some();
        let title = if is_own { self.mend(&text.title, id) } else { text.title.clone() };
        let body = if is_own { text.body.as_str() } else { "" };
        let summary = if is_own { self.mend(&text.summary, id) } else { String::new() };
        let author = match story.author.get(self.lang) {
            Some(author) if !author.is_empty() => self.locale.say("by", &[("author", author.as_str().into())])?,
            _ => String::new(),
        };
        let kind = kind_name(story.kind);
        let word = |key: String| self.t.get(&key).cloned().unwrap_or(Value::Null);
        let label = if story.kind == Kind::News { json!("") } else { word(format!("label_{kind}")) };
        let button = word(format!("button_{kind}"));
        let anchor = format!("{}-story-{id}", self.lang);
        let body = self.rich(body, id);
        // A story whose kind has a button is left by it, any other by its title.
        let has_button = button != Value::Null && text.url.is_some();
        let web_copy = self.material.newsletter.web_copy(&self.material.issue.id, self.lang);
        let partial = match self.layout {
            Layout::Full => format!("html/{kind}"),
            Layout::ContentsFirst | Layout::TitlesOnly => "html/short".to_owned(),
        };
        let teaser = match self.layout {
            Layout::TitlesOnly => String::new(),
            _ if summary.is_empty() => teaser(body["text"].as_str().unwrap_or("")),
            _ => teaser(&summary),
        };
        let more = web_copy.map(|url| format!("{url}#{anchor}"));
        let (title_url, button_url) = match self.layout {
            // What exists in one language is read where it stands.
            Layout::ContentsFirst | Layout::TitlesOnly if !is_own => (text.url.as_ref(), None),
            Layout::ContentsFirst | Layout::TitlesOnly => (more.as_ref(), None),
            Layout::Full if has_button => (None, text.url.as_ref()),
            Layout::Full => (text.url.as_ref(), None),
        };
        Ok(json!({
            "id": id, "anchor": anchor, "kind": kind, "label": label,
            "partial": partial, "button": button,
            "h": if self.is_bilingual { "h4" } else { "h3" },
            "title": title, "title_lang": self.title_lang(shown_lang), "url": text.url,
            "teaser": teaser,
            "title_url": title_url, "button_url": button_url, "more": more,
            "summary": summary, "body": body, "author": author,
            "contact": self.contact(story),
            "image": self.image(story.image.as_ref(), id)?,
            "event": match &story.event { Some(event) => self.event(event)?, None => Value::Null },
            "deadline": match story.deadline { Some(day) => json!(self.locale.day(day)?), None => Value::Null },
            "only": self.only(story, shown_lang)?, "t": self.story_t,
        }))
    }

    /// The tag of a title that is in another language than the edition.
    fn title_lang(&self, shown: &Lang) -> Value {
        if shown == self.lang {
            return Value::Null;
        }
        json!(self.material.newsletter.language.get(shown).map_or(shown.as_str(), |language| language.tag.as_str()))
    }

    /// The notice of one-language third-party material (RULES, `only` stories).
    fn only(&self, story: &Story, shown: &Lang) -> Result<Value> {
        let Some(only) = &story.only else { return Ok(Value::Null) };
        let organization = only.organization.clone().unwrap_or_default();
        let suffix = if shown == self.lang {
            Value::Null
        } else {
            let language = self.locale.language(shown.as_str(), &self.material.newsletter.language)?;
            json!(self.locale.say("only_in", &[("language", language.into())])?)
        };
        let notice = self.locale.say("only_notice", &[("organization", organization.into())])?;
        Ok(json!({"suffix": suffix, "notice": notice}))
    }

    fn contact(&mut self, story: &Story) -> Value {
        let Some(contact) = story.contact.get(self.lang).filter(|contact| !contact.is_empty()) else {
            return Value::Null;
        };
        let is_address = contact.contains('@') && !contact.contains(char::is_whitespace);
        json!({"text": contact, "is_address": is_address})
    }

    fn image(&mut self, image: Option<&Image>, story: &str) -> Result<Value> {
        let Some((image, part)) = image.and_then(|image| Some((image, self.material.images.get(&image.src)?))) else {
            return Ok(Value::Null);
        };
        let (width, height) = picture::shown(&part.bytes);
        let (portrait_width, portrait_height) = picture::portrait(&part.bytes);
        let alt = image.alt.get(self.lang).cloned().unwrap_or_default();
        let credit = match &image.credit {
            Some(credit) => self.locale.say("photo", &[("credit", credit.as_str().into())])?,
            None => String::new(),
        };
        Ok(json!({
            "src": format!("cid:{}", part.cid), "alt": self.mend(&alt, story), "credit": credit,
            "width": width, "height": height,
            "portrait_width": portrait_width, "portrait_height": portrait_height,
        }))
    }

    fn event(&mut self, event: &Event) -> Result<Value> {
        let locale = self.locale;
        let text = |texts: &crate::model::Texts| texts.get(self.lang).cloned().unwrap_or_default();
        let language = match event.language.as_deref() {
            Some(key) => locale.language(key, &self.material.newsletter.language)?,
            None => String::new(),
        };
        let zone = &self.material.newsletter.schedule.time_zone;
        let register_by = event.register_by.map(|day| locale.day(day)).transpose()?;
        let (location, audience) = (text(&event.location), text(&event.audience));
        Ok(json!({
            "day": event.starts.day().to_string(), "month": locale.month(event.starts.month())?,
            "when": locale.when(event, zone)?,
            "where": self.mend(&location, ""), "audience": self.mend(&audience, ""), "language": language,
            "register_by": register_by,
        }))
    }
}

/// The first two lines of a text, cut where a sentence or a word ends.
fn teaser(text: &str) -> String {
    let first = text.split("\n\n").find(|part| !part.trim().is_empty()).unwrap_or("").replace('\n', " ");
    // An address would fill both lines.
    let words = first.split(' ').filter(|word| !word.contains("://") && !word.is_empty());
    let mut out = String::new();
    for word in words {
        if out.chars().count() + word.chars().count() + 1 > TEASER_CHARS {
            return out.trim_end_matches([',', ';', ':', '\u{a0}', '.']).to_owned() + "…";
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A kind's name in templates and locales.
const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::News => "news",
        Kind::Event => "event",
        Kind::Job => "job",
        Kind::Award => "award",
        Kind::Person => "person",
        Kind::Resource => "resource",
        Kind::Call => "call",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teaser_has_two_lines_and_ends_at_a_word() {
        assert_eq!(teaser("Short.\n\nSecond."), "Short.");
        let long = teaser(&"word, ".repeat(60));
        assert!(long.ends_with("word…") && long.chars().count() <= TEASER_CHARS + 1, "{long}");
        assert_eq!(teaser("See the guide (https://example.ca/x)"), "See the guide");
    }
}
