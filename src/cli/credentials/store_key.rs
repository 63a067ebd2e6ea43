//! The key of the credential store: made at random, kept in a file of its own, and named in `.env`.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::told;
use crate::cli::{Failure, secret};
use crate::config::{dotenv_at, dotenv_with};
use crate::vault::{create_private_file, random_token, replace_private_file};

const SETTING: &str = "MCP_CREDENTIAL_STORE_KEY";
const FILE_SETTING: &str = "MCP_CREDENTIAL_STORE_KEY_FILE";

/// The key in a file, made when it is not there, and whether it was.
pub fn at(path: &Path) -> Result<(SecretString, bool), Failure> {
    if path.exists() {
        return secret::from_file(path).map(|key| (key, false));
    }
    let key = SecretString::from(random_token());
    create_private_file(path, &format!("{}\n", key.expose_secret())).map_err(told)?;
    Ok((key, true))
}

/// What to know about a key that was made.
pub fn made(path: &Path) -> String {
    format!(
        "{} is the key of the credential store. Keep a copy elsewhere: without it the credentials cannot be read again, by anybody.\n",
        path.display()
    )
}

/// Names the key's file in the `.env` of the current folder, unless settings come from elsewhere or it names one.
pub fn set_in_dotenv(path: &Path, config: Option<&Path>) -> Result<String, Failure> {
    let by_hand = format!("Set {FILE_SETTING}={} for the server.\n", path.display());
    let dotenv = Path::new(".env").to_path_buf();
    if config.is_some() || dotenv_at(&dotenv).iter().any(|(name, _)| name == SETTING || name == FILE_SETTING) {
        return Ok(by_hand);
    }
    let text = std::fs::read_to_string(&dotenv).unwrap_or_default();
    let Some(text) = dotenv_with(&text, &[(FILE_SETTING, &path.to_string_lossy())]) else { return Ok(by_hand) };
    replace_private_file(&dotenv, &text).map_err(told)?;
    Ok(format!("{FILE_SETTING} was added to .env, which the server reads in this folder.\n"))
}

/// A new key typed by a person, twice, because nobody could tell a slip later.
pub fn typed_twice() -> Result<SecretString, Failure> {
    let first = secret::typed("The new key, at least 32 random characters")?;
    let second = secret::typed("The new key again")?;
    match (first, second) {
        (Some(first), Some(second)) if first.expose_secret() == second.expose_secret() => Ok(first),
        (_, _) => Err(Failure::Failed("that was not the same twice; nothing was changed".into())),
    }
}
