//! What a person who opens our Word files, and a program that reads them, may count on.

use super::*;
use std::io::Read as _;

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn item(text: &str, ordered: bool, level: u8) -> Block {
    Block::Paragraph(Paragraph {
        style: Style::Item { ordered, level },
        runs: vec![Run::plain(text)],
        ..Paragraph::default()
    })
}

fn sample() -> Document {
    let control = |tag: &str, locked| Some(Control { tag: tag.to_owned(), title: "p 1".to_owned(), locked });
    let runs = vec![
        Run::plain("Voir "),
        Run {
            text: "le guide".into(),
            bold: true,
            link: Some("https://example.ca/a?b=1&c=2".into()),
            ..Run::default()
        },
        Run { text: ",\n<ici>\u{1}".into(), tag: Some("fr-CA".into()), ..Run::default() },
        Run { text: " CCO".into(), frozen: true, ..Run::default() },
    ];
    let cell = |text: &str| vec![Paragraph { runs: vec![Run::plain(text)], ..Paragraph::default() }];
    Document {
        title: "Numéro « 12 »".into(),
        tag: "en-CA".into(),
        author: "CCO".into(),
        header: "Write below".into(),
        blocks: vec![
            Block::Paragraph(Paragraph {
                style: Style::Title,
                runs: vec![Run::plain("Title")],
                ..Paragraph::default()
            }),
            Block::Paragraph(Paragraph { control: control("cco_fr_1", false), runs, ..Paragraph::default() }),
            Block::Paragraph(Paragraph {
                control: control("cco_fr_2", true),
                runs: vec![Run::plain("as it is")],
                ..Paragraph::default()
            }),
            item("one", true, 0),
            item("below", true, 1),
            Block::Paragraph(Paragraph::default()),
            item("one again", true, 0),
            Block::Table(Table {
                widths: vec![30, 70],
                has_header: true,
                rows: vec![vec![cell("a"), cell("b")], vec![cell("c"), Vec::new()]],
            }),
            Block::Picture(Picture {
                bytes: b"\x89PNG".to_vec(),
                media_type: "image/png".into(),
                alt: "Deux \"personnes\"".into(),
                size: (1200, 600),
            }),
        ],
    }
}

#[test]
fn the_same_document_gives_the_same_bytes_and_every_part_is_xml() {
    let bytes = write(&sample());
    assert_eq!(bytes, write(&sample()));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert_eq!(names[0], "[Content_Types].xml", "Word asks that it comes first");
    for name in names.iter().filter(|name| !name.contains("media/")) {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        assert!(crate::xml::parse(&text).is_some(), "{name}: {text}");
    }
}

#[test]
fn every_run_says_its_language_and_every_picture_what_it_shows() {
    let document = part(&write(&sample()), "word/document.xml");
    assert_eq!(document.matches("<w:t ").count(), document.matches("<w:lang ").count() + 1, "one run has two lines");
    assert!(document.contains("<w:lang w:val=\"fr-CA\"/>") && document.contains("<w:lang w:val=\"en-CA\"/>"));
    assert!(document.contains("descr=\"Deux &quot;personnes&quot;\""), "{document}");
    // A picture of 1,200 pixels is made as wide as the text, and half as high.
    assert!(document.contains("<wp:extent cx=\"5972810\" cy=\"2986405\"/>"), "{document}");
}

#[test]
fn each_numbered_list_counts_from_one() {
    let bytes = write(&sample());
    let document = part(&bytes, "word/document.xml");
    assert_eq!(document.matches("<w:numId w:val=\"2\"/>").count(), 2);
    assert_eq!(document.matches("<w:numId w:val=\"3\"/>").count(), 1);
    assert!(part(&bytes, "word/numbering.xml").contains("<w:num w:numId=\"3\">"));
}

#[test]
fn what_is_written_is_read_back_with_its_ids_links_and_emphasis() {
    let returned = read(&write(&sample())).unwrap();
    let passage = &returned.passages[1];
    assert_eq!(passage.ids, ["cco_fr_1"]);
    assert_eq!(passage.words(), "Voir le guide,\n<ici> CCO");
    let link = &passage.runs[1];
    assert_eq!((link.bold, link.link.as_deref()), (true, Some("https://example.ca/a?b=1&c=2")));
    let words: Vec<String> = returned.passages.iter().map(Passage::words).collect();
    assert_eq!(words[2..], ["as it is", "one", "below", "one again", "a", "b", "c"]);
}

/// A Word file with a body of our own making.
pub(crate) fn with_body(body: &str) -> Vec<u8> {
    let document = format!(
        "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    zipped(&[("word/document.xml".to_owned(), document.into_bytes())])
}

#[test]
fn tracked_changes_are_taken_insertions_in_and_deletions_out() {
    let body = "<w:p><w:bookmarkStart w:id=\"0\" w:name=\"a\"/><w:r><w:t>le </w:t></w:r>\
        <w:del><w:r><w:delText>chat</w:delText></w:r></w:del><w:ins><w:r><w:t>chien</w:t></w:r></w:ins></w:p>\
        <w:p><w:pPr><w:rPr><w:del w:id=\"1\"/></w:rPr></w:pPr><w:bookmarkStart w:id=\"2\" w:name=\"b\"/><w:r><w:t>un, </w:t></w:r></w:p>\
        <w:p><w:bookmarkStart w:id=\"3\" w:name=\"c\"/><w:r><w:t>deux</w:t><w:commentReference w:id=\"0\"/></w:r></w:p>";
    let returned = read(&with_body(body)).unwrap();
    assert_eq!((returned.inserted, returned.deleted, returned.comments), (1, 1, 1));
    assert_eq!(returned.passages[0].words(), "le chien");
    assert_eq!(returned.passages[1].words(), "un, deux");
    assert_eq!(returned.passages[1].ids, ["b", "c"]);
}

#[test]
fn a_link_as_word_types_it_is_a_link() {
    let body = "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> HYPERLINK \"https://example.ca/x\" </w:instrText></w:r>\
        <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>ici</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r><w:r><w:t>.</w:t></w:r></w:p>";
    let runs = &read(&with_body(body)).unwrap().passages[0].runs;
    assert_eq!(runs[0].link.as_deref(), Some("https://example.ca/x"));
    assert_eq!((runs[1].text.as_str(), &runs[1].link), (".", &None));
}

#[test]
fn what_is_no_word_file_is_refused_with_the_mend() {
    for bad in [&b""[..], b"\xD0\xCF\x11\xE0", b"PK\x03\x04", &zipped(&[("a".to_owned(), Vec::new())])] {
        assert!(read(bad).unwrap_err().hint.fr.contains(".docx"));
    }
}
