//! Every setting: its names, its default, what it means, and where it is read from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use secrecy::SecretString;

pub mod clients;
mod dotenv;
mod files;
mod oauth;
mod read;
mod settings;
mod state;
mod table;
mod upstream;
mod users;
mod watching;

pub use files::{dotenv_at, dotenv_with, this_program};
pub use oauth::{Embedded, External, Lifetimes, MetadataHosts, OAuth, PublicUrl, Way};
pub use settings::{Http, LogFormat, Settings, Transport};
pub use table::{SETTINGS, Setting, markdown_table};
pub use upstream::Reach;
pub use watching::Watching;

/// Where settings come from; a flag wins over the environment, the environment over .env, that over infini-mcp.toml.
pub struct Sources {
    values: BTreeMap<&'static str, Found>,
    faults: Vec<String>,
}

/// A value with the place it was found in, for messages.
struct Found {
    value: String,
    place: String,
    /// Whether it comes from a file that merely lay in the current folder.
    is_by_chance: bool,
}

/// Where variables are read from.
#[derive(Clone, Copy)]
struct Origin<'a> {
    /// What their names are told with, besides themselves.
    prefix: &'a str,
    is_by_chance: bool,
}

impl Sources {
    /// Reads the environment and the settings files: the named one only, or else those of the current folder.
    pub fn gather(file: Option<&Path>) -> Self {
        let mut sources = Self { values: BTreeMap::new(), faults: Vec::new() };
        sources.read_files(file);
        sources.read_environment(std::env::vars());
        sources.check_chance();
        sources
    }

    /// Settings from these pairs only, as a test or a program sets them.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut sources = Self { values: BTreeMap::new(), faults: Vec::new() };
        sources.read_environment(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        sources
    }

    /// Sets what a flag says.
    pub fn set_flag(&mut self, name: &'static str, flag: &str, value: impl Into<String>) {
        self.values.insert(name, Found { value: value.into(), place: format!("the flag {flag}"), is_by_chance: false });
    }

    /// Checks everything and gives the settings.
    ///
    /// # Errors
    /// All faults at once, each saying what to change.
    pub fn settings(mut self) -> Result<Settings, Vec<String>> {
        let settings = Settings::read(&mut self);
        if self.faults.is_empty() { Ok(settings) } else { Err(self.faults) }
    }

    /// Where users and credentials are kept, for the commands that make and change them; what else may be wrong with the
    /// settings does not keep them from it.
    pub fn vault(&self) -> infini_mcp_core::vault::Place {
        users::place(self)
    }

    /// The upstream credentials that the settings name, to be put into the vault.
    ///
    /// # Errors
    /// When those of Infinigate are not complete.
    pub fn credentials(&self) -> Result<infini_mcp_core::vault::Credentials, String> {
        users::credentials(self)
    }

    /// What could not be read of files and environment so far.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    fn read_environment(&mut self, variables: impl Iterator<Item = (String, String)>) {
        self.read_variables(variables.collect(), Origin { prefix: "", is_by_chance: false });
    }

    /// Takes the variables of one origin.
    fn read_variables(&mut self, variables: Vec<(String, String)>, origin: Origin<'_>) {
        let prefix = origin.prefix;
        let set = variables.iter().filter(|(_, value)| !value.trim().is_empty());
        self.check_once(&set.map(|(name, _)| name.as_str()).collect(), origin);
        for (name, value) in &variables {
            if value.trim().is_empty() || self.take(name, value.clone(), origin) {
                continue;
            }
            if let Some(meant) = table::misspelt(name) {
                self.faults
                    .push(format!("The variable {prefix}{name} is not a setting; {meant} is. Rename or remove it."));
            }
        }
    }

    /// Refuses a secret that one origin gives both as it is and in a file: nobody could tell which one counts.
    fn check_once(&mut self, set: &BTreeSet<&str>, origin: Origin<'_>) {
        let prefix = origin.prefix;
        for name in set {
            let names = secret_in_file(name).into_iter().flat_map(|setting| [Some(setting.name), setting.alias]);
            if let Some(too) = names.flatten().find(|name| set.contains(name)) {
                self.faults.push(format!("{prefix}{name} and {prefix}{too} are both set; keep one of them."));
            }
        }
    }

    /// Takes a value under a setting's name, an alias, or a secret's `_FILE` form.
    fn take(&mut self, name: &str, value: String, origin: Origin<'_>) -> bool {
        let (place, is_by_chance) = (format!("{}{name}", origin.prefix), origin.is_by_chance);
        if let Some(setting) = table::find(name) {
            // The first name of a setting wins over its aliases, whichever comes first.
            let is_alias = setting.name != name;
            if !(is_alias && self.values.get(setting.name).is_some_and(|found| found.place == setting.name)) {
                self.values.insert(setting.name, Found { value, place, is_by_chance });
            }
            return true;
        }
        let Some(setting) = secret_in_file(name) else { return false };
        match std::fs::read_to_string(&value) {
            Ok(text) => {
                let value = text.trim_end_matches(['\r', '\n']).to_owned();
                self.values.insert(setting.name, Found { value, place, is_by_chance });
            }
            Err(error) => self.faults.push(format!("{place} names the file {value}, which cannot be read: {error}.")),
        }
        true
    }
}

/// The secret setting whose value is in the file that this variable names.
fn secret_in_file(name: &str) -> Option<&'static Setting> {
    name.strip_suffix("_FILE").and_then(table::find).filter(|setting| setting.secret)
}

/// A secret setting's value.
fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}
