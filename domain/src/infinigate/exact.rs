//! What the bills call an amount.

pub use super::money::Amount as Exact;
