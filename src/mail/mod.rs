//! The edge to the way out. What comes in is a finished copy; what goes out is what the mail server, or the disk, said
//! of it. It stands apart so that every doubt about a connection is decided in one place: an explicit reply is a reply,
//! silence before the final dot means "try again", silence after it means nobody knows.

mod settings;
mod reply;
mod wire;
mod dotting;
mod connect;
mod smtp;
mod probe;
mod outbox;
mod memory;
mod sink;

use std::future::Future;

use anyhow::Result;

use crate::model::{Address, Outcome, Reply};

pub use memory::{Answer, Memory, Sent};
pub use outbox::Outbox;
pub use probe::Probed;
pub use settings::{Protection, Settings, Timers, Token};
pub use sink::{Seen, Sink};
pub use smtp::Smtp;

/// A way out.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// A relay.
    Smtp(Smtp),
    /// A Maildir in STATE: the default until there is a relay.
    Outbox(Outbox),
    /// Memory, for tests and rehearsals.
    Memory(Memory),
}

/// A finished copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// Its Message-ID, with angle brackets.
    pub message_id: String,
    /// The envelope sender, to which bounces return.
    pub from: Address,
    /// The recipient alone.
    pub to: Address,
    /// Headers and body; every line ends in CRLF.
    pub bytes: Vec<u8>,
}

/// What handing over a copy came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// This copy has an outcome.
    Done(Outcome),
    /// The relay refuses us, whoever the recipient is: nobody is marked.
    AboutUs(Reply),
    /// No connection could be made: nobody is marked.
    Away(Reply),
}

/// One lane of a way out: at most one connection, one copy at a time.
#[derive(Debug)]
pub enum Line {
    /// To a relay.
    Smtp(Box<smtp::SmtpLine>),
    /// Into the outbox.
    Outbox(Outbox),
    /// Into memory.
    Memory(Memory),
}

impl Mailer {
    /// Its name in the ledger.
    pub const fn way_out(&self) -> &'static str {
        match self {
            Self::Smtp(_) => "smtp",
            Self::Outbox(_) => "outbox",
            Self::Memory(_) => "memory",
        }
    }

    /// A lane; it connects when it has something to hand over.
    pub fn line(&self) -> Line {
        match self {
            Self::Smtp(smtp) => Line::Smtp(Box::new(smtp.line())),
            Self::Outbox(outbox) => Line::Outbox(outbox.clone()),
            Self::Memory(memory) => Line::Memory(memory.clone()),
        }
    }
}

impl Line {
    /// Whether a copy can be handed over at once.
    pub fn is_ready(&self) -> bool {
        if let Self::Smtp(line) = self { line.is_ready() } else { true }
    }

    /// Connects, when there is anything to connect to.
    pub async fn ready(&mut self) -> Result<(), Handed> {
        if let Self::Smtp(line) = self { line.ready().await } else { Ok(()) }
    }

    /// Whether an address with letters beyond ASCII can be carried (SMTPUTF8); asked when ready.
    pub fn carries_utf8(&self) -> bool {
        if let Self::Smtp(line) = self { line.carries_utf8() } else { true }
    }

    /// Hands a copy over. `dotted` is begun with DATA and goes on beside it; the final dot leaves only after it: when it
    /// fails, the copy has not been sent and its error comes back. It may have been begun for a copy that is then not
    /// sent: what comes back says so.
    pub async fn hand_over(&mut self, email: &Email, dotted: impl Future<Output = Result<()>>) -> Result<Handed> {
        match self {
            Self::Smtp(line) => line.hand_over(email, dotted).await,
            Self::Outbox(outbox) => {
                dotted.await?;
                outbox.keep(email).await.map(Handed::Done)
            }
            Self::Memory(memory) => memory.hand_over(email, dotted).await,
        }
    }

    /// Says goodbye to the relay.
    pub async fn close(self) {
        if let Self::Smtp(line) = self {
            line.close().await;
        }
    }
}
