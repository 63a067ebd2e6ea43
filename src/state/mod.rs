//! What the server remembers between calls.

mod audit;
mod kept;
mod once;
mod orders;
mod sessions;
mod store;
mod turns;

pub use audit::{AuditLine, BrokenAt};
pub use kept::{Kept, MOST_LISTED};
pub use once::Once;
pub use orders::{Claim, Entry, NewOrder, OrderState, Total};
pub use store::{StateError, Store};
