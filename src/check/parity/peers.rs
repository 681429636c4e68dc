//! The links of a story in one language and those in another: as many, and each with its peer (BIL-06).

use std::collections::BTreeSet;

use url::Url;

use super::pairs;
use crate::check::links::language_of;
use crate::check::proof::{Hit, Part, Proof};
use crate::check::text::language::Which;
use crate::model::{Lang, Severity, Story};

pub(crate) fn same_links(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    for (story, lang) in pairs(proof) {
        let links = |lang: &Lang| -> Vec<String> {
            let body = proof.of_story(story, lang).filter(|passage| passage.part != Part::Title);
            body.flat_map(|passage| &passage.block.links).map(|link| link.href.to_lowercase()).collect()
        };
        let has_page = |lang: &Lang| story.texts[lang].url.is_some();
        let (source, target) = (links(proof.source()), links(lang));
        let different = |links: &[String]| links.iter().map(|link| page_of(link)).collect::<BTreeSet<_>>().len();
        let (mut n, mut m) = (source.len(), target.len());
        if n == m {
            (n, m) = (different(&source), different(&target));
        }
        let (message, hint) = if n != m {
            let from = proof.source();
            (
                words!(
                    "links in the text: {n} in `{from}`, {m} in `{lang}`",
                    "liens dans le texte : {n} en `{from}`, {m} en `{lang}`"
                ),
                words!("give each language the same links", "donnez les mêmes liens à chaque langue"),
            )
        } else if has_page(proof.source()) != has_page(lang) {
            (
                words!(
                    "the story leads to a page in one language only",
                    "l'article mène à une page dans une seule langue"
                ),
                words!("add the address of the other page to `link`", "ajoutez l'adresse de l'autre page à `link`"),
            )
        } else if let Some((ours, theirs)) = strangers(proof, story, lang, &source, &target) {
            (
                words!(
                    "{ours} has no peer; {theirs} stands instead",
                    "{ours} n'a pas d'équivalent; {theirs} figure à sa place"
                ),
                words!("link both languages to the same page", "faites mener les deux langues à la même page"),
            )
        } else {
            continue;
        };
        hits.push(proof.on_story(story, lang, message, hint));
    }
}

/// An address without what changes nothing of the page: `http` or `https`, `www.` or not, a slash at the end.
fn page_of(link: &str) -> &str {
    let link = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")).unwrap_or(link);
    link.strip_prefix("www.").unwrap_or(link).trim_end_matches('/')
}

/// The first two links, of as many on each side, that cannot be peers of one another.
fn strangers(
    proof: &Proof<'_>,
    story: &Story,
    lang: &Lang,
    source: &[String],
    target: &[String],
) -> Option<(String, String)> {
    let only = |a: &[String], b: &[String]| {
        let has = |link: &&String| b.iter().any(|other| page_of(other) == page_of(link));
        a.iter().filter(|link| !has(link)).cloned().collect::<Vec<_>>()
    };
    let (mut ours, mut theirs) = (only(source, target), only(target, source));
    // What leads nowhere, or only inside, is told by its own rule.
    let is_told = |link: &String| {
        crate::check::links::crooked(link).is_some_and(|(_, severity)| severity == Severity::Error)
            || crate::check::links::is_network_only(proof, link)
    };
    if ours.iter().chain(&theirs).any(is_told) {
        return None;
    }
    // The page of the story has a peer of its own.
    let page = |lang: &Lang| story.texts[lang].url.clone().unwrap_or_default().to_lowercase();
    ours.retain(|link| *link != page(proof.source()));
    theirs.retain(|link| *link != page(lang));
    ours.retain(|link| {
        let peer = theirs.iter().position(|other| may_be_peers(proof, link, other));
        if let Some(at) = peer {
            theirs.remove(at);
        }
        peer.is_none()
    });
    let (first, second) = ours.first().zip(theirs.first())?;
    // One pair is left, at one place, each marked for its own language: an organization with a name in each.
    let place = |all: &[String], link: &String| all.iter().position(|it| it == link);
    let is_own = |link: &String, lang: &Lang| Which::of(lang).is_some_and(|own| language_of(link) == Some(own));
    let is_last = ours.len() == 1 && theirs.len() == 1 && place(source, first) == place(target, second);
    // A page of the government has its peer on a page of the government.
    let are_alike = is_official(first) == is_official(second);
    if is_last && are_alike && is_own(first, proof.source()) && is_own(second, lang) {
        return None;
    }
    Some((first.clone(), second.clone()))
}

/// Whether two different addresses may be one page in two languages. Slugs are translated, so the host is what is left
/// to compare; `check --links` knows the peers that pages name.
fn may_be_peers(proof: &Proof<'_>, ours: &str, theirs: &str) -> bool {
    let (Ok(a), Ok(b)) = (Url::parse(ours), Url::parse(theirs)) else { return false };
    if [&a, &b].iter().any(|url| !url.scheme().starts_with("http")) {
        return false;
    }
    if let Some(peer) = proof.evidence.links.get(ours).and_then(|seen| seen.peer.as_deref()) {
        return peer.to_lowercase().trim_end_matches('/') == theirs.trim_end_matches('/');
    }
    let domain = |url: &Url| {
        let host = url.host_str().unwrap_or("").to_owned();
        host.rsplit('.').take(2).collect::<Vec<_>>().join(".")
    };
    domain(&a) == domain(&b) || (is_official(ours) && is_official(theirs))
}

/// Whether an address is of the Government of Canada.
fn is_official(link: &str) -> bool {
    let url = Url::parse(link).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("");
    host.ends_with(".gc.ca") || host == "canada.ca" || host.ends_with(".canada.ca")
}
