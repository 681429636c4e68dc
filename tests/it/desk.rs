//! The editor's desk, over HTTP as a browser speaks it: what is decided there is in `issue.toml` and nothing else is, and
//! nobody but its editor comes in.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::office::{ISSUE, Office};

const TOML: &str = "issues/2026-12/issue.toml";
/// Longer than any answer takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// An open desk; closed at the end.
pub(crate) struct Desk {
    child: Child,
    /// The one-time address.
    pub(crate) address: String,
    /// What it said of itself.
    pub(crate) said: serde_json::Value,
    host: String,
    cookie: String,
}

/// What the desk answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Desk {
    pub(crate) fn open(office: &Office, more: &[&str]) -> Self {
        let mut desk = Self::closed(office, more);
        let answer = desk.get(&desk.address.clone());
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut desk.cookie);
        desk
    }

    /// A desk whose one-time address nobody has used.
    pub(crate) fn closed(office: &Office, more: &[&str]) -> Self {
        let mut command = office.command(&["preview", ISSUE, "--json", "--no-open"]);
        let mut child = command.args(more).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut json = String::new();
        while serde_json::from_str::<serde_json::Value>(&json).is_err() {
            assert!(out.read_line(&mut json).unwrap() > 0, "it ended: {json}");
        }
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let address = json["address"].as_str().unwrap().to_owned();
        let host = json["listens"].as_str().unwrap().to_owned();
        Self { child, address, said: json, host, cookie: String::new() }
    }

    /// A request as it is written; `{host}` and `{cookie}` are filled in.
    pub(crate) fn raw(&self, request: &str) -> Answer {
        let request = request.replace("{host}", &self.host).replace("{cookie}", &self.cookie);
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase().replace('\r', ""), body: body.to_owned() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let path = path.strip_prefix(&format!("http://{}", self.host)).unwrap_or(path);
        self.raw(&format!("GET {path} HTTP/1.1\r\nHost: {{host}}\r\nCookie: {{cookie}}\r\nConnection: close\r\n\r\n"))
    }

    /// A form as the desk's own page sends it; gives the page to which it leads.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = self.raw(&format!(
            "POST {path} HTTP/1.1\r\nHost: {{host}}\r\nOrigin: http://{{host}}\r\nCookie: {{cookie}}\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        match answer.head.lines().find_map(|line| line.strip_prefix("location: ")) {
            Some(to) => self.get(to.split('#').next().unwrap()),
            None => answer,
        }
    }

    /// What the page says was done.
    #[track_caller]
    fn said(&self, path: &str, fields: &[(&str, &str)], part: &str) -> String {
        let answer = self.post(path, fields);
        let said = between(&answer.body, "role=\"status\">", "</p>").to_owned();
        assert!(said.contains(part), "{}: `{said}` does not say `{part}`", answer.status);
        answer.body
    }

    /// The mark of a text as a page shows it.
    fn mark(&self, page: &str, name: &str) -> String {
        between(&self.get(page).body, &format!("name=\"seen.{name}\" value=\""), "\"").to_owned()
    }

    fn version(&self) -> u64 {
        between(&self.get("/en/words").body, "data-version=\"", "\"").parse().unwrap()
    }

    /// Waits until something newer than a version is shown, as the page does.
    fn newer_than(&self, version: u64) -> u64 {
        self.get(&format!("/wait?after={version}")).body.parse().unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let rest = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}")).1;
    rest.split_once(end).unwrap().0
}

/// Lines that went and lines that came.
fn changed(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let only = |a: &str, b: &str| {
        a.lines().filter(|line| !b.lines().any(|other| other == *line)).map(str::to_owned).collect::<Vec<_>>()
    };
    (only(before, after), only(after, before))
}

#[test]
fn a_desk_is_open_to_one_browser_and_to_nobody_else() {
    let office = Office::with_two_stories();
    let desk = Desk::open(&office, &[]);
    assert_eq!(desk.get(&desk.address).status, 403, "its address holds once");
    let before = office.read(TOML);
    let get = |more: &str| desk.raw(&format!("GET /en/ HTTP/1.1\r\nConnection: close\r\n{more}\r\n")).status;
    assert_eq!(get("Host: {host}\r\nCookie: {cookie}\r\n"), 200);
    assert_eq!(get("Host: {host}\r\n"), 403, "another browser");
    assert_eq!(get("Host: evil.example\r\nCookie: {cookie}\r\n"), 403, "a name that was bent to this machine");
    let post = |more: &str| {
        let body = "m=dropped%3Bfile-mentoring%3Bmentoring%3Bpick&back=/en/";
        let length = body.len();
        let head = format!("POST /en/do/move HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n");
        desk.raw(&format!("{head}{more}\r\n{body}")).status
    };
    assert_eq!(post("Host: {host}\r\nCookie: {cookie}\r\n"), 403, "no origin");
    assert_eq!(
        post("Host: {host}\r\nCookie: {cookie}\r\nOrigin: https://evil.example\r\n"),
        403,
        "another site's page"
    );
    assert_eq!(post("Host: {host}\r\nCookie: {cookie}\r\nOrigin: null\r\n"), 403);
    assert_eq!(post("Host: {host}\r\nOrigin: http://{host}\r\n"), 403, "no cookie");
    assert_eq!(office.read(TOML), before);
    let page = desk.get("/en/");
    for header in ["frame-ancestors 'none'", "cache-control: no-store", "x-content-type-options: nosniff"] {
        assert!(page.head.contains(header), "{}", page.head);
    }
    assert!(desk.get("/en/edition/en/phone").head.contains("sandbox"), "an edition runs nothing");
    assert_eq!(desk.get("/en/story/nobody").status, 404);
    // A form leads back to the desk, whatever it says.
    let moves = [("m", "held;file-mentoring;mentoring;pick"), ("back", "//evil.example/")];
    assert_eq!(desk.post("/fr/do/move", &moves).status, 200);
}

#[test]
fn a_story_moved_at_the_desk_is_one_line_moved_and_undo_leaves_no_trace() {
    let office = Office::with_two_stories();
    let desk = Desk::open(&office, &[]);
    let before = office.read(TOML);
    let line = before.lines().find(|line| line.contains("\"file-mentoring\"")).unwrap().to_owned();
    desk.said(
        "/en/do/move",
        &[("m", "held;file-mentoring;mentoring;pick"), ("back", "/en/")],
        "held for another month",
    );
    let after = office.read(TOML);
    let without = before.replace(&format!("{line}\n"), "");
    let (head, tail) = without.split_once("id = \"mentoring\"").unwrap();
    let tail = tail.replacen("held = []", &format!("held = [\n{line}\n]"), 1);
    assert_eq!(after, format!("{head}id = \"mentoring\"{tail}"), "only its line has moved");
    assert!(!office.read("issues/2026-12/editions/en.txt").contains("Mentoring"), "the editions follow");
    // The page still shows where it was: nothing is moved from there.
    desk.said("/en/do/move", &[("m", "dropped;file-mentoring;mentoring;pick"), ("back", "/en/")], "not moved");
    assert_eq!(office.read(TOML), after);
    let page = desk.said("/en/do/undo", &[("back", "/en/")], "undone: held");
    assert_eq!(office.read(TOML), before);
    assert!(page.contains("In the issue"));
    desk.said("/fr/do/redo", &[("back", "/fr/")], "rétabli\u{a0}: gardé");
    assert_eq!(office.read(TOML), after);
    let drag = "to;file-mentoring;mentoring;held;learningday;pick;file-learning-day";
    desk.said("/fr/do/move", &[("m", drag), ("back", "/fr/")], "dans le numéro, Journée d&#39;apprentissage");
    let lists = office.read(TOML);
    assert!(lists.find("\"file-mentoring\"").unwrap() < lists.find("\"file-learning-day\"").unwrap());
    desk.said("/en/do/move", &[("m", "down;file-mentoring;learningday;pick"), ("back", "/en/")], "later");
    let lists = office.read(TOML);
    assert!(lists.find("\"file-mentoring\"").unwrap() > lists.find("\"file-learning-day\"").unwrap());
}

#[test]
fn a_second_desk_says_that_there_is_another_and_neither_undoes_what_the_other_did() {
    let office = Office::with_two_stories();
    let note = "another desk is open on this newsletter";
    let (first, second) = (Desk::open(&office, &[]), Desk::open(&office, &[]));
    assert!(!first.get("/en/").body.contains(note) && second.get("/en/").body.contains(note));
    assert!(second.get("/fr/").body.contains("un autre bureau est ouvert"));
    // Both show the same story at the same place; the first moves it, the second is late.
    first.said("/en/do/move", &[("m", "held;file-mentoring;mentoring;pick"), ("back", "/en/")], "held");
    let after = office.read(TOML);
    second.said("/en/do/move", &[("m", "dropped;file-mentoring;mentoring;pick"), ("back", "/en/")], "not moved");
    assert_eq!(office.read(TOML), after);
    // What each does to another story stays.
    second.said("/en/do/move", &[("m", "dropped;file-learning-day;learningday;pick"), ("back", "/en/")], "dropped");
    first.said("/en/do/undo", &[("back", "/en/")], "undone: held");
    let lists = office.read(TOML);
    let list = |id: &str| {
        lists[..lists.find(id).unwrap()].rsplit_once(" = [").unwrap().0.rsplit('\n').next().unwrap().to_owned()
    };
    assert_eq!((list("\"file-mentoring\"").as_str(), list("\"file-learning-day\"").as_str()), ("pick", "dropped"));
    // A desk that was killed is not there any more.
    drop((first, second));
    assert!(!Desk::open(&office, &[]).get("/en/").body.contains(note));
}

#[test]
fn a_text_is_reworded_beside_its_source_and_two_hands_on_one_text_are_asked() {
    let office = Office::with_two_stories();
    let desk = Desk::open(&office, &[]);
    let before = office.read(TOML);
    let page = "/fr/story/file-mentoring";
    let mark = desk.mark(page, "title.fr");
    let write = |mark: &str, text: &str| {
        let fields = [("story", "file-mentoring"), ("seen.title.fr", mark), ("title.fr", text), ("back", page)];
        desk.post("/fr/do/write", &fields)
    };
    assert_eq!(write(&mark, "Le mentorat, à deux").status, 200);
    assert_eq!(
        office.read(TOML),
        format!("{before}\n[story.\"file-mentoring\".fr]\ntitle = \"Le mentorat, à deux\"\n")
    );
    assert!(office.read("issues/2026-12/editions/fr.txt").contains("Le mentorat, à deux"));
    // Somebody writes the same text by hand; the page of before does not win by itself.
    let mark = desk.mark(page, "title.fr");
    let version = desk.version();
    office.edit(TOML, "Le mentorat, à deux", "Le mentorat, autrement");
    assert!(desk.newer_than(version) > version, "the page hears of it");
    let answer = write(&mark, "Le mentorat, en duo");
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("Le mentorat, autrement") && answer.body.contains("Le mentorat, en duo"));
    assert!(office.read(TOML).contains("autrement"));
    let chosen = between(&answer.body, "name=\"seen.title.fr\" value=\"", "\"").to_owned();
    assert_eq!(write(&chosen, "Le mentorat, en duo").status, 200);
    assert!(office.read(TOML).contains("en duo"));
    let mark = desk.mark(page, "title.fr");
    let back = [
        ("story", "file-mentoring"),
        ("seen.title.fr", &*mark),
        ("title.fr", "x"),
        ("drop", "title.fr"),
        ("back", page),
    ];
    desk.said("/fr/do/write", &back, "enregistré");
    assert_eq!(office.read(TOML), before, "the source's words leave no trace");
    desk.said(
        "/en/do/write",
        &[
            ("story", ""),
            ("seen.subject.en", &desk.mark("/en/words", "subject.en")),
            ("subject.en", "Mentors wanted"),
            ("back", "/en/words"),
        ],
        "saved: subject",
    );
    assert_eq!(changed(&before, &office.read(TOML)).1, ["en = \"Mentors wanted\""]);
}

#[test]
fn an_issue_toml_broken_or_gone_is_shown_and_the_last_good_state_stays() {
    let office = Office::with_two_stories();
    let desk = Desk::open(&office, &["--lang", "fr"]);
    let good = office.read(TOML);
    let version = desk.version();
    office.write(TOML, &good.replacen("held = []", "hold = []", 1));
    let version = desk.newer_than(version);
    let page = desk.get("/fr/").body;
    let line = good.lines().position(|line| line == "held = []").unwrap() + 1;
    let told = between(&page, "id=\"broken\">", "</section>");
    assert!(told.contains(&format!("ligne {line}")) && told.contains("held"), "{told}");
    assert!(page.contains("file-mentoring"), "the last good state stays");
    desk.said(
        "/fr/do/move",
        &[("m", "held;file-mentoring;mentoring;pick"), ("back", "/fr/")],
        &format!("ligne {line}"),
    );
    assert!(office.read(TOML).contains("hold = []"), "nothing is written over it");
    std::fs::remove_file(office.path().join(TOML)).unwrap();
    let version = desk.newer_than(version);
    assert!(desk.get("/en/").body.contains("Put issue.toml back"));
    assert!(!office.path().join(TOML).exists(), "decisions are not replaced by a new proposal");
    desk.said("/en/do/restore", &[("back", "/en/")], "back");
    assert_eq!(office.read(TOML), good);
    assert!(desk.newer_than(version) > version);
    assert!(!desk.get("/en/").body.contains("id=\"broken\""));
}

#[test]
fn a_finding_is_explained_where_it_is_accepted_by_name_and_taken_back() {
    let office = Office::with_two_stories();
    let text = office.read("stories/mentoring.md");
    office.write(
        "stories/mentoring.md",
        &text.replacen("## en\n", "## en\nOn Tuesday, December 9, 2026, click here: the utilization of ASAP.\n", 1),
    );
    let desk = Desk::open(&office, &[]);
    let page = desk.get("/en/story/file-mentoring").body;
    let form = page.split("/en/do/waive").nth(1).expect("something may be waived");
    let rule = between(form, "name=\"rule\" value=\"", "\"").to_owned();
    assert!(page.contains("Explain") && page.contains("Breaks it"));
    let before = office.read(TOML);
    let fields =
        [("rule", &*rule), ("story", "file-mentoring"), ("by", ""), ("why", "a quotation"), ("back", "/en/findings")];
    desk.said("/en/do/waive", &fields, "your name");
    let fields = [
        ("rule", &*rule),
        ("story", "file-mentoring"),
        ("by", "Camille Roy"),
        ("why", "a quotation"),
        ("back", "/en/findings"),
    ];
    let page = desk.said("/en/do/waive", &fields, "accepted, by Camille Roy");
    assert!(page.contains("accepted by Camille Roy: a quotation"), "{page}");
    assert!(desk.get("/en/approval").body.contains("a quotation"), "the approver will see it");
    assert!(desk.get("/en/findings").body.contains("value=\"Camille Roy\""), "a name is asked for once");
    desk.said(
        "/en/do/unwaive",
        &[("rule", &rule), ("story", "file-mentoring"), ("back", "/en/findings")],
        "asked about again",
    );
    assert_eq!(office.read(TOML), before);
}

#[test]
fn a_story_dropped_into_the_folder_appears_and_every_way_of_looking_is_there() {
    let office = Office::with_two_stories();
    let desk = Desk::open(&office, &[]);
    let version = desk.version();
    office.write(
        "stories/late.md",
        "---\nsection: trends\ntitle: {en: A late story, fr: Un texte tardif}\n---\n## en\nA word.\n## fr\nUn mot.\n",
    );
    desk.newer_than(version);
    assert!(desk.get("/en/").body.contains("A late story"));
    for (view, part) in [
        ("phone", "<iframe"),
        ("dark", "<iframe"),
        ("no-images", "<iframe"),
        ("text", "Issue of December"),
        ("source", "&lt;!doctype html"),
        ("heard", "heading level 1"),
    ] {
        let body = desk.get(&format!("/en/editions?view={view}")).body;
        assert!(body.to_lowercase().contains(&part.to_lowercase()), "{view}");
    }
    assert!(!desk.get("/en/edition/en/no-images").body.contains(" src=\"data:"));
    let second = Desk::open(&office, &[]);
    assert!(second.get("/en/").body.contains("another desk is open"));
}

#[test]
fn an_issue_that_has_begun_to_leave_is_read_and_not_changed() {
    let office = Office::quick();
    office.run(&["send", ISSUE, "--yes", "--late"]);
    let desk = Desk::open(&office, &[]);
    let before = office.read(TOML);
    assert!(desk.get("/en/").body.contains("has begun to leave"));
    desk.said("/en/do/move", &[("m", "held;file-mentoring;mentoring;pick"), ("back", "/en/")], "begun to leave");
    assert_eq!(office.read(TOML), before);
}

/// The office's reverse proxy: whoever has its cookie is Camille Roy; it hands on what it gets, but for the header in which
/// it names the person, which never comes from outside. Gives where it listens.
fn proxy(desk: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = Vec::new();
            let mut bytes = [0; 4096];
            while !String::from_utf8_lossy(&request).contains("\r\n\r\n") {
                let n = stream.read(&mut bytes).unwrap();
                request.extend(&bytes[..n]);
            }
            let text = String::from_utf8(request).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let is_signed_in = head.contains("Cookie: office=camille");
            let mut lines: Vec<&str> =
                head.lines().filter(|line| !line.to_lowercase().starts_with("x-user:")).collect();
            if is_signed_in {
                lines.push("X-User: Camille Roy");
            }
            let mut to = TcpStream::connect(&desk).unwrap();
            to.write_all(format!("{}\r\n\r\n{body}", lines.join("\r\n")).as_bytes()).unwrap();
            let mut answer = Vec::new();
            to.read_to_end(&mut answer).unwrap();
            let _ = stream.write_all(&answer);
        }
    });
    address
}

#[test]
fn behind_a_proxy_the_person_is_the_one_whom_it_names_and_nobody_else_comes_in() {
    let office = Office::with_two_stories();
    let text = office.read("stories/mentoring.md");
    office.write("stories/mentoring.md", &text.replacen("## en\n", "## en\nClick here: the utilization of ASAP.\n", 1));
    office.run(&["compose", ISSUE, "--offline"]);
    office.run(&["preview", "--listen", "127.0.0.1:0"]).is(2);
    office.run(&["preview", "--listen", "127.0.0.1:0", "--auth-header", "X-User", "--url", "desk.example.ca"]).is(1);
    let more = ["--listen", "127.0.0.1:0", "--auth-header", "X-User", "--url", "https://desk.example.ca"];
    let mut desk = Desk::closed(&office, &more);
    assert_eq!(desk.address, "https://desk.example.ca");
    let own = "Host: desk.example.ca\r\nConnection: close\r\n";
    let get = |desk: &Desk, path: &str, more: &str| desk.raw(&format!("GET {path} HTTP/1.1\r\n{more}\r\n"));
    // Who reaches the port beside the proxy is not known, and the one-time address of a desk of one's own opens nothing.
    assert_eq!(get(&desk, "/en/", own).status, 403);
    assert_eq!(get(&desk, "/en/", &format!("{own}X-User:  \r\n")).status, 403, "a name of spaces is none");
    assert_eq!(get(&desk, "/open/x", own).status, 403);
    let listens = desk.said["listens"].as_str().unwrap().to_owned();
    desk.host = proxy(listens);
    let signed = format!("{own}Cookie: office=camille\r\n");
    assert_eq!(get(&desk, "/en/", own).status, 403, "not signed in");
    assert_eq!(get(&desk, "/en/", &format!("{own}X-User: Somebody\r\n")).status, 403, "the header came from outside");
    let forged = format!("{signed}X-User: The Director\r\n");
    let page = get(&desk, "/en/findings", &forged);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("in the name of Camille Roy") && !page.body.contains("The Director"));
    let bent = "Host: evil.example\r\nConnection: close\r\nCookie: office=camille\r\n";
    assert_eq!(get(&desk, "/en/", bent).status, 403, "a name that was bent to the proxy");
    let before = office.read(TOML);
    let form = page.body.split("/en/do/waive").nth(1).expect("something may be waived");
    let (rule, story) = (between(form, "name=\"rule\" value=\"", "\""), between(form, "name=\"story\" value=\"", "\""));
    let body = format!("rule={rule}&story={story}&why=a+quotation&by=The+Director&back=/en/findings");
    let post = |desk: &Desk, more: &str| {
        let n = body.len();
        desk.raw(&format!("POST /en/do/waive HTTP/1.1\r\n{signed}Content-Length: {n}\r\n{more}\r\n{body}")).status
    };
    assert_eq!(post(&desk, ""), 403, "no origin");
    assert_eq!(post(&desk, "Origin: https://evil.example\r\n"), 403, "another site's page");
    assert_eq!(post(&desk, "Origin: http://desk.example.ca\r\n"), 403, "not by TLS");
    assert_eq!(office.read(TOML), before);
    assert_eq!(post(&desk, "Origin: https://desk.example.ca\r\n"), 303);
    let new = changed(&before, &office.read(TOML)).1;
    assert!(new.contains(&"by = \"Camille Roy\"".to_owned()), "{new:?}");
}
