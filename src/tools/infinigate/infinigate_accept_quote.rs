//! Accept a quote.
//!
//! Accepting is a purchase. Infinigate wants the revision the buyer looked at, so it is read here, shown in the
//! question, and read again after the yes: what was confirmed is what is bought.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::ids::DocumentNumber;
use crate::api::infinigate::types::QuoteAcceptance;
use crate::domain::infinigate::email::EmailAddress;
use crate::domain::infinigate::money::Amount;
use crate::domain::infinigate::quote_cost;
use crate::domain::infinigate::quote_details;
use crate::domain::infinigate::quote_lines::Line;
use crate::domain::infinigate::quotes::{self, Key, Quote};
use crate::tool::{Ctx, Details, Error, Order, Result, tool};

/// Which quote, and who takes responsibility.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// The quote's number, such as AN2600456; not its GUID.
    document_number: DocumentNumber,
    /// E-mail address of the person who accepts.
    accepted_by: EmailAddress,
    /// The revision that was looked at; refused if it is no longer the current one.
    #[schemars(range(min = 0))]
    document_revision: Option<i64>,
}

/// What would be bought.
#[derive(Serialize)]
pub struct Shown {
    document_number: String,
    document_revision: Option<i64>,
    vendor: Option<String>,
    total: Option<Amount>,
    currency: Option<String>,
    /// The total in words.
    cost: String,
    valid_until: Option<String>,
    lines: Vec<Line>,
    buyer_reference: Option<String>,
    external_document_number: Option<String>,
    /// The whole quote, which judges whether it may be accepted.
    #[serde(skip)]
    quote: Quote,
}

/// The purchase, as far as Infinigate acknowledged it.
#[derive(Serialize, JsonSchema)]
pub struct Accepted {
    /// The quote's number.
    document_number: String,
    /// The revision that was accepted.
    accepted_revision: i64,
    /// In whose name.
    accepted_by: Option<String>,
    /// The document Infinigate named in return.
    document_guid: Option<String>,
    /// Its status, if told.
    document_status: Option<String>,
    /// Net total that was shown.
    total: Option<Amount>,
    /// Of the total.
    currency: Option<String>,
    /// Finds the order's documents.
    buyer_reference: Option<String>,
    /// Finds them too.
    external_document_number: Option<String>,
    /// What to do next.
    note: String,
}

/// Accept a quote: a binding purchase.
///
/// Use after `infinigate_get_quote`, when the person has decided; there is no undo. Repeating it never buys twice.
#[tool(
    spends,
    preview = preview,
    order = order,
    details = details,
    confirm = "Buy quote {quote.document_number} (revision {quote.document_revision}) from {quote.vendor} for {quote.cost} net, valid until {quote.valid_until}, in the name of {accepted_by}? This is a binding order."
)]
pub async fn infinigate_accept_quote(ctx: &Ctx, args: Args, quote: Shown) -> Result<Accepted> {
    let acceptance = acceptance(&args, &quote)?;
    let accepted_revision = acceptance.document_revision;
    let told = ctx.infinigate()?.accept_purchase_quote().body(acceptance).send().await?.into_inner();
    let note = next_step(&quote);
    Ok(Accepted {
        document_number: quote.document_number,
        accepted_revision,
        accepted_by: Some(args.accepted_by.as_str().to_owned()),
        document_guid: told.document_guid,
        document_status: told.document_status,
        total: quote.total,
        currency: quote.currency,
        buyer_reference: quote.buyer_reference,
        external_document_number: quote.external_document_number,
        note,
    })
}

/// Reads what would be bought.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let quote = quotes::read(ctx, &Key::Number(args.document_number.clone())).await?;
    let document = quote.document.clone();
    Ok(Shown {
        document_number: document.number.unwrap_or_else(|| args.document_number.to_string()),
        document_revision: document.revision,
        vendor: document.vendor,
        total: document.total,
        currency: document.currency,
        valid_until: document.valid_until,
        cost: quote_details::cost(&quote),
        lines: quote.lines.iter().cloned().map(Line::from).collect(),
        buyer_reference: document.buyer_reference,
        external_document_number: document.external_document_number,
        quote,
    })
}

/// The quote whole, and in whose name it would be bought.
fn details(args: &Args, shown: &Shown) -> Details {
    let mut details = Details::default();
    details.fact("Accepted by", Some(args.accepted_by.as_str()));
    quote_details::tell(&mut details, &shown.quote);
    details
}

/// The same revision of the same quote is the same purchase; a later revision is another one, asked about anew.
fn order(args: &Args, shown: &Shown) -> Order {
    let revision = shown.document_revision.map_or_else(|| "?".to_owned(), |revision| revision.to_string());
    let number = shown.document_number.to_uppercase();
    let totals = shown.total.map(|total| (shown.currency.clone().unwrap_or_default(), total));
    Order {
        key: format!("{number}@{revision}"),
        number: Some(("document_number", number.clone())),
        payload: json!({ "document_number": number, "document_revision": revision }),
        summary: format!("quote {number}, revision {revision}"),
        totals: totals.into_iter().collect(),
        evidence: shown.quote.evidence_of_acceptance(),
        refusal: refusal(args, shown).err(),
    }
}

fn refusal(args: &Args, shown: &Shown) -> Result<()> {
    shown.quote.must_be_acceptable()?;
    quote_cost::must_be_known(&shown.quote)?;
    shown.quote.decidable_revision(args.document_revision).map(drop)
}

/// Exactly the revision that was shown.
fn acceptance(args: &Args, quote: &Shown) -> Result<QuoteAcceptance> {
    Ok(QuoteAcceptance {
        document_number: quote.document_number.as_str().try_into().map_err(Error::internal)?,
        document_revision: quote.quote.decidable_revision(args.document_revision)?,
        accepted_by_user_mail: args.accepted_by.as_str().to_owned(),
    })
}

/// Infinigate names no order, and no list of orders is known: only references lead to what follows.
fn next_step(quote: &Shown) -> String {
    let by = match (&quote.buyer_reference, &quote.external_document_number) {
        (Some(reference), _) => format!("buyer_reference {reference}"),
        (None, Some(number)) => format!("external_document_number {number}"),
        (None, None) => "the vendor and the date, for the quote has no reference".to_owned(),
    };
    format!(
        "Ordered. Infinigate names no order number; the invoice will appear in infinigate_list_invoices: look there by {by}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::infinigate::documents::Document;

    fn shown(reference: Option<&str>) -> Shown {
        Shown {
            document_number: "AN2600456".into(),
            document_revision: Some(2),
            vendor: None,
            total: None,
            currency: None,
            valid_until: None,
            cost: String::new(),
            lines: Vec::new(),
            buyer_reference: reference.map(str::to_owned),
            external_document_number: None,
            quote: Quote {
                document: Document { number: Some("AN2600456".into()), revision: Some(2), ..Default::default() },
                header: Default::default(),
                lines: Vec::new(),
            },
        }
    }

    #[test]
    fn the_body_carries_the_revision_that_was_shown_and_not_the_one_that_was_asked_for() {
        let args = Args {
            document_number: DocumentNumber::parse("AN2600456").unwrap(),
            accepted_by: EmailAddress::parse("a@example.com").unwrap(),
            document_revision: None,
        };
        assert_eq!(acceptance(&args, &shown(None)).unwrap().document_revision, 2);
    }

    #[test]
    fn the_next_step_names_a_reference_where_there_is_one() {
        assert!(next_step(&shown(Some("ANF-125"))).contains("by buyer_reference ANF-125"));
        assert!(next_step(&shown(None)).contains("has no reference"));
    }
}
