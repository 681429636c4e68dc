//! The pages that the public sees: subscribe, confirm, change, leave, and the archive. It stands apart because strangers
//! reach it: GET changes nothing (DESIGN rule 6), every change is on the disk before its page says so, and every link comes
//! from the configuration. How bytes come and go is in `listen`.

mod answer;
mod count;
mod files;
mod frame;
mod limits;
mod page;
mod post;
mod public;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, anyhow};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::http::request::Parts as Head;
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use axum::routing::any;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::{Notify, Semaphore};
use url::Url;

pub use post::post;

use answer::Answer;
use count::{Count, Counts};
use frame::{Place, STYLE};
use limits::{Limit, Limits};
use page::Plain;

use super::form::Form;
use super::listen::Peer;
use crate::compose::Templates;
use crate::ledger::Ledger;
use crate::mail::Mailer;
use crate::model::{Digest, Newsletter, PublicPage};
use crate::send::dkim::Key;
use crate::send::{Clock, Secrets};

/// A form's body. The largest of ours, with the longest address, is under 1 KiB; mail programs add little.
const BODY_BYTES_MAX: usize = 16 * 1024;
/// Fields of one form; the largest of ours has four.
const FIELDS_MAX: usize = 32;
/// How long a body may take.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a page waits for the ledger: another program may hold it, and a person does not wait longer.
const LEDGER_WAIT: Duration = Duration::from_secs(5);
/// Changes on their way to the ledger, far fewer than its queue holds; more at once are told to come again.
const CHANGES_MAX: usize = 256;
/// When to come again to a ledger that was held, in seconds.
const BUSY_SECONDS: u32 = 60;

/// What the pages are made from.
pub struct Parts {
    /// The list.
    pub ledger: Ledger,
    /// The keys of links.
    pub secrets: Secrets,
    /// Whose pages they are.
    pub newsletter: Newsletter,
    /// Words and style.
    pub templates: Templates,
    /// The archive, if there is one.
    pub public: PathBuf,
    /// The way out of letters.
    pub mailer: Mailer,
    /// The keys with which letters are signed.
    pub keys: Vec<Key>,
    /// The clock.
    pub clock: Clock,
}

/// The pages.
pub struct Serve {
    ledger: Ledger,
    secrets: Secrets,
    newsletter: Newsletter,
    templates: Templates,
    public: PathBuf,
    mailer: Mailer,
    keys: Vec<Key>,
    clock: Clock,
    zone: TimeZone,
    /// What stands before every path, as the pages' address has it; empty for most.
    base: String,
    is_tls: bool,
    style: String,
    limits: Mutex<Limits>,
    changes: Semaphore,
    counts: Counts,
    /// Rings when a letter may be due, or somebody has left.
    post: Notify,
}

/// Why a page cannot be shown.
#[derive(Debug)]
enum Fault {
    NotFound,
    Closed,
    Gone,
    Bad,
    TooOften(Limit),
    TooLarge,
    TooSlow,
    Ledger(anyhow::Error),
}

impl Serve {
    /// Makes the pages. A word that a language lacks is found now.
    pub fn new(parts: Parts) -> Result<Arc<Self>> {
        let Parts { ledger, secrets, newsletter, templates, public, mailer, keys, clock } = parts;
        let url = newsletter.serve.url.as_deref().and_then(|url| Url::parse(url).ok());
        let serve = Self {
            zone: newsletter.schedule.zone().unwrap_or(TimeZone::UTC),
            base: url.as_ref().map_or_else(String::new, |url| url.path().trim_end_matches('/').to_owned()),
            is_tls: url.as_ref().is_some_and(|url| url.scheme() == "https"),
            limits: Mutex::new(Limits::new(newsletter.serve.letters_per_hour, clock())),
            changes: Semaphore::new(CHANGES_MAX),
            style: templates.page_style() + templates.form_style(),
            counts: Counts::default(),
            post: Notify::new(),
            ledger,
            secrets,
            newsletter,
            templates,
            public,
            mailer,
            keys,
            clock,
        };
        let args =
            ["title", "email", "domains", "example", "address", "date", "days", "unconfirmed", "authority", "office"]
                .map(|name| (name, "x"));
        for lang in &serve.newsletter.languages {
            for key in Templates::page_keys() {
                serve.templates.words(lang, key, &args)?;
            }
        }
        Ok(Arc::new(serve))
    }

    /// Every address that is answered.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/healthz", any(healthz))
            .route("/metrics", any(metrics))
            .fallback(any(answer))
            .with_state(Arc::clone(self))
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Whether a network may cause another letter.
    fn may_ask(&self, from: IpAddr) -> Result<(), Fault> {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.ask(from, self.now()).map_err(Fault::TooOften)
    }

    /// Changes the ledger, and comes back once the change is on the disk; a ledger that is held elsewhere is a fault.
    async fn change<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T, Fault> {
        let Ok(_permit) = self.changes.try_acquire() else {
            return Err(Fault::Ledger(anyhow!("too many changes at once")));
        };
        match tokio::time::timeout(LEDGER_WAIT, work).await {
            Ok(done) => done.map_err(Fault::Ledger),
            Err(_) => Err(Fault::Ledger(anyhow!("the ledger is held by another program"))),
        }
    }

    /// Looks into the ledger beside the thread that serves: a disk may be slow.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Ledger) -> Result<T> + Send + 'static,
    ) -> Result<T, Fault> {
        let ledger = self.ledger.clone();
        match tokio::time::timeout(LEDGER_WAIT, tokio::task::spawn_blocking(move || look(&ledger))).await {
            Ok(Ok(found)) => found.map_err(Fault::Ledger),
            Ok(Err(error)) => Err(Fault::Ledger(error.into())),
            Err(_) => Err(Fault::Ledger(anyhow!("the ledger is held by another program"))),
        }
    }

    /// Who asks: the other end, or whom a proxy names that the office says is there. Of several in the header the last
    /// was written by that proxy, the others by whoever asked.
    fn from(&self, headers: &HeaderMap, peer: Peer) -> IpAddr {
        let named = headers.get_all("x-forwarded-for").iter().next_back();
        let named = named.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        named.filter(|_| self.newsletter.serve.behind_proxy).unwrap_or_else(|| peer.0.ip())
    }

    /// The place that a path names; none: it is a file of the archive, or nothing.
    fn place(&self, path: &str) -> Option<(Place, PublicPage)> {
        let (lang, rest) = self.language(path);
        let lang = lang?;
        let (word, link) = rest.split_once('/').unwrap_or((rest, ""));
        let page = PublicPage::find(&lang, word)?;
        let link = link.trim_end_matches('/').to_owned();
        let is_persons = matches!(page, PublicPage::Confirm | PublicPage::Preferences | PublicPage::Leave);
        (is_persons || link.is_empty()).then_some((Place { lang, page: Some(page), link }, page))
    }

    /// The place of an error: in the language of its path, or the first.
    fn elsewhere(&self, path: &str) -> Place {
        let lang = self.language(path).0.unwrap_or_else(|| self.newsletter.languages[0].clone());
        let is_archive = self.public.join(format!("{lang}.html")).is_file();
        Place { lang, page: (!is_archive).then_some(PublicPage::Subscribe), link: String::new() }
    }

    async fn page(&self, request: Request, peer: Peer, path: &str) -> Result<Answer, Fault> {
        let (head, body) = request.into_parts();
        let Some((place, page)) = self.place(path) else { return self.file(&head, path).await };
        let content = match head.method {
            Method::GET | Method::HEAD => self.view(&place, page).await?,
            Method::POST => {
                let from = self.from(&head.headers, peer);
                let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
                let kind = kind.to_owned();
                let read = tokio::time::timeout(BODY_TIME_MAX, to_bytes(body, BODY_BYTES_MAX)).await;
                let body = read.map_err(|_| Fault::TooSlow)?.map_err(|_| Fault::TooLarge)?;
                let content = self.act(&place, page, (&Form::read(&kind, &body, FIELDS_MAX), from)).await?;
                self.counts.add(if content.is_wrong { Count::Refused } else { Count::Change });
                content
            }
            Method::OPTIONS => return Ok(Answer::allow(StatusCode::NO_CONTENT, "GET, HEAD, POST, OPTIONS")),
            _ => return Ok(Answer::allow(StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, POST, OPTIONS")),
        };
        let status = if content.is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        Ok(Answer::page(status, self.framed(&place, &content)))
    }

    /// The style sheet, or a file of the archive.
    async fn file(&self, head: &Head, path: &str) -> Result<Answer, Fault> {
        match head.method {
            Method::GET | Method::HEAD => {}
            Method::OPTIONS => return Ok(Answer::allow(StatusCode::NO_CONTENT, "GET, HEAD, OPTIONS")),
            _ => return Ok(Answer::allow(StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD, OPTIONS")),
        }
        let answer = if path == STYLE {
            Answer::text(StatusCode::OK, "text/css; charset=utf-8", self.style.clone().into_bytes())
        } else {
            let (public, asked) = (self.public.clone(), path.to_owned());
            let found = tokio::task::spawn_blocking(move || files::find(&public, &asked)).await;
            match found.ok().flatten() {
                Some(found) => Answer {
                    policy: files::policy(&found),
                    ..Answer::text(StatusCode::OK, found.media_type, found.bytes)
                },
                None if path == "/" => return Ok(self.front()),
                None => return Err(Fault::NotFound),
            }
        };
        let etag = format!("\"{}\"", Digest::of(&answer.body).short());
        let known = head.headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
        if known.is_some_and(|known| known.contains(&etag)) {
            let same = Answer { etag: Some(etag), is_kept: true, ..answer };
            return Ok(Answer { status: StatusCode::NOT_MODIFIED, body: Vec::new(), ..same });
        }
        Ok(Answer { etag: Some(etag), is_kept: true, ..answer })
    }

    /// The first page where there is no archive: the form, in the first language.
    fn front(&self) -> Answer {
        let place = Place {
            lang: self.newsletter.languages[0].clone(),
            page: Some(PublicPage::Subscribe),
            link: String::new(),
        };
        let (status, content) = if self.newsletter.serve.open {
            (StatusCode::OK, self.subscribe_form(&place, &[], "", place.lang.as_str()))
        } else {
            (StatusCode::NOT_FOUND, self.plain(&place, Plain::Closed))
        };
        Answer::page(status, self.framed(&place, &content))
    }

    fn fault(&self, fault: &Fault, path: &str) -> Answer {
        let (status, plain, retry_after) = match fault {
            Fault::NotFound => (StatusCode::NOT_FOUND, Plain::NotFound, None),
            Fault::Closed => (StatusCode::NOT_FOUND, Plain::Closed, None),
            Fault::Gone => (StatusCode::NOT_FOUND, Plain::Gone, None),
            Fault::Bad => (StatusCode::BAD_REQUEST, Plain::Bad, None),
            Fault::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, Plain::Bad, None),
            Fault::TooSlow => (StatusCode::REQUEST_TIMEOUT, Plain::Bad, None),
            Fault::TooOften(limit) => {
                if *limit == Limit::Breaker {
                    tracing::warn!("more requests to subscribe than `letters_per_hour` allows: the form rests");
                }
                let seconds = u32::try_from(limits::WINDOW.as_secs()).unwrap_or(u32::MAX);
                (StatusCode::TOO_MANY_REQUESTS, Plain::TooOften, Some(seconds))
            }
            Fault::Ledger(error) => {
                tracing::warn!("the ledger did not answer: {error:#}");
                (StatusCode::SERVICE_UNAVAILABLE, Plain::Busy, Some(BUSY_SECONDS))
            }
        };
        self.counts.add(if status.is_server_error() { Count::Fault } else { Count::Refused });
        let place = self.elsewhere(path);
        Answer { retry_after, ..Answer::page(status, self.framed(&place, &self.plain(&place, plain))) }
    }
}

async fn answer(State(serve): State<Arc<Serve>>, Extension(peer): Extension<Peer>, request: Request) -> Response<Body> {
    serve.counts.add(Count::Request);
    let path = request.uri().path();
    let path = path.strip_prefix(&serve.base).unwrap_or(path).to_owned();
    let answer = match serve.page(request, peer, &path).await {
        Ok(answer) => answer,
        Err(fault) => serve.fault(&fault, &path),
    };
    answer.into_response(serve.is_tls)
}

/// Whether the ledger answers: for whatever watches over the program.
async fn healthz(State(serve): State<Arc<Serve>>) -> Response<Body> {
    let (status, said) = match serve.look(|ledger| ledger.meta("secrets")).await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the ledger does not answer\n"),
    };
    Answer::text(status, "text/plain; charset=utf-8", said.into()).into_response(serve.is_tls)
}

/// Counts, for this machine alone: what a proxy asks for somebody else is not answered.
async fn metrics(
    State(serve): State<Arc<Serve>>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
) -> Response<Body> {
    let is_forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
    let said = if peer.ip().is_loopback() && !is_forwarded { serve.metrics().await } else { Err(Fault::NotFound) };
    let answer = match said {
        Ok(text) => Answer::text(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text.into_bytes()),
        Err(fault) => serve.fault(&fault, "/metrics"),
    };
    answer.into_response(serve.is_tls)
}
