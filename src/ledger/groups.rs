//! Which jobs go to the disk together. A write to the disk costs the same for one job as for twenty, and nobody is
//! answered before it is over; so what may come in a moment is waited for, for a moment.
//!
//! Connections that send wait for the disk before each dot, and are back with the next copy soon after it has answered
//! them. Taken as they come, half of them would always wait for the write of the other half; waited for, they share one.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::sql::Connection;
use crate::model::Words;

/// Jobs in one transaction: bounds how long the first of them waits.
const GROUP_JOBS_MAX: usize = 256;
/// How long an outcome waits for a job that has to be on the disk anyway. A crash in between leaves its row `dotted`,
/// and so `unknown`, as a crash just before the reply would.
const LAZY_WAIT: Duration = Duration::from_millis(20);
/// How long those who were answered are waited for, as a part of what the last writes took, and at most. Who is not
/// back by then is far away, and loses nothing by a write of their own.
const BACK_PART: u32 = 2;
const BACK_WAIT_MAX: Duration = Duration::from_millis(5);

/// One thing to write.
pub(super) struct Job {
    /// Rides in the next transaction instead of making one.
    pub(super) is_lazy: bool,
    /// On a server: others who send may be writing at the same time. All else has the ledger to itself, as in a file.
    pub(super) is_shared: bool,
    pub(super) work: Box<dyn Work>,
}

/// What a job does.
pub(super) trait Work: Send {
    /// Does it in an open transaction, whose decision comes later.
    fn run(&mut self, db: &Connection);

    /// Whether it may be done in another transaction, when nobody knows what became of the last one.
    fn can_run_again(&self) -> bool;

    /// Tells its caller, once its transaction is decided; the words say why it could not be committed.
    fn answer(self: Box<Self>, decided: Result<(), &Words>);
}

/// The writer's side of the queue.
pub(super) struct Groups {
    queue: Receiver<Job>,
    /// What came while the last group was written.
    waiting: Vec<Job>,
    /// Callers who wait for the disk, or may be back at once.
    n_expected: usize,
    answered: Option<Instant>,
    /// What a write takes, of late.
    took: Duration,
}

impl Groups {
    pub(super) const fn new(queue: Receiver<Job>) -> Self {
        Self { queue, waiting: Vec::new(), n_expected: 0, answered: None, took: Duration::ZERO }
    }

    /// Waits for work, and takes what belongs together; none: nobody can hand in any more.
    pub(super) fn next(&mut self) -> Option<Vec<Job>> {
        let mut group = std::mem::take(&mut self.waiting);
        if group.is_empty() {
            group.push(self.queue.recv().ok()?);
        }
        self.fill(&mut group);
        while n_urgent(&group) == 0 && self.wait(&mut group, LAZY_WAIT) {}
        while n_urgent(&group) < self.n_expected
            && let Some(left) = self.left()
            && self.wait(&mut group, left)
        {}
        Some(group)
    }

    /// Takes what is there.
    fn fill(&self, group: &mut Vec<Job>) {
        while group.len() < GROUP_JOBS_MAX
            && let Ok(job) = self.queue.try_recv()
        {
            group.push(job);
        }
    }

    /// Takes one more; says whether there was one in time.
    fn wait(&self, group: &mut Vec<Job>, limit: Duration) -> bool {
        if group.len() >= GROUP_JOBS_MAX {
            return false;
        }
        match self.queue.recv_timeout(limit) {
            Ok(job) => {
                group.push(job);
                true
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }

    /// For how long those who were answered may still be waited for.
    fn left(&self) -> Option<Duration> {
        (self.took / BACK_PART).min(BACK_WAIT_MAX).checked_sub(self.answered?.elapsed())
    }

    /// Writes, and keeps how long it took.
    #[expect(clippy::disallowed_methods, reason = "how long the disk takes, not what time it is")]
    pub(super) fn time<T>(&mut self, write: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let written = write();
        self.took = (self.took * 3 + began.elapsed()) / 4;
        written
    }

    /// So many callers who wait are about to be answered.
    #[expect(clippy::disallowed_methods, reason = "how long callers take, not what time it is")]
    pub(super) fn answering(&mut self, n_callers: usize) {
        let mut waiting = std::mem::take(&mut self.waiting);
        self.fill(&mut waiting);
        self.n_expected = n_callers + n_urgent(&waiting);
        self.waiting = waiting;
        self.answered = Some(Instant::now());
    }
}

/// Jobs whose callers wait for the disk.
pub(super) fn n_urgent(group: &[Job]) -> usize {
    group.iter().filter(|job| !job.is_lazy).count()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    struct Nothing;

    impl Work for Nothing {
        fn run(&mut self, _: &Connection) {}

        fn can_run_again(&self) -> bool {
            true
        }

        fn answer(self: Box<Self>, _: Result<(), &Words>) {}
    }

    fn job(is_lazy: bool) -> Job {
        Job { is_lazy, is_shared: true, work: Box::new(Nothing) }
    }

    #[test]
    fn who_was_answered_and_comes_back_at_once_shares_a_write_with_who_waited() {
        let (give, queue) = sync_channel(16);
        let mut groups = Groups::new(queue);
        groups.took = Duration::from_mins(1);
        for _ in 0..2 {
            give.send(job(false)).unwrap();
        }
        assert_eq!(groups.next().unwrap().len(), 2);
        // A third came meanwhile; the two are back, with an outcome each.
        give.send(job(false)).unwrap();
        groups.answering(2);
        for is_lazy in [true, false, true, false] {
            give.send(job(is_lazy)).unwrap();
        }
        assert_eq!(groups.next().unwrap().len(), 5);
        drop(give);
        assert!(groups.next().is_none());
    }

    #[test]
    fn nobody_is_waited_for_who_is_not_back_soon() {
        let (give, queue) = sync_channel(16);
        let mut groups = Groups::new(queue);
        groups.took = Duration::from_millis(2);
        give.send(job(false)).unwrap();
        groups.answering(7);
        assert_eq!((groups.next().unwrap().len(), groups.n_expected), (1, 8));
        give.send(job(true)).unwrap();
        assert_eq!(groups.next().unwrap().len(), 1, "an outcome alone is written all the same");
    }
}
