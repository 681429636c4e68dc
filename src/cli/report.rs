//! Where output may go: data on standard output, everything else on standard error. No other file prints.

use std::fmt;
use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;
use unicode_width::UnicodeWidthChar as _;

use super::{log, patience};
use crate::model::{Finding, Place, Severity, Speech, Words};

/// How the person wants to be spoken to.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct Report {
    /// In which language.
    pub(super) speech: Speech,
    /// Whether data goes out as JSON.
    pub(super) is_json: bool,
    /// Whether only errors are shown.
    pub(super) is_quiet: bool,
    /// Whether colour is used.
    pub(super) is_coloured: bool,
    /// Whether each line is one of JSON, on standard error.
    pub(super) is_logged: bool,
    /// Of which part of a larger command it is: then it prints no data of its own.
    pub(super) part: Option<&'static str>,
}

/// Colours with one meaning each; never the only carrier of it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Colour {
    /// Something is wrong.
    Red,
    /// Something to look at.
    Yellow,
    /// Well.
    Green,
    /// A hint, a command, a path.
    Cyan,
}

impl Report {
    /// The sentence in the person's language.
    pub(super) fn say(self, words: &Words) -> &str {
        words.say(self.speech)
    }

    /// Text in a colour, when colours are wanted.
    pub(super) fn paint(self, colour: Colour, text: &str) -> String {
        if !self.is_coloured {
            return text.to_owned();
        }
        let code = match colour {
            Colour::Red => 31,
            Colour::Yellow => 33,
            Colour::Green => 32,
            Colour::Cyan => 36,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// One line for a person.
    pub(super) fn line(self, words: &Words) {
        self.text(self.say(words));
    }

    /// As [`Report::line`], for text that is already in the person's language.
    pub(super) fn text(self, text: impl fmt::Display) {
        if self.is_quiet {
            return;
        }
        if self.is_logged {
            say_line(&log::line("info", self.part, &text.to_string()));
        } else if self.is_json {
            say_line(&text.to_string());
        } else {
            print_line(&text.to_string());
        }
    }

    /// A line of a table whose last column is a sentence: on a narrow terminal that goes on below itself, `indent`
    /// characters in.
    pub(super) fn row(self, indent: usize, text: &str) {
        self.text(fitted(text, indent, self.columns()));
    }

    /// Columns in which text for a person is set; what goes into a file or a pipe has no end.
    pub(super) fn columns(self) -> usize {
        if std::io::stdout().is_terminal() && !self.is_logged { width() } else { usize::MAX }
    }

    /// Why something did not happen: shown even when quiet.
    pub(super) fn alert(self, words: &Words) {
        Self { is_quiet: false, ..self }.line(words);
    }

    /// A line that is shown even when quiet.
    pub(super) fn warn(self, words: &Words) {
        if self.is_logged {
            say_line(&log::line("warn", self.part, self.say(words)));
            return;
        }
        let label = match self.speech {
            Speech::En => "warning:",
            Speech::Fr => "avertissement :",
        };
        say_line(&format!("{} {}", self.paint(Colour::Yellow, label), self.say(words)));
    }

    /// A document that was asked for, to standard output.
    #[expect(clippy::unused_self, reason = "who prints has a report")]
    pub(super) fn document(self, text: &str) {
        print_line(text);
    }

    /// A document that was not asked for, to standard error.
    #[expect(clippy::unused_self, reason = "who prints has a report")]
    pub(super) fn aside(self, text: &str) {
        say_line(text);
    }

    /// Data for machines.
    pub(super) fn json(self, value: &impl Serialize) {
        if self.part.is_some() {
            return;
        }
        print_line(&serde_json::to_string_pretty(value).expect("our data has string keys only"));
    }

    /// Why a command could not go on: the chain of causes, in the person's language.
    pub(super) fn error(self, error: &anyhow::Error) {
        if self.is_logged {
            say_line(&log::line("error", self.part, self.say(&Words::from(error))));
            return;
        }
        let (label, cause) = match self.speech {
            Speech::En => ("error:", "  caused by:"),
            Speech::Fr => ("erreur :", "  cause :"),
        };
        for (index, link) in error.chain().enumerate() {
            let text = match self.speech {
                Speech::En => format!("{link}"),
                Speech::Fr => format!("{link:#}"),
            };
            let label = if index == 0 { self.paint(Colour::Red, label) } else { cause.to_owned() };
            say_line(&format!("{label} {text}"));
        }
    }

    /// One finding: rule, place, message, and the mend below it.
    pub(super) fn finding(self, finding: &Finding) {
        let lines = if finding.excerpt.is_empty() { Vec::new() } else { vec![finding.excerpt.clone()] };
        self.finding_on(finding, &lines);
    }

    /// As [`Report::finding`], with what is wrong shown by lines of the caller's.
    pub(super) fn finding_on(self, finding: &Finding, lines: &[String]) {
        // Errors and warnings are what `--quiet` leaves.
        let is_heavy = finding.severity <= Severity::Warning && finding.waived.is_none();
        let loud = Self { is_quiet: self.is_quiet && !is_heavy, ..self };
        let colour = match finding.severity {
            Severity::Error => Colour::Red,
            Severity::Warning => Colour::Yellow,
            Severity::Fixed => Colour::Green,
            Severity::Info => Colour::Cyan,
        };
        let head = self.paint(colour, &format!("{} {}", finding.severity.letter(), finding.rule));
        let place = place(finding);
        loud.row(6, &format!("{head}  {place}  {}", self.say(&finding.message)));
        for line in lines {
            loud.text(format!("      | {line}"));
        }
        if let Some(waived) = &finding.waived {
            let (by, reason) = (&waived.by, &waived.reason);
            let waived = words!("waived by {by}: {reason}", "accepté par {by} : {reason}");
            loud.row(6, &format!("      {}", self.say(&waived)));
        } else if !finding.hint.en.is_empty() {
            loud.row(6, &format!("      {}", self.paint(Colour::Cyan, self.say(&finding.hint))));
        }
    }
}

/// A chain of causes in one line.
pub(super) fn chain(error: &anyhow::Error) -> Words {
    let Words { en, fr } = Words::from(error);
    Words { en: en.replace('\n', " "), fr: fr.replace('\n', " ") }
}

fn place(finding: &Finding) -> String {
    match &finding.place {
        Place::File { file, line: 0, .. } => file.clone(),
        Place::File { file, line, column: 0 } => format!("{file}:{line}"),
        Place::File { file, line, column } => format!("{file}:{line}:{column}"),
        Place::Edition { edition, story: Some(story) } => format!("{edition}, {story}"),
        Place::Edition { edition, story: None } => edition.clone(),
    }
}

/// Prints a line; a reader that has gone away (`| head`) is no error.
fn print_line(text: &str) {
    patience::aside(|| {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}"); // A closed pipe ends nothing: the work is what counts.
    });
}

/// Says a line on standard error; a terminal that was closed is no error either.
fn say_line(text: &str) {
    patience::aside(|| {
        let mut out = std::io::stderr().lock();
        let _ = writeln!(out, "{text}"); // What was to be said is in the ledger too.
    });
}

/// Whether a person sits in front of standard error.
pub(super) fn is_on_terminal() -> bool {
    std::io::stderr().is_terminal()
}

/// Whether they see both what is data and what is said beside it: colours are for them alone, not for a file or a pipe.
pub(super) fn is_seen() -> bool {
    is_on_terminal() && std::io::stdout().is_terminal()
}

/// Characters in a line where no terminal says how many it shows.
const WIDTH: usize = 100;

/// Characters that a line of a terminal shows.
pub(super) fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
}

/// Asks for a typed yes on a terminal; without one the answer is no.
pub(super) fn ask(report: Report, question: &Words) -> bool {
    let answer = ask_text(report, question).unwrap_or_default();
    matches!(answer.trim().to_lowercase().as_str(), "yes" | "oui" | "y" | "o")
}

/// Asks for a line of text on a terminal; without one there is no answer.
pub(super) fn ask_text(report: Report, question: &Words) -> Option<String> {
    if !std::io::stdin().is_terminal() || !is_on_terminal() {
        return None;
    }
    patience::hide();
    let _ = write!(std::io::stderr(), "{} ", report.say(question)); // Who cannot be asked gives no answer.
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).ok().map(|_| answer)
}

/// Least characters of a line that are worth breaking for; more would not be read.
const LINE_CHARS_MIN: usize = 24;

/// A line broken at spaces where it is wider than a terminal; what follows stands `indent` characters in. Colours have no
/// width.
fn fitted(text: &str, indent: usize, width: usize) -> String {
    if width < indent + LINE_CHARS_MIN || shown_width(text) <= width {
        return text.to_owned();
    }
    let (mut out, mut column) = (String::new(), 0);
    for (at, word) in text.split(' ').enumerate() {
        let wide = shown_width(word);
        // What stands at the beginning of the line is never put below itself.
        if at > 0 && column > indent && column + 1 + wide > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if at > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += wide;
    }
    out
}

/// Columns that are seen: without the escapes of colours.
fn shown_width(text: &str) -> usize {
    let mut is_escape = false;
    let seen = text.chars().filter(|c| {
        let is_seen = !is_escape && *c != '\u{1b}';
        is_escape = if is_escape { *c != 'm' } else { *c == '\u{1b}' };
        is_seen
    });
    seen.map(|c| c.width().unwrap_or(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_below_its_last_column() {
        let line = "\u{1b}[33mW STY-09\u{1b}[0m  a.md:3  this is said in more words than the line has room for";
        let fitted = fitted(line, 6, 44);
        assert_eq!(
            fitted.replace("\u{1b}[33m", "").replace("\u{1b}[0m", ""),
            "W STY-09  a.md:3  this is said in more words\n      than the line has room for"
        );
        for width in [10, 200, usize::MAX] {
            assert_eq!(super::fitted(line, 6, width), line, "{width}");
        }
        let word = "x".repeat(60);
        assert_eq!(super::fitted(&word, 6, 40), word, "a word is never broken");
    }
}
