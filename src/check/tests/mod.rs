//! Every rule: its bad example is found by it, its good one is found by none; and what real text taught.

mod articles;
mod clauses;
mod planted;
mod seeded;
mod strangers;
mod world;

use std::path::Path;

use super::sample::{Sample, clean, lang, texts};
use super::{AudienceFile, Class, Example, WayOut, check, rules, text_key, waiver_key};
use crate::model::{Finding, Image, Only, Place, SetTo, Severity, Tls, Waiver};

fn shown(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|it| {
            format!(
                "{} {} {:?} {:?} {} | {}\n",
                it.rule,
                it.severity.letter(),
                it.place,
                it.excerpt,
                it.message.en,
                it.hint.en
            )
        })
        .collect();
    lines.concat()
}

fn heavy(findings: Vec<Finding>) -> Vec<Finding> {
    findings.into_iter().filter(|it| matches!(it.severity, Severity::Error | Severity::Warning)).collect()
}

#[test]
fn a_clean_issue_has_nothing_to_say() {
    let findings = heavy(clean().findings());
    assert!(findings.is_empty(), "{}", shown(&findings));
}

/// What a text changed in one language alone does to its twin is parity's, and not what its example is about.
fn beside_the_point(rule: &str, example: &Example, finding: &Finding) -> bool {
    let one_sided = matches!(example, Example::Text(..) | Example::Title(..));
    finding.rule == rule || (one_sided && matches!(finding.rule.as_str(), "BIL-05" | "BIL-06" | "BIL-07" | "BIL-08"))
}

#[test]
fn each_bad_example_is_found_by_its_rule_and_each_good_one_by_none() {
    let mut wrong = String::new();
    for rule in rules() {
        if !matches!(rule.bad, Example::Case(..) | Example::Clean) {
            let findings = Sample::with(&rule.bad).findings();
            if !findings.iter().any(|it| it.rule == rule.id) {
                wrong.push_str(&[rule.id, ": its bad example is not found\n", &shown(&findings)].concat());
            }
            let mut others = heavy(findings);
            others.retain(|it| !beside_the_point(rule.id, &rule.bad, it));
            if !others.is_empty() {
                wrong.push_str(&[rule.id, ": its bad example is found by others\n", &shown(&others)].concat());
            }
        }
        let mut said = Sample::with(&rule.good).findings();
        said.retain(|it| it.rule != "SND-14" && (it.rule == rule.id || !beside_the_point(rule.id, &rule.good, it)));
        said.retain(|it| it.rule == rule.id || it.severity < Severity::Fixed);
        if !said.is_empty() {
            wrong.push_str(&[rule.id, ": its good example is found\n", &shown(&said)].concat());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn shared(path: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}

fn paragraphs(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| ["<p>", line.trim(), "</p>"].concat()).collect()
}

/// A real bilingual text whose French nobody read over (FEDERAL 0.2).
#[test]
fn the_founding_parallel_text_keeps_its_numbers_and_loses_its_spaces() {
    let Some(folder) = shared("founding") else { return };
    let file =
        std::fs::read_dir(folder).unwrap().flatten().find(|file| file.file_name().to_string_lossy().starts_with("003"));
    let text = std::fs::read_to_string(file.unwrap().path()).unwrap().replace("\r\n", "\n");
    let (english, rest) = text.split_once("Travailler ensemble").unwrap();
    let (_, english) = english.split_once("Canada’s capital cities").unwrap();
    let (_, french) = rest.split_once("Canada\n").unwrap();
    let (french, _) = french.split_once("Highlights of").unwrap();
    let mut sample = clean();
    let story = &mut sample.issue.sections[0].stories[0];
    for (key, body) in [("en", format!("Canada’s capital cities{english}")), ("fr", french.to_owned())] {
        let text = story.texts.get_mut(&lang(key)).unwrap();
        text.body = paragraphs(&body);
    }
    let source = format!("---\ntitle: x\n---\n## en\n{english}\n## fr\n{french}");
    let line_of = |words: &str| source.lines().position(|line| line.contains(words)).unwrap() + 1;
    sample.evidence.sources.insert("stories/file-first.md".into(), source.clone());
    let findings = sample.findings();
    let by =
        |rule: &str| findings.iter().filter(|it| it.rule == rule && it.severity == Severity::Error).collect::<Vec<_>>();
    assert_eq!(by("TYP-01").len(), 9 + 1, "{}", shown(&findings)); // Nine before a sign, one before a parenthesis.
    assert_eq!(by("TYP-06").len(), 2, "{}", shown(&findings));
    assert!(!findings.iter().any(|it| it.rule == "BIL-07"), "{}", shown(&findings));
    for (rule, words) in [("TYP-01", "canadienne ,"), ("TYP-06", "l' identité")] {
        let column = source.lines().nth(line_of(words) - 1).unwrap();
        let space = column[..column.find(words).unwrap()].chars().count();
        let found = by(rule).into_iter().find(|it| it.excerpt == words);
        let Some(Finding { place: Place::File { file, line, column }, .. }) = found else {
            panic!("{words}: {}", shown(&findings));
        };
        assert_eq!((file.as_str(), *line), ("stories/file-first.md", line_of(words)));
        assert!((space + 1..=space + words.chars().count()).contains(column), "{column}");
    }
}

/// 443 official notices, each in both languages. Every error was read: these five notices contradict themselves, or
/// give a date in one language alone.
#[test]
fn official_parallel_notices_give_no_wrong_error_of_figures() {
    const DESERVED: [&str; 5] = ["1320348316207", "1374250859841", "1386088509718", "1468596978966", "1524234809303"];
    let Some(path) = shared("corpora/gc-news/data/half_masting_combined.csv") else { return };
    let rule = rules().iter().find(|rule| rule.id == "BIL-07").unwrap();
    let (mut all, mut warned, mut errors) = (0, 0, std::collections::BTreeSet::new());
    for record in csv::Reader::from_path(path).unwrap().records() {
        let record = record.unwrap();
        let side = |range: std::ops::Range<usize>| {
            range.map(|i| ["<p>", &record[i].replace('<', "&lt;"), "</p>"].concat()).collect::<String>()
        };
        let mut sample = clean();
        let story = super::sample::story("file-first", ("Half-masting", &side(1..5)), ("Mise en berne", &side(5..9)));
        sample.issue.sections[0].stories = vec![story];
        let proof = super::proof::Proof::new(&sample.issue, &[], &sample.newsletter, &sample.evidence);
        let mut hits = Vec::new();
        (rule.judge)(&proof, &mut hits);
        all += 1;
        warned += usize::from(!hits.is_empty());
        if hits.iter().any(|hit| hit.severity == Some(Severity::Error)) {
            errors.insert(record[0].to_owned());
        }
    }
    assert_eq!(all, 443);
    assert_eq!(errors, DESERVED.map(str::to_owned).into());
    assert!(warned <= 15, "{warned} of {all} notices are told of figures");
}

/// Changes one thing in the clean issue, and says which rules weigh in.
fn rules_after(change: impl FnOnce(&mut Sample)) -> Vec<String> {
    let mut sample = clean();
    change(&mut sample);
    let mut ids: Vec<String> =
        heavy(sample.findings()).into_iter().map(|it| format!("{} {}", it.rule, it.severity.letter())).collect();
    ids.dedup();
    ids
}

fn first(sample: &mut Sample) -> &mut crate::model::Story {
    &mut sample.issue.sections[0].stories[0]
}

fn second(sample: &mut Sample) -> &mut crate::model::Story {
    &mut sample.issue.sections[0].stories[1]
}

#[test]
fn a_story_without_its_translation_blocks_the_issue() {
    let found = rules_after(|it| drop(first(it).texts.remove(&lang("fr"))));
    assert!(found.contains(&"BIL-01 E".to_owned()), "{found:?}");
    let found = rules_after(|it| first(it).texts.get_mut(&lang("fr")).unwrap().body.clear());
    assert!(found.contains(&"BIL-01 E".to_owned()), "{found:?}");
}

#[test]
fn third_party_material_in_one_language_needs_its_organization_and_reason() {
    let only = |organization: Option<&str>| Only {
        language: lang("en"),
        organization: organization.map(str::to_owned),
        reason: Some("Their site is in English.".into()),
    };
    let change = |it: &mut Sample, organization| {
        first(it).only = Some(only(organization));
        // The French edition carries the title in its own language.
        let title = first(it).texts[&lang("en")].clone();
        first(it).texts.insert(lang("fr"), title);
    };
    assert!(rules_after(|it| change(it, None)).contains(&"BIL-01 E".to_owned()));
    let found = rules_after(|it| change(it, Some("A city")));
    assert_eq!(found, ["ACC-02 W"], "the sample's template does not mark the language");
    let found = rules_after(|it| {
        change(it, Some("A department"));
        first(it).texts.get_mut(&lang("en")).unwrap().url = Some("https://www.example.gc.ca/en/x".into());
    });
    assert!(found.contains(&"BIL-01 E".to_owned()), "{found:?}");
}

#[test]
fn what_is_over_does_not_leave() {
    let date = |text: &str| Some(text.parse().unwrap());
    let past = |it: &mut Sample| {
        let event = second(it).event.as_mut().unwrap();
        event.starts = "2026-12-02T13:00".parse().unwrap();
        event.ends = None;
        event.register_by = None;
    };
    assert_eq!(rules_after(past), ["STY-12 E"]);
    assert_eq!(rules_after(|it| second(it).event.as_mut().unwrap().register_by = date("2026-12-08")), ["STY-12 E"]);
    assert_eq!(rules_after(|it| first(it).deadline = date("2026-12-08")), ["STY-12 E"]);
    assert_eq!(rules_after(|it| first(it).deadline = date("2026-12-09")), [""; 0]);
    assert_eq!(rules_after(|it| it.newsletter.organization.as_of = "2025-11-01".parse().unwrap()), ["STY-12 W"]);
    // Late, and really leaving: what was to come has passed.
    assert_eq!(rules_after(|it| it.evidence.now = "2027-02-01T12:00:00Z".parse().unwrap()), [""; 0]);
    let late = rules_after(|it| {
        it.evidence.now = "2027-02-01T12:00:00Z".parse().unwrap();
        it.evidence.way_out = WayOut::SmtpLoopback;
    });
    assert_eq!(late, ["STY-12 E"]);
}

#[test]
fn an_event_says_its_language_and_a_picture_what_it_shows() {
    assert_eq!(rules_after(|it| second(it).event.as_mut().unwrap().language = None), ["BIL-17 E"]);
    assert_eq!(rules_after(|it| second(it).event.as_mut().unwrap().language = Some("anglais".into())), ["BIL-17 E"]);
    let image = |en: &str, fr: &str| {
        Some(Image { src: "stories/a.jpg".into(), alt: texts(en, fr), credit: None, permission: None })
    };
    assert_eq!(rules_after(|it| first(it).image = image("", "")), ["ACC-04 E"]);
    assert_eq!(rules_after(|it| first(it).image = image("Two people talk", "")), ["BIL-14 E"]);
    assert_eq!(
        rules_after(|it| first(it).image = image("Two people and the dog", "Two people and the dog")),
        ["BIL-14 E"]
    );
    assert_eq!(rules_after(|it| first(it).image = image("Two people talk", "Deux personnes se parlent")), [""; 0]);
}

#[test]
fn a_french_text_half_as_long_lacks_something() {
    let english = "<p>Good writing takes time, and it takes readers who say what they think.</p>".repeat(10);
    let french = "<p>Bien écrire prend du temps, et demande des lecteurs qui disent ce qu'ils pensent.</p>";
    let pair = |n: usize| {
        let (english, french) = (english.clone(), french.repeat(n));
        move |it: &mut Sample| {
            first(it).texts.get_mut(&lang("en")).unwrap().body = english;
            first(it).texts.get_mut(&lang("fr")).unwrap().body = french;
        }
    };
    assert_eq!(rules_after(pair(4)), ["BIL-08 E"]);
    assert_eq!(rules_after(pair(9)), ["BIL-08 W"]);
    assert_eq!(rules_after(pair(10)), [""; 0]);
}

#[test]
fn people_are_written_to_on_a_recorded_basis() {
    let file = |has_basis| AudienceFile { file: "a.csv".into(), rows: 3, has_basis, first_without: Some(2) };
    assert_eq!(rules_after(|it| it.evidence.audience.files = vec![file(false)]), ["SND-04 E"]);
    assert_eq!(rules_after(|it| it.evidence.audience.files = vec![file(true)]), [""; 0]);
}

#[test]
fn what_is_to_confirm_blocks_a_real_relay_alone() {
    let mut found = rules_after(|it| it.evidence.way_out = WayOut::Smtp);
    assert_eq!(found, ["SND-14 E"]);
    found = rules_after(|it| it.evidence.way_out = WayOut::SmtpLoopback);
    assert_eq!(found, [""; 0]);
    found = rules_after(|it| it.newsletter.delivery.tls = Tls::None);
    assert_eq!(found, ["SND-10 E"]);
    found = rules_after(|it| it.newsletter.sender.reply_to = "nobody".into());
    assert_eq!(found, ["SND-08 E"]);
}

/// What cannot be shown by a text: a mail changed by hand.
fn rules_of_mail(change: impl FnOnce(&mut crate::model::Edition)) -> Vec<String> {
    let sample = clean();
    let mut editions = sample.editions();
    change(&mut editions[0]);
    let findings = heavy(check(&sample.issue, &editions, &sample.newsletter, &sample.evidence));
    let mut ids: Vec<String> = findings.into_iter().map(|it| format!("{} {}", it.rule, it.severity.letter())).collect();
    ids.dedup();
    ids
}

#[test]
fn a_mail_changed_by_hand_is_found_out() {
    let pad = |it: &mut crate::model::Edition| {
        it.html = it.html.replace("</body>", &format!("<!-- {} --></body>", "x".repeat(100_000)));
    };
    assert_eq!(rules_of_mail(pad), ["CLI-01 W"]);
    assert_eq!(rules_of_mail(|it| it.text = it.text.replace("Writing for screen readers", "")), ["ACC-11 E"]);
    assert_eq!(rules_of_mail(|it| it.text.push_str("&nbsp;</p>")), ["ACC-11 E"]);
    assert_eq!(rules_of_mail(|it| it.headers.push(("X".into(), "a\r\nBcc: b".into()))), ["CLI-08 E"]);
    assert_eq!(rules_of_mail(|it| it.preheader = "Two words".into()), ["CLI-05 W"]);
    assert_eq!(rules_of_mail(|it| it.html = it.html.replace(" dir=\"ltr\"", "")), ["ACC-01 E"]);
    let dark = |it: &mut crate::model::Edition| it.html = it.html.replace("#f2f2f2!important", "#333333!important");
    assert_eq!(rules_of_mail(dark), ["ACC-06 E"]);
    assert_eq!(rules_of_mail(|it| it.headers.retain(|(name, _)| name != "List-Id")), ["SND-08 E"]);
}

#[test]
fn a_bilingual_edition_by_turns_or_side_by_side_is_refused() {
    let sample = clean();
    let both = |change: &dyn Fn(&str) -> String| {
        let mut editions = sample.editions();
        editions[2].html = change(&editions[2].html);
        heavy(check(&sample.issue, &editions, &sample.newsletter, &sample.evidence))
    };
    let beside = |html: &str| {
        html.replacen("<div lang=\"en-CA\">", "<table role=\"presentation\"><tr><td lang=\"en-CA\">x</td><td lang=\"fr-CA\">y</td></tr></table><div lang=\"en-CA\">", 1)
    };
    let found = both(&beside);
    assert!(found.iter().any(|it| it.rule == "BIL-12"), "{}", shown(&found));
    assert!(both(&str::to_owned).is_empty());
}

#[test]
fn each_edition_has_a_link_to_the_other_language() {
    assert_eq!(rules_of_mail(|it| it.html = it.html.replace("Français</a>", "Change</a>")), ["BIL-13 W"]);
}

#[test]
fn other_peoples_words_are_not_corrected() {
    let found = |is_others: bool| {
        let mut sample = clean();
        let story = first(&mut sample);
        story.texts.get_mut(&lang("fr")).unwrap().body = "<p>La société canadienne , le 9 Décembre.</p>".into();
        story.texts.get_mut(&lang("en")).unwrap().body = "<p>Canadian society, on December 9th.</p>".into();
        if is_others {
            story.origin =
                crate::model::Origin::Source { source: "feed".into(), url: "https://example.ca/en/a".into() };
        }
        let findings = sample.findings().into_iter().filter(|it| it.rule != "SND-14");
        findings.map(|it| format!("{} {}", it.rule, it.severity.letter())).collect::<Vec<_>>()
    };
    assert_eq!(found(false), ["TYP-01 E", "STY-03 W", "TYP-07 W"]);
    assert_eq!(found(true), ["TYP-01 F", "STY-03 I", "TYP-07 I"]);
}

#[test]
fn a_community_takes_federal_style_as_advice() {
    let mut sample = Sample::with(&Example::Text("en", "<p>You shouldn't worry.</p>"));
    sample.newsletter.rules = crate::model::RuleSet::Community;
    let found = sample.findings();
    assert!(found.iter().any(|it| it.rule == "STY-07" && it.severity == Severity::Info), "{}", shown(&found));
}

fn waived(rule: &str, change: impl FnOnce(&mut Waiver, &str)) -> Vec<Finding> {
    let mut sample = Sample::with(&Example::Text("fr", "<p>La société canadienne , avec ses capitales.</p>"));
    let key = waiver_key(&sample.issue, &[], Some("file-first")).unwrap();
    let mut waiver = Waiver {
        rule: rule.into(),
        story: Some("file-first".into()),
        by: "An editor".into(),
        reason: "The author insists.".into(),
        text: key.clone(),
    };
    change(&mut waiver, &key);
    sample.issue.waivers = vec![waiver];
    sample.findings()
}

#[test]
fn a_waiver_holds_for_its_words_alone() {
    let is_waived = |findings: &[Finding]| findings.iter().any(|it| it.rule == "TYP-01" && it.waived.is_some());
    let says = |findings: &[Finding]| findings.iter().any(|it| it.rule == "WAIVE" && it.severity == Severity::Warning);
    let good = waived("TYP-01", |_, _| {});
    assert!(is_waived(&good) && !says(&good), "{}", shown(&good));
    for bad in [
        waived("TYP-01", |waiver, _| waiver.text = text_key("other words")),
        waived("TYP-01", |waiver, _| waiver.text.clear()),
        waived("TYP-01", |waiver, _| waiver.reason.clear()),
        waived("TYP-06", |_, _| {}),
        waived("TYP-99", |_, _| {}),
        waived("TYP-01", |waiver, _| waiver.story = Some("file-gone".into())),
    ] {
        assert!(says(&bad) && !is_waived(&bad), "{}", shown(&bad));
    }
}

#[test]
fn what_may_never_be_waived_is_not() {
    let mut sample = clean();
    first(&mut sample).texts.remove(&lang("fr"));
    let key = waiver_key(&sample.issue, &[], Some("file-first")).unwrap();
    sample.issue.waivers = vec![Waiver {
        rule: "BIL-01".into(),
        story: Some("file-first".into()),
        by: "A".into(),
        reason: "B".into(),
        text: key,
    }];
    let findings = sample.findings();
    assert!(findings.iter().all(|it| it.waived.is_none()));
    assert!(findings.iter().any(|it| it.rule == "WAIVE"), "{}", shown(&findings));
}

#[test]
fn every_rule_is_told_in_both_languages_and_ids_are_unique() {
    let mut seen = std::collections::BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id), "{} twice", rule.id);
        assert!(!rule.en.is_empty() && !rule.fr.is_empty() && rule.en != rule.fr, "{}", rule.id);
        assert!(!rule.fr.contains(" \u{3a}") && !rule.fr.contains("« "), "{}: ordinary spaces in French", rule.id);
        assert!(rule.class != Class::Never || rule.severity == Severity::Error, "{}", rule.id);
        assert!(rule.bad != Example::Clean, "{} has no bad example", rule.id);
    }
    assert!(seen.len() >= 60, "{}", seen.len());
}

const STORY_EN: &str = "<p>The plain language network meets on February 10, 2027, from 10 am to 11:30 am. More than 4,000 people in 14 capitals may join, at no cost.</p>\
<h3>What you will learn</h3><p>Three colleagues explain how a long report became a short page. They saved $2.5 million, or 12.5% of the budget.</p>\
<ul><li>How to plan</li><li>How to test</li></ul><p>Read the <a href=\"https://www.canada.ca/en/guide.html\">guide to plain language</a>. Write to <a href=\"mailto:info@example.ca\">info@example.ca</a> or call 613-555-0199.</p>";
const STORY_FR: &str = "<p>Le réseau du langage clair se réunit le 10\u{a0}février 2027, de 10\u{a0}h à 11\u{a0}h\u{a0}30. Plus de 4\u{a0}000 personnes dans 14\u{a0}capitales peuvent y prendre part, sans frais.</p>\
<h3>Ce que vous apprendrez</h3><p>Trois collègues expliquent comment un long rapport est devenu une courte page. Ils ont économisé 2,5\u{a0}M$, soit 12,5\u{a0}% du budget.</p>\
<ul><li>Comment planifier</li><li>Comment mettre à l'essai</li></ul><p>Lisez le <a href=\"https://www.canada.ca/fr/guide.html\">guide du langage clair</a>. Écrivez à <a href=\"mailto:info@example.ca\">info@example.ca</a> ou composez le 613-555-0199.</p>";

/// One slip in a right story: who makes it, what becomes of what, and the one rule that finds it.
#[test]
fn each_slip_of_a_hurried_editor_is_found_by_its_rule_and_none_other() {
    const SLIPS: &[(&str, &str, &str, &str)] = &[
        ("fr", "10\u{a0}février", "11\u{a0}février", "BIL-07 E"),
        ("fr", "11\u{a0}h\u{a0}30", "13\u{a0}h\u{a0}30", "BIL-07 E"),
        ("fr", "2,5\u{a0}M$", "2,5\u{a0}G$", "BIL-07 E"),
        ("fr", "613-555-0199", "613-555-0198", "BIL-07 E"),
        ("fr", "4\u{a0}000", "5\u{a0}000", "BIL-07 W"),
        ("fr", "14\u{a0}capitales", "15\u{a0}capitales", "BIL-07 W"),
        ("fr", "Trois collègues", "Quatre collègues", "BIL-07 W"),
        ("en", "12.5%", "12.6%", "BIL-07 W"),
        ("en", "2027", "2026", "BIL-07 W"),
        ("fr", "Plus de", "Plus ,de", "TYP-01 E"),
        ("fr", "février 2027, de", "février 2027 , de", "TYP-01 E"),
        ("fr", "du budget.", "du budget .", "TYP-01 E"),
        ("fr", "à l'essai", "à l' essai", "TYP-06 E"),
        ("fr", "février", "Février", "TYP-07 W"),
        ("fr", "10\u{a0}février 2027", "10\u{a0}février, 2027", "TYP-07 W"),
        ("fr", "11\u{a0}h\u{a0}30", "11:30", "TYP-08 W"),
        ("fr", "11\u{a0}h\u{a0}30", "11h30", "TYP-08 W"),
        ("fr", "4\u{a0}000", "4,000", "TYP-09 W"),
        ("fr", "Lisez", "Etudiez", "TYP-12 W"),
        ("fr", "Lisez", "Étudiez", "clean"),
        ("fr", "Écrivez", "Ecrivez", "TYP-12 W"),
        ("fr", "sans frais", "sur notre site web", "TYP-13 W"),
        ("fr", "canada.ca/fr/", "canada.ca/en/", "LNK-03 E"),
        ("en", "canada.ca/en/", "canada.ca/fr/", "LNK-03 E"),
        ("en", ">guide to plain language<", ">here<", "LNK-01 E"),
        ("fr", ">guide du langage clair<", ">cliquez ici<", "LNK-01 E"),
        ("fr", ">guide du langage clair<", ">cliquez ici pour le guide du langage clair et ses exemples<", "LNK-01 W"),
        ("fr", "https://www.canada.ca/fr/guide.html", "https://bit.ly/guide", "LNK-08 E"),
        ("en", "https://www.canada.ca/en/guide.html", "http://www.canada.ca/en/guide.html", "LNK-07 W"),
        ("en", "https://www.canada.ca/en/guide.html", "https://www.canada.ca/en/guide.pdf", "LNK-06 W"),
        ("fr", "https://www.canada.ca/fr/guide.html", "https://gcxgce.sharepoint.com/fr/guide", "LNK-05 E"),
        ("en", "10 am to", "10 a.m. to", "STY-04 W"),
        ("en", "February 10, 2027", "February 10th, 2027", "STY-03 W"),
        ("en", "at no cost", "at our center", "STY-05 W"),
        ("en", "may join", "shouldn't miss it", "STY-07 W"),
        ("en", "The plain language network", "The PLNX network", "STY-08 W"),
        ("fr", "<ul><li>Comment planifier</li><li>Comment mettre à l'essai</li></ul>", "", "BIL-05 W"),
        (
            "fr",
            "Trois collègues expliquent comment un long rapport est devenu une courte page.",
            "Three colleagues explain how a long report became a short page that people finished.",
            "BIL-09 W",
        ),
        (
            "fr",
            "<p>Trois collègues expliquent comment un long rapport est devenu une courte page. Ils ont économisé 2,5\u{a0}M$, soit 12,5\u{a0}% du budget.</p>",
            "<p>Three colleagues explain how a long report became a short page. They saved $2.5 million, or 12.5% of the budget.</p>",
            "BIL-10 E",
        ),
    ];
    let mut wrong = String::new();
    for (key, from, to, expected) in SLIPS {
        let mut sample = clean();
        for (own, body) in [("en", STORY_EN), ("fr", STORY_FR)] {
            assert!(own != *key || body.contains(from), "{from}");
            let body = if own == *key { body.replacen(from, to, 1) } else { body.to_owned() };
            first(&mut sample).texts.get_mut(&lang(own)).unwrap().body = body;
        }
        let findings = heavy(sample.findings());
        let mut ids: Vec<String> = findings.iter().map(|it| format!("{} {}", it.rule, it.severity.letter())).collect();
        ids.dedup();
        let ids = if ids.is_empty() { "clean".to_owned() } else { ids.join(", ") };
        if ids != *expected {
            wrong.push_str(&[from, " → ", to, ": ", &ids, ", not ", expected, "\n", &shown(&findings)].concat());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_rule_is_set_otherwise_only_with_a_reason() {
    let set = |id: &str, severity: Option<SetTo>, limits: &[(&str, f64)], reason: &str| {
        let mut sample = Sample::with(&Example::Text("en", "<p>You shouldn't worry.</p>"));
        let limits = limits.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let setting = crate::model::RuleSetting { severity, limits, reason: reason.into() };
        sample.newsletter.check.rules.insert(id.into(), setting);
        let said = sample.findings().into_iter().filter(|it| it.rule == "STY-07" || it.rule == "CHECK");
        said.map(|it| format!("{} {}", it.rule, it.severity.letter())).collect::<Vec<_>>()
    };
    assert_eq!(set("STY-07", Some(SetTo::E), &[], "Our director asks."), ["STY-07 E", "CHECK I"]);
    assert_eq!(set("STY-07", Some(SetTo::Off), &[], "Our readers like it."), ["CHECK I"]);
    assert_eq!(set("STY-07", Some(SetTo::Off), &[], " "), ["CHECK W", "STY-07 W"]);
    assert_eq!(set("STY-99", Some(SetTo::Off), &[], "x"), ["CHECK W", "STY-07 W"]);
    assert_eq!(set("BIL-01", Some(SetTo::W), &[], "x"), ["CHECK W", "STY-07 W"]);
    assert_eq!(set("STY-07", None, &[("words", 3.0)], "x"), ["CHECK W", "STY-07 W"]);
    assert_eq!(set("STY-07", None, &[], "x"), ["CHECK W", "STY-07 W"]);
    assert_eq!(set("SND-05", Some(SetTo::I), &[], "x"), ["CHECK W", "STY-07 W"]);
    assert_eq!(set("STY-10", Some(SetTo::E), &[], "x"), ["CHECK W", "STY-07 W"]);
    assert_eq!(set("ACC-06", None, &[("ratio", -1.0)], "x"), ["CHECK W", "STY-07 W"]);
    let long = |limit: f64| {
        let mut sample = Sample::with(&Example::Text(
            "en",
            "<p>One two three four five six seven eight nine ten or so of them.</p>",
        ));
        let setting = crate::model::RuleSetting {
            severity: None,
            limits: [("words_en".to_owned(), limit)].into(),
            reason: "Short sentences.".into(),
        };
        sample.newsletter.check.rules.insert("STY-09".into(), setting);
        sample.findings().iter().any(|it| it.rule == "STY-09")
    };
    assert!(long(13.0) && !long(14.0));
}

#[test]
fn figures_exchanged_between_paragraphs_are_told() {
    let found = rules_after(|it| {
        first(it).texts.get_mut(&lang("en")).unwrap().body =
            "<p>We meet on February 9 in Ottawa.</p><p>The deadline is February 16.</p>".into();
        first(it).texts.get_mut(&lang("fr")).unwrap().body =
            "<p>Nous nous réunissons le 16\u{a0}février à Ottawa.</p><p>L'échéance est le 9\u{a0}février.</p>".into();
    });
    assert_eq!(found, ["BIL-07 W"]);
    let found =
        rules_after(|it| drop(it.issue.opening.insert(lang("fr"), "<p>Bienvenue dans le numéro 12.</p>".into())));
    assert_eq!(found, ["BIL-07 W"]);
}

#[test]
fn a_request_that_waits_too_long_is_told_and_a_glossary_is_kept() {
    let ago = |hours: i64| {
        "2026-11-22T12:00:00Z".parse::<jiff::Timestamp>().unwrap() - jiff::SignedDuration::from_hours(hours)
    };
    assert_eq!(rules_after(|it| it.evidence.audience.waiting = vec![ago(49)]), ["SND-06 W"]);
    assert_eq!(rules_after(|it| it.evidence.audience.waiting = vec![ago(47)]), [""; 0]);
    // From Thursday, November 12 to Sunday, November 22, 2026 are six business days, and five where one is a holiday.
    for (holidays, expected) in [("", "6 of the 10"), ("2026-11-16", "5 of the 10")] {
        let mut sample = clean();
        sample.newsletter.schedule.holidays = holidays.split_whitespace().map(|day| day.parse().unwrap()).collect();
        sample.evidence.audience.waiting = vec![ago(1), ago(240), ago(72)];
        let said = shown(&heavy(sample.findings()));
        assert!(said.contains("not settled: 2; ") && said.contains(expected), "{said}");
    }
    let glossary = |french: &str| {
        let french = format!("<p>Discutez sur {french} dès aujourd'hui.</p>");
        rules_after(|it| {
            it.newsletter.check.glossary = vec![texts("GCXchange", "GCÉchange")];
            first(it).texts.get_mut(&lang("en")).unwrap().body = "<p>Talk on GCXchange from today.</p>".into();
            first(it).texts.get_mut(&lang("fr")).unwrap().body = french;
        })
    };
    assert_eq!(glossary("GCXchange"), ["BIL-16 W"]);
    assert_eq!(glossary("GCÉchange"), [""; 0]);
}
