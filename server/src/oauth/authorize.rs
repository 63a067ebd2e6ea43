//! The authorization endpoint: shows the consent page, and takes what the person decided.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, LOCATION, ORIGIN, REFERRER_POLICY};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::authorization_server::{AuthorizationServer, milliseconds, now};
use super::error::OAuthError;
use super::form::{self, Asked, Browser};
use super::page::{ConsentPage, Notice, refusal_page};
use super::parameters::Parameters;
use super::people::Person;
use super::request::{Refusal, answer_address};
use super::scopes;
use super::throttle::neighbourhood;
use super::words::Language;
use infini_mcp_core::state::{ClientProof, Code, Family, StateError};
use infini_mcp_core::vault::{digest, random_token};

/// Longest query and longest form; honest ones have two kilobytes.
const MOST_QUERY: usize = 8 * 1024;
const MOST_FORM: usize = 64 * 1024;

/// The address of the caller, when somebody before this server knows it better than the connection does. A layer in front
/// may insert it into the request.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// Whom failures are counted for.
pub(super) fn caller(extensions: &Extensions) -> String {
    let known = extensions.get::<ClientAddress>().map(|address| address.0);
    let connected = || extensions.get::<ConnectInfo<SocketAddr>>().map(|connection| connection.0.ip());
    known
        .or_else(connected)
        .map_or_else(|| "address".to_owned(), |address| format!("address {}", neighbourhood(address)))
}

/// `GET`: asks the person.
pub async fn ask(State(server): State<Arc<AuthorizationServer>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let accepted = accepted_language(&parts.headers);
    if query.len() > MOST_QUERY {
        let reason = "The request is longer than 8 KiB.";
        return refusal_page(StatusCode::URI_TOO_LONG, Language::of(None, accepted), reason);
    }
    let parameters = match Parameters::parse(query.as_bytes(), &[]) {
        Ok(parameters) => parameters,
        Err(repeated) => {
            let reason = format!("The request says {} more than once.", repeated.0);
            return refusal_page(StatusCode::BAD_REQUEST, Language::of(None, accepted), &reason);
        }
    };
    let language = Language::of(parameters.get("lang").or(parameters.get("ui_locales")), accepted);
    let asked = match server.read_request(&parameters, &caller(&parts.extensions)).await {
        Ok(asked) => asked,
        Err(Refusal::Client(address)) => return send_to(&address),
        Err(Refusal::Page(reason)) => return refusal_page(StatusCode::BAD_REQUEST, language, &reason),
        Err(Refusal::Busy) => {
            let reason = "This server is reading the documents of too many programs. Try again in a moment.";
            return refusal_page(StatusCode::SERVICE_UNAVAILABLE, language, reason);
        }
        Err(Refusal::State(error)) => return OAuthError::from(error).into_response(),
    };
    let is_https = server.place.is_https();
    let browser = Browser::of(&parts.headers, is_https).unwrap_or_else(|| Browser::new(is_https));
    let shown = Shown { asked, browser, language, other_language: in_other_language(query, language) };
    server.show(&shown, Notice::None, &|scope| shown.asked.suggests(scope)).await
}

/// `POST`: the person decided.
pub async fn decide(State(server): State<Arc<AuthorizationServer>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let accepted = accepted_language(&parts.headers);
    let language = Language::of(None, accepted);
    let stale = |language: Language| refusal_page(StatusCode::FORBIDDEN, language, language.words().stale);
    if !is_form(&parts.headers) || !is_from_our_page(&parts.headers, &server.place.origin) {
        return stale(language);
    }
    let parameters = match form_parameters(body).await {
        Ok(parameters) => parameters,
        Err(status) => return refusal_page(status, language, language.words().stale),
    };
    let language = Language::of(parameters.get("lang"), accepted);
    let Some(browser) = Browser::of(&parts.headers, server.place.is_https()) else { return stale(language) };
    let key = match server.secret().await {
        Ok(key) => key,
        Err(error) => return OAuthError::from(error).into_response(),
    };
    let Some(asked) = parameters.get("request").and_then(|sealed| form::open(key, sealed, &browser)) else {
        return stale(language);
    };
    let shown = Shown { asked, browser, language, other_language: String::new() };
    match parameters.get("decision") {
        Some("allow") => server.sign_in(&shown, &parameters, &caller(&parts.extensions)).await,
        Some("deny") => {
            let denied = [("error", "access_denied"), ("error_description", "The person said no.")];
            server.answer(&shown.asked, &denied)
        }
        Some(_) | None => stale(language),
    }
}

/// A consent page with everything that it is made from.
struct Shown {
    asked: Asked,
    browser: Browser,
    language: Language,
    other_language: String,
}

impl AuthorizationServer {
    async fn show(&self, shown: &Shown, notice: Notice, ticked: &(dyn Fn(&str) -> bool + Sync)) -> Response {
        let sealed = match self.secret().await {
            Ok(key) => form::seal(key, &shown.asked, &shown.browser).map_err(StateError::from),
            Err(error) => Err(error),
        };
        match sealed {
            Ok(sealed) => ConsentPage {
                asked: &shown.asked,
                sealed: &sealed,
                other_language: &shown.other_language,
                ticked,
                notice,
                language: shown.language,
            }
            .respond(&shown.browser),
            Err(error) => OAuthError::from(error).into_response(),
        }
    }

    async fn sign_in(&self, shown: &Shown, parameters: &Parameters, caller: &str) -> Response {
        let ticked: BTreeSet<String> = parameters.all("scope").map(str::to_owned).collect();
        let is_ticked = |scope: &str| ticked.contains(scope);
        let key = parameters.get("key").unwrap_or_default();
        // The key is also counted by itself: a found list of keys may be tried from many addresses.
        let tried = format!("key {}", digest(key.as_bytes()));
        let counted = [caller, tried.as_str()];
        if let Some(wait) = self.throttle.wait(counted) {
            return self.show(shown, Notice::Wait(wait.as_secs() + 1), &is_ticked).await;
        }
        let Some(person) = self.person_by_key(key) else {
            self.throttle.failed(counted);
            tracing::warn!(caller, client = shown.asked.client_id, "a key was not accepted on the consent page");
            return self.show(shown, Notice::WrongKey, &is_ticked).await;
        };
        self.throttle.succeeded(counted);
        // Also what the client did not ask for: the person ticked it, and the answer tells the client.
        let granted: BTreeSet<String> = person.scopes.intersection(&ticked).cloned().collect();
        if granted.is_empty() {
            return self.show(shown, Notice::NoScope, &is_ticked).await;
        }
        match self.consent(&shown.asked, &person, &granted).await {
            Ok(code) => self.answer(&shown.asked, &[("code", &code)]),
            Err(error) => OAuthError::from(error).into_response(),
        }
    }

    /// Writes the consent down and makes its code.
    async fn consent(&self, asked: &Asked, person: &Person, granted: &BTreeSet<String>) -> Result<String, StateError> {
        let code = random_token();
        let family = Family {
            id: random_token(),
            client_id: asked.client_id.clone(),
            client_name: asked.client_name.clone(),
            client_proof: if asked.must_prove { ClientProof::Key } else { ClientProof::None },
            user: person.name.clone(),
            key_digest: person.key_digest.clone(),
            scopes: scopes::text(granted),
            is_revoked: false,
        };
        let kept = Code {
            digest: digest(code.as_bytes()),
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge.clone(),
            expires_at: now() + milliseconds(self.settings.lifetimes.code),
            is_used: false,
        };
        let consents = self.store.consents();
        // Consents are rare, so this is when to tidy up.
        consents.forget_old().await?;
        consents.begin(&family, &kept).await?;
        tracing::info!(user = family.user, client = asked.client_id, scopes = family.scopes, "consented to a client");
        Ok(code)
    }

    fn answer(&self, asked: &Asked, answer: &[(&str, &str)]) -> Response {
        // The cookie stays: another tab may have a form of its own.
        send_to(&answer_address(&self.place, &asked.redirect_uri, asked.state.as_deref(), answer))
    }
}

/// 303, so that no browser sends the form with the key on to the client.
fn send_to(address: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else {
        let reason = "The answer's address cannot be sent.";
        return refusal_page(StatusCode::BAD_REQUEST, Language::English, reason);
    };
    let headers = [
        (LOCATION, location),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn accepted_language(headers: &HeaderMap) -> Option<&str> {
    headers.get(ACCEPT_LANGUAGE)?.to_str().ok()
}

/// Whether the body says that it is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let said = headers.get(axum::http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    said.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Browsers say where a form comes from; one that says nothing is held by cookie and seal.
fn is_from_our_page(headers: &HeaderMap, origin: &str) -> bool {
    let says = |name: &str, right: &str| {
        headers.get_all(name).iter().all(|value| value.to_str().is_ok_and(|said| said.eq_ignore_ascii_case(right)))
    };
    says(ORIGIN.as_str(), origin) && says("sec-fetch-site", "same-origin")
}

async fn form_parameters(body: Body) -> Result<Parameters, StatusCode> {
    let bytes = to_bytes(body, MOST_FORM).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Parameters::parse(&bytes, &["scope"]).map_err(|_| StatusCode::BAD_REQUEST)
}

/// The same request, to be shown in the other language.
fn in_other_language(query: &str, language: Language) -> String {
    let other = match language {
        Language::English => "de",
        Language::German => "en",
    };
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    format!("authorize?{}&lang={other}", rest.join("&"))
}

/// The page for a form that did not come whole.
pub(super) fn form_not_taken(status: StatusCode, headers: &HeaderMap) -> Response {
    let language = Language::of(None, accepted_language(headers));
    refusal_page(status, language, language.words().stale)
}
