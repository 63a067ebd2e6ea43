//! What the StartInfinity tools share: places found by name, and items in readable words.

pub mod arrivals;
pub mod attributes;
pub mod batch;
pub mod bulk;
pub mod change;
pub mod columns;
pub mod comments;
pub mod dates;
pub mod describe;
pub mod directory;
pub mod drafts;
pub mod filters;
pub mod folders;
pub mod items;
pub mod names;
pub mod one_item;
pub mod pages;
pub mod pictures;
pub mod place;
pub mod prose;
pub mod refusal;
pub mod values;
pub mod walk;
