//! The questions that come before money is spent: everything that is sent stands in them, in every channel.

use infini_mcp::tool::confirm::Consent;
use infini_mcp::tool::run::Turn;
use infini_mcp::tool::{Effect, TOOLS};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::door::Door;
use crate::line::{ERAS, Era, Line};

const ORDER: &str = "infinigate_create_order";
const ACCEPT: &str = "infinigate_accept_quote";
const REJECT: &str = "infinigate_reject_quote";
const REQUEST: &str = "infinigate_request_quote";

fn firewalls(po_number: &str, quantity: u32) -> Value {
    json!({ "po_number": po_number, "lines": [{ "sku": "200417", "quantity": quantity }] })
}

/// Arguments as nobody would think of them, the same ones in every run.
struct Generator {
    runner: TestRunner,
    drawn: usize,
}

impl Generator {
    fn new() -> Self {
        Self { runner: TestRunner::deterministic(), drawn: 0 }
    }

    fn draw<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }

    /// Words with letters of several languages and with what Markdown would read; no two are the same.
    fn words(&mut self, longest: usize) -> String {
        self.drawn += 1;
        let words = self.draw("[A-Za-z0-9ÄÖÜßéł*_./&#+-]{1,12}( [A-Za-z0-9ÄÖÜß*_]{1,9}){0,4}");
        format!("{}{words}", self.drawn).chars().take(longest).collect::<String>().trim().to_owned()
    }

    fn email(&mut self) -> String {
        self.draw("[a-z]{3,12}[0-9]{2}@[a-z]{2,9}\\.example")
    }

    fn day(&mut self) -> String {
        format!("{}-{:02}-{:02}", self.draw(2100..2190), self.draw(1..13), self.draw(1..29))
    }

    /// The fields, or some of them.
    fn some(&mut self, all: bool, needed: &[&str], fields: Value) -> Value {
        let Value::Object(fields) = fields else { panic!("fields are an object") };
        Value::Object(
            fields
                .into_iter()
                .filter(|(name, _)| all || needed.contains(&name.as_str()) || self.draw(0..2) == 0)
                .collect(),
        )
    }

    fn end_customer(&mut self, all: bool) -> Value {
        let tier = ["Std", "Edu", "Gov"][self.draw(0..3_usize)];
        let fields = json!({ "name": self.words(60), "street": self.words(40), "postal_code": "01067", "city": self.words(30),
            "country": "de", "customer_number": self.words(20), "email": self.email(), "tier": tier });
        self.some(all, &["name"], fields)
    }

    fn order_line(&mut self, all: bool) -> Value {
        let sku = ["200417", "HOS-TP-M", "hos-vmb", "WGT20033"][self.draw(0..4_usize)];
        let extras = json!({
            "your_item_number": self.words(20), "serial_number": self.words(20), "previous_serial_number": self.words(20),
            "license_id": self.words(20), "period_start": self.day(), "period_end": self.day(),
            "hp_smart_quote_id": self.words(20), "hp_bundle_id": self.words(20),
            "barracuda_deal_registration_number": self.words(20), "barracuda_partner_status": self.words(20),
            "barracuda_commission": self.words(20), "sonicwall_friendly_name": self.words(20) });
        let line = json!({ "sku": sku, "quantity": self.draw(1..9_u32), "deal_number": self.words(20),
            "extras": self.some(all, &[], extras) });
        self.some(all, &["sku", "quantity"], line)
    }

    fn order(&mut self, lines: usize, all: bool) -> Value {
        let shipping = ["parts", "hardware_together", "together"][self.draw(0..3_usize)];
        let options = json!({ "contact_email": self.email(), "license_email": self.email(), "delivery_date": self.day(),
            "shipping": shipping, "currency": "eur", "partner_id": self.words(20) });
        let arguments = json!({
            "po_number": self.words(35), "comment": self.words(600),
            "end_customer": self.end_customer(all), "options": self.some(all, &[], options),
            "ship_to": { "name": self.words(60), "street": self.words(40), "additional": self.words(40), "postal_code": "10115",
                "city": self.words(30), "country": "at" },
            "lines": (0..lines).map(|_| self.order_line(all)).collect::<Vec<_>>(),
            "idempotency_key": self.words(40) });
        self.some(all, &["po_number", "lines", "end_customer"], arguments)
    }

    fn request(&mut self, lines: usize, all: bool) -> Value {
        let line = |generator: &mut Self| {
            let sku = ["FTN-PROJ-1", "200417", "tp-m"][generator.draw(0..3_usize)];
            let line = json!({ "sku": sku, "quantity": generator.draw(1..9_u32),
                "deal_number": generator.words(20), "serial_number": generator.words(20), "license_id": generator.words(20) });
            generator.some(all, &["sku", "quantity"], line)
        };
        let arguments = json!({ "reference": self.words(35), "end_customer": self.end_customer(all), "contact_email": self.email(),
            "license_email": self.email(), "delivery_date": self.day(), "currency": "chf", "comment": self.words(300),
            "lines": (0..lines).map(|_| line(self)).collect::<Vec<_>>() });
        self.some(all, &["reference", "lines"], arguments)
    }

    /// Arguments of a tool. A tool that spends and is not known here fails the law, which is the point of it.
    fn arguments(&mut self, tool: &str, case: usize) -> Value {
        let (lines, all) = ([1, 3, 12, 13, 50][case % 5], case < 5);
        match tool {
            ORDER => self.order(lines, all),
            REQUEST => self.request(lines, all),
            ACCEPT => {
                let fields =
                    json!({ "document_number": "AN2600456", "accepted_by": self.email(), "document_revision": 2 });
                self.some(all, &["document_number", "accepted_by"], fields)
            }
            REJECT => {
                let fields = json!({ "document_number": "AN2600444", "rejected_by": self.email(), "document_revision": 3,
                    "comment": self.words(900) });
                self.some(all, &["document_number", "rejected_by"], fields)
            }
            other => panic!("{other} spends: say here what its arguments can be"),
        }
    }
}

/// Every value of a body, with the names that lead to it.
fn leaves(name: &str, value: &Value, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| leaves(&format!("{name}.{key}"), inner, found)),
        Value::Array(items) => items.iter().for_each(|inner| leaves(name, inner, found)),
        Value::Null => {}
        other => found.push((name.to_owned(), other.clone())),
    }
}

/// A value as a question tells it.
fn in_words(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_end_matches("T00:00:00Z").to_owned(),
        Value::Number(revision) if name.ends_with("Revision") => format!("revision {revision}"),
        Value::Number(quantity) => format!("{} \u{d7} ", quantity.as_f64().unwrap()),
        // Two flags make one fact.
        Value::Bool(_) => "Shipping: ".to_owned(),
        other => panic!("{name}: {other}"),
    }
}

#[tokio::test]
async fn everything_that_is_sent_stands_in_the_question_before_it() {
    let mut generator = Generator::new();
    let spending = TOOLS.iter().map(|tool| tool.declaration).filter(|declaration| declaration.effect == Effect::Spends);
    for tool in spending.map(|declaration| declaration.name).chain([REJECT, REQUEST]) {
        for case in 0..10 {
            let door = Door::with(&[("CONFIRM", "writes")]).await;
            let arguments = generator.arguments(tool, case);
            if case < 5 {
                let announced = door.app.catalogue.find(tool).unwrap().input["properties"].as_object().unwrap().clone();
                let runtimes_own = ["response_format", "detail", "confirmation_token"];
                for name in announced.keys().filter(|name| !runtimes_own.contains(&name.as_str())) {
                    assert!(arguments.get(name).is_some(), "{tool} takes {name}, which is never tried here");
                }
            }
            let question = door.ask(tool, arguments.clone()).await;
            let turn = door.reply(tool, arguments.clone(), Consent::Given(&question.state)).await;
            let Ok(Turn::Done(_)) = turn else { panic!("{tool}: {turn:?}\n{arguments:#}") };
            let ledger = door.ledger().await;
            let bodies = ledger["bodies"].as_array().unwrap();
            let body = &bodies.last().unwrap()["body"];
            let mut sent = Vec::new();
            leaves("", body, &mut sent);
            assert!(sent.len() >= 3, "{body:#}");
            for (name, value) in &sent {
                let words = in_words(name, value);
                assert!(question.message.contains(&words), "{tool} sends {name} = {words:?}:\n{}", question.message);
            }
            assert!(question.message.lines().all(|row| !row.contains("{")), "{}", question.message);
        }
    }
}

#[tokio::test]
async fn the_same_question_is_asked_in_every_channel_and_whoever_cannot_be_asked_can_read_it() {
    let arguments = Generator::new().order(13, true);
    let door = Door::sandbox().await;
    let asked = door.ask(ORDER, arguments.clone()).await.message;
    assert!(asked.lines().count() > 20 && asked.starts_with("Order 13 lines for "), "{asked}");
    let by_token = door.refused(ORDER, arguments.clone()).await;
    assert_eq!(by_token["question"], json!(asked));
    let heading = asked.lines().next().unwrap();
    assert_eq!(by_token["message"], json!(format!("{heading} Nothing was done yet.")));
    for era in ERAS {
        let mut line = Line::open_with(&door, era, json!({ "elicitation": {} })).await;
        let params = json!({ "name": ORDER, "arguments": arguments });
        let message = match era {
            Era::Stateless => {
                line.result("tools/call", params).await["inputRequests"]["confirm"]["params"]["message"].clone()
            }
            Era::Initialize => {
                line.send("tools/call", params).await;
                let message = line.hear().await;
                assert_eq!(message["method"], "elicitation/create", "{message:#}");
                message["params"]["message"].clone()
            }
        };
        assert_eq!(message, json!(asked), "{era:?}");
    }
    let strict = Door::with(&[("CONFIRM_FALLBACK", "refuse")]).await;
    let refused = strict.refused(ORDER, arguments.clone()).await;
    assert_eq!((&refused["code"], &refused["question"]), (&json!("confirmation_required"), &json!(asked)));
    assert!(refused.get("confirmation_token").is_none(), "{refused:#}");
    let undecided = infini_mcp::tool::confirm::Undecided::Dismissed;
    let refused = strict.reply(ORDER, arguments, Consent::Undecided(undecided)).await.unwrap_err().to_json("test");
    assert_eq!((&refused["code"], &refused["question"]), (&json!("confirmation_dismissed"), &json!(asked)));
}

async fn set_stock(door: &Door, stock: u32) {
    let drift = json!([{ "operation": "getPriceListBySku", "pointer": "/result/0/stockLevel", "set": stock }]);
    door.fault(json!({ "infinigate.drift": drift })).await;
}

#[tokio::test]
async fn a_piece_sold_meanwhile_asks_nobody_again_but_a_stock_that_no_longer_suffices_does() {
    let door = Door::sandbox().await;
    let question = door.ask(ORDER, firewalls("PO-1", 2)).await;
    assert!(!question.message.contains("Stock"), "{}", question.message);
    set_stock(&door, 11).await;
    let turn = door.reply(ORDER, firewalls("PO-1", 2), Consent::Given(&question.state)).await.unwrap();
    assert!(matches!(turn, Turn::Done(_)), "{turn:?}");

    let question = door.ask(ORDER, firewalls("PO-2", 2)).await;
    set_stock(&door, 1).await;
    let turn = door.reply(ORDER, firewalls("PO-2", 2), Consent::Given(&question.state)).await.unwrap();
    let Turn::Ask(again) = turn else { panic!("it was bought although too few are left: {turn:?}") };
    for part in ["something new to look out for", "! Stock: 2 of 200417 are ordered, and 1 are there now."] {
        assert!(again.message.contains(part), "{part} in {}", again.message);
    }
    // Fewer still is the same news.
    set_stock(&door, 0).await;
    let turn = door.reply(ORDER, firewalls("PO-2", 2), Consent::Given(&again.state)).await.unwrap();
    assert!(matches!(turn, Turn::Done(_)), "{turn:?}");
}

#[tokio::test]
async fn a_price_that_changed_meanwhile_asks_again_with_the_new_one() {
    let door = Door::sandbox().await;
    let question = door.ask(ORDER, firewalls("PO-1", 2)).await;
    let drift =
        json!([{ "operation": "getPriceListBySku", "pointer": "/result/0/listPrice/discountedPrice", "set": 1000.5 }]);
    door.fault(json!({ "infinigate.drift": drift })).await;
    let turn = door.reply(ORDER, firewalls("PO-1", 2), Consent::Given(&question.state)).await.unwrap();
    let Turn::Ask(again) = turn else { panic!("bought at another price: {turn:?}") };
    for part in ["What you confirmed has changed", "2001.00 EUR", "1000.50 EUR each"] {
        assert!(again.message.contains(part), "{part} in {}", again.message);
    }
}

#[tokio::test]
async fn an_order_under_a_number_that_was_ordered_before_names_that_order() {
    let door = Door::sandbox().await;
    let first = door.confirm(ORDER, firewalls("PO-1", 2)).await.unwrap();
    let conflict = door.refused(ORDER, firewalls("PO-1", 3)).await;
    let hint = conflict["hint"].as_str().unwrap();
    assert!(hint.contains("cannot be changed") && hint.contains("IN ADDITION"), "{conflict:#}");
    let mut second = firewalls("po-1", 3);
    second["idempotency_key"] = json!("second part");
    let question = door.ask(ORDER, second.clone()).await;
    let total = first["totals"].as_str().unwrap();
    for part in [
        "! This number was ordered before: at 20",
        "order PO-1, 1 line",
        &format!("for {total}, placed."),
        "An order cannot be changed: this one is bought in addition.",
    ] {
        assert!(question.message.contains(part), "{part} in {}", question.message);
    }
    door.reply(ORDER, second.clone(), Consent::Given(&question.state)).await.unwrap();
    // One whose outcome nobody knows is told as open.
    let mut third = firewalls("PO-1", 1);
    third["idempotency_key"] = json!("third part");
    let asked = door.ask(ORDER, third.clone()).await;
    door.fault(json!({ "infinigate.reset_next": { "operation": "requestPurchaseOrder" } })).await;
    door.reply(ORDER, third, Consent::Given(&asked.state)).await.unwrap_err();
    second["idempotency_key"] = json!("fourth part");
    let question = door.ask(ORDER, second).await.message;
    assert_eq!(question.matches("! This number was ordered before").count(), 3, "{question}");
    assert!(question.contains("still open: nobody knows whether it was placed"), "{question}");
}

#[tokio::test]
async fn an_order_that_came_in_between_is_news_to_whoever_confirms() {
    let door = Door::sandbox().await;
    let mut mine = firewalls("PO-1", 1);
    mine["idempotency_key"] = json!("mine");
    let question = door.ask(ORDER, mine.clone()).await;
    door.confirm(ORDER, firewalls("PO-1", 2)).await.unwrap();
    let turn = door.reply(ORDER, mine, Consent::Given(&question.state)).await.unwrap();
    let Turn::Ask(again) = turn else { panic!("bought in addition without a word: {turn:?}") };
    assert!(again.message.contains("This number was ordered before"), "{}", again.message);
}

#[tokio::test]
async fn what_is_odd_about_an_order_is_warned_of_before_its_lines() {
    let door = Door::sandbox().await;
    let mut arguments = firewalls("PO-1", 100);
    arguments["lines"][0]["deal_number"] = json!("SB-77");
    let message = door.ask(ORDER, arguments).await.message;
    for part in [
        "! Stock: 100 of 200417 are ordered, and 12 are there now.",
        "! The special price of a deal is not in the sum: line 1 is shown at the price list's price.",
        "- End customer: nobody named",
        "   deal number SB-77",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
    let place = |part: &str| message.find(part).unwrap();
    assert!(place("! Stock") < place("- Your number") && place("- Your number") < place("1. 100"), "{message}");
}

#[tokio::test]
async fn a_quote_is_shown_line_by_line_and_a_line_that_changed_asks_again() {
    let door = Door::sandbox().await;
    let arguments = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    let question = door.ask(ACCEPT, arguments.clone()).await;
    let quote = door.call("infinigate_get_quote", json!({ "document_number": "AN2600456" })).await.unwrap();
    for (place, line) in quote["lines"].as_array().unwrap().iter().enumerate() {
        let row = format!("{}. {} \u{d7} {}", place + 1, line["quantity"], line["sku"].as_str().unwrap());
        let each = format!("{:.2} EUR each", line["unit_price"].as_f64().unwrap());
        assert!(question.message.contains(&row) && question.message.contains(&each), "{row} {}", question.message);
    }
    for part in [quote["end_user"].as_str().unwrap(), quote["valid_until"].as_str().unwrap(), "buyer@example.com"] {
        assert!(question.message.contains(part), "{part} in {}", question.message);
    }
    // The same revision and total, but another article.
    let drift =
        json!([{ "operation": "getPurchaseQuoteByNumber", "pointer": "/lines/0/itemNumber", "set": "OTHER-1" }]);
    door.fault(json!({ "infinigate.drift": drift })).await;
    let turn = door.reply(ACCEPT, arguments, Consent::Given(&question.state)).await.unwrap();
    let Turn::Ask(again) = turn else { panic!("another article was bought: {turn:?}") };
    assert!(again.message.contains("\u{d7} OTHER-1"), "{}", again.message);
}

#[tokio::test]
async fn a_quote_that_is_bought_says_who_accepted_it_and_when_and_never_that_it_was_not() {
    let door = Door::sandbox().await;
    let arguments = |who: &str| json!({ "document_number": "AN2600456", "accepted_by": who });
    door.confirm(ACCEPT, arguments("buyer@example.com")).await.unwrap();
    let again = door.call(ACCEPT, arguments("other@example.com")).await.unwrap();
    assert_eq!(again["accepted_by"], "buyer@example.com");
    assert!(again["notes"][0].as_str().unwrap().contains("was placed at 20"), "{again:#}");
    // A server that knows nothing of it reads the status.
    let elsewhere = door.beside(&[]);
    let refused = elsewhere.refused(ACCEPT, arguments("buyer@example.com")).await;
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("has been accepted already; its status is Accepted"), "{refused:#}");
    assert!(!message.contains("not accepted"), "{refused:#}");
    assert!(refused["hint"].as_str().unwrap().contains("do not order it again"), "{refused:#}");
    for (number, words) in
        [("AN2600418", "has expired"), ("AN2600411", "has been rejected"), ("AN2600470", "its status is Requested")]
    {
        let refused =
            door.refused(ACCEPT, json!({ "document_number": number, "accepted_by": "buyer@example.com" })).await;
        assert!(refused["message"].as_str().unwrap().contains(words), "{refused:#}");
    }
}
