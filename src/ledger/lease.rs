//! The right to send. Of a file one process at a time has it, by a lock. On a server any number have it, each by a lease
//! that is renewed: rows are taken in the name of a number, the fence, and whoever let the lease run out, asleep or cut
//! off, has lost that number for ever: no dot leaves in it any more. Leases run by the database's clock.

use std::fs::{File, TryLockError};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Weak};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::Ledger;
use super::sql::{Connection, params};
use super::store::{Doing, Manner, Store};

/// The file that whoever sends has locked.
const SEND_LOCK: &str = "send.lock";

/// Longer than the longest wait of an attempt: ten minutes for the reply to the dot (RFC 5321, 4.5.3.2.6).
pub(super) const LEASE: Duration = Duration::from_mins(15);
/// How often it is renewed.
const RENEW: Duration = Duration::from_secs(10);
/// The part of a lease for which a sender is waited for of whom the server has no connection: it may be about to connect
/// again. Of a quarter of an hour, half a minute.
const MISSING_PART: i64 = 30;

/// While it lives, its holder may send.
pub struct SendLock(Right);

impl std::fmt::Debug for SendLock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SendLock")
    }
}

enum Right {
    File(File),
    /// On a server: a lock that ends with this connection.
    #[expect(dead_code, reason = "it is held, and ends when it is dropped")]
    Session(Connection),
    Lease {
        fence: Arc<AtomicI64>,
        stop: Option<Sender<()>>,
        thread: Option<std::thread::JoinHandle<()>>,
    },
}

/// While it lives, no other process does what is due beside sending.
pub type RunLock = SendLock;

/// While it lives, no other process sends letters.
pub type LettersLock = SendLock;

impl Drop for SendLock {
    fn drop(&mut self) {
        match &mut self.0 {
            // Closing alone would leave the lock with any child process that was just being started with our descriptors.
            // If even this fails, the operating system gives it back with the process.
            Right::File(file) => {
                let _ = file.unlock();
            }
            Right::Session(_) => {}
            Right::Lease { fence, stop, thread } => {
                drop(stop.take());
                if let Some(thread) = thread.take() {
                    // It gives the lease back; if that fails, the lease runs out.
                    let _ = thread.join();
                }
                fence.store(0, Ordering::SeqCst);
            }
        }
    }
}

impl Ledger {
    /// Takes the right to send. However the process ends, it is given back: by the operating system, or because the lease
    /// runs out.
    pub fn lock_for_sending(&self) -> Result<SendLock> {
        if self.db.engine.is_server() {
            return self.take_lease();
        }
        self.try_lock(SEND_LOCK)?.map_or_else(|| bail!(is_sent_already()), Ok)
    }

    /// As [`Ledger::lock_for_sending`], when nobody else sends: for what is to be the last word on an issue.
    pub fn lock_for_sending_alone(&self) -> Result<SendLock> {
        if self.db.engine.is_server() && self.is_sending()? {
            bail!(is_sent_already());
        }
        self.lock_for_sending()
    }

    /// Whether another process is sending now.
    pub fn is_sending(&self) -> Result<bool> {
        if !self.db.engine.is_server() {
            return Ok(self.try_lock(SEND_LOCK)?.is_none());
        }
        let own = self.fence.load(Ordering::SeqCst);
        self.db.read(|db| {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM senders s WHERE fence <> ?1 AND NOT gone AND NOT {LOST})");
            Ok(db.query_row(&sql, params![own, MISSING_PART], |row| row.get(0))?)
        })
    }

    /// Takes the right to do what is due beside sending; none: another `run` has it. The operating system gives it back
    /// however the process ends; on a server, whoever waits for the connection.
    pub fn lock_for_run(&self) -> Result<Option<RunLock>> {
        self.try_lock_anywhere("run.lock")
    }

    /// Takes the right to send letters; none: another `serve` has it. It ends as that to run does.
    pub fn lock_for_letters(&self) -> Result<Option<LettersLock>> {
        self.try_lock_anywhere("letters.lock")
    }

    /// Takes the right to make a backup on this machine; none: another process makes one.
    pub fn lock_for_backup(&self) -> Result<Option<RunLock>> {
        self.try_lock("backup.lock")
    }

    fn try_lock_anywhere(&self, name: &str) -> Result<Option<SendLock>> {
        if !self.db.engine.is_server() {
            return self.try_lock(name);
        }
        let db = self.db.engine.connect()?;
        let sql = "SELECT pg_try_advisory_lock(hashtextextended('cco-news ' || ?1 || current_schema(), 0))";
        let has_it = db.query_row(sql, [name], |row| row.get(0))?;
        Ok(Some(SendLock(Right::Session(db))).filter(|_| has_it))
    }

    /// A right to STATE that one process has at a time; none: another has it.
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
            Ok(()) => Ok(Some(SendLock(Right::File(file)))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| words!("could not lock `{shown}`", "impossible de verrouiller `{shown}`"))
            }
        }
    }

    /// In whose name this process takes rows; none: the ledger is a file, or nobody sends here.
    pub(super) fn fence(&self) -> Option<i64> {
        Some(self.fence.load(Ordering::SeqCst)).filter(|_| self.db.engine.is_server())
    }

    fn take_lease(&self) -> Result<SendLock> {
        let lease = millis(self.lease);
        let process = std::process::id().to_string();
        let fence = self.db.write_now(move |db| {
            bury(db)?;
            let sql = "INSERT INTO senders (process, backend, seen, until)
                       VALUES (?1, pg_backend_pid(), now_millis(), now_millis() + ?2) RETURNING fence";
            Ok(db.query_row(sql, params![process, lease], |row| row.get::<i64>(0))?)
        })?;
        self.fence.store(fence, Ordering::SeqCst);
        let (stop, stopped) = channel::<()>();
        let (store, every) = (Arc::downgrade(&self.db), RENEW.min(self.lease / 100));
        let thread = std::thread::Builder::new().name("lease".to_owned()).spawn(move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                let Some(store) = Weak::upgrade(&store) else { return };
                renew(&store, fence, lease);
            }
            if let Some(store) = Weak::upgrade(&store) {
                // If it cannot be written, the lease runs out by itself.
                let _ = store.write_now(move |db| give_up(db, fence));
            }
        })?;
        Ok(SendLock(Right::Lease { fence: Arc::clone(&self.fence), stop: Some(stop), thread: Some(thread) }))
    }
}

pub(super) fn is_sent_already() -> crate::model::Words {
    words!(
        "another `cco-news send` or `run` is sending now: wait for it, `cco-news status` shows how far it is",
        "un autre `cco-news send` ou `run` envoie en ce moment : attendez-le, `cco-news status` montre où il en est"
    )
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Prolongs a lease, and takes over from those whose lease is over. Nobody waits for it.
fn renew(store: &Store, fence: i64, lease: i64) {
    let renew = move |db: &Connection| {
        db.execute(
            "UPDATE senders SET seen = now_millis(), until = now_millis() + ?2, backend = pg_backend_pid()
             WHERE fence = ?1 AND NOT gone AND until > now_millis()",
            params![fence, lease],
        )?;
        bury(db)
    };
    store.submit(Manner::Shared, Doing::Again(Box::new(renew)), |renewed| {
        if let Err(why) = renewed {
            tracing::warn!("the lease could not be renewed: {why}");
        }
    });
}

fn give_up(db: &Connection, fence: i64) -> Result<()> {
    db.execute("UPDATE senders SET gone = true WHERE fence = ?1", [fence])?;
    free_of_the_gone(db).map(|_| ())
}

/// A sender `s` whose lease is over, or whom the server has not heard of for a while and has no connection with.
const LOST: &str = "(s.until <= now_millis() OR (s.seen < now_millis() - (s.until - s.seen) / ?2
      AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid = s.backend AND a.datname = current_database())))";

/// What the rows of senders who are gone came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Buried {
    /// Rows whose dot never left.
    pub(super) freed: u64,
    /// Rows whose dot may have left.
    pub(super) unknown: u64,
}

/// Takes their number from senders whose lease is over: what they had taken is free, what they had dotted is unknown.
pub(super) fn bury(db: &Connection) -> Result<Buried> {
    let sql = format!("UPDATE senders AS s SET gone = true WHERE NOT gone AND fence <> ?1 AND {LOST}");
    let n_gone = db.execute(&sql, params![0_i64, MISSING_PART])?;
    if n_gone == 0 { Ok(Buried::default()) } else { free_of_the_gone(db) }
}

fn free_of_the_gone(db: &Connection) -> Result<Buried> {
    let gone = "claimed_by IN (SELECT CAST(fence AS TEXT) FROM senders WHERE gone)";
    let free = super::deliveries::FREE;
    let freed = db.execute(&format!("UPDATE deliveries SET {free} WHERE state = 'claimed' AND {gone}"), [])?;
    let unknown = db.execute(
        &format!(
            "UPDATE deliveries SET state = 'unknown', reply_code = 0, changed = now_millis(), tries = tries + 1,
                    reply_text = 'the sender was not heard of again before the reply was read'
             WHERE state = 'dotted' AND {gone}"
        ),
        [],
    )?;
    Ok(Buried { freed: freed as u64, unknown: unknown as u64 })
}

/// Whether the right to send is still this process's: who has lost it takes nothing more.
pub(super) fn is_held(db: &Connection, fence: Option<i64>) -> Result<()> {
    let Some(fence) = fence else { return Ok(()) };
    let sql = "SELECT EXISTS (SELECT 1 FROM senders WHERE fence = ?1 AND NOT gone AND until > now_millis())";
    if db.query_row(sql, [fence], |row| row.get(0))? {
        return Ok(());
    }
    bail!(words!(
        "this machine was not heard of for too long, and others have taken over: run the command again",
        "cette machine n'a pas donné signe de vie pendant trop longtemps, et d'autres ont pris le relais : relancez la commande"
    ))
}

/// Whether a row may get its dot, `?5` and `?6` being the fence: it is ours, and we are not given up. A row that is dotted
/// already is so by the same try, of whose transaction nobody heard whether it was committed.
pub(super) const MAY_DOT: &str = "(state = 'claimed' OR (state = 'dotted' AND message_id = ?2)) AND claimed_by = ?5
    AND EXISTS (SELECT 1 FROM senders WHERE fence = ?6 AND NOT gone AND until > now_millis())";

/// Nothing in a file, which one process has for itself; on a server the condition that a row is ours.
pub(super) fn and_ours(fence: Option<i64>) -> String {
    fence.map_or_else(String::new, |fence| format!(" AND claimed_by = '{fence}'"))
}

/// Rows of which a sender may still say what became of them: its own, also those that became unknown when its lease was over,
/// and deferred ones, which may turn out to be refused.
pub(super) fn open_to(fence: i64) -> String {
    format!("(state = 'deferred' OR (state IN ('claimed', 'dotted', 'unknown') AND claimed_by = '{fence}'))")
}

/// How many rows of an issue other senders have taken.
pub(super) fn elsewhere(db: &Connection, issue: &crate::model::IssueId, fence: i64) -> Result<u64> {
    let sql =
        "SELECT count(*) FROM deliveries WHERE issue = ?1 AND state IN ('claimed', 'dotted') AND claimed_by <> ?2";
    let n: i64 = db.query_row(sql, params![issue.as_str(), fence.to_string()], |row| row.get(0))?;
    Ok(n.unsigned_abs())
}
