//! What was fetched before: what a server said about a body, on one line, and the body, in a file named by the SHA-256
//! of the address.
//! The folder is disposable; a file that is missing or torn is as good as none.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Body, Fetched};

/// The folder of kept answers.
pub(super) struct Kept {
    folder: PathBuf,
}

/// A kept answer.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) meta: Meta,
    pub(super) bytes: Vec<u8>,
}

/// What is kept beside a body.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// The address that was asked.
    pub(super) url: String,
    /// The address that answered.
    pub(super) final_url: String,
    /// Where the address has moved for good.
    #[serde(default)]
    pub(super) moved_to: Option<String>,
    pub(super) status: u16,
    #[serde(default)]
    pub(super) etag: Option<String>,
    #[serde(default)]
    pub(super) last_modified: Option<String>,
    #[serde(default)]
    pub(super) content_type: Option<String>,
    #[serde(default)]
    pub(super) charset: Option<String>,
    /// Of the body: shows whether it is whole and belongs to this file.
    pub(super) sha256: String,
}

impl Kept {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The kept answer, if it is whole and of this address.
    pub(super) fn read(&self, url: &str) -> Option<Answer> {
        let mut bytes = fs::read(self.path(url)).ok()?;
        let end = bytes.iter().position(|byte| *byte == b'\n')?;
        let meta: Meta = serde_json::from_slice(&bytes[..end]).ok()?;
        bytes.drain(..=end);
        (meta.url == url && meta.sha256 == hex(&bytes)).then_some(Answer { meta, bytes })
    }

    /// Keeps an answer. A cache that cannot be written is said in the log and costs only the next run's time.
    pub(super) fn write(&self, meta: &Meta, bytes: &[u8]) {
        let meta = Meta { sha256: hex(bytes), ..meta.clone() };
        let written = serde_json::to_vec(&meta).map_err(io::Error::other).and_then(|head| {
            fs::create_dir_all(&self.folder)?;
            write_and_rename(&self.path(&meta.url), &[&head, b"\n", bytes])
        });
        if let Err(error) = written {
            tracing::warn!(folder = %self.folder.display(), %error, "could not keep what was fetched");
        }
    }

    /// Drops an answer; one that cannot be removed costs the next run a request.
    pub(super) fn remove(&self, url: &str) {
        if let Err(error) = fs::remove_file(self.path(url))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(folder = %self.folder.display(), %error, "could not forget what was fetched");
        }
    }

    fn path(&self, url: &str) -> PathBuf {
        self.folder.join(format!("{}.kept", hex(url.as_bytes())))
    }
}

impl Answer {
    pub(super) fn fetched(self) -> Fetched {
        let Meta { final_url, moved_to, status, content_type, charset, .. } = self.meta;
        let body = Body { bytes: self.bytes, content_type, charset, status };
        Fetched {
            url: final_url,
            outcome: Ok(body),
            moved_to,
            from_cache: true,
            status: None,
            note: None,
            redirects: 0,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Edges import only the model, so this is not `files::write_whole`; nor does a cache need its fsync: a file that a
/// power cut tore does not match its digest and is fetched again.
fn write_and_rename(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = File::create(&temporary)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    drop(file);
    fs::rename(&temporary, path)
}
