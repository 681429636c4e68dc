//! From requests to answers: who may come in, which page it is, and what was asked for. A page that is read changes
//! nothing; what changes something is a form that the desk's own page sent.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::Response;
use tokio::sync::watch;

use super::Made;
use super::acts::{Act, Outcome};
use super::editions::Choice;
use super::forms;
use super::gate::{Caller, Ticket, not_meant, outside};
use super::html::{own_key, own_tag};
use super::page::{Page, Tab};
use super::room::{Room, Shown};
use super::variants::{self, Variant};
use crate::model::rich::as_html;
use crate::model::{EditionId, Speech, StoryId, Words};
use crate::web::form::Form;
use crate::web::listen;

/// The largest form: the texts of a story in every language.
const FORM_BYTES_MAX: usize = 1024 * 1024;
/// Fields of one form; the texts of a story, each with the mark of what was seen, are under a hundred for ten languages.
const FIELDS_MAX: usize = 1_000;
/// How long a browser waits for news before it asks again.
const WAIT: Duration = Duration::from_secs(25);
/// Nothing of another site is loaded, and no other site may frame a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; frame-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// An edition runs nothing, loads nothing and is alone.
const FRAME_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

const STYLE: &str = include_str!("assets/desk.css");
const SCRIPT: &str = include_str!("assets/desk.js");
const ICON: &str = include_str!("assets/desk.svg");

/// Answers browsers until told to stop, or until Ctrl+C, which ends the work too.
pub(super) fn serve(listener: TcpListener, room: &Arc<Room>, ended: watch::Receiver<bool>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let app = Router::new().fallback(answer).with_state(Arc::clone(room));
        tokio::select! {
            () = listen::serve(listener, app, None, ended) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    });
    room.stop();
    // Waiting browsers are let go.
    runtime.shutdown_background();
    served
}

async fn answer(State(room): State<Arc<Room>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let speech = spoken(&room, parts.uri.path());
    let caller = caller(&room, &parts);
    if !room.gate.is_meant(&caller) {
        return small(StatusCode::FORBIDDEN, speech, &not_meant());
    }
    let path = parts.uri.path();
    match path {
        "/desk.css" => return plain("text/css; charset=utf-8", STYLE),
        "/desk.js" => return plain("text/javascript; charset=utf-8", SCRIPT),
        "/desk.svg" => return plain("image/svg+xml", ICON),
        _ => {}
    }
    if let Some(ticket) = path.strip_prefix("/open/") {
        return open(&room, ticket, speech);
    }
    let Some(person) = room.gate.person(&caller) else {
        return small(StatusCode::FORBIDDEN, speech, &outside());
    };
    match (&parts.method, path) {
        (&Method::GET, "/") => redirect(&format!("/{}/", own_key(room.speech))),
        (&Method::GET, "/wait") => wait(&room, parts.uri.query()).await,
        (&Method::GET, path) => read(&room, speech, person, path, parts.uri.query()),
        (&Method::POST, path) => {
            let Ok(bytes) = to_bytes(body, FORM_BYTES_MAX).await else {
                let why = words!("this form is too large", "ce formulaire est trop grand");
                return small(StatusCode::PAYLOAD_TOO_LARGE, speech, &why);
            };
            act(&room, speech, person, path, &Form::read("", &bytes, FIELDS_MAX)).await
        }
        _ => small(StatusCode::METHOD_NOT_ALLOWED, speech, &not_meant()),
    }
}

fn caller<'a>(room: &'a Room, parts: &'a Parts) -> Caller<'a> {
    let get = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let named = room
        .gate
        .header()
        .and_then(|name| parts.headers.get(name))
        .and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    Caller {
        host: get(&header::HOST),
        origin: get(&header::ORIGIN),
        cookie: get(&header::COOKIE),
        named,
        acts: !matches!(parts.method, Method::GET | Method::HEAD),
    }
}

/// The language of a path.
fn spoken(room: &Room, path: &str) -> Speech {
    match path.split('/').nth(1) {
        Some("en") => Speech::En,
        Some("fr") => Speech::Fr,
        _ => room.speech,
    }
}

/// An answer with what every answer says.
fn response(status: StatusCode, kind: &str, policy: &str, body: impl Into<Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let map: &mut HeaderMap = response.headers_mut();
    for (name, value) in headers {
        map.insert(name, value.parse().expect("our own values are ASCII"));
    }
    response
}

fn html(status: StatusCode, body: String) -> Response {
    response(status, "text/html; charset=utf-8", POLICY, body)
}

fn plain(kind: &str, body: &'static str) -> Response {
    response(StatusCode::OK, kind, POLICY, body)
}

fn redirect(to: &str) -> Response {
    let mut response = response(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", POLICY, "");
    let to = to.parse().unwrap_or_else(|_| header::HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, to);
    response
}

/// A page that says one thing.
fn small(status: StatusCode, speech: Speech, words: &Words) -> Response {
    let (tag, said) = (own_tag(speech), super::html::sentence(words.say(speech)));
    let title = say!(speech, "Editor's desk", "Bureau de la rédaction");
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title><link rel=\"stylesheet\" href=\"/desk.css\"></head><body><main id=\"main\"><h1>{title}</h1><p>{said}</p></main></body></html>\n"
    );
    html(status, body)
}

/// Takes the one-time address. The page leads on by itself, so that the cookie counts as the desk's own.
fn open(room: &Room, ticket: &str, speech: Speech) -> Response {
    let Ticket::Good(cookie) = room.gate.take(ticket) else {
        return small(StatusCode::FORBIDDEN, speech, &outside());
    };
    let (tag, key) = (own_tag(speech), own_key(speech));
    let title = say!(speech, "Open the desk", "Ouvrir le bureau");
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0; url=/{key}/\"><title>{title}</title><link rel=\"stylesheet\" href=\"/desk.css\"></head><body><main id=\"main\"><h1><a href=\"/{key}/\">{title}</a></h1></main></body></html>\n"
    );
    let mut response = html(StatusCode::OK, body);
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Answers with the version that is shown, once it is another than the one that the browser has.
async fn wait(room: &Room, query: Option<&str>) -> Response {
    let after: u64 = value(query, "after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut versions = room.versions();
    // Nothing new within the time is an answer too.
    let _ = tokio::time::timeout(WAIT, versions.wait_for(|version| *version != after)).await;
    let now = room.shown().version.to_string();
    response(StatusCode::OK, "text/plain; charset=utf-8", POLICY, now)
}

fn value(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or("").as_bytes());
    pairs.into_owned().find(|(own, _)| own == name).map(|(_, value)| value)
}

/// The path without its language, and the query without what was said last.
fn page<'a>(
    room: &'a Room,
    shown: &'a Shown,
    speech: Speech,
    person: String,
    path: &str,
    query: Option<&str>,
) -> Page<'a> {
    let rest = path.get(3..).filter(|rest| rest.starts_with('/')).unwrap_or("/");
    let kept: Vec<(String, String)> = url::form_urlencoded::parse(query.unwrap_or("").as_bytes())
        .into_owned()
        .filter(|(name, _)| name != "said")
        .collect();
    let query_kept = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&kept).finish();
    let path = if query_kept.is_empty() { rest.to_owned() } else { format!("{rest}?{query_kept}") };
    let said = value(query, "said").and_then(|number| room.said(number.parse().ok()?));
    Page { room, shown, speech, said, person, path }
}

fn read(room: &Room, speech: Speech, person: String, path: &str, query: Option<&str>) -> Response {
    let shown = room.shown();
    let page = page(room, &shown, speech, person, path, query);
    let Some(made) = shown.made.as_deref() else {
        return html(
            StatusCode::OK,
            page.framed(Tab::Other, &say!(speech, "Nothing to show yet", "Rien à montrer encore"), ""),
        );
    };
    let is_spoken = path == format!("/{}", own_key(speech)) || path.starts_with(&format!("/{}/", own_key(speech)));
    let decoded = percent_decoded(path.get(3..).unwrap_or(""));
    let rest: Vec<&str> = decoded.trim_matches('/').split('/').collect();
    let body = match rest.as_slice() {
        _ if !is_spoken => None,
        [""] => Some(page.stories_page(made)),
        ["story", id] => page.story_page(made, &StoryId::parse(id)),
        ["words"] => Some(page.words_page(made)),
        ["editions"] => Some(page.editions_page(made, &choice(made, query))),
        ["findings"] => Some(page.findings_page(made)),
        ["approval"] => Some(page.approval_page(made)),
        ["edition", id, variant] => return frame(made, id, variant, speech),
        _ => None,
    };
    if let Some(body) = body {
        html(StatusCode::OK, body)
    } else {
        let title = say!(speech, "There is no such page", "Cette page n'existe pas");
        html(StatusCode::NOT_FOUND, page.framed(Tab::Other, &title, &format!("<h1>{title}</h1>\n")))
    }
}

fn percent_decoded(path: &str) -> String {
    // A plus sign in a path is a plus sign.
    let guarded = path.replace('+', "%2B");
    url::form_urlencoded::parse(guarded.as_bytes()).next().map_or(String::new(), |(name, _)| name.into_owned())
}

fn choice(made: &Made, query: Option<&str>) -> Choice {
    let edition = value(query, "edition").map(|id| EditionId::new(&id));
    Choice {
        edition: edition.filter(|id| made.editions.iter().any(|edition| edition.id == *id)),
        variant: value(query, "view").and_then(|key| Variant::parse(&key)).unwrap_or(Variant::Desktop),
    }
}

fn frame(made: &Made, id: &str, variant: &str, speech: Speech) -> Response {
    let edition = made.editions.iter().find(|edition| edition.id.as_str() == id);
    match (edition, Variant::parse(variant).filter(|variant| variant.is_framed())) {
        (Some(edition), Some(variant)) => {
            response(StatusCode::OK, "text/html; charset=utf-8", FRAME_POLICY, variants::framed(edition, variant))
        }
        _ => small(StatusCode::NOT_FOUND, speech, &words!("there is no such edition", "cette édition n'existe pas")),
    }
}

/// Where a form leads back to: a page of this desk, whatever it says.
fn back(form: &Form, speech: Speech) -> String {
    let back = form.get("back");
    let is_own = ["/en/", "/fr/"].iter().any(|start| back.starts_with(start));
    let is_plain = back.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if is_own && is_plain { back.to_owned() } else { format!("/{}/", own_key(speech)) }
}

/// The same page with the sentence that is said on it, at a story.
fn told(back: &str, number: u64, story: Option<&StoryId>) -> String {
    let path = back.split('#').next().unwrap_or("/");
    let sign = if path.contains('?') { '&' } else { '?' };
    let fragment = story.map_or_else(String::new, |id| format!("#st-{}", super::html::part(id.as_str())));
    format!("{path}{sign}said={number}{fragment}")
}

async fn act(room: &Room, speech: Speech, person: String, path: &str, form: &Form) -> Response {
    let Some(verb) = path.get(3..).and_then(|rest| rest.strip_prefix("/do/")) else {
        return small(StatusCode::NOT_FOUND, speech, &words!("there is no such page", "cette page n'existe pas"));
    };
    let back = back(form, speech);
    let shown = room.shown();
    let asked = match shown.made.as_deref() {
        Some(made) => forms::act(verb, form, made, &person),
        None => Err(words!("nothing is there yet", "il n'y a encore rien")),
    };
    if !form.get("by").trim().is_empty() {
        room.set_name(form.get("by").trim());
    }
    let asked = match asked {
        Ok(asked) => asked,
        Err(why) => return redirect(&told(&back, room.say(why), None)),
    };
    let story = match &asked {
        Act::Change(crate::curate::Change::Move { story, .. }, _) => Some(story.clone()),
        _ => None,
    };
    let kept = others(&asked);
    match room.ask(asked).await {
        Some(Outcome::Done(words) | Outcome::Refused(words)) => redirect(&told(&back, room.say(words), story.as_ref())),
        Some(Outcome::Clash(clashes)) => {
            let shown = room.shown();
            let page = page(room, &shown, speech, person, &back, None);
            let Some(made) = shown.made.as_deref() else { return redirect(&back) };
            let kept: Vec<(String, String)> = kept
                .into_iter()
                .filter(|(name, _)| !clashes.iter().any(|clash| name.trim_start_matches("seen.") == clash.at.name()))
                .collect();
            html(StatusCode::CONFLICT, page.conflict_page(made, &clashes, &kept, &as_html(&back)))
        }
        None => small(StatusCode::SERVICE_UNAVAILABLE, speech, &words!("the desk is closing", "le bureau se ferme")),
    }
}

/// The fields of a form of texts, for the page on which a person chooses.
fn others(act: &Act) -> Vec<(String, String)> {
    let Act::Write(rewordings) = act else { return Vec::new() };
    let fields = rewordings.iter().flat_map(|one| {
        let name = one.at.name();
        [(format!("seen.{name}"), one.seen.clone()), (name, one.text.clone().unwrap_or_default())]
    });
    fields.collect()
}
