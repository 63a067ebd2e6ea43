//! The tests at three doors: a tool through the runtime, the server through its transports, the seam through the wire.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod door;
mod infinigate_catalogue;
mod infinigate_quotes;
mod laws;
mod sandbox_framework;
mod sandbox_infinigate;
mod sandbox_infinity;
mod seam_infinity;
mod seam_retry;
mod seam_secrets;
mod seam_token;
mod seam_upstream;
mod server_http;
mod server_stdio;
mod tidy;
mod tools_infinigate;
mod tools_infinity;
