//! Bearer tokens: made at random, compared without telling how much was right.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// 256 random bits as text that fits into a header.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// The one token that opens the HTTP endpoint.
pub struct Bearer {
    digest: [u8; 32],
}

impl Bearer {
    /// Keeps only the digest of `token`.
    pub fn new(token: &SecretString) -> Self {
        Self { digest: Sha256::digest(token.expose_secret().as_bytes()).into() }
    }

    /// Whether `offered` is the token; takes as long for a nearly right one as for a wrong one.
    pub fn opens_for(&self, offered: &str) -> bool {
        let offered: [u8; 32] = Sha256::digest(offered.as_bytes()).into();
        self.digest.ct_eq(&offered).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_token_opens() {
        let bearer = Bearer::new(&SecretString::from("right"));
        assert!(bearer.opens_for("right"));
        assert!(!bearer.opens_for("right "));
        assert!(!bearer.opens_for(""));
        assert_eq!(random_token().len(), 43);
    }
}
