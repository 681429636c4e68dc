//! The empty form as a Word file: a table of fields, each with what it is for below its name, then a heading per
//! language to write under. What is left empty says nothing; the reader of stories takes it as it is.

use super::form::{Example, FIELDS, in_language};
use crate::model::{Lang, Newsletter, Speech};
use crate::word::{Block, Document, Paragraph, Run, Style, Table, write};

/// A row: the field's name, and what it is for.
type Row = (String, String, String);

/// The fields of an event, by the names that stand alone in a table, with what to write.
const EVENT: [([&str; 2], [&str; 2], bool); 6] = [
    (
        ["Event starts", "Début de l'activité"],
        ["If it is an event: 2027-01-20 13:00", "S'il s'agit d'une activité : 2027-01-20 13:00"],
        false,
    ),
    (["Event ends", "Fin de l'activité"], ["2027-01-20 14:30", "2027-01-20 14:30"], false),
    (["Register by", "Inscription avant"], ["2027-01-18", "2027-01-18"], false),
    (
        ["Event language", "Langue de l'activité"],
        ["English, French or bilingual", "Anglais, français ou bilingue"],
        false,
    ),
    (["Location", "Lieu"], ["Where it takes place", "L'endroit où elle se tient"], true),
    (["Audience", "Public"], ["For whom it is", "À qui elle s'adresse"], true),
];

/// The form's bytes; the title, when there is one, stands under the person's language.
pub(super) fn form(title: Option<&str>, newsletter: &Newsletter, speech: Speech) -> Vec<u8> {
    let at = usize::from(speech == Speech::Fr);
    let own = newsletter.languages.iter().find(|lang| if at == 1 { lang.is_french() } else { lang.is_english() });
    let own = own.unwrap_or(&newsletter.languages[0]);
    let cell = |text: &str, style| Paragraph { style, runs: vec![Run::plain(text)], control: None };
    let line = |(name, about, value): Row| {
        let run = Run { text: name, bold: true, ..Run::default() };
        let name = Paragraph { runs: vec![run], ..Paragraph::default() };
        let about = Some(cell(&about, Style::Note)).filter(|_| !about.is_empty());
        vec![std::iter::once(name).chain(about).collect(), vec![cell(&value, Style::Body)]]
    };
    let rows: Vec<Vec<Vec<Paragraph>>> = rows(title, own, newsletter, at).into_iter().map(line).collect();
    let mut blocks = vec![Block::Table(Table { widths: vec![45, 55], has_header: false, rows })];
    for lang in &newsletter.languages {
        blocks.push(Block::Paragraph(cell(&newsletter.language(lang).label, Style::Heading(1))));
        blocks.push(Block::Paragraph(Paragraph::default()));
    }
    let header = words!(
        "Fill in what you have, in the languages that you have: one is enough. Leave the rest empty. Write your text under the heading of its language, then save the file in the folder “stories”.",
        "Remplissez ce que vous avez, dans les langues que vous avez : une seule suffit. Laissez le reste vide. Écrivez votre texte sous le titre de sa langue, puis enregistrez le fichier dans le dossier « stories »."
    );
    write(&Document {
        title: words!("Story for the newsletter", "Article pour l'infolettre").say(speech).to_owned(),
        tag: newsletter.language(own).tag.clone(),
        author: newsletter.organization.name.get(own).cloned().unwrap_or_default(),
        header: header.say(speech).to_owned(),
        blocks,
    })
}

fn rows(title: Option<&str>, own: &Lang, newsletter: &Newsletter, at: usize) -> Vec<Row> {
    let each = |name: &str, about: &dyn Fn(&Lang) -> String, value: &dyn Fn(&Lang) -> String| {
        let row = |lang: &Lang| (format!("{name} ({})", newsletter.language(lang).label), about(lang), value(lang));
        newsletter.languages.iter().map(row).collect::<Vec<Row>>()
    };
    let nothing = |_: &Lang| String::new();
    let own_title = |lang: &Lang| title.filter(|_| lang == own).unwrap_or_default().to_owned();
    let mut rows = each(["Title", "Titre"][at], &nothing, &own_title);
    let name = |section: &crate::model::Section| {
        section.name.get(own).or_else(|| section.name.values().next()).cloned().unwrap_or_default()
    };
    let sections: Vec<String> =
        newsletter.sections.iter().map(|section| format!("{} ({})", section.id, name(section))).collect();
    let unsure = ["Empty if you do not know, else one of: ", "Vide si vous ne savez pas, sinon : "][at];
    let about = format!("{unsure}{}", sections.join(", "));
    rows.push((["Section", "Rubrique"][at].to_owned(), about, String::new()));
    for field in FIELDS {
        let (name, about) = (capital(field.name[at]), field.about[at]);
        match &field.example {
            Example::One(values) => {
                rows.push((name, format!("{about} {}{}", ["As: ", "Comme : "][at], values[at]), String::new()));
            }
            Example::Each(values) => {
                let about = |lang: &Lang| format!("{about} {}{}", ["As: ", "Comme : "][at], in_language(values, lang));
                rows.extend(each(&name, &about, &nothing));
            }
            // `only` is the editor's to decide; an event's fields have names of their own.
            Example::Below(_) if field.name[0] == "event" => {
                for (name, about, is_each) in EVENT {
                    let about = |_: &Lang| about[at].to_owned();
                    if is_each {
                        rows.extend(each(name[at], &about, &nothing));
                    } else {
                        rows.push((name[at].to_owned(), about(own), String::new()));
                    }
                }
            }
            Example::Below(_) => {}
        }
    }
    for (_, about, _) in &mut rows {
        *about = about.replace(" : ", "\u{a0}: ");
    }
    rows
}

fn capital(name: &str) -> String {
    let name = name.replace('_', " ");
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::read_named_stories;
    use crate::model::Finding;

    fn newsletter() -> Newsletter {
        toml_edit::de::from_str(include_str!("../../../newsletter.toml")).unwrap()
    }

    fn read(bytes: &[u8]) -> (Vec<crate::model::Story>, Vec<Finding>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("form.docx");
        std::fs::write(&path, bytes).unwrap();
        read_named_stories(&[path], folder.path(), &newsletter(), "2026-11-20T12:00:00Z".parse().unwrap()).unwrap()
    }

    /// The form as a person fills it in: every field its own example, and a text under each language.
    fn filled(at: usize) -> Vec<u8> {
        let newsletter = newsletter();
        let own = Lang::new(["en", "fr"][at]);
        let value = |name: &str, about: &str| match name.split(" (").next().unwrap_or_default() {
            "Title" | "Titre" => format!("T {name}"),
            "Section" | "Rubrique" => "learning".to_owned(),
            "Event language" | "Langue de l'activité" => ["bilingual", "bilingue"][at].to_owned(),
            "Event starts" | "Début de l'activité" => "2027-01-20 13:00".to_owned(),
            _ => about.rsplit_once(": ").map_or(about, |(_, example)| example).to_owned(),
        };
        let cell = |text: String| vec![Paragraph { runs: vec![Run::plain(text)], ..Paragraph::default() }];
        let rows = rows(None, &own, &newsletter, at);
        let rows = rows.into_iter().map(|(name, about, _)| {
            let value = value(&name, &about.replace('\u{a0}', " "));
            let mut named = cell(name);
            named.extend(cell(about));
            vec![named, cell(value)]
        });
        let mut blocks = vec![Block::Table(Table { widths: vec![45, 55], has_header: false, rows: rows.collect() })];
        for (label, text) in [("English", "Come."), ("Français", "Venez.")] {
            let heading = Paragraph { style: Style::Heading(1), runs: vec![Run::plain(label)], control: None };
            let text = Paragraph { runs: vec![Run::plain(text)], ..Paragraph::default() };
            blocks.extend([Block::Paragraph(heading), Block::Paragraph(text)]);
        }
        write(&Document { tag: "en-CA".into(), blocks, ..Document::default() })
    }

    #[test]
    fn every_field_of_a_filled_form_is_read() {
        let (en, fr) = (Lang::new("en"), Lang::new("fr"));
        for at in [0, 1] {
            let (stories, findings) = read(&filled(at));
            let picture = |finding: &&Finding| finding.message.en.contains("photo.jpg");
            assert!(findings.iter().all(|finding| picture(&finding)), "{findings:#?}");
            let story = &stories[0];
            assert_eq!(story.texts[&en].title, ["T Title (English)", "T Titre (English)"][at]);
            assert_eq!(
                (story.texts[&en].body.as_str(), story.texts[&fr].body.as_str()),
                ("<p>Come.</p>", "<p>Venez.</p>")
            );
            assert_eq!(story.texts[&fr].url.as_deref(), Some("https://example.ca/fr/page"));
            assert_eq!(story.section.as_deref(), Some("learning"));
            assert_eq!(story.deadline.map(|day| day.to_string()).as_deref(), Some("2027-01-22"));
            let event = story.event.as_ref().unwrap();
            assert_eq!(event.starts.to_string(), "2027-01-20T13:00:00");
            assert_eq!(event.language.as_deref(), Some("bilingual"));
            assert!(event.location.contains_key(&en) && event.audience.contains_key(&fr), "{event:?}");
            assert!(story.contact.values().all(|contact| contact.contains("Camille Roy")), "{story:?}");
        }
    }

    #[test]
    fn an_empty_form_is_no_story_and_one_with_a_title_waits_for_its_text() {
        for speech in [Speech::En, Speech::Fr] {
            let (stories, findings) = read(&form(None, &newsletter(), speech));
            assert!(stories.is_empty(), "{stories:#?} {findings:#?}");
            let (stories, findings) = read(&form(Some("Une « journée »"), &newsletter(), speech));
            assert_eq!(
                stories[0].texts.values().map(|text| text.title.as_str()).collect::<Vec<_>>(),
                ["Une « journée »"]
            );
            assert_eq!(findings, [], "what stands beside a field is no text of the story");
        }
    }
}
