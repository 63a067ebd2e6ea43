//! Items one at a time, each tool through the whole runtime against the sandbox.

use infini_mcp::tool::confirm::Consent;
use infini_mcp::tool::run::Turn;
use serde_json::{Value, json};

use super::door::{Door, rows};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";
const ROLLOUT: &str = "U7MjUC5jNpM";

/// Arguments on the board Projects, by names.
fn on_projects(more: Value) -> Value {
    merged(json!({ "workspace_id": HOME, "board_id": "Projects" }), more)
}

fn merged(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

async fn created(door: &Door, name: &str) -> String {
    let item = on_projects(
        json!({ "folder_id": "Rollout 2026", "name": name, "values": { "Status": "Done", "Stunden": 2, "Tags": ["Netzwerk"] } }),
    );
    door.call("infinity_create_item", item).await.unwrap()["id"].as_str().unwrap().to_owned()
}

async fn read(door: &Door, id: &str) -> Value {
    door.call("infinity_get_item", on_projects(json!({ "item_id": id }))).await.unwrap()
}

/// How often an operation was called so far.
async fn calls(door: &Door, operation: &str) -> u64 {
    let ledger = door.ledger().await;
    let all = ledger["operations"].as_array().cloned().unwrap();
    all.iter().find(|row| row["operation"] == json!(operation)).map_or(0, |row| row["calls"].as_u64().unwrap())
}

async fn first_of_rollout(door: &Door) -> Value {
    let list = on_projects(json!({ "folder_id": ROLLOUT, "limit": 1 }));
    rows(&door.call("infinity_list_items", list).await.unwrap())[0].clone()
}

#[tokio::test]
async fn an_item_is_shown_whole_by_names_and_by_ids() {
    let door = Door::sandbox().await;
    let id = first_of_rollout(&door).await["id"].clone();
    let by_name = read(&door, id.as_str().unwrap()).await;
    assert!(by_name["title"].as_str().unwrap().starts_with("Bestandsaufnahme vor Ort – "), "{by_name:#}");
    assert_eq!(by_name["values"]["Zuständig"], json!(["Jürgen Großmann"]));
    assert!(by_name["values"]["Beschreibung"].as_str().unwrap().contains("[text by others"), "{by_name:#}");
    assert!(by_name["url"].as_str().unwrap().ends_with(id.as_str().unwrap()));
    assert!(by_name["sort_order"].is_string());
    let by_id = json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "item_id": id, "expand": ["values", "values.attribute", "folder", "created_by"], "response_format": "json" });
    let by_id = door.call("infinity_get_item", by_id).await.unwrap();
    assert_eq!(by_id["values"]["Status"], by_name["values"]["Status"]);
}

#[tokio::test]
async fn an_item_that_is_not_there_is_refused_with_what_to_do() {
    let door = Door::sandbox().await;
    let error = door
        .refused("infinity_get_item", on_projects(json!({ "item_id": "00000000-0000-4000-8000-000000000000" })))
        .await;
    assert_eq!(error["code"], json!("not_found"), "{error:#}");
    assert!(error["hint"].as_str().unwrap().contains("another board than “Projects”"), "{error:#}");
    let error = door.refused("infinity_get_item", on_projects(json!({ "item_id": "../profile" }))).await;
    assert!(error["message"].as_str().unwrap().contains("is not a item id"), "{error:#}");
}

#[tokio::test]
async fn values_are_written_as_people_say_them() {
    let door = Door::sandbox().await;
    let id = created(&door, "Formen").await;
    let change = |values: Value| on_projects(json!({ "item_id": id, "values": values }));
    let steps = "- [x] Kabel ziehen\n- [ ] Abnahme\n\n* Rechnung";
    let said = json!({ "Stunden": "1.234,5", "Fällig am": "2026-05-04T09:00+02:00", "Checkliste": steps });
    let told = door.call("infinity_update_item", change(said)).await.unwrap()["values"].clone();
    assert_eq!((&told["Stunden"], &told["Fällig am"]), (&json!(1234.5), &json!("2026-05-04T07:00:00Z")));
    let wanted = json!([{ "name": "Kabel ziehen", "done": true }, { "name": "Abnahme", "done": false }, { "name": "Rechnung", "done": false }]);
    assert_eq!(told["Checkliste"], wanted);
    let error = door.refused("infinity_update_item", change(json!({ "Stunden": "1.234" }))).await;
    assert!(error["hint"].as_str().unwrap().contains("may be 1234 or 1.234"), "{error:#}");
    // An empty text empties, whatever the attribute holds.
    let empty = json!({ "Stunden": "", "Fällig am": "", "Checkliste": "", "Status": " ", "Tags": "" });
    let told = door.call("infinity_update_item", change(empty)).await.unwrap()["values"].clone();
    for name in ["Stunden", "Fällig am", "Checkliste", "Status", "Tags"] {
        assert!(told.get(name).is_none(), "{name}: {told:#}");
    }
}

#[tokio::test]
async fn a_refusal_of_upstream_names_the_attribute() {
    let door = Door::sandbox().await;
    let id = created(&door, "Grenzen").await;
    let values = json!({ "Stunden": 1, "Priorität": 99 });
    for (tool, more) in [
        ("infinity_update_item", json!({ "item_id": id, "values": values })),
        ("infinity_create_item", json!({ "folder_id": "Rollout 2026", "name": "x", "values": values })),
    ] {
        let error = door.refused(tool, on_projects(more)).await;
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("“Priorität”: The data must be between 0 and 5"), "{message}");
        assert!(!message.contains("values."), "{message}");
    }
}

#[tokio::test]
async fn subitems_that_stay_behind_a_moved_item_are_said() {
    let door = Door::sandbox().await;
    let id = created(&door, "Oben").await;
    let below = json!({ "folder_id": "Rollout 2026", "parent_item_id": id, "name": "Unten" });
    let below = door.call("infinity_create_subitem", on_projects(below)).await.unwrap();
    let to = |folder: &str| on_projects(json!({ "item_id": id, "folder_id": folder }));
    let stays = door.call("infinity_update_item", to("Rollout 2026")).await.unwrap();
    assert!(stays.get("notes").is_none(), "{stays:#}");
    let moved = door.call("infinity_update_item", to("Ablage 2025")).await.unwrap();
    let note = moved["notes"][0].as_str().unwrap();
    assert!(note.starts_with("1 subitems are still in “Kundenprojekte / Rollout 2026”: “Unten”"), "{note}");
    assert!(note.contains(below["id"].as_str().unwrap()), "{note}");
    let still = read(&door, below["id"].as_str().unwrap()).await;
    assert_eq!(still["folder"], json!("Rollout 2026"), "as upstream does it");
}

#[tokio::test]
async fn only_what_is_given_changes_and_null_empties() {
    let door = Door::sandbox().await;
    let id = created(&door, "Vorher").await;
    let change =
        on_projects(json!({ "item_id": id, "values": { "status": "in arbeit", "Name": "Nachher", "stunden": null } }));
    let changed = door.call("infinity_update_item", change).await.unwrap();
    assert_eq!((changed["title"].clone(), changed["values"]["Status"].clone()), (json!("Nachher"), json!("In Arbeit")));
    let read = read(&door, &id).await;
    assert_eq!(read["title"], json!("Nachher"));
    assert_eq!(read["values"]["Tags"], json!(["Netzwerk"]), "what was not named stays");
    assert!(read["values"].get("Stunden").is_none(), "{read:#}");
}

#[tokio::test]
async fn an_item_moves_to_another_folder_below_another_item_and_back_up() {
    let door = Door::sandbox().await;
    let (upper, lower) = (created(&door, "Oben").await, created(&door, "Unten").await);
    let change = |more: Value| merged(on_projects(json!({ "item_id": lower })), more);
    let moved = change(json!({ "folder_id": "Migration Microsoft 365", "parent_id": upper, "sort_order": "98304" }));
    door.call("infinity_update_item", moved).await.unwrap();
    let shown = read(&door, &lower).await;
    assert_eq!((shown["folder"].clone(), shown["parent_id"].clone()), (json!("Migration Microsoft 365"), json!(upper)));
    assert_eq!(shown["sort_order"], json!("98304"));
    door.call("infinity_update_item", change(json!({ "parent_id": null }))).await.unwrap();
    let shown = read(&door, &lower).await;
    assert_eq!((shown["folder"].clone(), shown.get("parent_id")), (json!("Migration Microsoft 365"), None));
}

#[tokio::test]
async fn a_change_of_the_predecessor_means_the_same() {
    let door = Door::sandbox().await;
    let id = created(&door, "Alt").await;
    let values = json!({ "8b935736-943f-458a-a511-80fe04bd8911": "Neu" });
    let change = json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "item_id": id, "folder_id": ROLLOUT, "values": values, "response_format": "json" });
    assert_eq!(door.call("infinity_update_item", change).await.unwrap()["title"], json!("Neu"));
    assert_eq!(read(&door, &id).await["title"], json!("Neu"));
}

#[tokio::test]
async fn a_change_that_cannot_be_is_refused_before_anything_is_sent() {
    let door = Door::sandbox().await;
    let id = created(&door, "Bleibt").await;
    for (change, code, words) in [
        (json!({}), "invalid_arguments", "at least one of values"),
        (json!({ "values": { "Status": "Fertig" } }), "not_found", "“To do”"),
        (json!({ "values": { "Statsu": "Done" } }), "not_found", "“Status”"),
        (json!({ "folder_id": "Backlog" }), "ambiguous_name", "with the id"),
        (json!({ "values": { "Nr.": 7 } }), "invalid_arguments", "fills it in"),
    ] {
        let error = door.refused("infinity_update_item", merged(on_projects(json!({ "item_id": id })), change)).await;
        assert_eq!(error["code"], json!(code), "{error:#}");
        assert!(error["hint"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door, "updateItem").await, 0);
}

#[tokio::test]
async fn a_change_answered_without_values_shows_what_was_written() {
    let door = Door::sandbox().await;
    let id = created(&door, "Karg").await;
    door.fault(json!({ "infinity.values_in_write_answers": false })).await;
    let change = on_projects(json!({ "item_id": id, "values": { "Status": "To do" } }));
    assert_eq!(door.call("infinity_update_item", change).await.unwrap()["values"]["Status"], json!("To do"));
}

#[tokio::test]
async fn archiving_asks_with_the_name_and_what_hangs_below() {
    let door = Door::sandbox().await;
    let id = created(&door, "Weg damit").await;
    let below = on_projects(json!({ "folder_id": ROLLOUT, "parent_item_id": id, "name": "Darunter" }));
    door.call("infinity_create_subitem", below).await.unwrap();
    let archive = on_projects(json!({ "item_id": id }));
    let question = door.ask("infinity_archive_item", archive.clone()).await;
    assert!(
        question.message.contains("Archive the item Weg damit from Rollout 2026")
            && question.message.contains("1 subitems in its folder"),
        "{}",
        question.message
    );
    let error = door.reply("infinity_archive_item", archive.clone(), Consent::Declined).await.unwrap_err();
    assert_eq!(error.to_json("r")["code"], json!("confirmation_declined"));
    assert_eq!(calls(&door, "deleteItem").await, 0);
    let turn = door.reply("infinity_archive_item", archive.clone(), Consent::Given(&question.state)).await.unwrap();
    let Turn::Done(done) = turn else { panic!("asked twice") };
    assert_eq!(
        (done.structured["archived"].clone(), done.structured["title"].clone()),
        (json!(true), json!("Weg damit"))
    );
    assert_eq!(read(&door, &id).await["notes"], json!(["The item is archived."]));
    let error = door.refused("infinity_archive_item", archive).await;
    assert_eq!(error["code"], json!("conflict"), "{error:#}");
}

#[tokio::test]
async fn all_subitems_are_found_though_they_stand_on_a_later_page() {
    let door = Door::sandbox().await;
    let parent = first_of_rollout(&door).await["id"].clone();
    let answer = door.call("infinity_list_subitems", on_projects(json!({ "parent_item_id": parent }))).await.unwrap();
    assert_eq!((answer["complete"].clone(), answer["has_more"].clone()), (json!(true), json!(false)), "{answer:#}");
    let all = rows(&answer);
    let count = all.as_array().unwrap().len();
    assert!(count > 3 && answer["count"] == json!(count), "{answer:#}");
    let in_folder = on_projects(
        json!({ "parent_item_id": parent, "folder_id": "rollout 2026", "expand": ["values"], "limit": 100, "sort_by": "created_at", "sort_direction": "asc" }),
    );
    let in_folder = door.call("infinity_list_subitems", in_folder).await.unwrap();
    assert_eq!(rows(&in_folder), all);
    assert_eq!(in_folder["searched"], json!(110));
}

#[tokio::test]
async fn subitems_are_given_in_pieces_without_gaps_or_repetitions() {
    let door = Door::sandbox().await;
    let parent = first_of_rollout(&door).await["id"].clone();
    let ids = |answer: &Value| -> Vec<String> {
        rows(answer).as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    };
    let ask =
        |limit: u64, after: Value| on_projects(json!({ "parent_item_id": parent, "limit": limit, "after": after }));
    let all = ids(&door.call("infinity_list_subitems", ask(100, Value::Null)).await.unwrap());
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = door.call("infinity_list_subitems", ask(2, after)).await.unwrap();
        assert!(ids(&answer).len() <= 2);
        seen.extend(ids(&answer));
        after = answer.get("after").cloned().unwrap_or_default();
        assert_eq!(after.is_null(), answer["has_more"] == json!(false));
        if after.is_null() {
            break;
        }
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_subitem_is_created_in_words_of_the_predecessor_and_in_ours() {
    let door = Door::sandbox().await;
    let parent = created(&door, "Oben").await;
    let first = on_projects(
        json!({ "folder_id": "rollout 2026", "parent_item_id": parent, "name": "Eins", "values": { "Status": "To do" } }),
    );
    let first = door.call("infinity_create_subitem", first).await.unwrap();
    assert_eq!((first["parent_id"].clone(), first["values"]["Status"].clone()), (json!(parent), json!("To do")));
    let second = json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "folder_id": ROLLOUT, "parent_item_id": parent, "title": "Zwei", "values_by_name": [{ "name": "Status", "value": "Done" }], "sort_order": "65536" });
    door.call("infinity_create_subitem", second).await.unwrap();
    let listed = door.call("infinity_list_subitems", on_projects(json!({ "parent_item_id": parent }))).await.unwrap();
    let listed_rows = rows(&listed);
    let mut titles: Vec<&str> =
        listed_rows.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["Eins", "Zwei"]);
    assert!(!listed["columns"].as_array().unwrap().contains(&json!("parent_id")), "all have the same parent");
}

#[tokio::test]
async fn a_subitem_without_its_parent_or_with_a_wrong_folder_is_refused() {
    let door = Door::sandbox().await;
    let error =
        door.refused("infinity_create_subitem", on_projects(json!({ "folder_id": ROLLOUT, "name": "x" }))).await;
    assert!(error["message"].as_str().unwrap().contains("`parent_item_id` is missing"), "{error:#}");
    let wrong = on_projects(json!({ "folder_id": "Rolout", "parent_item_id": "i1", "name": "x" }));
    let error = door.refused("infinity_create_subitem", wrong).await;
    assert!(error["hint"].as_str().unwrap().contains("Rollout 2026"), "{error:#}");
    assert_eq!(calls(&door, "createItem").await, 0);
}

#[tokio::test]
async fn a_hundred_items_with_eight_attributes_fit_into_six_thousand_tokens_with_their_values() {
    let door = Door::with(&[("INFINITY_REQUESTS_PER_MINUTE", "10000")]).await;
    door.fault(json!({ "infinity.requests_per_minute": 0 })).await;
    let states = ["To do", "In Arbeit", "Wartet auf Kunde", "Done"];
    let people = ["Jürgen Großmann", "Zoë Bächli", "Sebastian Weiss"];
    for number in 0..100_usize {
        let values = json!({
            "Status": states[number % 4], "Zuständig": people[number % 3], "Tags": ["Netzwerk"], "Stunden": number as f64 / 4.0,
            "Fällig am": format!("2026-{:02}-{:02}", number % 12 + 1, number % 28 + 1), "Priorität": number % 6, "Abrechenbar": number % 2 == 0,
        });
        let item = on_projects(
            json!({ "folder_id": "Ablage 2025", "name": format!("Firewall tauschen bei Kunde {number}"), "values": values }),
        );
        door.call("infinity_create_item", item).await.unwrap();
    }
    let list = on_projects(json!({ "folder_id": "Ablage 2025", "limit": 100 }));
    let answer = door.call("infinity_list_items", list).await.unwrap();
    let tokens = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&answer.to_string()).len();
    assert!(tokens < 6_000, "{tokens} tokens");
    let shown = rows(&answer);
    assert_eq!(shown.as_array().unwrap().len(), 100);
    for column in ["title", "Status", "Tags", "Zuständig"] {
        assert!(shown[8].get(column).is_some(), "{column} is missing in {} of {tokens} tokens", answer["columns"]);
    }
    assert!(answer["columns"].as_array().unwrap().len() >= 6, "{} in {tokens} tokens", answer["columns"]);
    let id = shown[42]["id"].as_str().unwrap();
    assert_eq!(read(&door, id).await["title"], shown[42]["title"], "the ids can be used");
}
