//! The life of codes and tokens: used once, rotated, given again for a moment, ended together.

use std::sync::Arc;
use std::time::Duration;

use infini_mcp::config::Lifetimes;
use infini_mcp::oauth::NoGrant;
use infini_mcp::state::Store;
use infini_mcp::vault::digest;
use reqwest::StatusCode;
use serde_json::json;

use super::oauth::{REDIRECT, Served, Setup, VERIFIER};

const HOUR: Duration = Duration::from_secs(3600);
const USUAL: Lifetimes =
    Lifetimes { code: Duration::from_secs(60), access: HOUR, refresh: HOUR, grace: Duration::from_secs(30) };

async fn with_lifetimes(lifetimes: Lifetimes) -> Served {
    Served::with(Setup { lifetimes: Some(lifetimes), ..Setup::default() }).await
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_it_was_used_for() {
    let served = Served::start().await;
    let code = served.code().await;
    let (_, tokens) = served.redeem(&code).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert!(served.opens(access).await);
    let (status, refused) = served.redeem(&code).await;
    assert_eq!((status, &refused["error"]), (StatusCode::BAD_REQUEST, &"invalid_grant".into()));
    assert!(!served.opens(access).await);
    let (status, _) = served.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn of_many_who_bring_one_code_at_once_none_keeps_a_token() {
    let served = Served::start().await;
    let code = served.code().await;
    let answers = futures::future::join_all((0..10).map(|_| served.redeem(&code))).await;
    let given: Vec<_> = answers.iter().filter(|(status, _)| *status == StatusCode::OK).collect();
    assert!(given.len() <= 1);
    for (_, tokens) in given {
        assert!(!served.opens(tokens["access_token"].as_str().unwrap()).await);
    }
}

#[tokio::test]
async fn a_code_that_is_too_old_is_worth_nothing() {
    let served = with_lifetimes(Lifetimes { code: Duration::ZERO, ..USUAL }).await;
    let (status, refused) = served.redeem(&served.code().await).await;
    assert_eq!((status, &refused["error"]), (StatusCode::BAD_REQUEST, &"invalid_grant".into()));
}

#[tokio::test]
async fn a_code_belongs_to_its_client_address_and_verifier() {
    let served = Served::start().await;
    let other_verifier = VERIFIER.replace('a', "b");
    for (name, value, error) in [
        ("code_verifier", other_verifier.as_str(), "invalid_grant"),
        ("code_verifier", "short", "invalid_request"),
        ("redirect_uri", "https://app.example/other", "invalid_grant"),
        ("client_id", "stranger", "invalid_client"),
        ("resource", "https://other.example/mcp", "invalid_target"),
    ] {
        let code = served.code().await;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "desk"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        fields.retain(|(other, _)| *other != name);
        fields.push((name, value));
        assert_eq!(served.post("/oauth/token", &fields).await.1["error"], error, "{name}={value}");
    }
}

#[tokio::test]
async fn fifty_parallel_refreshes_with_one_token_all_get_the_same_tokens_that_work() {
    let served = Served::start().await;
    let (_, refresh) = served.tokens().await;
    let answers = futures::future::join_all((0..50).map(|_| served.refresh(&refresh))).await;
    let (status, first) = &answers[0];
    assert_eq!(*status, StatusCode::OK, "{first}");
    assert!(answers.iter().all(|(status, tokens)| *status == StatusCode::OK && tokens == first));
    assert!(served.opens(first["access_token"].as_str().unwrap()).await);
    let (status, next) = served.refresh(first["refresh_token"].as_str().unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_ne!(next["refresh_token"], first["refresh_token"]);
}

#[tokio::test]
async fn servers_on_one_database_give_the_same_successor() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("state.db").display());
    let store = |holder: &str| Some(Arc::new(Store::new(&address, holder)));
    let one = Served::with(Setup { store: store("one"), ..Setup::default() }).await;
    let (_, refresh) = one.tokens().await;
    let other = Served::with(Setup { store: store("other"), ..Setup::default() }).await;
    let ((_, here), (_, there)) = tokio::join!(one.refresh(&refresh), other.refresh(&refresh));
    assert_eq!(here, there);
    assert!(other.opens(here["access_token"].as_str().unwrap()).await);
}

#[tokio::test]
async fn a_replaced_refresh_token_that_comes_back_later_ends_the_consent() {
    let served = with_lifetimes(Lifetimes { grace: Duration::ZERO, ..USUAL }).await;
    let (first_access, refresh) = served.tokens().await;
    let (_, next) = served.refresh(&refresh).await;
    let access = next["access_token"].as_str().unwrap();
    assert!(served.opens(access).await);
    // Within the same millisecond the old token still counts as just replaced.
    let mut last = StatusCode::OK;
    for _ in 0..200 {
        last = served.refresh(&refresh).await.0;
        if last != StatusCode::OK {
            break;
        }
    }
    assert_eq!(last, StatusCode::BAD_REQUEST);
    assert!(!served.opens(access).await && !served.opens(&first_access).await);
    assert_eq!(served.refresh(next["refresh_token"].as_str().unwrap()).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_refresh_may_narrow_and_never_widen() {
    let served = Served::start().await;
    let (_, refresh) = served.tokens().await;
    let with_scope = async |scope| {
        let fields =
            [("grant_type", "refresh_token"), ("client_id", "desk"), ("refresh_token", &*refresh), ("scope", scope)];
        served.post("/oauth/token", &fields).await
    };
    assert_eq!(with_scope("infinity:read infinigate:read").await.1["error"], "invalid_scope");
    let (status, narrow) = with_scope("infinity:read").await;
    assert_eq!((status, &narrow["scope"]), (StatusCode::OK, &"infinity:read".into()));
    let grant = served.oauth.grant_of(narrow["access_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(grant.scopes.len(), 1);
}

#[tokio::test]
async fn what_a_person_may_not_do_any_more_their_tokens_may_not_either() {
    let served = Served::start().await;
    let (access, refresh) = served.tokens().await;
    served.people.set("ana", &["infinity:write"]);
    let grant = served.oauth.grant_of(&access).await.unwrap();
    assert_eq!(grant.scopes.into_iter().collect::<Vec<_>>(), ["infinity:write"]);
    served.people.remove("ana");
    assert!(!served.opens(&access).await);
    assert_eq!(served.refresh(&refresh).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_consent_ends_with_the_key_it_was_given_with() {
    let served = Served::start().await;
    let (access, refresh) = served.tokens().await;
    // Ana was removed, and somebody of the same name came; or her key was in wrong hands, and she has a new one.
    served.people.rekey("ana", "second of ana");
    assert!(matches!(served.oauth.grant_of(&access).await, Err(NoGrant::Over)), "nobody guessed it");
    assert_eq!(served.refresh(&refresh).await.1["error"], "invalid_grant");
    let (access, _) = served.tokens().await;
    assert!(served.opens(&access).await);
}

#[tokio::test]
async fn giving_back_one_token_ends_the_consent_and_strangers_tokens_stay() {
    let served = Served::start().await;
    let (access, refresh) = served.tokens().await;
    let fields = [("client_id", "desk"), ("token", "oauth_unknown")];
    assert_eq!(served.post("/oauth/revoke", &fields).await.0, StatusCode::OK);
    assert!(served.opens(&access).await);
    assert!(!served.opens(&refresh).await, "a refresh token opens nothing");
    assert_eq!(served.post("/oauth/revoke", &[("client_id", "desk"), ("token", &refresh)]).await.0, StatusCode::OK);
    assert!(!served.opens(&access).await);
}

#[tokio::test]
async fn tokens_of_the_predecessor_work_until_they_end_and_its_file_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("oauth-tokens.json");
    let token = |text: &str, user: &str, expires_at: i64| {
        json!({ "token_hash": digest(text.as_bytes()), "scope": ["infinity:read", "infinity:admin"],
                "user_name": user, "expires_at": expires_at, "created_at": 1 })
    };
    let later = chrono::Utc::now().timestamp_millis() + 60_000;
    let file = json!({ "version": 1, "access_tokens": [
        token("oauth_alive", "ana", later), token("oauth_over", "ana", 1), token("oauth_nobodys", "nobody", later),
    ] })
    .to_string();
    std::fs::write(&path, &file).unwrap();
    let settings = [("OAUTH_TOKEN_STORE_FILE", path.to_str().unwrap())];
    let served = Served::with(Setup { settings: &settings, ..Setup::default() }).await;
    let grant = served.oauth.grant_of("oauth_alive").await.unwrap();
    assert_eq!(grant.scopes.into_iter().collect::<Vec<_>>(), ["infinity:read"], "never more than her own");
    assert!(!served.opens("oauth_over").await && !served.opens("oauth_nobodys").await);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), file);
    served.post("/oauth/revoke", &[("client_id", "desk"), ("token", "oauth_alive")]).await;
    assert!(!served.opens("oauth_alive").await);
}
