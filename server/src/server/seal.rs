//! Sealed states of open questions, as the MCP library seals them.

use std::time::Duration;

use rmcp::model::{RequestStateCodec, RequestStateError, SealOptions};

use infini_mcp_core::tool::confirm::{Seal, SealFault};

/// Seals with one key.
pub struct RequestSeal {
    codec: RequestStateCodec,
}

impl RequestSeal {
    /// A seal with this key, which is long enough by its type.
    pub fn new(key: [u8; 32]) -> Self {
        Self { codec: RequestStateCodec::new_unchecked(key) }
    }
}

impl Seal for RequestSeal {
    fn seal(&self, payload: &str, context: &str, lifetime: Duration) -> String {
        self.codec.seal_with(payload.as_bytes(), &SealOptions::new().associated_data(context.as_bytes()).ttl(lifetime))
    }

    fn open(&self, sealed: &str, context: &str) -> Result<String, SealFault> {
        let opened = self.codec.open_with(sealed, context.as_bytes()).map_err(fault)?;
        String::from_utf8(opened).map_err(|_| SealFault::Broken)
    }
}

fn fault(error: RequestStateError) -> SealFault {
    match error {
        RequestStateError::Expired => SealFault::Expired,
        _ => SealFault::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_that_is_too_old_is_told_from_a_broken_one() {
        assert_eq!(fault(RequestStateError::Expired), SealFault::Expired);
        assert_eq!(fault(RequestStateError::IntegrityCheckFailed), SealFault::Broken);
    }

    #[test]
    fn a_seal_opens_in_its_own_context_and_unchanged() {
        let seal = RequestSeal::new([7; 32]);
        let sealed = seal.seal("payload", "ana", Duration::from_secs(60));
        assert_eq!(seal.open(&sealed, "ana"), Ok("payload".to_owned()));
        assert_eq!(seal.open(&sealed, "bob"), Err(SealFault::Broken));
        assert_eq!(seal.open(&sealed.replace('.', "_"), "ana"), Err(SealFault::Broken));
    }
}
