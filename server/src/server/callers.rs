//! Recognising callers over HTTP: by the one bearer, a user's key, an OAuth token, or as everybody on this machine.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::identity::Principal;
use crate::oauth::{Grant, NoGrant, OAuth};
use infini_mcp_core::tool::acting_client;
use infini_mcp_core::vault::{Bearer, Refused, Roster, Scopes};

/// Everything by which a caller can be recognised. With nothing set, everybody on this machine is let in.
#[derive(Default)]
pub struct Callers {
    /// The endpoint's one bearer.
    pub bearer: Option<Bearer>,
    /// The users with their keys.
    pub roster: Option<Arc<Roster>>,
    /// Those who let clients in on behalf of users.
    pub oauth: Option<Arc<OAuth>>,
    /// The only tools of callers with OAuth, when there is such a list.
    pub oauth_tools: Option<Arc<BTreeSet<String>>>,
}

/// Why a caller is not recognised. None of them tells whether a user exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// There was no bearer.
    NoBearer,
    /// It is nobody's.
    WrongBearer,
    /// Its time is over; only who holds it learns that.
    Expired,
    /// It is a token of the issuer that names none of this server's scopes.
    NoScope,
    /// The tokens cannot be read.
    CannotTell,
}

impl Callers {
    /// Who calls with this bearer token.
    ///
    /// # Errors
    /// Why nobody was recognised.
    pub async fn recognise(&self, token: Option<&str>) -> Result<Principal, Unknown> {
        if self.bearer.is_none() && self.roster.is_none() && self.oauth.is_none() {
            return Ok(Principal::local());
        }
        let token = token.ok_or(Unknown::NoBearer)?;
        if self.bearer.as_ref().is_some_and(|bearer| bearer.opens_for(token)) {
            return Ok(Principal::bearer());
        }
        let Some(roster) = &self.roster else { return Err(Unknown::WrongBearer) };
        match roster.current().user_by_key(token) {
            Ok(user) => return Ok(Principal::user(user)),
            Err(Refused::Expired { .. }) => return Err(Unknown::Expired),
            Err(Refused::Unknown) => {}
        }
        let Some(oauth) = &self.oauth else { return Err(Unknown::WrongBearer) };
        let grant = Box::pin(oauth.grant_of(token)).await.map_err(|why| match why {
            NoGrant::Unknown => Unknown::WrongBearer,
            NoGrant::Over => Unknown::Expired,
            NoGrant::Scopeless => Unknown::NoScope,
            NoGrant::State(error) => {
                tracing::error!(%error, "an OAuth token cannot be looked up");
                Unknown::CannotTell
            }
        })?;
        self.granted(roster, &grant).ok_or(Unknown::Expired)
    }

    /// The user that a client acts for, with what they consented to.
    fn granted(&self, roster: &Roster, grant: &Grant) -> Option<Principal> {
        let roster = roster.current();
        let mut principal = Principal::user(roster.user_by_name(&grant.user).ok()?);
        let consented = Scopes::named(grant.scopes.iter().map(String::as_str)).ok()?;
        principal.scopes = principal.scopes.intersection(&consented);
        if !grant.can_widen {
            principal.reach = principal.scopes;
        }
        let client = || Arc::new(acting_client(&grant.client_id, &grant.client_name));
        principal.client = (!grant.client_id.is_empty()).then(client);
        principal.only_tools.clone_from(&self.oauth_tools);
        Some(principal)
    }
}
