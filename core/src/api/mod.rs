//! The seam to upstream: everything between a tool and the two services passes through here.

pub mod call;
pub mod cause;
pub mod drift;
pub mod error;
pub mod ids;
pub mod infinigate;
pub mod infinity;
pub mod raw;
pub mod web;

mod account;
mod answer;
mod attempt;
mod credential;
mod http;
mod mend;
mod pace;
mod retry;
mod route;
mod said;
pub mod send;
mod token;
mod trip;
mod upload;

pub use call::{Call, Note, Progress};
pub use cause::{Cause, Doubt};
pub use error::{Error, Service};
pub use http::{HttpClient, http_client, status};
pub use infini_mcp_clients::shape;

/// What a generated client returns when a call fails; [`Error`] is made from it with `?`.
pub type SendError = progenitor_client::Error<()>;

/// The result of a call to upstream.
pub type Result<T> = std::result::Result<T, Error>;
