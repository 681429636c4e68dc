//! What editors and translators may count on.

use std::collections::BTreeMap;

use super::*;
use crate::model::{
    Issue, IssueId, IssueSection, Lang, Newsletter, Origin, Story, StoryId, Text, TranslationState as State, Words,
};
use crate::xml;

const BODY: &str = "<p>We meet on December 9. Come early.</p><p>See <a href=\"https://example.ca/en\">the <strong>guide</strong></a>.</p>\
    <ul><li>Write to team@example.gc.ca.</li></ul>";

fn newsletter() -> Newsletter {
    toml_edit::de::from_str(include_str!("../../newsletter.toml")).unwrap()
}

fn lang(key: &str) -> Lang {
    Lang::new(key)
}

fn id() -> IssueId {
    IssueId::parse("2026-12").unwrap()
}

/// An issue of one story, with a body per language.
fn issue(bodies: &[(&str, &str)]) -> Issue {
    let text =
        |key: &str, body: &str| Text { title: format!("A title in {key}"), body: body.to_owned(), ..Text::default() };
    let story = Story {
        section: Some("tools".to_owned()),
        texts: bodies.iter().map(|(key, body)| (lang(key), text(key, body))).collect(),
        contact: [(lang("en"), "team@example.gc.ca".to_owned())].into(),
        ..Story::new(
            StoryId::parse("file-a"),
            Origin::File { file: "stories/a.md".to_owned(), line: 1, twin: None },
            "2026-11-20T12:00:00Z".parse().unwrap(),
        )
    };
    Issue {
        id: id(),
        send_at: "2026-12-09T15:00:00Z".parse().unwrap(),
        subject: BTreeMap::default(),
        preheader: BTreeMap::default(),
        opening: BTreeMap::default(),
        sections: vec![IssueSection { id: "tools".to_owned(), stories: vec![story] }],
        waivers: Vec::new(),
        findings: Vec::new(),
        languages: vec![lang("en"), lang("fr")],
        translations: Vec::new(),
    }
}

fn tag(lang: &Lang) -> String {
    format!("{lang}-CA")
}

/// A store of French for an issue, sent to the translators.
fn sent_out(issue: &Issue) -> (Store, Exported) {
    let mut store = Store::new(lang("fr"));
    sync(issue, &mut store);
    let exported = export(&mut store, &id(), &["issue", "file-a"], &newsletter()).remove(0);
    (store, exported)
}

fn take(store: &mut Store, bytes: &[u8]) -> Import {
    let mut stores = vec![store.clone()];
    let import = import(bytes, &mut stores, &id(), None, &mut |_: &Words| false).unwrap();
    *store = stores.remove(0);
    import
}

/// The French of each line, as a translator would type it.
const FRENCH: [(&str, &str); 6] = [
    ("A title in en", "Un titre"),
    ("We meet on December 9. Come early.", "Nous nous réunissons le 9 décembre. Venez tôt."),
    ("See ", "Voyez "),
    ("the ", "le "),
    ("guide", "guide français"),
    ("Write to ", "Écrivez à "),
];

fn translated(xliff: &str) -> String {
    let mut out = String::new();
    for line in xliff.lines() {
        out.push_str(line);
        out.push('\n');
        if let Some(source) = line.trim().strip_prefix("<source>").and_then(|line| line.strip_suffix("</source>")) {
            let mut target = source.to_owned();
            for (en, fr) in FRENCH {
                target = target.replace(&format!("{en}<"), &format!("{fr}<"));
                target = if target == en { fr.to_owned() } else { target };
            }
            out.extend(["        <target>", &target, "</target>\n"]);
        }
    }
    out.replace("state=\"initial\"", "state=\"translated\"")
}

fn french(issue: &Issue, store: &Store) -> (Issue, Text) {
    let mut issue = issue.clone();
    apply(&mut issue, std::slice::from_ref(store));
    let text = issue.stories().next().unwrap().texts.get(&lang("fr")).cloned().unwrap_or_default();
    (issue, text)
}

#[test]
fn a_story_in_one_language_becomes_whole_with_its_translation() {
    let issue = issue(&[("en", BODY)]);
    let (mut store, exported) = sent_out(&issue);
    assert_eq!((exported.stories, exported.passages), (1, 4), "an address alone is nothing to translate");
    assert_eq!(french(&issue, &store).1, Text::default(), "half a translation is none");
    assert_eq!(french(&issue, &store).0.translations[0].state, State::Out);
    let import = take(&mut store, translated(&exported.xliff).as_bytes());
    assert_eq!((import.taken, import.notes.len()), (4, 0), "{import:?}");
    let (whole, words) = french(&issue, &store);
    assert_eq!(words.title, "Un titre");
    assert_eq!(
        words.body,
        "<p>Nous nous réunissons le 9 décembre. Venez tôt.</p><p>Voyez <a href=\"https://example.ca/en\">le <strong>guide français</strong></a>.</p>\
         <ul><li>Écrivez à team@example.gc.ca.</li></ul>"
    );
    let one = whole.stories().next().unwrap();
    assert_eq!(one.contact[&lang("fr")], "team@example.gc.ca");
    assert_eq!(whole.translations[0].state, State::Back);
    assert_eq!(
        without(&whole).stories().next().unwrap().texts.len(),
        1,
        "what is taken from the last issue is its own"
    );
}

#[test]
fn the_store_is_read_as_it_was_written_and_a_second_run_changes_nothing() {
    let issue = issue(&[("en", BODY)]);
    let (mut store, exported) = sent_out(&issue);
    take(&mut store, translated(&exported.xliff).as_bytes());
    for bodies in
        [&[("en", BODY)][..], &[("en", "<p>We meet on May 3. Come early.</p>")], &[("en", BODY), ("fr", "<p>a</p>")]]
    {
        let issue = self::issue(bodies);
        sync(&issue, &mut store);
        let text = store.write(&tag);
        let mut again = Store::read(&text, lang("fr")).unwrap();
        assert_eq!(again, store, "{text}");
        sync(&issue, &mut again);
        assert_eq!(again.write(&tag), text);
    }
}

#[test]
fn a_changed_word_is_stale_by_its_sentence_and_a_comma_is_not() {
    let (mut store, exported) = sent_out(&issue(&[("en", BODY)]));
    take(&mut store, translated(&exported.xliff).as_bytes());
    let stale = |store: &mut Store, body: &str| {
        let issue = issue(&[("en", body)]);
        sync(&issue, store);
        french(&issue, store).0.translations[0].stale.clone()
    };
    assert!(stale(&mut store, &BODY.replace("9. Come", "9! Come,")).is_empty());
    let moved = BODY.replace("December 9", "December 10");
    assert_eq!(stale(&mut store, &moved), ["We meet on December 10."]);
    assert!(
        french(&issue(&[("en", &moved)]), &store).1.body.contains("le 9"),
        "what was said last stands until it is mended"
    );
    assert!(stale(&mut store, BODY).is_empty(), "what was put back is as it was");
    stale(&mut store, &moved);
    assert_eq!(keep(&mut store, &StoryId::parse("file-a"), "Camille Roy"), ["We meet on December 10."]);
    assert!(stale(&mut store, &moved).is_empty());
    assert_eq!(french(&issue(&[("en", &moved)]), &store).0.translations[0].kept_by, ["Camille Roy"]);
    assert_eq!(
        stale(&mut store, &moved.replace("early", "late")),
        ["Come late."],
        "the word was given for another change"
    );
}

#[test]
fn names_of_passages_survive_edits_and_are_not_given_twice() {
    let names = |store: &Store| {
        let units = store.stories[0].units.iter().filter(|unit| unit.field() == "body" && !unit.is_gone);
        units.map(|unit| (unit.id.clone(), unit.source.clone())).collect::<Vec<_>>()
    };
    let mut store = Store::new(lang("fr"));
    sync(&issue(&[("en", "<p>One is first.</p><p>Two is second.</p><p>Three is last.</p>")]), &mut store);
    sync(&issue(&[("en", "<p>Zero is new here.</p><p>One is first.</p><p>Three is the last.</p>")]), &mut store);
    let now: Vec<String> = names(&store).into_iter().map(|(id, _)| id).collect();
    assert_eq!(now, ["body-4", "body-1", "body-3"]);
    sync(&issue(&[("en", "<p>Two is second.</p><p>Something else altogether now.</p>")]), &mut store);
    assert_eq!(names(&store)[0].0, "body-2", "a passage that comes back has its name again");
    assert_eq!(names(&store)[1].0, "body-5");
}

#[test]
fn of_two_languages_that_came_together_the_one_that_was_not_changed_is_stale() {
    let (en, fr) = ("<p>We meet on May 3.</p>", "<p>Nous nous voyons le 3 mai.</p>");
    let mut store = Store::new(lang("fr"));
    let mut stale = |en: &str, fr: &str| {
        let mut issue = issue(&[("en", en), ("fr", fr)]);
        sync(&issue, &mut store);
        store = Store::read(&store.write(&tag), lang("fr")).unwrap();
        apply(&mut issue, std::slice::from_ref(&store));
        let all = issue.translations.iter().filter(|it| !it.stale.is_empty());
        all.map(|it| (it.language.to_string(), it.stale.join(" "))).collect::<Vec<_>>()
    };
    let (later, plus_tard) = (en.replace('3', "4"), fr.replace('3', "4"));
    assert_eq!(stale(en, fr), []);
    assert_eq!(stale(&later, fr), [("fr".to_owned(), "We meet on May 4.".to_owned())]);
    assert_eq!(stale(&later, &plus_tard), [], "both have changed");
    assert_eq!(stale(&later, fr), [("en".to_owned(), "Nous nous voyons le 3 mai.".to_owned())]);
    assert_eq!(stale(en, fr), []);
    assert_eq!(stale(en, &fr.replace("le 3", "le\u{a0}3,")), [], "typography is no change");
}

#[test]
fn an_untouched_round_trip_changes_no_byte() {
    let (store, exported) = sent_out(&issue(&[("en", BODY)]));
    for bytes in [exported.xliff.as_bytes(), &exported.docx, &exported.review] {
        let mut after = store.clone();
        let import = take(&mut after, bytes);
        assert_eq!((import.taken, import.doubts, import.notes.len()), (0, 0, 0), "{import:?}");
        assert_eq!(after.write(&tag), store.write(&tag));
    }
}

#[test]
fn only_what_was_translated_is_taken() {
    let issue = issue(&[("en", BODY)]);
    let (mut store, exported) = sent_out(&issue);
    let half = exported.xliff.replacen("</source>", "</source><target>Un titre</target>", 1);
    let import = take(&mut store, half.replacen("initial", "translated", 1).as_bytes());
    assert_eq!((import.taken, import.untranslated), (1, 3), "{import:?}");
    let units = &store.stories[0].units;
    assert_eq!(units.iter().filter(|unit| unit.target.is_some()).count(), 1);
    assert_eq!(units[0].state, State::Back);
}

/// A Word file as it comes back: each paragraph's passages, and its words.
fn word(paragraphs: &[(&[&str], &str)]) -> Vec<u8> {
    let mut body = String::new();
    for (ids, words) in paragraphs {
        body.push_str("<w:p>");
        for own in *ids {
            let name = sheet::name(sheet::TRANSLATE, &id(), &lang("fr"), "file-a", own);
            body.extend(["<w:bookmarkStart w:id=\"1\" w:name=\"", &name, "\"/>"]);
        }
        body.extend(["<w:r><w:t>", words, "</w:t></w:r></w:p>"]);
    }
    crate::word::tests::with_body(&body)
}

const TWO: &str = "<p>We meet on December 9 in the large hall.</p><p>Come early and bring a friend along.</p>";

#[test]
fn merged_and_split_paragraphs_are_taken_as_the_translator_made_them() {
    let issue = issue(&[("en", TWO)]);
    let (store, _) = sent_out(&issue);
    let mut merged = store.clone();
    let file =
        word(&[(&["title"], "Un titre"), (&["body-1", "body-2"], "Nous nous voyons le 9 décembre et venez tôt.")]);
    let import = take(&mut merged, &file);
    assert_eq!((import.taken, import.notes.len()), (3, 1), "{import:?}");
    assert_eq!(french(&issue, &merged).1.body, "<p>Nous nous voyons le 9 décembre et venez tôt.</p>");
    let mut split = store.clone();
    let file = word(&[
        (&["body-1"], "Nous nous voyons le 9 décembre."),
        (&[], "Dans la salle."),
        (&["body-2"], "Venez."),
        (&["title"], "Un titre"),
    ]);
    let import = take(&mut split, &file);
    assert!(import.notes[0].words.en.contains("several paragraphs"), "{import:?}");
    assert_eq!(french(&issue, &split).1.body, "<p>Nous nous voyons le 9 décembre. Dans la salle.</p><p>Venez.</p>");
}

#[test]
fn what_could_be_two_things_is_asked_and_without_an_answer_left_alone() {
    let (store, _) = sent_out(&issue(&[("en", TWO)]));
    let long = "Nous nous voyons le 9 décembre dans la grande salle. Venez tôt avec une amie ou un ami.";
    let file = word(&[(&["title"], "Un titre"), (&["body-1"], long)]);
    let mut unasked = store.clone();
    let import = take(&mut unasked, &file);
    assert_eq!((import.taken, import.absent, import.doubts), (1, 1, 1), "{import:?}");
    assert!(import.notes[0].words.fr.contains("fusionnés"));
    let mut stores = vec![store];
    let import = super::import(&file, &mut stores, &id(), None, &mut |_: &Words| true).unwrap();
    assert_eq!((import.taken, import.absent, import.doubts), (3, 0, 0), "{import:?}");
}

#[test]
fn a_text_that_was_changed_while_it_was_out_comes_back_stale() {
    let (mut store, exported) = sent_out(&issue(&[("en", TWO)]));
    let changed = issue(&[("en", &TWO.replace("early", "late"))]);
    sync(&changed, &mut store);
    let out = french(&changed, &store).0.translations[0].changed_while_out.clone();
    assert_eq!(out, ["Come late and bring a friend along."]);
    let file = word(&[(&["title"], "Un titre"), (&["body-1"], "Le 9 décembre."), (&["body-2"], "Venez tôt.")]);
    for bytes in [file, translated(&exported.xliff).into_bytes()] {
        let mut store = store.clone();
        take(&mut store, &bytes);
        assert_eq!(french(&changed, &store).0.translations[0].stale, ["Come late and bring a friend along."]);
    }
}

#[test]
fn a_translation_of_what_is_gone_or_of_another_issue_is_named() {
    let (mut store, exported) = sent_out(&issue(&[("en", TWO)]));
    sync(&issue(&[("en", "<p>We meet on December 9 in the large hall.</p>")]), &mut store);
    let import = take(&mut store, translated(&exported.xliff).replace("Come early", "Venez").as_bytes());
    assert!(import.notes.iter().any(|note| note.words.en.contains("no longer has this passage")), "{import:?}");
    let other = IssueId::parse("2027-01").unwrap();
    for bytes in [exported.xliff.as_bytes(), &exported.docx, b"words", b"<xliff version=\"1.2\"/>"] {
        let mut stores = vec![store.clone()];
        assert!(super::import(bytes, &mut stores, &other, None, &mut |_: &Words| false).is_err());
    }
}

/// The rules of XLIFF 2.1 that our files could break (sections 4.2 to 4.7): elements and their order, ids that are
/// NMTOKENs and stand once, codes whose data are there, states.
fn assert_valid(text: &str) {
    let root = xml::parse(text).unwrap();
    assert_eq!((root.name.as_str(), root.attribute("version")), ("xliff", Some("2.1")));
    assert!(root.attribute("srcLang").is_some() && root.attribute("trgLang").is_some());
    let is_token = |id: &str| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || "-._:".contains(c));
    let mut files = Vec::new();
    for file in root.nodes() {
        assert_eq!(file.name, "file");
        files.push(file.attribute("id").unwrap());
        let mut units = Vec::new();
        for unit in file.nodes().filter(|node| node.name != "notes") {
            assert_eq!(unit.name, "unit");
            units.push(unit.attribute("id").unwrap());
            let order = ["metadata", "notes", "originalData", "segment"];
            let places: Vec<usize> =
                unit.nodes().map(|node| order.iter().position(|name| *name == node.name).unwrap()).collect();
            assert!(places.is_sorted() && places.ends_with(&[3]), "{places:?}");
            let data: Vec<&str> = unit
                .child("originalData")
                .map(|data| data.nodes().filter_map(|node| node.attribute("id")).collect())
                .unwrap_or_default();
            let segment = unit.child("segment").unwrap();
            assert!(["initial", "translated", "reviewed", "final"].contains(&segment.attribute("state").unwrap()));
            assert!(segment.attribute("subState").is_none_or(|state| state.contains(':')));
            let parts: Vec<&str> = segment.nodes().map(|node| node.name.as_str()).collect();
            assert!(parts == ["source"] || parts == ["source", "target"], "{parts:?}");
            for part in segment.nodes() {
                let mut ids = Vec::new();
                codes(part, &data, &mut ids);
                let n = ids.len();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), n, "a code's id stands once");
            }
        }
        assert!(units.iter().all(|id| is_token(id)), "{units:?}");
        units.sort_unstable();
        assert!(units.windows(2).all(|pair| pair[0] != pair[1]), "{units:?}");
    }
    assert!(files.iter().all(|id| is_token(id)), "{files:?}");
}

fn codes<'a>(node: &'a xml::Node, data: &[&str], ids: &mut Vec<&'a str>) {
    for child in node.nodes() {
        assert!(["pc", "ph", "mrk"].contains(&child.name.as_str()), "{}", child.name);
        ids.push(child.attribute("id").unwrap());
        for name in ["dataRef", "dataRefStart", "dataRefEnd"] {
            assert!(child.attribute(name).is_none_or(|id| data.contains(&id)));
        }
        codes(child, data, ids);
    }
}

#[test]
fn what_goes_out_and_what_is_kept_is_xliff_2_1() {
    let mut odd = issue(&[("en", &format!("{BODY}<p>a<br>b &lt; c\u{1}</p>"))]);
    odd.sections[0].stories[0].id = StoryId::parse("file-été_1 «x»");
    odd.subject.insert(lang("en"), "A subject".to_owned());
    let mut store = Store::new(lang("fr"));
    sync(&odd, &mut store);
    let exported = export(&mut store, &id(), &["issue", "file-été_1 «x»"], &newsletter()).remove(0);
    assert_valid(&exported.xliff);
    assert_valid(&store.write(&tag));
    assert!(exported.xliff.contains("translate=\"no\">team@example.gc.ca</mrk>"), "{}", exported.xliff);
    take(&mut store, translated(&exported.xliff).as_bytes());
    assert_valid(&store.write(&tag));
}

#[test]
fn the_word_file_has_the_whole_story_with_what_is_not_wanted_in_grey() {
    let (mut store, exported) = sent_out(&issue(&[("en", TWO)]));
    take(&mut store, &word(&[(&["title"], "Un titre"), (&["body-1"], "Le 9 décembre.")]));
    assert!(exported.docx != exported.review);
    let again = export(&mut store, &id(), &["issue", "file-a"], &newsletter()).remove(0);
    assert_eq!(again.passages, 1);
    let returned = crate::word::read(&again.docx).unwrap();
    let wanted = sheet::name(sheet::TRANSLATE, &id(), &lang("fr"), "file-a", "body-2");
    let of_wanted: Vec<String> = returned
        .passages
        .iter()
        .filter(|passage| passage.ids.contains(&wanted))
        .map(crate::word::Passage::words)
        .collect();
    assert_eq!(of_wanted, ["Come early and bring a friend along."]);
    let all: String = returned.passages.iter().map(crate::word::Passage::words).collect();
    assert!(all.contains("We meet on December 9") && !all.contains("Le 9"), "in the source language only: {all}");
}
