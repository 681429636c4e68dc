//! Subscriber files as Excel and people write them: any order of columns, `,` `;` or tabs, UTF-8, UTF-16 or
//! Windows-1252. Rows come out one by one; each bad one is named by line with its reason, and the others are taken.

use std::collections::BTreeMap;
use std::io::{self, Read};

use anyhow::Result;
use csv::ByteRecord;
use jiff::Timestamp;

use super::columns::Columns;
use super::lines::{Bounded, Opened, ROW_BYTES_MAX, text_of};
use super::remarks::{self, Remark};
use super::secrets::Secrets;
use super::suspect::suspect;
use crate::ledger::{Entry, Imported, Intake, Ledger, Merged, Staged};
use crate::model::{Address, Finding, ListFile, Newsletter, Severity};

/// Findings of one file that are said; the rest is counted.
const FINDINGS_MAX: usize = 1_000;

/// What a file says of its rows, without a ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Good rows.
    pub rows: u64,
    /// Whether every good row says when its person consented.
    pub has_consent: bool,
    /// The line of the first that does not.
    pub first_without: Option<u64>,
    /// Good rows by language; the empty key: none or both.
    pub languages: BTreeMap<String, u64>,
    /// What is wrong with others.
    pub findings: Vec<Finding>,
}

/// What an import made of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// New subscribers.
    pub added: u64,
    /// Subscribers of whom something changed.
    pub changed: u64,
    /// Subscribers as before.
    pub same: u64,
    /// Rows of an address that was in this import before.
    pub twice: u64,
    /// Rows of people who left, bounced or paused.
    pub kept_away: u64,
    /// Rows of an address that has become another.
    pub moved: u64,
    /// Rows of people who were erased: not taken.
    pub erased: u64,
    /// People whom this complete list no longer has.
    pub absent: u64,
    /// What is wrong with some rows.
    pub findings: Vec<Finding>,
}

/// People of whom only a keyed hash is left, and the key.
#[derive(Clone, Default)]
pub struct KeptOut {
    marks: Vec<(String, String)>,
    secrets: Option<Secrets>,
}

impl KeptOut {
    /// Reads them; the key is needed only when there are any.
    pub fn load(ledger: &Ledger) -> Result<Self> {
        let marks = ledger.marks()?;
        let secrets = if marks.is_empty() { None } else { Some(Secrets::open(ledger)?) };
        Ok(Self { marks, secrets })
    }

    /// Whether this address is kept out.
    pub fn has(&self, address: &Address) -> bool {
        self.why(address).is_some()
    }

    /// Why this address is kept out.
    fn why(&self, address: &Address) -> Option<&str> {
        let mark = self.secrets.as_ref()?.mark(address);
        let at = self.marks.binary_search_by(|(known, _)| known.as_str().cmp(&mark)).ok()?;
        Some(self.marks[at].1.as_str())
    }
}

/// Looks at a file; `name` is how findings name it.
pub fn summary(input: impl Read, name: &str, newsletter: &Newsletter) -> Result<Summary> {
    let mut summary = Summary { has_consent: true, ..Summary::default() };
    summary.findings = each_row(input, name, newsletter, |line, entry| {
        summary.rows += 1;
        if entry.consented_on.is_none() {
            summary.has_consent = false;
            summary.first_without.get_or_insert(line);
        }
        let language = entry.language.filter(|_| !entry.both).map_or_else(String::new, |lang| lang.as_str().to_owned());
        *summary.languages.entry(language).or_default() += 1;
        Ok(())
    })?;
    Ok(summary)
}

/// How files are to be taken in.
#[derive(Debug, Clone, Copy)]
pub struct How<'a> {
    /// What the ledger keeps as its name.
    pub name: &'a str,
    /// See what it would come to, and change nothing.
    pub is_dry: bool,
    /// When.
    pub now: Timestamp,
}

/// Takes one file in; `import` names the whole import.
pub fn take_in(
    ledger: &Ledger,
    newsletter: &Newsletter,
    file: (impl Read, &str),
    import: &str,
    now: Timestamp,
) -> Result<Taken> {
    let mut taking = Taking::begin(ledger, newsletter, How { name: import, is_dry: false, now })?;
    taking.read(file.0, file.1)?;
    Ok(taking.finish()?.pop().unwrap_or_default())
}

/// Files being taken in, all in one import, so that an address that stands in two of them is seen.
pub struct Taking<'a> {
    newsletter: &'a Newsletter,
    intake: Intake,
    kept_out: KeptOut,
    names: Vec<String>,
    taken: Vec<Taken>,
    suspects: BTreeMap<(usize, u64), Remark>,
}

impl<'a> Taking<'a> {
    /// Begins.
    pub fn begin(ledger: &Ledger, newsletter: &'a Newsletter, how: How<'_>) -> Result<Self> {
        let kept_out = KeptOut::load(ledger)?;
        let intake = ledger.begin_import(how.name, how.is_dry, how.now)?;
        let (names, taken, suspects) = (Vec::new(), Vec::new(), BTreeMap::new());
        Ok(Self { newsletter, intake, kept_out, names, taken, suspects })
    }

    /// Reads a file; `name` is how findings name it.
    pub fn read(&mut self, input: impl Read, name: &str) -> Result<()> {
        let file = self.names.len();
        let file_name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let list = self.newsletter.lists.iter().find(|list| list.file == file_name);
        self.names.push(name.to_owned());
        self.intake.files.push(file_name.to_owned());
        let Self { newsletter, intake, kept_out, suspects, .. } = self;
        let (mut erased, mut away) = (Vec::new(), 0);
        let mut findings = each_row(input, name, newsletter, |line, entry| {
            match kept_out.why(&entry.address) {
                Some("erased") => erased.push(line),
                Some(_) => away += 1,
                None => {
                    if suspects.len() < FINDINGS_MAX
                        && let Some(remark) = suspect(&entry.address)
                    {
                        suspects.insert((file, line), remark);
                    }
                    intake.stage(&Staged { file, line, entry: with_list(entry, list) })?;
                }
            }
            Ok(())
        })?;
        let n_erased = erased.len() as u64;
        findings.extend(
            erased
                .into_iter()
                .take(FINDINGS_MAX)
                .map(|line| remarks::finding(name, line, Severity::Warning, remarks::was_erased())),
        );
        self.taken.push(Taken { findings, erased: n_erased, kept_away: away, ..Taken::default() });
        Ok(())
    }

    /// Merges what was read, and says what became of each file.
    pub fn finish(self) -> Result<Vec<Taken>> {
        let Self { newsletter, intake, names, mut taken, suspects, .. } = self;
        let complete: Vec<String> =
            newsletter.lists.iter().filter(|list| list.complete).map(|list| list.file.clone()).collect();
        let absent = intake.finish(&complete, |merged| {
            let Merged { file, line, imported } = merged;
            let (Some(taken), Some(name)) = (taken.get_mut(file), names.get(file)) else { return };
            let remark = match imported {
                Imported::Added => {
                    taken.added += 1;
                    suspects.get(&(file, line)).cloned()
                }
                Imported::Changed => {
                    taken.changed += 1;
                    None
                }
                Imported::Same => {
                    taken.same += 1;
                    None
                }
                Imported::KeptAway => {
                    taken.kept_away += 1;
                    None
                }
                Imported::Moved => {
                    taken.moved += 1;
                    Some(remarks::has_moved())
                }
                Imported::Twice => {
                    taken.twice += 1;
                    Some(remarks::twice())
                }
            };
            if let Some(remark) = remark.filter(|_| taken.findings.len() < 2 * FINDINGS_MAX) {
                taken.findings.push(remarks::finding(name, line, Severity::Warning, remark));
            }
        })?;
        for absent in absent {
            let is_it = |name: &&String| name.rsplit(['/', '\\']).next() == Some(absent.list.as_str());
            let Some(file) = names.iter().position(|name| is_it(&name)) else { continue };
            taken[file].absent = if absent.is_done { absent.n_people } else { 0 };
            if !absent.is_done {
                taken[file].findings.push(remarks::finding(
                    &names[file],
                    0,
                    Severity::Error,
                    remarks::lost_most(absent.n_people),
                ));
            }
        }
        for taken in &mut taken {
            taken.findings.sort_by(|a, b| a.place.cmp(&b.place));
        }
        Ok(taken)
    }
}

fn with_list(entry: Entry, list: Option<&ListFile>) -> Entry {
    let Some(list) = list else { return entry };
    let since = list.since.map(|since| since.to_string());
    Entry {
        basis: entry.basis.or_else(|| Some(list.basis.clone())),
        consented_on: entry.consented_on.or(since),
        ..entry
    }
}

/// Whether reading stopped at a line without an end; with flexible rows of bytes there is no other mistake of a file's.
fn is_endless(error: csv::Error, name: &str) -> Result<bool> {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => Ok(true),
        csv::ErrorKind::Io(error) => {
            Err(anyhow::Error::from(error).context(words!("could not read `{name}`", "impossible de lire `{name}`")))
        }
        _ => Ok(false),
    }
}

/// Reads rows one after another and gives the good ones, with their line, to `take`.
fn each_row(
    input: impl Read,
    name: &str,
    newsletter: &Newsletter,
    mut take: impl FnMut(u64, Entry) -> Result<()>,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let (input, delimiter) = match text_of(input)? {
        Opened::Empty => return Ok(findings),
        Opened::Binary => return Ok(vec![remarks::finding(name, 1, Severity::Error, remarks::no_text())]),
        Opened::Text(input, delimiter) => (input, delimiter),
    };
    let (input, n_read) = Bounded::new(input);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(input);
    let mut record = ByteRecord::new();
    let mut columns: Option<Columns> = None;
    let mut n_unsaid = 0;
    loop {
        let (began, first_line) = (reader.position().byte(), reader.position().line());
        n_read.set(0);
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                if !is_endless(error, name)? {
                    break;
                }
                findings.push(remarks::finding(name, first_line, Severity::Error, remarks::too_long()));
                break;
            }
        }
        // Every row ends in one line end here; those inside quotes are counted off.
        let n_lines = record.as_slice().split(|byte| *byte == b'\n').count() as u64;
        let line = reader.position().line().saturating_sub(n_lines).max(first_line);
        if reader.position().byte() - began > ROW_BYTES_MAX {
            findings.push(remarks::finding(name, line, Severity::Error, remarks::too_long()));
            continue;
        }
        let fields: Vec<String> = record.iter().map(field).collect();
        if fields.iter().all(String::is_empty) {
            continue;
        }
        let Some(columns) = &columns else {
            match Columns::read(&fields) {
                Ok(read) => columns = Some(read),
                Err(reason) => {
                    findings.push(remarks::finding(name, line, Severity::Error, reason));
                    break;
                }
            }
            continue;
        };
        match columns.entry(&fields, newsletter) {
            Ok((entry, remark)) => {
                findings.extend(remark.map(|remark| remarks::finding(name, line, Severity::Warning, remark)));
                take(line, entry)?;
            }
            Err(reason) => findings.push(remarks::finding(name, line, Severity::Error, reason)),
        }
        if findings.len() > FINDINGS_MAX {
            n_unsaid += findings.len() - FINDINGS_MAX;
            findings.truncate(FINDINGS_MAX);
        }
    }
    if n_unsaid > 0 {
        findings.push(remarks::finding(name, 0, Severity::Error, remarks::too_many(n_unsaid)));
    }
    Ok(findings)
}

fn field(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim().to_owned(),
        // Excel on Windows writes the code page of the machine.
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.trim().to_owned(),
    }
}
