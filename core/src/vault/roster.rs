//! The roster: users and profiles as a running server knows them, read again when their files change.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::file::{self, Stamp};
use super::opened::{opened_store, opened_users};
use super::{Place, Snapshot};

/// How often the files are looked at.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// How the roster stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// When the users and profiles in use were read.
    pub loaded_at: DateTime<Utc>,
    /// How many users there are.
    pub users: usize,
    /// How many profiles there are.
    pub profiles: usize,
    /// Why the files as they are now cannot be used; the last good ones stay in use.
    pub stale: Option<String>,
    /// What is wrong with single users or with permissions.
    pub faults: Vec<String>,
}

/// The last good users and profiles.
pub struct Roster {
    place: Place,
    current: RwLock<Arc<Snapshot>>,
    seen: Mutex<Seen>,
}

/// What the last look found.
struct Seen {
    stamps: [Stamp; 2],
    loaded_at: DateTime<Utc>,
    stale: Option<String>,
}

impl Roster {
    /// Reads both files.
    ///
    /// # Errors
    /// When one of them cannot be used; at the start there is nothing older to fall back on.
    pub fn open(place: Place) -> Result<Self, Error> {
        let stamps = stamps(&place);
        let snapshot = load(&place)?;
        tell(&snapshot);
        let seen = Seen { stamps, loaded_at: Utc::now(), stale: None };
        Ok(Self { place, current: RwLock::new(Arc::new(snapshot)), seen: Mutex::new(seen) })
    }

    /// Users and profiles as they are now. One call keeps to one snapshot.
    pub fn current(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks whether a file has changed, reads both if so, and says whether other users or profiles are in use now.
    pub fn refresh(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken before reading: what changes meanwhile is seen by the next look.
        let stamps = stamps(&self.place);
        if stamps == seen.stamps {
            return false;
        }
        seen.stamps = stamps;
        match load(&self.place) {
            Ok(snapshot) => {
                tracing::info!(users = snapshot.users().count(), "users and profiles were read again");
                tell(&snapshot);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(snapshot);
                (seen.loaded_at, seen.stale) = (Utc::now(), None);
                true
            }
            Err(error) => {
                tracing::error!(%error, "users or profiles cannot be read again; the last good ones stay in use");
                seen.stale = Some(error.to_string());
                false
            }
        }
    }

    /// How it stands, for `/ready`, metrics and `doctor`.
    pub fn status(&self) -> Status {
        let current = self.current();
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        Status {
            loaded_at: seen.loaded_at,
            users: current.users().count(),
            profiles: current.profiles().count(),
            stale: seen.stale.clone(),
            faults: current.faults().to_vec(),
        }
    }

    /// Looks at the files again and again until it is stopped, and tells of every change.
    ///
    /// Looking rather than being notified: notifications do not cross the mounts that containers keep such files on.
    pub async fn watch(self: Arc<Self>, on_change: impl Fn(&Arc<Snapshot>) + Send, stop: CancellationToken) {
        let mut told = Arc::downgrade(&self.current());
        let mut looks = tokio::time::interval(BETWEEN_LOOKS);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = looks.tick() => {}
            }
            self.refresh();
            // Also what a call has read again in the meantime.
            let current = self.current();
            if !std::ptr::eq(told.as_ptr(), Arc::as_ptr(&current)) {
                told = Arc::downgrade(&current);
                on_change(&current);
            }
        }
    }
}

fn stamps(place: &Place) -> [Stamp; 2] {
    [Stamp::of(&place.users), Stamp::of(&place.store)]
}

fn load(place: &Place) -> Result<Snapshot, Error> {
    let users = opened_users(&place.users)?;
    let (_, profiles) = opened_store(&place.store, place.store_key()?)?;
    let (users, mut faults) = users.users();
    faults.extend([&place.users, &place.store].into_iter().filter_map(|path| file::exposure(path)));
    Ok(Snapshot::new(users, profiles, faults))
}

fn tell(snapshot: &Snapshot) {
    for fault in snapshot.faults() {
        tracing::warn!("users and credentials: {fault}");
    }
}
