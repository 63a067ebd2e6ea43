//! The fixture tools: how they are listed, and the answers of those that always say the same.

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, Tool};
use serde_json::{Value, json};

use crate::fixtures::read;
use crate::rounds;

/// One red pixel.
pub const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
/// Two samples of silence.
const WAV: &str = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQIAAACAgA==";

/// The tools that make the lists change, or say they do.
pub const TOOLS_CHANGE: &str = "test_trigger_tool_change";
pub const PROMPTS_CHANGE: &str = "test_trigger_prompt_change";

/// Tools without arguments, beside those that ask in rounds.
const PLAIN: [&str; 14] = [
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_logging",
    "test_logging_tool",
    "test_tool_with_progress",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_missing_capability",
    TOOLS_CHANGE,
    PROMPTS_CHANGE,
];

/// Every fixture tool as it is listed.
pub fn definitions() -> Result<Vec<Tool>, ErrorData> {
    let plain = PLAIN
        .into_iter()
        .chain(rounds::TOOLS)
        .map(|name| described(name, json!({ "type": "object", "additionalProperties": false })));
    plain.chain(with_arguments()).map(read).collect()
}

/// The fixture tool of this name.
pub fn definition(name: &str) -> Option<Tool> {
    definitions().ok()?.into_iter().find(|tool| tool.name == name)
}

fn described(name: &str, schema: Value) -> Value {
    json!({ "name": name, "description": format!("Fixture of the conformance suite: {name}."), "inputSchema": schema })
}

fn with_arguments() -> impl Iterator<Item = Value> {
    let one_text =
        |field: &str| json!({ "type": "object", "properties": { field: { "type": "string" } }, "required": [field] });
    // The suite reads this argument from a header as well as from the body.
    let mirrored = json!({ "type": "object", "properties": { "region": { "type": "string", "x-mcp-header": "Region" } }, "required": ["region"] });
    [
        described("test_sampling", one_text("prompt")),
        described("test_elicitation", one_text("message")),
        described("test_header_argument", mirrored),
        described("json_schema_2020_12_tool", rich_schema()),
    ]
    .into_iter()
}

/// Keywords of JSON Schema 2020-12 that must come through the list unharmed.
fn rich_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": { "$anchor": "addressDef", "type": "object", "properties": { "street": { "type": "string" }, "city": { "type": "string" } } } },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" }
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false
    })
}

/// The answer of a tool that always says the same.
pub fn fixed_answer(name: &str) -> Result<Option<CallToolResult>, ErrorData> {
    let image = || json!({ "type": "image", "data": PNG, "mimeType": "image/png" });
    let resource = |uri: &str, kind: &str, text: &str| json!({ "type": "resource", "resource": { "uri": uri, "mimeType": kind, "text": text } });
    let content = match name {
        "test_simple_text" => json!([text("This is a simple text response for testing.")]),
        "test_image_content" => json!([image()]),
        "test_audio_content" => json!([{ "type": "audio", "data": WAV, "mimeType": "audio/wav" }]),
        "test_embedded_resource" => {
            json!([resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")])
        }
        "test_multiple_content_types" => {
            json!([
                text("Multiple content types test:"),
                image(),
                resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#)
            ])
        }
        "test_error_handling" => {
            return read(json!({ "resultType": "complete", "isError": true, "content": [text("This tool intentionally returns an error for testing")] })).map(Some);
        }
        "test_logging_tool" | "test_header_argument" | "json_schema_2020_12_tool" => json!([text("Done.")]),
        _ => return Ok(None),
    };
    read(json!({ "resultType": "complete", "content": content })).map(Some)
}

/// A result with one text.
pub fn say(words: &str) -> Result<CallToolResult, ErrorData> {
    read(json!({ "resultType": "complete", "content": [text(words)] }))
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}
