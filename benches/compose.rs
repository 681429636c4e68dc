//! What we promise of `compose`: an issue of 40 stories in two languages, after gather, in at most 50 ms. Beside it, MJML
//! itself (npm, in one Node process that stays warm) turns the same MJML into HTML, in the same run.
//!
//! `cargo bench --bench compose`. mjml is installed once into `target/bench-mjml`; without npm, only ours is shown.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench speaks to a person, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use cco_news::compose::{Composed, Templates, compose};
use cco_news::model::Newsletter;

mod issue;
use issue::{STORIES, issue};

const TARGET_MS: f64 = 50.0;
const ROUNDS: usize = 15;

/// Renders each file named, as often as asked, and prints the best milliseconds for all of them together.
const NODE: &str = r"
const mjml2html = require('mjml'), fs = require('fs');
const texts = process.argv.slice(2).map(file => fs.readFileSync(file, 'utf8'));
(async () => {
  let best = Infinity, bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    bytes = 0;
    for (const text of texts) bytes += (await mjml2html(text, { validationLevel: 'skip' })).html.length;
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
  }
  console.log(best + ' ' + bytes);
})();
";

fn main() {
    let newsletter: Newsletter = toml_edit::de::from_str(include_str!("../newsletter.toml")).unwrap();
    let issue = issue(STORIES);
    let templates = Templates::load(None).unwrap();
    let mut ours = f64::MAX;
    let mut composed = None;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        composed = Some(compose(&issue, &newsletter, &templates, &BTreeMap::new()).unwrap());
        ours = ours.min(start.elapsed().as_secs_f64() * 1000.0);
    }
    let composed = composed.unwrap();
    let bytes: usize = composed.editions.iter().map(|edition| edition.html.len()).sum();
    let met = if ours <= TARGET_MS { "met" } else { "MISSED" };
    println!("{STORIES} stories, two languages and the bilingual edition, HTML and text: {} KB of HTML", bytes / 1000);
    println!("cco-news    {ours:8.1} ms, best of {ROUNDS} (target {TARGET_MS} ms): {met}");
    match mjml(&composed) {
        Some((frames, whole)) => {
            println!("mjml        {frames:8.1} ms, best of {ROUNDS}: our three frames only, without any story");
            println!("mjml        {whole:8.1} ms, best of {ROUNDS}: the whole mails, their text in mj-text");
            println!("ratio       {:8.1} × for the whole mails, though ours also fills the templates", whole / ours);
        }
        None => println!("mjml is not to be had here: only ours was measured"),
    }
}

/// MJML's own time for our frames, and for the same with the finished blocks in them.
fn mjml(composed: &Composed) -> Option<(f64, f64)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join("bench-mjml");
    if !folder.join("node_modules/mjml").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-fund", "--no-audit", "mjml@5"]).current_dir(&folder);
        npm.stdout(Stdio::null()).stderr(Stdio::null()).status().ok().filter(std::process::ExitStatus::success)?;
    }
    std::fs::write(folder.join("run.js"), NODE.replace("ROUNDS", &ROUNDS.to_string())).unwrap();
    let run = |name: &str, texts: Vec<String>| {
        let files = texts.iter().enumerate().map(|(n, text)| {
            let file = folder.join(format!("{name}-{n}.mjml"));
            std::fs::write(&file, text).unwrap();
            file
        });
        let output = Command::new("node").arg("run.js").args(files).current_dir(&folder).output().ok()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.split_whitespace().next()?.parse::<f64>().ok()
    };
    let frames = composed.editions.iter().map(|edition| edition.mjml.clone()).collect();
    let whole = composed.editions.iter().map(|edition| whole(&edition.mjml, &edition.html)).collect();
    Some((run("frame", frames)?, run("whole", whole)?))
}

/// The MJML with its blocks in place: what an author writes who has no tokens. The blocks are cut out of the finished
/// HTML, in order, at the `div`s of the text columns.
fn whole(mjml: &str, html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    for piece in mjml.split_inclusive("</mj-text>") {
        let Some(start) = piece.find("@@block-") else {
            out.push_str(piece);
            continue;
        };
        // A block ends where the cell does in which MJML put it.
        let opened =
            rest.find("line-height:1.5;text-align:left;").map(|at| at + rest[at..].find('>').unwrap() + 1).unwrap();
        let end = opened + rest[opened..].find("<!--[if mso | IE]></td>").unwrap();
        let block = rest[opened..end].rsplitn(7, "</").last().unwrap();
        out.push_str(&piece[..start]);
        out.push_str(block);
        out.push_str("</mj-text>");
        rest = &rest[end..];
    }
    out
}
