//! The editor who never gets tired: takes an issue, its composed editions and what is known of the world, and gives
//! findings, each with a rule, a place, the offending text and the mend, in English and in French.
//!
//! It stands apart from `compose` so that what is sent is judged by somebody who did not make it, and it is pure:
//! links, relays and clocks are asked by `cli`, which hands the answers over as [`Evidence`]. A rule is one row of its
//! group's table ([`catalogue`]) and one small function beside it; this file only walks the table.

pub mod catalogue;
mod invariants;
mod settings;
mod parity;
mod typography;
mod style;
mod accessibility;
mod client;
mod evidence;
mod sender;
mod links;
mod text;
mod html;
mod proof;
mod locate;
mod raw;
mod waivers;
mod docs;
mod grounds;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{iter, panic, thread};

use jiff::Timestamp;

pub use self::catalogue::{Class, Example, Group, Invariant, Limit, Rule};
pub use self::docs::rules_page;
pub use self::evidence::{Asked, LinkSeen, Record, Relay, SETUP, Setup};
pub use self::grounds::grounds;
pub use self::html::heard::{Bit, heard};
pub use self::links::pages::{PageSeen, read_page};
use self::proof::{Hit, Mails, Proof};
pub use self::waivers::{text_key, waiver_key};
use crate::model::{Edition, EditionId, Finding, Issue, Newsletter, RuleSet, Severity, Silent, Words, or_meant};

/// More cores would wait for the longest rule.
const THREADS_MAX: usize = 4;

/// What `cli` has collected from the edges before it asks.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The time at which is judged.
    pub now: Timestamp,
    /// By which way the issue will leave.
    pub way_out: WayOut,
    /// What is known of the people it is for.
    pub audience: Audience,
    /// The text of each story file, to find line and column.
    pub sources: BTreeMap<String, String>,
    /// Sources that said nothing.
    pub silent: Vec<Silent>,
    /// What became of each link that was asked; a link that is not here was not.
    pub links: BTreeMap<String, LinkSeen>,
    /// Why links were not asked, when they were not.
    pub links_note: Option<Words>,
    /// What the world says of the sender's domain and the relay: asked by `check --setup` alone.
    pub setup: Option<Setup>,
    /// Two people's copies of each edition, as they would leave: whole messages.
    pub copies: Vec<(EditionId, [Vec<u8>; 2])>,
}

impl Evidence {
    /// Nothing known but the time: the issue goes to the outbox.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            way_out: WayOut::Outbox,
            audience: Audience::default(),
            sources: BTreeMap::new(),
            silent: Vec::new(),
            links: BTreeMap::new(),
            links_note: None,
            setup: None,
            copies: Vec::new(),
        }
    }
}

/// By which way an issue will leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOut {
    /// Files in a folder.
    Outbox,
    /// A relay on this machine: a rehearsal.
    SmtpLoopback,
    /// A real relay.
    Smtp,
}

/// What is known of the people an issue is for.
#[derive(Debug, Clone, Default)]
pub struct Audience {
    /// One entry per `subscribers/*.csv`.
    pub files: Vec<AudienceFile>,
    /// When each request that is not settled yet came in.
    pub waiting: Vec<Timestamp>,
}

/// What is known of one file of subscribers.
#[derive(Debug, Clone)]
pub struct AudienceFile {
    /// Its name in `subscribers/`.
    pub file: String,
    /// How many people it names.
    pub rows: u64,
    /// Whether a `[[list]]` entry, or a date in every row, says on what basis they are written to.
    pub has_basis: bool,
    /// The first line without a basis.
    pub first_without: Option<u64>,
}

/// Every rule, in the order of the groups.
pub fn rules() -> &'static [Rule] {
    catalogue::rules()
}

/// That there is no such rule, and which there are.
pub fn no_such_rule(name: &str) -> Words {
    let mut ids: Vec<&str> =
        rules().iter().map(|rule| rule.id).chain(invariants().iter().map(|held| held.id)).collect();
    ids.sort_unstable();
    let group = name.split('-').next().unwrap_or_default();
    let near: Vec<&str> = ids.iter().copied().filter(|id| !group.is_empty() && id.starts_with(group)).collect();
    let near = if near.is_empty() { "BIL, TYP, STY, ACC, CLI, SND, LNK".to_owned() } else { near.join(", ") };
    let wrong = words!("there is no rule `{name}`; there are {near}", "il n'y a pas de règle `{name}`; il y a {near}");
    or_meant(wrong, name, ids)
}

/// The id of a rule as people type it: `typ4`, `TYP 04` and `typ-04` are `TYP-04`.
pub fn rule_id(typed: &str) -> String {
    let upper = typed.trim().to_uppercase();
    let letters: String = upper.chars().take_while(char::is_ascii_alphabetic).collect();
    let digits = upper[letters.len()..].trim_start_matches([' ', '-', '_', '\u{2011}', '–']);
    match digits.parse::<u8>() {
        Ok(number) if !letters.is_empty() => format!("{letters}-{number:02}"),
        _ => upper,
    }
}

/// Web addresses of an issue's links, in the order in which readers meet them: what `check --links` asks.
pub fn links(issue: &Issue, editions: &[Edition], newsletter: &Newsletter, evidence: &Evidence) -> Vec<String> {
    links::targets::addresses(&Proof::new(issue, editions, newsletter, evidence))
}

/// Rules that hold while an issue leaves: `send` is tested for them, and they give no findings.
pub fn invariants() -> &'static [Invariant] {
    invariants::INVARIANTS
}

/// Judges an issue. The findings are sorted (errors first, then by place) and waivers are applied.
///
/// `editions` may be empty, as for `story check`: then only the texts are judged.
pub fn check(issue: &Issue, editions: &[Edition], newsletter: &Newsletter, evidence: &Evidence) -> Vec<Finding> {
    let mut found = Vec::new();
    for (rule, hits) in judged(issue, editions, newsletter, evidence) {
        found.extend(hits.into_iter().filter_map(|mut hit| {
            let story = hit.story.take();
            let mut finding = finding(rule, hit, newsletter.rules);
            finding.severity = settings::weight(rule, finding.severity, newsletter)?;
            Some((finding, story))
        }));
    }
    found.extend(settings::said(newsletter).into_iter().map(|finding| (finding, None)));
    found.extend(sender::setup::around(evidence).into_iter().map(|finding| (finding, None)));
    waivers::apply(&mut found, issue, editions, &evidence.sources);
    let mut findings: Vec<Finding> = found.into_iter().map(|(finding, _)| finding).collect();
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    findings.dedup();
    findings
}

/// What each rule finds, in the order of the rules. They are independent, and shared out to the machine's cores; those
/// that look at the elements of the mails are asked here, before this thread helps with the others.
fn judged<'a>(
    issue: &'a Issue,
    editions: &'a [Edition],
    newsletter: &'a Newsletter,
    evidence: &'a Evidence,
) -> impl Iterator<Item = (&'static Rule, Vec<Hit>)> {
    let (proof, trees) = Proof::with_trees(issue, editions, newsletter, evidence);
    let (mails, next) = (Mails::new(&proof, trees), AtomicUsize::new(0));
    let help = || {
        let mine = iter::from_fn(|| rules().get(next.fetch_add(1, Ordering::Relaxed)));
        let mine = mine.map(|rule| {
            let mut hits = Vec::new();
            (rule.judge)(&proof, &mut hits);
            (rule.id, hits)
        });
        mine.collect::<Vec<_>>()
    };
    let mut all: BTreeMap<&str, Vec<Hit>> = BTreeMap::new();
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
        let helpers: Vec<_> = (1..cores).map_while(|_| thread::Builder::new().spawn_scoped(scope, help).ok()).collect();
        for rule in rules() {
            (rule.judge_mails)(&mails, all.entry(rule.id).or_default());
        }
        let helped =
            helpers.into_iter().map(|helper| helper.join().unwrap_or_else(|fault| panic::resume_unwind(fault)));
        for (id, hits) in iter::once_with(help).chain(helped).flatten() {
            all.entry(id).or_default().extend(hits);
        }
    });
    rules().iter().filter_map(move |rule| Some((rule, all.remove(rule.id)?)))
}

/// Errors first; within a severity by place, then by rule, so that two runs give the same list.
fn order(finding: &Finding) -> (Severity, &crate::model::Place, &str, &str, &str) {
    (finding.severity, &finding.place, &finding.rule, &finding.excerpt, &finding.message.en)
}

/// A rule's hit becomes a finding; other people's words and the rule set soften it (RULES.md, "How they are applied").
fn finding(rule: &Rule, hit: Hit, rule_set: RuleSet) -> Finding {
    let mut severity = hit.severity.unwrap_or(rule.severity);
    let is_wording = matches!(rule.group, Group::Typography | Group::Style) && !rule.is_fact;
    if hit.is_others && (rule.id == "TYP-01" || rule.id == "TYP-06") {
        severity = Severity::Fixed;
    } else if hit.is_others && (is_wording && severity == Severity::Warning || rule.id == "LNK-01") {
        severity = Severity::Info;
    }
    if rule_set == RuleSet::Community && is_wording {
        severity = match severity {
            Severity::Error => Severity::Warning,
            Severity::Warning => Severity::Info,
            other => other,
        };
    }
    Finding {
        rule: rule.id.to_owned(),
        severity,
        language: hit.language,
        place: hit.place,
        excerpt: hit.excerpt,
        message: hit.message,
        hint: hit.hint,
        waived: None,
    }
}
