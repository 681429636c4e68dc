//! The data of the pipeline, in the order in which it comes into being: `Source → Story → Issue → Edition → Email →
//! Outcome`, with the findings of `check` beside it. No input or output, no clock, nothing of ours is imported here:
//! every stage can be read and tested with values made by hand.

#[macro_use]
mod words;
mod mistake;
mod lang;
mod ids;
mod address;
mod date;
mod delivering;
mod relay;
mod fold;
mod near;
mod checking;
mod newsletter;
mod plan;
mod fits;
mod schedule;
mod source;
mod story;
mod harvest;
mod issue;
mod edition;
mod finding;
mod approval;
mod delivery;
mod asked;
mod notice;
mod account;
mod segment;
mod retention;
mod serving;
mod agenda;
mod web;
pub mod rich;
mod markdown;
mod translation;
mod picture;

pub use account::{Account, Outcomes, Refusal};
pub use address::{Address, AddressError};
pub use agenda::{Agenda, Leaving, RunSettings};
pub use approval::Approval;
pub use asked::{ApprovalReply, Asked, Said};
pub use checking::{Checking, RuleSetting, SetTo};
pub use delivering::{Delivering, Dkim, DomainPace, Hours, Tls};
pub use delivery::{Counts, Delivery, Outcome, Reply, State};
pub use edition::{Digest, Edition, InputChange, Manifest, ManifestEdition, Part, Slot};
pub use finding::{Finding, Place, Severity, Waived};
pub use fits::Misfit;
pub use fold::{folded, has_words};
pub use harvest::{Harvest, Silent, Unsure};
pub use ids::{EditionId, IdError, IssueId, StoryId};
pub use issue::{Issue, IssueSection, Waiver};
pub use lang::{Lang, Texts};
pub use markdown::markdown;
pub use mistake::toml_mistake;
pub use near::{nearest, or_meant};
pub use newsletter::{
    Approver, Archive, Blocks, HttpSettings, Language, Late, ListFile, MailboxSettings, Newsletter, Organization,
    Policy, RuleSet, Schedule, Section, Sender, Share, Standing, Translator, is_same_person,
};
pub use notice::{BounceClass, Bounced, Notice, Received, Request};
pub use picture::{NoPicture, PictureHeader, picture_type};
pub use plan::{Seasonal, Step, Stream, YearDay};
pub use relay::RelaySettings;
pub use retention::Retention;
pub use segment::Segment;
pub use serving::{PublicPage, Serving};
pub use source::{Feed, Page, PairBy, Sources, WEIGHT_MAX};
pub use story::{Event, Image, Kind, Only, Origin, Pair, PairHow, Story, Text};
pub use translation::{Translation, TranslationState};
pub use web::{SiteWords, WebContact, WebEvent, WebHalf, WebImage, WebIssue, WebOnly, WebRich, WebSection, WebStory};
pub use words::{Speech, Words};
