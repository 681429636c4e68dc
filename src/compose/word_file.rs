//! An issue as a Word file per language, for places that take no mail: pasted into a page of GCXchange, headings stay
//! headings. It is made from what the templates see, so that its words are mended and dated as in the editions.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

use super::{Templates, view};
use crate::model::rich::{self, Bit, Within};
use crate::model::{Issue, Lang, Newsletter, Part};
use crate::word::{Block, Document, Paragraph, Picture, Run, Style, Table, write};

/// The Word file of an issue in one language. `images` holds the pictures by their [`crate::model::Image::src`].
pub fn word_file(
    issue: &Issue,
    newsletter: &Newsletter,
    templates: &Templates,
    images: &BTreeMap<String, Part>,
    lang: &Lang,
) -> Result<Vec<u8>> {
    let material = view::Material { issue, newsletter, images };
    let view = view::edition(
        &material,
        templates,
        std::slice::from_ref(lang),
        view::Layout::Full,
        &mut view::Mended::default(),
    )?;
    let half = &view["halves"][0];
    let mut page = Page { blocks: Vec::new(), images };
    page.line(Style::Title, text(half, "title"));
    page.line(Style::Note, text(half, "issue_of"));
    page.rich(&half["opening"]);
    page.line(Style::Body, text(half, "signature"));
    for section in array(&half["sections"]) {
        page.line(Style::Heading(1), text(section, "name"));
        for story in array(&section["stories"]) {
            page.story(story);
        }
    }
    for block in ["contribute", "connect", "about"] {
        page.rich(&half[block]);
    }
    let language = newsletter.language(lang);
    Ok(write(&Document {
        title: format!("{}, {}", text(half, "title"), text(half, "date")),
        tag: language.tag.clone(),
        author: language.from_name.clone(),
        header: String::new(),
        blocks: page.blocks,
    }))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Rows of cells of paragraphs.
type Rows = Vec<Vec<Vec<Paragraph>>>;

struct Page<'a> {
    blocks: Vec<Block>,
    images: &'a BTreeMap<String, Part>,
}

impl Page<'_> {
    fn line(&mut self, style: Style, words: &str) {
        if !words.is_empty() {
            self.blocks.push(Block::Paragraph(Paragraph { style, runs: vec![Run::plain(words)], control: None }));
        }
    }

    fn story(&mut self, story: &Value) {
        let (title, label) = (text(story, "title"), text(story, "label"));
        let link = story["url"].as_str().map(str::to_owned);
        let tag = story["title_lang"].as_str().map(str::to_owned);
        let mut runs = vec![Run { text: title.to_owned(), link, tag, ..Run::default() }];
        if !label.is_empty() {
            runs.insert(0, Run::plain(format!("{label} — ")));
        }
        self.blocks.push(Block::Paragraph(Paragraph { style: Style::Heading(2), runs, control: None }));
        self.picture(&story["image"]);
        let event = &story["event"];
        for key in ["when", "where", "audience", "language", "register_by"] {
            self.line(Style::Note, text(event, key));
        }
        self.line(Style::Body, text(story, "summary"));
        self.rich(&story["body"]);
        self.line(Style::Body, text(story, "deadline"));
        self.line(Style::Body, text(&story["contact"], "text"));
        self.line(Style::Body, text(story, "author"));
        self.line(Style::Note, text(&story["only"], "notice"));
    }

    fn picture(&mut self, image: &Value) {
        let part = self.images.values().find(|part| text(image, "src").strip_prefix("cid:") == Some(&part.cid));
        if let Some(part) = part {
            let number = |key: &str| image[key].as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
            let (width, height) = (number("width").unwrap_or(600), number("height").unwrap_or(400));
            self.blocks.push(Block::Picture(Picture {
                bytes: part.bytes.clone(),
                media_type: part.media_type.clone(),
                alt: text(image, "alt").to_owned(),
                size: (width, height),
            }));
            self.line(Style::Note, text(image, "credit"));
        }
    }

    /// Rich text as the view has it: our own HTML with styles.
    fn rich(&mut self, value: &Value) {
        let html = text(value, "html");
        let mut table: Option<(usize, usize, Rows)> = None;
        for line in rich::lines(html) {
            let runs = runs(&html[line.range.clone()]);
            if let Within::Cell { table: number, row } = line.within {
                let cell = vec![Paragraph { style: Style::Body, runs, control: None }];
                match &mut table {
                    Some((own, last, rows)) if *own == number => {
                        if *last == row {
                            rows.last_mut().expect("a table has a row").push(cell);
                        } else {
                            rows.push(vec![cell]);
                            *last = row;
                        }
                    }
                    _ => {
                        self.table(table.take());
                        table = Some((number, row, vec![vec![cell]]));
                    }
                }
                continue;
            }
            self.table(table.take());
            let style = match line.within {
                Within::Heading(_) => Style::Heading(3),
                Within::Item { ordered, level } => Style::Item { ordered, level },
                Within::Quote => Style::Quote,
                Within::Paragraph | Within::Cell { .. } => Style::Body,
            };
            self.blocks.push(Block::Paragraph(Paragraph { style, runs, control: None }));
        }
        self.table(table);
    }

    fn table(&mut self, table: Option<(usize, usize, Rows)>) {
        let Some((_, _, mut rows)) = table else { return };
        let columns = rows.iter().map(Vec::len).max().unwrap_or(1);
        for row in &mut rows {
            row.resize(columns, Vec::new());
        }
        let width = 100 / u32::try_from(columns).unwrap_or(1).max(1);
        self.blocks.push(Block::Table(Table { widths: vec![width; columns], has_header: rows.len() > 1, rows }));
    }
}

/// Inline HTML as runs.
fn runs(html: &str) -> Vec<Run> {
    let mut out = Vec::new();
    let mut open: Vec<Bit> = Vec::new();
    for bit in rich::bits(html) {
        match bit {
            Bit::Text(_) | Bit::Break => {
                let text = if let Bit::Text(text) = bit { text } else { "\n".to_owned() };
                let link =
                    open.iter().find_map(|bit| if let Bit::Link(href) = bit { Some(href.clone()) } else { None });
                let (bold, italic) = (open.contains(&Bit::Strong), open.contains(&Bit::Em));
                out.push(Run { text, bold, italic, link, ..Run::default() });
            }
            Bit::End => drop(open.pop()),
            other => open.push(other),
        }
    }
    out
}
