//! The one resource that tokens are for, however clients spell its address.

use infini_mcp::vault::{Credentials, Edit, Place};
use reqwest::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::oauth::{REDIRECT, Served, VERIFIER, part};
use crate::served::{BOTH, LEFT_OUT, Served as Endpoint};

#[tokio::test]
async fn the_resource_may_be_spelt_with_a_last_slash_or_in_capitals_in_every_request_of_a_grant() {
    let served = Served::start().await;
    let mut spellings = vec![format!("{}/mcp/", served.url), format!("{}/mcp", served.url.replace("http:", "HTTP:"))];
    spellings.push(format!("{}//", spellings[1]));
    for spelling in &spellings {
        let resource = ("resource", spelling.as_str());
        let code = part(&served.consent(&[resource], &["infinity:read"]).await, "code").unwrap();
        let client = ("client_id", "desk");
        let (status, tokens) = served
            .post(
                "/oauth/token",
                &[
                    ("grant_type", "authorization_code"),
                    client,
                    ("code", &code),
                    ("redirect_uri", REDIRECT),
                    ("code_verifier", VERIFIER),
                    resource,
                ],
            )
            .await;
        assert_eq!(status, StatusCode::OK, "{spelling}: {tokens}");
        let token = ("refresh_token", tokens["refresh_token"].as_str().unwrap());
        let (status, tokens) =
            served.post("/oauth/token", &[("grant_type", "refresh_token"), client, token, resource]).await;
        assert_eq!(status, StatusCode::OK, "{spelling}: {tokens}");
        assert!(served.opens(tokens["access_token"].as_str().unwrap()).await);
    }
    let canonical = served.json("/.well-known/oauth-protected-resource/mcp/").await;
    assert_eq!(canonical["resource"], json!(format!("{}/mcp", served.url)), "what is issued has one spelling");
}

#[tokio::test]
async fn the_challenge_and_the_metadata_are_found_with_and_without_a_last_slash() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place {
        users: folder.path().join("mcp-users.json"),
        store: folder.path().join("credentials.enc.json"),
        key: Some(SecretString::from("a store key of the tests, long enough")),
    };
    let (users, store) = (place.users.clone(), place.store.clone());
    let key = place.key.as_ref().unwrap().expose_secret().to_owned();
    let (mut edit, _) = Edit::make(place).unwrap();
    let infinity = Some(SecretString::from(infini_mcp::sandbox::INFINITY_TOKEN));
    edit.add_profile("boards", Credentials { infinity_token: infinity, infinigate: None }).unwrap();
    drop(edit);
    let served = Endpoint::start(&[
        ("MCP_TRANSPORT", "http"),
        ("MCP_USERS_FILE", users.to_str().unwrap()),
        ("MCP_CREDENTIAL_STORE_FILE", store.to_str().unwrap()),
        ("MCP_CREDENTIAL_STORE_KEY", &key),
        ("OAUTH_ENABLED", "true"),
        ("OAUTH_PUBLIC_URL", "https://mcp.example.com"),
        ("OAUTH_DYNAMIC_REGISTRATION", "true"),
    ])
    .await;
    let host = ("host", "mcp.example.com");
    for line in ["POST /mcp", "POST /mcp/"] {
        let told = served.send(line, &[BOTH, host, ("authorization", LEFT_OUT)], b"{}").await;
        assert_eq!(told.status, 401, "{told:?}");
        let challenge = told.header("www-authenticate");
        assert!(!challenge.contains("error"), "{challenge}");
        let scope = challenge.split("scope=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        assert!(scope.contains("infinity:read"), "{challenge}");
        assert!(
            scope.split(' ').all(|scope| scope.ends_with(":read")),
            "what reading needs and nothing more: {challenge}"
        );
        let metadata = "resource_metadata=\"https://mcp.example.com/.well-known/oauth-protected-resource/mcp\"";
        assert!(challenge.contains(metadata), "{challenge}");
    }
    let resource = "/.well-known/oauth-protected-resource";
    let server = "/.well-known/oauth-authorization-server";
    for path in ["", "/", "/mcp", "/mcp/"] {
        let told = served.send(&format!("GET {resource}{path}"), &[host], b"").await;
        assert_eq!(told.json()["resource"], json!("https://mcp.example.com/mcp"), "{path}: {told:?}");
        let told = served.send(&format!("GET {server}{path}"), &[host], b"").await;
        assert_eq!(told.json()["issuer"], json!("https://mcp.example.com"), "{path}: {told:?}");
    }
}
