//! The MCP server: who calls, what they may see, and how a person is asked; over stdio and HTTP.

mod app;
mod asking;
mod body;
mod guard;
mod handler;
mod http;
mod identity;
mod instructions;
mod listing;
mod progress;
mod rehearsal;
mod scrape;
mod seal;
mod stdio;
mod watched;

pub use app::{App, StartError};
pub use handler::Handler;
pub use http::{Endpoint, endpoint, serve_http};
pub use identity::Principal;
pub use listing::definition;
pub use rehearsal::rehearse;
pub use scrape::serve_metrics;
pub use stdio::serve_stdio;
