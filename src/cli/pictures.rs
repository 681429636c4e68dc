//! The pictures of the picked stories: read from the drop folder, made fit for mail, and kept in `cache/`, since the
//! same photo would be made small anew each time that the issue is composed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::compose::{FILE_BYTES_MAX, Fault, Prepared, prepare};
use crate::config::Config;
use crate::files;
use crate::model::{Digest, Finding, Issue, Origin, Part, Place, Severity, Story, Words};

/// Part of the name of what is kept: another way to make pictures small gets another number.
const RECIPE: u32 = 1;

/// The pictures by their source, and what was done to them. One that cannot be used stops the composing, so that the
/// last good edition stays.
pub(super) fn load(issue: &Issue, config: &Config) -> Result<(BTreeMap<String, Part>, Vec<Finding>)> {
    let mut images = BTreeMap::new();
    let mut findings = Vec::new();
    let mut faults = Vec::new();
    for story in issue.stories() {
        let Some(src) = story.image.as_ref().map(|image| &image.src).filter(|src| !src.contains("://")) else {
            continue;
        };
        if images.contains_key(src) {
            continue;
        }
        match picture(&config.root, src) {
            Ok(Prepared { part, done }) => {
                images.insert(src.clone(), part);
                findings.extend(done.map(|done| finding(src, done)));
            }
            Err(fault) => faults.push(said(story, src, fault, &config.root)),
        }
    }
    if !faults.is_empty() {
        let join = |get: fn(&Words) -> &str| faults.iter().map(get).collect::<Vec<_>>().join("\n");
        let (en, fr) = (join(|it| &it.en), join(|it| &it.fr));
        bail!(words!(
            "{en}\n  or take the line `image:` out of the story; `editions/` still holds the last good edition",
            "{fr}\n  ou retirez la ligne `image:` de l'article; `editions/` contient encore la dernière bonne édition"
        ));
    }
    Ok((images, findings))
}

fn picture(root: &Path, src: &str) -> Result<Prepared, Fault> {
    let path = root.join(src);
    let Ok(bytes) = files::read_bytes(&path, FILE_BYTES_MAX) else {
        return Err(if path.exists() { too_heavy() } else { missing() });
    };
    let kept_at = kept_at(root, &bytes);
    let kept = files::read_bytes(&kept_at, FILE_BYTES_MAX).ok();
    let is_new = kept.is_none();
    let prepared = prepare(&bytes, kept)?;
    if is_new {
        // What cannot be kept is made again the next time.
        let _ = files::write_whole(&kept_at, &prepared.part.bytes);
    }
    Ok(prepared)
}

fn kept_at(root: &Path, bytes: &[u8]) -> PathBuf {
    root.join("cache").join("pictures").join(format!("{}-{RECIPE}", Digest::of(bytes).as_str()))
}

fn missing() -> Fault {
    Fault {
        message: words!("the picture is not there", "l'image n'est pas là"),
        hint: words!("put it beside the story", "mettez-la à côté de l'article"),
    }
}

fn too_heavy() -> Fault {
    let mib = FILE_BYTES_MAX / 1024 / 1024;
    Fault {
        message: words!(
            "the picture has more than {mib} MiB, or cannot be read",
            "l'image dépasse {mib} Mio ou ne peut être lue"
        ),
        hint: words!(
            "save it smaller: 1,200 pixels wide is enough",
            "enregistrez-la plus petite : 1 200 pixels de large suffisent"
        ),
    }
}

/// What is wrong with a picture, with the file and line that name it.
fn said(story: &Story, src: &str, fault: Fault, root: &Path) -> Words {
    let place = place(story, src, root);
    let Fault { message: Words { en, fr }, hint } = fault;
    let (en_hint, fr_hint) = (hint.en, hint.fr);
    words!("{place}: `{src}`: {en}\n  {en_hint}", "{place} : `{src}` : {fr}\n  {fr_hint}")
}

/// The line of the story's file that names the picture; where none does, the line at which the story begins.
fn place(story: &Story, src: &str, root: &Path) -> String {
    match &story.origin {
        Origin::Source { source, .. } => format!("sources.toml, `{source}`"),
        Origin::File { file, line, .. } => {
            let name = src.rsplit('/').next().unwrap_or(src);
            let text = files::read_text(&root.join(file)).unwrap_or_default();
            let named = text.lines().skip(line - 1).position(|said| said.contains(name)).map_or(*line, |n| n + line);
            format!("`{file}`:{named}")
        }
    }
}

fn finding(src: &str, message: Words) -> Finding {
    Finding {
        rule: "CLI-03".to_owned(),
        severity: Severity::Fixed,
        language: None,
        place: Place::File { file: src.to_owned(), line: 0, column: 0 },
        excerpt: String::new(),
        message,
        hint: Words::default(),
        waived: None,
    }
}
