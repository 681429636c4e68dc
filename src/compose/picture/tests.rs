//! What a picture that a person drops becomes, and what is said of one that cannot be used.

use super::*;

fn photo(width: u32, height: u32) -> RgbImage {
    let mut seed = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (seed >> 29).to_le_bytes()[0];
        let shade = |v: u32| v.to_le_bytes()[0];
        image::Rgb([shade(x / 3).wrapping_add(noise), shade(y / 2), shade((x + y) / 7)])
    })
}

/// Puts a segment of camera data behind the start of a JPEG.
fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_photo_becomes_light_and_loses_what_the_camera_noted() {
    let photo = with_exif(&jpeg(&photo(1200, 300), 95), 1);
    let made = prepare(&photo, None).unwrap();
    let header = PictureHeader::read(&made.part.bytes).unwrap();
    assert_eq!((header.width, made.part.media_type.as_str()), (1072, "image/jpeg"));
    assert!(made.part.bytes.len() <= BYTES_WANTED && !header.has_camera_data, "{}", made.part.bytes.len());
    assert_eq!(shown(&made.part.bytes), (536, 134));
    let said = made.done.clone().unwrap();
    assert!(said.en.contains("1200 × 300") && said.en.contains("EXIF") && said.fr.contains("réduite"), "{said}");
    // The same again, and from what was kept.
    assert_eq!(prepare(&photo, None).unwrap(), made);
    assert_eq!(prepare(&photo, Some(made.part.bytes.clone())).unwrap(), made);
    assert_eq!(prepare(&photo, Some(b"torn".to_vec())).unwrap(), made);
}

#[test]
fn a_photo_taken_on_its_side_stands_upright() {
    let made = prepare(&with_exif(&jpeg(&photo(60, 30), 90), 6), None).unwrap();
    let header = PictureHeader::read(&made.part.bytes).unwrap();
    assert_eq!((header.width, header.height), (30, 60));
}

#[test]
fn a_drawing_stays_sharp_and_stands_on_white() {
    let drawing = image::RgbaImage::from_fn(900, 300, |x, _| image::Rgba([0, 0, 0, if x % 9 == 0 { 255 } else { 0 }]));
    let mut png = Vec::new();
    DynamicImage::from(drawing).write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let made = prepare(&png, None).unwrap();
    assert_eq!((made.part.media_type.as_str(), made.done), ("image/png", None));
    let back = image::load_from_memory(&made.part.bytes).unwrap();
    assert!(!back.color().has_alpha());
    assert_eq!(back.to_rgb8().get_pixel(1, 1).0, [255, 255, 255]);
}

#[test]
fn a_tall_picture_does_not_fill_the_screen_and_a_small_one_is_not_blown_up() {
    assert_eq!(fit(1000, 4000, COLUMN_PX), (160, 640));
    assert_eq!(fit(100, 50, COLUMN_PX), (100, 50));
    assert_eq!(fit(0, 0, COLUMN_PX), (1, 1));
}

#[test]
fn colours_for_print_are_turned_into_colours_for_the_screen() {
    // A JPEG of eight by eight pixels in four inks, all of one shade, as image programs for print save it.
    let cmyk = include_bytes!("../../../tests/fixtures/pictures/cmyk.jpg");
    let made = prepare(cmyk, None).unwrap();
    assert!(!PictureHeader::read(&made.part.bytes).unwrap().is_for_print);
    assert!(made.done.unwrap().en.contains("CMYK"));
}

#[test]
fn what_cannot_be_used_is_named_with_its_mend() {
    let whole = jpeg(&photo(64, 64), 90);
    let mut huge = png(&photo(4, 4));
    huge[16..20].copy_from_slice(&9_000_u32.to_be_bytes());
    let torn_png = &png(&photo(64, 64))[..200];
    for (bytes, expected) in [
        (&b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..], "SVG"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"II*\0....", "TIFF"),
        (b"words", "no picture"),
        (b"", "no picture"),
        (&whole[..20], "damaged"),
        (torn_png, "damaged"),
        (&huge, "9000"),
    ] {
        let fault = prepare(bytes, None).unwrap_err();
        assert!(fault.message.en.contains(expected) && !fault.hint.fr.is_empty(), "{expected}: {fault:?}");
    }
}

#[test]
fn no_beginning_of_a_file_panics() {
    for whole in [jpeg(&photo(16, 16), 80), png(&photo(16, 16)), b"GIF89a\x05\0\x05\0\0\0\0".to_vec()] {
        for cut in 0..whole.len() {
            let _ = prepare(&whole[..cut], None);
        }
    }
}
