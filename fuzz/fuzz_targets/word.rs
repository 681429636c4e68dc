//! The text of a Word file: what a contributor's program wrote as `word/document.xml`, in a sound package.

#![no_main]

use std::io::Write as _;

use libfuzzer_sys::fuzz_target;

#[path = "newsletter.rs"]
mod newsletter;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
const RELS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

fuzz_target!(|bytes: &[u8]| {
    // The first byte says which part of the package is the fuzzer's.
    let Some((part, own)) = bytes.split_first() else { return };
    let sound: &[u8] = b"<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>a</w:t></w:r></w:p></w:body></w:document>";
    let part = usize::from(*part) % 4;
    let as_part = |at: usize, otherwise: &'static [u8]| if part == at { own.to_vec() } else { otherwise.to_vec() };
    let files = [
        ("[Content_Types].xml", TYPES.as_bytes().to_vec()),
        ("_rels/.rels", RELS.as_bytes().to_vec()),
        ("word/document.xml", as_part(0, sound)),
        ("word/_rels/document.xml.rels", as_part(1, b"<Relationships/>")),
        ("word/numbering.xml", as_part(2, b"<w:numbering/>")),
        ("word/styles.xml", as_part(3, b"<w:styles/>")),
    ];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, options).expect("in memory");
        zip.write_all(&bytes).expect("in memory");
    }
    newsletter::read("a.docx", &zip.finish().expect("in memory").into_inner());
});
