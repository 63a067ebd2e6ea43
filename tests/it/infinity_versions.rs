//! What StartInfinity's version header and its limit of requests do to a call, and how it is explained.

use serde_json::{Value, json};

use super::door::Door;
use super::infinity_direct::{item, words};

#[tokio::test]
async fn a_mistyped_version_that_looks_like_a_bad_token_is_explained() {
    let door = Door::with(&[("INFINITY_API_VERSION", "2026-04-02.morava")]).await;
    let error = door.refused("infinity_get_profile", json!({})).await;
    assert_eq!(error["code"], json!("unauthenticated"));
    assert!(words(&error).contains("look at INFINITY_API_VERSION first"), "{error:#}");
    door.fault(json!({ "infinity.unknown_version_refused": false })).await;
    assert!(door.call("infinity_get_profile", json!({})).await.is_ok(), "the switch takes the quirk away");
}

#[tokio::test]
async fn a_call_that_the_chosen_version_does_not_have_is_not_taken_for_an_unknown_id() {
    let door = Door::with(&[("INFINITY_API_VERSION", "2025-12-01.morava")]).await;
    let (item, _) = item(&door, 2).await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "item_id": item });
    let error = door.refused("infinity_create_time_entry", asked).await;
    assert!(words(&error).contains("does not offer the call `createTimeEntry`"), "{error:#}");
    assert!(words(&error).contains("time tracking needs 2026-04-20.morava"), "{error:#}");
}

#[tokio::test]
async fn the_oldest_version_is_understood_where_it_has_the_call() {
    let door = Door::with(&[("INFINITY_API_VERSION", "2.1.0")]).await;
    let hooks =
        door.call("infinity_list_hooks", json!({ "workspace_id": "669", "board_id": "Projects" })).await.unwrap();
    assert_eq!(hooks["hooks"][0]["events"], json!(["value.created", "value.updated"]), "events come as strings there");
    let (from, to) = (item(&door, 2).await.0, item(&door, 3).await.0);
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "from_item_id": from, "to_item_id": to });
    let link = door.call("infinity_create_reference", asked).await.unwrap();
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "reference_id": link["id"] });
    assert_eq!(door.confirm("infinity_delete_reference", asked).await.unwrap()["deleted"], json!(true));
}

#[tokio::test]
async fn wrapped_objects_and_empty_deletes_do_not_confuse_the_ledger() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinity.data_wrapper": true, "infinity.delete_empty": true, "infinity.create_status": 200 }))
        .await;
    let (item, title) = item_of_tools(&door).await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "item_id": item });
    let entry = door.call("infinity_create_time_entry", asked).await.unwrap();
    assert_eq!((entry["item"].clone(), entry["running"].clone()), (title, json!(true)));
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "time_entry_id": entry["id"] });
    assert_eq!(door.confirm("infinity_delete_time_entry", asked).await.unwrap()["deleted"], json!(true));
    assert_eq!(door.call("infinity_list_time_entries", json!({})).await.unwrap()["count"], json!(0));
}

async fn item_of_tools(door: &Door) -> (Value, Value) {
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": "Rollout 2026", "name": "Messen" });
    let made = door.call("infinity_create_item", asked).await.unwrap();
    (made["id"].clone(), made["title"].clone())
}

#[tokio::test]
async fn one_too_many_requests_is_answered_with_how_long_to_wait() {
    let door = Door::with(&[("MCP_CALL_TIMEOUT_MS", "5000")]).await;
    door.call("infinity_get_profile", json!({})).await.unwrap();
    door.fault(json!({ "infinity.requests_per_minute": 1 })).await;
    let error = door.refused("infinity_get_profile", json!({})).await;
    assert_eq!((error["code"].clone(), error["retryable"].clone()), (json!("rate_limited"), json!(true)));
    assert!(error["retry_after_seconds"].as_f64().unwrap() > 50.0, "{error:#}");
    door.fault(json!({ "infinity.requests_per_minute": 0 })).await;
    let held = door.refused("infinity_get_profile", json!({})).await;
    assert_eq!(held["code"], json!("rate_limited"), "the pause holds for the next caller, too");
    assert!(held.get("status").is_none(), "who did not even ask: {held:#}");
}

#[tokio::test]
async fn the_servers_own_limit_is_told_before_the_service_has_to() {
    let door = Door::with(&[("INFINITY_REQUESTS_PER_MINUTE", "2"), ("MCP_CALL_TIMEOUT_MS", "5000")]).await;
    for _ in 0..2 {
        door.call("infinity_get_profile", json!({})).await.unwrap();
    }
    let error = door.refused("infinity_get_profile", json!({})).await;
    assert_eq!(error["code"], json!("rate_limited"));
    let ledger = door.ledger().await;
    assert_eq!(ledger["operations"][0]["calls"], json!(2), "nothing was sent in vain");
}

#[tokio::test]
async fn a_link_that_cannot_be_noted_here_is_made_all_the_same_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("state.db").display());
    let door = Door::with(&[("STATE_URL", &url)]).await;
    let (from, to) = (item(&door, 2).await.0, item(&door, 3).await.0);
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "from_item_id": from, "to_item_id": to });
    door.call("infinity_create_reference", asked.clone()).await.unwrap();
    let side = sqlx::SqlitePool::connect(&url).await.unwrap();
    sqlx::query("DROP TABLE kept").execute(&side).await.unwrap();
    let made = door.call("infinity_create_reference", asked).await.unwrap();
    let note = made["note"].as_str().unwrap();
    assert!(note.contains("could not be noted here") && note.contains(made["id"].as_str().unwrap()), "{note}");
}
