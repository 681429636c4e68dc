//! `serve`: the public pages, until it is told to stop.

use anyhow::{Context as _, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::exit::Exit;
use super::{Shell, runtime, steer};
use crate::ledger::Ledger;
use crate::web::listen;
use crate::web::serve::Serve;

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to listen instead of `listen` under `[serve]`; port 0: any that is free.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

pub(super) fn run(args: &Args, shell: &Shell) -> Result<Exit> {
    let mut serving = shell.config.newsletter.serve.clone();
    if let Some(listen) = &args.listen {
        serving.listen.clone_from(listen);
    }
    let socket = serving.socket()?;
    let ledger = Ledger::open(&shell.config.state_dir()?)?;
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
        listen::serve(listener, Serve::new(ledger).router(), signalled).await;
        Ok(Exit::Done)
    })
}
