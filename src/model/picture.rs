//! What the first bytes of a picture say, whatever the name of its file says. Pure.

/// What can be known of a picture without unpacking it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PictureHeader {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// EXIF: where, when and with which camera.
    pub has_camera_data: bool,
    /// Four colours of ink (CMYK), which mail programs show wrong.
    pub is_for_print: bool,
    /// Several images that follow each other.
    pub is_animated: bool,
}

/// Why a file is no picture that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPicture {
    /// It begins as one and does not go on as one.
    Damaged,
    /// A kind that mail programs do not show: `HEIC`, `AVIF`, `TIFF`, `BMP`, `PDF`, `SVG`.
    NotShown(&'static str),
    /// Something else.
    Unknown,
}

/// PNG, JPEG and GIF are what every mail program shows; WebP is turned into one of them.
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

impl PictureHeader {
    /// Reads the header, or says what the file is instead.
    pub fn read(bytes: &[u8]) -> Result<Self, NoPicture> {
        let header = match picture_type(bytes) {
            Some("image/png") => png(bytes),
            Some("image/jpeg") => jpeg(bytes),
            Some("image/gif") => gif(bytes),
            Some(_) => webp(bytes),
            None => return Err(other(bytes)),
        };
        header.ok_or(NoPicture::Damaged)
    }
}

fn other(bytes: &[u8]) -> NoPicture {
    let brand = bytes.get(4..12).unwrap_or_default();
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]).to_lowercase();
    NoPicture::NotShown(if brand.starts_with(b"ftyp") {
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
        return NoPicture::Unknown;
    })
}

fn be(bytes: &[u8], at: usize, n: usize) -> Option<u32> {
    Some(bytes.get(at..at.checked_add(n)?)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

fn le(bytes: &[u8], at: usize, n: usize) -> Option<u32> {
    Some(bytes.get(at..at.checked_add(n)?)?.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

/// Walks the chunks of a PNG (W3C PNG, 5.3).
fn png(bytes: &[u8]) -> Option<PictureHeader> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let mut header = PictureHeader { width: be(bytes, 16, 4)?, height: be(bytes, 20, 4)?, ..PictureHeader::default() };
    let mut at = 8_usize;
    while let (Some(length), Some(name)) = (be(bytes, at, 4), bytes.get(at.saturating_add(4)..at.saturating_add(8))) {
        header.has_camera_data |= name == b"eXIf";
        header.is_animated |= name == b"acTL";
        at = at.saturating_add(12).saturating_add(usize::try_from(length).ok()?);
    }
    Some(header)
}

/// Walks the segments of a JPEG to its frame header (ITU-T T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<PictureHeader> {
    let mut header = PictureHeader::default();
    let mut at = 2;
    while *bytes.get(at)? == 0xFF {
        let marker = *bytes.get(at + 1)?;
        match marker {
            // Filling, and markers without a body.
            0xFF => at += 1,
            0x01 | 0xD0..=0xD7 => at += 2,
            0xD8..=0xDA => return None,
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                header.height = be(bytes, at + 5, 2)?;
                header.width = be(bytes, at + 7, 2)?;
                header.is_for_print = *bytes.get(at + 9)? == 4;
                return Some(header);
            }
            _ => {
                header.has_camera_data |= marker == 0xE1 && bytes.get(at + 4..at + 8) == Some(b"Exif");
                at += 2 + usize::try_from(be(bytes, at + 2, 2)?).ok()?.max(2);
            }
        }
    }
    None
}

fn gif(bytes: &[u8]) -> Option<PictureHeader> {
    let is_animated = bytes.windows(11).take(4096).any(|window| window == b"NETSCAPE2.0");
    let (width, height) = (le(bytes, 6, 2)?, le(bytes, 8, 2)?);
    Some(PictureHeader { width, height, is_animated, ..PictureHeader::default() })
}

fn webp(bytes: &[u8]) -> Option<PictureHeader> {
    let plain = |width, height| PictureHeader { width, height, ..PictureHeader::default() };
    match bytes.get(12..16)? {
        b"VP8X" => {
            let flags = *bytes.get(20)?;
            let sides = plain(le(bytes, 24, 3)? + 1, le(bytes, 27, 3)? + 1);
            Some(PictureHeader { has_camera_data: flags & 0x08 != 0, is_animated: flags & 0x02 != 0, ..sides })
        }
        b"VP8 " => Some(plain(le(bytes, 26, 2)? & 0x3FFF, le(bytes, 28, 2)? & 0x3FFF)),
        b"VP8L" => {
            let bits = le(bytes, 21, 4)?;
            Some(plain((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_cut_or_flipped_ones_never_panic() {
        let png = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\x02\x80\0\0\x01\xE0\x08\x06\0\0\0\0\0\0\0".to_vec();
        let jpeg = b"\xFF\xD8\xFF\xE1\0\x0AExif\0\0xx\xFF\xC0\0\x11\x08\0\x64\0\xC8\x03".to_vec();
        let webp = |kind: &[u8; 4], rest: &[u8]| [b"RIFF\0\0\0\0WEBP".as_slice(), kind, &[0; 4], rest].concat();
        let plain = |width, height| PictureHeader { width, height, ..PictureHeader::default() };
        let camera = |header| PictureHeader { has_camera_data: true, ..header };
        let all = [
            (png, plain(640, 480)),
            (jpeg, camera(plain(200, 100))),
            (b"GIF89a\x05\0\x06\0".to_vec(), plain(5, 6)),
            (webp(b"VP8X", &[8, 0, 0, 0, 9, 0, 0, 4, 0, 0]), camera(plain(10, 5))),
            (webp(b"VP8L", &[0x2F, 9, 0, 1, 0]), plain(10, 5)),
        ];
        let mut seed = 3_u64;
        for (bytes, expected) in all {
            assert_eq!(PictureHeader::read(&bytes), Ok(expected));
            for n in 0..2_000 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(seed >> 33).unwrap() % bytes.len();
                let mut bytes = bytes.clone();
                if n % 2 == 0 {
                    bytes.truncate(at);
                } else {
                    bytes[at] = u8::try_from(seed & 0xFF).unwrap();
                }
                let _ = PictureHeader::read(&bytes);
            }
        }
    }
}
