//! An e-mail address that was checked, and that never shows itself whole.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

/// An address as SMTP can carry it (RFC 5321 4.1.2, RFC 6531): local part in NFC as the person wrote it, domain in
/// lower-case A-labels. `Debug` and `Display` mask it; [`Address::as_str`] is the only way to the whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    whole: String,
    at: usize,
}

/// Why an address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressError {
    /// There is no text at all.
    Empty,
    /// There is no `@` between a local part and a domain.
    NoAt,
    /// The part before the `@` is empty, over 64 bytes, or has a character that an unquoted local part cannot have.
    Local,
    /// The part after the `@` is not a host name with at least one dot.
    Domain,
    /// The whole is over 254 bytes (RFC 5321 4.5.3.1.3).
    TooLong,
}

/// RFC 5321 4.5.3.1.1.
const LOCAL_BYTES_MAX: usize = 64;
/// RFC 5321 4.5.3.1.3, less the angle brackets.
const ADDRESS_BYTES_MAX: usize = 254;

impl Address {
    /// Reads one bare address; display names and comments are refused.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        // Not the ends of lines: an address that has one is somebody's trick.
        let text = text.trim_matches([' ', '\t', '\u{a0}']);
        let text: String = if text.is_ascii() { text.to_owned() } else { text.nfc().collect() };
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::NoAt)?;
        let good_local =
            |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (c as u32) >= 0xA0;
        if local.is_empty()
            || local.len() > LOCAL_BYTES_MAX
            || local.starts_with('.')
            || local.ends_with('.')
            || local.contains("..")
            || !local.chars().all(|c| good_local(c) && !c.is_control() && !c.is_whitespace())
        {
            return Err(AddressError::Local);
        }
        let domain = if is_plain(domain) {
            domain.to_owned()
        } else {
            idna::domain_to_ascii_strict(domain).map_err(|_| AddressError::Domain)?
        };
        let good_label = |label: &str| !label.is_empty() && label.len() <= 63;
        let top = domain.rsplit('.').next().unwrap_or("");
        if !domain.contains('.')
            || !domain.split('.').all(good_label)
            || top.bytes().all(|b| b.is_ascii_digit())
            || domain.len() > 253
        {
            return Err(AddressError::Domain);
        }
        let whole = format!("{local}@{domain}");
        if whole.len() > ADDRESS_BYTES_MAX {
            return Err(AddressError::TooLong);
        }
        Ok(Self { at: local.len(), whole })
    }

    /// The whole address: for the envelope, the ledger and the `To` header, never for a log.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// The part before the `@`.
    pub fn local(&self) -> &str {
        &self.whole[..self.at]
    }

    /// The domain, in lower-case A-labels.
    pub fn domain(&self) -> &str {
        &self.whole[self.at + 1..]
    }

    /// Two addresses with the same key are one person's: the whole, in lower case.
    ///
    /// RFC 5321 2.4 lets a host tell `A@` from `a@`; none does in practice, and two copies would be worse.
    pub fn key(&self) -> String {
        self.whole.to_lowercase()
    }

    /// `a***@e***.ca`, for messages and logs.
    pub fn masked(&self) -> String {
        let first = |text: &str| text.chars().next().map_or_else(String::new, |c| c.to_string());
        let top = self.domain().rsplit('.').next().unwrap_or("");
        format!("{}***@{}***.{top}", first(self.local()), first(self.domain()))
    }
}

/// Whether a domain is already what IDNA would make of it: nearly every one is, and a list has a million.
fn is_plain(domain: &str) -> bool {
    let good = |label: &str| {
        let bytes = label.as_bytes();
        let is_odd = bytes.len() > 3 && bytes[2..4] == *b"--";
        !is_odd
            && !label.starts_with('-')
            && !label.ends_with('-')
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
    };
    domain.len() <= 253 && domain.split('.').all(good)
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl AddressError {
    /// What is wrong, for the person who keeps the file.
    pub fn words(self) -> crate::model::Words {
        match self {
            Self::Empty => words!("the address is empty", "l'adresse est vide"),
            Self::NoAt => words!("an address needs an @", "une adresse contient un @"),
            Self::Local => words!("the part before the @ is not valid", "la partie avant le @ n'est pas valide"),
            Self::Domain => words!("the part after the @ is not a domain", "la partie après le @ n'est pas un domaine"),
            Self::TooLong => words!("the address is too long", "l'adresse est trop longue"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_normalised_and_masked() {
        let address = Address::parse(" Jean.Tremblay@EXAMPLE.ca ").unwrap();
        assert_eq!(address.as_str(), "Jean.Tremblay@example.ca");
        assert_eq!(address.key(), "jean.tremblay@example.ca");
        assert_eq!(format!("{address} {address:?}"), "J***@e***.ca J***@e***.ca");
        assert_eq!(Address::parse("a@québec.example").unwrap().domain(), "xn--qubec-csa.example");
        for bad in [
            "",
            "a",
            "@b.ca",
            "a@",
            "a@b",
            "a b@c.ca",
            "a@b..ca",
            "a@-b.ca",
            "a\r\nBcc: x@y.ca",
            "<a@b.ca>",
            "a@1.2.3.4",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad:?}");
        }
    }
}
