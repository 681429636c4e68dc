//! The parts of a Word file beside its text: styles, lists, relations, properties. ECMA-376, part 1. Writing to a
//! String cannot fail: what `write!` gives is dropped.

use std::fmt::Write as _;

use super::{Document, Picture, escaped};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// The relations of the whole package.
pub(super) const PACKAGE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
<Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/>\
<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>\
</Relationships>";

/// The colour of what is not to be translated: 4.5:1 on white.
const GREY: &str = "6B6B6B";
/// The ink of headings, as in the editions.
const INK: &str = "26374A";
/// The ink of links, as in the editions.
const LINK: &str = "284162";

/// `media/image1.png`.
pub(super) fn picture_name(number: usize, picture: &Picture) -> String {
    format!("media/image{}.{}", number + 1, ending(picture))
}

fn ending(picture: &Picture) -> &'static str {
    match picture.media_type.as_str() {
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        _ => "png",
    }
}

/// What each part is.
pub(super) fn content_types(pictures: &[Picture], has_header: bool) -> String {
    let mut out = format!(
        "{HEAD}<Types xmlns=\"{TYPES}\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    );
    for (ending_, media) in [("png", "image/png"), ("jpg", "image/jpeg"), ("gif", "image/gif")] {
        if pictures.iter().any(|picture| ending(picture) == ending_) {
            let _ = write!(out, "<Default Extension=\"{ending_}\" ContentType=\"{media}\"/>");
        }
    }
    for (part, kind) in
        [("document", "document.main"), ("styles", "styles"), ("numbering", "numbering"), ("settings", "settings")]
    {
        let _ = write!(out, "<Override PartName=\"/word/{part}.xml\" ContentType=\"{MAIN}.{kind}+xml\"/>");
    }
    if has_header {
        let _ = write!(out, "<Override PartName=\"/word/header1.xml\" ContentType=\"{MAIN}.header+xml\"/>");
    }
    out.push_str("<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>");
    out
}

/// Title, author and language; no dates, so that the bytes are the same tomorrow.
pub(super) fn properties(document: &Document) -> String {
    let (title, author, tag) = (escaped(&document.title), escaped(&document.author), escaped(&document.tag));
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>\
         <dc:language>{tag}</dc:language></cp:coreProperties>"
    )
}

/// Where links lead and where pictures lie.
pub(super) fn relations(links: &[String], pictures: &[Picture], has_header: bool) -> String {
    let mut out = format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">");
    for part in ["styles", "numbering", "settings"] {
        let _ = write!(out, "<Relationship Id=\"{part}\" Type=\"{OFFICE}/{part}\" Target=\"{part}.xml\"/>");
    }
    if has_header {
        let _ = write!(out, "<Relationship Id=\"header\" Type=\"{OFFICE}/header\" Target=\"header1.xml\"/>");
    }
    for (number, link) in links.iter().enumerate() {
        let _ = write!(
            out,
            "<Relationship Id=\"link{number}\" Type=\"{OFFICE}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
            escaped(link)
        );
    }
    for (number, picture) in pictures.iter().enumerate() {
        let _ = write!(
            out,
            "<Relationship Id=\"image{number}\" Type=\"{OFFICE}/image\" Target=\"{}\"/>",
            picture_name(number, picture)
        );
    }
    out + "</Relationships>"
}

/// The line at the top of every page.
pub(super) fn header(document: &Document) -> String {
    let (text, tag) = (escaped(&document.header), escaped(&document.tag));
    format!(
        "{HEAD}<w:hdr {W}><w:p><w:pPr><w:pStyle w:val=\"Remark\"/></w:pPr><w:r><w:rPr><w:lang w:val=\"{tag}\"/></w:rPr>\
         <w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p></w:hdr>"
    )
}

/// The language of menus and spelling, and Word's newest way of laying out.
pub(super) fn settings(tag: &str) -> String {
    let tag = escaped(tag);
    format!(
        "{HEAD}<w:settings {W}><w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"720\"/><w:characterSpacingControl w:val=\"doNotCompress\"/>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         <w:themeFontLang w:val=\"{tag}\"/></w:settings>"
    )
}

/// The styles, under the names by which Word knows them in every language.
pub(super) fn styles(tag: &str) -> String {
    let tag = escaped(tag);
    let mut out = format!(
        "{HEAD}<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Calibri\" w:hAnsi=\"Calibri\" w:eastAsia=\"Calibri\" w:cs=\"Calibri\"/>\
         <w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/><w:lang w:val=\"{tag}\" w:eastAsia=\"{tag}\" w:bidi=\"{tag}\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:spacing w:after=\"160\" w:line=\"276\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>\
         <w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/><w:uiPriority w:val=\"1\"/><w:semiHidden/></w:style>\
         <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:uiPriority w:val=\"99\"/><w:semiHidden/>\
         <w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/><w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>"
    );
    let based = "<w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:qFormat/>";
    let ink = format!("<w:color w:val=\"{INK}\"/>");
    let _ = write!(
        out,
        "<w:style w:type=\"paragraph\" w:styleId=\"Title\"><w:name w:val=\"Title\"/>{based}<w:pPr><w:keepNext/></w:pPr><w:rPr><w:b/>{ink}<w:sz w:val=\"52\"/></w:rPr></w:style>"
    );
    for (level, size) in [(1, 36), (2, 30), (3, 26), (4, 24)] {
        let outline = level - 1;
        let _ = write!(
            out,
            "<w:style w:type=\"paragraph\" w:styleId=\"Heading{level}\"><w:name w:val=\"heading {level}\"/>{based}\
             <w:pPr><w:keepNext/><w:keepLines/><w:spacing w:before=\"320\" w:after=\"120\"/><w:outlineLvl w:val=\"{outline}\"/></w:pPr>\
             <w:rPr><w:b/>{ink}<w:sz w:val=\"{size}\"/></w:rPr></w:style>"
        );
    }
    let _ = write!(
        out,
        "<w:style w:type=\"paragraph\" w:styleId=\"ListParagraph\"><w:name w:val=\"List Paragraph\"/><w:basedOn w:val=\"Normal\"/><w:qFormat/>\
         <w:pPr><w:contextualSpacing/></w:pPr></w:style>\
         <w:style w:type=\"paragraph\" w:styleId=\"Quote\"><w:name w:val=\"Quote\"/>{based}<w:pPr><w:pBdr><w:left w:val=\"single\" w:sz=\"24\" w:space=\"10\" w:color=\"{INK}\"/></w:pBdr><w:ind w:left=\"360\"/></w:pPr></w:style>\
         <w:style w:type=\"paragraph\" w:customStyle=\"1\" w:styleId=\"Remark\"><w:name w:val=\"Remark\"/>{based}\
         <w:pPr><w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"F2F2F2\"/></w:pPr><w:rPr><w:sz w:val=\"20\"/></w:rPr></w:style>\
         <w:style w:type=\"character\" w:styleId=\"Hyperlink\"><w:name w:val=\"Hyperlink\"/><w:rPr><w:color w:val=\"{LINK}\"/><w:u w:val=\"single\"/></w:rPr></w:style>\
         <w:style w:type=\"character\" w:customStyle=\"1\" w:styleId=\"DoNotTranslate\"><w:name w:val=\"DO_NOT_TRANSLATE\"/><w:rPr><w:noProof/><w:color w:val=\"{GREY}\"/></w:rPr></w:style>\
         <w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:basedOn w:val=\"TableNormal\"/><w:pPr><w:spacing w:before=\"40\" w:after=\"40\"/></w:pPr><w:tblPr><w:tblBorders>"
    );
    for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
        let _ = write!(out, "<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"8C8C8C\"/>");
    }
    out + "</w:tblBorders></w:tblPr></w:style></w:styles>"
}

/// Bullets are list 1; each numbered list that begins has its own number from 2, so that it counts from 1.
pub(super) fn numbering(lists: usize) -> String {
    let mut out = format!("{HEAD}<w:numbering {W}>");
    for (id, marks) in [(0, ["•", "–", "•", "–"]), (1, ["%1.", "%2.", "%3.", "%4."])] {
        let _ = write!(out, "<w:abstractNum w:abstractNumId=\"{id}\"><w:multiLevelType w:val=\"hybridMultilevel\"/>");
        for (level, mark) in marks.iter().enumerate() {
            let format = if id == 0 {
                "bullet"
            } else if level % 2 == 0 {
                "decimal"
            } else {
                "lowerLetter"
            };
            let left = 720 + 360 * level;
            let _ = write!(
                out,
                "<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{mark}\"/><w:lvlJc w:val=\"left\"/>\
                 <w:pPr><w:ind w:left=\"{left}\" w:hanging=\"360\"/></w:pPr></w:lvl>"
            );
        }
        out.push_str("</w:abstractNum>");
    }
    out.push_str("<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>");
    for number in 0..lists {
        let _ = write!(out, "<w:num w:numId=\"{}\"><w:abstractNumId w:val=\"1\"/>", number + 2);
        for level in 0..4 {
            let _ = write!(out, "<w:lvlOverride w:ilvl=\"{level}\"><w:startOverride w:val=\"1\"/></w:lvlOverride>");
        }
        out.push_str("</w:num>");
    }
    out + "</w:numbering>"
}
