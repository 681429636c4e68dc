//! What the program proposes: which stories each section begins with, in which order, and the file that says so.

use std::cmp::Reverse;
use std::fmt::Write as _;

use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Material, TO_PLACE};
use crate::model::{Lang, Origin, Story, Texts};

/// Subjects that phones show whole (RULES CLI-06): characters in English, and in the longer French.
const SUBJECT_MAX: [usize; 2] = [60, 75];
/// Preheaders that mail programs show beside a subject (RULES CLI-05), in characters.
const PREHEADER: std::ops::RangeInclusive<usize> = 40..=110;
/// Titles are cut in comments, so that a line can be read at a glance.
const COMMENT_TITLE_MAX: usize = 70;

/// The section a story is proposed for.
pub(super) fn section_of<'a>(story: &'a Story, material: &Material<'_>) -> &'a str {
    story.section.as_deref().filter(|id| material.newsletter.section(id).is_some()).unwrap_or(TO_PLACE)
}

/// Contributors before feeds; events by their day, then the newest first; the id last, so that order is stable.
pub(super) fn rank(stories: &mut [&Story], material: &Material<'_>) {
    stories.sort_by_key(|story| {
        let from_feed = matches!(story.origin, Origin::Source { .. });
        let soon = story.event.as_ref().map(|event| event.starts);
        let day = soon.is_none().then(|| Reverse(shown_day(story, material)));
        (from_feed, soon.is_none(), soon, day, story.id.clone())
    });
}

/// Why a story is not proposed by itself; none: it may be.
fn reason_to_wait(story: &Story, material: &Material<'_>) -> Option<String> {
    if let Some(issue) = material.earlier.get(&story.id) {
        return Some(format!("ran in {issue}"));
    }
    let today = material.send_at.to_zoned(zone(material)).date();
    let over: Option<Date> =
        [story.event.as_ref().map(|event| event.ends.unwrap_or(event.starts).date()), story.deadline, story.expires]
            .into_iter()
            .flatten()
            .find(|day| *day < today);
    if let Some(day) = over {
        return Some(format!("over since {day}"));
    }
    let missing = missing(story, material);
    (!missing.is_empty()).then(|| {
        let names: Vec<&str> = missing.iter().map(Lang::as_str).collect();
        format!("waiting for its translation: {}", names.join(", "))
    })
}

/// Languages a story still lacks.
pub(super) fn missing(story: &Story, material: &Material<'_>) -> Vec<Lang> {
    if story.only.is_some() {
        return Vec::new();
    }
    let has = |lang: &Lang| story.texts.get(lang).is_some_and(|text| !text.title.trim().is_empty());
    material.newsletter.languages.iter().filter(|lang| !has(lang)).cloned().collect()
}

fn zone(material: &Material<'_>) -> TimeZone {
    material.newsletter.schedule.zone().unwrap_or(TimeZone::UTC)
}

fn shown_day(story: &Story, material: &Material<'_>) -> Date {
    story.published.unwrap_or(story.first_seen).to_zoned(zone(material)).date()
}

/// One line of a list: the id, and in a comment what it is.
pub(super) fn line(story: &Story, material: &Material<'_>) -> String {
    let titles: Vec<String> = material
        .newsletter
        .languages
        .iter()
        .filter_map(|lang| story.texts.get(lang))
        .map(|text| cut(&one_line(&text.title), COMMENT_TITLE_MAX))
        .collect();
    let day = match &story.event {
        Some(event) => event.starts.date().to_string(),
        None => shown_day(story, material).to_string(),
    };
    let waits = reason_to_wait(story, material).map(|why| format!(" ({why})")).unwrap_or_default();
    format!("  \"{}\",  # {} [{day}]{waits}\n", story.id, titles.join(" | "))
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max).collect();
    format!("{}…", head.rsplit_once(' ').map_or(head.as_str(), |(words, _)| words))
}

/// A whole `[[section]]`.
pub(super) fn section_table(id: &str, picks: &str, candidates: &str) -> String {
    let list = |lines: &str| if lines.is_empty() { "[]".to_owned() } else { format!("[\n{lines}]") };
    format!(
        "\n[[section]]\nid = \"{id}\"\npick = {}\ncandidates = {}\nheld = []\ndropped = []\n",
        list(picks),
        list(candidates)
    )
}

/// `issue.toml` as it is first proposed.
pub(super) fn first_file(material: &Material<'_>) -> Result<String> {
    let mut picks: Vec<&Story> = Vec::new();
    let mut sections = String::new();
    let ids = material.newsletter.sections.iter().map(|section| (section.id.as_str(), section.size));
    for (id, size) in ids.chain([(TO_PLACE, 0)]) {
        let mut stories: Vec<&Story> =
            material.harvest.stories.iter().filter(|story| section_of(story, material) == id).collect();
        if stories.is_empty() {
            continue;
        }
        rank(&mut stories, material);
        let mut picked = String::new();
        let mut left = String::new();
        let mut n = 0;
        for story in stories {
            if n < size && reason_to_wait(story, material).is_none() {
                n += 1;
                picks.push(story);
                picked.push_str(&line(story, material));
            } else {
                left.push_str(&line(story, material));
            }
        }
        sections.push_str(&section_table(id, &picked, &left));
    }
    Ok(format!("{}{}{sections}", heading(material)?, words_table(&picks, material)))
}

fn heading(material: &Material<'_>) -> Result<String> {
    let zone = material.newsletter.schedule.zone()?;
    let at = material.send_at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string();
    let zone = &material.newsletter.schedule.time_zone;
    let id = material.id;
    Ok(format!(
        "# Issue {id}, planned to leave on {at} ({zone}).\n\
         # Move a line from one list to another, change the order, write comments: all of it stays.\n\
         # To reword a story: [story.\"its-id\".fr] with title, summary, body (Markdown) or url.\n\
         # Then run `cco-news compose {id}` again.\n\
         #\n\
         # Numéro {id}, départ prévu le {at} ({zone}).\n\
         # Déplacez une ligne d'une liste à l'autre, changez l'ordre, ajoutez des commentaires : tout reste.\n\
         # Pour reformuler un texte : [story.\"son-id\".fr] avec title, summary, body (Markdown) ou url.\n\
         # Lancez ensuite `cco-news compose {id}`.\n\n"
    ))
}

fn words_table(picks: &[&Story], material: &Material<'_>) -> String {
    let mut out = String::new();
    let mut table = |name: &str, texts: &Texts| {
        let _ = writeln!(out, "[{name}]"); // Writing to a String cannot fail.
        for lang in &material.newsletter.languages {
            let text = texts.get(lang).map_or("", String::as_str);
            let _ = writeln!(out, "{lang} = {}", toml_edit::value(text));
        }
        out.push('\n');
    };
    let (lead, subject) = subject(picks, material);
    table("subject", &subject);
    table("preheader", &preheader(picks, lead, material));
    out.push_str("# Markdown; empty: the opening of newsletter.toml.\n");
    let mut table = |name: &str| {
        let _ = writeln!(out, "[{name}]");
        for lang in &material.newsletter.languages {
            let _ = writeln!(out, "{lang} = \"\"");
        }
    };
    table("opening");
    out
}

fn title<'a>(story: &'a Story, lang: &Lang) -> &'a str {
    story.texts.get(lang).map_or("", |text| text.title.as_str())
}

/// The first picked story whose title is short enough in every language, else the newsletter's name and the month.
fn subject(picks: &[&Story], material: &Material<'_>) -> (usize, Texts) {
    let languages = &material.newsletter.languages;
    let limit = |lang: &Lang| if lang.is_french() { SUBJECT_MAX[1] } else { SUBJECT_MAX[0] };
    let fits =
        |story: &&Story| languages.iter().all(|lang| (1..=limit(lang)).contains(&title(story, lang).chars().count()));
    if let Some(lead) = picks.iter().position(fits) {
        let texts = languages.iter().map(|lang| (lang.clone(), title(picks[lead], lang).to_owned()));
        return (lead, texts.collect());
    }
    let name = |lang: &Lang| format!("{} {}", material.newsletter.language(lang).title, material.id);
    (usize::MAX, languages.iter().map(|lang| (lang.clone(), name(lang))).collect())
}

/// The titles after the lead, as many as fit, the same stories in every language.
fn preheader(picks: &[&Story], lead: usize, material: &Material<'_>) -> Texts {
    let others: Vec<&&Story> =
        picks.iter().enumerate().filter(|(index, _)| *index != lead).map(|(_, story)| story).collect();
    let joined = |lang: &Lang, chosen: &[&&Story]| {
        chosen.iter().map(|story| title(story, lang)).filter(|title| !title.is_empty()).collect::<Vec<_>>().join("; ")
    };
    let good = |chosen: &[&&Story]| {
        material.newsletter.languages.iter().all(|lang| PREHEADER.contains(&joined(lang, chosen).chars().count()))
    };
    let windows = (1..=3).flat_map(|n| others.windows(n)).find(|chosen| good(chosen));
    let chosen = windows.unwrap_or(&others[..others.len().min(1)]);
    let text = |lang: &Lang| cut(&joined(lang, chosen), *PREHEADER.end());
    material.newsletter.languages.iter().map(|lang| (lang.clone(), text(lang))).collect()
}
