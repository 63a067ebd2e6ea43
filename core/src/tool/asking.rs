//! Whether one call may act: it brings a yes to exactly what it would do now, or a question is asked.

use serde_json::Value;

use super::audit::Confirmed;
use super::catalogue::Offered;
use super::confirm::{
    Asked, Confirmations, Consent, Question, Redeemed, Subject, Undecided, Way, Yes, ask_by_token, declined,
    form_needed,
};
use super::details::Details;
use super::error::{Error, Result};
use super::used::{Before, record};
use crate::state::Store;
use crate::telemetry::counters::{self, Confirmation};

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

/// A yes, used up, with what was known when it was given; or how to ask for one.
pub(super) struct Promise {
    way: Way,
    yes: Option<Yes>,
    /// The form that brought nothing, where the token stands in for it.
    instead_of: Option<Undecided>,
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
        self.yes.as_ref().map(|yes| yes.used_as.clone())
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
        let Some(state) = state else {
            return Ok(Brought::Promise(Promise { way, yes: None, instead_of: undecided }));
        };
        if self.needs_form(way) {
            return Err(form_needed(undecided, None));
        }
        Ok(match self.confirmations.redeem(self.store, self.subject(way), state).await? {
            Redeemed::Now(yes) => Brought::Promise(Promise { way, instead_of: yes.instead_of, yes: Some(yes) }),
            Redeemed::Before(before) => Brought::Before(before),
        })
    }

    /// Nothing when the call may run; a question when a form can be shown; an error when the token way is needed.
    pub(super) async fn ask(&self, promise: Promise, shown: Value, details: &Details) -> Result<Option<Question>> {
        let now = Asked::about(&shown, details);
        let changed = promise.yes.as_ref().and_then(|yes| yes.to.change(&now));
        if promise.yes.is_some() && changed.is_none() {
            counters::confirmation(Confirmation::Given);
            return Ok(None);
        }
        counters::confirmation(if changed.is_some() { Confirmation::Changed } else { Confirmation::Asked });
        let subject = self.subject(promise.way);
        let mut question = self.confirmations.question(self.store, subject, shown, details, promise.instead_of).await?;
        if let Some(change) = changed {
            question = question.after(change);
        }
        match promise.way {
            Way::Form => Ok(Some(question)),
            way if self.needs_form(way) => Err(form_needed(promise.instead_of, Some(question))),
            // After a change the earlier form is no reason any more, but what is new is.
            Way::Token => Err(ask_by_token(question, promise.instead_of.filter(|_| changed.is_none()))),
        }
    }

    /// Whether only a form may confirm this call, and this is none.
    fn needs_form(&self, way: Way) -> bool {
        way == Way::Token && !self.confirmations.token_allowed(self.offered.tool.declaration.effect)
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
