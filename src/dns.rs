//! The edge to the domain name system: text records, asked of the system's own name servers. It is a stub resolver of
//! one record type (RFC 1035) rather than a crate of forty: `check --setup` asks for three texts, and the server that
//! it asks does the rest.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

use crate::model::Words;

/// A name server that takes longer is not there.
const WAIT: Duration = Duration::from_secs(3);
/// Datagrams are lost now and then.
const TRIES: usize = 2;
/// Larger answers come by TCP (RFC 1035 4.2.1, without EDNS).
const DATAGRAM_BYTES_MAX: usize = 512;
/// Records of one answer that are read; nobody publishes as many texts.
const RECORDS_MAX: usize = 64;
/// RFC 1035 3.2.2.
const TXT: u16 = 16;
/// RFC 1035 3.2.4.
const INTERNET: u16 = 1;

/// Name servers to ask, in order.
#[derive(Debug, Clone)]
pub struct Dns {
    servers: Vec<SocketAddr>,
    id: u16,
}

/// What an answer came to.
enum Answer {
    Texts(Vec<String>),
    Absent,
    Truncated,
}

impl Dns {
    /// Asks these servers; `id` marks the questions, and should not be easy to guess.
    pub fn new(servers: Vec<SocketAddr>, id: u16) -> Self {
        Self { servers, id }
    }

    /// The servers that a text in the form of `resolv.conf` names.
    pub fn servers(resolv_conf: &str) -> Vec<SocketAddr> {
        let address = |line: &str| line.trim().strip_prefix("nameserver")?.trim().parse::<IpAddr>().ok();
        resolv_conf.lines().filter_map(address).map(|ip| SocketAddr::new(ip, 53)).collect()
    }

    /// The texts at a name, each in one piece; none: there is no such name, or no text there. `Err`: nobody answered.
    pub async fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Words> {
        let question = question(name, self.id)?;
        let mut why = words!("no name server is known here", "aucun serveur de noms n'est connu ici");
        for server in std::iter::repeat_n(&self.servers, TRIES).flatten() {
            match ask(*server, &question).await {
                Ok(Answer::Texts(texts)) => return Ok(Some(texts)),
                Ok(Answer::Absent) => return Ok(None),
                Ok(Answer::Truncated) => why = words!("the answer is cut short", "la réponse est tronquée"),
                Err(fault) => why = fault,
            }
        }
        Err(why)
    }
}

/// A question for the texts at a name (RFC 1035 4.1).
fn question(name: &str, id: u16) -> Result<Vec<u8>, Words> {
    let mut bytes = Vec::from(id.to_be_bytes());
    // Recursion desired; one question.
    bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.trim_end_matches('.').split('.') {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..64).contains(length));
        let Some(length) = length.filter(|_| name.len() < 254) else {
            return Err(words!("`{name}` is not a name of a domain", "`{name}` n'est pas un nom de domaine"));
        };
        bytes.push(length);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes.extend(TXT.to_be_bytes());
    bytes.extend(INTERNET.to_be_bytes());
    Ok(bytes)
}

async fn ask(server: SocketAddr, question: &[u8]) -> Result<Answer, Words> {
    let silent = || words!("the name server does not answer", "le serveur de noms ne répond pas");
    let by_udp = tokio::time::timeout(WAIT, datagram(server, question)).await.map_err(|_| silent())?;
    match read(&by_udp.map_err(|_| silent())?, question)? {
        Answer::Truncated => {
            let by_tcp = tokio::time::timeout(WAIT, stream(server, question)).await.map_err(|_| silent())?;
            read(&by_tcp.map_err(|_| silent())?, question)
        }
        answer => Ok(answer),
    }
}

async fn datagram(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let any: SocketAddr = if server.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(question).await?;
    let mut buffer = [0; DATAGRAM_BYTES_MAX];
    loop {
        let n = socket.recv(&mut buffer).await?;
        // Another answer than ours is not waited for by us.
        if buffer[..n].get(..2) == question.get(..2) {
            return Ok(buffer[..n].to_vec());
        }
    }
}

/// RFC 1035 4.2.2: two bytes of length before each message.
async fn stream(server: SocketAddr, question: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(question.len()).map_err(std::io::Error::other)?;
    stream.write_all(&[&length.to_be_bytes()[..], question].concat()).await?;
    let n = stream.read_u16().await?;
    let mut bytes = vec![0; n.into()];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

/// Reads an answer. What is torn or foreign is no answer.
fn read(answer: &[u8], question: &[u8]) -> Result<Answer, Words> {
    let torn = || words!("the name server's answer cannot be read", "la réponse du serveur de noms est illisible");
    let mut reader = Reader { bytes: answer, at: 0 };
    let header: Vec<u16> = (0..6).map(|_| reader.number()).collect::<Option<_>>().ok_or_else(torn)?;
    let is_ours = answer.get(..2) == question.get(..2) && header[1] & 0x8000 != 0;
    if !is_ours {
        return Err(torn());
    }
    if header[1] & 0x0200 != 0 {
        return Ok(Answer::Truncated);
    }
    match header[1] & 0x000F {
        0 => {}
        3 => return Ok(Answer::Absent),
        code => return Err(words!("the name server refuses ({code})", "le serveur de noms refuse ({code})")),
    }
    for _ in 0..header[2] {
        reader.name().and_then(|()| reader.skip(4)).ok_or_else(torn)?;
    }
    let mut texts = Vec::new();
    for _ in 0..usize::from(header[3]).min(RECORDS_MAX) {
        let (kind, data) = reader.record().ok_or_else(torn)?;
        if kind == TXT {
            texts.push(text(data).ok_or_else(torn)?);
        }
    }
    Ok(if texts.is_empty() { Answer::Absent } else { Answer::Texts(texts) })
}

/// A TXT record is one or more strings, each with its length (RFC 1035 3.3.14); together they are one text.
fn text(mut data: &[u8]) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some((length, rest)) = data.split_first() {
        let length = usize::from(*length);
        bytes.extend(rest.get(..length)?);
        data = &rest[length..];
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A place in an answer.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let part = self.bytes.get(self.at..self.at.checked_add(n)?)?;
        self.at += n;
        Some(part)
    }

    fn skip(&mut self, n: usize) -> Option<()> {
        self.take(n).map(|_| ())
    }

    fn number(&mut self) -> Option<u16> {
        self.take(2).map(|two| u16::from_be_bytes([two[0], two[1]]))
    }

    /// Passes over a name, which ends with a zero or with a pointer to an earlier one (RFC 1035 4.1.4).
    fn name(&mut self) -> Option<()> {
        loop {
            match self.take(1)?[0] {
                0 => return Some(()),
                length if length >= 0xC0 => return self.skip(1),
                length => self.skip(length.into())?,
            }
        }
    }

    fn record(&mut self) -> Option<(u16, &'a [u8])> {
        self.name()?;
        let kind = self.number()?;
        self.skip(6)?; // Class and time to live.
        let length = self.number()?;
        Some((kind, self.take(length.into())?))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A name server on loopback: one text for each name, by UDP, and by TCP where it is too long.
    pub(crate) async fn name_server(records: &'static [(&'static str, &'static str)]) -> SocketAddr {
        let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = udp.local_addr().unwrap();
        let tcp = tokio::net::TcpListener::bind(address).await.unwrap();
        tokio::spawn(async move {
            let mut buffer = [0; 512];
            while let Ok((n, from)) = udp.recv_from(&mut buffer).await {
                let mut answer = answer(&buffer[..n], records);
                if answer.len() > DATAGRAM_BYTES_MAX {
                    answer.truncate(12);
                    answer[2] |= 0x02;
                }
                udp.send_to(&answer, from).await.unwrap();
            }
        });
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let n = stream.read_u16().await.unwrap();
                let mut question = vec![0; n.into()];
                stream.read_exact(&mut question).await.unwrap();
                let answer = answer(&question, records);
                stream.write_u16(u16::try_from(answer.len()).unwrap()).await.unwrap();
                stream.write_all(&answer).await.unwrap();
            }
        });
        address
    }

    fn answer(asked: &[u8], records: &[(&str, &str)]) -> Vec<u8> {
        let found: Vec<_> = records.iter().filter(|(name, _)| question(name, 0).unwrap()[2..] == asked[2..]).collect();
        let mut bytes = asked.to_vec();
        bytes[2..4].copy_from_slice(&[0x81, if found.is_empty() { 0x83 } else { 0x80 }]);
        bytes[7] = u8::try_from(found.len()).unwrap();
        for (_, text) in found {
            let strings: Vec<u8> = text
                .as_bytes()
                .chunks(255)
                .flat_map(|part| [&[u8::try_from(part.len()).unwrap()], part].concat())
                .collect();
            bytes.extend([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
            bytes.extend(u16::try_from(strings.len()).unwrap().to_be_bytes());
            bytes.extend(strings);
        }
        bytes
    }

    #[tokio::test]
    async fn texts_are_read_in_one_piece_however_long() {
        static LONG: std::sync::LazyLock<String> =
            std::sync::LazyLock::new(|| format!("v=DKIM1; p={}", "A".repeat(700)));
        let records: &'static [(&str, &str)] =
            Box::leak(Box::new([("example.ca", "v=spf1 -all"), ("s._domainkey.example.ca", LONG.as_str())]));
        let dns = Dns::new(vec![name_server(records).await], 7);
        assert_eq!(dns.texts("example.ca").await, Ok(Some(vec!["v=spf1 -all".to_owned()])));
        assert_eq!(dns.texts("s._domainkey.example.ca.").await, Ok(Some(vec![LONG.clone()])));
        assert_eq!(dns.texts("absent.example.ca").await, Ok(None));
        assert!(dns.texts("a..b").await.is_err());
        assert!(Dns::new(Vec::new(), 7).texts("example.ca").await.is_err());
    }

    #[test]
    fn no_answer_can_be_misread() {
        let asked = question("example.ca", 7).unwrap();
        let whole = answer(&asked, &[("example.ca", "v=spf1 -all")]);
        for n in 0..whole.len() {
            assert!(read(&whole[..n], &asked).is_err(), "{n}");
        }
        let mut other = whole.clone();
        other[0] = 9;
        assert!(read(&other, &asked).is_err());
        // A pointer to itself ends the name: it is passed over, never followed.
        let mut looped = whole;
        let at = asked.len();
        looped[at + 1] = u8::try_from(at).unwrap();
        assert!(read(&looped, &asked).is_ok());
    }

    #[test]
    fn name_servers_are_those_of_the_system() {
        let servers =
            Dns::servers("# a comment\nsearch x\nnameserver 192.0.2.1\nnameserver 2001:db8::1\nnameserver bad\n");
        assert_eq!(servers, ["192.0.2.1:53".parse().unwrap(), "[2001:db8::1]:53".parse().unwrap()]);
    }
}
