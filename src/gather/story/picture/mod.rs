//! Photos beside stories: which belongs to which, and what is in each by its first bytes, whatever its name says.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization as _;

use super::folder::Dropped;
use super::{Office, Report, Spot, stem_and_language};
use crate::files;
use crate::gather::text;
use crate::model::{Image, Newsletter, NoPicture, PictureHeader, Severity, Story, Words};

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
    let header = match PictureHeader::read(&bytes) {
        Ok(header) => header,
        Err(fault) => {
            let (message, hint) = unfit(fault);
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
    if header.is_for_print {
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
    if header.has_camera_data {
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

/// Why the file is not taken, and what to do.
fn unfit(fault: NoPicture) -> (Words, Words) {
    match fault {
        NoPicture::Damaged => (
            words!("the picture is damaged: it is left out", "l'image est endommagée : elle est laissée de côté"),
            words!("save it again, and drop it again", "enregistrez-la de nouveau et redéposez-la"),
        ),
        NoPicture::Unknown => (
            words!("the file is no picture: it is left out", "le fichier n'est pas une image : il est laissé de côté"),
            words!("save the picture as `.jpg` or `.png`", "enregistrez l'image en `.jpg` ou en `.png`"),
        ),
        NoPicture::NotShown(kind) => (
            words!(
                "the picture is in truth a {kind} file, which mail programs do not show: it is left out",
                "l'image est en fait un fichier {kind}, que les courriels n'affichent pas : elle est laissée de côté"
            ),
            mend(kind),
        ),
    }
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

#[cfg(test)]
mod tests;
