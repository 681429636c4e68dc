//! `public/stories.html`: each file of the drop folder with what became of it, in English and in French.

use std::fmt::Write as _;

use super::Contribution;
use super::halves::{Halves, named, speeches};
use super::page::{escaped, masked, sentence, tag};
use crate::model::{Finding, Newsletter, Place, Speech, Words};

/// The longest list of one file: who has more to mend begins with these.
const SHOWN_MAX: usize = 20;

/// The page. It says no time, so that it changes only when its contents do. Writing to a `String` does not fail.
pub(super) fn html(contributions: &[Contribution], newsletter: &Newsletter, style: &str) -> String {
    let speeches = speeches(newsletter);
    let heading = words!("Stories received", "Articles reçus");
    let title = speeches.map(|speech| escaped(heading.say(speech))).join(" | ");
    let names = newsletter.languages.iter().filter_map(|lang| {
        let name = newsletter.language.get(lang)?.title.as_str();
        Some(format!("<span lang=\"{}\">{}</span>", escaped(tag(lang, newsletter)), escaped(name)))
    });
    let names = names.collect::<Vec<_>>().join(" / ");
    let by = speeches.map(|speech| {
        let words = words!(
            "This page is written by cco-news each time the folder is read.",
            "Cette page est écrite par cco-news chaque fois que le dossier est lu."
        );
        format!("<p lang=\"{}\">{}</p>\n", named(speech).0, escaped(words.say(speech)))
    });
    let footer = format!("<footer>\n{}</footer>\n", by.concat());
    let halves = Halves { newsletter, names: &names, title: &title, heading: &heading, footer: &footer, style };
    halves.page(|speech, out| received(out, contributions, newsletter, speech))
}

fn received(out: &mut String, contributions: &[Contribution], newsletter: &Newsletter, speech: Speech) {
    let say = |words: &Words| escaped(words.say(speech));
    let intro = words!(
        "Each file in the folder stories is listed here. One language is enough: a good story in one language goes to translation.",
        "Chaque fichier du dossier stories figure ici. Une seule langue suffit : un bon article dans une seule langue part en traduction."
    );
    let _ = writeln!(out, "<p>{}</p>", say(&intro));
    if contributions.is_empty() {
        let none = words!("The folder is empty.", "Le dossier est vide.");
        let _ = writeln!(out, "<p>{}</p>", say(&none));
        return;
    }
    let heads = heads().map(|words| words.say(speech).to_owned());
    let _ = writeln!(out, "<table class=\"received\">\n<caption>{}</caption>", say(&tally(contributions)));
    out.push_str("<thead><tr>");
    for head in &heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escaped(head));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    // Who has something to do comes first; within that the order of the files stays.
    let (to_do, done): (Vec<_>, Vec<_>) = contributions.iter().partition(|contribution| !contribution.is_good());
    for contribution in to_do.into_iter().chain(done) {
        row(out, contribution, newsletter, speech, &heads);
    }
    out.push_str("</tbody>\n</table>\n");
}

fn heads() -> [Words; 5] {
    [
        words!("File", "Fichier"),
        words!("Title", "Titre"),
        words!("Received", "Reçu"),
        words!("What to mend", "À corriger"),
        words!("Where it ran", "Où il a paru"),
    ]
}

fn tally(contributions: &[Contribution]) -> Words {
    let n = contributions.len();
    let good = contributions.iter().filter(|contribution| contribution.is_good()).count();
    let look = n - good;
    let en = if n == 1 { "contribution" } else { "contributions" };
    let (fr, good_fr) =
        (if n < 2 { "contribution" } else { "contributions" }, if good < 2 { "bonne" } else { "bonnes" });
    words!("{n} {en}: {good} good, {look} to look at", "{n} {fr} : {good} {good_fr}, {look} à voir")
}

fn row(out: &mut String, of: &Contribution, newsletter: &Newsletter, speech: Speech, heads: &[String; 5]) {
    let cell = |out: &mut String, at: usize, html: &str| {
        let _ = write!(out, "<td data-label=\"{}\">{html}</td>", escaped(&heads[at]));
    };
    out.push_str("<tr>");
    let files: Vec<String> = of
        .files
        .iter()
        .map(|file| format!("<code>{}</code>", escaped(&masked(file.strip_prefix("stories/").unwrap_or(file)))))
        .collect();
    let _ = write!(out, "<th scope=\"row\">{}</th>", files.join("<br>"));
    cell(out, 1, &titles(of, newsletter, speech));
    let class = if of.is_good() { "good" } else { "mend" };
    cell(out, 2, &format!("<span class=\"{class}\">{}</span>", escaped(standing(of).say(speech))));
    cell(out, 3, &to_mend(of, newsletter, speech));
    let ran = of.ran_in.as_ref().map_or_else(|| words!("not yet", "pas encore"), |id| Words::same(id.as_str()));
    cell(out, 4, &escaped(ran.say(speech)));
    out.push_str("</tr>\n");
}

/// The titles that have arrived, each in its language.
fn titles(of: &Contribution, newsletter: &Newsletter, speech: Speech) -> String {
    if of.titles.is_empty() {
        return escaped(words!("none yet", "aucun pour l'instant").say(speech));
    }
    let titles = of.titles.iter().map(|(lang, title)| {
        format!("<span lang=\"{}\">{}</span>", escaped(tag(lang, newsletter)), escaped(&masked(title)))
    });
    titles.collect::<Vec<_>>().join("<br>")
}

/// What became of it, in a few words.
fn standing(of: &Contribution) -> Words {
    match (of.is_readable(), of.is_good(), of.missing.is_empty()) {
        (false, ..) => words!("Received; cannot be read as a story", "Reçu; ne peut être lu comme un article"),
        (_, true, true) => words!("Received, good", "Reçu, c'est bon"),
        (_, true, false) => words!("Received, good, goes to translation", "Reçu, c'est bon, part en traduction"),
        (_, false, _) => words!("Received; please have a look", "Reçu; veuillez y jeter un coup d'œil"),
    }
}

fn to_mend(of: &Contribution, newsletter: &Newsletter, speech: Speech) -> String {
    let mut out = String::new();
    for finding in of.to_mend().take(SHOWN_MAX) {
        let _ = write!(out, "<li>{}</li>", mend(finding, newsletter, speech));
    }
    let more = of.to_mend().count().saturating_sub(SHOWN_MAX);
    if more > 0 {
        let words = words!("and {more} more", "et {more} de plus");
        let _ = write!(out, "<li>{}</li>", escaped(words.say(speech)));
    }
    if out.is_empty() {
        return escaped(words!("nothing", "rien").say(speech));
    }
    format!("<ul>{out}</ul>")
}

/// The place, the offending text, what is wrong, and the mend.
fn mend(finding: &Finding, newsletter: &Newsletter, speech: Speech) -> String {
    let mut out = String::new();
    if let Place::File { line, .. } = &finding.place
        && *line > 0
    {
        let words = words!("Line {line}: ", "Ligne {line} : ");
        out.push_str(&escaped(words.say(speech)));
    }
    out.push_str(&sentence(finding.message.say(speech)));
    // What the sentence quotes already is not said twice.
    if !finding.excerpt.is_empty() && !finding.message.say(speech).contains(&finding.excerpt) {
        let lang = finding.language.as_ref().map(|lang| format!(" lang=\"{}\"", escaped(tag(lang, newsletter))));
        let _ = write!(out, "<br><code{}>{}</code>", lang.unwrap_or_default(), escaped(&masked(&finding.excerpt)));
    }
    if !finding.hint.say(speech).is_empty() {
        let _ = write!(out, "<br>{}", sentence(finding.hint.say(speech)));
    }
    out
}
