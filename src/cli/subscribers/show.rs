//! `subscribers list`, `export` and `history`.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::super::cell::harmless;
use super::super::exit::Exit;
use super::super::{Shell, words};
use super::{said, unknown};
use crate::ledger::{Event, Ledger, Subscriber};
use crate::model::{Address, Lang, Segment, Speech, Words};

pub(super) fn list(ledger: &Ledger, segments: &[Segment], shell: &Shell) -> Result<Exit> {
    let mut people: Vec<Value> = Vec::new();
    ledger.each_where(segments, |person: Subscriber| {
        if shell.report.is_json {
            people.push(row(&person));
        } else {
            let language = language(&person);
            let until =
                person.paused_until.map(|until| format!(" ({})", words::moment(until, &shell.config.newsletter)));
            let (address, status, until) = (person.address.as_str(), &person.status, until.unwrap_or_default());
            shell.report.text(format!("{address:<40} {language:<5} {status}{until}"));
        }
        Ok(())
    })?;
    if shell.report.is_json {
        shell.report.json(&people);
    }
    Ok(Exit::Done)
}

fn language(person: &Subscriber) -> String {
    if person.both { "both".to_owned() } else { person.language.as_ref().map_or("?", |lang| lang.as_str()).to_owned() }
}

fn row(person: &Subscriber) -> Value {
    let language = if person.both { json!("both") } else { json!(person.language) };
    let mut row = json!({
        "email": person.address.as_str(),
        "language": language,
        "status": person.status,
        "since": person.since,
        "source": person.source,
        "name": person.name,
        "format": person.format,
        "paused_until": person.paused_until,
        "consented_on": person.consented_on,
        "basis": person.basis,
        "list": person.list,
    });
    row["fields"] = Value::Object(fields(person));
    row
}

fn fields(person: &Subscriber) -> Map<String, Value> {
    person.fields.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The list as CSV: the columns of an import first, so that it can be read back, then what the ledger knows beside.
pub(super) fn export(ledger: &Ledger, segments: &[Segment], shell: &Shell) -> Result<Exit> {
    let mut further: Vec<String> = Vec::new();
    ledger.each_where(segments, |person| {
        for name in fields(&person).keys() {
            if !further.contains(name) {
                further.push(name.clone());
            }
        }
        Ok(())
    })?;
    further.sort();
    let known = ["email", "language", "name", "format", "source", "consented_on", "status", "since", "basis", "list"];
    let header: Vec<&str> = known.into_iter().chain(further.iter().map(String::as_str)).collect();
    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    out.write_record(header.iter().map(|name| harmless(name)))?;
    ledger.each_where(segments, |person| {
        let own = fields(&person);
        let language = if person.both { Some("both") } else { person.language.as_ref().map(Lang::as_str) };
        let since = person.since.to_string();
        let known = [
            Some(person.address.as_str()),
            language,
            person.name.as_deref(),
            person.format.as_deref(),
            person.source.as_deref(),
            person.consented_on.as_deref(),
            Some(person.status.as_str()),
            Some(since.as_str()),
            person.basis.as_deref(),
            person.list.as_deref(),
        ];
        let own = further.iter().map(|name| own.get(name).and_then(Value::as_str));
        out.write_record(known.into_iter().chain(own).map(|cell| harmless(cell.unwrap_or_default())))?;
        Ok(())
    })?;
    out.flush()?;
    let _ = shell; // Data goes to standard output whoever asks.
    Ok(Exit::Done)
}

pub(super) fn history(ledger: &Ledger, address: &Address, is_export: bool, shell: &Shell) -> Result<Exit> {
    let person = ledger.subscriber(address)?;
    let events = ledger.history(address)?;
    if person.is_none() && events.is_empty() {
        return Ok(unknown(address, shell));
    }
    if is_export || shell.report.is_json {
        let events: Vec<Value> = events.iter().map(event).collect();
        shell.report.json(&json!({"subscriber": person.as_ref().map(row), "history": events}));
        return Ok(Exit::Done);
    }
    if let Some(person) = &person {
        let (shown, language) = (person.address.as_str(), language(person));
        let status = shell.report.say(&said::what(&person.status)).to_owned();
        shell
            .report
            .line(&words!("{shown}: {status}, language: {language}", "{shown} : {status}, langue : {language}"));
    }
    for event in &events {
        let at = words::moment(event.at, &shell.config.newsletter);
        let say = |words: Words| words.say(shell.report.speech).to_owned();
        let mut line = format!("{at}  {}", say(said::what(&event.what)));
        let by =
            [event.who.as_deref().map(|who| say(said::who(who))), event.way.as_deref().map(|way| say(said::way(way)))];
        let by: Vec<String> = by.into_iter().flatten().collect();
        if !by.is_empty() {
            line = format!("{line}  ({})", by.join(", "));
        }
        if let Some(detail) = &event.detail {
            let colon = if shell.report.speech == Speech::Fr { "\u{a0}: " } else { ": " };
            line = format!("{line}{colon}{}", say(said::why(detail)));
        }
        shell.report.text(line);
    }
    Ok(Exit::Done)
}

fn event(event: &Event) -> Value {
    json!({"at": event.at, "what": event.what, "by": event.who, "way": event.way, "detail": event.detail})
}
