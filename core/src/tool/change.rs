//! One call that changes something: what the caller brought is taken, what it allows is done, and both are written down.

use serde_json::Value;

use super::asking::{Asking, Brought, Promise};
use super::audit::{self, Confirmed};
use super::confirm::{Consent, Question};
use super::ctx::Ctx;
use super::declaration::Effect;
use super::error::{Code, Result};
use super::ledger::{Limits, Purchase, Recall};
use super::run::unharmed;
use super::used::Before;
use super::workflow::Prepared;

/// What such a call has led to.
pub(super) enum Step {
    /// A person must say yes first.
    Ask(Question),
    /// It is done, now or before.
    Answer(Value),
}

/// Runs the call as far as what was brought allows. A no, and a form that brought nothing, leave a line in the log too.
pub(super) async fn change(
    ctx: &Ctx,
    asking: &Asking<'_>,
    limits: Limits,
    prepared: Box<dyn Prepared>,
    consent: Consent<'_>,
    token: Option<&str>,
) -> Result<Step> {
    let effect = asking.offered.tool.declaration.effect;
    if !asking.confirmations.policy.asks(effect) {
        return proceed(ctx, asking, limits, prepared, None).await;
    }
    let outcome = match asking.brought(consent, token).await {
        Ok(Brought::Promise(promise)) => keep_promise(ctx, asking, limits, prepared, promise).await,
        Ok(Brought::Before(before)) => answer_again(ctx, asking, limits, prepared, before).await.map(Step::Answer),
        Err(error) => Err(error),
    };
    let confirmed = match consent {
        Consent::Declined => Confirmed::Declined,
        Consent::Undecided(why) => Confirmed::Undecided(why),
        Consent::None | Consent::Given(_) => return outcome,
    };
    let refused: Result<Value> = match outcome {
        Ok(step) => return Ok(step),
        Err(error) => Err(error),
    };
    audit::record(ctx, &asking.offered.tool.declaration, asking.principal, asking.arguments, confirmed, &refused).await;
    refused.map(Step::Answer)
}

/// Goes on with a yes or without, and writes down what came of a yes.
async fn keep_promise(
    ctx: &Ctx,
    asking: &Asking<'_>,
    limits: Limits,
    prepared: Box<dyn Prepared>,
    promise: Promise,
) -> Result<Step> {
    let used_as = promise.used_as();
    let outcome = proceed(ctx, asking, limits, prepared, Some(promise)).await;
    if let Some(used_as) = used_as {
        let kept = outcome.as_ref().map(|step| match step {
            Step::Answer(answer) => Some(answer),
            Step::Ask(_) => None,
        });
        asking.note(&used_as, kept).await;
    }
    outcome
}

/// Shows what the call would act on, asks the ledger about a purchase, holds the yes against it, and acts.
async fn proceed(
    ctx: &Ctx,
    asking: &Asking<'_>,
    limits: Limits,
    mut prepared: Box<dyn Prepared>,
    promise: Option<Promise>,
) -> Result<Step> {
    let confirmed = promise.as_ref().map_or(Confirmed::NotAsked, Promise::confirmed);
    if promise.is_none() && asking.offered.tool.declaration.effect != Effect::Spends {
        return act(ctx, asking, prepared, confirmed).await;
    }
    let shown = unharmed(prepared.show(ctx)).await?;
    let mut order = prepared.order();
    let mut details = prepared.details();
    let purchase = purchase(ctx, asking, limits);
    if let Some(order) = &mut order {
        if let Recall::Recorded(answer) = purchase.recall(order).await? {
            return Ok(Step::Answer(answer));
        }
        let earlier = purchase.earlier(order).await?;
        if let Some(refusal) = order.refusal.take() {
            return Err(purchase.refused_after(&earlier, refusal));
        }
        purchase.warn_of(&earlier, &mut details);
    }
    if let Some(promise) = promise
        && let Some(question) = asking.ask(promise, shown, &details).await?
    {
        return Ok(Step::Ask(question));
    }
    match order {
        Some(order) => purchase.send(prepared, order, confirmed).await.map(Step::Answer),
        None => act(ctx, asking, prepared, confirmed).await,
    }
}

/// Does what is no purchase, and leaves a line about it.
async fn act(ctx: &Ctx, asking: &Asking<'_>, prepared: Box<dyn Prepared>, confirmed: Confirmed) -> Result<Step> {
    let outcome = unharmed(prepared.run(ctx)).await;
    let declaration = &asking.offered.tool.declaration;
    audit::record(ctx, declaration, asking.principal, asking.arguments, confirmed, &outcome).await;
    outcome.map(Step::Answer)
}

/// What a yes that was used before led to. Of a purchase the ledger may know more, for example when the server that sent it
/// ended before it could answer.
async fn answer_again(
    ctx: &Ctx,
    asking: &Asking<'_>,
    limits: Limits,
    mut prepared: Box<dyn Prepared>,
    before: Before,
) -> Result<Value> {
    if before.is_answered() || asking.offered.tool.declaration.effect != Effect::Spends {
        return before.answer();
    }
    let order = match unharmed(prepared.show(ctx)).await {
        Ok(_) => prepared.order(),
        Err(_) => None,
    };
    let Some(order) = order else { return before.answer() };
    match purchase(ctx, asking, limits).recall(&order).await {
        Ok(Recall::Recorded(answer)) => Ok(answer),
        // The call that used the yes is writing it down at this moment, here or at another server.
        Err(error) if error.code() == Code::OutcomeUnknown && before.is_under_way() => before.answer(),
        Err(error) if matches!(error.code(), Code::Conflict | Code::OutcomeUnknown) => Err(error),
        Ok(Recall::Free) | Err(_) => before.answer(),
    }
}

fn purchase(ctx: &Ctx, asking: &Asking<'_>, limits: Limits) -> Purchase {
    Purchase {
        ctx: ctx.clone(),
        limits,
        tool: asking.offered.tool,
        arguments: asking.arguments.clone(),
        principal: asking.principal.to_owned(),
    }
}
