//! The one thread that does the work: what a person asks for, and what somebody else changed in the files. One thing
//! after the other, so that no two decisions meet in one file.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use super::acts::{Act, Outcome, Rewording, clashes};
use super::history::History;
use super::room::{Job, Room, Shown};
use super::watch::{self, Seen};
use super::{Made, Workshop, texts};
use crate::curate::{Change, Refusal, Spot, change};
use crate::model::{IssueId, Words};

/// A workbench: the files as they were last seen, and what was made of them.
pub(super) struct Bench<'a> {
    workshop: &'a Workshop<'a>,
    files: &'a Path,
    issue: IssueId,
    room: Arc<Room>,
    seen: Seen,
    shown: Shown,
    history: History,
}

/// Works until the desk closes.
pub(super) fn work(bench: &mut Bench<'_>, todo: &Receiver<Job>) {
    let pause = watch::pause(bench.files);
    loop {
        match todo.recv_timeout(pause) {
            Ok(Job::Act(act, reply)) => {
                // Whoever asked may have closed the page: it is done all the same.
                let _ = reply.send(bench.act(&act));
            }
            Ok(Job::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => bench.look(),
        }
    }
}

/// An error and its causes, in both languages.
fn told(error: &anyhow::Error) -> Words {
    let chain: Vec<_> = error.chain().collect();
    Words {
        en: chain.iter().map(|link| format!("{link}")).collect::<Vec<_>>().join("\n"),
        fr: chain.iter().map(|link| format!("{link:#}")).collect::<Vec<_>>().join("\n"),
    }
}

impl<'a> Bench<'a> {
    pub(super) fn new(workshop: &'a Workshop<'a>, files: &'a Path, issue: IssueId, room: Arc<Room>) -> Self {
        Self { workshop, files, issue, room, seen: Seen::new(), shown: Shown::default(), history: History::default() }
    }

    /// Makes what is shown first.
    pub(super) fn begin(&mut self) {
        self.seen = watch::look(self.files, &self.issue);
        self.make(true);
    }

    /// Looks whether somebody changed a file, and makes everything anew if so.
    pub(super) fn look(&mut self) {
        let now = watch::look(self.files, &self.issue);
        let changed = watch::changed(&self.seen, &now);
        if changed.is_empty() {
            return;
        }
        let is_gathered = changed.iter().any(|name| watch::is_gathered(name));
        self.seen = now;
        self.make(is_gathered);
    }

    /// Makes everything anew and shows it. What cannot be made is said, and the last good state stays.
    fn make(&mut self, is_gathered: bool) {
        let had_file = self.shown.made.as_ref().is_some_and(|made| made.toml.is_some());
        let is_gone = had_file && matches!((self.workshop.read)(), Ok(None));
        if is_gone {
            self.shown.is_gone = true;
            self.shown.broken = Some(words!(
                "`issue.toml` is gone. What you see is its last state; put it back before you go on.",
                "`issue.toml` a disparu. Vous en voyez le dernier état; remettez-le avant de continuer."
            ));
        } else {
            self.shown.is_gone = false;
            match (self.workshop.make)(is_gathered) {
                Ok(made) => {
                    self.accept_own_writes(&made, is_gathered);
                    self.shown.made = Some(Arc::new(made));
                    self.shown.broken = None;
                }
                Err(error) => self.shown.broken = Some(told(&error)),
            }
        }
        self.show();
    }

    /// Making writes files too: those are no news, unless somebody else wrote them meanwhile.
    fn accept_own_writes(&mut self, made: &Made, is_gathered: bool) {
        let own = format!("issues/{}/", self.issue);
        let is_as_made = || (self.workshop.read)().is_ok_and(|text| text == made.toml);
        for (name, state) in watch::look(self.files, &self.issue) {
            let Some(file) = name.strip_prefix(&own) else { continue };
            let is_ours = match file {
                "issue.toml" => is_as_made(),
                "harvest.json" => is_gathered || !self.seen.contains_key(&name),
                _ => file.starts_with("translations/"),
            };
            if is_ours {
                self.seen.insert(name, state);
            }
        }
    }

    fn show(&mut self) {
        let (undo, redo) = self.history.next();
        (self.shown.undo, self.shown.redo) = (undo.cloned(), redo.cloned());
        self.room.show(self.shown.clone());
    }

    /// Does what a person asked for.
    pub(super) fn act(&mut self, act: &Act) -> Outcome {
        self.look();
        let Some(made) = self.shown.made.clone() else {
            let why = self.shown.broken.clone();
            return Outcome::Refused(why.unwrap_or_else(|| words!("nothing is there yet", "il n'y a encore rien")));
        };
        if let Some(why) = self.why_not(act, &made) {
            return Outcome::Refused(why);
        }
        match act {
            Act::Change(decision, said) => self.change(decision, said.clone()),
            Act::Write(rewordings) => self.write(rewordings, &made),
            Act::Undo => self.step(History::undo, |en, fr| words!("undone: {en}", "annulé : {fr}")),
            Act::Redo => self.step(History::redo, |en, fr| words!("done again: {en}", "rétabli : {fr}")),
            Act::Restore => self.save(
                made.toml.as_deref().unwrap_or_default(),
                words!("issue.toml is back", "issue.toml est de retour"),
                None,
            ),
            Act::Keep(story, by) => self.other(|workshop| {
                (workshop.keep)(story, by)
                    .map(|_| words!("the translation stays as it is", "la traduction reste telle quelle"))
            }),
            Act::Gather => self.other(|workshop| (workshop.gather)()),
            Act::Ask => self.other(|workshop| {
                (workshop.ask)().map(|_| words!("the approvers were asked", "les approbateurs ont été sollicités"))
            }),
        }
    }

    fn why_not(&self, act: &Act, made: &Made) -> Option<Words> {
        if made.has_begun {
            let id = &self.issue;
            return Some(words!(
                "issue {id} has begun to leave: nothing of it can be changed any more",
                "le numéro {id} a commencé à partir : plus rien ne peut y être changé"
            ));
        }
        // A broken file is mended by hand; one that is gone is put back.
        let is_restore = matches!(act, Act::Restore);
        if is_restore != self.shown.is_gone && (is_restore || self.shown.is_gone) {
            return Some(match &self.shown.broken {
                Some(why) => why.clone(),
                None => words!("issue.toml is there", "issue.toml est là"),
            });
        }
        self.shown.broken.clone().filter(|_| !is_restore)
    }

    fn text(&self) -> Result<String, Words> {
        match (self.workshop.read)() {
            Ok(text) => Ok(text.unwrap_or_default()),
            Err(error) => Err(told(&error)),
        }
    }

    fn change(&mut self, decision: &Change, said: Words) -> Outcome {
        let before = match self.text() {
            Ok(text) => text,
            Err(why) => return Outcome::Refused(why),
        };
        match change(&before, decision) {
            Ok(after) => self.save(&after, said, Some(before)),
            Err(Refusal::Broken(error)) => Outcome::Refused(told(&error)),
            Err(Refusal::Elsewhere(now)) => Outcome::Refused(elsewhere(now.as_ref())),
        }
    }

    fn write(&mut self, rewordings: &[Rewording], made: &Made) -> Outcome {
        let clashes = clashes(rewordings, made);
        if !clashes.is_empty() {
            return Outcome::Clash(clashes);
        }
        let before = match self.text() {
            Ok(text) => text,
            Err(why) => return Outcome::Refused(why),
        };
        let mut after = before.clone();
        for one in rewordings {
            let (story, lang, field) = (one.at.story.clone(), one.at.lang.clone(), one.at.field);
            let decision = Change::Reword { story, lang, field, text: one.text.clone() };
            after = match change(&after, &decision) {
                Ok(after) => after,
                Err(Refusal::Broken(error)) => return Outcome::Refused(told(&error)),
                Err(Refusal::Elsewhere(now)) => return Outcome::Refused(elsewhere(now.as_ref())),
            };
        }
        let fields: Vec<Words> = rewordings.iter().map(|one| texts::label(one.at.field)).collect();
        let join = |pick: fn(&Words) -> &String| fields.iter().map(pick).cloned().collect::<Vec<_>>().join(", ");
        let (en, fr) = (join(|words| &words.en).to_lowercase(), join(|words| &words.fr).to_lowercase());
        self.save(&after, words!("saved: {en}", "enregistré : {fr}"), Some(before))
    }

    fn step(
        &mut self,
        step: fn(&mut History, &str) -> Option<(String, Words)>,
        say: impl Fn(&str, &str) -> Words,
    ) -> Outcome {
        let now = match self.text() {
            Ok(text) => text,
            Err(why) => return Outcome::Refused(why),
        };
        match step(&mut self.history, &now) {
            Some((text, said)) => self.save(&text, say(&said.en, &said.fr), None),
            None => Outcome::Refused(words!(
                "there is nothing to take back, or these lines of issue.toml were changed elsewhere since",
                "il n'y a rien à annuler, ou ces lignes d'issue.toml ont été changées ailleurs depuis"
            )),
        }
    }

    /// Writes the file and makes everything anew. `before`: it can be taken back to that.
    fn save(&mut self, after: &str, said: Words, before: Option<String>) -> Outcome {
        if let Err(error) = (self.workshop.save)(after) {
            return Outcome::Refused(told(&error));
        }
        if let Some(before) = before.filter(|before| before != after) {
            self.history.wrote(said.clone(), before, after.to_owned());
        }
        self.seen = watch::look(self.files, &self.issue);
        self.make(false);
        Outcome::Done(said)
    }

    /// Something that is written elsewhere than in `issue.toml`.
    fn other(&mut self, act: impl Fn(&Workshop<'_>) -> anyhow::Result<Words>) -> Outcome {
        let said = match act(self.workshop) {
            Ok(said) => said,
            Err(error) => return Outcome::Refused(told(&error)),
        };
        self.seen = watch::look(self.files, &self.issue);
        self.make(false);
        Outcome::Done(said)
    }
}

fn elsewhere(now: Option<&Spot>) -> Words {
    match now {
        Some(now) => words!(
            "not moved: somebody has moved this story since ({now}); what you see now is the newest state",
            "pas déplacé : quelqu'un a déplacé ce texte depuis ({now}); vous voyez maintenant l'état le plus récent"
        ),
        None => words!(
            "not moved: this story is no longer in issue.toml",
            "pas déplacé : ce texte n'est plus dans issue.toml"
        ),
    }
}
