//! The simulated Infinigate: its answers agree with the document in every shape, and buying happens exactly once.

use infini_mcp::sandbox::INFINIGATE_API_KEY;
use reqwest::Method;
use serde_json::{Value, json};

use crate::sandbox_framework::{ACCEPT, Desk, INVOICES, MANUFACTURERS, QUOTES, acceptance};

const CREDIT_MEMOS: &str = "/invoice-management/v2/purchasecreditmemo";
const REJECT: &str = "/order-management/v2/purchasequote/reject";
const ASK: &str = "/order-management/v2/purchasequote/request";
const ORDER: &str = "/order-management/v2/purchaseorder/request";
const PRICES: &str = "/product-management/v1/pricelist";

/// The rows of a list, whichever of its two shapes it has.
fn rows(body: &Value) -> Vec<Value> {
    body.as_array().or_else(|| body["result"].as_array()).unwrap_or_else(|| panic!("no list: {body}")).clone()
}

fn order(sku: &str) -> Value {
    json!({ "header": { "yourReference": "PO-2026-0815", "currencyCode": "EUR" }, "lines": [{ "itemNumber": sku, "quantity": 2 }] })
}

async fn quote(desk: &Desk, number: &str) -> Value {
    desk.get(&format!("{QUOTES}/documentNumber/{number}")).await.1["header"].clone()
}

/// Calls every reading operation, and reads every document the lists name; the desk judges each answer.
async fn read_everything(desk: &Desk) {
    for list in [INVOICES, CREDIT_MEMOS, QUOTES] {
        let (status, body) = desk.get(list).await;
        assert_eq!(status, 200);
        for row in rows(&body) {
            let by_number =
                desk.get(&format!("{list}/documentNumber/{}", row["documentNumber"].as_str().unwrap())).await;
            let by_guid = desk.get(&format!("{list}/{}", row["documentGuid"].as_str().unwrap())).await;
            assert_eq!((by_number.0, &by_number), (200, &by_guid));
        }
    }
    for path in [
        MANUFACTURERS.to_owned(),
        format!("{PRICES}/search/firewall"),
        format!("{PRICES}/search/count/firewall"),
        format!("{PRICES}/sku?no=200417&no=HOS-TP-M"),
        format!("{PRICES}/vendor?no=WGT20041"),
        format!("{PRICES}/?manufacturerName=Sophos"),
        format!("{PRICES}?manufacturerName=Sophos"),
    ] {
        assert_eq!(desk.get(&path).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn every_answer_agrees_with_the_document() {
    read_everything(&Desk::open().await).await;
}

#[tokio::test]
async fn every_answer_agrees_with_the_document_in_its_other_shapes() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.list_shape_pricelist": "array", "infinigate.list_shape_quotes": "array",
        "infinigate.count_shape": "object", "infinigate.drop_null_fields": true }))
        .await;
    read_everything(&desk).await;
}

#[tokio::test]
async fn writes_answer_in_three_shapes() {
    let desk = Desk::open().await;
    for (shape, status) in [("sync", 200), ("ack", 202), ("empty", 204)] {
        desk.set(json!({ "infinigate.write_response": shape })).await;
        let (got, body) = desk.post(ORDER, &order("200417")).await;
        assert_eq!(got, status);
        assert_eq!(body.get("documentNumber").is_some(), shape == "sync");
        assert_eq!(body.is_null(), shape == "empty");
    }
    assert_eq!(desk.purchases().await.len(), 3);
}

#[tokio::test]
async fn the_subscription_key_is_checked_before_the_bearer() {
    let desk = Desk::open().await;
    let url = format!("{}{MANUFACTURERS}", desk.sandbox.infinigate_url());
    for (key, says) in [(None, "missing subscription key"), (Some("nonsense"), "invalid subscription key")] {
        let mut request = desk.http.get(&url);
        if let Some(key) = key {
            request = request.header("API-KEY", key);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert!(answer.headers()["www-authenticate"].to_str().unwrap().contains("API-KEY"));
        assert!(answer.text().await.unwrap().contains(says));
    }
    let bare = desk.http.get(&url).header("API-KEY", INFINIGATE_API_KEY).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    assert!(bare.text().await.unwrap().contains("JWT not present"));
}

#[tokio::test]
async fn a_token_ends_and_a_fresh_one_cures_it() {
    let mut desk = Desk::open().await;
    desk.set(json!({ "infinigate.token_ttl": 0 })).await;
    desk.sign_in().await;
    assert_eq!(desk.get(MANUFACTURERS).await, (401, json!({ "statusCode": 401, "message": "Invalid JWT." })));
    desk.set(json!({ "infinigate.bearer_401_body": "empty" })).await;
    assert_eq!(desk.get(MANUFACTURERS).await, (401, Value::Null));
    desk.set(json!({ "infinigate.token_ttl": 300 })).await;
    assert_eq!(desk.get(MANUFACTURERS).await.0, 401);
    desk.sign_in().await;
    assert_eq!(desk.get(MANUFACTURERS).await.0, 200);
}

#[tokio::test]
async fn a_wrong_token_request_is_refused_the_way_the_issuer_does() {
    let desk = Desk::open().await;
    let form = |secret, grant| [("client_id", "sandbox-reseller"), ("client_secret", secret), ("grant_type", grant)];
    let (status, body) = desk.ask_for_token(&form("wrong", "client_credentials")).await;
    assert_eq!((status, body["error"].as_str()), (401, Some("invalid_client")));
    let (status, body) = desk.ask_for_token(&form("x", "password")).await;
    assert_eq!((status, body["error"].as_str()), (400, Some("unsupported_grant_type")));
    let (status, body) = desk.ask_for_token(&form("x", "y")[..2]).await;
    assert_eq!((status, body["error"].as_str()), (400, Some("invalid_request")));
}

#[tokio::test]
async fn pages_join_up_to_the_whole_and_count_is_the_total() {
    let desk = Desk::open().await;
    let whole = rows(&desk.get(INVOICES).await.1);
    assert!(whole.len() > 120);
    let mut joined = Vec::new();
    for skip in [0, 50, 100] {
        let (_, page) = desk.get(&format!("{INVOICES}?Take=50&Skip={skip}")).await;
        assert_eq!(page["count"], whole.len());
        joined.extend(rows(&page));
    }
    assert_eq!(joined, whole);
    desk.set(json!({ "infinigate.max_take": 25 })).await;
    assert_eq!(rows(&desk.get(&format!("{INVOICES}?Take=50")).await.1).len(), 25);
}

#[tokio::test]
async fn a_period_and_a_reference_narrow_the_list() {
    let desk = Desk::open().await;
    let (_, march) =
        desk.get(&format!("{INVOICES}?PeriodStart=2026-03-01T00%3A00%3A00.000Z&PeriodEnd=2026-03-31T23:59:59")).await;
    assert_eq!(march["count"], 10);
    assert!(rows(&march).iter().all(|row| row["documentCreated"].as_str().unwrap().starts_with("2026-03")));
    let reference = rows(&march)[0]["buyerReference"].as_str().unwrap().to_owned();
    let (_, one) = desk.get(&format!("{INVOICES}?BuyerReference={reference}")).await;
    assert_eq!(one["count"], 1);
    assert_eq!(desk.get(&format!("{INVOICES}?ExternalDocumentNumber=nothing")).await.1["count"], 0);
}

#[tokio::test]
async fn usage_invoices_have_the_shape_production_has() {
    let desk = Desk::open().await;
    let mut keys = std::collections::BTreeSet::new();
    for row in rows(&desk.get(&format!("{INVOICES}?PeriodStart=2026-11-01T00:00:00Z")).await.1) {
        let (_, invoice) = desk.get(&format!("{INVOICES}/{}", row["documentGuid"].as_str().unwrap())).await;
        let usage = invoice["mspDetailInformation"].as_array().cloned().unwrap_or_default();
        if !usage.is_empty() {
            assert!(invoice["lines"].as_array().unwrap().iter().all(|line| line["endCustomerDto"].is_null()));
        }
        for info in usage.iter().flat_map(|one| one["additionalInfos"].as_array().unwrap()) {
            keys.insert(info["description"].as_str().unwrap().to_owned());
        }
    }
    let expected = [
        "ClientName",
        "ObjectName",
        "SiteName",
        "clientName",
        "periodEnd",
        "periodStart",
        "recommendedEndUserUnitPrice",
        "vendorContractNumber",
    ];
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn prices_are_spelt_the_way_production_spells_them() {
    let desk = Desk::open().await;
    let (_, found) = desk.get(&format!("{PRICES}/sku?no=200417")).await;
    assert_eq!(
        rows(&found)[0]["listPrice"],
        json!({ "price": 1614.0, "discountPercent": 25, "discountedPrice": 1210.5, "CurrencyCode": "EUR" })
    );
    let (_, found) = desk.get(&format!("{PRICES}/sku?no=FTN-PROJ-1")).await;
    assert_eq!((&rows(&found)[0]["priceOnRequest"], &rows(&found)[0]["listPrice"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn searching_filters_and_counts_alike() {
    let desk = Desk::open().await;
    let (_, all) = desk.get(&format!("{PRICES}/search/firewall")).await;
    let filter = "firewall?VendorCodes=sow&VendorCodes=SNW&ProductTypes=hardware&EndUserTypes=std";
    let (_, some) = desk.get(&format!("{PRICES}/search/{filter}")).await;
    let (_, count) = desk.get(&format!("{PRICES}/search/count/{filter}")).await;
    assert_eq!(count, rows(&some).len());
    assert!(rows(&some).len() < rows(&all).len() && rows(&some).iter().all(|row| row["vendorName"] == "SonicWall"));
    assert_eq!(desk.get(&format!("{PRICES}/search/wei%C3%9F")).await.1["count"], 1);
    assert_eq!(desk.get(&format!("{PRICES}/search/nothing-like-it")).await.1["count"], 0);
}

#[tokio::test]
async fn look_ups_leave_out_what_is_unknown_and_give_all_that_share_a_part_number() {
    let desk = Desk::open().await;
    assert_eq!(desk.get(&format!("{PRICES}/sku?no=200417&no=unknown")).await.1["count"], 1);
    assert_eq!(desk.get(&format!("{PRICES}/vendor?no=WGT20041")).await.1["count"], 2);
    let (_, sophos) = desk.get(&format!("{PRICES}/?manufacturerName=Sophos")).await;
    assert!(rows(&sophos).len() > 10 && rows(&sophos).iter().all(|row| row.get("stockLevel").is_none()));
}

#[tokio::test]
async fn doubtful_spellings_follow_their_switches() {
    let desk = Desk::open().await;
    let misspelt = ORDER.replace("management", "managment");
    let gone = (404, json!({ "statusCode": 404, "message": "Resource not found" }));
    assert_eq!(desk.post(&misspelt, &order("200417")).await, gone);
    assert_eq!(desk.get(&format!("{PRICES}/skus?no=200417")).await, gone);
    desk.set(json!({ "infinigate.orders_segment": "managment", "infinigate.sku_path": "skus" })).await;
    assert_eq!(desk.post(ORDER, &order("200417")).await, gone);
    assert_eq!(desk.post(ACCEPT, &acceptance("AN2600456", 2)).await, gone);
    assert_eq!(desk.get(&format!("{PRICES}/sku?no=200417")).await, gone);
    assert_eq!(desk.post(&misspelt, &order("200417")).await.0, 200);
    assert_eq!(desk.get(&format!("{PRICES}/skus?no=200417")).await.0, 200);
    assert_eq!(desk.get(QUOTES).await.0, 200);
    desk.set(json!({ "infinigate.orders_segment": "both", "infinigate.sku_path": "both" })).await;
    assert_eq!(desk.post(ORDER, &order("200417")).await.0, 200);
    assert_eq!(desk.post(&misspelt, &order("200417")).await.0, 200);
}

#[tokio::test]
async fn an_accepted_quote_is_bought_once_and_stands_in_the_ledger() {
    let desk = Desk::open().await;
    let total = quote(&desk, "AN2600456").await["total"].clone();
    assert_eq!(desk.post(ACCEPT, &acceptance("AN2600456", 1)).await.0, 409);
    assert!(desk.purchases().await.is_empty());
    let (status, body) = desk.post(ACCEPT, &acceptance("AN2600456", 2)).await;
    assert_eq!((status, body["documentStatus"].as_str()), (200, Some("Accepted")));
    assert_eq!(desk.post(ACCEPT, &acceptance("AN2600456", 2)).await.0, 409);
    let after = quote(&desk, "AN2600456").await;
    assert_eq!(
        (&after["canBeAccepted"], &after["canBeRejected"], &after["documentStatus"]),
        (&json!(false), &json!(false), &json!("Accepted"))
    );
    let bought = desk.purchases().await;
    assert_eq!(bought.len(), 1);
    assert_eq!(
        (&bought[0]["kind"], &bought[0]["number"], &bought[0]["total"]),
        (&json!("quote"), &json!("AN2600456"), &total)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_acceptances_at_once_are_one_purchase() {
    let desk = Desk::open().await;
    let asked: Vec<_> = (0..16)
        .map(|_| tokio::spawn(desk.request(Method::POST, ACCEPT).json(&acceptance("AN2600444", 3)).send()))
        .collect();
    let mut statuses = Vec::new();
    for one in asked {
        statuses.push(one.await.unwrap().unwrap().status().as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 15);
    assert_eq!(desk.purchases().await.len(), 1);
    assert_eq!(desk.counts("acceptPurchaseQuote").await, (16, 1));
}

#[tokio::test]
async fn a_quote_is_decided_only_as_its_flags_say() {
    let desk = Desk::open().await;
    for row in rows(&desk.get(QUOTES).await.1) {
        let (number, revision) = (row["documentNumber"].as_str().unwrap(), row["documentVersion"].as_i64().unwrap());
        let rejection = json!({ "documentNumber": number, "documentRevision": revision, "rejectedByUserMail": "einkauf@nordlicht.example" });
        let expected = |flag: &str| if row[flag] == true { 200 } else { 409 };
        if row["canBeAccepted"] == false {
            assert_eq!(desk.post(ACCEPT, &acceptance(number, revision)).await.0, 409, "{number}");
        }
        assert_eq!(desk.post(REJECT, &rejection).await.0, expected("canBeRejected"), "{number}");
        assert_eq!(desk.post(ACCEPT, &acceptance(number, revision)).await.0, 409, "{number}");
    }
    assert!(desk.purchases().await.is_empty());
    assert_eq!(desk.post(ACCEPT, &acceptance("AN9999999", 1)).await.0, 404);
}

#[tokio::test]
async fn a_stale_revision_may_be_a_bad_request_instead() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.stale_revision": 400 })).await;
    let (status, body) = desk.post(ACCEPT, &acceptance("AN2600444", 2)).await;
    assert_eq!(status, 400);
    assert!(body["errors"]["documentRevision"].is_array());
}

#[tokio::test]
async fn an_order_is_taken_at_the_current_price() {
    let desk = Desk::open().await;
    let (status, body) = desk.post(ORDER, &order("200417")).await;
    assert_eq!(status, 200);
    let expected = json!({ "service": "infinigate", "kind": "order", "number": body["documentNumber"], "reference": "PO-2026-0815",
        "total": 2421.0, "currency": "EUR" });
    assert_eq!(desk.purchases().await, [expected]);
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused_by_field() {
    let desk = Desk::open().await;
    let changed = |pointer: &str, value: Value| {
        let mut body = order("200417");
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let mut late = order("200417");
    late["header"]["requestedDeliveryDate"] = json!("2020-01-01T00:00:00Z");
    let mut at_odds = order("200417");
    at_odds["lines"][0]["manufacturerItemNumber"] = json!("WGT45");
    for (body, field) in [
        (changed("/lines/0/itemNumber", json!("no-such")), "lines.0.itemNumber"),
        (changed("/lines/0/itemNumber", json!("FTN-PROJ-1")), "lines.0.itemNumber"),
        (changed("/lines/0/itemNumber", json!("HOS-TP-M")), "header.endUser.company"),
        (changed("/lines/0/quantity", json!(0)), "lines.0.quantity"),
        (changed("/lines/0", json!({ "quantity": 1 })), "lines.0"),
        (changed("/lines", json!([])), "lines"),
        (changed("/header/yourReference", json!("x".repeat(36))), "header.yourReference"),
        (late, "header.requestedDeliveryDate"),
        (at_odds, "lines.0.itemNumber"),
    ] {
        let (status, answer) = desk.post(ORDER, &body).await;
        assert_eq!(status, 400, "{field}");
        assert!(answer["errors"].get(field).is_some(), "{field} is not in {answer}");
    }
    assert!(desk.purchases().await.is_empty());
}

#[tokio::test]
async fn an_invoice_follows_a_purchase_only_when_switched_on() {
    let desk = Desk::open().await;
    let wanted = format!("{INVOICES}?ExternalDocumentNumber=PO-2026-0815");
    desk.post(ORDER, &order("200417")).await;
    assert_eq!(desk.get(&wanted).await.1["count"], 0);
    desk.set(json!({ "infinigate.order_invoice": "at_once" })).await;
    desk.post(ORDER, &order("200417")).await;
    let (_, found) = desk.get(&wanted).await;
    assert_eq!((&found["count"], &rows(&found)[0]["total"]), (&json!(1), &json!(2421.0)));
    assert_eq!(desk.get(&format!("{INVOICES}/{}", rows(&found)[0]["documentGuid"].as_str().unwrap())).await.0, 200);
}

#[tokio::test]
async fn a_requested_quote_appears_and_cannot_be_accepted_yet() {
    let desk = Desk::open().await;
    let body = json!({ "header": { "yourReference": "Anfrage 42" }, "lines": [{ "itemNumber": "FTN-PROJ-1", "quantity": 1 }] });
    let (status, answer) = desk.post(ASK, &body).await;
    assert_eq!(status, 200);
    let number = answer["documentNumber"].as_str().unwrap();
    let header = quote(&desk, number).await;
    assert_eq!((&header["buyerReference"], &header["manufacturerName"]), (&json!("Anfrage 42"), &json!("Fortinet")));
    assert_eq!(desk.post(ACCEPT, &acceptance(number, 1)).await.0, 409);
    assert!(desk.purchases().await.is_empty());
}

#[tokio::test]
async fn a_missing_document_is_told_apart_from_a_missing_route() {
    let desk = Desk::open().await;
    let (status, body) = desk.get(&format!("{INVOICES}/documentNumber/RE0000000")).await;
    assert_eq!((status, body["title"].as_str()), (404, Some("Not Found")));
    let pdf = rows(&desk.get(&format!("{INVOICES}?Take=1")).await.1)[0]["pdfDocumentGuid"].as_str().unwrap().to_owned();
    assert_eq!(desk.get(&format!("{INVOICES}/{pdf}")).await.0, 404);
    for guess in [
        format!("{INVOICES}/{pdf}/pdf"),
        format!("/invoice-management/v2/pdf/{pdf}"),
        "/invoice-management/v2/purchasequote".to_owned(),
    ] {
        assert_eq!(desk.get(&guess).await, (404, json!({ "statusCode": 404, "message": "Resource not found" })));
    }
    assert_eq!(desk.post(INVOICES, &json!({})).await.1["message"], "Resource not found");
}
