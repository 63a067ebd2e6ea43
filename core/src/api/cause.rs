//! What can go wrong with a call to upstream, and what follows from it.

use std::fmt;
use std::time::Duration;

/// What can go wrong with a call to upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The thing asked for does not exist, or is not visible with these credentials.
    NotFound,
    /// The service does not know the route, in any spelling known to us.
    RouteMissing,
    /// The credentials were refused; `subscription_key` when it was the API key rather than the token.
    Unauthenticated {
        /// Whether the service named its subscription key.
        subscription_key: bool,
    },
    /// The credentials are good, but not for this.
    PermissionDenied,
    /// Too many requests; `retry_after` is how long the service asks to wait.
    RateLimited {
        /// How long to wait, when known.
        retry_after: Option<Duration>,
    },
    /// The service answered that it cannot serve at present (5xx).
    Unavailable,
    /// No connection, or it broke before an answer came.
    Unreachable,
    /// No answer in time.
    Timeout {
        /// The time one attempt, or the whole call, was given.
        limit: Duration,
    },
    /// The thing's state does not allow it (409).
    Conflict,
    /// The service rejected the request's content.
    Refused {
        /// Field and complaint, as the service names them.
        fields: Vec<(String, String)>,
    },
    /// A success whose body is not JSON, or JSON of another kind than documented.
    NotJson,
    /// A success whose JSON ends too early.
    Truncated,
    /// A write that may or may not have taken effect. Never repeated.
    OutcomeUnknown {
        /// Why it is not known.
        doubt: Doubt,
    },
    /// The client gave up on the call.
    Cancelled,
    /// The route no longer exists in the chosen API version.
    Removed,
    /// A fault of ours.
    Internal,
}

/// Why the outcome of a write is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No answer came in time.
    TimedOut,
    /// The connection broke after the request may have arrived.
    Broken,
    /// The service failed while handling it.
    ServerFailed,
    /// The answer could not be understood.
    NotUnderstood,
    /// The client gave up while it was being sent.
    Cancelled,
}

impl Cause {
    /// The cause in a word, for logs and counters.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::RouteMissing => "route_missing",
            Self::Unauthenticated { .. } => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Unreachable => "unreachable",
            Self::Timeout { .. } => "timeout",
            Self::Conflict => "conflict",
            Self::Refused { .. } => "refused",
            Self::NotJson => "not_json",
            Self::Truncated => "truncated",
            Self::OutcomeUnknown { .. } => "outcome_unknown",
            Self::Cancelled => "cancelled",
            Self::Removed => "removed",
            Self::Internal => "internal",
        }
    }

    /// Whether the same call may succeed later without anything being put right, and repeating it is safe.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited { .. }
            | Self::Unavailable
            | Self::Unreachable
            | Self::Timeout { .. }
            | Self::NotJson
            | Self::Truncated => true,
            Self::NotFound
            | Self::RouteMissing
            | Self::Unauthenticated { .. }
            | Self::PermissionDenied
            | Self::Conflict
            | Self::Refused { .. }
            | Self::OutcomeUnknown { .. }
            | Self::Cancelled
            | Self::Removed
            | Self::Internal => false,
        }
    }

    /// What to do next, in one sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotFound => "Check the id or number with a list tool; it may also belong to another account.",
            Self::RouteMissing => {
                "The account's API product may not include this call; ask the service's support, and run `infini-mcp doctor --live`."
            }
            Self::Unauthenticated { subscription_key: true } => {
                "The API key is missing, wrong or suspended: renew it and restart with the new one."
            }
            Self::Unauthenticated { subscription_key: false } => {
                "The client id, secret or token is wrong or expired: renew it."
            }
            Self::PermissionDenied => "Use credentials that may do this, or ask the owner of the account for access.",
            Self::RateLimited { .. } => "Wait as long as stated, then try again; ask for fewer things at once.",
            Self::Unavailable | Self::Unreachable | Self::Timeout { .. } => "Try again in a minute.",
            Self::Conflict => "Read the current state first, then decide again.",
            Self::Refused { .. } => "Put the named fields right and call again.",
            Self::NotJson | Self::Truncated => "Try again in a minute; if it stays, check the base URL.",
            Self::OutcomeUnknown { .. } => {
                "Do not repeat it: read the current state first and see whether it took effect."
            }
            Self::Cancelled => "Call again if it is still wanted.",
            Self::Removed => "Set the API version to one that has this call, or use another tool.",
            Self::Internal => "This is a fault of infini-mcp: report it with the request id.",
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TimedOut => "no answer came in time",
            Self::Broken => "the connection broke after it may have arrived",
            Self::ServerFailed => "the service failed while handling it",
            Self::NotUnderstood => "the answer could not be understood",
            Self::Cancelled => "cancelled while being sent",
        })
    }
}
