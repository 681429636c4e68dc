//! Fetching from a server on loopback: limits, manners, memory.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::http::serve::Server;

fn client(cache: &Path, offline: bool) -> Http {
    Http::new(cache, "https://example.ca/contact", None, offline).unwrap()
}

fn said(fetched: &Fetched) -> String {
    match &fetched.outcome {
        Ok(body) => String::from_utf8_lossy(&body.bytes).into_owned(),
        Err(why) => why.en.clone(),
    }
}

#[tokio::test]
async fn the_second_run_transfers_no_body_and_offline_reads_what_was_kept() {
    let server = Server::start(|request| {
        assert!(request.contains("user-agent: cco-news/"), "{request}");
        if request.contains("if-none-match: \"1\"") {
            return b"HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\ncontent-length: 0\r\n\r\n".to_vec();
        }
        b"HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-type: Text/XML; charset=\"UTF-8\"\r\ncontent-length: 4\r\n\r\nbody"
            .to_vec()
    })
    .await;
    let cache = tempfile::tempdir().unwrap();
    let url = server.url("/feed#part");
    let first = client(cache.path(), false).get(&url, true).await;
    assert_eq!(said(&first), "body");
    assert!(!first.from_cache);
    let body = first.outcome.unwrap();
    assert_eq!((body.content_type.as_deref(), body.charset.as_deref()), (Some("text/xml"), Some("UTF-8")));
    let second = client(cache.path(), false).get(&url, true).await;
    assert!(second.from_cache);
    assert_eq!(said(&second), "body");
    let offline = client(cache.path(), true);
    assert_eq!(said(&offline.get(&url, true).await), "body");
    assert!(said(&offline.get(&server.url("/other"), true).await).contains("nothing was kept from before"));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn an_address_is_asked_once_in_a_run() {
    let server = Server::start(|_| Server::ok("text/plain", b"one")).await;
    let cache = tempfile::tempdir().unwrap();
    let http = client(cache.path(), false);
    let url = server.url("/a");
    let (a, b) = tokio::join!(http.get(&url, true), http.get(&url, true));
    assert_eq!((said(&a), said(&b), said(&http.get(&url, true).await)), ("one".into(), "one".into(), "one".into()));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn redirects_are_followed_by_hand_and_a_move_is_reported() {
    let server = Server::start(|request| {
        let to = |status: &str, place: &str| {
            format!("HTTP/1.1 {status}\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n").into_bytes()
        };
        match request.split(' ').nth(1).unwrap() {
            "/moved" => to("301 Moved Permanently", "/here"),
            "/elsewhere" => to("302 Found", "/here"),
            "/file" => to("302 Found", "file:///etc/passwd"),
            "/loop" => to("302 Found", "/loop"),
            _ => Server::ok("text/plain", b"here"),
        }
    })
    .await;
    let cache = tempfile::tempdir().unwrap();
    let http = client(cache.path(), false);
    let moved = http.get(&server.url("/moved"), true).await;
    assert_eq!((said(&moved), moved.moved_to), ("here".to_owned(), Some(server.url("/here"))));
    let elsewhere = http.get(&server.url("/elsewhere"), true).await;
    assert_eq!((said(&elsewhere), elsewhere.moved_to), ("here".to_owned(), None));
    assert!(said(&http.get(&server.url("/file"), true).await).contains("redirects, but"));
    assert!(said(&http.get(&server.url("/loop"), true).await).contains("more than 3 times"));
}

#[tokio::test]
async fn private_addresses_are_not_connected_to_by_number_or_by_name() {
    let server = Server::start(|_| Server::ok("text/plain", b"secret")).await;
    let cache = tempfile::tempdir().unwrap();
    let http = client(cache.path(), false);
    // The guard refuses the port too, so the resolver is asked beside it.
    for url in [server.url("/"), "http://localhost/".to_owned()] {
        let why = said(&http.get(&url, false).await);
        assert!(why.contains("private network") || why.contains("only ports"), "{url}: {why}");
    }
    let names = guard::PublicNames;
    let resolved = reqwest::dns::Resolve::resolve(&names, "localhost".parse().unwrap()).await;
    assert!(resolved.is_err_and(|error| error.is::<guard::OnlyPrivate>()));
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn what_a_server_does_wrong_is_said_in_both_languages() {
    let answers = AtomicUsize::new(0);
    let server = Server::start(move |request| {
        answers.fetch_add(1, Ordering::Relaxed);
        match request.split(' ').nth(1).unwrap() {
            "/busy" => b"HTTP/1.1 429 Too Many\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n".to_vec(),
            "/gone" => b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n".to_vec(),
            "/short" => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhello".to_vec(),
            "/huge" => Server::ok("text/plain", &vec![b'a'; 6 * 1024 * 1024]),
            _ => Vec::new(),
        }
    })
    .await;
    let cache = tempfile::tempdir().unwrap();
    let http = client(cache.path(), false);
    for (path, en, fr) in [
        ("/busy", "the server is busy (429): try again in 2 min", "réessayez dans 2 min"),
        ("/gone", "the page is not there (410)", "la page n'existe pas (410)"),
        ("/short", "the answer broke off", "la réponse s'est interrompue"),
        ("/huge", "it is larger than 5 MB", "elle dépasse 5 Mo"),
        ("/nothing", "the answer broke off", "la réponse s'est interrompue"),
    ] {
        let why = http.get(&server.url(path), true).await.outcome.unwrap_err();
        assert!(why.en.contains(en) && why.fr.contains(fr), "{path}: {why:?}");
    }
    // Nobody listens on a port that was just given back; and a host that is gone is not asked for ever.
    let gone = { Server::start(|_| Vec::new()).await.url("/") }.replace("127.0.0.1", "127.0.0.2");
    assert!(said(&http.get(&gone, true).await).contains("`127.0.0.2` does not answer"));
}

/// A client whose proxy is the server: so a name of the public web is answered by a test.
fn through(server: &Server, cache: &Path) -> Http {
    Http::new(cache, "https://example.ca/contact", Some(&server.url("/")), false).unwrap()
}

#[tokio::test]
async fn a_site_is_asked_once_for_its_robots_txt_and_obeyed() {
    let server = Server::start(|request| match request.split(' ').nth(1).unwrap() {
        "http://example.ca/robots.txt" => Server::ok("text/plain", b"User-agent: cco-news\nDisallow: /private"),
        "http://busy.example/robots.txt" => b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n".to_vec(),
        "http://bare.example/robots.txt" => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
        "http://bare.example/away" => {
            b"HTTP/1.1 302 Found\r\nlocation: http://example.ca/private/x\r\ncontent-length: 0\r\n\r\n".to_vec()
        }
        url => Server::ok("text/plain", url.as_bytes()),
    })
    .await;
    let cache = tempfile::tempdir().unwrap();
    let http = through(&server, cache.path());
    assert_eq!(said(&http.get("http://example.ca/feed", false).await), "http://example.ca/feed");
    assert!(said(&http.get("http://example.ca/private/feed", false).await).contains("asks programs not to read"));
    assert_eq!(server.requests(), 2);
    assert!(said(&http.get("http://bare.example/feed", false).await).contains("bare.example"));
    assert!(said(&http.get("http://bare.example/away", false).await).contains("asks programs not to read"));
    // What the office named is read although the site cannot say; what the program found is not.
    let named = http.get("http://busy.example/feed", false).await;
    assert_eq!((said(&named).as_str(), named.note.is_some()), ("http://busy.example/feed", true));
    assert!(said(&http.get_found("http://busy.example/peer", false).await).contains("could not be read"));
    // An intranet is not asked for its robots.
    let before = server.requests();
    http.get("http://inside.example/feed", true).await;
    assert_eq!(server.requests() - before, 1);
}

#[tokio::test]
async fn a_feed_that_has_moved_for_good_is_asked_at_its_new_address_in_the_next_run() {
    let gone = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_gone = Arc::clone(&gone);
    let server = Server::start(move |request| match request.split(' ').nth(1).unwrap() {
        "/old" if is_gone.load(Ordering::SeqCst) => Server::ok("text/plain", b"back"),
        "/old" => b"HTTP/1.1 301 Moved Permanently\r\nlocation: /new\r\ncontent-length: 0\r\n\r\n".to_vec(),
        _ if is_gone.load(Ordering::SeqCst) => b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
        _ if request.contains("if-none-match") => {
            b"HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\ncontent-length: 0\r\n\r\n".to_vec()
        }
        _ => b"HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: 3\r\n\r\nnew".to_vec(),
    })
    .await;
    let cache = tempfile::tempdir().unwrap();
    let old = server.url("/old");
    for requests in [2, 3] {
        let fetched = client(cache.path(), false).get(&old, true).await;
        assert_eq!((said(&fetched), fetched.moved_to.clone()), ("new".to_owned(), Some(server.url("/new"))));
        assert_eq!(server.requests(), requests);
    }
    // The new address has failed: the old one is asked again, and is now the right one.
    gone.store(true, Ordering::SeqCst);
    let fetched = client(cache.path(), false).get(&old, true).await;
    assert_eq!((said(&fetched), fetched.moved_to, server.requests()), ("back".to_owned(), None, 5));
    assert_eq!(client(cache.path(), false).get(&old, true).await.moved_to, None);
    client(cache.path(), false).forget(&old);
    assert!(said(&client(cache.path(), true).get(&old, true).await).contains("nothing was kept"));
}
