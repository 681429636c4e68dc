//! Bytes of a feed or page to text. What a server or a prolog declares is a hint: bytes that are UTF-8 are UTF-8, and
//! what is nothing else is Windows-1252.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes to text. `charset` is what the HTTP header said.
pub(super) fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Cow<'a, str> {
    if let Some(text) = utf_32(bytes) {
        return Cow::Owned(text);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return plain(encoding, &bytes[mark..]);
    }
    match bytes {
        [b'<' | b'{', 0, ..] => return plain(UTF_16LE, bytes),
        [0, b'<' | b'{', ..] => return plain(UTF_16BE, bytes),
        _ => {}
    }
    let declared: Vec<&'static Encoding> = [charset.map(str::to_owned), prolog(bytes), meta(bytes)]
        .into_iter()
        .flatten()
        .filter_map(|label| Encoding::for_label(label.trim().as_bytes()))
        .collect();
    if let Ok(text) = std::str::from_utf8(bytes) {
        // A seven-bit encoding that shifts by escapes is valid UTF-8 too.
        let shifts = declared.iter().find(|encoding| encoding.name() == "ISO-2022-JP" && bytes.contains(&0x1B));
        return shifts.map_or(Cow::Borrowed(text), |encoding| plain(encoding, bytes));
    }
    if mostly_utf_8(bytes) {
        return String::from_utf8_lossy(bytes);
    }
    for encoding in declared {
        // UTF-8 it is not, and UTF-16 would have had its zeros.
        if encoding != UTF_8 && encoding != UTF_16LE && encoding != UTF_16BE {
            let (text, wrong) = encoding.decode_without_bom_handling(bytes);
            if !wrong {
                return text;
            }
        }
    }
    plain(WINDOWS_1252, bytes)
}

fn plain<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Cow<'a, str> {
    encoding.decode_without_bom_handling(bytes).0
}

/// A feed cut in the middle of a letter, or with one bad byte among good ones, is UTF-8 still.
fn mostly_utf_8(bytes: &[u8]) -> bool {
    let (mut letters, mut faults) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        faults += usize::from(!chunk.invalid().is_empty());
    }
    letters >= 10 * faults && faults <= letters
}

fn utf_32(bytes: &[u8]) -> Option<String> {
    let big = match bytes {
        [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, b'<' | b'{', ..] => true,
        [0xFF, 0xFE, 0, 0, ..] | [b'<' | b'{', 0, 0, 0, ..] => false,
        _ => return None,
    };
    let number = |four: &[u8]| {
        let four = [four[0], four[1], four[2], four[3]];
        if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
    };
    let char_of = |four: &[u8]| char::from_u32(number(four)).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some(bytes.chunks_exact(4).map(char_of).filter(|c| *c != '\u{FEFF}').collect())
}

/// `encoding` of an XML prolog; it stands in the first line.
fn prolog(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
    let prolog = head.trim_start().strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    attribute(&prolog, "encoding")
}

/// `charset` of an HTML page's `meta`.
fn meta(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2_000)]).to_ascii_lowercase();
    if !head.contains("<meta") {
        return None;
    }
    attribute(&head, "charset")
}

fn attribute(text: &str, name: &str) -> Option<String> {
    let rest = text.split_once(name)?.1.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_undeclared_and_lying_encodings_are_read() {
        let utf_16 = |text: &str, big: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let latin = |head: &[u8]| [head, b"\xE9 \x97 \x92"].concat();
        for (bytes, charset, expected) in [
            ("<a>é".as_bytes().to_vec(), Some("iso-8859-1"), "<a>é"),
            (b"\xEF\xBB\xBF<a>\xC3\xA9".to_vec(), None, "<a>é"),
            (latin(b"<a>"), None, "<a>é — ’"),
            (
                latin(b"<?xml version='1.0' encoding='utf-8'?>"),
                Some("utf-8"),
                "<?xml version='1.0' encoding='utf-8'?>é — ’",
            ),
            (
                latin(b"<?xml version='1.0' encoding='ISO-8859-1'?>"),
                None,
                "<?xml version='1.0' encoding='ISO-8859-1'?>é — ’",
            ),
            (b"<?xml encoding=\"koi8-r\"?>\xC1".to_vec(), None, "<?xml encoding=\"koi8-r\"?>а"),
            (utf_16("<a>é", true), None, "<a>é"),
            (utf_16("<a>é", false), Some("utf-8"), "<a>é"),
            ([vec![0xFE, 0xFF], utf_16("<a>é", true)].concat(), None, "<a>é"),
            ("<é".chars().flat_map(|c| (c as u32).to_be_bytes()).collect(), None, "<é"),
            ([&"é".repeat(20).into_bytes()[..], b"\xC3"].concat(), None, &("é".repeat(20) + "\u{FFFD}")),
        ] {
            assert_eq!(decode(&bytes, charset), expected);
        }
    }
}
