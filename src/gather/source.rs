//! Every feed and page of `sources.toml` to items per language: fetched side by side, read off the runtime's threads.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use tokio::sync::Semaphore;

use super::Reading;
use super::item::{Item, Items};
use super::{feed, page, zone};
use crate::http::{Body, Fetched, Http};
use crate::model::{Feed, Finding, Lang, Newsletter, Page, PairBy, Place, Severity, Silent, Words};

/// Addresses in work at once; `Http` has its own limits on requests, these are bodies in memory.
const IN_WORK_MAX: usize = 4;
/// Bodies that are read at once: each reader has memory of its own, and a small server has two cores.
const READERS_MAX: usize = 2;
static READERS: Semaphore = Semaphore::const_new(READERS_MAX);

/// Pages of a list that are read when `pages` does not say: a month of news fits on two or three.
const PAGES: usize = 3;
/// Pages of a list at most: one host is asked for one at a time, and more are an archive.
const PAGES_MAX: usize = 10;

/// What feeds and pages have in common.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) section: Option<String>,
    pub(super) pair: PairBy,
    pub(super) keep: Vec<String>,
    pub(super) drop: Vec<String>,
    pub(super) max: Option<usize>,
    pub(super) max_age_days: Option<u32>,
    pub(super) only: Option<Lang>,
    pub(super) organization: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) allow_private: bool,
    urls: BTreeMap<Lang, String>,
    page: Option<Page>,
}

/// What became of a source.
pub(super) struct Read {
    pub(super) source: Source,
    pub(super) items: BTreeMap<Lang, Vec<Item>>,
    pub(super) silent: Vec<Silent>,
    pub(super) notes: Vec<Finding>,
}

impl From<&Feed> for Source {
    fn from(feed: &Feed) -> Self {
        let feed = feed.clone();
        Self {
            id: feed.id,
            section: feed.section,
            pair: feed.pair,
            keep: feed.keep,
            drop: feed.drop,
            max: feed.max,
            max_age_days: feed.max_age_days,
            only: feed.only,
            organization: feed.organization,
            reason: feed.reason,
            allow_private: feed.allow_private,
            urls: feed.urls,
            page: None,
        }
    }
}

impl From<&Page> for Source {
    fn from(page: &Page) -> Self {
        let own = page.clone();
        Self {
            id: own.id,
            section: own.section,
            pair: own.pair,
            keep: own.keep,
            drop: own.drop,
            max: own.max,
            max_age_days: own.max_age_days,
            only: own.only,
            organization: own.organization,
            reason: own.reason,
            allow_private: own.allow_private,
            urls: own.urls,
            page: Some(page.clone()),
        }
    }
}

/// Reads all sources, in the order of `sources.toml`.
pub(super) async fn read_all(http: &Http, reading: &Reading<'_>) -> Vec<Read> {
    let sources: Vec<Source> =
        reading.sources.feeds.iter().map(Source::from).chain(reading.sources.pages.iter().map(Source::from)).collect();
    let jobs: Vec<(usize, Lang, String)> = sources
        .iter()
        .enumerate()
        .flat_map(|(at, source)| source.urls.iter().map(move |(lang, url)| (at, lang.clone(), url.clone())))
        .collect();
    let all = jobs.len();
    let mut done = 0;
    let mut answers = BTreeMap::new();
    let mut work = futures_util::stream::iter(jobs)
        .map(|(at, lang, url)| {
            let source = &sources[at];
            async move {
                let answer = read_one(http, source, &lang, &url, reading.newsletter).await;
                (at, lang, answer)
            }
        })
        .buffer_unordered(IN_WORK_MAX);
    while let Some((at, lang, answer)) = work.next().await {
        done += 1;
        (reading.progress)(&sources[at].id, done, all);
        answers.insert((at, lang), answer);
    }
    drop(work);
    let mut reads: Vec<Read> = sources
        .into_iter()
        .map(|source| Read { source, items: BTreeMap::new(), silent: Vec::new(), notes: Vec::new() })
        .collect();
    for ((at, lang), answer) in answers {
        let read = &mut reads[at];
        if let Some(to) = answer.moved_to {
            let id = &read.source.id;
            read.notes.push(note(
                &lang,
                words!("source `{id}` has moved to {to}", "la source `{id}` a déménagé à {to}"),
                words!("write the new address in `sources.toml`", "inscrivez la nouvelle adresse dans `sources.toml`"),
            ));
        }
        match answer.items {
            Ok(items) => {
                for words in items.notes {
                    let (id, Words { en, fr }) = (&read.source.id, words);
                    read.notes.push(note(
                        &lang,
                        words!("source `{id}`: {en}", "source `{id}`\u{a0}: {fr}"),
                        words!("nothing to do, unless it lasts", "rien à faire, à moins que cela ne dure"),
                    ));
                }
                read.items.insert(lang, items.items);
            }
            Err(why) => read.silent.push(Silent {
                source: read.source.id.clone(),
                language: lang,
                reason: why.en,
                reason_fr: why.fr,
                skipped: answer.skipped,
            }),
        }
    }
    reads
}

struct Answer {
    items: Result<Items, Words>,
    moved_to: Option<String>,
    skipped: bool,
}

async fn read_one(http: &Http, source: &Source, lang: &Lang, url: &str, newsletter: &Newsletter) -> Answer {
    if !newsletter.languages.contains(lang) {
        let key = lang.as_str();
        let why = words!(
            "`{key}` is neither a field of a source nor a language of the newsletter",
            "`{key}` n'est ni un champ d'une source ni une langue de l'infolettre"
        );
        return Answer { items: Err(why), moved_to: None, skipped: false };
    }
    let fetched = http.get(url, source.allow_private).await;
    let (moved_to, note) = (fetched.moved_to.clone(), fetched.note.clone());
    let is_silent = fetched.outcome.is_err();
    let mut items = if let Some(page) = &source.page {
        leaves(http, source, page, fetched, newsletter).await
    } else {
        let local = zone(newsletter);
        parsed(fetched, move |body, url| feed::read(&body, &url, &local)).await
    };
    if moved_to.is_some() && !is_silent && items.is_err() {
        // What stands at the new address is no feed: a guest network, or a mistake. The old one is asked again.
        http.forget(url);
    }
    if let Ok(items) = &mut items {
        items.notes.extend(note);
    }
    // Offline an error can only mean that nothing was kept, or an address that is not one.
    Answer { items, moved_to, skipped: http.is_offline() && is_silent }
}

/// Reads a body off the runtime's threads.
async fn parsed<T: Send + 'static>(
    fetched: Fetched,
    read: impl FnOnce(Body, String) -> Result<T, Words> + Send + 'static,
) -> Result<T, Words> {
    let Fetched { url, outcome, .. } = fetched;
    let body = outcome?;
    // The semaphore is never closed, so the turn comes.
    let _turn = READERS.acquire().await;
    let task = tokio::task::spawn_blocking(move || read(body, url));
    // A task fails when it panics: the parsers are other people's.
    task.await.unwrap_or_else(|_| Err(words!("its text made a reader fail", "son texte a fait échouer un lecteur")))
}

/// The pages of a list, from the first, which must be good, to where it ends or to the limit.
async fn leaves(
    http: &Http,
    source: &Source,
    page: &Page,
    first: Fetched,
    newsletter: &Newsletter,
) -> Result<Items, Words> {
    let read = |fetched: Fetched| {
        let (page, local) = (page.clone(), zone(newsletter));
        parsed(fetched, move |body, url| page::read(&page, &body, &url, &local))
    };
    let mut asked: BTreeSet<String> = [first.url.clone()].into();
    let page::Leaf { mut items, mut next } = read(first).await?;
    let pages = page.pages.unwrap_or(if page.next.is_some() { PAGES } else { 1 });
    if pages > PAGES_MAX {
        items.notes.push(words!(
            "`pages` is {pages}, of which the first {PAGES_MAX} are read",
            "`pages` vaut {pages}, dont les {PAGES_MAX} premières sont lues"
        ));
    }
    for n in 2..=pages.min(PAGES_MAX) {
        // A last page that names itself as the next ends the list.
        let Some(url) = next.filter(|url| asked.insert(url.clone())) else { break };
        match read(http.get_found(&url, source.allow_private).await).await {
            Ok(leaf) => {
                items.items.extend(leaf.items.items);
                next = leaf.next;
            }
            Err(Words { en, fr }) => {
                items.notes.push(words!("page {n} of the list: {en}", "page {n} de la liste\u{a0}: {fr}"));
                break;
            }
        }
    }
    Ok(items)
}

fn note(lang: &Lang, message: Words, hint: Words) -> Finding {
    Finding {
        rule: "FEED".to_owned(),
        severity: Severity::Info,
        language: Some(lang.clone()),
        place: Place::File { file: "sources.toml".to_owned(), line: 0, column: 0 },
        excerpt: String::new(),
        message,
        hint,
        waived: None,
    }
}
