//! What is asked about and bought costs what is said, to the cent.

use serde_json::{Value, json};

use crate::door::Door;

const ORDER: &str = "infinigate_create_order";
const ACCEPT: &str = "infinigate_accept_quote";

fn order(quantity: Value) -> Value {
    json!({ "po_number": "PO-1", "lines": [{ "sku": "200417", "quantity": quantity }] })
}

/// The price list as it is from now on: these fields in the one row of the article.
async fn priced(door: &Door, fields: &[(&str, Value)]) {
    let drift = |(field, value): &(&str, Value)| json!({ "operation": "getPriceListBySku", "pointer": format!("/result/0/{field}"), "set": value });
    door.fault(json!({ "infinigate.drift": fields.iter().map(drift).collect::<Vec<_>>() })).await;
}

#[tokio::test]
async fn half_a_cent_is_rounded_up_on_quotes_and_orders_as_on_invoices() {
    let door = Door::sandbox().await;
    let price = json!(1.005);
    door.fault(json!({ "infinigate.drift": [
        { "operation": "getPurchaseQuoteByNumber", "pointer": "/lines/0/netUnitPrice", "set": price },
        { "operation": "getPurchaseQuoteByNumber", "pointer": "/lines/0/quantity", "set": 1 },
        { "operation": "getPurchaseInvoiceByNumber", "pointer": "/lines/*/netUnitPrice", "set": price },
        { "operation": "getPurchaseInvoiceByNumber", "pointer": "/lines/*/quantity", "set": 1 },
        { "operation": "getPriceListBySku", "pointer": "/result/0/listPrice/discountedPrice", "set": price },
    ] }))
    .await;
    let quote = door.call("infinigate_get_quote", json!({ "document_number": "AN2600456" })).await.unwrap();
    assert_eq!(quote["lines"][0]["net_total"], json!(1.01), "{quote:#}");
    let invoice = door.call("infinigate_get_invoice", json!({ "document_number": "RE2500312" })).await.unwrap();
    assert_eq!(invoice["lines"][0]["net"], json!(1.01), "{invoice:#}");
    for (quantity, total) in [(1.0, "1.01 EUR"), (3.0, "3.02 EUR"), (0.5, "0.50 EUR"), (1_000.0, "1005.00 EUR")] {
        let question = door.ask(ORDER, order(json!(quantity))).await;
        assert!(question.message.contains(&format!(" {total}")), "{total} in {}", question.message);
    }
}

#[tokio::test]
async fn a_limit_is_held_to_the_hundredth_of_a_cent() {
    let door = Door::with(&[("ORDER_LIMIT_AMOUNT", "1.01")]).await;
    priced(&door, &[("listPrice/discountedPrice", json!(1.005))]).await;
    door.ask(ORDER, order(json!(1))).await;
    let error = door.refused(ORDER, order(json!(2))).await;
    assert_eq!(error["code"], "permission_denied", "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("costs 2.01 EUR, and one order may cost 1.01"), "{error:#}");
}

#[tokio::test]
async fn a_limit_counts_what_is_taken_off_like_what_is_charged() {
    let door = Door::with(&[("ORDER_LIMIT_AMOUNT", "1000")]).await;
    priced(&door, &[("listPrice/discountedPrice", json!(-1_210.5))]).await;
    let error = door.refused(ORDER, order(json!(1))).await;
    assert_eq!(error["code"], "permission_denied", "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("1210.50 EUR"), "{error:#}");
    // Two lines that cancel each other out are as much as both of them.
    let lines = json!([{ "sku": "200417", "quantity": 1 }, { "sku": "300042", "quantity": 1 }]);
    door.fault(json!({ "infinigate.drift": [
        { "operation": "getPriceListBySku", "pointer": "/result/0/listPrice/discountedPrice", "set": -900 },
        { "operation": "getPriceListBySku", "pointer": "/result/1/listPrice/discountedPrice", "set": 900 },
    ] }))
    .await;
    let error = door.refused(ORDER, json!({ "po_number": "PO-1", "lines": lines })).await;
    assert_eq!(error["code"], "permission_denied", "{error:#}");
    assert!(error["message"].as_str().unwrap().contains("1800.00 EUR"), "{error:#}");
    assert_eq!(door.ledger().await["purchases"]["count"], 0);
}

#[tokio::test]
async fn the_days_limit_is_held_before_anybody_is_asked() {
    let door = Door::with(&[("ORDER_LIMIT_PER_DAY", "3000")]).await;
    door.confirm(ORDER, order(json!(2))).await.unwrap();
    let mut second = order(json!(1));
    second["po_number"] = json!("PO-2");
    let error = door.refused(ORDER, second).await;
    assert_eq!(error["code"], "permission_denied", "{error:#}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("Orders of 2421.00 EUR were committed today"), "{message}");
    // What was bought before is answered from the record, however full the day is.
    let again = door.call(ORDER, order(json!(2))).await.unwrap();
    assert!(again["notes"][0].as_str().unwrap().contains("Nothing was sent again"), "{again:#}");
    assert_eq!(door.ledger().await["purchases"]["count"], 1);
}

#[tokio::test]
async fn a_quote_that_does_not_say_what_it_costs_is_not_bought() {
    let acceptance = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    let gone = |operation: &str, pointer: &str, value: Value| json!({ "operation": operation, "pointer": pointer, "set": value });
    for (total, lines, told) in
        [(json!(null), None, "does not say what it costs"), (json!(0), Some(json!(null)), "has no prices yet")]
    {
        let door = Door::sandbox().await;
        let mut drift = vec![
            gone("getPurchaseQuoteByNumber", "/header/total", total.clone()),
            gone("listPurchaseQuotes", "/result/*/total", total),
        ];
        drift.extend(lines.map(|price| gone("getPurchaseQuoteByNumber", "/lines/*/netUnitPrice", price)));
        door.fault(json!({ "infinigate.drift": drift })).await;
        let error = door.refused(ACCEPT, acceptance.clone()).await;
        assert_eq!(error["code"], "conflict", "{error:#}");
        assert!(error["message"].as_str().unwrap().contains(told), "{error:#}");
        assert_eq!(door.ledger().await["purchases"]["count"], 0);
    }
}

#[tokio::test]
async fn a_currency_is_neither_guessed_nor_taken_for_another() {
    let door = Door::sandbox().await;
    let mut francs = order(json!(1));
    francs["options"] = json!({ "currency": "CHF" });
    let error = door.refused(ORDER, francs).await;
    assert_eq!(error["code"], "validation_failed", "{error:#}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("its price is in EUR, and options.currency is CHF"), "{message}");
    priced(&door, &[("listPrice/CurrencyCode", json!(null))]).await;
    let question = door.ask(ORDER, order(json!(1))).await;
    assert!(question.message.contains("1210.50 (no currency named)"), "{}", question.message);
    assert!(!question.message.contains("EUR"), "{}", question.message);
}

#[tokio::test]
async fn of_an_articles_prices_the_end_customers_is_taken() {
    let door = Door::sandbox().await;
    let row = |tier: &str, price: f64| {
        json!({ "sku": "200417", "vendorSku": "WGT20033", "productType": "Hardware", "priceOnRequest": false,
            "endUserType": tier, "listPrice": { "price": price, "discountedPrice": price, "CurrencyCode": "EUR" } })
    };
    let list = async |rows: Value| {
        let drift = json!({ "operation": "getPriceListBySku", "pointer": "/result", "set": rows });
        door.fault(json!({ "infinigate.drift": [drift] })).await;
    };
    let for_tier = |tier: Option<&str>| {
        let mut arguments = order(json!(1));
        arguments["end_customer"] = json!({ "name": "Example GmbH" });
        if let Some(tier) = tier {
            arguments["end_customer"]["tier"] = json!(tier);
        }
        arguments
    };
    list(json!([row("Edu", 60.0), row("GOV", 80.0), row("Std", 100.0)])).await;
    for (tier, total) in
        [(None, "100.00 EUR"), (Some("Std"), "100.00 EUR"), (Some("Edu"), "60.00 EUR"), (Some("Gov"), "80.00 EUR")]
    {
        let question = door.ask(ORDER, for_tier(tier)).await;
        assert!(question.message.contains(total), "{tier:?}: {}", question.message);
    }
    list(json!([row("Edu", 60.0), row("GOV", 80.0)])).await;
    let error = door.refused(ORDER, for_tier(None)).await;
    assert!(error["message"].as_str().unwrap().contains("the tier Edu or Gov only"), "{error:#}");
    list(json!([row("Std", 100.0), row("Std", 90.0)])).await;
    let error = door.refused(ORDER, for_tier(None)).await;
    assert!(error["message"].as_str().unwrap().contains("several prices for it (90.00, 100.00)"), "{error:#}");
}
