//! Files whose name says text and whose bytes say something else: a PDF renamed to `.md` is no story.

use crate::model::Words;

/// A text may hold a stray control character from a terminal; of a hundred characters one is too many.
const CHARACTERS_PER_CONTROL_MIN: usize = 100;

/// What is wrong with a file that should be text and is not, with what to do; none: it is text.
pub(super) fn complaint(bytes: &[u8], text: &str) -> Option<(Words, Words)> {
    let is_odd = |c: char| (c.is_control() && !matches!(c, '\n' | '\t' | '\r' | '\u{C}')) || c == '\u{FFFE}';
    let odd = text.chars().filter(|c| is_odd(*c)).count();
    let kind = kind(bytes);
    if kind.is_none() && !text.contains('\0') && odd * CHARACTERS_PER_CONTROL_MIN <= text.len() {
        return None;
    }
    Some(match kind {
        Some((name, Some(extension))) => (
            words!("the file is in truth a {name} file", "le fichier est en fait un fichier {name}"),
            words!(
                "give it its own ending back: `.{extension}`",
                "rendez-lui sa propre extension\u{a0}: `.{extension}`"
            ),
        ),
        Some((name, None)) => {
            (words!("the file is in truth a {name} file", "le fichier est en fait un fichier {name}"), as_text())
        }
        None => (words!("the file is not text", "le fichier n'est pas du texte"), as_text()),
    })
}

fn as_text() -> Words {
    words!(
        "copy its text into a Word file, or into a file that ends in `.md`",
        "copiez son texte dans un fichier Word, ou dans un fichier qui se termine par `.md`"
    )
}

/// What the first bytes say, with the ending under which it would be read.
fn kind(bytes: &[u8]) -> Option<(&'static str, Option<&'static str>)> {
    const KINDS: [(&[u8], &str, Option<&str>); 9] = [
        (b"%PDF-", "PDF", None),
        (b"{\\rtf", "RTF", None),
        (b"\x89PNG", "PNG", Some("png")),
        (b"\xFF\xD8\xFF", "JPEG", Some("jpg")),
        (b"GIF8", "GIF", Some("gif")),
        (b"\x1F\x8B", "gzip", None),
        (b"\xD0\xCF\x11\xE0", "Office 97-2003", None),
        (b"\x7FELF", "ELF", None),
        (b"MZ\x90", "EXE", None),
    ];
    if bytes.starts_with(b"PK\x03\x04") {
        let is_word = bytes.windows(5).take(8_192).any(|part| part == b"word/");
        return Some(if is_word { ("Word", Some("docx")) } else { ("ZIP", None) });
    }
    KINDS.iter().find(|(mark, ..)| bytes.starts_with(mark)).map(|(_, name, extension)| (*name, *extension))
}
