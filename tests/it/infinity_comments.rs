//! Comments, each tool through the whole runtime against the sandbox.

use infini_mcp::tool::confirm::Consent;
use infini_mcp::tool::run::Turn;
use serde_json::{Value, json};

use super::door::{Door, rows};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";

/// The arguments that lead to the first item of the board Projects, whose comments the sandbox has seeded.
async fn first_item(door: &Door) -> Value {
    let list = json!({ "workspace_id": HOME, "board_id": "Projects", "folder_id": "Rollout 2026", "limit": 1 });
    let listed = door.call("infinity_list_items", list).await.unwrap();
    json!({ "workspace_id": HOME, "board_id": "projects", "item_id": rows(&listed)[0]["id"] })
}

fn with(place: &Value, more: Value) -> Value {
    let mut all = place.clone();
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

async fn listed(door: &Door, place: &Value) -> Vec<Value> {
    let answer = door.call("infinity_list_comments", place.clone()).await.unwrap();
    answer["comments"].as_array().unwrap().clone()
}

/// What upstream keeps of a comment.
async fn kept(door: &Door, place: &Value, comment: &Value) -> Value {
    let url = format!(
        "{}/workspaces/669/boards/LA1dW8i1TTK/items/{}/comments/{}",
        door.sandbox.infinity_url(),
        place["item_id"].as_str().unwrap(),
        comment.as_str().unwrap()
    );
    let request = reqwest::Client::new()
        .get(url)
        .bearer_auth(infini_mcp::sandbox::INFINITY_TOKEN)
        .header("X-API-Version", "2026-04-20.morava");
    request.send().await.unwrap().json().await.unwrap()
}

fn text(comment: &Value) -> &str {
    comment["text"].as_str().unwrap()
}

#[tokio::test]
async fn comments_are_listed_as_fenced_text_with_authors_and_threads() {
    let door = Door::sandbox().await;
    let place = first_item(&door).await;
    let comments = listed(&door, &place).await;
    assert_eq!(comments.len(), 3);
    assert!(text(&comments[0]).contains("[text by others"), "{comments:#?}");
    assert!(text(&comments[0]).contains("Kunde bestätigt den Termin am Dienstag."), "{comments:#?}");
    assert!(text(&comments[2]).contains("3 < 5 & 7 > 6."), "{comments:#?}");
    assert_eq!(comments[1]["parent_id"], comments[0]["id"]);
    assert!(comments.iter().all(|comment| comment["created_by"].as_str().unwrap().contains(' ')), "{comments:#?}");
}

#[tokio::test]
async fn pages_of_comments_follow_the_cursor_in_words_of_the_predecessor() {
    let door = Door::sandbox().await;
    let place = json!({ "workspace_id": "669", "board_id": "LA1dW8i1TTK", "item_id": first_item(&door).await["item_id"], "expand": ["item", "item.values", "created_by"], "limit": 2, "sort_by": "created_at", "sort_direction": "desc", "response_format": "json" });
    let first = door.call("infinity_list_comments", place.clone()).await.unwrap();
    assert_eq!((first["count"].clone(), first["has_more"].clone()), (json!(2), json!(true)));
    let second = door.call("infinity_list_comments", with(&place, json!({ "after": first["after"] }))).await.unwrap();
    assert_eq!((second["count"].clone(), second.get("after")), (json!(1), None));
    assert!(text(&second["comments"][0]).contains("Kunde bestätigt"), "{second:#}");
}

#[tokio::test]
async fn one_comment_is_shown_and_a_deleted_one_is_not() {
    let door = Door::sandbox().await;
    let place = first_item(&door).await;
    let id = listed(&door, &place).await[0]["id"].clone();
    let one = door
        .call("infinity_get_comment", with(&place, json!({ "comment_id": id, "expand": ["created_by"] })))
        .await
        .unwrap();
    assert!(text(&one).contains("Ersatzgerät für Zürich"), "{one:#}");
    door.confirm("infinity_delete_comment", with(&place, json!({ "comment_id": id }))).await.unwrap();
    let error = door.refused("infinity_get_comment", with(&place, json!({ "comment_id": id }))).await;
    assert_eq!(error["code"], json!("not_found"), "{error:#}");
    assert!(error["hint"].as_str().unwrap().contains("infinity_list_comments"), "{error:#}");
}

#[tokio::test]
async fn a_comment_is_written_as_text_kept_as_html_and_read_back_as_text() {
    let door = Door::sandbox().await;
    let place = first_item(&door).await;
    let parent = listed(&door, &place).await[0]["id"].clone();
    let written = with(&place, json!({ "text": "Zeile <1> & mehr\nZeile 2", "parent_id": parent }));
    let written = door.call("infinity_create_comment", written).await.unwrap();
    assert_eq!((written["created_by"].clone(), written["parent_id"].clone()), (json!("Jürgen Großmann"), parent));
    assert_eq!(
        kept(&door, &place, &written["id"]).await["text"],
        json!("<p>Zeile &lt;1&gt; &amp; mehr</p><p>Zeile 2</p>")
    );
    let comments = listed(&door, &place).await;
    assert!(text(comments.last().unwrap()).contains("Zeile <1> & mehr\nZeile 2"), "{comments:#?}");
}

#[tokio::test]
async fn markup_that_could_act_does_not_reach_the_browser_of_a_colleague() {
    let door = Door::sandbox().await;
    let place = first_item(&door).await;
    let written = with(&place, json!({ "comment_text": "<p>Hallo<img src=x onerror=alert(1)></p>" }));
    let written = door.call("infinity_add_item_comment", written).await.unwrap();
    assert_eq!(kept(&door, &place, &written["id"]).await["text"], json!("<p>Hallo</p>"));
    let written = with(&place, json!({ "text": "<p>Hallo <b>Welt</b></p>", "parent_id": null }));
    let written = door.call("infinity_create_comment", written).await.unwrap();
    assert_eq!(kept(&door, &place, &written["id"]).await["text"], json!("<p>Hallo <b>Welt</b></p>"));
}

#[tokio::test]
async fn a_comment_without_text_or_on_nothing_is_refused() {
    let door = Door::sandbox().await;
    let place = first_item(&door).await;
    for text in ["", "  ", "<p></p>"] {
        let error = door.refused("infinity_create_comment", with(&place, json!({ "text": text }))).await;
        assert!(error["message"].as_str().unwrap().contains("a comment needs a text"), "{error:#}");
    }
    let error = door.refused("infinity_add_item_comment", with(&place, json!({ "comment_text": " " }))).await;
    assert_eq!(error["field"], json!("comment_text"), "{error:#}");
    let error =
        door.refused("infinity_create_comment", with(&place, json!({ "text": "x", "item_id": "i-gone" }))).await;
    assert_eq!(error["code"], json!("not_found"), "{error:#}");
    assert_eq!(listed(&door, &place).await.len(), 3);
}

#[tokio::test]
async fn a_comment_is_changed_and_taken_out_of_its_thread() {
    let door = Door::sandbox().await;
    let place = first_item(&door).await;
    let reply = listed(&door, &place).await[1]["id"].clone();
    let change = |more: Value| with(&with(&place, json!({ "comment_id": reply })), more);
    let changed = door.call("infinity_update_comment", change(json!({ "text": "Neu & gut" }))).await.unwrap();
    assert!(text(&changed).contains("Neu & gut") && changed["parent_id"].is_string(), "{changed:#}");
    let changed = door.call("infinity_update_comment", change(json!({ "parent_id": null }))).await.unwrap();
    assert!(text(&changed).contains("Neu & gut") && changed.get("parent_id").is_none(), "{changed:#}");
    assert_eq!(kept(&door, &place, &reply).await["text"], json!("<p>Neu &amp; gut</p>"));
    let error = door.refused("infinity_update_comment", change(json!({}))).await;
    assert!(error["message"].as_str().unwrap().contains("nothing to change"), "{error:#}");
    let error = door.refused("infinity_update_comment", change(json!({ "text": "" }))).await;
    assert!(error["message"].as_str().unwrap().contains("a comment needs a text"), "{error:#}");
}

#[tokio::test]
async fn deleting_asks_with_the_author_and_the_beginning_and_does_nothing_without_a_yes() {
    let door = Door::sandbox().await;
    let place = first_item(&door).await;
    let id = listed(&door, &place).await[2]["id"].clone();
    let delete = with(&place, json!({ "comment_id": id }));
    let question = door.ask("infinity_delete_comment", delete.clone()).await;
    assert!(question.message.contains("Nur Text, ohne Auszeichnung"), "{}", question.message);
    assert!(question.message.starts_with("Delete the comment of "), "{}", question.message);
    door.reply("infinity_delete_comment", delete.clone(), Consent::Declined).await.unwrap_err();
    assert_eq!(listed(&door, &place).await.len(), 3);
    let turn = door.reply("infinity_delete_comment", delete, Consent::Given(&question.state)).await.unwrap();
    assert!(matches!(turn, Turn::Done(_)));
    assert_eq!(listed(&door, &place).await.len(), 2);
    let error = door.refused("infinity_delete_comment", with(&place, json!({ "comment_id": "c-gone" }))).await;
    assert_eq!(error["code"], json!("not_found"), "{error:#}");
}
