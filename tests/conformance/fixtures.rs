//! The handler that answers for the fixtures and leaves everything else to the production handler.

#![expect(deprecated, reason = "the suite still checks logging and resource subscriptions of the initialize era")]

use std::sync::Arc;

use infini_mcp::server::{App, Handler};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, CompletionInfo, DiscoverResult,
    GetPromptRequestParams, GetPromptResponse, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse,
    ServerCapabilities, ServerConfig, SetLevelRequestMethod, SetLevelRequestParams, SubscribeRequestParams,
    SubscriptionFilter, Tool, UnsubscribeRequestParams,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{prompts, resources, rounds, talks, tools};

/// Production with fixtures on top.
#[derive(Clone)]
pub struct Fixtures {
    production: Handler,
    app: Arc<App>,
}

impl Fixtures {
    /// Fixtures over the production handler; `app` lends them the confirmation engine.
    pub fn new(production: Handler, app: Arc<App>) -> Self {
        Self { production, app }
    }
}

/// Fixtures are written as the JSON that the suite describes and read into the library's types.
pub fn read<T: DeserializeOwned>(fixture: Value) -> Result<T, ErrorData> {
    serde_json::from_value(fixture)
        .map_err(|error| ErrorData::internal_error(format!("a fixture is not what it should be: {error}"), None))
}

/// Whether the request belongs to the stateless era.
pub fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

impl ServerHandler for Fixtures {
    fn get_info(&self) -> ServerConfig {
        let added = ServerCapabilities::builder()
            .enable_logging()
            .enable_completions()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .build();
        let mut info = self.production.get_info();
        info.capabilities.logging = added.logging;
        info.capabilities.completions = added.completions;
        info.capabilities.prompts = added.prompts;
        info.capabilities.resources = added.resources;
        info
    }

    async fn discover(&self, context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let mut discovered = self.production.discover(context).await?;
        discovered.capabilities = self.get_info().capabilities;
        Ok(discovered)
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let mut list = self.production.list_tools(request, context).await?;
        list.tools.extend(tools::definitions()?);
        list.tools.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(list)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::definition(name).or_else(|| self.production.get_tool(name))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if tools::definition(&request.name).is_none() {
            return self.production.call_tool(request, context).await;
        }
        if let Some(answer) = tools::fixed_answer(&request.name)? {
            return Ok(answer.into());
        }
        if let Some(answer) = talks::answer(&request, &context).await? {
            return Ok(answer.into());
        }
        if [tools::TOOLS_CHANGE, tools::PROMPTS_CHANGE].contains(&request.name.as_ref()) {
            self.app.list_changes.announce(&self.app.offers).await;
            return Ok(tools::say("The lists have changed.")?.into());
        }
        let call = rounds::Call {
            name: &request.name,
            responses: request.input_responses.as_ref(),
            state: request.request_state.as_deref(),
        };
        match rounds::take(&self.app.runtime.confirmations, self.app.store(), &context, &call).await? {
            rounds::Turn::Ask(question) => Ok(question.into()),
            rounds::Turn::Done(text) => Ok(tools::say(&text)?.into()),
        }
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        // Production answers method-not-found where it has no prompts, and its own list where it has.
        let mut list = self.production.list_prompts(request, context).await.unwrap_or_default();
        list.prompts.extend(prompts::definitions()?);
        Ok(list)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        if let Some(prompt) = prompts::fixed(&request)? {
            return Ok(prompt.into());
        }
        if request.name != prompts::ASKING {
            return self.production.get_prompt(request, context).await;
        }
        let call = rounds::Call {
            name: &request.name,
            responses: request.input_responses.as_ref(),
            state: request.request_state.as_deref(),
        };
        match rounds::take(&self.app.runtime.confirmations, self.app.store(), &context, &call).await? {
            rounds::Turn::Ask(question) => Ok(question.into()),
            rounds::Turn::Done(text) => Ok(prompts::say(&text)?.into()),
        }
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let mut list = self.production.list_resources(request, context).await.unwrap_or_default();
        list.resources.extend(resources::definitions()?);
        Ok(list)
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let mut list = self.production.list_resource_templates(request, context).await.unwrap_or_default();
        list.resource_templates.extend(resources::templates()?);
        Ok(list)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if !request.uri.starts_with(resources::SCHEME) {
            return self.production.read_resource(request, context).await;
        }
        resources::read_fixture(&request.uri).map(Into::into)
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let values = ["paris", "park", "party"]
            .into_iter()
            .filter(|value| value.starts_with(&request.argument.value))
            .map(str::to_owned)
            .collect();
        CompletionInfo::new(values).map(CompleteResult::new).map_err(|error| ErrorData::internal_error(error, None))
    }

    async fn set_level(
        &self,
        request: SetLevelRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        // The stateless era names the level in each request, so the method is gone there.
        if is_modern(&context) {
            return Err(ErrorData::method_not_found::<SetLevelRequestMethod>());
        }
        tracing::debug!(level = ?request.level, "log level set");
        Ok(())
    }

    async fn subscribe(
        &self,
        _request: SubscribeRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(
        &self,
        _request: UnsubscribeRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        self.production.listen(subscription).await
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.production.on_initialized(context).await;
    }
}
