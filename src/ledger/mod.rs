//! The edge to all memory: who subscribes, what was frozen, and what became of every copy. What comes in are facts to
//! keep; what goes out are deliveries to make and counts to show. It stands apart because its order of writing is what
//! makes "nobody twice, nobody lost" true (DESIGN rule 3), and so that PostgreSQL can keep the same contract.
//!
//! A write answers only after its transaction is on the disk. One thread writes; readers never wait for it.

mod groups;
mod sql;
mod sqlite;
mod plan;
mod deliveries;
mod status;
mod control;
mod account;
mod notices;
mod subscribers;
mod intake;
mod runs;
mod merge;
mod events;
mod moves;
mod departures;
mod letters;
mod chores;
mod holds;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

pub use account::CopyLine;
pub use chores::Chore;
pub use control::{Asked, Control, Settled};
pub use deliveries::{Claimed, Due, Record, Recovered};
pub use departures::{Departure, Erased};
pub use events::{Deed, Event, Who};
pub use holds::{Hold, SinceBackup};
pub use intake::{Absent, Entry, Imported, Intake, Merged, Staged};
pub use letters::{Confirmed, Letter, LetterAsked, LetterKind};
pub use moves::{Moved, Moving};
pub use notices::{Effect, Trace};
pub use plan::{Audience, Freeze, FrozenEdition, FrozenIssue};
pub use status::{UnknownCopy, WayCount};
pub use subscribers::{Choice, Subscriber};

use sqlite::Sqlite;

/// The ledger's file in STATE.
pub const FILE_NAME: &str = "cco-news.db";

/// The mark of a restore that is under way, in STATE: until it has ended, nothing there is to be used.
pub const RESTORING: &str = "restore.unfinished";

/// The file that whoever sends has locked.
const SEND_LOCK: &str = "send.lock";

/// The memory of one newsletter. Clones share it; the last one to go waits until all that was handed in is written.
#[derive(Clone)]
pub struct Ledger {
    db: Arc<Sqlite>,
    state_dir: PathBuf,
}

/// While it lives, no other process sends from this STATE.
#[derive(Debug)]
pub struct SendLock {
    file: File,
}

/// While it lives, no other process does what is due beside sending.
pub type RunLock = SendLock;

/// While it lives, no other process of this machine sends letters from this STATE.
pub type LettersLock = SendLock;

impl Drop for SendLock {
    fn drop(&mut self) {
        // Closing alone would leave the lock with any child process that was just being started with our descriptors.
        // If even this fails, the operating system gives it back with the process.
        let _ = self.file.unlock();
    }
}

impl Ledger {
    /// Opens the ledger in STATE, and makes both on first use. The caller has made sure that STATE is no network share.
    pub fn open(state_dir: &Path) -> Result<Self> {
        let shown = state_dir.join(FILE_NAME).display().to_string();
        if state_dir.join(RESTORING).exists() {
            bail!(words!(
                "a restore was stopped before its end: run the same `cco-news restore` again",
                "une restauration s'est arrêtée avant la fin : relancez la même commande `cco-news restore`"
            ));
        }
        let db = Sqlite::open(state_dir).with_context(|| {
            words!("could not open the ledger `{shown}`", "impossible d'ouvrir le registre `{shown}`")
        })?;
        Ok(Self { db: Arc::new(db), state_dir: state_dir.to_owned() })
    }

    /// Opens the ledger if there is one: for commands that only look.
    pub fn open_if_there(state_dir: &Path) -> Result<Option<Self>> {
        if state_dir.join(FILE_NAME).exists() { Self::open(state_dir).map(Some) } else { Ok(None) }
    }

    /// STATE.
    pub fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// Takes the right to send. The operating system gives it back however the process ends.
    pub fn lock_for_sending(&self) -> Result<SendLock> {
        match self.try_lock(SEND_LOCK)? {
            Some(lock) => Ok(lock),
            None => bail!(words!(
                "another `cco-news send` or `run` is sending now: wait for it, `cco-news status` shows how far it is",
                "un autre `cco-news send` ou `run` envoie en ce moment : attendez-le, `cco-news status` montre où il en est"
            )),
        }
    }

    /// Whether another process is sending now.
    pub fn is_sending(&self) -> Result<bool> {
        Ok(self.try_lock(SEND_LOCK)?.is_none())
    }

    /// Takes the right to do what is due beside sending; none: another `run` has it. The operating system gives it back
    /// however the process ends.
    pub fn lock_for_run(&self) -> Result<Option<RunLock>> {
        self.try_lock("run.lock")
    }

    /// Takes the right to send letters; none: another `serve` has it. The operating system gives it back however the process
    /// ends.
    pub fn lock_for_letters(&self) -> Result<Option<LettersLock>> {
        self.try_lock("letters.lock")
    }

    /// Takes the right to make a backup; none: another process makes one.
    pub fn lock_for_backup(&self) -> Result<Option<RunLock>> {
        self.try_lock("backup.lock")
    }

    /// A right that one process has at a time; none: another has it.
    fn try_lock(&self, name: &str) -> Result<Option<SendLock>> {
        let path = self.state_dir.join(name);
        let shown = path.display();
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| words!("could not open `{shown}`", "impossible d'ouvrir `{shown}`"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(SendLock { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| words!("could not lock `{shown}`", "impossible de verrouiller `{shown}`"))
            }
        }
    }

    /// Waits until everything handed in before is on the disk.
    pub async fn flush(&self) -> Result<()> {
        self.db.write(|_| Ok(())).await
    }

    /// Keeps one fact about the ledger itself: the id of its secrets, the host it lives on.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.db.write_now(move |db| {
            db.execute(
                "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [&key, &value],
            )?;
            Ok(())
        })
    }

    /// Reads one fact about the ledger itself.
    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        use sql::OptionalExtension as _;
        self.db
            .read(|db| Ok(db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?))
    }
}
