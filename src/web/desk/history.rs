//! Undo and redo: what the desk wrote, taken back from the file as it is now, so that what somebody else wrote meanwhile
//! stays.

use crate::model::Words;

/// Steps that can be taken back; an afternoon's work.
const STEPS_MAX: usize = 200;
/// Lines around a change that must be there again, so that it is taken back in its own place.
const AROUND: usize = 2;

/// One thing that the desk wrote.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// What it was, in a few words.
    pub(super) said: Words,
    before: String,
    after: String,
}

/// What was written, and what was taken back.
#[derive(Debug, Default)]
pub(super) struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
}

impl History {
    pub(super) fn wrote(&mut self, said: Words, before: String, after: String) {
        self.undone.clear();
        self.done.push(Step { said, before, after });
        if self.done.len() > STEPS_MAX {
            self.done.remove(0);
        }
    }

    /// What would be taken back, and what would be done again.
    pub(super) fn next(&self) -> (Option<&Words>, Option<&Words>) {
        (self.done.last().map(|step| &step.said), self.undone.last().map(|step| &step.said))
    }

    /// The file's text without the last step, and what that was. None: there is none, or the file no longer has it.
    pub(super) fn undo(&mut self, now: &str) -> Option<(String, Words)> {
        let step = self.done.pop()?;
        let Some(text) = patched(now, &step.after, &step.before) else {
            self.done.push(step);
            return None;
        };
        let said = step.said.clone();
        self.undone.push(step);
        Some((text, said))
    }

    /// The file's text with the step that was taken back last.
    pub(super) fn redo(&mut self, now: &str) -> Option<(String, Words)> {
        let step = self.undone.pop()?;
        let Some(text) = patched(now, &step.before, &step.after) else {
            self.undone.push(step);
            return None;
        };
        let said = step.said.clone();
        self.done.push(step);
        Some((text, said))
    }
}

/// A text in which what led from `from` to `to` happens too. None: the lines are no longer there, or stand twice.
fn patched(now: &str, from: &str, to: &str) -> Option<String> {
    if now == from {
        return Some(to.to_owned());
    }
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let (a, b, mut out) = (lines(from), lines(to), lines(now));
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let start = head.saturating_sub(AROUND);
    let (end_a, end_b) = ((a.len() - tail + AROUND).min(a.len()), (b.len() - tail + AROUND).min(b.len()));
    let (old, new) = (&a[start..end_a], &b[start..end_b]);
    if old.is_empty() {
        return None;
    }
    let mut places = (0..=out.len().checked_sub(old.len())?).filter(|at| out[*at..*at + old.len()] == *old);
    let (at, None) = (places.next()?, places.next()) else { return None };
    out.splice(at..at + old.len(), new.iter().cloned());
    Some(out.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Words {
        Words::same(text)
    }

    #[test]
    fn steps_are_taken_back_and_done_again() {
        let mut history = History::default();
        history.wrote(said("one"), "a\n".to_owned(), "a\nb\n".to_owned());
        history.wrote(said("two"), "a\nb\n".to_owned(), "a\nb\nc\n".to_owned());
        assert_eq!(history.undo("a\nb\nc\n").unwrap().0, "a\nb\n");
        assert_eq!(history.undo("a\nb\n").unwrap(), ("a\n".to_owned(), said("one")));
        assert!(history.undo("a\n").is_none());
        assert_eq!(history.redo("a\n").unwrap().0, "a\nb\n");
        history.wrote(said("three"), "a\nb\n".to_owned(), "x\n".to_owned());
        assert!(history.redo("x\n").is_none(), "another way was taken");
    }

    #[test]
    fn what_another_wrote_meanwhile_stays() {
        let mut history = History::default();
        let (before, after) = ("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\nX\n5\n6\n7\n8\n");
        history.wrote(said("x"), before.to_owned(), after.to_owned());
        assert_eq!(history.undo("0\n1\n2\n3\nX\n5\n6\n7\n8!\n").unwrap().0, "0\n1\n2\n3\n4\n5\n6\n7\n8!\n");
        assert!(history.next().0.is_none());
        assert_eq!(history.redo(before).unwrap().0, after);
        assert!(history.undo("1\n2\n3\nY\n5\n6\n").is_none(), "the line is another's by now");
        assert_eq!(history.next().0, Some(&said("x")), "it can be tried again");
    }
}
