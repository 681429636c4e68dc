//! Translations into an issue: a story that has no words of its own in a language gets the store's, whole or not at all;
//! and how far everything is.

use super::store::{Kept, Store, Unit};
use super::unit;
use super::words;
use crate::model::rich;
use crate::model::{Issue, Lang, Slot, Story, StoryId, Text, Texts, Translation, TranslationState as State};

/// Puts translations where an issue lacks its own words, and says in `issue.translations` how far each story is.
pub fn apply(issue: &mut Issue, stores: &[Store]) {
    let bare = issue.clone();
    issue.translations.clear();
    for store in stores {
        for own in unit::needed(&bare, &store.lang) {
            let Some(kept) = store.stories.iter().find(|kept| kept.key == own.key) else { continue };
            let id = (kept.key != unit::ISSUE).then(|| StoryId::parse(&kept.key));
            let is_filled = match &id {
                None => fill_words(issue, kept, &store.lang),
                Some(id) => {
                    let mut all = issue.sections.iter_mut().flat_map(|section| &mut section.stories);
                    all.find(|story| story.id == *id).is_some_and(|story| fill_story(story, kept, &store.lang))
                }
            };
            issue.translations.extend(standing(kept, id, &store.lang, is_filled));
        }
    }
}

/// The issue without the words that [`apply`] has put in: what `curate` may take texts from.
#[must_use]
pub fn without(issue: &Issue) -> Issue {
    let mut issue = issue.clone();
    let filled: Vec<(StoryId, Lang)> = issue
        .translations
        .iter()
        .filter(|translation| translation.is_filled)
        .filter_map(|translation| Some((translation.story.clone()?, translation.language.clone())))
        .collect();
    for story in issue.sections.iter_mut().flat_map(|section| &mut section.stories) {
        for (_, lang) in filled.iter().filter(|(id, _)| *id == story.id) {
            story.texts.remove(lang);
        }
    }
    issue
}

fn standing(kept: &Kept, story: Option<StoryId>, lang: &Lang, is_filled: bool) -> Vec<Translation> {
    let units: Vec<&Unit> = kept.units.iter().filter(|unit| !unit.is_gone).collect();
    let far = |unit: &&Unit| if unit.target.is_none() && unit.is_out { State::Out } else { unit.state };
    let Some(least) = units.iter().map(far).min() else { return Vec::new() };
    let mut words_of: Vec<String> = units.iter().filter_map(|unit| unit.kept_by.clone()).collect();
    words_of.sort();
    words_of.dedup();
    let while_out = |unit: &&Unit| unit.sent.as_ref().map(|sent| words::changed(&unit.source, sent));
    let mut found = vec![Translation {
        story: story.clone(),
        language: lang.clone(),
        from: kept.from.clone(),
        state: least,
        passages: units.len(),
        missing: units.iter().filter(|unit| unit.target.is_none()).count(),
        stale: units.iter().flat_map(|unit| unit.stale()).collect(),
        changed_while_out: units.iter().filter_map(while_out).flatten().collect(),
        kept_by: words_of,
        is_source: false,
        is_filled,
    }];
    // The one that was changed is ahead of the one that was not, whichever was written first.
    let behind = |unit: &&Unit| {
        let before = unit.target_before.as_ref()?;
        Some(words::changed(unit.target.as_deref().unwrap_or_default(), before))
    };
    let stale: Vec<String> = units.iter().filter_map(behind).flatten().collect();
    if !stale.is_empty() {
        found.push(Translation {
            story,
            language: kept.from.clone(),
            from: lang.clone(),
            state: State::Approved,
            passages: units.len(),
            missing: 0,
            stale,
            changed_while_out: Vec::new(),
            kept_by: Vec::new(),
            is_source: true,
            is_filled: false,
        });
    }
    found
}

/// A translation as the editions may have it: nobody's words are one of our slots.
fn html_of(unit: &Unit) -> Option<String> {
    let target = unit.target.as_ref()?;
    let clean = Slot::ALL.iter().fold(target.clone(), |text, slot| text.replace(slot.token(), ""));
    // A whole body came with the story and is not filled in.
    Some(rich::inline(&rich::bits(&clean)))
}

fn plain(unit: &Unit) -> Option<String> {
    html_of(unit).map(|html| words::one_line(&rich::words(&html)))
}

fn one<'a>(kept: &'a Kept, field: &str) -> Option<&'a Unit> {
    kept.units.iter().find(|unit| unit.id == field && !unit.is_gone)
}

/// A body or opening with its translated lines in place of the source's; none while one is missing.
fn rich_text(kept: &Kept, field: &str, source: &str) -> Option<String> {
    let units: Vec<&Unit> = kept.units.iter().filter(|unit| unit.field() == field && !unit.is_gone).collect();
    let mut out = String::new();
    let (mut at, mut next) = (0, 0);
    for line in rich::lines(source) {
        let html = &source[line.range.clone()];
        // What has nothing to translate has no unit, and stays as it is.
        if !words::has_words(html) {
            continue;
        }
        let unit = units.get(next).filter(|unit| unit.source == html)?;
        next += 1;
        out.push_str(&source[at..line.range.start]);
        out.push_str(&html_of(unit)?);
        at = line.range.end;
    }
    out.push_str(&source[at..]);
    // Lines that were merged into the one before leave their blocks empty.
    for empty in ["<p></p>", "<li></li>", "<h3></h3>", "<h4></h4>"] {
        out = out.replace(empty, "");
    }
    Some(out)
}

/// Fills one text per language if it is not there; says whether nothing is lacking.
fn fill_texts(texts: &mut Texts, kept: &Kept, field: &str, lang: &Lang) {
    let over = one(kept, field).filter(|unit| unit.replaces.is_some());
    if over.is_none() && texts.get(lang).is_some_and(|text| !text.trim().is_empty()) {
        return;
    }
    let Some(source) = texts.get(&kept.from).cloned() else { return };
    let own = one(kept, field);
    let text =
        if own.is_none() && !words::has_words(&rich::escaped(&source)) { Some(source) } else { own.and_then(plain) };
    if let Some(text) = text {
        texts.insert(lang.clone(), text);
    }
}

fn fill_words(issue: &mut Issue, kept: &Kept, lang: &Lang) -> bool {
    fill_texts(&mut issue.subject, kept, "subject", lang);
    fill_texts(&mut issue.preheader, kept, "preheader", lang);
    let is_there = issue.opening.get(lang).is_some_and(|html| !html.trim().is_empty());
    if let Some(source) = issue.opening.get(&kept.from).filter(|html| !is_there && !html.trim().is_empty())
        && let Some(html) = rich_text(kept, "opening", source)
    {
        issue.opening.insert(lang.clone(), html);
    }
    false
}

/// Fills a story; says whether its text in the language is now the store's.
fn fill_story(story: &mut Story, kept: &Kept, lang: &Lang) -> bool {
    if let Some(image) = &mut story.image {
        fill_texts(&mut image.alt, kept, "alt", lang);
    }
    if let Some(event) = &mut story.event {
        fill_texts(&mut event.location, kept, "location", lang);
        fill_texts(&mut event.audience, kept, "audience", lang);
    }
    fill_texts(&mut story.author, kept, "author", lang);
    fill_texts(&mut story.contact, kept, "contact", lang);
    let has_arrived = unit::is_arrived(story, lang);
    let Some(source) = story.texts.get(&kept.from) else { return false };
    let own = story.texts.get(lang).cloned().unwrap_or_default();
    let own = replaced(own, kept);
    let Some(text) = text(kept, source, own, has_arrived) else { return false };
    story.texts.insert(lang.clone(), text);
    !has_arrived
}

/// A text that came with the story, with what the translators put over it.
fn replaced(mut text: Text, kept: &Kept) -> Text {
    let over = |field: &str| one(kept, field).filter(|unit| unit.replaces.is_some()).and_then(plain);
    text.title = over("title").unwrap_or(text.title);
    text.summary = over("summary").unwrap_or(text.summary);
    let body: Vec<&Unit> = kept.units.iter().filter(|unit| unit.field() == "body" && !unit.is_gone).collect();
    let mut out = text.body.clone();
    for (line, unit) in rich::lines(&text.body).into_iter().zip(body).rev() {
        if let Some(html) = html_of(unit).filter(|_| unit.replaces.is_some()) {
            out.replace_range(line.range, &html);
        }
    }
    text.body = out;
    text
}

/// The whole text; none while a part is missing.
fn text(kept: &Kept, source: &Text, own: Text, has_arrived: bool) -> Option<Text> {
    let body = if own.body.trim().is_empty() { rich_text(kept, "body", &source.body)? } else { own.body };
    if has_arrived {
        return Some(Text { body, ..own });
    }
    let title = one(kept, "title").and_then(plain)?;
    let summary = match one(kept, "summary") {
        Some(unit) => plain(unit)?,
        None => String::new(),
    };
    Some(Text { title, summary, body, url: own.url.or_else(|| source.url.clone()) })
}
