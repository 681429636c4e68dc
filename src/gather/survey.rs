//! A look at the sources without a harvest: which answer, what they hold, how fresh it is, and how many items find
//! their twin, by the same readers and pairing as [`super::gather`].

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Reading, pair, source};
use crate::http::Http;
use crate::model::{Lang, Texts, Words};

/// What one address of a source gave.
#[derive(Debug, Clone)]
pub struct Surveyed {
    /// The source's id.
    pub source: String,
    /// The language of the address.
    pub language: Lang,
    /// The address in `sources.toml`.
    pub url: String,
    /// Where it has moved for good.
    pub moved_to: Option<String>,
    /// Whether the server gave anything.
    pub answers: bool,
    /// What was read; the reason when it is no feed, or no page with the items that were looked for.
    pub items: Result<Held, Words>,
    /// Whether nobody was asked (`--offline`).
    pub skipped: bool,
    /// What a person may want to know, and need not act upon.
    pub notes: Vec<Words>,
}

/// What a feed or page holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// How many items.
    pub count: usize,
    /// The date of the newest; none: undated.
    pub newest: Option<Timestamp>,
    /// How many have a twin; none: the source is in one language, or is not to be paired.
    pub paired: Option<usize>,
}

/// Looks at every source, in the order of `sources.toml`. `reading.before` and `reading.kept` are best empty: then
/// only what the sources say now counts.
pub async fn survey(http: &Http, reading: &Reading<'_>) -> Vec<Surveyed> {
    let feeds = reading.sources.feeds.iter().map(|feed| (&feed.id, &feed.urls));
    let pages = reading.sources.pages.iter().map(|page| (&page.id, &page.urls));
    let urls: BTreeMap<&String, &Texts> = feeds.chain(pages).collect();
    let mut questions = pair::Questions::new(http);
    let mut all = Vec::new();
    for mut read in source::read_all(http, reading).await {
        // Pairing takes the items; what is said of them is asked first.
        let held: BTreeMap<Lang, (usize, Option<Timestamp>)> = read
            .items
            .iter()
            .map(|(lang, items)| (lang.clone(), (items.len(), items.iter().filter_map(|item| item.date).max())))
            .collect();
        let (groups, _) = pair::twins(&mut read, reading, &mut questions).await;
        for (language, url) in urls.get(&read.source.id).into_iter().copied().flatten() {
            // Asked again in the same run, the client says what it knows and fetches nothing. What is under no language
            // of the newsletter was not asked for at all.
            let fetched = if reading.newsletter.languages.contains(language) {
                Some(http.get(url, read.source.allow_private).await)
            } else {
                None
            };
            let silent = read.silent.iter().find(|silent| silent.language == *language);
            let items = match (held.get(language), silent) {
                (Some((count, newest)), _) => Ok(Held {
                    count: *count,
                    newest: *newest,
                    paired: (read.source.only.is_none() && held.len() > 1)
                        .then(|| groups.iter().filter(|g| g.items.len() > 1 && g.items.contains_key(language)).count()),
                }),
                (None, Some(silent)) => Err(Words { en: silent.reason.clone(), fr: silent.reason_fr.clone() }),
                (None, None) => Err(words!("it said nothing", "elle n'a rien dit")),
            };
            let notes = read.notes.iter().filter(|note| note.language.as_ref() == Some(language));
            all.push(Surveyed {
                source: read.source.id.clone(),
                language: language.clone(),
                url: url.clone(),
                moved_to: fetched.as_ref().and_then(|fetched| fetched.moved_to.clone()),
                answers: items.is_ok() || fetched.is_some_and(|fetched| fetched.outcome.is_ok()),
                items,
                skipped: silent.is_some_and(|silent| silent.skipped),
                notes: notes.map(|note| note.message.clone()).collect(),
            });
        }
    }
    all
}
