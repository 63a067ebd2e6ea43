//! The tools for time entries, each through the whole runtime against the sandbox.

use reqwest::Method;
use serde_json::{Value, json};

use super::door::Door;
use super::infinity_direct::{BOARD, attribute, effects, item, send, words};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";

/// What upstream holds of an entry: it can only be had as the answer to a change that changes nothing.
async fn stored(door: &Door, entry: &Value) -> (u16, Value) {
    send(door, Method::PUT, &format!("{BOARD}/time-tracking/{}", entry["id"].as_str().unwrap()), json!({})).await
}

async fn recorded(door: &Door, place: usize, start: &str, end: &str) -> Value {
    let (item, _) = item(door, place).await;
    let asked =
        json!({ "workspace_id": "669", "board_id": "Projects", "item_id": item, "started_at": start, "ended_at": end });
    door.call("infinity_create_time_entry", asked).await.unwrap()
}

#[tokio::test]
async fn a_finished_entry_with_the_predecessors_arguments_stands_upstream_and_in_the_list() {
    let door = Door::sandbox().await;
    let (item, title) = item(&door, 2).await;
    let asked = json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "item_id": item, "attribute_id": attribute(&door, "Zeiterfassung").await,
        "started_at": "2026-05-04T09:00:00+02:00", "ended_at": "2026-05-04T10:35:00", "description": "Vor Ort" });
    let made = door.call("infinity_create_time_entry", asked).await.unwrap();
    assert_eq!(
        (made["item"].clone(), made["seconds"].clone(), made["duration"].clone(), made["running"].clone()),
        (json!(title), json!(5_700), json!("1 h 35 min"), json!(false))
    );
    let (_, there) = stored(&door, &made).await;
    assert_eq!(
        (
            there["started_at"].clone(),
            there["ended_at"].clone(),
            there["description"].clone(),
            there["item_id"].clone()
        ),
        (json!("2026-05-04T07:00:00.000000Z"), json!("2026-05-04T08:35:00.000000Z"), json!("Vor Ort"), json!(item))
    );
    let listed = door.call("infinity_list_time_entries", json!({})).await.unwrap();
    assert_eq!((listed["count"].clone(), listed["total"].clone()), (json!(1), json!("1 h 35 min")));
    assert_eq!(listed["time_entries"][0]["id"], made["id"]);
    assert!(listed["time_entries"][0]["description"].as_str().unwrap().contains("Vor Ort"));
    assert!(listed["note"].as_str().unwrap().contains("Only what was made"), "the seeded entry is not known");
}

#[tokio::test]
async fn a_timer_is_started_by_names_seen_running_and_stopped() {
    let door = Door::sandbox().await;
    let (_, title) = item(&door, 3).await;
    let asked = json!({ "workspace_id": HOME, "board_id": "projects", "item_id": title.to_lowercase(), "attribute_id": "zeiterfassung" });
    let made = door.call("infinity_create_time_entry", asked).await.unwrap();
    assert_eq!((made["running"].clone(), made.get("ended_at")), (json!(true), None));
    let running = door.call("infinity_list_time_entries", json!({ "state": "running" })).await.unwrap();
    assert_eq!(running["time_entries"][0]["running"], json!(true));
    assert!(running["time_entries"][0]["seconds"].as_i64().unwrap() < 60);
    let stop = json!({ "workspace_id": "669", "board_id": "Projects", "time_entry_id": made["id"], "ended_at": "now" });
    let stopped = door.call("infinity_update_time_entry", stop).await.unwrap();
    assert_eq!((stopped["entry"]["running"].clone(), stopped["entry"]["item"].clone()), (json!(false), json!(title)));
    assert!(stored(&door, &made).await.1["ended_at"].is_string());
    assert_eq!(
        door.call("infinity_list_time_entries", json!({ "state": "running" })).await.unwrap()["count"],
        json!(0)
    );
}

#[tokio::test]
async fn an_entry_is_put_right_and_can_be_let_run_again() {
    let door = Door::sandbox().await;
    let made = recorded(&door, 2, "2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z").await;
    let change = |more: Value| {
        let mut asked = json!({ "workspace_id": "669", "board_id": "Projects", "time_entry_id": made["id"], "item_id": made["item_id"] });
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        asked
    };
    let longer = change(json!({ "started_at": "2026-05-04T08:30:00Z", "description": "Anfahrt" }));
    let changed = door.call("infinity_update_time_entry", longer).await.unwrap();
    assert_eq!(changed["entry"]["duration"], json!("1 h 30 min"));
    assert_eq!(stored(&door, &made).await.1["description"], json!("Anfahrt"));
    let opened = door
        .call("infinity_update_time_entry", change(json!({ "ended_at": "none", "description": "" })))
        .await
        .unwrap();
    assert_eq!((opened["entry"]["running"].clone(), opened["entry"].get("description")), (json!(true), None));
    let there = stored(&door, &made).await.1;
    assert_eq!((there["ended_at"].clone(), there["description"].clone()), (Value::Null, Value::Null));
}

#[tokio::test]
async fn wrong_times_and_places_are_refused_before_anything_is_sent() {
    let door = Door::sandbox().await;
    let (item, _) = item(&door, 2).await;
    let make = |more: Value| {
        let mut asked = json!({ "workspace_id": "669", "board_id": "Projects", "item_id": item });
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        asked
    };
    for (more, expected) in [
        (json!({ "started_at": "2026-05-04T09:00:00Z", "ended_at": "2026-05-04T08:00:00Z" }), "lies before the start"),
        (json!({ "started_at": "2026-05-04" }), "is no date with a time"),
        (json!({ "started_at": "yesterday" }), "Give ISO 8601"),
        (json!({ "ended_at": "now" }), "without `started_at`"),
        (json!({ "attribute_id": "Stunden" }), "Give one of “Zeiterfassung”"),
        (json!({ "item_id": "gibt es nicht" }), "No item is called"),
    ] {
        let error = door.refused("infinity_create_time_entry", make(more)).await;
        assert!(words(&error).contains(expected), "{error:#}");
    }
    let elsewhere = json!({ "workspace_id": "669", "board_id": "Kunden/CRM", "item_id": item });
    assert!(
        words(&door.refused("infinity_create_time_entry", elsewhere).await).contains("no attribute for time tracking")
    );
    assert_eq!(effects(&door, "createTimeEntry").await, 0);

    let made = recorded(&door, 2, "2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z").await;
    let entry = |more: Value| {
        let mut asked = json!({ "workspace_id": "669", "board_id": "Projects", "time_entry_id": made["id"] });
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        asked
    };
    for (more, expected) in [
        (json!({}), "Nothing to change was given"),
        (json!({ "ended_at": "2026-05-04T08:00:00Z" }), "lies before the start"),
        (json!({ "item_id": "another", "ended_at": "now" }), "cannot move to another item"),
    ] {
        let error = door.refused("infinity_update_time_entry", entry(more)).await;
        assert!(words(&error).contains(expected), "{error:#}");
    }
    assert_eq!(effects(&door, "updateTimeEntry").await, 0);
}

#[tokio::test]
async fn entries_are_listed_by_item_and_board_in_pages_with_the_sum_of_all() {
    let door = Door::sandbox().await;
    let (second, _) = item(&door, 2).await;
    recorded(&door, 2, "2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z").await;
    recorded(&door, 2, "2026-05-05T09:00:00Z", "2026-05-05T09:30:00Z").await;
    recorded(&door, 3, "2026-05-06T09:00:00Z", "2026-05-06T09:05:00Z").await;
    let list = async |asked: Value| door.call("infinity_list_time_entries", asked).await.unwrap();
    let mine = list(json!({ "item_id": second, "limit": 1 })).await;
    assert_eq!(
        (mine["count"].clone(), mine["has_more"].clone(), mine["total_seconds"].clone()),
        (json!(1), json!(true), json!(5_400))
    );
    let rest = list(json!({ "item_id": second, "limit": 1, "after": mine["after"] })).await;
    assert_eq!((rest["count"].clone(), rest["has_more"].clone()), (json!(1), json!(false)));
    assert_eq!(
        list(json!({ "board_id": "projects", "attribute_id": "Zeiterfassung" })).await["total"],
        json!("1 h 35 min")
    );
    assert_eq!(list(json!({ "workspace_id": "52593" })).await["count"], json!(0));
    assert_eq!(list(json!({ "state": "running" })).await["total_seconds"], json!(0));
}

#[tokio::test]
async fn an_entry_is_deleted_only_after_the_yes_and_then_forgotten() {
    let door = Door::sandbox().await;
    let made = recorded(&door, 2, "2026-05-04T09:00:00Z", "2026-05-04T10:35:00Z").await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "time_entry_id": made["id"] });
    let question = door.ask("infinity_delete_time_entry", asked.clone()).await;
    assert!(
        question.message.contains("1 h 35 min") && question.message.contains("2026-05-04T09:00:00Z"),
        "{}",
        question.message
    );
    assert_eq!(effects(&door, "deleteTimeEntry").await, 0);
    assert_eq!(door.confirm("infinity_delete_time_entry", asked).await.unwrap()["deleted"], json!(true));
    assert_eq!(stored(&door, &made).await.0, 404);
    assert_eq!(door.call("infinity_list_time_entries", json!({})).await.unwrap()["count"], json!(0));
}

#[tokio::test]
async fn an_entry_that_upstream_no_longer_has_is_forgotten() {
    let door = Door::sandbox().await;
    let made = recorded(&door, 2, "2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z").await;
    send(&door, Method::DELETE, &format!("{BOARD}/time-tracking/{}", made["id"].as_str().unwrap()), Value::Null).await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "time_entry_id": made["id"] });
    let gone = door.confirm("infinity_delete_time_entry", asked).await.unwrap();
    assert!(gone["note"].as_str().unwrap().contains("no longer had it"), "{gone:#}");
    assert_eq!(door.call("infinity_list_time_entries", json!({})).await.unwrap()["count"], json!(0));
}

#[tokio::test]
async fn an_entry_made_elsewhere_can_be_stopped_but_its_item_is_not_known() {
    let door = Door::sandbox().await;
    let (item, _) = item(&door, 2).await;
    let body = json!({ "item_id": item, "attribute_id": attribute(&door, "Zeiterfassung").await });
    let (_, other) = send(&door, Method::POST, &format!("{BOARD}/time-tracking"), body).await;
    let stop = json!({ "workspace_id": "669", "board_id": "Projects", "time_entry_id": other["id"], "ended_at": "2099-01-01T00:00:00Z" });
    let stopped = door.call("infinity_update_time_entry", stop).await.unwrap();
    assert!(stopped["note"].as_str().unwrap().contains("not recorded through this server"), "{stopped:#}");
    assert!(stored(&door, &other).await.1["ended_at"].is_string());
}
