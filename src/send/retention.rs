//! What is kept how long (FEDERAL 4): after its days, what names a person is forgotten; counts stay, and the keyed
//! hashes that keep people out.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::departures;
use super::secrets::Secrets;
use crate::ledger::Ledger;
use crate::model::Retention;

/// What was forgotten, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// People who left or complained: a keyed hash stays.
    pub departed: u64,
    /// People who asked to subscribe and never confirmed: nothing stays.
    pub unconfirmed: u64,
    /// Copies of complete issues: the address goes, the outcome stays.
    pub copies: u64,
    /// Letters about a subscription.
    pub letters: u64,
}

/// Enforces the table.
pub fn forget(ledger: &Ledger, retention: &Retention, is_dry: bool, now: Timestamp) -> Result<Forgotten> {
    let before = |days: u32| now - SignedDuration::from_hours(24 * i64::from(days));
    // The log hears of departures while they still have an address.
    departures::settle(ledger, now)?;
    let mut forgotten = Forgotten {
        departed: ledger.expire_departed(before(retention.left_days), |_| String::new(), true)?,
        unconfirmed: ledger.expire_unconfirmed(before(retention.unconfirmed_days), is_dry)?,
        copies: ledger.expire_copies(before(retention.copies_days), is_dry)?,
        letters: ledger.expire_letters(before(retention.letters_days), is_dry)?,
    };
    if !is_dry && forgotten.departed > 0 {
        let secrets = Secrets::open(ledger)?;
        let mark = move |address: &crate::model::Address| secrets.mark(address);
        forgotten.departed = ledger.expire_departed(before(retention.left_days), mark, false)?;
    }
    if !is_dry && forgotten != Forgotten::default() {
        ledger.scrub(false)?;
    }
    Ok(forgotten)
}
