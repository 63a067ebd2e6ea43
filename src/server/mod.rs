//! The MCP server: who calls, what they may see, and how a person is asked; over stdio and HTTP.

mod app;
mod asking;
mod body;
mod capabilities;
mod completion;
mod guard;
mod handler;
mod http;
mod icons;
mod identity;
mod instructions;
mod list_changes;
mod listing;
mod progress;
mod prompts;
mod resources;
mod seal;
mod stdio;

pub use app::{App, StartError};
pub use handler::Handler;
pub use http::{Endpoint, endpoint, serve_http};
pub use identity::Principal;
pub use list_changes::ListChanges;
pub use listing::definition;
pub use stdio::serve_stdio;
