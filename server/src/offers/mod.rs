//! What the server offers beside its tools: resources to read, prompts to begin with, words that complete what is typed.

pub mod address;
pub mod completion;
pub mod prompts;
pub mod resources;

use infini_mcp_core::tool::catalogue::{Choice, Offered};
use infini_mcp_core::tool::declaration::Declaration;

pub use completion::{Completed, Source};
pub use prompts::Prompts;
pub use resources::Resources;

/// Everything that is offered beside the tools, to one kind of caller.
pub struct Offers {
    /// What can be read.
    pub resources: Resources,
    /// What can be begun with.
    pub prompts: Prompts,
}

impl Offers {
    /// The offers that go with the tools a caller sees; `may` says which others they may read with.
    pub fn new(choice: &Choice, may: impl Fn(&Declaration) -> bool, seen: &[&Offered]) -> Self {
        Self { resources: Resources::new(choice, may), prompts: Prompts::of(seen) }
    }
}
