//! Photos beside stories, by their first bytes.

use crate::gather::story::tests::read_files;
use crate::model::{Finding, Severity};

/// A picture of one pixel, with a header that says otherwise where a test wants it.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

fn jpeg(exif: bool, colours: u8) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    if exif {
        bytes.extend([0xFF, 0xE1, 0, 10]);
        bytes.extend(b"Exif\0\0xx");
    }
    bytes.extend([0xFF, 0xC0, 0, 17, 8, 0, 100, 0, 200, colours]);
    bytes
}

const STORY: &[u8] = b"---\nalt: a cup\n---\n# Coffee\n\nWe drink coffee.\n";

fn said(findings: &[Finding]) -> Vec<(char, String)> {
    findings
        .iter()
        .map(|finding| (finding.severity.letter().chars().next().unwrap(), finding.message.en.clone()))
        .collect()
}

#[test]
fn a_photo_with_the_name_of_a_story_is_its_own_and_nfd_is_no_other_name() {
    let (stories, findings) = read_files(&[
        ("café.en.md", STORY),
        ("café.fr.md", "# Un café\n\nNous buvons du café.\n".as_bytes()),
        ("cafe\u{301}.jpg", &jpeg(true, 3)),
    ]);
    let image = stories[0].image.as_ref().unwrap();
    assert_eq!(image.src, "stories/cafe\u{301}.jpg");
    assert_eq!(image.alt.values().collect::<Vec<_>>(), ["a cup"]);
    let said = said(&findings);
    assert!(said.iter().any(|(s, m)| *s == 'W' && m.ends_with("who cannot see it: fr")), "{said:?}");
    assert!(said.iter().any(|(s, m)| *s == 'I' && m.contains("EXIF")), "{said:?}");
    assert!(said.iter().any(|(s, m)| *s == 'I' && m.contains("who made")), "{said:?}");
    assert!(said.iter().any(|(s, m)| *s == 'I' && m.contains("may be used")), "{said:?}");
}

#[test]
fn a_photo_alone_with_a_story_in_a_folder_is_its_own() {
    let (stories, _) = read_files(&[("coffee/text.md", STORY), ("coffee/IMG_1.png", &png(10, 10))]);
    assert_eq!(stories[0].image.as_ref().unwrap().src, "stories/coffee/IMG_1.png");
    // Two stories, two photos: whose is which is not clear.
    let (stories, findings) = read_files(&[("text.md", STORY), ("IMG_1.png", &png(10, 10))]);
    assert!(stories[0].image.is_none());
    assert!(said(&findings).iter().any(|(_, m)| m.contains("`IMG_1.png` belongs to no story")), "{findings:?}");
    // A photo that a story names belongs to it.
    let named = "---\nimage: IMG_1.png\nalt: x\ncredit: y\npermission: z\n---\n# T\n\nText of it.\n";
    let (stories, findings) = read_files(&[("text.md", named.as_bytes()), ("IMG_1.png", &png(10, 10))]);
    assert_eq!(stories[0].image.as_ref().unwrap().src, "stories/IMG_1.png");
    assert_eq!(findings, []);
}

#[test]
fn what_mail_programs_do_not_show_is_left_out_with_what_to_do() {
    let said_of = |bytes: &[u8]| {
        let (stories, findings) = read_files(&[("a.md", STORY), ("a.jpg", bytes)]);
        let taken = stories[0].image.is_some();
        (
            taken,
            findings
                .iter()
                .find(|f| f.severity == Severity::Warning)
                .map(|f| format!("{} {}", f.message.en, f.hint.fr)),
        )
    };
    for (bytes, words) in [
        (b"\0\0\0\x18ftypheic".to_vec(), "HEIC"),
        (b"<?xml version='1.0'?><svg onload='x()'/>".to_vec(), "SVG"),
        (b"II*\0xxxx".to_vec(), "TIFF"),
        (b"%PDF-1.7".to_vec(), "PDF"),
        (b"hello".to_vec(), "no picture"),
        (png(50_000, 50_000), "50000"),
        (png(0, 5), "0 × 5"),
        (vec![0xFF, 0xD8, 0xFF, 0xE0], "damaged"),
    ] {
        let (taken, said) = said_of(&bytes);
        assert!(!taken && said.as_ref().is_some_and(|said| said.contains(words)), "{words}: {said:?}");
    }
    let (taken, said) = said_of(&jpeg(false, 4));
    assert!(taken && said.unwrap().contains("CMYK"));
}

#[test]
fn a_file_open_in_word_is_waited_for() {
    let (stories, findings) = read_files(&[
        ("Learning.docx", b"half"),
        ("~$arning.docx", b"x"),
        ("a.docx", b"half"),
        ("~$a.docx", b"x"),
        ("b/c.docx", b"half"),
        ("b/.~lock.c.docx#", b"x"),
        ("~$gone.docx", b"x"),
    ]);
    assert!(stories.is_empty());
    let said = said(&findings);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.contains(&('I', "open in Word: `Learning.docx` waited for".to_owned())), "{said:?}");
    assert!(said.contains(&('I', "open in LibreOffice: `c.docx` waited for".to_owned())), "{said:?}");
}
