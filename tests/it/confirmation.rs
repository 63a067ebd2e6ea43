//! Who was asked, and what they said: a no, a question that nobody decided, and a yes are never taken for one another.

use infini_mcp::tool::confirm::OPEN_FOR;
use serde_json::{Value, json};

use crate::door::Door;
use crate::line::{ERAS, Era, Line};

const ACCEPT: &str = "infinigate_accept_quote";
const QUOTE: &str = "AN2600456";

fn acceptance() -> Value {
    json!({ "document_number": QUOTE, "accepted_by": "buyer@example.com" })
}

async fn purchases(door: &Door) -> Value {
    door.ledger().await["purchases"]["count"].clone()
}

/// Arguments that name an item of the simulator.
async fn an_item(door: &Door) -> Value {
    let mut place = json!({ "workspace_id": "Nordlicht IT-Systemhaus GmbH", "board_id": "projects" });
    let items = door.call("infinity_list_items", place.clone()).await.unwrap();
    let column = items["columns"].as_array().unwrap().iter().position(|name| name == "id").unwrap();
    place["item_id"] = items["rows"][0][column].clone();
    place
}

/// The lines of the audit log, as what was confirmed how, and how it ended.
async fn logged(door: &Door) -> Vec<[Value; 3]> {
    let lines = door.app.store().audit_after(0, 50).await.unwrap();
    let parts = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        ["confirmed", "outcome", "form"].map(|name| line[name].clone())
    };
    lines.iter().map(|line| parts(&line.line)).collect()
}

/// A client that says it shows forms.
async fn client(door: &Door, era: Era) -> Line {
    Line::open_with(door, era, json!({ "elicitation": {} })).await
}

/// Calls a tool; whoever is asked answers with `answer`, which is a `result` or an `error`. Gives the call's result.
async fn call(line: &mut Line, tool: &str, arguments: Value, answer: &Value) -> Value {
    let params = json!({ "name": tool, "arguments": arguments });
    if line.era == Era::Stateless {
        let asked = line.result("tools/call", params.clone()).await;
        if asked["resultType"] != json!("input_required") {
            return asked;
        }
        let mut again = params;
        again["requestState"] = asked["requestState"].clone();
        again["inputResponses"] = json!({ "confirm": answer["result"] });
        return line.result("tools/call", again).await;
    }
    let id = line.send("tools/call", params).await;
    loop {
        let message = line.hear().await;
        if message["method"] == json!("elicitation/create") {
            let mut reply = json!({ "jsonrpc": "2.0", "id": message["id"] });
            reply.as_object_mut().unwrap().extend(answer.as_object().unwrap().clone());
            line.say(reply).await;
        } else if message["id"] == json!(id) {
            return message["result"].clone();
        }
    }
}

fn error_of(result: &Value) -> Value {
    assert_eq!(result["isError"], json!(true), "{result:#}");
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}

/// What clients answer when nobody has decided, with the code that follows and its name in the log.
fn undecided(era: Era) -> Vec<(Value, &'static str, &'static str)> {
    let result = |result: Value| json!({ "result": result });
    let mut answers = vec![
        (result(json!({ "action": "cancel" })), "confirmation_dismissed", "dismissed"),
        (result(json!({ "action": "cancel", "content": { "confirm": true } })), "confirmation_dismissed", "dismissed"),
        (result(json!({ "action": "accept" })), "confirmation_unticked", "unticked"),
        (result(json!({ "action": "accept", "content": {} })), "confirmation_unticked", "unticked"),
        (result(json!({ "action": "accept", "content": { "confirm": false } })), "confirmation_unticked", "unticked"),
        (result(json!({ "action": "accept", "content": { "other": true } })), "confirmation_unticked", "unticked"),
    ];
    match era {
        Era::Initialize => answers.extend([-32601, -32600, -32602, -32603, -1].map(|code| {
            let error = json!({ "error": { "code": code, "message": "not here" } });
            (error, "confirmation_not_shown", "not_shown")
        })),
        Era::Stateless => answers.extend(
            [json!({ "action": "later" }), json!({}), Value::Null]
                .map(|answer| (result(answer), "confirmation_not_shown", "not_shown")),
        ),
    }
    answers
}

#[tokio::test]
async fn where_nobody_decided_the_answer_holds_what_is_needed_to_go_on() {
    for era in ERAS {
        for (answer, code, name) in undecided(era) {
            let case = format!("{era:?}, {answer}");
            let door = Door::sandbox().await;
            let mut line = client(&door, era).await;
            let told = error_of(&call(&mut line, ACCEPT, acceptance(), &answer).await);
            assert_eq!(told["code"], code, "{case}: {told:#}");
            assert_eq!(told["shown"]["document_number"], QUOTE, "{case}");
            let message = told["message"].as_str().unwrap();
            assert!(message.contains("nobody has decided") && message.contains(QUOTE), "{case}: {message}");
            assert!(!told.to_string().contains("said no"), "{case}: {told:#}");
            assert!(told["hint"].as_str().unwrap().contains("confirmation_token"), "{case}");
            assert_eq!(purchases(&door).await, 0, "{case}");

            let mut with_token = acceptance();
            with_token["confirmation_token"] = told["confirmation_token"].clone();
            let mut elsewhere = with_token.clone();
            elsewhere["document_number"] = json!("AN2600444");
            let refused = error_of(&call(&mut line, ACCEPT, elsewhere, &answer).await);
            assert_eq!(refused["code"], "confirmation_required", "{case}: a token is for its own call");
            let bought = call(&mut line, ACCEPT, with_token, &answer).await;
            assert_eq!(bought["isError"], json!(false), "{case}: {bought:#}");
            assert_eq!(purchases(&door).await, 1, "{case}");
            let lines = logged(&door).await;
            assert_eq!(
                lines,
                [[json!(name), json!(code), Value::Null], [json!("token"), json!("ok"), json!(name)]],
                "{case}"
            );
        }
    }
}

#[tokio::test]
async fn only_a_no_is_a_no_and_it_offers_nothing() {
    for era in ERAS {
        let door = Door::sandbox().await;
        let mut line = client(&door, era).await;
        let no = json!({ "result": { "action": "decline" } });
        let told = error_of(&call(&mut line, ACCEPT, acceptance(), &no).await);
        assert_eq!(told["code"], "confirmation_declined", "{told:#}");
        assert!(told.get("confirmation_token").is_none() && told.get("shown").is_none(), "{told:#}");
        assert!(told["hint"].as_str().unwrap().contains("Do not ask again"), "{told:#}");
        assert_eq!(logged(&door).await, [[json!("declined"), json!("confirmation_declined"), Value::Null]]);
        assert_eq!(purchases(&door).await, 0);
    }
}

#[tokio::test]
async fn a_no_ends_the_token_that_an_earlier_question_left() {
    let door = Door::sandbox().await;
    let mut line = client(&door, Era::Stateless).await;
    let dismissed = json!({ "result": { "action": "cancel" } });
    let told = error_of(&call(&mut line, ACCEPT, acceptance(), &dismissed).await);
    let no = json!({ "result": { "action": "decline" } });
    error_of(&call(&mut line, ACCEPT, acceptance(), &no).await);
    let mut with_token = acceptance();
    with_token["confirmation_token"] = told["confirmation_token"].clone();
    let refused = error_of(&call(&mut line, ACCEPT, with_token, &no).await);
    assert_eq!(refused["code"], "confirmation_declined", "{refused:#}");
    assert_eq!(purchases(&door).await, 0);
}

#[tokio::test]
async fn where_the_operator_wants_a_form_no_question_that_is_dismissed_buys_however_often_it_is() {
    for era in ERAS {
        let door = Door::with(&[("CONFIRM_FALLBACK", "refuse")]).await;
        let mut line = client(&door, era).await;
        for (answer, code, _) in undecided(era) {
            let told = error_of(&call(&mut line, ACCEPT, acceptance(), &answer).await);
            assert_eq!(told["code"], code, "{told:#}");
            assert!(told.get("confirmation_token").is_none(), "{told:#}");
            assert!(told["hint"].as_str().unwrap().contains("forbidden the token way"), "{told:#}");
        }
        assert_eq!(purchases(&door).await, 0);
        // What destroys may be confirmed by token all the same.
        let dismissed = json!({ "result": { "action": "cancel" } });
        let told = error_of(&call(&mut line, "infinity_archive_item", an_item(&door).await, &dismissed).await);
        assert_eq!(told["code"], "confirmation_dismissed", "{told:#}");
        assert!(told["confirmation_token"].is_string(), "{told:#}");
    }
}

#[tokio::test]
async fn a_question_that_is_never_answered_was_not_shown() {
    let door = Door::sandbox().await;
    let mut line = client(&door, Era::Initialize).await;
    let id = line.send("tools/call", json!({ "name": ACCEPT, "arguments": acceptance() })).await;
    assert_eq!(line.hear().await["method"], json!("elicitation/create"));
    tokio::time::pause();
    tokio::time::advance(OPEN_FOR + std::time::Duration::from_secs(1)).await;
    tokio::time::resume();
    let told = loop {
        let message = line.hear().await;
        if message["id"] == json!(id) {
            break error_of(&message["result"]);
        }
    };
    assert_eq!(told["code"], "confirmation_not_shown", "{told:#}");
    assert!(told["confirmation_token"].is_string(), "{told:#}");
}

#[tokio::test]
async fn forms_that_are_off_are_never_shown() {
    for era in ERAS {
        let door = Door::with(&[("CONFIRM_FORMS", "off")]).await;
        let mut line = client(&door, era).await;
        let no = json!({ "result": { "action": "decline" } });
        let told = error_of(&call(&mut line, ACCEPT, acceptance(), &no).await);
        assert_eq!(told["code"], "confirmation_required", "{told:#}");
        let mut with_token = acceptance();
        with_token["confirmation_token"] = told["confirmation_token"].clone();
        assert_eq!(call(&mut line, ACCEPT, with_token, &no).await["isError"], json!(false));
        assert_eq!(logged(&door).await, [[json!("token"), json!("ok"), Value::Null]]);
    }
}

#[tokio::test]
async fn the_words_of_the_form_fit_a_box_a_list_and_a_prompt() {
    let door = Door::sandbox().await;
    let mut line = client(&door, Era::Stateless).await;
    let asked = line.result("tools/call", json!({ "name": ACCEPT, "arguments": acceptance() })).await;
    let field = &asked["inputRequests"]["confirm"]["params"]["requestedSchema"]["properties"]["confirm"];
    let words = format!("{} {}", field["title"].as_str().unwrap(), field["description"].as_str().unwrap());
    assert!(!words.contains("Tick ") && !words.contains("empty"), "{words}");
    for part in ["Yes", "true", "No", "false"] {
        assert!(words.contains(part), "{part} in {words}");
    }
}

#[tokio::test]
async fn what_is_too_long_for_a_question_ends_at_a_word_and_says_how_much_is_left_out() {
    let door = Door::with(&[("CONFIRM", "writes")]).await;
    let text = "Bitte vor der Lieferung anrufen, und ".repeat(10);
    let arguments = json!({ "board_id": "projects", "item_id": "i1", "text": text });
    let message = door.ask("infinity_create_comment", arguments).await.message;
    assert!(message.contains("… (") && message.contains(" more characters)"), "{message}");
    let shown = message.split("…").next().unwrap();
    assert!(text.contains(&format!("{} ", shown.rsplit(": ").next().unwrap())), "cut at a word: {message}");
}

#[tokio::test]
async fn a_confirmation_that_was_used_is_answered_with_what_came_of_it() {
    let door = Door::sandbox().await;
    let mut archive = an_item(&door).await;
    let asked = door.refused("infinity_archive_item", archive.clone()).await;
    archive["confirmation_token"] = asked["confirmation_token"].clone();
    let archived = door.call("infinity_archive_item", archive.clone()).await.unwrap();
    let again = door.call("infinity_archive_item", archive.clone()).await.unwrap();
    assert!(again["notes"][0].as_str().unwrap().contains("recorded then"), "{again:#}");
    for (name, value) in archived.as_object().unwrap() {
        assert!(name == "notes" || again[name] == *value, "{name}: {again:#}");
    }
    assert_eq!(logged(&door).await.len(), 1, "it was done once");

    // A failure is told as the failure that it was, and never as if something else had happened.
    let rejection = json!({ "document_number": QUOTE, "rejected_by": "buyer@example.com" });
    let asked = door.refused("infinigate_reject_quote", rejection.clone()).await;
    let mut with_token = rejection;
    with_token["confirmation_token"] = asked["confirmation_token"].clone();
    door.fault(json!({ "infinigate.fail_next": { "status": 400, "operation": "rejectPurchaseQuote" } })).await;
    let failed = door.refused("infinigate_reject_quote", with_token.clone()).await;
    let again = door.refused("infinigate_reject_quote", with_token).await;
    assert_eq!(again["code"], failed["code"], "{again:#}");
    assert!(again["message"].as_str().unwrap().contains("failed then"), "{again:#}");
}
