//! Signatures by `ssh-keygen -Y`, as Git makes and checks them: the keys are those that people have already.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::config::Config;
use crate::model::{Approval, IssueId, is_same_person};

/// What the signature is for, so that one made for something else is none here.
const NAMESPACE: &str = "cco-news-approval";

/// Signs an approval with a person's key; `ssh-keygen` asks for its passphrase.
pub(super) fn signed(given: Approval, issue: &IssueId, key: &Path, config: &Config) -> Result<Approval> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key);
    let (is_good, signature) = run(&mut command, &given.statement(issue))?;
    let shown = key.display();
    if !is_good || !signature.contains("BEGIN SSH SIGNATURE") {
        bail!(words!("`ssh-keygen` could not sign with `{shown}`", "`ssh-keygen` n'a pas pu signer avec `{shown}`"));
    }
    let given = Approval { signature: Some(signature), ..given }.sealed();
    // A key that the office does not know is better found now than on the sending day.
    verify(&given, issue, config)?;
    Ok(given)
}

/// Checks a signature against the office's allowed signers. An approval without one, or an office without such a
/// file, is not judged here.
pub(super) fn verify(approval: &Approval, issue: &IssueId, config: &Config) -> Result<()> {
    let (Some(signature), Some(file)) = (&approval.signature, &config.newsletter.policy.allowed_signers) else {
        return Ok(());
    };
    let by = &approval.by;
    let approver = config.newsletter.approvers.iter().find(|known| is_same_person(&known.name, by));
    // In an allowed-signers file a person is an address; who has none in `newsletter.toml` stands there by name.
    let identity = approver.map_or_else(|| by.clone(), |approver| approver.email.clone());
    let mut kept = tempfile()?;
    kept.1.write_all(signature.as_bytes())?;
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "verify", "-n", NAMESPACE, "-I", &identity, "-f"]);
    command.arg(config.root.join(file)).arg("-s").arg(&kept.0);
    let verified = run(&mut command, &approval.statement(issue));
    // It holds no secret; when it cannot be removed, the system's cleaning does it.
    let _ = std::fs::remove_file(&kept.0);
    if !verified?.0 {
        bail!(words!(
            "the signature of {by} does not fit, or `{file}` does not have the key with which it was made",
            "la signature de {by} ne convient pas, ou `{file}` n'a pas la clé avec laquelle elle a été faite"
        ));
    }
    Ok(())
}

/// A new file of our own in the system's folder for such files.
fn tempfile() -> Result<(std::path::PathBuf, std::fs::File)> {
    let folder = std::env::temp_dir();
    for n in 0..100 {
        let path = folder.join(format!("cco-news-{}-{n}.sig", std::process::id()));
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!(words!("no temporary file could be made", "aucun fichier temporaire n'a pu être créé"))
}

/// Runs `ssh-keygen` with a text on its input; says whether it was content, and what it wrote.
fn run(command: &mut Command, input: &str) -> Result<(bool, String)> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().with_context(|| {
            words!(
                "could not run `ssh-keygen`: it comes with OpenSSH",
                "impossible de lancer `ssh-keygen` : il vient avec OpenSSH"
            )
        })?;
    if let Some(mut pipe) = child.stdin.take() {
        // When it has refused before reading, its exit code says so.
        let _ = pipe.write_all(input.as_bytes());
    }
    let output = child.wait_with_output()?;
    Ok((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
}
