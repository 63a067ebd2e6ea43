//! Listing and reading invoices and credit memos.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::lists::page;
use super::refusals;
use super::seed::paper::Document;
use super::switches::{ListShape, Switches};
use crate::service::{Reply, Request};

/// The rows a list asks for, newest first. Periods are compared with the posting date and include their bounds.
pub(super) fn list(documents: &[Document], request: &Request, switches: &Switches) -> Reply {
    let (start, end) = (day(request, "PeriodStart"), day(request, "PeriodEnd"));
    let rows = documents.iter().rev().filter(|one| {
        has_reference(request, &one.buyer_reference)
            && start.is_none_or(|start| one.posted >= start)
            && end.is_none_or(|end| one.posted <= end)
    });
    page(rows.map(|one| one.row.clone()).collect(), request, ListShape::Paged, switches)
}

/// Whether a document with this reference is asked for. Both references are the same here; the match is exact but for case.
pub(super) fn has_reference(request: &Request, reference: &str) -> bool {
    ["BuyerReference", "ExternalDocumentNumber"]
        .iter()
        .filter_map(|name| request.query(name))
        .all(|wanted| wanted.eq_ignore_ascii_case(reference))
}

fn day(request: &Request, name: &str) -> Option<NaiveDate> {
    let text = request.query(name)?;
    let zoned = DateTime::parse_from_rfc3339(text).map(|moment| moment.naive_utc());
    zoned.or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")).ok().map(|moment| moment.date())
}

/// One document, by GUID or by number.
pub(super) fn read(documents: &[Document], request: &Request) -> Reply {
    let (guid, number) = (request.path("documentGuid"), request.path("documentNumber"));
    match documents.iter().find(|one| one.guid.eq_ignore_ascii_case(guid) || one.number == number) {
        Some(document) => Reply::json(200, document.detail.clone()),
        None => refusals::back_end(404, "The document does not exist."),
    }
}
