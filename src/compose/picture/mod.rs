//! Pictures of stories, made fit for mail: as wide as the column needs, light, in colours for the screen, without what a
//! camera notes (where, when, whose). What comes out is the same on any machine.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageEncoder as _, ImageReader, Limits, RgbImage};

use crate::model::{Digest, NoPicture, Part, PictureHeader, Words, picture_type};

/// A camera's largest JPEG; a larger file is no picture for mail.
pub const FILE_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// A camera of 50 megapixels. Larger ones cost memory that a server may not have.
const SIDE_PX_MAX: u32 = 8_000;
/// Memory for one picture while it is unpacked: 50 megapixels of 16-bit colours.
const DECODE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// The column of an edition: 600 px less its padding.
const COLUMN_PX: u32 = 536;
/// The tallest that a picture is shown: more pushes the story off a laptop's screen.
const SHOWN_PX_HIGH_MAX: u32 = 640;
/// The width of a person's portrait beside the text.
const PORTRAIT_PX: u32 = 160;
/// What one picture should weigh at most. Twenty of them travel 4,000 times.
const BYTES_WANTED: usize = 120_000;
/// Tried in this order until the picture is light enough: pixels for each pixel shown (in halves), and quality.
const TRIES: [(u32, u8); 6] = [(4, 80), (4, 68), (3, 68), (2, 72), (2, 60), (2, 48)];
/// A drawing or a screenshot has few colours: JPEG would smear its letters.
const DRAWING_COLOURS_MAX: usize = 256;

/// Why a picture cannot be used, and the mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub message: Words,
    /// What to do.
    pub hint: Words,
}

/// A picture that can travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The picture.
    pub part: Part,
    /// What was done to it, in words; none: nothing that a person would notice.
    pub done: Option<Words>,
}

/// Makes a picture fit for mail. The same bytes give the same picture, except that `kept`, an earlier result for the
/// same bytes, spares the work.
pub fn prepare(bytes: &[u8], kept: Option<Vec<u8>>) -> Result<Prepared, Fault> {
    let header = PictureHeader::read(bytes).map_err(unfit)?;
    if header.width == 0 || header.height == 0 || header.width > SIDE_PX_MAX || header.height > SIDE_PX_MAX {
        return Err(too_large(header));
    }
    let made = match kept.filter(|kept| PictureHeader::read(kept).is_ok()) {
        Some(kept) => kept,
        None => encode(&decode(bytes)?),
    };
    let media_type = picture_type(&made).unwrap_or("image/jpeg").to_owned();
    let done = done(header, bytes.len(), &made);
    let cid = format!("{}@image.invalid", Digest::of(&made).short());
    Ok(Prepared { part: Part { cid, media_type, bytes: made }, done })
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, Fault> {
    let corrupt = |_| damaged();
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_PX_MAX);
    limits.max_image_height = Some(SIDE_PX_MAX);
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| damaged())?;
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(corrupt)?;
    let orientation = decoder.orientation().map_err(corrupt)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(corrupt)?;
    image.apply_orientation(orientation);
    Ok(image)
}

/// On white: a transparent drawing in dark ink would vanish in a dark scheme (RULES ACC-13).
fn flat(image: &DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.to_rgb8();
    }
    let rgba = image.to_rgba8();
    let mut out = RgbImage::new(rgba.width(), rgba.height());
    for (to, from) in out.pixels_mut().zip(rgba.pixels()) {
        let [r, g, b, a] = from.0;
        let on_white = |c: u8| u8::try_from((u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255);
        to.0 = [r, g, b].map(|c| on_white(c).unwrap_or(255));
    }
    out
}

fn is_drawing(image: &RgbImage) -> bool {
    let mut colours = std::collections::HashSet::new();
    image.pixels().all(|pixel| {
        colours.insert(pixel.0);
        colours.len() <= DRAWING_COLOURS_MAX
    })
}

fn encode(image: &DynamicImage) -> Vec<u8> {
    let image = flat(image);
    let is_drawing = is_drawing(&image);
    let (shown, _) = fit(image.width(), image.height(), COLUMN_PX);
    let mut last = Vec::new();
    for (halves, quality) in TRIES {
        let width = (shown * halves / 2).min(image.width());
        let resized = resized(&image, width);
        if is_drawing && halves != 3 {
            let png = png(&resized);
            if png.len() <= BYTES_WANTED {
                return png;
            }
        }
        last = jpeg(&resized, quality);
        if last.len() <= BYTES_WANTED {
            break;
        }
    }
    last
}

/// By Catmull and Rom's polynomials: other filters use sines, whose last bits differ between machines.
fn resized(image: &RgbImage, width: u32) -> RgbImage {
    if width >= image.width() {
        return image.clone();
    }
    let height = scaled(image.height(), width, image.width());
    image::imageops::resize(image, width, height, FilterType::CatmullRom)
}

fn jpeg(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, quality);
    let kind = image::ExtendedColorType::Rgb8;
    encoder.write_image(image, image.width(), image.height(), kind).expect("a Vec takes every JPEG");
    out
}

fn png(image: &RgbImage) -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut out, CompressionType::Best, PngFilter::Adaptive);
    let kind = image::ExtendedColorType::Rgb8;
    encoder.write_image(image, image.width(), image.height(), kind).expect("a Vec takes every PNG");
    out
}

fn scaled(side: u32, to: u32, from: u32) -> u32 {
    u32::try_from(u64::from(side) * u64::from(to) / u64::from(from.max(1))).unwrap_or(u32::MAX).max(1)
}

/// Within a width and the greatest height, never larger than it is.
fn fit(width: u32, height: u32, width_max: u32) -> (u32, u32) {
    let (mut w, mut h) = (width.max(1), height.max(1));
    if w > width_max {
        (w, h) = (width_max, scaled(h, width_max, w));
    }
    if h > SHOWN_PX_HIGH_MAX {
        (w, h) = (scaled(w, SHOWN_PX_HIGH_MAX, h), SHOWN_PX_HIGH_MAX);
    }
    (w, h)
}

/// The size at which a picture is shown across the column: mail programs with images off keep its place only if told.
pub(super) fn shown(bytes: &[u8]) -> (u32, u32) {
    let (width, height) = PictureHeader::read(bytes).map_or((COLUMN_PX, 300), |header| (header.width, header.height));
    fit(width, height, COLUMN_PX)
}

/// The size at which a portrait is shown beside its text.
pub(super) fn portrait(bytes: &[u8]) -> (u32, u32) {
    let (width, height) = PictureHeader::read(bytes).map_or((PORTRAIT_PX, 160), |header| (header.width, header.height));
    fit(width, height, PORTRAIT_PX)
}

/// What a person would notice: another size, other colours, no camera data, no movement.
fn done(header: PictureHeader, bytes: usize, made: &[u8]) -> Option<Words> {
    let now = PictureHeader::read(made).ok()?;
    let mut said: Vec<Words> = Vec::new();
    if now.width < header.width {
        let (w, h, kb) = (header.width, header.height, bytes / 1000);
        let (w2, h2, kb2) = (now.width, now.height, made.len() / 1000);
        said.push(words!(
            "made smaller, from {w} × {h} px and {kb} KB to {w2} × {h2} px and {kb2} KB",
            "réduite de {w} × {h} px et {kb} Ko à {w2} × {h2} px et {kb2} Ko"
        ));
    }
    if header.is_for_print {
        said.push(words!(
            "its colours for print (CMYK) were turned into colours for the screen: look at them",
            "ses couleurs d'imprimerie (CMJN) ont été converties pour l'écran : vérifiez-les"
        ));
    }
    if header.is_animated {
        said.push(words!("only its first image is shown", "seule sa première image est montrée"));
    }
    if header.has_camera_data {
        said.push(words!("the camera's data (EXIF) was removed", "les données de l'appareil (EXIF) ont été retirées"));
    }
    let join = |get: fn(&Words) -> &str| said.iter().map(get).collect::<Vec<_>>().join("; ");
    (!said.is_empty()).then(|| Words { en: join(|it| &it.en), fr: join(|it| &it.fr) })
}

/// Why a file cannot be used, and the mend.
fn unfit(fault: NoPicture) -> Fault {
    let save = || words!("save the picture as `.jpg` or `.png`", "enregistrez l'image en `.jpg` ou en `.png`");
    match fault {
        NoPicture::Damaged => damaged(),
        NoPicture::Unknown => {
            Fault { message: words!("the file is no picture", "le fichier n'est pas une image"), hint: save() }
        }
        NoPicture::NotShown(kind) => Fault {
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
                save()
            },
        },
    }
}

fn damaged() -> Fault {
    Fault {
        message: words!("the picture is damaged", "l'image est endommagée"),
        hint: words!("save it again, and put the new one there", "enregistrez-la de nouveau et remplacez-la"),
    }
}

fn too_large(header: PictureHeader) -> Fault {
    let (width, height) = (header.width, header.height);
    Fault {
        message: words!(
            "the picture has {width} × {height} pixels; each side may have 1 to {SIDE_PX_MAX}",
            "l'image a {width} × {height} pixels; chaque côté peut en avoir de 1 à {SIDE_PX_MAX}"
        ),
        hint: words!(
            "save it smaller: 1,200 pixels wide is enough",
            "enregistrez-la plus petite : 1 200 pixels de large suffisent"
        ),
    }
}

#[cfg(test)]
mod tests;
