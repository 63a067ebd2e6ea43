//! `infini-mcp credentials`: users of the HTTP endpoint, and the upstream credentials they use.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::secret::{self, CredentialChanges, CredentialSources};
use super::{Failure, print};
use crate::config::Sources;
use crate::vault::{Edit, Error, Expiry, NewUser, Place, Scopes};

mod listing;
mod span;
pub(super) mod store_key;

/// What to do with users and credentials.
#[derive(Args)]
pub struct Credentials {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make an empty credential store and users file, and a key for the store when none is set.
    Init {
        /// Where to put the key; without it, credential-store.key beside the users file.
        #[arg(long, value_name = "FILE")]
        key_file: Option<PathBuf>,
    },
    /// Add a profile: upstream credentials under a name.
    AddProfile {
        /// What people call it.
        name: String,
        #[command(flatten)]
        from: CredentialSources,
    },
    /// Replace credentials of a profile; those that are not given stay.
    SetProfile {
        /// Its name.
        name: String,
        #[command(flatten)]
        from: CredentialChanges,
    },
    /// Remove a profile that no user uses.
    RemoveProfile {
        /// Its name.
        name: String,
    },
    /// Add a user and print their key, once: it is kept nowhere.
    AddUser {
        /// The user's name, which stands in the log.
        name: String,
        /// The profile whose credentials the user's calls are made with.
        #[arg(long)]
        profile: String,
        /// What the user may do, between commas, for example infinity:read,infinity:write; or all.
        #[arg(long, value_parser = scopes)]
        scopes: Scopes,
        /// When the key ends: 90d, 12h, 8w, a date such as 2027-01-31, or never.
        #[arg(long, value_parser = span::expiry, default_value = "never")]
        expires: Expiry,
    },
    /// Give a user another key and print it, once; the old one ends at once.
    RotateUserKey {
        /// The user's name.
        name: String,
        /// When the new key ends; without it, when the old one would have.
        #[arg(long, value_parser = span::expiry)]
        expires: Option<Expiry>,
    },
    /// Remove a user; the key ends at once.
    RemoveUser {
        /// The user's name.
        name: String,
    },
    /// Show users and profiles, without their secrets.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Encrypt the store with another key.
    RotateStoreKey {
        /// The file with the new key; one that is not there is made, with a random key.
        #[arg(long, value_name = "FILE")]
        new_key_file: Option<PathBuf>,
    },
    /// Take over users and profiles from the files of another server, also of the predecessor.
    Import {
        /// The other users file.
        #[arg(long, value_name = "FILE")]
        users: PathBuf,
        /// The other credential store.
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// The file with the other store's key; without it, it is the same as ours.
        #[arg(long, value_name = "FILE")]
        store_key_file: Option<PathBuf>,
    },
}

impl Credentials {
    /// Does it, and says what was done.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        let sources = Sources::gather(config);
        if !sources.faults().is_empty() {
            return Err(Failure::Usage(sources.faults().to_vec()));
        }
        let place = sources.vault();
        match self.action {
            Action::Init { key_file } => init(place, config, key_file),
            Action::AddProfile { name, from } => {
                let mut edit = begin(place)?;
                edit.add_profile(&name, from.gather(&sources)?).map_err(told)?;
                print(&format!("The profile {name} was added.\n"))
            }
            Action::SetProfile { name, from } => {
                let mut edit = begin(place)?;
                edit.set_profile(&name, from.gather(&sources)?).map_err(told)?;
                print(&format!("The profile {name} has the new credentials.\n"))
            }
            Action::RemoveProfile { name } => {
                begin(place)?.remove_profile(&name).map_err(told)?;
                print(&format!("The profile {name} was removed.\n"))
            }
            Action::AddUser { name, profile, scopes, expires } => {
                add_user(place, &NewUser { name: &name, profile: &profile, scopes: &scopes, expires_at: end(expires) })
            }
            Action::RotateUserKey { name, expires } => {
                let key = begin(place)?.rotate_user_key(&name, expires.unwrap_or(Expiry::Keep)).map_err(told)?;
                show_key(&name, &key)
            }
            Action::RemoveUser { name } => {
                begin(place)?.remove_user(&name).map_err(told)?;
                print(&format!("The user {name} was removed.\n"))
            }
            Action::List { json } => listing::list(place, json),
            Action::RotateStoreKey { new_key_file } => rotate_store_key(place, new_key_file.as_deref()),
            Action::Import { users, store, store_key_file } => {
                let key = store_key_file.as_deref().map(secret::from_file).transpose()?.or_else(|| place.key.clone());
                import(place, &Place { users, store, key })
            }
        }
    }
}

fn begin(place: Place) -> Result<Edit, Failure> {
    Edit::begin(place).map_err(told)
}

/// A fault of the files, as the command line tells it.
pub(super) fn told(error: Error) -> Failure {
    Failure::Failed(error.to_string())
}

fn scopes(text: &str) -> Result<Scopes, String> {
    if text == "all" {
        return Ok(Scopes::all());
    }
    text.parse().map_err(|error: crate::vault::UnknownScope| error.to_string())
}

fn end(expiry: Expiry) -> Option<chrono::DateTime<chrono::Utc>> {
    match expiry {
        Expiry::Keep | Expiry::Never => None,
        Expiry::At(end) => Some(end),
    }
}

fn init(mut place: Place, config: Option<&Path>, key_file: Option<PathBuf>) -> Result<(), Failure> {
    let mut text = String::new();
    if place.key.is_none() {
        let path = key_file.unwrap_or_else(|| place.users.with_file_name("credential-store.key"));
        let (key, made) = store_key::at(&path)?;
        place.key = Some(key);
        text.push_str(&if made { store_key::made(&path) } else { format!("The key is in {}.\n", path.display()) });
        text.push_str(&store_key::set_in_dotenv(&path, config)?);
    } else if let Some(path) = key_file {
        return Err(Failure::Usage(vec![format!(
            "MCP_CREDENTIAL_STORE_KEY is set already, so no key is put into {}; `infini-mcp credentials rotate-store-key` changes it",
            path.display()
        )]));
    }
    let (users, store) = (place.users.clone(), place.store.clone());
    let (_, made) = Edit::make(place).map_err(told)?;
    for path in [&users, &store] {
        let was = if made.contains(path) { "was made" } else { "is there already, and was left as it is" };
        text.push_str(&format!("{} {was}.\n", path.display()));
    }
    text.push_str("Next: infini-mcp credentials add-profile NAME, then add-user NAME --profile NAME --scopes …\n");
    print(&text)
}

fn add_user(place: Place, user: &NewUser) -> Result<(), Failure> {
    let key = begin(place)?.add_user(user).map_err(told)?;
    show_key(user.name, &key)
}

/// The key alone goes to standard output, so that a script can take it; what to know about it, beside it.
fn show_key(name: &str, key: &secrecy::SecretString) -> Result<(), Failure> {
    eprintln!("The key of {name}, shown this once and kept nowhere:");
    print(&format!("{}\n", key.expose_secret()))
}

fn rotate_store_key(place: Place, file: Option<&Path>) -> Result<(), Failure> {
    let store = place.store.clone();
    let mut edit = begin(place)?;
    let (key, text) = match file {
        Some(path) if path == Path::new("-") => (secret::from_file(path)?, String::new()),
        Some(path) => {
            let (key, made) = store_key::at(path)?;
            (key, if made { store_key::made(path) } else { String::new() })
        }
        None if secret::is_at_terminal() => (store_key::typed_twice()?, String::new()),
        None => {
            return Err(Failure::Usage(vec![
                "there is no terminal to ask for the new key: name a file with --new-key-file".into(),
            ]));
        }
    };
    edit.rotate_store_key(key).map_err(told)?;
    print(&format!(
        "{text}{} is encrypted with the new key. Set MCP_CREDENTIAL_STORE_KEY (or MCP_CREDENTIAL_STORE_KEY_FILE) to it and restart the server; until then it works on with what it has read.\n",
        store.display()
    ))
}

fn import(place: Place, other: &Place) -> Result<(), Failure> {
    let (mut edit, _) = Edit::make(place).map_err(told)?;
    let imported = edit.import(other).map_err(told)?;
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    print(&format!(
        "Taken over: profiles {}; users {}. Here already, just the same: {}.\nThe keys of the users stay the same.\n",
        list(&imported.profiles),
        list(&imported.users),
        imported.known
    ))
}
