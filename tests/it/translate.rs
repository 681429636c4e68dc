//! Out to the translators and back, as an editor lives it.

use std::fs;

use crate::office::{ISSUE, Office};

const STORE: &str = "issues/2026-12/translations/fr.xlf";
const XLIFF: &str = "issues/2026-12/translations/2026-12-en-fr.xlf";
const STORY: &str = "stories/bike-day.md";

/// A contributor's story, in English only.
const BIKE_DAY: &str = "---
section: tools
title: {en: \"A bicycle day for communicators\"}
summary: {en: \"On May 12, come to the office by bicycle.\"}
deadline: 2027-05-05
event: {starts: 2027-05-12 08:30, ends: 2027-05-12 09:30, language: bilingual, location: {en: \"Main lobby\"}}
contact: bikes@example.gc.ca
---
## en
The bicycle club meets in the main lobby on May 12. Coffee is served until 9:30.

Read the [**safety** guide](https://example.ca/en/safety) before you leave.

- Bring a helmet
- Bring a lock
";

const FRENCH: [(&str, &str); 7] = [
    ("A bicycle day for communicators", "Une journée à vélo pour les communicateurs"),
    ("On May 12, come to the office by bicycle.", "Le 12 mai, venez au bureau à vélo."),
    (
        "The bicycle club meets in the main lobby on May 12. Coffee is served until 9:30.",
        "Le club de vélo se réunit dans le hall principal le 12 mai. Le café est servi jusqu'à 9 h 30.",
    ),
    ("Bring a helmet", "Apportez un casque"),
    ("Bring a lock", "Apportez un cadenas"),
    ("Main lobby", "Hall principal"),
    ("Read the ", "Lisez le "),
];

/// An office whose editor has picked the story.
fn office() -> Office {
    let office = Office::open();
    office.write(STORY, BIKE_DAY);
    office.run(&["compose", ISSUE, "--offline"]).is(0).says(&["editions/en.html"]);
    let file = "issues/2026-12/issue.toml";
    let text = office.read(file);
    let line = text.lines().find(|line| line.contains("\"file-bike-day\"")).unwrap();
    let without = text.replacen(&format!("{line}\n"), "", 1);
    let (before, tools) = without.split_once("id = \"tools\"\npick = [").unwrap();
    office.write(file, &format!("{before}id = \"tools\"\npick = [\n  \"file-bike-day\",\n{}", tools.trim_start()));
    office
}

/// The XLIFF with every passage in French, as a translator's tool gives it back.
fn translated(xliff: &str) -> String {
    let mut out = String::new();
    for line in xliff.lines() {
        out.push_str(line);
        out.push('\n');
        if let Some(source) = line.trim().strip_prefix("<source>").and_then(|text| text.strip_suffix("</source>")) {
            let mut target =
                source.replace(" guide</pc>", " (guide)</pc>").replace(" before you leave", " avant de partir");
            for (en, fr) in FRENCH {
                target = target.replace(en, fr);
            }
            out.extend(["        <target>", &target, "</target>\n"]);
        }
    }
    out.replace("state=\"initial\"", "state=\"translated\"")
}

#[test]
fn a_story_in_one_language_goes_out_and_comes_back_and_the_issue_is_whole() {
    let office = office();
    office.edit(STORY, "example.ca/en/safety", "example.ca/safety");
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&["BIL-01", "7 of 8 passages", "translate export --to fr"]);
    office.run(&["status"]).says(&["fr: story `file-bike-day`: 7 of 8 passages to be translated"]);
    office.run(&["translate", "export", ISSUE, "--to", "fr"]).is(0).says(&["1 story, 7 passages", XLIFF]);
    office.run(&["status"]).says(&["with the translators"]);
    office.run(&["translate", "export", ISSUE, "--to", "en"]).is(0).says(&["nothing to translate"]);
    office.write("back.xlf", &translated(&office.read(XLIFF)));
    office.run(&["translate", "import", "back.xlf", "--by", "A Translator"]).is(0).says(&["7 passages taken"]);
    let composed = office.run(&["compose", ISSUE, "--offline"]);
    assert!(composed.code == 0 || composed.code == 3, "{}", composed.text);
    let french = office.read("issues/2026-12/editions/fr.txt");
    assert!(french.contains("Le club de vélo") && french.contains("Hall principal"), "{french}");
    let again = office.read(STORE);
    office.run(&["compose", ISSUE, "--offline"]);
    assert_eq!(again, office.read(STORE), "a second compose changes no translation");
    office.run(&["translate", "export", ISSUE]).is(0).says(&["nothing to translate"]);
}

#[test]
fn a_word_file_that_libreoffice_saved_under_another_name_changes_only_what_was_translated() {
    let office = office();
    office.run(&["translate", "export", ISSUE, "--to", "fr"]).is(0);
    let before = office.read(STORE);
    for file in [
        XLIFF,
        "issues/2026-12/translations/2026-12-en-fr.docx",
        "issues/2026-12/translations/2026-12-en-fr-review.docx",
    ] {
        office.run(&["translate", "import", file]).is(3).says(&["0 passages taken"]);
        assert_eq!(before, office.read(STORE), "an untouched round trip of {file} changes no byte");
    }
    // Two passages were translated in it, and LibreOffice 7.4 saved it twice.
    let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/translate/saved-by-libreoffice.docx");
    fs::copy(fixture, office.path().join("Traduction finale (v2).docx")).unwrap();
    office
        .run(&["translate", "import", "Traduction finale (v2).docx"])
        .is(3)
        .says(&["2 passages taken", "5 not translated"]);
    let after = office.read(STORE);
    let changed = |text: &str, other: &str| {
        let (text, other) = (text.to_owned(), other.to_owned());
        text.lines().filter(|line| !other.lines().any(|own| own == *line)).map(str::to_owned).collect::<Vec<_>>()
    };
    let targets: Vec<String> = changed(&after, &before).into_iter().filter(|line| line.contains("<target>")).collect();
    assert_eq!(
        targets,
        ["        <target>Le 12 mai, venez au bureau à vélo.</target>", "        <target>Apportez un casque</target>"]
    );
    office.run(&["--lang", "fr", "translate", "import", "newsletter.toml"]).is(4).says(&["ni du XLIFF 2"]);
    assert_eq!(after, office.read(STORE));
}

#[test]
fn a_changed_sentence_is_named_by_status_and_a_comma_is_not() {
    let office = office();
    office.edit(STORY, "example.ca/en/safety", "example.ca/safety");
    office.run(&["translate", "export", ISSUE, "--to", "fr"]).is(0);
    office.write("back.xlf", &translated(&office.read(XLIFF)));
    office.run(&["translate", "import", "back.xlf"]).is(0);
    office.run(&["compose", ISSUE, "--offline"]);
    office.edit(STORY, "main lobby on May 12.", "main lobby, on May 12!");
    let status = office.run(&["status"]);
    assert!(!status.text.contains("stale"), "{}", status.text);
    office.edit(STORY, "Coffee is served until", "Tea is served until");
    office.run(&["status"]).says(&["fr: story `file-bike-day`: stale", "“Tea is served until 9:30.”"]);
    let status = office.run(&["status", "--json"]).json();
    assert_eq!(status["translations"][0]["stale"][0], "Tea is served until 9:30.");
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&[
        "BIL-15",
        "Tea is served",
        "translate keep file-bike-day",
    ]);
    office.run(&["translate", "keep", "file-bike-day", "--by", "An Editor"]).is(0).says(&["Tea is served until 9:30."]);
    let composed = office.run(&["compose", ISSUE, "--offline"]);
    assert!(!composed.text.contains("BIL-15"), "{}", composed.text);
    office
        .run(&["approve", ISSUE, "--edition", "fr", "--by", "An Approver"])
        .is(0)
        .says(&["An Editor says that the meaning is unchanged"]);
    // A digit is a word too, and what was kept before does not keep it.
    office.edit(STORY, "on May 12!", "on May 13!");
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&["BIL-15", "on May 13!"]);
}

#[test]
fn editing_what_the_translators_have_warns() {
    let office = office();
    office.run(&["translate", "export", ISSUE, "--to", "fr"]).is(0);
    office.edit(STORY, "Bring a lock", "Bring a strong lock");
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&["while the translators have it", "Bring a strong lock"]);
}

#[test]
fn of_a_story_in_two_languages_a_change_of_one_makes_the_other_stale() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let file = "stories/screen-readers.en.md";
    let body = office.read(file);
    let last = body.trim_end().lines().last().unwrap().to_owned();
    office.edit(file, &last, &format!("{last} It costs nothing."));
    office.run(&["compose", ISSUE, "--offline"]).is(4).says(&["BIL-15", "It costs nothing."]);
}

#[test]
fn the_issue_is_there_as_word_files_on_request() {
    let office = Office::open();
    office.run(&["word", ISSUE]).is(1).says(&["cco-news compose"]);
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.run(&["word", ISSUE]).is(0).says(&["editions/en.docx", "editions/fr.docx"]);
    let bytes = fs::read(office.path().join("issues/2026-12/editions/fr.docx")).unwrap();
    let words: Vec<String> =
        cco_news::word::read(&bytes).unwrap().passages.iter().map(cco_news::word::Passage::words).collect();
    assert!(words.len() > 60 && words[0] == "Nouvelles du BCC", "{:?}", &words[..5]);
    office.run(&["word", ISSUE]).is(0);
    assert_eq!(bytes, fs::read(office.path().join("issues/2026-12/editions/fr.docx")).unwrap());
}
