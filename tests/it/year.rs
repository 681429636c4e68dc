//! A year of `run` with the program itself: at every moment at which something can change, at the hours around each change
//! of the clocks, and at others in between. `model/agenda.rs` tries every five minutes of it.

use jiff::{SignedDuration, Timestamp};

use crate::office::Office;
use crate::run::{at, offline};

const ISSUES: [&str; 12] = [
    "2026-12", "2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06", "2027-07", "2027-08", "2027-09",
    "2027-10", "2027-11",
];

/// Planned times as a person reads them in a calendar: last Wednesdays that are no holidays, in December the second.
const PLANNED: [&str; 12] = [
    "2026-12-09T15:00:00Z",
    "2027-01-27T15:00:00Z",
    "2027-02-24T15:00:00Z",
    "2027-03-31T14:00:00Z",
    "2027-04-28T14:00:00Z",
    "2027-05-26T14:00:00Z",
    "2027-06-30T14:00:00Z",
    "2027-07-28T14:00:00Z",
    "2027-08-25T14:00:00Z",
    "2027-09-29T14:00:00Z",
    "2027-10-27T14:00:00Z",
    "2027-11-24T15:00:00Z",
];

/// The issue whose time passes while the machine is off for three days.
const OFF: usize = 4;

#[test]
fn a_year_of_runs_sends_twelve_issues_once_each_on_time_or_held() {
    let office = Office::without_stories();
    offline(&office);
    office.edit("newsletter.toml", "first_issue = \"2026-12\"", "first_issue = \"2026-12\"\nseasonal = []");
    let text = office.read("newsletter.toml");
    let parts: Vec<&str> = text.split("\n[[").filter(|part| !part.starts_with("seasonal]]")).collect();
    office.write("newsletter.toml", &parts.join("\n[[").replace("\nseasonal = []", ""));
    // Backups and the archive of each month have tests of their own; here they would be made a hundred times.
    office.edit("newsletter.toml", "[policy]", "[run]\narchive = false\nbackups_kept = 0\n\n[policy]");
    office.write("subscribers/example.csv", "email,language\na@example.ca,en\nb@example.ca,fr\n");
    for (n, (issue, planned)) in ISSUES.iter().zip(PLANNED).enumerate() {
        let planned: Timestamp = planned.parse().unwrap();
        let run = |minutes: i64| at(&office, &(planned + SignedDuration::from_mins(minutes)).to_string(), &["run"]);
        office.write(
            &format!("stories/month-{n}.md"),
            &format!("---\nsection: tools\ntitle: {{en: \"What {issue} brings\", fr: \"Ce que {issue} apporte\"}}\n---\n## en\nA word of ours for {issue}.\n## fr\nUn mot de nous pour {issue}.\n"),
        );
        // Clocks change at two in the morning of these days: nothing is done twice in the hour that returns.
        let changes: &[&str] = match n {
            3 => &["2027-03-14T06:59:00Z", "2027-03-14T07:01:00Z"],
            11 => &["2027-11-07T05:30:00Z", "2027-11-07T06:30:00Z"],
            _ => &[],
        };
        for clock in changes {
            at(&office, clock, &["run"]).is(0).says(&["nothing to do yet"]);
        }
        let day = 24 * 60;
        // The draft is made by `run` three weeks before, or once the issue before has left.
        run(-12 * day);
        assert!(office.path().join(format!("issues/{issue}/manifest.json")).exists(), "{issue} has its draft");
        let clock = (planned + SignedDuration::from_hours(-20)).to_string();
        for language in ["en", "fr"] {
            at(&office, &clock, &["approve", issue, "--edition", language, "--by", "An Approver"]).is(0);
        }
        assert_eq!(office.copies().len(), 2 * n);
        if n == OFF {
            run(2 * day).is(4).says(&["held", "--late"]);
            run(2 * day + 5).is(4);
            assert_eq!(office.copies().len(), 2 * n, "what is late is held");
            let clock = (planned + SignedDuration::from_mins(2 * day + 10)).to_string();
            at(&office, &clock, &["send", issue, "--late", "--yes"]).is(0);
        } else {
            run(-1).is(0).says(&["nothing to do yet"]);
            assert_eq!(office.copies().len(), 2 * n, "nothing leaves early");
            run(0).is(0).says(&["complete"]);
        }
        assert_eq!(office.copies().len(), 2 * (n + 1), "{issue} left once");
        run(if n == OFF { 2 * day + 20 } else { 5 }).is(0);
        assert_eq!(office.copies().len(), 2 * (n + 1), "{issue} left once");
    }
    for issue in ISSUES {
        let n = office
            .outbox()
            .iter()
            .filter(|text| text.replace("=\r\n", "").contains(&format!("A word of ours for {issue}")))
            .count();
        assert_eq!(n, 1, "{issue}");
    }
    at(&office, "2027-11-24T15:10:00Z", &["archive"]).is(0);
    at(&office, "2027-11-24T15:10:00Z", &["archive", "--check"]).is(0);
}
