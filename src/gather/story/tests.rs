//! Story files as people write them, with their mistakes.

use std::fs;

use super::*;

/// A small newsletter in two languages.
pub(crate) fn newsletter() -> Newsletter {
    toml_edit::de::from_str(
        r#"id = "test"
        first_issue = "2026-12"
        languages = ["en", "fr"]
        source_language = "en"
        [language.en]
        tag = "en-CA"
        label = "English"
        title = "News"
        from_name = "News"
        [language.fr]
        tag = "fr-CA"
        label = "Français"
        title = "Nouvelles"
        from_name = "Nouvelles"
        [organization]
        as_of = 2026-11-01
        name = { en = "Office", fr = "Bureau" }
        address = { en = "1 Street", fr = "1, rue" }
        email = "info@example.ca"
        [sender]
        from = "news@example.ca"
        reply_to = "news@example.ca"
        bounce = "news@example.ca"
        requests = "news@example.ca"
        [schedule]
        day = "15"
        time = "10:00"
        [[section]]
        id = "learning"
        name = { en = "Learning events", fr = "Activités d'apprentissage" }"#,
    )
    .unwrap()
}

pub(crate) fn now() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// The office of tests; nothing is read from its folder.
pub(super) fn office(newsletter: &Newsletter) -> Office<'_> {
    Office { newsletter, zone: TimeZone::UTC, now: now(), root: Path::new("") }
}

/// A report of no file.
pub(super) fn report() -> Report {
    Report { file: String::new(), findings: Vec::new() }
}

pub(crate) fn read_files(files: &[(&str, &[u8])]) -> (Vec<Story>, Vec<Finding>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join("stories").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    read(folder.path(), &newsletter(), now()).unwrap()
}

fn read_one(text: &str) -> (Story, Vec<Finding>) {
    let (mut stories, findings) = read_files(&[("a.md", text.as_bytes())]);
    assert_eq!(stories.len(), 1, "{findings:?}");
    (stories.remove(0), findings)
}

fn text<'a>(story: &'a Story, lang: &str) -> &'a crate::model::Text {
    &story.texts[&Lang::new(lang)]
}

#[test]
fn one_file_in_two_languages_has_every_field() {
    let (story, findings) = read_one(
        r#"---
section: learning
title: {en: "Writing for screen readers", fr: "Rédiger pour les lecteurs d'écran"}
link: {en: "https://example.ca/en/", fr: "https://example.ca/fr/"}
author: Communities of practice
event: {starts: 2026-12-09 13:00, ends: 2026-12-09 14:30, register_by: 2026-12-07, language: bilingual, location: {en: Webcast, fr: Webdiffusion}, audience: {en: All communicators, fr: Tous les communicateurs}}
deadline: 2026-12-07
---
## en
English *text*.

### Part
more
## fr
Texte français.
"#,
    );
    assert_eq!(findings, []);
    assert_eq!(story.id.as_str(), "file-a");
    assert_eq!(story.section.as_deref(), Some("learning"));
    assert_eq!(story.kind, crate::model::Kind::Event);
    assert_eq!(text(&story, "en").body, "<p>English <em>text</em>.</p><h3>Part</h3><p>more</p>");
    assert_eq!(text(&story, "fr").title, "Rédiger pour les lecteurs d'écran");
    assert_eq!(text(&story, "fr").url.as_deref(), Some("https://example.ca/fr/"));
    assert_eq!(story.author.len(), 2);
    assert_eq!(story.pair.as_ref().unwrap().how, crate::model::PairHow::File);
    let event = story.event.unwrap();
    assert_eq!(event.starts.to_string(), "2026-12-09T13:00:00");
    assert_eq!(event.register_by.unwrap().to_string(), "2026-12-07");
    assert_eq!(event.location[&Lang::new("fr")], "Webdiffusion");
    assert_eq!(story.deadline.unwrap().to_string(), "2026-12-07");
}

#[test]
fn a_pair_of_files_is_one_story_and_one_alone_is_normal() {
    let (stories, findings) = read_files(&[
        ("learning day.en.md", b"---\nsection: Learning events\nevent:\n  starts: 2026-12-09 13:00\n  location: Webcast\n---\n# Learning Day\nText.\n"),
        ("learning day.fr.md", "---\névénement:\n  début: 2026-12-09 13:00\n  lieu: Webdiffusion\n---\n# Journée d’apprentissage\nTexte.\n".as_bytes()),
        ("deep/alone.md", "# Un titre en français\n\nVoici un texte qui est écrit en français et qui dit quelque chose.".as_bytes()),
        ("Thumbs.db", b"x"),
        ("~$word.docx", b"x"),
    ]);
    assert_eq!(findings, []);
    assert_eq!(stories.len(), 2);
    let day = stories.iter().find(|story| story.id.as_str() == "file-learning-day").unwrap();
    assert_eq!(text(day, "fr").title, "Journée d’apprentissage");
    assert_eq!(day.event.as_ref().unwrap().location[&Lang::new("fr")], "Webdiffusion");
    assert_eq!(day.event.as_ref().unwrap().location[&Lang::new("en")], "Webcast");
    assert!(matches!(&day.origin, Origin::File { twin: Some(twin), .. } if twin == "stories/learning day.fr.md"));
    let alone = stories.iter().find(|story| story.id.as_str() == "file-alone").unwrap();
    assert_eq!(alone.texts.keys().map(Lang::as_str).collect::<Vec<_>>(), ["fr"]);
    assert_eq!(alone.source_language, Some(Lang::new("fr")));
}

#[test]
fn what_notepad_and_word_make_of_front_matter_is_read() {
    for (front, title) in [
        ("title: Contribuez : idées d'articles", "Contribuez : idées d'articles"),
        ("title: “Une “journée” : suite”\r\nsection: learning", "“Une “journée” : suite”"),
        ("title: \"C'est l'été\"", "C'est l'été"),
        ("title: @ComCom # 1 : suite", "@ComCom # 1 : suite"),
        ("title: 2026", "2026"),
        ("title: Oui", "Oui"),
        ("title: 1.10", "1.10"),
        ("titre: Le « bon » mot\u{A0}: suite", "Le « bon » mot\u{A0}: suite"),
        ("title: *important* news", "*important* news"),
        ("title: 50 % off: \"now\"", "50 % off: \"now\""),
    ] {
        let text = format!("\u{FEFF}---\r\n{front}\r\n---\r\n\r\nUn texte en français, écrit pour le bulletin.\r\n");
        let (story, findings) = read_one(&text);
        assert_eq!(findings, [], "{front}");
        assert_eq!(story.texts.values().next().unwrap().title, title, "{front}");
    }
    let (story, _) =
        read_one("—-\ntitle: {en: “Hello, you”, fr: “Bonjour, vous : ici”}\n—\n## English\na\n## Français\nb\n");
    assert_eq!(text(&story, "en").title, "Hello, you");
    assert_eq!(text(&story, "fr").title, "Bonjour, vous : ici");
    let (story, _) =
        read_one("---\ntitle:\n\ten: Contribute: ideas\n\tfr: Contribuez : idées\n---\n## en\na\n## fr\nb\n");
    assert_eq!(text(&story, "fr").title, "Contribuez : idées");
    let (story, _) = read_one("title: Without a fence\nsection: learning\n\nText of it.\n");
    assert_eq!(text(&story, "en").title, "Without a fence");
}

/// What is said of a file: severity, line, column, message in English.
fn said(text: &str) -> Vec<(String, usize, usize, String)> {
    let (_, findings) = read_files(&[("a.md", text.as_bytes())]);
    let place = |finding: &Finding| match &finding.place {
        Place::File { line, column, .. } => (*line, *column),
        Place::Edition { .. } => (0, 0),
    };
    findings
        .iter()
        .map(|f| (f.severity.letter().to_owned(), place(f).0, place(f).1, format!("{} / {}", f.message.en, f.hint.en)))
        .collect()
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_the_mend() {
    for (text, expected) in [
        (
            "---\nsectoin: learning\ntitle: T\n---\nx",
            ("W", 2, 1, "`sectoin` is not a field, so it was not read / did you mean `section`?"),
        ),
        (
            "---\ntitle: T\nsection: learnin\n---\nx",
            ("W", 3, 10, "`learnin` is not a section of the newsletter / did you mean `learning`?"),
        ),
        (
            "---\ntitle: T\ndeadline: next week\n---\nx",
            (
                "W",
                3,
                11,
                "`next week` is not a date that `deadline` can have / write it as `2026-12-09`, with a time as `2026-12-09 13:00`",
            ),
        ),
        (
            "---\ntitle: T\nevent: {starts: 2026-02-31}\n---\nx",
            (
                "W",
                3,
                17,
                "`2026-02-31` is not a date that `starts` can have / write it as `2026-12-09`, with a time as `2026-12-09 13:00`",
            ),
        ),
        (
            "---\ntitle: T\nevent: {ends: 2026-02-28}\n---\nx",
            ("W", 3, 8, "the event does not say when it begins / add `starts: 2026-12-09 13:00`"),
        ),
        (
            "---\ntitle: T\nlink: www.example.ca\n---\nx",
            (
                "W",
                3,
                7,
                "`www.example.ca` is not a web address / copy the whole address from the browser, with `https://`",
            ),
        ),
        (
            "---\ntitle: T\nlink: https://example.ca/?utm_source=x\n---\nx",
            ("F", 3, 7, "the link was cleaned: it is now `https://example.ca/` / nothing to do"),
        ),
        (
            "---\ntitle: T\nlink: https://slot.invalid/unsubscribe\n---\nx",
            (
                "W",
                3,
                7,
                "`https://slot invalid/unsubscribe` is not a web address / copy the whole address from the browser, with `https://`",
            ),
        ),
        (
            "---\ntitle: T\nimage: ../../etc/passwd\n---\nx",
            (
                "W",
                3,
                8,
                "the picture `../../etc/passwd` is not beside the story / put the file in the same folder, and write its name with its ending",
            ),
        ),
        (
            "---\nsection: learning\n---\nOnly text here.",
            (
                "W",
                1,
                1,
                "the story has no title in `en`: its first words stand in its place / begin the text with a line `# Title`",
            ),
        ),
        (
            "---\nsection: learning\n---\n| | |\n|-|-|\n| | |\n",
            ("E", 0, 0, "the file holds no text / write a title after `# `, then the text"),
        ),
        (
            "---\ntitle: T\n---\nstray\n## en\nx\n## fr\ny",
            (
                "W",
                4,
                1,
                "this text stands before the first language heading, so it was not read / put it below `## en` or `## fr`",
            ),
        ),
        (
            "---\ntitle: {en: T, de: U}\n---\n## en\nx",
            (
                "W",
                2,
                16,
                "`de` is not a language of the newsletter / its languages are en, fr; a text that holds a comma needs \"quotes\"",
            ),
        ),
    ] {
        let found = said(text);
        let expected = (expected.0.to_owned(), expected.1, expected.2, expected.3.to_owned());
        assert_eq!(found, [expected], "{text}");
    }
    let broken = said("---\ntitle: {en: a\nsection: learning\n---\nx");
    assert_eq!(broken[0].0, "E");
}

#[test]
fn files_that_are_no_stories_are_named_with_what_to_do() {
    let (stories, findings) = read_files(&[
        ("old.doc", b"x"),
        ("photo.heic", b"x"),
        ("photo.jpg", b"x"),
        ("empty.md", b""),
        ("a/b/c/d/deep.md", b"# x"),
    ]);
    assert_eq!(stories, []);
    let said: Vec<String> = findings.iter().map(|f| f.message.fr.clone()).collect();
    assert_eq!(findings.len(), 5, "{said:?}");
    assert!(
        said.iter().any(|text| text.contains("`.doc`")) && said.iter().any(|text| text.contains("`.heic`")),
        "{said:?}"
    );
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("stories")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("stories/link.md")).unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("stories/etc")).unwrap();
    let (stories, findings) = read(folder.path(), &newsletter(), now()).unwrap();
    assert_eq!((stories.len(), findings.len()), (0, 2));
}

#[test]
fn nothing_that_people_drop_makes_the_reader_fail() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/blns/blns.json");
    let Ok(text) = fs::read_to_string(path) else {
        eprintln!("skipped: blns is not here");
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&text).unwrap();
    let files: Vec<(String, String)> = strings
        .iter()
        .enumerate()
        .map(|(at, naughty)| {
            (
                format!("{at}.md"),
                format!("---\ntitle: {naughty}\nauthor: {naughty}\nevent: {{starts: {naughty}}}\n---\n{naughty}\n"),
            )
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    let (stories, _) = read_files(&files);
    assert!(stories.len() > 300, "{}", stories.len());
    assert!(stories.iter().all(|story| story.texts.values().all(|text| !text.body.contains("<script"))));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_stands_in_front_matter_is_read_or_explained(front in "((title|event|image|link|only|[a-z]{1,4})( ?: ?|:)[-a-zé“”\"'{}\\[\\]|>&*!%@#,: 0-9]{0,20}\n){0,5}") {
        let text = format!("---\n{front}---\nSome text.\n");
        let (stories, findings) = read_files(&[("a.md", text.as_bytes())]);
        proptest::prop_assert!(!stories.is_empty() || !findings.is_empty());
    }
}

const AGENDA: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Pacific Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T020000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1@example.ca\r\nORGANIZER;CN=\"Doe: Jane\":mailto:jane@example.ca\r\nSUMMARY;LANGUAGE=en-us:Learning\\, together: a day f\r\n or all\r\nDTSTART;TZID=Pacific Standard Time:20261209T100000\r\nDTEND;TZID=Pacific Standard Time:20261209T113000\r\nLOCATION:Webcast\r\nURL:https://example.ca/day?utm_source=x\r\nDESCRIPTION:First line.\\n\\nSecond <b>line</b>.\\nLanguage: English\r\nBEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Two days of the public service and its people\r\nDTSTART;VALUE=DATE:20261210\r\nDTEND;VALUE=DATE:20261212\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Gone\r\nSTATUS:CANCELLED\r\nDTSTART:20261210T150000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20261210T150000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

#[test]
fn the_events_of_a_calendar_are_stories_with_their_lines() {
    let french = AGENDA
        .replace("Learning\\, together: a day f\r\n or all", "Apprendre ensemble")
        .replace("Webcast", "Webdiffusion")
        .replace("First line.", "Première ligne.");
    let (stories, findings) = read_files(&[("agenda.en.ics", AGENDA.as_bytes()), ("agenda.fr.ics", french.as_bytes())]);
    assert_eq!(stories.len(), 2, "{findings:?}");
    let day = stories.iter().find(|story| text(story, "en").title.starts_with("Learning")).unwrap();
    assert_eq!(text(day, "en").title, "Learning, together: a day for all");
    assert_eq!(text(day, "en").body, "<p>First line.</p><p>Second &lt;b&gt;line&lt;/b&gt;.</p>");
    assert_eq!(text(day, "en").url.as_deref(), Some("https://example.ca/day"));
    assert_eq!(text(day, "fr").title, "Apprendre ensemble");
    assert!(matches!(&day.origin, Origin::File { line: 9, twin: Some(twin), .. } if twin == "stories/agenda.fr.ics"));
    let event = day.event.as_ref().unwrap();
    // Ten in Vancouver is one in the newsletter's zone.
    let here = super::super::zone(&newsletter());
    let expected = TimeZone::get("America/Vancouver").unwrap().to_zoned("2026-12-09T10:00".parse().unwrap()).unwrap();
    assert_eq!(event.starts, expected.with_time_zone(here).datetime());
    assert_eq!(event.location[&Lang::new("fr")], "Webdiffusion");
    assert_eq!(event.language.as_deref(), Some("en"));
    let two = stories.iter().find(|story| story.id != day.id).unwrap().event.as_ref().unwrap();
    assert_eq!(
        (two.starts.to_string(), two.ends.unwrap().to_string()),
        ("2026-12-10T00:00:00".into(), "2026-12-11T00:00:00".into())
    );
    let said: Vec<&str> = findings.iter().map(|finding| finding.message.en.as_str()).collect();
    assert_eq!(said.iter().filter(|said| said.contains("cancelled")).count(), 2, "{said:?}");
    assert_eq!(said.iter().filter(|said| said.contains("no title")).count(), 2, "{said:?}");
    assert!(!format!("{stories:?}{findings:?}").contains("jane"));
    assert_eq!(read_files(&[("a.ics", b"BEGIN:VEVENT\nSUMMARY:x")]).1.len(), 2);
}

#[test]
fn the_rows_of_a_job_list_are_stories_as_excel_saves_it() {
    let list = "sep=;\r\nTitle (EN);Titre_fr;link_en;Lien FR;Organisme_fr;organization_en;Lieu;Date de clôture;description_en;Salaire\r\nData analyst;Analyste de données;https://example.ca/j/1;https://example.ca/fr/j/1;Bureau;Office;Ottawa;9 décembre 2026;\"Two\r\nlines\";1\r\n;;;;;;;;;\r\n;;https://example.ca/j/2;;;;;;;\r\nClerk;;example;;;;;soon;;\r\n";
    let bytes = encoding_rs::WINDOWS_1252.encode(list).0.into_owned();
    let (stories, findings) = read_files(&[("jobs.csv", &bytes)]);
    assert_eq!(stories.len(), 2, "{findings:?}");
    let job = stories.iter().find(|story| story.texts.len() == 2).unwrap();
    assert_eq!(job.kind, crate::model::Kind::Job);
    assert_eq!(text(job, "fr").title, "Analyste de données");
    assert_eq!(
        (text(job, "fr").summary.as_str(), text(job, "en").summary.as_str()),
        ("Bureau – Ottawa", "Office – Ottawa")
    );
    assert_eq!(text(job, "fr").url.as_deref(), Some("https://example.ca/fr/j/1"));
    assert_eq!(job.deadline.unwrap().to_string(), "2026-12-09");
    assert!(matches!(job.origin, Origin::File { line: 3, .. }), "{:?}", job.origin);
    let said: Vec<(usize, &str)> = findings
        .iter()
        .map(|finding| match &finding.place {
            Place::File { line, .. } => (*line, finding.message.en.as_str()),
            Place::Edition { .. } => (0, ""),
        })
        .collect();
    assert!(said.iter().any(|(line, said)| *line == 2 && said.contains("`Salaire`")), "{said:?}");
    assert!(said.iter().any(|(line, said)| *line == 6 && said.contains("no title")), "{said:?}");
    assert!(said.iter().any(|(line, said)| *line == 7 && said.contains("not a closing date")), "{said:?}");
    assert!(said.iter().any(|(line, said)| *line == 7 && said.contains("not a web address")), "{said:?}");
    let people = read_files(&[("list.csv", b"email,name\njane@example.ca,Jane")]).1;
    assert!(people[0].hint.en.contains("subscribers/") && !format!("{people:?}").contains("jane"));
    assert!(read_files(&[("list.csv", b"a,b\n1,2")]).1[0].message.en.contains("no column `title`"));
}

proptest::proptest! {
    // Each case writes two files.
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_list_makes_its_reader_fail(ics in "((BEGIN|END|SUMMARY|DTSTART|DTEND|DURATION|UID|X-ALT-DESC)[:;]?(VEVENT|VCALENDAR|TZID=|LANGUAGE=fr|20261209T1|P1D|\\\\n|[a-zé\"<:; ]{0,6}){0,3}\r?\n){0,20}", csv in "((title_en|titre|link|closing)?[,;\t\"]?[a-zé=@0-9 ]{0,5}[,;\n]){0,30}") {
        read_files(&[("a.ics", ics.as_bytes()), ("b.csv", csv.as_bytes())]);
    }
}

#[test]
fn a_file_that_is_no_text_is_named_and_becomes_no_story() {
    for (name, bytes, said, mend) in [
        ("a.md", b"%PDF-1.7\n1 0 obj".to_vec(), "fichier PDF", "fichier Word"),
        ("a.txt", b"PK\x03\x04\x14\0\0\0\x08\0word/document.xml".to_vec(), "fichier Word", ".docx"),
        ("a.csv", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "Office 97-2003", "fichier Word"),
        ("a.ics", vec![1, 2, 3, 4, 5, 6, 0, 200, 9], "pas du texte", "fichier Word"),
        ("a.md", b"\x89PNG\r\n\x1A\n\0\0".to_vec(), "fichier PNG", ".png"),
    ] {
        let (stories, findings) = read_files(&[(name, &bytes)]);
        assert!(stories.is_empty(), "{name}");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0].severity, Severity::Error);
        assert!(findings[0].message.fr.contains(said) && findings[0].hint.fr.contains(mend), "{findings:?}");
    }
    let (stories, _) = read_files(&[("a.md", b"# R\xE9union \x96 suite\n\nTexte\x0C de la r\xE9union.")]);
    assert_eq!(stories[0].texts.values().next().unwrap().title, "Réunion – suite");
}
