//! What we promise of `receive`: at least 5,000 mails a second on one core, read and classified. The mails are those of
//! the fuzzer's seeds, with returned originals of 60 KB as servers send them.
//!
//! `cargo bench --bench receive`

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::path::Path;
use std::time::Instant;

use cco_news::receive::{Rules, read};

const MAILS: usize = 20_000;
const PER_SECOND_MIN: f64 = 5_000.0;
const ROUNDS: usize = 3;
/// As large as an edition.
const ORIGINAL_BYTES: usize = 60 * 1024;

fn main() {
    let started = Instant::now();
    let rules = Rules::shipped();
    println!("rules compiled in {:.1} ms", started.elapsed().as_secs_f64() * 1000.0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/receive");
    let line = "A line of the newsletter that came back, quoted whole as most servers do it.\n";
    let original = line.repeat(ORIGINAL_BYTES / line.len());
    let mut mails: Vec<Vec<u8>> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let mail = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let is_leave = mail.contains("Subject: =?");
        mails.push(
            if is_leave { mail } else { mail.replacen("\n--B--", &format!("\n{original}\n--B--"), 1) }.into_bytes(),
        );
    }
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let n_known = (0..MAILS)
            .filter(|n| !matches!(read(&mails[n % mails.len()], &rules).notice, cco_news::model::Notice::Personal));
        assert_eq!(n_known.count(), MAILS);
        best = best.min(started.elapsed().as_secs_f64());
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of mails")]
    let per_second = MAILS as f64 / best;
    let verdict = if per_second >= PER_SECOND_MIN { "met" } else { "missed" };
    println!("{per_second:.0} mails/s on one core (target {PER_SECOND_MIN:.0}: {verdict})");
}
