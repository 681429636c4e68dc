//! What the pages at the other end of links are (LNK-07, and the halves of LNK-03, LNK-04 and LNK-06 that need the
//! network): judged from what `cli` asked, each address once. What was not asked is said once and blocks nothing.

use std::collections::BTreeSet;

use super::{each, hit_link, is_network_only, language_of, says_one_language};
use crate::check::LinkSeen;
use crate::check::html::dom::Link;
use crate::check::proof::{Hit, Proof, Reading};
use crate::check::text::language::Which;
use crate::model::{Severity, Words};

/// Addresses in the order in which readers meet them, that can be asked on the web: for `cli`.
pub(crate) fn addresses(proof: &Proof<'_>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    each(proof, |_, link| {
        let is_web = link.href.starts_with("https://") || link.href.starts_with("http://");
        if is_web && !is_network_only(proof, &link.href) && seen.insert(link.href.clone()) {
            all.push(link.href.clone());
        }
    });
    all
}

pub(crate) fn answers(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let mut said = BTreeSet::new();
    let mut n_unasked = 0;
    each(proof, |reading, link| {
        if link.href.starts_with("http://") {
            let hit = hit_link(
                reading,
                link,
                words!("the address is http, not https", "l'adresse est en http, et non en https"),
                words!("link to the same page by https", "faites un lien https vers la même page"),
            );
            hits.push(hit.weighing(Severity::Warning));
        }
        if is_network_only(proof, &link.href) || !link.href.starts_with("http") || !said.insert(link.href.clone()) {
            return;
        }
        let Some(seen) = proof.evidence.links.get(&link.href) else {
            n_unasked += 1;
            return;
        };
        if let Some((severity, message, hint)) = fault(&link.href, seen) {
            hits.push(hit_link(reading, link, message, hint).weighing(severity));
        }
    });
    if n_unasked > 0
        && let Some(note) = &proof.evidence.links_note
    {
        let Words { en, fr } = note;
        let hit = proof.on_edition(
            proof.source().as_str(),
            words!("{n_unasked} links were not asked: {en}", "{n_unasked} liens n'ont pas été interrogés : {fr}"),
            words!("cco-news check --links asks them", "cco-news check --links les interroge"),
        );
        hits.push(hit.weighing(Severity::Info));
    }
}

/// Whether two addresses are one to a reader: a slash at the end, `www.` or `http:` make no other page.
fn is_same_page(a: &str, b: &str) -> bool {
    let plain = |href: &str| {
        let href = href.split('#').next().unwrap_or(href).to_lowercase();
        let href = href.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
        href.trim_end_matches('/').to_owned()
    };
    plain(a) == plain(b)
}

/// What is wrong with what a link leads to.
fn fault(href: &str, seen: &LinkSeen) -> Option<(Severity, Words, Words)> {
    let look = || {
        words!(
            "open it in a browser; a machine cannot tell",
            "ouvrez-le dans un navigateur; une machine ne peut pas le dire"
        )
    };
    let find = || {
        words!("find where the page is now, or drop the link", "trouvez où est la page maintenant, ou retirez le lien")
    };
    match seen.status {
        Some(code @ (404 | 410)) => {
            Some((Severity::Error, words!("the page is not there ({code})", "la page n'existe pas ({code})"), find()))
        }
        _ if seen.gone > 0 => Some((
            // A site under repair says so for an hour; the second time it is believed.
            if seen.gone > 1 { Severity::Error } else { Severity::Warning },
            words!(
                "the page says that it was not found, although its server says 200",
                "la page dit qu'elle est introuvable, bien que son serveur réponde 200"
            ),
            find(),
        )),
        Some(200..=299) if seen.redirects > 0 && !is_same_page(href, &seen.url) => {
            let (n, url) = (seen.redirects, crate::check::text::scan::shorten(&seen.url));
            Some((
                Severity::Warning,
                words!(
                    "the page has moved to {url} (redirects: {n})",
                    "la page se trouve maintenant à {url} (redirections : {n})"
                ),
                words!("link to that address", "faites un lien vers cette adresse"),
            ))
        }
        Some(200..=299 | 304) => None,
        _ => {
            let Words { en, fr } = seen.why.clone().unwrap_or_default();
            Some((Severity::Info, words!("could not verify: {en}", "impossible à vérifier : {fr}"), look()))
        }
    }
}

/// A page in the other language, although its address does not say so.
pub(crate) fn strange_page(proof: &Proof<'_>, reading: &Reading<'_>, link: &Link) -> Option<String> {
    let seen = proof.evidence.links.get(&link.href)?;
    let language = seen.language.as_deref()?;
    let is_only = reading.story.is_some_and(|story| story.only.is_some());
    let own = reading.lang.as_str().split('-').next().unwrap_or("");
    let is_told = language_of(&link.href).is_some() || says_one_language(&link.text, reading.lang) || is_only;
    let is_known = Which::of(reading.lang).is_some() && matches!(language, "en" | "fr");
    (is_known && language != own && !is_told).then(|| language.to_owned())
}

/// What a file is and weighs, as the rules want it said; none: it is a page, or nobody knows.
pub(crate) fn file_of(proof: &Proof<'_>, href: &str) -> Option<(&'static str, Option<u64>)> {
    let seen = proof.evidence.links.get(href)?;
    let kind = match seen.content_type.as_deref()? {
        "application/pdf" => "PDF",
        "application/msword" | "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "DOCX",
        "application/vnd.ms-excel" | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "XLSX",
        "application/vnd.ms-powerpoint"
        | "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "PPTX",
        "application/zip" => "ZIP",
        "text/csv" => "CSV",
        _ => return None,
    };
    Some((kind, seen.bytes))
}
