//! The empty form of a story: every field with what it is for and an example, in the person's language. A form that
//! nobody has filled in is no story: its title and its texts are empty.

use std::fmt::Write as _;

use crate::model::{Lang, Newsletter, Speech};

/// A field: its name in English and French, what it is for, and its examples.
pub(super) struct Field {
    pub(super) name: [&'static str; 2],
    pub(super) about: [&'static str; 2],
    pub(super) example: Example,
}

/// What stands after a field's name, in English and in French.
pub(super) enum Example {
    /// One value.
    One([&'static str; 2]),
    /// One value per language of the newsletter.
    Each([&'static str; 2]),
    /// Lines of `name: value` below it.
    Below(&'static [([&'static str; 2], [&'static str; 2])]),
}

/// The optional fields, the most wanted first.
pub(super) const FIELDS: &[Field] = &[
    Field {
        name: ["summary", "résumé"],
        about: ["One sentence that makes people want to read on.", "Une phrase qui donne envie de lire la suite."],
        example: Example::Each([
            "Planning for our annual conference has begun.",
            "La planification de notre conférence annuelle est commencée.",
        ]),
    },
    Field {
        name: ["link", "lien"],
        about: [
            "The page to which the story points: the whole address, with https://.",
            "La page à laquelle l'article renvoie : l'adresse complète, avec https://.",
        ],
        example: Example::Each(["https://example.ca/en/page", "https://example.ca/fr/page"]),
    },
    Field {
        name: ["author", "auteur"],
        about: ["Who wrote it: a person or a team.", "Qui l'a écrit : une personne ou une équipe."],
        example: Example::Each(["Plain language team", "Équipe du langage clair"]),
    },
    Field {
        name: ["contact", "personne ressource"],
        about: ["Whom to ask.", "À qui s'adresser."],
        example: Example::One(["Camille Roy, team@example.gc.ca", "Camille Roy, equipe@example.gc.ca"]),
    },
    Field {
        name: ["kind", "genre"],
        about: [
            "What it is: news, event, job, award, person, resource or call.",
            "Ce que c'est : nouvelle, activité, emploi, prix, personne, ressource ou appel.",
        ],
        example: Example::One(["call", "appel"]),
    },
    Field {
        name: ["date", "date"],
        about: ["The day on which it was written.", "Le jour où il a été écrit."],
        example: Example::One(["2026-12-02", "2026-12-02"]),
    },
    Field {
        name: ["deadline", "échéance"],
        about: ["The last day to act.", "Le dernier jour pour agir."],
        example: Example::One(["2027-01-22", "2027-01-22"]),
    },
    Field {
        name: ["expires", "expiration"],
        about: ["The day after which it is of no use.", "Le jour après lequel il n'est plus utile."],
        example: Example::One(["2027-01-31", "2027-01-31"]),
    },
    Field {
        name: ["event", "activité"],
        about: [
            "When and where, if it is an event; language is bilingual, or the key of one language.",
            "Quand et où, si c'est une activité; la langue est bilingue, ou le code d'une langue.",
        ],
        example: Example::Below(&[
            (["starts", "début"], ["2027-01-20 13:00", "2027-01-20 13:00"]),
            (["ends", "fin"], ["2027-01-20 14:30", "2027-01-20 14:30"]),
            (["register_by", "inscription avant"], ["2027-01-18", "2027-01-18"]),
            (["language", "langue"], ["bilingual", "bilingue"]),
            (["location", "lieu"], ["{en: Webcast, fr: Webdiffusion}", "{en: Webcast, fr: Webdiffusion}"]),
            (
                ["audience", "public"],
                [
                    "{en: All communicators, fr: Tous les communicateurs}",
                    "{en: All communicators, fr: Tous les communicateurs}",
                ],
            ),
        ]),
    },
    Field {
        name: ["image", "photo"],
        about: [
            "A picture in the same folder as this file.",
            "Une image qui se trouve dans le même dossier que ce fichier.",
        ],
        example: Example::One(["photo.jpg", "photo.jpg"]),
    },
    Field {
        name: ["alt", "texte de remplacement"],
        about: [
            "What the picture shows, for those who cannot see it.",
            "Ce que montre l'image, pour qui ne peut la voir.",
        ],
        example: Example::Each(["Two people laugh at a table.", "Deux personnes rient à une table."]),
    },
    Field {
        name: ["credit", "credit"],
        about: ["Who made the picture.", "De qui est l'image."],
        example: Example::One(["Camille Roy", "Camille Roy"]),
    },
    Field {
        name: ["permission", "autorisation"],
        about: ["What says that we may use it.", "Ce qui nous permet de l'utiliser."],
        example: Example::One(["taken by our team", "prise par notre équipe"]),
    },
    Field {
        name: ["source_language", "langue"],
        about: [
            "The language in which you wrote it: its key.",
            "La langue dans laquelle vous l'avez écrit : son code.",
        ],
        example: Example::One(["en", "fr"]),
    },
    Field {
        name: ["only", "seulement"],
        about: [
            "Only for material from outside the government that exists in one language.",
            "Seulement pour un texte de l'extérieur du gouvernement qui existe dans une seule langue.",
        ],
        example: Example::Below(&[
            (["language", "langue"], ["en", "fr"]),
            (
                ["organization", "organisation"],
                ["Canadian Public Relations Society", "Société canadienne des relations publiques"],
            ),
            (
                ["reason", "raison"],
                ["their article exists in English only", "leur article existe en français seulement"],
            ),
        ]),
    },
];

/// The form; the title, when there is one, stands under the person's language.
pub(super) fn form(title: Option<&str>, newsletter: &Newsletter, speech: Speech) -> String {
    let at = match speech {
        Speech::En => 0,
        Speech::Fr => 1,
    };
    let say = |words: [&'static str; 2]| words[at];
    let own = newsletter.languages.iter().find(|lang| if at == 1 { lang.is_french() } else { lang.is_english() });
    let mut out = String::from("---\n");
    comment(
        &mut out,
        say([
            "The title, in the languages that you have. One is enough: we have the others translated.",
            "Le titre, dans les langues que vous avez. Une seule suffit : nous faisons traduire les autres.",
        ]),
    );
    let _ = writeln!(out, "{}:", say(["title", "titre"]));
    for lang in &newsletter.languages {
        let title = title.filter(|_| Some(lang) == own.or(newsletter.languages.first())).unwrap_or("");
        let _ = writeln!(out, "  {lang}: \"{}\"", title.replace('\\', "\\\\").replace('"', "\\\""));
    }
    comment(
        &mut out,
        say([
            "Where it belongs, or nothing if you do not know:",
            "La rubrique à laquelle il appartient, ou rien si vous ne savez pas :",
        ]),
    );
    for section in &newsletter.sections {
        let name = own.and_then(|lang| section.name.get(lang)).or_else(|| section.name.values().next());
        comment(&mut out, &format!("  {}: {}", section.id, name.map_or("", String::as_str)));
    }
    let _ = writeln!(out, "{}:", say(["section", "rubrique"]));
    out.push_str("#\n");
    comment(
        &mut out,
        say([
            "Everything below is optional. To use a field, take away the # in front of it, and write yours over the example.",
            "Tout ce qui suit est facultatif. Pour utiliser un champ, enlevez le # qui le précède et remplacez l'exemple.",
        ]),
    );
    for field in FIELDS {
        out.push_str("#\n");
        comment(&mut out, say(field.about));
        example(&mut out, field, newsletter, at);
    }
    out.push_str("---\n");
    for lang in &newsletter.languages {
        let _ = write!(out, "\n## {lang}\n\n");
    }
    out
}

fn comment(out: &mut String, text: &str) {
    let _ = writeln!(out, "# {text}");
}

fn example(out: &mut String, field: &Field, newsletter: &Newsletter, at: usize) {
    let name = field.name[at];
    match &field.example {
        Example::One(values) => {
            let _ = writeln!(out, "#{name}: {}", values[at]);
        }
        Example::Each(values) => {
            let _ = writeln!(out, "#{name}:");
            for lang in &newsletter.languages {
                let _ = writeln!(out, "#  {lang}: \"{}\"", in_language(values, lang));
            }
        }
        Example::Below(lines) => {
            let _ = writeln!(out, "#{name}:");
            for (name, values) in *lines {
                let _ = writeln!(out, "#  {}: {}", name[at], values[at]);
            }
        }
    }
}

/// The example in a language; of a third one we know none.
pub(super) fn in_language(values: &[&'static str; 2], lang: &Lang) -> &'static str {
    match (lang.is_english(), lang.is_french()) {
        (true, _) => values[0],
        (_, true) => values[1],
        _ => "…",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::read_stories;
    use crate::model::Kind;

    fn newsletter() -> Newsletter {
        toml_edit::de::from_str(include_str!("../../../newsletter.toml")).unwrap()
    }

    #[test]
    fn every_field_is_read_when_its_mark_is_taken_away() {
        for speech in [Speech::En, Speech::Fr] {
            let form = form(Some("Un \"titre\" : l'essai"), &newsletter(), speech);
            // A field has no space after its mark, words for people have one.
            let filled: String = form
                .lines()
                .map(|line| match line.strip_prefix('#') {
                    Some(field)
                        if !field.is_empty()
                            && (!field.starts_with(' ')
                                || field.starts_with("  ") && field.contains(": ") && !is_section(field))
                            && !field.starts_with('#') =>
                    {
                        format!("{field}\n")
                    }
                    _ => format!("{line}\n"),
                })
                .collect();
            let filled = filled.replace("## en\n", "## en\nText.\n").replace("## fr\n", "## fr\nTexte.\n");
            let filled = filled.replace(": \"\"\n", ": \"Autre\"\n");
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir(folder.path().join("stories")).unwrap();
            std::fs::write(folder.path().join("stories/a.md"), &filled).unwrap();
            std::fs::write(folder.path().join("stories/photo.jpg"), b"GIF89a\x40\x01\xc8\0\0\0\0").unwrap();
            let now = "2026-12-02T14:00:00Z".parse().unwrap();
            let (stories, findings) = read_stories(folder.path(), &newsletter(), now).unwrap();
            let said: Vec<String> =
                findings.iter().map(|f| format!("{:?} {} {}", f.place, f.message.en, f.excerpt)).collect();
            assert_eq!(said, Vec::<String>::new(), "{filled}");
            let story = &stories[0];
            let own = Lang::new(if speech == Speech::En { "en" } else { "fr" });
            assert_eq!(story.texts[&own].title, "Un \"titre\" : l'essai");
            assert_eq!((story.kind, story.texts.len()), (Kind::Call, 2));
            assert!(story.event.as_ref().is_some_and(|event| event.register_by.is_some() && event.location.len() == 2));
            assert!(story.image.as_ref().is_some_and(|image| image.alt.len() == 2 && image.permission.is_some()));
            assert!(story.only.as_ref().is_some_and(|only| only.reason.is_some()));
            assert!(story.deadline.is_some() && story.expires.is_some() && story.published.is_some());
            assert!(story.texts.values().all(|text| text.url.is_some() && !text.summary.is_empty()));
            assert!(!story.author.is_empty() && !story.contact.is_empty());
        }
    }

    fn is_section(line: &str) -> bool {
        newsletter().sections.iter().any(|section| line.trim_start().starts_with(&format!("{}: ", section.id)))
    }
}
