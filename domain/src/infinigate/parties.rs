//! Companies and addresses as a caller names them in an order or in a request for a quote.

use schemars::JsonSchema;
use serde::Deserialize;

use super::addresses::filled;
use super::email::EmailAddress;
use super::quote_requests::letters;
use super::tiers::Tier;
use infini_mcp_core::api::infinigate::types::{AddressWrite, ContactWrite, EndUserWrite};
use infini_mcp_core::tool::{Error, Result};

/// The end customer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndCustomer {
    /// Company name.
    name: String,
    /// Street and number.
    street: Option<String>,
    /// Postal code.
    postal_code: Option<String>,
    /// Name of the town.
    city: Option<String>,
    /// Two letters, such as DE.
    country: Option<String>,
    /// The reseller's number for them.
    customer_number: Option<String>,
    /// Their contact's e-mail address.
    email: Option<EmailAddress>,
    /// Price tier; default Std.
    tier: Option<Tier>,
}

/// Where goods go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostalAddress {
    /// Company or person.
    name: String,
    /// Street and number.
    street: String,
    /// Such as a floor or gate.
    additional: Option<String>,
    /// Postal code.
    postal_code: String,
    /// Name of the town.
    city: String,
    /// Two letters, such as DE.
    country: String,
}

fn said(text: Option<&String>) -> Option<String> {
    filled(text.map(String::as_str)).map(str::to_owned)
}

impl EndCustomer {
    /// Whose prices they get, where that was said.
    pub fn tier(&self) -> Option<Tier> {
        self.tier
    }

    /// The form that is sent.
    ///
    /// # Errors
    /// `invalid_arguments` when the name is blank or the country is none.
    pub fn write(&self) -> Result<EndUserWrite> {
        let Some(name) = filled(Some(&self.name)) else {
            return Err(Error::of_argument("end_customer.name", "must not be blank"));
        };
        let country = self.country.as_deref().map(|code| letters("end_customer.country", code, 2, "DE")).transpose()?;
        let contact = self
            .email
            .as_ref()
            .map(|address| ContactWrite { e_mail: Some(address.as_str().to_owned()), ..Default::default() });
        Ok(EndUserWrite {
            end_user_reference: said(self.customer_number.as_ref()),
            end_user_type: self.tier.map(Tier::upstream),
            company: Some(AddressWrite {
                name: Some(name.to_owned()),
                street: said(self.street.as_ref()),
                postal_code: said(self.postal_code.as_ref()),
                city: said(self.city.as_ref()),
                country_code: country,
                ..Default::default()
            }),
            contact,
        })
    }
}

impl PostalAddress {
    /// The form that is sent.
    ///
    /// # Errors
    /// `invalid_arguments` when a part that an address needs is blank, or the country is none.
    pub fn write(&self) -> Result<AddressWrite> {
        let needed =
            [("name", &self.name), ("street", &self.street), ("postal_code", &self.postal_code), ("city", &self.city)];
        if let Some((blank, _)) = needed.iter().find(|(_, part)| part.trim().is_empty()) {
            return Err(Error::of_argument(&format!("ship_to.{blank}"), "must not be blank"));
        }
        Ok(AddressWrite {
            name: said(Some(&self.name)),
            street: said(Some(&self.street)),
            additional_address_info: said(self.additional.as_ref()),
            postal_code: said(Some(&self.postal_code)),
            city: said(Some(&self.city)),
            country_code: Some(letters("ship_to.country", &self.country, 2, "DE")?),
            country_name: None,
        })
    }
}
