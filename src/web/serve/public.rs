//! What a request for a public page does. GET shows and changes nothing, since scanners follow links (DESIGN rule 6); POST
//! changes, and its page is shown after the change is on the disk.

use std::net::IpAddr;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::frame::{Content, Place};
use super::page::{Done, Plain, Wrong};
use super::{Fault, Serve};
use crate::ledger::{Choice, Confirmed, Deed, Letter, LetterKind, Subscriber};
use crate::model::{Address, Lang, PublicPage};
use crate::send::LinkTo;
use crate::web::form::Form;

/// The word of a choice of every language in one message.
const BOTH: &str = "both";

impl Serve {
    /// Shows a page.
    pub(super) async fn view(&self, place: &Place, page: PublicPage) -> Result<Content, Fault> {
        Ok(match page {
            PublicPage::Subscribe if !self.newsletter.serve.open => return Err(Fault::Closed),
            PublicPage::Subscribe => self.subscribe_form(place, &[], "", place.lang.as_str()),
            PublicPage::Privacy => self.privacy(place),
            PublicPage::Confirm => {
                let letter = self.letter(place).await?;
                match (self.is_done(&letter).await?, letter.kind) {
                    (Some(number), LetterKind::NewAddress) => {
                        self.done(&self.preferences_of(place, number), Done::Moved)
                    }
                    (Some(number), _) => self.done(&self.preferences_of(place, number), Done::Confirmed),
                    (None, LetterKind::NewAddress) => self.button(place, "move"),
                    (None, _) => self.button(place, "confirm"),
                }
            }
            PublicPage::Preferences => {
                let person = self.person(place, LinkTo::Preferences).await?;
                self.choices(place, person.as_ref(), &[], "")
            }
            PublicPage::Leave => match self.person(place, LinkTo::Leave).await? {
                Some(person) if is_reader(&person) => self.button(place, "leave"),
                _ => self.plain(place, Plain::Left),
            },
        })
    }

    /// Does what a form asks.
    pub(super) async fn act(
        &self,
        place: &Place,
        page: PublicPage,
        (form, from): (&Form, IpAddr),
    ) -> Result<Content, Fault> {
        match page {
            PublicPage::Subscribe => self.ask_to_subscribe(place, form, from).await,
            PublicPage::Privacy => Err(Fault::Bad),
            PublicPage::Confirm => self.confirm(place, form).await,
            PublicPage::Preferences => self.change_choices(place, form, from).await,
            PublicPage::Leave => self.leave(place, form).await,
        }
    }

    async fn ask_to_subscribe(&self, place: &Place, form: &Form, from: IpAddr) -> Result<Content, Fault> {
        if !self.newsletter.serve.open {
            return Err(Fault::Closed);
        }
        let (typed, chosen) = (form.get("email"), form.get("language"));
        let address = self.address(typed);
        let language = self.newsletter.languages.iter().find(|lang| lang.as_str() == chosen);
        let (Ok(address), Some(language), "") = (&address, language, form.get("website")) else {
            let mut wrong: Vec<Wrong> = address.err().into_iter().collect();
            wrong.extend(language.is_none().then_some(Wrong::Language));
            wrong.extend((!form.get("website").is_empty()).then_some(Wrong::Trap));
            return Ok(self.subscribe_form(place, &wrong, typed, chosen));
        };
        self.may_ask(from)?;
        let (ledger, address, language, now) = (self.ledger.clone(), address.clone(), language.clone(), self.now());
        // Whether the address is on the list is nobody's business but its own: the page is the same.
        self.change(async move { ledger.ask_to_subscribe(address, language, now).await }).await?;
        self.post.notify_one();
        Ok(self.plain(place, Plain::Asked))
    }

    async fn confirm(&self, place: &Place, form: &Form) -> Result<Content, Fault> {
        let letter = self.letter(place).await?;
        let is_move = letter.kind == LetterKind::NewAddress;
        // A scanner that sends forms, with nothing in them, has not pressed the button.
        if form.get("do") != if is_move { "move" } else { "confirm" } {
            return Err(Fault::Bad);
        }
        let (ledger, id, deed) =
            (self.ledger.clone(), letter.id, Deed::of_person("web", "pressed the button", self.now()));
        let today = self.today().to_string();
        let confirmed = self
            .change(async move {
                if is_move { ledger.confirm_move(id, deed).await } else { ledger.confirm(id, deed, today).await }
            })
            .await?;
        let Confirmed::Done(number) = confirmed else { return Err(Fault::Gone) };
        // Who was erased or has long left, and comes back by their own hand, is not kept out any longer.
        let mark = self.secrets.mark(&letter.address);
        self.look(move |ledger| ledger.forgive(&mark)).await?;
        self.post.notify_one();
        let done = if is_move { Done::Moved } else { Done::Confirmed };
        Ok(self.done(&self.preferences_of(place, number), done))
    }

    async fn leave(&self, place: &Place, form: &Form) -> Result<Content, Fault> {
        let is_one_click = form.is_one_click();
        if !is_one_click && form.get("do") != "leave" {
            return Err(Fault::Bad);
        }
        let number = self.number(place, LinkTo::Leave)?;
        let (way, why) =
            if is_one_click { ("one-click", "asked by their mail program") } else { ("web", "pressed the button") };
        let (ledger, deed) = (self.ledger.clone(), Deed::of_person(way, why, self.now()));
        // Nobody has the number any longer: then nobody is written to either.
        self.change(async move { ledger.change_status_of(number, "left", deed).await }).await?;
        self.post.notify_one();
        Ok(self.plain(place, Plain::Left))
    }

    async fn change_choices(&self, place: &Place, form: &Form, from: IpAddr) -> Result<Content, Fault> {
        let number = self.number(place, LinkTo::Preferences)?;
        let person = self.person(place, LinkTo::Preferences).await?;
        let Some(person) = person.filter(is_reader) else { return Ok(self.plain(place, Plain::Left)) };
        let deed = |why: &str| Deed::of_person("web", why, self.now());
        let ledger = self.ledger.clone();
        let done = match form.get("do") {
            "save" => {
                let chosen = form.get("language");
                let language = self.newsletter.languages.iter().find(|lang| lang.as_str() == chosen).cloned();
                if language.is_none() && chosen != BOTH {
                    return Ok(self.choices(place, Some(&person), &[Wrong::Language], ""));
                }
                let choice = Choice { both: language.is_none(), language, is_plain: form.get("plain") == "yes" };
                let deed = deed("");
                self.change(async move { ledger.choose(number, choice, deed).await }).await?;
                Done::Saved
            }
            "pause" => {
                let typed = form.get("until");
                let Some(until) = self.day_ahead(typed) else {
                    return Ok(self.choices(place, Some(&person), &[Wrong::Date], typed));
                };
                let at = until.to_zoned(self.zone.clone()).map_err(|error| Fault::Ledger(error.into()))?.timestamp();
                let deed = deed("asked to pause");
                self.change(async move { ledger.pause(number, at, deed).await }).await?;
                Done::Paused(until)
            }
            "resume" => {
                if person.status == "paused" {
                    let deed = deed("asked to resume");
                    self.change(async move { ledger.change_status_of(number, "active", deed).await }).await?;
                }
                Done::Resumed
            }
            "address" => {
                let typed = form.get("email");
                let address = match self.address(typed) {
                    Ok(address) => address,
                    Err(wrong) => return Ok(self.choices(place, Some(&person), &[wrong], typed)),
                };
                self.may_ask(from)?;
                let (lang, now) = (place.lang.clone(), self.now());
                self.change(async move { ledger.ask_to_move(number, address, lang, now).await }).await?;
                self.post.notify_one();
                Done::AddressAsked
            }
            _ => return Err(Fault::Bad),
        };
        Ok(self.done(place, done))
    }

    /// What a person gets; who has left sees that they have.
    fn choices(&self, place: &Place, person: Option<&Subscriber>, wrong: &[Wrong], written: &str) -> Content {
        let Some(person) = person.filter(|person| is_reader(person)) else { return self.plain(place, Plain::Left) };
        let leave = place.to(PublicPage::Leave, &self.link(LinkTo::Leave, person.number));
        self.preferences(place, person, (wrong, written), (self.today(), &leave))
    }

    fn preferences_of(&self, place: &Place, number: i64) -> Place {
        place.to(PublicPage::Preferences, &self.link(LinkTo::Preferences, number))
    }

    /// A link to a page of this moment's.
    pub(super) fn link(&self, to: LinkTo, number: i64) -> String {
        self.secrets.link(&self.newsletter.id, to, number, self.now())
    }

    /// The number in a link that is ours and for this.
    fn number(&self, place: &Place, to: LinkTo) -> Result<i64, Fault> {
        self.secrets.read_link(&self.newsletter.id, to, &place.link).ok_or(Fault::Gone)
    }

    /// Whose link it is; none: a link of ours whose person is no longer known.
    async fn person(&self, place: &Place, to: LinkTo) -> Result<Option<Subscriber>, Fault> {
        let number = self.number(place, to)?;
        let person = self.look(move |ledger| ledger.subscriber_by_number(number)).await?;
        Ok(person.map(|person| person.at(self.now())))
    }

    /// The letter that a link is from.
    async fn letter(&self, place: &Place) -> Result<Letter, Fault> {
        let number = self.number(place, LinkTo::Letter)?;
        let letter = self.look(move |ledger| ledger.letter(number)).await?;
        let is_to_confirm = |letter: &Letter| matches!(letter.kind, LetterKind::Confirm | LetterKind::NewAddress);
        letter.filter(is_to_confirm).ok_or(Fault::Gone)
    }

    /// Whether what a letter asks is done and still holds: the number of the subscriber.
    async fn is_done(&self, letter: &Letter) -> Result<Option<i64>, Fault> {
        if letter.used.is_none() {
            return Ok(None);
        }
        let address = letter.address.clone();
        let person = self.look(move |ledger| ledger.subscriber(&address)).await?;
        match person.filter(is_reader) {
            Some(person) => Ok(Some(person.number)),
            None => Err(Fault::Gone),
        }
    }

    fn address(&self, typed: &str) -> Result<Address, Wrong> {
        let address = Address::parse(typed).map_err(|_| Wrong::Email)?;
        if self.newsletter.serve.takes(address.domain()) { Ok(address) } else { Err(Wrong::Domain) }
    }

    /// A day after today, and within a year.
    fn day_ahead(&self, typed: &str) -> Option<Date> {
        let (day, today) = (typed.parse::<Date>().ok()?, self.today());
        (today < day && day <= today.checked_add(1.year()).ok()?).then_some(day)
    }

    /// Today, where the newsletter is.
    fn today(&self) -> Date {
        self.now().to_zoned(self.zone.clone()).date()
    }

    /// The language that begins a path, and what follows it.
    pub(super) fn language<'a>(&self, path: &'a str) -> (Option<Lang>, &'a str) {
        let path = path.trim_start_matches('/');
        let (first, rest) = path.split_once('/').unwrap_or((path, ""));
        (self.newsletter.languages.iter().find(|lang| lang.as_str() == first).cloned(), rest)
    }
}

/// Who gets the newsletter, now or after a pause. Who bounced may change their address.
fn is_reader(person: &Subscriber) -> bool {
    matches!(person.status.as_str(), "active" | "paused" | "bounced")
}
