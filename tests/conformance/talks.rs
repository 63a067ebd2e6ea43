//! Fixture tools that talk to the client while they run, as the `initialize` era does it.

#![expect(deprecated, reason = "the suite still checks logging and sampling of the initialize era")]

use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, CreateMessageRequestParams, ElicitRequestParams,
    LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam,
};
use rmcp::service::{RequestContext, ServiceError};
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};

use crate::fixtures::read;
use crate::tools::say;

/// The answer, when this is a tool that talks.
pub async fn answer(
    request: &CallToolRequestParams,
    context: &RequestContext<RoleServer>,
) -> Result<Option<CallToolResult>, ErrorData> {
    let argument = |name: &str| {
        request.arguments.as_ref().and_then(|arguments| arguments.get(name)).and_then(Value::as_str).unwrap_or_default()
    };
    let talked = match request.name.as_ref() {
        "test_tool_with_logging" => log(context).await?,
        "test_tool_with_progress" => report(context).await?,
        "test_sampling" => sample(context, argument("prompt")).await?,
        "test_elicitation" => elicit(context, argument("message"), person()).await?,
        "test_elicitation_sep1034_defaults" => elicit(context, "Please check these values.", defaults()).await?,
        "test_elicitation_sep1330_enums" => elicit(context, "Please choose.", choices()).await?,
        "test_missing_capability" => {
            return Err(ErrorData::missing_required_client_capability(
                ClientCapabilities::builder().enable_sampling().build(),
            ));
        }
        _ => return Ok(None),
    };
    say(&talked).map(Some)
}

fn unheard(error: ServiceError) -> ErrorData {
    ErrorData::internal_error(format!("the client did not take it: {error}"), None)
}

async fn log(context: &RequestContext<RoleServer>) -> Result<String, ErrorData> {
    for line in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
        context
            .peer
            .notify_logging_message(LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(line)))
            .await
            .map_err(unheard)?;
    }
    Ok("Logged three lines.".to_owned())
}

async fn report(context: &RequestContext<RoleServer>) -> Result<String, ErrorData> {
    if let Some(token) = context.meta.get_progress_token() {
        for progress in [0.0, 50.0, 100.0] {
            let report = ProgressNotificationParam::new(token.clone(), progress).with_total(100.0);
            context.peer.notify_progress(report).await.map_err(unheard)?;
        }
    }
    Ok("Went all the way.".to_owned())
}

async fn sample(context: &RequestContext<RoleServer>, prompt: &str) -> Result<String, ErrorData> {
    let asked: CreateMessageRequestParams = read(
        json!({ "messages": [{ "role": "user", "content": { "type": "text", "text": prompt } }], "maxTokens": 100 }),
    )?;
    let answer = context.peer.create_message(asked).await.map_err(unheard)?;
    Ok(format!("LLM response: {}", json!(answer.message.content)))
}

async fn elicit(context: &RequestContext<RoleServer>, message: &str, schema: Value) -> Result<String, ErrorData> {
    let form: ElicitRequestParams = read(json!({ "mode": "form", "message": message, "requestedSchema": schema }))?;
    let answer = context.peer.create_elicitation(form).await.map_err(unheard)?;
    Ok(format!("Elicitation completed: action={}, content={}", json!(answer.action), json!(answer.content)))
}

fn person() -> Value {
    json!({
        "type": "object",
        "properties": {
            "username": { "type": "string", "description": "User's response" },
            "email": { "type": "string", "description": "User's email address" }
        },
        "required": ["username", "email"]
    })
}

fn defaults() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "default": "John Doe" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 95.5 },
            "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
            "verified": { "type": "boolean", "default": true }
        }
    })
}

fn choices() -> Value {
    let titled = |word: &str| json!([{ "const": "value1", "title": format!("First {word}") }, { "const": "value2", "title": format!("Second {word}") }]);
    json!({
        "type": "object",
        "properties": {
            "untitledSingle": { "type": "string", "enum": ["option1", "option2", "option3"] },
            "titledSingle": { "type": "string", "oneOf": titled("Option") },
            "legacyEnum": { "type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["Option One", "Option Two", "Option Three"] },
            "untitledMulti": { "type": "array", "items": { "type": "string", "enum": ["option1", "option2", "option3"] } },
            "titledMulti": { "type": "array", "items": { "anyOf": titled("Choice") } }
        }
    })
}
