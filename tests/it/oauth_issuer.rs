//! Tokens of another issuer: proved by its published keys, for this resource, for a person of the roster.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use infini_mcp::oauth::NoGrant;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::oauth::{Library, Served, Setup};

const ISSUER: &str = "https://login.example";

pub struct SigningKey {
    key: EncodingKey,
    id: &'static str,
}

impl SigningKey {
    pub fn new(id: &'static str) -> Self {
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { key: EncodingKey::from_ec_der(der.as_ref()), id }
    }

    pub fn published(&self) -> Value {
        let mut key = serde_json::to_value(Jwk::from_encoding_key(&self.key, Algorithm::ES256).unwrap()).unwrap();
        key["kid"] = self.id.into();
        key
    }

    pub fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.id.to_owned());
        encode(&header, claims, &self.key).unwrap()
    }
}

pub fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

fn publish(library: &Library, keys: &[Value]) {
    let metadata = json!({ "issuer": ISSUER, "jwks_uri": "https://login.example/keys" });
    let mut documents = library.documents.lock().unwrap();
    documents.insert("https://login.example/.well-known/openid-configuration".into(), metadata.to_string());
    let unknown = json!({ "kty": "FUTURE", "kid": "x" });
    let keys: Vec<&Value> = std::iter::once(&unknown).chain(keys).collect();
    documents.insert("https://login.example/keys".into(), json!({ "keys": keys }).to_string());
}

async fn served(library: &Arc<Library>, settings: &[(&str, &str)]) -> Served {
    let mut all = vec![("OAUTH_ISSUER", ISSUER), ("OAUTH_AUDIENCE", "our-mcp")];
    all.extend_from_slice(settings);
    Served::with(Setup { settings: &all, web: Some(library.clone()), ..Setup::default() }).await
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": "our-mcp", "sub": "ana", "exp": now() + 600, "azp": "desk", "scope": "infinity:read" })
}

#[tokio::test]
async fn a_token_of_the_issuer_lets_its_person_in_and_the_metadata_name_the_issuer() {
    let (library, key) = (Arc::new(Library::default()), SigningKey::new("one"));
    publish(&library, &[key.published()]);
    let served = served(&library, &[("OAUTH_SCOPELESS", "all")]).await;
    let mut plain = claims();
    plain.as_object_mut().unwrap().remove("scope");
    let grant = served.oauth.grant_of(&key.sign(&plain)).await.unwrap();
    assert_eq!((grant.user.as_str(), grant.client_id.as_str(), grant.scopes.len()), ("ana", "desk", 3));
    let resource = served.json("/.well-known/oauth-protected-resource/mcp").await;
    assert_eq!(resource["authorization_servers"], json!([ISSUER]));
    assert_eq!(served.get("/oauth/authorize").await.status(), reqwest::StatusCode::NOT_FOUND);
    let mut narrow = claims();
    narrow["scope"] = "openid infinity:read infinigate:order".into();
    let grant = served.oauth.grant_of(&key.sign(&narrow)).await.unwrap();
    assert_eq!(grant.scopes.into_iter().collect::<Vec<_>>(), ["infinity:read"]);
    let mut spelt = claims();
    spelt["aud"] = "our-mcp/".into();
    assert!(served.opens(&key.sign(&spelt)).await, "an address is the same with a slash at its end");
    assert_eq!(*library.fetched.lock().unwrap(), 2, "metadata and keys, once each");
}

#[tokio::test]
async fn a_token_that_names_none_of_our_scopes_opens_nothing_unless_the_operator_says_so() {
    let (library, key) = (Arc::new(Library::default()), SigningKey::new("one"));
    publish(&library, &[key.published()]);
    let (usual, open) = (served(&library, &[]).await, served(&library, &[("OAUTH_SCOPELESS", "all")]).await);
    for scope in [Value::Null, json!(""), json!("openid profile email"), json!(["Files.Read"]), json!("infinity:fly")] {
        let mut scopeless = claims();
        scopeless["scope"] = scope.clone();
        let token = key.sign(&scopeless);
        assert!(matches!(usual.oauth.grant_of(&token).await, Err(NoGrant::Scopeless)), "{scope}");
        assert_eq!(open.oauth.grant_of(&token).await.unwrap().scopes.len(), 3, "{scope}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_quite_right_lets_nobody_in() {
    let (library, key, stranger) = (Arc::new(Library::default()), SigningKey::new("one"), SigningKey::new("one"));
    publish(&library, &[key.published()]);
    let served = served(&library, &[]).await;
    for (name, value) in [
        ("iss", json!("https://other.example")),
        ("aud", json!("other")),
        ("aud", Value::Null),
        ("exp", json!(now() - 600)),
        ("exp", Value::Null),
        ("nbf", json!(now() + 600)),
        ("sub", json!("nobody")),
    ] {
        let mut wrong = claims();
        wrong[name] = value.clone();
        if value.is_null() {
            wrong.as_object_mut().unwrap().remove(name);
        }
        assert!(!served.opens(&key.sign(&wrong)).await, "{name}={value}");
    }
    let good = key.sign(&claims());
    assert!(served.opens(&good).await);
    let parts: Vec<&str> = good.split('.').collect();
    let shared = EncodingKey::from_secret(key.published()["x"].as_str().unwrap().as_bytes());
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("one".into());
    for wrong in [
        stranger.sign(&claims()),
        encode(&header, &claims(), &shared).unwrap(),
        // {"alg":"none"}
        format!("eyJhbGciOiJub25lIn0.{}.", parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        "x".repeat(20_000),
        String::new(),
    ] {
        assert!(!served.opens(&wrong).await, "{wrong}");
    }
}

#[tokio::test]
async fn an_address_counts_only_when_it_is_verified_or_the_operator_chose_the_claim() {
    let (library, key) = (Arc::new(Library::default()), SigningKey::new("one"));
    publish(&library, &[key.published()]);
    let mut by_mail = claims();
    by_mail["sub"] = "1234".into();
    by_mail["email"] = "ana".into();
    let usual = served(&library, &[]).await;
    assert!(!usual.opens(&key.sign(&by_mail)).await);
    let chosen = served(&library, &[("OAUTH_USER_CLAIM", "email")]).await;
    assert!(chosen.opens(&key.sign(&by_mail)).await);
    by_mail["email_verified"] = true.into();
    assert!(usual.opens(&key.sign(&by_mail)).await);
}

#[tokio::test]
async fn unknown_key_ids_do_not_make_the_server_fetch_over_and_over() {
    let (library, key) = (Arc::new(Library::default()), SigningKey::new("one"));
    publish(&library, &[key.published()]);
    let served = served(&library, &[("OAUTH_JWKS_URL", "https://login.example/keys")]).await;
    let made_up = SigningKey::new("made up");
    for _ in 0..20 {
        assert!(!served.opens(&made_up.sign(&claims())).await);
    }
    assert_eq!(*library.fetched.lock().unwrap(), 1);
    assert!(served.opens(&key.sign(&claims())).await);
}
