//! Texts side by side, a language each, to be read and reworded: of a story, or of the issue itself.

use std::fmt::Write as _;

use super::html::tag;
use super::page::{Page, Tab};
use super::{Made, findings};
use crate::curate::Field;
use crate::model::rich::as_html;
use crate::model::{Digest, Lang, StoryId, Texts, Words, markdown};

/// The longest text that a form takes, in characters; a body of a story has some 3,000.
const CHARS_MAX: usize = 60_000;

/// One text: of a story or of the issue, in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At {
    pub(super) story: Option<StoryId>,
    pub(super) lang: Lang,
    pub(super) field: Field,
}

impl At {
    /// Its name in a form: `title.fr`.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.field.key(), self.lang)
    }

    /// From its name in a form.
    pub(super) fn parse(name: &str, story: Option<&StoryId>) -> Option<Self> {
        let (key, lang) = name.split_once('.')?;
        let fields: &[Field] = if story.is_some() { &Field::STORY } else { &Field::ISSUE };
        let field = fields.iter().copied().find(|field| field.key() == key)?;
        Some(Self { story: story.cloned(), lang: Lang::new(lang), field })
    }
}

/// The name of a field.
pub(super) fn label(field: Field) -> Words {
    match field {
        Field::Title => words!("Title", "Titre"),
        Field::Summary => words!("Summary", "Résumé"),
        Field::Body => words!("Text", "Texte"),
        Field::Url => words!("Page it leads to", "Page liée"),
        Field::Subject => words!("Subject", "Objet"),
        Field::Preheader => words!("Preheader: the line beside the subject", "Préen-tête : la ligne à côté de l'objet"),
        Field::Opening => words!("Opening", "Mot d'ouverture"),
    }
}

/// A text as it is now, as an editor writes it.
pub(super) fn value(made: &Made, at: &At) -> String {
    let of_issue = |texts: &Texts| texts.get(&at.lang).cloned().unwrap_or_default();
    let Some(id) = &at.story else {
        let text = match at.field {
            Field::Subject => of_issue(&made.board.subject),
            Field::Preheader => of_issue(&made.board.preheader),
            _ => of_issue(&made.board.opening),
        };
        return text.trim().to_owned();
    };
    let own = made.board.rewording(id, &at.lang).and_then(|own| match at.field {
        Field::Title => own.title.clone(),
        Field::Summary => own.summary.clone(),
        Field::Body => own.body.clone(),
        _ => own.url.clone(),
    });
    own.unwrap_or_else(|| made.story(id).map_or(String::new(), |story| of_story(story, at))).trim().to_owned()
}

/// The text of the source, without the editor's words.
pub(super) fn source(made: &Made, at: &At) -> String {
    let candidate = at.story.as_ref().and_then(|id| made.source(id));
    candidate.map_or(String::new(), |candidate| of_story(&candidate.story, at)).trim().to_owned()
}

fn of_story(story: &crate::model::Story, at: &At) -> String {
    let Some(text) = story.texts.get(&at.lang) else { return String::new() };
    match at.field {
        Field::Title => text.title.clone(),
        Field::Summary => text.summary.clone(),
        Field::Body => body(&text.body),
        _ => text.url.clone().unwrap_or_default(),
    }
}

/// A body as Markdown; what has no Markdown stays the HTML that it is.
fn body(html: &str) -> String {
    match markdown(html) {
        Some(text) => text.strip_suffix('\n').unwrap_or(&text).to_owned(),
        None => html.trim().to_owned(),
    }
}

/// Whether an editor has reworded it.
pub(super) fn is_reworded(made: &Made, at: &At) -> bool {
    let own = at.story.as_ref().and_then(|id| made.board.rewording(id, &at.lang));
    own.is_some_and(|own| match at.field {
        Field::Title => own.title.is_some(),
        Field::Summary => own.summary.is_some(),
        Field::Body => own.body.is_some(),
        _ => own.url.is_some(),
    })
}

/// By which a text that was shown is known again.
pub(super) fn mark(text: &str) -> String {
    Digest::of(text.trim().as_bytes()).short().to_owned()
}

impl Page<'_> {
    /// A form with the fields of a story or of the issue, the languages side by side.
    pub(super) fn text_form(&self, made: &Made, story: Option<&StoryId>) -> String {
        let fields: &[Field] = if story.is_some() { &Field::STORY } else { &Field::ISSUE };
        let id = story.map_or("", StoryId::as_str);
        let mut out = format!(
            "<form class=\"texts\" method=\"post\" action=\"{}\" data-texts>{}<input type=\"hidden\" name=\"story\" value=\"{}\">\n<div class=\"side\">\n",
            self.to("/do/write"),
            self.back(""),
            as_html(id)
        );
        for lang in &made.newsletter.languages {
            let (name, tag) = (as_html(&made.newsletter.language(lang).label), as_html(tag(lang, &made.newsletter)));
            let _ = writeln!(
                out,
                "<fieldset><legend lang=\"{tag}\">{name}</legend>{}",
                self.findings_of(made, story, Some(lang))
            );
            for field in fields {
                self.field(&mut out, made, &At { story: story.cloned(), lang: lang.clone(), field: *field }, &tag);
            }
            out.push_str("</fieldset>\n");
        }
        let (save, hint) = (
            say!(self.speech, "Save", "Enregistrer"),
            say!(self.speech, "or Ctrl+Enter in a field", "ou Ctrl+Entrée dans un champ"),
        );
        let _ = writeln!(
            out,
            "</div>\n<p class=\"save\"><button class=\"main\">{save}</button> <span class=\"soft\">{hint}</span></p>\n</form>"
        );
        out
    }

    fn field(&self, out: &mut String, made: &Made, at: &At, tag: &str) {
        let (name, text) = (at.name(), value(made, at));
        let id = format!("f-{}", name.replace('.', "-"));
        let (label, shown, mark) = (as_html(label(at.field).say(self.speech)), as_html(&text), mark(&text));
        let mut note = String::new();
        if matches!(at.field, Field::Body | Field::Opening) {
            note = say!(self.speech, "Markdown", "Markdown");
        }
        if at.field == Field::Opening && text.is_empty() {
            note = say!(
                self.speech,
                "Markdown; empty: the opening of newsletter.toml",
                "Markdown; vide : le mot d'ouverture de newsletter.toml"
            );
        }
        let hint = if note.is_empty() { String::new() } else { format!(" <span class=\"soft\">({note})</span>") };
        let _ = write!(
            out,
            "<div class=\"field\"><label for=\"{id}\">{label}{hint}</label><input type=\"hidden\" name=\"seen.{name}\" value=\"{mark}\">"
        );
        let common =
            format!("id=\"{id}\" name=\"{name}\" lang=\"{tag}\" maxlength=\"{CHARS_MAX}\" spellcheck=\"true\"");
        let rows = match at.field {
            Field::Body => 10,
            Field::Opening => 8,
            Field::Summary | Field::Preheader => 2,
            _ => 1,
        };
        if at.field == Field::Url {
            let _ =
                write!(out, "<input type=\"url\" id=\"{id}\" name=\"{name}\" maxlength=\"2000\" value=\"{shown}\">");
        } else {
            // A newline right after the tag is not part of the text (HTML, 13.1.2.5).
            let _ = write!(out, "<textarea {common} rows=\"{rows}\">\n{shown}</textarea>");
        }
        if is_reworded(made, at) {
            let (yours, source) = (say!(self.speech, "your words", "vos mots"), as_html(&source(made, at)));
            let back = say!(self.speech, "Take the source's again", "Reprendre ceux de la source");
            let of = say!(self.speech, "of the source:", "de la source :");
            let _ = write!(
                out,
                "<div class=\"own\"><span class=\"chip mine\">{yours}</span> <button class=\"quiet\" name=\"drop\" value=\"{name}\" aria-label=\"{back}: {label}, {tag}\">{back}</button> <details><summary>{of}</summary><span lang=\"{tag}\" class=\"pre\">{source}</span></details></div>"
            );
        }
        out.push_str("</div>\n");
    }

    /// Subject, preheader and opening.
    pub(super) fn words_page(&self, made: &Made) -> String {
        let title = say!(self.speech, "Subject and opening", "Objet et mot d'ouverture");
        let mut main = format!("<h1>{title}</h1>\n");
        main.push_str(&self.findings_of(made, None, None));
        main.push_str(&self.keep_form(made, None));
        if made.toml.is_some() {
            main.push_str(&self.text_form(made, None));
        } else {
            main.push_str(&findings::correction_note(self.speech));
        }
        self.framed(Tab::Words, &title, &main)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather;

    #[test]
    fn rich_text_comes_back_as_it_was() {
        for text in [
            "A *first* line with **strong** words and [a link](https://example.ca/a?b=1&c=2).",
            "One\n\nTwo\\\nwith a break",
            "### Why\n\n- one\n- two\n    - deep\n- three",
            "1. one\n2. two\n\nThen",
            "> quoted\n\nnot quoted",
            "1\\. no list\n\n\\- nor this\n\n\\# nor a heading",
            "snake_case and 2 \\* 3, \\[no link\\], AT&T and &amp;amp; so on",
            "> one\n>\n> two",
        ] {
            let html = gather::markdown(text);
            let back = body(&html);
            assert_eq!(gather::markdown(&back), html, "{text}\n{back}");
            assert_eq!(body(&gather::markdown(&back)), back);
        }
        let table = gather::markdown("<table><tr><th>a</th></tr><tr><td>b</td></tr></table>");
        assert_eq!(gather::markdown(&body(&table)), table);
    }

    #[test]
    fn what_an_editor_wrote_plainly_stays_plain() {
        for text in ["Bonjour à toutes et à tous!", "- one\n- two", "Write to [us](mailto:a@example.ca)."] {
            assert_eq!(body(&gather::markdown(text)), text);
        }
    }
}
