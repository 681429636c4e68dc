//! Mails that people send, or their programs for them: to leave, to change language, to say that an issue was useful,
//! to offer a story. What is not clear goes to a person.

use super::letter::Letter;
use super::report::trimmed;
use super::rules::folded;
use crate::model::{Address, Lang, Notice, Request};

/// Words that nearly every sentence of French has, and none of English.
const FRENCH: [&str; 20] = [
    "le", "la", "les", "des", "du", "une", "est", "et", "que", "qui", "pour", "dans", "sur", "avec", "nous", "vous",
    "je", "par", "bonjour", "merci",
];
/// The same of English.
const ENGLISH: [&str; 20] = [
    "the", "of", "and", "to", "is", "in", "that", "for", "with", "we", "you", "it", "this", "are", "was", "our",
    "hello", "hi", "thanks", "here",
];
/// Words that are counted of a mail: its first paragraphs say in which language it is.
const COUNTED_WORDS_MAX: usize = 400;
/// Words in which a request may still be one: a longer mail has something else to say too.
const REQUEST_WORDS_MAX: usize = 12;
/// Characters of a token: 32 of base32, with room for a key's name before it.
const TOKEN_CHARS: std::ops::RangeInclusive<usize> = 26..=120;

/// Beginnings of a request to leave.
const LEAVE: [&str; 30] = [
    "unsubscribe",
    "please unsubscribe",
    "unsubscribe me",
    "remove me",
    "please remove me",
    "take me off",
    "please take me off",
    "opt out",
    "opt-out",
    "i want to unsubscribe",
    "i would like to unsubscribe",
    "i wish to unsubscribe",
    "stop sending",
    "please stop sending",
    "kindly unsubscribe",
    "kindly remove",
    "désabonner",
    "désabonne",
    "me désabonner",
    "se désabonner",
    "désabonnement",
    "desabonner",
    "desabonnement",
    "desabonnez",
    "retirez-moi",
    "veuillez me désabonner",
    "veuillez me retirer",
    "svp me désabonner",
    "merci de me désabonner",
    "merci de me retirer",
];
/// The whole of a request to leave.
const LEAVE_WHOLE: [&str; 4] = ["stop", "arrêt", "leave", "quitter"];
/// Subjects of automatic answers; a person's mail does not begin with them.
const AWAY: [&str; 26] = [
    "out of office",
    "out of the office",
    "automatic reply",
    "automated reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "autoresponse",
    "automatic response",
    "auto response",
    "auto:",
    "away from",
    "on vacation",
    "vacation",
    "i am away",
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "absent du bureau",
    "absente du bureau",
    "message d'absence",
    "absence :",
    "en vacances",
    "out-of-office",
    "automatische antwort",
    "respuesta automática",
];
/// What announces a new address.
const MOVED: [&str; 12] = [
    "new address",
    "new e-mail address",
    "new email address",
    "my new email",
    "address has changed",
    "has been changed to",
    "has changed to",
    "nouvelle adresse",
    "mon adresse a changé",
    "nouveau courriel",
    "please update your",
    "use the following address",
];
/// Subjects under which stories come.
const STORY: [&str; 12] = [
    "story:",
    "story idea",
    "article:",
    "story for",
    "article for",
    "idée d'article",
    "article :",
    "proposition d'article",
    "histoire :",
    "texte pour",
    "submission:",
    "soumission :",
];

/// Whether a mail is rather French than English, by the words that every sentence has.
pub(super) fn is_french(letter: &Letter) -> bool {
    let text = format!("{} {}", folded(&letter.subject), folded(&said(letter)));
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).take(COUNTED_WORDS_MAX);
    let (mut french, mut english) = (0, 0);
    for word in words {
        french += usize::from(FRENCH.contains(&word));
        english += usize::from(ENGLISH.contains(&word));
    }
    french > english
}

/// Reports that ask for nothing: read receipts (RFC 8098).
pub(super) fn is_receipt(letter: &Letter) -> bool {
    let kind = letter.header("content-type").unwrap_or_default().to_ascii_lowercase();
    kind.contains("disposition-notification")
}

/// A program that answers for a person (RFC 3834), and the new address that it may name.
pub(super) fn automatic(letter: &Letter) -> Option<Notice> {
    let subject = folded(&letter.subject);
    let bare = without_prefix(&subject);
    let is_marked =
        letter.header("auto-submitted").is_some_and(|value| !value.trim().to_ascii_lowercase().starts_with("no"))
            || ["x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-suppress-reply"]
                .iter()
                .any(|name| letter.header(name).is_some())
            || letter.header("precedence").is_some_and(|value| value.eq_ignore_ascii_case("auto_reply"));
    if !is_marked && !AWAY.iter().any(|words| bare.starts_with(words)) {
        return None;
    }
    let text = folded(&said(letter));
    let moved = MOVED.iter().filter_map(|words| text.find(words).map(|at| &text[at..])).find_map(first_address);
    Some(moved.map_or(Notice::AutoReply, Notice::Moved))
}

/// What a person asks for; none: a person has to read it.
pub(super) fn asked(letter: &Letter) -> Option<Notice> {
    let subject = folded(&letter.subject);
    let bare = without_prefix(&subject);
    let token = bare.split(' ').rev().find(|word| is_token(word)).map(str::to_owned);
    let first_word = bare.split(' ').next().unwrap_or("");
    if let Some(what) = language(bare, first_word) {
        return Some(Notice::Request { what, token });
    }
    if let Some(is_useful) = useful(bare, first_word) {
        return Some(Notice::Useful(is_useful));
    }
    let text = said(letter);
    let words = folded(&text);
    let is_leaving = is_leave(bare) || (bare.split(' ').count() <= REQUEST_WORDS_MAX && is_leave(&words));
    if is_leaving {
        return Some(Notice::Request { what: Request::Leave, token });
    }
    STORY.iter().any(|start| bare.starts_with(start)).then_some(Notice::Story)
}

fn is_leave(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let without_token = text.split(' ').filter(|word| !is_token(word)).count();
    without_token <= REQUEST_WORDS_MAX && (LEAVE_WHOLE.contains(&text) || LEAVE.iter().any(|start| begins(text, start)))
}

/// Begins with these words, and not with the beginning of a longer one: "unsubscribed readers" asks for nothing.
fn begins(text: &str, start: &str) -> bool {
    text.strip_prefix(start).is_some_and(|rest| !rest.starts_with("d ") && !rest.starts_with("rs"))
}

/// A wish for another language.
fn language(bare: &str, first_word: &str) -> Option<Request> {
    if !matches!(first_word, "language" | "langue") {
        let whole = bare.trim_matches(|c: char| !c.is_alphanumeric());
        let lang = match whole {
            "english please" | "in english please" | "english" => "en",
            "en français svp" | "français svp" | "en français s'il vous plaît" | "français" => "fr",
            _ => return None,
        };
        return Some(Request::Language(Some(Lang::new(lang))));
    }
    let second = bare.split(' ').nth(1).unwrap_or("");
    // `en/fr` stands in the bilingual edition: the reader is to strike one out, and has not.
    let is_one =
        !second.contains('/') && (2..=3).contains(&second.len()) && second.bytes().all(|b| b.is_ascii_lowercase());
    Some(Request::Language(is_one.then(|| Lang::new(second))))
}

fn useful(bare: &str, first_word: &str) -> Option<bool> {
    if !matches!(first_word.trim_end_matches([':', '?']), "useful" | "utile") {
        return None;
    }
    bare.split(' ').skip(1).find_map(|word| match word.trim_matches([':', ',', '.']) {
        "yes" | "oui" => Some(true),
        "no" | "non" => Some(false),
        _ => None,
    })
}

fn is_token(word: &str) -> bool {
    TOKEN_CHARS.contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// Without `Re:`, `RE :`, `TR:` and their kin.
fn without_prefix(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((before, after)) = rest.split_once(':') {
        if !matches!(before.trim(), "re" | "fw" | "fwd" | "tr" | "aw" | "rép" | "rep") {
            break;
        }
        rest = after.trim_start();
    }
    rest
}

/// What the person wrote: not what they quote, not their signature.
fn said(letter: &Letter) -> String {
    let is_quote = |line: &str| {
        let line = line.trim();
        line == "--"
            || line.starts_with("-----Original")
            || line.starts_with("-----Message d")
            || line.starts_with("________")
            || (line.starts_with("On ") && line.ends_with("wrote:"))
            || (line.starts_with("Le ") && line.ends_with("écrit :"))
            || line.starts_with("From: ")
            || line.starts_with("De : ")
    };
    let own = letter.text.lines().take_while(|line| !is_quote(line)).filter(|line| !line.trim_start().starts_with('>'));
    own.collect::<Vec<_>>().join("\n")
}

fn first_address(text: &str) -> Option<Address> {
    text.split([' ', ',', ';', '(', ')'])
        .filter(|word| word.contains('@'))
        .find_map(|word| Address::parse(trimmed(word)).ok())
}
