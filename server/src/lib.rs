//! How callers are served: settings, who they are, what they are offered, and MCP over stdio and HTTP. Knows no single tool.

// The tools register themselves.
#[cfg(test)]
use infini_mcp as _;

pub mod config;
pub mod oauth;
pub mod offers;
pub mod server;
