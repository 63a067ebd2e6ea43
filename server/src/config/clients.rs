//! Where MCP clients keep their configuration on this machine.

use std::path::{Path, PathBuf};

/// A client whose configuration is known.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    /// The name on the command line.
    pub name: &'static str,
    /// The key under which it lists its servers.
    pub servers: &'static str,
    files: fn(home: &Path, settings: &Path) -> Vec<PathBuf>,
}

/// The known clients.
pub const CLIENTS: &[Client] = &[
    Client {
        name: "claude-desktop",
        servers: "mcpServers",
        files: |_, settings| vec![settings.join("Claude/claude_desktop_config.json")],
    },
    Client {
        name: "claude-code",
        servers: "mcpServers",
        files: |home, _| vec![PathBuf::from(".mcp.json"), claude_code_folder(home).join(".claude.json")],
    },
    Client {
        name: "vscode",
        servers: "servers",
        files: |_, settings| vec![PathBuf::from(".vscode/mcp.json"), settings.join("Code/User/mcp.json")],
    },
    Client {
        name: "cursor",
        servers: "mcpServers",
        files: |home, _| vec![PathBuf::from(".cursor/mcp.json"), home.join(".cursor/mcp.json")],
    },
    Client { name: "codex", servers: "mcp_servers", files: |home, _| vec![home.join(".codex/config.toml")] },
    Client {
        name: "gemini",
        servers: "mcpServers",
        files: |home, _| vec![PathBuf::from(".gemini/settings.json"), home.join(".gemini/settings.json")],
    },
    Client {
        name: "qwen",
        servers: "mcpServers",
        files: |home, _| vec![PathBuf::from(".qwen/settings.json"), home.join(".qwen/settings.json")],
    },
    Client {
        name: "opencode",
        servers: "mcp",
        files: |home, _| vec![PathBuf::from("opencode.json"), home.join(".config/opencode/opencode.json")],
    },
    Client {
        name: "copilot-cli",
        servers: "mcpServers",
        files: |home, _| vec![PathBuf::from(".mcp.json"), home.join(".copilot/mcp-config.json")],
    },
    Client {
        name: "windsurf",
        servers: "mcpServers",
        files: |home, _| vec![home.join(".codeium/windsurf/mcp_config.json")],
    },
    Client {
        name: "zed",
        servers: "context_servers",
        files: |home, _| vec![PathBuf::from(".zed/settings.json"), home.join(".config/zed/settings.json")],
    },
];

/// Claude Code keeps its file in the home folder, or where this variable says.
fn claude_code_folder(home: &Path) -> PathBuf {
    std::env::var_os("CLAUDE_CONFIG_DIR").map_or_else(|| home.to_owned(), PathBuf::from)
}

impl Client {
    /// The client of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        CLIENTS.iter().find(|client| client.name == name)
    }

    /// The files it reads, those of the current folder first.
    pub fn files(&self) -> Vec<PathBuf> {
        let home = dirs::home_dir().unwrap_or_default();
        let settings = dirs::config_dir().unwrap_or_default();
        (self.files)(&home, &settings)
    }
}

/// The program that a command names: itself when it is a path, or else where the search path has it.
pub fn program(command: &str) -> Option<PathBuf> {
    let path = Path::new(command);
    if path.components().count() > 1 {
        return path.is_file().then(|| path.to_path_buf());
    }
    let folders = std::env::var_os("PATH")?;
    let names = [command.to_owned(), format!("{command}.exe")];
    std::env::split_paths(&folders)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .find(|file| file.is_file())
}
