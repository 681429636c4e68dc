//! Which addresses may be asked at all: http and https on their own ports, and no private network, however it is
//! spelled. Names are looked up here too, so that what was checked is what is connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::model::Words;

/// Longer addresses are not asked: no feed of ours comes near, and servers refuse them.
const URL_BYTES_MAX: usize = 4_096;

/// An address that may be asked. IP literals in any spelling (`0x7f.1`, `2130706433`) are plain after `Url::parse`.
pub(super) fn parse(text: &str, allow_private: bool) -> Result<Url, Words> {
    let not_an_address = || {
        words!(
            "this is not a web address: it begins with https:// or http://",
            "ce n'est pas une adresse Web\u{a0}: elle commence par https:// ou http://"
        )
    };
    if text.len() > URL_BYTES_MAX {
        return Err(words!("the address is too long", "l'adresse est trop longue"));
    }
    let mut url = Url::parse(text.trim()).map_err(|_| not_an_address())?;
    url.set_fragment(None);
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(not_an_address());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(words!(
            "the address holds a user name or a password: take it out",
            "l'adresse contient un nom d'utilisateur ou un mot de passe\u{a0}: retirez-le"
        ));
    }
    if allow_private {
        return Ok(url);
    }
    // `port()` is none for 80 on http and 443 on https.
    if !matches!(url.port(), None | Some(80 | 443)) {
        return Err(words!(
            "only ports 80 and 443 are asked, unless the source says `allow_private = true`",
            "seuls les ports 80 et 443 sont interrogés, à moins que la source ne porte `allow_private = true`"
        ));
    }
    let literal: Option<IpAddr> = match url.host() {
        Some(Host::Ipv4(v4)) => Some(v4.into()),
        Some(Host::Ipv6(v6)) => Some(v6.into()),
        _ => None,
    };
    if literal.is_some_and(|ip| !is_public(ip)) {
        return Err(private());
    }
    Ok(url)
}

/// What is said of a private address, also by the resolver.
pub(super) fn private() -> Words {
    words!(
        "the address is in a private network: say `allow_private = true` in the source if it is meant",
        "l'adresse se trouve dans un réseau privé\u{a0}: ajoutez `allow_private = true` à la source si c'est voulu"
    )
}

/// The system's resolver, less every address that is not public.
#[derive(Debug)]
pub(super) struct PublicNames;

/// The error of [`PublicNames`]: recognised when a request fails.
#[derive(Debug)]
pub(super) struct OnlyPrivate;

impl std::fmt::Display for OnlyPrivate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the name leads to a private network")
    }
}

impl std::error::Error for OnlyPrivate {}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let all: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = all.iter().copied().filter(|address| is_public(address.ip())).collect();
            if public.is_empty() && !all.is_empty() {
                return Err(OnlyPrivate.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public internet (IANA special-purpose registries).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
            | (192, 88, 99)
    )
}

/// Only global unicast, and none of the ways to write an IPv4 address in it: a gateway would unwrap them.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let global = (s[0] & 0xE000) == 0x2000;
    let wraps_v4 = s[0] == 0x2002 || (s[0] == 0x2001 && s[1] < 0x0200);
    let documentation = (s[0] == 0x2001 && s[1] == 0x0DB8) || (s[0] & 0xFFF0) == 0x3FF0;
    global && !wraps_v4 && !documentation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_a_private_address_is_asked() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "0x7f000001",
            "0",
            "10.1.2.3",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fc00::1]",
            "[fe80::1]",
            "[ff02::1]",
            "[2001:0::1]",
            "[2001:db8::1]",
            "①②⑦.⓪.⓪.①",
        ] {
            assert!(parse(&format!("http://{host}/"), false).is_err(), "{host}");
            assert!(parse(&format!("http://{host}/"), true).is_ok(), "{host}");
        }
        for bad in [
            "file:///etc/passwd",
            "ftp://example.ca/",
            "https://",
            "javascript:alert(1)",
            "https://a:b@example.ca/",
            "https://example.ca:8080/",
            "feed",
            "",
        ] {
            assert!(parse(bad, false).is_err(), "{bad}");
        }
        for good in
            ["https://example.ca/feed", "http://example.ca:80/", "https://8.8.8.8/", "https://[2606:4700::1111]/"]
        {
            assert!(parse(good, false).is_ok(), "{good}");
        }
    }
}
