//! Bounces of systems that write for people only: whether a mail is one, whose copy it is about, and what it says of
//! the address.

use super::letter::Letter;
use super::person::is_absence;
use super::report::{address, trimmed};
use super::rules::{Rules, folded};
use crate::model::{Address, BounceClass, Bounced, Notice};

/// A notice names its recipients in its first lines.
const NOTICE_LINES_MAX: usize = 200;
/// One copy has one recipient; a forwarder may list a few.
const RECIPIENTS_MAX: usize = 100;
/// What is kept of what a server said.
const TEXT_CHARS_MAX: usize = 200;
/// Evidence that is needed before a mail is taken for a report by what it says.
const EVIDENCE_MIN: u32 = 2;

/// Senders that are programs.
const DAEMONS: [&str; 13] = [
    "mailer-daemon",
    "mailerdaemon",
    "mail-daemon",
    "maildaemon",
    "mdaemon",
    "postmaster",
    "mailadmin",
    "bounce",
    "bounces",
    "mail.daemon",
    "mailer",
    "maildelivery",
    "system administrator",
];
/// How the names of such senders begin, with that of a machine after it.
const NAMES: [&str; 5] =
    ["mail delivery sub", "mail delivery system", "mailer-daemon", "mailer daemon", "internet mail delivery"];
/// Words of the names and subjects of reports.
const SUBJECTS: [&str; 44] = [
    "undeliver",
    "delivery status notification",
    "delivery failure",
    "delivery failed",
    "delivery problem",
    "delivery report",
    "failure notice",
    "failure delivery",
    "returned mail",
    "returned to sender",
    "mail delivery",
    "message delivery",
    "non-deliverable",
    "non deliverable",
    "could not be delivered",
    "couldn't be delivered",
    "cannot be delivered",
    "not delivered",
    "not deliverable",
    "delivery error",
    "delivery notification",
    "mail failure",
    "mail error",
    "mail system error",
    "failed mail",
    "nondeliverable",
    "non-delivery",
    "nondelivery",
    "unable to deliver",
    "warning: message",
    "warning: could not",
    "delayed",
    "échec",
    "non remis",
    "non distribu",
    "non-remise",
    "user unknown",
    "unzustellbar",
    "undelivered",
    "permanent delivery",
    "rejected",
    "mailbox",
    "notification d'état",
    "blocked",
];

/// What the report of a mail system says; none when the mail is not one.
pub(super) fn read(letter: &Letter, rules: &Rules) -> Option<Notice> {
    let notice = notice_lines(&letter.text, rules);
    let whole = folded(&notice.join("\n"));
    let failed: Vec<Address> =
        letter.headers("x-failed-recipients").flat_map(|value| value.split(',')).filter_map(address).collect();
    if failed.is_empty() && !is_report(letter, &whole, rules) {
        return None;
    }
    let is_delay = rules.is_delay(&whole);
    let named = if failed.is_empty() { recipients(letter, &notice) } else { failed };
    let mut bounced: Vec<Bounced> = Vec::new();
    for address in named.into_iter().take(RECIPIENTS_MAX) {
        let about = section(&notice, &address);
        bounced.push(one(Some(address), &about, &whole, is_delay, rules));
    }
    if bounced.is_empty() {
        bounced.push(one(None, &whole, &whole, is_delay, rules));
    }
    Some(Notice::Bounce(bounced))
}

/// Whether a program wrote this mail to say that another did not arrive.
///
/// A person's mail about bounces holds all their sentences, so a sentence alone is never enough; and a person who minds a
/// `postmaster` answers and passes on.
fn is_report(letter: &Letter, whole: &str, rules: &Rules) -> bool {
    let is_bulk = letter.header("list-unsubscribe").is_some() && !is_from_daemon(letter);
    if (is_answer(letter) || is_bulk) && !is_program(letter) {
        return is_verdict_on_answer(letter) && rules.begins_strongly(whole);
    }
    let evidence = evidence(letter);
    (evidence > 0 && rules.begins_strongly(whole))
        || (evidence >= EVIDENCE_MIN && rules.is_report(whole))
        || (evidence > EVIDENCE_MIN && is_program(letter))
}

/// Whether the mail itself says that a program wrote it, in a way that no mail program of a person does.
pub(super) fn is_program(letter: &Letter) -> bool {
    let kind = letter.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let from = letter.header("from").unwrap_or_default().to_ascii_lowercase();
    has_null_path(letter)
        || letter.header("x-failed-recipients").is_some()
        || kind.contains("multipart/report")
        || from.contains("mailer-daemon@")
}

/// Whether the reports in a mail are its own: people attach and paste those of others.
pub(super) fn is_own_report(letter: &Letter) -> bool {
    is_program(letter) || (is_from_daemon(letter) && !is_answer(letter))
}

fn has_null_path(letter: &Letter) -> bool {
    letter.headers("return-path").any(|path| path.trim() == "<>" || path.to_ascii_lowercase().contains("mailer-daemon"))
}

/// Whether the subject is that of an answer, or of a mail that somebody passes on.
fn is_answer(letter: &Letter) -> bool {
    let subject = folded(&letter.subject);
    ["re:", "re :", "fw:", "fwd:", "tr:", "tr :", "aw:", "rép :"].iter().any(|prefix| subject.starts_with(prefix))
}

/// Whether the subject is that of the copy, with what became of it at its end, as gateways write it under an address of
/// their own: `RE: News : non remis (delivery failed)`. It answers nothing, since it has no thread.
fn is_verdict_on_answer(letter: &Letter) -> bool {
    let subject = folded(&letter.subject);
    let (before, verdict) = subject.rsplit_once(':').unwrap_or(("", ""));
    let is_forward = ["fw", "fwd", "tr"].iter().any(|prefix| subject.starts_with(prefix));
    before.contains(':')
        && !is_forward
        && letter.header("in-reply-to").is_none()
        && letter.header("references").is_none()
        && SUBJECTS.iter().filter(|word| verdict.contains(**word)).count() > 1
}

fn has_subject(letter: &Letter) -> bool {
    let subject = folded(&letter.subject);
    !is_answer(letter) && SUBJECTS.iter().any(|word| subject.contains(word))
}

fn one(address: Option<Address>, about: &str, whole: &str, is_delay: bool, rules: &Rules) -> Bounced {
    let status = find_status(about).or_else(|| find_status(whole));
    let class = if is_delay {
        BounceClass::Delayed
    } else {
        let of_section = class_of(find_status(about).as_deref(), about, rules);
        of_section.or_else(|| class_of(status.as_deref(), whole, rules)).unwrap_or(BounceClass::Soft)
    };
    Bounced { address, class, status, text: short(about) }
}

/// What a status code and a server's words say about the address.
pub(super) fn class_of(status: Option<&str>, said: &str, rules: &Rules) -> Option<BounceClass> {
    let parts: Vec<&str> = status.map(|status| status.split('.').collect()).unwrap_or_default();
    let of_words = rules.reason(said);
    match parts.as_slice() {
        ["5", "1", "1" | "2" | "3" | "6" | "10"] | ["5", "2", "1"] => Some(BounceClass::Hard),
        [_, "2", "2"] => Some(BounceClass::Soft),
        // The server itself says that it may pass.
        ["4", ..] => Some(of_words.filter(|class| *class != BounceClass::Hard).unwrap_or(BounceClass::Soft)),
        ["5", family, _] => of_words.or(match *family {
            "1" => Some(BounceClass::Hard),
            "6" | "7" => Some(BounceClass::Policy),
            "0" => None,
            _ => Some(BounceClass::Soft),
        }),
        _ => of_words,
    }
}

/// The first code in the form of RFC 3463.
pub(super) fn find_status(text: &str) -> Option<String> {
    let is_edge = |c: char| !(c.is_ascii_digit() || c == '.');
    text.split(is_edge).map(|word| word.trim_matches('.')).find_map(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        let [class, subject, detail] = parts.as_slice() else { return None };
        let is_code =
            matches!(*class, "2" | "4" | "5") && [subject, detail].iter().all(|part| (1..=3).contains(&part.len()));
        is_code.then(|| word.to_owned())
    })
}

/// A server's words, short, with no address in them.
pub(super) fn short(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.contains('@') { "***" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect()
}

/// How much besides its text says that a program wrote this mail.
fn evidence(letter: &Letter) -> u32 {
    let is_automatic = letter.header("auto-submitted").is_some_and(|value| !value.trim().eq_ignore_ascii_case("no"))
        || letter.header("content-type").is_some_and(|kind| kind.to_ascii_lowercase().contains("multipart/report"));
    // No person's address is this one.
    let is_daemon = letter.header("from").is_some_and(|from| from.to_ascii_lowercase().contains("mailer-daemon@"));
    2 * u32::from(is_from_daemon(letter) || has_null_path(letter))
        + u32::from(is_automatic)
        + u32::from(has_subject(letter))
        + u32::from(is_daemon)
}

/// Whether the sender is a mail system.
pub(super) fn is_from_daemon(letter: &Letter) -> bool {
    let from = letter.header("from").or_else(|| letter.header("sender")).unwrap_or_default().to_lowercase();
    let local =
        from.rsplit('<').next().unwrap_or("").split('@').next().unwrap_or("").trim_matches(['"', ' ', '\\']).to_owned();
    // The whole of the name: there are people in "Mail Delivery Services", too.
    let name = from.split('<').next().unwrap_or("").trim_matches(['"', ' ', '\'']).to_owned();
    let names = [
        "internet mail delivery",
        "mail administrator",
        "mail delivery service",
        "mail delivery subsystem",
        "mail delivery system",
        "delivery subsystem",
        "delivery system",
        "mailer-daemon",
        "mailer daemon",
        "postmaster",
    ];
    let parts = ["smtp", "antivirus", "mailsweeper", "mail_service", "microsoftexchange", "mailer-daemon"];
    DAEMONS.contains(&local.as_str())
        || parts.iter().any(|part| local.contains(part))
        || names.contains(&name.as_str())
        || NAMES.iter().any(|begin| name.starts_with(begin))
}

/// The lines before the copy of the original.
fn notice_lines<'a>(text: &'a str, rules: &Rules) -> Vec<&'a str> {
    let mut lines = Vec::new();
    for line in text.lines().take(NOTICE_LINES_MAX) {
        // What was read before is kept, so that a report that begins with such a line is not lost.
        if lines.iter().any(|line: &&str| line.contains('@'))
            && (rules.begins_original(&folded(line)) || is_header(line))
        {
            break;
        }
        lines.push(line);
    }
    lines
}

/// A header of a returned message without any line before it.
fn is_header(line: &str) -> bool {
    ["Received: ", "Return-Path: ", "Return-path: "].iter().any(|name| line.starts_with(name))
}

/// The addresses that a notice is about: of those after "the following recipients", if it says so, the ones that begin a
/// line, or else all that it names; but for its own sender and reader and the sender of the original.
fn recipients(letter: &Letter, notice: &[&str]) -> Vec<Address> {
    let own = own(letter);
    let announces = |line: &&str| folded(line).contains("following recipient");
    let after = notice.iter().position(announces).map_or(0, |line| line + 1);
    let found = named(&notice[after..], &own);
    let found = if found.is_empty() && after > 0 { named(notice, &own) } else { found };
    if !found.is_empty() {
        return found;
    }
    if let Some(bare) = bare_names(letter, notice) {
        return vec![bare];
    }
    // A notice that names nobody returns the copy, and that names one reader.
    letter.original_header("to").and_then(address).filter(|address| is_other(address, &own)).into_iter().collect()
}

fn is_other(address: &Address, own: &[String]) -> bool {
    let local = address.local().to_ascii_lowercase();
    !own.contains(&address.key()) && !DAEMONS.contains(&local.as_str()) && local != "abuse"
}

fn named(notice: &[&str], own: &[String]) -> Vec<Address> {
    let (mut first, mut any): (Vec<Address>, Vec<Address>) = (Vec::new(), Vec::new());
    for line in notice {
        let words = line.split([' ', '\t', ',', ';', '=']).filter(|word| word.chars().any(char::is_alphanumeric));
        // Behind a forwarding address stands the one that we wrote to.
        let is_alias = line.contains("expanded from") || line.contains("generated from");
        let mut before = "";
        for (index, word) in words.enumerate() {
            let is_sender = !is_alias && (before.eq_ignore_ascii_case("from") || before.ends_with("from:"));
            before = word;
            let Ok(address) = Address::parse(trimmed(word)) else { continue };
            if is_sender || word.contains("://") || !is_other(&address, own) {
                continue;
            }
            let list = if index == 0 || is_label(line) { &mut first } else { &mut any };
            if !list.contains(&address) {
                list.push(address);
            }
        }
    }
    if first.is_empty() { any } else { first }
}

/// AOL names its reader without the domain, alone on a line.
fn bare_names(letter: &Letter, notice: &[&str]) -> Option<Address> {
    let domain = letter.header("from").and_then(address)?.domain().to_owned();
    let is_name =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let announced = notice.iter().position(|line| folded(line).contains("recipients could not be delivered"))?;
    let names = notice[announced + 1..].iter().filter(|line| line.starts_with([' ', '\t'])).map(|line| line.trim());
    names.filter(|word| is_name(word)).find_map(|name| Address::parse(&format!("{name}@{domain}")).ok())
}

/// `To: a@b.ca`, `Recipient: <a@b.ca>`, `RCPT TO:<a@b.ca>`.
fn is_label(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>', '*', '-']).to_ascii_lowercase();
    [
        "to:",
        "recipient",
        "rcpt to",
        "(expanded from",
        "(generated from",
        "intended recipient",
        "undeliver",
        "invalid final",
        "error-for:",
        "local mailbox",
        "failed",
        "user",
        "unknown user",
        "delivery failed",
        "destinataire",
        "à :",
    ]
    .iter()
    .any(|label| line.starts_with(label))
}

/// Addresses that are never the recipient: whom the report comes from and goes to, who sent the original.
fn own(letter: &Letter) -> Vec<String> {
    let mut own = Vec::new();
    for name in ["from", "to", "reply-to", "delivered-to", "sender", "return-path", "cc", "errors-to"] {
        own.extend(letter.headers(name).flat_map(addresses));
    }
    for name in ["from", "sender", "reply-to", "return-path", "errors-to"] {
        own.extend(letter.original_header(name).into_iter().flat_map(addresses));
    }
    // Who writes to themselves is their own reader.
    let readers: Vec<String> = letter.original_header("to").into_iter().flat_map(addresses).collect();
    own.retain(|address| !readers.contains(address));
    own
}

fn addresses(value: &str) -> impl Iterator<Item = String> {
    let words = value.split([' ', ',', ';']).filter(|word| word.contains('@'));
    words.filter_map(|word| Address::parse(trimmed(word)).ok()).map(|address| address.key())
}

/// What a notice says of one address: from its line to the next one that names another.
fn section(notice: &[&str], address: &Address) -> String {
    let key = address.key();
    let names = |line: &str| addresses(line).any(|found| found == key);
    let names_other = |line: &str| {
        let begins = line.trim_start_matches(['<', ' ', '\t']);
        !names(line) && begins.split([' ', '>', ':']).next().is_some_and(|word| word.contains('@'))
    };
    let Some(start) = notice.iter().position(|line| names(line)) else { return folded(&notice.join("\n")) };
    let after = notice.iter().skip(start + 1).take_while(|line| !names_other(line));
    folded(&std::iter::once(&notice[start]).chain(after).copied().collect::<Vec<_>>().join("\n"))
}

/// Whether an automatic answer is a person's and not a mail system's: its subject is that of an answer, or at least not
/// that of a report. What it answers may speak of mailboxes and delays itself.
pub(super) fn is_away(letter: &Letter) -> bool {
    letter.header("x-failed-recipients").is_none() && (is_absence(letter) || !has_subject(letter))
}
