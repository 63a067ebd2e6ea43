//! What came of a confirmation that was used before: it answers the same call again, so that a lost answer is not lost.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::{Code, Error, Result};
use super::ledger::moment;
use crate::state::Used;

/// Bytes of an answer that are kept.
const LONGEST: usize = 64_000;
/// A call that used a confirmation this long ago is not under way any more.
const RUNNING_MS: i64 = 180_000;

/// How a call ended, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ended {
    /// With this answer.
    Answer(Value),
    /// With an answer that was too long to be kept.
    Done,
    /// It failed like this.
    Failed { code: Code, message: String },
    /// With another question, because what it was about had changed.
    AskedAgain,
}

/// What is kept of a call that answered, failed, or (with nothing) asked again.
pub fn record(outcome: std::result::Result<Option<&Value>, &Error>) -> String {
    let ended = match outcome {
        Ok(Some(answer)) => Ended::Answer(answer.clone()),
        Ok(None) => Ended::AskedAgain,
        Err(error) => Ended::Failed { code: error.code(), message: error.to_string() },
    };
    let text = json!(ended).to_string();
    if text.len() > LONGEST { json!(Ended::Done).to_string() } else { text }
}

/// The earlier use of a confirmation.
#[derive(Debug)]
pub struct Before {
    when: String,
    is_recent: bool,
    ended: Option<Ended>,
}

impl Before {
    pub(super) fn of(used: &Used) -> Self {
        Self {
            when: moment(used.at),
            is_recent: chrono::Utc::now().timestamp_millis().saturating_sub(used.at) < RUNNING_MS,
            ended: used.outcome.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        }
    }

    /// Whether the answer of that call is known, so that nothing else need be looked at.
    pub fn is_answered(&self) -> bool {
        matches!(self.ended, Some(Ended::Answer(_)))
    }

    /// Whether that call may still be at work.
    pub fn is_under_way(&self) -> bool {
        self.ended.is_none() && self.is_recent
    }

    /// The answer of that call, marked as recorded.
    ///
    /// # Errors
    /// When that call failed, or when its answer is not known.
    pub fn answer(self) -> Result<Value> {
        let used = format!("The confirmation was used at {} already", self.when);
        match self.ended {
            Some(Ended::Answer(mut answer)) => {
                if let Some(map) = answer.as_object_mut() {
                    let note = format!("{used}, and this is the answer recorded then. Nothing was done again.");
                    map.insert("notes".to_owned(), json!([note]));
                }
                Ok(answer)
            }
            Some(Ended::Done) => Err(Error::new(
                Code::Conflict,
                format!("{used}, and the call was carried out; its answer was too long to be recorded. Nothing was done again."),
            )
            .with_hint("Read the current state.")),
            Some(Ended::Failed { code, message }) => {
                Err(Error::new(code, format!("{used}, and the call failed then: {message} This call did nothing."))
                    .with_hint("Call the tool again without a confirmation to be asked anew.")
                    .with("recorded", json!(true)))
            }
            Some(Ended::AskedAgain) => Err(Error::new(
                Code::ConfirmationRequired,
                format!("{used}, but what it was about had changed by then, so nothing was done."),
            )
            .with_hint("Call the tool again without a confirmation to be asked anew.")),
            None if self.is_recent => Err(Error::new(
                Code::Conflict,
                format!("{used}, and that call is still under way. This call did nothing."),
            )
            .with_hint("Wait for the answer of that call, or repeat this one in a minute for its recorded answer.")),
            None => Err(Error::new(
                Code::OutcomeUnknown,
                format!("{used}, and how that call ended was not recorded. This call did nothing."),
            )
            .with_hint("Read the current state before anything is repeated.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(outcome: Option<&Result<Option<Value>>>, age: i64) -> Result<Value> {
        let at = chrono::Utc::now().timestamp_millis() - age;
        let outcome = outcome.map(|outcome| record(outcome.as_ref().map(Option::as_ref)));
        Before::of(&Used { at, outcome }).answer()
    }

    #[test]
    fn the_answer_comes_back_marked_and_a_failure_as_the_failure_that_it_was() {
        let told = before(Some(&Ok(Some(json!({ "id": "i1" })))), 0).unwrap();
        assert_eq!(told["id"], "i1");
        assert!(told["notes"][0].as_str().unwrap().contains("recorded then"), "{told}");
        let failed = before(Some(&Err(Error::new(Code::NotFound, "There is no such item."))), 0).unwrap_err();
        assert_eq!(failed.code(), Code::NotFound);
        assert!(failed.to_string().contains("no such item") && failed.to_string().contains("already"), "{failed}");
    }

    #[test]
    fn nothing_is_said_to_be_undone_that_may_have_been_done() {
        for (outcome, age, code) in [
            (None, 0, Code::Conflict),
            (None, RUNNING_MS, Code::OutcomeUnknown),
            (Some(Ok(Some(json!({ "text": "x".repeat(LONGEST) })))), 0, Code::Conflict),
        ] {
            let error = before(outcome.as_ref(), age).unwrap_err();
            assert_eq!(error.code(), code);
            assert!(!error.to_string().contains("Nothing was done."), "{error}");
        }
        assert!(before(Some(&Ok(None)), 0).unwrap_err().to_string().contains("nothing was done"));
    }
}
