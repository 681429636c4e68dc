//! What is tested from outside, in one binary so that it links once. `tests/README.md` says how.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stderr, reason = "a test that skips itself says so")]
#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "our own files, named in lower case")]

/// The project's files: those that Git knows or would take.
mod tree;
/// Just enough of Rust's grammar to see imports and lengths.
mod code;
/// Templates and pictures of an office's own.
mod templates;
/// The layout, the direction of dependencies, and the house rules.
mod tidy;
/// The project's documents.
mod documents;
/// The commands that README.md shows do what it shows.
#[cfg(unix)]
mod readme;
/// An office in which commands are run.
mod office;
/// Help, mistakes on the command line, completions, man pages.
mod terminal;
/// What other programs read, held against its schemas.
mod schemas;
/// A month as its people live it.
mod month;
/// Approvals as the office lives them: asked for, answered by mail, signed, void.
mod approve;
/// The month as its editor plans and shapes it.
mod curate;
/// The drop folder as contributors live it, and the sources.
mod story;
/// Signatures, judged by others.
mod dkim;
/// Sending to real mail servers on loopback.
mod postfix;
/// What the tests of sending have in common, and the assertion they all end with.
mod sending;
/// The ledger's contract.
mod ledger;
/// The list as the office lives it.
mod people;
/// The steered server itself.
mod relay;
/// Several of them at once.
mod relays;
/// A steered server on loopback, one test a fault.
mod smtp;
/// What people may put into an issue, on the wire.
mod hostile;
/// The archive, its check, its bundles.
mod archive;
/// What comes back, read as a scheduled job reads it.
mod receive;
/// What nobody may see.
#[cfg(unix)]
mod private;
/// A mailbox on a real IMAP server.
#[cfg(unix)]
mod imap;
/// `check` as people use it: lines, mends, the page for the successor.
mod checks;
/// What `check` must find, planted in stories one by one.
mod seeds;
/// Sixty right stories, and what goes wrong in them.
mod pairs;
/// The report on an issue that has left.
mod account;
/// Pause, resume, cancel, resolve, and who is asked about.
mod control;
/// A bad day, in one run.
mod outage;
/// A correction of what left.
mod correct;
/// `run` as a scheduler calls it.
mod run;
/// A year of it.
mod year;
/// Backups, and what comes of one that is put back.
#[cfg(unix)]
mod backup;
/// Killed while it makes a backup, puts one back, publishes.
#[cfg(unix)]
mod cut;
/// Newsletters of earlier versions, and several on one machine.
#[cfg(unix)]
mod lives;
/// Units, cron lines, a container: what makes a server of it.
#[cfg(unix)]
mod packaging;
/// A stop at every step, and then again.
mod kill;
/// Out to the translators and back.
mod translate;
/// Links in copies, and the public pages' share in their headers.
mod links;
/// The public pages, over real connections.
mod serve;
mod server;
/// A ledger moved from its file onto a server and back.
mod transfer;
/// The editor's desk, over HTTP.
mod desk;
/// The desk in a real browser.
mod browser;
/// Every page as people see it.
mod looks;
/// The pictures of the guides.
mod pictures;
