//! Every page that the program makes, as people see it: in a headless Chromium, at the widths of a phone, a tablet and a
//! computer, light and dark, and at 200 % zoom. Nothing runs out of the window, and where `CCO_NEWS_TEST_AXE` names
//! axe-core's `axe.min.js`, it finds nothing. Without Chromium it skips itself, saying so.

use std::fs;
use std::path::{Path, PathBuf};

use cco_news::send::LinkTo;

use crate::browser::Browser;
use crate::desk::Desk;
use crate::office::{ISSUE, Office};
use crate::serve::{READER, Served};

/// axe-core's own file; it is no part of the program.
const AXE: &str = concat!("CCO_NEWS", "_TEST_AXE");
/// A folder for a picture of every page in every window, for a person to look at.
const PICTURES: &str = concat!("CCO_NEWS", "_TEST_LOOKS");

/// Windows: width, height, zoom, dark. The fourth is 1200 pixels at 200 %.
const WINDOWS: [(u32, u32, f64, bool); 5] = [
    (320, 640, 1.0, false),
    (600, 900, 1.0, true),
    (1200, 900, 1.0, false),
    (600, 450, 2.0, false),
    (1200, 900, 1.0, true),
];

/// Pages and what is wrong with them.
struct Looks {
    browser: Browser,
    axe: Option<String>,
    pictures: Option<PathBuf>,
    wrong: Vec<String>,
}

impl Looks {
    fn open() -> Option<Self> {
        let browser = Browser::open()?;
        let axe = std::env::var_os(AXE).map(|file| fs::read_to_string(file).unwrap());
        if axe.is_none() {
            eprintln!("skipped in part: {AXE} names no axe-core, so only widths are judged");
        }
        let pictures = std::env::var_os(PICTURES).map(PathBuf::from);
        Some(Self { browser, axe, pictures, wrong: Vec::new() })
    }

    #[track_caller]
    fn look(&mut self, name: &str, address: &str) {
        // Widths are soon judged: of those the narrowest says most, and only a judge or a person asks for all.
        let n_windows = if self.axe.is_some() || self.pictures.is_some() { WINDOWS.len() } else { 1 };
        for (width, height, zoom, is_dark) in WINDOWS.into_iter().take(n_windows) {
            self.browser.window(width, height, zoom, is_dark);
            self.browser.open_page(address);
            let at = format!("{name} at {width} px, zoom {zoom}{}", if is_dark { ", dark" } else { "" });
            let wide = self.browser.run(
                "(() => { const room = document.documentElement.clientWidth; \
                 if (document.documentElement.scrollWidth <= room) return ''; \
                 const out = [...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > room + 1); \
                 return out.slice(0, 3).map(it => it.outerHTML.slice(0, 90)).join(' | ') || 'the page'; })()",
            );
            if wide != "" {
                self.wrong.push(format!("{at}: runs out of the window: {wide}"));
            }
            self.judge(&at);
            if let Some(folder) = &self.pictures {
                let name: String = at.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
                fs::write(folder.join(name + ".png"), self.browser.picture(width, height)).unwrap();
            }
        }
    }

    fn judge(&mut self, at: &str) {
        let Some(axe) = &self.axe else { return };
        self.browser.run(axe);
        let found = self.browser.run(
            "axe.run(document, {iframes: false}).then(it => it.violations.map(one => one.id + ': ' + one.help + ': ' + \
             one.nodes.slice(0, 3).map(node => node.html.slice(0, 120)).join(' | ')))",
        );
        let found = found.as_array().unwrap_or_else(|| panic!("{at}: axe says nothing"));
        self.wrong.extend(found.iter().map(|one| format!("{at}: {}", one.as_str().unwrap())));
    }
}

fn file(office: &Office, name: &str) -> String {
    format!("file://{}", office.path().join(name).display())
}

#[test]
fn every_page_fits_its_window_and_bars_nobody() {
    let Some(mut looks) = Looks::open() else { return };
    let office = Office::with_two_stories();
    office.write("stories/seul.fr.md", "---\nsectoin: tools\n---\n# Un outil\n\nUn texte.\n");
    office.run(&["compose", ISSUE, "--offline"]);
    office.run(&["check", "--handover"]);
    for page in ["issues/2026-12/check.html", "issues/handover.html", "public/stories.html"] {
        looks.look(page, &file(&office, page));
    }
    the_desk(&mut looks, &office);

    let office = Office::quick();
    office.run(&["rehearse", ISSUE]);
    office.run(&["send", ISSUE, "--yes"]).is(0);
    office.run(&["report", ISSUE]).is(0);
    office.run(&["archive"]).is(0);
    let folder = format!("issues/{ISSUE}");
    let made = crate::tree::files(&office.path().join(&folder)).into_iter().filter(|file| is_page(file));
    for page in made.map(|page| format!("{folder}/{}", page.display())).chain(pages_of_the_archive(&office)) {
        looks.look(&page, &file(&office, &page));
    }
    the_service(&mut looks, &office);
    assert!(looks.wrong.is_empty(), "{} wrong:\n{}", looks.wrong.len(), looks.wrong.join("\n"));
}

/// A page of the program's own: not an edition, which is a mail and is judged by `check`.
fn is_page(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "html")
        && !file.starts_with("editions")
        && !file.starts_with("approvals")
}

/// One of each kind: the others are made alike.
fn pages_of_the_archive(office: &Office) -> Vec<String> {
    let files = crate::tree::files(&office.path().join("public"));
    let pages: Vec<String> = files
        .iter()
        .filter(|file| is_page(file))
        .map(|file| format!("public/{}", file.display()))
        .filter(|page| page.contains("/fr/") || page.ends_with("fr.html") || page.matches('/').count() == 1)
        .collect();
    assert!(pages.len() > 3, "{pages:?}");
    pages
}

fn the_desk(looks: &mut Looks, office: &Office) {
    let desk = Desk::closed(office, &[]);
    looks.browser.go(&desk.address);
    looks.browser.until("location.pathname == '/en/' && document.readyState == 'complete'");
    let base = desk.address.split("/open/").next().unwrap().to_owned();
    for page in [
        "/fr/",
        "/en/story/file-seul",
        "/fr/story/file-learning-day",
        "/fr/words",
        "/en/editions",
        "/fr/editions?view=phone&edition=fr",
        "/en/editions?view=text",
        "/en/editions?view=source",
        "/fr/editions?view=heard",
        "/en/findings",
        "/fr/approval",
        "/en/nowhere",
    ] {
        looks.look(&format!("desk {page}"), &format!("{base}{page}"));
    }
    // A file that is broken by hand while the desk is open.
    let toml = office.read("issues/2026-12/issue.toml");
    office.write("issues/2026-12/issue.toml", &toml.replacen("held = []", "held = [", 1));
    looks.browser.until("!!document.getElementById('broken') || document.body.innerText.includes('no such page')");
    looks.look("desk, broken", &format!("{base}/fr/"));
    office.write("issues/2026-12/issue.toml", &toml);
}

fn the_service(looks: &mut Looks, office: &Office) {
    let newsletter = office.read("newsletter.toml");
    office.write("newsletter.toml", &format!("{newsletter}\n[serve]\nurl = \"https://news.example.ca/\"\n"));
    let served = Served::start(office);
    for page in [
        "/".to_owned(),
        "/en/subscribe".to_owned(),
        "/fr/abonnement".to_owned(),
        "/fr/confidentialite".to_owned(),
        "/nowhere".to_owned(),
        served.path(LinkTo::Preferences, "/en/preferences", READER),
        served.path(LinkTo::Preferences, "/fr/preferences", READER),
        served.path(LinkTo::Leave, "/fr/desabonnement", READER),
    ] {
        looks.look(&format!("serve {page}"), &format!("http://{}{page}", served.address));
    }
}
