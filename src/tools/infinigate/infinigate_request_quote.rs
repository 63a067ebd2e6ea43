//! Ask for a quote.
//!
//! For what has no price in the list, or deserves a better one. The request binds nobody, but a person at Infinigate
//! works on it, so every number in it is looked up before it leaves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinigate::types;
use crate::domain::infinigate::addresses::filled;
use crate::domain::infinigate::email::EmailAddress;
use crate::domain::infinigate::lookup;
use crate::domain::infinigate::money::Amount;
use crate::domain::infinigate::parties::EndCustomer;
use crate::domain::infinigate::prices_in_words::Position;
use crate::domain::infinigate::products::Product;
use crate::domain::infinigate::quote_requests::{self, check_delivery, delivery_day, letters};
use crate::domain::infinigate::sent_words;
use crate::domain::infinigate::skus::{self, Skus};
use crate::tool::{Ctx, Details, Error, Result, tool};

/// What is wanted, and for whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Your reference; finds the quote later.
    #[schemars(length(min = 1, max = 35))]
    reference: String,
    /// What is wanted.
    #[schemars(length(min = 1, max = 50))]
    lines: Vec<Line>,
    /// JSON: name; also street, postal_code, city, country, customer_number, email, tier. For licences.
    #[schemars(with = "Option<BTreeMap<String, String>>", extend("x-announced" = "string"))]
    end_customer: Option<EndCustomer>,
    /// E-mail of who asks.
    contact_email: Option<EmailAddress>,
    /// E-mail that licences go to.
    license_email: Option<EmailAddress>,
    /// Wished day, as 2026-12-31.
    delivery_date: Option<String>,
    /// Such as EUR.
    currency: Option<String>,
    /// Anything else.
    comment: Option<String>,
}

/// One article.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// SKU of either kind.
    sku: String,
    /// How many pieces.
    #[schemars(range(min = 0.01, max = 100_000))]
    quantity: f64,
    /// Deal registration.
    deal_number: Option<String>,
    /// For a renewal.
    serial_number: Option<String>,
    /// For a renewal.
    license_id: Option<String>,
}

/// What would be asked for.
#[derive(Serialize)]
pub struct Shown {
    lines: Vec<ShownLine>,
    summary: String,
    /// Quotes that have the reference already.
    with_same_reference: Vec<String>,
    #[serde(skip)]
    request: types::QuoteRequest,
}

/// An article as the price list has it now.
#[derive(Serialize)]
struct ShownLine {
    sku: Option<String>,
    vendor_sku: Option<String>,
    vendor: Option<String>,
    description: Option<String>,
    quantity: Amount,
    list_price: Option<Amount>,
    currency: Option<String>,
    #[serde(skip)]
    product_type: Option<String>,
}

/// The request, as acknowledged.
#[derive(Serialize, JsonSchema)]
pub struct Requested {
    /// The quote's number, if known yet.
    document_number: Option<String>,
    /// Its identifier.
    document_guid: Option<String>,
    /// Its status, if told.
    document_status: Option<String>,
    /// Finds it in the list.
    buyer_reference: String,
    /// Articles asked for.
    line_count: usize,
    /// What to know, and what to do next.
    notes: Vec<String>,
}

/// Ask Infinigate for a quote on some articles.
///
/// For prices on request, projects and renewals; it buys nothing. The quote appears in `infinigate_list_quotes`; after
/// an unclear outcome look there instead of repeating.
#[tool(
    writes,
    toolset = catalogue,
    preview = preview,
    details = details,
    confirm = "Ask Infinigate for a quote on {quote.summary}, with the reference {reference}?",
    undo = "nothing: once answered, infinigate_reject_quote turns the quote down"
)]
pub async fn infinigate_request_quote(ctx: &Ctx, args: Args, quote: Shown) -> Result<Requested> {
    let reference = args.reference.trim();
    let notes = notes(&args, &quote);
    let asked = quote_requests::send(ctx, reference, quote.request, &quote.with_same_reference).await?;
    Ok(Requested {
        document_number: asked.number,
        document_guid: asked.told.document_guid,
        document_status: asked.told.document_status,
        buyer_reference: reference.to_owned(),
        line_count: quote.lines.len(),
        notes,
    })
}

/// Checks everything, and reads the articles that would be asked for.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let header = header(args)?;
    check_delivery(args.delivery_date.as_deref(), ctx.today())?;
    let wanted: Vec<String> = args.lines.iter().map(|line| line.sku.clone()).collect();
    for (place, sku) in wanted.iter().enumerate() {
        skus::one(sku).map_err(|problem| Error::of_argument(&format!("lines[{place}].sku"), &problem))?;
    }
    let numbers = Skus::parse(&wanted).map_err(|problem| Error::of_argument("lines", &problem))?;
    let (articles, with_same_reference) = futures::try_join!(
        lookup::one_each(ctx, numbers.as_slice()),
        quote_requests::with_reference(ctx, args.reference.trim())
    )?;
    let article_of = |sku: &str| {
        let place = numbers.as_slice().iter().position(|number| number.eq_ignore_ascii_case(sku.trim()))?;
        articles.get(place)
    };
    let lines: Vec<(&Line, &Product)> =
        args.lines.iter().filter_map(|line| Some((line, article_of(&line.sku)?))).collect();
    let request = types::QuoteRequest {
        header: Some(header),
        lines: Some(lines.iter().enumerate().map(|(place, (line, article))| asked(place, line, article)).collect()),
    };
    let lines: Vec<ShownLine> = lines.into_iter().map(|(line, article)| shown(line, article)).collect();
    Ok(Shown { summary: summary(&lines), lines, with_same_reference, request })
}

/// All that is sent.
fn details(_args: &Args, shown: &Shown) -> Details {
    let mut details = Details::default();
    if !shown.with_same_reference.is_empty() {
        let numbers = shown.with_same_reference.join(", ");
        details.warn(format!("reference {numbers}"), &format!("The reference is in use already, by quote {numbers}."));
    }
    shown.request.header.iter().for_each(|header| sent_words::quote_request(&mut details, header));
    for (sent, line) in shown.request.lines.iter().flatten().zip(&shown.lines) {
        let position = Position {
            sku: line.sku.as_deref(),
            vendor_sku: line.vendor_sku.as_deref(),
            name: line.description.as_deref(),
            quantity: Some(line.quantity),
            list_price: line.list_price,
            currency: line.currency.as_deref(),
            ..Position::default()
        };
        details.line(position.line(sent_words::quote_request_line(sent)));
    }
    details
}

fn said(text: Option<&String>) -> Option<String> {
    filled(text.map(String::as_str)).map(str::to_owned)
}

fn header(args: &Args) -> Result<types::QuoteRequestHeader> {
    if args.reference.trim().is_empty() {
        return Err(Error::of_argument("reference", "must not be blank"));
    }
    let address = |address: &EmailAddress| address.as_str().to_owned();
    let contact = args
        .contact_email
        .as_ref()
        .map(|email| types::ContactWrite { e_mail: Some(address(email)), ..Default::default() });
    Ok(types::QuoteRequestHeader {
        your_reference: Some(args.reference.trim().to_owned()),
        currency_code: args.currency.as_deref().map(|code| letters("currency", code, 3, "EUR")).transpose()?,
        contact,
        end_user: args.end_customer.as_ref().map(EndCustomer::write).transpose()?,
        license_delivery_address: args.license_email.as_ref().map(address),
        requested_delivery_date: args.delivery_date.as_deref().map(delivery_day).transpose()?,
        comment: said(args.comment.as_ref()),
        ..Default::default()
    })
}

fn asked(place: usize, line: &Line, article: &Product) -> types::QuoteRequestLine {
    let (serial, license) = (said(line.serial_number.as_ref()), said(line.license_id.as_ref()));
    let is_renewal = serial.is_some() || license.is_some();
    let renewed =
        types::ManufacturerAdditionalInfo { serial_number: serial, license_id: license, ..Default::default() };
    types::QuoteRequestLine {
        item_number: article.sku.clone(),
        manufacturer_item_number: article.vendor_sku.clone(),
        item_description: None,
        quantity: Some(line.quantity),
        special_bid_deal_no: said(line.deal_number.as_ref()),
        your_item_number: None,
        your_line_number: Some((place + 1).to_string()),
        manufacturer_additional_info: is_renewal.then_some(renewed),
    }
}

fn shown(line: &Line, article: &Product) -> ShownLine {
    ShownLine {
        sku: article.sku.clone(),
        vendor_sku: article.vendor_sku.clone(),
        vendor: article.vendor.clone(),
        description: article.description.clone(),
        quantity: Amount::of(line.quantity),
        list_price: article.list_price,
        currency: article.currency.clone(),
        product_type: article.product_type.clone(),
    }
}

/// Short enough for a question: the first article, and how many more there are.
fn summary(lines: &[ShownLine]) -> String {
    let first = lines.first().map(|line| {
        let name = line.sku.as_deref().or(line.description.as_deref()).unwrap_or("an article");
        format!("{} of {name}", line.quantity)
    });
    match (first, lines.len()) {
        (None, _) => "nothing".to_owned(),
        (Some(first), 1) => first,
        (Some(first), count) => format!("{first} and {} more articles", count - 1),
    }
}

fn notes(args: &Args, quote: &Shown) -> Vec<String> {
    let mut notes =
        vec!["Sent. The quote comes when Infinigate has answered; look in infinigate_list_quotes.".to_owned()];
    if !quote.with_same_reference.is_empty() {
        notes.push(format!("The reference was in use already, by quote {}.", quote.with_same_reference.join(", ")));
    }
    let has_licence = quote.lines.iter().any(|line| line.product_type.as_deref() == Some("Software"));
    if has_licence && args.end_customer.is_none() {
        notes.push(
            "It asks for licences without an end customer; Infinigate may ask back for whom they are.".to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sku: &str) -> ShownLine {
        ShownLine {
            sku: Some(sku.into()),
            vendor_sku: None,
            vendor: None,
            description: None,
            quantity: Amount::of(2.0),
            list_price: None,
            currency: None,
            product_type: None,
        }
    }

    #[test]
    fn the_question_names_the_first_article_and_counts_the_others() {
        assert_eq!(summary(&[line("A")]), "2 of A");
        assert_eq!(summary(&[line("A"), line("B"), line("C")]), "2 of A and 2 more articles");
    }

    #[test]
    fn only_a_renewal_carries_the_facts_of_one() {
        let article = Product::from(types::PriceListItem::default());
        let mut wish = Line {
            sku: "A".into(),
            quantity: 1.0,
            deal_number: Some(" ".into()),
            serial_number: None,
            license_id: None,
        };
        let plain = asked(0, &wish, &article);
        assert!(plain.manufacturer_additional_info.is_none() && plain.special_bid_deal_no.is_none());
        wish.serial_number = Some("S1".into());
        let info = asked(0, &wish, &article).manufacturer_additional_info.unwrap();
        assert_eq!(info.serial_number.as_deref(), Some("S1"));
    }
}
