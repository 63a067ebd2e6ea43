//! StartInfinity: its generated client, its operations, and its document.

use crate::shape::Operation;

#[allow(
    missing_docs,
    unused_imports,
    dead_code,
    rustdoc::all,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "written by the generator, which has its own tests"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/startinfinity.rs"));
}

mod operations {
    //! The table of documented operations, written by `build.rs`.
    include!(concat!(env!("OUT_DIR"), "/startinfinity_operations.rs"));
}

pub use generated::{Client, ResponseValue, types};

/// The document with its fixes applied, as JSON.
pub const DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/startinfinity.json"));

/// Every documented operation, sorted by id.
pub fn operations() -> &'static [Operation] {
    operations::OPERATIONS
}

crate::through_the_passage!(Client);
