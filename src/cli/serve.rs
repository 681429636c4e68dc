//! `serve`: the public pages, until it is told to stop.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::exit::Exit;
use super::{Shell, clock, host, runtime, steer, templates, way_out};
use crate::check::WayOut;
use crate::send::{Clock, Secrets};
use crate::web::listen;
use crate::web::serve::{Parts, Serve, post};

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen instead of `listen` under `[serve]`; port 0: any that is free.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Make a new key for links, and end. Links that were sent go on working.
    #[arg(long)]
    new_key: bool,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let newsletter = &shell.config.newsletter;
    let ledger = shell.ledger()?;
    if args.new_key {
        Secrets::add_link_key(&ledger, shell.now)?;
        shell.report.line(&words!(
            "links are made with a new key from now on; a running `serve` or `send` takes it when it is started again",
            "les liens sont désormais faits avec une nouvelle clé; un `serve` ou `send` en cours la prendra à son prochain démarrage"
        ));
        return Ok(Exit::Done);
    }
    if !host::is_home(&ledger, false, shell)? {
        return Ok(Exit::Blocked);
    }
    let mut serving = newsletter.serve.clone();
    if let Some(listen) = &args.listen {
        serving.listen.clone_from(listen);
    }
    let socket = serving.socket()?;
    if serving.url.is_none() {
        shell.report.warn(&words!(
            "letters hold no links: write `url` under `[serve]` in `newsletter.toml`",
            "les lettres ne contiennent pas de liens : écrivez `url` sous `[serve]` dans `newsletter.toml`"
        ));
    }
    let serve = Serve::new(Parts {
        secrets: Secrets::open(&ledger)?,
        newsletter: newsletter.clone(),
        templates: templates::load(shell)?,
        public: shell.config.root.join("public"),
        mailer: way_out::mailer(shell, ledger.state_dir())?,
        keys: way_out::keys(shell)?,
        clock: running_clock(shell)?,
        ledger,
    })?;
    runtime()?.block_on(async {
        let listener = TcpListener::bind(socket)
            .await
            .with_context(|| words!("could not listen on {socket}", "impossible d'écouter sur {socket}"))?;
        let address = listener.local_addr()?;
        let (signals, signalled) = watch::channel(false);
        tokio::spawn(steer::listen(signals));
        shell.report.alert(&words!(
            "the public pages are at http://{address}/; Ctrl-C ends",
            "les pages publiques sont à http://{address}/; Ctrl-C met fin"
        ));
        let letters = tokio::spawn(post(Arc::clone(&serve), signalled.clone()));
        // A proxy's connections are everybody's.
        let per_address = (!serving.behind_proxy).then_some(listen::CONNECTIONS_PER_ADDRESS_MAX);
        listen::serve(listener, serve.router(), per_address, signalled).await;
        // A letter that is being handed over is finished and recorded.
        letters.await?;
        Ok(Exit::Done)
    })
}

/// The clock by which letters are dated: the real one, or one that goes on from `CCO_NEWS_NOW` where nothing leaves by
/// SMTP.
#[expect(clippy::disallowed_methods, reason = "an example's clock goes on as the real one does")]
fn running_clock(shell: &Shell) -> Result<Clock> {
    if way_out::kind(shell)? != WayOut::Outbox {
        return Ok(Arc::new(clock));
    }
    let (began, now) = (std::time::Instant::now(), shell.now);
    Ok(Arc::new(move || now.saturating_add(began.elapsed()).unwrap_or(now)))
}
