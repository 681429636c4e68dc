//! By which way copies leave from here: the relay if one is named, else the outbox.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

use super::{Shell, running};
use crate::check::WayOut;
use crate::files;
use crate::mail::{Mailer, Outbox, Settings, Smtp};
use crate::model::{Delivering, Dkim, RelaySettings, Words};
use crate::send::Relay;
use crate::send::dkim::Key;

/// A certificate authority's file is a few KiB; a bundle of all of them under 1 MiB.
const CA_BYTES_MAX: u64 = 1024 * 1024;

/// One relay: what it is called, its part of the copies, and how it is reached and paced.
struct Named {
    name: String,
    share: Option<u32>,
    /// None: as `[delivery]` says.
    own: Option<Delivering>,
    settings: Settings,
}

/// The relays that are named: the one of the environment, else those of `newsletter.toml`.
fn named(shell: &Shell) -> Result<Vec<Named>> {
    let delivering = &shell.config.newsletter.delivery;
    if let Some(url) = &shell.environment.smtp_url {
        let settings = settings_of(url, delivering, shell)?;
        return Ok(vec![Named { name: String::new(), share: None, own: None, settings }]);
    }
    let named = |relay: &RelaySettings| {
        let own = running::delivering_by(&shell.config.newsletter, relay);
        let name = &relay.name;
        let settings = settings_of(&relay.url, &own, shell)
            .with_context(|| words!("the mail server `{name}`", "le serveur de courriel `{name}`"))?;
        Ok(Named { name: name.clone(), share: relay.share, own: Some(own), settings })
    };
    delivering.relay.iter().map(named).collect()
}

/// Each relay that is named: what the office calls it, and how it is reached.
pub(super) fn all_settings(shell: &Shell) -> Result<Vec<(String, Settings)>> {
    Ok(named(shell)?.into_iter().map(|named| (named.name, named.settings)).collect())
}

/// The settings of the relay, if one is named; of several, of the first.
fn settings(shell: &Shell) -> Result<Option<Settings>> {
    Ok(named(shell)?.into_iter().next().map(|named| named.settings))
}

fn settings_of(url: &str, delivering: &Delivering, shell: &Shell) -> Result<Settings> {
    let ca_pem = match &delivering.ca_file {
        Some(file) => Some(files::read_bytes(&shell.config.root.join(file), CA_BYTES_MAX)?),
        None => None,
    };
    let password = delivering.password_command.as_deref().map(|command| printed("delivery.password_command", command));
    let mut settings = Settings::parse(url, delivering, ca_pem, password.transpose()?.as_deref())?;
    if let Some(command) = delivering.token_command.clone() {
        if settings.credentials.is_none() {
            bail!(words!(
                "`token_command` needs the user's name in the address of the mail server: `smtp://news%40office.example@relay.example`",
                "`token_command` demande le nom d'utilisateur dans l'adresse du serveur de courriel : `smtp://news%40bureau.example@relais.example`"
            ));
        }
        settings.token = Some(Arc::new(move || printed("delivery.token_command", &command)));
    }
    Ok(settings)
}

/// Runs a command that prints a secret; what it printed is never shown.
pub(super) fn printed(key: &str, command: &str) -> Result<String> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let output = Command::new(shell)
        .args([flag, command])
        .output()
        .with_context(|| words!("could not run `{key}`", "impossible de lancer `{key}`"))?;
    if !output.status.success() {
        bail!(words!("`{key}` failed", "`{key}` a échoué"));
    }
    Ok(String::from_utf8(output.stdout)?.trim_end_matches(['\r', '\n']).to_owned())
}

/// By which way an issue would leave now, as the rules ask.
pub(super) fn kind(shell: &Shell) -> Result<WayOut> {
    let named = named(shell)?;
    Ok(match named.iter().all(|named| named.settings.is_loopback()) {
        _ if named.is_empty() => WayOut::Outbox,
        true => WayOut::SmtpLoopback,
        false => WayOut::Smtp,
    })
}

/// The ways by which an issue leaves: every relay, or the outbox.
pub(super) fn relays(shell: &Shell, state_dir: &Path) -> Result<Vec<Relay>> {
    let named = named(shell)?;
    if named.is_empty() {
        return Ok(vec![Mailer::Outbox(Outbox::new(state_dir)).into()]);
    }
    let relay = |Named { name, share, own, settings }| {
        Ok(Relay { name, share, own, mailer: Mailer::Smtp(Smtp::new(settings)?) })
    };
    named.into_iter().map(relay).collect()
}

/// The way out of a single message.
pub(super) fn mailer(shell: &Shell, state_dir: &Path) -> Result<Mailer> {
    Ok(match settings(shell)? {
        None => Mailer::Outbox(Outbox::new(state_dir)),
        Some(settings) => Mailer::Smtp(Smtp::new(settings)?),
    })
}

/// The keys with which copies are signed.
pub(super) fn keys(shell: &Shell) -> Result<Vec<Key>> {
    let newsletter = &shell.config.newsletter;
    let from = newsletter.sender.from.rsplit('@').next().unwrap_or("");
    let read = |key: &Dkim| {
        Key::read(&shell.config.root.join(&key.key_file), key.domain.as_deref().unwrap_or(from), &key.selector)
    };
    newsletter.delivery.dkim.iter().map(read).collect()
}

/// What people call it.
pub(super) fn name(kind: WayOut) -> Words {
    match kind {
        WayOut::Outbox => words!("the outbox (`state/outbox/new`)", "la boîte d'envoi (`state/outbox/new`)"),
        WayOut::SmtpLoopback | WayOut::Smtp => words!("the mail server", "le serveur de courriel"),
    }
}
