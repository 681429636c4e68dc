//! Templates and pictures of an office's own: what an upgrade changes, and what a mistake in one leaves as it was.

use std::fs;

use crate::office::{ISSUE, Office};

/// The editions of the issue, as they lie in their files.
fn editions(office: &Office) -> Vec<Vec<u8>> {
    let file = |edition: &str| fs::read(office.path().join(format!("issues/{ISSUE}/editions/{edition}.html"))).unwrap();
    ["en", "fr", "both"].map(file).to_vec()
}

#[test]
fn an_office_begins_from_the_programs_template_and_is_told_what_an_upgrade_changes() {
    let office = Office::open();
    // The shipped newsletter holds the program's own templates, which count as none of the office's.
    office.run(&["templates", "diff"]).is(0).says(&["no template is yours"]);
    let shown = office.run(&["templates", "show", "html/picture.hbs"]).is(0).out;
    assert_eq!(shown, office.read("templates/html/picture.hbs"));
    office.write("templates/html/picture.hbs", &shown.replace("16px", "24px"));
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    office.run(&["templates", "list"]).is(0).says(&["yours: templates/html/picture.hbs"]);
    office.run(&["templates", "diff"]).is(0).says(&["html/picture.hbs", "unchanged since you made yours"]);
    office.run(&["templates", "diff", "--yours"]).is(0).says(&["+ ", "24px", "- "]);
    // The same newsletter under an older program: its template was another one.
    let base = shown.replace("display:block", "display:inline");
    office.write("cache/templates.json", &serde_json::json!({"html/picture.hbs": base}).to_string());
    office
        .run(&["compose", ISSUE, "--offline"])
        .is(0)
        .says(&["warning: 1 of your templates", "cco-news templates diff"]);
    office.run(&["templates", "diff"]).is(3).says(&["changed since you made yours", "display:inline", "display:block"]);
    let json = office.run(&["templates", "diff", "--json"]).is(3).json();
    assert_eq!(json[0]["file"], "html/picture.hbs");
    office.run(&["templates", "diff", "--seen"]).is(0);
    office.run(&["templates", "diff", "--lang", "fr"]).is(0).says(&["inchangé depuis que vous avez fait le vôtre"]);
    office.run(&["templates", "show", "html/pictur.hbs"]).is(2).says(&["there is no template", "templates list"]);
}

#[test]
fn a_mistake_in_a_template_leaves_the_last_good_edition() {
    let office = Office::open();
    office.run(&["compose", ISSUE, "--offline"]).is(0);
    let before = editions(&office);
    for (file, text, expected) in [
        ("html/news.hbs", "{{> html/title}}\n{{titel}}", ["templates/html/news.hbs` line 2", "titel"]),
        ("html/news.hbs", "<table><tr>\n<td>{{title}}</tr></table>", ["templates/html/news.hbs` line 2", "<td>"]),
        ("html/news.hbs", "{{> html/news}}", ["templates/html/news.hbs` line 1", "includes itself"]),
        ("html/news.hbs", "{{#if title}}\n{{title}}", ["templates/html/news.hbs` line", "{{/"]),
        (
            "mjml/half.hbs",
            "<mj-section>\n<mj-colum></mj-colum></mj-section>",
            ["templates/mjml/half.hbs` line 2", "mj-colum"],
        ),
        ("locales/fr.ftl", "issue_of = { $dat }\n", ["templates/locales/fr.ftl", "dat"]),
    ] {
        let good = office.read(&format!("templates/{file}"));
        office.write(&format!("templates/{file}"), text);
        office.run(&["compose", ISSUE, "--offline"]).is(1).says(&expected);
        office.write(&format!("templates/{file}"), &good);
        assert!(editions(&office) == before, "{file}");
    }
    office.run(&["compose", ISSUE, "--offline"]).is(0);
}

#[test]
fn a_picture_that_cannot_be_used_is_named_with_its_line_and_the_last_good_edition_stays() {
    let office = Office::without_stories();
    let story = "---\nsection: whatsnew\ntitle: {en: \"A walk\", fr: \"Une marche\"}\nalt: {en: \"A path\", fr: \"Un sentier\"}\nimage: walk.png\n---\n## en\nWe walked.\n\n## fr\nNous avons marché.\n";
    office.write("stories/walk.md", story);
    let png = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/editions.png")).unwrap();
    fs::write(office.path().join("stories/walk.png"), &png).unwrap();
    office.run(&["compose", ISSUE, "--offline"]).says(&["editions/en.html"]);
    let before = editions(&office);
    assert!(String::from_utf8_lossy(&before[0]).contains("src=\"cid:"));
    // Its header is sound, and the rest is torn.
    fs::write(office.path().join("stories/walk.png"), &png[..png.len() / 2]).unwrap();
    office.run(&["compose", ISSUE, "--offline"]).is(1).says(&["`stories/walk.md`:5", "walk.png", "damaged", "image:"]);
    assert!(editions(&office) == before);
}
