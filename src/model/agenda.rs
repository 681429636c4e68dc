//! What falls due for an issue and when, reckoned from `newsletter.toml` and a moment alone: the clock of `run`. Moments
//! are compared as moments, so that no change between winter and summer time does anything twice or not at all.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::{Address, AddressError, IssueId, Late, Newsletter, Policy, Words};

/// How late still counts as on time when the office lets nothing leave late: a timer that ticks every quarter of an hour
/// and a machine that starts in between.
const GRACE: SignedDuration = SignedDuration::from_mins(30);

/// What `run` does by itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSettings {
    /// Local time from which the work of a day is done, `08:00`.
    pub hour: String,
    /// Who is told of a draft and reminded; by default the address to which readers answer.
    pub editor: Option<String>,
    /// Whether the draft is made on the day of the step `draft`, or else `close`.
    pub draft: bool,
    /// Whether people are reminded.
    pub remind: bool,
    /// Whether the archive is brought up to date.
    pub archive: bool,
    /// Where backups go, from the newsletter's folder; by default a folder of STATE.
    pub backups: Option<String>,
    /// How many are kept; none are made with 0.
    pub backups_kept: u32,
    /// Hours from one to the next.
    pub backup_hours: u32,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            hour: "08:00".to_owned(),
            editor: None,
            draft: true,
            remind: true,
            archive: true,
            backups: None,
            // A week: a mistake is found at the latest when somebody is back from leave.
            backups_kept: 7,
            backup_hours: 24,
        }
    }
}

impl RunSettings {
    /// What cannot be meant: the text to point at, and why.
    pub fn mistake(&self) -> Option<(String, Words)> {
        if let Err(why) = self.time() {
            return Some((format!("\"{}\"", self.hour), why));
        }
        if self.backup_hours == 0 {
            let why = words!(
                "`backup_hours` is the time between two backups, at least 1; for no backups set `backups_kept` to 0",
                "`backup_hours` est le temps entre deux sauvegardes, au moins 1; pour n'en faire aucune, mettez `backups_kept` à 0"
            );
            return Some(("backup_hours".to_owned(), why));
        }
        let editor = self.editor.as_ref()?;
        let why = Address::parse(editor).err().map(AddressError::words)?;
        let (en, fr) = (why.en, why.fr);
        Some((
            "editor".to_owned(),
            words!("`editor` is not an e-mail address: {en}", "`editor` n'est pas une adresse de courriel : {fr}"),
        ))
    }

    fn time(&self) -> Result<Time, Words> {
        let text = &self.hour;
        Time::strptime("%H:%M", text).map_err(|_| {
            words!(
                "`{text}` is not a time: write hours and minutes, as `08:00`",
                "`{text}` n'est pas une heure : écrivez les heures et les minutes, par exemple `08:00`"
            )
        })
    }
}

/// Whether an issue leaves by itself at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Its time has not come.
    Early,
    /// It leaves now, if it is approved.
    Due,
    /// It is held: only a person lets it leave.
    Late,
}

/// The moments of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    /// When it leaves.
    pub planned: Timestamp,
    /// The last moment at which it leaves by itself.
    pub until: Timestamp,
    /// When the work of each step begins, by its id.
    pub steps: BTreeMap<String, Timestamp>,
}

impl Agenda {
    /// Whether it leaves by itself at a moment.
    pub fn leaving(&self, now: Timestamp) -> Leaving {
        if now < self.planned {
            Leaving::Early
        } else if now <= self.until {
            Leaving::Due
        } else {
            Leaving::Late
        }
    }

    /// When its draft is made: on the day of the step `draft`, or else when stories close.
    pub fn draft(&self) -> Option<Timestamp> {
        self.steps.get("draft").or_else(|| self.steps.get("close")).copied()
    }
}

impl Policy {
    /// How long after its planned time an issue still leaves by itself.
    pub fn late_limit(&self) -> SignedDuration {
        match self.late {
            Late::Send => SignedDuration::from_hours(i64::from(self.late_hours)).max(GRACE),
            Late::Hold => GRACE,
        }
    }
}

impl Newsletter {
    /// The moments of an issue.
    pub fn agenda(&self, issue: &IssueId) -> Result<Agenda, Words> {
        let planned = self.schedule.send_at(issue)?;
        let (zone, hour) = (self.schedule.zone()?, self.run.time()?);
        let last = planned.to_zoned(zone.clone()).date();
        let mut steps = BTreeMap::new();
        for step in &self.steps {
            let day = self.schedule.working_days_before(last, step.working_days_before);
            let at = day.to_datetime(hour).to_zoned(zone.clone()).map_err(|error| words!("{error}", "{error}"))?;
            // What is to be done on the day itself is done before the issue leaves.
            steps.insert(step.id.clone(), at.timestamp().min(planned));
        }
        Ok(Agenda { planned, until: self.until(planned), steps })
    }

    /// The regular issue whose turn it is: the first that can still leave by itself.
    pub fn turn(&self, now: Timestamp) -> Result<IssueId, Words> {
        // A holiday at the beginning of a month may send an issue back into the month before.
        let today = self.today(now)?;
        let month = today.first_of_month().yesterday().unwrap_or(today);
        let mut id = IssueId::of_month(month.year(), month.month()).max(self.first_issue.clone());
        while self.until(self.schedule.send_at(&id)?) < now {
            id = id.next_month();
        }
        Ok(id)
    }

    /// The last moment at which an issue leaves by itself.
    fn until(&self, planned: Timestamp) -> Timestamp {
        planned.saturating_add(self.policy.late_limit()).unwrap_or(planned)
    }

    /// The regular issue before another, if this program made it.
    pub fn before(&self, id: &IssueId) -> Option<IssueId> {
        let first = Date::new(id.year(), id.month(), 1).ok()?.yesterday().ok()?;
        let before = IssueId::of_month(first.year(), first.month());
        (before >= self.first_issue).then_some(before)
    }

    /// The date in the newsletter's time zone.
    pub fn today(&self, now: Timestamp) -> Result<Date, Words> {
        Ok(now.to_zoned(self.schedule.zone()?).date())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The newsletter that the project ships.
    fn shipped() -> Newsletter {
        toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_issue_leaves_at_its_time_until_it_is_late() {
        let agenda = shipped().agenda(&IssueId::parse("2026-12").unwrap()).unwrap();
        let leaving = |now: &str| agenda.leaving(at(now));
        assert_eq!(leaving("2026-12-09T09:59:59-05:00"), Leaving::Early);
        assert_eq!(leaving("2026-12-09T10:00:00-05:00"), Leaving::Due);
        assert_eq!(leaving("2026-12-09T14:00:00-05:00"), Leaving::Due);
        assert_eq!(leaving("2026-12-09T14:00:01-05:00"), Leaving::Late);
    }

    #[test]
    fn who_lets_nothing_leave_late_has_half_an_hour_for_the_timer() {
        let mut newsletter = shipped();
        newsletter.policy.late = Late::Hold;
        let agenda = newsletter.agenda(&IssueId::parse("2026-12").unwrap()).unwrap();
        assert_eq!(agenda.leaving(at("2026-12-09T10:30:00-05:00")), Leaving::Due);
        assert_eq!(agenda.leaving(at("2026-12-09T10:30:01-05:00")), Leaving::Late);
    }

    #[test]
    fn the_work_of_a_day_begins_at_its_hour_also_when_clocks_change() {
        let newsletter = shipped();
        let step = |issue: &str, step: &str| {
            newsletter.agenda(&IssueId::parse(issue).unwrap()).unwrap().steps[step].to_string()
        };
        // Stories of March close in winter time, and the issue leaves in summer time.
        assert_eq!(step("2027-03", "close"), "2027-03-08T13:00:00Z");
        assert_eq!(step("2027-03", "approval"), "2027-03-24T12:00:00Z");
        assert_eq!(newsletter.agenda(&IssueId::parse("2027-03").unwrap()).unwrap().planned, at("2027-03-31T14:00:00Z"));
    }

    #[test]
    fn after_weeks_off_it_is_the_next_issues_turn() {
        let newsletter = shipped();
        let turn = |now: &str| newsletter.turn(at(now)).unwrap().to_string();
        assert_eq!(turn("2026-06-01T12:00:00Z"), "2026-12", "never before the first issue");
        assert_eq!(turn("2026-12-09T15:00:00Z"), "2026-12");
        assert_eq!(turn("2026-12-30T15:00:00Z"), "2027-01");
        assert_eq!(turn("2029-01-15T15:00:00Z"), "2029-01");
    }

    /// Every five minutes of a year, with three days without a tick in which an issue was to leave: each issue leaves once,
    /// on time, or is late and held. The real path at each deciding tick is `tests/it/year.rs`.
    #[test]
    fn a_year_of_ticks_sends_twelve_issues_once_each_on_time_or_holds_them() {
        // Who lets nothing leave late may still tick as seldom as this.
        for (late, every) in [(Late::Send, 5), (Late::Hold, 25)] {
            let mut newsletter = shipped();
            newsletter.policy.late = late;
            let mut sent: Vec<(String, Timestamp)> = Vec::new();
            let mut drafts: BTreeSet<String> = BTreeSet::new();
            let mut known: Option<(IssueId, Agenda)> = None;
            let off = at("2027-04-27T12:00:00Z")..at("2027-04-30T12:00:00Z");
            let (mut now, end) = (at("2026-11-01T00:00:00Z"), at("2027-11-01T00:00:00Z"));
            while now < end {
                now = now.saturating_add(SignedDuration::from_mins(every)).unwrap();
                if off.contains(&now) {
                    continue;
                }
                let mut id = newsletter.turn(now).unwrap();
                if sent.iter().any(|(of, _)| *of == id.to_string()) {
                    id = id.next_month();
                }
                if known.as_ref().is_none_or(|(of, _)| *of != id) {
                    known = Some((id.clone(), newsletter.agenda(&id).unwrap()));
                }
                let agenda = &known.as_ref().unwrap().1;
                if agenda.draft().is_some_and(|at| at <= now) {
                    drafts.insert(id.to_string());
                }
                if agenda.leaving(now) == Leaving::Due {
                    let minutes = now.duration_since(agenda.planned).as_mins();
                    assert!(minutes < every, "{id} left {minutes} minutes late");
                    sent.push((id.to_string(), now));
                }
            }
            let expected: Vec<String> =
                std::iter::successors(Some(newsletter.first_issue.clone()), |id| Some(id.next_month()))
                    .take(11)
                    .map(|id| id.to_string())
                    .filter(|id| id != "2027-04")
                    .collect();
            assert_eq!(sent.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>(), expected);
            assert!(expected.iter().all(|id| drafts.contains(id)) && drafts.contains("2027-04"));
        }
    }

    #[test]
    fn an_hour_or_an_address_that_cannot_be_meant_is_pointed_at() {
        let wrong = |text: &str| toml_edit::de::from_str::<RunSettings>(text).unwrap().mistake().unwrap().0;
        assert_eq!(wrong("hour = \"8 h\""), "\"8 h\"");
        assert_eq!(wrong("editor = \"nobody\""), "editor");
        assert!(RunSettings::default().mistake().is_none());
    }
}
