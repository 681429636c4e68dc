//! A request for approval, and what a reply to it says.

use super::{Address, Digest, EditionId, IssueId};

/// A request for approval that was sent: what a reply to it is matched with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The issue.
    pub issue: IssueId,
    /// The edition.
    pub edition: EditionId,
    /// What was shown.
    pub digest: Digest,
    /// Who was asked.
    pub by: String,
    /// Where they were asked: only from there does a reply count.
    pub address: Address,
    /// The request's Message-ID, without angle brackets.
    pub message_id: String,
}

/// A reply to a request for approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalReply {
    /// What it replies to.
    pub asked: Asked,
    /// What it says.
    pub said: Said,
    /// What else the person wrote, in one line.
    pub note: Option<String>,
}

/// What a reply says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It begins with `Approved` or `Approuvé`, and sets no condition.
    Approved,
    /// It begins so, and then asks for something: a person decides.
    Condition,
    /// It begins otherwise: a person reads it.
    Other,
    /// A program answered for the person (RFC 3834).
    Automatic,
    /// It does not come from the address that was asked, or a mail server says that its sender is forged.
    Forged,
}
