//! The shape of a rule, and the whole list: one row per rule stands in its group's file, beside the function that
//! judges.

use super::accessibility;
use super::client;
use super::links;
use super::parity;
use super::proof::{Hit, Mails, Proof};
use super::sender;
use super::style;
use super::typography;
use crate::model::{Severity, Words};

/// One rule.
#[derive(Clone, Copy)]
pub struct Rule {
    /// `TYP-04`: never reused.
    pub id: &'static str,
    /// Its group.
    pub group: Group,
    /// How much its findings weigh, when nothing softens or hardens them.
    pub severity: Severity,
    /// Who may accept a finding.
    pub class: Class,
    /// Whether it judges facts, not wording: other people's words and a community's rule set do not soften it.
    pub is_fact: bool,
    /// The section of the federal references that it comes from.
    pub source: &'static str,
    /// What it asks for, in English.
    pub en: &'static str,
    /// The same in French.
    pub fr: &'static str,
    /// What breaks it.
    pub bad: Example,
    /// What keeps it.
    pub good: Example,
    /// Its limits, which a newsletter may set otherwise.
    pub limits: &'static [Limit],
    /// The function that judges, on any thread.
    pub(super) judge: fn(&Proof<'_>, &mut Vec<Hit>),
    /// The function that judges instead, where the rule looks at the elements of the mails.
    pub(super) judge_mails: fn(&Mails<'_>, &mut Vec<Hit>),
}

/// A limit of a rule, by its name in `[check.rule.ID] limits`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The rule.
    pub rule: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What holds when nothing is said; its unit is in its name.
    pub default: f64,
}

/// A rule that no finding can tell of: it holds while `send` runs, and is tested there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invariant {
    /// Its id among the rules.
    pub id: &'static str,
    /// The section of the federal references that it comes from.
    pub source: &'static str,
    /// What holds, in English.
    pub en: &'static str,
    /// The same in French.
    pub fr: &'static str,
    /// The tests that hold it: file and name.
    pub tests: &'static [(&'static str, &'static str)],
}

/// A group of rules: the letters of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// BIL: the languages agree.
    Parity,
    /// TYP: French as it is written in Canada.
    Typography,
    /// STY: style, and facts that grow old.
    Style,
    /// ACC: everybody can read it.
    Accessibility,
    /// CLI: every mail program can show it.
    Client,
    /// SND: sender, privacy, headers.
    Sender,
    /// LNK: links.
    Links,
}

/// Who may accept a finding of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nobody.
    Never,
    /// A named person, with a reason, shown to the approver.
    Approver,
    /// An editor, once per text.
    Editor,
}

/// A case that shows what a rule means; both of each rule are tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Example {
    /// A story's text in one language.
    Text(&'static str, &'static str),
    /// A story's title in one language.
    Title(&'static str, &'static str),
    /// A story's text in English and in French.
    Pair(&'static str, &'static str),
    /// A piece of the mail's HTML, in English.
    Html(&'static str),
    /// The mail's HTML, with something of it changed.
    Swap(&'static str, &'static str),
    /// The subject in one language.
    Subject(&'static str, &'static str),
    /// A case that a text cannot show, said in English and in French.
    Case(&'static str, &'static str),
    /// The whole sample issue as it is.
    Clean,
}

impl Example {
    /// The case as a person reads it; nothing where it is only that all is as it should be.
    pub fn shown(&self) -> Words {
        match self {
            Self::Text(lang, text) | Self::Title(lang, text) | Self::Subject(lang, text) => {
                Words::same(format!("({lang}) {}", as_seen(text)))
            }
            Self::Pair(en, fr) => Words::same(format!("{} | {}", as_seen(en), as_seen(fr))),
            Self::Html(html) => Words::same(*html),
            Self::Swap(from, to) => words!("`{to}` where `{from}` should be", "`{to}` à la place de `{from}`"),
            Self::Case(en, fr) => words!("{en}", "{fr}"),
            Self::Clean => Words::default(),
        }
    }
}

/// A text without the tags of a mere paragraph, and with a sign for what nobody sees: ⍽ for a no-break space.
pub(super) fn as_seen(html: &str) -> String {
    let inner = html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")).filter(|rest| !rest.contains('<'));
    let text = inner.map_or_else(|| html.to_owned(), |inner| inner.replace("&amp;", "&"));
    text.replace('\u{a0}', "⍽").replace('\u{200b}', "[U+200B]")
}

impl Group {
    /// Every group, in the order of the list.
    pub const ALL: [Self; 7] =
        [Self::Parity, Self::Typography, Self::Style, Self::Accessibility, Self::Client, Self::Sender, Self::Links];

    /// Its name in English and in French.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Parity => ("The languages agree", "Les langues concordent"),
            Self::Typography => ("French typography", "Typographie française"),
            Self::Style => ("Style and freshness", "Style et actualité"),
            Self::Accessibility => ("Accessibility", "Accessibilité"),
            Self::Client => ("Mail programs", "Logiciels de courriel"),
            Self::Sender => ("Sender and privacy", "Expéditeur et vie privée"),
            Self::Links => ("Links", "Liens"),
        }
    }

    /// The letters with which the ids of its rules begin.
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Parity => "BIL",
            Self::Typography => "TYP",
            Self::Style => "STY",
            Self::Accessibility => "ACC",
            Self::Client => "CLI",
            Self::Sender => "SND",
            Self::Links => "LNK",
        }
    }

    const fn rules(self) -> &'static [Rule] {
        match self {
            Self::Parity => parity::RULES,
            Self::Typography => typography::RULES,
            Self::Style => style::RULES,
            Self::Accessibility => accessibility::RULES,
            Self::Client => client::RULES,
            Self::Sender => sender::RULES,
            Self::Links => links::RULES,
        }
    }
}

impl Class {
    /// Who may accept, in English and in French.
    pub const fn title(self) -> (&'static str, &'static str) {
        match self {
            Self::Never => ("nobody", "personne"),
            Self::Approver => {
                ("a named person, shown to the approver", "une personne désignée, indiquée à l'approbateur")
            }
            Self::Editor => ("an editor", "une rédactrice ou un rédacteur"),
        }
    }
}

/// A row of a group's table, to be completed with words, examples and the function that judges. An E may be waived by
/// an approver, anything else by an editor, unless the row says otherwise.
pub(super) const fn row(group: Group, id: &'static str, severity: Severity, source: &'static str) -> Rule {
    let class = if matches!(severity, Severity::Error) { Class::Approver } else { Class::Editor };
    Rule {
        id,
        group,
        severity,
        class,
        is_fact: true,
        source,
        en: "",
        fr: "",
        bad: Example::Clean,
        good: Example::Clean,
        limits: &[],
        judge: |_, _| {},
        judge_mails: |_, _| {},
    }
}

/// A limit with what holds by default.
pub(super) const fn limit(rule: &'static str, name: &'static str, default: f64) -> Limit {
    Limit { rule, name, default }
}

/// Every rule, in the order of the groups.
pub(super) fn rules() -> &'static [Rule] {
    static ALL: std::sync::LazyLock<Vec<Rule>> =
        std::sync::LazyLock::new(|| Group::ALL.iter().flat_map(|group| group.rules()).copied().collect());
    &ALL
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
