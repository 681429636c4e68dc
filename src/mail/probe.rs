//! What a relay says of itself, without a message: for `check --setup`.

use super::settings::Protection;
use super::smtp::Smtp;
use super::{Handed, connect};
use crate::model::Reply;

/// What a relay offers, and what came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is something that a relay offers or not")]
pub struct Probed {
    /// Whether what is said to it is encrypted.
    pub is_encrypted: bool,
    /// Whether we signed in.
    pub is_signed_in: bool,
    /// Ways to sign in.
    pub auth: Vec<String>,
    /// Bytes it takes at most; 0: it names no limit.
    pub size: u64,
    /// Whether commands may be sent ahead.
    pub pipelining: bool,
    /// Whether addresses with letters beyond ASCII are carried.
    pub smtputf8: bool,
}

impl Smtp {
    /// Connects once, as sending would, and says goodbye. `Err`: what the relay said, or why it said nothing.
    pub async fn probe(&self) -> Result<Probed, Reply> {
        let open = match connect::connect_once(self).await {
            Ok(open) => open,
            Err(Handed::AboutUs(reply) | Handed::Away(reply)) => return Err(reply),
            // No copy was handed over, so no copy has an outcome.
            Err(Handed::Done(_)) => return Ok(Probed::default()),
        };
        let probed = Probed {
            is_encrypted: self.settings.is_implicit_tls || self.settings.protection != Protection::Clear,
            is_signed_in: self.settings.credentials.is_some(),
            auth: open.offers.auth.clone(),
            size: open.offers.size.unwrap_or(0),
            pipelining: open.offers.pipelining,
            smtputf8: open.offers.smtputf8,
        };
        open.quit().await;
        Ok(probed)
    }
}
