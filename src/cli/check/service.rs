//! What the service at the address for leaving answers (SND-03): a GET shows a page, and a POST that names nobody is
//! turned away. Asked with a token that is nobody's, so that nothing can come of it.

use anyhow::Result;

use super::super::runtime;
use super::Shell;
use crate::check::Asked;
use crate::http::{Http, Told};
use crate::model::{PublicPage, Severity, Words};

/// In place of a reader's token.
const NOBODY: &str = "check-setup";
/// What a mail program posts (RFC 8058 3.2).
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// Asks the page of each language; nothing where no address is configured.
pub(super) fn ask(shell: &Shell) -> Result<Vec<Asked>> {
    let newsletter = &shell.config.newsletter;
    let mut asked = Vec::new();
    let pages = newsletter.languages.iter().filter_map(|lang| newsletter.serve.address(lang, PublicPage::Leave));
    let pages: Vec<String> = pages.map(|page| page + NOBODY).collect();
    if pages.is_empty() {
        return Ok(asked);
    }
    let contact = newsletter.http.contact.as_deref().unwrap_or(&newsletter.organization.email);
    let http = Http::new(&shell.config.root.join("cache"), contact, newsletter.http.proxy.as_deref(), false)?;
    let runtime = runtime()?;
    for page in pages {
        let (shown, posted) =
            runtime.block_on(async { (http.ask_once(&page, None).await, http.ask_once(&page, Some(ONE_CLICK)).await) });
        let url = page.trim_end_matches(NOBODY);
        let (severity, message) = judged(url, shown, posted);
        let hint = if severity == Severity::Info {
            Words::default()
        } else {
            words!(
                "run `cco-news serve` behind serve.url, and look at the proxy before it",
                "lancez `cco-news serve` derrière serve.url, et voyez le mandataire qui le précède"
            )
        };
        asked.push(Asked { rule: "SND-03", severity, message, hint });
    }
    Ok(asked)
}

/// What two answers tell of a service.
fn judged(url: &str, shown: Result<Told, Words>, posted: Result<Told, Words>) -> (Severity, Words) {
    let (shown, posted) = match (shown, posted) {
        (Ok(shown), Ok(posted)) => (shown, posted),
        (Err(Words { en, fr }), _) | (_, Err(Words { en, fr })) => {
            return (Severity::Error, words!("{url}: {en}", "{url} : {fr}"));
        }
    };
    let (got, taken) = (shown.status, posted.status);
    if !shown.is_page || got >= 500 || (300..400).contains(&got) {
        return (
            Severity::Error,
            words!(
                "{url} shows no page to a reader ({got})",
                "{url} ne montre aucune page à la personne qui lit ({got})"
            ),
        );
    }
    match taken {
        400..=499 => (
            Severity::Info,
            words!(
                "{url} shows a page, and turns away a request that names nobody ({taken})",
                "{url} montre une page, et refuse une demande qui ne désigne personne ({taken})"
            ),
        ),
        _ => (
            Severity::Error,
            words!(
                "{url} answers {taken} to a request that names nobody: it is to be refused (4xx)",
                "{url} répond {taken} à une demande qui ne désigne personne : elle doit être refusée (4xx)"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_shows_a_page_and_turns_nobody_away_politely() {
        let told = |status, is_page| Ok(Told { status, is_page });
        let severity = |shown, posted| judged("https://example.ca/en/unsubscribe/", shown, posted).0;
        assert_eq!(severity(told(200, true), told(404, true)), Severity::Info);
        assert_eq!(severity(told(404, true), told(400, true)), Severity::Info);
        assert_eq!(severity(told(200, true), told(200, true)), Severity::Error);
        assert_eq!(severity(told(200, true), told(500, false)), Severity::Error);
        assert_eq!(severity(told(200, false), told(404, false)), Severity::Error);
        assert_eq!(severity(told(302, true), told(404, false)), Severity::Error);
        assert_eq!(severity(Err(Words::same("x")), told(404, false)), Severity::Error);
    }
}
