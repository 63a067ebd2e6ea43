//! The server as a client is told of it: a program that the client starts, or an address that it calls.

use url::Url;

use super::client::KEY;

/// What the server is called in every client.
pub const NAME: &str = "infini-mcp";

/// The credentials that an entry hands on when no settings file holds them, and what a person is asked for.
pub const CREDENTIALS: [(&str, &str); 4] = [
    ("INFINITY_API_TOKEN", "token of StartInfinity"),
    ("INFINIGATE_API_KEY", "API key of Infinigate"),
    ("INFINIGATE_CLIENT_ID", "client id of Infinigate"),
    ("INFINIGATE_CLIENT_SECRET", "client secret of Infinigate"),
];

/// A server in a client's configuration.
pub enum Entry {
    /// The client starts it.
    Local(Local),
    /// The client calls it.
    Remote(Remote),
}

/// A program that speaks MCP on standard input and output.
pub struct Local {
    /// Its whole path: clients start servers with a search path of their own.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Whether the credentials come from the client's variables.
    pub needs_credentials: bool,
}

/// An endpoint on the web or on this machine.
pub struct Remote {
    /// The address of the MCP endpoint.
    pub url: Url,
    /// Whether the client signs in (OAuth) instead of sending a key.
    pub oauth: bool,
}

impl Local {
    /// The server as a client starts it, with the settings of this file.
    pub fn new(command: String, settings: Option<&str>, sandbox: bool) -> Self {
        let mut args: Vec<String> = Vec::new();
        if let Some(file) = settings {
            args.extend(["--config".into(), file.to_owned()]);
        }
        // Said even though it is the default: the settings file may be that of a server over HTTP.
        args.extend(["serve".into(), "--stdio".into()]);
        if sandbox {
            args.push("--sandbox".into());
        }
        Self { command, args, needs_credentials: settings.is_none() && !sandbox }
    }

    /// The program and its arguments.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.command.as_str()).chain(self.args.iter().map(String::as_str))
    }
}

/// The bridge for clients that start programs only: it hands everything on to the address.
pub fn bridge(url: &Url) -> (String, Vec<String>, (String, String)) {
    const HEADER: &str = "INFINI_MCP_AUTHORIZATION";
    let mut args: Vec<String> = ["-y", "mcp-remote", url.as_str(), "--header"].map(str::to_owned).into();
    // Without a space: some versions of the client take an argument with a space for two.
    args.push(format!("Authorization:${{{HEADER}}}"));
    let is_here = url.host_str().is_some_and(|host| ["localhost", "127.0.0.1", "[::1]"].contains(&host));
    if url.scheme() == "http" && !is_here {
        args.push("--allow-http".into());
    }
    ("npx".into(), args, (HEADER.into(), format!("Bearer <the key, otherwise in {KEY}>")))
}
