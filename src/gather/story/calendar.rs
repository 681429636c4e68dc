//! `.ics` (RFC 5545), as Outlook, Google and event pages export it, to events.
//!
//! The reader is our own: we need the line of each event for what we say about it, a broken line may not cost the rest,
//! and only ten properties count. Guests and organizers are personal information and are not looked at.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::listed::{Entry, body};
use super::{Office, Report, Spot, build, event};
use crate::gather::{html, links, text};
use crate::model::{Event, Kind, Lang, Severity, Text, Texts};

/// Events of one calendar: a year of a busy office. A whole mailbox's calendar was not meant.
const EVENTS_MAX: usize = 200;

/// What Outlook calls the time zones of this country.
const WINDOWS_ZONES: [(&str, &str); 9] = [
    ("Newfoundland Standard Time", "America/St_Johns"),
    ("Atlantic Standard Time", "America/Halifax"),
    ("Eastern Standard Time", "America/Toronto"),
    ("Central Standard Time", "America/Winnipeg"),
    ("Canada Central Standard Time", "America/Regina"),
    ("Mountain Standard Time", "America/Edmonton"),
    ("US Mountain Standard Time", "America/Creston"),
    ("Pacific Standard Time", "America/Vancouver"),
    ("Yukon Standard Time", "America/Whitehorse"),
];

/// A line of a calendar, unfolded: `SUMMARY;LANGUAGE=fr-CA:Journée`.
struct Line {
    at: usize,
    name: String,
    parameters: Vec<(String, String)>,
    value: String,
}

/// The events of a calendar.
pub(super) fn entries(office: &Office<'_>, source: &str, lang: Option<&Lang>, report: &mut Report) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut parts: Vec<String> = Vec::new();
    let mut event: Option<(usize, Vec<Line>)> = None;
    let mut events = 0;
    for line in unfolded(source) {
        match line.name.as_str() {
            "BEGIN" => {
                parts.push(line.value.to_ascii_uppercase());
                if parts.last().is_some_and(|part| part == "VEVENT") {
                    event = Some((line.at, Vec::new()));
                }
            }
            "END" => {
                let ended = line.value.to_ascii_uppercase();
                // An end that was never begun ends nothing.
                if let Some(depth) = parts.iter().rposition(|part| *part == ended) {
                    parts.truncate(depth);
                }
                if let Some((at, lines)) = event.take_if(|_| ended == "VEVENT") {
                    events += 1;
                    if events <= EVENTS_MAX {
                        entries.extend(entry(office, at, &lines, lang, report));
                    }
                }
            }
            // What stands in an alarm within an event is the alarm's.
            _ if parts.last().is_some_and(|part| part == "VEVENT") => {
                if let Some((_, lines)) = &mut event {
                    lines.push(line);
                }
            }
            _ => {}
        }
    }
    if let Some((at, _)) = event {
        let spot = Spot { line: at, column: 1, excerpt: String::new() };
        let message = words!("the file breaks off in this event", "le fichier s'interrompt dans cette activité");
        report.add(Severity::Warning, &spot, message, words!("export it again", "exportez-le de nouveau"));
    }
    if events == 0 {
        report.add(
            Severity::Error,
            &Spot::default(),
            words!("there is no event in this calendar", "ce calendrier ne contient aucune activité"),
            words!("export the event itself as `.ics`", "exportez l'activité elle-même en `.ics`"),
        );
    }
    if events > EVENTS_MAX {
        report.add(
            Severity::Warning,
            &Spot::default(),
            words!(
                "the calendar holds {events} events: only the first {EVENTS_MAX} are read",
                "le calendrier contient {events} activités\u{a0}: seules les {EVENTS_MAX} premières sont lues"
            ),
            words!("export only those for the newsletter", "n'exportez que celles de l'infolettre"),
        );
    }
    entries
}

/// Lines with their continuations, which begin with a space or a tab.
fn unfolded(source: &str) -> impl Iterator<Item = Line> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    for (at, line) in source.lines().enumerate() {
        match (line.strip_prefix([' ', '\t']), whole.last_mut()) {
            (Some(rest), Some((_, before))) => before.push_str(rest),
            _ => whole.push((at + 1, line.to_owned())),
        }
    }
    whole.into_iter().filter_map(|(at, line)| parse(at, &line))
}

fn parse(at: usize, line: &str) -> Option<Line> {
    // A colon in quotes belongs to a parameter.
    let mut quoted = false;
    let mut ends = line.char_indices().filter_map(|(at, c)| {
        quoted ^= c == '"';
        (!quoted && matches!(c, ';' | ':')).then_some((at, c))
    });
    let (first, sign) = ends.next()?;
    let colon = if sign == ':' { first } else { ends.find(|(_, c)| *c == ':')?.0 };
    let parameters = line[first..colon].split(';').filter_map(|one| one.split_once('='));
    Some(Line {
        at,
        name: line[..first].trim().to_ascii_uppercase(),
        parameters: parameters
            .map(|(key, value)| (key.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
            .collect(),
        value: line[colon + 1..].to_owned(),
    })
}

impl Line {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn text(&self) -> String {
        let (mut out, mut chars) = (String::new(), self.value.chars());
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => out.push('\n'),
                    Some(c) => out.push(c),
                    None => {}
                },
                c => out.push(c),
            }
        }
        out
    }

    fn spot(&self) -> Spot {
        Spot { line: self.at, column: 1, excerpt: format!("{}:{}", self.name, self.value) }
    }
}

fn entry(office: &Office<'_>, at: usize, lines: &[Line], lang: Option<&Lang>, report: &mut Report) -> Option<Entry> {
    let get = |name: &str| lines.iter().find(|line| line.name == name);
    let spot = Spot { line: at, column: 1, excerpt: String::new() };
    if get("STATUS").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED")) {
        let message = words!(
            "this event is cancelled, so it was left out",
            "cette activité est annulée\u{a0}: elle a été écartée"
        );
        report.add(Severity::Info, &spot, message, words!("nothing to do", "rien à faire"));
        return None;
    }
    let texts = texts(office, lines, lang);
    if texts.is_empty() {
        let message = words!("the event has no title (`SUMMARY`)", "l'activité n'a pas de titre (`SUMMARY`)");
        report.add(
            Severity::Warning,
            &spot,
            message,
            words!("give it one, and export it again", "donnez-lui-en un, et exportez-la de nouveau"),
        );
        return None;
    }
    let Some((starts, is_day)) = get("DTSTART").and_then(|line| moment(office, line, report)) else {
        let message = words!("the event does not say when it begins", "l'activité n'indique pas son début");
        report.add(
            Severity::Warning,
            &spot,
            message,
            words!("give it a date, and export it again", "donnez-lui une date, et exportez-la de nouveau"),
        );
        return None;
    };
    if let Some(rule) = get("RRULE") {
        report.add(
            Severity::Info,
            &rule.spot(),
            words!(
                "the event repeats: its first date is shown",
                "l'activité se répète\u{a0}: sa première date est affichée"
            ),
            words!("say in its text when it repeats", "indiquez dans son texte quand elle se répète"),
        );
    }
    let ends = match (get("DTEND"), get("DURATION")) {
        // The end of an event of whole days is the day after it.
        (Some(line), _) => {
            moment(office, line, report).and_then(|(end, _)| if is_day { end.yesterday().ok() } else { Some(end) })
        }
        (None, Some(line)) => line.value.trim().parse::<Span>().ok().and_then(|span| starts.checked_add(span).ok()),
        (None, None) => None,
    };
    let location = places(office, lines, &texts);
    let key = get("UID").map_or_else(
        || format!("{starts} {}", texts.values().next().map_or("", |text| &text.title)),
        |uid| uid.value.trim().to_owned(),
    );
    let event = Event {
        starts,
        ends: ends.filter(|ends| *ends > starts),
        register_by: None,
        language: get("DESCRIPTION").and_then(|line| held_in(&line.text(), office)),
        location,
        audience: Texts::new(),
    };
    Some(Entry { line: at, key, kind: Kind::Event, section: None, texts, event: Some(event), deadline: None })
}

/// A calendar has no field for the language of an event, so a line of its description says it: `Language: bilingual`.
fn held_in(description: &str, office: &Office<'_>) -> Option<String> {
    description.lines().find_map(|line| said_on(line, office))
}

fn said_on(line: &str, office: &Office<'_>) -> Option<String> {
    let (name, said) = line.split_once(':')?;
    matches!(text::folded(name).as_str(), "language" | "langue").then(|| event::said_language(said.trim(), office))?
}

/// A description without the line that is a field of the event.
fn told(line: &Line, office: &Office<'_>) -> String {
    let text = line.text();
    text.lines().filter(|line| said_on(line, office).is_none()).collect::<Vec<_>>().join("\n")
}

/// Each title with what belongs to its language; a property that names none belongs to all.
fn texts(office: &Office<'_>, lines: &[Line], lang: Option<&Lang>) -> std::collections::BTreeMap<Lang, Text> {
    let all = |name: &'static str| lines.iter().filter(move |line| line.name == name);
    let plain = all("DESCRIPTION").next().map(Line::text).unwrap_or_default();
    let url = all("URL").find_map(|line| links::clean(&line.value)).filter(|url| !url.starts_with("mailto:"));
    let titles: Vec<(&Line, String)> = all("SUMMARY")
        .map(|line| (line, text::line(&line.text(), text::TITLE_CHARS_MAX)))
        .filter(|(_, title)| !title.is_empty())
        .collect();
    let mut out = std::collections::BTreeMap::new();
    for (line, title) in &titles {
        // With one title the language that Outlook writes beside it is that of the program, not of the words.
        let said = line.parameter("LANGUAGE").and_then(|tag| of_tag(tag, office)).filter(|_| titles.len() > 1);
        let spoken = lang.cloned().or(said).unwrap_or_else(|| build::guess(&format!("{title}. {plain}"), office));
        let own = |line: &&Line| {
            titles.len() == 1
                || line.parameter("LANGUAGE").and_then(|tag| of_tag(tag, office)).is_none_or(|lang| lang == spoken)
        };
        let formatted =
            all("X-ALT-DESC").filter(own).map(|line| html::sanitise(&line.text())).find(|html| !html.is_empty());
        let body = formatted
            .unwrap_or_else(|| all("DESCRIPTION").find(own).map(|line| body(&told(line, office))).unwrap_or_default());
        out.entry(spoken).or_insert(Text { title: title.clone(), summary: String::new(), body, url: url.clone() });
    }
    out
}

fn of_tag(tag: &str, office: &Office<'_>) -> Option<Lang> {
    let key = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    office.newsletter.languages.iter().find(|lang| lang.as_str() == key).cloned()
}

fn places(office: &Office<'_>, lines: &[Line], texts: &std::collections::BTreeMap<Lang, Text>) -> Texts {
    let all: Vec<&Line> = lines.iter().filter(|line| line.name == "LOCATION").collect();
    let place = |lang: &Lang| {
        let own = all
            .iter()
            .find(|line| line.parameter("LANGUAGE").and_then(|tag| of_tag(tag, office)).as_ref() == Some(lang));
        let line = own.or_else(|| all.first())?;
        Some(text::line(&line.text(), text::TITLE_CHARS_MAX)).filter(|place| !place.is_empty())
    };
    texts.keys().filter_map(|lang| Some((lang.clone(), place(lang)?))).collect()
}

/// `20261209T130000Z`, with `TZID`, or a day alone: in the newsletter's time zone, and whether it was a day.
fn moment(office: &Office<'_>, line: &Line, report: &mut Report) -> Option<(DateTime, bool)> {
    let written = line.value.trim();
    if let Ok(day) = Date::strptime("%Y%m%d", written) {
        return Some((day.to_datetime(jiff::civil::Time::midnight()), true));
    }
    let there = DateTime::strptime("%Y%m%dT%H%M%S", written.trim_end_matches(['Z', 'z'])).ok();
    let Some(there) = there else {
        let message =
            words!("`{written}` is not a time of a calendar", "`{written}` n'est pas une heure de calendrier");
        report.add(Severity::Warning, &line.spot(), message, words!("export it again", "exportez-la de nouveau"));
        return None;
    };
    let zone = if written.ends_with(['Z', 'z']) {
        Some(TimeZone::UTC)
    } else {
        match line.parameter("TZID") {
            None => return Some((there, false)),
            Some(name) => {
                let known = WINDOWS_ZONES.iter().find(|(windows, _)| *windows == name).map_or(name, |(_, iana)| iana);
                TimeZone::get(known.trim_start_matches('/')).ok()
            }
        }
    };
    let Some(zone) = zone else {
        let name = line.parameter("TZID").unwrap_or_default();
        let message = words!(
            "the time zone `{name}` is not known: the time is taken as ours",
            "le fuseau `{name}` est inconnu\u{a0}: l'heure est prise pour la nôtre"
        );
        report.add(
            Severity::Warning,
            &line.spot(),
            message,
            words!("look at the time of the event", "vérifiez l'heure de l'activité"),
        );
        return Some((there, false));
    };
    let instant: Timestamp = zone.to_ambiguous_zoned(there).compatible().ok()?.timestamp();
    Some((instant.to_zoned(office.zone.clone()).datetime(), false))
}
