//! What the pages say, in English and in German.

/// A language the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

impl Language {
    /// The one that was chosen, else the one the browser prefers, else English.
    pub fn of(chosen: Option<&str>, accepted: Option<&str>) -> Self {
        chosen.and_then(Self::named).unwrap_or_else(|| accepted.map_or(Self::English, Self::preferred))
    }

    fn named(tag: &str) -> Option<Self> {
        match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
            "de" => Some(Self::German),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// From `Accept-Language`, by weight; of equal ones the first.
    fn preferred(accepted: &str) -> Self {
        let mut best = (0.0, Self::English);
        for part in accepted.split(',') {
            let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
            let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()).unwrap_or(1.0);
            if let Some(language) = Self::named(tag).filter(|_| weight > best.0) {
                best = (weight, language);
            }
        }
        best.1
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What the pages say in it.
    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

/// Every sentence of the pages.
#[derive(Debug)]
pub struct Words {
    /// Heading of the consent page; the client's name stands before it.
    pub wants_access: &'static str,
    /// Before the host of a client that is known by its document.
    pub published_by: &'static str,
    /// Of a client that registered itself.
    pub unverified: &'static str,
    /// Before the host that the answer goes to.
    pub answer_goes_to: &'static str,
    /// In place of the host, when it is this machine.
    pub this_machine: &'static str,
    /// Above the scopes.
    pub allowed_to: &'static str,
    /// Above the scopes that the client did not ask for.
    pub not_asked_for: &'static str,
    /// Below the scopes.
    pub never_more: &'static str,
    /// Label of the key.
    pub your_key: &'static str,
    /// Below the key.
    pub key_hint: &'static str,
    /// The button that consents.
    pub allow: &'static str,
    /// The button that does not.
    pub deny: &'static str,
    /// The key is nobody's.
    pub wrong_key: &'static str,
    /// Too many wrong keys; the seconds to wait follow.
    pub too_many: &'static str,
    /// After the seconds.
    pub seconds: &'static str,
    /// None of the chosen scopes is the person's.
    pub no_scope: &'static str,
    /// Title of a page that says why nothing happens.
    pub refused: &'static str,
    /// What to do about it.
    pub go_back: &'static str,
    /// The form is too old, of another browser, or changed.
    pub stale: &'static str,
    /// The other language.
    pub other_language: &'static str,
}

static ENGLISH: Words = Words {
    wants_access: "wants to use this server in your name",
    published_by: "Published by",
    unverified: "This program registered itself. Nobody has checked its name.",
    answer_goes_to: "The answer goes to",
    this_machine: "a program on your own computer",
    allowed_to: "It would be allowed to:",
    not_asked_for: "What it did not ask for",
    never_more: "Tick what you want it to do. It never gets more than you may do yourself.",
    your_key: "Your MCP key",
    key_hint: "The key you were given for this server. The program does not get to see it.",
    allow: "Allow",
    deny: "Deny",
    wrong_key: "This key was not accepted. Nothing was allowed. Check the key and try again.",
    too_many: "Too many attempts. Nothing was allowed. Try again in",
    seconds: "seconds.",
    no_scope: "Nothing was allowed: you may do none of what is ticked. Tick something else, or ask your administrator.",
    refused: "This request was refused",
    go_back: "Nothing was allowed. Close this page and connect again in the program you came from.",
    stale: "The form is too old, was opened in another browser, or was changed on the way.",
    other_language: "Deutsch",
};

static GERMAN: Words = Words {
    wants_access: "möchte diesen Server in Ihrem Namen benutzen",
    published_by: "Veröffentlicht von",
    unverified: "Dieses Programm hat sich selbst angemeldet. Niemand hat seinen Namen geprüft.",
    answer_goes_to: "Die Antwort geht an",
    this_machine: "ein Programm auf Ihrem eigenen Rechner",
    allowed_to: "Es dürfte dann:",
    not_asked_for: "Wonach es nicht gefragt hat",
    never_more: "Haken Sie an, was es tun soll. Es bekommt nie mehr Rechte, als Sie selbst haben.",
    your_key: "Ihr MCP-Schlüssel",
    key_hint: "Der Schlüssel, den Sie für diesen Server erhalten haben. Das Programm bekommt ihn nicht zu sehen.",
    allow: "Erlauben",
    deny: "Ablehnen",
    wrong_key: "Dieser Schlüssel wurde nicht angenommen. Es wurde nichts erlaubt. Prüfen Sie ihn und versuchen Sie es noch einmal.",
    too_many: "Zu viele Versuche. Es wurde nichts erlaubt. Versuchen Sie es wieder in",
    seconds: "Sekunden.",
    no_scope: "Es wurde nichts erlaubt: Sie selbst dürfen nichts von dem, was angehakt ist. Wählen Sie anderes oder fragen Sie Ihre Administration.",
    refused: "Diese Anfrage wurde abgelehnt",
    go_back: "Es wurde nichts erlaubt. Schließen Sie diese Seite und verbinden Sie sich in dem Programm, aus dem Sie kommen, noch einmal.",
    stale: "Das Formular ist zu alt, wurde in einem anderen Browser geöffnet oder unterwegs verändert.",
    other_language: "English",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_language_wins_over_the_browsers_and_english_over_none() {
        for (chosen, accepted, language) in [
            (None, None, Language::English),
            (None, Some("de-AT,de;q=0.9,en;q=0.8"), Language::German),
            (None, Some("fr, en;q=0.5, de;q=0.7"), Language::German),
            (None, Some("en-GB,de;q=0.9"), Language::English),
            (None, Some("fr"), Language::English),
            (Some("de"), Some("en"), Language::German),
            (Some("xx"), Some("de"), Language::German),
        ] {
            assert_eq!(Language::of(chosen, accepted), language, "{chosen:?} {accepted:?}");
        }
    }
}
