//! Postal addresses in one line.

use infini_mcp_core::api::infinigate::types;

/// An address in one line, from the name to the country; nothing when it has no parts.
pub fn one_line(address: &types::Address) -> Option<String> {
    let town = joined([address.postal_code.as_deref(), address.city.as_deref()], " ");
    let country = filled(address.country_code.as_deref()).or(filled(address.country_name.as_deref()));
    let (name, street, more) =
        (address.name.as_deref(), address.street.as_deref(), address.additional_address_info.as_deref());
    joined([name, more, street, town.as_deref(), country], ", ")
}

fn joined<const N: usize>(parts: [Option<&str>; N], between: &str) -> Option<String> {
    let there: Vec<&str> = parts.into_iter().filter_map(filled).collect();
    (!there.is_empty()).then(|| there.join(between))
}

/// The text, unless it is blank.
pub fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_line_and_missing_parts_leave_no_gap() {
        let address = types::Address {
            name: Some("Example GmbH".into()),
            street: Some("Musterweg 1".into()),
            additional_address_info: Some(" ".into()),
            postal_code: Some("01067".into()),
            city: Some("Dresden".into()),
            country_code: Some("DE".into()),
            country_name: Some("Germany".into()),
        };
        assert_eq!(one_line(&address).as_deref(), Some("Example GmbH, Musterweg 1, 01067 Dresden, DE"));
        assert_eq!(one_line(&types::Address::default()), None);
    }
}
