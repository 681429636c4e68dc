//! A mail that was forwarded to the office, as a file.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "newsletter.rs"]
mod newsletter;

fuzz_target!(|bytes: &[u8]| {
    let is_outlook = bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]);
    newsletter::read(if is_outlook { "a.msg" } else { "a.eml" }, bytes);
});
