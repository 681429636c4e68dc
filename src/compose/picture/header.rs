//! What the first bytes of a picture say, whatever the name of its file says.

use super::Fault;

/// What can be known of a picture without unpacking it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    /// EXIF: where, when and with which camera.
    pub(super) has_camera_data: bool,
    /// Four colours of ink (CMYK), which mail programs show wrong.
    pub(super) is_for_print: bool,
    pub(super) is_animated: bool,
}

/// PNG, JPEG and GIF are what every mail program shows; WebP is turned into one of them.
pub(super) fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Reads the header, or says what the file is instead.
pub(super) fn read(bytes: &[u8]) -> Result<Header, Fault> {
    let header = match media_type(bytes) {
        Some("image/png") => png(bytes),
        Some("image/jpeg") => jpeg(bytes),
        Some("image/gif") => gif(bytes),
        Some(_) => webp(bytes),
        None => return Err(other(bytes)),
    };
    header.ok_or_else(super::damaged)
}

fn other(bytes: &[u8]) -> Fault {
    let brand = bytes.get(4..12).unwrap_or_default();
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    let kind = if brand.starts_with(b"ftyp") {
        if brand.ends_with(b"avif") { "AVIF" } else { "HEIC" }
    } else if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        "TIFF"
    } else if bytes.starts_with(b"BM") {
        "BMP"
    } else if bytes.starts_with(b"%PDF") {
        "PDF"
    } else if head.contains("<svg") {
        "SVG"
    } else {
        return Fault {
            message: words!("the file is no picture", "le fichier n'est pas une image"),
            hint: words!("save the picture as `.jpg` or `.png`", "enregistrez l'image en `.jpg` ou en `.png`"),
        };
    };
    Fault {
        message: words!(
            "the picture is a {kind} file, which mail programs do not show",
            "l'image est un fichier {kind}, que les logiciels de courriel n'affichent pas"
        ),
        hint: if kind == "SVG" {
            words!(
                "export the drawing as `.png`, 1,200 pixels wide",
                "exportez le dessin en `.png`, à 1 200 pixels de large"
            )
        } else {
            words!("save the picture as `.jpg` or `.png`", "enregistrez l'image en `.jpg` ou en `.png`")
        },
    }
}

fn be(bytes: &[u8], at: usize, n: usize) -> Option<u32> {
    Some(bytes.get(at..at + n)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

fn le(bytes: &[u8], at: usize, n: usize) -> Option<u32> {
    Some(bytes.get(at..at + n)?.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

fn png(bytes: &[u8]) -> Option<Header> {
    let mut header = Header { width: be(bytes, 16, 4)?, height: be(bytes, 20, 4)?, ..Header::default() };
    let mut at = 8_usize;
    while let (Some(length), Some(name)) = (be(bytes, at, 4), bytes.get(at + 4..at + 8)) {
        header.has_camera_data |= name == b"eXIf";
        header.is_animated |= name == b"acTL";
        at = at.saturating_add(12).saturating_add(usize::try_from(length).ok()?);
    }
    Some(header)
}

/// Walks the segments of a JPEG to its frame header (ITU-T T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<Header> {
    let mut header = Header::default();
    let mut at = 2;
    while *bytes.get(at)? == 0xFF {
        let marker = *bytes.get(at + 1)?;
        if marker == 0xFF {
            at += 1;
            continue;
        }
        header.has_camera_data |= marker == 0xE1 && bytes.get(at + 4..at + 8) == Some(b"Exif");
        if matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC) {
            header.height = be(bytes, at + 5, 2)?;
            header.width = be(bytes, at + 7, 2)?;
            header.is_for_print = bytes.get(at + 9) == Some(&4);
            return Some(header);
        }
        at += 2 + usize::try_from(be(bytes, at + 2, 2)?).ok()?;
    }
    None
}

fn gif(bytes: &[u8]) -> Option<Header> {
    let is_animated = bytes.windows(11).take(4096).any(|window| window == b"NETSCAPE2.0");
    Some(Header { width: le(bytes, 6, 2)?, height: le(bytes, 8, 2)?, is_animated, ..Header::default() })
}

fn webp(bytes: &[u8]) -> Option<Header> {
    match bytes.get(12..16)? {
        b"VP8X" => Some(Header {
            width: le(bytes, 24, 3)? + 1,
            height: le(bytes, 27, 3)? + 1,
            has_camera_data: bytes.get(20)? & 0x08 != 0,
            is_animated: bytes.get(20)? & 0x02 != 0,
            is_for_print: false,
        }),
        b"VP8 " => {
            Some(Header { width: le(bytes, 26, 2)? & 0x3FFF, height: le(bytes, 28, 2)? & 0x3FFF, ..Header::default() })
        }
        b"VP8L" => {
            let bits = le(bytes, 21, 4)?;
            Some(Header { width: (bits & 0x3FFF) + 1, height: ((bits >> 14) & 0x3FFF) + 1, ..Header::default() })
        }
        _ => None,
    }
}
