//! `preview`: the editor's desk in a browser. The desk shows and decides; here is the pipeline that it works with.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::{fs, process};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use super::exit::Exit;
use super::report::{Colour, Report};
use super::status::Standing;
use super::translate::stand;
use super::workspace::{self, IssueFolder};
use super::{Shell, approve, check, clock, compose, correct, curate, gather, words};
use crate::config::Config;
use crate::curate::{Board, board};
use crate::files;
use crate::model::{EditionId, Harvest, IssueId, StoryId, Words};
use crate::send::secrets;
use crate::translate::keep;
use crate::web::desk::{self, Approved, Awaited, Desk, Made, Way, Workshop};

/// Says that a desk is open: in the cache, since it means nothing once the desk is closed.
const OPEN_FILE: &str = "cache/desk.json";

/// Arguments of `preview`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The issue, as `2026-12`; the one in work by default.
    #[arg(value_parser = IssueId::parse)]
    issue: Option<IssueId>,
    /// The port on this machine; any that is free by default.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Open no browser: the address is shown all the same.
    #[arg(long)]
    no_open: bool,
    /// Behind the office's reverse proxy: where to listen.
    #[arg(long, value_name = "ADDRESS:PORT", requires_all = ["auth_header", "url"], conflicts_with = "port")]
    listen: Option<SocketAddr>,
    /// The header in which the proxy names the person; the proxy must set it on every request.
    #[arg(long, value_name = "NAME", requires = "listen")]
    auth_header: Option<String>,
    /// The address under which people know the desk, as `https://desk.example.ca`.
    #[arg(long, value_name = "URL", requires = "listen")]
    url: Option<String>,
}

/// What a desk says of itself while it is open.
#[derive(Debug, Serialize, Deserialize)]
struct Open {
    pid: u32,
    issue: IssueId,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let id = shell.issue(args.issue.as_ref())?;
    let (listener, way) = listen(args)?;
    let socket = listener.local_addr()?;
    let port = socket.port();
    let secrets = [secrets::word()?, secrets::word()?];
    let address = match &way {
        Way::Local => desk::address(port, &secrets[0]),
        Way::Proxy { url, .. } => url.clone(),
    };
    let file = shell.config.root.join(OPEN_FILE);
    let has_other = is_open(&file);
    if has_other {
        shell.report.warn(&desk::other_desk());
    }
    let own = Open { pid: process::id(), issue: id.clone() };
    files::write_whole(&file, serde_json::to_string(&own)?.as_bytes())?;
    let desk = Desk {
        root: shell.config.root.clone(),
        issue: id.clone(),
        listener,
        way,
        speech: shell.report.speech,
        secrets,
        has_other,
    };
    let workshop = Workshop {
        make: &|is_gathered| made(&id, is_gathered, shell),
        read: &|| workspace::folder(&shell.config, &id).load_issue_toml(),
        save: &|text| workspace::folder(&shell.config, &id).save_issue_toml(text).map(|_| ()),
        keep: &|story, by| kept(&id, story, by, shell),
        gather: &|| gathered(&id, shell),
        ask: &|| asked(&id, shell),
    };
    let ran = desk::run(desk, &workshop, &|| opened(&address, socket, args, shell));
    // Another desk that has begun since has written its own.
    if read_open(&file).is_some_and(|open| open.pid == process::id()) {
        let _ = fs::remove_file(&file);
    }
    ran?;
    Ok(Exit::Done)
}

fn listen(args: &Args) -> Result<(TcpListener, Way)> {
    let (socket, way) = match (&args.listen, &args.auth_header, &args.url) {
        (Some(socket), Some(header), Some(url)) => {
            let is_web = url.starts_with("https://") || url.starts_with("http://");
            if !is_web || url.trim_end_matches('/').matches('/').count() != 2 {
                bail!(words!(
                    "`--url {url}`: write the address without a path, as `https://desk.example.ca`",
                    "`--url {url}` : écrivez l'adresse sans chemin, par exemple `https://bureau.example.ca`"
                ));
            }
            let header = header.to_ascii_lowercase();
            (*socket, Way::Proxy { header, url: url.trim_end_matches('/').to_owned() })
        }
        _ => (SocketAddr::from(([127, 0, 0, 1], args.port)), Way::Local),
    };
    let listener = TcpListener::bind(socket)
        .with_context(|| words!("could not listen on {socket}", "impossible d'écouter sur {socket}"))?;
    Ok((listener, way))
}

/// Shows the address, and the browser where there is a person.
fn opened(address: &str, socket: SocketAddr, args: &Args, shell: &Shell) -> Result<()> {
    if shell.report.is_json {
        shell.report.json(&serde_json::json!({"address": address, "listens": socket}));
    } else {
        let label = shell.report.say(&words!("the desk is open:", "le bureau est ouvert :")).to_owned();
        shell.report.text(format!("{label} {}", shell.report.paint(Colour::Cyan, address)));
        if args.listen.is_some() {
            shell.report.line(&words!("the proxy finds it at {socket}", "le mandataire le trouve à {socket}"));
        }
    }
    shell.report.line(&words!("Ctrl-C closes it", "Ctrl-C le ferme"));
    if args.listen.is_none() && !args.no_open && std::io::stdout().is_terminal() {
        compose::show_in_browser(address.as_ref())?;
    }
    Ok(())
}

fn read_open(file: &Path) -> Option<Open> {
    serde_json::from_str(&fs::read_to_string(file).ok()?).ok()
}

/// Whether another desk is open: the process that says so still runs. Where that cannot be known, it is believed.
fn is_open(file: &Path) -> bool {
    let Some(open) = read_open(file) else { return false };
    let processes = Path::new("/proc/self");
    open.pid != process::id() && (!processes.exists() || Path::new(&format!("/proc/{}", open.pid)).exists())
}

/// The shell as it would be if the command began now: with the files and the time of now, and without a word.
fn now(shell: &Shell) -> Result<Shell> {
    let report = Report { is_quiet: true, is_json: false, ..shell.report };
    let now = shell.environment.now.unwrap_or_else(clock);
    Ok(Shell {
        config: Config { ledger_url: shell.config.ledger_url.clone(), ..Config::load(&shell.config.root)? },
        environment: shell.environment.clone(),
        report,
        now,
        waiting: None,
    })
}

/// Makes everything that the desk shows.
fn made(id: &IssueId, is_gathered: bool, shell: &Shell) -> Result<Made> {
    let shell = &now(shell)?;
    let folder = workspace::folder(&shell.config, id);
    if workspace::has_begun(&folder)? {
        return shown(&folder, true, Vec::new(), shell);
    }
    let candidates = if let Some(base) = id.corrects() {
        let (_, issue) = correct::read(&folder, &base, shell)?;
        composed(&folder, &issue, shell)?;
        Vec::new()
    } else {
        let harvest = harvest(&folder, is_gathered, shell)?;
        let curated = curate::curate_and_save(&folder, &harvest, shell)?;
        composed(&folder, &curated.issue, shell)?;
        curated.candidates
    };
    shown(&folder, false, candidates, shell)
}

fn harvest(folder: &IssueFolder<'_>, is_gathered: bool, shell: &Shell) -> Result<Harvest> {
    match folder.load_harvest()? {
        Some(harvest) if !is_gathered => Ok(harvest),
        // The sources as they were last asked: the desk waits for nobody.
        _ => gather::harvest(folder, true, &BTreeSet::new(), shell),
    }
}

fn composed(folder: &IssueFolder<'_>, issue: &crate::model::Issue, shell: &Shell) -> Result<()> {
    let fixed = compose::compose_and_save(folder, issue, shell)?;
    check::check_and_save(folder, fixed, shell)?;
    Ok(())
}

/// Reads what was made.
fn shown(
    folder: &IssueFolder<'_>,
    has_begun: bool,
    candidates: Vec<crate::curate::Candidate>,
    shell: &Shell,
) -> Result<Made> {
    let (id, newsletter) = (&folder.id, &shell.config.newsletter);
    let toml = if id.corrects().is_some() { None } else { folder.load_issue_toml()? };
    let (Some(issue), Some(checked)) = (folder.load_issue()?, folder.load_checked()?) else {
        return Err(folder.not_composed());
    };
    let standing = Standing::of(folder, shell)?;
    let approvals = standing.editions.iter().filter(|edition| !edition.id.is_both()).map(|edition| Approved {
        edition: edition.id.clone(),
        digest: edition.digest(),
        by: standing.approved_by.get(&edition.id).cloned().unwrap_or_default(),
        missing: standing.missing.iter().find(|(id, _)| *id == edition.id).map_or(0, |(_, n)| *n),
    });
    let awaited =
        standing.awaited.iter().map(|it| Awaited { edition: it.edition.clone(), by: it.by.clone(), since: it.since });
    Ok(Made {
        board: toml.as_deref().map_or(Ok(Board::default()), board)?,
        toml,
        candidates,
        unsure: folder.load_harvest()?.unwrap_or_default().unsure,
        issue,
        findings: checked.findings,
        is_blocked: checked.blocked,
        approvals: approvals.collect(),
        awaited: awaited.collect(),
        can_ask: newsletter.languages.iter().all(|lang| approve::can_ask(newsletter, &EditionId::of(lang))),
        has_begun,
        next: standing.next(id),
        editions: standing.editions,
        newsletter: newsletter.clone(),
    })
}

/// A named person says that a changed source means the same.
fn kept(id: &IssueId, story: &StoryId, by: &str, shell: &Shell) -> Result<usize> {
    let shell = &now(shell)?;
    let folder = workspace::folder(&shell.config, id);
    let (_, mut stores) = stand::now(&folder, shell)?;
    let n = stores.iter_mut().map(|store| keep(store, story, by).len()).sum();
    stand::save(&folder, &stores, shell)?;
    Ok(n)
}

/// Asks the sources, and says what came of it.
fn gathered(id: &IssueId, shell: &Shell) -> Result<Words> {
    let shell = &now(shell)?;
    curate::refuse_correction(id)?;
    let folder = workspace::folder(&shell.config, id);
    let before = folder.load_harvest()?.unwrap_or_default();
    let known: BTreeSet<&StoryId> = before.stories.iter().map(|story| &story.id).collect();
    let harvest = gather::harvest(&folder, false, &BTreeSet::new(), shell)?;
    let new = harvest.stories.iter().filter(|story| !known.contains(&story.id)).count();
    let (new, silent) = (
        words::count(new, ["new story", "new stories"], ["nouveau texte", "nouveaux textes"]),
        words::count(
            harvest.silent.len(),
            ["silent address", "silent addresses"],
            ["adresse muette", "adresses muettes"],
        ),
    );
    let (new_en, new_fr, silent_en, silent_fr) = (new.en, new.fr, silent.en, silent.fr);
    Ok(words!("gathered: {new_en}, {silent_en}", "recueilli : {new_fr}, {silent_fr}"))
}

/// Mails the approvers.
fn asked(id: &IssueId, shell: &Shell) -> Result<usize> {
    let shell = &now(shell)?;
    let folder = workspace::folder(&shell.config, id);
    let (manifest, editions) = folder.composed()?;
    match approve::request(&folder, &manifest, &editions, None, shell)? {
        Exit::Done => Ok(approve::awaited(&folder, &editions, shell)?.len()),
        Exit::Blocked => bail!(words!(
            "nobody was asked: the check found what blocks, or nobody approves one of the languages",
            "personne n'a été sollicité : la vérification a trouvé ce qui bloque, ou personne n'approuve l'une des langues"
        )),
        _ => bail!(words!(
            "not every mail could be handed over; ask again later, nobody is asked twice",
            "tous les courriels n'ont pas pu être remis; redemandez plus tard, personne n'est sollicité deux fois"
        )),
    }
}
