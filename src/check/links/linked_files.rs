//! Links to files say their type and size, links to videos their length (LNK-06).

use std::sync::LazyLock;

use url::Url;

use super::targets::file_of;
use super::{each, hit_link};
use crate::check::html::dom::Link;
use crate::check::proof::{Hit, Proof, Reading};
use crate::check::text::scan::{Pattern, pattern};
use crate::model::Lang;

/// So far behind a link its type and size still belong to it.
const NEAR_CHARS: usize = 60;

pub(crate) fn judge(proof: &Proof<'_>, hits: &mut Vec<Hit>) {
    const TYPES: &[&str] = &[
        "pdf", "docx", "doc", "xlsx", "xls", "pptx", "ppt", "zip", "odt", "csv", "epub", "mp3", "ods", "odp", "rtf",
        "xlsm", "pptm", "wav", "m4a", "xml", "json", "7z", "txt",
    ];
    // `(PDF, 4.35 MB)`, `(PDF, 4,35 Mo)`, `(PDF - 300 KB)`.
    static SAID: LazyLock<Pattern> = LazyLock::new(|| {
        pattern(
            r"(?i)\(\s*(?:[^()]*,\s*)?(PDF|DOCX?|WORD|XLSX?|EXCEL|PPTX?|POWERPOINT|ZIP|ODT|CSV|EPUB|MP3|ODS|ODP|RTF|XLSM|PPTM|WAV|M4A|XML|JSON|7Z|TXT|TEXT)\s*[,;:–-]?\s*[0-9][0-9.,]*\s*(?:[KMG][BO]|bytes|octets)",
        )
    });
    each(proof, |reading, link| {
        let Ok(url) = Url::parse(&link.href) else { return };
        let path = url.path().to_lowercase();
        let end = path.rsplit_once('.').map_or("", |(_, end)| end);
        let seen = file_of(proof, &link.href);
        let is_file = url.scheme().starts_with("http") && (TYPES.contains(&end) || seen.is_some());
        let said = near(reading, link);
        if is_file && !SAID.is_match(&said) {
            let kind = seen.map_or_else(|| end.to_uppercase(), |(kind, _)| kind.to_owned());
            let bytes = seen.and_then(|(_, bytes)| bytes);
            let size = bytes.map_or_else(|| ("4.35 MB".to_owned(), "4,35 Mo".to_owned()), size);
            let (size, size_fr) = size;
            hits.push(hit_link(
                reading,
                link,
                words!(
                    "the link leads to a {kind} file, and does not say its type and size",
                    "le lien mène à un fichier {kind}, et n'en dit pas le type et la taille"
                ),
                words!("add ({kind}, {size}) with its size", "ajoutez ({kind}, {size_fr}) avec sa taille"),
            ));
        } else if is_file && is_other_unit(&said, reading.lang) {
            let lang = reading.lang;
            hits.push(hit_link(
                reading,
                link,
                words!("the size is not written as in `{lang}`", "la taille n'est pas écrite comme en `{lang}`"),
                words!(
                    "write (PDF, 4.35 MB) in English, (PDF, 4,35 Mo) in French",
                    "écrivez (PDF, 4,35 Mo) en français, (PDF, 4.35 MB) en anglais"
                ),
            ));
        }
        // Many federal texts leave it out; the guide asks for it all the same (FEDERAL 2.3), and one glance gives it.
        if is_video(&url) && !says_length(&said) {
            hits.push(hit_link(
                reading,
                link,
                words!(
                    "the link leads to a video, and does not say its length",
                    "le lien mène à une vidéo, et n'en dit pas la durée"
                ),
                words!("add (video, 3 minutes) inside the link", "ajoutez (vidéo, 3 minutes) dans le lien"),
            ));
        }
    });
}

/// The words of a link and those right behind it, where what it leads to is said.
fn near(reading: &Reading<'_>, link: &Link) -> String {
    let rest = reading.text().get(link.range.start..).unwrap_or("");
    let n = link.text.chars().count() + NEAR_CHARS;
    rest.chars().take(n).collect::<String>().replace(['\u{a0}', '\u{202f}'], " ")
}

/// Whether a size has the unit of the other language.
fn is_other_unit(said: &str, lang: &Lang) -> bool {
    static EN: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"\([^()]*[0-9]\s?[KMG]B\)|\([^()]*[0-9]\.[0-9]+\s?[KMG]o\)"));
    static FR: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"\([^()]*[0-9]\s?[KMG]o\)|\([^()]*[0-9],[0-9]{1,2}\s?[KMG]B\)"));
    (lang.is_french() && EN.is_match(said)) || (lang.is_english() && FR.is_match(said))
}

/// A size as people write it, in English and in French.
fn size(bytes: u64) -> (String, String) {
    let (number, en, fr) = if bytes >= 1_000_000 {
        (format!("{}.{:02}", bytes / 1_000_000, bytes % 1_000_000 / 10_000), "MB", "Mo")
    } else {
        (bytes.div_ceil(1000).to_string(), "KB", "Ko")
    };
    (format!("{number} {en}"), format!("{} {fr}", number.replace('.', ",")))
}

/// Whether an address is that of one video.
fn is_video(url: &Url) -> bool {
    let host = url.host_str().unwrap_or("").trim_start_matches("www.");
    let path = url.path();
    (host == "youtube.com" && path == "/watch")
        || (host == "youtu.be" && path.len() > 1)
        || (host == "vimeo.com" && path[1..].parse::<u64>().is_ok())
        || path.to_lowercase().ends_with(".mp4")
}

fn says_length(text: &str) -> bool {
    static LENGTH: LazyLock<Pattern> =
        LazyLock::new(|| pattern(r"(?i)[0-9]+\s?(?:min|sec|h\b|hours?|heures?)|[0-9]+:[0-9]{2}|-minutes?"));
    LENGTH.is_match(text)
}
