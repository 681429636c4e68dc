//! How large a picture is: mail programs with images off keep its place only if they are told.

/// Width and height in pixels of a PNG, GIF or JPEG.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some((big(bytes, 16, 4)?, big(bytes, 20, 4)?)),
        [b'G', b'I', b'F', ..] => {
            let little = |at: usize| Some(u32::from(*bytes.get(at)?) | u32::from(*bytes.get(at + 1)?) << 8);
            Some((little(6)?, little(8)?))
        }
        [0xFF, 0xD8, ..] => jpeg(bytes),
        _ => None,
    }
}

fn big(bytes: &[u8], at: usize, n: usize) -> Option<u32> {
    Some(bytes.get(at..at + n)?.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

/// Walks the segments of a JPEG to its frame header (ITU-T T.81, B.2.2).
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    while *bytes.get(at)? == 0xFF {
        let marker = *bytes.get(at + 1)?;
        let is_frame = matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        if is_frame {
            return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
        }
        at += 2 + usize::try_from(big(bytes, at + 2, 2)?).ok()?;
    }
    None
}

/// The size at which a picture is shown: as wide as the column at most, never larger than it is.
pub(super) fn shown(bytes: &[u8]) -> (u32, u32) {
    const COLUMN_PX: u32 = 536;
    let (width, height) = size(bytes).unwrap_or((COLUMN_PX, 300));
    if width <= COLUMN_PX || width == 0 {
        return (width.max(1), height.max(1));
    }
    let scaled = u64::from(height) * u64::from(COLUMN_PX) / u64::from(width);
    (COLUMN_PX, u32::try_from(scaled).unwrap_or(u32::MAX).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_read_from_the_bytes() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x02\0";
        assert_eq!((size(png), shown(png)), (Some((1024, 512)), (536, 268)));
        assert_eq!(size(b"GIF89a\x0a\0\x05\0"), Some((10, 5)));
        assert_eq!(size(b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x20\0\x40\x01"), Some((64, 32)));
        for cut in 0..20 {
            let _ = size(&png[..cut]);
        }
    }
}
