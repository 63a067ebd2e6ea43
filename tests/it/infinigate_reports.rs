//! Spend, and what all reports share, against the simulated distributor: held against sums made from its raw answers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use infini_mcp::api::Progress;
use infini_mcp::tool::Attachment;
use infini_mcp::tool::confirm::{Consent, Way};
use infini_mcp::tool::run::{self, Attempt};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::books::{self, Paper, cents, customer, rows, sums, table, tokens, told, with_attachments, within};
use crate::door::Door;
use crate::line::{ERAS, Line};

const SPEND: &str = "infinigate_spend_report";
const RENEWALS: &str = "infinigate_list_renewals";
const USAGE: &str = "infinigate_msp_usage";
const CUSTOMERS: &str = "infinigate_list_end_customers";

#[tokio::test]
async fn spend_is_the_sum_of_the_raw_lines_whichever_way_it_is_cut() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let (from, to) = ("2025-12-01", "2026-09-30");
    let euros = within(&papers, from, to, "EUR");
    let (bills, memos): (Vec<&Paper>, Vec<&Paper>) = euros.iter().partition(|paper| !paper.is_memo);
    assert!(memos.len() > 5 && bills.len() > 90);
    type Name = fn(&Paper, &Value) -> String;
    let cuts: [(&str, Name); 4] = [
        ("vendor", |paper, _| paper.row["manufacturerName"].as_str().unwrap().to_owned()),
        ("month", |paper, _| paper.day()[..7].to_owned()),
        ("end_customer", |_, thing| customer(thing)),
        ("product", |_, thing| thing.get("itemNumber").or(thing.get("itemSku")).unwrap().as_str().unwrap().to_owned()),
    ];
    for (by, name) in cuts {
        let arguments = json!({ "group_by": by, "date_from": "2025-12", "date_to": "30.09.2026", "top": 50 });
        let answer = door.call(SPEND, arguments).await.unwrap();
        assert_eq!((answer["date_from"].as_str(), answer["date_to"].as_str()), (Some(from), Some(to)));
        let table = table(&answer, "EUR");
        let sum = |papers: &[&Paper]| papers.iter().map(|paper| paper.net()).sum::<i64>();
        assert_eq!(cents(&table["total"]), sum(&bills) + sum(&memos), "{by}");
        assert_eq!((cents(&table["invoiced"]), cents(&table["credited"])), (sum(&bills), -sum(&memos)), "{by}");
        let expected = sums(&euros, name);
        if by == "product" {
            let shown: BTreeMap<String, i64> = rows(table, "rows")
                .iter()
                .map(|row| (row["id"].as_str().unwrap_or("FREIGHT").to_owned(), cents(&row["net"])))
                .collect();
            assert!(shown.iter().all(|(sku, net)| expected[sku] == *net), "{shown:?}");
            let others = table["others"]["groups"].as_u64().unwrap() as usize;
            assert_eq!(others + shown.len(), expected.len());
        } else {
            assert_eq!(told(table), expected, "{by}");
        }
        let complete = (answer["complete"].as_bool(), answer.get("left_out").is_some());
        assert_eq!(complete, (Some(true), false), "{by}");
        let read = answer["invoices_read"].as_u64().unwrap() as usize;
        assert_eq!(read, within(&papers, from, to, "EUR").iter().filter(|one| !one.is_memo).count() + 1, "francs too");
    }
    assert_eq!(door.ledger().await["refused"], json!([]));
}

#[tokio::test]
async fn currencies_are_never_mixed_and_each_has_its_chart() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let francs: i64 = papers.iter().filter(|paper| paper.currency() == "CHF").map(Paper::net).sum();
    let (answer, attached) =
        with_attachments(&door, SPEND, json!({ "date_from": "2025-11-01", "date_to": "2026-11-30", "top": 3 })).await;
    assert_eq!(cents(&table(&answer, "CHF")["total"]), francs);
    let euros = table(&answer, "EUR");
    assert_eq!(rows(euros, "rows").len(), 3);
    let shown: i64 = told(euros).values().sum::<i64>() + cents(&euros["others"]["net"]);
    assert_eq!(shown, cents(&euros["total"]));
    let pictures: Vec<Vec<u8>> = attached
        .into_iter()
        .map(|one| match one {
            Attachment::Png(bytes) => bytes,
            other => panic!("no picture: {other:?}"),
        })
        .collect();
    assert_eq!(pictures.len(), 2);
    assert!(pictures.iter().all(|picture| picture.len() < 100_000));
    let largest = rows(euros, "rows")[0]["name"].as_str().unwrap();
    let wish = json!({ "date_from": "2025-11-01", "date_to": "2026-11-30", "top": 3, "chart_format": "svg" });
    let (_, files) = with_attachments(&door, SPEND, wish).await;
    for part in ["<svg ", "Spend by vendor, 2025-11-01 to 2026-11-30", "EUR", largest, "others"] {
        let has = |file: &Attachment| match file {
            Attachment::File { uri, media_type: "image/svg+xml", text } => uri.ends_with(".svg") && text.contains(part),
            _ => false,
        };
        assert!(files.iter().any(has), "{part}");
    }
    let (_, none) =
        with_attachments(&door, SPEND, json!({ "date_from": "2026-03", "date_to": "2026-03", "chart": false })).await;
    assert!(none.is_empty());
}

#[tokio::test]
async fn a_picture_reaches_the_client_in_a_form_that_every_model_takes() {
    let door = Door::sandbox().await;
    for era in ERAS {
        let mut line = Line::open(&door, era).await;
        let call = |arguments: Value| json!({ "name": SPEND, "arguments": arguments });
        let shown =
            line.result("tools/call", call(json!({ "date_from": "2025-11-01", "date_to": "2026-11-30" }))).await;
        let content = shown["content"].as_array().unwrap();
        let pictures: Vec<&Value> = content.iter().filter(|block| block["type"] == "image").collect();
        assert_eq!(pictures.len(), 2, "one a currency");
        for picture in pictures {
            assert_eq!(picture["mimeType"], "image/png");
            // What every PNG begins with.
            assert!(picture["data"].as_str().unwrap().starts_with("iVBORw0KGgo"));
        }
        assert!(!shown.to_string().contains("svg"), "nothing but what was asked for");
    }
}

#[tokio::test]
async fn a_report_without_dates_is_about_the_last_twelve_full_months() {
    let door = Door::sandbox().await;
    let answer = door.call(SPEND, json!({ "group_by": "month" })).await.unwrap();
    let (from, to) = (answer["date_from"].as_str().unwrap(), answer["date_to"].as_str().unwrap());
    let first: chrono::NaiveDate = from.parse().unwrap();
    let last: chrono::NaiveDate = to.parse().unwrap();
    assert_eq!(first.checked_add_months(chrono::Months::new(12)), last.succ_opt());
    assert!(from.ends_with("-01") && last <= chrono::Utc::now().date_naive());
}

#[tokio::test]
async fn a_vendor_is_picked_and_a_slip_or_a_wrong_date_is_refused() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let hornet: i64 = within(&papers, "2026-01-01", "2026-09-30", "EUR")
        .iter()
        .filter(|paper| paper.row["vendorCode"] == "HOS")
        .map(Paper::net)
        .sum();
    for vendor in ["HOS", "hornetsecurity"] {
        let arguments = json!({ "vendor": vendor, "date_from": "2026-01", "date_to": "2026-09", "group_by": "month" });
        let answer = door.call(SPEND, arguments).await.unwrap();
        assert_eq!(cents(&table(&answer, "EUR")["total"]), hornet);
    }
    let slip =
        door.refused(SPEND, json!({ "vendor": "Hornetsekurity", "date_from": "2026-01", "date_to": "2026-02" })).await;
    assert_eq!(slip["code"], "not_found");
    assert!(slip["message"].as_str().unwrap().contains("Hornetsecurity"), "{slip}");
    let date = door.refused(SPEND, json!({ "date_from": "last year" })).await;
    assert!(date["message"].as_str().unwrap().contains("`date_from`"), "{date}");
    let order = door.refused(SPEND, json!({ "date_from": "2026-05", "date_to": "2026-04" })).await;
    assert!(order["message"].as_str().unwrap().contains("after `date_to`"), "{order}");
    let by = door.refused(SPEND, json!({ "group_by": "colour" })).await;
    assert!(by["message"].as_str().unwrap().contains("vendor, month, end_customer, product"), "{by}");
}

#[tokio::test]
async fn a_bill_that_cannot_be_read_is_named_and_not_dropped() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    door.fault(json!({ "infinigate.fail_next": { "status": 500, "count": 1, "operation": "getPurchaseInvoice" } }))
        .await;
    let arguments = json!({ "date_from": "2026-03", "date_to": "2026-03", "group_by": "vendor" });
    let answer = door.call(SPEND, arguments.clone()).await.unwrap();
    assert_eq!((answer["complete"].as_bool(), answer["invoices_read"].as_u64()), (Some(false), Some(9)), "{answer:#}");
    let missing = answer["left_out"][0]["documents"][0].as_str().unwrap();
    let march = within(&papers, "2026-03-01", "2026-03-31", "EUR");
    let others: i64 = march.iter().filter(|paper| paper.number() != missing).map(Paper::net).sum();
    assert_eq!(cents(&table(&answer, "EUR")["total"]), others);
    let again = door.call(SPEND, arguments).await.unwrap();
    assert_eq!(again["complete"], json!(true), "what failed once is read the next time");
    let all: i64 = march.iter().map(Paper::net).sum();
    assert_eq!(cents(&table(&again, "EUR")["total"]), all);
}

#[tokio::test]
async fn no_sum_is_made_when_nothing_can_be_read() {
    let door = Door::sandbox().await;
    door.fault(json!({ "infinigate.fail_next": { "status": 500, "count": 1000, "operation": "getPurchaseInvoice" } }))
        .await;
    let error = door.refused(SPEND, json!({ "date_from": "2026-11", "date_to": "2026-11-15" })).await;
    assert_eq!(error["code"], "upstream_unavailable", "{error}");
}

#[tokio::test]
async fn a_report_that_runs_out_of_time_says_what_is_missing_and_goes_on_the_next_time() {
    let door = Door::with(&[("MCP_CALL_TIMEOUT_MS", "6000")]).await;
    door.fault(json!({ "infinigate.latency_ms": 400 })).await;
    let arguments = json!({ "date_from": "2025-11", "date_to": "2026-11" });
    let first = door.call(SPEND, arguments.clone()).await.unwrap();
    let read = first["invoices_read"].as_u64().unwrap();
    assert!(first["complete"] == false && read > 3 && read < 120, "{first:#}");
    let why = first["left_out"].to_string();
    assert!(why.contains("The time of this call was over"), "{why}");
    door.fault(json!({ "infinigate.latency_ms": 0 })).await;
    let second = door.call(SPEND, arguments).await.unwrap();
    assert_eq!((second["complete"].as_bool(), second["invoices_read"].as_u64()), (Some(true), Some(130)));
    let ledger = door.ledger().await;
    let calls = rows(&ledger, "operations").iter().find(|row| row["operation"] == "getPurchaseInvoice").unwrap();
    assert!(calls["calls"].as_u64().unwrap() < 150, "nothing is read twice: {calls}");
}

/// Hears the reports of a call, and may end it at one of them.
struct Listener {
    heard: Mutex<Vec<String>>,
    cancel: CancellationToken,
    ends_at: &'static str,
}

impl Progress for Listener {
    fn report(&self, message: &str) {
        self.heard.lock().unwrap().push(message.to_owned());
        if message.starts_with(self.ends_at) {
            self.cancel.cancel();
        }
    }
}

async fn heard(door: &Door, ends_at: &'static str) -> (bool, Vec<String>) {
    let cancel = CancellationToken::new();
    let listener = std::sync::Arc::new(Listener { heard: Mutex::default(), cancel: cancel.clone(), ends_at });
    let ctx = door.app.ctx(door.app.accounts.own().clone(), "test", cancel, Some(listener.clone()));
    let attempt = Attempt {
        offered: door.app.catalogue.find(CUSTOMERS).unwrap(),
        arguments: json!({ "date_from": "2026-01", "date_to": "2026-03" }).as_object().unwrap().clone(),
        principal: "test",
        way: Way::Token,
        consent: Consent::None,
    };
    let done = run::take(&door.app.runtime, &ctx, attempt).await;
    (done.is_ok(), listener.heard.lock().unwrap().clone())
}

#[tokio::test]
async fn progress_counts_the_bills_and_a_cancelled_report_ends_at_once() {
    let door = Door::sandbox().await;
    let (_, cut) = heard(&door, "reading invoice 3 of").await;
    let (answered, whole) = heard(&door, "never").await;
    assert!(answered && whole.last().unwrap().starts_with("reading invoice 36 of 36"), "{whole:?}");
    assert!(cut.len() < 12, "{cut:?}");
    let fresh = Door::sandbox().await;
    fresh.fault(json!({ "infinigate.latency_ms": 20 })).await;
    let (answered, cut) = heard(&fresh, "reading invoice 3 of").await;
    assert!(!answered && cut.len() < 12, "{cut:?}");
}

#[tokio::test]
async fn default_answers_of_the_reports_stay_small() {
    let door = Door::sandbox().await;
    for (tool, arguments) in [
        (SPEND, json!({ "date_from": "2025-11", "date_to": "2026-11", "group_by": "product" })),
        (USAGE, json!({ "month": "2026-10" })),
        (CUSTOMERS, json!({ "date_from": "2025-11", "date_to": "2026-11" })),
        (RENEWALS, json!({ "as_of": "2026-11-20", "within_days": 400 })),
    ] {
        let answer = door.call(tool, arguments).await.unwrap();
        assert!(tokens(&answer) < 4_000, "{tool}: {} tokens", tokens(&answer));
    }
}
