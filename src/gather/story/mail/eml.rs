//! A mail as mail programs save it: `.eml`.

use mail_parser::{DateTime, Message, MessageParser, MimeHeaders as _, PartType};

use super::Mail;

/// A mail attached to a mail attached to a mail.
const NESTED_MAX: usize = 3;
/// Real mails have fewer than 30 parts. A message costs the parser memory for each.
const PARTS_MAX: usize = 300;

/// Reads a mail; none when it is none, or has too many parts.
pub(super) fn read(bytes: &[u8]) -> Option<Mail> {
    if boundaries(bytes) > PARTS_MAX {
        return None;
    }
    let message = MessageParser::new().parse(bytes)?;
    // A parser of mail takes anything: without these a file is none.
    if message.from().is_none() && message.subject().is_none() && message.date().is_none() {
        return None;
    }
    Some(mail(&message, 0))
}

/// Lines that may begin a part.
fn boundaries(bytes: &[u8]) -> usize {
    const NAME: &[u8] = b"content-type:";
    let begins = |line: &[u8]| line.get(..NAME.len()).is_some_and(|head| head.eq_ignore_ascii_case(NAME));
    bytes.split(|byte| *byte == b'\n').filter(|line| begins(line.trim_ascii_start())).count()
}

fn mail(message: &Message<'_>, depth: usize) -> Mail {
    let mut out = Mail {
        subject: message.subject().unwrap_or_default().to_owned(),
        from: message.from().and_then(|from| from.first()).and_then(|from| from.name()).unwrap_or_default().to_owned(),
        date: message.date().and_then(date),
        ..Mail::default()
    };
    for part in message.html_bodies() {
        if let PartType::Html(html) = &part.body {
            out.html.push_str(html);
        }
    }
    for part in message.text_bodies() {
        if let PartType::Text(text) = &part.body {
            out.text.push_str(text);
            out.text.push('\n');
        }
    }
    let empty = out.html.trim().is_empty() && out.text.trim().is_empty();
    for part in message.attachments() {
        // A mail that is nothing but an attached mail was forwarded whole.
        if let (PartType::Message(inner), true, true) = (&part.body, empty, depth < NESTED_MAX) {
            return mail(inner, depth + 1);
        }
        // A logo in a signature is shown in the text, and has no name of its own.
        let inline = part.content_id().is_some() && !out.html.is_empty();
        let name = part.attachment_name().map(str::to_owned);
        match (&part.body, name) {
            (PartType::Message(inner), _) => out.attached.push(inner.subject().unwrap_or("mail.eml").to_owned()),
            (_, Some(name)) if !inline => out.attached.push(name),
            _ => {}
        }
    }
    out
}

fn date(date: &DateTime) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(date.to_timestamp()).ok()
}
