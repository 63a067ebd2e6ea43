//! Who calls the token endpoints: the operator's client with its secret, a client with an assertion that it signed, or a
//! public client with its name alone.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::authorization_server::AuthorizationServer;
use super::client_assertion::Assertion;
use super::error::OAuthError;
use super::parameters::Parameters;
use infini_mcp_core::state::{ClientProof, Family};

struct Credentials {
    id: String,
    secret: Option<String>,
    /// The same before the decoding that RFC 6749 wants and many clients forget to encode for.
    raw: Option<(String, String)>,
}

/// The client that calls a token endpoint.
#[derive(Debug)]
pub struct Authenticated {
    /// Its id. What it presents besides is bound to it.
    pub id: String,
    /// What it proved it by, beside a secret of the operator's client.
    proof: ClientProof,
}

impl Authenticated {
    /// Refuses a client that only says its name where a consent is to one that signs.
    pub fn may_use(&self, family: &Family) -> Result<(), OAuthError> {
        match (family.client_proof, self.proof) {
            (ClientProof::None, _) | (ClientProof::Key, ClientProof::Key) => Ok(()),
            (ClientProof::Key, ClientProof::None) => Err(OAuthError::invalid_client(
                "This client authenticates with private_key_jwt; the request needs its client_assertion.",
            )),
        }
    }
}

impl AuthorizationServer {
    /// The client that calls.
    pub(super) async fn authenticate(
        &self,
        headers: &HeaderMap,
        parameters: &Parameters,
        caller: &str,
    ) -> Result<Authenticated, OAuthError> {
        if let Some(assertion) = Assertion::of(parameters)? {
            if headers.contains_key(AUTHORIZATION) || parameters.get("client_secret").is_some() {
                return Err(OAuthError::invalid_request("A client authenticates in one way: here with an assertion."));
            }
            self.verify(&assertion, caller).await?;
            return Ok(Authenticated { id: assertion.client, proof: ClientProof::Key });
        }
        let id = self.named(headers, parameters, caller).await?;
        Ok(Authenticated { id, proof: ClientProof::None })
    }

    /// The id of a client that signs nothing.
    async fn named(&self, headers: &HeaderMap, parameters: &Parameters, caller: &str) -> Result<String, OAuthError> {
        let offered = credentials(headers, parameters)?;
        let own = self.own_client.as_ref().and_then(|own| own.secret.as_ref().map(|secret| (&own.client.id, secret)));
        if let Some((id, secret)) = own
            && (*id == offered.id || offered.raw.as_ref().is_some_and(|(raw, _)| raw == id))
        {
            let counted = format!("client at {caller}");
            let counted = [counted.as_str()];
            if let Some(wait) = self.throttle.wait(counted) {
                return Err(OAuthError::slow_down(wait.as_secs() + 1));
            }
            let raw = offered.raw.as_ref().map(|(_, secret)| secret.as_str());
            let fits = [offered.secret.as_deref(), raw].into_iter().flatten().any(|offered| secret.opens_for(offered));
            if !fits {
                self.throttle.failed(counted);
                return Err(OAuthError::invalid_client("The client's secret is missing or wrong."));
            }
            return Ok(id.clone());
        }
        if offered.secret.is_some() {
            return Err(OAuthError::invalid_client("This client has no secret here; a public client sends none."));
        }
        if !self.may_be_public(&offered.id).await? {
            return Err(OAuthError::invalid_client("No client has this id."));
        }
        Ok(offered.id)
    }
}

/// One way only: two could name two clients.
fn credentials(headers: &HeaderMap, parameters: &Parameters) -> Result<Credentials, OAuthError> {
    let (id, secret) = (parameters.get("client_id"), parameters.get("client_secret"));
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (first, second) = (given.next(), given.next());
    match (first, second) {
        (None, _) => {
            let id = id.ok_or_else(|| OAuthError::invalid_client("The request names no client (client_id)."))?;
            Ok(Credentials { id: id.to_owned(), secret: secret.map(str::to_owned), raw: None })
        }
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("There is more than one Authorization header.")),
        (Some(_), None) if secret.is_some() => {
            Err(OAuthError::invalid_request("The client's secret belongs into the header or the body, not into both."))
        }
        (Some(header), None) => {
            let basic = header.to_str().ok().and_then(read_basic);
            let basic =
                basic.ok_or_else(|| OAuthError::invalid_client("The Authorization header is not HTTP Basic."))?;
            if id.is_some_and(|id| id != basic.id && basic.raw.as_ref().is_none_or(|(raw, _)| raw != id)) {
                return Err(OAuthError::invalid_request("Header and body name different clients."));
            }
            Ok(basic)
        }
    }
}

fn read_basic(header: &str) -> Option<Credentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let decoded = |text: &str| {
        url::form_urlencoded::parse(format!("x={}", text.replace('&', "%26").replace('=', "%3D")).as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    Some(Credentials {
        id: decoded(id)?,
        secret: Some(decoded(secret)?).filter(|secret| !secret.is_empty()),
        raw: Some((id.to_owned(), secret.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_read_encoded_and_as_they_are() {
        let of = |text: &str| read_basic(&format!("Basic {}", STANDARD.encode(text)));
        let basic = of("my%20desk:a%2Bb+c%3A&=").unwrap();
        assert_eq!((basic.id.as_str(), basic.secret.as_deref()), ("my desk", Some("a+b c:&=")));
        assert_eq!(basic.raw, Some(("my%20desk".to_owned(), "a%2Bb+c%3A&=".to_owned())));
        assert_eq!(of("desk:").unwrap().secret, None);
        assert!(of("desk").is_none());
        assert!(read_basic("Bearer x").is_none());
    }
}
