//! `sources check`: does each source answer, what does it hold, how fresh is it, and do its languages pair.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit::Exit;
use super::report::{Colour, Report};
use super::{Shell, gather, runtime, words};
use crate::gather::{Reading, Surveyed, survey};
use crate::http::Http;
use crate::model::{Newsletter, Words};

/// A monthly newsletter that has had nothing from a source twice may have lost it.
const STALE_DAYS: i64 = 60;
/// What fits a terminal.
const COLUMNS: usize = 80;
/// Columns of a source's name in the table.
const NAME_COLUMNS: usize = 26;

/// Arguments of `sources`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Look at each source and its twin: answers, items, the newest, how many pair.
    Check(CheckArgs),
}

/// Arguments of `sources check`.
#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// Ask nobody: look at what was last fetched.
    #[arg(long)]
    offline: bool,
}

/// An address with what is to be said of it.
struct Judged {
    seen: Surveyed,
    /// Days since its newest item, when that is long.
    stale_days: Option<i64>,
    /// What wants a look.
    look: Vec<Words>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let What::Check(args) = &args.what;
    let config = &shell.config;
    let contact = config.newsletter.http.contact.as_deref().unwrap_or(&config.newsletter.organization.email);
    let proxy = config.newsletter.http.proxy.as_deref();
    let http = Http::new(&config.root.join("cache"), contact, proxy, args.offline)?;
    let bar = gather::progress(shell.report.is_quiet);
    let reading = Reading {
        sources: &config.sources,
        newsletter: &config.newsletter,
        root: &config.root,
        before: None,
        kept: &BTreeSet::new(),
        refresh: &BTreeSet::new(),
        now: shell.now,
        // Nothing is too old to be counted.
        send_at: Timestamp::MIN,
        progress: &|source, done, all| {
            bar.set_length(all as u64);
            bar.set_position(done as u64);
            bar.set_message(source.to_owned());
        },
    };
    let seen = runtime()?.block_on(survey(&http, &reading));
    bar.finish_and_clear();
    let judged: Vec<Judged> = seen.into_iter().map(|seen| judge(seen, shell.now)).collect();
    if shell.report.is_json {
        let all: Vec<Value> = judged.iter().map(|source| as_json(source, shell.report)).collect();
        shell.report.json(&json!({ "sources": all }));
    }
    show(&judged, shell);
    Ok(if judged.iter().any(|source| !source.look.is_empty()) { Exit::Look } else { Exit::Done })
}

fn judge(seen: Surveyed, now: Timestamp) -> Judged {
    let mut look = Vec::new();
    let mut stale_days = None;
    match &seen.items {
        Err(why) if !seen.skipped => look.push(why.clone()),
        Err(_) => {}
        Ok(held) => {
            stale_days = held.newest.map(|newest| now.duration_since(newest).as_hours() / 24);
            stale_days = stale_days.filter(|days| *days > STALE_DAYS);
            if held.count == 0 {
                look.push(words!("it holds no items", "elle ne contient aucun élément"));
            }
            if let Some(days) = stale_days {
                look.push(words!("nothing new for {days} days", "rien de nouveau depuis {days} jours"));
            }
            if held.paired == Some(0) && held.count > 0 {
                look.push(words!(
                    "no item finds its twin in another language",
                    "aucun élément ne trouve son jumeau dans une autre langue"
                ));
            }
        }
    }
    if let Some(to) = &seen.moved_to {
        look.push(words!(
            "it has moved: write {to} in `sources.toml`",
            "elle a déménagé : inscrivez {to} dans `sources.toml`"
        ));
    }
    Judged { seen, stale_days, look }
}

fn as_json(source: &Judged, report: Report) -> Value {
    let (seen, held) = (&source.seen, source.seen.items.as_ref().ok());
    json!({
        "source": seen.source,
        "language": seen.language,
        "url": seen.url,
        "moved_to": seen.moved_to,
        "skipped": seen.skipped,
        "answers": seen.answers,
        "parses": held.is_some(),
        "items": held.map(|held| held.count),
        "newest": held.and_then(|held| held.newest),
        "paired": held.and_then(|held| held.paired),
        "stale_days": source.stale_days,
        "look": source.look.iter().map(|words| report.say(words)).collect::<Vec<_>>(),
        "notes": seen.notes.iter().map(|words| report.say(words)).collect::<Vec<_>>(),
    })
}

fn show(judged: &[Judged], shell: &Shell) {
    let report = shell.report;
    if judged.is_empty() {
        report.line(&words!("`sources.toml` names no source", "`sources.toml` ne nomme aucune source"));
        return;
    }
    report.text(row(
        report.say(&words!("source", "source")),
        report.say(&words!("lang.", "lang.")),
        report.say(&words!("items", "éléments")),
        report.say(&words!("newest", "plus récent")),
        report.say(&words!("pairs", "paires")),
    ));
    let mut last = "";
    for source in judged {
        show_one(source, last, shell);
        last = &source.seen.source;
    }
    let n = words::count(judged.len(), ["address", "addresses"], ["adresse", "adresses"]);
    let look = judged.iter().filter(|source| !source.look.is_empty()).count();
    let (en, fr) = (n.en, n.fr);
    let line = words!("{en}: {look} to look at", "{fr} : {look} à voir");
    let colour = if look == 0 { Colour::Green } else { Colour::Yellow };
    report.text(report.paint(colour, report.say(&line)));
    let n_skipped = judged.iter().filter(|source| source.seen.skipped).count();
    if n_skipped > 0 {
        report.line(&words!("not asked (offline): {n_skipped}", "non consultées (hors ligne) : {n_skipped}"));
    }
}

fn show_one(source: &Judged, last: &str, shell: &Shell) {
    let report = shell.report;
    let seen = &source.seen;
    let held = seen.items.as_ref().ok();
    let name = if seen.source == last { "" } else { &seen.source };
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let line = row(
        name,
        seen.language.as_str(),
        &or_dash(held.map(|held| held.count.to_string())),
        &or_dash(held.and_then(|held| held.newest).map(|newest| day(newest, &shell.config.newsletter))),
        &or_dash(held.and_then(|held| held.paired).map(|n| n.to_string())),
    );
    let word = match (source.look.is_empty(), seen.skipped) {
        (false, _) => report.paint(Colour::Yellow, report.say(&words!("look", "à voir"))),
        (true, true) => report.say(&words!("not asked", "non consultée")).to_owned(),
        (true, false) => report.paint(Colour::Green, report.say(&words!("good", "bon"))),
    };
    report.text(format!("{line}  {word}"));
    for words in &source.look {
        for line in wrapped(report.say(words), COLUMNS - 4) {
            report.text(format!("    {line}"));
        }
    }
}

fn row(source: &str, lang: &str, items: &str, newest: &str, paired: &str) -> String {
    let source = shortened(source);
    format!("{source:<NAME_COLUMNS$} {lang:<5} {items:>8}  {newest:<11} {paired:>6}")
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_COLUMNS {
        return name.to_owned();
    }
    name.chars().take(NAME_COLUMNS - 1).chain(['…']).collect()
}

fn day(at: Timestamp, newsletter: &Newsletter) -> String {
    let zone = newsletter.schedule.zone().unwrap_or(jiff::tz::TimeZone::UTC);
    at.to_zoned(zone).date().to_string()
}

/// Text in lines of at most `width` characters; an address stays whole, so that it can be copied.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a first line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::Held;
    use crate::model::Lang;

    fn seen(items: Result<Held, Words>) -> Surveyed {
        Surveyed {
            source: "s".to_owned(),
            language: Lang::new("en"),
            url: "https://example.ca/".to_owned(),
            moved_to: None,
            answers: true,
            items,
            skipped: false,
            notes: Vec::new(),
        }
    }

    #[test]
    fn what_is_old_empty_unpaired_or_moved_wants_a_look() {
        let now: Timestamp = "2026-12-02T14:00:00Z".parse().unwrap();
        let held = |count, newest: &str, paired| Held { count, newest: newest.parse().ok(), paired };
        let look = |seen: Surveyed| judge(seen, now).look.iter().map(|words| words.en.clone()).collect::<Vec<_>>();
        assert!(look(seen(Ok(held(3, "2026-10-03T14:00:00Z", Some(3))))).is_empty());
        assert_eq!(look(seen(Ok(held(3, "2026-10-02T14:00:00Z", None)))), ["nothing new for 61 days"]);
        assert!(look(seen(Ok(held(3, "", None)))).is_empty(), "undated is not old");
        assert_eq!(look(seen(Ok(held(0, "", Some(0))))), ["it holds no items"]);
        assert_eq!(look(seen(Ok(held(3, "", Some(0))))), ["no item finds its twin in another language"]);
        assert_eq!(look(seen(Err(words!("no", "non")))), ["no"]);
        assert!(look(Surveyed { skipped: true, ..seen(Err(words!("no", "non"))) }).is_empty());
        let moved = Surveyed { moved_to: Some("https://example.ca/new".to_owned()), ..seen(Ok(held(1, "", None))) };
        assert_eq!(look(moved), ["it has moved: write https://example.ca/new in `sources.toml`"]);
    }

    #[test]
    fn the_table_fits_a_terminal() {
        let line = row(&"x".repeat(60), "en", "10000", "2026-12-02", "10000");
        assert!(line.chars().count() + 2 + "non consultée".len() <= COLUMNS, "{line}");
        assert!(wrapped(&"word ".repeat(60), 76).iter().all(|line| line.chars().count() <= 76));
    }
}
