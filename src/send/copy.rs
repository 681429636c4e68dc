//! Copies: an edition is encoded once, into bytes with places for the slots; a copy is its own few headers, those
//! bytes, and the slots filled. The same recipient's copy has the same bytes on every try, and addressing one can
//! neither fail nor run a template.

use std::fmt::Write as _;

use anyhow::{Result, bail};
use data_encoding::BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::dkim::Signing;
use super::header;
use super::links::LinkTo;
use super::secrets::Secrets;
use crate::mail::Email;
use crate::model::{Address, AddressError, Edition, EditionId, IssueId, Lang, Newsletter, Part, PublicPage, Slot};

/// RFC 2045 6.7 allows 76 characters a line; two are left for a first dot that is encoded.
const LINE_CHARS_MAX: usize = 74;
/// RFC 5322 2.1.1.
const LINE_BYTES_MAX: usize = 998;

/// An edition, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// What addressing needs beside the bytes.
    pub frame: Frame,
    /// Shared headers and body, slots empty.
    pub wire: Vec<u8>,
}

/// What addressing a copy needs beside the bytes; kept as JSON in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The newsletter's id.
    pub newsletter: String,
    /// The edition.
    pub edition: EditionId,
    /// Whether requests are written in French.
    pub french: bool,
    /// The languages a reader may change to, joined by `/`.
    pub change_to: String,
    /// The envelope sender.
    pub bounce: String,
    /// Whether the envelope sender carries the copy's own name, so that what comes back leads to it.
    #[serde(default)]
    pub verp: bool,
    /// The mailbox that takes requests.
    pub requests: String,
    /// The page on which a reader leaves, but for their token; none: by mail alone.
    #[serde(default)]
    pub leave: Option<String>,
    /// The page of what a reader gets, but for their token.
    #[serde(default)]
    pub preferences: Option<String>,
    /// When the bytes were made, which decides the key of their links, in milliseconds since 1970.
    #[serde(default)]
    pub at: i64,
    /// The domain of Message-IDs.
    pub domain: String,
    /// Where slots stand in the bytes, in order.
    pub slots: Vec<(usize, SlotName)>,
}

/// A slot's name in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotName {
    /// Where the recipient leaves.
    Unsubscribe,
    /// Where the recipient changes language.
    Preferences,
}

/// Encodes an edition; without a Date it is the file an approver reads.
pub fn encode(edition: &Edition, newsletter: &Newsletter, date: Option<Timestamp>) -> Result<Encoded> {
    let mut wire = headers(edition, newsletter, date)?.into_bytes();
    let mut slots = Vec::new();
    body(edition, &mut wire, &mut slots);
    check(&wire)?;
    let others = newsletter.languages.iter().filter(|lang| edition.id.is_both() || !edition.langs.contains(lang));
    let others: Vec<&str> = others.map(Lang::as_str).collect();
    let page = |page| edition.langs.first().and_then(|lang| newsletter.serve.address(lang, page));
    let frame = Frame {
        newsletter: newsletter.id.clone(),
        edition: edition.id.clone(),
        french: edition.langs.first().is_some_and(Lang::is_french),
        change_to: others.join("/"),
        bounce: newsletter.sender.bounce.clone(),
        verp: newsletter.sender.verp,
        requests: newsletter.sender.requests.clone(),
        leave: page(PublicPage::Leave),
        preferences: page(PublicPage::Preferences),
        at: date.map_or(0, Timestamp::as_millisecond),
        domain: domain(newsletter)?,
        slots,
    };
    Ok(Encoded { frame, wire })
}

/// The edition as a message file with empty slots, for `editions/ID.eml`; its length is the size on the wire.
pub fn eml(edition: &Edition, newsletter: &Newsletter) -> Result<Vec<u8>> {
    let encoded = encode(edition, newsletter, None)?;
    let [leave, change] = [Slot::Unsubscribe, Slot::Preferences].map(|slot| soft(slot.token()));
    Ok(encoded.fill("To: undisclosed-recipients:;\r\n", &encoded.slots(&leave, &change)))
}

impl Encoded {
    /// One recipient's copy, signed; `reader` is their address, and the number of the subscriber, for their links.
    pub fn address(
        &self,
        issue: &IssueId,
        reader: (&Address, i64),
        secrets: &Secrets,
        signing: &Signing,
    ) -> Result<Email> {
        let frame = &self.frame;
        let local = secrets.message_id(&frame.newsletter, issue, &frame.edition, reader.0);
        self.addressed(&local, reader, secrets, signing, true)
    }

    /// As [`Encoded::address`], for a letter to one person that shows an edition: with a Message-ID of the caller's (a
    /// local part), and no header by which a mail program offers to leave.
    pub(super) fn address_to_show(
        &self,
        local: &str,
        reader: (&Address, i64),
        secrets: &Secrets,
        signing: &Signing,
    ) -> Result<Email> {
        self.addressed(local, reader, secrets, signing, false)
    }

    fn addressed(
        &self,
        local: &str,
        (to, number): (&Address, i64),
        secrets: &Secrets,
        signing: &Signing,
        is_listed: bool,
    ) -> Result<Email> {
        let frame = &self.frame;
        let at = Timestamp::from_millisecond(frame.at)?;
        let message_id = format!("<{local}@{}>", frame.domain);
        let [leave, change] =
            [LinkTo::Leave, LinkTo::Preferences].map(|to| secrets.link(&frame.newsletter, to, number, at));
        let page = |page: &Option<String>, link: &str| page.as_ref().map(|page| format!("{page}{link}"));
        let by_mail = self.request(SlotName::Unsubscribe, &leave);
        let on_page = page(&frame.leave, &leave);
        let mut own = format!("To: <{}>\r\nMessage-ID: {message_id}\r\n", to.as_str());
        // Writing to a String does not fail. An address is checked: it holds no space, line end or angle bracket.
        let _ = match on_page.as_ref().filter(|page| page.starts_with("https://")) {
            _ if !is_listed => Ok(()),
            // RFC 8058 3.1: leaving with one click is for https alone.
            Some(page) => write!(
                own,
                "List-Unsubscribe: <{page}>,\r\n <{by_mail}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
            ),
            None => write!(own, "List-Unsubscribe: <{by_mail}>\r\n"),
        };
        let change = page(&frame.preferences, &change).unwrap_or_else(|| self.request(SlotName::Preferences, &change));
        let (leave, change) = (soft(&on_page.unwrap_or(by_mail)), soft(&change));
        let slots = self.slots(&leave, &change);
        let signatures = signing.sign(&own, &slots)?;
        let bytes = self.fill(&(signatures + &own), &slots);
        Ok(Email { message_id, from: self.envelope_sender(local)?, to: to.clone(), bytes })
    }

    /// One message to one person that is no copy of an issue: nobody leaves by it.
    pub(super) fn address_once(&self, local: &str, to: &Address, signing: &Signing) -> Result<Email> {
        let message_id = format!("<{local}@{}>", self.frame.domain);
        let own = format!("To: <{}>\r\nMessage-ID: {message_id}\r\n", to.as_str());
        let bytes = self.fill(&(signing.sign(&own, &[])? + &own), &[]);
        Ok(Email { message_id, from: self.envelope_sender(local)?, to: to.clone(), bytes })
    }

    /// Where a copy returns to: `bounces+COPY@office.example` where the office's mail server keeps such addresses apart
    /// (RFC 5233), so that a report without a Message-ID still leads back.
    fn envelope_sender(&self, local: &str) -> Result<Address> {
        let bounce = &self.frame.bounce;
        let own = bounce.rsplit_once('@').filter(|_| self.frame.verp);
        let sender = own.map(|(name, domain)| format!("{name}+{local}@{domain}"));
        Ok(Address::parse(sender.as_ref().unwrap_or(bounce)).map_err(AddressError::words)?)
    }

    /// The same edition for those who want text without HTML: its text alone, as it was approved.
    #[must_use]
    pub fn plain(&self) -> Self {
        const KIND: &[u8] = b"Content-Type: multipart/alternative; boundary=\"";
        let find = |from: usize, what: &[u8]| {
            self.wire[from..].windows(what.len()).position(|window| window == what).map(|at| from + at)
        };
        let span = || {
            let head = find(0, KIND)?;
            let boundary = head + KIND.len();
            let boundary = &self.wire[boundary..find(boundary, b"\"")?];
            let mark = [b"--".as_slice(), boundary].concat();
            let part = find(head, &[&mark[..], b"\r\n"].concat())? + mark.len() + 2;
            let end = find(part, &[b"\r\n".as_slice(), &mark].concat())? + 2;
            // The header says the language already.
            let body = find(part, b"\r\n\r\n")? + 4;
            Some((head, body, end))
        };
        // Every edition is encoded as two parts; one that is not is sent as it is.
        let Some((head, body, end)) = span() else { return self.clone() };
        let mut wire = self.wire[..head].to_vec();
        wire.extend_from_slice(
            b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
        );
        let begins = wire.len();
        wire.extend_from_slice(&self.wire[body..end]);
        let slots = self.frame.slots.iter().filter(|(at, _)| (body..end).contains(at));
        let slots = slots.map(|(at, name)| (at - body + begins, *name)).collect();
        Self { frame: Frame { slots, ..self.frame.clone() }, wire }
    }

    /// A request by mail (RFC 6068): the word in the edition's language and the token, as a subject.
    fn request(&self, slot: SlotName, token: &str) -> String {
        let Frame { requests, change_to, french, .. } = &self.frame;
        let subject = match (slot, french) {
            (SlotName::Unsubscribe, false) => format!("unsubscribe%20{token}"),
            (SlotName::Unsubscribe, true) => format!("d%C3%A9sabonner%20{token}"),
            (SlotName::Preferences, false) => format!("language%20{change_to}%20{token}"),
            (SlotName::Preferences, true) => format!("langue%20{change_to}%20{token}"),
        };
        format!("mailto:{requests}?subject={subject}")
    }

    /// The encoded values of the slots, in their order.
    fn slots<'a>(&self, leave: &'a str, change: &'a str) -> Vec<&'a str> {
        let value = |(_, slot): &(usize, SlotName)| match slot {
            SlotName::Unsubscribe => leave,
            SlotName::Preferences => change,
        };
        self.frame.slots.iter().map(value).collect()
    }

    fn fill(&self, own_headers: &str, values: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(own_headers.len() + self.wire.len() + self.frame.slots.len() * 160);
        bytes.extend_from_slice(own_headers.as_bytes());
        let mut done = 0;
        for (&(at, _), value) in self.frame.slots.iter().zip(values) {
            bytes.extend_from_slice(&self.wire[done..at]);
            bytes.extend_from_slice(value.as_bytes());
            done = at;
        }
        bytes.extend_from_slice(&self.wire[done..]);
        bytes
    }
}

/// The domain of List-Ids and Message-IDs.
pub(super) fn domain(newsletter: &Newsletter) -> Result<String> {
    let from = Address::parse(&newsletter.sender.from).map_err(AddressError::words)?;
    Ok(newsletter.sender.domain.clone().unwrap_or_else(|| from.domain().to_owned()))
}

/// Headers that every copy has. The edition's own come as they were approved; these stand in for those it lacks.
fn headers(edition: &Edition, newsletter: &Newsletter, date: Option<Timestamp>) -> Result<String> {
    let languages = edition.langs.iter().filter_map(|lang| newsletter.language.get(lang));
    let names: Vec<&str> = languages.clone().map(|language| language.from_name.as_str()).collect();
    let titles: Vec<&str> = languages.clone().map(|language| language.title.as_str()).collect();
    let tags: Vec<&str> = languages.map(|language| language.tag.as_str()).collect();
    let sender = &newsletter.sender;
    let mut out = header::phrase("From", &names.join(" / "), &sender.from);
    out.push_str(&header::phrase("Reply-To", "", &sender.reply_to));
    out.push_str(&header::text("Subject", &edition.subject));
    if let Some(date) = date {
        let local = date.in_tz(&newsletter.schedule.time_zone)?;
        out.push_str(&header::plain("Date", &jiff::fmt::rfc2822::to_string(&local)?));
    }
    let list_id = format!("{}.{}.{}", edition.id.as_str(), newsletter.id, domain(newsletter)?);
    let standing = [
        ("List-Id", header::phrase("List-Id", &titles.join(" / "), &list_id)),
        ("Content-Language", header::plain("Content-Language", &tags.join(", "))),
        ("Precedence", header::plain("Precedence", "bulk")),
        ("X-Auto-Response-Suppress", header::plain("X-Auto-Response-Suppress", "OOF, AutoReply")),
    ];
    let own: Vec<&(String, String)> = edition.headers.iter().filter(|(name, _)| is_free(name)).collect();
    for (name, line) in standing {
        if !own.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
            out.push_str(&line);
        }
    }
    // One that is set to nothing is left out.
    for (name, value) in own.into_iter().filter(|(_, value)| !value.is_empty()) {
        out.push_str(&header::fixed(name, value));
    }
    out.push_str("MIME-Version: 1.0\r\n");
    Ok(out)
}

/// Whether an edition may set a header: its name is one, and it is not one of those that are ours to write.
fn is_free(name: &str) -> bool {
    const OURS: [&str; 17] = [
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "message-id",
        "mime-version",
        "return-path",
        "received",
        "dkim-signature",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "resent-to",
        "x-cco-news",
    ];
    let lower = name.to_ascii_lowercase();
    !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !lower.starts_with("content-type")
        && !lower.starts_with("content-transfer")
        && !OURS.contains(&lower.as_str())
}

/// The body: text first, so that a reader who shows the last part they can shows the HTML (RFC 2046 5.1.4).
fn body(edition: &Edition, wire: &mut Vec<u8>, slots: &mut Vec<(usize, SlotName)>) {
    // `=_` stands in no quoted-printable and no base64 text, so no boundary can stand in a part.
    let digest = edition.digest();
    let (outer, inner) = (format!("=_{}_a", &digest.as_str()[..24]), format!("=_{}_r", &digest.as_str()[..24]));
    let say = |wire: &mut Vec<u8>, text: &str| wire.extend_from_slice(text.as_bytes());
    // Each part says its language too (RULES CLI-08): a reader may show one alone.
    let language = edition.header("Content-Language");
    let language = language.map_or_else(String::new, |tags| header::plain("Content-Language", tags));
    let text_part = |kind: &str| {
        let encoding = "Content-Transfer-Encoding: quoted-printable";
        format!("Content-Type: text/{kind}; charset=utf-8\r\n{language}{encoding}\r\n\r\n")
    };
    say(wire, &format!("Content-Type: multipart/alternative; boundary=\"{outer}\"\r\n\r\n--{outer}\r\n"));
    say(wire, &text_part("plain"));
    quoted(&edition.text, wire, slots);
    say(wire, &format!("\r\n--{outer}\r\n"));
    if edition.parts.is_empty() {
        say(wire, &text_part("html"));
        quoted(&edition.html, wire, slots);
    } else {
        let related = "Content-Type: multipart/related; type=\"text/html\"; boundary";
        say(wire, &format!("{related}=\"{inner}\"\r\n\r\n--{inner}\r\n{}", text_part("html")));
        quoted(&edition.html, wire, slots);
        for part in &edition.parts {
            say(wire, &format!("\r\n--{inner}\r\n{}", picture(part)));
        }
        say(wire, &format!("--{inner}--\r\n"));
    }
    say(wire, &format!("\r\n--{outer}--\r\n"));
}

fn picture(part: &Part) -> String {
    let (media_type, cid) = (header::clean(&part.media_type), header::clean(&part.cid).replace(['<', '>', ' '], ""));
    let mut out = format!(
        "Content-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{cid}>\r\n\
         Content-Disposition: inline\r\n\r\n"
    );
    // 57 bytes make a line of 76.
    for chunk in part.bytes.chunks(57) {
        BASE64.encode_append(chunk, &mut out);
        out.push_str("\r\n");
    }
    out
}

/// Quoted-printable with every line end as CRLF; a slot gets lines of its own by soft breaks, which readers undo.
fn quoted(text: &str, wire: &mut Vec<u8>, slots: &mut Vec<(usize, SlotName)>) {
    let mut rest = text;
    loop {
        let found = [(Slot::Unsubscribe, SlotName::Unsubscribe), (Slot::Preferences, SlotName::Preferences)]
            .into_iter()
            .filter_map(|(slot, name)| Some((rest.find(slot.token())?, slot, name)))
            .min_by_key(|(at, ..)| *at);
        let Some((at, slot, name)) = found else { break };
        piece(&rest[..at], wire);
        wire.extend_from_slice(b"=\r\n");
        slots.push((wire.len(), name));
        wire.extend_from_slice(b"=\r\n");
        rest = &rest[at + slot.token().len()..];
    }
    piece(rest, wire);
}

fn piece(text: &str, wire: &mut Vec<u8>) {
    let text = text.replace("\r\n", "\n").replace(['\r', '\n'], "\r\n");
    let options = quoted_printable::Options::default()
        .line_length_limit(LINE_CHARS_MAX)
        .input_mode(quoted_printable::InputMode::Text);
    let encoded = quoted_printable::encode_with_options(text, options);
    // A dot that begins a line is encoded, so that no copy ever needs stuffing (RFC 5321 4.5.2) or ends early.
    let encoded = encoded.replace("\r\n.", "\r\n=2E");
    match encoded.strip_prefix('.').filter(|_| wire.ends_with(b"\n")) {
        Some(rest) => wire.extend_from_slice(format!("=2E{rest}").as_bytes()),
        None => wire.extend_from_slice(encoded.as_bytes()),
    }
}

/// A slot's value in quoted-printable: ASCII by its making; `=` and a line's first dot encoded, soft breaks where lines
/// would grow too long.
fn soft(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    let mut column = 0;
    for c in value.chars() {
        if column >= LINE_CHARS_MAX - 3 {
            out.push_str("=\r\n");
            column = 0;
        }
        match c {
            '=' => out.push_str("=3D"),
            '.' if column == 0 => out.push_str("=2E"),
            c => out.push(c),
        }
        column += if c == '=' { 3 } else { 1 };
    }
    out
}

/// What leaves has CRLF at the end of every line, no other CR, LF or NUL, and no line over 998 bytes: anything else
/// is a second message to some server (SMTP smuggling).
fn check(wire: &[u8]) -> Result<()> {
    for line in wire.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\r\n") else {
            bail!(words!(
                "an encoded message has a line that does not end in CRLF",
                "un message encodé a une ligne qui ne finit pas par CRLF"
            ))
        };
        if line.len() > LINE_BYTES_MAX
            || line.starts_with(b".")
            || line.iter().any(|byte| matches!(byte, b'\r' | 0) || !byte.is_ascii())
        {
            bail!(words!(
                "an encoded message has a line that no mail server must take",
                "un message encodé a une ligne qu'aucun serveur ne doit accepter"
            ));
        }
    }
    Ok(())
}
