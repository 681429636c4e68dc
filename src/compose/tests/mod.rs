//! What an editor, a reader and a mail program may count on.

use super::*;
use crate::model::{Event, IssueId, IssueSection, Kind, Origin, Place, Severity, Slot, Story, StoryId, Text, Texts};

mod clients;
mod mjml;

fn newsletter() -> Newsletter {
    toml_edit::de::from_str(include_str!("../../../newsletter.toml")).unwrap()
}

fn texts(en: &str, fr: &str) -> Texts {
    BTreeMap::from([(Lang::new("en"), en.to_owned()), (Lang::new("fr"), fr.to_owned())])
}

fn story(id: &str, en: &str, fr: &str) -> Story {
    let text = |title: &str| Text {
        title: title.to_owned(),
        summary: String::new(),
        body: format!("<p>{title} {{{{t.evil}}}} &lt;mj-raw&gt; AT&amp;T</p>"),
        url: None,
    };
    Story {
        section: Some("tools".to_owned()),
        texts: BTreeMap::from([(Lang::new("en"), text(en)), (Lang::new("fr"), text(fr))]),
        ..Story::new(
            StoryId::parse(id),
            Origin::File { file: format!("stories/{id}.md"), line: 1, twin: None },
            jiff::Timestamp::UNIX_EPOCH,
        )
    }
}

fn issue() -> Issue {
    let mut event = story("file-event", "Writing for screen readers", "Rédiger pour les lecteurs d'écran");
    event.kind = Kind::Event;
    event.event = Some(Event {
        starts: "2027-01-20T13:00".parse().unwrap(),
        ends: Some("2027-01-20T14:30".parse().unwrap()),
        register_by: Some("2027-01-15".parse().unwrap()),
        language: Some("bilingual".to_owned()),
        location: texts("Webcast", "Webdiffusion"),
        audience: texts("All communicators", "Tout le monde"),
    });
    Issue {
        id: IssueId::parse("2026-12").unwrap(),
        send_at: "2026-12-09T15:00:00Z".parse().unwrap(),
        subject: texts("A < subject", "Un sujet : court"),
        preheader: texts("Before", "Avant"),
        opening: texts("<p>Hello.</p>", "<p>Bonjour !</p>"),
        sections: vec![IssueSection {
            id: "tools".to_owned(),
            stories: vec![story("file-a", "A & B", "A et B"), event],
        }],
        waivers: vec![],
        findings: vec![],
        languages: vec![Lang::new("en"), Lang::new("fr")],
        translations: Vec::new(),
    }
}

fn run(overrides: Option<&std::path::Path>) -> Result<Composed> {
    compose(&issue(), &newsletter(), &Templates::load(overrides)?, &BTreeMap::new())
}

#[test]
fn every_language_and_the_bilingual_edition_are_composed() {
    let editions = run(None).unwrap().editions;
    let ids: Vec<&str> = editions.iter().map(|edition| edition.id.as_str()).collect();
    assert_eq!(ids, ["en", "fr", "both"]);
    for edition in &editions {
        let html = &edition.html;
        assert!(html.contains(&format!("lang=\"{}\"", if edition.id.as_str() == "fr" { "fr-CA" } else { "en-CA" })));
        assert_eq!(html.matches("<h1").count(), 1, "{}", edition.id);
        for slot in Slot::ALL {
            assert!(html.contains(slot.token()) && edition.text.contains(slot.token()));
        }
        assert!(!html.contains("@@") && !edition.text.contains("&amp;"));
        assert!(!html.contains("u{a0}") && !html.contains("fonts.googleapis"), "{html}");
    }
    assert!(editions[0].text.contains("Wednesday, January\u{a0}20, 2027, 1\u{a0}pm to 2:30\u{a0}pm (Eastern time)"));
    assert!(
        editions[1]
            .text
            .contains("Quand\u{a0}: le mercredi 20\u{a0}janvier\u{a0}2027, de 13\u{a0}h à 14\u{a0}h\u{a0}30")
    );
    assert_eq!(editions[2].subject, "A < subject | Un sujet\u{a0}: court");
}

#[test]
fn the_same_issue_gives_the_same_bytes() {
    assert!(run(None).unwrap().editions == run(None).unwrap().editions);
}

#[test]
fn what_a_contributor_writes_is_never_template_or_markup() {
    let edition = &run(None).unwrap().editions[0];
    assert!(edition.html.contains("{{t.evil}} &lt;mj-raw&gt; AT&amp;T"), "{}", edition.html);
    assert!(edition.text.contains("{{t.evil}} <mj-raw> AT&T"));
    assert!(edition.html.contains("A &amp; B"));
}

#[test]
fn french_typography_is_mended_and_reported() {
    let composed = run(None).unwrap();
    assert!(composed.editions[1].html.contains("Bonjour!"));
    assert!(composed.fixed.iter().any(|finding| finding.rule == "TYP-03"), "{:?}", composed.fixed);
}

#[test]
fn a_template_with_a_mistake_names_its_file_and_line() {
    for (name, text, expected) in [
        ("html/story.hbs", "<h3>\n{{#if url}}x\n</h3>", ["html/story.hbs", "line"]),
        ("html/story.hbs", "<h3>\n{{tittle}}</h3>", ["line 2", "tittle"]),
        ("html/story.hbs", "{{> storry}}", ["storry", "story.hbs"]),
        ("html/news.hbs", "<table>\n<tr><td>{{title}}</tr></table>", ["html/news.hbs` line 2", "`<td>`"]),
        ("html/news.hbs", "{{> html/story}}", ["includes itself", "line"]),
        (
            "mjml/edition.hbs",
            "<mjml><mj-body>\n<mj-section></mj-body></mjml>",
            ["mjml/edition.hbs` line 2", "mj-section"],
        ),
        (
            "mjml/edition.hbs",
            "<mjml><mj-body>\n<mj-sectoin></mj-sectoin></mj-body></mjml>",
            ["mjml/edition.hbs` line 2", "MJML"],
        ),
        ("mjml/half.hbs", "<mj-section></mj-section>", ["mjml/half.hbs", "sections_token"]),
        ("look.toml", "[light]\nlink = \"blue\"", ["look.toml", "blue"]),
        ("locales/fr.ftl", "date = { $dey }\n", ["fr.ftl", "dey"]),
        ("locales/fr.ftl", "date\n", ["fr.ftl", "line"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        let Err(error) = run(Some(folder.path())) else { panic!("{name} with `{text}` was composed") };
        let error = error.to_string();
        assert!(expected.iter().all(|part| error.contains(part)), "{name}: {error}");
    }
}

#[test]
fn an_override_replaces_one_file_and_single_words() {
    let folder = tempfile::tempdir().unwrap();
    for sub in ["html", "locales"] {
        std::fs::create_dir_all(folder.path().join(sub)).unwrap();
    }
    std::fs::write(folder.path().join("locales/en.ftl"), "in_this_issue = Contents\n").unwrap();
    std::fs::write(folder.path().join("html/language.hbs"), "<p>here</p>").unwrap();
    let templates = Templates::load(Some(folder.path())).unwrap();
    let names: Vec<String> = templates.inputs().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["templates/html/language.hbs", "templates/locales/en.ftl"]);
    let edition = &run(Some(folder.path())).unwrap().editions[0];
    assert!(edition.html.contains("Contents") && edition.html.contains("<p>here</p>"));
}

#[test]
fn a_partial_that_includes_itself_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("html")).unwrap();
    std::fs::write(folder.path().join("html/event.hbs"), "{{> html/event}}").unwrap();
    assert!(run(Some(folder.path())).is_err());
}

/// Composes with a changed issue and newsletter.
fn run_with(change: impl Fn(&mut Issue, &mut Newsletter)) -> Composed {
    let (mut issue, mut newsletter) = (issue(), newsletter());
    change(&mut issue, &mut newsletter);
    compose(&issue, &newsletter, &Templates::load(None).unwrap(), &BTreeMap::new()).unwrap()
}

#[test]
fn a_third_language_is_files_only() {
    // What an office writes: three keys in newsletter.toml, its texts, and one file of words.
    let toml = include_str!("../../../newsletter.toml")
        .replace("languages = [\"en\", \"fr\"]", "languages = [\"en\", \"fr\", \"iu\"]")
        .replace("[organization]", "[language.iu]\ntag = \"iu-CA\"\nlabel = \"ᐃᓄᒃᑎᑐᑦ\"\ntitle = \"ᑐᓴᒐᒃᓴᑦ\"\nfrom_name = \"ᑐᓴᒐᒃᓴᑦ\"\n\n[organization]");
    let newsletter: Newsletter = toml_edit::de::from_str(&toml).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("locales")).unwrap();
    let words = include_str!("../../../tests/fixtures/locales/iu.ftl");
    std::fs::write(folder.path().join("locales/iu.ftl"), words).unwrap();
    let mut issue = issue();
    let iu = Lang::new("iu");
    issue.languages.push(iu.clone());
    for story in &mut issue.sections[0].stories {
        let text = Text {
            title: "ᐅᓂᒃᑲᐅᓯᖅ".to_owned(), body: "<p>ᐅᓂᒃᑲᐅᓯᖅ.</p>".to_owned(), ..Text::default()
        };
        story.texts.insert(iu.clone(), text);
    }
    let templates = Templates::load(Some(folder.path())).unwrap();
    let editions = compose(&issue, &newsletter, &templates, &BTreeMap::new()).unwrap().editions;
    let ids: Vec<&str> = editions.iter().map(|edition| edition.id.as_str()).collect();
    assert_eq!(ids, ["en", "fr", "iu", "both"]);
    let own = &editions[2];
    assert!(own.html.contains("lang=\"iu-CA\"") && own.text.contains("ᑎᓯᐱᕆ 9, 2026"), "{}", own.text);
    // The plural rule of the language itself: two is neither one nor many.
    let n = |n| templates.locale(&iu).unwrap().count("n_stories", n).unwrap();
    assert_eq!([n(1), n(2), n(3)], ["1 ᐅᓂᒃᑲᐅᓯᖅ", "2 ᐅᓂᒃᑲᐅᓰᒃ", "3 ᐅᓂᒃᑲᐅᓯᑦ"]);
    assert!(!own.text.contains("Unsubscribe") && !own.text.contains("désabonner"));
    // Each half says in its own words where it is.
    assert!(editions[3].html.contains("ᐃᓄᒃᑎᑐᑦ ᐊᑖᓂ.") && editions[3].html.contains("href=\"#iu\""));
    // The others call it as it calls itself.
    let en = templates.locale(&Lang::new("en")).unwrap();
    assert_eq!(en.language("iu", &newsletter.language).unwrap(), "ᐃᓄᒃᑎᑐᑦ");
}

#[test]
fn the_order_of_the_bilingual_edition_is_the_offices() {
    let both = |languages: [&str; 2]| {
        let editions = run_with(|_, newsletter| newsletter.languages = languages.map(Lang::new).to_vec()).editions;
        editions.into_iter().find(|edition| edition.id.is_both()).unwrap()
    };
    for (order, notice, jump) in [
        (["en", "fr"], "Le français suit l&#x27;anglais.", "#fr"),
        (["fr", "en"], "English follows the French.", "#en"),
    ] {
        let both = both(order);
        let at = |what: &str| both.html.find(what).unwrap_or_else(|| panic!("{what} in {}", both.html));
        // The notice and the jump come before either half, and each half is whole.
        assert!(at(notice) < at(&format!("id=\"{}\"", order[0])) && at(&format!("href=\"{jump}\"")) < at("id=\"en\""));
        for lang in order {
            let half = &both.html[at(&format!("id=\"{lang}\""))..];
            assert!(half.contains(&format!("id=\"{lang}-footer\"")) && half.contains(Slot::Unsubscribe.token()));
        }
        assert!(
            at(&format!("id=\"{}-footer\"", order[0])) < at(&format!("id=\"{}\"", order[1])),
            "one after the other"
        );
    }
}

#[test]
fn jumps_have_an_id_and_the_empty_named_anchor_that_outlook_follows() {
    for edition in run(None).unwrap().editions {
        for found in edition.html.split("href=\"#").skip(1) {
            let anchor = found.split('"').next().unwrap();
            assert!(edition.html.contains(&format!("<a name=\"{anchor}\" id=\"{anchor}\"></a>")), "{anchor}");
        }
    }
}

#[test]
fn an_archive_gives_links_to_the_web_copy_and_to_the_other_language() {
    let editions = run_with(|_, newsletter| newsletter.archive.url = Some("https://news.example.ca/".into())).editions;
    for (edition, own, other, label) in [(&editions[0], "en", "fr", "Français"), (&editions[1], "fr", "en", "English")]
    {
        let url = |lang: &str| format!("https://news.example.ca/2026-12/{lang}.html");
        assert!(edition.html.contains(&url(own)) && edition.text.contains(&url(own)), "{}", edition.html);
        let link = edition.html.split(&url(other)).nth(1).unwrap();
        assert!(link.split("</a>").next().unwrap().ends_with(label), "{link}");
    }
    assert!(!run(None).unwrap().editions[0].html.contains("2026-12/"));
}

#[test]
fn an_issue_that_gmail_would_cut_stands_contents_first_where_there_is_a_web_copy() {
    let big = |archive: Option<&str>| {
        run_with(|issue, newsletter| {
            newsletter.archive.url = archive.map(str::to_owned);
            let pattern = issue.sections[0].stories[0].clone();
            issue.sections[0].stories = (0..40)
                .map(|n| {
                    let mut story = pattern.clone();
                    story.id = StoryId::parse(&format!("file-{n}"));
                    for text in story.texts.values_mut() {
                        text.body = format!("<p>{}</p>", "Des mots accentués, à lire. ".repeat(90));
                    }
                    story
                })
                .collect();
        })
    };
    let composed = big(Some("https://news.example.ca"));
    for edition in &composed.editions {
        let bytes = Edition::html_wire_bytes(&edition.html);
        assert!(bytes <= Edition::HTML_WIRE_BYTES_MAX, "{}: {bytes}", edition.id);
        let lang = edition.langs[0].as_str();
        assert!(edition.html.contains(&format!("2026-12/{lang}.html#{lang}-story-file-39")));
        // Every word is still in the text part.
        assert!(edition.text.matches("accentués").count() >= 90 * 40);
        let said = composed.fixed.iter().find(|note| {
            note.rule == "CLI-01" && note.place == Place::Edition { edition: edition.id.to_string(), story: None }
        });
        assert!(said.is_some_and(|note| note.severity == Severity::Info), "{}", edition.id);
    }
    let whole = big(None);
    assert!(Edition::html_wire_bytes(&whole.editions[0].html) > Edition::HTML_WIRE_BYTES_MAX);
    assert!(whole.fixed.iter().all(|note| note.rule != "CLI-01"));
}

#[test]
fn each_kind_of_story_has_its_partial_and_a_restyled_one_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("html")).unwrap();
    for partial in view::PARTIALS.into_iter().filter(|name| *name != "html/short") {
        std::fs::write(folder.path().join(format!("{partial}.hbs")), format!("<p>{partial}: {{{{title}}}}</p>"))
            .unwrap();
    }
    for kind in [Kind::News, Kind::Event, Kind::Job, Kind::Award, Kind::Person, Kind::Resource, Kind::Call] {
        let mut issue = issue();
        issue.sections[0].stories[0].kind = kind;
        let own = Templates::load(Some(folder.path())).unwrap();
        let html = |templates: &Templates| {
            compose(&issue, &newsletter(), templates, &BTreeMap::new()).unwrap().editions.remove(0).html
        };
        let name = format!("{kind:?}").to_lowercase();
        assert!(html(&own).contains(&format!("<p>html/{name}: A &amp; B</p>")));
        // The shipped one says what kind it is, in words.
        let shipped = html(&Templates::load(None).unwrap());
        let words = templates_words(&name);
        assert!(words.is_empty() || shipped.contains(&format!("<strong>{words}</strong>")), "{name}");
    }
}

/// What the English words call a kind.
fn templates_words(kind: &str) -> String {
    let words = Templates::load(None).unwrap().locale(&Lang::new("en")).unwrap().plain();
    words.get(format!("label_{kind}")).and_then(serde_json::Value::as_str).unwrap_or("").to_owned()
}

#[test]
fn a_restyled_template_that_nothing_uses_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("html")).unwrap();
    for (name, text) in [("evnt", "x"), ("own", "y"), ("news", "{{> html/own}}")] {
        std::fs::write(folder.path().join(format!("html/{name}.hbs")), text).unwrap();
    }
    assert_eq!(Templates::load(Some(folder.path())).unwrap().unused(), ["html/evnt.hbs"]);
}

#[test]
fn pictures_travel_with_the_mail_and_never_in_its_text() {
    let mut issue = issue();
    issue.sections[0].stories[0].image = Some(crate::model::Image {
        src: "stories/a.png".into(),
        alt: texts("A chart", "Un graphique"),
        credit: None,
        permission: None,
    });
    let png = include_bytes!("../../../docs/editions.png");
    let part = prepare(png, None).unwrap().part;
    let images = BTreeMap::from([("stories/a.png".to_owned(), part.clone())]);
    let composed = compose(&issue, &newsletter(), &Templates::load(None).unwrap(), &images).unwrap();
    for edition in &composed.editions {
        assert_eq!(edition.parts, std::slice::from_ref(&part));
        assert!(edition.html.contains(&format!("src=\"cid:{}\"", part.cid)) && !edition.html.contains("data:"));
        assert!(edition.html.contains("width=\"536\""));
    }
}
