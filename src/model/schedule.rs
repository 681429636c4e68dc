//! When an issue leaves: the rule in `newsletter.toml`, read and reckoned.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::{IssueId, Schedule, Words};

/// A rule for the day of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayRule {
    /// `15`.
    Day(i8),
    /// `second wednesday`.
    Nth(i8, Weekday),
    /// `last wednesday`; when working, a holiday sends it back a week.
    Last { working: bool, weekday: Weekday },
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

const ORDINALS: [(&str, i8); 4] = [("first", 1), ("second", 2), ("third", 3), ("fourth", 4)];

impl Schedule {
    /// The planned send time of an issue: the day its month's rule gives, moved back to a working day.
    pub fn send_at(&self, issue: &IssueId) -> Result<Timestamp, Words> {
        let month = format!("{:02}", issue.month());
        let by_month = self.months.get(&month).or_else(|| self.months.get(month.trim_start_matches('0')));
        let rule = parse_day(by_month.unwrap_or(&self.day))?;
        let first = Date::new(issue.year(), issue.month(), 1).expect("an issue names a month of a year 0 to 9999");
        let mut day = self.resolve(rule, first);
        while self.rests_on(day) {
            day = day.yesterday().expect("a month does not begin at the beginning of time");
        }
        Ok(day
            .to_datetime(self.time_of_day()?)
            .to_zoned(self.zone()?)
            .map_err(|error| words!("`schedule.time`: {error}", "`schedule.time` : {error}"))?
            .timestamp())
    }

    /// The time zone of the newsletter.
    pub fn zone(&self) -> Result<TimeZone, Words> {
        let name = &self.time_zone;
        TimeZone::get(name).map_err(|_| {
            words!(
                "`{name}` is not a time zone: write its IANA name, as `America/Toronto`",
                "`{name}` n'est pas un fuseau horaire : écrivez son nom IANA, par exemple `America/Toronto`"
            )
        })
    }

    fn time_of_day(&self) -> Result<Time, Words> {
        let text = &self.time;
        Time::strptime("%H:%M", text).map_err(|_| {
            words!(
                "`{text}` is not a time: write hours and minutes, as `10:00`",
                "`{text}` n'est pas une heure : écrivez les heures et les minutes, par exemple `10:00`"
            )
        })
    }

    /// Whether nothing leaves on a day: Saturdays, Sundays and the holidays of the list.
    pub fn rests_on(&self, day: Date) -> bool {
        matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) || self.holidays.contains(&day)
    }

    /// The working day that lies a number of working days before a day.
    pub fn working_days_before(&self, day: Date, n: u32) -> Date {
        let mut day = day;
        let mut left = n;
        while left > 0 {
            day = day.yesterday().expect("a newsletter does not begin at the beginning of time");
            left -= u32::from(!self.rests_on(day));
        }
        day
    }

    /// Working days from one day to another, the last one counted; negative when the other has passed.
    pub fn working_days_between(&self, from: Date, to: Date) -> i32 {
        let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
        let days = first.series(1.day()).skip(1).take_while(|day| *day <= last);
        sign * i32::try_from(days.filter(|day| !self.rests_on(*day)).count()).unwrap_or(i32::MAX)
    }

    fn resolve(&self, rule: DayRule, first: Date) -> Date {
        match rule {
            DayRule::Day(day) => {
                first.with().day(day.min(first.days_in_month())).build().expect("a day within its month")
            }
            DayRule::Nth(n, weekday) => first.nth_weekday_of_month(n, weekday).expect("each weekday comes four times"),
            DayRule::Last { working, weekday } => {
                let mut day = first.nth_weekday_of_month(-1, weekday).expect("each weekday comes at least once");
                while working && self.holidays.contains(&day) && day.day() > 7 {
                    day = day.checked_sub(1.week()).expect("a week earlier in the same month");
                }
                day
            }
        }
    }
}

fn parse_day(text: &str) -> Result<DayRule, Words> {
    let lower = text.trim().to_lowercase();
    let parts: Vec<&str> = lower.split_whitespace().collect();
    let weekday = |name: &str| WEEKDAYS.iter().find(|(word, _)| *word == name).map(|(_, weekday)| *weekday);
    let rule = match parts.as_slice() {
        [day] => day.parse().ok().filter(|day| (1..=31).contains(day)).map(DayRule::Day),
        ["last", "working", name] => weekday(name).map(|weekday| DayRule::Last { working: true, weekday }),
        ["last", name] => weekday(name).map(|weekday| DayRule::Last { working: false, weekday }),
        [ordinal, name] => ORDINALS
            .iter()
            .find(|(word, _)| word == ordinal)
            .and_then(|(_, n)| weekday(name).map(|weekday| DayRule::Nth(*n, weekday))),
        _ => None,
    };
    rule.ok_or_else(|| {
        words!(
            "`{text}` is not a day: write `second wednesday`, `last working wednesday` or a number as `15`",
            "`{text}` n'est pas un jour : écrivez `second wednesday`, `last working wednesday` ou un nombre comme `15`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(day: &str, issue: &str, expected: &str) {
        let schedule = Schedule {
            day: day.into(),
            months: [("12".to_owned(), "second wednesday".to_owned())].into(),
            time: "10:00".into(),
            time_zone: "America/Toronto".into(),
            holidays: vec!["2027-03-31".parse().unwrap(), "2027-07-01".parse().unwrap()],
        };
        let at = schedule.send_at(&IssueId::parse(issue).unwrap()).unwrap();
        assert_eq!(at.to_string(), expected);
    }

    #[test]
    fn the_planned_time_follows_the_rule_the_holidays_and_the_clocks() {
        check("last working wednesday", "2026-12", "2026-12-09T15:00:00Z");
        check("last working wednesday", "2027-01", "2027-01-27T15:00:00Z");
        check("last working wednesday", "2027-03", "2027-03-24T14:00:00Z");
        check("1", "2027-07", "2027-06-30T14:00:00Z");
        check("31", "2027-02", "2027-02-26T15:00:00Z");
    }

    #[test]
    fn steps_back_pass_over_weekends_and_holidays() {
        let schedule = Schedule {
            day: "15".into(),
            months: std::collections::BTreeMap::new(),
            time: "10:00".into(),
            time_zone: "America/Toronto".into(),
            holidays: vec!["2027-03-26".parse().unwrap(), "2027-03-29".parse().unwrap()],
        };
        let back = |n| schedule.working_days_before("2027-03-31".parse().unwrap(), n).to_string();
        assert_eq!([back(0), back(1), back(2), back(3)], ["2027-03-31", "2027-03-30", "2027-03-25", "2027-03-24"]);
        let between = |from: &str, to: &str| schedule.working_days_between(from.parse().unwrap(), to.parse().unwrap());
        assert_eq!(between("2027-03-25", "2027-03-31"), 2);
        assert_eq!(between("2027-03-31", "2027-03-25"), -2);
        assert_eq!(between("2027-03-31", "2027-03-31"), 0);
    }

    #[test]
    fn a_day_that_cannot_be_read_says_how_to_write_one() {
        assert!(parse_day("wendesday").unwrap_err().en.contains("second wednesday"));
    }
}
