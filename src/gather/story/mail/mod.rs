//! A mail that was forwarded to the office, as `.eml` or Outlook's `.msg`, to fields and bodies. It stands apart since a
//! mail is mostly not the story: headers, signatures and earlier mails are around it.

use jiff::Timestamp;

use super::block::{self, Block, Kind};
use super::build::Written;
use super::fields::Fields;
use super::split::Body;
use super::yaml::{Key, Node, Value};
use super::{Office, Report, Spot};
use crate::gather::markup::{self, Piece};
use crate::gather::{html, text};
use crate::model::Severity;
use crate::model::rich::escaped;

mod eml;
mod msg;
mod quoted;

/// Lines of a text mail; more is a log.
const LINES_MAX: usize = 5_000;
/// Lines shorter than this were ended by their writer, not by the mail program.
const SHORT_LINE_CHARS: usize = 50;
/// Attachments that are named.
const ATTACHED_MAX: usize = 20;

/// What a mail says.
#[derive(Debug, Default)]
struct Mail {
    subject: String,
    /// The name of who sent it, without the address.
    from: String,
    date: Option<Timestamp>,
    html: String,
    text: String,
    /// Names of attachments.
    attached: Vec<String>,
}

/// Reads a mail; none when it is none, which is said.
pub(super) fn read(bytes: &[u8], office: &Office<'_>, report: &mut Report) -> Option<Written> {
    let mail = if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) { msg::read(bytes) } else { eml::read(bytes) };
    let Some(mail) = mail else {
        report.add(
            Severity::Error,
            &Spot::default(),
            words!(
                "the file is damaged, is no mail, or has too many parts",
                "le fichier est endommagé, n'est pas un courriel ou a trop de parties"
            ),
            words!(
                "copy its text into a file that ends in `.md`: a title after `# `, then the text",
                "copiez son texte dans un fichier qui se termine par `.md` : un titre après `# `, puis le texte"
            ),
        );
        return None;
    };
    said(&mail, report);
    let (subject, way) = quoted::subject(&mail.subject);
    let blocks = if mail.html.trim().is_empty() { of_text(&mail.text, way) } else { of_html(&mail.html) };
    let blocks = quoted::story(&blocks, way, report);
    let mut bodies = block::bodies(blocks, office.newsletter, report);
    titled(&mut bodies, &subject);
    let date = mail.date.map(|at| at.to_zoned(office.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string());
    let place = |name: &str| Key { name: name.to_owned(), line: 1, column: 1 };
    let map = date.map(|date| (place("date"), Node { value: Value::Text(date), line: 1, column: 1 }));
    let fields = Fields::of_form(map.into_iter().collect(), Vec::new(), report);
    Some(Written { fields, bodies })
}

fn said(mail: &Mail, report: &mut Report) {
    let from = text::line(&quoted::masked(&mail.from), 80);
    if !from.is_empty() && from != "…" {
        report.add(
            Severity::Info,
            &Spot { line: 1, column: 1, excerpt: from.clone() },
            words!("the mail came from {from}", "le courriel vient de {from}"),
            words!(
                "to credit somebody, copy the text into a file that ends in `.md`, with `author: name`",
                "pour nommer quelqu'un, copiez le texte dans un fichier qui se termine par `.md`, avec `author: nom`"
            ),
        );
    }
    for name in mail.attached.iter().take(ATTACHED_MAX) {
        let name = text::line(name, 80);
        report.add(
            Severity::Warning,
            &Spot { line: 1, column: 1, excerpt: name.clone() },
            words!("the attachment `{name}` was not read", "la pièce jointe `{name}` n'a pas été lue"),
            words!(
                "if it is the story or its picture, save it in this folder",
                "si c'est l'article ou son image, enregistrez-la dans ce dossier"
            ),
        );
    }
}

/// The subject is the title. Of a subject in two languages, each body has its part.
fn titled(bodies: &mut Vec<Body>, subject: &str) {
    if subject.is_empty() {
        return;
    }
    let parts: Vec<&str> = [" / ", " | "]
        .iter()
        .map(|mark| subject.split(mark).collect::<Vec<_>>())
        .find(|parts| parts.len() == bodies.len() && parts.len() > 1)
        .unwrap_or_else(|| vec![subject]);
    if bodies.is_empty() {
        bodies.push(Body { line: 1, html: true, ..Body::default() });
    }
    let several = bodies.len() > 1;
    for (at, body) in bodies.iter_mut().enumerate() {
        let own = body.text.strip_prefix("<h1>").and_then(|rest| rest.split_once("</h1>"));
        let title = match parts.get(at) {
            Some(part) if parts.len() > 1 => *part,
            // A subject in one language is no title in the other.
            _ if several && own.is_some() => continue,
            _ => subject,
        };
        let escaped = escaped(title);
        let rest = match own {
            Some((heading, rest)) if text::folded(&text::of_html(heading, heading.len())) == text::folded(title) => {
                rest.to_owned()
            }
            Some((heading, rest)) => format!("<h3>{heading}</h3>{rest}"),
            None => body.text.clone(),
        };
        body.text = format!("<h1>{escaped}</h1>{rest}");
    }
}

/// Paragraphs of plain text: an empty line ends one. In an answer, what is quoted goes.
fn of_text(written: &str, way: quoted::Way) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut begin = 1;
    for (at, line) in written.lines().take(LINES_MAX).chain([""]).enumerate() {
        let is_quote = line.starts_with('>');
        let line = if is_quote { line.trim_start_matches(['>', ' ']) } else { line };
        let line = if is_quote && way == quoted::Way::Reply { "" } else { line.trim_end() };
        let item = item(line);
        // A signature's mark stands alone.
        let alone = matches!(line, "--");
        if line.trim().is_empty() || item.is_some() || alone {
            flush(&mut paragraph, begin, &mut blocks);
        }
        if let Some((ordered, words)) = item {
            let kind = Kind::Item { ordered, level: 0 };
            blocks.push(Block { kind, ..Block::plain(at + 1, words) });
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        // The second line of an item is indented.
        if let (Some(Block { kind: Kind::Item { .. }, words, .. }), true, true) =
            (blocks.last(), paragraph.is_empty(), line.starts_with(' '))
        {
            let (longer, last) = (format!("{words} {}", line.trim()), blocks.len() - 1);
            let old = &blocks[last];
            blocks[last] = Block { kind: old.kind, ..Block::plain(old.line, &longer) };
            continue;
        }
        if paragraph.is_empty() {
            begin = at + 1;
        }
        paragraph.push(line.trim());
    }
    blocks
}

fn item(line: &str) -> Option<(bool, &str)> {
    let line = line.trim_start();
    if let Some(words) = ["- ", "* ", "• ", "· ", "•\t", "*\t", "-\t"].iter().find_map(|mark| line.strip_prefix(mark))
    {
        return Some((false, words.trim())).filter(|(_, words)| !words.is_empty());
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let words = line.get(digits..)?.strip_prefix(['.', ')'])?.strip_prefix([' ', '\t'])?;
    ((1..=2).contains(&digits) && !words.trim().is_empty()).then(|| (true, words.trim()))
}

fn flush(paragraph: &mut Vec<&str>, line: usize, blocks: &mut Vec<Block>) {
    let lines = std::mem::take(paragraph);
    if lines.is_empty() {
        return;
    }
    let short = lines.iter().all(|line| line.chars().count() <= SHORT_LINE_CHARS);
    let header = lines.iter().filter(|line| line.contains(": ")).count() >= 2;
    if lines.len() > 1 && (short || header) {
        let html: Vec<String> = lines.iter().map(|line| Block::plain(line.len(), line).html).collect();
        blocks.push(Block { html: html.join("<br>"), ..Block::plain(line, &lines.join(" ")) });
    } else {
        blocks.push(Block::plain(line, &lines.join(" ")));
    }
}

/// Paragraphs of HTML, after the sanitiser has written it anew.
fn of_html(written: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let clean = html::sanitise(written);
    let mut name = String::new();
    let (mut depth, mut inner) = (0_usize, String::new());
    for piece in markup::pieces(&clean) {
        match piece {
            // A mail forwarded by Apple Mail stands in a quotation.
            Piece::Open(tag) | Piece::Close(tag) if markup::name(tag) == "blockquote" && depth == 0 => {}
            Piece::Open(tag) if depth == 0 => {
                markup::name(tag).clone_into(&mut name);
                depth = 1;
                inner.clear();
                if is_whole(&name) {
                    inner.push_str(tag);
                }
            }
            Piece::Open(tag) => {
                depth += usize::from(markup::name(tag) != "br");
                inner.push_str(tag);
            }
            Piece::Close(tag) => {
                depth = depth.saturating_sub(1);
                if depth > 0 || is_whole(&name) {
                    inner.push_str(tag);
                }
                if depth == 0 {
                    blocks.push(of_element(&name, &inner, blocks.len() + 1));
                }
            }
            Piece::Text(text) | Piece::Cdata(text) if depth > 0 => inner.push_str(text),
            _ => {}
        }
    }
    blocks
}

fn is_whole(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "table")
}

fn of_element(name: &str, inner: &str, line: usize) -> Block {
    let words = text::of_html(inner, inner.len());
    let bold = inner.strip_prefix("<strong>").and_then(|rest| rest.strip_suffix("</strong>"));
    let kind = match name {
        "h3" => Kind::Heading(3),
        "h4" => Kind::Heading(4),
        name if is_whole(name) => Kind::Table,
        _ => Kind::Plain,
    };
    let bold = bold.is_some_and(|inside| !inside.contains("<strong>"));
    Block { kind, line, html: inner.to_owned(), words, bold, notes: Vec::new() }
}

#[cfg(test)]
mod tests;
