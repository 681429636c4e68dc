//! Every clause of every rule has a slip that breaks it, and the slip is told with the severity that the rules give it.
//! `clauses.toml` holds both; what no change of a text can make is made here, by its name.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::super::sample::{Sample, lang, texts};
use super::super::{AudienceFile, LinkSeen, Record, WayOut, check, rules};
use super::seeded::{At, changed, right};
use super::world::{asked, copies, ok, sound};
use super::{first, second};
use crate::model::{Edition, Finding, Only, Origin, Part, Tls, Translation, TranslationState, Words};

#[derive(Deserialize)]
struct Clauses {
    /// By rule: what it asks for, one thing each.
    clauses: BTreeMap<String, BTreeSet<String>>,
    slips: Slips,
}

#[derive(Deserialize)]
struct Slips {
    /// Rule, clause, severity, language, where, what stands there, what comes instead.
    all: Vec<[String; 7]>,
}

fn read() -> Clauses {
    toml_edit::de::from_str(include_str!("clauses.toml")).unwrap()
}

#[test]
fn every_clause_of_every_rule_has_a_slip() {
    let Clauses { clauses, slips } = read();
    let known: BTreeSet<&str> = rules().iter().map(|rule| rule.id).collect();
    let listed: BTreeSet<&str> = clauses.keys().map(String::as_str).collect();
    assert_eq!(listed, known, "a rule without clauses, or clauses without a rule");
    let mut broken = BTreeMap::<String, BTreeSet<String>>::new();
    for [rule, clause, ..] in slips.all {
        broken.entry(rule).or_default().insert(clause);
    }
    assert_eq!(broken, clauses, "a clause without a slip, or a slip without a clause");
}

#[test]
fn a_slip_against_each_clause_is_told_as_the_rules_weigh_it() {
    let mut wrong = Vec::new();
    for [rule, clause, severity, key, place, from, to] in read().slips.all {
        let found = if place == "case" { case(&from) } else { changed(&key, at(&place), &from, &to) };
        let mut weights: Vec<&str> = found.iter().filter(|it| it.rule == rule).map(|it| it.severity.letter()).collect();
        weights.dedup();
        if !weights.iter().any(|weight| severity.contains(weight)) {
            wrong.push(format!("{rule} {severity} {clause}: {from:?} → {to:?}: {weights:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), wrong.join("\n"));
}

fn at(place: &str) -> At {
    match place {
        "title" => At::Title,
        "summary" => At::Summary,
        "body" => At::Body,
        "alt" => At::Alt,
        "subject" => At::Subject,
        "preheader" => At::Preheader,
        "html" => At::Html,
        "plain" => At::Plain,
        "header" => At::Header,
        _ => panic!("{place}"),
    }
}

/// What is said when something is wrong that stands in no text.
fn case(name: &str) -> Vec<Finding> {
    let mut sample = right();
    let is_known = of_story(name, &mut sample)
        | of_text(name, &mut sample)
        | of_office(name, &mut sample)
        | of_link(name, &mut sample)
        | of_domain(name, &mut sample)
        | of_copies(name, &mut sample);
    let mut editions = sample.editions();
    let is_known = is_known | of_mail(name, &mut editions);
    assert!(is_known, "{name}");
    check(&sample.issue, &editions, &sample.newsletter, &sample.evidence)
}

fn french(sample: &mut Sample) -> &mut crate::model::Text {
    first(sample).texts.get_mut(&lang("fr")).unwrap()
}

fn english(sample: &mut Sample) -> &mut crate::model::Text {
    first(sample).texts.get_mut(&lang("en")).unwrap()
}

fn translation(sample: &mut Sample, missing: usize, stale: &[&str]) {
    let story = Some(first(sample).id.clone());
    sample.issue.translations.push(Translation {
        story,
        language: lang("fr"),
        from: lang("en"),
        state: TranslationState::Missing,
        passages: 7,
        missing,
        stale: stale.iter().map(|text| (*text).to_owned()).collect(),
        changed_while_out: vec![],
        kept_by: vec![],
        is_source: false,
        is_filled: false,
    });
}

fn only(sample: &mut Sample, reason: Option<&str>, url: Option<&str>) {
    let title = english(sample).clone();
    let story = first(sample);
    story.only =
        Some(Only { language: lang("en"), organization: Some("A city".into()), reason: reason.map(str::to_owned) });
    story.texts.insert(lang("fr"), title);
    english(sample).url = url.map(str::to_owned);
}

fn of_story(name: &str, sample: &mut Sample) -> bool {
    let day_before = || Some("2026-12-08".parse().unwrap());
    match name {
        "no-french" => drop(first(sample).texts.remove(&lang("fr"))),
        "no-french-title" => french(sample).title = french(sample).summary.clone(),
        "no-french-summary" => french(sample).summary.clear(),
        "passage-to-translate" => translation(sample, 1, &[]),
        "stale" => translation(sample, 0, &["They saved $2.5 million."]),
        "only-without-reason" => only(sample, None, None),
        "only-of-canada-ca" => only(sample, Some("It has one language."), Some("https://www.canada.ca/en/a.html")),
        "only-unmarked" => only(sample, Some("It has one language."), None),
        "same-title" => {
            english(sample).title = "A plain welcome to new readers".into();
            french(sample).title = "A plain welcome to new readers".into();
        }
        "event-over" => over(second(sample).event.as_mut().unwrap()),
        "registration-closed" => second(sample).event.as_mut().unwrap().register_by = day_before(),
        "event-without-language" => second(sample).event.as_mut().unwrap().language = None,
        "deadline-passed" => first(sample).deadline = day_before(),
        "alt-in-english-alone" => drop(first(sample).image.as_mut().unwrap().alt.remove(&lang("fr"))),
        "alt-is-the-credit" => first(sample).image.as_mut().unwrap().credit = Some("Two people read a guide".into()),
        "picture-alone" => {
            for text in first(sample).texts.values_mut() {
                text.body.clear();
                text.summary.clear();
            }
        }
        _ => return false,
    }
    true
}

fn over(event: &mut crate::model::Event) {
    event.starts = "2026-12-08T10:00".parse().unwrap();
    event.ends = Some("2026-12-08T12:00".parse().unwrap());
}

fn of_text(name: &str, sample: &mut Sample) -> bool {
    let paragraphs = |text: &str, n: usize| format!("<p>{text}</p>").repeat(n);
    let line = "The gardener of the hall keeps a book in which each plant has a page.";
    let in_french = "La jardinière de la salle tient un cahier où chaque plante a sa page.";
    let mut grow = |en: usize, fr: usize| {
        english(sample).body.push_str(&paragraphs(line, en));
        french(sample).body.push_str(&paragraphs(in_french, fr));
    };
    match name {
        "french-twice-as-long" => grow(4, 16),
        "french-half-again-as-long" => grow(4, 7),
        "french-half-as-long" => grow(16, 0),
        "no-heading-for-long" => grow(20, 20),
        "english-in-french" => french(sample).body.push_str(&paragraphs(&[line, " "].concat().repeat(4), 1)),
        "two-spaces" => put_source(sample, "Good writing  takes time.\n"),
        "jump-to-nowhere" => put_source(sample, "See [the list](#list).\n"),
        "wrapped" => put_source(
            sample,
            "See [it](https://nam02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.ca%2Fen).\n",
        ),
        "twin-with-another-day" => {
            let file = |day: &str| format!("---\nevent:\n  starts: 2027-01-{day} 10:00\n---\n\n# Hall\n");
            first(sample).origin =
                Origin::File { file: "stories/a.en.md".into(), line: 1, twin: Some("stories/a.fr.md".into()) };
            sample.evidence.sources.insert("stories/a.en.md".into(), file("20"));
            sample.evidence.sources.insert("stories/a.fr.md".into(), file("21"));
        }
        _ => return false,
    }
    true
}

fn put_source(sample: &mut Sample, text: &str) {
    sample.evidence.sources.insert("stories/file-first.md".into(), format!("---\ntitle: x\n---\n{text}"));
}

fn of_office(name: &str, sample: &mut Sample) -> bool {
    let newsletter = &mut sample.newsletter;
    let evidence = &mut sample.evidence;
    match name {
        "glossary" => {
            newsletter.check.glossary.push(texts("plain language", "langage simple"));
        }
        "glossary-of-plurals" => newsletter.check.glossary.push(texts("capital", "chef-lieu")),
        "section-in-title-case" => {
            let section = newsletter.sections.iter_mut().find(|it| it.id == "whatsnew").unwrap();
            section.name = texts("What's new", "Quoi De Neuf Dans Les Bureaux");
        }
        "french-under-the-english-name" => rename(sample, "fr", "CCO News"),
        "english-under-the-french-name" => rename(sample, "fr", "Words from the office and the people in it"),
        "name-in-both" => rename(sample, "en", "CCO News | Nouvelles du BCC"),
        "signed-in-one-half" => newsletter.blocks.signature = texts("The team", "L'équipe"),
        "old-facts" => newsletter.organization.as_of = "2025-11-01".parse().unwrap(),
        "nameless" => newsletter.organization.name = texts("", ""),
        "out-of-reach" => newsletter.organization.email.clear(),
        "reply-to-nobody" => newsletter.sender.reply_to = "ne-pas-repondre@cco-bcc.example".into(),
        "bounces-elsewhere" => newsletter.sender.bounce = "bounces@other.example".into(),
        "clear-without-reason" => newsletter.delivery.tls = Tls::None,
        "clear-with-reason" => {
            newsletter.delivery.tls = Tls::None;
            newsletter.delivery.tls_reason = Some("The relay stands in the same rack".into());
            evidence.way_out = WayOut::Smtp;
        }
        "to-confirm-by-smtp" => evidence.way_out = WayOut::Smtp,
        "example-by-smtp" => {
            newsletter.to_confirm.clear();
            evidence.way_out = WayOut::Smtp;
        }
        "list-without-basis" => evidence.audience.files.push(AudienceFile {
            file: "list.csv".into(),
            rows: 3,
            has_basis: false,
            first_without: Some(2),
        }),
        "request-that-waits" => evidence.audience.waiting.push("2026-11-18T12:00:00Z".parse().unwrap()),
        "preheader-is-the-subject" => {
            let words =
                texts("News for communicators in every region", "Des nouvelles pour toutes les régions du pays");
            sample.issue.preheader.clone_from(&words);
            sample.issue.subject = words;
        }
        _ => return false,
    }
    true
}

fn rename(sample: &mut Sample, key: &str, name: &str) {
    name.clone_into(&mut sample.newsletter.language.get_mut(&lang(key)).unwrap().from_name);
}

fn of_link(name: &str, sample: &mut Sample) -> bool {
    let page = "https://example.ca/guide";
    let seen = match name {
        "page-404" => LinkSeen { status: Some(404), ..ok() },
        "page-410" => LinkSeen { status: Some(410), ..ok() },
        "page-gone-once" => LinkSeen { gone: 1, ..ok() },
        "page-gone-twice" => LinkSeen { gone: 2, ..ok() },
        "page-moved" => LinkSeen { url: "https://example.ca/new".into(), redirects: 2, ..ok() },
        "page-forbidden" => LinkSeen { status: Some(403), ..ok() },
        "page-in-french" => LinkSeen { language: Some("fr".into()), ..ok() },
        _ => return false,
    };
    let body = &mut english(sample).body;
    *body = body.replace("https://www.canada.ca/en/guide.html", page);
    sample.evidence.links.insert(page.into(), seen);
    true
}

fn of_domain(name: &str, sample: &mut Sample) -> bool {
    let mut setup = sound();
    match name {
        "no-spf" => setup.spf = Record::Absent,
        "no-dkim" => setup.dkim = Some(("news".into(), Record::Absent)),
        "no-dmarc" => setup.dmarc = Record::Absent,
        "dmarc-none" => setup.dmarc = Record::Found(vec!["v=DMARC1; p=none; rua=mailto:d@example.ca".into()]),
        "relay-away" => setup.relays[0].fault = Some(Words::default()),
        "address-in-git" => setup.asked.push(asked("SND-13")),
        "get-that-unsubscribes" => setup.asked.push(asked("SND-03")),
        _ => return false,
    }
    sample.evidence.setup = Some(setup);
    true
}

fn of_copies(name: &str, sample: &mut Sample) -> bool {
    const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
    let (a, b) = ("https://example.ca/u/aaaa", "https://example.ca/u/bbbbb");
    match name {
        "one-click-without-post" => copies(sample, a, b, ""),
        "one-click-of-all" => copies(sample, a, a, ONE_CLICK),
        "one-click-by-http" => copies(sample, "http://example.ca/u/aaaa", "http://example.ca/u/bbbbb", ONE_CLICK),
        "no-list-unsubscribe" | "copy-without-date" | "copies-that-differ" => copies(sample, a, b, ONE_CLICK),
        _ => return false,
    }
    let Some((_, [one, _])) = sample.evidence.copies.last_mut() else { return true };
    let text = String::from_utf8(one.clone()).unwrap();
    let put = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to).into_bytes()
    };
    match name {
        "no-list-unsubscribe" => *one = put("List-Unsubscribe:", "X-Unsubscribe:"),
        "copy-without-date" => *one = put("Date:", "X-Date:"),
        "copies-that-differ" => *one = put("\r\nNews\r\n", "\r\nNews https://example.ca/n?r=17\r\n"),
        _ => {}
    }
    true
}

fn of_mail(name: &str, editions: &mut [Edition]) -> bool {
    match name {
        "turned-round" => {
            let html = editions[1].html.replace("story-file-first", "story-x");
            editions[1].html =
                html.replace("story-file-second", "story-file-first").replace("story-x", "story-file-second");
        }
        "subject-of-both-turned-round" => {
            let halves: Vec<&str> = editions[2].subject.split(" | ").collect();
            editions[2].subject = [halves[1], halves[0]].join(" | ");
        }
        "text-turned-round" => {
            let at = editions[0].text.find("Writing for screen readers").unwrap();
            let (one, two) = editions[0].text.split_at(at);
            editions[0].text = [two, one].concat();
        }
        "no-text-part" => editions[0].text.clear(),
        "heavy" => {
            let pad = format!("<!-- {} --></body>", "x".repeat(95_000));
            editions[0].html = editions[0].html.replace("</body>", &pad);
        }
        "heavy-picture" => editions[0].parts.push(Part {
            cid: "a@example.ca".into(),
            media_type: "image/jpeg".into(),
            bytes: vec![0; 250_000],
        }),
        _ => return false,
    }
    true
}
