//! What `client-config` prints, held against what each client reads.

use serde_json::{Value, json};

use crate::shell::Shell;

/// Clients whose file is JSON, with the key under which it lists its servers.
const JSON_CLIENTS: [(&str, &str); 10] = [
    ("claude-desktop", "mcpServers"),
    ("claude-code", "mcpServers"),
    ("cursor", "mcpServers"),
    ("gemini", "mcpServers"),
    ("qwen", "mcpServers"),
    ("copilot-cli", "mcpServers"),
    ("windsurf", "mcpServers"),
    ("vscode", "servers"),
    ("opencode", "mcp"),
    ("zed", "context_servers"),
];

fn entry(text: &str, servers: &str) -> Value {
    serde_json::from_str::<Value>(text).unwrap()[servers]["infini-mcp"].clone()
}

/// The words that start the server, wherever the client keeps them.
fn words(entry: &Value) -> Vec<String> {
    let all = match &entry["command"] {
        Value::Array(words) => words.clone(),
        program => [std::slice::from_ref(program), entry["args"].as_array().unwrap().as_slice()].concat(),
    };
    all.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_client_starts_the_server_over_stdio_with_the_settings_file_by_its_whole_path() {
    let shell = Shell::new();
    shell.write(".env", "INFINITY_API_TOKEN=tok-secret\nMCP_TRANSPORT=http\n");
    let dotenv = shell.folder.path().canonicalize().unwrap().join(".env").display().to_string();
    for (client, servers) in JSON_CLIENTS {
        let text = shell.said(&["client-config", client]);
        let words = words(&entry(&text, servers));
        assert!(words[0].starts_with('/'), "{client}: {text}");
        assert_eq!(words[1..], ["--config", &dotenv, "serve", "--stdio"], "{client}");
        assert!(!text.contains("tok-secret"));
    }
    let codex: toml::Table = shell.said(&["client-config", "codex", "--sandbox"]).parse().unwrap();
    assert_eq!(codex["mcp_servers"]["infini-mcp"]["args"].as_array().unwrap().len(), 3);
}

#[test]
fn credentials_come_from_the_variables_of_the_client_and_not_out_of_a_shared_file() {
    let shell = Shell::new();
    for (client, servers, variables, written) in [
        ("claude-code", "mcpServers", "env", "${INFINITY_API_TOKEN:-}"),
        ("copilot-cli", "mcpServers", "env", "${INFINITY_API_TOKEN:-}"),
        ("cursor", "mcpServers", "env", "${env:INFINITY_API_TOKEN}"),
        ("windsurf", "mcpServers", "env", "${env:INFINITY_API_TOKEN}"),
        ("gemini", "mcpServers", "env", "$INFINITY_API_TOKEN"),
        ("qwen", "mcpServers", "env", "$INFINITY_API_TOKEN"),
        ("opencode", "mcp", "environment", "{env:INFINITY_API_TOKEN}"),
        ("vscode", "servers", "env", "${input:infinity-api-token}"),
        ("claude-desktop", "mcpServers", "env", "<token of StartInfinity>"),
        ("zed", "context_servers", "env", "<token of StartInfinity>"),
    ] {
        let text = shell.said(&["client-config", client]);
        assert_eq!(entry(&text, servers)[variables]["INFINITY_API_TOKEN"], written, "{client}");
    }
    let vscode: Value = serde_json::from_str(&shell.said(&["client-config", "vscode"])).unwrap();
    let ids: Vec<&Value> = vscode["inputs"].as_array().unwrap().iter().map(|input| &input["id"]).collect();
    let all = ["infinity-api-token", "infinigate-api-key", "infinigate-client-id", "infinigate-client-secret"];
    assert_eq!(ids, all);
    let codex: toml::Table = shell.said(&["client-config", "codex"]).parse().unwrap();
    assert_eq!(codex["mcp_servers"]["infini-mcp"]["env_vars"].as_array().unwrap().len(), 4);
}

#[test]
fn a_variable_that_the_client_left_as_it_was_is_no_credential_and_a_placeholder_is_a_fault() {
    let mut shell = Shell::new();
    for (name, value) in [
        ("INFINIGATE_API_KEY", "$INFINIGATE_API_KEY"),
        ("INFINIGATE_CLIENT_ID", "${env:INFINIGATE_CLIENT_ID}"),
        ("INFINIGATE_CLIENT_SECRET", "{env:INFINIGATE_CLIENT_SECRET}"),
    ] {
        shell.set(name, value);
    }
    let (_, told) = shell.refused(&["call", "infinigate_list_manufacturers"]);
    assert!(told.contains("no credentials for infinigate"), "{told}");
    shell.set("INFINITY_API_TOKEN", "<token of StartInfinity>");
    let (code, told) = shell.refused(&["call", "infinity_get_profile"]);
    assert!(code == 2 && told.contains("INFINITY_API_TOKEN still holds the placeholder"), "{told}");
    // A secret that only looks like one is neither refused nor shown.
    shell.set("INFINITY_API_TOKEN", "tok-1");
    shell.set("MCP_CREDENTIAL_STORE_KEY", "<Zq8 r4vX0pLm2sT9wYb6nK3cD7fGh1>");
    let (_, log) = shell.refused(&["call", "infinity_no_such_tool"]);
    assert!(!log.contains("placeholder") && !log.contains("Zq8"), "{log}");
}

#[test]
fn every_client_calls_an_address_in_its_own_way() {
    let shell = Shell::new();
    // An address without a path means the endpoint.
    let url = ["--url", "https://mcp.example.com"];
    for (client, parts) in [
        ("claude-code", vec!["\"type\": \"http\"", "Bearer ${INFINI_MCP_KEY}"]),
        ("copilot-cli", vec!["\"type\": \"http\"", "Bearer ${INFINI_MCP_KEY}", "\"*\""]),
        ("cursor", vec!["Bearer ${env:INFINI_MCP_KEY}"]),
        ("windsurf", vec!["\"serverUrl\"", "Bearer ${env:INFINI_MCP_KEY}"]),
        ("gemini", vec!["\"httpUrl\"", "Bearer $INFINI_MCP_KEY"]),
        ("qwen", vec!["\"httpUrl\"", "Bearer $INFINI_MCP_KEY"]),
        ("opencode", vec!["\"type\": \"remote\"", "Bearer {env:INFINI_MCP_KEY}"]),
        ("zed", vec!["\"context_servers\"", "Bearer <the key"]),
        ("vscode", vec!["promptString", "Bearer ${input:infini-mcp-key}"]),
        ("codex", vec!["bearer_token_env_var = \"INFINI_MCP_KEY\"", "[mcp_servers.infini-mcp]"]),
        ("claude-desktop", vec!["mcp-remote", "Authorization:${INFINI_MCP_AUTHORIZATION}"]),
        ("chatgpt", vec![]),
    ] {
        let text = shell.said(&[&["client-config", client], &url[..]].concat());
        assert!(text.contains("https://mcp.example.com/mcp"), "{client}: {text}");
        for part in parts {
            assert!(text.contains(part), "{client}: {part} in {text}");
        }
    }
    let oauth = shell.said(&[&["client-config", "claude-code", "--oauth"], &url[..]].concat());
    assert!(!oauth.contains("Authorization"), "{oauth}");
    let connector = shell.said(&[&["client-config", "claude-desktop", "--oauth"], &url[..]].concat());
    assert_eq!(connector, "https://mcp.example.com/mcp\n");
    assert!(shell.refused(&["client-config", "chatgpt"]).1.contains("--url"));
    assert!(
        shell.refused(&["client-config", "cursor", "--url", "http://0.0.0.0:3000"]).1.contains("no client can call")
    );
}

#[test]
fn a_client_that_signs_in_is_told_what_the_server_must_allow() {
    let shell = Shell::new();
    for (client, needed) in [
        ("claude-code", "OAUTH_CLIENT_METADATA_HOSTS on the server must name claude.ai"),
        ("vscode", "must name vscode.dev"),
        ("chatgpt", "must name chatgpt.com"),
        ("cursor", "OAUTH_DYNAMIC_REGISTRATION=true"),
        ("gemini", "OAUTH_DYNAMIC_REGISTRATION=true"),
    ] {
        let output = shell.run(&["client-config", client, "--oauth", "--url", "https://mcp.example.com/mcp"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(needed), "{client}: {said}");
    }
}

#[test]
fn a_command_or_a_link_says_the_same_as_the_file() {
    let shell = Shell::new();
    shell.write("my settings.env", "INFINITY_API_TOKEN=t\n");
    let said = |words: &[&str]| shell.said(&[&["--config", "my settings.env", "client-config"], words].concat());
    let file = shell.folder.path().canonicalize().unwrap().join("my settings.env").display().to_string();
    for (client, begins) in
        [("claude-code", "claude mcp add infini-mcp -- /"), ("codex", "codex mcp add infini-mcp -- /")]
    {
        let line = said(&[client, "--as", "command"]);
        assert!(line.starts_with(begins) && line.lines().count() == 1, "{line}");
        let words = shlex::split(&line).unwrap();
        assert_eq!(words[words.len() - 4..], ["--config", &file, "serve", "--stdio"]);
    }
    let remote = ["--url", "https://mcp.example.com/mcp"];
    let claude = said(&[&["claude-code", "--as", "command"], &remote[..]].concat());
    assert!(claude.contains("--transport http infini-mcp https://mcp.example.com/mcp --header"), "{claude}");
    let codex = said(&[&["codex", "--as", "command"], &remote[..]].concat());
    assert!(codex.contains("--url https://mcp.example.com/mcp --bearer-token-env-var INFINI_MCP_KEY"), "{codex}");

    let link = url::Url::parse(said(&["cursor", "--as", "link"]).trim()).unwrap();
    let config = link.query_pairs().find(|(name, _)| name == "config").unwrap().1.into_owned();
    use base64::Engine;
    let config = base64::engine::general_purpose::STANDARD.decode(config).unwrap();
    let config: Value = serde_json::from_slice(&config).unwrap();
    assert_eq!(words(&config)[1..], ["--config", &file, "serve", "--stdio"]);
    let link = said(&[&["vscode", "--as", "link"], &remote[..]].concat());
    let server = percent_encoding::percent_decode_str(link.trim().strip_prefix("vscode:mcp/install?").unwrap());
    let server: Value = serde_json::from_str(&server.decode_utf8().unwrap()).unwrap();
    assert_eq!((&server["name"], &server["type"]), (&json!("infini-mcp"), &json!("http")));
    assert_eq!(server["inputs"][0]["id"], "infini-mcp-key");
    let (code, told) = shell.refused(&["client-config", "gemini", "--as", "link", "--sandbox"]);
    assert!(code == 2 && told.contains("vscode and cursor"), "{told}");
}

#[test]
fn an_entry_that_could_not_start_or_would_offer_nothing_is_refused() {
    let mut shell = Shell::new();
    shell.set("INFINITY_API_TOKEN", "tok-1");
    shell.write(".env", "MCP_HTTP_PORT=4711\n");
    shell.said(&["init", "--http", "--user", "ada", "--from-settings"]);
    let (code, told) = shell.refused(&["client-config", "claude-code"]);
    assert!(code == 2 && told.contains("say --url http://127.0.0.1:4711/mcp"), "{told}");
    let other = Shell::new();
    other.write(".env", "INFINITY_API_TOKEN=t\nLOG_LEVEL=loud\n");
    assert!(other.refused(&["client-config", "cursor"]).1.contains("LOG_LEVEL"));
}
