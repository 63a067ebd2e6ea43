//! Create an order.
//!
//! An order carries no prices: what it costs is what the price list says when it is posted. So the articles are read
//! now, the question shows what they cost, and after the yes they are read again: what was confirmed is what is bought.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::api::infinigate::types::{ContactWrite, OrderRequest, OrderRequestHeader};
use crate::domain::infinigate::basket::{self, Basket, Line as Priced};
use crate::domain::infinigate::documents::{self, Kind, References};
use crate::domain::infinigate::email::EmailAddress;
use crate::domain::infinigate::money::Amount;
use crate::domain::infinigate::order_details;
use crate::domain::infinigate::order_lines::Line;
use crate::domain::infinigate::pages::Ask;
use crate::domain::infinigate::parties::{EndCustomer, PostalAddress};
use crate::domain::infinigate::period::Period;
use crate::domain::infinigate::price_choice::Terms;
use crate::domain::infinigate::quote_requests::{check_delivery, delivery_day, letters};
use crate::tool::{Ctx, Details, Error, Evidence, Order, Result, text, tool};

/// What is ordered, for whom, and how it is told apart from other orders.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Your own purchase order number.
    #[serde(deserialize_with = "plain_number")]
    #[schemars(length(min = 1, max = 35))]
    po_number: String,
    /// The articles, 1 to 50.
    #[schemars(length(min = 1, max = 50))]
    lines: Vec<Line>,
    /// JSON: name; also street, postal_code, city, country, customer_number, email, tier. For licences.
    #[schemars(with = "Option<BTreeMap<String, String>>", extend("x-announced" = "string"))]
    end_customer: Option<EndCustomer>,
    /// JSON: name, street, additional, postal_code, city, country; default the account's address.
    #[schemars(with = "Option<BTreeMap<String, String>>", extend("x-announced" = "string"))]
    ship_to: Option<PostalAddress>,
    /// JSON: delivery_date, license_email, contact_email, currency, partner_id, shipping (parts, hardware_together, together).
    #[schemars(with = "Option<BTreeMap<String, String>>", extend("x-announced" = "string"))]
    options: Option<Options>,
    /// Anything else to tell.
    #[schemars(length(max = 1000))]
    comment: Option<String>,
    /// Same key, same order; default po_number.
    #[schemars(length(min = 1, max = 100))]
    idempotency_key: Option<String>,
}

/// What most orders leave to the account's defaults.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    /// E-mail address of who orders.
    contact_email: Option<EmailAddress>,
    /// E-mail address that licences go to.
    license_email: Option<EmailAddress>,
    /// Wished day of delivery.
    delivery_date: Option<String>,
    /// Whether parts ship as they come.
    shipping: Option<Shipping>,
    /// ISO 4217.
    currency: Option<String>,
    /// The reseller's partner id at the vendor.
    partner_id: Option<String>,
}

/// What may ship on its own.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shipping {
    /// Every part as it comes.
    Parts,
    /// All hardware together.
    HardwareTogether,
    /// Everything together.
    Together,
}

/// What would be bought. A yes depends on the lines and their prices; everything else is the caller's own.
#[derive(Serialize)]
pub struct Shown {
    /// How many lines there are, in words.
    size: String,
    lines: Vec<Priced>,
    totals: String,
    delivery_date: Option<String>,
    /// Documents that carry the same number already.
    #[serde(skip)]
    same_number: Option<String>,
    #[serde(skip)]
    sums: Vec<(String, Amount)>,
    /// The order as it will be sent.
    #[serde(skip)]
    request: OrderRequest,
}

/// The order, as far as Infinigate acknowledged it.
#[derive(Serialize, JsonSchema)]
pub struct Placed {
    /// Your number.
    po_number: String,
    /// Infinigate's document.
    document_number: Option<String>,
    /// Its GUID.
    document_guid: Option<String>,
    /// Its status.
    document_status: Option<String>,
    /// Net sums shown before.
    totals: String,
    /// What to do next.
    note: String,
}

/// Order articles by SKU at today's prices, without a quote.
///
/// Binding. A quote is bought with infinigate_accept_quote instead.
#[tool(
    spends,
    preview = preview,
    order = order,
    details = details,
    confirm = "Order {order.size} for {order.totals} net under the number {po_number}? Prices are those of now. This is a binding order."
)]
pub async fn infinigate_create_order(ctx: &Ctx, args: Args, order: Shown) -> Result<Placed> {
    let told = ctx.infinigate()?.request_purchase_order().body(order.request).send().await?.into_inner();
    let number = args.po_number.trim().to_owned();
    Ok(Placed {
        note: format!(
            "Ordered. No list of orders is known; the invoice will appear in infinigate_list_invoices: look there by buyer_reference {number}."
        ),
        po_number: number,
        document_number: told.document_number,
        document_guid: told.document_guid,
        document_status: told.document_status,
        totals: order.totals,
    })
}

/// Reads what would be bought, at what price.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let mut wanted = Vec::new();
    for (place, line) in args.lines.iter().enumerate() {
        wanted.push(line.wanted(place)?);
    }
    let basket: Basket = basket::fill(ctx, &wanted, &terms(args)?).await?;
    // Everything that can be wrong with the rest shows before a person is asked.
    let request = request(args, &basket.lines)?;
    check_delivery(args.options.as_ref().and_then(|options| options.delivery_date.as_deref()), ctx.today())?;
    let same_number = same_number(ctx, args.po_number.trim()).await?;
    Ok(Shown {
        size: match basket.lines.len() {
            1 => "1 line".to_owned(),
            count => format!("{count} lines"),
        },
        totals: basket.totals_in_words(),
        lines: basket.lines,
        delivery_date: request.header.requested_delivery_date.clone(),
        same_number,
        sums: basket.totals,
        request,
    })
}

/// All that is sent, and what a buyer should know of it.
fn details(_args: &Args, shown: &Shown) -> Details {
    let mut details = Details::default();
    if let Some(found) = &shown.same_number {
        let text = format!("{found} An order cannot be changed: this one is bought in addition.");
        details.warn(found.as_str(), &text);
    }
    order_details::tell(&mut details, &shown.request, &shown.lines);
    details
}

/// What decides which price of an article is meant.
fn terms(args: &Args) -> Result<Terms> {
    let currency = args.options.as_ref().and_then(|options| options.currency.as_deref());
    Ok(Terms {
        tier: args.end_customer.as_ref().and_then(EndCustomer::tier),
        currency: currency.map(|code| letters("currency", code, 3, "EUR")).transpose()?,
    })
}

/// The same key is the same order, at whatever price.
fn order(args: &Args, shown: &Shown) -> Order {
    let number = args.po_number.trim();
    let key = args.idempotency_key.as_deref().filter(|key| !text::plain_number(key).is_empty()).unwrap_or(number);
    Order {
        key: key.to_uppercase(),
        number: Some(("po_number", number.to_owned())),
        payload: json!(shown.request),
        summary: format!("order {number}, {}", shown.size),
        totals: shown.sums.clone(),
        evidence: match &shown.same_number {
            Some(found) => Evidence::Happened(found.clone()),
            None => {
                Evidence::Unclear(format!("no invoice carries the number {number} yet, and orders cannot be listed"))
            }
        },
        refusal: None,
    }
}

/// The documents that carry the reseller's number already, in words.
async fn same_number(ctx: &Ctx, number: &str) -> Result<Option<String>> {
    let references = References { buyer: Some(number.to_owned()), external: None };
    // All of them: a later look compares with what was there before.
    let ask = Ask { skip: 0, take: 50 };
    let sent = documents::bills(ctx, Kind::Invoice, &Period::default(), &references, ask).await?;
    // Whether upstream compares exactly is not known.
    let is_it = |known: &str| text::plain_number(known).eq_ignore_ascii_case(number);
    let same = sent.rows.into_iter().filter(|row| row.buyer_reference.as_deref().is_some_and(is_it));
    let invoices: Vec<String> = same.filter_map(|row| row.number).collect();
    Ok((!invoices.is_empty()).then(|| format!("The invoice {} carries this number already.", invoices.join(", "))))
}

/// The number in the one form that all ways to write it have in common.
fn plain_number<'de, D: Deserializer<'de>>(source: D) -> std::result::Result<String, D::Error> {
    String::deserialize(source).map(|typed| text::plain_number(&typed))
}

/// The order as it is sent.
fn request(args: &Args, priced: &[Priced]) -> Result<OrderRequest> {
    let said =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let lines = args.lines.iter().zip(priced).enumerate().map(|(place, (line, priced))| line.write(place, priced));
    let number = args.po_number.trim();
    let nothing = Options::default();
    let options = args.options.as_ref().unwrap_or(&nothing);
    let contact = options
        .contact_email
        .as_ref()
        .map(|address| ContactWrite { e_mail: Some(address.as_str().to_owned()), ..Default::default() });
    let header = OrderRequestHeader {
        your_reference: number.try_into().map_err(|_| Error::of_argument("po_number", "needs 1 to 35 characters"))?,
        currency_code: options.currency.as_deref().map(|code| letters("currency", code, 3, "EUR")).transpose()?,
        contact,
        end_user: args.end_customer.as_ref().map(EndCustomer::write).transpose()?,
        ship_to: args.ship_to.as_ref().map(PostalAddress::write).transpose()?,
        sell_to: None,
        bill_to: None,
        disallow_partial_shipment: options.shipping.map(|shipping| shipping == Shipping::Together),
        ship_hardware_complete: options.shipping.map(|shipping| shipping != Shipping::Parts),
        requested_delivery_date: options.delivery_date.as_deref().map(delivery_day).transpose()?,
        license_delivery_address: options.license_email.as_ref().map(|email| email.as_str().to_owned()),
        manufacturer_partner_id: said(&options.partner_id),
        comment: said(&args.comment),
    };
    Ok(OrderRequest { header, lines: lines.collect::<Result<_>>()? })
}
