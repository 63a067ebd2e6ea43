//! The MCP server: who calls, what they may see, and how a person is asked; over stdio and HTTP.

mod accept;
mod address;
mod answers;
mod app;
mod asking;
mod body;
mod connection;
mod cors;
mod guard;
mod handler;
mod held;
mod http;
mod identity;
mod instructions;
mod limits;
mod listing;
mod progress;
mod ready;
mod seal;
mod sessions;
mod stdio;
mod throttle;

pub use address::caller_address;
pub use app::{App, StartError};
pub use connection::Patience;
pub use handler::Handler;
pub use http::{Endpoint, serve_http};
pub use identity::Principal;
pub use listing::definition;
pub use stdio::serve_stdio;
pub use throttle::Throttle;
