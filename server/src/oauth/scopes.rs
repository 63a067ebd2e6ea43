//! The scopes of this server and what they mean to a person.

use std::collections::BTreeSet;

use super::words::Language;

/// A scope with its meaning.
pub struct Scope {
    /// As it stands in tokens and metadata.
    pub name: &'static str,
    english: &'static str,
    german: &'static str,
}

/// How much a scope lets a client do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// See things.
    Reads,
    /// Create and change things.
    Writes,
    /// Spend money, or destroy something.
    Grave,
}

/// Every scope a token can carry, from harmless to grave.
pub const SCOPES: [Scope; 7] = [
    Scope {
        name: "infinity:read",
        english: "See workspaces, boards, items and comments in Infinity",
        german: "Arbeitsbereiche, Boards, Einträge und Kommentare in Infinity ansehen",
    },
    Scope {
        name: "infinity:write",
        english: "Create and change boards, items and comments in Infinity",
        german: "Boards, Einträge und Kommentare in Infinity anlegen und ändern",
    },
    Scope {
        name: "infinity:admin",
        english: "Archive and delete in Infinity, and manage members",
        german: "In Infinity archivieren und löschen sowie Mitglieder verwalten",
    },
    Scope {
        name: "infinigate:read",
        english: "See products, prices, quotes and invoices of Infinigate",
        german: "Produkte, Preise, Angebote und Rechnungen von Infinigate ansehen",
    },
    Scope {
        name: "infinigate:write",
        english: "Request quotes from Infinigate and change settings of its reports",
        german: "Angebote bei Infinigate anfragen und Einstellungen der Auswertungen ändern",
    },
    Scope {
        name: "infinigate:admin",
        english: "Reject quotes of Infinigate and remove settings of its reports",
        german: "Angebote von Infinigate ablehnen und Einstellungen der Auswertungen entfernen",
    },
    Scope {
        name: "infinigate:order",
        english: "Order from Infinigate and accept quotes: this spends money",
        german: "Bei Infinigate bestellen und Angebote annehmen: das gibt Geld aus",
    },
];

impl Scope {
    /// What it means, for the person who is asked.
    pub fn meaning(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::German => self.german,
        }
    }

    /// Whether it lets a client spend money or destroy something.
    pub fn is_grave(&self) -> bool {
        self.weight() == Weight::Grave
    }

    /// How much it lets a client do. What is not known to be harmless is grave.
    pub fn weight(&self) -> Weight {
        match self.name.rsplit_once(':') {
            Some((_, "read")) => Weight::Reads,
            Some((_, "write")) => Weight::Writes,
            Some(_) | None => Weight::Grave,
        }
    }
}

/// The scopes in a text between spaces that this server knows; others, such as `offline_access`, are for other servers.
pub fn known(text: &str) -> BTreeSet<String> {
    text.split(' ').filter(|word| SCOPES.iter().any(|scope| scope.name == *word)).map(str::to_owned).collect()
}

/// Every scope.
pub fn all() -> BTreeSet<String> {
    SCOPES.iter().map(|scope| scope.name.to_owned()).collect()
}

/// As they stand in a token or a request.
pub fn text(scopes: &BTreeSet<String>) -> String {
    scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_there_is_can_be_consented_to() {
        let named: BTreeSet<String> =
            infini_mcp_core::vault::Scopes::all().names().into_iter().map(str::to_owned).collect();
        assert_eq!(named, all());
    }

    #[test]
    fn scopes_of_other_servers_are_passed_over() {
        assert_eq!(text(&known("offline_access infinity:write infinity:read openid")), "infinity:read infinity:write");
    }
}
