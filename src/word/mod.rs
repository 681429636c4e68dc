//! The edge to Word: documents out ([`write()`]) and the words of documents back in ([`read()`]). It stands apart so that
//! the zip of parts that a Word file is, and the elements that Word and LibreOffice insist on, are known in one place.
//!
//! What is written is small and plain: real styles, so that a screen reader can walk the headings; a language on every
//! run; content controls with a tag, and a bookmark of the same name, since LibreOffice drops the tag and a person may
//! delete the bookmark. The same document gives the same bytes: no clock, no random ids.

mod parts;
mod body;
mod read;
#[cfg(test)]
pub(crate) mod tests;

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

pub use self::read::{Passage, Returned, Unreadable, read};

/// A document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The title in its properties; what stands on the page is in `blocks`.
    pub title: String,
    /// BCP 47 tag of its language: `en-CA`.
    pub tag: String,
    /// Who made it, in its properties: an office, never a person.
    pub author: String,
    /// A line at the top of every page, for whoever fills in the document: no part of its text. Empty: none.
    pub header: String,
    /// What it holds, from top to bottom.
    pub blocks: Vec<Block>,
}

/// What stands on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph, heading or item.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
    /// A picture, alone in its paragraph.
    Picture(Picture),
}

/// A paragraph of any style.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paragraph {
    /// How it looks, and what it is.
    pub style: Style,
    /// Its words.
    pub runs: Vec<Run>,
    /// The content control around it.
    pub control: Option<Control>,
}

/// What a paragraph is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Style {
    /// Running text.
    #[default]
    Body,
    /// The document's title.
    Title,
    /// A heading, 1 to 4.
    Heading(u8),
    /// An item of a list: numbered or not, and how deep, from 0.
    Item {
        /// Whether it has a number.
        ordered: bool,
        /// How deep it stands, from 0 to 3.
        level: u8,
    },
    /// Other people's words.
    Quote,
    /// A remark to whoever works on the document.
    Note,
}

/// Words with one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// The words; a `\n` is a line break.
    pub text: String,
    /// Whether they are bold.
    pub bold: bool,
    /// Whether they are in italics.
    pub italic: bool,
    /// Where they lead: absolute.
    pub link: Option<String>,
    /// BCP 47 tag, when it is another than the document's.
    pub tag: Option<String>,
    /// Whether they are grey, passed over by the spelling check, and not to be translated.
    pub frozen: bool,
}

impl Run {
    /// Plain words.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// A content control: what lets a paragraph be found again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Control {
    /// Letters, digits, `_`: at most 40, since that is what Word lets a bookmark have.
    pub tag: String,
    /// What Word shows above it.
    pub title: String,
    /// Whether its text may not be changed.
    pub locked: bool,
}

/// A table with a header row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Widths of its columns, in hundredths of the page's text width.
    pub widths: Vec<u32>,
    /// Whether the first row is a header, repeated on each page.
    pub has_header: bool,
    /// Rows of cells of paragraphs.
    pub rows: Vec<Vec<Vec<Paragraph>>>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// PNG, JPEG or GIF.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: String,
    /// What it shows.
    pub alt: String,
    /// Width and height in pixels of 1/96 inch, as shown.
    pub size: (u32, u32),
}

/// The document's bytes.
pub fn write(document: &Document) -> Vec<u8> {
    let body = body::body(document);
    let mut files: Vec<(String, Vec<u8>)> = vec![
        (
            "[Content_Types].xml".to_owned(),
            parts::content_types(&body.pictures, !document.header.is_empty()).into_bytes(),
        ),
        ("_rels/.rels".to_owned(), parts::PACKAGE.as_bytes().to_vec()),
        ("docProps/core.xml".to_owned(), parts::properties(document).into_bytes()),
        ("word/document.xml".to_owned(), body.xml.into_bytes()),
        ("word/styles.xml".to_owned(), parts::styles(&document.tag).into_bytes()),
        ("word/numbering.xml".to_owned(), parts::numbering(body.lists).into_bytes()),
        ("word/settings.xml".to_owned(), parts::settings(&document.tag).into_bytes()),
        (
            "word/_rels/document.xml.rels".to_owned(),
            parts::relations(&body.links, &body.pictures, !document.header.is_empty()).into_bytes(),
        ),
    ];
    if !document.header.is_empty() {
        files.push(("word/header1.xml".to_owned(), parts::header(document).into_bytes()));
    }
    for (number, picture) in body.pictures.iter().enumerate() {
        files.push((format!("word/{}", parts::picture_name(number, picture)), picture.bytes.clone()));
    }
    zipped(&files)
}

/// Files as a zip; each has the date of the format's beginning, so that the same files give the same bytes.
fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options).expect("names are short and each stands once");
        zip.write_all(bytes).expect("memory takes what is written");
    }
    zip.finish().expect("memory takes what is written").into_inner()
}

/// Text for XML: escaped, and without the characters that XML 1.0 (section 2.2) forbids, which Word refuses.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c < ' ' => {}
            c => out.push(c),
        }
    }
    out
}
