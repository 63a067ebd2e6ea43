//! Codes that only the holder of a key can make: seals on forms, tokens that follow from others.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// HMAC-SHA-256 of `message` under a key of its own for each `purpose`, so that a code made for one cannot serve another.
pub fn mac(key: &[u8; 32], purpose: &str, message: &[u8]) -> [u8; 32] {
    keyed(&keyed(key, purpose.as_bytes()), message)
}

/// Whether `offered` is the code of `message`; takes as long for a nearly right one as for a wrong one.
pub fn mac_fits(key: &[u8; 32], purpose: &str, message: &[u8], offered: &[u8]) -> bool {
    mac(key, purpose, message).ct_eq(offered).into()
}

fn keyed(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    // HMAC fills a key that is shorter than a block with zeros.
    let mut block = [0; 64];
    for (byte, of_key) in block.iter_mut().zip(key) {
        *byte = *of_key;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_fits_its_own_key_purpose_and_message_only() {
        let key = [7; 32];
        let code = mac(&key, "form", b"message");
        assert!(mac_fits(&key, "form", b"message", &code));
        assert!(!mac_fits(&key, "form", b"messagf", &code));
        assert!(!mac_fits(&key, "token", b"message", &code));
        assert!(!mac_fits(&[8; 32], "form", b"message", &code));
        assert!(!mac_fits(&key, "form", b"message", &code[..31]));
    }
}
