//! Renewals, usage to bill on, end customers and their aliases, held against the sandbox's raw answers.

use std::collections::{BTreeMap, BTreeSet};

use infini_mcp::tool::Attachment;
use serde_json::{Value, json};

use crate::books::{self, Paper, cents, customer, info, rows, sums, table, told, with_attachments, within};
use crate::door::Door;

const SPEND: &str = "infinigate_spend_report";
const RENEWALS: &str = "infinigate_list_renewals";
const USAGE: &str = "infinigate_msp_usage";
const CUSTOMERS: &str = "infinigate_list_end_customers";
const SET: &str = "infinigate_set_alias";
const LIST: &str = "infinigate_list_aliases";
const REMOVE: &str = "infinigate_remove_alias";

/// Pieces of usage of a month with their papers.
fn pieces<'a>(papers: &'a [Paper], american: &str, german: &str) -> Vec<(&'a Paper, &'a Value)> {
    let all = papers.iter().flat_map(|paper| paper.usage().map(move |piece| (paper, piece)));
    all.filter(|(_, piece)| {
        info(piece, "periodStart").is_some_and(|start| start.starts_with(american))
            || info(piece, "SiteName").is_some_and(|site| site.starts_with(german))
    })
    .collect()
}

#[tokio::test]
async fn msp_usage_is_the_raw_usage_of_the_month_with_a_file_of_every_piece() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let raw = pieces(&papers, "7/1/2026", "01.07.2026");
    assert!(raw.iter().any(|(paper, _)| paper.is_memo), "July has a credit memo");
    let (answer, attached) = with_attachments(&door, USAGE, json!({ "month": "2026-07", "take": 200 })).await;
    assert_eq!((answer["month"].as_str(), answer["complete"].as_bool()), (Some("2026-07"), Some(true)));
    let cost: i64 = raw.iter().map(|(paper, piece)| paper.cents(piece)).sum();
    let total = &answer["totals"][0];
    assert_eq!((total["currency"].as_str(), cents(&total["cost"])), (Some("EUR"), cost));
    let mut by_customer = BTreeMap::new();
    for (paper, piece) in &raw {
        *by_customer.entry(customer(piece)).or_insert(0) += paper.cents(piece);
    }
    let mut told = BTreeMap::new();
    for row in rows(&answer, "rows") {
        *told.entry(row["end_customer"].as_str().unwrap().to_owned()).or_insert(0) += cents(&row["cost"]);
    }
    assert_eq!(told, by_customer);
    assert_eq!(total["customers"], json!(by_customer.len()));
    let [Attachment::File { uri, media_type: "text/csv", text }] = attached.as_slice() else { panic!("{attached:?}") };
    assert_eq!(
        (uri.as_str(), answer["file"].as_str()),
        ("infinigate://reports/msp-usage-2026-07.csv", Some(uri.as_str()))
    );
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let column =
        |name: &str, headings: &csv::StringRecord| headings.iter().position(|heading| heading == name).unwrap();
    let headings = table.headers().unwrap().clone();
    let written: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(written.len(), raw.len());
    let costs: i64 =
        written.iter().map(|row| cents(&json!(row[column("cost", &headings)].parse::<f64>().unwrap()))).sum();
    assert_eq!(costs, cost);
}

#[tokio::test]
async fn recommended_prices_give_a_margin_only_where_they_are_told() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let raw = pieces(&papers, "8/1/2026", "01.08.2026");
    let answer = door.call(USAGE, json!({ "month": "2026-08", "take": 200 })).await.unwrap();
    let (mut recommended, mut margin, mut without) = (0, 0, 0);
    for (paper, piece) in &raw {
        match info(piece, "recommendedEndUserUnitPrice") {
            Some(price) => {
                let all = (price.parse::<f64>().unwrap() * 100.0).round() as i64 * piece["quantity"].as_i64().unwrap();
                recommended += all;
                margin += all - paper.cents(piece);
            }
            None => without += paper.cents(piece),
        }
    }
    let total = &answer["totals"][0];
    assert_eq!(
        (cents(&total["recommended"]), cents(&total["margin"]), cents(&total["cost_without_price"])),
        (recommended, margin, without)
    );
    assert!(
        rows(&answer, "rows").iter().all(|row| row.get("margin").is_some() == row.get("recommended_price").is_some())
    );
    assert!(rows(&answer, "rows").iter().any(|row| row.get("devices").is_some()));
}

#[tokio::test]
async fn one_customer_of_the_usage_is_picked_by_any_of_its_names() {
    let door = Door::sandbox().await;
    door.call(SET, json!({ "alias": "WEBER-HUBER.example", "name": "Kanzlei Weber" })).await.unwrap();
    let by_name = door.call(USAGE, json!({ "month": "2026-08", "end_customer": "kanzlei weber" })).await.unwrap();
    assert!(rows(&by_name, "rows").iter().all(|row| row["end_customer"] == "Kanzlei Weber"));
    let by_domain =
        door.call(USAGE, json!({ "month": "2026-08", "end_customer": "www.weber-huber.example" })).await.unwrap();
    assert_eq!(by_domain, by_name);
    let nobody = door.refused(USAGE, json!({ "month": "2026-08", "end_customer": "Kanzlei Wever" })).await;
    assert_eq!(nobody["code"], "not_found");
    assert!(nobody["message"].as_str().unwrap().contains("Kanzlei Weber"), "{nobody}");
    let several = door.refused(USAGE, json!({ "month": "2026-08", "end_customer": ".example" })).await;
    assert_eq!(several["code"], "ambiguous_name");
    let month = door.refused(USAGE, json!({ "month": "October" })).await;
    assert!(month["message"].as_str().unwrap().contains("`month`"), "{month}");
}

/// Lines with a contract that ends within these days, as raw papers tell it.
fn ending<'a>(papers: &'a [Paper], from: &str, to: &str) -> Vec<(&'a Paper, &'a Value)> {
    let all =
        papers.iter().filter(|paper| !paper.is_memo).flat_map(|paper| paper.lines().map(move |line| (paper, line)));
    all.filter(|(_, line)| {
        let end = line["contractInformationDto"]["EndDate"].as_str();
        end.is_some_and(|end| &end[..10] >= from && &end[..10] <= to)
    })
    .collect()
}

#[tokio::test]
async fn renewals_are_the_contracts_of_the_raw_lines_that_end_in_the_window() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let answer = door.call(RENEWALS, json!({ "as_of": "2026-11-20", "take": 200 })).await.unwrap();
    let raw = ending(&papers, "2026-10-21", "2027-02-18");
    let serials = |values: Vec<&Value>| -> BTreeSet<String> {
        values.into_iter().map(|value| value.as_str().unwrap().to_owned()).collect()
    };
    let expected = serials(raw.iter().map(|(_, line)| &line["contractInformationDto"]["serialNumber"]).collect());
    let told = rows(&answer, "renewals");
    assert!(!told.is_empty() && answer["total_count"] == json!(raw.len()));
    assert_eq!(serials(told.iter().map(|row| &row["serial_number"]).collect()), expected);
    assert!(told.is_sorted_by(|one, other| one["end"].as_str() <= other["end"].as_str()));
    let (paper, line) = raw[0];
    let row = told.iter().find(|row| row["serial_number"] == line["contractInformationDto"]["serialNumber"]).unwrap();
    assert_eq!(
        (row["vendor"].clone(), row["document_number"].clone()),
        (paper.row["manufacturerName"].clone(), json!(paper.number()))
    );
    assert_eq!((&row["sku"], &row["end_customer"]), (&line["itemNumber"], &line["endCustomerDto"]["company"]["name"]));
    assert_eq!(row["quantity"].as_f64(), line["quantity"].as_f64());
    assert_eq!(cents(&row["unit_price"]), (line["netUnitPrice"].as_f64().unwrap() * 100.0).round() as i64);
    let vendor = row["vendor"].clone();
    let of_vendor = door.call(RENEWALS, json!({ "as_of": "2026-11-20", "vendor": vendor, "take": 1 })).await.unwrap();
    assert_eq!(rows(&of_vendor, "renewals").len(), 1);
    assert!(rows(&of_vendor, "renewals").iter().all(|row| row["vendor"] == vendor));
}

#[tokio::test]
async fn one_serial_number_for_everything_hides_no_contract() {
    let door = Door::sandbox().await;
    let wish = json!({ "as_of": "2026-11-20", "within_days": 1095, "take": 200 });
    let expected = door.call(RENEWALS, wish.clone()).await.unwrap();
    for placeholder in ["N/A", "-", "0000"] {
        let door = Door::sandbox().await;
        door.fault(json!({ "infinigate.drift": [{ "operation": "getPurchaseInvoice", "pointer": "/lines/*/contractInformationDto/serialNumber", "set": placeholder }] })).await;
        let answer = door.call(RENEWALS, wish.clone()).await.unwrap();
        assert_eq!(answer["total_count"], expected["total_count"], "{placeholder}");
    }
    door.fault(json!({ "infinigate.drift": [{ "operation": "getPurchaseInvoice", "pointer": "/lines/*/contractInformationDto/serialNumber", "set": "SN-ONE" }] })).await;
    let answer = door.beside(&[]).call(RENEWALS, wish).await.unwrap();
    assert_eq!(answer["total_count"], expected["total_count"], "other products and customers under one serial number");
}

#[tokio::test]
async fn wrong_bounds_of_renewals_are_refused() {
    let door = Door::sandbox().await;
    let days = door.refused(RENEWALS, json!({ "within_days": 5000 })).await;
    assert!(days["message"].as_str().unwrap().contains("`within_days`"), "{days}");
    let day = door.refused(RENEWALS, json!({ "as_of": "soon" })).await;
    assert!(day["message"].as_str().unwrap().contains("`as_of`"), "{day}");
    let nobody = door.refused(RENEWALS, json!({ "end_customer": "Nobody AG", "look_back_months": 3 })).await;
    assert_eq!(nobody["code"], "not_found");
}

#[tokio::test]
async fn end_customers_are_counted_and_joined_by_aliases() {
    let door = Door::sandbox().await;
    let papers = books::read(&door).await;
    let period = json!({ "date_from": "2026-06", "date_to": "2026-08" });
    let apart = door.call(CUSTOMERS, period.clone()).await.unwrap();
    let summer = within(&papers, "2026-06-01", "2026-08-31", "EUR");
    let expected = sums(&summer, |_, thing| customer(thing));
    let of = |answer: &Value, name: &str| {
        rows(answer, "end_customers").iter().find(|row| row["name"] == name).cloned().unwrap()
    };
    for row in rows(&apart, "end_customers") {
        let euros = row["spent"].as_array().unwrap().iter().find(|sum| sum["currency"] == "EUR");
        assert_eq!(
            euros.map_or(0, |sum| cents(&sum["net"])),
            *expected.get(row["name"].as_str().unwrap()).unwrap_or(&0)
        );
    }
    let names = ["Bäckerei Grünwald GmbH", "baeckerei-gruenwald.example"];
    let seen =
        of(&apart, names[0])["documents"].as_u64().unwrap() + of(&apart, names[1])["documents"].as_u64().unwrap();
    let mut join = json!({ "alias": "Baeckerei-Gruenwald.EXAMPLE", "name": names[0] });
    let asked = door.refused(SET, join.clone()).await;
    assert_eq!(asked["code"], "conflict", "{asked}");
    assert!(asked["message"].as_str().unwrap().contains("Nothing was kept"), "{asked}");
    assert_eq!(door.call(LIST, json!({})).await.unwrap()["count"], 0);
    join["join"] = json!(true);
    door.call(SET, join.clone()).await.unwrap();
    join.as_object_mut().unwrap().remove("join");
    door.call(SET, join).await.unwrap_or_else(|error| panic!("what is joined already is not asked again: {error:?}"));
    let joined = door.call(CUSTOMERS, period).await.unwrap();
    let row = of(&joined, names[0]);
    assert_eq!((row["documents"].as_u64(), row["has_alias"].as_bool()), (Some(seen), Some(true)));
    assert_eq!(cents(&row["spent"][0]["net"]), expected[names[0]] + expected[names[1]]);
    assert!(row["known_as"].as_array().unwrap().contains(&json!(names[1])));
    assert_eq!(joined["total_count"].as_u64(), apart["total_count"].as_u64().map(|count| count - 1));
    let spend = json!({ "group_by": "end_customer", "date_from": "2026-06", "date_to": "2026-08", "top": 50 });
    let spend = door.call(SPEND, spend).await.unwrap();
    assert_eq!(told(table(&spend, "EUR"))[names[0]], expected[names[0]] + expected[names[1]]);
}

#[tokio::test]
async fn pages_of_end_customers_neither_repeat_nor_miss_one() {
    let door = Door::sandbox().await;
    let period = |skip: &Value| json!({ "date_from": "2026-06", "date_to": "2026-08", "take": 7, "skip": skip });
    let (mut names, mut skip) = (Vec::new(), json!(0));
    while skip.is_number() {
        let answer = door.call(CUSTOMERS, period(&skip)).await.unwrap();
        names.extend(rows(&answer, "end_customers").iter().map(|row| row["name"].as_str().unwrap().to_owned()));
        skip = answer["next_skip"].clone();
        assert_eq!(answer["has_more"].as_bool().unwrap(), skip.is_number());
        assert!(!answer["total_count"].is_null() && names.len() < 100);
    }
    let unique: BTreeSet<&String> = names.iter().collect();
    assert!(names.len() > 7 && unique.len() == names.len());
}

#[tokio::test]
async fn an_alias_is_set_changed_listed_and_removed_only_after_a_yes() {
    let door = Door::sandbox().await;
    let set = door.call(SET, json!({ "alias": " EXG ", "name": "Example GmbH" })).await.unwrap();
    assert_eq!(set, json!({ "alias": "EXG", "name": "Example GmbH" }));
    let changed = door.call(SET, json!({ "alias": "exg", "name": "Example AG" })).await.unwrap();
    assert_eq!(changed["previous_name"], "Example GmbH");
    door.call(SET, json!({ "alias": 100200, "name": "Bäckerei" })).await.unwrap();
    let listed = door.call(LIST, json!({})).await.unwrap();
    assert_eq!(
        listed,
        json!({ "aliases": [{ "alias": "100200", "name": "Bäckerei" }, { "alias": "exg", "name": "Example AG" }], "count": 2 })
    );
    assert_eq!(door.call(LIST, json!({ "contains": "EXAMPLE" })).await.unwrap()["count"], 1);
    let question = door.ask(REMOVE, json!({ "alias": "ExG" })).await;
    assert_eq!(question.message, "Forget that exg stands for Example AG?");
    assert_eq!(door.call(LIST, json!({})).await.unwrap()["count"], 2, "nothing happens without the yes");
    let removed = door.confirm(REMOVE, json!({ "alias": "ExG" })).await.unwrap();
    assert_eq!(removed, json!({ "alias": "exg", "name": "Example AG", "removed": true }));
    assert_eq!(door.call(LIST, json!({})).await.unwrap()["count"], 1);
    // Bills are read to see whether two customers would be joined; Infinigate is told nothing.
    let ledger = door.ledger().await;
    let changes = |row: &&Value| {
        let operation = row["operation"].as_str().unwrap_or_default();
        row["service"] == "infinigate" && !["get", "list", "createToken"].iter().any(|one| operation.starts_with(one))
    };
    assert_eq!(rows(&ledger, "operations").iter().find(changes), None);
}

#[tokio::test]
async fn aliases_that_are_none_are_refused() {
    let door = Door::sandbox().await;
    door.call(SET, json!({ "alias": "example-gmbh.de", "name": "Example GmbH" })).await.unwrap();
    let unknown = door.refused(REMOVE, json!({ "alias": "exampel-gmbh.de" })).await;
    assert_eq!(unknown["code"], "not_found");
    assert!(unknown["message"].as_str().unwrap().contains("example-gmbh.de"), "{unknown}");
    for (alias, name, field) in [("", "x", "`alias`"), ("x", " ", "`name`"), ("https://", "x", "`alias`")] {
        let error = door.refused(SET, json!({ "alias": alias, "name": name })).await;
        assert_eq!(error["code"], "invalid_arguments", "{error}");
        assert!(error["message"].as_str().unwrap().contains(field), "{error}");
    }
    assert_eq!(door.call(LIST, json!({})).await.unwrap()["count"], 1);
}
