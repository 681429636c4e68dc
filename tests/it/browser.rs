//! The desk's whole path in a real browser: a headless Chromium, steered over a pipe with its DevTools protocol. Without
//! Chromium on this machine it skips itself, saying so; `.ci/run` installs it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::office::{ISSUE, Office};

const TOML: &str = "issues/2026-12/issue.toml";
/// Looks at the page until it is as expected.
const LOOKS_MAX: u32 = 600;

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    number: u64,
    session: Option<String>,
    /// What the mouse has taken along.
    dragged: Value,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// None: there is none on this machine, which is said.
    pub(crate) fn open() -> Option<Self> {
        let profile = tempfile::tempdir().unwrap();
        let folder = profile.path().display();
        // The protocol is read from descriptor 3 and written to 4; what else is said goes nowhere.
        let line = format!(
            "exec chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
             --disable-component-update --disable-sync --user-data-dir='{folder}' --remote-debugging-pipe about:blank \
             3<&0 4>&1 </dev/null >/dev/null 2>&1"
        );
        let is_there = Command::new("sh").args(["-c", "command -v chromium"]).output().unwrap().status.success();
        if !is_there {
            eprintln!("skipped: there is no `chromium` on this machine");
            return None;
        }
        let mut child =
            Command::new("sh").args(["-c", &line]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut browser = Self { child, to, from, number: 0, session: None, dragged: Value::Null, _profile: profile };
        let targets = browser.command("Target.getTargets", &json!({}));
        let page = targets["targetInfos"].as_array().unwrap().iter().find(|target| target["type"] == "page").unwrap();
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        let session = browser.command("Target.attachToTarget", &attach)["sessionId"].as_str().unwrap().to_owned();
        browser.session = Some(session);
        Some(browser)
    }

    pub(crate) fn command(&mut self, method: &str, parameters: &Value) -> Value {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let mut bytes = Vec::new();
            assert!(self.from.read_until(0, &mut bytes).unwrap() > 0, "the browser has ended");
            bytes.pop();
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["method"] == "Input.dragIntercepted" {
                self.dragged = answer["params"]["data"].clone();
            }
            if answer["id"] == self.number {
                // A page that made itself anew meanwhile has no answer; what it shows then is looked at again.
                if answer["error"]["message"].as_str().is_some_and(|said| said.contains("navigated")) {
                    return Value::Null;
                }
                assert!(answer["error"].is_null(), "{answer}");
                return answer["result"].clone();
            }
        }
    }

    pub(crate) fn go(&mut self, address: &str) {
        self.command("Page.navigate", &json!({"url": address}));
    }

    /// What a script comes to; a promise is waited for.
    pub(crate) fn run(&mut self, script: &str) -> Value {
        let asked = json!({"expression": script, "returnByValue": true, "awaitPromise": true});
        self.command("Runtime.evaluate", &asked)["result"]["value"].clone()
    }

    /// Waits until the page says yes. While it is being loaded it says nothing.
    #[track_caller]
    pub(crate) fn until(&mut self, question: &str) {
        for _ in 0..LOOKS_MAX {
            if self.run(question) == true {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let page = self.run("document.body.innerText");
        panic!("never: {question}\n{page}");
    }
}

impl Browser {
    /// Goes to a page and waits until it is whole.
    #[track_caller]
    pub(crate) fn open_page(&mut self, address: &str) {
        self.go("about:blank");
        self.until("location.href == 'about:blank'");
        self.go(address);
        self.until("location.href != 'about:blank' && document.readyState == 'complete'");
    }

    /// A window of so many CSS pixels, on a screen that shows each as `zoom` pixels, light or dark.
    pub(crate) fn window(&mut self, width: u32, height: u32, zoom: f64, is_dark: bool) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": zoom, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", &metrics);
        let scheme = json!({"name": "prefers-color-scheme", "value": if is_dark { "dark" } else { "light" }});
        self.command("Emulation.setEmulatedMedia", &json!({"features": [scheme]}));
    }

    /// What the window shows, as a PNG.
    pub(crate) fn picture(&mut self, width: u32, height: u32) -> Vec<u8> {
        let down = self.run("scrollY");
        let clip = json!({"x": 0, "y": down, "width": width, "height": height, "scale": 1});
        let asked = json!({"format": "png", "clip": clip});
        let data = self.command("Page.captureScreenshot", &asked)["data"].as_str().unwrap().to_owned();
        data_encoding::BASE64.decode(data.as_bytes()).unwrap()
    }

    /// Drags with the mouse, from one thing to the upper edge of another that stands above it, not farther than a window.
    fn drag(&mut self, from: &str, to: &str) {
        self.run(&format!("document.querySelector('{to}').scrollIntoView({{block: 'start'}})"));
        let mut point = |what: &str| {
            let middle = format!(
                "(() => {{ const box = document.querySelector('{what}').getBoundingClientRect(); \
                 return [box.left + box.width / 2, box.top + 4]; }})()"
            );
            let at = self.run(&middle);
            (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())
        };
        let (from, to) = (point(from), point(to));
        let mouse = |kind: &str, at: (f64, f64), buttons: u32| json!({"type": kind, "x": at.0, "y": at.1, "button": "left", "buttons": buttons, "clickCount": 1});
        self.command("Input.setInterceptDrags", &json!({"enabled": true}));
        self.command("Input.dispatchMouseEvent", &mouse("mousePressed", from, 1));
        for step in [4.0, 8.0, 16.0] {
            self.command("Input.dispatchMouseEvent", &mouse("mouseMoved", (from.0 + step, from.1 + step), 1));
        }
        self.until("true");
        assert!(!self.dragged.is_null(), "nothing was taken along");
        for kind in ["dragEnter", "dragOver", "drop"] {
            let event = json!({"type": kind, "x": to.0, "y": to.1, "data": self.dragged});
            self.command("Input.dispatchDragEvent", &event);
        }
        self.command("Input.dispatchMouseEvent", &mouse("mouseReleased", to, 0));
        self.command("Input.setInterceptDrags", &json!({"enabled": false}));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A feed in each language, with one item each, that nothing but a person knows to be one story.
fn feeds() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 4096];
            let n = stream.read(&mut head).unwrap_or(0);
            let (title, text, path) = if String::from_utf8_lossy(&head[..n]).contains("/fr.xml") {
                ("Portes ouvertes aux archives", "Venez voir les lettres des premiers communicateurs.", "fr/portes")
            } else {
                ("Open house at the archives", "Come and see the letters of the first communicators.", "en/house")
            };
            let body = format!(
                "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title><item><title>{title}</title>\
                 <link>https://example.ca/{path}</link><pubDate>20 Nov 2026 12:00:00 GMT</pubDate>\
                 <description>{text}</description></item></channel></rss>"
            );
            let n = body.len();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {n}\r\nconnection: close\r\n\r\n{body}");
        }
    });
    format!(
        "[[feed]]\nid = \"archives\"\nsection = \"gcnews\"\nen = \"http://{address}/en.xml\"\nfr = \"http://{address}/fr.xml\"\n\
         allow_private = true\npair = \"none\"\n"
    )
}

/// Lines that came.
fn came(before: &str, after: &str) -> Vec<String> {
    after.lines().filter(|line| !before.lines().any(|other| other == *line)).map(str::to_owned).collect()
}

#[test]
fn an_editor_moves_rewords_and_pairs_and_the_file_says_this_and_nothing_else() {
    let Some(mut browser) = Browser::open() else { return };
    let office = Office::with_two_stories();
    office.write("sources.toml", &feeds());
    office.run(&["compose", ISSUE]);
    let before = office.read(TOML);
    let ids: Vec<&str> = before
        .lines()
        .filter(|line| line.contains("\"archives-"))
        .map(|line| line.split('"').nth(1).unwrap())
        .collect();
    let of =
        |title: &str| before.lines().find(|line| line.contains(title)).unwrap().split('"').nth(1).unwrap().to_owned();
    let (english, french) = (of("Open house"), of("Portes ouvertes"));
    assert_eq!(ids.len(), 2, "{before}");

    let desk = Desk::closed(&office, &[]);
    browser.go(&desk.address);
    browser.until("location.pathname == '/en/' && document.readyState == 'complete'");

    // A story is picked with a button: now it lacks its French, which blocks.
    browser.run(&format!("document.querySelector('[data-id=\"{english}\"] [data-k=pick]').click()"));
    browser.until(&format!("!!document.querySelector('[data-list=pick] [data-id=\"{english}\"]')"));
    browser.until("!!document.querySelector('.chips .E')");
    // Another is held with a key.
    browser.run("document.querySelector('[data-id=file-mentoring] a').focus()");
    let key = |kind: &str| json!({"type": kind, "key": "h", "code": "KeyH", "text": "h", "windowsVirtualKeyCode": 72});
    browser.command("Input.dispatchKeyEvent", &key("keyDown"));
    browser.command("Input.dispatchKeyEvent", &key("keyUp"));
    browser.until("!!document.querySelector('[data-list=held] [data-id=file-mentoring]')");
    browser.until("document.getElementById('said').textContent.includes('held for another month')");
    // It was alone in its list: the keyboard goes on at the next one.
    browser.until("!!document.activeElement.closest('[data-id]:not([data-id=file-mentoring])')");

    // The French of a third is reworded.
    browser.run("document.querySelector('[data-id=file-learning-day] a').click()");
    browser.until("!!document.getElementById('f-title-fr')");
    browser.run("document.getElementById('f-title-fr').value = 'Une journée pour apprendre'");
    browser.run("document.querySelector('form[data-texts] button.main').click()");
    browser.until("document.getElementById('said').textContent.includes('saved: title')");

    // The two halves are one story: what blocked is gone.
    browser.run(&format!("location.pathname = '/en/story/{english}'"));
    browser.until("!!document.getElementById('twin')");
    browser.until("document.querySelector('.found .E').innerText.includes('BIL-01')");
    browser.run(&format!("document.getElementById('twin').value = '{french}'"));
    browser.run("document.getElementById('twin').form.querySelector('button').click()");
    browser.until("document.getElementById('said').textContent.includes('one story in both languages')");
    browser.until("!document.querySelector('.found .E') && !document.querySelector('.chips .E')");

    let after = office.read(TOML);
    let new = came(&before, &after);
    let expected = [
        "held = [".to_owned(),
        "[story.\"file-learning-day\".fr]".to_owned(),
        "title = \"Une journée pour apprendre\"".to_owned(),
        "[[pair]]".to_owned(),
        format!("story = \"{english}\""),
        format!("twin = \"{french}\""),
    ];
    assert_eq!(new, expected, "{after}");
    assert!(office.read("issues/2026-12/editions/fr.txt").contains("Portes ouvertes aux archives"));
}

#[test]
fn an_editor_drags_keeps_a_translation_gathers_and_asks_for_approval() {
    let Some(mut browser) = Browser::open() else { return };
    let office = Office::with_two_stories();
    let newsletter = office.read("newsletter.toml");
    office.write(
        "newsletter.toml",
        &format!("{newsletter}\n[[approver]]\nname = \"Ana Silva\"\nemail = \"ana@example.gc.ca\"\n"),
    );
    office.run(&["compose", ISSUE, "--offline"]);
    let before = office.read(TOML);
    let desk = Desk::closed(&office, &[]);
    browser.window(1200, 1600, 1.0, false);
    browser.go(&desk.address);
    browser.until("location.pathname == '/en/' && document.readyState == 'complete'");

    // A story is taken by the mouse and let go on another, in another section: it stands before that one.
    browser.drag("[data-id=file-mentoring]", "[data-id=file-learning-day]");
    browser.until("document.querySelectorAll('[data-section=learningday][data-list=pick] [data-id]').length == 2");
    browser.until("document.querySelector('[data-section=learningday] [data-id]').dataset.id == 'file-mentoring'");
    let line = |text: &str| text.lines().find(|line| line.contains("\"file-mentoring\"")).unwrap().to_owned();
    assert_eq!(line(&before), line(&office.read(TOML)), "its line is moved as it is");
    browser.run("document.querySelector('[formaction=\"/en/do/undo\"]').click()");
    browser.until("document.getElementById('said').textContent.includes('undone')");
    assert_eq!(office.read(TOML), before);

    // The English has changed a little: somebody says that the French still says the same.
    office.run(&["translate", "export", ISSUE]);
    office.edit("stories/mentoring.md", "a sense of humour", "some sense of humour");
    browser.run("location.pathname = '/en/story/file-mentoring'");
    browser.until("!!document.querySelector('form[action=\"/en/do/keep\"]')");
    browser.run("document.querySelector('form[action=\"/en/do/keep\"] [name=by]').value = 'Camille Roy'");
    browser.run("document.querySelector('form[action=\"/en/do/keep\"] button').click()");
    browser.until("document.getElementById('said').textContent.includes('stays as it is')");
    browser.until("!document.querySelector('form[action=\"/en/do/keep\"]')");

    // A feed has something new.
    office.write("sources.toml", &feeds());
    browser.run("location.pathname = '/en/'");
    browser.until("location.pathname == '/en/' && !!document.querySelector('[formaction=\"/en/do/gather\"]')");
    browser.run("document.querySelector('[formaction=\"/en/do/gather\"]').click()");
    browser.until("document.getElementById('said').textContent.includes('gathered: 2 new stories, 0 silent')");
    browser.until("document.body.innerText.includes('Open house at the archives')");

    // The approver is asked, once.
    browser.run("location.pathname = '/en/approval'");
    browser.until("!!document.querySelector('[action=\"/en/do/ask\"] button, [formaction=\"/en/do/ask\"]')");
    browser.run("document.querySelector('[action=\"/en/do/ask\"] button, [formaction=\"/en/do/ask\"]').click()");
    browser.until("document.getElementById('said').textContent.includes('were asked')");
    browser.until("document.body.innerText.includes('Ana Silva')");
    let asked = office.outbox();
    assert_eq!(asked.iter().filter(|mail| mail.contains("ana@example.gc.ca")).count(), 2, "each language once");
}

#[test]
fn what_is_typed_stays_when_the_story_is_deleted_and_when_the_file_is_broken() {
    let Some(mut browser) = Browser::open() else { return };
    let office = Office::with_two_stories();
    office.run(&["compose", ISSUE, "--offline"]);
    let desk = Desk::closed(&office, &["--lang", "fr"]);
    browser.go(&desk.address);
    browser.until("location.pathname == '/fr/' && document.readyState == 'complete'");
    browser.run("location.pathname = '/fr/story/file-mentoring'");
    browser.until("!!document.getElementById('f-title-fr')");
    browser.run("document.getElementById('f-title-fr').value = 'Ce que je tape'");
    let good = office.read(TOML);
    office.write(TOML, &good.replacen("held = []", "held = [", 1));
    browser
        .until("!!document.getElementById('broken') && document.getElementById('broken').innerText.includes('ligne')");
    assert_eq!(browser.run("document.getElementById('f-title-fr').value"), "Ce que je tape");
    office.write(TOML, &good);
    browser.until("!document.getElementById('broken')");
    std::fs::remove_file(office.path().join("stories/mentoring.md")).unwrap();
    browser.until("!!document.querySelector('.chips .E')");
    assert_eq!(browser.run("document.getElementById('f-title-fr').value"), "Ce que je tape");
    // Saved all the same: the words wait in the file for the day on which the story is back.
    browser.run("document.querySelector('form[data-texts] button.main').click()");
    browser.until("document.getElementById('said').textContent.includes('enregistré')");
    assert!(office.read(TOML).contains("Ce que je tape"));
}
