//! What the server remembers between calls.

mod account_names;
mod audit;
mod day_limit;
mod kept;
mod oauth;
mod order_keys;
mod orders;
mod secrets;
mod sessions;
mod store;
mod turns;
mod used;

pub use audit::{AuditLine, BrokenAt};
pub use kept::{Kept, MOST_LISTED};
pub use oauth::{ClientProof, Code, Consents, Family, RegisteredClient, Token, TokenKind};
pub use orders::{ActingClient, Claim, Entry, NewOrder, OrderState, Total, UNDER_WAY};
pub use store::{StateError, Store};
pub use used::Used;
