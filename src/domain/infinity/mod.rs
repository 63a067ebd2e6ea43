//! What the StartInfinity tools share: places found by name, and items in readable words.

pub mod attributes;
pub mod columns;
pub mod dates;
pub mod directory;
pub mod folders;
pub mod items;
pub mod names;
pub mod pages;
pub mod pictures;
pub mod place;
pub mod refusal;
pub mod values;
