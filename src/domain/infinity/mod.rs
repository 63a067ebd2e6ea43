//! What the StartInfinity tools share: places found by name, and items in readable words.

pub mod attribute_draft;
pub mod attribute_rows;
pub mod attributes;
pub mod board_rows;
pub mod change;
pub mod columns;
pub mod content;
pub mod dates;
pub mod directory;
pub mod folder_rows;
pub mod folders;
pub mod items;
pub mod labels;
pub mod looks;
pub mod names;
pub mod pages;
pub mod people;
pub mod pictures;
pub mod place;
pub mod refusal;
pub mod values;
