//! Photos beside stories: which belongs to which, and what is in each by its first bytes, whatever its name says.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use super::folder::Dropped;
use super::{Office, Report, Spot, stem_and_language};
use crate::files;
use crate::gather::text;
use crate::model::{Image, Newsletter, Severity, Story, Words};

/// A camera's largest JPEG; the picture of a mail has 0.2 MB.
const BYTES_MAX: u64 = 20 * 1024 * 1024;
/// A camera of 50 megapixels has no longer side.
const SIDE_MAX: u32 = 8_700;
/// Unpacked, these are 150 MB already.
const PIXELS_MAX: u32 = 50_000_000;

/// Gives each story file the photo with its name, or the photo that is alone with it in a folder below `stories/`.
/// Photos that are left are returned.
pub(super) fn give(photos: Vec<Dropped>, files: &mut [Dropped], newsletter: &Newsletter) -> Vec<Dropped> {
    let key = |file: &Dropped| (file.folder.clone(), text::folded(&stem_and_language(&file.stem, newsletter).0));
    let mut stems: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in files.iter() {
        let (folder, stem) = key(file);
        let stems = stems.entry(folder.clone()).or_default();
        if !stems.contains(&(folder.clone(), stem.clone())) {
            stems.push((folder, stem));
        }
    }
    let mut alone: BTreeMap<String, usize> = BTreeMap::new();
    for photo in &photos {
        *alone.entry(photo.folder.clone()).or_default() += 1;
    }
    let mut left = Vec::new();
    for photo in photos {
        let own = key(&photo);
        let of_folder = stems.get(&photo.folder).filter(|stems| stems.len() == 1 && !photo.folder.is_empty());
        let wanted = match of_folder.filter(|_| alone.get(&photo.folder) == Some(&1)) {
            Some(only) => only[0].clone(),
            None => own,
        };
        let mut taken = false;
        for file in files.iter_mut().filter(|file| key(file) == wanted && file.photo.is_none()) {
            file.photo = Some(photo.shown.clone());
            taken = true;
        }
        if !taken {
            left.push(photo);
        }
    }
    left
}

/// Says which photos belong to no story: nobody's name, and no story names them.
pub(super) fn nobodys(left: &[Dropped], stories: &[Story], report: &mut Report) {
    for photo in left {
        let nfc = |name: &str| name.nfc().collect::<String>();
        let used = |story: &Story| story.image.as_ref().is_some_and(|image| nfc(&image.src) == nfc(&photo.shown));
        if stories.iter().any(used) {
            continue;
        }
        report.file.clone_from(&photo.shown);
        let name = text::cut(&text::harmless(&photo.name), 60);
        report.add(
            Severity::Warning,
            &Spot { excerpt: photo.name.clone(), ..Spot::default() },
            words!("the picture `{name}` belongs to no story", "l'image `{name}` n'appartient à aucun article"),
            words!(
                "give it the name of its story, or name it in the story with `image: {name}`",
                "donnez-lui le nom de son article, ou nommez-la dans l'article par `image: {name}`"
            ),
        );
    }
}

/// Looks at a story's picture: a file that mail programs cannot show is not taken, and what is missing is asked for.
pub(super) fn look(image: Image, story: &Story, office: &Office<'_>, report: &mut Report) -> Option<Image> {
    let spot = Spot { excerpt: image.src.clone(), ..Spot::default() };
    if !image.src.contains("://") && !is_fit(&image.src, office, &spot, report) {
        return None;
    }
    let missing: Vec<&str> =
        story.texts.keys().filter(|lang| !image.alt.contains_key(*lang)).map(crate::model::Lang::as_str).collect();
    if !missing.is_empty() {
        let keys = missing.join(", ");
        report.add(
            Severity::Warning,
            &spot,
            words!(
                "nothing says what the picture shows, for who cannot see it: {keys}",
                "rien ne dit ce que montre l'image, pour qui ne la voit pas : {keys}"
            ),
            words!("add `alt: what it shows`", "ajoutez `alt: ce qu'elle montre`"),
        );
    }
    if image.credit.is_none() {
        report.add(
            Severity::Info,
            &spot,
            words!("nothing says who made the picture", "rien ne dit qui a fait l'image"),
            words!("add `credit: name`", "ajoutez `credit: nom`"),
        );
    }
    if image.permission.is_none() {
        report.add(
            Severity::Info,
            &spot,
            words!(
                "nothing says that the picture may be used, nor that the people in it agree",
                "rien ne dit que l'image peut être utilisée, ni que les personnes montrées y consentent"
            ),
            words!("add `permission: who allowed it, and when`", "ajoutez `permission: qui l'a permis, et quand`"),
        );
    }
    Some(image)
}

/// Whether the file is a picture that mail programs show, of a size that can be handled.
fn is_fit(src: &str, office: &Office<'_>, spot: &Spot, report: &mut Report) -> bool {
    let Ok(bytes) = files::read_bytes(&office.root.join(src), BYTES_MAX) else {
        let mib = BYTES_MAX / 1024 / 1024;
        report.add(
            Severity::Warning,
            spot,
            words!(
                "the picture cannot be read, or has more than {mib} MiB: it is left out",
                "l'image ne peut être lue ou dépasse {mib} Mio : elle est laissée de côté"
            ),
            smaller(),
        );
        return false;
    };
    let header = match header(&bytes) {
        Ok(header) => header,
        Err((message, hint)) => {
            report.add(Severity::Warning, spot, message, hint);
            return false;
        }
    };
    let (width, height) = (header.width, header.height);
    let too_many = width.checked_mul(height).is_none_or(|pixels| pixels > PIXELS_MAX);
    if width == 0 || height == 0 || width > SIDE_MAX || height > SIDE_MAX || too_many {
        let million = PIXELS_MAX / 1_000_000;
        report.add(
            Severity::Warning,
            spot,
            words!(
                "the picture has {width} × {height} pixels, outside 1 to {SIDE_MAX} or over {million} million: it is left out",
                "l'image a {width} × {height} pixels, hors de 1 à {SIDE_MAX} ou plus de {million} millions\u{a0}: elle est laissée de côté"
            ),
            smaller(),
        );
        return false;
    }
    if header.for_print {
        report.add(
            Severity::Warning,
            spot,
            words!(
                "the picture has colours for print (CMYK): mail programs show them wrong",
                "l'image a des couleurs d'imprimerie (CMJN) : les courriels les montrent mal"
            ),
            words!("save it in RGB", "enregistrez-la en RVB"),
        );
    }
    if header.exif {
        report.add(
            Severity::Info,
            spot,
            words!(
                "the picture holds data of the camera (EXIF), perhaps where and when it was taken",
                "l'image contient des données de l'appareil (EXIF), peut-être le lieu et l'heure de la prise de vue"
            ),
            words!(
                "they are taken out of the issue; the file itself still holds them",
                "elles sont retirées du numéro; le fichier lui-même les contient encore"
            ),
        );
    }
    true
}

fn smaller() -> Words {
    words!(
        "save it smaller: 1,200 pixels wide is enough",
        "enregistrez-la plus petite : 1 200 pixels de large suffisent"
    )
}

/// What the first bytes of a picture say.
#[derive(Debug, Default, PartialEq, Eq)]
struct Header {
    width: u32,
    height: u32,
    exif: bool,
    for_print: bool,
}

fn header(bytes: &[u8]) -> Result<Header, (Words, Words)> {
    let read = if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        png(bytes)
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        jpeg(bytes)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        gif(bytes)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        webp(bytes)
    } else {
        return Err(other(bytes));
    };
    read.ok_or_else(|| {
        (
            words!("the picture is damaged: it is left out", "l'image est endommagée : elle est laissée de côté"),
            words!("save it again, and drop it again", "enregistrez-la de nouveau et redéposez-la"),
        )
    })
}

/// What a file is that is no picture for mail.
fn other(bytes: &[u8]) -> (Words, Words) {
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
        return (
            words!("the file is no picture: it is left out", "le fichier n'est pas une image : il est laissé de côté"),
            words!("save the picture as `.jpg` or `.png`", "enregistrez l'image en `.jpg` ou en `.png`"),
        );
    };
    let message = words!(
        "the picture is in truth a {kind} file, which mail programs do not show: it is left out",
        "l'image est en fait un fichier {kind}, que les courriels n'affichent pas : elle est laissée de côté"
    );
    (message, mend(kind))
}

/// What to do with a picture of a kind that mail programs do not show.
pub(super) fn mend(kind: &str) -> Words {
    match kind.to_lowercase().as_str() {
        "heic" | "heif" => words!(
            "on the iPhone, share it by mail as `.jpg`, or choose Settings, Camera, Formats, Most Compatible",
            "sur l'iPhone, partagez-la par courriel en `.jpg`, ou choisissez Réglages, Appareil photo, Formats, Le plus compatible"
        ),
        "svg" => words!(
            "export the drawing as `.png`, 1,200 pixels wide",
            "exportez le dessin en `.png`, à 1 200 pixels de large"
        ),
        "tif" | "tiff" | "bmp" => words!(
            "open it in a picture program, and save it as `.jpg`",
            "ouvrez-la dans un logiciel d'image et enregistrez-la en `.jpg`"
        ),
        _ => words!("save the picture as `.jpg` or `.png`", "enregistrez l'image en `.jpg` ou en `.png`"),
    }
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..at + 3)?;
    Some(u32::from(part[0]) | u32::from(part[1]) << 8 | u32::from(part[2]) << 16)
}

fn png(bytes: &[u8]) -> Option<Header> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let mut header = Header { width: be32(bytes, 16)?, height: be32(bytes, 20)?, ..Header::default() };
    let mut at = 8;
    while let (Some(length), Some(name)) = (be32(bytes, at), bytes.get(at + 4..at + 8)) {
        header.exif |= name == b"eXIf";
        at += 12 + usize::try_from(length).ok()?;
    }
    Some(header)
}

fn jpeg(bytes: &[u8]) -> Option<Header> {
    let mut header = Header::default();
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let mark = *bytes.get(at + 1)?;
        match mark {
            // Filling, and marks without a body.
            0xFF => at += 1,
            0x01 | 0xD0..=0xD7 => at += 2,
            0xD8..=0xDA => return None,
            _ => {
                let length = usize::try_from(be16(bytes, at + 2)?).ok()?;
                if mark == 0xE1 && bytes.get(at + 4..at + 10) == Some(b"Exif\0\0") {
                    header.exif = true;
                }
                let is_frame = matches!(mark, 0xC0..=0xCF) && !matches!(mark, 0xC4 | 0xC8 | 0xCC);
                if is_frame {
                    header.height = be16(bytes, at + 5)?;
                    header.width = be16(bytes, at + 7)?;
                    header.for_print = *bytes.get(at + 9)? == 4;
                    return Some(header);
                }
                at += 2 + length.max(2);
            }
        }
    }
}

fn gif(bytes: &[u8]) -> Option<Header> {
    Some(Header { width: le16(bytes, 6)?, height: le16(bytes, 8)?, ..Header::default() })
}

fn webp(bytes: &[u8]) -> Option<Header> {
    match bytes.get(12..16)? {
        b"VP8X" => Some(Header {
            width: le24(bytes, 24)? + 1,
            height: le24(bytes, 27)? + 1,
            exif: bytes.get(20)? & 0x08 != 0,
            for_print: false,
        }),
        b"VP8 " => {
            let side = |at| Some(le16(bytes, at)? & 0x3FFF);
            Some(Header { width: side(26)?, height: side(28)?, ..Header::default() })
        }
        b"VP8L" => {
            let (low, high) = (le16(bytes, 21)?, le16(bytes, 23)?);
            let bits = low | high << 16;
            Some(Header { width: (bits & 0x3FFF) + 1, height: ((bits >> 14) & 0x3FFF) + 1, ..Header::default() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
