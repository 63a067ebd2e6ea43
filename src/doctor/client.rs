//! Whether an MCP client on this machine is set up to use this server, and would start it with settings that work.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::Finding;
use crate::config::clients::{Client, program};
use crate::config::{Settings, Sources};

/// Examines the configuration of a client.
pub fn client(client: &Client) -> Vec<Finding> {
    let files = client.files();
    let entries: Vec<(PathBuf, Result<Vec<Entry>, String>)> =
        files.iter().filter(|file| file.is_file()).map(|file| (file.clone(), entries(client, file))).collect();
    let mut findings = Vec::new();
    for (file, entries) in &entries {
        match entries {
            Err(fault) => findings.push(Finding::wrong(
                client.name,
                format!("{} {fault}", file.display()),
                "Put the file right; until then the client ignores it.",
            )),
            Ok(entries) => findings.extend(entries.iter().flat_map(|entry| entry.examined(client, file))),
        }
    }
    if findings.is_empty() {
        let looked: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        findings.push(Finding::wrong(
            client.name,
            format!("no server of its configuration is infini-mcp ({})", looked.join(", ")),
            format!("Add one under {:?} with the command of this program, and restart the client.", client.servers),
        ));
    }
    findings
}

/// A server of a client's configuration that is this program.
#[derive(Debug)]
struct Entry {
    name: String,
    /// The only folder in which the client starts it, when there is one.
    folder: Option<String>,
    map: Map<String, Value>,
}

fn entries(client: &Client, file: &Path) -> Result<Vec<Entry>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))?;
    let value: Value = if file.extension().is_some_and(|extension| extension == "toml") {
        toml::from_str(&text).map_err(|error| format!("is not TOML: {}", error.message()))?
    } else {
        serde_json::from_str(&text).map_err(|error| format!("is not JSON: {error}"))?
    };
    let everywhere = value.get(client.servers);
    // Claude Code keeps what `claude mcp add` adds for one folder under that folder.
    let folders = value.get("projects").and_then(Value::as_object).into_iter().flatten();
    let of_folders = folders.filter_map(|(folder, project)| Some((Some(folder), project.get(client.servers)?)));
    let scopes = everywhere.map(|servers| (None, servers)).into_iter().chain(of_folders);
    let ours = scopes.flat_map(|(folder, servers)| {
        servers.as_object().into_iter().flatten().filter_map(move |(name, entry)| {
            let entry = Entry { name: name.clone(), folder: folder.cloned(), map: entry.as_object()?.clone() };
            entry.is_ours().then_some(entry)
        })
    });
    Ok(ours.collect())
}

impl Entry {
    fn is_ours(&self) -> bool {
        self.name.contains("infini-mcp") || self.command().is_some_and(|command| command.contains("infini-mcp"))
    }

    /// The program: a word of its own, or the first of a list (opencode).
    fn command(&self) -> Option<&str> {
        let command = self.map.get("command")?;
        command.as_str().or_else(|| command.as_array()?.first()?.as_str())
    }

    fn address(&self) -> Option<&str> {
        ["url", "httpUrl", "serverUrl"].iter().find_map(|key| self.map.get(*key)?.as_str())
    }

    fn examined(&self, client: &Client, file: &Path) -> Vec<Finding> {
        let check = match &self.folder {
            None => format!("{}: {}", client.name, self.name),
            Some(folder) => format!("{}: {} in {folder}", client.name, self.name),
        };
        match (self.command(), self.address()) {
            (Some(command), _) => self.started(check, command),
            (None, Some(address)) => vec![Finding::well(check, format!("it calls {}", without_secrets(address)))],
            (None, None) => vec![Finding::wrong(
                check,
                format!("its entry in {} has neither a command nor a url", file.display()),
                "Give it the command of this program.",
            )],
        }
    }

    /// A client hands on little of its own environment, so the entry must hold every setting.
    fn started(&self, check: String, command: &str) -> Vec<Finding> {
        if program(command).is_none() {
            let advice = "Write the whole path of the program into the entry; a client started from a desktop has a short search path.";
            return vec![Finding::wrong(check, format!("its command {command} is not there"), advice)];
        }
        let environment = ["env", "environment"].iter().find_map(|key| self.map.get(*key)?.as_object());
        let texts =
            environment.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let (filled_in, pairs): (Vec<_>, Vec<_>) = texts.partition(|(_, value)| is_filled_in_by_the_client(value));
        // Codex hands on variables by their names alone.
        let hands_on = !filled_in.is_empty() || self.map.contains_key("env_vars");
        let has = |flag: &str| self.arguments().any(|argument| argument == flag);
        let file = self.settings_file();
        if let Some(file) = file.as_deref().filter(|file| file.is_relative()) {
            let found = format!(
                "it names the settings file {}, which is looked for where the client starts it",
                file.display()
            );
            return vec![Finding::wrong(check, found, "Write the file's whole path into the entry.")];
        }
        let mut sources = Sources::of_entry(file.as_deref(), pairs);
        if has("--stdio") {
            sources.set_flag("MCP_TRANSPORT", "--stdio", "stdio");
        }
        if has("--http") || sources.is_http() {
            let advice = "Add --stdio behind serve, or give the entry a url instead of a command.";
            let found = "it would serve over HTTP, so the client waits in vain for answers on standard output";
            return vec![Finding::wrong(check, found, advice)];
        }
        let from = file.map(|file| format!(" and the settings of {}", file.display())).unwrap_or_default();
        match sources.settings() {
            Err(faults) => {
                let advice = "Put it right where it is set, and restart the client.";
                faults.into_iter().map(|fault| Finding::wrong(check.clone(), fault, advice)).collect()
            }
            Ok(settings) if !has("--sandbox") && has_no_service(&settings) && hands_on => {
                vec![Finding::well(
                    check,
                    format!("it starts {command} with the credentials of the client's own variables"),
                )]
            }
            Ok(settings) if !has("--sandbox") && has_no_service(&settings) => vec![Finding::doubtful(
                check,
                format!("it starts {command}{from}, and neither holds credentials, so no tool is offered"),
                "Put the credentials into the variables of the entry, or name a settings file with --config.",
            )],
            Ok(_) => vec![Finding::well(check, format!("it starts {command}{from} with settings that can be read"))],
        }
    }

    /// The words after the program.
    fn arguments(&self) -> impl Iterator<Item = &str> {
        let words =
            |key: &str| self.map.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        words("args").chain(words("command").skip(1))
    }

    /// The file that `--config` names.
    fn settings_file(&self) -> Option<PathBuf> {
        let mut words = self.arguments();
        while let Some(word) = words.next() {
            match word.strip_prefix("--config") {
                Some("") => return words.next().map(PathBuf::from),
                Some(rest) if rest.starts_with('=') => return Some(PathBuf::from(rest.trim_start_matches('='))),
                Some(_) | None => {}
            }
        }
        None
    }
}

/// Whether the client puts a value of its own there: `${NAME}`, `${input:…}`, `{env:NAME}`. What it will be is not known here.
fn is_filled_in_by_the_client(value: &str) -> bool {
    value.starts_with('$') || value.starts_with("{env:") || value.starts_with("{file:")
}

fn has_no_service(settings: &Settings) -> bool {
    settings.infinigate.is_none() && settings.infinity.is_none()
}

/// An address without what may be a key in it.
fn without_secrets(address: &str) -> String {
    url::Url::parse(address).map_or_else(
        |_| "an address that is none".to_owned(),
        |url| format!("{}{}", url.origin().ascii_serialization(), url.path()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use serde_json::json;

    fn found(entry: Value) -> Vec<Finding> {
        let entry = Entry { name: "infini-mcp".into(), folder: None, map: entry.as_object().cloned().unwrap() };
        entry.examined(Client::named("cursor").unwrap(), Path::new("mcp.json"))
    }

    #[test]
    fn an_entry_is_examined_as_the_client_would_use_it() {
        let program = std::env::current_exe().unwrap();
        let command = program.to_str().unwrap();
        let one = |entry: Value| found(entry).remove(0);
        let good = json!({ "command": command, "env": { "INFINITY_API_TOKEN": "t" } });
        assert_eq!(one(good).verdict, Verdict::Well);
        assert_eq!(one(json!({ "command": command, "args": ["--sandbox"] })).verdict, Verdict::Well);
        assert_eq!(one(json!({ "command": command })).verdict, Verdict::Doubtful);
        assert_eq!(one(json!({ "command": "/nowhere/infini-mcp" })).verdict, Verdict::Wrong);
        let half = json!({ "command": command, "env": { "INFINIGATE_API_KEY": "k" } });
        assert!(found(half).iter().any(|finding| finding.found.contains("INFINIGATE_CLIENT_ID is missing")));
        assert_eq!(
            one(json!({ "url": "https://u:p@mcp.example.com/mcp?key=k" })).found,
            "it calls https://mcp.example.com/mcp"
        );
        assert_eq!(one(json!({})).verdict, Verdict::Wrong);
    }

    #[test]
    fn an_entry_that_names_a_settings_file_is_examined_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let dotenv = folder.path().join(".env");
        let program = std::env::current_exe().unwrap();
        let one = |text: &str, words: &[&str]| {
            std::fs::write(&dotenv, text).unwrap();
            let file = dotenv.to_str().unwrap();
            let args: Vec<&str> = words.iter().map(|word| if *word == "FILE" { file } else { word }).collect();
            found(json!({ "command": program.to_str().unwrap(), "args": args })).remove(0)
        };
        let served = ["--config", "FILE", "serve"];
        assert_eq!(one("INFINITY_API_TOKEN=t\n", &served).verdict, Verdict::Well);
        assert_eq!(one("LOG_LEVEL=info\nMCP_READ_ONLY=true\n", &served).verdict, Verdict::Doubtful);
        assert!(one("INFINITY_API_TOKEN=t\nLOG_LEVEL=loud\n", &served).found.contains("LOG_LEVEL"));
        let http = "MCP_TRANSPORT=http\nINFINITY_API_TOKEN=t\n";
        assert!(one(http, &served).found.contains("over HTTP"));
        assert_eq!(one(http, &["--config", "FILE", "serve", "--stdio"]).verdict, Verdict::Well);
        assert!(one("", &["--config", ".env", "serve"]).found.contains("where the client starts it"));
        assert!(one("", &["--config=/nowhere/.env", "serve"]).found.contains("cannot be read"));
    }

    #[test]
    fn a_list_of_words_and_what_one_folder_has_are_found_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(".claude.json");
        let local = json!({ "mcpServers": { "infini-mcp": { "command": "infini-mcp" } } });
        std::fs::write(&file, json!({ "projects": { "/home/ada": local } }).to_string()).unwrap();
        let found = entries(Client::named("claude-code").unwrap(), &file).unwrap();
        assert_eq!(found.first().and_then(|entry| entry.folder.as_deref()), Some("/home/ada"));
        let file = folder.path().join("opencode.json");
        let list = json!({ "mcp": { "x": { "type": "local", "command": ["/opt/infini-mcp", "serve", "--sandbox"] } } });
        std::fs::write(&file, list.to_string()).unwrap();
        let found = entries(Client::named("opencode").unwrap(), &file).unwrap().remove(0);
        assert_eq!((found.command(), found.arguments().count()), (Some("/opt/infini-mcp"), 2));
    }

    #[test]
    fn servers_of_others_are_left_alone_and_a_broken_file_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mcp.json");
        let cursor = Client::named("cursor").unwrap();
        std::fs::write(&file, json!({ "mcpServers": { "other": { "command": "node" } } }).to_string()).unwrap();
        assert!(entries(cursor, &file).unwrap().is_empty());
        std::fs::write(&file, "{").unwrap();
        assert!(entries(cursor, &file).unwrap_err().starts_with("is not JSON"));
    }
}
