//! Resources in the form MCP lists and reads them.

use rmcp::ErrorData;
use rmcp::model::{
    CacheScope, ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource, ResourceContents,
    ResourceTemplate,
};
use serde_json::json;

use crate::offers::Resources;
use crate::offers::resources::{Entry, Readable};
use infini_mcp_core::tool::run::Runtime;
use infini_mcp_core::tool::text::name;
use infini_mcp_core::tool::{Code, Ctx, Error};

const JSON: &str = "application/json";
/// How long clients may keep the list; it shows what was there a minute ago at most.
const LIST_TTL_MS: u64 = 60_000;

/// The open quotes and the boards. A list with a part missing is not to be kept.
pub async fn list(resources: &Resources, ctx: &Ctx) -> ListResourcesResult {
    let listing = resources.list(ctx).await;
    let resource = |Entry { uri, name, title }| Resource::new(uri, name).with_title(title).with_mime_type(JSON);
    ListResourcesResult::with_all_items(listing.entries.into_iter().map(resource).collect())
        .with_ttl_ms(if listing.is_complete { LIST_TTL_MS } else { 0 })
        .with_cache_scope(CacheScope::Private)
}

/// The addresses that can be read.
pub fn templates(resources: &Resources) -> ListResourceTemplatesResult {
    let template = |readable: &Readable| {
        let facts = readable.kind.facts();
        ResourceTemplate::new(readable.kind.template(), facts.name)
            .with_title(facts.title)
            .with_description(facts.description)
            .with_mime_type(JSON)
    };
    ListResourceTemplatesResult::with_all_items(resources.all().iter().map(template).collect())
}

/// Reads what lies at an address, for one caller.
pub struct Reader<'a> {
    /// What they may read.
    pub resources: &'a Resources,
    /// What every call runs under.
    pub runtime: &'a Runtime,
    /// Who they are.
    pub principal: &'a str,
    /// The request, for messages.
    pub request_id: &'a str,
}

impl Reader<'_> {
    /// What lies at `uri`.
    pub async fn read(&self, ctx: &Ctx, uri: &str) -> Result<ReadResourceResult, ErrorData> {
        let told = |error: Error| refusal(&error, uri, self.request_id);
        let (readable, value) = self.resources.find(uri).map_err(told)?;
        let text = readable.read(self.runtime, ctx, self.principal, value).await.map_err(told)?;
        let fresh_for = u64::try_from(readable.kind.facts().fresh_for.as_millis()).unwrap_or_default();
        Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(JSON)])
            .with_ttl_ms(fresh_for)
            .with_cache_scope(CacheScope::Private))
    }
}

/// An address that leads nowhere is told as the protocol wants it; everything else as a tool would tell it.
fn refusal(error: &Error, uri: &str, request_id: &str) -> ErrorData {
    let message = match error.hint() {
        Some(hint) => format!("{error} {hint}"),
        None => error.to_string(),
    };
    if matches!(error.code(), Code::NotFound | Code::AmbiguousName | Code::InvalidArguments) {
        return ErrorData::resource_not_found(message, Some(json!({ "uri": name(uri) })));
    }
    if error.code() == Code::Internal {
        tracing::error!(request_id, error = ?error, "a resource could not be read for a reason inside the server");
    }
    ErrorData::internal_error(message, Some(error.to_json(request_id)))
}
