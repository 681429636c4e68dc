//! What came back: one mail, or one web request, as the office has to understand it.

use serde::{Deserialize, Serialize};

use super::{Address, Lang};

/// How much a bounce says about an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BounceClass {
    /// The address is no more: it gets nothing further.
    Hard,
    /// This message did not reach it: mailbox full, server away for days.
    Soft,
    /// The message was not wanted (RFC 3463 5.7.x): this is about us, never about the address.
    Policy,
    /// Not a bounce: the server is still trying.
    Delayed,
}

impl BounceClass {
    /// As in the ledger and in `--json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hard => "hard",
            Self::Soft => "soft",
            Self::Policy => "policy",
            Self::Delayed => "delayed",
        }
    }
}

/// One recipient of a bounce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounced {
    /// The address that the report names; reports of old systems name none that can be read.
    pub address: Option<Address>,
    /// How much it says.
    pub class: BounceClass,
    /// The status code (RFC 3463), given or read from the text.
    pub status: Option<String>,
    /// What the server said: short, no address in it.
    pub text: String,
}

/// What a person asks for by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// To leave.
    Leave,
    /// Another language; none: the other one, or it must be asked.
    Language(Option<Lang>),
    /// Something about leaving that a person has to read, the same day.
    Unclear,
}

/// What a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A report that a copy did not arrive, or not yet: one entry a recipient.
    Bounce(Vec<Bounced>),
    /// A reader told their provider that the newsletter is unwanted (RFC 5965).
    Complaint(Option<Address>),
    /// A person asks to leave or to change language; the token of their copy, when their mail carried it.
    Request {
        /// For what.
        what: Request,
        /// From a link in a copy.
        token: Option<String>,
    },
    /// A person says whether an issue was useful.
    Useful {
        /// What they say.
        is_useful: bool,
        /// Whether their subject says so; else they answer something of ours, and it must have been a copy.
        is_subject: bool,
    },
    /// A program answered for a person who is away.
    AutoReply,
    /// An automatic answer names a new address.
    Moved(Address),
    /// Delivered, read, forwarded: a report that asks for nothing.
    Report,
    /// A story for the newsletter.
    Story,
    /// A mail for a person.
    Personal,
}

/// One mail as it was understood, and what leads back to the copy it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// SHA-256 of its bytes, in hexadecimal: the same mail is acted on once.
    pub hash: String,
    /// Who sent it, when that can be read.
    pub from: Option<Address>,
    /// Its subject, for the person who has to look; never logged.
    pub subject: String,
    /// Whether it is rather French than English, for an answer in its language.
    pub is_french: bool,
    /// What it is.
    pub notice: Notice,
    /// Local parts of Message-IDs that it mentions, and tags of the bounce address it came to: candidates for ours.
    pub copies: Vec<String>,
}
