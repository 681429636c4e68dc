//! `subscribers move`: an address becomes another, or every address of a domain does.

use anyhow::{Result, bail};
use serde_json::json;

use super::super::Shell;
use super::super::exit::Exit;
use super::{read, unknown};
use crate::ledger::{Deed, Ledger, Moved};
use crate::model::Address;

/// Arguments of `subscribers move`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The address as it was, or the domain.
    old: String,
    /// As it is now.
    new: String,
    /// Every address of the domain `OLD` becomes one of the domain `NEW`.
    #[arg(long)]
    domain: bool,
    /// See what it would come to, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Why, for the history.
    #[arg(long, default_value = "")]
    reason: String,
}

pub(super) fn run(ledger: &Ledger, args: &Args, shell: &Shell) -> Result<Exit> {
    let deed = Deed::of_office(&args.reason, shell.now);
    let exit = if args.domain { domain(ledger, args, deed, shell) } else { one(ledger, args, deed, shell) }?;
    if args.dry_run {
        shell.report.line(&words!("dry run: nothing was changed", "essai : rien n'a été changé"));
    }
    Ok(exit)
}

fn one(ledger: &Ledger, args: &Args, deed: Deed, shell: &Shell) -> Result<Exit> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let (from, to) = (old.as_str(), new.as_str());
    let moved = ledger.move_address(&old, &new, deed, args.dry_run)?;
    match moved {
        Moved::Unknown => return Ok(unknown(&old, shell)),
        Moved::Same => shell.report.line(&words!("{from} is {to} already", "{from} est déjà {to}")),
        Moved::Done { is_merged, stays_out, .. } => {
            shell.report.line(&words!("{from} is now {to}", "{from} est maintenant {to}"));
            if is_merged {
                shell.report.line(&words!(
                    "both were in the list: one row stays, and one copy leaves",
                    "les deux figuraient dans la liste : une seule ligne reste, et un seul exemplaire part"
                ));
            }
            if stays_out {
                shell.report.line(&words!("the person has left, and stays out", "la personne est partie, et le reste"));
            }
        }
    }
    if shell.report.is_json {
        let is_moved = matches!(moved, Moved::Done { .. });
        shell.report.json(&json!({"moved": is_moved, "dry_run": args.dry_run}));
    }
    Ok(Exit::Done)
}

fn domain(ledger: &Ledger, args: &Args, deed: Deed, shell: &Shell) -> Result<Exit> {
    let parse = |text: &str| {
        let domain = text.trim().trim_start_matches('@');
        Address::parse(&format!("x@{domain}")).map(|address| address.domain().to_owned())
    };
    let (Ok(old), Ok(new)) = (parse(&args.old), parse(&args.new)) else {
        bail!(words!(
            "write two domains, as `--domain pco-bcp.example tbs-sct.example`",
            "écrivez deux domaines, comme `--domain pco-bcp.example tbs-sct.example`"
        ));
    };
    let moving = ledger.move_domain(&old, &new, deed, args.dry_run)?;
    let crate::ledger::Moving { moved, merged, stay_out, copies, impossible } = moving;
    shell.report.line(&words!(
        "{old} to {new}: addresses {moved}; of people who had both and keep one {merged}; of those who have left and stay out {stay_out}; copies under way changed {copies}",
        "{old} vers {new} : adresses {moved}; de personnes qui avaient les deux et en gardent une {merged}; de celles qui sont parties et le restent {stay_out}; exemplaires en cours modifiés {copies}"
    ));
    if shell.report.is_json {
        shell.report.json(&json!({
            "moved": moved, "merged": merged, "stay_out": stay_out, "copies": copies, "impossible": impossible,
            "dry_run": args.dry_run,
        }));
    }
    if moved == 0 {
        shell.report.warn(&words!("nobody is at `{old}`", "personne n'est à `{old}`"));
        return Ok(Exit::Look);
    }
    if impossible > 0 {
        shell.report.warn(&words!(
            "too long at `{new}`, and left as they are: {impossible}",
            "trop longues à `{new}`, et laissées telles quelles : {impossible}"
        ));
        return Ok(Exit::Look);
    }
    Ok(Exit::Done)
}
