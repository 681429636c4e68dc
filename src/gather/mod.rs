//! In work.
#![expect(dead_code, reason = "in work")]
mod entities;
mod html;
mod links;
mod markup;
mod text;
