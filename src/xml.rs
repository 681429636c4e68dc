//! XML of other programs to a small tree, within limits: what comes back from translators is read here first. It stands
//! apart because hostile XML ends here: depth and elements are counted while it is read, and an entity of a document
//! type expands to nothing.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A table in a text box in a table of Word nests about 40 deep; what walks the tree recurses.
const DEPTH_MAX: usize = 100;
/// An issue of 45 stories as a Word file has about 60,000 elements; each costs about 200 bytes.
const ELEMENTS_MAX: usize = 400_000;

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Its name without prefix: programs choose their own.
    pub name: String,
    /// Its attributes, by their names without prefix, in order.
    pub attributes: Vec<(String, String)>,
    /// What is in it, in order.
    pub children: Vec<Child>,
}

/// What is in an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Child {
    /// An element.
    Node(Node),
    /// Text, decoded.
    Text(String),
}

impl Node {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The elements straight in it.
    pub fn nodes(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    /// The first element with a name straight in it.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.nodes().find(|node| node.name == name)
    }

    /// The first element with a name anywhere in it.
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.nodes().find_map(|node| if node.name == name { Some(node) } else { node.find(name) })
    }

    /// The text straight in it.
    pub fn text(&self) -> String {
        let texts = self.children.iter().filter_map(|child| match child {
            Child::Text(text) => Some(text.as_str()),
            Child::Node(_) => None,
        });
        texts.collect()
    }
}

/// The root element; none when the text is no whole XML, or too much of it.
pub fn parse(text: &str) -> Option<Node> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = vec![Node::default()];
    let mut count = 0_usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                open.push(node(&start));
                count += 1;
            }
            Event::Empty(start) => {
                let node = node(&start);
                open.last_mut()?.children.push(Child::Node(node));
                count += 1;
            }
            Event::End(_) => {
                let node = open.pop()?;
                open.last_mut()?.children.push(Child::Node(node));
            }
            Event::Text(text) => add_text(&mut open, &text.xml10_content())?,
            Event::CData(text) => add_text(&mut open, &text.xml10_content())?,
            Event::GeneralRef(name) => add_text(&mut open, &entity(&name.xml10_content()))?,
            Event::Eof => break,
            _ => {}
        }
        if open.len() > DEPTH_MAX || count > ELEMENTS_MAX {
            return None;
        }
    }
    let root = open.pop().filter(|_| open.is_empty())?;
    root.children.into_iter().find_map(|child| match child {
        Child::Node(node) => Some(node),
        Child::Text(_) => None,
    })
}

fn add_text(open: &mut [Node], text: &str) -> Option<()> {
    let children = &mut open.last_mut()?.children;
    match children.last_mut() {
        Some(Child::Text(before)) => before.push_str(text),
        _ => children.push(Child::Text(text.to_owned())),
    }
    Some(())
}

fn node(start: &BytesStart<'_>) -> Node {
    let name = start.local_name();
    let name: &str = name.as_ref();
    let mut attributes = Vec::new();
    for attribute in start.attributes().with_checks(false).flatten() {
        let key = attribute.key.local_name();
        let key: &str = key.as_ref();
        attributes.push((key.to_owned(), decoded(&attribute.value)));
    }
    Node { name: name.to_owned(), attributes, children: Vec::new() }
}

/// The five names that XML knows without a document type, and numbers.
fn entity(name: &str) -> String {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let one = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits, 16),
                None => number(digits, 10),
            },
            None => None,
        },
    };
    one.map(String::from).unwrap_or_default()
}

fn decoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let Some(end) = tail.find(';').filter(|end| *end <= 10) else {
            out.push('&');
            rest = tail;
            continue;
        };
        out.push_str(&entity(&tail[..end]));
        rest = &tail[end + 1..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_attributes_and_entities_are_read_whatever_the_prefix() {
        let root = parse("<?xml version=\"1.0\"?><x:a xmlns:x='u' n='1 &amp; &#233;'>b<x:c/>&lt;<![CDATA[d&]]></x:a>")
            .unwrap();
        assert_eq!((root.name.as_str(), root.attribute("n")), ("a", Some("1 & é")));
        assert_eq!(root.text(), "b<d&");
    }

    #[test]
    fn what_is_no_xml_or_too_much_is_refused() {
        for bad in ["", "words", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse(&("<a>".repeat(200) + &"</a>".repeat(200))), None);
        let bomb = "<!DOCTYPE a [<!ENTITY e 'eeee'>]><a>&e;</a>";
        assert_eq!(parse(bomb).unwrap().text(), "");
    }
}
