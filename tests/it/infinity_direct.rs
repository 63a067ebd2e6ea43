//! The simulated StartInfinity asked directly, past our own code: what really stands there after a tool has answered.

use infini_mcp::sandbox::INFINITY_TOKEN;
use reqwest::Method;
use serde_json::{Value, json};

use super::door::Door;

/// The board Projects with its workspace, as the start of a path.
pub const BOARD: &str = "/workspaces/669/boards/LA1dW8i1TTK";
/// The folder "Rollout 2026" of that board.
pub const ROLLOUT: &str = "U7MjUC5jNpM";

/// Sends a request with the newest version; gives status and body.
pub async fn send(door: &Door, method: Method, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}{path}", door.sandbox.infinity_url());
    let mut request = reqwest::Client::new()
        .request(method, url)
        .bearer_auth(INFINITY_TOKEN)
        .header("X-API-Version", "2026-04-20.morava");
    if !body.is_null() {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// Reads a path that must be there.
pub async fn read(door: &Door, path: &str) -> Value {
    let (status, body) = send(door, Method::GET, path, Value::Null).await;
    assert_eq!(status, 200, "{path}: {body:#}");
    body
}

/// The references of the board Projects, which only the oldest version shows.
pub async fn references(door: &Door) -> Vec<Value> {
    let url = format!("{}{BOARD}/references?limit=100", door.sandbox.infinity_url());
    let answer = reqwest::Client::new().get(url).bearer_auth(INFINITY_TOKEN).send().await.unwrap();
    answer.json::<Value>().await.unwrap()["data"].as_array().cloned().unwrap()
}

/// The id of an attribute of the board Projects.
pub async fn attribute(door: &Door, name: &str) -> String {
    let page = read(door, &format!("{BOARD}/attributes?limit=100")).await;
    let row = page["data"].as_array().unwrap().iter().find(|row| row["name"] == json!(name)).cloned().unwrap();
    row["id"].as_str().unwrap().to_owned()
}

/// Id and title of an item of "Rollout 2026": the first one has attachments, the next does not.
pub async fn item(door: &Door, place: usize) -> (String, String) {
    let page = read(door, &format!("{BOARD}/items?folder_id={ROLLOUT}&limit=20&expand%5B%5D=values")).await;
    let name = attribute(door, "Name").await;
    let row = page["data"][place].clone();
    let values = row["values"].as_array().unwrap();
    let title = values.iter().find(|value| value["attribute_id"] == json!(name)).unwrap()["data"].clone();
    (row["id"].as_str().unwrap().to_owned(), title.as_str().unwrap().to_owned())
}

/// How often an operation was carried out so far.
pub async fn effects(door: &Door, operation: &str) -> u64 {
    let ledger = door.ledger().await;
    let rows = ledger["operations"].as_array().cloned().unwrap();
    rows.iter().filter(|row| row["operation"] == json!(operation)).map(|row| row["effects"].as_u64().unwrap()).sum()
}

/// The words of an error: its message and its hint.
pub fn words(error: &Value) -> String {
    format!("{} {}", error["message"].as_str().unwrap(), error["hint"].as_str().unwrap_or_default())
}
