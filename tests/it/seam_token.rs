//! Infinigate's token through the whole seam: one fetch for all, one renewal after a refusal, none for a bad key.

use futures::future::join_all;
use infini_mcp::api::{Cause, Error};

use super::seam_upstream::{Act, CLIENT_SECRET, Heard, KEY, Upstream, call, infinigate_at, json};

const BAD_KEY: &str = r#"{"statusCode":401,"message":"Access denied due to invalid subscription key. Make sure to provide a valid key."}"#;

fn bearer(heard: &Heard) -> &str {
    heard.headers.get("authorization").map_or("", String::as_str)
}

#[tokio::test]
async fn fifty_parallel_calls_fetch_one_token_and_send_the_key_with_each_request() {
    let upstream = Upstream::infinigate(|_, _| json(200, "[]")).await;
    let account = infinigate_at(&upstream.url);
    let client = account.client(call());
    let outcomes = join_all((0..50).map(|_| client.list_manufacturers().send())).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(upstream.tokens(), 1);
    let heard = upstream.heard();
    assert_eq!(heard.len(), 50);
    for request in heard {
        assert_eq!(bearer(&request), "Bearer token-0");
        assert_eq!(request.headers["api-key"], KEY);
        assert_eq!(request.headers["accept"], "application/json");
        assert!(!request.headers.contains_key("api-version"));
    }
}

#[tokio::test]
async fn fifty_parallel_refusals_of_one_token_make_one_renewal() {
    let upstream =
        Upstream::infinigate(
            |heard, _| if bearer(heard) == "Bearer token-0" { json(401, "") } else { json(200, "[]") },
        )
        .await;
    let account = infinigate_at(&upstream.url);
    let client = account.client(call());
    let outcomes = join_all((0..50).map(|_| client.list_manufacturers().send())).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(upstream.tokens(), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_again_is_not_renewed_a_second_time() {
    let upstream = Upstream::infinigate(|_, _| json(401, r#"{"message":"Invalid JWT."}"#)).await;
    let error = Error::from(infinigate_at(&upstream.url).client(call()).list_manufacturers().send().await.unwrap_err());
    assert_eq!(error.cause, Cause::Unauthenticated { subscription_key: false });
    assert_eq!((error.status, error.attempts, upstream.tokens()), (Some(401), 2, 2));
    assert_eq!(error.said.as_deref(), Some("Invalid JWT."));
}

#[tokio::test]
async fn a_refusal_that_names_the_subscription_key_is_not_repeated() {
    let upstream = Upstream::infinigate(|_, _| json(401, BAD_KEY)).await;
    let error = Error::from(infinigate_at(&upstream.url).client(call()).list_manufacturers().send().await.unwrap_err());
    assert_eq!(error.cause, Cause::Unauthenticated { subscription_key: true });
    assert_eq!((upstream.heard().len(), upstream.tokens()), (1, 1));
}

#[tokio::test]
async fn a_token_that_cannot_be_had_fails_all_who_wait_and_is_asked_for_anew_by_the_next() {
    let body = r#"{"error":"invalid_client","error_description":"Invalid client or Invalid client credentials"}"#;
    let upstream = Upstream::start(move |_, _| json(401, body)).await;
    let account = infinigate_at(&upstream.url);
    let client = account.client(call());
    for error in join_all((0..20).map(|_| client.list_manufacturers().send())).await {
        let error = Error::from(error.unwrap_err());
        assert_eq!(error.cause, Cause::Unauthenticated { subscription_key: false });
        assert_eq!(error.operation, "createToken");
        assert_eq!(error.said.as_deref(), Some("Invalid client or Invalid client credentials"));
    }
    assert_eq!((upstream.heard().len(), upstream.tokens()), (0, 1));
    assert!(client.list_manufacturers().send().await.is_err());
    assert_eq!(upstream.tokens(), 2);
}

#[tokio::test]
async fn the_request_for_a_token_is_a_form_without_a_bearer_and_is_repeated_like_a_read() {
    let upstream = Upstream::start(|heard, before| match (heard.is_token(), before) {
        (true, 0) => json(503, ""),
        (true, _) => json(200, r#"{"accessToken":"abc","expires_in":"300"}"#),
        (false, _) => {
            assert!(bearer(heard) == "Bearer abc");
            json(200, "[]")
        }
    })
    .await;
    let call = call();
    infinigate_at(&upstream.url).client(call.clone()).list_manufacturers().send().await.unwrap();
    assert_eq!(upstream.tokens(), 2);
    assert_eq!(call.seen(), ["listManufacturers"]);
}

#[tokio::test]
async fn the_client_secret_travels_in_the_body_of_the_token_request_only() {
    let upstream = Upstream::start(|heard, _| {
        let is_right = heard.is_token() == heard.body.contains(CLIENT_SECRET)
            && heard.is_token() != heard.headers.contains_key("authorization");
        if is_right { json(200, r#"{"token":"abc"}"#) } else { Act::Close }
    })
    .await;
    let error = Error::from(infinigate_at(&upstream.url).client(call()).list_manufacturers().send().await.unwrap_err());
    assert_eq!(error.cause, Cause::NotJson, "the script's answer is no list, but it was given");
}
