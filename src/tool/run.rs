//! One tool call from its raw arguments to its answer: fit, ask, run, slim.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use serde_json::{Map, Value, json};

use super::answer::{self, Detail};
use super::catalogue::Offered;
use super::confirm::{Confirmations, Consent, Question, Subject, Way, ask_by_token};
use super::ctx::Ctx;
use super::error::{Code, Error, Result};
use super::text::Fence;
use super::workflow::Prepared;
use super::{input, markdown};
use crate::vault::digest_json;

/// A call as it came in.
pub struct Attempt<'a> {
    /// The tool.
    pub offered: &'a Offered,
    /// The arguments as the client sent them.
    pub arguments: Map<String, Value>,
    /// Who calls.
    pub principal: &'a str,
    /// How this caller can be asked, if a person must say yes.
    pub way: Way,
    /// The answer to an earlier question.
    pub consent: Consent<'a>,
}

/// What a call led to.
#[derive(Debug)]
pub enum Turn {
    /// It is done.
    Done(Done),
    /// A person must say yes first, in a form.
    Ask(Question),
}

/// A finished call.
#[derive(Debug)]
pub struct Done {
    /// The answer as data.
    pub structured: Value,
    /// The same facts as text.
    pub text: String,
}

/// What the runtime reads from the arguments before the tool sees the rest.
struct Common {
    markdown: bool,
    detail: Detail,
    token: Option<String>,
}

/// Runs one call.
///
/// # Errors
/// Everything that keeps the tool from answering, in words for the model.
pub async fn take(
    confirmations: &Confirmations,
    fence_foreign_text: FenceForeignText,
    ctx: &Ctx,
    attempt: Attempt<'_>,
) -> Result<Turn> {
    let mut arguments = attempt.arguments;
    input::fit(&attempt.offered.input, &mut arguments)?;
    let common = take_common(&mut arguments);
    let arguments = Value::Object(arguments);
    let mut prepared = (attempt.offered.tool.prepare)(arguments.clone())?;

    if confirmations.policy.asks(attempt.offered.tool.declaration.effect) {
        let asking = Asking {
            confirmations,
            ctx,
            offered: attempt.offered,
            principal: attempt.principal,
            way: attempt.way,
            arguments: &arguments,
        };
        if let Some(question) = asking.ask(prepared.as_mut(), attempt.consent, common.token.as_deref()).await? {
            return Ok(Turn::Ask(question));
        }
    }
    let answer = unharmed(prepared.run(ctx)).await?;
    Ok(Turn::Done(finish(answer, &common, fence_foreign_text, ctx)))
}

/// Whether bodies written by others are enclosed in markers (`MCP_FENCE_TEXT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenceForeignText {
    /// They are.
    On,
    /// They are not.
    Off,
}

fn take_common(arguments: &mut Map<String, Value>) -> Common {
    let mut take = |name: &str| arguments.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    Common {
        markdown: take("response_format").as_deref() == Some("markdown"),
        detail: if take("detail").as_deref() == Some("full") { Detail::Full } else { Detail::Brief },
        token: take("confirmation_token"),
    }
}

struct Asking<'a> {
    confirmations: &'a Confirmations,
    ctx: &'a Ctx,
    offered: &'a Offered,
    principal: &'a str,
    way: Way,
    arguments: &'a Value,
}

impl Asking<'_> {
    /// Nothing when the call may run; a question when a form can be shown; an error when the token way is needed.
    async fn ask(
        &self,
        prepared: &mut dyn Prepared,
        consent: Consent<'_>,
        token: Option<&str>,
    ) -> Result<Option<Question>> {
        let (way, state) = match (consent, token) {
            (Consent::Declined, _) => {
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
        let promised = state.map(|state| self.confirmations.redeem(self.subject(way), state)).transpose()?;
        let shown = unharmed(prepared.show(self.ctx)).await?;
        if promised.as_deref() == Some(digest_json(&shown).as_str()) {
            return Ok(None);
        }
        let mut question = self.confirmations.question(self.subject(way), shown);
        if promised.is_some() {
            question.message = format!(
                "What you confirmed has changed since, so nothing was done. Please look again. {}",
                question.message
            );
        }
        match way {
            Way::Form => Ok(Some(question)),
            Way::Token => Err(ask_by_token(question)),
        }
    }

    fn subject(&self, way: Way) -> Subject<'_> {
        Subject { principal: self.principal, tool: &self.offered.tool.declaration, arguments: self.arguments, way }
    }
}

/// A panic in one tool is an error of that call, not the end of the server.
async fn unharmed<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result,
        Err(_) => Err(Error::internal("the tool panicked")),
    }
}

fn finish(answer: Value, common: &Common, fence_foreign_text: FenceForeignText, ctx: &Ctx) -> Done {
    let fence = match fence_foreign_text {
        FenceForeignText::On => Fence::random(),
        FenceForeignText::Off => Fence::Off,
    };
    let mut structured = answer::finish(answer, common.detail, &fence);
    add_notes(&mut structured, ctx);
    let json = answer::written(&mut structured);
    let text = if common.markdown { markdown::render(&structured) } else { json };
    Done { structured, text }
}

/// What upstream sent in another form than its document says is told, not hidden.
fn add_notes(answer: &mut Value, ctx: &Ctx) {
    let found = ctx.call().notes();
    let Some(map) = answer.as_object_mut() else { return };
    if found.is_empty() {
        return;
    }
    let notes = map.entry("notes").or_insert_with(|| json!([]));
    if let Some(notes) = notes.as_array_mut() {
        notes.extend(found.iter().take(5).map(|note| {
            json!(format!(
                "{} sent {} at {} where {} is documented; it is left out here.",
                note.service,
                super::text::clean(&note.found),
                note.pointer,
                note.expected
            ))
        }));
    }
}
