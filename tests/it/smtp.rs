//! Sending over real SMTP on loopback: one fault of a mail server after the other, and what must come of it.

#![cfg(test)]

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use cco_news::ledger::Ledger;
use cco_news::mail::Mailer;
use cco_news::model::{Address, Outcome};
use cco_news::send::{Ended, Ending, Secrets, test_copy};
use tempfile::{TempDir, tempdir};

use crate::relay::{AUTHORITY, AtDot, Manner, NO_AUTHORITY, Relay, When};
use crate::sending::{
    assert_nobody_twice_nobody_lost, block_on, copies, edition, entry, frozen, issue, later, newsletter, now, people,
    round, send, stopping_at, total,
};

/// What a run over a relay left.
struct Left {
    _state: TempDir,
    ledger: Ledger,
    ended: Ended,
}

/// Sends to these local parts, and twenty more whom nothing befalls.
fn send_to(relay: &Relay, locals: &[&str]) -> Left {
    let state = tempdir().unwrap();
    let mut list = people(20);
    list.extend(locals.iter().map(|local| entry(&format!("{local}@example.ca"), Some("en"))));
    let ledger = frozen(state.path(), list);
    let ended = send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap();
    assert_all_is_well(&ledger, relay);
    Left { _state: state, ledger, ended }
}

fn assert_all_is_well(ledger: &Ledger, relay: &Relay) {
    let taken = relay.taken();
    assert_nobody_twice_nobody_lost(ledger, taken.iter().map(|taken| taken.message_id.as_str()));
    assert!(relay.times().values().all(|times| *times == 1));
}

#[test]
fn everyone_gets_one_copy_with_and_without_pipelining() {
    for relay in [Relay::pipelining(), Relay::start(Manner::default())] {
        let left = send_to(&relay, &[]);
        assert_eq!((left.ended.ending, relay.taken().len()), (Ending::Complete, 20));
        assert!(relay.n_connections() <= 4);
    }
}

#[test]
fn stopped_at_any_operation_over_smtp_nobody_is_sent_twice_and_nobody_is_lost() {
    const LANES: u32 = 2;
    let relay = Relay::pipelining();
    for nth in 1.. {
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(5));
        let had = relay.taken().len();
        let mut first = round(&ledger, Mailer::Smtp(relay.smtp()));
        first.delivering.connections = LANES;
        let is_over = send(stopping_at(&first, nth)).is_ok();
        let ended = send(first).unwrap();
        assert_eq!(ended.ending, Ending::Complete, "stopped at {nth}");
        assert!(total(&ended.counts).unknown <= u64::from(LANES), "stopped at {nth}: {:?}", ended.counts);
        let taken = relay.taken();
        assert_nobody_twice_nobody_lost(&ledger, taken[had..].iter().map(|taken| taken.message_id.as_str()));
        if is_over {
            break;
        }
    }
}

#[test]
fn an_explicit_no_is_never_a_doubt() {
    for relay in [Relay::pipelining(), Relay::start(Manner::default())] {
        let left = send_to(&relay, &["defer1", "refuse1", "refuse2", "451-to-dot1", "554-to-dot1"]);
        let counts = total(&left.ended.counts);
        assert_eq!((counts.accepted, counts.deferred, counts.refused, counts.unknown), (20, 2, 3, 0));
        assert!(relay.n_connections() <= 4, "a refusal costs no connection");
        let mut bounced = 0;
        left.ledger
            .each_subscriber(|subscriber| {
                bounced += usize::from(subscriber.status == "bounced");
                Ok(())
            })
            .unwrap();
        assert_eq!(bounced, 2);
    }
    let left = send_to(&Relay::pipelining(), &["421-to-dot1", "421-to-dot2"]);
    let counts = total(&left.ended.counts);
    assert_eq!((counts.accepted, counts.deferred, counts.unknown), (20, 2, 0), "{counts:?}");
}

#[test]
fn a_refused_recipient_for_whom_a_body_is_asked_gets_a_lone_dot() {
    let relay = Relay::pipelining();
    let left = send_to(&relay, &["refuse-but-ask1", "refuse-but-ask2"]);
    assert_eq!((left.ended.ending, total(&left.ended.counts).refused), (Ending::Complete, 2));
}

#[test]
fn a_fault_before_the_dot_is_tried_again() {
    for relay in [Relay::pipelining(), Relay::start(Manner::default())] {
        let left = send_to(&relay, &["drop-before-data1", "drop-in-data1", "421.1", "250-to-data1"]);
        let counts = total(&left.ended.counts);
        assert_eq!((counts.accepted, counts.deferred, counts.unknown), (20, 3, 1), "{counts:?}");
    }
}

#[test]
fn silence_after_the_dot_is_unknown_and_not_sent_again() {
    let relay = Relay::pipelining();
    let locals = ["drop-after-dot1", "silent1", "354-to-dot1", "bare1", "latin1"];
    let left = send_to(&relay, &locals);
    let counts = total(&left.ended.counts);
    assert_eq!((counts.accepted, counts.unknown), (20, 5), "{counts:?}");
    assert_eq!(left.ended.ending, Ending::Complete);
    assert_eq!(left.ledger.unknown(&issue()).unwrap().len(), 5);
    send(later(&round(&left.ledger, Mailer::Smtp(relay.smtp())), 60)).unwrap();
    assert_all_is_well(&left.ledger, &relay);
}

#[test]
fn a_connection_in_doubt_is_never_used_again() {
    // All that follows is refused at the dot: one reply read late would make one of them accepted.
    let relay = Relay::pipelining();
    let state = tempdir().unwrap();
    let mut list = vec![entry("silent1@example.ca", Some("en"))];
    list.extend((0..5).map(|n| entry(&format!("554-to-dot{n}@example.ca"), Some("fr"))));
    let ledger = frozen(state.path(), list);
    let mut one_lane = round(&ledger, Mailer::Smtp(relay.smtp()));
    one_lane.delivering.connections = 1;
    let counts = total(&send(one_lane).unwrap().counts);
    assert_eq!((counts.accepted, counts.refused, counts.unknown), (0, 5, 1));
}

#[test]
fn an_idle_connection_that_the_relay_closed_is_made_anew() {
    let relay = Relay::start(Manner { offers: vec!["PIPELINING"], closes_after: Some(2), ..Manner::default() });
    let left = send_to(&relay, &[]);
    assert_eq!((left.ended.ending, relay.taken().len()), (Ending::Complete, 20));
}

#[test]
fn a_connection_serves_so_many_messages_and_no_more() {
    let relay = Relay::pipelining();
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(20));
    let mut one_lane = round(&ledger, Mailer::Smtp(relay.smtp_with("", 5)));
    one_lane.delivering.connections = 1;
    assert_eq!(send(one_lane).unwrap().ending, Ending::Complete);
    assert_eq!(relay.n_connections(), 4);
    assert_all_is_well(&ledger, &relay);
}

#[test]
fn replies_in_single_bytes_are_replies() {
    let relay = Relay::start(Manner { offers: vec!["pipelining"], is_slow_speaker: true, ..Manner::default() });
    assert_eq!(send_to(&relay, &[]).ended.ending, Ending::Complete);
}

#[test]
fn a_relay_that_refuses_us_stops_the_run_and_nobody_is_marked() {
    let refusals = [
        Manner { greeting: Some("554 5.7.1 not you"), ..Manner::default() },
        Manner { mail: Some("550 5.7.60 you may not send as this"), ..Manner::default() },
        Manner { offers: vec!["AUTH PLAIN LOGIN"], auth: Some("535 5.7.8 wrong"), ..Manner::default() },
        Manner { offers: vec!["AUTH GSSAPI"], ..Manner::default() },
        Manner { offers: vec!["SIZE 100"], ..Manner::default() },
    ];
    for manner in refusals {
        let relay = Relay::start(manner.clone());
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(9));
        let user = if manner.offers.first().is_some_and(|offer| offer.starts_with("AUTH")) { "u:p@" } else { "" };
        let ended = send(round(&ledger, Mailer::Smtp(relay.smtp_with(user, 100)))).unwrap();
        assert!(matches!(ended.ending, Ending::AboutUs(_)), "{manner:?}: {:?}", ended.ending);
        let counts = total(&ended.counts);
        assert_eq!((counts.to_send, relay.taken().len()), (9, 0), "{manner:?}: {counts:?}");
        let good = Relay::pipelining();
        assert_eq!(send(round(&ledger, Mailer::Smtp(good.smtp()))).unwrap().ending, Ending::Complete);
        assert_all_is_well(&ledger, &good);
    }
}

#[test]
fn three_refusals_of_policy_in_a_row_stop_the_run() {
    let relay = Relay::pipelining();
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), (0..30).map(|n| entry(&format!("policy{n}@example.ca"), Some("en"))).collect());
    let ended = send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap();
    assert!(matches!(ended.ending, Ending::AboutUs(_)));
    assert_eq!(total(&ended.counts).refused, 0);
}

#[test]
fn a_relay_that_is_away_or_says_nothing_marks_nobody() {
    let silent = Relay::start(Manner { greeting: Some(""), ..Manner::default() });
    let busy = Relay::start(Manner { greeting: Some("421 4.3.2 busy"), ..Manner::default() });
    let mut gone = busy.clone();
    gone.port = 1;
    for relay in [silent, busy, gone] {
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(3));
        let ended = send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap();
        assert!(matches!(ended.ending, Ending::Away(_)), "{:?}", ended.ending);
        assert_eq!(total(&ended.counts).to_send, 3);
    }
}

#[test]
fn at_each_dot_the_row_is_dotted_on_the_disk_with_and_without_pipelining() {
    for offers in [vec!["PIPELINING"], vec![]] {
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(20));
        let (looking, early) = (ledger.clone(), Arc::new(Mutex::new(Vec::new())));
        let found = Arc::clone(&early);
        let look = move |id: &str| {
            let copy = copies(&looking).into_iter().find(|(.., message_id)| message_id.as_deref() == Some(id));
            if copy.as_ref().is_none_or(|(_, state, _)| state != "dotted") {
                found.lock().unwrap().push(copy);
            }
        };
        let relay = Relay::start(Manner { offers, at_dot: Some(AtDot(Arc::new(look))), ..Manner::default() });
        assert_eq!(send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap().ending, Ending::Complete);
        assert_eq!(early.lock().unwrap().len(), 0, "{early:?}");
        assert_all_is_well(&ledger, &relay);
    }
}

#[test]
fn leave_for_a_dot_that_is_not_used_is_given_back() {
    // The ledger is asked with DATA, and these hear of it only afterwards.
    let unwilling = Manner { mail: Some("550 5.7.60 you may not send as this"), ..Manner::default() };
    let relay = Relay::start(Manner { offers: vec!["PIPELINING"], ..unwilling });
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(9));
    let ended = send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap();
    assert!(matches!(ended.ending, Ending::AboutUs(_)), "{:?}", ended.ending);
    assert_eq!(total(&ended.counts).to_send, 9, "{:?}", ended.counts);
    // A relay that closes each connection after a message, and is away when it is to be made anew.
    let relay = Relay::start(Manner { offers: vec!["PIPELINING"], closes_after: Some(1), ..Manner::default() });
    let leaving = relay.clone();
    let mut one_lane = round(&ledger, Mailer::Smtp(relay.smtp()));
    one_lane.delivering.connections = 1;
    one_lane.progress = Arc::new(move |_| leaving.is_away.store(true, Ordering::SeqCst));
    let ended = send(one_lane).unwrap();
    assert!(matches!(ended.ending, Ending::Away(_)), "{:?}", ended.ending);
    let counts = total(&ended.counts);
    assert_eq!((counts.accepted, counts.to_send, counts.in_flight), (1, 8, 0), "{counts:?}");
    relay.is_away.store(false, Ordering::SeqCst);
    assert_eq!(send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap().ending, Ending::Complete);
    assert_all_is_well(&ledger, &relay);
}

#[test]
fn a_link_that_goes_down_in_mid_body_frees_its_lane_in_time_and_the_copy_is_tried_again() {
    let relay = Relay::pipelining();
    let email = |local: &str, n_bytes: usize| cco_news::mail::Email {
        message_id: format!("<{local}@example.ca>"),
        from: Address::parse("bounces@example.ca").unwrap(),
        to: Address::parse(&format!("{local}@example.ca")).unwrap(),
        // More than the buffers of both ends hold.
        bytes: "0123456789abcde\r\n".repeat(n_bytes / 17).into_bytes(),
    };
    block_on(async {
        let mut line = Mailer::Smtp(relay.smtp()).line();
        let long = email("stall-in-data1", 32 << 20);
        let stalled = line.hand_over(&long, async { Ok(()) });
        let handed = tokio::time::timeout(std::time::Duration::from_secs(10), stalled).await.unwrap().unwrap();
        assert!(matches!(handed, cco_news::mail::Handed::Done(Outcome::Deferred(_))), "{handed:?}");
        let next = line.hand_over(&email("next", 1 << 10), async { Ok(()) }).await.unwrap();
        assert!(matches!(next, cco_news::mail::Handed::Done(Outcome::Accepted(_))), "{next:?}");
        line.close().await;
    });
    assert_eq!((relay.taken().len(), relay.n_connections()), (1, 2));
}

#[test]
fn signing_in_works_plain_and_by_login() {
    let relay = Relay::start(Manner { offers: vec!["AUTH PLAIN LOGIN"], ..Manner::default() });
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(3));
    let ended = send(round(&ledger, Mailer::Smtp(relay.smtp_with("user:p%40ss@", 100)))).unwrap();
    assert_eq!(ended.ending, Ending::Complete);
    assert_all_is_well(&ledger, &relay);
}

#[test]
fn tls_is_spoken_from_the_first_byte_or_after_starttls() {
    for (when, scheme) in [(When::First, "smtps"), (When::Starttls, "smtp")] {
        let offers = vec!["starttls", "AUTH PLAIN", "PIPELINING"];
        let relay = Relay::start(Manner { offers, tls: Some(when), ..Manner::default() });
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(9));
        let ended = send(round(&ledger, Mailer::Smtp(relay.smtp_tls(scheme, AUTHORITY)))).unwrap();
        assert_eq!(ended.ending, Ending::Complete, "{scheme}");
        assert_all_is_well(&ledger, &relay);
    }
}

#[test]
fn a_certificate_that_is_not_to_be_trusted_stops_the_run() {
    for (when, scheme) in [(When::First, "smtps"), (When::Starttls, "smtp")] {
        let relay =
            Relay::start(Manner { offers: vec!["STARTTLS", "AUTH PLAIN"], tls: Some(when), ..Manner::default() });
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(3));
        let ended = send(round(&ledger, Mailer::Smtp(relay.smtp_tls(scheme, NO_AUTHORITY)))).unwrap();
        assert!(matches!(ended.ending, Ending::AboutUs(_)), "{scheme}: {:?}", ended.ending);
        assert_eq!(relay.taken().len(), 0);
    }
}

#[test]
fn without_starttls_nothing_is_said_in_the_clear() {
    let bare = Manner { offers: vec!["AUTH PLAIN"], ..Manner::default() };
    // Somebody in between answers for the server before TLS begins.
    let slipped = Manner {
        offers: vec!["STARTTLS", "AUTH PLAIN"],
        tls: Some(When::Starttls),
        slips_in: "250-AUTH PLAIN\r\n250 ok\r\n",
        ..Manner::default()
    };
    for (manner, why) in [(bare, "STARTTLS"), (slipped, "more than it should")] {
        let relay = Relay::start(manner);
        let state = tempdir().unwrap();
        let ledger = frozen(state.path(), people(3));
        let ended = send(round(&ledger, Mailer::Smtp(relay.smtp_tls("smtp", AUTHORITY)))).unwrap();
        assert!(matches!(&ended.ending, Ending::AboutUs(reply) if reply.text.contains(why)), "{:?}", ended.ending);
        assert_eq!(relay.taken().len(), 0);
    }
}

#[test]
fn what_leaves_has_crlf_alone_one_of_each_header_and_its_dots() {
    let relay = Relay::pipelining();
    send_to(&relay, &[]);
    for taken in relay.taken() {
        let text = String::from_utf8(taken.bytes).unwrap();
        assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0']));
        assert!(text.lines().all(|line| line.len() <= 998));
        let (headers, body) = text.split_once("\r\n\r\n").unwrap();
        for name in [
            "From",
            "Reply-To",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "List-Id",
            "List-Unsubscribe",
            "Content-Language",
            "Precedence",
            "X-Auto-Response-Suppress",
            "MIME-Version",
            "Content-Type",
        ] {
            let n_times = headers.lines().filter(|line| line.starts_with(&format!("{name}: "))).count();
            assert_eq!(n_times, 1, "{name} in {headers}");
        }
        assert!(headers.contains(&format!("To: <{}>", taken.to)));
        assert!(!text.lines().any(|line| line.starts_with('.')), "{body}");
        let decoded = quoted_printable::decode(body, quoted_printable::ParseMode::Robust).unwrap();
        let decoded = String::from_utf8(decoded).unwrap();
        assert!(decoded.contains("\r\n.\r\n") && decoded.contains("\r\n..two\r\n"), "{decoded}");
        assert!(!body.contains("slot.invalid"));
        assert!(body.replace("=\r\n", "").contains("mailto:leave-quitter@cco-bcc.example?subject=3D"));
    }
}

#[test]
fn a_test_copy_is_marked_and_counted_nowhere() {
    let relay = Relay::pipelining();
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(3));
    let secrets = Secrets::open(&ledger).unwrap();
    let to = Address::parse("office@example.ca").unwrap();
    let (mailer, newsletter, french) = (Mailer::Smtp(relay.smtp()), newsletter(), edition("fr"));
    for _ in 0..2 {
        let sent = test_copy(&mailer, &newsletter, (&french, &to), (&secrets, &[]), now());
        assert!(matches!(block_on(sent).unwrap(), Outcome::Accepted(_)));
    }
    let text = String::from_utf8(relay.taken()[0].bytes.clone()).unwrap();
    assert!(text.contains("=C3=A9 avant l'approbation"), "{text}");
    assert_eq!(total(&ledger.counts(&issue()).unwrap()).to_send, 3);
}

#[test]
fn signing_in_by_a_token_works_and_a_refused_token_stops_the_run() {
    let relay = Relay::start(Manner { offers: vec!["AUTH XOAUTH2 PLAIN"], token: Some("good"), ..Manner::default() });
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(3));
    let ended = send(round(&ledger, Mailer::Smtp(relay.smtp_token("old")))).unwrap();
    assert!(matches!(&ended.ending, Ending::AboutUs(reply) if reply.code == 535), "{:?}", ended.ending);
    assert_eq!(total(&ended.counts).to_send, 3);
    assert_eq!(send(round(&ledger, Mailer::Smtp(relay.smtp_token("good")))).unwrap().ending, Ending::Complete);
    assert_all_is_well(&ledger, &relay);
    let passwords_only = Relay::start(Manner { offers: vec!["AUTH PLAIN"], ..Manner::default() });
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(3));
    let ended = send(round(&ledger, Mailer::Smtp(passwords_only.smtp_token("good")))).unwrap();
    assert!(matches!(&ended.ending, Ending::AboutUs(reply) if reply.text.contains("XOAUTH2")), "{:?}", ended.ending);
}

#[test]
fn an_address_beyond_ascii_is_refused_before_anything_leaves_unless_the_relay_carries_it() {
    for (offers, n_refused) in [(vec!["8bitmime"], 1), (vec!["8BITMIME", "smtputf8", "PIPELINING"], 0)] {
        let relay = Relay::start(Manner { offers, ..Manner::default() });
        let state = tempdir().unwrap();
        let mut list = people(3);
        list.extend([entry("ren\u{e9}e@example.ca", Some("fr")), entry("a@qu\u{e9}bec.example", Some("fr"))]);
        let ledger = frozen(state.path(), list);
        let ended = send(round(&ledger, Mailer::Smtp(relay.smtp()))).unwrap();
        assert_eq!((ended.ending, total(&ended.counts).refused), (Ending::Complete, n_refused));
        assert_eq!(relay.times().contains_key("ren\u{e9}e@example.ca"), n_refused == 0);
        assert_eq!(relay.times()["a@xn--qubec-csa.example"], 1, "a domain is sent as A-labels");
        assert_all_is_well(&ledger, &relay);
    }
}

#[test]
fn replies_that_are_none_are_a_doubt_after_the_dot_and_tried_again_before_it() {
    let relay = Relay::pipelining();
    let left = send_to(&relay, &["long1", "odd1", "mixed1", "endless-dot1", "endless1"]);
    let counts = total(&left.ended.counts);
    assert_eq!((counts.accepted, counts.unknown, counts.deferred), (20, 4, 1), "{counts:?}");
}

#[test]
fn a_full_mailbox_is_tried_again_and_nobody_is_dropped_for_it() {
    for relay in [Relay::pipelining(), Relay::start(Manner::default())] {
        let left = send_to(&relay, &["full1", "full2"]);
        let counts = total(&left.ended.counts);
        assert_eq!((counts.accepted, counts.deferred), (20, 2));
        let mut bounced = 0;
        let count = |subscriber: cco_news::ledger::Subscriber| {
            bounced += usize::from(subscriber.status != "active");
            Ok(())
        };
        left.ledger.each_subscriber(count).unwrap();
        assert_eq!(bounced, 0);
    }
}

#[test]
fn a_relay_that_takes_fewer_connections_gets_fewer() {
    let manner = Manner { offers: vec!["PIPELINING"], connections_max: Some(2), ..Manner::default() };
    let relay = Relay::start(manner);
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(60));
    let mut eight = round(&ledger, Mailer::Smtp(relay.smtp()));
    eight.delivering.connections = 8;
    assert_eq!(send(eight).unwrap().ending, Ending::Complete);
    assert_all_is_well(&ledger, &relay);
}

/// Polls a future so often, then drops it.
struct Dropped<F> {
    future: std::pin::Pin<Box<F>>,
    n_polls: usize,
}

impl<F: Future> Future for Dropped<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: std::pin::Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        use std::task::Poll;
        if self.n_polls == 0 {
            return Poll::Ready(None);
        }
        self.n_polls -= 1;
        match self.future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // The last poll: it is dropped while it waits.
            Poll::Pending if self.n_polls == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

#[test]
fn a_copy_dropped_at_any_moment_leaves_no_connection_that_answers_for_another() {
    let email = |local: &str| cco_news::mail::Email {
        message_id: format!("<{local}@example.ca>"),
        from: Address::parse("bounces@example.ca").unwrap(),
        to: Address::parse(&format!("{local}@example.ca")).unwrap(),
        bytes: format!("Message-ID: <{local}@example.ca>\r\n\r\nHello\r\n").into_bytes(),
    };
    for relay in [Relay::pipelining(), Relay::start(Manner::default())] {
        let mailer = Mailer::Smtp(relay.smtp());
        block_on(async {
            for n_polls in 1.. {
                let mut line = mailer.line();
                let first = line.hand_over(&email("first"), async { Ok(()) }).await.unwrap();
                assert!(matches!(first, cco_news::mail::Handed::Done(Outcome::Accepted(_))));
                let second = email("second");
                let future = Box::pin(line.hand_over(&second, async { Ok(()) }));
                let is_over = Dropped { future, n_polls }.await.is_some();
                for n in 0..3 {
                    let refused = line.hand_over(&email(&format!("554-to-dot{n}")), async { Ok(()) }).await.unwrap();
                    let is_refused = matches!(refused, cco_news::mail::Handed::Done(Outcome::Refused(_)));
                    assert!(is_refused, "after {n_polls} polls: {refused:?}");
                }
                line.close().await;
                if is_over {
                    break;
                }
            }
        });
    }
}
