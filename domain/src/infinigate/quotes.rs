//! Quotes: read whole, with the revision and the flags that a decision needs.

use super::documents::{self, Document, References};
use super::pages::{self, Ask, Limits};
use super::vendors::{Vendors, folded};
use infini_mcp_core::api::ids::{DocumentGuid, DocumentNumber};
use infini_mcp_core::api::infinigate::types;
use infini_mcp_core::api::{self, Cause};
use infini_mcp_core::tool::{Code, Ctx, Error, Evidence, Result};

/// How many rows of the list of quotes are looked through for one of them.
const MOST_LOOKED_THROUGH: usize = 1_000;

/// What a quote is asked for by.
#[derive(Debug, Clone)]
pub enum Key {
    /// Its number.
    Number(DocumentNumber),
    /// Its GUID.
    Guid(DocumentGuid),
}

impl Key {
    /// The key a caller gave; a GUID in the place of the number is taken for what it is.
    ///
    /// # Errors
    /// `invalid_arguments` when neither was given.
    pub fn of(number: Option<DocumentNumber>, guid: Option<DocumentGuid>) -> Result<Self> {
        match (number, guid) {
            (Some(number), None) => Ok(DocumentGuid::parse(number.as_str()).map_or(Self::Number(number), Self::Guid)),
            (None, Some(guid)) => Ok(Self::Guid(guid)),
            (Some(number), Some(_)) if DocumentGuid::parse(number.as_str()).is_err() => Ok(Self::Number(number)),
            (Some(_), Some(guid)) => Ok(Self::Guid(guid)),
            (None, None) => Err(Error::of_argument("document_number", "give it, or `document_guid`")
                .with_hint("Both are in the rows of infinigate_list_quotes.")),
        }
    }

    fn is_of(&self, row: &Document) -> bool {
        let same =
            |text: &Option<String>, wanted: &str| text.as_deref().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
        match self {
            Self::Number(number) => same(&row.number, number.as_str()),
            Self::Guid(guid) => same(&row.guid, &guid.to_string()),
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Guid(guid) => guid.to_string(),
        }
    }
}

/// A whole quote.
#[derive(Debug)]
pub struct Quote {
    /// What its row says, completed from every place that says it.
    pub document: Document,
    /// What only the whole quote says.
    pub header: types::QuoteHeader,
    /// Its lines.
    pub lines: Vec<types::QuoteLine>,
}

/// Reads a quote; when its detail leaves out revision, flags, total or currency, its row in the list completes it.
///
/// # Errors
/// `not_found` when there is no such quote.
pub async fn read(ctx: &Ctx, key: &Key) -> Result<Quote> {
    let detail = detail(ctx, key).await?;
    let header = detail.header.unwrap_or_default();
    let mut document = Document::from(row_of(&header));
    // The shape of a quote is not published, so the revision may stand in any of four places.
    document.revision =
        detail.document_version.or(header.document_version).or(detail.document_revision).or(header.document_revision);
    if let Key::Number(number) = key {
        document.number.get_or_insert_with(|| number.to_string());
    }
    if is_incomplete(&document)
        && let Some(row) = row(ctx, key, &document).await?
    {
        document = document.completed_by(row);
    }
    ctx.memory::<Vendors>().learn(document.vendor_code.as_deref(), document.vendor.as_deref());
    Ok(Quote { document, header, lines: detail.lines.unwrap_or_default() })
}

async fn detail(ctx: &Ctx, key: &Key) -> Result<types::QuoteDetail> {
    let client = ctx.infinigate()?;
    let answer = match key {
        Key::Number(number) => client.get_purchase_quote_by_number().document_number(number.as_str()).send().await,
        Key::Guid(guid) => client.get_purchase_quote().document_guid(guid.to_string()).send().await,
    };
    answer.map(api::infinigate::ResponseValue::into_inner).map_err(|error| unknown(error.into(), key))
}

fn unknown(error: api::Error, key: &Key) -> Error {
    match error.cause {
        Cause::NotFound => {
            Error::new(Code::NotFound, format!("Infinigate knows no quote {}. Nothing was changed.", key.shown()))
                .with_hint("infinigate_list_quotes gives the quotes of this account with their numbers.")
        }
        _ => error.into(),
    }
}

fn is_incomplete(document: &Document) -> bool {
    let flags = [document.can_be_accepted, document.can_be_rejected];
    document.revision.is_none() || flags.contains(&None) || document.total.is_none() || document.currency.is_none()
}

/// The quote's row in the list.
async fn row(ctx: &Ctx, key: &Key, known: &Document) -> Result<Option<Document>> {
    let limits = Limits {
        wanted: 1,
        most: MOST_LOOKED_THROUGH,
        page: usize::try_from(ctx.pages().largest).unwrap_or(usize::MAX),
    };
    let references = References::default();
    let is_it = |row: &Document| key.is_of(row) || (known.guid.is_some() && row.guid == known.guid);
    let walked = pages::walk(limits, |ask: Ask| documents::quotes(ctx, &references, ask), is_it).await?;
    Ok(walked.rows.into_iter().next())
}

/// The part of a header that a row of the list has too.
fn row_of(header: &types::QuoteHeader) -> types::DocumentInfo {
    types::DocumentInfo {
        business_type: header.business_type.clone(),
        buyer_reference: header.buyer_reference.clone(),
        can_be_accepted: header.can_be_accepted,
        can_be_rejected: header.can_be_rejected,
        currency_code: header.currency_code.clone(),
        document_created: header.document_created.clone(),
        document_guid: header.document_guid.clone(),
        document_number: header.document_number.clone(),
        document_status: header.document_status.clone(),
        document_valid_until: header.document_valid_until.clone(),
        document_version: header.document_version,
        external_document_number: header.external_document_number.clone(),
        manufacturer_name: header.manufacturer_name.clone(),
        mime_type: None,
        pdf_document_guid: None,
        sales_contact: header.sales_contact.clone(),
        total: header.total,
        vendor_code: header.vendor_code.clone(),
    }
}

/// What is decided about a quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Accept,
    Reject,
}

impl Decision {
    fn word(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Reject => "rejected",
        }
    }
}

/// Where a quote stands that cannot be decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Accepted,
    Rejected,
    Expired,
    /// Its status is none of the words that are known, or one of a quote that is not decided yet.
    Unknown,
}

impl Quote {
    /// The revision that may be decided about now.
    ///
    /// # Errors
    /// `conflict` when the caller looked at another revision, or Infinigate names none.
    pub fn decidable_revision(&self, seen: Option<i64>) -> Result<i64> {
        let number = self.number();
        let Some(current) = self.document.revision else {
            return Err(Error::new(
                Code::Conflict,
                format!("Infinigate names no revision of quote {number}, and a decision needs one. Nothing was done."),
            )
            .with_hint("Decide in Infinigate's portal, or ask the sales contact."));
        };
        match seen {
            Some(seen) if seen != current => {
                let message = format!(
                    "You looked at revision {seen} of quote {number}, but revision {current} is the current one: prices or lines may have changed. Nothing was done."
                );
                Err(Error::new(Code::Conflict, message).with_hint(
                    "Read the quote again with infinigate_get_quote, show what it says now, then decide again.",
                ))
            }
            Some(_) | None => Ok(current),
        }
    }

    /// That the quote may be accepted now.
    ///
    /// # Errors
    /// `conflict` with the reason, as far as the quote tells it.
    pub fn must_be_acceptable(&self) -> Result<()> {
        if self.document.can_be_accepted == Some(true) {
            return Ok(());
        }
        Err(self.refused(Decision::Accept, self.document.can_be_accepted))
    }

    /// That the quote may be rejected now.
    ///
    /// # Errors
    /// `conflict` with the reason, as far as the quote tells it.
    pub fn must_be_rejectable(&self) -> Result<()> {
        if self.document.can_be_rejected == Some(true) {
            return Ok(());
        }
        Err(self.refused(Decision::Reject, self.document.can_be_rejected))
    }

    /// Why not, and what to do instead: that depends on where the quote stands.
    fn refused(&self, decision: Decision, flag: Option<bool>) -> Error {
        let number = self.number();
        let status =
            self.document.status.as_ref().map(|status| format!("; its status is {status}")).unwrap_or_default();
        let validity =
            self.document.valid_until.as_ref().map(|day| format!("; it was given until {day}")).unwrap_or_default();
        let what = decision.word();
        let (why, hint) = match (self.standing(), decision) {
            (Standing::Accepted, _) => (
                format!("has been accepted already{status}. Infinigate does not say by whom or when"),
                format!("It is bought, so do not order it again: {}.", self.where_the_invoice_appears()),
            ),
            (Standing::Rejected, Decision::Accept) => (
                format!("has been rejected{status}, and a rejection is for good"),
                "Ask for a new quote with infinigate_request_quote if it is still wanted.".to_owned(),
            ),
            (Standing::Rejected, Decision::Reject) => {
                (format!("has been rejected already{status}"), "Nothing is left to do.".to_owned())
            }
            (Standing::Expired, Decision::Accept) => (
                format!("has expired{status}{validity}"),
                "Ask for a new quote with infinigate_request_quote, or the sales contact for a later day.".to_owned(),
            ),
            (Standing::Expired, Decision::Reject) => (
                format!("has expired{status}{validity}"),
                "It binds nobody any more, so there is nothing to reject.".to_owned(),
            ),
            (Standing::Unknown, _) => {
                let says = if flag.is_some() { "says that it cannot be" } else { "does not say that it can be" };
                (
                    format!("cannot be {what} now: Infinigate {says} {what} now{status}{validity}"),
                    "Read it with infinigate_get_quote later, or ask the sales contact: a quote that Infinigate still works on cannot be decided yet.".to_owned(),
                )
            }
        };
        Error::new(Code::Conflict, format!("Quote {number} {why}. Nothing was done.")).with_hint(hint)
    }

    fn where_the_invoice_appears(&self) -> String {
        let by = self.document.buyer_reference.as_ref().map(|reference| format!(" with buyer_reference {reference}"));
        format!("its invoice appears in infinigate_list_invoices{}", by.unwrap_or_default())
    }

    /// Where it stands, as far as a word tells that is known exactly: the words are not published.
    fn standing(&self) -> Standing {
        let word = self.document.status.as_deref().map(folded).unwrap_or_default();
        match word.as_str() {
            "accepted" | "ordered" | "angenommen" | "bestellt" => Standing::Accepted,
            "rejected" | "declined" | "abgelehnt" => Standing::Rejected,
            "expired" | "abgelaufen" => Standing::Expired,
            _ => Standing::Unknown,
        }
    }

    /// What the quote tells of an acceptance that may have been sent. The words of a status are not published, so only
    /// plain ones prove it.
    pub fn evidence_of_acceptance(&self) -> Evidence {
        let number = self.number();
        if self.document.can_be_accepted == Some(true) {
            return Evidence::NotThere(format!("quote {number} is still open"));
        }
        let Some(status) = &self.document.status else {
            return Evidence::Unclear(format!("quote {number} is no longer open and tells no status"));
        };
        let lower = status.to_lowercase();
        if ["accept", "order", "angenommen", "bestellt"].iter().any(|word| lower.contains(word)) {
            Evidence::Happened(format!("quote {number} has the status {status}"))
        } else {
            Evidence::Unclear(format!("quote {number} is no longer open; its status is {status}"))
        }
    }

    /// The number, or a word in its place.
    pub fn number(&self) -> &str {
        self.document.number.as_deref().unwrap_or("without a number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quote(document: Document) -> Quote {
        Quote { document, header: types::QuoteHeader::default(), lines: Vec::new() }
    }

    #[test]
    fn a_stale_revision_is_a_conflict_that_names_both() {
        let quote = quote(Document { number: Some("AN1".into()), revision: Some(3), ..Default::default() });
        assert_eq!(quote.decidable_revision(None).unwrap(), 3);
        assert_eq!(quote.decidable_revision(Some(3)).unwrap(), 3);
        let error = quote.decidable_revision(Some(2)).unwrap_err();
        assert_eq!(error.code(), Code::Conflict);
        assert!(error.to_string().contains("revision 2") && error.to_string().contains("revision 3"), "{error}");
    }

    #[test]
    fn silence_is_no_permission() {
        let silent = quote(Document::default());
        assert_eq!(silent.must_be_acceptable().unwrap_err().code(), Code::Conflict);
        assert!(silent.must_be_rejectable().unwrap_err().to_string().contains("does not say"));
        assert!(silent.decidable_revision(None).unwrap_err().to_string().contains("no revision"));
        let expired = quote(Document {
            can_be_accepted: Some(false),
            status: Some("Expired".into()),
            valid_until: Some("2026-01-31".into()),
            ..Default::default()
        });
        let told = expired.must_be_acceptable().unwrap_err().to_string();
        assert!(told.contains("has expired; its status is Expired; it was given until 2026-01-31"), "{told}");
    }

    #[test]
    fn a_refusal_says_where_the_quote_stands_and_what_follows_from_that() {
        let of = |status: &str| {
            let quote = quote(Document {
                number: Some("AN1".into()),
                status: Some(status.into()),
                can_be_accepted: Some(false),
                can_be_rejected: Some(false),
                buyer_reference: Some("ANF-1".into()),
                ..Default::default()
            });
            [quote.must_be_acceptable(), quote.must_be_rejectable()].map(|judged| {
                let error = judged.unwrap_err();
                format!("{error} | {}", error.hint().unwrap_or_default())
            })
        };
        for told in of("Accepted") {
            assert!(told.starts_with("Quote AN1 has been accepted already; its status is Accepted."), "{told}");
            assert!(told.contains("do not order it again") && told.contains("buyer_reference ANF-1"), "{told}");
        }
        let [accept, reject] = of("Rejected");
        assert!(accept.contains("a rejection is for good") && accept.contains("infinigate_request_quote"), "{accept}");
        assert!(reject.contains("has been rejected already") && reject.contains("Nothing is left to do"), "{reject}");
        let [accept, reject] = of("Expired");
        assert!(accept.contains("has expired") && reject.contains("nothing to reject"), "{accept} {reject}");
        // A word that only contains a known one is none.
        for told in of("Not accepted yet") {
            assert!(told.contains("now: Infinigate says that it cannot be"), "{told}");
            assert!(told.contains("its status is Not accepted yet") && told.contains("later"), "{told}");
        }
    }

    #[test]
    fn a_guid_in_the_place_of_the_number_is_a_guid() {
        let guid = "6f0c8c52-2f54-4a36-9d0e-6a0d0b6f1a11";
        assert!(matches!(Key::of(Some(DocumentNumber::parse(guid).unwrap()), None).unwrap(), Key::Guid(_)));
        assert!(matches!(
            Key::of(Some(DocumentNumber::parse("AN1").unwrap()), Some(DocumentGuid::parse(guid).unwrap())).unwrap(),
            Key::Number(_)
        ));
        assert_eq!(Key::of(None, None).unwrap_err().code(), Code::InvalidArguments);
    }
}
