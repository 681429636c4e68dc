//! The public pages: `[serve]` of `newsletter.toml`, and where each page stands.

use std::net::SocketAddr;

use serde::Deserialize;
use url::Url;

use super::{Lang, Texts, Words};

/// The public pages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Serving {
    /// The address of the pages, as readers reach them: `https://news.example.ca/`. None: there are none, and requests
    /// come by mail alone. Every link is made from it, never from what a request says.
    pub url: Option<String>,
    /// Where `serve` listens: an address and port of this machine.
    pub listen: String,
    /// Whether strangers may subscribe; who gets the newsletter can always change and leave.
    pub open: bool,
    /// The domains whose addresses may subscribe, with those below them; empty: every one.
    pub domains: Vec<String>,
    /// The law under which addresses are collected, for the privacy notice, per language.
    pub authority: Texts,
    /// Letters an hour that all requests together may cause; more is an attack, and the form rests.
    pub letters_per_hour: u32,
    /// Whether a proxy stands before `serve` and says in `X-Forwarded-For` who asks.
    pub behind_proxy: bool,
}

impl Default for Serving {
    fn default() -> Self {
        Self {
            url: None,
            listen: "127.0.0.1:8480".to_owned(),
            open: true,
            domains: Vec::new(),
            authority: Texts::new(),
            letters_per_hour: 200,
            behind_proxy: false,
        }
    }
}

/// A page of a person or for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicPage {
    /// The form to subscribe.
    Subscribe,
    /// Confirms what a letter asks.
    Confirm,
    /// What a person gets.
    Preferences,
    /// Where a person leaves.
    Leave,
    /// The privacy notice.
    Privacy,
}

impl PublicPage {
    /// Every page.
    pub const ALL: [Self; 5] = [Self::Subscribe, Self::Confirm, Self::Preferences, Self::Leave, Self::Privacy];

    /// Its word in an address of a language. They never change: mail that was sent holds them.
    pub fn path(self, lang: &Lang) -> &'static str {
        match (self, lang.is_french()) {
            (Self::Subscribe, false) => "subscribe",
            (Self::Subscribe, true) => "abonnement",
            (Self::Confirm, false) => "confirm",
            (Self::Confirm, true) => "confirmation",
            (Self::Preferences, _) => "preferences",
            (Self::Leave, false) => "unsubscribe",
            (Self::Leave, true) => "desabonnement",
            (Self::Privacy, false) => "privacy",
            (Self::Privacy, true) => "confidentialite",
        }
    }

    /// The page by its word in a language.
    pub fn find(lang: &Lang, word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.path(lang) == word)
    }
}

impl Serving {
    /// The address of a page, with a closing slash: a link to a person's page goes on with the person's token.
    pub fn address(&self, lang: &Lang, page: PublicPage) -> Option<String> {
        let url = self.url.as_deref()?;
        Some(format!("{}/{lang}/{}/", url.trim_end_matches('/'), page.path(lang)))
    }

    /// Where to listen.
    pub fn socket(&self) -> Result<SocketAddr, Words> {
        let shown = &self.listen;
        shown.parse().map_err(|_| {
            words!(
                "`listen = \"{shown}\"`: write an address and a port of this machine, as `127.0.0.1:8480`",
                "`listen = \"{shown}\"` : écrivez une adresse et un port de cette machine, comme `127.0.0.1:8480`"
            )
        })
    }

    /// What cannot be right, and a word of the file by which it is found.
    pub fn mistake(&self) -> Option<(String, Words)> {
        if let Err(problem) = self.socket() {
            return Some(("listen".to_owned(), problem));
        }
        let url = self.url.as_deref()?;
        let parsed = Url::parse(url).ok().filter(|parsed| parsed.query().is_none() && parsed.fragment().is_none());
        let is_loopback = |parsed: &Url| matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let is_sound = parsed
            .is_some_and(|parsed| parsed.scheme() == "https" || parsed.scheme() == "http" && is_loopback(&parsed));
        (!is_sound).then(|| {
            let problem = words!(
                "`serve.url` is the address of the public pages, and begins with `https://`: mail programs follow no other to leave (RFC 8058)",
                "`serve.url` est l'adresse des pages publiques et commence par `https://` : les logiciels de courriel n'en suivent pas d'autre pour un désabonnement (RFC 8058)"
            );
            (format!("\"{url}\""), problem)
        })
    }

    /// Whether an address of this domain may subscribe.
    pub fn takes(&self, domain: &str) -> bool {
        let domain = domain.to_lowercase();
        let is_of = |known: &String| {
            let known = known.to_lowercase();
            domain == known || domain.strip_suffix(&known).is_some_and(|before| before.ends_with('.'))
        };
        self.domains.is_empty() || self.domains.iter().any(is_of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_pages_of_a_language_have_one_address() {
        for lang in ["en", "fr", "iu"].map(Lang::new) {
            for page in PublicPage::ALL {
                assert_eq!(PublicPage::find(&lang, page.path(&lang)), Some(page));
            }
        }
    }

    #[test]
    fn an_address_that_is_not_https_is_a_mistake_but_on_this_machine() {
        let serving = |url: &str| Serving { url: Some(url.to_owned()), ..Serving::default() };
        for good in ["https://news.example.ca/", "https://example.ca/news", "http://127.0.0.1:80/", "http://localhost/"]
        {
            assert_eq!(serving(good).mistake(), None, "{good}");
        }
        for bad in ["http://news.example.ca/", "news.example.ca", "https://example.ca/?a=b", "ftp://localhost/"] {
            assert!(serving(bad).mistake().is_some(), "{bad}");
        }
        let listen = Serving { listen: "localhost".to_owned(), ..Serving::default() };
        assert!(listen.mistake().is_some());
    }

    #[test]
    fn a_domain_takes_those_below_it_and_none_that_ends_alike() {
        let serving = Serving { domains: vec!["gc.ca".to_owned()], ..Serving::default() };
        assert!(serving.takes("GC.CA") && serving.takes("tbs.gc.ca") && !serving.takes("notgc.ca"));
        assert!(Serving::default().takes("example.ca"));
    }
}
