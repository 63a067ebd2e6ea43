//! An offered tool in the form MCP lists it.

use rmcp::model::{Tool, ToolAnnotations};

use infini_mcp_core::tool::Effect;
use infini_mcp_core::tool::catalogue::Offered;

/// The tool's definition: all four hints are always said, since what is left out is guessed.
pub fn definition(offered: &Offered) -> Tool {
    let declaration = &offered.tool.declaration;
    let reads = declaration.effect == Effect::Reads;
    let annotations = ToolAnnotations::new()
        .read_only(reads)
        .destructive(declaration.effect.is_destructive())
        .idempotent(reads || declaration.idempotent)
        .open_world(true);
    Tool::new(declaration.name, offered.description.clone(), offered.announced.clone())
        .with_title(declaration.title())
        .with_raw_output_schema(offered.output.clone())
        .with_annotations(annotations)
}
