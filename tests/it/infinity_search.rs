//! Searching a board and describing it, through the whole runtime against the sandbox.

use serde_json::{Value, json};

use super::door::{Door, rows};

fn on_projects(more: Value) -> Value {
    let mut all = json!({ "workspace_id": "669", "board_id": "Projects" });
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

/// All that fit, as rows with the named fields.
async fn found(door: &Door, filters: Value, fields: Value) -> Vec<Value> {
    let search = on_projects(json!({ "filters": filters, "fields": fields, "limit": 100 }));
    let answer = door.call("infinity_search_items", search).await.unwrap();
    assert_eq!(answer["complete"], json!(true), "{answer:#}");
    rows(&answer).as_array().unwrap().clone()
}

#[tokio::test]
async fn items_are_found_by_what_their_attributes_say() {
    let door = Door::sandbox().await;
    let waiting =
        found(&door, json!([{ "field": "status", "is": "equals", "value": "wartet auf kunde" }]), json!(["Status"]))
            .await;
    assert!(waiting.len() > 5 && waiting.iter().all(|row| row["Status"] == json!("Wartet auf Kunde")));
    let firewall =
        found(&door, json!([{ "field": "Name", "is": "contains", "value": "FIREWALL" }]), json!(["Name"])).await;
    assert!(
        !firewall.is_empty()
            && firewall.iter().all(|row| row["title"].as_str().unwrap().to_lowercase().contains("firewall"))
    );
    let title =
        found(&door, json!([{ "field": "title", "is": "contains", "value": "firewall" }]), json!(["Name"])).await;
    assert_eq!(title, firewall);
    let people = json!([{ "field": "Zuständig", "is": "one_of", "values": ["Zoe Bachli", "jurgen grossmann"] }]);
    let people = found(&door, people, json!(["Zuständig"])).await;
    assert!(
        !people.is_empty()
            && people.iter().all(|row| ["Zoë Bächli", "Jürgen Großmann"].contains(&row["Zuständig"].as_str().unwrap()))
    );
    let towns = found(
        &door,
        json!([{ "field": "Beschreibung", "is": "contains", "value": "schlüssel abholen" }]),
        json!(["Name"]),
    )
    .await;
    assert!(towns.len() > 5);
}

#[tokio::test]
async fn dates_numbers_boxes_and_emptiness_are_compared_as_such() {
    let door = Door::sandbox().await;
    let many = found(&door, json!([{ "field": "Stunden", "is": "after", "value": "10" }]), json!(["Stunden"])).await;
    assert!(!many.is_empty() && many.iter().all(|row| row["Stunden"].as_f64().unwrap() > 10.0));
    let early =
        found(&door, json!([{ "field": "Fällig am", "is": "before", "value": "1.5.2026" }]), json!(["Fällig am"]))
            .await;
    assert!(!early.is_empty() && early.iter().all(|row| row["Fällig am"].as_str().unwrap() < "2026-05-01"));
    let day = early[0]["Fällig am"].as_str().unwrap().get(..10).unwrap().to_owned();
    let on_the_day =
        found(&door, json!([{ "field": "Fällig am", "is": "equals", "value": day }]), json!(["Fällig am"])).await;
    assert!(
        !on_the_day.is_empty() && on_the_day.iter().all(|row| row["Fällig am"].as_str().unwrap().starts_with(&day))
    );
    let migration = json!({ "field": "folder", "is": "equals", "value": "migration microsoft 365" });
    let count = |filter: Value| {
        let (door, filters) = (&door, json!([migration, filter]));
        async move { found(door, filters, json!(["Name"])).await.len() }
    };
    let (empty, full) = (
        count(json!({ "field": "Stunden", "is": "empty" })).await,
        count(json!({ "field": "Stunden", "is": "not_empty" })).await,
    );
    let (yes, no) = (
        count(json!({ "field": "Abrechenbar", "is": "equals", "value": true })).await,
        count(json!({ "field": "Abrechenbar", "is": "equals", "value": "nein" })).await,
    );
    assert!(empty > 0 && full > 0 && yes > 0 && no > 0);
    assert_eq!(empty + full, yes + no, "everything is either");
}

#[tokio::test]
async fn several_filters_must_all_hold() {
    let door = Door::sandbox().await;
    let filters = json!([
        { "field": "40c82ac2-fe83-4dda-88a3-461ee4d945f7", "is": "equals", "value": "Done" },
        { "field": "Stunden", "is": "after", "value": 3 },
        { "field": "folder", "is": "one_of", "values": ["Rollout 2026"] },
        { "field": "created_by", "is": "not_empty" },
        { "field": "created_at", "is": "after", "value": "2026-01-01" },
    ]);
    let rows = found(&door, filters, json!(["Status", "Stunden", "folder"])).await;
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|row| row["Status"] == json!("Done")
        && row["Stunden"].as_f64().unwrap() > 3.0
        && row["folder"] == json!("Rollout 2026")));
}

#[tokio::test]
async fn a_search_goes_on_where_it_ended() {
    let door = Door::sandbox().await;
    let search = |limit: u32, after: Value| {
        on_projects(
            json!({ "filters": [{ "field": "Status", "is": "equals", "value": "Done" }], "limit": limit, "after": after }),
        )
    };
    let ids = |answer: &Value| rows(answer).as_array().unwrap().iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    let all = ids(&door.call("infinity_search_items", search(100, Value::Null)).await.unwrap());
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = door.call("infinity_search_items", search(7, after)).await.unwrap();
        assert!(tiktoken_rs::o200k_base().unwrap().encode_ordinary(&answer.to_string()).len() < 4_000);
        seen.extend(ids(&answer));
        after = answer.get("after").cloned().unwrap_or_default();
        if after.is_null() {
            break;
        }
    }
    assert!(all.len() > 14);
    assert_eq!(seen, all);
}

#[tokio::test]
async fn an_attribute_that_some_folders_do_not_show_is_said() {
    let door = Door::sandbox().await;
    let backlog = on_projects(
        json!({ "folder_id": "Interne IT / Backlog", "filters": [{ "field": "Stunden", "is": "after", "value": 0 }] }),
    );
    let answer = door.call("infinity_search_items", backlog).await.unwrap();
    let note = answer["notes"][0].as_str().unwrap();
    assert!(note.starts_with("1 of the 1 folders searched do not show “Stunden”"), "{answer:#}");
    assert!(note.contains("Rollout 2026"), "where it is shown: {note}");
    let rollout = on_projects(
        json!({ "folder_id": "Rollout 2026", "filters": [{ "field": "Stunden", "is": "after", "value": 0 }] }),
    );
    assert!(door.call("infinity_search_items", rollout).await.unwrap().get("notes").is_none());
}

#[tokio::test]
async fn a_list_is_taken_where_several_are_meant_and_refused_where_one_is() {
    let door = Door::sandbox().await;
    let states = json!(["Done", "In Arbeit"]);
    let one_of = |more: Value| {
        let mut filter = json!({ "field": "Status", "is": "one_of" });
        filter.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([filter])
    };
    let both = found(&door, one_of(json!({ "values": states })), json!(["Status"])).await;
    assert!(both.len() > 5);
    for value in [states.clone(), json!(states.to_string())] {
        assert_eq!(found(&door, one_of(json!({ "value": value })), json!(["Status"])).await, both);
    }
    let single = json!([{ "field": "Status", "is": "equals", "value": ["Done"] }]);
    assert!(!found(&door, single, json!(["Status"])).await.is_empty());
    for filter in [
        json!({ "field": "Status", "is": "equals", "value": states }),
        json!({ "field": "Name", "is": "contains", "values": ["a", "b"] }),
        json!({ "field": "Stunden", "is": "after", "value": [1, 2] }),
    ] {
        let error = door.refused("infinity_search_items", on_projects(json!({ "filters": [filter] }))).await;
        assert!(error["message"].as_str().unwrap().contains("is given 2 values, but takes one"), "{error:#}");
        assert!(error["hint"].as_str().unwrap().contains("one_of"), "{error:#}");
    }
}

#[tokio::test]
async fn numbers_and_names_are_found_as_people_write_them() {
    let door = Door::sandbox().await;
    let hours = |value: Value| json!([{ "field": "Stunden", "is": "after", "value": value }]);
    let many = found(&door, hours(json!(2.5)), json!(["Stunden"])).await;
    assert!(!many.is_empty());
    assert_eq!(found(&door, hours(json!("2,5")), json!(["Stunden"])).await, many);
    let doubtful = on_projects(json!({ "filters": hours(json!("1.234")) }));
    let error = door.refused("infinity_search_items", doubtful).await;
    assert!(error["hint"].as_str().unwrap().contains("may be 1234 or 1.234"), "{error:#}");
    let people = |name: &str| json!([{ "field": "Zuständig", "is": "equals", "value": name }]);
    let zoe = found(&door, people("Zoë Bächli"), json!(["Zuständig"])).await;
    assert!(!zoe.is_empty());
    assert_eq!(found(&door, people("zoe baechli"), json!(["Zuständig"])).await, zoe);
    let text = |value: &str| json!([{ "field": "Beschreibung", "is": "contains", "value": value }]);
    let keys = found(&door, text("Schlüssel abholen"), json!(["Name"])).await;
    assert!(!keys.is_empty());
    assert_eq!(
        found(&door, text("schluessel"), json!(["Name"])).await.len(),
        found(&door, text("schlüssel"), json!(["Name"])).await.len()
    );
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_refused_before_anything_is_read() {
    let door = Door::sandbox().await;
    for (filter, code, words) in [
        (json!({ "field": "Statsu", "is": "empty" }), "not_found", "“Status”"),
        (json!({ "field": "Status", "is": "equals", "value": "Fertig" }), "not_found", "“Done”"),
        (json!({ "field": "Zuständig", "is": "equals", "value": "Björn Ångström" }), "not_found", "“"),
        (json!({ "field": "Name", "is": "before", "value": "b" }), "invalid_arguments", "equals, contains"),
        (json!({ "field": "Stunden", "is": "equals", "value": "viele" }), "invalid_arguments", "a number"),
        (json!({ "field": "Fällig am", "is": "after", "value": "bald" }), "invalid_arguments", "a date"),
        (json!({ "field": "Name", "is": "equals" }), "invalid_arguments", "`value`"),
    ] {
        let error = door.refused("infinity_search_items", on_projects(json!({ "filters": [filter] }))).await;
        assert_eq!(error["code"], json!(code), "{error:#}");
        assert!(error["hint"].as_str().unwrap().contains(words), "{error:#}");
    }
    let error = door
        .refused("infinity_search_items", on_projects(json!({ "filters": [{ "field": "Name", "is": "like" }] })))
        .await;
    assert!(error["message"].as_str().unwrap().contains("must be one of equals"), "{error:#}");
    let ledger = door.ledger().await;
    assert!(!ledger["operations"].to_string().contains("listItems"), "{ledger:#}");
}

#[tokio::test]
async fn a_board_is_described_so_that_one_can_write_to_it() {
    let door = Door::sandbox().await;
    for (workspace, board) in [("669", "Projects"), ("669", "Kunden/CRM"), ("52593", "Lizenzen & Verträge")] {
        let told = door
            .call("infinity_describe_board", json!({ "workspace_id": workspace, "board_id": board }))
            .await
            .unwrap();
        let tokens = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&told.to_string()).len();
        assert!(tokens < 4_000, "{board}: {tokens} tokens");
        assert!(!told["folders"].as_array().unwrap().is_empty() && told["name_attribute"].is_string(), "{told:#}");
    }
    let told = door.call("infinity_describe_board", on_projects(json!({}))).await.unwrap();
    let attribute = |name: &str| {
        let all = told["attributes"].as_array().unwrap();
        all.iter().find(|attribute| attribute["name"] == json!(name)).cloned().unwrap()
    };
    assert_eq!(attribute("Status")["labels"], json!(["To do", "In Arbeit", "Wartet auf Kunde", "Done"]));
    assert_eq!(attribute("Tags")["multiple"], json!(true));
    assert_eq!(told["how_to_write"]["custom_id"], json!("read only"));
    assert!(told["members"].as_array().unwrap().contains(&json!("Zoë Bächli")));
    let folder =
        told["folders"].as_array().unwrap().iter().find(|folder| folder["path"] == json!("Interne IT / Backlog"));
    let folder = folder.unwrap();
    assert_eq!(folder["shows"], json!(["Name", "Status"]));
    let item = on_projects(
        json!({ "folder_id": folder["path"], "values": { told["name_attribute"].as_str().unwrap(): "Neu", "Status": attribute("Status")["labels"][1] } }),
    );
    let made = door.call("infinity_create_item", item).await.unwrap();
    assert_eq!((made["title"].clone(), made["folder_id"].clone()), (json!("Neu"), folder["id"].clone()));
}

#[tokio::test]
async fn a_board_that_is_not_there_cannot_be_described() {
    let door = Door::sandbox().await;
    let error = door.refused("infinity_describe_board", json!({ "workspace_id": "669", "board_id": "Projekte" })).await;
    assert_eq!(error["code"], json!("not_found"), "{error:#}");
    assert!(error["hint"].as_str().unwrap().contains("“Projects”"), "{error:#}");
    let error = door.refused("infinity_describe_board", json!({ "board_id": "Projects" })).await;
    assert!(error["message"].as_str().unwrap().contains("`workspace_id` is missing"), "{error:#}");
}
