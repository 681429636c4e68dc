//! How bytes come and go: connections within limits of time, size and number, and an end that cuts nobody off. What an
//! answer says is the face's own.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Connections at once; more wait in the system's queue. Each may hold a buffer of [`HEAD_BYTES_MAX`].
const CONNECTIONS_MAX: usize = 512;
/// Connections at once from one address, where no proxy stands before us: a browser opens six, an office behind one
/// address ten times that. Whoever opens more is closed at once, so that nobody alone takes every place.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 64;
/// A request's head. A browser sends under 2 KiB; cookies, which make heads long, we have none.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Fields of a request's head; behind two proxies there are about thirty.
const HEAD_FIELDS_MAX: usize = 100;
/// For a whole head, and between two requests: whoever sends a byte a second is let go.
const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// For a whole connection, with everything that it fetches: a slow reader on a bad line has two minutes.
const CONNECTION_TIME_MAX: Duration = Duration::from_mins(2);
/// How long answers under way have when the program ends.
const END_TIME_MAX: Duration = Duration::from_secs(10);
/// A moment after an accept that failed: the system has no descriptors left, and asking again at once helps nobody.
const ACCEPT_WAIT: Duration = Duration::from_millis(100);

/// Who is at the other end of a connection; an extension of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// How many connections each address has open.
#[derive(Debug, Clone)]
struct Addresses {
    most: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection of an address; it no longer counts when this goes.
struct Counted(Addresses, IpAddr);

impl Addresses {
    fn new(most: Option<usize>) -> Self {
        Self { most: most.unwrap_or(usize::MAX), open: Arc::default() }
    }

    /// Counts a connection; none: its address has as many as it may.
    fn count(&self, address: IpAddr) -> Option<Counted> {
        let address = address.to_canonical();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let n_open = open.entry(address).or_default();
        (*n_open < self.most).then(|| {
            *n_open += 1;
            Counted(self.clone(), address)
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(&self.1) {
            Some(n_open) if *n_open > 1 => *n_open -= 1,
            _ => {
                open.remove(&self.1);
            }
        }
    }
}

/// Answers until told to stop, then finishes what is under way. When whoever could say so is gone, that is an end too.
/// `per_address`: how many connections one address may have at once; none: everybody comes by a proxy.
pub async fn serve(listener: TcpListener, app: Router, per_address: Option<usize>, stop: watch::Receiver<bool>) {
    let addresses = Addresses::new(per_address);
    let mut ending = stop.clone();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = async {
            // The semaphore is never closed.
            let place = place.await.ok();
            (listener.accept().await, place)
        };
        tokio::select! {
            _ = ending.wait_for(|stopped| *stopped) => break,
            Some(_) = connections.join_next() => {}
            (accepted, place) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let Some(counted) = addresses.count(peer.ip()) else { continue };
                    let (app, stop) = (app.clone(), stop.clone());
                    connections.spawn(async move {
                        connection(stream, Peer(peer), app, stop).await;
                        drop((place, counted));
                    });
                }
                Err(error) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    tokio::time::sleep(ACCEPT_WAIT).await;
                }
            }
        }
    }
    drop(listener);
    // What does not end in time is cut off with the set.
    let _ = tokio::time::timeout(END_TIME_MAX, async { while connections.join_next().await.is_some() {} }).await;
}

async fn connection(stream: TcpStream, peer: Peer, app: Router, mut stop: watch::Receiver<bool>) {
    // Answers are written whole: waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    let inner = TowerToHyperService::new(app);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        inner.call(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEAD_FIELDS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);
    let stopped = async {
        let _ = stop.wait_for(|stopped| *stopped).await;
    };
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        () = stopped => {
            served.as_mut().graceful_shutdown();
            served.await
        }
        () = tokio::time::sleep(CONNECTION_TIME_MAX) => return,
    };
    if let Err(error) = ended {
        // Browsers close when they please; nothing follows from it.
        tracing::debug!("a connection ended: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_places_and_gets_them_back() {
        let addresses = Addresses::new(Some(2));
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let first = addresses.count(ip("192.0.2.1"));
        // The same address in the clothes of version 6.
        let second = addresses.count(ip("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some() && addresses.count(ip("192.0.2.1")).is_none());
        assert!(addresses.count(ip("192.0.2.2")).is_some());
        drop(first);
        assert!(addresses.count(ip("192.0.2.1")).is_some());
        drop(second);
        assert!(addresses.open.lock().unwrap().is_empty(), "nothing is kept of who has gone");
    }
}
