//! A server that cannot start, over standard input and output: it says why in the client's own protocol.
//!
//! A process that ends before `initialize` is shown by clients as "connection closed" at best; the reason would stand in a log
//! that few people find.

use serde_json::{Value, json};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// Most bytes of a line that are looked at; a longer one is no request that a client begins with.
const MAX_LINE: u64 = 1024 * 1024;
/// Most characters of the reasons.
const MAX_MESSAGE: usize = 2_000;
/// The code of JSON-RPC for faults of a server's own making.
const CANNOT_START: i64 = -32_000;

/// Answers every request with `reasons` until the input ends.
pub async fn tell_why_not_started(reasons: &[String]) {
    let (input, output) = (BufReader::new(tokio::io::stdin()), tokio::io::stdout());
    // A client that has gone needs no answer.
    let _ = answer(input, output, reasons).await;
}

async fn answer(
    mut input: impl AsyncBufRead + Unpin,
    mut output: impl AsyncWrite + Unpin,
    reasons: &[String],
) -> std::io::Result<()> {
    let reasons: String = reasons.join(" ").chars().take(MAX_MESSAGE).collect();
    let message = format!("infini-mcp cannot start: {reasons} Put it right and start the server again.");
    loop {
        let mut line = Vec::new();
        if (&mut input).take(MAX_LINE).read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let Ok(Value::Object(request)) = serde_json::from_slice(&line) else { continue };
        let (Some(id), true) = (request.get("id"), request.contains_key("method")) else { continue };
        let error = json!({ "jsonrpc": "2.0", "id": id, "error": { "code": CANNOT_START, "message": message } });
        output.write_all(format!("{error}\n").as_bytes()).await?;
        output.flush().await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_are_answered_with_the_reason_and_nothing_else_is() {
        let input = concat!(
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            "\nnonsense\n",
            r#"{"jsonrpc":"2.0","id":7,"method":"initialize"}"#,
            "\n",
            r#"{"jsonrpc":"2.0","id":"x","method":"server/discover"}"#,
        );
        let mut output = Vec::new();
        answer(input.as_bytes(), &mut output, &["LOG_LEVEL must be a word.".into()]).await.unwrap();
        let answers: Vec<Value> =
            String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(answers.iter().map(|answer| &answer["id"]).collect::<Vec<_>>(), [&json!(7), &json!("x")]);
        assert!(answers.iter().all(|answer| answer["error"]["message"].as_str().unwrap().contains("LOG_LEVEL")));
    }
}
