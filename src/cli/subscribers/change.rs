//! `subscribers add`, `remove` and `restore`: what the office does for one person.

use anyhow::{Result, bail};
use jiff::civil::Date;
use serde_json::json;

use super::super::Shell;
use super::super::exit::Exit;
use super::{read, unknown};
use crate::ledger::{Deed, Entry, Ledger};
use crate::model::{Address, Lang};
use crate::send::import::KeptOut;

/// Arguments of `subscribers add`.
#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// Their address.
    address: String,
    /// On what basis they are written to, as "asked by phone".
    #[arg(long)]
    basis: String,
    /// When they consented, as `2026-11-30`; today by default.
    #[arg(long, value_name = "DATE")]
    consented_on: Option<Date>,
    /// Their language, or `both`; without it they get the bilingual edition.
    #[arg(long)]
    language: Option<String>,
    /// Their name.
    #[arg(long)]
    name: Option<String>,
}

pub(super) fn add(ledger: &Ledger, add: &Add, shell: &Shell) -> Result<Exit> {
    let address = read(&add.address)?;
    let typed = address.as_str().to_owned();
    let newsletter = &shell.config.newsletter;
    let both = add.language.as_deref() == Some("both");
    let language = add.language.as_deref().filter(|_| !both).map(Lang::new);
    if let Some(language) = language.as_ref().filter(|language| !newsletter.languages.contains(language)) {
        bail!(words!(
            "`{language}` is not a language of this newsletter",
            "`{language}` n'est pas une langue de cette infolettre"
        ));
    }
    if KeptOut::load(ledger)?.has(&address) {
        shell.report.warn(&words!(
            "`{typed}` was erased, or left long ago: only the person can come back, with the form on the web",
            "`{typed}` a été effacée, ou est partie il y a longtemps : seule la personne peut revenir, avec le formulaire sur le Web"
        ));
        return Ok(Exit::Blocked);
    }
    let today = shell.now.to_zoned(newsletter.schedule.zone().unwrap_or(jiff::tz::TimeZone::UTC)).date();
    let entry = Entry {
        both,
        name: add.name.clone(),
        source: Some("office".to_owned()),
        consented_on: Some(add.consented_on.unwrap_or(today).to_string()),
        basis: Some(add.basis.clone()),
        ..Entry::new(address, language)
    };
    let known = ledger.add(entry, Deed::of_office(&add.basis, shell.now))?;
    if let Some(known) = known {
        let status = &known.status;
        shell.report.warn(&words!(
            "`{typed}` is there already ({status}); to bring a person back: cco-news subscribers restore {typed} --reason …",
            "`{typed}` y est déjà ({status}); pour faire revenir une personne : cco-news subscribers restore {typed} --reason …"
        ));
        return Ok(Exit::Look);
    }
    shell.report.line(&words!("added: {typed}", "ajoutée : {typed}"));
    say_json(shell, &typed, "active");
    Ok(Exit::Done)
}

pub(super) fn remove(ledger: &Ledger, address: &Address, reason: &str, shell: &Shell) -> Result<Exit> {
    let typed = address.as_str();
    if ledger.subscriber(address)?.is_none() {
        return Ok(unknown(address, shell));
    }
    if ledger.change_status(address, "left", Deed::of_office(reason, shell.now))? {
        shell.report.line(&words!(
            "{typed} gets nothing further, and no file brings them back",
            "{typed} ne reçoit plus rien, et aucun fichier ne l'y ramène"
        ));
    } else {
        shell.report.line(&words!("{typed} had left already", "{typed} était déjà partie"));
    }
    say_json(shell, typed, "left");
    Ok(Exit::Done)
}

pub(super) fn restore(ledger: &Ledger, address: &Address, reason: &str, shell: &Shell) -> Result<Exit> {
    let typed = address.as_str();
    match ledger.restore(address, Deed::of_office(reason, shell.now))? {
        None => return Ok(unknown(address, shell)),
        Some(true) => shell.report.line(&words!("{typed} is back", "{typed} est de retour")),
        Some(false) => shell.report.line(&words!("{typed} was active already", "{typed} était déjà active")),
    }
    say_json(shell, typed, "active");
    Ok(Exit::Done)
}

fn say_json(shell: &Shell, address: &str, status: &str) {
    if shell.report.is_json {
        shell.report.json(&json!({"email": address, "status": status}));
    }
}
