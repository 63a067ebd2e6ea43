//! Fixtures that ask for input with their result and go on when the client calls again, as the stateless era does it.
//!
//! Where a fixture needs sealed state, the production server's own confirmation engine seals and opens it.

use infini_mcp::server::Principal;
use infini_mcp::state::Store;
use infini_mcp::tool::confirm::{Asked, Confirmations, Redeemed, Subject, Way};
use infini_mcp::tool::{Declaration, Details, Effect, Toolset};
use rmcp::model::{InputRequests, InputRequiredResult, InputResponses};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};

use crate::fixtures::read;
use crate::prompts;

/// The tools that ask in rounds.
pub const TOOLS: [&str; 9] = [
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_tampered_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_capabilities",
    "test_streaming_elicitation",
];

/// Stands for all of them before the confirmation engine.
const DECLARATION: Declaration = Declaration {
    name: "test_input_required_result",
    doc: "Asks in rounds.",
    effect: Effect::Writes,
    toolset: Toolset::Default,
    confirm: None,
    undo: None,
    reports_progress: false,
    idempotent: false,
    file: file!(),
};

/// A call of a fixture that asks.
pub struct Call<'a> {
    /// The fixture's name.
    pub name: &'a str,
    /// What the client answered.
    pub responses: Option<&'a InputResponses>,
    /// The state it brought back.
    pub state: Option<&'a str>,
}

/// What a call led to.
pub enum Turn {
    /// Something must be answered first.
    Ask(InputRequiredResult),
    /// It is done.
    Done(String),
}

/// What a fixture asks for, round by round.
struct Script {
    rounds: Vec<Value>,
    is_sealed: bool,
}

/// Takes the next turn of a fixture.
pub async fn take(
    confirmations: &Confirmations,
    store: &Store,
    context: &RequestContext<RoleServer>,
    call: &Call<'_>,
) -> Result<Turn, ErrorData> {
    let script = script(call.name, context);
    let principal = Principal::of(context).name.clone();
    let arguments = json!({ "fixture": call.name });
    let subject = Subject { principal: &principal, tool: &DECLARATION, arguments: &arguments, way: Way::Form };

    let at = match call.state {
        Some(state) if script.is_sealed => match confirmations.redeem(store, subject, state).await {
            Ok(Redeemed::Now(yes)) => round_of(&script, &yes.to),
            Ok(Redeemed::Before(_)) => return Err(ErrorData::invalid_params("This state was used before.", None)),
            Err(fault) => return Err(ErrorData::invalid_params(fault.to_string(), None)),
        },
        _ => 0,
    };
    let is_open = script.is_sealed && call.state.is_none();
    let next = if !is_open && is_answered(script.rounds.get(at), call.responses) { at + 1 } else { at };
    let Some(requests) = script.rounds.get(next) else {
        return Ok(Turn::Done(format!("state-ok, after {}", json!(call.responses))));
    };
    let requests: InputRequests = read(requests.clone())?;
    let mut state = None;
    if script.is_sealed {
        let question = confirmations.question(store, subject, shown(next), &Details::default(), None).await;
        state = Some(question.map_err(|fault| ErrorData::internal_error(fault.to_string(), None))?.state);
    }
    Ok(Turn::Ask(InputRequiredResult::new(Some(requests), state)))
}

/// What the state of a round is sealed over.
fn shown(round: usize) -> Value {
    json!({ "round": round })
}

fn round_of(script: &Script, asked: &Asked) -> usize {
    let is_it = |round: &usize| Asked::about(&shown(*round), &Details::default()) == *asked;
    (0..script.rounds.len()).find(is_it).unwrap_or_default()
}

/// Whether each request of the round has an answer that can be one; anything beside them is ignored.
fn is_answered(requests: Option<&Value>, responses: Option<&InputResponses>) -> bool {
    let (Some(requests), Some(responses)) = (requests.and_then(Value::as_object), responses) else { return false };
    requests.keys().all(|name| responses.get(name).is_some_and(Value::is_object))
}

fn script(name: &str, context: &RequestContext<RoleServer>) -> Script {
    let one = |request: Value| Script { rounds: vec![request], is_sealed: false };
    let sealed = |rounds: Vec<Value>| Script { rounds, is_sealed: true };
    let confirm = || json!({ "confirm": form("Please confirm", "ok", "boolean") });
    match name {
        "test_input_required_result_sampling" => {
            one(json!({ "capital_question": sampling("What is the capital of France?", 100) }))
        }
        "test_input_required_result_list_roots" => one(json!({ "client_roots": roots() })),
        "test_input_required_result_request_state" | "test_input_required_result_tampered_state" => {
            sealed(vec![confirm()])
        }
        "test_input_required_result_multiple_inputs" => sealed(vec![json!({
            "user_name": form("What is your name?", "name", "string"),
            "greeting": sampling("Generate a greeting", 50),
            "client_roots": roots()
        })]),
        "test_input_required_result_multi_round" => sealed(vec![
            json!({ "step1": form("Step 1: What is your name?", "name", "string") }),
            json!({ "step2": form("Step 2: What is your favorite color?", "color", "string") }),
        ]),
        "test_input_required_result_capabilities" => one(whatever_the_client_can(context)),
        prompts::ASKING => {
            one(json!({ "user_context": form("What context should the prompt use?", "context", "string") }))
        }
        _ => one(json!({ "user_name": form("What is your name?", "name", "string") })),
    }
}

fn whatever_the_client_can(context: &RequestContext<RoleServer>) -> Value {
    let capabilities = json!(context.client_capabilities());
    if capabilities.get("elicitation").is_some() {
        json!({ "user_name": form("What is your name?", "name", "string") })
    } else if capabilities.get("sampling").is_some() {
        json!({ "greeting": sampling("Generate a greeting", 50) })
    } else {
        json!({ "client_roots": roots() })
    }
}

fn form(message: &str, field: &str, kind: &str) -> Value {
    let schema = json!({ "type": "object", "properties": { field: { "type": kind } }, "required": [field] });
    json!({ "method": "elicitation/create", "params": { "mode": "form", "message": message, "requestedSchema": schema } })
}

fn sampling(prompt: &str, most_tokens: u32) -> Value {
    let messages = json!([{ "role": "user", "content": { "type": "text", "text": prompt } }]);
    json!({ "method": "sampling/createMessage", "params": { "messages": messages, "maxTokens": most_tokens } })
}

fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}
