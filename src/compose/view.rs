//! What the templates see: an issue as plain data, with every text mended, styled and dated in its language. Templates
//! reach nothing else.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Value, json};

use super::locale::Locale;
use super::{Templates, picture, rich, typography};
use crate::model::{
    EditionId, Event, Finding, Image, Issue, IssueSection, Kind, Lang, Newsletter, Part, Place, Severity, Slot, Story,
    Text, Words,
};

/// What an edition is made of.
pub(super) struct Material<'a> {
    pub(super) issue: &'a Issue,
    pub(super) newsletter: &'a Newsletter,
    pub(super) images: &'a BTreeMap<String, Part>,
}

/// Typography that was mended: rule, language, story, the text before.
#[derive(Debug, Default)]
pub(super) struct Mended {
    seen: BTreeSet<(String, Lang, String)>,
    notes: Vec<Finding>,
}

/// Characters of a text that a finding shows.
const EXCERPT_CHARS: usize = 60;

impl Mended {
    fn note(&mut self, rule: &'static str, lang: &Lang, story: &str, before: &str) {
        if !self.seen.insert((rule.to_owned(), lang.clone(), story.to_owned())) {
            return;
        }
        self.notes.push(Finding {
            rule: rule.to_owned(),
            severity: Severity::Fixed,
            language: Some(lang.clone()),
            place: Place::Edition {
                edition: EditionId::of(lang).to_string(),
                story: (!story.is_empty()).then(|| story.to_owned()),
            },
            excerpt: before.chars().take(EXCERPT_CHARS).collect(),
            message: words!("typography was mended", "la typographie a été corrigée"),
            hint: Words::default(),
            waived: None,
        });
    }

    /// The report.
    pub(super) fn findings(self) -> Vec<Finding> {
        self.notes
    }
}

/// One language of an edition on its way into data.
struct Half<'a, 'm> {
    material: &'a Material<'a>,
    lang: &'a Lang,
    templates: &'a Templates,
    locale: &'a Locale,
    is_bilingual: bool,
    mended: &'m mut Mended,
}

/// The subject in a language.
pub(super) fn subject(material: &Material<'_>, lang: &Lang) -> String {
    let text = material.issue.subject.get(lang).filter(|text| !text.is_empty());
    let text = text.unwrap_or(&material.newsletter.language(lang).title);
    typography::mended(text, lang, &mut |_, _| ()).into_owned()
}

/// The preheader in a language.
pub(super) fn preheader(material: &Material<'_>, lang: &Lang) -> String {
    let text = material.issue.preheader.get(lang).map_or("", String::as_str);
    typography::mended(text, lang, &mut |_, _| ()).into_owned()
}

/// The whole edition as data.
pub(super) fn edition(
    material: &Material<'_>,
    templates: &Templates,
    langs: &[Lang],
    mended: &mut Mended,
) -> Result<Value> {
    let mut halves = Vec::new();
    for lang in langs {
        let locale = templates.locale(lang)?;
        let mut half = Half { material, lang, templates, locale, is_bilingual: langs.len() > 1, mended };
        halves.push(half.value(halves.is_empty())?);
    }
    let newsletter = material.newsletter;
    let first = newsletter.language(&langs[0]);
    let titles: Vec<&str> = langs.iter().map(|lang| newsletter.language(lang).title.as_str()).collect();
    let preheaders: Vec<String> = langs.iter().map(|lang| preheader(material, lang)).collect();
    let subjects: Vec<String> = langs.iter().map(|lang| subject(material, lang)).collect();
    // The notice and the jump stand in the language of the half to which they lead (FEDERAL 1.2).
    let mut jumps = Vec::new();
    for lang in &langs[1..] {
        let locale = templates.locale(lang)?;
        jumps.push(json!({
            "notice": locale.say("follows", &[])?, "words": locale.say("jump", &[])?,
            "tag": newsletter.language(lang).tag, "anchor": lang.as_str(),
        }));
    }
    Ok(json!({
        "tag": first.tag, "dir": "ltr", "title": titles.join(" | "), "subject": subjects.join(" | "),
        "preheader": preheaders.join(" | "), "is_bilingual": langs.len() > 1, "jumps": jumps, "halves": halves,
    }))
}

impl Half<'_, '_> {
    fn mend(&mut self, text: &str, story: &str) -> String {
        let (lang, mended) = (self.lang, &mut *self.mended);
        typography::mended(text, lang, &mut |rule, before| mended.note(rule, lang, story, before)).into_owned()
    }

    fn rich(&mut self, html: &str, story: &str) -> Value {
        let level = if self.is_bilingual { 5 } else { 4 };
        let rich = rich::rich(html, level, &mut |text| self.mend(text, story));
        json!({"html": rich.html, "text": rich.text})
    }

    fn value(&mut self, is_first: bool) -> Result<Value> {
        let Material { issue, newsletter, .. } = *self.material;
        let language = newsletter.language(self.lang);
        let date = issue.send_at.to_zoned(newsletter.schedule.zone()?).date();
        let mut sections = Vec::new();
        for section in &issue.sections {
            sections.push(self.section(section)?);
        }
        let (left, right) = sections.split_at(sections.len().div_ceil(2));
        let contents: Vec<&[Value]> = [left, right].into_iter().filter(|part| !part.is_empty()).collect();
        let contents = json!(contents);
        let blocks = &newsletter.blocks;
        let opening = issue.opening.get(self.lang).filter(|html| !html.trim().is_empty());
        let opening = opening.or(blocks.opening.get(self.lang)).map_or("", String::as_str);
        let block = |texts: &crate::model::Texts| texts.get(self.lang).cloned().unwrap_or_default();
        let (contribute, connect, about) = (block(&blocks.contribute), block(&blocks.connect), block(&blocks.about));
        let signature = block(&blocks.signature);
        let heading = if self.is_bilingual { ["h2", "h3", "h4"] } else { ["h1", "h2", "h3"] };
        Ok(json!({
            "lang": self.lang.as_str(), "tag": language.tag, "dir": "ltr", "label": language.label,
            "anchor": self.lang.as_str(), "is_first": is_first, "is_bilingual": self.is_bilingual,
            "h_title": heading[0], "h_section": heading[1],
            "title": language.title, "tagline": self.mend(&language.tagline, ""),
            "date": self.locale.date(date)?, "month": self.locale.month_and_year(date)?,
            "issue_of": self.locale.say("issue_of", &[("date", self.locale.date(date)?.into())])?,
            "others": self.others()?,
            "opening": self.rich(opening, ""), "signature": self.mend(&signature, ""),
            "contents": contents, "sections": sections,
            "contribute": self.rich(&contribute, ""), "connect": self.rich(&connect, ""),
            "about": self.rich(&about, ""),
            "organization": self.organization()?,
            "unsubscribe": Slot::Unsubscribe.token(), "preferences": Slot::Preferences.token(),
            "archive": newsletter.archive.url, "t": self.locale.plain(),
        }))
    }

    /// The other languages, each in its own words, for the link that changes language.
    fn others(&self) -> Result<Vec<Value>> {
        if self.is_bilingual {
            return Ok(Vec::new());
        }
        let newsletter = self.material.newsletter;
        let others = newsletter.languages.iter().filter(|lang| *lang != self.lang);
        others
            .map(|lang| {
                let language = newsletter.language(lang);
                let words = self.templates.locale(lang)?.say("switch", &[])?;
                Ok(json!({"tag": language.tag, "label": language.label, "words": words}))
            })
            .collect()
    }

    fn organization(&mut self) -> Result<Value> {
        let organization = &self.material.newsletter.organization;
        let text = |texts: &crate::model::Texts| texts.get(self.lang).cloned().unwrap_or_default();
        let behalf = text(&organization.on_behalf_of);
        let on_behalf_of = if behalf.is_empty() {
            String::new()
        } else {
            self.locale.say("on_behalf_of", &[("organization", behalf.into())])?
        };
        Ok(json!({
            "name": text(&organization.name), "acronym": text(&organization.acronym), "on_behalf_of": on_behalf_of,
            "address": text(&organization.address), "email": organization.email,
            "telephone": organization.telephone, "website": organization.website.get(self.lang),
        }))
    }

    fn section(&mut self, section: &IssueSection) -> Result<Value> {
        let newsletter = self.material.newsletter;
        let name = newsletter.section(&section.id).and_then(|known| known.name.get(self.lang)).cloned();
        let name = self.mend(name.as_deref().unwrap_or(&section.id), "");
        let anchor = format!("{}-{}", self.lang, section.id);
        let mut stories = Vec::new();
        for story in &section.stories {
            stories.push(self.story(story)?);
        }
        Ok(
            json!({"id": section.id, "h": if self.is_bilingual { "h3" } else { "h2" }, "anchor": anchor, "name": name, "stories": stories}),
        )
    }

    fn story(&mut self, story: &Story) -> Result<Value> {
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
        let label = match story.kind {
            Kind::News => String::new(),
            kind => self.locale.say(&format!("label_{}", kind_name(kind)), &[])?,
        };
        Ok(json!({
            "id": id, "anchor": format!("{}-story-{id}", self.lang), "kind": kind_name(story.kind), "label": label,
            "h": if self.is_bilingual { "h4" } else { "h3" },
            "title": title, "title_lang": self.title_lang(shown_lang), "url": text.url,
            "summary": summary, "body": self.rich(body, id), "author": author,
            "contact": self.contact(story),
            "image": self.image(story.image.as_ref(), id)?,
            "event": match &story.event { Some(event) => self.event(event)?, None => Value::Null },
            "deadline": match story.deadline { Some(day) => json!(self.locale.day(day)?), None => Value::Null },
            "only": self.only(story, shown_lang)?, "t": self.locale.plain(),
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
        let suffix =
            if shown == self.lang { Value::Null } else { json!(self.locale.say(&format!("only_{shown}"), &[])?) };
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
        let alt = image.alt.get(self.lang).cloned().unwrap_or_default();
        let credit = match &image.credit {
            Some(credit) => self.locale.say("photo", &[("credit", credit.as_str().into())])?,
            None => String::new(),
        };
        Ok(json!({
            "src": format!("cid:{}", part.cid), "alt": self.mend(&alt, story), "credit": credit,
            "width": width, "height": height,
        }))
    }

    fn event(&mut self, event: &Event) -> Result<Value> {
        let locale = self.locale;
        let text = |texts: &crate::model::Texts| texts.get(self.lang).cloned().unwrap_or_default();
        let language = match event.language.as_deref() {
            Some(key) => locale.say(&format!("language_{key}"), &[]).unwrap_or_else(|_| key.to_owned()),
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
