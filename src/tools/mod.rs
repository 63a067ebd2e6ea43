//! Every tool: one file each.

pub mod infinigate;
pub mod infinity;
