//! The public pages as a browser, a mail program and a scanner meet them: over real connections on loopback.

#![cfg(test)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};

use crate::office::Office;

/// A running `cco-news serve`.
struct Served {
    child: Child,
    address: SocketAddr,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(office: &Office) -> Self {
        let mut command = office.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        let address = said.split_once("http://").and_then(|(_, rest)| rest.split_once('/')).unwrap().0;
        Self { address: address.parse().unwrap(), child }
    }

    /// Sends bytes, and gives everything that comes back.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.raw(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
    }
}

#[test]
fn it_says_whether_it_is_well() {
    let office = Office::without_stories();
    let served = Served::start(&office);
    assert!(served.get("/healthz").starts_with("HTTP/1.1 200"), "{}", served.get("/healthz"));
    assert!(served.get("/nothing").starts_with("HTTP/1.1 404"));
}
