//! A mail as Outlook saves it: `.msg`, a compound file with a stream for each property.

use std::io::{Cursor, Read as _};

use cfb::CompoundFile;
use jiff::Timestamp;

use super::Mail;
use crate::files;

/// Streams and storages: a mail with 100 recipients and 20 attachments has about 2,500.
const ENTRIES_MAX: usize = 10_000;
/// A text; what is over it is cut, and sanitising cuts at 1 MB anyway.
const STREAM_BYTES_MAX: u64 = 2 * 1024 * 1024;
/// Attachments that are named.
const ATTACHED_MAX: usize = 50;

/// Properties that are read: the subject, the texts, who sent it.
const SUBJECT: &str = "0037";
const BODY: &str = "1000";
const HTML: &str = "1013";
const SENDER: [&str; 2] = ["0042", "0C1A"];
/// The file name of an attachment, long and short.
const FILE_NAME: [&str; 2] = ["3707", "3704"];
/// Properties of fixed length: when it was sent, the code page of its texts, that of its HTML.
const SENT: u32 = 0x0039_0040;
const CODE_PAGE: u32 = 0x3FFD_0003;
const HTML_CODE_PAGE: u32 = 0x3FDE_0003;

type File<'a> = CompoundFile<Cursor<&'a [u8]>>;

/// Reads a mail; none when it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Mail> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).ok()?;
    if file.walk().take(ENTRIES_MAX + 1).count() > ENTRIES_MAX {
        return None;
    }
    let fixed = stream(&mut file, "/__properties_version1.0").unwrap_or_default();
    let page = number(&fixed, CODE_PAGE);
    let html_page = number(&fixed, HTML_CODE_PAGE).or(page);
    let html = stream(&mut file, &path("", HTML, "0102"))
        .map(|bytes| decoded(&bytes, html_page))
        .or_else(|| text(&mut file, "", HTML, page));
    let mail = Mail {
        subject: text(&mut file, "", SUBJECT, page).unwrap_or_default(),
        from: SENDER.iter().find_map(|name| text(&mut file, "", name, page)).unwrap_or_default(),
        date: wide(&fixed, SENT).and_then(moment),
        html: html.unwrap_or_default(),
        text: text(&mut file, "", BODY, page).unwrap_or_default(),
        attached: attached(&mut file, page),
    };
    let any = !(mail.subject.is_empty() && mail.text.is_empty() && mail.html.is_empty());
    any.then_some(mail)
}

fn attached(file: &mut File<'_>, page: Option<u32>) -> Vec<String> {
    let folders: Vec<String> = file
        .read_root_storage()
        .filter(|entry| entry.is_storage() && entry.name().starts_with("__attach_version1.0_"))
        .take(ATTACHED_MAX)
        .map(|entry| entry.name().to_owned())
        .collect();
    let mut names = Vec::new();
    for folder in folders {
        let within = format!("/{folder}");
        // A picture with a content id is shown in the text: a logo of a signature.
        let inline = text(file, &within, "3712", page).is_some();
        let name = FILE_NAME.iter().find_map(|name| text(file, &within, name, page));
        names.extend(name.filter(|_| !inline));
    }
    names
}

fn path(within: &str, property: &str, kind: &str) -> String {
    format!("{within}/__substg1.0_{property}{kind}")
}

fn stream(file: &mut File<'_>, path: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    // A damaged end leaves the beginning readable.
    let _ = file.open_stream(path).ok()?.take(STREAM_BYTES_MAX).read_to_end(&mut bytes);
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

/// A text, in UTF-16 as newer Outlooks write it, else in the code page of who wrote it.
fn text(file: &mut File<'_>, within: &str, property: &str, page: Option<u32>) -> Option<String> {
    let text = match stream(file, &path(within, property, "001F")) {
        Some(bytes) => encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned(),
        None => decoded(&stream(file, &path(within, property, "001E"))?, page),
    };
    let text = text.trim_end_matches('\0').to_owned();
    Some(text).filter(|text| !text.trim().is_empty())
}

fn decoded(bytes: &[u8], page: Option<u32>) -> String {
    let encoding = match page {
        Some(28591 | 1252 | 20127) => encoding_rs::WINDOWS_1252,
        Some(1250) => encoding_rs::WINDOWS_1250,
        Some(1251) => encoding_rs::WINDOWS_1251,
        Some(28605) => encoding_rs::ISO_8859_15,
        // UTF-8 when it is valid, else Windows-1252: right for all of English and French.
        _ => return files::decode(bytes),
    };
    encoding.decode(bytes).0.into_owned()
}

/// The eight bytes of a property of fixed length: entries of 16 bytes after a header of 32.
fn wide(fixed: &[u8], tag: u32) -> Option<u64> {
    let entries = fixed.get(32..)?.chunks_exact(16);
    let entry = entries.into_iter().find(|entry| entry[..4] == tag.to_le_bytes())?;
    Some(u64::from_le_bytes(entry[8..16].try_into().ok()?))
}

fn number(fixed: &[u8], tag: u32) -> Option<u32> {
    wide(fixed, tag).map(|value| (value & 0xFFFF_FFFF) as u32)
}

/// Tenths of microseconds since 1601.
fn moment(ticks: u64) -> Option<Timestamp> {
    const FROM_1601_TO_1970: i64 = 11_644_473_600;
    let seconds = i64::try_from(ticks / 10_000_000).ok()?;
    Timestamp::from_second(seconds - FROM_1601_TO_1970).ok()
}
