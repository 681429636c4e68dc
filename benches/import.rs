//! What we promise of `subscribers import`: a million rows from a CSV at 200,000 a second, in flat memory. The same file
//! then comes again, as it does each month, and nothing of it changes.
//!
//! `cargo bench --bench import`, or `-- ROWS` for another number

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock and its arguments")]

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::Instant;

use cco_news::ledger::Ledger;
use cco_news::model::Newsletter;
use cco_news::send::import::take_in;

const ROWS: u64 = 1_000_000;
const PER_SECOND_MIN: f64 = 200_000.0;
/// Beside which a million rows are read: the memory that is there before the first.
const RESIDENT_KIB_MAX: u64 = 64 * 1024;

fn main() {
    let rows = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(ROWS);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.csv");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    writeln!(file, "email,language,name,format,source,consented_on").unwrap();
    for n in 0..rows {
        // As an office's list is: in no order, with names, two languages.
        let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        let language = if n % 3 == 0 { "fr" } else { "en" };
        writeln!(file, "prenom.nom{mixed}@ministere{}.example.ca,{language},Prénom Nom {n},,liste,2026-01-15", n % 97)
            .unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
    let newsletter: Newsletter = toml_edit::de::from_str(include_str!("../newsletter.toml")).unwrap();
    let ledger = Ledger::open(&folder.path().join("state")).unwrap();
    for (what, is_new) in [("new", true), ("again", false)] {
        let started = Instant::now();
        let input = File::open(&path).unwrap();
        let taken =
            take_in(&ledger, &newsletter, (input, "list.csv"), what, "2026-12-09T15:00:00Z".parse().unwrap()).unwrap();
        let seconds = started.elapsed().as_secs_f64();
        assert_eq!((taken.added, taken.same), if is_new { (rows, 0) } else { (0, rows) });
        #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
        let per_second = rows as f64 / seconds;
        let verdict = if per_second >= PER_SECOND_MIN { "met" } else { "missed" };
        println!(
            "{what}: {rows} rows in {seconds:.2} s, {per_second:.0} rows/s (target {PER_SECOND_MIN:.0}: {verdict})"
        );
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse::<u64>().ok());
    if let Some(peak) = peak {
        let verdict = if peak <= RESIDENT_KIB_MAX { "met" } else { "missed" };
        println!("resident memory at its peak: {} MB (target 64 MB: {verdict})", peak / 1024);
    }
}
