//! What one kind of caller gets to see: their tools, and the words about them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::Tool;

use super::identity::Principal;
use super::instructions::{instructions, why_empty};
use super::listing;
use crate::offers::Offers;
use infini_mcp_core::tool::Service;
use infini_mcp_core::tool::catalogue::{Catalogue, Choice, Offered};
use infini_mcp_core::tool::ctx::Upstreams;
use infini_mcp_core::tool::declaration::Declaration;
use infini_mcp_core::vault::Scopes;

/// The offer to callers with the same rights.
pub struct View {
    /// The definitions of their tools, sorted by name.
    pub definitions: Vec<Tool>,
    /// What the server says of itself to them.
    pub instructions: String,
    /// Why they are offered no tool at all, when that is so.
    pub why_empty: Option<&'static str>,
    /// What they are offered beside the tools.
    pub offers: Offers,
}

/// The views made so far; there are as many as combinations of rights in use.
pub struct Views {
    choice: Choice,
    made: Mutex<HashMap<Rights, Arc<View>>>,
}

/// All that a view depends on.
#[derive(PartialEq, Eq, Hash)]
struct Rights {
    scopes: Scopes,
    reach: Scopes,
    only_some_tools: bool,
    infinigate: bool,
    infinity: bool,
}

impl Views {
    /// Views of what the operator wants to offer.
    pub fn new(choice: Choice) -> Self {
        Self { choice, made: Mutex::default() }
    }

    /// What the operator wants to offer.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The view of this caller.
    pub fn of(&self, catalogue: &Catalogue, principal: &Principal, upstreams: &Upstreams) -> Arc<View> {
        let rights = Rights {
            scopes: principal.scopes,
            reach: principal.reach,
            // There is one such list for the whole server.
            only_some_tools: principal.only_tools.is_some(),
            infinigate: upstreams.serve(Service::Infinigate),
            infinity: upstreams.serve(Service::Infinity),
        };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(rights).or_insert_with(|| Arc::new(View::new(&self.choice, catalogue, principal, upstreams))).clone()
    }
}

impl View {
    fn new(choice: &Choice, catalogue: &Catalogue, principal: &Principal, upstreams: &Upstreams) -> Self {
        let is_seen = |tool: &Declaration| principal.may_see(tool) && upstreams.serve(tool.service());
        let seen: Vec<&Offered> = catalogue.all().iter().filter(|offered| is_seen(&offered.tool.declaration)).collect();
        Self {
            definitions: seen.iter().map(|offered| listing::definition(offered)).collect(),
            instructions: instructions(&seen, upstreams),
            why_empty: why_empty(&seen, upstreams),
            offers: Offers::new(choice, |tool| is_open_tool(tool, principal, upstreams), &seen),
        }
    }
}

/// Whether a caller may use an offered tool, and it can work for them.
pub fn is_open(offered: &Offered, principal: &Principal, upstreams: &Upstreams) -> bool {
    is_open_tool(&offered.tool.declaration, principal, upstreams)
}

fn is_open_tool(tool: &Declaration, principal: &Principal, upstreams: &Upstreams) -> bool {
    principal.may_use(tool) && upstreams.serve(tool.service())
}
