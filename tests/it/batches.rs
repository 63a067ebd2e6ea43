//! Batches of revision 2025-03-26, over HTTP and over standard input and output: every request is answered, in its place.

use serde_json::{Value, json};

use crate::served::{BOTH, Served};
use crate::server_stdio::Program;

fn call(id: Value, tool: &str, arguments: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": tool, "arguments": arguments } })
}

/// Calls, a notification, something that is no message, and a method that nobody knows.
fn mixed() -> Value {
    json!([
        call(json!("p"), "infinity_get_profile", json!({})),
        { "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progressToken": 1, "progress": 1 } },
        { "jsonrpc": "2.0", "id": 7 },
        call(json!(8), "infinigate_accept_quote", json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" })),
        { "jsonrpc": "2.0", "id": 9, "method": "no/such" },
        { "jsonrpc": "2.0", "id": 10, "method": "initialize", "params": {} },
    ])
}

/// What each request of [`mixed`] is answered, whichever way it came. What is no message may be an answer to a question of
/// ours, so its id is not taken for a request.
fn is_answered(answers: &Value) {
    let answers = answers.as_array().unwrap();
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(ids, [&json!("p"), &Value::Null, &json!(8), &json!(9), &json!(10)], "{answers:#?}");
    let codes: Vec<Option<i64>> = answers.iter().map(|answer| answer["error"]["code"].as_i64()).collect();
    assert_eq!(codes, [None, Some(-32600), None, Some(-32601), Some(-32600)], "{answers:#?}");
    assert_eq!(answers[0]["result"]["isError"], json!(false));
}

#[tokio::test]
async fn over_http_a_batch_is_answered_in_the_order_of_its_messages() {
    let served = Served::start(&[]).await;
    let (session, _) = served.initialize("2025-03-26", json!({ "elicitation": {} })).await;
    for headers in [vec![BOTH, ("mcp-session-id", session.as_str())], vec![BOTH]] {
        let answer = served.post(&headers, &mixed()).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{answer:?}");
        let answers = answer.json();
        is_answered(&answers);
        // In a list of answers nobody can be asked, so the token stands in for the form.
        assert!(answers[2].to_string().contains("confirmation_token"), "{answers:#}");
    }
    let silent = json!([{ "jsonrpc": "2.0", "method": "notifications/initialized" }]);
    let answer = served.post(&[BOTH, ("mcp-session-id", &session)], &silent).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, ""));
    for wrong in [json!([]), Value::Array(vec![json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" }); 51])] {
        let answer = served.post(&[BOTH], &wrong).await;
        assert_eq!((answer.status, &answer.json()["error"]["code"]), (400, &json!(-32600)));
    }
}

#[tokio::test]
async fn over_http_nobody_else_has_batches_and_each_message_counts_as_a_request() {
    let served = Served::start(&[("MCP_RATE_LIMIT_PER_MINUTE", "4")]).await;
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    for revision in ["2024-11-05", "2025-06-18", "2026-07-28"] {
        let answer = served.post(&[BOTH, ("mcp-protocol-version", revision)], &json!([ping])).await;
        assert_eq!(answer.status, 400, "{revision}: {answer:?}");
    }
    let answers = served.post(&[BOTH], &json!([ping, ping])).await.json();
    assert_eq!(answers[0]["result"], json!({}), "{answers:#}");
    assert_eq!(answers[1]["error"]["data"]["code"], json!("rate_limited"), "{answers:#}");
}

#[tokio::test]
async fn over_standard_output_a_batch_is_one_line_of_answers() {
    let mut program = Program::start(&["serve", "--sandbox"]);
    program.initialize("2025-03-26", json!({})).await;
    program.say(&mixed()).await;
    is_answered(&program.hear().await);
    // One that is cancelled keeps the others from nothing.
    let quote = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    let two = json!([
        call(json!(1), "infinigate_list_invoices", json!({})),
        call(json!(2), "infinigate_accept_quote", quote),
        { "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } },
    ]);
    program.say(&two).await;
    let answers = program.hear().await;
    assert_eq!((answers.as_array().unwrap().len(), &answers[0]["id"]), (1, &json!(2)), "{answers:#}");
    program.say(&json!({ "jsonrpc": "2.0", "id": 3, "method": "ping" })).await;
    assert_eq!(program.hear().await["id"], json!(3), "what comes alone is answered alone");
}

#[tokio::test]
async fn over_standard_input_nobody_else_has_batches() {
    let mut program = Program::start(&["serve", "--sandbox"]);
    program.initialize("2025-06-18", json!({})).await;
    program.say(&json!([{ "jsonrpc": "2.0", "id": 1, "method": "ping" }])).await;
    let refused = program.hear().await;
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&Value::Null, &json!(-32600)), "{refused:#}");
}
