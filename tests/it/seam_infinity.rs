//! What is particular to StartInfinity: its headers, its pace, its upload, and its loose answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use infini_mcp::api::ids::{BoardId, WorkspaceId};
use infini_mcp::api::{Call, Cause, Error, Progress, drift, infinity};
use tokio_util::sync::CancellationToken;

use super::seam_upstream::{Act, TOKEN, Upstream, call, infinity_at, json};

#[derive(Default)]
struct Messages(Mutex<Vec<String>>);

impl Progress for Messages {
    fn report(&self, message: &str) {
        self.0.lock().unwrap().push(message.to_owned());
    }
}

fn too_many(wait: &str) -> Act {
    Act::Answer(429, vec![("retry-after", wait.into())], r#"{"message":"Too Many Attempts."}"#.into())
}

#[tokio::test]
async fn each_request_carries_the_token_and_the_version_it_was_set_to() {
    let upstream = Upstream::start(|_, _| json(200, r#"{"id":1975,"object":"user"}"#)).await;
    let call = call();
    let profile =
        infinity_at(&upstream.url).client(call.clone()).get_my_profile_data().send().await.unwrap().into_inner();
    assert_eq!(profile.id, Some(1975));
    let heard = upstream.heard().remove(0);
    assert_eq!(heard.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(heard.headers["x-api-version"], "2026-04-20.morava");
    assert_eq!(heard.headers["accept"], "application/json");
    assert!(!heard.headers.contains_key("api-version"));
    assert_eq!(call.seen(), ["getMyProfileData"]);
}

#[tokio::test]
async fn a_pause_the_service_asks_for_holds_all_callers_of_the_token_and_no_one_waits_past_the_deadline() {
    let upstream = Upstream::start(|_, _| too_many("120")).await;
    let account = infinity_at(&upstream.url);
    for _ in 0..3 {
        let error = Error::from(account.client(call()).get_my_profile_data().send().await.unwrap_err());
        let Cause::RateLimited { retry_after: Some(wait) } = error.cause else { panic!("{:?}", error.cause) };
        assert!(wait > Duration::from_secs(100));
    }
    assert_eq!(upstream.heard().len(), 1, "the later callers did not even ask");
}

#[tokio::test]
async fn waiting_is_told_to_the_person_and_ends_when_the_call_is_cancelled() {
    let upstream = Upstream::start(|_, _| too_many("20")).await;
    let (cancel, messages) = (CancellationToken::new(), Arc::new(Messages::default()));
    struct CancelWhenTold(CancellationToken, Arc<Messages>);
    impl Progress for CancelWhenTold {
        fn report(&self, message: &str) {
            self.1.report(message);
            self.0.cancel();
        }
    }
    let call = Call::new("r", cancel.clone(), Duration::from_secs(60))
        .with_progress(Arc::new(CancelWhenTold(cancel, messages.clone())));
    let error = Error::from(infinity_at(&upstream.url).client(call).get_my_profile_data().send().await.unwrap_err());
    assert_eq!(error.cause, Cause::Cancelled);
    assert_eq!(*messages.0.lock().unwrap(), ["waiting 20 s before asking StartInfinity again"]);
}

#[tokio::test]
async fn an_upload_is_one_file_part_and_is_repeated_when_turned_away() {
    let upstream =
        Upstream::start(
            |_, before| if before == 0 { too_many("0") } else { json(201, r#"{"id":86255,"filesize":"5"}"#) },
        )
        .await;
    let client = infinity_at(&upstream.url).client(call());
    let workspace = WorkspaceId::parse("669").unwrap();
    let attachment =
        infinity::upload(&client, &workspace, "brief.pdf", "application/pdf", b"hello".to_vec()).await.unwrap();
    assert_eq!((attachment.id, attachment.filesize), (Some(86_255), Some(5)));
    let [first, second] = upstream.heard().try_into().unwrap();
    assert_eq!(first.body, second.body);
    assert_eq!((second.method.as_str(), second.path.as_str()), ("POST", "/workspaces/669/attachments/file"));
    assert!(second.headers["content-type"].starts_with("multipart/form-data; boundary="));
    assert!(
        second.body.contains("name=\"file\"; filename=\"brief.pdf\"")
            && second.body.contains("Content-Type: application/pdf")
            && second.body.contains("\r\n\r\nhello\r\n")
    );
    let error = infinity::upload(&client, &workspace, "a", "no media type", Vec::new()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Internal);
}

#[tokio::test]
async fn odd_values_cost_neither_the_answer_nor_the_call_but_are_noted_and_counted() {
    let upstream = Upstream::start(|_, _| {
        json(
            200,
            r#"{"has_more":"false","before":null,"after":null,"data":[{"id":"LA1dW8i1TTK","name":["odd"]},"row?"]}"#,
        )
    })
    .await;
    let call = call();
    let workspace = WorkspaceId::parse("669").unwrap();
    let page = infinity_at(&upstream.url)
        .client(call.clone())
        .list_boards()
        .workspace(&workspace)
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_eq!(page.has_more, Some(false));
    let boards = page.data.unwrap();
    assert_eq!((boards.len(), boards[0].id.as_deref(), boards[0].name.as_deref()), (1, Some("LA1dW8i1TTK"), None));
    let notes: Vec<String> =
        call.notes().into_iter().map(|note| format!("{} {}", note.operation, note.pointer)).collect();
    assert_eq!(notes, ["listBoards /data/0/name", "listBoards /data/1"]);
    assert!(drift::snapshot().iter().any(|drift| drift.operation == "listBoards" && drift.pointer == "/data/*/name"));
}

#[tokio::test]
async fn a_removed_route_and_a_missing_item_are_told_apart() {
    let upstream = Upstream::start(|_, before| {
        if before == 0 {
            json(404, r#"{"message":"Removed in selected version"}"#)
        } else {
            json(404, r#"{"message":"Not found."}"#)
        }
    })
    .await;
    let account = infinity_at(&upstream.url);
    let (workspace, board) = (WorkspaceId::parse("669").unwrap(), BoardId::parse("LA1dW8i1TTK").unwrap());
    for cause in [Cause::Removed, Cause::NotFound] {
        let failure = account.client(call()).get_board().workspace(&workspace).board_id(&board).send().await;
        assert_eq!(Error::from(failure.unwrap_err()).cause, cause);
    }
}
