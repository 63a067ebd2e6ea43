//! What was read a short while ago, kept under a name. The library behind it is compiled once for things of all kinds: for each
//! kind of its own, caches would be half of what this crate is built of.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use moka::future::Cache as Store;

/// The parts of a name.
pub type Name = Vec<String>;

/// Things of one kind, each for the same while.
pub struct Cache<T> {
    store: Store<Name, Kept>,
    kind: PhantomData<fn() -> T>,
}

#[derive(Clone)]
struct Kept {
    thing: Arc<dyn Any + Send + Sync>,
    weight: u32,
}

impl Kept {
    fn new<T: Send + Sync + 'static>(thing: Arc<T>, weight: usize) -> Self {
        Self { thing, weight: u32::try_from(weight).unwrap_or(u32::MAX) }
    }
}

impl<T: Send + Sync + 'static> Cache<T> {
    /// Keeps things that weigh up to `most` together, each for a while.
    pub fn new(most: u64, kept_for: Duration) -> Self {
        Self { store: store(most, kept_for), kind: PhantomData }
    }

    /// What is kept under a name.
    pub async fn get(&self, name: &Name) -> Option<Arc<T>> {
        self.store.get(name).await?.thing.downcast().ok()
    }

    /// Keeps a thing that weighs so much.
    pub async fn insert(&self, name: Name, thing: Arc<T>, weight: usize) {
        self.store.insert(name, Kept::new(thing, weight)).await;
    }

    /// What is kept under a name, else what `read` brings; that weighs one. However many ask at a time, it is read once.
    ///
    /// # Errors
    /// Those of the reading, which everybody who waited for it is told. A failure is not kept.
    pub async fn get_or_read<E, F>(&self, name: Name, read: impl Fn() -> F) -> Result<Arc<T>, Arc<E>>
    where
        E: Send + Sync + 'static,
        F: Future<Output = Result<T, E>> + Send,
    {
        let first = read();
        let first: BoxFuture<'_, Result<Kept, E>> = async { Ok(Kept::new(Arc::new(first.await?), 1)) }.boxed();
        let kept = self.store.try_get_with(name, first).await?;
        match kept.thing.downcast() {
            Ok(thing) => Ok(thing),
            // Everything in here is of one kind, so this is never reached; it would only cost a request.
            Err(_) => Ok(Arc::new(read().await?)),
        }
    }
}

fn store(most: u64, kept_for: Duration) -> Store<Name, Kept> {
    Store::builder().max_capacity(most).weigher(|_, kept: &Kept| kept.weight).time_to_live(kept_for).build()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    const A_WHILE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn it_is_read_once_however_many_ask_at_a_time() {
        let (cache, reads) = (Cache::<u32>::new(10, A_WHILE), AtomicU32::new(0));
        let read = || async {
            tokio::task::yield_now().await;
            Ok::<_, ()>(reads.fetch_add(1, Ordering::Relaxed))
        };
        let name = || vec!["board".to_owned()];
        let (one, other) = futures::join!(cache.get_or_read(name(), read), cache.get_or_read(name(), read));
        assert_eq!((one, other), (Ok(Arc::new(0)), Ok(Arc::new(0))));
        assert_eq!(cache.get_or_read(vec!["boa".to_owned(), "rd".to_owned()], read).await, Ok(Arc::new(1)));
    }

    #[tokio::test]
    async fn a_failure_is_told_and_not_kept() {
        let cache = Cache::<u32>::new(10, A_WHILE);
        assert_eq!(cache.get_or_read(Name::new(), async || Err("down")).await, Err(Arc::new("down")));
        assert_eq!(cache.get_or_read(Name::new(), async || Ok::<_, ()>(7)).await, Ok(Arc::new(7)));
        assert_eq!(cache.get(&Name::new()).await, Some(Arc::new(7)));
    }

    #[tokio::test]
    async fn what_weighs_more_than_all_may_is_not_kept() {
        let cache = Cache::<u32>::new(10, A_WHILE);
        let [light, heavy] = ["light", "heavy"].map(|name| vec![name.to_owned()]);
        cache.insert(light.clone(), Arc::new(1), 10).await;
        cache.insert(heavy.clone(), Arc::new(2), 11).await;
        cache.store.run_pending_tasks().await;
        assert_eq!((cache.get(&light).await, cache.get(&heavy).await), (Some(Arc::new(1)), None));
    }
}
