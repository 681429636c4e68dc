//! Sends a frozen issue. What comes in are approved editions and the ledger; what goes out is an outcome for every
//! recipient. It stands apart because it is the one stage that lasts, and the one that must survive its own death:
//! [`freeze`] decides everything at once, [`run`] can be stopped anywhere and run again, and nobody is sent an issue
//! twice and nobody is lost (DESIGN rule 3).

pub mod import;
mod lines;
mod columns;
mod remarks;
mod suspect;
pub mod departures;
pub mod retention;
mod plan;
pub mod copy;
pub mod dkim;
mod header;
pub mod links;
pub mod pace;
mod domains;
mod breaker;
mod relays;
mod engine;
mod lanes;
mod settle;
mod tally;
mod ended;
mod test;
mod draft;
mod cancel;
mod relay_log;
mod note;
pub mod letter;
pub mod secrets;

pub use cancel::cancel_rest;
pub use draft::{Draft, draft, request_id};
pub use ended::{Ended, Ending, Progress};
pub use engine::{Clock, Round, Step, Tell, run};
pub use links::LinkTo;
pub use note::{Note, note};
pub use plan::{Leaving, freeze, planned};
pub use relay_log::{Fate, fates};
pub use relays::Relay;
pub use secrets::Secrets;
pub use test::{hand_over, test_copy};
