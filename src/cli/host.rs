//! On which machine, in which folder and in which file STATE lives: a copy of it elsewhere would send everything a second
//! time, so it is noticed and refused until a person says that it is the one that counts (`--take-over`).

use std::fs;
use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Shell, office};
use crate::ledger::{FILE_NAME, Ledger};
use crate::model::{Digest, Words};

/// The ledger's name for where it lives.
const META_HOME: &str = "home";
/// What names a machine on Linux. A container has often none; then folder and file are all that is compared.
const MACHINE_ID: &str = "/etc/machine-id";

/// Where a ledger lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Home {
    machine: Option<String>,
    folder: String,
    /// What the file system calls the file: a copy is another.
    inode: Option<u64>,
    /// When the file was made, in milliseconds since 1970, where the file system knows it.
    made: Option<i64>,
}

impl Home {
    /// Of a ledger whose file lies in one folder, and will stay in another.
    fn of(ledger: &Ledger, folder: &Path) -> Option<Self> {
        if ledger.is_shared() {
            return None; // It lives on its server, and machines come and go.
        }
        let meta = fs::metadata(ledger.state_dir().join(FILE_NAME)).ok()?;
        let machine = fs::read_to_string(MACHINE_ID).ok().filter(|id| !id.trim().is_empty());
        // The id is not to be shown (machine-id(5)): a digest of it serves.
        let machine = machine.map(|id| Digest::of(format!("cco-news {}", id.trim()).as_bytes()).short().to_owned());
        #[cfg(unix)]
        let inode = Some(std::os::unix::fs::MetadataExt::ino(&meta));
        #[cfg(not(unix))]
        let inode = None;
        let made = meta.created().ok().and_then(|at| Timestamp::try_from(at).ok()).map(Timestamp::as_millisecond);
        let folder = folder.canonicalize().ok()?.to_string_lossy().into_owned();
        Some(Self { machine, folder, inode, made })
    }

    fn is_file_of(&self, other: &Self) -> bool {
        // What one of them does not know tells nothing.
        let is_same = |one: Option<i64>, two: Option<i64>| one.zip(two).is_none_or(|(one, two)| one == two);
        self.inode == other.inode && is_same(self.made, other.made)
    }
}

/// Why STATE is not to be used from here: it is a copy, or was moved from another machine. None: it is at home, or is on
/// its first use.
pub(super) fn elsewhere(ledger: &Ledger) -> Result<Option<Words>> {
    let Some(here) = Home::of(ledger, ledger.state_dir()) else { return Ok(None) };
    let known: Option<Home> = ledger.meta(META_HOME)?.and_then(|text| serde_json::from_str(&text).ok());
    let Some(home) = known else {
        settle_in(ledger, ledger.state_dir())?;
        return Ok(None);
    };
    let folder = &home.folder;
    let is_other_machine = home.machine.as_ref().zip(here.machine.as_ref()).is_some_and(|(one, two)| one != two);
    let why = if is_other_machine {
        words!(
            "the ledger here comes from another machine, where it was in `{folder}`",
            "le registre d'ici vient d'une autre machine, où il était dans `{folder}`"
        )
    } else if home.folder == here.folder {
        if here.is_file_of(&home) {
            return Ok(None);
        }
        words!(
            "the ledger in `{folder}` is not the file that was used last: it was copied there, and may not know what left since. A backup is put back with cco-news restore",
            "le registre dans `{folder}` n'est pas le fichier utilisé en dernier : il y a été copié, et ne sait peut-être pas ce qui est parti depuis. Une sauvegarde se remet avec cco-news restore"
        )
    } else if Path::new(folder).join(FILE_NAME).exists() {
        words!(
            "the ledger here is a copy: the first one is still in `{folder}`",
            "le registre d'ici est une copie : le premier est toujours dans `{folder}`"
        )
    } else {
        // Moved, and nothing stayed behind.
        settle_in(ledger, ledger.state_dir())?;
        return Ok(None);
    };
    let (en, fr) = (why.en, why.fr);
    Ok(Some(words!(
        "refused: {en}. If both send, everybody gets everything twice. If the other one never sends again: cco-news run --take-over",
        "refusé : {fr}. Si les deux envoient, tout le monde reçoit tout en double. Si l'autre n'envoie plus jamais : cco-news run --take-over"
    )))
}

/// Keeps that a ledger lives in a folder, in which it may be put only later.
pub(super) fn settle_in(ledger: &Ledger, folder: &Path) -> Result<()> {
    match Home::of(ledger, folder) {
        Some(home) => ledger.set_meta(META_HOME, &serde_json::to_string(&home)?),
        None => Ok(()),
    }
}

/// Takes STATE over, if asked; else says why it cannot be used, and tells the office once where nobody looks on. True: go
/// on.
pub(super) fn is_home(ledger: &Ledger, takes_over: bool, shell: &Shell) -> Result<bool> {
    if takes_over {
        settle_in(ledger, ledger.state_dir())?;
        return Ok(true);
    }
    let Some(why) = elsewhere(ledger)? else { return Ok(true) };
    shell.report.alert(&why);
    let issue = shell.config.newsletter.turn(shell.now)?;
    let subject =
        words!("A copy of the newsletter's ledger was refused", "Une copie du registre de l'infolettre a été refusée");
    office::tell(&issue, "elsewhere", &subject, &[why], ledger, shell)?;
    Ok(false)
}
