//! What is known of the world beyond the issue: links that were asked, the sender's domain, the relay. `cli` asks; the
//! rules only judge what was answered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Words;

/// What became of one link.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSeen {
    /// The status; none: no answer came.
    pub status: Option<u16>,
    /// Why there was no answer, or none that counts.
    pub why: Option<Words>,
    /// The address that answered, after redirects.
    pub url: String,
    /// How many redirects led there.
    pub redirects: usize,
    /// How many times in a row the page has said that it is not there, whatever its status.
    pub gone: u32,
    /// The language of the page, as a primary tag: `en`.
    pub language: Option<String>,
    /// The page's address in another language, as it names it.
    pub peer: Option<String>,
    /// The media type.
    pub content_type: Option<String>,
    /// Bytes, where the server said or sent them.
    pub bytes: Option<u64>,
    /// When it was asked.
    pub asked: Option<Timestamp>,
}

/// What was asked for `check --setup`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setup {
    /// The domain of the sender.
    pub domain: String,
    /// The domain of the envelope sender.
    pub bounce_domain: String,
    /// The SPF record of the envelope sender's domain.
    pub spf: Record,
    /// The DKIM key: its selector, and the record there; none: no selector is known.
    pub dkim: Option<(String, Record)>,
    /// The DMARC record of the sender's domain, or of the organization's above it.
    pub dmarc: Record,
    /// The relays; none: copies go to the outbox.
    pub relays: Vec<Relay>,
    /// Other things that were asked, each with its answer.
    pub asked: Vec<Asked>,
}

/// A record of the domain name system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Record {
    /// The texts found at the name.
    Found(Vec<String>),
    /// There is none.
    #[default]
    Absent,
    /// Nobody answered.
    Unknown(Words),
}

/// What a relay said of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that a relay has or has not")]
pub struct Relay {
    /// What the office calls it and its address, without a password.
    pub shown: String,
    /// Why it cannot be used now.
    pub fault: Option<Words>,
    /// Whether what is said to it is encrypted.
    pub is_encrypted: bool,
    /// Whether it is on this machine.
    pub is_loopback: bool,
    /// Ways to sign in.
    pub auth: Vec<String>,
    /// Whether we signed in.
    pub is_signed_in: bool,
    /// The largest message; 0: it names none.
    pub size: u64,
    /// Whether commands may be sent ahead.
    pub pipelining: bool,
    /// Whether it carries addresses with letters beyond ASCII.
    pub smtputf8: bool,
}

/// Under which ledger, backups, clock and mailbox are told: no rule of the list asks for them.
pub const SETUP: &str = "SETUP";

/// One thing that was asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The rule under which it is reported, or [`SETUP`].
    pub rule: &'static str,
    /// Whether it blocks, wants a look, or is fine.
    pub severity: crate::model::Severity,
    /// What was found.
    pub message: Words,
    /// What to do.
    pub hint: Words,
}
