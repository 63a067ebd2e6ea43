//! Prompts at the wire: listed with the tools they need, written with what the person said.

use serde_json::{Value, json};

use crate::door::Door;
use crate::line::{ERAS, Era, Line};

async fn names(line: &mut Line) -> Vec<String> {
    let list = line.result("prompts/list", json!({})).await;
    list["prompts"].as_array().unwrap().iter().map(|prompt| prompt["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn prompts_are_listed_and_given_in_both_eras() {
    let door = Door::sandbox().await;
    for era in ERAS {
        let mut line = Line::open(&door, era).await;
        let declared = &line.introduction["capabilities"]["prompts"];
        assert_eq!(declared, &json!({ "listChanged": true }));
        let list = line.result("prompts/list", json!({})).await;
        assert!(list["ttlMs"].is_u64() && list["cacheScope"] == json!("private"), "{list:#}");
        for prompt in list["prompts"].as_array().unwrap() {
            assert!(prompt["title"].is_string() && prompt["description"].is_string(), "{prompt:#}");
            for argument in prompt["arguments"].as_array().unwrap() {
                assert!(argument["description"].is_string() && argument["required"].is_boolean(), "{prompt:#}");
            }
        }
        assert_eq!(names(&mut line).await, ["monthly_rebilling", "plan_board", "review_open_quotes"]);
        let arguments = json!({ "month": "2026-10", "end_customer": "Example GmbH" });
        let given = line.result("prompts/get", json!({ "name": "monthly_rebilling", "arguments": arguments })).await;
        let message = &given["messages"][0];
        assert_eq!((&message["role"], &message["content"]["type"]), (&json!("user"), &json!("text")));
        let text = message["content"]["text"].as_str().unwrap();
        assert!(
            text.contains("infinigate_msp_usage with month \"2026-10\" and end_customer \"Example GmbH\""),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_prompt_is_listed_only_with_the_tools_it_names() {
    for (settings, expected) in [
        (&[("MCP_TOOLSETS", "default")][..], &["plan_board", "review_open_quotes"][..]),
        (&[("MCP_READ_ONLY", "true")][..], &["monthly_rebilling", "review_open_quotes"][..]),
        (
            &[("INFINIGATE_API_KEY", ""), ("INFINIGATE_CLIENT_ID", ""), ("INFINIGATE_CLIENT_SECRET", "")][..],
            &["plan_board"][..],
        ),
    ] {
        let door = Door::with(settings).await;
        let mut line = Line::open(&door, Era::Initialize).await;
        assert_eq!(names(&mut line).await, expected, "{settings:?}");
    }
    let door = Door::with(&[("MCP_TOOLS_ALLOW", "infinity_list_boards")]).await;
    let mut line = Line::open(&door, Era::Initialize).await;
    assert_eq!(line.introduction["capabilities"]["prompts"], Value::Null);
    for (method, params) in [("prompts/list", json!({})), ("prompts/get", json!({ "name": "plan_board" }))] {
        assert_eq!(line.error(method, params).await["code"], json!(-32601), "{method}");
    }
}

#[tokio::test]
async fn a_review_that_may_not_decide_does_not_speak_of_deciding() {
    let door = Door::with(&[("MCP_READ_ONLY", "true")]).await;
    let mut line = Line::open(&door, Era::Stateless).await;
    let given = line.result("prompts/get", json!({ "name": "review_open_quotes" })).await;
    let text = given["messages"][0]["content"]["text"].as_str().unwrap();
    assert!(!text.contains("accept_quote") && !text.contains("reject_quote") && text.ends_with('?'), "{text}");
}

#[tokio::test]
async fn wrong_names_and_arguments_are_errors_of_the_parameters() {
    let door = Door::sandbox().await;
    let mut line = Line::open(&door, Era::Initialize).await;
    for (params, told) in [
        (json!({ "name": "review_open_qoutes" }), "review_open_quotes"),
        (json!({ "name": "plan_board" }), "goal"),
        (json!({ "name": "plan_board", "arguments": { "goal": "x", "bord": "y" } }), "board"),
        (json!({ "name": "monthly_rebilling", "arguments": { "month": "last" } }), "2026-10"),
        (json!({ "name": "monthly_rebilling", "arguments": "last" }), "prompts/get"),
    ] {
        let error = line.error("prompts/get", params).await;
        assert_eq!(error["code"], json!(-32602), "{error:#}");
        assert!(error["message"].as_str().unwrap().contains(told), "{error:#}");
    }
}
