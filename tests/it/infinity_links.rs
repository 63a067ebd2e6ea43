//! The tools for links between items, each through the whole runtime against the sandbox.

use serde_json::{Value, json};

use super::door::{Door, rows};
use super::infinity_direct::{attribute, effects, item, references, words};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";

/// Links two items of "Rollout 2026" by their ids and gives the answer.
async fn linked(door: &Door, from: usize, to: usize) -> Value {
    let (from, to) = (item(door, from).await.0, item(door, to).await.0);
    let asked = json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "attribute_id": attribute(door, "Abhängig von").await, "from_item_id": from, "to_item_id": to });
    door.call("infinity_create_reference", asked).await.unwrap()
}

#[tokio::test]
async fn a_link_made_with_the_predecessors_arguments_stands_upstream_and_in_the_list() {
    let door = Door::sandbox().await;
    let made = linked(&door, 5, 6).await;
    let ((from, title), (to, _)) = (item(&door, 5).await, item(&door, 6).await);
    assert_eq!((made["from"]["title"].clone(), made["to"]["id"].clone()), (json!(title), json!(to)));
    let stored = references(&door).await.into_iter().find(|row| row["id"] == made["id"]).unwrap();
    assert_eq!((stored["from_item_id"].clone(), stored["to_item_id"].clone()), (json!(from), json!(to)));
    let listed = door.call("infinity_list_references", json!({})).await.unwrap();
    assert_eq!((listed["count"].clone(), listed["references"][0]["id"].clone()), (json!(1), made["id"].clone()));
    assert!(listed["note"].as_str().unwrap().contains("Only what was made"), "the list does not know the seeded ones");
}

#[tokio::test]
async fn a_link_is_made_by_titles_and_across_boards() {
    let door = Door::sandbox().await;
    let ((from, from_title), (_, to_title)) = (item(&door, 2).await, item(&door, 3).await);
    let asked = json!({ "workspace_id": HOME, "board_id": "projects", "from_item_id": from_title, "to_item_id": to_title.to_uppercase() });
    let made = door.call("infinity_create_reference", asked).await.unwrap();
    assert_eq!((made["from"]["id"].clone(), made["attribute"].clone()), (json!(from), json!("Abhängig von")));
    let customers = door
        .call("infinity_list_items", json!({ "workspace_id": "669", "board_id": "Kunden/CRM", "limit": 1 }))
        .await
        .unwrap();
    let customer = rows(&customers)[0].clone();
    let ambiguous = json!({ "workspace_id": "669", "board_id": "Projects", "from_item_id": from_title, "to_board_id": "kunden/crm", "to_item_id": customer["title"] });
    let error = door.refused("infinity_create_reference", ambiguous).await;
    assert_eq!(error["code"], json!("ambiguous_name"));
    let named =
        format!("{} (in {})", customer["title"].as_str().unwrap(), customers["folders"][0]["name"].as_str().unwrap());
    assert!(error["candidates"].to_string().contains(&named), "{error:#}");
    let across = json!({ "workspace_id": "669", "board_id": "Projects", "from_item_id": from_title, "to_board_id": "kunden/crm", "to_item_id": named });
    let made = door.call("infinity_create_reference", across).await.unwrap();
    assert_eq!(made["to"]["title"], customer["title"]);
    let by_id =
        json!({ "workspace_id": "669", "board_id": "Projects", "from_item_id": from, "to_item_id": made["to"]["id"] });
    let trusted = door.call("infinity_create_reference", by_id).await.unwrap();
    assert_eq!(trusted["to"]["id"], made["to"]["id"], "an id of another board is passed on");
    assert_eq!(effects(&door, "createReference").await, 3);
}

#[tokio::test]
async fn wrong_links_are_refused_before_anything_is_sent() {
    let door = Door::sandbox().await;
    let (from, _) = item(&door, 2).await;
    let make = |attribute: &str, from: &str, to: &str| json!({ "workspace_id": "669", "board_id": "Projects", "attribute_id": attribute, "from_item_id": from, "to_item_id": to });
    let nobody = "00000000-0000-4000-8000-000000000000";
    for (asked, code, expected) in [
        (make("Status", &from, &from), "invalid_arguments", "Give one of “Abhängig von”"),
        (make("Abhängig", &from, &from), "not_found", "“Abhängig von”"),
        (make("Abhängig von", nobody, &from), "not_found", "has no item with the id"),
        (make("Abhängig von", &from, "Bestandsaufname vor Ort"), "not_found", "Bestandsaufnahme vor Ort"),
    ] {
        let error = door.refused("infinity_create_reference", asked).await;
        assert_eq!(error["code"], json!(code), "{error:#}");
        assert!(words(&error).contains(expected), "{error:#}");
    }
    assert_eq!(effects(&door, "createReference").await, 0);
}

#[tokio::test]
async fn links_are_listed_by_board_item_and_attribute_and_in_pages() {
    let door = Door::sandbox().await;
    linked(&door, 2, 3).await;
    linked(&door, 3, 4).await;
    linked(&door, 5, 6).await;
    let (third, title) = item(&door, 3).await;
    let list = async |asked: Value| door.call("infinity_list_references", asked).await.unwrap();
    assert_eq!(list(json!({ "item_id": third })).await["count"], json!(2), "at either end");
    assert_eq!(
        list(json!({ "item_id": title, "board_id": "PROJECTS", "attribute_id": "abhangig von" })).await["count"],
        json!(2)
    );
    assert_eq!(list(json!({ "workspace_id": HOME })).await["count"], json!(3));
    assert_eq!(list(json!({ "workspace_id": "52593" })).await["count"], json!(0));
    let first = list(json!({ "limit": 2 })).await;
    assert_eq!((first["count"].clone(), first["has_more"].clone()), (json!(2), json!(true)));
    let rest = list(json!({ "limit": 2, "after": first["after"] })).await;
    assert_eq!((rest["count"].clone(), rest.get("after")), (json!(1), None));
    assert!(!first["references"].as_array().unwrap().contains(&rest["references"][0]));
    let error = door.refused("infinity_list_references", json!({ "board_id": "Projekte" })).await;
    assert!(words(&error).contains("Among what was made here") && words(&error).contains("“Projects”"), "{error:#}");
}

#[tokio::test]
async fn a_link_is_deleted_only_after_the_yes_and_then_forgotten() {
    let door = Door::sandbox().await;
    let made = linked(&door, 5, 6).await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "reference_id": made["id"] });
    let question = door.ask("infinity_delete_reference", asked.clone()).await;
    let title = made["from"]["title"].as_str().unwrap().chars().take(20).collect::<String>();
    assert!(question.message.contains(&title) && question.message.contains("Abhängig von"), "{}", question.message);
    assert_eq!(effects(&door, "deleteReference").await, 0);
    let gone = door.confirm("infinity_delete_reference", asked).await.unwrap();
    assert_eq!(gone["deleted"], json!(true));
    assert_eq!(references(&door).await.len(), 3);
    assert_eq!(door.call("infinity_list_references", json!({})).await.unwrap()["count"], json!(0));
}

#[tokio::test]
async fn a_link_that_upstream_no_longer_has_is_forgotten_and_a_strange_one_is_not_found() {
    let door = Door::sandbox().await;
    let made = linked(&door, 5, 6).await;
    let path = format!("{}/references/{}", super::infinity_direct::BOARD, made["id"].as_str().unwrap());
    super::infinity_direct::send(&door, reqwest::Method::DELETE, &path, Value::Null).await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "reference_id": made["id"] });
    let gone = door.confirm("infinity_delete_reference", asked.clone()).await.unwrap();
    assert_eq!(gone["deleted"], json!(false));
    assert!(gone["note"].as_str().unwrap().contains("forgotten here"), "{gone:#}");
    assert_eq!(door.call("infinity_list_references", json!({})).await.unwrap()["count"], json!(0));
    let question = door.ask("infinity_delete_reference", asked.clone()).await;
    assert!(question.message.contains("was not made here"), "{}", question.message);
    assert_eq!(
        door.confirm("infinity_delete_reference", asked).await.unwrap_err().to_json("t")["code"],
        json!("not_found")
    );
}

#[tokio::test]
async fn where_upstream_has_removed_the_delete_the_link_is_not_forgotten_and_the_reason_is_told() {
    let door = Door::sandbox().await;
    let made = linked(&door, 5, 6).await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "reference_id": made["id"] });
    for status in [400, 404, 410] {
        door.fault(json!({ "infinity.delete_reference_removed": true, "infinity.removed_status": status })).await;
        let error = door.confirm("infinity_delete_reference", asked.clone()).await.unwrap_err().to_json("t");
        assert!(
            words(&error).contains("has removed the call") && words(&error).contains("INFINITY_API_VERSION"),
            "{error:#}"
        );
    }
    assert_eq!(door.call("infinity_list_references", json!({})).await.unwrap()["count"], json!(1));
}
