//! SQLite under the ledger: one thread writes, several jobs to a transaction, and a job is answered after its
//! transaction is on the disk. Readers have connections of their own (WAL lets them read meanwhile).

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use rusqlite::{ErrorCode, Transaction, TransactionBehavior};

use super::groups::{Answer, Groups, Job, n_urgent};
use super::sql::{Connection, Error};
use crate::model::Words;

/// Jobs that may wait for the writer: far more than connections can be in flight, so that only a bug fills it.
const QUEUE_JOBS_MAX: usize = 1024;
/// How long another process may hold the file: an import of a million rows commits in batches far shorter.
const BUSY_WAIT: Duration = Duration::from_secs(30);
/// Between two tries to begin the log, where SQLite does not wait itself.
const LOG_STEP: Duration = Duration::from_millis(10);
/// What SQLite says when all pages are in order.
const SOUND: &str = "ok";
/// Idle readers that are kept open.
const READERS_MAX: usize = 4;

/// Schema changes, in order; the file's `user_version` says how many it has had. They only go forward.
const MIGRATIONS: [&str; 2] = [include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];

/// The writer and the readers of one file.
pub(super) struct Sqlite {
    path: PathBuf,
    jobs: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    readers: Mutex<Vec<Connection>>,
}

impl Sqlite {
    pub(super) fn open(state_dir: &Path) -> Result<Self> {
        make_private(state_dir)?;
        let path = state_dir.join(super::FILE_NAME);
        let db = connect(&path)?;
        migrate(&db)?;
        let (jobs, queue) = sync_channel(QUEUE_JOBS_MAX);
        let writer = std::thread::Builder::new().name("ledger".to_owned()).spawn(move || {
            let mut groups = Groups::new(queue);
            while let Some(group) = groups.next() {
                commit(&db, group, &mut groups);
            }
        })?;
        Ok(Self { path, jobs: Some(jobs), writer: Some(writer), readers: Mutex::default() })
    }

    /// Writes and waits for the disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.submit(false, work, move |result| {
            // Nobody listens when the caller was cancelled; what it asked for is written all the same.
            let _ = answer.send(result);
        });
        answered.await.map_err(|_| gone())?
    }

    /// As [`Sqlite::write`], for callers that may block.
    pub(super) fn write_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = sync_channel(1);
        self.submit(false, work, move |result| {
            // The caller waits below.
            let _ = answer.send(result);
        });
        answered.recv().map_err(|_| gone())?
    }

    /// Hands in a job. A lazy one rides in the next transaction instead of making one.
    pub(super) fn submit<T: 'static>(
        &self,
        is_lazy: bool,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
        answer: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        let work = Box::new(move |db: Result<&Connection, &Words>| -> Answer {
            let result = match db {
                Ok(db) => in_savepoint(db, work),
                Err(why) => Err(anyhow::Error::from(why.clone())),
            };
            Box::new(move |decided| {
                answer(match decided {
                    Ok(()) => result,
                    Err(why) => Err(anyhow::Error::from(why.clone())),
                });
            })
        });
        if let Some(jobs) = &self.jobs {
            // When the writer is gone the job is dropped, and with it the sender its caller listens to.
            let _ = jobs.send(Job { is_lazy, work });
        }
    }

    /// Does what SQLite does not do inside a transaction, on a connection of its own.
    pub(super) fn outside_transaction<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        // Idle readers would keep the journal from being emptied.
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        work(&connect(&self.path)?).map_err(explain)
    }

    /// Copies everything as it is at this moment into a file that is empty or not there, and reads the copy through.
    /// True: it is whole.
    pub(super) fn copy_to(&self, file: &Path) -> Result<bool> {
        let shown = file.display();
        self.outside_transaction(|db| {
            db.execute("VACUUM INTO ?1", [file.to_string_lossy().as_ref()])
                .with_context(|| words!("could not write `{shown}`", "impossible d'écrire `{shown}`"))?;
            let copy = rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
                .map_err(Error::from)?;
            let said: String = copy.query_row("PRAGMA quick_check", [], |row| row.get(0)).map_err(Error::from)?;
            Ok(said == SOUND)
        })
    }

    /// Reads on a connection of its own.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = match idle {
            Some(db) => db,
            None => connect(&self.path)?,
        };
        let found = look(&db).map_err(explain);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_MAX {
            readers.push(db);
        }
        found
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.jobs = None;
        let here = std::thread::current().id();
        if let Some(writer) = self.writer.take().filter(|writer| writer.thread().id() != here) {
            // It ends once it has written what is queued; if it panicked, its callers have been told.
            let _ = writer.join();
        }
    }
}

fn gone() -> anyhow::Error {
    anyhow!(words!("the ledger's writer has stopped", "l'écriture du registre s'est arrêtée"))
}

/// The ledger names people: only its owner may look.
fn make_private(state_dir: &Path) -> Result<()> {
    let made = std::fs::create_dir_all(state_dir).and_then(|()| {
        let mut options = std::fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(state_dir.join(super::FILE_NAME)).map(drop)
    });
    made.map_err(|error| {
        let shown = state_dir.display();
        anyhow::Error::from(error).context(words!(
            "could not write in `{shown}`: is the folder writable, and is there room on the disk",
            "impossible d'écrire dans `{shown}` : le dossier est-il accessible en écriture, et reste-t-il de la place sur le disque"
        ))
    })
}

fn connect(path: &Path) -> Result<Connection> {
    let open = || -> rusqlite::Result<Connection> {
        let db = rusqlite::Connection::open(path)?;
        db.busy_timeout(BUSY_WAIT)?;
        begin_log(&db)?;
        // NORMAL may lose the last commits when the power fails, and with them who has been sent their copy.
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "secure_delete", true)?;
        db.pragma_update(None, "foreign_keys", true)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Connection::of_sqlite(db))
    };
    open().map_err(Error::from).map_err(|error| explain(error.into()))
}

/// Begins the write-ahead log. SQLite does not always wait by itself for the lock that this takes (`sqlite3_busy_handler`: "does
/// not guarantee that it will be invoked"): two processes that make the ledger at once turned each other away.
fn begin_log(db: &rusqlite::Connection) -> rusqlite::Result<()> {
    let mut waited = Duration::ZERO;
    loop {
        let begun = db.pragma_update(None, "journal_mode", "WAL");
        let is_busy = begun.as_ref().is_err_and(|why| why.sqlite_error_code() == Some(ErrorCode::DatabaseBusy));
        if !is_busy || waited >= BUSY_WAIT {
            return begun;
        }
        std::thread::sleep(LOG_STEP);
        waited += LOG_STEP;
    }
}

fn migrate(db: &Connection) -> Result<()> {
    let run = || -> Result<()> {
        let change = begin(db)?;
        let had: u32 = change.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let known = u32::try_from(MIGRATIONS.len())?;
        if had > known {
            bail!(words!(
                "it was written by a newer `cco-news` (schema {had}, this one knows {known}): use that version",
                "il a été écrit par un `cco-news` plus récent (schéma {had}, celui-ci connaît {known}) : utilisez cette version"
            ));
        }
        for migration in MIGRATIONS.iter().skip(usize::try_from(had)?) {
            change.execute_batch(migration)?;
        }
        change.pragma_update(None, "user_version", known)?;
        Ok(change.commit()?)
    };
    run().map_err(explain)
}

fn begin(db: &Connection) -> Result<Transaction<'_>, Error> {
    // Nothing else is open on the connection: the writer's jobs nest by savepoints.
    Ok(Transaction::new_unchecked(db.sqlite(), TransactionBehavior::Immediate)?)
}

/// Does a group in one transaction, and answers once that is on the disk.
fn commit(db: &Connection, group: Vec<Job>, groups: &mut Groups) {
    let n_urgent = n_urgent(&group);
    let mut group = group.into_iter();
    let mut answers = Vec::with_capacity(group.len());
    let decided = (|| -> Result<()> {
        let change = begin(db)?;
        answers.extend(group.by_ref().map(|job| (job.work)(Ok(db))));
        // A full disk or a failed write rolls the whole transaction back inside SQLite: nothing of it counts.
        if change.is_autocommit() {
            bail!(words!(
                "the ledger could not be written: is the disk full",
                "le registre n'a pas pu être écrit : le disque est-il plein"
            ));
        }
        groups.time(|| Ok(change.commit().map_err(Error::from)?))
    })();
    let why = decided.map_err(|error| Words::from(&explain(error)));
    if let Err(why) = &why {
        // The transaction could not even begin.
        answers.extend(group.map(|job| (job.work)(Err(why))));
    }
    groups.answering(n_urgent);
    for answer in answers {
        answer(why.as_ref().copied());
    }
}

/// One job's failure undoes that job alone.
fn in_savepoint<T>(db: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    db.prepare_cached("SAVEPOINT job")?.execute([]).map_err(anyhow::Error::from).map_err(explain)?;
    let result = work(db);
    if db.sqlite().is_autocommit() {
        return result.map_err(explain);
    }
    if result.is_err() {
        db.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    db.prepare_cached("RELEASE job")?.execute([])?;
    result.map_err(explain)
}

/// Puts what a person can do before what SQLite says.
fn explain(error: anyhow::Error) -> anyhow::Error {
    let Some(Error::Sqlite(rusqlite::Error::SqliteFailure(failure, _))) = error.downcast_ref::<Error>() else {
        return error;
    };
    let words = match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => words!(
            "the ledger is locked by another program: close what has it open, or wait and run the command again",
            "le registre est verrouillé par un autre programme : fermez-le, ou attendez et relancez la commande"
        ),
        ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => words!(
            "the ledger cannot be written: may this user write in its folder",
            "le registre ne peut pas être écrit : cet utilisateur peut-il écrire dans son dossier"
        ),
        ErrorCode::DiskFull => words!(
            "the disk is full: make room, then run the same command again",
            "le disque est plein : libérez de l'espace, puis relancez la même commande"
        ),
        ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => words!(
            "the file is damaged or is not a ledger: restore it from the last backup",
            "le fichier est endommagé ou n'est pas un registre : restaurez la dernière sauvegarde"
        ),
        ErrorCode::SystemIoFailure => words!(
            "the disk answered with an error: is it full or failing",
            "le disque a répondu par une erreur : est-il plein ou défaillant"
        ),
        _ => return error,
    };
    error.context(words)
}
