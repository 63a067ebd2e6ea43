//! The simulated Infinigate: a distributor's price list, invoices, credit memos, quotes and orders.

mod access;
mod documents;
mod lists;
mod orders;
mod price_list;
mod quotes;
mod refusals;
mod seed;
mod switches;

use std::sync::Mutex;

use axum::http::{HeaderMap, StatusCode};
use chrono::{NaiveDate, Utc};
use serde_json::{Map, Value, json};

use self::access::Tokens;
use self::orders::Purchase;
use self::price_list::By;
use self::seed::{Books, paper};
use self::switches::{Switches, WriteResponse};
use super::hold;
use super::service::{Problem, Reply, Request, Service};

/// The document's name for the token request, the one call without a bearer.
const SIGN_IN: &str = "createToken";
/// Marks documents made while it runs, in [`paper::guid`].
const NEW_DOCUMENTS: u64 = 9;

/// The service and its state.
#[derive(Debug)]
pub struct Infinigate {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    books: Books,
    tokens: Tokens,
    switches: Switches,
    purchases: Vec<Purchase>,
    documents_made: usize,
}

impl State {
    fn new() -> Self {
        Self {
            books: Books::open(today()),
            tokens: Tokens::default(),
            switches: Switches::default(),
            purchases: Vec::new(),
            documents_made: 0,
        }
    }

    /// Identifier and number for a new document; the numbers lie far above the seeded ones.
    fn next_document(&mut self, prefix: &str) -> (String, String) {
        self.documents_made += 1;
        (paper::guid(NEW_DOCUMENTS, self.documents_made), format!("{prefix}{:05}", 90_000 + self.documents_made))
    }

    fn answer(&mut self, request: &Request, today: NaiveDate) -> Reply {
        let (books, switches) = (&self.books, &self.switches);
        match request.operation.as_str() {
            SIGN_IN => self.tokens.issue(&request.body, switches),
            "listPurchaseInvoices" => documents::list(&books.invoices, request, switches),
            "getPurchaseInvoice" | "getPurchaseInvoiceByNumber" => documents::read(&books.invoices, request),
            "listPurchaseCreditMemos" => documents::list(&books.credit_memos, request, switches),
            "getPurchaseCreditMemo" | "getPurchaseCreditMemoByNumber" => documents::read(&books.credit_memos, request),
            "listPurchaseQuotes" => quotes::list(self, request, today),
            "getPurchaseQuote" | "getPurchaseQuoteByNumber" => quotes::read(self, request, today),
            "acceptPurchaseQuote" => quotes::accept(self, request, today),
            "rejectPurchaseQuote" => quotes::reject(self, request, today),
            "requestPurchaseQuote" => quotes::request_quote(self, request, today),
            "requestPurchaseOrder" => orders::place(self, request, today),
            "searchPriceList" => price_list::search(&books.articles, request, switches),
            "countPriceList" => price_list::count(&books.articles, request, switches),
            "getPriceListBySku" => price_list::look_up(&books.articles, request, By::Sku, switches),
            "getPriceListByVendorSku" => price_list::look_up(&books.articles, request, By::VendorSku, switches),
            "getPriceListByManufacturer" => price_list::of_manufacturer(&books.articles, request, switches),
            "listManufacturers" => price_list::manufacturers(),
            other => refusals::gateway(501, &format!("The sandbox does not simulate {other}.")),
        }
    }
}

impl Default for Infinigate {
    fn default() -> Self {
        Self::new()
    }
}

impl Infinigate {
    /// A fresh service with its seeded books.
    pub fn new() -> Self {
        Self { state: Mutex::new(State::new()) }
    }
}

impl Service for Infinigate {
    fn refuse(&self, operation: Option<&str>, problem: &Problem) -> Reply {
        match operation {
            Some(SIGN_IN) => refusals::token_form(problem),
            _ => refusals::undocumented(problem),
        }
    }

    fn admit(&self, operation: &str, headers: &HeaderMap) -> Result<(), Reply> {
        access::check_key(headers)?;
        if operation == SIGN_IN {
            return Ok(());
        }
        let state = hold(&self.state);
        state.tokens.check(headers, &state.switches)
    }

    fn answer(&self, request: &Request) -> Reply {
        let mut state = hold(&self.state);
        let mut reply = state.answer(request, today());
        if let Some(body) = reply.body.as_mut().filter(|_| state.switches.drop_null_fields) {
            lists::drop_nulls(body);
        }
        reply
    }

    fn switches(&self) -> Map<String, Value> {
        hold(&self.state).switches.values()
    }

    fn switch(&self, name: &str, value: &Value) -> Result<(), String> {
        let mut state = hold(&self.state);
        state.switches = state.switches.with(name, value)?;
        if name == "token_ttl" {
            state.tokens.forget();
        }
        Ok(())
    }

    fn reset(&self) {
        *hold(&self.state) = State::new();
    }

    fn purchases(&self) -> Vec<Value> {
        hold(&self.state).purchases.iter().map(Purchase::json).collect()
    }

    fn has_route(&self, _operation: &str, template: &str) -> bool {
        hold(&self.state).switches.has_route(template)
    }

    fn signs_in(&self, operation: &str) -> bool {
        operation == SIGN_IN
    }

    fn failure(&self, status: u16) -> Reply {
        match status {
            401 => refusals::bearer(false),
            404 => refusals::no_route(),
            // The gateway is known to leave these bare.
            503 | 504 => Reply::empty(status),
            _ => {
                let reason = StatusCode::from_u16(status).ok().and_then(|known| known.canonical_reason());
                refusals::gateway(status, reason.unwrap_or("Internal server error"))
            }
        }
    }

    fn too_many(&self, wait: u64) -> Reply {
        refusals::gateway(429, &format!("Rate limit is exceeded. Try again in {wait} seconds."))
            .with_header("retry-after", wait.to_string())
    }
}

fn today() -> NaiveDate {
    Utc::now().date_naive()
}

/// The answer to a write that was done, in the shape the switch asks for.
fn written(switches: &Switches, guid: &str, number: &str, version: i64, status: &str) -> Reply {
    match switches.write_response {
        WriteResponse::Sync => Reply::json(
            200,
            json!({ "documentGuid": guid, "documentNumber": number, "documentVersion": version, "documentStatus": status }),
        ),
        WriteResponse::Ack => Reply::json(202, json!({ "documentGuid": guid })),
        WriteResponse::Empty => Reply::empty(204),
    }
}
