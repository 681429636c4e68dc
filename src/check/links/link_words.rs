//! Words of links that say nothing of where they lead (LNK-01).

use super::{each, hit_link};
use crate::check::proof::{Hit, Part, Proof};
use crate::check::text::scan;
use crate::model::Severity;

/// Link texts that say nothing of where they lead: the list of the guide, and its nearest relatives.
const VAGUE: &[&str] = &[
    "here",
    "click here",
    "click",
    "click this link",
    "click on this link",
    "read more",
    "learn more",
    "more",
    "this link",
    "link",
    "see more",
    "find out more",
    "continue reading",
    "read the rest",
    "read on",
    "more information",
    "more info",
    "more details",
    "see here",
    "read here",
    "register here",
    "sign up here",
    "apply here",
    "download here",
    "go here",
    "look here",
    "learn more here",
    "read more here",
    "view more",
    "cliquez ici",
    "cliquer ici",
    "cliquez",
    "cliquez sur ce lien",
    "ici",
    "en savoir plus",
    "en savoir davantage",
    "lire la suite",
    "pour en savoir plus",
    "pour en savoir davantage",
    "plus",
    "ce lien",
    "lien",
    "suite",
    "la suite",
    "voir plus",
    "voir ici",
    "savoir plus",
    "plus d'information",
    "plus d'informations",
    "plus de détails",
    "plus de renseignements",
    "pour plus d'information",
    "pour plus d'informations",
    "pour plus de détails",
    "lire plus",
    "en lire plus",
    "lisez-en plus",
    "lire ici",
    "lisez ici",
    "inscrivez-vous ici",
    "téléchargez ici",
    "lisez la suite",
    "apprenez-en plus",
    "apprenez-en davantage",
    "en apprendre davantage",
    "en apprendre plus",
    "par ici",
];
/// Link texts that say little; beside a sentence that names the page they may do.
const WEAK: &[&str] = &[
    "this page",
    "continue",
    "details",
    "website",
    "view",
    "download",
    "this",
    "this article",
    "this document",
    "this form",
    "this site",
    "this website",
    "the website",
    "our website",
    "web page",
    "webpage",
    "page",
    "article",
    "document",
    "form",
    "site",
    "info",
    "information",
    "visit",
    "open",
    "go",
    "read",
    "see",
    "watch",
    "full story",
    "full article",
    "read the full story",
    "the link",
    "below",
    "url",
    "cette page",
    "détails",
    "consultez",
    "télécharger",
    "cet article",
    "ce document",
    "ce formulaire",
    "ce site",
    "ce site web",
    "site web",
    "page web",
    "voir",
    "lire",
    "ouvrir",
    "continuer",
    "accéder",
    "visiter",
    "regarder",
    "cette adresse",
    "à cette adresse",
    "l'article",
    "le document",
    "le site",
    "renseignements",
    "découvrir",
    "consulter",
    "texte intégral",
    "article complet",
];

/// Words that a link may be made of without saying anything of its page.
const EMPTY: &str = "here ici the a an it is are be can you your we us our to of on in at by for from with and this that these \
    them all about more full out up now please found available provided posted online read see find view get \
    click visit check look learn go download register sign apply access le la les l un une d de des du à au aux \
    en et par sur pour vous nous votre notre ce cet cette ces plus tout tous est sont peut pouvez disponible \
    disponibles trouver trouve trouvez lire lisez voir voyez cliquer cliquez télécharger téléchargez inscrire \
    inscrivez s savoir apprendre apprenez consulter consultez accéder accédez ligne";

/// Whether a text with `here` says beside it what is there: `the timetable of the courses is here`.
fn names_something(text: &str) -> bool {
    let says_something = |word: &str| !WEAK.contains(&word) && EMPTY.split(' ').all(|empty| empty != word);
    scan::words(text).filter(|(_, word)| says_something(word)).count() > 1
}

pub(crate) fn vague(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, |reading, link| {
        let text = link.text.to_lowercase().replace('’', "'").replace('\u{a0}', " ");
        // What kind of file it is, or in which language, says nothing of what it holds: `ici (PDF, 1,2 Mo)`.
        let bare = text.trim_end().strip_suffix(')').and_then(|text| text.rsplit_once('(')).map(|(bare, _)| bare);
        let text = bare.filter(|bare| !bare.trim().is_empty()).unwrap_or(&text);
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        let is_click = ["click here", "cliquez ici", "cliquer ici", "click on this", "cliquez sur"]
            .iter()
            .any(|start| text.starts_with(start));
        let points = [" here", " ici"].iter().any(|end| text.ends_with(end)) && !names_something(text);
        let is_address = text.starts_with("http") || text.starts_with("www.");
        // Whoever writes `click here for the notice of the change` has said where it leads, in the wrong way.
        let severity = if VAGUE.contains(&text) || (is_click && !names_something(text)) {
            Severity::Error
        } else if WEAK.contains(&text) || is_click || points {
            Severity::Warning
        } else if is_address && reading.part != Part::Title {
            Severity::Info
        } else {
            return;
        };
        let hit = hit_link(
            reading,
            link,
            words!("the link `{text}` does not say where it leads", "le lien `{text}` ne dit pas où il mène"),
            words!(
                "make the link of the words that name the page",
                "faites porter le lien sur les mots qui nomment la page"
            ),
        );
        hits.push(hit.weighing(severity));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_ends_with_here_may_still_say_what_is_there() {
        for text in ["the timetable of the courses is here", "l'horaire des cours se trouve ici"] {
            assert!(names_something(text), "{text}");
        }
        for text in ["you can read more about it here", "read the guide here", "vous pouvez la consulter ici"] {
            assert!(!names_something(text), "{text}");
        }
    }
}
