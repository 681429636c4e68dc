//! The pages that the public sees. It stands apart because strangers reach it: GET changes nothing (DESIGN rule 6), every
//! change is on the disk before its page says so, and every link comes from the configuration.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;

use crate::ledger::Ledger;

/// What the pages need.
#[derive(Clone)]
pub struct Serve {
    ledger: Ledger,
}

impl Serve {
    /// Pages over a ledger.
    pub const fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Every address that is answered.
    pub fn router(self) -> Router {
        Router::new().route("/healthz", get(healthz)).with_state(Arc::new(self))
    }
}

/// Whether the ledger answers: for whatever watches over the program.
async fn healthz(State(serve): State<Arc<Serve>>) -> (StatusCode, &'static str) {
    match serve.ledger.meta("secrets") {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::warn!("the ledger did not answer: {error:#}");
            (StatusCode::SERVICE_UNAVAILABLE, "the ledger does not answer\n")
        }
    }
}
