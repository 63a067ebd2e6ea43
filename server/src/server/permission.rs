//! The protocol's refusal of calls beyond a caller's scopes: 403, with the scope that is missing.

use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::Response;
use serde::Deserialize;

use super::challenge::Challenge;
use super::guard::refusal;
use super::identity::Principal;
use infini_mcp_core::tool::TOOLS;
use infini_mcp_core::vault::Scopes;

/// As much of a message as tells which tool it calls.
#[derive(Deserialize)]
struct Called {
    method: String,
    #[serde(default)]
    params: Params,
}

#[derive(Deserialize, Default)]
struct Params {
    #[serde(default)]
    name: Option<String>,
}

/// Refuses calls of tools whose scopes the caller does not have. What they do not see for another reason is answered by
/// the tool call itself.
pub fn permitted(message: &[u8], principal: &Principal, challenge: &Challenge) -> Result<(), Box<Response>> {
    if principal.may_everything() {
        return Ok(());
    }
    let called = serde_json::from_slice(message).ok();
    match called.and_then(|called| missing(&called, principal)) {
        Some(needed) => Err(Box::new(insufficient(challenge, &needed, principal))),
        None => Ok(()),
    }
}

/// The scopes of the called tool, when the caller lacks one.
fn missing(called: &Called, principal: &Principal) -> Option<Scopes> {
    if called.method != "tools/call" {
        return None;
    }
    let name = called.params.name.as_deref()?;
    let tool = TOOLS.iter().find(|tool| tool.declaration.name == name)?;
    let needed = tool.declaration.scopes();
    (!principal.scopes.contains_all(&needed)).then_some(needed)
}

/// The challenge names what is needed together with what the caller has: a client that asks for what it names gets a token
/// in place of its old one, and must not lose by it.
fn insufficient(challenge: &Challenge, needed: &Scopes, principal: &Principal) -> Response {
    let together: Scopes = needed.iter().chain(principal.scopes.iter()).collect();
    let message = format!("This call needs the scope {needed}, which you do not have. Nothing was done.");
    let mut response = refusal(StatusCode::FORBIDDEN, "insufficient_scope", &message);
    if let Some(value) = challenge.header(Some("insufficient_scope"), Some(&together.to_string())) {
        response.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_call_of_a_tool_beyond_the_callers_scopes_lacks_something() {
        let mut caller = Principal::local();
        caller.scopes = "infinity:read".parse().unwrap();
        let lacks =
            |text: &str| missing(&serde_json::from_str(text).unwrap(), &caller).map(|scopes| scopes.to_string());
        assert_eq!(
            lacks(
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"infinity_create_item","arguments":{}}}"#
            ),
            Some("infinity:write".to_owned())
        );
        assert_eq!(
            lacks(r#"{"method":"tools/call","params":{"name":"infinigate_accept_quote"}}"#),
            Some("infinigate:order".to_owned())
        );
        assert_eq!(lacks(r#"{"method":"tools/call","params":{"name":"infinity_list_boards"}}"#), None);
        assert_eq!(lacks(r#"{"method":"tools/call","params":{"name":"no_such_tool"}}"#), None);
        assert_eq!(lacks(r#"{"method":"tools/list"}"#), None);
    }

    #[test]
    fn a_client_that_asks_for_what_the_challenge_names_keeps_what_it_has() {
        let mut caller = Principal::local();
        caller.scopes = "infinity:read infinigate:read".parse().unwrap();
        let refused = insufficient(&Challenge::default(), &"infinigate:order".parse().unwrap(), &caller);
        let challenge = refused.headers()[WWW_AUTHENTICATE].to_str().unwrap();
        assert!(challenge.contains("scope=\"infinity:read infinigate:read infinigate:order\""), "{challenge}");
    }
}
