//! A newsletter's ledger from a file onto a server, and back. The copy is one transaction of the target, while nobody else
//! can write the source; then both are counted and compared; then the source is closed for ever, and the target opened.
//! Stopped anywhere and run again it goes on: at every moment exactly one of the two can be opened, or none, and then the
//! marks in `meta` say which step is next.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;

use super::postgres::Server;
use super::sql::Connection;
use super::store::{Engine, Store};
use super::tables::{self, CAME, MOVED, MOVING, Table, Tally};
use super::{FILE_NAME, Ledger, fact, lease, server_writer, set_fact, sqlite};
use crate::model::Words;

/// Where a ledger is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// In the file in STATE.
    File,
    /// On the server.
    Server,
}

/// What moving a ledger came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Where it was, without a password.
    pub from: String,
    /// Where it is now.
    pub to: String,
    /// It had been moved before.
    pub is_done_before: bool,
    /// Each table, the same on both sides.
    pub tables: Vec<Tally>,
}

/// What to move, and how.
pub struct Transferring<'a> {
    /// STATE.
    pub state_dir: &'a Path,
    /// The server, `postgres://…`.
    pub url: &'a str,
    /// Where to.
    pub to: Seat,
    /// Look only.
    pub is_dry: bool,
    /// The clock.
    pub now: Timestamp,
    /// Whether a copy lies in the outbox of this machine.
    pub is_in_outbox: fn(&Path, &str) -> bool,
    /// Called between two steps, with the name of the last one; an error stops it there, as a crash would.
    pub step: &'a dyn Fn(&'static str) -> Result<()>,
}

impl Transferring<'_> {
    /// Moves the ledger. Nobody may be sending, and what is there already is not written over.
    pub fn run(&self) -> Result<Transfer> {
        super::is_not_being_restored(self.state_dir)?;
        let path = self.state_dir.join(FILE_NAME);
        let (file, server) = (Engine::Sqlite(path.clone()), Arc::new(Server::new(self.url)?));
        let (shown, on_server) = (path.display().to_string(), Engine::Postgres(Arc::clone(&server)));
        let is_made = path.exists();
        if self.to == Seat::Server && !is_made {
            bail!(words!("there is no ledger in `{shown}`", "il n'y a pas de registre dans `{shown}`"));
        }
        // Both have the schema of this version when they are open.
        let schema = tables::all(&sqlite::in_memory()?)?;
        let (source, target, from, to) = match self.to {
            Seat::Server => (file, on_server, shown, server.shown()),
            Seat::File => (on_server, file, server.shown(), shown),
        };
        let source = Store::begin_any(source).map(|store| Ledger::over(store, self.state_dir))?;
        let target =
            if self.is_dry { target.connect_to_look()? } else { Some(target.connect_to_fill(self.state_dir)?) };
        let mut sides = Sides { tables: &schema, source: &source, from, to, target };
        self.between(&mut sides)
    }

    fn between(&self, sides: &mut Sides<'_>) -> Result<Transfer> {
        let source = sides.source.db.engine.connect()?;
        if let Some(closed) = fact(&source, MOVED)? {
            return self.go_on(&closed, sides);
        }
        let coming = sides.target.as_ref().map_or(Ok(None), |target| fact(target, MOVING))?;
        may_fill(sides, coming.as_deref())?;
        if self.is_dry {
            if sides.source.is_sending()? {
                bail!(lease::is_sent_already());
            }
            let tables = tables::tally(sides.tables, &source)?;
            return Ok(sides.done(false, tables));
        }
        let _rights = rights(sides.source)?;
        self.settle(sides.source)?;
        begin(&source)?;
        nobody_sends(&source)?;
        let Some(target) = &sides.target else { return Ok(sides.done(false, Vec::new())) };
        let id = format!("{}-{}", self.now.as_millisecond(), std::process::id());
        begin(target)?;
        let filled = (|| -> Result<Vec<Tally>> {
            reopen(sides.tables, target)?;
            let copied = tables::replace(sides.tables, &source, target)?;
            set_fact(target, MOVING, &format!("{id} {}", sides.from))?;
            Ok(copied)
        })();
        let copied = end(target, filled)?;
        (self.step)("copied")?;
        let there = tables::tally(sides.tables, target)?;
        if let Some((one, _)) = copied.iter().zip(&there).find(|(one, two)| one != two) {
            let table = &one.table;
            bail!(words!(
                "the copy of the table `{table}` is not what was copied: nothing was moved",
                "la copie de la table `{table}` n'est pas ce qui a été copié : rien n'a été déplacé"
            ));
        }
        (self.step)("compared")?;
        let closed = (|| -> Result<()> {
            set_fact(&source, MOVED, &format!("{id} {}", sides.to))?;
            close(sides.tables, &source)
        })();
        end(&source, closed)?;
        (self.step)("closed")?;
        open(target, &id)?;
        (self.step)("opened")?;
        Ok(sides.done(false, copied))
    }

    /// The source is closed already: a move was stopped just before its end, or is over.
    fn go_on(&self, closed: &str, sides: &Sides<'_>) -> Result<Transfer> {
        let (id, to) = closed.split_once(' ').unwrap_or((closed, ""));
        let Some(target) = &sides.target else { return Ok(sides.done(true, Vec::new())) };
        let is_ours = |mark: Option<String>| mark.is_some_and(|mark| mark.split(' ').next() == Some(id));
        if is_ours(fact(target, MOVING)?) {
            if !self.is_dry {
                open(target, id)?;
            }
        } else if !is_ours(fact(target, CAME)?) {
            bail!(moved_to(to, sides.source.is_shared()));
        } else {
            return Ok(sides.done(true, Vec::new()));
        }
        Ok(sides.done(false, tables::tally(sides.tables, target)?))
    }

    /// Copies that were taken when their process was stopped are settled as `send` would.
    fn settle(&self, source: &Ledger) -> Result<()> {
        if source.is_shared() {
            return Ok(());
        }
        for issue in source.open_issues()? {
            let (look, state) = (self.is_in_outbox, self.state_dir.to_owned());
            source.recover(&issue, move |id| look(&state, id), self.now)?;
        }
        Ok(())
    }
}

/// Both ledgers of a move.
struct Sides<'a> {
    tables: &'a [Table],
    source: &'a Ledger,
    from: String,
    to: String,
    /// None: it is not there yet, and is not to be made.
    target: Option<Connection>,
}

impl Sides<'_> {
    fn done(&self, is_done_before: bool, tables: Vec<Tally>) -> Transfer {
        Transfer { from: self.from.clone(), to: self.to.clone(), is_done_before, tables }
    }
}

impl Engine {
    /// The target, made if need be.
    fn connect_to_fill(&self, state_dir: &Path) -> Result<Connection> {
        if !self.is_server() {
            sqlite::make_private(state_dir)?;
        }
        self.connect_and_migrate()
    }

    /// The target, if it is there.
    fn connect_to_look(&self) -> Result<Option<Connection>> {
        match self {
            Self::Sqlite(path) if !path.exists() => Ok(None),
            Self::Sqlite(_) => self.connect_and_migrate().map(Some),
            Self::Postgres(_) => {
                let db = self.connect()?;
                let is_there = db.query_row("SELECT to_regclass('meta') IS NOT NULL", [], |row| row.get(0))?;
                Ok(Some(db).filter(|_| is_there))
            }
        }
    }
}

/// Whether the target may be filled: it is empty, or closed by an earlier move, or was being filled from here.
fn may_fill(sides: &Sides<'_>, coming: Option<&str>) -> Result<()> {
    let Some(target) = &sides.target else { return Ok(()) };
    let is_from_here = coming.is_some_and(|mark| mark.split_once(' ').is_some_and(|(_, from)| from == sides.from));
    if is_from_here || fact(target, MOVED)?.is_some() || (coming.is_none() && tables::is_empty(sides.tables, target)?) {
        return Ok(());
    }
    let to = &sides.to;
    bail!(words!(
        "refused: there is a ledger in `{to}` already, and nothing is written over it",
        "refusé : il y a déjà un registre dans `{to}`, et rien n'est écrit par-dessus"
    ))
}

/// Nobody else sends, does what is due, or serves, while the ledger moves.
fn rights(source: &Ledger) -> Result<Vec<super::SendLock>> {
    let busy = |en: &str, fr: &str| {
        words!(
            "refused: `{en}` is at work on this ledger: wait for it, or stop it",
            "refusé : `{fr}` est à l'œuvre sur ce registre : attendez sa fin, ou arrêtez-le"
        )
    };
    let mut rights = Vec::new();
    if !source.is_shared() {
        rights.push(source.lock_for_sending()?);
    }
    rights.push(source.lock_for_run()?.ok_or_else(|| busy("cco-news run", "cco-news run"))?);
    rights.push(source.lock_for_letters()?.ok_or_else(|| busy("cco-news serve", "cco-news serve"))?);
    Ok(rights)
}

/// Of a server, where any number may have the right to send.
fn nobody_sends(source: &Connection) -> Result<()> {
    if !source.is_postgres() {
        return Ok(());
    }
    lease::bury(source)?;
    if source.query_row("SELECT EXISTS (SELECT 1 FROM senders WHERE NOT gone)", [], |row| row.get(0))? {
        bail!(lease::is_sent_already());
    }
    Ok(())
}

/// Begins a transaction beside which nobody can write.
pub(super) fn begin(db: &Connection) -> Result<()> {
    if db.is_postgres() {
        // It may be silent for as long as the other side takes.
        db.execute_batch("SET idle_in_transaction_session_timeout = 0")?;
        return Ok(db.execute_batch(server_writer::ALONE)?);
    }
    Ok(db.execute_batch("BEGIN IMMEDIATE")?)
}

/// Commits what was done, or undoes it.
pub(super) fn end<T>(db: &Connection, done: Result<T>) -> Result<T> {
    match done {
        Ok(done) => {
            db.execute_batch("COMMIT").map_err(anyhow::Error::from)?;
            Ok(done)
        }
        Err(why) => {
            // Undone or not, it never counts: the connection ends.
            let _ = db.execute_batch("ROLLBACK");
            Err(why)
        }
    }
}

/// From now on it is the ledger.
fn open(target: &Connection, id: &str) -> Result<()> {
    begin(target)?;
    let opened = (|| -> Result<()> {
        set_fact(target, CAME, id)?;
        target.execute("DELETE FROM meta WHERE key = ?1", [MOVING])?;
        Ok(())
    })();
    end(target, opened)
}

/// From now on nothing can be written in it, not even by a process that has it open.
fn close(tables: &[Table], db: &Connection) -> Result<()> {
    if db.is_postgres() {
        db.execute_batch(&format!(
            "CREATE OR REPLACE FUNCTION cco_news_closed() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION '{CLOSED}' USING ERRCODE = '55000'; END $$"
        ))?;
    }
    for Table { name, .. } in tables {
        if db.is_postgres() {
            db.execute_batch(&format!(
                "CREATE OR REPLACE TRIGGER closed BEFORE INSERT OR UPDATE OR DELETE ON {name}
                 FOR EACH STATEMENT EXECUTE FUNCTION cco_news_closed()"
            ))?;
            continue;
        }
        for what in ["INSERT", "UPDATE", "DELETE"] {
            db.execute_batch(&format!(
                "CREATE TRIGGER closed_{name}_{what} BEFORE {what} ON {name}
                 BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END"
            ))?;
        }
    }
    Ok(())
}

/// A ledger that an earlier move had closed is to be filled again.
fn reopen(tables: &[Table], db: &Connection) -> Result<()> {
    for Table { name, .. } in tables {
        if db.is_postgres() {
            db.execute_batch(&format!("DROP TRIGGER IF EXISTS closed ON {name}"))?;
            continue;
        }
        for what in ["INSERT", "UPDATE", "DELETE"] {
            db.execute_batch(&format!("DROP TRIGGER IF EXISTS closed_{name}_{what}"))?;
        }
    }
    db.execute(&format!("DELETE FROM meta WHERE key IN ('{MOVED}', '{MOVING}', '{CAME}')"), [])?;
    Ok(())
}

/// Refuses a ledger that was moved away, or is being moved here.
pub(super) fn is_open(db: &Connection) -> Result<()> {
    if let Some(moved) = fact(db, MOVED)? {
        bail!(moved_to(moved.split_once(' ').map_or("", |(_, to)| to), db.is_postgres()));
    }
    if fact(db, MOVING)?.is_some() {
        bail!(words!(
            "a move was stopped before its end: run the same `cco-news ledger move` again",
            "un déplacement s'est arrêté avant la fin : relancez la même commande `cco-news ledger move`"
        ));
    }
    Ok(())
}

fn moved_to(to: &str, is_server: bool) -> Words {
    if is_server {
        return words!(
            "this ledger was moved to a file, `{to}`, on the machine that has it: there, leave CCO_NEWS_LEDGER out",
            "ce registre a été déplacé dans un fichier, `{to}`, sur la machine qui le possède : là, retirez CCO_NEWS_LEDGER"
        );
    }
    words!(
        "this ledger was moved to `{to}`: set CCO_NEWS_LEDGER to that address",
        "ce registre a été déplacé vers `{to}` : donnez cette adresse dans CCO_NEWS_LEDGER"
    )
}

/// Copies a ledger on a server, as it is at this moment, into an empty file, and compares. True: it is whole.
pub(super) fn copy_out(engine: &Engine, file: &Path) -> Result<bool> {
    let shown = file.display().to_string();
    let (source, target) = (engine.connect()?, sqlite::connect(file)?);
    sqlite::migrate(&target)?;
    let tables = tables::all(&target)?;
    source.execute_batch("SET idle_in_transaction_session_timeout = 0")?;
    source.execute_batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    begin(&target)?;
    let copied = end(&target, tables::replace(&tables, &source, &target))
        .with_context(|| words!("could not write `{shown}`", "impossible d'écrire `{shown}`"))?;
    source.execute_batch("COMMIT")?;
    let is_same = tables::tally(&tables, &target)? == copied;
    // One file, without a journal beside it.
    target.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
    Ok(is_same && sqlite::is_sound(&target)?)
}

impl Ledger {
    /// Whether nothing is in it but facts about itself.
    pub fn is_empty(&self) -> Result<bool> {
        let tables = tables::all(&sqlite::in_memory()?)?;
        self.db.read(|db| tables::is_empty(&tables, db))
    }

    /// Makes a ledger on a server, in one transaction, what the one in STATE of another place is: of a backup.
    pub fn become_as(&self, state_dir: &Path) -> Result<()> {
        let source = sqlite::connect(&state_dir.join(FILE_NAME))?;
        let tables = tables::all(&source)?;
        let target = self.db.engine.connect()?;
        begin(&target)?;
        let filled = tables::replace(&tables, &source, &target).and_then(|copied| {
            if tables::tally(&tables, &target)? == copied {
                return Ok(());
            }
            bail!(words!(
                "the copy is not what was copied: run the command again",
                "la copie n'est pas ce qui a été copié : relancez la commande"
            ))
        });
        end(&target, filled)
    }
}

/// What SQL says of a write into a closed ledger.
pub(super) const CLOSED: &str = "this ledger was moved";

/// To a process that had it open.
pub(super) fn is_closed() -> Words {
    words!(
        "the ledger was moved elsewhere meanwhile: start this command again",
        "le registre a été déplacé entre-temps : relancez cette commande"
    )
}
