//! The key of Message-IDs and tokens: made once, kept in STATE, never shown. Its id is in the ledger, so that a second
//! machine, or a restored one, cannot send with another key and break every link that has been sent.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::ledger::Ledger;
use crate::model::{Address, Digest, EditionId, IssueId};

/// Its file in STATE.
const FILE_NAME: &str = "secrets.toml";
/// The file holds one line; anything long is something else.
const FILE_BYTES_MAX: u64 = 4096;
/// Bytes of a token or Message-ID that remain: 160 bits, of which nobody guesses one.
const TOKEN_BYTES: usize = 20;
/// The ledger's name for the id of the key.
const META_KEY: &str = "secrets";

/// The key. It has no `Debug` and no `Display`.
#[derive(Clone)]
pub struct Secrets {
    key: [u8; 32],
}

/// What a token lets its bearer ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To leave.
    Unsubscribe,
    /// To change language.
    Preferences,
}

impl Secrets {
    /// A key that everybody knows, for copies that never leave: `check` compares two of them.
    pub const fn of_samples() -> Self {
        Self { key: [0; 32] }
    }

    /// Reads the key of STATE, makes it on first use, and makes sure that it is the ledger's.
    pub fn open(ledger: &Ledger) -> Result<Self> {
        let path = ledger.state_dir().join(FILE_NAME);
        let shown = path.display();
        let known = ledger.meta(META_KEY)?;
        let key = match read(&path) {
            Ok(key) => key?,
            Err(error) if error.kind() == io::ErrorKind::NotFound && known.is_none() => {
                make(&path).with_context(|| words!("could not write `{shown}`", "impossible d'écrire `{shown}`"))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => bail!(words!(
                "`{shown}` is gone, and the links in every newsletter sent so far hang on it: restore it from a backup",
                "`{shown}` a disparu, et les liens de toutes les infolettres déjà envoyées en dépendent : restaurez-le d'une sauvegarde"
            )),
            Err(error) => {
                return Err(error).with_context(|| words!("could not read `{shown}`", "impossible de lire `{shown}`"));
            }
        };
        let secrets = Self { key };
        match known {
            None => ledger.set_meta(META_KEY, &secrets.id())?,
            Some(id) if id == secrets.id() => {}
            Some(_) => bail!(words!(
                "`{shown}` is not the key this ledger was made with: put the right file back",
                "`{shown}` n'est pas la clé avec laquelle ce registre a été créé : remettez le bon fichier"
            )),
        }
        Ok(secrets)
    }

    /// From a key; for tests and rehearsals.
    pub const fn from_key(key: [u8; 32]) -> Self {
        Self { key }
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

    /// What stays of a person who was erased or has long left: their address cannot be read from it, only recognised.
    pub fn mark(&self, address: &Address) -> String {
        self.word(&["mark", &address.key()])
    }

    /// What a subscriber's links carry instead of their address.
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

fn read(path: &Path) -> io::Result<Result<[u8; 32]>> {
    let file = fs::File::open(path)?;
    let shown = path.display();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if file.metadata()?.permissions().mode() & 0o077 != 0 {
            return Ok(Err(words!(
                "others than you may read `{shown}`: run `chmod 600 {shown}`",
                "d'autres que vous peuvent lire `{shown}` : lancez `chmod 600 {shown}`"
            )
            .into()));
        }
    }
    let mut text = String::new();
    file.take(FILE_BYTES_MAX).read_to_string(&mut text)?;
    let bad = || words!("`{shown}` does not hold a key: restore it", "`{shown}` ne contient pas de clé : restaurez-le");
    let key = text
        .parse::<toml_edit::DocumentMut>()
        .ok()
        .and_then(|document| Some(document.get("key")?.as_str()?.to_owned()))
        .and_then(|key| HEXLOWER.decode(key.as_bytes()).ok())
        .and_then(|key| <[u8; 32]>::try_from(key).ok());
    Ok(key.with_context(bad))
}

fn make(path: &Path) -> Result<[u8; 32]> {
    let mut key = [0_u8; 32];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut key).map_err(|_| words!("the system gave no randomness", "le système n'a pas fourni d'aléa"))?;
    let text = format!(
        "# The key of Message-IDs and of the links to leave. Made once; keep it as long as the newsletter lives, and\n\
         # show it to nobody.\nkey = \"{}\"\n",
        HEXLOWER.encode(&key)
    );
    // Whole or not at all: a half-written key would look like a wrong one for ever.
    let temporary = path.with_extension("toml.tmp");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    Ok(key)
}
