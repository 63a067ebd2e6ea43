//! The upstream credentials of each caller: the server's own, or those of a profile in the vault.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// The users and profiles it was made from: as long as they are in use, nothing need be compared.
    snapshot: Arc<Snapshot>,
    secrets: String,
    upstreams: Arc<Upstreams>,
}

/// The connections to both services, one for each account: those who share a token share its limit of requests.
struct Connections {
    reach: Reach,
    store: Arc<Store>,
    http: Mutex<Option<HttpClient>>,
    infinigate: Mutex<HashMap<String, infinigate::Upstream>>,
    infinity: Mutex<HashMap<String, infinity::Upstream>>,
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
            (Credentials::Profile(id), Some(roster)) => self.of_profile(id, &roster.current()),
            (Credentials::Profile(_), None) => Ok(Arc::default()),
        }
    }

    /// Those that act for this account, whoever uses them.
    pub fn acting_for(&self, account: &str, service: Service) -> Option<Arc<Upstreams>> {
        let acts = |upstreams: &Arc<Upstreams>| upstreams.account(service) == Some(account);
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

    /// Whether no credentials are there at all.
    pub fn are_none(&self) -> bool {
        !self.may_serve(Service::Infinigate) && !self.may_serve(Service::Infinity)
    }

    fn of_profile(&self, id: &str, snapshot: &Arc<Snapshot>) -> api::Result<Arc<Upstreams>> {
        let mut made = self.of_profiles.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(id).filter(|known| Arc::ptr_eq(&known.snapshot, snapshot)) {
            return Ok(known.upstreams.clone());
        }
        let Some(profile) = snapshot.profile(id) else {
            made.remove(id);
            return Ok(Arc::default());
        };
        let secrets = digest_of(profile);
        // A change elsewhere in the files must not cost this profile its caches.
        let kept = made.get(id).filter(|known| known.secrets == secrets).map(|known| known.upstreams.clone());
        let upstreams = match kept {
            Some(upstreams) => upstreams,
            None => Arc::new(self.connections.of_profile(profile)?),
        };
        made.insert(id.to_owned(), OfProfile { snapshot: snapshot.clone(), secrets, upstreams: upstreams.clone() });
        Ok(upstreams)
    }
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
        let made = infinigate::Upstream::new(self.reach.infinigate.with(credentials), self.http()?)?;
        let mut known = self.infinigate.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.entry(made.account().to_owned()).or_insert(made).clone())
    }

    fn infinity(&self, token: SecretString) -> api::Result<infinity::Upstream> {
        let made = infinity::Upstream::new(self.reach.infinity.with(token), self.http()?)?;
        let mut known = self.infinity.lock().unwrap_or_else(PoisonError::into_inner);
        let upstream = known.entry(made.account().to_owned()).or_insert_with(|| {
            if self.store.is_shared() {
                made.share_pace(self.store.clone());
            }
            made
        });
        Ok(upstream.clone())
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
