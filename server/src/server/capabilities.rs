//! What the server says it can do: nothing that it has nothing of.

use rmcp::model::ServerCapabilities;

use crate::offers::Offers;

/// The most that this server can do for anybody.
pub fn everything() -> ServerCapabilities {
    ServerCapabilities::builder()
        .enable_tools()
        .enable_tool_list_changed()
        .enable_prompts()
        .enable_prompts_list_changed()
        .enable_resources()
        .enable_resources_list_changed()
        .enable_completions()
        .build()
}

/// The capabilities that go with what is offered.
pub fn capabilities(offers: &Offers) -> ServerCapabilities {
    let all = everything();
    let mut capabilities = all.clone();
    capabilities.prompts = all.prompts.filter(|_| has_prompts(offers));
    capabilities.resources = all.resources.filter(|_| has_resources(offers));
    capabilities.completions = all.completions.filter(|_| has_prompts(offers) || has_resources(offers));
    capabilities
}

/// Whether there is a prompt.
pub fn has_prompts(offers: &Offers) -> bool {
    !offers.prompts.all().is_empty()
}

/// Whether there is a kind of resource.
pub fn has_resources(offers: &Offers) -> bool {
    !offers.resources.all().is_empty()
}
