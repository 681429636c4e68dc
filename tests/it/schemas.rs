//! What other programs read: real outputs of every command with `--json` against the schemas of `docs/schemas/`. A field
//! that no schema names fails too, as does a schema that no output was held against.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::office::{ISSUE, Office};
use crate::tree;

/// Keywords that say nothing of a value.
const SILENT: [&str; 3] = ["$schema", "title", "description"];

/// The schemas, and which were used.
struct Schemas {
    all: BTreeMap<String, Value>,
    used: RefCell<BTreeSet<String>>,
}

impl Schemas {
    fn load() -> Self {
        let folder = tree::root().join("docs/schemas");
        let name = |file: &std::path::Path| file.to_str().unwrap().strip_suffix(".schema.json").unwrap().to_owned();
        let files = tree::files(&folder).into_iter();
        let read = |file: &std::path::Path| {
            serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap()
        };
        Self { all: files.map(|file| (name(&file), read(&file))).collect(), used: RefCell::default() }
    }

    #[track_caller]
    fn hold(&self, name: &str, value: &Value) {
        let wrong = self.wrong(&json!({"$ref": format!("{name}.schema.json")}), value, name);
        assert!(wrong.is_empty(), "{}\n{value:#}", wrong.join("\n"));
    }

    /// What of a value is not as a schema says: the keywords of JSON Schema that our schemas use, and no others.
    fn wrong(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        let mut wrong = Vec::new();
        for (keyword, says) in schema.as_object().unwrap() {
            match keyword.as_str() {
                silent if SILENT.contains(&silent) => {}
                "$ref" => {
                    let name = says.as_str().unwrap().strip_suffix(".schema.json").unwrap();
                    self.used.borrow_mut().insert(name.to_owned());
                    wrong.extend(self.wrong(&self.all[name], value, at));
                }
                "type" => {
                    let is_fine = says.as_str().map_or_else(
                        || says.as_array().unwrap().iter().any(|one| is_of(one.as_str().unwrap(), value)),
                        |one| is_of(one, value),
                    );
                    wrong.extend((!is_fine).then(|| format!("{at}: {value} is not {says}")));
                }
                "enum" if says.as_array().unwrap().contains(value) => {}
                "enum" => wrong.push(format!("{at}: {value} is none of {says}")),
                "pattern" => {
                    let is_fine = value
                        .as_str()
                        .is_none_or(|text| regex::Regex::new(says.as_str().unwrap()).unwrap().is_match(text));
                    wrong.extend((!is_fine).then(|| format!("{at}: {value} is not like {says}")));
                }
                "minimum" => {
                    let is_fine = value.as_f64().is_none_or(|number| number >= says.as_f64().unwrap());
                    wrong.extend((!is_fine).then(|| format!("{at}: {value} is below {says}")));
                }
                "anyOf" => {
                    let tried: Vec<_> = says.as_array().unwrap().iter().map(|one| self.wrong(one, value, at)).collect();
                    if tried.iter().all(|wrong| !wrong.is_empty()) {
                        wrong.extend(tried.into_iter().flatten());
                    }
                }
                "required" => {
                    let Some(fields) = value.as_object() else { continue };
                    let missing =
                        says.as_array().unwrap().iter().filter(|name| !fields.contains_key(name.as_str().unwrap()));
                    wrong.extend(missing.map(|name| format!("{at}: {name} is missing")));
                }
                "properties" => wrong.extend(self.wrong_fields(says, value, at)),
                "additionalProperties" => {
                    let fields = value.as_object().into_iter().flatten();
                    wrong.extend(fields.flat_map(|(name, one)| self.wrong(says, one, &format!("{at}.{name}"))));
                }
                "items" => {
                    let items = value.as_array().into_iter().flatten().enumerate();
                    wrong.extend(items.flat_map(|(n, one)| self.wrong(says, one, &format!("{at}[{n}]"))));
                }
                other => panic!("{at}: this test does not know the keyword `{other}`"),
            }
        }
        wrong
    }

    fn wrong_fields(&self, says: &Value, value: &Value, at: &str) -> Vec<String> {
        let fields = value.as_object().into_iter().flatten();
        fields
            .flat_map(|(name, one)| match says.get(name) {
                Some(schema) => self.wrong(schema, one, &format!("{at}.{name}")),
                None => vec![format!("{at}: no schema names `{name}`")],
            })
            .collect()
    }
}

fn is_of(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no such type: {other}"),
    }
}

/// Outputs of an office's month, each held against its schema.
struct Month<'a> {
    office: Office,
    schemas: &'a Schemas,
}

impl Month<'_> {
    #[track_caller]
    fn run(&self, name: &str, line: &[&str]) -> Value {
        let said = self.office.run(&[line, &["--json"]].concat());
        let json = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{line:?}: no JSON: {}", said.text));
        self.schemas.hold(name, &json);
        json
    }

    #[track_caller]
    fn file(&self, name: &str, file: &str) {
        self.schemas.hold(name, &serde_json::from_str(&self.office.read(file)).unwrap());
    }
}

#[test]
fn every_output_for_programs_is_as_its_schema_says_and_the_page_lists_them_all() {
    let schemas = Schemas::load();
    let month = Month { office: Office::with_two_stories(), schemas: &schemas };
    draft(&month);
    decide(&month);
    leave(&month);
    people(&month);
    let used = schemas.used.into_inner();
    let idle: Vec<&String> = schemas.all.keys().filter(|name| !used.contains(*name)).collect();
    assert!(idle.is_empty(), "no output was held against {idle:?}");
    let page = tree::text("docs/json.md").unwrap();
    let unlisted: Vec<&String> =
        schemas.all.keys().filter(|name| !page.contains(&format!("(schemas/{name}.schema.json)"))).collect();
    assert!(unlisted.is_empty(), "docs/json.md does not list {unlisted:?}");
}

/// Stories come in, one of them in French only and with a mistake; the sources are silent.
fn draft(month: &Month<'_>) {
    let office = &month.office;
    month.run("init", &["init", "another"]);
    month.run("story-new", &["story", "new", "begun"]);
    std::fs::remove_file(office.path().join("stories/begun.md")).unwrap();
    office.write("stories/seul.fr.md", "---\nsectoin: tools\n---\n# Un outil\n\nUn texte.\n");
    month.run("story-check", &["story", "check"]);
    month.run("sources-check", &["sources", "check", "--offline"]);
    month.run("harvest", &["gather", ISSUE, "--offline"]);
    month.file("harvest", "issues/2026-12/harvest.json");
    month.run("curate", &["curate", ISSUE]);
    office.edit("issues/2026-12/issue.toml", "  \"file-seul\"", "# \"file-seul\"");
    office.edit("issues/2026-12/issue.toml", "pick = [\n", "pick = [\n  \"file-seul\",\n");
    let checked = month.run("check", &["compose", ISSUE, "--offline"]);
    assert_eq!(checked["blocked"], true, "the French story lacks its English");
    month.file("check", "issues/2026-12/check.json");
    month.file("web", "issues/2026-12/web.json");
    month.run("coverage", &["coverage"]);
    month.run("calendar", &["calendar"]);
    let exported = month.run("translate-export", &["translate", "export"]);
    let file = exported["exports"][0]["files"][0].as_str().unwrap().to_owned();
    month.run("translate-import", &["translate", "import", &file, "--by", "T"]);
    month.run("translate-keep", &["translate", "keep", "file-mentoring", "--by", "C"]);
    assert!(!month.run("status", &["status", ISSUE])["translations"].as_array().unwrap().is_empty());
    std::fs::remove_file(office.path().join("stories/seul.fr.md")).unwrap();
    office.edit("issues/2026-12/issue.toml", "  \"file-seul\",\n", "");
}

/// Templates, findings, approvals.
fn decide(month: &Month<'_>) {
    let office = &month.office;
    month.run("templates-list", &["templates", "list"]);
    let own = office.run(&["templates", "show", "html/event.hbs"]).out;
    std::fs::create_dir_all(office.path().join("templates/html")).unwrap();
    office.write("templates/html/event.hbs", &format!("{own}<!-- ours -->\n"));
    let changed = month.run("templates-diff", &["templates", "diff", "--yours"]);
    assert!(!changed.as_array().unwrap().is_empty());
    std::fs::remove_file(office.path().join("templates/html/event.hbs")).unwrap();
    let text = office.read("stories/mentoring.md");
    office.write("stories/mentoring.md", &text.replacen("## fr\n", "## fr\nUn prix : 5 % de moins,  vraiment.\n", 1));
    month.run("check", &["compose", ISSUE, "--offline"]);
    month.run("check-fix", &["check", ISSUE, "--fix"]);
    month.run("check-setup", &["check", "--setup"]);
    month.run("check-handover", &["check", "--handover"]);
    month.run("rule", &["check", "--explain", "TYP-02"]);
    month.run("rule", &["check", "--explain", "STY-09"]);
    month.run("waive", &["waive", "STY-09", "file-mentoring", "--by", "C", "--why", "a title", "--issue", ISSUE]);
    office.write("stories/mentoring.md", &text);
    office.edit("issues/2026-12/issue.toml", "[[waiver]]", "[[waiver]] # gone\n[[waiver]]");
    let toml = office.read("issues/2026-12/issue.toml");
    office.write("issues/2026-12/issue.toml", toml.split("[[waiver]]").next().unwrap());
    let newsletter = office.read("newsletter.toml");
    office.write(
        "newsletter.toml",
        &format!("{newsletter}\n[[approver]]\nname = \"Ana Silva\"\nemail = \"ana@example.gc.ca\"\n"),
    );
    month.run("check", &["compose", ISSUE, "--offline"]);
    month.run("approve-request", &["approve", ISSUE, "--request"]);
    let waits = month.run("status", &["status", ISSUE]);
    assert_eq!(waits["editions"]["fr"]["awaited"][0]["by"], "Ana Silva");
    office.write("reply.eml", "From: ana@example.gc.ca\r\nSubject: Re\r\n\r\nApproved\r\n");
    month.run("approve-reply", &["approve", "--reply", "reply.eml"]);
    office.write("newsletter.toml", &newsletter);
    office.run(&["compose", ISSUE, "--offline"]);
    for language in ["en", "fr"] {
        month.run("approve", &["approve", ISSUE, "--edition", language, "--by", "Camille Roy"]);
    }
    month.run("word", &["word", ISSUE]);
    month.run("story-list", &["story", "list"]);
}

/// The issue leaves, and what is known of it after.
fn leave(month: &Month<'_>) {
    month.run("test", &["test", ISSUE, "--to", "ana@example.gc.ca"]);
    month.run("rehearse", &["rehearse", ISSUE]);
    month.run("run-explain", &["run", "--explain"]);
    month.run("send-dry-run", &["send", ISSUE, "--dry-run"]);
    let line = month.office.run(&["status", ISSUE, "--log-format", "json"]).text;
    month.schemas.hold("log-line", &serde_json::from_str(line.lines().next().unwrap()).unwrap());
    month.run("send", &["send", ISSUE, "--yes"]);
    month.run("send", &["send", ISSUE, "--yes"]);
    month.run("status", &["status", ISSUE]);
    month.run("resolve", &["resolve", ISSUE]);
    month.run("report", &["report", ISSUE]);
    month.run("share", &["share"]);
    month.run("archive", &["archive"]);
    month.run("archive-check", &["archive", "--check"]);
    month.run("archive-bundle", &["archive", "--bundle", ISSUE]);
    month.run("backup", &["backup", "b.zip"]);
    month.run("restore", &["restore", "b.zip", "--replace"]);
    move_ledger(month);
    month.run("correct", &["correct", ISSUE]);
    month.run("run", &["run"]);
    let later = month.office.run(&["cancel", "2027-01", "--yes", "--json"]);
    month.schemas.hold("control", &later.json());
    let desk = crate::desk::Desk::closed(&month.office, &[]);
    month.schemas.hold("preview", &desk.said);
}

/// Where there is PostgreSQL.
fn move_ledger(month: &Month<'_>) {
    let Some(server) = crate::server::Server::start() else {
        month.schemas.used.borrow_mut().insert("ledger-move".to_owned());
        return;
    };
    let mut command = month.office.command(&["ledger", "move", "--to", "postgres", "--dry-run", "--json"]);
    let said = command.env(concat!("CCO_NEWS", "_LEDGER"), server.url()).output().unwrap();
    month.schemas.hold("ledger-move", &crate::office::Said::of(&said).is(0).json());
}

fn people(month: &Month<'_>) {
    let who = "ana@example.gc.ca";
    month.run("subscribers-import-dry-run", &["subscribers", "import", "--dry-run"]);
    month.run("subscribers-import", &["subscribers", "import"]);
    month.run("subscribers-change", &["subscribers", "add", who, "--basis", "by phone", "--language", "fr"]);
    month.run("subscribers-change", &["subscribers", "remove", who]);
    month.run("subscribers-change", &["subscribers", "restore", who, "--reason", "wrote"]);
    month.run("subscribers-list", &["subscribers", "list"]);
    month.run("subscribers-history", &["subscribers", "history", who]);
    month.run("subscribers-move", &["subscribers", "move", who, "silva@example.gc.ca"]);
    let domain = &["subscribers", "move", "example.ca", "new.example", "--domain", "--dry-run"];
    month.run("subscribers-move-domain", domain);
    month.run("subscribers-erase", &["subscribers", "erase", "silva@example.gc.ca"]);
    month.run("subscribers-retention", &["subscribers", "retention", "--dry-run"]);
    month.office.write("back.mbox", "From x Wed Dec  2 09:00:00 2026\nFrom: a@example.ca\nSubject: Unsubscribe\nMessage-ID: <x@example.ca>\n\nunsubscribe\n");
    month.run("receive", &["receive", "--mbox", "back.mbox"]);
}
