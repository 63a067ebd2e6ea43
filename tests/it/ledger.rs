//! The ledger of orders: exactly what a person confirmed is bought, whatever goes wrong on the way.

use infini_mcp::tool::Code;
use infini_mcp::tool::confirm::Consent;
use infini_mcp::tool::run::Turn;
use serde_json::{Value, json};

use crate::door::Door;

const ACCEPT: &str = "infinigate_accept_quote";

fn acceptance() -> Value {
    json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" })
}

async fn purchases(door: &Door) -> u64 {
    door.ledger().await["purchases"]["count"].as_u64().unwrap()
}

/// A state file of its own, and the folder that keeps it alive.
fn state() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("state.db").display());
    (folder, address)
}

/// Every way the sending of an order can go wrong: the fault, the code the caller sees, and how many were bought.
fn mishaps() -> Vec<(Value, Code, u64)> {
    let struck = |fault: &str, more: Value| {
        let mut what = json!({ "operation": "acceptPurchaseQuote" });
        what.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ format!("infinigate.{fault}"): what })
    };
    vec![
        (struck("slow_next", json!({ "ms": 5_000 })), Code::OutcomeUnknown, 0),
        (struck("slow_next", json!({ "ms": 5_000, "after_effect": true })), Code::OutcomeUnknown, 1),
        (struck("reset_next", json!({})), Code::OutcomeUnknown, 0),
        (struck("reset_next", json!({ "after_effect": true })), Code::OutcomeUnknown, 1),
        (struck("fail_next", json!({ "status": 500 })), Code::OutcomeUnknown, 0),
        (struck("fail_next", json!({ "status": 500, "after_effect": true })), Code::OutcomeUnknown, 1),
        (struck("html_next", json!({ "count": 1 })), Code::OutcomeUnknown, 1),
        (struck("fail_next", json!({ "status": 400 })), Code::ValidationFailed, 0),
    ]
}

#[tokio::test]
async fn whatever_goes_wrong_nothing_is_bought_twice_and_the_look_afterwards_tells_the_truth() {
    for spelling in ["management", "managment"] {
        for shape in ["sync", "ack", "empty"] {
            for (fault, code, bought) in mishaps() {
                let case = format!("{spelling}, {shape}, {fault}");
                // An answer without a body cannot be a web page.
                if shape == "empty" && case.contains("html_next") {
                    continue;
                }
                let door = Door::with(&[("INFINIGATE_REQUEST_TIMEOUT_MS", "400")]).await;
                door.fault(json!({ "infinigate.orders_segment": spelling, "infinigate.write_response": shape })).await;
                let question = door.ask(ACCEPT, acceptance()).await;
                door.fault(fault).await;
                let error = door.reply(ACCEPT, acceptance(), Consent::Given(&question.state)).await.unwrap_err();
                assert_eq!(error.code(), code, "{case}: {error}");
                assert_eq!(purchases(&door).await, bought, "{case}");
                if code != Code::OutcomeUnknown {
                    // Surely refused: it may be asked about again, and then it is bought.
                    door.confirm(ACCEPT, acceptance()).await.unwrap();
                    assert_eq!(purchases(&door).await, 1, "{case}");
                    continue;
                }
                let found = error.to_json("r")["found"].as_str().unwrap().to_owned();
                assert_eq!(found.contains("still open"), bought == 0, "{case}: {found}");
                let again = door.refused(ACCEPT, acceptance()).await;
                let expected = if bought == 1 { "conflict" } else { "outcome_unknown" };
                assert_eq!(again["code"], expected, "{case}: {again:#}");
                assert!(again["message"].as_str().unwrap().contains("Nothing was sent again"), "{case}: {again:#}");
                assert_eq!(purchases(&door).await, bought, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn a_busy_gateway_is_waited_for_because_it_has_passed_nothing_on() {
    let door = Door::sandbox().await;
    let question = door.ask(ACCEPT, acceptance()).await;
    door.fault(
        json!({ "infinigate.fail_next": { "status": 429, "retry_after": 1, "operation": "acceptPurchaseQuote" } }),
    )
    .await;
    let turn = door.reply(ACCEPT, acceptance(), Consent::Given(&question.state)).await.unwrap();
    assert!(matches!(turn, Turn::Done(_)));
    assert_eq!(purchases(&door).await, 1);
}

#[tokio::test]
async fn two_servers_on_one_ledger_buy_once_however_close_they_are() {
    let (_folder, address) = state();
    let one = Door::with(&[("STATE_URL", &address)]).await;
    let other = one.beside(&[("STATE_URL", &address)]);
    let mine = one.ask(ACCEPT, acceptance()).await;
    let yours = other.ask(ACCEPT, acceptance()).await;
    // The answer lingers, so that the second comes while the first is under way.
    one.fault(json!({ "infinigate.slow_next": { "ms": 300, "operation": "acceptPurchaseQuote" } })).await;
    let (first, second) = tokio::join!(
        one.reply(ACCEPT, acceptance(), Consent::Given(&mine.state)),
        other.reply(ACCEPT, acceptance(), Consent::Given(&yours.state)),
    );
    assert_eq!([&first, &second].iter().filter(|turn| turn.is_ok()).count(), 1, "{first:?}\n{second:?}");
    assert_eq!(purchases(&one).await, 1);
    let calls = one.ledger().await["operations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["operation"] == "acceptPurchaseQuote")
        .map(|row| row["calls"].clone());
    assert_eq!(calls, Some(json!(1)), "the loser sent nothing");
}

#[tokio::test]
async fn after_a_restart_the_recorded_answer_is_given_and_nothing_is_sent() {
    let (_folder, address) = state();
    let before = Door::with(&[("STATE_URL", &address)]).await;
    let bought = before.confirm(ACCEPT, acceptance()).await.unwrap();
    let after = before.beside(&[("STATE_URL", &address)]);
    let again = after.call(ACCEPT, acceptance()).await.unwrap();
    assert_eq!(again["document_guid"], bought["document_guid"]);
    assert!(again["notes"][0].as_str().unwrap().contains("Nothing was sent again"), "{again:#}");
    assert_eq!(purchases(&after).await, 1);
}

#[tokio::test]
async fn a_renewed_key_is_the_same_account_and_buys_nothing_twice() {
    let (_folder, address) = state();
    let before = Door::with(&[("STATE_URL", &address)]).await;
    let bought = before.confirm(ACCEPT, acceptance()).await.unwrap();
    let renewed = before.beside(&[("STATE_URL", &address), ("INFINIGATE_API_KEY", "another-key-of-the-same-client")]);
    let (old, new) = (before.app.accounts.own(), renewed.app.accounts.own());
    let account = |of: &infini_mcp::tool::ctx::Upstreams| of.infinigate.as_ref().unwrap().account().to_owned();
    assert_eq!(account(old), account(new));
    // The ledger of an earlier version, which named the account by its key.
    let former = old.infinigate.as_ref().unwrap().former_account().to_owned();
    let database = sqlx::SqlitePool::connect(&address).await.unwrap();
    for sql in ["UPDATE orders SET account = $1", "UPDATE kept SET account = $1"] {
        sqlx::query(sql).bind(&former).execute(&database).await.unwrap();
    }
    for door in [before.beside(&[("STATE_URL", &address)]), before] {
        let again = door.call(ACCEPT, acceptance()).await.unwrap();
        assert_eq!(again["document_guid"], bought["document_guid"]);
        assert!(again["notes"][0].as_str().unwrap().contains("Nothing was sent again"), "{again:#}");
        assert_eq!(purchases(&door).await, 1);
    }
    let rows = renewed.app.store().orders(10).await.unwrap();
    assert_eq!(rows[0].account, account(new), "found although its key is not known any more");
    assert!(renewed.app.accounts.acting_for(&rows[0].account, infini_mcp::tool::Service::Infinigate).is_some());
}

#[tokio::test]
async fn limits_keep_an_order_and_a_day_small_enough() {
    let door = Door::with(&[("ORDER_LIMIT_AMOUNT", "1")]).await;
    let refused = door.refused(ACCEPT, acceptance()).await;
    assert_eq!(refused["code"], "permission_denied", "{refused:#}");
    assert!(refused["message"].as_str().unwrap().contains("one order may cost 1 at most"), "{refused:#}");

    let total = Door::sandbox().await.ask(ACCEPT, acceptance()).await.shown["total"].as_f64().unwrap();
    let other = json!({ "document_number": "AN2600444", "accepted_by": "buyer@example.com" });
    let cheaper = Door::sandbox().await.ask(ACCEPT, other.clone()).await.shown["total"].as_f64().unwrap();
    let door = Door::with(&[("ORDER_LIMIT_PER_DAY", &total.max(cheaper).to_string())]).await;
    // Both are asked about while the day still has room for either; the second yes finds it full.
    let (first, second) = (door.ask(ACCEPT, acceptance()).await, door.ask(ACCEPT, other.clone()).await);
    door.reply(ACCEPT, acceptance(), Consent::Given(&first.state)).await.unwrap();
    let error = door.reply(ACCEPT, other.clone(), Consent::Given(&second.state)).await.unwrap_err();
    assert_eq!(error.code(), Code::PermissionDenied);
    assert!(error.to_string().contains("committed today"), "{error}");
    let refused = door.refused(ACCEPT, other).await;
    assert_eq!(refused["code"], "permission_denied", "nobody is asked about what cannot be bought: {refused:#}");
    assert_eq!(purchases(&door).await, 1);
}

#[tokio::test]
async fn nothing_is_bought_that_cannot_be_written_down() {
    let door = Door::with(&[("STATE_URL", "sqlite:/proc/nowhere/state.db")]).await;
    let refused = door.refused(ACCEPT, acceptance()).await;
    assert_eq!(refused["code"], "internal");
    assert!(refused["message"].as_str().unwrap().contains("cannot be opened"), "{refused:#}");
    assert!(refused["hint"].as_str().unwrap().contains("STATE_URL"), "{refused:#}");
    assert_eq!(purchases(&door).await, 0);
}

#[tokio::test]
async fn every_change_leaves_a_line_that_names_who_what_and_how_it_was_confirmed() {
    let door = Door::sandbox().await;
    door.confirm(ACCEPT, acceptance()).await.unwrap();
    let lines = door.app.store().audit_after(0, 10).await.unwrap();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    let said: Value = serde_json::from_str(&line.line).unwrap();
    assert_eq!(said["tool"], ACCEPT);
    assert_eq!((&said["who"], &said["confirmed"], &said["outcome"]), (&json!("test"), &json!("token"), &json!("ok")));
    assert_eq!(said["ids"]["document_number"], "AN2600456");
    assert!(said["undo"].as_str().unwrap().contains("nothing"), "{said:#}");
    assert!(!line.line.contains("buyer@example.com"), "only the digest of the arguments is kept");
    let whole = door.app.store().verify_audit(infini_mcp::tool::audit::seal).await.unwrap();
    assert_eq!(whole.unwrap().unwrap().seq, 1);
}

#[tokio::test]
async fn a_purchase_that_cannot_be_noted_any_more_is_still_told_and_never_repeated() {
    let (_folder, address) = state();
    let door = Door::with(&[("STATE_URL", &address)]).await;
    let question = door.ask(ACCEPT, acceptance()).await;
    door.fault(
        json!({ "infinigate.slow_next": { "ms": 400, "after_effect": true, "operation": "acceptPurchaseQuote" } }),
    )
    .await;
    // The disk fills while the answer is on its way: from now on no row of the ledger can be changed.
    let full = async {
        while purchases(&door).await == 0 {
            tokio::task::yield_now().await;
        }
        let database = sqlx::SqlitePool::connect(&address).await.unwrap();
        sqlx::query("CREATE TRIGGER full BEFORE UPDATE ON orders BEGIN SELECT RAISE(FAIL, 'disk full'); END")
            .execute(&database)
            .await
            .unwrap();
    };
    let (turn, ()) = tokio::join!(door.reply(ACCEPT, acceptance(), Consent::Given(&question.state)), full);
    let Turn::Done(done) = turn.unwrap() else { panic!("asked again") };
    assert_eq!(done.structured["document_number"], "AN2600456", "the order was placed, whatever the disk says");
    let again = door.refused(ACCEPT, acceptance()).await;
    assert_eq!(again["code"], "conflict", "{again:#}");
    assert_eq!(purchases(&door).await, 1);
}
