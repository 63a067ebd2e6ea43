//! Odd dates on documents, as the tools read them: zones, defaults that nobody filled in, American and short forms.

use serde_json::{Value, json};

use crate::books::{rows, table};
use crate::door::Door;

const SPEND: &str = "infinigate_spend_report";
const RENEWALS: &str = "infinigate_list_renewals";
const USAGE: &str = "infinigate_msp_usage";
const INVOICES: &str = "infinigate_list_invoices";

/// A sandbox whose invoices say `value` at `pointer`.
async fn with(door: &Door, changes: &[(&str, &str, Value)]) {
    let drift: Vec<Value> = changes
        .iter()
        .map(|(operation, pointer, value)| json!({ "operation": operation, "pointer": pointer, "set": value }))
        .collect();
    door.fault(json!({ "infinigate.drift": drift })).await;
}

#[tokio::test]
async fn a_bill_is_filed_under_the_day_that_it_shows() {
    let door = Door::sandbox().await;
    for shown in ["2026-10-01T00:00:00+02:00", "2026-10-31T23:30:00-08:00", "2026-10-15T12:00Z"] {
        let door = door.beside(&[("TIME_ZONE", "Europe/Berlin")]);
        with(&door, &[("getPurchaseInvoice", "/header/postingDate", json!(shown))]).await;
        let october = json!({ "date_from": "2026-10", "date_to": "2026-10", "group_by": "month", "chart": false });
        let answer = door.call(SPEND, october).await.unwrap();
        let months: Vec<&Value> = rows(table(&answer, "EUR"), "rows").iter().map(|row| &row["name"]).collect();
        assert_eq!((months, answer["complete"].as_bool()), (vec![&json!("2026-10")], Some(true)), "{shown}");
        let read = answer["invoices_read"].as_u64().unwrap();
        assert!(read >= 10, "{shown}: {read}");
        let november = json!({ "date_from": "2026-11", "date_to": "2026-11-20", "group_by": "month", "chart": false });
        let next = door.call(SPEND, november).await.unwrap();
        assert_eq!(next["invoices_read"], json!(0), "{shown}");
    }
}

#[tokio::test]
async fn a_list_of_a_month_has_the_documents_that_show_a_day_of_it() {
    let door = Door::sandbox().await;
    for (shown, is_in) in [("2026-10-01T00:00:00+02:00", true), ("2026-11-01T00:00:00+02:00", false)] {
        with(&door, &[("listPurchaseInvoices", "/result/*/documentCreated", json!(shown))]).await;
        let answer = door.call(INVOICES, json!({ "from": "2026-10", "to": "2026-10", "take": 100 })).await.unwrap();
        assert_eq!(answer["count"].as_u64().unwrap() >= 10, is_in, "{answer}");
        assert_eq!(answer["total_count"], answer["count"], "{answer}");
    }
}

#[tokio::test]
async fn a_page_of_a_period_neither_repeats_nor_misses_a_document() {
    let door = Door::sandbox().await;
    let mut seen = Vec::new();
    let mut skip = Some(0);
    while let Some(from) = skip {
        let page = json!({ "from": "2026-06", "to": "2026-08", "take": 7, "skip": from });
        let answer = door.call(INVOICES, page).await.unwrap();
        seen.extend(answer["documents"].as_array().unwrap().iter().map(|row| row["document_number"].to_string()));
        skip = answer["next_skip"].as_u64();
        assert_eq!(skip.is_some(), answer["has_more"] == true);
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((seen.len(), count), (30, 30), "ten a month");
}

#[tokio::test]
async fn an_end_is_reckoned_from_every_way_to_write_a_term_and_else_named() {
    let door = Door::sandbox().await;
    let wish = json!({ "as_of": "2026-11-20", "within_days": 300, "take": 200 });
    let contract = |field: &str| format!("/lines/*/contractInformationDto/{field}");
    let plain = door.call(RENEWALS, wish.clone()).await.unwrap();
    assert_eq!(plain["complete"], json!(true), "{}", plain["left_out"]);
    let start = json!("2026-01-01T00:00:00");
    for term in [json!(12), json!(12.0), json!("12.0"), json!("12 Monate"), json!("12 months"), json!("1 Jahr")] {
        let fresh = Door::sandbox().await;
        let (begins, ends, length) = (contract("StartDate"), contract("EndDate"), contract("term"));
        let operation = "getPurchaseInvoice";
        let changes = [
            (operation, begins.as_str(), start.clone()),
            (operation, ends.as_str(), json!("0001-01-01T00:00:00")),
            (operation, length.as_str(), term.clone()),
        ];
        with(&fresh, &changes).await;
        let answer = fresh.call(RENEWALS, wish.clone()).await.unwrap();
        let told = rows(&answer, "renewals");
        assert!(!told.is_empty() && told.iter().all(|row| row["end"] == "2026-12-31"), "{term}: {answer}");
        assert_eq!(answer["complete"], json!(true), "{term}");
    }
    let fresh = Door::sandbox().await;
    let (ends, length) = (contract("EndDate"), contract("term"));
    let changes = [
        ("getPurchaseInvoice", ends.as_str(), json!("0001-01-01T00:00:00")),
        ("getPurchaseInvoice", length.as_str(), json!("three years")),
    ];
    with(&fresh, &changes).await;
    let answer = fresh.call(RENEWALS, wish).await.unwrap();
    assert_eq!((&answer["total_count"], &answer["complete"]), (&json!(0), &json!(false)));
    let left_out = &answer["left_out"][0];
    assert!(left_out["why"].as_str().unwrap().contains("`unreckoned` names them"), "{left_out}");
    assert!(left_out["count"].as_u64().unwrap() > 10);
    let named = rows(&answer, "unreckoned");
    assert!(named.len() > 10 && named.iter().all(|row| row["line"].as_str().unwrap().starts_with("line ")));
    assert!(
        named.iter().all(|row| row["told"].as_str().unwrap().ends_with("end 0001-01-01T00:00:00, term three years"))
    );
    let numbers = left_out["documents"].as_array().unwrap();
    assert!(
        numbers.len() == 10 && numbers.iter().all(|number| number.as_str().unwrap().starts_with("RE")),
        "{left_out}"
    );
}

#[tokio::test]
async fn usage_is_found_in_its_month_however_its_period_is_written() {
    let plain = Door::sandbox().await.call(USAGE, json!({ "month": "2026-08", "vendor": "HOS" })).await.unwrap();
    assert!(plain["total_count"].as_u64().unwrap() > 5);
    let bag = |more: &[(&str, &str)]| -> Value {
        let entry = |(key, value): &(&str, &str)| json!({ "description": key, "value": value });
        [("clientName", "a.example")].iter().chain(more).map(entry).collect()
    };
    for (period, is_undated) in [
        (bag(&[("periodStart", "8/1/26"), ("periodEnd", "8/31/26")]), false),
        (bag(&[("periodStart", "8/1/2026 12:00:00 AM")]), false),
        (bag(&[("periodStart", "8/1/2026"), ("periodEnd", "1/1/0001 12:00:00 AM")]), false),
        (bag(&[("SiteName", "01.08.26 - 31.08.26")]), false),
        (bag(&[("periodStart", "1/1/0001 12:00:00 AM"), ("SiteName", "01.08.2026 - 31.08.2026")]), false),
        (bag(&[("periodStart", "1/1/0001 12:00:00 AM"), ("periodEnd", "1/1/0001 12:00:00 AM")]), true),
    ] {
        let door = Door::sandbox().await;
        with(&door, &[("getPurchaseInvoice", "/mspDetailInformation/*/additionalInfos", period.clone())]).await;
        let answer = door.call(USAGE, json!({ "month": "2026-08", "vendor": "HOS" })).await.unwrap();
        assert!(answer["total_count"].as_u64().unwrap() > 0, "{period}");
        let notes = answer["notes"].to_string();
        assert_eq!(notes.contains("tell no service period"), is_undated, "{period}: {notes}");
    }
}

#[tokio::test]
async fn usage_that_is_billed_too_late_for_its_month_is_told_with_the_month_of_its_bill() {
    let door = Door::sandbox().await;
    let period = json!([{ "description": "clientName", "value": "a.example" },
        { "description": "periodStart", "value": "1/1/2026 12:00:00 AM" },
        { "description": "periodEnd", "value": "1/31/2026 12:00:00 AM" }]);
    with(&door, &[("getPurchaseInvoice", "/mspDetailInformation/*/additionalInfos", period)]).await;
    let answer = door.call(USAGE, json!({ "month": "2026-08", "vendor": "HOS" })).await.unwrap();
    assert_eq!(answer["total_count"], json!(0));
    let late = rows(&answer, "late_corrections");
    assert!(!late.is_empty() && late.iter().all(|row| row["month"] == "2026-01"), "{answer}");
    assert!(late.iter().all(|row| row["document_number"].is_string() && row["end_customer"] == "a.example"));
    assert_eq!(answer["late_file"], json!("infinigate://reports/msp-usage-2026-08-late.csv"));
    assert!(answer["notes"].to_string().contains("late corrections"), "{}", answer["notes"]);
}

#[tokio::test]
async fn today_is_the_day_of_the_zone_that_is_set() {
    let door = Door::sandbox().await;
    let day = |offset: i32| {
        let zone = chrono::FixedOffset::east_opt(offset * 3600).unwrap();
        chrono::Utc::now().with_timezone(&zone).date_naive()
    };
    // Fourteen hours ahead and eleven behind, these two never have the same day.
    for (zone, offset) in [("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", -11)] {
        let before = day(offset);
        let there = door.beside(&[("TIME_ZONE", zone)]);
        let answer = there.call(SPEND, json!({ "date_from": "2026-11", "chart": false })).await.unwrap();
        let told: chrono::NaiveDate = answer["date_to"].as_str().unwrap().parse().unwrap();
        assert!(before <= told && told <= day(offset), "{zone}: {told}");
    }
}
