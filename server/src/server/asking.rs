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

use super::forms::takes_no_events;
use infini_mcp_core::state::Store;
use infini_mcp_core::tool::confirm::{Consent, Forms, OPEN_FOR, Question, Reply, Undecided, Way};

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
    /// The best way this client declared and the operator leaves open. Where several servers share one `store`, the answer
    /// to a question within the call may reach another one than asked, so the model repeats the call instead.
    pub fn of(context: &RequestContext<RoleServer>, forms: Forms, store: &Store) -> Self {
        match (forms == Forms::WhereShown && can_show_forms(context), is_modern(context)) {
            (true, true) => Self::NextCall,
            // Its question would have to come in the stream of the answer.
            (true, false) if !store.is_shared() && !takes_no_events(&context.extensions) => Self::WithinCall,
            (true, false) | (false, _) => Self::Token,
        }
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
    let response = request.input_responses.as_ref().and_then(|responses| responses.get(CONFIRM));
    let Some(response) = response else { return Consent::None };
    match (reply(response.get("action").and_then(Value::as_str), response.get("content")), &request.request_state) {
        // A yes is a yes to something; anything else needs no question to be understood.
        (Reply::Yes, None) => Consent::None,
        (reply, state) => reply.to(state.as_deref().unwrap_or_default()),
    }
}

/// The result that asks a client of the stateless era.
pub fn input_required(question: &Question) -> InputRequiredResult {
    let request = InputRequest::Elicitation(ElicitRequest::new(form(question)));
    InputRequiredResult::new(Some(BTreeMap::from([(CONFIRM.to_owned(), request)])), Some(question.state.clone()))
}

/// Asks within the call and waits for the answer.
pub async fn ask_now(context: &RequestContext<RoleServer>, question: &Question) -> Reply {
    let answer = tokio::select! {
        answer = context.peer.create_elicitation_with_timeout(form(question), Some(OPEN_FOR)) => answer,
        () = context.ct.cancelled() => return Reply::Neither(Undecided::NotShown),
    };
    match answer {
        Ok(ElicitResult { action: ElicitationAction::Accept, content, .. }) => reply(Some("accept"), content.as_ref()),
        Ok(ElicitResult { action: ElicitationAction::Decline, .. }) => Reply::No,
        Ok(ElicitResult { action: ElicitationAction::Cancel, .. }) => Reply::Neither(Undecided::Dismissed),
        Ok(_) => Reply::Neither(Undecided::NotShown),
        Err(error) => {
            tracing::warn!(%error, "a question could not be put to a person");
            Reply::Neither(Undecided::NotShown)
        }
    }
}

/// What an answer means. Yes is the accepted form with its yes; only a no is a no.
fn reply(action: Option<&str>, content: Option<&Value>) -> Reply {
    match action {
        Some("accept") if content.and_then(|content| content.get(CONFIRM)) == Some(&json!(true)) => Reply::Yes,
        Some("accept") => Reply::Neither(Undecided::Unticked),
        Some("decline") => Reply::No,
        Some("cancel") => Reply::Neither(Undecided::Dismissed),
        Some(_) | None => Reply::Neither(Undecided::NotShown),
    }
}

fn form(question: &Question) -> ElicitRequestParams {
    // Clients show a box, a list of True and False, or ask y/n.
    let yes = BooleanSchema::new()
        .title("Go ahead?")
        .description("Yes (true, ticked): it is done. No (false, not ticked): nothing is done.")
        .with_default(false);
    let schema =
        ElicitationSchema::new(BTreeMap::from([(CONFIRM.to_owned(), PrimitiveSchemaDefinition::Boolean(yes))]))
            .with_required(vec![CONFIRM.to_owned()]);
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: question.message.clone(),
        requested_schema: schema,
    }
}
