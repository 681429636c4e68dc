//! `check --links`: asks every link of an issue, politely and at most once a day, and keeps what came of it in
//! `cache/links.json`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};

use super::super::workspace::IssueFolder;
use super::super::{gather, runtime};
use super::Shell;
use crate::check::{Evidence, LinkSeen, links, read_page};
use crate::files;
use crate::http::{Fetched, Http};
use crate::model::Edition;

/// An answer is believed for so long.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Links asked at once; the client lets one request at a time through to a host.
const AT_ONCE: usize = 16;
/// Links of one issue that are asked: a real one has fewer than 200.
const LINKS_MAX: usize = 2_000;

/// What is known of links.
type Known = BTreeMap<String, LinkSeen>;

fn path(shell: &Shell) -> PathBuf {
    shell.config.root.join("cache/links.json")
}

/// What was asked before, however long ago. A cache that cannot be read is as good as none.
fn all(shell: &Shell) -> Known {
    let text = files::read_text_if_there(&path(shell)).ok().flatten();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// What was asked within a day.
pub(super) fn kept(shell: &Shell) -> Known {
    let mut known = all(shell);
    known.retain(|_, seen| is_fresh(seen, shell.now));
    known
}

/// Whether an answer still counts. One that only says that nobody could tell is asked again, and so is a page that
/// said once that it is gone.
fn is_fresh(seen: &LinkSeen, now: Timestamp) -> bool {
    seen.asked.is_some_and(|asked| asked <= now && now.duration_since(asked) < KEPT)
}

/// Asks the links of an issue that were not asked today.
pub(super) fn ask(folder: &IssueFolder<'_>, editions: &[Edition], shell: &Shell) -> Result<()> {
    let Some(issue) = folder.load_issue()? else { return Ok(()) };
    let newsletter = super::workspace::with_blocks_as_html(&shell.config.newsletter, &folder.id);
    let mut urls = links(&issue, editions, &newsletter, &Evidence::at(shell.now));
    urls.truncate(LINKS_MAX);
    let contact = newsletter.http.contact.as_deref().unwrap_or(&newsletter.organization.email);
    let proxy = newsletter.http.proxy.as_deref();
    let http = Http::new(&shell.config.root.join("cache"), contact, proxy, false)?;
    let before = all(shell);
    let bar = gather::progress(shell.report.is_quiet);
    bar.set_length(urls.len() as u64);
    let known = runtime()?.block_on(ask_all(&http, &urls, before, shell.now, false, &|| bar.inc(1)));
    bar.finish_and_clear();
    let n = urls.len();
    shell.report.line(&words!("links asked today: {n}", "liens interrogés aujourd'hui : {n}"));
    let text = serde_json::to_string_pretty(&known).expect("our data has string keys only");
    files::write_whole(&path(shell), text.as_bytes())?;
    Ok(())
}

/// Asks each address once, unless it was asked within a day.
async fn ask_all(
    http: &Http,
    urls: &[String],
    mut known: Known,
    now: Timestamp,
    allow_private: bool,
    progress: &dyn Fn(),
) -> Known {
    let is_settled = |seen: &LinkSeen| is_fresh(seen, now) && seen.gone != 1 && seen.status.is_some();
    let due: Vec<&String> = urls.iter().filter(|url| !known.get(*url).is_some_and(is_settled)).collect();
    let answers: Vec<(&String, LinkSeen)> = futures_util::stream::iter(due)
        .map(|url| async move {
            let fetched = http.get_found(url, allow_private).await;
            progress();
            (url, seen(fetched, now))
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    for (url, mut answer) in answers {
        if answer.gone > 0 {
            answer.gone += known.get(url).map_or(0, |before| before.gone);
        }
        known.insert(url.clone(), answer);
    }
    // What no issue links to any more is forgotten after a day.
    known.retain(|url, seen| urls.contains(url) || is_fresh(seen, now));
    known
}

/// What an answer tells of a link.
fn seen(fetched: Fetched, now: Timestamp) -> LinkSeen {
    let mut seen = LinkSeen {
        status: fetched.status,
        url: fetched.url,
        redirects: fetched.redirects,
        asked: Some(now),
        ..LinkSeen::default()
    };
    match fetched.outcome {
        Err(why) => seen.why = Some(why),
        Ok(body) => {
            seen.status = seen.status.filter(|status| *status != 304).or(Some(body.status));
            seen.bytes = Some(body.bytes.len() as u64);
            if body.content_type.as_deref().is_none_or(|kind| kind.contains("html")) {
                let page = read_page(&String::from_utf8_lossy(&body.bytes), &seen.url);
                seen.gone = u32::from(page.is_gone);
                seen.language = page.language;
                seen.peer = page.peer;
            }
            seen.content_type = body.content_type;
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::serve::Server;

    fn answer(head: &str) -> Vec<u8> {
        let path = head.split_whitespace().nth(1).unwrap_or("");
        let moved = |to: &str| {
            format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .into_bytes()
        };
        match path {
            "/ok" => Server::ok("text/html", b"<html lang=\"fr\"><title>Guide</title></html>"),
            "/soft" => Server::ok("text/html", b"<title>Page not found</title>"),
            "/file" => Server::ok("application/pdf", &[b'x'; 1000]),
            "/chain" => moved("/chain2"),
            "/chain2" => moved("/ok"),
            _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
        }
    }

    #[tokio::test]
    async fn each_link_is_asked_once_a_day_and_what_it_is_is_kept() {
        let server = Server::start(answer).await;
        let urls: Vec<String> =
            ["/ok", "/soft", "/file", "/chain", "/gone"].iter().map(|path| server.url(path)).collect();
        let folder = tempfile::tempdir().unwrap();
        let now: Timestamp = "2026-12-02T14:00:00Z".parse().unwrap();
        let ask = async |known: Known, now: Timestamp| {
            let http = Http::new(folder.path(), "info@example.ca", None, false).unwrap();
            ask_all(&http, &urls, known, now, true, &|| ()).await
        };
        let first = ask(Known::new(), now).await;
        let of = |known: &Known, path: &str| known[&server.url(path)].clone();
        assert_eq!((of(&first, "/ok").status, of(&first, "/ok").language.as_deref()), (Some(200), Some("fr")));
        assert_eq!((of(&first, "/chain").redirects, of(&first, "/chain").url), (2, server.url("/ok")));
        assert_eq!(
            (of(&first, "/file").bytes, of(&first, "/file").content_type.as_deref()),
            (Some(1000), Some("application/pdf"))
        );
        assert_eq!((of(&first, "/gone").status, of(&first, "/soft").gone), (Some(404), 1));
        let asked = server.requests();
        // Only the page that says once that it is gone is asked again, and then believed.
        let second = ask(first, now + SignedDuration::from_hours(1)).await;
        assert_eq!((server.requests() - asked, of(&second, "/soft").gone), (1, 2));
        let third = ask(second, now + SignedDuration::from_hours(30)).await;
        assert!(server.requests() - asked > 5, "a day later all are asked again");
        assert_eq!(third.len(), 5);
    }

    #[tokio::test]
    async fn nothing_is_asked_of_a_private_address() {
        let server = Server::start(answer).await;
        let folder = tempfile::tempdir().unwrap();
        let http = Http::new(folder.path(), "info@example.ca", None, false).unwrap();
        let now: Timestamp = "2026-12-02T14:00:00Z".parse().unwrap();
        let known = ask_all(&http, &[server.url("/ok")], Known::new(), now, false, &|| ()).await;
        assert_eq!((server.requests(), known[&server.url("/ok")].status), (0, None));
        assert!(known[&server.url("/ok")].why.is_some());
    }
}
