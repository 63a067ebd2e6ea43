//! The fixture prompts.

use rmcp::ErrorData;
use rmcp::model::{GetPromptRequestParams, GetPromptResult, Prompt};
use serde_json::{Value, json};

use crate::fixtures::read;
use crate::tools::PNG;

/// The prompt that asks for input first.
pub const ASKING: &str = "test_input_required_result_prompt";

/// Every fixture prompt as it is listed.
pub fn definitions() -> Result<Vec<Prompt>, ErrorData> {
    [
        ("test_simple_prompt", vec![]),
        ("test_prompt_with_arguments", vec!["arg1", "arg2"]),
        ("test_prompt_with_embedded_resource", vec!["resourceUri"]),
        ("test_prompt_with_image", vec![]),
        (ASKING, vec![]),
    ]
    .into_iter()
    .map(|(name, arguments)| {
        let arguments: Vec<Value> = arguments.into_iter().map(|name| json!({ "name": name, "description": "What to put in.", "required": true })).collect();
        read(json!({ "name": name, "description": format!("Fixture of the conformance suite: {name}."), "arguments": arguments }))
    })
    .collect()
}

/// The prompt, when it is one that needs nothing but its arguments.
pub fn fixed(request: &GetPromptRequestParams) -> Result<Option<GetPromptResult>, ErrorData> {
    let argument = |name: &str| {
        request.arguments.as_ref().and_then(|arguments| arguments.get(name)).and_then(Value::as_str).unwrap_or_default()
    };
    let contents = match request.name.as_str() {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            vec![text(&format!("Prompt with arguments: arg1='{}', arg2='{}'", argument("arg1"), argument("arg2")))]
        }
        "test_prompt_with_embedded_resource" => {
            let resource = json!({ "uri": argument("resourceUri"), "mimeType": "text/plain", "text": "Embedded resource content for testing." });
            vec![
                json!({ "type": "resource", "resource": resource }),
                text("Please process the embedded resource above."),
            ]
        }
        "test_prompt_with_image" => vec![
            json!({ "type": "image", "data": PNG, "mimeType": "image/png" }),
            text("Please analyze the image above."),
        ],
        _ => return Ok(None),
    };
    from_user(contents).map(Some)
}

/// A prompt of one text.
pub fn say(words: &str) -> Result<GetPromptResult, ErrorData> {
    from_user(vec![text(words)])
}

fn from_user(contents: Vec<Value>) -> Result<GetPromptResult, ErrorData> {
    let messages: Vec<Value> =
        contents.into_iter().map(|content| json!({ "role": "user", "content": content })).collect();
    read(json!({ "resultType": "complete", "messages": messages }))
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}
