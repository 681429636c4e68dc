//! A mail that came back.

#![no_main]

use std::sync::LazyLock;

use cco_news::receive::{Rules, read};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::shipped);

fuzz_target!(|bytes: &[u8]| {
    let received = read(bytes, &RULES);
    assert!(received.copies.len() <= 20);
    if let cco_news::model::Notice::Bounce(bounced) = received.notice {
        assert!(!bounced.is_empty() && bounced.len() <= 100);
        assert!(bounced.iter().all(|one| !one.text.contains('@') && one.text.chars().count() <= 200));
    }
});
