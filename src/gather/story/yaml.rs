//! Front matter to values with their places. People write `title: Contribuez : idées`, curly quotes from Word, and
//! tabs; what YAML refuses for such a reason is read as the text that it plainly is.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// A value as written; scalars are text, whatever YAML takes them for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key with its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A value with its place, line and column from 1 within the front matter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Front matter that no mend could make readable.
pub(super) struct Refused {
    pub(super) line: usize,
    pub(super) column: usize,
    /// What the parser says, in English.
    pub(super) why: String,
}

/// Lines that may be mended in one front matter.
const MENDS_MAX: usize = 60;

/// Reads front matter; its top level is a map.
pub(super) fn read(text: &str) -> Result<Vec<(Key, Node)>, Refused> {
    let mut lines: Vec<String> = text.lines().map(plain).collect();
    let mut quoted: Vec<(usize, usize)> = Vec::new();
    for _ in 0..MENDS_MAX {
        let whole = lines.join("\n");
        if whole.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Vec::new());
        }
        let error = match serde_saphyr::from_str::<Spanned<Raw>>(&whole) {
            Ok(raw) => match node(raw, &lines, &quoted).value {
                Value::Map(map) => return Ok(map),
                _ => return Err(Refused { line: 1, column: 1, why: "not `name: value`".to_owned() }),
            },
            Err(error) => error,
        };
        let at = error.location();
        let line = at.map_or(1, |at| usize::try_from(at.line()).unwrap_or(1)).clamp(1, lines.len().max(1));
        // The parser may notice a line late: the last unquoted text up to there is the one it fell over.
        let mended = (1..=line).rev().find_map(|n| Some((n, quote(&lines[n - 1])?)));
        if let Some((n, (column, text))) = mended.filter(|(n, _)| line - n <= 1) {
            lines[n - 1] = text;
            quoted.push((n, column));
        } else {
            let column = at.map_or(1, |at| usize::try_from(at.column()).unwrap_or(1));
            let why = error.without_snippet().to_string();
            return Err(Refused { line, column, why });
        }
    }
    Err(Refused { line: 1, column: 1, why: "too many lines to mend".to_owned() })
}

/// A line without what Word puts in: curly quotes around a value, no-break spaces and tabs before the text.
fn plain(line: &str) -> String {
    let body = line.trim_start_matches([' ', '\t', '\u{A0}']);
    let indent: String = line[..line.len() - body.len()].chars().map(|_| ' ').collect();
    let mut out = indent;
    let mut rest = body;
    while let Some(at) = rest.find('“') {
        let before = rest[..at].trim_end();
        let opens = before.is_empty() || before.ends_with([':', ',', '{', '[', '-']);
        let after = &rest[at + '“'.len_utf8()..];
        let end = after.find('”').filter(|end| {
            let next = after[end + '”'.len_utf8()..].trim_start();
            opens && !after[..*end].contains('"') && (next.is_empty() || next.starts_with([',', '}', ']', '#']))
        });
        if let Some(end) = end {
            out.push_str(&rest[..at]);
            out.extend(["\"", &after[..end].replace('\\', "\\\\"), "\""]);
            rest = &after[end + '”'.len_utf8()..];
        } else {
            out.push_str(&rest[..at + '“'.len_utf8()]);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// `key: text` with its text in quotes, and the column of the quote; none when it is quoted or structured already.
fn quote(line: &str) -> Option<(usize, String)> {
    let at = line.find(": ").or_else(|| line.find(":\u{A0}"))?;
    let key = line[..at].trim_start_matches([' ', '-']);
    if key.is_empty() || key.chars().count() > 40 || key.contains(['{', '[', '"', '\'', '#']) {
        return None;
    }
    let start = at + 1;
    let value = line[start..].trim_start();
    let lead = line.len() - value.len();
    let text = value.trim_end();
    if is_structured(text) {
        return None;
    }
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let column = line[..lead].chars().count() + 1;
    Some((column, format!("{}\"{escaped}\"", &line[..lead])))
}

/// Whether a value is a list or map, or a quoted text that ends: then the fault is inside it, and only a person can mend
/// it. `[Draft] Title` is neither.
fn is_structured(text: &str) -> bool {
    match text.chars().next() {
        None | Some('|' | '>') => true,
        Some(quote @ ('"' | '\'')) => text.len() > 1 && text.ends_with(quote),
        Some('{') => text.ends_with('}') || !text.contains('}'),
        Some('[') => text.ends_with(']') || !text.contains(']'),
        _ => false,
    }
}

/// A value as the parser gives it, before its text is taken from the source.
enum Raw {
    Null,
    Text(String),
    /// A number or a truth: its spelling is in the source.
    Other(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a list or fields")
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Other(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Other(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Other(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Other(value.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Raw, D::Error> {
        Raw::deserialize(from)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = from.next_element()? {
            list.push(value);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = from.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

fn node(raw: Spanned<Raw>, lines: &[String], quoted: &[(usize, usize)]) -> Node {
    let place = |spot: &serde_saphyr::Location| {
        let (line, column) = (usize::try_from(spot.line()).unwrap_or(1), usize::try_from(spot.column()).unwrap_or(1));
        let shift = usize::from(quoted.iter().any(|(n, at)| *n == line && column > *at));
        (line, column - shift)
    };
    let (line, column) = place(&raw.referenced);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::Text(text),
        Raw::Other(text) => Value::Text(spelled(lines, line, column).unwrap_or(text)),
        Raw::List(list) => Value::List(list.into_iter().map(|raw| node(raw, lines, quoted)).collect()),
        Raw::Map(map) => Value::Map(
            map.into_iter()
                .map(|(key, value)| {
                    let (line, column) = place(&key.referenced);
                    (Key { name: key.value, line, column }, node(value, lines, quoted))
                })
                .collect(),
        ),
    };
    Node { value, line, column }
}

/// A plain scalar as it stands in the source: `007`, `1.10`.
fn spelled(lines: &[String], line: usize, column: usize) -> Option<String> {
    let text: String = lines.get(line.checked_sub(1)?)?.chars().skip(column.checked_sub(1)?).collect();
    let end = text.find([',', '}', ']', '#']).unwrap_or(text.len());
    Some(text[..end].trim().to_owned()).filter(|text| !text.is_empty())
}
