//! A letter to one person about their subscription: a few paragraphs and the page that they lead to, in one language. Its
//! bytes follow from what the ledger keeps, so that a second try is the same message.

use std::fmt::Write as _;

use anyhow::Result;
use jiff::Timestamp;

use super::copy;
use super::dkim::{Key, Signing};
use super::secrets::Secrets;
use crate::mail::Email;
use crate::model::rich::escaped;
use crate::model::{Address, Edition, EditionId, Lang, Newsletter};

/// A letter, but for what it says.
#[derive(Debug, Clone)]
pub struct Written<'a> {
    /// Its number in the ledger.
    pub id: i64,
    /// To whom.
    pub to: &'a Address,
    /// Its language.
    pub lang: &'a Lang,
    /// The subject.
    pub subject: String,
    /// When it was asked for: its Date.
    pub at: Timestamp,
}

/// What a letter says, one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Where a page is.
    Link {
        /// What it leads to.
        label: String,
        /// Its address.
        url: String,
    },
}

/// The letter as a mail. Nobody is to answer it by a program (RFC 3834 5), and nobody can leave by it.
pub fn letter(
    written: &Written<'_>,
    blocks: &[Block],
    newsletter: &Newsletter,
    (secrets, keys): (&Secrets, &[Key]),
) -> Result<Email> {
    let Written { id, to, lang, subject, at } = written;
    let tag = newsletter.language(lang).tag.as_str();
    let (mut html, mut text) = (String::new(), String::new());
    // Writing to a String does not fail.
    for block in blocks {
        let _ = match block {
            Block::Text(said) => {
                let _ = write!(text, "{said}\n\n");
                writeln!(html, "<p style=\"margin:0 0 16px\">{}</p>", escaped(said))
            }
            Block::Link { label, url } => {
                let _ = write!(text, "{label}\n{url}\n\n");
                writeln!(html, "<p style=\"margin:0 0 16px\"><a href=\"{}\">{}</a></p>", escaped(url), escaped(label))
            }
        };
    }
    let edition = Edition {
        id: EditionId::of(lang),
        langs: vec![(*lang).clone()],
        subject: subject.clone(),
        preheader: String::new(),
        mjml: String::new(),
        html: format!(
            "<!doctype html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"margin:0;padding:16px;font:16px/1.5 sans-serif;max-width:38em\">\n{html}</body></html>\n",
            escaped(subject)
        ),
        text: text.trim_end().to_owned() + "\n",
        parts: Vec::new(),
        headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
        audience: String::new(),
        waivers: Vec::new(),
    };
    let encoded = copy::encode(&edition, newsletter, Some(*at))?;
    encoded.address_once(&secrets.letter_id(&newsletter.id, *id), to, &Signing::new(keys, &encoded, *at))
}
