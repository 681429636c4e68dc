//! An edition: one language's mail, composed once, with typed slots for what differs between recipients.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{EditionId, IssueId, Lang};

/// A place that addressing fills. Its token is an address on the reserved domain `.invalid` (RFC 6761), so that an
/// edition with empty slots is still well-formed HTML and text; `gather` lets no such address in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Where the recipient leaves.
    Unsubscribe,
    /// Where the recipient changes language.
    Preferences,
}

impl Slot {
    /// Every slot.
    pub const ALL: [Self; 2] = [Self::Unsubscribe, Self::Preferences];

    /// What stands in HTML and text until a copy is addressed.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Unsubscribe => "https://slot.invalid/unsubscribe",
            Self::Preferences => "https://slot.invalid/preferences",
        }
    }
}

/// An edition of an issue, with empty slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Which one.
    pub id: EditionId,
    /// Its languages, in the order of its body.
    pub langs: Vec<Lang>,
    /// The subject.
    pub subject: String,
    /// The preheader.
    pub preheader: String,
    /// The MJML from which the HTML was made, for people who look for a mistake.
    pub mjml: String,
    /// The HTML part.
    pub html: String,
    /// The text part, lines ended by `\n`.
    pub text: String,
    /// Pictures that travel with it.
    pub parts: Vec<Part>,
    /// Headers that are the same in every copy, in order.
    pub headers: Vec<(String, String)>,
    /// Who gets it, as a rule: `language = en`.
    pub audience: String,
    /// Waivers that hold for it, one line each: they are part of what is approved.
    pub waivers: Vec<String>,
}

/// A picture that travels with an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its Content-ID without angle brackets.
    pub cid: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Part {
    /// The name of its file, by its bytes.
    pub fn file_name(&self) -> String {
        let ending = self.media_type.rsplit('/').next().unwrap_or("bin");
        format!("{}.{ending}", Digest::of(&self.bytes).short())
    }
}

/// The SHA-256 of what an approver has seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)))
    }

    /// From a file.
    pub fn from_hex(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12, for people.
    pub fn short(&self) -> &str {
        &self.0[..self.0.len().min(12)]
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())
    }
}

impl Edition {
    /// Gmail cuts a mail at about 102 KB of HTML; above this the layout becomes contents-first where a web copy exists.
    pub const HTML_WIRE_BYTES_MAX: usize = 90_000;

    /// The first header of this name, which is read without regard to case (RFC 5322, 1.2.2).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// How many bytes HTML has on the wire: quoted-printable with its soft line breaks (RFC 2045 6.7).
    pub fn html_wire_bytes(html: &str) -> usize {
        let plain = |byte: u8| matches!(byte, b' '..=b'<' | b'>'..=b'~');
        let line_bytes = |line: &str| {
            let bytes: usize = line.bytes().map(|byte| if plain(byte) { 1 } else { 3 }).sum();
            bytes + bytes / 75 * 3 + 2
        };
        html.split('\n').map(line_bytes).sum()
    }

    /// The digest to which an approval is bound: subject, preheader, HTML, text, pictures, fixed headers, waivers and
    /// the audience rule, each with its name and length before it, so that no two editions share one.
    pub fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        let mut field = |name: &str, bytes: &[u8]| {
            hash.update(format!("{name}:{}:", bytes.len()).as_bytes());
            hash.update(bytes);
        };
        field("edition", self.id.as_str().as_bytes());
        field("subject", self.subject.as_bytes());
        field("preheader", self.preheader.as_bytes());
        field("html", self.html.as_bytes());
        field("text", self.text.as_bytes());
        for part in &self.parts {
            field("cid", part.cid.as_bytes());
            field("type", part.media_type.as_bytes());
            field("part", &part.bytes);
        }
        for (name, value) in &self.headers {
            field(name, value.as_bytes());
        }
        for waiver in &self.waivers {
            field("waiver", waiver.as_bytes());
        }
        field("audience", self.audience.as_bytes());
        Digest(data_encoding::HEXLOWER.encode(&hash.finalize()))
    }
}

/// `manifest.json`: what was composed, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The issue.
    pub issue: IssueId,
    /// Its editions.
    pub editions: BTreeMap<EditionId, ManifestEdition>,
    /// The SHA-256 of every file that went in, by path from the newsletter's folder.
    pub inputs: BTreeMap<String, Digest>,
}

/// What `manifest.json` says of one edition: with the files beside it, the whole [`Edition`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestEdition {
    /// The digest that is approved.
    pub digest: Digest,
    /// Its languages.
    pub langs: Vec<Lang>,
    /// The subject.
    pub subject: String,
    /// The preheader.
    pub preheader: String,
    /// Headers that are the same in every copy.
    pub headers: Vec<(String, String)>,
    /// Who gets it.
    pub audience: String,
    /// Waivers that hold for it.
    pub waivers: Vec<String>,
    /// Pictures: Content-ID, media type, file in `editions/`.
    pub parts: Vec<(String, String, String)>,
    /// Size of the message on the wire with empty slots, in bytes.
    pub wire_bytes: usize,
}

/// A file that is no longer what an issue was composed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputChange {
    /// Its bytes are others.
    Changed(String),
    /// It is gone.
    Gone(String),
}

impl InputChange {
    /// Whether it is about this file.
    pub fn is_of(&self, name: &str) -> bool {
        let (Self::Changed(own) | Self::Gone(own)) = self;
        own == name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_an_edition_changes_its_digest() {
        let edition = Edition {
            id: EditionId::new("en"),
            langs: vec![Lang::new("en")],
            subject: "a".into(),
            preheader: "b".into(),
            mjml: String::new(),
            html: "c".into(),
            text: "d".into(),
            parts: vec![],
            headers: vec![("List-Id".into(), "x".into())],
            audience: "language = en".into(),
            waivers: vec![],
        };
        let first = edition.digest();
        let changes: [fn(&mut Edition); 7] = [
            |e| e.subject.push('x'),
            |e| e.preheader.push('x'),
            |e| e.html.push('x'),
            |e| e.text.push('x'),
            |e| e.headers[0].1.push('x'),
            |e| e.audience.push('x'),
            |e| e.waivers.push("x".into()),
        ];
        for change in changes {
            let mut other = edition.clone();
            change(&mut other);
            assert_ne!(first, other.digest());
        }
    }
}
