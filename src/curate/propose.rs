//! What the program proposes: which stories each section begins with, in which order, and the file that says so.

use std::fmt::Write as _;

use anyhow::Result;
use jiff::civil::Date;

use super::document::IssueFile;
use super::rank::{self, Ranked};
use super::{Candidate, Material, Pool, TO_PLACE};
use crate::model::{Lang, Story, Texts};

/// Subjects that phones show whole (RULES CLI-06): characters in English, and in the longer French.
const SUBJECT_MAX: [usize; 2] = [60, 75];
/// Preheaders that mail programs show beside a subject (RULES CLI-05), in characters.
const PREHEADER: std::ops::RangeInclusive<usize> = 40..=110;
/// Titles are cut in comments, so that a line can be read at a glance.
const COMMENT_TITLE_MAX: usize = 70;

/// One line of a list: the id, and in a comment what it is, its day, what speaks for it, and what keeps it waiting.
pub(super) fn line(one: &Ranked<'_>, material: &Material<'_>) -> String {
    let story = one.story;
    let titles: Vec<String> = material
        .newsletter
        .languages
        .iter()
        .filter_map(|lang| story.texts.get(lang))
        .map(|text| cut(&one_line(&text.title), COMMENT_TITLE_MAX))
        .collect();
    let day = day(story, material);
    let why: Vec<String> = one.why.iter().map(|why| one_line(why.say(material.speech))).collect();
    let why = [day.to_string()].into_iter().chain(why).collect::<Vec<_>>().join(", ");
    let waits = one.waits.as_ref().map(|why| format!(" ({})", why.say(material.speech))).unwrap_or_default();
    format!("  \"{}\",  # {} [{why}]{waits}\n", story.id, titles.join(" | "))
}

/// The day under which a story is listed: that of its event, or of its publication.
fn day(story: &Story, material: &Material<'_>) -> Date {
    story.event.as_ref().map_or_else(|| rank::shown_day(story, material), |event| event.starts.date())
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

/// A whole `[[section]]`. Its list of candidates is open even when it is empty: a line that comes later changes no other.
pub(super) fn section_table(id: &str, picks: &str, candidates: &str, material: &Material<'_>) -> String {
    let name = match material.newsletter.section(id) {
        Some(section) => {
            let names: Vec<&str> = material
                .newsletter
                .languages
                .iter()
                .filter_map(|lang| section.name.get(lang))
                .map(String::as_str)
                .collect();
            format!("# {} ({})\n", names.join(" | "), section.size)
        }
        None => "# Move these lines to a section. | Déplacez ces lignes dans une section.\n".to_owned(),
    };
    format!(
        "\n{name}[[section]]\nid = \"{id}\"\npick = [\n{picks}]\ncandidates = [\n{candidates}]\nheld = []\ndropped = []\n"
    )
}

/// `issue.toml` as it is first proposed: every section, so that a line can be moved to any of them.
pub(super) fn first_file(pool: &Pool<'_>) -> Result<String> {
    let material = pool.material;
    let mut picks: Vec<&Story> = Vec::new();
    let mut sections = String::new();
    let ids = material.newsletter.sections.iter().map(|section| (section.id.as_str(), section.size));
    for (id, size) in ids.chain([(TO_PLACE, 0)]) {
        let stories: Vec<&Story> = pool.stories().filter(|story| rank::section_of(story, material) == id).collect();
        if stories.is_empty() && id == TO_PLACE {
            continue;
        }
        let ranked = rank::rank(stories, id, pool);
        let filled = rank::fill(&ranked, size);
        picks.extend(filled.iter().map(|at| ranked[*at].story));
        let picked: String = filled.iter().map(|at| line(&ranked[*at], material)).collect();
        let left = (0..ranked.len()).filter(|at| !filled.contains(at));
        let left: String = left.map(|at| line(&ranked[at], material)).collect();
        sections.push_str(&section_table(id, &picked, &left, material));
    }
    Ok(format!("{}{}{sections}", heading(material)?, words_table(&picks, material)))
}

/// Every story with its rank, in the section where the editor has it, or for which it is proposed.
pub(super) fn candidates(file: &IssueFile, pool: &Pool<'_>) -> Vec<Candidate> {
    let material = pool.material;
    let place = |story: &Story| match file.list_of(&story.id) {
        Some((section, list)) => (section.to_owned(), list.to_owned()),
        None => (rank::section_of(story, material).to_owned(), "candidates".to_owned()),
    };
    let placed: Vec<(String, String, &Story)> = pool
        .stories()
        .map(|story| (place(story), story))
        .map(|((section, list), story)| (section, list, story))
        .collect();
    let known = material.newsletter.sections.iter().map(|section| section.id.clone());
    let others = file.sections.iter().map(|section| section.id.clone());
    let mut ids: Vec<String> = known.chain(others).chain([TO_PLACE.to_owned()]).collect();
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    let mut all = Vec::new();
    for id in ids {
        let here = || placed.iter().filter(|(section, ..)| *section == id);
        for one in rank::rank(here().map(|(.., story)| *story).collect(), &id, pool) {
            let list = here().find(|(.., story)| std::ptr::eq(*story, one.story)).map(|(_, list, _)| list.clone());
            all.push(Candidate {
                id: one.story.id.clone(),
                story: one.story.clone(),
                day: day(one.story, material),
                section: id.clone(),
                points: one.points,
                why: one.why,
                waits: one.waits,
                list: list.unwrap_or_default(),
            });
        }
    }
    all
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
