//! What has happened in the sandbox, counted, so that a test can say exactly what must and must not have happened.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::service::Problem;

/// Refusals are kept whole up to this number; a load test must not fill the memory with them.
const KEPT_REFUSALS: usize = 1_000;
/// Bodies that took effect are kept up to this number, for the same reason.
const KEPT_BODIES: usize = 200;

/// Counts by service and operation, and every request the documents did not allow.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    operations: BTreeMap<(&'static str, String), Counts>,
    refused: Vec<Value>,
    bodies: Vec<Value>,
}

#[derive(Debug, Default)]
struct Counts {
    calls: u64,
    effects: u64,
}

impl Ledger {
    /// A request has found its operation, whatever becomes of it.
    pub(super) fn called(&mut self, service: &'static str, operation: &str) {
        self.counts(service, operation).calls += 1;
    }

    /// The service did what was asked, whether or not the client will hear of it.
    pub(super) fn took_effect(&mut self, service: &'static str, operation: &str) {
        self.counts(service, operation).effects += 1;
    }

    /// A body that took effect, as it was sent.
    pub(super) fn sent(&mut self, service: &'static str, operation: &str, body: &Value) {
        if !body.is_null() && self.bodies.len() < KEPT_BODIES {
            self.bodies.push(json!({ "service": service, "operation": operation, "body": body }));
        }
    }

    /// The bodies that took effect.
    pub(super) fn bodies(&self) -> Vec<Value> {
        self.bodies.clone()
    }

    /// The document does not allow a request.
    pub(super) fn refused(
        &mut self,
        service: &'static str,
        request: String,
        operation: Option<&str>,
        problem: &Problem,
    ) {
        if self.refused.len() < KEPT_REFUSALS {
            let problems = reasons(problem);
            self.refused
                .push(json!({ "service": service, "request": request, "operation": operation, "problems": problems }));
        }
    }

    /// The counts as JSON rows, and the refusals.
    pub(super) fn report(&self) -> (Vec<Value>, Vec<Value>) {
        let rows = self.operations.iter().map(|((service, operation), counts)| {
            json!({ "service": service, "operation": operation, "calls": counts.calls, "effects": counts.effects })
        });
        (rows.collect(), self.refused.clone())
    }

    fn counts(&mut self, service: &'static str, operation: &str) -> &mut Counts {
        self.operations.entry((service, operation.to_owned())).or_default()
    }
}

fn reasons(problem: &Problem) -> Vec<Value> {
    let one = |field: &str, fault: String| vec![json!({ "field": field, "problem": fault })];
    match problem {
        Problem::NoSuchRoute => one("path", "no operation has this path".to_owned()),
        Problem::WrongMethod(others) => one("method", format!("the path is documented for {} only", others.join(", "))),
        Problem::Unreadable(reason) => one("body", reason.clone()),
        Problem::Misplaced(faults) | Problem::Invalid(faults) => {
            faults.iter().map(|(field, fault)| json!({ "field": field, "problem": fault })).collect()
        }
    }
}
