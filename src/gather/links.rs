//! Links as a reader should get them: absolute, unwrapped from mail scanners, without what tracks; and as identity.

use url::Url;

/// Wrappers inside wrappers are opened so often.
const UNWRAP_MAX: usize = 4;
/// Longer links break in mail programs.
const LINK_BYTES_MAX: usize = 2_000;

/// Parameters that only say who clicked where.
const TRACKING: [&str; 24] = [
    "fbclid",
    "gclid",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "igshid",
    "ttclid",
    "li_fat_id",
    "mc_eid",
    "mc_cid",
    "_hsenc",
    "_hsmi",
    "mkt_tok",
    "vero_id",
    "oly_enc_id",
    "oly_anon_id",
    "wickedid",
    "wt.mc_id",
    "_ga",
    "_gl",
    "s_kwcid",
];

/// A link to show: http, https or mailto, clean. `None`: it may not be shown.
pub(super) fn clean(link: &str) -> Option<String> {
    clean_at(link, None)
}

/// As [`clean`], of a page: a relative link becomes absolute.
pub(super) fn clean_at(link: &str, base: Option<&Url>) -> Option<String> {
    cleaned(parsed(link, base)?).map(String::from)
}

/// A link to show, and the address of its page as its identity.
pub(super) fn both(link: &str, base: Option<&Url>) -> (Option<String>, Option<String>) {
    let Some(mut url) = parsed(link, base).and_then(cleaned) else { return (None, None) };
    let shown = url.as_str().to_owned();
    if url.scheme() == "mailto" {
        return (Some(shown), None);
    }
    url.set_fragment(None);
    (Some(shown), Some(url.into()))
}

fn parsed(link: &str, base: Option<&Url>) -> Option<Url> {
    let link = link.trim();
    if link.len() > LINK_BYTES_MAX * 4 {
        return None;
    }
    match (Url::parse(link), base) {
        (Err(url::ParseError::RelativeUrlWithoutBase), Some(base)) => base.join(link).ok(),
        (url, _) => url.ok(),
    }
}

fn cleaned(mut url: Url) -> Option<Url> {
    for _ in 0..UNWRAP_MAX {
        match unwrapped(&url) {
            Some(inner) => url = inner,
            None => break,
        }
    }
    let good = match url.scheme() {
        "http" | "https" => {
            let host = url.host_str()?.trim_end_matches('.');
            url.username().is_empty()
                && url.password().is_none()
                && host != "slot.invalid"
                && !host.ends_with(".slot.invalid")
        }
        "mailto" => url.path().contains('@') && !url.path().contains(['<', '>', ' ']),
        _ => false,
    };
    if !good {
        return None;
    }
    if url.scheme() != "mailto" {
        drop_tracking(&mut url);
    }
    (url.as_str().len() <= LINK_BYTES_MAX).then_some(url)
}

/// The address of a page as its identity: clean, without fragment; http and https only.
pub(super) fn canonical(link: &str) -> Option<String> {
    both(link, None).1
}

/// The identity of the page that a shown link leads to: what [`canonical`] would say of it, without reading it again.
pub(super) fn page_of(shown: &str) -> Option<&str> {
    shown.starts_with("http").then(|| shown.split('#').next().unwrap_or(shown))
}

/// What two addresses of one page have in common: neither scheme, nor `www.`, nor a closing slash or index page.
pub(super) fn page_key(canonical: &str) -> String {
    let rest = canonical.split_once("://").map_or(canonical, |(_, rest)| rest);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    ["index.html", "index.htm", "index.php"]
        .iter()
        .find_map(|page| rest.strip_suffix(page))
        .unwrap_or(rest)
        .trim_end_matches('/')
        .to_owned()
}

fn drop_tracking(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let tracks = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or("").to_ascii_lowercase();
        name.starts_with("utm_") || name.starts_with("pk_") || TRACKING.contains(&name.as_str())
    };
    // Pair by pair as written, so that nothing else of the address changes.
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !tracks(pair)).collect();
    let kept = kept.join("&");
    url.set_query((!kept.is_empty()).then_some(&kept));
}

/// The address inside one of a mail scanner or redirector.
fn unwrapped(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let parameter = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let inner = if host.ends_with(".safelinks.protection.outlook.com") || host == "safelinks.protection.outlook.com" {
        parameter("url")?
    } else if matches!(host, "urldefense.proofpoint.com" | "urldefense.com") && url.path().starts_with("/v2/") {
        let packed = parameter("u")?.replace('-', "%").replace('_', "/");
        percent_decoded(&packed)
    } else if host == "urldefense.proofpoint.com" && url.path().starts_with("/v1/") {
        parameter("u")?
    } else if matches!(host, "urldefense.com" | "urldefense.us") && url.path().starts_with("/v3/") {
        urldefense_v3(url)?
    } else if matches!(host, "www.google.com" | "google.com" | "www.google.ca") && url.path() == "/url" {
        parameter("url").or_else(|| parameter("q"))?
    } else {
        return None;
    };
    Url::parse(&inner).ok().filter(|inner| matches!(inner.scheme(), "http" | "https" | "mailto"))
}

fn percent_decoded(text: &str) -> String {
    let pairs = format!("v={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// `/v3/__https://host/path*x__;Kw!!…`: each `*` stands for the next byte of the base64 after `__;`, `**A` for a run.
fn urldefense_v3(url: &Url) -> Option<String> {
    const RUNS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let whole = url.as_str();
    let inner = whole.split_once("/v3/__")?.1;
    let (packed, rest) = inner.rsplit_once("__;")?;
    let bytes = data_encoding::BASE64URL_NOPAD.decode(rest.split('!').next()?.trim_end_matches('=').as_bytes()).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (mut bytes, mut out, mut chars) = (text.chars(), String::new(), packed.chars().peekable());
    while let Some(c) = chars.next() {
        if c != '*' {
            out.push(c);
        } else if chars.peek() == Some(&'*') {
            chars.next();
            let run = RUNS.find(chars.next()?)? + 2;
            out.extend(bytes.by_ref().take(run));
        } else {
            out.push(bytes.next().unwrap_or('*'));
        }
    }
    // A browser that parsed the whole may have folded the slashes.
    Some(out.replacen(":/", "://", 1).replacen(":///", "://", 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn links_are_unwrapped_and_lose_what_tracks() {
        for (link, expected) in [
            ("https://Example.CA:443/A?utm_source=x&id=1&fbclid=2#part", "https://example.ca/A?id=1#part"),
            ("https://example.ca/?UTM_medium=mail", "https://example.ca/"),
            (
                "https://can01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.canada.ca%2Ffr.html%3Futm_source%3Dm&data=05%7C01&sdata=x&reserved=0",
                "https://www.canada.ca/fr.html",
            ),
            (
                "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.canada.ca_en_a-2Db.html&d=DwMF&c=x",
                "https://www.canada.ca/en/a-b.html",
            ),
            (
                "https://urldefense.com/v3/__https://www.canada.ca/en.html*top__;Iw!!abc",
                "https://www.canada.ca/en.html#top",
            ),
            ("mailto:info@example.ca?subject=a", "mailto:info@example.ca?subject=a"),
        ] {
            assert_eq!(clean(link).as_deref(), Some(expected), "{link}");
        }
        assert_eq!(canonical("HTTP://example.ca/a#b").as_deref(), Some("http://example.ca/a"));
        assert_eq!(page_key("http://www.example.ca/a/"), page_key("https://example.ca/a/index.html"));
    }

    #[test]
    fn no_other_scheme_and_no_slot_comes_in() {
        for bad in [
            "javascript:alert(1)",
            "\u{2000}javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "/relative",
            "https://slot.invalid/unsubscribe",
            "https://SLOT.INVALID./x",
            "https://a:b@example.ca/",
            "vbscript:x",
            "https://can01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fslot.invalid%2Fx",
            "",
        ] {
            assert_eq!(clean(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(link in "https?://[a-z.]{1,12}/[a-zA-Z0-9%/_.-]{0,12}(\\?[a-z_=&%0-9]{0,20})?(#[a-z]{0,4})?") {
            if let Some(once) = clean(&link) {
                prop_assert_eq!(clean(&once), Some(once));
            }
        }
    }
}
