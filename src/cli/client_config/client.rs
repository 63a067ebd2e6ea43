//! The MCP clients that a configuration can be printed for: where it goes, and what each of them understands.

use clap::ValueEnum;

/// The variable that a client takes the caller's key from.
pub const KEY: &str = "INFINI_MCP_KEY";

/// An MCP client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Client {
    ClaudeDesktop,
    ClaudeCode,
    Vscode,
    Cursor,
    Codex,
    Gemini,
    Qwen,
    Opencode,
    CopilotCli,
    Windsurf,
    Zed,
    Chatgpt,
}

/// How a client's OAuth introduces it to an authorization server that does not know it.
pub enum Introduction {
    /// By a document on this host (client ID metadata document).
    Document(&'static str),
    /// It registers itself (RFC 7591).
    Registration,
}

impl Client {
    /// The name on the command line.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Where the configuration goes.
    pub fn place(self) -> &'static str {
        match self {
            Self::ClaudeDesktop => "claude_desktop_config.json (Settings, Developer, Edit Config)",
            Self::ClaudeCode => ".mcp.json in the project's folder",
            Self::Vscode => ".vscode/mcp.json in the project's folder, or the command `MCP: Open User Configuration`",
            Self::Cursor => "~/.cursor/mcp.json, or .cursor/mcp.json in the project's folder",
            Self::Codex => "~/.codex/config.toml",
            Self::Gemini => "~/.gemini/settings.json, or .gemini/settings.json in the project's folder",
            Self::Qwen => "~/.qwen/settings.json, or .qwen/settings.json in the project's folder",
            Self::Opencode => "~/.config/opencode/opencode.json, or opencode.json in the project's folder",
            Self::CopilotCli => "~/.copilot/mcp-config.json",
            Self::Windsurf => "~/.codeium/windsurf/mcp_config.json",
            Self::Zed => "~/.config/zed/settings.json (the command `zed: open settings`)",
            Self::Chatgpt => "Settings, Apps & Connectors, Create (in developer mode)",
        }
    }

    /// How the client's file writes the value of a variable that the file itself does not hold; `None` where it cannot.
    /// Such a file can be shared, for no secret stands in it.
    pub fn variable(self, name: &str) -> Option<String> {
        match self {
            // Without its default an unset variable is a fault of the whole file.
            Self::ClaudeCode | Self::CopilotCli => Some(format!("${{{name}:-}}")),
            Self::Vscode => Some(format!("${{input:{}}}", input_id(name))),
            Self::Cursor | Self::Windsurf => Some(format!("${{env:{name}}}")),
            Self::Gemini | Self::Qwen => Some(format!("${name}")),
            Self::Opencode => Some(format!("{{env:{name}}}")),
            Self::ClaudeDesktop | Self::Codex | Self::Zed | Self::Chatgpt => None,
        }
    }

    /// The value of the header that carries the caller's key.
    pub fn bearer(self) -> String {
        match self {
            Self::ClaudeCode | Self::CopilotCli => format!("Bearer ${{{KEY}}}"),
            _ => match self.variable(KEY) {
                Some(variable) => format!("Bearer {variable}"),
                None => "Bearer <the key that `credentials add-user` printed>".into(),
            },
        }
    }

    /// Whether the caller's key comes from the variable [`KEY`].
    pub fn reads_key(self) -> bool {
        self == Self::Codex || (self != Self::Vscode && self.variable(KEY).is_some())
    }

    /// How it introduces itself when it signs in with OAuth.
    pub fn introduction(self) -> Introduction {
        match self {
            Self::ClaudeDesktop | Self::ClaudeCode => Introduction::Document("claude.ai"),
            Self::Vscode => Introduction::Document("vscode.dev"),
            Self::Chatgpt => Introduction::Document("chatgpt.com"),
            Self::Cursor
            | Self::Codex
            | Self::Gemini
            | Self::Qwen
            | Self::Opencode
            | Self::CopilotCli
            | Self::Windsurf
            | Self::Zed => Introduction::Registration,
        }
    }
}

/// The name of the question that VS Code asks for a variable.
pub fn input_id(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}
