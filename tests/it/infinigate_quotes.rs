//! Quotes of Infinigate: listed, rejected, asked for.

use infini_mcp::tool::Code;
use infini_mcp::tool::confirm::Consent;
use infini_mcp::tool::run::Turn;
use serde_json::{Value, json};

use crate::door::Door;

const QUOTES: &str = "infinigate_list_quotes";
const QUOTE: &str = "infinigate_get_quote";
const REJECT: &str = "infinigate_reject_quote";
const REQUEST: &str = "infinigate_request_quote";

fn numbers(answer: &Value) -> Vec<String> {
    let rows = answer["quotes"].as_array().unwrap();
    rows.iter().map(|row| row["document_number"].as_str().unwrap().to_owned()).collect()
}

fn says(error: &Value, part: &str) {
    assert!(error["message"].as_str().unwrap().contains(part), "{part} in {error:#}");
}

async fn effects(door: &Door, operation: &str) -> u64 {
    let ledger = door.ledger().await;
    let row = ledger["operations"].as_array().unwrap().iter().find(|row| row["operation"] == operation).cloned();
    row.map_or(0, |row| row["effects"].as_u64().unwrap())
}

async fn status(door: &Door, number: &str) -> String {
    let quote = door.call(QUOTE, json!({ "document_number": number })).await.unwrap();
    quote["status"].as_str().unwrap().to_owned()
}

fn rejection(number: &str) -> Value {
    json!({ "document_number": number, "rejected_by": "buyer@example.com" })
}

fn inquiry() -> Value {
    json!({ "reference": "INQ-7", "lines": [{ "sku": "FTN-PROJ-1", "quantity": 2 }] })
}

#[tokio::test]
async fn quotes_come_newest_first_with_what_a_decision_needs() {
    let door = Door::sandbox().await;
    let all = door.call(QUOTES, json!({})).await.unwrap();
    assert_eq!((&all["count"], &all["total_count"], &all["has_more"]), (&json!(12), &json!(12), &json!(false)));
    assert!(all.get("searched").is_none() && all.get("notes").is_none(), "{all:#}");
    let rows = all["quotes"].as_array().unwrap();
    assert!(rows.is_sorted_by(|one, other| one["date"].as_str() >= other["date"].as_str()));
    let row = rows.iter().find(|row| row["document_number"] == "AN2600456").unwrap();
    assert_eq!((&row["document_revision"], &row["can_be_accepted"]), (&json!(2), &json!(true)));
    assert_eq!((&row["vendor"], &row["vendor_code"]), (&json!("Hornetsecurity"), &json!("HOS")));
    let page = door.call(QUOTES, json!({ "limit": 5, "skip": 10 })).await.unwrap();
    assert_eq!(numbers(&page), numbers(&all)[10..]);
    let size = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&all.to_string()).len();
    assert!(size < 4_000 * 12 / 20, "{size} tokens");
}

#[tokio::test]
async fn open_means_what_can_be_decided_now_and_other_words_are_status_texts() {
    let door = Door::sandbox().await;
    let open = door.call(QUOTES, json!({ "status": "Open" })).await.unwrap();
    let can = |row: &Value| row["can_be_accepted"] == true || row["can_be_rejected"] == true;
    assert!(open["quotes"].as_array().unwrap().iter().all(can));
    assert!(numbers(&open).contains(&"AN2600431".to_owned()), "one that can only be rejected");
    assert_eq!((&open["searched"], &open["complete"]), (&json!(12), &json!(true)));
    let expired = door.call(QUOTES, json!({ "status": "expired" })).await.unwrap();
    assert_eq!(numbers(&expired), ["AN2600418"]);
    let unknown = door.call(QUOTES, json!({ "status": "won" })).await.unwrap();
    assert_eq!(unknown["count"], 0);
    assert!(unknown["notes"][0].as_str().unwrap().contains("Accepted, Expired, Open"), "{unknown:#}");
}

#[tokio::test]
async fn dates_vendors_and_references_pick_quotes() {
    let door = Door::sandbox().await;
    let all = door.call(QUOTES, json!({})).await.unwrap();
    let day = |at: usize| all["quotes"][at]["date"].clone();
    let some = door.call(QUOTES, json!({ "from": day(5), "date_to": day(2) })).await.unwrap();
    assert_eq!(numbers(&some), numbers(&all)[2..=5]);
    for vendor in ["HOS", "hornetsecurity"] {
        let of_vendor = door.call(QUOTES, json!({ "vendor": vendor })).await.unwrap();
        assert_eq!(numbers(&of_vendor), ["AN2600456", "AN2600423"], "{vendor}");
    }
    let reference = all["quotes"][3]["buyer_reference"].clone();
    for field in ["buyer_reference", "external_document_number"] {
        let one = door.call(QUOTES, json!({ field: reference })).await.unwrap();
        assert_eq!(numbers(&one), numbers(&all)[3..=3], "{field}");
    }
    let slip = door.refused(QUOTES, json!({ "vendor": "Hornetsekurity" })).await;
    assert_eq!(slip["code"], "not_found");
    says(&slip, "Hornetsecurity");
    says(&door.refused(QUOTES, json!({ "from": "last week" })).await, "`from`");
    let wrong_way = door.refused(QUOTES, json!({ "from": "2026-03-01", "to": "2026-02-01" })).await;
    assert_eq!(wrong_way["code"], "invalid_arguments");
}

#[tokio::test]
async fn quotes_that_expire_soon_are_picked_by_their_last_valid_day_and_name_whom_to_ask() {
    let door = Door::sandbox().await;
    let all = door.call(QUOTES, json!({ "take": 100 })).await.unwrap();
    let rows = |answer: &Value| answer["quotes"].as_array().unwrap().clone();
    assert!(rows(&all).iter().all(|row| row["sales_contact"].as_str().is_some_and(|name| !name.is_empty())));
    let today = chrono::Utc::now().date_naive();
    let last = today.checked_add_days(chrono::Days::new(14)).unwrap();
    let is_soon = |row: &&Value| {
        let day = row["valid_until"].as_str().and_then(|day| day.get(..10)?.parse::<chrono::NaiveDate>().ok());
        day.is_some_and(|day| today <= day && day <= last)
    };
    let expected: Vec<Value> = rows(&all).iter().filter(is_soon).map(|row| row["document_number"].clone()).collect();
    let soon = door.call(QUOTES, json!({ "expires_within_days": 14, "take": 100 })).await.unwrap();
    let found: Vec<Value> = rows(&soon).iter().map(|row| row["document_number"].clone()).collect();
    assert!(!found.is_empty() && found.len() < rows(&all).len());
    assert_eq!(found, expected);
    assert!(soon["notes"].to_string().contains("no last valid day"), "{soon:#}");
}

#[tokio::test]
async fn a_filtered_list_is_paged_like_any_other() {
    let door = Door::sandbox().await;
    let whole = numbers(&door.call(QUOTES, json!({ "status": "open" })).await.unwrap());
    door.fault(json!({ "infinigate.max_take": 3 })).await;
    let (mut all, mut skip) = (Vec::new(), Some(0));
    while let Some(at) = skip {
        let page = door.call(QUOTES, json!({ "status": "open", "take": 2, "skip": at })).await.unwrap();
        assert_eq!(page["has_more"].as_bool().unwrap(), page.get("next_skip").is_some());
        all.extend(numbers(&page));
        skip = page["next_skip"].as_u64();
    }
    assert_eq!(all, whole);
}

#[tokio::test]
async fn rejecting_asks_first_and_turns_down_what_was_shown() {
    let door = Door::sandbox().await;
    let mut arguments = rejection("AN2600444");
    arguments["comment"] = json!("The project was postponed.");
    let question = door.ask(REJECT, arguments.clone()).await;
    for part in ["AN2600444", "revision 3", "WatchGuard", "EUR", "buyer@example.com", "The project was postponed."] {
        assert!(question.message.contains(part), "{part} in {}", question.message);
    }
    assert_eq!(status(&door, "AN2600444").await, "Open");
    let Turn::Done(done) = door.reply(REJECT, arguments.clone(), Consent::Given(&question.state)).await.unwrap() else {
        panic!("asked again")
    };
    assert_eq!(
        (&done.structured["rejected_revision"], &done.structured["document_status"]),
        (&json!(3), &json!("Rejected"))
    );
    assert_eq!(status(&door, "AN2600444").await, "Rejected");
    let again = door.refused(REJECT, arguments).await;
    assert_eq!(again["code"], "conflict", "{again:#}");
    says(&again, "Rejected");
    assert_eq!(effects(&door, "rejectPurchaseQuote").await, 1);
    assert_eq!(door.ledger().await["refused"], json!([]));
}

#[tokio::test]
async fn a_no_rejects_nothing() {
    let door = Door::sandbox().await;
    let error = door.reply(REJECT, rejection("AN2600456"), Consent::Declined).await.unwrap_err();
    assert_eq!(error.code(), Code::ConfirmationDeclined);
    let asked = door.refused(REJECT, rejection("AN2600456")).await;
    assert_eq!(asked["code"], "confirmation_required");
    assert_eq!(status(&door, "AN2600456").await, "Open");
    assert_eq!(effects(&door, "rejectPurchaseQuote").await, 0);
}

#[tokio::test]
async fn what_cannot_be_rejected_is_refused_before_anybody_is_asked() {
    let door = Door::sandbox().await;
    for (number, word) in [("AN2600418", "Expired"), ("AN2600402", "Accepted"), ("AN2600470", "Requested")] {
        let error = door.refused(REJECT, rejection(number)).await;
        assert_eq!(error["code"], "conflict", "{number}");
        says(&error, word);
    }
    let mut stale = rejection("AN2600444");
    stale["document_revision"] = json!(1);
    let error = door.refused(REJECT, stale).await;
    assert_eq!(error["code"], "conflict");
    says(&error, "revision 3 is the current one");
    assert_eq!(door.refused(REJECT, rejection("AN0000001")).await["code"], "not_found");
    let nobody = json!({ "document_number": "AN2600444", "rejected_by": "me" });
    says(&door.refused(REJECT, nobody).await, "not an e-mail address");
    let mut wordy = rejection("AN2600444");
    wordy["comment"] = json!("x".repeat(1_001));
    says(&door.refused(REJECT, wordy).await, "at most 1000 characters");
    assert_eq!(effects(&door, "rejectPurchaseQuote").await, 0);
}

#[tokio::test]
async fn a_pending_quote_can_still_be_rejected() {
    let door = Door::sandbox().await;
    door.confirm(REJECT, rejection("AN2600431")).await.unwrap();
    assert_eq!(status(&door, "AN2600431").await, "Rejected");
}

#[tokio::test]
async fn a_revision_that_changed_at_the_last_moment_is_explained() {
    for answered in [409, 400] {
        let door = Door::sandbox().await;
        door.fault(json!({ "infinigate.stale_revision": answered, "infinigate.drift": [
            { "operation": "getPurchaseQuoteByNumber", "pointer": "/header/documentVersion", "set": 1 }] }))
            .await;
        let error = door.confirm(REJECT, rejection("AN2600456")).await.unwrap_err().to_json("test");
        assert_eq!(error["code"], "conflict", "{error:#}");
        says(&error, "revision 1 any more");
        assert!(error["hint"].as_str().unwrap().contains(QUOTE));
        door.fault(json!({ "infinigate.drift": null })).await;
        assert_eq!(status(&door, "AN2600456").await, "Open");
    }
}

#[tokio::test]
async fn an_unclear_rejection_is_looked_up_and_never_repeated() {
    for (after_effect, told, times) in [(true, "so it did happen", 1), (false, "has not happened so far", 0)] {
        let door = Door::sandbox().await;
        let asked = door.refused(REJECT, rejection("AN2600456")).await;
        door.fault(json!({ "infinigate.reset_next": { "count": 1, "after_effect": after_effect, "operation": "rejectPurchaseQuote" } })).await;
        let mut arguments = rejection("AN2600456");
        arguments["confirmation_token"] = asked["confirmation_token"].clone();
        let error = door.refused(REJECT, arguments).await;
        assert_eq!(error["code"], "outcome_unknown", "{error:#}");
        assert!(error["hint"].as_str().unwrap().contains(told), "{error:#}");
        assert!(error["found"].as_str().unwrap().contains("AN2600456"));
        assert_eq!(effects(&door, "rejectPurchaseQuote").await, times);
    }
}

#[tokio::test]
async fn a_quote_is_asked_for_and_found_under_its_reference() {
    let door = Door::sandbox().await;
    let arguments = json!({
        "reference": "INQ-7", "currency": "eur", "comment": "Project Nord", "delivery_date": "2199-12-31",
        "contact_email": "max@example.com", "license_email": "lic@example.com",
        "end_customer": { "name": "Example GmbH", "street": "Musterweg 1", "postal_code": 10115, "city": "Berlin",
            "country": "de", "tier": "Gov" },
        "lines": [
            { "sku": "FTN-PROJ-1", "quantity": "2", "deal_number": "D-1" },
            { "sku": "tp-m", "quantity": 25, "serial_number": "S-1", "license_id": "L-1" }
        ]
    });
    let answer = door.call(REQUEST, arguments).await.unwrap();
    assert_eq!((&answer["document_status"], &answer["line_count"]), (&json!("Requested"), &json!(2)));
    let listed = door.call(QUOTES, json!({ "buyer_reference": "INQ-7" })).await.unwrap();
    assert_eq!(json!(numbers(&listed)), json!([answer["document_number"]]));
    let quote = door.call(QUOTE, json!({ "document_number": answer["document_number"] })).await.unwrap();
    assert_eq!((&quote["end_user"], &quote["currency"]), (&json!("Example GmbH"), &json!("EUR")));
    assert_eq!((&quote["lines"][0]["sku"], &quote["lines"][0]["quantity"]), (&json!("FTN-PROJ-1"), &json!(2)));
    assert_eq!((&quote["lines"][1]["sku"], &quote["lines"][1]["vendor_sku"]), (&json!("HOS-TP-M"), &json!("TP-M")));
    assert_eq!(quote["lines"][0]["deal_number"], "D-1");
    assert_eq!(door.ledger().await["refused"], json!([]));
    let again = door.call(REQUEST, inquiry()).await.unwrap();
    assert!(again["notes"].to_string().contains("in use already"), "{again:#}");
}

#[tokio::test]
async fn a_request_is_checked_whole_before_it_leaves() {
    let door = Door::sandbox().await;
    let with = |field: &str, value: Value| {
        let mut arguments = inquiry();
        arguments[field] = value;
        arguments
    };
    let line = |sku: &str| json!([{ "sku": sku, "quantity": 1 }]);
    for (arguments, code, part) in [
        (with("lines", line("NO-SUCH-1")), "not_found", "NO-SUCH-1"),
        (with("lines", line("WGT20041")), "ambiguous_name", "Several articles"),
        (with("lines", line("A,B")), "invalid_arguments", "`lines[0].sku`"),
        (with("lines", json!([])), "invalid_arguments", "at least 1 entries"),
        (with("lines", json!([{ "sku": "200417", "quantity": 0 }])), "invalid_arguments", "`lines[0].quantity`"),
        (with("lines", json!([{ "sku": "200417" }])), "invalid_arguments", "`lines[0].quantity` is missing"),
        (with("reference", json!(" ")), "invalid_arguments", "`reference`"),
        (with("reference", json!("x".repeat(36))), "invalid_arguments", "at most 35 characters"),
        (with("contact_email", json!("max")), "invalid_arguments", "not an e-mail address"),
        (with("license_email", json!("a@b, c@d")), "invalid_arguments", "not an e-mail address"),
        (with("delivery_date", json!("2020-01-01")), "invalid_arguments", "has passed"),
        (with("currency", json!("Euro")), "invalid_arguments", "3 letters"),
        (with("end_customer", json!({ "name": "" })), "invalid_arguments", "`end_customer.name`"),
        (with("end_customer", json!({ "name": "A", "country": "Germany" })), "invalid_arguments", "2 letters"),
    ] {
        let error = door.refused(REQUEST, arguments).await;
        assert_eq!(error["code"], code, "{error:#}");
        says(&error, part);
    }
    let ambiguous = door.refused(REQUEST, with("lines", line("WGT20041"))).await;
    assert_eq!(ambiguous["candidates"].as_array().map(Vec::len), Some(2));
    assert_eq!(effects(&door, "requestPurchaseQuote").await, 0);
}

#[tokio::test]
async fn a_careful_operator_is_asked_before_a_request_leaves() {
    let door = Door::with(&[("CONFIRM", "writes")]).await;
    let question = door.ask(REQUEST, inquiry()).await;
    for part in ["2 of FTN-PROJ-1", "INQ-7"] {
        assert!(question.message.contains(part), "{}", question.message);
    }
    assert_eq!(effects(&door, "requestPurchaseQuote").await, 0);
    door.confirm(REQUEST, inquiry()).await.unwrap();
    assert_eq!(effects(&door, "requestPurchaseQuote").await, 1);
}

#[tokio::test]
async fn an_unclear_request_is_looked_up_and_never_repeated() {
    for (after_effect, told, times) in [(true, "so it did happen", 1), (false, "proves nothing", 0)] {
        let door = Door::sandbox().await;
        door.fault(json!({ "infinigate.reset_next": { "count": 1, "after_effect": after_effect, "operation": "requestPurchaseQuote" } })).await;
        let error = door.refused(REQUEST, inquiry()).await;
        assert_eq!(error["code"], "outcome_unknown", "{error:#}");
        assert!(error["hint"].as_str().unwrap().contains(told), "{error:#}");
        assert_eq!(effects(&door, "requestPurchaseQuote").await, times);
    }
}

/// Everything these tools say of a fresh sandbox under one position of one switch. Writes tell less in some positions,
/// so that of them only the effect is kept, read back.
async fn story(switches: Value) -> Vec<Value> {
    let door = Door::sandbox().await;
    door.fault(switches.clone()).await;
    let mut story = Vec::new();
    for (tool, arguments) in [
        ("infinigate_search_products", json!({ "query": "firewall", "vendors": ["Sophos"], "take": 3 })),
        ("infinigate_get_products_by_sku", json!({ "skus": ["200417", "TP-M", "WGT20041", "NO-SUCH-1"] })),
        ("infinigate_list_manufacturers", json!({ "take": 3 })),
        ("infinigate_get_price_list", json!({ "manufacturer": "HOS", "take": 3 })),
        (QUOTES, json!({ "take": 5 })),
        (QUOTES, json!({ "status": "open", "take": 5 })),
        ("infinigate_list_invoices", json!({ "document_type": "both", "take": 5 })),
        (QUOTE, json!({ "document_number": "AN2600456" })),
    ] {
        let answer = door.call(tool, arguments).await;
        story.push(answer.unwrap_or_else(|error| panic!("{switches}: {tool}: {error}")));
    }
    let rejected = door.confirm(REJECT, rejection("AN2600444")).await.unwrap();
    story.push(rejected["rejected_revision"].clone());
    story.push(json!(status(&door, "AN2600444").await));
    let requested = door.call(REQUEST, inquiry()).await.unwrap();
    story.push(requested["document_number"].clone());
    let accepted = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    story.push(door.confirm("infinigate_accept_quote", accepted).await.unwrap()["accepted_revision"].clone());
    story.push(json!(status(&door, "AN2600456").await));
    for operation in ["rejectPurchaseQuote", "requestPurchaseQuote", "acceptPurchaseQuote"] {
        assert_eq!(effects(&door, operation).await, 1, "{switches}: {operation}");
    }
    // A spelling that does not exist is tried once and then remembered; nothing else may be refused.
    let refused = door.ledger().await["refused"].as_array().unwrap().clone();
    assert!(refused.len() <= 3 && refused.iter().all(|one| one["operation"].is_null()), "{switches}: {refused:#?}");
    story
}

/// Counts that a bare array cannot tell.
fn without_counts(story: &[Value]) -> Vec<Value> {
    let mut story = story.to_vec();
    for answer in &mut story {
        answer.as_object_mut().and_then(|answer| answer.remove("total_count"));
    }
    story
}

#[tokio::test]
async fn every_doubtful_route_and_shape_leads_to_the_same_answers() {
    let usual = story(json!({})).await;
    for (switch, positions) in [
        ("orders_segment", vec!["management", "managment", "both"]),
        ("sku_path", vec!["sku", "skus", "both"]),
        ("list_shape_pricelist", vec!["paged", "array"]),
        ("list_shape_quotes", vec!["paged", "array"]),
        ("write_response", vec!["sync", "ack", "empty"]),
        ("bearer_401_body", vec!["apim", "empty"]),
        ("count_shape", vec!["number", "object"]),
    ] {
        for position in positions {
            let told = story(json!({ format!("infinigate.{switch}"): position })).await;
            assert_eq!(without_counts(&told), without_counts(&usual), "{switch} = {position}");
        }
    }
    assert_eq!(story(json!({ "infinigate.drop_null_fields": true })).await, usual);
}

#[tokio::test]
async fn a_bearer_that_ends_early_is_renewed_whatever_the_refusal_looks_like() {
    for body in ["apim", "empty"] {
        let door = Door::sandbox().await;
        door.call(QUOTES, json!({})).await.unwrap();
        // Setting the lifetime forgets every token that was issued.
        door.fault(json!({ "infinigate.bearer_401_body": body, "infinigate.token_ttl": 200 })).await;
        let rejected = door.confirm(REJECT, rejection("AN2600456")).await;
        assert!(rejected.is_ok(), "{body}: {rejected:?}");
        door.fault(json!({ "infinigate.token_ttl": 100 })).await;
        assert_eq!(door.call(REQUEST, inquiry()).await.unwrap()["line_count"], 1, "{body}");
        assert_eq!(effects(&door, "rejectPurchaseQuote").await, 1, "{body}");
    }
}
