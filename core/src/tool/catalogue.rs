//! The tools that this server offers: which ones, in what form, to whom.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::declaration::{Declaration, Effect, Service, Toolset};
use super::schema;
use super::workflow::{TOOLS, Tool};

/// Why the operator's settings leave a tool out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftOut {
    /// Its toolset is not among those of `MCP_TOOLSETS`.
    OtherToolset(Toolset),
    /// `MCP_TOOLS_ALLOW` names others only.
    NotAllowed,
    /// `MCP_TOOLS_DENY` names it.
    Denied,
    /// It changes something, and `MCP_READ_ONLY` is set.
    ReadOnly,
}

impl LeftOut {
    /// What the operator would change.
    pub fn hint(self) -> String {
        match self {
            Self::OtherToolset(toolset) => {
                let name = toolset.name();
                format!(
                    "It belongs to the toolset {name}: the operator adds {name} to MCP_TOOLSETS, for example MCP_TOOLSETS=default,{name}."
                )
            }
            Self::NotAllowed => {
                "MCP_TOOLS_ALLOW names the only tools of this server; the operator can add this one.".into()
            }
            Self::Denied => "MCP_TOOLS_DENY names this tool; the operator can take it off that list.".into(),
            Self::ReadOnly => {
                "MCP_READ_ONLY is set, and this tool changes something; the operator can unset it.".into()
            }
        }
    }
}

/// What the operator wants to offer.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The toolsets; the default one when empty.
    pub toolsets: BTreeSet<Toolset>,
    /// Only these tools, when not empty.
    pub allow: BTreeSet<String>,
    /// Never these tools.
    pub deny: BTreeSet<String>,
    /// Only tools that change nothing.
    pub read_only: bool,
}

impl Choice {
    fn takes(&self, tool: &Tool) -> bool {
        self.leaves_out(&tool.declaration).is_none()
    }

    /// Why a tool is left out; `None` when it is offered to whoever has credentials and rights for it.
    pub fn leaves_out(&self, declaration: &Declaration) -> Option<LeftOut> {
        let toolset = declaration.toolset;
        let in_toolset = match self.toolsets.is_empty() {
            true => toolset == Toolset::Default,
            false => self.toolsets.contains(&toolset),
        };
        if self.deny.contains(declaration.name) {
            Some(LeftOut::Denied)
        } else if self.read_only && declaration.effect != Effect::Reads {
            Some(LeftOut::ReadOnly)
        } else if !in_toolset {
            Some(LeftOut::OtherToolset(toolset))
        } else if !self.allow.is_empty() && !self.allow.contains(declaration.name) {
            Some(LeftOut::NotAllowed)
        } else {
            None
        }
    }

    /// Whether the operator lets this tool work at all, whatever the toolsets.
    fn permits(&self, tool: &Tool) -> bool {
        let name = tool.declaration.name;
        (self.allow.is_empty() || self.allow.contains(name)) && !self.deny.contains(name)
    }
}

/// A tool as it is offered: with the arguments that the runtime adds.
pub struct Offered {
    /// The tool.
    pub tool: Tool,
    /// The schema of everything a caller may send.
    pub input: Arc<Map<String, Value>>,
    /// The same without what is only taken for the sake of older callers: a model need not read it.
    pub announced: Arc<Map<String, Value>>,
    /// Whether long texts of the answer are cut unless `detail` asks for them. What was just written is given back whole.
    pub cuts: bool,
    /// The schema of the answer.
    pub output: Arc<Map<String, Value>>,
    /// What the model reads.
    pub description: String,
}

impl Offered {
    fn new(tool: Tool, asks: bool) -> Self {
        let mut input = (tool.args_schema)();
        let mut output = (tool.answer_schema)();
        let cuts = tool.declaration.effect == Effect::Reads && schema::has_long_texts(&output);
        schema::without_marks(&mut output);
        add_common_arguments(&mut input, asks);
        Self {
            announced: Arc::new(announced(&input, cuts)),
            input: Arc::new(object(input)),
            output: Arc::new(object(output)),
            cuts,
            description: tool.declaration.description(),
            tool,
        }
    }

    /// The reading tool of this name, for what reads with it in another way than by a call of the tool: its toolset does
    /// not matter then, but the operator's word on the tool does.
    pub fn reading(name: &str, choice: &Choice, may: impl Fn(&Declaration) -> bool) -> Option<Self> {
        let tool = TOOLS.iter().find(|tool| tool.declaration.name == name)?;
        let declaration = &tool.declaration;
        let is_ready = choice.permits(tool) && may(declaration);
        (is_ready && declaration.effect == Effect::Reads).then(|| Self::new(*tool, false))
    }

    /// The MCP name.
    pub fn name(&self) -> &'static str {
        self.tool.declaration.name
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// Arguments of the predecessors that are taken as ever but say nothing new: other names for the same, what is always
/// done anyway, and the form of the text, which is for people. Announcing them would cost every model a quarter more.
const TAKEN_SILENTLY: [&str; 5] = ["response_format", "expand", "before", "values_by_name", "title"];

/// Asks for long texts whole; every tool takes it, and those announce it that cut.
const DETAIL: &str = "detail";

/// Marks an argument that is taken but not announced; for what only one tool has.
const SILENT: &str = "x-silent";

/// What a client is told. `detail` is told where something may be cut, and where a tool takes nothing else: some clients
/// refuse a tool without any argument.
fn announced(input: &Value, cuts: bool) -> Map<String, Value> {
    let mut announced = input.clone();
    schema::announce(&mut announced);
    let mut announced = object(announced);
    let required: Vec<Value> = announced.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_marked = |name: &str| input.pointer(&format!("/properties/{name}/{SILENT}")) == Some(&json!(true));
    if let Some(properties) = announced.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|name, _| {
            let is_silent = TAKEN_SILENTLY.contains(&name.as_str()) || is_marked(name);
            !is_silent || required.contains(&json!(name))
        });
        if !cuts && properties.len() > 1 {
            properties.remove(DETAIL);
        }
    }
    announced
}

/// The arguments that belong to every tool of a kind: the runtime reads them, the tool never sees them.
fn add_common_arguments(input: &mut Value, asks: bool) {
    let Some(properties) = input.get_mut("properties").and_then(Value::as_object_mut) else { return };
    properties.insert("response_format".into(), json!({ "type": "string", "enum": ["json", "markdown"], "description": "Form of the text answer; default json." }));
    properties.insert(
        DETAIL.into(),
        json!({ "type": "string", "enum": ["brief", "full"], "description": "full: whole texts." }),
    );
    if asks {
        properties.insert(
            "confirmation_token".into(),
            json!({ "type": "string", "description": "From confirmation_required." }),
        );
    }
}

/// The offered tools, sorted by name.
pub struct Catalogue {
    offered: Vec<Offered>,
}

impl Catalogue {
    /// The tools of `choice` whose services can be reached; `asks` says which effects must be confirmed.
    pub fn new(choice: &Choice, serves: impl Fn(Service) -> bool, asks: impl Fn(Effect) -> bool) -> Self {
        Self::of(TOOLS.iter().filter(|tool| choice.takes(tool) && serves(tool.declaration.service())), asks)
    }

    /// Every tool there is, as the documentation lists them.
    pub fn everything() -> Self {
        Self::of(TOOLS.iter(), Effect::is_destructive)
    }

    fn of<'a>(tools: impl Iterator<Item = &'a Tool>, asks: impl Fn(Effect) -> bool) -> Self {
        let mut offered: Vec<Offered> = tools.map(|tool| Offered::new(*tool, asks(tool.declaration.effect))).collect();
        offered.sort_by_key(Offered::name);
        Self { offered }
    }

    /// All offered tools, sorted by name.
    pub fn all(&self) -> &[Offered] {
        &self.offered
    }

    /// The offered tools themselves.
    pub fn into_all(self) -> Vec<Offered> {
        self.offered
    }

    /// The tool of this name.
    pub fn find(&self, name: &str) -> Option<&Offered> {
        self.offered.binary_search_by(|offered| offered.name().cmp(name)).ok().and_then(|at| self.offered.get(at))
    }
}
