//! An office with a newsletter of its own, in which commands are run as a person runs them, and what they say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::tree;

/// The issue that the newsletter ships with.
pub(crate) const ISSUE: &str = "2026-12";
pub(crate) const CLOCK: &str = "2026-12-02T09:00:00-05:00";

/// The header by which what the program writes to the office is known.
pub(crate) const LETTER: &str = "Auto-Submitted: auto-generated";

/// A newsletter of its own, in which commands are run.
pub(crate) struct Office {
    folder: tempfile::TempDir,
}

/// What a command said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    /// Both streams.
    pub(crate) text: String,
}

impl Office {
    /// A copy of the newsletter that the project ships.
    pub(crate) fn open() -> Self {
        Self { folder: tree::copy() }
    }

    /// As [`Office::open`], with no stories.
    pub(crate) fn without_stories() -> Self {
        let folder = tree::copy();
        for file in tree::files(&folder.path().join("stories")) {
            fs::remove_file(folder.path().join("stories").join(file)).unwrap();
        }
        Self { folder }
    }

    /// As [`Office::open`], with two stories: enough to send, and quick to compose.
    pub(crate) fn with_two_stories() -> Self {
        let folder = tree::copy();
        for file in tree::files(&folder.path().join("stories")) {
            if !["learning-day.md", "mentoring.md"].contains(&file.to_str().unwrap()) {
                fs::remove_file(folder.path().join("stories").join(file)).unwrap();
            }
        }
        Self { folder }
    }

    /// As [`Office::with_two_stories`], with its issue composed and approved. A short preheader wants a look.
    pub(crate) fn quick() -> Self {
        static MADE: OnceLock<PathBuf> = OnceLock::new();
        Self::as_made(MADE.get_or_init(|| Self::with_two_stories().approved("quick")))
    }

    /// As [`Office::open`], with its issue composed and approved.
    pub(crate) fn ready() -> Self {
        static MADE: OnceLock<PathBuf> = OnceLock::new();
        Self::as_made(MADE.get_or_init(|| Self::open().approved("ready")))
    }

    /// Composes and approves the issue, once for all tests, which begin with copies of what came of it.
    fn approved(self, name: &str) -> PathBuf {
        let said = self.run(&["compose", ISSUE, "--offline"]);
        assert!(matches!(said.code, 0 | 3), "{}", said.text);
        for language in ["en", "fr"] {
            self.run(&["approve", ISSUE, "--edition", language, "--by", "An Approver"]).is(0);
        }
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        tree::copy_folder(self.path(), &made);
        made
    }

    fn as_made(made: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        tree::copy_folder(made, folder.path());
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cco-news"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command.env("LC_ALL", "C.UTF-8").env(concat!("CCO_NEWS", "_NOW"), CLOCK).stdin(Stdio::null());
        command
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.path().join(file), text).unwrap();
    }

    pub(crate) fn write_bytes(&self, file: &str, bytes: &[u8]) {
        fs::write(self.path().join(file), bytes).unwrap();
    }

    /// Changes one text in a file; it must be there.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no `{from}`");
        self.write(file, &text.replacen(from, to, 1));
    }

    /// The copies of issues in the outbox: not what the program writes to the office.
    pub(crate) fn copies(&self) -> Vec<String> {
        self.outbox().into_iter().filter(|text| !text.contains(LETTER)).collect()
    }

    /// The messages in the outbox.
    pub(crate) fn outbox(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path().join("state/outbox/new"));
        entries.into_iter().flatten().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }
}

impl Said {
    pub(crate) fn of(output: &Output) -> Self {
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        let out = String::from_utf8(output.stdout.clone()).unwrap();
        Self { code: output.status.code().unwrap(), out, text: String::from_utf8(text).unwrap() }
    }

    #[track_caller]
    pub(crate) fn is(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.text.contains(part), "`{part}` is not in:\n{}", self.text);
        }
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap()
    }
}
