//! The archive as static files: what lies in `public/`, and nothing else whatever the path says.

use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};

use crate::files;
use crate::model::{IssueId, Lang};

/// A page of the archive, with its pictures inside, is far below.
const FILE_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// Parts of a path.
const PARTS_MAX: usize = 8;

/// A file of the archive.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) media_type: &'static str,
}

/// The file that a path names; none: there is no such page.
pub(super) fn find(public: &Path, path: &str) -> Option<Found> {
    let path = safe(public, path)?;
    let path = if path.is_dir() { path.join("index.html") } else { path };
    // A link on the way out of the folder is no file of ours.
    let (real, root) = (path.canonicalize().ok()?, public.canonicalize().ok()?);
    if !real.starts_with(root) {
        return None;
    }
    let media_type = media_type(&path)?;
    Some(Found { bytes: files::read_bytes(&path, FILE_BYTES_MAX).ok()?, media_type })
}

/// The newest issue of the archive that has a page in a language, from `public/`: `2026-12/en.html`.
pub(super) fn latest(public: &Path, lang: &Lang) -> Option<(IssueId, String)> {
    let entries = std::fs::read_dir(public).ok()?;
    let issues = entries.flatten().filter_map(|entry| IssueId::parse(entry.file_name().to_str()?).ok());
    let there = issues.filter(|id| id.corrects().is_none() && public.join(format!("{id}/{lang}.html")).is_file());
    there.max().map(|id| (id.clone(), format!("{id}/{lang}.html")))
}

/// What a page of the archive may do: show its pictures, and look as its own style sheet says; the sheet is in the page,
/// and is named by its digest (CSP 3, 6.7.3.3).
pub(super) fn policy(found: &Found) -> String {
    let text =
        if found.media_type.starts_with("text/html") { String::from_utf8_lossy(&found.bytes) } else { "".into() };
    let sheet = text.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map(|(sheet, _)| sheet);
    let style = sheet.map_or_else(
        || "'none'".to_owned(),
        |sheet| format!("'sha256-{}'", BASE64.encode(&Sha256::digest(sheet.as_bytes()))),
    );
    format!(
        "default-src 'none'; img-src 'self'; style-src {style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The file that a path names: letters, digits, `-`, `_` and dots inside, so that no spelling of `..` is left.
fn safe(public: &Path, path: &str) -> Option<PathBuf> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is_good = |part: &&str| {
        !part.starts_with('.') && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    (parts.len() <= PARTS_MAX && parts.iter().all(is_good))
        .then(|| parts.iter().fold(public.to_owned(), |path, part| path.join(part)))
}

fn media_type(path: &Path) -> Option<&'static str> {
    Some(match path.extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "xml" | "atom" => "application/atom+xml; charset=utf-8",
        "json" => "application/json",
        "ics" => "text/calendar; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_archive() {
        let folder = tempfile::tempdir().unwrap();
        let public = folder.path().join("public");
        std::fs::create_dir_all(public.join("2026-12")).unwrap();
        std::fs::create_dir_all(public.join("2026-11")).unwrap();
        std::fs::write(public.join("2026-12/index.html"), "page").unwrap();
        std::fs::write(public.join("2026-12/en.html"), "page").unwrap();
        std::fs::write(public.join("2026-11/en.html"), "page").unwrap();
        std::fs::write(folder.path().join("secret.html"), "secret").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("secret.html"), public.join("link.html")).unwrap();
        let page = Found { bytes: b"page".to_vec(), media_type: "text/html; charset=utf-8" };
        assert_eq!(find(&public, "/2026-12/").unwrap(), page);
        for bad in [
            "/../secret.html",
            "/..%2fsecret.html",
            "/2026-12/../../secret.html",
            "/%00",
            "/en\\..\\x",
            "//etc/passwd",
            "/link.html",
            "/.git/config",
            "/2026-12/index.html\0.png",
            "/a/b/c/d/e/f/g/h/i",
        ] {
            assert!(find(&public, bad).is_none(), "{bad}");
        }
        let en = Lang::new("en");
        assert_eq!(latest(&public, &en).unwrap().1, "2026-12/en.html");
        assert!(latest(&public, &Lang::new("fr")).is_none());
    }

    #[test]
    fn the_style_of_a_page_is_allowed_by_its_digest_alone() {
        let page = |html: &str| Found { bytes: html.into(), media_type: "text/html; charset=utf-8" };
        // The digest of "a{}" by another program: `printf 'a{}' | openssl dgst -sha256 -binary | base64`.
        let policy_of = policy(&page("<style>a{}</style>"));
        assert!(policy_of.contains("style-src 'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='"), "{policy_of}");
        assert!(policy(&page("<p>")).contains("style-src 'none'"));
    }
}
