//! Every setting: its names, its default, what it means, and where it is read from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use secrecy::SecretString;

pub mod clients;
mod doors;
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

pub use doors::{HostPattern, OriginPattern};
pub use files::{dotenv_at, dotenv_with, this_program};
pub use oauth::{Embedded, External, Lifetimes, MetadataHosts, OAuth, PublicUrl, Scopeless, Way};
pub use settings::{Http, LogFormat, Settings, Transport};
pub use table::{SETTINGS, Setting, markdown_table};
pub use upstream::Reach;
pub use watching::Watching;

/// Where settings come from; a flag wins over the environment, the environment over .env, that over infini-mcp.toml.
pub struct Sources {
    values: BTreeMap<&'static str, Found>,
    faults: Vec<String>,
    /// What the environment's `TZ` says, which is no setting of ours.
    machine_zone: Option<String>,
    /// Whether users count over stdio, too.
    with_users: bool,
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
    /// The folder of a settings file that was named, which may be read from any other folder.
    folder: Option<&'a Path>,
}

impl<'a> Origin<'a> {
    /// Variables that no file holds.
    const ENVIRONMENT: Self = Self { prefix: "", is_by_chance: false, folder: None };

    /// The variables of a settings file.
    fn file(path: &'a Path, prefix: &'a str, is_named: bool) -> Self {
        Self { prefix, is_by_chance: !is_named, folder: path.parent().filter(|_| is_named) }
    }

    /// A path as it was meant: beside the settings file that names it, whatever folder this process was started in. A file
    /// that only the folder of the process has is taken as before.
    fn path(&self, written: &str) -> String {
        let beside = self.folder.map(|folder| folder.join(written)).filter(|_| Path::new(written).is_relative());
        match beside {
            Some(beside) if beside.exists() || !Path::new(written).exists() => beside.to_string_lossy().into_owned(),
            Some(_) | None => written.to_owned(),
        }
    }

    /// The address of a state whose file has a relative path.
    fn state(&self, address: &str) -> String {
        match address.strip_prefix("sqlite:").map(|path| path.trim_start_matches("//")) {
            Some(path) if !path.is_empty() && !path.starts_with(':') => format!("sqlite:{}", self.path(path)),
            Some(_) | None => address.to_owned(),
        }
    }
}

impl Sources {
    /// Reads the environment and the settings files: the named one only, or else those of the current folder.
    pub fn gather(file: Option<&Path>) -> Self {
        let mut sources = Self { values: BTreeMap::new(), faults: Vec::new(), machine_zone: None, with_users: false };
        sources.read_files(file);
        sources.read_environment(std::env::vars());
        sources.check_chance();
        sources
    }

    /// What a program would read that is started with these variables and this settings file, whatever the environment here.
    pub fn of_entry<'a>(file: Option<&Path>, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut sources = Self { values: BTreeMap::new(), faults: Vec::new(), machine_zone: None, with_users: false };
        if file.is_some() {
            sources.read_files(file);
        }
        sources.read_environment(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        sources
    }

    /// Settings from these pairs only, as a test or a program sets them.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::of_entry(None, pairs)
    }

    /// Whether the settings say so far that clients reach the server over HTTP.
    pub fn is_http(&self) -> bool {
        self.text("MCP_TRANSPORT").eq_ignore_ascii_case("http")
    }

    /// The address of the MCP endpoint for clients: the public one, or else that of this machine.
    pub fn endpoint(&self) -> String {
        match self.text("OAUTH_PUBLIC_URL").trim_end_matches('/') {
            "" => format!("http://127.0.0.1:{}/mcp", self.text("MCP_HTTP_PORT")),
            public => format!("{}/mcp", public.trim_end_matches("/mcp")),
        }
    }

    /// Whether the settings name credentials of one service at least.
    pub fn have_credentials(&self) -> bool {
        ["INFINITY_API_TOKEN", "INFINIGATE_API_KEY"].iter().any(|name| self.is_set(name))
    }

    /// Sets what a flag says.
    pub fn set_flag(&mut self, name: &'static str, flag: &str, value: impl Into<String>) {
        self.values.insert(name, Found { value: value.into(), place: format!("the flag {flag}"), is_by_chance: false });
    }

    /// Takes in the users and their profiles, if there are any, whatever the transport: for a command that looks after what
    /// was done with all credentials of an installation.
    pub fn with_users(&mut self) {
        self.with_users = true;
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

    /// Those of the upstream credentials that the settings name, to replace the same ones of a profile.
    pub fn credential_change(&self) -> infini_mcp_core::vault::CredentialChange {
        users::credential_change(self)
    }

    /// What could not be read of files and environment so far.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    fn read_environment(&mut self, variables: impl Iterator<Item = (String, String)>) {
        let variables: Vec<(String, String)> = variables.collect();
        self.machine_zone = variables.iter().find(|(name, _)| name == "TZ").map(|(_, zone)| zone.clone());
        self.read_variables(variables, Origin::ENVIRONMENT);
    }

    /// Takes the variables of one origin.
    fn read_variables(&mut self, variables: Vec<(String, String)>, origin: Origin<'_>) {
        let prefix = origin.prefix;
        let set = variables.iter().filter(|(_, value)| !value.trim().is_empty());
        self.check_once(&set.map(|(name, _)| name.as_str()).collect(), origin);
        for (name, value) in &variables {
            if value.trim().is_empty() || is_unreplaced(name, value) || self.take(name, value.clone(), origin) {
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
            if is_placeholder(setting.name, &value) {
                self.faults
                    .push(format!("{place} still holds the placeholder of client-config; put your own value there."));
                return true;
            }
            let value = match setting.name {
                "STATE_URL" => origin.state(&value),
                name if table::is_path(name) => origin.path(&value),
                _ => value,
            };
            // The first name of a setting wins over its aliases, whichever comes first.
            let is_alias = setting.name != name;
            if !(is_alias && self.values.get(setting.name).is_some_and(|found| found.place == setting.name)) {
                self.values.insert(setting.name, Found { value, place, is_by_chance });
            }
            return true;
        }
        let Some(setting) = secret_in_file(name) else { return false };
        let value = origin.path(&value);
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

/// Whether a value is only the variable's own name in the way that a client writes it: the client had nothing to put there,
/// so the variable is not set. `${NAME}`, `$NAME`, `${env:NAME}`, `{env:NAME}`.
fn is_unreplaced(name: &str, value: &str) -> bool {
    let value = value.trim();
    let inside = value.strip_prefix("${").or_else(|| value.strip_prefix('{')).and_then(|rest| rest.strip_suffix('}'));
    inside.or_else(|| value.strip_prefix('$')).is_some_and(|inside| inside.trim_start_matches("env:") == name)
}

/// Whether a credential is still what `client-config` writes where a client knows no variables: words between `<` and `>`. No
/// credential has a space in it.
fn is_placeholder(name: &str, value: &str) -> bool {
    ["INFINIGATE_", "INFINITY_"].iter().any(|service| name.starts_with(service))
        && value.trim().strip_prefix('<').is_some_and(|rest| rest.ends_with('>') && rest.contains(' '))
}

/// The secret setting whose value is in the file that this variable names.
fn secret_in_file(name: &str) -> Option<&'static Setting> {
    name.strip_suffix("_FILE").and_then(table::find).filter(|setting| setting.secret)
}

/// A secret setting's value.
fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}
