//! What can be done with quotes: read, accept, reject, ask for one.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::documents::has_reference;
use super::lists::page;
use super::orders::{self, Purchase};
use super::refusals;
use super::seed::quotes::{Quote, Standing};
use super::switches::Switches;
use super::{State, written};
use crate::service::{Reply, Request};

pub(super) fn list(state: &State, request: &Request, today: NaiveDate) -> Reply {
    let rows = state.books.quotes.iter().rev().filter(|quote| has_reference(request, &quote.buyer_reference));
    page(rows.map(|quote| quote.row(today)).collect(), request, state.switches.list_shape_quotes, &state.switches)
}

pub(super) fn read(state: &State, request: &Request, today: NaiveDate) -> Reply {
    let (guid, number) = (request.path("documentGuid"), request.path("documentNumber"));
    match state.books.quotes.iter().find(|quote| quote.guid.eq_ignore_ascii_case(guid) || quote.number == number) {
        Some(quote) => Reply::json(200, quote.detail(today)),
        None => refusals::back_end(404, "The quote does not exist."),
    }
}

/// Buys what was quoted: once, and only the revision that was read.
pub(super) fn accept(state: &mut State, request: &Request, today: NaiveDate) -> Reply {
    let quote =
        match decide(&mut state.books.quotes, &state.switches, request.json(), |quote| quote.can_be_accepted(today)) {
            Ok(quote) => quote,
            Err(reply) => return reply,
        };
    quote.standing = Standing::Accepted;
    let quote = quote.clone();
    orders::record(state, Purchase::of_quote(&quote), today);
    written(&state.switches, &quote.guid, &quote.number, quote.version, "Accepted")
}

/// Turns a quote down.
pub(super) fn reject(state: &mut State, request: &Request, today: NaiveDate) -> Reply {
    match decide(&mut state.books.quotes, &state.switches, request.json(), |quote| quote.can_be_rejected(today)) {
        Ok(quote) => {
            quote.standing = Standing::Rejected;
            written(&state.switches, &quote.guid, &quote.number, quote.version, "Rejected")
        }
        Err(reply) => reply,
    }
}

/// Finds the quote a decision is about, and refuses what may not be decided or was read in another revision.
fn decide<'a>(
    quotes: &'a mut [Quote],
    switches: &Switches,
    body: &Value,
    may: impl Fn(&Quote) -> bool,
) -> Result<&'a mut Quote, Reply> {
    let number = body.get("documentNumber").and_then(Value::as_str).unwrap_or_default();
    let revision = body.get("documentRevision").and_then(Value::as_i64);
    let Some(quote) = quotes.iter_mut().find(|quote| quote.number == number) else {
        return Err(refusals::back_end(404, "The quote does not exist."));
    };
    if !may(quote) {
        return Err(refusals::back_end(409, "The quote does not allow this any more."));
    }
    if revision != Some(quote.version) {
        return Err(match switches.stale_revision {
            400 => refusals::invalid_field("documentRevision", "is not the current revision"),
            status => refusals::back_end(status, "The revision is not the current one."),
        });
    }
    Ok(quote)
}

/// Takes an inquiry: a quote without prices appears, which the distributor has yet to answer.
pub(super) fn request_quote(state: &mut State, request: &Request, today: NaiveDate) -> Reply {
    let body = request.json();
    let header = body.get("header").cloned().unwrap_or_default();
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let asked = body.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
    let (guid, number) = state.next_document("AN26");
    let quote = Quote {
        guid,
        number,
        version: 1,
        standing: Standing::Requested,
        buyer_reference: text("yourReference").unwrap_or_default().to_owned(),
        created: today,
        valid_until: None,
        vendor: orders::vendor_of(&state.books.articles, &asked),
        total_cents: 0,
        currency: text("currencyCode").unwrap_or("EUR").to_owned(),
        lines: asked.iter().enumerate().map(|(place, line)| inquiry_line(place, line)).collect(),
        end_user: header.get("endUser").cloned().unwrap_or_default(),
    };
    let reply = written(&state.switches, &quote.guid, &quote.number, quote.version, "Requested");
    state.books.quotes.push(quote);
    reply
}

fn inquiry_line(place: usize, asked: &Value) -> Value {
    let field = |name: &str| asked.get(name).cloned().unwrap_or_default();
    json!({ "lineNumber": (place + 1) * 10_000, "lineType": "Item", "itemNumber": field("itemNumber"),
        "vendorItemNumber": field("manufacturerItemNumber"), "itemDescription": field("itemDescription"),
        "itemDescription2": null, "quantity": field("quantity"), "netUnitPrice": null, "grossExtendedPrice": null,
        "vatRate": null, "endCustomerDto": null, "contractInformationDto": null, "listPrice": null, "discountPercent": null,
        "specialBidDealNo": field("specialBidDealNo"), "yourItemNumber": field("yourItemNumber"),
        "yourLineNumber": field("yourLineNumber") })
}
