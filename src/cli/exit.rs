//! How a command ends, for scripts and schedulers.

use std::process::ExitCode;

/// The exit codes, listed in `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Done.
    Done = 0,
    /// Could not.
    CouldNot = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// Done, but look: a silent source, a warning, a copy whose fate is unknown.
    Look = 3,
    /// Blocked: an error in the issue, an approval missing, not complete.
    Blocked = 4,
    /// A mail server's pipe is to keep its mail and try again (`EX_TEMPFAIL` of sysexits.h).
    TryAgain = 75,
    /// Interrupted by Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
