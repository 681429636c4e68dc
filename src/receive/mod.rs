//! `receive`: one mail comes in as bytes, and goes out as a [`Notice`]: a bounce, a complaint, a request, a story, or a
//! mail for a person. It stands apart because mail is hostile and forms are many: it is pure, has limits, and decides
//! nothing; who is written to no more is the ledger's to say, by the copy that the notice leads back to.

mod letter;
mod rules;
mod report;
mod bounce;
mod person;
mod written;
mod approval;
#[cfg(test)]
mod tests;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

pub use approval::read_approval;
pub use rules::Rules;

use crate::model::{Notice, Received};
use letter::Letter;

/// Message-IDs in one mail that are looked up: a copy's own, and those of a long thread.
const COPIES_MAX: usize = 20;

/// Understands one mail. Whatever the bytes are, the answer is at worst a mail for a person.
pub fn read(raw: &[u8], rules: &Rules) -> Received {
    let letter = Letter::read(raw);
    let is_ours = || letter.header("list-unsubscribe").is_some() && letter.header("feedback-id").is_none();
    let notice = report::complaint(&letter)
        .or_else(|| report::delivery(&letter, rules))
        .or_else(|| (person::is_receipt(&letter) && !bounce::is_from_daemon(&letter)).then_some(Notice::Report))
        .or_else(|| person_away(&letter))
        .or_else(|| bounce::read(&letter, rules))
        .or_else(|| person::automatic(&letter))
        .or_else(|| (!is_ours()).then(|| person::asked(&letter)).flatten())
        .unwrap_or(Notice::Personal);
    Received {
        hash: HEXLOWER.encode(&Sha256::digest(raw)),
        from: letter.header("from").and_then(report::address),
        subject: letter.subject.clone(),
        is_french: person::is_french(&letter),
        notice,
        copies: copies(&letter),
    }
}

/// An automatic answer whose sender is a person's address: what it says of mailboxes is no bounce.
fn person_away(letter: &Letter) -> Option<Notice> {
    if bounce::is_from_daemon(letter) { None } else { person::automatic(letter).filter(|_| bounce::is_away(letter)) }
}

/// What may lead back to a copy: Message-IDs, the envelope's id, and the tag of the bounce address.
fn copies(letter: &Letter) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        let local = word.trim().trim_matches(['<', '>', '"']).split('@').next().unwrap_or("").to_ascii_lowercase();
        if (16..=128).contains(&local.len()) && !found.contains(&local) && found.len() < COPIES_MAX {
            found.push(local);
        }
    };
    letter.original_header("message-id").into_iter().for_each(&mut add);
    for status in letter.statuses.iter().chain(&letter.feedback) {
        for line in status.lines() {
            if let Some((name, value)) = line.split_once(':')
                && ["original-envelope-id", "x-original-message-id", "original-message-id"]
                    .contains(&name.to_ascii_lowercase().as_str())
            {
                add(value.trim());
            }
        }
    }
    for name in ["in-reply-to", "references", "x-original-message-id"] {
        letter.headers(name).flat_map(str::split_whitespace).for_each(&mut add);
    }
    // `bounces+TAG@domain`, wherever the last server wrote the envelope's recipient.
    for name in ["to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"] {
        for value in letter.headers(name) {
            for word in value.split([' ', ',', '<', '>']) {
                if let Some((_, tag)) = word.split('@').next().and_then(|local| local.split_once('+')) {
                    add(tag);
                }
            }
        }
    }
    // A report of a system without attachments quotes the headers in its text.
    for line in letter.text.lines().filter(|line| line.to_ascii_lowercase().starts_with("message-id:")) {
        add(&line[11..]);
    }
    found
}
