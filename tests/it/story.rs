//! The drop folder as contributors live it: they begin a story, ask whether it is good, and see what became of it. And
//! the sources, as the person who looks after them sees them.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::office::Office;

const GOOD_FRENCH: &str = "# Un café entre collègues\n\nChaque jeudi, nous parlons pendant quinze minutes de ce qui fonctionne bien dans nos équipes.\n";

#[test]
fn one_language_is_received_and_goes_to_translation() {
    let office = Office::without_stories();
    office.write("stories/cafe.fr.md", GOOD_FRENCH);
    office.run(&["story", "check"]).is(0).says(&["stories/cafe.fr.md: received, good, goes to translation"]);
    let said = office.run(&["story", "check", "stories/cafe.fr.md", "--lang", "fr"]).is(0);
    said.says(&["reçu, c'est bon, part en traduction"]);
    let json = office.run(&["story", "check", "--json"]).is(0).json();
    assert_eq!(json["stories"][0]["to_translate"], serde_json::json!(["en"]));
}

#[test]
fn what_is_wrong_is_pointed_at_in_either_language() {
    let office = Office::without_stories();
    office.write("stories/cafe.md", &format!("---\nsectoin: learning\nlink: www.example.ca\n---\n{GOOD_FRENCH}"));
    office.run(&["story", "check", "stories/cafe.md"]).is(3).says(&[
        "W STORY  stories/cafe.md:2:1  `sectoin` is not a field",
        "      | sectoin: learning\n      | ^^^^^^^\n      did you mean `section`?",
        "      | link: www.example.ca\n      |       ^^^^^^^^^^^^^^\n",
        "received, 2 points to look at, goes to translation",
    ]);
    let french = office.run(&["story", "check", "--lang", "fr"]).is(3);
    french.says(&["`sectoin` n'est pas un champ", "vouliez-vous dire `section`?", "2 points à voir"]);
    let json = office.run(&["story", "check", "--json"]).is(3).json();
    let first = &json["findings"][0];
    assert_eq!((first["rule"].as_str(), first["severity"].as_str()), (Some("STORY"), Some("W")));
    assert_eq!(first["place"], serde_json::json!({"file": "stories/cafe.md", "line": 2, "column": 1}));
    assert!(first["message"].is_string() && first["hint"].is_string() && first["waived"].is_null());
}

#[test]
fn the_rules_for_texts_name_line_and_column() {
    let office = Office::without_stories();
    let text = format!("{GOOD_FRENCH}\nPour en savoir plus, cliquez [ici](https://example.ca/fr/cafe).\n");
    office.write("stories/cafe.fr.md", &text);
    office.run(&["story", "check", "--lang", "fr"]).is(3).says(&["LNK-01  stories/cafe.fr.md:5:31", "^^^"]);
}

#[test]
fn a_file_that_is_no_story_is_named_with_what_to_do() {
    let office = Office::without_stories();
    office.write("stories/broken.md", "---\ntitle: {en: a\nsection: learning\n---\nx");
    office.run(&["story", "check"]).is(4).says(&["E STORY  stories/broken.md:", "cannot be read as a story"]);
    office.write("stories/broken.md", "");
    office.run(&["story", "check"]).is(4).says(&["the file holds no text"]);
    fs::remove_file(office.path().join("stories/broken.md")).unwrap();
    office.write("stories/photo.heic", "x");
    office.run(&["story", "check"]).is(3).says(&["photo.heic", "share it by mail as `.jpg`"]);
    office.run(&["story", "check", "nowhere.md"]).is(1).says(&["nowhere.md"]);
}

#[test]
fn a_draft_elsewhere_is_checked_with_its_twin_and_its_picture() {
    let office = Office::without_stories();
    let elsewhere = tempfile::tempdir().unwrap();
    let draft = elsewhere.path().join("cafe.fr.md");
    fs::write(&draft, format!("---\nimage: photo.jpg\nalt: Deux tasses\n---\n{GOOD_FRENCH}")).unwrap();
    fs::write(elsewhere.path().join("photo.jpg"), "x").unwrap();
    fs::write(
        elsewhere.path().join("cafe.en.md"),
        "# Coffee with colleagues\n\nEvery Thursday, we talk for fifteen minutes about what works well in our teams.\n",
    )
    .unwrap();
    let said = office.run(&["story", "check", draft.to_str().unwrap()]);
    assert!(!said.text.contains("not beside the story") && !said.text.contains("translation"), "{}", said.text);
    said.says(&["cafe.en.md + ", "cafe.fr.md: received"]);
}

#[test]
fn a_new_story_explains_itself_and_never_replaces_one() {
    let office = Office::without_stories();
    let said = office.run(&["story", "new", "Rédiger pour l'écran", "--lang", "fr"]).is(0);
    said.says(&["stories/rediger-pour-l-ecran.md", "story check"]);
    let form = office.read("stories/rediger-pour-l-ecran.md");
    assert!(form.contains("fr: \"Rédiger pour l'écran\"") && form.contains("#échéance: ") && form.contains("## fr"));
    office.run(&["story", "check"]).is(3).says(&["a title and no text"]);
    office.write("stories/rediger-pour-l-ecran.md", "mine");
    office.run(&["story", "new", "Rédiger pour l'écran"]).is(1).says(&["is there already"]);
    assert_eq!(office.read("stories/rediger-pour-l-ecran.md"), "mine");
    office.run(&["story", "new", "coffee-chat"]).is(0);
    assert!(office.read("stories/coffee-chat.md").contains("# The title, in the languages that you have."));
    office.run(&["story", "check", "stories/coffee-chat.md"]).is(4).says(&["holds no text"]);
    office.run(&["story", "new"]).is(2).says(&["cco-news story new"]);
}

#[test]
fn a_list_says_where_each_story_ran() {
    let office = Office::without_stories();
    office.run(&["story", "list"]).is(0).says(&["cco-news story new"]);
    office.write("stories/cafe.fr.md", GOOD_FRENCH);
    fs::create_dir_all(office.path().join("issues/2026-11")).unwrap();
    office.write(
        "issues/2026-11/sent.json",
        r#"{"frozen_at": "2026-11-25T15:00:00Z", "digests": {}, "counts": {}, "complete": true, "stories": ["file-cafe"]}"#,
    );
    office.run(&["story", "list"]).is(0).says(&["file-cafe  to place  fr  ran in 2026-11", "Un café entre collègues"]);
    office.run(&["story", "list", "--lang", "fr"]).is(0).says(&["paru dans 2026-11"]);
    let json = office.run(&["story", "list", "--json"]).is(0).json();
    assert_eq!(json[0]["ran_in"], "2026-11");
    assert_eq!(json[0]["titles"]["fr"], "Un café entre collègues");
}

#[test]
fn the_page_for_contributors_holds_no_markup_of_theirs_and_is_left_alone_when_nothing_changes() {
    let office = Office::without_stories();
    office.write("stories/cafe.fr.md", GOOD_FRENCH);
    office.write(
        "stories/evil.md",
        "---\ntitle: '<script>alert(1)</script><img src=x onerror=alert(2)>'\nsection: '<b>nowhere</b>'\n---\nx\n",
    );
    office.run(&["gather", "--offline"]).is(3);
    let page = office.read("public/stories.html");
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<b>"));
    assert!(page.contains("Received, good, goes to translation"));
    assert!(page.contains("Reçu, c&#39;est bon, part en traduction"));
    assert!(page.contains("Line 3: ") && page.contains("Ligne 3\u{a0}: "));
    let written =
        |office: &Office| fs::metadata(office.path().join("public/stories.html")).unwrap().modified().unwrap();
    let before = written(&office);
    office.run(&["gather", "--offline"]).is(3);
    assert_eq!(written(&office), before);
}

#[cfg(unix)]
#[test]
fn a_watch_says_what_came_in_until_it_is_stopped() {
    let office = Office::without_stories();
    let mut watch = office.command(&["story", "watch", "--every", "1"]);
    let mut child = watch.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut wait_for = |part: &str| assert!(lines.any(|line| line.contains(part)), "`{part}` was not said");
    wait_for("wrote `public/stories.html`");
    office.write("stories/cafe.fr.md", GOOD_FRENCH);
    wait_for("stories/cafe.fr.md: received, good, goes to translation");
    wait_for("wrote `public/stories.html`");
    assert!(office.read("public/stories.html").contains("Un café entre collègues"));
    fs::remove_file(office.path().join("stories/cafe.fr.md")).unwrap();
    wait_for("`stories/cafe.fr.md` is gone");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// Answers each path with what a function says, as long as the test runs.
fn serve(answer: fn(&str) -> Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(n) if n > 0 => head.extend_from_slice(&buffer[..n]),
                    _ => break,
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let (status, body) = match answer(head.split(' ').nth(1).unwrap_or("")) {
                Some(body) => ("200 OK", body),
                None => ("404 Not Found", String::new()),
            };
            let n = body.len();
            let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {n}\r\nconnection: close\r\n\r\n{body}");
        }
    });
    format!("http://{address}")
}

fn rss(days: &[&str], words: &str) -> String {
    let items: Vec<String> = days
        .iter()
        .map(|day| {
            let title = format!("{words} {day} 4711");
            format!("<item><title>{title}</title><link>https://example.ca/{words}/{day}</link><guid isPermaLink=\"false\">{day}</guid><pubDate>{day} Nov 2026 12:00:00 GMT</pubDate></item>")
        })
        .collect();
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title>{}</channel></rss>", items.concat())
}

#[test]
fn sources_that_need_a_look_are_named_with_the_reason() {
    let office = Office::without_stories();
    let server = serve(|path| match path {
        "/en.xml" => Some(rss(&["18", "19", "20"], "news")),
        "/fr.xml" => Some(rss(&["18", "19"], "nouvelle")),
        "/old.xml" => Some(rss(&["1"], "news").replace("Nov 2026", "Jan 2026")),
        "/html" => Some("<!DOCTYPE html><html><body>Moved</body></html>".to_owned()),
        _ => None,
    });
    let feed = |id: &str, en: &str, rest: &str| {
        format!("[[feed]]\nid = \"{id}\"\nen = \"{server}/{en}\"\nallow_private = true\npair = \"guid\"\n{rest}\n")
    };
    let good = feed("good", "en.xml", &format!("fr = \"{server}/fr.xml\""));
    office.write("sources.toml", &good);
    let said = office.run(&["sources", "check"]).is(0).says(&["2 addresses: 0 to look at"]);
    let rows: Vec<Vec<&str>> = said.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[1], ["good", "en", "3", "2026-11-20", "2", "good"], "{}", said.text);
    assert_eq!(rows[2], ["fr", "2", "2026-11-19", "2", "good"], "{}", said.text);

    let bad = [feed("old", "old.xml", ""), feed("page", "html", ""), feed("dead", "nothing.xml", "")].concat();
    office.write("sources.toml", &format!("{good}{bad}"));
    let said = office.run(&["sources", "check"]).is(3);
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.text);
    said.says(&["nothing new for 335 days", "5 addresses: 3 to look at"]);
    office.run(&["sources", "check", "--lang", "fr"]).is(3).says(&["rien de nouveau depuis 335 jours", "à voir"]);
    let json = office.run(&["sources", "check", "--json"]).is(3).json();
    let sources = json["sources"].as_array().unwrap();
    let of = |id: &str| sources.iter().find(|source| source["source"] == id).unwrap();
    assert_eq!((&of("good")["items"], &of("good")["paired"]), (&3.into(), &2.into()));
    assert_eq!((&of("page")["answers"], &of("page")["parses"]), (&true.into(), &false.into()));
    assert_eq!((&of("dead")["answers"], &of("dead")["parses"]), (&false.into(), &false.into()));
    assert_eq!(of("old")["stale_days"], 335);
}
