//! SQLite under the ledger: one file, whose owner alone may look. WAL lets readers read while one writes.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rusqlite::{ErrorCode, Transaction, TransactionBehavior};

use super::sql::{Connection, Error};
use super::transfer;

/// How long another process may hold the file: an import of a million rows commits in batches far shorter.
const BUSY_WAIT: Duration = Duration::from_secs(30);
/// Between two tries to begin the log, where SQLite does not wait itself.
const LOG_STEP: Duration = Duration::from_millis(10);
/// What SQLite says when all pages are in order.
const SOUND: &str = "ok";

/// Schema changes, in order; the file's `user_version` says how many it has had. They only go forward.
pub(super) const MIGRATIONS: [&str; 2] = [include_str!("migrations/0001.sql"), include_str!("migrations/0002.sql")];

/// A ledger of nobody, whose schema can be asked for.
pub(super) fn in_memory() -> Result<Connection> {
    let open = || -> rusqlite::Result<Connection> {
        let db = rusqlite::Connection::open_in_memory()?;
        MIGRATIONS.iter().try_for_each(|migration| db.execute_batch(migration))?;
        Ok(Connection::Sqlite(db))
    };
    Ok(open().map_err(Error::from)?)
}

/// Makes STATE on first use.
pub(super) fn make_state(state_dir: &Path) -> Result<()> {
    std::fs::create_dir_all(state_dir).map_err(|error| not_writable(state_dir, error))
}

/// Makes the file on first use. The ledger names people: only its owner may look.
pub(super) fn make_private(state_dir: &Path) -> Result<()> {
    let made = std::fs::create_dir_all(state_dir).and_then(|()| {
        let mut options = std::fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(state_dir.join(super::FILE_NAME)).map(drop)
    });
    made.map_err(|error| not_writable(state_dir, error))
}

fn not_writable(state_dir: &Path, error: std::io::Error) -> anyhow::Error {
    let shown = state_dir.display();
    anyhow::Error::from(error).context(words!(
        "could not write in `{shown}`: is the folder writable, and is there room on the disk",
        "impossible d'écrire dans `{shown}` : le dossier est-il accessible en écriture, et reste-t-il de la place sur le disque"
    ))
}

pub(super) fn connect(path: &Path) -> Result<Connection> {
    let open = || -> rusqlite::Result<Connection> {
        let db = rusqlite::Connection::open(path)?;
        db.busy_timeout(BUSY_WAIT)?;
        begin_log(&db)?;
        // NORMAL may lose the last commits when the power fails, and with them who has been sent their copy.
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "secure_delete", true)?;
        db.pragma_update(None, "foreign_keys", true)?;
        db.set_prepared_statement_cache_capacity(64);
        Ok(Connection::Sqlite(db))
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

/// Copies everything into a file that is empty or not there, and reads the copy through. True: it is whole.
pub(super) fn copy_to(db: &Connection, file: &Path) -> Result<bool> {
    let shown = file.display();
    db.execute("VACUUM INTO ?1", [file.to_string_lossy().as_ref()])
        .with_context(|| words!("could not write `{shown}`", "impossible d'écrire `{shown}`"))?;
    let copy =
        rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(Error::from)?;
    is_sound(&Connection::Sqlite(copy))
}

/// Whether all pages of a file are in order.
pub(super) fn is_sound(db: &Connection) -> Result<bool> {
    let said: String = db.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    Ok(said == SOUND)
}

pub(super) fn migrate(db: &Connection) -> Result<()> {
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

/// A transaction that has the right to write from its beginning.
pub(super) fn begin(db: &Connection) -> Result<Transaction<'_>, Error> {
    // Nothing else is open on the connection: the writer's jobs nest by savepoints.
    Ok(Transaction::new_unchecked(db.sqlite()?, TransactionBehavior::Immediate)?)
}

/// Puts what a person can do before what SQLite says.
pub(super) fn explain(error: anyhow::Error) -> anyhow::Error {
    let Some(Error::Sqlite(rusqlite::Error::SqliteFailure(failure, _))) = error.downcast_ref::<Error>() else {
        return error;
    };
    let words = match failure.code {
        ErrorCode::ConstraintViolation if error.to_string().contains(transfer::CLOSED) => transfer::is_closed(),
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
