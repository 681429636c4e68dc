//! Translate: what an issue says in one language and needs in another. In comes the issue as it was curated; beside it
//! lies a [`Store`] per language, `translations/fr.xlf`, in which every passage has a name that survives edits, its
//! translation, and the source for which that was made. [`sync()`] brings the store up to the issue, [`apply`] puts
//! translations where a story has none of its own, [`export()`] writes what is missing or stale for the translators, and
//! [`import()`] takes back what they send.
//!
//! It stands apart so that a translation is never guessed: by name first, then by structure, and what is in doubt is
//! said and left alone.

mod words;
mod unit;
mod sync;
mod store;
mod fill;
mod xliff;
mod export;
mod sheet;
mod import;
mod back;
mod fit;
#[cfg(test)]
mod tests;

pub use self::export::{Exported, export};
pub use self::fill::{apply, without};
pub use self::import::{Came, Import, import};
pub use self::store::Store;
pub use self::sync::{keep, sync};
