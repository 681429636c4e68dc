//! What a link in a mail carries instead of an address: the number of a subscriber or of a letter, enciphered, and a
//! proof that we made it. Nothing can be read from it, none can be guessed, and the newsletter and the purpose are in the
//! proof, so that a link does what it was made for and nothing else. There is no date in it: the law asks that a link to
//! leave works for 60 days at least (CASL s. 11), and ours works for as long as its key is kept.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// Bytes of the proof: 128 bits, of which nobody guesses one.
const PROOF_BYTES: usize = 16;
/// A link is the id of its key, the proof, and the number under a pad that the proof makes.
const LINK_BYTES: usize = 1 + PROOF_BYTES + 8;
/// The number of nobody: links of tests and drafts.
pub const NOBODY: i64 = 0;

/// What a link lets its bearer do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkTo {
    /// Leave.
    Leave,
    /// See and change what they get.
    Preferences,
    /// Confirm what a letter asks.
    Letter,
}

impl LinkTo {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Leave => "leave",
            Self::Preferences => "preferences",
            Self::Letter => "letter",
        }
    }
}

/// A key, and from when on links are made with it. It has no `Debug`.
#[derive(Clone)]
pub(super) struct LinkKey {
    since: Timestamp,
    key: [u8; 32],
}

impl LinkKey {
    /// The one that every newsletter begins with.
    pub(super) fn first(key: [u8; 32]) -> Self {
        Self { since: Timestamp::MIN, key }
    }

    /// One that a person has added.
    pub(super) const fn since(since: Timestamp, key: [u8; 32]) -> Self {
        Self { since, key }
    }

    fn id(&self) -> u8 {
        Sha256::digest([b"link key id:".as_slice(), &self.key].concat())[0]
    }

    fn mac(&self, newsletter: &str, to: LinkTo, number: i64) -> Hmac<Sha256> {
        let mut mac = keyed(&self.key);
        // Every field goes in with its length before it, so that no two lists of fields give one proof.
        for field in [b"link".as_slice(), newsletter.as_bytes(), to.as_str().as_bytes(), &number.to_be_bytes()] {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field);
        }
        mac
    }

    fn pad(&self, proof: &[u8]) -> [u8; 8] {
        let mut mac = keyed(&self.key);
        mac.update(b"pad of a link");
        mac.update(proof);
        let whole = mac.finalize().into_bytes();
        let mut pad = [0; 8];
        pad.copy_from_slice(&whole[..8]);
        pad
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// A link's 40 letters and digits, made with the last key that was there at a moment: the copies of an issue have the same
/// links on every try, whatever key is added meanwhile. There is at least one key.
pub(super) fn write(keys: &[LinkKey], newsletter: &str, to: LinkTo, number: i64, at: Timestamp) -> String {
    let key = keys.iter().rev().find(|key| key.since <= at).unwrap_or(&keys[0]);
    let whole = key.mac(newsletter, to, number).finalize().into_bytes();
    let proof = &whole[..PROOF_BYTES];
    let mut bytes = Vec::with_capacity(LINK_BYTES);
    bytes.push(key.id());
    bytes.extend_from_slice(proof);
    bytes.extend(number.to_be_bytes().iter().zip(key.pad(proof)).map(|(byte, pad)| byte ^ pad));
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// The number in a link that is ours and for this purpose. Every key does the same work, whatever it finds, and proofs are
/// compared in constant time.
pub(super) fn read(keys: &[LinkKey], newsletter: &str, to: LinkTo, link: &str) -> Option<i64> {
    let bytes = BASE32_NOPAD.decode(link.to_ascii_uppercase().as_bytes()).ok()?;
    let bytes: [u8; LINK_BYTES] = bytes.try_into().ok()?;
    let (proof, covered) = (&bytes[1..=PROOF_BYTES], &bytes[1 + PROOF_BYTES..]);
    let mut found = None;
    for key in keys {
        let mut number = [0_u8; 8];
        for (place, (byte, pad)) in number.iter_mut().zip(covered.iter().zip(key.pad(proof))) {
            *place = byte ^ pad;
        }
        let number = i64::from_be_bytes(number);
        let is_ours = key.mac(newsletter, to, number).verify_truncated_left(proof).is_ok();
        if is_ours & (key.id() == bytes[0]) {
            found = Some(number);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_link_is_for_one_number_one_purpose_one_newsletter_and_outlives_its_key() {
        let old = vec![LinkKey::first([7; 32])];
        let now = at("2026-12-09T15:00:00Z");
        let link = write(&old, "news", LinkTo::Leave, 42, now);
        assert_eq!((link.len(), read(&old, "news", LinkTo::Leave, &link)), (40, Some(42)));
        assert_eq!(read(&old, "news", LinkTo::Leave, &link.to_uppercase()), Some(42));
        assert_eq!(read(&old, "news", LinkTo::Preferences, &link), None);
        assert_eq!(read(&old, "other", LinkTo::Leave, &link), None);
        let turned = vec![LinkKey::first([7; 32]), LinkKey::since(at("2026-12-10T00:00:00Z"), [9; 32])];
        assert_eq!(read(&turned, "news", LinkTo::Leave, &link), Some(42));
        // The rest of an issue that had begun goes on with the key it began with.
        assert_eq!(write(&turned, "news", LinkTo::Leave, 42, now), link);
        let newer = write(&turned, "news", LinkTo::Leave, 42, at("2026-12-11T00:00:00Z"));
        assert_ne!(newer, link);
        assert_eq!(read(&turned, "news", LinkTo::Leave, &newer), Some(42));
        assert_eq!(read(&turned[1..], "news", LinkTo::Leave, &link), None);
    }

    #[test]
    fn no_changed_or_cut_link_is_ours() {
        let keys = vec![LinkKey::first([7; 32])];
        let link = write(&keys, "news", LinkTo::Leave, 42, Timestamp::MIN);
        for n in 0..link.len() {
            for other in "az7".chars().filter(|other| !link[n..].starts_with(*other)) {
                let changed = format!("{}{other}{}", &link[..n], &link[n + 1..]);
                assert_eq!(read(&keys, "news", LinkTo::Leave, &changed), None, "{changed}");
            }
            assert_eq!(read(&keys, "news", LinkTo::Leave, &link[..n]), None);
        }
        for bad in ["", "../../etc", "é", "a@example.ca", &"a".repeat(40), &"7".repeat(40)] {
            assert_eq!(read(&keys, "news", LinkTo::Leave, bad), None);
        }
    }

    #[test]
    fn nobody_guesses_a_link_in_a_hundred_thousand_tries() {
        let keys = vec![LinkKey::first([7; 32])];
        let n_chars = write(&keys, "news", LinkTo::Leave, 42, Timestamp::MIN).len();
        let mut state = 42_u64;
        for _ in 0..100_000 {
            let guess: String = std::iter::repeat_with(|| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b"abcdefghijklmnopqrstuvwxyz234567"[usize::try_from(state >> 59).unwrap_or(0)])
            })
            .take(n_chars)
            .collect();
            assert_eq!(read(&keys, "news", LinkTo::Leave, &guess), None, "{guess}");
        }
    }

    #[test]
    fn links_say_nothing_about_how_many_there_are() {
        let keys = vec![LinkKey::first([7; 32])];
        let link = |number| write(&keys, "news", LinkTo::Leave, number, Timestamp::MIN);
        let (one, two) = (link(1), link(2));
        let same = one.bytes().zip(two.bytes()).skip(2).filter(|(a, b)| a == b).count();
        assert!(same < 10, "{one} {two}");
    }
}
