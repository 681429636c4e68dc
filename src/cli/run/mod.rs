//! `run`: whatever is due now. Safe at any frequency: each thing is done once, what cannot be done is tried again, what
//! waits for a person is told to the office in one mail. Everything goes through the functions of the commands.
//!
//! What is due is an [`Item`] with its state, found anew at its turn from files, ledger and clock; `--explain` finds the
//! same items and does none of them.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::exit::Exit;
use super::report::{Colour, chain};
use super::{Shell, clock, host, office, subscribers, way_out, words};
use crate::check::WayOut;
use crate::ledger::{Chore, Ledger};
use crate::model::{IssueId, Words};

mod leave;
mod prepare;
mod upkeep;
mod tell;

/// How long until what failed is tried again: a site that is away is not asked every five minutes.
const RETRY_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// The clock may be corrected by this much without a word.
const CLOCK_BACK_MAX: SignedDuration = SignedDuration::from_hours(1);
/// The ledger's name for the moment of the last run.
const META_AT: &str = "run.at";

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Say what is due, what was done, and what waits for what and until when; change nothing.
    #[arg(long)]
    explain: bool,
    /// The ledger is a copy, or comes from another machine, which never sends again: go on from here.
    #[arg(long)]
    take_over: bool,
}

/// What `run` does, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Receive,
    Retention,
    Draft,
    Remind,
    Send,
    Archive,
    Backup,
}

impl Task {
    /// Before sending: what came in counts for what goes out.
    const BEFORE: [Self; 4] = [Self::Receive, Self::Retention, Self::Draft, Self::Remind];
    /// After it: what left is published and kept.
    const AFTER: [Self; 2] = [Self::Archive, Self::Backup];

    /// Its word in `--explain`, `--json` and logs.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Retention => "retention",
            Self::Draft => "draft",
            Self::Remind => "remind",
            Self::Send => "send",
            Self::Archive => "archive",
            Self::Backup => "backup",
        }
    }
}

/// How far a thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// It is to be done now.
    Due,
    /// It was done, or there is nothing to do.
    Done,
    /// It is to be done from then on.
    Waits(Timestamp),
    /// It failed, and is tried again from then on.
    Failed(Timestamp),
    /// It waits for a person; why, in a word that stays the same as long as it does.
    Person(&'static str),
    /// The office does not want it, or has stopped it.
    Off,
}

impl State {
    const fn name(&self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Done => "done",
            Self::Waits(_) => "waits",
            Self::Failed(_) => "failed",
            Self::Person(_) => "person",
            Self::Off => "off",
        }
    }

    fn words(&self) -> Words {
        match self {
            Self::Due => words!("due", "à faire"),
            Self::Done => words!("done", "fait"),
            Self::Waits(_) => words!("waits", "attend"),
            Self::Failed(_) => words!("failed", "échec"),
            Self::Person(_) => words!("person", "personne"),
            Self::Off => words!("off", "arrêté"),
        }
    }
}

/// One thing, how far it is, and that in words.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) task: Task,
    pub(super) issue: Option<IssueId>,
    /// What of it: a step of the calendar.
    pub(super) what: String,
    /// Whom it is for.
    pub(super) who: String,
    pub(super) state: State,
    pub(super) said: Words,
}

impl Item {
    pub(super) fn new(task: Task, issue: Option<&IssueId>, state: State, said: Words) -> Self {
        Self { task, issue: issue.cloned(), what: String::new(), who: String::new(), state, said }
    }

    fn issue_name(&self) -> &str {
        self.issue.as_ref().map_or("", IssueId::as_str)
    }

    /// Its name among the chores of the ledger.
    fn chore_name(&self) -> String {
        if self.what.is_empty() { self.task.name().to_owned() } else { format!("{} {}", self.task.name(), self.what) }
    }

    /// The same as long as it waits for the same person for the same reason.
    fn key(&self, why: &str) -> String {
        [self.task.name(), self.issue_name(), &self.what, &self.who, why].join(" ")
    }
}

/// What came of doing a thing.
pub(super) struct Came {
    pub(super) exit: Exit,
    /// How far it is now; what it waits for a person for is told to the office.
    pub(super) item: Item,
}

/// What everything that is due is found from.
pub(super) struct View<'a> {
    pub(super) shell: &'a Shell,
    /// None: this machine has no ledger yet.
    pub(super) ledger: Option<&'a Ledger>,
    /// The clock by which issues leave: by SMTP always the real one.
    pub(super) now: Timestamp,
}

impl View<'_> {
    /// What became of an item's chore.
    pub(super) fn chore(&self, item: &Item) -> Result<Option<Chore>> {
        let Some(ledger) = self.ledger else { return Ok(None) };
        ledger.chore(item.issue_name(), &item.chore_name(), &item.who)
    }

    pub(super) fn moment(&self, at: Timestamp) -> String {
        words::moment(at, &self.shell.config.newsletter)
    }

    /// An item that is done once: done, failed a while ago, or due.
    pub(super) fn once(&self, item: Item) -> Result<Item> {
        Ok(match self.chore(&item)? {
            Some(chore) if chore.is_done => {
                let at = self.moment(chore.at);
                Item { state: State::Done, said: words!("done on {at}", "fait le {at}"), ..item }
            }
            Some(chore) => self.failed(item, &chore),
            None => item,
        })
    }

    /// An item that failed: due again after a while; until then it says why.
    pub(super) fn failed(&self, item: Item, chore: &Chore) -> Item {
        let again = chore.at.saturating_add(RETRY_WAIT).unwrap_or(chore.at);
        let now = self.shell.now;
        // A clock that was set back makes nothing wait longer.
        if again <= now || chore.at > now {
            return item;
        }
        let (at, (en, fr)) =
            (self.moment(again), chore.detail.split_once('\n').unwrap_or((&chore.detail, &chore.detail)));
        let said = words!("failed: {en}; tried again from {at}", "échec : {fr}; nouvel essai à partir du {at}");
        Item { state: State::Failed(again), said, ..item }
    }
}

/// The items of a task.
fn items(task: Task, view: &View<'_>) -> Result<Vec<Item>> {
    match task {
        Task::Receive => Ok(upkeep::receive_items(view)),
        Task::Retention => upkeep::retention_items(view),
        Task::Draft => prepare::draft_items(view),
        Task::Remind => prepare::remind_items(view),
        Task::Send => leave::items(view),
        Task::Archive => upkeep::archive_items(view),
        Task::Backup => upkeep::backup_items(view),
    }
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let now = if way_out::kind(shell)? == WayOut::Outbox { shell.now } else { clock() };
    if args.explain {
        let ledger = shell.ledger_if_there()?;
        return explain(&View { shell, ledger: ledger.as_ref(), now });
    }
    let ledger = subscribers::open(shell)?;
    if !host::is_home(&ledger, args.take_over, shell)? {
        return Ok(Exit::Blocked);
    }
    let mut round = Round { ledger: &ledger, shell, now, worst: Exit::Done, done: Vec::new(), waiting: Vec::new() };
    match ledger.lock_for_run()? {
        Some(_lock) => {
            round.look_at_clock()?;
            for task in Task::BEFORE {
                round.go(task);
            }
        }
        None => shell.report.line(&words!(
            "another `cco-news run` is at work: what it does is left to it",
            "un autre `cco-news run` est à l'œuvre : ce qu'il fait lui est laissé"
        )),
    }
    // Sending may last for hours, and has a lock of its own: meanwhile the next runs read the mail and make the drafts.
    round.go(Task::Send);
    if let Some(_lock) = ledger.lock_for_run()? {
        for task in Task::AFTER {
            round.go(task);
        }
        round.tell();
    }
    if shell.report.is_json {
        let steps: Vec<Value> = round.done.iter().map(|item| line(item, shell)).collect();
        let waiting: Vec<Value> = round.waiting.iter().map(|(_, said)| json!(shell.report.say(&said[0]))).collect();
        let issue = shell.config.newsletter.turn(now)?;
        shell.report.json(&json!({"issue": issue, "exit": round.worst as u8, "steps": steps, "waiting": waiting}));
    }
    Ok(round.worst)
}

fn line(item: &Item, shell: &Shell) -> Value {
    let until = match item.state {
        State::Waits(at) | State::Failed(at) => Some(at),
        _ => None,
    };
    json!({
        "step": item.task.name(), "issue": item.issue, "what": item.what, "who": item.who, "state": item.state.name(),
        "until": until, "said": shell.report.say(&item.said),
    })
}

/// One run.
struct Round<'a> {
    ledger: &'a Ledger,
    shell: &'a Shell,
    now: Timestamp,
    worst: Exit,
    done: Vec<Item>,
    /// What waits for a person, by a key that stays the same as long as it does.
    waiting: Vec<(String, Vec<Words>)>,
}

impl Round<'_> {
    /// Finds what is due of a task and does it. What fails is told, and stops nothing else.
    fn go(&mut self, task: Task) {
        let shell = Shell {
            config: self.shell.config.clone(),
            environment: self.shell.environment.clone(),
            report: super::Report { part: Some(task.name()), ..self.shell.report },
            now: self.shell.now,
            waiting: Some(office::Waiting::default()),
        };
        let view = View { shell: &shell, ledger: Some(self.ledger), now: self.now };
        let found = items(task, &view);
        let found =
            found.unwrap_or_else(|error| vec![self.broken(Item::new(task, None, State::Due, chain(&error)), &shell)]);
        for item in found {
            let item = if item.state == State::Due { self.act(item, &view) } else { item };
            self.note(item, &shell);
        }
        let gathered = shell.waiting.map(|waiting| waiting.into_inner().unwrap_or_default());
        self.waiting.extend(gathered.into_iter().flatten());
    }

    fn act(&mut self, item: Item, view: &View<'_>) -> Item {
        let came = match item.task {
            Task::Receive => upkeep::receive(&item, view),
            Task::Retention => upkeep::retention(&item, self.ledger, view),
            Task::Draft => prepare::draft(&item, self.ledger, view),
            Task::Remind => prepare::remind(&item, self.ledger, view),
            Task::Send => leave::go(&item, self.ledger, view),
            Task::Archive => upkeep::archive(&item, self.ledger, view),
            Task::Backup => upkeep::backup(&item, self.ledger, view),
        };
        match came {
            Ok(came) => {
                self.worst = self.worst.max(came.exit);
                came.item
            }
            Err(error) => {
                view.shell.report.error(&error);
                let item = Item { said: chain(&error), ..item };
                self.broken(item, view.shell)
            }
        }
    }

    /// A thing that could not be done: kept, so that it is not tried at every tick, and told.
    fn broken(&mut self, item: Item, shell: &Shell) -> Item {
        self.worst = self.worst.max(Exit::CouldNot);
        let detail = format!("{}\n{}", item.said.en, item.said.fr);
        let chore = Chore { at: shell.now, is_done: false, detail };
        if let Err(error) = self.ledger.keep_chore(item.issue_name(), &item.chore_name(), &item.who, &chore) {
            shell.report.error(&error);
        }
        let again = shell.now.saturating_add(RETRY_WAIT).unwrap_or(shell.now);
        Item { state: State::Failed(again), ..item }
    }

    /// Shows an item and remembers what waits for a person.
    fn note(&mut self, item: Item, shell: &Shell) {
        let id = item.issue_name();
        let (en, fr) = (&item.said.en, &item.said.fr);
        let name = item.task.name();
        match item.state {
            State::Person(why) => {
                shell.report.warn(&item.said);
                self.worst = self.worst.max(Exit::Blocked);
                self.waiting.push((item.key(why), vec![item.said.clone()]));
            }
            State::Failed(_) => {
                self.worst = self.worst.max(Exit::CouldNot);
                let said = words!("{name} {id}: {en}", "{name} {id} : {fr}");
                shell.report.warn(&said);
                self.waiting.push((item.key("failed"), vec![said]));
            }
            State::Waits(_) if item.task == Task::Send => shell.report.line(&item.said),
            _ => {}
        }
        self.done.push(item);
    }

    /// A clock that went back is told once: sending counts by rows and not by the clock, so nothing leaves twice.
    fn look_at_clock(&mut self) -> Result<()> {
        let last = self.ledger.meta(META_AT)?.and_then(|text| text.parse::<Timestamp>().ok());
        if let Some(last) = last.filter(|last| last.duration_since(self.shell.now) > CLOCK_BACK_MAX) {
            let (was, is) = (
                words::moment(last, &self.shell.config.newsletter),
                words::moment(self.shell.now, &self.shell.config.newsletter),
            );
            let said = words!(
                "the clock of this machine says {is}; at the last run it said {was}. Nothing leaves twice by that, but look at it",
                "l'horloge de cette machine indique {is}; au dernier passage, elle indiquait {was}. Rien ne part deux fois pour autant, mais voyez ce qu'il en est"
            );
            self.shell.report.warn(&said);
            self.worst = self.worst.max(Exit::Look);
            self.waiting.push(("clock".to_owned(), vec![said]));
        }
        self.ledger.set_meta(META_AT, &self.shell.now.to_string())
    }

    fn tell(&mut self) {
        if let Err(error) = tell::tell(&self.waiting, self.ledger, self.shell) {
            self.worst = self.worst.max(Exit::CouldNot);
            self.shell.report.error(&error);
        }
    }
}

/// Shows every item; does none.
fn explain(view: &View<'_>) -> Result<Exit> {
    let shell = view.shell;
    let report = &shell.report;
    if let Some(why) = view.ledger.map(host::elsewhere).transpose()?.flatten() {
        report.alert(&why);
        return Ok(Exit::Blocked);
    }
    let mut all = Vec::new();
    for task in Task::BEFORE.iter().chain(&[Task::Send]).chain(&Task::AFTER) {
        match items(*task, view) {
            Ok(items) => all.extend(items),
            Err(error) => all.push(Item::new(*task, None, State::Failed(shell.now), chain(&error))),
        }
    }
    if report.is_json {
        let lines: Vec<Value> = all.iter().map(|item| line(item, shell)).collect();
        let issue = shell.config.newsletter.turn(view.now)?;
        report.json(&json!({"issue": issue, "at": view.now, "steps": lines}));
    }
    for item in &all {
        let colour = match item.state {
            State::Due => Colour::Cyan,
            State::Done | State::Waits(_) | State::Off => Colour::Green,
            State::Failed(_) | State::Person(_) => Colour::Yellow,
        };
        let state = item.state.words();
        let state = report.paint(colour, &format!("{:<8}", report.say(&state)));
        let head = format!("{state} {:<9} {:<8}", item.task.name(), item.issue_name());
        report.row(28, &format!("{head} {}", report.say(&item.said)));
    }
    Ok(if all.iter().any(|item| matches!(item.state, State::Person(_))) { Exit::Blocked } else { Exit::Done })
}
