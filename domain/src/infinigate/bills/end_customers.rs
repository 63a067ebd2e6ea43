//! For whom something was bought. Documents call the same company by name and number, by domain, or by a short code.

use crate::folding::tidy;
use crate::infinigate::addresses::filled;
use infini_mcp_core::api::infinigate::types;

/// The reseller's customer, as far as a document says who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndCustomer {
    /// The company.
    pub name: Option<String>,
    /// Its number at Infinigate.
    pub number: Option<String>,
    /// Its domain, without `www.`.
    pub domain: Option<String>,
    /// Its short code at a vendor.
    pub code: Option<String>,
    /// The domain of its contact's e-mail address: no name of its own, for it may be a mail provider's, but evidence.
    pub mail_domain: Option<String>,
}

impl EndCustomer {
    /// The customer of a line, or of a piece of usage.
    pub fn of_company(customer: Option<types::EndCustomer>) -> Self {
        let customer = customer.unwrap_or_default();
        let company = customer.company.unwrap_or_default();
        let mail = customer.contact.and_then(|contact| contact.e_mail);
        let text = |text: Option<String>| filled(text.as_deref()).map(tidy);
        Self {
            name: text(company.name),
            number: text(company.customer_number),
            mail_domain: mail.and_then(|mail| Some(domain(mail.trim().rsplit_once('@')?.1))),
            ..Self::default()
        }
    }

    /// Takes from another telling what this one leaves out.
    #[must_use]
    pub fn completed_by(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            number: self.number.or(other.number),
            domain: self.domain.or(other.domain),
            code: self.code.or(other.code),
            mail_domain: self.mail_domain.or(other.mail_domain),
        }
    }

    /// What a person would call it.
    pub fn called(&self) -> Option<&str> {
        [&self.name, &self.domain, &self.code, &self.number].into_iter().find_map(Option::as_deref)
    }

    /// Everything it is known by, the surest first.
    pub fn identities(&self) -> impl Iterator<Item = &str> {
        [&self.number, &self.domain, &self.code, &self.name].into_iter().filter_map(Option::as_deref)
    }
}

/// A domain as it is compared and shown: without `www.`, in lower case.
pub fn domain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    text.strip_prefix("www.").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_called_by_name_before_domain_before_code() {
        let mut customer = EndCustomer { code: Some("EXG".into()), ..Default::default() };
        assert_eq!(customer.called(), Some("EXG"));
        customer.domain = Some(domain(" WWW.Example-GmbH.de"));
        assert_eq!(customer.called(), Some("example-gmbh.de"));
        customer.name = Some("Example GmbH".into());
        assert_eq!(customer.called(), Some("Example GmbH"));
        assert_eq!(EndCustomer::default().called(), None);
    }

    #[test]
    fn a_name_is_shown_tidily_and_the_domain_of_its_contact_is_kept() {
        let told = types::EndCustomer {
            company: Some(types::Company { name: Some("Gro\u{308}\u{df}e\u{a0} GmbH".into()), ..Default::default() }),
            contact: Some(types::Contact { e_mail: Some(" IT@Groesse.Example ".into()), ..Default::default() }),
        };
        let customer = EndCustomer::of_company(Some(told));
        assert_eq!(customer.name.as_deref(), Some("Größe GmbH"));
        assert_eq!(customer.mail_domain.as_deref(), Some("groesse.example"));
        assert_eq!(customer.identities().collect::<Vec<_>>(), ["Größe GmbH"]);
    }
}
