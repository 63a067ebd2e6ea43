//! `infini-mcp tools`: every tool there is, for people and for programs.

use clap::Args;
use serde_json::{Value, json};

use super::{Failure, print};
use crate::tool::catalogue::{Catalogue, Offered};

/// How to print the tools.
#[derive(Args)]
pub struct Tools {
    /// As JSON, with schemas.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// As a Markdown table.
    #[arg(long)]
    markdown: bool,
}

impl Tools {
    /// Prints them.
    pub fn run(self) -> Result<(), Failure> {
        let catalogue = Catalogue::everything();
        let text = if self.json {
            format!("{:#}\n", Value::Array(catalogue.all().iter().map(definition).collect()))
        } else if self.markdown {
            table(&catalogue)
        } else {
            catalogue
                .all()
                .iter()
                .map(|offered| format!("{:<34} {}\n", offered.name(), offered.tool.declaration.summary()))
                .collect()
        };
        print(&text)
    }
}

fn definition(offered: &Offered) -> Value {
    let declaration = &offered.tool.declaration;
    json!({
        "name": declaration.name,
        "title": declaration.title(),
        "description": offered.description,
        "toolset": declaration.toolset.name(),
        "scope": declaration.scopes().to_string(),
        "inputSchema": Value::Object(offered.announced.as_ref().clone()),
        "outputSchema": Value::Object(offered.output.as_ref().clone()),
    })
}

fn table(catalogue: &Catalogue) -> String {
    let mut table = String::from("| Tool | What it does | Toolset | Scope |\n| --- | --- | --- | --- |\n");
    for offered in catalogue.all() {
        let declaration = &offered.tool.declaration;
        table.push_str(&format!(
            "| `{}` | {} | {} | `{}` |\n",
            declaration.name,
            declaration.summary(),
            declaration.toolset.name(),
            declaration.scopes()
        ));
    }
    table
}
