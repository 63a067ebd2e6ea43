//! The MCP requests of one server: what it is, which tools it has, and the calls of them.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::{
    CacheScope, CallToolRequestMethod, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestMethod,
    CompleteRequestParams, CompleteResult, ConstString, ContentBlock, CustomRequest, CustomResult, DiscoverResult,
    ErrorCode, GetPromptRequestMethod, GetPromptRequestParams, GetPromptResponse, Implementation,
    ListPromptsRequestMethod, ListPromptsResult, ListResourceTemplatesRequestMethod, ListResourceTemplatesResult,
    ListResourcesRequestMethod, ListResourcesResult, ListToolsRequestMethod, ListToolsResult, MetaObject,
    PaginatedRequestParams, ReadResourceRequestMethod, ReadResourceRequestParams, ReadResourceResponse,
    ResourceContents, ServerConfig, SubscriptionFilter, SubscriptionsListenRequestMethod, Tool,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::json;

use super::app::App;
use super::asking::{self, Channel};
use super::capabilities::{capabilities, has_prompts, has_resources};
use super::identity::Principal;
use super::{completion, icons, listing, progress, prompts, resources};
use crate::offers::Offers;
use crate::tool::catalogue::Offered;
use crate::tool::confirm::Consent;
use crate::tool::near::nearest;
use crate::tool::run::{self, Attempt, Turn};
use crate::tool::{Attachment, Code, Ctx, Error, TOOLS};

/// How long clients may keep a list: the tools change only with the configuration, that is with a restart.
const LIST_TTL_MS: u64 = 300_000;
/// A price that changes at every look is not worth asking about for ever.
const MOST_QUESTIONS: usize = 3;
/// Methods with parameters that a client can get wrong.
const METHODS: [&str; 9] = [
    CallToolRequestMethod::VALUE,
    CompleteRequestMethod::VALUE,
    GetPromptRequestMethod::VALUE,
    ListPromptsRequestMethod::VALUE,
    ListResourceTemplatesRequestMethod::VALUE,
    ListResourcesRequestMethod::VALUE,
    ListToolsRequestMethod::VALUE,
    ReadResourceRequestMethod::VALUE,
    SubscriptionsListenRequestMethod::VALUE,
];

/// Answers the MCP requests of every transport and era.
#[derive(Clone)]
pub struct Handler {
    app: Arc<App>,
    /// The definitions in the order of the catalogue, made once: over HTTP every request looks one up.
    definitions: Arc<[Tool]>,
}

impl Handler {
    /// A handler over the shared parts.
    pub fn new(app: Arc<App>) -> Self {
        let definitions = app.catalogue.all().iter().map(listing::definition).collect();
        Self { app, definitions }
    }

    async fn call(
        &self,
        offered: &Offered,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
        request_id: &str,
    ) -> Result<CallToolResponse, Error> {
        let principal = Principal::of(context);
        let channel = Channel::of(context);
        let mut answered: Option<(bool, String)> = None;
        for _ in 0..MOST_QUESTIONS {
            let consent = match &answered {
                None => asking::consent(request),
                Some((true, state)) => Consent::Given(state),
                Some((false, _)) => Consent::Declined,
            };
            let attempt = Attempt {
                offered,
                arguments: request.arguments.clone().unwrap_or_default(),
                principal: &principal.name,
                way: channel.way(),
                consent,
            };
            match self.attempt(attempt, context, request_id).await? {
                Turn::Done(done) => {
                    let mut content = vec![ContentBlock::text(done.text)];
                    content.extend(done.attachments.into_iter().map(attached));
                    let mut result = CallToolResult::success(content);
                    result.structured_content = Some(done.structured);
                    return Ok(result.into());
                }
                Turn::Ask(question) if channel == Channel::NextCall => {
                    return Ok(asking::input_required(&question).into());
                }
                Turn::Ask(question) => answered = Some((asking::ask_now(context, &question).await, question.state)),
            }
        }
        Err(Error::new(Code::Conflict, "What was to be confirmed changed again and again, so nothing was done.")
            .with_hint("Read the current state and try again later."))
    }

    async fn attempt(
        &self,
        attempt: Attempt<'_>,
        context: &RequestContext<RoleServer>,
        request_id: &str,
    ) -> Result<Turn, Error> {
        let (reports, forwarder) = progress::channel(context);
        let ctx = self.app.ctx(request_id, context.ct.clone(), reports);
        let work = run::take(&self.app.runtime, &ctx, attempt);
        match forwarder {
            Some(forwarder) => forwarder.during(work).await,
            None => work.await,
        }
    }

    /// A client that cannot be asked at all must be told so by the protocol, when the operator wants a person to decide.
    fn refuse_silent_spending(&self, offered: &Offered, context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
        let effect = offered.tool.declaration.effect;
        let cannot = Channel::of(context) == Channel::Token && !self.app.runtime.confirmations.token_allowed(effect);
        if cannot && asking::is_modern(context) && self.app.runtime.confirmations.policy.asks(effect) {
            return Err(ErrorData::missing_required_client_capability(asking::needed_capability()));
        }
        Ok(())
    }

    /// A tool that exists but is not offered says why; one that does not exist is an error of the protocol.
    fn not_offered(&self, name: &str) -> Result<Error, ErrorData> {
        let known = TOOLS.iter().find(|tool| tool.declaration.name == name);
        if let Some(tool) = known {
            let service = tool.declaration.service();
            return Ok(if self.app.upstreams().serve(service) {
                Error::new(
                    Code::PermissionDenied,
                    format!("The tool `{name}` is switched off on this server. Nothing was done."),
                )
                .with_hint("Its operator can switch it on with MCP_TOOLSETS, MCP_TOOLS_ALLOW or MCP_READ_ONLY.")
            } else {
                Error::new(
                    Code::NotConfigured,
                    format!("This server has no credentials for {service}. Nothing was done."),
                )
                .with_hint("Its operator sets them, or starts the server with --sandbox.")
            });
        }
        let near = nearest(name, self.app.catalogue.all().iter().map(Offered::name))
            .map(|near| format!(" Did you mean `{near}`?"))
            .unwrap_or_default();
        Err(ErrorData::invalid_params(
            format!("Unknown tool: `{}`.{near}", crate::tool::text::clean(name).chars().take(80).collect::<String>()),
            None,
        ))
    }

    fn result(&self, error: &Error, request_id: &str) -> CallToolResult {
        if error.code() == Code::Internal {
            tracing::error!(request_id, error = ?error, "a tool call failed inside the server");
        }
        // Only as text: many clients hold structured content against the output schema, also of an error.
        CallToolResult::error(vec![ContentBlock::text(error.to_json(request_id).to_string())])
    }

    /// A method of what is not declared is not known, rather than answered with nothing.
    fn only_with<M: ConstString>(&self, has: fn(&Offers) -> bool) -> Result<(), ErrorData> {
        if has(&self.app.offers) { Ok(()) } else { Err(ErrorData::method_not_found::<M>()) }
    }

    /// The surroundings of a request that is no tool call.
    fn ctx(&self, context: &RequestContext<RoleServer>) -> (String, Ctx) {
        let request_id = uuid::Uuid::new_v4().to_string();
        let ctx = self.app.ctx(&request_id, context.ct.clone(), None);
        (request_id, ctx)
    }

    fn server_info() -> Implementation {
        Implementation::new("infini-mcp", env!("CARGO_PKG_VERSION"))
            .with_title("Infinigate and StartInfinity")
            .with_description(env!("CARGO_PKG_DESCRIPTION"))
    }

    /// Clients of the stateless era have no handshake to learn from, so every result says who made it.
    fn signature(context: &RequestContext<RoleServer>) -> Option<MetaObject> {
        asking::is_modern(context).then(Self::signed)
    }

    fn signed() -> MetaObject {
        let mut meta = MetaObject::new();
        meta.0.insert("io.modelcontextprotocol/serverInfo".to_owned(), json!(Self::server_info()));
        meta
    }
}

fn attached(attachment: Attachment) -> ContentBlock {
    match attachment {
        Attachment::Image { media_type, bytes } => ContentBlock::image(STANDARD.encode(bytes), media_type),
        Attachment::File { uri, media_type, text } => {
            ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(media_type))
        }
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(capabilities(&self.app.offers))
            .with_server_info(Self::server_info().with_icons(icons::icons()))
            .with_instructions(self.app.instructions.clone())
    }

    async fn discover(&self, _context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let discovered =
            DiscoverResult::from_server_info(self.supported_protocol_versions().into_owned(), self.get_info());
        Ok(discovered.with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Private))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut list = ListToolsResult::with_all_items(self.definitions.to_vec())
            .with_ttl_ms(LIST_TTL_MS)
            .with_cache_scope(CacheScope::Private);
        list.meta = Self::signature(&context);
        Ok(list)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.definitions.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let _under_way = self.app.calls.token();
        let request_id = uuid::Uuid::new_v4().to_string();
        let started = Instant::now();
        let outcome = match self.app.catalogue.find(&request.name) {
            Some(offered) => {
                self.refuse_silent_spending(offered, &context)?;
                self.call(offered, &request, &context, &request_id).await
            }
            None => Err(self.not_offered(&request.name)?),
        };
        let code = outcome.as_ref().err().map_or_else(|| "ok".to_owned(), |error| error.code().name());
        tracing::info!(request_id, tool = %request.name, outcome = code, ms = started.elapsed().as_millis() as u64, "tool call");
        let mut response = outcome.unwrap_or_else(|error| self.result(&error, &request_id).into());
        if let (CallToolResponse::Complete(result), true) = (&mut response, asking::is_modern(&context)) {
            result.meta = Some(Self::signed());
        }
        Ok(response)
    }

    /// The library takes a known method whose parameters do not fit for a method that it does not know.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        if METHODS.contains(&request.method.as_str()) {
            return Err(ErrorData::invalid_params(
                format!("The parameters of {} do not have the form that the protocol gives them.", request.method),
                None,
            ));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None))
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        self.only_with::<CompleteRequestMethod>(|offers| has_prompts(offers) || has_resources(offers))?;
        let (_, ctx) = self.ctx(&context);
        let mut completed = completion::complete(&self.app.offers, &ctx, &request).await?;
        completed.meta = Self::signature(&context);
        Ok(completed)
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        self.only_with::<ListPromptsRequestMethod>(has_prompts)?;
        let mut list = prompts::list(&self.app.offers.prompts).with_ttl_ms(LIST_TTL_MS);
        list.meta = Self::signature(&context);
        Ok(list)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        self.only_with::<GetPromptRequestMethod>(has_prompts)?;
        let mut prompt = prompts::get(&self.app.offers.prompts, &request)?;
        prompt.meta = Self::signature(&context);
        Ok(prompt.into())
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        self.only_with::<ListResourcesRequestMethod>(has_resources)?;
        let (_, ctx) = self.ctx(&context);
        let mut list = resources::list(&self.app, &ctx).await;
        list.meta = Self::signature(&context);
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        self.only_with::<ListResourceTemplatesRequestMethod>(has_resources)?;
        let mut list = resources::templates(&self.app).with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Private);
        list.meta = Self::signature(&context);
        Ok(list)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        self.only_with::<ReadResourceRequestMethod>(has_resources)?;
        let _under_way = self.app.calls.token();
        let (request_id, ctx) = self.ctx(&context);
        let principal = Principal::of(&context);
        let mut read = resources::read(&self.app, &ctx, &principal.name, &request.uri, &request_id).await?;
        read.meta = Self::signature(&context);
        Ok(read.into())
    }

    /// What is asked for; the library takes away what the capabilities do not declare.
    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        self.app.list_changes.serve(&subscription, &self.app.calls).await;
        Ok(())
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.app.list_changes.join(context.peer);
    }
}
