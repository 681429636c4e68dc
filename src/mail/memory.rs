//! Memory as a way out, with answers that a test chooses.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;

use super::{Email, Handed};
use crate::model::{Address, Outcome, Reply};

/// What was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// To whom.
    pub to: Address,
    /// Its Message-ID.
    pub message_id: String,
    /// The copy.
    pub bytes: Vec<u8>,
}

/// Chooses what becomes of a copy; none: accepted.
pub type Answer = Arc<dyn Fn(&Email) -> Option<Handed> + Send + Sync>;

/// Memory as a way out. Clones share what was sent.
#[derive(Clone, Default)]
pub struct Memory {
    sent: Arc<Mutex<Vec<Sent>>>,
    answer: Option<Answer>,
}

impl Memory {
    /// Accepts everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers as told. A copy counts as sent when it is accepted or unknown.
    pub fn answering(answer: Answer) -> Self {
        Self { sent: Arc::default(), answer: Some(answer) }
    }

    /// Everything that was sent, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn hand_over(&self, email: &Email, dotted: impl Future<Output = Result<()>>) -> Result<Handed> {
        let answer = self.answer.as_ref().and_then(|answer| answer(email));
        if let Some(Handed::Away(_) | Handed::AboutUs(_)) = &answer {
            return Ok(answer.unwrap_or_else(|| unreachable!("matched above")));
        }
        dotted.await?;
        let ok = Reply { code: 250, enhanced: None, text: "in memory".to_owned() };
        let handed = answer.unwrap_or(Handed::Done(Outcome::Accepted(ok)));
        if matches!(handed, Handed::Done(Outcome::Accepted(_) | Outcome::Unknown(_))) {
            let sent = Sent { to: email.to.clone(), message_id: email.message_id.clone(), bytes: email.bytes.clone() };
            self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
        }
        Ok(handed)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}
