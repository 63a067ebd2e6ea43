//! What every tool shares: its declaration, its schemas, its errors, and the way of one call from arguments to answer.

mod acting;
pub mod amount;
pub mod answer;
mod asking;
pub mod attachment;
pub mod audit;
pub mod catalogue;
mod change;
pub mod confirm;
mod consent;
pub mod ctx;
pub mod declaration;
pub mod details;
mod earlier;
pub mod error;
pub mod excerpt;
pub mod input;
pub mod ledger;
pub mod markdown;
pub mod near;
pub mod numeral;
mod one_line;
pub mod order;
mod page;
mod question;
pub mod run;
pub mod schema;
pub mod text;
pub mod used;
pub mod workflow;
pub mod zone;

pub use acting::acting_client;
pub use amount::Amount;
pub use attachment::Attachment;
pub use ctx::Ctx;
pub use declaration::{Declaration, Effect, Service, Toolset};
pub use details::Details;
pub use error::{Code, Error, Result};
pub use infini_mcp_macros::tool;
#[doc(hidden)]
pub use linkme;
pub use order::{Evidence, Order};
pub use workflow::{NoArgs, Returns, TOOLS, Tool, Workflow};
pub use zone::Zone;
