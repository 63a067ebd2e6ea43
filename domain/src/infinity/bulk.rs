//! Many writes in one call: one after the other, each noted before and after, none of them sent twice.

use schemars::JsonSchema;
use serde::Serialize;

use super::batch::{self, Batch, Entry};
use super::place::Place;
use infini_mcp_core::tool::text::line;
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// Lost answers in a row after which upstream is left in peace.
const ENOUGH_DOUBT: usize = 3;
/// A write that begins later than this before the end of the call's time could be cut short by it.
const LAST_START: std::time::Duration = std::time::Duration::from_secs(3);
/// Said of a write that another call with the same key has begun.
const UNDER_WAY: &str = "Another call is sending it, or was when it ended.";
/// How refusals of one item end, which is not true of a batch.
const UNCHANGED: &str = " Nothing was changed.";
/// Characters for all faults that one refusal tells; each gets its share.
const FAULTS: usize = 1_600;
/// The least that is told of a fault.
const A_FAULT: usize = 60;

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
    /// How many of those an earlier call had written.
    already_done: Option<usize>,
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

impl Report {
    /// With one thing more to know.
    #[must_use]
    pub fn noting(self, more: &str) -> Self {
        Self { note: Some(self.note.map_or_else(|| more.to_owned(), |note| format!("{note} {more}"))), ..self }
    }
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
    let mut hints: Vec<&str> = Vec::new();
    for hint in faults.iter().filter_map(|(_, fault)| fault.hint()) {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    let (count, told) = (faults.len(), told(&faults));
    let text = format!("{count} of {} items cannot be written. {told} Nothing was sent.", items.len());
    Err(Error::new(code, text).with_hint(hints.join(" ")))
}

/// Every item that is at fault with its fault; those with the same one together, so that all of them have room.
fn told(faults: &[(usize, Error)]) -> String {
    let mut alike: Vec<(String, Vec<usize>)> = Vec::new();
    for (item, fault) in faults {
        let text = fault.to_string().trim_end_matches(UNCHANGED).to_owned();
        match alike.iter_mut().find(|(known, _)| *known == text) {
            Some((_, items)) => items.push(*item),
            None => alike.push((text, vec![*item])),
        }
    }
    let share = (FAULTS / alike.len().max(1)).max(A_FAULT);
    let most = FAULTS / A_FAULT;
    let mut texts: Vec<String> =
        alike.iter().take(most).map(|(text, items)| format!("{}: {}", numbered(items), line(text, share))).collect();
    let others: Vec<usize> = alike.iter().skip(most).flat_map(|(_, items)| items.iter().copied()).collect();
    if !others.is_empty() {
        texts.push(format!("{} have faults of their own.", numbered(&others)));
    }
    texts.join(" ")
}

/// `Item 3`, or `Items 1, 4 to 6`.
fn numbered(items: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for item in items {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == *item => *end = *item,
            _ => runs.push((*item, *item)),
        }
    }
    let run = |(first, last): &(usize, usize)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    let list = runs.iter().map(run).collect::<Vec<_>>().join(", ");
    if items.len() == 1 { format!("Item {list}") } else { format!("Items {list}") }
}

/// Carries a batch out as far as it goes.
///
/// # Errors
/// Those of the state; and what stopped it, when nothing was done at all.
pub async fn carry_out(ctx: &Ctx, batch: &Batch<'_>, job: &impl Job) -> Result<Report> {
    let mut run = Run { ctx, batch, steps: Vec::new(), attempts: Vec::new(), already: 0 };
    run.resume(job).await?;
    run.already = run.count(|step| matches!(step, Step::Done(_)));
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
    /// How many were written before this call.
    already: usize,
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

    fn count(&self, is_such: impl Fn(&Step) -> bool) -> usize {
        self.steps.iter().filter(|step| is_such(step)).count()
    }

    fn tell(&self) {
        let done = self.count(|step| matches!(step, Step::Done(_)));
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
        let note = [why, advice(&results)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Report {
            idempotency_key: self.batch.key.clone(),
            done: count("done"),
            failed: count("failed"),
            unknown: count("unknown"),
            pending: count("pending"),
            already_done: Some(self.already).filter(|already| *already > 0),
            note: Some(note).filter(|note| !note.is_empty()),
            results,
        }
    }
}

/// What to do next, by what came of the items: what may be on its way is never sent under another key, and what was
/// refused is not sent again as it is.
fn advice(results: &[Outcome]) -> Option<String> {
    let of = |status: &str| -> Vec<usize> {
        results.iter().filter(|outcome| outcome.status == status).map(|outcome| outcome.item).collect()
    };
    let (failed, unknown, pending) = (of("failed"), of("unknown"), of("pending"));
    let mut advice = Vec::new();
    if !unknown.is_empty() || !pending.is_empty() {
        advice.push(
            "Call again with the same items and this idempotency_key: what is done stays, what is pending is sent, and what is unknown is looked up before it is sent again."
                .to_owned(),
        );
    }
    if !failed.is_empty() {
        let first = if advice.is_empty() { "" } else { "After that: " };
        advice.push(format!(
            "{first}{} failed. Correct what failed and send only that, in a call without this idempotency_key; the others must not be sent again.",
            numbered(&failed)
        ));
    }
    Some(advice.join(" ")).filter(|advice| !advice.is_empty())
}

/// Whether a refusal speaks of one item; any other would meet the next item just so.
fn is_about_the_item(error: &Error) -> bool {
    matches!(error.code(), Code::ValidationFailed | Code::NotFound | Code::Conflict | Code::InvalidArguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(item: usize, status: &'static str) -> Outcome {
        Outcome { item, status, id: None, reason: None }
    }

    #[test]
    fn only_what_failed_is_to_be_sent_again_and_never_what_may_be_under_way() {
        let all = |statuses: &[&'static str]| {
            advice(&statuses.iter().enumerate().map(|(at, status)| outcome(at + 1, status)).collect::<Vec<_>>())
        };
        assert_eq!(all(&["done", "done"]), None);
        let failed = all(&["done", "failed", "failed", "failed"]).unwrap();
        assert!(failed.starts_with("Items 2 to 4 failed.") && failed.contains("only that"), "{failed}");
        assert!(!failed.contains("same items"), "{failed}");
        let open = all(&["unknown", "failed", "pending"]).unwrap();
        assert!(
            open.starts_with("Call again with the same items") && open.contains("After that: Item 2 failed."),
            "{open}"
        );
        assert!(!all(&["unknown"]).unwrap().contains("without this"));
    }

    #[test]
    fn every_item_at_fault_is_named_whatever_their_number() {
        for count in [1, 2, 10, 60, 200] {
            let fault = |item| {
                (
                    item,
                    Error::new(Code::InvalidArguments, format!("“wert {item}” does not fit the attribute “Stunden”.")),
                )
            };
            let faults: Vec<(usize, Error)> = (1..=count).map(fault).collect();
            let told = told(&faults);
            assert!(told.len() < 2_200, "{count}: {} bytes", told.len());
            let last = told.rsplit(|character: char| !character.is_ascii_digit()).find(|digits| !digits.is_empty());
            assert!(told.contains("Item 1:") && last.is_some(), "{told}");
        }
        let same: Vec<(usize, Error)> =
            (1..=10).map(|item| (item, Error::new(Code::NotFound, "No folder. Nothing was changed."))).collect();
        assert_eq!(told(&same), "Items 1 to 10: No folder.");
        assert_eq!(numbered(&[1, 2, 4, 6, 7, 8]), "Items 1, 2, 4, 6 to 8");
    }
}
