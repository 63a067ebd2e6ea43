//! Rejecting a quote, and finding out what became of it where the answer does not say.

use std::time::Duration;

use serde_json::json;

use super::quotes::{self, Key, Quote};
use super::vendors::folded;
use infini_mcp_core::api::ids::DocumentNumber;
use infini_mcp_core::api::infinigate::types::{QuoteRejection, WriteAcknowledgement};
use infini_mcp_core::api::{self, Cause};
use infini_mcp_core::tool::{Code, Ctx, Error, Evidence, Result};

/// What a look afterwards may take.
const LOOKING: Duration = Duration::from_secs(20);

/// Sends the rejection of `quote` as it was shown.
///
/// # Errors
/// `conflict` when the revision is no longer the current one, `outcome_unknown` with what a look afterwards found.
pub async fn send(ctx: &Ctx, quote: &Quote, rejection: QuoteRejection) -> Result<WriteAcknowledgement> {
    let revision = rejection.document_revision;
    let answer = ctx.infinigate()?.reject_purchase_quote().body(rejection).send().await;
    match answer.map_err(api::Error::from) {
        Ok(told) => Ok(told.into_inner()),
        Err(error) if matches!(error.cause, Cause::OutcomeUnknown { .. }) => Err(looked_up(ctx, quote, error).await),
        Err(error) if is_stale(&error.cause) => Err(stale(quote, revision, &error)),
        Err(error) => Err(error.into()),
    }
}

/// What the quote tells of a rejection that may have been sent. The words of a status are not published, so only plain
/// ones prove it.
pub fn evidence(quote: &Quote) -> Evidence {
    let number = quote.number();
    if quote.document.can_be_rejected == Some(true) {
        return Evidence::NotThere(format!("quote {number} can still be rejected"));
    }
    let Some(status) = &quote.document.status else {
        return Evidence::Unclear(format!("quote {number} can no longer be rejected and tells no status"));
    };
    let word = folded(status);
    if ["reject", "decline", "abgelehnt"].iter().any(|sign| word.contains(sign)) {
        Evidence::Happened(format!("quote {number} has the status {status}"))
    } else {
        Evidence::Unclear(format!("quote {number} can no longer be rejected; its status is {status}"))
    }
}

async fn looked_up(ctx: &Ctx, quote: &Quote, error: api::Error) -> Error {
    let error = Error::from(error);
    // Who gave up waiting still wants to know.
    let ctx = ctx.to_the_end(LOOKING);
    let Ok(number) = DocumentNumber::parse(quote.number()) else { return error };
    let Ok(now) = quotes::read(&ctx, &Key::Number(number)).await else { return error };
    let evidence = evidence(&now);
    let found = evidence.text();
    let hint = match &evidence {
        Evidence::Happened(_) => format!("Looked up afterwards: {found}, so it did happen. Do not repeat the call."),
        Evidence::NotThere(_) => format!(
            "Looked up afterwards: {found}, so it has not happened so far. Read it again in two minutes before deciding anew."
        ),
        Evidence::Unclear(_) => {
            format!(
                "Looked up afterwards: {found}. Do not repeat the call before a person has asked the sales contact."
            )
        }
    };
    error.with("found", json!(found)).with_hint(hint)
}

fn is_stale(cause: &Cause) -> bool {
    match cause {
        Cause::Conflict => true,
        Cause::Refused { fields } => fields.iter().any(|(field, _)| folded(field).ends_with("documentrevision")),
        _ => false,
    }
}

fn stale(quote: &Quote, revision: i64, error: &api::Error) -> Error {
    let said = error.said.as_ref().map(|said| format!(" It said: {said}")).unwrap_or_default();
    let message = format!(
        "Quote {} was not rejected: Infinigate does not take a decision about revision {revision} any more, so the quote was changed or decided a moment ago.{said} Nothing was done.",
        quote.number()
    );
    Error::new(Code::Conflict, message)
        .with_hint("Read the quote again with infinigate_get_quote, show what it says now, then decide again.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::documents::Document;
    use infini_mcp_core::api::infinigate::types::QuoteHeader;

    fn quote(status: Option<&str>, can_be_rejected: bool) -> Quote {
        let document = Document {
            number: Some("AN1".into()),
            status: status.map(str::to_owned),
            can_be_rejected: Some(can_be_rejected),
            ..Default::default()
        };
        Quote { document, header: QuoteHeader::default(), lines: Vec::new() }
    }

    #[test]
    fn only_a_plain_word_proves_that_a_quote_was_rejected() {
        assert!(matches!(evidence(&quote(Some("Rejected"), true)), Evidence::NotThere(_)));
        assert!(matches!(evidence(&quote(Some("Rejected by customer"), false)), Evidence::Happened(_)));
        assert!(matches!(evidence(&quote(Some("Closed"), false)), Evidence::Unclear(_)));
        assert!(matches!(evidence(&quote(None, false)), Evidence::Unclear(_)));
    }

    #[test]
    fn a_complaint_about_the_revision_is_a_stale_quote() {
        let refused = |field: &str| Cause::Refused { fields: vec![(field.into(), "is old".into())] };
        assert!(
            is_stale(&Cause::Conflict)
                && is_stale(&refused("documentRevision"))
                && is_stale(&refused("$.DocumentRevision"))
        );
        assert!(!is_stale(&refused("userComments")) && !is_stale(&Cause::NotFound));
    }
}
