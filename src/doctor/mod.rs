//! Examines an installation: what is set, what can be reached, what works, and what to do about the rest.

mod checks;
mod client;
pub mod live;
mod team;

pub use checks::{account, clock, configuration, private, protocol, state};
pub use client::client;
pub use team::team;

use serde::Serialize;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Well,
    /// It works, but somebody should look at it.
    Doubtful,
    /// It does not work.
    Wrong,
}

impl Verdict {
    /// The word in front of a line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Doubtful => "look",
            Self::Wrong => "WRONG",
        }
    }
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was examined.
    pub check: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do, where there is something to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    fn well(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: Verdict::Well, found: found.into(), advice: None }
    }

    fn doubtful(check: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: Verdict::Doubtful, found: found.into(), advice: Some(advice.into()) }
    }

    fn wrong(check: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: Verdict::Wrong, found: found.into(), advice: Some(advice.into()) }
    }
}
