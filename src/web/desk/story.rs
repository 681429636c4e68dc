//! One story: its texts side by side, what is found in them, where it stands, and how its languages belong together.

use std::fmt::Write as _;

use super::Made;
use super::html::{part, tag};
use super::page::{Page, Tab};
use super::shelves::{first_title, languages, origin, title};
use crate::model::rich;
use crate::model::rich::as_html;
use crate::model::{Lang, Origin, PairHow, Story, StoryId, Words};

/// Stories that may be the missing half, in a list to choose from.
const CHOICES_MAX: usize = 200;

/// How twins were found, for people.
fn how(how: PairHow) -> Words {
    match how {
        PairHow::Peer => words!("its page names the other", "sa page nomme l'autre"),
        PairHow::Hreflang => words!("its page links to the other", "sa page renvoie à l'autre"),
        PairHow::Guid => words!("both feeds give one number", "les deux fils donnent le même numéro"),
        PairHow::Date => words!("one of each language that day", "une dans chaque langue ce jour-là"),
        PairHow::Score => words!("they say the same", "elles disent la même chose"),
        PairHow::File => words!("one contributor sent both", "une même personne a envoyé les deux"),
        PairHow::Editor => words!("an editor says so", "la rédaction le dit"),
    }
}

impl Page<'_> {
    /// The page of one story; none: nobody knows it.
    pub(super) fn story_page(&self, made: &Made, id: &StoryId) -> Option<String> {
        let story = made.story(id)?;
        let (name, lang) = first_title(story, made, self.speech);
        let mut main = format!("<h1 lang=\"{lang}\">{}</h1>\n", as_html(&name));
        let (code, from) = (as_html(id.as_str()), as_html(origin(story)));
        let link = match &story.origin {
            Origin::Source { url, .. } => {
                format!(" <a href=\"{0}\" rel=\"noreferrer\" target=\"_blank\">{0}</a>", as_html(url))
            }
            Origin::File { .. } => String::new(),
        };
        let _ = writeln!(main, "<p class=\"facts\"><code>{code}</code> <span>{from}</span>{link}</p>");
        self.place(&mut main, made, id);
        main.push_str(&self.findings_of(made, Some(id), None));
        self.pairing(&mut main, made, story);
        main.push_str(&self.keep_form(made, Some(id)));
        if made.picked(id).is_some() {
            main.push_str(&self.text_form(made, Some(id)));
        } else {
            let said = say!(
                self.speech,
                "Pick the story to reword it; until then you read it as it was gathered.",
                "Choisissez le texte pour le reformuler; d'ici là, vous le lisez tel qu'il a été recueilli."
            );
            let _ = writeln!(main, "<p class=\"soft\">{said}</p>");
            self.read_only(&mut main, made, story);
        }
        Some(self.framed(Tab::Other, &as_html(&name), &main))
    }

    /// Where it stands, and everywhere it can go.
    fn place(&self, out: &mut String, made: &Made, id: &StoryId) {
        let Some((section, list)) = made.board.place(id) else { return };
        let value = as_html(&format!("{id};{section};{list}"));
        let label = say!(self.speech, "Where it stands", "Où il se trouve");
        let lists = [
            ("pick", say!(self.speech, "In the issue", "Dans le numéro")),
            ("candidates", say!(self.speech, "Candidates", "Propositions")),
            ("held", say!(self.speech, "Held for another month", "Gardés pour un autre mois")),
            ("dropped", say!(self.speech, "Dropped", "Écartés")),
        ];
        let _ = write!(
            out,
            "<form class=\"place\" method=\"post\" action=\"{}\" data-live>{}<input type=\"hidden\" name=\"what\" value=\"{value}\"><label for=\"place\">{label}</label> <select id=\"place\" name=\"to\">",
            self.to("/do/move"),
            self.back("")
        );
        let colon = say!(self.speech, ":", "\u{a0}:");
        let others = made.newsletter.section_ids();
        let mut sections: Vec<&str> = made.board.shelves.iter().map(|shelf| shelf.id.as_str()).collect();
        sections.extend(others.filter(|id| !made.board.shelves.iter().any(|shelf| shelf.id == *id)));
        for to in sections {
            let _ = write!(out, "<optgroup label=\"{}\">", self.section_name(made, to));
            for (name, label) in &lists {
                let is_here = if (to, *name) == (section, list) { " selected" } else { "" };
                let _ = write!(
                    out,
                    "<option value=\"{};{name}\"{is_here}>{}{colon} {label}</option>",
                    as_html(to),
                    self.section_name(made, to)
                );
            }
            out.push_str("</optgroup>");
        }
        let _ = writeln!(out, "</select> <button>{}</button></form>", say!(self.speech, "Move", "Déplacer"));
    }

    fn pairing(&self, out: &mut String, made: &Made, story: &Story) {
        if let Some(pair) = &story.pair {
            let (how, sure) = (how(pair.how), (pair.confidence * 100.0).round());
            let (en, fr) = (how.en, how.fr);
            let said = say!(
                self.speech,
                "The languages belong together: {en} ({sure} % sure).",
                "Les langues vont ensemble : {fr} (sûr à {sure} %)."
            );
            let apart = if pair.how == PairHow::Editor {
                let label = say!(self.speech, "They are two stories", "Ce sont deux textes");
                format!(
                    " <form class=\"inline\" method=\"post\" action=\"{}\" data-live>{}<button class=\"quiet\" name=\"story\" value=\"{}\">{label}</button></form>",
                    self.to("/do/unpair"),
                    self.back(""),
                    as_html(story.id.as_str())
                )
            } else {
                String::new()
            };
            let _ = writeln!(out, "<div class=\"note I\"><p>{said}</p>{apart}</div>");
        }
        let missing: Vec<&Lang> =
            made.newsletter.languages.iter().filter(|lang| !story.texts.contains_key(lang)).collect();
        if missing.is_empty() || story.only.is_some() || made.toml.is_none() {
            return;
        }
        let choices = self.choices(made, story);
        if choices.is_empty() {
            return;
        }
        let (label, join, id) = (
            say!(self.speech, "Its other language is another story:", "Son autre langue est un autre texte :"),
            say!(self.speech, "They are one story", "C'est le même texte"),
            as_html(story.id.as_str()),
        );
        let _ = writeln!(
            out,
            "<form class=\"place\" method=\"post\" action=\"{}\" data-live>{}<input type=\"hidden\" name=\"story\" value=\"{id}\"><label for=\"twin\">{label}</label> <select id=\"twin\" name=\"twin\">{choices}</select> <button>{join}</button></form>",
            self.to("/do/pair"),
            self.back("")
        );
    }

    /// Stories that have none of a story's languages: those that were thought of first, then those of its source.
    fn choices(&self, made: &Made, story: &Story) -> String {
        let is_unsure = |other: &StoryId| {
            let is = |a: &StoryId, b: &StoryId| *a == story.id && b == other;
            made.unsure.iter().any(|it| is(&it.story, &it.twin) || is(&it.twin, &it.story))
        };
        let fits =
            |other: &&Story| other.id != story.id && !other.texts.keys().any(|lang| story.texts.contains_key(lang));
        let mut others: Vec<&Story> = made.candidates.iter().map(|one| &one.story).filter(fits).collect();
        others.sort_by_key(|other| (!is_unsure(&other.id), origin(other) != origin(story)));
        let option = |other: &&Story| {
            let (title, lang) = first_title(other, made, self.speech);
            format!(
                "<option value=\"{}\" lang=\"{lang}\">{} ({})</option>",
                as_html(other.id.as_str()),
                as_html(&title),
                as_html(origin(other))
            )
        };
        others.iter().take(CHOICES_MAX).map(option).collect()
    }

    fn read_only(&self, out: &mut String, made: &Made, story: &Story) {
        out.push_str("<div class=\"side\">\n");
        for lang in languages(made, self.speech) {
            let (name, tag) = (as_html(&made.newsletter.language(lang).label), as_html(tag(lang, &made.newsletter)));
            let _ = write!(out, "<section class=\"text\" lang=\"{tag}\"><h2>{name}</h2>");
            match story.texts.get(lang) {
                Some(text) => {
                    let _ = write!(out, "<p><strong>{}</strong></p>", as_html(&text.title));
                    if !text.summary.is_empty() {
                        let _ = write!(out, "<p>{}</p>", as_html(&text.summary));
                    }
                    out.push_str(&plain(&text.body));
                    if let Some(url) = &text.url {
                        let _ = write!(
                            out,
                            "<p><a href=\"{0}\" rel=\"noreferrer\" target=\"_blank\">{0}</a></p>",
                            as_html(url)
                        );
                    }
                }
                None => drop(write!(
                    out,
                    "<p lang=\"{}\">{}</p>",
                    super::html::own_tag(self.speech),
                    say!(self.speech, "No text in this language.", "Aucun texte dans cette langue.")
                )),
            }
            out.push_str("</section>\n");
        }
        out.push_str("</div>\n");
    }

    /// Two stories that may be one: a question with its answer beside it.
    pub(super) fn questions(&self, out: &mut String, made: &Made) {
        let is_paired =
            |id: &StoryId| made.board.pairs.iter().any(|pair| pair.twin == id.as_str() || pair.story == id.as_str());
        let is_dropped = |id: &StoryId| made.board.place(id).is_some_and(|(_, list)| list == "dropped");
        let open = made
            .unsure
            .iter()
            .filter(|it| ![&it.story, &it.twin].into_iter().any(|id| is_paired(id) || is_dropped(id)));
        let asked: Vec<_> = open.filter_map(|it| Some((it, made.source(&it.story)?, made.source(&it.twin)?))).collect();
        if asked.is_empty() {
            return;
        }
        let (heading, n) = (say!(self.speech, "Are these one story?", "Est-ce le même texte?"), asked.len());
        let _ = write!(
            out,
            "<details class=\"questions\"{}><summary>{heading} ({n})</summary><ul>",
            if n <= 3 { " open" } else { "" }
        );
        for (it, story, twin) in asked {
            let sure = (it.confidence * 100.0).round();
            let said = |candidate: &crate::curate::Candidate| {
                let (title, lang) = first_title(&candidate.story, made, self.speech);
                let href = self.to(&format!("/story/{}", part(candidate.id.as_str())));
                (format!("<a href=\"{href}\" lang=\"{lang}\">{}</a>", as_html(&title)), title)
            };
            let ((one, name), (other, _)) = (said(story), said(twin));
            let (join, sure) = (
                say!(self.speech, "They are one", "C'est le même"),
                say!(self.speech, "{sure} % sure", "sûr à {sure} %"),
            );
            let _ = write!(
                out,
                "<li><form method=\"post\" action=\"{}\" data-live>{}<input type=\"hidden\" name=\"story\" value=\"{}\"><input type=\"hidden\" name=\"twin\" value=\"{}\">{one} <span aria-hidden=\"true\">=</span> {other} <span class=\"soft\">({sure})</span> <button aria-label=\"{join}: {}\">{join}</button></form></li>",
                self.to("/do/pair"),
                self.back(""),
                as_html(story.id.as_str()),
                as_html(twin.id.as_str()),
                as_html(&name)
            );
        }
        out.push_str("</ul></details>\n");
    }

    /// What has changed since a text was translated, and the word that its meaning has not.
    pub(super) fn keep_form(&self, made: &Made, story: Option<&StoryId>) -> String {
        let own = made.issue.translations.iter().filter(|it| it.story.as_ref() == story && !it.stale.is_empty());
        let mut out = String::new();
        for (at, it) in own.enumerate() {
            let lang = &it.language;
            let (title, label) = (
                say!(
                    self.speech,
                    "The source has changed since it was translated ({lang})",
                    "La source a changé depuis sa traduction ({lang})"
                ),
                say!(
                    self.speech,
                    "The meaning is unchanged: keep the translation",
                    "Le sens est inchangé : garder la traduction"
                ),
            );
            let from = as_html(tag(&it.from, &made.newsletter));
            let item = |text: &String| format!("<li lang=\"{from}\">{}</li>", as_html(text));
            let stale = it.stale.iter().map(item).collect::<Vec<_>>().concat();
            let _ = writeln!(
                out,
                "<section class=\"note W\"><h2>{title}</h2><ul>{stale}</ul><form method=\"post\" action=\"{}\" data-live>{}<input type=\"hidden\" name=\"story\" value=\"{}\">{}<button>{label}</button></form></section>",
                self.to("/do/keep"),
                self.back(""),
                as_html(story.map_or("issue", StoryId::as_str)),
                self.name_field(&format!("keep-{at}"))
            );
        }
        out
    }
}

/// A body to be read: its lines, without its markup.
fn plain(body: &str) -> String {
    let line = |line: rich::Line| format!("<p>{}</p>", as_html(&rich::words(&body[line.range])));
    rich::lines(body).into_iter().map(line).collect()
}

/// The title of a story in a message.
pub(super) fn named(made: &Made, id: &StoryId) -> Words {
    let Some(story) = made.story(id) else { return Words::same(id.to_string()) };
    let any = || story.texts.values().map(|text| text.title.clone()).next().unwrap_or_else(|| id.to_string());
    let find = |is_own: fn(&Lang) -> bool| {
        let own = made.newsletter.languages.iter().find(|lang| is_own(lang));
        own.and_then(|lang| title(story, lang)).map_or_else(any, str::to_owned)
    };
    Words { en: find(Lang::is_english), fr: find(Lang::is_french) }
}
