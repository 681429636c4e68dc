//! DKIM: signatures that say the copy is the sender's (RFC 6376), by RSA and Ed25519 (RFC 8463) side by side.
//!
//! What copies share is made ready once: the canonical shared headers, the canonical body between the slots, and the
//! digest of all of it before the first slot. A copy costs the rest of its body's digest and one signature a key.
//! Same key, same copy: same signature, since neither algorithm draws randomness and `t=` is the freeze.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use data_encoding::BASE64;
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;

use super::copy::Encoded;
use crate::files;

/// Headers that are signed when they are there: what a reader sees, what a program acts on. Content-Type too: without it
/// the body could be shown as something else (RFC 6376 5.4.1, 8.1).
const SIGNED: [&str; 12] = [
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-language",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// Headers listed once more than they are there, so that a second one added on the way breaks the signature (RFC 6376
/// 8.15).
const SEALED: [&str; 7] = ["from", "subject", "to", "date", "list-id", "list-unsubscribe", "list-unsubscribe-post"];
/// RFC 5322 2.1.1 asks for lines of 78 characters where they can be had.
const LINE_CHARS: usize = 76;

/// A signing key and the name in the DNS under which its public half lies. It has no `Debug`.
#[derive(Clone)]
pub struct Key {
    domain: String,
    selector: String,
    pair: Pair,
}

#[derive(Clone)]
enum Pair {
    Rsa(Arc<RsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
}

impl Key {
    /// Reads a key from a PEM file that its owner alone may read.
    pub fn read(path: &Path, domain: &str, selector: &str) -> Result<Self> {
        let shown = path.display();
        let unreadable = || words!("could not read `{shown}`", "impossible de lire `{shown}`");
        let pem = files::read_private(path)?.with_context(unreadable)?;
        Self::from_pem(&pem, domain, selector).with_context(|| {
            words!("`{shown}` holds no key to sign with", "`{shown}` ne contient pas de clé de signature")
        })
    }

    /// From PEM: PKCS#8 (RSA or Ed25519) or PKCS#1 (RSA). RSA keys have 2048 bits or more (RFC 8301 3.2).
    pub fn from_pem(pem: &[u8], domain: &str, selector: &str) -> Result<Self> {
        let bad = || {
            words!(
                "write a private key as PEM: RSA of 2048 to 4096 bits, or Ed25519",
                "mettez une clé privée en PEM : RSA de 2048 à 4096 bits, ou Ed25519"
            )
        };
        let pair = match PrivateKeyDer::from_pem_slice(pem).with_context(bad)? {
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der) {
                    Ok(pair) => Pair::Ed25519(Arc::new(pair)),
                    Err(_) => Pair::Rsa(Arc::new(RsaKeyPair::from_pkcs8(der).ok().with_context(bad)?)),
                }
            }
            PrivateKeyDer::Pkcs1(der) => {
                Pair::Rsa(Arc::new(RsaKeyPair::from_der(der.secret_pkcs1_der()).ok().with_context(bad)?))
            }
            _ => bail!(bad()),
        };
        Ok(Self { domain: domain.to_ascii_lowercase(), selector: selector.to_ascii_lowercase(), pair })
    }

    /// The name and the text of the TXT record in which receivers find the public half.
    pub fn record(&self) -> (String, String) {
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        let text = match &self.pair {
            Pair::Rsa(pair) => {
                format!("v=DKIM1; k=rsa; p={}", BASE64.encode(&subject_public_key(pair.public_key().as_ref())))
            }
            Pair::Ed25519(pair) => format!("v=DKIM1; k=ed25519; p={}", BASE64.encode(pair.public_key().as_ref())),
        };
        (name, text)
    }

    const fn algorithm(&self) -> &'static str {
        match self.pair {
            Pair::Rsa(_) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        }
    }

    fn sign(&self, data: &[u8]) -> Result<String> {
        Ok(match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                // PKCS#1 v1.5 draws no randomness; it blinds the key with it.
                pair.sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), data, &mut signature)
                    .map_err(|_| words!("a copy could not be signed", "un exemplaire n'a pas pu être signé"))?;
                BASE64.encode(&signature)
            }
            // RFC 8463 3: what is signed is the digest.
            Pair::Ed25519(pair) => BASE64.encode(pair.sign(ring::digest::digest(&SHA256, data).as_ref()).as_ref()),
        })
    }
}

/// A `SubjectPublicKeyInfo` around an RSA public key (RFC 8017 A.1.1, RFC 5280 4.1.2.7): what `p=` holds.
fn subject_public_key(key: &[u8]) -> Vec<u8> {
    /// `rsaEncryption` with no parameters.
    const ALGORITHM: [u8; 15] =
        [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];
    let bits = tagged(0x03, &[&[0], key].concat());
    tagged(0x30, &[ALGORITHM.as_slice(), &bits].concat())
}

/// One DER value.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match (content.len(), u8::try_from(significant.len())) {
        (short @ 0..128, _) => out.push(u8::try_from(short).unwrap_or(0)),
        (_, n_bytes) => {
            out.push(0x80 | n_bytes.unwrap_or(0));
            out.extend(significant);
        }
    }
    out.extend_from_slice(content);
    out
}

/// An edition made ready for signing. Without keys it signs nothing and costs nothing.
#[derive(Clone, Default)]
pub struct Signing {
    keys: Arc<[Key]>,
    /// Seconds since 1970.
    at: i64,
    /// Names and canonical lines of the shared headers that are signed.
    headers: Vec<(String, String)>,
    /// The digest of the canonical body up to the first slot.
    begun: Option<Context>,
    /// What follows each slot, canonical.
    pieces: Vec<Vec<u8>>,
}

impl Signing {
    /// Makes an edition ready; `at` is the freeze.
    pub fn new(keys: &[Key], encoded: &Encoded, at: Timestamp) -> Self {
        if keys.is_empty() {
            return Self::default();
        }
        let wire = &encoded.wire;
        let end = wire.windows(4).position(|four| four == b"\r\n\r\n").map_or(wire.len(), |at| at + 2);
        let body = (end + 2).min(wire.len());
        let headers = signed(&String::from_utf8_lossy(&wire[..end]));
        let mut from = body;
        let mut pieces = Vec::new();
        for to in encoded.frame.slots.iter().map(|(at, _)| *at).chain([wire.len()]) {
            pieces.push(relaxed_body(&wire[from..to]));
            from = to;
        }
        if let Some(last) = pieces.last_mut() {
            // RFC 6376 3.4.4: empty lines at the end of the body are not signed.
            while last.ends_with(b"\r\n\r\n") {
                last.truncate(last.len() - 2);
            }
        }
        let mut begun = Context::new(&SHA256);
        begun.update(&pieces.remove(0));
        Self { keys: keys.into(), at: at.as_second(), headers, begun: Some(begun), pieces }
    }

    /// Whether there is anything to sign with.
    pub fn is_off(&self) -> bool {
        self.begun.is_none()
    }

    /// The signatures of one copy, as header lines; `slots` are the encoded values of its slots, in order.
    pub(super) fn sign(&self, own_headers: &str, slots: &[&str]) -> Result<String> {
        let Some(mut digest) = self.begun.clone() else { return Ok(String::new()) };
        for (value, piece) in slots.iter().zip(&self.pieces) {
            digest.update(value.as_bytes());
            digest.update(piece);
        }
        let body_hash = BASE64.encode(digest.finish().as_ref());
        let own = signed(own_headers);
        let all = || self.headers.iter().chain(&own);
        let sealed = SEALED.iter().map(|name| (*name).to_owned());
        let names: Vec<String> = all().map(|(name, _)| name.clone()).chain(sealed).collect();
        let mut data: String = all().map(|(_, line)| line.as_str()).collect();
        let n_headers = data.len();
        let mut out = String::new();
        for key in self.keys.iter() {
            let field = self.field(key, &names, &body_hash);
            data.truncate(n_headers);
            data.push_str(relaxed_header(&field).trim_end_matches("\r\n"));
            out.push_str(&field);
            fold(&mut out, &key.sign(data.as_bytes())?);
            out.push_str("\r\n");
        }
        Ok(out)
    }

    /// The header field up to its empty `b=`, folded.
    fn field(&self, key: &Key, names: &[String], body_hash: &str) -> String {
        let mut field = format!(
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed;\r\n d={}; s={};\r\n t={}; bh={body_hash};\r\n h=",
            key.algorithm(),
            key.domain,
            key.selector,
            self.at
        );
        let mut column = 3;
        for (n, name) in names.iter().enumerate() {
            if column + name.len() + 1 > LINE_CHARS {
                field.push_str("\r\n ");
                column = 1;
            }
            let _ = write!(field, "{}{name}", if n == 0 { "" } else { ":" });
            column += name.len() + 1;
        }
        field.push_str(";\r\n b=");
        field
    }
}

/// Adds a signature in lines; white space in it means nothing (RFC 6376 3.5).
fn fold(out: &mut String, signature: &str) {
    let mut rest = signature;
    let mut room = LINE_CHARS - 3;
    while rest.len() > room {
        let (line, after) = rest.split_at(room);
        out.push_str(line);
        out.push_str("\r\n ");
        (rest, room) = (after, LINE_CHARS - 1);
    }
    out.push_str(rest);
}

/// The headers that are signed: name, and canonical line.
fn signed(headers: &str) -> Vec<(String, String)> {
    let mut fields: Vec<String> = Vec::new();
    for line in headers.split_inclusive("\r\n") {
        match fields.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    let named = fields.iter().map(|field| (field.split(':').next().unwrap_or("").trim().to_ascii_lowercase(), field));
    named
        .filter(|(name, _)| SIGNED.contains(&name.as_str()))
        .map(|(name, field)| (name, relaxed_header(field)))
        .collect()
}

/// RFC 6376 3.4.2.
fn relaxed_header(field: &str) -> String {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    let words: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}\r\n", name.trim().to_ascii_lowercase(), words.join(" "))
}

/// RFC 6376 3.4.4, but for the end of the body: white space at the end of a line goes, elsewhere it becomes one space.
fn relaxed_body(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut is_after_space = false;
    for &byte in bytes {
        match byte {
            b' ' | b'\t' => is_after_space = true,
            _ => {
                if is_after_space && byte != b'\r' {
                    out.push(b' ');
                }
                is_after_space = false;
                out.push(byte);
            }
        }
    }
    out
}
