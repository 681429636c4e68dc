//! The layout of the project, the direction of its dependencies, and the house rules of its code. The tables come first:
//! to change a rule is to change a line here, and to say why.

use std::collections::{BTreeMap, BTreeSet};

use crate::{code, tree};

/// What may lie in the project's folder, and what for. A file that is not here is in the wrong place, or is new and
/// gets its line.
const TOP: &[(&str, &str)] = &[
    (".ci", "what a change must pass"),
    (".gitignore", "state, cache, issues and every subscriber file but the example"),
    ("ARCHITECTURE.md", "where things are, and which way they depend"),
    ("CHANGELOG.md", "what a user sees change"),
    ("CONTRIBUTING.md", "how to change it"),
    ("Cargo.lock", "the versions that were tested"),
    ("Cargo.toml", "dependencies, each with its reason, and lints"),
    ("LICENSE", "MIT"),
    ("README.md", "what it is, and the commands that a test runs"),
    ("SECURITY.md", "how to report a hole, and what is defended"),
    ("benches", "measurements of what we promise"),
    ("communities", "newsletters of other communities, for `cco-news init`"),
    ("clippy.toml", "calls that have a better place"),
    ("deny.toml", "licences and crates that may not come in"),
    ("docs", "the formats and settings in full"),
    ("fuzz", "what parses outside input, fed with noise"),
    ("justfile", "one-liners for people"),
    ("newsletter.toml", "the newsletter: who sends, in which languages, when"),
    ("packaging", "units, cron, aliases and a container, for a server"),
    ("rustfmt.toml", "the form of the code"),
    ("sources.toml", "the newsletter: what is read"),
    ("src", "the program"),
    ("stories", "the newsletter: the drop folder"),
    ("subscribers", "the newsletter: who receives it; in Git the example only"),
    ("templates", "the newsletter: how it looks, and its words"),
    ("tests", "what is tested from outside, and its fixtures"),
];

/// Without these a fresh clone is not the working newsletter that the README promises.
const NEEDED: &[&str] = &[
    "Cargo.toml",
    "README.md",
    "newsletter.toml",
    "sources.toml",
    "src",
    "stories",
    "subscribers",
    "templates",
    "tests",
];

/// Which of our modules each may name: `main → cli → web → stages → model`. A module that is not here fails.
const DIRECTION: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    (
        "cli",
        &[
            "config",
            "web",
            "gather",
            "curate",
            "translate",
            "compose",
            "check",
            "send",
            "receive",
            "archive",
            "http",
            "dns",
            "mail",
            "mailbox",
            "files",
            "packed",
            "ledger",
            "word",
            "xml",
            "model",
        ],
    ),
    ("config", &["files", "model"]),
    (
        "web",
        &[
            "config", "gather", "curate", "compose", "check", "send", "receive", "archive", "ledger", "mail", "files",
            "model",
        ],
    ),
    // The stages: never one another.
    ("gather", &["http", "files", "model"]),
    ("curate", &["model"]),
    ("translate", &["word", "xml", "model"]), // the forms in which translators get and send texts
    ("compose", &["files", "word", "model"]), // files: the newsletter's own templates
    ("check", &["model"]),
    ("send", &["ledger", "mail", "files", "model"]), // files: keys, which others may not read
    ("receive", &["model"]),
    ("archive", &["model"]),
    // The edges: the data and nothing else.
    ("http", &["model"]),
    ("dns", &["model"]),
    ("mail", &["model"]),
    ("mailbox", &["model"]),
    ("files", &["model"]),
    ("packed", &["model"]),
    ("ledger", &["model"]),
    ("word", &["xml", "model"]),
    ("xml", &[]),
    ("model", &[]),
    ("lib", &[]),
];

/// For crates that are the language of the whole program.
const ANYWHERE: &[&str] = &["*"];

/// The homes of each outside crate: the only modules that may name it. What one module knows can be replaced.
const HOMES: &[(&str, &[&str])] = &[
    ("ammonia", &["gather"]),
    ("anyhow", ANYWHERE),
    ("axum", &["web"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("csv", &["cli", "send", "gather"]),
    ("data_encoding", ANYWHERE),
    ("email_encoding", &["compose", "mail", "send"]),
    ("encoding_rs", &["files", "gather", "http", "send"]),
    ("feed_rs", &["gather"]),
    ("fluent_bundle", &["compose"]),
    ("futures_util", &["cli", "gather", "http", "mail", "send"]),
    ("handlebars", &["compose"]),
    ("hmac", &["send"]),
    ("hyper", &["web"]),
    ("hyper_util", &["web"]),
    ("idna", &["model", "http"]),
    ("image", &["compose"]),
    ("indicatif", &["cli"]),
    ("jiff", ANYWHERE),
    ("lettre", &["mail"]),
    ("mrml", &["compose"]),
    ("pulldown_cmark", &["gather"]),
    ("quoted_printable", &["compose", "send"]),
    ("cfb", &["gather"]),
    ("mail_parser", &["gather", "receive"]),
    ("quick_xml", &["gather", "xml"]),
    ("zip", &["gather", "packed", "word"]),
    ("regex", &["check", "compose", "receive"]),
    ("reqwest", &["http"]),
    ("ring", &["send"]),
    ("rusqlite", &["ledger"]),
    ("rustix", &["files"]),
    ("rustls", &["http", "ledger", "mail", "mailbox", "send"]), // send: the system's randomness, for its key
    ("rustls_native_certs", &["http", "ledger", "mail", "mailbox"]),
    ("scraper", &["gather", "compose", "check", "archive"]), // archive: to look at its own pages from outside
    ("serde", ANYWHERE),
    ("serde_json", ANYWHERE),
    ("serde_saphyr", &["gather"]),
    ("sha2", ANYWHERE),
    ("tokio", &["cli", "dns", "gather", "http", "ledger", "mail", "send", "web"]),
    ("tokio_postgres", &["ledger"]),
    ("tokio_rustls", &["ledger", "mail"]),
    ("sys_locale", &["config"]),
    ("terminal_size", &["cli"]),
    (
        "toml_edit",
        // compose: look.toml; model: dates; send: secrets.toml
        &["check", "cli", "compose", "config", "curate", "model", "receive", "send"],
    ),
    ("tracing", ANYWHERE),
    ("tracing_subscriber", &["cli"]),
    ("unicode_normalization", &["model", "gather", "check", "compose", "translate"]),
    ("unicode_width", &["cli"]),
    ("url", ANYWHERE),
    ("whatlang", &["check", "gather"]),
];

/// One TLS stack, one provider; nothing that downloads while building; nothing unkept.
const BANNED_CRATES: &[&str] = &[
    "openssl",
    "openssl-sys",
    "openssl-src",
    "native-tls",
    "aws-lc-rs",
    "aws-lc-sys",
    "async-std",
    "smol",
    "serde_yaml",
];

/// Lines of code of a file, without comments, tables and tests: more is two files.
const FILE_LINES_MAX: usize = 400;

/// Files that are longer, with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Lines of a function: more does not fit a screen.
const FUNCTION_LINES_MAX: usize = 70;

/// What a placeholder says. While one stands, what cannot be true yet is not asked.
const PLACEHOLDER: &str = "//! In work.";

/// A file of code.
pub(crate) struct Module {
    file: String,
    text: String,
    bare: String,
}

impl Module {
    /// The first component under `src`: `gather` for `src/gather/feed.rs`.
    pub(crate) fn name(&self) -> &str {
        let inside = self.file.strip_prefix("src/").unwrap();
        inside.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// How a path of `super` reaches the root from here: twice from `src/gather/feed.rs`.
    fn way_to_root(&self) -> String {
        let inside = self.file.strip_prefix("src/").unwrap();
        let inside = inside.strip_suffix("/mod.rs").unwrap_or(inside);
        "super::".repeat(inside.split('/').count())
    }

    /// `tests.rs`, and what lies in `tests/`, is compiled for tests only.
    fn is_test(&self) -> bool {
        self.file.split('/').any(|part| part.trim_end_matches(".rs") == "tests")
    }

    fn is_placeholder(&self) -> bool {
        self.text.trim() == PLACEHOLDER
    }
}

fn modules() -> Vec<Module> {
    let files = tree::project_files().into_iter().filter(|file| file.starts_with("src/") && file.ends_with(".rs"));
    files
        .map(|file| {
            let text = tree::text(&file).unwrap();
            let bare = code::bare(&text);
            Module { file, text, bare }
        })
        .collect()
}

/// The modules of the program itself, without those for tests.
pub(crate) fn program() -> Vec<Module> {
    modules().into_iter().filter(|module| !module.is_test()).collect()
}

/// Fails with everything that is wrong at once, so that one run is enough.
pub(crate) fn assert_none(what: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{what}:\n  {}", wrong.join("\n  "));
}

#[test]
fn everything_at_the_top_is_known_and_what_the_readme_promises_is_there() {
    let there: BTreeSet<String> =
        tree::project_files().iter().map(|file| file.split('/').next().unwrap().to_owned()).collect();
    let known: BTreeSet<&str> = TOP.iter().map(|(name, _)| *name).collect();
    let strays: Vec<String> = there.iter().filter(|name| !known.contains(name.as_str())).cloned().collect();
    assert_none("not in the list of what lies at the top (tests/it/tidy.rs)", &strays);
    if program().iter().any(Module::is_placeholder) {
        return;
    }
    let absent: Vec<String> =
        NEEDED.iter().filter(|name| !there.contains(**name)).map(|name| (*name).to_owned()).collect();
    assert_none("not there", &absent);
}

#[test]
fn modules_depend_in_one_direction() {
    let direction: BTreeMap<&str, &[&str]> = DIRECTION.iter().copied().collect();
    let mut wrong = Vec::new();
    for module in program() {
        let (file, name) = (&module.file, module.name());
        let Some(allowed) = direction.get(name) else {
            wrong.push(format!("{file}: the module `{name}` is not in the list of directions (tests/it/tidy.rs)"));
            continue;
        };
        let mut names = code::names_after(&module.bare, "crate::");
        names.extend(code::names_after(&module.bare, "cco_news::"));
        names.extend(code::names_after(&module.bare, &module.way_to_root()));
        let is_fine = |other: &&str| *other == name || *other == "words" || allowed.contains(other);
        wrong.extend(
            names
                .into_iter()
                .filter(|other| !is_fine(other))
                .map(|other| format!("{file}: `{name}` may not name `{other}`")),
        );
    }
    assert_none("against the direction of dependencies", &wrong);
}

#[test]
fn every_outside_crate_stays_in_its_homes() {
    let mut wrong = Vec::new();
    for module in program() {
        let names = code::first_names(&module.bare);
        for (outside, homes) in HOMES {
            let is_home = *homes == ANYWHERE || homes.contains(&module.name());
            // A module of ours may have the name of the crate that it hides.
            let is_ours = module.bare.contains(&format!("mod {outside};"));
            if names.contains(outside) && !is_home && !is_ours {
                wrong.push(format!("{}: `{outside}` is for {} only", module.file, homes.join(", ")));
            }
        }
    }
    assert_none("outside its homes", &wrong);
}

#[test]
fn every_dependency_has_a_reason_a_home_and_a_use() {
    let placeholders = program().iter().any(Module::is_placeholder);
    let used: Vec<Module> = modules();
    let tests: String = tree::project_files()
        .iter()
        .filter(|file| file.starts_with("tests/") || file.starts_with("benches/"))
        .filter_map(|file| tree::text(file))
        .chain(used.iter().map(|module| module.text.clone()))
        .collect();
    let mut wrong = Vec::new();
    for (table, name, reason) in dependencies() {
        let name = name.replace('-', "_");
        if reason.is_none() {
            wrong.push(format!("`{name}` has no reason: say it in a comment on its line"));
        }
        let is_for_tests = table.contains("dev-");
        if !is_for_tests && !HOMES.iter().any(|(home, _)| *home == name) {
            wrong.push(format!("`{name}` has no homes (tests/it/tidy.rs)"));
        }
        let is_used = if is_for_tests {
            tests.contains(&format!("{name}::"))
        } else {
            used.iter().any(|module| code::first_names(&module.bare).contains(name.as_str()))
        };
        if !is_used && !placeholders {
            wrong.push(format!("`{name}` is not used: remove it"));
        }
    }
    let named: BTreeSet<String> = dependencies().into_iter().map(|(_, name, _)| name.replace('-', "_")).collect();
    let gone = HOMES.iter().filter(|(home, _)| !named.contains(*home) && !placeholders);
    wrong.extend(gone.map(|(home, _)| format!("`{home}` has homes and is no dependency (tests/it/tidy.rs)")));
    assert_none("Cargo.toml", &wrong);
}

/// Each dependency's table, name and reason.
fn dependencies() -> Vec<(String, String, Option<String>)> {
    let text = tree::text("Cargo.toml").unwrap();
    let mut table = String::new();
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut table);
        } else if table.ends_with("dependencies")
            && let Some((name, value)) = line.split_once(" = ")
        {
            let reason = value.rsplit_once(" # ").map(|(_, reason)| reason.trim().to_owned());
            found.push((table.clone(), name.to_owned(), reason));
        }
    }
    found
}

#[test]
fn the_lock_file_has_one_tls_stack_and_one_registry() {
    let lock = tree::text("Cargo.lock").unwrap();
    let names = lock.lines().filter_map(|line| line.strip_prefix("name = \"")).map(|name| name.trim_end_matches('"'));
    let banned = names.filter(|name| BANNED_CRATES.contains(name));
    assert_none("banned", &banned.map(str::to_owned).collect::<Vec<_>>());
    let sources = lock.lines().filter(|line| line.starts_with("source = "));
    let elsewhere = sources.filter(|line| !line.contains("\"registry+https://github.com/rust-lang/crates.io-index\""));
    assert_none("not from crates.io", &elsewhere.map(str::to_owned).collect::<Vec<_>>());
}

#[test]
fn every_file_of_code_says_what_it_is() {
    let files = tree::texts().into_iter().filter(|(file, _)| file.ends_with(".rs"));
    let silent: Vec<String> = files.filter(|(_, text)| !text.starts_with("//! ")).map(|(file, _)| file).collect();
    assert_none("does not begin with `//! ` and a sentence", &silent);
}

#[test]
fn files_and_functions_are_short() {
    let long: BTreeMap<&str, &str> = LONG_FILES.iter().copied().collect();
    let mut wrong = Vec::new();
    for module in program() {
        let lines = code::lines(&module.bare);
        if lines > FILE_LINES_MAX && !long.contains_key(module.file.as_str()) {
            wrong.push(format!("{}: {lines} lines, at most {FILE_LINES_MAX}", module.file));
        }
        if lines <= FILE_LINES_MAX && long.contains_key(module.file.as_str()) {
            wrong.push(format!("{}: is no longer long: take it from the list (tests/it/tidy.rs)", module.file));
        }
        for (name, line, length) in code::functions(&module.bare) {
            if length > FUNCTION_LINES_MAX {
                let file = &module.file;
                wrong.push(format!("{file}:{line}: `{name}` has {length} lines, at most {FUNCTION_LINES_MAX}"));
            }
        }
    }
    assert_none("too long", &wrong);
}

#[test]
fn nothing_is_left_for_later_and_no_test_is_switched_off() {
    // Said in pieces, so that this file does not find itself.
    let banned = [
        (concat!("TO", "DO"), "open an issue"),
        (concat!("FIX", "ME"), "open an issue"),
        (concat!("X", "XX"), "open an issue"),
        (concat!("dbg", "!("), "use tracing"),
        (concat!("unimplemented", "!("), "build it, or leave it out"),
        (concat!("todo", "!("), "build it, or leave it out"),
        (concat!("#[", "ignore"), "a test that does not run proves nothing"),
        (concat!("should_", "panic"), "test the error"),
        (concat!("<<<<", "<<<"), "finish the merge"),
    ];
    let mut wrong = Vec::new();
    for (file, text) in tree::texts() {
        for (number, line) in text.lines().enumerate() {
            let found = banned.iter().filter(|(word, _)| has_word(line, word));
            wrong.extend(found.map(|(word, mend)| format!("{file}:{}: `{word}`: {mend}", number + 1)));
        }
    }
    assert_none("left for later", &wrong);
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let is_open = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        is_open(line[..at].chars().next_back()) && is_open(line[at + word.len()..].chars().next())
    })
}

#[test]
fn only_the_example_of_subscribers_is_in_git() {
    if !tree::is_checkout() {
        eprintln!("skipped: this is no checkout, so nothing is in Git");
        return;
    }
    let files = tree::git(&["ls-files", "subscribers"]).unwrap();
    let people: Vec<String> = files.into_iter().filter(|file| file != "subscribers/example.csv").collect();
    assert_none("personal information in Git", &people);
}
