//! A Word file to fields and bodies, as contributors really write: headings, lists, links, tables, tracked changes,
//! comments, notes. The zip and its XML are read here and nowhere else. Not with `undoc`: it knows no paragraph
//! numbers, and the contributor must hear where something is wrong.

use super::block::{self, Block};
use super::build::Written;
use super::fields::Fields;
use super::{Office, Report, Spot};
use crate::gather::{links, text};
use crate::model::{Severity, Words};

mod zipped;
mod tree;
mod parts;
mod below;
mod content;
mod form;

use content::{Document, Seen};

#[cfg(test)]
mod tests;

/// Links and pictures of one file of which something is said: more than this is noise.
const SAID_MAX: usize = 50;

/// Reads a Word file; none when nothing in it can be read, which is said.
pub(super) fn read(bytes: &[u8], office: &Office<'_>, report: &mut Report) -> Option<Written> {
    let parts = zipped::Zipped::open(bytes).and_then(|mut zip| parts::read(&mut zip));
    let parts = match parts {
        Ok(parts) => parts,
        Err((message, hint)) => {
            report.add(Severity::Error, &Spot::default(), message, hint);
            return None;
        }
    };
    let mut document = content::read(&parts);
    if parts.half {
        let (message, hint) = (
            words!(
                "the Word file ends in the middle: only what stands before is read",
                "le fichier Word s'interrompt : seul ce qui précède est lu"
            ),
            words!("save it again in Word, and drop it again", "enregistrez-le de nouveau dans Word et redéposez-le"),
        );
        let line = document.lines.len();
        report.add(Severity::Warning, &Spot { line, column: 1, excerpt: String::new() }, message, hint);
    }
    said(&document, report);
    let form = document.form.take();
    let fields = form.as_ref().and_then(|form| form::fields(form, office.newsletter, &document.lines, report));
    if let (Some(_), Some(form)) = (&fields, &form) {
        let notes = document.blocks.remove(form.block).notes;
        document.blocks.extend(notes);
    }
    let fields = fields.unwrap_or_else(|| Fields::of_form(Vec::new(), document.lines.clone(), report));
    let blocks: Vec<Block> = document.blocks;
    Some(Written { fields, bodies: block::bodies(blocks, office.newsletter, report) })
}

/// One finding for each kind of thing that was left out or taken in, with the first place and how many there are.
fn said(document: &Document, report: &mut Report) {
    let mut one = |severity, all: &[Seen], message: &dyn Fn(usize) -> Words, hint: Words| {
        if let Some(first) = all.first() {
            let spot = Spot { line: first.line, column: 1, excerpt: first.words.clone() };
            report.add(severity, &spot, message(all.len()), hint);
        }
    };
    one(
        Severity::Info,
        &document.inserted,
        &|n| words!("tracked insertions were taken in: {n}", "insertions suivies acceptées : {n}"),
        words!(
            "accept or refuse them in Word if that is wrong",
            "acceptez-les ou refusez-les dans Word si c'est une erreur"
        ),
    );
    one(
        Severity::Info,
        &document.deleted,
        &|n| words!("tracked deletions were left out: {n}", "suppressions suivies laissées de côté : {n}"),
        words!(
            "accept or refuse them in Word if that is wrong",
            "acceptez-les ou refusez-les dans Word si c'est une erreur"
        ),
    );
    one(
        Severity::Info,
        &document.comments,
        &|n| words!("comments were left out: {n}", "commentaires laissés de côté : {n}"),
        words!("nothing to do", "rien à faire"),
    );
    one(
        Severity::Info,
        &document.hidden,
        &|n| words!("hidden text was left out: {n}", "texte masqué laissé de côté : {n}"),
        words!("show it in Word if it belongs to the story", "affichez-le dans Word s'il fait partie de l'article"),
    );
    one(
        Severity::Warning,
        &document.boxes,
        &|n| words!("text boxes are not read: {n}", "les zones de texte ne sont pas lues : {n}"),
        words!("move their text into the page", "placez leur texte dans la page"),
    );
    pictures(document, report);
    cleaned(document, report);
}

fn pictures(document: &Document, report: &mut Report) {
    for picture in document.pictures.iter().take(SAID_MAX) {
        let spot = Spot { line: picture.line, column: 1, excerpt: picture.words.clone() };
        if picture.words.is_empty() {
            report.add(
                Severity::Warning,
                &spot,
                words!("a picture has no alternative text", "une image n'a pas de texte de remplacement"),
                words!(
                    "in Word, right-click the picture, choose Alt Text, and say what it shows",
                    "dans Word, cliquez sur l'image avec le bouton droit, choisissez Texte de remplacement et dites ce qu'elle montre"
                ),
            );
        }
    }
    if let Some(first) = document.pictures.first() {
        let n = document.pictures.len();
        report.add(
            Severity::Warning,
            &Spot { line: first.line, column: 1, excerpt: first.words.clone() },
            words!(
                "pictures inside the Word file are not taken: {n}",
                "les images placées dans le fichier Word ne sont pas reprises : {n}"
            ),
            words!(
                "put the picture beside the story as a file with the same name and `.jpg` or `.png`",
                "déposez l'image à côté de l'article, dans un fichier du même nom en `.jpg` ou `.png`"
            ),
        );
    }
}

/// Links that lead elsewhere than they say (Safe Links), and links that lead nowhere.
fn cleaned(document: &Document, report: &mut Report) {
    for link in document.links.iter().take(SAID_MAX) {
        let spot = Spot { line: link.line, column: 1, excerpt: link.words.clone() };
        match links::clean(&link.words) {
            None => report.add(
                Severity::Warning,
                &spot,
                words!(
                    "the link leads to no web page: its words stay, the link goes",
                    "le lien ne mène à aucune page Web : ses mots restent, le lien disparaît"
                ),
                words!("link to the page's whole address", "mettez l'adresse complète de la page"),
            ),
            Some(clean) if host(&clean) != host(&link.words) || query(&clean) != query(&link.words) => {
                let shown = text::cut(&clean, 80);
                report.add(
                    Severity::Fixed,
                    &spot,
                    words!(
                        "the link was cleaned: it is now `{shown}`",
                        "le lien a été nettoyé : c'est maintenant `{shown}`"
                    ),
                    words!("nothing to do", "rien à faire"),
                );
            }
            Some(_) => {}
        }
    }
}

fn host(link: &str) -> Option<String> {
    url::Url::parse(link.trim()).ok()?.host_str().map(str::to_owned)
}

fn query(link: &str) -> Option<String> {
    url::Url::parse(link.trim()).ok()?.query().map(str::to_owned)
}
