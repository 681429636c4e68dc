//! A short mail to the office, in every language of the newsletter at once: something waits for a person.

use anyhow::Result;
use jiff::Timestamp;

use super::copy;
use super::dkim::{Key, Signing};
use super::links::NOBODY;
use super::secrets::Secrets;
use crate::mail::Email;
use crate::model::{Address, Edition, EditionId, IssueId, Newsletter, Words};

/// What is said, and to whom.
#[derive(Debug, Clone)]
pub struct Note<'a> {
    /// The issue it is about.
    pub issue: &'a IssueId,
    /// What it is about, in a word: the same word about the same issue is the same message.
    pub about: &'a str,
    /// The subject.
    pub subject: &'a Words,
    /// What it says.
    pub paragraphs: &'a [Words],
    /// The office.
    pub to: &'a Address,
}

/// The note as a mail.
pub fn note(
    note: &Note<'_>,
    newsletter: &Newsletter,
    (secrets, keys): (&Secrets, &[Key]),
    now: Timestamp,
) -> Result<Email> {
    let Note { issue, about, subject, paragraphs, to } = note;
    let english: Vec<&str> = paragraphs.iter().map(|words| words.en.as_str()).collect();
    let french: Vec<&str> = paragraphs.iter().map(|words| words.fr.as_str()).collect();
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let html = |lang: &str, lines: &[&str]| {
        let lines: Vec<String> = lines.iter().map(|line| format!("<p>{}</p>", escaped(line))).collect();
        format!("<div lang=\"{lang}\">\n{}\n</div>\n", lines.join("\n"))
    };
    let edition = Edition {
        id: EditionId::new(&format!("note-{about}")),
        langs: newsletter.languages.clone(),
        subject: format!("{} | {}", subject.en, subject.fr),
        preheader: String::new(),
        mjml: String::new(),
        html: format!(
            "<!doctype html>\n<html lang=\"en\"><head><title>{}</title></head><body>\n{}<hr>\n{}</body></html>\n",
            escaped(&subject.en),
            html("en", &english),
            html("fr", &french)
        ),
        text: format!("{}\n\n--\n\n{}\n", english.join("\n\n"), french.join("\n\n")),
        parts: Vec::new(),
        headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
        audience: String::new(),
        waivers: Vec::new(),
    };
    let mut encoded = copy::encode(&edition, newsletter, Some(now))?;
    encoded.frame.newsletter = format!("note of {}", newsletter.id);
    encoded.address(issue, (to, NOBODY), secrets, &Signing::new(keys, &encoded, now))
}
