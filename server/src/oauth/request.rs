//! An authorization request, checked before anybody is asked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use super::authorization_server::AuthorizationServer;
use super::client::{Client, Provenance, Unknown};
use super::form::Asked;
use super::parameters::Parameters;
use super::scopes;
use crate::config::PublicUrl;
use infini_mcp_core::state::StateError;

/// Why nobody is asked.
pub enum Refusal {
    /// Told on a page: client or address are wrong, so the answer must go nowhere.
    Page(String),
    /// Told to the client, at an address that is surely its own.
    Client(String),
    /// Who asks cannot be found out now.
    Busy,
    /// The store could not be asked.
    State(StateError),
}

/// What is wrong, as the client is told.
struct Fault {
    code: &'static str,
    description: String,
}

impl AuthorizationServer {
    /// Checks a request: first who asks and where the answer goes, then everything else.
    pub(super) async fn read_request(&self, parameters: &Parameters, caller: &str) -> Result<Asked, Refusal> {
        let (client, redirect_uri) = self.client_and_address(parameters, caller).await?;
        let state = parameters.get("state");
        match self.read_rest(parameters) {
            Ok((challenge, scopes)) => {
                let mut asked = Asked {
                    client_id: client.id,
                    client_name: client.name,
                    client_host: None,
                    must_prove: client.keys.must_prove(),
                    registered_itself: false,
                    redirect_uri,
                    state: state.map(str::to_owned),
                    challenge,
                    scopes,
                    names_scopes: parameters.get("scope").is_some(),
                };
                asked.describe(&client.provenance);
                Ok(asked)
            }
            // Sending a browser on without a question is for clients the operator vouches for: otherwise anybody could
            // make this server send people anywhere.
            Err(fault) if client.provenance == Provenance::Operator => {
                let error = [("error", fault.code), ("error_description", &fault.description)];
                Err(Refusal::Client(answer_address(&self.place, &redirect_uri, state, &error)))
            }
            Err(fault) => Err(Refusal::Page(format!("{} ({})", fault.description, fault.code))),
        }
    }

    async fn client_and_address(&self, parameters: &Parameters, caller: &str) -> Result<(Client, String), Refusal> {
        let page = |text: &str| Refusal::Page(text.to_owned());
        let id = parameters.get("client_id").ok_or_else(|| page("The request names no client (client_id)."))?;
        let client = self.client(id, caller).await.map_err(|unknown| match unknown {
            Unknown::Refused(reason) => Refusal::Page(format!("This server does not know the program: {reason}.")),
            Unknown::Busy => Refusal::Busy,
            Unknown::State(error) => Refusal::State(error),
        })?;
        let redirect_uri = parameters
            .get("redirect_uri")
            .ok_or_else(|| page("The request does not say where the answer should go (redirect_uri)."))?;
        if !client.redirects.allow(redirect_uri) {
            return Err(page(
                "The answer would go to an address that is not registered for this program (redirect_uri).",
            ));
        }
        Ok((client, redirect_uri.to_owned()))
    }

    fn read_rest(&self, parameters: &Parameters) -> Result<(String, std::collections::BTreeSet<String>), Fault> {
        let fault = |code, description: &str| Err(Fault { code, description: description.to_owned() });
        match parameters.get("response_type") {
            Some("code") => {}
            Some(_) => return fault("unsupported_response_type", "response_type must be code."),
            None => return fault("invalid_request", "response_type is missing; it must be code."),
        }
        if parameters.get("response_mode").is_some_and(|mode| mode != "query") {
            return fault("invalid_request", "response_mode must be query.");
        }
        if parameters.get("code_challenge_method") != Some("S256") {
            return fault("invalid_request", "code_challenge_method must be S256; PKCE is required.");
        }
        let Some(challenge) = parameters.get("code_challenge").filter(|challenge| is_challenge(challenge)) else {
            return fault("invalid_request", "code_challenge must be a SHA-256 in base64url without padding.");
        };
        if !is_resource(&self.place, parameters) {
            let text = format!("resource must be {}.", self.place.resource);
            return fault("invalid_target", &text);
        }
        let scopes = parameters.get("scope").map_or_else(scopes::all, scopes::known);
        if scopes.is_empty() {
            return fault("invalid_scope", "None of the scopes is one of this server's.");
        }
        Ok((challenge.to_owned(), scopes))
    }
}

/// Whether a request is for this server's one resource; saying nothing means it.
pub fn is_resource(place: &PublicUrl, parameters: &Parameters) -> bool {
    parameters.get("resource").is_none_or(|resource| place.is_resource(resource))
}

fn is_challenge(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

/// The address that carries an answer to a client, with the issuer in it (RFC 9207) and what the client gave to recognise
/// it by. What stood in the address's query stays as it is.
pub fn answer_address(place: &PublicUrl, redirect_uri: &str, state: Option<&str>, answer: &[(&str, &str)]) -> String {
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(answer);
    if let Some(state) = state {
        pairs.append_pair("state", state);
    }
    pairs.append_pair("iss", &place.issuer);
    let has_query = Url::parse(redirect_uri).is_ok_and(|url| url.query().is_some());
    let joint = if !has_query {
        "?"
    } else if redirect_uri.ends_with(['?', '&']) {
        ""
    } else {
        "&"
    };
    format!("{redirect_uri}{joint}{}", pairs.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_the_addresss_own_query() {
        let place = PublicUrl::parse("https://mcp.example").unwrap();
        let to = |uri: &str| answer_address(&place, uri, Some("a b&c"), &[("code", "x")]);
        assert_eq!(to("https://a.example/b"), "https://a.example/b?code=x&state=a+b%26c&iss=https%3A%2F%2Fmcp.example");
        assert!(to("https://a.example/b?k=1").starts_with("https://a.example/b?k=1&code=x&"));
        assert!(to("https://a.example/b?").starts_with("https://a.example/b?code=x&"));
    }
}
