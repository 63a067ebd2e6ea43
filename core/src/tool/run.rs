//! One tool call from its raw arguments to its answer: fit, ask, run, slim.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use serde_json::{Map, Value};

use super::answer::{self, Detail};
use super::asking::Asking;
use super::attachment::Attachment;
use super::catalogue::Offered;
use super::change::{Step, change};
use super::confirm::{Confirmations, Consent, Question, Way};
use super::ctx::Ctx;
use super::declaration::Effect;
use super::error::{Error, Result};
use super::ledger::Limits;
use super::one_line;
use super::text::Fence;
use super::{input, markdown, page};

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
    /// What travels with them.
    pub attachments: Vec<Attachment>,
}

/// What the runtime reads from the arguments before the tool sees the rest.
struct Common {
    markdown: bool,
    detail: Detail,
    token: Option<String>,
}

/// What all calls of one server run under.
pub struct Runtime {
    /// Questions and their answers.
    pub confirmations: Confirmations,
    /// Whether foreign bodies are fenced.
    pub fence: FenceForeignText,
    /// What may be spent.
    pub limits: Limits,
}

/// Runs one call.
///
/// # Errors
/// Everything that keeps the tool from answering, in words for the model.
pub async fn take(runtime: &Runtime, ctx: &Ctx, attempt: Attempt<'_>) -> Result<Turn> {
    let mut arguments = attempt.arguments;
    input::fit(&attempt.offered.input, &mut arguments)?;
    let common = take_common(&mut arguments, attempt.offered.cuts);
    let arguments = Value::Object(arguments);
    if attempt.offered.tool.declaration.effect == Effect::Spends {
        one_line::must_be(&arguments)?;
    }
    let fence = match runtime.fence {
        FenceForeignText::On => Fence::random(),
        FenceForeignText::Off => Fence::Off,
    };
    let answer = if attempt.offered.tool.declaration.effect == Effect::Reads {
        let run = async |arguments: Value| {
            // What an earlier, larger page brought along would come twice.
            ctx.take_attachments();
            let answer = unharmed((attempt.offered.tool.prepare)(arguments)?.run(ctx)).await?;
            Ok(answer::finish(answer, common.detail, &fence))
        };
        page::fitting(&attempt.offered.input, arguments, run).await?
    } else {
        let prepared = (attempt.offered.tool.prepare)(arguments.clone())?;
        let asking = Asking {
            confirmations: &runtime.confirmations,
            store: ctx.store(),
            offered: attempt.offered,
            principal: attempt.principal,
            way: attempt.way,
            arguments: &arguments,
        };
        // Where the log and the ledger cannot even be opened, nothing is changed.
        ctx.store().ready().await?;
        match change(ctx, &asking, runtime.limits, prepared, attempt.consent, common.token.as_deref()).await? {
            Step::Ask(question) => return Ok(Turn::Ask(question)),
            Step::Answer(answer) => answer::finish(answer, common.detail, &fence),
        }
    };
    Ok(Turn::Done(finish(answer, &common, ctx)))
}

/// Whether bodies written by others are enclosed in markers (`MCP_FENCE_TEXT`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenceForeignText {
    /// They are.
    On,
    /// They are not.
    Off,
}

fn take_common(arguments: &mut Map<String, Value>, cuts: bool) -> Common {
    let mut take = |name: &str| arguments.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    Common {
        markdown: take("response_format").as_deref() == Some("markdown"),
        detail: if take("detail").as_deref() == Some("full") || !cuts { Detail::Full } else { Detail::Brief },
        token: take("confirmation_token"),
    }
}

/// A panic in one tool is an error of that call, not the end of the server.
pub(super) async fn unharmed<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result,
        Err(_) => Err(Error::internal("the tool panicked")),
    }
}

fn finish(mut structured: Value, common: &Common, ctx: &Ctx) -> Done {
    add_notes(&mut structured, ctx);
    if let Some(long) = answer::too_long(&structured) {
        answer::cut(&mut structured, &long);
    }
    let text = if common.markdown { markdown::render(&structured) } else { answer::as_text(&structured) };
    Done { structured, text, attachments: ctx.take_attachments() }
}

/// What upstream sent in another form than its document says is told, not hidden.
fn add_notes(answer: &mut Value, ctx: &Ctx) {
    for found in ctx.call().notes().iter().take(5) {
        let (service, sent) = (&found.service, super::text::clean(&found.found));
        let note = format!(
            "{service} sent {sent} at {} where {} is documented; it is left out here.",
            found.pointer, found.expected
        );
        answer::note(answer, note);
    }
}
