//! What the server remembers between calls.

mod once;

pub use once::Once;
