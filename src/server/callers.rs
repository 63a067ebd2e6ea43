//! Recognising callers over HTTP: by the one bearer, by a user's key, or as everybody on this machine.

use std::sync::Arc;

use super::identity::Principal;
use crate::vault::{Bearer, Refused, Roster};

/// Everything by which a caller can be recognised. With nothing set, everybody on this machine is let in.
#[derive(Default)]
pub struct Callers {
    /// The endpoint's one bearer.
    pub bearer: Option<Bearer>,
    /// The users with their keys.
    pub roster: Option<Arc<Roster>>,
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
}

impl Callers {
    /// Who calls with this bearer token.
    ///
    /// # Errors
    /// Why nobody was recognised.
    pub async fn recognise(&self, token: Option<&str>) -> Result<Principal, Unknown> {
        if self.bearer.is_none() && self.roster.is_none() {
            return Ok(Principal::local());
        }
        let token = token.ok_or(Unknown::NoBearer)?;
        if self.bearer.as_ref().is_some_and(|bearer| bearer.opens_for(token)) {
            return Ok(Principal::bearer());
        }
        let Some(roster) = &self.roster else { return Err(Unknown::WrongBearer) };
        match roster.current().user_by_key(token) {
            Ok(user) => Ok(Principal::user(user)),
            Err(Refused::Expired { .. }) => Err(Unknown::Expired),
            Err(Refused::Unknown) => Err(Unknown::WrongBearer),
        }
    }
}
