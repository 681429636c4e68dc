//! By which way mail comes in: the mailbox that is named, and the secret that opens it.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::Shell;
use super::way_out::printed;
use crate::files;
use crate::ledger::Ledger;
use crate::mailbox::{Imap, Mailbox, Mark, Secret};

/// A certificate authority's file is a few KiB; a bundle of all of them under 1 MiB.
const CA_BYTES_MAX: u64 = 1024 * 1024;

/// Whether a mailbox is named: that `run` can say so without asking for a password.
pub(super) fn is_named(shell: &Shell) -> bool {
    let settings = &shell.config.newsletter.mailbox;
    shell.environment.imap_url.is_some() || settings.imap.is_some() || settings.maildir.is_some()
}

/// The mailbox that is named: a folder on a server before a Maildir.
pub(super) fn mailbox(shell: &Shell) -> Result<Option<Mailbox>> {
    if let Some(imap) = imap(shell)? {
        return Ok(Some(Mailbox::Imap(Box::new(imap))));
    }
    let maildir = shell.config.newsletter.mailbox.maildir.as_ref();
    Ok(maildir.map(|maildir| Mailbox::Maildir(shell.config.root.join(maildir))))
}

/// The folder on a server that is named: the one of the environment, else that of `newsletter.toml`.
pub(super) fn imap(shell: &Shell) -> Result<Option<Imap>> {
    let (settings, root) = (&shell.config.newsletter.mailbox, &shell.config.root);
    let Some(url) = shell.environment.imap_url.as_ref().or(settings.imap.as_ref()) else { return Ok(None) };
    let secret = if let Some(command) = &settings.token_command {
        Some(Secret::Token(printed("mailbox.token_command", command)?))
    } else if let Some(command) = &settings.password_command {
        Some(Secret::Password(printed("mailbox.password_command", command)?))
    } else if let Some(file) = &settings.password_file {
        Some(Secret::Password(secret_in(&root.join(file))?))
    } else {
        None
    };
    let mut imap = Imap::parse(url, secret)?;
    imap.handled.clone_from(&settings.handled);
    imap.ca_pem = match &settings.ca_file {
        Some(file) => Some(files::read_bytes(&root.join(file), CA_BYTES_MAX)?),
        None => None,
    };
    Ok(Some(imap))
}

/// The mailbox that a command names, or the one of `newsletter.toml`.
pub(super) fn wanted(maildir: Option<&Path>, is_imap: bool, shell: &Shell) -> Result<Mailbox> {
    let named = match maildir {
        Some(maildir) => Some(Mailbox::Maildir(maildir.to_owned())),
        None if is_imap => imap(shell)?.map(|imap| Mailbox::Imap(Box::new(imap))),
        None => mailbox(shell)?,
    };
    match named {
        Some(mailbox) => Ok(mailbox),
        None if is_imap => bail!(words!(
            "no mailbox on a server is named: write `imap` under `[mailbox]` in `newsletter.toml`",
            "aucune boîte sur un serveur n'est indiquée : écrivez `imap` sous `[mailbox]` dans `newsletter.toml`"
        )),
        None => bail!(words!(
            "no mailbox is named: write `--maildir DIR`, or `maildir` under `[mailbox]` in `newsletter.toml`",
            "aucune boîte n'est indiquée : écrivez `--maildir DOSSIER`, ou `maildir` sous `[mailbox]` dans `newsletter.toml`"
        )),
    }
}

/// How far a mailbox on a server was read.
pub(super) fn kept_mark(ledger: &Ledger, name: &str) -> Result<Mark> {
    let kept = if name.is_empty() { None } else { ledger.meta(name)? };
    let numbers = kept.as_deref().and_then(|kept| kept.split_once(' '));
    let mark =
        numbers.and_then(|(validity, uid)| Some(Mark { validity: validity.parse().ok()?, uid: uid.parse().ok()? }));
    Ok(mark.unwrap_or_default())
}

/// The secret in a file that its owner alone may read.
fn secret_in(path: &Path) -> Result<String> {
    let shown = path.display();
    let unreadable = || words!("could not read `{shown}`", "impossible de lire `{shown}`");
    let bytes = files::read_private(path)?.with_context(unreadable)?;
    let text = String::from_utf8(bytes).with_context(unreadable)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
