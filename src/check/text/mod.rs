//! Texts as rules read them: their language, their sentences, and their figures brought to one form.

pub(crate) mod language;
pub(crate) mod numbers;
pub(crate) mod numerals;
pub(crate) mod telling;
pub(crate) mod spelled;
pub(crate) mod worth;
pub(crate) mod sentences;
pub(crate) mod scan;
