//! infini-mcp: typed MCP tools over Infinigate and StartInfinity.

// The `#[tool]` macro names this crate by its public path, also inside the crate itself.
extern crate self as infini_mcp;

pub mod api;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod domain;
pub mod oauth;
pub mod offers;
pub mod server;
pub mod state;
pub mod telemetry;
pub mod tool;
pub mod tools;
pub mod vault;

pub use infini_mcp_sandbox as sandbox;
