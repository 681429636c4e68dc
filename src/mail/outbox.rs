//! The outbox: a Maildir in STATE, the way out of a newsletter that has no relay yet. A copy's file is named by its
//! Message-ID, so a copy that is there is never put there twice, and what a crash left in doubt can be looked up.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use super::Email;
use crate::model::{Outcome, Reply};

/// The outbox's folder in STATE.
const FOLDER: &str = "outbox";

/// A Maildir.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    /// The outbox in STATE; its folders are made when a copy comes.
    pub fn new(state_dir: &Path) -> Self {
        Self { folder: state_dir.join(FOLDER) }
    }

    /// Where it lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether a copy is there; a mail program may have moved it from `new` to `cur` and added flags.
    pub fn has(&self, message_id: &str) -> bool {
        let name = file_name(message_id);
        let is_it = |entry: io::Result<fs::DirEntry>| {
            entry.is_ok_and(|entry| {
                let there = entry.file_name();
                there.to_string_lossy().split(':').next() == Some(&name)
            })
        };
        self.folder.join("new").join(&name).exists()
            || fs::read_dir(self.folder.join("cur")).is_ok_and(|mut entries| entries.any(is_it))
    }

    /// Keeps a copy; on the disk when this returns. The work of a disk runs beside the connections' thread.
    pub(super) async fn keep(&self, email: &Email) -> Result<Outcome> {
        let (outbox, message_id, bytes) = (self.clone(), email.message_id.clone(), email.bytes.clone());
        let shown = self.folder.display().to_string();
        tokio::task::spawn_blocking(move || outbox.write(&message_id, &bytes))
            .await
            .context("a thread of the outbox ended early")?
            .with_context(|| {
                words!(
                    "could not write in `{shown}`: is the folder writable, and is there room on the disk",
                    "impossible d'écrire dans `{shown}` : le dossier est-il accessible en écriture, et reste-t-il de la place sur le disque"
                )
            })?;
        Ok(Outcome::Accepted(Reply { code: 250, enhanced: None, text: "in the outbox".to_owned() }))
    }

    fn write(&self, message_id: &str, bytes: &[u8]) -> io::Result<()> {
        let name = file_name(message_id);
        let (tmp, new) = (self.folder.join("tmp"), self.folder.join("new"));
        for folder in [&tmp, &new, &self.folder.join("cur")] {
            fs::create_dir_all(folder)?;
        }
        if self.has(message_id) {
            return Ok(());
        }
        let temporary = tmp.join(&name);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        // A copy names its reader and holds their token.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, new.join(&name))?;
        #[cfg(unix)]
        fs::File::open(&new)?.sync_all()?;
        Ok(())
    }
}

/// The name of a copy's file: 26 characters that no file system minds.
fn file_name(message_id: &str) -> String {
    let hash = Sha256::digest(message_id.as_bytes());
    format!("{}.eml", data_encoding::BASE32_NOPAD.encode(&hash[..16]).to_ascii_lowercase())
}
