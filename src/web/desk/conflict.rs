//! Two versions of one text: yours, and what somebody wrote into the file since you read it. Nothing is written before you
//! choose.

use std::fmt::Write as _;

use super::acts::Clash;
use super::html::tag;
use super::page::{Page, Tab};
use super::{Made, texts};
use crate::model::StoryId;
use crate::model::rich::as_html;

impl Page<'_> {
    /// The page on which a person chooses. `kept`: the other fields of the form, which did not clash.
    pub(super) fn conflict_page(
        &self,
        made: &Made,
        clashes: &[Clash],
        kept: &[(String, String)],
        back: &str,
    ) -> String {
        let heading = say!(
            self.speech,
            "The file has changed since you read it",
            "Le fichier a changé depuis que vous l'avez lu"
        );
        let note = say!(
            self.speech,
            "Nothing is saved yet. Choose for each text, or write a third version.",
            "Rien n'est encore enregistré. Choisissez pour chaque texte, ou écrivez une troisième version."
        );
        let story = clashes.first().and_then(|clash| clash.at.story.as_ref()).map_or("", StoryId::as_str);
        let mut main = format!(
            "<h1>{heading}</h1>\n<p class=\"note W\" role=\"alert\">{note}</p>\n<form class=\"texts\" method=\"post\" action=\"{}\" data-texts><input type=\"hidden\" name=\"back\" value=\"{}\"><input type=\"hidden\" name=\"story\" value=\"{}\">\n",
            self.to("/do/write"),
            as_html(back),
            as_html(story)
        );
        for (name, value) in kept {
            let _ = writeln!(main, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", as_html(name), as_html(value));
        }
        for clash in clashes {
            self.clash(&mut main, made, clash);
        }
        let save = say!(self.speech, "Save what stands here", "Enregistrer ce qui figure ici");
        let leave = say!(self.speech, "Leave the file as it is", "Laisser le fichier tel quel");
        let _ = writeln!(
            main,
            "<p class=\"save\"><button class=\"main\">{save}</button> <a href=\"{}\">{leave}</a></p></form>",
            as_html(back)
        );
        self.framed(Tab::Other, &heading, &main)
    }

    fn clash(&self, out: &mut String, made: &Made, clash: &Clash) {
        let (name, mark) = (clash.at.name(), texts::mark(&clash.theirs));
        let id = format!("c-{}", name.replace('.', "-"));
        let tag = as_html(tag(&clash.at.lang, &made.newsletter));
        let label = as_html(texts::label(clash.at.field).say(self.speech));
        let (mine, theirs) = (
            say!(self.speech, "Yours", "Le vôtre"),
            say!(self.speech, "In the file now", "Dans le fichier maintenant"),
        );
        let _ = writeln!(
            out,
            "<fieldset><legend>{label} ({tag})</legend><div class=\"side\"><div class=\"field\"><label for=\"{id}\">{mine}</label><input type=\"hidden\" name=\"seen.{name}\" value=\"{mark}\"><textarea id=\"{id}\" name=\"{name}\" lang=\"{tag}\" rows=\"6\">\n{}</textarea></div><div class=\"field\"><p class=\"label\">{theirs}</p><div class=\"pre theirs\" lang=\"{tag}\">{}</div></div></div></fieldset>",
            as_html(&clash.mine),
            as_html(&clash.theirs)
        );
    }
}
