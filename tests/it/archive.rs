//! The archive as its readers, its office and an auditor meet it: in `public/`, on a disk, with what goes wrong there.

#![cfg(test)]

use std::fs;

use cco_news::model::Digest;

use crate::office::{ISSUE, Office};
use crate::tree;

/// An office whose issue has left.
fn sent() -> Office {
    let office = Office::ready();
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office
}

fn public(office: &Office) -> Vec<(String, Vec<u8>)> {
    let folder = office.path().join("public");
    let files = tree::files(&folder).into_iter();
    files.map(|file| (file.display().to_string(), fs::read(folder.join(&file)).unwrap())).collect()
}

#[test]
fn nothing_is_published_before_it_has_left() {
    let office = Office::ready();
    office.run(&["archive"]).is(0).says(&["0 issues in `public/`", "no issue has left yet"]);
    let title = "screen readers";
    let leaked = public(&office).into_iter().filter(|(path, bytes)| {
        path != "stories.html" && String::from_utf8_lossy(bytes).to_lowercase().contains(title)
    });
    assert_eq!(leaked.map(|(path, _)| path).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(office.read("public/fr.html").contains("Aucun numéro"));
    office.run(&["archive", "--check"]).is(0);
}

#[test]
fn an_issue_that_has_left_can_be_read_in_each_language_and_nothing_is_private() {
    let office = sent();
    office.run(&["archive"]).is(0).says(&["1 issue in `public/`", "public/index.html"]);
    office.run(&["archive", "--check"]).is(0).says(&["every link leads somewhere"]);
    let (en, fr) = (office.read("public/2026-12/en.html"), office.read("public/2026-12/fr.html"));
    for (page, parts) in [
        (&en, ["lang=\"en-CA\"", "hreflang=\"fr-CA\" href=\"fr.html\"", ">Français</a>", "Date modified"]),
        (&fr, ["lang=\"fr-CA\"", "hreflang=\"en-CA\" href=\"en.html\"", ">English</a>", "Date de modification"]),
    ] {
        for part in parts {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains(" style=\"") && !page.contains("slot.invalid") && !page.contains("<script"), "{page}");
    }
    assert!(office.read("public/2026-12/fr/events.ics").starts_with("BEGIN:VCALENDAR"));
    assert!(office.read("public/events.en.ics").contains("BEGIN:VEVENT"));
    // What only its recipient may use, and the recipients themselves, are nowhere.
    for message in office.outbox() {
        let to = message.lines().find_map(|line| line.strip_prefix("To: <")).unwrap().trim_end_matches(['>', '\r']);
        for (path, bytes) in public(&office) {
            assert!(!String::from_utf8_lossy(&bytes).contains(to), "a recipient in {path}");
        }
    }
}

#[test]
fn a_second_run_writes_nothing_and_what_an_office_changes_later_is_not_what_was_sent() {
    let office = sent();
    office.run(&["archive"]).is(0);
    let before = public(&office);
    office.run(&["archive"]).is(0).says(&["0 new or changed, 0 removed"]);
    assert!(before == public(&office));
    office.edit("newsletter.toml", "[blocks.about]\nen = \"\"\"\n", "[blocks.about]\nen = \"\"\"\nChanged later. ");
    office.run(&["archive"]).is(0).says(&["0 new or changed"]);
}

#[test]
fn a_disk_that_fails_half_way_leaves_the_old_site_whole() {
    let office = Office::ready();
    office.run(&["archive"]).is(0);
    let before = public(&office);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    // The folder of the new issue cannot be made: its first file is the first that is written.
    office.write("public/2026-12", "in the way");
    office.run(&["archive"]).is(1).says(&["could not write"]);
    for (path, bytes) in &before {
        assert!(fs::read(office.path().join("public").join(path)).unwrap() == *bytes, "{path}");
    }
    fs::remove_file(office.path().join("public/2026-12")).unwrap();
    office.run(&["archive"]).is(0);
    office.run(&["archive", "--check"]).is(0);
}

#[test]
fn what_is_no_longer_part_of_it_goes_and_what_others_put_there_stays() {
    let office = sent();
    office.run(&["archive"]).is(0);
    office.write("public/robots.txt", "User-agent: *\n");
    fs::rename(office.path().join("issues/2026-12"), office.path().join("kept")).unwrap();
    office.run(&["archive"]).is(0).says(&["0 issues"]);
    assert!(!office.path().join("public/2026-12").exists() && !office.path().join("public/sections").exists());
    assert_eq!(office.read("public/robots.txt"), "User-agent: *\n");
    // A list that leads elsewhere removes nothing.
    let list = office.read("public/files.sha256");
    let digest = list.split(' ').next().unwrap();
    office
        .write("public/files.sha256", &format!("{digest}  ../newsletter.toml\n{digest}  robots.txt/../../README.md\n"));
    office.run(&["archive"]).is(0);
    assert!(office.path().join("newsletter.toml").exists() && office.path().join("README.md").exists());
}

#[test]
fn an_issue_that_is_no_longer_what_was_sent_stops_the_archive() {
    let office = sent();
    office.run(&["archive"]).is(0);
    let before = public(&office);
    for (file, from, to) in [
        ("issues/2026-12/editions/fr.html", "<body", "<body "),
        ("issues/2026-12/web.json", "\"title\": \"Help us choose", "\"title\": \"Help us change"),
        ("issues/2026-12/web.json", "{", "["),
    ] {
        let whole = office.read(file);
        office.edit(file, from, to);
        office.run(&["archive"]).is(1).says(&["could not put issue `2026-12` into the archive"]);
        assert!(before == public(&office), "{file}");
        office.write(file, &whole);
    }
}

#[test]
fn an_issue_that_an_earlier_version_sent_is_published_too() {
    let office = sent();
    office.run(&["archive"]).is(0);
    let before = public(&office);
    let issue = office.path().join("issues/2026-12");
    fs::remove_file(issue.join("web.json")).unwrap();
    fs::remove_dir_all(issue.join("calendar")).unwrap();
    office.run(&["archive"]).is(0);
    assert!(before == public(&office));
}

#[test]
fn the_check_names_what_somebody_broke() {
    let office = sent();
    office.run(&["archive", "--check"]).is(1).says(&["run `cco-news archive`"]);
    office.run(&["archive"]).is(0);
    office.edit("public/2026-12/en.html", "href=\"fr.html\"", "href=\"gone.html\"");
    office.edit("public/2026-12/fr.html", "<h1>", "<p>camille@example.ca https://slot.invalid/unsubscribe</p><h1>");
    let said = office.run(&["archive", "--check"]).is(3);
    assert!(!said.text.contains("camille@"), "{}", said.text);
    said.says(&[
        "public/2026-12/en.html: the link `gone.html` leads nowhere",
        "public/2026-12/en.html: it is not as it was written",
        "public/2026-12/fr.html: it holds a link that is only for a recipient",
        "c***@",
    ]);
    office.run(&["archive"]).is(0);
    office.run(&["archive", "--check"]).is(0);
}

#[test]
fn a_site_with_an_address_has_a_map() {
    let office = sent();
    office.edit(
        "newsletter.toml",
        "[blocks.opening]",
        "[archive]\nurl = \"https://news.example.ca/\"\n\n[blocks.opening]",
    );
    office.run(&["archive"]).is(0);
    office.run(&["archive", "--check"]).is(0);
    assert!(office.read("public/sitemap.xml").contains("<loc>https://news.example.ca/2026-12/fr.html</loc>"));
    let text = office.read("newsletter.toml").replace("[archive]\nurl = \"https://news.example.ca/\"\n", "");
    office.write("newsletter.toml", &text);
    office.run(&["archive"]).is(0);
    assert!(!office.path().join("public/sitemap.xml").exists());
}

#[test]
fn a_bundle_holds_what_was_sent_and_on_whose_word_and_no_recipient() {
    let office = Office::ready();
    office.run(&["archive", "--bundle", ISSUE]).is(1).says(&["has not left"]);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office.run(&["archive"]).is(0);
    office.run(&["archive", "--bundle", ISSUE]).is(0).says(&["issues/2026-12/bundle", "sha256sum -c SHA256SUMS"]);
    let folder = office.path().join("issues/2026-12/bundle");
    let files = tree::files(&folder);
    let list = fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert_eq!(list.lines().count() + 1, files.len(), "every file but the list itself is in the list");
    for line in list.lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        assert_eq!(Digest::of(&fs::read(folder.join(name)).unwrap()).as_str(), digest, "{name}");
    }
    for name in ["approvals/fr.json", "check.json", "editions/en.eml", "manifest.json", "sent.json", "public/fr.html"] {
        assert!(list.contains(&format!("  {name}\n")), "{name} in {list}");
    }
    let recipients: Vec<String> = office
        .outbox()
        .iter()
        .filter_map(|text| text.lines().find_map(|line| line.strip_prefix("To: <")))
        .map(|to| to.trim_end_matches(['>', '\r']).to_owned())
        .collect();
    assert_eq!(recipients.len(), 6);
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(folder.join(&file)).unwrap()).into_owned();
        assert!(recipients.iter().all(|to| !text.contains(to.as_str())), "a recipient in {}", file.display());
    }
    let before = list;
    office.run(&["archive", "--bundle", ISSUE, "--to", "records"]).is(0);
    assert_eq!(office.read("records/SHA256SUMS"), before);
}
