//! Lists that are larger than one answer, walked to their end through the whole runtime against the sandbox.

use reqwest::Method;
use serde_json::{Value, json};

use super::door::{Door, rows};
use super::infinity_direct::{BOARD, attribute, send};

const FOLDER: &str = "Ablage 2025";

/// A folder of `count` items with long texts of very different sizes; gives their ids in the list's order.
async fn filled(count: usize) -> (Door, Vec<String>) {
    let door = Door::with(&[("INFINITY_REQUESTS_PER_MINUTE", "10000")]).await;
    door.fault(json!({ "infinity.requests_per_minute": 0 })).await;
    let describe = json!({ "workspace_id": "669", "board_id": "Projects" });
    let told = door.call("infinity_describe_board", describe).await.unwrap();
    let folders = told["folders"].as_array().unwrap();
    let folder = folders.iter().find(|folder| folder["path"].as_str().unwrap().ends_with(FOLDER)).unwrap();
    let (name, text) = (attribute(&door, "Name").await, attribute(&door, "Beschreibung").await);
    let mut ids = Vec::new();
    for at in 0..count {
        let html = format!("<p>{}</p>", "Wort ".repeat((at * 7_919) % 500));
        let values = json!([{ "attribute_id": name, "data": format!("{at}") }, { "attribute_id": text, "data": html }]);
        let item = json!({ "folder_id": folder["id"], "values": values });
        let (status, made) = send(&door, Method::POST, &format!("{BOARD}/items"), item).await;
        assert_eq!(status, 201, "{made:#}");
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    (door, ids)
}

/// The titles on one page, and the whole answer.
async fn page(door: &Door, tool: &str, more: &Value) -> (Vec<usize>, Value) {
    let mut asked = json!({ "workspace_id": "669", "board_id": "Projects", "folder_id": FOLDER });
    asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = door.call(tool, asked).await.unwrap();
    assert!(answer.to_string().len() <= 62_000, "{} bytes", answer.to_string().len());
    let rows = rows(&answer);
    let titles = rows.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap().parse().unwrap());
    let titles: Vec<usize> = titles.collect();
    assert_eq!(answer["count"], json!(titles.len()));
    (titles, answer)
}

#[tokio::test]
async fn a_list_of_long_texts_loses_no_row_between_its_pages() {
    let (door, ids) = filled(120).await;
    let all: Vec<usize> = (0..ids.len()).collect();
    let filters = json!([{ "field": "Name", "is": "not_empty" }]);
    for (tool, limit, detail, more) in [
        ("infinity_list_items", 100, "full", json!({ "fields": ["Beschreibung"] })),
        ("infinity_list_items", 100, "brief", json!({ "fields": ["Beschreibung"] })),
        ("infinity_list_items", 37, "full", json!({})),
        ("infinity_search_items", 100, "full", json!({ "fields": ["Beschreibung"], "filters": filters })),
    ] {
        let (mut seen, mut after, mut cut) = (Vec::new(), Value::Null, false);
        loop {
            let mut asked = json!({ "limit": limit, "detail": detail, "after": after, "sort_by": "created_at" });
            asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let (titles, answer) = page(&door, tool, &asked).await;
            seen.extend(titles);
            cut |= answer["notes"].to_string().contains("`after` leads on to the others");
            assert_eq!(answer["has_more"], json!(answer.get("after").is_some()), "{answer:#}");
            after = answer.get("after").cloned().unwrap_or_default();
            if after.is_null() {
                break;
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, all, "{tool} {limit} {detail}");
        assert_eq!(cut, detail == "full" && limit == 100, "{tool} {limit} {detail}");
    }
}

#[tokio::test]
async fn going_back_through_long_texts_loses_no_row_either() {
    let (door, ids) = filled(110).await;
    let asked = |more: Value| {
        let mut asked = json!({ "limit": 100, "detail": "full", "fields": ["Beschreibung"], "sort_by": "created_at" });
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asked
    };
    // The last page knows a cursor that leads back.
    let first = page(&door, "infinity_list_items", &json!({ "limit": 100, "sort_by": "created_at" })).await.1;
    let last = page(&door, "infinity_list_items", &asked(json!({ "after": first["after"] }))).await;
    let (mut seen, mut before) = (last.0, last.1["before"].clone());
    while !before.is_null() {
        let (titles, answer) = page(&door, "infinity_list_items", &asked(json!({ "before": before }))).await;
        seen.extend(titles);
        before = answer.get("before").cloned().unwrap_or_default();
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..ids.len()).collect::<Vec<_>>());
}
