//! The second door: the program over standard input and output, started as a client starts it.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A running server with its two ends.
pub struct Program {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Program {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_infini-mcp"))
            .args(arguments)
            .env_clear()
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output).lines() }
    }

    pub async fn say(&mut self, message: &Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    /// The next message; every line of the output must be one.
    pub async fn hear(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(20), self.output.next_line())
            .await
            .expect("an answer in time")
            .unwrap()
            .expect("an open output");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("no protocol on standard output: {error}: {line}"))
    }

    pub async fn initialize(&mut self, version: &str, capabilities: Value) -> Value {
        let params = json!({ "protocolVersion": version, "capabilities": capabilities, "clientInfo": { "name": "test", "version": "1" } });
        self.say(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params })).await;
        let answer = self.hear().await;
        self.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        answer
    }

    async fn call(&mut self, id: u32, tool: &str, arguments: Value) {
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": { "name": tool, "arguments": arguments } })).await;
    }
}

#[tokio::test]
async fn every_older_version_is_spoken() {
    for version in ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] {
        let mut program = Program::start(&["serve", "--sandbox"]);
        let answer = program.initialize(version, json!({})).await;
        assert_eq!(answer["result"]["protocolVersion"], json!(version), "{answer:#}");
        program.call(1, "infinity_get_profile", json!({})).await;
        assert_eq!(program.hear().await["result"]["isError"], json!(false));
    }
}

#[tokio::test]
async fn a_client_of_the_initialize_era_is_asked_within_the_call() {
    let mut program = Program::start(&["serve", "--sandbox"]);
    program.initialize("2025-11-25", json!({ "elicitation": {} })).await;
    let arguments = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    for (id, yes) in [(1, false), (2, true)] {
        program.call(id, "infinigate_accept_quote", arguments.clone()).await;
        let question = program.hear().await;
        assert_eq!(question["method"], json!("elicitation/create"), "{question:#}");
        assert!(question["params"]["message"].as_str().unwrap().contains("AN2600456"));
        let answer = if yes {
            json!({ "action": "accept", "content": { "confirm": true } })
        } else {
            json!({ "action": "decline" })
        };
        program.say(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": answer })).await;
        let result = program.hear().await;
        assert_eq!(result["result"]["isError"], json!(!yes), "{result:#}");
    }
}

#[tokio::test]
async fn a_second_request_with_an_id_under_way_is_refused_and_the_first_goes_on() {
    let mut program = Program::start(&["serve", "--sandbox"]);
    program.initialize("2025-11-25", json!({ "elicitation": {} })).await;
    let arguments = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    program.call(1, "infinigate_accept_quote", arguments.clone()).await;
    let question = program.hear().await;
    program.call(1, "infinity_get_profile", json!({})).await;
    let refused = program.hear().await;
    assert_eq!((&refused["id"], &refused["error"]["code"]), (&json!(1), &json!(-32600)), "{refused:#}");
    let yes = json!({ "action": "accept", "content": { "confirm": true } });
    program.say(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": yes })).await;
    let bought = program.hear().await;
    assert_eq!((&bought["id"], &bought["result"]["isError"]), (&json!(1), &json!(false)), "{bought:#}");
    assert!(bought.to_string().contains("AN2600456"), "{bought:#}");

    // An id is free again once its request is answered or cancelled, and a late answer to the first is none to the second.
    program
        .call(1, "infinigate_accept_quote", json!({ "document_number": "AN2600444", "accepted_by": "a@b.example" }))
        .await;
    assert_eq!(program.hear().await["method"], json!("elicitation/create"));
    program.say(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } })).await;
    program.call(1, "infinity_get_profile", json!({})).await;
    loop {
        let message = program.hear().await;
        if message["id"] == json!(1) && message.get("method").is_none() {
            assert!(message["result"]["structuredContent"].to_string().contains("email"), "{message:#}");
            break;
        }
    }
}

#[tokio::test]
async fn every_line_that_could_be_a_request_is_answered_and_the_last_one_needs_no_end() {
    let mut program = Program::start(&["serve", "--sandbox"]);
    program.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
    let long = format!(r#"{{"method":"x","params":"{}","id":8,"jsonrpc":"2.0"}}"#, "a".repeat(17 << 20));
    let deep = format!(r#"{{"jsonrpc":"2.0","id":8,"method":"x","params":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    for (line, code, id) in [
        (b"hello".as_slice(), -32700, json!(null)),
        (b"\xff\xfe", -32700, json!(null)),
        (b"{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"\xff\"}", -32700, json!(8)),
        (br#"{"jsonrpc":"2.0","id":8,"method":"\ud83d"}"#, -32700, json!(8)),
        (br#"{"jsonrpc":"2.0","id":8,"method":"x","params":{"a":1e400}}"#, -32700, json!(8)),
        (br#"{"jsonrpc":"2.0","id":8,"method":"x",}"#, -32700, json!(8)),
        (b"{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"\0\t\"}", -32700, json!(8)),
        (deep.as_bytes(), -32700, json!(8)),
        (long.as_bytes(), -32600, json!(8)),
        (br#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, json!(1.5)),
        (br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600, json!(null)),
        (br#"{"jsonrpc":"2.0","id":8,"method":"tools/list","params":[1]}"#, -32602, json!(8)),
        (br#"{"jsonrpc":"2.0","id":8,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a"}}}"#, -32602, json!(8)),
    ] {
        program.input.write_all(line).await.unwrap();
        program.input.write_all(b"\n").await.unwrap();
        let answer = program.hear().await;
        let shown = String::from_utf8_lossy(line).chars().take(100).collect::<String>();
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{shown}: {answer:#}");
        assert!(answer.as_object().is_some_and(|answer| answer.contains_key("id")), "{shown}");
    }
    // A client written in PHP has one kind of container.
    let params =
        json!({ "protocolVersion": "2025-03-26", "capabilities": [], "clientInfo": { "name": "php", "version": "1" } });
    program.say(&json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params })).await;
    assert_eq!(program.hear().await["result"]["protocolVersion"], json!("2025-03-26"));
    let last =
        br#"{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"infinity_get_profile","arguments":[]}}"#;
    program.input.write_all(last).await.unwrap();
    program.input.shutdown().await.unwrap();
    let Program { mut child, input, mut output } = program;
    drop(input);
    let answer: Value = serde_json::from_str(&output.next_line().await.unwrap().expect("an answer")).unwrap();
    assert_eq!((&answer["id"], &answer["result"]["isError"]), (&json!(9), &json!(false)), "{answer:#}");
    assert!(tokio::time::timeout(Duration::from_secs(10), child.wait()).await.expect("it ends").unwrap().success());
}

#[tokio::test]
async fn a_cancelled_call_ends_at_once_and_the_next_one_works() {
    let mut program = Program::start(&["serve", "--sandbox"]);
    program.initialize("2025-11-25", json!({ "elicitation": {} })).await;
    program
        .call(
            1,
            "infinigate_accept_quote",
            json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" }),
        )
        .await;
    assert_eq!(program.hear().await["method"], json!("elicitation/create"));
    program.say(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } })).await;
    program.call(2, "infinity_get_profile", json!({})).await;
    loop {
        let message = program.hear().await;
        if message["id"] == json!(2) {
            assert_eq!(message["result"]["isError"], json!(false));
            break;
        }
    }
}

#[tokio::test]
async fn it_ends_when_it_is_asked_to_although_the_input_stays_open() {
    let mut program = Program::start(&["serve", "--sandbox"]);
    program.initialize("2025-11-25", json!({})).await;
    let id = program.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let status = tokio::time::timeout(Duration::from_secs(10), program.child.wait()).await.expect("it ends").unwrap();
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn it_ends_when_the_input_ends() {
    let mut program = Program::start(&["serve", "--sandbox"]);
    program.initialize("2025-11-25", json!({})).await;
    let Program { mut child, input, .. } = program;
    drop(input);
    let status = tokio::time::timeout(Duration::from_secs(10), child.wait()).await.expect("it ends").unwrap();
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn wrong_settings_end_it_before_it_serves_and_say_what_to_change() {
    let output = Command::new(env!("CARGO_BIN_EXE_infini-mcp"))
        .args(["serve", "--http", "--host", "0.0.0.0"])
        .env_clear()
        .env("LOG_LEVEL", "loud")
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .await
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("LOG_LEVEL must be one of") && errors.contains("needs MCP_AUTH_TOKEN"), "{errors}");
    assert!(output.stdout.is_empty());
}

#[tokio::test]
async fn a_call_from_the_shell_prints_the_answer_and_refuses_to_spend_unasked() {
    let run = |arguments: &'static [&'static str]| async move {
        let output = Command::new(env!("CARGO_BIN_EXE_infini-mcp"))
            .args(arguments)
            .env_clear()
            .current_dir(env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .output()
            .await
            .unwrap();
        (output.status.code(), serde_json::from_slice::<Value>(&output.stdout).unwrap())
    };
    let (code, quote) = run(&["call", "--sandbox", "infinigate_get_quote", r#"{"document_number":"AN2600456"}"#]).await;
    assert_eq!((code, &quote["document_number"]), (Some(0), &json!("AN2600456")));
    const ACCEPT: &str = r#"{"document_number":"AN2600456","accepted_by":"buyer@example.com"}"#;
    let (code, unasked) = run(&["call", "--sandbox", "infinigate_accept_quote", ACCEPT]).await;
    assert_eq!((code, &unasked["code"]), (Some(1), &json!("confirmation_not_shown")));
    let (code, bought) = run(&["call", "--sandbox", "--yes", "infinigate_accept_quote", ACCEPT]).await;
    assert_eq!(code, Some(0), "{bought:#}");
}
