//! Reads all invoices and credit memos of a period with their lines: one request each, so it is bounded and says what is
//! missing.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use schemars::JsonSchema;
use serde::Serialize;

use super::bill::{self, Bill};
use super::periods::DaySpan;
use crate::cache::Cache;
use crate::infinigate::dates;
use crate::infinigate::documents::{self, Document, Kind, References};
use crate::infinigate::pages::{self, Limits};
use crate::infinigate::period::Period;
use crate::infinigate::quotes::Key;
use crate::infinigate::vendor_filter;
use crate::infinigate::vendors::is_of;
use infini_mcp_core::api::ids::{DocumentGuid, DocumentNumber};
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// The most bills of one report; with what the memory holds, a second call gets further.
const MOST_READ: usize = 500;
/// How many are read at the same time; Infinigate's limits are not known.
const AT_ONCE: usize = 4;
/// The most rows of each list that are looked through.
const MOST_LISTED: usize = 2_000;
/// Left-out documents that are named for one reason.
const MOST_NAMED: usize = 10;
/// A posted bill does not change; this is for the memory's sake.
const REMEMBERED_FOR: Duration = Duration::from_secs(900);
/// The most lines and pieces of usage that are remembered.
const MOST_REMEMBERED: u64 = 20_000;

/// Which bills a report is about.
#[derive(Debug)]
pub struct Wanted {
    /// When they were posted.
    pub days: DaySpan,
    /// Only this vendor's, by code or name.
    pub vendor: Option<String>,
}

impl Wanted {
    /// The bills of these days; a blank vendor is none.
    pub fn of(days: DaySpan, vendor: Option<String>) -> Self {
        Self { days, vendor: vendor.filter(|vendor| !vendor.trim().is_empty()) }
    }
}

/// The bills, newest first, with what is missing among them.
#[derive(Debug)]
pub struct Gathered {
    /// Those that were read.
    pub bills: Vec<Arc<Bill>>,
    /// How many they are, and which were not.
    pub coverage: Coverage,
}

/// How much of its period a report has seen.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Coverage {
    /// Invoices in it.
    invoices_read: usize,
    /// Credit memos in it.
    credit_memos_read: usize,
    /// False if documents are missing.
    complete: bool,
    /// What is missing.
    left_out: Option<Vec<LeftOut>>,
}

/// Documents that are missing for one reason.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LeftOut {
    /// The reason.
    why: String,
    /// How many, if known.
    count: Option<usize>,
    /// The first of them.
    documents: Option<Vec<String>>,
}

/// What was read a short while ago, so that a second question about the same months asks for nothing twice.
struct Remembered(Cache<Bill>);

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::new(MOST_REMEMBERED, REMEMBERED_FOR))
    }
}

type Row = (Kind, Document);

/// Reads the bills of a period.
///
/// # Errors
/// When a list cannot be read, when there is no such vendor, when not one bill can be read, or when the call is cancelled.
pub async fn gather(ctx: &Ctx, wanted: &Wanted) -> Result<Gathered> {
    let mut left_out = Vec::new();
    let mut rows = listed(ctx, wanted, &mut left_out).await?;
    // What costs the most to miss is what is newest; what seems to lie outside comes last.
    let is_outside =
        |row: &Document| row.date.as_deref().and_then(dates::day).is_some_and(|day| !wanted.days.holds(day));
    rows.sort_by_key(|(_, row)| (is_outside(row), Reverse(row.moment())));
    let beyond = rows.split_off(rows.len().min(MOST_READ));
    left_out.extend(beyond.into_iter().map(|(_, row)| (TOO_MANY.to_owned(), row.number)));
    let outcomes = read_all(ctx, rows).await?;
    let is_wanted = |bill: &Arc<Bill>| bill.day.is_none_or(|day| wanted.days.holds(day));
    let (mut bills, mut first_error) = (Vec::new(), None);
    for (number, outcome) in outcomes {
        match outcome {
            Ok(bill) => bills.push(bill),
            Err(error) => {
                left_out.push((error.to_string(), number));
                first_error = first_error.or(Some(error));
            }
        }
    }
    if let Some(error) = first_error.filter(|_| bills.is_empty()) {
        return Err(error);
    }
    bills.retain(is_wanted);
    let coverage = Coverage::of(&bills, left_out);
    Ok(Gathered { bills, coverage })
}

const TOO_MANY: &str =
    "More documents than one report reads (500, the newest first). Ask for a shorter period or one vendor.";
const NO_TIME: &str = "The time of this call was over. Call again: what was read is remembered for some minutes.";

impl Coverage {
    fn of(bills: &[Arc<Bill>], left_out: Vec<(String, Option<String>)>) -> Self {
        let count = |kind| bills.iter().filter(|bill| bill.kind == kind).count();
        Self {
            invoices_read: count(Kind::Invoice),
            credit_memos_read: count(Kind::CreditMemo),
            complete: left_out.is_empty(),
            left_out: (!left_out.is_empty()).then(|| by_reason(left_out)),
        }
    }
}

impl Coverage {
    /// Tells of documents, or parts of them, that were read but could not be counted.
    pub fn leave_out(&mut self, why: &str, documents: Vec<String>) {
        if documents.is_empty() {
            return;
        }
        self.complete = false;
        let told = documents.into_iter().map(|document| (why.to_owned(), Some(document))).collect();
        self.left_out.get_or_insert_default().extend(by_reason(told));
    }
}

impl Gathered {
    /// The coverage of a report that adds amounts up: a line that tells none is missing from the sums, and is said to be.
    pub fn coverage_of_sums(self) -> Coverage {
        let unpriced = || self.bills.iter().filter(|bill| bill.unpriced() > 0);
        let lines: usize = unpriced().map(|bill| bill.unpriced()).sum();
        let named = |bill: &Arc<Bill>| bill.document.number.clone().or_else(|| bill.document.guid.clone());
        let documents = unpriced().map(|bill| named(bill).unwrap_or_else(|| "without a number".to_owned())).collect();
        let mut coverage = self.coverage;
        coverage.leave_out(&format!("{lines} lines tell no price and no sum; they are in no amount here."), documents);
        coverage
    }
}

fn by_reason(left_out: Vec<(String, Option<String>)>) -> Vec<LeftOut> {
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (why, number) in left_out {
        reasons.entry(why).or_default().extend(number);
    }
    let told = |(why, mut documents): (String, Vec<String>)| {
        let count = documents.len();
        documents.truncate(MOST_NAMED);
        LeftOut { why, count: (count > 0).then_some(count), documents: (count > 0).then_some(documents) }
    };
    reasons.into_iter().map(told).collect()
}

/// The rows of both lists.
async fn listed(ctx: &Ctx, wanted: &Wanted, left_out: &mut Vec<(String, Option<String>)>) -> Result<Vec<Row>> {
    let (invoices, memos) = futures::try_join!(list(ctx, wanted, Kind::Invoice), list(ctx, wanted, Kind::CreditMemo))?;
    let mut rows = Vec::new();
    for (kind, what, walked) in [(Kind::Invoice, "invoices", invoices), (Kind::CreditMemo, "credit memos", memos)] {
        if !walked.is_whole {
            let why = format!("Only the first {} {what} of the period were listed.", walked.looked_through);
            left_out.push((why, None));
        }
        rows.extend(walked.rows.into_iter().map(|row| (kind, row)));
    }
    if let Some(vendor) = wanted.vendor.as_ref().filter(|_| rows.is_empty()) {
        // Nothing of a vendor that exists is an answer; nothing of a slip of the pen is not.
        vendor_filter::understand(ctx, std::slice::from_ref(vendor)).await?;
    }
    Ok(rows)
}

async fn list(ctx: &Ctx, wanted: &Wanted, kind: Kind) -> Result<pages::Walked<Document>> {
    // What was posted outside, for the period is asked for with some slack, is left out after reading.
    let period = Period::days(wanted.days.first, wanted.days.last);
    let references = References::default();
    let largest = usize::try_from(ctx.pages().largest).unwrap_or(usize::MAX);
    let limits = Limits { wanted: MOST_LISTED, most: MOST_LISTED, page: largest };
    let fits = |row: &Document| {
        wanted.vendor.as_deref().is_none_or(|vendor| is_of(vendor, row.vendor_code.as_deref(), row.vendor.as_deref()))
    };
    pages::walk(limits, |ask| documents::bills(ctx, kind, &period, &references, ask), fits).await
}

type Outcome = (Option<String>, Result<Arc<Bill>>);

/// Reads the bills, a few at a time, in the order of the rows.
async fn read_all(ctx: &Ctx, rows: Vec<Row>) -> Result<Vec<Outcome>> {
    let all = rows.len();
    // A sixth of the time stays for requests under way and for the report itself.
    let reserve = ctx.call().remaining() / 6;
    let mut reads = futures::stream::iter(rows.into_iter().map(|row| read_one(ctx, row, reserve))).buffered(AT_ONCE);
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(all);
    while let Some(outcome) = reads.next().await {
        if let (_, Err(error)) = &outcome
            && (ctx.call().cancel().is_cancelled() || concerns_all(error.code()))
        {
            return outcome.1.map(|_| Vec::new());
        }
        outcomes.push(outcome);
        ctx.call().report(&format!("reading invoice {} of {all}", outcomes.len()));
    }
    Ok(outcomes)
}

/// Whether an error says that no other bill can be read either.
fn concerns_all(code: Code) -> bool {
    match code {
        Code::Unauthenticated | Code::PermissionDenied | Code::NotConfigured | Code::Internal => true,
        Code::InvalidArguments
        | Code::NotFound
        | Code::AmbiguousName
        | Code::RateLimited
        | Code::UpstreamUnavailable
        | Code::Timeout
        | Code::Conflict
        | Code::OutcomeUnknown
        | Code::ConfirmationRequired
        | Code::ConfirmationDeclined
        | Code::ConfirmationDismissed
        | Code::ConfirmationNotShown
        | Code::ConfirmationUnticked
        | Code::ValidationFailed => false,
    }
}

async fn read_one(ctx: &Ctx, (kind, row): Row, reserve: Duration) -> Outcome {
    let number = row.number.clone().or_else(|| row.guid.clone());
    let outcome = read_row(ctx, kind, row, reserve).await;
    (number, outcome)
}

async fn read_row(ctx: &Ctx, kind: Kind, row: Document, reserve: Duration) -> Result<Arc<Bill>> {
    let Some(key) = key(&row) else {
        return Err(Error::new(Code::NotFound, "Its row in the list has neither number nor GUID."));
    };
    let remembered = ctx.memory::<Remembered>();
    let which = row.guid.clone().or_else(|| row.number.clone()).unwrap_or_default();
    let name = vec![kind.plural().to_owned(), which];
    if let Some(bill) = remembered.0.get(&name).await {
        return Ok(bill);
    }
    if ctx.call().remaining() <= reserve {
        return Err(Error::new(Code::Timeout, NO_TIME));
    }
    let bill = bill::read(ctx, kind, &key, row).await?;
    let bill = Arc::new(bill.ok_or_else(|| Error::new(Code::NotFound, "It is in the list but cannot be found."))?);
    remembered.0.insert(name, bill.clone(), 1 + bill.lines.len() + bill.usage.len()).await;
    Ok(bill)
}

fn key(row: &Document) -> Option<Key> {
    let by_guid = row.guid.as_deref().and_then(|guid| DocumentGuid::parse(guid).ok()).map(Key::Guid);
    by_guid.or_else(|| row.number.as_deref().and_then(|number| DocumentNumber::parse(number).ok()).map(Key::Number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_by_reason_with_the_first_few_named() {
        let many = (0..12).map(|at| ("too many".to_owned(), Some(format!("RE{at:02}"))));
        let told = by_reason(many.chain([("list cut".to_owned(), None)]).collect());
        assert_eq!(told.len(), 2);
        assert_eq!(told.first().map(|one| (one.count, one.documents.is_some())), Some((None, false)));
        let many = told.last().unwrap();
        assert_eq!((many.count, many.documents.as_ref().map(Vec::len)), (Some(12), Some(MOST_NAMED)));
    }

    #[test]
    fn a_row_is_read_by_its_guid_and_by_its_number_only_where_it_has_none() {
        let row = |guid: Option<&str>, number: Option<&str>| Document {
            guid: guid.map(str::to_owned),
            number: number.map(str::to_owned),
            ..Default::default()
        };
        let guid = "6f0c8c52-2f54-4a36-9d0e-6a0d0b6f1a11";
        assert!(matches!(key(&row(Some(guid), Some("RE1"))), Some(Key::Guid(_))));
        assert!(matches!(key(&row(Some("odd"), Some("RE1"))), Some(Key::Number(_))));
        assert!(key(&row(None, None)).is_none());
    }
}
