//! `cco-news` gathers community news, makes a monthly issue in every language of a newsletter, checks it, has it
//! approved, and sends each subscriber their own language.
//!
//! ```text
//!  feeds, pages, stories/          issue.toml (a person)        approvals/
//!          │                             │                          │
//!       gather ──▶ harvest.json ──▶ curate ──▶ issue.json ──▶ compose ──▶ editions/ ──▶ check ──▶ send ──▶ ledger
//! ```
//!
//! The modules in reading order: the data, then each stage, then the edges that touch the world.

#[macro_use]
pub mod model;
pub mod config;
pub mod gather;
pub mod curate;
pub mod translate;
pub mod compose;
pub mod check;
pub mod send;
pub mod receive;
pub mod archive;
pub mod web;
pub mod http;
pub mod dns;
pub mod mail;
pub mod mailbox;
pub mod files;
pub mod packed;
pub mod word;
pub mod xml;
pub mod ledger;
pub mod cli;
