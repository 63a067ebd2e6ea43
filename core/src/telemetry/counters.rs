//! Every counter, with the one place that counts it up: names, labels and units as Prometheus wants them.
//!
//! Labels come from closed sets: tools, principals of the configuration, operations of the documents. What a caller or an
//! upstream service could make up freely never becomes a label of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

/// The most places of drift that become series of their own; the rest is added up.
const MOST_DRIFT_SERIES: usize = 200;
/// The label of what is not told apart.
const OTHER: &str = "other";

static ON: AtomicBool = AtomicBool::new(false);

/// Whether anybody looks at the counters.
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// Lets the recording points count, and says what each counter means.
pub(super) fn switch_on() {
    describe();
    ON.store(true, Ordering::Relaxed);
}

fn describe() {
    use Unit::{Count, Seconds};
    describe_counter!(CALLS, Count, "Tool calls by tool, caller and outcome (ok, asked, or the code of the error).");
    describe_histogram!(CALL_SECONDS, Seconds, "How long tool calls took, questions within the call included.");
    describe_gauge!(IN_FLIGHT, Count, "Tool calls under way.");
    describe_histogram!(
        UPSTREAM_SECONDS,
        Seconds,
        "How long single requests to a service took, by operation and class of status (or timeout, unreachable, broken)."
    );
    describe_counter!(RETRIES, Count, "Requests sent again, by the reason.");
    describe_histogram!(
        WAIT_SECONDS,
        Seconds,
        "How long requests waited before they were sent: for the limit a minute, a pause the service asked for, or a retry."
    );
    describe_counter!(TOKENS, Count, "Access tokens fetched, by outcome.");
    describe_counter!(DRIFT, Count, "Values of answers that differ from the service's document, by place and kind.");
    describe_counter!(
        CONFIRMATIONS,
        Count,
        "What became of confirmations: asked, given, declined, expired, replayed, mismatched, changed."
    );
    describe_gauge!(
        ORDERS,
        Count,
        "Orders in the ledger by state; one that its process left behind counts as unknown."
    );
    describe_counter!(REFUSED, Count, "HTTP requests refused before they reached MCP, by reason.");
    describe_gauge!(SESSIONS, Count, "Open sessions of clients of the initialize era.");
    describe_gauge!(ROSTER_USERS, Count, "Users that may call.");
    describe_gauge!(
        ROSTER_GOOD,
        Count,
        "1 when the users and credentials read last are in use, 0 when they were refused."
    );
    describe_gauge!(BUILD, Count, "Always 1; the labels say what runs.");
}

const CALLS: &str = "infini_mcp_calls_total";
const CALL_SECONDS: &str = "infini_mcp_call_duration_seconds";
const IN_FLIGHT: &str = "infini_mcp_calls_in_flight";
const UPSTREAM_SECONDS: &str = "infini_mcp_upstream_request_duration_seconds";
const RETRIES: &str = "infini_mcp_upstream_retries_total";
const WAIT_SECONDS: &str = "infini_mcp_upstream_wait_seconds";
const TOKENS: &str = "infini_mcp_token_refreshes_total";
const DRIFT: &str = "infini_mcp_drift_total";
const CONFIRMATIONS: &str = "infini_mcp_confirmations_total";
const ORDERS: &str = "infini_mcp_orders";
const REFUSED: &str = "infini_mcp_requests_refused_total";
const SESSIONS: &str = "infini_mcp_sessions";
const ROSTER_USERS: &str = "infini_mcp_roster_users";
const ROSTER_GOOD: &str = "infini_mcp_roster_good";
const BUILD: &str = "infini_mcp_build_info";

/// A tool call ended. `tool` is nothing when there is no tool of the name that was called.
pub fn call_ended(tool: Option<&'static str>, principal: &str, outcome: &str, took: Duration) {
    if !is_on() {
        return;
    }
    let tool = tool.unwrap_or(OTHER);
    let (principal, outcome) = (principal.to_owned(), outcome.to_owned());
    counter!(CALLS, "tool" => tool, "principal" => principal, "outcome" => outcome).increment(1);
    histogram!(CALL_SECONDS, "tool" => tool).record(took);
}

/// A single request to a service was answered, or got lost.
pub fn attempt_ended(service: &'static str, operation: &'static str, status: &'static str, took: Duration) {
    if is_on() {
        histogram!(UPSTREAM_SECONDS, "service" => service, "operation" => operation, "status" => status).record(took);
    }
}

/// A request will be sent again.
pub fn retried(service: &'static str, operation: &'static str, reason: &'static str) {
    if is_on() {
        counter!(RETRIES, "service" => service, "operation" => operation, "reason" => reason).increment(1);
    }
}

/// A request has waited before it could be sent.
pub fn waited(service: &'static str, reason: &'static str, took: Duration) {
    if is_on() {
        histogram!(WAIT_SECONDS, "service" => service, "reason" => reason).record(took);
    }
}

/// An access token was asked for.
pub fn token_fetched(service: &'static str, outcome: &'static str) {
    if is_on() {
        counter!(TOKENS, "service" => service, "outcome" => outcome).increment(1);
    }
}

/// What became of a question, or of the answer to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// A person is asked.
    Asked,
    /// A yes let a call go ahead.
    Given,
    /// A no.
    Declined,
    /// A question that was closed without an answer.
    Dismissed,
    /// A question that the client could not show.
    NotShown,
    /// A question that was accepted without a yes.
    Unticked,
    /// A yes that came too late.
    Expired,
    /// A yes that was used before.
    Replayed,
    /// A yes that belongs to another call.
    Mismatched,
    /// A yes to something that has changed since.
    Changed,
}

/// Counts what became of a confirmation.
pub fn confirmation(event: Confirmation) {
    if !is_on() {
        return;
    }
    let event = match event {
        Confirmation::Asked => "asked",
        Confirmation::Given => "given",
        Confirmation::Declined => "declined",
        Confirmation::Dismissed => "dismissed",
        Confirmation::NotShown => "not_shown",
        Confirmation::Unticked => "unticked",
        Confirmation::Expired => "expired",
        Confirmation::Replayed => "replayed",
        Confirmation::Mismatched => "mismatched",
        Confirmation::Changed => "changed",
    };
    counter!(CONFIRMATIONS, "event" => event).increment(1);
}

/// An HTTP request was refused; `reason` is the code of the refusal.
pub fn refused(reason: &str) {
    if is_on() {
        counter!(REFUSED, "reason" => reason.to_owned()).increment(1);
    }
}

/// How many sessions are open.
pub fn sessions(open: usize) {
    if is_on() {
        gauge!(SESSIONS).set(open as f64);
    }
}

/// The users were read anew: how many there are now, and whether what was read is in use.
pub fn roster(users: usize, good: bool) {
    if is_on() {
        gauge!(ROSTER_USERS).set(users as f64);
        gauge!(ROSTER_GOOD).set(f64::from(u8::from(good)));
    }
}

/// How many calls are under way.
pub fn in_flight(calls: usize) {
    gauge!(IN_FLIGHT).set(calls as f64);
}

/// How many orders are in this state.
pub fn orders(state: &'static str, count: u64) {
    gauge!(ORDERS, "state" => state).set(count as f64);
}

/// Says what runs.
pub(super) fn build() {
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// A place where answers differ from their document, as the seam has counted it so far.
pub struct Drifted {
    /// The service.
    pub service: &'static str,
    /// The document's operation id.
    pub operation: &'static str,
    /// JSON pointer into the answer.
    pub field: String,
    /// What differs.
    pub kind: &'static str,
    /// How often so far.
    pub count: u64,
}

/// Takes over what the seam has counted. The seam counts for itself, so nothing is done between two looks.
pub fn drift(places: impl Iterator<Item = Drifted>) {
    let mut rest = 0;
    for (index, place) in places.enumerate() {
        if index >= MOST_DRIFT_SERIES {
            rest += place.count;
            continue;
        }
        let Drifted { service, operation, field, kind, count } = place;
        counter!(DRIFT, "service" => service, "operation" => operation, "field" => field, "kind" => kind)
            .absolute(count);
    }
    if rest > 0 {
        counter!(DRIFT, "service" => OTHER, "operation" => OTHER, "field" => OTHER, "kind" => OTHER).absolute(rest);
    }
}
