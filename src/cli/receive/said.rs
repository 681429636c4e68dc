//! What is said of a mail that came back: to people, to programs, and to who sent a story.

use serde_json::{Value, json};

use super::Done;
use crate::model::{Address, Bounced, Notice, Received, Request};

/// A mail without its text; addresses are masked.
pub(super) fn line(received: &Received, done: &Done) -> Value {
    let bounced: Vec<Value> = match &received.notice {
        Notice::Bounce(bounced) => bounced.iter().map(one_bounced).collect(),
        _ => Vec::new(),
    };
    json!({
        "hash": received.hash, "what": done.what, "handled": done.is_handled, "needs_person": done.needs_person,
        "from": received.from.as_ref().map(Address::masked), "bounced": bounced,
    })
}

/// What `--json` says of one recipient of a bounce. The address is the office's own subscriber's: whole.
fn one_bounced(bounced: &Bounced) -> Value {
    json!({
        "address": bounced.address.as_ref().map(Address::as_str), "class": bounced.class,
        "status": bounced.status, "text": bounced.text,
    })
}

/// What a dry run shows.
pub(super) fn shown(received: &Received) -> Done {
    let (what, words) = match &received.notice {
        Notice::Bounce(bounced) => {
            let one = |one: &Bounced| {
                let address = one.address.as_ref().map_or_else(|| "?".to_owned(), Address::masked);
                format!("{address} {} {}", one.class.as_str(), one.status.as_deref().unwrap_or(""))
                    .trim_end()
                    .to_owned()
            };
            let list = bounced.iter().map(one).collect::<Vec<_>>().join(", ");
            ("bounce", words!("bounce: {list}", "retour : {list}"))
        }
        Notice::Complaint(_) => ("complaint", words!("a complaint", "une plainte")),
        Notice::Request { what: Request::Leave, .. } => {
            ("leave", words!("a person leaves", "une personne se désabonne"))
        }
        Notice::Request { what: Request::Unclear, .. } => (
            "request",
            words!("a request for a person to answer today", "une demande à laquelle une personne répond aujourd'hui"),
        ),
        Notice::Request { .. } => ("language", words!("a person changes language", "une personne change de langue")),
        Notice::Useful { .. } => {
            ("useful", words!("an answer to “Was this useful?”", "une réponse à « Vous a-t-elle été utile? »"))
        }
        Notice::AutoReply => ("automatic", words!("an automatic answer", "une réponse automatique")),
        Notice::Moved(_) => (
            "moved",
            words!("an automatic answer with a new address", "une réponse automatique avec une nouvelle adresse"),
        ),
        Notice::Report => ("report", words!("a report that asks for nothing", "un rapport qui ne demande rien")),
        Notice::Story => ("story", words!("a story", "un article")),
        Notice::Personal => ("personal", words!("a mail for a person", "un courriel pour une personne")),
    };
    Done::left(what, words)
}

/// A draft in the language of the mail: nothing is ever answered by itself (RFC 3834 5).
pub(super) fn receipt(received: &Received, name: &str) -> String {
    let to = received.from.as_ref().map_or("", Address::as_str);
    let is_french = received.is_french;
    let text = if is_french {
        "Bonjour,\n\nMerci pour votre texte : nous l'avons bien reçu. Nous vous écrirons quand nous saurons dans quel numéro il paraîtra.\n"
    } else {
        "Hello,\n\nThank you for your story: we have received it. We will write again once we know in which issue it will run.\n"
    };
    format!(
        "To: <{to}>\nSubject: =?utf-8?Q?{}?=\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\nX-Story: {name}\n\n{text}",
        if is_french { "Votre_texte_est_bien_re=C3=A7u" } else { "We_have_received_your_story" }
    )
}

pub(super) fn masked(address: Option<&Address>) -> String {
    address.map_or_else(|| "?".to_owned(), Address::masked)
}
