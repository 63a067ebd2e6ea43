//! The command that asks whether a server answers, as an engine runs it: with the server's own settings.

use std::process::Output;

use tokio::process::Command;

use crate::process::Process;

async fn ask(words: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_infini-mcp"));
    command.arg("health").args(words).env_clear().envs(settings.iter().copied());
    command.output().await.unwrap()
}

#[tokio::test]
async fn a_server_is_well_as_long_as_it_answers_whatever_host_it_answers_for() {
    let server = Process::serve(&[("MCP_ALLOWED_HOSTS", "mcp.example.com:*,other.example.com")]).await;
    let port = server.mcp.rsplit_once(':').unwrap().1.trim_end_matches("/mcp").to_owned();
    let settings = [
        ("MCP_TRANSPORT", "http"),
        ("MCP_ALLOWED_HOSTS", "mcp.example.com:*,other.example.com"),
        // In an image the server listens on every address, and is asked at this machine's own.
        ("MCP_HTTP_HOST", "0.0.0.0"),
        ("MCP_AUTH_TOKEN", "a-bearer-that-is-not-needed"),
        ("MCP_HTTP_PORT", port.as_str()),
    ];
    let well = ask(&[], &settings).await;
    assert!(well.status.success(), "{}", String::from_utf8_lossy(&well.stderr));

    let by_address = ask(&["--url", &server.mcp.replace("/mcp", "/health")], &[]).await;
    assert!(by_address.status.success(), "127.0.0.1 is no name of its own, and need be none");
    let refused = ask(&["--url", &server.mcp], &[]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("answers with 403"));

    server.stop().await;
    let gone = ask(&[], &settings).await;
    assert_eq!(gone.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&gone.stderr).contains("does not answer: Connection refused"));
}

#[tokio::test]
async fn a_check_that_cannot_know_its_server_fails_with_the_only_code_that_engines_allow() {
    for (port, told) in [("0", "say --url"), ("none", "MCP_HTTP_PORT")] {
        let output = ask(&[], &[("MCP_HTTP_PORT", port)]).await;
        assert_eq!(output.status.code(), Some(1), "{port}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(told), "{port}");
    }
}
