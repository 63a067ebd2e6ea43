//! Secrets for commands: from a file, from standard input, or typed without an echo; never from the command line, which
//! every program on the machine can read.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::Failure;
use super::echo::Unseen;
use crate::config::Sources;
use crate::vault::{CredentialChange, Credentials, InfinigateSecrets};

/// Where the upstream credentials come from. At a terminal, without any of these, they are asked for.
#[derive(Args, Default)]
pub struct CredentialSources {
    /// Read the token of StartInfinity from this file; `-` reads one line of standard input.
    #[arg(long, value_name = "FILE")]
    infinity_token_file: Option<PathBuf>,
    /// Read the API key of Infinigate from this file; `-` reads one line of standard input.
    #[arg(long, value_name = "FILE", requires_all = ["infinigate_client_id", "infinigate_client_secret_file"])]
    infinigate_api_key_file: Option<PathBuf>,
    /// The client id of Infinigate, which is no secret.
    #[arg(long, value_name = "ID", requires = "infinigate_api_key_file")]
    infinigate_client_id: Option<String>,
    /// Read the client secret of Infinigate from this file; `-` reads one line of standard input.
    #[arg(long, value_name = "FILE", requires = "infinigate_api_key_file")]
    infinigate_client_secret_file: Option<PathBuf>,
    /// Take those that the settings name: INFINITY_API_TOKEN, INFINIGATE_API_KEY and so on.
    #[arg(long, conflicts_with_all = ["infinity_token_file", "infinigate_api_key_file"])]
    from_settings: bool,
}

impl CredentialSources {
    /// The credentials, from wherever they are to come.
    pub fn gather(&self, sources: &Sources) -> Result<Credentials, Failure> {
        if self.from_settings {
            return sources.credentials().map_err(|problem| Failure::Usage(vec![problem]));
        }
        if self.infinity_token_file.is_some() || self.infinigate_api_key_file.is_some() {
            return self.in_files();
        }
        if is_at_terminal() {
            return asked_for();
        }
        Err(no_terminal())
    }

    fn in_files(&self) -> Result<Credentials, Failure> {
        let infinity_token = self.infinity_token_file.as_deref().map(from_file).transpose()?;
        let infinigate =
            match (&self.infinigate_api_key_file, &self.infinigate_client_id, &self.infinigate_client_secret_file) {
                (Some(api_key), Some(client_id), Some(client_secret)) => Some(InfinigateSecrets {
                    api_key: from_file(api_key)?,
                    client_id: client_id.clone(),
                    client_secret: from_file(client_secret)?,
                }),
                (_, _, _) => None,
            };
        Ok(Credentials { infinity_token, infinigate })
    }
}

/// Where changed credentials come from; those that are not given stay as they are. At a terminal, without any of these, they
/// are asked for.
#[derive(Args, Default)]
pub struct CredentialChanges {
    /// Read the new token of StartInfinity from this file; `-` reads one line of standard input.
    #[arg(long, value_name = "FILE")]
    infinity_token_file: Option<PathBuf>,
    /// Read the new API key of Infinigate from this file; `-` reads one line of standard input.
    #[arg(long, value_name = "FILE")]
    infinigate_api_key_file: Option<PathBuf>,
    /// The new client id of Infinigate, which is no secret.
    #[arg(long, value_name = "ID")]
    infinigate_client_id: Option<String>,
    /// Read the new client secret of Infinigate from this file; `-` reads one line of standard input.
    #[arg(long, value_name = "FILE")]
    infinigate_client_secret_file: Option<PathBuf>,
    /// Take those that the settings name: INFINITY_API_TOKEN, INFINIGATE_API_KEY and so on.
    #[arg(long, conflicts_with_all = ["infinity_token_file", "infinigate_api_key_file", "infinigate_client_id", "infinigate_client_secret_file"])]
    from_settings: bool,
}

impl CredentialChanges {
    /// What changes, from wherever it is to come.
    pub fn gather(&self, sources: &Sources) -> Result<CredentialChange, Failure> {
        if self.from_settings {
            return Ok(sources.credential_change());
        }
        let change = CredentialChange {
            infinity_token: self.infinity_token_file.as_deref().map(from_file).transpose()?,
            api_key: self.infinigate_api_key_file.as_deref().map(from_file).transpose()?,
            client_id: self.infinigate_client_id.clone(),
            client_secret: self.infinigate_client_secret_file.as_deref().map(from_file).transpose()?,
        };
        if !change.is_empty() {
            return Ok(change);
        }
        if !is_at_terminal() {
            return Err(no_terminal());
        }
        eprintln!("What you type is not shown. Leave a question empty to keep what is there.");
        Ok(CredentialChange {
            infinity_token: typed("Personal access token of StartInfinity")?,
            api_key: typed("API key (subscription key) of Infinigate")?,
            client_id: Some(answer("Client id of Infinigate")?).filter(|id| !id.is_empty()),
            client_secret: typed("Client secret of Infinigate")?,
        })
    }
}

fn no_terminal() -> Failure {
    Failure::Usage(vec![
        "there is no terminal to ask for the credentials: name files with --infinity-token-file and the like, or take those of the settings with --from-settings".into(),
    ])
}

/// Whether somebody is there to be asked.
pub fn is_at_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// The secret in a file without its line end; `-` is the next line of standard input.
pub fn from_file(path: &Path) -> Result<SecretString, Failure> {
    let failed = |error| Failure::Failed(format!("{} cannot be read: {error}", path.display()));
    let text = if path == Path::new("-") {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(failed)?;
        line
    } else {
        std::fs::read_to_string(path).map_err(failed)?
    };
    let text = SecretString::from(text);
    let secret = text.expose_secret().trim();
    if secret.is_empty() {
        return Err(Failure::Failed(format!("there is no secret in {}", path.display())));
    }
    Ok(SecretString::from(secret))
}

/// What is typed, without an echo; `None` when nothing is.
pub fn typed(question: &str) -> Result<Option<SecretString>, Failure> {
    // Who answers before the question is out, or pastes, must not be shown either, so the echo ends before the question.
    let _unseen = Unseen::begin();
    let typed = rpassword::prompt_password(format!("{question}: "))
        .map_err(|error| Failure::Failed(format!("the terminal cannot be read: {error}")))?;
    let typed = SecretString::from(typed);
    let secret = typed.expose_secret().trim();
    Ok((!secret.is_empty()).then(|| SecretString::from(secret)))
}

/// What is typed in the open.
pub fn answer(question: &str) -> Result<String, Failure> {
    eprint!("{question}: ");
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|error| Failure::Failed(format!("the terminal cannot be read: {error}")))?;
    Ok(line.trim().to_owned())
}

fn asked_for() -> Result<Credentials, Failure> {
    eprintln!("What you type is not shown. Leave a question empty for a service you do not use.");
    let infinity_token = typed("Personal access token of StartInfinity")?;
    let Some(api_key) = typed("API key (subscription key) of Infinigate")? else {
        return Ok(Credentials { infinity_token, infinigate: None });
    };
    let client_id = answer("Client id of Infinigate")?;
    let client_secret = typed("Client secret of Infinigate")?
        .ok_or_else(|| Failure::Failed("Infinigate needs all three; nothing was written".into()))?;
    Ok(Credentials { infinity_token, infinigate: Some(InfinigateSecrets { api_key, client_id, client_secret }) })
}
