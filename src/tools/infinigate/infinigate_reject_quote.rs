//! Reject a quote.
//!
//! A rejection is for good, and Infinigate wants the revision it is about. Like an acceptance it is read here, shown in
//! the question, and read again after the yes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::DocumentNumber;
use crate::api::infinigate::types::QuoteRejection;
use crate::domain::infinigate::addresses::filled;
use crate::domain::infinigate::email::EmailAddress;
use crate::domain::infinigate::money::Amount;
use crate::domain::infinigate::quote_details;
use crate::domain::infinigate::quotes::{self, Key, Quote};
use crate::domain::infinigate::rejection;
use crate::tool::{Ctx, Details, Error, Result, tool};

/// Which quote, and who turns it down.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// The quote's number.
    document_number: DocumentNumber,
    /// E-mail of the person who rejects.
    rejected_by: EmailAddress,
    /// The reason, for Infinigate.
    #[schemars(length(max = 1000))]
    comment: Option<String>,
    /// The revision looked at.
    #[schemars(range(min = 0))]
    document_revision: Option<i64>,
}

/// What would be turned down.
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
    /// The whole quote, which judges what came of it.
    #[serde(skip)]
    quote: Quote,
}

/// The rejection, as acknowledged.
#[derive(Serialize, JsonSchema)]
pub struct Rejected {
    /// The quote's number.
    document_number: String,
    /// The revision rejected.
    rejected_revision: i64,
    /// Its status, if told.
    document_status: Option<String>,
    /// What to do next.
    note: &'static str,
}

/// Reject a quote for good.
///
/// Use after `infinigate_get_quote`, when the person has decided; not to ask for another price.
#[tool(
    destroys,
    preview = preview,
    details = details,
    confirm = "Reject quote {quote.document_number} (revision {quote.document_revision}) from {quote.vendor} over {quote.cost} net for good, in the name of {rejected_by}?",
    undo = "nothing: infinigate_request_quote or the sales contact for a new quote"
)]
pub async fn infinigate_reject_quote(ctx: &Ctx, args: Args, quote: Shown) -> Result<Rejected> {
    let rejection = body(&args, &quote)?;
    let rejected_revision = rejection.document_revision;
    let told = rejection::send(ctx, &quote.quote, rejection).await?;
    Ok(Rejected {
        document_number: quote.document_number,
        rejected_revision,
        document_status: told.document_status,
        note: "Infinigate took the rejection; infinigate_get_quote shows when the status follows.",
    })
}

/// Reads what would be turned down; what cannot be is refused before anybody is asked.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let quote = quotes::read(ctx, &Key::Number(args.document_number.clone())).await?;
    quote.must_be_rejectable()?;
    quote.decidable_revision(args.document_revision)?;
    let document = quote.document.clone();
    Ok(Shown {
        document_number: document.number.unwrap_or_else(|| args.document_number.to_string()),
        document_revision: document.revision,
        vendor: document.vendor,
        total: document.total,
        currency: document.currency,
        cost: quote_details::cost(&quote),
        valid_until: document.valid_until,
        quote,
    })
}

/// The quote whole, and what is said with the rejection.
fn details(args: &Args, shown: &Shown) -> Details {
    let mut details = Details::default();
    details.fact("Rejected by", Some(args.rejected_by.as_str()));
    quote_details::tell(&mut details, &shown.quote);
    details.words("Reason", Some(filled(args.comment.as_deref()).unwrap_or("none is given")));
    details
}

/// Exactly the revision that was shown.
fn body(args: &Args, shown: &Shown) -> Result<QuoteRejection> {
    let comment = filled(args.comment.as_deref()).map(TryInto::try_into).transpose();
    Ok(QuoteRejection {
        document_number: shown.document_number.as_str().try_into().map_err(Error::internal)?,
        document_revision: shown.quote.decidable_revision(args.document_revision)?,
        rejected_by_user_mail: args.rejected_by.as_str().to_owned(),
        user_comments: comment.map_err(|_| Error::of_argument("comment", "may have at most 1,000 characters"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::infinigate::documents::Document;

    #[test]
    fn a_blank_comment_is_not_sent_and_the_shown_revision_is() {
        let shown = Shown {
            document_number: "AN1".into(),
            document_revision: Some(2),
            vendor: None,
            total: None,
            currency: None,
            valid_until: None,
            cost: String::new(),
            quote: Quote {
                document: Document { number: Some("AN1".into()), revision: Some(2), ..Default::default() },
                header: Default::default(),
                lines: Vec::new(),
            },
        };
        let args = Args {
            document_number: DocumentNumber::parse("AN1").unwrap(),
            rejected_by: EmailAddress::parse("a@example.com").unwrap(),
            comment: Some("  ".into()),
            document_revision: None,
        };
        let body = body(&args, &shown).unwrap();
        assert_eq!((body.document_revision, body.user_comments.is_none()), (2, true));
    }
}
