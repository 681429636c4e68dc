//! The report on an issue that has left: the numbers, the page, and the list that is remembered.

#![cfg(test)]

use crate::office::{ISSUE, Office};

#[test]
fn a_report_says_what_became_of_an_issue_and_names_nobody() {
    let office = Office::ready();
    office.run(&["report", ISSUE]).is(1).says(&["there is nothing to report yet"]);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office.run(&["report", ISSUE]).is(0).says(&["en: 2 planned = 2 accepted", "issues/2026-12/report.html"]);
    let json = office.run(&["report", ISSUE, "--json"]).is(0).json();
    assert_eq!(json["counts"]["fr"]["accepted"], 2);
    assert_eq!(json["audience"][0][0], ISSUE);
    let page = office.read("issues/2026-12/report.html");
    for part in
        ["Report on issue 2026-12", "Rapport sur le numéro 2026-12", "<svg", "tracks nobody", "ne suit personne"]
    {
        assert!(page.contains(part), "{part}");
    }
    for message in office.outbox() {
        let to = message
            .lines()
            .find_map(|line| line.strip_prefix("To: <"))
            .unwrap()
            .trim_end_matches(['>', '\r'])
            .to_owned();
        assert!(!page.contains(&to), "the report names a recipient");
    }
}

#[test]
fn who_was_sent_what_is_written_only_for_somebody_with_a_reason() {
    let office = Office::ready();
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office.run(&["report", ISSUE, "--recipients", "list.csv"]).is(2);
    let asked = ["report", ISSUE, "--recipients", "list.csv", "--by", "A Director", "--why", "A complaint"];
    office.run(&asked).is(0).says(&["6 recipients in `list.csv`", "A Director"]);
    let list = office.read("list.csv");
    assert_eq!(list.lines().count(), 7);
    assert!(list.lines().skip(1).all(|line| line.contains(",accepted,") && line.contains("@example")), "{list}");
    // A list that is there is not written over.
    office.run(&asked).is(1).says(&["could not write `list.csv`"]);
}
