//! What the server offers beside its tools: resources to read, prompts to begin with, words that complete what is typed.

pub mod address;
pub mod completion;
pub mod prompts;
pub mod resources;

use crate::tool::catalogue::{Catalogue, Choice};
use crate::tool::ctx::Upstreams;

pub use completion::{Completed, Source};
pub use prompts::Prompts;
pub use resources::Resources;

/// Everything that is offered beside the tools, made once from the settings.
pub struct Offers {
    /// What can be read.
    pub resources: Resources,
    /// What can be begun with.
    pub prompts: Prompts,
}

impl Offers {
    /// The offers that go with the tools of `catalogue`.
    pub fn new(choice: &Choice, upstreams: &Upstreams, catalogue: &Catalogue) -> Self {
        Self { resources: Resources::new(choice, upstreams), prompts: Prompts::of(catalogue) }
    }
}
