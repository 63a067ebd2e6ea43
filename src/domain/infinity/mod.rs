//! What the StartInfinity tools share: places found by name, and items in readable words.

pub mod attributes;
pub mod columns;
pub mod dates;
pub mod directory;
pub mod files;
pub mod folders;
pub mod hooks;
pub mod items;
pub mod links;
pub mod made_here;
pub mod named_item;
pub mod names;
pub mod pages;
pub mod pictures;
pub mod place;
pub mod purpose;
pub mod refusal;
pub mod time_entries;
pub mod uploads;
pub mod values;
pub mod views;
pub mod web_address;
