//! The edge to the disk: files are read whole, decoded, and never through a link; files are written whole or not at
//! all. It stands apart so that the manners of Notepad, Excel, shared drives and power cuts are known in one place.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail};

use crate::model::Words;

/// The largest file a person writes that we read: a year of stories is under 1 MiB, a list of a million subscribers
/// is read as a stream instead.
pub const TEXT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The largest file a contributor may drop: a Word file full of photographs.
pub const DROPPED_BYTES_MAX: u64 = 20 * 1024 * 1024;

/// Reads a text that a person wrote: byte-order marks, UTF-16, Windows-1252 and CRLF become plain UTF-8 with `\n`.
pub fn read_text(path: &Path) -> Result<String> {
    Ok(decode(&read_bytes(path, TEXT_BYTES_MAX)?))
}

/// Reads a text if the file is there.
pub fn read_text_if_there(path: &Path) -> Result<Option<String>> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => read_text(path).map(Some),
    }
}

/// Reads a regular file of at most `bytes_max` bytes, following no link in its last component.
pub fn read_bytes(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let shown = path.display();
    let file = open_regular(path)?;
    let mut bytes = Vec::new();
    file.take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
    if bytes.len() as u64 > bytes_max {
        let mib = bytes_max / 1024 / 1024;
        bail!(words!("`{shown}` is larger than {mib} MiB", "`{shown}` dépasse {mib} Mio"));
    }
    Ok(bytes)
}

/// A key or a password is short, and an access token a few KiB.
pub const PRIVATE_BYTES_MAX: u64 = 64 * 1024;

/// Reads a secret, which its owner alone may read; none: it is not there. A link is followed: what hands secrets to
/// services, as systemd and containers do, hands out links.
pub fn read_private(path: &Path) -> Result<Option<Vec<u8>>> {
    let shown = path.display();
    let unreadable = || words!("could not read `{shown}`", "impossible de lire `{shown}`");
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.with_context(unreadable)?,
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if file.metadata().with_context(unreadable)?.permissions().mode() & 0o077 != 0 {
            bail!(words!(
                "others than you may read `{shown}`, and act as you: run `chmod 600 {shown}`",
                "d'autres que vous peuvent lire `{shown}` et agir en votre nom : lancez `chmod 600 {shown}`"
            ));
        }
    }
    let mut bytes = Vec::new();
    file.take(PRIVATE_BYTES_MAX).read_to_end(&mut bytes).with_context(unreadable)?;
    Ok(Some(bytes))
}

/// Opens a regular file for reading; links, folders, pipes and devices are refused by name.
pub fn open_regular(path: &Path) -> Result<File> {
    let shown = path.display();
    let meta = fs::symlink_metadata(path)
        .with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
    if meta.file_type().is_symlink() {
        bail!(words!(
            "`{shown}` is a link: put the file itself in its place",
            "`{shown}` est un lien : mettez le fichier lui-même à cet endroit"
        ));
    }
    if !meta.is_file() {
        bail!(words!("`{shown}` is not a regular file", "`{shown}` n'est pas un fichier ordinaire"));
    }
    open_no_follow(path).with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))
}

/// Between the look at a name and its opening it may be swapped for a link or a pipe: `O_NOFOLLOW` and `O_NONBLOCK`
/// make that harmless.
#[cfg(unix)]
fn open_no_follow(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(file)
}

#[cfg(not(unix))]
fn open_no_follow(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// Bytes to text: a byte-order mark decides, then whether they are UTF-8, else they are Windows-1252, as Notepad and
/// Excel write it. Line ends become `\n`.
pub fn decode(bytes: &[u8]) -> String {
    let text = if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        encoding.decode_without_bom_handling(&bytes[mark..]).0
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        text.into()
    } else {
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
    };
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.into_owned() }
}

/// Writes a file whole: a temporary file beside it, fsync, rename, fsync of the folder. Unchanged bytes are left
/// alone, so that nothing that watches is woken. Says whether anything was written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<bool> {
    write_whole_as(path, bytes, 0o644)
}

/// As [`write_whole`], readable by the owner alone.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<bool> {
    write_whole_as(path, bytes, 0o600)
}

fn write_whole_as(path: &Path, bytes: &[u8], mode: u32) -> Result<bool> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(false);
    }
    let shown = path.display();
    write_and_rename(path, bytes, mode).with_context(|| cannot_write(&shown.to_string()))?;
    Ok(true)
}

fn cannot_write(shown: &str) -> Words {
    words!(
        "could not write `{shown}`: is the folder writable, and is there room on the disk?",
        "impossible d'écrire `{shown}` : le dossier est-il accessible en écriture, et reste-t-il de la place sur le disque?"
    )
}

fn write_and_rename(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let temporary = temporary_beside(path);
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode; // There are no permission bits to set.
        let mut file = options.open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        // The rest of a write that failed is of no use; when even this fails, its name says what it is.
        let _ = fs::remove_file(&temporary);
    }
    written?;
    sync_folder(folder)
}

/// Makes a rename or a new file in a folder survive a power cut.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder; // Windows keeps folder entries with the file.
    Ok(())
}

fn temporary_beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.tmp", std::process::id()))
}

/// A write takes seconds, on the slowest share minutes: what is older was left behind by a process that was killed.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// Removes from a folder what whole writes left there that were cut off, as seen at a moment of the real clock.
pub fn remove_left_behind(folder: &Path, now: SystemTime) {
    for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = name
            .strip_prefix('.')
            .and_then(|rest| rest.strip_suffix(".tmp")?.rsplit_once('.'))
            .is_some_and(|(_, process)| process.parse::<u32>().is_ok());
        let is_old = entry
            .metadata()
            .and_then(|meta| meta.modified())
            .is_ok_and(|at| now.duration_since(at).is_ok_and(|age| age > LEFT_BEHIND));
        if is_ours && is_old {
            let _ = fs::remove_file(entry.path()); // One that stays is found again the next time.
        }
    }
}

/// Whether a folder lies on a network share, where SQLite's locks and our outbox cannot be trusted. `None`: unknown.
#[cfg(target_os = "linux")]
pub fn network_share(folder: &Path) -> Option<&'static str> {
    // The kernel's magic numbers (linux/magic.h, fs/smb/client, fs/fuse).
    const SHARES: [(i64, &str); 7] = [
        (0x6969, "NFS"),
        (0xFF53_4D42, "SMB"),
        (0xFE53_4D42, "SMB"),
        (0x517B, "SMB"),
        (0x0102_1997, "9P"),
        (0x5346_414F, "AFS"),
        (0x6573_5546, "FUSE"),
    ];
    let kind = rustix::fs::statfs(folder).ok()?.f_type & 0xFFFF_FFFF;
    SHARES.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name)
}

/// Whether a folder lies on a network share.
#[cfg(not(target_os = "linux"))]
pub fn network_share(folder: &Path) -> Option<&'static str> {
    folder.to_string_lossy().starts_with(r"\\").then_some("UNC")
}

/// Names in a drop folder that are nobody's story: lock files of Word, leavings of systems, drafts, sync conflicts.
pub fn is_ignored_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with(['~', '.', '_'])
        || matches!(lower.as_str(), "thumbs.db" | "desktop.ini")
        || lower.contains("sync-conflict")
        || lower.contains("conflicted copy")
        || lower.ends_with('~')
        || Path::new(&lower).extension().is_some_and(|extension| extension == "tmp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_notepad_and_excel_write_is_read() {
        assert_eq!(decode(b"\xEF\xBB\xBFa\r\nb"), "a\nb");
        assert_eq!(decode(b"\xFF\xFE\xE9\x00\r\x00\n\x00"), "é\n");
        assert_eq!(decode(b"\xFE\xFF\x00\xE9"), "é");
        assert_eq!(decode(b"R\xE9daction \x97 l\x92id\xE9e"), "Rédaction — l’idée");
        assert_eq!(decode("Québec".as_bytes()), "Québec");
    }

    #[test]
    fn an_unchanged_file_is_left_alone_and_no_temporary_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/file.txt");
        assert!(write_whole(&path, b"one").unwrap());
        assert!(!write_whole(&path, b"one").unwrap());
        assert!(write_whole(&path, b"two").unwrap());
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_folders_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.md");
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        let error = format!("{:#}", read_text(&link).unwrap_err());
        assert!(error.contains("link.md"), "{error}");
        assert!(read_text(folder.path()).is_err());
    }
}
