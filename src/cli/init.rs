//! `infini-mcp init`: from nothing to a server that can be used.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret;

use super::credentials::{store_key, told};
use super::secret::{self, CredentialSources};
use super::{Failure, print};
use crate::config::{Sources, dotenv_at, dotenv_with};
use crate::vault::{Credentials, Edit, NewUser, Scopes, replace_private_file};

/// The file that the answers are written to.
const DOTENV: &str = ".env";

/// The first profile's name.
const PROFILE: &str = "default";

/// How to set up. What is not said is asked for at a terminal.
#[derive(Args)]
pub struct Init {
    /// For one person at this machine: the client starts the server (stdio).
    #[arg(long, conflicts_with_all = ["http", "sandbox"])]
    stdio: bool,
    /// For a team: one server over HTTP, each user with a key of their own.
    #[arg(long)]
    http: bool,
    /// Only try it: with the built-in simulator, no credentials are needed and nothing is written.
    #[arg(long, conflicts_with = "http")]
    sandbox: bool,
    /// The first user's name; with --http only.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Replace what .env says already about the same settings.
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    from: CredentialSources,
}

/// What the server is for.
#[derive(Clone, Copy)]
enum Purpose {
    Trial,
    Person,
    Team,
}

impl Init {
    /// Asks, writes, and says what to do next.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        if config.is_some() {
            return Err(Failure::Usage(vec!["init writes .env in the current folder; run it without --config".into()]));
        }
        let sources = Sources::gather(None);
        if !sources.faults().is_empty() {
            return Err(Failure::Usage(sources.faults().to_vec()));
        }
        match self.purpose()? {
            Purpose::Trial => print(
                "Nothing needs to be written. Next:\n  infini-mcp call infinity_list_workspaces --sandbox\n  infini-mcp client-config claude-code --sandbox\n",
            ),
            Purpose::Person => self.for_a_person(&sources),
            Purpose::Team => self.for_a_team(&sources),
        }
    }

    fn purpose(&self) -> Result<Purpose, Failure> {
        match (self.sandbox, self.stdio, self.http) {
            (true, _, _) => return Ok(Purpose::Trial),
            (_, true, _) => return Ok(Purpose::Person),
            (_, _, true) => return Ok(Purpose::Team),
            (false, false, false) if secret::is_at_terminal() => {}
            (false, false, false) => {
                return Err(Failure::Usage(vec![
                    "there is no terminal to ask: say what the server is for with --stdio, --http or --sandbox".into(),
                ]));
            }
        }
        eprintln!(
            "What is the server for?\n  1  one person at this machine\n  2  a team, over HTTP, each with a key of their own\n  3  a trial with simulated services"
        );
        match secret::answer("1, 2 or 3 [1]")?.as_str() {
            "" | "1" => Ok(Purpose::Person),
            "2" => Ok(Purpose::Team),
            "3" => Ok(Purpose::Trial),
            _ => Err(Failure::Failed("that was none of them; nothing was written".into())),
        }
    }

    fn for_a_person(&self, sources: &Sources) -> Result<(), Failure> {
        let credentials = self.from.gather(sources)?;
        check(&credentials)?;
        let variables = variables(&credentials);
        let pairs: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.expose_secret())).collect();
        self.write_dotenv(&pairs)?;
        print(
            ".env was written, for your eyes only. Next:\n  infini-mcp tools\n  infini-mcp client-config claude-desktop, run in this folder (`infini-mcp help client-config` names the other clients)\n",
        )
    }

    fn for_a_team(&self, sources: &Sources) -> Result<(), Failure> {
        let mut place = sources.vault();
        if place.users.exists() || place.store.exists() {
            return Err(Failure::Failed(format!(
                "there are users or credentials already ({} or {}); nothing was written. `infini-mcp credentials` manages them",
                place.users.display(),
                place.store.display()
            )));
        }
        let name = self.user_name()?;
        let credentials = self.from.gather(sources)?;
        check(&credentials)?;
        let (users, store) = (place.users.to_string_lossy().into_owned(), place.store.to_string_lossy().into_owned());
        let mut pairs = vec![
            ("MCP_TRANSPORT", "http"),
            ("MCP_USERS_FILE", users.as_str()),
            ("MCP_CREDENTIAL_STORE_FILE", store.as_str()),
        ];
        let key_file: PathBuf = place.users.with_file_name("credential-store.key");
        let key_file = key_file.to_string_lossy();
        let makes_key = place.key.is_none();
        if makes_key {
            pairs.push(("MCP_CREDENTIAL_STORE_KEY_FILE", &key_file));
        }
        self.may_write(&pairs)?;
        let mut text = String::new();
        if makes_key {
            let path = Path::new(key_file.as_ref());
            place.key = Some(store_key::at(path)?.0);
            text = store_key::made(path);
        }
        let (mut edit, _) = Edit::make(place).map_err(told)?;
        edit.add_profile(PROFILE, credentials).map_err(told)?;
        let everything = Scopes::all();
        let user = NewUser { name: &name, profile: PROFILE, scopes: &everything, expires_at: None };
        let key = edit.add_user(&user).map_err(told)?;
        write_dotenv(&pairs)?;
        let endpoint = sources.endpoint();
        eprint!(
            "{text}.env, {users} and {store} were written, for your eyes only. {name} may do everything; add others with less: infini-mcp credentials add-user NAME --profile {PROFILE} --scopes infinity:read,infinigate:read\nNext: infini-mcp serve --http in this folder, and for each client: infini-mcp client-config claude-code --url {endpoint}\nThe key of {name}, shown this once and kept nowhere:\n"
        );
        print(&format!("{}\n", key.expose_secret()))
    }

    fn user_name(&self) -> Result<String, Failure> {
        match &self.user {
            Some(name) => Ok(name.clone()),
            None if secret::is_at_terminal() => secret::answer("Name of the first user"),
            None => Err(Failure::Usage(vec!["say the first user's name with --user".into()])),
        }
        .and_then(|name| match crate::vault::unfit_user_name(&name) {
            Some(why) => Err(Failure::Failed(format!("{name:?} cannot be the name of a user: {why}"))),
            None => Ok(name),
        })
    }

    fn write_dotenv(&self, pairs: &[(&str, &str)]) -> Result<(), Failure> {
        self.may_write(pairs)?;
        write_dotenv(pairs)
    }

    /// Whether the variables may be written: none is there with another value, or somebody says that it may go.
    fn may_write(&self, pairs: &[(&str, &str)]) -> Result<(), Failure> {
        let there = dotenv_at(&PathBuf::from(DOTENV));
        let changed: Vec<&str> = pairs
            .iter()
            .filter(|(name, value)| there.iter().any(|(other, old)| other == name && old != value))
            .map(|(name, _)| *name)
            .collect();
        if changed.is_empty() || self.overwrite {
            return Ok(());
        }
        let what = format!(".env sets {} already", changed.join(", "));
        if !secret::is_at_terminal() {
            return Err(Failure::Failed(format!("{what}; nothing was written. Add --overwrite to replace it")));
        }
        match secret::answer(&format!("{what}. Type yes to replace it"))?.as_str() {
            "yes" => Ok(()),
            _ => Err(Failure::Failed("nothing was written".into())),
        }
    }
}

fn check(credentials: &Credentials) -> Result<(), Failure> {
    credentials.check().map_err(told)
}

fn variables(credentials: &Credentials) -> Vec<(&'static str, secrecy::SecretString)> {
    let mut variables = Vec::new();
    if let Some(token) = &credentials.infinity_token {
        variables.push(("INFINITY_API_TOKEN", token.clone()));
    }
    if let Some(secrets) = &credentials.infinigate {
        variables.push(("INFINIGATE_API_KEY", secrets.api_key.clone()));
        variables.push(("INFINIGATE_CLIENT_ID", secrets.client_id.clone().into()));
        variables.push(("INFINIGATE_CLIENT_SECRET", secrets.client_secret.clone()));
    }
    variables
}

fn write_dotenv(pairs: &[(&str, &str)]) -> Result<(), Failure> {
    let path = Path::new(DOTENV);
    let old = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::Failed(format!(".env cannot be read: {error}; nothing was written"))),
    };
    let text = dotenv_with(&old, pairs)
        .ok_or_else(|| Failure::Failed("a secret has quotes that .env cannot hold; nothing was written".into()))?;
    replace_private_file(path, &text).map_err(told)
}
