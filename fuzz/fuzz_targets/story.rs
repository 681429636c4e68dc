//! A file of the drop folder.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "newsletter.rs"]
mod newsletter;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    newsletter::read(["a.md", "a.ics", "a.csv"][usize::from(*kind) % 3], bytes);
});
