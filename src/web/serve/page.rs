//! The content of the public pages: forms that say what is wrong beside the field (WCAG 3.3.1, 3.3.3), and what was done.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::Serve;
use super::frame::{Content, Place, Speaker};
use crate::ledger::Subscriber;
use crate::model::rich::escaped;
use crate::model::{Lang, PublicPage, RuleSet};

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is no address.
    Email,
    /// It is at a domain that is not taken.
    Domain,
    /// No language was chosen.
    Language,
    /// A program has filled what people do not see.
    Trap,
    /// It is no day, or none to pause until.
    Date,
}

impl Wrong {
    /// The id of its field.
    const fn field(self) -> &'static str {
        match self {
            Self::Email | Self::Domain => "email",
            Self::Language => "language",
            Self::Trap => "website",
            Self::Date => "until",
        }
    }
}

/// What a person sees who asks for nothing that needs more than its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain {
    Closed,
    Asked,
    Left,
    Gone,
    NotFound,
    Busy,
    TooOften,
    Bad,
}

/// What was done with the choices of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Confirmed,
    Moved,
    Saved,
    Paused(Date),
    Resumed,
    AddressAsked,
}

impl Serve {
    /// A page of words alone.
    pub(super) fn plain(&self, place: &Place, plain: Plain) -> Content {
        let words = self.speaker(&place.lang);
        let (name, more) = match plain {
            Plain::Closed => ("closed", String::new()),
            Plain::Asked => ("asked", words.paragraph("serve_asked_where")),
            Plain::Left if self.newsletter.serve.open => {
                let path = self.path(&place.to(PublicPage::Subscribe, ""));
                ("left", format!("<p><a href=\"{path}\">{}</a></p>\n", words.html("serve_left_again")))
            }
            Plain::Left => ("left", String::new()),
            Plain::Gone => ("gone", String::new()),
            Plain::NotFound => ("not_found", String::new()),
            Plain::Busy => ("busy", String::new()),
            Plain::TooOften => ("too_often", String::new()),
            Plain::Bad => ("bad", String::new()),
        };
        let main = words.paragraph(&format!("serve_{name}_text")) + &more;
        Content { title: words.say(&format!("serve_{name}_title")), main, is_wrong: false }
    }

    /// The form to subscribe, with what was written in it.
    pub(super) fn subscribe_form(&self, place: &Place, wrong: &[Wrong], email: &str, language: &str) -> Content {
        let words = self.speaker(&place.lang);
        let mut main = self.mistakes(&words, wrong, "");
        main.push_str(&words.paragraph("serve_subscribe_lead"));
        // Writing to a String does not fail.
        let _ = writeln!(main, "<form method=\"post\" action=\"{}\" novalidate>", self.path(place));
        self.email_field(&mut main, &words, ("serve_email_label", "serve_email_hint"), wrong, email);
        self.languages(&mut main, &words, (wrong, language), false);
        let _ = write!(
            main,
            "<p class=\"trap\" aria-hidden=\"true\"><label for=\"website\">{}</label> \
             <input type=\"text\" id=\"website\" name=\"website\" tabindex=\"-1\" autocomplete=\"off\"></p>\n\
             <button type=\"submit\">{}</button>\n</form>\n",
            words.html("serve_trap_label"),
            words.html("serve_subscribe_button")
        );
        let privacy = self.path(&place.to(PublicPage::Privacy, ""));
        let _ = writeln!(main, "<p><a href=\"{privacy}\">{}</a></p>", words.html("serve_privacy_title"));
        Content { title: words.say("serve_subscribe_title"), main, is_wrong: !wrong.is_empty() }
    }

    /// A button, and what it does: `confirm`, `move` or `leave`.
    pub(super) fn button(&self, place: &Place, name: &str) -> Content {
        let words = self.speaker(&place.lang);
        let main = format!(
            "{}<form method=\"post\" action=\"{}\">\n<button type=\"submit\" name=\"do\" value=\"{name}\">{}</button>\n</form>\n",
            words.paragraph(&format!("serve_{name}_text")),
            self.path(place),
            words.html(&format!("serve_{name}_button"))
        );
        Content { title: words.say(&format!("serve_{name}_title")), main, is_wrong: false }
    }

    /// That something was done, and the way back to what a person gets.
    pub(super) fn done(&self, place: &Place, done: Done) -> Content {
        let words = self.speaker(&place.lang);
        let text = |key: &str| words.paragraph(key);
        let (title, mut main, back) = match done {
            Done::Confirmed => ("confirmed", text("serve_confirmed_text"), "serve_to_preferences"),
            Done::Moved => ("moved", text("serve_moved_text"), "serve_to_preferences"),
            Done::Saved => ("saved", String::new(), "serve_back"),
            Done::Paused(until) => {
                let date = self.date(&place.lang, until);
                (
                    "paused",
                    format!("<p>{}</p>\n", words.html_with("serve_paused_text", &[("date", &date)])),
                    "serve_back",
                )
            }
            Done::Resumed => ("resumed", String::new(), "serve_back"),
            Done::AddressAsked => ("asked", text("serve_address_hint") + &text("serve_asked_where"), "serve_back"),
        };
        let path = self.path(place);
        let _ = writeln!(main, "<p><a href=\"{path}\">{}</a></p>", words.html(back));
        Content { title: words.say(&format!("serve_{title}_title")), main, is_wrong: false }
    }

    /// What a person gets, and how they change it. `today` is the newsletter's; `leave` leads to the page to leave.
    pub(super) fn preferences(
        &self,
        place: &Place,
        person: &Subscriber,
        (wrong, written): (&[Wrong], &str),
        (today, leave): (Date, &Place),
    ) -> Content {
        let words = self.speaker(&place.lang);
        let example = today.saturating_add(jiff::Span::new().days(30)).to_string();
        let mut main = self.mistakes(&words, wrong, &example);
        let masked = person.address.masked();
        let _ = writeln!(main, "<p>{}</p>", words.html_with("serve_preferences_of", &[("address", &masked)]));
        let form = |main: &mut String, title: &str| {
            let _ = write!(
                main,
                "<h2>{}</h2>\n<form method=\"post\" action=\"{}\" novalidate>\n",
                words.html(title),
                self.path(place)
            );
        };
        let button = |main: &mut String, name: &str| {
            let label = words.html(&format!("serve_{name}_button"));
            let _ = write!(main, "<button type=\"submit\" name=\"do\" value=\"{name}\">{label}</button>\n</form>\n");
        };
        form(&mut main, "serve_choices_title");
        let language = if person.both { "both" } else { person.language.as_ref().map_or("both", Lang::as_str) };
        self.languages(&mut main, &words, (wrong, language), true);
        let checked = if person.format.as_deref() == Some("text") { " checked" } else { "" };
        let _ = writeln!(
            main,
            "<div class=\"choice\"><input type=\"checkbox\" id=\"plain\" name=\"plain\" value=\"yes\"{checked}>\
             <label for=\"plain\">{}</label></div>",
            words.html("serve_plain_label")
        );
        button(&mut main, "save");
        form(&mut main, "serve_pause_title");
        if person.status == "paused" {
            let until = person.paused_until.map(|until| until.to_zoned(self.zone.clone()).date());
            let date = until.map_or_else(String::new, |until| self.date(&place.lang, until));
            let _ = writeln!(main, "<p>{}</p>", words.html_with("serve_paused_text", &[("date", &date)]));
            button(&mut main, "resume");
        } else {
            let hint = words.html_with("serve_pause_hint", &[("example", &example)]);
            let value = if wrong.contains(&Wrong::Date) { written } else { "" };
            let label = words.html("serve_pause_label");
            self.field(&mut main, &words, ("until", "text", &label, &hint), (wrong, &example), value);
            button(&mut main, "pause");
        }
        form(&mut main, "serve_address_title");
        let value = if wrong.contains(&Wrong::Date) { "" } else { written };
        self.email_field(&mut main, &words, ("serve_address_label", "serve_address_hint"), wrong, value);
        button(&mut main, "address");
        let _ = write!(
            main,
            "<h2>{}</h2>\n<p><a href=\"{}\">{}</a></p>\n",
            words.html("serve_leave_button"),
            self.path(leave),
            words.html("serve_leave_title")
        );
        Content { title: words.say("serve_preferences_title"), main, is_wrong: !wrong.is_empty() }
    }

    /// The privacy notice (FEDERAL 4): voluntary, what, why, for how long, and what a person may ask.
    pub(super) fn privacy(&self, place: &Place) -> Content {
        let words = self.speaker(&place.lang);
        let retention = &self.newsletter.retention;
        let (days, unconfirmed) = (retention.left_days.to_string(), retention.unconfirmed_days.to_string());
        let mut main = words.paragraph("serve_privacy_what");
        if let Some(authority) = self.newsletter.serve.authority.get(&place.lang) {
            let said = words.html_with("serve_privacy_authority", &[("authority", authority)]);
            let _ = writeln!(main, "<p>{said}</p>");
        }
        main.push_str(&words.paragraph("serve_privacy_track"));
        let kept = words.html_with("serve_privacy_kept", &[("days", &days), ("unconfirmed", &unconfirmed)]);
        let _ = writeln!(main, "<p>{kept}</p>");
        let rights = match self.newsletter.rules {
            RuleSet::Federal => "serve_privacy_bank",
            RuleSet::Community => "serve_privacy_see",
        };
        main.push_str(&words.paragraph(rights));
        main.push_str(&words.paragraph("serve_privacy_links"));
        Content { title: words.say("serve_privacy_title"), main, is_wrong: false }
    }

    /// The list of mistakes, each a link to its field; a browser puts the reader there at once.
    fn mistakes(&self, words: &Speaker<'_>, wrong: &[Wrong], example: &str) -> String {
        if wrong.is_empty() {
            return String::new();
        }
        let item = |wrong: &Wrong| {
            format!("<li><a href=\"#{}\">{}</a></li>", wrong.field(), escaped(&self.mistake(words, *wrong, example)))
        };
        let items: String = wrong.iter().map(item).collect();
        format!(
            "<div class=\"wrong\" role=\"group\" aria-labelledby=\"wrong\" tabindex=\"-1\" autofocus>\n\
             <h2 id=\"wrong\">{}</h2>\n<ul>{items}</ul>\n</div>\n",
            words.html("serve_error_title")
        )
    }

    fn mistake(&self, words: &Speaker<'_>, wrong: Wrong, example: &str) -> String {
        match wrong {
            Wrong::Email => words.say("serve_error_email"),
            Wrong::Domain => {
                words.say_with("serve_error_domain", &[("domains", &self.newsletter.serve.domains.join(", "))])
            }
            Wrong::Language => words.say("serve_error_language"),
            Wrong::Trap => words.say("serve_error_trap"),
            Wrong::Date => words.say_with("serve_error_date", &[("example", example)]),
        }
    }

    fn email_field(
        &self,
        main: &mut String,
        words: &Speaker<'_>,
        (label, hint): (&str, &str),
        wrong: &[Wrong],
        value: &str,
    ) {
        let label = format!("{} <span class=\"must\">{}</span>", words.html(label), words.html("serve_required"));
        self.field(main, words, ("email", "email", &label, &words.html(hint)), (wrong, ""), value);
    }

    /// One field: its label, its hint, its mistake. `label` and `hint` are HTML.
    fn field(
        &self,
        main: &mut String,
        words: &Speaker<'_>,
        (id, kind, label, hint): (&str, &str, &str, &str),
        (wrong, example): (&[Wrong], &str),
        value: &str,
    ) {
        let mistake = wrong.iter().find(|wrong| wrong.field() == id).map(|wrong| self.mistake(words, *wrong, example));
        let (says, state, describes) = match mistake {
            Some(mistake) => (
                format!(
                    "<span class=\"mistake\" id=\"{id}-mistake\">{} {}</span>\n",
                    words.html("serve_error"),
                    escaped(&mistake)
                ),
                " aria-invalid=\"true\"",
                format!("{id}-mistake {id}-hint"),
            ),
            None => (String::new(), "", format!("{id}-hint")),
        };
        // The purpose of a field can be known to programs (WCAG 1.3.5).
        let more = if kind == "email" {
            " autocomplete=\"email\" spellcheck=\"false\" required"
        } else {
            " autocomplete=\"off\""
        };
        let _ = write!(
            main,
            "<div class=\"field\"><label for=\"{id}\">{label}</label>\n<span class=\"hint\" id=\"{id}-hint\">{hint}</span>\n{says}\
             <input type=\"{kind}\" id=\"{id}\" name=\"{id}\" value=\"{}\" aria-describedby=\"{describes}\"{state}{more}></div>\n",
            escaped(value)
        );
    }

    /// The choice of a language; who subscribes already may also have both.
    fn languages(&self, main: &mut String, words: &Speaker<'_>, (wrong, chosen): (&[Wrong], &str), with_both: bool) {
        let must = words.html("serve_required");
        let _ = writeln!(
            main,
            "<fieldset><legend>{} <span class=\"must\">{must}</span></legend>",
            words.html("serve_language_label")
        );
        if wrong.contains(&Wrong::Language) {
            let _ = writeln!(
                main,
                "<span class=\"mistake\" id=\"language-mistake\">{} {}</span>",
                words.html("serve_error"),
                words.html("serve_error_language")
            );
        }
        let mut choice = |n: usize, value: &str, label: &str| {
            let id = if n == 0 { "language".to_owned() } else { format!("language-{n}") };
            let checked = if value == chosen { " checked" } else { "" };
            let value = escaped(value);
            let _ = writeln!(
                main,
                "<div class=\"choice\"><input type=\"radio\" id=\"{id}\" name=\"language\" value=\"{value}\"{checked}>\
                 <label for=\"{id}\">{label}</label></div>"
            );
        };
        for (n, lang) in self.newsletter.languages.iter().enumerate() {
            let language = self.newsletter.language(lang);
            let label = format!("<span lang=\"{}\">{}</span>", escaped(&language.tag), escaped(&language.label));
            choice(n, lang.as_str(), &label);
        }
        if with_both && self.newsletter.languages.len() > 1 {
            choice(self.newsletter.languages.len(), "both", &words.html("serve_language_both"));
        }
        main.push_str("</fieldset>\n");
    }

    fn date(&self, lang: &Lang, date: Date) -> String {
        self.templates.locale(lang).and_then(|locale| locale.date(date)).unwrap_or_else(|_| date.to_string())
    }
}
