//! The edge to the web: one address in, one [`Fetched`] out. It stands apart so that limits and manners (time, bytes,
//! redirects, no private addresses, one request per address and run, conditional GET) are known in one place; what a
//! server does wrong is data, never an error of the command.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use tokio::sync::{OnceCell, Semaphore};

use crate::model::Words;

mod guard;
mod kept;
mod once;
mod request;
mod robots;

use request::Manners;

/// Requests in flight in one run: enough to hide a slow server, few enough for a department's proxy.
const AT_ONCE_MAX: usize = 4;
/// Failures to connect after which a host is not asked again in this run: twenty feeds of one dead host would
/// otherwise cost twenty timeouts.
const HOST_FAILURES_MAX: u32 = 2;

/// One client for a run, with its limits and its cache.
pub struct Http {
    /// Resolves names through the filter.
    guarded: reqwest::Client,
    /// For sources that say `allow_private`, and behind a proxy, which resolves names itself.
    open: reqwest::Client,
    proxied: bool,
    offline: bool,
    kept: Arc<kept::Kept>,
    at_once: Semaphore,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    asked: Mutex<Asked>,
    sites: Mutex<robots::Sites>,
}

/// Answers of this run without their bodies, by address and whether a private one was allowed.
type Asked = HashMap<(String, bool), Arc<OnceCell<Fetched>>>;

/// What is known of a host in this run.
struct Host {
    /// One request at a time.
    turn: Semaphore,
    failures: std::sync::atomic::AtomicU32,
}

/// What became of one address.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The last address, after redirects.
    pub url: String,
    /// The body, or why there is none.
    pub outcome: Result<Body, Words>,
    /// Where the address has moved for good (301, 308).
    pub moved_to: Option<String>,
    /// Whether the body came from the cache, unchanged (304) or offline.
    pub from_cache: bool,
    /// The last status that a server answered with; none: it did not answer, or was not asked.
    pub status: Option<u16>,
    /// What a person should know although the body is there.
    pub note: Option<Words>,
    /// How many redirects were followed in this run.
    pub redirects: usize,
}

pub use once::Told;

/// A body with what its server said about it.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// The bytes, decompressed.
    pub bytes: Vec<u8>,
    /// The media type without parameters, in lower case.
    pub content_type: Option<String>,
    /// The `charset` parameter.
    pub charset: Option<String>,
    /// The status: 200, or that of the kept answer.
    pub status: u16,
}

impl Http {
    /// One client. `contact` is shown to servers; `proxy` is the only proxy ever used.
    pub fn new(cache: &Path, contact: &str, proxy: Option<&str>, offline: bool) -> Result<Self> {
        // Another part of the program may have installed it already: either way it is there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let failed = || words!("could not set up the HTTP client", "impossible de préparer le client HTTP");
        let proxied = proxy.is_some();
        let open = request::client(contact, proxy).with_context(failed)?.build().with_context(failed)?;
        let guarded = if proxied {
            open.clone()
        } else {
            let filtered = request::client(contact, None).with_context(failed)?.dns_resolver(guard::PublicNames);
            filtered.build().with_context(failed)?
        };
        Ok(Self {
            guarded,
            open,
            proxied,
            offline,
            kept: Arc::new(kept::Kept::new(cache)),
            at_once: Semaphore::new(AT_ONCE_MAX),
            hosts: Mutex::default(),
            asked: Mutex::default(),
            sites: Mutex::default(),
        })
    }

    /// Whether answers come from the cache only.
    pub fn is_offline(&self) -> bool {
        self.offline
    }

    /// Fetches an address that the office named, at most once in a run; asked again, it gives the same answer from the
    /// cache.
    pub async fn get(&self, url: &str, allow_private: bool) -> Fetched {
        self.get_as(url, Manners { allow_private, named: true, is_robots: false }).await
    }

    /// As [`Http::get`], an address that the program found by itself: a site that cannot say whether programs are
    /// welcome is not asked.
    pub async fn get_found(&self, url: &str, allow_private: bool) -> Fetched {
        self.get_as(url, Manners { allow_private, named: false, is_robots: false }).await
    }

    /// Forgets what was kept of an address, also where it has moved: what came from there could not be read.
    pub fn forget(&self, url: &str) {
        if let Ok(url) = guard::parse(url, true) {
            self.kept.remove(url.as_str());
        }
    }

    async fn get_as(&self, url: &str, manners: Manners) -> Fetched {
        let url = match guard::parse(url, manners.allow_private) {
            Ok(url) => url,
            Err(why) => return Fetched::failed(url, why),
        };
        let cell = {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(asked.entry((url.to_string(), manners.allow_private)).or_default())
        };
        let mut first = None;
        let known = cell
            .get_or_init(|| async {
                let fetched = self.get_once(&url, manners).await;
                let known = fetched.without_bytes();
                first = Some(fetched);
                known
            })
            .await;
        first.unwrap_or_else(|| self.again(&url, known))
    }

    async fn get_once(&self, url: &url::Url, manners: Manners) -> Fetched {
        let kept = self.kept.read(url.as_str());
        if self.offline {
            return match kept {
                Some(kept) => kept.fetched(),
                None => Fetched::failed(
                    url.as_str(),
                    words!(
                        "nothing was kept from before, and the program works offline",
                        "rien n'a été conservé auparavant, et le programme travaille hors ligne"
                    ),
                ),
            };
        }
        request::fetch(self, url, manners, kept).await
    }

    /// The second time an address is asked for in a run: bodies are not held in memory, the cache has them.
    fn again(&self, url: &url::Url, known: &Fetched) -> Fetched {
        match (&known.outcome, self.kept.read(url.as_str())) {
            (Err(_), _) => known.clone(),
            (Ok(_), Some(kept)) => Fetched {
                moved_to: known.moved_to.clone(),
                status: known.status,
                note: known.note.clone(),
                ..kept.fetched()
            },
            (Ok(_), None) => Fetched::failed(
                url.as_str(),
                words!("it was read once and could not be kept", "la page a été lue une fois et n'a pu être conservée"),
            ),
        }
    }

    fn host(&self, url: &url::Url) -> Arc<Host> {
        let name = url.host_str().unwrap_or_default().to_owned();
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Host { turn: Semaphore::new(1), failures: 0.into() });
        Arc::clone(hosts.entry(name).or_insert_with(new))
    }
}

impl Fetched {
    fn failed(url: &str, why: Words) -> Self {
        Self {
            url: url.to_owned(),
            outcome: Err(why),
            moved_to: None,
            from_cache: false,
            status: None,
            note: None,
            redirects: 0,
        }
    }

    fn without_bytes(&self) -> Self {
        let head = |body: &Body| Body {
            bytes: Vec::new(),
            content_type: body.content_type.clone(),
            charset: body.charset.clone(),
            status: body.status,
        };
        Self {
            url: self.url.clone(),
            outcome: self.outcome.as_ref().map(head).map_err(Words::clone),
            moved_to: self.moved_to.clone(),
            note: self.note.clone(),
            ..*self
        }
    }
}

#[cfg(test)]
pub(crate) mod serve;
#[cfg(test)]
mod tests;
