//! The MCP server: who calls, what they may see, and how a person is asked; over stdio and HTTP.

mod accounts;
mod app;
mod asking;
mod body;
mod callers;
mod challenge;
mod guard;
mod handler;
mod http;
mod identity;
mod instructions;
mod listing;
mod permission;
mod progress;
mod seal;
mod stdio;
mod view;

pub use app::{App, StartError};
pub use callers::Callers;
pub use challenge::Challenge;
pub use handler::Handler;
pub use http::{Endpoint, endpoint, serve_http};
pub use identity::{Credentials, Principal};
pub use listing::definition;
pub use stdio::serve_stdio;
