//! The editions as readers will meet them: on a desk and on a phone, in the dark, without pictures, as text, as source, and
//! as a screen reader says them.

use std::fmt::Write as _;

use super::Made;
use super::html::{part, tag};
use super::page::{Page, Tab};
use super::variants::Variant;
use crate::check::heard;
use crate::model::rich::as_html;
use crate::model::{Edition, EditionId};

/// What the person chose to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// An edition; none: the languages side by side.
    pub(super) edition: Option<EditionId>,
    pub(super) variant: Variant,
}

impl Page<'_> {
    fn variant_name(&self, variant: Variant) -> String {
        match variant {
            Variant::Desktop => say!(self.speech, "Desktop", "Ordinateur"),
            Variant::Phone => say!(self.speech, "Phone", "Téléphone"),
            Variant::Dark => say!(self.speech, "Dark", "Sombre"),
            Variant::WithoutImages => say!(self.speech, "Without pictures", "Sans images"),
            Variant::Text => say!(self.speech, "Plain text", "Texte brut"),
            Variant::Source => say!(self.speech, "Source", "Source"),
            Variant::Heard => say!(self.speech, "Screen reader", "Lecteur d'écran"),
        }
    }

    /// The page of the editions.
    pub(super) fn editions_page(&self, made: &Made, choice: &Choice) -> String {
        let heading = say!(self.speech, "Editions", "Éditions");
        let mut main = format!("<h1>{heading}</h1>\n");
        self.choices_bar(&mut main, made, choice);
        let shown: Vec<&Edition> = match &choice.edition {
            Some(id) => made.editions.iter().filter(|edition| edition.id == *id).collect(),
            None => made.editions.iter().filter(|edition| !edition.id.is_both()).collect(),
        };
        let class = if shown.len() > 1 { "pair" } else { "one" };
        let _ = writeln!(main, "<div class=\"editions {class} {}\">", choice.variant.key());
        for edition in shown {
            self.edition(&mut main, made, edition, choice.variant);
        }
        main.push_str("</div>\n");
        self.framed(Tab::Editions, &heading, &main)
    }

    fn choices_bar(&self, out: &mut String, made: &Made, choice: &Choice) {
        let address = |edition: Option<&EditionId>, variant: Variant| {
            let edition = edition.map_or_else(String::new, |id| format!("&amp;edition={}", part(id.as_str())));
            format!("{}?view={}{edition}", self.to("/editions"), variant.key())
        };
        let mut bar = |label: String, links: Vec<(String, String, bool)>| {
            let _ = write!(out, "<nav class=\"choose\" aria-label=\"{label}\"><ul>");
            for (href, name, is_here) in links {
                let here = if is_here { " aria-current=\"true\"" } else { "" };
                let _ = write!(out, "<li><a href=\"{href}\"{here}>{name}</a></li>");
            }
            out.push_str("</ul></nav>\n");
        };
        let beside = say!(self.speech, "Languages side by side", "Langues côte à côte");
        let mut editions = vec![(address(None, choice.variant), beside, choice.edition.is_none())];
        editions.extend(made.editions.iter().map(|edition| {
            let is_here = choice.edition.as_ref() == Some(&edition.id);
            (address(Some(&edition.id), choice.variant), self.edition_name(made, edition), is_here)
        }));
        bar(say!(self.speech, "Edition", "Édition"), editions);
        let views = Variant::ALL.into_iter().map(|variant| {
            let is_here = variant == choice.variant;
            (address(choice.edition.as_ref(), variant), self.variant_name(variant), is_here)
        });
        bar(say!(self.speech, "View", "Affichage"), views.collect());
    }

    /// The name of an edition, as HTML.
    pub(super) fn edition_name(&self, made: &Made, edition: &Edition) -> String {
        match edition.langs.as_slice() {
            [lang] => as_html(&made.newsletter.language(lang).label),
            _ => say!(self.speech, "Bilingual", "Bilingue"),
        }
    }

    fn edition(&self, out: &mut String, made: &Made, edition: &Edition, variant: Variant) {
        let (name, id) = (self.edition_name(made, edition), part(edition.id.as_str()));
        let lang = edition.langs.first().map_or("", |lang| tag(lang, &made.newsletter));
        let (subject, preheader) = (as_html(&edition.subject), as_html(&edition.preheader));
        let _ = writeln!(
            out,
            "<section aria-labelledby=\"e-{id}\"><h2 id=\"e-{id}\">{name}</h2>\n<p class=\"inbox\" lang=\"{lang}\"><strong>{subject}</strong> <span>{preheader}</span></p>"
        );
        match variant {
            Variant::Text => {
                let _ = writeln!(
                    out,
                    "<pre class=\"mono\" tabindex=\"0\" lang=\"{lang}\">{}</pre>",
                    as_html(&edition.text)
                );
            }
            Variant::Source => {
                let _ = writeln!(out, "<pre class=\"mono\" tabindex=\"0\">{}</pre>", as_html(&edition.html));
            }
            Variant::Heard => self.heard(out, edition),
            _ => {
                let title = format!("{name}, {}", self.variant_name(variant));
                let src = self.to(&format!("/edition/{id}/{}", variant.key()));
                let _ = writeln!(out, "<iframe title=\"{title}\" src=\"{src}\"></iframe>");
            }
        }
        out.push_str("</section>\n");
    }

    fn heard(&self, out: &mut String, edition: &Edition) {
        out.push_str("<ol class=\"heard\">");
        for line in heard(&edition.html) {
            out.push_str("<li>");
            for bit in line {
                if let Some(role) = &bit.role {
                    let _ = write!(out, "<span class=\"role\">{}</span> ", as_html(role.say(self.speech)));
                }
                if !bit.text.is_empty() {
                    let _ = write!(out, "<span lang=\"{}\">{}</span> ", as_html(&bit.lang), as_html(&bit.text));
                }
            }
            out.push_str("</li>");
        }
        out.push_str("</ol>\n");
    }
}
