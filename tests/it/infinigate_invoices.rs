//! `infinigate_get_invoice` against the simulated distributor.

use serde_json::{Value, json};

use crate::books::{self, cents, info};
use crate::door::Door;

const GET: &str = "infinigate_get_invoice";

fn list<'a>(answer: &'a Value, name: &str) -> &'a [Value] {
    answer[name].as_array().map_or(&[], Vec::as_slice)
}

fn tokens(answer: &Value) -> usize {
    tiktoken_rs::o200k_base().unwrap().encode_ordinary(&answer.to_string()).len()
}

#[tokio::test]
async fn an_invoice_is_the_same_by_number_and_by_guid_and_its_sums_are_those_of_its_lines() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    for paper in papers.iter().filter(|paper| !paper.is_memo).step_by(11) {
        let answer = door.call(GET, json!({ "document_number": paper.number(), "take": 200 })).await.unwrap();
        let by_guid = door.call(GET, json!({ "document_guid": paper.row["documentGuid"], "take": 200 })).await.unwrap();
        assert_eq!(by_guid, answer);
        assert_eq!((answer["document_type"].as_str(), answer["date"].as_str()), (Some("invoice"), Some(paper.day())));
        assert_eq!((answer["currency"].as_str(), cents(&answer["net_total"])), (Some(paper.currency()), paper.net()));
        let gross: f64 = paper.lines().map(|line| line["grossExtendedPrice"].as_f64().unwrap()).sum();
        assert!((answer["gross_total"].as_f64().unwrap() - gross).abs() < 0.005);
        assert_eq!(list(&answer, "lines").len(), paper.lines().count(), "headings are left out");
        assert_eq!(list(&answer, "usage").len(), paper.usage().count());
        assert!(answer.get("notes").is_none() && answer["has_more"] == false, "{answer}");
    }
}

#[tokio::test]
async fn a_line_tells_for_whom_it_was_and_which_contract_it_began() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let with_contract = |line: &&Value| line["contractInformationDto"].is_object();
    let paper = papers.iter().find(|paper| paper.lines().any(|line| with_contract(&line))).unwrap();
    let answer = door.call(GET, json!({ "document_number": paper.number() })).await.unwrap();
    let at = paper.lines().position(|line| with_contract(&line)).unwrap();
    let (told, raw) = (&list(&answer, "lines")[at], paper.lines().nth(at).unwrap());
    assert_eq!(told["end_customer"], raw["endCustomerDto"]["company"]["name"]);
    assert_eq!(told["customer_number"], raw["endCustomerDto"]["company"]["customerNumber"]);
    assert_eq!(told["serial_number"], raw["contractInformationDto"]["serialNumber"]);
    assert_eq!(told["end"], raw["contractInformationDto"]["EndDate"].as_str().unwrap()[..10]);
    assert_eq!(told["term"], raw["contractInformationDto"]["term"]);
    assert_eq!((&told["sku"], &told["vendor_sku"]), (&raw["itemNumber"], &raw["vendorItemNumber"]));
    assert!(answer["sold_to"].as_str().unwrap().contains("Kiel"));
    assert!(answer.get("ship_to").is_none(), "the same address is not told again");
}

#[tokio::test]
async fn usage_tells_domain_or_code_device_contract_period_and_margin() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let (mut domains, mut codes) = (0, 0);
    for paper in papers.iter().filter(|paper| paper.usage().count() > 0).take(4) {
        let answer = door.call(GET, json!({ "document_number": paper.number(), "take": 200 })).await.unwrap();
        for (told, raw) in list(&answer, "usage").iter().zip(paper.usage()) {
            if let Some(domain) = info(raw, "clientName") {
                assert_eq!(told["end_customer"], domain.trim_start_matches("www."));
                assert_eq!(told["contract"], info(raw, "vendorContractNumber").unwrap());
                domains += 1;
            } else {
                assert_eq!(told["end_customer"], info(raw, "ClientName").unwrap());
                assert_eq!(told["device"], info(raw, "ObjectName").unwrap());
                codes += 1;
            }
            let month = &told["start"].as_str().unwrap()[..7];
            assert_eq!(&told["end"].as_str().unwrap()[..7], month);
            assert_eq!(cents(&told["net"]), paper.cents(raw));
            let suggested = info(raw, "recommendedEndUserUnitPrice").map(|text| text.parse::<f64>().unwrap());
            assert_eq!(told["recommended_price"].as_f64(), suggested);
            let margin = suggested
                .map(|price| (price * 100.0).round() as i64 * raw["quantity"].as_i64().unwrap() - paper.cents(raw));
            assert_eq!(told.get("margin").map(cents), margin);
        }
    }
    assert!(domains > 0 && codes > 0);
}

#[tokio::test]
async fn credit_memos_are_found_too_and_a_wrong_type_is_not() {
    let door = Door::sandbox().await;
    let answer = door.call(GET, json!({ "document_number": "GU2600071" })).await.unwrap();
    assert_eq!(answer["document_type"], "credit_memo");
    let typed =
        door.call(GET, json!({ "document_number": "GU2600071", "document_type": "credit_memo" })).await.unwrap();
    assert_eq!(typed, answer);
    let guid = door.call(GET, json!({ "document_number": answer["document_guid"] })).await.unwrap();
    assert_eq!(guid, answer, "a GUID in the place of the number is taken for what it is");
    let refused = door.refused(GET, json!({ "document_number": "GU2600071", "document_type": "invoice" })).await;
    assert_eq!(refused["code"], "not_found");
    assert!(refused["message"].as_str().unwrap().contains("no invoice GU2600071"), "{refused}");
    assert!(refused["hint"].as_str().unwrap().contains("infinigate_list_invoices"));
}

#[tokio::test]
async fn what_names_no_document_is_refused_before_anything_is_sent() {
    let door = Door::sandbox().await;
    let nothing = door.refused(GET, json!({})).await;
    assert_eq!(nothing["code"], "invalid_arguments");
    assert!(nothing["message"].as_str().unwrap().contains("`document_number`: give it, or `document_guid`"));
    let outside = door.refused(GET, json!({ "document_number": "../purchasequote" })).await;
    assert!(outside["message"].as_str().unwrap().contains("is not a document number"), "{outside}");
    let odd = door.refused(GET, json!({ "document_number": "RE1", "document_type": "order" })).await;
    assert!(odd["message"].as_str().unwrap().contains("must be one of invoice, credit_memo"), "{odd}");
    assert_eq!(door.ledger().await["refused"], json!([]));
}

fn long_line(at: usize) -> Value {
    json!({ "lineNumber": (at + 1) * 10_000, "lineType": "Item", "itemNumber": format!("{}", 300_100 + at), "vendorItemNumber": format!("WGT45-{at}Y"),
        "itemDescription": "Firebox T45 with 3 year(s) of support and security", "itemDescription2": "services, Total Security Suite",
        "fullDescription": null, "quantity": 3, "netUnitPrice": 1210.55, "grossExtendedPrice": 4321.66, "vatRate": 19,
        "endCustomerDto": { "company": { "name": "Alpenblick Hotelbetriebe GmbH", "customerNumber": "E100247" } },
        "contractInformationDto": { "licenseId": format!("LIC-260901-WGT45-{at}"), "serialNumber": format!("SN260901{at:03}"),
            "StartDate": "2026-09-01T00:00:00", "EndDate": "2029-08-31T00:00:00", "term": "36" },
        "additionalInfos": [{ "description": "tenantRegion", "value": "eu-central" }] })
}

#[tokio::test]
async fn sixty_lines_answer_in_under_four_thousand_tokens_and_the_rest_is_there_to_be_asked_for() {
    let door = Door::sandbox().await;
    let lines: Vec<Value> = (0..60).map(long_line).collect();
    door.fault(json!({ "infinigate.drift": [{ "operation": "getPurchaseInvoiceByNumber", "pointer": "/lines", "set": lines }] })).await;
    let (mut told, mut skip, mut pages) = (Vec::new(), json!(0), 0);
    while skip.is_number() {
        let answer = door.call(GET, json!({ "document_number": "RE2500312", "skip": skip })).await.unwrap();
        assert!(tokens(&answer) < 4_000, "{} tokens", tokens(&answer));
        assert_eq!((answer["line_count"].as_u64(), cents(&answer["net_total"])), (Some(60), 60 * 3 * 121_055));
        assert_eq!(answer["has_more"].as_bool().unwrap(), answer.get("next_skip").is_some());
        told.extend(list(&answer, "lines").iter().cloned());
        skip = answer["next_skip"].clone();
        pages += 1;
    }
    assert!(pages > 1);
    let serials: Vec<&str> = told.iter().map(|line| line["serial_number"].as_str().unwrap()).collect();
    assert_eq!(serials, (0..60).map(|at| format!("SN260901{at:03}")).collect::<Vec<_>>());
    assert_eq!(told[0]["more"], json!({ "tenantRegion": "eu-central" }), "unknown keys are kept");
    let four = door.call(GET, json!({ "document_number": "RE2500312", "take": 4, "skip": 2 })).await.unwrap();
    assert_eq!((list(&four, "lines").len(), four["next_skip"].as_u64()), (4, Some(6)));
}

#[tokio::test]
async fn the_biggest_bill_of_usage_is_read_page_by_page() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let paper = papers.iter().max_by_key(|paper| paper.usage().count()).unwrap();
    let (mut sum, mut skip) = (0, json!(0));
    while skip.is_number() {
        let answer = door.call(GET, json!({ "document_number": paper.number(), "skip": skip })).await.unwrap();
        assert!(tokens(&answer) < 4_000, "{} tokens", tokens(&answer));
        assert_eq!(answer["usage_count"], json!(paper.usage().count()));
        sum += list(&answer, "usage").iter().map(|piece| cents(&piece["net"])).sum::<i64>();
        skip = answer["next_skip"].clone();
    }
    assert_eq!(sum, paper.net());
}

#[tokio::test]
async fn usage_that_does_not_add_up_to_the_lines_is_said_to_differ() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let paper = papers.iter().find(|paper| paper.usage().count() > 0).unwrap();
    door.fault(json!({ "infinigate.drift": [
        { "operation": "getPurchaseInvoiceByNumber", "pointer": "/mspDetailInformation/0/quantity", "set": 0.5 },
        { "operation": "getPurchaseInvoiceByNumber", "pointer": "/lines/1/netUnitPrice", "set": null },
        { "operation": "getPurchaseInvoiceByNumber", "pointer": "/lines/1/grossExtendedPrice", "set": null },
    ] }))
    .await;
    let answer = door.call(GET, json!({ "document_number": paper.number() })).await.unwrap();
    let notes = answer["notes"].to_string();
    assert!(notes.contains("1 lines tell no price and no sum") && notes.contains("differs from net_total"), "{notes}");
}

#[tokio::test]
async fn nulls_and_missing_parts_never_fail_an_invoice() {
    let door = Door::sandbox().await;
    let gone = |pointer: &str| json!({ "operation": "getPurchaseInvoiceByNumber", "pointer": pointer, "set": null });
    for pointer in ["/header", "/lines", "/mspDetailInformation", "/lines/*/quantity", "/header/postingDate"] {
        door.fault(json!({ "infinigate.drift": [gone(pointer)] })).await;
        let answer = door.call(GET, json!({ "document_number": "RE2500312" })).await.unwrap();
        assert_eq!(answer["document_type"], "invoice", "{pointer}");
    }
}

#[tokio::test]
async fn usage_that_comes_as_a_single_object_is_read_like_a_list_of_one() {
    let door = Door::sandbox().await;
    let piece = json!({ "itemSku": "HOS-TP-M", "quantity": 2, "price": 1.95, "additionalInfos": [
        { "description": "clientName", "value": "www.example-gmbh.de" }, { "description": "ClientName", "value": "EXG" } ] });
    door.fault(json!({ "infinigate.drift": [{ "operation": "getPurchaseInvoiceByNumber", "pointer": "/mspDetailInformation", "set": piece }] })).await;
    let answer = door.call(GET, json!({ "document_number": "RE2500312" })).await.unwrap();
    let told = &list(&answer, "usage")[0];
    assert_eq!((told["end_customer"].as_str(), told["customer_code"].as_str()), (Some("example-gmbh.de"), Some("EXG")));
    assert_eq!(cents(&told["net"]), 390);
}
