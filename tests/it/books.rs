//! The sandbox's books as it tells them itself, read without our code: what reports are held against.

use std::collections::BTreeMap;

use infini_mcp::sandbox;
use infini_mcp::tool::Attachment;
use infini_mcp::tool::confirm::Consent;
use infini_mcp::tool::run::Turn;
use serde_json::Value;

use crate::door::Door;

/// One invoice or credit memo: its row in the list and itself.
pub struct Paper {
    pub is_memo: bool,
    pub row: Value,
    pub detail: Value,
}

/// Every paper of the sandbox.
pub async fn read(door: &Door) -> Vec<Paper> {
    let http = reqwest::Client::new();
    let base = door.sandbox.infinigate_url();
    let form = [
        ("client_id", sandbox::INFINIGATE_CLIENT_ID),
        ("client_secret", sandbox::INFINIGATE_CLIENT_SECRET),
        ("grant_type", "client_credentials"),
    ];
    let signed = http.post(format!("{base}/authorization/token")).header("API-KEY", sandbox::INFINIGATE_API_KEY);
    let token: Value = signed.form(&form).send().await.unwrap().json().await.unwrap();
    let bearer = token["access_token"].as_str().unwrap();
    let get = async |path: String| -> Value {
        let request = http.get(format!("{base}{path}")).header("API-KEY", sandbox::INFINIGATE_API_KEY);
        request.bearer_auth(bearer).send().await.unwrap().json().await.unwrap()
    };
    let mut papers = Vec::new();
    for (is_memo, route) in [(false, "purchaseinvoice"), (true, "purchasecreditmemo")] {
        let list = get(format!("/invoice-management/v2/{route}")).await;
        for row in list["result"].as_array().unwrap() {
            let detail = get(format!("/invoice-management/v2/{route}/{}", row["documentGuid"].as_str().unwrap())).await;
            papers.push(Paper { is_memo, row: row.clone(), detail });
        }
    }
    papers
}

impl Paper {
    pub fn day(&self) -> &str {
        &self.detail["header"]["postingDate"].as_str().unwrap()[..10]
    }

    pub fn currency(&self) -> &str {
        self.detail["header"]["currencyCode"].as_str().unwrap()
    }

    pub fn number(&self) -> &str {
        self.row["documentNumber"].as_str().unwrap()
    }

    pub fn lines(&self) -> impl Iterator<Item = &Value> {
        self.detail["lines"].as_array().unwrap().iter().filter(|line| line["lineType"] != "Text")
    }

    pub fn usage(&self) -> impl Iterator<Item = &Value> {
        self.detail["mspDetailInformation"].as_array().into_iter().flatten()
    }

    /// Net cents of a line or piece, negative on credit memos.
    pub fn cents(&self, thing: &Value) -> i64 {
        let price = thing.get("netUnitPrice").or(thing.get("price")).unwrap();
        let cents = (thing["quantity"].as_f64().unwrap() * price.as_f64().unwrap() * 100.0).round() as i64;
        if self.is_memo { -cents } else { cents }
    }

    pub fn net(&self) -> i64 {
        self.lines().map(|line| self.cents(line)).sum()
    }
}

/// A value of the bag behind usage, by its exact key.
pub fn info<'a>(piece: &'a Value, key: &str) -> Option<&'a str> {
    let infos = piece["additionalInfos"].as_array().unwrap();
    infos.iter().find(|info| info["description"] == key).and_then(|info| info["value"].as_str())
}

/// An amount of an answer in cents.
pub fn cents(amount: &Value) -> i64 {
    let exact = amount.as_f64().unwrap() * 100.0;
    assert!((exact - exact.round()).abs() < 1e-4, "{amount} is no amount of money");
    exact.round() as i64
}

pub fn rows<'a>(answer: &'a Value, list: &str) -> &'a Vec<Value> {
    answer[list].as_array().unwrap_or_else(|| panic!("no {list} in {answer:#}"))
}

pub fn tokens(answer: &Value) -> usize {
    tiktoken_rs::o200k_base().unwrap().encode_ordinary(&answer.to_string()).len()
}

/// The table of one currency.
pub fn table<'a>(answer: &'a Value, currency: &str) -> &'a Value {
    rows(answer, "currencies").iter().find(|one| one["currency"] == currency).unwrap()
}

/// Names and cents of a table.
pub fn told(table: &Value) -> BTreeMap<String, i64> {
    rows(table, "rows").iter().map(|row| (row["name"].as_str().unwrap().to_owned(), cents(&row["net"]))).collect()
}

/// Sums of the raw papers of a time, by what `name` makes of a paper and a line or piece.
pub fn sums<'a>(
    papers: impl IntoIterator<Item = &'a Paper>,
    name: impl Fn(&Paper, &Value) -> String,
) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for paper in papers {
        // Usage has the same sum as its lines, and says for whom it was.
        let things: Vec<&Value> =
            if paper.usage().count() > 0 { paper.usage().collect() } else { paper.lines().collect() };
        for thing in things {
            *sums.entry(name(paper, thing)).or_insert(0) += paper.cents(thing);
        }
    }
    sums
}

pub fn within(papers: &[Paper], from: &str, to: &str, currency: &str) -> Vec<Paper> {
    let kept = papers.iter().filter(|paper| paper.day() >= from && paper.day() <= to && paper.currency() == currency);
    kept.map(|paper| Paper { is_memo: paper.is_memo, row: paper.row.clone(), detail: paper.detail.clone() }).collect()
}

pub fn customer(thing: &Value) -> String {
    let name = thing["endCustomerDto"]["company"]["name"].as_str();
    let bag = || info(thing, "clientName").or(info(thing, "ClientName"));
    name.or_else(bag).unwrap_or("(not stated)").trim_start_matches("www.").to_owned()
}

/// What travels with a report, and the report.
pub async fn with_attachments(door: &Door, tool: &str, arguments: Value) -> (Value, Vec<Attachment>) {
    match door.reply(tool, arguments, Consent::None).await.unwrap() {
        Turn::Done(done) => (done.structured, done.attachments),
        Turn::Ask(question) => panic!("{tool} asks: {}", question.message),
    }
}
