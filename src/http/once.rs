//! One question to a service of the office's own: nothing is kept, nothing is asked twice, no redirect is followed.

use super::Http;
use crate::model::Words;

/// What a service answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Its status.
    pub status: u16,
    /// Whether it is a page for people.
    pub is_page: bool,
}

impl Http {
    /// Asks with GET, or posts a form. The office named the address, so that it may be a private one.
    pub async fn ask_once(&self, url: &str, form: Option<&'static str>) -> Result<Told, Words> {
        let request = match form {
            None => self.open.get(url),
            Some(form) => self
                .open
                .post(url)
                .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form),
        };
        let answer = request.send().await.map_err(|error| {
            let why = error.without_url().to_string();
            words!("no answer: {why}", "aucune réponse : {why}")
        })?;
        let kind = answer.headers().get(reqwest::header::CONTENT_TYPE);
        let is_page = kind.and_then(|kind| kind.to_str().ok()).is_some_and(|kind| kind.starts_with("text/html"));
        Ok(Told { status: answer.status().as_u16(), is_page })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::serve::Server;

    #[tokio::test]
    async fn a_service_is_asked_and_its_answer_is_told_as_it_is() {
        let server = Server::start(|head| {
            if head.starts_with("POST") {
                b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec()
            } else {
                Server::ok("text/html; charset=utf-8", b"<p>Leave?</p>")
            }
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let http = Http::new(folder.path(), "info@example.ca", None, false).unwrap();
        let url = server.url("/en/unsubscribe/x");
        assert_eq!(http.ask_once(&url, None).await, Ok(Told { status: 200, is_page: true }));
        assert_eq!(http.ask_once(&url, Some("a=b")).await, Ok(Told { status: 404, is_page: false }));
        assert!(http.ask_once("http://127.0.0.1:1/", None).await.is_err());
    }
}
