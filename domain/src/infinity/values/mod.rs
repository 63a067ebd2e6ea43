//! The values of an item: read into words, written from words.

mod choices;
mod lists;
mod read;
mod single;
mod write;

pub use read::{data_of, read, shown};
pub use write::{Said, default, embedded, write};

#[cfg(test)]
mod tests;
