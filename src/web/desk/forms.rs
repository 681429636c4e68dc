//! From what a form says to what is asked. What a page could not have sent is refused, with a sentence all the same.

use super::Made;
use super::acts::{Act, Rewording};
use super::story::named;
use super::texts::{self, At};
use crate::check::{Class, rules, waiver_key};
use crate::curate::{Change, Field, LISTS, Spot};
use crate::model::{StoryId, Waiver, Words};
use crate::web::form::Form;

/// The longest name or reason that is taken, in characters.
const SENTENCE_CHARS_MAX: usize = 500;

fn sentence(form: &Form, name: &str) -> String {
    form.get(name).chars().take(SENTENCE_CHARS_MAX).filter(|c| !c.is_control()).collect()
}

fn story_of(form: &Form, name: &str) -> Option<StoryId> {
    Some(form.get(name)).filter(|id| !id.is_empty()).map(StoryId::parse)
}

fn unreadable() -> Words {
    words!("this form could not be read: load the page again", "ce formulaire n'a pas pu être lu : rechargez la page")
}

fn nameless() -> Words {
    words!("this needs your name", "il faut votre nom")
}

/// What is asked. `person`: the name by the proxy, or empty.
pub(super) fn act(verb: &str, form: &Form, made: &Made, person: &str) -> Result<Act, Words> {
    let by = if person.is_empty() { sentence(form, "by") } else { person.to_owned() };
    let named_by = || if by.is_empty() { Err(nameless()) } else { Ok(by.clone()) };
    match verb {
        "undo" => Ok(Act::Undo),
        "redo" => Ok(Act::Redo),
        "restore" => Ok(Act::Restore),
        "gather" => Ok(Act::Gather),
        "ask" => Ok(Act::Ask),
        "move" => moved(form, made),
        "write" => written(form, made),
        "keep" => Ok(Act::Keep(story_of(form, "story").ok_or_else(unreadable)?, named_by()?)),
        "waive" => waived(form, made, named_by()?),
        "unwaive" => {
            let rule = sentence(form, "rule");
            let said = words!("{rule} is asked about again", "{rule} sera de nouveau signalée");
            let story = Some(form.get("story")).filter(|id| !id.is_empty()).map(str::to_owned);
            Ok(Act::Change(Change::Unwaive { rule, story }, said))
        }
        "pair" => paired(form, made),
        "unpair" => {
            let story = story_of(form, "story").ok_or_else(unreadable)?;
            let said = words!("they are two stories again", "ce sont de nouveau deux textes");
            Ok(Act::Change(Change::Unpair { story }, said))
        }
        _ => Err(unreadable()),
    }
}

/// `verb;id;section;list`, and for a drag the section, the list and the story before which it goes.
fn moved(form: &Form, made: &Made) -> Result<Act, Words> {
    let what: Vec<&str> = form.get("m").split(';').collect();
    let place: Vec<&str> = form.get("what").split(';').collect();
    let target: Vec<&str> = form.get("to").split(';').collect();
    let (verb, id, section, list, to, before) = match (what.as_slice(), place.as_slice(), target.as_slice()) {
        ([verb, id, section, list], ..) => (*verb, *id, *section, *list, (*section, *verb), ""),
        (["to", id, section, list, to, to_list, before], ..) => ("to", *id, *section, *list, (*to, *to_list), *before),
        (_, [id, section, list], [to, to_list]) => ("to", *id, *section, *list, (*to, *to_list), ""),
        _ => return Err(unreadable()),
    };
    let story = StoryId::parse(id);
    let from = Spot { section: section.to_owned(), list: list.to_owned() };
    let here = || made.board.shelves.iter().find(|shelf| shelf.id == section).map_or(&[][..], |shelf| shelf.list(list));
    let at = || here().iter().position(|other| *other == story);
    let (to, before) = match verb {
        "up" => {
            let at = at().and_then(|at| at.checked_sub(1)).ok_or_else(already)?;
            (from.clone(), Some(here()[at].clone()))
        }
        "down" => {
            let at = at().filter(|at| at + 1 < here().len()).ok_or_else(already)?;
            (from.clone(), here().get(at + 2).cloned())
        }
        _ => {
            let (section, list) = to;
            let is_known = made.newsletter.section(section).is_some()
                || made.board.shelves.iter().any(|shelf| shelf.id == section);
            if !LISTS.contains(&list) || !is_known {
                return Err(unreadable());
            }
            let spot = Spot { section: section.to_owned(), list: list.to_owned() };
            (spot, Some(before).filter(|id| !id.is_empty()).map(StoryId::parse))
        }
    };
    if before.as_ref() == Some(&story)
        || (verb == "to" && before.is_none() && to == from && at().is_some_and(|at| at + 1 == here().len()))
    {
        return Err(already());
    }
    let said = said(made, &story, &to, verb);
    Ok(Act::Change(Change::Move { story, from, to, before }, said))
}

fn already() -> Words {
    words!("it stands there already", "il s'y trouve déjà")
}

fn said(made: &Made, story: &StoryId, to: &Spot, verb: &str) -> Words {
    let name = named(made, story);
    let (en, fr) = (name.en, name.fr);
    let of = |is_own: fn(&crate::model::Lang) -> bool| {
        let section = made.newsletter.section(&to.section);
        let own = section
            .and_then(|section| section.name.iter().find(|(lang, _)| is_own(lang)).map(|(_, name)| name.clone()));
        own.unwrap_or_else(|| to.section.clone())
    };
    let (section_en, section_fr) = (of(crate::model::Lang::is_english), of(crate::model::Lang::is_french));
    match (verb, to.list.as_str()) {
        ("up", _) => words!("earlier: “{en}”", "plus haut : « {fr} »"),
        ("down", _) => words!("later: “{en}”", "plus bas : « {fr} »"),
        (_, "pick") => words!("in the issue, {section_en}: “{en}”", "dans le numéro, {section_fr} : « {fr} »"),
        (_, "held") => words!("held for another month: “{en}”", "gardé pour un autre mois : « {fr} »"),
        (_, "dropped") => words!("dropped: “{en}”", "écarté : « {fr} »"),
        _ => words!("a candidate, {section_en}: “{en}”", "une proposition, {section_fr} : « {fr} »"),
    }
}

fn written(form: &Form, made: &Made) -> Result<Act, Words> {
    let story = story_of(form, "story");
    let mut rewordings = Vec::new();
    for (name, value) in &form.0 {
        let Some(at) = At::parse(name, story.as_ref()) else { continue };
        if !made.newsletter.languages.contains(&at.lang) {
            return Err(unreadable());
        }
        let seen = form.get(&format!("seen.{name}")).to_owned();
        let text = value.replace("\r\n", "\n").trim().to_owned();
        let is_dropped = form.get("drop") == *name;
        // What the person did not touch is none of their decisions.
        if !is_dropped && texts::mark(&text) == seen {
            continue;
        }
        if at.field == Field::Url && !text.is_empty() && !text.starts_with("https://") && !text.starts_with("http://") {
            return Err(words!("an address begins with `https://`", "une adresse commence par `https://`"));
        }
        let is_source = texts::is_reworded(made, &at) && texts::source(made, &at) == text;
        let is_taken_back = is_dropped || is_source || (at.field == Field::Title && text.is_empty());
        rewordings.push(Rewording { at, seen, text: (!is_taken_back).then_some(text) });
    }
    if rewordings.is_empty() {
        return Err(words!("nothing was changed", "rien n'a été changé"));
    }
    Ok(Act::Write(rewordings))
}

fn waived(form: &Form, made: &Made, by: String) -> Result<Act, Words> {
    let (rule, reason) = (sentence(form, "rule"), sentence(form, "why"));
    let story = Some(form.get("story")).filter(|id| !id.is_empty()).map(str::to_owned);
    let known = rules().iter().find(|known| known.id == rule).ok_or_else(unreadable)?;
    if known.class == Class::Never {
        return Err(words!(
            "`{rule}` is never waived: mend the text",
            "`{rule}` ne souffre aucune dispense : corrigez le texte"
        ));
    }
    if reason.is_empty() {
        return Err(words!("a waiver needs a name and a reason", "une dispense demande un nom et une raison"));
    }
    let text = waiver_key(&made.issue, &made.editions, story.as_deref()).ok_or_else(unreadable)?;
    let said = words!("{rule} is accepted, by {by}", "{rule} est acceptée, par {by}");
    Ok(Act::Change(Change::Waive(Waiver { rule, story, by, reason, text }), said))
}

fn paired(form: &Form, made: &Made) -> Result<Act, Words> {
    let (Some(mut story), Some(mut twin)) = (story_of(form, "story"), story_of(form, "twin")) else {
        return Err(unreadable());
    };
    let (Some(one), Some(other)) = (made.source(&story), made.source(&twin)) else { return Err(unreadable()) };
    if one.story.texts.keys().any(|lang| other.story.texts.contains_key(lang)) {
        return Err(words!(
            "both stories have a text in the same language: they cannot be one",
            "les deux textes existent dans une même langue : ils ne peuvent pas n'en faire qu'un"
        ));
    }
    // The one that is in the issue stays there.
    let is_picked = |id: &StoryId| made.board.place(id).is_some_and(|(_, list)| list == "pick");
    if is_picked(&twin) && !is_picked(&story) {
        std::mem::swap(&mut story, &mut twin);
    }
    let name = named(made, &story);
    let (en, fr) = (name.en, name.fr);
    Ok(Act::Change(
        Change::Pair { story, twin },
        words!("one story in both languages: “{en}”", "un seul texte, dans les deux langues : « {fr} »"),
    ))
}
