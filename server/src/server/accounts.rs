//! The upstream credentials of each caller: the server's own, or those of a profile in the vault.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use secrecy::{ExposeSecret, SecretString};

use super::identity::{Credentials, Principal};
use crate::config::Reach;
use infini_mcp_core::api::{self, HttpClient, infinigate, infinity};
use infini_mcp_core::state::Store;
use infini_mcp_core::tool::Service;
use infini_mcp_core::tool::ctx::Upstreams;
use infini_mcp_core::vault::{Profile, Roster, Snapshot, digest};

/// Makes and keeps the clients of every account in use.
pub struct Accounts {
    own: Arc<Upstreams>,
    roster: Option<Arc<Roster>>,
    connections: Connections,
    of_profiles: Mutex<HashMap<String, OfProfile>>,
}

/// What was made for a profile.
struct OfProfile {
    /// The users and profiles it was made from: as long as they are in use, nothing need be compared. It is not held, or
    /// the secrets of every profile would outlive their change.
    snapshot: Weak<Snapshot>,
    secrets: String,
    upstreams: Arc<Upstreams>,
}

/// The connections to both services, one for all who have the same credentials: those who share a token share its limit
/// of requests.
///
/// Each is filed under a digest of everything it was made from, so that a renewed secret never meets a connection made
/// with the old one, and is held by its users only: with the last of them its secrets leave the memory.
struct Connections {
    reach: Reach,
    store: Arc<Store>,
    http: Mutex<Option<HttpClient>>,
    infinigate: Mutex<HashMap<String, infinigate::WeakUpstream>>,
    infinity: Mutex<HashMap<String, infinity::WeakUpstream>>,
}

/// The credentials in the server's own settings.
pub struct OwnCredentials {
    /// Infinigate's.
    pub infinigate: Option<infinigate::Credentials>,
    /// StartInfinity's token.
    pub infinity: Option<SecretString>,
}

impl Accounts {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// When one of the server's own credentials or an address cannot be used at all.
    pub fn new(reach: Reach, own: OwnCredentials, roster: Option<Arc<Roster>>, store: Arc<Store>) -> api::Result<Self> {
        let connections = Connections {
            reach,
            store,
            http: Mutex::default(),
            infinigate: Mutex::default(),
            infinity: Mutex::default(),
        };
        let own = Arc::new(connections.upstreams(own.infinigate, own.infinity)?);
        Ok(Self { own, roster, connections, of_profiles: Mutex::default() })
    }

    /// Those of the server's own settings.
    pub fn own(&self) -> &Arc<Upstreams> {
        &self.own
    }

    /// Those of a caller. A profile that is gone has none.
    ///
    /// # Errors
    /// When a credential cannot be used at all.
    pub fn of(&self, principal: &Principal) -> api::Result<Arc<Upstreams>> {
        match (&principal.credentials, &self.roster) {
            (Credentials::Own, _) => Ok(self.own.clone()),
            (Credentials::Profile(id), Some(roster)) => {
                // Two looks at the disk: a credential that was renewed a moment ago counts for this call.
                roster.refresh();
                self.of_profile(id, &roster.current())
            }
            (Credentials::Profile(_), None) => Ok(Arc::default()),
        }
    }

    /// Those that act for this account, whoever uses them.
    pub fn acting_for(&self, account: &str, service: Service) -> Option<Arc<Upstreams>> {
        let acts = |upstreams: &Arc<Upstreams>| upstreams.are_of(account, service);
        if acts(&self.own) {
            return Some(self.own.clone());
        }
        let snapshot = self.roster.as_ref()?.current();
        snapshot.profiles().filter_map(|profile| self.of_profile(&profile.id, &snapshot).ok()).find(acts)
    }

    /// All there are, each with the name of its profile, which the server's own have none of.
    ///
    /// # Errors
    /// When a credential cannot be used at all.
    pub fn all(&self) -> api::Result<Vec<(Option<String>, Arc<Upstreams>)>> {
        let mut all = vec![(None, self.own.clone())];
        if let Some(roster) = &self.roster {
            let snapshot = roster.current();
            let mut profiles: Vec<&Profile> = snapshot.profiles().collect();
            profiles.sort_by(|one, other| one.name.cmp(&other.name));
            for profile in profiles {
                all.push((Some(profile.name.clone()), self.of_profile(&profile.id, &snapshot)?));
            }
        }
        Ok(all)
    }

    /// Whether anybody's calls can reach `service`.
    pub fn may_serve(&self, service: Service) -> bool {
        self.roster.is_some() || self.own.serve(service)
    }

    /// Whether there are credentials for `service` now: the server's own, or those of some profile.
    pub fn serve_somebody(&self, service: Service) -> bool {
        let has = |profile: &Profile| match service {
            Service::Infinigate => profile.infinigate.is_some(),
            Service::Infinity => profile.infinity_token.is_some(),
            Service::Both => profile.infinigate.is_some() && profile.infinity_token.is_some(),
        };
        self.own.serve(service) || self.roster.as_ref().is_some_and(|roster| roster.current().profiles().any(has))
    }

    /// Whether no credentials are there at all.
    pub fn are_none(&self) -> bool {
        !self.may_serve(Service::Infinigate) && !self.may_serve(Service::Infinity)
    }

    /// Lets go of what was made from profiles that are no longer as they were.
    pub fn forget_changed(&self, snapshot: &Arc<Snapshot>) {
        forget_changed(&mut self.of_profiles.lock().unwrap_or_else(PoisonError::into_inner), snapshot);
    }

    fn of_profile(&self, id: &str, snapshot: &Arc<Snapshot>) -> api::Result<Arc<Upstreams>> {
        let mut made = self.of_profiles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(id).filter(|known| known.is_of(snapshot)) {
            return Ok(known.upstreams.clone());
        }
        // A change elsewhere in the files must not cost this profile its caches.
        forget_changed(&mut made, snapshot);
        if let Some(known) = made.get(id) {
            return Ok(known.upstreams.clone());
        }
        let Some(profile) = snapshot.profile(id) else { return Ok(Arc::default()) };
        let upstreams = Arc::new(self.connections.of_profile(profile)?);
        let (snapshot, secrets) = (Arc::downgrade(snapshot), digest_of(profile));
        made.insert(id.to_owned(), OfProfile { snapshot, secrets, upstreams: upstreams.clone() });
        Ok(upstreams)
    }
}

impl OfProfile {
    fn is_of(&self, snapshot: &Arc<Snapshot>) -> bool {
        std::ptr::eq(self.snapshot.as_ptr(), Arc::as_ptr(snapshot))
    }
}

/// Keeps what would be made just so from `snapshot`.
fn forget_changed(made: &mut HashMap<String, OfProfile>, snapshot: &Arc<Snapshot>) {
    made.retain(|id, known| {
        if known.is_of(snapshot) {
            return true;
        }
        known.snapshot = Arc::downgrade(snapshot);
        snapshot.profile(id).is_some_and(|profile| digest_of(profile) == known.secrets)
    });
}

impl Connections {
    fn of_profile(&self, profile: &Profile) -> api::Result<Upstreams> {
        let infinigate = profile.infinigate.as_ref().map(|secrets| infinigate::Credentials {
            api_key: secrets.api_key.clone(),
            client_id: secrets.client_id.clone(),
            client_secret: secrets.client_secret.clone(),
        });
        self.upstreams(infinigate, profile.infinity_token.clone())
    }

    fn upstreams(
        &self,
        infinigate: Option<infinigate::Credentials>,
        infinity: Option<SecretString>,
    ) -> api::Result<Upstreams> {
        Ok(Upstreams {
            infinigate: infinigate.map(|credentials| self.infinigate(credentials)).transpose()?,
            infinity: infinity.map(|token| self.infinity(token)).transpose()?,
            ..Upstreams::default()
        })
    }

    fn infinigate(&self, credentials: infinigate::Credentials) -> api::Result<infinigate::Upstream> {
        let secret = credentials.client_secret.clone();
        let made = infinigate::Upstream::new(self.reach.infinigate.with(credentials), self.http()?)?;
        self.store.also_known_as(made.account(), made.former_account());
        // The former name differs with the API key, as a connection has to.
        let key = digest(format!("{}\n{}", made.former_account(), secret.expose_secret()).as_bytes());
        let mut known = self.infinigate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(upstream) = known.get(&key).and_then(infinigate::WeakUpstream::upgrade) {
            return Ok(upstream);
        }
        known.retain(|_, upstream| upstream.upgrade().is_some());
        known.insert(key, made.downgrade());
        Ok(made)
    }

    fn infinity(&self, token: SecretString) -> api::Result<infinity::Upstream> {
        let made = infinity::Upstream::new(self.reach.infinity.with(token), self.http()?)?;
        self.store.also_known_as(made.account(), made.former_account());
        let mut known = self.infinity.lock().unwrap_or_else(PoisonError::into_inner);
        // The former name is that of the token.
        if let Some(upstream) = known.get(made.former_account()).and_then(infinity::WeakUpstream::upgrade) {
            return Ok(upstream);
        }
        if self.store.is_shared() {
            made.share_pace(self.store.clone());
        }
        known.retain(|_, upstream| upstream.upgrade().is_some());
        known.insert(made.former_account().to_owned(), made.downgrade());
        Ok(made)
    }

    /// Made when it is first needed: making it takes longer than everything else that happens at the start.
    fn http(&self) -> api::Result<HttpClient> {
        let mut http = self.http.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*http {
            return Ok(client.clone());
        }
        let client = api::http_client()?;
        *http = Some(client.clone());
        Ok(client)
    }
}

fn digest_of(profile: &Profile) -> String {
    let infinity = profile.infinity_token.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default();
    let infinigate = profile.infinigate.as_ref().map(|secrets| {
        format!("{}\n{}\n{}", secrets.api_key.expose_secret(), secrets.client_id, secrets.client_secret.expose_secret())
    });
    digest(format!("{infinity}\n{}", infinigate.unwrap_or_default()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;
    use infini_mcp_core::vault::{self, Edit, InfinigateSecrets, Place};

    fn credentials(token: &str, secret: &str) -> vault::Credentials {
        let infinigate = InfinigateSecrets {
            api_key: "the-api-key".to_owned().into(),
            client_id: "client".into(),
            client_secret: secret.to_owned().into(),
        };
        vault::Credentials { infinity_token: Some(token.to_owned().into()), infinigate: Some(infinigate) }
    }

    #[test]
    fn what_was_made_from_old_secrets_is_let_go_and_everything_else_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let place = || Place {
            users: folder.path().join("users.json"),
            store: folder.path().join("store.json"),
            key: Some("a store key of the tests, long enough".to_owned().into()),
        };
        let (mut edit, _) = Edit::make(place()).unwrap();
        for name in ["one", "two"] {
            edit.add_profile(name, credentials("the-token", "first-secret")).unwrap();
        }
        drop(edit);
        let roster = Arc::new(Roster::open(place()).unwrap());
        let reach = Sources::of([]).settings().unwrap_or_else(|faults| panic!("{faults:?}")).reach;
        let none = OwnCredentials { infinigate: None, infinity: None };
        let accounts = Accounts::new(reach, none, Some(roster.clone()), Arc::new(Store::in_memory("test"))).unwrap();
        let ids: HashMap<String, String> =
            roster.current().profiles().map(|profile| (profile.name.clone(), profile.id.clone())).collect();
        let of = |name: &str| accounts.of_profile(&ids[name], &roster.current()).unwrap();
        let weak = |name: &str| of(name).infinigate.as_ref().unwrap().downgrade();

        let (old, snapshot) = (weak("one"), Arc::downgrade(&roster.current()));
        assert_eq!(accounts.connections.infinigate.lock().unwrap().len(), 1, "the same credentials share a connection");
        let kept = Arc::downgrade(&of("two"));
        let account = of("one").infinigate.as_ref().unwrap().account().to_owned();
        Edit::begin(place()).unwrap().set_profile("one", credentials("the-token", "second-secret")).unwrap();
        assert!(roster.refresh());
        accounts.forget_changed(&roster.current());
        assert!(snapshot.upgrade().is_none(), "nobody holds the profiles as they were");
        assert_eq!(of("one").infinigate.as_ref().unwrap().account(), account, "what is filed under it is found again");
        assert!(kept.upgrade().is_some() && old.upgrade().is_some(), "the other profile still uses them");

        Edit::begin(place()).unwrap().remove_profile("two").unwrap();
        assert!(roster.refresh());
        accounts.forget_changed(&roster.current());
        assert!(kept.upgrade().is_none() && old.upgrade().is_none(), "nobody uses the first secret any more");
        assert!(of("one").infinigate.is_some());
    }
}
