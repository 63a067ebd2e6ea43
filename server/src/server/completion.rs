//! Completion of what is typed into prompts and addresses, in the form MCP asks for it.

use rmcp::ErrorData;
use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, Reference};

use crate::offers::{Completed, Offers, Source, completion};
use infini_mcp_core::tool::{Ctx, Error};

/// The argument of a prompt that narrows its other arguments down.
const WORKSPACE: &str = "workspace";

/// The values that fit.
pub async fn complete(
    offers: &Offers,
    ctx: &Ctx,
    request: &CompleteRequestParams,
) -> Result<CompleteResult, ErrorData> {
    let source = source(offers, request)?;
    let workspace = request.context.as_ref().and_then(|chosen| chosen.get_argument(WORKSPACE)).map(String::as_str);
    let Completed { values, total } = completion::complete(ctx, source, &request.argument.value, workspace).await;
    let has_more = total > values.len();
    CompletionInfo::with_pagination(values, u32::try_from(total).ok(), has_more)
        .map(CompleteResult::new)
        .map_err(|error| ErrorData::internal_error(error, None))
}

fn source(offers: &Offers, request: &CompleteRequestParams) -> Result<Source, ErrorData> {
    let name = request.argument.name.as_str();
    match &request.r#ref {
        Reference::Prompt(prompt) => {
            let told = |error: Error| ErrorData::invalid_params(error.to_string(), None);
            let prompt = offers.prompts.find(&prompt.name).map_err(told)?;
            let argument = prompt.arguments.iter().find(|argument| argument.name == name);
            argument.map(|argument| argument.source).ok_or_else(|| no_argument(name, "this prompt"))
        }
        Reference::Resource(resource) => {
            let readable = offers.resources.of_template(&resource.uri).ok_or_else(|| {
                ErrorData::invalid_params("This is no template that resources/templates/list gives.", None)
            })?;
            if readable.kind.facts().variable != name {
                return Err(no_argument(name, "this template"));
            }
            Ok(readable.kind.into())
        }
        _ => Err(ErrorData::invalid_params("Only prompts and resource templates can be completed.", None)),
    }
}

fn no_argument(name: &str, of: &str) -> ErrorData {
    let shown = infini_mcp_core::tool::text::line(name, 80);
    ErrorData::invalid_params(format!("`{shown}` is nothing that {of} takes."), None)
}
