//! What is sent, in words, for the question about it.
//!
//! Every body is taken apart whole, field by field: one that upstream's document gains does not compile here until it is told.

use infini_mcp_core::api::infinigate::types::{
    AddressWrite, BarracudaInfo, ContactWrite, EndUserWrite, HpInfo, ManufacturerAdditionalInfo, OrderRequestHeader,
    OrderRequestLine, QuoteRequestHeader, QuoteRequestLine, SonicWallInfo,
};
use infini_mcp_core::tool::Details;

use super::addresses::filled;

/// What the header of an order or of a request for a quote says, as both say it.
struct Header<'a> {
    reference: Option<&'a str>,
    currency: Option<&'a str>,
    contact: Option<&'a ContactWrite>,
    end_user: Option<&'a EndUserWrite>,
    sell_to: Option<&'a AddressWrite>,
    bill_to: Option<&'a AddressWrite>,
    ship_to: Option<&'a AddressWrite>,
    together: Option<bool>,
    hardware_together: Option<bool>,
    delivery_date: Option<&'a str>,
    licence_address: Option<&'a str>,
    partner_id: Option<&'a str>,
    comment: Option<&'a str>,
}

/// Tells the header of an order.
pub fn order(details: &mut Details, header: &OrderRequestHeader) {
    let OrderRequestHeader {
        your_reference,
        currency_code,
        contact,
        end_user,
        sell_to,
        bill_to,
        ship_to,
        disallow_partial_shipment,
        ship_hardware_complete,
        requested_delivery_date,
        license_delivery_address,
        manufacturer_partner_id,
        comment,
    } = header;
    let header = Header {
        reference: Some(your_reference.as_str()),
        currency: currency_code.as_deref(),
        contact: contact.as_ref(),
        end_user: end_user.as_ref(),
        sell_to: sell_to.as_ref(),
        bill_to: bill_to.as_ref(),
        ship_to: ship_to.as_ref(),
        together: *disallow_partial_shipment,
        hardware_together: *ship_hardware_complete,
        delivery_date: requested_delivery_date.as_deref(),
        licence_address: license_delivery_address.as_deref(),
        partner_id: manufacturer_partner_id.as_deref(),
        comment: comment.as_deref(),
    };
    header.tell(details);
    // What nobody says is decided by the account; that is worth knowing where goods and licences are bought.
    if header.end_user.is_none() {
        details.fact("End customer", Some("nobody named"));
    }
    if header.ship_to.is_none() {
        details.fact("Delivered to", Some("the account's address"));
    }
}

/// Tells the header of a request for a quote.
pub fn quote_request(details: &mut Details, header: &QuoteRequestHeader) {
    let QuoteRequestHeader {
        your_reference,
        currency_code,
        contact,
        end_user,
        sell_to,
        bill_to,
        ship_to,
        disallow_partial_shipment,
        ship_hardware_complete,
        requested_delivery_date,
        license_delivery_address,
        manufacturer_partner_id,
        comment,
    } = header;
    Header {
        reference: your_reference.as_deref(),
        currency: currency_code.as_deref(),
        contact: contact.as_ref(),
        end_user: end_user.as_ref(),
        sell_to: sell_to.as_ref(),
        bill_to: bill_to.as_ref(),
        ship_to: ship_to.as_ref(),
        together: *disallow_partial_shipment,
        hardware_together: *ship_hardware_complete,
        delivery_date: requested_delivery_date.as_deref(),
        licence_address: license_delivery_address.as_deref(),
        partner_id: manufacturer_partner_id.as_deref(),
        comment: comment.as_deref(),
    }
    .tell(details);
}

impl Header<'_> {
    fn tell(&self, details: &mut Details) {
        details.fact("Your number", self.reference);
        details.fact("End customer", self.end_user.map(end_user).as_deref());
        details.fact("Licences go to", self.licence_address);
        details.fact("Delivered to", self.ship_to.map(address).as_deref());
        details.fact("Sold to", self.sell_to.map(address).as_deref());
        details.fact("Billed to", self.bill_to.map(address).as_deref());
        details.fact("Wished delivery", self.delivery_date.map(day));
        details.fact("Shipping", shipping(self.together, self.hardware_together));
        details.fact("Contact", self.contact.map(contact).as_deref());
        details.fact("Currency asked for", self.currency);
        details.fact("Partner id at the vendor", self.partner_id);
        details.words("Comment", self.comment);
    }
}

/// What a line of an order says beside article and quantity.
pub fn order_line(line: &OrderRequestLine) -> Vec<String> {
    let OrderRequestLine {
        // The article's name and numbers, the quantity, and the place among the lines, stand at the line's head.
        item_number: _,
        manufacturer_item_number: _,
        quantity: _,
        your_line_number: _,
        item_description,
        special_bid_deal_no,
        your_item_number,
        manufacturer_additional_info,
    } = line;
    more(item_description, special_bid_deal_no, your_item_number, manufacturer_additional_info.as_ref())
}

/// What a line of a request for a quote says beside article and quantity.
pub fn quote_request_line(line: &QuoteRequestLine) -> Vec<String> {
    let QuoteRequestLine {
        item_number: _,
        manufacturer_item_number: _,
        quantity: _,
        your_line_number: _,
        item_description,
        special_bid_deal_no,
        your_item_number,
        manufacturer_additional_info,
    } = line;
    more(item_description, special_bid_deal_no, your_item_number, manufacturer_additional_info.as_ref())
}

fn more(
    description: &Option<String>,
    deal: &Option<String>,
    own_number: &Option<String>,
    info: Option<&ManufacturerAdditionalInfo>,
) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |name: &str, value: &Option<String>| {
        told.extend(filled(value.as_deref()).map(|value| format!("{name} {value}")));
    };
    tell("described as", description);
    tell("deal number", deal);
    tell("your item number", own_number);
    let Some(info) = info else { return told };
    let ManufacturerAdditionalInfo {
        barracuda,
        hp,
        sonic_wall,
        license_id,
        period_start,
        period_end,
        previous_serial_number,
        serial_number,
    } = info;
    let of_day = |moment: &Option<String>| moment.as_deref().map(|moment| day(moment).to_owned());
    tell("licence", license_id);
    tell("serial number", serial_number);
    tell("previous serial number", previous_serial_number);
    tell("from", &of_day(period_start));
    tell("to", &of_day(period_end));
    if let Some(BarracudaInfo { partner_status, commission, deal_registration_number }) = barracuda {
        tell("Barracuda deal registration", deal_registration_number);
        tell("Barracuda partner status", partner_status);
        tell("Barracuda commission", commission);
    }
    if let Some(HpInfo { bundle_id, smart_quote_id }) = hp {
        tell("HP smart quote", smart_quote_id);
        tell("HP bundle", bundle_id);
    }
    if let Some(SonicWallInfo { friendly_name }) = sonic_wall {
        tell("SonicWall name", friendly_name);
    }
    told
}

fn end_user(user: &EndUserWrite) -> String {
    let EndUserWrite { end_user_reference, end_user_type, company, contact: person } = user;
    let named = |name: &str, value: &Option<String>| value.as_deref().map(|value| format!("{name} {value}"));
    joined([
        company.as_ref().map(address),
        person.as_ref().map(contact),
        named("customer number", end_user_reference),
        named("price tier", end_user_type),
    ])
}

fn address(address: &AddressWrite) -> String {
    let AddressWrite { name, street, additional_address_info, postal_code, city, country_code, country_name } = address;
    let town = [postal_code.as_deref(), city.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    joined([
        name.clone(),
        additional_address_info.clone(),
        street.clone(),
        Some(town),
        country_code.clone(),
        country_name.clone(),
    ])
}

fn contact(contact: &ContactWrite) -> String {
    let ContactWrite { name, phone_number, fax, e_mail } = contact;
    let fax = fax.as_deref().map(|number| format!("fax {number}"));
    joined([name.clone(), e_mail.clone(), phone_number.clone(), fax])
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    parts.join(", ")
}

fn shipping(together: Option<bool>, hardware_together: Option<bool>) -> Option<&'static str> {
    match (together, hardware_together) {
        (Some(true), _) => Some("everything together"),
        (_, Some(true)) => Some("all hardware together"),
        (Some(false), _) | (_, Some(false)) => Some("every part as it comes"),
        (None, None) => None,
    }
}

/// The day of a moment as it is sent.
fn day(moment: &str) -> &str {
    moment.strip_suffix("T00:00:00Z").unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_ways_of_shipping_have_words_of_their_own() {
        let words =
            [(false, false), (false, true), (true, true)].map(|(all, hardware)| shipping(Some(all), Some(hardware)));
        assert_eq!(words, [Some("every part as it comes"), Some("all hardware together"), Some("everything together")]);
        assert_eq!(shipping(None, None), None);
    }

    #[test]
    fn an_address_is_told_to_its_last_part() {
        let text = |text: &str| Some(text.to_owned());
        let place = AddressWrite {
            name: text("Example GmbH"),
            street: text("Musterweg 1"),
            additional_address_info: text("Gate 3"),
            postal_code: text("01067"),
            city: text("Dresden"),
            country_code: text("DE"),
            country_name: None,
        };
        assert_eq!(address(&place), "Example GmbH, Gate 3, Musterweg 1, 01067 Dresden, DE");
    }
}
