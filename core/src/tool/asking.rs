//! Whether one call may act: it brings a yes to exactly what it would do now, or a question is asked.

use serde_json::Value;

use super::audit::Confirmed;
use super::catalogue::Offered;
use super::confirm::{
    Confirmations, Consent, Question, Redeemed, Subject, Undecided, Way, ask_by_token, declined, form_needed,
};
use super::error::{Error, Result};
use super::used::{Before, record};
use crate::state::Store;
use crate::telemetry::counters::{self, Confirmation};
use crate::vault::digest_json;

/// A call whose effect must be confirmed.
pub(super) struct Asking<'a> {
    pub(super) confirmations: &'a Confirmations,
    pub(super) store: &'a Store,
    pub(super) offered: &'a Offered,
    pub(super) principal: &'a str,
    pub(super) way: Way,
    pub(super) arguments: &'a Value,
}

/// What the caller brought.
pub(super) enum Brought {
    /// A yes, or nothing yet.
    Promise(Promise),
    /// A yes that was used before.
    Before(Before),
}

/// A yes, used up, with the digest of what was shown when it was given; or how to ask for one.
pub(super) struct Promise {
    way: Way,
    shown: Option<String>,
    /// The form that brought nothing, where the token stands in for it.
    instead_of: Option<Undecided>,
    used_as: Option<String>,
}

impl Promise {
    /// How it was given.
    pub(super) fn confirmed(&self) -> Confirmed {
        match self.way {
            Way::Form => Confirmed::ByForm,
            Way::Token => Confirmed::ByToken(self.instead_of),
        }
    }

    /// The name under which the yes was used up.
    pub(super) fn used_as(&self) -> Option<String> {
        self.used_as.clone()
    }
}

impl Asking<'_> {
    /// Takes what the caller brought. A yes is used up here, whatever follows.
    pub(super) async fn brought(&self, consent: Consent<'_>, token: Option<&str>) -> Result<Brought> {
        let (way, state, undecided) = match (consent, token) {
            (Consent::Declined, _) => {
                self.confirmations.declined(self.store, self.subject(Way::Token)).await?;
                return Err(declined("The person said no."));
            }
            // Nobody has decided: two deliberate calls may do it, where the operator lets them.
            (Consent::Undecided(why), _) => {
                counters::confirmation(why.counted());
                (Way::Token, None, Some(why))
            }
            (Consent::Given(state), _) => (Way::Form, Some(state), None),
            (Consent::None, Some(token)) => (Way::Token, Some(token), None),
            (Consent::None, None) => (self.way, None, None),
        };
        if way == Way::Token && !self.confirmations.token_allowed(self.offered.tool.declaration.effect) {
            return Err(form_needed(undecided));
        }
        let Some(state) = state else {
            return Ok(Brought::Promise(Promise { way, shown: None, instead_of: undecided, used_as: None }));
        };
        Ok(match self.confirmations.redeem(self.store, self.subject(way), state).await? {
            Redeemed::Now(yes) => Brought::Promise(Promise {
                way,
                shown: Some(yes.shown),
                instead_of: yes.instead_of,
                used_as: Some(yes.used_as),
            }),
            Redeemed::Before(before) => Brought::Before(before),
        })
    }

    /// Nothing when the call may run; a question when a form can be shown; an error when the token way is needed.
    pub(super) async fn ask(&self, promise: Promise, shown: Value) -> Result<Option<Question>> {
        if promise.shown.as_deref() == Some(digest_json(&shown).as_str()) {
            counters::confirmation(Confirmation::Given);
            return Ok(None);
        }
        counters::confirmation(if promise.shown.is_some() { Confirmation::Changed } else { Confirmation::Asked });
        let subject = self.subject(promise.way);
        let mut question = self.confirmations.question(self.store, subject, shown, promise.instead_of).await?;
        if promise.shown.is_some() {
            question.message = format!(
                "What you confirmed has changed since, so nothing was done. Please look again. {}",
                question.message
            );
        }
        match promise.way {
            Way::Form => Ok(Some(question)),
            // After a change the earlier form is no reason any more, but what is new is.
            Way::Token => Err(ask_by_token(question, promise.instead_of.filter(|_| promise.shown.is_none()))),
        }
    }

    /// Writes down what came of the yes that was used up, for the same call again. A failure to write can only be told to
    /// the log: what was done is done.
    pub(super) async fn note(&self, used_as: &str, outcome: std::result::Result<Option<&Value>, &Error>) {
        if let Err(error) = self.store.note_outcome(used_as, &record(outcome)).await {
            tracing::error!(tool = self.offered.name(), error = ?error, "what came of a confirmation could not be written down");
        }
    }

    fn subject(&self, way: Way) -> Subject<'_> {
        Subject { principal: self.principal, tool: &self.offered.tool.declaration, arguments: self.arguments, way }
    }
}
