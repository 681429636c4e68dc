//! Edge: many files in one, a zip with a list of everything in it and the digest of each. It is written whole or not at
//! all, readable by its owner alone, and read within limits: the form of a backup.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::model::Words;

/// The list, the last entry.
const LIST: &str = "backup.json";
/// Entries: a century of issues is under a tenth of it.
const ENTRIES_MAX: usize = 200_000;
/// Bytes of the list: the longest path for each entry.
const LIST_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of one entry after unpacking: the ledger of a hundred million copies.
const ENTRY_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// Bytes that are read at once.
const CHUNK_BYTES: usize = 128 * 1024;

/// What a backup is of, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// The newsletter's id.
    pub newsletter: String,
    /// The program that wrote it.
    pub version: String,
    /// When it was made.
    pub at: Timestamp,
    /// Each file, by its path with `/`, with the SHA-256 of its bytes.
    pub files: BTreeMap<String, String>,
}

/// A file to take out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its path in the backup.
    pub name: String,
    /// Where it goes; nothing may be there.
    pub to: PathBuf,
    /// Whether only its owner may read it.
    pub is_private: bool,
}

/// Writes a backup of the files of `from`, by their paths in it. A file that is gone by its turn is left out: people work
/// meanwhile. `open` opens a file for reading. It is on the disk, and read again, before it takes its name.
pub fn write(
    target: &Path,
    mut list: List,
    from: &BTreeMap<String, PathBuf>,
    open: impl Fn(&Path) -> Result<File>,
) -> Result<List> {
    let temporary = temporary_beside(target);
    let written = zipped(&temporary, &mut list, from, open).and_then(|()| {
        verify(&temporary)?;
        fs::rename(&temporary, target)?;
        // Windows keeps folder entries with the file.
        #[cfg(unix)]
        File::open(folder_of(target))?.sync_all()?;
        Ok(())
    });
    if written.is_err() {
        // The rest of a write that failed is of no use; when even this fails, its name says what it is.
        let _ = fs::remove_file(&temporary);
    }
    written.with_context(|| cannot_write(target))?;
    Ok(list)
}

/// Where a backup is written before it has its name. A crash leaves it behind; the next backup of that name takes it.
fn temporary_beside(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.tmp"))
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn cannot_write(path: &Path) -> Words {
    let shown = path.display();
    words!(
        "could not write `{shown}`: is the folder writable, and is there room on the disk?",
        "impossible d'écrire `{shown}` : le dossier est-il accessible en écriture, et reste-t-il de la place sur le disque?"
    )
}

fn created(path: &Path, is_private: bool) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if is_private { 0o600 } else { 0o644 });
    #[cfg(not(unix))]
    let _ = is_private; // There are no permission bits to set.
    options.open(path)
}

fn zipped(
    to: &Path,
    list: &mut List,
    from: &BTreeMap<String, PathBuf>,
    open: impl Fn(&Path) -> Result<File>,
) -> Result<()> {
    // A file that a crash left behind may have other permissions.
    let _ = fs::remove_file(to);
    let mut zip = ZipWriter::new(created(to, true)?);
    let form = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    for (name, path) in from {
        let mut file = match open(path) {
            Err(_) if fs::symlink_metadata(path).is_err_and(|why| why.kind() == io::ErrorKind::NotFound) => continue,
            opened => opened?,
        };
        zip.start_file(name.as_str(), form)?;
        list.files.insert(name.clone(), copy(&mut file, &mut zip)?);
    }
    zip.start_file(LIST, form)?;
    zip.write_all(&serde_json::to_vec_pretty(list)?)?;
    Ok(zip.finish()?.sync_all()?)
}

/// Copies all there is, and gives its digest: what was written, not what the file may have been a moment before.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<String> {
    let (mut hash, mut chunk, mut left) = (Sha256::new(), vec![0; CHUNK_BYTES], ENTRY_BYTES_MAX);
    loop {
        let n = from.read(&mut chunk)?;
        if n == 0 {
            return Ok(HEXLOWER.encode(&hash.finalize()));
        }
        left = left.checked_sub(n as u64).ok_or_else(|| io::Error::other("too large"))?;
        hash.update(&chunk[..n]);
        to.write_all(&chunk[..n])?;
    }
}

/// Reads a backup to its end and compares every file with the list.
pub fn verify(file: &Path) -> Result<List> {
    let (mut zip, list) = opened(file)?;
    let shown = file.display();
    for (name, expected) in &list.files {
        let found = zip.by_name(name).ok().and_then(|mut entry| copy(&mut entry, &mut io::sink()).ok());
        if found.as_ref() != Some(expected) {
            bail!(words!(
                "`{shown}` is damaged: `{name}` is not as it was kept. Take an earlier backup",
                "`{shown}` est endommagé : `{name}` n'est plus tel qu'il a été gardé. Prenez une sauvegarde antérieure"
            ));
        }
    }
    Ok(list)
}

/// The list of a backup.
pub fn list(file: &Path) -> Result<List> {
    Ok(opened(file)?.1)
}

fn opened(file: &Path) -> Result<(ZipArchive<File>, List)> {
    let shown = file.display();
    let is_none = || {
        words!(
            "`{shown}` is no whole backup of `cco-news backup`",
            "`{shown}` n'est pas une sauvegarde complète de `cco-news backup`"
        )
    };
    let bytes = File::open(file).with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
    let mut zip = ZipArchive::new(bytes).with_context(is_none)?;
    if zip.len() > ENTRIES_MAX {
        bail!(is_none());
    }
    let mut text = Vec::new();
    zip.by_name(LIST).with_context(is_none)?.take(LIST_BYTES_MAX).read_to_end(&mut text).with_context(is_none)?;
    let list: List = serde_json::from_slice(&text).with_context(is_none)?;
    // A path that leads out of the folder is nobody's of ours.
    let is_inside = |name: &String| {
        !name.contains('\\') && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
    };
    if !list.files.keys().all(is_inside) {
        bail!(is_none());
    }
    Ok((zip, list))
}

/// Takes files out of a backup, each whole: a crash leaves no half file under its name.
pub fn unpack(file: &Path, wanted: &[Wanted]) -> Result<()> {
    let (mut zip, list) = opened(file)?;
    for Wanted { name, to, is_private } in wanted {
        let temporary = temporary_beside(to);
        let mut unpack = || -> Result<()> {
            fs::create_dir_all(folder_of(to))?;
            let mut out = created(&temporary, *is_private)?;
            let digest = copy(&mut zip.by_name(name)?, &mut out)?;
            if list.files.get(name) != Some(&digest) {
                bail!("{name}");
            }
            out.sync_all()?;
            Ok(fs::rename(&temporary, to)?)
        };
        let unpacked = unpack();
        if unpacked.is_err() {
            // As in `write`.
            let _ = fs::remove_file(&temporary);
        }
        unpacked.with_context(|| cannot_write(to))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folder: &Path) -> PathBuf {
        let from: BTreeMap<String, PathBuf> = [("a.txt", "one"), ("deep/b.txt", "two")]
            .map(|(name, text)| {
                let path = folder.join(name.replace('/', "-"));
                fs::write(&path, text).unwrap();
                (name.to_owned(), path)
            })
            .into();
        let mut from = from;
        from.insert("gone.txt".to_owned(), folder.join("gone"));
        let list = List {
            newsletter: "x".to_owned(),
            version: "1".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            files: BTreeMap::new(),
        };
        let target = folder.join("b.zip");
        let list = write(&target, list, &from, |path| Ok(File::open(path)?)).unwrap();
        assert_eq!(list.files.keys().collect::<Vec<_>>(), ["a.txt", "deep/b.txt"]);
        target
    }

    #[test]
    fn what_was_packed_comes_out_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = made(folder.path());
        assert_eq!(verify(&file).unwrap(), list(&file).unwrap());
        let to = folder.path().join("out/deep/b.txt");
        let wanted = Wanted { name: "deep/b.txt".to_owned(), to: to.clone(), is_private: true };
        unpack(&file, &[wanted]).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "two");
        #[cfg(unix)]
        for path in [&file, &to] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn no_byte_of_the_content_can_be_another_and_none_missing() {
        let folder = tempfile::tempdir().unwrap();
        let file = made(folder.path());
        let whole = fs::read(&file).unwrap();
        for length in (0..whole.len()).step_by(7) {
            fs::write(&file, &whole[..length]).unwrap();
            assert!(verify(&file).is_err(), "cut at {length}");
        }
        // What is neither name, content nor sum may be another.
        let content = {
            fs::write(&file, &whole).unwrap();
            list(&file).unwrap()
        };
        for place in 0..whole.len() {
            let mut other = whole.clone();
            other[place] ^= 1;
            fs::write(&file, other).unwrap();
            assert!(verify(&file).map_or(true, |read| read == content), "another byte at {place}");
        }
    }

    #[test]
    fn a_path_that_leads_out_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("b.zip");
        for name in ["../out", "/etc/x", "a\\..\\b"] {
            let mut zip = ZipWriter::new(File::create(&file).unwrap());
            zip.start_file(LIST, SimpleFileOptions::default()).unwrap();
            let files: BTreeMap<String, String> = [(name.to_owned(), "00".to_owned())].into();
            let at = Timestamp::UNIX_EPOCH;
            let holds = List { newsletter: "x".to_owned(), version: "1".to_owned(), at, files };
            let text = serde_json::to_string(&holds).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
            zip.finish().unwrap();
            assert!(list(&file).unwrap_err().to_string().contains("is no whole backup"), "{name}");
        }
    }
}
