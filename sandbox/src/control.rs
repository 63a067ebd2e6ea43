//! The control routes: read and set the switches, start afresh, and read what has happened.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use super::server::{Mounted, Shared};

/// `/sandbox/faults`, `/sandbox/reset` and `/sandbox/ledger`.
pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox/faults", get(show).patch(set))
        .route("/sandbox/reset", post(reset))
        .route("/sandbox/ledger", get(ledger))
}

async fn show(State(app): State<Arc<Shared>>) -> Json<Value> {
    Json(Value::Object(all(&app)))
}

/// Every fault and switch of every service, by `service.name`.
fn all(app: &Shared) -> Map<String, Value> {
    let prefixed = |mounted: &Mounted| {
        let faults = super::hold(&mounted.faults).values();
        let name = mounted.name;
        faults.into_iter().chain(mounted.service.switches()).map(move |(key, value)| (format!("{name}.{key}"), value))
    };
    app.services.iter().flat_map(prefixed).collect()
}

async fn set(
    State(app): State<Arc<Shared>>,
    body: Result<Json<Map<String, Value>>, axum::extract::rejection::JsonRejection>,
) -> Response {
    let wanted = match body {
        Ok(Json(wanted)) => wanted,
        Err(rejection) => return refuse(&rejection.body_text()),
    };
    match change(&app, &wanted) {
        Ok(()) => Json(Value::Object(all(&app))).into_response(),
        Err(reason) => refuse(&reason),
    }
}

fn refuse(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": reason }))).into_response()
}

/// Sets all of them, or none.
fn change(app: &Shared, wanted: &Map<String, Value>) -> Result<(), String> {
    let before = all(app);
    if let Some(unknown) = wanted.keys().find(|name| !before.contains_key(*name)) {
        return Err(format!(
            "`{unknown}` is neither a fault nor a switch of this sandbox; GET /sandbox/faults lists them all"
        ));
    }
    for (name, value) in wanted {
        if let Err(reason) = change_one(app, name, value) {
            for (name, value) in wanted.keys().filter_map(|name| before.get_key_value(name)) {
                // These values were read from the same switches a moment ago, so they are taken.
                let _ = change_one(app, name, value);
            }
            return Err(format!("`{name}`: {reason}"));
        }
    }
    Ok(())
}

fn change_one(app: &Shared, full_name: &str, value: &Value) -> Result<(), String> {
    let (service, name) = full_name.split_once('.').unwrap_or(("", full_name));
    let mounted = app.services.iter().find(|one| one.name == service).ok_or("there is no such service")?;
    let mut faults = super::hold(&mounted.faults);
    if faults.values().contains_key(name) {
        *faults = faults.with(name, value)?;
        Ok(())
    } else {
        mounted.service.switch(name, value)
    }
}

async fn reset(State(app): State<Arc<Shared>>) -> StatusCode {
    for mounted in &app.services {
        *super::hold(&mounted.faults) = super::faults::Faults::default();
        super::hold(&mounted.arrivals).clear();
        mounted.service.reset();
    }
    *super::hold(&app.ledger) = super::ledger::Ledger::default();
    StatusCode::NO_CONTENT
}

async fn ledger(State(app): State<Arc<Shared>>) -> Json<Value> {
    let ((operations, refused), bodies) = {
        let ledger = super::hold(&app.ledger);
        (ledger.report(), ledger.bodies())
    };
    let purchases: Vec<Value> = app.services.iter().flat_map(|mounted| mounted.service.purchases()).collect();
    Json(
        json!({ "operations": operations, "purchases": { "count": purchases.len(), "list": purchases }, "refused": refused, "bodies": bodies }),
    )
}
