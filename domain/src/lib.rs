//! What both services deal in, in our own words: rows, money, names, values.

pub mod infinigate;
pub mod infinity;
