//! Signatures on copies as they leave, judged by others: by ring with a canonicalization of the tests' own, and where
//! they are installed by dkimpy and OpenDKIM, a thousand copies each.

#![cfg(test)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use cco_news::mail::{Mailer, Memory, Sent};
use cco_news::send::dkim::Key;
use cco_news::send::{Ending, Round};
use data_encoding::BASE64;
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use tempfile::tempdir;

use crate::sending::{entry, frozen, later, people, round, send};

const RSA: &[u8] = include_bytes!("../fixtures/dkim/rsa.pem");
const RSA_PKCS1: &[u8] = include_bytes!("../fixtures/dkim/rsa-pkcs1.pem");
const ED25519_PEM: &[u8] = include_bytes!("../fixtures/dkim/ed25519.pem");
const DOMAIN: &str = "cco-bcc.example";

fn keys() -> Vec<Key> {
    let key = |pem, selector| Key::from_pem(pem, DOMAIN, selector).unwrap();
    vec![key(RSA, "rsa"), key(ED25519_PEM, "ed")]
}

/// Copies as they leave, signed.
fn copies(n_people: usize) -> Vec<Sent> {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), people(n_people));
    let memory = Memory::new();
    let signed = Round { keys: keys(), ..round(&ledger, Mailer::Memory(memory.clone())) };
    assert_eq!(send(signed).unwrap().ending, Ending::Complete);
    memory.sent()
}

/// The headers of a message, unfolded: name in lower case, value.
fn headers(head: &str) -> Vec<(String, String)> {
    let lines = head.replace("\r\n ", " ");
    let pair = |line: &str| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_lowercase(), value.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    lines.lines().map(pair).collect()
}

fn tag<'a>(signature: &'a str, name: &str) -> &'a str {
    signature.split(';').find_map(|tag| tag.trim().strip_prefix(name)?.strip_prefix('=')).unwrap()
}

/// Which signatures of a message hold, by their selectors.
fn holding(message: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(message).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let squeeze = |line: &str| {
        let ends = line.replace('\t', " ");
        let mut out = String::new();
        for c in ends.trim_end().chars() {
            if c != ' ' || !out.ends_with(' ') {
                out.push(c);
            }
        }
        out
    };
    let canonical: Vec<String> = body.split("\r\n").map(squeeze).collect();
    let canonical = canonical.join("\r\n").trim_end_matches("\r\n").to_owned() + "\r\n";
    let body_hash = BASE64.encode(ring::digest::digest(&ring::digest::SHA256, canonical.as_bytes()).as_ref());
    let headers = headers(head);
    let mut holding = Vec::new();
    for (_, signature) in headers.iter().filter(|(name, _)| name == "dkim-signature") {
        let mut left = headers.clone();
        let mut data = String::new();
        for name in tag(signature, "h").split(':').map(str::trim) {
            // RFC 6376 5.4.2: from the bottom up; a name with no header left stands for nothing.
            if let Some(at) = left.iter().rposition(|(there, _)| there == name) {
                let (name, value) = left.remove(at);
                write!(data, "{name}:{value}\r\n").unwrap();
            }
        }
        let at = signature.rfind("b=").unwrap() + 2;
        write!(data, "dkim-signature:{}", &signature[..at]).unwrap();
        let bytes = BASE64.decode(signature[at..].replace(' ', "").as_bytes()).unwrap();
        let key = keys().into_iter().find(|key| key.record().0.starts_with(tag(signature, "s"))).unwrap();
        let public = BASE64.decode(key.record().1.split("p=").nth(1).unwrap().as_bytes()).unwrap();
        let is_good = if tag(signature, "a") == "rsa-sha256" {
            // The public key proper follows 24 bytes that say it is one.
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &public[24..]).verify(data.as_bytes(), &bytes)
        } else {
            let digest = ring::digest::digest(&ring::digest::SHA256, data.as_bytes());
            UnparsedPublicKey::new(&ED25519, &public).verify(digest.as_ref(), &bytes)
        };
        if is_good.is_ok() && tag(signature, "bh") == body_hash {
            holding.push(tag(signature, "s").to_owned());
        }
    }
    holding
}

#[test]
fn every_copy_is_signed_by_both_keys_and_no_changed_copy_holds() {
    for sent in copies(6) {
        assert_eq!(holding(&sent.bytes), ["rsa", "ed"]);
        let text = String::from_utf8(sent.bytes).unwrap();
        assert!(text.contains("t=1796828400;"), "t= is the freeze: {text}");
        let changes = [
            text.replacen("Subject: ", "Subject: Other ", 1),
            text.replacen("From: ", "From: other@example.ca\r\nFrom: ", 1),
            text.replacen("To: <", "To: <x", 1),
            text.replacen("List-Unsubscribe: <mailto:", "List-Unsubscribe: <mailto:x", 1),
            text.replacen("List-Id: ", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nList-Id: ", 1),
            text.replacen("Content-Type: multipart/alternative", "Content-Type: multipart/mixed", 1),
            text.replacen("Bonjour", "Bonsoir", 1),
            text.replacen("mailto:leave-quitter@cco-bcc.example?subject=3D", "mailto:other@x.example?subject=3D", 2),
        ];
        for changed in changes {
            assert_ne!(changed, text);
            assert!(holding(changed.as_bytes()).is_empty(), "{changed}");
        }
        // What servers on the way may do to a message under `relaxed`.
        let folded = text.replacen("Subject: ", "SUBJECT:\r\n   ", 1) + "\r\n\r\n";
        assert_eq!(holding(folded.as_bytes()), ["rsa", "ed"]);
    }
}

#[test]
fn a_copy_that_is_tried_again_has_the_same_signatures() {
    let state = tempdir().unwrap();
    let ledger = frozen(state.path(), vec![entry("a@example.ca", Some("fr"))]);
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let keep = std::sync::Arc::clone(&seen);
    let memory = Memory::answering(std::sync::Arc::new(move |email| {
        keep.lock().unwrap().push(email.bytes.clone());
        let reply = crate::sending::reply(451, "4.2.0");
        Some(cco_news::mail::Handed::Done(cco_news::model::Outcome::Deferred(reply)))
    }));
    let first = Round { keys: keys(), ..round(&ledger, Mailer::Memory(memory)) };
    send(first.clone()).unwrap();
    send(later(&first, 10)).unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0], seen[1]);
}

#[test]
fn a_key_is_read_as_openssl_writes_it_and_only_when_it_is_private() {
    assert_eq!(Key::from_pem(RSA_PKCS1, DOMAIN, "rsa").unwrap().record(), keys()[0].record());
    let (name, text) = keys()[1].record();
    assert_eq!(name, "ed._domainkey.cco-bcc.example");
    assert!(text.starts_with("v=DKIM1; k=ed25519; p=") && text.len() == 22 + 44, "{text}");
    assert!(Key::from_pem(b"no key", DOMAIN, "x").is_err());
    assert!(Key::from_pem(include_bytes!("tls/relay.pem"), DOMAIN, "x").is_err());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempdir().unwrap();
        let path = folder.path().join("key.pem");
        std::fs::write(&path, RSA).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Key::read(&path, DOMAIN, "rsa").is_ok());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let said = format!("{:?}", Key::read(&path, DOMAIN, "rsa").err().unwrap());
        assert!(said.contains("chmod 600"), "{said}");
    }
}

/// Writes the copies and the public keys to a folder for another program.
fn lay_out(folder: &Path, sent: &[Sent]) {
    for (n, sent) in sent.iter().enumerate() {
        std::fs::write(folder.join(format!("{n:04}.eml")), &sent.bytes).unwrap();
    }
    let records: Vec<String> = keys().iter().map(Key::record).map(|(name, text)| format!("{name} {text}")).collect();
    std::fs::write(folder.join("keys"), records.join("\n")).unwrap();
}

#[test]
fn dkimpy_and_opendkim_verify_a_thousand_copies() {
    const COPIES: usize = 1000;
    let Some(python) = std::env::var_os("CCO_NEWS_TEST_DKIM") else {
        eprintln!("skipped: CCO_NEWS_TEST_DKIM names a Python that has dkimpy, beside a system that has OpenDKIM");
        return;
    };
    let folder = tempdir().unwrap();
    lay_out(folder.path(), &copies(COPIES));
    let verify = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/dkim/verify.py");
    let output = Command::new(python).arg(verify).arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let wanted =
        format!("dkimpy: {COPIES} of {COPIES} copies, 2 signatures each\nopendkim: {COPIES} of {COPIES} copies\n");
    assert!(output.status.success() && said == wanted, "{said}");
}
