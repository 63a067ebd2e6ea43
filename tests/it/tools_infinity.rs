//! The StartInfinity tools, each through the whole runtime against the sandbox.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::door::{Door, rows};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";
const ROLLOUT: &str = "U7MjUC5jNpM";

/// How often each operation was called so far.
async fn calls(door: &Door) -> BTreeMap<String, u64> {
    let ledger = door.ledger().await;
    let rows = ledger["operations"].as_array().cloned().unwrap();
    rows.iter().map(|row| (row["operation"].as_str().unwrap().to_owned(), row["calls"].as_u64().unwrap())).collect()
}

fn tokens(answer: &Value) -> usize {
    tiktoken_rs::o200k_base().unwrap().encode_ordinary(&answer.to_string()).len()
}

fn texts<'a>(rows: &'a Value, field: &str) -> Vec<&'a str> {
    rows.as_array().unwrap().iter().filter_map(|row| row[field].as_str()).collect()
}

#[tokio::test]
async fn the_profile_is_that_of_the_token() {
    let door = Door::sandbox().await;
    let profile = door.call("infinity_get_profile", json!({})).await.unwrap();
    assert_eq!((profile["id"].clone(), profile["name"].clone()), (json!(1975), json!("Jürgen Großmann")));
    assert!(profile["created_at"].as_str().unwrap().starts_with("20"));
}

#[tokio::test]
async fn boards_are_listed_for_a_workspace_by_id_and_by_name() {
    let door = Door::sandbox().await;
    let by_id = door.call("infinity_list_boards", json!({ "workspace_id": "669" })).await.unwrap();
    assert_eq!(texts(&by_id["boards"], "name"), ["Projects", "Kunden/CRM"]);
    assert_eq!((by_id["count"].clone(), by_id["has_more"].clone(), by_id.get("after")), (json!(2), json!(false), None));
    let by_name =
        door.call("infinity_list_boards", json!({ "workspace_id": "nordlicht it-systemhaus gmbh" })).await.unwrap();
    assert_eq!(texts(&by_name["boards"], "id"), texts(&by_id["boards"], "id"));
    assert_eq!(by_name["workspace"], json!({ "id": "669", "name": HOME }));
}

#[tokio::test]
async fn a_workspace_that_is_not_there_is_answered_with_those_that_are() {
    let door = Door::sandbox().await;
    for workspace in [json!("Nordlich"), json!("999"), json!("70001")] {
        let error = door.refused("infinity_list_boards", json!({ "workspace_id": workspace })).await;
        assert_eq!(error["code"], json!("not_found"), "{error:#}");
        assert!(error["hint"].as_str().unwrap().contains(HOME), "{error:#}");
    }
    let error = door.refused("infinity_list_boards", json!({})).await;
    assert_eq!(error["code"], json!("invalid_arguments"));
    assert!(error["hint"].as_str().unwrap().contains("(id 52593)"), "{error:#}");
}

#[tokio::test]
async fn pages_of_boards_follow_the_cursors_to_and_fro() {
    let door = Door::sandbox().await;
    let first = door.call("infinity_list_boards", json!({ "workspace_id": 669, "limit": "1" })).await.unwrap();
    assert_eq!((texts(&first["boards"], "name"), first.get("before")), (vec!["Projects"], None));
    let second = door
        .call("infinity_list_boards", json!({ "workspace_id": "669", "limit": 1, "after": first["after"] }))
        .await
        .unwrap();
    assert_eq!((texts(&second["boards"], "name"), second.get("after")), (vec!["Kunden/CRM"], None));
    let back = door
        .call("infinity_list_boards", json!({ "workspace_id": "669", "limit": 1, "before": second["before"] }))
        .await
        .unwrap();
    assert_eq!(texts(&back["boards"], "name"), ["Projects"]);
    let turned = door
        .call(
            "infinity_list_boards",
            json!({ "workspace_id": "669", "sort_by": "created_at", "sort_direction": "desc" }),
        )
        .await
        .unwrap();
    assert_eq!(texts(&turned["boards"], "name"), ["Kunden/CRM", "Projects"]);
}

#[tokio::test]
async fn items_are_listed_in_words() {
    let door = Door::sandbox().await;
    let answer = door
        .call(
            "infinity_list_items",
            json!({ "workspace_id": HOME, "board_id": "projects", "folder_id": "rollout 2026", "limit": 3 }),
        )
        .await
        .unwrap();
    assert_eq!(answer["folders"], json!([{ "id": ROLLOUT, "name": "Rollout 2026" }]));
    assert_eq!(
        (answer["count"].clone(), answer["has_more"].clone(), answer["title_attribute"].clone()),
        (json!(3), json!(true), json!("Name"))
    );
    let first = &rows(&answer)[0];
    assert!(first["title"].as_str().unwrap().starts_with("Bestandsaufnahme vor Ort – "), "{first:#}");
    assert_eq!(first["Status"], json!("To do"));
    assert_eq!(first["Zuständig"], json!("Jürgen Großmann"), "a list of one is shown as the one");
    assert_eq!(first["Abrechenbar"], json!(true));
    assert_eq!(first["Anhänge"]["name"], json!("Übergabeprotokoll.pdf"));
    assert_eq!(first["Checkliste"][0], json!({ "name": "Bestellt", "done": true }));
    assert!(first["Beschreibung"].as_str().unwrap().contains("text by others"), "long texts are fenced");
    assert!(first.get("Angelegt").is_none() && first.get("Name").is_none(), "what the row says is not repeated");
    assert!(first["created_at"].is_string() && first["created_by"].is_string());
}

#[tokio::test]
async fn all_pages_together_are_the_whole_folder_and_the_last_has_no_cursor() {
    let door = Door::sandbox().await;
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = door.call("infinity_list_items", json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "folder_id": ROLLOUT, "limit": 50, "after": after })).await.unwrap();
        seen.extend(texts(&rows(&answer), "id").into_iter().map(str::to_owned));
        after = answer.get("after").cloned().unwrap_or_default();
        assert_eq!(after.is_null(), answer["has_more"] == json!(false));
        if after.is_null() {
            break;
        }
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((count, seen.len()), (110, 110));
}

#[tokio::test]
async fn a_hundred_items_fit_into_six_thousand_tokens_and_a_default_page_into_four_thousand() {
    let door = Door::sandbox().await;
    let projects = json!({ "workspace_id": "669", "board_id": "Projects" });
    let rollout = json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": ROLLOUT });
    let customers = json!({ "workspace_id": "669", "board_id": "Kunden/CRM" });
    let contracts = json!({ "workspace_id": "52593", "board_id": "Lizenzen & Verträge" });
    for (mut place, state, bulky) in [
        (projects, None, Some("Beschreibung")),
        (rollout, None, Some("Beschreibung")),
        (customers, Some("Status"), Some("Notizen")),
        (contracts, Some("Hersteller"), None),
    ] {
        let page = door.call("infinity_list_items", place.clone()).await.unwrap();
        assert!(tokens(&page) < 4_000, "{place}: {} tokens", tokens(&page));
        assert!(page["columns"].as_array().unwrap().len() > 5, "{page:#}");
        place["limit"] = json!(100);
        let answer = door.call("infinity_list_items", place.clone()).await.unwrap();
        assert!(tokens(&answer) < 6_000, "{place}: {} tokens for {} items", tokens(&answer), answer["count"]);
        let left_out: Vec<&str> =
            answer["left_out"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(bulky.is_none_or(|bulky| left_out.contains(&bulky)), "{left_out:?}");
        let first = rows(&answer)[0].clone();
        assert!(state.is_none_or(|state| first[state].is_string()), "{first:#}");
        assert!(answer["columns"].as_array().unwrap().len() > 4, "{:#}", answer["columns"]);
    }
}

#[tokio::test]
async fn every_left_out_attribute_can_be_had_by_naming_it() {
    let door = Door::sandbox().await;
    let mut place = json!({ "workspace_id": "669", "board_id": "Projects", "limit": 100 });
    let answer = door.call("infinity_list_items", place.clone()).await.unwrap();
    let left_out = answer["left_out"].clone();
    assert!(!left_out.as_array().unwrap().is_empty(), "{answer:#}");
    place["fields"] = left_out.clone();
    let chosen = door.call("infinity_list_items", place).await.unwrap();
    for field in left_out.as_array().unwrap().iter().filter_map(Value::as_str) {
        assert!(rows(&chosen).as_array().unwrap().iter().any(|row| row.get(field).is_some()), "{field}: {chosen:#}");
    }
}

#[tokio::test]
async fn chosen_fields_come_whatever_the_length() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": ROLLOUT, "limit": 20, "fields": ["beschreibung", "Status", "created_by"], "expand": ["values"] });
    let answer = door.call("infinity_list_items", asked).await.unwrap();
    assert_eq!(answer["columns"], json!(["id", "title", "Beschreibung", "Status", "created_by"]));
    let error = door
        .refused("infinity_list_items", json!({ "workspace_id": "669", "board_id": "Projects", "fields": ["Staus"] }))
        .await;
    assert!(error["hint"].as_str().unwrap().contains("“Status”"), "{error:#}");
}

#[tokio::test]
async fn a_name_of_several_folders_is_answered_with_their_ids_and_paths_tell_them_apart() {
    let door = Door::sandbox().await;
    let place = |folder: &str| json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": folder });
    let error = door.refused("infinity_list_items", place("backlog")).await;
    assert_eq!(error["code"], json!("ambiguous_name"));
    let candidates = &error["candidates"];
    assert_eq!(texts(candidates, "id").len(), 2, "{error:#}");
    assert!(texts(candidates, "name").contains(&"Interne IT / Backlog"), "{error:#}");
    let answer = door.call("infinity_list_items", place("interne it / backlog")).await.unwrap();
    assert_eq!(answer["folders"], json!([{ "id": "bL0gInt7xPw", "name": "Interne IT / Backlog" }]));
}

#[tokio::test]
async fn odd_items_are_shown_as_far_as_they_go() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinity.labels_as_object": true, "infinity.deleted_in_lists": true })).await;
    let answer = door
        .call(
            "infinity_list_items",
            json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": "PssjTc4Yb1b" }),
        )
        .await
        .unwrap();
    let shown = rows(&answer);
    let titles = texts(&shown, "title");
    assert!(titles.contains(&"Alter Status"), "{titles:?}");
    assert!(!titles.iter().any(|title| title.contains("Abgesagt") || title.contains('\u{200B}')), "{titles:?}");
    let known = ["To do", "In Arbeit", "Wartet auf Kunde", "Done"];
    assert!(known.contains(&shown[0]["Status"].as_str().unwrap()), "{answer:#}");
}

#[tokio::test]
async fn an_item_is_created_by_names_and_read_back() {
    let door = Door::sandbox().await;
    let created = door
        .call(
            "infinity_create_item",
            json!({
                "workspace_id": HOME, "board_id": "PROJECTS", "folder_id": "Rollout 2026", "name": "Angebot prüfen",
                "values": { "status": "in arbeit", "Tags": ["netzwerk", "uberfallig"], "zustandig": "Zoe Bachli", "Fällig am": "2026-12-24", "Stunden": "1.5",
                    "Abrechenbar": "ja", "Beschreibung": "Zeile 1\nZeile 2", "Links": ["https://a.example"], "Checkliste": ["[x] Start", "Ende"], "Anhänge": [86255] },
            }),
        )
        .await
        .unwrap();
    assert_eq!(
        (created["title"].clone(), created["folder"].clone(), created["folder_id"].clone()),
        (json!("Angebot prüfen"), json!("Rollout 2026"), json!(ROLLOUT))
    );
    let id = created["id"].as_str().unwrap();
    assert_eq!(created["url"], json!(format!("https://app.startinfinity.com/b/LA1dW8i1TTK/{ROLLOUT}/{id}")));
    let values = &created["values"];
    assert_eq!(values["Status"], json!("In Arbeit"));
    assert_eq!(values["Tags"], json!(["Netzwerk", "Überfällig"]));
    assert_eq!(values["Zuständig"], json!(["Zoë Bächli"]));
    assert_eq!(
        (values["Fällig am"].clone(), values["Stunden"].clone(), values["Abrechenbar"].clone()),
        (json!("2026-12-24"), json!(1.5), json!(true))
    );
    assert!(values["Beschreibung"].as_str().unwrap().contains("Zeile 1\nZeile 2"));
    assert_eq!(values["Checkliste"], json!([{ "name": "Start", "done": true }, { "name": "Ende", "done": false }]));
    let newest = door.call("infinity_list_items", json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "sort_by": "created_at", "sort_direction": "desc", "limit": 1 })).await.unwrap();
    assert_eq!((rows(&newest)[0]["id"].clone(), rows(&newest)[0]["Status"].clone()), (json!(id), json!("In Arbeit")));
}

#[tokio::test]
async fn a_warm_create_by_names_costs_one_request() {
    let door = Door::sandbox().await;
    let item = |name: &str| json!({ "workspace_id": HOME, "board_id": "Projects", "folder_id": "Rollout 2026", "name": name, "values": { "Status": "Done", "Zuständig": "Sebastian Weiss" } });
    door.call("infinity_create_item", item("one")).await.unwrap();
    let cold = calls(&door).await;
    assert_eq!(cold.values().sum::<u64>(), 6, "{cold:?}");
    door.call("infinity_create_item", item("two")).await.unwrap();
    let mut warm = calls(&door).await;
    assert_eq!(warm.insert("createItem".into(), 1), Some(2));
    assert_eq!(warm, cold, "nothing but the write was sent");
}

#[tokio::test]
async fn callers_at_the_same_time_look_a_board_up_once() {
    let door = Door::sandbox().await;
    let list =
        || door.call("infinity_list_items", json!({ "workspace_id": "669", "board_id": "Projects", "limit": 1 }));
    let (one, two, three) = tokio::join!(list(), list(), list());
    assert_eq!([one, two, three].map(|answer| answer.unwrap()["count"].clone()), [json!(1), json!(1), json!(1)]);
    let all = calls(&door).await;
    let wanted = [("listAttributes", 1), ("listBoards", 1), ("listFolders", 1), ("listItems", 3), ("listMembers", 1)];
    assert_eq!(all, wanted.map(|(name, calls)| (name.to_owned(), calls)).into());
}

#[tokio::test]
async fn calls_of_the_predecessor_mean_the_same() {
    let door = Door::sandbox().await;
    let template = door.call("infinity_list_items", json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "folder_id": ROLLOUT, "limit": 1, "sort_by": "created_at", "sort_direction": "asc", "expand": ["values", "values.attribute", "folder", "created_by"], "response_format": "json" })).await.unwrap();
    let parent = rows(&template)[0]["id"].clone();
    let ids = attribute_ids(&door).await;
    let by_id = json!({ ids[0].as_str(): "Unteraufgabe", ids[1].as_str(): [ids[2]] });
    let created = door.call("infinity_create_item", json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "folder_id": ROLLOUT, "parent_id": parent, "values": by_id, "sort_order": "65536" })).await.unwrap();
    assert_eq!(
        (created["title"].clone(), created["parent_id"].clone(), created["values"]["Status"].clone()),
        (json!("Unteraufgabe"), parent, json!("Done"))
    );
    let by_name = door.call("infinity_create_item", json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "folder_id": ROLLOUT, "parent_id": null, "title": "Zweite", "values_by_name": { "Status": ["Done"] } })).await.unwrap();
    assert_eq!((by_name["title"].clone(), by_name["values"]["Status"].clone()), (json!("Zweite"), json!("Done")));
}

/// The ids of Name and Status of the board Projects, and of the label Done.
async fn attribute_ids(door: &Door) -> [String; 3] {
    let url = format!("{}/workspaces/669/boards/LA1dW8i1TTK/attributes?limit=100", door.sandbox.infinity_url());
    let request = reqwest::Client::new()
        .get(url)
        .bearer_auth(infini_mcp::sandbox::INFINITY_TOKEN)
        .header("X-API-Version", "2026-04-20.morava");
    let page: Value = request.send().await.unwrap().json().await.unwrap();
    let find = |rows: &Value, name: &str| {
        rows.as_array().unwrap().iter().find(|row| row["name"] == json!(name)).cloned().unwrap()
    };
    let status = find(&page["data"], "Status");
    [&find(&page["data"], "Name"), &status, &find(&status["settings"]["labels"], "Done")]
        .map(|row| row["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_wrong_value_is_refused_before_anything_is_written() {
    let door = Door::sandbox().await;
    let item = |values: Value| json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": "Rollout 2026", "values": values });
    for (values, code, words) in [
        (json!({ "Status": "Fertig" }), "not_found", "“To do”, “In Arbeit”, “Wartet auf Kunde”, “Done”"),
        (json!({ "Status": ["Done", "To do"] }), "invalid_arguments", "Choose one"),
        (json!({ "Nr.": 7 }), "invalid_arguments", "fills it in"),
        (json!({ "Abhängig von": "x" }), "invalid_arguments", "infinity_create_reference"),
        (json!({ "Zeiterfassung": 5 }), "invalid_arguments", "infinity_create_time_entry"),
        (json!({ "Zuständig": "Björn Ångström" }), "not_found", "Jürgen Großmann"),
        (json!({ "Stunden": "viele", "Fällig am": "bald" }), "invalid_arguments", "“Fällig am” takes a date"),
    ] {
        let error = door.refused("infinity_create_item", item(values)).await;
        assert_eq!(error["code"], json!(code), "{error:#}");
        assert!(error["hint"].as_str().unwrap().contains(words), "{error:#}");
    }
    assert_eq!(calls(&door).await.get("createItem"), None);
}

#[tokio::test]
async fn an_answer_without_values_shows_what_was_written_and_hidden_attributes_are_told() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinity.values_in_write_answers": false, "infinity.create_status": 200 })).await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": "Ablage 2025", "name": "Alt", "values": { "Status": "Done" } });
    let created = door.call("infinity_create_item", asked).await.unwrap();
    assert_eq!((created["title"].clone(), created["values"]["Status"].clone()), (json!("Alt"), json!("Done")));
    assert!(created["notes"][0].as_str().unwrap().contains("does not show the attribute Status"), "{created:#}");
}

#[tokio::test]
async fn creating_asks_a_person_where_the_operator_wants_it() {
    let door = Door::with(&[("CONFIRM", "writes")]).await;
    let asked =
        json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": "Rollout 2026", "name": "Gefragt" });
    let created = door.confirm("infinity_create_item", asked).await.unwrap();
    assert_eq!(created["title"], json!("Gefragt"));
    assert_eq!(calls(&door).await["createItem"], 1);
}

#[tokio::test]
async fn the_tools_keep_within_their_share_of_the_list() {
    let door = Door::sandbox().await;
    let tokenizer = tiktoken_rs::o200k_base().unwrap();
    for name in ["infinity_get_profile", "infinity_list_boards", "infinity_list_items", "infinity_create_item"] {
        let tool = door.app.catalogue.find(name).unwrap();
        let without = json!({ "name": name, "description": tool.description, "inputSchema": tool.input.as_ref() });
        let mut with = without.clone();
        with["outputSchema"] = Value::Object(tool.output.as_ref().clone());
        let count = |value: &Value| tokenizer.encode_ordinary(&value.to_string()).len();
        assert!(count(&without) <= 500 && count(&with) <= 900, "{name}: {} and {}", count(&without), count(&with));
    }
}
