//! The zip that a Word file is: looked over before anything is unpacked, and then read part by part.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::files;
use crate::model::Words;

/// A long report with pictures has about 100 parts.
const ENTRIES_MAX: usize = 1_000;
/// Pictures and all; a story has less than 10 MB.
const UNPACKED_BYTES_MAX: u64 = 100 * 1024 * 1024;
/// XML of Word packs 10 to 20 times; a bomb a thousand times and more.
const RATIO_MAX: u64 = 100;
/// Below this a part costs nothing, however well it packs (an empty template repeats itself).
const RATIO_FROM_BYTES: u64 = 1024 * 1024;
/// The text of a book of 1,000 pages; the tree that is made of a part takes several times its size.
const PART_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A Word file's parts.
pub(super) struct Zipped<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Zipped<'a> {
    /// Looks over a zip; what is wrong with it comes with the mend.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, (Words, Words)> {
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err((
                words!(
                    "the file has a password, or is an old `.doc` under another name",
                    "le fichier a un mot de passe, ou c'est un ancien `.doc` sous un autre nom"
                ),
                words!(
                    "open it in Word, take the password off, and save it as `.docx`",
                    "ouvrez-le dans Word, retirez le mot de passe et enregistrez-le en `.docx`"
                ),
            ));
        }
        let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return Err(damaged()) };
        let entries = archive.len();
        if entries > ENTRIES_MAX {
            return Err((
                words!(
                    "the Word file has {entries} parts: more than {ENTRIES_MAX} are not read",
                    "le fichier Word a {entries} parties : au-delà de {ENTRIES_MAX}, il n'est pas lu"
                ),
                anew(),
            ));
        }
        let mut unpacked = 0_u64;
        for at in 0..entries {
            let Ok(entry) = archive.by_index_raw(at) else { return Err(damaged()) };
            let size = entry.size();
            unpacked = unpacked.saturating_add(size);
            let packed = entry.compressed_size().max(1);
            let bomb = size > RATIO_FROM_BYTES && size / packed > RATIO_MAX;
            if bomb || unpacked > UNPACKED_BYTES_MAX {
                let mib = UNPACKED_BYTES_MAX / 1024 / 1024;
                return Err((
                    words!(
                        "the Word file unpacks to more than {mib} MiB, or more than {RATIO_MAX} times its size",
                        "une fois décompressé, le fichier Word dépasse {mib} Mio ou {RATIO_MAX} fois sa taille"
                    ),
                    anew(),
                ));
            }
        }
        Ok(Self { archive })
    }

    /// The text of a part; none when it is not there, is too long, or its bytes are damaged.
    pub(super) fn part(&mut self, name: &str) -> Option<String> {
        let entry = self.archive.by_name(name).ok()?;
        let mut bytes = Vec::new();
        // The size that the zip declares may be a lie.
        let read = entry.take(PART_BYTES_MAX + 1).read_to_end(&mut bytes);
        let whole = bytes.len() as u64 <= PART_BYTES_MAX;
        // A damaged end leaves the beginning readable.
        (whole && (read.is_ok() || !bytes.is_empty())).then(|| files::decode(&bytes))
    }
}

/// What is said of a file that is no whole Word file.
pub(super) fn damaged() -> (Words, Words) {
    (
        words!("the file is damaged or is not a Word file", "le fichier est endommagé ou n'est pas un fichier Word"),
        words!(
            "open it in Word, save it as `.docx`, and drop it again",
            "ouvrez-le dans Word, enregistrez-le en `.docx` et déposez-le de nouveau"
        ),
    )
}

fn anew() -> Words {
    words!("copy the story's text into a new Word file", "copiez le texte de l'article dans un nouveau fichier Word")
}
