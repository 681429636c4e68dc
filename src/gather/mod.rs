//! In work.
#![expect(dead_code, reason = "in work")]
mod entities;
mod html;
mod dates;
mod decode;
mod links;
mod markup;
mod text;
mod xml;
