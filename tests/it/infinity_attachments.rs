//! The tools that upload files, each through the whole runtime against the sandbox.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::door::Door;
use super::infinity_direct::{BOARD, attribute, effects, item, read, words};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";

/// The ids of the files an item holds.
async fn files(door: &Door, item: &str) -> Vec<Value> {
    let stored = read(door, &format!("{BOARD}/items/{item}?expand%5B%5D=values")).await;
    let holder = attribute(door, "Anhänge").await;
    let value =
        stored["values"].as_array().unwrap().iter().find(|value| value["attribute_id"] == json!(holder)).cloned();
    let data = value.unwrap_or_default()["data"].as_array().cloned().unwrap_or_default();
    data.iter().map(|file| file["id"].clone()).collect()
}

#[tokio::test]
async fn a_file_is_uploaded_with_the_predecessors_arguments() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": "669", "file_name": "Übergabe.pdf", "content_base64": BASE64_STANDARD.encode("hello"), "content_type": "application/pdf", "response_format": "json" });
    let made = door.call("infinity_upload_attachment_from_base64", asked).await.unwrap();
    assert_eq!(
        (made["name"].clone(), made["size"].clone(), made.get("item_id")),
        (json!("Übergabe.pdf"), json!(5), None)
    );
    assert!(made["link"].as_str().unwrap().contains("signature="), "a link is not cut");
    assert!(made["notes"][0].as_str().unwrap().contains("expires"), "{made:#}");
}

#[tokio::test]
async fn a_file_just_below_the_limit_arrives_whole() {
    let door = Door::sandbox().await;
    let bytes: Vec<u8> = (0..1_490_000_u32).map(|number| (number % 251) as u8).collect();
    let asked =
        json!({ "workspace_id": "669", "file_name": "bild.PNG", "content_base64": BASE64_STANDARD.encode(&bytes) });
    let made = door.call("infinity_upload_attachment_from_base64", asked).await.unwrap();
    assert_eq!(made["size"], json!(1_490_000));
}

#[tokio::test]
async fn a_file_is_put_on_an_item_by_names_beside_those_it_has() {
    let door = Door::sandbox().await;
    let (id, title) = item(&door, 0).await;
    assert_eq!(files(&door, &id).await, [json!(86_255)]);
    let asked = json!({ "workspace_id": HOME, "file_name": "plan.txt", "content_base64": "data:text/plain;base64,aGVsbG8", "board_id": "projects", "item_id": title, "attribute_id": "anhange" });
    let made = door.call("infinity_upload_attachment_from_base64", asked).await.unwrap();
    assert_eq!(
        (made["item_id"].clone(), made["item"].clone(), made["attribute"].clone()),
        (json!(id), json!(title), json!("Anhänge"))
    );
    assert_eq!(files(&door, &id).await, [json!(86_255), made["id"].clone()]);
    let status = read(&door, &format!("{BOARD}/items/{id}?expand%5B%5D=values")).await;
    assert!(status["values"].as_array().unwrap().len() > 3, "the other values stay");
}

#[tokio::test]
async fn a_file_from_the_web_is_fetched_by_upstream_and_put_on_an_item_by_ids() {
    let door = Door::sandbox().await;
    let (id, _) = item(&door, 1).await;
    let asked = json!({ "workspace_id": "669", "url": "https://example.com/files/brief.pdf?x=1", "board_id": "LA1dW8i1TTK", "item_id": id });
    let made = door.call("infinity_upload_attachment_from_url", asked).await.unwrap();
    assert_eq!(made["name"], json!("brief.pdf"));
    assert_eq!(files(&door, &id).await, [made["id"].clone()]);
    let only = door
        .call("infinity_upload_attachment_from_url", json!({ "workspace_id": HOME, "url": "http://example.com/a.png" }))
        .await
        .unwrap();
    assert!(only["id"].is_number() && only.get("item_id").is_none());
}

#[tokio::test]
async fn bad_content_and_bad_places_are_refused_before_the_upload() {
    let door = Door::sandbox().await;
    let (id, _) = item(&door, 1).await;
    let upload = |content: &str, more: Value| {
        let mut asked = json!({ "workspace_id": "669", "file_name": "a.txt", "content_base64": content });
        asked.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        asked
    };
    let large = "A".repeat(2_100_000);
    for (asked, expected) in [
        (upload("not base64!", json!({})), "is not Base64"),
        (upload("", json!({})), "is empty"),
        (upload(&large, json!({})), "1.5 MB is the most"),
        (upload("AAAA", json!({ "file_name": ".." })), "is no file name"),
        (upload("AAAA", json!({ "content_type": "pdf" })), "is no media type"),
        (upload("AAAA", json!({ "item_id": id })), "`board_id` and `item_id` belong together"),
        (upload("AAAA", json!({ "board_id": "Projekte", "item_id": id })), "No board is called"),
        (
            upload("AAAA", json!({ "board_id": "Projects", "item_id": id, "attribute_id": "Status" })),
            "Give one of “Anhänge”",
        ),
        (upload("AAAA", json!({ "board_id": "Projects", "item_id": "gibt es nicht" })), "No item is called"),
    ] {
        let error = door.refused("infinity_upload_attachment_from_base64", asked).await;
        assert!(words(&error).contains(expected), "{error:#}");
    }
    for (url, expected) in [("file:///etc/passwd", "neither https nor http"), ("brief.pdf", "is no address")] {
        let error =
            door.refused("infinity_upload_attachment_from_url", json!({ "workspace_id": "669", "url": url })).await;
        assert!(words(&error).contains(expected), "{error:#}");
    }
    assert_eq!((effects(&door, "createFromFile").await, effects(&door, "createFromURL").await), (0, 0));
}

#[tokio::test]
async fn an_upload_is_not_lost_when_the_item_refuses_it() {
    let door = Door::sandbox().await;
    let (id, _) = item(&door, 1).await;
    door.fault(json!({ "infinity.fail_next": { "status": 422, "count": 1, "operation": "updateItem" } })).await;
    let asked =
        json!({ "workspace_id": "669", "url": "https://example.com/brief.pdf", "board_id": "Projects", "item_id": id });
    let made = door.call("infinity_upload_attachment_from_url", asked).await.unwrap();
    assert!(made["id"].is_number() && made.get("item_id").is_none(), "{made:#}");
    let note = made["notes"][1].as_str().unwrap();
    assert!(note.contains("is uploaded but is not on the item") && note.contains(&made["id"].to_string()), "{note}");
    assert!(files(&door, &id).await.is_empty());
}
