//! For whom a price is: everybody, schools, or authorities.

use schemars::JsonSchema;
use serde::Deserialize;

/// For whom a price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Tier {
    /// Everybody.
    Std,
    /// Schools and universities.
    Edu,
    /// Authorities.
    Gov,
}

impl Tier {
    /// As answers give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Std => "Std",
            Self::Edu => "Edu",
            Self::Gov => "Gov",
        }
    }

    /// Infinigate's spelling, as its integrators send it.
    pub fn upstream(self) -> String {
        match self {
            Self::Std => "Std",
            Self::Edu => "Edu",
            Self::Gov => "GOV",
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_government_tier_is_sent_in_upstreams_spelling() {
        assert_eq!([Tier::Std, Tier::Edu, Tier::Gov].map(Tier::upstream), ["Std", "Edu", "GOV"]);
    }
}
