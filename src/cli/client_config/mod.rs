//! `infini-mcp client-config`: what to put into a client's configuration so that it finds this server.

mod client;
mod command;
mod entry;
mod file;

use std::path::Path;

use clap::{Args, ValueEnum};
use url::Url;

use self::client::{Client, Introduction, KEY};
use self::entry::{Entry, Local, Remote};
use super::{Failure, print};
use crate::config::{Sources, this_program};

/// For which client, and how it reaches the server.
#[derive(Args)]
pub struct ClientConfig {
    /// The client.
    client: Client,
    /// The address of a running server, such as https://mcp.example.com; without it the client starts one itself.
    #[arg(long, value_parser = endpoint)]
    url: Option<Url>,
    /// The client signs in (OAuth) instead of sending a key.
    #[arg(long, requires = "url")]
    oauth: bool,
    /// Use the built-in simulator of both services.
    #[arg(long, conflicts_with = "url")]
    sandbox: bool,
    /// What to print: the client's file, one command to type, or a link that installs it.
    #[arg(long = "as", value_name = "FORM", default_value = "file")]
    form: Form,
}

/// In which form a client is told of the server.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    File,
    Command,
    Link,
}

/// The address of an MCP endpoint; a server alone means its `/mcp`.
fn endpoint(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| format!("{error}; write it as https://mcp.example.com/mcp"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("it must be an http or https address, such as https://mcp.example.com/mcp".into());
    }
    if url.host_str().is_some_and(|host| ["0.0.0.0", "[::]"].contains(&host)) {
        return Err("a server listens on that address, but no client can call it; name the machine, or 127.0.0.1 on the same one".into());
    }
    if url.path() == "/" {
        url.set_path("/mcp");
    }
    Ok(url)
}

impl ClientConfig {
    /// Prints the configuration; where it goes is said on standard error.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        let entry = match self.url.clone() {
            Some(url) => Entry::Remote(Remote { url, oauth: self.oauth }),
            None => Entry::Local(self.local(config)?),
        };
        let client = self.client;
        let text = match (self.form, &entry) {
            (Form::Command, entry) => command::line(client, entry).map(|line| format!("{line}\n")),
            (Form::Link, entry) => command::link(client, entry).map(|link| format!("{link}\n")),
            (Form::File, Entry::Remote(remote)) if added_by_address(client, remote) => {
                Some(format!("{}\n", remote.url))
            }
            (Form::File, entry) => Some(file::text(client, entry)),
        };
        let text = text.ok_or_else(|| self.no_such_form())?;
        for line in self.advice(&entry) {
            eprintln!("{line}");
        }
        print(&text)
    }

    fn no_such_form(&self) -> Failure {
        let with = match self.form {
            Form::Link => "vscode and cursor have an install link",
            Form::Command | Form::File => "claude-code, codex, copilot-cli and vscode have a command",
        };
        Failure::Usage(vec![format!("{} is set up by a file only: leave out --as ({with})", self.client.name())])
    }

    /// What to do with it, and what the server needs for it.
    fn advice(&self, entry: &Entry) -> Vec<String> {
        let client = self.client;
        let mut lines = vec![self.where_to(entry)];
        match entry {
            Entry::Local(local) if local.needs_credentials => lines.push(match client.variable("") {
                Some(_) if client == Client::Vscode => "VS Code asks for each credential once; leave those of a service you do not use empty.".into(),
                _ if client == Client::Codex || client.variable("").is_some() => {
                    "It hands on the credentials of your environment; leave out those of a service you do not use. `infini-mcp init` writes a file instead.".into()
                }
                _ => "Replace what is in <> by your own, and leave out the service you do not use; `infini-mcp init` writes a file instead.".into(),
            }),
            Entry::Remote(remote) if !remote.oauth && client != Client::Chatgpt => lines.push(match client {
                Client::Vscode => "VS Code asks for the key once.".into(),
                _ if client.reads_key() => format!("Put the key that `credentials add-user` printed into the variable {KEY}."),
                _ => "Put the key that `credentials add-user` printed in place of what is in <>.".into(),
            }),
            Entry::Remote(_) => lines.push(sign_in(client)),
            Entry::Local(_) => {}
        }
        lines
    }

    fn where_to(&self, entry: &Entry) -> String {
        let place = self.client.place();
        match (self.form, entry) {
            (Form::Command, _) => "Type this into a shell.".into(),
            (Form::Link, _) => "Open this link, for example in a browser.".into(),
            (Form::File, Entry::Remote(remote)) if added_by_address(self.client, remote) => match self.client {
                Client::ClaudeDesktop => {
                    "Add this address in Claude's Settings, Connectors, Add custom connector.".into()
                }
                _ => format!("Add this address in ChatGPT: {place}."),
            },
            (Form::File, Entry::Remote(_)) if self.client == Client::ClaudeDesktop => {
                format!(
                    "Put this into {place}; mcp-remote, which it starts, needs Node.js. With --oauth, Claude calls the address itself."
                )
            }
            (Form::File, _) => format!("Put this into {place}."),
        }
    }

    /// The server as the client starts it itself.
    fn local(&self, config: Option<&Path>) -> Result<Local, Failure> {
        if self.client == Client::Chatgpt {
            return Err(Failure::Usage(vec![
                "ChatGPT connects to servers on the web only: say --url https://…/mcp".into(),
            ]));
        }
        let program =
            this_program().map_err(|error| Failure::Failed(format!("cannot tell where this program is: {error}")))?;
        let settings = self.settings_file(config);
        if let Some(file) = &settings {
            self.check_settings(file)?;
        }
        Ok(Local::new(program.to_string_lossy().into_owned(), settings.as_deref(), self.sandbox))
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

    /// A server that cannot start, or has nothing to offer, is said here rather than by the client.
    fn check_settings(&self, file: &str) -> Result<(), Failure> {
        let mut sources = Sources::of_entry(Some(Path::new(file)), []);
        let (is_team, url) = (sources.is_http() && !sources.have_credentials(), sources.endpoint());
        if is_team && !self.sandbox {
            return Err(Failure::Usage(vec![format!(
                "{file} sets up a server for a team over HTTP, and holds no credentials for a client that starts one itself: say --url {url}"
            )]));
        }
        let has_credentials = sources.have_credentials();
        sources.set_flag("MCP_TRANSPORT", "--stdio", "stdio");
        sources.settings().map_err(Failure::Usage)?;
        if !has_credentials && !self.sandbox {
            eprintln!("{file} holds no credentials, so the server will offer no tools until it does.");
        }
        Ok(())
    }
}

/// Whether the client is given the address alone.
fn added_by_address(client: Client, remote: &Remote) -> bool {
    client == Client::Chatgpt || (client == Client::ClaudeDesktop && remote.oauth)
}

/// What the server must allow for the client to sign in.
fn sign_in(client: Client) -> String {
    match client.introduction() {
        Introduction::Document(host) => format!(
            "It signs in with OAuth and introduces itself by a document: OAUTH_CLIENT_METADATA_HOSTS on the server must name {host}."
        ),
        Introduction::Registration => {
            "It signs in with OAuth and registers itself, which is off by default: set OAUTH_DYNAMIC_REGISTRATION=true on the server.".into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_completed_or_refused_where_no_client_could_call_it() {
        for (given, meant) in [
            ("https://mcp.example.com", "https://mcp.example.com/mcp"),
            ("https://mcp.example.com/", "https://mcp.example.com/mcp"),
            ("https://example.com/office/mcp", "https://example.com/office/mcp"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000/mcp"),
        ] {
            assert_eq!(endpoint(given).unwrap().as_str(), meant);
        }
        for given in ["http://0.0.0.0:3000", "http://[::]:3000/mcp", "ftp://example.com", "mcp.example.com"] {
            assert!(endpoint(given).is_err(), "{given}");
        }
    }
}
