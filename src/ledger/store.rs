//! Writing and reading, whatever the engine: one thread writes, several jobs to a transaction, and a job is answered after
//! its transaction is on the disk. Readers have connections of their own.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};

use super::groups::{Groups, Job, Work, n_urgent};
use super::postgres::{self, Server};
use super::server_writer::{AWAY_MAX, STEP, ServerWriter};
use super::sql::{Connection, Error, is_away};
use super::{sqlite, transfer};
use crate::model::Words;

/// Jobs that may wait for the writer: far more than connections can be in flight, so that only a bug fills it.
const QUEUE_JOBS_MAX: usize = 1024;
/// Idle readers that are kept open.
const READERS_MAX: usize = 4;

/// What keeps the ledger.
#[derive(Clone)]
pub(super) enum Engine {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Arc<Server>),
}

impl Engine {
    pub(super) fn connect(&self) -> Result<Connection> {
        match self {
            Self::Sqlite(path) => sqlite::connect(path),
            Self::Postgres(server) => server.connect().map_err(postgres::explain),
        }
    }

    /// As [`Engine::connect`], the schema being made or brought up to date.
    pub(super) fn connect_and_migrate(&self) -> Result<Connection> {
        let db = self.connect()?;
        match self {
            Self::Sqlite(_) => sqlite::migrate(&db)?,
            Self::Postgres(_) => postgres::migrate(&db).map_err(postgres::explain)?,
        }
        Ok(db)
    }

    /// As [`Engine::connect`]; a server that is being started again is waited for, as the writer does.
    #[expect(clippy::disallowed_methods, reason = "how long a server is away, not what time it is")]
    fn connect_when_back(&self) -> Result<Connection> {
        let began = Instant::now();
        loop {
            let connected = self.connect();
            let is_away = |error: &anyhow::Error| {
                error.downcast_ref::<Error>().is_some_and(|why| matches!(why, Error::Postgres(why) if is_away(why)))
            };
            if !connected.as_ref().is_err_and(is_away) || began.elapsed() > AWAY_MAX {
                return connected;
            }
            std::thread::sleep(STEP);
        }
    }

    pub(super) const fn is_server(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

/// The writer and the readers.
pub(super) struct Store {
    pub(super) engine: Engine,
    jobs: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    readers: Mutex<Vec<Connection>>,
}

/// How a job is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// Alone, and waited for.
    Alone,
    /// Beside others who send.
    Shared,
    /// Beside others who send, and with the next transaction.
    Lazy,
}

impl Store {
    /// Begins to write in a ledger, which has not been moved elsewhere.
    pub(super) fn begin(engine: Engine) -> Result<Self> {
        let db = engine.connect_and_migrate()?;
        transfer::is_open(&db)?;
        Self::over(engine, db)
    }

    /// Begins with any ledger: for moving it.
    pub(super) fn begin_any(engine: Engine) -> Result<Self> {
        let db = engine.connect_and_migrate()?;
        Self::over(engine, db)
    }

    fn over(engine: Engine, db: Connection) -> Result<Self> {
        let (jobs, queue) = sync_channel(QUEUE_JOBS_MAX);
        let thread = std::thread::Builder::new().name("ledger".to_owned());
        let writer = match engine.clone() {
            Engine::Sqlite(_) => thread.spawn(move || {
                let mut groups = Groups::new(queue);
                while let Some(group) = groups.next() {
                    commit(&db, group, &mut groups);
                }
            })?,
            Engine::Postgres(server) => thread.spawn(move || {
                let (mut groups, mut writer) = (Groups::new(queue), ServerWriter::new(server, db));
                while let Some(group) = groups.next() {
                    writer.commit(group, &mut groups);
                }
            })?,
        };
        Ok(Self { engine, jobs: Some(jobs), writer: Some(writer), readers: Mutex::default() })
    }

    /// Writes and waits for the disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.submit(Manner::Alone, Doing::Once(Some(Box::new(work))), move |result| {
            // Nobody listens when the caller was cancelled; what it asked for is written all the same.
            let _ = answer.send(result);
        });
        answered.await.map_err(|_| gone())?
    }

    /// As [`Store::write`], beside others who send, for what may be done again.
    pub(super) async fn write_shared<T: Send + 'static>(
        &self,
        work: impl FnMut(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        self.submit(Manner::Shared, Doing::Again(Box::new(work)), move |result| {
            // As above.
            let _ = answer.send(result);
        });
        answered.await.map_err(|_| gone())?
    }

    /// As [`Store::write`], for callers that may block.
    pub(super) fn write_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = sync_channel(1);
        self.submit(Manner::Alone, Doing::Once(Some(Box::new(work))), move |result| {
            // The caller waits below.
            let _ = answer.send(result);
        });
        answered.recv().map_err(|_| gone())?
    }

    /// Hands in a job.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        manner: Manner,
        doing: Doing<T>,
        answer: impl FnOnce(Result<T>) + Send + 'static,
    ) {
        if let Some(jobs) = &self.jobs {
            let work = Box::new(Task { doing, result: None, answer });
            let job = Job { is_lazy: manner == Manner::Lazy, is_shared: manner != Manner::Alone, work };
            // When the writer is gone the job is dropped, and with it the sender its caller listens to.
            let _ = jobs.send(job);
        }
    }

    /// Does what the engine does not do inside a transaction, on a connection of its own.
    pub(super) fn outside_transaction<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        // Idle readers would keep the journal of a file from being emptied.
        self.readers.lock().unwrap_or_else(PoisonError::into_inner).clear();
        work(&self.engine.connect()?).map_err(explain)
    }

    /// Copies everything as it is at this moment into a file that is empty or not there, and reads the copy through.
    /// True: it is whole.
    pub(super) fn copy_to(&self, file: &Path) -> Result<bool> {
        if self.engine.is_server() {
            return transfer::copy_out(&self.engine, file).map_err(explain);
        }
        self.outside_transaction(|db| sqlite::copy_to(db, file))
    }

    /// Reads on a connection of its own.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = match idle.filter(|db| !matches!(db, Connection::Postgres(client) if client.is_closed())) {
            Some(db) => db,
            None => self.engine.connect_when_back()?,
        };
        let found = look(&db).map_err(explain);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS_MAX {
            readers.push(db);
        }
        found
    }
}

impl Drop for Store {
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

type OnceWork<T> = Box<dyn FnOnce(&Connection) -> Result<T> + Send>;
type AgainWork<T> = Box<dyn FnMut(&Connection) -> Result<T> + Send>;

/// Work, by whether it can be done again.
pub(super) enum Doing<T> {
    /// It takes what it needs with it.
    Once(Option<OnceWork<T>>),
    /// Done twice it gives what done once gives.
    Again(AgainWork<T>),
}

struct Task<T, A> {
    doing: Doing<T>,
    result: Option<Result<T>>,
    answer: A,
}

impl<T: Send, A: FnOnce(Result<T>) + Send> Work for Task<T, A> {
    fn run(&mut self, db: &Connection) {
        // What is done beside others changes nothing when it says no; if the engine fails it, all of the group fails.
        let is_flat = db.is_postgres() && matches!(self.doing, Doing::Again(_));
        let doing = &mut self.doing;
        let mut work = |db: &Connection| match doing {
            Doing::Again(work) => work(db),
            Doing::Once(work) => work.take().map_or_else(|| Err(gone()), |work| work(db)),
        };
        self.result = Some(if is_flat { work(db).map_err(explain) } else { in_savepoint(db, work) });
    }

    fn can_run_again(&self) -> bool {
        !matches!(self.doing, Doing::Once(None))
    }

    fn answer(self: Box<Self>, decided: Result<(), &Words>) {
        (self.answer)(match decided {
            Ok(()) => self.result.unwrap_or_else(|| Err(gone())),
            Err(why) => Err(anyhow::Error::from(why.clone())),
        });
    }
}

/// Does a group in one transaction, and answers once that is on the disk.
fn commit(db: &Connection, mut group: Vec<Job>, groups: &mut Groups) {
    let decided = (|| -> Result<()> {
        let change = sqlite::begin(db)?;
        for job in &mut group {
            job.work.run(db);
        }
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
    groups.answering(n_urgent(&group));
    for job in group {
        job.work.answer(why.as_ref().copied());
    }
}

/// One job's failure undoes that job alone.
fn in_savepoint<T>(db: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let has_ended = |db: &Connection| matches!(db, Connection::Sqlite(db) if db.is_autocommit());
    db.execute("SAVEPOINT job", []).map_err(anyhow::Error::from).map_err(explain)?;
    let result = work(db);
    if has_ended(db) {
        return result.map_err(explain);
    }
    if result.is_err() {
        db.execute("ROLLBACK TO job", [])?;
    }
    db.execute("RELEASE job", [])?;
    result.map_err(explain)
}

/// Puts what a person can do before what the engine says.
fn explain(error: anyhow::Error) -> anyhow::Error {
    postgres::explain(sqlite::explain(error))
}
