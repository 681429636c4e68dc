//! What the tests of sending share: a newsletter, editions, a ledger with people in it, and the assertion with which
//! every one of them ends.

#![cfg(test)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::bail;

use crate::server::open;
use cco_news::ledger::{Entry, Ledger};
use cco_news::mail::{Handed, Mailer, Memory};
use cco_news::model::{
    Address, Approval, Counts, Delivering, Edition, EditionId, IssueId, Lang, Newsletter, Outcome, Reply, Slot,
};
use cco_news::send::{Clock, Ended, Leaving, Round, Secrets, freeze, run};
use jiff::Timestamp;
use tokio::sync::watch;

pub(crate) fn now() -> Timestamp {
    "2026-12-09T15:00:00Z".parse().unwrap()
}

pub(crate) fn issue() -> IssueId {
    IssueId::parse("2026-12").unwrap()
}

pub(crate) fn newsletter() -> Newsletter {
    toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap()
}

pub(crate) fn edition(id: &str) -> Edition {
    let langs: Vec<Lang> = if id == "both" { vec!["en", "fr"] } else { vec![id] }.into_iter().map(Lang::new).collect();
    let (leave, change) = (Slot::Unsubscribe.token(), Slot::Preferences.token());
    Edition {
        id: EditionId::new(id),
        langs,
        subject: if id == "fr" { "Nouvelles du BCC : décembre".into() } else { "CCO News: December".into() },
        preheader: String::new(),
        mjml: String::new(),
        html: format!(
            "<html><body><p>Été = ete.</p>\n.\n<a href=\"{leave}\">x</a> <a href=\"{change}\">y</a></body></html>"
        ),
        text: format!("Bonjour, hello\n.\n..two\nLeave: {leave}\nChange: {change}\n"),
        parts: vec![],
        headers: vec![],
        audience: format!("language = {id}"),
        waivers: vec![],
    }
}

pub(crate) fn editions() -> Vec<Edition> {
    ["en", "fr", "both"].map(edition).to_vec()
}

pub(crate) fn entry(address: &str, language: Option<&str>) -> Entry {
    Entry::new(Address::parse(address).unwrap(), language.map(Lang::new))
}

/// `n_people` people, of whom each third is English, French, or has said nothing.
pub(crate) fn people(n_people: usize) -> Vec<Entry> {
    let language = |n: usize| [Some("en"), Some("fr"), None][n % 3];
    (0..n_people).map(|n| entry(&format!("reader{n}@example.ca"), language(n))).collect()
}

pub(crate) fn approvals(editions: &[Edition]) -> Vec<Approval> {
    let approve =
        |edition: &Edition| Approval::new(edition.id.clone(), edition.digest(), "An approver".into(), now(), None);
    editions.iter().filter(|edition| !edition.id.is_both()).map(approve).collect()
}

/// A ledger in which the issue is frozen for these people.
pub(crate) fn frozen(state: &Path, people: Vec<Entry>) -> Ledger {
    let ledger = open(state);
    ledger.take_in(people, "test", now()).unwrap();
    freeze_it(&ledger, &editions()).unwrap();
    ledger
}

pub(crate) fn freeze_it(ledger: &Ledger, editions: &[Edition]) -> anyhow::Result<cco_news::ledger::FrozenIssue> {
    let (issue, approvals) = (issue(), approvals(editions));
    let leaving = Leaving { issue: &issue, editions, manifest: "{}", approvals: &approvals, only: &[], send_at: now() };
    freeze(ledger, &newsletter(), &leaving, now())
}

pub(crate) fn round(ledger: &Ledger, mailer: Mailer) -> Round {
    Round { secrets: Secrets::open(ledger).unwrap(), ..round_without_key(ledger, mailer) }
}

/// A clock that goes so many times faster than the real one.
#[expect(clippy::disallowed_methods, reason = "a test that waits for a clock has one")]
pub(crate) fn scaled_clock(times: u32) -> Clock {
    let began = std::time::Instant::now();
    Arc::new(move || now().checked_add(began.elapsed() * times).unwrap())
}

/// As [`round`], for a ledger whose key is not there.
pub(crate) fn round_without_key(ledger: &Ledger, mailer: Mailer) -> Round {
    let (_, interrupted) = watch::channel(false);
    Round {
        issue: issue(),
        ledger: ledger.clone(),
        relays: vec![mailer.into()],
        secrets: Secrets::from_key([7; 32]),
        keys: vec![],
        // The clock stands still: nothing is waited for.
        delivering: Delivering { messages_per_minute: 0, patience_minutes: 0, ..Delivering::default() },
        clock: Arc::new(now),
        interrupted,
        progress: Arc::new(|_| {}),
        tell: Arc::new(|_| {}),
        step: Arc::new(|_| Ok(())),
    }
}

/// The same, so many minutes later.
pub(crate) fn later(round: &Round, minutes: i64) -> Round {
    let at = (round.clock)().checked_add(jiff::SignedDuration::from_mins(minutes)).unwrap();
    Round { clock: Arc::new(move || at), ..round.clone() }
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

pub(crate) fn send(round: Round) -> anyhow::Result<Ended> {
    block_on(run(round))
}

pub(crate) fn reply(code: u16, enhanced: &str) -> Reply {
    Reply { code, enhanced: (!enhanced.is_empty()).then(|| enhanced.to_owned()), text: "said".into() }
}

/// A memory that answers by the address: `defer`, `refuse`, `policy`, `unknown`, `dead`; anything else is accepted.
pub(crate) fn steered() -> Memory {
    Memory::answering(Arc::new(|email| {
        let local = email.to.local();
        let outcome = match local.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "defer" => Outcome::Deferred(reply(451, "4.7.1")),
            "refuse" => Outcome::Refused(reply(550, "5.2.2")),
            "policy" => Outcome::Refused(reply(550, "5.7.1")),
            "dead" => Outcome::Refused(reply(550, "5.1.1")),
            "unknown" => Outcome::Unknown(reply(0, "")),
            "away" => return Some(Handed::Away(reply(0, ""))),
            "aboutus" => return Some(Handed::AboutUs(reply(535, "5.7.8"))),
            _ => return None,
        };
        Some(Handed::Done(outcome))
    }))
}

pub(crate) fn total(counts: &BTreeMap<EditionId, Counts>) -> Counts {
    Counts::sum(counts.values())
}

/// Nobody was sent the same issue twice, and every delivery has an outcome: each person's copy that is accepted arrived
/// once, and one that arrived is accepted or unknown. `arrived` are Message-IDs; each is one person's.
pub(crate) fn assert_nobody_twice_nobody_lost<'a>(ledger: &Ledger, arrived: impl IntoIterator<Item = &'a str>) {
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for message_id in arrived {
        *times.entry(message_id).or_default() += 1;
    }
    let twice: Vec<_> = times.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "sent twice: {twice:?}");
    let counts = total(&ledger.counts(&issue()).unwrap());
    assert_eq!((counts.to_send, counts.in_flight), (0, 0), "without an outcome: {counts:?}");
    let sum = counts.accepted + counts.deferred + counts.refused + counts.unknown + counts.suppressed;
    assert_eq!(counts.planned, sum, "{counts:?}");
    let mut n_arrived = 0;
    for (address, state, message_id) in copies(ledger) {
        let came = message_id.as_deref().and_then(|id| times.get(id)).is_some();
        n_arrived += usize::from(came);
        let is_right = if came { state == "accepted" || state == "unknown" } else { state != "accepted" };
        assert!(is_right, "{address} is {state}, and arrived: {came}");
    }
    assert_eq!(n_arrived, times.len(), "something arrived that is nobody's copy");
}

/// Each person's copy: address, state and Message-ID, as they stand in the file.
pub(crate) fn copies(ledger: &Ledger) -> Vec<(String, String, Option<String>)> {
    if let Some(copies) = crate::server::copies(ledger.state_dir()) {
        return copies;
    }
    let db = rusqlite::Connection::open(ledger.state_dir().join("cco-news.db")).unwrap();
    let mut query = db.prepare("SELECT address, state, message_id FROM deliveries WHERE issue = ?1").unwrap();
    let rows = query.query_map([issue().as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.collect::<rusqlite::Result<_>>().unwrap()
}

/// A run that stops at the n-th operation as if it had crashed there.
pub(crate) fn stopping_at(round: &Round, nth: usize) -> Round {
    let count = Arc::new(AtomicUsize::new(0));
    let step = Arc::new(move |name: &'static str| {
        if count.fetch_add(1, Ordering::SeqCst) + 1 >= nth {
            bail!("stopped at {name}");
        }
        Ok(())
    });
    Round { step, ..round.clone() }
}
