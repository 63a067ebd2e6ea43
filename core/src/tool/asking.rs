//! Whether one call may act: it brings a yes to exactly what it would do now, or a question is asked.

use serde_json::Value;

use super::audit::Confirmed;
use super::catalogue::Offered;
use super::confirm::{Confirmations, Consent, Question, Subject, Way, ask_by_token};
use super::error::{Code, Error, Result};
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

/// What the caller brought, used up: the digest of what was shown when the yes was given.
pub(super) struct Promise {
    way: Way,
    shown: Option<String>,
}

impl Promise {
    /// How it was given.
    pub(super) fn confirmed(&self) -> Confirmed {
        match self.way {
            Way::Form => Confirmed::ByForm,
            Way::Token => Confirmed::ByToken,
        }
    }
}

impl Asking<'_> {
    /// Takes what the caller brought. A yes is used up here, whatever follows.
    pub(super) async fn promise(&self, consent: Consent<'_>, token: Option<&str>) -> Result<Promise> {
        let (way, state) = match (consent, token) {
            (Consent::Declined, _) => {
                counters::confirmation(Confirmation::Declined);
                return Err(Error::new(Code::ConfirmationDeclined, "The person said no, so nothing was done.")
                    .with_hint("Do not ask again unless they want it."));
            }
            (Consent::Given(state), _) => (Way::Form, Some(state)),
            (Consent::None, Some(token)) => (Way::Token, Some(token)),
            (Consent::None, None) => (self.way, None),
        };
        if way == Way::Token && !self.confirmations.token_allowed(self.offered.tool.declaration.effect) {
            return Err(Error::new(Code::ConfirmationRequired, "This call must be confirmed by a person in a form, which this client cannot show. Nothing was done.")
                .with_hint("Use a client that supports elicitation; the operator has forbidden the token way for calls that spend money."));
        }
        let shown = match state {
            Some(state) => Some(self.confirmations.redeem(self.store, self.subject(way), state).await?),
            None => None,
        };
        Ok(Promise { way, shown })
    }

    /// Nothing when the call may run; a question when a form can be shown; an error when the token way is needed.
    pub(super) async fn ask(&self, promise: Promise, shown: Value) -> Result<Option<Question>> {
        if promise.shown.as_deref() == Some(digest_json(&shown).as_str()) {
            counters::confirmation(Confirmation::Given);
            return Ok(None);
        }
        counters::confirmation(if promise.shown.is_some() { Confirmation::Changed } else { Confirmation::Asked });
        let mut question = self.confirmations.question(self.store, self.subject(promise.way), shown).await?;
        if promise.shown.is_some() {
            question.message = format!(
                "What you confirmed has changed since, so nothing was done. Please look again. {}",
                question.message
            );
        }
        match promise.way {
            Way::Form => Ok(Some(question)),
            Way::Token => Err(ask_by_token(question)),
        }
    }

    fn subject(&self, way: Way) -> Subject<'_> {
        Subject { principal: self.principal, tool: &self.offered.tool.declaration, arguments: self.arguments, way }
    }
}
