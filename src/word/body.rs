//! A document's blocks as `document.xml`, with the links, pictures and numbered lists that it needs beside it.

use std::fmt::Write as _;

use super::{Block, Control, Document, Paragraph, Picture, Run, Style, Table, escaped};

/// Width of the text on US Letter with margins of 2.5 cm, in twentieths of a point.
const TEXT_WIDTH: u32 = 9_406;
/// A pixel of 1/96 inch in English Metric Units.
const EMU: u32 = 9_525;

/// The body, and what it refers to.
#[derive(Default)]
pub(super) struct Body {
    pub(super) xml: String,
    pub(super) links: Vec<String>,
    pub(super) pictures: Vec<Picture>,
    /// How many numbered lists begin.
    pub(super) lists: usize,
}

struct Writer<'a> {
    document: &'a Document,
    body: Body,
    /// The number of the numbered list in which we are.
    list: Option<usize>,
    /// Content controls and bookmarks have numbers of their own.
    controls: usize,
}

pub(super) fn body(document: &Document) -> Body {
    let mut writer = Writer { document, body: Body::default(), list: None, controls: 0 };
    writer.body.xml.push_str(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
         xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
         xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
         xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><w:body>",
    );
    for block in &document.blocks {
        match block {
            Block::Paragraph(paragraph) => writer.paragraph(paragraph),
            Block::Table(table) => writer.table(table),
            Block::Picture(picture) => writer.picture(picture),
        }
    }
    writer.push("<w:sectPr>");
    if !document.header.is_empty() {
        writer.push("<w:headerReference w:type=\"default\" r:id=\"header\"/>");
    }
    writer.push("<w:pgSz w:w=\"12240\" w:h=\"15840\"/><w:pgMar w:top=\"1417\" w:right=\"1417\" w:bottom=\"1417\" w:left=\"1417\" w:header=\"708\" w:footer=\"708\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>");
    writer.body
}

impl Writer<'_> {
    fn push(&mut self, xml: &str) {
        self.body.xml.push_str(xml);
    }

    fn paragraph(&mut self, paragraph: &Paragraph) {
        self.push("<w:p>");
        self.style(paragraph.style);
        if let Some(control) = &paragraph.control {
            self.open(control);
        }
        for run in &paragraph.runs {
            self.run(run);
        }
        if paragraph.control.is_some() {
            let _ = write!(self.body.xml, "</w:sdtContent></w:sdt><w:bookmarkEnd w:id=\"{}\"/>", self.controls);
        }
        self.push("</w:p>");
    }

    /// Around the words and inside the paragraph: LibreOffice 7.4 makes a plain field of a control around a paragraph,
    /// and links and emphasis are gone. It keeps this one's words, and of the two ids the bookmark.
    fn open(&mut self, control: &Control) {
        self.controls += 1;
        let (title, tag, id) = (escaped(&control.title), escaped(&control.tag), 1_000 + self.controls);
        // One that is not locked may be merged with its neighbour: translators do.
        let lock = if control.locked { "<w:lock w:val=\"sdtContentLocked\"/>" } else { "" };
        let _ = write!(
            self.body.xml,
            "<w:bookmarkStart w:id=\"{}\" w:name=\"{tag}\"/><w:sdt><w:sdtPr><w:alias w:val=\"{title}\"/><w:tag w:val=\"{tag}\"/><w:id w:val=\"{id}\"/>{lock}</w:sdtPr><w:sdtContent>",
            self.controls
        ); // Writing to a String cannot fail.
    }

    fn style(&mut self, style: Style) {
        let named = |name: &str| format!("<w:pPr><w:pStyle w:val=\"{name}\"/></w:pPr>");
        let is_item = matches!(style, Style::Item { .. });
        if !is_item {
            self.list = None;
        }
        let xml = match style {
            Style::Body => String::new(),
            Style::Title => named("Title"),
            Style::Heading(level) => named(&format!("Heading{}", level.clamp(1, 4))),
            Style::Quote => named("Quote"),
            Style::Note => named("Remark"),
            Style::Item { ordered, level } => {
                let number = if ordered { self.list_number() } else { 1 };
                let level = level.min(3);
                format!(
                    "<w:pPr><w:pStyle w:val=\"ListParagraph\"/><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{number}\"/></w:numPr></w:pPr>"
                )
            }
        };
        self.push(&xml);
    }

    fn list_number(&mut self) -> usize {
        let lists = &mut self.body.lists;
        *self.list.get_or_insert_with(|| {
            *lists += 1;
            *lists + 1
        })
    }

    fn run(&mut self, run: &Run) {
        if run.text.is_empty() {
            return;
        }
        let link = run.link.as_ref().map(|link| self.link(link));
        if let Some(number) = link {
            let _ = write!(self.body.xml, "<w:hyperlink r:id=\"link{number}\">");
        }
        let tag = escaped(run.tag.as_deref().unwrap_or(&self.document.tag));
        // The order of properties is the schema's: style, bold, italics, no proofing, colour, underline, language.
        let style = match (run.frozen, link.is_some()) {
            (true, _) => "<w:rStyle w:val=\"DoNotTranslate\"/>",
            (false, true) => "<w:rStyle w:val=\"Hyperlink\"/>",
            (false, false) => "",
        };
        let (bold, italic) = (if run.bold { "<w:b/>" } else { "" }, if run.italic { "<w:i/>" } else { "" });
        let under = if run.frozen && link.is_some() { "<w:u w:val=\"single\"/>" } else { "" };
        let _ = write!(self.body.xml, "<w:r><w:rPr>{style}{bold}{italic}{under}<w:lang w:val=\"{tag}\"/></w:rPr>");
        for (at, text) in run.text.split('\n').enumerate() {
            if at > 0 {
                self.push("<w:br/>");
            }
            if !text.is_empty() {
                let _ = write!(self.body.xml, "<w:t xml:space=\"preserve\">{}</w:t>", escaped(text));
            }
        }
        self.push("</w:r>");
        if link.is_some() {
            self.push("</w:hyperlink>");
        }
    }

    fn link(&mut self, link: &str) -> usize {
        let known = self.body.links.iter().position(|other| other == link);
        known.unwrap_or_else(|| {
            self.body.links.push(link.to_owned());
            self.body.links.len() - 1
        })
    }

    fn table(&mut self, table: &Table) {
        self.list = None;
        let widths: Vec<u32> = table.widths.iter().map(|width| TEXT_WIDTH * width / 100).collect();
        let first = u8::from(table.has_header);
        let _ = write!(
            self.body.xml,
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>\
             <w:tblLook w:val=\"0{first}20\" w:firstRow=\"{first}\" w:lastRow=\"0\" w:firstColumn=\"0\" w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/></w:tblPr><w:tblGrid>",
            widths.iter().sum::<u32>()
        );
        for width in &widths {
            let _ = write!(self.body.xml, "<w:gridCol w:w=\"{width}\"/>");
        }
        self.push("</w:tblGrid>");
        for (number, row) in table.rows.iter().enumerate() {
            let is_header = table.has_header && number == 0;
            let header = if is_header { "<w:tblHeader/>" } else { "" };
            let _ = write!(self.body.xml, "<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>");
            for (cell, width) in row.iter().zip(&widths) {
                let shade = if is_header { "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"E6EAEE\"/>" } else { "" };
                let _ = write!(self.body.xml, "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/>{shade}</w:tcPr>");
                for paragraph in cell {
                    self.paragraph(paragraph);
                }
                if cell.is_empty() {
                    self.push("<w:p/>"); // A cell without a paragraph is an error to Word.
                }
                self.push("</w:tc>");
            }
            self.push("</w:tr>");
        }
        // Two tables without a paragraph between them would become one.
        self.push("</w:tbl><w:p><w:pPr><w:spacing w:after=\"0\"/></w:pPr></w:p>");
    }

    fn picture(&mut self, picture: &Picture) {
        self.list = None;
        let number = self.body.pictures.len();
        self.body.pictures.push(picture.clone());
        let (width, height) = fitted(picture.size);
        let (id, alt) = (number + 1, escaped(&picture.alt).replace('\n', " "));
        let _ = write!(
            self.body.xml,
            "<w:p><w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/>\
             <wp:docPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alt}\"/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{id}\" name=\"Picture {id}\" descr=\"{alt}\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"image{number}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
             <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr>\
             </pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
        );
    }
}

/// A picture's size in EMU, no wider than the text.
fn fitted((width, height): (u32, u32)) -> (u64, u64) {
    let (width, height) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let widest = u64::from(TEXT_WIDTH) * 635; // A twentieth of a point is 635 EMU.
    let (x, y) = (width * u64::from(EMU), height * u64::from(EMU));
    if x > widest { (widest, y * widest / x) } else { (x, y) }
}
