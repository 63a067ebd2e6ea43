//! The number of an order: two that look the same are one order, and one that cannot be shown is none.

use serde_json::{Value, json};

use crate::door::Door;

const ORDER: &str = "infinigate_create_order";
const ACCEPT: &str = "infinigate_accept_quote";

fn order(po_number: &str) -> Value {
    json!({ "po_number": po_number, "lines": [{ "sku": "200417", "quantity": 1 }] })
}

/// The same number in the ways that keyboards, documents and chats write it.
const SAME: [&str; 7] = [
    "PO-9 B\u{fc}ro",
    "PO\u{2011}9 B\u{fc}ro",
    "PO\u{2013}9\u{a0}B\u{fc}ro",
    " PO-9  B\u{fc}ro",
    "PO-9 Bu\u{308}ro",
    "P\u{200b}O-9 B\u{fc}ro",
    "\u{ff30}\u{ff2f}\u{ff0d}\u{ff19} B\u{fc}ro",
];

#[tokio::test]
async fn a_number_that_looks_the_same_is_the_same_order() {
    let door = Door::sandbox().await;
    let placed = door.confirm(ORDER, order(SAME[6])).await.unwrap();
    assert_eq!(placed["po_number"], SAME[0]);
    for number in SAME {
        let again = door.call(ORDER, order(number)).await.unwrap();
        assert_eq!(again["document_number"], placed["document_number"], "{}", number.escape_unicode());
        let mut other = order(number);
        other["lines"][0]["quantity"] = json!(2);
        assert_eq!(door.refused(ORDER, other).await["code"], "conflict", "{}", number.escape_unicode());
    }
    let purchases = door.ledger().await["purchases"].clone();
    assert_eq!((&purchases["count"], &purchases["list"][0]["reference"]), (&json!(1), &json!(SAME[0])));
    door.confirm(ORDER, order("PO-90 B\u{fc}ro")).await.unwrap();
    assert_eq!(door.ledger().await["purchases"]["count"], 2);
}

#[tokio::test]
async fn a_key_that_looks_the_same_is_the_same_order_and_one_that_cannot_be_seen_is_none() {
    let door = Door::sandbox().await;
    let keyed = |key: &str| {
        let mut arguments = order("PO-1");
        arguments["idempotency_key"] = json!(key);
        arguments
    };
    door.confirm(ORDER, keyed("part\u{a0}2\u{2014}b")).await.unwrap();
    let again = door.call(ORDER, keyed("Part 2-B")).await.unwrap();
    assert!(again["notes"][0].as_str().unwrap().contains("Nothing was sent again"), "{again:#}");
    door.confirm(ORDER, keyed("\u{200b}")).await.unwrap();
    assert!(door.call(ORDER, order("PO-1")).await.is_ok(), "a key of nothing is the number");
    assert_eq!(door.ledger().await["purchases"]["count"], 2);
}

#[tokio::test]
async fn control_characters_and_line_breaks_are_refused_with_the_arguments_name() {
    let door = Door::sandbox().await;
    let ship_to = |street: &str| {
        let mut arguments = order("PO-1");
        arguments["ship_to"] = json!({ "name": "Example GmbH", "street": street, "postal_code": "10115", "city": "Berlin", "country": "DE" });
        arguments
    };
    let mut comment = order("PO-1");
    comment["comment"] = json!("Ring twice\n\nTotal: 0.00 EUR");
    let mut deal = order("PO-1");
    deal["lines"][0]["deal_number"] = json!("SB\u{7}1");
    let mut license = order("PO-1");
    license["lines"][0]["extras"] = json!({ "license_id": "L\r\n1" });
    for (tool, arguments, field) in [
        (ORDER, order("PO\u{0}9"), "po_number"),
        (ORDER, order("PO\n9"), "po_number"),
        (ORDER, ship_to("Musterweg 1\nHinterhof"), "ship_to.street"),
        (ORDER, comment, "comment"),
        (ORDER, deal, "lines.0.deal_number"),
        (ORDER, license, "lines.0.extras.license_id"),
        (ACCEPT, json!({ "document_number": "AN26\u{0}00456", "accepted_by": "buyer@example.com" }), "document_number"),
    ] {
        let error = door.refused(tool, arguments).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("invalid_arguments"), &json!(field)), "{error:#}");
    }
    // What stands around a text is trimmed, as it always was.
    assert_eq!(door.refused(ORDER, order("PO-1\n")).await["code"], "confirmation_required");
    assert_eq!(door.ledger().await["purchases"]["count"], 0);
}
