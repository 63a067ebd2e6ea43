//! The Infinigate tools through the whole runtime, against the simulated distributor.

use infini_mcp::tool::Code;
use infini_mcp::tool::confirm::Consent;
use infini_mcp::tool::run::Turn;
use serde_json::{Value, json};

use crate::door::Door;

const SEARCH: &str = "infinigate_search_products";
const QUOTE: &str = "infinigate_get_quote";
const ACCEPT: &str = "infinigate_accept_quote";
const INVOICES: &str = "infinigate_list_invoices";

fn rows<'a>(answer: &'a Value, list: &str) -> &'a Vec<Value> {
    answer[list].as_array().unwrap()
}

fn texts(answer: &Value, list: &str, field: &str) -> Vec<String> {
    rows(answer, list).iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

fn tokens(answer: &Value) -> usize {
    tiktoken_rs::o200k_base().unwrap().encode_ordinary(&answer.to_string()).len()
}

async fn purchases(door: &Door) -> u64 {
    door.ledger().await["purchases"]["count"].as_u64().unwrap()
}

/// All rows of a list, page by page, as a patient caller reads them.
async fn all(door: &Door, tool: &str, list: &str, arguments: &Value) -> Vec<Value> {
    let (mut all, mut skip) = (Vec::new(), Some(0));
    while let Some(at) = skip {
        let mut page = arguments.clone();
        page["skip"] = json!(at);
        let answer = door.call(tool, page).await.unwrap();
        assert_eq!(answer["has_more"].as_bool().unwrap(), answer.get("next_skip").is_some());
        assert_eq!(answer["count"], json!(rows(&answer, list).len()));
        all.extend(rows(&answer, list).iter().cloned());
        skip = answer["next_skip"].as_u64();
        assert!(all.len() < 1_000, "a list without an end");
    }
    all
}

#[tokio::test]
async fn a_search_says_what_the_reseller_pays_and_stays_small() {
    let door = Door::sandbox().await;
    let answer = door.call(SEARCH, json!({ "query": "firewall" })).await.unwrap();
    assert_eq!((answer["count"].as_u64(), answer["has_more"].as_bool()), (Some(20), Some(true)));
    let size = tokens(&answer);
    assert!(size < 2_000, "{size} tokens\n{answer}");
    let answer = door.call(SEARCH, json!({ "query": "WGT45-3Y" })).await.unwrap();
    let row = &answer["products"][0];
    assert_eq!(row["vendor"], "WatchGuard");
    let (price, list) = (row["price"].as_f64().unwrap(), row["list_price"].as_f64().unwrap());
    assert!((price - list * (100.0 - row["discount_percent"].as_f64().unwrap()) / 100.0).abs() < 0.01);
    assert_eq!(row["currency"], "EUR");
}

#[tokio::test]
async fn a_search_reads_to_its_end_in_every_shape_the_price_list_may_have() {
    let door = Door::sandbox().await;
    let ask = json!({ "query": "firewall", "take": 7 });
    let first = all(&door, SEARCH, "products", &ask).await;
    assert!(first.len() > 20);
    for switches in [
        json!({ "infinigate.list_shape_pricelist": "array" }),
        json!({ "infinigate.max_take": 5, "infinigate.list_shape_pricelist": "paged" }),
    ] {
        door.fault(switches).await;
        assert_eq!(all(&door, SEARCH, "products", &ask).await, first);
    }
}

#[tokio::test]
async fn a_list_that_comes_without_its_number_is_counted() {
    let door = Door::sandbox().await;
    let whole = door.call(SEARCH, json!({ "query": "firewall" })).await.unwrap();
    for shape in ["number", "object"] {
        door.fault(json!({ "infinigate.list_shape_pricelist": "array", "infinigate.count_shape": shape })).await;
        let answer = door.call(SEARCH, json!({ "query": "firewall" })).await.unwrap();
        assert_eq!(answer["total_count"], whole["total_count"], "{shape}");
        assert!(answer["total_count"].as_u64() > Some(20), "{shape}");
    }
}

#[tokio::test]
async fn vendors_may_be_named_or_coded_and_a_slip_is_answered_with_the_nearest() {
    let door = Door::sandbox().await;
    for word in ["SO_CL", "sophos", "so_cl"] {
        let answer = door.call(SEARCH, json!({ "query": "firewall", "vendors": [word] })).await.unwrap();
        assert!(answer["count"].as_u64().unwrap() > 0, "{word}");
        assert!(texts(&answer, "products", "vendor").iter().all(|vendor| vendor == "Sophos"), "{word}");
    }
    let both =
        door.call(SEARCH, json!({ "query": "fire", "vendors": ["Aruba", "Watch Guard"], "take": 100 })).await.unwrap();
    assert!(
        texts(&both, "products", "vendor")
            .iter()
            .all(|vendor| ["HPE Aruba Networking", "WatchGuard"].contains(&vendor.as_str()))
    );
    let error = door.refused(SEARCH, json!({ "query": "firewall", "vendors": ["Sofos"] })).await;
    assert_eq!(error["code"], "not_found");
    assert!(error["message"].as_str().unwrap().contains("Sophos"), "{error}");
    let unknown_code = door.call(SEARCH, json!({ "query": "firewall", "vendors": ["ZZZ"] })).await.unwrap();
    assert_eq!(unknown_code["count"], 0);
}

#[tokio::test]
async fn tiers_and_kinds_filter_and_a_price_on_request_is_none() {
    let door = Door::sandbox().await;
    let gov = all(&door, SEARCH, "products", &json!({ "query": "1Y", "tiers": ["GOV"] })).await;
    assert!(!gov.is_empty() && gov.iter().all(|row| row["tier"] == "Gov"));
    let hardware = door.call(SEARCH, json!({ "query": "Sophos", "product_types": "[\"hardware\"]" })).await.unwrap();
    assert!(texts(&hardware, "products", "product_type").iter().all(|kind| kind == "Hardware"));
    let everything = all(&door, SEARCH, "products", &json!({ "query": "er", "take": 100 })).await;
    let on_request: Vec<&Value> = everything.iter().filter(|row| row["price_on_request"] == true).collect();
    assert!(!on_request.is_empty() && on_request.iter().all(|row| row.get("price").is_none()));
}

#[tokio::test]
async fn words_that_would_break_the_path_are_replaced_and_said_to_be() {
    let door = Door::sandbox().await;
    let answer = door.call(SEARCH, json!({ "query": "XGS/107" })).await.unwrap();
    assert_eq!(answer["searched_for"], "XGS 107");
    assert!(answer["count"].as_u64().unwrap() > 0);
    for bad in ["..", "/%", "a"] {
        assert_eq!(door.refused(SEARCH, json!({ "query": bad })).await["code"], "invalid_arguments", "{bad}");
    }
    let nothing = door.call(SEARCH, json!({ "query": "no such thing" })).await.unwrap();
    assert_eq!((nothing["count"].as_u64(), nothing["has_more"].as_bool()), (Some(0), Some(false)));
}

#[tokio::test]
async fn a_quote_comes_with_revision_flags_lines_and_addresses_when_asked() {
    let door = Door::sandbox().await;
    let quote = door.call(QUOTE, json!({ "document_number": "AN2600456" })).await.unwrap();
    assert_eq!((quote["document_revision"].as_i64(), quote["can_be_accepted"].as_bool()), (Some(2), Some(true)));
    assert_eq!((quote["vendor"].as_str(), quote["currency"].as_str()), (Some("Hornetsecurity"), Some("EUR")));
    let sum: f64 = rows(&quote, "lines").iter().map(|line| line["net_total"].as_f64().unwrap()).sum();
    assert!((sum - quote["total"].as_f64().unwrap()).abs() < 0.01, "{quote:#}");
    assert!(quote.get("sold_to").is_none() && quote.get("end_user").is_some());
    let by_guid =
        door.call(QUOTE, json!({ "document_guid": quote["document_guid"], "include_addresses": true })).await.unwrap();
    assert_eq!(by_guid["document_number"], quote["document_number"]);
    assert!(by_guid["ship_to"].as_str().is_some_and(|address| address.contains(", ")));
    let misplaced = door.call(QUOTE, json!({ "document_number": quote["document_guid"] })).await.unwrap();
    assert_eq!(misplaced, quote);
}

#[tokio::test]
async fn a_quote_that_cannot_be_named_or_found_is_refused_with_the_way_on() {
    let door = Door::sandbox().await;
    let unknown = door.refused(QUOTE, json!({ "document_number": "AN0000001" })).await;
    assert_eq!(unknown["code"], "not_found");
    assert!(unknown["message"].as_str().unwrap().contains("AN0000001"));
    assert!(unknown["hint"].as_str().unwrap().contains("infinigate_list_quotes"));
    assert_eq!(door.refused(QUOTE, json!({})).await["code"], "invalid_arguments");
    let outside = door.refused(QUOTE, json!({ "document_number": "../purchaseinvoice" })).await;
    assert_eq!(outside["code"], "invalid_arguments");
}

#[tokio::test]
async fn accepting_asks_first_and_buys_once_what_was_shown() {
    let door = Door::sandbox().await;
    let arguments = json!({ "document_number": "AN2600444", "accepted_by": "buyer@example.com" });
    let question = door.ask(ACCEPT, arguments.clone()).await;
    for part in ["AN2600444", "revision 3", "WatchGuard", "EUR", "buyer@example.com"] {
        assert!(question.message.contains(part), "{part} in {}", question.message);
    }
    assert!(!question.message.contains('—') && !question.message.contains('{'), "{}", question.message);
    assert_eq!(purchases(&door).await, 0);
    let Turn::Done(done) = door.reply(ACCEPT, arguments.clone(), Consent::Given(&question.state)).await.unwrap() else {
        panic!("asked again")
    };
    assert_eq!(done.structured["accepted_revision"], 3);
    assert_eq!(done.structured["total"], question.shown["total"]);
    assert!(done.structured["note"].as_str().unwrap().contains(done.structured["buyer_reference"].as_str().unwrap()));
    assert_eq!(purchases(&door).await, 1);
    let again = door.call(ACCEPT, arguments).await.unwrap();
    assert_eq!(again["document_guid"], done.structured["document_guid"]);
    assert!(again["notes"][0].as_str().unwrap().contains("Nothing was sent again"), "{again:#}");
    assert_eq!(purchases(&door).await, 1);
}

#[tokio::test]
async fn every_form_of_acknowledgement_counts_as_bought() {
    for (shape, has_guid) in [("sync", true), ("ack", true), ("empty", false)] {
        let door = Door::sandbox().await;
        door.fault(json!({ "infinigate.write_response": shape })).await;
        let answer = door
            .confirm(
                ACCEPT,
                json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com", "document_revision": 2 }),
            )
            .await
            .unwrap();
        assert_eq!(
            (answer["document_number"].as_str(), answer["accepted_revision"].as_i64()),
            (Some("AN2600456"), Some(2)),
            "{shape}"
        );
        assert_eq!(answer.get("document_guid").is_some(), has_guid, "{shape}");
        assert_eq!(purchases(&door).await, 1, "{shape}");
    }
}

#[tokio::test]
async fn what_cannot_be_bought_is_refused_before_anybody_is_asked() {
    let door = Door::sandbox().await;
    let refused = async |number: &str, more: Value| {
        let mut arguments = json!({ "document_number": number, "accepted_by": "buyer@example.com" });
        arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        door.refused(ACCEPT, arguments).await
    };
    for (number, status) in
        [("AN2600418", "Expired"), ("AN2600431", "Pending"), ("AN2600411", "Rejected"), ("AN2600402", "Accepted")]
    {
        let error = refused(number, json!({})).await;
        assert_eq!(error["code"], "conflict", "{number}");
        assert!(error["message"].as_str().unwrap().contains(status), "{error}");
    }
    let stale = refused("AN2600444", json!({ "document_revision": 2 })).await;
    assert_eq!(stale["code"], "conflict");
    assert!(
        stale["message"].as_str().unwrap().contains("revision 2")
            && stale["message"].as_str().unwrap().contains("revision 3"),
        "{stale}"
    );
    assert_eq!(refused("AN2600444", json!({ "accepted_by": "me" })).await["code"], "invalid_arguments");
    assert_eq!(purchases(&door).await, 0);
}

#[tokio::test]
async fn a_yes_is_void_when_the_quote_was_taken_in_the_meantime() {
    let door = Door::sandbox().await;
    let arguments = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    let question = door.ask(ACCEPT, arguments.clone()).await;
    door.confirm(ACCEPT, arguments.clone()).await.unwrap();
    let Turn::Done(late) = door.reply(ACCEPT, arguments, Consent::Given(&question.state)).await.unwrap() else {
        panic!("asked again")
    };
    assert!(late.structured["notes"][0].as_str().unwrap().contains("Nothing was sent again"));
    assert_eq!(purchases(&door).await, 1);
}

#[tokio::test]
async fn invoices_come_newest_first_and_page_by_page() {
    let door = Door::sandbox().await;
    let answer = door.call(INVOICES, json!({})).await.unwrap();
    assert_eq!(
        (answer["count"].as_u64(), answer["total_count"].as_u64(), answer["next_skip"].as_u64()),
        (Some(20), Some(130), Some(20))
    );
    assert!(answer.get("notes").is_none());
    assert!(texts(&answer, "documents", "date").is_sorted_by(|one, other| one >= other));
    assert!(tokens(&answer) < 4_000, "{} tokens", tokens(&answer));
    let everything = all(&door, INVOICES, "documents", &json!({ "take": 50 })).await;
    assert_eq!(everything.len(), 130);
}

#[tokio::test]
async fn both_lists_are_merged_without_a_row_lost_or_doubled() {
    let door = Door::sandbox().await;
    let merged = all(&door, INVOICES, "documents", &json!({ "document_type": "both", "take": 33 })).await;
    assert_eq!(merged.len(), 140);
    assert!(merged.is_sorted_by(|one, other| one["date"].as_str() >= other["date"].as_str()));
    assert_eq!(merged.iter().filter(|row| row["document_type"] == "credit_memo").count(), 10);
    let numbers: std::collections::BTreeSet<&str> =
        merged.iter().map(|row| row["document_number"].as_str().unwrap()).collect();
    assert_eq!(numbers.len(), 140);
    door.fault(json!({ "infinigate.max_take": 15 })).await;
    assert_eq!(all(&door, INVOICES, "documents", &json!({ "document_type": "both", "take": 33 })).await, merged);
}

#[tokio::test]
async fn a_period_includes_its_last_day_and_is_sent_in_full() {
    let door = Door::sandbox().await;
    let days = json!({ "document_type": "both", "from": "2026-03-05", "to": "2026-03-17", "take": 100 });
    let answer = door.call(INVOICES, days).await.unwrap();
    let dates = texts(&answer, "documents", "date");
    assert_eq!(
        (dates.first().map(String::as_str), dates.last().map(String::as_str)),
        (Some("2026-03-17"), Some("2026-03-05"))
    );
    let month = door.call(INVOICES, json!({ "from": "01.03.2026", "to": "2026-03" })).await.unwrap();
    assert_eq!(month["total_count"], 10);
    let error = door.refused(INVOICES, json!({ "from": "last week" })).await;
    assert!(error["message"].as_str().unwrap().contains("`from`"), "{error}");
}

#[tokio::test]
async fn a_vendor_is_picked_from_all_rows_and_a_slip_is_answered_with_the_nearest() {
    let door = Door::sandbox().await;
    let by_name =
        all(&door, INVOICES, "documents", &json!({ "document_type": "both", "vendor": "hornetsecurity", "take": 5 }))
            .await;
    assert!(by_name.len() > 13 && by_name.iter().all(|row| row["vendor_code"] == "HOS"));
    let by_code =
        all(&door, INVOICES, "documents", &json!({ "document_type": "both", "vendor": "HOS", "take": 100 })).await;
    assert_eq!(by_code, by_name);
    let error = door.refused(INVOICES, json!({ "vendor": "Hornetsekurity" })).await;
    assert_eq!(error["code"], "not_found");
    assert!(error["message"].as_str().unwrap().contains("Hornetsecurity"), "{error}");
    let none =
        door.call(INVOICES, json!({ "vendor": "Sophos", "from": "2020-01-01", "to": "2020-01-31" })).await.unwrap();
    assert_eq!(none["count"], 0);
}

#[tokio::test]
async fn a_bought_quote_is_found_again_by_its_reference() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinigate.order_invoice": "at_once" })).await;
    let bought = door
        .confirm(ACCEPT, json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" }))
        .await
        .unwrap();
    let found = door.call(INVOICES, json!({ "buyer_reference": bought["buyer_reference"] })).await.unwrap();
    assert_eq!(found["count"], 1);
    assert_eq!(found["documents"][0]["total"], bought["total"]);
}

#[tokio::test]
async fn what_the_detail_of_a_quote_leaves_out_comes_from_its_row() {
    let door = Door::sandbox().await;
    let whole = door.call(QUOTE, json!({ "document_number": "AN2600444" })).await.unwrap();
    let gone = |field: &str| json!({ "operation": "getPurchaseQuoteByNumber", "pointer": format!("/header/{field}"), "remove": true });
    let all_gone: Vec<Value> =
        ["documentVersion", "canBeAccepted", "canBeRejected", "total", "manufacturerName"].map(gone).to_vec();
    for shape in ["paged", "array"] {
        door.fault(json!({ "infinigate.drift": all_gone, "infinigate.list_shape_quotes": shape })).await;
        assert_eq!(door.call(QUOTE, json!({ "document_number": "AN2600444" })).await.unwrap(), whole, "{shape}");
    }
}

#[tokio::test]
async fn a_revision_is_found_wherever_the_detail_puts_it() {
    let door = Door::sandbox().await;
    for place in ["/documentVersion", "/documentRevision", "/header/documentRevision"] {
        let change = |pointer: &str, more: Value| {
            let mut drift = json!({ "operation": "getPurchaseQuoteByNumber", "pointer": pointer });
            drift.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            drift
        };
        door.fault(json!({ "infinigate.drift": [change("/header/documentVersion", json!({ "remove": true })), change(place, json!({ "set": 7 }))] })).await;
        let quote = door.call(QUOTE, json!({ "document_number": "AN2600444" })).await.unwrap();
        assert_eq!(quote["document_revision"], 7, "{place}");
    }
}

#[tokio::test]
async fn a_vendor_without_a_known_code_is_picked_by_name() {
    let door = Door::sandbox().await;
    let by_code = all(&door, SEARCH, "products", &json!({ "query": "year", "vendors": ["BAR"], "take": 9 })).await;
    assert!(by_code.len() > 9);
    let fresh = Door::sandbox().await;
    let silent = |operation: &str, list: &str| json!({ "operation": operation, "pointer": format!("{list}/*/vendorCode"), "set": null });
    fresh.fault(json!({ "infinigate.drift": [silent("listPurchaseQuotes", "/result"), silent("listPurchaseInvoices", "/result")] })).await;
    let by_name =
        all(&fresh, SEARCH, "products", &json!({ "query": "year", "vendors": ["barracuda"], "take": 9 })).await;
    assert_eq!(by_name, by_code);
    let mixed = fresh.refused(SEARCH, json!({ "query": "year", "vendors": ["Barracuda", "ZZZ"] })).await;
    assert_eq!(mixed["code"], "invalid_arguments");
}

#[tokio::test]
async fn an_unclear_outcome_is_looked_into_and_never_repeated() {
    for (after_effect, found, bought) in [(true, "so it did happen", 1), (false, "so it has not happened so far", 0)] {
        let door = Door::sandbox().await;
        let arguments = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
        let question = door.ask(ACCEPT, arguments.clone()).await;
        door.fault(json!({ "infinigate.reset_next": { "count": 1, "after_effect": after_effect, "operation": "acceptPurchaseQuote" } })).await;
        let error = door.reply(ACCEPT, arguments, Consent::Given(&question.state)).await.unwrap_err();
        assert_eq!(error.code(), Code::OutcomeUnknown);
        assert!(error.hint().unwrap().contains(found), "{:?}", error.hint());
        assert_eq!(purchases(&door).await, bought);
    }
}

#[tokio::test]
async fn a_list_out_of_order_is_said_to_be_so() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinigate.drift": [{ "operation": "listPurchaseInvoices", "pointer": "/result/3/documentCreated", "set": "2030-01-01T00:00:00" }] })).await;
    let answer = door.call(INVOICES, json!({ "take": 10 })).await.unwrap();
    assert_eq!(answer["documents"][0]["date"], "2030-01-01");
    assert!(answer["notes"][0].as_str().unwrap().contains("only the rows within this page"), "{answer}");
}

#[tokio::test]
async fn nothing_is_ever_sent_that_the_document_does_not_allow() {
    let door = Door::sandbox().await;
    door.call(SEARCH, json!({ "query": "fire", "vendors": ["Sophos", "HOS"], "tiers": ["std", "gov"], "product_types": ["Software"], "take": 100 })).await.unwrap();
    door.call(QUOTE, json!({ "document_number": "AN2600444" })).await.unwrap();
    door.call(INVOICES, json!({ "document_type": "both", "from": "2026-01", "to": "2026-06-30T12:00:00+02:00", "vendor": "Sophos", "buyer_reference": " " })).await.unwrap();
    door.confirm(ACCEPT, json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" })).await.unwrap();
    assert_eq!(door.ledger().await["refused"], json!([]));
}
