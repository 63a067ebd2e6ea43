//! Reads one message of a client, or says what is wrong with it.
//!
//! The MCP library passes over in silence what it cannot read, or says of it that something else is missing. Whoever sends a
//! request waits for an answer, so every fault is told under the request's id where that can be read.

use rmcp::model::{
    CallToolRequestMethod, CallToolRequestParams, ClientJsonRpcMessage, ClientRequest, CompleteRequestMethod,
    CompleteRequestParams, ConstString, GetMeta, GetPromptRequestMethod, GetPromptRequestParams,
    InitializeRequestParams, InitializeResultMethod, JsonRpcMessage, ListPromptsRequestMethod,
    ListResourceTemplatesRequestMethod, ListResourcesRequestMethod, ListToolsRequestMethod, PaginatedRequestParams,
    ProtocolVersion, ReadResourceRequestMethod, ReadResourceRequestParams, RequestId, SubscriptionsListenRequestMethod,
    SubscriptionsListenRequestParams,
};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::json_scan::{Outline, with_empty_objects};
use infini_mcp_core::tool::text::clean;

/// The codes of JSON-RPC.
pub const PARSE_ERROR: i32 = -32700;
/// The text is JSON but no message.
pub const INVALID_REQUEST: i32 = -32600;
/// The message is one, but its parameters are not those of its method.
pub const INVALID_PARAMS: i32 = -32602;

/// Most characters of what is said of a fault.
const MAX_WORDS: usize = 300;
/// Where the parameters of the stateless era say which revision they are of.
const STATELESS: &str = "/_meta/io.modelcontextprotocol~1protocolVersion";
/// Where a request of the stateless era says what its client can do.
const CLIENT_CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

/// A message that can be read.
#[derive(Debug)]
pub struct Incoming {
    /// What it says.
    pub message: ClientJsonRpcMessage,
    /// Its text with `{}` for `[]`, where that was written for an empty object.
    pub mended: Option<Vec<u8>>,
}

/// What is wrong with a text that is no message.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The code of JSON-RPC.
    pub code: i32,
    /// In words.
    pub message: String,
    /// The request's id as JSON, where it can be read.
    pub id: Option<String>,
    /// Whether it is at least a notification, which gets no answer.
    pub is_notification: bool,
}

impl Fault {
    /// A fault of a message that may have been a request with this id.
    pub fn new(code: i32, message: impl Into<String>, id: Option<String>) -> Self {
        Self { code, message: message.into(), id, is_notification: false }
    }

    /// A fault of a request that can be read.
    pub fn of_request(code: i32, message: impl Into<String>, id: &RequestId) -> Self {
        Self::new(code, message, Some(id.clone().into_json_value().to_string()))
    }

    /// The error as a message, on one line. The id is the client's own letter by letter, which no number of ours can hold.
    pub fn answer(&self) -> String {
        let (id, code) = (self.id.as_deref().unwrap_or("null"), self.code);
        let message = Value::from(self.message.as_str());
        format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":{code},"message":{message}}}}}"#)
    }

    /// Tells the operator, without what the client wrote.
    pub fn log(&self) {
        tracing::warn!(code = self.code, problem = self.message, "a client sent what is no message");
    }
}

/// Reads a message.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &[u8]) -> Result<Incoming, Fault> {
    match parse(text) {
        Ok(message) if !is_doubtful(&message) => Ok(Incoming { message, mended: None }),
        Err(error) if error.classify() != Category::Data => Err(no_json(text, &error)),
        first => read_again(text, first),
    }
}

fn read_again(text: &[u8], first: Result<ClientJsonRpcMessage, serde_json::Error>) -> Result<Incoming, Fault> {
    let mended = with_empty_objects(text, is_object);
    let (read, text) = match &mended {
        Some(mended) => (parse(mended), mended.as_slice()),
        None => (first, text),
    };
    let Ok(message) = read else { return Err(no_message(text)) };
    match wrong_params(&message, text) {
        Some(fault) => Err(fault),
        None => Ok(Incoming { message, mended }),
    }
}

fn parse(text: &[u8]) -> Result<ClientJsonRpcMessage, serde_json::Error> {
    serde_json::from_slice(text)
}

/// Whether the library took a known method for one that it does not know, because of its parameters.
fn is_doubtful(message: &ClientJsonRpcMessage) -> bool {
    let JsonRpcMessage::Request(request) = message else { return false };
    let meta = request.request.get_meta();
    matches!(&request.request, ClientRequest::CustomRequest(_))
        || (meta.0.0.contains_key(CLIENT_CAPABILITIES)
            && !meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty())
}

/// Where the protocol has an object. The arguments of a tool have a schema of their own.
fn is_object(path: &[&str]) -> bool {
    match path {
        ["params"] | ["params", "capabilities", ..] | ["params", "_meta", CLIENT_CAPABILITIES, ..] => true,
        ["params", field] => matches!(
            *field,
            "_meta" | "argument" | "arguments" | "clientInfo" | "context" | "inputResponses" | "notifications" | "ref"
        ),
        ["params", "context", "arguments"] | ["params", "_meta", "io.modelcontextprotocol/clientInfo"] => true,
        _ => false,
    }
}

fn no_json(text: &[u8], error: &serde_json::Error) -> Fault {
    // What the parser says of syntax is where it is wrong and how, not what is written there.
    let words = match std::str::from_utf8(text) {
        Ok(_) => format!("Parse error: this is not JSON that can be read: {error}."),
        Err(error) => format!("Parse error: this is not UTF-8, from byte {} on.", error.valid_up_to()),
    };
    Fault::new(PARSE_ERROR, words, Outline::of(text).request_id())
}

/// What is wrong with JSON that is no message.
fn no_message(text: &[u8]) -> Fault {
    let id = Outline::of(text).request_id();
    let value: Value = serde_json::from_slice(text).unwrap_or_default();
    let Value::Object(message) = &value else {
        let words = if value.is_array() {
            "Invalid request: this is not one message; batches are of revision 2025-03-26 alone."
        } else {
            "Invalid request: a message is an object."
        };
        return Fault::new(INVALID_REQUEST, words, None);
    };
    let is_notification = message.get("jsonrpc") == Some(&"2.0".into())
        && message.get("method").is_some_and(Value::is_string)
        && !["id", "result", "error"].iter().any(|field| message.contains_key(*field));
    let (code, words) = wrong_field(message);
    Fault { is_notification, ..Fault::new(code, words, id) }
}

fn wrong_field(message: &Map<String, Value>) -> (i32, &'static str) {
    let has = |field| message.contains_key(field);
    let words = if message.get("jsonrpc") != Some(&"2.0".into()) {
        "Invalid request: `jsonrpc` must be \"2.0\"."
    } else if message.get("id").is_some_and(|id| serde_json::from_value::<RequestId>(id.clone()).is_err()) {
        "Invalid request: `id` must be a text or a whole number of at most 64 bits."
    } else if message.get("method").is_some_and(|method| !method.is_string()) {
        "Invalid request: `method` must be a text."
    } else if [has("method"), has("result"), has("error")].iter().filter(|has| **has).count() != 1 {
        "Invalid request: a message has one of `method`, `result` and `error`."
    } else if message.get("params").is_some_and(|params| !params.is_object()) {
        return (INVALID_PARAMS, "Invalid params: `params` must be an object.");
    } else {
        "Invalid request: this is no message of JSON-RPC 2.0; is a field in it twice?"
    };
    (INVALID_REQUEST, words)
}

/// The field that keeps the parameters from being those of the method.
fn wrong_params(message: &ClientJsonRpcMessage, text: &[u8]) -> Option<Fault> {
    let JsonRpcMessage::Request(request) = message else { return None };
    let ClientRequest::CustomRequest(custom) = &request.request else { return None };
    let message: Value = serde_json::from_slice(text).ok()?;
    let params = message.get("params").cloned().unwrap_or_else(|| Value::Object(Map::new()));
    let is_stateless = params.pointer(STATELESS).is_some();
    let problem = match custom.method.as_str() {
        // The stateless era has no such method, whatever its parameters.
        InitializeResultMethod::VALUE if is_stateless => None,
        InitializeResultMethod::VALUE => problem::<InitializeRequestParams>(params),
        CallToolRequestMethod::VALUE => problem::<CallToolRequestParams>(params),
        CompleteRequestMethod::VALUE => problem::<CompleteRequestParams>(params),
        GetPromptRequestMethod::VALUE => problem::<GetPromptRequestParams>(params),
        ReadResourceRequestMethod::VALUE => problem::<ReadResourceRequestParams>(params),
        SubscriptionsListenRequestMethod::VALUE => problem::<SubscriptionsListenRequestParams>(params),
        ListPromptsRequestMethod::VALUE
        | ListResourceTemplatesRequestMethod::VALUE
        | ListResourcesRequestMethod::VALUE
        | ListToolsRequestMethod::VALUE => problem::<PaginatedRequestParams>(params),
        _ => None,
    }?;
    let words = format!("Invalid params of {}: {problem}.", custom.method);
    Some(Fault::of_request(INVALID_PARAMS, words, &request.id))
}

fn problem<P: DeserializeOwned>(params: Value) -> Option<String> {
    let error = serde_path_to_error::deserialize::<_, P>(params).err()?;
    let (path, inner) = (error.path().to_string(), error.inner().to_string());
    let words = if path == "." { inner } else { format!("`{path}`: {inner}") };
    Some(clean(&words).chars().take(MAX_WORDS).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(text: impl AsRef<[u8]>) -> Fault {
        let text = text.as_ref();
        read(text).err().unwrap_or_else(|| panic!("{} can be read", String::from_utf8_lossy(text)))
    }

    #[test]
    fn what_is_no_json_is_answered_under_its_id_where_that_can_be_read() {
        let deep =
            format!(r#"{{"jsonrpc":"2.0","id":7,"method":"x","params":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        let not_text =
            [br#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":""#.as_slice(), b"\xff\xfe\"}}"].concat();
        for text in [
            br#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":"\ud83d"}}"#.as_slice(),
            b"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":{\"a\":\"\0\"}}",
            b"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"x\",\"params\":{\"a\":\"\t\"}}",
            br#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":1e400}}"#,
            br#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":1,}}"#,
            br#"{"jsonrpc":"2.0","id":7,"method":"x","#,
            deep.as_bytes(),
            &not_text,
        ] {
            let fault = fault(text);
            let shown = String::from_utf8_lossy(text);
            assert_eq!((fault.code, fault.id.as_deref()), (PARSE_ERROR, Some("7")), "{shown}: {}", fault.message);
        }
        for text in ["hello", "{", "", "\"", "nul"] {
            assert_eq!((fault(text).code, fault(text).id), (PARSE_ERROR, None), "{text}");
        }
    }

    #[test]
    fn what_is_no_message_says_which_field_is_wrong() {
        for (text, code, id, says) in [
            (r#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, INVALID_REQUEST, Some("7"), "`jsonrpc`"),
            (r#"{"id":7,"method":"ping"}"#, INVALID_REQUEST, Some("7"), "`jsonrpc`"),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, INVALID_REQUEST, Some("1.5"), "`id`"),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, INVALID_REQUEST, None, "`id`"),
            (r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, INVALID_REQUEST, None, "`id`"),
            (
                r#"{"jsonrpc":"2.0","id":99999999999999999999,"method":"ping"}"#,
                INVALID_REQUEST,
                Some("99999999999999999999"),
                "`id`",
            ),
            (r#"{"jsonrpc":"2.0","id":7,"method":5}"#, INVALID_REQUEST, Some("7"), "`method`"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping","result":{}}"#, INVALID_REQUEST, Some("7"), "one of"),
            (r#"{"jsonrpc":"2.0","id":7}"#, INVALID_REQUEST, None, "one of"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping","method":"ping"}"#, INVALID_REQUEST, Some("7"), "twice"),
            (r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":[1]}"#, INVALID_PARAMS, Some("7"), "`params`"),
            (
                r#"{"jsonrpc":"2.0","id":"a","method":"no/such","params":"x"}"#,
                INVALID_PARAMS,
                Some("\"a\""),
                "`params`",
            ),
            (r#"[{"jsonrpc":"2.0","id":7,"method":"ping"}]"#, INVALID_REQUEST, None, "batches"),
            ("5", INVALID_REQUEST, None, "object"),
        ] {
            let fault = fault(text);
            assert_eq!((fault.code, fault.id.as_deref()), (code, id), "{text}");
            assert!(fault.message.contains(says) && !fault.is_notification, "{text}: {}", fault.message);
        }
        let notification = fault(r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":5}"#);
        assert!(notification.is_notification, "{notification:?}");
    }

    #[test]
    fn wrong_parameters_are_told_by_name() {
        for (method, params, says) in [
            (
                "initialize",
                json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "a" } }),
                "`clientInfo`: missing field `version`",
            ),
            (
                "initialize",
                json!({ "protocolVersion": "2025-11-25", "clientInfo": { "name": "a", "version": "1" } }),
                "missing field `capabilities`",
            ),
            (
                "initialize",
                json!({ "protocolVersion": "2025-11-25", "capabilities": { "experimental": [1] }, "clientInfo": { "name": "a", "version": "1" } }),
                "`capabilities.experimental`",
            ),
            ("tools/call", json!({ "arguments": {} }), "missing field `name`"),
            ("tools/call", json!({ "name": "a", "arguments": [1] }), "`arguments`"),
            ("prompts/get", json!({}), "missing field `name`"),
            ("resources/read", json!({ "uri": 5 }), "`uri`"),
        ] {
            let message = json!({ "jsonrpc": "2.0", "id": "x", "method": method, "params": params });
            let fault = fault(message.to_string());
            assert_eq!((fault.code, fault.id.as_deref()), (INVALID_PARAMS, Some("\"x\"")), "{message}");
            assert!(fault.message.contains(says), "{message}: {}", fault.message);
        }
        let params = json!({ "name": "a", "arguments": format!("\u{202e}{}", "x".repeat(5_000)) });
        let long = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let fault = fault(long.to_string());
        assert!(fault.message.len() < 500 && !fault.message.contains('\u{202e}'), "{}", fault.message);
    }

    #[test]
    fn an_empty_list_is_an_empty_object_where_one_is_meant() {
        let initialize = |capabilities: Value| {
            let client = json!({ "name": "php", "version": "1", "icons": [] });
            let params = json!({ "protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": client });
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params })
        };
        let call = |arguments: Value| json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "a", "arguments": arguments, "_meta": [] } });
        for message in [
            initialize(json!([])),
            initialize(json!({ "experimental": [], "elicitation": { "form": [] }, "roots": [] })),
            initialize(json!({ "experimental": { "a": [] } })),
            call(json!([])),
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": [] }),
            json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "params": [] }),
        ] {
            let read = read(message.to_string().as_bytes()).unwrap();
            let JsonRpcMessage::Request(request) = &read.message else { panic!("a request") };
            assert!(!matches!(request.request, ClientRequest::CustomRequest(_)), "{message}");
        }
        let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28", CLIENT_CAPABILITIES: [] });
        let modern = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": meta } });
        let read = read(modern.to_string().as_bytes()).unwrap();
        assert!(read.mended.is_some() && !is_doubtful(&read.message));
    }

    #[test]
    fn what_needs_no_mending_is_left_as_it_is() {
        for text in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"list":[]}}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"no/such","params":{"arguments":{}}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":[]}}"#,
        ] {
            assert!(read(text.as_bytes()).unwrap().mended.is_none(), "{text}");
        }
    }
}
