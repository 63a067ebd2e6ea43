//! What is sent again and what is not, when the service or the wire misbehaves.

use std::time::Duration;

use infini_mcp::api::{Call, Cause, Doubt, Error};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::seam_upstream::{Act, Upstream, acceptance, call, infinigate_at, infinigate_within, infinity_at, json};

const GATEWAY_404: &str = r#"{ "statusCode": 404, "message": "Resource not found" }"#;
const MAIN: &str = "/order-management/v2/purchasequote/acceptance";
const ALTERNATE: &str = "/order-managment/v2/purchasequote/acceptance";

async fn read_failure(upstream: &Upstream) -> Error {
    infinigate_at(&upstream.url).client(call()).list_manufacturers().send().await.unwrap_err().into()
}

async fn write_failure(upstream: &Upstream) -> Error {
    infinigate_at(&upstream.url)
        .client(call())
        .accept_purchase_quote()
        .body(acceptance())
        .send()
        .await
        .unwrap_err()
        .into()
}

fn html() -> Act {
    Act::Answer(200, vec![("content-type", "text/html".into())], "<html>sign in</html>".into())
}

#[tokio::test]
async fn a_read_that_fails_in_passing_is_repeated() {
    for passing in [408, 429, 502, 503, 504] {
        let upstream =
            Upstream::infinigate(move |_, before| if before == 0 { json(passing, "") } else { json(200, "[]") }).await;
        infinigate_at(&upstream.url).client(call()).list_manufacturers().send().await.unwrap();
        assert_eq!(upstream.heard().len(), 2, "{passing}");
    }
}

#[tokio::test]
async fn a_read_that_fails_for_good_says_how_often_it_was_tried() {
    let upstream = Upstream::infinigate(|_, _| json(503, "<h1>Down</h1>")).await;
    let error = read_failure(&upstream).await;
    assert_eq!((error.cause.clone(), error.attempts, error.status), (Cause::Unavailable, 2, Some(503)));
    let text = error.to_string();
    assert!(text.starts_with("Infinigate cannot serve at present (2 attempts over "), "{text}");
    assert!(text.ends_with("It said: \u{201c}Down\u{201d}. Nothing was changed."), "{text}");
}

#[tokio::test]
async fn a_write_that_may_have_arrived_is_never_repeated() {
    let cases: [(fn() -> Act, Doubt); 6] = [
        (|| json(503, ""), Doubt::ServerFailed),
        (|| json(500, ""), Doubt::ServerFailed),
        (|| json(408, ""), Doubt::TimedOut),
        (|| Act::Close, Doubt::Broken),
        (html, Doubt::NotUnderstood),
        (
            || Act::Raw("HTTP/1.1 200 OK\r\ncontent-length: 50\r\ncontent-type: application/json\r\n\r\n{".into()),
            Doubt::NotUnderstood,
        ),
    ];
    for (act, doubt) in cases {
        let upstream = Upstream::infinigate(move |_, _| act()).await;
        let error = write_failure(&upstream).await;
        assert_eq!((error.cause.clone(), error.attempts), (Cause::OutcomeUnknown { doubt }, 1));
        assert_eq!(upstream.heard().len(), 1);
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_write_is_repeated_when_it_was_turned_away_at_the_door() {
    let upstream = Upstream::infinigate(|_, before| match before {
        0 => Act::Answer(429, vec![("retry-after", "0".into())], String::new()),
        1 => json(401, ""),
        _ => json(202, ""),
    })
    .await;
    infinigate_at(&upstream.url).client(call()).accept_purchase_quote().body(acceptance()).send().await.unwrap();
    assert_eq!((upstream.heard().len(), upstream.tokens()), (3, 2));
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_changed() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let client = infinity_at(&format!("http://{closed}")).client(call());
    let error = Error::from(client.remove_member().workspace(669).user(1975).send().await.unwrap_err());
    assert_eq!((error.cause.clone(), error.attempts), (Cause::Unreachable, 2));
    assert!(std::error::Error::source(&error).is_some());
}

#[tokio::test]
async fn a_read_whose_connection_breaks_is_repeated_before_and_within_the_answer() {
    let broken: [fn() -> Act; 2] =
        [|| Act::Close, || Act::Raw("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n[".into())];
    for act in broken {
        let upstream = Upstream::infinigate(move |_, before| if before == 0 { act() } else { json(200, "[]") }).await;
        infinigate_at(&upstream.url).client(call()).list_manufacturers().send().await.unwrap();
        assert_eq!(upstream.heard().len(), 2);
    }
}

#[tokio::test]
async fn a_success_that_cannot_be_read_is_an_error_and_never_an_empty_success() {
    let unreadable: [(fn() -> Act, Cause); 4] = [
        (html, Cause::NotJson),
        (|| json(200, ""), Cause::NotJson),
        (|| json(200, "[{\"name\": \"a\""), Cause::Truncated),
        (|| Act::Raw("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n[".into()), Cause::Truncated),
    ];
    for (act, cause) in unreadable {
        let upstream = Upstream::infinigate(move |_, _| act()).await;
        assert_eq!(read_failure(&upstream).await.cause, cause);
    }
}

#[tokio::test]
async fn a_pause_longer_than_the_deadline_is_not_begun() {
    let upstream =
        Upstream::infinigate(|_, _| Act::Answer(429, vec![("retry-after", "3600".into())], String::new())).await;
    let error = read_failure(&upstream).await;
    assert_eq!(
        (error.cause.clone(), error.attempts),
        (Cause::RateLimited { retry_after: Some(Duration::from_secs(3600)) }, 1)
    );
    assert!(error.to_string().starts_with("Infinigate takes no more requests for 3600 s"));
}

#[tokio::test]
async fn no_answer_in_time_is_a_timeout_for_a_read_and_unknown_for_a_write() {
    let upstream = Upstream::infinigate(|_, _| Act::Hold).await;
    let limit = Duration::from_millis(400);
    let account = infinigate_within(&upstream.url, limit);
    let error = Error::from(account.client(call()).list_manufacturers().send().await.unwrap_err());
    assert_eq!((error.cause, error.attempts), (Cause::Timeout { limit }, 2));
    let error =
        Error::from(account.client(call()).accept_purchase_quote().body(acceptance()).send().await.unwrap_err());
    assert_eq!((error.cause, error.attempts), (Cause::OutcomeUnknown { doubt: Doubt::TimedOut }, 1));
}

#[tokio::test]
async fn a_cancelled_read_drops_its_connection() {
    let upstream = Upstream::infinigate(|_, _| Act::Hold).await;
    let cancel = CancellationToken::new();
    let client = infinigate_at(&upstream.url).client(Call::new("r", cancel.clone(), Duration::from_secs(30)));
    let (outcome, ()) = tokio::join!(client.list_manufacturers().send(), async {
        upstream.holding.notified().await;
        cancel.cancel();
    });
    assert_eq!(Error::from(outcome.unwrap_err()).cause, Cause::Cancelled);
    upstream.gone.notified().await;
}

#[tokio::test]
async fn a_cancelled_write_runs_to_its_end_and_its_outcome_is_called_unknown() {
    let upstream = Upstream::infinigate(|_, _| Act::Hold).await;
    let cancel = CancellationToken::new();
    let client = infinigate_at(&upstream.url).client(Call::new("r", cancel.clone(), Duration::from_secs(30)));
    let (outcome, ()) = tokio::join!(client.accept_purchase_quote().body(acceptance()).send(), async {
        upstream.holding.notified().await;
        cancel.cancel();
    });
    assert_eq!(Error::from(outcome.unwrap_err()).cause, Cause::OutcomeUnknown { doubt: Doubt::Cancelled });
    upstream.release.notify_one();
    upstream.answered.notified().await;
}

#[tokio::test]
async fn the_spelling_that_works_is_found_once_and_remembered_until_it_fails() {
    let upstream = Upstream::infinigate(|heard, before| {
        let known = if before < 3 { ALTERNATE } else { MAIN };
        if heard.path == known { json(200, r#"{"documentNumber":"AN2600456"}"#) } else { json(404, GATEWAY_404) }
    })
    .await;
    let account = infinigate_at(&upstream.url);
    for _ in 0..4 {
        account.client(call()).accept_purchase_quote().body(acceptance()).send().await.unwrap();
    }
    let paths: Vec<String> = upstream.heard().into_iter().map(|heard| heard.path).collect();
    assert_eq!(paths, [MAIN, ALTERNATE, ALTERNATE, ALTERNATE, MAIN, MAIN]);
}

#[tokio::test]
async fn a_route_unknown_in_every_spelling_is_not_a_missing_document() {
    let upstream = Upstream::infinigate(|_, _| json(404, GATEWAY_404)).await;
    let error = write_failure(&upstream).await;
    assert_eq!((error.cause.clone(), error.attempts), (Cause::RouteMissing, 2));
    assert_eq!(read_failure(&upstream).await.cause, Cause::RouteMissing);
    let upstream = Upstream::infinigate(|_, _| json(404, "")).await;
    assert_eq!(read_failure(&upstream).await.cause, Cause::NotFound);
}
