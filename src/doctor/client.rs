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
    map: Map<String, Value>,
}

fn entries(client: &Client, file: &Path) -> Result<Vec<Entry>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))?;
    let value: Value = if file.extension().is_some_and(|extension| extension == "toml") {
        toml::from_str(&text).map_err(|error| format!("is not TOML: {}", error.message()))?
    } else {
        serde_json::from_str(&text).map_err(|error| format!("is not JSON: {error}"))?
    };
    let servers = value.get(client.servers).and_then(Value::as_object).into_iter().flatten();
    let ours = servers.filter_map(|(name, entry)| {
        let map = entry.as_object()?.clone();
        let entry = Entry { name: name.clone(), map };
        entry.is_ours().then_some(entry)
    });
    Ok(ours.collect())
}

impl Entry {
    fn is_ours(&self) -> bool {
        self.name.contains("infini-mcp") || self.command().is_some_and(|command| command.contains("infini-mcp"))
    }

    fn command(&self) -> Option<&str> {
        self.map.get("command").and_then(Value::as_str)
    }

    fn address(&self) -> Option<&str> {
        ["url", "httpUrl", "serverUrl"].iter().find_map(|key| self.map.get(*key)?.as_str())
    }

    fn examined(&self, client: &Client, file: &Path) -> Vec<Finding> {
        let check = format!("{}: {}", client.name, self.name);
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
        let environment = self.map.get("env").and_then(Value::as_object).into_iter().flatten();
        let pairs: Vec<(&str, &str)> =
            environment.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
        let is_sandbox = self.arguments().any(|argument| argument == "--sandbox");
        match Sources::of(pairs).settings() {
            Err(faults) => {
                let advice = "Put it right in the client's configuration, and restart the client.";
                faults.into_iter().map(|fault| Finding::wrong(check.clone(), fault, advice)).collect()
            }
            Ok(settings) if !is_sandbox && has_no_service(&settings) => vec![Finding::doubtful(
                check,
                "its entry holds no credentials, so no tool is offered unless a settings file has them",
                "Put the credentials into \"env\" of the entry, or name a settings file with --config.",
            )],
            Ok(_) => vec![Finding::well(check, format!("it starts {command} with settings that can be read"))],
        }
    }

    fn arguments(&self) -> impl Iterator<Item = &str> {
        self.map.get("args").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
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
        let entry = Entry { name: "infini-mcp".into(), map: entry.as_object().cloned().unwrap() };
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
