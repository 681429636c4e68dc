//! PostgreSQL under the ledger: any number of machines share it. Connections are worked by one thread; the schema is
//! SQLite's, translated. The address holds a password, so it is never shown.

use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::runtime::Handle;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use super::sql::{Client, Connection, Error, schema};
use super::sqlite::MIGRATIONS;
use super::tls::Tls;
use super::{server_writer, transfer};

/// How long connecting may take.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// How long what was sent may stay without a sign that it came: a network that is away for half a minute is waited for.
const SILENCE_MAX: Duration = Duration::from_mins(1);
/// An idle connection is asked whether it is there after this, and then as often.
const ASK_AFTER: Duration = Duration::from_secs(20);

/// A server, and the thread that works the connections to it.
pub(super) struct Server {
    config: Config,
    tls: Tls,
    handle: Handle,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Reads the address of the ledger; nothing is connected yet.
    pub(super) fn new(url: &str) -> Result<Self> {
        let config = parse(url)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::Builder::new().name("postgresql".to_owned()).spawn(move || {
            // Nobody can ask any more when the sender is dropped: the answer is the same.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { config, tls: Tls::new()?, handle, stop: Some(stop), thread: Some(thread) })
    }

    /// Where the ledger is, without the password.
    pub(super) fn shown(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            #[cfg(unix)]
            Some(Host::Unix(path)) => path.display().to_string(),
            None => String::new(),
        };
        format!("postgres://{host}/{}", self.config.get_dbname().unwrap_or_default())
    }

    /// Connects, and waits for it.
    pub(super) fn connect(&self) -> Result<Connection> {
        let (give, take) = sync_channel(1);
        let (config, tls) = (self.config.clone(), self.tls.clone());
        self.handle.spawn(async move {
            let connected = config.connect(tls).await.map(|(client, work)| {
                tokio::spawn(async move {
                    // Why it ended is told to whoever asks something of the client next.
                    let _ = work.await;
                });
                client
            });
            // The caller waits below.
            let _ = give.send(connected);
        });
        let client = take.recv().context("the thread of PostgreSQL has ended")?;
        let db = Connection::Postgres(Client::new(client.map_err(Error::from).map_err(anyhow::Error::from)?));
        // A machine that went away without a word: its locks end when the server has found that out.
        db.execute_batch(
            "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 4",
        )?;
        // A machine that is stopped in the middle of a transaction holds up all others no longer than this; one that is cut
        // off for half a minute goes on.
        db.execute_batch("SET idle_in_transaction_session_timeout = '60s'")?;
        // Whoever is answered must be able to rely on it: as `synchronous=FULL` of SQLite.
        db.execute_batch(
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
        )?;
        Ok(db)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell.
            let _ = thread.join();
        }
    }
}

fn parse(url: &str) -> Result<Config> {
    // What is wrong is said without the address, which may hold a password.
    let mut config: Config = url.replace("sslmode=verify-full", "sslmode=require").parse().map_err(|_| {
        anyhow::Error::from(words!(
            "CCO_NEWS_LEDGER is not the address of a PostgreSQL database: write `postgres://user:password@host/database`",
            "CCO_NEWS_LEDGER n'est pas l'adresse d'une base PostgreSQL : écrivez `postgres://utilisateur:motdepasse@hôte/base`"
        ))
    })?;
    let is_here = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    #[cfg(unix)]
    if config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_))) {
        config.ssl_mode(SslMode::Disable);
    }
    // The ledger names people: it crosses a network under TLS, unless the office says otherwise.
    if !config.get_hosts().iter().all(is_here) && !url.contains("sslmode=disable") {
        config.ssl_mode(SslMode::Require);
    }
    config.application_name("cco-news").connect_timeout(CONNECT_WAIT).tcp_user_timeout(SILENCE_MAX);
    config.keepalives(true).keepalives_idle(ASK_AFTER).keepalives_interval(ASK_AFTER).keepalives_retries(2);
    Ok(config)
}

/// Makes the schema, or brings it up to date; of two that begin at once, one does.
pub(super) fn migrate(db: &Connection) -> Result<()> {
    db.execute_batch(server_writer::ALONE)?;
    let run = || -> Result<()> {
        db.execute_batch("CREATE TABLE IF NOT EXISTS schema_version (had BIGINT NOT NULL)")?;
        let had: Option<i64> = db.query_row("SELECT max(had) FROM schema_version", [], |row| row.get(0))?;
        let (had, known) = (usize::try_from(had.unwrap_or(0))?, MIGRATIONS.len());
        if had > known {
            bail!(words!(
                "it was written by a newer `cco-news` (schema {had}, this one knows {known}): use that version",
                "il a été écrit par un `cco-news` plus récent (schéma {had}, celui-ci connaît {known}) : utilisez cette version"
            ));
        }
        if had < known {
            db.execute_batch(include_str!("migrations/postgres.sql"))?;
            for migration in MIGRATIONS.iter().skip(had) {
                db.execute_batch(&schema(migration))?;
            }
            db.execute("INSERT INTO schema_version (had) VALUES (?1)", [i64::try_from(known)?])?;
        }
        Ok(())
    };
    let made = run();
    db.execute_batch(if made.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    made
}

/// Puts what a person can do before what PostgreSQL says.
pub(super) fn explain(error: anyhow::Error) -> anyhow::Error {
    let Some(Error::Postgres(why)) = error.downcast_ref::<Error>() else { return error };
    let code = why.code().map(|code| code.code().to_owned()).unwrap_or_default();
    let words = match code.get(..2) {
        _ if super::sql::is_away(why) || code.is_empty() => words!(
            "the ledger's PostgreSQL cannot be reached: is it running, and is the network there",
            "le PostgreSQL du registre est injoignable : est-il en marche, et le réseau est-il là"
        ),
        Some("55") if error.to_string().contains(transfer::CLOSED) => transfer::is_closed(),
        Some("28") => words!(
            "PostgreSQL does not let this user in: look at the name and the password in CCO_NEWS_LEDGER",
            "PostgreSQL ne laisse pas entrer cet utilisateur : voyez le nom et le mot de passe dans CCO_NEWS_LEDGER"
        ),
        Some("3D") => words!(
            "there is no such database: make it, or mend its name in CCO_NEWS_LEDGER",
            "cette base n'existe pas : créez-la, ou corrigez son nom dans CCO_NEWS_LEDGER"
        ),
        Some("53") => words!(
            "PostgreSQL has no room left: on its disk, or for one more connection",
            "PostgreSQL n'a plus de place : sur son disque, ou pour une connexion de plus"
        ),
        Some("42") if code == "42501" => words!(
            "this user of PostgreSQL may not make or change the ledger's tables",
            "cet utilisateur de PostgreSQL ne peut pas créer ou modifier les tables du registre"
        ),
        _ => return error,
    };
    error.context(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_address_is_refused_without_being_shown_and_a_right_one_shows_no_password() {
        let wrong = Server::new("postgres://news:hunter2@db.example:notaport/x").err().unwrap();
        assert!(!format!("{wrong:?}").contains("hunter2") && format!("{wrong}").contains("CCO_NEWS_LEDGER"));
        let right = Server::new("postgres://news:hunter2@db.example/news").unwrap();
        assert_eq!(right.shown(), "postgres://db.example/news");
    }

    #[test]
    fn a_ledger_crosses_a_network_under_tls_alone() {
        let mode = |url: &str| parse(url).unwrap().get_ssl_mode();
        assert_eq!(mode("postgres://db.example/news"), SslMode::Require);
        assert_eq!(mode("postgres://db.example/news?sslmode=verify-full"), SslMode::Require);
        assert_eq!(mode("postgres://db.example/news?sslmode=disable"), SslMode::Disable);
        assert_eq!(mode("postgres://127.0.0.1/news"), SslMode::Prefer);
    }
}
