//! The tools for saved views, each through the whole runtime against the sandbox.

use serde_json::{Value, json};

use super::door::Door;
use super::infinity_direct::{BOARD, ROLLOUT, effects, read, words};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";

#[tokio::test]
async fn views_are_listed_for_a_board_and_for_a_folder_by_name() {
    let door = Door::sandbox().await;
    let all = door.call("infinity_list_views", json!({ "workspace_id": HOME, "board_id": "projects" })).await.unwrap();
    assert_eq!((all["count"].clone(), all["has_more"].clone()), (json!(4), json!(false)));
    let first = &all["views"][0];
    assert_eq!(
        (first["name"].clone(), first["type"].clone(), first["folder"].clone(), first["created_by"].clone()),
        (json!("Alle Aufgaben"), json!("table"), json!("Rollout 2026"), json!("Jürgen Großmann"))
    );
    let folder = json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": "rollout 2026" });
    assert_eq!(door.call("infinity_list_views", folder).await.unwrap()["count"], json!(3));
}

#[tokio::test]
async fn the_predecessors_paging_of_views_means_the_same() {
    let door = Door::sandbox().await;
    let page = json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "folder_id": ROLLOUT, "limit": 2, "sort_by": "created_at", "sort_direction": "desc", "response_format": "json" });
    let first = door.call("infinity_list_views", page.clone()).await.unwrap();
    assert_eq!((first["views"][0]["name"].clone(), first["has_more"].clone()), (json!("Termine"), json!(true)));
    let mut next = page;
    next["after"] = first["after"].clone();
    let last = door.call("infinity_list_views", next).await.unwrap();
    assert_eq!((last["count"].clone(), last.get("after")), (json!(1), None));
}

#[tokio::test]
async fn a_view_is_read_by_id_by_name_and_by_folder_and_name() {
    let door = Door::sandbox().await;
    for view in ["v1ewTabl3R0", "alle aufgaben", "Rollout 2026 / Alle Aufgaben"] {
        let asked = json!({ "workspace_id": "669", "board_id": "Projects", "view_id": view });
        let answer = door.call("infinity_get_view", asked).await.unwrap();
        assert_eq!(answer["id"], json!("v1ewTabl3R0"), "{view}");
        assert_eq!(answer["settings"]["attributes"][0]["visible"], json!(true));
    }
    let error = door
        .refused("infinity_get_view", json!({ "workspace_id": "669", "board_id": "Projects", "view_id": "Termin" }))
        .await;
    assert_eq!(error["code"], json!("not_found"));
    assert!(words(&error).contains("“Rollout 2026 / Termine”"), "{error:#}");
}

#[tokio::test]
async fn a_view_is_created_changed_and_read_back() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": HOME, "board_id": "Projects", "folder_id": "Rollout 2026", "name": " Überfällig ", "type": "Table", "settings": { "filters": [{ "a": 1 }] } });
    let made = door.call("infinity_create_view", asked).await.unwrap();
    let path = format!("{BOARD}/views/{}", made["id"].as_str().unwrap());
    let stored = read(&door, &path).await;
    assert_eq!(
        (stored["name"].clone(), stored["type"].clone(), stored["folder_id"].clone(), stored["settings"].clone()),
        (json!("Überfällig"), json!("table"), json!(ROLLOUT), json!({ "filters": [{ "a": 1 }] }))
    );
    let change = json!({ "workspace_id": "669", "board_id": "Projects", "view_id": "uberfallig", "name": "Spät", "type": "gantt", "folder_id": "Interne IT / Backlog", "sort_order": "1000" });
    let changed = door.call("infinity_update_view", change).await.unwrap();
    assert!(changed["notes"][0].as_str().unwrap().starts_with("“gantt” is not among the kinds that are known"));
    assert_eq!((changed["name"].clone(), changed["folder"].clone()), (json!("Spät"), json!("Interne IT / Backlog")));
    let stored = read(&door, &path).await;
    assert_eq!((stored["type"].clone(), stored["sort_order"].clone()), (json!("gantt"), json!("1000")));
    assert_eq!(stored["settings"], json!({ "filters": [{ "a": 1 }] }), "what is left out stays");
}

#[tokio::test]
async fn what_cannot_be_a_view_is_refused_before_anything_is_sent() {
    let door = Door::sandbox().await;
    let make = |folder: &str, name: &str, kind: &str, order: &str| json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": folder, "name": name, "type": kind, "sort_order": order });
    for (asked, expected) in [
        (make("Rollout 2026", "X", "a table", "1"), "list, table, calendar or column"),
        (make("Rollout 2026", " ", "list", "1"), "`name` is empty"),
        (make("Rollout 2026", "X", "list", "first"), "is no number"),
        (make("Rolout", "X", "list", "1"), "“Kundenprojekte / Rollout 2026”"),
        (make("Backlog", "X", "list", "1"), "2 folders are called “Backlog”"),
    ] {
        let error = door.refused("infinity_create_view", asked).await;
        assert!(words(&error).contains(expected), "{error:#}");
    }
    let nothing = json!({ "workspace_id": "669", "board_id": "Projects", "view_id": "Termine" });
    let error = door.refused("infinity_update_view", nothing).await;
    assert!(words(&error).contains("Nothing to change was given"), "{error:#}");
    assert_eq!((effects(&door, "createView").await, effects(&door, "updateView").await), (0, 0));
}

#[tokio::test]
async fn a_view_is_deleted_only_after_the_yes_to_its_real_name() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "view_id": "v1ewCal3ndR" });
    let question = door.ask("infinity_delete_view", asked.clone()).await;
    assert!(
        question
            .message
            .contains("Delete the view Termine (calendar) of the folder Rollout 2026 of the board Projects"),
        "{}",
        question.message
    );
    assert_eq!(effects(&door, "deleteView").await, 0);
    let gone = door.confirm("infinity_delete_view", asked).await.unwrap();
    assert_eq!((gone["name"].clone(), gone["deleted"].clone()), (json!("Termine"), json!(true)));
    let left = read(&door, &format!("{BOARD}/views")).await;
    let names: Vec<Value> = left["data"].as_array().unwrap().iter().map(|view| view["name"].clone()).collect();
    assert_eq!(names, ["Alle Aufgaben", "Nach Status", "Liste"].map(|name| json!(name)));
}

#[tokio::test]
async fn a_delete_that_answers_nothing_still_tells_what_went() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinity.delete_empty": true })).await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "view_id": "Liste" });
    let gone = door.confirm("infinity_delete_view", asked).await.unwrap();
    assert_eq!((gone["id"].clone(), gone["name"].clone()), (json!("v1ewL1stBck"), json!("Liste")));
}
