//! The document's tree to blocks: paragraphs with their emphasis and links, lists, tables, notes; and a count of what
//! was left out or taken in.

use super::below::{all_words, cells_of, hyperlink, rows_of};
use super::parts::{Mark, Parts};
use super::tree::Node;
use crate::gather::story::block::{self, Block, Kind};
use crate::model::rich::escaped;

/// Foot notes of foot notes do not exist, but a file may say so.
const NOTES_MAX: usize = 500;
/// A cell spans at most so many columns (the allow-list's limit).
const SPAN_MAX: usize = 20;
/// Fields in fields; Word's own nest three deep.
const FIELDS_MAX: usize = 20;

/// A place in the document and what stands there.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) line: usize,
    pub(super) words: String,
}

/// A document as blocks, with what the contributor should hear of.
#[derive(Default)]
pub(super) struct Document {
    pub(super) blocks: Vec<Block>,
    /// The rows of the first table, when nothing but a title stands above it.
    pub(super) form: Option<Form>,
    /// The words of every paragraph, by its number.
    pub(super) lines: Vec<String>,
    pub(super) inserted: Vec<Seen>,
    pub(super) deleted: Vec<Seen>,
    pub(super) comments: Vec<Seen>,
    pub(super) hidden: Vec<Seen>,
    pub(super) boxes: Vec<Seen>,
    /// Pictures, each with its alt text.
    pub(super) pictures: Vec<Seen>,
    /// Addresses as they stood in the document.
    pub(super) links: Vec<Seen>,
}

/// A table that may be the form: where its block is, and its cells.
pub(super) struct Form {
    pub(super) block: usize,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A cell's words, the number of its first paragraph, and where its first link leads.
#[derive(Debug, Clone, Default)]
pub(super) struct Cell {
    pub(super) line: usize,
    pub(super) words: String,
    /// Its first paragraph: below a field's name, our form says what it is for.
    pub(super) first: String,
    pub(super) link: Option<String>,
}

/// Words with one look.
#[derive(Clone, PartialEq, Default)]
struct Look {
    bold: bool,
    italic: bool,
    link: Option<String>,
}

#[derive(Default)]
struct Field {
    code: String,
    link: Option<String>,
    shown: bool,
}

struct Reader<'a> {
    parts: &'a Parts,
    out: Document,
    fields: Vec<Field>,
    notes: usize,
    /// Notes of the paragraph in work.
    pending: Vec<Block>,
    /// Runs of the paragraph in work; a paragraph whose mark was deleted goes on in the next one.
    runs: Vec<(Look, String)>,
    in_note: bool,
    /// Only the first table can be the form.
    table_seen: bool,
}

/// Reads the document.
pub(super) fn read(parts: &Parts) -> Document {
    let mut reader = Reader {
        parts,
        out: Document::default(),
        fields: Vec::new(),
        notes: 0,
        pending: Vec::new(),
        runs: Vec::new(),
        in_note: false,
        table_seen: false,
    };
    let mut blocks = Vec::new();
    if let Some(body) = parts.document.find("w:body") {
        reader.flow(body, &mut blocks);
    }
    // The mark of the last paragraph was deleted: its words are still there.
    let rest: String = std::mem::take(&mut reader.runs).into_iter().map(|(_, text)| text).collect();
    if !rest.trim().is_empty() {
        blocks.push(Block::plain(reader.here(), &rest));
    }
    reader.out.blocks = blocks;
    reader.out
}

impl Reader<'_> {
    /// Paragraphs and tables, through whatever wraps them.
    fn flow(&mut self, node: &Node, blocks: &mut Vec<Block>) {
        for child in node.nodes() {
            match child.name {
                "w:p" => self.paragraph(child, blocks),
                "w:tbl" => self.table(child, blocks),
                "w:del" | "w:moveFrom" => self.leave_out(child),
                "mc:Fallback" => {}
                _ => self.flow(child, blocks),
            }
        }
    }

    fn here(&self) -> usize {
        self.out.lines.len().max(1)
    }

    fn seen(&self, words: String) -> Seen {
        Seen { line: self.here(), words }
    }

    fn paragraph(&mut self, node: &Node, blocks: &mut Vec<Block>) {
        self.out.lines.push(String::new());
        let line = self.here();
        let properties = node.child("w:pPr");
        let joined = !self.runs.is_empty();
        self.inline(node, &Look::default());
        if properties.and_then(|node| node.child("w:rPr")).is_some_and(|node| node.child("w:del").is_some()) {
            if !joined && self.out.deleted.is_empty() {
                let seen = self.seen("¶".to_owned());
                self.out.deleted.push(seen);
            }
            return;
        }
        // A field whose code never ended would swallow the rest of the text.
        self.fields.retain(|field| field.shown);
        let runs = std::mem::take(&mut self.runs);
        let words: String = runs.iter().map(|(_, text)| text.as_str()).collect();
        if let Some(shown) = self.out.lines.get_mut(line - 1) {
            words.trim().clone_into(shown);
        }
        let style = properties.and_then(|node| node.value("w:pStyle"));
        let kind = self.kind(style, properties);
        let bold = runs.iter().all(|(look, text)| look.bold || text.trim().is_empty()) && !words.trim().is_empty();
        let headed = matches!(kind, Kind::Title | Kind::Heading(_));
        blocks.push(Block {
            kind,
            line,
            html: written(&runs, headed),
            words: words.replace('\n', " "),
            bold,
            notes: std::mem::take(&mut self.pending),
        });
    }

    fn kind(&self, style: Option<&str>, properties: Option<&Node>) -> Kind {
        if self.parts.is_title(style) {
            return Kind::Title;
        }
        if let Some(level) = self.parts.heading(style, properties) {
            return Kind::Heading(level);
        }
        match self.parts.list(style, properties) {
            Some((mark, level)) => Kind::Item { ordered: mark == Mark::Number, level },
            None => Kind::Plain,
        }
    }

    /// What is in a paragraph: runs, links, insertions, deletions, and whatever wraps them.
    fn inline(&mut self, node: &Node, look: &Look) {
        for child in node.nodes() {
            match child.name {
                "w:pPr" | "mc:Fallback" => {}
                "w:r" => self.run(child, look),
                "w:del" | "w:moveFrom" => self.leave_out(child),
                "w:ins" | "w:moveTo" => {
                    let words = all_words(child);
                    if !words.trim().is_empty() {
                        let seen = self.seen(words);
                        self.out.inserted.push(seen);
                    }
                    self.inline(child, look);
                }
                "w:hyperlink" => {
                    let target = child.attribute("id").and_then(|id| self.parts.target(id)).map(str::to_owned);
                    // A place in a page: the part after `#` stands apart.
                    let target = match (target, child.attribute("anchor")) {
                        (Some(target), Some(anchor)) if !target.contains('#') => Some(format!("{target}#{anchor}")),
                        (target, _) => target,
                    };
                    let link = self.link(target).or_else(|| look.link.clone());
                    self.inline(child, &Look { link, ..look.clone() });
                }
                "w:fldSimple" => {
                    let target = child.attribute("instr").and_then(hyperlink);
                    let link = self.link(target).or_else(|| look.link.clone());
                    self.inline(child, &Look { link, ..look.clone() });
                }
                "m:t" => self.push(look, &child.text()),
                _ => self.inline(child, look),
            }
        }
    }

    fn link(&mut self, target: Option<String>) -> Option<String> {
        if let Some(target) = &target {
            let seen = self.seen(target.clone());
            self.out.links.push(seen);
        }
        target
    }

    fn leave_out(&mut self, node: &Node) {
        let words = all_words(node);
        if !words.trim().is_empty() {
            let seen = self.seen(words);
            self.out.deleted.push(seen);
        }
    }

    fn run(&mut self, node: &Node, look: &Look) {
        let properties = node.child("w:rPr");
        let (bold, italic, hidden) = self.parts.emphasis(properties.and_then(|node| node.value("w:rStyle")));
        let on = |name: &str, style: bool| properties.and_then(|node| node.is_on(name)).unwrap_or(style);
        if on("w:vanish", hidden) {
            let words = all_words(node);
            if !words.trim().is_empty() {
                let seen = self.seen(words);
                self.out.hidden.push(seen);
            }
            return;
        }
        let look = Look { bold: on("w:b", bold), italic: on("w:i", italic), link: look.link.clone() };
        self.in_run(node, &look);
    }

    fn in_run(&mut self, node: &Node, look: &Look) {
        for child in node.nodes() {
            match child.name {
                "w:t" | "m:t" => self.push(look, &child.text()),
                "w:tab" => self.push(look, " "),
                "w:cr" => self.push(look, "\n"),
                "w:br" if child.attribute("type").is_none_or(|kind| kind == "textWrapping") => self.push(look, "\n"),
                "w:noBreakHyphen" => self.push(look, "\u{2011}"),
                "w:fldChar" => self.field(child.attribute("fldCharType").unwrap_or_default()),
                "w:instrText" => {
                    if let Some(field) = self.fields.last_mut().filter(|field| !field.shown) {
                        field.code.push_str(&child.text());
                    }
                }
                "w:commentReference" => {
                    let seen = self.seen(String::new());
                    self.out.comments.push(seen);
                }
                "w:footnoteReference" | "w:endnoteReference" => self.note(child, look),
                "w:drawing" | "w:pict" | "w:object" => self.picture(child),
                "w:rPr" | "w:delText" | "mc:Fallback" => {}
                _ => self.in_run(child, look),
            }
        }
    }

    fn push(&mut self, look: &Look, text: &str) {
        if self.fields.iter().any(|field| !field.shown) {
            return;
        }
        let link = look.link.clone().or_else(|| self.fields.iter().rev().find_map(|field| field.link.clone()));
        let look = Look { link, ..look.clone() };
        match self.runs.last_mut() {
            Some((last, before)) if *last == look => before.push_str(text),
            _ => self.runs.push((look, text.to_owned())),
        }
    }

    fn field(&mut self, kind: &str) {
        match kind {
            "begin" if self.fields.len() < FIELDS_MAX => self.fields.push(Field::default()),
            "separate" => {
                let code = self.fields.last().map(|field| field.code.clone()).unwrap_or_default();
                let link = self.link(hyperlink(&code));
                if let Some(field) = self.fields.last_mut() {
                    field.shown = true;
                    field.link = link;
                }
            }
            "end" => {
                self.fields.pop();
            }
            _ => {}
        }
    }

    fn note(&mut self, node: &Node, look: &Look) {
        let Some(id) = node.attribute("id") else { return };
        let parts = self.parts;
        let from = if node.name == "w:footnoteReference" { &parts.footnotes } else { &parts.endnotes };
        let Some(text) = from.get(id).filter(|_| self.notes < NOTES_MAX && !self.in_note) else { return };
        self.notes += 1;
        let mark = format!("[{}]", self.notes);
        self.push(look, &mark);
        // The note is read apart: its paragraphs are not the document's.
        let (runs, fields) = (std::mem::take(&mut self.runs), std::mem::take(&mut self.fields));
        let (pending, lines) = (std::mem::take(&mut self.pending), self.out.lines.len());
        self.in_note = true;
        let mut blocks = Vec::new();
        self.flow(text, &mut blocks);
        self.in_note = false;
        self.out.lines.truncate(lines);
        (self.runs, self.fields, self.pending) = (runs, fields, pending);
        if let Some(first) = blocks.first_mut() {
            first.html = format!("{mark} {}", first.html.trim_start());
            first.words = format!("{mark} {}", first.words.trim_start());
        }
        self.pending.extend(blocks);
    }

    /// A picture's alt text is heard of; a text box is not, since it stands anywhere on the page.
    fn picture(&mut self, node: &Node) {
        if let Some(inside) = node.find("w:txbxContent") {
            let words = all_words(inside);
            if !words.trim().is_empty() {
                let seen = self.seen(words);
                self.out.boxes.push(seen);
            }
            return;
        }
        let of = |node: &Node| {
            let alt = ["descr", "alt", "title"].iter().find_map(|name| node.attribute(name));
            alt.unwrap_or_default().trim().to_owned()
        };
        let found = node.find("wp:docPr").or_else(|| node.find("v:shape")).map(of);
        if found.is_some() || node.find("v:imagedata").is_some() {
            let seen = self.seen(found.unwrap_or_default());
            self.out.pictures.push(seen);
        }
    }

    fn table(&mut self, node: &Node, blocks: &mut Vec<Block>) {
        let line = self.here() + 1;
        let is_first = !std::mem::replace(&mut self.table_seen, true);
        let first_row = node.child("w:tblPr").and_then(|node| node.child("w:tblLook"));
        let named = first_row.and_then(|look| look.attribute("firstRow")).is_some_and(|on| on != "0" && on != "false");
        let mut rows = Vec::new();
        rows_of(node, &mut rows);
        let mut html = String::from("<table>");
        let mut words = String::new();
        let mut cells = Vec::new();
        let mut notes = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let properties = row.child("w:trPr");
            if properties.is_some_and(|node| node.child("w:del").is_some()) {
                self.leave_out(row);
                continue;
            }
            let marked = properties.and_then(|node| node.is_on("w:tblHeader")).unwrap_or(false);
            let head = at == 0 && (marked || (named && rows.len() > 1));
            html.push_str("<tr>");
            let mut row_cells = Vec::new();
            for cell in cells_of(row) {
                let (cell, inner, span) = self.cell(cell, &mut notes);
                let name = if head { "th scope=\"col\"" } else { "td" };
                let span = if span > 1 { format!(" colspan=\"{span}\"") } else { String::new() };
                let end = &name[..2];
                html.extend(["<", name, &span, ">", &inner, "</", end, ">"]);
                words.push_str(&cell.words);
                words.push(' ');
                row_cells.push(cell);
            }
            html.push_str("</tr>");
            cells.push(row_cells);
        }
        html.push_str("</table>");
        let above = |block: &Block| block.words.trim().is_empty() || block.kind != Kind::Plain || block.bold;
        if is_first && blocks.iter().all(above) {
            self.out.form = Some(Form { block: blocks.len(), rows: cells });
        }
        blocks.push(Block { kind: Kind::Table, line, html, words, bold: false, notes });
    }

    fn cell(&mut self, node: &Node, notes: &mut Vec<Block>) -> (Cell, String, usize) {
        let properties = node.child("w:tcPr");
        let span = properties.and_then(|node| node.value("w:gridSpan")).and_then(|n| n.parse().ok()).unwrap_or(1);
        let line = self.here() + 1;
        let before = self.out.links.len();
        // Words of a paragraph before the table belong to no cell.
        let runs = std::mem::take(&mut self.runs);
        let mut blocks = Vec::new();
        self.flow(node, &mut blocks);
        self.runs = runs;
        notes.extend(blocks.iter_mut().flat_map(|block| std::mem::take(&mut block.notes)));
        blocks.retain(|block| !block.words.trim().is_empty());
        let words = blocks.iter().map(|block| block.words.trim()).collect::<Vec<_>>().join(" ");
        let first = blocks.first().map(|block| block.words.trim().to_owned()).unwrap_or_default();
        let inner = match blocks.as_slice() {
            [one] if one.kind == Kind::Plain => one.html.clone(),
            all => block::html(all),
        };
        let target = self.out.links.get(before).map(|seen| seen.words.clone());
        (Cell { line, words, first, link: target }, inner, usize::min(span, SPAN_MAX))
    }
}

/// Runs as HTML; a heading's own bold is no emphasis.
fn written(runs: &[(Look, String)], headed: bool) -> String {
    let mut out = String::new();
    for group in runs.chunk_by(|(a, _), (b, _)| a.link == b.link) {
        let mut inner = String::new();
        for (look, text) in group {
            let text = escaped(text).replace('\n', "<br>");
            let strong = look.bold && !headed && !text.trim().is_empty();
            let italic = look.italic && !text.trim().is_empty();
            let (open, close) = match (strong, italic) {
                (true, true) => ("<strong><em>", "</em></strong>"),
                (true, false) => ("<strong>", "</strong>"),
                (false, true) => ("<em>", "</em>"),
                (false, false) => ("", ""),
            };
            inner.extend([open, &text, close]);
        }
        match &group[0].0.link {
            Some(link) if !inner.trim().is_empty() => {
                let href = escaped(link);
                out.extend(["<a href=\"", &href, "\">", &inner, "</a>"]);
            }
            _ => out.push_str(&inner),
        }
    }
    out
}
