//! Two people's copies of an edition, as they would leave: headers that a copy must have, line lengths, and nothing
//! that differs but the two slots (SND-02, SND-03, SND-07, SND-08, CLI-08). Judged on the finished bytes, since that is
//! what people get.

use std::collections::BTreeSet;

use crate::check::proof::{Hit, Proof};
use crate::model::Words;

/// RFC 5322 2.1.1, without the line end.
const LINE_BYTES_MAX: usize = 998;
/// Headers that a message has once (RFC 5322 3.6, 2045 4, 2919).
const ONCE: &[&str] =
    &["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Id", "Reply-To"];

/// A header field, unfolded.
type Field = (String, String);

/// The header of a message, unfolded, and its body.
fn parts(message: &[u8]) -> (Vec<Field>, String) {
    let text = String::from_utf8_lossy(message);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let field = |line: &str| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
    (unfolded.split("\r\n").filter_map(field).collect(), body.to_owned())
}

fn field<'f>(fields: &'f [Field], name: &str) -> Option<&'f str> {
    fields.iter().find(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Says something of the copies of each edition.
fn each(proof: &Proof<'_>, hits: &mut Vec<Hit>, mut judge: impl FnMut(&[Vec<u8>; 2]) -> Vec<(Words, Words)>) {
    for (edition, copies) in &proof.evidence.copies {
        for (message, hint) in judge(copies) {
            hits.push(proof.on_edition(edition.as_str(), message, hint));
        }
    }
}

fn our_fault() -> Words {
    words!(
        "this is the program's: report it with the edition's `.eml`",
        "c'est la faute du programme : signalez-le avec le `.eml` de l'édition"
    )
}

/// CLI-08: the bytes on the wire.
pub(crate) fn well_formed(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, hits, |[copy, _]| {
        let (fields, body) = parts(copy);
        let mut wrong = Vec::new();
        let mut say = |words: Words| wrong.push((words, our_fault()));
        for name in ONCE {
            let n = fields.iter().filter(|(it, _)| it.eq_ignore_ascii_case(name)).count();
            if n != 1 {
                say(words!("the header {name} stands {n} times", "l'en-tête {name} figure {n} fois"));
            }
        }
        if !fields.iter().all(|(name, value)| name.is_ascii() && value.is_ascii()) {
            say(words!("a header is not ASCII", "un en-tête n'est pas en ASCII"));
        }
        let text = String::from_utf8_lossy(copy);
        if text.split("\r\n").any(|line| line.len() > LINE_BYTES_MAX) {
            say(words!("a line is longer than {LINE_BYTES_MAX} bytes", "une ligne dépasse {LINE_BYTES_MAX} octets"));
        }
        if text.replace("\r\n", "").contains(['\r', '\n']) {
            say(words!("a line does not end in CRLF", "une ligne ne se termine pas par CRLF"));
        }
        let (plain, html) =
            (body.find("Content-Type: text/plain; charset=utf-8"), body.find("Content-Type: text/html; charset=utf-8"));
        let is_alternative =
            field(&fields, "Content-Type").is_some_and(|value| value.starts_with("multipart/alternative"));
        if !is_alternative || plain.zip(html).is_none_or(|(plain, html)| plain > html) {
            say(words!(
                "it is not multipart/alternative with the text first, in UTF-8",
                "ce n'est pas du multipart/alternative avec le texte d'abord, en UTF-8"
            ));
        }
        if body.matches("Content-Language: ").count() < 2 {
            say(words!("a part does not say its language", "une partie ne dit pas sa langue"));
        }
        wrong
    });
}

/// SND-08: headers that name the message and the list.
pub(crate) fn named(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    let from = &proof.newsletter.sender.from;
    each(proof, hits, |[copy, _]| {
        let (fields, _) = parts(copy);
        let mut wrong = Vec::new();
        for name in ["Message-ID", "Date", "From", "Reply-To", "List-Id"] {
            if field(&fields, name).is_none_or(str::is_empty) {
                wrong.push((
                    words!("a copy lacks the header {name}", "une copie n'a pas l'en-tête {name}"),
                    our_fault(),
                ));
            }
        }
        if field(&fields, "From").is_some_and(|value| !value.contains(&format!("<{from}>"))) {
            wrong
                .push((words!("a copy is not from sender.from", "une copie ne vient pas de sender.from"), our_fault()));
        }
        wrong
    });
}

/// SND-02: the way out that mail programs show.
pub(crate) fn ways_out(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, hits, |[copy, _]| {
        let (fields, _) = parts(copy);
        let has = field(&fields, "List-Unsubscribe").is_some_and(|value| value.starts_with('<'));
        let lacks = (words!("a copy lacks List-Unsubscribe", "une copie n'a pas List-Unsubscribe"), our_fault());
        if has { Vec::new() } else { vec![lacks] }
    });
}

/// SND-03: leaving with one click (RFC 8058).
pub(crate) fn one_click(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, hits, |copies| {
        let [a, b] = copies.each_ref().map(|copy| parts(copy).0);
        let web = |fields: &[Field]| {
            let value = field(fields, "List-Unsubscribe").unwrap_or("").to_owned();
            value
                .split(',')
                .map(|uri| uri.trim().trim_matches(['<', '>']).to_owned())
                .find(|uri| uri.starts_with("http"))
        };
        let post = field(&a, "List-Unsubscribe-Post");
        let (Some(mine), Some(other)) = (web(&a), web(&b)) else {
            let lone = (
                words!(
                    "List-Unsubscribe-Post stands without an https address",
                    "List-Unsubscribe-Post figure sans adresse https"
                ),
                our_fault(),
            );
            return if post.is_some() { vec![lone] } else { Vec::new() };
        };
        let mut wrong = Vec::new();
        let mut say = |words: Words| {
            let hint = words!(
                "look at the address of the public pages in newsletter.toml",
                "voyez l'adresse des pages publiques dans newsletter.toml"
            );
            wrong.push((words, hint));
        };
        if post != Some("List-Unsubscribe=One-Click") {
            say(words!(
                "List-Unsubscribe-Post is not `List-Unsubscribe=One-Click`",
                "List-Unsubscribe-Post n'est pas `List-Unsubscribe=One-Click`"
            ));
        }
        if !mine.starts_with("https://") {
            say(words!("the address for leaving is not https", "l'adresse de désabonnement n'est pas en https"));
        }
        if mine == other || mine.contains('@') || mine.to_lowercase().contains("%40") {
            say(words!(
                "the address for leaving does not name its reader, or names them openly",
                "l'adresse de désabonnement ne désigne pas sa lectrice ou son lecteur, ou le fait ouvertement"
            ));
        }
        wrong
    });
}

/// SND-07: what differs between two readers.
pub(crate) fn alike(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    each(proof, hits, |copies| {
        let [a, b] = copies.each_ref().map(|copy| flat(&parts(copy).1));
        let (a, b): (Vec<&str>, Vec<&str>) = (words_of(&a).collect(), words_of(&b).collect());
        // Two copies are the same but for a word here and there; else they are compared as a whole.
        let differing: BTreeSet<&str> = if a.len() == b.len() {
            a.iter().zip(&b).filter(|(mine, other)| mine != other).flat_map(|(mine, other)| [*mine, *other]).collect()
        } else {
            let (a, b): (BTreeSet<&str>, BTreeSet<&str>) = (a.into_iter().collect(), b.into_iter().collect());
            a.symmetric_difference(&b).copied().collect()
        };
        let strays = differing.into_iter().filter(|word| !word.starts_with("mailto:") && !is_page(word, proof));
        let shown: Vec<String> = strays.take(3).map(crate::check::text::scan::shorten).collect();
        if shown.is_empty() {
            return Vec::new();
        }
        let shown = shown.join(", ");
        vec![(
            words!("two readers' copies differ in {shown}", "les copies de deux personnes diffèrent par {shown}"),
            our_fault(),
        )]
    });
}

/// A link to the public pages, which alone know a reader by the address; SND-03 says what is wrong with those.
fn is_page(word: &str, proof: &Proof<'_>) -> bool {
    let pages = proof.newsletter.serve.url.as_deref();
    pages.is_some_and(|pages| word.starts_with(pages))
}

/// A body, its soft line ends undone.
fn flat(body: &str) -> String {
    body.replace("=\r\n", "").replace("=3D", "=")
}

fn words_of(flat: &str) -> impl Iterator<Item = &str> {
    flat.split(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>'))
}
