//! The MCP server: who calls, what they may see, and how a person is asked; over stdio and HTTP.
//!
//! What serves is boxed and has no type parameters: as plain futures, all of it would be compiled again by whoever awaits them,
//! which is the crate of the tools.

mod accept;
mod accounts;
mod address;
mod answers;
mod app;
mod arriving;
mod asking;
mod bodies;
mod body;
mod callers;
mod capabilities;
mod challenge;
mod completion;
mod connection;
mod cors;
mod direct;
mod guard;
mod handler;
mod held;
mod http;
mod icons;
mod identity;
mod incoming;
mod instructions;
mod introduction;
mod json_scan;
mod limits;
mod line_transport;
mod lines;
mod list_changes;
mod listing;
mod mcp;
mod permission;
mod progress;
mod prompts;
mod ready;
mod rehearsal;
mod request_ids;
mod resources;
mod routes;
mod scrape;
mod seal;
mod seats;
mod sessions;
mod start_fault;
mod stdio;
mod view;
mod watched;

pub use address::caller_address;
pub use app::{App, StartError};
pub use callers::Callers;
pub use challenge::Challenge;
pub use connection::Patience;
pub use handler::Handler;
pub use http::{Endpoint, serve_http};
pub use identity::{Credentials, Principal};
pub use list_changes::ListChanges;
pub use listing::definition;
pub use rehearsal::rehearse;
pub use routes::Routes;
pub use scrape::serve_metrics;
pub use start_fault::tell_why_not_started;
pub use stdio::{serve_lines, serve_stdio};
