//! The fields that are maps: an event, a picture, and what may stay in one language.

use jiff::civil::DateTime;

use super::fields::{Fields, plain};
use super::folder::Dropped;
use super::yaml::{Node, Value};
use super::{Office, Report, Spot, language_of};
use crate::gather::{links, text};
use crate::model::{Event, Image, Lang, Only, Severity, Texts, nearest};

const EVENT: [(&str, &[&str]); 6] = [
    ("starts", &["start", "debut", "begins", "commence"]),
    ("ends", &["end", "fin"]),
    ("register_by", &["inscription avant", "date limite d inscription", "inscription"]),
    ("language", &["langue"]),
    ("location", &["lieu", "endroit"]),
    ("audience", &["public"]),
];
const IMAGE: [(&str, &[&str]); 4] = [
    ("src", &["file", "fichier", "source"]),
    ("alt", &["texte de remplacement"]),
    ("credit", &[]),
    ("permission", &["autorisation"]),
];
const ONLY: [(&str, &[&str]); 3] =
    [("language", &["langue"]), ("organization", &["organisation", "organisme"]), ("reason", &["raison"])];

/// Reads `event`.
pub(super) fn event(fields: &Fields, langs: &[Lang], office: &Office<'_>, report: &mut Report) -> Option<Event> {
    let node = fields.get("event")?;
    let Value::Map(map) = &node.value else {
        // `event: 2026-12-09 13:00` says when.
        let starts = fields.moment("event", node, report)?.civil();
        return Some(Event {
            starts,
            ends: None,
            register_by: None,
            language: None,
            location: Texts::new(),
            audience: Texts::new(),
        });
    };
    let entries = fields.inner(map, &EVENT, report);
    let get = |name: &str| entries.iter().find(|(own, _)| *own == name).map(|(_, node)| *node);
    let Some(starts) = get("starts") else {
        report.add(
            Severity::Warning,
            &fields.spot_of(node),
            words!("the event does not say when it begins", "l'activité n'indique pas son début"),
            words!("add `starts: 2026-12-09 13:00`", "ajoutez `starts: 2026-12-09 13:00`"),
        );
        return None;
    };
    let starts_at = fields.moment("starts", starts, report)?.civil();
    let ends = get("ends").and_then(|node| end(fields, node, starts_at, report));
    let register_by =
        get("register_by").and_then(|node| fields.moment("register_by", node, report)).map(|moment| moment.day);
    let language = get("language").and_then(|node| event_language(fields, node, office, report));
    let mut texts = |name: &str| match get(name) {
        Some(node) => lines(fields.texts_of(name, node, langs, office, report)),
        None => Texts::new(),
    };
    Some(Event {
        starts: starts_at,
        ends,
        register_by,
        language,
        location: texts("location"),
        audience: texts("audience"),
    })
}

/// `14:30` alone is on the day of the beginning.
fn end(fields: &Fields, node: &Node, starts: DateTime, report: &mut Report) -> Option<DateTime> {
    let written = plain(node)?;
    let ends = if written.len() <= 6 {
        let day = starts.date();
        fields.moment("ends", &Node { value: Value::Text(format!("{day} {written}")), ..node.clone() }, report)?.civil()
    } else {
        fields.moment("ends", node, report)?.civil()
    };
    if ends < starts {
        report.add(
            Severity::Warning,
            &fields.spot_of(node),
            words!("the event ends before it begins", "l'activité se termine avant de commencer"),
            words!("look at `starts` and `ends`", "vérifiez `starts` et `ends`"),
        );
    }
    Some(ends)
}

fn event_language(fields: &Fields, node: &Node, office: &Office<'_>, report: &mut Report) -> Option<String> {
    let written = plain(node)?;
    let said = said_language(&written, office);
    if said.is_none() {
        report.add(
            Severity::Warning,
            &fields.spot_of(node),
            words!("`{written}` is not a language of the event", "`{written}` n'est pas une langue d'activité"),
            words!("write `bilingual`, or the key of a language", "écrivez `bilingual` ou le code d'une langue"),
        );
    }
    said
}

/// The language in which an event is held, from a person's word for it: a language's key, or `bilingual`.
pub(super) fn said_language(written: &str, office: &Office<'_>) -> Option<String> {
    if matches!(text::folded(written).as_str(), "bilingual" | "bilingue" | "both" | "les deux") {
        return Some("bilingual".to_owned());
    }
    language_of(written, office.newsletter).map(|lang| lang.as_str().to_owned())
}

/// Reads `image` with `alt`, `credit` and `permission`, which may also stand at the top. Without the field it is the
/// photo beside the file.
pub(super) fn image(
    fields: &Fields,
    langs: &[Lang],
    file: &Dropped,
    office: &Office<'_>,
    report: &mut Report,
) -> Option<Image> {
    let entries = match fields.get("image").map(|node| (node, &node.value)) {
        Some((_, Value::Map(map))) => fields.inner(map, &IMAGE, report),
        Some((node, _)) => vec![("src", node)],
        None => Vec::new(),
    };
    let get = |name: &str| entries.iter().find(|(own, _)| *own == name).map(|(_, node)| *node);
    let src = match get("src") {
        Some(node) => image_source(&plain(node)?, &file.folder, office, &fields.spot_of(node), report)?,
        None => file.photo.clone()?,
    };
    let alt = match get("alt") {
        Some(node) => fields.texts_of("alt", node, langs, office, report),
        None => fields.texts("alt", langs, office, report),
    };
    let mut one = |name: &str| match get(name) {
        Some(node) => plain(node),
        None => fields.text(name, report),
    };
    let (credit, permission) = (one("credit"), one("permission"));
    let line = |text: String| text::line(&text, text::TITLE_CHARS_MAX);
    Some(Image { src, alt: lines(alt), credit: credit.map(line), permission: permission.map(line) })
}

/// A file beside the story, in no other folder; or an https address.
fn image_source(src: &str, folder: &str, office: &Office<'_>, spot: &Spot, report: &mut Report) -> Option<String> {
    if src.contains("://") {
        let link = links::clean(src).filter(|link| link.starts_with("https://"));
        if link.is_none() {
            report.add(
                Severity::Warning,
                spot,
                words!("the picture's address is not one of https", "l'adresse de l'image n'est pas en https"),
                words!("put the picture itself beside the story", "mettez l'image elle-même à côté de l'article"),
            );
        }
        return link;
    }
    let name = src.strip_prefix("stories/").or_else(|| src.strip_prefix("./")).unwrap_or(src);
    let inside = !name.is_empty()
        && name.split(['/', '\\']).all(|part| !matches!(part, "" | "." | ".."))
        && !name.contains('\\');
    let shown = match (inside, src.starts_with("stories/") || folder.is_empty()) {
        (false, _) => None,
        (true, true) => Some(format!("stories/{name}")),
        (true, false) => Some(format!("stories/{folder}/{name}")),
    };
    let there =
        shown.filter(|shown| std::fs::symlink_metadata(office.root.join(shown)).is_ok_and(|meta| meta.is_file()));
    if there.is_none() {
        report.add(
            Severity::Warning,
            spot,
            words!("the picture `{src}` is not beside the story", "l'image `{src}` n'est pas à côté de l'article"),
            words!(
                "put the file in the same folder, and write its name with its ending",
                "mettez le fichier dans le même dossier, et écrivez son nom avec son extension"
            ),
        );
    }
    there
}

/// Reads `only`: the key of a language, or a map with the organization and the reason.
pub(super) fn only(fields: &Fields, office: &Office<'_>, report: &mut Report) -> Option<Only> {
    let node = fields.get("only")?;
    let entries = match &node.value {
        Value::Map(map) => fields.inner(map, &ONLY, report),
        _ => vec![("language", node)],
    };
    let get = |name: &str| entries.iter().find(|(own, _)| *own == name).map(|(_, node)| *node);
    let language = get("language").and_then(plain).and_then(|word| language_of(&word, office.newsletter));
    let Some(language) = language else {
        report.add(
            Severity::Warning,
            &fields.spot_of(node),
            words!(
                "`only` does not name a language of the newsletter",
                "`only` ne nomme pas une langue de l'infolettre"
            ),
            words!("write `only: en` or `only: fr`", "écrivez `only: en` ou `only: fr`"),
        );
        return None;
    };
    let mut one = |name: &str| match get(name) {
        Some(node) => plain(node),
        None => fields.text(name, report),
    };
    let (organization, reason) = (one("organization"), one("reason"));
    Some(Only { language, organization, reason })
}

/// The section's id, from its id or its heading in any language.
pub(super) fn section(fields: &Fields, office: &Office<'_>, report: &mut Report) -> Option<String> {
    let node = fields.get("section")?;
    let written = plain(node).filter(|text| !text.is_empty())?;
    let folded = text::folded(&written);
    let found = office.newsletter.sections.iter().find(|section| {
        text::folded(&section.id) == folded || section.name.values().any(|name| text::folded(name) == folded)
    });
    if found.is_none() {
        let hint = if let Some(near) = nearest(&written, office.newsletter.section_ids()) {
            words!("did you mean `{near}`?", "vouliez-vous dire `{near}`?")
        } else {
            let all = office.newsletter.section_ids().collect::<Vec<_>>().join(", ");
            words!(
                "its sections are {all}; leave the field out if you do not know",
                "ses rubriques sont {all}; laissez le champ de côté si vous ne savez pas"
            )
        };
        report.add(
            Severity::Warning,
            &fields.spot_of(node),
            words!(
                "`{written}` is not a section of the newsletter",
                "`{written}` n'est pas une rubrique de l'infolettre"
            ),
            hint,
        );
    }
    found.map(|section| section.id.clone())
}

/// Each text as one clean line.
pub(super) fn lines(texts: Texts) -> Texts {
    texts
        .into_iter()
        .map(|(lang, value)| (lang, text::line(&value, text::TITLE_CHARS_MAX)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}
