//! Addresses that count or name who follows them (SND-07, LNK-08), told by what they call themselves.

/// Hosts whose links count clicks before they lead on.
const REDIRECTORS: &[&str] = &[
    "list-manage.com",
    "safelinks.protection.outlook.com",
    "urldefense.com",
    "urldefense.proofpoint.com",
    "links.govdelivery.com",
    "lnks.gd",
    "sendgrid.net",
    "mailchi.mp",
    "hubspotlinks.com",
    "mandrillapp.com",
    "click.convertkit-mail.com",
    "awstrack.me",
    "hs-sites.com",
    "mailtrack.io",
    "rs6.net",
    "exct.net",
    "pardot.com",
    "mlsend.com",
    "createsend.com",
    "cmail19.com",
    "cmail20.com",
    "sparkpostmail.com",
    "mailgun.org",
    "list-manage1.com",
    "google.com/url",
];
/// Names of query fields that say who reads.
const PERSONAL_FIELDS: &[&str] = &[
    "mc_eid",
    "mc_cid",
    "uid",
    "userid",
    "user_id",
    "subscriber",
    "subscriber_id",
    "recipient",
    "email",
    "e-mail",
    "token",
    "_hsenc",
    "_hsmi",
    "mkt_tok",
    "vero_id",
    "ck_subscriber_id",
    "contactid",
    "cid_token",
    "contact_id",
    "reader",
    "reader_id",
    "member_id",
    "sid_token",
    "oly_enc_id",
    "oly_anon_id",
    "_ke",
    "__s",
    "elqtrackid",
    "trk_contact",
    "rid",
];

/// Whether an address is one that counts who opens it, by what it calls itself.
pub(crate) fn is_counter(src: &str) -> bool {
    const WORDS: &[&str] = &[
        "open",
        "opens",
        "pixel",
        "beacon",
        "track",
        "tracking",
        "tracker",
        "trk",
        "click",
        "clicks",
        "wf",
        "imp",
        "impression",
    ];
    let Ok(url) = url::Url::parse(src) else { return false };
    let host = url.host_str().unwrap_or("").split('.').next().unwrap_or("").to_lowercase();
    let path = url.path().to_lowercase();
    let stem = |part: &str| part.split('.').next().unwrap_or("").to_owned();
    WORDS.contains(&host.as_str()) || path.split('/').any(|part| WORDS.contains(&stem(part).as_str()))
}

/// First names of hosts that count clicks before they lead on.
const COUNTERS: &[&str] = &["click", "clicks", "track", "tracking", "trk", "clicktrack", "tracker", "links-track"];

/// What a host or a part of a path that leads on is called.
const LEADS_ON: &[&str] = &[
    "click", "clicks", "track", "tracking", "trk", "go", "goto", "redirect", "redir", "out", "r", "ls", "link", "links",
];

/// Whether an address leads on to another that it names itself: `https://go.example.ca/track?to=https://…`.
fn leads_on(url: &url::Url) -> bool {
    let names_another =
        || url.query_pairs().any(|(_, value)| value.starts_with("http://") || value.starts_with("https://"));
    let parts = url.path().split('/').chain(url.host_str().and_then(|host| host.split('.').next()));
    url.query().is_some()
        && parts.map(str::to_lowercase).any(|part| LEADS_ON.contains(&part.as_str()))
        && names_another()
}

pub(crate) fn is_tracking(href: &str) -> bool {
    let Ok(url) = url::Url::parse(href) else { return false };
    if !url.scheme().starts_with("http") {
        return false;
    }
    if leads_on(&url) {
        return true;
    }
    let host = url.host_str().unwrap_or("");
    COUNTERS.contains(&host.split('.').next().unwrap_or(""))
        || REDIRECTORS.iter().any(|it| host == *it || host.ends_with(&format!(".{it}")))
        || url
            .query_pairs()
            .any(|(name, value)| PERSONAL_FIELDS.contains(&name.to_lowercase().as_str()) && !value.is_empty())
}
