//! What is asked about and bought costs what is said, to the cent.

use serde_json::{Value, json};

use crate::door::Door;

const ORDER: &str = "infinigate_create_order";

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
