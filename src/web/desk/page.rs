//! What every page of the desk has around its content: the issue and where it stands, the ways to the other pages, what
//! was said last, and what is wrong with the files.

use std::fmt::Write as _;

use super::html::{own_key, own_tag, sentence};
use super::room::{Room, Shown};
use super::{Made, other_desk};
use crate::model::rich::as_html;
use crate::model::{Severity, Speech, Words};

/// The pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Stories,
    Words,
    Editions,
    Findings,
    Approval,
    /// None of the tabs.
    Other,
}

/// A page in the making.
pub(super) struct Page<'a> {
    pub(super) room: &'a Room,
    pub(super) shown: &'a Shown,
    pub(super) speech: Speech,
    /// What was said last, and whether it is a refusal.
    pub(super) said: Option<Words>,
    /// The name that the proxy gives; empty: the person says it.
    pub(super) person: String,
    /// The path without the language, with its query.
    pub(super) path: String,
}

/// How many of each weight, without what is waived.
pub(super) fn tally(made: &Made) -> (usize, usize) {
    let n = |severity| made.findings.iter().filter(|it| it.severity == severity && it.waived.is_none()).count();
    (n(Severity::Error), n(Severity::Warning))
}

impl Page<'_> {
    /// An address of the desk in the person's language.
    pub(super) fn to(&self, path: &str) -> String {
        format!("/{}{path}", own_key(self.speech))
    }

    /// Where a form leads back to.
    pub(super) fn back(&self, fragment: &str) -> String {
        let back = as_html(&format!("{}{fragment}", self.to(&self.path)));
        format!("<input type=\"hidden\" name=\"back\" value=\"{back}\">")
    }

    /// A field for the person's name, where an act needs one.
    pub(super) fn name_field(&self, id: &str) -> String {
        if !self.person.is_empty() {
            return format!("<p class=\"soft\">{}</p>", self.named());
        }
        let (label, name) = (say!(self.speech, "Your name", "Votre nom"), as_html(&self.room.name()));
        format!(
            "<p class=\"field\"><label for=\"{id}\">{label}</label><input id=\"{id}\" name=\"by\" required maxlength=\"100\" autocomplete=\"name\" value=\"{name}\"></p>"
        )
    }

    fn named(&self) -> String {
        let person = &self.person;
        say!(self.speech, "in the name of {person}", "au nom de {person}")
    }

    /// The whole page.
    pub(super) fn framed(&self, tab: Tab, title: &str, main: &str) -> String {
        let (tag, id, version) = (own_tag(self.speech), &self.room.issue, self.shown.version);
        let (site, skip) = (
            say!(self.speech, "Editor's desk", "Bureau de la rédaction"),
            say!(self.speech, "Skip to main content", "Passer au contenu principal"),
        );
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} - {id} - {site}</title>\n<link rel=\"stylesheet\" href=\"/desk.css\">\n\
             <link rel=\"icon\" href=\"/desk.svg\">\n<script src=\"/desk.js\" defer></script>\n</head>\n\
             <body data-version=\"{version}\">\n<a class=\"skip\" href=\"#main\">{skip}</a>\n"
        );
        self.header(&mut out, &site);
        out.push_str("<div id=\"stand\">\n");
        self.standing(&mut out);
        self.tabs(&mut out, tab);
        out.push_str("</div>\n");
        self.spoken(&mut out);
        let _ = write!(out, "<main id=\"main\" tabindex=\"-1\">\n{main}</main>\n");
        self.footer(&mut out);
        out.push_str("</body>\n</html>\n");
        out
    }

    fn header(&self, out: &mut String, site: &str) {
        let (other, tag, label) = match self.speech {
            Speech::En => ("fr", "fr-CA", "Français"),
            Speech::Fr => ("en", "en-CA", "English"),
        };
        let titles = self.shown.made.as_ref().map_or(String::new(), |made| {
            let newsletter = &made.newsletter;
            let own = newsletter.languages.iter().find(|lang| lang.as_str() == own_key(self.speech));
            own.or(newsletter.languages.first()).map_or(String::new(), |lang| as_html(&newsletter.language(lang).title))
        });
        let path = as_html(&self.path);
        let _ = write!(
            out,
            "<header class=\"top\">\n<p class=\"brand\"><a href=\"{}\"><strong>{titles}</strong> <span>{site}</span></a></p>\n\
             <p class=\"tongue\"><a href=\"/{other}{path}\" lang=\"{tag}\" hreflang=\"{tag}\">{label}</a></p>\n</header>\n",
            self.to("/")
        );
    }

    /// The issue, when it leaves, what blocks it, and who has approved it.
    fn standing(&self, out: &mut String) {
        let id = &self.room.issue;
        let heading = say!(self.speech, "Issue {id}", "Numéro {id}");
        let Some(made) = &self.shown.made else {
            let _ = writeln!(
                out,
                "<section class=\"issue\" aria-label=\"{heading}\"><p class=\"which\">{heading}</p></section>"
            );
            return;
        };
        let zone = made.newsletter.schedule.zone().unwrap_or(jiff::tz::TimeZone::UTC);
        let at = made.issue.send_at.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string();
        let leaves = say!(self.speech, "planned for {at}", "prévu pour le {at}");
        let (errors, warnings) = tally(made);
        let _ = write!(
            out,
            "<section class=\"issue\" aria-label=\"{heading}\"><p class=\"which\"><strong>{heading}</strong> <span>{leaves}</span></p>\n<ul class=\"chips\">"
        );
        let findings = self.to("/findings");
        if errors > 0 {
            let said = say!(self.speech, "Blocking: {errors}", "Bloquant : {errors}");
            let _ = write!(out, "<li><a class=\"chip E\" href=\"{findings}\">{said}</a></li>");
        }
        if warnings > 0 {
            let said = say!(self.speech, "To look at: {warnings}", "À voir : {warnings}");
            let _ = write!(out, "<li><a class=\"chip W\" href=\"{findings}\">{said}</a></li>");
        }
        if errors + warnings == 0 {
            let said = say!(self.speech, "Nothing to mend", "Rien à corriger");
            let _ = write!(out, "<li><a class=\"chip good\" href=\"{findings}\">{said}</a></li>");
        }
        for approved in &made.approvals {
            let (edition, missing) = (&approved.edition, approved.missing);
            let (class, said) = if missing == 0 {
                ("good", say!(self.speech, "{edition}: approved", "{edition} : approuvée"))
            } else {
                ("", say!(self.speech, "{edition}: not approved", "{edition} : pas approuvée"))
            };
            let _ = write!(out, "<li><a class=\"chip {class}\" href=\"{}\">{said}</a></li>", self.to("/approval"));
        }
        out.push_str("</ul>\n");
        self.steps(out);
        out.push_str("</section>\n");
    }

    /// What can be taken back.
    fn steps(&self, out: &mut String) {
        let is_closed = self.shown.made.as_ref().is_some_and(|made| made.has_begun);
        if is_closed {
            return;
        }
        let button = |act: &str, label: String, what: &Option<Words>| {
            let title =
                what.as_ref().map_or(String::new(), |words| format!(" title=\"{}\"", as_html(words.say(self.speech))));
            let is_off = if what.is_none() { " disabled" } else { "" };
            let aria = what.as_ref().map_or_else(
                || label.clone(),
                |words| {
                    let act = as_html(words.say(self.speech));
                    words!("{label}: {act}", "{label} : {act}").say(self.speech).to_owned()
                },
            );
            format!(
                "<button class=\"quiet\" formaction=\"{}\" aria-label=\"{aria}\"{title}{is_off}>{label}</button>",
                self.to(&format!("/do/{act}"))
            )
        };
        let (undo, redo) = (say!(self.speech, "Undo", "Annuler"), say!(self.speech, "Redo", "Rétablir"));
        let (act, gather, wait) = (
            self.to("/do/gather"),
            say!(self.speech, "Ask the sources", "Interroger les sources"),
            say!(
                self.speech,
                "Asking the sources; this can take a minute.",
                "Les sources sont interrogées; cela peut prendre une minute."
            ),
        );
        let _ = writeln!(
            out,
            "<form class=\"steps\" method=\"post\">{}<button class=\"quiet\" formaction=\"{act}\" data-wait=\"{wait}\">{gather}</button>{}{}</form>",
            self.back(""),
            button("undo", undo, &self.shown.undo),
            button("redo", redo, &self.shown.redo)
        );
    }

    fn tabs(&self, out: &mut String, current: Tab) {
        let label = say!(self.speech, "Desk", "Bureau");
        let _ = write!(out, "<nav class=\"tabs\" aria-label=\"{label}\"><ul>");
        let n = self.shown.made.as_ref().map_or(0, |made| tally(made).0 + tally(made).1);
        for (tab, path, name) in [
            (Tab::Stories, "/", say!(self.speech, "Stories", "Textes")),
            (Tab::Words, "/words", say!(self.speech, "Subject and opening", "Objet et mot d'ouverture")),
            (Tab::Editions, "/editions", say!(self.speech, "Editions", "Éditions")),
            (Tab::Findings, "/findings", say!(self.speech, "Findings ({n})", "Constatations ({n})")),
            (Tab::Approval, "/approval", say!(self.speech, "Approval", "Approbation")),
        ] {
            let is_here = if tab == current { " aria-current=\"page\"" } else { "" };
            let _ = write!(out, "<li><a href=\"{}\"{is_here}>{name}</a></li>", self.to(path));
        }
        out.push_str("</ul></nav>\n");
    }

    /// What was said last, what is wrong with the files, and who else is here.
    fn spoken(&self, out: &mut String) {
        let label = say!(self.speech, "Messages", "Messages");
        let _ = writeln!(out, "<section id=\"notes\" aria-label=\"{label}\">");
        if let Some(broken) = &self.shown.broken {
            let (title, body) = (
                say!(self.speech, "The files cannot be read as they are", "Les fichiers ne se lisent pas tels quels"),
                as_html(broken.say(self.speech)),
            );
            let last = if self.shown.made.is_some() {
                say!(
                    self.speech,
                    "You see the last good state. Nothing can be changed here until this is mended.",
                    "Vous voyez le dernier bon état. Rien ne peut être changé ici avant que ce soit corrigé."
                )
            } else {
                String::new()
            };
            let restore = if self.shown.is_gone {
                let label = say!(self.speech, "Put issue.toml back", "Remettre issue.toml");
                let act = self.to("/do/restore");
                format!("<form method=\"post\" action=\"{act}\">{}<button>{label}</button></form>", self.back(""))
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "<section class=\"note E\" role=\"alert\" id=\"broken\"><h2>{title}</h2><pre tabindex=\"0\">{body}</pre><p>{last}</p>{restore}</section>"
            );
        }
        if self.room.has_other {
            let _ = writeln!(out, "<p class=\"note I\">{}</p>", sentence(other_desk().say(self.speech)));
        }
        if self.shown.made.as_ref().is_some_and(|made| made.has_begun) {
            let said = say!(
                self.speech,
                "This issue has begun to leave: it can be read here, and not changed.",
                "Ce numéro a commencé à partir : il peut être lu ici, mais pas modifié."
            );
            let _ = writeln!(out, "<p class=\"note I\">{said}</p>");
        }
        let said = self.said.as_ref().map_or(String::new(), |words| sentence(words.say(self.speech)));
        let _ = writeln!(out, "<p id=\"said\" role=\"status\">{said}</p>\n</section>");
    }

    fn footer(&self, out: &mut String) {
        let next = self.shown.made.as_ref().map_or("", |made| made.next.as_str());
        let next = if next.is_empty() {
            String::new()
        } else {
            say!(self.speech, "Next at the command line: {next}", "Ensuite, en ligne de commande : {next}")
        };
        let id = &self.room.issue;
        let files = say!(
            self.speech,
            "Everything here is written to issues/{id}/issue.toml.",
            "Tout ce qui est fait ici s'écrit dans issues/{id}/issue.toml."
        );
        let _ = writeln!(out, "<footer><p>{files}</p><p>{next}</p></footer>");
    }
}
