//! What past and coming issues are made of in, pages of `public/` out: whole, static, in linked languages, without a
//! script. It stands apart because these pages are read by anybody, in any browser, long after the mail has left.

use crate::model::{Finding, IssueId, Lang, Newsletter, Severity, Texts};

mod page;
mod halves;
mod plot;
mod stories;
mod certificate;
mod rehearsal;
mod sums;
mod report;
mod ical;
mod events;
mod site;
mod verify;
mod bundle;

pub use bundle::{DIGESTS, bundle, digests, listed};
pub use certificate::{Certificate, Certified, certificates};
pub use events::{ALL, CalendarFile, EventWords, events};
pub use ical::{Calendar, Entry, Moment};
pub use rehearsal::{Rehearsed, rehearsal};
pub use report::{Carried, report};
pub use site::{Past, Site, SiteFile, site};
pub use verify::{Fault, addresses, faults};

/// A page of the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// From the newsletter's folder, with `/`.
    pub path: String,
    /// Its HTML.
    pub html: String,
}

/// What a contributor has dropped, and what became of it.
#[derive(Debug, Clone)]
pub struct Contribution {
    /// Its files, from the newsletter's folder.
    pub files: Vec<String>,
    /// Its title in each language that has arrived; empty: no story could be read.
    pub titles: Texts,
    /// Languages of the newsletter that it lacks: it goes to translation.
    pub missing: Vec<Lang>,
    /// What is to be said of it.
    pub findings: Vec<Finding>,
    /// The issue in which it ran.
    pub ran_in: Option<IssueId>,
}

impl Contribution {
    /// Whether a story could be read from it.
    pub fn is_readable(&self) -> bool {
        !self.titles.is_empty()
    }

    /// What wants a look: errors and warnings that nobody has accepted.
    pub fn to_mend(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity <= Severity::Warning && finding.waived.is_none())
    }

    /// Whether it is good as it is; one language is.
    pub fn is_good(&self) -> bool {
        self.is_readable() && self.to_mend().next().is_none()
    }
}

/// The page on which contributors find each of their files: received, good, what to mend, where it ran.
/// `style` is the one style sheet of all pages.
pub fn stories(contributions: &[Contribution], newsletter: &Newsletter, style: &str) -> Page {
    Page { path: "public/stories.html".to_owned(), html: stories::html(contributions, newsletter, style) }
}

#[cfg(test)]
mod tests;
