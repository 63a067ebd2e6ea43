//! The StartInfinity tools for boards, folders and attributes, each through the whole runtime against the sandbox.

use serde_json::{Value, json};

use super::door::Door;
use infini_mcp::tool::confirm::Consent;

const STATUS: &str = "40c82ac2-fe83-4dda-88a3-461ee4d945f7";

/// How often an operation was called so far.
async fn calls(door: &Door, operation: &str) -> u64 {
    let ledger = door.ledger().await;
    let rows = ledger["operations"].as_array().cloned().unwrap();
    rows.iter().find(|row| row["operation"] == json!(operation)).map_or(0, |row| row["calls"].as_u64().unwrap())
}

fn texts<'a>(rows: &'a Value, field: &str) -> Vec<&'a str> {
    rows.as_array().unwrap().iter().filter_map(|row| row[field].as_str()).collect()
}

/// Arguments on the board Projects.
fn projects(more: Value) -> Value {
    let mut arguments = json!({ "workspace_id": "669", "board_id": "Projects" });
    arguments.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    arguments
}

async fn folder(door: &Door, folder: &str) -> Value {
    door.call("infinity_get_folder", projects(json!({ "folder_id": folder }))).await.unwrap()
}

async fn attribute(door: &Door, attribute: &str) -> Value {
    door.call("infinity_get_attribute", projects(json!({ "attribute_id": attribute }))).await.unwrap()
}

#[tokio::test]
async fn workspaces_are_listed_page_by_page() {
    let door = Door::sandbox().await;
    let all = door.call("infinity_list_workspaces", json!({})).await.unwrap();
    assert_eq!(texts(&all["workspaces"], "id"), ["669", "52593"]);
    assert_eq!((&all["count"], &all["has_more"]), (&json!(2), &json!(false)));
    let first = door.call("infinity_list_workspaces", json!({ "limit": 1, "sort_by": "id" })).await.unwrap();
    let next = door.call("infinity_list_workspaces", json!({ "limit": "1", "after": first["after"] })).await.unwrap();
    assert_eq!(texts(&next["workspaces"], "name"), ["Partnerbetrieb Zürich"]);
    assert_eq!(next.get("after"), None);
    let error = door.refused("infinity_list_workspaces", json!({ "sort_direction": "up", "limits": 3 })).await;
    assert_eq!(error["code"], json!("invalid_arguments"));
    assert!(error["message"].as_str().unwrap().contains("did you mean `limit`?"), "{error:#}");
}

#[tokio::test]
async fn a_board_is_shown_with_the_names_of_those_who_may_open_it() {
    let door = Door::sandbox().await;
    let by_id = json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "response_format": "json" });
    let board = door.call("infinity_get_board", by_id).await.unwrap();
    assert_eq!((&board["name"], &board["color"]), (&json!("Projects"), &json!("#1EB9C8")));
    assert_eq!(board["users"][0], json!({ "id": 1975, "name": "Jürgen Großmann" }));
    assert!(board["description"].as_str().unwrap().contains("Projects: gepflegt vom Innendienst."), "{board:#}");
    let by_name = json!({ "workspace_id": "partnerbetrieb zurich", "board_id": "lizenzen & vertrage" });
    assert_eq!(door.call("infinity_get_board", by_name).await.unwrap()["id"], json!("Vtr4gsB0ard"));
    let error = door.refused("infinity_get_board", json!({ "workspace_id": "669", "board_id": "Projekt" })).await;
    assert!(error["hint"].as_str().unwrap().contains("“Projects”"), "{error:#}");
    let error = door.refused("infinity_get_board", json!({ "workspace_id": "669", "board_id": "GLprivat007" })).await;
    assert_eq!(error["code"], json!("not_found"), "a board without access is not there: {error:#}");
}

#[tokio::test]
async fn a_board_is_created_for_members_by_name_and_found_at_once() {
    let door = Door::sandbox().await;
    door.call("infinity_list_boards", json!({ "workspace_id": "669" })).await.unwrap();
    let asked = json!({ "workspace_id": "669", "name": " Inventur ", "description": "Was wo steht", "color": "1eb9c8", "user_ids": [2044, "s.weiss@nordlicht.example", "Zoe Bachli"] });
    let board = door.call("infinity_create_board", asked).await.unwrap();
    assert_eq!(texts(&board["users"], "name"), ["Zoë Bächli", "Sebastian Weiß", "Jürgen Großmann"]);
    assert_eq!((&board["name"], &board["color"]), (&json!("Inventur"), &json!("#1eb9c8")));
    let read = door.call("infinity_get_board", json!({ "workspace_id": "669", "board_id": "inventur" })).await.unwrap();
    assert_eq!(read["id"], board["id"]);
    let bare = door.call("infinity_create_board", json!({ "workspace_id": "669", "name": "Bar", "description": null }));
    assert_eq!(texts(&bare.await.unwrap()["users"], "name"), ["Jürgen Großmann"]);
    for (more, words) in [
        (json!({ "color": "red" }), "#1EB9C8"),
        (json!({ "user_ids": ["Björn Ångström", "9"] }), "Sebastian Weiß"),
        (json!({ "name": "  " }), "Give a name."),
    ] {
        let mut asked = json!({ "workspace_id": "669", "name": "Falsch" });
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        let error = door.refused("infinity_create_board", asked).await;
        assert!(error["hint"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door, "createBoard").await, 2);
}

#[tokio::test]
async fn folders_of_one_name_are_told_apart_by_their_paths() {
    let door = Door::sandbox().await;
    let list = door.call("infinity_list_folders", projects(json!({}))).await.unwrap();
    assert_eq!(list["count"], json!(7));
    let rows = list["folders"].as_array().unwrap();
    let nested = rows.iter().find(|row| row["id"] == json!("bL0gInt7xPw")).unwrap();
    assert_eq!(
        (&nested["path"], &nested["parent_id"], &nested["attribute_count"]),
        (&json!("Interne IT / Backlog"), &json!("Int3rnITz9q"), &json!(2))
    );
    let first = door.call("infinity_list_folders", projects(json!({ "limit": 3 }))).await.unwrap();
    let rest = door.call("infinity_list_folders", projects(json!({ "limit": 100, "after": first["after"] }))).await;
    assert_eq!((first["count"].clone(), rest.unwrap()["count"].clone()), (json!(3), json!(4)));
}

#[tokio::test]
async fn a_folder_is_shown_with_what_it_shows_and_what_lies_in_it() {
    let door = Door::sandbox().await;
    let shown = folder(&door, "Interne IT").await;
    assert_eq!(texts(&shown["attributes"], "name"), ["Name", "Status", "Fällig am", "Geändert", "Ordner"]);
    assert_eq!(shown["attributes"][1]["id"], json!(STATUS));
    assert_eq!(shown["subfolders"], json!([{ "id": "bL0gInt7xPw", "name": "Interne IT / Backlog" }]));
    assert_eq!(folder(&door, "interne it / backlog").await["parent_id"], json!("Int3rnITz9q"));
    let error = door.refused("infinity_get_folder", projects(json!({ "folder_id": "Backlog" }))).await;
    assert_eq!((&error["code"], error["candidates"].as_array().unwrap().len()), (&json!("ambiguous_name"), 2));
    let error = door.refused("infinity_get_folder", projects(json!({ "folder_id": "Rolout" }))).await;
    assert!(error["hint"].as_str().unwrap().contains("Rollout 2026"), "{error:#}");
}

#[tokio::test]
async fn a_folder_is_created_by_names_and_by_the_predecessors_arguments() {
    let door = Door::sandbox().await;
    let asked = projects(
        json!({ "name": "Wartung", "parent_id": "Kundenprojekte", "attribute_ids": ["name", STATUS, "Status"], "color": "#F57740" }),
    );
    let created = door.call("infinity_create_folder", asked).await.unwrap();
    assert_eq!(created["path"], json!("Kundenprojekte / Wartung"));
    assert_eq!(texts(&created["attributes"], "name"), ["Name", "Status"]);
    assert_eq!(folder(&door, "kundenprojekte / wartung").await["id"], created["id"]);
    let asked = projects(
        json!({ "name": "Leer", "parent_id": null, "color": null, "sort_order": "98304", "settings": { "a": 1 } }),
    );
    let bare = door.call("infinity_create_folder", asked).await.unwrap();
    assert!(bare["notes"][0].as_str().unwrap().contains("shows no attributes yet"), "{bare:#}");
    let read = folder(&door, bare["id"].as_str().unwrap()).await;
    assert_eq!((&read["sort_order"], &read["settings"]), (&json!("98304"), &json!({ "a": 1 })));
    for (more, words) in [
        (json!({ "attribute_ids": ["Staus", "Namen"] }), "“Status”"),
        (json!({ "sort_order": "zuerst" }), "65536"),
        (json!({ "parent_id": "Nirgends" }), "The nearest of"),
    ] {
        let mut asked = projects(json!({ "name": "Falsch" }));
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        let error = door.refused("infinity_create_folder", asked).await;
        assert!(error["hint"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door, "createFolder").await, 2);
}

#[tokio::test]
async fn attributes_are_added_to_those_a_folder_shows_unless_they_shall_replace_them() {
    let door = Door::sandbox().await;
    let update = |more: Value| door.call("infinity_update_folder", projects(more));
    let added = update(json!({ "folder_id": "Ablage 2025", "attribute_ids": ["Status", "Nirgends gezeigt"] })).await;
    assert_eq!(texts(&added.unwrap()["attributes"], "name"), ["Name", "Status", "Nirgends gezeigt"]);
    assert_eq!(texts(&folder(&door, "Ablage 2025").await["attributes"], "name").len(), 3);
    let again = update(json!({ "folder_id": "Ablage 2025", "attribute_ids": ["Status"] })).await.unwrap();
    assert!(again["notes"][0].as_str().unwrap().contains("already"), "{again:#}");
    let only = update(json!({ "folder_id": "Ablage 2025", "attribute_ids": ["Tags"], "replace_attributes": true }));
    assert_eq!(texts(&only.await.unwrap()["attributes"], "name"), ["Tags"]);
    assert_eq!(texts(&folder(&door, "Ablage 2025").await["attributes"], "name"), ["Tags"]);
    assert_eq!(calls(&door, "updateFolder").await, 2);
}

#[tokio::test]
async fn a_folder_is_renamed_and_moved_and_null_puts_it_on_top() {
    let door = Door::sandbox().await;
    let update = |more: Value| door.call("infinity_update_folder", projects(more));
    let moved =
        update(json!({ "folder_id": "PssjTc4Yb1b", "name": "Später", "parent_id": "Interne IT" })).await.unwrap();
    assert_eq!(moved["path"], json!("Interne IT / Später"));
    assert_eq!(folder(&door, "spater").await["attributes"].as_array().unwrap().len(), 21, "what is left out stays");
    let top = update(json!({ "folder_id": "Später", "parent_id": null, "color": null })).await.unwrap();
    assert_eq!((top.get("parent_id"), top.get("color")), (None, None));
    let read = folder(&door, "Später").await;
    assert_eq!((read.get("parent_id"), read.get("color"), &read["name"]), (None, None, &json!("Später")));
}

#[tokio::test]
async fn a_folder_cannot_be_put_into_itself_and_a_change_needs_something_to_change() {
    let door = Door::sandbox().await;
    for (more, words) in [
        (json!({ "parent_id": "Interne IT / Backlog" }), "cannot lie in itself"),
        (json!({ "parent_id": "Interne IT" }), "cannot lie in itself"),
        (json!({}), "Nothing that could be changed"),
        (json!({ "replace_attributes": true }), "`attribute_ids` is missing"),
        (json!({ "color": 7.5 }), "is not a colour"),
    ] {
        let mut asked = projects(json!({ "folder_id": "Interne IT" }));
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        let error = door.refused("infinity_update_folder", asked).await;
        assert_eq!(error["code"], json!("invalid_arguments"), "{error:#}");
        assert!(error["message"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door, "updateFolder").await, 0);
}

#[tokio::test]
async fn archiving_a_folder_shows_what_hangs_below_and_does_nothing_without_a_yes() {
    let door = Door::sandbox().await;
    let asked = projects(json!({ "folder_id": "kundenprojekte" }));
    let question = door.ask("infinity_archive_folder", asked.clone()).await;
    for words in ["Kundenprojekte", "board Projects", "2 subfolders and more than 112 items", "nothing here can"] {
        assert!(question.message.contains(words), "{words}: {}", question.message);
    }
    assert_eq!(question.shown["subfolders"][1], json!("Kundenprojekte / Rollout 2026"));
    assert!(door.reply("infinity_archive_folder", asked.clone(), Consent::Declined).await.is_err());
    assert_eq!(calls(&door, "deleteFolder").await, 0);
    assert_eq!(folder(&door, "Kundenprojekte").await["name"], json!("Kundenprojekte"));
    let archived = door.confirm("infinity_archive_folder", asked).await.unwrap();
    assert_eq!((&archived["archived"], &archived["name"]), (&json!(true), &json!("Kundenprojekte")));
    let list = door.call("infinity_list_folders", projects(json!({}))).await.unwrap();
    assert!(!texts(&list["folders"], "name").contains(&"Kundenprojekte"), "{list:#}");
    for (unknown, code) in [("Kundenprojekte", "not_found"), ("Backlog", "ambiguous_name")] {
        let error = door.refused("infinity_archive_folder", projects(json!({ "folder_id": unknown }))).await;
        assert_eq!(error["code"], json!(code), "{error:#}");
    }
}

#[tokio::test]
async fn attributes_are_listed_with_types_labels_and_folders() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinity.labels_as_object": true })).await;
    let list = door.call("infinity_list_attributes", projects(json!({ "limit": 100 }))).await.unwrap();
    assert_eq!(list["count"], json!(24));
    let rows = list["attributes"].as_array().unwrap();
    let row = |name: &str| rows.iter().find(|row| row["name"] == json!(name)).unwrap();
    assert_eq!(texts(&row("Status")["labels"], "name"), ["To do", "In Arbeit", "Wartet auf Kunde", "Done"]);
    assert!(row("Status")["folders"].as_array().unwrap().contains(&json!("Interne IT / Backlog")));
    assert_eq!((&row("Nirgends gezeigt")["folders"], &row("Name")["writable"]), (&json!([]), &json!(true)));
    assert_eq!((&row("Nr.")["type"], &row("Nr.")["writable"]), (&json!("custom_id"), &json!(false)));
    let two = door.call("infinity_list_attributes", projects(json!({ "limit": 2, "sort_by": "created_at" }))).await;
    assert_eq!(two.unwrap()["has_more"], json!(true));
}

#[tokio::test]
async fn an_attribute_is_shown_with_colours_and_settings() {
    let door = Door::sandbox().await;
    let by_id = attribute(&door, STATUS).await;
    assert_eq!((&by_id["name"], &by_id["multiple"]), (&json!("Status"), &json!(false)));
    assert_eq!(by_id["labels"][0]["color"], json!("#f57740"));
    let progress = attribute(&door, "FORTSCHRITT").await;
    assert_eq!(progress["settings"], json!({ "min": 0, "max": 100 }), "keys nobody documented are kept");
    for wrong in ["Fortschrit", "../x"] {
        let error = door.refused("infinity_get_attribute", projects(json!({ "attribute_id": wrong }))).await;
        assert_eq!(error["code"], json!("not_found"), "{error:#}");
    }
}

#[tokio::test]
async fn an_attribute_is_created_and_shown_in_folders_in_one_call() {
    let door = Door::sandbox().await;
    let asked = projects(json!({
        "name": "Dringlichkeit", "type": "label", "labels": ["niedrig", { "name": "hoch", "color": "#E53170" }],
        "settings": { "multiple": true }, "default_data": "niedrig", "folder_ids": ["Ablage 2025", "interne it / backlog"],
    }));
    let created = door.call("infinity_create_attribute", asked).await.unwrap();
    assert_eq!(created["folders"], json!(["Ablage 2025", "Interne IT / Backlog"]));
    let read = attribute(&door, "dringlichkeit").await;
    assert_eq!((&read["multiple"], texts(&read["labels"], "name")), (&json!(true), vec!["niedrig", "hoch"]));
    assert_eq!(read["default_data"], json!([read["labels"][0]["id"]]));
    assert_eq!(texts(&folder(&door, "Ablage 2025").await["attributes"], "name"), ["Name", "Dringlichkeit"]);
}

#[tokio::test]
async fn the_predecessors_way_of_creating_an_attribute_means_the_same() {
    let door = Door::sandbox().await;
    let asked = projects(json!({ "name": "Alt", "type": "text", "default_data": "", "settings": {} }));
    let created = door.call("infinity_create_attribute", asked).await.unwrap();
    assert!(created["notes"][0].as_str().unwrap().contains("No folder shows it yet"), "{created:#}");
    let label = json!({ "id": "3f68e105-d878-40d9-8e51-5919d92ab89d", "name": "Rot", "color": "#f57740" });
    let asked =
        projects(json!({ "name": "Farbe", "type": "label", "settings": { "multiple": false, "labels": [label] } }));
    let created = door.call("infinity_create_attribute", asked).await.unwrap();
    assert_eq!(created["labels"], json!([label]));
}

#[tokio::test]
async fn an_attribute_that_a_folder_fails_to_show_is_there_all_the_same_and_the_folder_is_told() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinity.fail_next": { "status": 500, "operation": "updateFolder" } })).await;
    let asked = projects(json!({ "name": "Halb", "type": "checkbox", "folder_ids": ["Ablage 2025", "Backlog"] }));
    assert_eq!(door.refused("infinity_create_attribute", asked).await["code"], json!("ambiguous_name"));
    let asked = projects(json!({ "name": "Halb", "type": "checkbox", "folder_ids": ["Ablage 2025", "PssjTc4Yb1b"] }));
    let created = door.call("infinity_create_attribute", asked).await.unwrap();
    assert_eq!(created["folders"], json!(["Backlog"]), "{created:#}");
    let note = created["notes"][0].as_str().unwrap();
    assert!(note.contains("was created, but the folder Ablage 2025 may not show it"), "{note}");
    assert_eq!(calls(&door, "createAttribute").await, 1);
    assert_eq!(attribute(&door, "Halb").await["folders"], json!(["Backlog"]));
}

#[tokio::test]
async fn what_cannot_be_an_attribute_is_refused_before_anything_is_sent() {
    let door = Door::sandbox().await;
    for (more, code, words) in [
        (json!({ "type": "select" }), "invalid_arguments", "one of attachments, checkbox"),
        (json!({ "type": "text", "labels": ["A"] }), "invalid_arguments", "Only an attribute of the type label"),
        (json!({ "type": "number", "default_data": "viele" }), "invalid_arguments", "does not fit"),
        (json!({ "type": "label", "labels": [{ "color": "#111111" }] }), "invalid_arguments", "is not a label"),
        (json!({ "type": "text", "folder_ids": ["Backlog"] }), "ambiguous_name", "2 folders are called"),
        (json!({ "type": "text", "folder_ids": ["Ablag", "Rollot"] }), "not_found", "No folder is called “Rollot”"),
    ] {
        let mut asked = projects(json!({ "name": "Falsch" }));
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        let error = door.refused("infinity_create_attribute", asked).await;
        assert_eq!(error["code"], json!(code), "{error:#}");
        assert!(error["message"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door, "createAttribute").await, 0);
}

#[tokio::test]
async fn added_labels_leave_the_others_as_they_are_with_their_ids() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinity.labels_as_object": true })).await;
    let before = attribute(&door, "Status").await;
    let asked = projects(
        json!({ "attribute_id": "Status", "add_labels": ["Storniert", { "name": "done", "color": "#000000" }] }),
    );
    let updated = door.call("infinity_update_attribute", asked).await.unwrap();
    assert_eq!(updated.get("notes"), None);
    let after = attribute(&door, "Status").await;
    assert_eq!(texts(&after["labels"], "name"), ["To do", "In Arbeit", "Wartet auf Kunde", "Done", "Storniert"]);
    assert_eq!(texts(&after["labels"], "id")[..4], texts(&before["labels"], "id")[..]);
    assert_eq!((&after["labels"][3]["color"], &after["multiple"]), (&json!("#000000"), &json!(false)));
    let item = projects(json!({ "folder_id": "Rollout 2026", "name": "Neu", "values": { "Status": "Storniert" } }));
    assert_eq!(door.call("infinity_create_item", item).await.unwrap()["values"]["Status"], json!("Storniert"));
}

#[tokio::test]
async fn settings_that_are_not_mentioned_stay_and_lost_labels_are_told() {
    let door = Door::sandbox().await;
    let update = |more: Value| door.call("infinity_update_attribute", projects(more));
    update(json!({ "attribute_id": "Fortschritt", "settings": { "max": 10 }, "name": "Grad" })).await.unwrap();
    let read = attribute(&door, "Grad").await;
    assert_eq!(read["settings"], json!({ "min": 0, "max": 10 }));
    let told = update(json!({ "attribute_id": "Tags", "settings": { "labels": ["Security", "Neu"] } })).await.unwrap();
    assert_eq!(texts(&told["labels"], "name"), ["Security", "Neu"]);
    let note = told["notes"][0].as_str().unwrap();
    assert!(note.contains("Netzwerk, Microsoft 365, Vor-Ort, Überfällig"), "{note}");
    assert_eq!(attribute(&door, "Tags").await["multiple"], json!(true));
}

#[tokio::test]
async fn a_change_of_an_attribute_that_makes_no_sense_is_refused() {
    let door = Door::sandbox().await;
    for (more, words) in [
        (json!({}), "Nothing that could be changed"),
        (json!({ "type": "formula" }), "must be one of attachments"),
        (json!({ "default_data": "nie" }), "has no label called “nie”"),
        (json!({ "add_labels": [7] }), "is not a label"),
        (json!({ "settings": { "multiple": "oft" } }), "`settings.multiple`"),
        (json!({ "name": "" }), "Nothing that could be changed"),
    ] {
        let mut asked = projects(json!({ "attribute_id": "Status" }));
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        let error = door.refused("infinity_update_attribute", asked).await;
        assert!(error["message"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door, "updateAttribute").await, 0);
}

#[tokio::test]
async fn deleting_an_attribute_asks_with_its_name_and_says_that_values_are_lost() {
    let door = Door::sandbox().await;
    let asked = projects(json!({ "attribute_id": "stunden" }));
    let question = door.ask("infinity_delete_attribute", asked.clone()).await;
    for words in
        ["attribute Stunden (number)", "board Projects", "4 folders show it", "values of all items for it are lost"]
    {
        assert!(question.message.contains(words), "{words}: {}", question.message);
    }
    assert!(door.reply("infinity_delete_attribute", asked.clone(), Consent::Declined).await.is_err());
    assert_eq!(calls(&door, "deleteAttribute").await, 0);
    let deleted = door.confirm("infinity_delete_attribute", asked.clone()).await.unwrap();
    assert_eq!((&deleted["deleted"], &deleted["name"]), (&json!(true), &json!("Stunden")));
    let error = door.refused("infinity_delete_attribute", asked).await;
    assert_eq!(error["code"], json!("not_found"), "{error:#}");
    assert!(!texts(&folder(&door, "Rollout 2026").await["attributes"], "name").contains(&"Stunden"));
    let error = door.refused("infinity_delete_attribute", projects(json!({ "attribute_id": "" }))).await;
    assert_eq!(error["code"], json!("not_found"), "{error:#}");
}
