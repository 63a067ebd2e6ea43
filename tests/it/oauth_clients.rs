//! How clients become known: with a secret, by a document, by registering themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::{BoxFuture, pending};
use infini_mcp::api::web::{Fetched, Web};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::Url;

use super::oauth::{Library, REDIRECT, Served, Setup, VERIFIER, part};

const DOCUMENT: &str = "https://tools.example/client.json";

fn document() -> String {
    json!({ "client_id": DOCUMENT, "client_name": "Tool <b>desk</b>", "redirect_uris": ["http://127.0.0.1/back"] })
        .to_string()
}

#[tokio::test]
async fn a_client_with_a_secret_must_say_it() {
    let settings = [("OAUTH_CLIENT_SECRET", "a secret of the tests")];
    let served = Served::with(Setup { settings: &settings, ..Setup::default() }).await;
    let code = served.code().await;
    assert_eq!(served.redeem(&code).await.1["error"], "invalid_client");
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "desk"),
        ("code", &*code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("client_secret", "another secret"),
    ];
    assert_eq!(served.post("/oauth/token", &fields).await, {
        let text = "The client's secret is missing or wrong.";
        (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_client", "error_description": text }))
    });
    fields.pop();
    fields.push(("client_secret", "a secret of the tests"));
    assert_eq!(served.post("/oauth/token", &fields).await.0, StatusCode::OK, "a wrong secret does not spend the code");
}

#[tokio::test]
async fn a_client_is_known_by_its_document_which_is_fetched_once() {
    let library = Arc::new(Library::default());
    library.documents.lock().unwrap().insert(DOCUMENT.into(), document());
    let settings = [("OAUTH_CLIENT_METADATA_HOSTS", "tools.example")];
    let setup = Setup { settings: &settings, web: Some(library.clone()), ..Setup::default() };
    let served = Served::with(setup).await;
    let changes = [("client_id", DOCUMENT), ("redirect_uri", "http://127.0.0.1:51234/back")];
    let page = served.get(&served.request(&changes)).await.text().await.unwrap();
    assert!(page.contains("Tool &lt;b&gt;desk&lt;/b&gt;") && page.contains("tools.example"), "{page}");
    assert!(page.contains("a program on your own computer"));
    let answer = served.consent(&changes, &["infinity:read"]).await;
    let code = part(&answer, "code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", DOCUMENT),
        ("code", &*code),
        ("redirect_uri", "http://127.0.0.1:51234/back"),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(served.post("/oauth/token", &fields).await.0, StatusCode::OK);
    assert_eq!(*library.fetched.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_client_nobody_vouches_for_is_refused_on_a_page_and_never_sent_on() {
    let library = Arc::new(Library::default());
    library.documents.lock().unwrap().insert(DOCUMENT.into(), document());
    let settings = [("OAUTH_CLIENT_METADATA_HOSTS", "tools.example")];
    let served = Served::with(Setup { settings: &settings, web: Some(library), ..Setup::default() }).await;
    for changes in [
        [("client_id", DOCUMENT), ("redirect_uri", "http://127.0.0.1/back"), ("code_challenge", "")],
        [("client_id", DOCUMENT), ("redirect_uri", "http://127.0.0.1/other"), ("x", "y")],
        [("client_id", "https://tools.example/none"), ("redirect_uri", "http://127.0.0.1/back"), ("x", "y")],
        [("client_id", "https://other.example/c"), ("redirect_uri", "http://127.0.0.1/back"), ("x", "y")],
    ] {
        let answer = served.get(&served.request(&changes)).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{changes:?}");
        assert!(answer.headers().get("location").is_none());
    }
}

#[tokio::test]
async fn a_client_registers_itself_where_the_operator_allows_it() {
    let settings = [("OAUTH_DYNAMIC_REGISTRATION", "true")];
    let served = Served::with(Setup { settings: &settings, ..Setup::default() }).await;
    let register = async |body: Value| {
        let http = reqwest::Client::new();
        let answer = http.post(format!("{}/oauth/register", served.url)).json(&body).send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    for wrong in ["http://app.example/back", "javascript:alert(1)", "https://a.example/#x", "com.example.app:/back"] {
        let (status, refused) = register(json!({ "redirect_uris": [wrong] })).await;
        assert_eq!((status, &refused["error"]), (StatusCode::BAD_REQUEST, &"invalid_redirect_uri".into()), "{wrong}");
    }
    let (status, client) =
        register(json!({ "client_name": "Desk", "redirect_uris": ["http://localhost:7000/back"] })).await;
    assert_eq!((status, &client["token_endpoint_auth_method"]), (StatusCode::CREATED, &"none".into()));
    let id = client["client_id"].as_str().unwrap();
    let changes = [("client_id", id), ("redirect_uri", "http://localhost:7000/back")];
    let page = served.get(&served.request(&changes)).await.text().await.unwrap();
    assert!(page.contains("Nobody has checked its name"));
    let other_port = [("client_id", id), ("redirect_uri", "http://localhost:7001/back")];
    assert_eq!(served.get(&served.request(&other_port)).await.status(), StatusCode::OK);
    let other_path = [("client_id", id), ("redirect_uri", "http://localhost:7000/other")];
    assert_eq!(served.get(&served.request(&other_path)).await.status(), StatusCode::BAD_REQUEST);
    assert!(part(&served.consent(&changes, &["infinity:read"]).await, "code").is_some());
}

/// Documents of which those under slow.example never come, and those elsewhere once at most.
#[derive(Default)]
struct SlowWeb {
    asked: AtomicUsize,
    elsewhere: AtomicUsize,
}

impl Web for SlowWeb {
    fn public<'a>(&'a self, url: &'a Url, _: usize, _: Duration) -> BoxFuture<'a, Result<Fetched, String>> {
        if url.host_str().is_some_and(|host| host.ends_with("slow.example")) {
            self.asked.fetch_add(1, Ordering::Relaxed);
            return Box::pin(pending());
        }
        self.elsewhere.fetch_add(1, Ordering::Relaxed);
        let text =
            json!({ "client_id": url.as_str(), "client_name": "Tool", "redirect_uris": ["http://127.0.0.1/back"] });
        Box::pin(async move { Ok(Fetched { body: text.to_string().into_bytes(), max_age: None }) })
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

#[tokio::test]
async fn slow_documents_of_one_address_keep_nobody_else_waiting() {
    let web = Arc::new(SlowWeb::default());
    let settings = [("OAUTH_CLIENT_METADATA_HOSTS", "*")];
    let served = Served::with(Setup { settings: &settings, web: Some(web.clone()), ..Setup::default() }).await;
    let page = |from: [u8; 4], document: &str| {
        let path = served.request(&[("client_id", document), ("redirect_uri", "http://127.0.0.1/back")]);
        let http = reqwest::Client::builder().local_address(std::net::IpAddr::from(from)).build().unwrap();
        let request = http.get(format!("{}{path}", served.url));
        async move { request.send().await.unwrap().status() }
    };
    let patience = Duration::from_secs(4);
    assert_eq!(page([127, 0, 0, 1], "https://known.example/c").await, StatusCode::OK);
    let mut attack = JoinSet::new();
    for number in 0..40 {
        attack.spawn(page([127, 0, 0, 1], &format!("https://host{number}.slow.example/c")));
    }
    // All but those that are being fetched hear soon that they must come again.
    for _ in 0..38 {
        let told = timeout(patience, attack.join_next()).await.expect("refused soon").unwrap().unwrap();
        assert_eq!(told, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(web.asked.load(Ordering::Relaxed), 2);
    let other =
        timeout(patience, page([127, 0, 0, 2], "https://new.example/c")).await.expect("another address goes on");
    let known = timeout(patience, page([127, 0, 0, 1], "https://known.example/c")).await.expect("a known one, too");
    assert_eq!((other, known), (StatusCode::OK, StatusCode::OK));
    assert_eq!(web.elsewhere.load(Ordering::Relaxed), 2, "what is known is not fetched again");
}

#[tokio::test]
async fn a_client_that_listens_on_this_machine_chooses_its_port_by_whatever_name_it_calls_the_machine() {
    // As Claude Code's document does.
    let id = "https://claude.example/oauth/claude-code-client-metadata";
    let document = json!({ "client_id": id, "client_name": "Claude Code", "token_endpoint_auth_method": "none",
        "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"] });
    let library = Arc::new(Library::default());
    library.documents.lock().unwrap().insert(id.into(), document.to_string());
    let settings = [("OAUTH_CLIENT_METADATA_HOSTS", "claude.example")];
    let served = Served::with(Setup { settings: &settings, web: Some(library), ..Setup::default() }).await;
    for (address, status) in [
        ("http://localhost:54321/callback", StatusCode::OK),
        ("http://127.0.0.1:54321/callback", StatusCode::OK),
        ("http://[::1]:54321/callback", StatusCode::BAD_REQUEST),
        ("http://localhost:54321/other", StatusCode::BAD_REQUEST),
        ("https://localhost:54321/callback", StatusCode::BAD_REQUEST),
        ("http://localhost.evil.example:54321/callback", StatusCode::BAD_REQUEST),
    ] {
        let changes = [("client_id", id), ("redirect_uri", address)];
        assert_eq!(served.get(&served.request(&changes)).await.status(), status, "{address}");
    }
}

#[tokio::test]
async fn of_the_addresses_a_client_names_those_that_are_acceptable_are_registered() {
    // As Cursor does.
    let app = "cursor://anysphere.cursor-mcp/oauth/callback";
    let named = [app, "https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"];
    let register = async |settings: &[(&str, &str)]| {
        let mut all = vec![("OAUTH_DYNAMIC_REGISTRATION", "true")];
        all.extend_from_slice(settings);
        let served = Served::with(Setup { settings: &all, ..Setup::default() }).await;
        let body = json!({ "client_name": "Cursor", "redirect_uris": named });
        let answer = reqwest::Client::new().post(format!("{}/oauth/register", served.url)).json(&body).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        (served, answer.json::<Value>().await.unwrap())
    };
    let (served, client) = register(&[]).await;
    assert_eq!(client["redirect_uris"], json!(&named[1..]));
    let opens = async |served: &Served, client: &Value, address: &str| {
        let changes = [("client_id", client["client_id"].as_str().unwrap()), ("redirect_uri", address)];
        served.get(&served.request(&changes)).await.status()
    };
    assert_eq!(opens(&served, &client, named[1]).await, StatusCode::OK);
    assert_eq!(opens(&served, &client, app).await, StatusCode::BAD_REQUEST);
    let (served, client) = register(&[("OAUTH_PRIVATE_REDIRECT_SCHEMES", "vscode, cursor")]).await;
    assert_eq!(client["redirect_uris"], json!(named));
    assert_eq!(opens(&served, &client, app).await, StatusCode::OK);
    assert_eq!(opens(&served, &client, "cursor://evil/oauth/callback").await, StatusCode::BAD_REQUEST);
}
