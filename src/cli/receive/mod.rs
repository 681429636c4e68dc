//! `receive`: reads what came back. Each mail is understood, acted on in one transaction of the ledger, and only then
//! set aside; what is not understood stays where it is, for a person.

mod said;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::{Value, json};

use self::said::{line, masked, receipt, shown};
use super::exit::Exit;
use super::{Shell, approve, host, office, way_in};
use crate::files;
use crate::ledger::{Choice, Deed, Effect, Ledger, Subscriber, Trace};
use crate::mailbox::{self, Fate, Mailbox};
use crate::model::{Address, Asked, Bounced, Notice, Received, Request, Words};
use crate::receive::{self, Rules};
use crate::send::secrets::{Purpose, Secrets};
use crate::send::{LinkTo, departures};

/// Where mails of a pipe wait for a person, in STATE: nobody else has them.
const INBOX: &str = "inbox";
/// A token of version 0.1.0.
const OLD_TOKEN_CHARS: usize = 32;

/// What the ledger calls mails that stay where they are, for a person or for nobody.
const LEFT: [&str; 6] = ["automatic", "moved", "personal", "request", "settled", "unmatched"];

/// Arguments of `receive`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Read a Maildir; by default that of `[mailbox]` in `newsletter.toml`.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["mbox", "imap", "standard"])]
    maildir: Option<PathBuf>,
    /// Read an mbox; it is left as it is.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["imap", "standard"])]
    mbox: Option<PathBuf>,
    /// Read the folder on a mail server that `[mailbox]` in `newsletter.toml` names.
    #[arg(long, conflicts_with = "standard")]
    imap: bool,
    /// `-`: read one mail from standard input, as a mail server's pipe gives it.
    #[arg(value_name = "-", value_parser = ["-"])]
    standard: Option<String>,
    /// Show what each mail is taken for, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// You have answered the requests that waited for a person.
    #[arg(long)]
    settled: bool,
}

impl Args {
    /// Whether a mail server hands over one mail.
    pub(in crate::cli) fn is_pipe(&self) -> bool {
        self.standard.is_some()
    }
}

/// What became of one mail.
struct Done {
    /// In a word, as in `--json`.
    what: &'static str,
    said: Words,
    /// Whether it is dealt with, and may be set aside.
    is_handled: bool,
    needs_person: bool,
}

impl Done {
    fn handled(what: &'static str, said: Words) -> Self {
        Self { what, said, is_handled: true, needs_person: false }
    }

    fn left(what: &'static str, said: Words) -> Self {
        Self { what, said, is_handled: false, needs_person: false }
    }

    fn for_person(what: &'static str, said: Words) -> Self {
        Self { what, said, is_handled: false, needs_person: true }
    }
}

pub(in crate::cli) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    if args.settled {
        let n_rows = shell.ledger()?.settle_requests()?;
        shell.report.line(&words!("requests settled: {n_rows}", "demandes réglées : {n_rows}"));
        return Ok(Exit::Done);
    }
    let mailbox = mailbox(args, shell)?;
    if mailbox != Mailbox::Standard {
        return receive(&mailbox, args.dry_run, shell);
    }
    // A mail server takes any other failure for its own mail's, and returns it.
    Ok(receive(&mailbox, args.dry_run, shell).map_or_else(
        |error| {
            shell.report.error(&error);
            Exit::TryAgain
        },
        |exit| if exit == Exit::Blocked { Exit::TryAgain } else { Exit::Done },
    ))
}

fn mailbox(args: &Args, shell: &Shell) -> Result<Mailbox> {
    if args.is_pipe() {
        return Ok(Mailbox::Standard);
    }
    if let Some(file) = &args.mbox {
        return Ok(Mailbox::Mbox(file.clone()));
    }
    way_in::wanted(args.maildir.as_deref(), args.imap, shell)
}

/// Reads a mailbox, acts, and reports. `run` calls it too.
pub(in crate::cli) fn receive(mailbox: &Mailbox, is_dry: bool, shell: &Shell) -> Result<Exit> {
    let ledger = shell.ledger()?;
    // What a copy of the ledger takes in, the ledger never learns.
    if !is_dry && !host::is_home(&ledger, false, shell)? {
        return Ok(Exit::Blocked);
    }
    let desk = Desk { ledger: &ledger, rules: Rules::shipped(), asked: approve::asked(None, shell)?, shell };
    let mut tally: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut lines: Vec<Value> = Vec::new();
    let mut for_person: Vec<(String, Words)> = Vec::new();
    let name = if let Mailbox::Imap(imap) = mailbox { imap.name() } else { String::new() };
    let mark = way_in::kept_mark(&ledger, &name)?;
    let after = mailbox.each(is_dry, mark, &mut |mail| {
        let received = receive::read(&mail, &desk.rules);
        let done = if is_dry { shown(&received) } else { desk.act(&mail, &received)? };
        *tally.entry(done.what).or_default() += 1;
        if done.needs_person {
            for_person.push((received.hash.clone(), done.said.clone()));
        }
        if shell.report.is_json {
            lines.push(line(&received, &done));
        } else if done.what != "known" {
            shell.report.line(&done.said);
        }
        if is_dry {
            return Ok(Fate::Stays);
        }
        if done.is_handled {
            return Ok(Fate::SetAside);
        }
        if *mailbox == Mailbox::Standard {
            mailbox::keep(&ledger.state_dir().join(INBOX), &mail)?;
        }
        Ok(Fate::Stays)
    })?;
    if !is_dry && after != mark {
        ledger.set_meta(&name, &format!("{} {}", after.validity, after.uid))?;
    }
    if !is_dry {
        office::leave_to_person(&for_person, &ledger)?;
    }
    // Who left is also kept outside the ledger, for the day on which a backup is restored.
    if !is_dry {
        departures::settle(&ledger, shell.now)?;
    }
    if shell.report.is_json {
        shell.report.json(&json!({"mails": lines, "counts": tally}));
    } else {
        let counts: Vec<String> = tally.iter().map(|(what, n)| format!("{n} {what}")).collect();
        let counts = if counts.is_empty() { "0".to_owned() } else { counts.join(", ") };
        shell.report.line(&words!("mails read: {counts}", "courriels lus : {counts}"));
    }
    Ok(if for_person.is_empty() { Exit::Done } else { Exit::Look })
}

struct Desk<'a> {
    ledger: &'a Ledger,
    rules: Rules,
    /// Requests for approval to which a mail may be the answer.
    asked: Vec<Asked>,
    shell: &'a Shell,
}

impl Desk<'_> {
    fn act(&self, mail: &[u8], received: &Received) -> Result<Done> {
        if let Some(kind) = self.ledger.received_as(&received.hash)? {
            // Acted on before; the move after it may be what is missing. What waits for a person waits on.
            let is_handled = !LEFT.contains(&kind.as_str());
            return Ok(Done { what: "known", said: Words::default(), is_handled, needs_person: false });
        }
        if let Some(reply) = receive::read_approval(mail, &self.asked) {
            let taken = approve::take(&reply, mail, self.shell)?;
            // A reply that approves nothing is a person's to read.
            self.note(received, if taken.is_approved { "approval" } else { "personal" })?;
            let by = &reply.asked.by;
            let said = taken.said.unwrap_or_else(|| {
                words!("{by} answered a request for approval", "{by} a répondu à une demande d'approbation")
            });
            let is_handled = taken.is_approved;
            return Ok(Done { what: "approval", said, is_handled, needs_person: !is_handled });
        }
        match &received.notice {
            Notice::Bounce(bounced) => self.bounce(received, bounced),
            Notice::Complaint(address) => self.complaint(received, address.as_ref()),
            Notice::Request { what, token } => self.request(received, what, token.as_deref()),
            Notice::Useful { is_useful, is_subject }
                if *is_subject || self.ledger.leads_back(&self.trace(received))? =>
            {
                self.note(received, if *is_useful { "useful" } else { "not-useful" })?;
                Ok(Done::handled("useful", words!("an opinion was counted", "un avis a été compté")))
            }
            Notice::Story => self.story(mail, received),
            Notice::Moved(address) => {
                self.note(received, "moved")?;
                let (old, new) = (masked(received.from.as_ref()), address.masked());
                Ok(Done::for_person(
                    "moved",
                    words!(
                        "{old} says to have moved to {new}: `cco-news subscribers move` takes language and consent along",
                        "{old} dit avoir déménagé à {new} : `cco-news subscribers move` fait suivre la langue et le consentement"
                    ),
                ))
            }
            Notice::AutoReply | Notice::Report => {
                self.note(received, "automatic")?;
                Ok(Done::left(
                    "automatic",
                    words!("an automatic answer, left as it is", "une réponse automatique, laissée telle quelle"),
                ))
            }
            Notice::Personal | Notice::Useful { .. } => {
                self.note(received, "personal")?;
                let from = masked(received.from.as_ref());
                Ok(Done::for_person(
                    "personal",
                    words!("a mail from {from} waits for a person", "un courriel de {from} attend une personne"),
                ))
            }
        }
    }

    fn note(&self, received: &Received, kind: &'static str) -> Result<bool> {
        self.ledger.note_received(&received.hash, kind, self.shell.now)
    }

    fn trace(&self, received: &Received) -> Trace {
        let sender = &self.shell.config.newsletter.sender;
        let domain = sender.domain.as_deref().unwrap_or_else(|| sender.from.rsplit('@').next().unwrap_or(""));
        let message_ids = received.copies.iter().map(|local| format!("<{local}@{domain}>")).collect();
        Trace { hash: received.hash.clone(), message_ids, at: self.shell.now }
    }

    fn bounce(&self, received: &Received, bounced: &[Bounced]) -> Result<Done> {
        let soft_issues = self.shell.config.newsletter.mailbox.soft_issues;
        let effect = self.ledger.take_bounce(self.trace(received), bounced.to_vec(), soft_issues)?;
        let who = bounced.iter().map(|one| masked(one.address.as_ref())).collect::<Vec<_>>().join(", ");
        Ok(match effect {
            Effect::Suppressed => Done::handled(
                "suppressed",
                words!(
                    "{who} gets nothing further: the address bounced",
                    "{who} ne recevra plus rien : l'adresse a rebondi"
                ),
            ),
            Effect::Counted => {
                Done::handled("counted", words!("a bounce of {who} was counted", "un retour de {who} a été compté"))
            }
            Effect::Known | Effect::None => Done::left(
                "bounce",
                words!("a bounce of {who}: nothing follows from it", "un retour de {who} : rien n'en découle"),
            ),
        })
    }

    fn complaint(&self, received: &Received, address: Option<&Address>) -> Result<Done> {
        let effect = self.ledger.take_complaint(self.trace(received), address.cloned())?;
        Ok(match effect {
            Effect::Suppressed => Done::handled(
                "complaint",
                words!(
                    "a reader complained, and gets nothing further",
                    "une personne s'est plainte, et ne recevra plus rien"
                ),
            ),
            _ => Done::for_person(
                "complaint",
                words!(
                    "a complaint that leads back to no copy of ours",
                    "une plainte qui ne mène à aucune de nos copies"
                ),
            ),
        })
    }

    /// Whose copy a token is from: it carries the number of the subscriber.
    fn by_token(&self, token: &str, from: Option<&Address>) -> Result<Option<Subscriber>> {
        let secrets = Secrets::open(self.ledger)?;
        let newsletter = &self.shell.config.newsletter.id;
        let number = [LinkTo::Leave, LinkTo::Preferences]
            .into_iter()
            .find_map(|purpose| secrets.read_link(newsletter, purpose, token));
        match number {
            Some(number) => self.ledger.subscriber_by_number(number),
            None if token.len() == OLD_TOKEN_CHARS => self.by_old_token(token, from, &secrets),
            None => Ok(None),
        }
    }

    /// Tokens of version 0.1.0 carry no number: the sender is tried first, and only a mail from another address needs the
    /// search.
    fn by_old_token(&self, token: &str, from: Option<&Address>, secrets: &Secrets) -> Result<Option<Subscriber>> {
        let newsletter = &self.shell.config.newsletter.id;
        let is_of = |address: &Address| {
            [Purpose::Unsubscribe, Purpose::Preferences]
                .iter()
                .any(|purpose| secrets.token(newsletter, address, *purpose) == token)
        };
        if let Some(from) = from.filter(|from| is_of(from)) {
            return self.ledger.subscriber(from);
        }
        let mut found = None;
        self.ledger.each_subscriber(|subscriber| {
            if found.is_none() && is_of(&subscriber.address) {
                found = Some(subscriber);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// By the token, which proves whose copy it is; by the sender's address otherwise: who is not to be written to is
    /// soon said, and the person can come back.
    fn request(&self, received: &Received, what: &Request, token: Option<&str>) -> Result<Done> {
        let from = received.from.as_ref();
        if *what == Request::Unclear {
            self.note(received, "request")?;
            let from = masked(from);
            return Ok(Done::for_person(
                "request",
                words!(
                    "{from} writes about leaving, and not only that: read and answer it today",
                    "{from} parle de désabonnement, et d'autre chose : lisez et répondez aujourd'hui"
                ),
            ));
        }
        let mut subscriber = token.map(|token| self.by_token(token, from)).transpose()?.flatten();
        if subscriber.is_none() {
            subscriber = from.map(|from| self.ledger.subscriber(from)).transpose()?.flatten();
        }
        let Some(subscriber) = subscriber else {
            self.note(received, "request")?;
            let from = masked(from);
            return Ok(Done::for_person(
                "request",
                words!(
                    "{from} asks to leave or to change language, and is not on the list: answer them today",
                    "{from} demande à se désabonner ou à changer de langue, et n'est pas sur la liste : répondez aujourd'hui"
                ),
            ));
        };
        let who = subscriber.address.masked();
        let deed = |why: &str| Deed::of_person("mail", why, self.shell.now);
        match what {
            Request::Leave | Request::Unclear => {
                self.ledger.change_status(&subscriber.address, "left", deed("asked by mail"))?;
                self.note(received, "leave")?;
                Ok(Done::handled("left", words!("{who} left", "{who} s'est désabonné")))
            }
            Request::Language(wanted) => {
                let known = &self.shell.config.newsletter.languages;
                // With two languages, whoever asks for another means the other.
                let other = || known.iter().find(|lang| subscriber.language.as_ref().is_some_and(|own| own != *lang));
                let Some(language) = wanted.as_ref().filter(|lang| known.contains(lang)).or_else(other) else {
                    self.note(received, "request")?;
                    return Ok(Done::for_person(
                        "request",
                        words!(
                            "{who} asks for another language: which one?",
                            "{who} demande une autre langue : laquelle?"
                        ),
                    ));
                };
                let is_plain = subscriber.format.as_deref() == Some("text");
                let choice = Choice { language: Some(language.clone()), both: false, is_plain };
                self.ledger.choose_for(&subscriber.address, choice, deed("asked by mail"))?;
                self.note(received, "language")?;
                Ok(Done::handled(
                    "language",
                    words!(
                        "{who} gets the newsletter in `{language}` from now on",
                        "{who} recevra désormais l'infolettre en `{language}`"
                    ),
                ))
            }
        }
    }

    /// A story goes into the drop folder as it is; the office answers, with a receipt that lies ready.
    fn story(&self, mail: &[u8], received: &Received) -> Result<Done> {
        let name = format!("stories/mail-{}.eml", &received.hash[..12]);
        files::write_whole(&self.shell.config.root.join(&name), mail)?;
        let receipt = receipt(received, &name);
        let drafts = self.ledger.state_dir().join("drafts");
        mailbox::keep(&drafts, receipt.as_bytes())?;
        self.note(received, "story")?;
        let shown = drafts.display();
        Ok(Done::handled(
            "story",
            words!(
                "a story came by mail: `{name}`; a receipt to send lies in `{shown}`",
                "un article est arrivé par courriel : `{name}`; un accusé de réception à envoyer se trouve dans `{shown}`"
            ),
        ))
    }
}
