//! The project's documents say what is so: versions, variables, and no address of anybody.

use std::collections::BTreeSet;

use crate::{tidy, tree};

/// Domains that nobody's address is at, or that are the office's own public mailbox.
const DOMAINS: &[&str] = &["example.ca", "example.gc.ca", "cco-bcc.gc.ca"];

#[test]
fn the_changelog_has_the_current_version() {
    let version = env!("CARGO_PKG_VERSION");
    let text = tree::text("CHANGELOG.md").unwrap();
    assert!(text.contains(&format!("\n## [{version}]")), "CHANGELOG.md has no section `## [{version}]`");
    let released = text.find("\n## [Unreleased]").expect("CHANGELOG.md has no section `## [Unreleased]`");
    assert!(released < text.find(&format!("\n## [{version}]")).unwrap(), "what is not released comes first");
}

#[test]
fn every_variable_is_documented_and_every_documented_variable_exists() {
    let config = tree::text("src/config.rs").unwrap();
    if config.trim() == "//! In work." {
        return;
    }
    let read = variables(&config);
    let mut told = BTreeSet::new();
    let mut for_tests = BTreeSet::new();
    for (file, text) in tree::texts() {
        if is_document(&file) && file != "CHANGELOG.md" {
            told.extend(variables(&text));
        }
        if file.starts_with("tests/it/") || file.starts_with(".ci/") {
            for_tests.extend(variables(&text));
        }
    }
    let (tests, told): (BTreeSet<_>, BTreeSet<_>) = told.into_iter().partition(|name| is_for_tests(name));
    assert_eq!(told, read, "left: in README.md, docs/ and the other documents; right: in src/config.rs");
    let explained = variables(&tree::text("tests/README.md").unwrap());
    for name in for_tests.iter().chain(&tests).filter(|name| is_for_tests(name)) {
        assert!(explained.contains(name), "tests/README.md does not say what {name} is for");
    }
}

fn is_for_tests(name: &str) -> bool {
    name.starts_with(concat!("CCO_NEWS", "_TEST_"))
}

fn variables(text: &str) -> BTreeSet<String> {
    let prefix = concat!("CCO_NEWS", "_");
    let names = text.match_indices(prefix).map(|(at, _)| {
        let name: String = text[at..].chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
        name.trim_end_matches('_').to_owned()
    });
    names.filter(|name| name.len() > prefix.len()).collect()
}

#[test]
fn the_code_map_has_every_module() {
    let text = tree::text("ARCHITECTURE.md").unwrap();
    let rows: String = text.lines().filter(|line| line.starts_with("| `")).collect();
    let modules = tidy::program();
    let names: BTreeSet<&str> =
        modules.iter().map(tidy::Module::name).filter(|name| !["main", "lib"].contains(name)).collect();
    let absent = names
        .into_iter()
        .filter(|name| !rows.contains(&format!("`{name}/`")) && !rows.contains(&format!("`{name}.rs`")));
    tidy::assert_none("not in the code map of ARCHITECTURE.md", &absent.map(str::to_owned).collect::<Vec<_>>());
}

#[test]
fn every_link_to_a_file_leads_to_one() {
    let mut wrong = Vec::new();
    for (file, text) in tree::texts().into_iter().filter(|(file, _)| is_document(file)) {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..].split([')', '#', ' ']).next().unwrap();
            let is_elsewhere = link.is_empty() || link.contains(':') || link.starts_with('<');
            if !is_elsewhere && !tree::root().join(folder).join(link).exists() {
                wrong.push(format!("{file}: `{link}`"));
            }
        }
    }
    tidy::assert_none("leads nowhere", &wrong);
}

/// What people read about the project: at the top and in `docs/`. Stories are no documents.
fn is_document(file: &str) -> bool {
    file.ends_with(".md") && (!file.contains('/') || file.starts_with("docs/"))
}

#[test]
fn nobodys_address_is_in_the_tree() {
    let mut wrong = Vec::new();
    for (file, text) in tree::texts() {
        for (number, line) in text.lines().enumerate() {
            let strangers = domains(line).into_iter().filter(|domain| !is_nobodys(domain));
            wrong.extend(strangers.map(|domain| format!("{file}:{}: an address at {domain}", number + 1)));
        }
    }
    tidy::assert_none("use example.ca, example.gc.ca or *.example", &wrong);
}

fn is_nobodys(domain: &str) -> bool {
    let domain = domain.to_lowercase();
    let labels: Vec<&str> = domain.rsplit('.').collect();
    // Tests of bad addresses need some: no registry sells a domain of one letter under .ca, or a malformed one.
    let is_impossible = labels[1].is_empty() || labels[1].starts_with('-') || labels[0] == "ca" && labels[1].len() == 1;
    is_impossible
        // Units of systemd look like addresses (`run@NAME.timer`); no such domains exist.
        || [".example", ".invalid", ".timer", ".service"].iter().any(|reserved| domain.ends_with(reserved))
        || DOMAINS.iter().any(|ours| domain == *ours || domain.ends_with(&format!(".{ours}")))
}

/// The domains of everything in a line that looks like an address.
fn domains(line: &str) -> Vec<&str> {
    let is_local = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    let is_domain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    let mut found = Vec::new();
    for (at, _) in line.match_indices('@') {
        let rest = &line[at + 1..];
        let domain = rest[..rest.find(|c| !is_domain(c)).unwrap_or(rest.len())].trim_matches('.');
        let top = domain.rsplit_once('.').map_or("", |(_, top)| top);
        let is_named = top.len() >= 2 && top.chars().all(char::is_alphabetic);
        if is_named && line[..at].ends_with(is_local) && !line[..at].ends_with('/') {
            found.push(domain);
        }
    }
    found
}

#[test]
fn what_looks_like_an_address_is_found() {
    let line = [concat!("a", "@bc.ca"), "<x.y+z@example.ca>,", "a@href", "medium.com/@user.name", "v@1.2.3"].join(" ");
    assert_eq!(domains(&line), ["bc.ca", "example.ca"]);
    assert!(is_nobodys("mail.cco-bcc.example") && is_nobodys("Example.CA") && !is_nobodys("myexample.ca"));
}
