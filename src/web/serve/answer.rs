//! An answer as bytes: its status, and the headers that keep a browser from doing anything but showing it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// What a page of ours may do: look as our style sheet says, and send its forms to us.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// For anything that is no page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";
/// How long a browser may keep a page of the archive, in seconds: a correction is seen within five minutes.
const ARCHIVE_SECONDS: u32 = 300;
/// Browsers come back over TLS alone for half a year.
const TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=15768000");

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) media_type: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) policy: String,
    /// Whether a browser may keep it: what is a person's it may not.
    pub(super) is_kept: bool,
    /// What may be asked instead, of a 405, or at all, of OPTIONS.
    pub(super) allow: Option<&'static str>,
    /// Seconds after which to ask again, of a 429 or 503.
    pub(super) retry_after: Option<u32>,
    /// Names the bytes.
    pub(super) etag: Option<String>,
}

impl Answer {
    /// A page of ours.
    pub(super) fn page(status: StatusCode, html: String) -> Self {
        Self { policy: POLICY.to_owned(), ..Self::text(status, "text/html; charset=utf-8", html.into_bytes()) }
    }

    /// Bytes that are no page.
    pub(super) fn text(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            status,
            media_type,
            body,
            policy: NOTHING.to_owned(),
            is_kept: false,
            allow: None,
            retry_after: None,
            etag: None,
        }
    }

    /// Nothing but a status, and what may be asked.
    pub(super) fn allow(status: StatusCode, allow: &'static str) -> Self {
        Self { allow: Some(allow), ..Self::text(status, "text/plain; charset=utf-8", Vec::new()) }
    }

    /// As HTTP. `is_tls`: the pages' address is https.
    pub(super) fn into_response(self, is_tls: bool) -> Response<Body> {
        let mut headers = HeaderMap::new();
        let keep = if self.is_kept { format!("public, max-age={ARCHIVE_SECONDS}") } else { "no-store".to_owned() };
        let fixed = [
            (header::CONTENT_TYPE, self.media_type),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_FRAME_OPTIONS, "DENY"),
        ];
        headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
        let made = [
            (header::CONTENT_SECURITY_POLICY, Some(self.policy)),
            (header::CACHE_CONTROL, Some(keep)),
            (header::ALLOW, self.allow.map(str::to_owned)),
            (header::RETRY_AFTER, self.retry_after.map(|seconds| seconds.to_string())),
            (header::ETAG, self.etag),
        ];
        // Each of these is ASCII by its making; a value that is not is left out.
        headers.extend(made.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value?).ok()?))));
        if is_tls {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT);
        }
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = headers;
        response
    }
}
