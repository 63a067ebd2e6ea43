//! `infini-mcp client-config`: what to put into a client's configuration so that it finds this server.

use std::path::Path;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::{Failure, print};
use crate::config::this_program;

/// What the server is called in every client.
const NAME: &str = "infini-mcp";

/// The variable that a client takes the caller's key from.
const KEY: &str = "INFINI_MCP_KEY";

/// For which client, and how it reaches the server.
#[derive(Args)]
pub struct ClientConfig {
    /// The client.
    client: Client,
    /// The address of a server on the web, such as https://mcp.example.com/mcp; without it the client starts one itself.
    #[arg(long)]
    url: Option<url::Url>,
    /// The client signs in (OAuth) instead of sending a key.
    #[arg(long, requires = "url")]
    oauth: bool,
    /// Use the built-in simulator of both services.
    #[arg(long, conflicts_with = "url")]
    sandbox: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Client {
    ClaudeDesktop,
    ClaudeCode,
    Vscode,
    Cursor,
    Codex,
    Gemini,
    Chatgpt,
}

impl Client {
    /// Where the configuration goes.
    fn place(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "claude_desktop_config.json (Settings, Developer, Edit Config)",
            Self::ClaudeCode => ".mcp.json in the project's folder",
            Self::Vscode => ".vscode/mcp.json in the project's folder, or the command `MCP: Open User Configuration`",
            Self::Cursor => "~/.cursor/mcp.json, or .cursor/mcp.json in the project's folder",
            Self::Codex => "~/.codex/config.toml",
            Self::Gemini => "~/.gemini/settings.json",
            Self::Chatgpt => "Settings, Apps & Connectors, Create (in developer mode)",
        }
    }

    /// How the client writes the value of a variable; the key itself never stands in a file that is shared.
    fn bearer(self) -> String {
        match self {
            Self::Vscode => "Bearer ${input:infini-mcp-key}".into(),
            Self::Cursor => format!("Bearer ${{env:{KEY}}}"),
            Self::Gemini => format!("Bearer ${KEY}"),
            Self::ClaudeDesktop | Self::ClaudeCode | Self::Codex | Self::Chatgpt => format!("Bearer ${{{KEY}}}"),
        }
    }
}

impl ClientConfig {
    /// Prints the configuration; where it goes is said on standard error.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        let text = match &self.url {
            Some(url) => self.remote(url),
            None => self.local(config)?,
        };
        eprintln!("{}", self.advice());
        print(&text)
    }

    fn advice(&self) -> String {
        let place = self.client.place();
        match (&self.url, self.client) {
            (Some(_), Client::ClaudeDesktop) => {
                "Add it in Claude's Settings, Connectors, Add custom connector. It signs in with OAuth.".into()
            }
            (Some(_), Client::Chatgpt) => format!("Add it in ChatGPT: {place}. It signs in with OAuth."),
            (Some(_), Client::Vscode) if !self.oauth => {
                format!("Put this into {place}. VS Code asks for the key once.")
            }
            (Some(_), _) if !self.oauth => {
                format!(
                    "Put this into {place}, and the key that `credentials add-user` printed into the variable {KEY}."
                )
            }
            (_, _) => format!("Put this into {place}."),
        }
    }

    /// The configuration of a client that starts the server itself.
    fn local(&self, config: Option<&Path>) -> Result<String, Failure> {
        if self.client == Client::Chatgpt {
            return Err(Failure::Usage(vec![
                "ChatGPT connects to servers on the web only: say --url https://…/mcp".into(),
            ]));
        }
        let program =
            this_program().map_err(|error| Failure::Failed(format!("cannot tell where this program is: {error}")))?;
        let settings = self.settings_file(config);
        let mut args: Vec<String> = Vec::new();
        if let Some(file) = &settings {
            args.extend(["--config".into(), file.clone()]);
        }
        args.push("serve".into());
        if self.sandbox {
            args.push("--sandbox".into());
        }
        let mut server = Map::new();
        if self.client == Client::Vscode {
            server.insert("type".into(), json!("stdio"));
        }
        server.insert("command".into(), json!(program.to_string_lossy()));
        server.insert("args".into(), json!(args));
        if settings.is_none() && !self.sandbox {
            eprintln!(
                "Replace what is in <> by your own, and leave out the service you do not use; `infini-mcp init` writes a file instead."
            );
            server.insert("env".into(), credentials_to_fill_in());
        }
        Ok(self.written(server, None))
    }

    /// The settings file to name: clients start servers in folders of their own choice.
    fn settings_file(&self, config: Option<&Path>) -> Option<String> {
        if self.sandbox && config.is_none() {
            return None;
        }
        let here = [".env", "infini-mcp.toml"].map(Path::new).into_iter().find(|path| path.is_file());
        let file = std::path::absolute(config.or(here)?).ok()?;
        Some(file.to_string_lossy().into_owned())
    }

    /// The configuration of a client that reaches a server on the web.
    fn remote(&self, url: &url::Url) -> String {
        let mut server = Map::new();
        match self.client {
            Client::ClaudeDesktop | Client::Chatgpt => return format!("{url}\n"),
            Client::Gemini => server.insert("httpUrl".into(), json!(url.as_str())),
            Client::Cursor | Client::Codex => server.insert("url".into(), json!(url.as_str())),
            Client::ClaudeCode | Client::Vscode => {
                server.insert("type".into(), json!("http"));
                server.insert("url".into(), json!(url.as_str()))
            }
        };
        if self.oauth {
            return self.written(server, None);
        }
        if self.client == Client::Codex {
            server.insert("bearer_token_env_var".into(), json!(KEY));
            return self.written(server, None);
        }
        server.insert("headers".into(), json!({ "Authorization": self.client.bearer() }));
        let input = json!({ "type": "promptString", "id": "infini-mcp-key", "description": "Key of infini-mcp", "password": true });
        self.written(server, (self.client == Client::Vscode).then_some(input))
    }

    fn written(&self, server: Map<String, Value>, input: Option<Value>) -> String {
        let servers = json!({ NAME: server });
        match self.client {
            Client::Codex => toml::to_string_pretty(&json!({ "mcp_servers": servers })).unwrap_or_default(),
            Client::Vscode => match input {
                Some(input) => format!("{:#}\n", json!({ "inputs": [input], "servers": servers })),
                None => format!("{:#}\n", json!({ "servers": servers })),
            },
            Client::ClaudeDesktop | Client::ClaudeCode | Client::Cursor | Client::Gemini | Client::Chatgpt => {
                format!("{:#}\n", json!({ "mcpServers": servers }))
            }
        }
    }
}

fn credentials_to_fill_in() -> Value {
    json!({
        "INFINITY_API_TOKEN": "<token of StartInfinity>",
        "INFINIGATE_API_KEY": "<API key of Infinigate>",
        "INFINIGATE_CLIENT_ID": "<client id of Infinigate>",
        "INFINIGATE_CLIENT_SECRET": "<client secret of Infinigate>",
    })
}
