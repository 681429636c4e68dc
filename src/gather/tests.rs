//! A whole harvest, from sources and files, once and once more.

use std::collections::BTreeMap;

use super::story::tests::{newsletter, now};
use super::*;
use crate::http::serve::Server;
use crate::model::{Lang, Origin, PairHow};

/// A folder with a newsletter's cache and stories.
struct Place {
    folder: tempfile::TempDir,
    sources: Sources,
    newsletter: Newsletter,
}

impl Place {
    fn new(sources: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            sources: toml_edit::de::from_str(sources).unwrap(),
            newsletter: newsletter(),
        }
    }

    async fn gather(
        &self,
        offline: bool,
        before: Option<&Harvest>,
        kept: &[&StoryId],
        refresh: &[&StoryId],
    ) -> Harvest {
        let http = Http::new(&self.folder.path().join("cache"), "https://example.ca/", None, offline).unwrap();
        let ids = |ids: &[&StoryId]| ids.iter().map(|id| (*id).clone()).collect::<BTreeSet<_>>();
        let (kept, refresh) = (ids(kept), ids(refresh));
        let reading = Reading {
            sources: &self.sources,
            newsletter: &self.newsletter,
            root: self.folder.path(),
            before,
            kept: &kept,
            refresh: &refresh,
            now: now(),
            send_at: "2026-12-09T15:00:00Z".parse().unwrap(),
            progress: &|_, _, _| {},
        };
        gather(&http, &reading).await.unwrap()
    }
}

fn entry(title: &str, url: &str, updated: &str) -> String {
    format!("<entry><title>{title}</title><id>{url}</id><link href=\"{url}\"/><updated>{updated}</updated></entry>")
}

fn atom(entries: &[String]) -> Vec<u8> {
    let all = entries.concat();
    Server::ok("application/atom+xml", format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{all}</feed>").as_bytes())
}

fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap()
}

const EN: &str = "https://www.example.ca/en/news/2026/11/new-park-in-yukon.html?utm_source=feed#top";
const FR: &str = "https://www.example.ca/fr/nouvelles/2026/11/nouveau-parc-au-yukon.html";

fn two_feeds(request: &str) -> Vec<u8> {
    match path(request) {
        "/en" => atom(&[
            entry("A new park in Yukon", EN, "2026-11-20T10:00:00-05:00"),
            entry("Far too old", "https://www.example.ca/old", "2026-01-01T10:00:00Z"),
            entry("Alone in English", "https://www.example.ca/en/alone", "2026-11-19T10:00:00Z"),
        ]),
        "/fr" => atom(&[entry("Un nouveau parc au Yukon", FR, "2026-11-20T10:03:00-05:00")]),
        _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    }
}

fn sources(server: &Server, more: &str) -> String {
    let (en, fr) = (server.url("/en"), server.url("/fr"));
    format!(
        "[[feed]]\nid = \"park\"\nsection = \"learning\"\nallow_private = true\nen = \"{en}\"\nfr = \"{fr}\"\n{more}"
    )
}

#[tokio::test]
async fn twins_become_one_story_and_a_second_run_changes_nothing() {
    let server = Server::start(two_feeds).await;
    let place = Place::new(&sources(&server, ""));
    let first = place.gather(false, None, &[], &[]).await;
    assert_eq!(first.stories.len(), 2, "{:?}", first.stories);
    assert_eq!((first.silent.len(), first.problems.len()), (0, 0));
    let park = first.stories.iter().find(|story| story.texts.len() == 2).unwrap();
    assert_eq!(park.id, StoryId::from_url("park", "https://www.example.ca/en/news/2026/11/new-park-in-yukon.html"));
    assert_eq!(park.section.as_deref(), Some("learning"));
    assert_eq!(park.pair.as_ref().unwrap().how, PairHow::Score);
    assert_eq!(park.published.unwrap().to_string(), "2026-11-20T15:00:00Z");
    assert_eq!(park.texts[&Lang::new("fr")].url.as_deref(), Some(FR));
    let bytes = |harvest: &Harvest| serde_json::to_string(harvest).unwrap();
    let second = place.gather(false, Some(&first), &[], &[]).await;
    assert_eq!(bytes(&first), bytes(&second));
    let offline = place.gather(true, Some(&second), &[], &[]).await;
    assert_eq!(bytes(&first), bytes(&offline));
}

#[tokio::test]
async fn a_source_that_fails_is_silent_with_its_reason_and_the_rest_goes_on() {
    let server = Server::start(|request| match path(request) {
        "/html" => Server::ok("text/html", b"<!DOCTYPE html><html><body>Not Found</body></html>"),
        _ => two_feeds(request),
    })
    .await;
    let more = format!(
        "[[feed]]\nid = \"gone\"\nallow_private = true\nen = \"{}\"\n[[feed]]\nid = \"html\"\nallow_private = true\nen = \"{}\"\n[[feed]]\nid = \"inside\"\nen = \"http://127.0.0.1/\"\n[[feed]]\nid = \"odd\"\nallow_private = true\nde = \"{}\"",
        server.url("/gone"),
        server.url("/html"),
        server.url("/en"),
    );
    let place = Place::new(&sources(&server, &more));
    let harvest = place.gather(false, None, &[], &[]).await;
    assert_eq!(harvest.stories.len(), 2);
    let why: BTreeMap<&str, (&str, &str)> =
        harvest.silent.iter().map(|s| (s.source.as_str(), (s.reason.as_str(), s.reason_fr.as_str()))).collect();
    assert_eq!(why["gone"].0, "the page is not there (404)");
    assert_eq!(why["html"].1, "une page HTML, pas un fil");
    assert!(why["inside"].0.contains("private network"));
    assert!(why["odd"].0.contains("nor a language"));
    assert!(harvest.silent.iter().all(|silent| !silent.skipped));
    // The sources have gone silent: what they said for this issue is remembered.
    let nowhere = Place::new(&sources(&server, "").replace("/en\"", "/404\"").replace("/fr\"", "/404\""));
    let later = nowhere.gather(false, Some(&harvest), &[], &[]).await;
    assert_eq!((later.stories.len(), later.silent.len()), (2, 2));
    let offline = Place::new(&sources(&server, "")).gather(true, None, &[], &[]).await;
    assert!(offline.silent.iter().all(|silent| silent.skipped) && offline.silent.len() == 2);
}

#[tokio::test]
async fn a_picked_story_keeps_its_text_until_the_editor_takes_the_newer() {
    let changed = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = std::sync::Arc::clone(&changed);
    let server = Server::start(move |request| match (path(request), seen.load(std::sync::atomic::Ordering::SeqCst)) {
        ("/en", true) => atom(&[entry("A larger park in Yukon", EN, "2026-11-21T10:00:00Z")]),
        _ => two_feeds(request),
    })
    .await;
    let place = Place::new(&sources(&server, ""));
    let first = place.gather(false, None, &[], &[]).await;
    let park = first.stories.iter().find(|story| story.texts.len() == 2).unwrap().clone();
    changed.store(true, std::sync::atomic::Ordering::SeqCst);
    let title = |harvest: &Harvest| {
        let story = harvest.stories.iter().find(|story| story.id == park.id).unwrap().clone();
        let newer = story.newer.get(&Lang::new("en")).map(|text| text.title.clone());
        assert_eq!(story.published, park.published, "the first date counts");
        (story.texts[&Lang::new("en")].title.clone(), newer)
    };
    let kept = place.gather(false, Some(&first), &[&park.id], &[]).await;
    assert_eq!(title(&kept), ("A new park in Yukon".into(), Some("A larger park in Yukon".into())));
    let again = place.gather(true, Some(&kept), &[&park.id], &[]).await;
    assert_eq!(title(&again), title(&kept));
    let taken = place.gather(false, Some(&kept), &[&park.id], &[&park.id]).await;
    assert_eq!(title(&taken), ("A larger park in Yukon".into(), None));
    let unpicked = place.gather(false, Some(&first), &[], &[]).await;
    assert_eq!(title(&unpicked), ("A larger park in Yukon".into(), None));
    // `Alone in English` has left the feed, not the issue.
    assert_eq!(kept.stories.len(), 2);
}

#[tokio::test]
async fn the_same_page_by_two_feeds_and_a_contributor_is_one_story() {
    let server = Server::start(two_feeds).await;
    let again = sources(&server, "").replace("\"park\"", "\"again\"");
    let place = Place::new(&(sources(&server, "") + "\n" + &again));
    let harvest = place.gather(false, None, &[], &[]).await;
    assert_eq!(harvest.stories.len(), 2);
    std::fs::create_dir(place.folder.path().join("stories")).unwrap();
    let story = format!("---\ntitle: Our park\nlink: {FR}\n---\nText in English about our park.\n");
    std::fs::write(place.folder.path().join("stories/park.md"), story).unwrap();
    let harvest = place.gather(false, None, &[], &[]).await;
    let ids: Vec<&str> = harvest.stories.iter().map(|story| story.id.as_str()).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
    assert!(matches!(harvest.stories[0].origin, Origin::File { .. }));
}

#[tokio::test]
async fn rules_of_a_source_choose_its_stories() {
    let server = Server::start(two_feeds).await;
    for (rule, n) in [
        ("keep = [\"parc\"]", 1),
        ("drop = [\"Yukon\"]", 1),
        ("max = 1", 1),
        ("max_age_days = 400", 3),
        ("pair = \"none\"", 3),
        ("pair = \"date\"", 2),
        ("max_age_days = 1", 0),
    ] {
        let place = Place::new(&sources(&server, rule));
        let harvest = place.gather(false, None, &[], &[]).await;
        assert_eq!(harvest.stories.len(), n, "{rule}");
    }
}

#[tokio::test]
async fn a_page_names_its_peer_and_the_score_decides_where_it_does_not() {
    let server = Server::start(|request| match path(request) {
        "/en" => atom(&[
            entry("One thing", "/en/one.html", "2026-11-20T10:00:00Z"),
            entry("Alpha beta", "/en/two.html", "2026-11-20T10:00:00Z"),
        ]),
        "/fr" => atom(&[
            entry("Rien de pareil", "/fr/un.html", "2026-11-18T10:00:00Z"),
            entry("Alpha beta", "/fr/deux.html", "2026-11-20T10:00:00Z"),
        ]),
        "/en/one/_jcr_content.json" => {
            Server::ok("application/json", b"{\"gcAltLanguagePeer\":\"/content/canadasite/fr/un\"}")
        }
        _ => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
    })
    .await;
    let place = Place::new(&sources(&server, "pair = \"peer\""));
    let harvest = place.gather(false, None, &[], &[]).await;
    let how: Vec<PairHow> =
        harvest.stories.iter().filter_map(|story| story.pair.as_ref()).map(|pair| pair.how).collect();
    assert_eq!((harvest.stories.len(), how.len()), (2, 2), "{:?}", harvest.stories);
    assert!(how.contains(&PairHow::Peer) && how.contains(&PairHow::Score));
    // Twins that are known are not asked for again.
    let before = server.requests();
    place.gather(false, Some(&harvest), &[], &[]).await;
    assert_eq!(server.requests() - before, 2);
}

#[tokio::test]
async fn real_federal_twins_from_a_server_are_paired_and_stay_so() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/gc-news-pairs");
    if !root.exists() {
        eprintln!("skipped: gc-news-pairs is not here");
        return;
    }
    let server = Server::start(move |request| {
        let lang = path(request).trim_start_matches('/');
        Server::ok("application/atom+xml", &std::fs::read(root.join(format!("parks-canada.{lang}.atom.xml"))).unwrap())
    })
    .await;
    let place = Place::new(&sources(&server, "max_age_days = 2000"));
    let first = place.gather(false, None, &[], &[]).await;
    let paired = first.stories.iter().filter(|story| story.pair.is_some()).count();
    assert!(paired >= 89, "{paired}");
    assert!(first.stories.iter().all(|story| story.published.is_some_and(|at| at <= now())));
    let second = place.gather(false, Some(&first), &[], &[]).await;
    assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap());
}

#[tokio::test]
async fn a_list_is_read_page_by_page_to_its_end_or_the_limit() {
    let server = Server::start(|request| {
        let n: usize = path(request).trim_start_matches("/list/").parse().unwrap();
        let next = if n < 4 { n + 1 } else { n };
        let page = format!(
            "<article><h2>News number {n} of the office</h2><a href='/n/{n}'>x</a><time>2026-11-2{n}</time></article>\
             <a class=next href='/list/{next}'>next</a>"
        );
        Server::ok("text/html", page.as_bytes())
    })
    .await;
    let url = server.url("/list/1");
    for (rule, expected) in [
        ("", 1),
        ("next = \"a.next@href\"", 3),
        ("next = \"a.next@href\"\npages = 2", 2),
        ("next = \"a.next@href\"\npages = 12", 4),
    ] {
        let before = server.requests();
        let place = Place::new(&format!(
            "[[page]]\nid = \"list\"\nen = \"{url}\"\nitem = \"article\"\ntitle = \"h2\"\ndate = \"time\"\nallow_private = true\n{rule}"
        ));
        let harvest = place.gather(false, None, &[], &[]).await;
        assert_eq!(harvest.stories.len(), expected, "{rule}");
        assert_eq!(server.requests() - before, expected);
        assert_eq!(harvest.problems.len(), usize::from(rule.contains("12")), "{:?}", harvest.problems);
    }
}

#[tokio::test]
async fn what_has_moved_to_a_place_without_a_feed_is_forgotten() {
    let server = Server::start(|request| match path(request) {
        "/en" => b"HTTP/1.1 301 Moved\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n".to_vec(),
        "/fr" => b"HTTP/1.1 301 Moved\r\nlocation: /fil\r\ncontent-length: 0\r\n\r\n".to_vec(),
        "/login" => Server::ok("text/html", b"<html><body>Please log in</body></html>"),
        _ => atom(&[entry("Un nouveau parc au Yukon", FR, "2026-11-20T10:03:00-05:00")]),
    })
    .await;
    let place = Place::new(&sources(&server, ""));
    for requests in [4, 3] {
        let before = server.requests();
        let harvest = place.gather(false, None, &[], &[]).await;
        // The good move is remembered and said; the other is asked from its beginning.
        assert_eq!(server.requests() - before, requests);
        let moved = |path: &str| harvest.problems.iter().any(|problem| problem.message.en.ends_with(path));
        assert!(moved("/fil"), "{:?}", harvest.problems);
        assert_eq!((harvest.stories.len(), harvest.silent.len()), (1, 1));
    }
}

fn guided(title: &str, url: &str, guid: &str, summary: &str) -> String {
    format!(
        "<entry><title>{title}</title><id>{guid}</id><link href=\"{url}\"/><published>2026-11-20T10:00:00-05:00</published>\
         <summary>{summary}</summary></entry>"
    )
}

#[tokio::test]
async fn an_announcement_of_several_departments_is_one_story_and_the_others_are_named() {
    let title = "Government of Canada protects more land near Old Crow";
    let server = Server::start(move |request| match path(request) {
        "/a" => atom(&[
            guided(title, "https://a.example/1", "1", ""),
            guided(
                "Public itinerary for the Minister",
                "https://a.example/2",
                "2",
                "Ottawa: the Minister meets farmers, growers, students and veterans before noon",
            ),
        ]),
        _ => atom(&[
            guided(title, "https://b.example/9", "9", ""),
            guided(
                "Public itinerary for the Minister",
                "https://b.example/8",
                "8",
                "Halifax: tour of a shipyard, then dinner with fishing families at the harbour hall",
            ),
            guided("Government of Canada protects more land near Inuvik", "https://b.example/7", "7", ""),
        ]),
    })
    .await;
    let place = Place::new(&format!(
        "[[feed]]\nid = \"first\"\nallow_private = true\nen = \"{}\"\n[[feed]]\nid = \"second\"\nallow_private = true\nen = \"{}\"",
        server.url("/a"),
        server.url("/b")
    ));
    let harvest = place.gather(false, None, &[], &[]).await;
    assert_eq!(harvest.stories.len(), 4, "{:?}", harvest.stories);
    let said: Vec<&str> = harvest.problems.iter().map(|problem| problem.message.en.as_str()).collect();
    assert_eq!(said, ["sources `first` and `second` announce the same: it is shown once, as `first` has it"]);
    let again = place.gather(false, Some(&harvest), &[], &[]).await;
    assert_eq!(harvest, again);
}

#[tokio::test]
async fn a_story_keeps_its_id_when_its_guid_or_the_spelling_of_its_address_changes() {
    let second = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_second = std::sync::Arc::clone(&second);
    let server = Server::start(move |_| {
        if is_second.load(std::sync::atomic::Ordering::SeqCst) {
            let wrapped = "https://can01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.a.example%2Fone%3Futm_source%3Dx&amp;data=1";
            return atom(&[guided("One", wrapped, "new", ""), guided("Two", "https://a.example/two/#top", "n", "")]);
        }
        atom(&[guided("One", "http://a.example/one/", "old", ""), guided("Two", "http://www.a.example/two", "o", "")])
    })
    .await;
    let url = server.url("/");
    let place = Place::new(&format!("[[feed]]\nid = \"a\"\nallow_private = true\nen = \"{url}\""));
    let first = place.gather(false, None, &[], &[]).await;
    second.store(true, std::sync::atomic::Ordering::SeqCst);
    let later = place.gather(false, Some(&first), &[], &[]).await;
    let ids = |harvest: &Harvest| harvest.stories.iter().map(|story| story.id.clone()).collect::<Vec<_>>();
    assert_eq!((ids(&first), first.stories.len()), (ids(&later), 2));
}
