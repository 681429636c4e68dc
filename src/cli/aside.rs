//! A copy of the ledger in which something is tried, as a dry run takes in the lists: the ledger itself stays as it is. Of
//! one on a server there is no copy: there the lists are only looked at.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::files;
use crate::ledger::{FILE_NAME, Ledger};
use crate::send::secrets;

/// Its folder in STATE, whose disk has room for it.
const FOLDER: &str = "aside";

/// A copy of the ledger, gone when this goes.
pub(super) struct Aside {
    ledger: Option<Ledger>,
    folder: PathBuf,
}

impl Aside {
    /// Copies the ledger as it is now; none: it is on a server.
    pub(super) fn of(ledger: &Ledger) -> Result<Option<Self>> {
        if ledger.is_shared() {
            return Ok(None);
        }
        let folder = ledger.state_dir().join(FOLDER);
        // What a trial that was killed has left.
        let _ = fs::remove_dir_all(&folder);
        let mut aside = Self { ledger: None, folder };
        let not_copied = || {
            words!(
                "could not copy the ledger to try the lists in it",
                "impossible de copier le registre pour y essayer les listes"
            )
        };
        fs::create_dir_all(&aside.folder).with_context(not_copied)?;
        if !ledger.copy_to(&aside.folder.join(FILE_NAME)).with_context(not_copied)? {
            bail!(not_copied());
        }
        // The copy knows the id of the keys, and asks for them.
        if let Some(keys) = files::read_private(&ledger.state_dir().join(secrets::FILE_NAME))? {
            files::write_secret(&aside.folder.join(secrets::FILE_NAME), &keys)?;
        }
        aside.ledger = Some(Ledger::open(&aside.folder).with_context(not_copied)?);
        Ok(Some(aside))
    }

    /// The copy.
    pub(super) fn ledger(&self) -> Result<&Ledger> {
        self.ledger.as_ref().with_context(|| words!("the copy of the ledger is gone", "la copie du registre a disparu"))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.ledger = None;
        // It holds addresses. One that cannot be removed is removed by the next trial.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
