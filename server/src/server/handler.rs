//! The MCP requests of one server: what it is, which tools it has, and the calls of them.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rmcp::model::{
    CacheScope, CallToolRequestMethod, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestMethod,
    CompleteRequestParams, CompleteResult, ConstString, ContentBlock, CustomRequest, CustomResult, DiscoverResult,
    ErrorCode, GetPromptRequestMethod, GetPromptRequestParams, GetPromptResponse, Implementation,
    InitializeRequestParams, InitializeResult, ListPromptsRequestMethod, ListPromptsResult,
    ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod, ListResourcesResult,
    ListToolsRequestMethod, ListToolsResult, MetaObject, PaginatedRequestParams, ReadResourceRequestMethod,
    ReadResourceRequestParams, ReadResourceResponse, ResourceContents, ServerConfig, SubscriptionFilter,
    SubscriptionsListenRequestMethod, Tool,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde_json::json;

use super::app::App;
use super::asking::{self, Channel};
use super::capabilities::{capabilities, everything, has_prompts, has_resources};
use super::identity::Principal;
use super::view::{View, is_open};
use super::watched::Watched;
use super::{completion, icons, progress, prompts, resources};
use crate::offers::Offers;
use infini_mcp_core::telemetry::Trace;
use infini_mcp_core::tool::catalogue::Offered;
use infini_mcp_core::tool::confirm::Reply;
use infini_mcp_core::tool::ctx::Upstreams;
use infini_mcp_core::tool::near::nearest;
use infini_mcp_core::tool::run::{self, Attempt, Turn};
use infini_mcp_core::tool::{Attachment, Code, Ctx, Error, TOOLS};

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
}

/// Who calls, with what they may use.
struct Caller {
    principal: Arc<Principal>,
    upstreams: Arc<Upstreams>,
    view: Arc<View>,
}

impl Handler {
    /// A handler over the shared parts.
    pub fn new(app: Arc<App>) -> Self {
        Self { app }
    }

    fn caller(&self, context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
        let principal = Principal::of(context);
        let upstreams = self.app.accounts.of(&principal).map_err(|error| {
            tracing::error!(principal = principal.name, %error, "the credentials of a caller cannot be used");
            ErrorData::internal_error(
                "Your upstream credentials cannot be used; tell the operator. Nothing was done.",
                None,
            )
        })?;
        let view = self.app.view(&principal, &upstreams);
        Ok(Caller { principal, upstreams, view })
    }

    async fn call(
        &self,
        offered: &Offered,
        caller: &Caller,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
        request_id: &str,
        trace: Trace,
    ) -> Result<CallToolResponse, Error> {
        let channel = self.channel(context);
        let mut answered: Option<(Reply, String)> = None;
        for _ in 0..MOST_QUESTIONS {
            let consent = match &answered {
                None => asking::consent(request),
                Some((reply, state)) => reply.to(state),
            };
            let attempt = Attempt {
                offered,
                arguments: request.arguments.clone().unwrap_or_default(),
                principal: &caller.principal.name,
                way: channel.way(),
                consent,
            };
            match self.attempt(attempt, caller, context, request_id, trace.clone()).await? {
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
                Turn::Ask(question) => {
                    answered = Some((Box::pin(asking::ask_now(context, &question)).await, question.state));
                }
            }
        }
        Err(Error::new(Code::Conflict, "What was to be confirmed changed again and again, so nothing was done.")
            .with_hint("Read the current state and try again later."))
    }

    async fn attempt(
        &self,
        attempt: Attempt<'_>,
        caller: &Caller,
        context: &RequestContext<RoleServer>,
        request_id: &str,
        trace: Trace,
    ) -> Result<Turn, Error> {
        let (reports, forwarder) = progress::channel(context);
        let ctx = self.app.ctx(caller.upstreams.clone(), request_id, context.ct.clone(), reports);
        let ctx = ctx.in_trace(trace).by_client(caller.principal.client.clone());
        // Every layer of the library moves the future of a request, so what is large in one is put into a box, here and below.
        let work = Box::pin(run::take(&self.app.runtime, &ctx, attempt));
        match forwarder {
            Some(forwarder) => forwarder.during(work).await,
            None => work.await,
        }
    }

    fn channel(&self, context: &RequestContext<RoleServer>) -> Channel {
        Channel::of(context, self.app.runtime.confirmations.forms, self.app.store())
    }

    /// A client that cannot be asked at all must be told so by the protocol, when the operator wants a person to decide.
    fn refuse_silent_spending(&self, offered: &Offered, context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
        let effect = offered.tool.declaration.effect;
        let cannot = self.channel(context) == Channel::Token && !self.app.runtime.confirmations.token_allowed(effect);
        if cannot && asking::is_modern(context) && self.app.runtime.confirmations.policy.asks(effect) {
            return Err(ErrorData::missing_required_client_capability(asking::needed_capability()));
        }
        Ok(())
    }

    /// A tool that exists but is not offered says why; one that does not exist is an error of the protocol.
    fn not_offered(&self, name: &str, caller: &Caller) -> Result<Error, ErrorData> {
        let known = TOOLS.iter().find(|tool| tool.declaration.name == name);
        if let Some(tool) = known {
            let declaration = &tool.declaration;
            // What a caller may never use is not explained to them by what the server lacks.
            let switched_off = match caller.principal.may_use(declaration) {
                true => self.app.why_not_offered(declaration, &caller.upstreams),
                false => None,
            };
            return Ok(switched_off.unwrap_or_else(|| {
                let message = format!("You may not use the tool `{name}`. Nothing was done.");
                let needed = declaration.scopes();
                Error::new(Code::PermissionDenied, message)
                    .with_hint(format!("It needs the scope {needed}, which the operator can give."))
            }));
        }
        let near = nearest(name, caller.view.definitions.iter().map(|tool| tool.name.as_ref()))
            .map(|near| format!(" Did you mean `{near}`?"))
            .unwrap_or_default();
        Err(ErrorData::invalid_params(
            format!("Unknown tool: `{}`.{near}", infini_mcp_core::tool::text::line(name, 80)),
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
    fn caller_with<M: ConstString>(
        &self,
        context: &RequestContext<RoleServer>,
        has: fn(&Offers) -> bool,
    ) -> Result<Caller, ErrorData> {
        let caller = self.caller(context)?;
        if has(&caller.view.offers) { Ok(caller) } else { Err(ErrorData::method_not_found::<M>()) }
    }

    /// The surroundings of a request that is no tool call.
    fn ctx(&self, caller: &Caller, context: &RequestContext<RoleServer>) -> (String, Ctx) {
        let request_id = uuid::Uuid::new_v4().to_string();
        let ctx = self.app.ctx(caller.upstreams.clone(), &request_id, context.ct.clone(), None);
        (request_id, ctx)
    }

    fn server_info() -> Implementation {
        Implementation::new("infini-mcp", env!("CARGO_PKG_VERSION"))
            .with_title("Infinigate and StartInfinity")
            .with_description(
                "An MCP server for Infinigate and StartInfinity: safe, fast, typed tools from generated clients",
            )
    }

    /// The same with its icons, for those who show servers to people.
    fn pictured() -> Implementation {
        Self::server_info().with_icons(icons::icons())
    }

    /// Clients of the stateless era have no handshake to learn from, so every result says who made it.
    fn signature(context: &RequestContext<RoleServer>) -> Option<MetaObject> {
        asking::is_modern(context).then(Self::signed)
    }

    fn signed() -> MetaObject {
        static SIGNED: LazyLock<MetaObject> = LazyLock::new(|| {
            let mut meta = MetaObject::new();
            meta.0.insert("io.modelcontextprotocol/serverInfo".to_owned(), json!(Handler::server_info()));
            meta
        });
        SIGNED.clone()
    }
}

fn attached(attachment: Attachment) -> ContentBlock {
    match attachment {
        Attachment::Png(bytes) => ContentBlock::image(STANDARD.encode(bytes), "image/png"),
        Attachment::File { uri, media_type, text } => {
            ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(media_type))
        }
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        // What is declared to a caller is cut to what there is for them; this is the most that can be.
        // The library asks for it at every request, so the icons are left for those who read them.
        ServerConfig::new(everything()).with_server_info(Self::server_info())
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let caller = self.caller(&context)?;
        context.peer.set_peer_info(request.clone());
        let mut initialized = self.negotiate_initialize(&request)?;
        initialized.capabilities = capabilities(&caller.view.offers);
        initialized.server_info = Self::pictured();
        initialized.instructions = Some(caller.view.instructions.clone());
        Ok(initialized)
    }

    async fn discover(&self, context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let caller = self.caller(&context)?;
        let mut info = self.get_info().with_instructions(caller.view.instructions.clone());
        info.capabilities = capabilities(&caller.view.offers);
        info.server_info = Self::pictured();
        let discovered = DiscoverResult::from_server_info(self.supported_protocol_versions().into_owned(), info);
        Ok(discovered.with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Private))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let caller = self.caller(&context)?;
        let mut list = ListToolsResult::with_all_items(caller.view.definitions.clone())
            .with_ttl_ms(LIST_TTL_MS)
            .with_cache_scope(CacheScope::Private);
        list.meta = Self::signature(&context);
        Ok(list)
    }

    /// Only for the library, which holds headers against the schema at every request; what clients read is the list.
    fn get_tool(&self, name: &str) -> Option<Tool> {
        let offered = self.app.catalogue.find(name)?;
        Some(Tool::new_with_raw(offered.name(), None, offered.announced.clone()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let _under_way = self.app.calls.token();
        let request_id = uuid::Uuid::new_v4().to_string();
        let caller = self.caller(&context)?;
        let open = self.app.catalogue.find(&request.name);
        let offered = open.filter(|offered| is_open(offered, &caller.principal, &caller.upstreams));
        let watched = Watched::begin(&request_id, &request.name, &caller.principal.name, offered, &context);
        let outcome = match offered {
            Some(offered) => match self.refuse_silent_spending(offered, &context) {
                Ok(()) => Ok(self.call(offered, &caller, &request, &context, &request_id, watched.trace()).await),
                Err(refused) => Err(refused),
            },
            None => self.not_offered(&request.name, &caller).map(Err),
        };
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(refused) => {
                watched.failed("protocol_error");
                return Err(refused);
            }
        };
        match &outcome {
            Ok(CallToolResponse::Complete(_)) => watched.answered("ok"),
            Ok(_) => watched.answered("asked"),
            Err(error) => watched.failed(&error.code().name()),
        }
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
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, infini_mcp_core::tool::text::line(&request.method, 80), None))
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let caller =
            self.caller_with::<CompleteRequestMethod>(&context, |offers| has_prompts(offers) || has_resources(offers))?;
        let (_, ctx) = self.ctx(&caller, &context);
        let mut completed = Box::pin(completion::complete(&caller.view.offers, &ctx, &request)).await?;
        completed.meta = Self::signature(&context);
        Ok(completed)
    }

    async fn list_prompts(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let caller = self.caller_with::<ListPromptsRequestMethod>(&context, has_prompts)?;
        let mut list = prompts::list(&caller.view.offers.prompts).with_ttl_ms(LIST_TTL_MS);
        list.meta = Self::signature(&context);
        Ok(list)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let caller = self.caller_with::<GetPromptRequestMethod>(&context, has_prompts)?;
        let mut prompt = prompts::get(&caller.view.offers.prompts, &request)?;
        prompt.meta = Self::signature(&context);
        Ok(prompt.into())
    }

    async fn list_resources(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let caller = self.caller_with::<ListResourcesRequestMethod>(&context, has_resources)?;
        let (_, ctx) = self.ctx(&caller, &context);
        let mut list = Box::pin(resources::list(&caller.view.offers.resources, &ctx)).await;
        list.meta = Self::signature(&context);
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        _request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let caller = self.caller_with::<ListResourceTemplatesRequestMethod>(&context, has_resources)?;
        let mut list = resources::templates(&caller.view.offers.resources)
            .with_ttl_ms(LIST_TTL_MS)
            .with_cache_scope(CacheScope::Private);
        list.meta = Self::signature(&context);
        Ok(list)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let caller = self.caller_with::<ReadResourceRequestMethod>(&context, has_resources)?;
        let _under_way = self.app.calls.token();
        let (request_id, ctx) = self.ctx(&caller, &context);
        let reader = resources::Reader {
            resources: &caller.view.offers.resources,
            runtime: &self.app.runtime,
            principal: &caller.principal.name,
            request_id: &request_id,
        };
        let mut read = Box::pin(reader.read(&ctx, &request.uri)).await?;
        read.meta = Self::signature(&context);
        Ok(read.into())
    }

    /// What is asked for; the library takes away what the capabilities do not declare.
    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        Box::pin(self.app.list_changes.serve(&subscription, &self.app.calls)).await;
        Ok(())
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        let principal = Principal::in_extensions(&context.extensions);
        let Ok(upstreams) = self.app.accounts.of(&principal) else { return };
        self.app.list_changes.join(context.peer, &self.app.view(&principal, &upstreams).offers);
    }
}
