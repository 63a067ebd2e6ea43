//! Prompts in the form MCP lists and gives them.

use rmcp::ErrorData;
use rmcp::model::{
    CacheScope, GetPromptRequestParams, GetPromptResult, ListPromptsResult, Prompt, PromptArgument, PromptMessage, Role,
};

use crate::offers::Prompts;
use crate::offers::prompts;
use infini_mcp_core::tool::Error;

/// The prompts whose tools are offered.
pub fn list(offered: &Prompts) -> ListPromptsResult {
    ListPromptsResult::with_all_items(offered.all().iter().copied().map(definition).collect())
        .with_cache_scope(CacheScope::Private)
}

fn definition(prompt: &prompts::Prompt) -> Prompt {
    let arguments = prompt.arguments.iter().map(|argument| {
        PromptArgument::new(argument.name).with_description(argument.description).with_required(argument.is_required)
    });
    Prompt::new(prompt.name, Some(prompt.description), Some(arguments.collect())).with_title(prompt.title)
}

/// The text of one.
pub fn get(offered: &Prompts, request: &GetPromptRequestParams) -> Result<GetPromptResult, ErrorData> {
    let told = |error: Error| ErrorData::invalid_params(error.to_string(), None);
    let prompt = offered.find(&request.name).map_err(told)?;
    let text = offered.write(prompt, request.arguments.as_ref()).map_err(told)?;
    Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, text)]).with_description(prompt.description))
}
