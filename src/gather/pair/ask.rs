//! Asks a page for its twin: the metadata of Canada.ca pages, or `hreflang`. Bounded, since each question is a request.

use scraper::{Html, Selector};
use url::Url;

use super::Match;
use crate::gather::item::Item;
use crate::gather::{decode, links, markup};
use crate::http::Http;
use crate::model::{Lang, Pair, PairHow};

/// Pages asked in one run: a month of two busy departments, two minutes at one request a second.
const QUESTIONS_MAX: usize = 120;
/// After so many pages in a row without an answer the site has none, or is not there.
const FAILURES_MAX: usize = 3;
/// Parsing nests no deeper than for a page source.
const DEPTH_MAX: usize = 250;

/// The questions of one run.
pub(in crate::gather) struct Questions<'a> {
    http: &'a Http,
    left: usize,
}

impl<'a> Questions<'a> {
    pub(in crate::gather) fn new(http: &'a Http) -> Self {
        Self { http, left: QUESTIONS_MAX }
    }

    /// `…/_jcr_content.json`, key `gcAltLanguagePeer`: the word of Canada.ca itself.
    pub(super) async fn peers(
        &mut self,
        a: &[&Item],
        b: &[&Item],
        free: (&[usize], &[usize]),
        allow_private: bool,
    ) -> Vec<Match> {
        let mut matches = Vec::new();
        let mut failures = 0;
        for &at in free.0 {
            let Some(url) = a[at].url.as_deref().and_then(metadata_of) else { continue };
            let Some(answer) = self.ask(&url, allow_private, &mut failures).await else {
                if failures >= FAILURES_MAX || self.left == 0 {
                    break;
                }
                continue;
            };
            let peer = serde_json::from_slice::<serde_json::Value>(&answer).ok();
            let path = peer.as_ref().and_then(|json| json.get("gcAltLanguagePeer")?.as_str());
            let peer = path.and_then(|path| peer_address(&url, path));
            matches.extend(peer.and_then(|peer| found(at, &peer, b, free.1, PairHow::Peer)));
        }
        unique(matches)
    }

    /// `<link rel="alternate" hreflang="fr" href="…">` on the page.
    pub(super) async fn hreflang(
        &mut self,
        a: &[&Item],
        b: &[&Item],
        free: (&[usize], &[usize]),
        lang: &Lang,
        allow_private: bool,
    ) -> Vec<Match> {
        let mut matches = Vec::new();
        let mut failures = 0;
        for &at in free.0 {
            let Some(url) = a[at].url.clone() else { continue };
            let Some(answer) = self.ask(&url, allow_private, &mut failures).await else {
                if failures >= FAILURES_MAX || self.left == 0 {
                    break;
                }
                continue;
            };
            let twin = alternate(&decode::decode(&answer, None), &url, lang);
            matches.extend(twin.and_then(|twin| found(at, &twin, b, free.1, PairHow::Hreflang)));
        }
        unique(matches)
    }

    async fn ask(&mut self, url: &str, allow_private: bool, failures: &mut usize) -> Option<Vec<u8>> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        if let Ok(body) = self.http.get_found(url, allow_private).await.outcome {
            *failures = 0;
            Some(body.bytes)
        } else {
            // Without the page's word the score decides.
            *failures += 1;
            None
        }
    }
}

fn found(a: usize, twin: &str, b: &[&Item], free: &[usize], how: PairHow) -> Option<Match> {
    let key = links::page_key(&links::canonical(twin)?);
    let same = |at: &&usize| b[**at].url.as_deref().is_some_and(|url| links::page_key(url) == key);
    let b = *free.iter().find(same)?;
    Some(Match { a, b, pair: Pair { how, confidence: 1.0 } })
}

/// Two pages that name the same twin cannot both be right: neither counts.
fn unique(matches: Vec<Match>) -> Vec<Match> {
    let times = |b: usize| matches.iter().filter(|found| found.b == b).count();
    let counts: Vec<usize> = matches.iter().map(|found| times(found.b)).collect();
    matches.into_iter().zip(counts).filter(|(_, times)| *times == 1).map(|(found, _)| found).collect()
}

/// `https://www.canada.ca/en/a/b.html` → `…/en/a/b/_jcr_content.json`.
fn metadata_of(page: &str) -> Option<String> {
    let mut url = Url::parse(page).ok()?;
    let path = url.path().strip_suffix(".html")?.to_owned();
    url.set_path(&format!("{path}/_jcr_content.json"));
    url.set_query(None);
    Some(url.into())
}

/// `/content/canadasite/fr/a/b` → `https://www.canada.ca/fr/a/b.html`.
fn peer_address(metadata: &str, path: &str) -> Option<String> {
    let path = path.strip_prefix("/content/canadasite").unwrap_or(path);
    let path = format!("{}.html", path.strip_suffix(".html").unwrap_or(path));
    Some(Url::parse(metadata).ok()?.join(&path).ok()?.into())
}

fn alternate(html: &str, page: &str, lang: &Lang) -> Option<String> {
    if markup::html_depth(html) > DEPTH_MAX {
        return None;
    }
    let tree = Html::parse_document(html);
    let selector = Selector::parse("link[rel~=alternate][hreflang][href], a[hreflang][href]").ok()?;
    let wanted = |tag: &str| {
        let tag = tag.to_ascii_lowercase();
        tag == lang.as_str() || tag.strip_prefix(lang.as_str()).is_some_and(|rest| rest.starts_with('-'))
    };
    let link = tree.select(&selector).find(|link| link.attr("hreflang").is_some_and(wanted))?;
    Some(Url::parse(page).ok()?.join(link.attr("href")?).ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_twin() {
        let metadata = metadata_of("https://www.canada.ca/en/a/b.html").unwrap();
        assert_eq!(metadata, "https://www.canada.ca/en/a/b/_jcr_content.json");
        assert_eq!(peer_address(&metadata, "/content/canadasite/fr/a/c").unwrap(), "https://www.canada.ca/fr/a/c.html");
        let html = r#"<link rel="alternate" hreflang="fr-CA" href="/fr/c.html">"#;
        assert_eq!(
            alternate(html, "https://example.ca/en/b.html", &Lang::new("fr")).unwrap(),
            "https://example.ca/fr/c.html"
        );
    }
}
