//! A simulated StartInfinity: all 45 documented operations over a memory that starts with believable content.

mod attachments;
mod attributes;
mod boards;
mod call;
mod comments;
mod events;
mod fields;
mod folders;
mod formats;
mod hooks;
mod items;
mod members;
mod pace;
mod page;
mod references;
mod refuse;
mod routes;
mod seed;
mod shown_item;
mod state;
mod switches;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod values;
mod version;
mod views;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use self::call::Call;
use self::pace::Pace;
use self::state::State;
use self::switches::Switches;
use self::version::Version;
use crate::INFINITY_TOKEN;
use crate::service::{Body, Problem, Reply, Request, Service};

/// The service with its memory and its switches.
pub struct Infinity {
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    state: State,
    switches: Switches,
    pace: Pace,
}

impl Infinity {
    /// A fresh service with the seed in its memory.
    pub fn new() -> Self {
        Self { inside: Mutex::new(Inside { state: seed::state(), ..Inside::default() }) }
    }

    /// Answers for routes the document does not have but upstream does or did: those removed after legacy, and those
    /// that take other methods. `path` is relative to the API's base. `None` means there is no such route at all.
    pub fn undocumented(
        &self,
        method: &str,
        path: &str,
        query: &BTreeMap<String, Vec<String>>,
        headers: &HeaderMap,
    ) -> Option<Reply> {
        let route = routes::Undocumented::find(method, path)?;
        if let Err(refusal) = self.admit("", headers) {
            return Some(refusal);
        }
        let (query, headers) = (query.clone(), headers.clone());
        let request = Request { operation: String::new(), path: route.values(), query, headers, body: Body::None };
        Some(self.run(&request, |call| route.answer(call)))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // A panic elsewhere leaves the memory usable: rows are replaced whole.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, request: &Request, operation: impl FnOnce(&mut Call) -> call::Answer) -> Reply {
        let mut inside = self.inside();
        let Inside { state, switches, .. } = &mut *inside;
        let Some(version) = Version::read(&request.headers, switches) else {
            return refuse::unauthenticated();
        };
        let mut call = Call { state, request, switches, version, now: state::now() };
        match operation(&mut call) {
            Ok(body) => finished(&request.operation, switches, body),
            Err(refusal) => refusal,
        }
    }
}

impl Default for Infinity {
    fn default() -> Self {
        Self::new()
    }
}

/// Success as the switches dress it.
fn finished(operation: &str, switches: &Switches, body: Value) -> Reply {
    let deletes = operation.starts_with("delete") || operation == "removeMember";
    if deletes && switches.delete_empty {
        return Reply::empty(204);
    }
    let creates = operation.starts_with("create") || operation == "inviteMember";
    let status = if creates { switches.create_status } else { 200 };
    let is_list = body.get("has_more").is_some();
    Reply::json(status, if switches.data_wrapper && !is_list { json!({ "data": body }) } else { body })
}

impl Service for Infinity {
    fn refuse(&self, _operation: Option<&str>, problem: &Problem) -> Reply {
        refuse::problem(problem)
    }

    fn admit(&self, _operation: &str, headers: &HeaderMap) -> Result<(), Reply> {
        let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.strip_prefix("Bearer "));
        let mut inside = self.inside();
        let Inside { switches, pace, .. } = &mut *inside;
        if token != Some(INFINITY_TOKEN) || Version::read(headers, switches).is_none() {
            return Err(refuse::unauthenticated());
        }
        let (limit, tells_wait) = (switches.requests_per_minute, switches.retry_after);
        pace.count(Instant::now(), limit).map_err(|wait| refuse::too_many(wait, limit, tells_wait))
    }

    fn answer(&self, request: &Request) -> Reply {
        match routes::operation(&request.operation) {
            Some(operation) => self.run(request, |call| {
                if request.operation.ends_with("TimeEntry") && !call.version.tracks_time() {
                    return Err(refuse::no_route());
                }
                operation(call)
            }),
            None => refuse::no_route(),
        }
    }

    fn too_many(&self, wait: u64) -> Reply {
        let switches = self.inside().switches.clone();
        refuse::too_many(wait, switches.requests_per_minute, switches.retry_after)
    }

    fn switches(&self) -> Map<String, Value> {
        self.inside().switches.all()
    }

    fn switch(&self, name: &str, value: &Value) -> Result<(), String> {
        let mut inside = self.inside();
        inside.switches = inside.switches.with(name, value)?;
        Ok(())
    }

    fn reset(&self) {
        *self.inside() = Inside { state: seed::state(), ..Inside::default() };
    }

    fn purchases(&self) -> Vec<Value> {
        Vec::new()
    }
}
