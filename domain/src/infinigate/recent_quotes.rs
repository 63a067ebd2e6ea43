//! The newest quotes as they were a moment ago, for lists that people look at while they type.

use std::sync::Arc;
use std::time::Duration;

use super::documents::{self, Document, References};
use super::pages::Ask;
use crate::cache::{Cache, Name};
use infini_mcp_core::tool::{Ctx, Error, Result};

/// How long they are used; whoever decides about a quote reads it anew.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The quotes as they were last read; one for each account, kept in the memory of the tools.
struct RecentQuotes(Cache<Vec<Document>>);

impl Default for RecentQuotes {
    fn default() -> Self {
        Self(Cache::new(1, KEPT_FOR))
    }
}

/// The newest quotes, as many as one request brings. However many callers ask at a time, they are read once.
///
/// # Errors
/// When the list cannot be read; callers who waited for the same request are told so in the words of the first.
pub async fn read(ctx: &Ctx) -> Result<Arc<Vec<Document>>> {
    let take = usize::try_from(ctx.pages().largest).unwrap_or(usize::MAX);
    let read = async || {
        let sent = documents::quotes(ctx, &References::default(), Ask { take, skip: 0 }).await?;
        Ok(sent.rows)
    };
    let shared = ctx.memory::<RecentQuotes>().0.get_or_read(Name::new(), read).await;
    shared.map_err(|error: Arc<Error>| Error::new(error.code(), error.to_string()))
}

/// Whether the account can still decide about a quote.
pub fn is_open(quote: &Document) -> bool {
    quote.can_be_accepted == Some(true) || quote.can_be_rejected == Some(true)
}
