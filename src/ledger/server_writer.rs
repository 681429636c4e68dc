//! The writer of a ledger on a server: groups of jobs as in a file, and what a network adds. A transaction of which nobody
//! knows whether it was committed is done again when all that is in it can be.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::groups::{Groups, Job, n_urgent};
use super::postgres::{self, Server};
use super::sql::{Connection, Error, is_away, may_be_repeated};
use crate::model::Words;

/// How long a server that is away is waited for: a restart, or a standby that takes over. In the meantime nothing leaves.
pub(super) const AWAY_MAX: Duration = Duration::from_secs(90);
/// Tries of a transaction that got in another's way.
const TRIES_MAX: u32 = 5;
/// Between two tries.
pub(super) const STEP: Duration = Duration::from_millis(250);

/// Has the ledger to itself until the transaction ends…
pub(super) const ALONE: &str =
    "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('cco-news ' || current_schema(), 0))";
/// …or shares it with others who send.
const SHARED: &str = "BEGIN; SELECT pg_advisory_xact_lock_shared(hashtextextended('cco-news ' || current_schema(), 0))";

pub(super) struct ServerWriter {
    server: Arc<Server>,
    db: Option<Connection>,
}

impl ServerWriter {
    pub(super) const fn new(server: Arc<Server>, db: Connection) -> Self {
        Self { server, db: Some(db) }
    }

    /// Does a group in one transaction, and answers once that is on the server's disk.
    #[expect(clippy::disallowed_methods, reason = "how long a server is away, not what time it is")]
    pub(super) fn commit(&mut self, mut group: Vec<Job>, groups: &mut Groups) {
        let began = Instant::now();
        let mut n_tries = 0;
        let why = loop {
            let Err(error) = self.try_group(&mut group, groups) else { break Ok(()) };
            n_tries += 1;
            let is_worth_it = match error.downcast_ref::<Error>() {
                Some(Error::Postgres(why)) if is_away(why) => began.elapsed() < AWAY_MAX,
                Some(Error::Postgres(why)) => may_be_repeated(why) && n_tries < TRIES_MAX,
                _ => false,
            };
            let why = Words::from(&postgres::explain(error));
            if !is_worth_it {
                break Err(why);
            }
            // Whose work cannot be done again is told; it may have been written.
            for job in group.extract_if(.., |job| !job.work.can_run_again()) {
                job.work.answer(Err(&why));
            }
            if group.is_empty() {
                return;
            }
            std::thread::sleep(STEP);
        };
        groups.answering(n_urgent(&group));
        for job in group {
            job.work.answer(why.as_ref().copied());
        }
    }

    fn try_group(&mut self, group: &mut [Job], groups: &mut Groups) -> Result<()> {
        let is_open = matches!(&self.db, Some(Connection::Postgres(client)) if !client.is_closed());
        if !is_open {
            self.db = None;
        }
        let db = match self.db.take() {
            Some(db) => db,
            None => self.server.connect()?,
        };
        let begin = if group.iter().all(|job| job.is_shared) { SHARED } else { ALONE };
        let done = (|| -> Result<(), Error> {
            db.execute_batch(begin)?;
            for job in group.iter_mut() {
                job.work.run(&db);
            }
            // `COMMIT` of a transaction that has failed rolls it back and says nothing: the look before it fails.
            groups.time(|| db.execute_batch("SELECT 1; COMMIT"))
        })();
        match done {
            Ok(()) => {
                self.db = Some(db);
                Ok(())
            }
            Err(error) => {
                // What is left of the transaction goes with the connection, if it cannot be undone.
                if db.execute_batch("ROLLBACK").is_ok() {
                    self.db = Some(db);
                }
                Err(error.into())
            }
        }
    }
}
