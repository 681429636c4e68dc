//! One file, or the files of a pair, to a story.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{self, lines};
use super::fields::{self, Fields, plain};
use super::folder::{self, Dropped};
use super::split::{self, Body};
use super::{Office, Report, Spot, binary, mail, origin, picture, word};
use crate::files;
use crate::gather::{html, links, text};
use crate::model::{Finding, Kind, Lang, Pair, PairHow, Severity, Story, StoryId, Text, Texts, Words};

/// A story file: the longest real one has 30 KB.
const STORY_BYTES_MAX: u64 = 1024 * 1024;
/// A Word file or a mail may bring pictures.
const DOCUMENT_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// A title made of the first words, for a story without one.
const UNTITLED_CHARS_MAX: usize = 80;

/// What one file says, before its twin is beside it.
struct Half {
    lang: Option<Lang>,
    story: Story,
}

/// Reads the files of one story; none when there is nothing in them that could be one.
pub(super) fn story(
    office: &Office<'_>,
    id: &StoryId,
    part: &[(Option<Lang>, Dropped)],
    findings: &mut Vec<Finding>,
) -> Option<Story> {
    let mut whole: Option<Half> = None;
    for (lang, file) in part {
        let mut report = Report { file: file.shown.clone(), findings: Vec::new() };
        let half = half(office, id, lang.as_ref(), file, &mut report).map(|story| Half { lang: lang.clone(), story });
        whole = match (whole, half) {
            (Some(first), Some(second)) => Some(joined(first, second, &mut report)),
            (first, second) => first.or(second),
        };
        findings.append(&mut report.findings);
    }
    let mut story = whole?.story;
    story.origin = origin(part);
    if let Some(image) = story.image.take() {
        let mut report = Report { file: part[0].1.shown.clone(), findings: Vec::new() };
        story.image = picture::look(image, &story, office, &mut report);
        findings.append(&mut report.findings);
    }
    if story.texts.len() > 1 {
        story.pair = Some(Pair { how: PairHow::File, confidence: 1.0 });
    }
    Some(story)
}

/// The text of a file; when it cannot be read, that is said.
pub(super) fn source(file: &Dropped, report: &mut Report) -> Option<String> {
    let bytes = folder::bytes(file, STORY_BYTES_MAX, report)?;
    let text = files::decode(&bytes);
    if let Some((message, hint)) = binary::complaint(&bytes, &text) {
        report.add(Severity::Error, &Spot::default(), message, hint);
        return None;
    }
    Some(text.trim_start_matches('\u{FEFF}').to_owned())
}

/// A file's fields, and a body per language.
pub(super) struct Written {
    pub(super) fields: Fields,
    pub(super) bodies: Vec<Body>,
}

fn markdown(source: &str, office: &Office<'_>, report: &mut Report) -> Option<Written> {
    let parts = split::split(source, office.newsletter);
    if parts.unclosed {
        let first = parts.front.as_ref().map_or(1, |(line, _)| *line);
        report.add(
            Severity::Warning,
            &Spot { line: first, column: 1, excerpt: String::new() },
            words!("the fields at the top have no closing `---`", "il manque le `---` qui ferme les champs du haut"),
            words!("add a line `---` after the last field", "ajoutez une ligne `---` après le dernier champ"),
        );
    }
    let (first, front) = parts.front.unwrap_or((1, String::new()));
    let fields = fields::read(first, &front, report)?;
    Some(Written { fields, bodies: parts.bodies })
}

/// One file as a story, perhaps in one language.
fn half(office: &Office<'_>, id: &StoryId, lang: Option<&Lang>, file: &Dropped, report: &mut Report) -> Option<Story> {
    let Written { fields, bodies } = match file.extension.as_str() {
        "docx" => word::read(&folder::bytes(file, DOCUMENT_BYTES_MAX, report)?, office, report)?,
        "eml" | "msg" => mail::read(&folder::bytes(file, DOCUMENT_BYTES_MAX, report)?, office, report)?,
        _ => markdown(&source(file, report)?, office, report)?,
    };
    let texts = texts(office, &fields, bodies, lang, report)?;
    let langs: Vec<Lang> = match lang {
        Some(lang) => vec![lang.clone()],
        None => office.newsletter.languages.clone(),
    };
    let event = event::event(&fields, &langs, office, report);
    let moment = |name: &str, report: &mut Report| fields.get(name).and_then(|node| fields.moment(name, node, report));
    let published = moment("date", report).and_then(|moment| moment.instant(&office.zone)).map(|at| at.min(office.now));
    let kind = kind(&fields, event.is_some(), report);
    let only_one = if texts.len() == 1 { texts.keys().next().cloned() } else { None };
    let source_language = fields
        .text("source_language", report)
        .and_then(|word| super::language_of(&word, office.newsletter))
        .or(only_one)
        .or_else(|| Some(office.newsletter.source_language.clone()).filter(|lang| texts.contains_key(lang)));
    Some(Story {
        section: event::section(&fields, office, report),
        kind,
        published,
        source_language,
        texts,
        author: lines(fields.texts("author", &langs, office, report)),
        contact: lines(fields.texts("contact", &langs, office, report)),
        image: event::image(&fields, &langs, file, office, report),
        deadline: moment("deadline", report).map(|moment| moment.day),
        expires: moment("expires", report).map(|moment| moment.day),
        event,
        only: event::only(&fields, office, report),
        ..Story::new(
            id.clone(),
            crate::model::Origin::File { file: file.shown.clone(), line: 1, twin: None },
            office.now,
        )
    })
}

/// The texts that have arrived: those with a body or a teaser, or all with a title when none has either.
fn texts(
    office: &Office<'_>,
    fields: &Fields,
    bodies: Vec<Body>,
    lang: Option<&Lang>,
    report: &mut Report,
) -> Option<BTreeMap<Lang, Text>> {
    let bodies = spoken(office, fields, bodies, lang, report);
    let in_map = |name: &str| match fields.get(name).map(|node| &node.value) {
        Some(super::yaml::Value::Map(_)) => fields.texts(name, &[], office, &mut quiet()).into_keys().collect(),
        _ => BTreeSet::new(),
    };
    let headed: BTreeSet<Lang> = in_map("title");
    let told: BTreeSet<Lang> = bodies.keys().cloned().chain(in_map("summary")).collect();
    let mut langs: BTreeSet<Lang> = if told.is_empty() { headed.clone() } else { told };
    if langs.is_empty() {
        langs.insert(
            lang.cloned().unwrap_or_else(|| guess(&fields.text("title", &mut quiet()).unwrap_or_default(), office)),
        );
    }
    for lang in headed.difference(&langs) {
        let key = lang.as_str();
        report.add(
            Severity::Info,
            &Spot::default(),
            words!(
                "there is a title in `{key}` but no text: the story waits for its translation",
                "il y a un titre en `{key}` mais pas de texte\u{a0}: l'article attend sa traduction"
            ),
            words!("nothing to do, unless you have the text", "rien à faire, à moins que vous n'ayez le texte"),
        );
    }
    let all: Vec<Lang> = langs.iter().cloned().collect();
    let titles = fields.texts("title", &all, office, report);
    let summaries = fields.texts("summary", &all, office, report);
    let links = links_of(fields, &all, office, report);
    let mut out = BTreeMap::new();
    for lang in langs {
        let body = bodies.get(&lang);
        let heading = body.and_then(|body| split::title(body, !titles.contains_key(&lang)));
        let title =
            titles.get(&lang).cloned().or_else(|| heading.as_ref().map(|(title, _)| title.clone())).unwrap_or_default();
        // The heading goes into the title; another one than the field's stays in the text.
        let written = match (&heading, body) {
            (Some((heading, rest)), _) if text::folded(heading) == text::folded(&title) => &rest.text,
            (_, Some(body)) => &body.text,
            _ => "",
        };
        let text = Text {
            title: text::line(&title, text::TITLE_CHARS_MAX),
            summary: summaries
                .get(&lang)
                .map(|summary| text::line(summary, text::SUMMARY_CHARS_MAX))
                .unwrap_or_default(),
            body: if body.is_some_and(|body| body.html) { html::sanitise(written) } else { html::markdown(written) },
            url: links.get(&lang).cloned(),
        };
        out.insert(lang, text);
    }
    titled_all(&mut out, report)
}

/// Every story needs a title; without one its first words stand in, and it is said.
fn titled_all(texts: &mut BTreeMap<Lang, Text>, report: &mut Report) -> Option<BTreeMap<Lang, Text>> {
    // A table with nothing in it is a body, and no text.
    let has_words = |html: &str| !text::of_html(html, UNTITLED_CHARS_MAX).is_empty();
    texts.retain(|_, text| !text.title.is_empty() || !text.summary.is_empty() || has_words(&text.body));
    if texts.is_empty() {
        report.add(
            Severity::Error,
            &Spot::default(),
            words!("the file holds no text", "le fichier ne contient aucun texte"),
            no_text_hint(&report.file),
        );
        return None;
    }
    for (lang, text) in texts.iter_mut().filter(|(_, text)| text.title.is_empty()) {
        let words =
            if text.summary.is_empty() { text::of_html(&text.body, UNTITLED_CHARS_MAX) } else { text.summary.clone() };
        text.title = text::cut(&words, UNTITLED_CHARS_MAX);
        let key = lang.as_str();
        report.add(
            Severity::Warning,
            &Spot { line: 1, column: 1, excerpt: text.title.clone() },
            words!(
                "the story has no title in `{key}`: its first words stand in its place",
                "l'article n'a pas de titre en `{key}`\u{a0}: ses premiers mots en tiennent lieu"
            ),
            title_hint(&report.file),
        );
    }
    Some(std::mem::take(texts))
}

fn no_text_hint(file: &str) -> Words {
    if is_word(file) {
        return title_hint(file);
    }
    words!("write a title after `# `, then the text", "écrivez un titre après `# `, puis le texte")
}

fn is_word(file: &str) -> bool {
    file.to_lowercase().ends_with(".docx")
}

/// How a title is written, in a Word file and elsewhere.
fn title_hint(file: &str) -> Words {
    if is_word(file) {
        words!(
            "give the first line the style Title in Word, then write the text",
            "donnez le style Titre à la première ligne dans Word, puis écrivez le texte"
        )
    } else {
        words!("begin the text with a line `# Title`", "commencez le texte par une ligne `# Titre`")
    }
}

/// Gives each body its language: its heading's, the file's, the field's, or the one that it is written in.
fn spoken(
    office: &Office<'_>,
    fields: &Fields,
    bodies: Vec<Body>,
    lang: Option<&Lang>,
    report: &mut Report,
) -> BTreeMap<Lang, Body> {
    let mut out: BTreeMap<Lang, Body> = BTreeMap::new();
    let several = bodies.iter().any(|body| body.lang.is_some());
    for body in bodies {
        let spot = Spot {
            line: body.line,
            column: 1,
            excerpt: body.words().lines().find(|l| !l.trim().is_empty()).unwrap_or("").to_owned(),
        };
        let own = match (&body.lang, lang) {
            (Some(own), _) => own.clone(),
            (None, Some(lang)) => lang.clone(),
            (None, None) if several => {
                // A title above the languages is that of none of them.
                if split::title(&body, true).is_none_or(|(_, rest)| !rest.text.trim().is_empty()) {
                    report.add(
                        Severity::Warning,
                        &spot,
                        words!(
                            "this text stands before the first language heading, so it was not read",
                            "ce texte précède le premier titre de langue\u{a0}: il n'a pas été lu"
                        ),
                        words!("put it below `## en` or `## fr`", "placez-le sous `## en` ou `## fr`"),
                    );
                }
                continue;
            }
            (None, None) => {
                let said = fields
                    .text("source_language", &mut quiet())
                    .and_then(|word| super::language_of(&word, office.newsletter));
                said.unwrap_or_else(|| guess(&body.words(), office))
            }
        };
        match out.get_mut(&own) {
            Some(before) => before.text.push_str(&body.text),
            None => {
                out.insert(own.clone(), Body { lang: Some(own), ..body });
            }
        }
    }
    out
}

/// The language in which some words are written; the newsletter's own when they do not show it.
pub(super) fn guess(words: &str, office: &Office<'_>) -> Lang {
    let found = whatlang::detect(words).filter(whatlang::Info::is_reliable).map(|info| info.lang());
    let lang = match found {
        Some(whatlang::Lang::Fra) => office.newsletter.languages.iter().find(|lang| lang.is_french()),
        Some(whatlang::Lang::Eng) => office.newsletter.languages.iter().find(|lang| lang.is_english()),
        _ => None,
    };
    lang.unwrap_or(&office.newsletter.source_language).clone()
}

fn links_of(fields: &Fields, langs: &[Lang], office: &Office<'_>, report: &mut Report) -> Texts {
    let Some(node) = fields.get("link") else { return Texts::new() };
    let spot = fields.spot_of(node);
    let mut out = Texts::new();
    let mut said = false;
    for (lang, written) in fields.texts("link", langs, office, report) {
        let link = links::clean(&written).filter(|link| !link.starts_with("mailto:"));
        let Some(link) = link else {
            if !written.is_empty() && !said {
                let written = text::cut(&text::harmless(&written), 80);
                report.add(
                    Severity::Warning,
                    &spot,
                    words!("`{written}` is not a web address", "`{written}` n'est pas une adresse Web"),
                    words!(
                        "copy the whole address from the browser, with `https://`",
                        "copiez l'adresse complète du navigateur, avec `https://`"
                    ),
                );
            }
            said = true;
            continue;
        };
        let same_page = links::canonical(&written).is_some_and(|page| url_parts(&written) != url_parts(&page));
        if same_page && !said {
            report.add(
                Severity::Fixed,
                &spot,
                words!(
                    "the link was cleaned: it is now `{link}`",
                    "le lien a été nettoyé\u{a0}: c'est maintenant `{link}`"
                ),
                words!("nothing to do", "rien à faire"),
            );
            said = true;
        }
        out.insert(lang, link);
    }
    out
}

/// Host and query of an address: what cleaning may change in earnest.
fn url_parts(link: &str) -> Option<(String, Option<String>)> {
    let url = url::Url::parse(link.trim()).ok()?;
    Some((url.host_str()?.to_owned(), url.query().map(str::to_owned)))
}

fn kind(fields: &Fields, has_event: bool, report: &mut Report) -> Kind {
    let default = if has_event { Kind::Event } else { Kind::News };
    let Some(node) = fields.get("kind") else { return default };
    let Some(written) = plain(node) else { return default };
    match text::folded(&written).as_str() {
        "news" | "nouvelle" | "nouvelles" => Kind::News,
        "event" | "activite" | "evenement" => Kind::Event,
        "job" | "emploi" => Kind::Job,
        "award" | "prix" => Kind::Award,
        "person" | "personne" => Kind::Person,
        "resource" | "ressource" | "outil" => Kind::Resource,
        "call" | "appel" => Kind::Call,
        _ => {
            report.add(
                Severity::Warning,
                &fields.spot_of(node),
                words!("`{written}` is not a kind of story", "`{written}` n'est pas un genre d'article"),
                words!(
                    "the kinds are news, event, job, award, person, resource, call",
                    "les genres sont news, event, job, award, person, resource, call"
                ),
            );
            default
        }
    }
}

/// A report whose findings are said elsewhere.
fn quiet() -> Report {
    Report { file: String::new(), findings: Vec::new() }
}

/// Two files of one story: the first one's word counts where both speak, and a difference that matters is said.
fn joined(first: Half, second: Half, report: &mut Report) -> Half {
    let (mut story, other) = (first.story, second.story);
    let when = |story: &Story| story.event.as_ref().map(|event| (event.starts, event.ends, event.register_by));
    let differs = matches!((when(&story), when(&other)), (Some(a), Some(b)) if a != b)
        || matches!((story.deadline, other.deadline), (Some(a), Some(b)) if a != b);
    if differs {
        report.add(
            Severity::Warning,
            &Spot::default(),
            words!(
                "its dates differ from those of its twin file",
                "ses dates diffèrent de celles de son fichier jumeau"
            ),
            words!(
                "make `event` and `deadline` the same in both",
                "rendez `event` et `deadline` identiques dans les deux"
            ),
        );
    }
    for (lang, text) in other.texts {
        story.texts.entry(lang).or_insert(text);
    }
    let fill = |texts: &mut Texts, more: Texts| {
        for (lang, text) in more {
            texts.entry(lang).or_insert(text);
        }
    };
    fill(&mut story.author, other.author);
    fill(&mut story.contact, other.contact);
    story.image = match (story.image, other.image) {
        (Some(mut image), Some(more)) => {
            fill(&mut image.alt, more.alt);
            Some(image)
        }
        (first, second) => first.or(second),
    };
    story.event = match (story.event, other.event) {
        (Some(mut event), Some(more)) => {
            fill(&mut event.location, more.location);
            fill(&mut event.audience, more.audience);
            Some(event)
        }
        (first, second) => first.or(second),
    };
    if story.kind == Kind::News {
        story.kind = other.kind;
    }
    story.section = story.section.or(other.section);
    story.published = story.published.or(other.published);
    story.deadline = story.deadline.or(other.deadline);
    story.expires = story.expires.or(other.expires);
    story.only = story.only.or(other.only);
    Half { lang: first.lang.or(second.lang), story }
}
