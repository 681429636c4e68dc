//! What the templates see: an issue as plain data, with every text mended, styled and dated in its language. Templates
//! reach nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::locale::Locale;
use super::{Templates, rich, typography};
use crate::model::{EditionId, Finding, Issue, IssueSection, Lang, Newsletter, Part, Place, Severity, Slot, Words};

mod story;

pub(super) use story::PARTIALS;

/// How much of each story an edition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Everything.
    Full,
    /// The title, two lines and the link to the web copy: a whole edition would be cut by Gmail (RULES CLI-01).
    ContentsFirst,
    /// As that, without the two lines: with them, an edition in several languages would still be cut.
    TitlesOnly,
}

/// Sections from which the contents list stands in two columns.
const COLUMNS_FROM: usize = 6;

/// What an edition is made of.
pub(super) struct Material<'a> {
    pub(super) issue: &'a Issue,
    pub(super) newsletter: &'a Newsletter,
    pub(super) images: &'a BTreeMap<String, Part>,
}

/// Typography that was mended: rule, language, story, the text before; and the texts as mended, for the editions in
/// which they stand again.
#[derive(Debug, Default)]
pub(super) struct Mended {
    seen: BTreeSet<(String, Lang, String)>,
    notes: Vec<Finding>,
    texts: HashMap<String, String>,
    rich: HashMap<String, Value>,
    /// Of a language and a story that mixes straight and curly apostrophes: the kind that all of them get.
    apostrophes: HashMap<String, Option<char>>,
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

    /// Notes that an edition stands contents-first, and why.
    pub(super) fn layout(&mut self, id: &EditionId, before: usize, after: usize) {
        let (before, after, max) = (before / 1000, after / 1000, crate::model::Edition::HTML_WIRE_BYTES_MAX / 1000);
        self.notes.push(Finding {
            rule: "CLI-01".to_owned(),
            severity: Severity::Info,
            language: None,
            place: Place::Edition { edition: id.to_string(), story: None },
            excerpt: String::new(),
            message: words!(
                "{before} KB of HTML is over {max}, so that Gmail would cut it: each story has its title, a link to the web copy and, where they fit, two lines ({after} KB)",
                "{before} Ko de HTML dépassent {max}, et Gmail couperait : chaque article a son titre, un lien vers la copie Web et, s'il y a place, deux lignes ({after} Ko)"
            ),
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
    layout: Layout,
    /// The words without arguments.
    t: Value,
    /// Those of them that a story holds.
    story_t: Value,
    mended: &'m mut Mended,
}

/// The subject in a language.
pub(super) fn subject(material: &Material<'_>, lang: &Lang, mended: &mut Mended) -> String {
    let text = material.issue.subject.get(lang).filter(|text| !text.is_empty());
    let text = text.unwrap_or(&material.newsletter.language(lang).title);
    typography::mended(text, lang, &mut |rule, before| mended.note(rule, lang, "", before)).into_owned()
}

/// The preheader in a language.
pub(super) fn preheader(material: &Material<'_>, lang: &Lang, mended: &mut Mended) -> String {
    let text = material.issue.preheader.get(lang).map_or("", String::as_str);
    typography::mended(text, lang, &mut |rule, before| mended.note(rule, lang, "", before)).into_owned()
}

/// The whole edition as data.
pub(super) fn edition(
    material: &Material<'_>,
    templates: &Templates,
    langs: &[Lang],
    layout: Layout,
    mended: &mut Mended,
) -> Result<Value> {
    let mut halves = Vec::new();
    for lang in langs {
        let locale = templates.locale(lang)?;
        let (is_bilingual, t) = (langs.len() > 1, locale.plain());
        let story_t = templates.words_of_story(&t);
        let mut half = Half { material, lang, templates, locale, is_bilingual, layout, t, story_t, mended };
        halves.push(half.value(halves.is_empty())?);
    }
    let newsletter = material.newsletter;
    let first = newsletter.language(&langs[0]);
    let titles: Vec<&str> = langs.iter().map(|lang| newsletter.language(lang).title.as_str()).collect();
    let preheaders: Vec<String> = langs.iter().map(|lang| preheader(material, lang, mended)).collect();
    let subjects: Vec<String> = langs.iter().map(|lang| subject(material, lang, mended)).collect();
    // The notice and the jump stand in the language of the half to which they lead (FEDERAL 1.2).
    let mut jumps = Vec::new();
    for lang in &langs[1..] {
        let locale = templates.locale(lang)?;
        jumps.push(json!({
            "notice": locale.say("follows", &[("first", langs[0].as_str().into())])?, "words": locale.say("jump", &[])?,
            "tag": newsletter.language(lang).tag, "anchor": lang.as_str(),
        }));
    }
    Ok(json!({
        "tag": first.tag, "dir": "ltr", "title": titles.join(" | "), "subject": subjects.join(" | "),
        "preheader": preheaders.join(" | "), "is_bilingual": langs.len() > 1, "jumps": jumps, "halves": halves,
        "look": templates.look().value(),
    }))
}

impl Half<'_, '_> {
    fn mend(&mut self, text: &str, story: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        let (lang, mended) = (self.lang, &mut *self.mended);
        let key = format!("{lang}\n{story}\n{text}");
        if let Some(known) = mended.texts.get(&key) {
            return known.clone();
        }
        let better = typography::mended(text, lang, &mut |rule, before| mended.note(rule, lang, story, before));
        let mut better = better.into_owned();
        if let Some(sign) = self.apostrophe(story) {
            let alike = typography::with_apostrophe(&better, sign);
            if alike != better {
                self.mended.note("TYP-06", self.lang, story, text);
                better = alike;
            }
        }
        self.mended.texts.insert(key, better.clone());
        better
    }

    /// The apostrophe that all of a story get, where it mixes both.
    fn apostrophe(&mut self, id: &str) -> Option<char> {
        if !self.lang.is_french() || id.is_empty() {
            return None;
        }
        let key = format!("{}\n{id}", self.lang);
        if let Some(known) = self.mended.apostrophes.get(&key) {
            return *known;
        }
        let story = self.material.issue.stories().find(|story| story.id.as_str() == id);
        let text = story.and_then(|story| story.texts.get(self.lang));
        let sign = text.and_then(|text| typography::apostrophe_of(&[&text.title, &text.summary, &text.body]));
        self.mended.apostrophes.insert(key, sign);
        sign
    }

    fn rich(&mut self, html: &str, story: &str) -> Value {
        let level = if self.is_bilingual { 5 } else { 4 };
        // Without a heading, the level of headings changes nothing.
        let is_level = html.contains("<h") || html.contains("<H");
        let key = format!("{}\n{story}\n{}\n{html}", self.lang, if is_level { level } else { 0 });
        if let Some(known) = self.mended.rich.get(&key) {
            return known.clone();
        }
        let styles = self.templates.styles();
        let rich = rich::rich(html, level, self.lang.is_french(), styles, &mut |text| self.mend(text, story));
        let rich = json!({"html": rich.html, "text": rich.text});
        self.mended.rich.insert(key, rich.clone());
        rich
    }

    fn value(&mut self, is_first: bool) -> Result<Value> {
        let Material { issue, newsletter, .. } = *self.material;
        let language = newsletter.language(self.lang);
        let date = issue.send_at.to_zoned(newsletter.schedule.zone()?).date();
        let mut sections = Vec::new();
        for section in &issue.sections {
            sections.push(self.section(section)?);
        }
        let columns = if sections.len() < COLUMNS_FROM { 1 } else { 2 };
        let (left, right) = sections.split_at(sections.len().div_ceil(columns));
        let contents = [left, right].into_iter().filter(|part| !part.is_empty());
        let contents: Vec<Vec<Value>> = contents.map(|part| part.iter().map(listed).collect()).collect();
        let blocks = &newsletter.blocks;
        let opening = issue.opening.get(self.lang).filter(|html| !html.trim().is_empty());
        let opening = opening.or(blocks.opening.get(self.lang)).map_or("", String::as_str);
        let block = |texts: &crate::model::Texts| texts.get(self.lang).cloned().unwrap_or_default();
        let (contribute, connect, about) = (block(&blocks.contribute), block(&blocks.connect), block(&blocks.about));
        let signature = block(&blocks.signature);
        let is_correction = issue.id.corrects().is_some();
        let issue_of = if is_correction { "correction_to" } else { "issue_of" };
        let heading = if self.is_bilingual { ["h2", "h3", "h4"] } else { ["h1", "h2", "h3"] };
        Ok(json!({
            "lang": self.lang.as_str(), "tag": language.tag, "dir": "ltr", "label": language.label,
            "anchor": self.lang.as_str(), "is_first": is_first, "is_bilingual": self.is_bilingual,
            "h_title": heading[0], "h_section": heading[1],
            "title": language.title, "tagline": self.mend(&language.tagline, ""),
            "date": self.locale.date(date)?, "month": self.locale.month_and_year(date)?,
            "is_correction": is_correction,
            "issue_of": self.locale.say(issue_of, &[("date", self.locale.date(date)?.into())])?,
            "others": self.others()?,
            "opening": self.rich(opening, ""), "signature": self.mend(&signature, ""),
            "contents": contents, "sections": sections,
            "contribute": self.rich(&contribute, ""), "connect": self.rich(&connect, ""),
            "about": self.rich(&about, ""),
            "organization": self.organization()?,
            "unsubscribe": Slot::Unsubscribe.token(), "preferences": Slot::Preferences.token(),
            "archive": newsletter.archive.url, "web_copy": newsletter.web_copy(&issue.id, self.lang),
            "n_stories": self.locale.count("n_stories", issue.stories().count())?,
            "is_contents_first": self.layout != Layout::Full,
            "look": self.templates.look().value(), "t": self.t,
        }))
    }

    /// The other languages, each in its own words: where the issue stands in it on the web, or else, where the reader
    /// changes language.
    fn others(&self) -> Result<Vec<Value>> {
        if self.is_bilingual {
            return Ok(Vec::new());
        }
        let newsletter = self.material.newsletter;
        let others = newsletter.languages.iter().filter(|lang| *lang != self.lang);
        others
            .map(|lang| {
                let language = newsletter.language(lang);
                let (words, url) = match newsletter.web_copy(&self.material.issue.id, lang) {
                    Some(url) => (language.label.clone(), url),
                    None => (self.templates.locale(lang)?.say("switch", &[])?, Slot::Preferences.token().to_owned()),
                };
                Ok(json!({"tag": language.tag, "label": language.label, "words": words, "url": url}))
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
        let name = if self.material.issue.id.corrects().is_some() {
            Some(self.locale.say("correction", &[])?)
        } else {
            newsletter.section(&section.id).and_then(|known| known.name.get(self.lang)).cloned()
        };
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
}

/// A section as the contents list needs it: its stories without their texts, which every partial would copy.
fn listed(section: &Value) -> Value {
    const KEPT: [&str; 7] = ["id", "anchor", "kind", "label", "title", "title_lang", "url"];
    let pick = |from: &Value, keys: &[&str]| -> Map<String, Value> {
        keys.iter().filter_map(|key| Some(((*key).to_owned(), from.get(*key)?.clone()))).collect()
    };
    let mut out = pick(section, &["id", "h", "anchor", "name"]);
    let stories = section["stories"].as_array().into_iter().flatten();
    out.insert("stories".to_owned(), stories.map(|story| Value::Object(pick(story, &KEPT))).collect());
    Value::Object(out)
}
