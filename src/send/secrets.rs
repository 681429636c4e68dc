//! The key of Message-IDs and tokens: made once, kept in STATE, never shown. Its id is in the ledger, so that a second
//! machine, or a restored one, cannot send with another key and break every link that has been sent.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::links::{self, LinkKey, LinkTo};
use crate::files;
use crate::ledger::Ledger;
use crate::model::{Address, Digest, EditionId, IssueId};

/// Its file in STATE.
pub const FILE_NAME: &str = "secrets.toml";
/// Bytes of a token or Message-ID that remain: 160 bits, of which nobody guesses one.
const TOKEN_BYTES: usize = 20;
/// The ledger's name for the id of the key.
const META_KEY: &str = "secrets";

/// The keys. They have no `Debug` and no `Display`.
#[derive(Clone)]
pub struct Secrets {
    key: [u8; 32],
    /// Oldest first; the first follows from `key`.
    links: Vec<LinkKey>,
}

/// What a token of a copy of version 0.1.0 lets its bearer ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To leave.
    Unsubscribe,
    /// To change language.
    Preferences,
}

impl Secrets {
    /// A key that everybody knows, for copies that never leave: `check` compares two of them.
    pub fn of_samples() -> Self {
        Self::from_key([0; 32])
    }

    /// Reads the key of STATE, makes it on first use, and makes sure that it is the ledger's.
    pub fn open(ledger: &Ledger) -> Result<Self> {
        let path = ledger.state_dir().join(FILE_NAME);
        let shown = path.display();
        let known = ledger.meta(META_KEY)?;
        let mut there = files::read_private(&path)?;
        if there.is_none() && known.is_none() {
            make(&path).with_context(|| words!("could not write `{shown}`", "impossible d'écrire `{shown}`"))?;
            there = files::read_private(&path)?;
        }
        let Some(text) = there else {
            if ledger.is_shared() {
                bail!(words!(
                    "`{shown}` is not there, and every machine needs the same: copy it from the one that has it, or from a backup",
                    "`{shown}` n'est pas là, et chaque machine a besoin du même : copiez-le de celle qui l'a, ou d'une sauvegarde"
                ));
            }
            bail!(words!(
                "`{shown}` is gone, and the links in every newsletter sent so far hang on it: restore it from a backup",
                "`{shown}` a disparu, et les liens de toutes les infolettres déjà envoyées en dépendent : restaurez-le d'une sauvegarde"
            ));
        };
        let secrets = parse(&text).with_context(|| {
            words!("`{shown}` does not hold a key: restore it", "`{shown}` ne contient pas de clé : restaurez-le")
        })?;
        // Of two machines that begin at once, one has the key.
        let id = known.map_or_else(|| ledger.settle_meta(META_KEY, &secrets.id()), Ok)?;
        if id != secrets.id() {
            bail!(words!(
                "`{shown}` is not the key this ledger was made with: put the right file back",
                "`{shown}` n'est pas la clé avec laquelle ce registre a été créé : remettez le bon fichier"
            ));
        }
        Ok(secrets)
    }

    /// From a key; for tests and rehearsals.
    pub fn from_key(key: [u8; 32]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        mac.update(b"key of links");
        let first = mac.finalize().into_bytes().into();
        Self { key, links: vec![LinkKey::first(first)] }
    }

    /// Adds a key for links: those made from then on have it, those made before go on working.
    pub fn add_link_key(ledger: &Ledger, now: Timestamp) -> Result<()> {
        Self::open(ledger)?;
        let path = ledger.state_dir().join(FILE_NAME);
        let shown = path.display();
        let add = || -> Result<()> {
            let text = fs::read_to_string(&path)?;
            let key = HEXLOWER.encode(&random()?);
            let entry = format!(
                "\n# More keys of links, each from a moment on.\n[[link]]\nsince = \"{now}\"\nkey = \"{key}\"\n"
            );
            write(&path, &(text.trim_end().to_owned() + "\n" + &entry))
        };
        add().with_context(|| words!("could not write `{shown}`", "impossible d'écrire `{shown}`"))
    }

    /// What a link of a subscriber or of a letter carries; `at` is when its mail was made.
    pub fn link(&self, newsletter: &str, to: LinkTo, number: i64, at: Timestamp) -> String {
        links::write(&self.links, newsletter, to, number, at)
    }

    /// The number in a link that is ours, for this newsletter and purpose.
    pub fn read_link(&self, newsletter: &str, to: LinkTo, link: &str) -> Option<i64> {
        links::read(&self.links, newsletter, to, link)
    }

    /// A name for the key that says nothing about it.
    pub fn id(&self) -> String {
        HEXLOWER.encode(&Sha256::digest([b"key id:".as_slice(), &self.key].concat())[..8])
    }

    /// The local part of a copy's Message-ID: the same on every try, and nobody can guess it (DESIGN rule 4).
    pub fn message_id(&self, newsletter: &str, issue: &IssueId, edition: &EditionId, to: &Address) -> String {
        self.word(&["message-id", newsletter, issue.as_str(), edition.as_str(), &to.key()])
    }

    /// The local part of a request for approval's Message-ID: it names what was shown, and only who was asked, and we,
    /// know the rest (DESIGN rule 2).
    pub fn request_id(
        &self,
        newsletter: &str,
        issue: &IssueId,
        (edition, digest): (&EditionId, &Digest),
        to: &Address,
    ) -> String {
        let fields = ["approval", newsletter, issue.as_str(), edition.as_str(), digest.as_str(), &to.key()];
        format!("approve.{issue}.{edition}.{}.{}", digest.short(), self.word(&fields))
    }

    /// The local part of a letter's Message-ID: the same on every try.
    pub fn letter_id(&self, newsletter: &str, letter: i64) -> String {
        self.word(&["letter", newsletter, &letter.to_string()])
    }

    /// What stays of a person who was erased or has long left: their address cannot be read from it, only recognised.
    pub fn mark(&self, address: &Address) -> String {
        self.word(&["mark", &address.key()])
    }

    /// What the links of version 0.1.0 carry instead of an address. They are to work for as long as their key is there.
    pub fn token(&self, newsletter: &str, to: &Address, purpose: Purpose) -> String {
        let purpose = match purpose {
            Purpose::Unsubscribe => "unsubscribe",
            Purpose::Preferences => "preferences",
        };
        self.word(&["token", newsletter, purpose, &to.key()])
    }

    /// Every field goes in with its length before it, so that no two lists of fields give one word.
    fn word(&self, fields: &[&str]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        for field in fields {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field.as_bytes());
        }
        BASE32_NOPAD.encode(&mac.finalize().into_bytes()[..TOKEN_BYTES]).to_ascii_lowercase()
    }
}

fn parse(text: &[u8]) -> Option<Secrets> {
    let document = std::str::from_utf8(text).ok()?.parse::<toml_edit::DocumentMut>().ok()?;
    let key = |value: Option<&toml_edit::Item>| -> Option<[u8; 32]> {
        HEXLOWER.decode(value?.as_str()?.as_bytes()).ok()?.try_into().ok()
    };
    let mut secrets = Secrets::from_key(key(document.get("key"))?);
    let more = document.get("link").and_then(toml_edit::Item::as_array_of_tables);
    for table in more.into_iter().flatten() {
        let since = table.get("since")?.as_str()?.parse().ok()?;
        secrets.links.push(LinkKey::since(since, key(table.get("key"))?));
    }
    Some(secrets)
}

/// A word that nobody can guess, for an address or a cookie: 160 bits in lower-case base32.
pub fn word() -> Result<String> {
    Ok(BASE32_NOPAD.encode(&random()?[..20]).to_ascii_lowercase())
}

fn random() -> Result<[u8; 32]> {
    let mut key = [0_u8; 32];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut key).map_err(|_| words!("the system gave no randomness", "le système n'a pas fourni d'aléa"))?;
    Ok(key)
}

/// Makes the file, unless another process is the first: one ledger has one key, whoever made it.
fn make(path: &Path) -> Result<()> {
    let text = format!(
        "# The key of Message-IDs and of the links to leave. Made once; keep it as long as the newsletter lives, and\n\
         # show it to nobody.\nkey = \"{}\"\n",
        HEXLOWER.encode(&random()?)
    );
    let temporary = temporary(path, &text)?;
    // A rename would put a second key over the first, with which mail may be on its way.
    let made = fs::hard_link(&temporary, path);
    fs::remove_file(&temporary)?;
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    Ok(fs::rename(temporary(path, text)?, path)?)
}

/// The text on the disk, in a file that nobody else writes: whole or not at all, since a half-written key would look like
/// a wrong one for ever.
fn temporary(path: &Path, text: &str) -> Result<PathBuf> {
    let temporary = path.with_extension(format!("{}.tmp", word()?));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(temporary)
}
