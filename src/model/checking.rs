//! How `check` is set for one newsletter: `[check]` in `newsletter.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Texts;

/// What an office knows that the rules cannot, and the rules that it sets otherwise.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Checking {
    /// Hosts that answer on the organization's own network alone, beside those that are known (LNK-05).
    pub network_only: Vec<String>,
    /// Short forms that every reader knows, beside those that are known (STY-08).
    pub acronyms: Vec<String>,
    /// Terms with one word in each language (BIL-16).
    pub glossary: Vec<Texts>,
    /// The selector of the DKIM key with which the relay signs, asked for by `check --setup` (SND-09).
    pub dkim_selector: Option<String>,
    /// Name servers for `check --setup`, as `192.0.2.1:53`; the system's own by default.
    pub name_servers: Vec<std::net::SocketAddr>,
    /// Rules that are set otherwise, by id.
    #[serde(rename = "rule")]
    pub rules: BTreeMap<String, RuleSetting>,
}

/// A rule, set otherwise.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSetting {
    /// What its errors and warnings weigh here.
    #[serde(default)]
    pub severity: Option<SetTo>,
    /// Its limits, by name.
    #[serde(default)]
    pub limits: BTreeMap<String, f64>,
    /// Why. Without a reason the setting does not hold.
    #[serde(default)]
    pub reason: String,
}

/// What the findings of a rule weigh in one newsletter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum SetTo {
    /// They block.
    E,
    /// They ask for an editor's eye.
    W,
    /// They are told.
    I,
    /// They are not told.
    #[serde(rename = "off")]
    Off,
}
