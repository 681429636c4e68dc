//! A Word file's paragraphs as they stand after every tracked change is taken: insertions in, deletions out. What is
//! wanted back from a translator is words, links and emphasis, and by which content control or bookmark each paragraph
//! can be known.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use super::Run;
use crate::model::Words;
use crate::xml::{self, Node};

/// An issue of 45 stories has 400 KB of XML; a book 8 MB.
const PART_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// XML of Word packs 10 to 20 times; a bomb a thousand times and more.
const RATIO_MAX: u64 = 200;

/// What came back in a Word file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Every paragraph, also of tables, in order.
    pub passages: Vec<Passage>,
    /// How many tracked insertions were taken in.
    pub inserted: usize,
    /// How many tracked deletions were left out.
    pub deleted: usize,
    /// How many comments were passed over.
    pub comments: usize,
}

/// A paragraph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passage {
    /// Tags of content controls and names of bookmarks that hold it or stand in it, each once.
    pub ids: Vec<String>,
    /// Its words.
    pub runs: Vec<Run>,
}

/// Why a file cannot be read: what is wrong, and the mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub what: Words,
    /// What to do.
    pub hint: Words,
}

/// Reads the paragraphs of a Word file.
pub fn read(bytes: &[u8]) -> Result<Returned, Unreadable> {
    let document = part(bytes, "word/document.xml").and_then(|text| xml::parse(&text)).ok_or_else(unreadable)?;
    let links = part(bytes, "word/_rels/document.xml.rels").and_then(|text| xml::parse(&text));
    let mut reader = Reader { links, ..Reader::default() };
    reader.flow(document.child("body").unwrap_or(&document), &mut Vec::new());
    reader.close();
    Ok(reader.out)
}

fn unreadable() -> Unreadable {
    Unreadable {
        what: words!(
            "the file is damaged, has a password, or is not a Word file",
            "le fichier est endommagé, a un mot de passe ou n'est pas un fichier Word"
        ),
        hint: words!(
            "open it in Word, save it as `.docx`, and try again",
            "ouvrez-le dans Word, enregistrez-le en `.docx` et réessayez"
        ),
    }
}

fn part(bytes: &[u8], name: &str) -> Option<String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let entry = archive.by_name(name).ok()?;
    let is_bomb = entry.size() > 1024 * 1024 && entry.size() / entry.compressed_size().max(1) > RATIO_MAX;
    if is_bomb || entry.size() > PART_BYTES_MAX {
        return None;
    }
    let mut text = String::new();
    // The size that the zip declares may be a lie.
    entry.take(PART_BYTES_MAX).read_to_string(&mut text).ok()?;
    Some(text)
}

#[derive(Default)]
struct Reader {
    out: Returned,
    links: Option<Node>,
    /// The paragraph in work; one whose mark was deleted goes on in the next.
    open: Passage,
    fields: Vec<Field>,
}

/// A field such as `HYPERLINK "https://…"`: first its code, then what it shows.
#[derive(Default)]
struct Field {
    code: String,
    is_shown: bool,
}

impl Field {
    fn link(&self) -> Option<String> {
        let rest = self.code.trim().strip_prefix("HYPERLINK")?.trim_start();
        let target = rest.strip_prefix('"').and_then(|rest| rest.split('"').next())?;
        (!target.is_empty()).then(|| target.to_owned())
    }
}

#[derive(Clone, Default)]
struct Look {
    link: Option<String>,
    bold: bool,
    italic: bool,
}

impl Reader {
    /// Paragraphs, through whatever wraps them; `held` are the tags of the controls around.
    fn flow(&mut self, node: &Node, held: &mut Vec<String>) {
        for child in node.nodes() {
            match child.name.as_str() {
                "p" => self.paragraph(child, held),
                "sdt" => {
                    held.extend(tag(child));
                    if let Some(content) = child.child("sdtContent") {
                        self.flow(content, held);
                    }
                    if tag(child).is_some() {
                        held.pop();
                    }
                }
                "bookmarkStart" => self.note_id(child.attribute("name")),
                "del" | "moveFrom" | "Fallback" | "txbxContent" => {}
                _ => self.flow(child, held),
            }
        }
    }

    fn note_id(&mut self, id: Option<&str>) {
        if let Some(id) = id.filter(|id| !self.open.ids.iter().any(|other| other == id)) {
            self.open.ids.push(id.to_owned());
        }
    }

    fn paragraph(&mut self, node: &Node, held: &[String]) {
        for id in held {
            self.note_id(Some(id));
        }
        self.inline(node, &Look::default());
        let mark = node.child("pPr").and_then(|properties| properties.child("rPr"));
        if mark.is_some_and(|mark| mark.child("del").is_some()) {
            return; // Its mark was deleted: it goes on in the next paragraph.
        }
        self.close();
    }

    fn close(&mut self) {
        self.fields.retain(|field| field.is_shown);
        let passage = std::mem::take(&mut self.open);
        if !passage.ids.is_empty() || passage.runs.iter().any(|run| !run.text.trim().is_empty()) {
            self.out.passages.push(passage);
        }
    }

    fn inline(&mut self, node: &Node, look: &Look) {
        for child in node.nodes() {
            match child.name.as_str() {
                "pPr" | "rPr" | "Fallback" | "txbxContent" | "sdtPr" => {}
                "del" | "moveFrom" => self.out.deleted += 1,
                "ins" | "moveTo" => {
                    self.out.inserted += 1;
                    self.inline(child, look);
                }
                "bookmarkStart" => self.note_id(child.attribute("name")),
                "sdt" => {
                    self.note_id(tag(child).as_deref());
                    self.inline(child, look);
                }
                "hyperlink" => {
                    let link = child.attribute("id").and_then(|id| self.target(id)).or_else(|| look.link.clone());
                    self.inline(child, &Look { link, ..look.clone() });
                }
                "r" => {
                    let is_on = |name: &str| {
                        let switch = child.child("rPr").and_then(|properties| properties.child(name));
                        switch.is_some_and(|switch| !matches!(switch.attribute("val"), Some("0" | "false" | "off")))
                    };
                    self.run(child, &Look { bold: is_on("b"), italic: is_on("i"), link: look.link.clone() });
                }
                _ => self.inline(child, look),
            }
        }
    }

    fn target(&self, id: &str) -> Option<String> {
        let relation = self.links.as_ref()?.nodes().find(|node| node.attribute("Id") == Some(id))?;
        relation.attribute("Target").map(str::to_owned)
    }

    fn run(&mut self, node: &Node, look: &Look) {
        for child in node.nodes() {
            match child.name.as_str() {
                "t" => self.add(&child.text(), look),
                "tab" => self.add(" ", look),
                "br" | "cr" => self.add("\n", look),
                "noBreakHyphen" => self.add("\u{2011}", look),
                "commentReference" => self.out.comments += 1,
                "instrText" => {
                    if let Some(field) = self.fields.last_mut() {
                        field.code.push_str(&child.text());
                    }
                }
                "fldChar" => match child.attribute("fldCharType") {
                    Some("begin") => self.fields.push(Field::default()),
                    Some("separate") => {
                        if let Some(field) = self.fields.last_mut() {
                            field.is_shown = true;
                        }
                    }
                    _ => drop(self.fields.pop()),
                },
                _ => {}
            }
        }
    }

    fn add(&mut self, text: &str, look: &Look) {
        if self.fields.iter().any(|field| !field.is_shown) || text.is_empty() {
            return;
        }
        let link = look.link.clone().or_else(|| self.fields.iter().rev().find_map(Field::link));
        let run = Run { text: text.to_owned(), bold: look.bold, italic: look.italic, link, ..Run::default() };
        match self.open.runs.last_mut() {
            Some(last) if (last.bold, last.italic, &last.link) == (run.bold, run.italic, &run.link) => {
                last.text.push_str(text);
            }
            _ => self.open.runs.push(run),
        }
    }
}

fn tag(control: &Node) -> Option<String> {
    control.child("sdtPr")?.child("tag")?.attribute("val").map(str::to_owned)
}

impl Passage {
    /// Its words alone.
    pub fn words(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}
