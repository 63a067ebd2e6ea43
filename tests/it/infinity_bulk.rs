//! Many items at once, each tool through the whole runtime against the sandbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use infini_mcp::api::Progress;
use infini_mcp::tool::confirm::{Consent, Way};
use infini_mcp::tool::run::{self, Attempt, Turn};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::door::{Door, rows};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";

/// A door through which many requests may pass.
async fn wide_door() -> Door {
    let door = Door::with(&[("INFINITY_REQUESTS_PER_MINUTE", "10000")]).await;
    door.fault(json!({ "infinity.requests_per_minute": 0 })).await;
    door
}

/// Arguments on the board Projects, by names.
fn on_projects(more: Value) -> Value {
    let mut all = json!({ "workspace_id": HOME, "board_id": "Projects" });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

fn batch(names: &[&str], key: &str) -> Value {
    let items: Vec<Value> = names.iter().map(|name| json!({ "name": name, "values": { "Status": "To do" } })).collect();
    on_projects(json!({ "folder_id": "Ablage 2025", "items": items, "idempotency_key": key }))
}

/// The titles in the folder that the batches go to, which is empty at first.
async fn titles(door: &Door) -> Vec<String> {
    let list = on_projects(json!({ "folder_id": "Ablage 2025", "limit": 100 }));
    let answer = door.call("infinity_list_items", list).await.unwrap();
    let mut titles: Vec<String> =
        rows(&answer).as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

async fn calls(door: &Door, operation: &str) -> u64 {
    let ledger = door.ledger().await;
    let all = ledger["operations"].as_array().cloned().unwrap();
    all.iter().find(|row| row["operation"] == json!(operation)).map_or(0, |row| row["calls"].as_u64().unwrap())
}

fn counts(report: &Value) -> [u64; 4] {
    ["done", "failed", "unknown", "pending"].map(|status| report[status].as_u64().unwrap())
}

#[tokio::test]
async fn many_items_are_created_in_their_order_and_a_repeated_call_creates_none() {
    let door = wide_door().await;
    let made = door.call("infinity_create_items", batch(&["a", "b", "c"], "first")).await.unwrap();
    assert_eq!(counts(&made), [3, 0, 0, 0], "{made:#}");
    assert!(made.get("note").is_none());
    let id = made["results"][1]["id"].as_str().unwrap();
    let second = door.call("infinity_get_item", on_projects(json!({ "item_id": id }))).await.unwrap();
    assert_eq!((second["title"].clone(), second["values"]["Status"].clone()), (json!("b"), json!("To do")));
    let again = door.call("infinity_create_items", batch(&["a", "b", "c"], "first")).await.unwrap();
    assert_eq!(again["results"], made["results"]);
    assert_eq!((titles(&door).await, calls(&door, "createItem").await), (vec!["a".into(), "b".into(), "c".into()], 3));
    let error = door.refused("infinity_create_items", batch(&["a", "b", "d"], "first")).await;
    assert_eq!(error["code"], json!("conflict"), "{error:#}");
    assert_eq!(calls(&door, "createItem").await, 3);
}

#[tokio::test]
async fn without_a_key_one_is_made_that_resumes() {
    let door = wide_door().await;
    let items = on_projects(json!({ "items": [{ "name": "x", "folder_id": "ablage 2025" }] }));
    let made = door.call("infinity_create_items", items.clone()).await.unwrap();
    let mut again = items;
    again["idempotency_key"] = made["idempotency_key"].clone();
    door.call("infinity_create_items", again).await.unwrap();
    assert_eq!(titles(&door).await, ["x"]);
}

#[tokio::test]
async fn all_items_are_checked_before_the_first_is_sent() {
    let door = wide_door().await;
    let items = json!([{ "name": "gut" }, { "name": "schlecht", "values": { "Status": "Fertig" } }, { "name": "auch", "values": { "Stunden": "viele" } }]);
    let error =
        door.refused("infinity_create_items", on_projects(json!({ "folder_id": "Ablage 2025", "items": items }))).await;
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("2 of 3 items") && message.contains("Item 2:") && message.contains("Item 3:"),
        "{error:#}"
    );
    assert!(error["hint"].as_str().unwrap().contains("“To do”"), "{error:#}");
    let many: Vec<Value> = (0..201).map(|number| json!({ "name": number.to_string() })).collect();
    for (items, words) in [
        (json!([{ "name": "x" }]), "names no folder"),
        (json!(many), "at most 200"),
        (json!([]), "at least 1"),
        (json!([{ "titel": "x" }]), "items[0].titel"),
    ] {
        let error = door.refused("infinity_create_items", on_projects(json!({ "items": items }))).await;
        assert!(error["message"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door, "createItem").await, 0);
}

#[tokio::test]
async fn two_hundred_items_go_in_one_call() {
    let door = wide_door().await;
    let names: Vec<String> = (0..200).map(|number| format!("Nr {number:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let made = door.call("infinity_create_items", batch(&names, "many")).await.unwrap();
    assert_eq!(counts(&made), [200, 0, 0, 0]);
    assert_eq!(calls(&door, "createItem").await, 200);
    let tokens = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&made.to_string()).len();
    assert!(tokens < 10_000, "{tokens} tokens");
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_leaves_exactly_the_wanted_items_after_a_repeated_call() {
    let door = wide_door().await;
    door.fault(json!({ "infinity.reset_next": { "spare": 2, "operation": "createItem" } })).await;
    let cut = door.call("infinity_create_items", batch(&["a", "b", "c", "d", "e"], "cut")).await.unwrap();
    assert_eq!(counts(&cut), [4, 0, 1, 0], "{cut:#}");
    assert_eq!(cut["results"][2]["status"], json!("unknown"));
    assert!(cut["note"].as_str().unwrap().contains("this idempotency_key"), "{cut:#}");
    let whole = door.call("infinity_create_items", batch(&["a", "b", "c", "d", "e"], "cut")).await.unwrap();
    assert_eq!(counts(&whole), [5, 0, 0, 0], "{whole:#}");
    assert_eq!(titles(&door).await, ["a", "b", "c", "d", "e"]);
}

#[tokio::test]
async fn an_item_whose_answer_was_lost_is_found_and_not_sent_again() {
    let door = wide_door().await;
    let lost = json!({ "spare": 1, "operation": "createItem", "after_effect": true });
    door.fault(json!({ "infinity.reset_next": lost })).await;
    let made = door.call("infinity_create_items", batch(&["a", "b", "c"], "lost")).await.unwrap();
    assert_eq!(counts(&made), [3, 0, 0, 0], "looked up at once: {made:#}");
    // Now the look fails as well, and only the repeated call can settle it.
    let fail = json!({ "status": 503, "count": 50, "spare": 1, "operation": "listItems" });
    door.fault(json!({ "infinity.reset_next": lost, "infinity.fail_next": fail })).await;
    let made = door.call("infinity_create_items", batch(&["d", "e", "f"], "blind")).await.unwrap();
    assert_eq!(counts(&made), [2, 0, 1, 0], "{made:#}");
    door.fault(json!({ "infinity.fail_next": null })).await;
    let made = door.call("infinity_create_items", batch(&["d", "e", "f"], "blind")).await.unwrap();
    assert_eq!(counts(&made), [3, 0, 0, 0], "{made:#}");
    assert_eq!(titles(&door).await, ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(calls(&door, "createItem").await, 6);
}

#[tokio::test]
async fn twins_in_one_batch_are_told_apart_and_a_strangers_twin_is_not_taken_for_ours() {
    let door = wide_door().await;
    let lost = json!({ "spare": 1, "operation": "createItem", "after_effect": true });
    door.fault(json!({ "infinity.reset_next": lost })).await;
    let made = door.call("infinity_create_items", batch(&["Lizenz", "Lizenz", "Lizenz"], "twins")).await.unwrap();
    assert_eq!(counts(&made), [3, 0, 0, 0], "{made:#}");
    assert_eq!(titles(&door).await.len(), 3);
    // An older item of the same name and values does not count as the one that was lost.
    door.fault(json!({ "infinity.reset_next": { "operation": "createItem" } })).await;
    let cut = door.call("infinity_create_items", batch(&["Lizenz"], "stranger")).await.unwrap();
    assert_eq!(counts(&cut), [0, 0, 1, 0], "{cut:#}");
    let whole = door.call("infinity_create_items", batch(&["Lizenz"], "stranger")).await.unwrap();
    assert_eq!(counts(&whole), [1, 0, 0, 0], "{whole:#}");
    assert_eq!(titles(&door).await.len(), 4);
}

#[tokio::test]
async fn what_upstream_refuses_fails_alone_and_is_tried_again() {
    let door = wide_door().await;
    let items = json!([{ "name": "a" }, { "name": "b", "values": { "Priorität": 99 } }, { "name": "c" }]);
    let args = on_projects(json!({ "folder_id": "Ablage 2025", "items": items, "idempotency_key": "k" }));
    for (created, already) in [(3, Value::Null), (4, json!(2))] {
        let made = door.call("infinity_create_items", args.clone()).await.unwrap();
        assert_eq!(counts(&made), [2, 1, 0, 0], "{made:#}");
        assert_eq!(made.get("already_done").cloned().unwrap_or_default(), already, "{made:#}");
        let (note, reason) = (made["note"].as_str().unwrap(), made["results"][1]["reason"].as_str().unwrap());
        assert!(note.starts_with("Item 2 failed.") && note.contains("send only that"), "{note}");
        assert!(!note.contains("same items") && !reason.contains("values."), "{note} {reason}");
        assert!(reason.contains("“Priorität”"), "{reason}");
        assert!(made["results"][1]["reason"].as_str().unwrap().contains("between 0 and 5"), "{made:#}");
        assert_eq!(calls(&door, "createItem").await, created);
    }
    let other = on_projects(json!({ "folder_id": "Ablage 2025", "items": [{ "name": "b" }], "idempotency_key": "k" }));
    let error = door.refused("infinity_create_items", other.clone()).await;
    assert!(error["message"].as_str().unwrap().contains("2 of 3 are done"), "{error:#}");
    assert!(error["hint"].as_str().unwrap().contains("written twice"), "{error:#}");
    assert_eq!(titles(&door).await, ["a", "c"]);
}

#[tokio::test]
async fn every_item_that_cannot_be_written_is_named() {
    let door = wide_door().await;
    let items: Vec<Value> =
        (0..10).map(|at| json!({ "name": format!("{at}"), "values": { "Stunden": format!("viel {at}") } })).collect();
    let args = on_projects(json!({ "folder_id": "Ablage 2025", "items": items }));
    let error = door.refused("infinity_create_items", args).await;
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("10 of 10 items cannot be written. Item 1: “viel 0”"), "{message}");
    for item in 1..=10 {
        assert!(message.contains(&format!("Item {item}: “viel {}”", item - 1)), "{item}: {message}");
    }
    assert!(message.ends_with("Nothing was sent.") && !message.contains('…'), "{message}");
    let items: Vec<Value> = (0..10).map(|_| json!({ "name": "x", "values": { "Phase": 1 } })).collect();
    let args = on_projects(json!({ "folder_id": "Ablage 2025", "items": items }));
    let error = door.refused("infinity_create_items", args).await;
    assert!(error["message"].as_str().unwrap().contains("Items 1 to 10: No attribute is called “Phase”."), "{error:#}");
}

#[tokio::test]
async fn credentials_that_stop_working_stop_the_batch_and_nothing_is_lost() {
    let door = wide_door().await;
    door.fault(json!({ "infinity.fail_next": { "status": 403, "spare": 1, "operation": "createItem" } })).await;
    let made = door.call("infinity_create_items", batch(&["a", "b", "c"], "k")).await.unwrap();
    assert_eq!(counts(&made), [1, 0, 0, 2], "{made:#}");
    assert!(made["note"].as_str().unwrap().starts_with("It ended early:"), "{made:#}");
    let made = door.call("infinity_create_items", batch(&["a", "b", "c"], "k")).await.unwrap();
    assert_eq!(counts(&made), [3, 0, 0, 0], "{made:#}");
    door.fault(json!({ "infinity.fail_next": { "status": 403, "operation": "createItem" } })).await;
    let error = door.refused("infinity_create_items", batch(&["d"], "other")).await;
    assert_eq!(error["code"], json!("permission_denied"), "{error:#}");
    assert_eq!(titles(&door).await, ["a", "b", "c"]);
}

/// Fires once so many items are written.
struct After {
    items: usize,
    seen: AtomicUsize,
    fires: CancellationToken,
}

impl Progress for After {
    fn report(&self, message: &str) {
        if message.contains("items written") && self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.items {
            self.fires.cancel();
        }
    }
}

/// A call that `cancel` ends, and that tells `progress` how far it is.
async fn watched(door: &Door, arguments: Value, cancel: CancellationToken, progress: Arc<After>) -> Value {
    let ctx = door.app.ctx(door.app.accounts.own().clone(), "watched", cancel, Some(progress));
    let offered = door.app.catalogue.find("infinity_create_items").unwrap();
    let arguments = arguments.as_object().cloned().unwrap();
    let attempt = Attempt { offered, arguments, principal: "test", way: Way::Token, consent: Consent::None };
    match run::take(&door.app.runtime, &ctx, attempt).await {
        Ok(Turn::Done(done)) => done.structured,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cancelled_call_stops_cleanly_and_the_next_one_goes_on() {
    let door = wide_door().await;
    let fires = CancellationToken::new();
    let progress = Arc::new(After { items: 2, seen: AtomicUsize::new(0), fires: fires.clone() });
    let report = watched(&door, batch(&["a", "b", "c", "d"], "k"), fires, progress).await;
    assert_eq!(counts(&report), [2, 0, 0, 2], "{report:#}");
    assert!(report["note"].as_str().unwrap().contains("cancelled"), "{report:#}");
    let whole = door.call("infinity_create_items", batch(&["a", "b", "c", "d"], "k")).await.unwrap();
    assert_eq!(counts(&whole), [4, 0, 0, 0], "{whole:#}");
    assert_eq!(titles(&door).await, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn a_call_that_vanishes_while_sending_leaves_no_duplicate() {
    let door = wide_door().await;
    let fires = CancellationToken::new();
    let progress = Arc::new(After { items: 2, seen: AtomicUsize::new(0), fires: fires.clone() });
    let args = batch(&["a", "b", "c", "d"], "k");
    tokio::select! {
        report = watched(&door, args.clone(), CancellationToken::new(), progress) => {
            assert_eq!(counts(&report), [4, 0, 0, 0]);
        }
        () = fires.cancelled() => {}
    }
    let report = door.call("infinity_create_items", args.clone()).await.unwrap();
    let [done, failed, unknown, pending] = counts(&report);
    assert_eq!((done + unknown, failed, pending), (4, 0, 0), "{report:#}");
    let mut seen = titles(&door).await;
    let count = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), count, "{seen:?}");
    assert!(count as u64 >= done, "{seen:?}");
}

#[tokio::test]
async fn two_calls_with_one_key_at_the_same_time_do_not_do_the_work_twice() {
    let door = wide_door().await;
    let call = || door.call("infinity_create_items", batch(&["a", "b", "c", "d", "e", "f"], "k"));
    let (one, two) = tokio::join!(call(), call());
    assert!([one.unwrap(), two.unwrap()].iter().all(|report| report["failed"] == json!(0)));
    assert_eq!(titles(&door).await, ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(calls(&door, "createItem").await, 6);
}

#[tokio::test]
async fn many_items_are_changed_and_only_where_it_was_said() {
    let door = wide_door().await;
    let made = door.call("infinity_create_items", batch(&["a", "b"], "k")).await.unwrap();
    let id = |at: usize| made["results"][at]["id"].clone();
    let changes = on_projects(json!({ "items": [
        { "item_id": id(0), "values": { "status": "in arbeit", "Zuständig": ["Zoe Bachli"] } },
        { "item_id": id(1), "folder_id": "Migration Microsoft 365" },
    ] }));
    let changed = door.call("infinity_update_items", changes).await.unwrap();
    assert_eq!(counts(&changed), [2, 0, 0, 0], "{changed:#}");
    let read = |id: Value| door.call("infinity_get_item", on_projects(json!({ "item_id": id })));
    let (first, second) = (read(id(0)).await.unwrap(), read(id(1)).await.unwrap());
    assert_eq!((first["title"].clone(), first["values"]["Status"].clone()), (json!("a"), json!("In Arbeit")));
    assert_eq!(
        (second["folder"].clone(), second["values"]["Status"].clone()),
        (json!("Migration Microsoft 365"), json!("To do"))
    );
}

#[tokio::test]
async fn a_lost_change_is_looked_up_and_a_wrong_one_is_refused_before_anything_is_sent() {
    let door = wide_door().await;
    let made = door.call("infinity_create_items", batch(&["a", "b"], "k")).await.unwrap();
    let change = |at: usize, values: Value| json!({ "item_id": made["results"][at]["id"], "values": values });
    for (items, words) in [
        (json!([change(0, json!({ "Status": "Done" })), change(0, json!({ "Status": "To do" }))]), "named twice"),
        (json!([change(0, json!({ "Status": "Done" })), change(1, json!({ "Status": "Fertig" }))]), "Item 2:"),
        (json!([change(0, json!({}))]), "nothing to change"),
    ] {
        let error = door.refused("infinity_update_items", on_projects(json!({ "items": items }))).await;
        assert!(error["message"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door, "updateItem").await, 0);
    let items = json!([change(0, json!({ "Status": "Done" })), change(1, json!({ "Status": "Done" })), { "item_id": "gone", "values": { "Status": "Done" } }]);
    let args = on_projects(json!({ "items": items, "idempotency_key": "u" }));
    for after_effect in [true, false] {
        let lost = json!({ "operation": "updateItem", "after_effect": after_effect });
        door.fault(json!({ "infinity.reset_next": lost })).await;
        let args = if after_effect {
            args.clone()
        } else {
            on_projects(json!({ "items": [change(0, json!({ "Status": "To do" }))], "idempotency_key": "v" }))
        };
        let report = door.call("infinity_update_items", args.clone()).await.unwrap();
        let wanted = if after_effect { [2, 1, 0, 0] } else { [0, 0, 1, 0] };
        assert_eq!(counts(&report), wanted, "{report:#}");
        if !after_effect {
            assert_eq!(counts(&door.call("infinity_update_items", args).await.unwrap()), [1, 0, 0, 0]);
        }
    }
    let first =
        door.call("infinity_get_item", on_projects(json!({ "item_id": made["results"][0]["id"] }))).await.unwrap();
    assert_eq!(first["values"]["Status"], json!("To do"));
}
