//! The embedded authorization server: what its endpoints share, and its clock.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;

use super::client::OwnClient;
use super::client_document::Documents;
use super::client_keys::KeyBook;
use super::people::{People, Person};
use super::redirect::PrivateSchemes;
use super::throttle::Throttle;
use crate::config::{Embedded, PublicUrl};
use infini_mcp_core::api::web::Web;
use infini_mcp_core::state::{StateError, Store};

/// The name of the shared secret that seals forms and makes successors of tokens.
const SECRET: &str = "oauth";
/// Five mistakes are human; then it takes a second, two, four, at most a minute.
const FREE_MISTAKES: u32 = 5;
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The embedded authorization server.
pub struct AuthorizationServer {
    pub(super) place: PublicUrl,
    pub(super) settings: Embedded,
    pub(super) own_client: Option<OwnClient>,
    pub(super) documents: Documents,
    pub(super) client_keys: KeyBook,
    pub(super) store: Arc<Store>,
    /// Failed sign-ins and wrong client secrets.
    pub(super) throttle: Throttle,
    /// Registrations, which cost nothing to make.
    pub(super) registrations: Throttle,
    pub(super) predecessors: OnceCell<()>,
    people: Arc<dyn People>,
    secret: OnceCell<[u8; 32]>,
}

impl AuthorizationServer {
    /// Nothing is read, opened or fetched yet.
    pub fn new(
        place: PublicUrl,
        settings: Embedded,
        store: Arc<Store>,
        people: Arc<dyn People>,
        web: Arc<dyn Web>,
    ) -> Self {
        Self {
            own_client: OwnClient::from(&settings),
            client_keys: KeyBook::new(web.clone()),
            documents: Documents::new(web, PrivateSchemes(settings.private_schemes.clone())),
            place,
            settings,
            store,
            throttle: Throttle::new(FREE_MISTAKES, Duration::from_secs(1), LONGEST_WAIT),
            registrations: Throttle::new(20, Duration::from_secs(30), Duration::from_secs(3600)),
            predecessors: OnceCell::new(),
            people,
            secret: OnceCell::new(),
        }
    }

    /// The secret that all servers on the same state share.
    pub(super) async fn secret(&self) -> Result<&[u8; 32], StateError> {
        self.secret.get_or_try_init(|| self.store.secret(SECRET)).await
    }

    /// The person with this key, if they may sign in here.
    pub(super) fn person_by_key(&self, key: &str) -> Option<Person> {
        self.people.by_key(key).filter(|person| self.may_sign_in(&person.name))
    }

    /// The person with this name, if they may sign in here.
    pub(super) fn person_by_name(&self, name: &str) -> Option<Person> {
        self.people.by_name(name).filter(|person| self.may_sign_in(&person.name))
    }

    fn may_sign_in(&self, name: &str) -> bool {
        self.settings.only_user.as_deref().is_none_or(|only| only == name)
    }
}

/// Now, in milliseconds since 1970.
pub fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

/// A span in milliseconds.
pub fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
