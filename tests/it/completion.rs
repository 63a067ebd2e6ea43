//! Completion at the wire: names of the account for what a person types.

use serde_json::{Value, json};

use crate::door::Door;
use crate::line::{ERAS, Era, Line};

fn prompt(name: &str, argument: &str, typed: &str) -> Value {
    json!({ "ref": { "type": "ref/prompt", "name": name }, "argument": { "name": argument, "value": typed } })
}

fn template(uri: &str, argument: &str, typed: &str) -> Value {
    json!({ "ref": { "type": "ref/resource", "uri": uri }, "argument": { "name": argument, "value": typed } })
}

async fn completed(line: &mut Line, params: Value) -> Value {
    let completion = line.result("completion/complete", params).await["completion"].clone();
    let values = completion["values"].as_array().unwrap().len();
    assert!(values <= 100 && completion["hasMore"] == json!(completion["total"].as_u64().unwrap() > values as u64));
    completion["values"].clone()
}

#[tokio::test]
async fn names_are_completed_whatever_their_case_and_accents_in_both_eras() {
    let door = Door::sandbox().await;
    for era in ERAS {
        let mut line = Line::open(&door, era).await;
        assert!(line.introduction["capabilities"]["completions"].is_object(), "{:#}", line.introduction);
        for (params, expected) in [
            (prompt("plan_board", "board", "PROJ"), json!(["Projects"])),
            (prompt("plan_board", "board", "vertrage"), json!(["Lizenzen & Verträge"])),
            (prompt("plan_board", "workspace", "nord"), json!(["Nordlicht IT-Systemhaus GmbH"])),
            (prompt("plan_board", "workspace", "zur"), json!(["Partnerbetrieb Zürich"])),
            (prompt("plan_board", "goal", "x"), json!([])),
            (prompt("review_open_quotes", "vendor", "sonicw"), json!(["SonicWall"])),
            (template("infinity://boards/{id}", "id", "crm"), json!(["Kunden/CRM"])),
            (template("infinity://boards/{id}", "id", "LA1"), json!(["Projects"])),
            (template("infinigate://quotes/{number}", "number", "an260045"), json!(["AN2600456", "AN2600450"])),
        ] {
            assert_eq!(completed(&mut line, params.clone()).await, expected, "{params:#}");
        }
        let months = completed(&mut line, prompt("monthly_rebilling", "month", "")).await;
        assert_eq!(months.as_array().unwrap().len(), 13);
    }
}

#[tokio::test]
async fn a_chosen_workspace_narrows_the_boards_down() {
    let door = Door::sandbox().await;
    let mut line = Line::open(&door, Era::Stateless).await;
    let mut params = prompt("plan_board", "board", "");
    assert_eq!(completed(&mut line, params.clone()).await.as_array().unwrap().len(), 3);
    params["context"] = json!({ "arguments": { "workspace": "partnerbetrieb zurich" } });
    assert_eq!(completed(&mut line, params).await, json!(["Lizenzen & Verträge"]));
}

#[tokio::test]
async fn typing_costs_one_request_however_many_letters() {
    let door = Door::sandbox().await;
    let mut line = Line::open(&door, Era::Stateless).await;
    for typed in ["", "A", "AN", "AN2", "AN26"] {
        completed(&mut line, template("infinigate://quotes/{number}", "number", typed)).await;
        completed(&mut line, prompt("review_open_quotes", "vendor", typed)).await;
    }
    let ledger = door.ledger().await;
    for row in ledger["operations"].as_array().unwrap() {
        assert_eq!(row["calls"], json!(1), "{row:#}");
    }
}

#[tokio::test]
async fn a_service_that_fails_or_is_slow_has_nothing_to_offer_and_nothing_to_complain() {
    let door = Door::with(&[("INFINIGATE_MAX_RETRIES", "0")]).await;
    door.fault(json!({ "infinigate.fail_next": { "status": 500, "count": 99 }, "infinity.latency_ms": 20_000 })).await;
    let mut line = Line::open(&door, Era::Initialize).await;
    let began = std::time::Instant::now();
    for params in [
        prompt("review_open_quotes", "vendor", "s"),
        template("infinigate://quotes/{number}", "number", ""),
        prompt("plan_board", "board", ""),
    ] {
        assert_eq!(completed(&mut line, params).await, json!([]));
    }
    assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_is_not_offered_cannot_be_completed() {
    let door = Door::with(&[("MCP_TOOLS_DENY", "infinity_describe_board")]).await;
    let mut line = Line::open(&door, Era::Stateless).await;
    for params in [
        prompt("no_such_prompt", "x", ""),
        prompt("plan_board", "bord", ""),
        template("infinity://boards/{id}", "id", ""),
        template("infinigate://quotes/{number}", "id", ""),
        template("file:///{path}", "path", "/etc"),
        json!({ "ref": { "type": "ref/prompt", "name": "plan_board" } }),
    ] {
        let error = line.error("completion/complete", params).await;
        assert_eq!(error["code"], json!(-32602), "{error:#}");
    }
}
