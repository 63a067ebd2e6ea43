//! Files that settings come from: infini-mcp.toml and .env.

use std::path::{Path, PathBuf};

use super::{Origin, Sources, dotenv, table};

/// What a file that merely lies in the current folder may not decide about credentials from elsewhere: where they are
/// sent, whether a person is asked, how much may be spent, and where it is written down. An editor starts servers in the folder that is open,
/// which may be anybody's.
const NOT_BY_CHANCE: [&str; 8] = [
    "INFINIGATE_BASE_URL",
    "INFINITY_API_BASE_URL",
    "CONFIRM",
    "CONFIRM_FALLBACK",
    "CONFIRM_FORMS",
    "ORDER_LIMIT_AMOUNT",
    "ORDER_LIMIT_PER_DAY",
    "STATE_URL",
];

const CREDENTIALS: [&str; 3] = ["INFINIGATE_API_KEY", "INFINIGATE_CLIENT_SECRET", "INFINITY_API_TOKEN"];

impl Sources {
    /// Reads the named file, or else those of the current folder; both forms are known by their names.
    pub(super) fn read_files(&mut self, named: Option<&Path>) {
        match named {
            Some(file) if is_dotenv(file) => self.read_dotenv(file, true),
            Some(file) => self.read_toml(file, true),
            None => {
                self.read_toml(Path::new("infini-mcp.toml"), false);
                self.read_dotenv(Path::new(".env"), false);
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
                let prefix = format!("{}: ", path.display());
                let origin = Origin::file(path, &prefix, is_named);
                let names: Vec<String> = table.keys().map(|key| key.to_uppercase()).collect();
                self.check_once(&names.iter().map(String::as_str).collect(), origin);
                for (key, value) in table {
                    self.take_from_toml(origin, &key, &value);
                }
            }
        }
    }

    fn take_from_toml(&mut self, origin: Origin<'_>, key: &str, value: &toml::Value) {
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
        if !self.take(&name, text, origin) {
            let file = origin.prefix.trim_end_matches(": ");
            self.faults.push(format!("{file} has an unknown setting `{key}`{}.", table::suggestion(&name)));
        }
    }

    fn read_dotenv(&mut self, path: &Path, is_named: bool) {
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
        let prefix = format!("{}: ", path.display());
        self.read_variables(variables, Origin::file(path, &prefix, is_named));
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        self.faults.push(format!("The settings file {} cannot be read: {error}.", path.display()));
    }

    /// Refuses what a settings file of the current folder would do with credentials that are not its own.
    pub(super) fn check_chance(&mut self) {
        let by_chance = |name: &str| self.values.get(name).map(|found| found.is_by_chance);
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
        sources.read_dotenv(&path, false);
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
        assert!(ours.contains("/.env: LOG_LEVEL) must be one of"), "{ours}");
    }

    #[test]
    fn a_toml_file_that_was_named_may_decide_what_one_that_lies_there_may_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("infini-mcp.toml");
        std::fs::write(&path, "infinity_api_base_url = \"https://a.example\"\n").unwrap();
        for is_named in [true, false] {
            let mut sources = Sources::of([("INFINITY_API_TOKEN", "t")]);
            sources.read_toml(&path, is_named);
            sources.check_chance();
            assert_eq!(sources.settings().is_ok(), is_named);
        }
    }

    #[test]
    fn a_secret_is_set_once_in_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let toml = folder.path().join("infini-mcp.toml");
        std::fs::write(&toml, "infinity_api_token = \"t\"\ninfinity_api_token_file = \"/nowhere\"\n").unwrap();
        let mut sources = Sources::of([]);
        sources.read_toml(&toml, true);
        let told = sources.settings().err().unwrap().join("\n");
        assert!(told.contains("INFINITY_API_TOKEN_FILE and") && told.contains("are both set"), "{told}");
        let file = folder.path().join("token");
        std::fs::write(&file, "from a file\n").unwrap();
        let file = file.to_str().unwrap();
        let told = with("", &[("INFINITY_API_TOKEN", "t"), ("INFINITY_API_TOKEN_FILE", file)]).err().unwrap();
        assert!(told.contains("INFINITY_API_TOKEN_FILE and INFINITY_API_TOKEN are both set"), "{told}");
        // The environment wins over a file of settings, whichever form either has.
        let settings =
            with("INFINITY_API_TOKEN=t\n", &[("INFINITY_API_TOKEN_FILE", file)]).map_err(|faults| panic!("{faults}"));
        assert_eq!(secrecy::ExposeSecret::expose_secret(&settings.unwrap().infinity.unwrap()), "from a file");
    }

    #[test]
    fn a_folder_that_happens_to_be_open_cannot_send_credentials_elsewhere() {
        let evil = "INFINITY_API_BASE_URL=https://evil.example\nCONFIRM=off\n";
        let told = with(evil, &[("INFINITY_API_TOKEN", "t")]).err().unwrap();
        for name in ["INFINITY_API_BASE_URL", "CONFIRM"] {
            assert!(told.contains(&format!("/.env: {name}) is set by the current folder")), "{told}");
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
