//! The edge to all memory: who subscribes, what was frozen, and what became of every copy. What comes in are facts to
//! keep; what goes out are deliveries to make and counts to show. It stands apart because its order of writing is what
//! makes "nobody twice, nobody lost" true (DESIGN rule 3), and so that PostgreSQL can keep the same contract.
//!
//! A write answers only after its transaction is on the disk. One thread writes; readers never wait for it.

mod groups;
mod sql;
mod sqlite;
mod tls;
mod postgres;
mod store;
mod server_writer;
mod lease;
mod tables;
mod transfer;
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

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

pub use account::CopyLine;
pub use chores::Chore;
pub use control::{Asked, Control, Settled};
pub use deliveries::{Claimed, Due, Record, Recovered};
pub use departures::{Departure, Erased};
pub use events::{Deed, Event, Who};
pub use holds::{Hold, SinceBackup};
pub use intake::{Absent, Entry, Imported, Intake, Merged, Staged};
pub use lease::{LettersLock, RunLock, SendLock};
pub use letters::{Confirmed, Letter, LetterAsked, LetterKind};
pub use moves::{Moved, Moving};
pub use notices::{Effect, Trace};
pub use plan::{Audience, Freeze, FrozenEdition, FrozenIssue};
pub use status::{UnknownCopy, WayCount};
pub use subscribers::{Choice, Subscriber};
pub use tables::Tally;
pub use transfer::{Seat, Transfer, Transferring};

use postgres::Server;
use sql::{Connection, OptionalExtension as _};
use store::{Engine, Store};

/// The ledger's file in STATE.
pub const FILE_NAME: &str = "cco-news.db";

/// The mark of a restore that is under way, in STATE: until it has ended, nothing there is to be used.
pub const RESTORING: &str = "restore.unfinished";

/// The memory of one newsletter. Clones share it; the last one to go waits until all that was handed in is written.
#[derive(Clone)]
pub struct Ledger {
    db: Arc<Store>,
    state_dir: PathBuf,
    /// In whose name rows are taken on a server; 0: in nobody's.
    fence: Arc<AtomicI64>,
    lease: Duration,
}

impl Ledger {
    /// Opens the ledger in STATE, and makes both on first use. The caller has made sure that STATE is no network share.
    pub fn open(state_dir: &Path) -> Result<Self> {
        let shown = state_dir.join(FILE_NAME).display().to_string();
        is_not_being_restored(state_dir)?;
        let path = state_dir.join(FILE_NAME);
        let db = sqlite::make_private(state_dir).and_then(|()| Store::begin(Engine::Sqlite(path)));
        Self::of(db, state_dir, &shown)
    }

    /// Opens the ledger on a server, `postgres://…`, which other machines may share; the first makes it. STATE is this
    /// machine's own: outbox, keys, departures.
    pub fn open_on_server(state_dir: &Path, url: &str) -> Result<Self> {
        is_not_being_restored(state_dir)?;
        Self::open_to_restore(state_dir, url)
    }

    /// As [`Ledger::open_on_server`], also while a restore is under way: for that one.
    pub fn open_to_restore(state_dir: &Path, url: &str) -> Result<Self> {
        sqlite::make_state(state_dir)?;
        let server = Arc::new(Server::new(url)?);
        let shown = server.shown();
        Self::of(Store::begin(Engine::Postgres(server)), state_dir, &shown)
    }

    fn of(db: Result<Store>, state_dir: &Path, shown: &str) -> Result<Self> {
        let db = db.with_context(|| {
            words!("could not open the ledger `{shown}`", "impossible d'ouvrir le registre `{shown}`")
        })?;
        Ok(Self::over(db, state_dir))
    }

    fn over(db: Store, state_dir: &Path) -> Self {
        Self { db: Arc::new(db), state_dir: state_dir.to_owned(), fence: Arc::default(), lease: lease::LEASE }
    }

    /// With another lease than usual: for trials.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Opens the ledger if there is one: for commands that only look.
    pub fn open_if_there(state_dir: &Path) -> Result<Option<Self>> {
        if state_dir.join(FILE_NAME).exists() { Self::open(state_dir).map(Some) } else { Ok(None) }
    }

    /// Where it is, as people are told: without a password.
    pub fn place(&self) -> String {
        match &self.db.engine {
            Engine::Sqlite(path) => path.display().to_string(),
            Engine::Postgres(server) => server.shown(),
        }
    }

    /// Whether it is on a server, which other machines may share.
    pub fn is_shared(&self) -> bool {
        self.db.engine.is_server()
    }

    /// STATE.
    pub fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// A name for this machine, for facts that the ledger keeps of each; empty where it has but one.
    pub fn machine(&self) -> Result<String> {
        if !self.db.engine.is_server() {
            return Ok(String::new());
        }
        let path = self.state_dir.join("machine");
        let shown = path.display();
        if !path.exists() {
            let made: i64 = self.db.read(|db| Ok(db.query_row("SELECT now_millis()", [], |row| row.get(0))?))?;
            keep_name(&path, &format!("{made}-{}", std::process::id()))
                .with_context(|| words!("could not write `{shown}`", "impossible d'écrire `{shown}`"))?;
        }
        let name = std::fs::read_to_string(&path)
            .with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"))?;
        Ok(format!("@{}", name.trim()))
    }

    /// Waits until everything handed in before is on the disk.
    pub async fn flush(&self) -> Result<()> {
        self.db.write_shared(|_| Ok(())).await
    }

    /// Keeps one fact about the ledger itself: the id of its secrets, the host it lives on.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<()> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.db.write_now(move |db| set_fact(db, &key, &value))
    }

    /// As [`Ledger::set_meta`], unless it is known already, perhaps from another machine at this moment. Gives what holds.
    pub fn settle_meta(&self, key: &str, value: &str) -> Result<String> {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.db.write_now(move |db| {
            db.execute("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING", [&key, &value])?;
            Ok(db.query_row("SELECT value FROM meta WHERE key = ?1", [&key], |row| row.get(0))?)
        })
    }

    /// Reads one fact about the ledger itself.
    pub fn meta(&self, key: &str) -> Result<Option<String>> {
        self.db.read(|db| fact(db, key))
    }
}

/// A fact about the ledger itself, as `meta` has it.
/// Keeps a machine's name on the disk, whole or not at all: half of one would be another machine. Of two processes that
/// make one at once the first wins.
fn keep_name(path: &Path, name: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let new = path.with_extension(std::process::id().to_string());
    let mut file = std::fs::File::create(&new)?;
    file.write_all(name.as_bytes())?;
    file.sync_all()?;
    // A link is made only where there is nothing yet; a file system without links takes the file itself.
    let kept = match std::fs::hard_link(&new, path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => std::fs::rename(&new, path),
        _ => std::fs::remove_file(&new),
    };
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    kept
}

fn fact(db: &Connection, key: &str) -> Result<Option<String>> {
    Ok(db.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?)
}

fn set_fact(db: &Connection, key: &str, value: &str) -> Result<()> {
    db.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )?;
    Ok(())
}

fn is_not_being_restored(state_dir: &Path) -> Result<()> {
    if state_dir.join(RESTORING).exists() {
        bail!(words!(
            "a restore was stopped before its end: run the same `cco-news restore` again",
            "une restauration s'est arrêtée avant la fin : relancez la même commande `cco-news restore`"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_keeps_the_first_name_it_was_given() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("machine");
        for name in ["first", "second"] {
            keep_name(&path, name).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
