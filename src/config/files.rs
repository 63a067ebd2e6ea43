//! Files that settings come from: infini-mcp.toml and .env.

use std::path::{Path, PathBuf};

use super::{Sources, dotenv, table};

/// What a file that merely lies in the current folder may not decide about credentials from elsewhere: where they are
/// sent, whether a person is asked, and where it is written down. An editor starts servers in the folder that is open,
/// which may be anybody's.
const NOT_BY_CHANCE: [&str; 5] =
    ["INFINIGATE_BASE_URL", "INFINITY_API_BASE_URL", "CONFIRM", "CONFIRM_FALLBACK", "STATE_URL"];

const CREDENTIALS: [&str; 3] = ["INFINIGATE_API_KEY", "INFINIGATE_CLIENT_SECRET", "INFINITY_API_TOKEN"];

/// How the place of a value begins that was found in the current folder's .env.
const BY_CHANCE: &str = ".env: ";

impl Sources {
    /// Reads the named file, or else those of the current folder; both forms are known by their names.
    pub(super) fn read_files(&mut self, named: Option<&Path>) {
        match named {
            Some(file) if is_dotenv(file) => self.read_dotenv(file, &format!("{}: ", file.display()), named.is_some()),
            Some(file) => self.read_toml(file, true),
            None => {
                self.read_toml(Path::new("infini-mcp.toml"), false);
                self.read_dotenv(Path::new(".env"), BY_CHANCE, false);
            }
        }
    }

    fn read_toml(&mut self, path: &Path, is_named: bool) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if !is_named && error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return self.unreadable(path, &error),
        };
        match text.parse::<toml::Table>() {
            Err(error) => {
                self.faults.push(format!("The settings file {} is not TOML: {}.", path.display(), error.message()))
            }
            Ok(table) => {
                for (key, value) in table {
                    self.take_from_toml(path, &key, &value);
                }
            }
        }
    }

    fn take_from_toml(&mut self, path: &Path, key: &str, value: &toml::Value) {
        let name = key.to_uppercase();
        let text = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(","),
            other => other.to_string(),
        };
        if !self.take(&name, text, &format!("{}: {key}", path.display())) {
            self.faults.push(format!("{} has an unknown setting `{key}`{}.", path.display(), table::suggestion(&name)));
        }
    }

    fn read_dotenv(&mut self, path: &Path, place: &str, is_named: bool) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            // A folder or a socket of this name is another program's as well.
            Err(_) if !is_named && !path.is_file() => return,
            Err(error) => return self.unreadable(path, &error),
        };
        let mut variables = match dotenv::parse(&text) {
            Ok(variables) => variables,
            // One that somebody else's program understands is none of ours.
            Err(_) if !is_named && !table::NAMES_OF_OURS.iter().any(|prefix| text.contains(prefix)) => return,
            Err(line) => {
                return self.faults.push(format!(
                    "{} has no NAME=value in line {line}; a value in quotes ends on its line.",
                    path.display()
                ));
            }
        };
        if !is_named && !variables.iter().any(|(name, _)| is_ours(name)) {
            return;
        }
        // Aliases first, so that the first name of a setting wins over them.
        variables.sort_by_key(|(name, _)| table::find(name).is_some_and(|setting| setting.name == name));
        self.read_variables(variables.into_iter(), place);
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        self.faults.push(format!("The settings file {} cannot be read: {error}.", path.display()));
    }

    /// Refuses what a `.env` of the current folder would do with credentials that are not its own.
    pub(super) fn check_chance(&mut self) {
        let by_chance = |name: &str| self.values.get(name).map(|found| found.place.starts_with(BY_CHANCE));
        let foreign = CREDENTIALS.iter().any(|name| by_chance(name) == Some(false));
        let taken: Vec<&str> = NOT_BY_CHANCE.into_iter().filter(|name| by_chance(name) == Some(true)).collect();
        for name in taken.into_iter().filter(|_| foreign) {
            self.fault(
                name,
                "is set by the current folder, but the credentials are not; set it where they are set, or name the file with --config",
            );
        }
    }
}

/// `.env`, `.env.production`, `team.env`.
fn is_dotenv(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(".env") || name.ends_with(".env")
}

/// Whether a variable is plainly meant for this program: `PORT` and `LOG_LEVEL` are in many a `.env`.
fn is_ours(name: &str) -> bool {
    let setting = table::find(name).or_else(|| name.strip_suffix("_FILE").and_then(table::find));
    setting.is_some() && table::NAMES_OF_OURS.iter().any(|prefix| name.starts_with(prefix))
}

/// The text of a `.env` file with these variables set and everything else as it was; `None` when a value cannot be
/// written so that it is read back.
pub fn dotenv_with(text: &str, variables: &[(&str, &str)]) -> Option<String> {
    dotenv::with(text, variables)
}

/// The variables of a `.env` file; none when it is not there or is no such file.
pub fn dotenv_at(path: &PathBuf) -> Vec<(String, String)> {
    std::fs::read_to_string(path).ok().and_then(|text| dotenv::parse(&text).ok()).unwrap_or_default()
}

/// Where this program is, for a client that is to start it.
///
/// # Errors
/// What the system says.
pub fn this_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(dotenv: &str, environment: &[(&str, &str)]) -> Result<crate::config::Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, dotenv).unwrap();
        let mut sources = Sources::of([]);
        sources.read_dotenv(&path, BY_CHANCE, false);
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        sources.read_environment(environment);
        sources.check_chance();
        sources.settings().map_err(|faults| faults.join("\n"))
    }

    #[test]
    fn a_dotenv_file_is_weaker_than_the_environment_and_its_names_win_over_its_aliases() {
        let text = "MCP_HTTP_PORT=4000\nPORT=5000\nMAX_PAGE_SIZE=50\nINFINITY_API_TOKEN='t$x'\n";
        let settings = with(text, &[("MAX_PAGE_SIZE", "30")]).map_err(|faults| panic!("{faults}")).unwrap();
        assert_eq!((settings.http.port, settings.pages.largest), (4000, 30));
        let token = settings.infinity.unwrap();
        assert_eq!(secrecy::ExposeSecret::expose_secret(&token), "t$x");
    }

    #[test]
    fn the_dotenv_file_of_another_program_is_left_alone() {
        for text in ["PORT=99999999\nLOG_LEVEL=silly\n", "not at all\nLOG_LEVEL=silly\n"] {
            assert!(with(text, &[]).is_ok_and(|settings| settings.http.port == 3000), "{text}");
        }
        let ours = with("LOG_LEVEL=silly\nMCP_TRANSPORT=stdio\n", &[]).err().unwrap();
        assert!(ours.contains("LOG_LEVEL (from .env: LOG_LEVEL) must be one of"), "{ours}");
    }

    #[test]
    fn a_folder_that_happens_to_be_open_cannot_send_credentials_elsewhere() {
        let evil = "INFINITY_API_BASE_URL=https://evil.example\nCONFIRM=off\n";
        let told = with(evil, &[("INFINITY_API_TOKEN", "t")]).err().unwrap();
        for name in ["INFINITY_API_BASE_URL", "CONFIRM"] {
            assert!(told.contains(&format!("{name} (from .env: {name}) is set by the current folder")), "{told}");
        }
        assert!(with(&format!("{evil}INFINITY_API_TOKEN=t"), &[]).is_ok(), "its own credentials are its own matter");
        assert!(
            with(
                evil,
                &[("INFINITY_API_TOKEN", "t"), ("INFINITY_API_BASE_URL", "https://a.example"), ("CONFIRM", "writes")]
            )
            .is_ok()
        );
    }
}
