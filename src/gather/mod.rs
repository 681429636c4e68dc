//! In work.
#![expect(dead_code, reason = "in work")]
mod entities;
mod feed;
mod html;
mod item;
mod dates;
mod decode;
mod links;
mod markup;
mod text;
mod xml;
