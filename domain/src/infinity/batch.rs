//! What is remembered of a batch of writes, so that a call repeated after a crash or a cut goes on where it ended.
//!
//! Before each write a note is kept that it is being sent, and only whoever could keep that note sends: two calls with
//! one key at the same time share the work instead of doing it twice. A note is never taken away, for that would let a
//! slow caller clear the way for a second write; a write that did not take effect is followed by another attempt, with a
//! note of its own.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use infini_mcp_core::state::Kept;
use infini_mcp_core::tool::{Code, Ctx, Error, Result, Service};
use infini_mcp_core::vault::digest_json;

/// How long after the end of its call a write may still be on its way.
const ON_ITS_WAY: TimeDelta = TimeDelta::seconds(30);
/// Batches older than this are forgotten.
const REMEMBERED: TimeDelta = TimeDelta::days(7);

/// What one batch is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Head {
    digest: String,
    count: usize,
    begun: DateTime<Utc>,
    /// How the board looked before the first write.
    pub before: Before,
}

/// The newest items of a board at one moment, by upstream's clock; what came later is told from them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Before {
    /// When the newest item was made; nothing on an empty board.
    pub newest: Option<String>,
    /// The items made in that second.
    pub ids: Vec<String>,
}

/// How far one write has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Entry {
    /// It may be under way.
    Sending {
        /// When it is over, one way or the other, if nothing else is noted by then.
        until: DateTime<Utc>,
    },
    /// It surely did not take effect.
    Refused,
    /// It was sent, and the answer was lost.
    Unknown {
        /// Why.
        reason: String,
    },
    /// It was acknowledged.
    Done {
        /// The item.
        id: String,
    },
}

impl Entry {
    /// Whether the request itself is over, so that looking upstream can settle what came of it.
    pub fn can_be_settled(&self) -> bool {
        match self {
            Self::Sending { until } => Utc::now() > *until,
            Self::Unknown { .. } => true,
            Self::Refused | Self::Done { .. } => false,
        }
    }
}

/// One batch under its key.
pub struct Batch<'a> {
    /// The key that resumes it.
    pub key: String,
    /// What it is about.
    pub head: Head,
    entries: Kept<'a, Entry>,
}

impl<'a> Batch<'a> {
    /// The batch of this key, begun now unless it was begun before. `before` is read only for a new one.
    ///
    /// # Errors
    /// `conflict` when the key was used for other content, and those of `before` and of the state.
    pub async fn open(
        ctx: &'a Ctx,
        key: Option<&str>,
        payload: &Value,
        count: usize,
        before: impl Future<Output = Result<Before>>,
    ) -> Result<Self> {
        let key = key_of(key)?;
        let heads: Kept<'a, Head> = ctx.kept(Service::Infinity, "item_batch")?;
        let entries = ctx.kept(Service::Infinity, "item_batch_entry")?;
        let digest = digest_json(payload);
        let mut known = heads.get(&key).await?;
        if known.is_none() {
            forget_old(&heads, &entries).await?;
            let head = Head { digest: digest.clone(), count, begun: Utc::now(), before: before.await? };
            known = if heads.put_new(&key, &head).await? { Some(head) } else { heads.get(&key).await? };
        }
        match known {
            Some(head) if head.digest == digest => Ok(Self { key, head, entries }),
            Some(head) => Err(Self { key, head, entries }.used_otherwise().await?),
            None => Err(Error::internal("a batch that was just kept is gone")),
        }
    }

    /// What to say to other items under the key of this batch: the whole of it under a new key would be written twice.
    async fn used_otherwise(&self) -> Result<Error> {
        let attempts = self.attempts().await?;
        let is_done = |attempt: &&Attempt| matches!(attempt.entry, Entry::Done { .. });
        let done = attempts.iter().flatten().filter(is_done).count();
        let text = format!(
            "The idempotency_key belongs to an earlier batch with other items, of which {done} of {} are done. Nothing was sent.",
            self.head.count
        );
        Ok(Error::new(Code::Conflict, text).with_hint(
            "Repeat the earlier call exactly to finish it. What failed there is sent corrected and alone, under a new key; what is done must not be sent under another key, or it is written twice.",
        ))
    }

    /// How far the last attempt at each write has come; nothing where there was none.
    ///
    /// # Errors
    /// Those of the state.
    pub async fn attempts(&self) -> Result<Vec<Option<Attempt>>> {
        let mut attempts = Vec::with_capacity(self.head.count);
        for index in 0..self.head.count {
            let mut last = None;
            while let Some(entry) = self.entries.get(&self.id(index, next(last.as_ref()))).await? {
                last = Some(Attempt { number: next(last.as_ref()), entry });
            }
            attempts.push(last);
        }
        Ok(attempts)
    }

    /// Notes that an attempt at a write is being made. True for exactly one caller, who alone may send it.
    ///
    /// # Errors
    /// Those of the state; then it must not be sent.
    pub async fn claim(&self, ctx: &Ctx, index: usize, attempt: usize) -> Result<bool> {
        let rest = TimeDelta::from_std(ctx.call().remaining()).unwrap_or(REMEMBERED);
        let until = Utc::now().checked_add_signed(rest + ON_ITS_WAY).unwrap_or(DateTime::<Utc>::MAX_UTC);
        Ok(self.entries.put_new(&self.id(index, attempt), &Entry::Sending { until }).await?)
    }

    /// Notes what came of an attempt.
    ///
    /// # Errors
    /// Those of the state.
    pub async fn note(&self, index: usize, attempt: usize, entry: &Entry) -> Result<()> {
        Ok(self.entries.put(&self.id(index, attempt), entry).await?)
    }

    fn id(&self, index: usize, attempt: usize) -> String {
        entry_id(&self.key, index, attempt)
    }
}

/// One attempt at one write.
#[derive(Debug)]
pub struct Attempt {
    /// Which one, from 0.
    pub number: usize,
    /// How far it has come.
    pub entry: Entry,
}

/// The number of the attempt after the last one.
pub fn next(last: Option<&Attempt>) -> usize {
    last.map_or(0, |last| last.number + 1)
}

fn entry_id(key: &str, index: usize, attempt: usize) -> String {
    format!("{key}/{index}/{attempt}")
}

/// The caller's key, or a new one that nobody else has.
fn key_of(given: Option<&str>) -> Result<String> {
    match given.map(str::trim) {
        None => Ok(uuid::Uuid::new_v4().to_string()),
        Some(key) if (1..=100).contains(&key.chars().count()) => Ok(key.to_owned()),
        Some(_) => Err(Error::of_argument("idempotency_key", "it has 1 to 100 characters")),
    }
}

async fn forget_old(heads: &Kept<'_, Head>, entries: &Kept<'_, Entry>) -> Result<()> {
    let limit = Utc::now() - REMEMBERED;
    for (key, head) in heads.all().await?.into_iter().filter(|(_, head)| head.begun < limit) {
        for index in 0..head.count {
            let mut attempt = 0;
            while entries.remove(&entry_id(&key, index, attempt)).await? {
                attempt += 1;
            }
        }
        heads.remove(&key).await?;
    }
    Ok(())
}
