//! Why an argument that names or describes something cannot be used, kept apart so that several can be told at once.

use serde_json::{Value, json};

use infini_mcp_core::tool::{Code, Error};

/// Refusals of one call that are told one by one.
const MOST_TOLD: usize = 10;

/// One argument that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    code: Code,
    text: String,
    hint: String,
    candidates: Vec<Value>,
}

impl Refusal {
    /// A value of the wrong form; `text` is a sentence, `hint` says what is allowed.
    pub fn of_value(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: Code::InvalidArguments, text: text.into(), hint: hint.into(), candidates: Vec::new() }
    }

    /// A name that nothing has, with those that are most like it.
    pub fn unknown(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: Code::NotFound, ..Self::of_value(text, hint) }
    }

    /// A name that several things have; each candidate is `{id, name}`.
    pub fn ambiguous(text: impl Into<String>, hint: impl Into<String>, candidates: Vec<Value>) -> Self {
        Self { code: Code::AmbiguousName, candidates, ..Self::of_value(text, hint) }
    }

    /// Which kind of failure it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The same refusal, saying one thing more that can be done.
    #[must_use]
    pub fn with_hint(mut self, hint: &str) -> Self {
        self.hint = format!("{} {hint}", self.hint);
        self
    }

    /// The same refusal, saying which argument it is about.
    #[must_use]
    pub fn about(mut self, argument: &str) -> Self {
        self.text = format!("{argument}: {}", self.text);
        self
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        all(vec![refusal])
    }
}

/// All refusals of one call as one error, which has the code of the first; nothing was sent yet when these are found.
pub fn all(refusals: Vec<Refusal>) -> Error {
    let code = refusals.first().map_or(Code::InvalidArguments, Refusal::code);
    let told = refusals.iter().take(MOST_TOLD);
    let said = |pick: fn(&Refusal) -> &str| told.clone().map(pick).collect::<Vec<_>>().join(" ");
    let more = match refusals.len().saturating_sub(MOST_TOLD) {
        0 => String::new(),
        more => format!(" There are {more} more faults like these."),
    };
    let message = format!("{}{more} Nothing was changed.", said(|refusal| &refusal.text));
    let error = Error::new(code, message).with_hint(said(|refusal| &refusal.hint));
    let candidates: Vec<Value> = refusals.into_iter().take(MOST_TOLD).flat_map(|refusal| refusal.candidates).collect();
    if candidates.is_empty() { error } else { error.with("candidates", json!(candidates)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_refusals_are_told_at_once() {
        let error =
            all(vec![Refusal::of_value("A is wrong.", "Give 1."), Refusal::unknown("B is unknown.", "Give 2.")]);
        assert_eq!(error.to_string(), "A is wrong. B is unknown. Nothing was changed.");
        assert_eq!(error.hint(), Some("Give 1. Give 2."));
        assert_eq!(error.code(), Code::InvalidArguments);
    }
}
