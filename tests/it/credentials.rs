//! The commands that set a server up and manage its users, as somebody at a shell runs them.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::shell::Shell;
use crate::vault::Office;

fn equipped() -> Shell {
    let shell = Shell::new();
    shell.said(&["credentials", "init"]);
    shell.write("token", "tok-123\n");
    shell.said(&["credentials", "add-profile", "acme", "--infinity-token-file", "token"]);
    shell
}

#[test]
fn users_and_profiles_are_made_shown_changed_and_removed() {
    let shell = Shell::new();
    let made = shell.said(&["credentials", "init"]);
    for part in ["config/credential-store.key", "Keep a copy", "config/mcp-users.json was made", "added to .env"] {
        assert!(made.contains(part), "{part} in {made}");
    }
    for file in ["config/credential-store.key", "config/mcp-users.json", "data/credentials.enc.json", ".env"] {
        assert_eq!(shell.mode(file), 0o600, "{file}");
    }
    assert_eq!((shell.mode("config"), shell.mode("data")), (0o700, 0o700));
    let again = shell.said(&["credentials", "init"]);
    assert!(again.contains("left as it is") && !again.contains("was made"), "{again}");

    shell.write("token", "tok-123\n");
    shell.write("api-key", "sub-456");
    shell.write("secret", "sec-789");
    let files = [
        "--infinigate-api-key-file",
        "api-key",
        "--infinigate-client-id",
        "id-1",
        "--infinigate-client-secret-file",
        "secret",
    ];
    let added =
        shell.said(&[&["credentials", "add-profile", "acme", "--infinity-token-file", "token"], &files[..]].concat());
    assert_eq!(added, "The profile acme was added.\n");
    let key = shell.said(&[
        "credentials",
        "add-user",
        "ada",
        "--profile",
        "acme",
        "--scopes",
        "infinity:read,infinigate:order",
        "--expires",
        "90d",
    ]);
    assert!(key.starts_with("mcp_") && key.trim().len() == 47, "{key}");

    let list: Value = serde_json::from_str(&shell.said(&["credentials", "list", "--json"])).unwrap();
    assert_eq!(list["profiles"][0]["services"], serde_json::json!(["infinity", "infinigate"]));
    assert_eq!((&list["users"][0]["profile"], &list["users"][0]["expired"]), (&"acme".into(), &false.into()));
    let text = shell.said(&["credentials", "list"]);
    assert!(text.contains("ada  profile acme  until 20") && text.contains("infinity:read infinigate:order"), "{text}");
    assert!(!(text + &list.to_string()).contains("key_hash"));
    let all = shell.everything().replace(&shell.read("token"), "").replace("sub-456sec-789", "");
    assert!(!all.contains(key.trim()), "the key is kept nowhere");

    let new = shell.said(&["credentials", "rotate-user-key", "ada", "--expires", "never"]);
    assert_ne!(new, key);
    assert!(shell.refused(&["credentials", "remove-profile", "acme"]).1.contains("used by ada"));
    shell.said(&["credentials", "remove-user", "ada"]);
    shell.said(&["credentials", "remove-profile", "acme"]);
    assert_eq!(shell.said(&["credentials", "list"]), "There is no profile.\nThere is no user.\n");
}

#[test]
fn secrets_come_from_files_standard_input_or_settings_and_are_never_told() {
    let mut shell = equipped();
    let mut child = shell
        .command(&["credentials", "set-profile", "acme", "--infinity-token-file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"tok-from-stdin\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    shell.set("INFINITY_API_TOKEN", "tok-of-the-settings");
    shell.said(&["credentials", "add-profile", "second", "--from-settings"]);
    let all = shell.everything();
    assert!(!all.contains("tok-from-stdin") && !all.contains("tok-of-the-settings"));

    let (code, told) = shell.refused(&["credentials", "add-profile", "third"]);
    assert!(code == 2 && told.contains("no terminal") && told.contains("--from-settings"), "{told}");
    shell.set("INFINIGATE_API_KEY", "half-of-it");
    let (code, told) = shell.refused(&["credentials", "add-profile", "third", "--from-settings"]);
    assert!(code == 2 && told.contains("belong together") && !told.contains("half-of-it"), "{told}");
    let (code, _) = shell.refused(&["credentials", "add-profile", "third", "--infinity-token", "on-the-command-line"]);
    assert_eq!(code, 2, "no secret is taken from the command line");
}

#[test]
fn wrong_words_are_refused_with_what_is_right() {
    let shell = equipped();
    let user = ["credentials", "add-user", "ada", "--profile", "acme", "--scopes"];
    for (words, part) in [
        (vec!["infinity:order"], "infinity:read, infinity:write"),
        (vec!["all", "--expires", "soon"], "90d, 12h or 8w"),
        (vec!["all", "--expires", "2020-01-01"], "would have expired on 2020-01-02"),
    ] {
        let (_, told) = shell.refused(&[&user[..], &words].concat());
        assert!(told.contains(part), "{part} in {told}");
    }
    let (code, told) = Shell::new().refused(&["credentials", "list"]);
    assert!(code == 1 && told.contains("credentials init"), "{told}");
}

#[test]
fn a_user_is_shut_out_without_the_key_of_the_store() {
    let shell = equipped();
    shell.said(&["credentials", "add-user", "ada", "--profile", "acme", "--scopes", "all"]);
    shell.write(".env", "");
    assert!(shell.refused(&["credentials", "list"]).1.contains("MCP_CREDENTIAL_STORE_KEY is not set"));
    assert_eq!(shell.said(&["credentials", "remove-user", "ada"]), "The user ada was removed.\n");
    assert!(!shell.read("config/mcp-users.json").contains("ada"));
}

#[test]
fn the_key_of_the_store_is_changed_and_the_old_one_opens_nothing() {
    let mut shell = equipped();
    let told = shell.said(&["credentials", "rotate-store-key", "--new-key-file", "config/new.key"]);
    assert!(told.contains("config/new.key is the key") && told.contains("restart the server"), "{told}");
    assert_eq!(shell.mode("config/new.key"), 0o600);
    assert!(shell.refused(&["credentials", "list"]).1.contains("does not open with this key"));
    shell.set("MCP_CREDENTIAL_STORE_KEY_FILE", "config/new.key");
    assert!(shell.said(&["credentials", "list"]).contains("acme  infinity"));
}

#[test]
fn the_predecessors_files_are_taken_over_once() {
    let (shell, old) = (equipped(), Office::of_the_predecessor());
    shell.write("old.key", "predecessor-store-key-0123456789abcdef\n");
    let (users, store) = (old.users().display().to_string(), old.store().display().to_string());
    let import = ["credentials", "import", "--users", &users, "--store", &store, "--store-key-file", "old.key"];
    assert!(shell.said(&import).contains("profiles Acme GmbH, Narrow; users ada, bob. Here already, just the same: 0"));
    assert!(shell.said(&import).contains("profiles none; users none. Here already, just the same: 4"));
    shell.said(&["credentials", "rotate-user-key", "ada"]);
    let (code, told) = shell.refused(&import);
    assert!(code == 1 && told.contains("nothing was taken over") && told.contains("\"ada\""), "{told}");
}

#[test]
fn commands_started_at_once_lose_nothing() {
    let shell = equipped();
    let names: Vec<String> = (0..6).map(|number| format!("user{number}")).collect();
    let started: Vec<_> = names
        .iter()
        .map(|name| {
            let words = ["credentials", "add-user", name, "--profile", "acme", "--scopes", "all"];
            shell.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in started {
        assert!(child.wait().unwrap().success());
    }
    let list: Value = serde_json::from_str(&shell.said(&["credentials", "list", "--json"])).unwrap();
    assert_eq!(list["users"].as_array().unwrap().len(), 6);
}

#[test]
fn a_team_is_set_up_in_one_command() {
    let mut shell = Shell::new();
    shell.write(".env", "OTHER=mine\n");
    shell.set("INFINITY_API_TOKEN", "tok-1");
    let key = shell.said(&["init", "--http", "--user", "ada", "--from-settings"]);
    assert!(key.starts_with("mcp_") && key.lines().count() == 1, "{key}");
    let dotenv = shell.read(".env");
    for line in ["OTHER=mine", "MCP_TRANSPORT='http'", "MCP_CREDENTIAL_STORE_KEY_FILE='config/credential-store.key'"] {
        assert!(dotenv.contains(line), "{line} in {dotenv}");
    }
    assert!(!dotenv.contains("tok-1"), "the credentials of a team are in the store only");
    assert!(shell.said(&["credentials", "list"]).contains("ada  profile default  no end"));
    let (_, told) = shell.refused(&["init", "--http", "--user", "bob", "--from-settings"]);
    assert!(told.contains("nothing was written") && told.contains("infini-mcp credentials"), "{told}");
}

#[test]
fn one_person_is_set_up_and_nothing_is_replaced_unasked() {
    let mut shell = Shell::new();
    shell.write("token", "tok-$1\n");
    let words = ["init", "--stdio", "--infinity-token-file", "token"];
    assert!(shell.said(&words).contains("client-config"));
    assert_eq!(shell.read(".env"), "INFINITY_API_TOKEN='tok-$1'\n");
    assert_eq!(shell.mode(".env"), 0o600);
    shell.write("token", "tok-2");
    let (code, told) = shell.refused(&words);
    assert!(
        code == 1
            && told.contains("sets INFINITY_API_TOKEN already; nothing was written")
            && told.contains("--overwrite"),
        "{told}"
    );
    assert!(shell.read(".env").contains("tok-$1"));
    shell.said(&[&words[..], &["--overwrite"]].concat());
    assert_eq!(shell.read(".env"), "INFINITY_API_TOKEN='tok-2'\n");

    let (code, told) = shell.refused(&["init"]);
    assert!(code == 2 && told.contains("--stdio, --http or --sandbox"), "{told}");
    assert!(shell.said(&["init", "--sandbox"]).contains("--sandbox"));
    shell.set("CONFIRM", "writes");
    shell.write(".env", "INFINITY_API_TOKEN=t\nDEFAULT_PAGE_SIZE=none\n");
    let (_, told) = shell.refused(&["call", "infinity_get_profile"]);
    assert!(told.contains("DEFAULT_PAGE_SIZE (from .env: DEFAULT_PAGE_SIZE) must be a number"), "{told}");
}

#[test]
fn shells_get_their_completions() {
    let shell = Shell::new();
    for name in ["bash", "zsh", "fish"] {
        assert!(shell.said(&["completions", name]).contains("rotate-user-key"), "{name}");
    }
}
