//! Ordering without a quote: shown at today's price, asked about, sent once.

use infini_mcp::tool::Code;
use infini_mcp::tool::confirm::Consent;
use infini_mcp::tool::run::Turn;
use serde_json::{Value, json};

use crate::door::Door;

const ORDER: &str = "infinigate_create_order";

fn firewall(po_number: &str) -> Value {
    json!({ "po_number": po_number, "lines": [{ "sku": "200417", "quantity": 2 }] })
}

async fn purchases(door: &Door) -> Value {
    door.ledger().await["purchases"].clone()
}

#[tokio::test]
async fn an_order_is_shown_with_its_price_and_bought_once() {
    let door = Door::sandbox().await;
    let found = door.call("infinigate_search_products", json!({ "query": "200417" })).await.unwrap();
    let price = found["products"][0]["price"].as_f64().unwrap();
    let question = door.ask(ORDER, firewall("PO-1")).await;
    let total = format!("{:.2} EUR", price * 2.0);
    for part in [total.as_str(), "PO-1", "1 line ", "the account's address", "binding"] {
        assert!(question.message.contains(part), "{part} in {}", question.message);
    }
    assert_eq!(purchases(&door).await["count"], 0);
    let Turn::Done(done) = door.reply(ORDER, firewall("PO-1"), Consent::Given(&question.state)).await.unwrap() else {
        panic!("asked again")
    };
    let placed = &purchases(&door).await["list"][0];
    assert_eq!(placed["number"], done.structured["document_number"], "{placed}");
    assert_eq!(placed["reference"], "PO-1");
    assert_eq!(placed["total"].as_f64().unwrap(), (price * 200.0).round() / 100.0);

    let again = door.call(ORDER, firewall("PO-1")).await.unwrap();
    assert_eq!(again["document_number"], done.structured["document_number"]);
    assert!(again["notes"][0].as_str().unwrap().contains("Nothing was sent again"), "{again:#}");
    let mut other = firewall("PO-1");
    other["lines"][0]["quantity"] = json!(3);
    let conflict = door.refused(ORDER, other.clone()).await;
    assert_eq!(conflict["code"], "conflict", "{conflict:#}");
    other["idempotency_key"] = json!("PO-1 second part");
    door.confirm(ORDER, other).await.unwrap();
    assert_eq!(purchases(&door).await["count"], 2);
}

#[tokio::test]
async fn everything_of_an_order_reaches_upstream_in_the_form_it_wants() {
    let door = Door::sandbox().await;
    let day = (chrono::Utc::now() + chrono::TimeDelta::days(30)).format("%Y-%m-%d").to_string();
    let arguments = json!({
        "po_number": "PO-2", "comment": "Ring twice",
        "options": { "currency": "EUR", "delivery_date": day, "shipping": "together", "license_email": "licences@example.com", "partner_id": "P-7", "contact_email": "max@example.com" },
        "end_customer": { "name": "Example GmbH", "city": "Berlin", "country": "de", "email": "it@example.com", "tier": "Std" },
        "ship_to": { "name": "Example GmbH", "street": "Musterweg 1", "postal_code": "10115", "city": "Berlin", "country": "DE" },
        "lines": [
            { "sku": "HOS-TP-M", "quantity": 25, "deal_number": "SB-1", "extras": { "license_id": "L-1", "period_start": "2026-12-01", "period_end": "2027-11-30" } },
            { "sku": "200417", "quantity": "1", "extras": { "hp_smart_quote_id": "SQ-1" } }
        ]
    });
    let question = door.ask(ORDER, arguments.clone()).await;
    for part in ["Example GmbH", "Musterweg 1, 10115 Berlin", "2 lines"] {
        assert!(question.message.contains(part), "{part} in {}", question.message);
    }
    door.reply(ORDER, arguments, Consent::Given(&question.state)).await.unwrap();
    assert_eq!(purchases(&door).await["count"], 1);
    assert_eq!(door.ledger().await["refused"].as_array().map(Vec::len), Some(0), "the document allows all of it");
}

#[tokio::test]
async fn what_cannot_be_ordered_is_refused_before_anybody_is_asked() {
    let door = Door::sandbox().await;
    let refused = async |more: Value| {
        let mut arguments = firewall("PO-3");
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let error = door.refused(ORDER, arguments).await;
        assert_ne!(error["code"], "confirmation_required", "{error:#}");
        error["message"].as_str().unwrap().to_owned()
    };
    let lines = json!({ "lines": [{ "sku": "NOSUCH", "quantity": 1 }, { "sku": "FTN-PROJ-1", "quantity": 1 }, { "sku": "WGT20041", "quantity": 1 }] });
    let told = refused(lines).await;
    for part in [
        "line 1 (NOSUCH): the price list has no such article",
        "line 2 (FTN-PROJ-1): its price is on request",
        "line 3 (WGT20041): several articles",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(refused(json!({ "lines": [] })).await.contains("lines"));
    assert!(refused(json!({ "lines": [{ "sku": "200417", "quantity": 0 }] })).await.contains("quantity"));
    assert!(refused(json!({ "options": { "delivery_date": "2020-01-01" } })).await.contains("has passed"));
    assert!(refused(json!({ "options": { "delivery_date": "soon" } })).await.contains("is not a date"));
    assert!(refused(json!({ "po_number": "x".repeat(36) })).await.contains("po_number"));
    assert!(refused(json!({ "options": { "license_email": "nobody" } })).await.contains("license_email"));
    assert!(refused(json!({ "end_customer": { "name": " " } })).await.contains("end_customer.name"));
    assert!(
        refused(json!({ "lines": [{ "sku": "200417", "quantity": 1, "extras": { "hp_bundle": "1" } }] }))
            .await
            .contains("unknown field")
    );
    assert_eq!(purchases(&door).await["count"], 0);
}

#[tokio::test]
async fn a_licence_without_an_end_user_is_refused_by_infinigate_and_may_be_ordered_better() {
    let door = Door::sandbox().await;
    let mut arguments = json!({ "po_number": "PO-4", "lines": [{ "sku": "HOS-TP-M", "quantity": 5 }] });
    let error = door.confirm(ORDER, arguments.clone()).await.unwrap_err();
    assert_eq!(error.code(), Code::ValidationFailed, "{error}");
    arguments["end_customer"] = json!({ "name": "Example GmbH" });
    door.confirm(ORDER, arguments).await.unwrap();
    assert_eq!(purchases(&door).await["count"], 1);
}

#[tokio::test]
async fn an_order_in_doubt_is_never_repeated_and_an_invoice_settles_the_doubt() {
    for spelling in ["management", "managment"] {
        for shape in ["sync", "ack", "empty"] {
            for (after_effect, invoice) in [(false, "later"), (true, "later"), (true, "at_once")] {
                let case = format!("{spelling}, {shape}, {after_effect}, {invoice}");
                let door = Door::sandbox().await;
                door.fault(json!({ "infinigate.orders_segment": spelling, "infinigate.write_response": shape, "infinigate.order_invoice": invoice })).await;
                let question = door.ask(ORDER, firewall("PO-5")).await;
                door.fault(json!({ "infinigate.reset_next": { "after_effect": after_effect, "operation": "requestPurchaseOrder" } })).await;
                let error = door.reply(ORDER, firewall("PO-5"), Consent::Given(&question.state)).await.unwrap_err();
                assert_eq!(error.code(), Code::OutcomeUnknown, "{case}");
                let found = error.to_json("r")["found"].as_str().unwrap().to_owned();
                let again = door.refused(ORDER, firewall("PO-5")).await;
                if invoice == "at_once" {
                    assert!(found.contains("carries this number already"), "{case}: {found}");
                    assert_eq!(again["code"], "conflict", "{case}: {again:#}");
                } else {
                    assert!(found.contains("no invoice carries the number PO-5 yet"), "{case}: {found}");
                    assert_eq!(again["code"], "outcome_unknown", "{case}: {again:#}");
                    assert!(again["hint"].as_str().unwrap().contains("orders reconcile"), "{case}: {again:#}");
                }
                assert_eq!(purchases(&door).await["count"], u64::from(after_effect), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn a_number_that_an_invoice_carries_already_is_said_in_the_question() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinigate.order_invoice": "at_once" })).await;
    door.confirm(ORDER, firewall("PO-6")).await.unwrap();
    let mut second = firewall("PO-6");
    second["idempotency_key"] = json!("PO-6 again");
    let question = door.ask(ORDER, second).await;
    assert!(question.message.contains("carries this number already"), "{}", question.message);
}

#[tokio::test]
async fn an_earlier_invoice_with_the_same_number_proves_nothing_about_a_later_order() {
    for (after_effect, code) in [(false, "outcome_unknown"), (true, "conflict")] {
        let door = Door::sandbox().await;
        door.fault(json!({ "infinigate.order_invoice": "at_once" })).await;
        door.confirm(ORDER, firewall("PO-7")).await.unwrap();
        let mut second = firewall("PO-7");
        second["idempotency_key"] = json!("PO-7, second part");
        let question = door.ask(ORDER, second.clone()).await;
        let lost =
            json!({ "infinigate.reset_next": { "after_effect": after_effect, "operation": "requestPurchaseOrder" } });
        door.fault(lost).await;
        let error = door.reply(ORDER, second.clone(), Consent::Given(&question.state)).await.unwrap_err();
        let found = error.to_json("r")["found"].as_str().unwrap().to_owned();
        assert_eq!(found.contains("nothing new has appeared"), !after_effect, "{found}");
        let again = door.refused(ORDER, second).await;
        assert_eq!(again["code"], code, "{again:#}");
        assert_eq!(purchases(&door).await["count"], 1 + u64::from(after_effect));
    }
}
