//! XLIFF 2.1 (OASIS Standard, 13 February 2018): the store, what goes to translators, and what comes back from their
//! tools. Tags of inline HTML are codes whose text stands in `originalData`; addresses are marked not to be translated;
//! what XLIFF has no word for stands in the metadata module.

use std::fmt::Write as _;

use super::store::{Kept, Store, Unit};
use super::words;
use crate::model::rich::{self, Bit, Within};
use crate::model::{Lang, TranslationState as State};
use crate::xml::{self, Child, Node};

/// Our group in the metadata module.
const CATEGORY: &str = "cco-news";

/// One unit to be written.
pub(super) struct Out<'a> {
    pub(super) unit: &'a Unit,
    /// A name that is the same in every file: that of its content control in Word.
    pub(super) name: String,
    /// What a translator should know: category and words.
    pub(super) notes: Vec<(&'static str, String)>,
    /// Whether our own memory goes with it.
    pub(super) is_store: bool,
}

/// One file to be written: a story.
pub(super) struct File<'a> {
    pub(super) original: String,
    pub(super) notes: Vec<(&'static str, String)>,
    pub(super) units: Vec<Out<'a>>,
}

/// One unit that was read.
pub(super) struct In {
    pub(super) name: String,
    pub(super) id: String,
    /// Inline HTML.
    pub(super) source: String,
    pub(super) target: Option<String>,
    /// `initial`, `translated`, `reviewed`, `final`: the least far of its segments.
    pub(super) state: String,
    sub_state: String,
    metas: Vec<(String, String)>,
}

fn escaped(text: &str) -> String {
    rich::escaped(text)
        .chars()
        .filter(|c| matches!(c, '\t' | '\n') || (*c >= ' ' && *c < '\u{fffe}') || *c > '\u{ffff}')
        .collect()
}

/// An id as XLIFF lets one be (an NMTOKEN), which differs where the words differ.
fn token(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '.') {
            out.push(c);
        } else {
            let _ = write!(out, "_{:x}_", u32::from(c)); // Writing to a String cannot fail.
        }
    }
    out
}

/// A whole document.
pub(super) fn document(files: &[File<'_>], source_tag: &str, target_tag: &str) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" \
         xmlns:mda=\"urn:oasis:names:tc:xliff:metadata:2.0\" version=\"2.1\" srcLang=\"{source_tag}\" trgLang=\"{target_tag}\">\n"
    );
    for file in files {
        let _ = writeln!(out, "  <file id=\"{}\" original=\"{}\">", token(&file.original), escaped(&file.original));
        notes(&mut out, "    ", &file.notes);
        for unit in &file.units {
            write_unit(&mut out, unit);
        }
        out.push_str("  </file>\n");
    }
    out + "</xliff>\n"
}

fn notes(out: &mut String, indent: &str, notes: &[(&'static str, String)]) {
    if notes.is_empty() {
        return;
    }
    let _ = writeln!(out, "{indent}<notes>");
    for (category, text) in notes {
        let _ = writeln!(out, "{indent}  <note category=\"{category}\">{}</note>", escaped(text));
    }
    let _ = writeln!(out, "{indent}</notes>");
}

fn write_unit(out: &mut String, it: &Out<'_>) {
    let unit = it.unit;
    let gone = if unit.is_gone { " translate=\"no\"" } else { "" };
    let _ = writeln!(out, "    <unit id=\"{}\" name=\"{}\"{gone}>", unit.id, escaped(&it.name));
    let metas = if it.is_store { memory(unit) } else { Vec::new() };
    if !metas.is_empty() {
        let _ = writeln!(out, "      <mda:metadata>\n        <mda:metaGroup category=\"{CATEGORY}\">");
        for (kind, value) in &metas {
            let _ = writeln!(out, "          <mda:meta type=\"{kind}\">{}</mda:meta>", escaped(value));
        }
        out.push_str("        </mda:metaGroup>\n      </mda:metadata>\n");
    }
    notes(out, "      ", &it.notes);
    let mut codes = Codes::default();
    let source = codes.line(&unit.source, unit.is_whole());
    let target = unit.target.as_ref().map(|target| codes.of_target(target, unit.is_whole()));
    if !codes.data.is_empty() {
        out.push_str("      <originalData>\n");
        for (at, data) in codes.data.iter().enumerate() {
            let _ = writeln!(out, "        <data id=\"d{}\">{}</data>", at + 1, escaped(data));
        }
        out.push_str("      </originalData>\n");
    }
    let (state, sub) = states(unit, it.is_store);
    let _ = writeln!(out, "      <segment id=\"s1\" state=\"{state}\"{sub}>\n        <source>{source}</source>");
    if let Some(target) = target {
        let _ = writeln!(out, "        <target>{target}</target>");
    }
    out.push_str("      </segment>\n    </unit>\n");
}

/// A stale translation goes out as a draft: `initial`.
fn states(unit: &Unit, is_store: bool) -> (&'static str, String) {
    let state = match unit.state {
        _ if unit.target.is_none() || (!is_store && unit.is_stale()) => "initial",
        State::Missing | State::Out => "initial",
        State::Back => "translated",
        State::Revised => "reviewed",
        State::Approved => "final",
    };
    let sub = if is_store { format!(" subState=\"cco:{}\"", unit.state.as_str()) } else { String::new() };
    (state, sub)
}

/// What XLIFF has no word for.
fn memory(unit: &Unit) -> Vec<(&'static str, String)> {
    let from = unit.made_from.as_ref().unwrap_or(&unit.source);
    let mut metas = vec![("hash", words::hash(from)), ("within", within(unit.within))];
    let texts = [
        ("made-from", &unit.made_from),
        ("sent", &unit.sent),
        ("target-before", &unit.target_before),
        ("replaces", &unit.replaces),
        ("kept-by", &unit.kept_by),
        ("by", &unit.by),
    ];
    metas.extend(texts.into_iter().filter_map(|(kind, text)| Some((kind, text.clone()?))));
    let flags =
        [("whole", unit.is_whole()), ("out", unit.is_out), ("arrived", unit.has_arrived), ("gone", unit.is_gone)];
    metas.extend(flags.into_iter().filter(|(_, is)| *is).map(|(kind, _)| (kind, "yes".to_owned())));
    metas
}

fn within(within: Within) -> String {
    match within {
        Within::Paragraph => "paragraph".to_owned(),
        Within::Heading(level) => format!("heading-{level}"),
        Within::Item { ordered, level } => format!("{}-{level}", if ordered { "number" } else { "item" }),
        Within::Quote => "quote".to_owned(),
        Within::Cell { table, row } => format!("cell-{table}-{row}"),
    }
}

fn read_within(text: &str) -> Within {
    let mut parts = text.split('-');
    let name = parts.next().unwrap_or_default();
    let mut number = || parts.next().and_then(|part| part.parse::<usize>().ok()).unwrap_or(1);
    match name {
        "heading" => Within::Heading(if number() == 4 { 4 } else { 3 }),
        "item" | "number" => {
            Within::Item { ordered: name == "number", level: u8::try_from(number()).unwrap_or(u8::MAX) }
        }
        "quote" => Within::Quote,
        "cell" => {
            let table = number();
            Within::Cell { table, row: number() }
        }
        _ => Within::Paragraph,
    }
}

/// The inline codes of a unit: those of the target have the names of the source's.
#[derive(Default)]
struct Codes {
    data: Vec<String>,
    /// The tag of each code, in the order of the source; taken by the target.
    source: Vec<(String, usize)>,
    next: usize,
    marks: usize,
}

impl Codes {
    fn datum(&mut self, text: &str) -> usize {
        let known = self.data.iter().position(|other| other == text);
        known.unwrap_or_else(|| {
            self.data.push(text.to_owned());
            self.data.len() - 1
        }) + 1
    }

    fn line(&mut self, html: &str, is_whole: bool) -> String {
        if is_whole {
            return escaped(html);
        }
        let mut own = Vec::new();
        let text = self.coded(html, &mut |codes, tag| {
            codes.next += 1;
            own.push((tag.to_owned(), codes.next));
            codes.next
        });
        self.source = own;
        text
    }

    fn of_target(&mut self, html: &str, is_whole: bool) -> String {
        if is_whole {
            return escaped(html);
        }
        let mut free = std::mem::take(&mut self.source);
        self.coded(html, &mut |codes, tag| {
            if let Some(at) = free.iter().position(|(other, _)| other == tag) {
                return free.remove(at).1;
            }
            codes.next += 1;
            codes.next
        })
    }

    fn coded(&mut self, html: &str, id: &mut dyn FnMut(&mut Self, &str) -> usize) -> String {
        let mut out = String::new();
        for bit in rich::bits(html) {
            let (tag, end, kind) = match &bit {
                Bit::Text(text) => {
                    self.text(text, &mut out);
                    continue;
                }
                Bit::End => {
                    out.push_str("</pc>");
                    continue;
                }
                Bit::Break => {
                    let (id, data) = (id(self, "<br>"), self.datum("<br>"));
                    let _ = write!(out, "<ph id=\"{id}\" type=\"fmt\" subType=\"xlf:lb\" dataRef=\"d{data}\"/>");
                    continue;
                }
                Bit::Link(href) => (format!("<a href=\"{}\">", rich::escaped(href)), "</a>", "type=\"link\""),
                Bit::Strong => ("<strong>".to_owned(), "</strong>", "type=\"fmt\" subType=\"xlf:b\""),
                Bit::Em => ("<em>".to_owned(), "</em>", "type=\"fmt\" subType=\"xlf:i\""),
                Bit::Code => ("<code>".to_owned(), "</code>", "type=\"fmt\""),
            };
            let (id, from, to) = (id(self, &tag), self.datum(&tag), self.datum(end));
            let _ = write!(out, "<pc id=\"{id}\" {kind} dataRefStart=\"d{from}\" dataRefEnd=\"d{to}\">");
        }
        out
    }

    /// Words, with addresses marked.
    fn text(&mut self, text: &str, out: &mut String) {
        for word in text.split_inclusive([' ', '\u{a0}', '\n']) {
            let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
            if !words::is_address(core) {
                out.push_str(&escaped(word));
                continue;
            }
            self.marks += 1;
            let at = word.find(core).unwrap_or(0);
            let (before, after) = (escaped(&word[..at]), escaped(&word[at + core.len()..]));
            let (id, core) = (self.marks, escaped(core));
            let _ = write!(out, "{before}<mrk id=\"m{id}\" translate=\"no\">{core}</mrk>{after}");
        }
    }
}

fn of_store(unit: &Unit) -> Out<'_> {
    Out { unit, name: unit.id.clone(), notes: Vec::new(), is_store: true }
}

/// The store's own document.
pub(super) fn write_store(store: &Store, tag: &dyn Fn(&Lang) -> String) -> String {
    let mut from: Vec<&Lang> = store.stories.iter().map(|kept| &kept.from).collect();
    from.sort();
    from.dedup();
    // Stories of a third language stand beside others: `mul` is the tag of several (ISO 639-2).
    let source_tag = match from.as_slice() {
        [one] => tag(one),
        _ => "mul".to_owned(),
    };
    let file_notes = |kept: &Kept| -> Vec<(&'static str, String)> {
        [("title", kept.title.clone()), ("from", kept.from.to_string())]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect()
    };
    let files: Vec<File<'_>> = store
        .stories
        .iter()
        .map(|kept| File {
            original: kept.key.clone(),
            notes: file_notes(kept),
            units: kept.units.iter().map(of_store).collect(),
        })
        .collect();
    document(&files, &source_tag, &tag(&store.lang))
}

/// Reads the store.
pub(super) fn read_store(text: &str, lang: Lang) -> Option<Store> {
    let root = xml::parse(text).filter(|root| root.name == "xliff")?;
    let mut stories = Vec::new();
    for file in root.nodes().filter(|node| node.name == "file") {
        let notes = file.child("notes").map(|notes| notes.nodes().collect::<Vec<_>>()).unwrap_or_default();
        let note = |name: &str| {
            let own = notes.iter().find(|note| note.attribute("category") == Some(name));
            own.map(|note| note.text()).unwrap_or_default()
        };
        stories.push(Kept {
            key: file.attribute("original")?.to_owned(),
            from: Lang::new(&note("from")),
            title: note("title"),
            units: units(file).into_iter().map(kept_unit).collect::<Option<Vec<_>>>()?,
        });
    }
    Some(Store { lang, stories })
}

fn kept_unit(it: In) -> Option<Unit> {
    let meta = |name: &str| it.metas.iter().find(|(kind, _)| kind == name).map(|(_, value)| value.clone());
    let all = [State::Missing, State::Out, State::Back, State::Revised, State::Approved];
    let state = all.into_iter().find(|state| it.sub_state == format!("cco:{}", state.as_str()))?;
    Some(Unit {
        within: read_within(&meta("within").unwrap_or_default()),
        state,
        made_from: meta("made-from"),
        sent: meta("sent"),
        is_out: meta("out").is_some(),
        has_arrived: meta("arrived").is_some(),
        target_before: meta("target-before"),
        replaces: meta("replaces"),
        kept_by: meta("kept-by"),
        by: meta("by"),
        is_gone: meta("gone").is_some(),
        id: it.id,
        source: it.source,
        target: it.target,
    })
}

/// Every unit of a document that came back, with the story of each; none when it is no XLIFF 2.
pub(super) fn read(text: &str) -> Option<Vec<(String, In)>> {
    let root = xml::parse(text).filter(|root| root.name == "xliff")?;
    if !root.attribute("version").is_some_and(|version| version.starts_with("2.")) {
        return None;
    }
    let mut all = Vec::new();
    for file in root.nodes().filter(|node| node.name == "file") {
        let original = file.attribute("original").unwrap_or_default();
        all.extend(units(file).into_iter().map(|unit| (original.to_owned(), unit)));
    }
    Some(all)
}

/// Units through whatever groups them.
fn units(node: &Node) -> Vec<In> {
    let mut found = Vec::new();
    for child in node.nodes() {
        match child.name.as_str() {
            "unit" => found.push(unit(child)),
            "group" => found.extend(units(child)),
            _ => {}
        }
    }
    found
}

fn unit(node: &Node) -> In {
    let data: Vec<(String, String)> = node
        .child("originalData")
        .map(|data| {
            let of = |data: &Node| (data.attribute("id").unwrap_or_default().to_owned(), data.text());
            data.nodes().map(of).collect()
        })
        .unwrap_or_default();
    let metas = node.find("metaGroup").filter(|group| group.attribute("category") == Some(CATEGORY));
    let of = |meta: &Node| (meta.attribute("type").unwrap_or_default().to_owned(), meta.text());
    let metas: Vec<(String, String)> = metas.map(|group| group.nodes().map(of).collect()).unwrap_or_default();
    let is_whole = metas.iter().any(|(kind, _)| kind == "whole");
    let (mut source, mut target) = (String::new(), String::new());
    let mut has_target = true;
    let mut states: Vec<&str> = Vec::new();
    let mut sub_state = String::new();
    let ranks = ["initial", "translated", "reviewed", "final"];
    for part in node.nodes().filter(|part| matches!(part.name.as_str(), "segment" | "ignorable")) {
        let of = |name: &str| part.child(name).map(|line| html(line, &data));
        let own = of("source").unwrap_or_default();
        match of("target") {
            Some(text) => target.push_str(&text),
            // White space between segments needs no target.
            None if part.name == "ignorable" => target.push_str(&own),
            None => has_target = false,
        }
        source.push_str(&own);
        if part.name == "segment" {
            states.push(part.attribute("state").unwrap_or("initial"));
            part.attribute("subState").unwrap_or_default().clone_into(&mut sub_state);
        }
    }
    let far = |state: &&str| ranks.iter().position(|rank| rank == state).unwrap_or(0);
    // A whole body is text to XLIFF; to us it is HTML.
    let whole = |html: String| if is_whole { rich::words(&html) } else { html };
    In {
        id: node.attribute("id").unwrap_or_default().to_owned(),
        name: node.attribute("name").unwrap_or_default().to_owned(),
        source: whole(source),
        target: Some(whole(target)).filter(|_| has_target),
        state: states.iter().copied().min_by_key(far).unwrap_or("initial").to_owned(),
        sub_state,
        metas,
    }
}

/// A source or target as inline HTML.
fn html(node: &Node, data: &[(String, String)]) -> String {
    let mut bits = Vec::new();
    collect(node, data, &mut bits);
    rich::inline(&bits)
}

fn collect(node: &Node, data: &[(String, String)], bits: &mut Vec<Bit>) {
    let text_of = |id: Option<&str>| {
        let id = id.unwrap_or_default();
        data.iter().find(|(own, _)| own == id).map_or("", |(_, text)| text.as_str())
    };
    for child in &node.children {
        let node = match child {
            Child::Text(text) => {
                bits.push(Bit::Text(text.clone()));
                continue;
            }
            Child::Node(node) => node,
        };
        match node.name.as_str() {
            "pc" => {
                let before = bits.len();
                bits.extend(rich::bits(text_of(node.attribute("dataRefStart"))));
                let opens = bits.len() > before;
                collect(node, data, bits);
                if opens {
                    bits.push(Bit::End);
                }
            }
            "ph" | "sc" | "ec" => bits.extend(rich::bits(text_of(node.attribute("dataRef")))),
            "mrk" => collect(node, data, bits),
            _ => {}
        }
    }
}
