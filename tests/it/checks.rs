//! `check` as people use it: what is wrong shown in its line, mended, handed over, and told to other programs.

use crate::office::{ISSUE, Office};
use crate::relay::{Manner, Relay};

/// The shipped issue with one more story, picked.
fn with_story(body: &str) -> Office {
    let office = Office::open();
    let head = "---\nsection: whatsnew\ntitle: {en: \"A new guide for writers\", fr: \"Un nouveau guide de rédaction\"}\n---\n";
    office.write("stories/guide-new.md", &format!("{head}{body}"));
    office.run(&["compose", ISSUE, "--offline"]);
    let file = format!("issues/{ISSUE}/issue.toml");
    let toml = office.read(&file);
    if !toml.split("candidates").next().unwrap().contains("file-guide-new") {
        let line = toml.lines().find(|line| line.contains("\"file-guide-new\"")).unwrap().to_owned();
        let without = toml.replacen(&format!("{line}\n"), "", 1);
        let at = without.find("pick = [").unwrap() + "pick = [".len();
        office.write(&file, &format!("{}\n{line}{}", &without[..at], &without[at..]));
    }
    office
}

#[test]
fn what_is_wrong_is_shown_in_its_line_and_told_to_other_programs() {
    let office = with_story(
        "## en\nWe wrote a guide. To read it, [click here](https://www.canada.ca/en/guide.html).\n## fr\nNous avons écrit un guide , enfin. Lisez le [guide](https://www.canada.ca/fr/guide.html).\n",
    );
    office.run(&["compose", ISSUE, "--offline"]).is(4);
    office.run(&["check", ISSUE]).is(4).says(&["guide-new.md:6:32", "LNK-01", "guide-new.md:8:26", "TYP-01", "^"]);
    let json = office.run(&["check", ISSUE, "--json"]).is(4).json();
    let rules: Vec<&str> = json["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
    assert!(json["blocked"] == true && rules.contains(&"LNK-01"), "{rules:?}");
    let log = office.run(&["check", ISSUE, "--sarif"]).is(4).json();
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let lines = results.iter().filter(|it| it["ruleId"] == "TYP-01");
    let line = |it: &serde_json::Value| it["locations"][0]["physicalLocation"]["region"]["startLine"].clone();
    assert_eq!(lines.map(line).collect::<Vec<_>>(), [8]);
    let page = office.read(&format!("issues/{ISSUE}/check.html"));
    assert!(page.contains("Un nouveau guide de rédaction") && page.contains("E TYP-01"));
}

#[test]
fn what_the_program_mends_is_written_into_the_editors_file() {
    let office = with_story("## en\nWe wrote a guide.\n## fr\nPrêts ? Nous avons écrit un guide.\n");
    let said = office.run(&["compose", ISSUE, "--offline"]);
    assert!(said.text.contains(" 1") && said.code == 0, "{}", said.text);
    office.run(&["check", ISSUE, "--fix"]).is(0).says(&["file-guide-new, fr, body", "- Prêts ?", "+ Prêts?"]);
    let toml = office.read(&format!("issues/{ISSUE}/issue.toml"));
    // Twice is once, though nothing was composed between.
    office.run(&["check", ISSUE, "--fix"]).is(0).says(&["nothing to mend"]);
    assert_eq!(office.read(&format!("issues/{ISSUE}/issue.toml")), toml);
    assert!(toml.contains("Prêts? Nous avons") && !toml.contains("<p>"), "{toml}");
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.run(&["check", ISSUE, "--fix"]).is(0).says(&["nothing to mend"]);
}

#[test]
fn an_edition_changed_by_hand_is_judged_and_stays_blocked() {
    let office = Office::ready();
    let file = format!("issues/{ISSUE}/editions/en.html");
    let html = office.read(&file);
    assert!(html.contains("color:#333333"));
    office.write(&file, &html.replace("color:#333333", "color:#cccccc"));
    let json = office.run(&["check", ISSUE, "--json"]).is(4).json();
    let has = json["findings"].as_array().unwrap().iter().any(|it| it["rule"] == "ACC-06");
    assert!(json["blocked"] == true && has);
}

#[test]
fn whoever_comes_next_finds_what_they_need() {
    let office = Office::open();
    let approver = "\n[[approver]]\nname = \"Ada Approver\"\nemail = \"ada@example.gc.ca\"\nlanguages = [\"en\"]\n";
    office.write("newsletter.toml", &[office.read("newsletter.toml").as_str(), approver].concat());
    office.run(&["check", "--handover"]).is(0).says(&["issues/handover.html"]);
    let page = office.read("issues/handover.html");
    let asked = "English: Ada Approver (asked by mail)";
    for part in ["secrets.toml", "2027-05", "Qui approuve", "organization.as_of", asked, "Français: anyone who"] {
        assert!(page.contains(part), "{part}");
    }
    office.run(&["--lang", "fr", "check", "--explain", "snd-05"]).is(0).says(&["invariant", "SND-05"]);
}

#[test]
fn a_rule_is_explained_to_an_editor_however_its_id_is_typed() {
    let office = Office::open();
    let explain = |id: &str| office.run(&["check", "--explain", id]);
    for id in ["TYP-02", "typ2", "Typ 02", "TYP_2"] {
        explain(id).is(0).says(&["TYP-02 (French typography)", "F: the program mends", "(⍽ is a no-break space)"]);
    }
    explain("LNK-01").is(0).says(&[
        "E: it blocks sending",
        "Content Style Guide of Canada.ca (2.3)",
        "waive LNK-01 STORY",
    ]);
    let never = explain("BIL-11").is(0).says(&["may be waived by: nobody"]);
    assert!(!never.text.contains("cco-news waive"), "{}", never.text);
    explain("setup").is(0).says(&["no rule of the list"]);
    explain("SND-50").is(1).says(&["SND-05, SND-06", "did you mean `SND-05`?"]);
    office
        .run(&["--lang", "fr", "check", "--explain", "acc-6"])
        .is(0)
        .says(&["E\u{a0}: elle bloque l'envoi", "4,5 pour 1"]);
}

#[test]
fn a_relay_is_asked_without_a_message_and_says_what_it_offers() {
    let relay =
        Relay::start(Manner { offers: vec!["SIZE 1000000", "PIPELINING", "AUTH PLAIN LOGIN"], ..Manner::default() });
    let probed = ask(&relay.smtp_with("news:secret@", 100)).unwrap();
    assert_eq!(
        (probed.size, probed.pipelining, probed.is_encrypted, probed.is_signed_in),
        (1_000_000, true, false, true)
    );
    assert_eq!(probed.auth, ["PLAIN", "LOGIN"]);
    let bare = ask(&Relay::start(Manner::default()).smtp()).unwrap();
    assert_eq!((bare.size, bare.pipelining, bare.is_signed_in, bare.auth.len()), (0, false, false, 0));
    assert!(relay.taken().is_empty() && relay.n_connections() == 1);
}

#[test]
fn a_relay_that_turns_us_away_is_quoted() {
    let full = Relay::start(Manner { greeting: Some("554 5.7.1 not from here"), ..Manner::default() });
    let said = ask(&full.smtp()).unwrap_err();
    assert!(format!("{said:?}").contains("not from here"), "{said:?}");
    let auth = Some("535 5.7.8 wrong password");
    let strict = Relay::start(Manner { offers: vec!["AUTH PLAIN"], auth, ..Manner::default() });
    let said = ask(&strict.smtp_with("news:secret@", 100)).unwrap_err();
    assert!(format!("{said:?}").contains("wrong password"), "{said:?}");
}

fn ask(smtp: &cco_news::mail::Smtp) -> Result<cco_news::mail::Probed, cco_news::model::Reply> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(smtp.probe())
}
