//! What the two threads of a desk share: what is shown now, how to ask for work, and what was said about it.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::{oneshot, watch};

use super::Made;
use super::acts::{Act, Outcome};
use super::gate::Gate;
use crate::model::{IssueId, Speech, Words};

/// Sentences that are kept until their page is asked for.
const SAID_MAX: usize = 32;

/// What is shown now.
#[derive(Debug, Clone, Default)]
pub(super) struct Shown {
    /// Grows with every change.
    pub(super) version: u64,
    /// The last good state; none: there was none yet.
    pub(super) made: Option<Arc<Made>>,
    /// Why there is no newer one.
    pub(super) broken: Option<Words>,
    /// Whether `issue.toml` was there and is gone.
    pub(super) is_gone: bool,
    /// What would be taken back.
    pub(super) undo: Option<Words>,
    /// What would be done again.
    pub(super) redo: Option<Words>,
}

/// Work for the one thread that does it.
pub(super) enum Job {
    /// Something a person asked for.
    Act(Box<Act>, oneshot::Sender<Outcome>),
    /// The desk closes.
    Stop,
}

/// What both threads have.
pub(super) struct Room {
    pub(super) gate: Gate,
    pub(super) speech: Speech,
    pub(super) issue: IssueId,
    pub(super) has_other: bool,
    jobs: Sender<Job>,
    shown: RwLock<Arc<Shown>>,
    version: watch::Sender<u64>,
    said: Mutex<(u64, VecDeque<(u64, Words)>)>,
    name: Mutex<String>,
}

impl Room {
    pub(super) fn new(gate: Gate, speech: Speech, issue: IssueId, jobs: Sender<Job>, has_other: bool) -> Self {
        Self {
            gate,
            speech,
            issue,
            has_other,
            jobs,
            shown: RwLock::default(),
            version: watch::channel(0).0,
            said: Mutex::default(),
            name: Mutex::default(),
        }
    }

    pub(super) fn shown(&self) -> Arc<Shown> {
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows something new, and wakes who waits for it.
    pub(super) fn show(&self, mut shown: Shown) {
        shown.version = self.shown().version + 1;
        let version = shown.version;
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shown);
        self.version.send_replace(version);
    }

    /// Tells when something newer than a version is shown.
    pub(super) fn versions(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Has something done. None: the desk is closing.
    pub(super) async fn ask(&self, act: Act) -> Option<Outcome> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job::Act(Box::new(act), reply)).ok()?;
        answer.await.ok()
    }

    /// Ends the work; when it has ended, nobody hears this.
    pub(super) fn stop(&self) {
        let _ = self.jobs.send(Job::Stop);
    }

    /// Keeps a sentence for the page that comes next, and gives its number.
    pub(super) fn say(&self, words: Words) -> u64 {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.0 += 1;
        let number = said.0;
        said.1.push_back((number, words));
        if said.1.len() > SAID_MAX {
            said.1.pop_front();
        }
        number
    }

    pub(super) fn said(&self, number: u64) -> Option<Words> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.1.iter().find(|(own, _)| *own == number).map(|(_, words)| words.clone())
    }

    /// The name that the person last gave, so that it is asked for once.
    pub(super) fn name(&self) -> String {
        self.name.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_name(&self, name: &str) {
        name.clone_into(&mut self.name.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
