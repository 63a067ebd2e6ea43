//! What operators see from outside: counters for Prometheus and traces for an OpenTelemetry collector.
//!
//! Both are off until the command line starts them. Until then a recording point costs one atomic read.

pub mod counters;
mod export;
mod page;
pub mod trace;

pub use export::{Collector, NoTraces, Traces};
pub use page::{NoCounters, Page};
pub use trace::{Attempt, AttemptSpan, CallSpan, Parent, Trace};
