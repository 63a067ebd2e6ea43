//! Reading one setting as the kind of value it is, and saying clearly when it is not.

use std::str::FromStr;

use secrecy::SecretString;

use super::{Sources, secret, table};

impl Sources {
    /// Whether a setting is set at all.
    pub fn is_set(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The text of a setting; its default when it is not set.
    pub(super) fn text(&self, name: &str) -> String {
        self.values
            .get(name)
            .map(|found| found.value.trim().to_owned())
            .unwrap_or_else(|| table::find(name).map(|setting| setting.default.to_owned()).unwrap_or_default())
    }

    /// A secret, when it is set.
    pub(super) fn secret(&self, name: &str) -> Option<SecretString> {
        self.values.get(name).map(|found| secret(found.value.trim()))
    }

    /// A number within bounds.
    pub(super) fn number<T: FromStr + PartialOrd + std::fmt::Display + Copy>(
        &mut self,
        name: &'static str,
        least: T,
        most: T,
    ) -> T {
        let text = self.text(name);
        match text.parse::<T>() {
            Ok(number) if number >= least && number <= most => number,
            Ok(_) | Err(_) => {
                self.fault(name, &format!("must be a number from {least} to {most}"));
                least
            }
        }
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)], otherwise: T) -> T {
        let text = self.text(name).to_lowercase();
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        self.fault(name, &format!("must be one of {}", words.join(", ")));
        otherwise
    }

    /// A list of words between commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        self.text(name).split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    /// An `http` or `https` address without a trailing slash.
    pub(super) fn address(&mut self, name: &'static str) -> String {
        let text = self.text(name);
        match url::Url::parse(&text) {
            Ok(url)
                if matches!(url.scheme(), "http" | "https")
                    && url.host().is_some()
                    && url.query().is_none()
                    && url.fragment().is_none() => {}
            Ok(_) | Err(_) => self.fault(name, "must be an http or https address without query"),
        }
        text.trim_end_matches('/').to_owned()
    }

    /// Notes that a setting is wrong. The value itself is not shown: it may be a secret in the wrong place.
    pub(super) fn fault(&mut self, name: &str, problem: &str) {
        let place = self
            .values
            .get(name)
            .map(|found| found.place.clone())
            .filter(|place| place != name)
            .map(|place| format!(" (from {place})"))
            .unwrap_or_default();
        self.faults.push(format!("{name}{place} {problem}."));
    }
}
