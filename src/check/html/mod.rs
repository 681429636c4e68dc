//! Composed mails as rules read them: blocks of text, runs with the ink and the ground they stand in, and what is heard.

pub(crate) mod dom;
pub(crate) mod css;
pub(crate) mod sheet;
pub(crate) mod contrast;
pub(crate) mod colours;
pub(crate) mod heard;
pub(crate) mod edges;
