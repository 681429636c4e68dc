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
/// Words of a mail whose subject is a request: a longer one is read by a person.
const TEXT_WORDS_MAX: usize = 60;
/// Lines below a request that may be a name, a title, a telephone number.
const SIGNATURE_LINES_MAX: usize = 5;
/// Characters of a token: 32 of base32, with room for a key's name before it.
const TOKEN_CHARS: std::ops::RangeInclusive<usize> = 26..=120;

/// Beginnings of a request to leave.
const LEAVE: [&str; 38] = [
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
    "me retirer",
    "retirer",
    "se désinscrire",
    "désinscription",
    "je veux me désabonner",
    "je souhaite me désabonner",
    "je voudrais me désabonner",
    "j'aimerais me désabonner",
];
/// Words that stand around a request to leave, and change nothing about it.
const FILL: [&str; 107] = [
    "a",
    "abonnement",
    "address",
    "adresse",
    "again",
    "all",
    "and",
    "any",
    "as",
    "asap",
    "at",
    "beaucoup",
    "bcc",
    "bonjour",
    "bulletin",
    "bureau",
    "canada",
    "cco",
    "ce",
    "cet",
    "cette",
    "could",
    "courriel",
    "courriels",
    "d'abonnés",
    "d'avance",
    "d'envoi",
    "d'envois",
    "de",
    "dear",
    "des",
    "diffusion",
    "distribution",
    "du",
    "e",
    "email",
    "emails",
    "et",
    "from",
    "future",
    "further",
    "good",
    "hello",
    "hi",
    "immediately",
    "infolettre",
    "infolettres",
    "it",
    "je",
    "kindly",
    "l'abonnement",
    "l'infolettre",
    "la",
    "le",
    "les",
    "list",
    "liste",
    "listes",
    "lists",
    "ma",
    "mail",
    "mailing",
    "mailings",
    "mails",
    "me",
    "merci",
    "mes",
    "message",
    "messages",
    "mon",
    "morning",
    "my",
    "name",
    "new",
    "news",
    "newsletter",
    "newsletters",
    "nom",
    "nouvelles",
    "now",
    "of",
    "off",
    "our",
    "out",
    "plaît",
    "please",
    "plus",
    "regards",
    "s'il",
    "sending",
    "subscription",
    "svp",
    "te",
    "thank",
    "thanks",
    "the",
    "these",
    "this",
    "those",
    "to",
    "today",
    "veuillez",
    "vos",
    "votre",
    "vous",
    "you",
    "your",
];
/// Words that change nothing about a yes or a no.
const COURTESY: [&str; 8] = ["thanks", "thank", "you", "merci", "beaucoup", "hi", "hello", "bonjour"];
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
    let is_marked =
        letter.header("auto-submitted").is_some_and(|value| !value.trim().to_ascii_lowercase().starts_with("no"))
            || ["x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-response-suppress-reply"]
                .iter()
                .any(|name| letter.header(name).is_some())
            || letter.header("precedence").is_some_and(|value| value.eq_ignore_ascii_case("auto_reply"));
    if !is_marked && !is_absence(letter) {
        return None;
    }
    let text = folded(&said(letter));
    let moved = MOVED.iter().filter_map(|words| text.find(words).map(|at| &text[at..])).find_map(first_address);
    Some(moved.map_or(Notice::AutoReply, Notice::Moved))
}

/// Whether the subject is that of an automatic answer.
pub(super) fn is_absence(letter: &Letter) -> bool {
    let subject = folded(&letter.subject);
    let bare = without_prefix(&subject);
    AWAY.iter().any(|words| bare.starts_with(words))
}

/// What a person asks for; none: a person has to read it.
pub(super) fn asked(letter: &Letter) -> Option<Notice> {
    let subject = folded(&letter.subject);
    let bare = without_prefix(&subject);
    let token = bare.split(' ').rev().find(|word| is_token(word)).map(str::to_owned);
    let first_word = bare.split(' ').next().unwrap_or("");
    if let Some(what) = language(bare, first_word, token.is_some()) {
        return Some(Notice::Request { what, token });
    }
    if let Some(is_useful) = useful(bare, first_word) {
        return Some(Notice::Useful { is_useful, is_subject: true });
    }
    let text = said(letter);
    if is_leaving(bare, &text, token.is_some()) {
        return Some(Notice::Request { what: Request::Leave, token });
    }
    let words = folded(&text);
    if is_about_leaving(bare) || is_about_leaving(&words) {
        return Some(Notice::Request { what: Request::Unclear, token });
    }
    if letter.header("in-reply-to").is_some()
        && let Some(is_useful) = opinion(&words)
    {
        return Some(Notice::Useful { is_useful, is_subject: false });
    }
    STORY.iter().any(|start| bare.starts_with(start)).then_some(Notice::Story)
}

/// A whole answer to "Was this useful?", in the form of [`folded`]; whoever says more is read by a person.
fn opinion(text: &str) -> Option<bool> {
    const YES: [&str; 8] =
        ["yes", "oui", "useful", "utile", "very useful", "très utile", "yes very useful", "oui très utile"];
    const NO: [&str; 8] =
        ["no", "non", "not useful", "pas utile", "not really", "pas vraiment", "inutile", "not at all"];
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '\''));
    let bare = words.filter(|word| !word.is_empty() && !COURTESY.contains(word)).collect::<Vec<_>>().join(" ");
    if YES.contains(&bare.as_str()) { Some(true) } else { NO.contains(&bare.as_str()).then_some(false) }
}

/// Whether somebody wants to leave, and nothing else: by the subject, unless what they wrote asks something, or by what
/// they wrote, with their name below it.
fn is_leaving(subject: &str, text: &str, has_token: bool) -> bool {
    let is_silent = text.trim().is_empty();
    if is_leave(subject) && (has_token || is_silent) {
        return true;
    }
    if text.contains('?') || text.split_whitespace().count() > TEXT_WORDS_MAX {
        return false;
    }
    let is_whole = LEAVE_WHOLE.contains(&subject);
    let sentences = sentences(text);
    let mut sentences = sentences.iter().map(String::as_str).skip_while(|sentence| is_fill(sentence));
    let Some(first) = sentences.next() else { return is_leave(subject) };
    if is_leave(subject) && !is_whole {
        return true;
    }
    let rest: Vec<&str> = sentences.filter(|sentence| !is_fill(sentence)).collect();
    let n_words: usize = rest.iter().map(|sentence| sentence.split(' ').count()).sum();
    is_leave(first) && rest.len() <= SIGNATURE_LINES_MAX && n_words <= REQUEST_WORDS_MAX
}

/// A wish to leave, and nothing that could make it something else: "remove me from the list of speakers" asks for less.
fn is_leave(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    let rest = LEAVE.iter().filter_map(|start| text.strip_prefix(start)).min_by_key(|rest| rest.len());
    LEAVE_WHOLE.contains(&text) || rest.is_some_and(is_fill)
}

/// Whether a text begins as a wish to leave does, whatever comes then.
fn is_about_leaving(text: &str) -> bool {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    LEAVE_WHOLE.contains(&text) || LEAVE.iter().any(|start| text.starts_with(start))
}

/// Whether a text has no words but those that stand around a wish: courtesy, and what one leaves.
fn is_fill(text: &str) -> bool {
    let words = text.split([' ', ',', ';', ':', '!', '.', '(', ')', '"', '-', '/']).filter(|word| !word.is_empty());
    words.into_iter().all(|word| FILL.contains(&word) || is_token(word) || word.contains('@'))
}

/// What somebody wrote, sentence by sentence, in the form of [`folded`]; a line that begins with a capital begins one too.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences: Vec<String> = vec![String::new()];
    for line in text.lines().map(str::trim) {
        if line.chars().next().is_none_or(|first| !first.is_lowercase()) {
            sentences.push(String::new());
        }
        for part in line.split_inclusive(['.', '!']) {
            if let Some(last) = sentences.last_mut() {
                last.push(' ');
                last.push_str(part);
            }
            if part.ends_with(['.', '!']) {
                sentences.push(String::new());
            }
        }
    }
    sentences
        .iter()
        .map(|sentence| folded(sentence).trim().to_owned())
        .filter(|sentence| !sentence.is_empty())
        .collect()
}

/// A wish for another language. A subject without the token of a copy must be that and nothing else: there are mails about
/// the language of work.
fn language(bare: &str, first_word: &str, has_token: bool) -> Option<Request> {
    let lang = |word: &str| match word {
        "english" | "anglais" | "en" => Some("en"),
        "french" | "français" | "francais" | "fr" => Some("fr"),
        _ => None,
    };
    if !matches!(first_word.trim_end_matches(':'), "language" | "langue") {
        let whole = bare.trim_matches(|c: char| !c.is_alphanumeric());
        let lang = match whole {
            "english please" | "in english please" | "english" => "en",
            "en français svp" | "français svp" | "en français s'il vous plaît" | "français" => "fr",
            _ => return None,
        };
        return Some(Request::Language(Some(Lang::new(lang))));
    }
    let words: Vec<&str> = bare.split([' ', ':']).skip(1).filter(|word| !word.is_empty() && !is_token(word)).collect();
    let second = words.first().copied().unwrap_or("");
    // `en/fr` stands in the bilingual edition: the reader is to strike one out, and has not.
    let is_code =
        !second.contains('/') && (2..=3).contains(&second.len()) && second.bytes().all(|b| b.is_ascii_lowercase());
    let wanted = lang(second).or_else(|| is_code.then_some(second));
    let is_all = words.len() <= 1 || words[1..].iter().all(|word| FILL.contains(word));
    (has_token || (is_all && (words.is_empty() || wanted.is_some()))).then(|| Request::Language(wanted.map(Lang::new)))
}

fn useful(bare: &str, first_word: &str) -> Option<bool> {
    if !matches!(first_word.trim_end_matches([':', '?']), "useful" | "utile") {
        return None;
    }
    match bare.split([' ', ':', ',', '.', '?']).skip(1).find(|word| !word.is_empty())? {
        "yes" | "oui" => Some(true),
        "no" | "non" => Some(false),
        _ => None,
    }
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
