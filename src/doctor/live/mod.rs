//! Holds live answers against the documents: reads one page of every list and one object of every kind, compares, and
//! writes for each difference the fix that would make the document say what the service sends.

mod compare;
mod document;
mod drift;
mod fix;
mod plan;
mod walk;

pub use document::Document;
pub use drift::{Difference, Drift};
pub use fix::Fix;
pub use walk::{Judge, Look, Unread, look};
