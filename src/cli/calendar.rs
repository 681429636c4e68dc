//! `calendar`: the days that lead to an issue, reckoned back from the one on which it leaves; and the calendar files of
//! its events, which the archive publishes once it has left.

use std::fs;

use anyhow::Result;
use jiff::civil::{Date, Weekday};
use serde_json::{Value, json};

use super::Shell;
use super::exit::Exit;
use super::report::Colour;
use super::words;
use super::workspace::{self, IssueFolder};
use crate::archive::{Calendar, Entry, EventWords, Moment, events};
use crate::compose::{self, Templates};
use crate::files;
use crate::model::{Issue, IssueId, Lang, Newsletter, Speech, Step, Texts, Words};

/// Arguments of `calendar`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// Also write the days as `calendar.ics` in the issue's folder, for Outlook and phones.
    #[arg(long)]
    ics: bool,
}

/// A step with its day.
pub(super) struct Due<'a> {
    step: &'a Step,
    day: Date,
    /// Working days from today; negative when it has passed.
    left: i32,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let newsletter = &shell.config.newsletter;
    let send_at = newsletter.schedule.send_at(&id)?;
    let due = due(&id, shell)?;
    if shell.report.is_json {
        let steps: Vec<Value> = due
            .iter()
            .map(
                |one| json!({"id": one.step.id, "name": one.step.name, "date": one.day, "working_days_left": one.left}),
            )
            .collect();
        shell.report.json(&json!({"issue": id, "send_at": send_at, "steps": steps}));
    }
    let planned = words::moment(send_at, newsletter);
    shell.report.line(&words!("issue {id}, planned for {planned}", "numéro {id}, prévu pour le {planned}"));
    for one in &due {
        let line = format!("{} {}  {}", weekday(one.day, shell.report.speech), one.day, name(&one.step.name, shell));
        let left = shell.report.say(&left(one.left)).to_owned();
        let colour = if one.left < 0 { Colour::Yellow } else { Colour::Green };
        shell.report.text(format!("  {line}  ({})", shell.report.paint(colour, &left)));
    }
    if args.ics {
        let folder = workspace::folder(&shell.config, &id);
        let file = folder.shown("calendar.ics");
        files::write_whole(&folder.file("calendar.ics"), plan(&id, &due, shell)?.text().as_bytes())?;
        shell.report.line(&words!("written: {file}", "écrit : {file}"));
    }
    Ok(Exit::Done)
}

/// The steps of an issue, the earliest first.
pub(super) fn due<'a>(id: &IssueId, shell: &'a Shell) -> Result<Vec<Due<'a>>> {
    let newsletter = &shell.config.newsletter;
    let zone = newsletter.schedule.zone()?;
    let day = newsletter.schedule.send_at(id)?.to_zoned(zone.clone()).date();
    let today = shell.now.to_zoned(zone).date();
    let mut due: Vec<Due<'_>> = newsletter
        .steps
        .iter()
        .map(|step| {
            let day = newsletter.schedule.working_days_before(day, step.working_days_before);
            Due { step, day, left: newsletter.schedule.working_days_between(today, day) }
        })
        .collect();
    due.sort_by_key(|one| one.day);
    Ok(due)
}

/// The next step that has not passed, for `status`.
pub(super) fn next(id: &IssueId, shell: &Shell) -> Result<Option<Words>> {
    let due = due(id, shell)?;
    let Some(one) = due.iter().find(|one| one.left >= 0) else { return Ok(None) };
    let (day, left) = (one.day, left(one.left));
    let in_speech = |speech| name_in(&one.step.name, speech, &shell.config.newsletter);
    Ok(Some(Words {
        en: format!("calendar: {}, {day} ({})", in_speech(Speech::En), left.en),
        fr: format!("calendrier\u{a0}: {}, {day} ({})", in_speech(Speech::Fr), left.fr),
    }))
}

fn left(days: i32) -> Words {
    let n = words::count(
        days.unsigned_abs() as usize,
        ["working day", "working days"],
        ["jour ouvrable", "jours ouvrables"],
    );
    let (en, fr) = (n.en, n.fr);
    match days {
        0 => words!("today", "aujourd'hui"),
        1.. => words!("in {en}", "dans {fr}"),
        _ => words!("{en} ago", "il y a {fr}"),
    }
}

fn weekday(day: Date, speech: Speech) -> &'static str {
    let names = match speech {
        Speech::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        Speech::Fr => ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    };
    names[usize::try_from(day.weekday().since(Weekday::Monday)).unwrap_or(0)]
}

fn name<'a>(name: &'a Texts, shell: &Shell) -> &'a str {
    name_in(name, shell.report.speech, &shell.config.newsletter)
}

/// In the person's language, else in the newsletter's.
fn name_in<'a>(name: &'a Texts, speech: Speech, newsletter: &Newsletter) -> &'a str {
    let key = match speech {
        Speech::En => Lang::new("en"),
        Speech::Fr => Lang::new("fr"),
    };
    name.get(&key)
        .or_else(|| name.get(&newsletter.source_language))
        .or_else(|| name.values().next())
        .map_or("", String::as_str)
}

/// The steps and the moment of leaving as a calendar.
fn plan(id: &IssueId, due: &[Due<'_>], shell: &Shell) -> Result<Calendar> {
    let newsletter = &shell.config.newsletter;
    let send_at = newsletter.schedule.send_at(id)?;
    let language = newsletter.languages.iter().find(|lang| match shell.report.speech {
        Speech::En => lang.is_english(),
        Speech::Fr => lang.is_french(),
    });
    let language = newsletter.language(language.unwrap_or(&newsletter.source_language));
    let entry = |what: &str, start: Moment, said: &str| Entry {
        uid: format!("{}-{id}-{what}@{}", newsletter.id, newsletter.sender.domain()),
        start,
        end: None,
        summary: format!("{} {id}, {said}", language.title),
        description: Vec::new(),
        location: String::new(),
        url: None,
        is_busy: false,
    };
    let mut entries: Vec<Entry> =
        due.iter().map(|one| entry(&one.step.id, Moment::Day(one.day), name(&one.step.name, shell))).collect();
    let leaves = words!("the issue leaves", "le numéro part");
    entries.push(entry("leaves", Moment::At(send_at), shell.report.say(&leaves)));
    Ok(Calendar { name: format!("{} {id}", language.title), tag: language.tag.clone(), stamp: send_at, entries })
}

/// Where the calendar files of an issue's events lie in its folder, one folder per language: `archive` publishes them once
/// the issue has left.
pub(super) const EVENTS: &str = "calendar";

/// Writes the calendar files of an issue's events, and takes away those of events that are no longer in it.
pub(super) fn save_events(folder: &IssueFolder<'_>, issue: &Issue, templates: &Templates, shell: &Shell) -> Result<()> {
    let newsletter = &shell.config.newsletter;
    for lang in &newsletter.languages {
        let word = |key: &str| compose::word(templates, lang, key);
        let (register_by, deadline) = (word("event_register_by")?, word("deadline")?);
        let colon = format!("{} ", word("colon")?);
        // A word that the locale lacks would have stopped `compose` already.
        let about = |event: &_| compose::event_lines(event, newsletter, templates, lang).unwrap_or_default();
        let words = EventWords { register_by: &register_by, deadline: &deadline, colon: &colon, about: &about };
        let files = events(issue, newsletter, lang, &words);
        let there = folder.file(&format!("{EVENTS}/{lang}"));
        for file in &files {
            files::write_whole(&there.join(&file.name), file.text.as_bytes())?;
        }
        for entry in fs::read_dir(&there).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_stale = name.rsplit_once('.').is_some_and(|(_, ending)| ending == "ics")
                && !files.iter().any(|file| file.name == name);
            if is_stale {
                // A file that stays is no reason to stop: it is written over when its event returns.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
    tracing::debug!(issue = %folder.id, "calendar files written");
    Ok(())
}
