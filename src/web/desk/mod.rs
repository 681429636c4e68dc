//! The editor's desk: the month in a browser, beside the files. In comes a newsletter's folder; out go pages that show
//! the issue as it is, and decisions written into `issue.toml` and nowhere else, so that the desk, a text editor and the
//! command line work on the same files at the same time.
//!
//! It stands apart because it talks to one person for hours. One thread does the work, one thing after the other
//! (`work`); another answers browsers from what was last made (`room`, `route`). The pipeline itself is the shell's, and
//! comes in as functions ([`Workshop`]).

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use anyhow::{Context as _, Result};
use jiff::Timestamp;

use crate::curate::{Board, Candidate};
use crate::model::{
    Digest, Edition, EditionId, Finding, Issue, IssueId, Newsletter, Speech, Story, StoryId, Unsure, Words,
};

#[macro_use]
mod html;
mod gate;
mod room;
mod work;
mod acts;
mod history;
mod watch;
mod route;
mod forms;
mod page;
mod shelves;
mod story;
mod texts;
mod findings;
mod editions;
mod variants;
mod approval;
mod conflict;

pub use gate::Way;

/// What the desk has done by the pipeline, whose files are the shell's.
pub struct Workshop<'a> {
    /// Curates, composes and checks the issue as its files are now; with `true`, reads the drop folder again first.
    pub make: &'a dyn Fn(bool) -> Result<Made>,
    /// `issue.toml` as it stands; none: it is not there.
    pub read: &'a dyn Fn() -> Result<Option<String>>,
    /// Writes `issue.toml`.
    pub save: &'a dyn Fn(&str) -> Result<()>,
    /// Says, by name, that a changed source means the same as its translations. Gives how many sentences that settled.
    pub keep: &'a dyn Fn(&StoryId, &str) -> Result<usize>,
    /// Asks the sources and reads the drop folder. Gives what came in, in a sentence.
    pub gather: &'a dyn Fn() -> Result<Words>,
    /// Mails the approvers. Gives how many are awaited.
    pub ask: &'a dyn Fn() -> Result<usize>,
}

/// All there is to show of an issue.
#[derive(Debug)]
pub struct Made {
    /// The newsletter, as `newsletter.toml` is now.
    pub newsletter: Newsletter,
    /// `issue.toml` as it stands; none for a correction.
    pub toml: Option<String>,
    /// The same, read.
    pub board: Board,
    /// Every story that could be in the issue.
    pub candidates: Vec<Candidate>,
    /// Stories that may be one.
    pub unsure: Vec<Unsure>,
    /// The issue.
    pub issue: Issue,
    /// Its editions.
    pub editions: Vec<Edition>,
    /// What `check` found.
    pub findings: Vec<Finding>,
    /// Whether it may not leave.
    pub is_blocked: bool,
    /// Where each language's approval stands.
    pub approvals: Vec<Approved>,
    /// Who was asked and has not answered.
    pub awaited: Vec<Awaited>,
    /// Whether `newsletter.toml` names somebody to ask.
    pub can_ask: bool,
    /// Whether it has begun to leave: then nothing can be changed any more.
    pub has_begun: bool,
    /// The next command.
    pub next: String,
}

/// Where the approval of an edition stands.
#[derive(Debug)]
pub struct Approved {
    /// The edition.
    pub edition: EditionId,
    /// The digest that is approved.
    pub digest: Digest,
    /// Who has approved exactly this.
    pub by: Vec<String>,
    /// How many approvals it lacks.
    pub missing: usize,
}

/// Somebody who was asked to approve.
#[derive(Debug)]
pub struct Awaited {
    /// The edition.
    pub edition: EditionId,
    /// Who.
    pub by: String,
    /// Since when.
    pub since: Timestamp,
}

impl Made {
    /// A story as it was gathered, without the editor's words.
    fn source(&self, id: &StoryId) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.id == *id)
    }

    /// A story as it is in the issue.
    fn picked(&self, id: &StoryId) -> Option<&Story> {
        self.issue.stories().find(|story| story.id == *id)
    }

    /// A story as it would be read: in the issue, or as it was gathered.
    fn story(&self, id: &StoryId) -> Option<&Story> {
        self.picked(id).or_else(|| self.source(id).map(|candidate| &candidate.story))
    }
}

/// A desk to open.
pub struct Desk {
    /// The newsletter's folder.
    pub root: PathBuf,
    /// The issue.
    pub issue: IssueId,
    /// Where it listens.
    pub listener: TcpListener,
    /// How it is reached.
    pub way: Way,
    /// The language in which it begins.
    pub speech: Speech,
    /// Two words that nobody can guess: of the one-time address, and of the browser that used it.
    pub secrets: [String; 2],
    /// Whether another desk was open on this newsletter when this one began.
    pub has_other: bool,
}

/// The one-time address of a desk on this machine.
pub fn address(port: u16, ticket: &str) -> String {
    format!("http://127.0.0.1:{port}/open/{ticket}")
}

/// Opens a desk and keeps it until Ctrl+C. `opened` is told once it answers.
pub fn run(desk: Desk, workshop: &Workshop<'_>, opened: &dyn Fn() -> Result<()>) -> Result<()> {
    let Desk { root, issue, listener, way, speech, secrets, has_other } = desk;
    let port = listener.local_addr()?.port();
    listener.set_nonblocking(true)?;
    let [ticket, session] = secrets;
    let gate = gate::Gate::new(way, port, ticket, session);
    let (jobs, todo) = std::sync::mpsc::channel();
    let (end, ended) = tokio::sync::watch::channel(false);
    let room = Arc::new(room::Room::new(gate, speech, issue.clone(), jobs, has_other));
    thread::scope(|scope| {
        let mut bench = work::Bench::new(workshop, &root, issue, Arc::clone(&room));
        bench.begin();
        let served = scope.spawn({
            let room = Arc::clone(&room);
            move || route::serve(listener, &room, ended)
        });
        let worked = opened().map(|()| work::work(&mut bench, &todo));
        // The reading end is in `route::serve`; when that is gone, it has ended by itself.
        let _ = end.send(true);
        let served = served.join().unwrap_or_else(|_| Ok(()));
        worked?;
        served.context(words!("the desk could not answer", "le bureau n'a pas pu répondre"))
    })
}

/// What is said of a desk that was opened on a newsletter whose desk is open.
pub fn other_desk() -> Words {
    words!(
        "another desk is open on this newsletter: both write to the same file, and each shows what the other changes",
        "un autre bureau est ouvert sur cette infolettre : les deux écrivent dans le même fichier, et chacun montre ce que l'autre change"
    )
}
