//! The parts all seeded documents are made of: identifiers, dates and lines, in the shape production writes them.

use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

use super::catalogue::{Article, Kind, money};
use super::customers::Customer;

/// German VAT, in tenths of a percent.
pub(crate) const GERMAN_VAT: i64 = 190;
/// Swiss VAT, in tenths of a percent.
pub(crate) const SWISS_VAT: i64 = 81;

/// A document as the lists and the details show it.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) guid: String,
    pub(crate) number: String,
    pub(crate) posted: NaiveDate,
    pub(crate) buyer_reference: String,
    /// The `DocumentInfo` row.
    pub(crate) row: Value,
    /// The whole document.
    pub(crate) detail: Value,
}

/// A line and its net amount in cents.
pub(crate) struct Line {
    pub(crate) json: Value,
    pub(crate) net: i64,
}

/// What documents of one kind have in common.
pub(crate) struct Head<'a> {
    pub(crate) guid: String,
    pub(crate) number: String,
    pub(crate) posted: NaiveDate,
    pub(crate) reference: String,
    pub(crate) vendor: super::vendors::Vendor,
    pub(crate) currency: &'a str,
    pub(crate) pdf: Option<String>,
}

/// A UUID that is always the same for the same kind and place; version and variant bits are set as RFC 9562 wants them.
pub(crate) fn guid(kind: u64, place: usize) -> String {
    let mut state = (kind << 32) | place as u64;
    let mut next = || {
        // SplitMix64: enough to look random, and nothing here is a secret.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let bits = (u128::from(next()) << 64) | u128::from(next());
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()
}

/// A calendar date that is known to exist.
pub(crate) fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// A date as documents write it.
pub(crate) fn iso(date: NaiveDate) -> String {
    format!("{date}T00:00:00")
}

/// The last day of a month.
pub(crate) fn last_day(first: NaiveDate) -> NaiveDate {
    first.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(first)
}

/// A date as MSP usage writes it: the American way, at midnight.
pub(crate) fn american(date: NaiveDate) -> String {
    format!("{}/{}/{} 12:00:00 AM", date.month(), date.day(), date.year())
}

/// A heading without article or price.
pub(crate) fn text_line(place: usize, text: &str) -> Line {
    let json = json!({ "lineNumber": line_number(place), "lineType": "Text", "itemNumber": null, "vendorItemNumber": null,
        "itemDescription": text, "itemDescription2": null, "fullDescription": null, "quantity": 0, "netUnitPrice": 0,
        "grossExtendedPrice": 0, "vatRate": 0, "endCustomerDto": null, "contractInformationDto": null, "additionalInfos": [] });
    Line { json, net: 0 }
}

/// The cost of shipping.
pub(crate) fn freight_line(place: usize, cents: i64) -> Line {
    let json = json!({ "lineNumber": line_number(place), "lineType": "Charge", "itemNumber": "FREIGHT", "vendorItemNumber": null,
        "itemDescription": "Fracht und Verpackung", "itemDescription2": null, "fullDescription": null, "quantity": 1,
        "netUnitPrice": money(cents), "grossExtendedPrice": money(gross(cents, GERMAN_VAT)), "vatRate": 19,
        "endCustomerDto": null, "contractInformationDto": null, "additionalInfos": [] });
    Line { json, net: cents }
}

/// An article sold to an end customer; licences carry the contract they start.
pub(crate) fn article_line(
    place: usize,
    article: &Article,
    quantity: i64,
    vat: i64,
    sale: Option<(&Customer, NaiveDate)>,
) -> Line {
    let unit = article.buying_cents().unwrap_or_default();
    let net = unit * quantity;
    let customer = sale.map(|(customer, _)| json!({ "company": customer.company(), "contact": customer.contact() }));
    let contract = sale.filter(|_| article.kind == Kind::Software).map(|(_, start)| contract(article, start, place));
    let json = json!({ "lineNumber": line_number(place), "lineType": "Item", "itemNumber": article.sku,
        "vendorItemNumber": article.vendor_sku, "itemDescription": article.description.chars().take(50).collect::<String>(),
        "itemDescription2": null, "fullDescription": article.description, "quantity": quantity, "netUnitPrice": money(unit),
        "grossExtendedPrice": money(gross(net, vat)), "vatRate": vat as f64 / 10.0, "endCustomerDto": customer,
        "contractInformationDto": contract, "additionalInfos": [] });
    Line { json, net }
}

/// Terms are read off the article: `…3Y` runs for 36 months, everything else for twelve.
fn contract(article: &Article, start: NaiveDate, place: usize) -> Value {
    let months = if article.vendor_sku.ends_with("3Y") { 36 } else { 12 };
    let end = start.checked_add_months(Months::new(months)).and_then(|next| next.pred_opt());
    let stamp = start.format("%y%m%d");
    json!({ "licenseId": format!("LIC-{stamp}-{}", article.vendor_sku), "serialNumber": format!("SN{stamp}{place:03}"),
        "StartDate": iso(start), "EndDate": end.map(iso), "term": months.to_string() })
}

/// Net cents with VAT of so many tenths of a percent, rounded to the cent.
pub(crate) fn gross(net: i64, vat: i64) -> i64 {
    (net * (1_000 + vat) + 500) / 1_000
}

pub(crate) fn line_number(place: usize) -> usize {
    (place + 1) * 10_000
}

/// Puts head and lines together. `usage` is the value of `mspDetailInformation`, whatever form it has there.
pub(crate) fn document(head: Head<'_>, lines: Vec<Line>, usage: Value) -> Document {
    let total: i64 = lines.iter().map(|line| line.net).sum();
    let home = super::customers::reseller();
    let row = json!({ "documentGuid": head.guid, "documentNumber": head.number, "documentVersion": 1,
        "documentCreated": iso(head.posted), "documentValidUntil": null, "documentStatus": "Posted", "businessType": null,
        "buyerReference": head.reference, "externalDocumentNumber": head.reference, "vendorCode": head.vendor.code,
        "manufacturerName": head.vendor.name, "total": money(total), "currencyCode": head.currency, "canBeAccepted": false,
        "canBeRejected": false, "salesContact": sales_contact(), "pdfDocumentGuid": head.pdf, "mimeType": "application/pdf" });
    let due = head.posted.checked_add_days(chrono::Days::new(30));
    let header = json!({ "documentGuid": head.guid, "documentNumber": head.number, "postingDate": iso(head.posted),
        "documentDate": iso(head.posted), "dueDate": due.map(iso), "currencyCode": head.currency,
        "buyerReference": head.reference, "externalDocumentNumber": head.reference, "sellTo": home, "billTo": home, "shipTo": home });
    let lines: Vec<Value> = lines.into_iter().map(|line| line.json).collect();
    Document {
        guid: head.guid,
        number: head.number,
        posted: head.posted,
        buyer_reference: head.reference,
        row,
        detail: json!({ "header": header, "lines": lines, "mspDetailInformation": usage, "envelope": {} }),
    }
}

/// Who looks after the reseller.
pub(crate) fn sales_contact() -> Value {
    json!({ "name": "Katrin Vollmer", "phoneNumber": "+49 431 5550142", "fax": null, "eMail": "k.vollmer@distributor.example" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_fixed_and_differ_by_kind_and_place() {
        assert_eq!(guid(1, 7), guid(1, 7));
        assert_ne!(guid(1, 7), guid(2, 7));
        assert_ne!(guid(1, 7), guid(1, 8));
        assert!(uuid::Uuid::parse_str(&guid(3, 0)).is_ok_and(|id| id.get_version_num() == 4));
    }

    #[test]
    fn vat_is_rounded_to_the_cent() {
        assert_eq!(gross(121_050, GERMAN_VAT), 144_050);
        assert_eq!(gross(2_925, GERMAN_VAT), 3_481);
    }
}
