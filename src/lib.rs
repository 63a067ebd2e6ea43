//! infini-mcp: typed MCP tools over Infinigate and StartInfinity.

// The `#[tool]` macro names this crate by its public path, also inside the crate itself.
extern crate self as infini_mcp;

pub mod cli;
pub mod doctor;
pub mod tools;

pub use infini_mcp_core::{api, state, telemetry, tool, vault};
pub use infini_mcp_domain as domain;
pub use infini_mcp_sandbox as sandbox;
pub use infini_mcp_server::{config, oauth, offers, server};
