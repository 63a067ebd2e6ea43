//! Bills in the odd forms that upstream may write them in: what they come to, and what is said of what cannot be known.

use std::sync::Arc;

use infini_mcp::tool::Attachment;
use serde_json::{Value, json};

use crate::books::{rows, table, told, with_attachments};
use crate::door::Door;
use crate::seam_upstream::{Act, Heard, Upstream};

const SPEND: &str = "infinigate_spend_report";
const USAGE: &str = "infinigate_msp_usage";
const CUSTOMERS: &str = "infinigate_list_end_customers";
const DAY: &str = "2026-08-20T00:00:00";

/// A distributor with these invoices and credit memos; each list comes in the envelope that `wrap` puts it in.
struct Books {
    invoices: Vec<Value>,
    memos: Vec<Value>,
    wrap: fn(Vec<Value>) -> Value,
}

fn paged(rows: Vec<Value>) -> Value {
    json!({ "count": rows.len(), "result": rows })
}

impl Books {
    fn of(invoices: Vec<Value>, memos: Vec<Value>) -> Self {
        Self { invoices, memos, wrap: paged }
    }

    async fn open(self) -> (Door, Arc<Upstream>) {
        let upstream = Upstream::infinigate(move |heard, _| self.answer(heard)).await;
        let settings = [("INFINIGATE_BASE_URL", upstream.url.clone())];
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        (Door::with(&settings).await, upstream)
    }

    fn answer(&self, heard: &Heard) -> Act {
        let path = heard.path.split('?').next().unwrap();
        let all = if path.contains("creditmemo") { &self.memos } else { &self.invoices };
        let row = |(at, bill): (usize, &Value)| {
            json!({
                "documentNumber": bill["header"]["documentNumber"],
                "documentGuid": format!("00000000-0000-4000-8000-{at:012}"),
                "documentCreated": DAY,
                "vendorCode": "HOS",
                "manufacturerName": "Hornetsecurity",
                "currencyCode": "EUR",
            })
        };
        let answer = match path.rsplit('/').next().unwrap() {
            "purchaseinvoice" | "purchasecreditmemo"
                if heard.path.contains("Skip=0") || !heard.path.contains("Skip=") =>
            {
                (self.wrap)(all.iter().enumerate().map(row).collect())
            }
            "purchaseinvoice" | "purchasecreditmemo" => (self.wrap)(Vec::new()),
            guid => all[guid.rsplit('-').next().unwrap().parse::<usize>().unwrap()].clone(),
        };
        Act::Answer(200, Vec::new(), answer.to_string())
    }
}

fn bill(number: &str, lines: Value, usage: Value) -> Value {
    let header = json!({ "documentNumber": number, "postingDate": DAY, "currencyCode": "EUR" });
    json!({ "header": header, "lines": lines, "mspDetailInformation": usage, "envelope": {} })
}

fn line(customer: &str, rest: Value) -> Value {
    let mut line = json!({
        "lineNumber": 10000, "lineType": "Item", "itemNumber": "A-1", "itemDescription": "Article",
        "endCustomerDto": { "company": { "name": customer } },
    });
    line.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    line
}

fn used(domain: &str, rest: Value) -> Value {
    let mut piece = json!({
        "itemSku": "TP", "itemDescription": "Total Protection", "quantity": 5, "price": 1.95,
        "additionalInfos": [
            { "description": "clientName", "value": domain },
            { "description": "periodStart", "value": "8/1/2026 12:00:00 AM" },
            { "description": "periodEnd", "value": "8/31/2026 12:00:00 AM" },
            { "description": "recommendedEndUserUnitPrice", "value": "2.95" },
        ],
    });
    piece.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    piece
}

fn august(by: &str) -> Value {
    json!({ "group_by": by, "date_from": "2026-08", "date_to": "2026-08", "top": 50 })
}

#[tokio::test]
async fn a_line_without_a_price_is_taken_from_its_sum_and_one_without_both_is_named() {
    let invoices = vec![
        bill(
            "RE1",
            json!([line("No price", json!({ "quantity": 4, "grossExtendedPrice": 2075.36, "vatRate": 19 }))]),
            json!(null),
        ),
        bill(
            "RE2",
            json!([line("No quantity", json!({ "netUnitPrice": 100, "grossExtendedPrice": 357, "vatRate": 19 }))]),
            json!(null),
        ),
        bill("RE3", json!([line("Own net", json!({ "netExtendedPrice": 99.95 }))]), json!(null)),
        bill(
            "RE4",
            json!([
                line("Known", json!({ "quantity": 1, "netUnitPrice": 20 })),
                line("No rate", json!({ "quantity": 1, "grossExtendedPrice": 59.5 })),
            ]),
            json!(null),
        ),
    ];
    let memos = vec![bill(
        "GU1",
        json!([line("No price", json!({ "quantity": 2, "grossExtendedPrice": 24.4, "vatRate": 19 }))]),
        json!(null),
    )];
    let (door, _upstream) = Books::of(invoices, memos).open().await;
    let answer = door.call(SPEND, august("end_customer")).await.unwrap();
    let expected = [("No price", 172_350), ("No quantity", 30_000), ("Own net", 9_995), ("Known", 2_000)];
    let expected = expected.into_iter().map(|(name, cents)| (name.to_owned(), cents)).collect();
    assert_eq!(told(table(&answer, "EUR")), expected);
    assert_eq!(answer["complete"], false, "{answer:#}");
    let left_out = &answer["left_out"][0];
    assert!(left_out["why"].as_str().unwrap().starts_with("1 lines tell no price"), "{left_out}");
    assert_eq!(left_out["documents"], json!(["RE4"]));
}

#[tokio::test]
async fn a_credit_memo_takes_away_line_by_line_wherever_its_minus_stands() {
    let cost = |net: f64| json!([{ "lineType": "Item", "itemNumber": "TP", "quantity": 1, "netUnitPrice": net }]);
    for (case, net, piece) in [
        ("no minus", 9.75, json!({})),
        ("before the price", -9.75, json!({ "price": -1.95 })),
        ("before the quantity", -9.75, json!({ "quantity": -5 })),
        ("on the line only", -9.75, json!({})),
    ] {
        let memos = vec![bill("GU1", cost(net), json!([used("back.example", piece)]))];
        let (door, _upstream) = Books::of(Vec::new(), memos).open().await;
        let (answer, files) = with_attachments(&door, USAGE, json!({ "month": "2026-08" })).await;
        let row = &answer["rows"][0];
        assert_eq!(
            [&row["quantity"], &row["unit_cost"], &row["cost"], &row["margin"]].map(Value::as_f64),
            [-5.0, 1.95, -9.75, -5.0].map(Some),
            "{case}"
        );
        let total = &answer["totals"][0];
        assert_eq!((total["recommended"].as_f64(), total["margin"].as_f64()), (Some(-14.75), Some(-5.0)), "{case}");
        let [Attachment::File { text, .. }] = files.as_slice() else { panic!("{files:?}") };
        assert!(text.contains("-5,1.95,-9.75,2.95,-14.75,-5.00,EUR"), "{case}: {text}");
        let spend = door.call(SPEND, august("end_customer")).await.unwrap();
        assert_eq!(told(table(&spend, "EUR")), [("back.example".to_owned(), -975)].into(), "{case}");
    }
    let mixed = json!([
        line("Back GmbH", json!({ "quantity": 1, "netUnitPrice": 100 })),
        line("Fee GmbH", json!({ "quantity": -1, "netUnitPrice": 20 })),
    ]);
    let (door, _upstream) = Books::of(Vec::new(), vec![bill("GU2", mixed, json!(null))]).open().await;
    let spend = door.call(SPEND, august("end_customer")).await.unwrap();
    assert_eq!(told(table(&spend, "EUR")), [("Back GmbH".to_owned(), -10_000), ("Fee GmbH".to_owned(), 2_000)].into());
}

#[tokio::test]
async fn usage_without_a_price_has_no_cost_and_is_told() {
    let usage = json!([used("a.example", json!({ "price": null })), used("b.example", json!({}))]);
    let (door, _upstream) = Books::of(vec![bill("RE1", json!([]), usage)], Vec::new()).open().await;
    let answer = door.call(USAGE, json!({ "month": "2026-08" })).await.unwrap();
    let unpriced = rows(&answer, "rows").iter().find(|row| row["end_customer"] == "a.example").unwrap();
    assert_eq!((unpriced.get("cost"), unpriced.get("margin"), unpriced["quantity"].as_f64()), (None, None, Some(5.0)));
    assert!(answer["notes"][0].as_str().unwrap().starts_with("1 pieces tell no price"), "{answer:#}");
    let total = &answer["totals"][0];
    assert_eq!((total["cost"].as_f64(), total["margin"].as_f64()), (Some(9.75), Some(5.0)));
    let spend = door.call(SPEND, august("vendor")).await.unwrap();
    assert_eq!((spend["complete"].as_bool(), &spend["left_out"][0]["documents"]), (Some(false), &json!(["RE1"])));
}

#[tokio::test]
async fn a_list_in_another_envelope_is_read_and_one_without_rows_is_no_empty_one() {
    let invoices =
        || vec![bill("RE1", json!([line("A GmbH", json!({ "quantity": 1, "netUnitPrice": 7 }))]), json!(null))];
    let envelopes: [fn(Vec<Value>) -> Value; 4] = [
        |rows| json!({ "count": rows.len(), "items": rows }),
        |rows| json!({ "Count": rows.len(), "Results": rows }),
        |rows| json!({ "data": { "count": rows.len(), "result": rows } }),
        |rows| json!(rows),
    ];
    for wrap in envelopes {
        let (door, _upstream) = Books { wrap, ..Books::of(invoices(), Vec::new()) }.open().await;
        let answer = door.call(SPEND, august("vendor")).await.unwrap();
        assert_eq!(told(table(&answer, "EUR")), [("Hornetsecurity".to_owned(), 700)].into(), "{}", wrap(Vec::new()));
    }
    let lost: fn(Vec<Value>) -> Value = |_| json!({ "count": 467, "entries": [{}] });
    let (door, _upstream) = Books { wrap: lost, ..Books::of(invoices(), Vec::new()) }.open().await;
    for (tool, arguments) in [(SPEND, august("vendor")), ("infinigate_list_invoices", json!({}))] {
        let error = door.refused(tool, arguments).await;
        assert_eq!(error["code"], "upstream_unavailable", "{tool}: {error}");
    }
}

#[tokio::test]
async fn one_company_in_many_writings_is_one_and_its_domain_is_suggested_for_it() {
    let price = || json!({ "quantity": 1, "netUnitPrice": 10 });
    let names = ["Größe & Maß GmbH", "Gro\u{308}ße & Maß GmbH", "GRÖSSE &\u{a0}MASS  GMBH", " Grösse & Mass GmbH"];
    let mut lines: Vec<Value> = names.iter().map(|name| line(name, price())).collect();
    lines[0]["endCustomerDto"]["contact"] = json!({ "name": "E. Muster", "eMail": "it@groesse.example" });
    lines.push(line("Groesse & Mass GmbH", price()));
    let usage = json!([used("groesse.example", json!({}))]);
    let invoices = vec![bill("RE1", json!(lines), json!(null)), bill("RE2", json!([]), usage)];
    let (door, _upstream) = Books::of(invoices, Vec::new()).open().await;
    let spend = door.call(SPEND, august("end_customer")).await.unwrap();
    let expected = [("Größe & Maß GmbH", 4_000), ("Groesse & Mass GmbH", 1_000), ("groesse.example", 975)]
        .map(|(name, net)| (name.to_owned(), net));
    assert_eq!(told(table(&spend, "EUR")), expected.into());
    let period = json!({ "date_from": "2026-08", "date_to": "2026-08" });
    let customers = door.call(CUSTOMERS, period.clone()).await.unwrap();
    let suggested = json!([{
        "alias": "groesse.example",
        "name": "Größe & Maß GmbH",
        "why": "The contact of Größe & Maß GmbH writes from this domain (RE1).",
    }]);
    assert_eq!(customers["suggested_aliases"], suggested, "{customers:#}");
    let alias = json!({ "alias": "groesse.example", "name": "GRÖSSE & MASS GMBH", "join": true });
    door.call("infinigate_set_alias", alias).await.unwrap();
    let joined = door.call(CUSTOMERS, period).await.unwrap();
    assert_eq!((joined["total_count"].as_u64(), joined.get("suggested_aliases")), (Some(2), None), "{joined:#}");
}
