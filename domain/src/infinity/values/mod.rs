//! The values of an item: read into words, written from words.

mod choices;
mod lists;
mod long;
mod read;
mod refused;
mod single;
mod write;

pub use read::{data_of, read, shown};
pub use write::{Said, default, embedded, needs_stored, write, write_over};

#[cfg(test)]
mod tests;
