//! The three ways a question reaches a person, and how their answer comes back.

use std::collections::BTreeMap;

use rmcp::RoleServer;
use rmcp::model::{
    BooleanSchema, CallToolRequestParams, ClientCapabilities, ElicitRequest, ElicitRequestParams, ElicitResult,
    ElicitationAction, ElicitationSchema, InputRequest, InputRequiredResult, PrimitiveSchemaDefinition,
    ProtocolVersion,
};
use rmcp::service::RequestContext;
use serde_json::{Value, json};

use infini_mcp_core::state::Store;
use infini_mcp_core::tool::confirm::{Consent, OPEN_FOR, Question, Way};

/// The name of the one question and of its one field.
const CONFIRM: &str = "confirm";

/// How this client can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The result asks for input and the client calls again (2026-07-28).
    NextCall,
    /// The server asks within the call (the `initialize` era).
    WithinCall,
    /// The model repeats the call with a token.
    Token,
}

impl Channel {
    /// The best way this client declared.
    pub fn of(context: &RequestContext<RoleServer>) -> Self {
        match (can_show_forms(context), is_modern(context)) {
            (true, true) => Self::NextCall,
            (true, false) => Self::WithinCall,
            (false, _) => Self::Token,
        }
    }

    /// The same way for a server that keeps its memory in `store`: where several servers share it, the answer to a question
    /// within the call may reach another one than asked, so the model repeats the call instead.
    pub fn among(self, store: &Store) -> Self {
        if self == Self::WithinCall && store.is_shared() { Self::Token } else { self }
    }

    /// The way as the confirmation knows it.
    pub fn way(self) -> Way {
        match self {
            Self::NextCall | Self::WithinCall => Way::Form,
            Self::Token => Way::Token,
        }
    }
}

/// Whether the request belongs to the stateless era.
pub fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// An elicitation capability without any mode means forms.
fn can_show_forms(context: &RequestContext<RoleServer>) -> bool {
    let declared = context.client_capabilities().and_then(|capabilities: ClientCapabilities| capabilities.elicitation);
    declared.is_some_and(|elicitation| elicitation.form.is_some() || elicitation.url.is_none())
}

/// The capability a client needs to be asked by form.
pub fn needed_capability() -> ClientCapabilities {
    ClientCapabilities::builder().enable_elicitation().build()
}

/// The answer that a client of the stateless era brings with its second call.
pub fn consent(request: &CallToolRequestParams) -> Consent<'_> {
    let (Some(responses), Some(state)) = (&request.input_responses, &request.request_state) else {
        return Consent::None;
    };
    match responses.get(CONFIRM) {
        None => Consent::None,
        Some(response)
            if said_yes(response.get("action").and_then(Value::as_str) == Some("accept"), response.get("content")) =>
        {
            Consent::Given(state)
        }
        Some(_) => Consent::Declined,
    }
}

/// The result that asks a client of the stateless era.
pub fn input_required(question: &Question) -> InputRequiredResult {
    let request = InputRequest::Elicitation(ElicitRequest::new(form(question)));
    InputRequiredResult::new(Some(BTreeMap::from([(CONFIRM.to_owned(), request)])), Some(question.state.clone()))
}

/// Asks within the call and waits for the answer; no answer is a no.
pub async fn ask_now(context: &RequestContext<RoleServer>, question: &Question) -> bool {
    let answer = tokio::select! {
        answer = context.peer.create_elicitation_with_timeout(form(question), Some(OPEN_FOR)) => answer,
        () = context.ct.cancelled() => return false,
    };
    match answer {
        Ok(ElicitResult { action, content, .. }) => said_yes(action == ElicitationAction::Accept, content.as_ref()),
        Err(error) => {
            tracing::warn!(%error, "a question could not be asked, which counts as no");
            false
        }
    }
}

/// Yes is the accepted form with the box ticked; anything else is no.
fn said_yes(accepted: bool, content: Option<&Value>) -> bool {
    accepted && content.and_then(|content| content.get(CONFIRM)) == Some(&json!(true))
}

fn form(question: &Question) -> ElicitRequestParams {
    let tick = BooleanSchema::new()
        .title("Yes, do this")
        .description("Tick to go ahead. Leave empty to do nothing.")
        .with_default(false);
    let schema =
        ElicitationSchema::new(BTreeMap::from([(CONFIRM.to_owned(), PrimitiveSchemaDefinition::Boolean(tick))]))
            .with_required(vec![CONFIRM.to_owned()]);
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: question.message.clone(),
        requested_schema: schema,
    }
}
