//! The attribute stands on something that cannot be called.

use infini_mcp::tool::tool;

/// A folder nobody can call.
#[tool(reads)]
pub struct Shelf;

fn main() {}
