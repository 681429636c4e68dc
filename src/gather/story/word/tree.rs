//! XML of Word to a small tree: names of the few elements that matter, whatever prefixes the writer chose, and the
//! text. It stands apart because hostile XML ends here: depth, elements and entities are limited while it is read.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use crate::gather::entities;

/// Word nests about 40 deep (a table in a text box in a table); what walks the tree recurses.
const DEPTH_MAX: usize = 100;
/// A report of 50 pages has 90,000 elements, a story about 1,000; each costs about 200 bytes.
const ELEMENTS_MAX: usize = 100_000;

/// An element; `name` is empty for one that only holds others.
#[derive(Debug, Default)]
pub(super) struct Node {
    pub(super) name: &'static str,
    attributes: Vec<(&'static str, String)>,
    pub(super) children: Vec<Child>,
}

/// What is in an element.
#[derive(Debug)]
pub(super) enum Child {
    Node(Node),
    Text(String),
}

/// The elements that mean something to us. All others are seen through, unless text is not theirs.
const NAMES: [&str; 62] = [
    "w:body",
    "w:p",
    "w:pPr",
    "w:pStyle",
    "w:numPr",
    "w:ilvl",
    "w:numId",
    "w:outlineLvl",
    "w:r",
    "w:rPr",
    "w:rStyle",
    "w:b",
    "w:i",
    "w:vanish",
    "w:t",
    "w:tab",
    "w:br",
    "w:cr",
    "w:noBreakHyphen",
    "w:softHyphen",
    "w:delText",
    "w:instrText",
    "w:delInstrText",
    "w:fldChar",
    "w:fldSimple",
    "w:hyperlink",
    "w:ins",
    "w:del",
    "w:moveFrom",
    "w:moveTo",
    "w:commentReference",
    "w:footnoteReference",
    "w:endnoteReference",
    "w:footnoteRef",
    "w:endnoteRef",
    "w:footnote",
    "w:endnote",
    "w:tbl",
    "w:tblPr",
    "w:tblLook",
    "w:tr",
    "w:trPr",
    "w:tblHeader",
    "w:tc",
    "w:tcPr",
    "w:gridSpan",
    "w:vMerge",
    "w:drawing",
    "w:pict",
    "w:object",
    "w:txbxContent",
    "w:style",
    "w:name",
    "w:basedOn",
    "w:abstractNum",
    "w:abstractNumId",
    "w:num",
    "w:lvl",
    "w:numFmt",
    "wp:docPr",
    "v:imagedata",
    "v:shape",
];
/// Of other vocabularies.
const OTHERS: [&str; 4] = ["mc:Fallback", "m:t", "rel:Relationship", "a:t"];
/// Attributes that are kept, by their local name.
const ATTRIBUTES: [&str; 23] = [
    "val",
    "id",
    "Id",
    "Target",
    "TargetMode",
    "Type",
    "type",
    "instr",
    "fldCharType",
    "styleId",
    "numId",
    "abstractNumId",
    "ilvl",
    "descr",
    "title",
    "alt",
    "name",
    "anchor",
    "firstRow",
    "default",
    "decorative",
    "href",
    "tooltip",
];

impl Node {
    /// The value of an attribute, by its local name.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// The elements in it.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    /// The first element with a name straight in it.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.nodes().find(|node| node.name == name)
    }

    /// The first element with a name anywhere in it.
    pub(super) fn find(&self, name: &str) -> Option<&Self> {
        self.nodes().find_map(|node| if node.name == name { Some(node) } else { node.find(name) })
    }

    /// Whether a switch such as `w:b` stands in it and is on.
    pub(super) fn is_on(&self, name: &str) -> Option<bool> {
        self.child(name).map(|node| !matches!(node.attribute("val"), Some("0" | "false" | "off" | "none")))
    }

    /// The value of `w:name w:val`.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.child(name)?.attribute("val")
    }

    /// The text straight in it.
    pub(super) fn text(&self) -> String {
        self.children.iter().fold(String::new(), |text, child| match child {
            Child::Text(more) => text + more,
            Child::Node(_) => text,
        })
    }
}

/// Reads a part. What was read before an error is kept: half a text is better than none, and it is said.
pub(super) fn read(text: &str) -> Result<Node, Broken> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut open: Vec<Node> = vec![Node::default()];
    let mut count = 0_usize;
    while let Ok((space, event)) = reader.read_resolved_event() {
        match event {
            Event::Start(start) => {
                count += 1;
                if open.len() > DEPTH_MAX || count > ELEMENTS_MAX {
                    return Err(Broken::TooMuch);
                }
                open.push(node(&space, &start));
            }
            Event::Empty(start) => {
                count += 1;
                if count > ELEMENTS_MAX {
                    return Err(Broken::TooMuch);
                }
                let node = node(&space, &start);
                add(&mut open, Child::Node(node));
            }
            Event::End(_) if open.len() > 1 => close(&mut open),
            Event::Text(text) => add_text(&mut open, &text.xml10_content()),
            Event::CData(text) => add_text(&mut open, &text.xml10_content()),
            // Only numbers and the few predefined names: an entity of a document type expands to nothing.
            Event::GeneralRef(name) => {
                let written = format!("&{};", name.xml10_content());
                let decoded = entities::decoded(&written);
                if decoded != written {
                    add_text(&mut open, &decoded);
                }
            }
            Event::Eof if open.len() == 1 => return Ok(open.remove(0)),
            Event::Eof => break,
            _ => {}
        }
    }
    while open.len() > 1 {
        close(&mut open);
    }
    Err(Broken::Half(open.remove(0)))
}

/// What is wrong with a part.
#[derive(Debug)]
pub(super) enum Broken {
    /// It nests too deep or has too many elements.
    TooMuch,
    /// It ends too early, or is no XML from some place on.
    Half(Node),
}

fn close(open: &mut Vec<Node>) {
    if let Some(node) = open.pop() {
        add(open, Child::Node(node));
    }
}

fn add(open: &mut [Node], child: Child) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn add_text(open: &mut [Node], text: &str) {
    // White space between elements is the writer's own; only where text may stand does it count.
    let Some(parent) = open.last_mut() else { return };
    if !matches!(parent.name, "w:t" | "w:delText" | "w:instrText" | "w:delInstrText" | "m:t" | "a:t") {
        return;
    }
    match parent.children.last_mut() {
        Some(Child::Text(before)) => before.push_str(text),
        _ => parent.children.push(Child::Text(text.to_owned())),
    }
}

fn node(space: &ResolveResult<'_>, start: &BytesStart<'_>) -> Node {
    let uri = match space {
        ResolveResult::Bound(uri) => uri.as_ref(),
        _ => "",
    };
    let local = start.local_name();
    let local: &str = local.as_ref();
    let prefix = prefix(uri);
    let name = NAMES.iter().chain(&OTHERS).find(|name| name.split_once(':') == Some((prefix, local))).copied();
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false).flatten() {
        let key = attribute.key.local_name();
        let key: &str = key.as_ref();
        let known = ATTRIBUTES.iter().find(|own| **own == key);
        if let (Some(_), Some(key)) = (name, known) {
            attributes.push((*key, entities::decoded(&attribute.value).into_owned()));
        }
    }
    Node { name: name.unwrap_or_default(), attributes, children: Vec::new() }
}

/// The customary prefix of a vocabulary: `Strict` and `Transitional` files differ in their addresses alone.
fn prefix(uri: &str) -> &'static str {
    match uri {
        _ if uri.contains("wordprocessingml") && uri.ends_with("/main") => "w",
        _ if uri.ends_with("/wordprocessingDrawing") => "wp",
        _ if uri.ends_with("/markup-compatibility/2006") => "mc",
        _ if uri.contains("drawingml") && uri.ends_with("/main") => "a",
        _ if uri.ends_with("/math") => "m",
        _ if uri.ends_with("/relationships") => "rel",
        "urn:schemas-microsoft-com:vml" => "v",
        _ => "?",
    }
}
