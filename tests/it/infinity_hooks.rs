//! The tools for webhook subscriptions, each through the whole runtime against the sandbox.

use serde_json::{Value, json};

use super::door::Door;
use super::infinity_direct::{BOARD, effects, read, words};

const HOME: &str = "Nordlicht IT-Systemhaus GmbH";
const SEEDED: &str = "https://automation.nordlicht.example/infinity";

#[tokio::test]
async fn hooks_are_listed_without_their_secret_however_events_come() {
    let door = Door::sandbox().await;
    for shape in ["objects", "strings"] {
        door.fault(json!({ "infinity.hook_events": shape })).await;
        let asked = json!({ "workspace_id": HOME, "board_id": "projects", "limit": 50, "sort_by": "created_at" });
        let answer = door.call("infinity_list_hooks", asked).await.unwrap();
        let hook = &answer["hooks"][0];
        assert_eq!(hook["url"], json!(SEEDED));
        assert_eq!(hook["events"], json!(["value.created", "value.updated"]), "{shape}");
        assert!(!answer.to_string().contains("secret"), "{answer:#}");
    }
    let stored = read(&door, &format!("{BOARD}/hooks")).await;
    assert!(stored["data"][0]["secret"].is_string(), "upstream does send it");
}

#[tokio::test]
async fn a_hook_is_created_with_names_and_with_objects_and_its_secret_is_told_once() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": HOME, "board_id": "Projects", "url": "https://example.com/a", "events": ["item.created", { "event": "value.updated", "data": { "attribute_id": "x" } }] });
    let made = door.confirm("infinity_create_hook", asked).await.unwrap();
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert_eq!(made["events"], json!(["item.created", { "event": "value.updated", "data": { "attribute_id": "x" } }]));
    assert!(made["notes"][0].as_str().unwrap().starts_with("Keep the secret now"), "{made:#}");
    let stored = read(&door, &format!("{BOARD}/hooks")).await;
    assert_eq!(
        (stored["data"][1]["url"].clone(), stored["data"][1]["secret"].clone()),
        (json!("https://example.com/a"), json!(secret))
    );
    let listed =
        door.call("infinity_list_hooks", json!({ "workspace_id": "669", "board_id": "Projects" })).await.unwrap();
    let change = json!({ "workspace_id": "669", "board_id": "Projects", "hook_id": made["id"], "events": [{ "event": "comment.created" }] });
    let changed = door.confirm("infinity_update_hook", change).await.unwrap();
    assert!(!listed.to_string().contains(&secret) && !changed.to_string().contains(&secret));
}

#[tokio::test]
async fn the_predecessors_events_as_json_text_are_understood() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": 669, "board_id": "LA1dW8i1TTK", "url": "https://example.com/b", "events": "[{\"event\":\"item.updated\"}]", "response_format": "json" });
    let made = door.confirm("infinity_create_hook", asked).await.unwrap();
    assert_eq!(made["events"], json!(["item.updated"]));
}

#[tokio::test]
async fn an_address_that_is_doubtful_is_noted() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "url": "http://127.0.0.1/hook", "events": ["item.created"] });
    let notes = door.confirm("infinity_create_hook", asked).await.unwrap()["notes"].to_string();
    assert!(notes.contains("not https") && notes.contains("cannot reach"), "{notes}");
}

#[tokio::test]
async fn nothing_of_a_board_is_posted_anywhere_before_a_person_said_yes_to_the_address() {
    let door = Door::sandbox().await;
    let home = json!({ "workspace_id": "669", "board_id": "Projects" });
    let with = |more: Value| {
        let mut all = home.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let make = with(json!({ "url": "https://example.com/a", "events": ["item.created"] }));
    let change = with(json!({ "hook_id": SEEDED, "url": "https://example.com/b" }));
    let more = with(json!({ "hook_id": SEEDED, "events": ["comment.created"] }));
    for (tool, asked, told) in [
        ("infinity_create_hook", make, ["Projects", "https://example.com/a", "item.created"]),
        ("infinity_update_hook", change, [SEEDED, "https://example.com/b", "value.updated"]),
        ("infinity_update_hook", more, [SEEDED, "comment.created", "value.updated"]),
    ] {
        // By form and by token.
        let question = door.ask(tool, asked.clone()).await;
        let by_token = door.refused(tool, asked).await;
        assert_eq!(by_token["code"], json!("confirmation_required"), "{by_token:#}");
        for told in told {
            assert!(question.message.contains(told), "{tool}: {}", question.message);
            assert!(by_token.to_string().contains(told), "{tool}: {by_token:#}");
        }
    }
    assert_eq!((effects(&door, "createHook").await, effects(&door, "updateHook").await), (0, 0));
}

#[tokio::test]
async fn a_second_hook_on_one_address_is_noticed_however_the_address_is_written() {
    let door = Door::sandbox().await;
    let long = format!("https://example.com/{}", "a/".repeat(120));
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "url": long, "events": ["value.created"] });
    assert!(door.ask("infinity_create_hook", asked).await.message.contains(&long), "an address is shown whole");
    let again = "https://AUTOMATION.nordlicht.example:443/infinity/";
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "url": again, "events": ["value.created"] });
    let question = door.ask("infinity_create_hook", asked.clone()).await;
    assert!(question.message.contains("posts there already"), "{}", question.message);
    let made = door.confirm("infinity_create_hook", asked).await.unwrap();
    assert!(made["notes"].to_string().contains("would arrive once for each"), "{made:#}");
    let other =
        json!({ "workspace_id": "669", "board_id": "Projects", "hook_id": made["id"], "url": "https://example.com/x" });
    let moved = door.confirm("infinity_update_hook", other).await.unwrap();
    assert!(moved.get("notes").is_none(), "{moved:#}");
}

#[tokio::test]
async fn wrong_hooks_are_refused_before_anything_is_sent() {
    let door = Door::sandbox().await;
    let make = |url: &str, events: Value| json!({ "workspace_id": "669", "board_id": "Projects", "url": url, "events": events });
    for (asked, expected) in [
        (make("example.com", json!(["item.created"])), "is no address"),
        (make("ftp://example.com", json!(["item.created"])), "neither https nor http"),
        (make("https://example.com", json!([])), "`events` is empty"),
        (make("https://example.com", json!(["item.create"])), "Did you mean item.created?"),
        (make("https://example.com", json!([{ "name": "item.created" }])), "neither a name nor an object"),
    ] {
        let error = door.refused("infinity_create_hook", asked).await;
        assert_eq!(error["code"], json!("invalid_arguments"));
        assert!(words(&error).contains(expected), "{error:#}");
    }
    let nothing = json!({ "workspace_id": "669", "board_id": "Projects", "hook_id": SEEDED });
    assert!(words(&door.refused("infinity_update_hook", nothing).await).contains("Give url or events"));
    assert_eq!((effects(&door, "createHook").await, effects(&door, "updateHook").await), (0, 0));
}

#[tokio::test]
async fn a_hook_is_changed_by_its_address_and_what_it_was_is_told() {
    let door = Door::sandbox().await;
    let change =
        json!({ "workspace_id": "669", "board_id": "Projects", "hook_id": SEEDED, "url": "https://example.com/new" });
    let changed = door.confirm("infinity_update_hook", change).await.unwrap();
    assert_eq!(
        (changed["url"].clone(), changed["url_before"].clone()),
        (json!("https://example.com/new"), json!(SEEDED))
    );
    assert_eq!(changed["events_before"], json!(["value.created", "value.updated"]));
    let stored = read(&door, &format!("{BOARD}/hooks")).await;
    assert_eq!(stored["data"][0]["url"], json!("https://example.com/new"));
    assert_eq!(stored["data"][0]["events"].as_array().unwrap().len(), 2, "what is left out stays");
}

#[tokio::test]
async fn a_hook_is_deleted_only_after_the_yes_to_its_address() {
    let door = Door::sandbox().await;
    let asked = json!({ "workspace_id": "669", "board_id": "Projects", "hook_id": SEEDED });
    let question = door.ask("infinity_delete_hook", asked.clone()).await;
    assert!(question.message.contains(SEEDED) && question.message.contains("value.created"), "{}", question.message);
    assert!(!question.shown.to_string().contains("secret"));
    assert_eq!(effects(&door, "deleteHook").await, 0);
    let gone = door.confirm("infinity_delete_hook", asked.clone()).await.unwrap();
    assert_eq!((gone["url"].clone(), gone["deleted"].clone()), (json!(SEEDED), json!(true)));
    assert_eq!(read(&door, &format!("{BOARD}/hooks")).await["data"], json!([]));
    assert_eq!(door.refused("infinity_delete_hook", asked).await["code"], json!("not_found"));
}
