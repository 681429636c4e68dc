//! The byte stream under an SMTP connection: TCP without Nagle's wait, TLS from its first byte or from STARTTLS on.
//! lettre owns the stream; this side keeps a [`Handle`] to it.
//!
//! The handle is why it stands apart. Through it a body is written ready-made (lettre copies it byte by byte, at a
//! third of what sending costs), and the final dot is a command of its own: it leaves when the ledger has the row on
//! the disk. lettre keeps nothing back when it writes, so the two never mix.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What a greeting and an EHLO reply may be together; more is not listened to.
const HEARD_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a line that has no end: RFC 5321 4.5.3.1.5 allows 512, and lettre would read on until memory is full.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// The stream that lettre owns.
pub(super) struct Wire(Arc<Mutex<Inner>>);

/// Our side of it.
#[derive(Clone)]
pub(super) struct Handle(Arc<Mutex<Inner>>);

struct Inner {
    stream: Stream,
    peer: SocketAddr,
    heard: Option<Vec<u8>>,
    /// Bytes since the last end of a line.
    n_line: usize,
}

enum Stream {
    Clear(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    /// In the middle of a handshake, or after one that failed.
    Gone,
}

/// Connects; Nagle's algorithm would hold the dot back for 40 ms.
pub(super) async fn connect(host: &str, port: u16) -> io::Result<(Wire, Handle, SocketAddr)> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
    let inner = Arc::new(Mutex::new(Inner { stream: Stream::Clear(stream), peer, heard: None, n_line: 0 }));
    Ok((Wire(Arc::clone(&inner)), Handle(inner), local))
}

impl Handle {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts TLS between us and the server. What it said in the clear before is not to be believed afterwards.
    pub(super) async fn upgrade(&self, connector: &TlsConnector, host: &str) -> io::Result<()> {
        let Stream::Clear(stream) = std::mem::replace(&mut self.lock().stream, Stream::Gone) else {
            return Err(io::Error::other("TLS twice on one connection"));
        };
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = connector.connect(name, stream).await?;
        self.lock().stream = Stream::Tls(Box::new(stream));
        Ok(())
    }

    /// Begins to keep what the server says: lettre forgets the EHLO keywords it does not know.
    pub(super) fn listen(&self) {
        self.lock().heard = Some(Vec::new());
    }

    /// What the server has said since [`Handle::listen`].
    pub(super) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.lock().heard.take().unwrap_or_default()).into_owned()
    }

    /// Writes between lettre's commands.
    pub(super) async fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            match std::future::poll_fn(|cx| self.lock().poll_write(cx, rest)).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                n_bytes => rest = &rest[n_bytes..],
            }
        }
        std::future::poll_fn(|cx| self.lock().poll_flush(cx)).await
    }
}

impl Inner {
    fn poll_write(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Clear(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
            Stream::Gone => Poll::Ready(Err(gone())),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Clear(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Gone => Poll::Ready(Err(gone())),
        }
    }
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "no connection")
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut inner = self.lock();
        let had = buf.filled().len();
        ready!(match &mut inner.stream {
            Stream::Clear(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Gone => Poll::Ready(Err(gone())),
        })?;
        let new = &buf.filled()[had..];
        inner.n_line =
            new.iter().rposition(|byte| *byte == b'\n').map_or(inner.n_line + new.len(), |at| new.len() - at);
        if inner.n_line > LINE_BYTES_MAX {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "a reply without an end")));
        }
        if let Some(heard) = inner.heard.as_mut().filter(|heard| heard.len() < HEARD_BYTES_MAX) {
            heard.extend_from_slice(&buf.filled()[had..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lock().poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.lock().stream {
            Stream::Clear(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Gone => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.lock().peer)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle")
    }
}
