//! The first steps of somebody new: what goes wrong is said where they look, with what to do about it.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::shell::Shell;

/// What the program answers to `initialize`, and what it said on standard error by the time it ended.
fn initialize(shell: &Shell, words: &[&str]) -> (Value, String, Option<i32>) {
    let mut command = shell.command(words);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let params =
        json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
    let message = json!({ "jsonrpc": "2.0", "id": 7, "method": "initialize", "params": params });
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "{message}").unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    let answer = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no answer: {line:?}"));
    (answer, String::from_utf8(output.stderr).unwrap(), output.status.code())
}

#[test]
fn settings_that_cannot_be_read_are_told_to_the_client_that_starts_the_server() {
    let mut shell = Shell::new();
    shell.set("INFINITY_API_TOKEN", "tok-1");
    shell.set("LOG_LEVEL", "loud");
    let (answer, log, code) = initialize(&shell, &["serve", "--stdio"]);
    assert_eq!(answer["id"], 7);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("cannot start") && message.contains("LOG_LEVEL must be one of"), "{answer}");
    assert!(log.contains("LOG_LEVEL must be one of") && log.matches("LOG_LEVEL").count() == 1, "{log}");
    assert_eq!(code, Some(2));
    // Without anybody to tell, it ends as ever.
    assert_eq!(shell.refused(&["serve"]).0, 2);
    assert_eq!(shell.refused(&["serve", "--http"]).0, 2);
}

#[test]
fn a_server_without_tools_says_why_in_its_instructions_and_in_its_log() {
    let mut shell = Shell::new();
    let (answer, log, _) = initialize(&shell, &["serve"]);
    let instructions = answer["result"]["instructions"].as_str().unwrap().to_owned();
    for text in [&instructions, &log] {
        assert!(text.contains("no credentials") && text.contains("INFINITY_API_TOKEN"), "{text}");
    }
    shell.set("INFINITY_API_TOKEN", "tok-1");
    shell.set("MCP_TOOLS_ALLOW", "infinigate_get_quote");
    let (answer, log, _) = initialize(&shell, &["serve"]);
    let instructions = answer["result"]["instructions"].as_str().unwrap().to_owned();
    for text in [&instructions, &log] {
        assert!(text.contains("no tool is offered") && text.contains("MCP_TOOLS_ALLOW"), "{text}");
    }
}

#[test]
fn a_call_of_a_tool_that_is_not_offered_says_what_keeps_it_away() {
    let mut shell = Shell::new();
    for (tool, settings, told) in [
        ("infinity_list_views", vec![], "MCP_TOOLSETS=default,views"),
        ("infinity_list_boards", vec![("MCP_TOOLS_DENY", "infinity_list_boards")], "MCP_TOOLS_DENY"),
        ("infinity_create_board", vec![("MCP_READ_ONLY", "true")], "MCP_READ_ONLY"),
        ("infinity_list_board", vec![], "Did you mean `infinity_list_boards`?"),
    ] {
        shell.variables.clear();
        settings.into_iter().for_each(|(name, value)| shell.set(name, value));
        let output = shell.run(&["call", tool, "--sandbox"]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains(told) && !said.contains("credentials"), "{tool}: {said}");
    }
    shell.variables.clear();
    shell.set("INFINITY_API_TOKEN", "tok-1");
    let said = String::from_utf8(shell.run(&["call", "infinigate_list_quotes"]).stdout).unwrap();
    assert!(said.contains("no credentials for infinigate"), "{said}");
}

#[test]
fn a_misspelt_bound_on_spending_keeps_the_server_from_starting() {
    for (name, meant) in [
        ("ORDER_LIMIT", "ORDER_LIMIT_"),
        ("ORDER_LIMIT_DAY", "ORDER_LIMIT_PER_DAY"),
        ("ORDER_LIMITS_AMOUNT", "ORDER_LIMIT_AMOUNT"),
        ("ORDER_AMOUNT_LIMIT", "ORDER_LIMIT_"),
        ("MAX_ORDER_AMOUNT", "ORDER_LIMIT_"),
        ("CONFIRM_FALLBAK", "CONFIRM_FALLBACK"),
    ] {
        let mut shell = Shell::new();
        shell.set("INFINITY_API_TOKEN", "tok-1");
        shell.set(name, "5");
        let (code, told) = shell.refused(&["serve"]);
        assert!(code == 2 && told.contains(&format!("{name} is not a setting")) && told.contains(meant), "{told}");
    }
    // In the current folder's file alone it counts too, though nothing else there is ours.
    let mut shell = Shell::new();
    shell.set("INFINITY_API_TOKEN", "tok-1");
    shell.write(".env", "ORDER_LIMIT_AMOUNT=5\n");
    assert!(shell.refused(&["serve"]).1.contains("ORDER_LIMIT_AMOUNT"));
    shell.write(".env", "ORDER_LIMIT=5\nMCP_READ_ONLY=true\n");
    assert!(shell.refused(&["serve"]).1.contains("ORDER_LIMIT is not a setting"));
}

#[test]
fn one_credential_of_a_profile_is_replaced_and_the_others_stay() {
    let shell = Shell::new();
    shell.said(&["credentials", "init"]);
    for (file, text) in [("token", "tok-1"), ("api-key", "sub-1"), ("secret", "sec-1"), ("new", "sec-2")] {
        shell.write(file, text);
    }
    shell.said(&["credentials", "add-profile", "boards", "--infinity-token-file", "token"]);
    let secret = ["--infinigate-client-secret-file", "new"];
    let (_, told) = shell.refused(&[&["credentials", "set-profile", "boards"], &secret[..]].concat());
    assert!(told.contains("needed together"), "{told}");
    let all = ["--infinigate-api-key-file", "api-key", "--infinigate-client-id", "id-1"];
    let three = [&all[..], &["--infinigate-client-secret-file", "secret"]].concat();
    shell.said(&[&["credentials", "set-profile", "boards"], &three[..]].concat());
    shell.said(&[&["credentials", "set-profile", "boards"], &secret[..]].concat());
    let list: Value = serde_json::from_str(&shell.said(&["credentials", "list", "--json"])).unwrap();
    let text = list.to_string();
    assert!(text.contains("infinigate") && text.contains("infinity"), "{list:#}");
}

#[test]
fn init_names_the_port_that_the_settings_name() {
    let mut shell = Shell::new();
    shell.set("INFINITY_API_TOKEN", "tok-1");
    shell.write(".env", "MCP_HTTP_PORT=4711\n");
    let output = shell.run(&["init", "--http", "--user", "ada", "--from-settings"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--url http://127.0.0.1:4711/mcp"), "{said}");
}

#[test]
fn a_settings_file_that_is_named_brings_its_files_along_whatever_the_folder() {
    let mut home = Shell::new();
    home.set("INFINITY_API_TOKEN", "tok-1");
    home.said(&["init", "--http", "--user", "ada", "--from-settings"]);
    let dotenv = home.folder.path().join(".env").display().to_string();
    let elsewhere = Shell::new();
    let list = elsewhere.said(&["--config", &dotenv, "credentials", "list"]);
    assert!(list.contains("ada"), "{list}");
    assert_eq!(std::fs::read_dir(elsewhere.folder.path()).unwrap().count(), 0, "nothing is made where it was run");
}

#[test]
fn a_served_sandbox_says_that_it_keeps_nothing_in_the_state_that_is_set() {
    let mut shell = Shell::new();
    shell.set("STATE_URL", "sqlite:state.db");
    let output = shell.run(&["serve", "--stdio", "--sandbox"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("STATE_URL is not used with --sandbox"), "{said}");
    assert!(!shell.folder.path().join("state.db").exists());
}
