//! One request with its limits: time, bytes, redirects followed by hand, conditional when something was kept.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::{self, HeaderMap, HeaderName};
use reqwest::{Response, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::kept::{Answer, Meta};
use super::{AT_ONCE_MAX, Body, Fetched, HOST_FAILURES_MAX, Host, Http, guard, robots};
use crate::model::Words;

/// An address that has not answered whole by then is slow for every reader of it.
const TOTAL_SECONDS_MAX: u64 = 15;
/// Without a byte for so long the server is gone.
const IDLE_SECONDS_MAX: u64 = 5;
/// A connection that takes longer is not made.
const CONNECT_SECONDS_MAX: u64 = 5;
/// After decompression: the largest feed of 200 federal ones is 1 MB, and a 1 MB bomb becomes 1 GiB.
const BODY_BYTES_MAX: usize = 5 * 1024 * 1024;
/// Real addresses redirect twice at most: http to https, then to the host's own spelling.
const REDIRECTS_MAX: usize = 3;

const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, \
                      text/xml;q=0.9, text/html;q=0.8, application/json;q=0.8, */*;q=0.5";

/// A client with the limits that reqwest itself can keep.
pub(super) fn client(contact: &str, proxy: Option<&str>) -> reqwest::Result<reqwest::ClientBuilder> {
    let contact: String = contact.chars().filter(|c| c.is_ascii_graphic() && !"()\\".contains(*c)).collect();
    let version = env!("CARGO_PKG_VERSION");
    let builder = reqwest::Client::builder()
        .user_agent(format!("cco-news/{version} (+{contact})"))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy() // The environment's proxy is never used (DESIGN 7); this also clears it.
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .read_timeout(Duration::from_secs(IDLE_SECONDS_MAX))
        .pool_max_idle_per_host(AT_ONCE_MAX);
    Ok(match proxy {
        Some(proxy) => builder.proxy(reqwest::Proxy::all(proxy)?),
        None => builder,
    })
}

/// How an address is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    /// Whether a private address may be asked; then no `robots.txt` is.
    pub(super) allow_private: bool,
    /// Whether a person wrote the address; otherwise the program found it.
    pub(super) named: bool,
    /// Whether it is a `robots.txt` itself.
    pub(super) is_robots: bool,
}

/// What one request came to.
enum Step {
    Redirect { to: Url, for_good: bool },
    Unchanged,
    Whole { meta: Box<Meta>, bytes: Vec<u8> },
}

/// A request that failed, with the status if there was one.
struct Failure {
    why: Words,
    status: Option<u16>,
}

impl From<Words> for Failure {
    fn from(why: Words) -> Self {
        Self { why, status: None }
    }
}

/// Fetches an address. One that has moved for good is asked where it went, and again at its own if that has failed: a
/// guest network moves everything for good.
pub(super) async fn fetch(http: &Http, asked: &Url, manners: Manners, kept: Option<Answer>) -> Fetched {
    let moved_to = kept.as_ref().and_then(|kept| kept.meta.moved_to.as_deref());
    if let Some(moved_to) = moved_to.and_then(|to| guard::parse(to, manners.allow_private).ok()) {
        let way = Way { asked, url: moved_to.clone(), moved_to: Some(moved_to.to_string()) };
        let there = follow(http, way, manners, kept.clone()).await;
        if there.outcome.is_ok() {
            return there;
        }
    }
    follow(http, Way { asked, url: asked.clone(), moved_to: None }, manners, kept).await
}

/// From the address that was asked to the one that answers.
struct Way<'a> {
    asked: &'a Url,
    url: Url,
    moved_to: Option<String>,
}

/// Follows redirects. Waiting for one's turn does not count against the time.
async fn follow(http: &Http, mut way: Way<'_>, manners: Manners, kept: Option<Answer>) -> Fetched {
    let mut left = Duration::from_secs(TOTAL_SECONDS_MAX);
    let mut only_moved = true;
    let mut note = None;
    let mut redirects = 0;
    for _ in 0..=REDIRECTS_MAX {
        if !manners.is_robots && !manners.allow_private {
            match robots::ask(http, &way.url, manners.named).await {
                Ok(said) => note = note.or(said),
                Err(why) => return way.failed(why.into()),
            }
        }
        let host = http.host(&way.url);
        // Neither semaphore is ever closed, so both turns come.
        let turn = host.turn.acquire().await;
        let slot = http.at_once.acquire().await;
        if host.failures.load(Ordering::Relaxed) >= HOST_FAILURES_MAX {
            let why = no_answer(&way.url);
            return way.failed(why.into());
        }
        let began = Instant::now();
        let step = match tokio::time::timeout(left, step(http, &way.url, manners, kept.as_ref(), &host)).await {
            Ok(step) => step,
            Err(_) => Err(too_slow().into()),
        };
        left = left.saturating_sub(began.elapsed());
        match step {
            Ok(Step::Redirect { to, for_good }) => {
                only_moved &= for_good;
                if only_moved {
                    way.moved_to = Some(to.to_string());
                }
                way.url = to;
                redirects += 1;
            }
            Ok(Step::Unchanged) => return Fetched { note, redirects, ..unchanged(http, way, kept) },
            Ok(Step::Whole { meta, bytes }) => {
                // The next may ask while this one is kept.
                drop((turn, slot));
                return Fetched { note, redirects, ..whole(http, way, *meta, bytes).await };
            }
            Err(failure) => return way.failed(failure),
        }
    }
    let why = words!("it redirects more than {REDIRECTS_MAX} times", "l'adresse redirige plus de {REDIRECTS_MAX} fois");
    way.failed(why.into())
}

impl Way<'_> {
    fn failed(self, failure: Failure) -> Fetched {
        let Self { url, moved_to, .. } = self;
        Fetched { moved_to, status: failure.status, ..Fetched::failed(url.as_str(), failure.why) }
    }
}

fn unchanged(http: &Http, way: Way<'_>, kept: Option<Answer>) -> Fetched {
    let status = StatusCode::NOT_MODIFIED;
    let Some(mut kept) = kept else {
        return way.failed(Failure { why: status_words(status, None), status: Some(status.as_u16()) });
    };
    if kept.meta.moved_to != way.moved_to {
        kept.meta.moved_to.clone_from(&way.moved_to);
        http.kept.write(&kept.meta, &kept.bytes);
    }
    Fetched { moved_to: way.moved_to, status: Some(status.as_u16()), ..kept.fetched() }
}

/// Keeps the body, off the runtime's thread: its digest and its file take as long as the request.
async fn whole(http: &Http, way: Way<'_>, meta: Meta, bytes: Vec<u8>) -> Fetched {
    let Way { asked, url, moved_to } = way;
    let meta = Meta { url: asked.to_string(), final_url: url.to_string(), moved_to: moved_to.clone(), ..meta };
    let status = Some(meta.status);
    let kept = Arc::clone(&http.kept);
    let keeping = tokio::task::spawn_blocking(move || {
        kept.write(&meta, &bytes);
        Body { bytes, content_type: meta.content_type, charset: meta.charset, status: meta.status }
    });
    // It fails only when the runtime ends before it began.
    let outcome = keeping.await.map_err(|_| words!("the program is ending", "le programme se termine"));
    Fetched { url: url.into(), outcome, moved_to, from_cache: false, status, note: None, redirects: 0 }
}

async fn step(http: &Http, url: &Url, manners: Manners, kept: Option<&Answer>, host: &Host) -> Result<Step, Failure> {
    let client = if manners.allow_private || http.proxied { &http.open } else { &http.guarded };
    let mut request = client.get(url.clone()).header(header::ACCEPT, ACCEPT);
    // The validators are those of the address that answered, which may be behind a redirect.
    if let Some(kept) = kept.filter(|kept| kept.meta.final_url == url.as_str()) {
        if let Some(etag) = &kept.meta.etag {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        if let Some(date) = &kept.meta.last_modified {
            request = request.header(header::IF_MODIFIED_SINCE, date);
        }
    }
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => {
            if error.is_connect() || error.is_timeout() {
                host.failures.fetch_add(1, Ordering::Relaxed);
            }
            return Err(why(&error, url).into());
        }
    };
    host.failures.store(0, Ordering::Relaxed);
    let status = response.status();
    let text = |name: HeaderName| text_of(response.headers(), &name);
    let failed = |later: Option<&str>| Failure { why: status_words(status, later), status: Some(status.as_u16()) };
    if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
        let to = text(header::LOCATION).and_then(|to| url.join(&to).ok());
        let Some(to) = to else { return Err(failed(None)) };
        let to = guard::parse(to.as_str(), manners.allow_private).map_err(|why| redirected(&why))?;
        let for_good = matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT);
        return Ok(Step::Redirect { to, for_good });
    }
    if status == StatusCode::NOT_MODIFIED {
        return Ok(Step::Unchanged);
    }
    if !status.is_success() {
        return Err(failed(text(header::RETRY_AFTER).as_deref()));
    }
    let (content_type, charset) = media_type(text(header::CONTENT_TYPE).as_deref());
    let meta = Box::new(Meta {
        status: status.as_u16(),
        etag: text(header::ETAG),
        last_modified: text(header::LAST_MODIFIED),
        content_type,
        charset,
        ..Meta::default()
    });
    let bytes = body(response, url, manners.is_robots).await?;
    Ok(Step::Whole { meta, bytes })
}

/// Reads the body as it comes, counting what decompression makes of it.
async fn body(response: Response, url: &Url, is_robots: bool) -> Result<Vec<u8>, Words> {
    let mut bytes = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| why(&error, url))?;
        if is_robots && bytes.len() + chunk.len() > robots::BYTES_MAX {
            bytes.extend_from_slice(&chunk[..robots::BYTES_MAX - bytes.len()]);
            return Ok(bytes);
        }
        if bytes.len() + chunk.len() > BODY_BYTES_MAX {
            let mib = BODY_BYTES_MAX / 1024 / 1024;
            return Err(words!("it is larger than {mib} MB", "elle dépasse {mib} Mo"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    // A header over 1,000 bytes is no validator and no media type.
    headers.get(name)?.to_str().ok().map(str::to_owned).filter(|text| text.len() <= 1_000)
}

/// `text/xml; charset="utf-8"` in its two parts.
fn media_type(header: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(header) = header else { return (None, None) };
    let mut parts = header.split(';').map(str::trim);
    let kind = parts.next().filter(|kind| !kind.is_empty()).map(str::to_ascii_lowercase);
    let charset = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned());
    (kind, charset)
}

fn status_words(status: StatusCode, retry_after: Option<&str>) -> Words {
    let code = status.as_u16();
    match code {
        401 | 403 | 407 => words!("the server refuses access ({code})", "le serveur refuse l'accès ({code})"),
        404 | 410 => words!("the page is not there ({code})", "la page n'existe pas ({code})"),
        429 | 503 => match retry_after.and_then(later) {
            Some(Words { en, fr }) => {
                words!(
                    "the server is busy ({code}): try again {en}",
                    "le serveur est occupé ({code})\u{a0}: réessayez {fr}"
                )
            }
            None => words!(
                "the server is busy ({code}): try again later",
                "le serveur est occupé ({code})\u{a0}: réessayez plus tard"
            ),
        },
        500..=599 => words!("the server has a fault ({code})", "le serveur est en panne ({code})"),
        _ => words!("the server answered {code}", "le serveur a répondu {code}"),
    }
}

/// Retry-After is seconds or a date; anything else is not shown to a person.
fn later(retry_after: &str) -> Option<Words> {
    let text = retry_after.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        let minutes = seconds.div_ceil(60);
        return Some(words!("in {minutes} min", "dans {minutes} min"));
    }
    let when = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(words!("after {when}", "après {when}"))
}

fn redirected(why: &Words) -> Words {
    let Words { en, fr } = why;
    words!("it redirects, but {en}", "l'adresse redirige, mais {fr}")
}

fn too_slow() -> Words {
    words!(
        "it did not answer whole within {TOTAL_SECONDS_MAX} seconds",
        "aucune réponse complète en {TOTAL_SECONDS_MAX} secondes"
    )
}

fn no_answer(url: &Url) -> Words {
    let host = url.host_str().unwrap_or_default();
    words!("`{host}` does not answer", "`{host}` ne répond pas")
}

/// A failed request in a person's words; reqwest's own text would show addresses and its insides.
fn why(error: &reqwest::Error, url: &Url) -> Words {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<guard::OnlyPrivate>() {
            return guard::private();
        }
        if inner.is::<rustls::Error>() {
            return words!("its certificate is not trusted: {inner}", "son certificat n'est pas fiable\u{a0}: {inner}");
        }
        // An io::Error does not name its inner error as its source.
        if let Some(wrapped) = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)
            && let Some(tls) = wrapped.downcast_ref::<rustls::Error>()
        {
            return words!("its certificate is not trusted: {tls}", "son certificat n'est pas fiable\u{a0}: {tls}");
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return words!(
            "it did not answer within {IDLE_SECONDS_MAX} seconds",
            "aucune réponse en {IDLE_SECONDS_MAX} secondes"
        );
    }
    if error.is_connect() {
        return no_answer(url);
    }
    words!("the answer broke off or could not be read", "la réponse s'est interrompue ou est illisible")
}
