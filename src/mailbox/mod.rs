//! The edge to what comes in: a Maildir, an mbox, a folder on an IMAP server, or one mail on standard input. Mails come
//! out as bytes within limits. Nothing is ever deleted: what was understood is set aside in another folder, and only after
//! whoever asked has it on the disk.

mod imap;

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

pub use imap::{Imap, Mark, Secret};

/// What is read of one mail; the rest of a larger one is an attachment or a returned original. 1 MiB.
const MAIL_BYTES_MAX: u64 = 1024 * 1024;
/// A longer line is no mail: RFC 5322 2.1.1 allows 998 characters. Such a line is cut.
const LINE_BYTES_MAX: u64 = 1024 * 1024;
/// Where what was understood is set aside: a folder as Maildir++ has them, so that mail programs show it.
const HANDLED: &str = ".Handled";

/// Where mail comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailbox {
    /// A folder with `new` and `cur`, one file a mail.
    Maildir(PathBuf),
    /// One file; another program's, so it is only read.
    Mbox(PathBuf),
    /// A folder on a server.
    Imap(Box<Imap>),
    /// One mail on standard input: a mail server's pipe.
    Standard,
}

/// What becomes of a mail that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was dealt with, and whoever saw it has that on the disk: it goes into another folder, where there are folders.
    SetAside,
    /// It stays.
    Stays,
}

/// Seeing a mail: its bytes, the first MiB of them.
type See<'a> = &'a mut dyn FnMut(Vec<u8>) -> Result<Fate>;

impl Mailbox {
    /// Gives every mail, one after another. Nothing is moved when the mailbox is only looked at. Of a folder on a server,
    /// mails after `mark` are given, and the new mark comes back.
    pub fn each(&self, is_looked_at: bool, mark: Mark, see: See<'_>) -> Result<Mark> {
        match self {
            Self::Maildir(folder) => each_of_maildir(folder, see)?,
            Self::Mbox(file) => each_of_mbox(file, see)?,
            Self::Imap(imap) => return each_of_imap(imap, is_looked_at, mark, see),
            Self::Standard => each_of_standard(see)?,
        }
        Ok(mark)
    }
}

fn each_of_imap(imap: &Imap, is_looked_at: bool, mark: Mark, see: See<'_>) -> Result<Mark> {
    let mut session = imap::Session::open(imap, is_looked_at)?;
    // Other numbers for the same mails: all of them are looked at again, and what is known is known by its bytes.
    let mut mark = if mark.validity == session.validity { mark } else { Mark { validity: session.validity, uid: 0 } };
    let uids = session.after(mark.uid)?;
    session.each(&uids, |uid, bytes| {
        let fate = see(bytes)?;
        mark.uid = mark.uid.max(uid);
        Ok(fate == Fate::SetAside)
    })?;
    session.close();
    Ok(mark)
}

/// The text of a part of an address, in which `%40` stands for `@`.
fn decoded(text: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| data_encoding::HEXLOWER_PERMISSIVE.decode(two).ok());
        if let (b'%', Some(byte)) = (first, digits) {
            bytes.extend(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    Ok(String::from_utf8(bytes)?)
}

/// Sets a mail of a Maildir aside: one rename, so that it is in one place or the other.
fn set_aside(file: &Path) -> Result<()> {
    let Some((name, maildir)) = file.file_name().zip(file.parent().and_then(Path::parent)) else { return Ok(()) };
    let handled = maildir.join(HANDLED);
    let shown = handled.display();
    let moved = ["new", "cur", "tmp"].iter().try_for_each(|part| fs::create_dir_all(handled.join(part)));
    moved.and_then(|()| fs::rename(file, handled.join("cur").join(name))).with_context(|| {
        words!("could not set a mail aside in `{shown}`", "impossible de ranger un courriel dans `{shown}`")
    })
}

/// Puts a mail for a person into a Maildir of ours, once: the same bytes have the same name.
pub fn keep(maildir: &Path, bytes: &[u8]) -> Result<PathBuf> {
    let shown = maildir.display();
    let name = format!("{}.eml", data_encoding::HEXLOWER.encode(&Sha256::digest(bytes)[..16]));
    let written = || -> io::Result<PathBuf> {
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(maildir.join(part))?;
        }
        let (temporary, there) = (maildir.join("tmp").join(&name), maildir.join("new").join(&name));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // It is somebody's mail.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, &there)?;
        #[cfg(unix)]
        fs::File::open(maildir.join("new"))?.sync_all()?;
        Ok(there)
    };
    written().with_context(|| {
        words!("could not keep a mail in `{shown}`", "impossible de conserver un courriel dans `{shown}`")
    })
}

fn each_of_maildir(folder: &Path, see: See<'_>) -> Result<()> {
    let shown = folder.display();
    if !folder.join("new").is_dir() && !folder.join("cur").is_dir() {
        bail!(words!(
            "`{shown}` is no Maildir: it has neither `new` nor `cur`",
            "`{shown}` n'est pas un Maildir : il n'a ni `new` ni `cur`"
        ));
    }
    for part in ["new", "cur"] {
        let Ok(entries) = fs::read_dir(folder.join(part)) else { continue };
        // In the order of their names, which begin with the time: a person's last word comes last.
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        for file in files {
            // No links, pipes or devices: whoever may write here may not make us read elsewhere.
            if fs::symlink_metadata(&file).is_ok_and(|metadata| metadata.is_file())
                && see(read_file(&file)?)? == Fate::SetAside
            {
                set_aside(&file)?;
            }
        }
    }
    Ok(())
}

fn read_file(file: &Path) -> Result<Vec<u8>> {
    let shown = file.display();
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        fs::File::open(file)?.take(MAIL_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))
}

fn each_of_standard(see: See<'_>) -> Result<()> {
    let mut bytes = Vec::new();
    let mut input = io::stdin().lock();
    input.by_ref().take(MAIL_BYTES_MAX).read_to_end(&mut bytes)?;
    // A mail server that cannot write the rest would take the mail for refused.
    io::copy(&mut input, &mut io::sink())?;
    see(bytes)?;
    Ok(())
}

fn each_of_mbox(file: &Path, see: See<'_>) -> Result<()> {
    let shown = file.display();
    let opened =
        fs::File::open(file).with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
    let mut reader = BufReader::new(opened);
    let (mut mail, mut line, mut is_after_empty) = (Vec::new(), Vec::new(), true);
    loop {
        line.clear();
        let n_bytes = reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        let begins = is_after_empty && line.starts_with(b"From ");
        if (begins || n_bytes == 0) && !mail.is_empty() {
            see(std::mem::take(&mut mail))?;
        }
        if n_bytes == 0 {
            return Ok(());
        }
        is_after_empty = line.trim_ascii().is_empty();
        if !begins && (mail.len() as u64) < MAIL_BYTES_MAX {
            // What the format quoted: `>From ` stands for `From `.
            let is_quoted = line.starts_with(b">")
                && line.trim_ascii_start().strip_prefix(b">").is_some_and(|rest| rest.starts_with(b"From "));
            mail.extend_from_slice(if is_quoted { &line[1..] } else { &line });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sees every mail, and sets those aside that hold a text.
    fn all(mailbox: &Mailbox, aside: &str) -> Vec<String> {
        let mut mails = Vec::new();
        let mut see = |bytes: Vec<u8>| -> Result<Fate> {
            let text = String::from_utf8(bytes)?;
            let fate = if !aside.is_empty() && text.contains(aside) { Fate::SetAside } else { Fate::Stays };
            mails.push(text);
            Ok(fate)
        };
        mailbox.each(false, Mark::default(), &mut see).unwrap();
        mails
    }

    #[test]
    fn a_maildir_is_read_in_order_and_what_is_set_aside_is_not_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let maildir = folder.path();
        fs::create_dir_all(maildir.join("new")).unwrap();
        fs::create_dir_all(maildir.join("cur")).unwrap();
        fs::write(maildir.join("new/2.b"), "Subject: b\n\n").unwrap();
        fs::write(maildir.join("new/1.a"), "Subject: a\n\n").unwrap();
        fs::write(maildir.join("cur/0.c:2,S"), "Subject: c\n\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/hostname", maildir.join("new/3.link")).unwrap();
        let mailbox = Mailbox::Maildir(maildir.to_owned());
        let subjects: Vec<_> = all(&mailbox, "Subject: a").iter().map(|mail| mail.trim().to_owned()).collect();
        assert_eq!(subjects, ["Subject: a", "Subject: b", "Subject: c"]);
        assert_eq!(all(&mailbox, "").len(), 2);
        assert!(maildir.join(".Handled/cur/1.a").exists());
        let none = Mailbox::Maildir(maildir.join("new"));
        assert!(none.each(false, Mark::default(), &mut |_| Ok(Fate::Stays)).is_err());
    }

    #[test]
    fn an_mbox_is_split_where_a_mail_begins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mbox");
        fs::write(&file, "From a Mon\nSubject: a\n\n>From here on\nFrom there\n\nFrom b Tue\nSubject: b\n\nx\n")
            .unwrap();
        let mails = all(&Mailbox::Mbox(file), "");
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0], "Subject: a\n\nFrom here on\nFrom there\n\n");
        assert_eq!(mails[1], "Subject: b\n\nx\n");
    }

    #[test]
    fn a_mail_for_a_person_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = keep(folder.path(), b"Subject: x\n\n").unwrap();
        assert_eq!(keep(folder.path(), b"Subject: x\n\n").unwrap(), first);
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
    }
}
