//! MSP invoices: lines that carry only totals, and the usage behind them by customer, as production sends it.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::catalogue::{Article, money};
use super::customers;
use super::paper::{self, GERMAN_VAT, Line, american, last_day, text_line};

/// Usage of one article by one customer or device.
struct Usage<'a> {
    article: &'a Article,
    quantity: i64,
    infos: Vec<(&'static str, String)>,
}

/// Mail security: customers are known by domain, periods are written the American way.
pub(super) fn mail_security(articles: &[Article], month: NaiveDate, growth: i64) -> (Vec<Line>, Value) {
    let goods: Vec<&Article> = ["HOS-TP-M", "HOS-TB-M"].iter().filter_map(|sku| find(articles, sku)).collect();
    let mut all = Vec::new();
    for (place, customer) in customers::ALL.iter().enumerate().take(8) {
        // Every third customer has bought both.
        let bought = if place.is_multiple_of(3) { 2 } else { 1 };
        for article in goods.iter().take(bought) {
            let mut infos = vec![
                ("clientName", customer.domain.to_owned()),
                ("vendorContractNumber", format!("MSP-{}", 204_512 + place)),
                ("periodStart", american(month)),
                ("periodEnd", american(last_day(month))),
            ];
            if !place.is_multiple_of(4) {
                infos.push(("recommendedEndUserUnitPrice", "2.95".to_owned()));
            }
            all.push(Usage { article, quantity: 6 + (place as i64 * 5) % 23 + growth / 3, infos });
        }
    }
    written(&goods, &all, month)
}

/// Backup: customers are known by a short code and devices by name; the period is German text in `SiteName`.
pub(super) fn backup(articles: &[Article], month: NaiveDate, growth: i64) -> (Vec<Line>, Value) {
    let goods: Vec<&Article> = ["SOW-COVE-SRV", "SOW-COVE-WKS"].iter().filter_map(|sku| find(articles, sku)).collect();
    let period = format!("{} - {}", month.format("%d.%m.%Y"), last_day(month).format("%d.%m.%Y"));
    let mut all = Vec::new();
    for (place, customer) in customers::ALL.iter().enumerate().skip(2).take(7) {
        for (article, kind) in goods.iter().zip(["SRV", "NB"]) {
            for device in 0..=(place as i64 % 3 + growth / 6) {
                let infos = vec![
                    ("ClientName", customer.code.to_owned()),
                    ("ObjectName", format!("{}-{kind}{}", customer.code, 1100 + device)),
                    ("SiteName", period.clone()),
                ];
                all.push(Usage { article, quantity: 1, infos });
            }
        }
    }
    written(&goods, &all, month)
}

fn find<'a>(articles: &'a [Article], sku: &str) -> Option<&'a Article> {
    articles.iter().find(|article| article.sku == sku)
}

/// One heading, one line an article with the sum, and every single use.
fn written(goods: &[&Article], all: &[Usage<'_>], month: NaiveDate) -> (Vec<Line>, Value) {
    let mut lines = vec![text_line(0, &format!("MSP usage {}", month.format("%B %Y")))];
    for (place, article) in goods.iter().enumerate() {
        let quantity: i64 = all.iter().filter(|one| one.article.sku == article.sku).map(|one| one.quantity).sum();
        lines.push(paper::article_line(place + 1, article, quantity, GERMAN_VAT, None));
    }
    (lines, all.iter().map(Usage::json).collect())
}

impl Usage<'_> {
    fn json(&self) -> Value {
        let infos: Vec<Value> =
            self.infos.iter().map(|(key, value)| json!({ "description": key, "value": value })).collect();
        json!({ "itemSku": self.article.sku, "itemDescription": self.article.description, "quantity": self.quantity,
            "price": self.article.buying_cents().map(money), "endCustomer": null, "reseller": null,
            "contractInformation": null, "additionalInfos": infos })
    }
}
