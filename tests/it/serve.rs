//! The public pages as a browser, a mail program and a scanner meet them: over real connections on loopback.

#![cfg(test)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cco_news::ledger::Ledger;
use cco_news::model::Address;
use cco_news::send::{LinkTo, Secrets};

use crate::office::{ISSUE, Office};

/// Who reads, in the list that the newsletter ships with.
pub(crate) const READER: &str = "anglophone.reader@example.ca";
/// How long a state is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// An office with public pages.
fn office(more: &str) -> Office {
    let office = Office::without_stories();
    let text = office.read("newsletter.toml");
    office.write("newsletter.toml", &format!("{text}\n[serve]\nurl = \"https://news.example.ca/\"\n{more}"));
    office.run(&["subscribers", "import"]).is(0);
    office
}

/// A running `cco-news serve`.
pub(crate) struct Served<'a> {
    office: &'a Office,
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What came back.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(": ")?;
            known.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }

    #[track_caller]
    fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.body.contains(part), "`{part}` is not in:\n{}", self.body);
        }
        self
    }
}

impl<'a> Served<'a> {
    pub(crate) fn start(office: &'a Office) -> Self {
        let mut child = office
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        let address = said.split_once("http://").and_then(|(_, rest)| rest.split_once('/')).unwrap().0;
        Self { office, address: address.parse().unwrap(), child }
    }

    /// Sends bytes, and gives everything that comes back.
    fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A server that has read enough closes first.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    fn ask(&self, method: &str, path: &str, more: &str, body: &str) -> Answer {
        let n = body.len();
        self.raw(
            format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {n}\r\n{more}\r\n{body}"
            )
            .as_bytes(),
        )
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", "")
    }

    fn post(&self, path: &str, body: &str) -> Answer {
        self.ask("POST", path, "Content-Type: application/x-www-form-urlencoded\r\n", body)
    }

    /// The path of a person's own page, as their mail has it.
    pub(crate) fn path(&self, to: LinkTo, page: &str, reader: &str) -> String {
        let ledger = self.ledger();
        let person = ledger.subscriber(&Address::parse(reader).unwrap()).unwrap().unwrap();
        let secrets = Secrets::open(&ledger).unwrap();
        format!("{page}/{}", secrets.link("cco-news", to, person.number, "2026-12-02T14:00:00Z".parse().unwrap()))
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(&self.office.path().join("state")).unwrap()
    }

    fn status(&self, reader: &str) -> String {
        let person = self.ledger().subscriber(&Address::parse(reader).unwrap()).unwrap();
        person.map_or_else(|| "nobody".to_owned(), |person| person.status)
    }

    /// Waits until so many messages are in the outbox, and gives the one to an address that says something.
    fn letter(&self, to: &str, says: &str) -> String {
        for _ in 0..1_000 {
            let flat = |mail: String| mail.replace("=\r\n", "").replace("=3D", "=");
            let found = self.office.outbox().into_iter().map(flat);
            if let Some(mail) =
                found.into_iter().find(|mail| mail.contains(&format!("To: <{to}>")) && mail.contains(says))
            {
                return mail;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("no letter to {to} that says {says}");
    }

    /// Everything that the ledger knows of people, for before and after.
    fn facts(&self) -> String {
        let dump = self.office.run(&["subscribers", "list", "--json"]).is(0).out;
        let events = self.office.run(&["subscribers", "history", READER]).text;
        format!("{dump}{events}{}", self.office.outbox().len())
    }
}

/// The path of the first link to a page in a letter.
fn path_in(letter: &str, page: &str) -> String {
    let (_, rest) = letter.split_once("https://news.example.ca/").expect("a link of the configuration's");
    let path = format!("/{}", rest.split(['\r', '\n', '"', '<', ' ']).next().unwrap());
    if path.contains(page) { path } else { path_in(rest, page) }
}

#[test]
fn a_person_subscribes_confirms_changes_and_leaves_in_their_language() {
    let office = office("");
    let served = Served::start(&office);
    for (lang, form, confirm, preferences, leave, words) in [
        (
            "en",
            "subscribe",
            "/confirm/",
            "/preferences/",
            "/unsubscribe/",
            ["Check your mail", "You are subscribed", "Your choices are saved", "You are unsubscribed"],
        ),
        (
            "fr",
            "abonnement",
            "/confirmation/",
            "/preferences/",
            "/desabonnement/",
            [
                "Vérifiez votre courriel",
                "Votre abonnement est en vigueur",
                "Vos choix sont enregistrés",
                "Votre désabonnement est fait",
            ],
        ),
    ] {
        let reader = format!("new.{lang}@example.ca");
        served.get(&format!("/{lang}/{form}")).is(200).says(&["<form method=\"post\"", "type=\"email\""]);
        let body = format!("email=new.{lang}%40Example.CA&language={lang}&website=");
        served.post(&format!("/{lang}/{form}"), &body).is(200).says(&[words[0]]);
        assert_eq!(served.status(&reader), "unconfirmed");
        let letter = served.letter(&reader, confirm);
        assert!(letter.contains("Auto-Submitted: auto-generated") && !letter.contains("List-Unsubscribe"), "{letter}");
        let link = path_in(&letter, confirm);
        // Looking is not pressing.
        served.get(&link).is(200).says(&["<button"]);
        assert_eq!(served.status(&reader), "unconfirmed");
        served.post(&link, "do=confirm").is(200).says(&[words[1]]);
        assert_eq!(served.status(&reader), "active");
        served.get(&link).is(200).says(&[words[1]]);
        let choices = path_in(&served.letter(&reader, preferences), preferences);
        assert!(choices.starts_with(&format!("/{lang}/")));
        served.get(&choices).is(200).says(&["n***@e***.ca", " checked"]);
        let other = if lang == "en" { "fr" } else { "en" };
        served.post(&choices, &format!("do=save&language={other}&plain=yes")).is(200).says(&[words[2]]);
        let person = served.ledger().subscriber(&Address::parse(&reader).unwrap()).unwrap().unwrap();
        assert_eq!((person.language.unwrap().as_str(), person.format.as_deref()), (other, Some("text")));
        let page = served.get(&choices).is(200).body;
        let at = page.find(leave).unwrap();
        let leave = format!("/{lang}{}", page[at..].split('"').next().unwrap());
        served.get(&leave).is(200).says(&["<button"]);
        assert_eq!(served.status(&reader), "active");
        served.post(&leave, "do=leave").is(200).says(&[words[3]]);
        assert_eq!(served.status(&reader), "left");
        // An old letter brings nobody back.
        served.post(&link, "do=confirm").is(404);
        assert_eq!(served.status(&reader), "left");
        let history = office.run(&["subscribers", "history", &reader]).is(0);
        history.says(&["consent", "web", "left"]);
    }
}

#[test]
fn leaving_takes_one_click_of_a_mail_program_and_a_look_changes_nothing() {
    let office = office("");
    let served = Served::start(&office);
    let link = served.path(LinkTo::Leave, "/en/unsubscribe", READER);
    let before = served.facts();
    for (method, more) in [
        ("GET", ""),
        ("HEAD", ""),
        ("OPTIONS", ""),
        ("GET", "Purpose: prefetch\r\nSec-Purpose: prefetch\r\nX-Moz: prefetch\r\n"),
        ("PUT", ""),
        ("DELETE", ""),
    ] {
        let answer = served.ask(method, &link, more, "");
        assert!(matches!(answer.status, 200 | 204 | 405), "{method} {}", answer.status);
        assert!(answer.header("set-cookie").is_none());
    }
    // A POST that does not say what it wants is no wish to leave.
    served.post(&link, "").is(400);
    served.post(&link, "List-Unsubscribe=Maybe").is(400);
    assert_eq!(served.facts(), before);
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    std::thread::scope(|scope| {
        for n in 0..50 {
            let (served, link) = (&served, &link);
            scope.spawn(move || {
                let answer = if n % 2 == 0 {
                    served.post(link, "List-Unsubscribe=One-Click")
                } else {
                    served.ask("POST", link, "Content-Type: multipart/form-data; boundary=b\r\n", multipart)
                };
                assert_eq!((answer.status, answer.header("location"), answer.header("set-cookie")), (200, None, None));
            });
        }
    });
    assert_eq!(served.status(READER), "left");
    let history = office.run(&["subscribers", "history", READER, "--json"]).is(0).out;
    assert_eq!(history.matches("one-click").count(), 1, "done once: {history}");
    // The same person in tomorrow's file.
    office.run(&["subscribers", "import"]);
    assert_eq!(served.status(READER), "left");
}

#[test]
fn every_link_of_a_message_may_be_followed_by_a_scanner_and_nothing_changes() {
    let office = Office::quick();
    let text = office.read("newsletter.toml");
    office.write("newsletter.toml", &format!("{text}\n[serve]\nurl = \"https://news.example.ca/\"\n"));
    assert!(matches!(office.run(&["compose", ISSUE, "--offline"]).code, 0 | 3));
    for language in ["en", "fr"] {
        office.run(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]).is(0);
    }
    office.run(&["send", ISSUE, "--yes"]).is(0);
    let served = Served::start(&office);
    served.post("/en/subscribe", "email=new%40example.ca&language=en").is(200);
    let mut mails = office.copies();
    mails.push(served.letter("new@example.ca", "/confirm/"));
    let mut links = std::collections::BTreeSet::new();
    for mail in &mails {
        let flat = mail.replace("=\r\n", "").replace("\r\n ", "").replace("=3D", "=");
        for (at, address) in flat.match_indices("https://news.example.ca") {
            let rest = &flat[at + address.len()..];
            links.insert(rest.split(['\r', '\n', '"', '<', '>', ' ', ')']).next().unwrap().to_owned());
        }
    }
    let of_people = links.iter().filter(|link| link.len() > 40).count();
    assert!(of_people > mails.len(), "each copy has its own: {links:?}");
    let before = served.facts();
    for link in &links {
        for (method, more) in [
            ("GET", ""),
            ("HEAD", ""),
            ("OPTIONS", ""),
            (
                "GET",
                "Purpose: prefetch\r\nSec-Purpose: prefetch;prerender\r\nX-Moz: prefetch\r\nX-Purpose: preview\r\n",
            ),
            ("POST", ""),
        ] {
            let answer = served.ask(method, link, more, "");
            assert!(matches!(answer.status, 200 | 204 | 400 | 404 | 405 | 422), "{method} {link}: {}", answer.status);
            assert!(answer.header("set-cookie").is_none() && answer.header("location").is_none());
        }
    }
    assert_eq!(served.facts(), before);
}

#[test]
fn what_a_page_said_was_done_is_done_after_a_kill() {
    let office = office("");
    let rows: String = (0..120).fold("email,language\n".to_owned(), |rows, n| rows + &format!("r{n}@example.ca,en\n"));
    office.write("subscribers/more.csv", &rows);
    office.run(&["subscribers", "import"]);
    let mut served = Served::start(&office);
    let links: Vec<(usize, String)> = {
        let ledger = served.ledger();
        let secrets = Secrets::open(&ledger).unwrap();
        let link = |n: usize| {
            let person = ledger.subscriber(&Address::parse(&format!("r{n}@example.ca")).unwrap()).unwrap().unwrap();
            secrets.link("cco-news", LinkTo::Leave, person.number, "2026-12-02T14:00:00Z".parse().unwrap())
        };
        (0..120).map(|n| (n, link(n))).collect()
    };
    let child = &mut served.child;
    let (address, n_said) = (served.address, AtomicUsize::new(0));
    let said = std::thread::scope(|scope| {
        let workers: Vec<_> = links
            .chunks(20)
            .map(|links| {
                let n_said = &n_said;
                scope.spawn(move || {
                    let leave = |(n, link): &(usize, String)| {
                        let mut stream = TcpStream::connect(address).ok()?;
                        let body = "List-Unsubscribe=One-Click";
                        let head = format!("POST /en/unsubscribe/{link} HTTP/1.1\r\nHost: x\r\nConnection: close");
                        stream
                            .write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
                            .ok()?;
                        let mut answer = [0; 15];
                        stream.read_exact(&mut answer).ok()?;
                        n_said.fetch_add(1, Ordering::SeqCst);
                        answer.starts_with(b"HTTP/1.1 200").then_some(*n)
                    };
                    links.iter().filter_map(leave).collect::<Vec<_>>()
                })
            })
            .collect();
        // Some have been told, others are under way.
        while n_said.load(Ordering::SeqCst) < 20 && !workers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    served.child.wait().unwrap();
    assert!((20..120).contains(&said.len()), "it was killed in the middle: {}", said.len());
    let lost: Vec<_> = said.iter().filter(|n| served.status(&format!("r{n}@example.ca")) != "left").collect();
    assert!(lost.is_empty(), "said to have left, and have not: {lost:?} of {}", said.len());
}

#[test]
fn no_link_but_ours_opens_anything_and_all_others_look_alike() {
    let office = office("");
    let served = Served::start(&office);
    let link = served.path(LinkTo::Leave, "/en/unsubscribe", READER);
    let token = link.rsplit('/').next().unwrap().to_owned();
    let gone = served.get("/en/unsubscribe/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").is(404);
    let mut tried = 0;
    for at in 0..token.len() {
        let flipped = if &token[at..=at] == "a" { "b" } else { "a" };
        let changed = format!("{}{flipped}{}", &token[..at], &token[at + 1..]);
        let answer = served.post(&format!("/en/unsubscribe/{changed}"), "List-Unsubscribe=One-Click");
        assert_eq!((answer.status, &answer.body), (404, &gone.body), "{changed}");
        tried += 1;
    }
    // Cut, of another purpose, of nothing.
    for other in [&token[..39], "", "x", "..%2f..%2fetc", "%00", &token.repeat(50)] {
        let answer = served.post(&format!("/en/unsubscribe/{other}"), "List-Unsubscribe=One-Click");
        assert_eq!(answer.status, 404, "{other}");
    }
    served.get(&format!("/en/preferences/{token}")).is(404);
    served.post(&format!("/en/confirm/{token}"), "do=confirm").is(404);
    assert_eq!((tried, served.status(READER).as_str()), (40, "active"));
}

/// The middle of the times that requests take, in milliseconds, asked for in turns so that the machine's load is shared.
#[expect(clippy::disallowed_methods, reason = "how long an answer takes is what is looked at")]
fn medians(served: &Served<'_>, paths: &[String]) -> Vec<f64> {
    let mut times = vec![Vec::new(); paths.len()];
    for _ in 0..60 {
        for (path, times) in paths.iter().zip(&mut times) {
            let began = Instant::now();
            served.post(path, "List-Unsubscribe=One-Click").is(404);
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
    }
    let middle = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    times.iter_mut().map(middle).collect()
}

#[test]
fn a_wrong_link_takes_as_long_as_any_other_wrong_link() {
    let office = office("");
    let served = Served::start(&office);
    let link = served.path(LinkTo::Leave, "/en/unsubscribe", READER);
    let (head, last) = link.split_at(link.len() - 1);
    let nearly = format!("{head}{}", if last == "a" { "b" } else { "a" });
    let other = {
        let secrets = Secrets::open(&served.ledger()).unwrap();
        let at = "2026-12-02T14:00:00Z".parse().unwrap();
        format!("/en/unsubscribe/{}", secrets.link("another-list", LinkTo::Leave, 1, at))
    };
    let never = format!("/en/unsubscribe/{}", "a".repeat(40));
    let preferences = served.path(LinkTo::Preferences, "/en/unsubscribe", READER);
    let medians = medians(&served, &[nearly, other, never, preferences]);
    let quickest = medians.iter().copied().fold(f64::MAX, f64::min);
    assert!(medians.iter().all(|time| time - quickest < 5.0), "milliseconds: {medians:?}");
    assert_eq!(served.status(READER), "active");
}

#[test]
fn a_thousand_requests_for_one_address_and_for_many_send_one_letter_each_and_no_more_than_the_hour_has() {
    let office = office("letters_per_hour = 40\nbehind_proxy = true\n");
    let served = Served::start(&office);
    let n_before = office.outbox().len();
    let ask = |n: usize, email: &str| {
        let more = format!(
            "Content-Type: application/x-www-form-urlencoded\r\nX-Forwarded-For: 10.{}.{}.1\r\n",
            n / 250,
            n % 250
        );
        served.ask("POST", "/en/subscribe", &more, &format!("email={email}%40example.ca&language=en")).status
    };
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let ask = &ask;
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                scope.spawn(move || {
                    let mine = (0..1_000).filter(|n| n % 8 == worker);
                    // Each asks for another address first and then for the one, so that however they take turns no
                    // more than half of what was taken is for the one.
                    let email = |n: usize| if (n / 8) % 2 == 1 { "victim".to_owned() } else { format!("p{n}") };
                    mine.map(|n| ask(n, &email(n))).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let n_of = |status: u16| statuses.iter().filter(|one| **one == status).count();
    assert_eq!((n_of(200), n_of(429)), (40, 960));
    // All that are due have left when the last address that was taken has its letter.
    let people = office.run(&["subscribers", "list", "--where", "status=unconfirmed"]).is(0).out;
    for line in people.lines() {
        served.letter(line.split(' ').next().unwrap(), "/confirm/");
    }
    let letters = office.outbox().len() - n_before;
    assert_eq!((letters, people.matches("victim").count()), (people.lines().count(), 1));
    assert!((20..=40).contains(&letters), "{letters}");
}

#[test]
fn a_ledger_that_is_held_is_never_said_to_have_changed() {
    let office = office("");
    let served = Served::start(&office);
    let link = served.path(LinkTo::Leave, "/en/unsubscribe", READER);
    let held = rusqlite::Connection::open(office.path().join("state/cco-news.db")).unwrap();
    held.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answer = served.post(&link, "List-Unsubscribe=One-Click").is(503);
    assert_eq!(answer.header("retry-after"), Some("60"));
    // Pages that only look go on.
    served.get(&link).is(200);
    served.get("/healthz").is(200);
    let status = "SELECT status FROM subscribers WHERE address_key = ?1";
    assert_eq!(held.query_row(status, [READER], |row| row.get::<_, String>(0)).unwrap(), "active");
    held.execute_batch("ROLLBACK").unwrap();
    served.post(&link, "List-Unsubscribe=One-Click").is(200);
    assert_eq!(served.status(READER), "left");
}

#[test]
fn a_form_cannot_be_used_to_fill_a_mailbox() {
    let office = office("letters_per_hour = 12\n");
    let served = Served::start(&office);
    let n_before = office.outbox().len();
    let subscribe = |email: &str, more: &str| {
        let kind = format!("Content-Type: application/x-www-form-urlencoded\r\n{more}");
        served.ask("POST", "/en/subscribe", &kind, &format!("email={email}&language=en&website=")).status
    };
    // One address, many times: the page is the same, the letter is one.
    for _ in 0..5 {
        assert_eq!(subscribe("victim%40example.ca", ""), 200);
    }
    // Whom a header names means nothing, since no proxy is said to be there.
    for n in 0..5 {
        assert_eq!(subscribe(&format!("victim{n}%40example.ca"), &format!("X-Forwarded-For: 192.0.2.{n}\r\n")), 200);
    }
    assert_eq!(subscribe("other%40example.ca", "X-Forwarded-For: 192.0.2.99\r\n"), 429);
    for n in 0..5 {
        served.letter(&format!("victim{n}@example.ca"), "/confirm/");
    }
    served.letter("victim@example.ca", "/confirm/");
    assert_eq!(office.outbox().len() - n_before, 6);
    // A person who is on the list is told so by mail, and by nothing else.
    assert_eq!(served.status("other@example.ca"), "nobody");
}

#[test]
fn a_breaker_and_a_closed_form_stop_letters() {
    let breaking = office("letters_per_hour = 3\nbehind_proxy = true\n");
    let served = Served::start(&breaking);
    let subscribe = |n: u32| {
        let more =
            format!("Content-Type: application/x-www-form-urlencoded\r\nX-Forwarded-For: 10.0.0.1, 192.0.2.{n}\r\n");
        served.ask("POST", "/fr/abonnement", &more, &format!("email=p{n}%40example.ca&language=fr")).status
    };
    assert_eq!((0..6).map(subscribe).collect::<Vec<_>>(), [200, 200, 200, 429, 429, 429]);
    let closed = office("open = false\n");
    let served = Served::start(&closed);
    served.get("/en/subscribe").is(404).says(&["Subscriptions are closed"]);
    served.post("/en/subscribe", "email=a%40example.ca&language=en").is(404);
    assert_eq!(served.status("a@example.ca"), "nobody");
}

#[test]
fn a_mistake_in_a_form_is_said_beside_its_field() {
    let office = office("domains = [\"example.ca\"]\n");
    let served = Served::start(&office);
    let page = served.post("/en/subscribe", "email=nobody&language=xx&website=").is(422);
    page.says(&[
        "<title>Error: Subscribe to CCO News",
        "href=\"#email\"",
        "aria-invalid=\"true\"",
        "id=\"email-mistake\"",
        "value=\"nobody\"",
        "href=\"#language\"",
    ]);
    served
        .post("/fr/abonnement", "email=a%40else.example&language=fr")
        .is(422)
        .says(&["réservée aux adresses de example.ca"]);
    served.post("/en/subscribe", "email=a%40example.ca&language=en&website=x").is(422).says(&["must stay empty"]);
    let hostile = served.post("/en/subscribe", "email=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&language=en").is(422);
    assert!(!hostile.body.contains("<script"), "{}", hostile.body);
    let choices = served.path(LinkTo::Preferences, "/en/preferences", READER);
    served.post(&choices, "do=pause&until=2020-01-01").is(422).says(&["id=\"until-mistake\"", "value=\"2020-01-01\""]);
    served.post(&choices, "do=address&email=x").is(422);
    served.post(&choices, "do=anything").is(400);
    assert_eq!(served.status(READER), "active");
}

#[test]
fn a_person_pauses_resumes_and_moves_to_a_new_address_that_confirms() {
    let office = office("");
    let served = Served::start(&office);
    let choices = served.path(LinkTo::Preferences, "/en/preferences", READER);
    served.post(&choices, "do=pause&until=2027-01-31").is(200).says(&["January", "2027"]);
    assert_eq!(served.status(READER), "paused");
    served.get(&choices).is(200).says(&["value=\"resume\""]);
    served.post(&choices, "do=resume").is(200);
    assert_eq!(served.status(READER), "active");
    served.post(&choices, "do=address&email=moved%40example.ca").is(200).says(&["Check your mail"]);
    assert_eq!(served.status("moved@example.ca"), "nobody");
    let link = path_in(&served.letter("moved@example.ca", "/confirm/"), "/confirm/");
    served.get(&link).is(200).says(&["Confirm your new address"]);
    served.post(&link, "do=move").is(200).says(&["Your new address is confirmed"]);
    assert_eq!(served.status("moved@example.ca"), "active");
    let people = office.run(&["subscribers", "list", "--json"]).is(0).out;
    assert!(!people.contains(READER), "{people}");
    // The links of the old address are still the person's.
    served.get(&choices).is(200).says(&["m***@e***.ca"]);
}

#[test]
fn the_archive_is_served_and_nothing_beside_it() {
    let office = office("");
    fs::create_dir_all(office.path().join("public/2026-11")).unwrap();
    let page = "<!DOCTYPE html><html><head><style>a{}</style></head><body>issue</body></html>";
    for file in ["en.html", "fr.html", "index.html", "2026-11/en.html", "2026-11/fr.html"] {
        office.write(&format!("public/{file}"), page);
    }
    office.write("public/atom.en.xml", "<feed/>");
    office.write("secret.html", "secret");
    let served = Served::start(&office);
    let answer = served.get("/2026-11/en.html").is(200);
    assert!(answer.header("content-security-policy").unwrap().contains("style-src 'sha256-"), "{}", answer.head);
    let etag = answer.header("etag").unwrap();
    served.ask("GET", "/2026-11/en.html", &format!("If-None-Match: {etag}\r\n"), "").is(304);
    assert_eq!(served.ask("HEAD", "/2026-11/en.html", "", "").is(200).body, "");
    assert!(served.get("/atom.en.xml").is(200).header("content-type").unwrap().contains("atom"));
    served.get("/").is(200).says(&["issue"]);
    served.post("/2026-11/en.html", "x=y").is(405);
    for bad in [
        "/../secret.html",
        "/..%2fsecret.html",
        "/%2e%2e/secret.html",
        "/%00",
        "/newsletter.toml",
        "/state/cco-news.db",
        "/nothing",
    ] {
        let answer = served.get(bad);
        assert!(matches!(answer.status, 400 | 404) && !answer.body.contains("secret"), "{bad}");
    }
    // Words in a request's own Host reach no page, and its links come from the configuration.
    let page =
        served.raw(b"GET http://evil.example/en/subscribe HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert!(page.status == 200 && !page.body.contains("evil"), "{}", page.body);
    // A welcome leads to the latest issue.
    served.post("/en/subscribe", "email=a%40example.ca&language=en").is(200);
    let link = path_in(&served.letter("a@example.ca", "/confirm/"), "/confirm/");
    served.post(&link, "do=confirm").is(200);
    served.letter("a@example.ca", "https://news.example.ca/2026-11/en.html");
}

#[test]
fn every_answer_keeps_a_browser_from_anything_but_showing_it() {
    let office = office("");
    let served = Served::start(&office);
    let choices = served.path(LinkTo::Preferences, "/fr/preferences", READER);
    for path in ["/en/subscribe", "/fr/confidentialite", &choices, "/nothing", "/en/confirm/x", "/healthz"] {
        let answer = served.get(path);
        assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(answer.header("strict-transport-security").is_some());
        assert!(answer.header("set-cookie").is_none() && answer.header("server").is_none());
        assert!(!answer.body.contains("<script") && !answer.body.contains("style="), "{path}");
        let outside = answer.body.matches("http").count();
        assert_eq!(outside, 0, "a page loads and links nothing of others: {}", answer.body);
    }
    served.get("/fr/confidentialite").is(200).says(&["POU 938", "60 jours", "lang=\"fr-CA\"", "href=\"/en/privacy\""]);
}

#[test]
fn requests_have_limits_and_an_end_finishes_what_is_under_way() {
    let office = office("");
    let mut served = Served::start(&office);
    let big = "x".repeat(100_000);
    assert_eq!(served.post("/en/subscribe", &big).status, 413);
    let claimed = b"POST /en/subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 10485760\r\nConnection: close\r\n\r\n";
    assert_eq!(served.raw(&[claimed.as_slice(), big.as_bytes()].concat()).status, 413);
    let many = "X-Y: z\r\n".repeat(5_000);
    assert_eq!(served.raw(format!("GET / HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes()).status, 431);
    assert_eq!(
        served.raw(format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(60_000)).as_bytes()).status / 100,
        4
    );
    // It is told to stop while a request is half sent: the rest is still read and answered.
    let mut slow = TcpStream::connect(served.address).unwrap();
    slow.write_all(b"POST /en/subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\nemail=late").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let pid = served.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(100));
    slow.write_all(b"%40example.ca&language=en").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    assert_eq!(served.status("late@example.ca"), "unconfirmed");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "limits of time are what is looked at")]
fn who_sends_a_byte_now_and_then_is_let_go_and_keeps_nobody_waiting() {
    let office = office("behind_proxy = true\n");
    let served = Served::start(&office);
    let began = Instant::now();
    // Heads that never end, and bodies that never come: the limits are ten seconds each.
    let mut slow: Vec<TcpStream> = (0..200)
        .map(|n| {
            let mut stream = TcpStream::connect(served.address).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let head = "POST /en/subscribe HTTP/1.1\r\nHost: x\r\n";
            let body = format!("{head}Content-Length: 35\r\n\r\nemail=late");
            stream.write_all(if n % 2 == 0 { head.as_bytes() } else { body.as_bytes() }).unwrap();
            stream
        })
        .collect();
    while began.elapsed() < Duration::from_secs(8) {
        let asked = Instant::now();
        served.get("/en/subscribe").is(200);
        assert!(asked.elapsed() < Duration::from_secs(4), "others wait: {:?}", asked.elapsed());
        for stream in slow.iter_mut().step_by(2) {
            stream.write_all(b"X").unwrap();
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    for (n, stream) in slow.iter_mut().enumerate() {
        let mut answer = String::new();
        // A connection that is cut off with bytes on their way may end with an error.
        let _ = stream.read_to_string(&mut answer);
        let is_told = n % 2 == 0 || answer.starts_with("HTTP/1.1 408");
        assert!(is_told && !answer.starts_with("HTTP/1.1 2"), "{answer}");
    }
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    assert_eq!(served.status("late@example.ca"), "nobody");
}

#[test]
fn nobody_alone_takes_every_place() {
    let office = office("");
    let served = Served::start(&office);
    let mut open: Vec<TcpStream> = (0..64).map(|_| TcpStream::connect(served.address).unwrap()).collect();
    // Each of them is seen to be served, so that none is still on its way.
    for stream in &mut open {
        stream.write_all(b"GET /pages.css HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
    assert_eq!(served.get("/pages.css").status, 0, "one more is closed, and told nothing");
    drop(open);
    for _ in 0..200 {
        if served.get("/pages.css").status == 200 {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the places do not come back");
}

#[test]
fn a_full_disk_is_said_and_what_was_said_to_be_done_is_done() {
    let office = Office::without_stories();
    let state = office.path().join("state");
    fs::create_dir_all(&state).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&state).output();
    if !mounted.is_ok_and(|said| said.status.success()) {
        eprintln!("skipped: no small file system can be mounted here");
        return;
    }
    let _mounted = Mounted(state.clone());
    let text = office.read("newsletter.toml");
    office.write("newsletter.toml", &format!("{text}\n[serve]\nurl = \"https://news.example.ca/\"\n"));
    let rows: String = (0..40).fold("email,language\n".to_owned(), |rows, n| rows + &format!("r{n}@example.ca,en\n"));
    office.write("subscribers/more.csv", &rows);
    office.run(&["subscribers", "import"]).is(0);
    let served = Served::start(&office);
    let link = |n: usize| served.path(LinkTo::Leave, "/en/unsubscribe", &format!("r{n}@example.ca"));
    let links: Vec<String> = (0..40).map(link).collect();
    let leave = |n: usize| served.post(&links[n], "List-Unsubscribe=One-Click");
    leave(0).is(200);
    let filler = state.join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 1024]).is_ok() {}
    drop(file);
    // The log has room for some that it had before; then there is none.
    let answers: Vec<u16> = (1..40).map(|n| leave(n).status).collect();
    assert!(answers.contains(&503), "{answers:?}");
    let refused = 1 + answers.iter().position(|status| *status == 503).unwrap();
    assert_eq!(leave(refused).is(503).header("retry-after"), Some("60"));
    served.get(&links[refused]).is(200);
    fs::remove_file(&filler).unwrap();
    for (n, status) in (1..).zip(&answers) {
        let is_left = served.status(&format!("r{n}@example.ca")) == "left";
        assert_eq!(is_left, *status == 200, "r{n}: {status}");
    }
    leave(refused).is(200);
    assert_eq!(served.status(&format!("r{refused}@example.ca")), "left");
    served.get("/healthz").is(200);
}

/// A file system that goes with its test.
struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn it_says_whether_it_is_well_and_counts_for_this_machine_alone() {
    let office = office("");
    let served = Served::start(&office);
    served.get("/healthz").is(200);
    served.get("/en/subscribe").is(200);
    served.get("/metrics").is(200).says(&["cco_news_requests_total 1", "cco_news_subscribers{status=\"active\"}"]);
    served.ask("GET", "/metrics", "X-Forwarded-For: 192.0.2.1\r\n", "").is(404);
}

#[test]
fn nothing_that_names_a_person_is_logged() {
    let office = office("");
    let log = office.path().join("log");
    let mut child = office
        .command(&["-vv", "serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
    let address = said.split_once("http://").and_then(|(_, rest)| rest.split_once('/')).unwrap().0;
    let served = Served { office: &office, address: address.parse().unwrap(), child };
    served.post("/en/subscribe", "email=canary.person%40example.ca&language=en").is(200);
    let letter = served.letter("canary.person@example.ca", "/confirm/");
    let link = path_in(&letter, "/confirm/");
    served.post(&link, "do=confirm").is(200);
    served.get(&format!("{link}x")).is(404);
    let leave = served.path(LinkTo::Leave, "/en/unsubscribe", "canary.person@example.ca");
    let held = rusqlite::Connection::open(office.path().join("state/cco-news.db")).unwrap();
    held.execute_batch("BEGIN IMMEDIATE").unwrap();
    served.post(&leave, "do=leave").is(503);
    drop(served);
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains("ledger"), "the log is there: {log}");
    let token = link.rsplit('/').next().unwrap();
    for secret in ["canary", token, "127.0.0.1:0"] {
        assert!(!log.contains(secret), "`{secret}` is in the log:\n{log}");
    }
}
