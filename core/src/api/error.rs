//! Why a call to upstream failed, in words for the model and the person.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::cause::Cause;
use crate::sanitize::listed;

/// Complaints about fields that are told one by one.
const MOST_COMPLAINTS: usize = 5;

/// Which upstream service a call went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// The Infinigate reseller API.
    Infinigate,
    /// The StartInfinity API.
    Infinity,
}

impl Service {
    /// The name in counters and traces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Infinigate => "infinigate",
            Self::Infinity => "infinity",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Infinigate => "Infinigate",
            Self::Infinity => "StartInfinity",
        })
    }
}

/// A call that failed, after all repetitions that were allowed.
#[derive(Debug, Clone)]
pub struct Error {
    /// What went wrong.
    pub cause: Cause,
    /// The service that was called; unknown when the request could not even be built.
    pub service: Option<Service>,
    /// The document's operation id; empty when the request could not even be built.
    pub operation: &'static str,
    /// The HTTP status of the last answer, when there was one.
    pub status: Option<u16>,
    /// The service's own message: one line of plain text, at most 300 characters. Written by others.
    pub said: Option<String>,
    /// How many times the request was sent.
    pub attempts: u32,
    /// From the first attempt, or the wait before it, to the end.
    pub took: Duration,
    /// What lies beneath, for the log.
    pub(super) source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure before anything was sent, for example of a request that cannot be built.
    pub(super) fn internal(said: impl Into<String>) -> Self {
        Self {
            cause: Cause::Internal,
            service: None,
            operation: "",
            status: None,
            said: Some(said.into()),
            attempts: 0,
            took: Duration::ZERO,
            source: None,
        }
    }

    /// Whether the same call may succeed later without anything being put right, and repeating it is safe.
    pub fn is_retryable(&self) -> bool {
        self.cause.is_retryable()
    }

    /// What to do next. StartInfinity's version header has habits that no one would guess from the refusal, so they are
    /// told here.
    pub fn hint(&self) -> &'static str {
        match (self.service, &self.cause) {
            (Some(Service::Infinity), Cause::Unauthenticated { .. }) => {
                "The token is wrong, expired or deleted: renew it in the profile's developer settings. StartInfinity says the same of a mistyped API version, so look at INFINITY_API_VERSION first."
            }
            (Some(Service::Infinity), Cause::RouteMissing) => {
                "The API version in INFINITY_API_VERSION does not have this call; time tracking needs 2026-04-20.morava or later. Whoever runs this server can change it."
            }
            (Some(Service::Infinity), Cause::Removed) => {
                "The API version in INFINITY_API_VERSION no longer has this call, whichever id is given. Do it in the application, or let whoever runs this server set a version that has it."
            }
            (_, cause) => cause.hint(),
        }
    }

    /// What happened, without its details.
    fn headline(&self) -> String {
        let (who, effort) = (self.who(), self.effort());
        match &self.cause {
            Cause::NotFound => format!("{who} does not know it"),
            Cause::RouteMissing => format!("{who} does not offer the call `{}`", self.operation),
            Cause::Unauthenticated { subscription_key: true } => format!("{who} refused the API key"),
            Cause::Unauthenticated { subscription_key: false } => format!("{who} refused the credentials"),
            Cause::PermissionDenied => format!("{who} does not allow this with these credentials"),
            Cause::RateLimited { retry_after: Some(wait) } => {
                format!("{who} takes no more requests for {}{effort}", seconds(rounded_up(*wait)))
            }
            Cause::RateLimited { retry_after: None } => format!("{who} takes no more requests for now{effort}"),
            Cause::Unavailable => format!("{who} cannot serve at present{effort}"),
            Cause::Unreachable => format!("{who} could not be reached, or the connection broke{effort}"),
            Cause::Timeout { limit } => format!("{who} did not answer within {}{effort}", seconds(*limit)),
            Cause::Conflict => format!("{who} does not allow this in the present state"),
            Cause::Refused { fields } => format!("{who} rejected the request{}", complaints(fields)),
            Cause::NotJson => format!("{who} answered with something that is not the documented JSON{effort}"),
            Cause::Truncated => format!("{who} sent an answer that ends too early{effort}"),
            Cause::OutcomeUnknown { doubt } => format!("It is not known whether {who} carried this out: {doubt}"),
            Cause::Cancelled => "The call was cancelled".to_owned(),
            Cause::Removed => format!("{who} has removed the call `{}` in the selected API version", self.operation),
            Cause::Internal => "infini-mcp could not make the request".to_owned(),
        }
    }

    fn who(&self) -> String {
        self.service.map_or_else(|| "The service".to_owned(), |service| service.to_string())
    }

    /// How often and how long, where more than one attempt makes it worth saying.
    fn effort(&self) -> String {
        match self.attempts {
            0 | 1 => String::new(),
            attempts => format!(" ({attempts} attempts over {})", seconds(self.took)),
        }
    }
}

/// A wait is never told shorter than it is, and never as nothing: who comes back at once is refused again.
fn rounded_up(wait: Duration) -> Duration {
    Duration::from_secs(wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(Duration::from_secs(1))
}

/// A duration as a person says it: `15 s`, `16.2 s`.
pub(super) fn seconds(duration: Duration) -> String {
    let tenths = (duration.as_millis() + 50) / 100;
    if tenths.is_multiple_of(10) { format!("{} s", tenths / 10) } else { format!("{}.{} s", tenths / 10, tenths % 10) }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline())?;
        if let Some(status) = self.status {
            write!(f, " (status {status})")?;
        }
        // The complaints about fields are what the service said.
        let is_told = matches!(&self.cause, Cause::Refused { fields } if !fields.is_empty());
        if let Some(said) = self.said.as_ref().filter(|_| !is_told) {
            write!(f, ". It said: \u{201c}{said}\u{201d}")?;
        }
        let is_unknown = matches!(self.cause, Cause::OutcomeUnknown { .. });
        f.write_str(if is_unknown { ". It was not repeated." } else { ". Nothing was changed." })
    }
}

fn complaints(fields: &[(String, String)]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let told = fields.iter().map(|(field, complaint)| format!("{field}: {complaint}"));
    format!(": {}", listed(told, MOST_COMPLAINTS, "; "))
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Doubt;

    fn failed(cause: Cause) -> Error {
        let mut error = Error::internal("");
        error.said = None;
        Error { cause, service: Some(Service::Infinigate), operation: "getQuote", ..error }
    }

    #[test]
    fn a_timeout_says_how_often_how_long_and_what_was_not_done() {
        let error = Error {
            attempts: 3,
            took: Duration::from_millis(16_200),
            ..failed(Cause::Timeout { limit: Duration::from_secs(15) })
        };
        assert_eq!(
            error.to_string(),
            "Infinigate did not answer within 15 s (3 attempts over 16.2 s). Nothing was changed."
        );
        assert!(error.is_retryable());
    }

    #[test]
    fn an_unknown_outcome_never_claims_that_nothing_was_changed() {
        let error = failed(Cause::OutcomeUnknown { doubt: Doubt::Cancelled });
        assert_eq!(
            error.to_string(),
            "It is not known whether Infinigate carried this out: cancelled while being sent. It was not repeated."
        );
        assert!(!error.is_retryable());
        assert!(error.hint().starts_with("Do not repeat it"));
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_never_as_none() {
        for (wait, told) in [(0, "1 s"), (20, "1 s"), (1_000, "1 s"), (1_001, "2 s"), (15_000, "15 s")] {
            let error = failed(Cause::RateLimited { retry_after: Some(Duration::from_millis(wait)) });
            assert!(error.to_string().contains(&format!("no more requests for {told}.")), "{error}");
        }
    }

    #[test]
    fn a_refusal_names_the_fields() {
        let error = failed(Cause::Refused { fields: vec![("item_id".into(), "is required".into())] });
        assert_eq!(error.to_string(), "Infinigate rejected the request: item_id: is required. Nothing was changed.");
    }
}
