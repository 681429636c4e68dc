//! One mail, taken apart within limits: its headers, what it says, the machine-readable reports in it, and the headers
//! of the message that it is about.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};

use crate::model::Address;

/// What is read of a mail: the returned original stands last, and only its headers count. 1 MiB.
const READ_BYTES_MAX: usize = 1024 * 1024;
/// Real mails have fewer than 30 parts; a parser pays for each.
const PARTS_MAX: usize = 300;
/// A mail in a mail in a mail.
const NESTED_MAX: usize = 5;
/// What is looked at of each text. Reports say what they have to say in their first lines.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A mail.
#[derive(Debug, Default)]
pub(super) struct Letter {
    /// Names in lower case, values unfolded.
    headers: Vec<(String, String)>,
    pub(super) subject: String,
    /// The one address in the one `From`; none when there are several, or none.
    pub(super) only_from: Option<Address>,
    /// The first text: what whoever wrote it says, before anything that is attached.
    pub(super) first_text: String,
    /// What a person reads: text parts, and HTML without its tags.
    pub(super) text: String,
    /// `message/delivery-status` parts (RFC 3464).
    pub(super) statuses: Vec<String>,
    /// A `message/feedback-report` part (RFC 5965).
    pub(super) feedback: Option<String>,
    /// The headers of the message that it returns.
    pub(super) original: Vec<(String, String)>,
    pub(super) has_attachment: bool,
    /// Whether it has more parts than a real mail: then only its head was read.
    pub(super) is_head_alone: bool,
}

impl Letter {
    /// Takes a mail apart; bytes that are no mail give an empty one.
    pub(super) fn read(raw: &[u8]) -> Self {
        let raw = &raw[..raw.len().min(READ_BYTES_MAX)];
        // The first line of a mail in an mbox.
        let raw = if raw.starts_with(b"From ") {
            raw.iter().position(|byte| *byte == b'\n').map_or(raw, |end| &raw[end + 1..])
        } else {
            raw
        };
        let raw = raw.trim_ascii_start();
        let is_head_alone = n_parts(raw) > PARTS_MAX;
        let mut letter = Self { is_head_alone, ..Self::default() };
        let head = if is_head_alone { &raw[..head_length(raw)] } else { raw };
        if let Some(message) = MessageParser::new().parse(head) {
            letter.headers = headers(&message);
            message.subject().unwrap_or_default().clone_into(&mut letter.subject);
            letter.only_from = only_from(&message).filter(|_| letter.headers("from").count() == 1);
            letter.first_text = match message.text_bodies().next().map(|part| &part.body) {
                Some(PartType::Html(html)) => without_tags(html),
                Some(PartType::Text(text)) => cut(text),
                _ => String::new(),
            };
            letter.take(&message, 0);
        }
        letter
    }

    /// The first header of a name, which is in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Every header of a name.
    pub(super) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A header of the message that it returns.
    pub(super) fn original_header(&self, name: &str) -> Option<&str> {
        find(&self.original, name)
    }

    fn take(&mut self, message: &Message<'_>, depth: usize) {
        for part in &message.parts {
            let kind = part
                .content_type()
                .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase());
            let kind = kind.as_deref().unwrap_or("");
            match (&part.body, kind) {
                (PartType::Multipart(_), _) => {}
                (PartType::Message(inner), _) => self.take_inner(inner, kind, depth),
                (body, "message/delivery-status" | "message/global-delivery-status") => {
                    self.statuses.push(cut(&contents(body)));
                }
                (body, "message/feedback-report") => self.feedback = Some(cut(&contents(body))),
                (body, "text/rfc822-headers" | "message/rfc822" | "message/global" | "message/global-headers") => {
                    self.take_original(&contents(body));
                }
                (PartType::Text(text), _) if part.attachment_name().is_none() || kind == "text/plain" => {
                    self.add_text(text);
                }
                (PartType::Html(html), _) if part.attachment_name().is_none() => self.add_text(&without_tags(html)),
                _ => self.has_attachment = true,
            }
        }
    }

    fn take_inner(&mut self, inner: &Message<'_>, kind: &str, depth: usize) {
        if kind.starts_with("message/delivery-status") || depth >= NESTED_MAX {
            return;
        }
        let found = headers(inner);
        // A bounce of a bounce, or a report forwarded by a mailbox: the reports of the inner mail count.
        let is_report = find(&found, "content-type").is_some_and(|kind| kind.contains("multipart/report"));
        if is_report {
            self.take(inner, depth + 1);
        }
        if self.original.is_empty() || is_report {
            self.original = found;
        }
        self.has_attachment = true;
    }

    fn take_original(&mut self, text: &str) {
        if self.original.is_empty()
            && let Some(message) = MessageParser::new().parse_headers(cut(text).as_bytes())
        {
            self.original = headers(&message);
        }
    }

    fn add_text(&mut self, text: &str) {
        if self.text.len() < TEXT_BYTES_MAX {
            self.text.push_str(&cut(text));
            self.text.push('\n');
        }
    }
}

fn only_from(message: &Message<'_>) -> Option<Address> {
    let mut people = message.from()?.iter();
    let only = people.next().filter(|_| people.next().is_none())?;
    Address::parse(only.address()?).ok()
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let unfold = |value: &str| value.split(['\r', '\n']).map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned();
    message.headers_raw().map(|(name, value)| (name.trim().to_ascii_lowercase(), unfold(value))).collect()
}

fn contents(body: &PartType<'_>) -> String {
    match body {
        PartType::Text(text) | PartType::Html(text) => text.clone().into_owned(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        PartType::Message(_) | PartType::Multipart(_) => String::new(),
    }
}

/// At most [`TEXT_BYTES_MAX`], and no half of a letter.
fn cut(text: &str) -> String {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].replace('\r', "")
}

/// Elements whose words nobody is shown: style sheets above all, with which every mail program begins.
const UNSHOWN: [&str; 4] = ["head", "script", "style", "title"];

/// The words of an HTML text, a line for each block. It is only searched, never shown.
fn without_tags(html: &str) -> String {
    let html = cut(html);
    // Letters outside ASCII keep their length, so that both have the same offsets.
    let lower = html.to_ascii_lowercase();
    let mut out = String::with_capacity(html.len() / 2);
    let mut rest = html.as_str();
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let tag = &rest[open..];
        if tag.starts_with("<!--") {
            rest = tag.find("-->").map_or("", |end| &tag[end + 3..]);
            continue;
        }
        let Some(close) = tag.find('>') else { break };
        let name: String =
            tag[1..close].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let name = name.to_ascii_lowercase();
        if matches!(
            name.as_str(),
            "blockquote" | "br" | "div" | "h1" | "h2" | "h3" | "hr" | "li" | "p" | "table" | "td" | "tr"
        ) {
            out.push('\n');
        }
        // `<a@b.ca>` is an address that somebody forgot to escape.
        if tag[1..close].contains('@') && !tag[1..close].contains(['=', ' ']) {
            out.push_str(&tag[..=close]);
        }
        rest = &tag[close + 1..];
        if UNSHOWN.contains(&name.as_str()) && !tag.starts_with("</") {
            let from = html.len() - rest.len();
            // One that nothing closes is no element.
            let end = lower[from..].find(&format!("</{name}")).unwrap_or(0);
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    if !out.contains('&') {
        return out;
    }
    // There are no tags left: what looks like one is text.
    let plain =
        |line: &str| if line.contains('&') { html_to_text(&line.replace('<', "&lt;")) } else { line.to_owned() };
    out.lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// Lines that may begin a part.
fn n_parts(raw: &[u8]) -> usize {
    const NAME: &[u8] = b"content-type:";
    let begins = |line: &[u8]| line.get(..NAME.len()).is_some_and(|head| head.eq_ignore_ascii_case(NAME));
    raw.split(|byte| *byte == b'\n').filter(|line| begins(line.trim_ascii_start())).count()
}

fn head_length(raw: &[u8]) -> usize {
    let ends = |pair: &[u8]| pair == b"\n\n" || pair == b"\n\r";
    raw.windows(2).position(ends).map_or(raw.len().min(TEXT_BYTES_MAX), |end| end + 1)
}
