//! Many writes in one call: one after the other, each noted before and after, none of them sent twice.

use schemars::JsonSchema;
use serde::Serialize;

use super::batch::{self, Batch, Entry};
use super::place::Place;
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// Lost answers in a row after which upstream is left in peace.
const ENOUGH_DOUBT: usize = 3;
/// A write that begins later than this before the end of the call's time could be cut short by it.
const LAST_START: std::time::Duration = std::time::Duration::from_secs(3);
/// Said of a write that another call with the same key has begun.
const UNDER_WAY: &str = "Another call is sending it, or was when it ended.";
/// How refusals of one item end, which is not true of a batch.
const UNCHANGED: &str = " Nothing was changed.";
/// Faults that one refusal tells.
const MOST_FAULTS: usize = 8;

/// What a batch consists of.
pub trait Job: Sync {
    /// Sends one write and gives the item's id.
    fn send(&self, ctx: &Ctx, index: usize) -> impl Future<Output = Result<String>> + Send;

    /// Looks upstream for what came of the writes whose answers were lost; `taken` are items known to be others'.
    fn look(&self, ctx: &Ctx, doubtful: &[usize], taken: &[String]) -> impl Future<Output = Vec<Finding>> + Send;
}

/// What looking upstream shows of one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It took effect on this item.
    Happened(String),
    /// It did not.
    DidNot,
    /// It cannot be told.
    Unclear,
}

/// What came of a batch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Pass it again to resume this batch.
    idempotency_key: String,
    /// How many are written.
    done: usize,
    /// How many were refused.
    failed: usize,
    /// How many may be written.
    unknown: usize,
    /// How many were not sent.
    pending: usize,
    /// One entry an item, in their order.
    results: Vec<Outcome>,
    /// What to do next.
    note: Option<String>,
}

/// What came of one write.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Outcome {
    /// Its place in items, from 1.
    item: usize,
    /// done, failed, unknown or pending.
    status: &'static str,
    /// Item id.
    id: Option<String>,
    /// Why it is not done.
    reason: Option<String>,
}

/// How far one write has come in this call.
#[derive(Debug, Clone)]
enum Step {
    Pending,
    Done(String),
    Unknown(String),
    Failed(String),
}

/// Works out all items before the first is sent.
///
/// # Errors
/// The faults of all items, each with its place.
pub fn checked<T, U>(place: &Place, items: &[T], check: impl Fn(&Place, &T) -> Result<U>) -> Result<Vec<U>> {
    let (mut good, mut faults) = (Vec::new(), Vec::new());
    for (index, item) in items.iter().enumerate() {
        match check(place, item) {
            Ok(item) => good.push(item),
            Err(fault) => faults.push((index + 1, fault)),
        }
    }
    // A name that is not known yet may be newer than what is remembered of the board: that is looked at once more.
    let is_unknown = |(_, fault): &&(usize, Error)| fault.code() == Code::NotFound;
    let Some((_, first)) = faults.iter().find(is_unknown).or_else(|| faults.first()) else { return Ok(good) };
    let code = first.code();
    let told =
        |(item, fault): &(usize, Error)| format!("Item {item}: {}", fault.to_string().trim_end_matches(UNCHANGED));
    let texts: Vec<String> = faults.iter().take(MOST_FAULTS).map(told).collect();
    let mut hints: Vec<&str> = faults.iter().take(MOST_FAULTS).filter_map(|(_, fault)| fault.hint()).collect();
    hints.dedup();
    let text =
        format!("{} of {} items cannot be written. {} Nothing was sent.", faults.len(), items.len(), texts.join(" "));
    Err(Error::new(code, text).with_hint(hints.join(" ")))
}

/// Carries a batch out as far as it goes.
///
/// # Errors
/// Those of the state; and what stopped it, when nothing was done at all.
pub async fn carry_out(ctx: &Ctx, batch: &Batch<'_>, job: &impl Job) -> Result<Report> {
    let mut run = Run { ctx, batch, steps: Vec::new(), attempts: Vec::new() };
    run.resume(job).await?;
    let stopped = run.send_all(job).await?;
    if !ctx.call().cancel().is_cancelled() {
        run.settle(job).await?;
    }
    match stopped {
        Some(error) if run.steps.iter().all(|step| matches!(step, Step::Pending)) => Err(error),
        stopped => Ok(run.report(stopped.as_ref())),
    }
}

struct Run<'a> {
    ctx: &'a Ctx,
    batch: &'a Batch<'a>,
    steps: Vec<Step>,
    /// Which attempt at each write this call makes, or looks after.
    attempts: Vec<usize>,
}

impl Run<'_> {
    /// Takes over what earlier calls did; whatever they left in doubt is looked up first.
    async fn resume(&mut self, job: &impl Job) -> Result<()> {
        let attempts = self.batch.attempts().await?;
        let mut doubtful = Vec::new();
        for (index, last) in attempts.into_iter().enumerate() {
            let next = batch::next(last.as_ref());
            if last.as_ref().is_some_and(|last| last.entry.can_be_settled()) {
                doubtful.push(index);
            }
            let (attempt, step) = match last.map(|last| last.entry) {
                None | Some(Entry::Refused) => (next, Step::Pending),
                Some(Entry::Done { id }) => (next - 1, Step::Done(id)),
                Some(Entry::Unknown { reason }) => (next - 1, Step::Unknown(reason)),
                Some(Entry::Sending { .. }) => (next - 1, Step::Unknown(UNDER_WAY.to_owned())),
            };
            self.attempts.push(attempt);
            self.steps.push(step);
        }
        for (index, finding) in self.look(job, &doubtful).await {
            match finding {
                Finding::Happened(id) => self.done(index, id).await?,
                Finding::DidNot => self.try_again(index),
                Finding::Unclear => {}
            }
        }
        Ok(())
    }

    /// Makes room for another attempt at a write that did not take effect.
    fn try_again(&mut self, index: usize) {
        if let Some(attempt) = self.attempts.get_mut(index) {
            *attempt += 1;
        }
        self.set(index, Step::Pending);
    }

    /// Sends what is pending; gives what stopped it before the end.
    async fn send_all(&mut self, job: &impl Job) -> Result<Option<Error>> {
        let mut doubts = 0;
        for index in 0..self.steps.len() {
            if !matches!(self.steps.get(index), Some(Step::Pending)) {
                continue;
            }
            if let Some(reason) = self.must_stop(doubts) {
                return Ok(Some(reason));
            }
            if !self.batch.claim(self.ctx, index, self.attempt(index)).await? {
                self.set(index, Step::Unknown(UNDER_WAY.to_owned()));
                continue;
            }
            if let Some(error) = self.send_one(job, index).await? {
                return Ok(Some(error));
            }
            let is_doubtful = matches!(self.steps.get(index), Some(Step::Unknown(_)));
            doubts = if is_doubtful { doubts + 1 } else { 0 };
            self.tell();
        }
        Ok(None)
    }

    /// Sends one write and notes what came of it; gives what would meet the next one just so.
    async fn send_one(&mut self, job: &impl Job, index: usize) -> Result<Option<Error>> {
        match job.send(self.ctx, index).await {
            Ok(id) => self.done(index, id).await?,
            Err(error) if error.code() == Code::OutcomeUnknown => {
                let reason = error.to_string();
                self.note(index, &Entry::Unknown { reason: reason.clone() }).await?;
                self.set(index, Step::Unknown(reason));
            }
            Err(error) => {
                self.note(index, &Entry::Refused).await?;
                if !is_about_the_item(&error) {
                    return Ok(Some(error));
                }
                self.set(index, Step::Failed(error.to_string()));
            }
        }
        Ok(None)
    }

    fn must_stop(&self, doubts: usize) -> Option<Error> {
        let call = self.ctx.call();
        let why = match () {
            () if call.cancel().is_cancelled() => "The call was cancelled.",
            () if call.remaining() < LAST_START => "The time of this call is nearly over.",
            () if doubts >= ENOUGH_DOUBT => "StartInfinity's answers were lost several times in a row.",
            () => return None,
        };
        Some(Error::new(Code::Timeout, why))
    }

    /// Looks once for those whose answers this call lost. What is not there yet may still come, so it is not sent again.
    async fn settle(&mut self, job: &impl Job) -> Result<()> {
        let unknown = |(index, step): (usize, &Step)| matches!(step, Step::Unknown(_)).then_some(index);
        let unknown: Vec<usize> = self.steps.iter().enumerate().filter_map(unknown).collect();
        for (index, finding) in self.look(job, &unknown).await {
            if let Finding::Happened(id) = finding {
                self.done(index, id).await?;
            }
        }
        Ok(())
    }

    async fn look(&self, job: &impl Job, doubtful: &[usize]) -> Vec<(usize, Finding)> {
        if doubtful.is_empty() {
            return Vec::new();
        }
        let done = |step: &Step| if let Step::Done(id) = step { Some(id.clone()) } else { None };
        let taken: Vec<String> = self.steps.iter().filter_map(done).collect();
        doubtful.iter().copied().zip(job.look(self.ctx, doubtful, &taken).await).collect()
    }

    async fn done(&mut self, index: usize, id: String) -> Result<()> {
        self.note(index, &Entry::Done { id: id.clone() }).await?;
        self.set(index, Step::Done(id));
        Ok(())
    }

    async fn note(&self, index: usize, entry: &Entry) -> Result<()> {
        self.batch.note(index, self.attempt(index), entry).await
    }

    fn attempt(&self, index: usize) -> usize {
        self.attempts.get(index).copied().unwrap_or_default()
    }

    fn set(&mut self, index: usize, step: Step) {
        if let Some(known) = self.steps.get_mut(index) {
            *known = step;
        }
    }

    fn tell(&self) {
        let done = self.steps.iter().filter(|step| matches!(step, Step::Done(_))).count();
        self.ctx.call().report(&format!("{done} of {} items written", self.steps.len()));
    }

    fn report(&self, stopped: Option<&Error>) -> Report {
        // Much may have been changed; what is told is only why it ended.
        let why = stopped.map(|error| format!("It ended early: {}", error.to_string().trim_end_matches(UNCHANGED)));
        let outcome = |(index, step): (usize, &Step)| {
            let (status, id, reason) = match step.clone() {
                Step::Done(id) => ("done", Some(id), None),
                Step::Failed(reason) => ("failed", None, Some(reason)),
                Step::Unknown(reason) => ("unknown", None, Some(reason)),
                Step::Pending => ("pending", None, None),
            };
            Outcome { item: index + 1, status, id, reason }
        };
        let results: Vec<Outcome> = self.steps.iter().enumerate().map(outcome).collect();
        let count = |status: &str| results.iter().filter(|outcome| outcome.status == status).count();
        let is_open = count("done") < results.len();
        let next = "Call again with the same items and this idempotency_key: what is done stays, and what is unknown is looked up before it is sent again.";
        Report {
            idempotency_key: self.batch.key.clone(),
            done: count("done"),
            failed: count("failed"),
            unknown: count("unknown"),
            pending: count("pending"),
            note: is_open.then(|| why.map_or_else(|| next.to_owned(), |why| format!("{why} {next}"))),
            results,
        }
    }
}

/// Whether a refusal speaks of one item; any other would meet the next item just so.
fn is_about_the_item(error: &Error) -> bool {
    matches!(error.code(), Code::ValidationFailed | Code::NotFound | Code::Conflict | Code::InvalidArguments)
}
