# One-liners for people; each is one command, so `just` itself is a convenience.

# The list.
default:
    @just --list

# What a change must pass, without the mail servers (those are in .ci/run, as root).
check:
    cargo fmt --check && cargo clippy --all-targets --locked -- -D warnings && cargo test --locked && RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# Form, and what clippy can mend by itself.
fix:
    cargo clippy --fix --allow-dirty --all-targets --locked && cargo fmt

# Tests whose name has NAME in it.
test NAME="":
    cargo test --locked {{NAME}}

# New snapshots: look at them in `git diff` before you keep them.
snap:
    INSTA_UPDATE=always TRYCMD=overwrite cargo test --locked

# What we promise, measured.
bench:
    cargo bench --locked

# This month's issue from the shipped stories, shown in a browser.
demo:
    cargo run --release --locked -- compose --offline --open

# Licences, advisories, bans: needs `cargo install cargo-deny`.
deny:
    cargo deny check
