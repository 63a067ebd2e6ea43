//! Clients that prove who they are by a key of their own (`private_key_jwt`), as ChatGPT does.

use std::sync::Arc;

use infini_mcp::state::Store;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::oauth::{Library, REDIRECT, Served, Setup, VERIFIER, part};
use super::oauth_issuer::{SigningKey, now};

const CLIENT: &str = "https://chat.example/oauth/abc/client.json";
const KEYS: &str = "https://chat.example/oauth/jwks.json";

/// A document such as ChatGPT's, with these changes.
fn document(changes: &Value) -> Value {
    let mut document = json!({
        "client_id": CLIENT,
        "client_name": "ChatGPT",
        "client_uri": "https://chat.example/",
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": KEYS,
    });
    for (name, value) in changes.as_object().unwrap() {
        document[name] = value.clone();
    }
    document
}

fn publish(shelf: &Library, document: &Value, keys: &[&SigningKey]) {
    let keys: Vec<Value> = keys.iter().map(|key| key.published()).collect();
    let mut documents = shelf.documents.lock().unwrap();
    documents.insert(CLIENT.into(), document.to_string());
    documents.insert(KEYS.into(), json!({ "keys": keys }).to_string());
}

struct Chat {
    served: Served,
    shelf: Arc<Library>,
    key: SigningKey,
}

impl Chat {
    async fn with(changes: Value) -> Self {
        Self::on(changes, Arc::new(Store::in_memory("test"))).await
    }

    async fn on(changes: Value, store: Arc<Store>) -> Self {
        let (shelf, key) = (Arc::new(Library::default()), SigningKey::new("one"));
        publish(&shelf, &document(&changes), &[&key]);
        let served = serve(&shelf, store).await;
        Self { served, shelf, key }
    }

    fn claims(&self, name: &str) -> Value {
        let aud = format!("{}/oauth/token", self.served.url);
        json!({ "iss": CLIENT, "sub": CLIENT, "aud": aud, "jti": name, "iat": now(), "exp": now() + 60 })
    }

    async fn code(&self) -> String {
        part(&self.served.consent(&[("client_id", CLIENT)], &["infinity:read"]).await, "code").unwrap()
    }

    /// Redeems a code with this assertion, or with none.
    async fn redeem(&self, code: &str, assertion: Option<&str>) -> (StatusCode, Value) {
        redeem(&self.served, code, assertion).await
    }

    async fn error(&self, code: &str, assertion: Option<&str>) -> String {
        let (status, answer) = self.redeem(code, assertion).await;
        let error = answer["error"].as_str().unwrap_or_default().to_owned();
        assert_eq!(status.is_success(), error.is_empty(), "{answer}");
        error
    }
}

async fn serve(shelf: &Arc<Library>, store: Arc<Store>) -> Served {
    let settings = [("OAUTH_CLIENT_METADATA_HOSTS", "chat.example")];
    Served::with(Setup { settings: &settings, web: Some(shelf.clone()), store: Some(store), ..Setup::default() }).await
}

const ASSERTION_TYPE: (&str, &str) =
    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");

async fn redeem(served: &Served, code: &str, assertion: Option<&str>) -> (StatusCode, Value) {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    match assertion {
        Some(assertion) => fields.extend([ASSERTION_TYPE, ("client_assertion", assertion)]),
        None => fields.push(("client_id", CLIENT)),
    }
    served.post("/oauth/token", &fields).await
}

#[tokio::test]
async fn a_client_that_signs_gets_and_refreshes_and_revokes_tokens_and_nobody_does_in_its_name() {
    let chat = Chat::with(json!({})).await;
    let sign = |name: &str| chat.key.sign(&chat.claims(name));
    let code = chat.code().await;
    assert_eq!(chat.error(&code, None).await, "invalid_client", "its name alone does not do");
    let (status, tokens) = chat.redeem(&code, Some(&sign("1"))).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let refresh = async |token: &str, more: &[(&str, &str)]| {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
        fields.extend_from_slice(more);
        chat.served.post("/oauth/token", &fields).await
    };
    let token = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(token, &[("client_id", CLIENT)]).await.1["error"], "invalid_client");
    let (status, next) = refresh(token, &[ASSERTION_TYPE, ("client_assertion", &sign("2"))]).await;
    assert_eq!(status, StatusCode::OK, "{next}");
    let access = next["access_token"].as_str().unwrap();
    let revoke = async |more: &[(&str, &str)]| {
        let mut fields = vec![("token", access)];
        fields.extend_from_slice(more);
        chat.served.post("/oauth/revoke", &fields).await.0
    };
    assert_eq!(revoke(&[("client_id", CLIENT)]).await, StatusCode::UNAUTHORIZED);
    assert!(chat.served.opens(access).await);
    assert_eq!(revoke(&[ASSERTION_TYPE, ("client_assertion", &sign("3"))]).await, StatusCode::OK);
    assert!(!chat.served.opens(access).await);
}

#[tokio::test]
async fn an_assertion_counts_once_on_however_many_servers() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("state.db").display());
    let chat = Chat::on(json!({}), Arc::new(Store::new(&address, "one"))).await;
    let other = serve(&chat.shelf, Arc::new(Store::new(&address, "two"))).await;
    // For the issuer that both would be known by behind one address, if they had one.
    let mut claims = chat.claims("1");
    claims["aud"] = json!(chat.served.url);
    let assertion = chat.key.sign(&claims);
    assert_eq!(chat.error(&chat.code().await, Some(&assertion)).await, "");
    assert_eq!(chat.error(&chat.code().await, Some(&assertion)).await, "invalid_client", "used before");
    claims["aud"] = json!(other.url);
    let same_name = chat.key.sign(&claims);
    let (status, refused) = redeem(&other, &chat.code().await, Some(&same_name)).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(refused["error_description"].as_str().unwrap().contains("used before"), "{refused}");
    let mut nameless = chat.claims("");
    nameless.as_object_mut().unwrap().remove("jti");
    let nameless = chat.key.sign(&nameless);
    assert_eq!(chat.error(&chat.code().await, Some(&nameless)).await, "");
    assert_eq!(chat.error(&chat.code().await, Some(&nameless)).await, "invalid_client", "the same one again");
}

#[tokio::test]
async fn an_assertion_that_is_not_quite_right_is_refused() {
    let chat = Chat::with(json!({})).await;
    let with = |name: &str, value: Value| {
        let mut claims = chat.claims(&format!("{name}{value}"));
        claims[name] = value;
        chat.key.sign(&claims)
    };
    let token_endpoint = format!("{}/oauth/token", chat.served.url);
    let public = chat.key.published();
    let shared = EncodingKey::from_secret(public["x"].as_str().unwrap().as_bytes());
    let mut symmetric = Header::new(Algorithm::HS256);
    symmetric.kid = Some("one".into());
    let good = chat.key.sign(&chat.claims("good"));
    let parts: Vec<&str> = good.split('.').collect();
    let wrong = [
        with("iss", json!("https://chat.example/other.json")),
        with("aud", json!("https://other.example/token")),
        with("aud", json!([token_endpoint, "https://other.example/token"])),
        with("exp", json!(now() - 120)),
        with("exp", json!(now() + 100_000)),
        with("exp", Value::Null),
        with("iat", json!(now() + 600)),
        with("nbf", json!(now() + 600)),
        SigningKey::new("one").sign(&chat.claims("stranger")),
        SigningKey::new("two").sign(&chat.claims("unknown key")),
        encode(&symmetric, &chat.claims("symmetric"), &shared).unwrap(),
        // {"alg":"none"}
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        "no.jwt.atall".to_owned(),
    ];
    let code = chat.code().await;
    for assertion in wrong {
        // Each from a server of its own, so that none of them is only slowed down.
        let served = serve(&chat.shelf, Arc::new(Store::in_memory("test"))).await;
        let claimed = redeem(&served, &code, Some(&assertion)).await;
        assert_eq!(
            (claimed.0, &claimed.1["error"]),
            (StatusCode::UNAUTHORIZED, &json!("invalid_client")),
            "{assertion}"
        );
    }
    assert_eq!(chat.error(&code, Some(&good)).await, "", "none of them has spent the code");
}

#[tokio::test]
async fn a_client_that_also_takes_none_may_come_with_pkce_alone_but_not_with_a_wrong_assertion() {
    let both = json!({ "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"] });
    let chat = Chat::with(both).await;
    assert_eq!(chat.error(&chat.code().await, None).await, "");
    assert_eq!(chat.error(&chat.code().await, Some(&chat.key.sign(&chat.claims("1")))).await, "");
    let strangers = SigningKey::new("one").sign(&chat.claims("2"));
    assert_eq!(chat.error(&chat.code().await, Some(&strangers)).await, "invalid_client");
}

#[tokio::test]
async fn keys_may_be_in_the_document_and_new_ones_are_fetched_once() {
    let key = SigningKey::new("inline");
    let inline = Chat::with(json!({ "jwks_uri": null, "jwks": { "keys": [key.published()] } })).await;
    assert_eq!(inline.error(&inline.code().await, Some(&key.sign(&inline.claims("1")))).await, "");
    let chat = Chat::with(json!({})).await;
    assert_eq!(chat.error(&chat.code().await, Some(&chat.key.sign(&chat.claims("1")))).await, "");
    let fetched = *chat.shelf.fetched.lock().unwrap();
    assert_eq!(fetched, 2, "the document and the keys, once each");
    let made_up = SigningKey::new("made up");
    for name in ["2", "3", "4"] {
        assert_eq!(chat.error("code", Some(&made_up.sign(&chat.claims(name)))).await, "invalid_client");
    }
    assert_eq!(*chat.shelf.fetched.lock().unwrap(), fetched, "anybody can make up a key's name");
}

#[tokio::test]
async fn the_metadata_say_that_clients_may_sign_and_how() {
    let chat = Chat::with(json!({})).await;
    let metadata = chat.served.json("/.well-known/oauth-authorization-server").await;
    for endpoint in ["token", "revocation"] {
        let of = |name: &str| metadata[format!("{endpoint}_endpoint_auth_{name}_supported")].clone();
        assert_eq!(of("methods"), json!(["none", "private_key_jwt"]));
        assert_eq!(of("signing_alg_values"), json!(["ES256", "RS256", "PS256", "EdDSA"]));
    }
    let without = Served::start().await.json("/.well-known/oauth-authorization-server").await;
    assert_eq!(without["token_endpoint_auth_signing_alg_values_supported"], Value::Null);
}
