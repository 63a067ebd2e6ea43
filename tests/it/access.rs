//! Users behind one endpoint: what each of them sees, may do and is kept from, over real HTTP.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use infini_mcp::config::Sources;
use infini_mcp::sandbox::{self, Sandbox};
use infini_mcp::server::{App, Endpoint, Handler, serve_http};
use infini_mcp::vault::{Credentials, Edit, InfinigateSecrets, NewUser, Place, Scopes};
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const STORE_KEY: &str = "a store key of the tests, long enough";
const QUOTE: &str = "AN2600456";

/// A served team in front of a sandbox.
struct Team {
    url: String,
    app: Arc<App>,
    folder: tempfile::TempDir,
    http: reqwest::Client,
    stop: CancellationToken,
    _sandbox: Sandbox,
}

impl Team {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (mut edit, _) = Edit::make(place(&folder)).unwrap();
        let token = || Some(SecretString::from(sandbox::INFINITY_TOKEN));
        edit.add_profile("both", credentials(sandbox::INFINIGATE_CLIENT_SECRET)).unwrap();
        edit.add_profile("boards", Credentials { infinity_token: token(), infinigate: None }).unwrap();
        drop(edit);

        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let sandbox = Sandbox::start(listener).await.unwrap();
        let (infinigate, infinity) = (sandbox.infinigate_url(), sandbox.infinity_url());
        let (users, store) = (place(&folder).users, place(&folder).store);
        let settings = Sources::of([
            ("MCP_TRANSPORT", "http"),
            ("MCP_USERS_FILE", users.to_str().unwrap()),
            ("MCP_CREDENTIAL_STORE_FILE", store.to_str().unwrap()),
            ("MCP_CREDENTIAL_STORE_KEY", STORE_KEY),
            ("INFINIGATE_BASE_URL", &infinigate),
            ("INFINITY_API_BASE_URL", &infinity),
            ("STATE_URL", "sqlite::memory:"),
        ])
        .settings()
        .unwrap_or_else(|faults| panic!("{faults:?}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let http = settings.http.clone();
        let app = Arc::new(App::new(settings).unwrap());
        let endpoint = Endpoint::new(http, app.clone());
        let routes = endpoint.routes(Handler::new(app.clone()));
        let stop = CancellationToken::new();
        tokio::spawn(serve_http(listener, routes, endpoint, stop.clone().cancelled_owned()));
        Self { url, app, folder, http: reqwest::Client::new(), stop, _sandbox: sandbox }
    }

    /// Adds a user and gives their key; the server looks at its files at once.
    fn add(&self, name: &str, profile: &str, scopes: &Scopes) -> String {
        let mut edit = Edit::begin(place(&self.folder)).unwrap();
        let key = edit.add_user(&NewUser { name, profile, scopes, expires_at: None }).unwrap();
        drop(edit);
        assert!(self.app.roster.as_ref().unwrap().refresh());
        key.expose_secret().to_owned()
    }

    async fn post(&self, key: &str, method: &str, more: Value) -> Response {
        let mut params = json!({ "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": { "form": {} } },
        } });
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        let mut request = self
            .http
            .post(format!("{}/mcp", self.url))
            .bearer_auth(key)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", method);
        if let Some(name) = params["name"].as_str() {
            request = request.header("mcp-name", name);
        }
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        request.json(&body).send().await.unwrap()
    }

    async fn tools(&self, key: &str) -> Vec<String> {
        let listed: Value = self.post(key, "tools/list", json!({})).await.json().await.unwrap();
        assert_eq!(listed["result"]["cacheScope"], json!("private"));
        let tools = listed["result"]["tools"].as_array().unwrap().clone();
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    async fn call(&self, key: &str, more: Value) -> Value {
        let answer: Value = self.post(key, "tools/call", more).await.json().await.unwrap();
        answer["result"].clone()
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Both services' credentials, with this secret of the Infinigate client.
fn credentials(client_secret: &str) -> Credentials {
    let infinigate = InfinigateSecrets {
        api_key: SecretString::from(sandbox::INFINIGATE_API_KEY),
        client_id: sandbox::INFINIGATE_CLIENT_ID.into(),
        client_secret: SecretString::from(client_secret),
    };
    Credentials { infinity_token: Some(SecretString::from(sandbox::INFINITY_TOKEN)), infinigate: Some(infinigate) }
}

fn place(folder: &tempfile::TempDir) -> Place {
    Place {
        users: folder.path().join("mcp-users.json"),
        store: folder.path().join("credentials.enc.json"),
        key: Some(SecretString::from(STORE_KEY)),
    }
}

fn accept() -> Value {
    json!({ "name": "infinigate_accept_quote", "arguments": { "document_number": QUOTE, "accepted_by": "buyer@example.com" } })
}

fn error_of(result: &Value) -> Value {
    assert_eq!(result["isError"], json!(true), "{result:#}");
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn each_user_sees_and_calls_what_scopes_and_profile_give_and_nothing_else() {
    let team = Team::start().await;
    let admin = team.add("ada", "both", &Scopes::all());
    let reader = team.add("rita", "both", &"infinity:read infinigate:read".parse().unwrap());
    let boards = team.add("bob", "boards", &Scopes::all());

    let all = team.tools(&admin).await;
    assert_eq!(all.len(), 42);
    let read = team.tools(&reader).await;
    assert!(read.len() > 10 && read.iter().all(|name| all.contains(name)));
    for hidden in ["infinity_create_item", "infinity_archive_item", "infinigate_accept_quote"] {
        assert!(!read.contains(&hidden.to_owned()), "{hidden}");
    }
    assert!(team.tools(&boards).await.iter().all(|name| name.starts_with("infinity_")));

    let profile = team.call(&reader, json!({ "name": "infinity_get_profile", "arguments": {} })).await;
    assert_eq!(profile["isError"], json!(false), "{profile:#}");

    let refused = team.post(&reader, "tools/call", accept()).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap().to_owned();
    assert!(
        challenge.contains("insufficient_scope")
            && challenge.contains("scope=\"infinity:read infinigate:read infinigate:order\""),
        "{challenge}"
    );
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], json!("insufficient_scope"));

    let without = team.call(&boards, accept()).await;
    assert_eq!(error_of(&without)["code"], json!("not_configured"));
}

#[tokio::test]
async fn a_yes_of_one_user_is_nothing_to_another_with_the_same_rights() {
    let team = Team::start().await;
    let ada = team.add("ada", "both", &Scopes::all());
    let eve = team.add("eve", "both", &Scopes::all());
    let asked = team.call(&ada, accept()).await;
    assert_eq!(asked["resultType"], json!("input_required"), "{asked:#}");
    let mut yes = accept();
    yes["requestState"] = asked["requestState"].clone();
    yes["inputResponses"] = json!({ "confirm": { "action": "accept", "content": { "confirm": true } } });
    assert_eq!(error_of(&team.call(&eve, yes.clone()).await)["code"], json!("confirmation_required"));
    assert_eq!(team.call(&ada, yes.clone()).await["isError"], json!(false));
    let again = team.call(&ada, yes.clone()).await;
    assert!(again["structuredContent"]["notes"][0].as_str().unwrap().contains("recorded"), "{again:#}");
    assert_eq!(error_of(&team.call(&eve, yes).await)["code"], json!("confirmation_required"), "the answer is ada's");
}

#[tokio::test]
async fn a_renewed_client_secret_counts_for_the_next_call_without_a_restart() {
    let team = Team::start().await;
    let key = team.add("ada", "both", &Scopes::all());
    let quotes = json!({ "name": "infinigate_list_quotes", "arguments": {} });
    let renew = |secret: &str| {
        Edit::begin(place(&team.folder)).unwrap().set_profile("both", credentials(secret)).unwrap();
    };
    assert_eq!(team.call(&key, quotes.clone()).await["isError"], json!(false));
    for _ in 0..2 {
        // The supplier refuses this one: neither the old secret nor a token that was got with it is used any more.
        renew("an-expired-secret");
        let refused = error_of(&team.call(&key, quotes.clone()).await);
        assert_eq!(refused["code"], json!("unauthenticated"), "{refused:#}");
        renew(sandbox::INFINIGATE_CLIENT_SECRET);
        let answered = team.call(&key, quotes.clone()).await;
        assert_eq!(answered["isError"], json!(false), "{answered:#}");
    }
}

#[tokio::test]
async fn keys_open_from_the_moment_they_are_made_until_they_are_taken_or_over() {
    let team = Team::start().await;
    let key = team.add("ada", "both", &Scopes::all());
    assert_eq!(team.post(&key, "tools/list", json!({})).await.status(), StatusCode::OK);
    for wrong in ["mcp_wrong", &key[..key.len() - 1]] {
        let refused = team.post(wrong, "tools/list", json!({})).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        assert!(refused.headers()["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    }
    let mut edit = Edit::begin(place(&team.folder)).unwrap();
    let scopes = Scopes::all();
    let soon = Some(Utc::now() + Duration::from_secs(1));
    let short = edit.add_user(&NewUser { name: "short", profile: "both", scopes: &scopes, expires_at: soon }).unwrap();
    edit.remove_user("ada").unwrap();
    drop(edit);
    assert!(team.app.roster.as_ref().unwrap().refresh());
    assert_eq!(team.post(&key, "tools/list", json!({})).await.status(), StatusCode::UNAUTHORIZED);
    for _ in 0..100 {
        let answer = team.post(short.expose_secret(), "tools/list", json!({})).await;
        if answer.status() == StatusCode::UNAUTHORIZED {
            let said = answer.json::<Value>().await.unwrap();
            return assert!(said["message"].as_str().unwrap().contains("time of this bearer token is over"), "{said}");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the key never came to its end");
}
