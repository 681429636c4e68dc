//! The passages of an issue that have to be said in a language: of each story its title, summary, body line by line,
//! and the words around them; of the issue its subject, preheader and opening.

use super::words;
use crate::model::rich::{self, Within};
use crate::model::{Issue, Lang, Story, Text, Texts};

/// The name of the issue's own words among the stories.
pub(super) const ISSUE: &str = "issue";

/// What is needed of one story, or of the issue, in one language.
pub(super) struct Needed {
    /// The story's id, or [`ISSUE`].
    pub(super) key: String,
    /// The language it comes from.
    pub(super) from: Lang,
    /// What to call it.
    pub(super) title: String,
    pub(super) passages: Vec<Passage>,
}

/// One passage.
#[derive(Clone)]
pub(super) struct Passage {
    /// `title`, `summary`, `body`, `alt`, `author`, `contact`, `location`, `audience`; `subject`, `preheader`, `opening`.
    pub(super) field: &'static str,
    /// What it is within its field.
    pub(super) within: Within,
    /// Inline HTML; of a whole body that cannot be taken apart, its HTML.
    pub(super) source: String,
    /// The words that came with the story in the language that is needed.
    pub(super) arrived: Option<String>,
}

impl Passage {
    fn plain(field: &'static str, source: &str, arrived: Option<&str>) -> Self {
        Self {
            field,
            within: Within::Paragraph,
            source: rich::escaped(source.trim()),
            arrived: arrived.map(|text| rich::escaped(text.trim())),
        }
    }
}

/// Everything an issue needs in a language.
pub(super) fn needed(issue: &Issue, lang: &Lang) -> Vec<Needed> {
    own_words(issue, lang).into_iter().chain(issue.stories().filter_map(|story| of_story(story, issue, lang))).collect()
}

/// The language in which a story was written, as far as is known.
pub(super) fn origin<'a>(story: &'a Story, issue: &'a Issue) -> Option<&'a Lang> {
    let has = |lang: &&Lang| story.texts.get(*lang).is_some_and(|text| !text.title.trim().is_empty());
    story.source_language.iter().chain(&issue.languages).find(has)
}

/// Whether a story's text came in a language with the story.
pub(super) fn is_arrived(story: &Story, lang: &Lang) -> bool {
    story.texts.get(lang).is_some_and(|text| !text.title.trim().is_empty())
}

fn of_story(story: &Story, issue: &Issue, lang: &Lang) -> Option<Needed> {
    if story.only.is_some() {
        return None;
    }
    let from = origin(story, issue).filter(|from| *from != lang)?;
    let (source, none) = (&story.texts[from], Text::default());
    let target = story.texts.get(lang).unwrap_or(&none);
    let has_arrived = is_arrived(story, lang);
    let mut passages = vec![Passage::plain("title", &source.title, filled(&target.title))];
    // Of a story that came in both languages, only what both say is compared: a page may have no teaser.
    let summary = filled(&target.summary);
    if !source.summary.trim().is_empty() && (!has_arrived || summary.is_some()) {
        passages.push(Passage::plain("summary", &source.summary, summary));
    }
    passages.extend(lines("body", &source.body, &target.body));
    if let Some(image) = &story.image {
        passages.extend(field("alt", &image.alt, from, lang));
    }
    if let Some(event) = &story.event {
        passages.extend(field("location", &event.location, from, lang));
        passages.extend(field("audience", &event.audience, from, lang));
    }
    for (name, texts) in [("author", &story.author), ("contact", &story.contact)] {
        passages.extend(field(name, texts, from, lang).filter(|one| !has_arrived || one.arrived.is_some()));
    }
    passages.retain(|passage| passage.arrived.is_some() || words::has_words(&passage.source));
    let title = source.title.trim().to_owned();
    Some(Needed { key: story.id.as_str().to_owned(), from: from.clone(), title, passages })
}

fn own_words(issue: &Issue, lang: &Lang) -> Option<Needed> {
    let has = |from: &Lang, texts: &Texts| texts.get(from).is_some_and(|text| !text.trim().is_empty());
    let all = [("subject", &issue.subject), ("preheader", &issue.preheader), ("opening", &issue.opening)];
    let from = issue.languages.iter().find(|from| all.iter().any(|(_, texts)| has(from, texts)))?;
    if from == lang {
        return None;
    }
    let mut passages = Vec::new();
    for (name, texts) in &all[..2] {
        passages.extend(field(name, texts, from, lang));
    }
    let none = String::new();
    let opening = |lang: &Lang| issue.opening.get(lang).unwrap_or(&none).as_str();
    passages.extend(lines("opening", opening(from), opening(lang)));
    passages.retain(|passage| passage.arrived.is_some() || words::has_words(&passage.source));
    Some(Needed { key: ISSUE.to_owned(), from: from.clone(), title: String::new(), passages })
}

fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.trim().is_empty())
}

fn field(name: &'static str, texts: &Texts, from: &Lang, to: &Lang) -> Option<Passage> {
    let source = texts.get(from).and_then(|text| filled(text))?;
    Some(Passage::plain(name, source, texts.get(to).and_then(|text| filled(text))))
}

/// The lines of rich text. When both languages are there and are not built alike, it is one passage: which line is
/// which would be a guess.
fn lines(field: &'static str, source: &str, target: &str) -> Vec<Passage> {
    let (of, to) = (rich::lines(source), rich::lines(target));
    if of.is_empty() {
        return Vec::new();
    }
    let is_alike = of.len() == to.len() && of.iter().zip(&to).all(|(a, b)| a.within == b.within);
    if !to.is_empty() && !is_alike {
        let whole = |html: &str| html.trim().to_owned();
        return vec![Passage { field, within: Within::Paragraph, source: whole(source), arrived: Some(whole(target)) }];
    }
    of.iter()
        .enumerate()
        .map(|(at, line)| Passage {
            field,
            within: line.within,
            source: source[line.range.clone()].to_owned(),
            arrived: to.get(at).map(|line| target[line.range.clone()].to_owned()),
        })
        .collect()
}
