//! Letters about a subscription on their way: one at a time, each taken in the ledger before it leaves, so that two
//! processes never send one twice, and tried again until it is through or has failed.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use jiff::SignedDuration;
use tokio::sync::watch;

use super::Serve;
use super::count::Count;
use super::files;
use crate::ledger::{Letter, LetterKind, LettersLock};
use crate::model::{Outcome, PublicPage};
use crate::send::letter::{self, Block};
use crate::send::{LinkTo, departures, hand_over};

/// How long a letter is this process's: longer than the longest try, with every wait of SMTP (RFC 5321 4.5.3.2).
const CLAIM: SignedDuration = SignedDuration::from_hours(1);
/// How long it waits when nothing rings: letters that were put off, and those of another process.
const LOOK: Duration = Duration::from_secs(30);
/// The first wait of a letter that was not taken; it doubles up to [`WAIT_MAX`].
const WAIT: SignedDuration = SignedDuration::from_mins(5);
/// The longest wait.
const WAIT_MAX: SignedDuration = SignedDuration::from_hours(6);
/// Doublings until [`WAIT_MAX`].
const DOUBLINGS_MAX: u32 = 7;

/// Sends letters until told to stop.
pub async fn post(serve: Arc<Serve>, mut stop: watch::Receiver<bool>) {
    let mut lock = None;
    loop {
        if let Err(error) = serve.round(&mut lock, &stop).await {
            tracing::warn!("letters wait: {error:#}");
        }
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = serve.post.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

impl Serve {
    /// Sends what is due, brings back those whose pause is over, and keeps outside the ledger who has left. Letters leave
    /// from one process of a machine; another one takes over when it ends.
    async fn round(&self, lock: &mut Option<LettersLock>, stop: &watch::Receiver<bool>) -> Result<()> {
        let (ledger, now) = (self.ledger.clone(), self.now());
        let taken = lock.take();
        *lock = tokio::task::spawn_blocking(move || -> Result<Option<LettersLock>> {
            ledger.wake(now)?;
            departures::settle(&ledger, now)?;
            if taken.is_some() {
                return Ok(taken);
            }
            let lock = ledger.lock_for_letters()?;
            if let Some(lock) = &lock {
                ledger.free_letters(lock, now)?;
            }
            Ok(lock)
        })
        .await??;
        while lock.is_some() && !*stop.borrow() {
            let now = self.now();
            let Some(letter) = self.ledger.claim_letter(now, now + CLAIM).await? else { break };
            self.send(&letter).await?;
        }
        Ok(())
    }

    async fn send(&self, letter: &Letter) -> Result<()> {
        let blocks = self.blocks(letter);
        let words = self.speaker(&letter.language);
        let subject = words.say(&format!("serve_mail_{}_subject", key(letter.kind)));
        let written =
            letter::Written { id: letter.id, to: &letter.address, lang: &letter.language, subject, at: letter.at };
        let email = letter::letter(&written, &blocks, &self.newsletter, (&self.secrets, &self.keys))?;
        match hand_over(&self.mailer, &email).await? {
            // What is unknown may have arrived: a second one would be a second one.
            Outcome::Accepted(_) | Outcome::Unknown(_) => {
                self.counts.add(Count::Letter);
                self.ledger.settle_letter(letter.id, true).await
            }
            Outcome::Refused(_) => {
                self.counts.add(Count::LetterNot);
                self.ledger.settle_letter(letter.id, false).await
            }
            Outcome::Deferred(_) => {
                self.counts.add(Count::LetterNot);
                let wait = WAIT.saturating_mul(1 << letter.tries.min(DOUBLINGS_MAX)).min(WAIT_MAX);
                self.ledger.defer_letter(letter.id, self.now() + wait).await
            }
        }
    }

    /// What a letter says.
    fn blocks(&self, letter: &Letter) -> Vec<Block> {
        let (lang, name) = (&letter.language, key(letter.kind));
        let words = self.speaker(lang);
        let days = self.newsletter.retention.unconfirmed_days.to_string();
        let text = |key: &str| Block::Text(words.say_with(&format!("serve_mail_{name}_{key}"), &[("days", &days)]));
        let page = |page, link: &str| self.newsletter.serve.address(lang, page).map(|page| format!("{page}{link}"));
        let to = |label: &str, url: Option<String>| url.map(|url| Block::Link { label: words.say(label), url });
        let at = letter.at;
        let link = |to| self.secrets.link(&self.newsletter.id, to, letter.number.unwrap_or(0), at);
        let preferences = || to("serve_to_preferences", page(PublicPage::Preferences, &link(LinkTo::Preferences)));
        let mut blocks = vec![text("text")];
        match letter.kind {
            LetterKind::Confirm | LetterKind::NewAddress => {
                let token = self.secrets.link(&self.newsletter.id, LinkTo::Letter, letter.id, at);
                let label =
                    if letter.kind == LetterKind::Confirm { "serve_confirm_button" } else { "serve_move_button" };
                blocks.extend(to(label, page(PublicPage::Confirm, &token)));
                blocks.push(text("not"));
            }
            LetterKind::Known => {
                blocks.extend(preferences());
                blocks.push(text("not"));
            }
            LetterKind::Welcome => {
                let latest = files::latest(&self.public, lang).and_then(|(issue, path)| {
                    let url = self.newsletter.serve.url.as_deref()?;
                    let own = || format!("{}/{path}", url.trim_end_matches('/'));
                    Some(self.newsletter.web_copy(&issue, lang).unwrap_or_else(own))
                });
                blocks.extend(to("serve_mail_welcome_latest", latest));
                blocks.push(text("change"));
                blocks.extend(preferences());
            }
        }
        let organization = &self.newsletter.organization;
        let (office, address) = (organization.name.get(lang), organization.address.get(lang));
        let text = |text: Option<&String>| text.cloned().unwrap_or_default();
        let said = [("office", text(office)), ("address", text(address))];
        let said = said.each_ref().map(|(name, value)| (*name, value.as_str()));
        blocks.push(Block::Text(words.say_with("serve_mail_foot", &said)));
        blocks
    }
}

/// A letter's name in the words.
const fn key(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Confirm => "confirm",
        LetterKind::Known => "known",
        LetterKind::NewAddress => "new_address",
        LetterKind::Welcome => "welcome",
    }
}
