//! What stands beside the text in a Word file: styles, numbering, targets of links, notes.

use std::collections::BTreeMap;

use super::tree::{self, Broken, Node};
use super::zipped::{Zipped, damaged};
use crate::model::Words;

/// A style that is based on one that is based on one; longer is a circle.
const BASED_ON_MAX: usize = 20;

/// The parts of a Word file, read.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) document: Node,
    /// Whether the document's XML ended too early.
    pub(super) half: bool,
    styles: BTreeMap<String, Style>,
    numbering: BTreeMap<String, String>,
    levels: BTreeMap<(String, usize), String>,
    targets: BTreeMap<String, String>,
    pub(super) footnotes: BTreeMap<String, Node>,
    pub(super) endnotes: BTreeMap<String, Node>,
}

#[derive(Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    bold: Option<bool>,
    italic: Option<bool>,
    hidden: Option<bool>,
    outline: Option<usize>,
    list: Option<(String, usize)>,
}

/// What a list item's mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Bullet,
    Number,
}

/// Reads the parts; the document itself must be there.
pub(super) fn read(zip: &mut Zipped<'_>) -> Result<Parts, (Words, Words)> {
    let root = relations(zip, "_rels/.rels");
    let main = root
        .iter()
        .find(|(_, kind, _)| kind.ends_with("/officeDocument"))
        .map_or("word/document.xml", |(.., target)| target.trim_start_matches('/'))
        .to_owned();
    let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
    let text = zip.part(&main).ok_or_else(damaged)?;
    let (document, half) = match tree::read(&text) {
        Ok(document) => (document, false),
        Err(Broken::Half(document)) => (document, true),
        Err(Broken::TooMuch) => {
            return Err((
                words!(
                    "the Word file nests too deep or is too long for a story",
                    "le fichier Word est trop imbriqué ou trop long pour un article"
                ),
                words!(
                    "copy the story's text into a new Word file",
                    "copiez le texte de l'article dans un nouveau fichier Word"
                ),
            ));
        }
    };
    if document.find("w:body").is_none() {
        return Err(damaged());
    }
    let relations = relations(zip, &format!("{folder}/_rels/{file}.rels"));
    let beside = |kind: &str| {
        let found = relations.iter().find(|(_, own, _)| own.ends_with(kind));
        let target = found.map_or_else(|| format!("{}.xml", kind.trim_start_matches('/')), |(.., t)| t.clone());
        match target.strip_prefix('/') {
            Some(whole) => whole.to_owned(),
            None => format!("{folder}/{target}"),
        }
    };
    let mut parts = Parts { document, half, ..Parts::default() };
    parts.targets = relations
        .iter()
        .filter(|(_, kind, _)| kind.ends_with("/hyperlink"))
        .map(|(id, _, target)| (id.clone(), target.clone()))
        .collect();
    if let Some(styles) = optional(zip, &beside("/styles")) {
        parts.take_styles(&styles);
    }
    if let Some(numbering) = optional(zip, &beside("/numbering")) {
        parts.take_numbering(&numbering);
    }
    parts.footnotes = notes(zip, &beside("/footnotes"), "w:footnote");
    parts.endnotes = notes(zip, &beside("/endnotes"), "w:endnote");
    Ok(parts)
}

/// A part that a text can do without.
fn optional(zip: &mut Zipped<'_>, name: &str) -> Option<Node> {
    match tree::read(&zip.part(name)?) {
        Ok(node) | Err(Broken::Half(node)) => Some(node),
        Err(Broken::TooMuch) => None,
    }
}

fn relations(zip: &mut Zipped<'_>, name: &str) -> Vec<(String, String, String)> {
    let mut out = Vec::new();
    let Some(root) = optional(zip, name) else { return out };
    each(&root, "rel:Relationship", &mut |node| {
        let get = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
        out.push((get("Id"), get("Type"), get("Target")));
    });
    out
}

fn notes(zip: &mut Zipped<'_>, name: &str, element: &'static str) -> BTreeMap<String, Node> {
    let mut out = BTreeMap::new();
    if let Some(root) = optional(zip, name) {
        take_each(root, element, &mut |node| {
            if let Some(id) = node.attribute("id").map(str::to_owned) {
                out.insert(id, node);
            }
        });
    }
    out
}

fn each(node: &Node, name: &str, found: &mut dyn FnMut(&Node)) {
    for child in node.nodes() {
        if child.name == name {
            found(child);
        } else {
            each(child, name, found);
        }
    }
}

fn take_each(node: Node, name: &str, found: &mut dyn FnMut(Node)) {
    for child in node.children {
        if let tree::Child::Node(child) = child {
            if child.name == name {
                found(child);
            } else {
                take_each(child, name, found);
            }
        }
    }
}

impl Parts {
    fn take_styles(&mut self, root: &Node) {
        each(root, "w:style", &mut |node| {
            let Some(id) = node.attribute("styleId") else { return };
            let of_text = node.child("w:rPr");
            let of_paragraph = node.child("w:pPr");
            let on = |name: &str| of_text.and_then(|node| node.is_on(name));
            self.styles.insert(
                id.to_owned(),
                Style {
                    name: node.value("w:name").unwrap_or(id).to_lowercase(),
                    based_on: node.value("w:basedOn").map(str::to_owned),
                    bold: on("w:b"),
                    italic: on("w:i"),
                    hidden: on("w:vanish"),
                    outline: of_paragraph.and_then(outline),
                    list: of_paragraph.and_then(list_of),
                },
            );
        });
    }

    fn take_numbering(&mut self, root: &Node) {
        each(root, "w:num", &mut |node| {
            if let (Some(id), Some(kind)) = (node.attribute("numId"), node.value("w:abstractNumId")) {
                self.numbering.insert(id.to_owned(), kind.to_owned());
            }
        });
        each(root, "w:abstractNum", &mut |node| {
            let Some(kind) = node.attribute("abstractNumId") else { return };
            for level in node.nodes().filter(|node| node.name == "w:lvl") {
                let at = level.attribute("ilvl").and_then(|n| n.parse().ok()).unwrap_or(0);
                let format = level.value("w:numFmt").unwrap_or("decimal");
                self.levels.insert((kind.to_owned(), at), format.to_owned());
            }
        });
    }

    /// A style and those that it is based on, the nearest first.
    fn chain<'a>(&'a self, id: Option<&'a str>) -> impl Iterator<Item = &'a Style> {
        let mut next = id;
        std::iter::from_fn(move || {
            let style = self.styles.get(next?)?;
            next = style.based_on.as_deref();
            Some(style)
        })
        .take(BASED_ON_MAX)
    }

    /// Where a link leads.
    pub(super) fn target(&self, id: &str) -> Option<&str> {
        self.targets.get(id).map(String::as_str)
    }

    /// Bold, italic and hidden text by a character style.
    pub(super) fn emphasis(&self, id: Option<&str>) -> (bool, bool, bool) {
        let first = |get: fn(&Style) -> Option<bool>| self.chain(id).find_map(get).unwrap_or(false);
        (first(|style| style.bold), first(|style| style.italic), first(|style| style.hidden))
    }

    /// Whether a paragraph's style is that of titles.
    pub(super) fn is_title(&self, id: Option<&str>) -> bool {
        let named = |name: &str| matches!(name, "title" | "titre");
        match id {
            Some(id) if !self.styles.contains_key(id) => named(&id.to_lowercase()),
            id => self.chain(id).any(|style| named(&style.name)),
        }
    }

    /// The level of a heading, from 1.
    pub(super) fn heading(&self, id: Option<&str>, properties: Option<&Node>) -> Option<u8> {
        let numbered = |name: &str| {
            let digits = name.strip_prefix("heading").or_else(|| name.strip_prefix("titre"))?;
            digits.trim().parse::<u8>().ok().filter(|level| (1..=9).contains(level))
        };
        let by_style = match id {
            Some(id) if !self.styles.contains_key(id) => numbered(&id.to_lowercase()),
            id => self.chain(id).find_map(|style| {
                numbered(&style.name).or_else(|| style.outline.and_then(|level| u8::try_from(level + 1).ok()))
            }),
        };
        by_style.or_else(|| properties.and_then(outline).and_then(|level| u8::try_from(level + 1).ok()))
    }

    /// The list of a paragraph: its mark, and how deep it stands.
    pub(super) fn list(&self, id: Option<&str>, properties: Option<&Node>) -> Option<(Mark, usize)> {
        let own = properties.and_then(list_of);
        let (number, level) = own.or_else(|| self.chain(id).find_map(|style| style.list.clone()))?;
        if number == "0" || number.is_empty() {
            return None;
        }
        let format = self.numbering.get(&number).and_then(|kind| self.levels.get(&(kind.clone(), level)));
        match format.map(String::as_str) {
            Some("bullet") => Some((Mark::Bullet, level)),
            Some("none") => None,
            Some(_) => Some((Mark::Number, level)),
            None => {
                let numbers = self.chain(id).any(|style| style.name.contains("number"));
                Some((if numbers { Mark::Number } else { Mark::Bullet }, level))
            }
        }
    }
}

/// An outline level is a heading's when it is below 9.
fn outline(properties: &Node) -> Option<usize> {
    properties.value("w:outlineLvl")?.parse().ok().filter(|level| *level < 9)
}

fn list_of(properties: &Node) -> Option<(String, usize)> {
    let node = properties.child("w:numPr")?;
    let level = node.value("w:ilvl").and_then(|n| n.parse().ok()).unwrap_or(0);
    // Nine levels is all that Word has.
    Some((node.value("w:numId").unwrap_or_default().to_owned(), usize::min(level, 8)))
}
