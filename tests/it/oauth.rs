//! A served authorization server with a person and a client, and what it says of itself and on its page.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::BoxFuture;
use infini_mcp::api::web::{Fetched, RealWeb, Web};
use infini_mcp::config::{Lifetimes, Sources, Way};
use infini_mcp::oauth::{NoGrant, OAuth, People, Person, routes};
use infini_mcp::state::Store;
use infini_mcp::vault::sha256;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use url::Url;

pub const VERIFIER: &str = "a-verifier-of-the-tests-that-is-long-enough-0123";
pub const REDIRECT: &str = "https://app.example/back";
pub const KEY: &str = "key of ana";

/// A roster that tests can change while the server runs.
#[derive(Default)]
pub struct Roster {
    scopes: Mutex<BTreeMap<String, BTreeSet<String>>>,
    new_keys: Mutex<BTreeMap<String, String>>,
}

impl Roster {
    pub fn rekey(&self, name: &str, key_digest: &str) {
        self.new_keys.lock().unwrap().insert(name.to_owned(), key_digest.to_owned());
    }

    pub fn set(&self, name: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.scopes.lock().unwrap().insert(name.to_owned(), scopes);
    }

    pub fn remove(&self, name: &str) {
        self.scopes.lock().unwrap().remove(name);
    }
}

impl People for Roster {
    fn by_key(&self, key: &str) -> Option<Person> {
        self.by_name(key.strip_prefix("key of ")?)
    }

    fn by_name(&self, name: &str) -> Option<Person> {
        let scopes = self.scopes.lock().unwrap().get(name)?.clone();
        let key_digest = self.new_keys.lock().unwrap().get(name).cloned().unwrap_or_else(|| format!("first of {name}"));
        Some(Person { name: name.to_owned(), key_digest, scopes })
    }
}

/// A web of documents that tests wrote, which counts how often one was fetched.
#[derive(Default)]
pub struct Library {
    pub documents: Mutex<BTreeMap<String, String>>,
    pub fetched: Mutex<u32>,
}

impl Web for Library {
    fn public<'a>(&'a self, url: &'a Url, _: usize, _: Duration) -> BoxFuture<'a, Result<Fetched, String>> {
        *self.fetched.lock().unwrap() += 1;
        let found = self.documents.lock().unwrap().get(url.as_str()).cloned();
        let found = found.map(|text| Fetched { body: text.into_bytes(), max_age: None });
        Box::pin(async move { found.ok_or_else(|| "there is none".to_owned()) })
    }

    fn configured<'a>(
        &'a self,
        url: &'a Url,
        most: usize,
        patience: Duration,
    ) -> BoxFuture<'a, Result<Fetched, String>> {
        self.public(url, most, patience)
    }
}

/// What is unusual about a server.
#[derive(Default)]
pub struct Setup<'a> {
    pub settings: &'a [(&'a str, &'a str)],
    pub lifetimes: Option<Lifetimes>,
    pub store: Option<Arc<Store>>,
    pub web: Option<Arc<dyn Web>>,
}

pub struct Served {
    pub oauth: Arc<OAuth>,
    pub people: Arc<Roster>,
    pub url: String,
    http: reqwest::Client,
}

impl Served {
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup<'_>) -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut pairs = vec![
            ("OAUTH_ENABLED", "true"),
            ("OAUTH_PUBLIC_URL", url.as_str()),
            ("OAUTH_CLIENT_ID", "desk"),
            ("OAUTH_REDIRECT_URIS", REDIRECT),
            ("OAUTH_TOKEN_STORE_FILE", "/nowhere/oauth-tokens.json"),
        ];
        pairs.retain(|(name, _)| !setup.settings.iter().any(|(other, _)| other == name));
        pairs.extend_from_slice(setup.settings);
        let mut settings = Sources::of(pairs).settings().unwrap_or_else(|faults| panic!("{faults:?}")).oauth.unwrap();
        if let (Some(lifetimes), Way::Embedded(embedded)) = (setup.lifetimes, &mut settings.way) {
            embedded.lifetimes = lifetimes;
        }
        let people = Arc::new(Roster::default());
        people.set("ana", &["infinity:read", "infinity:write", "infinigate:read"]);
        let store = setup.store.unwrap_or_else(|| Arc::new(Store::in_memory("test")));
        let web = setup.web.unwrap_or_else(|| Arc::new(RealWeb::default()));
        let oauth = Arc::new(OAuth::new(settings, store, people.clone(), web));
        let app: Router = routes(oauth.clone());
        tokio::spawn(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).into_future());
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { oauth, people, url, http }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    /// The parameters of an honest request; `changes` are laid over it, and an empty value takes one away.
    pub fn request(&self, changes: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(sha256(VERIFIER.as_bytes()));
        let resource = format!("{}/mcp", self.url);
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", "desk"),
            ("redirect_uri", REDIRECT),
            ("state", "a state"),
            ("scope", "infinity:read infinity:write infinigate:order"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("resource", resource.as_str()),
        ];
        pairs.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
        pairs.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("/oauth/authorize?{query}")
    }

    /// Opens the page of a request: its sealed form, and the cookie.
    pub async fn form(&self, changes: &[(&str, &str)]) -> (String, String) {
        let page = self.get(&self.request(changes)).await;
        assert_eq!(page.status(), StatusCode::OK);
        let cookie = page.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let text = page.text().await.unwrap();
        let sealed = text.split("name=\"request\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        (sealed.to_owned(), cookie)
    }

    pub async fn decide(&self, cookie: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.http.post(format!("{}/oauth/authorize", self.url)).header(COOKIE, cookie);
        request.form(fields).send().await.unwrap()
    }

    /// Walks through the page as ana would, and gives the address the answer went to.
    pub async fn consent(&self, changes: &[(&str, &str)], scopes: &[&str]) -> Url {
        let (sealed, cookie) = self.form(changes).await;
        let mut fields = vec![("request", sealed.as_str()), ("key", KEY), ("decision", "allow")];
        fields.extend(scopes.iter().map(|scope| ("scope", *scope)));
        let answer = self.decide(&cookie, &fields).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap()
    }

    pub async fn code(&self) -> String {
        part(&self.consent(&[], &["infinity:read", "infinity:write"]).await, "code").unwrap()
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, Value) {
        let answer = self.http.post(format!("{}{path}", self.url)).form(fields).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store", "{path}");
        (answer.status(), answer.json().await.unwrap())
    }

    pub async fn redeem(&self, code: &str) -> (StatusCode, Value) {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", "desk"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.post("/oauth/token", &fields).await
    }

    pub async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        let fields = [("grant_type", "refresh_token"), ("client_id", "desk"), ("refresh_token", token)];
        self.post("/oauth/token", &fields).await
    }

    /// The tokens of a fresh consent.
    pub async fn tokens(&self) -> (String, String) {
        let (status, tokens) = self.redeem(&self.code().await).await;
        assert_eq!(status, StatusCode::OK, "{tokens}");
        (tokens["access_token"].as_str().unwrap().to_owned(), tokens["refresh_token"].as_str().unwrap().to_owned())
    }

    pub async fn opens(&self, token: &str) -> bool {
        match self.oauth.grant_of(token).await {
            Ok(_) => true,
            Err(NoGrant::Unknown | NoGrant::Over | NoGrant::Scopeless) => false,
            Err(NoGrant::State(error)) => panic!("{error}"),
        }
    }
}

pub fn part(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn the_metadata_lead_from_the_resource_to_the_server_and_its_endpoints() {
    let served = Served::start().await;
    let resource = served.json("/.well-known/oauth-protected-resource/mcp").await;
    assert_eq!(resource, served.json("/.well-known/oauth-protected-resource").await);
    assert_eq!(resource["resource"], format!("{}/mcp", served.url));
    assert_eq!(resource["authorization_servers"][0], served.url.as_str());
    let server = served.json("/.well-known/oauth-authorization-server").await;
    assert_eq!(server, served.json("/.well-known/oauth-authorization-server/mcp").await);
    assert_eq!(server["issuer"], served.url.as_str());
    assert_eq!(server["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(server["authorization_response_iss_parameter_supported"], true);
    assert_eq!(server["registration_endpoint"], Value::Null, "nobody may register unless the operator says so");
    assert_eq!(served.get("/.well-known/oauth-protected-resource/other").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(served.get("/oauth/register").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(served.oauth.resource_metadata(), format!("{}/.well-known/oauth-protected-resource/mcp", served.url));
}

#[tokio::test]
async fn a_code_comes_with_state_and_issuer_and_becomes_tokens_for_what_was_ticked_and_allowed() {
    let served = Served::start().await;
    // The page also offers what was not asked for: a client that asks for what reading needs could never get more.
    let answer = served.consent(&[], &["infinity:read", "infinigate:order", "infinigate:read"]).await;
    assert!(answer.as_str().starts_with(REDIRECT));
    assert_eq!(part(&answer, "state").as_deref(), Some("a state"));
    assert_eq!(part(&answer, "iss").as_deref(), Some(served.url.as_str()));
    let (status, tokens) = served.redeem(&part(&answer, "code").unwrap()).await;
    assert_eq!((status, &tokens["token_type"]), (StatusCode::OK, &"Bearer".into()));
    // She may not order, whatever the form says.
    assert_eq!(tokens["scope"], "infinigate:read infinity:read");
    let grant = served.oauth.grant_of(tokens["access_token"].as_str().unwrap()).await.unwrap();
    assert_eq!((grant.user.as_str(), grant.client_id.as_str()), ("ana", "desk"));
    assert_eq!(grant.scopes, BTreeSet::from(["infinigate:read".to_owned(), "infinity:read".to_owned()]));
}

#[tokio::test]
async fn the_page_speaks_german_and_english_escapes_what_it_shows_and_cannot_be_framed() {
    let served = Served::start().await;
    let page = served.get(&served.request(&[("lang", "de"), ("state", "\"><script>alert(1)</script>")])).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    for part in
        ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self' https://app.example", "base-uri 'none'"]
    {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert_eq!(page.headers()["x-frame-options"], "DENY");
    assert_eq!(page.headers()["cache-control"], "no-store");
    let text = page.text().await.unwrap();
    assert!(text.contains("lang=\"de\"") && text.contains("möchte diesen Server") && text.contains("app.example"));
    assert!(text.contains("das gibt Geld aus") && !text.contains("<script"));
    let usual = served.get(&served.request(&[])).await.text().await.unwrap();
    assert!(usual.contains("wants to use this server") && usual.contains("value=\"infinity:write\" checked"));
    assert!(usual.contains("value=\"infinigate:order\">"), "clients ask for everything out of habit");
    assert!(usual.contains("<details><summary>What it did not ask for") && usual.contains("value=\"infinity:admin\">"));
    let unnamed = served.get(&served.request(&[("scope", "")])).await.text().await.unwrap();
    assert!(unnamed.contains("value=\"infinity:read\" checked") && unnamed.contains("value=\"infinity:write\">"));
    assert!(!unnamed.contains("<details"), "who names nothing asks for everything");
    for grave in ["infinity:admin", "infinigate:admin", "infinigate:order"] {
        assert!(unnamed.contains(&format!("value=\"{grave}\">")), "{grave}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_in_the_same_words_for_everybody_and_slowed_down() {
    let served = Served::start().await;
    served.people.set("bob", &[]);
    let (sealed, cookie) = served.form(&[]).await;
    let try_key = async |key: &str| {
        let fields = [("request", sealed.as_str()), ("key", key), ("decision", "allow"), ("scope", "infinity:read")];
        served.decide(&cookie, &fields).await
    };
    let answer = try_key("key of nobody").await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.text().await.unwrap().contains("This key was not accepted"));
    assert_eq!(try_key("key of bob").await.status(), StatusCode::FORBIDDEN, "he may do nothing of it");
    let mut statuses = Vec::new();
    for attempt in 0..8 {
        statuses.push(try_key(&format!("guess {attempt}")).await.status());
    }
    assert_eq!(statuses.last(), Some(&StatusCode::TOO_MANY_REQUESTS), "{statuses:?}");
    assert_eq!(try_key(KEY).await.status(), StatusCode::TOO_MANY_REQUESTS, "the right key has to wait too");
}

#[tokio::test]
async fn no_is_told_to_the_client_without_a_key() {
    let served = Served::start().await;
    let (sealed, cookie) = served.form(&[]).await;
    let answer = served.decide(&cookie, &[("request", &sealed), ("decision", "deny")]).await;
    let address = Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap();
    assert_eq!(part(&address, "error").as_deref(), Some("access_denied"));
    assert_eq!(part(&address, "state").as_deref(), Some("a state"));
    assert_eq!(part(&address, "iss").as_deref(), Some(served.url.as_str()));
}

#[tokio::test]
async fn only_the_one_user_may_sign_in_where_the_operator_names_one() {
    let served = Served::with(Setup { settings: &[("OAUTH_MCP_USER", "bob")], ..Setup::default() }).await;
    served.people.set("bob", &["infinity:read"]);
    let (sealed, cookie) = served.form(&[]).await;
    let fields = |key| [("request", sealed.as_str()), ("key", key), ("decision", "allow"), ("scope", "infinity:read")];
    assert_eq!(served.decide(&cookie, &fields(KEY)).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(served.decide(&cookie, &fields("key of bob")).await.status(), StatusCode::SEE_OTHER);
}
