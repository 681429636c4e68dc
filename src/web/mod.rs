//! The web: pages for the public (`serve`) and for the editor (`desk`). It stands apart because the pages of a face talk to a browser, and
//! everything they know they ask of the stages and edges below. `listen` is how bytes come and go, for every face.

pub mod listen;
mod form;
pub mod serve;
pub mod desk;
