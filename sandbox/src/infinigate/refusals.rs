//! The ways the real service says no: its gateway, its token issuer and its back-end each have a form of their own.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::schema::MISSING;
use crate::service::{Problem, Reply};

const TRACE: &str = "00-5a4d0b3cfe2d4f6c8d0a4f1f0c9f6a10-b7ad6b7169203331-00";

/// An error of the gateway.
pub(super) fn gateway(status: u16, message: &str) -> Reply {
    Reply::json(status, json!({ "statusCode": status, "message": message }))
}

/// The gateway knows no such route; it says the same of a known route with another method.
pub(super) fn no_route() -> Reply {
    gateway(404, "Resource not found")
}

/// The subscription key is missing or wrong. Trying again is useless.
pub(super) fn subscription_key(is_missing: bool) -> Reply {
    let message = if is_missing {
        "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."
    } else {
        "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
    };
    gateway(401, message).with_header(
        "www-authenticate",
        r#"AzureApiManagementKey realm="https://sandbox/infinigate",name="API-KEY",type="header""#,
    )
}

/// The bearer token is missing, expired or not ours, as the gateway says it.
pub(super) fn bearer(is_missing: bool) -> Reply {
    gateway(401, if is_missing { "JWT not present." } else { "Invalid JWT." })
}

/// The same, when the back-end checks the token.
pub(super) fn bearer_bare() -> Reply {
    Reply::empty(401).with_header("www-authenticate", r#"Bearer error="invalid_token""#)
}

/// An error of the token issuer.
pub(super) fn oauth(status: u16, error: &str, description: &str) -> Reply {
    Reply::json(status, json!({ "error": error, "error_description": description }))
}

/// An error of the back-end.
pub(super) fn back_end(status: u16, detail: &str) -> Reply {
    let title = StatusCode::from_u16(status).ok().and_then(|known| known.canonical_reason()).unwrap_or("Error");
    problem(
        json!({ "type": "about:blank", "title": title, "status": status, "detail": detail, "traceId": TRACE }),
        status,
    )
}

/// The back-end's list of what is wrong with a request.
pub(super) fn invalid(faults: &[(String, String)]) -> Reply {
    let mut errors: Map<String, Value> = Map::new();
    for (field, fault) in faults {
        if let Some(list) = errors.entry(field.clone()).or_insert_with(|| json!([])).as_array_mut() {
            list.push(Value::from(format!("The field {field} {fault}.")));
        }
    }
    let body = json!({ "type": "about:blank", "title": "One or more validation errors occurred.", "status": 400,
        "traceId": TRACE, "errors": errors });
    problem(body, 400)
}

/// One fault of one field, found by the back-end.
pub(super) fn invalid_field(field: &str, fault: &str) -> Reply {
    invalid(&[(field.to_owned(), fault.to_owned())])
}

fn problem(body: Value, status: u16) -> Reply {
    Reply::json(status, body).with_header("content-type", "application/problem+json; charset=utf-8")
}

/// What the document does not allow, in the form of whoever would notice first.
pub(super) fn undocumented(problem: &Problem) -> Reply {
    match problem {
        Problem::NoSuchRoute | Problem::WrongMethod(_) => no_route(),
        Problem::Unreadable(reason) => invalid_field("body", reason),
        Problem::Misplaced(faults) | Problem::Invalid(faults) => invalid(faults),
    }
}

/// What is wrong with a token request is the issuer's to refuse.
pub(super) fn token_form(problem: &Problem) -> Reply {
    let faults = match problem {
        Problem::Invalid(faults) => faults.as_slice(),
        _ => return oauth(400, "invalid_request", "Missing form parameter: grant_type"),
    };
    let fault_of = |name: &str| faults.iter().find(|(field, _)| field == name).map(|(_, fault)| fault.as_str());
    match fault_of("grant_type") {
        Some(MISSING) => oauth(400, "invalid_request", "Missing form parameter: grant_type"),
        Some(_) => oauth(400, "unsupported_grant_type", "Unsupported grant_type"),
        None if fault_of("client_id").or(fault_of("client_secret")).is_some() => {
            oauth(401, "invalid_client", "Invalid client or Invalid client credentials")
        }
        None => oauth(400, "invalid_request", "The form is not that of a token request."),
    }
}
