//! Fetches of documents that strangers name: few at a time for each address and each host, so that slow ones keep nobody else
//! waiting.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::shares::Shares;

/// How many documents are fetched at once: for everybody, for one address of callers, and from one host.
const AT_ONCE: usize = 16;
const FOR_ONE_ADDRESS: usize = 2;
const FROM_ONE_HOST: usize = 4;
/// How long a sign-in waits for its turn before it is told to come back.
const SHORT_WAIT: Duration = Duration::from_secs(1);

/// The turns of all fetches.
pub struct Fetches {
    all: Arc<Semaphore>,
    addresses: Shares,
    hosts: Shares,
}

/// A turn that is over when this is dropped.
pub struct Turn {
    _permits: [OwnedSemaphorePermit; 3],
}

impl Default for Fetches {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(AT_ONCE)),
            addresses: Shares::new(FOR_ONE_ADDRESS),
            hosts: Shares::new(FROM_ONE_HOST),
        }
    }
}

impl Fetches {
    /// A turn to fetch something from `host` for whoever is at `caller`; none where too much is under way already.
    pub async fn turn(&self, caller: &str, host: &str) -> Option<Turn> {
        // Whoever asks for too much waits behind themselves, before they stand in anybody's way.
        let turn = async {
            let address = self.addresses.of(caller).acquire_owned().await.ok()?;
            let host = self.hosts.of(host).acquire_owned().await.ok()?;
            let all = self.all.clone().acquire_owned().await.ok()?;
            Some(Turn { _permits: [address, host, all] })
        };
        timeout(SHORT_WAIT, turn).await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_address_and_one_host_take_no_turn_of_others() {
        let fetches = Fetches::default();
        let mut held = Vec::new();
        for number in 0..FOR_ONE_ADDRESS {
            held.push(fetches.turn("ana", &format!("host{number}")).await.unwrap());
        }
        assert!(fetches.turn("ana", "another").await.is_none());
        for number in 0..FROM_ONE_HOST {
            held.push(fetches.turn(&format!("caller{number}"), "slow").await.unwrap());
        }
        assert!(fetches.turn("bob", "slow").await.is_none());
        assert!(fetches.turn("bob", "another").await.is_some());
        held.truncate(1);
        assert!(fetches.turn("ana", "slow").await.is_some());
    }
}
