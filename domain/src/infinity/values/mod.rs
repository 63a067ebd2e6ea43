//! The values of an item: read into words, written from words.

mod choices;
mod lists;
mod read;
mod refused;
mod single;
mod write;

pub use read::{data_of, read, shown};
pub use refused::refused;
pub use write::{Said, default, embedded, is_nothing, write};

#[cfg(test)]
mod tests;
