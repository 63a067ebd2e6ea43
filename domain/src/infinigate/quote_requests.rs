//! Asking for a quote, and finding the quote that came of it: Infinigate may answer without a number, or not at all.

use std::time::Duration;

use chrono::NaiveDate;
use serde_json::json;

use super::dates;
use super::documents::{self, References};
use super::pages::Ask;
use infini_mcp_core::api::infinigate::types::{QuoteRequest, WriteAcknowledgement};
use infini_mcp_core::api::{self, Cause};
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// What a look afterwards may take.
const LOOKING: Duration = Duration::from_secs(20);
/// Quotes of one reference that are looked at.
const OF_ONE_REFERENCE: usize = 50;

/// What came of a request.
#[derive(Debug)]
pub struct Asked {
    /// What Infinigate acknowledged.
    pub told: WriteAcknowledgement,
    /// The number of the quote, as told or found by its reference.
    pub number: Option<String>,
}

/// The numbers of the quotes that have this reference of the reseller.
///
/// # Errors
/// When they cannot be listed.
pub async fn with_reference(ctx: &Ctx, reference: &str) -> Result<Vec<String>> {
    let references = References { buyer: Some(reference.to_owned()), external: None };
    let sent = documents::quotes(ctx, &references, Ask { take: OF_ONE_REFERENCE, skip: 0 }).await?;
    let is_meant = |known: &Option<String>| known.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(reference));
    Ok(sent.rows.into_iter().filter(|row| is_meant(&row.buyer_reference)).filter_map(|row| row.number).collect())
}

/// Sends the request. `before` are the quotes that had the reference already.
///
/// # Errors
/// `outcome_unknown` with what a look afterwards found; it is never sent twice.
pub async fn send(ctx: &Ctx, reference: &str, request: QuoteRequest, before: &[String]) -> Result<Asked> {
    let answer = ctx.infinigate()?.request_purchase_quote().body(request).send().await;
    match answer.map_err(api::Error::from) {
        Ok(told) => {
            let told = told.into_inner();
            let number = match &told.document_number {
                Some(number) => Some(number.clone()),
                // It was taken, whatever this look brings.
                None => new_one(ctx, reference, before).await.unwrap_or_default(),
            };
            Ok(Asked { told, number })
        }
        Err(error) if matches!(error.cause, Cause::OutcomeUnknown { .. }) => {
            // Who gave up waiting still wants to know.
            let found = new_one(&ctx.to_the_end(LOOKING), reference, before).await;
            Err(in_doubt(error.into(), reference, found))
        }
        Err(error) => Err(error.into()),
    }
}

async fn new_one(ctx: &Ctx, reference: &str, before: &[String]) -> Result<Option<String>> {
    let now = with_reference(ctx, reference).await?;
    Ok(now.into_iter().find(|number| !before.contains(number)))
}

fn in_doubt(error: Error, reference: &str, found: Result<Option<String>>) -> Error {
    match found {
        Ok(Some(number)) => error.with("found", json!(number)).with_hint(format!(
            "Looked up afterwards: quote {number} with the reference {reference} has appeared, so it did happen. Do not repeat the call."
        )),
        Ok(None) => error.with_hint(format!(
            "Looked up afterwards: no new quote has the reference {reference} so far, which proves nothing. Look again with infinigate_list_quotes in some minutes before asking anew."
        )),
        Err(_) => error.with_hint(format!(
            "Do not repeat it: look with infinigate_list_quotes whether a quote with the reference {reference} has appeared."
        )),
    }
}

/// A wished day of delivery as Infinigate takes it.
///
/// # Errors
/// `invalid_arguments` when it is no day.
pub fn delivery_day(text: &str) -> Result<String> {
    let day = dates::day(text);
    day.map(|day| format!("{day}T00:00:00Z")).ok_or_else(|| no_delivery("is not a date"))
}

/// Refuses a wished day of delivery that lies before `today`.
///
/// # Errors
/// `invalid_arguments` when it has passed.
pub fn check_delivery(text: Option<&str>, today: NaiveDate) -> Result<()> {
    match text.and_then(dates::day) {
        Some(day) if day < today => Err(no_delivery("has passed")),
        Some(_) | None => Ok(()),
    }
}

fn no_delivery(problem: &str) -> Error {
    Error::of_argument("delivery_date", problem).with_hint("Write it as 2026-12-31, today or later.")
}

/// A code of a fixed number of letters: `EUR`, `DE`.
///
/// # Errors
/// `invalid_arguments` when it is something else.
pub fn letters(field: &str, text: &str, count: usize, example: &str) -> Result<String> {
    let code = text.trim().to_ascii_uppercase();
    if code.len() == count && code.chars().all(|c| c.is_ascii_uppercase()) {
        return Ok(code);
    }
    Err(Error::new(
        Code::InvalidArguments,
        format!("`{field}`: is a code of {count} letters such as {example}. Nothing was sent."),
    )
    .with("field", json!(field)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wished_day_is_today_or_later() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        assert_eq!(delivery_day("22.11.2026").unwrap(), "2026-11-22T00:00:00Z");
        assert_eq!(delivery_day("2026-11-22T00:30:00+02:00").unwrap(), "2026-11-22T00:00:00Z");
        assert!(delivery_day("soon").unwrap_err().to_string().contains("is not a date"));
        assert!(check_delivery(Some("2026-11-21"), today).unwrap_err().to_string().contains("has passed"));
        assert!(
            check_delivery(Some("2026-11-22T00:30:00+02:00"), today).is_ok() && check_delivery(None, today).is_ok()
        );
    }

    #[test]
    fn codes_are_letters_in_capitals() {
        assert_eq!(letters("currency", " eur ", 3, "EUR").unwrap(), "EUR");
        let error = letters("end_customer.country", "Germany", 2, "DE").unwrap_err();
        assert!(error.to_string().contains("`end_customer.country`: is a code of 2 letters such as DE"), "{error}");
    }

    #[test]
    fn a_doubtful_request_tells_what_was_found_and_never_asks_to_repeat_it() {
        let error = || Error::new(Code::OutcomeUnknown, "nobody knows");
        let hint = |error: Error| error.hint().map(str::to_owned).unwrap_or_default();
        assert!(hint(in_doubt(error(), "R1", Ok(Some("AN9".into())))).contains("quote AN9"));
        assert!(hint(in_doubt(error(), "R1", Ok(None))).contains("proves nothing"));
        assert!(hint(in_doubt(error(), "R1", Err(error()))).starts_with("Do not repeat it"));
    }
}
