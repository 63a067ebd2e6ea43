//! An entry in the form of each client's configuration file.

use serde_json::{Map, Value, json};

use super::client::{Client, KEY, input_id};
use super::entry::{CREDENTIALS, Entry, Local, NAME, Remote, bridge};

/// The text of a configuration file that has this server only.
pub fn text(client: Client, entry: &Entry) -> String {
    let server = server(client, entry);
    let servers = json!({ NAME: server });
    let whole = match client {
        Client::Codex => return toml::to_string_pretty(&json!({ "mcp_servers": servers })).unwrap_or_default(),
        Client::Vscode => match inputs(entry) {
            inputs if inputs.is_empty() => json!({ "servers": servers }),
            inputs => json!({ "inputs": inputs, "servers": servers }),
        },
        Client::Opencode => json!({ "$schema": "https://opencode.ai/config.json", "mcp": servers }),
        Client::Zed => json!({ "context_servers": servers }),
        Client::ClaudeDesktop
        | Client::ClaudeCode
        | Client::Cursor
        | Client::Gemini
        | Client::Qwen
        | Client::CopilotCli
        | Client::Windsurf
        | Client::Chatgpt => json!({ "mcpServers": servers }),
    };
    format!("{whole:#}\n")
}

/// The server's own object.
pub fn server(client: Client, entry: &Entry) -> Map<String, Value> {
    match entry {
        Entry::Local(local) => started(client, local),
        Entry::Remote(remote) => called(client, remote),
    }
}

fn started(client: Client, local: &Local) -> Map<String, Value> {
    let mut server = Map::new();
    if client == Client::Opencode {
        server.insert("type".into(), json!("local"));
        server.insert("command".into(), json!(local.words().collect::<Vec<_>>()));
        server.insert("enabled".into(), json!(true));
    } else {
        match client {
            Client::Vscode => drop(server.insert("type".into(), json!("stdio"))),
            Client::CopilotCli => {
                server.insert("type".into(), json!("local"));
                server.insert("tools".into(), json!(["*"]));
            }
            Client::Zed => drop(server.insert("source".into(), json!("custom"))),
            _ => {}
        }
        server.insert("command".into(), json!(local.command));
        server.insert("args".into(), json!(local.args));
    }
    if local.needs_credentials {
        let (key, value) = credentials(client);
        server.insert(key.into(), value);
    }
    server
}

/// What hands the credentials on, under its name in the client's file.
fn credentials(client: Client) -> (&'static str, Value) {
    if client == Client::Codex {
        return ("env_vars", json!(CREDENTIALS.map(|(name, _)| name)));
    }
    let value = |(name, what): (&str, &str)| {
        let value = client.variable(name).unwrap_or_else(|| format!("<{what}>"));
        (name.to_owned(), json!(value))
    };
    let key = if client == Client::Opencode { "environment" } else { "env" };
    (key, Value::Object(CREDENTIALS.into_iter().map(value).collect()))
}

fn called(client: Client, remote: &Remote) -> Map<String, Value> {
    let url = json!(remote.url.as_str());
    let mut server = Map::new();
    match client {
        Client::ClaudeDesktop => {
            let (command, args, (name, value)) = bridge(&remote.url);
            server.insert("command".into(), json!(command));
            server.insert("args".into(), json!(args));
            server.insert("env".into(), json!({ name: value }));
            return server;
        }
        Client::Gemini | Client::Qwen => drop(server.insert("httpUrl".into(), url)),
        Client::Windsurf => drop(server.insert("serverUrl".into(), url)),
        Client::Cursor | Client::Codex | Client::Zed | Client::Chatgpt => drop(server.insert("url".into(), url)),
        Client::Opencode => {
            server.insert("type".into(), json!("remote"));
            server.insert("url".into(), url);
            server.insert("enabled".into(), json!(true));
        }
        Client::ClaudeCode | Client::Vscode | Client::CopilotCli => {
            server.insert("type".into(), json!("http"));
            server.insert("url".into(), url);
        }
    }
    if client == Client::CopilotCli {
        server.insert("tools".into(), json!(["*"]));
    }
    if remote.oauth {
        return server;
    }
    if client == Client::Codex {
        server.insert("bearer_token_env_var".into(), json!(KEY));
    } else {
        server.insert("headers".into(), json!({ "Authorization": client.bearer() }));
        if client == Client::Opencode {
            // With a key there is nothing to sign in for.
            server.insert("oauth".into(), json!(false));
        }
    }
    server
}

/// The questions of VS Code, whose answers it keeps with the secrets of the system.
pub fn inputs(entry: &Entry) -> Vec<Value> {
    let question = |name: &str, what: &str| json!({ "type": "promptString", "id": input_id(name), "description": what, "password": true });
    match entry {
        Entry::Local(local) if local.needs_credentials => {
            let optional = |(name, what): (&str, &str)| question(name, &format!("The {what}; empty if it is not used"));
            CREDENTIALS.into_iter().map(optional).collect()
        }
        Entry::Remote(remote) if !remote.oauth => vec![question(KEY, "Key of infini-mcp")],
        Entry::Local(_) | Entry::Remote(_) => Vec::new(),
    }
}
