//! Where each language's approval stands, what is in its way, and the mail that asks for it.

use std::fmt::Write as _;

use super::Made;

use super::page::{Page, Tab, tally};
use crate::model::rich::as_html;

impl Page<'_> {
    /// The page of the approvals.
    pub(super) fn approval_page(&self, made: &Made) -> String {
        let heading = say!(self.speech, "Approval", "Approbation");
        let mut main = format!("<h1>{heading}</h1>\n");
        self.obstacles(&mut main, made);
        self.approvals(&mut main, made);
        self.asked(&mut main, made);
        self.ask_form(&mut main, made);
        self.waived(&mut main, made);
        self.framed(Tab::Approval, &heading, &main)
    }

    fn obstacles(&self, out: &mut String, made: &Made) {
        let (errors, warnings) = tally(made);
        let href = self.to("/findings");
        let said = if made.is_blocked {
            say!(
                self.speech,
                "It cannot be asked for yet: findings that block: {errors}.",
                "Elle ne peut pas encore être demandée : constatations qui bloquent : {errors}."
            )
        } else if warnings > 0 {
            say!(
                self.speech,
                "Nothing blocks; the approver will see what there is to look at: {warnings}.",
                "Rien ne bloque; l'approbateur verra ce qu'il y a à voir : {warnings}."
            )
        } else {
            say!(self.speech, "Nothing is in its way.", "Rien ne s'y oppose.")
        };
        let class = if made.is_blocked { "E" } else { "I" };
        let link = say!(self.speech, "Findings", "Constatations");
        let _ = writeln!(out, "<p class=\"note {class}\">{said} <a href=\"{href}\">{link}</a></p>");
    }

    fn approvals(&self, out: &mut String, made: &Made) {
        let (caption, edition, digest, state) = (
            say!(
                self.speech,
                "Each language, for exactly the bytes that are there",
                "Chaque langue, pour exactement les octets qui sont là"
            ),
            say!(self.speech, "Edition", "Édition"),
            say!(self.speech, "Digest", "Empreinte"),
            say!(self.speech, "State", "État"),
        );
        let _ = write!(
            out,
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><caption>{caption}</caption><thead><tr><th scope=\"col\">{edition}</th><th scope=\"col\">{digest}</th><th scope=\"col\">{state}</th></tr></thead><tbody>"
        );
        for approved in &made.approvals {
            let name = made.editions.iter().find(|edition| edition.id == approved.edition);
            let name =
                name.map_or_else(|| as_html(approved.edition.as_str()), |edition| self.edition_name(made, edition));
            let (by, missing) = (approved.by.join(", "), approved.missing);
            let state = match (missing, by.is_empty()) {
                (0, _) => say!(self.speech, "approved by {by}", "approuvée par {by}"),
                (_, true) => {
                    say!(self.speech, "not approved; missing: {missing}", "pas approuvée; il en manque : {missing}")
                }
                _ => say!(
                    self.speech,
                    "approved by {by}; missing: {missing}",
                    "approuvée par {by}; il en manque : {missing}"
                ),
            };
            let digest = as_html(approved.digest.short());
            let _ = write!(out, "<tr><th scope=\"row\">{name}</th><td><code>{digest}</code></td><td>{state}</td></tr>");
        }
        out.push_str("</tbody></table></div>\n");
    }

    fn asked(&self, out: &mut String, made: &Made) {
        if made.awaited.is_empty() {
            return;
        }
        let zone = made.newsletter.schedule.zone().unwrap_or(jiff::tz::TimeZone::UTC);
        let title = say!(self.speech, "Awaited", "En attente");
        let _ = write!(out, "<h2>{title}</h2><ul>");
        for awaited in &made.awaited {
            let (edition, by) = (&awaited.edition, &awaited.by);
            let since = awaited.since.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
            let said = say!(self.speech, "{edition}: {by}, since {since}", "{edition} : {by}, depuis le {since}");
            let _ = write!(out, "<li>{said}</li>");
        }
        out.push_str("</ul>\n");
    }

    fn ask_form(&self, out: &mut String, made: &Made) {
        let is_missing = made.approvals.iter().any(|approved| approved.missing > 0);
        let id = &self.room.issue;
        if !is_missing {
            let said = say!(
                self.speech,
                "Every language is approved as it is. Next: cco-news send {id}",
                "Chaque langue est approuvée telle quelle. Ensuite : cco-news send {id}"
            );
            let _ = writeln!(out, "<p>{said}</p>");
            return;
        }
        if !made.can_ask {
            let said = say!(
                self.speech,
                "newsletter.toml names nobody to ask by mail. An approver can say yes at the command line: cco-news approve {id} --edition en --by \"Name\"",
                "newsletter.toml ne nomme personne à qui demander par courriel. Un approbateur peut dire oui en ligne de commande : cco-news approve {id} --edition fr --by \"Nom\""
            );
            let _ = writeln!(out, "<p>{said}</p>");
            return;
        }
        let (label, note, off) = (
            say!(self.speech, "Ask for approval", "Demander l'approbation"),
            say!(
                self.speech,
                "Each approver who is needed gets the edition by mail as a draft, with what has changed since they last approved. Nobody is asked twice about the same bytes.",
                "Chaque approbateur nécessaire reçoit l'édition par courriel comme ébauche, avec ce qui a changé depuis sa dernière approbation. Personne n'est sollicité deux fois pour les mêmes octets."
            ),
            if made.is_blocked || made.has_begun { " disabled" } else { "" },
        );
        let _ = writeln!(
            out,
            "<form method=\"post\" action=\"{}\" data-live>{}<p>{note}</p><button class=\"main\"{off}>{label}</button></form>",
            self.to("/do/ask"),
            self.back("")
        );
    }

    fn waived(&self, out: &mut String, made: &Made) {
        if made.issue.waivers.is_empty() {
            return;
        }
        let title = say!(
            self.speech,
            "Accepted by name: the approver is told",
            "Accepté nommément : l'approbateur en est informé"
        );
        let _ = write!(out, "<h2>{title}</h2><ul>");
        for waiver in &made.issue.waivers {
            let story = waiver.story.as_deref().unwrap_or("");
            let _ = write!(
                out,
                "<li><strong>{}</strong> {} {} ({})</li>",
                as_html(&waiver.rule),
                as_html(story),
                as_html(&waiver.reason),
                as_html(&waiver.by)
            );
        }
        out.push_str("</ul>\n");
    }
}
