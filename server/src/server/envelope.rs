//! As much of a message as tells where it belongs, read before the protocol reads the whole of it.

use axum::http::{HeaderMap, Method};
use rmcp::model::{ProtocolVersion, RequestId};
use rmcp::transport::common::http_header::HEADER_MCP_PROTOCOL_VERSION;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// What is written on a message; of what is none, nothing.
#[derive(Debug, Default, Deserialize)]
pub struct Envelope {
    /// Whether a message was to be sent at all.
    #[serde(skip)]
    pub is_message: bool,
    /// Of a request, or of an answer to one.
    #[serde(default)]
    pub id: Option<RequestId>,
    /// Of a request, or of a notification.
    #[serde(default)]
    pub method: Option<String>,
    #[serde(default)]
    params: Params,
}

#[derive(Debug, Default, Deserialize)]
struct Params {
    #[serde(default, rename = "_meta")]
    meta: Meta,
}

#[derive(Debug, Default, Deserialize)]
struct Meta {
    #[serde(default, rename = "io.modelcontextprotocol/protocolVersion")]
    revision: Option<IgnoredAny>,
}

impl Envelope {
    /// Of what a request with this method brings.
    pub fn of(method: &Method, body: &[u8]) -> Self {
        let is_message = method == Method::POST;
        let read = if is_message { serde_json::from_slice(body).unwrap_or_default() } else { Self::default() };
        Self { is_message, ..read }
    }

    /// Whether it is a message with this method.
    pub fn is(&self, method: &str) -> bool {
        self.method.as_deref() == Some(method)
    }

    /// Whether it says itself which revision it follows, as every request of the stateless era does.
    pub fn names_revision(&self) -> bool {
        self.params.meta.revision.is_some()
    }
}

/// Whether a request says that it belongs to the stateless era, where sessions mean nothing.
pub fn is_stateless(headers: &HeaderMap) -> bool {
    let revision = headers.get(HEADER_MCP_PROTOCOL_VERSION).and_then(|revision| revision.to_str().ok());
    revision.is_some_and(|revision| revision >= ProtocolVersion::V_2026_07_28.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_where_it_belongs_and_nonsense_tells_nothing() {
        let of = |text: &str| Envelope::of(&Method::POST, text.as_bytes());
        let call = of(r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"x"}}"#);
        assert!(call.is("tools/call") && call.id == Some(RequestId::String("a".into())) && !call.names_revision());
        let meta = r#"{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#;
        assert!(of(&format!(r#"{{"id":1,"method":"ping","params":{{"_meta":{meta}}}}}"#)).names_revision());
        for text in ["", "[]", "{", "7", r#"{"method":7}"#] {
            let nonsense = of(text);
            assert!(nonsense.is_message && nonsense.method.is_none() && nonsense.id.is_none(), "{text}");
        }
        assert!(!Envelope::of(&Method::GET, b"{}").is_message);
    }
}
