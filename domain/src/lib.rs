//! What both services deal in, in our own words: rows, money, names, values.

mod cache;
mod folding;
pub mod infinigate;
pub mod infinity;
pub mod months;
