//! The pictures of the guides are made from the program, and stay true: beside them, `pages.txt` notes the digest of each
//! page that they show, style included. A page that has changed since fails here; with `CCO_NEWS_TEST_PICTURES=1` the
//! pictures are made anew. Pixels are not compared: another machine has other fonts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::browser::Browser;
use crate::desk::Desk;
use crate::office::{ISSUE, Office};
use crate::serve::Served;
use crate::tree;

/// Set: make them.
const MAKE: &str = concat!("CCO_NEWS", "_TEST_PICTURES");
const FOLDER: &str = "docs/guides/pictures";
/// Readers of the report: enough for a line that rises.
const READERS: usize = 300;

/// Pictures, made or looked at.
struct Album {
    browser: Browser,
    pages: BTreeMap<String, String>,
    is_made: bool,
}

impl Album {
    /// Takes a picture of a page in a window.
    #[track_caller]
    fn take(&mut self, name: &str, address: &str, (width, height): (u32, u32), style: &str) {
        self.browser.window(width, height, 1.0, false);
        self.browser.open_page(address);
        // What differs from run to run and is not seen: where it is served, and how often it was made.
        let page = "document.documentElement.outerHTML.replace(/data-version=\"\\d+\"/g, '')\
                    .replace(/127\\.0\\.0\\.1:\\d+/g, '')";
        let page = self.browser.run(page).as_str().unwrap().to_owned();
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(format!("{page}{style}")));
        self.pages.insert(name.to_owned(), digest);
        if self.is_made {
            std::fs::write(folder().join(format!("{name}.png")), self.browser.picture(width, height)).unwrap();
        }
    }
}

fn folder() -> PathBuf {
    tree::root().join(FOLDER)
}

#[test]
fn the_pictures_of_the_guides_show_the_pages_as_they_are() {
    let Some(browser) = Browser::open() else { return };
    let is_made = std::env::var_os(MAKE).is_some();
    let mut album = Album { browser, pages: BTreeMap::new(), is_made };
    the_desk(&mut album);
    after_an_issue(&mut album);
    if is_made {
        let text = album.pages.iter().fold(String::new(), |mut text, (name, digest)| {
            let _ = writeln!(text, "{digest}  {name}");
            text
        });
        std::fs::write(folder().join("pages.txt"), text).unwrap();
    }
    let noted = std::fs::read_to_string(folder().join("pages.txt")).unwrap();
    let noted: BTreeMap<&str, &str> =
        noted.lines().filter_map(|line| line.split_once("  ")).map(|(digest, name)| (name, digest)).collect();
    for name in shown() {
        let digest = album.pages.get(&name).unwrap_or_else(|| panic!("nobody makes the picture {name}"));
        assert!(
            noted.get(name.as_str()) == Some(&digest.as_str()),
            "the page of {name} is another than its picture shows.\n\
             Make the pictures anew, look at them, and keep them: {MAKE}=1 cargo test --test it pictures::"
        );
    }
}

/// The pictures that the guides show, by their names.
fn shown() -> BTreeSet<String> {
    let guides = tree::texts().into_iter().filter(|(file, _)| file.starts_with("docs/guides/"));
    let names = |text: String| {
        let parts = text.split("](pictures/").skip(1).map(|part| part.split(".png)").next().unwrap().to_owned());
        parts.collect::<Vec<_>>()
    };
    guides.flat_map(|(_, text)| names(text)).collect()
}

#[test]
fn every_picture_of_the_guides_is_there_and_is_described() {
    for (file, text) in tree::texts().into_iter().filter(|(file, _)| file.starts_with("docs/guides/")) {
        for part in text.split("![").skip(1) {
            let words = part.split_once("](").unwrap().0;
            assert!(words.split_whitespace().count() > 4, "{file}: `{words}` is too little for who does not see it");
        }
    }
    let shown = shown();
    let files = if folder().exists() { tree::files(&folder()) } else { Vec::new() };
    let name = |file: &PathBuf| file.to_str()?.strip_suffix(".png").map(str::to_owned);
    let there: BTreeSet<String> = files.iter().filter_map(name).collect();
    assert_eq!(shown, there, "left: shown by the guides; right: in {FOLDER}");
}

/// The desk with all the stories that the newsletter ships with, a candidate among them, and a finding.
fn the_desk(album: &mut Album) {
    let office = Office::open();
    let story = office.read("stories/mentoring.md");
    office.write(
        "stories/mentoring.md",
        &story.replacen("## en\n", "## en\nOn Tuesday, December 9, 2026, click here: the utilization of ASAP.\n\n", 1),
    );
    office.run(&["compose", ISSUE, "--offline"]);
    let toml = office.read("issues/2026-12/issue.toml");
    let line = toml.lines().find(|line| line.contains("\"file-learning-day\"")).unwrap();
    let (head, tail) = toml.split_once(line).unwrap();
    let tail = tail.replacen("candidates = [\n", &format!("candidates = [\n{line}\n"), 1);
    office.write("issues/2026-12/issue.toml", &format!("{}{}", head, tail.trim_start_matches('\n')));
    let desk = Desk::closed(&office, &[]);
    album.browser.go(&desk.address);
    album.browser.until("location.pathname == '/en/' && document.readyState == 'complete'");
    let base = desk.address.split("/open/").next().unwrap().to_owned();
    let style = tree::text("src/web/desk/assets/desk.css").unwrap();
    for lang in ["en", "fr"] {
        for (name, page, height) in [
            ("desk-stories", "#s-learningday", 620),
            ("desk-story", "story/file-mentoring", 760),
            ("desk-findings", "findings", 560),
            ("desk-editions", "editions", 760),
        ] {
            album.take(&format!("{name}.{lang}"), &format!("{base}/{lang}/{page}"), (1280, height), &style);
        }
    }
    let page = format!("file://{}", office.path().join("public/stories.html").display());
    album.take("stories", &page, (1000, 520), "");
}

/// The report of an issue that left for some hundreds, and the form on which people subscribe.
fn after_an_issue(album: &mut Album) {
    let office = Office::quick();
    let mut rows = "email,language,consented_on\n".to_owned();
    for n in 0..READERS {
        let _ = writeln!(rows, "reader{n}@example.ca,{},2026-01-05", if n % 3 == 0 { "fr" } else { "en" });
    }
    office.write("subscribers/readers.csv", &rows);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office.run(&["report", ISSUE]).is(0);
    let page = format!("file://{}", office.path().join("issues/2026-12/report.html").display());
    album.take("report", &page, (1000, 760), "");
    let newsletter = office.read("newsletter.toml");
    office.write("newsletter.toml", &format!("{newsletter}\n[serve]\nurl = \"https://news.example.ca/\"\n"));
    let served = Served::start(&office);
    for (lang, page) in [("en", "en/subscribe"), ("fr", "fr/abonnement")] {
        album.take(&format!("subscribe.{lang}"), &format!("http://{}/{page}", served.address), (900, 520), "");
    }
}
