//! What we promise of `check`: an issue of 40 stories in two languages, without network, in at most 100 ms. Every rule is
//! asked, of the issue, of its three editions, and of two readers' copies of each.
//!
//! `cargo bench --bench check`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::collections::BTreeMap;
use std::time::Instant;

use cco_news::check::{Evidence, check};
use cco_news::compose::{Templates, compose};
use cco_news::model::{Address, Newsletter, Severity};
use cco_news::send::{Secrets, copy, dkim::Signing};

mod issue;
use issue::{STORIES, issue};

const TARGET_MS: f64 = 100.0;
const ROUNDS: usize = 15;

fn main() {
    let newsletter: Newsletter = toml_edit::de::from_str(include_str!("../newsletter.toml")).unwrap();
    let issue = issue(STORIES);
    let templates = Templates::load(None).unwrap();
    let editions = compose(&issue, &newsletter, &templates, &BTreeMap::new()).unwrap().editions;
    let mut evidence = Evidence::at("2026-12-02T14:00:00Z".parse().unwrap());
    let (secrets, signing) = (Secrets::of_samples(), Signing::default());
    for edition in &editions {
        let encoded = copy::encode(edition, &newsletter, Some(issue.send_at)).unwrap();
        let copy =
            |to: &str| encoded.address(&issue.id, (&Address::parse(to).unwrap(), 1), &secrets, &signing).unwrap().bytes;
        evidence.copies.push((edition.id.clone(), [copy("a@example.ca"), copy("b@example.ca")]));
    }
    let (mut best, mut first) = (f64::MAX, 0.0);
    let mut findings = Vec::new();
    for round in 0..ROUNDS {
        let start = Instant::now();
        findings = check(&issue, &editions, &newsletter, &evidence);
        let took = start.elapsed().as_secs_f64() * 1000.0;
        best = best.min(took);
        first = if round == 0 { took } else { first };
    }
    let bytes: usize = editions.iter().map(|edition| edition.html.len()).sum();
    let heavy = findings.iter().filter(|it| matches!(it.severity, Severity::Error | Severity::Warning)).count();
    let met = |ms: f64| if ms <= TARGET_MS { "met" } else { "MISSED" };
    println!(
        "{STORIES} stories, three editions of {} KB of HTML: {} findings, {heavy} to look at",
        bytes / 1000,
        findings.len()
    );
    println!("check       {best:8.1} ms, best of {ROUNDS} (target {TARGET_MS} ms): {}", met(best));
    println!("check       {first:8.1} ms, the first time, with every pattern still to be made: {}", met(first));
}
