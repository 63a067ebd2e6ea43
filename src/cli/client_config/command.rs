//! An entry as one command of the client's own, and as a link that a person opens.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::client::{Client, KEY};
use super::entry::{CREDENTIALS, Entry, NAME};
use super::file;

/// The command that adds the server; `None` where the client has none that is known here.
pub fn line(client: Client, entry: &Entry) -> Option<String> {
    let words: Vec<String> = match (client, entry) {
        (Client::ClaudeCode | Client::CopilotCli | Client::Codex, Entry::Local(local)) => {
            let mut words = begun(client);
            words.push(NAME.into());
            if local.needs_credentials {
                words.extend(CREDENTIALS.into_iter().flat_map(|(name, _)| ["--env".into(), taken_over(name)]));
            }
            words.push("--".into());
            words.extend(local.words().map(quoted));
            words
        }
        (Client::ClaudeCode | Client::CopilotCli, Entry::Remote(remote)) => {
            let mut words = begun(client);
            words.extend(["--transport".into(), "http".into(), NAME.into(), quoted(remote.url.as_str())]);
            if !remote.oauth {
                // The shell puts the key in, which the client then keeps in its own file.
                words.extend(["--header".into(), format!("\"Authorization: Bearer ${KEY}\"")]);
            }
            words
        }
        (Client::Codex, Entry::Remote(remote)) => {
            let mut words = begun(client);
            words.extend([NAME.into(), "--url".into(), quoted(remote.url.as_str())]);
            if !remote.oauth {
                words.extend(["--bearer-token-env-var".into(), KEY.into()]);
            }
            words
        }
        (Client::Vscode, entry) => vec!["code".into(), "--add-mcp".into(), quoted(&named(entry).to_string())],
        (_, _) => return None,
    };
    Some(words.join(" "))
}

/// The link that installs the server; `None` where the client has none.
pub fn link(client: Client, entry: &Entry) -> Option<String> {
    match client {
        Client::Vscode => {
            let server = named(entry).to_string();
            Some(format!("vscode:mcp/install?{}", utf8_percent_encode(&server, NON_ALPHANUMERIC)))
        }
        Client::Cursor => {
            let server = Value::Object(file::server(client, entry)).to_string();
            let config = STANDARD.encode(server);
            let config = utf8_percent_encode(&config, NON_ALPHANUMERIC);
            Some(format!("cursor://anysphere.cursor-deeplink/mcp/install?name={NAME}&config={config}"))
        }
        _ => None,
    }
}

/// The server as VS Code installs it: with its name, and the questions for what it must not hold.
fn named(entry: &Entry) -> Value {
    let mut server = file::server(Client::Vscode, entry);
    server.insert("name".into(), json!(NAME));
    let inputs = file::inputs(entry);
    if !inputs.is_empty() {
        server.insert("inputs".into(), Value::Array(inputs));
    }
    Value::Object(server)
}

fn begun(client: Client) -> Vec<String> {
    let program = match client {
        Client::Codex => "codex",
        Client::CopilotCli => "copilot",
        _ => "claude",
    };
    [program, "mcp", "add"].map(str::to_owned).into()
}

/// A variable of the shell that the command is typed in.
fn taken_over(name: &str) -> String {
    format!("\"{name}=${name}\"")
}

/// A word as a shell takes it for one.
fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}
