//! What every tool stands on: how a call is declared and run, the seam to upstream, users and secrets, counters, state, and
//! what makes text of others harmless.

pub mod api;
pub mod sanitize;
pub mod state;
pub mod telemetry;
pub mod tool;
pub mod vault;
