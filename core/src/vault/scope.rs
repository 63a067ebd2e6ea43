//! Scopes: what a caller may do with a service.

use std::fmt;
use std::str::FromStr;

/// One permission on one service. None includes another: who may write is given `read` beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `infinity:read`
    InfinityRead,
    /// `infinity:write`
    InfinityWrite,
    /// `infinity:admin`
    InfinityAdmin,
    /// `infinigate:read`
    InfinigateRead,
    /// `infinigate:write`
    InfinigateWrite,
    /// `infinigate:order`
    InfinigateOrder,
    /// `infinigate:admin`
    InfinigateAdmin,
}

impl Scope {
    /// Every scope there is.
    pub const ALL: [Self; 7] = [
        Self::InfinityRead,
        Self::InfinityWrite,
        Self::InfinityAdmin,
        Self::InfinigateRead,
        Self::InfinigateWrite,
        Self::InfinigateOrder,
        Self::InfinigateAdmin,
    ];

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The name in files, tokens and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::InfinityRead => "infinity:read",
            Self::InfinityWrite => "infinity:write",
            Self::InfinityAdmin => "infinity:admin",
            Self::InfinigateRead => "infinigate:read",
            Self::InfinigateWrite => "infinigate:write",
            Self::InfinigateOrder => "infinigate:order",
            Self::InfinigateAdmin => "infinigate:admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a scope; there are {all}", all = Scopes::all().listed(", "))]
pub struct UnknownScope {
    /// The word.
    pub word: String,
}

impl FromStr for Scope {
    type Err = UnknownScope;

    /// Strict, without trimming or change of case: a scope that is nearly right opens nothing.
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or_else(|| UnknownScope { word: text.to_owned() })
    }
}

/// A set of scopes; as text the names between single spaces, as OAuth writes them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    /// Every scope there is.
    pub fn all() -> Self {
        Scope::ALL.into_iter().collect()
    }

    /// Whether every scope there is is among them.
    pub fn is_all(&self) -> bool {
        *self == Self::all()
    }

    /// Whether `scope` is among them.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Whether all of `others` are among them.
    pub fn contains_all(&self, others: &Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// The scopes that are in both.
    pub fn intersection(&self, other: &Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    /// One after the other, in the order of [`Scope::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        Scope::ALL.into_iter().filter(|scope| self.contains(*scope))
    }

    /// The names as a list.
    pub fn names(&self) -> Vec<&'static str> {
        self.iter().map(Scope::name).collect()
    }

    fn listed(&self, between: &str) -> String {
        self.names().join(between)
    }

    /// The scopes of these words.
    ///
    /// # Errors
    /// The first word that is no scope.
    pub fn named<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownScope> {
        words.into_iter().map(Scope::from_str).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | scope.bit()))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.listed(" "))
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    /// Names between spaces or commas.
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::named(text.split([' ', ',']).filter(|word| !word.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_strictly_and_written_as_oauth_does() {
        let scopes: Scopes = "infinigate:order,infinity:read  infinity:read".parse().unwrap();
        assert_eq!(scopes.to_string(), "infinity:read infinigate:order");
        assert!(scopes.contains(Scope::InfinigateOrder) && !scopes.contains(Scope::InfinigateAdmin));
        for wrong in ["infinity:order", "Infinity:read", "infinity", "*", "workflow:read"] {
            let message = wrong.parse::<Scopes>().unwrap_err().to_string();
            assert!(message.contains(wrong) && message.contains("infinity:admin, infinigate:read"), "{message}");
        }
        assert_eq!("".parse::<Scopes>().unwrap(), Scopes::default());
    }

    #[test]
    fn an_intersection_never_widens() {
        let some: Scopes = "infinity:read infinity:write".parse().unwrap();
        let other: Scopes = "infinity:write infinigate:order".parse().unwrap();
        assert_eq!(some.intersection(&other).to_string(), "infinity:write");
        assert_eq!(some.intersection(&Scopes::all()), some);
        assert!(Scopes::all().contains_all(&some) && !some.contains_all(&other));
        assert_eq!(Scopes::all().iter().count(), Scope::ALL.len());
    }
}
