//! The cipher of the credential store: a key from the text of a setting, and AES-256-GCM with it.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What a new key must have at least: 32 characters of base64 are 192 bits.
pub const SHORTEST_KEY: usize = 32;

/// What the key of this format is derived for, so that the same setting never gives the same key for something else.
const PURPOSE: &[u8] = b"infini-mcp credential store 2";

/// Something encrypted, as text.
#[derive(Clone, Serialize, Deserialize)]
pub struct Sealed {
    /// Twelve random bytes, new for every sealing.
    pub nonce: String,
    /// What was encrypted, with the tag at its end.
    pub ciphertext: String,
}

/// The key of a store, from the text of MCP_CREDENTIAL_STORE_KEY.
///
/// HKDF rather than a slow password hash: the text is random (a short one is refused when a store is made), and a server
/// that spends memory and time at every start to protect a guessable key would still have a guessable key.
#[derive(Clone)]
pub struct StoreKey {
    text: SecretString,
}

impl StoreKey {
    /// The key of this text.
    pub fn new(text: SecretString) -> Self {
        Self { text }
    }

    /// Whether the text is long enough for a new store.
    pub fn is_long_enough(&self) -> bool {
        self.text.expose_secret().len() >= SHORTEST_KEY
    }

    /// Encrypts, with a nonce of its own.
    ///
    /// # Errors
    /// Only for texts of many gigabytes.
    pub(super) fn seal(&self, text: &[u8], associated: &[u8]) -> Result<Sealed, aes_gcm::Error> {
        let nonce: [u8; 12] = rand::random();
        let ciphertext = self.cipher()?.encrypt((&nonce).into(), Payload { msg: text, aad: associated })?;
        Ok(Sealed { nonce: URL_SAFE_NO_PAD.encode(nonce), ciphertext: URL_SAFE_NO_PAD.encode(ciphertext) })
    }

    /// What was encrypted; `None` when the key, the text or the associated data are not those it was sealed with.
    pub(super) fn open(&self, sealed: &Sealed, associated: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let ciphertext = URL_SAFE_NO_PAD.decode(&sealed.ciphertext).ok()?;
        opened(&self.cipher().ok()?, &sealed.nonce, &ciphertext, associated)
    }

    /// What the predecessor encrypted: its key is the bare digest of the text, its tag stands apart.
    pub(super) fn open_first_format(&self, nonce: &str, tag: &str, ciphertext: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut joined = URL_SAFE_NO_PAD.decode(ciphertext).ok()?;
        joined.extend(URL_SAFE_NO_PAD.decode(tag).ok()?);
        let key = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(self.text.expose_secret().as_bytes())));
        opened(&Aes256Gcm::new((&*key).into()), nonce, &joined, b"")
    }

    fn cipher(&self) -> Result<Aes256Gcm, aes_gcm::Error> {
        let mut key = Zeroizing::new([0_u8; 32]);
        let derived = Hkdf::<Sha256>::new(None, self.text.expose_secret().as_bytes());
        derived.expand(PURPOSE, &mut *key).map_err(|_| aes_gcm::Error)?;
        Ok(Aes256Gcm::new((&*key).into()))
    }
}

fn opened(cipher: &Aes256Gcm, nonce: &str, ciphertext: &[u8], associated: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let nonce: [u8; 12] = URL_SAFE_NO_PAD.decode(nonce).ok()?.try_into().ok()?;
    cipher.decrypt((&nonce).into(), Payload { msg: ciphertext, aad: associated }).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> StoreKey {
        StoreKey::new(SecretString::from(text))
    }

    #[test]
    fn what_is_sealed_opens_only_with_the_same_key_and_associated_data() {
        let sealed = key("one").seal(b"secret", b"record 1").unwrap();
        assert_eq!(key("one").open(&sealed, b"record 1").unwrap().as_slice(), b"secret");
        assert!(key("two").open(&sealed, b"record 1").is_none());
        assert!(key("one").open(&sealed, b"record 2").is_none());
        let again = key("one").seal(b"secret", b"record 1").unwrap();
        assert_ne!((sealed.nonce, sealed.ciphertext), (again.nonce, again.ciphertext));
    }

    #[test]
    fn a_cut_or_changed_text_does_not_open() {
        let sealed = key("one").seal(b"secret", b"").unwrap();
        for ciphertext in ["", "AA", "not base64!", &sealed.ciphertext[..10]] {
            let changed = Sealed { nonce: sealed.nonce.clone(), ciphertext: ciphertext.into() };
            assert!(key("one").open(&changed, b"").is_none(), "{ciphertext}");
        }
        let short = Sealed { nonce: "AAAA".into(), ciphertext: sealed.ciphertext.clone() };
        assert!(key("one").open(&short, b"").is_none());
    }
}
