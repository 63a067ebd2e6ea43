//! What every tool stands on: how a call is declared and run, the seam to upstream, users and secrets, counters, state.

pub mod api;
pub mod state;
pub mod telemetry;
pub mod tool;
pub mod vault;
