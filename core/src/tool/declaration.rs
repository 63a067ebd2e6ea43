//! What a tool says of itself: the data that `#[tool]` writes down.

use std::fmt;

use crate::vault::{Scope, Scopes};

/// All that is fixed about a tool when it is compiled.
#[derive(Debug, Clone, Copy)]
pub struct Declaration {
    /// The MCP tool name, which is also the function's and the file's name.
    pub name: &'static str,
    /// The doc comment: its first sentence is the title, the whole of it what a model reads.
    pub doc: &'static str,
    /// What a call does to the world.
    pub effect: Effect,
    /// The group that switches it on.
    pub toolset: Toolset,
    /// The question put to a person, with `{placeholders}`.
    pub confirm: Option<&'static str>,
    /// What would undo a write: a tool, or a sentence.
    pub undo: Option<&'static str>,
    /// Whether it reports progress.
    pub reports_progress: bool,
    /// Whether a repeated call with the same arguments changes nothing more.
    pub idempotent: bool,
    /// The source file, so that a test can hold file and name together.
    pub file: &'static str,
}

impl Declaration {
    /// The title for people: the service and the words of the name. What the tool does stands in the description, and
    /// every client that lists tools would pay for saying it twice.
    pub fn title(&self) -> String {
        let words = self.name.split('_').skip(1).collect::<Vec<_>>().join(" ");
        match self.service() {
            Service::Infinigate => format!("Infinigate: {words}"),
            Service::Infinity => format!("StartInfinity: {words}"),
            Service::Both => self.name.replace('_', " "),
        }
    }

    /// The doc comment's first sentence, which may run over several lines, without its full stop.
    pub fn summary(&self) -> String {
        let paragraph =
            self.doc.split("\n\n").next().unwrap_or(self.name).split_whitespace().collect::<Vec<_>>().join(" ");
        let sentence = paragraph.split_once(". ").map_or(paragraph.as_str(), |(sentence, _)| sentence);
        sentence.strip_suffix('.').unwrap_or(sentence).to_owned()
    }

    /// What the model reads, as one flowing text.
    pub fn description(&self) -> String {
        self.doc
            .split("\n\n")
            .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The service that a tool belongs to, from the first word of its name.
    pub fn service(&self) -> Service {
        match self.name.split('_').next() {
            Some("infinigate") => Service::Infinigate,
            Some("infinity") => Service::Infinity,
            _ => Service::Both,
        }
    }

    /// The scopes that a caller needs, for example `infinigate:order`. Work across both services reads in both and acts in
    /// the one that its effect belongs to.
    pub fn scopes(&self) -> Scopes {
        let infinigate = |effect| match effect {
            Effect::Reads => Scope::InfinigateRead,
            Effect::Writes => Scope::InfinigateWrite,
            Effect::Destroys => Scope::InfinigateAdmin,
            Effect::Spends => Scope::InfinigateOrder,
        };
        let infinity = |effect| match effect {
            Effect::Reads => Scope::InfinityRead,
            Effect::Writes => Scope::InfinityWrite,
            Effect::Destroys | Effect::Spends => Scope::InfinityAdmin,
        };
        match (self.service(), self.effect) {
            (Service::Infinigate, effect) => [infinigate(effect)].into_iter().collect(),
            (Service::Infinity, effect) => [infinity(effect)].into_iter().collect(),
            (Service::Both, Effect::Spends) => [Scope::InfinigateOrder, Scope::InfinityWrite].into_iter().collect(),
            (Service::Both, effect) => {
                [Scope::InfinigateRead, Scope::InfinityRead, infinity(effect)].into_iter().collect()
            }
        }
    }
}

/// What a call does to the world; hints, scope, retries and questions follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Changes nothing.
    Reads,
    /// Adds or changes something that can be changed back.
    Writes,
    /// Removes something, or changes who may see it.
    Destroys,
    /// Commits to paying money.
    Spends,
}

impl Effect {
    /// Whether MCP's `destructiveHint` is true.
    pub fn is_destructive(self) -> bool {
        match self {
            Self::Reads | Self::Writes => false,
            Self::Destroys | Self::Spends => true,
        }
    }
}

/// The upstream service of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// IT distribution.
    Infinigate,
    /// Workspaces, boards and items.
    Infinity,
    /// A workflow across both.
    Both,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Infinigate => "infinigate",
            Self::Infinity => "infinity",
            Self::Both => "workflow",
        })
    }
}

/// A group of tools that is switched on together (`MCP_TOOLSETS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Toolset {
    /// What the two predecessors offered.
    Default,
    /// Uploading files to StartInfinity.
    Attachments,
    /// StartInfinity's saved views.
    Views,
    /// Links between items.
    References,
    /// Webhook subscriptions.
    Hooks,
    /// Time entries.
    Time,
    /// Many items at once, search and board descriptions.
    Bulk,
    /// Reports over invoices.
    Reports,
    /// Whole price lists and quote requests.
    Catalogue,
    /// Work across both services.
    Workflow,
}

impl Toolset {
    /// Every toolset, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Default,
        Self::Attachments,
        Self::Views,
        Self::References,
        Self::Hooks,
        Self::Time,
        Self::Bulk,
        Self::Reports,
        Self::Catalogue,
        Self::Workflow,
    ];

    /// The name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Attachments => "attachments",
            Self::Views => "views",
            Self::References => "references",
            Self::Hooks => "hooks",
            Self::Time => "time",
            Self::Bulk => "bulk",
            Self::Reports => "reports",
            Self::Catalogue => "catalogue",
            Self::Workflow => "workflow",
        }
    }

    /// The toolset of a name in settings.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name)
    }
}
